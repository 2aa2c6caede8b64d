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
