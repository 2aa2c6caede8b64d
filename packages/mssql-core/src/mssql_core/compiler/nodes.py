"""Compilation of a statement's nodes by the connection's table of functions, instead of `as_microsoft` methods."""

from typing import Any, Optional

from django.db.models.expressions import Col

from ..compat.orm import PARAMS
from ..names import in_query, plain_column, quote_identifier, quote_source
from ..plugin.django_types import CompilerMixin
from ..plugin.types import Compiled
from .cross_apply import Hoists


class CompileMixin(CompilerMixin):
    """compile() of Django's compilers, which runs for each node of each statement."""

    # The expressions that this statement computes in a derived table, once there are any.
    _hoists: Optional[Hoists] = None

    @property
    def hoists(self) -> Hoists:
        """The expressions that this statement computes in a derived table: see cross_apply.py."""
        if self._hoists is None:
            self._hoists = Hoists()
        return self._hoists

    def compile(self, node: Any) -> Compiled:
        hoists = self._hoists
        if hoists is not None and hoists.in_use:
            return self._compile_beside(hoists, node)
        if type(node) is Col:
            # More than half of all nodes; only a plugin that translates columns has another translation.
            sql = plain_column(node.alias, node.target.column)
            if sql is not None and not self.connection.compiler_dispatch.translates_columns:
                return sql, PARAMS()
        return self._translate(node)

    def _compile_beside(self, hoists: Hoists, node: Any) -> Compiled:
        """Compile a node that may be a column of the derived table."""
        column = hoists.column(node)
        if column is None:
            sql, params = self._translate(node)
            column = hoists.column_of_sql(sql, params)
            if column is None:
                return sql, params
        return column, PARAMS()

    def _translate(self, node: Any) -> Compiled:
        connection = self.connection
        functions, with_values, params_type, has_vendor_method = connection.compiler_dispatch.kinds[type(node)]
        if with_values is not None:
            node = with_values(node)
        for function in functions:
            translated = function(node, self, connection)
            if translated is not NotImplemented:
                sql, params = translated
                return sql, params if type(params) is params_type else params_type(params)
        return super().compile(node) if has_vendor_method else node.as_sql(self, connection)

    def quote_name(self, name: str) -> str:
        """Quote a column or an alias; tables are quoted where FROM, INSERT, UPDATE and DELETE name them."""
        sql = plain_column(None, name)
        if sql is not None:
            return sql
        return in_query(quote_source(name) if self._is_table(name) else quote_identifier(name))

    def _is_table(self, name: str) -> bool:
        """Whether a name may have several parts; a column's has one, even with `].[` in it."""
        query = self.query
        tables = (query.alias_map, query.table_map, query.external_aliases, query.extra_tables)
        return any(name in names for names in tables) or (bool(query.model) and name == query.get_meta().db_table)

    # Called before Django 6.1; aliases are quoted in the same way.
    quote_name_unless_alias = quote_name
