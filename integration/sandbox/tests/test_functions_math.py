"""Mathematical, bit and system functions.

https://learn.microsoft.com/sql/t-sql/functions/mathematical-functions-transact-sql
"""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest


@pytest.mark.parametrize(
    "expression, value, type_",
    [
        ("ABS(-5)", 5, "int"),
        ("ABS(-1.5)", Decimal("1.5"), "decimal(2,1)"),
        ("CEILING(1.2)", Decimal(2), "decimal(2,0)"),
        ("FLOOR(-1.2)", Decimal(-2), "decimal(2,0)"),
        ("CEILING($1.2)", Decimal(2), "money"),
        ("ROUND(1.25, 1)", Decimal("1.30"), "decimal(3,2)"),
        ("ROUND(1.999, 2, 1)", Decimal("1.990"), "decimal(4,3)"),
        ("ROUND(150, -2)", 200, "int"),
        ("ROUND(123.456e0, 1)", 123.5, "float"),
        ("POWER(2, 3)", 8, "int"),
        ("POWER(2.0, 3)", Decimal(8), "decimal(38,1)"),
        ("POWER(2e0, 0.5)", 2**0.5, "float"),
        ("SQRT(2)", 2**0.5, "float"),
        ("SQUARE(3)", 9.0, "float"),
        ("LOG(8, 2)", 3.0, "float"),
        ("LOG10(100)", 2.0, "float"),
        ("DEGREES(1)", 57, "int"),
        ("SIGN(-5)", -1, "int"),
        ("SIGN(2e0)", 1.0, "float"),
        ("GREATEST(1, 2.5, 3)", Decimal("3.0"), "decimal(11,1)"),
        ("LEAST('b', 'A')", "A", "varchar(1)"),
        ("GREATEST(NULL, 1)", 1, "int"),
        ("BIT_COUNT(7)", 3, "bigint"),
        ("LEFT_SHIFT(1, 3)", 8, "int"),
        ("GET_BIT(5, 2)", 1, "bit"),
        ("SET_BIT(0, 31)", -2147483648, "int"),
    ],
)
def test_values_and_types(sql, expression, value, type_):
    assert sql.value(expression) == value
    assert sql.type(expression) == type_


@pytest.mark.parametrize(
    "expression, number",
    [
        ("ABS(CAST(-2147483648 AS int))", 8115),
        ("ROUND(9.9, 0)", 8115),
        ("POWER(2, 31)", 232),
        ("POWER(0, -1)", 8134),
        ("SQRT(-1)", 3623),
        ("LOG(0)", 3623),
        ("ASIN(2)", 3623),
        ("ATN2(0, 0)", 3623),
        ("EXP(1000)", 8115),
        ("ABS('x')", 8114),
        ("ABS(GETDATE())", 8116),
    ],
)
def test_faults(sql, expression, number):
    assert sql.number(expression) == number


@pytest.mark.parametrize(
    "name, algorithm", [("MD5", "md5"), ("SHA1", "sha1"), ("SHA2_256", "sha256"), ("SHA2_512", "sha512")]
)
@pytest.mark.parametrize("text", ["", "abc", "x" * 200])
def test_hashbytes(sql, name, algorithm, text):
    assert sql.value(f"HASHBYTES('{name}', '{text}')") == hashlib.new(algorithm, text.encode()).digest()
    assert sql.value(f"HASHBYTES('{name}', N'{text}')") == hashlib.new(algorithm, text.encode("utf-16-le")).digest()


def test_random_varies_per_row_only_by_newid(sql):
    three = "FROM (VALUES (1), (2), (3)) t(v)"
    assert len(set(sql.rows(f"SELECT RAND() {three}")[0])) == 1
    assert len(set(sql.rows(f"SELECT RAND(CHECKSUM(NEWID())) {three}")[0])) == 3
    assert len(set(sql.rows(f"SELECT NEWID() {three}")[0])) == 3
    assert 0 <= sql.value("RAND()") < 1


def test_unmodelled_functions_are_named(sql):
    assert sql.message("COMPRESS('a')") == "sandbox: not supported: the function COMPRESS"
    assert "CHECKSUM" in sql.message("CHECKSUM('a')")
