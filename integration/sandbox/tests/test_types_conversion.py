"""CAST and CONVERT: values, styles, faults.

https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
"""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

import pytest

DAY = 864_000_000_000


def ticks(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, fraction: int = 0) -> int:
    days = date(year, month, day).toordinal() - 1
    return days * DAY + ((hour * 60 + minute) * 60 + second) * 10_000_000 + fraction


@pytest.mark.parametrize(
    "expression, value",
    [
        ("CAST('' AS int)", 0),
        ("CAST(' 12 ' AS int)", 12),
        ("CAST(1.9 AS int)", 1),
        ("CAST(-1.9 AS int)", -1),
        ("CAST($1.5 AS int)", 2),
        ("CAST(2.5e0 AS int)", 2),
        ("CAST(0.99999999999999989e0 AS int)", 0),
        ("CAST(5 AS bit)", 1),
        ("CAST('true' AS bit)", 1),
        ("CAST(1.255 AS decimal(5,2))", Decimal("1.26")),
        ("CAST(-1.255 AS decimal(5,2))", Decimal("-1.26")),
        ("CAST(0.1e0 AS decimal(20,19))", Decimal("0.1000000000000000100")),
        ("CAST('' AS float)", 0.0),
        ("CAST('1e5' AS float)", 100000.0),
        ("CAST('$1,234.56' AS money)", Decimal("1234.5600")),
        ("CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)",
         uuid.UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF")),
        ("CAST(0xFF19966F868B11D0B42D00C04FC964FF AS uniqueidentifier)",
         uuid.UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF")),
        ("CAST(0x01 AS int)", 1),
        ("CAST(0xFFFFFFFF AS int)", -1),
        ("TRY_CAST('x' AS int)", None),
        ("TRY_CAST('5' AS int)", 5),
        ("TRY_CONVERT(date, '2020-99-01')", None),
    ],
)  # fmt: skip
def test_to_numbers(sql, expression, value):
    assert sql.value(expression) == value


@pytest.mark.parametrize(
    "expression, value",
    [
        ("CAST('abcdef' AS varchar(3))", "abc"),
        ("CAST('abcdef' AS char(8))", "abcdef  "),
        ("CAST(REPLICATE('x', 40) AS varchar)", "x" * 30),
        ("CAST(123456 AS varchar(3))", "*"),
        ("CAST(1.50 AS varchar(10))", "1.50"),
        ("CAST($1234.5678 AS varchar(30))", "1234.57"),
        ("CONVERT(varchar(30), $1234.5678, 1)", "1,234.57"),
        ("CONVERT(varchar(30), $1234.5678, 2)", "1234.5678"),
        ("CAST(CAST('6f9619ff-8b86-d011-b42d-00c04fc964ff' AS uniqueidentifier) AS varchar(36))",
         "6F9619FF-8B86-D011-B42D-00C04FC964FF"),
        ("CAST(1e0 AS varchar(30))", "1"),
        ("CAST(0.1e0 AS varchar(30))", "0.1"),
        ("CAST(0.0001e0 AS varchar(30))", "0.0001"),
        ("CAST(1e-5 AS varchar(30))", "1e-005"),
        ("CAST(123456e0 AS varchar(30))", "123456"),
        ("CAST(1234567e0 AS varchar(30))", "1.23457e+006"),
        ("CAST(-3.14159265e0 AS varchar(30))", "-3.14159"),
        ("CONVERT(varchar(30), 3.14159265358979e0, 1)", "3.1415927e+000"),
        ("CONVERT(varchar(30), 3.14159265358979e0, 2)", "3.141592653589790e+000"),
        ("CONVERT(varchar(30), 0.1e0, 3)", "1.0000000000000001e-001"),
        ("CAST(0x616263 AS varchar(10))", "abc"),
        ("CAST(0x61006200 AS nvarchar(10))", "ab"),
        ("CONVERT(varchar(30), 0x6162, 1)", "0x6162"),
        ("CONVERT(varchar(30), 0x6162, 2)", "6162"),
        ("CAST(N'€ĥ漢' AS varchar(10))", "€h?"),
        ("'漢é'", "?é"),
    ],
)  # fmt: skip
def test_to_strings(sql, expression, value):
    assert sql.value(expression) == value


@pytest.mark.parametrize(
    "expression, value",
    [
        ("CAST('abc' AS varbinary(10))", b"abc"),
        ("CAST('abc' AS binary(5))", b"abc\0\0"),
        ("CAST(N'ab' AS varbinary(10))", b"a\0b\0"),
        ("CAST(N'😀' AS varbinary(10))", b"\x3d\xd8\x00\xde"),
        ("CONVERT(varbinary(10), '0x6162', 1)", b"ab"),
        ("CONVERT(varbinary(10), '6162', 2)", b"ab"),
        ("CAST(1 AS varbinary(4))", b"\0\0\0\1"),
        ("CAST(255 AS binary(2))", b"\0\xff"),
        ("CAST(CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier) AS binary(16))",
         bytes.fromhex("FF19966F868B11D0B42D00C04FC964FF")),
    ],
)  # fmt: skip
def test_to_binary(sql, expression, value):
    assert sql.value(expression) == value


@pytest.mark.parametrize(
    "expression, value",
    [
        ("CAST('2020-01-02' AS date)", date(2020, 1, 2).toordinal() - 1),
        ("CAST('' AS date)", date(1900, 1, 1).toordinal() - 1),
        ("CAST('2020' AS date)", date(2020, 1, 1).toordinal() - 1),
        ("CAST('1/2/20' AS date)", date(2020, 1, 2).toordinal() - 1),
        ("CAST('Jan 2 2020' AS date)", date(2020, 1, 2).toordinal() - 1),
        ("CONVERT(date, '03/02/2020', 103)", date(2020, 2, 3).toordinal() - 1),
        ("CAST('20200102' AS datetime)", ticks(2020, 1, 2)),
        ("CAST('2020-01-02T03:04:05.678' AS datetime)", ticks(2020, 1, 2, 3, 4, 5, 6766667)),
        ("CAST('2020-01-01 23:59:59.999' AS datetime)", ticks(2020, 1, 2)),
        ("CAST('2020-01-02 03:04:05.1234567' AS datetime2)", ticks(2020, 1, 2, 3, 4, 5, 1234567)),
        ("CAST('2020-01-02 03:04:05.1235' AS datetime2(3))", ticks(2020, 1, 2, 3, 4, 5, 1240000)),
        ("CAST('2020-01-01 23:59:59.9999999' AS datetime2(0))", ticks(2020, 1, 2)),
        ("CAST('2020-01-01 23:59:29.998' AS smalldatetime)", ticks(2020, 1, 1, 23, 59)),
        ("CAST('2020-01-01 23:59:29.999' AS smalldatetime)", ticks(2020, 1, 2)),
        ("CAST('10:20 PM' AS time)", (22 * 60 + 20) * 600_000_000),
        ("CAST('2020-01-02 03:04:05 +02:00' AS datetimeoffset)", (ticks(2020, 1, 2, 1, 4, 5), 120)),
        ("CAST(CAST('2020-01-02 03:04:05 +02:00' AS datetimeoffset) AS datetime2)", ticks(2020, 1, 2, 3, 4, 5)),
        ("CAST(CAST('2020-01-01 10:00:00.003' AS datetime) AS datetime2)", ticks(2020, 1, 1, 10, 0, 0, 33333)),
        ("CAST(1 AS datetime)", ticks(1900, 1, 2)),
        ("CAST(CAST('20200102 12:00' AS datetime) AS float)", 43830.5),
    ],
)
def test_to_dates(sql, expression, value):
    assert sql.value(expression) == value


@pytest.mark.parametrize(
    "style, text",
    [
        (None, "Jan  2 2020  3:04AM"), (0, "Jan  2 2020  3:04AM"), (1, "01/02/20"), (9, "Jan  2 2020  3:04:05:677AM"),
        (101, "01/02/2020"), (103, "02/01/2020"), (104, "02.01.2020"), (106, "02 Jan 2020"), (107, "Jan 02, 2020"),
        (108, "03:04:05"), (112, "20200102"), (113, "02 Jan 2020 03:04:05:677"), (114, "03:04:05:677"),
        (120, "2020-01-02 03:04:05"), (121, "2020-01-02 03:04:05.677"), (22, "01/02/20  3:04:05 AM"),
        (23, "2020-01-02"), (126, "2020-01-02T03:04:05.677"),
    ],
)  # fmt: skip
def test_datetime_styles(sql, style, text):
    tail = "" if style is None else f", {style}"
    assert sql.value(f"CONVERT(varchar(30), CAST('2020-01-02 03:04:05.677' AS datetime){tail})") == text


@pytest.mark.parametrize(
    "expression, text",
    [
        ("CAST(CAST('20200102 03:04' AS datetime2) AS varchar(30))", "2020-01-02 03:04:00.0000000"),
        ("CAST(CAST('20200102' AS date) AS varchar(30))", "2020-01-02"),
        ("CAST(CAST('03:04:05' AS time(2)) AS varchar(30))", "03:04:05.00"),
        ("CAST(CAST('2020-01-02 03:04:05 +02:00' AS datetimeoffset(0)) AS varchar(40))", "2020-01-02 03:04:05 +02:00"),
        ("CONVERT(varchar(40), CAST('2020-01-02 13:04:05.6 +02:00' AS datetimeoffset(1)), 127)",
         "2020-01-02T11:04:05.6Z"),
        ("CONVERT(varchar(40), CAST('13:04:05.677' AS time(3)), 100)", "1:04PM"),
    ],
)  # fmt: skip
def test_newer_dates_to_strings(sql, expression, text):
    assert sql.value(expression) == text


@pytest.mark.parametrize(
    "expression, number",
    [
        ("CAST('abc' AS int)", 245),
        ("CAST('1.0' AS int)", 245),
        ("CAST('99999999999' AS int)", 248),
        ("CAST('300' AS tinyint)", 244),
        ("CAST(300 AS tinyint)", 220),
        ("CAST(40000 AS smallint)", 220),
        ("CAST(1e20 AS int)", 232),
        ("CAST(1e20 AS bigint)", 8115),
        ("CAST(1000 AS decimal(3,0))", 8115),
        ("CAST('abc' AS decimal(5,2))", 8114),
        ("CAST('' AS decimal(5,2))", 8114),
        ("CAST('yes' AS bit)", 245),
        ("CAST('abc' AS money)", 235),
        ("CAST('x' AS uniqueidentifier)", 8169),
        ("CAST(123456 AS nvarchar(3))", 8115),
        ("CAST(1.2345 AS varchar(3))", 8115),
        ("CAST($1.5 AS varchar(2))", 234),
        ("CAST(123456e0 AS varchar(3))", 232),
        ("CAST(NEWID() AS varchar(10))", 8170),
        ("CONVERT(varbinary(10), '616', 2)", 8114),
        ("CONVERT(varbinary(10), '6162', 1)", 8114),
        ("CAST('2020-13-02' AS date)", 241),
        ("CAST('2020-13-02' AS datetime)", 242),
        ("CAST('x' AS smalldatetime)", 295),
        ("CAST('1600-01-01' AS datetime)", 242),
        ("CAST('2020-01-02 03:04:05.1234567' AS datetime)", 241),
        ("CAST('2020-01-02 03:04:05.12345678' AS datetime2)", 241),
        ("CONVERT(varchar(30), CAST('20200102' AS date), 108)", 8114),
        ("CONVERT(varchar(30), CAST('20200102' AS date), 114)", 281),
        ("CONVERT(varchar(30), GETDATE(), 999)", 281),
        ("CAST(1 AS date)", 529),
        ("CAST(NEWID() AS int)", 529),
        ("TRY_CAST(1 AS date)", 529),
        ("CAST(1 AS nosuchtype)", 243),
    ],
)
def test_faults(sql, expression, number):
    assert sql.number(expression) == number


def test_fault_texts(sql):
    assert sql.message("CAST('abc' AS int)") == (
        "Conversion failed when converting the varchar value 'abc' to data type int."
    )
    assert sql.message("CAST(N'2020-13-02' AS datetime)") == (
        "The conversion of a nvarchar data type to a datetime data type resulted in an out-of-range value."
    )


@pytest.mark.parametrize(
    "expression, type_",
    [
        ("CAST('a' AS varchar)", "varchar(30)"),
        ("CAST('a' AS nvarchar(max))", "nvarchar(max)"),
        ("CAST(1 AS decimal)", "decimal(18,0)"),
        ("CAST(1 AS numeric(5))", "decimal(5,0)"),
        ("CAST(1 AS float(24))", "real"),
        ("CAST(1 AS float(25))", "float"),
        ("CAST('20200101' AS datetime2)", "datetime2(7)"),
        ("CAST('a' AS sysname)", "nvarchar(128)"),
    ],
)
def test_type_names(sql, expression, type_):
    assert sql.type(expression) == type_
