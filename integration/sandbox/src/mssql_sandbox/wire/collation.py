"""Collations on the wire: five bytes that tell the client the code page of char and varchar.

Source: MS-TDS 2.2.5.1.2 "Collation Rule Definition"; names as in sys.fn_helpcollations.
"""

from __future__ import annotations

import codecs
import re
import struct
from functools import lru_cache
from typing import Callable

from ..errors import NotSupported
from ..sqltypes import DEFAULT_COLLATION

IGNORE_CASE = 1 << 20
IGNORE_ACCENT = 1 << 21
IGNORE_KANA = 1 << 22
IGNORE_WIDTH = 1 << 23
BINARY = 1 << 24
BINARY2 = 1 << 25
UTF8 = 1 << 26

_VERSIONS = {"90": 1, "100": 2, "140": 3, "160": 4}

# Windows collation designator -> (LCID, code page)
_DESIGNATORS = {
    "albanian": (0x041C, 1250), "arabic": (0x0401, 1256), "chinese_prc": (0x0804, 936),
    "chinese_prc_stroke": (0x20804, 936), "chinese_simplified_pinyin": (0x0804, 936),
    "chinese_taiwan_stroke": (0x0404, 950), "chinese_traditional_stroke_count": (0x0404, 950),
    "croatian": (0x041A, 1250), "cyrillic_general": (0x0419, 1251), "czech": (0x0405, 1250),
    "danish_norwegian": (0x0406, 1252), "danish_greenlandic": (0x0406, 1252), "estonian": (0x0425, 1257),
    "finnish_swedish": (0x040B, 1252), "french": (0x040C, 1252), "georgian_modern_sort": (0x10437, 1252),
    "german_phonebook": (0x10407, 1252), "greek": (0x0408, 1253), "hebrew": (0x040D, 1255),
    "hungarian": (0x040E, 1250), "icelandic": (0x040F, 1252), "japanese": (0x0411, 932),
    "japanese_xjis": (0x0411, 932), "korean_wansung": (0x0412, 949), "korean": (0x0412, 949),
    "latin1_general": (0x0409, 1252), "latvian": (0x0426, 1257), "lithuanian": (0x0427, 1257),
    "modern_spanish": (0x0C0A, 1252), "norwegian": (0x0414, 1252), "polish": (0x0415, 1250),
    "romanian": (0x0418, 1250), "slovak": (0x041B, 1250), "slovenian": (0x0424, 1250),
    "thai": (0x041E, 874), "traditional_spanish": (0x040A, 1252), "turkish": (0x041F, 1254),
    "ukrainian": (0x0422, 1251), "vietnamese": (0x042A, 1258),
}  # fmt: skip

_LCID_CODE_PAGES = dict(_DESIGNATORS.values())

# SQL collations carry a sort id, which alone tells their code page and order.
_SQL_COLLATIONS = {
    "sql_latin1_general_cp1_ci_as": (0x0409, 52, 1252), "sql_latin1_general_cp1_cs_as": (0x0409, 51, 1252),
    "sql_latin1_general_cp1_ci_ai": (0x0409, 54, 1252), "sql_latin1_general_pref_cp1_ci_as": (0x0409, 53, 1252),
    "sql_latin1_general_cp850_bin": (0x0409, 40, 850), "sql_latin1_general_cp850_ci_as": (0x0409, 42, 850),
    "sql_latin1_general_cp850_cs_as": (0x0409, 41, 850), "sql_latin1_general_cp437_ci_as": (0x0409, 32, 437),
    "sql_latin1_general_cp437_cs_as": (0x0409, 31, 437), "sql_latin1_general_cp1250_ci_as": (0x0409, 82, 1250),
    "sql_latin1_general_cp1250_cs_as": (0x0409, 81, 1250), "sql_latin1_general_cp1251_ci_as": (0x0409, 106, 1251),
    "sql_latin1_general_cp1251_cs_as": (0x0409, 105, 1251), "sql_latin1_general_cp1253_ci_as": (0x0409, 114, 1253),
    "sql_latin1_general_cp1254_ci_as": (0x0409, 130, 1254), "sql_latin1_general_cp1256_ci_as": (0x0409, 146, 1256),
    "sql_latin1_general_cp1257_ci_as": (0x0409, 154, 1257),
}  # fmt: skip

_SORT_ID_CODE_PAGES = {sort_id: page for _, sort_id, page in _SQL_COLLATIONS.values()}

_name = re.compile(
    r"(?P<designator>[a-z0-9_]+?)(?:_(?P<version>90|100|140|160))?_(?P<rest>(?:ci|cs|bin2|bin)(?:_[a-z0-9_]+)?)$"
)


@lru_cache(maxsize=256)
def collation_bytes(name: str) -> bytes:
    """The TYPE_INFO collation of a collation name.

    :raises NotSupported: when the name's code page is not known here.
    """
    lowered = name.lower()
    if lowered in _SQL_COLLATIONS:
        lcid, sort_id, _ = _SQL_COLLATIONS[lowered]
        return struct.pack("<IB", lcid | _sensitivity(lowered.split("_")), sort_id)
    designator, version, words = _parts(name)
    flags = _sensitivity(words) | (UTF8 if "utf8" in words else 0)
    return struct.pack("<IB", _DESIGNATORS[designator][0] | flags | version << 28, 0)


def _parts(name: str) -> tuple[str, int, list[str]]:
    match = _name.match(name.lower())
    if match is None or match["designator"] not in _DESIGNATORS:
        raise NotSupported(f"collation {name} in a result or parameter")
    return match["designator"], _VERSIONS.get(match["version"] or "", 0), match["rest"].split("_")


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


@lru_cache(maxsize=256)
def code_page(name: str | None) -> int:
    """Code page of char and varchar under a collation; 65001 for UTF-8."""
    lowered = (name or DEFAULT_COLLATION).lower()
    if lowered in _SQL_COLLATIONS:
        return _SQL_COLLATIONS[lowered][2]
    designator, _, words = _parts(lowered)
    return 65001 if "utf8" in words else _DESIGNATORS[designator][1]


def code_page_of_bytes(collation: bytes) -> int:
    """Code page that a client chose for a parameter."""
    bits, sort_id = struct.unpack("<IB", collation)
    if bits & UTF8:
        return 65001
    if sort_id:
        return _SORT_ID_CODE_PAGES.get(sort_id, 1252)
    return _LCID_CODE_PAGES.get(bits & 0xFFFFF, 1252)


@lru_cache(maxsize=64)
def encoder(page: int) -> Callable[[str], bytes]:
    """Text to the bytes of a code page; what it lacks becomes ``?``, as in SQL Server."""
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
    """Bytes of a code page to text."""
    if page == 65001:
        return lambda data: data.decode("utf-8", "replace")
    if page in (932, 936, 949, 950):
        codec = f"cp{page}"
        return lambda data: data.decode(codec, "replace")
    table = _decoding_table(page)
    decode = codecs.charmap_decode
    return lambda data: decode(data, "strict", table)[0]


def _decoding_table(page: int) -> str:
    # Windows maps the holes of its code pages to the C1 control characters; Python's codecs do not.
    codec = f"cp{page}"
    characters = []
    for value in range(256):
        text = bytes([value]).decode(codec, "ignore")
        characters.append(text or chr(value))
    return "".join(characters)
