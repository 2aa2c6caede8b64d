"""What takeovers of databases keep, and how they judge; `hatch run takeover` runs them."""

import pytest
from takeover import page, run


def test_the_page_is_what_the_kept_figures_say():
    assert page.PAGE.read_text(encoding="utf-8") == page.text(page.load())


def test_each_kept_takeover_lost_nothing():
    counted = {"columns", "indexes and keys", "values", "schema operations forward and back"}
    for kept in page.load():
        figures = kept["figures"]
        assert figures["values"] > 1000 and figures["schema operations forward and back"] >= 200
        assert {title for title, figure in figures.items() if figure} == counted, kept["mssql-django"]


def test_both_lines_of_mssql_django_are_kept():
    assert {kept["mssql-django"] for kept in page.load()} == {pair[0] for pair in run.PAIRS}


@pytest.mark.parametrize(
    "text, mended",
    [
        ("models.BinaryField(max_length='max')", "models.BinaryField()"),
        ("models.BinaryField(max_length='max', null=True)", "models.BinaryField(null=True)"),
        ("models.BinaryField(db_column='a', max_length='max')", "models.BinaryField(db_column='a')"),
        ("models.BinaryField(default=b'', max_length='max', null=True)", "models.BinaryField(default=b'', null=True)"),
        ("models.BinaryField(max_length=20)", "models.BinaryField(max_length=20)"),
    ],
)
def test_the_remedy_for_lengths(text, mended):
    assert run.LENGTH.sub("", text) == mended


@pytest.mark.parametrize(
    "step, told, is_wrong",
    [
        ("over", {"broken": "Traceback"}, True),
        ("over", {"missing": ["- Alter field a"]}, True),
        ("over", {"missing": [], "differing": [], "failure": ""}, False),
        ("changes", {"failures": {"a": "b"}}, True),
        ("changes", {"failures": {}, "shape": ["column"]}, True),
        ("unmended", {"wanted": ["- Alter field binary on every"]}, False),
        ("unmended", {"wanted": ["- Alter field char on every"]}, True),
        ("before", {"doctor": []}, True),
        ("before", {"doctor": list(run.BEFORE)}, False),
    ],
)
def test_what_is_wrong_after_a_step(step, told, is_wrong):
    assert bool(list(run.problems(step, told))) is is_wrong
