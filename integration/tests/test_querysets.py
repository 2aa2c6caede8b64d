"""A small share of `hatch run querysets` and `hatch run documents`: the same ones each time."""

import pytest
from properties import documents, papers
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


def test_random_querysets_over_documents_are_the_same_in_the_type_json():
    ((server, compared, differences),) = documents.differing(["2025", "2025 native"], seed=1, numbers=range(60))
    assert server == "2025 native" and not differences
    assert compared > 50


def test_one_over_documents_is_made_of_its_seed():
    assert papers.Draw("1.7").queryset() == papers.Draw("1.7").queryset() != papers.Draw("1.8").queryset()


def test_documents_that_differ_are_reported(monkeypatch):
    answers = {"2022": ValueError("no"), "2025": ["1", "2"], "azure": ["1"], "fabric": ValueError("no")}
    monkeypatch.setattr(documents, "_answers", lambda server, seed, numbers: dict.fromkeys(numbers, answers[server]))
    assert list(documents.differing(["2022", "2025"], 1, [7])) == [("2025", 0, [])]
    (_, compared, (rows,)), (_, _, (error,)) = documents.differing(["2025", "azure", "fabric"], 1, [7])
    assert compared == 1 and rows.startswith("--number 7: ") and rows.endswith("2 rows, 1 here\n  2, None here")
    assert error.endswith("\n  ValueError: no")
