"""distinct(*fields): the first row of each group, by row number.

SELECT DISTINCT ON is an extension of PostgreSQL; ROW_NUMBER() = 1 within a
partition is the same in standard SQL.
"""

from copy import copy
from typing import Any, List, Tuple

from django.db.models.expressions import RawSQL

from ..compat.orm import column_names
from ..plugin.django_types import Compiler
from ..plugin.types import Compiled
from .order_by import UNORDERED, source, terms
from .predicates import as_value
from .select_plan import SelectPlan

ROW_NUMBER = "__row_number"


class DistinctOn:
    """The statement of a compiler whose query has distinct_fields."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        # Name and direction of the columns by which the statement outside sorts.
        self._order: List[Tuple[str, str]] = []

    def write(self, plan: SelectPlan) -> Compiled:
        """(sql, params) of the statement that `plan` describes."""
        compiler, query = self.compiler, self.compiler.query
        sql, params = compiler.write_numbered(SelectPlan(names_columns=True, keeps_order=False, numbering=self))
        ops = compiler.connection.ops
        columns = ", ".join(ops.quote_name(alias) for alias in column_names(compiler))
        parts = ["SELECT %s FROM (%s) AS [__numbered] WHERE [%s] = 1" % (columns, sql, ROW_NUMBER)]
        limited = plan.limited
        if limited or (self._order and not query.subquery):
            ordering = ["%s %s" % (ops.quote_name(name), direction) for name, direction in self._order]
            parts.append("ORDER BY %s" % (", ".join(ordering) or UNORDERED))
        if limited:
            parts.append(compiler.page(params))
        return " ".join(parts), params

    def extra_select(self, compiler: Compiler, order_by: Any) -> List[Any]:
        """The columns that the statement outside sorts by, and the row number."""
        self._order = []
        extra: List[Any] = []
        order_sql: List[str] = []
        order_params: List[Any] = []
        for resolved, _ in order_by:
            for expression, direction in terms(resolved, compiler.connection):
                expression = source(expression)
                sql, params = compiler.compile(as_value(expression))
                name = "__order%d" % (len(extra) + 1)
                extra.append((expression, (sql, params), name))
                self._order.append((name, direction))
                order_sql.append("%s %s" % (sql, direction))
                order_params.extend(params)
        partition, params = self._partition(compiler)
        if not order_by and not params and not self.compiler.query.subquery:
            # The order of the fields, as from databases that sort for DISTINCT.
            for sql in partition:
                name = "__order%d" % (len(extra) + 1)
                extra.append((RawSQL(sql, ()), (sql, []), name))
                self._order.append((name, "ASC"))
        number = "ROW_NUMBER() OVER (PARTITION BY %s ORDER BY %s)" % (
            ", ".join(partition),
            ", ".join(order_sql) or UNORDERED,
        )
        params.extend(order_params)
        extra.append((RawSQL(number, params), (number, params), ROW_NUMBER))
        return extra

    @staticmethod
    def _partition(compiler: Compiler) -> Tuple[List[str], List[Any]]:
        query = compiler.query
        partition: List[str] = []
        params: List[Any] = []
        for name in query.distinct_fields:
            if name in query.annotation_select:
                sql, annotation_params = compiler.compile(as_value(query.annotation_select[name]))
                partition.append(sql)
                params.extend(annotation_params)
                continue
            # One field at a time; the joins are those of the whole query.
            single = copy(compiler)
            single.query = copy(query)
            single.query.distinct_fields = (name,)
            columns, params_by_column = single.get_distinct()
            partition.extend(columns)
            for column_params in params_by_column:
                params.extend(column_params)
        return partition, params
