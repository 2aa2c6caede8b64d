"""
What a model says its table has, for scripts about tables not yet made.

sqlmigrate may print the change of a table that an earlier, unapplied migration
creates. The catalogue knows nothing of it then, but every name is ours.
"""

from typing import NamedTuple, Tuple

from django.db.backends.ddl_references import Statement

from ..introspection.objects import Check, Column, Default, ForeignKey, Index, rename_reference
from ..introspection.table_snapshot import TableSnapshot
from ..names import bare_identifier, quote_identifier
from .columns import collation_of, has_db_default
from .indexes import is_nullable


class ScriptedIndex(NamedTuple):
    """An index of which only the statements that make and drop it are known."""

    table: object
    name: str
    columns: Tuple[str, ...]
    create: str
    drop: str
    hidden: Tuple[str, ...] = ()
    is_unique: bool = False
    is_primary_key: bool = False
    is_unique_constraint: bool = False
    # Every expression that names columns: the filter, the hidden columns.
    filter: str = ""

    is_constraint = False

    @property
    def keys(self):
        return tuple((column, False) for column in self.columns)

    @property
    def references(self):
        return self.columns

    def create_sql(self):
        return [self.create]

    def drop_sql(self):
        if not self.hidden:
            return [self.drop]
        columns = ", ".join(map(quote_identifier, self.hidden))
        return [self.drop, "ALTER TABLE %s DROP COLUMN %s" % (self.table, columns)]

    def renamed(self, old, new):
        return self._replace(create=rename_reference(self.create, old, new))


def from_model(editor, model):
    """Return the TableSnapshot that the schema editor would have made."""
    table = editor.table_name(model._meta.db_table)
    fields = [
        field
        for field in model._meta.local_fields
        if field.db_parameters(connection=editor.connection)["type"] is not None
    ]
    return TableSnapshot(
        table,
        [_column(editor, table, field) for field in fields],
        list(_indexes(editor, model, table, fields)),
        [_foreign_key(editor, model, field) for field in fields if field.remote_field and field.db_constraint],
        list(_incoming(editor, model)),
        list(_checks(editor, model, table, fields)),
        [
            Default(
                table,
                editor._default_name(model._meta.db_table, field.column),
                field.column,
                editor._db_default_literal(field),
            )
            for field in fields
            if has_db_default(field)
        ],
    )


def _column(editor, table, field):
    params = field.db_parameters(connection=editor.connection)
    suffix = field.db_type_suffix(connection=editor.connection)
    generated = getattr(field, "generated", False)
    return Column(
        table,
        bare_identifier(field.column),
        params["type"],
        is_nullable(field),
        collation_of(field, params),
        (1, 1) if suffix else None,
        editor._generated_definition(field, params) if generated else None,
        bool(generated and field.db_persist),
    )


def _indexes(editor, model, table, fields):
    db_table = model._meta.db_table
    pk_fields = getattr(model._meta, "pk_fields", [model._meta.pk])
    pk_columns = tuple(field.column for field in pk_fields)
    yield Index(
        table,
        editor._primary_key_name(db_table, list(pk_columns)),
        tuple((column, False) for column in pk_columns),
        is_unique=True,
        is_primary_key=True,
        kind="CLUSTERED",
    )
    for field in fields:
        if field.unique and not field.primary_key:
            unique = _unique(editor, table, db_table, [field])
            if unique.is_unique_constraint:
                name = editor._field_unique_name(db_table, field.column)
                unique = unique._replace(name=name)
            yield unique
    for names in model._meta.unique_together:
        yield _unique(editor, table, db_table, list(map(model._meta.get_field, names)))
    for statement in editor._model_indexes_sql(model):
        yield _scripted(editor, model, table, statement)
    for constraint in model._meta.constraints:
        if _is_plain(constraint):
            fields = list(map(model._meta.get_field, constraint.fields))
            yield _unique(editor, table, db_table, fields)._replace(name=constraint.name)
            continue
        statement = constraint.create_sql(model, editor)
        if hasattr(constraint, "fields") and isinstance(statement, Statement):
            yield _scripted(editor, model, table, statement, constraint)


def _is_plain(constraint):
    """Is the constraint about the uniqueness of fields and nothing else?"""
    return (
        bool(getattr(constraint, "fields", ()))
        and not (constraint.condition or constraint.include or constraint.deferrable)
        and getattr(constraint, "nulls_distinct", None) is not False
    )


def _unique(editor, table, db_table, fields):
    columns = [field.column for field in fields]
    nullable = [field.column for field in fields if is_nullable(field)]
    return Index(
        table,
        editor._unique_constraint_name(db_table, columns, quote=False),
        tuple((column, False) for column in columns),
        filter=" AND ".join("%s IS NOT NULL" % quote_identifier(column) for column in nullable) or None,
        is_unique=True,
        is_unique_constraint=not nullable,
    )


def _scripted(editor, model, table, statement, constraint=None):
    name = str(statement.parts["name"])[1:-1].replace("]]", "]")
    columns = tuple(
        field.column
        for field in model._meta.local_concrete_fields
        if statement.references_column(model._meta.db_table, field.column)
    )
    if constraint is None:
        drop = editor.sql_delete_index
    else:
        drop = editor.sql_delete_unique
    parts = {
        "name": statement.parts["name"],
        "table": table,
        "literal": editor.quote_value(name),
        "table_literal": editor.quote_value(str(table)),
    }
    hidden = statement.parts.get("hidden")
    expressions = [definition for _, definition in hidden.definitions()] if hidden else []
    return ScriptedIndex(
        table,
        name,
        columns,
        str(statement),
        drop % parts,
        tuple(column for column, _ in hidden.definitions()) if hidden else (),
        constraint is not None,
        filter=" ".join(expressions + [str(statement.parts.get("condition", ""))]),
    )


def _foreign_key(editor, model, field):
    name = editor._fk_constraint_name(model, field, "_fk_%(to_table)s_%(to_column)s")
    target = field.target_field
    action = editor._create_on_delete_sql(model, field).strip()
    return ForeignKey(
        editor.table_name(model._meta.db_table),
        str(name)[1:-1].replace("]]", "]"),
        (field.column,),
        editor.table_name(target.model._meta.db_table),
        (target.column,),
        action.replace("ON DELETE ", "").replace(" ", "_") or "NO_ACTION",
    )


def _incoming(editor, model):
    for relation in model._meta.related_objects:
        field = relation.field
        if (
            not field.many_to_many
            and field.db_constraint
            and relation.related_model._meta.db_table != model._meta.db_table
        ):
            yield _foreign_key(editor, relation.related_model, field)


def _checks(editor, model, table, fields):
    db_table = model._meta.db_table
    for field in fields:
        check = field.db_parameters(connection=editor.connection)["check"]
        if check:
            name = editor._check_name(db_table, field.column)
            yield Check(table, name, (field.column,), "(%s)" % check)
    for constraint in model._meta.constraints:
        if hasattr(constraint, "_get_check_sql"):
            check = constraint._get_check_sql(model, editor)
            columns = tuple(field.column for field in fields if editor.quote_name(field.column) in check)
            yield Check(table, constraint.name, columns, "(%s)" % check)
