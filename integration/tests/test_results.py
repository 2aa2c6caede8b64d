"""What comes back from statements whose triggers, procedures and batches return more than was asked for."""

import contextlib

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext, isolate_apps


@pytest.fixture(scope="module")
def noisy(shop):
    """A model whose table has triggers that return rows."""
    with numbers("noisy") as model:
        run("CREATE TRIGGER noise ON noisy AFTER INSERT, UPDATE AS SELECT 'noise' AS z")
        yield model


@contextlib.contextmanager
def numbers(table):
    """A model of a table with one number a row."""
    with isolate_apps("demo.shop"):

        class Number(models.Model):
            number = models.IntegerField()

            class Meta:
                app_label = "shop"
                db_table = table

    with connection.schema_editor() as editor:
        editor.create_model(Number)
    try:
        yield Number
    finally:
        run("DROP TABLE " + table)


def run(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def test_rows_of_a_trigger_are_never_the_key(noisy):
    made = noisy.objects.create(number=1)
    assert isinstance(made.pk, int) and noisy.objects.get(pk=made.pk).number == 1
    many = noisy.objects.bulk_create([noisy(number=number) for number in range(2, 5)])
    assert [noisy.objects.get(pk=one.pk).number for one in many] == [2, 3, 4]
    assert noisy.objects.get_or_create(number=9)[0].pk > many[-1].pk


def test_a_trigger_that_comes_later_costs_no_row_and_no_transaction(shop):
    """What was written before stays, and each object is written once: 334 comes before anything is run."""
    with numbers("later") as model:
        model.objects.bulk_create([model(number=0), model(number=1)])
        run("CREATE TRIGGER late_noise ON later AFTER INSERT AS SELECT 'noise' AS z")
        with transaction.atomic():
            model.objects.create(number=2)
            for two in ((3, 4), (5, 6)):
                many = model.objects.bulk_create([model(number=number) for number in two])
                assert [model.objects.get(pk=one.pk).number for one in many] == list(two)
        assert list(model.objects.order_by("pk").values_list("number", flat=True)) == list(range(7))


def test_after_its_first_refusal_a_table_with_triggers_is_written_in_one_message(noisy):
    noisy.objects.bulk_create([noisy(number=1), noisy(number=2)])
    with transaction.atomic(), CaptureQueriesContext(connection) as sent:
        noisy.objects.bulk_create([noisy(number=1), noisy(number=2)])
    assert len(sent) == 1


def test_rows_of_a_trigger_hide_no_row_count(noisy):
    made = noisy.objects.create(number=1)
    made.number = 20
    made.save()
    assert noisy.objects.filter(pk=made.pk).update(number=21) == 1
    assert noisy.objects.filter(number__gte=20).count() == 1


def test_output_parameters_come_back(shop):
    run(
        "CREATE PROCEDURE outputs @name nvarchar(30), @length int OUTPUT, @upper nvarchar(30) OUTPUT AS "
        "SELECT @name AS name; SELECT @length = @length + LEN(@name), @upper = UPPER(@name)"
    )
    try:
        with connection.cursor() as cursor:
            assert cursor.callproc("outputs", ["abc", 10, None]) == ["abc", 13, "ABC"]
            assert cursor.fetchall() == [("abc",)]
            assert not cursor.nextset()
    finally:
        run("DROP PROCEDURE outputs")


def test_the_idiom_of_pyodbc_for_keys_works(shop):
    run("CREATE TABLE keyed (id int IDENTITY PRIMARY KEY, number int)")
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO keyed (number) VALUES (%s); SELECT CAST(SCOPE_IDENTITY() AS int)", [7])
            cursor.nextset()
            assert cursor.fetchone() == (1,)
    finally:
        run("DROP TABLE keyed")


MANY = (
    "SELECT TOP 20000 a.object_id, REPLICATE('x', 100) AS x FROM sys.all_columns AS a CROSS JOIN sys.all_columns AS b"
)


def test_leaving_a_result_early_sends_an_attention(server, shop):
    if server.journal is None:
        pytest.skip("only the sandbox keeps a journal")
    before = len(server.journal())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(MANY)
            assert len(cursor.fetchmany(5)) == 5
        # Nothing of the block is undone by it.
        run("SELECT 1")
    kinds = [entry["kind"] for entry in server.journal()[before:]]
    assert kinds.count("attention") == 1 and len(kinds) == 5


def test_statements_run_while_a_long_result_is_read(noisy):
    run("DELETE FROM noisy")
    noisy.objects.bulk_create([noisy(number=number) for number in range(3000)])
    for one in noisy.objects.order_by("number").iterator(chunk_size=500):
        if one.number % 500 == 0:
            one.number += 10000
            one.save()
    assert noisy.objects.filter(number__gte=10000).count() == 6
