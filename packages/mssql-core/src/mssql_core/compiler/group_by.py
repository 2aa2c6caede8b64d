"""GROUP BY: no constants (error 164), no subqueries (144), and equal parameters are different expressions (8120).

Columns and functions of them stand as they are; anything else is a column of the derived table of cross_apply.py. So is
a function that stands in a subquery beside an aggregate, where the server knows grouped columns only (8120, 8121, 8127).
"""

from typing import Any, Container, Iterable, Iterator, List, Optional, Sequence, Tuple

from django.core.exceptions import EmptyResultSet
from django.db.models import Aggregate, Func, Subquery, Window
from django.db.models.expressions import Col, CombinedExpression, Ref
from django.db.models.lookups import Lookup
from django.db.models.sql.query import Query
from django.db.models.sql.where import WhereNode

from ..compat.orm import PARAMS, ColPairs, FullResultSet, selectable
from ..plugin.django_types import Compiler, Expression
from ..plugin.types import Compiled
from .cross_apply import (
    ALIAS,
    COLUMN,
    Hoists,
    Term,
    compiles_to_subquery,
    has_subquery,
    is_column,
    leaves,
    source_expressions,
)
from .select_list import SelectListMixin
from .select_plan import Ordered, Selected


class GroupByMixin(SelectListMixin):
    """The GROUP BY clause of a SELECT."""

    having: Any
    # Whether GROUP BY may have functions of columns as they are; None until the first of them asks.
    _functions_stand: Optional[bool] = None
    #: What is only selected to sort by it, and ORDER BY, once they are known.
    beside_groups: Tuple[List[Selected], List[Ordered]] = ([], [])

    def collapse_group_by(self, expressions: Iterable[Expression], having: Any) -> List[Any]:
        """The terms of GROUP BY; what it refuses is computed in the derived table of cross_apply.py."""
        if self.query.combinator:
            # Only the parts of a set operation are grouped.
            return list(expressions)
        grouped = parts_of_groups(expressions)
        if self.having is not None:
            grouped = without_queries(grouped, self.having)
        self._functions_stand, tables = None, self.query.alias_map
        terms: List[Any] = [
            expression if is_column(expression, tables) else self._term(expression) for expression in grouped
        ]
        terms += columns_of_windows(terms, self.select)
        if self.having is not None:
            for expression in conditions_with_subqueries(self.having, self):
                is_plain = is_column(expression, tables) and not is_translated(expression, self)
                terms.append(expression if is_plain else self._term(expression))
        return [term for term in terms if term is not None]

    def _term(self, expression: Expression) -> Optional[Term]:
        """The term of an expression that is no column; None for what is never, or always, true."""
        selected = self.selected_plain(expression)
        try:
            if not (selected and selected[1]) and self._may_stand(expression):
                sql, params = selected or self.compile(expression)
                if not (params or has_subquery(sql) or ALIAS in sql):
                    return Term(sql)
            hoists = self.hoists
            column = hoists.add(expression, self, selected)
        except (EmptyResultSet, FullResultSet):
            return None
        hoists.grouped.add(column)
        if selected is not None:
            hoists.selected[id(expression)] = column
        return Term(column)

    def _may_stand(self, expression: Expression) -> bool:
        """Whether GROUP BY may have an expression as it is, unless that has parameters."""
        if not _is_function_of_columns(expression, self.query.alias_map):
            return False
        if self._functions_stand is None:
            extra_select, order_by = self.beside_groups
            queries = [each for each, (sql, _), _ in self.select + extra_select if has_subquery(sql)]
            queries += [each for each, (sql, _, _) in order_by if has_subquery(sql)]
            self._functions_stand = not (
                any([_has_groups(each) for each in queries]) or _compares_aggregates_with_functions(self.having)
            )
        return self._functions_stand

    def with_hoisted(self, group_by: List[Compiled], order_by: List[Ordered]) -> List[Compiled]:
        """GROUP BY with the columns that were hoisted for an aggregate and also stand beside it (error 8120)."""
        expressions = [expression for expression, _, _ in self.select]
        expressions += [expression for expression, (_, _, is_ref) in order_by if not is_ref]
        named = [
            column
            for expression in [*expressions, self.having]
            for column in columns_beside_aggregates(expression, self)
            if column not in self.hoists.grouped
        ]
        return [*group_by, *((column, PARAMS()) for column in dict.fromkeys(named))]


def _is_function_of_columns(expression: Expression, tables: Container[str]) -> bool:
    """Whether the value depends on columns of the statement's tables alone: constants are error 164."""
    if not isinstance(expression, (Func, CombinedExpression)):
        return False
    sources = expression.get_source_expressions()
    return bool(sources) and all(
        [is_column(source, tables) or _is_function_of_columns(source, tables) for source in sources]
    )


def _has_groups(expression: Expression) -> bool:
    """Whether an expression is computed of the rows of groups, and not grouped by itself."""
    return bool(expression.contains_aggregate or expression.contains_over_clause)


def _compares_aggregates_with_functions(having: Any) -> bool:
    """Whether a condition has functions beside aggregates, which it may name in a subquery."""
    if isinstance(having, WhereNode):
        return any([_compares_aggregates_with_functions(child) for child in having.children])
    if not isinstance(having, Lookup) or not having.contains_aggregate:
        return False
    return any([isinstance(part, (Func, CombinedExpression)) for part in _outside_aggregates([having])])


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
    return COLUMN.findall(sql)


def columns_of_windows(grouped: Sequence[Any], select: Iterable[Selected]) -> List[Expression]:
    """The columns in selected windows that grouped keys of their tables decide; GROUP BY must name them (error 8120).

    Django groups by the key alone where it only counts the groups.
    """
    keys = {column.alias for column in grouped if isinstance(column, Col) and column.target.primary_key}
    if not keys:
        return []
    windows = [expression for expression, _, _ in select if expression.contains_over_clause]
    arguments = [argument for window in windows for argument in _arguments_of_windows(window)]
    columns = [part for part in _outside_aggregates(arguments) if isinstance(part, Col) and part.alias in keys]
    return [column for column in dict.fromkeys(columns) if column not in grouped]


def _arguments_of_windows(expression: Expression) -> List[Expression]:
    functions = [node.source_expression for node in leaves(expression) if isinstance(node, Window)]
    return [argument for function in functions for argument in function.get_source_expressions()]


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
        # Most have no columns: to compile such a condition for nothing takes a fifth of ``filter(total__gt=10)``.
        if not any([isinstance(part, Col) for part in _outside_aggregates([having])]):
            return []
        if not compiles_to_subquery(having, compiler):
            return []
        sql, _ = compiler.compile(having)
        return [part for part in _outside_aggregates([having], compiler.hoists, sql) if isinstance(part, Col)]
    if not compiles_to_subquery(having, compiler):
        return []
    is_grouped = isinstance(having.lhs, Col) and not is_translated(having.lhs, compiler)
    return [] if is_grouped else [selectable(having)]


def is_translated(column: Col, compiler: Compiler) -> bool:
    """Whether a plugin translates a column into an expression, which a subquery in HAVING may not name."""
    return compiler.connection.compiler_dispatch.translates_columns and "(" in compiler.compile(column)[0]


def _outside_aggregates(
    expressions: Iterable[Any], hoists: Optional[Hoists] = None, condition: str = ""
) -> Iterator[Any]:
    """The expressions and their parts, without aggregates and queries.

    :param hoists: with them, without the parts of what a condition names by a hoisted column: that of a key of a
        document names the document itself.
    :param condition: the condition's SQL.
    """
    for expression in expressions:
        if expression is None or isinstance(expression, (Aggregate, Query, Subquery)):
            continue
        column = hoists.column(expression) if hoists else None
        if column is not None and column in condition:
            continue
        yield expression
        yield from _outside_aggregates(source_expressions(expression), hoists, condition)
