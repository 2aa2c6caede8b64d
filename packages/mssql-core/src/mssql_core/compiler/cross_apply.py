"""Expressions that GROUP BY and aggregates refuse, computed beside the tables.

GROUP BY takes no subqueries (error 144), no constants and no outer columns (164),
and takes two equal parameters for different expressions (8120); aggregates take neither
subqueries (130) nor outer columns among others (8124). A derived table of one
row makes them columns, which every clause may name:

    FROM t CROSS APPLY (SELECT LOWER(t.name) + @P1 AS [__k1]) AS [__hoisted]
"""

import re
from contextlib import contextmanager
from typing import Any, Container, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple

from django.core.exceptions import EmptyResultSet
from django.db.models import Aggregate, Subquery, Window
from django.db.models.expressions import Col, Ref, Star
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import Lookup
from django.db.models.sql.query import Query
from django.db.models.sql.where import WhereNode

from ..compat.orm import ColPairs, FullResultSet, selectable
from ..plugin.django_types import Compiler, Expression
from ..plugin.types import Compiled, Params
from .predicates import PredicateValue, as_value, is_predicate

ALIAS = "__hoisted"
_COLUMN = re.compile(r"\[%s\]\.\[__k\d+\]" % ALIAS)
# As a condition, and as Django selects one.
_CONDITION = re.compile(r"(?:CASE WHEN )?(%s) = 1(?: THEN 1 ELSE 0 END)?$" % _COLUMN.pattern)


class Hoists:
    """The hoisted expressions of one SELECT, without its compiler: a reference cycle would be freed late."""

    def __init__(self) -> None:
        # With the expressions: the place of one that is gone may be another's.
        self._columns: Dict[Any, Tuple[str, Expression]] = {}
        # Their classes: to hash all nodes of another one takes a seventh of compiling the sum of a subquery.
        self._kinds: Set[type] = set()
        self._definitions: List[Compiled] = []
        self._by_sql: Dict[Tuple[Any, ...], str] = {}
        self._suspended = False

    def __bool__(self) -> bool:
        return bool(self._definitions)

    @property
    def in_use(self) -> bool:
        """Whether a node that is compiled now may be a column of the derived table."""
        return bool(self._definitions) and not self._suspended

    def add(self, expression: Expression, compiler: Compiler, compiled: Optional[Compiled] = None) -> None:
        """Compute `expression` in the derived table; `compiled` is its value's SQL, if that is known."""
        if self.column(expression) is not None:
            return
        is_condition = is_predicate(expression)
        if compiled is None:
            compiled = self._compiled(as_value(expression), compiler)
        plain = self._compiled(expression, compiler) if is_condition else compiled
        known = self._by_sql.get(_hashable(*compiled))
        if known is None:
            self._definitions.append(compiled)
            known = _name(len(self._definitions))
        column = "%s = 1" % known if is_condition else known
        self._keep(expression, column)
        if is_condition:
            self._keep(PredicateValue(expression), known)
        # Before Django 4.2 a condition that is always true compiles to '', and so do other nodes.
        if plain[0]:
            self._by_sql[_hashable(*plain)] = column

    def _compiled(self, expression: Expression, compiler: Compiler) -> Compiled:
        with self.suspended():
            return compiler.compile(expression)

    def _keep(self, expression: Expression, column: str) -> None:
        self._kinds.add(type(expression))
        try:
            self._columns[expression] = column, expression
        except TypeError:
            self._columns[id(expression)] = column, expression

    def column(self, node: Any) -> Optional[str]:
        """The column that holds `node`, or None."""
        if type(node) not in self._kinds:
            return None
        try:
            known = self._columns.get(node)
        except TypeError:
            # An expression without a hash.
            known = self._columns.get(id(node))
        return None if known is None else known[0]

    def column_of_sql(self, sql: str, params: Params) -> Optional[str]:
        """The column of an expression with this SQL: equal subqueries are different objects."""
        return self._by_sql.get(_hashable(sql, params))

    def stand_in(self, sql: str) -> bool:
        """Whether an expression with this SQL has a hoisted one as a part."""
        return any([text in sql for text, *_ in self._by_sql])

    def names(self) -> List[str]:
        """The columns of the derived table."""
        return [_name(number) for number in range(1, len(self._definitions) + 1)]

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Compile as if nothing were hoisted, as the derived table and the joins before it need."""
        before, self._suspended = self._suspended, True
        try:
            yield
        finally:
            self._suspended = before

    def apply_sql(self) -> Compiled:
        """The derived table, behind the tables of the FROM clause: (sql, params)."""
        columns = ", ".join(["%s AS [__k%d]" % (sql, number) for number, (sql, _) in enumerate(self._definitions, 1)])
        params = [param for _, definition_params in self._definitions for param in definition_params]
        return "CROSS APPLY (SELECT %s) AS [%s]" % (columns, ALIAS), params


def _name(number: int) -> str:
    return "[%s].[__k%d]" % (ALIAS, number)


def _hashable(sql: str, params: Params) -> Tuple[Any, ...]:
    return (sql, *map(repr, params))


def parts_of_groups(expressions: Iterable[Any]) -> Iterator[Any]:
    """What GROUP BY names for grouped expressions: not their aliases, and the columns of composite keys."""
    for expression in expressions:
        while isinstance(expression, Ref):
            expression = expression.source
        if isinstance(expression, ColPairs):
            yield from expression.get_source_expressions()
        else:
            yield expression


def without_queries(grouped: Iterable[Any], having: Any) -> Iterator[Any]:
    """What is grouped, without the queries of lookups in HAVING, which may have many rows: their columns of this statement instead.

    Django before version 4.0 groups by them.
    """
    queries = {id(query) for query in _queries_of_lookups(having)}
    for expression in grouped:
        if id(expression) in queries:
            yield from expression.get_external_cols()
        else:
            yield expression


def _queries_of_lookups(having: Any) -> Iterator[Query]:
    if isinstance(having, WhereNode):
        for child in having.children:
            yield from _queries_of_lookups(child)
    elif isinstance(having, Lookup) and isinstance(having.rhs, Query):
        yield having.rhs


def is_column(expression: Any, tables: Container[str]) -> bool:
    """Whether GROUP BY takes `expression` without a derived table.

    :param tables: the statement's own; a column of others is one of the statement around it.
    """
    return isinstance(expression, Col) and (expression.alias is None or expression.alias in tables)


def aggregate_refuses(expression: Expression, compiler: Compiler) -> bool:
    """Whether an aggregate of the compiler's query cannot take `expression`."""
    tables = compiler.query.alias_map
    for node in leaves(expression):
        if isinstance(node, (Query, Subquery, Greatest, Least)):
            return True
        if isinstance(node, Col) and not is_column(node, tables):
            return True
    return not isinstance(expression, (Star, Col)) and _compiles_to_subquery(expression, compiler)


def _compiles_to_subquery(expression: Expression, compiler: Compiler) -> bool:
    """Whether an expression compiles to a subquery, into which plugins translate some, too."""
    try:
        sql, _ = compiler.compile(expression)
    except (EmptyResultSet, FullResultSet):
        return False
    return "(SELECT " in sql


def value_column(sql: str) -> str:
    """The column of a hoisted condition, without its comparison; other SQL unchanged."""
    condition = _CONDITION.match(sql)
    return condition.group(1) if condition else sql


def columns_beside_aggregates(expression: Expression, compiler: Compiler) -> List[str]:
    """The hoisted columns outside of aggregates in `expression`, which GROUP BY must name (error 8120)."""
    if expression is None or isinstance(expression, Aggregate) or not hasattr(expression, "as_sql"):
        return []
    if expression.contains_aggregate:
        inner = expression.get_source_expressions()
        return [column for part in inner for column in columns_beside_aggregates(part, compiler)]
    try:
        sql, _ = compiler.compile(expression)
    except (EmptyResultSet, FullResultSet):
        return []
    return _COLUMN.findall(sql)


def functions_of_windows(expression: Expression) -> List[Expression]:
    """The arguments of the windows in an expression."""
    functions = [node.source_expression for node in leaves(expression) if isinstance(node, Window)]
    return [argument for function in functions for argument in function.get_source_expressions()]


def columns_of_keys(expressions: Iterable[Any], grouped: Sequence[Expression]) -> List[Expression]:
    """The columns beside aggregates that grouped keys of their tables decide; GROUP BY must name them (error 8120).

    Django groups by the key alone where it only counts the groups.
    """
    keys = {column.alias for column in grouped if isinstance(column, Col) and column.target.primary_key}
    columns = [part for part in _outside_aggregates(expressions) if isinstance(part, Col) and part.alias in keys]
    return [column for column in dict.fromkeys(columns) if column not in grouped]


def conditions_with_subqueries(having: Any, compiler: Compiler) -> List[Expression]:
    """
    What GROUP BY needs for lookups in HAVING that compile to subqueries, such as a key of a document (error 8121).

    That is the lookup itself, or, if it has an aggregate too, the columns beside that.
    """
    if isinstance(having, WhereNode):
        return [condition for child in having.children for condition in conditions_with_subqueries(child, compiler)]
    if not isinstance(having, Lookup):
        return []
    if having.contains_aggregate:
        columns: List[Expression] = [part for part in _outside_aggregates([having]) if isinstance(part, Col)]
        # Most have none: to compile such a condition for nothing takes a fifth of ``filter(total__gt=10)``.
        return columns if columns and _compiles_to_subquery(having, compiler) else []
    if not _compiles_to_subquery(having, compiler):
        return []
    is_grouped = isinstance(having.lhs, Col) and not is_translated(having.lhs, compiler)
    return [] if is_grouped else [selectable(having)]


def is_translated(column: Col, compiler: Compiler) -> bool:
    """Whether a plugin translates a column into an expression, which a subquery in HAVING may not name."""
    return compiler.connection.compiler_dispatch.translates_columns and "(" in compiler.compile(column)[0]


def _outside_aggregates(expressions: Iterable[Any]) -> Iterator[Any]:
    for expression in expressions:
        if expression is None or isinstance(expression, (Aggregate, Query, Subquery)):
            continue
        yield expression
        yield from _outside_aggregates(source_expressions(expression))


def source_expressions(expression: Any) -> Sequence[Any]:
    """The arguments of an expression, if it has any."""
    return expression.get_source_expressions() if hasattr(expression, "get_source_expressions") else ()


def leaves(expression: Expression) -> Iterator[Any]:
    """`expression` and all of its parts, down to subqueries."""
    stack = [expression]
    while stack:
        node = stack.pop()
        if node is None:
            continue
        yield node
        if isinstance(node, (Query, Subquery, Ref)):
            continue
        stack.extend(source_expressions(node))
