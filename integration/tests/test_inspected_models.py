"""What inspectdb writes of legacy columns is Python that runs, and finds the rows."""

import io

import pytest
from django.core.management import call_command
from django.db import models
from django.test.utils import isolate_apps
from harness.catalogues import empty

from mssql_core import fields

TABLE = """CREATE TABLE legacy (
    code varchar(8) COLLATE Latin1_General_CS_AS PRIMARY KEY, name varchar(20) NULL, note varchar(max) NULL,
    changed datetime NOT NULL, day smalldatetime NULL, made datetime2 NOT NULL DEFAULT SYSDATETIME(), fixed char(3) NULL)"""
ROWS = """INSERT INTO legacy (code, name, note, changed, day, fixed) VALUES
    ('a', 'Mu', 'x', '20260506 07:08:09.123', '20260506 07:08', 'abc'), ('A', NULL, NULL, '20260506 07:08:09.127', NULL, NULL)"""


@pytest.fixture(scope="module")
def connection(server):
    with empty(server, "inspected") as connection:
        with connection.cursor() as cursor:
            cursor.execute(TABLE)
            cursor.execute(ROWS)
        yield connection


def test_legacy_columns_are_named(connection, settings_without_zone):
    text = io.StringIO()
    call_command("inspectdb", "legacy", database=connection.alias, stdout=text)
    namespace = {"__name__": "demo.shop.inspected"}
    with isolate_apps("demo.shop"):
        exec(text.getvalue(), namespace)
    kind = namespace["Legacy"]
    assert {field.name: type(field) for field in kind._meta.fields if type(field).__module__ == fields.__name__} == {
        "code": fields.VarcharField, "name": fields.VarcharField, "note": fields.VarcharTextField, "fixed": fields.FixedCharField,
        "changed": fields.LegacyDateTimeField, "day": fields.SmallDateTimeField,
    }  # fmt: skip
    code = kind._meta.get_field("code")
    assert (code.primary_key, code.max_length, code.db_collation) == (True, 8, "Latin1_General_CS_AS")
    assert kind._meta.get_field("name").null and not kind._meta.get_field("changed").null
    rows = kind.objects.using(connection.alias)
    for row in rows.all():
        assert rows.get(code=row.code, changed=row.changed) == row
    assert rows.get(day=rows.get(code="a").day).code == "a"


@pytest.fixture
def settings_without_zone():
    from django.test import override_settings

    with override_settings(USE_TZ=False):
        yield


ORDERS = """CREATE TABLE orders (a int, b int, PRIMARY KEY (a, b))"""
LINES = """CREATE TABLE lines (
    code nvarchar(10) PRIMARY KEY, number int IDENTITY(1, 1) NOT NULL, version rowversion NOT NULL,
    price decimal(9, 2) NOT NULL, pieces int NOT NULL, total AS price * pieces, label AS code + N'!' PERSISTED,
    a int NULL, b int NULL, FOREIGN KEY (a, b) REFERENCES orders (a, b))"""


@pytest.mark.skipif(not hasattr(models, "GeneratedField"), reason="GeneratedField came with Django 5.0")
def test_columns_that_the_server_writes(connection):
    with connection.cursor() as cursor:
        cursor.execute(ORDERS)
        cursor.execute(LINES)
    text = io.StringIO()
    call_command("inspectdb", "lines", database=connection.alias, stdout=text)
    namespace = {"__name__": "demo.shop.inspected"}
    with isolate_apps("demo.shop"):
        exec(text.getvalue(), namespace)
        kind = namespace["Lines"]
        assert [message for message in kind.check(databases=[connection.alias]) if message.is_serious()] == []
    rows = kind.objects.using(connection.alias)
    first = rows.create(code="x", price="1.50", pieces=3)
    assert (first.number, len(first.version)) == (1, 8)
    rows.bulk_create([kind(code="y", price="2", pieces=1), kind(code="z", price="3", pieces=1)])
    first = rows.get(code="x")
    assert (str(first.total), first.label) == ("4.50", "x!")
    assert rows.filter(version=first.version, pk="x").update(pieces=4) == 1
    assert rows.filter(version=first.version, pk="x").update(pieces=5) == 0
    first.pieces = 6
    first.save(using=connection.alias)
    assert rows.get(total=9).pieces == 6
    for field in kind._meta.concrete_fields:
        assert rows.order_by(field.name).count() == 3 and list(rows.order_by(field.name).values_list(field.name))


def test_an_object_of_which_the_server_writes_all_but_the_key_is_saved(connection):
    with isolate_apps("demo.shop"):

        class Ticket(models.Model):
            code = models.CharField(max_length=10, primary_key=True)
            number = fields.IdentityField()
            version = fields.RowVersionField()

            class Meta:
                app_label = "shop"

    with connection.schema_editor() as editor:
        editor.create_model(Ticket)
    rows = Ticket.objects.using(connection.alias)
    first = rows.create(code="a")
    first.save(using=connection.alias)
    assert rows.update_or_create(code="a") == (first, False)
    Ticket(code="b").save(using=connection.alias)
    rows.filter(pk="a").delete()
    # As loaddata does.
    first.save_base(raw=True, using=connection.alias)
    first.save_base(raw=True, using=connection.alias)
    assert list(rows.order_by("number").values_list("code", "number")) == [("b", 2), ("a", 3)]


SEQUENCE = "CREATE SEQUENCE dbo.Numbers AS int START WITH 7"
TAKEN = """CREATE TABLE taken (
    id int NOT NULL CONSTRAINT df_taken DEFAULT (NEXT VALUE FOR dbo.Numbers) PRIMARY KEY,
    ticket int NOT NULL DEFAULT (NEXT VALUE FOR dbo.Numbers), note nvarchar(20) NOT NULL)"""


@pytest.mark.skipif(not hasattr(models, "GeneratedField"), reason="db_default came with Django 5.0")
def test_keys_of_a_sequence_come_from_it(connection):
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCE)
        cursor.execute(TAKEN)
    text = io.StringIO()
    call_command("inspectdb", "taken", database=connection.alias, stdout=text)
    namespace = {"__name__": "demo.shop.inspected"}
    with isolate_apps("demo.shop"):
        exec(text.getvalue(), namespace)
    rows = namespace["Taken"].objects.using(connection.alias)
    first = rows.create(note="x")
    assert {first.pk, first.ticket} == {7, 8} and rows.get(pk=first.pk) == first
    # Django does not give such keys to the objects.
    rows.bulk_create([namespace["Taken"](note="y"), namespace["Taken"](note="z")])
    assert len({rows.get(note=note).pk for note in "xyz"}) == 3
    rows.bulk_create([namespace["Taken"](pk=100, note="a"), namespace["Taken"](pk=101, note="b")])
    assert rows.get(note="b").pk == 101
    # Some with keys and some without: NEXT VALUE FOR stands in no table of values (11719).
    kind = namespace["Taken"]
    mixed = [kind(note="m1"), kind(pk=200, note="m2"), kind(note="m3", ticket=5), kind(pk=201, note="m4", ticket=6)]
    rows.bulk_create(mixed)
    assert [rows.get(note=note).pk for note in ("m2", "m4")] == [200, 201]
    assert [rows.get(note=note).ticket for note in ("m3", "m4")] == [5, 6]
    assert len({rows.get(note="m%d" % number).ticket for number in range(1, 5)}) == 4
    rows.bulk_create([kind(pk=200, note="n1"), kind(note="n2"), kind(pk=300, note="n3")], ignore_conflicts=True)
    assert set(rows.filter(note__startswith="n").values_list("note", flat=True)) == {"n2", "n3"}
    options = {"update_conflicts": True, "unique_fields": ["id"], "update_fields": ["note"]}
    rows.bulk_create([kind(pk=200, note="o1"), kind(note="o2"), kind(pk=301, note="o3")], **options)
    assert rows.get(pk=200).note == "o1" and rows.filter(note__in=["o2", "o3"]).count() == 2
