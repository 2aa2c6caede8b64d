"""A JSON value beside a column, on either side of a comparison; other types of JSON are neither equal nor less."""

import pytest
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DecimalField,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Lower
from figures.table import json as table

pytestmark = pytest.mark.usefixtures("shop")
VALUES = [1, 1.5, "1", "x", "X", "x%", True, None, [1], {"k": 1}, "2020-01-02", 2**53, 2**53 + 1]


@pytest.fixture(scope="module")
def alias(server, shop):
    with table.with_documents("json sides", server.database("master", plugins=["json"])) as name:
        yield name


@pytest.fixture(scope="module")
def papers(alias):
    """Documents with a key of each value, one without the key, and none."""
    from figures.table._json_cases import SQL_NULL, stored

    return stored(alias, [*({"a": value} for value in VALUES), {}, SQL_NULL])[0]


def values_of(rows):
    """The values that the selected rows have at the key."""
    return [VALUES[place] for place in sorted(rows.values_list("place", flat=True))]


def column(value, field):
    return Cast(Value(value), field)


@pytest.mark.parametrize(
    "expression, expected",
    [
        (Lower(Value("X")), ["x"]),
        (column(1, BigIntegerField()), [1]),
        (column(2**53 + 1, BigIntegerField()), [2**53 + 1]),
        (column(1.5, FloatField()), [1.5]),
        (column("1.50", DecimalField(max_digits=5, decimal_places=2)), [1.5]),
        (ExpressionWrapper(Q(place__gte=0), BooleanField()), [True]),
        (column("2020-01-02", DateField()), ["2020-01-02"]),
    ],
)
def test_a_column_equals_a_key_on_either_side(papers, expression, expected):
    rows = papers.annotate(column=expression)
    assert values_of(rows.filter(column=F("value__a"))) == expected
    assert values_of(rows.filter(value__a=F("column"))) == expected
    others = values_of(rows.exclude(column=F("value__a")).filter(value__a__isnull=False))
    assert len(others) == len(VALUES) - len(expected)


@pytest.mark.parametrize(
    "lookup, turned, expected",
    [
        ("lt", "gt", [2**53, 2**53 + 1]),
        ("lte", "gte", [1.5, 2**53, 2**53 + 1]),
        ("gt", "lt", [1]),
        ("gte", "lte", [1, 1.5]),
    ],
)
def test_a_column_is_less_or_greater_than_a_key_on_either_side(papers, lookup, turned, expected):
    rows = papers.annotate(column=column(1.5, FloatField()))
    assert values_of(rows.filter(**{"column__" + lookup: F("value__a")})) == expected
    assert values_of(rows.filter(**{"value__a__" + turned: F("column")})) == expected


def test_texts_have_an_order_too(papers):
    rows = papers.annotate(column=Lower(Value("X")))
    assert values_of(rows.filter(column__lt=F("value__a"))) == ["x%"]


def test_so_have_dates_in_their_json_form(papers):
    rows = papers.annotate(column=column("2020-01-01", DateField()))
    assert "2020-01-02" in values_of(rows.filter(column__lt=F("value__a")))
    assert "2020-01-02" in values_of(rows.filter(value__a__gt=F("column")))


def test_a_column_is_between_a_key_and_a_value(papers):
    rows = papers.annotate(column=column(1.5, FloatField()))
    assert values_of(rows.filter(column__range=(F("value__a"), 9))) == [1, 1.5]


@pytest.mark.parametrize(
    "lookup, expected",
    [
        # In the column's collation, as contains of every column.
        ("contains", ["x", "X", "x%"]),
        ("startswith", ["x", "X", "x%"]),
        ("endswith", []),
        ("icontains", ["x", "X", "x%"]),
        ("iexact", ["x%"]),
    ],
)
def test_a_column_contains_the_text_of_a_key(papers, lookup, expected):
    rows = papers.annotate(column=Lower(Value("X%Y" if lookup != "iexact" else "X%")))
    assert values_of(rows.filter(**{"column__" + lookup: F("value__a")})) == expected


def test_a_column_is_one_of_the_values_of_keys(papers):
    rows = papers.annotate(column=Lower(Value("X")), number=column(1, BigIntegerField()))
    assert values_of(rows.filter(column__in=[F("value__a"), "no"])) == ["x"]
    assert len(rows.filter(column__in=[F("value__a"), "x"])) == len(VALUES) + 2
    assert values_of(rows.filter(number__in=[F("value__a")])) == [1]


def test_a_column_is_one_of_the_values_of_a_query(papers):
    keys = papers.values("value__a")
    rows = papers.filter(value__a__isnull=False)
    for name, field, expected in (
        ("column", CharField(max_length=20), ["x", "2020-01-02"]),
        ("column", DateField(), ["2020-01-02"]),
    ):
        texts = rows.filter(value__a__in=["x", "2020-01-02"][-len(expected) :])
        rows_with = texts.annotate(**{name: Cast(KeyTextTransform("a", "value"), field)})
        assert values_of(rows_with.filter(column__in=keys)) == expected
        assert values_of(rows_with.exclude(column__in=keys)) == []
    assert sorted(papers.filter(place__in=keys).values_list("place", flat=True)) == [1]


def test_a_key_is_one_of_the_numbers_of_a_query(papers):
    """Other values are not converted to numbers (245)."""
    assert values_of(papers.filter(value__a__in=papers.values("place"))) == [1]


def test_a_column_equals_a_key_of_a_subquery(papers):
    keys = papers.filter(place=OuterRef("place")).values("value__a")[:1]
    rows = papers.annotate(column=Lower(Value("X")))
    assert values_of(rows.filter(column=Subquery(keys))) == ["x"]


def test_a_whole_document_beside_a_column(papers):
    assert values_of(papers.annotate(column=Lower(Value("X"))).filter(column=F("value"))) == []


def test_a_key_as_text_beside_a_key(papers):
    rows = papers.annotate(text=KeyTextTransform("a", "value"))
    assert "x" in values_of(rows.filter(text=F("value__a"))) and "x" in values_of(
        rows.filter(text__iexact=F("value__a"))
    )


def test_a_key_as_text_is_compared_with_its_trailing_blanks(alias):
    from figures.table._json_cases import stored

    rows = stored(alias, [{"a": "x"}, {"a": "x "}, {"a": None}])[0].annotate(text=KeyTextTransform("a", "value"))
    for texts in (["x"], ["x", None], ["x", *map(str, range(99))]):
        assert list(rows.filter(text__in=texts).values_list("place", flat=True)) == [0]


@pytest.mark.parametrize("value", [10**19, 1e19])
def test_a_number_of_many_digits_is_found_however_it_is_written(alias, value):
    from figures.table._json_cases import stored

    rows = stored(alias, [{"a": 10**19}, {"a": 1e19}, {"a": 10**19 + 1}])[0].order_by("place")
    for others in ([], [{}], list(range(9))):
        selected = rows.filter(value__a__in=[value, *others])
        assert list(selected.values_list("place", flat=True)) == [0, 1]
