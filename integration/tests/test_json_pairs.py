"""Two documents of the database, compared on every level."""

import pytest
from django.db.models import F, JSONField, Q
from django.db.models.expressions import RawSQL
from figures.table import _json_oracle as oracle
from figures.table import json as table

pytestmark = pytest.mark.usefixtures("shop")
# As many levels as each comparison has; one more is compared as text.
EQUAL, CONTAINED = 16, 12
SCALARS = [
    (1, 1.0), (0, -0.0), (1, 2), (1, "1"), (1, True), (True, True), (False, True), ("a", "a "), ("a", "A"), (None, None), (None, 0), (0.1, 0.1), (1e300, 1e300),
    (2**53, 2.0**53), (2**53 + 1, 2.0**53), (10**17, 1e17), (10**17 + 1, 1e17), (9 * 10**18, 9e18), (10**30, 10**30), (10**30, 10**30 + 1),
    (10**40, 10**40 + 1), (-(10**18), -1e18), (1e-5, 0.00001), (1.5, 1), ("é🤡", "é🤡"), ("", ""), ("x" * 5000, "x" * 5000),
]  # fmt: skip


@pytest.fixture(scope="module")
def alias(server, shop):
    with table.with_documents("json pairs", server.database("master", plugins=["json"])) as name:
        yield name


def pairs(alias, documents):
    from figures.table._json_cases import stored

    return stored(alias, [{"a": a, "b": b} for a, b in documents])[0]


def places(rows, *conditions):
    return set(rows.filter(*conditions).values_list("place", flat=True))


def nested(value, levels):
    """The value in so many objects and arrays."""
    for level in range(levels):
        value = {"k": value, "m": level} if level % 2 else [level, value]
    return value


@pytest.mark.parametrize("levels", range(CONTAINED + 1))
def test_scalars_are_compared_on_every_level(alias, levels):
    documents = [(nested(a, levels), nested(b, levels)) for a, b in SCALARS]
    rows = pairs(alias, documents)
    for lookup, truth in (
        ("contained_by", lambda a, b: oracle.contains(b, a)),
        ("contains", oracle.contains),
        ("exact", oracle.equal),
    ):
        condition = Q(**{f"value__a__{lookup}": F("value__b")})
        expected = {place for place, (a, b) in enumerate(documents) if truth(a, b)}
        assert places(rows, condition) == expected, lookup
        assert places(rows, ~condition) == set(range(len(documents))) - expected, lookup
    assert places(rows, Q(value__a__in=[F("value__c"), F("value__b"), F("value__d")])) == expected


@pytest.mark.parametrize("levels", range(CONTAINED - 1))
def test_parts_are_contained_on_every_level(alias, levels):
    some = [
        ({"a": 1, "b": 2}, {"b": 2.0}), ({"a": 1}, {"a": 1, "b": 2}), ({"a": 1}, {"a ": 1}), ([1, 2, 3], [3, 1, 3]), ([1], [1, 2]),
        ([[1, 2], [3]], [[3], [2]]), ([{"a": 1}, {"b": 2}], [{"a": 1, "b": 2}]), ([{"a": 1, "b": 2}], [{"a": 1}, {"b": 2}]),
        ([], []), ({}, []), ([1], []), ([], [1]), ({"a": []}, {"a": {}}), ({"a": {"b": 1}}, {"a": {}}), ([1], 1), ([[1]], 1), (1, [1]),
        ({"a": None}, {"a": None}), ({}, {"a": None}), ([None], None), ([[1]], [1]),
    ]  # fmt: skip
    documents = [(nested(a, levels), nested(b, levels)) for a, b in some]
    rows = pairs(alias, documents)
    expected = {place for place, (a, b) in enumerate(documents) if oracle.contains(a, b)}
    assert places(rows, Q(value__a__contains=F("value__b"))) == expected
    assert places(rows, Q(value__b__contained_by=F("value__a"))) == expected


def test_deeper_levels_are_compared_as_text(alias):
    same, other = ([nested(1, EQUAL + 3)] * 2, [nested(1, EQUAL + 3), nested(1.0, EQUAL + 3)])
    rows = pairs(alias, [same, other])
    for lookup in ("exact", "contains", "contained_by"):
        assert places(rows, Q(**{f"value__a__{lookup}": F("value__b")})) == {0}, lookup


def test_names_that_look_like_paths_are_no_paths(alias):
    names = ["a", "b", "a5b", "a52:b", "2:a", ":", "", "a ", "5", "4"]
    documents = [{name: 1} for name in names] + [{name: {other: 1}} for name in names for other in names[:4]]
    rows = pairs(alias, [(a, b) for a in documents for b in documents])
    same = {place for place, (a, b) in enumerate((a, b) for a in documents for b in documents) if a == b}
    assert places(rows, Q(value__a=F("value__b"))) == places(rows, Q(value__a__contains=F("value__b"))) == same


def test_a_name_that_occurs_twice_does_not_make_an_object_empty(alias):
    rows = pairs(alias, [(None, {}), ({}, {})])
    twice = rows.annotate(twice=RawSQL("""'{"a": 1, "a": 1}'""", (), JSONField()))
    assert not twice.filter(value__b=F("twice")).exists()
    assert twice.filter(twice=F("twice")).count() == 2


def test_one_of_some_documents_is_unknown_if_one_is_missing(alias):
    from figures.table._json_cases import SQL_NULL, stored

    documents = [
        {"a": 1, "b": 1.0},
        {"a": 1, "b": 1, "c": 2},
        {"a": 1, "b": 2},
        {"a": 1, "b": 2, "c": 3},
        {"b": 1},
        SQL_NULL,
    ]
    rows = stored(alias, documents)[0]
    condition = Q(value__a__in=[F("value__b"), F("value__c"), F("place")])
    assert places(rows, condition) == {0, 1}
    assert places(rows, Q(value__isnull=False) & ~condition) == {3}
    raw = RawSQL("value", (), JSONField())
    assert places(rows, Q(value__in=[raw, F("value__a")])) == {0, 1, 2, 3, 4}
