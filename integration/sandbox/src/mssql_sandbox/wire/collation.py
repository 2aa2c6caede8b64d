"""Collations on the wire: five bytes that tell the client the code page of char and varchar.

Source: MS-TDS 2.2.5.1.2 "Collation Rule Definition"; names as in sys.fn_helpcollations.
"""

import codecs
import struct
from functools import lru_cache
from typing import Callable

from ..types.code_pages import DESIGNATORS, SQL_COLLATIONS, code_page, parts

__all__ = ["code_page", "code_page_of_bytes", "collation_bytes", "decoder", "encoder"]

IGNORE_CASE = 1 << 20
IGNORE_ACCENT = 1 << 21
IGNORE_KANA = 1 << 22
IGNORE_WIDTH = 1 << 23
BINARY = 1 << 24
BINARY2 = 1 << 25
UTF8 = 1 << 26

_LCID_CODE_PAGES = dict(DESIGNATORS.values())
_SORT_ID_CODE_PAGES = {sort_id: page for _, sort_id, page in SQL_COLLATIONS.values()}


@lru_cache(maxsize=256)
def collation_bytes(name: str) -> bytes:
    """The TYPE_INFO collation of a collation name.

    :raises NotSupported: when its code page is not known here.
    """
    lowered = name.lower()
    if lowered in SQL_COLLATIONS:
        lcid, sort_id, _ = SQL_COLLATIONS[lowered]
        return struct.pack("<IB", lcid | _sensitivity(lowered.split("_")), sort_id)
    designator, version, words = parts(name)
    flags = _sensitivity(words) | (UTF8 if "utf8" in words else 0)
    return struct.pack("<IB", DESIGNATORS[designator][0] | flags | version << 28, 0)


def _sensitivity(words: list[str]) -> int:
    if "bin2" in words:
        return BINARY2
    if "bin" in words:
        return BINARY
    flags = 0
    if "ci" in words:
        flags |= IGNORE_CASE
    if "ai" in words:
        flags |= IGNORE_ACCENT
    if "ks" not in words:
        flags |= IGNORE_KANA
    if "ws" not in words:
        flags |= IGNORE_WIDTH
    return flags


def code_page_of_bytes(collation: bytes) -> int:
    """The code page that a client chose for a parameter."""
    bits, sort_id = struct.unpack("<IB", collation)
    if bits & UTF8:
        return 65001
    if sort_id:
        return _SORT_ID_CODE_PAGES.get(sort_id, 1252)
    return _LCID_CODE_PAGES.get(bits & 0xFFFFF, 1252)


@lru_cache(maxsize=64)
def encoder(page: int) -> Callable[[str], bytes]:
    """The encoder of a code page; missing characters become ``?``, as in SQL Server."""
    if page == 65001:
        return lambda text: text.encode("utf-8")
    if page in (932, 936, 949, 950):
        codec = f"cp{page}"
        return lambda text: text.encode(codec, "replace")
    table = codecs.charmap_build(_decoding_table(page))
    encode = codecs.charmap_encode
    return lambda text: encode(text, "replace", table)[0]


@lru_cache(maxsize=64)
def decoder(page: int) -> Callable[[bytes], str]:
    """The decoder of a code page."""
    if page == 65001:
        return lambda data: data.decode("utf-8", "replace")
    if page in (932, 936, 949, 950):
        codec = f"cp{page}"
        return lambda data: data.decode(codec, "replace")
    table = _decoding_table(page)
    decode = codecs.charmap_decode
    return lambda data: decode(data, "strict", table)[0]


def _decoding_table(page: int) -> str:
    # Windows maps undefined bytes of its code pages to C1 control characters; Python's codecs do not.
    codec = f"cp{page}"
    characters = []
    for value in range(256):
        text = bytes([value]).decode(codec, "ignore")
        characters.append(text or chr(value))
    return "".join(characters)
