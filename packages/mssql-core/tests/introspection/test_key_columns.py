import pytest
from django.db import connection
from fake_catalog import FakeCatalog

from mssql_core.introspection.key_columns import Key, key_of


@pytest.fixture
def catalog():
    return FakeCatalog()


def key(catalog):
    return key_of(connection.introspection, catalog.cursor(), "t")


def test_the_primary_key(catalog):
    catalog.table("t").column("a", "int").column("b", "int").primary_key("pk", "b", "a")
    assert key(catalog) == Key(("b", "a"), True, True)


def test_the_shortest_unique_index_without_nulls_and_condition(catalog):
    table = catalog.table("t").column("a", "int").column("b", "int").column("c", "int", null=True).column("d", "int")
    table.index("u1", ["a", "b"], is_unique=True).index("u2", ["c"], is_unique=True)
    table.index("u3", ["d"], is_unique=True, filter="([d]>(0))").index("u4", ["a", "b", "d"], is_unique=True)
    assert key(catalog) == Key(("a", "b"), False, True)


def test_the_shortest_is_the_one_of_fewest_columns(catalog):
    table = catalog.table("t").column("a", "int").column("b", "int").column("z", "int")
    table.index("u1", ["a", "b"], is_unique=True).index("u2", ["z"], is_unique=True)
    table.index("x", ["a"]).index("u3", ["__ix_u3_1"], is_unique=True)
    assert key(catalog) == Key(("z",), False, True)


def test_the_identity(catalog):
    catalog.table("t").column("a", "int").column("b", "int", seed=1)
    assert key(catalog) == Key(("b",), False, False)


def test_the_first_column_that_is_compared_one_that_is_never_null_before_others(catalog):
    table = catalog.table("t").column("x", "xml").column("r", "timestamp").column("s", "int", computed="(1)")
    table.column("a", "int", null=True).column("b", "nvarchar", 20)
    assert key(catalog).columns == ("b",)


def test_of_columns_that_are_never_compared_the_first(catalog):
    catalog.table("t").column("x", "xml", null=True).column("y", "xml", null=True)
    assert key(catalog).columns == ("x",)
