"""Fields for columns that a model has to name: varchar, datetime, smalldatetime, rowversion, an identity beside the key.

    from mssql_core.fields import LegacyDateTimeField, VarcharField

    class Customer(models.Model):
        code = VarcharField(max_length=20)
        changed = LegacyDateTimeField()

Their values are then sent so that the column's index serves, and a value that was read finds its row. On other
databases they are a CharField and a DateTimeField.
"""

from typing import Any, Dict, List, Optional, Tuple

from django.core.exceptions import FieldError
from django.db import models

from .plugin.django_types import Connection, Mixin, Model

# varchar(n) ends at 8,000 bytes (Transact-SQL reference, "char and varchar").
_MAX_VARCHAR = 8000


def _on_sql_server(connection: Connection) -> bool:
    return connection.vendor == "microsoft"


class VarcharField(models.CharField):
    """
    Text in a column of the type varchar, in the code page of its collation.

    https://learn.microsoft.com/sql/t-sql/data-types/char-and-varchar-transact-sql

    :param max_length: in bytes of the code page, in most of them one for each character; (max) beyond 8,000.
    :raises django.db.DataError: while saving, a character that the code page has not; the server would store
        another, or a question mark.
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        if not _on_sql_server(connection):
            kind: Optional[str] = super().db_type(connection)
            return kind
        if self.max_length is None or self.max_length > _MAX_VARCHAR:
            return "varchar(max)"
        return "varchar(%d)" % self.max_length

    def cast_db_type(self, connection: Connection) -> Optional[str]:
        return self.db_type(connection) if _on_sql_server(connection) else super().cast_db_type(connection)


class LegacyDateTimeField(models.DateTimeField):
    """
    A moment in a column of the type datetime: from 1753, in steps of 1/300 s.

    With USE_TZ it is kept in the connection's time zone. What is stored is the next step; a value finds the row
    that it was stored in, and one that was read finds its own.
    https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "datetime" if _on_sql_server(connection) else super().db_type(connection)


class SmallDateTimeField(models.DateTimeField):
    """
    A moment in a column of the type smalldatetime: 1900 to 2079, in minutes.

    https://learn.microsoft.com/sql/t-sql/data-types/smalldatetime-transact-sql
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "smalldatetime" if _on_sql_server(connection) else super().db_type(connection)


#: Stands for the value of a field that the server writes; such a field is left out of INSERT and UPDATE.
WRITTEN_BY_SERVER = object()


class _WrittenByServer(Mixin):
    """What fields have in common whose values the server writes.

    A value in `update()` or `bulk_update()` is refused, `dumpdata` leaves the field out. One that is given to the model's
    constructor, or set, stays with the object until it is read again, as with Django's GeneratedField.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(editable=False, serialize=False)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    #: The value comes back with each INSERT.
    db_returning = True
    # Else a schema editor would look for a default.
    empty_strings_allowed = False

    def deconstruct(self) -> Tuple[str, str, List[Any], Dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for argument in ("editable", "serialize", "blank"):
            kwargs.pop(argument, None)
        return name, path, args, kwargs

    def pre_save(self, model_instance: Model, add: bool) -> object:
        return WRITTEN_BY_SERVER

    def get_db_prep_save(self, value: Any, connection: Connection) -> None:
        if value is WRITTEN_BY_SERVER:
            # Only on another database, which writes nothing by itself.
            return None
        raise FieldError(
            "%s is written by the server: leave it out of update(), bulk_update() and update_fields." % self
        )


class RowVersionField(_WrittenByServer, models.BinaryField):
    """
    A column of the type rowversion (also called timestamp): eight bytes that the server changes with each UPDATE of the row.

    It serves optimistic locking: `filter(pk=o.pk, version=o.version).update(...)` changes nothing where somebody else
    was faster. `create()` and `bulk_create()` read it back; after `save()` of an object that was there,
    `refresh_from_db()` does.
    https://learn.microsoft.com/sql/t-sql/data-types/rowversion-transact-sql (a value in INSERT or UPDATE: errors 273, 272)
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "rowversion" if _on_sql_server(connection) else super().db_type(connection)

    def rel_db_type(self, connection: Connection) -> Optional[str]:
        return "binary(8)" if _on_sql_server(connection) else super().db_type(connection)

    cast_db_type = rel_db_type


class IdentityField(_WrittenByServer, models.BigIntegerField):
    """
    An identity column that is not the primary key: the server numbers the rows.

    https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql-identity-property (a value in UPDATE: error 8102)
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "bigint IDENTITY(1, 1)" if _on_sql_server(connection) else super().db_type(connection)

    def rel_db_type(self, connection: Connection) -> Optional[str]:
        kind: Optional[str] = super().db_type(connection)
        return kind

    cast_db_type = rel_db_type
