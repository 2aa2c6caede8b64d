"""Fixtures shared by the tests of types and functions."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def sql():
    """Computes T-SQL expressions; see expression_support."""
    from expression_support import Calculator

    calculator = Calculator()
    yield calculator
    calculator.close()
