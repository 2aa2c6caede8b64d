"""A small share of `hatch run properties`: the same values each time."""

import pytest
from properties.kinds import KINDS
from properties.run import check

pytestmark = pytest.mark.usefixtures("shop")


@pytest.mark.parametrize("name", KINDS)
def test_what_goes_in_comes_out_and_is_found(name):
    assert check(name, 60, seed=True) == 60
