"""Date and time functions: what corpus/answers does not tell.

https://learn.microsoft.com/sql/t-sql/functions/date-and-time-data-types-and-functions-transact-sql
"""

from __future__ import annotations

import time

import pytest

ZONE = "CAST(CAST('{}' AS datetime2(0)) AT TIME ZONE '{}' AS varchar(40))"


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


@pytest.mark.parametrize("name", ["SYSDATETIME", "SYSUTCDATETIME", "SYSDATETIMEOFFSET"])
def test_the_clock_has_seven_digits(sql, name):
    assert sql.value(f"DATEPART(nanosecond, {name}()) / 100 % 10") > 0


def test_arrival(sql):
    assert sql.number("DATETRUNC(month, GETDATE())", "2019") == 195
    assert sql.number("CURRENT_DATE", "2022") == 195
    assert sql.type("CURRENT_DATE", "2025") == "date"
