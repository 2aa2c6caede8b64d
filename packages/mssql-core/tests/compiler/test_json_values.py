import datetime
import decimal
import uuid

import pytest
from django.db import DataError
from django.db.models import DateTimeField, DecimalField, ExpressionWrapper, F
from ormtests.models import Author

from mssql_core.compiler.json_values import carried_values, carrier, json_array


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([True, False], "bit"),
        ([1, 2**40], "bigint"),
        ([1, 2**70], None),
        ([1.5, 2], "float"),
        ([decimal.Decimal("1.25"), decimal.Decimal("3.5")], "numeric(38, 2)"),
        ([decimal.Decimal("NaN")], None),
        (["a"], "nvarchar(4000)"),
        (["a" * 4001], "nvarchar(max)"),
        (["\U0001f600" * 2001], "nvarchar(max)"),
        ([datetime.date(2020, 1, 1)], "date"),
        ([datetime.time(1, 2)], "time"),
        ([datetime.datetime(2020, 1, 1)], "datetime2"),
        ([datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)], "datetimeoffset"),
        ([uuid.UUID(int=5)], "uniqueidentifier"),
        ([b"ab"], "varbinary(max)"),
        (["a", 1], None),
    ],
)
def test_types_hold_the_values_without_loss(values, expected):
    carried = carrier(None, values, None)
    assert (carried and carried.sql_type) == expected


def test_values_survive_json():
    values = [
        1.1,
        decimal.Decimal("12345678901234567.125"),
        datetime.datetime(2020, 1, 2, 3, 4, 5, 6),
        b"\x00\xff",
        None,
    ]
    assert json_array([values]) == '[[1.1,"12345678901234567.125","2020-01-02T03:04:05.000006","00ff",null]]'


def test_infinity_is_refused():
    with pytest.raises(DataError, match="float has no NaN and no infinity"):
        json_array([float("inf")])


def test_a_decimal_field_may_name_its_digits_alone(compiled):
    """Such as the output_field of an expression, which no check of models sees."""
    half = ExpressionWrapper(F("id") * decimal.Decimal("0.5"), output_field=DecimalField(max_digits=10))
    values = [decimal.Decimal(number) / 2 for number in range(100)]
    sql, _ = compiled(Author.objects.order_by().annotate(half=half).filter(half__in=values).values("id"), "2016")
    assert "WITH ([__v] numeric(38, 1) '$')" in sql


def test_a_moment_that_no_column_holds_is_refused_by_its_field(connection):
    field = DateTimeField()
    field.set_attributes_from_name("born")
    paris = datetime.timezone(datetime.timedelta(minutes=9, seconds=21))
    with pytest.raises(DataError, match="born.*out of the years 1 to 9999"):
        carried_values(field, [datetime.datetime(1, 1, 1, tzinfo=paris)], connection)
