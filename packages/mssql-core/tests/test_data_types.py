import pytest

from mssql_core import data_types


@pytest.mark.parametrize(
    "max_length, expected",
    [
        (1, "nvarchar(1)"),
        (4000, "nvarchar(4000)"),
        (4001, "nvarchar(max)"),
        (None, "nvarchar(max)"),
    ],
)
def test_text_beyond_4000_units_is_max(max_length, expected):
    types = data_types.data_types("datetime2", "uniqueidentifier")
    assert types["CharField"]({"max_length": max_length}) == expected
    # The way of Django before 4.2.
    assert types["CharField"] % {"max_length": max_length} == expected


def test_bytes_beyond_8000_are_max():
    assert data_types.VARBINARY({"max_length": 8000}) == "varbinary(8000)"
    assert data_types.VARBINARY({"max_length": 8001}) == "varbinary(max)"


@pytest.mark.parametrize("max_length", ["max", "MAX"])
def test_max_is_a_length(max_length):
    """As migrations say it that were written while mssql-django was the engine."""
    assert data_types.VARBINARY({"max_length": max_length}) == "varbinary(max)"
    assert data_types.NVARCHAR % {"max_length": max_length} == "nvarchar(max)"


def test_two_types_are_choices():
    types = data_types.data_types("datetimeoffset", "char(32)")
    assert types["DateTimeField"] == "datetimeoffset"
    assert types["UUIDField"] == "char(32)"


def test_every_field_that_is_read_back_is_a_type_of_the_server():
    assert set(data_types.AUTO_FIELD_TYPES) <= set(data_types.FIELD_TYPES)
