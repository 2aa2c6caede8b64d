import datetime
import struct
from decimal import Decimal

import pytest
from django.db import models
from ormtests.models import Author, Book, Collated

from mssql_core.compiler import byte_lists
from mssql_core.testing import fake_connection

AT = datetime.datetime(2026, 5, 6, 7, 8, 9)


class Legacy(models.DateTimeField):
    def db_type(self, connection):
        return "datetime"


class Small(models.DateTimeField):
    def db_type(self, connection):
        return "smalldatetime"


class Coded(models.CharField):
    def db_type(self, connection):
        return "varchar(20)"


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


def test_the_numbers_below_the_count_take_the_values_apart(table):
    """The n-th value's offset and length are the n-th eight bytes of the places; SUBSTRING counts from 1."""
    digits = "(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS [__d%d] ([__d])"
    sql, _ = table("id", list(range(12)))
    assert sql == (
        "(SELECT CAST(CAST(SUBSTRING([__b].[__v], CAST(SUBSTRING([__b].[__p], [__n].[__n] * 8 + 1, 4) AS int), "
        "CAST(SUBSTRING([__b].[__p], [__n].[__n] * 8 + 5, 4) AS int)) AS nvarchar(4000)) AS bigint) "
        "FROM (SELECT CAST(%%s AS varbinary(max)) AS [__v], CAST(%%s AS varbinary(max)) AS [__p]) AS [__b] "
        "CROSS JOIN (SELECT [__d0].[__d] * 1 + [__d1].[__d] * 10 AS [__n] FROM %s CROSS JOIN %s) AS [__n] "
        "WHERE [__n].[__n] < %%s)" % (digits % 0, digits % 1)
    )


def test_rows_have_the_places_of_all_their_columns():
    columns = [byte_lists.Carrier("bigint"), byte_lists.Carrier("varbinary(max)")]
    (number, blob), _, (values, places, count) = byte_lists.rows_source([(12, b"\0\xff\0"), (3, b"")], columns)
    assert number == (
        "CAST(CAST(SUBSTRING([__b].[__v], CAST(SUBSTRING([__b].[__p], [__n].[__n] * 16 + 1, 4) AS int), "
        "CAST(SUBSTRING([__b].[__p], [__n].[__n] * 16 + 5, 4) AS int)) AS nvarchar(4000)) AS bigint)"
    )
    assert blob == (
        "SUBSTRING([__b].[__v], CAST(SUBSTRING([__b].[__p], [__n].[__n] * 16 + 9, 4) AS int), "
        "CAST(SUBSTRING([__b].[__p], [__n].[__n] * 16 + 13, 4) AS int))"
    )
    assert (values, count) == ("12".encode("utf-16-le") + b"\0\xff\0" + "3".encode("utf-16-le"), 2)
    assert struct.unpack(">8i", places) == (1, 4, 5, 3, 8, 2, 10, 0)


@pytest.mark.parametrize(
    ("field", "value", "expression", "sent"),
    [
        (Author._meta.get_field("id"), 7, "CAST(CAST(%s AS nvarchar(4000)) AS bigint)", "7"),
        (Author._meta.get_field("active"), True, "CAST(CAST(%s AS nvarchar(4000)) AS bit)", "True"),
        (Author._meta.get_field("name"), "Ł", "CAST(%s AS nvarchar(4000))", "Ł"),
        (Author._meta.get_field("name"), "a" * 4001, "CAST(%s AS nvarchar(max))", "a" * 4001),
        # Text of bytes takes the collation of the column beside it; varchar is converted on the server.
        (Collated._meta.get_field("name"), "a", "CAST(%s AS nvarchar(4000))", "a"),
        (Coded(db_collation="Latin1_General_BIN2"), "a", "CAST(CAST(%s AS nvarchar(4000)) AS varchar(8000))", "a"),
        (Book._meta.get_field("price"), Decimal("1.50"), "CAST(CAST(%s AS nvarchar(4000)) AS numeric(8, 2))", "1.50"),
        (Book._meta.get_field("rating"), 2.5, "CAST(CAST(%s AS nvarchar(4000)) AS float)", "2.5"),
        (models.DateField(), AT.date(), "CAST(CAST(%s AS nvarchar(4000)) AS date)", "2026-05-06"),
        (models.DateTimeField(), AT, "CAST(CAST(%s AS nvarchar(4000)) AS datetime2)", "2026-05-06T07:08:09.000000"),
        # The legacy types read no text with six digits of seconds (error 241).
        (
            Legacy(),
            AT,
            "CAST(CAST(CAST(%s AS nvarchar(4000)) AS datetime2) AS datetime)",
            "2026-05-06T07:08:09.000000",
        ),
        (
            Small(),
            AT.replace(second=0),
            "CAST(CAST(CAST(%s AS nvarchar(4000)) AS datetime2) AS smalldatetime)",
            "2026-05-06T07:08:00.000000",
        ),
        (models.BinaryField(), b"a\xff", "%s", b"a\xff"),
        (models.BinaryField(), bytearray(b"a\xff"), "%s", b"a\xff"),
        (models.BinaryField(), memoryview(b"a\xff"), "%s", b"a\xff"),
    ],
    ids=str,
)
def test_values_of_each_type(field, value, expression, sent):
    sql, (values, _, _) = byte_lists.scalar_table([value], field, fake_connection(version="2016"))
    piece = "SUBSTRING([__b].[__v], "
    before, after = expression.split("%s")
    assert sql.startswith("(SELECT " + before + piece) and ", 4) AS int))%s FROM (" % after in sql
    assert values == (sent if isinstance(sent, bytes) else sent.encode("utf-16-le"))


def test_what_nothing_carries(table):
    assert table("name", ["a", 1]) is None
