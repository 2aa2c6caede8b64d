import re

import django
import pytest
from django.db import migrations, models
from grammar import refusals
from schema_models import alter, create, created, migration_script, model, state_of

from mssql_core.introspection.objects import ExtendedProperty
from mssql_core.names import TableName
from mssql_core.schema.comments import comment_sql, property_sql

TABLE = TableName("sales", "o'rder")


def test_a_comment_replaces_or_adds():
    sql = comment_sql(TABLE, "it's é 100 %", "size")
    assert "DECLARE @schema sysname = N'sales'" in sql
    assert "nvarchar(4000) = N'it''s é 100 %'" in sql
    assert "@level1name = N'o''rder'" in sql
    assert "@level2name = N'size'" in sql
    assert sql.index("sp_updateextendedproperty") < sql.index("sp_addextendedproperty")


def test_no_comment_drops_the_old_one():
    for nothing in (None, ""):
        sql = comment_sql(TABLE, nothing)
        assert "sp_dropextendedproperty" in sql
        assert "sp_addextendedproperty" not in sql


LEVELS = "@level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'o%r'"
EXISTS = (
    "EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 "
    "AND major_id = OBJECT_ID(N'[sales].[o%%r]') AND minor_id = %s AND name = N'MS_Description')"
)


def test_the_batch_of_a_table():
    call = "EXEC sys.sp_%sextendedproperty @name = N'MS_Description', @value = @schema_comment, " + LEVELS.replace(
        "%", "%%"
    )
    assert comment_sql(TableName("sales", "o%r"), "it's").split("; ") == [
        "DECLARE @schema sysname = N'sales'",
        "DECLARE @schema_comment nvarchar(4000) = N'it''s'",
        "IF %s %s ELSE %s" % (EXISTS % 0, call % "update", call % "add"),
    ]


def test_the_batch_of_a_column():
    column = "COLUMNPROPERTY(OBJECT_ID(N'[sales].[o%r]'), N'size', 'ColumnId')"
    assert comment_sql(TableName("sales", "o%r"), None, "size").split("; ") == [
        "DECLARE @schema sysname = N'sales'",
        "IF %s EXEC sys.sp_dropextendedproperty @name = N'MS_Description', %s" % (EXISTS % column, LEVELS)
        + ", @level2type = N'COLUMN', @level2name = N'size'",
    ]


def test_names_of_several_literals_become_variables():
    # Arguments of EXEC are constants or variables (error 102).
    sql = comment_sql(TableName("a", "c\\\nd"), "x", "e\\\nf", variable="@s")
    table, column = re.findall(r"DECLARE (@s_\w+) sysname = \(?N'[ce]", sql)
    assert (table, column) == ("@s_table", "@s_part")
    assert "@level1name = @s_table, @level2type = N'COLUMN', @level2name = @s_part" in sql
    assert ", @s_part, 'ColumnId')" in sql


def test_the_schema_is_asked_for_where_the_name_has_none():
    sql = comment_sql(TableName(None, "t"), "x", variable="@schema_1")
    assert "DECLARE @schema_1 sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'[t]'))" in sql


def test_comments_are_in_the_grammar(tmp_path):
    statements = [
        comment_sql(table, comment, column)
        for table in (TABLE, TableName(None, "t"), TableName("a\\\nb", "c\\\nd"))
        for comment in ("x\\\ny", None)
        for column in (None, "c", "e\\\nf")
    ]
    split = TableName("a\\\nb", "c\\\nd")
    statements.append(property_sql(ExtendedProperty(TABLE, "My property", "COLUMN", "c", "v")))
    statements.append(property_sql(ExtendedProperty(split, "g\\\nh", "COLUMN", "e\\\nf", "v\\\nw")))
    statements.append(property_sql(ExtendedProperty(split, "g\\\nh", None, None, "v\\\nw")))
    assert refusals(statements, folder=tmp_path) == []


def test_a_property_is_added_to_what_had_it():
    table = TableName("sales", "t")
    added = (
        "EXEC sys.sp_addextendedproperty @name = N'p', @value = N'v', @level0type = N'SCHEMA', @level0name = N'sales', "
    )
    assert property_sql(ExtendedProperty(table, "p", None, None, "v")) == (
        added + "@level1type = N'TABLE', @level1name = N't'"
    )
    assert property_sql(ExtendedProperty(table, "p", "INDEX", "i", "v")) == (
        added + "@level1type = N'TABLE', @level1name = N't', @level2type = N'INDEX', @level2name = N'i'"
    )


# What a migration says of the comments of models.

commented = pytest.mark.skipif(django.VERSION < (4, 2), reason="db_comment and db_table_comment: Django 4.2")
THING = TableName(None, "a_thing")


def comments(statements):
    return [sql.rstrip(";") for sql in statements if "extendedproperty" in sql]


@commented
def test_a_new_table_has_its_comments(catalog):
    thing = model(
        a=models.IntegerField(db_comment="An a."),
        b=models.IntegerField(db_column="col_b", db_comment="A b."),
        others=models.ManyToManyField("self", db_comment="Without a column."),
        meta={"db_table_comment": "All things."},
    )
    assert comments(created(thing)) == [
        comment_sql(THING, "All things.", None, "@schema_1"),
        comment_sql(THING, "An a.", "a", "@schema_2"),
        comment_sql(THING, "A b.", "col_b", "@schema_3"),
    ]


def test_a_table_without_comments_has_none(catalog):
    assert comments(created(model(a=models.IntegerField(), others=models.ManyToManyField("self")))) == []


@commented
@pytest.mark.parametrize(
    ("operation", "comment", "column"),
    [
        (migrations.AddField("thing", "b", models.IntegerField(db_comment="A b.")), "A b.", "b"),
        (migrations.AddField("thing", "b", models.IntegerField()), None, None),
        (migrations.AlterField("thing", "a", models.IntegerField(db_comment="Another.")), "Another.", "a"),
        (migrations.AlterField("thing", "a", models.IntegerField()), "", "a"),
        (migrations.AlterField("thing", "a", models.BigIntegerField(db_comment="An a.")), None, None),
        (migrations.AlterModelTableComment("thing", "Things."), "Things.", None),
        (migrations.AlterModelTableComment("thing", None), "", None),
    ]
    if django.VERSION >= (4, 2)
    else [],
)
def test_comments_change_with_their_model(catalog, operation, comment, column):
    """The text is set, or the property is dropped where there is none any more."""
    before = state_of(create("Thing", ("a", models.IntegerField(db_comment="An a.")), db_table_comment="All things."))
    expected = [] if comment is None else [comment_sql(THING, comment, column, "@schema_1")]
    assert comments(migration_script(before, operation)) == expected


@commented
def test_without_a_script_each_comment_is_a_batch_of_its_own(catalog):
    thing = model(a=models.IntegerField(), b=models.IntegerField())
    catalog.table("a_thing").column("id", "bigint", 8).column("a", "int").column("b", "int")
    for name in "ab":
        alter(thing, name, models.IntegerField(db_comment="Text."))
    assert catalog.statements == [comment_sql(THING, "Text.", name, "@schema") for name in "ab"]


@commented
def test_a_rebuilt_table_that_the_server_has_not_keeps_its_comments(catalog):
    before = state_of(create("Thing", ("a", models.IntegerField(db_comment="An a.")), db_table_comment="All things."))
    plain = migrations.AlterField("thing", "id", models.BigIntegerField(primary_key=True))
    assert comments(migration_script(before, plain)) == [
        comment_sql(THING, "All things.", None, "@schema_1"),
        comment_sql(THING, "An a.", "a", "@schema_2"),
    ]
