"""String functions."""

from dataclasses import replace
from typing import Callable

from ...errors import NotSupported, SqlServerError
from ...sqltypes import BIGINT, INT, MAX, SqlType, varbinary
from ...types.code_pages import cut, datalength_sql, encoding, most_bytes, recoded
from ...types.collation import parse
from ...types.converters import datalength as fixed_length
from ...types.precedence import CONCAT_WIDTHS
from ..bound import Bound
from ..operands import convert, same_collation
from .call import Call, result
from .registry import Functions

FUNCTIONS = Functions()
define = FUNCTIONS.define


def constant(bound: Bound) -> int | None:
    """The value of an integer literal."""
    return bound.constant if bound.is_constant and isinstance(bound.constant, int) else None


def sized(type_: SqlType, length: int | None) -> SqlType:
    kind = "nvarchar" if type_.is_unicode else "varchar"
    return SqlType(kind, length=length, collation=type_.collation)


def longest(type_: SqlType) -> int:
    return MAX if type_.length == MAX else 4000 if type_.is_unicode else 8000


def _counted(call: Call, sql: str, string: Bound) -> Bound:
    """A number of characters or bytes of a string: bigint for (max) types."""
    if string.type.length == MAX:
        return call.result(sql + "::bigint", BIGINT)
    return call.result(sql, INT)


def _united(parts: list[Bound], length: int | None, collation: str | None) -> SqlType:
    unicode = any(part.type.is_unicode for part in parts)
    return SqlType("nvarchar" if unicode else "varchar", length=length, collation=collation)


def supplementary(bound: Bound) -> bool:
    """Whether the collation counts a character beyond U+FFFF as one."""
    return bool(bound.type.collation) and parse(bound.type.collation).supplementary


def _stored(bound: Bound, characters: int | None) -> int | None:
    """The type length for so many characters (None: all) of a string."""
    longest = bound.type.length or (4000 if bound.type.is_unicode else 8000)
    if characters is None or longest == MAX:
        return longest
    widest = 2 if bound.type.is_unicode and supplementary(bound) else most_bytes(bound.type)
    return max(min(characters * widest, longest), 1)


def _units(bound: Bound) -> str:
    return ", false" if supplementary(bound) else ""


@define("len", 1)
def _len(call: Call) -> Bound:
    x = call.text(1)
    measure = "length" if supplementary(x) else "ms.utf16_length"
    return _counted(call, f"{measure}(rtrim({x.sql}, ' '))", x)


@define("datalength", 1)
def _datalength(call: Call) -> Bound:
    bound = call.first
    if bound.type.name in ("xml", "sql_variant"):
        raise NotSupported(f"DATALENGTH of {bound.type.name}, which a server keeps in a form of its own")
    if bound.type.is_character or bound.type.is_binary:
        x = call.text(1) if bound.type.is_character else bound
        return _counted(call, f"({datalength_sql(x.sql, x.type)})::integer", bound)
    if bound.is_null:
        return Bound("NULL::integer", INT)
    return call.result(f"(CASE WHEN {bound.sql} IS NULL THEN NULL ELSE {fixed_length(bound.type)} END)::integer", INT)


@define("left right", 2)
def _left(call: Call) -> Bound:
    x = call.text(1)
    return call.result(
        f"ms.{call.name}({x.sql}, {call.integer(2)}{_units(x)})", sized(x.type, _stored(x, constant(call.second)))
    )


@define("substring", 2, 3, before=("substring_without_length", 3))
def _substring(call: Call) -> Bound:
    start = call.integer(2)
    length = call.integer(3, "2147483647")
    if call.first.type.is_binary:
        return call.result(
            f"ms.substring({call.first.sql}, {start}, {length})", varbinary(call.first.type.length or 8000)
        )
    if not call.first.type.is_character:
        raise call.invalid(1)
    x = call.text(1)
    size = _stored(x, constant(call.arguments[2]) if call.count > 2 else None)
    return call.result(f"ms.substring({x.sql}, {start}, {length}{_units(x)})", sized(x.type, size))


@define("charindex", 2, 3)
def _charindex(call: Call) -> Bound:
    needle, hay = same_collation([call.text(1), call.text(2)], "charindex")
    fold = _folding(call, hay)
    return _counted(
        call, f"ms.charindex({fold(needle.sql)}, {fold(hay.sql)}, {call.integer(3, '1')}{_units(hay)})", hay
    )


def _folding(call: Call, bound: Bound) -> Callable[[str], str]:
    return parse(bound.type.collation or call.context.collation).fold


@define("patindex", 2)
def _patindex(call: Call) -> Bound:
    if call.second.is_null:
        raise call.invalid(2)
    pattern, hay = same_collation(call.texts(), "patindex")
    fold = _folding(call, hay)
    return _counted(call, f"ms.patindex({fold(pattern.sql)}, {fold(hay.sql)})", hay)


@define("replace", 3)
def _replace(call: Call) -> Bound:
    parts = same_collation(call.texts(), "replace")
    fold = _folding(call, parts[0])
    unicode = any(part.type.is_unicode for part in parts)
    # Only the first argument matters (REPLACE: "return value is truncated at 8,000 bytes").
    length = MAX if parts[0].type.length == MAX else 4000 if unicode else 8000
    kind = _united(parts, length, parts[0].type.collation)
    sql = f"ms.replace({', '.join(p.sql for p in parts)}, {fold(parts[0].sql)}, {fold(parts[1].sql)})"
    return call.result(_full(sql, kind), kind)


@define("stuff", 4)
def _stuff(call: Call) -> Bound:
    x, y = call.text(1), call.text(4)
    unicode = x.type.is_unicode or y.type.is_unicode
    length = MAX if MAX in (x.type.length, y.type.length) else 4000 if unicode else 8000
    start, count = constant(call.second), constant(call.arguments[2])
    if length != MAX and _stored(x, 1) == 1 and start is not None and count is not None and start > 0 and count >= 0:
        width = x.type.length or 1
        added = 0 if call.arguments[3].is_null else y.type.length or 1
        length = max(min(width - min(count, max(width - start + 1, 0)) + added, length), 1)
    kind = _united([x, y], length, x.type.collation)
    places = f"{call.integer(2)}, {call.integer(3)}"
    sql = f"ms.stuff({x.sql}, {places}, {y.sql}{_units(x)})"
    if length in (
        4000,
        8000,
    ):  # an error on a server, https://learn.microsoft.com/sql/t-sql/functions/stuff-transact-sql
        sql = f"ms.within({sql}, {length}, 'STUFF')"
    return call.result(sql, kind, True)


@define("replicate", 2)
def _replicate(call: Call) -> Bound:
    x = call.text(1)
    limit = longest(x.type)
    most = "2147483647" if limit == MAX else str(limit)
    count = constant(call.second)
    length = limit if limit == MAX or count is None else max(min((x.type.length or 1) * count, limit), 1)
    kind = sized(x.type, length)
    return call.result(_full(f"ms.replicate({x.sql}, {call.integer(2)}, {most})", kind), kind, True)


@define("space", 1)
def _space(call: Call) -> Bound:
    count = constant(call.first)
    length = 8000 if count is None else max(min(count, 8000), 1)
    return call.result(f"ms.replicate(' '::text, {call.integer(1)}, 8000)", call.varchar(length), True)


@define("reverse upper lower", 1)
def _same_length(call: Call) -> Bound:
    name = call.name
    x = call.text(1)
    kind = sized(x.type, x.type.length)
    if name == "reverse":
        return call.result(f"reverse({x.sql})", kind)
    doubtful, turkish = ("µı", "'iı', 'İI'") if name == "upper" else ("İ", "'Iİ', 'ıi'")
    is_turkish = parse(x.type.collation or call.context.collation).turkish
    sql = f"translate({x.sql}, {turkish})" if is_turkish else x.sql
    return call.result(f"ms.cased({sql}, '{name}', '[{doubtful}]')", kind)


@define("ltrim rtrim", 1, 2, before=("trim_characters", 1))
def _side_trim(call: Call) -> Bound:
    x = call.text(1)
    characters = call.text_sql(2, "' '")
    return call.result(f"{call.name}({x.sql}, {characters})", sized(x.type, x.type.length))


@define("trim", 1, 2)
def _trim(call: Call) -> Bound:
    if call.node.trim_side and not call.context.version.allows("trim_characters"):
        raise SqlServerError(102, near=call.node.trim_side)
    x = call.text(1)
    function = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(call.node.trim_side or "", "btrim")
    characters = call.text_sql(2, "' '")
    return call.result(f"{function}({x.sql}, {characters})", sized(x.type, x.type.length))


def _full(sql: str, kind: SqlType) -> str:
    """Truncate a string function's result at 8,000 bytes, unless its type is (max).

    https://learn.microsoft.com/sql/t-sql/functions/concat-transact-sql
    https://learn.microsoft.com/sql/t-sql/functions/replace-transact-sql
    """
    if kind.length != (4000 if kind.is_unicode else 8000):
        return sql
    return cut(sql, kind)


@define("concat", 2, 254)
def _concat(call: Call) -> Bound:
    parts = same_collation(call.texts(), "concat")
    kind = _united(parts, _concat_length(parts, call.arguments), parts[0].type.collation)
    # The engine's concat() is not immutable, as computed columns need.
    items = " || ".join(f"coalesce(({part.sql})::text, '')" for part in parts)
    return result(parts, _full(f"({items})", kind), kind, False)


def _concat_length(parts: list[Bound], operands: list[Bound], separators: int = 0) -> int:
    """The sum of the operands' maximum lengths; 0 for the NULL literal."""
    if any(part.type.length == MAX for part in parts):
        return MAX
    widths = [
        0 if bound.is_null else bound.type.length or 1 if bound.type.is_character else CONCAT_WIDTHS[bound.type.name]
        for bound in operands
    ]
    limit = 4000 if any(part.type.is_unicode for part in parts) else 8000
    return max(min(sum(widths) + separators, limit), 1)


@define("concat_ws", 3, 254)
def _concat_ws(call: Call) -> Bound:
    parts = call.texts()
    width = call.first.type.length or 1 if call.first.type.is_character else 0
    length = _concat_length(parts, call.arguments[1:], width * (call.count - 2))
    kind = _united(parts, length, call.context.collation)
    separator = f"coalesce({parts[0].sql}, '')"  # a NULL separator is empty
    sql = f"concat_ws({', '.join([separator, *(part.sql for part in parts[1:])])})"
    return result(parts, _full(sql, kind), kind, False)


@define("ascii unicode", 1)
def _code(call: Call) -> Bound:
    x = call.text(1)
    if call.name == "unicode":
        return call.result(f"ms.unicode({x.sql}{_units(x)})", INT, True)
    page = replace(x.type, name="varchar")
    return call.result(f"ms.ascii({recoded(x.sql, page)}, '{encoding(page)}')", INT, True)


@define("char", 1)
def _char(call: Call) -> Bound:
    if call.first.constant == 0:
        raise NotSupported("CHAR(0)")
    kind = SqlType("char", length=1, collation=call.context.collation)
    return call.result(f"ms.char({call.integer(1)}, '{encoding(kind)}')", kind, True)


@define("nchar", 1)
def _nchar(call: Call) -> Bound:
    if call.first.constant == 0:
        raise NotSupported("NCHAR(0)")
    # https://learn.microsoft.com/sql/t-sql/functions/nchar-transact-sql: nvarchar(2) where characters may be pairs.
    pairs = parse(call.context.collation).supplementary
    kind = call.nvarchar(2) if pairs else SqlType("nchar", length=1, collation=call.context.collation)
    return call.result(f"ms.nchar({call.integer(1)}, {1114111 if pairs else 65535})", kind, True)


@define("quotename", 1, 2)
def _quotename(call: Call) -> Bound:
    x = call.text(1, unicode=True)
    mark = call.text_sql(2, "'['::text")
    return call.result(f"ms.quotename({x.sql}, {mark})", call.nvarchar(258), True)


@define("translate", 3)
def _translate(call: Call) -> Bound:
    parts = call.texts()
    kind = sized(parts[0].type, longest(parts[0].type))
    return call.result(f"ms.translate({', '.join(part.sql for part in parts)})", kind)


@define("string_escape", 2)
def _string_escape(call: Call) -> Bound:
    if call.second.constant != "json":
        raise NotSupported("STRING_ESCAPE of a type other than 'json'")
    return call.result(f"ms.json_escape({call.text(1).sql})", call.nvarchar(MAX))


@define("str", 1, 3)
def _str(call: Call) -> Bound:
    value = convert(call.first, SqlType("float"))
    length = call.integer(2, "10")
    decimals = call.integer(3, "0")
    size = constant(call.second) if call.count > 1 else 10
    if size is not None and size > 8000:
        raise NotSupported(f"STR of {size} characters")
    kind = call.varchar(8000 if size is None else max(min(size, 8000), 1))
    return call.result(f"ms.str({value}, {length}, {decimals})", kind, True)
