"""Fields for columns of legacy types, which a model has to name: varchar, datetime, smalldatetime.

    from mssql_core.fields import LegacyDateTimeField, VarcharField

    class Customer(models.Model):
        code = VarcharField(max_length=20)
        changed = LegacyDateTimeField()

Their values are then sent so that the column's index serves, and a value that was read finds its row. On other
databases they are a CharField and a DateTimeField.
"""

from django.db import models

# varchar(n) ends at 8,000 bytes (Transact-SQL reference, "char and varchar").
_MAX_VARCHAR = 8000


def _on_sql_server(connection):
    return connection.vendor == "microsoft"


class VarcharField(models.CharField):
    """
    Text in a column of the type varchar, in the code page of its collation.

    https://learn.microsoft.com/sql/t-sql/data-types/char-and-varchar-transact-sql

    :param max_length: in bytes of the code page, in most of them one for each character; (max) beyond 8,000.
    :raises django.db.DataError: while saving, a character that the code page has not; the server would store
        another, or a question mark.
    """

    def db_type(self, connection):
        if not _on_sql_server(connection):
            return super().db_type(connection)
        if self.max_length is None or self.max_length > _MAX_VARCHAR:
            return "varchar(max)"
        return "varchar(%d)" % self.max_length

    def cast_db_type(self, connection):
        return self.db_type(connection) if _on_sql_server(connection) else super().cast_db_type(connection)


class LegacyDateTimeField(models.DateTimeField):
    """
    A moment in a column of the type datetime: from 1753, in steps of 1/300 s.

    With USE_TZ it is kept in the connection's time zone. What is stored is the next step; a value finds the row
    that it was stored in, and one that was read finds its own.
    https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql
    """

    def db_type(self, connection):
        return "datetime" if _on_sql_server(connection) else super().db_type(connection)


class SmallDateTimeField(models.DateTimeField):
    """
    A moment in a column of the type smalldatetime: 1900 to 2079, in minutes.

    https://learn.microsoft.com/sql/t-sql/data-types/smalldatetime-transact-sql
    """

    def db_type(self, connection):
        return "smalldatetime" if _on_sql_server(connection) else super().db_type(connection)
