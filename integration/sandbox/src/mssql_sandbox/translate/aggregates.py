"""Aggregates and window functions in a tree."""

from typing import Any, Iterator

from ..syntax import nodes
from ..syntax.walk import below

AGGREGATES = frozenset(
    """approx_count_distinct avg count count_big grouping grouping_id json_arrayagg json_objectagg max min stdev stdevp
    string_agg sum var varp""".split()
)


def walk(node: Any) -> Iterator[nodes.Node]:
    """All nodes below ``node`` outside subqueries, itself included."""
    return below(node, outside=nodes.Query)


def is_aggregate(node: Any) -> bool:
    """A call of an aggregate function that is not a window function."""
    return isinstance(node, nodes.FunctionCall) and node.over is None and node.name.casefold() in AGGREGATES


def contains_aggregate(node: Any) -> bool:
    return any(is_aggregate(part) for part in walk(node))


def contains_window(node: Any) -> bool:
    return any(isinstance(part, nodes.FunctionCall) and part.over is not None for part in walk(node))


def contains_subquery(node: Any) -> bool:
    return any(isinstance(part, (nodes.ScalarSubquery, nodes.Exists, nodes.InQuery)) for part in walk(node))
