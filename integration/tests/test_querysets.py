"""A small share of `hatch run querysets`: the same ones each time."""

import pytest
from properties.querysets import differing
from properties.shelf import Draw

pytestmark = pytest.mark.usefixtures("shop")


def test_random_querysets_have_the_rows_of_sqlite():
    compared, differences = differing("default", seed=1, numbers=range(120))
    assert not differences
    assert compared > 100


def test_a_queryset_is_made_of_its_seed():
    assert Draw("1.7").queryset() == Draw("1.7").queryset() != Draw("1.8").queryset()


def test_a_difference_is_reported_with_its_rows(monkeypatch):
    from properties import querysets

    answers = {"sqlite": [(1,)], "default": [(1,), (2,)]}
    monkeypatch.setattr(querysets, "_answer", lambda source, alias, is_ordered: answers[alias])
    compared, (difference,) = differing("default", seed=1, numbers=[7])
    assert compared == 1 and difference.startswith("--number 7: books")
    assert difference.endswith("1 rows on SQLite, 2 here\n  None, (2,) here")
