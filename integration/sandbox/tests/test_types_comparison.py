"""Comparison, collations and the common type of several expressions.

https://learn.microsoft.com/sql/t-sql/statements/collation-precedence-transact-sql
https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql
"""

from __future__ import annotations

import pytest

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.types.collation import parse

UUID = "6F9619FF-8B86-D011-B42D-00C04FC964FF"


def holds(sql, condition: str) -> bool:
    return sql.value(f"CASE WHEN {condition} THEN 1 ELSE 0 END") == 1


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


def test_escape_is_one_character(sql):
    assert sql.number("CASE WHEN 'a' LIKE 'a' ESCAPE 'xx' THEN 1 END") == 506


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
    ],
)
def test_collation_names(name, key):
    assert parse(name).key("x") == f"{key}(x)"


@pytest.mark.parametrize("name", ["utf8_general_ci", "Latin1_General_CI", "Foo_CI_AS", ""])
def test_unknown_collations(name):
    with pytest.raises(SqlServerError) as caught:
        parse(name)
    assert caught.value.number == 448
