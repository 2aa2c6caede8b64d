"""SELECT @x = an expression of @x, evaluated row by row.

The query computes the parts that do not depend on the variables; the rest is a template, evaluated for each row with
the values after the previous row.
"""

from dataclasses import fields, replace
from typing import Any

from ..errors import NotSupported
from ..sqltypes import SqlType
from ..syntax import nodes
from ..types.typenames import engine_cast
from .aggregates import is_aggregate, walk
from .bound import Bound, Scope
from .operands import convert
from .translation import Translation

_DATE_PARTS_FIRST = frozenset("dateadd datediff datediff_big datename datepart datetrunc date_bucket".split())


def mentions(node: Any, names: set[str]) -> bool:
    return any(isinstance(part, nodes.Variable) and part.name in names for part in walk(node))


def assigned(item: nodes.SelectItem) -> nodes.Expression:
    """The expression that a select item assigns: for ``@x += 1`` it is ``@x + 1``."""
    if item.assign_operator == "=":
        return item.expression
    return nodes.Binary(item.assign_operator[:-1], nodes.Variable(item.assign), item.expression, line=item.line)


def part_name(number: int) -> str:
    """The variable for a part in a template; with a blank, as no T-SQL variable has."""
    return f"@ {number}"


class Parts:
    """Splits expressions; ``extracted`` are the parts.

    :param names: the variables that change per row.
    """

    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.extracted: list[nodes.Expression] = []

    def template(self, node: Any) -> Any:
        """The expression with its parts replaced by variables named by :func:`part_name`.

        :raises NotSupported: if a subquery or an aggregate depends on the variables.
        """
        if isinstance(node, (list, tuple)):
            return type(node)(self.template(item) for item in node)
        if not isinstance(node, nodes.Node):
            return node
        if isinstance(node, nodes.Expression) and not mentions(node, self.names):
            return self._part(node)
        if isinstance(node, (nodes.Query, nodes.ScalarSubquery, nodes.InQuery, nodes.Exists)) or is_aggregate(node):
            raise NotSupported("a subquery or aggregate beside a variable that the SELECT assigns", node.line)
        if isinstance(node, nodes.FunctionCall):
            return self._call(node)
        changed = {
            field.name: self.template(getattr(node, field.name)) for field in fields(node) if field.name != "line"
        }
        return replace(node, **changed)

    def _part(self, node: nodes.Expression) -> nodes.Expression:
        if isinstance(node, (nodes.Literal, nodes.Variable)):
            return node
        self.extracted.append(node)
        return nodes.Variable(part_name(len(self.extracted)), line=node.line)

    def _call(self, node: nodes.FunctionCall) -> nodes.FunctionCall:
        if node.over is not None or node.within_group:
            raise NotSupported("a window function beside a variable that the SELECT assigns", node.line)
        kept = 1 if node.name.casefold() in _DATE_PARTS_FIRST else 0
        return replace(node, arguments=[*node.arguments[:kept], *(self.template(a) for a in node.arguments[kept:])])


def rows_query(query: nodes.Query, parts: list[nodes.Expression]) -> nodes.Query:
    """The query with the parts as its select list.

    :raises NotSupported: for DISTINCT and ORDER BY a position, which refer to the original list.
    """
    body = query.body
    if (
        not isinstance(body, nodes.Select)
        or body.distinct
        or any(isinstance(item.expression, nodes.Literal) for item in query.order_by)
    ):
        raise NotSupported("DISTINCT or ORDER BY a position where a SELECT assigns an expression of its variable")
    items = [nodes.SelectItem(part, f"p{number}") for number, part in enumerate(parts, 1)]
    return replace(query, body=replace(body, items=items or [nodes.SelectItem(nodes.Literal("int", "1"), "p1")]))


def fold(t: Translation, query: nodes.Query, items: list[nodes.SelectItem], types: list[SqlType]) -> str:
    """Engine SQL of the variables' values after each row.

    :raises NotSupported: if one variable depends on another, as the order of evaluation would matter.
    """
    names = {item.assign for item in items}
    if len(names) < len(items) or any(mentions(assigned(item), names - {item.assign}) for item in items):
        raise NotSupported("a SELECT whose assigned variables depend on one another")
    parts = Parts(names)
    templates = [parts.template(assigned(item)) for item in items]
    relation = t.relation(rows_query(query, parts.extracted), None)
    first = [f"({t.expression(nodes.Variable(item.assign), Scope()).sql})" for item in items]
    frame = {
        part_name(number): Bound(f"r.o{number}", output.type, output.nullable, output.coercibility)
        for number, output in enumerate(relation.outputs, 1)
    }
    for number, (item, type_) in enumerate(zip(items, types), 1):
        frame[item.assign] = Bound(f"f.x{number}", type_, True)
    row = t.within(frame)
    values = [convert(row.expression(template, Scope()), type_) for template, type_ in zip(templates, types)]
    casts = [engine_cast(type_) for type_ in types]
    columns = range(1, len(items) + 1)
    return (
        f"WITH RECURSIVE r AS MATERIALIZED (SELECT q.*, row_number() OVER () AS n FROM ({relation.sql}) q), f AS ("
        f"SELECT 0::bigint AS n, {', '.join(f'{value}::{c} AS x{i}' for i, value, c in zip(columns, first, casts))}"
        f" UNION ALL SELECT r.n, {', '.join(f'({value})::{cast}' for value, cast in zip(values, casts))}"
        f" FROM f JOIN r ON r.n = f.n + 1) SELECT {', '.join(f'x{i} AS o{i}' for i in columns)} FROM f WHERE n > 0 ORDER BY n"
    )
