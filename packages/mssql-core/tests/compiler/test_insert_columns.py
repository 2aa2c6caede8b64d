"""Values of an INSERT by columns: prepared as their fields prepare them, and what JSON holds of them."""

import datetime
import decimal
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import CharField, DateTimeField, DecimalField, IntegerField, Value
from django.db.models.sql import InsertQuery
from ormtests.models import Author

from mssql_core.compiler.insert_columns import prepared
from mssql_core.compiler.json_values import carried_values

UTC = datetime.timezone.utc
PRICE = DecimalField(max_digits=6, decimal_places=2)
MOMENT = DateTimeField()


@pytest.fixture
def compiler(connection):
    return InsertQuery(Author).get_compiler(connection=connection)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (CharField(max_length=5), ["a", None, "é"]),
        (CharField(max_length=5), [1, "a"]),
        (IntegerField(), [1, None]),
        (IntegerField(), ["1", True]),
        (PRICE, [decimal.Decimal("1.5"), None]),
        (PRICE, [1, "1.5", 1.5]),
        (MOMENT, [datetime.datetime(2020, 1, 1, tzinfo=UTC), None]),
    ],
)
def test_values_are_what_the_field_makes_of_each(compiler, field, values):
    field.set_attributes_from_name("x")
    found = prepared(field, values, compiler.connection, partial(compiler.prepare_value, field))
    assert found == [field.get_db_prep_save(value, connection=compiler.connection) for value in values]
    assert list(map(type, found)) == [
        type(field.get_db_prep_save(value, connection=compiler.connection)) for value in values
    ]


def test_expressions_are_not_prepared_together(compiler):
    assert prepared(IntegerField(), [1, Value(2)], compiler.connection, None) is None


def test_a_decimal_without_digits_is_refused_by_its_field(compiler):
    with pytest.raises((ValidationError, decimal.InvalidOperation, DataError)):
        values = prepared(PRICE, [decimal.Decimal("NaN")], compiler.connection, partial(compiler.prepare_value, PRICE))
        carried_values(PRICE, values, compiler.connection)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", "1.5"),
        ("-0.07", "-0.07"),
        ("1234.5", "1234.5"),
        ("1.005", "1.01"),
        ("-1.005", "-1.01"),
        ("1E+3", "1000"),
        ("12345", "12345"),
    ],
)
def test_decimals_are_written_as_the_column_rounds_them(connection, text, expected):
    _, (written,) = carried_values(PRICE, [decimal.Decimal(text)], connection)
    assert decimal.Decimal(written) == decimal.Decimal(expected)


def test_the_type_of_decimals_holds_all_of_them(connection):
    carried, _ = carried_values(PRICE, [decimal.Decimal("1.5"), decimal.Decimal("99999.25")], connection)
    assert carried.sql_type == "numeric(38, 2)"
    carried, _ = carried_values(PRICE, [decimal.Decimal("1.5"), None], connection)
    assert carried.sql_type == "numeric(6, 2)"


def test_an_offset_with_seconds_becomes_utc(connection):
    zone = datetime.timezone(datetime.timedelta(minutes=19, seconds=32))
    moments = [datetime.datetime(1930, 1, 1, tzinfo=zone), datetime.datetime(1930, 1, 1, tzinfo=UTC)]
    _, written = carried_values(MOMENT, moments, connection)
    assert written == ["1929-12-31T23:40:28.000000+00:00", "1930-01-01T00:00:00.000000+00:00"]


def test_half_a_pair_is_refused_with_the_fields_name(connection):
    field = Author._meta.get_field("name")
    with pytest.raises(DataError, match="ormtests.Author.name"):
        carried_values(field, ["a", "\ud800"], connection)
