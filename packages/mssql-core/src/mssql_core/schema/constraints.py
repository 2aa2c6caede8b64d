"""Primary keys, foreign keys, and checks as statements of their own."""

from typing import Any, Sequence

from django.db.backends.ddl_references import Columns, ForeignKeyName

from ..plugin.django_types import Field, Model, SchemaEditor
from .constraint_names import ConstraintNames
from .references import ColumnKeys, KeyName
from .statements import CheckCreation, ForeignKeyCreation, KeyCreation


class ConstraintStatements:
    """
    Statements with ADD CONSTRAINT.

    :param editor: the schema editor; gives its templates and quoted names.
    """

    def __init__(self, editor: SchemaEditor, names: ConstraintNames) -> None:
        self._editor = editor
        self._names = names

    def primary_key(self, model: Model, field: Field) -> KeyCreation:
        db_table = model._meta.db_table
        return KeyCreation(
            self._editor.sql_create_pk,
            is_primary_key=True,
            table=self._editor.table_reference(db_table),
            name=self._editor.quote_column(self._names.primary_key(db_table, [field.column])),
            columns=ColumnKeys(db_table, [field.column], self._editor.quote_column),
        )

    def check(self, model: Model, name: str, predicate: str) -> CheckCreation:
        return CheckCreation(
            self._editor.sql_create_check,
            [field.column for field in model._meta.local_concrete_fields],
            table=self._editor.table_reference(model._meta.db_table),
            name=self._editor.quote_column(name),
            check=predicate,
        )

    def foreign_key(self, model: Model, field: Field) -> ForeignKeyCreation:
        db_table, target = model._meta.db_table, field.target_field
        to_table = target.model._meta.db_table
        return ForeignKeyCreation(
            self._editor.sql_create_fk + "%(on_delete_db)s",
            table=self._editor.table_reference(db_table),
            name=self._foreign_key_name(db_table, field.column, to_table, target.column),
            column=Columns(db_table, [field.column], self._editor.quote_column),
            to_table=self._editor.table_reference(to_table),
            to_column=Columns(to_table, [target.column], self._editor.quote_column),
            on_delete_db=self._on_delete(field),
        )

    def _foreign_key_name(self, db_table: str, column: str, to_table: str, to_column: str) -> ForeignKeyName:
        def key_name(table: str, columns: Sequence[str], suffix: str) -> Any:
            return self._editor.quote_column(self._names.index(table, columns, suffix))

        suffix = "_fk_%(to_table)s_%(to_column)s"
        return KeyName(db_table, [column], to_table, [to_column], suffix, key_name)

    def _on_delete(self, field: Field) -> str:
        """Return the clause with the database's action; before Django 6.1 there is none."""
        action = getattr(field.remote_field.on_delete, "on_delete_sql", None)
        return str(action(self._editor)) if action else ""
