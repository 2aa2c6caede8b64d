"""Tables as the editor makes them: their schemas, keys and filegroups."""

import django
import pytest
from django.db import NotSupportedError, connection, models
from fake_catalog import FakeCatalog
from orm import since
from schema_models import created, model, script

from mssql_core.testing import fake_connection


@pytest.fixture(autouse=True)
def catalog():
    with FakeCatalog().installed(connection) as catalog:
        yield catalog


KEY = "[id] bigint IDENTITY (1, 1) NOT NULL CONSTRAINT [%s_pk] PRIMARY KEY"


@pytest.mark.parametrize(
    ("schema", "table", "statements"),
    [
        (None, "a_thing", ["CREATE TABLE [a_thing] (%s)" % KEY % "a_thing_id_ebb1cbd6"]),
        (
            "sales",
            "a_thing",
            ["CREATE SCHEMA [sales]", "CREATE TABLE [sales].[a_thing] (%s)" % KEY % "a_thing_id_ebb1cbd6"],
        ),
        ("sales", '"dbo"."a_thing"', ["CREATE TABLE [dbo].[a_thing] (%s)" % KEY % "a_thing_id_ebb1cbd6"]),
        (
            None,
            '"crm"."a_thing"',
            ["CREATE SCHEMA [crm]", "CREATE TABLE [crm].[a_thing] (%s)" % KEY % "a_thing_id_ebb1cbd6"],
        ),
    ],
)
def test_a_table_is_made_in_its_schema_or_that_of_the_alias(schema, table, statements):
    own = fake_connection(options={"schema": schema})
    with own.schema_editor(collect_sql=True, atomic=False) as editor:
        editor.create_model(model(table=table))
    expected = [
        "IF SCHEMA_ID(N'%s') IS NULL EXEC (N'%s')" % (sql[15:-1], sql) if "SCHEMA" in sql else sql for sql in statements
    ]
    assert editor.collected_sql == [sql + ";" for sql in expected]


def test_a_schema_is_made_once():
    tables = [model(class_name, '"crm"."%s"' % class_name.lower()) for class_name in ("One", "Two")]
    statements = script(*(lambda editor, table=table: editor.create_model(table) for table in tables))
    assert [sql for sql in statements if "CREATE SCHEMA" in sql] == statements[:1]


@pytest.mark.parametrize("table", ['"other"."dbo"."t"', "[server].[other].[dbo].[t]"])
def test_a_table_of_another_database_is_not_made(table):
    with pytest.raises(NotSupportedError, match=r"other.*"):
        created(model(table=table))


@since(5, 2)
def test_a_key_of_several_columns_has_a_name_like_any_other():
    both = models.CompositePrimaryKey("a", "b")
    thing = model(id=None, pk=both, a=models.IntegerField(db_column="col_a"), b=models.IntegerField())
    assert created(thing) == [
        "CREATE TABLE [a_thing] ([col_a] int NOT NULL, [b] int NOT NULL, "
        "CONSTRAINT [a_thing_col_a_b_92fb7441_pk] PRIMARY KEY ([col_a], [b]));"
    ]


def test_a_check_is_in_the_table_s_definition():
    condition = {"condition" if django.VERSION >= (5, 1) else "check": models.Q(a__gt=1)}
    check = models.CheckConstraint(name="c]k", **condition)
    assert created(model(a=models.IntegerField(db_column="col_a"), meta={"constraints": [check]})) == [
        "CREATE TABLE [a_thing] ([col_a] int NOT NULL, %s, CONSTRAINT [c]]k] CHECK ([col_a] > 1));"
        % (KEY % "a_thing_id_ebb1cbd6")
    ]


def test_a_table_its_keys_and_its_indexes_lie_in_the_filegroup_of_the_model():
    unique = models.UniqueConstraint(fields=["a"], condition=models.Q(a__gt=1), name="uq")
    thing = model(
        a=models.IntegerField(db_index=True),
        meta={
            "db_tablespace": "fast",
            "indexes": [
                models.Index(fields=["a"], name="ix"),
                models.Index(fields=["a"], name="iy", db_tablespace="slow"),
            ],
            "constraints": [unique],
        },
    )
    assert created(thing) == [
        "CREATE TABLE [a_thing] ([a] int NOT NULL, " + KEY % "a_thing_id_ebb1cbd6" + " ON [fast]) ON [fast];",
        "CREATE UNIQUE INDEX [uq] ON [a_thing] ([a]) WHERE [a] > 1 ON [fast];",
        "CREATE INDEX [a_thing_a_47800359] ON [a_thing] ([a]) ON [fast];",
        "CREATE INDEX [ix] ON [a_thing] ([a]) ON [fast];",
        "CREATE INDEX [iy] ON [a_thing] ([a]) ON [slow];",
    ]


@pytest.mark.parametrize("new", ["[dbo].[a_thing]", "[DBO].[A_Thing]", "A_THING"])
def test_another_way_to_write_a_table_s_name_changes_nothing(new):
    def rename(editor):
        editor.create_model(thing)
        editor.alter_db_table(thing, "a_thing", new)
        editor.delete_model(model(table=new, name=models.CharField(max_length=10, db_index=True)))

    thing = model(name=models.CharField(max_length=10, db_index=True))
    statements = script(rename)
    # The index that was to be made at the end goes with the table.
    assert len(statements) == 2 and statements[1].startswith("DROP TABLE ")
