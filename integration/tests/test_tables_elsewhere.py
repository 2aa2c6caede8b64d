"""Tables named with their database, and with their server: both are the connection's own here, which a name may say."""

import io

import pytest
from django.core.management import call_command
from django.db import NotSupportedError, models
from django.test.utils import isolate_apps
from harness.catalogues import empty


@pytest.fixture(scope="module")
def connection(server):
    with empty(server, "elsewhere") as connection:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA sales")
            cursor.execute("CREATE TABLE sales.pair (id int IDENTITY PRIMARY KEY, one_id bigint, other_id bigint)")
            cursor.execute(
                "CREATE TABLE sales.[it's] (id bigint IDENTITY PRIMARY KEY, name nvarchar(20) NOT NULL UNIQUE, parent_id bigint "
                "NULL CONSTRAINT fk_parent REFERENCES sales.[it's] (id), CONSTRAINT named CHECK (name <> N''))"
            )
        yield connection


def model(table):
    with isolate_apps("demo.shop"):

        class Elsewhere(models.Model):
            id = models.BigAutoField(primary_key=True)
            name = models.CharField(max_length=20)
            parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")

            class Meta:
                app_label = "shop"
                db_table = table
                managed = False

        class Pair(models.Model):
            id = models.AutoField(primary_key=True)
            one = models.ForeignKey(Elsewhere, models.CASCADE, related_name="+")
            other = models.ForeignKey(Elsewhere, models.CASCADE, related_name="+")

            class Meta:
                app_label = "shop"
                db_table = table.replace("it's", "pair")
                managed = False

        others = models.ManyToManyField("self", through=Pair, symmetrical=False)
        others.contribute_to_class(Elsewhere, "others")
    return Elsewhere


def test_a_table_of_another_database_is_read_and_written(connection):
    table = "[%s].[sales].[it's]" % connection.settings_dict["NAME"]
    kind = model(table)
    rows = kind.objects.using(connection.alias)
    first = rows.create(name="a")
    made = rows.bulk_create([kind(name="b", parent=first), kind(name="c", parent=first)])
    assert [row.pk for row in made] == [first.pk + 1, first.pk + 2]
    assert rows.filter(children__name="b").get() == first
    assert list(rows.filter(parent__name="a").order_by("name").values_list("name", "parent__name")) == [
        ("b", "a"),
        ("c", "a"),
    ]
    rows.bulk_create([kind(id=90, name="d"), kind(id=91, name="e")], ignore_conflicts=True)
    made[0].name = "B"
    rows.bulk_update(made, ["name"])
    assert rows.filter(name="B").update(name="x") == 1
    assert rows.update_or_create(name="x", defaults={"parent": None})[1] is False
    assert rows.filter(pk__in=range(80, 200)).delete()[0] == 2
    first.delete()
    assert set(rows.values_list("name", flat=True)) == {"x"}
    connection.check_constraints([table])


def test_its_catalogue_is_that_of_its_database(connection):
    table = "[%s].[sales].[it's]" % connection.settings_dict["NAME"]
    introspection = connection.introspection
    with connection.cursor() as cursor:
        here, there = (
            (
                introspection.get_table_description(cursor, name),
                introspection.get_constraints(cursor, name),
                introspection.get_sequences(cursor, name),
                introspection.get_relations(cursor, name),
            )
            for name in ('"sales"."it\'s"', table)
        )
    assert len(here[0]) == 3 and here[0] == there[0]
    assert here[3]["parent_id"][1] == '"sales"."it\'s"' and there[3]["parent_id"][1] == table
    assert there[1]["fk_parent"]["foreign_key"] == (table, "id") and there[1]["named"]["check"]
    assert there[2] == [{"table": table, "column": "id"}]
    text = io.StringIO()
    call_command("inspectdb", table, database=connection.alias, stdout=text)
    assert "parent = models.ForeignKey('self', models.DO_NOTHING" in text.getvalue()


def test_a_table_of_a_linked_server_is_only_read(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@SERVERNAME")
        (name,) = cursor.fetchone()
    own, linked = (
        model("[%s].[sales].[it's]" % place)
        for place in (connection.settings_dict["NAME"], "%s].[%s" % (name, connection.settings_dict["NAME"]))
    )
    first = own.objects.using(connection.alias).create(name="read")
    child = own.objects.using(connection.alias).create(name="child", parent=first)
    first.others.add(child)
    rows = linked.objects.using(connection.alias)
    assert rows.filter(children__name="child").get().name == "read"
    assert rows.select_related("parent").get(name="child").parent.name == "read"
    assert rows.values("parent__name").annotate(count=models.Count("pk")).get(parent__name="read")["count"] == 1
    assert own.objects.using(connection.alias).filter(pk__in=rows.filter(name="read").values("pk")).get() == first
    assert [list(row.others.all()) for row in rows.filter(name="read").prefetch_related("others", "children")] == [
        [linked(pk=child.pk)]
    ]
    for write in (
        lambda: rows.create(name="x"),
        lambda: rows.get(name="read").others.add(2),
        lambda: rows.bulk_create([linked(name="x"), linked(name="y")]),
        lambda: rows.update(name="x"),
        lambda: rows.filter(name="x").delete(),
        lambda: rows.get(name="read").save(),
    ):
        with pytest.raises(NotSupportedError, match="is only read here"):
            write()
