"""Django's SQL compilers for T-SQL, over its own as_sql."""

from django.core.exceptions import EmptyResultSet
from django.db.models import ExpressionWrapper
from django.db.models.expressions import RawSQL
from django.db.models.sql import compiler
from django.db.models.sql.where import WhereNode

from ..compat import SQLInsertCompiler as SQLInsertShims
from ..compat import orm
from ..compat.orm import PARAMS, FullResultSet
from ..names import may_have_parts, quote_identifier, quote_name, quote_source
from .cross_apply import Hoists, columns_beside_aggregates, is_column, value_column
from .distinct_on import DistinctOn
from .explain import explain
from .insert import InsertMixin
from .locking import LockedTables, LockHints
from .nth_value import NthValues, uses_nth_value
from .order_by import UNORDERED, distinct_terms, source, terms
from .predicates import is_predicate, with_values
from .target_table import with_target
from .update import UpdateMixin
from .value_lists import within_limit


class CompileMixin:
    """compile() by the connection's table instead of `as_microsoft` methods."""

    _hoists = None

    @property
    def hoists(self):
        """What this statement computes in a derived table: see cross_apply.py."""
        if self._hoists is None:
            self._hoists = Hoists()
        return self._hoists

    def compile(self, node):
        # Runs for each node of each statement: most have nothing hoisted.
        if self._hoists:
            column = self._hoists.column(node)
            if column is not None:
                return column, PARAMS()
        sql, params = self._translate(with_values(node))
        if self._hoists:
            column = self._hoists.column_of_sql(sql, params)
            if column is not None:
                return column, PARAMS()
        return sql, params

    def _translate(self, node):
        connection = self.connection
        for function in connection.compiler_dispatch.functions(type(node)):
            found = function(node, self, connection)
            if found is not NotImplemented:
                sql, params = found
                # Of conditions all Djangos have a list, to which UPDATE adds its own.
                return sql, list(params) if isinstance(node, WhereNode) else PARAMS(params)
        return super().compile(node)

    def quote_name(self, name):
        """Of a column or alias; tables are quoted where FROM, INSERT, UPDATE and DELETE name them."""
        return quote_source(name) if self._is_table(name) else quote_identifier(name)

    def _is_table(self, name):
        """Whether a name may have several parts: a column's has one, also where `].[` is in it."""
        query = self.query
        tables = (query.alias_map, query.table_map, query.external_aliases, query.extra_tables)
        return any(name in names for names in tables) or (bool(query.model) and name == query.get_meta().db_table)

    # Before Django 6.1; its aliases need no other treatment here.
    quote_name_unless_alias = quote_name


class SelectMixin(CompileMixin):
    """The SELECT statement: paging, order, grouping, locks."""

    # Set while the rows of distinct(*fields) are numbered: see distinct_on.py.
    distinct_on = None
    # Set while the rows of NthValue are numbered: see nth_value.py.
    nth_values = None
    _with_limits = True
    _derived = False
    _no_order = False
    _top = None
    _distinct_order = None
    _order_by = ()

    # ---- the whole statement -----------------------------------------------------

    def as_sql(self, with_limits=True, with_col_aliases=False):
        return within_limit(self.connection, lambda: self._statement(with_limits, with_col_aliases))

    def _statement(self, with_limits, with_col_aliases):
        self._hoists = Hoists()
        self._with_limits = with_limits
        self._derived = with_col_aliases or self.query.subquery
        if self._numbers_rows():
            return DistinctOn(self).as_sql(with_limits)
        if self.nth_values is None and uses_nth_value(self.query) and not self.filters_windows():
            return NthValues(self).as_sql(with_limits)
        self._top = self._top_limit() if with_limits else None
        if self.query.combinator and (self.query.subquery or self._sorts_by_expressions()):
            sql, params = self._derived_compound(with_limits, with_col_aliases)
        else:
            sql, params = super().as_sql(with_limits and self._top is None, with_col_aliases)
        if with_limits and self._is_compound_part and self.query.is_sliced:
            # A branch of a set operation takes no ORDER BY of its own (error 156).
            sql = "SELECT * FROM (%s) AS [part]" % sql
        return sql, params

    def _top_limit(self):
        """The number of rows, where TOP can give them: it needs no order, but has no offset."""
        query = self.query
        if query.low_mark or not query.high_mark or query.combinator or self.distinct_on is not None:
            return None
        # With a filter on windows the limit belongs to the statement around: get_qualify_sql().
        return None if self.filters_windows() else query.high_mark

    def filters_windows(self):
        """Whether WHERE has windows: the statement is then one around another."""
        return getattr(self.query.where, "contains_over_clause", False)

    def _numbers_rows(self):
        """Whether this statement writes distinct(*fields); with a filter on windows, the one inside does."""
        query = self.query
        return (
            query.distinct_fields and not query.combinator and self.distinct_on is None and not self.filters_windows()
        )

    @property
    def _is_compound_part(self):
        return getattr(self.query, "is_compound_part", False)

    def _sorts_by_expressions(self):
        """Whether a set operation sorts by more than its columns, which is error 104."""
        ordering = self.query.extra_order_by or self.query.order_by
        return any(getattr(field, "nulls_first", None) or getattr(field, "nulls_last", None) for field in ordering)

    def _derived_compound(self, with_limits, with_col_aliases):
        """A set operation as a derived table, sorted and cut outside."""
        self._no_order = True
        try:
            sql, params = super().as_sql(False, with_col_aliases)
        finally:
            self._no_order = False
        sql, params = "SELECT * FROM (%s) AS [compound]" % sql, list(params)
        limited = with_limits and self.query.is_sliced
        if not limited and self.query.subquery:
            return sql, params
        ordering = [order_sql for _, (order_sql, _, _) in self._order_by]
        for _, (_, order_params, _) in self._order_by:
            params.extend(order_params)
        sql = "%s ORDER BY %s" % (sql, ", ".join(ordering) or UNORDERED)
        if limited:
            sql = "%s %s" % (sql, self.connection.ops.limit_offset_sql(self.query.low_mark, self.query.high_mark))
        return sql, params

    def get_combinator_sql(self, combinator, all):
        original = self.query.combined_queries
        parts = []
        for query in original:
            part = query.clone()
            part.is_compound_part = True
            parts.append(part)
        self.query.combined_queries = tuple(parts)
        try:
            return super().get_combinator_sql(combinator, all)
        finally:
            self.query.combined_queries = original

    def get_qualify_sql(self):
        result, params = super().get_qualify_sql()
        if self._with_limits and self.query.is_sliced and "ORDER BY" not in result:
            result = [*result, "ORDER BY", UNORDERED]
        return result, list(params)

    # ---- clauses --------------------------------------------------------------------

    def get_select(self, *args, **kwargs):
        """What is selected is a value; of a wrapped condition Django does not make one."""
        select, *rest = super().get_select(*args, **kwargs)
        for index, (expression, (sql, params), alias) in enumerate(select):
            if isinstance(expression, RawSQL):
                select[index] = expression, (self._by_exposed_names(sql), params), alias
            elif self._is_bare_condition(expression, sql):
                # Before Django 4.2 a condition that is always true compiles to ''.
                select[index] = expression, ("CASE WHEN %s THEN 1 ELSE 0 END" % (sql or "1 = 1"), params), alias
        return (select, *rest)

    def _by_exposed_names(self, sql):
        """Columns that prefetch_related() writes behind the whole name of a linked server's table (117)."""
        for table in filter(may_have_parts, self.query.table_map):
            sql = sql.replace(quote_name(table) + ".", quote_source(table) + ".")
        return sql

    def _is_bare_condition(self, expression, selected):
        """Django made values of negations, and of what is always true or never."""
        if not isinstance(expression, ExpressionWrapper) or not is_predicate(expression):
            return False
        try:
            sql, _ = self.compile(expression)
        except (EmptyResultSet, FullResultSet):
            return False
        return sql == selected

    def pre_sql_setup(self, with_col_aliases=False):
        setup = orm.pre_sql_setup(super(), with_col_aliases)
        if self.hoists:
            # Once more, now that the grouped expressions are columns.
            setup = orm.pre_sql_setup(super(), with_col_aliases)
        extra_select, order_by, group_by = setup
        if self.having is not None:
            self._hoist_arguments(self.having)
        if group_by and self.hoists:
            group_by = self._with_hoisted(group_by, order_by)
        if self._distinct_order is not None:
            order_by = self._distinct_order
        if group_by and self._meta_ordering:
            # Django leaves a model's ordering out of grouped queries.
            order_by, self._meta_ordering = [], None
        self._order_by = order_by
        if self._drops_order():
            order_by = []
        elif self._is_limited() and self._top is None and not order_by:
            order_by = [(None, (self._any_order(), PARAMS(), False))]
        if self._top is not None and self.select:
            expression, (sql, params), alias = self.select[0]
            self.select[0] = (expression, ("TOP (%d) %s" % (self._top, sql), params), alias)
        return extra_select, order_by, group_by

    def _hoist_arguments(self, having):
        """Aggregates in HAVING register what they hoist before FROM is written."""
        try:
            self.compile(having)
        except (EmptyResultSet, FullResultSet):
            # as_sql compiles it again and knows what to do.
            pass

    def _with_hoisted(self, group_by, order_by):
        """Columns hoisted for an aggregate only: where they stand beside it too, the groups determine them."""
        # A condition is grouped by its value: GROUP BY takes no comparison (error 102).
        group_by = [(value_column(sql), params) for sql, params in group_by]
        grouped = " ".join(sql for sql, _ in group_by)
        expressions = [expression for expression, _, _ in self.select]
        expressions += [expression for expression, (_, _, is_ref) in order_by if not is_ref]
        named = [
            column
            for expression in [*expressions, self.having]
            for column in columns_beside_aggregates(expression, self)
            if column not in grouped
        ]
        return [*group_by, *((column, PARAMS()) for column in dict.fromkeys(named))]

    def _is_limited(self):
        return self._with_limits and self.query.is_sliced

    def _drops_order(self):
        """A subquery has no order (error 1033), unless it is sliced."""
        if self._no_order:
            return True
        return (self._derived or self._is_compound_part) and not self._is_limited()

    def _any_order(self):
        # With DISTINCT and set operations the order must name what is selected (145, 104).
        return "1" if self.query.distinct or self.query.combinator else UNORDERED

    def get_order_by(self):
        return distinct_terms(super().get_order_by(), self)

    def get_extra_select(self, order_by, select):
        """
        Select what DISTINCT sorts by, and let ORDER BY name it by position.

        Equal expressions with parameters are not equal to the server (145).
        """
        self._distinct_order = None
        numbered = self.distinct_on or self.nth_values
        if numbered is not None:
            return numbered.extra_select(self, order_by)
        if not self.query.distinct or self.query.distinct_fields or not order_by or self._drops_order():
            return []
        positions = self._positions(select)
        extra, ordering = [], []
        for resolved, (_, _, is_ref) in order_by:
            for expression, direction in terms(resolved, self.connection):
                expression = source(expression)
                sql, params = self.compile(expression)
                if is_predicate(expression):
                    sql, params = expression.select_format(self, sql, params)
                known = (sql, repr(params))
                if known not in positions:
                    positions[known] = max([0, *positions.values()]) + 1
                    extra.append((expression, (sql, params), "__order%d" % (len(extra) + 1)))
                ordering.append((resolved, ("%d %s" % (positions[known], direction), PARAMS(), is_ref)))
        self._distinct_order = ordering
        return extra

    @staticmethod
    def _positions(select):
        positions, position = {}, 1
        for expression, (sql, params), _ in select:
            positions.setdefault((sql, repr(params)), position)
            position += len(expression) if hasattr(expression, "get_cols") else 1
        return positions

    def collapse_group_by(self, expressions, having):
        """Everything but columns is computed in the derived table of cross_apply.py."""
        grouped = []
        for expression in expressions:
            expression = source(expression)
            grouped += expression.get_source_expressions() if isinstance(expression, orm.ColPairs) else [expression]
        for expression in grouped:
            if not is_column(expression):
                try:
                    self.hoists.add(expression, self)
                except (EmptyResultSet, FullResultSet):
                    # get_group_by compiles it again and leaves it out.
                    pass
        return grouped

    def get_from_clause(self):
        with self.hoists.suspended():
            result, params = super().get_from_clause()
        result = self._with_schemas(result)
        if self.hoists:
            sql, found = self.hoists.apply_sql(bool(result))
            result, params = [*result, sql], [*params, *found]
        return result, list(params)

    def _with_schemas(self, sources):
        """The tables of extra(tables=...), which Django writes without compiling them."""
        quote = self.connection.ops.quote_table
        written = {", %s" % quote_name(table): ", %s" % quote(table) for table in self.query.extra_tables}
        return [written.get(sql, sql) for sql in sources]

    def get_select_for_update_of_arguments(self):
        return LockedTables(super().get_select_for_update_of_arguments())

    def explain_query(self):
        try:
            sql, params = self.as_sql()
        except EmptyResultSet:
            return []
        return explain(self.connection, sql, params)

    @property
    def lock_hints(self):
        """Table hints of select_for_update."""
        return LockHints(self)


class SQLCompiler(SelectMixin, compiler.SQLCompiler):
    pass


class SQLInsertCompiler(InsertMixin, CompileMixin, SQLInsertShims, compiler.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(CompileMixin, compiler.SQLDeleteCompiler):
    def as_sql(self):
        sql, params = within_limit(self.connection, super().as_sql)
        return with_target("DELETE FROM", sql, self), params


class SQLUpdateCompiler(UpdateMixin, CompileMixin, compiler.SQLUpdateCompiler):
    pass


class SQLAggregateCompiler(CompileMixin, compiler.SQLAggregateCompiler):
    def as_sql(self):
        return within_limit(self.connection, self._statement)

    def _statement(self):
        self._hoists = Hoists()
        sql, params = super().as_sql()
        if self.hoists:
            apply_sql, found = self.hoists.apply_sql()
            sql, params = "%s %s" % (sql, apply_sql), [*params, *found]
        return sql, params
