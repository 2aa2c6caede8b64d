"""Date and time functions."""

from dataclasses import replace

from ...errors import SqlServerError
from ...sqltypes import BIGINT, DATE, DATETIME, DATETIME2, DATETIMEOFFSET, INT, SMALLDATETIME, SqlType
from ...syntax import nodes
from ...types.conversion import convert_sql
from ..bound import Bound
from ..constants import folded_integer
from ..operands import convert
from .call import Call, result
from .registry import Functions

FUNCTIONS = Functions()
define = FUNCTIONS.define

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


def datepart(call: Call) -> str:
    """The first argument, a datepart. :raises SqlServerError: 155 unknown, 1023 not a word."""
    argument = call.node.arguments[0]
    name = call.name
    if not isinstance(argument, nodes.ColumnRef) or len(argument.parts) != 1:
        raise SqlServerError(1023, position=1, name=name)
    part = PARTS.get(argument.parts[0].casefold())
    if part is None:
        raise SqlServerError(155, name=argument.parts[0], kind=name)
    return part


def _unit(call: Call, *refused: str) -> str:
    """The datepart that a function counts. :raises SqlServerError: 9806 for one that it does not, 155, 1023."""
    part = datepart(call)
    if part in ("iso_week", "tzoffset", *refused):
        raise SqlServerError(9806, part=part, name=call.name)
    return {"dayofyear": "day", "weekday": "day"}.get(part, part)


def temporal(call: Call, position: int, bound: Bound) -> Bound:
    """An argument of a date type; strings become datetime2(7) as documented, numbers datetime."""
    if bound.is_null:
        return Bound("NULL::bigint", DATETIME, True)
    if bound.type.is_temporal:
        return bound
    if bound.type.is_character:
        return Bound(convert(bound, DATETIME2), DATETIME2, bound.nullable, columns=bound.columns)
    if bound.type.is_number:
        return Bound(convert(bound, DATETIME), DATETIME, bound.nullable, columns=bound.columns)
    raise call.invalid(position, bound)


def ticks(bound: Bound) -> str:
    """Local ticks since 0001-01-01 (time: on 1900-01-01)."""
    if bound.type.name == "date":
        return f"ms.date_ticks({bound.sql})"
    if bound.type.name == "datetimeoffset":
        return f"ms.offset_local({bound.sql})"
    if bound.type.name == "time":
        return f"(599266080000000000 + {bound.sql})"
    return bound.sql


def _digits(type_: SqlType) -> int:
    return 7 if type_.scale is None else type_.scale


def check_part(part: str, type_: SqlType, name: str) -> None:
    """:raises SqlServerError: 9810 when the type has no such part."""
    bad = type_.name == "date" and part in _TIME_PARTS or (type_.name == "time" and part not in _TIME_PARTS)
    if part == "tzoffset" and type_.name not in ("datetimeoffset", "datetime2"):
        bad = True
    if bad:
        raise SqlServerError(9810, part=part, name=name, type=type_.name)


def _added_count(call: Call, amount: Bound) -> str:
    if not (amount.type.is_number or amount.type.is_character or amount.is_null):
        raise call.invalid(2, amount)
    if amount.is_null:
        return "NULL::bigint"
    if call.context.version.allows("dateadd_bigint"):
        return convert(amount, BIGINT, True)
    return f"({convert(amount, INT, True)})::bigint"


@define("dateadd", 3)
def _dateadd(call: Call) -> Bound:
    part = _unit(call)
    amount = call.bind(2)
    original = call.bind(3)
    value = temporal(call, 3, original)
    if original.type.is_character:
        value = replace(value, sql=convert(original, DATETIME), type=DATETIME)
    check_part(part, value.type, "dateadd")
    # "Fractional seconds precision", https://learn.microsoft.com/sql/t-sql/functions/dateadd-transact-sql
    if part in ("microsecond", "nanosecond") and value.type.name in ("datetime", "smalldatetime"):
        raise SqlServerError(9810, part=part, name="dateadd", type=value.type.name)
    count = _added_count(call, amount)
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
        return result(bounds, f"ms.round_{name}({sql})", value.type)
    if part in ("millisecond", "microsecond", "nanosecond"):
        digits = {"millisecond": 3, "microsecond": 6, "nanosecond": 7}[part]
        return result(bounds, sql, SqlType(name, scale=max(_digits(value.type), digits)))
    return result(bounds, sql, value.type)


@define("datediff datediff_big", 3)
def _datediff(call: Call) -> Bound:
    name = call.name
    part = _unit(call)
    values = [_shown(temporal(call, position, call.bind(position)), part) for position in (2, 3)]
    if all(value.type.name == "datetimeoffset" for value in values):
        start, end = (f"({value.sql}).u" for value in values)
    elif any(value.type.name == "datetimeoffset" for value in values):
        start, end = (f"({convert_sql(v.sql, v.type, DATETIMEOFFSET, explicit=False)}).u" for v in values)
    else:
        start, end = (ticks(value) for value in values)
    function = "date_diff_int" if name == "datediff" else "date_diff_big"
    return result(values, f"ms.{function}('{part}', {start}, {end})", INT if name == "datediff" else BIGINT)


@define("datepart datename", 2)
def _datepart(call: Call) -> Bound:
    part = datepart(call)
    name = call.name
    value = temporal(call, 2, call.bind(2))
    first = call.context.settings.datefirst
    if part == "tzoffset":
        check_part(part, value.type, name)
        minutes = f"(({value.sql}).o)::integer" if value.type.name == "datetimeoffset" else "0"
        if name == "datename":
            return result([value], f"ms.offset_name({minutes})", call.nvarchar(30))
        return result([value], minutes, INT)
    check_part(part, value.type, name)
    value = _shown(value, part)
    if name == "datename":
        return result([value], f"ms.date_name('{part}', {ticks(value)}, {first})", call.nvarchar(30))
    return result([value], f"ms.date_part('{part}', {ticks(value)}, {first})", INT)


def _shown(value: Bound, part: str) -> Bound:
    """The ticks of a datetime, which counts in 1/300 s, rounded to milliseconds."""
    if value.type.name == "datetime" and part == "millisecond":
        return replace(value, sql=f"ms.round_milliseconds({value.sql})")
    return value


@define("year month day", 1)
def _year(call: Call) -> Bound:
    part = call.name
    value = temporal(call, 1, call.first)
    check_part(part, value.type, "datepart")
    return result([value], f"ms.date_part('{part}', {ticks(value)}, 7)", INT)


@define("datetrunc", 2)
def _datetrunc(call: Call) -> Bound:
    part = datepart(call)
    value = temporal(call, 2, call.bind(2))
    if part in ("weekday", "tzoffset", "nanosecond"):
        raise SqlServerError(9810, part=part, name="datetrunc", type=value.type.name)
    check_part(part, value.type, "datetrunc")
    name = value.type.name
    first = call.context.settings.datefirst
    if name == "date":
        return result([value], f"ms.ticks_date(ms.date_trunc('{part}', ms.date_ticks({value.sql}), {first}))", DATE)
    if name == "datetimeoffset":
        sql = f"ms.offset_of(ms.date_trunc('{part}', ms.offset_local({value.sql}), {first}), (({value.sql}).o)::int)"
        return result([value], sql, value.type)
    sql = f"ms.date_trunc('{part}', {value.sql}, {first})"
    if name == "datetime" and part in ("millisecond", "microsecond"):
        sql = f"ms.round_datetime({sql})"
    return result([value], sql, value.type)


@define("eomonth", 1, 2)
def _eomonth(call: Call) -> Bound:
    value = convert(temporal(call, 1, call.first), DATE)
    return call.result(f"ms.end_of_month({value}, coalesce({call.integer(2, '0')}, 0))", DATE)


@define("datefromparts", 3)
def _datefromparts(call: Call) -> Bound:
    return call.result(f"ms.date_from_parts({', '.join(_parts(call, 3))})", DATE)


def _parts(call: Call, count: int) -> list[str]:
    return [convert(bound, INT) for bound in call.arguments[:count]]


def _scale(call: Call, name: str) -> int:
    """The last argument, a scale. :raises SqlServerError: 10760 not an integer constant, 1002 out of range (probed)."""
    scale = folded_integer(call.node.arguments[-1])
    if scale is None:
        raise SqlServerError(10760, type=name)
    if not 0 <= scale <= 7:
        raise SqlServerError(1002, at=call.node.line or 1, scale=scale)
    return scale


@define("timefromparts", 5)
def _timefromparts(call: Call) -> Bound:
    scale = _scale(call, "time")
    return call.result(f"ms.time_from_parts({', '.join(_parts(call, 4))}, {scale})", SqlType("time", scale=scale))


def _moment(call: Call, scale: int, type_: str) -> str:
    """Ticks of the date and time in the first seven arguments."""
    parts = _parts(call, 7)
    date, time = ", ".join(parts[:3]), ", ".join(parts[3:])
    return f"(ms.date_ticks(ms.date_from_parts({date})) + ms.time_from_parts({time}, {scale}, '{type_}'))"


@define("datetime2fromparts", 8)
def _datetime2fromparts(call: Call) -> Bound:
    scale = _scale(call, "datetime2")
    return call.result(_moment(call, scale, "datetime2"), SqlType("datetime2", scale=scale))


@define("datetimefromparts", 7)
def _datetimefromparts(call: Call) -> Bound:
    return call.result(f"ms.round_datetime({_moment(call, 3, 'datetime')})", DATETIME)


@define("datetimeoffsetfromparts", 10)
def _datetimeoffsetfromparts(call: Call) -> Bound:
    scale = _scale(call, "datetimeoffset")
    hours, minutes = (convert(bound, INT) for bound in call.arguments[7:9])
    sql = f"ms.offset_from_parts({_moment(call, scale, 'datetimeoffset')}, {hours}, {minutes})"
    return call.result(sql, SqlType("datetimeoffset", scale=scale))


@define("smalldatetimefromparts", 5)
def _smalldatetimefromparts(call: Call) -> Bound:
    parts = _parts(call, 5)
    sql = (
        f"ms.round_smalldatetime(ms.date_ticks(ms.date_from_parts({', '.join(parts[:3])})) + "
        f"ms.time_from_parts({', '.join(parts[3:])}, 0, 0, 0, 'smalldatetime'))"
    )
    return call.result(sql, SMALLDATETIME)


@define("date_bucket", 3, 4)
def _date_bucket(call: Call) -> Bound:
    """https://learn.microsoft.com/sql/t-sql/functions/date-bucket-transact-sql"""
    part = _unit(call, "microsecond", "nanosecond")
    bounds = [call.bind(position) for position in range(2, call.count + 1)]
    value = temporal(call, 3, bounds[1])
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


def _minutes(call: Call) -> str:
    if call.second.type.is_character:
        return f"ms.parse_offset({call.text(2).sql})"
    return convert(call.second, INT)


@define("switchoffset", 2)
def _switchoffset(call: Call) -> Bound:
    value = convert(call.first, call.first.type if call.first.type.name == "datetimeoffset" else DATETIMEOFFSET)
    sql = f"ms.switch_offset({value}, {_minutes(call)})"
    return call.result(sql, replace(DATETIMEOFFSET, scale=_digits(call.first.type)), True)


@define("todatetimeoffset", 2)
def _todatetimeoffset(call: Call) -> Bound:
    value = temporal(call, 1, call.first)
    sql = f"ms.offset_of({ticks(value)}, {_minutes(call)})"
    return call.result(sql, replace(DATETIMEOFFSET, scale=_digits(value.type)), True)


@define("isdate", 1)
def _isdate(call: Call) -> Bound:
    """https://learn.microsoft.com/sql/t-sql/functions/isdate-transact-sql"""
    name = call.first.type.name
    if call.first.is_null or name in ("bit", "decimal", "money", "smallmoney", "float", "real", "uniqueidentifier"):
        return call.result("0", INT, False)
    if name in ("datetime", "smalldatetime"):
        return call.result(f"(CASE WHEN {call.first.sql} IS NULL THEN 0 ELSE 1 END)", INT, False)
    if call.first.type.is_temporal:
        raise call.invalid(1)
    return call.result(f"ms.isdate({call.text(1).sql})", INT, False)
