"""PIVOT and UNPIVOT, written out as grouped aggregates and as rows of each column.

https://learn.microsoft.com/sql/t-sql/queries/from-using-pivot-and-unpivot
"""

from __future__ import annotations

from dataclasses import replace

from ..errors import NotSupported, SqlServerError
from ..sqltypes import nvarchar
from ..syntax import nodes
from .bound import Relation, Scope, SourceColumn

_AGGREGATES = frozenset("sum count count_big avg max min stdev stdevp var varp".split())


def bind(t, node: nodes.Pivot | nodes.Unpivot, scope: Scope) -> str:
    """The source for FROM.

    :raises SqlServerError: 207 unknown column, 8156 a name twice, 8167 columns of different types.
    """
    inner = scope if scope.lateral else scope.parent
    columns = _columns(t, node.source, inner)
    relation = _pivot(t, node, columns, inner) if isinstance(node, nodes.Pivot) else _unpivot(t, node, columns, inner)
    return t.derived(relation, node.alias, [], node.line, scope)


def _columns(t, source: nodes.Source, inner: Scope | None) -> list[SourceColumn]:
    """The columns of the source; it is translated once more inside of the result."""
    probe = Scope(parent=inner)
    locks, before = list(t.locks), list(t.before)
    t.source(source, probe)
    t.locks[:], t.before[:] = locks, before
    return [column for found in probe.sources for column in found.columns]


def _pivot(t, node: nodes.Pivot, columns: list[SourceColumn], inner: Scope | None) -> Relation:
    if node.function.casefold() not in _AGGREGATES:
        raise NotSupported(f"PIVOT by {node.function}", node.line)
    used = {node.argument.casefold(), node.pivot_column.casefold()}
    _find(columns, node.argument, node.line)
    _find(columns, node.pivot_column, node.line)
    grouped = [column.name for column in columns if column.name.casefold() not in used]
    items = [nodes.SelectItem(_reference(name, node), name, line=node.line) for name in grouped]
    for name in node.names:
        when = nodes.When(nodes.Literal("nstring", name), _reference(node.argument, node), line=node.line)
        case = nodes.Case(_reference(node.pivot_column, node), [when], None, line=node.line)
        items.append(nodes.SelectItem(nodes.FunctionCall(node.function, [case], line=node.line), name, line=node.line))
    # https://learn.microsoft.com/sql/t-sql/queries/from-using-pivot-and-unpivot: one row when no column is left.
    group_by = nodes.GroupBy([_reference(name, node) for name in grouped]) if grouped else None
    return t.relation(nodes.Query(nodes.Select(items, sources=[node.source], group_by=group_by)), inner)


def _unpivot(t, node: nodes.Unpivot, columns: list[SourceColumn], inner: Scope | None) -> Relation:
    folded = {name.casefold() for name in node.names}
    taken = [_find(columns, name, node.line) for name in node.names]
    for column in taken:
        if column.type.name != taken[0].type.name:
            raise SqlServerError(8167, column=column.name, line=node.line)
        if column.type != taken[0].type:
            raise NotSupported("UNPIVOT of columns whose types differ in length or precision", node.line)
    alias = t.alias("unpivot")
    rows = [[_reference(column.name, node), nodes.Literal("nstring", column.name)] for column in taken]
    values = nodes.ValuesSource(rows, alias, [node.value, node.pivot_column], line=node.line)
    kept = [column.name for column in columns if column.name.casefold() not in folded]
    items = [nodes.SelectItem(_reference(name, node), name, line=node.line) for name in kept]
    items += [
        nodes.SelectItem(nodes.ColumnRef((alias, name), line=node.line), name)
        for name in (node.value, node.pivot_column)
    ]
    source = nodes.Join("CROSS APPLY", node.source, values, line=node.line)
    where = nodes.IsNull(nodes.ColumnRef((alias, node.value), line=node.line), True)
    relation = t.relation(nodes.Query(nodes.Select(items, sources=[source], where=where)), inner)
    relation.outputs[-1] = replace(relation.outputs[-1], type=nvarchar(128, t.context.collation), nullable=False)
    return relation


def _find(columns: list[SourceColumn], name: str, line: int) -> SourceColumn:
    for column in columns:
        if column.name.casefold() == name.casefold():
            return column
    raise SqlServerError(207, name=name, line=line)


def _reference(name: str, node: nodes.Node) -> nodes.ColumnRef:
    return nodes.ColumnRef((name,), line=node.line)
