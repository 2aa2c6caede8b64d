"""Django's SQL compilers for T-SQL."""

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from django.core.exceptions import EmptyResultSet
from django.db import NotSupportedError
from django.db.models.sql import compiler
from django.db.models.sql.constants import GET_ITERATOR_CHUNK_SIZE, MULTI
from django.db.models.sql.where import WhereNode
from django.db.transaction import TransactionManagementError

from ..compat import SQLInsertCompiler as SQLInsertShims
from ..compat import orm
from ..compat.orm import PARAMS, FullResultSet
from ..names import in_query, quote_identifier
from ..plugin.django_types import Expression
from ..plugin.types import Compiled, Params
from .cross_apply import Hoists
from .distinct_on import DistinctOn
from .explain import explain
from .group_by import GroupByMixin
from .insert import InsertMixin
from .locking import LockedTables
from .nodes import CompileMixin
from .nth_value import NthValues, UnnumberedNthValue, uses_nth_value
from .order_by import UNORDERED, distinct_terms, is_name, source, terms, width
from .predicates import as_value
from .select_plan import GroupedSelect, Ordered, Selected, SelectPlan, plan_of
from .target_table import with_target
from .update import UpdateMixin
from .value_lists import within_limit

# Rows read at a time where all of them are kept: reading 2,000 by Django's 100 takes a tenth longer.
PART_OF_ALL_ROWS = 2000


class SelectMixin(GroupByMixin):
    """The SELECT statement: paging, order, grouping, locks."""

    #: The shape of the statement, decided before it is written.
    plan = SelectPlan()
    # Before Django 4.0 there is no other value: each statement without rows is left out.
    elide_empty = True
    _meta_ordering: Any

    # ---- the whole statement -----------------------------------------------------

    def as_sql(self, with_limits: bool = True, with_col_aliases: bool = False) -> Compiled:
        query = self.query
        plan = plan_of(query, with_limits, with_col_aliases)
        # With a filter on windows, the statement inside numbers its rows.
        is_distinct_on = query.distinct_fields and not (query.combinator or plan.filters_windows)
        write = DistinctOn(self).write if is_distinct_on else self.write
        try:
            return within_limit(self.connection, write, plan)
        except UnnumberedNthValue:
            # A search for one in every statement would cost as much as a tenth of its compilation.
            if plan.filters_windows or not uses_nth_value(query):
                raise
        if is_distinct_on:
            raise NotSupportedError(
                "SQL Server has no NTH_VALUE: a query with NthValue takes no distinct(*fields). Take the rows from a "
                "list of keys: filter(pk__in=...)."
            )
        return within_limit(self.connection, NthValues(self).write, plan)

    def write(self, plan: SelectPlan) -> Compiled:
        """(sql, params) of the statement that `plan` describes."""
        self.plan, self._hoists = plan, None
        query = self.query
        if plan.is_derived:
            sql, params = self._derived_compound()
        elif plan.filters_windows and query.subquery:
            # Django would select once more around the order, for columns that the mask has left out already.
            return self._inside(plan, subquery=False)
        elif query.combinator or plan.filters_windows:
            sql, params = super().as_sql(False, plan.names_columns)
            if plan.limited:
                params = list(params)
                sql = "%s %s" % (sql, self.page(params))
        else:
            sql, params = self._select()
        if plan.is_branch and plan.limited:
            # A branch of a set operation takes no ORDER BY of its own (error 156).
            sql = "SELECT * FROM (%s) AS [__part]" % sql
        return sql, params

    def write_numbered(self, plan: SelectPlan) -> Compiled:
        """As :meth:`write`, for the rows inside another statement: they are neither distinct nor a subquery."""
        return self._inside(plan, distinct=False, subquery=False)

    def _inside(self, plan: SelectPlan, **attributes: bool) -> Compiled:
        """The statement of the same query with other attributes."""
        inside = orm.shallow_copy(self)
        inside.query = self.query.clone()
        inside.query.__dict__.update(attributes)
        try:
            return inside.write(plan)
        finally:
            # Django reads the rows by these, also if there are none (EmptyResultSet).
            for name in ("select", "klass_info", "annotation_col_map", "col_count"):
                setattr(self, name, getattr(inside, name, None))
            self.has_extra_select = False

    def _select(self) -> Compiled:
        """A statement that is neither a set operation nor filters windows."""
        query = self.query
        refcounts = query.alias_refcount.copy()
        try:
            extra_select, order_by, group_by = self.pre_sql_setup(self.plan.names_columns)
            if query.select_for_update and self.connection.get_autocommit():
                # Outside of a transaction the locks would end with the statement.
                raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
            if group_by and query.distinct_fields:
                raise NotImplementedError("annotate() + distinct(fields) is not implemented.")
            parts, params = self._clauses(extra_select, order_by, group_by)
        finally:
            # The joins of the set-up belong to this statement alone.
            query.reset_refcounts(refcounts)
        sql = " ".join(parts)
        return self._without_extra(sql, params) if query.subquery and extra_select else (sql, params)

    def _clauses(
        self, extra_select: List[Selected], order_by: List[Ordered], group_by: List[Compiled]
    ) -> Tuple[List[str], List[Any]]:
        """The clauses in their order, and their parameters."""
        query, plan = self.query, self.plan
        # Before FROM, which has the expressions that HAVING computes beside the tables.
        having, having_params = self._condition(self.having) if self.having is not None else ("", ())
        if group_by and self._hoists and not self._hoists.are_grouped:
            group_by = self.with_hoisted(group_by, order_by)
        from_, from_params = self.get_from_clause()
        where, where_params = self._condition(self.where)
        columns, params = self.columns(extra_select)
        parts = ["SELECT DISTINCT" if query.distinct else "SELECT"]
        if plan.top is not None:
            parts.append("TOP (%d)" % plan.top)
        # Django counts rows of which nothing else asks for a column.
        parts.append(columns or "NULL AS [__none]")
        if from_:
            parts += ["FROM", *from_]
            params += from_params
        if where:
            parts += ["WHERE", where]
            params += where_params
        if group_by:
            parts += ["GROUP BY", _joined(group_by, params)]
        if having:
            parts += ["HAVING", having]
            params += having_params
        if order_by:
            parts += ["ORDER BY", _joined([(sql, term_params) for _, (sql, term_params, _) in order_by], params)]
        if plan.limited and plan.top is None:
            parts.append(self.page(params))
        return parts, params

    def page(self, params: List[Any]) -> str:
        """The clause of a slice with an offset; its bounds are appended to `params`, so that one plan serves all pages."""
        low, high = self.query.low_mark, self.query.high_mark
        params.append(low)
        if high is None or high <= low:
            # FETCH of no rows is error 10744; WHERE of such a query is never true.
            return "OFFSET %s ROWS"
        params.append(high - low)
        return "OFFSET %s ROWS FETCH NEXT %s ROWS ONLY"

    def _condition(self, node: Optional[Expression]) -> Compiled:
        """(sql, params) of WHERE or HAVING; '' for none, and for one that is always true."""
        if node is None or (type(node) is WhereNode and not (node.children or node.negated)):
            # Without a filter: FullResultSet, raised and caught, would take a microsecond.
            return "", ()
        try:
            return self.compile(node)
        except FullResultSet:
            return "", ()
        except EmptyResultSet:
            if self.elide_empty or node is self.having:
                raise
            return "0 = 1", ()

    def _without_extra(self, sql: str, params: Params) -> Compiled:
        """The statement without the columns that it only sorts by, which a subquery may not have."""
        columns: List[str] = []
        params_before: List[Any] = []
        for expression, _, alias in self.select:
            if alias:
                columns.append("[__subquery].%s" % quote_identifier(alias))
            else:
                outer = expression.relabeled_clone({expression.alias: "__subquery"})
                column, column_params = outer.as_sql(self, self.connection)
                columns.append(column)
                params_before += column_params
        return "SELECT %s FROM (%s) AS [__subquery]" % (", ".join(columns), sql), [*params_before, *params]

    def _derived_compound(self) -> Compiled:
        """A set operation as a derived table, which the statement around it sorts and slices."""
        plan = self.plan
        sql, params = super().as_sql(False, plan.names_columns)
        sql, params = "SELECT * FROM (%s) AS [__compound]" % sql, list(params)
        if not plan.limited and self.query.subquery:
            return sql, params
        ordering = _joined([(term, term_params) for _, (term, term_params, _) in self.get_order_by()], params)
        sql = "%s ORDER BY %s" % (sql, ordering or UNORDERED)
        if plan.limited:
            sql = "%s %s" % (sql, self.page(params))
        return sql, params

    def get_combinator_sql(self, combinator: str, all: bool) -> Any:
        is_sliced = any([query.is_sliced for query in self.query.combined_queries])
        if orm.NAMES_BRANCHES and not is_sliced and not self.converts_moments:
            # By their names alone such branches have no order: see plan_of().
            return super().get_combinator_sql(combinator, all)
        whole = orm.shallow_copy(self)
        whole.query = orm.shallow_copy(self.query)
        branches = [orm.shallow_copy(query) for query in self.query.combined_queries]
        for branch in branches:
            branch.is_compound_part = True
        whole.query.combined_queries = tuple(branches)
        return super(SelectMixin, whole).get_combinator_sql(combinator, all)

    def get_qualify_sql(self) -> Tuple[List[str], List[Any]]:
        result, params = super().get_qualify_sql()
        if self.plan.limited and "ORDER BY" not in result:
            result = [*result, "ORDER BY", UNORDERED]
        return result, list(params)

    def execute_sql(
        self, result_type: Any = MULTI, chunked_fetch: bool = False, chunk_size: int = GET_ITERATOR_CHUNK_SIZE
    ) -> Any:
        if not chunked_fetch:
            # All rows are kept: the size of the parts they are read in is no more than a cost.
            chunk_size = max(chunk_size, PART_OF_ALL_ROWS)
        return super().execute_sql(result_type, chunked_fetch, chunk_size)

    def apply_converters(self, rows: Iterable[Sequence[Any]], converters: Mapping[int, Any]) -> Iterator[List[Any]]:
        """The rows with converted values; one loop over all converters takes a quarter less than Django's two."""
        steps = [
            (place, convert, expression) for place, (converts, expression) in converters.items() for convert in converts
        ]
        connection = self.connection
        for row in map(list, rows):
            for place, convert, expression in steps:
                row[place] = convert(row[place], expression, connection)
            yield row

    # ---- clauses --------------------------------------------------------------------

    def pre_sql_setup(self, with_col_aliases: bool = False) -> GroupedSelect:
        orm.setup_query(self, with_col_aliases)
        # By aggregates, while they were compiled.
        if self._hoists:
            self.select = self.over_hoists(self.select, self._hoists)
        order_by = self.get_order_by()
        orm.split_where(self)
        extra_select: List[Selected] = []
        written = None
        if order_by or self.plan.numbering:
            extra_select, written = self._sorted_besides(order_by)
        self.has_extra_select = bool(extra_select)
        self.beside_groups = extra_select, order_by
        group_by = self.get_group_by(self.select + extra_select, order_by)
        hoists = self._hoists
        if hoists:
            # By GROUP BY. What names it is written again; to set up the whole statement once more takes 1.7 times as long.
            self.select = self.over_hoists(self.select, hoists)
            if extra_select:
                extra_select = self.over_hoists(extra_select, hoists)
            if order_by:
                order_by = [self._term_over_hoists(term) for term in order_by]
        if order_by or self.plan.limited:
            order_by = self._allowed(order_by if written is None else written, group_by)
        return extra_select, order_by, group_by

    def _allowed(self, order_by: List[Ordered], group_by: List[Compiled]) -> List[Ordered]:
        """ORDER BY as this statement may and must have it."""
        plan = self.plan
        if group_by and self._meta_ordering:
            # Django leaves a model's ordering out of grouped queries.
            order_by, self._meta_ordering = [], None
        if not plan.keeps_order:
            return []
        if plan.limited and plan.top is None and not order_by:
            return [(None, (self._any_order(), PARAMS(), False))]
        return order_by

    def _term_over_hoists(self, term: Ordered) -> Ordered:
        resolved, (_, _, is_ref) = term
        return term if is_name(resolved, self.connection) else (resolved, (*self.compile(resolved), is_ref))

    def _any_order(self) -> str:
        # With DISTINCT and set operations the order must name a selected column (145, 104).
        return "1" if self.query.distinct or self.query.combinator else UNORDERED

    def get_order_by(self) -> List[Ordered]:
        order_by = super().get_order_by()
        return distinct_terms(order_by, self) if order_by else order_by

    def _sorted_besides(self, order_by: List[Ordered]) -> Tuple[List[Selected], Optional[List[Ordered]]]:
        """
        The columns that are selected only to sort by them, and ORDER BY with their positions; None if it needs none.

        With DISTINCT the order names columns by position, since the server takes equal expressions with parameters for
        different ones (145).
        """
        query, plan = self.query, self.plan
        if plan.numbering is not None:
            return plan.numbering.extra_select(self, order_by), None
        if not query.distinct or query.distinct_fields or not plan.keeps_order:
            return [], None
        positions, columns = self._positions(self.select)
        extra: List[Selected] = []
        ordering: List[Ordered] = []
        for resolved, (_, _, is_ref) in order_by:
            for expression, direction in terms(resolved, self.connection):
                expression = source(expression)
                sql, params = self.compile(as_value(expression))
                known = (sql, repr(params))
                if known not in positions:
                    columns += 1
                    positions[known] = columns
                    extra.append((expression, (sql, params), "__order%d" % (len(extra) + 1)))
                ordering.append((resolved, ("%d %s" % (positions[known], direction), PARAMS(), is_ref)))
        return extra, ordering

    @staticmethod
    def _positions(select: List[Selected]) -> Tuple[Dict[Tuple[str, str], int], int]:
        """The first position of each selected expression, and the number of columns."""
        positions: Dict[Tuple[str, str], int] = {}
        columns = 0
        for expression, (sql, params), _ in select:
            positions.setdefault((sql, repr(params)), columns + 1)
            columns += width(expression)
        return positions, columns

    def get_from_clause(self) -> Tuple[List[str], List[Any]]:
        if self._hoists:
            return self._from_with_hoists(self._hoists)
        result, params = super().get_from_clause()
        return self._with_schemas(result) if self.query.extra_tables else result, list(params)

    def _from_with_hoists(self, hoists: Hoists) -> Tuple[List[str], List[Any]]:
        result, params = hoists.suspended(super().get_from_clause)
        result = self._with_schemas(result) if self.query.extra_tables else result
        sql, hoisted_params = hoists.apply_sql()
        return [*result, sql], [*params, *hoisted_params]

    def _with_schemas(self, sources: Iterable[str]) -> List[str]:
        """The tables of extra(tables=...), which Django writes without compiling them."""
        quote = self.connection.ops.quote_table
        written = {
            ", %s" % self.quote_name(table): ", %s" % in_query(quote(table)) for table in self.query.extra_tables
        }
        return [written.get(sql, sql) for sql in sources]

    def get_select_for_update_of_arguments(self) -> LockedTables:
        return LockedTables(super().get_select_for_update_of_arguments())

    def explain_query(self) -> List[Any]:
        # Refuse unknown formats and options.
        format, options = orm.explain_arguments(self.query)
        self.connection.ops.explain_query_prefix(format, **options)
        try:
            sql, params = self.as_sql()
        except EmptyResultSet:
            return []
        return explain(self.connection, sql, params)


def _joined(terms: Iterable[Compiled], params: List[Any]) -> str:
    """The terms of a clause; their parameters are appended to `params`."""
    for _, term_params in terms:
        params += term_params
    return ", ".join([sql for sql, _ in terms])


class SQLCompiler(SelectMixin, compiler.SQLCompiler):
    """SELECT."""


class SQLInsertCompiler(InsertMixin, CompileMixin, SQLInsertShims, compiler.SQLInsertCompiler):
    """INSERT."""


class SQLDeleteCompiler(CompileMixin, compiler.SQLDeleteCompiler):
    """DELETE."""

    def as_sql(self) -> Compiled:
        sql, params = within_limit(self.connection, super().as_sql)
        return with_target("DELETE FROM", sql, self), params


class SQLUpdateCompiler(UpdateMixin, CompileMixin, compiler.SQLUpdateCompiler):
    """UPDATE."""


class SQLAggregateCompiler(CompileMixin, compiler.SQLAggregateCompiler):
    """SELECT of aggregates over a subquery."""

    def as_sql(self) -> Compiled:
        return within_limit(self.connection, self._statement)

    def _statement(self) -> Compiled:
        self._hoists = None
        sql, params = super().as_sql()
        if self._hoists:
            apply_sql, hoisted_params = self.hoists.apply_sql()
            sql, params = "%s %s" % (sql, apply_sql), [*params, *hoisted_params]
        return sql, params
