"""Aggregate and window functions.

https://learn.microsoft.com/sql/t-sql/functions/aggregate-functions-transact-sql
"""

from __future__ import annotations

from decimal import Decimal

import pytest


@pytest.mark.parametrize(
    "expression, rows, value, type_",
    [
        ("SUM(v)", "(1), (2), (NULL)", 3, "int"),
        ("SUM(v)", "(1.5), (2.25)", Decimal("3.75"), "decimal(38,2)"),
        ("SUM(v)", "($1.5), ($2)", Decimal("3.5"), "money"),
        ("SUM(CAST(v AS real))", "(1), (2)", 3.0, "float"),
        ("SUM(CAST(v AS bigint))", "(1), (2)", 3, "bigint"),
        ("AVG(v)", "(1), (2)", 1, "int"),
        ("AVG(v)", "(-1), (-2)", -1, "int"),
        ("AVG(v)", "(1.0), (2.5)", Decimal("1.75"), "decimal(38,6)"),
        ("AVG(v)", "($1), ($0), ($0)", Decimal("0.3333"), "money"),
        ("AVG(CAST(v AS float))", "(1), (2)", 1.5, "float"),
        ("COUNT(*)", "(1), (NULL)", 2, "int"),
        ("COUNT(v)", "(1), (NULL)", 1, "int"),
        ("COUNT_BIG(*)", "(1), (NULL)", 2, "bigint"),
        ("COUNT(DISTINCT v)", "('a'), ('A'), ('b ')", 2, "int"),
        ("MIN(v)", "('b'), ('A')", "A", "varchar(1)"),
        ("MAX(v)", "('b'), ('A')", "b", "varchar(1)"),
        ("STDEV(v)", "(1), (3)", 2**0.5, "float"),
        ("STDEV(v)", "(1)", None, "float"),
        ("VARP(v)", "(1), (3)", 1.0, "float"),
        ("STRING_AGG(v, ',')", "(NULL), ('b')", "b", "varchar(8000)"),
        ("STRING_AGG(v, ',') WITHIN GROUP (ORDER BY v DESC)", "('a'), ('b')", "b,a", "varchar(8000)"),
        ("APPROX_COUNT_DISTINCT(v)", "('a'), ('A')", 1, "bigint"),
    ],
)
def test_values_and_types(sql, expression, rows, value, type_):
    query = f"{expression} FROM (VALUES {rows}) t(v)"
    assert sql.value(query) == value
    assert sql.type(query) == type_


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
