"""The engine expression of each conversion, by the families of its two types.

A converter takes the value's expression, its type, the target's type, CONVERT's style number and, for an assignment,
(table, column).
"""

from __future__ import annotations

from ..catalog.datatypes import facets
from ..errors import SqlServerError
from ..sqltypes import MAX, SqlType
from .precedence import label

_FAMILIES = {
    "bit": "int", "tinyint": "int", "smallint": "int", "int": "int", "bigint": "int", "decimal": "decimal",
    "money": "money", "smallmoney": "money", "real": "float", "float": "float", "char": "text", "varchar": "text",
    "nchar": "text", "nvarchar": "text", "text": "text", "ntext": "text", "binary": "binary", "varbinary": "binary",
    "image": "binary", "uniqueidentifier": "guid", "date": "date", "time": "time", "datetime": "old",
    "smalldatetime": "old", "datetime2": "datetime2", "datetimeoffset": "offset", "xml": "xml", "json": "json",
    "rowversion": "rowversion", "sql_variant": "variant", "null": "null",
}  # fmt: skip
NUMBERS = ("int", "decimal", "money", "float")
DATES = ("date", "time", "old", "datetime2", "offset")
_ENGINE_INTEGERS = {
    "bit": "smallint",
    "tinyint": "smallint",
    "smallint": "smallint",
    "int": "integer",
    "bigint": "bigint",
}


def family(type_: SqlType) -> str:
    return _FAMILIES[type_.name]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def datalength(type_: SqlType) -> int:
    """Bytes of a fixed-length type."""
    return facets(type_).max_length


# ---- to numbers -----------------------------------------------------------------


def _int_to_int(sql, source, target, style, assign_to):
    order = ("bit", "tinyint", "smallint", "int", "bigint")
    if target.name == "bit":
        return f"ms.to_bit(({sql})::numeric)"
    if order.index(source.name) <= order.index(target.name):
        return f"({sql})::{_ENGINE_INTEGERS[target.name]}"
    if target.name == "int":
        return f"({sql})::integer"
    return f"ms.to_{target.name}(({sql})::bigint)"


def _number_to_int(sql, source, target, style, assign_to):
    if target.name == "bit":
        return f"ms.to_bit(({sql})::numeric)"
    if source.is_approximate:
        return f"ms.float_integer({sql}, '{target.name}')::{_ENGINE_INTEGERS[target.name]}"
    cut = f"round(({sql})::numeric)" if source.name.endswith("money") else f"trunc(({sql})::numeric)"
    return f"ms.number_to_{target.name}({cut}, 'numeric')"


def _text_to_int(sql, source, target, style, assign_to):
    return f"ms.text_to_int({sql}, '{label(source)}', '{target.name}')::{_ENGINE_INTEGERS[target.name]}"


def _old_to_number(sql, source, target, style, assign_to):
    days = f"ms.datetime_to_days({sql})"
    if target.name == "bit":
        return f"ms.to_bit(({days})::numeric)"
    if family(target) == "int":
        return f"ms.number_to_{target.name}(round(({days})::numeric), 'numeric')"
    if family(target) == "float":
        return f"({days})::double precision"
    return _number_to_decimal(days, SqlType("float"), target, style, assign_to)


def _binary_to_int(sql, source, target, style, assign_to):
    return f"ms.binary_to_int({sql}, {datalength(target)})::{_ENGINE_INTEGERS[target.name]}"


def _number_to_decimal(sql, source, target, style, assign_to):
    if source.is_approximate:
        sql = f"ms.float_numeric({sql})"
    if target.name in ("money", "smallmoney"):
        return f"ms.to_{target.name}(({sql})::numeric)"
    if (
        source.name in ("decimal",)
        and source.scale <= target.scale
        and (source.precision - source.scale <= target.precision - target.scale)
    ):
        return f"({sql})::numeric({target.precision},{target.scale})"
    kind = "float" if source.is_approximate else "int" if source.is_integer else "numeric"
    return f"ms.to_decimal(({sql})::numeric, {target.precision}, {target.scale}, '{kind}')"


def _text_to_decimal(sql, source, target, style, assign_to):
    if target.name in ("money", "smallmoney"):
        return f"ms.to_{target.name}(ms.text_to_money({sql}, '{label(source)}', '{target.name}'))"
    return f"ms.to_decimal(ms.text_to_numeric({sql}, '{label(source)}'), {target.precision}, {target.scale})"


def _number_to_float(sql, source, target, style, assign_to):
    return f"({sql})::{'real' if target.name == 'real' else 'double precision'}"


def _text_to_float(sql, source, target, style, assign_to):
    plain = f"ms.text_to_float({sql}, '{label(source)}', '{target.name}')"
    return f"{plain}::real" if target.name == "real" else plain


# ---- to strings --------------------------------------------------------------------


def _fit(sql: str, target: SqlType, assign_to: tuple[str, str] | None) -> str:
    """Cut or refuse what is longer than the target."""
    if target.length in (None, MAX):
        return sql
    length = target.length
    measure = "bytes" if _utf8(target) and not target.is_unicode else "units"
    if assign_to is not None:
        table, column = (_literal(part) for part in assign_to)
        fitted = f"ms.fit_{measure}({sql}, {length}, {table}, {column})"
    else:
        fitted = f"ms.cut_{measure}({sql}, {length})"
    if target.name in ("char", "nchar"):
        return f"rpad({fitted}, {length})"
    return fitted


def _text_to_text(sql, source, target, style, assign_to):
    if source.name in ("char", "nchar") and source.length and target.name not in ("char", "nchar"):
        sql = f"rpad({sql}, {source.length})"
    if not target.is_unicode and source.is_unicode and not _utf8(target):
        sql = f"ms.to_code_page({sql})"
    if target.length in (None, MAX):
        return sql
    if source.length not in (None, MAX) and source.length <= target.length and target.name not in ("char", "nchar"):
        if source.is_unicode and not target.is_unicode and _utf8(target):
            return _fit(sql, target, assign_to)
        return sql
    return _fit(sql, target, assign_to)


def _utf8(type_: SqlType) -> bool:
    return bool(type_.collation and type_.collation.upper().endswith("_UTF8"))


def _int_to_text(sql, source, target, style, assign_to):
    return _number_text(f"({sql})::text", source, target)


def _number_text(text: str, source: SqlType, target: SqlType) -> str:
    if target.length in (None, MAX):
        return text
    stars = source.is_integer and source.name in ("int", "smallint", "tinyint") and not target.is_unicode
    fitted = f"ms.number_fit({text}, {target.length}, '{label(source)}', '{label(target)}', {str(stars).lower()})"
    return f"rpad({fitted}, {target.length})" if target.name in ("char", "nchar") else fitted


def _decimal_to_text(sql, source, target, style, assign_to):
    return _number_text(f"({sql})::numeric({source.precision},{source.scale})::text", source, target)


def _money_to_text(sql, source, target, style, assign_to):
    return _number_text(f"ms.money_text({sql}, {style or 0})", source, target)


def _float_to_text(sql, source, target, style, assign_to):
    return _number_text(f"ms.float_text(({sql})::double precision, {style or 0}, '{source.name}')", source, target)


def _guid_to_text(sql, source, target, style, assign_to):
    if target.length not in (None, MAX) and target.length < 36:
        raise SqlServerError(8170)
    return _fit(f"upper(({sql})::text)", target, None)


def _date_to_text(sql, source, target, style, assign_to):
    scale = source.scale if source.scale is not None else {"datetime": 3, "smalldatetime": 0}.get(source.name, 7)
    default = 0 if source.name in ("datetime", "smalldatetime") else 121
    number = default if style is None else style
    argument = f"(({sql}) - date '0001-01-01')" if source.name == "date" else sql
    if source.name == "datetimeoffset":
        text = f"ms.offset_text({sql}, {scale}, {number})"
    else:
        text = f"ms.temporal_text(({argument})::bigint, '{source.name}', {scale}, {number})"
    return _fit(text, target, assign_to)


def _binary_to_text(sql, source, target, style, assign_to):
    if style in (1, 2):
        prefix = "'0x' || " if style == 1 else ""
        return _fit(f"({prefix}upper(encode({sql}, 'hex')))", target, assign_to)
    decode = "ms.utf16_text" if target.is_unicode else "ms.code_page_text"
    return _fit(f"{decode}({sql})", target, assign_to)


def _same_text(sql, source, target, style, assign_to):
    return _fit(sql, target, assign_to)


# ---- to binary ---------------------------------------------------------------------------


def _fit_binary(sql: str, target: SqlType, assign_to: tuple[str, str] | None = None) -> str:
    if target.length in (None, MAX):
        return sql
    if assign_to is not None:
        table, column = (_literal(part) for part in assign_to)
        fitted = f"ms.fit_binary({sql}, {target.length}, {table}, {column})"
    else:
        fitted = f"substring({sql}, 1, {target.length})"
    return f"ms.pad_binary({fitted}, {target.length})" if target.name == "binary" else fitted


def _binary_to_binary(sql, source, target, style, assign_to):
    return _fit_binary(sql, target, assign_to)


def _text_to_binary(sql, source, target, style, assign_to):
    if style in (1, 2):
        return _fit_binary(f"ms.hex_binary({sql}, {style}, '{label(source)}')", target)
    encode = "ms.utf16_binary" if source.is_unicode else "ms.code_page_binary"
    if _utf8(source):
        return _fit_binary(f"convert_to({sql}, 'UTF8')", target)
    return _fit_binary(f"{encode}({sql})", target)


def _int_to_binary(sql, source, target, style, assign_to):
    length = datalength(source)
    if target.name == "varbinary":
        length = length if target.length == MAX else min(target.length or 1, length)
    else:
        length = target.length or 1
    return f"ms.int_binary(({sql})::bigint, {length})"


def _guid_to_binary(sql, source, target, style, assign_to):
    return _fit_binary(f"ms.guid_binary({sql})", target)


# ---- to dates ---------------------------------------------------------------------------------


def _scale(target: SqlType) -> int:
    return 7 if target.scale is None else target.scale


def _round(ticks: str, target: SqlType) -> str:
    if target.name == "datetime":
        return f"ms.round_datetime({ticks})"
    if target.name == "smalldatetime":
        return f"ms.round_smalldatetime({ticks})"
    scale = _scale(target)
    return ticks if scale == 7 else f"ms.round_ticks({ticks}, {scale})"


def _text_to_temporal(sql, source, target, style, assign_to):
    kind, tail = target.name, f"{style or 0}, '{label(source)}'"
    scale = _scale(target)
    if kind == "date":
        return f"ms.text_to_date({sql}, {tail})"
    if kind == "time":
        return f"ms.round_time(ms.text_to_time({sql}, {tail}), {scale})"
    if kind == "datetimeoffset":
        return f"ms.round_offset(ms.text_to_offset({sql}, {tail}), {scale})"
    return _round(f"ms.text_to_ticks({sql}, '{kind}', {tail})", target)


def _date_to_temporal(sql, source, target, style, assign_to):
    return _round(f"ms.date_ticks({sql})", target)


def _ticks_to_ticks(sql, source, target, style, assign_to):
    source_scale = source.scale if source.name == "datetime2" else 7
    if target.name == "datetime2" and source.name == "datetime2" and (source_scale or 0) <= (target.scale or 0):
        return sql
    return _round(sql, target)


def _ticks_to_date(sql, source, target, style, assign_to):
    return f"ms.ticks_date({sql})"


def _ticks_to_time(sql, source, target, style, assign_to):
    return f"ms.round_time(({sql}) % 864000000000, {_scale(target)})"


def _time_to_time(sql, source, target, style, assign_to):
    return f"ms.round_time({sql}, {_scale(target)})"


def _time_to_ticks(sql, source, target, style, assign_to):
    base = 599266080000000000  # 1900-01-01
    return _round(f"({base} + {sql})", target)


def _ticks_to_offset(sql, source, target, style, assign_to):
    return f"ms.round_offset(ms.offset_of({sql}, 0), {_scale(target)})"


def _date_to_offset(sql, source, target, style, assign_to):
    return f"ms.offset_of(ms.date_ticks({sql}), 0)"


def _offset_to_ticks(sql, source, target, style, assign_to):
    return _round(f"ms.offset_local({sql})", target)


def _offset_to_date(sql, source, target, style, assign_to):
    return f"ms.ticks_date(ms.offset_local({sql}))"


def _offset_to_time(sql, source, target, style, assign_to):
    return f"ms.round_time(ms.offset_local({sql}) % 864000000000, {_scale(target)})"


def _offset_to_offset(sql, source, target, style, assign_to):
    return f"ms.round_offset({sql}, {_scale(target)})"


def _number_to_old(sql, source, target, style, assign_to):
    return _round(f"ms.days_to_datetime(({sql})::double precision)", target)


# ---- others ----------------------------------------------------------------------------------------


def _text_to_guid(sql, source, target, style, assign_to):
    return f"ms.text_to_guid({sql})"


def _binary_to_guid(sql, source, target, style, assign_to):
    return f"ms.binary_guid({sql})"


def _text_to_json(sql, source, target, style, assign_to):
    return f"ms.check_json({sql})"


CONVERTERS = {
    ("int", "int"): _int_to_int,
    ("decimal", "int"): _number_to_int,
    ("money", "int"): _number_to_int,
    ("float", "int"): _number_to_int,
    ("text", "int"): _text_to_int,
    ("old", "int"): _old_to_number,
    ("old", "decimal"): _old_to_number,
    ("old", "money"): _old_to_number,
    ("old", "float"): _old_to_number,
    ("binary", "int"): _binary_to_int,
    ("text", "decimal"): _text_to_decimal,
    ("text", "money"): _text_to_decimal,
    ("text", "float"): _text_to_float,
    ("text", "text"): _text_to_text,
    ("int", "text"): _int_to_text,
    ("decimal", "text"): _decimal_to_text,
    ("money", "text"): _money_to_text,
    ("float", "text"): _float_to_text,
    ("guid", "text"): _guid_to_text,
    ("binary", "text"): _binary_to_text,
    ("json", "text"): _same_text,
    ("text", "json"): _text_to_json,
    ("binary", "binary"): _binary_to_binary,
    ("text", "binary"): _text_to_binary,
    ("int", "binary"): _int_to_binary,
    ("guid", "binary"): _guid_to_binary,
    ("text", "guid"): _text_to_guid,
    ("binary", "guid"): _binary_to_guid,
    ("old", "old"): _ticks_to_ticks,
    ("old", "datetime2"): _ticks_to_ticks,
    ("datetime2", "datetime2"): _ticks_to_ticks,
    ("datetime2", "old"): _ticks_to_ticks,
    ("date", "old"): _date_to_temporal,
    ("date", "datetime2"): _date_to_temporal,
    ("date", "offset"): _date_to_offset,
    ("old", "date"): _ticks_to_date,
    ("datetime2", "date"): _ticks_to_date,
    ("old", "time"): _ticks_to_time,
    ("datetime2", "time"): _ticks_to_time,
    ("time", "time"): _time_to_time,
    ("time", "old"): _time_to_ticks,
    ("time", "datetime2"): _time_to_ticks,
    ("old", "offset"): _ticks_to_offset,
    ("datetime2", "offset"): _ticks_to_offset,
    ("offset", "old"): _offset_to_ticks,
    ("offset", "datetime2"): _offset_to_ticks,
    ("offset", "date"): _offset_to_date,
    ("offset", "time"): _offset_to_time,
    ("offset", "offset"): _offset_to_offset,
    **{(a, b): _number_to_decimal for a in NUMBERS for b in ("decimal", "money")},
    **{(a, "float"): _number_to_float for a in NUMBERS},
    **{("text", b): _text_to_temporal for b in DATES},
    **{(a, "text"): _date_to_text for a in DATES},
    **{(a, "old"): _number_to_old for a in NUMBERS},
}
