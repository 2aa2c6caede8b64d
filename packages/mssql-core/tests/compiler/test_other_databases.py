"""Models of tables in another database of the server, and of another server."""

import pytest
from django.core.management.color import no_style
from django.db import NotSupportedError, models
from django.db.models.sql.subqueries import DeleteQuery, InsertQuery, UpdateQuery
from django.test.utils import isolate_apps
from orm import executed, t_sql, unnamed

from mssql_core.testing import fake_connection


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


SERVER = "[server].[db].[dbo].[t]"
EXPOSED = "[[server]].[db]].[dbo]].[t]]]"


@pytest.fixture
def linked():
    """A table of a linked server, and one that names its rows."""
    with isolate_apps("ormtests"):

        class Linked(models.Model):
            name = models.CharField(max_length=50)
            parent = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="children")

            class Meta:
                app_label = "ormtests"
                db_table = SERVER
                managed = False

        class Local(models.Model):
            of = models.ForeignKey(Linked, models.DO_NOTHING, db_constraint=False)

            class Meta:
                app_label = "ormtests"

    return Linked, Local


def test_a_linked_server_is_read_by_an_alias(compiled, linked):
    kind, local = linked
    assert unnamed(compiled.sql(kind.objects.filter(name="x").values("id"))).startswith(
        "SELECT %s.[id] FROM %s %s WHERE %s.[name] = " % (EXPOSED, SERVER, EXPOSED, EXPOSED)
    )
    joined = compiled.sql(kind.objects.filter(parent__parent__name="x", children=1).values("pk", "parent__name"))
    assert "FROM %s %s INNER JOIN %s [T" % (SERVER, EXPOSED, SERVER) in joined
    assert joined.count(SERVER) == 4 and "%s.[" % SERVER not in joined
    of_local = compiled.sql(local.objects.filter(of__name="x").select_related("of"))
    assert "JOIN %s %s ON ([ormtests_local].[of_id] = %s.[id])" % (SERVER, EXPOSED, EXPOSED) in of_local
    assert "FROM %s [U0] WHERE" % SERVER in compiled.sql(local.objects.filter(of__in=kind.objects.filter(name="x")))
    exists = compiled.sql(kind.objects.filter(models.Exists(local.objects.filter(of=models.OuterRef("pk")))))
    assert "= (%s.[id])" % EXPOSED in exists or "= %s.[id]" % EXPOSED in exists
    compiled(kind.objects.select_related("parent").order_by("name", "parent__name")[:10])
    compiled(kind.objects.annotate(count=models.Count("children")).filter(count__gt=1).distinct())
    compiled(kind.objects.all().union(kind.objects.filter(name="y")))


def test_a_linked_server_is_not_written(linked):
    kind, _ = linked
    insert = InsertQuery(kind)
    insert.insert_values([kind._meta.get_field("name")], [kind(name="x"), kind(name="y")])
    update = kind.objects.filter(pk=1).query.chain(UpdateQuery)
    update.add_update_values({"name": "y"})
    for query in (insert, update, kind.objects.filter(pk=1).query.chain(DeleteQuery)):
        with pytest.raises(NotSupportedError, match="is only read"):
            query.get_compiler(connection=fake_connection()).as_sql()
    connection = fake_connection()
    for action in (
        lambda: connection.ops.sql_flush(no_style(), [SERVER]),
        lambda: connection.ops.sequence_reset_by_name_sql(no_style(), [{"table": SERVER, "column": "id"}]),
        lambda: connection.introspection.table_name(SERVER),
        lambda: connection.schema_editor(collect_sql=True).create_model(kind),
    ):
        with pytest.raises(NotSupportedError, match="alias for that server"):
            action()
