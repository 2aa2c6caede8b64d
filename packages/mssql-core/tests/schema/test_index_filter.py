import pytest

from mssql_core.schema import index_filter as filters


@pytest.mark.parametrize(
    "condition, expected",
    [
        ("[a] > 1", ["[a] > 1"]),
        ("([a] > 1 AND [b] = N'x and y')", ["[a] > 1", "[b] = N'x and y'"]),
        ("([a] = 1 OR [a] = 2)", ["[a] IN (1, 2)"]),
        ("([a] IN (1, 2) OR [a] = 4)", ["[a] IN (1, 2, 4)"]),
        ("NOT ([a] IS NULL)", ["[a] IS NOT NULL"]),
        ("NOT ([a] = 1)", ["[a] <> 1"]),
        ("NOT ([a] IN (1, 2))", ["[a] <> 1", "[a] <> 2"]),
        ("[a] NOT IN (1, 2)", ["[a] <> 1", "[a] <> 2"]),
        ("NOT ([a] = 1 OR [b] = 2)", ["[a] <> 1", "[b] <> 2"]),
        ("NOT (NOT ([a] = 1 AND [b] > 2))", ["[a] = 1", "[b] > 2"]),
        ("[a] IN (CAST(1.5 AS numeric(5, 2)), 3)", ["[a] IN (CAST(1.5 AS numeric(5,2)), 3)"]),
        ("[a] BETWEEN 1 AND 3", ["[a] >= 1", "[a] <= 3"]),
        ("1 < [a]", ["[a] > 1"]),
        (
            "[d] > CAST(N'2015-01-01' AS date)",
            ["[d] > CAST(N'2015-01-01' AS date)"],
        ),
    ],
)
def test_what_a_filter_can_say(condition, expected):
    assert filters.split(condition) == (expected, [])


@pytest.mark.parametrize(
    "condition",
    [
        "[n] LIKE N'%a%'",
        "UPPER([x]) = N'A'",
        "[a] = [b]",
        "[a] IS DISTINCT FROM 1",
        "([a] = 1 OR [b] = 2)",
        "NOT ([a] = 1 AND [a] IS NOT NULL)",
        "NOT ([a] BETWEEN 1 AND 3)",
        "EXISTS(SELECT 1)",
    ],
)
def test_what_no_filter_can_say(condition):
    predicates, others = filters.split(condition)
    assert predicates == []
    assert len(others) == 1


def test_the_two_kinds_are_told_apart():
    predicates, others = filters.split("([a] = 1 AND [n] LIKE N'x%')")
    assert predicates == ["[a] = 1"]
    assert others == ["[n] LIKE N'x%'"]


def test_computed_columns_are_no_part_of_a_filter():
    assert filters.split("[c] = 1", ["C"]) == ([], ["[c] = 1"])
