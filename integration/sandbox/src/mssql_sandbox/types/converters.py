"""The engine expression of each conversion, by the families of its two types.

A converter gets the value's expression, its type, the target type, CONVERT's style number and, for an assignment,
(table, column).
"""

from typing import Any, Callable

from ..catalog.datatypes import engine_type, facets
from ..errors import SqlServerError
from ..sqltypes import MAX, SqlType
from .code_pages import cut, encoding, is_multibyte, most_bytes, padded, recoded
from .pairs import label

_FAMILIES = {
    "bit": "int", "tinyint": "int", "smallint": "int", "int": "int", "bigint": "int", "decimal": "decimal",
    "money": "money", "smallmoney": "money", "real": "float", "float": "float", "char": "text", "varchar": "text",
    "nchar": "text", "nvarchar": "text", "text": "text", "ntext": "text", "binary": "binary", "varbinary": "binary",
    "image": "binary", "uniqueidentifier": "guid", "date": "date", "time": "time", "datetime": "old",
    "smalldatetime": "old", "datetime2": "datetime2", "datetimeoffset": "offset", "xml": "xml", "json": "json",
    "rowversion": "rowversion", "sql_variant": "variant", "null": "null",
}  # fmt: skip
Assigned = tuple[str, str] | None
NUMBERS = ("int", "decimal", "money", "float")


def family(type_: SqlType) -> str:
    return _FAMILIES[type_.name]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def datalength(type_: SqlType) -> int:
    """Bytes of a fixed-length type."""
    return facets(type_).max_length


# ---- to numbers


def _int_to_int(sql: str, source: SqlType, target: SqlType, *_: Any) -> str:
    order = ("bit", "tinyint", "smallint", "int", "bigint")
    if target.name == "bit":
        return f"ms.to_bit(({sql})::numeric)"
    if order.index(source.name) <= order.index(target.name):
        return f"({sql})::{engine_type(target)}"
    if target.name == "int":
        return f"({sql})::integer"
    return f"ms.to_{target.name}(({sql})::bigint)"


def _number_to_int(sql: str, source: SqlType, target: SqlType, *_: Any) -> str:
    if target.name == "bit":
        return f"ms.to_bit(({sql})::numeric)"
    if source.is_approximate:
        return f"ms.float_integer({sql}, '{target.name}')::{engine_type(target)}"
    cut = f"round(({sql})::numeric)" if source.name.endswith("money") else f"trunc(({sql})::numeric)"
    return f"ms.number_to_{target.name}({cut}, 'numeric')"


def _old_to_number(sql: str, source: SqlType, target: SqlType, style: int | None, assign_to: Assigned) -> str:
    days = f"ms.datetime_to_days({sql})"
    if target.name == "bit":
        return f"ms.to_bit(({days})::numeric)"
    if family(target) == "int":
        return f"ms.number_to_{target.name}(round(({days})::numeric), 'numeric')"
    if family(target) == "float":
        return f"({days})::float8"
    return _number_to_decimal(days, SqlType("float"), target, style, assign_to)


def _number_to_decimal(sql: str, source: SqlType, target: SqlType, *_: Any) -> str:
    if source.is_approximate:
        sql = f"ms.float_numeric({sql})"
    if target.name in ("money", "smallmoney"):
        kinds = {
            "int": "expression" if source.name == "bigint" or target.name == "money" else "int",
            "decimal": "numeric",
        }
        return f"ms.to_{target.name}(({sql})::numeric, '{kinds.get(family(source), family(source))}')"
    (precision, scale), (target_precision, target_scale) = source.digits, target.digits
    if source.name == "decimal" and scale <= target_scale and precision - scale <= target_precision - target_scale:
        return f"({sql})::numeric({target_precision},{target_scale})"
    kind = "float" if source.is_approximate else "int" if source.is_integer else "numeric"
    return f"ms.to_decimal(({sql})::numeric, {target.precision}, {target.scale}, '{kind}')"


def _float_to_float(sql: str, source: SqlType, target: SqlType, *_: Any) -> str:
    return (
        f"ms.to_real({sql})" if (source.name, target.name) == ("float", "real") else f"({sql})::{engine_type(target)}"
    )


# ---- to strings


def _fit(sql: str, source: SqlType, target: SqlType, assign_to: Assigned) -> str:
    """Truncate or refuse values longer than the target."""
    if target.length in (None, MAX):
        return sql
    if assign_to is None:
        return padded(cut(sql, target), target)
    table, column = (_literal(part) for part in assign_to)
    measure, page = ("bytes", f", '{encoding(target)}'") if is_multibyte(target) else ("units", "")
    return padded(f"ms.fit_{measure}({sql}, {target.length}, {table}, {column}{page})", target)


def _text_to_text(sql: str, source: SqlType, target: SqlType, style: int | None, assign_to: Assigned) -> str:
    if target.name not in ("char", "nchar"):
        sql = padded(sql, source)
    sql = recoded(sql, target, source)
    if target.length in (None, MAX):
        return sql
    if source.length not in (None, MAX) and source.length <= target.length and target.name not in ("char", "nchar"):
        if most_bytes(target) <= most_bytes(source):
            return sql
    return _fit(sql, source, target, assign_to)


def _number_text(text: str, source: SqlType, target: SqlType, _assign_to: object) -> str:
    if target.length in (None, MAX):
        return text
    stars = source.is_integer and source.name in ("int", "smallint", "tinyint") and not target.is_unicode
    fitted = f"ms.number_fit({text}, {target.length}, '{label(source)}', '{label(target)}', {str(stars).lower()})"
    return padded(fitted, target)


def _guid_to_text(sql: str, source: SqlType, target: SqlType, *_: Any) -> str:
    if target.length not in (None, MAX) and target.length < 36:
        raise SqlServerError(8170)
    return _fit(f"upper(({sql})::text)", source, target, None)


def _date_to_text(sql: str, source: SqlType, target: SqlType, style: int | None, assign_to: Assigned) -> str:
    scale = source.scale if source.scale is not None else {"datetime": 3, "smalldatetime": 0}.get(source.name, 7)
    default = 0 if source.name in ("datetime", "smalldatetime") else 121
    number = default if style is None else style
    argument = f"(({sql}) - date '0001-01-01')" if source.name == "date" else sql
    if source.name == "datetimeoffset":
        text = f"ms.offset_text({sql}, {scale}, {number})"
    else:
        text = f"ms.temporal_text(({argument})::bigint, '{source.name}', {scale}, {number})"
    return _fit(text, source, target, assign_to)


def _binary_to_text(sql: str, source: SqlType, target: SqlType, style: int | None, assign_to: Assigned) -> str:
    if style in (1, 2):
        prefix = "'0x' || " if style == 1 else ""
        return _fit(f"({prefix}upper(encode({sql}, 'hex')))", source, target, assign_to)
    if style:
        return f"ms.invalid_style(({sql})::text, {style}, '{label(source)}')"
    text = f"ms.utf16_text({sql})" if target.is_unicode else f"convert_from({sql}, '{encoding(target)}')"
    return _fit(text, source, target, assign_to)


# ---- to binary


def _fit_binary(sql: str, source: SqlType, target: SqlType, assign_to: Assigned) -> str:
    if target.length in (None, MAX):
        return sql
    if assign_to is not None:
        table, column = (_literal(part) for part in assign_to)
        fitted = f"ms.fit_binary({sql}, {target.length}, {table}, {column})"
    else:
        fitted = f"substring({sql}, 1, {target.length})"
    return f"ms.pad_binary({fitted}, {target.length})" if target.name == "binary" else fitted


def _cut_binary(sql: str, source: SqlType, target: SqlType, _assign_to: object) -> str:
    return _fit_binary(sql, source, target, None)


def _text_to_binary(sql: str, source: SqlType, target: SqlType, style: int | None, *_: Any) -> str:
    if style in (1, 2):
        return _cut_binary(f"ms.hex_binary({sql}, {style}, '{label(source)}')", source, target, None)
    if style:
        return f"ms.invalid_style(({sql})::text, {style}, '{label(source)}')::bytea"
    if source.is_unicode:
        return _cut_binary(f"ms.utf16_binary({sql})", source, target, None)
    return _cut_binary(f"convert_to({recoded(sql, source)}, '{encoding(source)}')", source, target, None)


def _int_to_binary(sql: str, source: SqlType, target: SqlType, *_: Any) -> str:
    length = datalength(source)
    if target.name == "varbinary":
        length = length if target.length == MAX else min(target.length or 1, length)
    else:
        length = target.length or 1
    return f"ms.int_binary(({sql})::bigint, {length})"


# ---- to dates


def _scale(target: SqlType) -> int:
    return 7 if target.scale is None else target.scale


def _round(ticks: str, _source: SqlType, target: SqlType, _assign_to: object) -> str:
    if target.name == "datetime":
        return f"ms.round_datetime({ticks})"
    if target.name == "smalldatetime":
        return f"ms.round_smalldatetime({ticks})"
    scale = _scale(target)
    return ticks if scale == 7 else f"ms.round_ticks({ticks}, {scale})"


def _ticks_to_ticks(sql: str, source: SqlType, target: SqlType, *_: Any) -> str:
    source_scale = source.scale if source.name == "datetime2" else 7
    if target.name == "datetime2" and source.name == "datetime2" and (source_scale or 0) <= (target.scale or 0):
        return sql
    return _round(sql, source, target, None)


def _xml_to_text(sql: str, source: SqlType, target: SqlType, *_: Any) -> str:
    maximum = "null::int" if target.length in (None, MAX) else target.length
    return f"ms.xml_to_text({sql}, {maximum}, {target.is_unicode})"


# ---- converters by template


def _expression(template: str, fit: Callable[..., str] | None = None) -> Callable[..., str]:
    """A converter from a template.

    :param template: with ``{sql}`` for the value, ``{source}`` and ``{target}`` for the types, ``{label}`` for the
        source's name, ``{size}``, ``{scale}`` and ``{engine}`` for the target's bytes, decimals and engine type,
        ``{style}`` for CONVERT's number.
    :param fit: function of the expression, the types and the column that fits the value to the target.
    """

    def convert(sql: str, source: SqlType, target: SqlType, style: int | None, assign_to: Assigned) -> str:
        value = template.format(
            sql=sql, source=source, target=target, style=style or 0, label=label(source), scale=_scale(target),
            size=datalength(target), engine=engine_type(target),
        )  # fmt: skip
        return fit(value, source, target, assign_to) if fit else value

    return convert


# families of values, families of targets, converter
_TABLE: tuple[tuple[str, str, Callable[..., str]], ...] = (
    ("int", "int", _int_to_int),
    ("decimal money float", "int", _number_to_int),
    ("text", "int", _expression("ms.text_to_int({sql}, '{label}', '{target.name}')::{engine}")),
    ("binary", "int", _expression("ms.binary_to_int({sql}, {size})::{engine}")),
    ("old", "int decimal money float", _old_to_number),
    ("int decimal money float", "decimal money", _number_to_decimal),
    (
        "text",
        "decimal",
        _expression(
            "ms.to_decimal(ms.text_to_numeric({sql}, '{label}'), {target.precision}, {target.scale}, '{label}')"
        ),
    ),
    ("text", "money", _expression("ms.to_{target.name}(ms.text_to_money({sql}, '{label}', '{target.name}'))")),
    ("int decimal money", "float", _expression("({sql})::{engine}")),
    ("float", "float", _float_to_float),
    ("text", "float", _expression("ms.text_to_float({sql}, '{label}', '{target.name}')::{engine}")),
    ("text", "text", _text_to_text),
    ("int", "text", _expression("({sql})::text", _number_text)),
    ("decimal", "text", _expression("({sql})::numeric({source.precision},{source.scale})::text", _number_text)),
    ("money", "text", _expression("ms.money_text({sql}, {style})", _number_text)),
    ("float", "text", _expression("ms.float_text(({sql})::float8, {style}, '{source.name}')", _number_text)),
    ("guid", "text", _guid_to_text),
    ("binary", "text", _binary_to_text),
    ("json", "text", _expression("{sql}", _fit)),
    ("date time old datetime2 offset", "text", _date_to_text),
    ("text", "json", _expression("ms.check_json({sql})")),
    ("text", "xml", _expression("ms.text_to_xml({sql}, {style}, {source.is_unicode})")),
    ("xml", "text", _xml_to_text),
    ("binary", "binary", _expression("{sql}", _fit_binary)),
    ("text", "binary", _text_to_binary),
    ("int", "binary", _int_to_binary),
    ("guid", "binary", _expression("ms.guid_binary({sql})", _cut_binary)),
    ("text", "guid", _expression("ms.text_to_guid({sql})")),
    ("binary", "guid", _expression("ms.binary_guid({sql})")),
    ("text", "date", _expression("ms.text_to_date({sql}, {style}, '{label}')")),
    ("text", "time", _expression("ms.round_time(ms.text_to_time({sql}, {style}, '{label}'), {scale})")),
    ("text", "offset", _expression("ms.round_offset(ms.text_to_offset({sql}, {style}, '{label}'), {scale})")),
    ("text", "old datetime2", _expression("ms.text_to_ticks({sql}, '{target.name}', {style}, '{label}')", _round)),
    ("int decimal money float", "old", _expression("ms.days_to_datetime(({sql})::float8, '{target.name}')", _round)),
    ("old datetime2", "old datetime2", _ticks_to_ticks),
    ("date", "old datetime2", _expression("ms.date_ticks({sql})", _round)),
    ("date", "offset", _expression("ms.offset_of(ms.date_ticks({sql}), 0)")),
    ("old datetime2", "date", _expression("ms.ticks_date({sql})")),
    ("old datetime2", "time", _expression("ms.round_time(({sql}) % 864000000000, {scale})")),
    ("old datetime2", "offset", _expression("ms.round_offset(ms.offset_of({sql}, 0), {scale})")),
    ("time", "time", _expression("ms.round_time({sql}, {scale})")),
    ("time", "old datetime2", _expression("(599266080000000000 + {sql})", _round)),  # from 1900-01-01 on
    ("offset", "old datetime2", _expression("ms.offset_local({sql})", _round)),
    ("offset", "date", _expression("ms.ticks_date(ms.offset_local({sql}))")),
    ("offset", "time", _expression("ms.round_time(ms.offset_local({sql}) % 864000000000, {scale})")),
    ("offset", "offset", _expression("ms.round_offset({sql}, {scale})")),
)
CONVERTERS = {
    (value, target): converter
    for values, targets, converter in _TABLE
    for value in values.split()
    for target in targets.split()
}
