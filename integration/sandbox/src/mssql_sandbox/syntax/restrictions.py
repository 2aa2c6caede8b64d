"""Rules that the grammar lets through and that need neither names nor types."""

from __future__ import annotations

from typing import Any, Iterator

from ..errors import SqlServerError
from . import nodes


def check_restrictions(batch: nodes.Batch) -> None:
    """:raises SqlServerError: 1033, 10741, 10738, 111."""
    for position, statement in enumerate(batch.statements):
        _first_of_batch(statement, position)
        for node, inner in _walk(statement, False):
            if isinstance(node, nodes.Query):
                _query(node, inner)
            elif isinstance(node, nodes.Insert) and node.rows is not None and len(node.rows) > 1000:
                raise SqlServerError(
                    10738,
                    "The number of row value expressions in the INSERT statement exceeds the maximum allowed number of "
                    "1000 row values.",
                    15,
                    1,
                    node.line,
                )


def _first_of_batch(statement: nodes.Statement, position: int) -> None:
    name = None
    if isinstance(statement, nodes.CreateView):
        name = f"{statement.mode.split()[0]} VIEW"
    elif isinstance(statement, nodes.CreateModule):
        name = f"{statement.mode.split()[0]} {statement.kind}"
    elif isinstance(statement, nodes.CreateSchema):
        name = "CREATE SCHEMA"
    if name and position:
        raise SqlServerError(111, f"'{name}' must be the first statement in a query batch.", 15, 1, statement.line)


def _query(query: nodes.Query, inner: bool) -> None:
    top = query.body.top if isinstance(query.body, nodes.Select) else None
    if top is not None and query.offset is not None:
        raise SqlServerError(
            10741, "A TOP can not be used in the same query or sub-query as a OFFSET.", 15, 1, query.line
        )
    if inner and query.order_by and top is None and query.offset is None and query.for_clause is None:
        raise SqlServerError(
            1033,
            "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table "
            "expressions, unless TOP, OFFSET or FOR XML is also specified.",
            15,
            1,
            query.line,
        )


def _walk(node: Any, inner: bool) -> Iterator[tuple[nodes.Node, bool]]:
    """Nodes with whether they stand below another query."""
    if isinstance(node, nodes.Node):
        yield node, inner
        below = inner or not isinstance(
            node, (nodes.Batch, nodes.SelectStatement, nodes.Insert, nodes.Block, nodes.If, nodes.While, nodes.TryCatch,
                   nodes.CreateModule)
        )  # fmt: skip
        for name in node.__dataclass_fields__:
            if name not in ("line", "column", "text"):
                value = getattr(node, name)
                if isinstance(value, (nodes.Node, list, tuple)):
                    yield from _walk(value, below)
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from _walk(item, inner)
