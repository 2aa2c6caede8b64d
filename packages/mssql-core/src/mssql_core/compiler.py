"""SQL compilers: T-SQL's shape of a query over small seams of Django's compilers."""

from django.db.models import BooleanField, Case, Exists, Subquery, Value, When
from django.db.models.aggregates import Aggregate
from django.db.models.expressions import Col, OrderBy, RawSQL, Ref
from django.db.models.sql import compiler

from .compat import PARAMS
from .expressions import is_predicate
from .insert import InsertMixin

# Alias of the APPLY that computes what GROUP BY and aggregates cannot take directly.
APPLIED = "[applied]"


class CompileMixin:
    """Asks the connection's table how a node is translated."""

    _hoisted = None

    def compile(self, node):
        if self._hoisted:
            reference = self._reference(node)
            if reference is not None:
                return reference, self.no_params()
        for function in self.connection.compiler_dispatch.functions(type(node)):
            result = function(node, self, self.connection)
            if result is not NotImplemented:
                return result[0], PARAMS(result[1])
        return super().compile(node)

    @staticmethod
    def no_params():
        return PARAMS()

    def _reference(self, node):
        try:
            column = self._hoisted.get(node)
        except TypeError:  # a node that cannot be hashed is never hoisted
            return None
        if column is None:
            return None
        return "%s.%s%s" % (APPLIED, column, " = 1" if is_predicate(node) else "")


class SQLCompiler(CompileMixin, compiler.SQLCompiler):
    _locked = None

    # ---- GROUP BY and aggregates over subqueries -------------------------------------

    def pre_sql_setup(self, with_col_aliases=False):
        """
        Compute in an APPLY what GROUP BY refuses (subqueries, constants, parameters that
        would not match: errors 144, 164, 8120) and aggregates refuse (subqueries: 130).
        """
        self._hoisted, self._grouped = None, []
        result = super().pre_sql_setup(with_col_aliases=with_col_aliases)
        nodes = [node for node in self._grouped if not isinstance(node, (Col, Ref))]
        nodes += self._aggregated_subqueries(result[1])
        nodes = list(dict.fromkeys(nodes))
        if not nodes:
            return result
        columns = []
        for node in nodes:
            value = _as_value(node)
            sql, params = self.compile(value)
            if not is_predicate(node):
                sql, params = node.select_format(self, sql, params)
            columns.append((sql, params))
        self._hoisted = {node: "[a%d]" % number for number, node in enumerate(nodes, 1)}
        self._applied = columns
        return super().pre_sql_setup(with_col_aliases=with_col_aliases)

    def collapse_group_by(self, expressions, having):
        self._grouped = super().collapse_group_by(expressions, having)
        return self._grouped

    def _aggregated_subqueries(self, order_by):
        roots = [expression for expression, _, _ in self.select or ()]
        roots += [expression for expression, _ in order_by or ()]
        if self.having is not None:
            roots.append(self.having)
        found = []
        for root in roots:
            for aggregate in _find(root, Aggregate):
                for source in aggregate.get_source_expressions():
                    if source is not None:
                        found += _find(source, (Subquery,))
        return found

    def get_from_clause(self):
        self._locked = self._aliases_to_lock()
        result, params = super().get_from_clause()
        if self._hoisted:
            columns, values = [], []
            for number, (sql, sql_params) in enumerate(self._applied, 1):
                columns.append("%s AS [a%d]" % (sql, number))
                values.extend(sql_params)
            word = "CROSS APPLY (SELECT %s) AS %s" if result else "(SELECT %s) AS %s"
            result = [*result, word % (", ".join(columns), APPLIED)]
            params = type(params)([*params, *values])
        return result, params

    # ---- locks ---------------------------------------------------------------------------

    def _aliases_to_lock(self):
        query = self.query
        if not query.select_for_update:
            return None
        of = self.get_select_for_update_of_arguments()
        hints = ["ROWLOCK", "UPDLOCK"]
        if query.select_for_update_nowait:
            hints.append("NOWAIT")
        if query.select_for_update_skip_locked:
            hints.append("READPAST")
        return set(of), " WITH (%s)" % ", ".join(hints)

    def lock_hint(self, alias):
        """The table hint of an alias, or ''. Table hints: UPDLOCK, NOWAIT, READPAST."""
        if self._locked is None:
            return ""
        of, hint = self._locked
        return hint if not of or self.connection.ops.quote_name(alias) in of or alias in of else ""

    # ---- order and paging -------------------------------------------------------------------

    def get_order_by(self):
        order_by = super().get_order_by()
        query = self.query
        if query.is_sliced and not order_by:
            return self._any_order()
        if not query.is_sliced and (query.subquery or self.is_part):
            # ORDER BY is invalid in subqueries without TOP or OFFSET (error 1033).
            return []
        return self._distinct_terms(order_by)

    is_part = False

    def _any_order(self):
        """OFFSET needs an ORDER BY; DISTINCT and set operations take a position only (145, 104)."""
        query = self.query
        if query.distinct or query.combinator:
            term = RawSQL("1", ())
        else:
            term = RawSQL("(SELECT NULL)", ())
        return [(OrderBy(term), (term.sql, self.no_params(), True))]

    def _distinct_terms(self, order_by):
        """A term may occur once (error 169), whatever its direction."""
        seen, result = set(), []
        for expression, (sql, params, is_ref) in order_by:
            text = sql.rsplit(" ", 1)[0] if sql.endswith((" ASC", " DESC")) else sql
            key = (text, repr(params))
            if key not in seen:
                seen.add(key)
                result.append((expression, (sql, params, is_ref)))
        return result

    # ---- set operations -------------------------------------------------------------------------

    def get_combinator_sql(self, combinator, all):
        query = self.query
        parts = query.combined_queries
        query.combined_queries = tuple(_Part(part) for part in parts)
        try:
            return super().get_combinator_sql(combinator, all)
        finally:
            query.combined_queries = parts

    def as_sql(self, with_limits=True, with_col_aliases=False):
        sql, params = super().as_sql(with_limits=with_limits, with_col_aliases=with_col_aliases)
        if self.is_part and (self.query.is_sliced or self.query.combinator):
            # A branch with its own order stands in a derived table (error 156).
            return "SELECT * FROM (%s) AS [part]" % sql, params
        return sql, params


class _Part:
    """A branch of a set operation: the same query, compiled as a branch."""

    def __init__(self, query):
        self._query = query

    def __getattr__(self, name):
        return getattr(self._query, name)

    def get_compiler(self, *args, **kwargs):
        part = self._query.get_compiler(*args, **kwargs)
        part.is_part = True
        return part


class SQLInsertCompiler(InsertMixin, CompileMixin, compiler.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(CompileMixin, compiler.SQLDeleteCompiler):
    is_part = False
    lock_hint = SQLCompiler.lock_hint
    _locked = None


class SQLUpdateCompiler(CompileMixin, compiler.SQLUpdateCompiler):
    is_part = False
    lock_hint = SQLCompiler.lock_hint
    _locked = None


class SQLAggregateCompiler(CompileMixin, compiler.SQLAggregateCompiler):
    is_part = False
    lock_hint = SQLCompiler.lock_hint
    _locked = None


def _find(node, kinds):
    """Nodes of the kinds at or below ``node``, outermost first."""
    if isinstance(node, kinds):
        return [node]
    found = []
    for child in getattr(node, "get_source_expressions", list)():
        if child is not None:
            found += _find(child, kinds)
    for child in getattr(node, "children", ()):
        found += _find(child, kinds)
    return found


def _as_value(node):
    if is_predicate(node):
        return Case(When(node, then=Value(True)), default=Value(False), output_field=BooleanField())
    return node


__all__ = ["Exists", "SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]
