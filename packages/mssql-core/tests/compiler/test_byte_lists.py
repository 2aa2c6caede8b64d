import struct

import pytest
from ormtests.models import Author

from mssql_core.compiler import byte_lists
from mssql_core.testing import fake_connection


@pytest.fixture
def table():
    """(subquery, parameters) of values for a field of Author."""
    connection = fake_connection(version="2016")
    return lambda name, values: byte_lists.scalar_table(values, Author._meta.get_field(name), connection)


def test_each_value_is_where_the_places_say(table):
    _, (values, places, count) = table("id", [7, 12345678901, -1])
    assert count == 3
    numbers = struct.unpack(">6i", places)
    texts = [values[start - 1 : start - 1 + length].decode("utf-16-le") for start, length in zip(*[iter(numbers)] * 2)]
    assert texts == ["7", "12345678901", "-1"]


def test_an_astral_character_stays_whole(table):
    _, (values, places, _) = table("name", ["a\U0001f600", "b"])
    assert struct.unpack(">4i", places) == (1, 6, 7, 2)
    assert values.decode("utf-16-le") == "a\U0001f600b"


@pytest.mark.parametrize(("count", "digits"), [(1, 1), (10, 2), (2200, 4)])
def test_as_many_numbers_as_values(table, count, digits):
    sql, parameters = table("id", list(range(count)))
    assert sql.count("(VALUES (0), (1)") == digits
    assert sql.count("%s") == len(parameters) == 3
    assert sql.endswith("WHERE [__n].[__n] < %s)")
