"""NthValue: by row numbers in a derived table, since T-SQL has no NTH_VALUE and no window over a window (error 4109)."""

from django.db import NotSupportedError
from django.db.models import BooleanField, Window
from django.db.models.expressions import RowRange
from django.db.models.functions import DenseRank, NthValue, Rank, RowNumber

from ..compat.orm import column_names
from .order_by import UNORDERED, source, terms

_NUMBER, _RANK, _PARTITION = "__number%d", "__rank%d", "__partition%d"


_SELECTED_ONLY = (
    "SQL Server has no NTH_VALUE: NthValue can be annotated as it is, but not be part of another expression. "
    "Annotate it, and compute with the rows."
)
_FROM_THE_START = (
    "SQL Server has no NTH_VALUE: the frame of NthValue has to start at the partition's start (start=None)."
)


def is_nth_value(expression):
    return isinstance(expression, Window) and isinstance(expression.source_expression, NthValue)


def selects_nth_value(query):
    """
    Whether a query selects NthValue.

    :raises NotSupportedError: inside another expression.
    """
    annotations = [each for each in query.annotation_select.values() if getattr(each, "contains_over_clause", False)]
    for expression in annotations:
        _refuse_nested(expression)
    return any(map(is_nth_value, annotations))


def compile_nth_value(node, compiler):
    """What stands for the window among the numbered rows.

    :raises NotSupportedError: it is not selected, or its frame starts later than the partition.
    """
    if node not in list(compiler.query.annotation_select.values()):
        raise NotSupportedError(_SELECTED_ONLY)
    if node.frame is not None and node.frame.start.value is not None:
        raise NotSupportedError(_FROM_THE_START)
    return compiler.compile(node.source_expression.get_source_expressions()[0])


def _refuse_nested(expression):
    for part in expression.get_source_expressions():
        if part is None or not hasattr(part, "get_source_expressions"):
            continue
        if is_nth_value(part):
            raise NotSupportedError(_SELECTED_ONLY)
        _refuse_nested(part)


class NthValues:
    """Writes the statement of a compiler that selects NthValue.

    The rows inside have the values, their numbers, and their ranks in the window's order; outside, the value of
    number n is the largest of one, over the rows of the frame.
    """

    def __init__(self, compiler):
        self.compiler = compiler
        self._order = []

    def as_sql(self, with_limits):
        compiler, query = self.compiler, self.compiler.query
        distinct, subquery = query.distinct, query.subquery
        query.distinct, query.subquery = False, False
        compiler.nth_values = self
        try:
            sql, params = compiler.as_sql(with_limits=False, with_col_aliases=True)
        finally:
            compiler.nth_values = None
            query.distinct, query.subquery = distinct, subquery
        ops = compiler.connection.ops
        parts = [
            "SELECT %s%s FROM (%s) AS [numbered]" % ("DISTINCT " if distinct else "", ", ".join(self._columns()), sql)
        ]
        limited = with_limits and query.is_sliced
        if limited or (self._order and not query.subquery):
            parts.append("ORDER BY %s" % (", ".join(self._order) or ("1" if distinct else UNORDERED)))
        if limited:
            parts.append(ops.limit_offset_sql(query.low_mark, query.high_mark))
        return " ".join(parts), params

    def _columns(self):
        quote, columns, index = self.compiler.connection.ops.quote_name, [], 0
        for (expression, _, _), name in zip(self.compiler.select, column_names(self.compiler)):
            column = quote(name)
            if is_nth_value(expression):
                index += 1
                column = "%s AS %s" % (self._outer_sql(expression, column, index), column)
            columns.append(column)
        return columns

    def _outer_sql(self, node, column, index):
        is_bit = isinstance(node.output_field, BooleanField)
        # MAX takes no bit (error 8117).
        value = "CAST(%s AS tinyint)" % column if is_bit else column
        nth = node.source_expression.get_source_expressions()[1].value
        window = self._window_sql(node, index)
        sql = "MAX(CASE WHEN [%s] = %d THEN %s END) OVER (%s)" % (_NUMBER % index, nth, value, window)
        return "CAST(%s AS bit)" % sql if is_bit else sql

    def _window_sql(self, node, index):
        parts = ["PARTITION BY [%s]" % (_PARTITION % index)] if node.partition_by is not None else []
        if node.frame is not None:
            number = _NUMBER if isinstance(node.frame, RowRange) or node.order_by is None else _RANK
            parts += ["ORDER BY [%s]" % (number % index), self.compiler.compile(node.frame)[0]]
        elif node.order_by is not None:
            parts.append("ORDER BY [%s]" % (_RANK % index))
        return " ".join(parts)

    def extra_select(self, compiler, order_by):
        """The numbers and ranks, and what the statement outside sorts by."""
        extra, self._order = [], []
        windows = [expression for expression, _, _ in compiler.select if is_nth_value(expression)]
        for index, node in enumerate(windows, 1):
            for name, window in _inner_windows(node):
                extra.append((window, compiler.compile(window), name % index))
        for resolved, _ in order_by:
            for expression, direction in terms(resolved, compiler.connection):
                name = self._selected(compiler, expression)
                if name is None:
                    _refuse_nested(expression)
                    name = "__order%d" % (len(extra) + 1)
                    extra.append((expression, compiler.compile(source(expression)), name))
                self._order.append("%s %s" % (compiler.connection.ops.quote_name(name), direction))
        return extra

    @staticmethod
    def _selected(compiler, expression):
        """The name of the column, where it is selected: DISTINCT sorts by nothing else (error 145)."""
        wanted = source(expression)
        for selected, _, alias in compiler.select:
            if alias is not None and source(selected) == wanted:
                return alias
        return None


def _inner_windows(node):
    """(name, window) of the row's number and rank, and of its partition's."""
    yield _NUMBER, _window(RowNumber(), node)
    if node.order_by is not None:
        yield _RANK, _window(Rank(), node)
    if node.partition_by is not None:
        yield _PARTITION, Window(DenseRank(), order_by=node.partition_by.get_source_expressions())


def _window(function, node):
    copy = node.copy()
    copy.source_expression, copy.frame = function, None
    copy.output_field = function.output_field
    return copy
