"""Operators: result types, rounding, faults.

https://learn.microsoft.com/sql/t-sql/data-types/precision-scale-and-length-transact-sql
"""

from __future__ import annotations

from decimal import Decimal

import pytest


@pytest.mark.parametrize(
    "expression, value, type_",
    [
        ("1/2", 0, "int"),
        ("-7/2", -3, "int"),
        ("-5 % 3", -2, "int"),
        ("1.0/3", Decimal("0.333333"), "decimal(7,6)"),
        ("CAST(1 AS decimal(10,2))/CAST(3 AS decimal(10,2))", Decimal("0.3333333333333"), "decimal(23,13)"),
        ("CAST(2 AS decimal(10,2))/CAST(3 AS decimal(10,2))", Decimal("0.6666666666666"), "decimal(23,13)"),
        ("CAST(1 AS decimal(30,20))*CAST(1 AS decimal(30,20))", Decimal(1), "decimal(38,17)"),
        ("CAST(1 AS decimal(30,10))*CAST(3 AS decimal(30,10))", Decimal(3), "decimal(38,6)"),
        ("CAST(1 AS decimal(38,10)) + CAST(1 AS decimal(38,30))", Decimal(2), "decimal(38,10)"),
        ("1.10 + 2.205", Decimal("3.305"), "decimal(5,3)"),
        ("CAST(4.00 AS decimal(5,2)) / 7", Decimal("0.571428"), "decimal(9,6)"),
        ("CAST(1 AS decimal(5,0)) / 1600000", Decimal("0.00000062"), "decimal(13,8)"),
        ("CAST(1.5 AS decimal(4,2)) % CAST(1 AS int)", Decimal("0.50"), "decimal(4,2)"),
        ("$1.0001 * $0.5555", Decimal("0.5556"), "money"),
        ("$1 / $3", Decimal("0.3333"), "money"),
        ("$1 * 1.5", Decimal("1.5"), "decimal(22,5)"),
        ("CAST(1 AS bit) + 1", 2, "int"),
        ("CAST(1 AS real) + 1", 2.0, "real"),
        ("CAST(1 AS real) + 1e0", 2.0, "float"),
        ("CAST(30000 AS smallint) * 2", 60000, "int"),
        ("'1' + 1", 2, "int"),
        ("1.5 + '1'", Decimal("2.5"), "decimal(3,1)"),
        ("0x01 + 0x02", b"\x01\x02", "varbinary(2)"),
        ("0x01 + 1", 2, "int"),
        ("N'a' + 'b'", "ab", "nvarchar(2)"),
        ("5 & 3", 1, "int"),
        ("5 ^ 3", 6, "int"),
        ("~5", -6, "int"),
        ("~CAST(5 AS tinyint)", 250, "tinyint"),
        ("1 << 3", 8, "int"),
        ("-1 >> 28", 15, "int"),
        ("2147483648", Decimal(2147483648), "decimal(10,0)"),
    ],
)
def test_values_and_types(sql, expression, value, type_):
    assert sql.value(expression) == value
    assert sql.type(expression) == type_


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
        ("CAST('20200101' AS datetime) * 2", 8117),
        ("NEWID() + 1", 206),
        ("'a' - 'b'", 8117),
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
    assert sql.number("'a' || 1", "2025") == 402
