"""The places where NEXT VALUE FOR and NEWSEQUENTIALID() are not allowed.

Source: probes of SQL Server 2025, RyanLamansky/sql-server-simulator sequences.md; the first rule there wins.
https://learn.microsoft.com/sql/t-sql/functions/newsequentialid-transact-sql
"""

from typing import Any, Iterator

from ..errors import SqlServerError
from . import nodes
from .recursion import is_aggregate
from .walk import children

_RANK = {number: rank for rank, number in enumerate((11719, 11725, 11721, 11723, 11720, 11739, 11741, 11742, 11738))}
_CONDITIONAL = frozenset("COALESCE IIF ISNULL NULLIF".split())
_CLAUSES = ("top", "where", "group_by", "having", "order_by", "offset", "fetch", "output")


def check_sequence_values(batch: nodes.Batch) -> None:
    """:raises SqlServerError: 302, 11719, 11720, 11721, 11723, 11725, 11738, 11739, 11741, 11742."""
    for statement in batch.statements:
        _check(statement)


def _check(root: nodes.Node) -> None:
    waiting: list[tuple[nodes.Node, frozenset[int]]] = [(root, frozenset())]
    while waiting:
        node, faults = waiting.pop()
        if isinstance(node, nodes.FunctionCall) and node.name.upper() == "NEXT VALUE FOR":
            relevant = faults - {11723} if node.over is not None else faults
            if relevant:
                raise SqlServerError(min(relevant, key=_RANK.__getitem__), line=node.line)
        if _is_sequential(node):
            raise SqlServerError(302, line=node.line)
        if isinstance(node, nodes.Constraint) and _is_sequential(node.default):
            continue
        inner = faults | _of_node(node)
        waiting.extend((child, inner | extra) for child, extra in _below(node))


def _is_sequential(node: Any) -> bool:
    return isinstance(node, nodes.FunctionCall) and node.name.upper() == "NEWSEQUENTIALID"


def _of_node(node: nodes.Node) -> set[int]:
    """The faults of NEXT VALUE FOR anywhere below a node."""
    if is_aggregate(node):
        return {11725}
    if isinstance(node, nodes.Case) or isinstance(node, nodes.FunctionCall) and node.name.upper() in _CONDITIONAL:
        return {11741}
    if isinstance(node, (nodes.CreateView, nodes.ColumnDefinition)):
        return {11719} if isinstance(node, nodes.CreateView) or node.computed is not None else set()
    if isinstance(node, nodes.Constraint):
        return {11719} if node.kind == "CHECK" else set()
    if isinstance(node, nodes.CreateModule):
        return {11719} if node.kind == "FUNCTION" else set()
    if isinstance(node, nodes.MergeAction):
        return {11742}
    if isinstance(node, nodes.Print):
        return {11738}
    if isinstance(node, nodes.Over):
        return {11720}
    return set()


def _below(node: nodes.Node) -> Iterator[tuple[nodes.Node, set[int]]]:
    """The child nodes with the faults of their places."""
    own = node.query if isinstance(node, (nodes.SelectStatement, nodes.Insert)) else None
    drawn_from = isinstance(node, (nodes.Update, nodes.Delete))
    clauses = (*_CLAUSES, "condition") if isinstance(node, (nodes.Join, nodes.Merge)) else _CLAUSES
    restricted = {id(part) for name in clauses for part in _parts(getattr(node, name, None))}
    for child in children(node):
        extra = {11720} if id(child) in restricted else set()
        if child is own:
            extra |= _of_query(child)
        elif isinstance(child, nodes.Query) and not isinstance(node, (nodes.Query, nodes.SetOperation)):
            extra |= {11719}
        elif drawn_from and isinstance(child, nodes.DerivedTable):
            # Allowed in a derived table of a joined UPDATE or DELETE.
            yield from ((part, extra) for part in children(child.query.body))
            continue
        yield child, extra


def _parts(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else [value] if isinstance(value, nodes.Node) else []


def _of_query(query: nodes.Query) -> set[int]:
    """The faults of NEXT VALUE FOR in a statement's query."""
    faults = set()
    selects = [node for node in _own(query)]
    if any(
        isinstance(node, nodes.SetOperation) or isinstance(node, nodes.Select) and node.distinct for node in selects
    ):
        faults.add(11721)
    if query.order_by:
        faults.add(11723)
    if query.offset is not None or any(isinstance(node, nodes.Select) and node.top is not None for node in selects):
        faults.add(11739)
    return faults


def _own(query: nodes.Query) -> Iterator[nodes.Node]:
    waiting: list[nodes.Node] = [query.body]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, nodes.SetOperation):
            waiting += [node.left, node.right]
        elif isinstance(node, nodes.Query):
            waiting.append(node.body)
