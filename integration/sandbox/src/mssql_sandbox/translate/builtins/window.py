"""Ranking and offset functions, and OVER."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import BIGINT, FLOAT
from ...syntax import nodes
from ...types.collation import has_key, key_sql
from ..aggregates import contains_window
from ..bound import Bound, Scope
from ..constants import folded_integer, is_constant, signed_integer
from ..operands import convert
from .registry import Functions

FUNCTIONS = Functions()

_RANKING = ("row_number", "rank", "dense_rank", "ntile", "lag", "lead", "percent_rank", "cume_dist")


def over_sql(t, node: nodes.FunctionCall, scope: Scope) -> str:
    """The OVER clause.

    :raises SqlServerError: 4108 outside SELECT and ORDER BY, 4112 missing ORDER BY, 5308/5309 constants,
        10752 frame of a ranking function, 4194 RANGE with an offset; of a named window 5366, 4106 and 5364 (probed).
    """
    if scope.clause not in ("select", "order"):
        raise SqlServerError(4108)
    over = _resolved(node.over, scope, node)
    name = node.name.lower()
    ordered = name in (*_RANKING, "first_value", "last_value")
    if ordered and node.over.window is not None and not over.order_by:
        raise SqlServerError(5366, name=node.name)
    if ordered and not over.order_by:
        raise SqlServerError(4112, name=node.name)
    inherited = over.frame is not node.over.frame
    if over.frame is not None and name in _RANKING:
        raise SqlServerError(4106 if inherited else 10752, name=node.name)
    if over.frame is not None and not over.order_by:
        raise SqlServerError(5364 if inherited else 10756)
    parts = []
    if over.partition_by:
        for item in over.partition_by:
            _refuse_nested(item)
        keys = [t.expression(item, scope) for item in over.partition_by]
        parts.append("PARTITION BY " + ", ".join(key_sql(key.sql, key.type) for key in keys))
    if over.order_by:
        parts.append("ORDER BY " + ", ".join(_order(t, item, scope) for item in over.order_by))
    if over.frame is not None:
        parts.append(_frame(t, over.frame, scope))
    return f"({' '.join(parts)})"


def _resolved(over: nodes.Over, scope: Scope, node, through: tuple[str, ...] = ()) -> nodes.Over:
    """OVER with what the named windows that it refers to add.

    :raises SqlServerError: 5362 unknown name, or a window that names itself; 5365 windows that name one another.
    """
    if over.window is None:
        return over
    name = over.window.casefold()
    base = scope.windows.get(name)
    if base is None or through[-1:] == (name,):
        raise SqlServerError(5362, name=over.window)
    if name in through:
        raise SqlServerError(5365)
    base = _resolved(base, scope, node, (*through, name))
    return nodes.Over(over.partition_by or base.partition_by, over.order_by or base.order_by, over.frame or base.frame)


def _refuse_nested(item: nodes.Expression) -> None:
    if contains_window(item):
        raise SqlServerError(4109)


def _order(t, item: nodes.OrderItem, scope: Scope) -> str:
    _refuse_nested(item.expression)
    index = folded_integer(item.expression)
    if index is not None and index > 0:
        raise SqlServerError(5308, line=item.line)
    bound = t.expression(item.expression, scope)
    if bound.is_constant or is_constant(item.expression):
        raise SqlServerError(5309, line=item.line)
    return f"{key_sql(bound.sql, bound.type, True)} {'DESC NULLS LAST' if item.descending else 'NULLS FIRST'}"


def _frame(t, frame: nodes.Frame, scope: Scope) -> str:
    bounds = [_bound(t, frame, bound, scope) for bound in (frame.start, frame.end) if bound is not None]
    if len(bounds) == 2:
        return f"{frame.unit} BETWEEN {bounds[0]} AND {bounds[1]}"
    if bounds[0].endswith("FOLLOWING"):
        raise SqlServerError(4193)
    return f"{frame.unit} {bounds[0]}"


def _bound(t, frame: nodes.Frame, bound, scope: Scope) -> str:
    kind, count = bound
    if count is None:
        return kind
    if frame.unit == "RANGE":
        raise SqlServerError(4194)
    return f"{int(count.text)} {kind}"


@FUNCTIONS.define("row_number rank dense_rank", 0, kind="window", raw=True)
def _rank(t, node, scope):
    return Bound(f"{node.name.lower()}() OVER {over_sql(t, node, scope)}", BIGINT, False)


def _not_positive() -> SqlServerError:
    return SqlServerError(4116, name="ntile")


@FUNCTIONS.define("ntile", 1, kind="window", raw=True)
def _ntile(t, node, scope):
    count = t.expression(node.arguments[0], scope)
    if isinstance(count.constant, int) and count.constant <= 0:
        raise _not_positive()
    return Bound(f"(ntile(({count.sql})::integer) OVER {over_sql(t, node, scope)})::bigint", BIGINT, False)


@FUNCTIONS.define("percent_rank cume_dist", 0, kind="window", raw=True)
def _percent(t, node, scope):
    return Bound(f"{node.name.lower()}() OVER {over_sql(t, node, scope)}", FLOAT, False)


@FUNCTIONS.define("lag lead", 1, 3, kind="window", raw=True)
def _lag(t, node, scope):
    for item in node.arguments:
        _refuse_nested(item)
    value = t.expression(node.arguments[0], scope)
    if node.nulls == "IGNORE":
        return _lag_of_values(t, node, value, scope)
    arguments = [value.sql]
    if len(node.arguments) > 1:
        offset = t.expression(node.arguments[1], scope)
        arguments.append(f"ms.row_offset({offset.sql})")
    if len(node.arguments) > 2:
        default = t.expression(node.arguments[2], scope)
        arguments.append(convert(default, value.type))
    sql = f"{node.name.lower()}({', '.join(arguments)}) OVER {over_sql(t, node, scope)}"
    return Bound(sql, value.type, True, value.coercibility, columns=value.columns)


@FUNCTIONS.define("first_value last_value", 1, kind="window", raw=True)
def _first_value(t, node, scope):
    _refuse_nested(node.arguments[0])
    value = t.expression(node.arguments[0], scope)
    sql = f"{node.name.lower()}({value.sql}) OVER {over_sql(t, node, scope)}"
    if node.nulls == "IGNORE":
        last = node.name.lower() == "last_value"
        sql = _element(value, over_sql(t, node, scope), 1, last)
    return Bound(sql, value.type, True, value.coercibility, columns=value.columns)


def _lag_of_values(t, node: nodes.FunctionCall, value: Bound, scope: Scope) -> Bound:
    """LAG or LEAD that passes over NULLs: the values before or after the row, counted from it."""
    offset = signed_integer(node.arguments[1]) if len(node.arguments) > 1 else 1
    if offset is None or offset < 1:
        raise NotSupported(f"{node.name.upper()} IGNORE NULLS with an offset that is no positive literal")
    back = node.name.lower() == "lag"
    frame = "UNBOUNDED PRECEDING AND 1 PRECEDING" if back else "1 FOLLOWING AND UNBOUNDED FOLLOWING"
    sql = _element(value, f"{over_sql(t, node, scope)[:-1]} ROWS BETWEEN {frame})", offset, back)
    if len(node.arguments) > 2:
        sql = f"coalesce({sql}, {convert(t.expression(node.arguments[2], scope), value.type)})"
    return Bound(sql, value.type, True, value.coercibility, columns=value.columns)


def _element(value: Bound, over: str, position: int, from_end: bool) -> str:
    """The value at a position of a frame without its NULLs."""
    values = f"array_agg({value.sql}) FILTER (WHERE ({value.sql}) IS NOT NULL) OVER {over}"
    if not from_end:
        return f"({values})[{position}]"
    return f"({values})[(count({value.sql}) OVER {over})::int - {position - 1}]"


@FUNCTIONS.define("percentile_cont percentile_disc", 1, kind="window", raw=True)
def _percentile(t, node, scope):
    """https://learn.microsoft.com/sql/t-sql/functions/percentile-cont-transact-sql"""
    name = node.name.lower()
    if not node.within_group or len(node.within_group) != 1:
        raise NotSupported(f"{name.upper()} without WITHIN GROUP (ORDER BY one expression)")
    if node.over.order_by or node.over.frame is not None:
        raise NotSupported(f"{name.upper()} with ORDER BY or a frame in OVER")
    fraction = t.expression(node.arguments[0], scope)
    if not fraction.is_constant or fraction.is_null or not 0 <= float(fraction.constant) <= 1:
        raise NotSupported(f"{name.upper()} of something else than a literal between 0 and 1")
    item = node.within_group[0]
    _refuse_nested(item.expression)
    value = t.expression(item.expression, scope)
    sortable = value.type.is_number if name == "percentile_cont" else not has_key(value.type)
    if not sortable or value.is_null:
        raise NotSupported(f"{name.upper()} of {value.type.name}")
    kind = FLOAT if name == "percentile_cont" else value.type
    sql = convert(value, FLOAT) if kind is FLOAT else value.sql
    values = f"array_agg({sql}) OVER {over_sql(t, node, scope)}"
    descending = str(item.descending).lower()
    return Bound(f"ms.{name}({values}, {float(fraction.constant)!r}::double precision, {descending})", kind, True)
