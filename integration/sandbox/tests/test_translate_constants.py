"""What is settled at compile time."""

import pytest

from mssql_sandbox.errors import NotSupported
from mssql_sandbox.syntax.parser import parse_batch
from mssql_sandbox.translate.constants import (
    UNKNOWN,
    check_folding,
    divides_by_zero,
    folded_integer,
    is_constant,
    is_converted_variable,
    is_written,
    signed_integer,
    truth,
)


def expression(text):
    return parse_batch(f"SELECT {text}").statements[0].query.body.items[0].expression


@pytest.mark.parametrize(
    "text",
    ["'x'", "1 + 1", "NULL", "CAST(1 AS bigint)", "-1.5", "'x' COLLATE Latin1_General_CI_AS", "ABS(LEN('abc'))",
     "COALESCE(1, n)", "COALESCE(NULL, 1)", "CASE WHEN 1 = 1 THEN 1 ELSE n END", "CASE 2 WHEN 3 THEN n ELSE 1 END",
     "IIF('a' = 'a', 1, 2)", "CASE WHEN NULL = n THEN n WHEN 1 = 1 THEN 2 END"],
)  # fmt: skip
def test_constants(text):
    assert is_constant(expression(text))


@pytest.mark.parametrize(
    "text",
    ["n", "n + 1", "@v + 1", "GETDATE()", "LEN(UPPER('abc'))", "(SELECT 1)", "ABS(n)", "COALESCE(n, 1)",
     "CASE WHEN 1 = 1 THEN n ELSE 1 END", "CASE WHEN n = 1 THEN 1 ELSE 2 END", "CASE WHEN EXISTS (SELECT 1) THEN 1 END"],
)  # fmt: skip
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
        ("1 = 0 OR 2 < 1", False), ("n = 1 OR (1 = 0 AND n = 2)", None), ("NOT 1 = 1", False),
        ("NULL = n", UNKNOWN), ("n <> CAST(NULL AS int)", UNKNOWN), ("NOT NULL = 1", UNKNOWN), ("NULL + 1 = n", None),
        ("n IN (NULL)", UNKNOWN), ("n NOT IN (NULL, -NULL)", UNKNOWN), ("n IN (1, NULL)", None), ("NULL IN (n)", UNKNOWN),
        ("n BETWEEN NULL AND NULL", UNKNOWN), ("n BETWEEN NULL AND 5", None), ("84 BETWEEN n AND 61", False),
        ("84 NOT BETWEEN n AND 61", True), ("NULL IS NULL", True), ("5 IS NULL", False), ("1 / 0 IS NULL", None),
        ("NULL = 1 AND n = 1", None), ("NULL = 1 AND 1 = 0", False), ("NULL = 1 OR 1 = 1", True),
        ("NULL = 1 OR 1 = 0", UNKNOWN), ("2147483647 + 1 > 0", None),
    ],
)  # fmt: skip
def test_conditions_that_are_settled(condition, settled):
    assert truth(expression(f"CASE WHEN {condition} THEN 1 END").whens[0].condition) is settled


def test_a_choice_that_is_not_settled_is_refused():
    for text in ("CASE WHEN 'a' = 'a' THEN n ELSE 1 END", "COALESCE(NULLIF(1, 1), n)"):
        with pytest.raises(NotSupported):
            is_constant(expression(text))


def test_constants_whose_folding_fails():
    assert divides_by_zero(expression("1 / 0")) and divides_by_zero(expression("5 + 2 % (1 - 1)"))
    assert not divides_by_zero(expression("1 / 2")) and not divides_by_zero(expression("n / 0"))
    for text in ("1", "'a' + 'b'", "CAST(1 AS bigint)", "COALESCE(NULL, 'x')", "ABS(LEN('abc'))", "CAST(NULL AS int)"):
        check_folding(expression(text))
    for text in ("CAST('a' AS int)", "1.5 / 0.0", "POWER(2, 40)", "CAST(300 AS tinyint)", "2147483647 + 1", "'a' + 1"):
        with pytest.raises(NotSupported):
            check_folding(expression(text))


def test_what_is_computed_from_written_literals_is_not_null():
    assert is_written(expression("61 / 0")) and is_written(expression("-(1 + 2)"))
    assert not any(is_written(expression(text)) for text in ("NULL", "1 + NULL", "n", "CAST(1 AS int)", "ABS(1)"))
