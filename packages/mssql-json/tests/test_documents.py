import pytest

from mssql_json.documents import Item


@pytest.mark.parametrize(
    "keys, sources, conditions",
    [
        ([], "OPENJSON(CAST(N'[' AS nvarchar(max)) + d + N']') AS [__j0]", ""),
        (
            ["a"],
            "OPENJSON(CAST(N'[' AS nvarchar(max)) + d + N']', N'$[0]') AS [__j0]",
            " WHERE [__j0].[key] = N'a' AND DATALENGTH([__j0].[key]) = 2",
        ),
        (
            ["a", "it's %"],
            "OPENJSON(CAST(N'[' AS nvarchar(max)) + d + N']', N'$[0].\"a\"') AS [__j0]",
            " WHERE [__j0].[key] = N'it''s %%' AND DATALENGTH([__j0].[key]) = 12",
        ),
    ],
)
def test_names_before_the_last_are_a_path(keys, sources, conditions):
    item = Item("d", [1], keys)
    assert (item.from_sql, item.where_sql, item.params) == (sources, conditions, [1])


def test_a_number_is_a_position_or_a_name():
    item = Item("d", [], ["0", "a"])
    assert item.from_sql == (
        "OPENJSON(CAST(N'[' AS nvarchar(max)) + d + N']', N'$[0]') AS [__j0] "
        "CROSS APPLY OPENJSON(IIF([__j0].[type] > 3, [__j0].[value], NULL)) AS [__j1]"
    )
    assert "[__j0].[key] = N'0'" in item.where_sql and "[__j1].[key] = N'a'" in item.where_sql


def test_positions_from_the_end_count_the_elements():
    item = Item("d", [], ["a", "-1"])
    assert "[__j1].[key] = CASE [__j0].[type] WHEN 4 THEN CAST((SELECT COUNT(*)" in item.where_sql
    assert "ELSE N'-1' END" in item.where_sql


def test_the_name_of_a_member_is_looked_for_in_objects_only():
    assert Item("d", [], ["0"], only_property=True).from_sql.endswith(
        "CROSS APPLY OPENJSON(IIF([__j0].[type] = 5, [__j0].[value], NULL)) AS [__j1]"
    )


def test_two_items_make_one_subquery():
    one, other = Item("d", ["p"], ["a"]), Item("e", ["q"], ["b"], prefix="o")
    sql, params = one.test("x", ["c"], other)
    assert sql.startswith(
        "(SELECT TOP (1) CASE WHEN x THEN 1 ELSE 0 END FROM OPENJSON(CAST(N'[' AS nvarchar(max)) + d + N']', N'$[0]') AS [__j0]"
    )
    assert (
        " CROSS JOIN OPENJSON(CAST(N'[' AS nvarchar(max)) + e + N']', N'$[0]') AS [__o0] WHERE " in sql
        and sql.endswith(") = 1")
    )
    assert params == ["c", "p", "q"]
