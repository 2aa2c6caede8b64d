"""Fields for columns that a model has to name: char, varchar, datetime, CLR types, and what the server writes by itself.

    from mssql_core.fields import LegacyDateTimeField, VarcharField

    class Customer(models.Model):
        code = VarcharField(max_length=20)
        changed = LegacyDateTimeField()

Their values are then sent so that the column's index serves, and a value that was read finds its row. On other
databases they are what they are derived from: a CharField, a DateTimeField, a TextField.
"""

import datetime
import decimal
import re
import uuid
from typing import Any, Dict, List, Optional, Tuple

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime, parse_time

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


class FixedCharField(models.CharField):
    """
    Text in a column of the type char: filled up with blanks to its length, and read with them.

    Blanks at the end do not count where values are compared.
    https://learn.microsoft.com/sql/t-sql/data-types/char-and-varchar-transact-sql

    :param max_length: in bytes of the code page, at most 8,000.
    :raises django.db.DataError: as for :class:`VarcharField`.
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "char(%d)" % self.max_length if _on_sql_server(connection) else super().db_type(connection)

    def cast_db_type(self, connection: Connection) -> Optional[str]:
        return self.db_type(connection)


class VarcharTextField(models.TextField):
    """
    Text in a column of the type varchar(max), in the code page of its collation.

    :raises django.db.DataError: as for :class:`VarcharField`.
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "varchar(max)" if _on_sql_server(connection) else super().db_type(connection)

    def cast_db_type(self, connection: Connection) -> Optional[str]:
        return self.db_type(connection) if _on_sql_server(connection) else super().cast_db_type(connection)


class LegacyTextField(VarcharTextField):
    """
    Text in a column of the type text, in the code page of its collation.

    The server neither compares nor orders it (errors 402, 306); `isnull` and patterns work.
    https://learn.microsoft.com/sql/t-sql/data-types/ntext-text-and-image-transact-sql

    :raises django.db.DataError: as for :class:`VarcharField`.
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "text" if _on_sql_server(connection) else super().db_type(connection)

    def cast_db_type(self, connection: Connection) -> Optional[str]:
        # CAST to text is of a type that next to nothing takes.
        return super().db_type(connection)


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


class DateTime2Field(models.DateTimeField):
    """
    A moment in a column of the type datetime2, where the alias's `datetime_type` is datetimeoffset.

    With USE_TZ it is kept in the connection's time zone. Of the column's 100 ns Python has microseconds.
    https://learn.microsoft.com/sql/t-sql/data-types/datetime2-transact-sql
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "datetime2" if _on_sql_server(connection) else super().db_type(connection)


class DateTimeOffsetField(models.DateTimeField):
    """
    A moment with its offset in a column of the type datetimeoffset, where the alias's `datetime_type` is datetime2.

    Of the column's 100 ns Python has microseconds.
    https://learn.microsoft.com/sql/t-sql/data-types/datetimeoffset-transact-sql
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "datetimeoffset" if _on_sql_server(connection) else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Connection, prepared: bool = False) -> Any:
        if not _on_sql_server(connection):
            return super().get_db_prep_value(value, connection, prepared)
        value = value if prepared else self.get_prep_value(value)
        if isinstance(value, datetime.datetime) and value.tzinfo is None:
            return connection.ops.make_aware(value, connection.timezone or timezone.get_default_timezone())
        return value


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

    is_written_by_server = True
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


class NumericAutoField(models.BigAutoField):
    """
    A primary key that is an identity of the type decimal or numeric without places.

    https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql-identity-property

    :param max_digits: of the column, at most 38; the numbers that the server gives end at 19 digits here.
    """

    def __init__(self, *args: Any, max_digits: int = 18, **kwargs: Any) -> None:
        self.max_digits = max_digits
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Tuple[str, str, List[Any], Dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, dict(kwargs, max_digits=self.max_digits)

    def db_type(self, connection: Connection) -> Optional[str]:
        identity = "numeric(%d, 0) IDENTITY(1, 1)" % self.max_digits
        return identity if _on_sql_server(connection) else super().db_type(connection)

    def rel_db_type(self, connection: Connection) -> Optional[str]:
        return "numeric(%d, 0)" % self.max_digits if _on_sql_server(connection) else super().rel_db_type(connection)

    def from_db_value(self, value: Any, expression: Any, connection: Connection) -> Any:
        return None if value is None else int(value)


class SystemTimeField(_WrittenByServer, models.DateTimeField):
    """
    A period column of a temporal table: when the row's version began, or ended.

    The server writes it, in UTC whatever the time zone of the connection; with USE_TZ the value says so.
    https://learn.microsoft.com/sql/relational-databases/tables/temporal-tables (a value in INSERT or UPDATE: errors 13536, 13537)
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "datetime2" if _on_sql_server(connection) else super().db_type(connection)

    def from_db_value(self, value: Any, expression: Any, connection: Connection) -> Any:
        if value is None or not _on_sql_server(connection):
            return value
        return value.replace(tzinfo=datetime.timezone.utc if settings.USE_TZ else None)

    def get_db_prep_value(self, value: Any, connection: Connection, prepared: bool = False) -> Any:
        if not prepared:
            value = self.get_prep_value(value)
        if isinstance(value, datetime.datetime) and value.tzinfo is not None and _on_sql_server(connection):
            return value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return super().get_db_prep_value(value, connection, prepared=True)


class LedgerField(_WrittenByServer, models.BigIntegerField):
    """
    A generated column of a ledger table: the number of a transaction, or of an operation in it.

    https://learn.microsoft.com/sql/relational-databases/security/ledger/ledger-updatable-ledger-tables
    """


class ColumnSetField(_WrittenByServer, models.TextField):
    """
    A column set: all sparse columns of the row that are not NULL, as XML. It is read only here: write those columns.

    https://learn.microsoft.com/sql/relational-databases/tables/use-column-sets (both in one INSERT: error 360)
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "xml COLUMN_SET FOR ALL_SPARSE_COLUMNS" if _on_sql_server(connection) else super().db_type(connection)

    def rel_db_type(self, connection: Connection) -> Optional[str]:
        return "xml" if _on_sql_server(connection) else super().db_type(connection)

    cast_db_type = rel_db_type


# ---- types of the CLR, and of any type -------------------------------------------------------


class _ReadAsText(Mixin):
    """What fields have in common whose column is read, and written, as text.

    SQL of one's own that selects the column as it is gets the server's bytes: those are not written back.
    """

    clr_type = ""

    def db_type(self, connection: Connection) -> Optional[str]:
        return self.clr_type if _on_sql_server(connection) else super().db_type(connection)

    def cast_db_type(self, connection: Connection) -> Optional[str]:
        return self.db_type(connection)

    def select_format(self, compiler: Any, sql: str, params: Any) -> Tuple[str, Any]:
        return (self._text_of(sql), params) if _on_sql_server(compiler.connection) else (sql, params)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, (bytes, bytearray, memoryview)):
            raise FieldError(
                "%s has the bytes of a %s, as SQL of one's own reads them: select it as text." % (self, self.clr_type)
            )
        return super().get_prep_value(value)


class HierarchyIdField(_ReadAsText, models.TextField):
    """
    A place in a tree, in a column of the type hierarchyid, as text: "/1/3/". It is ordered depth first.

    https://learn.microsoft.com/sql/t-sql/data-types/hierarchyid-data-type-method-reference
    """

    clr_type = "hierarchyid"

    @staticmethod
    def _text_of(sql: str) -> str:
        return "%s.ToString()" % sql

    def get_placeholder(self, value: Any, compiler: Any, connection: Connection) -> str:
        return "CAST(%s AS hierarchyid)" if _on_sql_server(connection) else "%s"


class Shape(str):
    """Well-known text, with its system of coordinates beside it."""

    __slots__ = ("srid",)
    srid: int


class _SpatialField(_ReadAsText, models.TextField):
    """What geography and geometry have in common."""

    default_srid = 0
    _TEXT = re.compile(r"\s*(?:SRID\s*=\s*(\d+)\s*;)?(.*)", re.ASCII | re.IGNORECASE | re.DOTALL)

    @staticmethod
    def _text_of(sql: str) -> str:
        return "N'SRID=' + CAST(%s.STSrid AS nvarchar(11)) + N';' + %s.ToString()" % (sql, sql)

    def select_format(self, compiler: Any, sql: str, params: Any) -> Tuple[str, Any]:
        text, _ = super().select_format(compiler, sql, params)
        return text, params if text is sql else (*params, *params)

    def get_db_prep_value(self, value: Any, connection: Connection, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        if not isinstance(value, str) or not _on_sql_server(connection):
            return value
        written = self._TEXT.fullmatch(value)
        srid, text = written.groups() if written else (None, value)
        shape = Shape(text)
        shape.srid = self.default_srid if srid is None else int(srid)
        return shape

    def get_placeholder(self, value: Any, compiler: Any, connection: Connection) -> str:
        if not isinstance(value, Shape):
            return "CAST(%%s AS %s)" % self.clr_type if _on_sql_server(connection) else "%s"
        return "%s::STGeomFromText(%%s, %d)" % (self.clr_type, value.srid)


class GeographyField(_SpatialField):
    """
    A shape on the round earth, in a column of the type geography, as text: "SRID=4326;POINT (-122.3 47.6)".

    Without SRID it is 4326. The server neither compares nor orders it (errors 403, 249).
    https://learn.microsoft.com/sql/t-sql/spatial-geography/spatial-types-geography
    """

    clr_type = "geography"
    default_srid = 4326


class GeometryField(_SpatialField):
    """
    A shape on the plane, in a column of the type geometry, as text: "SRID=0;POINT (3 4)".

    Without SRID it is 0. The server neither compares nor orders it (errors 403, 249).
    https://learn.microsoft.com/sql/t-sql/spatial-geometry/spatial-types-geometry-transact-sql
    """

    clr_type = "geometry"


class SqlVariantField(models.Field):
    """
    A value of any plain type, in a column of the type sql_variant: int, bool, Decimal, float, str, bytes, date, time, datetime, UUID.

    What is written has the type of a parameter: a varchar that was read is nvarchar then, a smallint int. A value finds
    those of its own family of types alone: 5 is no "5".
    https://learn.microsoft.com/sql/t-sql/data-types/sql-variant-transact-sql
    """

    empty_strings_allowed = False

    def db_type(self, connection: Connection) -> Optional[str]:
        return "sql_variant" if _on_sql_server(connection) else "text"

    def select_format(self, compiler: Any, sql: str, params: Any) -> Tuple[str, Any]:
        """The type's name and the value as text: pyodbc reads NULL in such a column as '' or 0."""
        if not _on_sql_server(compiler.connection):
            return sql, params
        return _VARIANT_AS_TEXT.replace("{}", sql), tuple(params) * _VARIANT_AS_TEXT.count("{}")

    def get_placeholder(self, value: Any, compiler: Any, connection: Connection) -> str:
        # So that values of several types may stand in one CASE.
        return "CAST(%s AS sql_variant)" if _on_sql_server(connection) else "%s"

    def from_db_value(self, value: Any, expression: Any, connection: Connection) -> Any:
        if not isinstance(value, str) or _SEPARATOR not in value:
            return value
        kind, _, text = value.partition(_SEPARATOR)
        return _FROM_TEXT.get(kind, str)(text)


_SEPARATOR = "\x1f"
_VARIANT_AS_TEXT = (
    "CAST(SQL_VARIANT_PROPERTY({}, 'BaseType') AS nvarchar(128)) + NCHAR(31) + CASE "
    "WHEN SQL_VARIANT_PROPERTY({}, 'BaseType') IN ('char', 'varchar') THEN CAST(CAST({} AS varchar(8000)) AS nvarchar(max)) "
    "WHEN SQL_VARIANT_PROPERTY({}, 'BaseType') IN ('float', 'real') THEN CONVERT(nvarchar(40), CAST({} AS float), 3) "
    "WHEN SQL_VARIANT_PROPERTY({}, 'BaseType') IN ('money', 'smallmoney') THEN CAST(CAST({} AS decimal(19, 4)) AS nvarchar(40)) "
    "WHEN SQL_VARIANT_PROPERTY({}, 'BaseType') IN ('binary', 'varbinary') THEN CONVERT(nvarchar(max), CAST({} AS varbinary(8000)), 2) "
    "ELSE CONVERT(nvarchar(4000), {}, 121) END"
)


def _moment(text: str) -> Optional[datetime.datetime]:
    # Django before 4.0 takes no blank before the offset.
    moment: Optional[datetime.datetime] = parse_datetime(text.replace(" +", "+").replace(" -", "-"))
    return moment


_FROM_TEXT = {
    **dict.fromkeys(("bigint", "int", "smallint", "tinyint"), int),
    **dict.fromkeys(("decimal", "numeric", "money", "smallmoney"), decimal.Decimal),
    **dict.fromkeys(("datetime", "datetime2", "datetimeoffset", "smalldatetime"), _moment),
    **dict.fromkeys(("float", "real"), float),
    **dict.fromkeys(("binary", "varbinary"), bytes.fromhex),
    "bit": "1".__eq__,
    "date": parse_date,
    "time": parse_time,
    "uniqueidentifier": uuid.UUID,
}
