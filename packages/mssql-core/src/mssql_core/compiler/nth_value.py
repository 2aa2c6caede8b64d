"""NthValue: by row numbers in a derived table, since T-SQL has no NTH_VALUE and no window over a window (error 4109).

The rows inside have the values, their numbers and their ranks in the window's order, and all else that the statement
outside needs; LEAD and LAG outside fetch the value from the row with the number of the frame's n-th row.

https://learn.microsoft.com/sql/t-sql/functions/lead-transact-sql (the offset may be an expression, but not negative)
"""

from typing import Any, Iterator, List, Optional, Tuple

from django.db import NotSupportedError
from django.db.models import Subquery, Value, Window
from django.db.models.expressions import Col, Expression, RowRange
from django.db.models.functions import DenseRank, NthValue, Rank, RowNumber
from django.db.models.lookups import Exact
from django.db.models.sql.query import Query

from ..compat.orm import column_names, copied, known_field
from ..plugin.django_types import Compiler, Connection
from ..plugin.types import Compiled
from .order_by import UNORDERED, source, terms
from .predicates import PredicateValue, as_value, is_predicate
from .select_plan import SelectPlan

_ELSEWHERE = (
    "SQL Server has no NTH_VALUE: NthValue can be selected, filtered and sorted by, alone or in an expression, but not "
    "stand here. Annotate it, and use the annotation."
)


class UnnumberedNthValue(NotSupportedError):
    """A statement that numbers no rows has an NthValue to compile."""


def is_nth_value(expression: Any) -> bool:
    return isinstance(expression, Window) and isinstance(expression.source_expression, NthValue)


def uses_nth_value(query: Query) -> bool:
    """Whether a query selects NthValue or sorts by it, alone or in an expression."""
    for name, annotation in query.annotations.items():
        # What is not selected may be sorted by.
        is_written = getattr(annotation, "contains_over_clause", False) and (
            query.order_by or name in query.annotation_select
        )
        if is_written and _contains(annotation):
            return True
    return any([_contains(term) for term in query.order_by if not isinstance(term, str)])


def compile_nth_value(node: Any, compiler: Compiler) -> Compiled:
    """The SQL that replaces the window, over the numbered rows.

    :raises UnnumberedNthValue: the statement is not NthValues', or the window is neither selected nor sorted by.
    """
    plan = getattr(compiler, "plan", None)
    # Before it filters windows, Django compiles expressions that it compiles again in the statement inside.
    if plan is None or not (isinstance(plan.numbering, NthValues) or plan.filters_windows):
        raise UnnumberedNthValue(_ELSEWHERE)
    return compiler.compile(as_value(node.source_expression.get_source_expressions()[0]))


def _contains(expression: Any) -> bool:
    pending = [expression]
    while pending:
        node = source(pending.pop())
        if isinstance(node, (Col, Query, Subquery)):
            continue
        if is_nth_value(node):
            return True
        pending += [part for part in getattr(node, "get_source_expressions", list)() if part is not None]
    return False


class _Outside(Expression):
    """SQL over the columns of the derived table, as an expression."""

    def __init__(self, sql: str, like: Expression) -> None:
        super().__init__(output_field=known_field(like))
        self.sql = sql

    def as_sql(self, compiler: Compiler, connection: Connection) -> Compiled:
        return self.sql, ()


class NthValues:
    """The statement of a compiler that uses NthValue."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        # Further columns of the rows inside: (name, expression).
        self._inside: List[Tuple[str, Any]] = []
        self._windows: List[Any] = []
        # The expressions that the statement outside selects, None for an unchanged column, and those that it sorts by.
        self._selected: List[Any] = []
        self._order: List[Tuple[Any, str]] = []

    def write(self, plan: SelectPlan) -> Compiled:
        """(sql, params) of the statement that `plan` describes."""
        compiler, query = self.compiler, self.compiler.query
        distinct = query.distinct
        sql, params = compiler.write_numbered(SelectPlan(names_columns=True, keeps_order=False, numbering=self))
        columns, column_params = self._columns()
        ordering, order_params = self._ordering()
        parts = ["SELECT %s%s FROM (%s) AS [__numbered]" % ("DISTINCT " if distinct else "", ", ".join(columns), sql)]
        params = [*column_params, *params]
        limited = plan.limited
        if limited or (ordering and not query.subquery):
            parts.append("ORDER BY %s" % (", ".join(ordering) or ("1" if distinct else UNORDERED)))
            params += order_params
        if limited:
            parts.append(compiler.page(params))
        return " ".join(parts), params

    # ---- the rows inside -----------------------------------------------------------

    def extra_select(self, compiler: Compiler, order_by: Any) -> List[Any]:
        """The columns that the statement outside needs besides the selected ones."""
        self._inside, self._windows, self._order = [], [], []
        self._selected = [
            self._outside(expression) if _contains(expression) else None for expression, _, _ in compiler.select
        ]
        for resolved, _ in order_by:
            for expression, direction in terms(resolved, compiler.connection):
                name = self._name_of_selected(compiler, expression)
                outside = self._outside(expression) if name is None else self._column(name, expression)
                self._order.append((outside, direction))
        return [(expression, compiler.compile(expression), name) for name, expression in self._inside]

    @staticmethod
    def _name_of_selected(compiler: Compiler, expression: Any) -> Optional[str]:
        """The name of the column if it is selected: with DISTINCT, ORDER BY takes no other (error 145)."""
        wanted = source(expression)
        for selected, _, alias in compiler.select:
            if alias is not None and source(selected) == wanted:
                return str(alias)
        return None

    def _outside(self, expression: Any) -> Any:
        """`expression` over the columns of the derived table."""
        expression = source(expression)
        if isinstance(expression, (Value, Query)) or not hasattr(expression, "get_source_expressions"):
            return expression
        if is_nth_value(expression):
            return _Outside(self._nth_sql(expression), expression)
        if not _contains(expression):
            return self._part(expression)
        copy = copied(expression)
        sources = expression.get_source_expressions()
        copy.set_source_expressions([None if part is None else self._outside(part) for part in sources])
        return copy

    def _part(self, expression: Any) -> Any:
        """A column inside that holds an expression without NthValue."""
        if is_predicate(expression):
            return Exact(self._part(PredicateValue(expression)), True)
        for name, known in self._inside:
            if known == expression:
                return self._column(name, expression)
        name = "__part%d" % (len(self._inside) + 1)
        self._inside.append((name, expression))
        return self._column(name, expression)

    def _column(self, name: str, expression: Any) -> _Outside:
        return _Outside(self.compiler.connection.ops.quote_name(name), expression)

    # ---- the statement outside -----------------------------------------------------

    def _columns(self) -> Tuple[List[str], List[Any]]:
        quote = self.compiler.connection.ops.quote_name
        columns: List[str] = []
        params: List[Any] = []
        for outside, name in zip(self._selected, column_names(self.compiler)):
            column = quote(name)
            if outside is not None:
                sql, column_params = self.compiler.compile(as_value(outside))
                column = "%s AS %s" % (sql, column)
                params += column_params
            columns.append(column)
        return columns, params

    def _ordering(self) -> Tuple[List[str], List[Any]]:
        ordering: List[str] = []
        params: List[Any] = []
        for outside, direction in self._order:
            sql, order_params = self.compiler.compile(as_value(outside))
            ordering.append("%s %s" % (sql, direction))
            params += order_params
        return ordering, params

    def _nth_sql(self, node: Any) -> str:
        if node not in self._windows:
            self._windows.append(node)
        value, nth = node.source_expression.get_source_expressions()
        rows = _NumberedRows(self._windows.index(node) + 1, node)
        known = {name for name, _ in self._inside}
        self._inside += [(name, inside) for name, inside in rows.columns(value) if name not in known]
        if node.frame is not None:
            # Refuse frames that SQL Server lacks: distances of RANGE, EXCLUDE.
            self.compiler.compile(node.frame)
        return rows.nth_sql(nth.value)


class _NumberedRows:
    """The columns of one window, and the SQL over them.

    :param index: distinguishes its columns from those of other windows.
    """

    def __init__(self, index: int, node: Any) -> None:
        self._node = node
        self._value, self._number, self._rank, self._partition = (
            "__%s%d" % (name, index) for name in ("value", "number", "rank", "partition")
        )

    def columns(self, value: Any) -> Iterator[Tuple[str, Any]]:
        """Yield (name, expression) of the columns inside: the value, the row's number and rank, the partition's."""
        node = self._node
        yield self._value, as_value(value)
        yield self._number, _ranked(RowNumber(), node)
        if _is_ordered(node):
            yield self._rank, _ranked(Rank(), node)
        if node.partition_by is not None:
            yield self._partition, Window(DenseRank(), order_by=node.partition_by.get_source_expressions())

    def nth_sql(self, nth: int) -> str:
        """The value of the frame's n-th row, NULL if it has fewer rows."""
        first, last = self._frame()
        target = str(nth) if first is None else "%s + %d" % (first, nth - 1)
        value = self._value_at(target)
        return value if last is None else "CASE WHEN %s <= %s THEN %s END" % (target, last, value)

    def _frame(self) -> Tuple[Optional[str], Optional[str]]:
        """The numbers of the frame's first and last row; None if they are the partition's."""
        frame = self._node.frame
        number, rank = "[%s]" % self._number, "[%s]" % self._rank
        if isinstance(frame, RowRange):
            start, end = frame.start.value, frame.end.value
            first = None if start is None else "CASE WHEN {0} > {1} THEN {0} - {1} ELSE 1 END".format(number, -start)
            return first, None if end is None else "%s + %d" % (number, end)
        if not _is_ordered(self._node):
            # All rows are peers.
            return None, None
        start, end = (None, 0) if frame is None else (frame.start.value, frame.end.value)
        # By default a window with an order ends with the row's peers.
        peers = "COUNT_BIG(*) OVER (%sORDER BY %s)" % (self._partition_by(), rank)
        return None if start is None else rank, None if end is None else peers

    def _value_at(self, target: str) -> str:
        """The value in the row with the number `target`."""
        names = {
            "value": self._value,
            "number": self._number,
            "target": target,
            "over": "OVER (%sORDER BY [%s])" % (self._partition_by(), self._number),
        }
        return (
            "CASE WHEN %(target)s > [%(number)s] "
            "THEN LEAD([%(value)s], CASE WHEN %(target)s > [%(number)s] THEN %(target)s - [%(number)s] ELSE 0 END) %(over)s "
            "ELSE LAG([%(value)s], CASE WHEN %(target)s < [%(number)s] THEN [%(number)s] - (%(target)s) ELSE 0 END) %(over)s "
            "END" % names
        )

    def _partition_by(self) -> str:
        return "PARTITION BY [%s] " % self._partition if self._node.partition_by is not None else ""


def _is_ordered(node: Any) -> bool:
    return node.order_by is not None and bool(node.order_by.get_source_expressions())


def _ranked(function: Any, node: Any) -> Any:
    copy = node.copy()
    copy.source_expression, copy.frame = function, None
    copy.output_field = function.output_field
    return copy
