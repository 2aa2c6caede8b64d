import datetime
import uuid
from decimal import Decimal

import pytest
from django.db import DataError, models
from ormtests.models import Author, Book

from mssql_core.compiler.field_values import compared, stored
from mssql_core.connection.parameters import TypedParam
from mssql_core.testing import fake_connection

PRICE = Book._meta.get_field("price")
NAME = Author._meta.get_field("name")


class Coded(models.CharField):
    def db_type(self, connection):
        return "varchar(20)"


class Legacy(models.DateTimeField):
    def db_type(self, connection):
        return "datetime"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.5", "1.5"), ("0.125", "0.13"), ("-0.125", "-0.13"), ("0.1" + "0" * 60 + "1", "0.10"), ("9" * 30, "9" * 30)],
)
def test_a_decimal_is_stored_with_the_places_of_its_field(connection, value, expected):
    assert stored(PRICE, Decimal(value), connection) == TypedParam(Decimal(expected), "numeric(8, 2)")


def test_it_is_compared_as_it_is(connection):
    assert compared(PRICE, Decimal("0.125"), connection) == ("%s", Decimal("0.125"))


@pytest.mark.parametrize("function", [stored, compared])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        (NAME, "\ud800"),
        (Book._meta.get_field("rating"), float("nan")),
        (PRICE, Decimal("Infinity")),
        (Book._meta.get_field("author"), "\ud800"),
    ],
    ids=ascii,
)
def test_what_cannot_be_stored_is_refused_by_the_fields_name(connection, function, field, value):
    with pytest.raises(DataError, match="^.*ormtests.%s: " % str(field).split(".", 1)[1]):
        function(field, value, connection)


def test_varchar_columns_are_compared_with_varchar(connection):
    assert compared(Coded(), "abc", connection) == ("%s", TypedParam("abc", "varchar(8000)"))
    assert compared(Coded(), "ü", connection) == ("CAST(%s AS varchar(8000))", "ü")
    assert compared(Coded(), "Ł", connection) == ("%s", "Ł")
    assert compared(Coded(db_collation="Polish_CI_AS"), "ü", connection) == ("CAST(%s AS varchar(8000))", "ü")
    assert compared(Coded(db_collation="Cyrillic_General_CI_AS"), "ü", connection) == ("%s", "ü")
    assert compared(NAME, "abc", connection) == ("%s", "abc")


@pytest.mark.parametrize(
    ("lookup_name", "microsecond", "steps"),
    [
        ("exact", 125000, True),
        ("in", 125000, True),
        ("gt", 123000, True),
        ("gt", 125000, False),
        ("lte", 999999, False),
    ],
)
def test_legacy_moments_are_compared_in_their_steps(connection, lookup_name, microsecond, steps):
    at = datetime.datetime(2026, 5, 6, 7, 8, 9, microsecond)
    mark, value = compared(Legacy(), at, connection, lookup_name)
    assert (mark, value) == ("CAST(%s AS datetime)" if steps else "%s", at)


def test_a_moment_before_the_type_begins_is_no_error(connection):
    """datetime begins in 1753: nothing is equal to it (error 242)."""
    assert compared(Legacy(), datetime.datetime(1600, 1, 1), connection)[0] == "%s"


def test_uuids_as_char_32(connection):
    """The databases of mssql-django have them: get(pk=...) seeks."""
    connection = fake_connection(options={"uuid_type": "char(32)"})
    key = uuid.uuid4().hex
    assert compared(models.UUIDField(), key, connection) == ("%s", TypedParam(key, "varchar(8000)"))
