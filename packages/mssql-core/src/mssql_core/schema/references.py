"""Parts of deferred statements that follow the renaming of their columns."""

from django.db import NotSupportedError
from django.db.backends.ddl_references import Columns, Expressions, Table
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


class TableReference(Table):
    """
    A table as a part of statements.

    :param db_table: its name as Meta.db_table writes it.
    :param parse: a function that makes a TableName of that.
    """

    def __init__(self, db_table, parse):
        super().__init__(db_table, lambda name: str(parse(name)))
        self._parse = parse

    @property
    def name(self):
        """The TableName."""
        return self._parse(self.table)


class ColumnKeys(Columns):
    """The keys of an index on columns."""

    def pairs(self):
        """Return (column, is descending) of each key."""
        suffixes = list(self.col_suffixes) + [""] * len(self.columns)
        return tuple((column, suffix == "DESC") for column, suffix in zip(self.columns, suffixes))


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

    def pairs(self):
        """Return (column, is descending) of each key."""
        return tuple((name, suffix == " DESC") for name, _, suffix in self.keys())

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
        return sql % tuple(map(self.quote_value, params)) if params else sql.replace("%%", "%")

    def nodes(self):
        return [self._unwrapped(node)[0] for node in self.expressions.get_source_expressions()]

    def __str__(self):
        return ", ".join(quote_identifier(name) + suffix for name, _, suffix in self.keys())


class JoinedKeys:
    """
    The keys of an index followed by its discriminators, as one part of a statement.

    :param keys: ColumnKeys or ExpressionKeys.
    :param discriminators: (column, definition) of each.
    """

    def __init__(self, keys, discriminators):
        self._keys = keys
        self._discriminators = discriminators

    @property
    def columns(self):
        """The columns that the keys name."""
        return self._keys.columns

    def pairs(self):
        """Return (column, is descending) of each key."""
        return self._keys.pairs() + tuple((name, False) for name, _ in self._discriminators)

    def references_table(self, table):
        return self._keys.references_table(table)

    def references_column(self, table, column):
        return self._keys.references_column(table, column)

    def rename_table_references(self, old_table, new_table):
        self._keys.rename_table_references(old_table, new_table)

    def rename_column_references(self, table, old_column, new_column):
        self._keys.rename_column_references(table, old_column, new_column)

    def __str__(self):
        return ", ".join([str(self._keys)] + [quote_identifier(name) for name, _ in self._discriminators])


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
