from unittest import mock

from django.db import connection, models
from schema_models import model

from mssql_core.names import TableName
from mssql_core.schema.statements import Removal

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
    editor._rename_index_sql(thing, "old", "new").tell(catalogue)
    catalogue.renamed.assert_called_once_with(TABLE, "old", "new")
