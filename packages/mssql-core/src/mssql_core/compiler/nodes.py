"""Compilation of a statement's nodes by the connection's table of functions, instead of `as_microsoft` methods."""

from typing import Any, Optional

from django.db.models.expressions import Col

from ..compat.orm import PARAMS
from ..names import in_query, plain_column, quote_identifier, quote_source
from ..plugin.django_types import CompilerMixin
from ..plugin.types import Compiled
from .cross_apply import Hoists, Term


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

    def hoisted(self, node: Any) -> Optional[str]:
        """The column of the derived table that holds the value of `node`; None if there is none, or it cannot be named here."""
        hoists = self._hoists
        return hoists.column(node) if hoists is not None and hoists.in_use else None

    def compile(self, node: Any) -> Compiled:
        connection, hoists = self.connection, self._hoists
        # Where a node may be a column of the derived table.
        beside = hoists if hoists is not None and hoists.in_use else None
        if beside is not None:
            column = beside.column(node)
            if column is not None:
                return column, PARAMS()
        elif type(node) is Col:
            # More than half of all nodes; only a plugin that translates columns has another translation.
            sql = plain_column(node.alias, node.target.column)
            if sql is not None and not connection.compiler_dispatch.translates_columns:
                return sql, PARAMS()
        if type(node) is Term:
            # Parameters that have a hash: Django takes a microsecond to make one for a list.
            return node.sql, ()
        functions, with_values, params_type, has_vendor_method = connection.compiler_dispatch.kinds[type(node)]
        if with_values is not None:
            node = with_values(node)
        for function in functions:
            translated = function(node, self, connection)
            if translated is not NotImplemented:
                sql, params = translated
                params = params if type(params) is params_type else params_type(params)
                break
        else:
            sql, params = super().compile(node) if has_vendor_method else node.as_sql(self, connection)
        if beside is not None:
            column = beside.column_of_sql(sql, params)
            if column is not None:
                return column, PARAMS()
        return sql, params

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
