"""Definitions are printed as SQL Server prints them in the catalogue."""

from __future__ import annotations

import pytest

from mssql_sandbox.ddl import normalise
from mssql_sandbox.syntax.parser import parse_batch

NAMES = {"a": "a", "b": "B", "name": "name"}


def constraint(text: str):
    return parse_batch(f"ALTER TABLE t ADD {text}").statements[0].constraints[0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0", "((0))"),
        ("(0)", "((0))"),
        ("-1", "((-1))"),
        ("1.50", "((1.50))"),
        ("'it''s'", "('it''s')"),
        ("N'x'", "(N'x')"),
        ("NULL", "(NULL)"),
        ("getdate()", "(getdate())"),
        ("CURRENT_TIMESTAMP", "(getdate())"),
        ("CAST(1 AS bit)", "(CONVERT([bit],(1)))"),
        ("1 + 2 * 3", "((1)+(2)*(3))"),
        ("(1 + 2) * 3", "(((1)+(2))*(3))"),
        ("NEXT VALUE FOR dbo.s", "(NEXT VALUE FOR [dbo].[s])"),
    ],
)
def test_default_definition(written, expected):
    assert normalise.default_definition(constraint(f"DEFAULT {written} FOR a").default) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a > 0", "([a]>(0))"),
        ("a >= 0 AND b < 10", "([a]>=(0) AND [B]<(10))"),
        ("(a = 1 OR b = 2) AND a != 3", "(([a]=(1) OR [B]=(2)) AND [a]<>(3))"),
        ("a IN (1, 2, 3)", "([a]=(3) OR [a]=(2) OR [a]=(1))"),
        ("a NOT IN (1, 2)", "([a]<>(2) AND [a]<>(1))"),
        ("a BETWEEN 1 AND 5", "([a]>=(1) AND [a]<=(5))"),
        ("a IS NOT NULL", "([a] IS NOT NULL)"),
        ("name LIKE 'x%'", "([name] like 'x%')"),
        ("NOT (a = 1)", "(NOT [a]=(1))"),
        ("LEN(name) > 3", "(len([name])>(3))"),
        ("ISJSON(name) = 1", "(isjson([name])=(1))"),
    ],
)
def test_check_definition(written, expected):
    assert normalise.check_definition(constraint(f"CHECK ({written})").check, NAMES) == expected


def test_filters_keep_lists():
    statement = parse_batch("CREATE INDEX i ON t (a) WHERE a IN (1, 2) AND b IS NOT NULL").statements[0]
    expected = "([a] IN ((1), (2)) AND [B] IS NOT NULL)"
    assert normalise.filter_definition(statement.where, NAMES) == expected


def test_computed_definition():
    statement = parse_batch("CREATE TABLE t (a int, c AS COALESCE(a, 0) + DATEPART(year, b))").statements[0]
    expected = "(case when [a] IS NOT NULL then [a] else (0) end+datepart(year,[B]))"
    assert normalise.computed_definition(statement.columns[1].computed, NAMES) == expected
