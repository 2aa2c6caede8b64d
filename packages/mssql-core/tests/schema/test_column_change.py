import pytest

from mssql_core.introspection.objects import Index
from mssql_core.names import TableName
from mssql_core.schema.column_change import ColumnChange, ignoring_nulls, is_longer, without_nulls

TABLE = TableName("sales", "order")
UNIQUE = Index(TABLE, "uq", (("a", False), ("b", False)), is_unique=True, is_unique_constraint=True, kind="CLUSTERED")


@pytest.mark.parametrize(
    "collation, null, ending",
    [
        (None, True, "nvarchar(5) NULL"),
        (None, False, "nvarchar(5) NOT NULL"),
        ("Latin1_General_BIN2", False, "nvarchar(5) COLLATE Latin1_General_BIN2 NOT NULL"),
    ],
)
def test_a_change_says_all_that_the_column_is_to_be(collation, null, ending):
    """ALTER COLUMN takes what it does not name from the database: NULL, and its collation."""
    change = ColumnChange(TABLE, "a]b", "nvarchar(5)", collation, null)
    assert change.sql() == "ALTER TABLE [sales].[order] ALTER COLUMN [a]]b] " + ending


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("nvarchar(5)", "nvarchar(9)", True),
        ("nvarchar(9)", "nvarchar(9)", True),
        ("varbinary(5)", "varbinary(6)", True),
        ("nvarchar(9)", "nvarchar(5)", False),
        ("nvarchar(9)", "nvarchar(max)", False),
        ("nvarchar(5)", "varbinary(9)", False),
        ("nchar(5)", "nchar(9)", False),
        ("int", "bigint", False),
        (None, "nvarchar(9)", False),
    ],
)
def test_only_a_longer_type_of_the_same_kind_is_longer(old, new, expected):
    assert is_longer(old, new) is expected


def test_nulls_make_a_filtered_index_of_a_constraint():
    index = ignoring_nulls(UNIQUE, "a")
    assert not index.is_constraint and index.kind == "NONCLUSTERED"
    assert index.filter == "[a] IS NOT NULL"
    assert ignoring_nulls(index, "b").filter == "[a] IS NOT NULL AND [b] IS NOT NULL"
    # A condition of the constraint kept it while the column was NOT NULL; as the catalogue renders it.
    kept = index._replace(filter="([a] IS NOT NULL AND [b]>(1))")
    assert ignoring_nulls(kept, "a").filter == kept.filter


def test_a_constraint_comes_back_with_the_last_null():
    index = ignoring_nulls(ignoring_nulls(UNIQUE, "a"), "b")
    index = without_nulls(index, "a")
    assert index.filter == "[b] IS NOT NULL" and not index.is_constraint
    index = without_nulls(index, "b")
    assert index.filter is None and index.is_unique_constraint


def test_filters_of_another_meaning_stay():
    index = UNIQUE._replace(is_unique_constraint=False, filter="[c] = 1")
    assert without_nulls(index, "a") == index
    unfiltered = UNIQUE._replace(is_unique_constraint=False)
    assert without_nulls(unfiltered, "a") == unfiltered


def test_no_constraint_includes_columns():
    index = UNIQUE._replace(is_unique_constraint=False, includes=("c",), filter="[a] IS NOT NULL")
    assert without_nulls(index, "a") == index._replace(filter=None)
