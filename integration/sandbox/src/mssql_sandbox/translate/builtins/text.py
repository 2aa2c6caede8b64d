"""FORMAT, SOUNDEX, PARSENAME, base 64, UNISTR, and the REGEXP functions of SQL Server 2025."""

from ...errors import NotSupported
from ...sqltypes import INT, MAX, nvarchar, varbinary, varchar
from ..bound import Bound
from .datetime import ticks
from .registry import Functions, invalid_argument
from .string import integer, result, sized, text

FUNCTIONS = Functions()

_CULTURES = ("en-us", "")


@FUNCTIONS.define("soundex", 1)
def _soundex(t, node, scope, a):
    return result(a, f"ms.soundex({text(t, a[0], 1, 'soundex').sql})", varchar(5, t.context.collation))


@FUNCTIONS.define("difference", 2)
def _difference(t, node, scope, a):
    return result(a, f"ms.difference({text(t, a[0], 1, 'difference').sql}, {text(t, a[1], 2, 'difference').sql})", INT)


@FUNCTIONS.define("parsename", 2)
def _parsename(t, node, scope, a):
    sql = f"ms.parsename({text(t, a[0], 1, 'parsename').sql}, {integer(t, a[1], 2, 'parsename')})"
    return result(a, sql, nvarchar(128, t.context.collation), True)


@FUNCTIONS.define("base64_encode", 1, 2)
def _base64_encode(t, node, scope, a):
    if not a[0].type.is_binary:
        raise invalid_argument(a[0], 1, "base64_encode")
    url = f"({integer(t, a[1], 2, 'base64_encode')} = 1)" if len(a) > 1 else "false"
    length = MAX if a[0].type.length == MAX or (a[0].type.length or 1) > 6000 else 8000
    return result(a, f"ms.base64_encode({a[0].sql}, {url})", varchar(length, t.context.collation))


@FUNCTIONS.define("base64_decode", 1)
def _base64_decode(t, node, scope, a):
    x = text(t, a[0], 1, "base64_decode")
    return result(a, f"ms.base64_decode({x.sql})", varbinary(MAX if x.type.length == MAX else 8000))


@FUNCTIONS.define("unistr", 1, 2)
def _unistr(t, node, scope, a):
    x = text(t, a[0], 1, "unistr")
    mark = text(t, a[1], 2, "unistr").sql if len(a) > 1 else r"'\'::text"
    return result(a, f"ms.unistr({x.sql}, {mark})", nvarchar(x.type.length or 1, t.context.collation))


@FUNCTIONS.define("format", 2, 3)
def _format(t, node, scope, a):
    """https://learn.microsoft.com/sql/t-sql/functions/format-transact-sql"""
    value, pattern = a[0], text(t, a[1], 2, "format")
    if len(a) > 2 and str(a[2].constant).casefold() not in _CULTURES:
        raise NotSupported("FORMAT with a culture other than en-US")
    kind = nvarchar(4000, t.context.collation)
    if value.type.name == "time":
        raise NotSupported("FORMAT of time")
    if value.type.is_temporal:
        offset = f"(({value.sql}).o)::int" if value.type.name == "datetimeoffset" else "NULL::int"
        return result(a, f"ms.format_date({ticks(value)}, {offset}, {pattern.sql})", kind, True)
    if value.type.is_number and value.type.name != "bit":
        whole = "true" if value.type.is_integer else "false"
        number = f"ms.float_numeric({value.sql})" if value.type.is_approximate else f"({value.sql})::numeric"
        return result(a, f"ms.format_number({number}, {pattern.sql}, {whole})", kind, True)
    raise invalid_argument(value, 1, "format")


# ---- regular expressions


def _flags(t, a: list[Bound], position: int, name: str) -> str:
    return text(t, a[position], position + 1, name).sql if len(a) > position else "'c'::text"


def _number(t, a: list[Bound], position: int, name: str, default: int) -> str:
    return integer(t, a[position], position + 1, name) if len(a) > position else str(default)


@FUNCTIONS.define("regexp_replace", 2, 6)
def _regexp_replace(t, node, scope, a):
    name = "regexp_replace"
    x, pattern = text(t, a[0], 1, name), text(t, a[1], 2, name)
    replacement = text(t, a[2], 3, name).sql if len(a) > 2 else "''::text"
    sql = (
        f"ms.regexp_replace({x.sql}, {pattern.sql}, {replacement}, {_number(t, a, 3, name, 1)}, "
        f"{_number(t, a, 4, name, 0)}, {_flags(t, a, 5, name)})"
    )
    length = MAX if x.type.length == MAX else 4000 if x.type.is_unicode else 8000
    return result(a, sql, sized(x.type, length))


@FUNCTIONS.define("regexp_count", 2, 4)
def _regexp_count(t, node, scope, a):
    name = "regexp_count"
    x, pattern = text(t, a[0], 1, name), text(t, a[1], 2, name)
    sql = f"ms.regexp_count({x.sql}, {pattern.sql}, {_number(t, a, 2, name, 1)}, {_flags(t, a, 3, name)})"
    return result(a, sql, INT)


@FUNCTIONS.define("regexp_instr", 2, 7)
def _regexp_instr(t, node, scope, a):
    name = "regexp_instr"
    x, pattern = text(t, a[0], 1, name), text(t, a[1], 2, name)
    numbers = ", ".join(_number(t, a, position, name, default) for position, default in ((2, 1), (3, 1), (4, 0)))
    sql = f"ms.regexp_instr({x.sql}, {pattern.sql}, {numbers}, {_flags(t, a, 5, name)}, {_number(t, a, 6, name, 0)})"
    return result(a, sql, INT)


@FUNCTIONS.define("regexp_substr", 2, 6)
def _regexp_substr(t, node, scope, a):
    name = "regexp_substr"
    x, pattern = text(t, a[0], 1, name), text(t, a[1], 2, name)
    numbers = ", ".join(_number(t, a, position, name, 1) for position in (2, 3))
    sql = f"ms.regexp_substr({x.sql}, {pattern.sql}, {numbers}, {_flags(t, a, 4, name)}, {_number(t, a, 5, name, 0)})"
    return result(a, sql, sized(x.type, x.type.length), True)
