"""PIVOT and UNPIVOT, rewritten as grouped aggregates and as one row per column.

https://learn.microsoft.com/sql/t-sql/queries/from-using-pivot-and-unpivot
"""

from dataclasses import replace

from ..errors import NotSupported, SqlServerError
from ..sqltypes import nvarchar
from ..syntax import nodes
from .bound import Relation, Scope, SourceColumn
from .translation import Translation

_AGGREGATES = frozenset("sum count count_big avg max min stdev stdevp var varp".split())


def relation(
    t: Translation, node: nodes.Pivot | nodes.Unpivot, columns: list[SourceColumn], inner: Scope | None
) -> Relation:
    """The relation of a PIVOT or UNPIVOT.

    :param columns: the source's.
    :param inner: the enclosing scope visible to the source.
    :raises SqlServerError: 207 unknown column, 8156 repeated name, 8167 columns of different types.
    """
    if isinstance(node, nodes.Pivot):
        return _pivot(t, node, columns, inner)
    return _unpivot(t, node, columns, inner)


def _pivot(t: Translation, node: nodes.Pivot, columns: list[SourceColumn], inner: Scope | None) -> Relation:
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


def _unpivot(t: Translation, node: nodes.Unpivot, columns: list[SourceColumn], inner: Scope | None) -> Relation:
    folded = {name.casefold() for name in node.names}
    taken = [_find(columns, name, node.line) for name in node.names]
    for column in taken:
        if column.type.name != taken[0].type.name:
            raise SqlServerError(8167, column=column.name, line=node.line)
        if column.type != taken[0].type:
            raise NotSupported("UNPIVOT of columns whose types differ in length or precision", node.line)
    alias = t.statement.alias("unpivot")
    values = [[_reference(column.name, node), nodes.Literal("nstring", column.name)] for column in taken]
    rows_of_columns = nodes.ValuesSource(values, alias, [node.value, node.pivot_column], line=node.line)
    kept = [column.name for column in columns if column.name.casefold() not in folded]
    items = [nodes.SelectItem(_reference(name, node), name, line=node.line) for name in kept]
    items += [
        nodes.SelectItem(nodes.ColumnRef((alias, name), line=node.line), name)
        for name in (node.value, node.pivot_column)
    ]
    source = nodes.Join("CROSS APPLY", node.source, rows_of_columns, line=node.line)
    where = nodes.IsNull(nodes.ColumnRef((alias, node.value), line=node.line), True)
    rows = t.relation(nodes.Query(nodes.Select(items, sources=[source], where=where)), inner)
    rows.outputs[-1] = replace(rows.outputs[-1], type=nvarchar(128, t.context.collation), nullable=False)
    return rows


def _find(columns: list[SourceColumn], name: str, line: int) -> SourceColumn:
    for column in columns:
        if column.name.casefold() == name.casefold():
            return column
    raise SqlServerError(207, name=name, line=line)


def _reference(name: str, node: nodes.Node) -> nodes.ColumnRef:
    return nodes.ColumnRef((name,), line=node.line)
