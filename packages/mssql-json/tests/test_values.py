import pytest
from django.db import NotSupportedError

from mssql_json import values
from mssql_json.documents import Item

ITEM = Item("d", [], ["a"])


@pytest.mark.parametrize(
    "value, expected",
    [(None, 0), ("a", 0), ([], 1), ({}, 1), ([1, {"a": [2]}], 3), ({"a": 1, "b": [[]]}, 3)],
)
def test_depth(value, expected):
    assert values.depth(value) == expected


@pytest.mark.parametrize(
    "value, sql, params",
    [
        (None, "[j0].[type] = 0", []),
        (True, "[j0].[type] = 3 AND [j0].[value] = N'true'", []),
        (
            "x",
            "[j0].[type] = 1 AND ([j0].[value] + N'.') COLLATE Latin1_General_100_BIN2 = %s",
            ["x."],
        ),
    ],
)
def test_scalars_compare_with_their_type(value, sql, params):
    assert values.equals(ITEM, value) == (sql, params)


@pytest.mark.parametrize(
    "value, params",
    [
        (1, ["1", 1.0]),
        (1.0, ["1", 1.0]),
        (0, ["0", 0.0]),
        (0.5, [0.5]),
        # No float is this integer, so that only its digits are compared.
        (2**53 + 1, ["9007199254740993"]),
        (10**400, ["1" + "0" * 400]),
    ],
)
def test_numbers_compare_by_value(value, params):
    sql, found = values.equals(ITEM, value)
    assert sql.startswith("[j0].[type] = 2 AND (") and found == params
    assert sql.count("%s") - sql.count("%%s") == len(params)


def test_containers_are_one_parameter():
    sql, params = values.equals(ITEM, {"b": [1, "é"]})
    assert params == ['{"b":[1,"é"]}']
    assert sql.startswith("[j0].[type] = 5 AND EXISTS") and "HAVING COUNT(*) <> 2" in sql


@pytest.mark.parametrize(
    "operator, value, params",
    [
        ("<", 2, [2.0, "2"]),
        ("<", 2.5, [2.5, "3"]),
        (">", 2.5, [2.5, "2"]),
        ("<=", -2.5, [-2.5, "-3"]),
        (">=", 2.5, [2.5, "3"]),
        (">", 10**40, [1e40]),
        ("<", "x", ["x\x01"]),
        (">", True, []),
    ],
)
def test_bounds(operator, value, params):
    assert values.compares(ITEM, operator, value)[1] == params


def test_a_bound_that_no_float_holds_moves_to_the_next():
    """Fractions below 2**53 + 1 are those up to 2**53."""
    sql, params = values.compares(ITEM, "<", 2**53 + 1)
    assert params == [2.0**53, str(2**53 + 1)] and "AS float) <= %s" in sql
    sql, params = values.compares(ITEM, ">", 10**400)
    assert sql.endswith("1 = 0") and params == []


@pytest.mark.parametrize("value", [None, [], {}])
def test_what_has_no_order_is_refused(value):
    with pytest.raises(NotSupportedError, match="order"):
        values.compares(ITEM, "<", value)


def test_containment_ends_where_the_server_does():
    deep = []
    for _ in range(values.DEEPEST_CONTAINED):
        deep = [deep]
    with pytest.raises(NotSupportedError, match="12 levels; this one has 13"):
        values.contains("[x]", "[y]", values.depth(deep))
