"""Values of an INSERT by columns: prepared as their fields prepare them, and what JSON holds of them."""

import datetime
import decimal
from functools import partial

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import (
    CASCADE,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    FloatField,
    ForeignKey,
    IntegerField,
    Model,
    OneToOneField,
    TextField,
    TimeField,
    UUIDField,
    Value,
)
from django.db.models.sql import InsertQuery
from ormtests.models import Author, Book

from mssql_core.compiler.insert_columns import Column, field_values, prepared
from mssql_core.compiler.json_values import carried_values
from mssql_core.testing import fake_connection

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
    converted = prepared(field, values, compiler.connection, partial(compiler.prepare_value, field))
    assert converted == [field.get_db_prep_save(value, connection=compiler.connection) for value in values]
    assert list(map(type, converted)) == [
        type(field.get_db_prep_save(value, connection=compiler.connection)) for value in values
    ]


@pytest.mark.parametrize(
    ("field", "values", "is_asked"),
    [
        (CharField(), ["a", None], False),
        (CharField(), ["a", 1], True),
        (TextField(), [None, None], False),
        (IntegerField(), [1, None], False),
        (IntegerField(), [1, True], True),
        (IntegerField(), ["1"], True),
        (BooleanField(), [True, False], False),
        (BooleanField(), [1], True),
        (FloatField(), [1.5], False),
        (UUIDField(), ["00000000000000000000000000000000"], True),
        (PRICE, [decimal.Decimal("1.5"), None], False),
        (PRICE, [decimal.Decimal("1.5")], False),
        (PRICE, [decimal.Decimal("1.5"), 1], True),
        (PRICE, [None, decimal.Decimal("NaN")], True),
        (MOMENT, [datetime.datetime(2020, 1, 1, tzinfo=UTC), None], False),
        (MOMENT, [datetime.datetime(2020, 1, 1)], True),
        (MOMENT, [datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))], True),
        (MOMENT, [datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1, tzinfo=UTC)], True),
        (Book._meta.get_field("author"), [1, None], False),
        # An empty text may mean NULL.
        (Book._meta.get_field("author"), [1, ""], True),
    ],
)
def test_a_field_is_asked_only_for_what_it_may_change(connection, field, values, is_asked):
    """Half of the time of a bulk insert."""
    asked = []

    def prepare(value):
        asked.append(value)
        return value

    assert prepared(field, values, connection, prepare) == values
    assert asked == (values if is_asked else [])


def test_moments_without_an_offset_are_prepared_by_their_field():
    """In a column without one, the alias's time zone counts."""
    connection = fake_connection(options={"datetime_type": "datetime2"})
    asked = []
    moment = datetime.datetime(2020, 1, 1, tzinfo=UTC)
    assert prepared(MOMENT, [moment], connection, asked.append) == [None] and asked == [moment]


def test_what_a_field_makes_an_expression_of_is_none_of_the_values(connection):
    assert prepared(UUIDField(), ["a"], connection, Value) is None


class Stamped(Model):
    made = DateTimeField(auto_now_add=True)
    changed = DateTimeField(auto_now=True)
    day = DateField(auto_now=True)
    at = TimeField()
    parent = OneToOneField("self", CASCADE)
    author = ForeignKey(Author, CASCADE)

    class Meta:
        app_label, apps = "stamps", Apps()


class Counted(IntegerField):
    def pre_save(self, model_instance, add):
        return model_instance.name_length + add


def values_of(model, connection, *objects, raw=False):
    query = InsertQuery(model)
    query.insert_values(model._meta.local_concrete_fields, objects, raw=raw)
    compiler = query.get_compiler(connection=connection)
    return {field.name: field_values(field, compiler) for field in model._meta.local_concrete_fields}


def test_values_that_are_made_when_they_are_saved(connection):
    object = Stamped(at=datetime.time(1, 2), parent_id=3, author_id=4)
    values = values_of(Stamped, connection, object)
    assert all(isinstance(values[name][0], datetime.datetime) for name in ("made", "changed"))
    assert type(values["day"][0]) is datetime.date
    assert (values["at"], values["parent"], values["author"]) == ([datetime.time(1, 2)], [3], [4])
    assert object.made is values["made"][0]


def test_a_fixture_has_them_as_they_are(connection):
    values = values_of(Stamped, connection, Stamped(made=None, changed=None), raw=True)
    assert values["made"] == values["changed"] == values["day"] == [None]


def test_a_field_of_an_application_s_own_makes_its_values_itself(connection):
    class Measured(Model):
        name_length = 7
        counted = Counted()

        class Meta:
            app_label, apps = "stamps", Apps()

    assert values_of(Measured, connection, Measured(counted=1))["counted"] == [8]


def test_parameters_are_counted_and_stored(connection):
    cells = [("f(%s, %s)", [1, 2]), ("NULL", [])]
    assert Column(PRICE, cells=cells).parameters() == 2 and Column(PRICE, cells=cells).compiled(connection) == cells
    values = Column(PRICE, [decimal.Decimal("1.005"), None])
    ((mark, (sent,)), null) = values.compiled(connection)
    assert (values.parameters(), mark, sent.value, null) == (2, "%s", decimal.Decimal("1.01"), ("%s", [None]))


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
