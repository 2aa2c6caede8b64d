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
        ("1 > [a]", ["[a] < 1"]),
        ("1 <= [a]", ["[a] >= 1"]),
        ("1 >= [a]", ["[a] <= 1"]),
        ("1 = [a]", ["[a] = 1"]),
        ("1 <> [a]", ["[a] <> 1"]),
        ("CAST(1 AS int) != [a]", ["[a] != CAST(1 AS int)"]),
        ("NOT (1 < [a])", ["[a] <= 1"]),
        ("NOT [a] = 1", ["[a] <> 1"]),
        ("NOT [a] <> 1", ["[a] = 1"]),
        ("NOT [a] != 1", ["[a] = 1"]),
        ("NOT [a] < 1", ["[a] >= 1"]),
        ("NOT [a] <= 1", ["[a] > 1"]),
        ("NOT [a] > 1", ["[a] <= 1"]),
        ("NOT [a] >= 1", ["[a] < 1"]),
        ("not ([a] is not null)", ["[a] IS NULL"]),
        ("[a] IS NULL", ["[a] IS NULL"]),
        ("NOT ([a] NOT IN (1, 2))", ["[a] IN (1, 2)"]),
        ("[a] IN (1)", ["[a] IN (1)"]),
        ("[a] IN ((1), N'x,y', -1.5e3, 0xFF)", ["[a] IN (1, N'x,y', -1.5e3, 0xFF)"]),
        ("([a] = 1 OR [a] = 1 OR [a] IN (1, 3))", ["[a] IN (1, 3)"]),
        ("([a] = 1 OR ([a] IN (2, 3)))", ["[a] IN (1, 2, 3)"]),
        ("[a] BETWEEN 1 AND 3 AND [b] = 2", ["[a] >= 1", "[a] <= 3", "[b] = 2"]),
        ("[b] = 2 AND ([a] BETWEEN 1 AND 3)", ["[b] = 2", "[a] >= 1", "[a] <= 3"]),
        ("(([a] = 1) AND (([b] = 2 AND [c] = 3)))", ["[a] = 1", "[b] = 2", "[c] = 3"]),
        ("NOT ([a] = 1 OR [a] IS NULL OR [b] IN (2, 3))", ["[a] <> 1", "[a] IS NOT NULL", "[b] <> 2", "[b] <> 3"]),
        ("[a]]b] = N'it''s]'", ["[a]]b] = N'it''s]'"]),
        ("[a] = ((1))", ["[a] = 1"]),
        ("[a] = (CAST(1 AS decimal(5, 2)))", ["[a] = CAST(1 AS decimal(5,2))"]),
        ("[a] = 'x'", ["[a] = 'x'"]),
        (
            "[d] > CAST(N'2015-01-01' AS date)",
            ["[d] > CAST(N'2015-01-01' AS date)"],
        ),
        (
            "[d] > CAST(CAST(N'2015-01-01T01:02:03.456789' AS datetime2) AS datetime)",
            ["[d] > CAST(N'2015-01-01T01:02:03.457' AS datetime)"],
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
        "[a] = 1 OR [b] = 2 AND [c] = 3",
        "([a] = 1 OR ([a] = 2 OR [b] = 3))",
        "([a] = 1 OR ([a] = 2 AND [b] = 3))",
        "([a] = 1 OR ([a] IN (2) AND [b] IN (3)))",
        "([a] = 1 OR [a] > 2)",
        "([a] = 1 OR NOT ([a] = 2))",
        "([a] = 1 OR [b])",
        "NOT ([a] <> 1 AND [a] <> 2)",
        "[a] NOT BETWEEN 1 AND 3",
        "[a] BETWEEN [b] AND 3",
        "[a] BETWEEN 1 AND [b]",
        "[a] IN ([b], 1)",
        "[a] IN (SELECT 1)",
        "[a] IN 1",
        "[a] = CAST(1 AS int) + 1",
        "[a] = CAST(1 AS int) + (1)",
        "[a] = CAST([b] AS int)",
        "[a] = CONVERT(1 AS int)",
        "[a] = 1 + 1",
        "[a] IS NOT DISTINCT FROM 1",
        "[a] IS 1",
        "1 = 1",
        "1 < [a] + 1",
        "1 + 1",
        "UPPER([a]) IS NULL",
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
    assert filters.split("[c] = 1 AND [d] = 2", ["C"]) == (["[d] = 2"], ["[c] = 1"])


@pytest.mark.parametrize(
    ("condition", "others"),
    [
        ("([a] = 1 AND ([b] LIKE N'x%' OR [a] = 2) AND UPPER([c]) = N'A')", 2),
        ("[b] LIKE N'x%' AND [a] = 1 AND [a] = [b] AND [c] BETWEEN [a] AND 2", 3),
    ],
)
def test_all_parts_together_say_what_the_condition_says(condition, others):
    """Each part that no filter says is cut out of the text as it is written."""
    predicates, rest = filters.split(condition)
    assert predicates == ["[a] = 1"] and len(rest) == others
    assert all(part in condition and part.count("(") == part.count(")") for part in rest)
