"""Models outside of any app, and the scripts about them."""

import django
import pytest
from django.apps.registry import Apps
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

#: The argument of CheckConstraint.
CONDITION = "condition" if django.VERSION >= (5, 1) else "check"
#: Of tests whose models no older Django can define.
database_expressions = pytest.mark.skipif(
    django.VERSION < (5, 0), reason="GeneratedField and db_default: classes and arguments of Django 5.0"
)


def database_action(operation):
    """Return an on_delete that the database carries out: Django 6.1's own, or on older ones a function like it."""
    if django.VERSION >= (6, 1):
        return getattr(models, "DB_%s" % operation.replace(" ", "_"))

    def action(collector, field, sub_objs, using):
        raise NotImplementedError

    action.on_delete_sql = lambda editor: " ON DELETE %s" % operation
    return action


def model(class_name="Thing", table="a_thing", meta=None, apps=None, **fields):
    """Return a model class with a big identity `id` before the fields."""
    options = {"app_label": "a", "apps": apps or Apps(), "db_table": table}
    options.update(meta or {})
    fields = {"id": models.BigAutoField(primary_key=True), **fields}
    attributes = dict(fields, __module__=__name__, Meta=type("Meta", (), options))
    return type(class_name, (models.Model,), attributes)


def create(name, *fields, **options):
    """Return the creation of a model with a big identity `id` before the fields."""
    return migrations.CreateModel(name, [("id", models.BigAutoField(primary_key=True)), *fields], options)


def state_of(*operations):
    """Return the state of a project after operations in an app `a`."""
    state = ProjectState()
    for operation in operations:
        operation.state_forwards("a", state)
    return state


def migration_script(before, *operations, backwards=False):
    """Return the statements that sqlmigrate prints for a migration of these operations."""
    migration = migrations.Migration("0002", "a")
    migration.operations = list(operations)
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        apply = migration.unapply if backwards else migration.apply
        apply(before, editor, collect_sql=True)
    return [line for line in editor.collected_sql if line and not line.startswith("--")]


def script(*steps):
    """Return the statements that sqlmigrate would print."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for step in steps:
            step(editor)
    return editor.collected_sql


def created(thing):
    return script(lambda editor: editor.create_model(thing))


def field_of(thing, name, field):
    """Return the field as if the model had it."""
    field.set_attributes_from_name(name)
    field.model = thing
    return field


def alter(thing, name, new, new_name=None):
    """Alter a field at once, not in a script."""
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(thing, thing._meta.get_field(name), field_of(thing, new_name or name, new))


def altered(catalog, name, old, new, meta=None, **options):
    """Alter a field of a model without a primary key on the server; return the statements."""
    others = {"code": models.CharField(max_length=10), "number": models.IntegerField(null=True)}
    thing = model(meta=meta, **{**others, name: old})
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.alter_field(thing, thing._meta.get_field(name), field_of(thing, name, new), **options)
    return catalog.statements
