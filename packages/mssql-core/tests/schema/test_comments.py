import re

from grammar import refusals

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
