"""Names that a database can have, however unlikely: made, changed, written to, read and dropped."""

import itertools

import pytest
from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import DatabaseError, models, transaction
from harness.catalogues import empty

_numbers = itertools.count()


@pytest.fixture(scope="module")
def connection(server):
    with empty(server, "hostile_names") as connection:
        yield connection


def made(table, column, index="i", check="ck"):
    # Django formats these.
    index, check = index.replace("%", "%%"), check.replace("%", "%%")
    fields = {
        "__module__": __name__,
        "text": models.CharField(max_length=50, db_column=column, db_comment="a\\\nb"),
        "number": models.IntegerField(default=1),
        "Meta": type("Meta", (), {
            "apps": Apps(), "app_label": "shop", "db_table": table, "db_table_comment": "a\\\nb",
            "indexes": [models.Index(fields=["text"], name=index)],
            "constraints": [models.CheckConstraint(condition=~models.Q(text="a\\\nb"), name=check)],
        }),
    }  # fmt: skip
    return type("Named%d" % next(_numbers), (models.Model,), fields)


NAMES = [
    "a\\\nb",
    "it's",
    "a]b",
    "a].[b",
    'a"."b',
    "[a]",
    '"a"',
    "[a].[b]",
    '"a"."b"',
    "a\\\n'; DROP TABLE x; --",
    "100%",
    "%s",
    "a%%b",
    '"[a]"',
]
TABLES = [
    "a\\\nb",
    "it's",
    "a]b",
    "[a]",
    "a\\\n'; DROP TABLE x; --",
    "a].[b",
    "[a\\\nb].[c\\\nd]",
    '"a\\\nb"."c"',
    "50%",
    "%s%%d",
    '"%s"."%"',
    '"[a]"',
    '"[s]"."[t]"',
    '[a-z]"."x',
]


@pytest.mark.parametrize("table, name", [*zip(TABLES, itertools.cycle(NAMES)), *zip(TABLES, reversed(NAMES))])
def test_a_table_is_made_changed_filled_and_dropped(connection, table, name):
    kind = made(table, name, index=name, check=name + "c")
    with connection.schema_editor() as editor:
        editor.create_model(kind)
    _fill(connection, kind)
    with connection.schema_editor() as editor:
        _change(editor, kind, name)
        editor.delete_model(kind)
    assert connection.introspection.table_names() == []


@pytest.mark.parametrize("table", ["a\\\nb", "it's", "[a\\\nb].[c\\\nd]"])
def test_a_script_of_all_of_it_is_one_batch(connection, table):
    kind = made(table, "x\\\ny", index="i\\\nj")
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        editor.create_model(kind)
        editor.deferred_sql, waiting = [], editor.deferred_sql
        editor.run(waiting)
        _change(editor, kind, "x\\\ny")
        editor.delete_model(kind)
    with connection.cursor() as cursor:
        cursor.execute("\n".join(editor.collected_sql))
        while cursor.nextset():
            pass
    assert connection.introspection.table_names() == []


def _fill(connection, kind):
    rows = kind.objects.using(connection.alias)
    rows.create(text="x")
    rows.bulk_create([kind(text="y", number=number) for number in range(3)])
    assert rows.filter(text="y").order_by("text", "-number").values_list("text", "number")[0] == ("y", 2)
    assert rows.filter(text="y").update(text="z") == 3
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [kind]):
            cursor.execute(sql)
        connection.ops.execute_sql_flush(
            connection.ops.sql_flush(no_style(), [kind._meta.db_table], reset_sequences=True)
        )
    assert rows.create(text="x").pk == 1


def _change(editor, kind, name):
    old, new = kind._meta.get_field("text"), models.CharField(max_length=60, db_column=name + "2", db_comment="c")
    for field in (old, new):
        field.set_attributes_from_name("text")
        field.model = kind
    editor.alter_field(kind, old, new)
    editor.alter_field(kind, new, old)
    editor.alter_db_table(kind, kind._meta.db_table, "renamed\\\ntable")
    editor.alter_db_table(kind, "renamed\\\ntable", kind._meta.db_table)
    together, (index,), (check,) = [("text", "number")], kind._meta.indexes, kind._meta.constraints
    editor.alter_unique_together(kind, [], together)
    editor.alter_unique_together(kind, together, [])
    editor.remove_constraint(kind, check)
    editor.add_constraint(kind, check)
    editor.remove_index(kind, index)
    editor.add_index(kind, index)
    editor.rename_index(kind, index, models.Index(fields=["text"], name="other\\\nindex"))


@pytest.mark.parametrize("name", ["a].[b", 'a"."b', "[a].[b]", '"a"."b"', "[a].[b].[c].[d]"])
def test_a_join_by_a_column_whose_name_looks_like_two(connection, name):
    kind = made("first", name)
    other = type("Other%d" % next(_numbers), (models.Model,), {
        "__module__": __name__, "of": models.ForeignKey(kind, models.CASCADE, db_column=name),
        "Meta": type("Meta", (), {"apps": kind._meta.apps, "app_label": "shop"}),
    })  # fmt: skip
    with connection.schema_editor() as editor:
        editor.create_model(kind)
        editor.create_model(other)
    row = kind.objects.using(connection.alias).create(text="x")
    rows = other.objects.using(connection.alias)
    rows.create(of=row)
    assert rows.filter(of__text="x").select_related("of").get().of == row
    assert kind.objects.using(connection.alias).filter(pk__in=rows.values("of")).get() == row
    assert rows.filter(models.Exists(kind.objects.filter(pk=models.OuterRef("of"), text="x"))).update(of=row) == 1
    with connection.schema_editor() as editor:
        editor.delete_model(other)
        editor.delete_model(kind)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_others_name_is_dropped_by_its_name(connection, table):
    kind = made(table, "[a].[b]")
    other = type("Other%d" % next(_numbers), (models.Model,), {
        "__module__": __name__, "of": models.ForeignKey(kind, models.CASCADE, db_column="[c].[d]"),
        "Meta": type("Meta", (), {"apps": kind._meta.apps, "app_label": "shop"}),
    })  # fmt: skip
    with connection.schema_editor() as editor:
        editor.create_model(kind)
        editor.create_model(other)
    editor = connection.schema_editor()
    with connection.cursor() as cursor:
        for each in (kind, other):
            cursor.execute(editor.sql_delete_table % {"table": editor.quote_table(each._meta.db_table)})
    assert connection.introspection.table_names() == []


def test_an_error_of_what_waits_ends_the_transaction(connection):
    kind = made("twice", "text")
    with pytest.raises(DatabaseError, match="1913"):
        with connection.schema_editor() as editor:
            editor.create_model(kind)
            editor.add_index(kind, kind._meta.indexes[0])
    assert not connection.in_atomic_block and connection.introspection.table_names() == []
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
