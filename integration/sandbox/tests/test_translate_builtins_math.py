"""Mathematical, bit and system functions: what corpus/answers does not tell.

https://learn.microsoft.com/sql/t-sql/functions/mathematical-functions-transact-sql
"""

from __future__ import annotations

import hashlib

import pytest


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
