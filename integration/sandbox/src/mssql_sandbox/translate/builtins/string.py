"""String functions."""

from dataclasses import replace
from typing import Callable

from ...errors import NotSupported, SqlServerError
from ...sqltypes import BIGINT, INT, MAX, SqlType, nvarchar, varbinary, varchar
from ...types.code_pages import cut, datalength_sql, encoding, most_bytes, padded, recoded
from ...types.collation import parse
from ...types.converters import datalength as fixed_length
from ...types.precedence import CONCAT_WIDTHS
from ..bound import Bound
from ..operands import convert, same_collation
from .registry import Functions, invalid_argument

FUNCTIONS = Functions()

# Functions that take no text and ntext (8116).
_NO_LARGE_TEXT = frozenset(
    "ascii charindex left len lower ltrim quotename replace replicate reverse right rtrim soundex stuff trim unicode upper".split()
)


def text(t, bound: Bound, position: int, name: str, unicode: bool = False) -> Bound:
    """An argument as a string; numbers and dates convert, the rest is refused (8116)."""
    if bound.is_null:
        return Bound("NULL::text", nvarchar(1) if unicode else varchar(1), True)
    if bound.type.name in ("text", "ntext") and name in _NO_LARGE_TEXT:
        raise invalid_argument(bound, position, name)
    if bound.type.is_character:
        if bound.type.name in ("char", "nchar") and bound.type.length:
            kind = "nvarchar" if bound.type.is_unicode else "varchar"
            return replace(bound, sql=padded(bound.sql, bound.type), type=replace(bound.type, name=kind))
        return bound
    if bound.type.name in ("image", "rowversion", "xml", "json", "sql_variant"):
        raise invalid_argument(bound, position, name)
    target = varchar(8000, t.context.collation)
    return Bound(convert(bound, target, True), target, bound.nullable, columns=bound.columns)


def integer(t, bound: Bound, position: int, name: str) -> str:
    if bound.is_null:
        return "NULL::integer"
    if not (bound.type.is_number or bound.type.is_character or bound.type.is_binary):
        raise invalid_argument(bound, position, name)
    return convert(bound, INT)


def constant(bound: Bound) -> int | None:
    """The value of an integer literal."""
    return bound.constant if bound.is_constant and isinstance(bound.constant, int) else None


def result(bounds: list[Bound], sql: str, type_: SqlType, nullable: bool | None = None) -> Bound:
    if nullable is None:
        nullable = any(bound.nullable for bound in bounds)
    coercibility = max((b.coercibility for b in bounds if b.type.is_character), default=0)
    return Bound(sql, type_, nullable, coercibility, columns=any(b.columns for b in bounds))


def sized(type_: SqlType, length: int | None) -> SqlType:
    kind = "nvarchar" if type_.is_unicode else "varchar"
    return SqlType(kind, length=length, collation=type_.collation)


def supplementary(bound: Bound) -> bool:
    """Whether its collation counts characters beyond U+FFFF as one."""
    return bool(bound.type.collation) and parse(bound.type.collation).supplementary


def _stored(bound: Bound, characters: int | None) -> int | None:
    """The length of the type that holds so many characters (None: all) of a string."""
    longest = bound.type.length or (4000 if bound.type.is_unicode else 8000)
    if characters is None or longest == MAX:
        return longest
    widest = 2 if bound.type.is_unicode and supplementary(bound) else most_bytes(bound.type)
    return max(min(characters * widest, longest), 1)


def _units(bound: Bound) -> str:
    return ", false" if supplementary(bound) else ""


@FUNCTIONS.define("len", 1)
def _len(t, node, scope, a):
    x = text(t, a[0], 1, "len")
    kind = BIGINT if x.type.length == MAX else INT
    measure = "length" if supplementary(x) else "ms.utf16_length"
    return result(a, f"{measure}(rtrim({x.sql}, ' '))" + ("::bigint" if kind is BIGINT else ""), kind)


@FUNCTIONS.define("datalength", 1)
def _datalength(t, node, scope, a):
    bound = a[0]
    if bound.type.name in ("xml", "sql_variant"):
        raise NotSupported(f"DATALENGTH of {bound.type.name}, which a server keeps in a form of its own")
    kind = BIGINT if bound.type.length == MAX else INT
    cast = "::bigint" if kind is BIGINT else "::integer"
    if bound.type.is_character:
        x = text(t, bound, 1, "datalength")
        return result(a, f"({datalength_sql(x.sql, x.type)}){cast}", kind)
    if bound.type.is_binary:
        return result(a, f"{datalength_sql(bound.sql, bound.type)}{cast}", kind)
    if bound.is_null:
        return Bound("NULL::integer", INT)
    return result(a, f"(CASE WHEN {bound.sql} IS NULL THEN NULL ELSE {fixed_length(bound.type)} END)::integer", INT)


@FUNCTIONS.define("left right", 2)
def _left(t, node, scope, a):
    name = node.name.lower()
    x = text(t, a[0], 1, name)
    n = integer(t, a[1], 2, name)
    return result(a, f"ms.{name}({x.sql}, {n}{_units(x)})", sized(x.type, _stored(x, constant(a[1]))))


@FUNCTIONS.define("substring", 2, 3)
def _substring(t, node, scope, a):
    if len(a) == 2 and not t.context.version.allows("substring_without_length"):
        raise SqlServerError(174, name="substring", count=3)
    start = integer(t, a[1], 2, "substring")
    length = integer(t, a[2], 3, "substring") if len(a) > 2 else "2147483647"
    if a[0].type.is_binary:
        return result(a, f"ms.substring({a[0].sql}, {start}, {length})", varbinary(a[0].type.length or 8000))
    if not a[0].type.is_character and not a[0].is_null:
        raise invalid_argument(a[0], 1, "substring")
    x = text(t, a[0], 1, "substring")
    size = _stored(x, constant(a[2]) if len(a) > 2 else None)
    return result(a, f"ms.substring({x.sql}, {start}, {length}{_units(x)})", sized(x.type, size))


@FUNCTIONS.define("charindex", 2, 3)
def _charindex(t, node, scope, a):
    needle, hay = text(t, a[0], 1, "charindex"), text(t, a[1], 2, "charindex")
    needle, hay = same_collation([needle, hay], "charindex")
    fold = folding(hay.type, t)
    start = integer(t, a[2], 3, "charindex") if len(a) > 2 else "1"
    kind = BIGINT if hay.type.length == MAX else INT
    sql = f"ms.charindex({fold(needle.sql)}, {fold(hay.sql)}, {start}{_units(hay)})"
    return result(a, sql + ("::bigint" if kind is BIGINT else ""), kind)


def folding(type_: SqlType, t) -> Callable[[str], str]:
    return parse(type_.collation or t.context.collation).fold


@FUNCTIONS.define("patindex", 2)
def _patindex(t, node, scope, a):
    pattern, hay = text(t, a[0], 1, "patindex"), text(t, a[1], 2, "patindex")
    pattern, hay = same_collation([pattern, hay], "patindex")
    fold = folding(hay.type, t)
    kind = BIGINT if hay.type.length == MAX else INT
    sql = f"ms.patindex({fold(pattern.sql)}, {fold(hay.sql)})"
    return result(a, sql + ("::bigint" if kind is BIGINT else ""), kind)


@FUNCTIONS.define("replace", 3)
def _replace(t, node, scope, a):
    parts = [text(t, bound, number, "replace") for number, bound in enumerate(a, 1)]
    parts = same_collation(parts, "replace")
    fold = folding(parts[0].type, t)
    unicode = any(part.type.is_unicode for part in parts)
    # Only the first argument decides (REPLACE: "return value is truncated at 8,000 bytes").
    length = MAX if parts[0].type.length == MAX else 4000 if unicode else 8000
    kind = SqlType("nvarchar" if unicode else "varchar", length=length, collation=parts[0].type.collation)
    sql = f"ms.replace({', '.join(p.sql for p in parts)}, {fold(parts[0].sql)}, {fold(parts[1].sql)})"
    return result(a, _full(sql, kind), kind)


@FUNCTIONS.define("stuff", 4)
def _stuff(t, node, scope, a):
    x, y = text(t, a[0], 1, "stuff"), text(t, a[3], 4, "stuff")
    unicode = x.type.is_unicode or y.type.is_unicode
    length = MAX if MAX in (x.type.length, y.type.length) else 4000 if unicode else 8000
    start, count = constant(a[1]), constant(a[2])
    if length != MAX and _stored(x, 1) == 1 and start is not None and count is not None and start > 0 and count >= 0:
        width = x.type.length or 1
        added = 0 if a[3].is_null else y.type.length or 1
        length = max(min(width - min(count, max(width - start + 1, 0)) + added, length), 1)
    kind = SqlType("nvarchar" if unicode else "varchar", length=length, collation=x.type.collation)
    places = f"{integer(t, a[1], 2, 'stuff')}, {integer(t, a[2], 3, 'stuff')}"
    return result(a, f"ms.stuff({x.sql}, {places}, {y.sql}{_units(x)})", kind, True)


@FUNCTIONS.define("replicate", 2)
def _replicate(t, node, scope, a):
    x = text(t, a[0], 1, "replicate")
    limit = MAX if x.type.length == MAX else 4000 if x.type.is_unicode else 8000
    n = integer(t, a[1], 2, "replicate")
    most = "2147483647" if limit == MAX else str(limit)
    count = constant(a[1])
    length = limit if limit == MAX or count is None else max(min((x.type.length or 1) * count, limit), 1)
    kind = sized(x.type, length)
    return result(a, _full(f"ms.replicate({x.sql}, {n}, {most})", kind), kind, True)


@FUNCTIONS.define("space", 1)
def _space(t, node, scope, a):
    count = constant(a[0])
    length = 8000 if count is None else max(min(count, 8000), 1)
    return result(
        a, f"ms.replicate(' '::text, {integer(t, a[0], 1, 'space')}, 8000)", varchar(length, t.context.collation), True
    )


@FUNCTIONS.define("reverse upper lower", 1)
def _same_length(t, node, scope, a):
    name = node.name.lower()
    x = text(t, a[0], 1, name)
    if name == "reverse":
        return result(a, f"reverse({x.sql})", sized(x.type, x.type.length))
    doubtful, turkish = ("µı", "'iı', 'İI'") if name == "upper" else ("İ", "'Iİ', 'ıi'")
    is_turkish = parse(x.type.collation or t.context.collation).turkish
    sql = f"translate({x.sql}, {turkish})" if is_turkish else x.sql
    return result(a, f"ms.cased({sql}, '{name}', '[{doubtful}]')", sized(x.type, x.type.length))


@FUNCTIONS.define("ltrim rtrim", 1, 2)
def _side_trim(t, node, scope, a):
    name = node.name.lower()
    x = text(t, a[0], 1, name)
    if len(a) > 1:
        if not t.context.version.allows("trim_characters"):
            raise SqlServerError(174, name=name, count=1)
        y = text(t, a[1], 2, name)
        return result(a, f"{name}({x.sql}, {y.sql})", sized(x.type, x.type.length))
    return result(a, f"{name}({x.sql}, ' ')", sized(x.type, x.type.length))


@FUNCTIONS.define("trim", 1, 2)
def _trim(t, node, scope, a):
    if node.trim_side and not t.context.version.allows("trim_characters"):
        raise SqlServerError(102, near=node.trim_side)
    x = text(t, a[0], 1, "trim")
    function = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(node.trim_side or "", "btrim")
    characters = text(t, a[1], 2, "trim").sql if len(a) > 1 else "' '"
    return result(a, f"{function}({x.sql}, {characters})", sized(x.type, x.type.length))


def _full(sql: str, kind: SqlType) -> str:
    """A string function's result ends at 8,000 bytes, unless its type is (max).

    https://learn.microsoft.com/sql/t-sql/functions/concat-transact-sql
    https://learn.microsoft.com/sql/t-sql/functions/replace-transact-sql
    """
    if kind.length != (4000 if kind.is_unicode else 8000):
        return sql
    return cut(sql, kind)


@FUNCTIONS.define("concat", 2, 254)
def _concat(t, node, scope, a):
    return _joined(t, a, "concat", "", True)


def _joined(t, a, name: str, separator: str, keep_empty: bool) -> Bound:
    parts = [text(t, bound, number, name) for number, bound in enumerate(a, 1)]
    parts = same_collation(parts, name)
    unicode = any(part.type.is_unicode for part in parts)
    limit = 4000 if unicode else 8000
    length = MAX if any(part.type.length == MAX for part in parts) else _concat_length(a, limit)
    kind = SqlType("nvarchar" if unicode else "varchar", length=length, collation=parts[0].type.collation)
    # The engine's concat() is not immutable, so it cannot be stored in a computed column.
    items = " || ".join(f"coalesce(({part.sql})::text, '')" for part in parts)
    return result(parts, _full(f"({items})", kind), kind, False)


def _concat_length(a: list[Bound], limit: int, separators: int = 0) -> int:
    """The sum of what the operands may need; the NULL literal needs nothing."""
    widths = [
        0 if bound.is_null else bound.type.length or 1 if bound.type.is_character else CONCAT_WIDTHS[bound.type.name]
        for bound in a
    ]
    return max(min(sum(widths) + separators, limit), 1)


@FUNCTIONS.define("concat_ws", 3, 254)
def _concat_ws(t, node, scope, a):
    parts = [text(t, bound, number, "concat_ws") for number, bound in enumerate(a, 1)]
    unicode = any(part.type.is_unicode for part in parts)
    limit = 4000 if unicode else 8000
    width = a[0].type.length or 1 if a[0].type.is_character else 0
    length = (
        MAX if any(part.type.length == MAX for part in parts) else _concat_length(a[1:], limit, width * (len(a) - 2))
    )
    kind = SqlType("nvarchar" if unicode else "varchar", length=length, collation=t.context.collation)
    separator = f"coalesce({parts[0].sql}, '')"  # NULL separates by nothing
    sql = f"concat_ws({', '.join([separator, *(part.sql for part in parts[1:])])})"
    return result(parts, _full(sql, kind), kind, False)


@FUNCTIONS.define("ascii unicode", 1)
def _code(t, node, scope, a):
    x = text(t, a[0], 1, node.name.lower())
    if node.name.lower() == "unicode":
        return result(a, f"ms.unicode({x.sql}{_units(x)})", INT, True)
    page = replace(x.type, name="varchar")
    return result(a, f"ms.ascii({recoded(x.sql, page)}, '{encoding(page)}')", INT, True)


@FUNCTIONS.define("char", 1)
def _char(t, node, scope, a):
    if a[0].constant == 0:
        raise NotSupported("CHAR(0)")
    kind = SqlType("char", length=1, collation=t.context.collation)
    return result(a, f"ms.char({integer(t, a[0], 1, 'char')}, '{encoding(kind)}')", kind, True)


@FUNCTIONS.define("nchar", 1)
def _nchar(t, node, scope, a):
    if a[0].constant == 0:
        raise NotSupported("NCHAR(0)")
    # https://learn.microsoft.com/sql/t-sql/functions/nchar-transact-sql: nvarchar(2) where characters may be pairs.
    pairs = parse(t.context.collation).supplementary
    kind = nvarchar(2, t.context.collation) if pairs else SqlType("nchar", length=1, collation=t.context.collation)
    return result(a, f"ms.nchar({integer(t, a[0], 1, 'nchar')}, {1114111 if pairs else 65535})", kind, True)


@FUNCTIONS.define("quotename", 1, 2)
def _quotename(t, node, scope, a):
    x = text(t, a[0], 1, "quotename", True)
    mark = text(t, a[1], 2, "quotename").sql if len(a) > 1 else "'['::text"
    return result(a, f"ms.quotename({x.sql}, {mark})", nvarchar(258, t.context.collation), True)


@FUNCTIONS.define("translate", 3)
def _translate(t, node, scope, a):
    parts = [text(t, bound, number, "translate") for number, bound in enumerate(a, 1)]
    limit = MAX if parts[0].type.length == MAX else 4000 if parts[0].type.is_unicode else 8000
    return result(a, f"ms.translate({', '.join(p.sql for p in parts)})", sized(parts[0].type, limit))


@FUNCTIONS.define("string_escape", 2)
def _string_escape(t, node, scope, a):
    if a[1].constant != "json":
        raise NotSupported("STRING_ESCAPE of another type than 'json'")
    x = text(t, a[0], 1, "string_escape")
    return result(a, f"ms.json_escape({x.sql})", nvarchar(MAX, t.context.collation))


@FUNCTIONS.define("str", 1, 3)
def _str(t, node, scope, a):
    value = convert(a[0], SqlType("float"))
    length = integer(t, a[1], 2, "str") if len(a) > 1 else "10"
    decimals = integer(t, a[2], 3, "str") if len(a) > 2 else "0"
    size = constant(a[1]) if len(a) > 1 else 10
    kind = varchar(8000 if size is None else max(min(size, 8000), 1), t.context.collation)
    return result(a, f"ms.str({value}, {length}, {decimals})", kind, True)
