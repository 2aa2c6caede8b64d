"""Aggregate and window functions.

https://learn.microsoft.com/sql/t-sql/functions/aggregate-functions-transact-sql
"""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "expression, rows, number",
    [
        ("SUM(CAST(v AS bit))", "(1)", 8117),
        ("SUM(v)", "('a')", 8117),
        ("SUM(v)", "(2147483647), (1)", 8115),
        ("MIN(CAST(v AS bit))", "(1)", 8117),
        ("SUM(SUM(v))", "(1)", 130),
        ("COUNT(DISTINCT v) OVER ()", "(1)", 10759),
        ("ROW_NUMBER() OVER ()", "(1)", 4112),
        ("ROW_NUMBER() OVER (ORDER BY 1)", "(1)", 5308),
        ("LAG(v) OVER (ORDER BY v ROWS UNBOUNDED PRECEDING)", "(1)", 10752),
        ("ROW_NUMBER()", "(1)", 10753),
        ("LEN(v) OVER ()", "(1)", 4113),
        ("STRING_AGG(v, v)", "('a')", 8733),
        ("SUM(NULL)", "(1)", 8117),
    ],
)
def test_faults(sql, expression, rows, number):
    assert sql.number(f"{expression} FROM (VALUES {rows}) t(v)") == number


@pytest.mark.parametrize(
    "expression, values",
    [
        ("ROW_NUMBER() OVER (ORDER BY v DESC)", [3, 2, 1]),
        ("RANK() OVER (ORDER BY v % 2)", [2, 1, 2]),
        ("NTILE(2) OVER (ORDER BY v)", [1, 1, 2]),
        ("LAG(v) OVER (ORDER BY v)", [None, 1, 2]),
        ("LEAD(v, 1, 0) OVER (ORDER BY v)", [2, 3, 0]),
        ("FIRST_VALUE(v) OVER (ORDER BY v)", [1, 1, 1]),
        ("LAST_VALUE(v) OVER (ORDER BY v)", [1, 2, 3]),
        ("SUM(v) OVER (ORDER BY v ROWS UNBOUNDED PRECEDING)", [1, 3, 6]),
        ("AVG(v) OVER (PARTITION BY v % 2)", [2, 2, 2]),
        ("COUNT(*) OVER (PARTITION BY v % 2)", [2, 1, 2]),
        ("CUME_DIST() OVER (ORDER BY v / 2)", [1 / 3, 1.0, 1.0]),
    ],
)
def test_windows(sql, expression, values):
    rows, _ = sql.rows(f"SELECT v, {expression} FROM (VALUES (1), (2), (3)) t(v) ORDER BY v")
    assert (
        [row[1] for row in rows] == pytest.approx(values) if None not in values else [row[1] for row in rows] == values
    )
