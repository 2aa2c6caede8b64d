"""Sources of inserted rows: VALUES with parameters, or one JSON parameter."""

from typing import Any, Container, List, Optional, Sequence, Tuple, Union

from ..connection.parameters import TypedParam
from ..plugin.django_types import Connection, Field
from ..plugin.types import Compiled
from .insert_columns import Cell, Column
from .json_values import Carrier, carried_values, json_text
from .output_clause import column_type as stored_type
from .output_clause import sized
from .value_lists import MAX_PARAMETERS

# The position of a row's object, to return rows in the objects' order.
ORDINAL = "__ord"
# INSERT ... VALUES allows 1,000 rows (error 10738).
_MAX_ROWS = 1000


class ValueRows:
    """Rows written as VALUES."""

    def __init__(self, fields: List[Field], rows: Sequence[Tuple[Cell, ...]], connection: Connection) -> None:
        self.fields = fields
        self.connection = connection
        self._rows = rows

    @classmethod
    def split(cls, columns: Sequence[Column], connection: Connection) -> List["ValueRows"]:
        """As few parts as the limits of one statement allow."""
        fields = [column.field for column in columns]
        rows = list(zip(*[column.compiled(connection) for column in columns]))
        parts: List["ValueRows"] = []
        start = count = 0
        for index, row in enumerate(rows):
            width = sum([len(params) for _, params in row])
            if index > start and (count + width > MAX_PARAMETERS or index - start == _MAX_ROWS):
                parts.append(cls(fields, rows[start:index], connection))
                start, count = index, 0
            count += width
        parts.append(cls(fields, rows[start:], connection))
        return parts

    def __len__(self) -> int:
        return len(self._rows)

    def column(self, field: Field) -> str:
        """The name of a field's column in :meth:`table_sql`."""
        return "[__c%d]" % self.fields.index(field)

    def _all_params(self) -> List[Any]:
        return [param for row in self._rows for _, params in row for param in params]

    def insert_sql(self) -> Compiled:
        """The part behind the column list of INSERT: (sql, params)."""
        rows = ", ".join(["(%s)" % ", ".join([sql for sql, _ in row]) for row in self._rows])
        return "VALUES %s" % rows, self._all_params()

    def table_sql(self) -> Compiled:
        """A derived table of the ordinal and the fields' columns: (sql, params)."""
        rows: List[str] = []
        for number, row in enumerate(self._rows):
            values = [sql for sql, _ in row]
            if number == 0:
                values = [self._typed(index, sql) for index, sql in enumerate(values)]
            rows.append("(%d, %s)" % (number, ", ".join(values)))
        names = ", ".join(["[%s]" % ORDINAL, *(self.column(field) for field in self.fields)])
        return "(SELECT * FROM (VALUES %s) AS [__v] (%s))" % (", ".join(rows), names), self._all_params()

    def _typed(self, index: int, sql: str) -> str:
        """
        The first row's value with its column's type, which the other rows follow, since a NULL has no type.

        CAST would cut text to the length of its type, so text keeps the type of its parameter, which holds it.
        """
        sql_type = stored_type(self.fields[index], self.connection)
        if sized(sql_type) and not all([row[index] == ("%s", [None]) for row in self._rows]):
            return sql
        return "CAST(%s AS %s)" % (sql, sql_type)


class JSONRows:
    """Rows in one JSON parameter: an array of arrays, each with its ordinal first.

    :param columns: fields, each with its :class:`Carrier`, or the expression of all rows.
    :param encoded: the JSON form of the values of each column that has a Carrier.
    """

    def __init__(
        self,
        columns: Sequence[Tuple[Field, Union[str, Carrier]]],
        encoded: Sequence[Sequence[Any]],
        count: int,
    ) -> None:
        self.fields = [field for field, _ in columns]
        self._columns = columns
        self._encoded = encoded
        self._count = count

    @classmethod
    def of(
        cls, columns: Sequence[Column], count: int, connection: Connection, keys: Container[Field] = ()
    ) -> Optional["JSONRows"]:
        """Return the rows, or None if JSON cannot hold one of their values without loss.

        :param keys: the fields that the statement compares with the table's columns.
        """
        described: List[Tuple[Field, Union[str, Carrier]]] = []
        all_encoded: List[List[Any]] = []
        for column in columns:
            field, values = column.field, column.values
            if column.cells is not None:
                sqls = {sql for sql, _ in column.cells}
                if sqls != {"%s"}:
                    if len(sqls) > 1 or column.parameters():
                        return None
                    described.append((field, sqls.pop()))
                    continue
                values = [value for _, (value,) in column.cells]
            # Mostly decided by the first value: a list of all would take a twentieth of the statement's time.
            if not any(value is not None for value in values):
                described.append((field, "CAST(NULL AS %s)" % stored_type(field, connection)))
                continue
            carried = carried_values(field, values, connection, field in keys)
            if carried is None:
                return None
            described.append((field, carried[0]))
            all_encoded.append(carried[1])
        return cls(described, all_encoded, count)

    def __len__(self) -> int:
        return self._count

    def column(self, field: Field) -> str:
        """The name of a field's column in :meth:`table_sql`."""
        return "[__c%d]" % self.fields.index(field)

    def _source(self) -> Tuple[List[str], List[str]]:
        """SELECT list, WITH list."""
        selected: List[str] = []
        definitions: List[str] = []
        for field, origin in self._columns:
            name = self.column(field)
            if isinstance(origin, Carrier):
                definitions.append(origin.definition(name, "$[%d]" % (len(definitions) + 1)))
                sql = origin.value(name)
            else:
                sql = origin
            selected.append(sql if sql == name else "%s AS %s" % (sql, name))
        return selected, definitions

    def _param(self) -> List[TypedParam]:
        return [json_text(list(zip(range(self._count), *self._encoded)))]

    def insert_sql(self) -> Compiled:
        selected, definitions = self._source()
        ordinal = "[%s] int '$[0]'" % ORDINAL
        sql = "SELECT %s FROM OPENJSON(%%s) WITH (%s)" % (", ".join(selected), ", ".join([ordinal, *definitions]))
        return sql, self._param()

    def table_sql(self) -> Compiled:
        selected, definitions = self._source()
        ordinal = "[%s]" % ORDINAL
        sql = "(SELECT %s FROM OPENJSON(%%s) WITH (%s))" % (
            ", ".join([ordinal, *selected]),
            ", ".join(["%s int '$[0]'" % ordinal, *definitions]),
        )
        return sql, self._param()


#: The rows of one statement.
RowSource = Union[ValueRows, JSONRows]
