"""Search conditions and values: T-SQL keeps them apart (errors 4145 and 102).

`bit` is a number, which WHERE does not accept, and a condition cannot be
selected, compared or passed as an argument. Django's expressions have no such
border, so the compiler converts an expression of one kind in the other's place.
"""

from functools import lru_cache
from typing import Any, Callable, Optional

from django.core.exceptions import EmptyResultSet
from django.db.models import (
    Aggregate,
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    Func,
    JSONField,
    OrderBy,
    Value,
    When,
    Window,
)
from django.db.models.expressions import Col, CombinedExpression, ExpressionList
from django.db.models.lookups import BuiltinLookup, Exact, IsNull, Lookup
from django.db.models.sql.constants import LOUTER
from django.db.models.sql.where import AND, NothingNode, WhereNode

from ..compat.orm import AggregateFilter, FullResultSet, copied
from ..plugin import UnaryExpression
from ..plugin.django_types import Compiler, Connection
from ..plugin.types import Compiled, Translation
from .value_lists import row_by_row

_CONDITIONS = (Exists, Lookup, WhereNode, NothingNode)
# Their arguments are values.
_TAKE_VALUES = (Func, CombinedExpression, Case, OrderBy, Window, Lookup)


def is_predicate(node: Any) -> bool:
    """Whether `node` compiles to a search condition."""
    known = is_condition(node.__class__)
    return is_predicate(node.expression) if known is None else known


@lru_cache(maxsize=1024)
def is_condition(kind: type) -> Optional[bool]:
    """Whether nodes of a class are search conditions, asked of every argument; None if it depends on the wrapped node."""
    return None if issubclass(kind, ExpressionWrapper) else issubclass(kind, _CONDITIONS)


def _is_raw(node: Any) -> bool:
    # Django trusts raw SQL in the place of a condition.
    return not hasattr(node, "get_source_expressions") or type(node).__name__ == "RawSQL"


class PredicateValue(UnaryExpression):
    """The value of a search condition: 1, 0, or NULL if it is unknown."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, condition: Any) -> None:
        super().__init__(condition)

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        try:
            sql, params = row_by_row(connection, compiler.compile, self.expression)
        except EmptyResultSet:
            return "CAST(0 AS bit)", ()
        except FullResultSet:
            return "CAST(1 AS bit)", ()
        if not sql:
            # Before Django 4.2 a condition that is always true compiles to ''.
            return "CAST(1 AS bit)", ()
        # A random value is another one where it is written again, so such a condition stands once and is never unknown.
        if "NEWID()" not in sql and may_be_unknown(self.expression, compiler):
            return "CAST(CASE WHEN %s THEN 1 WHEN NOT (%s) THEN 0 END AS bit)" % (sql, sql), [*params, *params]
        return "CAST(CASE WHEN %s THEN 1 ELSE 0 END AS bit)" % sql, params


def as_value(expression: Any) -> Any:
    """`expression`, or the value of a condition."""
    return PredicateValue(expression) if is_predicate(expression) else expression


def may_be_unknown(condition: Any, compiler: Compiler) -> bool:
    """Whether a condition of the compiler's query may be neither true nor false, for a NULL among its operands.

    What is not known to be one of the two may be unknown: a CASE then names the condition twice.
    """
    if isinstance(condition, ExpressionWrapper):
        return may_be_unknown(condition.expression, compiler)
    if isinstance(condition, (Exists, NothingNode, IsNull)):
        return False
    if isinstance(condition, WhereNode):
        return any(may_be_unknown(child, compiler) for child in condition.children)
    if isinstance(condition, BuiltinLookup):
        return _may_be_null(condition.lhs, compiler) or _may_be_null(condition.rhs, compiler)
    return True


def _may_be_null(operand: Any, compiler: Compiler) -> bool:
    if isinstance(operand, Col):
        table = compiler.query.alias_map.get(operand.alias)
        is_there = table is not None and getattr(table, "join_type", None) != LOUTER
        # A document that is there may lack what the condition compares.
        return operand.target.null or not is_there or isinstance(operand.target, JSONField)
    if isinstance(operand, Value):
        operand = operand.value
    if isinstance(operand, ExpressionList):
        operand = operand.get_source_expressions()
    if isinstance(operand, (list, tuple)):
        return any(_may_be_null(part, compiler) for part in operand)
    if is_predicate(operand):
        return may_be_unknown(operand, compiler)
    return operand is None or hasattr(operand, "resolve_expression")


def values_of(kind: type) -> Optional[Callable[[Any], Any]]:
    """The function that turns conditions among the arguments of a class's nodes into values; None if it needs none."""
    if issubclass(kind, AggregateFilter):
        return None
    if issubclass(kind, When):
        return _when_with_values
    if not issubclass(kind, _TAKE_VALUES):
        return None
    if issubclass(kind, Aggregate):
        return _aggregate_with_values
    list_sources = getattr(kind, "get_source_expressions", None)
    if list_sources in (Lookup.get_source_expressions, CombinedExpression.get_source_expressions):
        return _of_two_sides_with_values
    return _with_values


def _when_with_values(node: Any) -> Any:
    if not is_predicate(node.result):
        return node
    return _replaced(node, lambda source: source is not node.condition and is_predicate(source))


def _aggregate_with_values(node: Any) -> Any:
    for source in node.source_expressions:
        if is_predicate(source):
            return _with_values(node)
    return node


def _of_two_sides_with_values(node: Any) -> Any:
    return _with_values(node) if is_predicate(node.lhs) or is_predicate(node.rhs) else node


def _with_values(node: Any) -> Any:
    for source in node.get_source_expressions():
        if is_predicate(source):
            break
    else:
        return node
    if isinstance(node, Exact) and isinstance(node.rhs, bool):
        # Django compiles these to the condition itself, or to its negation.
        return node
    # An aggregate's filter stays a condition: it becomes the WHEN of a CASE.
    condition = getattr(node, "filter", None)
    return _replaced(node, lambda source: source is not condition and is_predicate(source))


def _replaced(node: Any, test: Callable[[Any], bool]) -> Any:
    copy = copied(node)
    copy.set_source_expressions(
        [PredicateValue(source) if test(source) else source for source in node.get_source_expressions()]
    )
    return copy


def compile_when(node: Any, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """WHEN takes a condition, so a value is compared with 1."""
    condition = node.condition
    if not is_predicate(condition) and not _is_raw(condition):
        node = node.copy()
        node.condition = Exact(condition, True)
    return row_by_row(connection, node.as_sql, compiler, connection, **extra)


def compile_where(node: Any, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A negated condition, or an OR, which the server may evaluate for each row: see value_lists.py."""
    if not node.negated and (node.connector == AND or len(node.children) < 2):
        return NotImplemented
    return row_by_row(connection, node.as_sql, compiler, connection)


COMPILERS = {When: compile_when, WhereNode: compile_where}
