"""String functions: what corpus/answers does not tell.

https://learn.microsoft.com/sql/t-sql/functions/string-functions-transact-sql
"""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "expression, number",
    [
        ("LEFT('abc', -1)", 536),
        ("RIGHT('abc', -1)", 536),
        ("SUBSTRING('abc', 2, -1)", 537),
        ("TRANSLATE('abc', 'ab', 'x')", 9828),
        ("LEN()", 174),
        ("CONCAT('a')", 189),
        ("NOSUCH(1)", 195),
        ("dbo.f(1)", 4121),
        ("FORMAT('x', 'd')", 8116),
        ("CHAR(0)", 50999),
        ("RIGHT(N'a😀', 1)", 50999),
    ],
)
def test_faults(sql, expression, number):
    assert sql.number(expression) == number


@pytest.mark.parametrize(
    "expression, without, since",
    [
        ("TRIM(' a')", "2016", "2017"),
        ("CONCAT_WS(',', 'a', 'b')", "2016", "2017"),
        ("TRANSLATE('a', 'a', 'b')", "2016", "2017"),
        ("STRING_AGG(v, ',') FROM (VALUES ('a')) t(v)", "2016", "2017"),
        ("GREATEST(1, 2)", "2019", "2022"),
        ("UNISTR(N'a')", "2022", "2025"),
        ("REGEXP_REPLACE('a', 'a', 'b')", "2022", "2025"),
    ],
)
def test_arrival(sql, expression, without, since):
    assert sql.number(expression, without) == 195
    assert sql.value(expression, since) is not None


def test_format_refuses_other_cultures(sql):
    assert sql.number("FORMAT(1, 'N', 'de-DE')") == 50999


def test_regular_expressions_beyond_re2_are_refused(sql):
    assert sql.number("REGEXP_COUNT('a', '(?=a)')", "2025") == 50999
    assert sql.number("REGEXP_COUNT('a', 'a', 1, 'x')", "2025") == 19301


def test_string_split(sql):
    assert sql.rows("SELECT value FROM STRING_SPLIT('a,b,,c', ',')")[0] == [("a",), ("b",), ("",), ("c",)]
    assert sql.rows("SELECT value, ordinal FROM STRING_SPLIT('a,b', ',', 1)")[0] == [("a", 1), ("b", 2)]
    assert sql.number("value FROM STRING_SPLIT('a', ',,')") == 214


def test_format_of_years(sql):
    year = "FORMAT(CAST('2007-01-02' AS date), '{}')"
    assert [sql.value(year.format(f"{'y' * digits} M")) for digits in (1, 2, 3, 4, 5)] == [
        "7 1", "07 1", "2007 1", "2007 1", "02007 1",
    ]  # fmt: skip
