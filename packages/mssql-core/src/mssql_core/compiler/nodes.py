"""The nodes of a statement, compiled by the connection's table instead of `as_microsoft` methods."""

from django.db.models.expressions import Col
from django.db.models.sql.where import WhereNode

from ..compat.orm import PARAMS
from ..names import in_query, plain_column, quote_identifier, quote_source
from .cross_apply import Hoists


class CompileMixin:
    """compile() of Django's compilers, which runs for each node of each statement."""

    # What this statement computes in a derived table, once there is any.
    _hoists = None

    @property
    def hoists(self):
        """What this statement computes in a derived table: see cross_apply.py."""
        if self._hoists is None:
            self._hoists = Hoists()
        return self._hoists

    def compile(self, node):
        hoists = self._hoists
        if hoists is not None and hoists.in_use:
            return self._compile_beside(hoists, node)
        if type(node) is Col:
            # More than half of all nodes, and only a plugin that translates columns would say otherwise.
            sql = plain_column(node.alias, node.target.column)
            if sql is not None and not self.connection.compiler_dispatch.translates_columns:
                return sql, PARAMS()
        return self._translate(node)

    def _compile_beside(self, hoists, node):
        """A node that may be a column of the derived table."""
        column = hoists.column(node)
        if column is None:
            sql, params = self._translate(node)
            column = hoists.column_of_sql(sql, params)
            if column is None:
                return sql, params
        return column, PARAMS()

    def _translate(self, node):
        connection = self.connection
        functions, with_values, has_vendor_method = connection.compiler_dispatch.kinds[type(node)]
        if with_values is not None:
            node = with_values(node)
        for function in functions:
            translated = function(node, self, connection)
            if translated is not NotImplemented:
                sql, params = translated
                # Of conditions all Djangos have a list, to which UPDATE adds its own.
                return sql, list(params) if isinstance(node, WhereNode) else PARAMS(params)
        return super().compile(node) if has_vendor_method else node.as_sql(self, connection)

    def quote_name(self, name):
        """Of a column or alias; tables are quoted where FROM, INSERT, UPDATE and DELETE name them."""
        sql = plain_column(None, name)
        if sql is not None:
            return sql
        return in_query(quote_source(name) if self._is_table(name) else quote_identifier(name))

    def _is_table(self, name):
        """Whether a name may have several parts: a column's has one, also where `].[` is in it."""
        query = self.query
        tables = (query.alias_map, query.table_map, query.external_aliases, query.extra_tables)
        return any(name in names for names in tables) or (bool(query.model) and name == query.get_meta().db_table)

    # Before Django 6.1; its aliases need no other treatment here.
    quote_name_unless_alias = quote_name
