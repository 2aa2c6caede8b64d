"""Expressions that GROUP BY and aggregates refuse, computed beside the tables.

GROUP BY takes no subqueries (error 144), no constants and no outer columns (164),
and takes two equal parameters for different expressions (8120); aggregates take neither
subqueries (130) nor outer columns among others (8124). A derived table of one
row makes them columns, which every clause may name:

    FROM t CROSS APPLY (SELECT LOWER(t.name) + @P1 AS [__k1]) AS [__hoisted]
"""

import re
from typing import Any, Callable, Container, Dict, Iterator, List, Optional, Sequence, Set, Tuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import Subquery
from django.db.models.expressions import Col, Ref, Star
from django.db.models.functions import Greatest, Least
from django.db.models.sql.query import Query

from ..compat.orm import FullResultSet
from ..plugin.django_types import Compiler, Expression
from ..plugin.types import Compiled, Params
from .predicates import PredicateValue, as_value, is_predicate

_Result = TypeVar("_Result")

ALIAS = "__hoisted"
#: A column of the derived table.
COLUMN = re.compile(r"\[%s\]\.\[__k\d+\]" % ALIAS)


class Term:
    """A term of GROUP BY whose SQL is known, such as a column of the derived table."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def select_format(self, compiler: Compiler, sql: str, params: Any) -> Compiled:
        return sql, params


class Hoists:
    """The hoisted expressions of one SELECT, without its compiler: a reference cycle would be freed late."""

    def __init__(self) -> None:
        # With the expressions: the place of one that is gone may be another's.
        self._columns: Dict[Any, Tuple[str, Expression]] = {}
        # Those that are not hashed yet: most are never looked up, and a hash takes a tenth of the time of add().
        self._added: List[Tuple[str, Expression]] = []
        # Their classes: to hash all nodes of another one takes a seventh of compiling the sum of a subquery.
        self._kinds: Set[type] = set()
        self._definitions: List[Compiled] = []
        self._by_sql: Dict[Tuple[Any, ...], str] = {}
        self._suspended = False
        #: Whether a node that is compiled now may be a column of the derived table.
        self.in_use = False
        #: The columns that GROUP BY names.
        self.grouped: Set[str] = set()
        #: The columns of selected expressions, by their places: a search for them takes ten times as long.
        self.selected: Dict[int, str] = {}

    def __bool__(self) -> bool:
        return bool(self._definitions)

    def add(self, expression: Expression, compiler: Compiler, compiled: Optional[Compiled] = None) -> str:
        """
        Compute `expression` in the derived table; `compiled` is its value's SQL, if that is known.

        :return: the column with its value, also of a condition.
        """
        known = self.column(expression)
        if known is not None:
            return known.partition(" = ")[0]
        # Before anything is kept: a condition may be never, or always, true.
        plain = self._compiled(expression, compiler) if is_predicate(expression) else None
        value = compiled or self._compiled(as_value(expression), compiler)
        key = _hashable(*value)
        column = self._by_sql.get(key)
        if column is None:
            self._definitions.append(value)
            self.in_use = not self._suspended
            column = _name(len(self._definitions))
        if plain is None:
            self._keep(expression, column, key)
        else:
            self._keep(PredicateValue(expression), column)
            self._keep(expression, "%s = 1" % column, _hashable(*plain))
        return column

    def _compiled(self, expression: Expression, compiler: Compiler) -> Compiled:
        return self.suspended(compiler.compile, expression)

    def _keep(self, expression: Expression, column: str, key: Optional[Tuple[Any, ...]] = None) -> None:
        self._kinds.add(type(expression))
        self._added.append((column, expression))
        # Before Django 4.2 a condition that is always true compiles to '', and so do other nodes.
        if key and key[0]:
            self._by_sql[key] = column

    def column(self, node: Any) -> Optional[str]:
        """The column that holds `node`, or None."""
        if type(node) not in self._kinds:
            return None
        while self._added:
            kept = self._added.pop()
            self._columns[_key(kept[1])] = kept
        known = self._columns.get(_key(node))
        return None if known is None else known[0]

    def column_of_sql(self, sql: str, params: Params) -> Optional[str]:
        """The column of an expression with this SQL: equal subqueries are different objects."""
        return self._by_sql.get(_hashable(sql, params))

    def stand_in(self, sql: str) -> bool:
        """Whether an expression with this SQL has a hoisted one as a part."""
        return any([text in sql for text, *_ in self._by_sql])

    @property
    def are_grouped(self) -> bool:
        """Whether GROUP BY names all of them."""
        return len(self.grouped) == len(self._definitions)

    def suspended(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """What a function compiles as if nothing were hoisted, as the derived table and the joins before it need."""
        before, self._suspended, self.in_use = self._suspended, True, False
        try:
            return function(*arguments)
        finally:
            self._suspended, self.in_use = before, bool(self._definitions) and not before

    def apply_sql(self) -> Compiled:
        """The derived table, behind the tables of the FROM clause: (sql, params)."""
        columns: List[str] = []
        params: List[Any] = []
        for number, (sql, definition_params) in enumerate(self._definitions, 1):
            columns.append("%s AS [__k%d]" % (sql, number))
            params += definition_params
        return "CROSS APPLY (SELECT %s) AS [%s]" % (", ".join(columns), ALIAS), params


def _name(number: int) -> str:
    return "[%s].[__k%d]" % (ALIAS, number)


def _key(expression: Expression) -> Any:
    """The expression, or its place if it has no hash."""
    try:
        hash(expression)
    except TypeError:
        return id(expression)
    return expression


def _hashable(sql: str, params: Params) -> Tuple[Any, ...]:
    return (sql, *map(repr, params)) if params else (sql,)


def is_column(expression: Any, tables: Container[str]) -> bool:
    """Whether `expression` is a column of the statement itself, which GROUP BY takes as it is.

    :param tables: the statement's own; a column of others is one of the statement around it (error 164).
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
    return not isinstance(expression, (Star, Col)) and compiles_to_subquery(expression, compiler)


def compiles_to_subquery(expression: Expression, compiler: Compiler) -> bool:
    """Whether an expression compiles to a subquery, into which plugins translate some, too."""
    try:
        sql, _ = compiler.compile(expression)
    except (EmptyResultSet, FullResultSet):
        return False
    return has_subquery(sql)


def has_subquery(sql: str) -> bool:
    """Whether an expression's SQL has a subquery."""
    return "(SELECT " in sql


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
