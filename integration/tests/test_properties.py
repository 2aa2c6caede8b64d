"""A small share of `hatch run properties`: the same values each time."""

import pytest
from properties import page, results
from properties.kinds import KINDS
from properties.run import check

pytestmark = pytest.mark.usefixtures("shop")


@pytest.mark.parametrize("name", KINDS)
def test_what_goes_in_comes_out_and_is_found(name):
    assert check(name, 60, seed=True) == 60


def test_the_page_is_made_from_the_kept_results():
    assert page.PAGE.read_text("utf-8") == page.text(results.load())


def test_the_kept_results_are_of_every_kind_of_field():
    for result in results.load():
        assert {line["field"] for line in result["lines"]} == set(KINDS)
