import django
import pytest
from django.db import connection, models
from django.db.models.functions import Lower
from schema_models import CONDITION, create, database_expressions, model, state_of

from mssql_core.introspection.objects import ForeignKey, Index
from mssql_core.names import TableName
from mssql_core.schema.planned_table import PlannedTables


def plans(editor):
    return PlannedTables(editor, editor.names, editor.columns, editor.constraints)


@pytest.fixture
def editor():
    editor = connection.schema_editor(collect_sql=True)
    editor.deferred_sql = []
    return editor


def rich():
    return model(
        a=models.IntegerField(unique=True),
        b=models.IntegerField(null=True, unique=True),
        size=models.PositiveIntegerField(db_index=True),
        name=models.CharField(max_length=5, db_collation="Latin1_General_BIN2"),
        parent=models.ForeignKey("self", models.CASCADE),
        others=models.ManyToManyField("self"),
        meta={
            "unique_together": [("a", "b"), ("a", "size")],
            "indexes": [
                models.Index(fields=["name"], include=["b"], name="ix"),
                models.Index(Lower("name"), name="lo"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=["a", "name"], name="uq"),
                models.CheckConstraint(name="ck", **{CONDITION: models.Q(a__gt=1)}),
            ],
        },
    )


def test_a_plan_is_what_the_statements_of_the_model_make(editor):
    thing = rich()
    plan = plans(editor).made(thing)
    names = editor.names
    assert list(plan.columns) == ["a", "b", "size", "name", "parent_id", "id", "__ix_lo_1"]
    assert plan.columns["id"].identity == (1, 1) and plan.columns["b"].is_nullable
    assert plan.columns["name"].collation == "Latin1_General_BIN2"
    indexes = {index.name: index for index in plan.indexes}
    assert indexes.keys() == {
        names.primary_key("a_thing", ["id"]),
        names.field_unique("a_thing", "a"),
        names.unique("a_thing", ["b"]),
        names.unique("a_thing", ["a", "b"]),
        names.unique("a_thing", ["a", "size"]),
        names.index("a_thing", ["size"]),
        names.index("a_thing", ["parent_id"]),
        "ix",
        "lo",
        "uq",
    }
    table, key = TableName(None, "a_thing"), names.primary_key("a_thing", ["id"])
    assert indexes[key] == Index(table, key, (("id", False),), is_unique=True, is_primary_key=True, kind="CLUSTERED")
    key = names.field_unique("a_thing", "a")
    assert indexes[key] == Index(table, key, (("a", False),), is_unique=True, is_unique_constraint=True)
    assert indexes["ix"].includes == ("b",) and indexes["lo"].columns == ("__ix_lo_1",)
    assert indexes[names.unique("a_thing", ["a", "b"])].filter == "[b] IS NOT NULL"
    assert indexes[names.unique("a_thing", ["a", "size"])].is_unique_constraint
    assert [check.columns for check in plan.checks] == [("size",), ("a",)]
    assert [key.columns for key in plan.foreign_keys] == [("parent_id",)]
    assert editor.deferred_sql == []


def test_what_waits_is_not_there_when_the_table_is_created(editor):
    table = plans(editor).created(rich())
    assert [index.columns for index in table.indexes] == [("a",), ("id",), ("a", "name")]
    assert table.foreign_keys == [] and len(table.checks) == 2
    assert "__ix_lo_1" not in table.columns


def test_keys_of_other_models_point_to_the_table(editor):
    parent = models.ForeignKey("a.Parent", models.CASCADE)
    loose = models.ForeignKey("a.Parent", models.CASCADE, db_constraint=False)
    apps = state_of(create("Parent"), create("Child", ("parent", parent)), create("Loose", ("parent", loose))).apps
    (key,) = plans(editor).made(apps.get_model("a", "parent")).incoming
    assert key == ForeignKey(TableName(None, "a_child"), key.name, ("parent_id",), TableName(None, "a_parent"), ("id",))


@database_expressions
def test_expressions_of_the_database_are_planned(editor):
    double = models.GeneratedField(expression=models.F("a") * 2, output_field=models.IntegerField(), db_persist=True)
    plan = plans(editor).made(model(a=models.IntegerField(db_default=3), double=double))
    assert plan.columns["double"].computed == "(CAST(([a] * 2) AS int))" and plan.columns["double"].is_persisted
    assert plan.default_of("a").definition == "(3)"


@pytest.mark.skipif(django.VERSION < (5, 2), reason="CompositePrimaryKey: Django 5.2")
def test_a_key_of_several_columns(editor):
    both = models.CompositePrimaryKey("a", "b")
    plan = plans(editor).made(model(id=None, pk=both, a=models.IntegerField(), b=models.IntegerField()))
    (key,) = plan.indexes
    assert key.is_primary_key and key.columns == ("a", "b")


def test_an_added_field_brings_its_column_and_what_is_inline(editor):
    thing = rich()
    column, check = plans(editor).field_items(thing, thing._meta.get_field("size"), is_new_table=False)
    assert (column.name, column.type, check.columns) == ("size", "int", ("size",))
    assert plans(editor).field_items(thing, thing._meta.get_field("others"), is_new_table=False) == []
