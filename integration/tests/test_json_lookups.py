"""A few random cases of each JSON lookup; ``hatch run plugin-table json --count 10000`` runs them on all versions."""

import datetime
from pathlib import Path

import pytest
from django.db.models import CharField, DateField, F, FloatField, IntegerField, JSONField, Value
from django.db.models.expressions import RawSQL
from figures.table import _json_oracle as oracle
from figures.table import json as table
from figures.table import json_sizes
from figures.table.__main__ import text_table
from grammar import refusals
from orm import t_sql

pytestmark = pytest.mark.usefixtures("shop")
FEW = 8
PAGE = Path(__file__).parents[2] / "packages" / "mssql-json" / "docs" / "lookups.md"


@pytest.fixture(scope="module")
def alias(server, shop):
    with table.with_documents("json documents", server.database("master", plugins=["json"])) as name:
        yield name


def test_random_cases_agree_with_python(alias):
    from figures.table._json_cases import CASES, run

    for name in CASES:
        run(name, alias, FEW, same_each_time=True)


@pytest.mark.parametrize("number", [10**38 - 1, 1 - 10**38])
def test_integers_of_38_digits_are_ordered_exactly(alias, number):
    """A sign is no digit."""
    from figures.table._json_cases import stored

    rows = stored(alias, [{"a": number, "b": number}])[0]
    assert rows.filter(value__a__lte=number, value__a__gte=number, value__a__lt=number + 1).exists()
    assert not rows.filter(value__a__lt=number).exists() and not rows.filter(value__a__gt=number).exists()
    assert rows.filter(value__a__lte=F("value__b")).exists() and not rows.filter(value__a__lt=F("value__b")).exists()


@pytest.mark.parametrize(
    "one, other, expected",
    [(1, 1.0, True), (1, True, False), ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True), ([1, 2], [2, 1], False)],
)
def test_the_oracle_is_python_but_true_is_not_one(one, other, expected):
    assert oracle.equal(one, other) is expected


def test_the_oracle_contains_as_postgresql_does():
    assert oracle.contains(["a", {"b": [1]}], [{"b": []}])
    assert oracle.contains(["a"], "a") and not oracle.contains("a", ["a"])
    assert not oracle.contains([["a"]], ["a"])


def test_the_page_has_the_sizes_of_what_is_compiled():
    assert text_table("json_sizes", json_sizes.rows()) in PAGE.read_text(encoding="utf-8")


def test_no_lookup_has_become_longer():
    for name, cells in json_sizes.rows():
        characters, calls, characters_before, calls_before = cells.values()
        assert characters <= characters_before and calls <= calls_before, name


def test_every_lookup_parses_under_microsofts_grammars(tmp_path):
    statements = [t_sql(json_sizes.statement(condition)) for condition, _ in json_sizes.LOOKUPS.values()]
    assert refusals(statements, folder=tmp_path) == []


@pytest.fixture(scope="module")
def named_like_openjson(shop):
    """A model whose columns have the names of OPENJSON's."""
    from django.apps.registry import Apps
    from django.db import connection, models

    fields = {
        "data": models.JSONField(),
        "key": models.CharField(max_length=10),
        "value": models.IntegerField(),
        "type": models.FloatField(),
        "v": models.DateField(),
    }
    options = type("Meta", (), {"app_label": "a", "apps": Apps(), "db_table": "named_like_openjson"})
    model = type("Thing", (models.Model,), {**fields, "Meta": options, "__module__": __name__})
    with connection.schema_editor() as editor:
        editor.create_model(model)
    day = datetime.date(2020, 2, 29)
    document = {"text": "x", "number": 3, "part": 0.5, "day": "2020-02-29"}
    model.objects.create(data=document, key="x", value=3, type=0.5, v=day)
    model.objects.create(data=document, key="y", value=4, type=1.5, v=day.replace(day=28))
    yield model
    with connection.schema_editor() as editor:
        editor.delete_model(model)


@pytest.mark.parametrize(
    ("key", "column", "field"),
    [
        ("text", "[key]", CharField(max_length=10)),
        ("text", "LOWER( [Key] )", CharField(max_length=10)),
        ("number", "value", IntegerField()),
        ("number", '"value" + 0', IntegerField()),
        ("part", "type", FloatField()),
        ("day", "v", DateField()),
    ],
)
def test_names_of_raw_sql_are_those_of_the_table(named_like_openjson, key, column, field):
    things, raw = named_like_openjson.objects, RawSQL(column, (), field)
    right = things.get(key="x")
    assert list(things.filter(**{f"data__{key}": raw})) == [right]
    assert list(things.filter(**{f"data__{key}__in": [raw]})) == [right]
    assert list(things.alias(raw=raw).filter(raw=F(f"data__{key}"))) == [right]
    assert list(things.alias(raw=raw).filter(raw__in=things.values(f"data__{key}"))) == [right]
    if key != "text":
        assert list(things.filter(**{f"data__{key}__gte": raw, f"data__{key}__lte": raw})) == [right]


@pytest.fixture(scope="module")
def shelves(shop):
    """A model whose columns have other names: two rows."""
    from django.apps.registry import Apps
    from django.db import connection, models

    options = type("Meta", (), {"app_label": "a", "apps": Apps(), "db_table": "shelf"})
    model = type("Shelf", (models.Model,), {"size": models.IntegerField(), "Meta": options, "__module__": __name__})
    with connection.schema_editor() as editor:
        editor.create_model(model)
    model.objects.bulk_create([model(size=1), model(size=2)])
    yield model.objects
    with connection.schema_editor() as editor:
        editor.delete_model(model)


@pytest.mark.parametrize(
    ("key", "column", "field"),
    [
        ("text", "[key]", CharField(max_length=10)),
        ("number", "value", IntegerField()),
        ("part", "type", FloatField()),
        ("day", "v", DateField()),
        ("number", "CAST(value AS nvarchar(10))", JSONField()),
        ("text", "'\"' + \"key\" + '\"'", JSONField()),
    ],
)
def test_so_they_are_in_a_query_of_values(named_like_openjson, shelves, key, column, field):
    things, query = named_like_openjson.objects, shelves.annotate(raw=RawSQL(column, (), field)).values("raw")
    right, other = things.order_by("value")
    for rows in (query, query[:1], query.order_by("-size")[1:], query.filter(size__gt=1).union(query, all=True)):
        assert list(things.filter(**{f"data__{key}__in": rows})) == [right]
        assert list(things.exclude(**{f"data__{key}__in": rows})) == [other]
    nothing, absent = query.filter(size=5), {"data__absent__in": query}
    assert not things.filter(**{f"data__{key}__in": nothing}).exists()
    assert list(things.exclude(**{f"data__{key}__in": nothing}).order_by("value")) == [right, other]
    usual = things.exclude(data__absent__in=shelves.values("size"))
    assert not things.filter(**absent).exists()
    assert things.exclude(**absent).count() == usual.count()
    same = shelves.extra(where=["value = %s"], params=[3]).values("size")
    assert not things.filter(data__number__in=same).exists()
    assert (
        things.filter(data__number__in=shelves.extra(where=["size <> value"]).annotate(n=Value(3)).values("n")).count()
        == 2
    )
