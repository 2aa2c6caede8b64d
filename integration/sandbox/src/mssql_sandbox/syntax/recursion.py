"""Restrictions on recursive common table expressions.

https://learn.microsoft.com/sql/t-sql/queries/with-common-table-expression-transact-sql (recursive members)
"""

from typing import Any, Iterator

from ..errors import SqlServerError
from . import nodes
from .walk import below

AGGREGATES = frozenset(
    """APPROX_COUNT_DISTINCT AVG CHECKSUM_AGG COUNT COUNT_BIG GROUPING GROUPING_ID JSON_ARRAYAGG JSON_OBJECTAGG MAX MIN
    PRODUCT STDEV STDEVP STRING_AGG SUM VAR VARP""".split()
)
_SUBQUERIES = (nodes.ScalarSubquery, nodes.InQuery, nodes.Exists, nodes.QuantifiedComparison)


def check_recursion(table: nodes.CommonTable) -> None:
    """:raises SqlServerError: 246, 247, 253, 460, 461, 462, 465, 467 for an expression that refers to itself."""
    members = list(_members(table.query.body))
    recursive = [_references(member, table.name) for member in members]
    if len(members) < 2 or not any(recursive):
        return
    if recursive[0]:
        raise SqlServerError(246, table=table.name, line=table.line)
    first = next(number for number, count in enumerate(recursive) if count)
    for member, count in zip(members[first:], recursive[first:]):
        if not count:
            raise SqlServerError(247, table=table.name, line=member.line or table.line)
        _check_member(member, count, table)


def is_aggregate(node: Any) -> bool:
    """Whether a node is a call of an aggregate without OVER."""
    return isinstance(node, nodes.FunctionCall) and node.over is None and node.name.upper() in AGGREGATES


def _members(body: Any) -> Iterator[Any]:
    """The queries joined by UNION ALL at the top level, in order."""
    right = []
    while isinstance(body, nodes.SetOperation) and body.operator == "UNION ALL":
        right.append(body.right)
        body = body.left
    yield body
    yield from reversed(right)


def _references(node: nodes.Node, name: str) -> int:
    folded = name.casefold()
    return sum(
        isinstance(part, nodes.TableSource) and len(part.name.parts) == 1 and part.name.parts[0].casefold() == folded
        for part in below(node)
    )


def _check_member(member: Any, count: int, table: nodes.CommonTable) -> None:
    for node in below(member):
        if isinstance(node, _SUBQUERIES) and _references(node.query, table.name):
            raise SqlServerError(465, line=member.line)
        fault = _forbidden(node)
        if fault:
            raise SqlServerError(fault, table=table.name, line=node.line or member.line)
    if count > 1:
        raise SqlServerError(253, table=table.name, line=member.line)


def _forbidden(node: nodes.Node) -> int | None:
    if isinstance(node, nodes.Select):
        if node.distinct:
            return 460
        if node.top is not None:
            return 461
        if node.group_by is not None or node.having is not None:
            return 467
    elif isinstance(node, nodes.Query) and node.offset is not None:
        return 461
    elif isinstance(node, nodes.Join) and node.kind in ("LEFT", "RIGHT", "FULL"):
        return 462
    elif is_aggregate(node):
        return 467
    return None
