"""Conversions between types: which are allowed, and their engine SQL.

https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
"""

from ..errors import NotSupported, SqlServerError
from ..sqltypes import MAX, SqlType, nvarchar
from .converters import CONVERTERS, NUMBERS, family
from .pairs import are_convertible, clash, label
from .typenames import engine_cast, pg_type


def check_allowed(source: SqlType, target: SqlType, explicit: bool) -> None:
    """:raises SqlServerError: 529 when no conversion exists, 206 or 257 when it must be explicit."""
    if not are_convertible(source, target):
        if explicit:
            raise SqlServerError(529, source=label(source), target=label(target))
        raise clash(source, target)
    if not explicit and _needs_cast(family(source), family(target)):
        raise SqlServerError(257, source=label(source), target=label(target))


def _needs_cast(a: str, b: str) -> bool:
    return a == "old" and b in NUMBERS or (a, b) in (
        ("text", "binary"), ("money", "text"), ("json", "text"), ("xml", "text"),
    )  # fmt: skip


def convert_sql(
    pg_sql: str,
    source: SqlType,
    target: SqlType,
    *,
    explicit: bool,
    style: int | None = None,
    try_: bool = False,
    assign_to: tuple[str, str] | None = None,
) -> str:
    """The engine expression that converts a value.

    :param style: CONVERT's style number.
    :param try_: NULL instead of a conversion fault (TRY_CAST).
    :param assign_to: (table, column) of an assignment: too long strings raise 2628 instead of being truncated; two
        empty strings for the older 8152, which names neither.
    :raises SqlServerError: 206, 257, 529 for types without such a conversion.
    """
    if source.name == "null":
        return f"{pg_sql}::{pg_type(target)}"
    if source == target and style is None:
        return pg_sql
    check_allowed(source, target, explicit)
    if "sql_variant" in (source.name, target.name):
        return _variant(pg_sql, source, target, explicit, style, try_)
    if try_:
        return _try(pg_sql, source, target, style)
    a, b = family(source), family(target)
    handler = CONVERTERS.get((a, b)) or CONVERTERS.get(("*", b))
    if handler is None:
        raise NotSupported(f"conversion from {label(source)} to {label(target)}")
    return handler(pg_sql, source, target, style, assign_to)


# Prefixes of the base types in a sql_variant, and the types they are converted as.
_BASES = {
    "(bit|tinyint|smallint|int)": SqlType("int"), "bigint": SqlType("bigint"),
    "(numeric|decimal)": SqlType("decimal", precision=38, scale=38), "n(var)?char": nvarchar(4000),
    "(small)?money": SqlType("money", precision=19, scale=4), "(var)?char": SqlType("varchar", 8000),
    "(var)?binary": SqlType("varbinary", 8000), r"time\(7\)": SqlType("time", scale=7),
    r"datetime2\(7\)": SqlType("datetime2", scale=7), r"datetimeoffset\(7\)": SqlType("datetimeoffset", scale=7),
    **{name: SqlType(name) for name in ("real", "float", "uniqueidentifier", "date", "datetime", "smalldatetime")},
}  # fmt: skip


def _variant(sql: str, source: SqlType, target: SqlType, explicit: bool, style: int | None, try_: bool) -> str:
    """Conversions of sql_variant, which is text with the base type before the value: ms.variant().

    https://learn.microsoft.com/sql/t-sql/data-types/sql-variant-transact-sql

    :raises SqlServerError: 257 implicitly from sql_variant, 206 for types not allowed in it.
    """
    if target.name == "sql_variant":
        if source.length == MAX or source.name in ("text", "ntext", "image", "xml", "json", "rowversion"):
            raise clash(source, target)
        collation = f" {source.collation}" if source.is_character else ""
        base_type = str(source).replace("decimal", "numeric")
        return f"ms.variant('{base_type}{collation}', ({sql})::text)"
    if not explicit:
        raise SqlServerError(257, source="sql_variant", target=label(target))
    branches = []
    for pattern, base in _BASES.items():
        part = f"ms.variant_value({sql})::{engine_cast(base)}"
        # A decimal's text has all its decimals already.
        same = base if base.name != "decimal" or not target.is_character else nvarchar(4000)
        try:
            value = part if same is base else f"({part})::text"
            converted = convert_sql(value, same, target, explicit=True, style=style, try_=try_)
        except SqlServerError:  # refused by a server at run time
            continue
        branches.append(f"WHEN ms.variant_base({sql}) ~ '^{pattern}(\\(|$)' THEN {converted}")
    cases = " ".join(branches)
    refused = f"ms.fail(50999, 'construct', 'this conversion from sql_variant')::{engine_cast(target)}"
    return f"(CASE WHEN {sql} IS NULL THEN NULL {cases} ELSE {refused} END)"


def _try(sql: str, source: SqlType, target: SqlType, style: int | None) -> str:
    """A conversion by the library's ms.try_x functions, which give NULL for a fault."""
    plain = convert_sql("x.v", source, target, explicit=True, style=style)
    if plain == "x.v":
        return sql
    text = plain.replace("'", "''").replace("x.v", f"$1::{engine_cast(source)}")
    return f"ms.try_eval('{text}', ({sql})::text)::{engine_cast(target)}"
