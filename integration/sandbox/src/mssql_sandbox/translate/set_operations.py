"""UNION, INTERSECT, EXCEPT, with their order and paging."""

from typing import Any

from ..errors import NotSupported, SqlServerError
from ..sqltypes import NULL_TYPE, SqlType
from ..syntax import nodes
from ..types.collation import has_key, key_sql
from ..types.pairs import label
from .bound import LITERAL, Bound, Output, Relation, Scope
from .constants import is_constant, signed_integer
from .operands import collation_conflict, unified
from .ordering import constant_order, direction, wanted_position
from .paging import paging
from .sources import Sources
from .translation import Translation


class SetOperations:
    """Set operations.

    :param t: translates the queries and ORDER BY.
    :param sources: translates FROM of the first query, for names in ORDER BY.
    """

    def __init__(self, t: Translation, sources: Sources) -> None:
        self.t = t
        self.sources = sources

    def relation(self, query: nodes.Query, parent: Scope | None) -> Relation:
        """A set operation with order and paging."""
        return self._ordered(self._body(query.body, parent), query, parent)

    def _body(self, body: Any, parent: Scope | None) -> Relation:
        """Queries from left to right; those of a UNION are flattened, as nested ones are slow in the engine."""
        steps = []
        while isinstance(body, nodes.SetOperation):
            steps.append((body.operator, body.right))
            body = body.left
        relation = self.t.relation(body if isinstance(body, nodes.Query) else nodes.Query(body), parent)
        branches, outputs, pending = [relation.sql], relation.outputs, "UNION ALL"
        for operator, body in reversed(steps):
            right = self._body(body, parent)
            united, (own, other) = self._united(operator, outputs, right.outputs)
            converted = own != [f"q.o{number} AS o{number}" for number in range(1, len(own) + 1)]
            if pending == "UNION" and (converted or operator != "UNION") or operator in ("INTERSECT", "EXCEPT"):
                branches, pending = [_side_by_side(pending, branches, outputs)], "UNION ALL"
            if converted:
                branches = [f"SELECT {', '.join(own)} FROM ({branch}) q" for branch in branches]
            branches.append(f"SELECT {', '.join(other)} FROM ({right.sql}) q")
            outputs = united
            if operator in ("INTERSECT", "EXCEPT"):
                branches = [_compared(operator, branches, outputs)]
            else:
                pending = operator
        return Relation(_side_by_side(pending, branches, outputs), outputs)

    def _united(
        self, operator: str, left: list[Output], right: list[Output]
    ) -> tuple[list[Output], tuple[list[str], list[str]]]:
        """The common columns, and for each side the select list that converts to them."""
        if len(left) != len(right):
            raise uneven()
        outputs, a, b = [], [], []
        for number, (first, second) in enumerate(zip(left, right), 1):
            pair = [_set_operand(number, output) for output in (first, second)]
            if operator == "UNION ALL":
                _check_collations(pair, number)
            type_, converted, coercibility = unified(pair, operator)
            if operator != "UNION ALL":
                self._check_distinct(type_, operator)
            nullable = first.nullable or second.nullable
            outputs.append(Output(first.name, type_, nullable, coercibility, untyped=first.untyped and second.untyped))
            a.append(f"{converted[0]} AS o{number}")
            b.append(f"{converted[1]} AS o{number}")
        return outputs, (a, b)

    def _check_distinct(self, type_: SqlType, operator: str) -> None:
        """:raises SqlServerError: 421, 5335."""
        if type_.name in ("text", "ntext", "image", "xml"):
            raise SqlServerError(5335, type=label(type_))

    def _ordered(self, relation: Relation, query: nodes.Query, parent: Scope | None) -> Relation:
        """ORDER BY and paging of a set operation: only names, positions and the first query's columns (104)."""
        if not query.order_by and query.offset is None:
            return relation
        key = self.t.context.catalog.name_key
        names = {key(output.name): n for n, output in enumerate(relation.outputs, 1) if output.name}
        parts: list[str] = []
        numbers = []
        for item in query.order_by:
            node = item.expression
            if signed_integer(node) is not None:
                number = wanted_position(node, len(relation.outputs))
            elif is_constant(node):
                raise constant_order(len(parts) + 1, node)
            elif isinstance(node, nodes.ColumnRef) and len(node.parts) == 1 and key(node.parts[0]) in names:
                number = names[key(node.parts[0])]
            else:
                number = self._selected_column(query.body, node, parent)
            numbers.append(number)
            parts.append(direction(key_sql(f"r.o{number}", relation.outputs[number - 1].type, True), item))
        columns = ", ".join(f"r.o{n}" for n in range(1, len(relation.outputs) + 1))
        order = f" ORDER BY {', '.join(parts)}" if parts else ""
        sql = f"SELECT {columns} FROM ({relation.sql}) r{order}{paging(self.t, query, None, Scope(parent=parent))}"
        return Relation(sql, relation.outputs, tuple(numbers))

    def _selected_column(self, body: Any, node: nodes.Expression, parent: Scope | None) -> int:
        """Position of a column, perhaps qualified, in the first SELECT, whatever its alias there.

        :raises SqlServerError: 207, 4104 not in the first query's tables, 104 not selected there.
        """
        scope, first = Scope(parent=parent), _first_select(body)
        for source in first.sources:
            self.sources.source(source, scope)
        self.t.expression(node, scope)
        if isinstance(node, nodes.ColumnRef) and isinstance(first, nodes.Select):
            wanted = self.t.names.fingerprint(node, scope)
            for number, item in enumerate(first.items, 1):
                if self.t.names.fingerprint(item.expression, scope) == wanted:
                    return number
            if any(isinstance(item.expression, nodes.Star) for item in first.items):
                raise NotSupported("a qualified column in ORDER BY of a set operation that begins with *", node.line)
        raise SqlServerError(104, line=node.line)


def _check_collations(pair: list[Bound], number: int) -> None:
    """Check collations in UNION ALL, where only a conversion of char and varchar or the result column can fail.

    https://learn.microsoft.com/sql/t-sql/statements/collation-precedence-transact-sql

    :raises SqlServerError: 457, 451.
    """
    source, target = (bound.type for bound in pair)
    conflict = collation_conflict(pair) if source.is_character and target.is_character else {}
    if not conflict:
        return
    if source.is_unicode or target.is_unicode or source.length == target.length:
        raise SqlServerError(451, **conflict, operation="UNION ALL", clause="SELECT", column=number)
    raise SqlServerError(457, **conflict, operation="UNION ALL", source=label(source), target=label(target))


def _side_by_side(operator: str, branches: list[str], outputs: list[Output]) -> str:
    """UNION or UNION ALL."""
    if len(branches) == 1:
        return branches[0]
    if operator == "UNION" and any(has_key(output.type) for output in outputs):
        return f"{_first_of_each(outputs)[0]} ({_side_by_side('UNION ALL', branches, outputs)}) u"
    return f" {operator} ".join(f"({branch})" for branch in branches)


def _first_of_each(outputs: list[Output]) -> tuple[str, list[str]]:
    """DISTINCT by keys, of values that the engine would distinguish; and the keys."""
    keys = [key_sql(f"u.o{n}", o.type) for n, o in enumerate(outputs, 1)]
    names = ", ".join(f"u.o{n}" for n in range(1, len(outputs) + 1))
    return f"SELECT DISTINCT ON ({', '.join(keys)}) {names} FROM", keys


def _compared(operator: str, branches: list[str], outputs: list[Output]) -> str:
    """INTERSECT and EXCEPT."""
    left, right = branches
    if not any(has_key(output.type) for output in outputs):
        return f"({left}) {operator} ({right})"
    first, keys = _first_of_each(outputs)
    others = [key_sql(f"x.o{n}", o.type) for n, o in enumerate(outputs, 1)]
    same = " AND ".join(f"{k} IS NOT DISTINCT FROM {o}" for k, o in zip(keys, others))
    exists = "EXISTS" if operator == "INTERSECT" else "NOT EXISTS"
    return f"{first} ({left}) u WHERE {exists} (SELECT 1 FROM ({right}) x WHERE {same})"


def _set_operand(number: int, output: Output) -> Bound:
    if output.untyped:
        return Bound("NULL", NULL_TYPE, True, LITERAL, None, True)
    is_literal = isinstance(output.literal, int)
    return Bound(f"q.o{number}", output.type, output.nullable, output.coercibility, output.literal, is_literal)


def _first_select(body: Any) -> Any:
    while isinstance(body, (nodes.SetOperation, nodes.Query)):
        body = body.left if isinstance(body, nodes.SetOperation) else body.body
    return body


def uneven() -> SqlServerError:
    return SqlServerError(205)
