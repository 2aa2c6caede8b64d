"""Migration operations that convert columns made by another backend to the alias's column types.

from mssql_core.migrations import ConvertUUIDColumns

class Migration(migrations.Migration):
    operations = [ConvertUUIDColumns()]
"""

from typing import Any, List, Tuple

from django.db import models
from django.db.migrations.operations.base import Operation

from .data_types import UUID_TYPES
from .names import bare_identifier
from .plugin.django_types import Connection, Field, Model, SchemaEditor
from .schema.editor import DatabaseSchemaEditor
from .schema.fields import is_computed


class ConvertUUIDColumns(Operation):
    """
    Convert all UUID columns, and the foreign keys to them, to the type in the alias's ``OPTIONS["uuid_type"]``.

    mssql-django makes char(32) columns: remove the option ``"uuid_type": "char(32)"`` and run this operation in the
    same deployment. With the option back in place it converts them to char(32) again, as mssql-django needs them.
    Columns that have the type already, unmanaged models' tables and other backends' databases are left alone. Keys,
    indexes and constraints of the columns are re-created; the server locks each table while it rewrites the rows.
    https://learn.microsoft.com/sql/t-sql/data-types/uniqueidentifier-transact-sql

    Reversing it does nothing: the option decides.

    :raises django.db.DataError: a value is not a UUID (error 8169).
    """

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: SchemaEditor, from_state: Any, to_state: Any) -> None:
        connection = schema_editor.connection
        if not isinstance(schema_editor, DatabaseSchemaEditor):
            return
        for model, field in _uuid_fields(to_state, self, connection.alias):
            # A foreign key's column changed along with the field it refers to.
            stored = schema_editor.snapshot(model).columns.get(bare_identifier(field.column))
            if stored is not None and stored.type in UUID_TYPES and stored.type != field.db_type(connection):
                old, new = _plain(field, _stored_as(stored.type)), _plain(field, models.UUIDField)
                schema_editor.alter_field(model, old, new)

    def database_backwards(self, app_label: str, schema_editor: SchemaEditor, from_state: Any, to_state: Any) -> None:
        pass

    def describe(self) -> str:
        return "Store UUIDs as the option uuid_type says"

    @property
    def migration_name_fragment(self) -> str:
        return "convert_uuid_columns"


def _uuid_fields(state: Any, operation: Operation, alias: str) -> List[Tuple[Model, Field]]:
    """(model, field) of all UUID columns, foreign keys last."""
    fields = [
        (model, field)
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and operation.allow_migrate_model(alias, model)
        for field in model._meta.local_concrete_fields
        if not is_computed(field) and _target(field).get_internal_type() == "UUIDField"
    ]
    return sorted(fields, key=lambda pair: pair[1].is_relation)


def _target(field: Field) -> Field:
    """The field whose values a foreign key holds, followed through other foreign keys."""
    while field.is_relation and field.remote_field is not None:
        field = field.target_field
    return field


def _plain(field: Field, field_class: type) -> Field:
    """The field as a UUID column without a relation: the catalogue tells the keys on it."""
    plain = field_class(
        null=field.null,
        primary_key=field.primary_key,
        unique=field.unique,
        db_index=field.db_index,
        db_column=field.column,
    )
    plain.set_attributes_from_name(field.name)
    plain.model = field.model
    as_field: Field = plain
    return as_field


def _stored_as(db_type: str) -> type:
    """A field class with a column type of its own."""

    class StoredUUID(models.UUIDField):
        def db_type(self, connection: Connection) -> str:
            return db_type

    return StoredUUID
