"""Columns whose type differs from the alias's settings or from the model, for the system check and mssql_doctor."""

from typing import Any, Callable, Dict, Iterator, List, Optional

from django.db.models import CharField, DateTimeField, TextField, UUIDField

from ..names import TableName
from ..plugin.django_types import Connection, Field
from ..plugin.types import Finding
from .findings import fetched, finding, listed, models_of

_COLUMNS = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, c.name, y.name FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id "
    "JOIN sys.types AS y ON y.user_type_id = c.user_type_id "
    "WHERE t.is_ms_shipped = 0 AND y.name IN (N'char', N'varchar', N'text', N'uniqueidentifier', N'datetime', N'smalldatetime', "
    "N'datetime2', N'datetimeoffset')"
)
# Option -> the remedy for all columns.
_OPERATIONS = {"uuid_type": " with mssql_core.migrations.ConvertUUIDColumns()", "datetime_type": ""}
# (column type, field that the model may have for it, field of mssql_core.fields that names the type)
_NAMED = (
    ("char", CharField, "FixedCharField"),
    ("varchar", CharField, "VarcharField"),
    ("varchar", TextField, "VarcharTextField"),
    ("text", TextField, "LegacyTextField"),
    ("datetime", DateTimeField, "LegacyDateTimeField"),
    ("smalldatetime", DateTimeField, "SmallDateTimeField"),
)


def column_types(connection: Connection) -> List[Finding]:
    """Columns whose type differs from the alias's options (uuid_type, datetime_type), or that the model should name."""
    kinds = _kinds(connection)
    advice = []
    for option, field_class, choices in (
        ("uuid_type", UUIDField, {"char": "char(32)", "uniqueidentifier": "uniqueidentifier"}),
        ("datetime_type", DateTimeField, {"datetime2": "datetime2", "datetimeoffset": "datetimeoffset"}),
    ):
        expected = connection.data_types[field_class.__name__]
        others: Dict[str, List[str]] = {}
        for field in _fields(connection):
            kind = choices.get(kinds(field) or "") if _is_of(field_class, field) else None
            if kind is not None and kind != expected and not _says(field, kind, connection):
                others.setdefault(kind, []).append(str(field))
        for kind, fields in others.items():
            text = "The columns of %s have the type %s, not %s." % (listed(fields), kind, expected)
            remedy = "Set OPTIONS[%r] = %r, or change the columns by a migration%s." % (
                option,
                kind,
                _OPERATIONS[option],
            )
            advice.append(finding(text, remedy, "how-to/coming-from-mssql-django"))
    return [*advice, *_types_to_name(connection, kinds)]


def _types_to_name(connection: Connection, kinds: Callable[[Field], Optional[str]]) -> Iterator[Finding]:
    """Columns of legacy types that the model does not name."""
    for kind, field_class, named_field in _NAMED:
        fields = [
            str(field)
            for field in _fields(connection)
            if isinstance(field, field_class) and kinds(field) == kind and not _says(field, kind, connection)
        ]
        if fields:
            text = "The columns of %s have the type %s, and the model does not say so." % (listed(fields), kind)
            remedy = (
                "Make them mssql_core.fields.%s, so that values find their rows, by the column's index." % named_field
            )
            yield finding(text, remedy, "differences")


def _says(field: Field, kind: str, connection: Connection) -> bool:
    return (field.db_type(connection) or "").partition("(")[0] == kind


def _is_of(field_class: Any, field: Field) -> bool:
    return bool(type(field).get_internal_type(field) == field_class.__name__)


def _kinds(connection: Connection) -> Callable[[Field], Optional[str]]:
    """A function: field -> the name of its column's type, or None."""
    types = {tuple(map(str.casefold, name)): kind for *name, kind in fetched(connection, _COLUMNS)}
    default_schema = connection.ops.schema_option or connection.server.default_schema

    def kind_of(field: Field) -> Optional[str]:
        table = TableName.parse(field.model._meta.db_table, default_schema)
        if table.database is not None:
            return None
        return types.get(tuple(map(str.casefold, (str(table.schema), table.name, field.column))))

    return kind_of


def _fields(connection: Connection) -> Iterator[Field]:
    for model in models_of(connection):
        yield from model._meta.local_concrete_fields
