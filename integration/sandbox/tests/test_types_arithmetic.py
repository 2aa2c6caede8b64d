"""Operators: result types, rounding, faults: what corpus/answers does not tell.

https://learn.microsoft.com/sql/t-sql/data-types/precision-scale-and-length-transact-sql
"""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "expression, number",
    [
        ("1/0", 8134),
        ("2147483647 + 1", 8115),
        ("CAST(200 AS tinyint) + CAST(100 AS tinyint)", 8115),
        ("CAST(30000 AS smallint) + CAST(30000 AS smallint)", 8115),
        ("99999999999999999999999999999999999999 + 1", 8115),
        ("1e308 * 10", 8115),
        ("5e0 % 2", 402),
        ("5e0 % 2e0", 8117),
        ("CAST(1 AS bit) + CAST(1 AS bit)", 402),
        ("CAST(1 AS bit) * CAST(1 AS bit)", 8117),
        ("5.5 & 3", 402),
        ("'a' + 1", 245),
        ("CAST('20200101' AS date) + 1", 206),
        ("CAST('20200101' AS datetime2) + 1", 206),
        ("CAST('20200101' AS datetime) * 2", 257),
        ("NEWID() + 1", 206),
        ("'a' - 'b'", 402),
    ],
)
def test_faults(sql, expression, number):
    assert sql.number(expression) == number


def test_overflow_text(sql):
    assert sql.message("2147483647 + 1") == "Arithmetic overflow error converting expression to data type int."


def test_datetime_takes_days(sql):
    start = sql.value("CAST('20200101' AS datetime)")
    assert sql.value("CAST('20200101' AS datetime) + 1") == start + 864_000_000_000
    assert sql.value("CAST('20200101' AS datetime) + 0.5") == start + 432_000_000_000


def test_operators_of_later_versions(sql):
    assert sql.number("1 << 3", "2019") == 102
    assert sql.number("'a' || 'b'", "2022") == 102
    assert sql.value("'a' || 'b'", "2025") == "ab"
    assert sql.number("1 || 2", "2025") == 402
