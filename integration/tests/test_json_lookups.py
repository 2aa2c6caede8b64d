"""A few random cases of each JSON lookup; ``hatch run plugin-table json --count 10000`` runs them on all versions."""

from pathlib import Path

import pytest
from django.db.models import F
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
