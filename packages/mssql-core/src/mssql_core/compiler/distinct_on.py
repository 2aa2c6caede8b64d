"""distinct(*fields): the first row of each group, by row number.

SELECT DISTINCT ON is PostgreSQL's; ROW_NUMBER() = 1 within a partition is the
same in standard SQL.
"""

from django.db.models.expressions import RawSQL

from ..compat.orm import column_names
from .order_by import UNORDERED, source, terms

ROW_NUMBER = "__row_number"


class DistinctOn:
    """Writes the statement of a compiler whose query has distinct_fields."""

    def __init__(self, compiler):
        self.compiler = compiler
        self._order = []
        self._in_subquery = compiler.query.subquery

    def as_sql(self, with_limits):
        compiler, query = self.compiler, self.compiler.query
        kept = query.distinct, query.subquery
        query.distinct, query.subquery = False, False
        compiler.distinct_on = self
        try:
            sql, params = compiler.as_sql(with_limits=False, with_col_aliases=True)
        finally:
            compiler.distinct_on = None
            query.distinct, query.subquery = kept
        ops = compiler.connection.ops
        columns = ", ".join(ops.quote_name(alias) for alias in column_names(compiler))
        parts = ["SELECT %s FROM (%s) AS [numbered] WHERE [%s] = 1" % (columns, sql, ROW_NUMBER)]
        limited = with_limits and query.is_sliced
        if limited or (self._order and not query.subquery):
            ordering = ["%s %s" % (ops.quote_name(name), direction) for name, direction in self._order]
            parts.append("ORDER BY %s" % (", ".join(ordering) or UNORDERED))
        if limited:
            parts.append(ops.limit_offset_sql(query.low_mark, query.high_mark))
        return " ".join(parts), params

    def extra_select(self, compiler, order_by):
        """The columns that the statement outside sorts by, and the row number."""
        self._order = []
        extra, order_sql, order_params = [], [], []
        for resolved, _ in order_by:
            for expression, direction in terms(resolved, compiler.connection):
                expression = source(expression)
                sql, params = compiler.compile(expression)
                name = "__order%d" % (len(extra) + 1)
                extra.append((expression, (sql, params), name))
                self._order.append((name, direction))
                order_sql.append("%s %s" % (sql, direction))
                order_params.extend(params)
        partition, params = self._partition(compiler)
        if not order_by and not params and not self._in_subquery:
            # As others do that sort for DISTINCT: rows come in the order of the fields.
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
    def _partition(compiler):
        query = compiler.query
        fields, partition, found = query.distinct_fields, [], []
        for name in fields:
            if name in query.annotation_select:
                sql, params = compiler.compile(query.annotation_select[name])
                partition.append(sql)
                found.extend(params)
                continue
            query.distinct_fields = (name,)
            try:
                columns, params = compiler.get_distinct()
            finally:
                query.distinct_fields = fields
            partition.extend(columns)
            for some in params:
                found.extend(some)
        return partition, found
