"""Migration operations of mssql-json."""

import re
from typing import Any, Dict, List, Mapping, NoReturn, Optional, Tuple

from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, models
from django.db.migrations.operations.base import Operation

from mssql_core.plugin import Connection, Cursor, Field, Model, SchemaEditor

from . import native

# Numbers that the type json would round, escapes that may be half a surrogate pair.
_SUSPECTS = (
    "{c} LIKE N'%[0-9][eE][-+0-9]%' OR {c} LIKE N'%[0-9.]" + "[0-9.]" * 37 + "[0-9.]%' "
    "OR {c} COLLATE Latin1_General_100_BIN2 LIKE N'%\\u[dD][89a-fA-F]%'"
)

# The definition of the check, without its blanks and parentheses.
_OBJECTS_ONLY = re.compile(r"isjson(\[.*\]|\w+)=1$")


class UseNativeType(Operation):
    """
    Change the column of a JSONField from nvarchar(max) to the type json.

    The alias needs the option ``native``. All documents are checked first; numbers with an exponent
    are rewritten without. A column of the type json stays as it is, and so do other vendors'
    databases. It cannot be reversed: ALTER COLUMN changes json to no other type.

    :param model_name: of the same app.
    :param name: of the JSONField.
    :raises DataError: the type json cannot hold a document; the message has the row's key.
    :raises ImproperlyConfigured: the alias has no option ``native``.
    """

    reversible = False

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def deconstruct(self) -> Tuple[str, List[Any], Dict[str, Any]]:
        return type(self).__name__, [], {"model_name": self.model_name, "name": self.name}

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: SchemaEditor, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        if connection.vendor == "microsoft" and self.allow_migrate_model(connection.alias, model):
            convert(schema_editor, model, model._meta.get_field(self.name))

    def describe(self) -> str:
        return "Store %s.%s as the type json" % (self.model_name, self.name)

    @property
    def migration_name_fragment(self) -> str:
        return "%s_%s_native" % (self.model_name.lower(), self.name.lower())


class ReplaceJSONChecks(Operation):
    """
    Let the columns of all JSONFields take any JSON, if a check ``ISJSON(column) = 1`` takes objects and arrays only.

    mssql-django creates such checks: a string, a number, ``true`` or ``null`` is refused (error 547) in its databases,
    and accepted in new ones. Each is replaced by the check of this plugin; other checks, columns of the type json, tables
    of unmanaged models and the databases of other backends stay as they are. The server reads each table's rows once.
    https://learn.microsoft.com/sql/t-sql/functions/isjson-transact-sql

    Backwards it does nothing: the old check might refuse rows that were added since.

    :raises django.db.IntegrityError: a row holds no valid JSON, which an untrusted check accepted.
    """

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: SchemaEditor, from_state: Any, to_state: Any) -> None:
        connection = schema_editor.connection
        if connection.vendor != "microsoft" or not hasattr(connection, "plugins"):
            # mssql-django is of that vendor too.
            return
        for model in to_state.apps.get_models():
            if model._meta.managed and not model._meta.proxy and self.allow_migrate_model(connection.alias, model):
                for field in model._meta.local_concrete_fields:
                    if field.get_internal_type() == "JSONField" and field.db_type(connection) != "json":
                        replace_check(schema_editor, model, field)

    def database_backwards(self, app_label: str, schema_editor: SchemaEditor, from_state: Any, to_state: Any) -> None:
        pass

    def describe(self) -> str:
        return "Let JSONFields take any JSON"

    @property
    def migration_name_fragment(self) -> str:
        return "replace_json_checks"


def replace_check(schema_editor: SchemaEditor, model: Model, field: Field) -> None:
    """Replace the check that takes objects and arrays only; see ReplaceJSONChecks."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
    for name, constraint in constraints.items():
        definition = re.sub(r"[\s()]", "", constraint.get("definition") or "").lower()
        if constraint["check"] and constraint["columns"] == [field.column] and _OBJECTS_ONLY.match(definition):
            schema_editor.remove_constraint(model, _Check(name))
            schema_editor.alter_field(model, _as_text(model, field), field)


def convert(schema_editor: SchemaEditor, model: Model, field: Field) -> None:
    """Change a field's column to the type json; see UseNativeType."""
    connection = schema_editor.connection
    if field.db_type(connection) != "json":
        raise ImproperlyConfigured(
            "DATABASES[%r]['OPTIONS']['plugins']: give json the option native=True before UseNativeType runs."
            % connection.alias
        )
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if _type_of(cursor, connection.ops.quote_table(table), field.column) == "json":
            return
        if not schema_editor.collect_sql:
            _check_documents(cursor, connection, model, field)
        constraints = connection.introspection.get_constraints(cursor, table)
    if schema_editor.collect_sql:
        schema_editor.run([_guard(connection, model, field)])
    for name, constraint in constraints.items():
        if constraint["check"] and constraint["columns"] == [field.column] and _is_isjson(constraint):
            schema_editor.remove_constraint(model, _Check(name))
    schema_editor.alter_field(model, _as_text(model, field), field)


def _names(connection: Connection, model: Model, field: Field) -> Dict[str, str]:
    quote = connection.ops.quote_column
    return {
        "t": connection.ops.quote_table(model._meta.db_table),
        "k": quote(model._meta.pk.column),
        "c": quote(field.column),
    }


def _guard(connection: Connection, model: Model, field: Field) -> str:
    """Statement that ends a script if documents have to be read: it cannot rewrite numbers."""
    names = _names(connection, model, field)
    return (
        "IF EXISTS (SELECT 1 FROM {t} WHERE ISJSON({c}) = 0 OR {s}) THROW 50001, "
        "N'UseNativeType has to read documents: run the migration, not its script.', 1"
    ).format(s=_SUSPECTS.format(**names), **names)


class _Check:
    """A constraint of the database that no model names."""

    def __init__(self, name: str) -> None:
        self.name = name

    def remove_sql(self, model: Model, schema_editor: SchemaEditor) -> Any:
        return schema_editor._delete_check_sql(model, self.name)


def _is_isjson(constraint: Mapping[str, Any]) -> bool:
    return "isjson" in (constraint.get("definition") or "").lower()


def _type_of(cursor: Cursor, table: str, column: str) -> Optional[str]:
    cursor.execute(
        "SELECT TYPE_NAME(system_type_id) FROM sys.columns WHERE object_id = OBJECT_ID(%s) AND name = %s",
        [table, column],
    )
    column_type = cursor.fetchone()
    return column_type[0] if column_type else None


def _as_text(model: Model, field: Field) -> Field:
    """The field with its old column, text of any length."""
    arguments = {"null": field.null, "db_column": field.db_column}
    if hasattr(field, "db_default"):
        arguments["db_default"] = field.db_default
    old: Field = models.TextField(**arguments)
    old.set_attributes_from_name(field.name)
    old.model = model
    return old


def _check_documents(cursor: Cursor, connection: Connection, model: Model, field: Field) -> None:
    names = _names(connection, model, field)
    cursor.execute("SELECT TOP (1) {k} FROM {t} WHERE ISJSON({c}) = 0 ORDER BY {k}".format(**names))
    scalar = cursor.fetchone()
    if scalar:
        _refuse(model, field, scalar[0], "it is no object and no array.")
    cursor.execute("SELECT {k}, {c} FROM {t} WHERE {s}".format(s=_SUSPECTS.format(**names), **names))
    changed = []
    for key, text in cursor.fetchall():
        try:
            exact = native.exact_text(text)
        except ValueError as error:
            _refuse(model, field, key, str(error))
        if exact != text:
            changed.append((exact, key))
    for exact, key in changed:
        cursor.execute("UPDATE {t} SET {c} = %s WHERE {k} = %s".format(**names), [exact, key])


def _refuse(model: Model, field: Field, key: Any, reason: str) -> NoReturn:
    raise DataError(
        "%s.%s of the row with the primary key %r cannot become the type json: %s Change it, or keep nvarchar(max) "
        "without the option native." % (model._meta.label, field.name, key, reason)
    )
