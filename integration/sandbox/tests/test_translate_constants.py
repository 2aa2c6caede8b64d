"""What is settled at compile time."""

import pytest

from mssql_sandbox.syntax.parser import parse_batch
from mssql_sandbox.translate.constants import folded_integer, is_constant, is_converted_variable, signed_integer, truth


def expression(text):
    return parse_batch(f"SELECT {text}").statements[0].query.body.items[0].expression


@pytest.mark.parametrize(
    "text", ["'x'", "1 + 1", "NULL", "CAST(1 AS bigint)", "-1.5", "'x' COLLATE Latin1_General_CI_AS", "ABS(LEN('abc'))"]
)
def test_constants(text):
    assert is_constant(expression(text))


@pytest.mark.parametrize("text", ["n", "n + 1", "@v + 1", "GETDATE()", "LEN(UPPER('abc'))", "(SELECT 1)", "ABS(n)"])
def test_no_constants(text):
    assert not is_constant(expression(text))


def test_a_variable_stays_one_through_conversions_only():
    assert is_converted_variable(expression("@v")) and is_converted_variable(expression("CAST(@v AS int)"))
    assert not is_converted_variable(expression("@v + 1"))


def test_positions_and_folded_numbers():
    assert signed_integer(expression("-(1)")) == -1
    assert signed_integer(expression("2 - 1")) is None
    assert folded_integer(expression("2 * 3 - 1")) == 5
    assert folded_integer(expression("CAST(1 AS bigint)")) is None


@pytest.mark.parametrize(
    ("condition", "settled"),
    [
        ("1 = 1", True), ("2 <= 1 + 0", False), ("n = 1", None), ("1 / 0 = 1", None), ("'a' = 'a'", None),
        ("n = 1 AND 1 = 0", False), ("n = 1 OR 1 = 1", True), ("n = 1 AND 1 = 1", None), ("1 = 1 AND 2 > 1", True),
        ("1 = 0 OR 2 < 1", False), ("n = 1 OR (1 = 0 AND n = 2)", None), ("NOT 1 = 1", None),
    ],
)  # fmt: skip
def test_conditions_that_are_settled(condition, settled):
    assert truth(expression(f"CASE WHEN {condition} THEN 1 END").whens[0].condition) is settled
