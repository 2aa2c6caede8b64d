"""Parts of deferred statements that follow the renaming of their columns."""

from django.db import NotSupportedError
from django.db.backends.ddl_references import Expressions
from django.db.backends.utils import truncate_name
from django.db.models.expressions import Col, OrderBy

from ..introspection.objects import (
    HIDDEN_DISCRIMINATOR_PREFIX,
    HIDDEN_EXPRESSION_PREFIX,
    column_references,
    rename_reference,
)
from ..names import MAX_NAME_LENGTH, quote_identifier


def hidden_expression(index_name, number):
    """Name the computed column of the index's `number`-th expression."""
    name = "%s%s_%d" % (HIDDEN_EXPRESSION_PREFIX, index_name, number)
    return truncate_name(name, MAX_NAME_LENGTH)


def hidden_discriminator(index_name, number):
    """Name a column that keeps rows outside of the index's condition apart."""
    name = "%s%s_%d" % (HIDDEN_DISCRIMINATOR_PREFIX, index_name, number)
    return truncate_name(name, MAX_NAME_LENGTH)


# What IndexExpression writes around an expression.
_SHELLS = ("%(expressions)s", "(%(expressions)s)")


def is_shell(node):
    """Does the node only put its one argument between parentheses?"""
    template = getattr(node, "extra", {}).get("template")
    return (template or getattr(node, "template", None)) in _SHELLS


class ExpressionKeys(Expressions):
    """
    The keys of an index on expressions.

    The server indexes columns only: each expression that is not a bare column
    becomes a hidden computed column.
    """

    def __init__(self, table, expressions, compiler, quote_value, index_name):
        super().__init__(table, expressions, compiler, quote_value)
        self.index_name = index_name

    def keys(self):
        """Yield (column name, SQL of its computed definition or None, suffix)."""
        for number, node in enumerate(self.expressions.get_source_expressions(), 1):
            node, suffix = self._unwrapped(node)
            if isinstance(node, Col):
                yield node.target.column, None, suffix
            else:
                name = hidden_expression(self.index_name, number)
                yield name, self._sql(node), suffix

    def _unwrapped(self, node):
        """Strip what Django puts around an expression: its order, its shell."""
        suffix = ""
        while True:
            if isinstance(node, OrderBy):
                if node.nulls_first or node.nulls_last:
                    raise NotSupportedError(
                        "Index %s: SQL Server has no NULLS FIRST or NULLS LAST in an index." % self.index_name
                    )
                suffix = " DESC" if node.descending else suffix
            elif not is_shell(node):
                return node, suffix
            (node,) = node.get_source_expressions()

    def _sql(self, node):
        sql, params = self.compiler.compile(node)
        if getattr(node, "conditional", False):
            sql = "CASE WHEN %s THEN 1 ELSE 0 END" % sql
        return sql % tuple(map(self.quote_value, params)) if params else sql

    def nodes(self):
        return [self._unwrapped(node)[0] for node in self.expressions.get_source_expressions()]

    def __str__(self):
        return ", ".join(quote_identifier(name) + suffix for name, _, suffix in self.keys())


class FilterClause:
    """The WHERE clause of an index, or nothing."""

    def __init__(self, table, predicates):
        self.table = table
        self.predicate = " AND ".join(predicates)

    def references_column(self, table, column):
        return self.table == table and column in column_references(self.predicate)

    def rename_table_references(self, old_table, new_table):
        if self.table == old_table:
            self.table = new_table

    def rename_column_references(self, table, old_column, new_column):
        if self.table == table:
            self.predicate = rename_reference(self.predicate, old_column, new_column)

    def __str__(self):
        return " WHERE " + self.predicate if self.predicate else ""


class HiddenColumns:
    """The statement that adds an index's hidden columns, or nothing."""

    def __init__(self, table, keys=None, discriminators=()):
        self.table = table
        self.expression_keys = keys
        self.discriminators = discriminators

    def rename_table_references(self, old_table, new_table):
        self.table.rename_table_references(old_table, new_table)

    def rename_column_references(self, table, old_column, new_column):
        if self.table.table == table:
            self.discriminators = [
                (name, rename_reference(definition, old_column, new_column)) for name, definition in self.discriminators
            ]

    def definitions(self):
        if isinstance(self.expression_keys, ExpressionKeys):
            for name, definition, _ in self.expression_keys.keys():
                if definition is not None:
                    yield name, definition
        for name, definition in self.discriminators:
            yield name, definition

    def __str__(self):
        columns = ", ".join(
            "%s AS (%s) PERSISTED" % (quote_identifier(name), definition) for name, definition in self.definitions()
        )
        return "ALTER TABLE %s ADD %s; " % (self.table, columns) if columns else ""
