"""Aggregate functions, also as window functions."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import BIGINT, FLOAT, INT, MAX, MONEY, TINYINT, decimal, nvarchar, varchar
from ...syntax import nodes
from ...types.collation import key_sql
from ...types.pairs import label
from ..aggregates import contains_aggregate, contains_subquery, contains_window, walk
from ..bound import Bound, Scope
from ..constants import is_written
from .call import Call
from .registry import Functions
from .window import over_sql

FUNCTIONS = Functions()
define = FUNCTIONS.define


def argument(call: Call) -> Bound:
    """The aggregated expression. :raises SqlServerError: 130 nested, 10759 DISTINCT with OVER."""
    node, value = call.node, call.node.arguments[0]
    if node.over is None:
        if contains_aggregate(value) or contains_subquery(value):
            raise SqlServerError(130)
    if contains_window(value):
        raise SqlServerError(4109)
    if node.over is not None and node.distinct:
        raise SqlServerError(10759)
    level = _level(call, value)
    if node.over is None:
        level.in_aggregate += 1
    try:
        return call.expression(value)
    finally:
        if node.over is None:
            level.in_aggregate -= 1


def _level(call: Call, value: nodes.Node) -> Scope:
    """The scope of the query that the aggregate belongs to: an outer one if its only column is that query's.

    :raises SqlServerError: 8124 for an outer column among others.
    """
    scope, names = call.scope, call.t.names
    # A name that does not resolve is a datepart.
    references = [node for node in walk(value) if isinstance(node, nodes.ColumnRef) and _resolves(call, node)]
    owners = [names.column(reference, scope)[1] for reference in references]
    if all(owner is scope for owner in owners):
        return scope
    if len({names.fingerprint(reference, scope) for reference in references}) > 1:
        raise SqlServerError(8124)
    if owners[0].groups is None or call.node.over is not None:
        raise NotSupported("an aggregate over an outer reference")
    return owners[0]


def _resolves(call: Call, reference: nodes.ColumnRef) -> bool:
    try:
        call.t.names.column(reference, call.scope)
    except SqlServerError:
        return False
    return True


def finish(call: Call, sql: str) -> str:
    if call.node.over is None:
        return sql
    return f"{sql} OVER {over_sql(call)}"


def invalid(bound: Bound, name: str) -> SqlServerError:
    return SqlServerError(8117, type=label(bound.type), operator=name)


@define("count count_big", 1)
def _count(call: Call) -> Bound:
    kind = INT if call.name == "count" else BIGINT
    cast = "integer" if kind is INT else "bigint"
    if isinstance(call.node.arguments[0], nodes.Star):
        return Bound(f"({finish(call, 'count(*)')})::{cast}", kind, False)
    bound = argument(call)
    if bound.type.name in ("null", "text", "ntext", "image", "xml", "json"):
        raise invalid(bound, call.name)
    value = bound.sql
    if is_written(call.node.arguments[0]) and not (call.node.distinct or call.node.over or call.scope.groups):
        value = "*"  # of what is never NULL the rows are counted, but for groups of an expression
    elif call.node.distinct:
        value = f"DISTINCT {key_sql(value, bound.type)}"
    elif bound.type.name == "datetimeoffset":
        value = f"({bound.sql}).u"
    return Bound(f"({finish(call, f'count({value})')})::{cast}", kind, False)


def _number(call: Call) -> tuple[Bound, str]:
    """The aggregated number, and DISTINCT. :raises SqlServerError: 8117 for other types."""
    bound = argument(call)
    if not bound.type.is_number or bound.type.name == "bit":
        raise invalid(bound, call.name)
    return bound, "DISTINCT " if call.node.distinct else ""


@define("sum", 1)
def _sum(call: Call) -> Bound:
    bound, distinct = _number(call)
    name = bound.type.name
    total = finish(call, f"sum({distinct}{bound.sql})")
    if name in ("tinyint", "smallint", "int"):
        return Bound(f"ms.number_to_int(({total})::numeric, 'expression')", INT, True)
    if name == "bigint":
        return Bound(f"ms.number_to_bigint(({total})::numeric, 'expression')", BIGINT, True)
    if name == "decimal":
        kind = decimal(38, bound.type.digits[1])
        return Bound(f"ms.to_decimal({total}, 38, {kind.scale}, 'expression')", kind, True)
    if bound.type.is_approximate:
        return Bound(f"ms.float_result(({total})::float8)", FLOAT, True)
    return Bound(f"ms.to_money({total})", MONEY, True)


@define("avg", 1)
def _avg(call: Call) -> Bound:
    bound, distinct = _number(call)
    name = bound.type.name
    if bound.type.is_approximate:
        return Bound(f"({finish(call, f'avg({distinct}{bound.sql})')})::float8", FLOAT, True)
    total = finish(call, f"sum({distinct}({bound.sql})::numeric)")
    count = finish(call, f"count({distinct}{bound.sql})")
    if name in ("tinyint", "smallint", "int", "bigint"):
        # The sum has the result's type, and overflows as such.
        limited = "bigint" if name == "bigint" else "int"
        total = f"ms.number_to_{limited}({total}, 'expression')::numeric"
    quotient = f"({total}) / nullif({count}, 0)"
    if name in ("tinyint", "smallint", "int"):
        return Bound(f"trunc({quotient})::integer", INT, True)
    if name == "bigint":
        return Bound(f"trunc({quotient})::bigint", BIGINT, True)
    if name == "decimal":
        scale = max(bound.type.digits[1], 6)
        kind = decimal(38, scale)
        return Bound(f"ms.to_decimal({_cut(total, count, scale)}, 38, {scale}, 'expression')", kind, True)
    return Bound(_cut(total, count, 4), MONEY, True)


def _cut(total: str, count: str, scale: int) -> str:
    """Truncate an average, since quotients are not rounded."""
    return f"(div(({total}) * 1e{scale}, nullif({count}, 0)) * 1e-{scale})"


@define("min max", 1)
def _min(call: Call) -> Bound:
    name = call.name
    bound = argument(call)
    if bound.type.name in ("null", "bit", "text", "ntext", "image", "xml", "json"):
        raise invalid(bound, name)
    type_ = bound.type
    if type_.name == "sql_variant":
        raise NotSupported(f"{name.upper()} of sql_variant", call.node.line)
    if type_.name == "uniqueidentifier":
        sql = f"ms.{name}_uuid({bound.sql})"
    elif type_.is_character:
        sql = f"ms.{name}_text({bound.sql}, {key_sql(bound.sql, type_, True)})"
    elif type_.name == "datetimeoffset":
        sql = f"ms.{name}_offset({bound.sql})"
    else:
        sql = f"{name}({bound.sql})"
    return Bound(finish(call, sql), type_, True, bound.coercibility)


@define("stdev stdevp var varp", 1)
def _deviation(call: Call) -> Bound:
    bound, distinct = _number(call)
    function = {"stdev": "stddev_samp", "stdevp": "stddev_pop", "var": "var_samp", "varp": "var_pop"}[call.name]
    return Bound(finish(call, f"{function}({distinct}({bound.sql})::float8)"), FLOAT, True)


def _is_separator(node: nodes.Node) -> bool:
    """Whether STRING_AGG's separator is a literal, a variable, or CHAR or NCHAR.

    https://learn.microsoft.com/sql/t-sql/functions/string-agg-transact-sql (examples with CHAR(13))
    """
    if isinstance(node, nodes.FunctionCall) and node.name.upper() in ("CHAR", "NCHAR") and len(node.arguments) == 1:
        node = node.arguments[0]
    return isinstance(node, (nodes.Literal, nodes.Variable))


def ordered_within(call: Call) -> str:
    """ORDER BY of WITHIN GROUP."""
    if not call.node.within_group:
        return ""
    call.scope.in_aggregate += 1
    keys = []
    for item in call.node.within_group:
        bound = call.expression(item.expression)
        direction = "DESC NULLS LAST" if item.descending else "NULLS FIRST"
        keys.append(f"{key_sql(bound.sql, bound.type, True)} {direction}")
    call.scope.in_aggregate -= 1
    return f" ORDER BY {', '.join(keys)}"


@define("string_agg", 2)
def _string_agg(call: Call) -> Bound:
    if call.node.over is not None:
        raise SqlServerError(4113, name="STRING_AGG")
    if call.node.distinct:
        raise SqlServerError(102, near=",")
    bound = argument(call)
    separator_node = call.node.arguments[1]
    if not _is_separator(separator_node):
        raise SqlServerError(8733)
    if bound.is_null:
        raise call.invalid(1, bound)
    value = call.text(1, bound)
    given = call.expression(separator_node)
    if not given.type.is_character:
        raise call.invalid(2, given)
    separator = call.text(2, given)
    order = ""
    if call.node.within_group:
        _check_ordering(call.t.names.fingerprint(call.node.within_group, call.scope), call.scope)
        order = ordered_within(call)
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


@define("grouping", 1)
def _grouping(call: Call) -> Bound:
    """https://learn.microsoft.com/sql/t-sql/functions/grouping-transact-sql"""
    return Bound(f"grouping({_group_keys(call)})::smallint", TINYINT, False)


@define("grouping_id", 1, 32)
def _grouping_id(call: Call) -> Bound:
    return Bound(f"grouping({_group_keys(call)})", INT, False)


def _group_keys(call: Call) -> str:
    """:raises SqlServerError: 8161 for an argument that is not a GROUP BY expression."""
    keys = []
    for position, argument in enumerate(call.node.arguments, 1):
        key = call.scope.group_keys.get(call.t.names.fingerprint(argument, call.scope))
        if key is None:
            raise SqlServerError(8161, position=position, name=call.node.name.upper())
        keys.append(key)
    return ", ".join(keys)


@define("approx_count_distinct", 1)
def _approx(call: Call) -> Bound:
    bound = argument(call)
    return Bound(f"count(DISTINCT {key_sql(bound.sql, bound.type)})", BIGINT, False)
