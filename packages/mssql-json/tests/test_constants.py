import pytest
from django.db import NotSupportedError

from mssql_json import constants, values


@pytest.mark.parametrize(
    "value, sql, params",
    [
        (None, "[__j0].[type] = 0", []),
        (True, "[__j0].[type] = 3 AND [__j0].[value] = N'true'", []),
        ("x", "[__j0].[type] = 1 AND ([__j0].[value] + N'.') COLLATE Latin1_General_100_BIN2 = %s", ["x."]),
        (1, "[__j0].[type] = 2 AND TRY_CAST([__j0].[value] AS float) = %s", [1.0]),
    ],
)
def test_scalars_compare_with_their_type(value, sql, params):
    assert constants.equals("[__j0]", value) == (sql, params)


@pytest.mark.parametrize(
    "value, params",
    [
        (1, [1.0]),
        (1.0, [1.0]),
        (0.5, [0.5]),
        (-(2**53) + 1, [1.0 - 2**53]),
        # From here on integers become the same float.
        (2**53, ["9007199254740992", 2.0**53]),
        (1e300, [str(int(1e300)), 1e300]),
        # No float is this integer, so that only its digits are compared.
        (2**53 + 1, ["9007199254740993"]),
        (10**400, ["1" + "0" * 400]),
    ],
)
def test_numbers_compare_by_value(value, params):
    sql, sent = constants.equals("[__j0]", value)
    assert sql.startswith("[__j0].[type] = 2 AND ") and sent == params
    assert sql.count("%s") - sql.count("%%s") == len(params)


def test_a_flat_document_is_one_pass():
    sql, params = constants.equals("[__j0]", {"a": 1, "b ": "x"})
    assert sql == (
        "EXISTS (SELECT 1 FROM (SELECT CASE "
        "WHEN [m1].[key] = N'a' AND DATALENGTH([m1].[key]) = 2 AND [m1].[type] = 2 "
        "AND TRY_CAST([m1].[value] AS float) = %s THEN 1 "
        "WHEN [m1].[key] = N'b ' AND DATALENGTH([m1].[key]) = 4 AND [m1].[type] = 1 "
        "AND ([m1].[value] + N'.') COLLATE Latin1_General_100_BIN2 = %s THEN 2 ELSE 0 END AS [n] "
        "FROM OPENJSON(IIF([__j0].[type] = 5, [__j0].[value], NULL)) AS [m1]) AS [t] "
        "HAVING COUNT(DISTINCT [t].[n]) = 2 AND MIN([t].[n]) = 1)"
    )
    assert params == [1.0, "x."]


@pytest.mark.parametrize(
    "value, calls",
    [([], 1), ({}, 1), ([1, [2], {"a": {}}], 4), ({"a": {"b": {"c": {"d": 1}}}}, 4), ({"k": [0] * 40}, 2)],
)
@pytest.mark.parametrize("compare", [constants.equals, constants.contained_by])
def test_each_container_is_one_pass(compare, value, calls):
    assert compare("[__j0]", value)[0].count("OPENJSON(") == calls


@pytest.mark.parametrize("compare", [constants.equals, constants.contains, constants.contained_by])
def test_text_grows_with_the_members_and_then_no_more(compare):
    def length(count):
        return len(compare("[__j0]", {"key%02d" % number: number for number in range(count)})[0])

    assert length(48) - length(38) == length(38) - length(28) < 1300
    assert length(50) == length(2000) < 4500


@pytest.mark.parametrize("compare", [constants.equals, constants.contains, constants.contained_by])
def test_text_grows_with_the_levels(compare):
    def length(levels):
        value = 1
        for _ in range(levels):
            value = {"a": value}
        return len(compare("[__j0]", value)[0])

    assert length(8) - length(6) == length(6) - length(4) < 530


def test_a_large_constant_is_one_parameter():
    document = {"b": [1, "é"] * 30}
    sql, params = constants.equals("[__j0]", document)
    assert params == [values.text_of(document)]
    assert sql.startswith("[__j0].[type] = 5 AND EXISTS") and "HAVING MIN([d].[n]) = MAX([d].[n])" in sql


@pytest.mark.parametrize(
    "value, path",
    [
        ({"a": {"b": {"c": 1, "d": 2}}}, 'N\'$."a"."b"\''),
        # An array would have the position.
        ({"a": {"b": {"0": 1}}}, "N'$.\"a\"'"),
        ({"a": {"b": [1]}}, "N'$.\"a\"'"),
        ({"a": {"b": {}}}, "N'$.\"a\"'"),
        ({"a": {"0": {"b": 1}}}, None),
        ({"0": {"b": 1}}, None),
        ({"a": 1, "b": {"c": 1}}, None),
    ],
)
def test_contains_goes_down_by_names(value, path):
    sql, _ = constants.contains("[__j0]", value)
    assert (", %s) AS [m1]" % path in sql) if path else "N'$" not in sql


def test_elements_that_are_scalars_are_one_pass_and_others_one_each():
    sql, params = constants.contains("[__j0]", [1, "x", 1.0, True, {"a": 1}, [2]])
    assert sql.count("OPENJSON(") == 5 and "HAVING COUNT(DISTINCT [t].[n]) = 3" in sql
    assert params == [1.0, "x.", 1.0, 2.0]


def test_containment_ends_where_the_server_does():
    deep = []
    for _ in range(values.DEEPEST_CONTAINED):
        deep = [deep]
    for compare in (constants.contains, constants.contained_by):
        with pytest.raises(NotSupportedError, match="12 levels; this one has 13"):
            compare("[__j0]", deep)
    assert "HAVING MIN([d].[n]) = MAX([d].[n])" in constants.equals("[__j0]", deep)[0]
