"""Aggregate functions, also as window functions."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import BIGINT, FLOAT, INT, MAX, SqlType, decimal, nvarchar, varchar
from ...syntax import nodes
from ...types.collation import key_sql
from ...types.precedence import label
from ..aggregates import contains_aggregate, contains_subquery, contains_window, walk
from ..bound import Bound, Scope
from .registry import Functions, invalid_argument
from .string import text
from .window import over_sql

FUNCTIONS = Functions()


def argument(t, node: nodes.FunctionCall, scope: Scope, position: int = 0) -> Bound:
    """The aggregated expression. :raises SqlServerError: 130 nested, 10759 DISTINCT with OVER."""
    value = node.arguments[position]
    if node.over is None:
        if contains_aggregate(value) or contains_subquery(value):
            raise SqlServerError(130)
    if contains_window(value):
        raise SqlServerError(4109)
    if node.over is not None and node.distinct:
        raise SqlServerError(10759)
    level = _level(t, node, value, scope)
    if node.over is None:
        level.in_aggregate += 1
    try:
        return t.expression(value, scope)
    finally:
        if node.over is None:
            level.in_aggregate -= 1


def _level(t, node, value, scope: Scope) -> Scope:
    """The query that the aggregate belongs to: an outer one's if its only column is that query's.

    :raises SqlServerError: 8124 for an outer column mixed with others.
    """
    # What resolves nowhere is a datepart.
    references = [found for found in walk(value) if isinstance(found, nodes.ColumnRef) and _resolves(t, found, scope)]
    owners = [t.names.column(reference, scope)[1] for reference in references]
    if all(owner is scope for owner in owners):
        return scope
    if len({t.names.fingerprint(r, scope) for r in references}) > 1:
        raise SqlServerError(8124)
    if owners[0].groups is None or node.over is not None:
        raise NotSupported("an aggregate over an outer reference")
    return owners[0]


def _resolves(t, reference: nodes.ColumnRef, scope: Scope) -> bool:
    try:
        t.names.column(reference, scope)
    except SqlServerError:
        return False
    return True


def finish(t, node: nodes.FunctionCall, scope: Scope, sql: str) -> str:
    if node.over is None:
        return sql
    return f"{sql} OVER {over_sql(t, node, scope)}"


def invalid(bound: Bound, name: str) -> SqlServerError:
    return SqlServerError(8117, type=label(bound.type), operator=name)


@FUNCTIONS.define("count count_big", 1, raw=True)
def _count(t, node, scope):
    kind = INT if node.name.lower() == "count" else BIGINT
    cast = "integer" if kind is INT else "bigint"
    if isinstance(node.arguments[0], nodes.Star):
        return Bound(f"({finish(t, node, scope, 'count(*)')})::{cast}", kind, False)
    bound = argument(t, node, scope)
    if bound.type.name in ("text", "ntext", "image", "xml", "json"):
        raise invalid(bound, node.name.lower())
    value = "NULL::integer" if bound.is_null else bound.sql
    if node.distinct:
        value = f"DISTINCT {key_sql(value, bound.type)}"
    elif bound.type.name == "datetimeoffset":
        value = f"({bound.sql}).u"
    return Bound(f"({finish(t, node, scope, f'count({value})')})::{cast}", kind, False)


@FUNCTIONS.define("sum", 1, raw=True)
def _sum(t, node, scope):
    bound = argument(t, node, scope)
    name = bound.type.name
    if bound.is_null:
        raise SqlServerError(8117, type="NULL", operator="sum")
    if not bound.type.is_number or name == "bit":
        raise invalid(bound, "sum")
    distinct = "DISTINCT " if node.distinct else ""
    total = finish(t, node, scope, f"sum({distinct}{bound.sql})")
    if name in ("tinyint", "smallint", "int"):
        return Bound(f"ms.number_to_int(({total})::numeric, 'expression')", INT, True)
    if name == "bigint":
        return Bound(f"ms.number_to_bigint(({total})::numeric, 'expression')", BIGINT, True)
    if name == "decimal":
        kind = decimal(38, bound.type.scale)
        return Bound(f"ms.to_decimal({total}, 38, {kind.scale}, 'expression')", kind, True)
    if bound.type.is_approximate:
        return Bound(f"ms.float_result(({total})::double precision)", FLOAT, True)
    return Bound(f"ms.to_money({total})", SqlType("money", precision=19, scale=4), True)


@FUNCTIONS.define("avg", 1, raw=True)
def _avg(t, node, scope):
    bound = argument(t, node, scope)
    name = bound.type.name
    if bound.is_null or not bound.type.is_number or name == "bit":
        if bound.is_null:
            raise SqlServerError(8117, type="NULL", operator="avg")
        raise invalid(bound, "avg")
    distinct = "DISTINCT " if node.distinct else ""
    if bound.type.is_approximate:
        return Bound(f"({finish(t, node, scope, f'avg({distinct}{bound.sql})')})::double precision", FLOAT, True)
    total = finish(t, node, scope, f"sum({distinct}({bound.sql})::numeric)")
    count = finish(t, node, scope, f"count({distinct}{bound.sql})")
    if name in ("tinyint", "smallint", "int", "bigint"):
        # The sum is one of the result's type, and overflows as such.
        limited = "bigint" if name == "bigint" else "int"
        total = f"ms.number_to_{limited}({total}, 'expression')::numeric"
    quotient = f"({total}) / nullif({count}, 0)"
    if name in ("tinyint", "smallint", "int"):
        return Bound(f"trunc({quotient})::integer", INT, True)
    if name == "bigint":
        return Bound(f"trunc({quotient})::bigint", BIGINT, True)
    if name == "decimal":
        scale = max(bound.type.scale, 6)
        kind = decimal(38, scale)
        return Bound(f"ms.to_decimal({_cut(total, count, scale)}, 38, {scale}, 'expression')", kind, True)
    return Bound(_cut(total, count, 4), SqlType("money", precision=19, scale=4), True)


def _cut(total: str, count: str, scale: int) -> str:
    """The average is a quotient, and quotients are cut, not rounded."""
    return f"(div(({total}) * 1e{scale}, nullif({count}, 0)) * 1e-{scale})"


@FUNCTIONS.define("min max", 1, raw=True)
def _min(t, node, scope):
    name = node.name.lower()
    bound = argument(t, node, scope)
    if bound.is_null:
        raise SqlServerError(8117, type="NULL", operator=name)
    if bound.type.name in ("bit", "text", "ntext", "image", "xml", "json"):
        raise invalid(bound, name)
    type_ = bound.type
    if type_.name == "sql_variant":
        raise NotSupported(f"{name.upper()} of sql_variant", node.line)
    if type_.name == "uniqueidentifier":
        sql = f"ms.{name}_uuid({bound.sql})"
    elif type_.is_character:
        sql = f"ms.{name}_text({bound.sql}, {key_sql(bound.sql, type_, True)})"
    elif type_.name == "datetimeoffset":
        sql = f"ms.{name}_offset({bound.sql})"
    else:
        sql = f"{name}({bound.sql})"
    return Bound(finish(t, node, scope, sql), type_, True, bound.coercibility)


@FUNCTIONS.define("stdev stdevp var varp", 1, raw=True)
def _deviation(t, node, scope):
    name = node.name.lower()
    bound = argument(t, node, scope)
    if bound.is_null or not bound.type.is_number or bound.type.name == "bit":
        raise invalid(bound, name)
    function = {"stdev": "stddev_samp", "stdevp": "stddev_pop", "var": "var_samp", "varp": "var_pop"}[name]
    distinct = "DISTINCT " if node.distinct else ""
    return Bound(finish(t, node, scope, f"{function}({distinct}({bound.sql})::double precision)"), FLOAT, True)


def _is_separator(node) -> bool:
    """A literal, a variable, or the character of a code.

    https://learn.microsoft.com/sql/t-sql/functions/string-agg-transact-sql (examples with CHAR(13))
    """
    if isinstance(node, nodes.FunctionCall) and node.name.upper() in ("CHAR", "NCHAR") and len(node.arguments) == 1:
        node = node.arguments[0]
    return isinstance(node, (nodes.Literal, nodes.Variable))


def ordered_within(t, node, scope) -> str:
    """ORDER BY of WITHIN GROUP."""
    if not node.within_group:
        return ""
    scope.in_aggregate += 1
    keys = []
    for item in node.within_group:
        bound = t.expression(item.expression, scope)
        direction = "DESC NULLS LAST" if item.descending else "NULLS FIRST"
        keys.append(f"{key_sql(bound.sql, bound.type, True)} {direction}")
    scope.in_aggregate -= 1
    return f" ORDER BY {', '.join(keys)}"


@FUNCTIONS.define("string_agg", 2, raw=True)
def _string_agg(t, node, scope):
    if node.over is not None:
        raise SqlServerError(4113, name="STRING_AGG")
    if node.distinct:
        raise SqlServerError(102, near=",")
    bound = argument(t, node, scope)
    separator_node = node.arguments[1]
    if not _is_separator(separator_node):
        raise SqlServerError(8733)
    value = text(t, bound, 1, "string_agg")
    given = t.expression(separator_node, scope)
    if not given.type.is_character:
        raise invalid_argument(given, 2, "string_agg")
    separator = text(t, given, 2, "string_agg")
    order = ""
    if node.within_group:
        _check_ordering(t.names.fingerprint(node.within_group, scope), scope)
        order = ordered_within(t, node, scope)
    big = value.type.length == MAX
    limit = MAX if big else 4000 if value.type.is_unicode else 8000
    kind = (nvarchar if value.type.is_unicode else varchar)(limit, value.type.collation)
    if not bound.type.is_character:
        kind = nvarchar(4000, value.type.collation)
    sql = f"string_agg({value.sql}, {separator.sql}{order})"
    if not big:
        sql = f"ms.string_agg_limit({sql}, {limit})"
    return Bound(sql, kind, True, value.coercibility)


def _check_ordering(ordering: object, scope: Scope) -> None:
    """:raises SqlServerError: 8711 when another aggregate of the query orders its rows otherwise."""
    if scope.ordering not in (None, ordering):
        raise SqlServerError(8711)
    scope.ordering = ordering


@FUNCTIONS.define("grouping", 1, raw=True)
def _grouping(t, node, scope):
    """https://learn.microsoft.com/sql/t-sql/functions/grouping-transact-sql"""
    return Bound(f"grouping({_group_keys(t, node, scope)})::smallint", SqlType("tinyint"), False)


@FUNCTIONS.define("grouping_id", 1, 32, raw=True)
def _grouping_id(t, node, scope):
    return Bound(f"grouping({_group_keys(t, node, scope)})", INT, False)


def _group_keys(t, node: nodes.FunctionCall, scope: Scope) -> str:
    """:raises SqlServerError: 8161 for an argument that is no expression of GROUP BY."""
    keys = []
    for position, argument in enumerate(node.arguments, 1):
        key = scope.group_keys.get(t.names.fingerprint(argument, scope))
        if key is None:
            raise SqlServerError(8161, position=position, name=node.name.upper())
        keys.append(key)
    return ", ".join(keys)


@FUNCTIONS.define("approx_count_distinct", 1, raw=True)
def _approx(t, node, scope):
    bound = argument(t, node, scope)
    return Bound(f"count(DISTINCT {key_sql(bound.sql, bound.type)})", BIGINT, False)
