"""JSON made of other values, and keys in arithmetic, aggregates, windows and orders."""

import datetime
import decimal
import uuid

import pytest
from django.db import DatabaseError, NotSupportedError, connections, transaction
from django.db.models import (
    Avg,
    Case,
    Count,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    JSONField,
    Max,
    Q,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, JSONObject, Rank, Upper
from figures.table import json as table

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(scope="module")
def alias(server, shop):
    with table.with_documents("json values", server.database("master", plugins=["json"])) as name:
        yield name


@pytest.fixture
def papers(alias):
    from figures.table._json_cases import stored

    def papers(*documents):
        return stored(alias, list(documents))[0]

    return papers


def text_of(key):
    return KeyTextTransform(key, "value")


@pytest.mark.parametrize(
    "value, expected",
    [
        ('say "x" \\ / \n é 🤡', None),
        (7, None),
        (-0.1, None),
        (1e300, None),
        (True, None),
        (decimal.Decimal("12.50"), 12.5),
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (datetime.datetime(2020, 1, 2, 3, 4, 5, 600000, datetime.timezone.utc), "2020-01-02T03:04:05.6"),
        (uuid.UUID("6f1d3a0e-0000-4000-8000-000000000001"), "6f1d3a0e-0000-4000-8000-000000000001"),
    ],
)
def test_json_object_writes_values_by_their_type(papers, value, expected):
    (document,) = papers({}).annotate(o=JSONObject(**{"k'": Value(value)})).values_list("o", flat=True)
    expected = value if expected is None else expected
    shown = document["k'"]
    if isinstance(value, datetime.datetime):
        assert shown.startswith(expected)
    else:
        assert shown == expected and type(shown) is type(expected)


def test_documents_and_nulls_are_nested(papers):
    rows = papers({"a": [1, {"b": None}]}).annotate(
        o=JSONObject(
            d="value", k=KeyTransform("a", "value"), n=Value(None, IntegerField()), e=JSONObject(), q=Q(place=0)
        )
    )
    assert rows.get().o == {
        "d": {"a": [1, {"b": None}]}, "k": [1, {"b": None}], "n": None, "e": {}, "q": True
    }  # fmt: skip


def test_long_values_are_whole(papers):
    text = "é" * 9000
    (answer,) = papers({"a": text}).annotate(o=JSONObject(x=KeyTransform("a", "value"), t=text_of("a"))).values("o")
    assert answer["o"] == {"x": text, "t": text}


@pytest.mark.parametrize("length", [3990, 3998, 3999, 4000, 4001])
def test_documents_about_as_long_as_a_parameter(papers, length):
    document = {"a": "x" * (length - len('{"a":""}'))}
    rows = papers(document)
    assert rows.filter(value=document).count() == rows.filter(value__contains=document).count() == 1
    assert rows.filter(value__a=document["a"]).count() == 1


def test_keys_in_arithmetic(papers):
    rows = papers({"a": 2, "b": 0.5}).annotate(
        x=ExpressionWrapper(F("value__a") * F("value__b") + 1, output_field=FloatField())
    )
    assert rows.get().x == 2.0


def test_aggregates(papers):
    rows = papers({"n": 1}, {"n": 2.5}, {"n": None}, {}, [])
    totals = rows.aggregate(
        total=Sum("value__n"), mean=Avg("value__n", output_field=FloatField()), n=Count("value__n"),
        most=Max(Cast(text_of("n"), FloatField())), some=Count("id", filter=Q(value__n__gt=1)),
    )  # fmt: skip
    assert totals == {"total": 3.5, "mean": 1.75, "n": 3, "most": 2.5, "some": 1}


def test_aggregates_of_what_is_no_number(papers, alias):
    with pytest.raises(DatabaseError, match="8114"), transaction.atomic(alias):
        papers({"n": "x"}).aggregate(total=Sum("value__n"))
    with pytest.raises(NotSupportedError, match="Cast"):
        papers({"n": "x"}).aggregate(most=Max("value__n"))


def test_windows(papers):
    rows = papers({"a": "x", "n": 10}, {"a": "x", "n": 9}, {"a": "y", "n": 1}).annotate(
        r=Window(Rank(), partition_by=[F("value__a")], order_by=F("value__n").asc())
    )
    assert list(rows.order_by("place").values_list("r", flat=True)) == [2, 1, 1]


def test_aggregates_of_keys_in_windows(papers):
    rows = papers({"a": "x", "n": 10}, {"a": "x", "n": 9}, {"a": "y", "n": 1}).order_by("place")
    document = ExpressionWrapper(F("value__n") + 1, output_field=JSONField())
    for expression, expected in (
        (Window(Avg("value__n"), partition_by=[F("value__a")]), [9.5, 9.5, 1.0]),
        (Window(Sum("value__n", output_field=FloatField())), [20.0] * 3),
        (Window(Max(document)), [11.0] * 3),
        (ExpressionWrapper(Window(Avg("value__n")), output_field=JSONField()), [20 / 3] * 3),
    ):
        assert list(rows.annotate(x=expression).values_list("x", flat=True)) == expected
    assert list(
        rows.annotate(x=Window(Avg("value__n"), partition_by=[F("value__a")]))
        .filter(place=2)
        .values_list("x", flat=True)
    ) == [1.0]


def test_numbers_sort_as_numbers_with_distinct_and_groups(papers):
    rows = papers({"n": 10}, {"n": 9}, {"n": 10}, {"n": "z"}, {})
    expected = [None, "z", 9, 10]
    assert list(rows.order_by("value__n").values_list("value__n", flat=True).distinct()) == expected
    groups = rows.values("value__n").annotate(c=Count("id")).order_by("value__n")
    assert [(row["value__n"], row["c"]) for row in groups] == [(None, 1), ("z", 1), (9, 1), (10, 2)]
    assert list(rows.order_by(F("value__n").desc(nulls_last=True)).values_list("value__n", flat=True)[:2]) == [10, 10]


def as_document(expression):
    return ExpressionWrapper(expression, output_field=JSONField())


def test_arithmetic_with_keys_is_json_where_it_is_said_to_be(papers):
    rows = papers({"n": 1, "m": 2}, {"n": 1e-12, "m": 2}, {"n": 10, "m": 1}, {}).order_by("place")
    rows = rows.annotate(x=as_document(F("value__n") + 1))
    assert list(rows.values_list("x", flat=True)) == [2.0, 1.000000000001, 11.0, None]
    both = rows.annotate(y=as_document(F("value__n") * F("value__m")), z=as_document(F("x") * -2)).values_list("y", "z")
    assert list(both) == [(2.0, -4.0), (2e-12, -2.000000000002), (10.0, -22.0), (None, None)]
    places = {
        "exact": rows.filter(x=2),
        "in": rows.filter(x__in=[2, 11]),
        "gt": rows.filter(x__gt=2),
        "range": rows.filter(x__range=(2, 10)),
        "of a key": rows.filter(value__m=as_document(F("value__n") + 1)),
        "order": rows.order_by("-x"),
    }
    assert {name: list(query.values_list("place", flat=True)) for name, query in places.items()} == {
        "exact": [0], "in": [0, 2], "gt": [2], "range": [0], "of a key": [0], "order": [2, 0, 1, 3],
    }  # fmt: skip
    groups = rows.order_by().values("x").annotate(c=Count("id")).order_by("x")
    assert [row["x"] for row in groups] == [None, 1.000000000001, 2.0, 11.0]
    assert rows.aggregate(s=Sum("x"), m=Max("x"), f=Sum("x", output_field=FloatField())) == {
        "s": 14.000000000001, "m": 11.0, "f": 14.000000000001,
    }  # fmt: skip
    other = Coalesce("x", Value({"none": True}, JSONField()))
    assert list(rows.values_list(other, flat=True)) == [2.0, 1.000000000001, 11.0, {"none": True}]


def test_its_result_is_stored_with_all_digits(papers):
    rows = papers({"n": 1e-12}, {"n": 123456789})
    rows.update(value=as_document(F("value__n") + 1))
    assert list(rows.order_by("place").values_list("value", flat=True)) == [1.000000000001, 123456790.0]


def test_numbers_and_moments_are_json_where_they_are_said_to_be(papers):
    day, price = datetime.date(2020, 1, 2), decimal.Decimal("1.50")
    row = papers({}).annotate(
        place_=as_document(F("place")), sum_=as_document(F("place") + 7), price=as_document(Value(price)),
        day=as_document(Value(day)), text=as_document(Value('{"a": 1}')),
    ).get()  # fmt: skip
    assert (row.place_, row.sum_, row.price, row.day, row.text) == (0, 7, 1.5, "2020-01-02", {"a": 1})
    assert papers({}, {}).aggregate(c=as_document(Count("id"))) == {"c": 2}


def test_groups_distinguish_case(papers):
    groups = papers({"a": "IT"}, {"a": "it"}).values("value__a").annotate(c=Count("id"))
    assert sorted((row["value__a"], row["c"]) for row in groups) == [("IT", 1), ("it", 1)]


def test_casts(papers):
    row = papers({"n": "12", "f": 0.1, "b": True, "d": {"x": [1]}, "t": "[1, 2]"}).annotate(
        n=Cast("value__n", IntegerField()), f=Cast("value__f", FloatField()), u=Upper(text_of("n")),
        d=Cast("value__d", JSONField()), t=Cast(text_of("t"), JSONField()), p=Cast("place", JSONField()),
        c=Coalesce(KeyTransform("nothing", "value"), Value({"else": 1}, JSONField())),
    ).get()  # fmt: skip
    assert (row.n, row.f, row.u, row.d, row.t, row.p, row.c) == (12, 0.1, "12", {"x": [1]}, [1, 2], 0, {"else": 1})


def test_updates_with_expressions(papers):
    rows = papers({"a": {"b": [1]}, "c": "x"}, {"a": 2})
    rows.update(
        value=Case(When(value__a=2, then=Value([2], JSONField())), default=JSONObject(was=F("value__a__b__-1")))
    )
    assert list(rows.order_by("place").values_list("value", flat=True)) == [{"was": 1}, [2]]


def test_the_null_of_json_is_assigned_as_such(papers):
    documents = papers({"a": 1})
    documents.update(value=Value(None, JSONField()))
    assert documents.filter(value=Value(None, JSONField())).count() == 1
    assert documents.filter(value__isnull=True).count() == 0


def test_in_a_subquery_of_documents(papers):
    rows = papers({"a": 1, "b": 2}, {"a": 2}, [1])
    others = papers({"b": 2.0, "a": 1})
    assert list(rows.filter(value__in=others.values("value")).values_list("place", flat=True)) == [0]
    keys = papers({"k": 2})
    assert list(rows.filter(value__a__in=keys.values("value__k")).values_list("place", flat=True)) == [1]


def test_keys_equal_values_of_every_type(papers):
    rows = papers({"b": True, "d": "2020-01-02", "0": "zero"}).annotate(
        b=Value(True), d=Value(datetime.date(2020, 1, 2)), n=Value(1)
    )
    assert rows.filter(value__b=F("b"), value__d=F("d"), **{"value__0": "zero"}).count() == 1
    assert rows.filter(Q(value__b=F("n")) | Q(value__d=F("b"))).count() == 0


def test_blanks_at_the_end_count(papers):
    rows = papers({"a ": "x "})
    assert rows.filter(value__has_key="a ").filter(**{"value__a ": "x "}).count() == 1
    assert not rows.filter(Q(value__has_key="a") | Q(value__a="x ") | Q(**{"value__a ": "x"})).exists()


@pytest.mark.parametrize(
    "document, lookup, constant, expected",
    [
        # Names that differ by a blank are two.
        ({"a": 1, "a ": 1}, "exact", {"a": 1, "a ": 1}, True),
        ({"a": 1, "a ": 1}, "exact", {"a": 1}, False),
        ({"a": 1, "a ": 1}, "contains", {"a ": 1, "a": 1}, True),
        ({"a": 1}, "contains", {"a": 1, "a ": 1}, False),
        ({"a": 1, "a ": 1}, "contained_by", {"a": 1}, False),
        # What is not in the constant does not count for what is.
        ({"a": 1, "c": 3}, "contains", {"a": 1, "b": 2}, False),
        ({"a": 1, "b": 2, "c": 3}, "contains", {"a": 1, "b": 2}, True),
        ({"a": 1, "b": 2, "c": 3}, "exact", {"a": 1, "b": 2}, False),
        ([1, 3], "contains", [1, 2], False),
        # A position is no name.
        ({"a": [1]}, "exact", {"a": {"0": 1}}, False),
        ({"a": [1]}, "contains", {"a": {"0": 1}}, False),
        ({"a": {"b": [{"c": 1}]}}, "contains", {"a": {"b": {"0": {"c": 1}}}}, False),
        ({"a": {"b": {"0": {"c": 1}}}}, "contains", {"a": {"b": {"0": {"c": 1}}}}, True),
        ({"0": 1}, "exact", [1], False),
        ({"0": 1}, "contained_by", [1], False),
        # Empty is not nothing.
        ({"a": {}}, "exact", {"a": []}, False),
        ({"a": {}}, "contains", {"a": {}}, True),
        ({}, "contains", {"a": {}}, False),
        ([], "exact", {}, False),
        ([[]], "contains", [[]], True),
        ([[]], "contained_by", [], False),
        # One element may be several of the constant's, and none of them twice.
        ([{"a": 1, "b": 2}], "contains", [{"a": 1}, {"b": 2}], True),
        ([1, 1], "contains", [1, 1.0, 1], True),
        ([1], "contains", [1, True], False),
        ([True], "contains", [1, True], False),
        ([1, True], "contains", [True, 1], True),
        ([1, 1], "exact", [1], False),
        ([1, 1], "contained_by", [1], True),
        # Numbers that one float would be.
        ([2**53 + 1], "exact", [2**53], False),
        ([2**53 + 1], "contains", [float(2**53)], False),
        ([float(2**53)], "exact", [2**53], True),
        ([10**30], "exact", [10**30 + 1], False),
        ([None, "null"], "exact", ["null", None], False),
        # Text counts to the last blank, in whatever case.
        ({"a": "x "}, "exact", {"a": "x"}, False),
        ({"a": "X"}, "contains", {"a": "x"}, False),
        ({"a": "true"}, "exact", {"a": True}, False),
    ],
)
def test_documents_and_constants(papers, document, lookup, constant, expected):
    rows = papers(document, {"k": document})
    condition = Q(**{f"value__{lookup}": constant})
    assert rows.filter(condition, place=0).exists() is expected
    assert rows.filter(~condition, place=0).exists() is not expected
    condition = Q(**{f"value__k__{lookup}": constant})
    assert rows.filter(condition).exists() is expected
    assert list(rows.filter(~condition).values_list("place", flat=True)) == ([] if expected else [1])


def test_a_name_twice_does_not_stand_for_two(papers, alias):
    rows = papers({})
    with connections[alias].cursor() as cursor:
        cursor.execute("UPDATE table_document SET value = %s WHERE id = %s", ['{"a": 1, "a": 1}', rows.get().pk])
    assert not rows.filter(Q(value={"a": 1, "b": 2}) | Q(value__contains={"a": 1, "b": 2})).exists()
    assert rows.filter(value={"a": 1}, value__contains={"a": 1}).exists()


def test_what_is_no_document_is_neither(papers, alias):
    from figures.table._json_cases import SQL_NULL

    rows = papers(SQL_NULL, {"a": 1, "b": "x"}, {"a": "x"})
    for lookup in ("exact", "contains", "contained_by"):
        for constant in ({"a": 1, "b": "x"}, {"b": "x"}, [1]):
            answers = rows.annotate(
                answer=Case(
                    When(Q(**{f"value__{lookup}": constant}), then=1),
                    When(~Q(**{f"value__{lookup}": constant}), then=0),
                    output_field=IntegerField(),
                )
            ).order_by("place")
            assert None not in answers.values_list("answer", flat=True)[1:], (lookup, constant)
            assert rows.filter(Q(**{f"value__{lookup}": constant}), value__isnull=True).count() == 0


def test_integers_keep_their_digits(papers):
    big = 12345678901234567890123456789
    rows = papers({"n": big}, {"n": big + 1})
    assert [row.place for row in rows.filter(value__n=big)] == [0]
    assert [row.place for row in rows.filter(value__n__gt=big)] == [1]
    assert list(rows.order_by("place").values_list("value__n", flat=True)) == [big, big + 1]
