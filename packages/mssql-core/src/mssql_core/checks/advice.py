"""What in a found database needs a setting or a repair; for the system check and mssql_doctor."""

from collections import namedtuple

from django.apps import apps
from django.db import router
from django.db.models import CharField, DateTimeField, UUIDField

from ..data_types import NAMED_FIELDS
from ..names import TableName, quote_identifier

#: One finding: its text, and what to do.
Advice = namedtuple("Advice", ("text", "remedy"))

_COLUMNS = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, c.name, y.name FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id "
    "JOIN sys.types AS y ON y.user_type_id = c.user_type_id "
    "WHERE t.is_ms_shipped = 0 AND y.name IN (N'char', N'varchar', N'uniqueidentifier', N'datetime', N'smalldatetime', "
    "N'datetime2', N'datetimeoffset')"
)
_UNTRUSTED = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, f.name, f.is_disabled FROM sys.foreign_keys AS f "
    "JOIN sys.tables AS t ON t.object_id = f.parent_object_id "
    "WHERE f.is_ms_shipped = 0 AND (f.is_not_trusted = 1 OR f.is_disabled = 1) ORDER BY t.name, f.name"
)
_ONE_NULL = (
    "SELECT t.name, i.name FROM sys.indexes AS i JOIN sys.tables AS t ON t.object_id = i.object_id "
    "WHERE t.is_ms_shipped = 0 AND i.is_unique = 1 AND i.is_primary_key = 0 AND i.has_filter = 0 AND EXISTS "
    "(SELECT 1 FROM sys.index_columns AS k JOIN sys.columns AS c ON c.object_id = k.object_id "
    "AND c.column_id = k.column_id WHERE k.object_id = i.object_id AND k.index_id = i.index_id "
    "AND k.is_included_column = 0 AND c.is_nullable = 1) ORDER BY t.name, i.name"
)
_SHOWN = 5
# The fields whose columns may have one of NAMED_FIELDS' types.
_NAMED = {"varchar": CharField, "datetime": DateTimeField, "smalldatetime": DateTimeField}


def column_types(connection):
    """Columns whose type is a choice of the alias (uuid_type, datetime_type) and differs from it, or the model's to name."""
    kinds = _kinds(connection)
    advice = []
    for option, field_class, choices in (
        ("uuid_type", UUIDField, {"char": "char(32)", "uniqueidentifier": "uniqueidentifier"}),
        ("datetime_type", DateTimeField, {"datetime2": "datetime2", "datetimeoffset": "datetimeoffset"}),
    ):
        expected = connection.data_types[field_class.__name__]
        others = {}
        for field in _fields(connection):
            kind = choices.get(kinds(field)) if _is_of(field_class, field) else None
            if kind is not None and kind != expected:
                others.setdefault(kind, []).append(str(field))
        for kind, fields in others.items():
            text = "The columns of %s have the type %s, not %s." % (_listed(fields), kind, expected)
            advice.append(Advice(text, "Set OPTIONS[%r] = %r, or migrate the columns." % (option, kind)))
    return [*advice, *_types_to_name(connection, kinds)]


def _types_to_name(connection, kinds):
    """Columns of legacy types of which the model says nothing."""
    for kind, field_class in _NAMED.items():
        fields = [
            str(field)
            for field in _fields(connection)
            if isinstance(field, field_class) and kinds(field) == kind and not _says(field, kind, connection)
        ]
        if fields:
            text = "The columns of %s have the type %s, and the model does not say so." % (_listed(fields), kind)
            remedy = (
                "Make them mssql_core.fields.%s, so that values find their rows, by the column's index."
                % NAMED_FIELDS[kind]
            )
            yield Advice(text, remedy)


def _says(field, kind, connection):
    return (field.db_type(connection) or "").partition("(")[0] == kind


def _is_of(field_class, field):
    return type(field).get_internal_type(field) == field_class.__name__


def _kinds(connection):
    """A function: field -> the name of its column's type, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        types = {tuple(map(str.casefold, name)): kind for *name, kind in cursor.fetchall()}
    default_schema = connection.ops.schema_option or connection.server.default_schema

    def kind_of(field):
        table = TableName.parse(field.model._meta.db_table, default_schema)
        if table.database is not None:
            return None
        return types.get(tuple(map(str.casefold, (table.schema, table.name, field.column))))

    return kind_of


def _fields(connection):
    for model in apps.get_models():
        if not model._meta.proxy and router.allow_migrate_model(connection.alias, model):
            yield from model._meta.local_concrete_fields


def foreign_keys(connection):
    """Keys that are off, or that the optimizer does not rely on."""
    with connection.cursor() as cursor:
        cursor.execute(_UNTRUSTED)
        rows = cursor.fetchall()
    if not rows:
        return []
    names = ["%s (%s)" % (name, "off" if is_disabled else "untrusted") for _, _, name, is_disabled in rows]
    schema, table, key, _ = rows[0]
    example = "ALTER TABLE %s WITH CHECK CHECK CONSTRAINT %s" % (TableName(schema, table), quote_identifier(key))
    return [Advice("Foreign keys whose rows are not known to be valid: %s." % _listed(names), "Run: %s" % example)]


def unique_nulls(connection):
    """Unique keys that take a single NULL, where Django expects any number."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_NULL)
        rows = cursor.fetchall()
    if not rows:
        return []
    text = "Unique keys that take one NULL only: %s." % _listed(["%s.%s" % row for row in rows])
    return [Advice(text, "Where a model allows many NULLs, make it a filtered index (WHERE column IS NOT NULL).")]


def settings_of_database(connection):
    """Options of the database that Django code is happier with."""
    server = connection.server
    found = []
    if not server.read_committed_snapshot:
        found.append(
            Advice(
                "READ_COMMITTED_SNAPSHOT is off: readers wait for writers.",
                "ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE",
            )
        )
    if server.compatibility_level < 130:
        found.append(
            Advice(
                "The compatibility level is %d: OPENJSON is missing, so long lists of values are slower and limited."
                % server.compatibility_level,
                "ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 130, or the server's own level",
            )
        )
    return found


def all_advice(connection):
    """Everything found in the database."""
    found = []
    for part in (column_types, foreign_keys, unique_nulls, settings_of_database):
        found += part(connection)
    return found


def _listed(names):
    shown = ", ".join(names[:_SHOWN])
    return "%s and %d more" % (shown, len(names) - _SHOWN) if len(names) > _SHOWN else shown
