import datetime
import decimal
import enum
import json
import uuid

import pytest
from django.db import DataError
from django.db.models import CharField, DateTimeField, DecimalField, ExpressionWrapper, F
from ormtests.models import Author, Book
from typed import typed

from mssql_core.compiler.json_values import carried_values, carrier, json_array
from mssql_core.connection.parameters import TypedParam
from mssql_core.testing import fake_connection

UTC = datetime.timezone.utc
AT = datetime.datetime(2026, 5, 6, 7, 8, 9)
FACE = "\U0001f600"
PRICE = Book._meta.get_field("price")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([True, False], "bit"),
        ([1, 2**40], "bigint"),
        ([1, 2**70], "numeric(38, 0)"),
        ([1, 10**38 - 1], "numeric(38, 0)"),
        ([1, -(10**38)], None),
        ([True, 2], "bigint"),
        ([2**63 - 1, -(2**63)], "bigint"),
        ([1, 2**63], "numeric(38, 0)"),
        ([1, -(2**63) - 1], "numeric(38, 0)"),
        ([1.5, 2, True], "float"),
        ([decimal.Decimal("1.5"), 10**30], "numeric(38, 1)"),
        ([decimal.Decimal("9" * 36), decimal.Decimal("0.25")], "numeric(38, 2)"),
        ([decimal.Decimal("9" * 37), decimal.Decimal("0.25")], None),
        ([TypedParam("a", "varchar(50)"), "b"], "nvarchar(4000)"),
        ([TypedParam(1, "int"), 2, None], "bigint"),
        ([], "nvarchar(4000)"),
        ([None], "nvarchar(4000)"),
        (["a" * 4000], "nvarchar(4000)"),
        (["\xfc" * 4000], "nvarchar(4000)"),
        ([FACE * 2000], "nvarchar(4000)"),
        ([FACE * 4000], "nvarchar(max)"),
        ([AT, AT.replace(tzinfo=UTC)], None),
        ([AT.date(), AT.time()], None),
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
    assert json_array([values]).value == '[[1.1,"12345678901234567.125","2020-01-02T03:04:05.000006","00ff",null]]'


class Size(enum.IntEnum):
    SMALL = 1


def test_each_value_has_a_form_that_its_type_reads():
    values = [
        TypedParam(True, "bit"),
        TypedParam(None, "int"),
        Size.SMALL,
        decimal.Decimal("1E+3"),
        uuid.UUID(int=5),
        memoryview(b"\xff"),
        bytearray(b"\x01"),
        AT.date(),
        datetime.time(1, 2),
    ]
    text = json_array(values).value
    assert json.loads(text) == [
        *[True, None, 1, "1000", "00000000-0000-0000-0000-000000000005", "ff", "01", "2026-05-06", "01:02:00"]
    ]
    assert text.startswith("[true,null,1,")
    assert json_array([values, values]).value == "[%s,%s]" % (text, text)
    assert json_array([]).value == "[]"


@pytest.mark.parametrize(
    ("field", "value", "definition", "expression", "written"),
    [
        # A field without a collation may stand for a column that has one: text made of bytes takes it.
        (CharField(), "aé", "nvarchar(max)", "CAST(CONVERT(varbinary(max), [v], 2) AS nvarchar(4000))", "6100e900"),
        # A varchar column is compared with varchar, whose bytes are the same in each code page.
        (
            typed(CharField, "varchar(9)"),
            "ab",
            "nvarchar(max)",
            "CAST(CONVERT(varbinary(max), [v], 2) AS varchar(8000))",
            "6162",
        ),
        (
            typed(CharField, "varchar(9)"),
            "aé",
            "nvarchar(max)",
            "CAST(CONVERT(varbinary(max), [v], 2) AS nvarchar(4000))",
            "6100e900",
        ),
        (None, "aé", "nvarchar(max)", "CAST(CONVERT(varbinary(max), [v], 2) AS nvarchar(4000))", "6100e900"),
        (
            CharField(),
            "a" * 4001,
            "nvarchar(max)",
            "CAST(CONVERT(varbinary(max), [v], 2) AS nvarchar(max))",
            "6100" * 4001,
        ),
        (CharField(db_collation="Greek_BIN2"), "aé", "nvarchar(4000) COLLATE Greek_BIN2", "[v]", "aé"),
        (
            typed(CharField, "varchar(9)", db_collation="Greek_BIN2"),
            "α",
            "varchar(8000) COLLATE Greek_BIN2",
            "[v]",
            "α",
        ),
        (typed(CharField, "char(9)", db_collation="Greek_BIN2"), "α", "varchar(8000) COLLATE Greek_BIN2", "[v]", "α"),
        (typed(CharField, "nchar(9)", db_collation="Greek_BIN2"), "α", "nvarchar(4000) COLLATE Greek_BIN2", "[v]", "α"),
        # What the code page lacks is no value of the column.
        (typed(CharField, "char(9)", db_collation="Greek_BIN2"), "é", "nvarchar(4000) COLLATE Greek_BIN2", "[v]", "é"),
        # In UTF-8 a character has up to four bytes.
        (
            typed(CharField, "varchar(max)", db_collation="Greek_BIN2"),
            "α" * 2000,
            "varchar(8000) COLLATE Greek_BIN2",
            "[v]",
            "α" * 2000,
        ),
        (
            typed(CharField, "varchar(max)", db_collation="Greek_BIN2"),
            "α" * 2001,
            "nvarchar(4000) COLLATE Greek_BIN2",
            "[v]",
            "α" * 2001,
        ),
        (typed(DateTimeField, "datetime"), AT, "datetime2", "CAST([v] AS datetime)", "2026-05-06T07:08:09.000000"),
        (
            typed(DateTimeField, "datetime"),
            AT.replace(microsecond=125000),
            "datetime2",
            "CAST([v] AS datetime)",
            "2026-05-06T07:08:09.125000",
        ),
        (
            typed(DateTimeField, "datetime"),
            AT.replace(year=1600),
            "datetime2",
            "[v]",
            "1600-05-06T07:08:09.000000",
        ),
        (typed(DateTimeField, "datetime2"), AT, "datetime2", "[v]", "2026-05-06T07:08:09.000000"),
        (DateTimeField(), AT.replace(tzinfo=UTC), "datetimeoffset", "[v]", "2026-05-06T07:08:09.000000+00:00"),
        (PRICE, decimal.Decimal("999999.99"), "numeric(8, 2)", "[v]", "999999.99"),
        (PRICE, decimal.Decimal("1000000.5"), "numeric(38, 1)", "[v]", "1000000.5"),
        (None, b"a\xff", "nvarchar(max)", "CONVERT(varbinary(max), [v], 2)", "61ff"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_values_to_be_compared_with_a_column(connection, field, value, definition, expression, written):
    carried = carrier(field, [value], connection, is_compared=True)
    assert carried.definition("[v]", "$") == "[v] %s '$'" % definition
    assert carried.value("[v]") == expression
    assert json.loads(json_array(carried.encoded([value, None])).value) == [written, None]
    assert json.loads(json_array(carried.encoded([value])).value) == [written]


def test_moments_of_which_the_column_has_not_all(connection):
    """All are compared as they are."""
    field = typed(DateTimeField, "datetime")
    carried = carrier(field, [AT, AT.replace(year=1600)], connection, is_compared=True)
    assert carried.definition("[v]", "$") == "[v] datetime2 '$'" and carried.value("[v]") == "[v]"


def test_moments_in_a_column_without_an_offset_are_those_of_the_alias_s_time_zone():
    connection = fake_connection(options={"datetime_type": "datetime2"})
    zone = datetime.timezone(datetime.timedelta(hours=2))
    carried, values = carried_values(DateTimeField(), [AT.replace(tzinfo=zone), None], connection)
    assert carried.sql_type == "datetime2" and values[0][:16] == "2026-05-06T05:08" and values[1] is None


def test_text_in_a_column_of_a_code_page(connection):
    field = typed(CharField, "varchar(9)")
    carried, values = carried_values(field, ["ü", "a", None], connection)
    assert (carried.definition("[v]", "$"), values) == ("[v] nvarchar(4000) '$'", ["ü", "a", None])
    with pytest.raises(DataError, match="code page of the collation SQL_Latin1_General_CP1_CI_AS"):
        carried_values(field, ["ü", "ж"], connection)


def test_text_without_marks_needs_no_look_at_the_column(connection):
    assert carried_values(CharField(), ["a", None], connection)[1] == ["a", None]
    carried, values = carried_values(CharField(), ["a", None], connection, True)
    assert (carried.wire_type, values) == ("nvarchar(max)", ["6100", None])


@pytest.mark.parametrize(
    ("field", "value", "sql_type", "written"),
    [
        (DecimalField(max_digits=2, decimal_places=2), "0.25", "numeric(2, 2)", "0.25"),
        (DecimalField(max_digits=4, decimal_places=0), "25", "numeric(4, 0)", "25"),
        (DecimalField(max_digits=4, decimal_places=0), "2.5", "numeric(4, 0)", "3"),
        (DecimalField(max_digits=10), "2.5", "numeric(38, 1)", "2.5"),
        (DecimalField(decimal_places=2), "2.5", "numeric(38, 1)", "2.5"),
        (CharField(), "2.5", "numeric(38, 1)", "2.5"),
    ],
)
def test_decimals_of_fields_that_name_digits_or_not(connection, field, value, sql_type, written):
    carried, values = carried_values(field, [decimal.Decimal(value), None], connection)
    assert (carried.sql_type, values) == (sql_type, [written, None])


def test_infinity_is_refused():
    with pytest.raises(DataError, match="^inf cannot be stored: float has no NaN and no infinity"):
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
    with pytest.raises(DataError) as told:
        carried_values(field, [datetime.datetime(1, 1, 1, tzinfo=paris)], connection)
    state, text = told.value.args
    assert state == "22007" and text.startswith("%s: " % field) and "out of the years 1 to 9999" in text


@pytest.mark.parametrize("values", [[], [1], [["x" * 5000]]])
def test_it_has_one_type_whatever_its_length(values):
    """So that a statement has one plan for any number of values."""
    assert json_array(values).sql_type == "nvarchar(max)"
