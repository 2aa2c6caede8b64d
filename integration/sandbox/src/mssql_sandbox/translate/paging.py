"""TOP, OFFSET and FETCH."""

from ..errors import NotSupported, SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from .aggregates import walk
from .bound import Scope
from .operands import convert
from .translation import Translation


def paging(
    t: Translation, query: nodes.Query | None, top: nodes.Top | None, scope: Scope, body: str | None = None
) -> str:
    counting = Scope(parent=scope.parent)
    if top is not None:
        count = _percent(t, top, counting, body) if top.percent else _count(t, top.count, counting)
        if top.with_ties:
            if query is None or not query.order_by:
                raise SqlServerError(1062)
            return f" FETCH FIRST ({count}) ROWS WITH TIES"
        return f" LIMIT ms.top_count({count})"
    if query is None or query.offset is None:
        return ""
    sql = f" OFFSET ms.offset_count({_count(t, query.offset, counting)})"
    if query.fetch is not None:
        sql += f" LIMIT ms.fetch_count({_count(t, query.fetch, counting)})"
    return sql


def _percent(t: Translation, top: nodes.Top, scope: Scope, body: str | None) -> str:
    """The row count of TOP ... PERCENT of a query's rows, rounded up."""
    if body is None:
        raise NotSupported("TOP ... PERCENT in this statement", top.line)
    percent = convert(t.expression(top.count, scope), SqlType("float"))
    return f"(SELECT ms.percent_count(count(*), {percent}) FROM ({body}) p)"


def _count(t: Translation, node: nodes.Expression, scope: Scope) -> str:
    for part in walk(node):
        if isinstance(part, nodes.ColumnRef):
            raise SqlServerError(4115, name=part.parts[-1], line=part.line)
    bound = t.expression(node, scope)
    if (not bound.type.is_exact or bound.type.scale) and not bound.is_null:
        raise SqlServerError(1060, line=node.line)
    return f"({bound.sql})::bigint"
