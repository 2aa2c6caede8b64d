"""Date and time functions."""

from dataclasses import replace

from ...errors import SqlServerError
from ...sqltypes import BIGINT, DATE, DATETIME, DATETIME2, DATETIMEOFFSET, INT, SqlType, nvarchar
from ...syntax import nodes
from ...types.conversion import convert_sql
from ..bound import Bound
from ..constants import folded_integer
from ..operands import convert
from .registry import Functions, invalid_argument
from .string import integer, result, text

FUNCTIONS = Functions()

# https://learn.microsoft.com/sql/t-sql/functions/datepart-transact-sql
PARTS = {
    "year": "year", "yy": "year", "yyyy": "year", "quarter": "quarter", "qq": "quarter", "q": "quarter",
    "month": "month", "mm": "month", "m": "month", "dayofyear": "dayofyear", "dy": "dayofyear", "y": "dayofyear",
    "day": "day", "dd": "day", "d": "day", "week": "week", "wk": "week", "ww": "week", "weekday": "weekday",
    "dw": "weekday", "w": "weekday", "hour": "hour", "hh": "hour", "minute": "minute", "mi": "minute", "n": "minute",
    "second": "second", "ss": "second", "s": "second", "millisecond": "millisecond", "ms": "millisecond",
    "microsecond": "microsecond", "mcs": "microsecond", "nanosecond": "nanosecond", "ns": "nanosecond",
    "tzoffset": "tzoffset", "tz": "tzoffset", "iso_week": "iso_week", "isowk": "iso_week", "isoww": "iso_week",
}  # fmt: skip
_TIME_PARTS = ("hour", "minute", "second", "millisecond", "microsecond", "nanosecond")


def datepart(node: nodes.FunctionCall) -> str:
    """The first argument as a datepart. :raises SqlServerError: 155 unknown, 1023 not a word."""
    argument = node.arguments[0]
    name = node.name.lower()
    if not isinstance(argument, nodes.ColumnRef) or len(argument.parts) != 1:
        raise SqlServerError(1023, position=1, name=name)
    part = PARTS.get(argument.parts[0].casefold())
    if part is None:
        raise SqlServerError(155, name=argument.parts[0], kind=name)
    return part


def temporal(t, bound: Bound, position: int, name: str) -> Bound:
    """An argument of a date type; strings become datetime2(7)... as documented, numbers datetime."""
    if bound.is_null:
        return Bound("NULL::bigint", DATETIME, True)
    if bound.type.is_temporal:
        return bound
    if bound.type.is_character:
        return Bound(convert(bound, DATETIME2), DATETIME2, bound.nullable, columns=bound.columns)
    if bound.type.is_number:
        return Bound(convert(bound, DATETIME), DATETIME, bound.nullable, columns=bound.columns)
    raise invalid_argument(bound, position, name)


def ticks(bound: Bound) -> str:
    """Local ticks since 0001-01-01 (time: of 1900-01-01)."""
    if bound.type.name == "date":
        return f"ms.date_ticks({bound.sql})"
    if bound.type.name == "datetimeoffset":
        return f"ms.offset_local({bound.sql})"
    if bound.type.name == "time":
        return f"(599266080000000000 + {bound.sql})"
    return bound.sql


def check_part(part: str, type_: SqlType, name: str) -> None:
    """:raises SqlServerError: 9810 when the type has no such part."""
    bad = type_.name == "date" and part in _TIME_PARTS or (type_.name == "time" and part not in _TIME_PARTS)
    if part == "tzoffset" and type_.name not in ("datetimeoffset", "datetime2"):
        bad = True
    if bad:
        raise SqlServerError(9810, part=part, name=name, type=type_.name)


def _added_count(t, amount: Bound) -> str:
    if not (amount.type.is_number or amount.type.is_character or amount.is_null):
        raise invalid_argument(amount, 2, "dateadd")
    if amount.is_null:
        return "NULL::bigint"
    if t.context.version.allows("dateadd_bigint"):
        return convert(amount, BIGINT, True)
    return f"({convert(amount, INT, True)})::bigint"


@FUNCTIONS.define("dateadd", 3, raw=True)
def _dateadd(t, node, scope):
    part = datepart(node)
    amount = t.expression(node.arguments[1], scope)
    value = t.expression(node.arguments[2], scope)
    original = value
    value = temporal(t, value, 3, "dateadd")
    if original.type.is_character:
        value = Bound(convert(original, DATETIME), DATETIME, original.nullable, columns=original.columns)
    part = {"dayofyear": "day", "weekday": "day"}.get(part, part)
    if part in ("iso_week", "tzoffset"):
        raise SqlServerError(9806, part=part, name="dateadd")
    check_part(part, value.type, "dateadd")
    count = _added_count(t, amount)
    bounds = [amount, value]
    name = value.type.name
    if name == "date":
        sql = f"ms.ticks_date(ms.date_add('{part}', {count}, ms.date_ticks({value.sql}), 'date'))"
        return result(bounds, sql, DATE)
    if name == "datetimeoffset":
        sql = (
            f"ms.offset_of(ms.date_add('{part}', {count}, ms.offset_local({value.sql}), 'datetimeoffset'), "
            f"(({value.sql}).o)::int)"
        )
        return result(bounds, sql, value.type)
    sql = f"ms.date_add('{part}', {count}, {value.sql}, '{name}')"
    if name in ("datetime", "smalldatetime"):
        sql = f"ms.round_{name}({sql})"
        return result(bounds, sql, value.type)
    if part in ("millisecond", "microsecond", "nanosecond"):
        digits = {"millisecond": 3, "microsecond": 6, "nanosecond": 7}[part]
        scale = max(value.type.scale if value.type.scale is not None else 7, digits)
        return result(bounds, sql, SqlType(name, scale=scale))
    return result(bounds, sql, value.type)


@FUNCTIONS.define("datediff datediff_big", 3, raw=True)
def _datediff(t, node, scope):
    name = node.name.lower()
    part = datepart(node)
    if part in ("iso_week", "tzoffset"):
        raise SqlServerError(9806, part=part, name=name)
    values = []
    for position in (1, 2):
        bound = t.expression(node.arguments[position], scope)
        value = temporal(t, bound, position + 1, name)
        values.append(_shown(value, part))
    part = {"dayofyear": "day", "weekday": "day"}.get(part, part)
    if all(value.type.name == "datetimeoffset" for value in values):
        a, b = (f"({value.sql}).u" for value in values)
    elif any(value.type.name == "datetimeoffset" for value in values):
        a, b = (f"({convert_sql(v.sql, v.type, DATETIMEOFFSET, explicit=False)}).u" for v in values)
    else:
        a, b = (ticks(value) for value in values)
    function = "date_diff_int" if name == "datediff" else "date_diff_big"
    return result(values, f"ms.{function}('{part}', {a}, {b})", INT if name == "datediff" else BIGINT)


@FUNCTIONS.define("datepart datename", 2, raw=True)
def _datepart(t, node, scope):
    part = datepart(node)
    return _part(t, node, part, t.expression(node.arguments[1], scope))


def _shown(value: Bound, part: str) -> Bound:
    """A datetime counts in thirds of 10 ms and shows whole milliseconds."""
    if value.type.name == "datetime" and part == "millisecond":
        return replace(value, sql=f"ms.round_milliseconds({value.sql})")
    return value


def _part(t, node, part: str, bound: Bound) -> Bound:
    name = node.name.lower()
    value = temporal(t, bound, 2, name)
    first = t.context.settings.datefirst
    if part == "tzoffset":
        check_part(part, value.type, name)
        minutes = f"(({value.sql}).o)::integer" if value.type.name == "datetimeoffset" else "0"
        if name == "datename":
            return result([value], f"ms.offset_name({minutes})", nvarchar(30, t.context.collation))
        return result([value], minutes, INT)
    check_part(part, value.type, name)
    value = _shown(value, part)
    if name == "datename":
        return result([value], f"ms.date_name('{part}', {ticks(value)}, {first})", nvarchar(30, t.context.collation))
    return result([value], f"ms.date_part('{part}', {ticks(value)}, {first})", INT)


@FUNCTIONS.define("year month day", 1)
def _year(t, node, scope, a):
    part = node.name.lower()
    value = temporal(t, a[0], 1, part)
    check_part(part, value.type, "datepart")
    return result([value], f"ms.date_part('{part}', {ticks(value)}, 7)", INT)


@FUNCTIONS.define("datetrunc", 2, raw=True)
def _datetrunc(t, node, scope):
    part = datepart(node)
    bound = t.expression(node.arguments[1], scope)
    value = temporal(t, bound, 2, "datetrunc")
    if part in ("weekday", "tzoffset", "nanosecond"):
        raise SqlServerError(9810, part=part, name="datetrunc", type=value.type.name)
    check_part(part, value.type, "datetrunc")
    name = value.type.name
    first = t.context.settings.datefirst
    if name == "date":
        return result([value], f"ms.ticks_date(ms.date_trunc('{part}', ms.date_ticks({value.sql}), {first}))", DATE)
    if name == "datetimeoffset":
        sql = f"ms.offset_of(ms.date_trunc('{part}', ms.offset_local({value.sql}), {first}), (({value.sql}).o)::int)"
        return result([value], sql, value.type)
    sql = f"ms.date_trunc('{part}', {value.sql}, {first})"
    if name == "datetime" and part in ("millisecond", "microsecond"):
        sql = f"ms.round_datetime({sql})"
    return result([value], sql, value.type)


@FUNCTIONS.define("eomonth", 1, 2)
def _eomonth(t, node, scope, a):
    value = convert(temporal(t, a[0], 1, "eomonth"), DATE)
    months = f"coalesce({integer(t, a[1], 2, 'eomonth')}, 0)" if len(a) > 1 else "0"
    return result(a, f"ms.end_of_month({value}, {months})", DATE)


@FUNCTIONS.define("datefromparts", 3)
def _datefromparts(t, node, scope, a):
    parts = ", ".join(convert(bound, INT) for bound in a)
    return result(a, f"ms.date_from_parts({parts})", DATE)


def _scale(node, name: str) -> int:
    """The last argument. :raises SqlServerError: 10760 for no integer constant, 1002 out of range (both probed)."""
    scale = folded_integer(node.arguments[-1])
    if scale is None:
        raise SqlServerError(10760, type=name)
    if not 0 <= scale <= 7:
        raise SqlServerError(1002, at=node.line or 1, scale=scale)
    return scale


@FUNCTIONS.define("timefromparts", 5)
def _timefromparts(t, node, scope, a):
    scale = _scale(node, "time")
    parts = ", ".join(convert(bound, INT) for bound in a[:4])
    return result(a, f"ms.time_from_parts({parts}, {scale})", SqlType("time", scale=scale))


def _moment(a: list[Bound], scale: int, type_: str) -> str:
    """Ticks of the date and the time that the first seven arguments give."""
    parts = [convert(bound, INT) for bound in a[:7]]
    date, time = ", ".join(parts[:3]), ", ".join(parts[3:])
    return f"(ms.date_ticks(ms.date_from_parts({date})) + ms.time_from_parts({time}, {scale}, '{type_}'))"


@FUNCTIONS.define("datetime2fromparts", 8)
def _datetime2fromparts(t, node, scope, a):
    scale = _scale(node, "datetime2")
    return result(a, _moment(a, scale, "datetime2"), SqlType("datetime2", scale=scale))


@FUNCTIONS.define("datetimefromparts", 7)
def _datetimefromparts(t, node, scope, a):
    return result(a, f"ms.round_datetime({_moment(a, 3, 'datetime')})", DATETIME)


@FUNCTIONS.define("datetimeoffsetfromparts", 10)
def _datetimeoffsetfromparts(t, node, scope, a):
    scale = _scale(node, "datetimeoffset")
    hours, minutes = (convert(bound, INT) for bound in a[7:9])
    sql = f"ms.offset_from_parts({_moment(a, scale, 'datetimeoffset')}, {hours}, {minutes})"
    return result(a, sql, SqlType("datetimeoffset", scale=scale))


@FUNCTIONS.define("smalldatetimefromparts", 5)
def _smalldatetimefromparts(t, node, scope, a):
    parts = [convert(bound, INT) for bound in a]
    sql = (
        f"ms.round_smalldatetime(ms.date_ticks(ms.date_from_parts({', '.join(parts[:3])})) + "
        f"ms.time_from_parts({', '.join(parts[3:])}, 0, 0, 0, 'smalldatetime'))"
    )
    return result(a, sql, SqlType("smalldatetime"))


@FUNCTIONS.define("date_bucket", 3, 4, raw=True)
def _date_bucket(t, node, scope):
    """https://learn.microsoft.com/sql/t-sql/functions/date-bucket-transact-sql"""
    part = datepart(node)
    bounds = t.expressions(node.arguments[1:], scope)
    value = temporal(t, bounds[1], 3, "date_bucket")
    part = {"dayofyear": "day", "weekday": "day"}.get(part, part)
    if part in ("iso_week", "tzoffset", "microsecond", "nanosecond"):
        raise SqlServerError(9806, part=part, name="date_bucket")
    check_part(part, value.type, "date_bucket")
    count = f"({convert(bounds[0], BIGINT)})"
    origin = ticks(Bound(convert(bounds[2], value.type), value.type)) if len(bounds) > 2 else "599266080000000000"
    sql = f"ms.date_bucket('{part}', {count}, {ticks(value)}, {origin})"
    if value.type.name == "date":
        sql = f"ms.ticks_date({sql})"
    elif value.type.name == "time":
        sql = f"({sql} - 599266080000000000)"
    elif value.type.name == "datetimeoffset":
        sql = f"ms.offset_of({sql}, (({value.sql}).o)::int)"
    elif value.type.name == "datetime":
        sql = f"ms.round_datetime({sql})"
    return result(bounds, sql, value.type)


FUNCTIONS.constant("getdate current_timestamp getutcdate", "ms.round_datetime(ms.now_ticks())", DATETIME)
FUNCTIONS.constant("sysdatetime sysutcdatetime", "ms.now_ticks()", DATETIME2)
FUNCTIONS.constant("sysdatetimeoffset", "row(ms.now_ticks(), 0)::ms.dto", DATETIMEOFFSET)
FUNCTIONS.constant("current_date", "ms.ticks_date(ms.now_ticks())", DATE)


def _minutes(t, bound: Bound, name: str) -> str:
    if bound.type.is_character:
        return f"ms.parse_offset({text(t, bound, 2, name).sql})"
    return convert(bound, INT)


@FUNCTIONS.define("switchoffset", 2)
def _switchoffset(t, node, scope, a):
    value = convert(a[0], a[0].type if a[0].type.name == "datetimeoffset" else DATETIMEOFFSET)
    scale = a[0].type.scale if a[0].type.scale is not None else 7
    sql = f"ms.switch_offset({value}, {_minutes(t, a[1], 'switchoffset')})"
    return result(a, sql, SqlType("datetimeoffset", scale=scale), True)


@FUNCTIONS.define("todatetimeoffset", 2)
def _todatetimeoffset(t, node, scope, a):
    value = temporal(t, a[0], 1, "todatetimeoffset")
    scale = value.type.scale if value.type.scale is not None else 7
    sql = f"ms.offset_of({ticks(value)}, {_minutes(t, a[1], 'todatetimeoffset')})"
    return result(a, sql, SqlType("datetimeoffset", scale=scale), True)


@FUNCTIONS.define("isdate", 1)
def _isdate(t, node, scope, a):
    """https://learn.microsoft.com/sql/t-sql/functions/isdate-transact-sql"""
    name = a[0].type.name
    if a[0].is_null or name in ("bit", "decimal", "money", "smallmoney", "float", "real", "uniqueidentifier"):
        return result(a, "0", INT, False)
    if name in ("datetime", "smalldatetime"):
        return result(a, f"(CASE WHEN {a[0].sql} IS NULL THEN 0 ELSE 1 END)", INT, False)
    if a[0].type.is_temporal:
        raise invalid_argument(a[0], 1, "isdate")
    return result(a, f"ms.isdate({text(t, a[0], 1, 'isdate').sql})", INT, False)
