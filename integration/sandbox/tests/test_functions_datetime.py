"""Date and time functions.

https://learn.microsoft.com/sql/t-sql/functions/date-and-time-data-types-and-functions-transact-sql
"""

from __future__ import annotations

import time

import pytest

ZONE = "CAST(CAST('{}' AS datetime2(0)) AT TIME ZONE '{}' AS varchar(40))"


@pytest.mark.parametrize(
    "expression, text",
    [
        ("DATEADD(day, 1, CAST('20200228' AS date))", "2020-02-29"),
        ("DATEADD(month, 1, CAST('20200131' AS datetime2(0)))", "2020-02-29 00:00:00"),
        ("DATEADD(year, -1, CAST('20200229' AS date))", "2019-02-28"),
        ("DATEADD(hour, 25, CAST('10:00' AS time(0)))", "11:00:00"),
        ("DATEADD(microsecond, 1, CAST('20200101' AS datetime2(0)))", "2020-01-01 00:00:00.000001"),
        ("DATEADD(day, 1.9, CAST('20200101' AS date))", "2020-01-02"),
        ("DATEADD(minute, 1, CAST('2020-01-01 10:00 +02:00' AS datetimeoffset(0)))", "2020-01-01 10:01:00 +02:00"),
        ("DATETRUNC(month, CAST('2020-05-06 07:08' AS datetime2(0)))", "2020-05-01 00:00:00"),
        ("DATETRUNC(week, CAST('2020-05-06' AS date))", "2020-05-03"),
        ("DATETRUNC(iso_week, CAST('2020-05-06' AS date))", "2020-05-04"),
        ("DATETRUNC(quarter, CAST('2020-05-06' AS date))", "2020-04-01"),
        ("DATE_BUCKET(week, 1, CAST('2020-05-06' AS date))", "2020-05-04"),
        ("DATE_BUCKET(hour, 6, CAST('2020-05-06 10:00' AS datetime2(0)))", "2020-05-06 06:00:00"),
        ("EOMONTH('20200215')", "2020-02-29"),
        ("EOMONTH('20200215', 1)", "2020-03-31"),
        ("DATEFROMPARTS(2020, 2, 29)", "2020-02-29"),
        ("TIMEFROMPARTS(10, 20, 30, 5, 1)", "10:20:30.5"),
        ("DATETIME2FROMPARTS(2020, 1, 2, 3, 4, 5, 123, 3)", "2020-01-02 03:04:05.123"),
        ("DATETIMEOFFSETFROMPARTS(2020, 1, 2, 3, 4, 5, 0, 2, 30, 0)", "2020-01-02 03:04:05 +02:30"),
        ("SWITCHOFFSET(CAST('2020-01-01 10:00 +02:00' AS datetimeoffset(0)), '-05:00')", "2020-01-01 03:00:00 -05:00"),
        ("TODATETIMEOFFSET(CAST('2020-01-01 10:00' AS datetime2(0)), 60)", "2020-01-01 10:00:00 +01:00"),
        ("DATENAME(month, '20200101')", "January"),
        ("DATENAME(weekday, '20200101')", "Wednesday"),
        ("DATENAME(tzoffset, CAST('2020-01-01 10:00 -02:30' AS datetimeoffset))", "-02:30"),
    ],
)
def test_dates(sql, expression, text):
    assert sql.value(f"CAST({expression} AS varchar(40))") == text


@pytest.mark.parametrize(
    "expression, value",
    [
        ("DATEDIFF(year, '2023-12-31', '2024-01-01')", 1),
        ("DATEDIFF(day, '20200101', '20200301')", 60),
        ("DATEDIFF(week, '20230107', '20230108')", 1),
        ("DATEDIFF(hour, CAST('10:59' AS time), CAST('11:00' AS time))", 1),
        ("DATEDIFF(day, 0, '2024-01-31')", 45320),
        ("DATEDIFF_BIG(second, '19000101', '20200101')", 3786825600),
        ("DATEDIFF(microsecond, CAST('20200101' AS datetime2), CAST('2020-01-01 00:00:01' AS datetime2))", 1000000),
        ("DATEDIFF(hour, TODATETIMEOFFSET('2020-01-01 10:00', 120), TODATETIMEOFFSET('2020-01-01 10:00', 0))", 2),
        ("DATEPART(weekday, '20231231')", 1),
        ("DATEPART(week, '20231231')", 53),
        ("DATEPART(iso_week, '20231231')", 52),
        ("DATEPART(quarter, '20231231')", 4),
        ("DATEPART(dayofyear, '20231231')", 365),
        ("DATEPART(millisecond, CAST('2020-01-01 10:00:00.677' AS datetime))", 677),
        ("DATEPART(nanosecond, CAST('2020-01-01 00:00:00.1234567' AS datetime2))", 123456700),
        ("DATEPART(tzoffset, CAST('2020-01-01 10:00 +02:00' AS datetimeoffset))", 120),
        ("DATEPART(year, 0)", 1900),
        ("YEAR('20200203')", 2020),
        ("DAY(CAST('20200203' AS datetime2))", 3),
        ("ISDATE('2020-01-01')", 1),
        ("ISDATE('2020-13-01')", 0),
        ("DATEADD(day, NULL, CAST('20200101' AS date))", None),
    ],
)  # fmt: skip
def test_numbers(sql, expression, value):
    assert sql.value(expression) == value


@pytest.mark.parametrize(
    "expression, number",
    [
        ("DATEADD(hour, 1, CAST('20200228' AS date))", 9810),
        ("DATEADD(day, 1, CAST('10:00' AS time))", 9810),
        ("DATEADD(foo, 1, GETDATE())", 155),
        ("DATEADD('day', 1, GETDATE())", 1023),
        ("DATEADD(year, 9000, CAST('20200101' AS datetime2))", 517),
        ("DATEADD(day, 99999999999, CAST('20200101' AS datetime2))", 8115),
        ("DATEDIFF(second, '19000101', '20200101')", 535),
        ("DATEDIFF(iso_week, '20200101', '20200301')", 9806),
        ("DATEPART(hour, CAST('20200101' AS date))", 9810),
        ("DATEFROMPARTS(2020, 2, 30)", 289),
        ("DATE_BUCKET(day, 0, CAST('20200101' AS date))", 9834),
        ("CAST('20200101' AS date) AT TIME ZONE 'UTC'", 8116),
        ("CAST('20200101' AS datetime2) AT TIME ZONE 'Europe/Paris'", 9820),
    ],
)
def test_faults(sql, expression, number):
    assert sql.number(expression) == number


@pytest.mark.parametrize(
    "moment, zone, text",
    [
        ("2020-07-01 10:00", "Central European Standard Time", "2020-07-01 10:00:00 +02:00"),
        ("2020-01-01 10:00", "Pacific Standard Time", "2020-01-01 10:00:00 -08:00"),
        ("2020-01-01 10:00", "India Standard Time", "2020-01-01 10:00:00 +05:30"),
        # the hour that does not exist moves forward, the hour that comes twice is the first
        ("2022-03-27 02:30", "Central European Standard Time", "2022-03-27 03:30:00 +02:00"),
        ("2022-03-13 02:30", "Pacific Standard Time", "2022-03-13 03:30:00 -07:00"),
        ("2022-10-30 02:30", "Central European Standard Time", "2022-10-30 02:30:00 +02:00"),
        ("2022-10-30 03:00", "Central European Standard Time", "2022-10-30 03:00:00 +01:00"),
    ],
)
def test_time_zones(sql, moment, zone, text):
    assert sql.value(ZONE.format(moment, zone)) == text


def test_time_zone_of_an_instant(sql):
    expression = (
        "CAST(CAST('2020-07-01 10:00 +00:00' AS datetimeoffset(0)) AT TIME ZONE 'Tokyo Standard Time' AS varchar(40))"
    )
    assert sql.value(expression) == "2020-07-01 19:00:00 +09:00"


def test_clock_is_fixed_for_a_statement(sql):
    rows, types = sql.rows("SELECT SYSDATETIME(), SYSDATETIME(), SYSUTCDATETIME(), GETDATE(), CURRENT_TIMESTAMP")
    assert rows[0][0] == rows[0][1] == rows[0][2]
    assert [str(type_) for type_ in types] == ["datetime2(7)"] * 3 + ["datetime"] * 2
    assert rows[0][3] == rows[0][4] and abs(rows[0][3] - rows[0][0]) < 40_000
    time.sleep(0.01)
    assert sql.value("SYSDATETIME()") > rows[0][0]


def test_arrival(sql):
    assert sql.number("DATETRUNC(month, GETDATE())", "2019") == 195
    assert sql.number("CURRENT_DATE", "2022") == 195
    assert sql.type("CURRENT_DATE", "2025") == "date"
