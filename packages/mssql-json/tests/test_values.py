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


def test_leaves_of_two_documents_are_one_pass_over_both():
    sql = values.same("[x]", "[y]", 3)
    assert sql.count("OPENJSON(") == 3 and "FROM (VALUES (0, IIF([x].[type] > 3, [x].[value], NULL)" in sql
    assert sql.count("COALESCE([l3].[type], [l2].[type], [l1].[type])") == 1


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


def test_text_grows_by_little_with_each_level():
    for compare, most in ((values.same, 210), (values.contains, 650)):
        lengths = [len(compare("[__j0]", "[__o0]", levels)) for levels in range(1, values.DEEPEST_CONTAINED + 1)]
        assert (lengths[-1] - lengths[0]) / len(lengths) < most


def test_a_scalar_is_compared_on_a_few_levels():
    """Those of the levels between pass down as members of themselves."""
    sql = values.contains("[x]", "[y]", values.DEEPEST_CONTAINED)
    assert [level for level in range(1, 13) if "CONCAT([x%d]." % level in sql] == [1, 5, 9, 12]
    assert sql.count(" UNION ALL ") == 2 * 9


def test_containment_ends_where_the_server_does():
    deep = []
    for _ in range(values.DEEPEST_CONTAINED):
        deep = [deep]
    with pytest.raises(NotSupportedError, match="12 levels; this one has 13"):
        values.contains("[x]", "[y]", values.depth(deep))
