from unittest import mock

from django.db import connection, models
from schema_models import model

from mssql_core.names import TableName
from mssql_core.schema.statements import Removal, Renaming

TABLE = TableName("sales", "thing")


def parts():
    editor = connection.schema_editor()
    return editor, model(table='"sales"."thing"', a=models.IntegerField(db_column="col_a"))


def test_statements_tell_the_catalogue_what_they_do():
    editor, thing = parts()
    catalogue = mock.Mock()
    index = editor.index_statement(thing, [thing._meta.get_field("a")])
    index.tell(catalogue)
    catalogue.created.assert_called_once_with(index.items())
    table = editor.table_reference('"sales"."thing"')
    Removal("DROP INDEX %(name)s ON %(table)s", table=table, name="[a]]b]").tell(catalogue)
    catalogue.dropped.assert_called_once_with(TABLE, "a]b")
    renaming = Renaming(
        "%(call)s", "old", "new", [("__ix_old_1", "__ix_new_1")], table=table, call="EXEC sp_rename ..."
    )
    renaming.tell(catalogue)
    catalogue.renamed.assert_called_once_with(TABLE, "old", "new")
    catalogue.column_renamed.assert_called_once_with(TABLE, "__ix_old_1", "__ix_new_1")
    column = "EXEC sys.sp_rename N'[sales].[thing].[__ix_old_1]', N'__ix_new_1', N'COLUMN'"
    assert str(renaming) == "EXEC sp_rename ...; " + column


def test_templates_take_names_with_quotes():
    editor = connection.schema_editor()
    parts = {"table": "[it's]", "name": "[a]]'b]"}
    dropped = editor.sql_delete_table % {"table": parts["table"]}
    assert "OBJECT_ID(N'[it''s]')" in dropped and dropped.endswith("DROP TABLE [it's]")
    unique = editor.sql_delete_unique % parts
    assert "name = N'a]''b' AND parent_object_id = OBJECT_ID(N'[it''s]')" in unique
    assert unique.endswith("DROP INDEX [a]]'b] ON [it's]")
