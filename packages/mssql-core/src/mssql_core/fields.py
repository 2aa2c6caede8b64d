"""Fields for column types that a model has to name: char, varchar, datetime, CLR types, server-written columns.

    from mssql_core.fields import LegacyDateTimeField, VarcharField

    class Customer(models.Model):
        code = VarcharField(max_length=20)
        changed = LegacyDateTimeField()

Values are then sent in the column's type, so that its index is used and a value that was read matches its row. On
other databases each field is its base class: a CharField, a DateTimeField, a TextField.
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

from .compat.orm import placeholder_sql
from .plugin.django_types import Connection, Mixin, Model

# varchar(n) ends at 8,000 bytes (Transact-SQL reference, "char and varchar").
_MAX_VARCHAR = 8000


def _on_sql_server(connection: Connection) -> bool:
    return connection.vendor == "microsoft"


class VarcharField(models.CharField):
    """
    Text in a varchar column, in the code page of its collation.

    https://learn.microsoft.com/sql/t-sql/data-types/char-and-varchar-transact-sql

    :param max_length: in bytes of the code page (in most code pages one per character); above 8,000 varchar(max).
    :raises django.db.DataError: on saving a character that the code page lacks; the server would store a similar
        one, or a question mark.
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
    Text in a char column: padded with blanks to its length, and read with them.

    Comparisons ignore trailing blanks.
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
    Text in a varchar(max) column, in the code page of its collation.

    :raises django.db.DataError: as for :class:`VarcharField`.
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "varchar(max)" if _on_sql_server(connection) else super().db_type(connection)

    def cast_db_type(self, connection: Connection) -> Optional[str]:
        return self.db_type(connection) if _on_sql_server(connection) else super().cast_db_type(connection)


class LegacyTextField(VarcharTextField):
    """
    Text in a column of type text, in the code page of its collation.

    The server neither compares nor orders it (errors 402, 306); `isnull` and patterns work.
    https://learn.microsoft.com/sql/t-sql/data-types/ntext-text-and-image-transact-sql

    :raises django.db.DataError: as for :class:`VarcharField`.
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "text" if _on_sql_server(connection) else super().db_type(connection)

    def cast_db_type(self, connection: Connection) -> Optional[str]:
        # Hardly any operation takes the type text.
        return super().db_type(connection)


class LegacyDateTimeField(models.DateTimeField):
    """
    A point in time in a datetime column: from 1753, in steps of 1/300 s.

    With USE_TZ it is stored in the connection's time zone. The server rounds to the nearest step; a lookup by the
    value that was saved, or by the value that was read, matches the row.
    https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "datetime" if _on_sql_server(connection) else super().db_type(connection)


class SmallDateTimeField(models.DateTimeField):
    """
    A point in time in a smalldatetime column: 1900 to 2079, in minutes.

    https://learn.microsoft.com/sql/t-sql/data-types/smalldatetime-transact-sql
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "smalldatetime" if _on_sql_server(connection) else super().db_type(connection)


class DateTime2Field(models.DateTimeField):
    """
    A point in time in a datetime2 column, where the alias's `datetime_type` is datetimeoffset.

    With USE_TZ it is stored in the connection's time zone. The column holds steps of 100 ns, Python microseconds.
    https://learn.microsoft.com/sql/t-sql/data-types/datetime2-transact-sql
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "datetime2" if _on_sql_server(connection) else super().db_type(connection)


class DateTimeOffsetField(models.DateTimeField):
    """
    A point in time with its offset in a datetimeoffset column, where the alias's `datetime_type` is datetime2.

    The column holds steps of 100 ns, Python microseconds.
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


#: Placeholder for the value of a field that the server writes, which INSERT and UPDATE leave out.
WRITTEN_BY_SERVER = object()


class _WrittenByServer(Mixin):
    """Base of fields whose values the server writes.

    `update()` and `bulk_update()` refuse a value; `dumpdata` leaves the field out. A value passed to the model's
    constructor or assigned stays on the object until it is read again, as with Django's GeneratedField.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(editable=False, serialize=False)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    is_written_by_server = True
    #: INSERT returns the value.
    db_returning = True
    # Otherwise a schema editor would look for a default.
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
            # Only on other databases, which write no value themselves.
            return None
        raise FieldError(
            "%s is written by the server: leave it out of update(), bulk_update() and update_fields." % self
        )


class RowVersionField(_WrittenByServer, models.BinaryField):
    """
    A rowversion column (also called timestamp): eight bytes that the server changes with each UPDATE of the row.

    For optimistic locking: `filter(pk=o.pk, version=o.version).update(...)` updates nothing if the row has changed
    meanwhile. `create()` and `bulk_create()` read the value back; after `save()` of an existing object call
    `refresh_from_db()`.
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
    A primary key that is an identity column of type decimal or numeric with scale 0.

    https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql-identity-property

    :param max_digits: the column's precision, at most 38; generated numbers have at most 19 digits.
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
    A period column of a temporal table: the start or end of the row version's validity.

    The server writes it in UTC, whatever the connection's time zone; with USE_TZ the value is aware.
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
    A generated column of a ledger table: a transaction id, or the sequence number of an operation in it.

    https://learn.microsoft.com/sql/relational-databases/security/ledger/ledger-updatable-ledger-tables
    """


class ColumnSetField(_WrittenByServer, models.TextField):
    """
    A column set: all non-NULL sparse columns of the row, as XML. Read-only here: write the sparse columns instead.

    https://learn.microsoft.com/sql/relational-databases/tables/use-column-sets (both in one INSERT: error 360)
    """

    def db_type(self, connection: Connection) -> Optional[str]:
        return "xml COLUMN_SET FOR ALL_SPARSE_COLUMNS" if _on_sql_server(connection) else super().db_type(connection)

    def rel_db_type(self, connection: Connection) -> Optional[str]:
        return "xml" if _on_sql_server(connection) else super().db_type(connection)

    cast_db_type = rel_db_type


# ---- CLR types and sql_variant ---------------------------------------------------------------


class _ReadAsText(Mixin):
    """Base of fields whose column is read and written as text.

    Raw SQL that selects the column itself gets the server's bytes, which cannot be written back.
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
    A position in a tree, in a hierarchyid column, as text: "/1/3/". It orders depth first.

    https://learn.microsoft.com/sql/t-sql/data-types/hierarchyid-data-type-method-reference
    """

    clr_type = "hierarchyid"

    @staticmethod
    def _text_of(sql: str) -> str:
        return "%s.ToString()" % sql

    def get_placeholder(self, value: Any, compiler: Any, connection: Connection) -> str:
        return "CAST(%s AS hierarchyid)" if _on_sql_server(connection) else "%s"

    get_placeholder_sql = placeholder_sql


class Shape(str):
    """Well-known text with its spatial reference identifier (SRID)."""

    __slots__ = ("srid",)
    srid: int


class _SpatialField(_ReadAsText, models.TextField):
    """Base of geography and geometry."""

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

    get_placeholder_sql = placeholder_sql


class GeographyField(_SpatialField):
    """
    A shape on the ellipsoid, in a geography column, as text: "SRID=4326;POINT (-122.3 47.6)".

    The default SRID is 4326. The server neither compares nor orders the type (errors 403, 249).
    https://learn.microsoft.com/sql/t-sql/spatial-geography/spatial-types-geography
    """

    clr_type = "geography"
    default_srid = 4326


class GeometryField(_SpatialField):
    """
    A shape on the plane, in a geometry column, as text: "SRID=0;POINT (3 4)".

    The default SRID is 0. The server neither compares nor orders the type (errors 403, 249).
    https://learn.microsoft.com/sql/t-sql/spatial-geometry/spatial-types-geometry-transact-sql
    """

    clr_type = "geometry"


class SqlVariantField(models.Field):
    """
    A sql_variant column: int, bool, Decimal, float, str, bytes, date, time, datetime or UUID.

    A value is written in its parameter's type: a varchar that was read is written as nvarchar, a smallint as int. A
    lookup matches values of the same family of types only: 5 does not match "5".
    https://learn.microsoft.com/sql/t-sql/data-types/sql-variant-transact-sql
    """

    empty_strings_allowed = False

    def db_type(self, connection: Connection) -> Optional[str]:
        return "sql_variant" if _on_sql_server(connection) else "text"

    def select_format(self, compiler: Any, sql: str, params: Any) -> Tuple[str, Any]:
        """Select the type's name and the value as text: pyodbc reads a NULL sql_variant as '' or 0."""
        if not _on_sql_server(compiler.connection):
            return sql, params
        return _VARIANT_AS_TEXT.replace("{}", sql), tuple(params) * _VARIANT_AS_TEXT.count("{}")

    def get_placeholder(self, value: Any, compiler: Any, connection: Connection) -> str:
        # So that one CASE may hold values of several types.
        return "CAST(%s AS sql_variant)" if _on_sql_server(connection) else "%s"

    get_placeholder_sql = placeholder_sql

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
    # Django before 4.0 parses no blank before the offset.
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
