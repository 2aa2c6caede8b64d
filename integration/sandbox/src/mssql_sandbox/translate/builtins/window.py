"""Ranking and offset functions, and OVER."""

from ...errors import NotSupported, SqlServerError
from ...sqltypes import BIGINT, FLOAT
from ...syntax import nodes
from ...types.collation import has_key, key_sql
from ..aggregates import contains_window
from ..bound import Bound, Scope
from ..constants import check_folding, divides_by_zero, folded_integer, is_constant, signed_integer
from ..operands import convert
from .call import Call
from .registry import Functions

FUNCTIONS = Functions()
define = FUNCTIONS.define

_RANKING = ("row_number", "rank", "dense_rank", "ntile", "lag", "lead", "percent_rank", "cume_dist")


def over_sql(call: Call) -> str:
    """The OVER clause.

    :raises SqlServerError: 4108 outside SELECT and ORDER BY, 4112 missing ORDER BY, 5308/5309 constants,
        10752 frame of a ranking function, 4194 RANGE with an offset; of a named window 5366, 4106 and 5364 (probed).
    """
    if call.scope.clause not in ("select", "order"):
        raise SqlServerError(4108)
    node, own, name = call.node, call.node.over or nodes.Over(), call.name
    over = _resolved(own, call.scope)
    ordered = name in (*_RANKING, "first_value", "last_value")
    if ordered and own.window is not None and not over.order_by:
        raise SqlServerError(5366, name=node.name)
    if ordered and not over.order_by:
        raise SqlServerError(4112, name=node.name)
    inherited = over.frame is not own.frame
    if over.frame is not None and name in _RANKING:
        raise SqlServerError(4106 if inherited else 10752, name=node.name)
    if over.frame is not None and not over.order_by:
        raise SqlServerError(5364 if inherited else 10756)
    parts = []
    # A constant whose folding fails orders nothing.
    order_by = [item for item in over.order_by if not divides_by_zero(item.expression)]
    if over.partition_by:
        for item in over.partition_by:
            _refuse_nested(item)
        keys = [call.expression(item) for item in over.partition_by]
        parts.append("PARTITION BY " + ", ".join(key_sql(key.sql, key.type) for key in keys))
    if order_by:
        parts.append("ORDER BY " + ", ".join(_order(call, item) for item in order_by))
    if over.frame is not None:
        parts.append(_frame(over.frame))
    return f"({' '.join(parts)})"


def _resolved(over: nodes.Over, scope: Scope, through: tuple[str, ...] = ()) -> nodes.Over:
    """OVER combined with the named windows that it refers to.

    :raises SqlServerError: 5362 unknown name or a reference to itself; 5365 circular references.
    """
    if over.window is None:
        return over
    name = over.window.casefold()
    base = scope.windows.get(name)
    if base is None or through[-1:] == (name,):
        raise SqlServerError(5362, name=over.window)
    if name in through:
        raise SqlServerError(5365)
    base = _resolved(base, scope, (*through, name))
    return nodes.Over(over.partition_by or base.partition_by, over.order_by or base.order_by, over.frame or base.frame)


def _refuse_nested(item: nodes.Expression) -> None:
    if contains_window(item):
        raise SqlServerError(4109)


def _order(call: Call, item: nodes.OrderItem) -> str:
    _refuse_nested(item.expression)
    index = folded_integer(item.expression)
    if index is not None and index > 0:
        raise SqlServerError(5308, line=item.line)
    bound = call.expression(item.expression)
    if bound.is_constant or is_constant(item.expression):
        check_folding(item.expression)
        if index is None and bound.type.name == "int":
            raise NotSupported("OVER (ORDER BY a constant that may be an integer index)", item.line)
        raise SqlServerError(5309, line=item.line)
    return f"{key_sql(bound.sql, bound.type, True)} {'DESC NULLS LAST' if item.descending else 'NULLS FIRST'}"


def _frame(frame: nodes.Frame) -> str:
    bounds = [_bound(frame, *bound) for bound in (frame.start, frame.end) if bound is not None]
    if len(bounds) == 2:
        return f"{frame.unit} BETWEEN {bounds[0]} AND {bounds[1]}"
    if bounds[0].endswith("FOLLOWING"):
        raise SqlServerError(4193)
    return f"{frame.unit} {bounds[0]}"


def _bound(frame: nodes.Frame, kind: str, count: nodes.Literal | None) -> str:
    if count is None:
        return kind
    if frame.unit == "RANGE":
        raise SqlServerError(4194)
    return f"{int(count.text)} {kind}"


@define("row_number rank dense_rank", 0, kind="window", counted=4114)
def _rank(call: Call) -> Bound:
    return Bound(f"{call.name}() OVER {over_sql(call)}", BIGINT, False)


@define("ntile", 1, kind="window", counted=4114)
def _ntile(call: Call) -> Bound:
    count = call.bind(1)
    if isinstance(count.constant, int) and count.constant <= 0:
        raise SqlServerError(4116, name="ntile")
    return Bound(f"(ntile(({count.sql})::integer) OVER {over_sql(call)})::bigint", BIGINT, False)


@define("percent_rank cume_dist", 0, kind="window", counted=50999)
def _percent(call: Call) -> Bound:
    return Bound(f"{call.name}() OVER {over_sql(call)}", FLOAT, False)


@define("lag lead", 1, 3, kind="window", counted=10755)
def _lag(call: Call) -> Bound:
    for item in call.node.arguments:
        _refuse_nested(item)
    value = call.bind(1)
    if call.node.nulls == "IGNORE":
        return _lag_of_values(call, value)
    arguments = [value.sql]
    if call.count > 1:
        arguments.append(f"ms.row_offset({call.bind(2).sql})")
    if call.count > 2:
        arguments.append(convert(call.bind(3), value.type))
    sql = f"{call.name}({', '.join(arguments)}) OVER {over_sql(call)}"
    return Bound(sql, value.type, True, value.coercibility, columns=value.columns)


@define("first_value last_value", 1, kind="window", counted=50999)
def _first_value(call: Call) -> Bound:
    _refuse_nested(call.node.arguments[0])
    value = call.bind(1)
    sql = f"{call.name}({value.sql}) OVER {over_sql(call)}"
    if call.node.nulls == "IGNORE":
        last = call.name == "last_value"
        sql = _element(value, over_sql(call), 1, last)
    return Bound(sql, value.type, True, value.coercibility, columns=value.columns)


def _lag_of_values(call: Call, value: Bound) -> Bound:
    """LAG or LEAD with IGNORE NULLS: the values before or after the row, nearest first."""
    offset = signed_integer(call.node.arguments[1]) if call.count > 1 else 1
    if offset is None or offset < 1:
        raise NotSupported(f"{call.node.name.upper()} IGNORE NULLS with an offset that is not a positive literal")
    back = call.name == "lag"
    frame = "UNBOUNDED PRECEDING AND 1 PRECEDING" if back else "1 FOLLOWING AND UNBOUNDED FOLLOWING"
    sql = _element(value, f"{over_sql(call)[:-1]} ROWS BETWEEN {frame})", offset, back)
    if call.count > 2:
        sql = f"coalesce({sql}, {convert(call.bind(3), value.type)})"
    return Bound(sql, value.type, True, value.coercibility, columns=value.columns)


def _element(value: Bound, over: str, position: int, from_end: bool) -> str:
    """The value at a position of a frame, ignoring NULLs."""
    values = f"array_agg({value.sql}) FILTER (WHERE ({value.sql}) IS NOT NULL) OVER {over}"
    if not from_end:
        return f"({values})[{position}]"
    return f"({values})[(count({value.sql}) OVER {over})::int - {position - 1}]"


@define("percentile_cont percentile_disc", 1, kind="window", counted=50999)
def _percentile(call: Call) -> Bound:
    """https://learn.microsoft.com/sql/t-sql/functions/percentile-cont-transact-sql"""
    name = call.name
    if not call.node.within_group or len(call.node.within_group) != 1:
        raise NotSupported(f"{name.upper()} without WITHIN GROUP (ORDER BY one expression)")
    over = call.node.over
    if over and (over.order_by or over.frame is not None):
        raise NotSupported(f"{name.upper()} with ORDER BY or a frame in OVER")
    fraction = call.bind(1)
    if not fraction.is_constant or fraction.is_null or not 0 <= float(fraction.constant) <= 1:
        raise NotSupported(f"{name.upper()} of something else than a literal between 0 and 1")
    item = call.node.within_group[0]
    _refuse_nested(item.expression)
    value = call.expression(item.expression)
    sortable = value.type.is_number if name == "percentile_cont" else not has_key(value.type)
    if not sortable or value.is_null:
        raise NotSupported(f"{name.upper()} of {value.type.name}")
    kind = FLOAT if name == "percentile_cont" else value.type
    sql = convert(value, FLOAT) if kind is FLOAT else value.sql
    values = f"array_agg({sql}) OVER {over_sql(call)}"
    descending = str(item.descending).lower()
    return Bound(f"ms.{name}({values}, {float(fraction.constant)!r}::float8, {descending})", kind, True)
