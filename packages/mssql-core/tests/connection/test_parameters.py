import datetime
import decimal
import enum
import uuid

import pytest
from django.utils.safestring import mark_safe

from mssql_core import errors
from mssql_core.connection.parameters import (
    SQL_BIGINT,
    SQL_DECIMAL,
    SQL_GUID,
    SQL_SS_TIME2,
    SQL_SS_TIMESTAMPOFFSET,
    SQL_TYPE_DATE,
    SQL_TYPE_TIMESTAMP,
    SQL_VARBINARY,
    SQL_VARCHAR,
    SQL_WVARCHAR,
    TypedParam,
    adapt,
    odbc_type,
)

NULL = object()


def one(value):
    values, sizes = adapt([value], NULL)
    return values[0], sizes and sizes[0]


class Color(enum.IntEnum):
    RED = 3


@pytest.mark.parametrize(
    ("value", "length"),
    [("", 50), ("a" * 50, 50), ("a" * 51, 450), ("é" * 4000, 4000), ("a" * 4001, 0), ("😀" * 25, 50), ("😀" * 26, 450)],
)
def test_strings_have_few_lengths(value, length):
    assert one(value) == (value, (SQL_WVARCHAR, length, 0))


def test_binaries_have_few_lengths():
    assert one(b"") == (b"", (SQL_VARBINARY, 50, 0))
    assert one(memoryview(b"x" * 51)) == (b"x" * 51, (SQL_VARBINARY, 8000, 0))
    assert one(bytearray(8001))[1] == (SQL_VARBINARY, 0, 0)


def test_what_the_driver_types_well_is_left_to_it():
    for value in (True, 5, -(2**63), 1.5, datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2), uuid.uuid4()):
        assert one(value) == (value, None)


def test_subclasses_go_as_what_they_are():
    assert type(one(mark_safe("x"))[0]) is str
    assert type(one(Color.RED)[0]) is int


def test_integers_beyond_bigint_are_decimals():
    assert one(2**63) == (decimal.Decimal(2**63), (SQL_DECIMAL, 28, 0))
    with pytest.raises(errors.DataError, match="38 digits"):
        one(10**38)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("1.1", (11, 2)),
        ("0.001", (13, 4)),
        ("123456789.12", (11, 2)),
        ("1234567890.12", (20, 2)),
        ("1E+1", (9, 0)),
        ("1E+3", (9, 0)),
        ("1E+9", (18, 0)),
        ("1E+37", (38, 0)),
        ("-0", (9, 0)),
        ("0." + "1" * 38, (38, 38)),
        ("1" * 30 + "." + "1" * 8, (38, 8)),
    ],
)
def test_decimals_have_few_types_and_keep_their_digits(value, size):
    sent, declared = one(decimal.Decimal(value))
    assert sent == decimal.Decimal(value)
    assert declared == (SQL_DECIMAL, *size)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), decimal.Decimal("NaN"), decimal.Decimal("-Infinity")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(errors.DataError, match="cannot be stored"):
        one(value)


@pytest.mark.parametrize(
    ("minutes", "offset"), [(-330, "-05:30"), (-30, "-00:30"), (0, "+00:00"), (60, "+01:00"), (14 * 60, "+14:00")]
)
def test_an_offset_is_kept(minutes, offset):
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    sent, size = one(datetime.datetime(20, 1, 2, 3, 4, 5, 67890, zone))
    assert sent == "0020-01-02 03:04:05.067890 " + offset
    assert size[0] == SQL_SS_TIMESTAMPOFFSET


def test_an_offset_with_seconds_is_turned_into_utc():
    zone = datetime.timezone(datetime.timedelta(minutes=19, seconds=32))
    assert one(datetime.datetime(1900, 1, 1, tzinfo=zone))[0] == "1899-12-31 23:40:28.000000 +00:00"


def test_the_fraction_of_a_time_is_kept():
    assert one(datetime.time(1, 2, 3, 456789)) == ("01:02:03.456789", (SQL_SS_TIME2, 16, 6))


def test_durations_are_microseconds():
    assert one(datetime.timedelta(days=-1, microseconds=5)) == (-86399999995, None)
    # Beyond bigint, as an integer of that size.
    longest = datetime.timedelta.max // datetime.timedelta(microseconds=1)
    assert one(datetime.timedelta.max) == one(longest) and one(longest)[0] == decimal.Decimal(longest)


@pytest.mark.parametrize(
    ("sql_type", "expected"),
    [
        ("nvarchar(30)", (SQL_WVARCHAR, 50, 0)),
        ("NVARCHAR(max)", (SQL_WVARCHAR, 0, 0)),
        ("char(32)", (SQL_VARCHAR, 50, 0)),
        ("varbinary(max)", (SQL_VARBINARY, 0, 0)),
        ("decimal(10, 2)", (SQL_DECIMAL, 10, 2)),
        ("numeric", (SQL_DECIMAL, 18, 0)),
        ("bigint", (SQL_BIGINT, 19, 0)),
        ("date", (SQL_TYPE_DATE, 10, 0)),
        ("datetime2(7)", (SQL_TYPE_TIMESTAMP, 27, 7)),
        ("uniqueidentifier", (SQL_GUID, 36, 0)),
        ("hierarchyid", (SQL_WVARCHAR, 0, 0)),
    ],
)
def test_types_by_name(sql_type, expected):
    assert odbc_type(sql_type) == expected


def test_a_typed_null_has_its_type():
    assert one(TypedParam(None, "varbinary(max)")) == (NULL, (SQL_VARBINARY, 0, 0))


def test_a_typed_value_has_its_type_where_it_fits():
    assert one(TypedParam(5, "bigint")) == (5, (SQL_BIGINT, 19, 0))
    assert one(TypedParam("x", "nvarchar(300)")) == ("x", (SQL_WVARCHAR, 450, 0))
    assert one(TypedParam(decimal.Decimal("1.5"), "decimal(10, 2)"))[1] == (SQL_DECIMAL, 10, 2)


def test_a_typed_value_is_never_cut():
    assert one(TypedParam(100000, "smallint")) == (100000, None)
    assert one(TypedParam("x" * 60, "nvarchar(50)"))[1] == (SQL_WVARCHAR, 450, 0)
    assert one(TypedParam(decimal.Decimal("1.555"), "decimal(10, 2)"))[1] == (SQL_DECIMAL, 13, 4)
    moment = datetime.datetime(2020, 1, 2, 3)
    assert one(TypedParam(moment, "date")) == (moment, None)


def test_a_varchar_is_one_where_every_code_page_has_its_characters():
    """Beside a varchar column nvarchar would go first: the column would be converted, row by row."""
    assert one(TypedParam("abc", "varchar(20)"))[1] == (SQL_VARCHAR, 50, 0)
    assert one(TypedParam("x" * 60, "varchar(20)"))[1] == (SQL_VARCHAR, 450, 0)
    assert one(TypedParam("x" * 9000, "varchar(20)"))[1] == (SQL_VARCHAR, 0, 0)
    assert one(TypedParam("ł", "varchar(20)"))[1] == (SQL_WVARCHAR, 50, 0)


@pytest.mark.parametrize(
    ("value", "sql_type", "size"),
    [
        (True, "bit", (-7, 1, 0)),
        (True, "int", None),
        (2**15 - 1, "smallint", (5, 5, 0)),
        (-(2**15), "smallint", (5, 5, 0)),
        (2**15, "smallint", None),
        (2**31 - 1, "int", (4, 10, 0)),
        (2**31, "int", None),
        (2**63 - 1, "bigint", (-5, 19, 0)),
        (5, "tinyint", None),
        (5, "float", None),
        (1.5, "float", (6, 53, 0)),
        (1.5, "real", None),
        (datetime.datetime(2020, 1, 2), "datetime2(3)", (93, 27, 7)),
        (datetime.date(2020, 1, 2), "date", (91, 10, 0)),
        (uuid.UUID(int=5), "uniqueidentifier", (-11, 36, 0)),
        (uuid.UUID(int=5), "int", None),
        (b"x", "varbinary(60)", (-3, 8000, 0)),
        (b"x" * 60, "varbinary(5)", (-3, 8000, 0)),
        (b"x", "nvarchar(5)", (-3, 50, 0)),
        ("x" * 60, "nvarchar(max)", (-9, 0, 0)),
        ("x" * 4001, "nvarchar(5)", (-9, 0, 0)),
        ("x", "varbinary(5)", (-9, 50, 0)),
        ("x", "varchar(max)", (12, 0, 0)),
        (decimal.Decimal("99999999.99"), "decimal(10, 2)", (3, 10, 2)),
        (decimal.Decimal("100000000"), "decimal(10, 2)", (3, 9, 0)),
        (decimal.Decimal("1.5"), "money", (3, 19, 4)),
        (datetime.time(1, 2), "time(3)", (-154, 16, 6)),
    ],
)
def test_the_type_that_is_asked_for_counts_where_it_holds_the_value(value, sql_type, size):
    assert adapt([TypedParam(value, sql_type)], NULL)[1] == (None if size is None else [size])


@pytest.mark.parametrize(
    ("sql_type", "size"),
    [
        ("integer", (4, 10, 0)),
        ("SMALLMONEY", (3, 10, 4)),
        ("rowversion", (-3, 0, 0)),
        ("binary(50)", (-3, 50, 0)),
        ("binary(51)", (-3, 8000, 0)),
        (" varchar ( 451 ) ", (12, 8000, 0)),
        ("decimal(12)", (3, 12, 0)),
        ("numeric( 12 , 3 )", (3, 12, 3)),
        ("", (-9, 0, 0)),
        ("[a type]", (-9, 0, 0)),
    ],
)
def test_more_types_by_name(sql_type, size):
    assert odbc_type(sql_type) == size


@pytest.mark.parametrize(
    ("value", "args"),
    [
        (float("inf"), ("22003", "inf cannot be stored: SQL Server's float has no infinity and no NaN (error 8023).")),
        (decimal.Decimal("NaN"), ("22003", "NaN cannot be stored: SQL Server's decimal has digits only.")),
        (10**38, ("22003", "A decimal of 39 digits cannot be stored: SQL Server's end at 38 digits.")),
        (
            "a\ud800",
            ("22021", "A text with the lone surrogate U+D800 at position 1 cannot be stored: it is no character."),
        ),
    ],
    ids=ascii,
)
def test_a_refusal_says_what_and_why(value, args):
    with pytest.raises(errors.DataError) as told:
        one(value)
    assert told.value.args == args


@pytest.mark.parametrize("value", [[1, 2], (1,), ["a", None]])
def test_a_list_is_refused_with_what_to_write(value):
    with pytest.raises(errors.ProgrammingError, match="a placeholder for each of its values, as in IN"):
        one(value)


@pytest.mark.parametrize("value", [[], [(1, 2), (3, 4)], ["kind", "schema", (1,)]])
def test_rows_of_a_table_valued_parameter_are_the_drivers(value):
    assert one(value) == (value, None)


def test_half_of_a_surrogate_pair_is_refused():
    with pytest.raises(errors.DataError, match="lone surrogate U\\+D800 at position 1"):
        one("a\ud800")


def test_decimals_end_at_38_digits():
    """Decimal(0.1) has 55 places."""
    value, size = one(decimal.Decimal(0.1))
    assert value == decimal.Decimal("0.10000000000000000555111512312578270212") and size == (SQL_DECIMAL, 38, 38)


def test_a_moment_whose_utc_is_out_of_the_years_is_refused():
    zone = datetime.timezone(datetime.timedelta(minutes=19, seconds=32))
    with pytest.raises(errors.DataError, match="1 to 9999"):
        one(datetime.datetime(1, 1, 1, tzinfo=zone))


def test_a_typed_param_shows_its_value():
    assert repr(TypedParam("x", "nvarchar(5)")) == "'x'"
    assert TypedParam(1, "int") == TypedParam(1, "int") != TypedParam(1, "bigint")
    assert len({TypedParam(1, "int"), TypedParam(1, "int")}) == 1


def test_no_sizes_where_none_are_needed():
    assert adapt([1, True], NULL) == ([1, True], None)


def test_a_decimal_of_a_class_with_its_own_text_is_sent_whole():
    class Price(decimal.Decimal):
        def __str__(self):
            return "%.0f EUR" % self

    value = Price("1234567890.125")
    assert one(value) == (value, (SQL_DECIMAL, 22, 4))
    assert one(TypedParam(value, "decimal(12, 2)")) == (value, (SQL_DECIMAL, 22, 4))


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("12.50", (10, 2)),
        ("-99999999.99", (10, 2)),
        ("0.01", (10, 2)),
        ("100000000.00", (11, 2)),
        ("0.001", (13, 4)),
        ("1E+3", (10, 2)),
    ],
)
def test_a_decimal_has_its_column_s_type_or_else_its_own(value, sent):
    number, declared = one(TypedParam(decimal.Decimal(value), "decimal(10, 2)"))
    assert number == decimal.Decimal(value) and number.as_tuple().exponent <= 0
    assert declared == (SQL_DECIMAL, *sent)
