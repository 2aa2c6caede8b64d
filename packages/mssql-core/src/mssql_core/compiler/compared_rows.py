"""New rows beside those of the table: with the values that the server will compute of them."""

from typing import Any, List, Sequence

from ..plugin.django_types import Compiler, Field
from ..plugin.types import Compiled
from .field_values import is_text
from .insert_rows import RowSource
from .output_clause import column_type
from .unique_keys import UniqueKey, field_sources, generated_fields


class ComparedRows:
    """
    The rows of a source, with the generated columns of unique keys.

    :ivar fields: those to insert.
    :param table: as FROM names it.
    :param keys: whose fields, or what these are generated from, the source has.
    """

    def __init__(self, compiler: Compiler, table: str, source: RowSource, keys: Sequence[UniqueKey]) -> None:
        self.fields = source.fields
        self._compiler = compiler
        self._table = table
        self._source = source
        self._generated: List[Field] = generated_fields(keys, compiler.query.get_meta())

    def __len__(self) -> int:
        return len(self._source)

    def column(self, field: Field) -> str:
        """The name of a field's column in :meth:`table_sql`."""
        if field in self._generated:
            return "[__g%d]" % self._generated.index(field)
        return self._source.column(field)

    def table_sql(self) -> Compiled:
        """A derived table of the ordinal and the columns: (sql, params)."""
        table, params = self._source.table_sql()
        if not self._generated:
            return table, params
        # The type of a computed column is that of its CAST, as in its definition.
        connection = self._compiler.connection
        columns: List[str] = []
        generated_params: List[Any] = []
        for field in self._generated:
            sql, more = field.generated_sql(connection)
            value = "CAST(%s AS %s)" % (sql, column_type(field, connection))
            row = self.row_sql(field_sources(field, self._compiler.query.get_meta()))
            columns.append("(SELECT %s FROM %s) AS %s" % (value, row, self.column(field)))
            generated_params += more
        sql = "(SELECT %s FROM %s AS [__given])" % (", ".join(["[__given].*", *columns]), table)
        return sql, [*generated_params, *params]

    def row_sql(self, fields: Sequence[Field]) -> str:
        """A derived table of one row, whose columns have the names and the collations of the table's."""
        quote = self._compiler.quote_name
        columns = ["%s AS %s" % (self.collated(field), quote(field.column)) for field in fields]
        return "(SELECT %s) AS [__row]" % ", ".join(columns)

    def collated(self, field: Field) -> str:
        """A field's column with the collation of the table's, by which the key is unique.

        If the field names none, an empty read of the table's column supplies it: in the precedence of collations a
        column's goes before a value's.
        https://learn.microsoft.com/sql/t-sql/statements/collation-precedence-transact-sql
        """
        column = self.column(field)
        if not is_text(field, self._compiler.connection):
            return column
        collation = getattr(field, "db_collation", None)
        if collation:
            return "%s COLLATE %s" % (column, collation)
        name = self._compiler.quote_name(field.column)
        return "COALESCE((SELECT [__t].%s FROM %s AS [__t] WHERE 1 = 0), %s)" % (name, self._table, column)
