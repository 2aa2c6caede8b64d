"""OUTPUT: the columns that INSERT and UPDATE return.

OUTPUT without INTO is refused on tables with triggers (error 334). There the rows
go into a table variable and are selected from it, in the same message.
https://learn.microsoft.com/sql/t-sql/queries/output-clause-transact-sql
"""

from operator import itemgetter
from typing import Any, List, Optional, Sequence, Tuple

from django.db.models import AutoField, BigAutoField, SmallAutoField

from ..compat.orm import is_computed, referred
from ..names import in_query, quote_identifier
from ..plugin.django_types import Connection, Field

TABLE = "@returned"
#: The error number of OUTPUT without INTO on a table with triggers; it comes before anything is run.
OUTPUT_WITH_TRIGGERS = 334
# rel_db_type() of Django's own classes makes a field for each question: a twentieth of bulk_create() of ten objects.
_OF_KEYS = {AutoField: "IntegerField", BigAutoField: "BigIntegerField", SmallAutoField: "SmallIntegerField"}


class Returning:
    """The returned columns of one statement.

    :param directly: whether the statement's own result has the rows, instead of a table variable's.
    """

    def __init__(self, connection: Connection, fields: Sequence[Field], directly: bool = False) -> None:
        self.connection = connection
        self.fields = fields
        self.directly = directly

    def _names(self) -> List[str]:
        return [in_query(quote_identifier(field.column)) for field in self.fields]

    def declaration(self, ordinal: bool = False) -> str:
        """DECLARE of the table variable.

        :param ordinal: with the position of each object, in `__ord`.
        """
        columns = ["[__ord] int"] if ordinal else []
        columns += [
            "[r%d] %s" % (index, column_type(field, self.connection)) for index, field in enumerate(self.fields)
        ]
        return "DECLARE %s TABLE (%s)" % (TABLE, ", ".join(columns))

    def output_clause(self, ordinal: Optional[str] = None) -> str:
        """OUTPUT, with INTO unless directly; `ordinal` is the expression of each object's position."""
        columns = [ordinal] if ordinal else []
        columns += ["INSERTED.%s" % name for name in self._names()]
        return "OUTPUT %s%s" % (", ".join(columns), "" if self.directly else " INTO %s" % TABLE)

    def select(self, ordinal: bool = False) -> str:
        """SELECT from the table variable, with `ordinal` in the objects' order."""
        columns = ", ".join("[r%d]" % index for index in range(len(self.fields)))
        return "SELECT %s FROM %s%s" % (columns, TABLE, " ORDER BY [__ord]" if ordinal else "")

    def around(self, sql: str, ordinal: bool = False) -> str:
        """The batch that declares the table variable, runs `sql` and selects the rows; `sql` alone if directly."""
        if self.directly:
            # MERGE wants its semicolon (error 10713).
            return "%s;" % sql
        return "%s; %s; %s" % (self.declaration(ordinal), sql, self.select(ordinal))

    def in_order(self, rows: List[Tuple[Any, ...]]) -> List[Tuple[Any, ...]]:
        """The rows of a statement with ordinals, in the objects' order and without these.

        :param rows: as the server sent them: a result without ORDER BY has no order of its own.
        """
        return [row[1:] for row in sorted(rows, key=itemgetter(0))] if self.directly else rows


def column_type(field: Field, connection: Connection) -> Optional[str]:
    """The column type of `field`, without identity and computed parts."""
    field = referred(field)
    if is_computed(field):
        # It does not ask the field of its values for their type.
        field = field.output_field
    of_key = _OF_KEYS.get(type(field))
    if of_key is not None:
        known: str = connection.data_types[of_key]
        return known
    db_type: Optional[str] = field.rel_db_type(connection)
    return db_type


def sized(sql_type: Optional[str]) -> bool:
    """Whether a CAST to the type cuts a longer value without an error."""
    return sql_type is not None and sql_type.lower().startswith(_SIZED)


_SIZED = ("char", "varchar", "nchar", "nvarchar", "binary", "varbinary")
