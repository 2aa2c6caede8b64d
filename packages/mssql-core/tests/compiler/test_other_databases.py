"""Models of tables in another database of the server."""

import pytest
from django.db import models
from django.db.models.sql.subqueries import DeleteQuery, InsertQuery, UpdateQuery
from django.test.utils import isolate_apps
from orm import executed, t_sql, unnamed


@pytest.fixture
def archived():
    with isolate_apps("ormtests"):

        class Archived(models.Model):
            name = models.CharField(max_length=50)

            class Meta:
                app_label = "ormtests"
                db_table = "[other].[dbo].[t]"
                managed = False

    return Archived


def statement(compiled, query, *arguments):
    ((sql, _),) = executed(lambda connection: query.get_compiler(connection=connection).execute_sql(*arguments))
    compiled.statements.append(("2016", t_sql(sql.replace("?", "%s"))))
    return sql


def test_reading(compiled, archived):
    assert unnamed(compiled.sql(archived.objects.filter(name="x").values("id"))).startswith(
        "SELECT [other].[dbo].[t].[id] FROM [other].[dbo].[t] WHERE [other].[dbo].[t].[name] = "
    )


def test_writing(compiled, archived):
    insert = InsertQuery(archived)
    insert.insert_values([archived._meta.get_field("name")], [archived(name="x")])
    assert statement(compiled, insert).startswith("INSERT INTO [other].[dbo].[t] ([name])")
    rows = archived.objects.filter(pk=1).query
    assert "[other].[dbo].[t]" in statement(compiled, rows.chain(DeleteQuery), "cursor")
    update = rows.chain(UpdateQuery)
    update.add_update_values({"name": "y"})
    assert statement(compiled, update, None).startswith("UPDATE [other].[dbo].[t] SET [name] = ")
