"""Where inserted rows come from: parameters of their own, or one JSON parameter."""

from .json_values import carried_values, json_text
from .output_clause import column_type as stored_type
from .output_clause import sized
from .value_lists import MAX_PARAMETERS

# The place of a row's object, to return rows in the objects' order.
ORDINAL = "__ord"
# INSERT ... VALUES takes 1,000 rows (error 10738).
_MAX_ROWS = 1000


class ValueRows:
    """Rows written as VALUES."""

    def __init__(self, fields, rows, connection):
        self.fields = fields
        self.connection = connection
        # (placeholder, parameters) of each value.
        self._rows = rows

    @classmethod
    def split(cls, columns, connection):
        """As many as the limits of one statement make necessary."""
        fields = [column.field for column in columns]
        rows = list(zip(*[column.compiled(connection) for column in columns]))
        found, start, count = [], 0, 0
        for index, row in enumerate(rows):
            width = sum([len(params) for _, params in row])
            if index > start and (count + width > MAX_PARAMETERS or index - start == _MAX_ROWS):
                found.append(cls(fields, rows[start:index], connection))
                start, count = index, 0
            count += width
        found.append(cls(fields, rows[start:], connection))
        return found

    def __len__(self):
        return len(self._rows)

    def column(self, field):
        """The name of a field's column in :meth:`table_sql`."""
        return "[c%d]" % self.fields.index(field)

    def _all_params(self):
        return [param for row in self._rows for _, params in row for param in params]

    def insert_sql(self):
        """What follows the column list of INSERT: (sql, params)."""
        rows = ", ".join(["(%s)" % ", ".join([sql for sql, _ in row]) for row in self._rows])
        return "VALUES %s" % rows, self._all_params()

    def table_sql(self):
        """A derived table with the ordinal and the fields' columns: (sql, params)."""
        rows = []
        for number, row in enumerate(self._rows):
            values = [sql for sql, _ in row]
            if number == 0:
                values = [self._typed(index, sql) for index, sql in enumerate(values)]
            rows.append("(%d, %s)" % (number, ", ".join(values)))
        names = ", ".join(["[%s]" % ORDINAL, *(self.column(field) for field in self.fields)])
        return "(SELECT * FROM (VALUES %s) AS [v] (%s))" % (", ".join(rows), names), self._all_params()

    def _typed(self, index, sql):
        """
        The first row's value with its column's type, which the other rows follow: NULLs have none of their own.

        CAST cuts a text to the length that it names, so texts keep the type of their parameters, which holds them.
        """
        sql_type = stored_type(self.fields[index], self.connection)
        if sized(sql_type) and not all([row[index] == ("%s", [None]) for row in self._rows]):
            return sql
        return "CAST(%s AS %s)" % (sql, sql_type)


class JSONRows:
    """Rows in one JSON parameter: an array of arrays, each with its ordinal first."""

    def __init__(self, columns, encoded, count, connection):
        self.fields = [field for field, _, _ in columns]
        self.connection = connection
        self._columns = columns
        self._encoded = encoded
        self._count = count

    @classmethod
    def of(cls, columns, count, connection, keys=()):
        """The rows, or None if JSON cannot carry one of their values without loss.

        :param keys: the fields that the statement compares with the table's columns.
        """
        described, all_encoded = [], []
        for column in columns:
            field, values = column.field, column.values
            if values is None:
                sqls = {sql for sql, _ in column.cells}
                if sqls != {"%s"}:
                    if len(sqls) > 1 or column.parameters():
                        return None
                    described.append((field, sqls.pop(), None))
                    continue
                values = [value for _, (value,) in column.cells]
            if not any([value is not None for value in values]):
                described.append((field, "CAST(NULL AS %s)" % stored_type(field, connection), None))
                continue
            carried = carried_values(field, values, connection, field in keys)
            if carried is None:
                return None
            described.append((field, None, carried[0]))
            all_encoded.append(carried[1])
        return cls(described, all_encoded, count, connection)

    def __len__(self):
        return self._count

    def column(self, field):
        """The name of a field's column in :meth:`table_sql`."""
        return "[c%d]" % self.fields.index(field)

    def _source(self):
        """SELECT list, WITH list."""
        selected, definitions, place = [], [], 1
        for field, sql, carried in self._columns:
            name = self.column(field)
            if carried is not None:
                definitions.append(carried.definition(name, "$[%d]" % place))
                sql = carried.value(name)
                place += 1
            selected.append(sql if sql == name else "%s AS %s" % (sql, name))
        return selected, definitions

    def _param(self):
        return [json_text(list(zip(range(self._count), *self._encoded)))]

    def insert_sql(self):
        selected, definitions = self._source()
        ordinal = "[%s] int '$[0]'" % ORDINAL
        sql = "SELECT %s FROM OPENJSON(%%s) WITH (%s)" % (", ".join(selected), ", ".join([ordinal, *definitions]))
        return sql, self._param()

    def table_sql(self):
        selected, definitions = self._source()
        ordinal = "[%s]" % ORDINAL
        sql = "(SELECT %s FROM OPENJSON(%%s) WITH (%s))" % (
            ", ".join([ordinal, *selected]),
            ", ".join(["%s int '$[0]'" % ordinal, *definitions]),
        )
        return sql, self._param()
