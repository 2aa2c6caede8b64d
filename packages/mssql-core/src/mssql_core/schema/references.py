"""Parts of deferred statements that follow the renaming of their columns."""

from typing import Any, Callable, Iterable, Iterator, List, Optional, Sequence, Tuple, Union

from django.db import NotSupportedError
from django.db.backends.ddl_references import Columns, Expressions, ForeignKeyName, IndexName, Table
from django.db.backends.utils import truncate_name
from django.db.models.expressions import Col, OrderBy
from django.db.models.functions import Cast, Collate

from ..introspection.objects import (
    HIDDEN_DISCRIMINATOR_PREFIX,
    HIDDEN_EXPRESSION_PREFIX,
    Index,
    column_references,
    is_discriminator,
    is_hidden,
    rename_reference,
)
from ..names import MAX_NAME_LENGTH, TableName, bare_identifier, quote_bare, quote_identifier
from ..plugin.django_types import Compiler, Field
from .fields import is_computed
from .moments import with_styles

# (column, is descending) of each key.
Keys = Tuple[Tuple[str, bool], ...]
# (column, definition) of a computed column.
Definition = Tuple[str, str]


def hidden_expression(index_name: str, number: int) -> str:
    """Return the name of the computed column for the index's `number`-th expression."""
    name = "%s%s_%d" % (HIDDEN_EXPRESSION_PREFIX, index_name, number)
    return str(truncate_name(name, MAX_NAME_LENGTH))


def hidden_discriminator(index_name: str, number: int) -> str:
    """Return the name of a column that keeps rows outside of the index's condition apart."""
    name = "%s%s_%d" % (HIDDEN_DISCRIMINATOR_PREFIX, index_name, number)
    return str(truncate_name(name, MAX_NAME_LENGTH))


def hidden_renamings(index: Index, name: str) -> List[Tuple[str, str]]:
    """
    Return (old name, new name) of the columns that exist only for an index and are named after it.

    A later index under the old name needs columns of the old names (error 2705).

    :param name: the index's new name.
    """
    renamings, discriminators = [], 0
    for number, column in enumerate(index.columns, 1):
        if is_discriminator(column):
            discriminators += 1
            renamings.append((column, hidden_discriminator(name, discriminators)))
        elif is_hidden(column):
            renamings.append((column, hidden_expression(name, number)))
    return [(old, new) for old, new in renamings if old != new]


# What IndexExpression writes around an expression.
_SHELLS = ("%(expressions)s", "(%(expressions)s)")


def is_shell(node: Any) -> bool:
    """Whether the node only puts its one argument between parentheses."""
    template = getattr(node, "extra", {}).get("template")
    return (template or getattr(node, "template", None)) in _SHELLS


class TableReference(Table):
    """
    A table as a part of statements.

    :param db_table: its name as Meta.db_table writes it.
    :param parse: a function that makes a TableName of that.
    """

    def __init__(self, db_table: str, parse: Callable[[str], TableName]) -> None:
        super().__init__(db_table, lambda name: str(parse(name)))
        self._parse = parse

    @property
    def name(self) -> TableName:
        """The TableName."""
        return self._parse(self.table)


class CurrentName(IndexName):
    """
    The name of an index or a unique constraint that waits to be made.

    :param db_table, columns, suffix: what the name is made of, by Django's rule; it follows the renaming of the first two.
    :param create_name: a function of these three.
    :param quote: a function that delimits a name.
    :param given: a name chosen by the user, which follows nothing.
    """

    def __init__(
        self,
        db_table: str,
        columns: Sequence[str],
        suffix: str,
        create_name: Callable[[str, Sequence[str], str], str],
        quote: Callable[[str], str],
        given: Optional[str] = None,
    ) -> None:
        super().__init__(db_table, list(columns), suffix, create_name)
        self.given = given
        self._quote = quote

    @property
    def bare(self) -> str:
        """The name without delimiters."""
        return self.given or str(self.create_index_name(self.table, self.columns, self.suffix))

    def __str__(self) -> str:
        return self._quote(self.bare)


class KeyName(ForeignKeyName):
    """The name of a foreign key, of which the table that it refers to gives its name alone, without the schema."""

    def __str__(self) -> str:
        there = self.to_reference
        names = {"to_table": TableName.parse(there.table).name, "to_column": bare_identifier(there.columns[0])}
        return str(self.create_fk_name(self.table, self.columns, self.suffix_template % names))


class ColumnKeys(Columns):
    """The keys of an index on columns."""

    columns: List[str]

    def pairs(self) -> Keys:
        """Return (column, is descending) of each key."""
        suffixes = list(self.col_suffixes) + [""] * len(self.columns)
        return tuple((bare_identifier(column), suffix == "DESC") for column, suffix in zip(self.columns, suffixes))


class ExpressionKeys(Expressions):
    """
    The keys of an index on expressions.

    The server indexes columns only: each expression that is not a bare column
    becomes a hidden computed column.
    """

    columns: List[str]

    def __init__(
        self,
        table: str,
        expressions: Any,
        compiler: Compiler,
        quote_value: Callable[[Any], str],
        index_name: CurrentName,
    ) -> None:
        super().__init__(table, expressions, compiler, quote_value)
        self._index_name = index_name

    def keys(self) -> Iterator[Tuple[str, Optional[str], str]]:
        """Yield (column name, definition if it is computed or None, suffix)."""
        for number, node in enumerate(self.expressions.get_source_expressions(), 1):
            node, suffix = self._unwrapped(node)
            if isinstance(node, Col):
                yield bare_identifier(node.target.column), None, suffix
            else:
                name = hidden_expression(self._index_name.bare, number)
                yield name, self._sql(node), suffix

    def pairs(self) -> Keys:
        """Return (column, is descending) of each key."""
        return tuple((name, suffix == " DESC") for name, _, suffix in self.keys())

    def _unwrapped(self, node: Any) -> Tuple[Any, str]:
        """Return an expression without its order and its parentheses, and the suffix that says the order."""
        suffix = ""
        while True:
            if isinstance(node, OrderBy):
                if node.nulls_first or node.nulls_last:
                    raise NotSupportedError(
                        "Index %s: SQL Server has no NULLS FIRST or NULLS LAST in an index." % self._index_name.bare
                    )
                suffix = " DESC" if node.descending else suffix
            elif not is_shell(node):
                return node, suffix
            (node,) = node.get_source_expressions()

    def _sql(self, node: Any) -> str:
        sql: str
        sql, params = self.compiler.compile(self._over_stored_columns(node))
        if getattr(node, "conditional", False):
            sql = "CASE WHEN %s THEN 1 ELSE 0 END" % sql
        return with_styles(sql % tuple(map(self.quote_value, params)) if params else sql.replace("%%", "%"))

    def _over_stored_columns(self, node: Any) -> Any:
        """Return an expression with what generated columns are computed from, which no other computed column may name (1759)."""
        columns = [part for part in node.flatten() if isinstance(part, Col) and is_computed(part.target)]
        values = {column: self._value(column.target) for column in columns}
        return node.replace_expressions(values) if values else node

    def _value(self, field: Field) -> Any:
        """Return what a generated column is computed as, in its type and its collation."""
        value = Cast(field.expression.resolve_expression(self.compiler.query), field.output_field)
        collation = field.db_parameters(self.compiler.connection).get("collation")
        return Collate(value, collation) if collation else value

    def nodes(self) -> List[Any]:
        """Return the bare expressions."""
        return [self._unwrapped(node)[0] for node in self.expressions.get_source_expressions()]

    def __str__(self) -> str:
        return ", ".join(quote_bare(name) + suffix for name, _, suffix in self.keys())


class Discriminators:
    """
    The hidden columns that keep the rows outside of an index's condition apart.

    :param index_name: the index's name, of which theirs are made.
    :param expressions: their definitions.
    """

    def __init__(self, index_name: CurrentName, expressions: Iterable[str]) -> None:
        self._index_name = index_name
        self._expressions = list(expressions)

    def __len__(self) -> int:
        return len(self._expressions)

    def __iter__(self) -> Iterator[Definition]:
        for number, expression in enumerate(self._expressions, 1):
            yield hidden_discriminator(self._index_name.bare, number), expression

    def rename_column(self, old: str, new: str) -> None:
        """Follow the renaming of a column of the table."""
        self._expressions = [rename_reference(expression, old, new) for expression in self._expressions]


class JoinedKeys:
    """The keys of an index followed by its discriminators, as one part of a statement."""

    def __init__(self, keys: Union[ColumnKeys, ExpressionKeys], discriminators: Discriminators) -> None:
        self._keys = keys
        self._discriminators = discriminators

    @property
    def columns(self) -> List[str]:
        """The columns that the keys name."""
        return self._keys.columns

    def pairs(self) -> Keys:
        """Return (column, is descending) of each key."""
        return self._keys.pairs() + tuple((name, False) for name, _ in self._discriminators)

    def references_table(self, table: str) -> bool:
        return bool(self._keys.references_table(table))

    def references_column(self, table: str, column: str) -> bool:
        return bool(self._keys.references_column(table, column))

    def rename_table_references(self, old_table: str, new_table: str) -> None:
        self._keys.rename_table_references(old_table, new_table)

    def rename_column_references(self, table: str, old_column: str, new_column: str) -> None:
        self._keys.rename_column_references(table, old_column, new_column)

    def __str__(self) -> str:
        return ", ".join([str(self._keys)] + [quote_identifier(name) for name, _ in self._discriminators])


class FilterClause:
    """The WHERE clause of an index, empty without predicates."""

    def __init__(self, table: str, predicates: Iterable[str]) -> None:
        self.table = table
        self.predicate = " AND ".join(predicates)

    def references_column(self, table: str, column: str) -> bool:
        return self.table == table and column in column_references(self.predicate)

    def rename_table_references(self, old_table: str, new_table: str) -> None:
        if self.table == old_table:
            self.table = new_table

    def rename_column_references(self, table: str, old_column: str, new_column: str) -> None:
        if self.table == table:
            self.predicate = rename_reference(self.predicate, old_column, new_column)

    def __str__(self) -> str:
        return " WHERE " + self.predicate if self.predicate else ""


class HiddenColumns:
    """The statement that adds an index's hidden columns, empty without any."""

    def __init__(
        self,
        table: TableReference,
        keys: Union[ColumnKeys, ExpressionKeys],
        discriminators: Discriminators,
    ) -> None:
        self.table = table
        self.expression_keys = keys
        self.discriminators = discriminators

    def rename_table_references(self, old_table: str, new_table: str) -> None:
        self.table.rename_table_references(old_table, new_table)

    def rename_column_references(self, table: str, old_column: str, new_column: str) -> None:
        if self.table.table == table:
            self.discriminators.rename_column(old_column, new_column)

    def definitions(self) -> Iterator[Definition]:
        """Yield (column, definition) of each."""
        if isinstance(self.expression_keys, ExpressionKeys):
            for name, definition, _ in self.expression_keys.keys():
                if definition is not None:
                    yield name, definition
        yield from self.discriminators

    def __str__(self) -> str:
        columns = ", ".join(
            "%s AS (%s) PERSISTED" % (quote_identifier(name), definition) for name, definition in self.definitions()
        )
        return "ALTER TABLE %s ADD %s; " % (self.table, columns) if columns else ""
