"""Code pages of collations for char and varchar, and the engine's names for them."""

from __future__ import annotations

import re
from functools import lru_cache

from ..errors import NotSupported
from ..sqltypes import DEFAULT_COLLATION, SqlType

_VERSIONS = {"90": 1, "100": 2, "140": 3, "160": 4}

# Windows collation designator -> (LCID, code page)
DESIGNATORS = {
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

# SQL collations have a sort id, which determines code page and order.
SQL_COLLATIONS = {
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

_name = re.compile(
    r"(?P<designator>[a-z0-9_]+?)(?:_(?P<version>90|100|140|160))?_(?P<rest>(?:ci|cs|bin2|bin)(?:_[a-z0-9_]+)?)$"
)


def parts(name: str) -> tuple[str, int, list[str]]:
    match = _name.match(name.lower())
    if match is None or match["designator"] not in DESIGNATORS:
        raise NotSupported(f"collation {name} in a result or parameter")
    return match["designator"], _VERSIONS.get(match["version"] or "", 0), match["rest"].split("_")


@lru_cache(maxsize=256)
def code_page(name: str | None) -> int:
    """Code page of a collation's char and varchar; 65001 for UTF-8."""
    lowered = (name or DEFAULT_COLLATION).lower()
    if lowered in SQL_COLLATIONS:
        return SQL_COLLATIONS[lowered][2]
    designator, _, words = parts(lowered)
    return 65001 if "utf8" in words else DESIGNATORS[designator][1]


_MULTIBYTE = {932: "SJIS", 936: "GBK", 949: "UHC", 950: "BIG5", 65001: "UTF8"}
_WINDOWS = (874, *range(1250, 1259))


def encoding(type_: SqlType) -> str:
    """The engine's encoding for a char, varchar or text type. :raises NotSupported: when it has none."""
    page = code_page(type_.collation)
    if page not in _MULTIBYTE and page not in _WINDOWS:
        raise NotSupported(f"char and varchar in code page {page} (collation {type_.collation})")
    return _MULTIBYTE.get(page) or f"WIN{page}"


def is_multibyte(type_: SqlType) -> bool:
    """Whether lengths of the type are bytes, of which a character may have several."""
    return type_.is_character and not type_.is_unicode and code_page(type_.collation) in _MULTIBYTE


def most_bytes(type_: SqlType) -> int:
    """Bytes of the longest character of a code page."""
    return (4 if code_page(type_.collation) == 65001 else 2) if is_multibyte(type_) else 1


def length_of(text: str, collation: str | None) -> int:
    """Length of a text as varchar of a collation: bytes, or UTF-16 units in a single-byte code page."""
    page = code_page(collation)
    if text.isascii() or page not in _MULTIBYTE:
        return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8" if page == 65001 else f"cp{page}", "replace"))


def recoded(sql: str, target: SqlType, source: SqlType | None = None) -> str:
    """A text converted to the code page of ``target``; ``source`` is its type, None if it may have any character."""
    page = "UTF8" if target.is_unicode else encoding(target)
    if page == "UTF8" or source is not None and not source.is_unicode and encoding(source) == page:
        return sql
    return f"ms.to_code_page({sql}, '{page}')"


def cut(sql: str, type_: SqlType) -> str:
    """A text truncated to the type's length."""
    if is_multibyte(type_):
        return f"ms.cut_bytes({sql}, {type_.length}, '{encoding(type_)}')"
    return f"ms.cut_units({sql}, {type_.length})"


def datalength_sql(sql: str, type_: SqlType) -> str:
    """Length in bytes of a string or binary value."""
    if type_.is_binary:
        return f"length({sql})"
    if is_multibyte(type_):
        return f"ms.page_length({sql}, '{encoding(type_)}')"
    return f"{'2 * ' if type_.is_unicode else ''}ms.utf16_length({sql})"


def padded(sql: str, type_: SqlType) -> str:
    """A char or nchar value with its trailing blanks."""
    if type_.name not in ("char", "nchar") or not type_.length:
        return sql
    if type_.is_unicode:
        return f"ms.pad_units({sql}, {type_.length})"
    if is_multibyte(type_):
        return f"ms.pad_bytes({sql}, {type_.length}, '{encoding(type_)}')"
    return f"rpad({sql}, {type_.length})"
