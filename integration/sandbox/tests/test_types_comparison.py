"""Comparison, collations and the common type of several expressions.

https://learn.microsoft.com/sql/t-sql/statements/collation-precedence-transact-sql
https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.types.collation import parse

UUID = "6F9619FF-8B86-D011-B42D-00C04FC964FF"


def holds(sql, condition: str) -> bool:
    return sql.value(f"CASE WHEN {condition} THEN 1 ELSE 0 END") == 1


@pytest.mark.parametrize(
    "condition",
    [
        "'A' = 'a'",
        "'a' = 'a   '",
        "'' = '  '",
        "'é' = 'e' COLLATE Latin1_General_CI_AI",
        "'a' = 'a ' COLLATE Latin1_General_BIN2",
        "'1' = 1",
        "'1.0' = 1.0",
        "0x01 = 0x0100",
        "0x61 = 'a'",
        "CAST('20200101' AS date) = '2020-01-01'",
        "CAST('2020-01-01 10:00 +02:00' AS datetimeoffset) = CAST('2020-01-01 08:00' AS datetime2)",
        f"CAST('{UUID}' AS uniqueidentifier) = '{UUID.lower()}'",
        f"CAST('{UUID}' AS uniqueidentifier) < CAST('00000000-0000-0000-0000-FFFFFFFFFFFF' AS uniqueidentifier)",
        "1 IN ('1', 2)",
        "1 BETWEEN 0 AND 2.5",
        "'b' > 'A'",
        "'Ö' < 'P'",
        "'Ö' > 'Z' COLLATE Finnish_Swedish_CI_AS",
        "'Å' < 'ä' COLLATE Finnish_Swedish_CS_AS",
        "'Å' = 'å' COLLATE Finnish_Swedish_CI_AS",
        "N'ß' <> N's'",
    ],
)
def test_true(sql, condition):
    assert holds(sql, condition)


@pytest.mark.parametrize(
    "condition",
    [
        "'é' = 'e'",
        "'A' = 'a' COLLATE Latin1_General_CS_AS",
        "'A' = 'a' COLLATE Latin1_General_100_BIN2_UTF8",
        "NULL = NULL",
        "' a' = 'a'",
    ],
)
def test_not_true(sql, condition):
    assert not holds(sql, condition)


@pytest.mark.parametrize(
    "condition, number",
    [
        ("'x' = 1", 245),
        ("'a' = 'b' COLLATE No_Such", 448),
        ("'a' COLLATE Latin1_General_CI_AI = 'b' COLLATE Latin1_General_CS_AS", 468),
        ("CAST('20200101' AS date) = 1", 206),
        ("NEWID() = 1", 206),
    ],
)
def test_faults(sql, condition, number):
    assert sql.number(f"CASE WHEN {condition} THEN 1 ELSE 0 END") == number


@pytest.mark.parametrize(
    "condition",
    [
        "'abc' LIKE 'A%'",
        "'abc ' LIKE 'abc'",
        "CAST('abc' AS char(5)) LIKE 'abc'",
        "'a%c' LIKE 'a[%]c'",
        "'a%c' LIKE 'a\\%c' ESCAPE '\\'",
        "'a[c' LIKE 'a[[]c'",
        "'a]c' LIKE 'a]c'",
        "'abc' LIKE '[a-c]bc'",
        "'xbc' LIKE '[^a-c]bc'",
        "'a' + CHAR(10) + 'b' LIKE 'a_b'",
        "'a\\b' LIKE 'a\\b'",
        "'a.c' LIKE 'a.c'",
        "123 LIKE '1%'",
        "'' LIKE '%'",
    ],
)
def test_like(sql, condition):
    assert holds(sql, condition)


@pytest.mark.parametrize(
    "condition",
    [
        "'abc' LIKE 'A%' COLLATE Latin1_General_BIN2",
        "N'abc ' LIKE N'abc'",
        "'abc' LIKE 'abc '",
        "CAST(N'abc' AS nchar(5)) LIKE N'abc'",
        "'axc' LIKE 'a[%]c'",
        "'abc' LIKE '[^a-c]bc'",
        "'abc' LIKE 'a.c'",
        "'abc' NOT LIKE NULL",
    ],
)
def test_not_like(sql, condition):
    assert not holds(sql, condition)


def test_escape_is_one_character(sql):
    assert sql.number("CASE WHEN 'a' LIKE 'a' ESCAPE 'xx' THEN 1 END") == 506


@pytest.mark.parametrize(
    "expression, value, type_",
    [
        ("CASE 1 WHEN 1 THEN 2.5 ELSE 3 END", Decimal("2.5"), "decimal(11,1)"),
        ("IIF(1=1, 'a', N'bcd')", "a", "nvarchar(3)"),
        ("COALESCE(NULL, 1, 'x')", 1, "int"),
        ("ISNULL(CAST(NULL AS varchar(2)), 'abc')", "ab", "varchar(2)"),
        ("ISNULL(NULL, 'abc')", "abc", "varchar(3)"),
        ("CHOOSE(2, 'a', 'b')", "b", "varchar(1)"),
        ("CHOOSE(3, 'a', 'b')", None, "varchar(1)"),
        ("NULLIF(1, 1)", None, "int"),
        ("COALESCE(CAST(1 AS tinyint), CAST(2 AS bigint))", 1, "bigint"),
        ("COALESCE(CAST('20200101' AS date), CAST('20200101' AS datetime2(3)))", 637134336000000000, "datetime2(3)"),
    ],
)
def test_common_type(sql, expression, value, type_):
    assert sql.value(expression) == value
    assert sql.type(expression) == type_


@pytest.mark.parametrize(
    "expression, number",
    [
        ("CASE WHEN 1=1 THEN 'a' ELSE 1 END", 245),
        ("CASE WHEN 1=1 THEN NULL END", 8133),
        ("COALESCE(NULL, NULL)", 4127),
        ("NULLIF(NULL, 1)", 4151),
        ("CASE WHEN 1=1 THEN CAST('20200101' AS date) ELSE 1 END", 206),
    ],
)
def test_no_common_type(sql, expression, number):
    assert sql.number(expression) == number


@pytest.mark.parametrize(
    "name, key",
    [
        ("SQL_Latin1_General_CP1_CI_AS", "ms.k_ci_as"),
        ("Latin1_General_100_CS_AS_SC_UTF8", "ms.k_cs_as"),
        ("Latin1_General_CI_AI", "ms.k_ci_ai"),
        ("Latin1_General_100_BIN2", "ms.k_bin2"),
        ("Japanese_XJIS_140_CI_AS", "ms.k_ci_as"),
        ("Finnish_Swedish_100_CI_AS", "ms.k_sv_ci_as"),
    ],
)
def test_collation_names(name, key):
    assert parse(name).key_function == key


@pytest.mark.parametrize("name", ["utf8_general_ci", "Latin1_General_CI", "Foo_CI_AS", ""])
def test_unknown_collations(name):
    with pytest.raises(SqlServerError) as caught:
        parse(name)
    assert caught.value.number == 448
