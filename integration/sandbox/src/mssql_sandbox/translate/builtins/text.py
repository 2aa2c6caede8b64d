"""FORMAT, SOUNDEX, PARSENAME, base 64, UNISTR, and the REGEXP functions of SQL Server 2025."""

from ...errors import NotSupported
from ...sqltypes import INT, MAX, varbinary
from ..bound import Bound
from .call import Call
from .datetime import ticks
from .registry import Functions
from .string import longest, sized

FUNCTIONS = Functions()
define = FUNCTIONS.define

_CULTURES = ("en-us", "")


@define("soundex", 1)
def _soundex(call: Call) -> Bound:
    return call.result(f"ms.soundex({call.text(1).sql})", call.varchar(5))


@define("difference", 2)
def _difference(call: Call) -> Bound:
    return call.result(f"ms.difference({call.text(1).sql}, {call.text(2).sql})", INT)


@define("parsename", 2)
def _parsename(call: Call) -> Bound:
    sql = f"ms.parsename({call.text(1).sql}, {call.integer(2)})"
    return call.result(sql, call.nvarchar(128), True)


@define("base64_encode", 1, 2)
def _base64_encode(call: Call) -> Bound:
    if not call.first.type.is_binary:
        raise call.invalid(1)
    url = f"({call.integer(2)} = 1)" if call.count > 1 else "false"
    length = MAX if call.first.type.length == MAX or (call.first.type.length or 1) > 6000 else 8000
    return call.result(f"ms.base64_encode({call.first.sql}, {url})", call.varchar(length))


@define("base64_decode", 1)
def _base64_decode(call: Call) -> Bound:
    x = call.text(1)
    return call.result(f"ms.base64_decode({x.sql})", varbinary(MAX if x.type.length == MAX else 8000))


@define("unistr", 1, 2)
def _unistr(call: Call) -> Bound:
    x = call.text(1)
    mark = call.text_sql(2, r"'\'::text")
    return call.result(f"ms.unistr({x.sql}, {mark})", call.nvarchar(x.type.length or 1))


@define("format", 2, 3)
def _format(call: Call) -> Bound:
    """https://learn.microsoft.com/sql/t-sql/functions/format-transact-sql"""
    value, pattern = call.first, call.text(2)
    if call.second.is_null:
        raise call.invalid(2)
    if call.count > 2 and str(call.arguments[2].constant).casefold() not in _CULTURES:
        raise NotSupported("FORMAT with a culture other than en-US")
    kind = call.nvarchar(4000)
    if value.type.name == "time":
        raise NotSupported("FORMAT of time")
    if value.type.is_temporal:
        offset = f"(({value.sql}).o)::int" if value.type.name == "datetimeoffset" else "NULL::int"
        return call.result(f"ms.format_date({ticks(value)}, {offset}, {pattern.sql})", kind, True)
    if value.type.is_number and value.type.name != "bit":
        whole = "true" if value.type.is_integer else "false"
        number = f"ms.float_numeric({value.sql})" if value.type.is_approximate else f"({value.sql})::numeric"
        return call.result(f"ms.format_number({number}, {pattern.sql}, {whole})", kind, True)
    raise call.invalid(1)


# ---- regular expressions


def _regexp(call: Call, *others: str) -> str:
    """A call of the engine's function of the same name: text, pattern and further arguments."""
    return f"ms.{call.name}({', '.join([call.text(1).sql, call.text(2).sql, *others])})"


def _flags(call: Call, position: int) -> str:
    return call.text_sql(position, "'c'::text")


@define("regexp_replace", 2, 6)
def _regexp_replace(call: Call) -> Bound:
    replacement = call.text_sql(3, "''::text")
    sql = _regexp(call, replacement, call.integer(4, "1"), call.integer(5, "0"), _flags(call, 6))
    kind = call.text(1).type
    return call.result(sql, sized(kind, longest(kind)))


@define("regexp_count", 2, 4)
def _regexp_count(call: Call) -> Bound:
    return call.result(_regexp(call, call.integer(3, "1"), _flags(call, 4)), INT)


@define("regexp_instr", 2, 7)
def _regexp_instr(call: Call) -> Bound:
    numbers = [call.integer(position, default) for position, default in ((3, "1"), (4, "1"), (5, "0"))]
    return call.result(_regexp(call, *numbers, _flags(call, 6), call.integer(7, "0")), INT)


@define("regexp_substr", 2, 6)
def _regexp_substr(call: Call) -> Bound:
    sql = _regexp(call, call.integer(3, "1"), call.integer(4, "1"), _flags(call, 5), call.integer(6, "0"))
    kind = call.text(1).type
    return call.result(sql, sized(kind, kind.length), True)
