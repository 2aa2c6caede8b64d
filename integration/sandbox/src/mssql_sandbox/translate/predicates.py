"""Conditions: SQL Server's predicates as PostgreSQL booleans."""

from dataclasses import replace
from typing import Callable

from ..errors import NotSupported, SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from ..types.code_pages import padded
from ..types.collation import parse
from ..types.pairs import label
from .accesses import is_correlated
from .bound import Bound, Relation, Scope
from .constants import UNKNOWN, truth
from .operands import comparable, convert, same_collation
from .translation import Translation

_WORDS = {"=": "equal to", "<>": "not equal to", "<": "less than", ">": "greater than",
          "<=": "less than or equal to", ">=": "greater than or equal to"}  # fmt: skip
_SETTLED: dict[bool | str, str] = {True: "true", False: "false", UNKNOWN: "NULL::boolean"}


class Predicates:
    """Conditions.

    :param t: translates values and queries in them.
    """

    def __init__(self, t: Translation) -> None:
        self.t = t
        self.context = t.context

    def predicate(self, node: nodes.Predicate, scope: Scope) -> str:
        """:raises SqlServerError: binding errors; 4145 for a value where a condition is expected."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            if isinstance(node, nodes.Expression):
                raise SqlServerError(4145, near=")", line=node.line)
            raise NotSupported(type(node).__name__, node.line)
        settled = truth(node)
        scope.unreached += settled is not None
        try:
            sql = handler(self, node, scope)
        except SqlServerError as error:
            error.line = error.line or node.line
            raise
        scope.unreached -= settled is not None
        # What is settled while compiling keeps its parameters, and the engine evaluates nothing of it.
        return sql if settled is None else f"(CASE WHEN true THEN {_SETTLED[settled]} ELSE {sql} END)"

    def _chain(self, node: nodes.And | nodes.Or, scope: Scope) -> str:
        word = " OR " if isinstance(node, nodes.Or) else " AND "
        return f"({word.join(self.predicate(operand, scope) for operand in node.operands)})"

    def _not(self, node: nodes.Not, scope: Scope) -> str:
        return f"(NOT {self.predicate(node.operand, scope)})"

    def _is_null(self, node: nodes.IsNull, scope: Scope) -> str:
        operand = self.t.expression(node.operand, scope)
        sql = operand.sql
        if operand.type.name == "datetimeoffset":
            sql = f"({sql}).u"
        if operand.is_null:
            sql = "NULL::text"
        return f"({sql} IS {'NOT ' if node.negated else ''}NULL)"

    # ---- comparisons

    def _comparison(self, node: nodes.Comparison, scope: Scope) -> str:
        left = self.t.expression(node.left, scope)
        right = self.t.expression(node.right, scope)
        a, b = comparable([left, right], _WORDS[node.operator])
        if node.operator == "=":
            self.t.statement.equalities[id(node)] = (node, [a, b], None)
        return f"({a} {node.operator} {b})"

    def _quantified(self, node: nodes.QuantifiedComparison, scope: Scope) -> str:
        left = self.t.expression(node.left, scope)
        relation = self.t.relation(node.query, scope)
        a, b = comparable([left, _only(relation)], _WORDS[node.operator])
        return f"({a} {node.operator} {node.quantifier} (SELECT {b} FROM ({relation.sql}) q))"

    def _is_distinct(self, node: nodes.IsDistinct, scope: Scope) -> str:
        if not self.context.version.allows("is_distinct_from"):
            raise SqlServerError(156, near="DISTINCT")
        operands = [self.t.expression(node.left, scope), self.t.expression(node.right, scope)]
        a, b = comparable(operands, "equal to")
        return f"({a} IS {'NOT ' if node.negated else ''}DISTINCT FROM {b})"

    def _between(self, node: nodes.Between, scope: Scope) -> str:
        operand = self.t.expression(node.operand, scope)
        low, high = self.t.expression(node.low, scope), self.t.expression(node.high, scope)
        a, b = comparable([operand, low], "greater than or equal to")
        c, d = comparable([operand, high], "less than or equal to")
        return f"({'NOT ' if node.negated else ''}({a} >= {b} AND {c} <= {d}))"

    def _in_list(self, node: nodes.InList, scope: Scope) -> str:
        operand = self.t.expression(node.operand, scope)
        items = self.t.expressions(node.items, scope)
        keys = comparable([operand, *items], "equal to")
        if not node.negated:
            self.t.statement.equalities[id(node)] = (node, keys, None)
        return f"({keys[0]} {'NOT ' if node.negated else ''}IN ({', '.join(keys[1:])}))"

    def _in_query(self, node: nodes.InQuery, scope: Scope) -> str:
        operand = self.t.expression(node.operand, scope)
        relation = self.t.relation(node.query, scope)
        a, b = comparable([operand, _only(relation)], "equal to")
        if not node.negated and not is_correlated(relation.sql):
            self.t.statement.equalities[id(node)] = (node, [a, b], relation.sql)
        return f"({a} {'NOT ' if node.negated else ''}IN (SELECT {b} FROM ({relation.sql}) q))"

    def _exists(self, node: nodes.Exists, scope: Scope) -> str:
        return f"EXISTS ({self.t.relation(node.query, scope, exists=True).sql})"

    # ---- LIKE

    def _like(self, node: nodes.Like, scope: Scope) -> str:
        operand = self._string(self.t.expression(node.operand, scope), 1)
        pattern = self._string(self.t.expression(node.pattern, scope), 2)
        operand, pattern = same_collation([operand, pattern], "like")
        escape = "NULL::text"
        if node.escape is not None:
            bound = self.t.expression(node.escape, scope)
            if bound.is_constant and bound.constant is not None and len(bound.constant) != 1:
                raise SqlServerError(506, character=bound.constant)
            escape = self._string(bound, 3).sql
        fold = parse(operand.type.collation or self.context.collation).fold
        blanks = "false" if operand.type.is_unicode or pattern.type.is_unicode else "true"
        regex = f"ms.like_regex({fold(pattern.sql)}, {fold(escape)}, {blanks})"
        # Once per statement instead of per row; the engine folds constants by itself.
        if not (pattern.columns or pattern.is_constant or self.t.setting.stored):
            regex = f"(SELECT {regex})"
        return f"({fold(operand.sql)} {'!~' if node.negated else '~'} {regex})"

    def _string(self, bound: Bound, position: int) -> Bound:
        if bound.type.is_character:
            return replace(bound, sql=padded(bound.sql, bound.type))
        if bound.type.name in ("image", "xml", "json", "sql_variant") or bound.type.is_binary:
            raise SqlServerError(8116, type=label(bound.type), position=position, name="like")
        target = SqlType("varchar", length=8000, collation=self.context.collation)
        return Bound(convert(bound, target, True), target, bound.nullable, columns=bound.columns)

    def _function(self, node: nodes.PredicateFunction, scope: Scope) -> str:
        name = node.name.upper()
        if name != "REGEXP_LIKE":
            raise NotSupported(name)
        if not self.context.version.allows("regexp_like"):
            raise SqlServerError(195, name=node.name, kind="built-in function name", state=10)
        arguments = self.t.expressions(node.arguments, scope)
        flags = arguments[2].sql if len(arguments) > 2 else "'c'::text"
        return f"ms.regexp_like({arguments[0].sql}, {arguments[1].sql}, {flags})"


def _only(relation: Relation) -> Bound:
    """The one column of a subquery ``q``. :raises SqlServerError: 116."""
    if len(relation.outputs) != 1:
        raise SqlServerError(116)
    output = relation.outputs[0]
    return Bound("q.o1", output.type, output.nullable, output.coercibility)


_HANDLERS: dict[type, Callable[..., str]] = {
    nodes.And: Predicates._chain,
    nodes.Or: Predicates._chain,
    nodes.Not: Predicates._not,
    nodes.IsNull: Predicates._is_null,
    nodes.Comparison: Predicates._comparison,
    nodes.QuantifiedComparison: Predicates._quantified,
    nodes.IsDistinct: Predicates._is_distinct,
    nodes.Between: Predicates._between,
    nodes.InList: Predicates._in_list,
    nodes.InQuery: Predicates._in_query,
    nodes.Exists: Predicates._exists,
    nodes.Like: Predicates._like,
    nodes.PredicateFunction: Predicates._function,
}
