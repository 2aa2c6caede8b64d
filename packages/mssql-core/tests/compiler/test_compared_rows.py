from django.apps.registry import Apps
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from orm import since

from mssql_core.compiler.compared_rows import ComparedRows
from mssql_core.compiler.insert_columns import Column
from mssql_core.compiler.insert_rows import ValueRows
from mssql_core.compiler.unique_keys import unique_keys
from mssql_core.testing import fake_connection


@since(5, 0)
def test_generated_columns_of_keys_are_computed_as_the_table_computes_them():
    class Address(models.Model):
        text = models.CharField(max_length=20, db_collation="Latin1_General_BIN2")
        note = models.CharField(max_length=20)
        key = models.GeneratedField(
            expression=Lower("text"), output_field=models.CharField(max_length=20), db_persist=True, unique=True
        )
        length = models.GeneratedField(expression=F("note"), output_field=models.IntegerField(), db_persist=True)

        class Meta:
            app_label, apps = "compared", Apps()

    connection = fake_connection()
    compiler = models.sql.Query(Address).get_compiler(connection=connection)
    text, note, key = map(Address._meta.get_field, ("text", "note", "key"))
    (source,) = ValueRows.split([Column(text, ["a"]), Column(note, ["b"])], connection)
    rows = ComparedRows(compiler, "[compared_address]", source, unique_keys(Address._meta, [text, note]))
    sql, params = rows.table_sql()
    assert sql.startswith(
        "(SELECT [__given].*, (SELECT CAST(LOWER([text]) AS nvarchar(20)) "
        "FROM (SELECT [__c0] COLLATE Latin1_General_BIN2 AS [text]) AS [__row]) AS [__g0] FROM (SELECT * FROM (VALUES "
    )
    assert params == ["a", "b"] and rows.fields == [text, note] and len(rows) == 1
    assert rows.column(key) == "[__g0]" and rows.column(note) == "[__c1]"
    # The collation of a column that names none.
    assert rows.collated(key) == "COALESCE((SELECT [__t].[key] FROM [compared_address] AS [__t] WHERE 1 = 0), [__g0])"
