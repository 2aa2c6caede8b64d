"""CAST and CONVERT: values, styles, faults: what corpus/answers does not tell.

https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
"""

from __future__ import annotations

from datetime import date

import pytest

from mssql_sandbox.interface import Error

DAY = 864_000_000_000


def ticks(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, fraction: int = 0) -> int:
    days = date(year, month, day).toordinal() - 1
    return days * DAY + ((hour * 60 + minute) * 60 + second) * 10_000_000 + fraction


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


@pytest.mark.parametrize(
    ("expression", "number", "state", "words"),
    [
        ("CAST('1.00500000000000000000000000000000000000' AS decimal(38,38))", 8115, 6, "varchar to data type numeric"),
        (
            "CAST('000000000000000000000000000000000000000001' AS decimal(38,38))",
            8115,
            8,
            "varchar to data type numeric",
        ),
        ("CAST(N'99.5' AS decimal(2,0))", 8115, 8, "nvarchar to data type numeric"),
        ("CAST(CAST(370.93049074045129 AS decimal(18,14)) AS decimal(38,37))", 8115, 6, "numeric to data type numeric"),
        ("CAST(CAST(123456 AS decimal(9,0)) AS decimal(5,0))", 8115, 8, "numeric to data type numeric"),
        ("CAST(CAST(123456789 AS decimal(9,0)) AS char(5))", 8115, 5, "numeric to data type varchar"),
        ("CAST(CAST(123456789 AS decimal(9,0)) AS nvarchar(5))", 8115, 2, "expression to data type nvarchar"),
        ("CAST(CAST('123456789012345678901234' AS decimal(38,0)) AS money)", 8115, 4, "numeric to data type money"),
        ("CAST(CAST(9223372036854775807 AS bigint) AS smallmoney)", 8115, 2, "expression to data type smallmoney"),
        ("CAST('999999999999999999' AS money)", 8115, 2, "expression to data type money"),
        ("CAST(1000000 AS smallmoney)", 220, 3, "smallmoney, value = 1000000."),
        ("CAST(CAST(1000000 AS money) AS smallmoney)", 237, 3, "a money value to smallmoney"),
        ("CAST(CAST(1e20 AS real) AS money)", 232, 2, "type money, value = 100000002004087730000.000000."),
        ("CAST(1e30 AS int)", 232, 3, "type int, value = 1000000000000000000000000000000.000000."),
        ("CAST(4.4e38 AS real)", 232, 2, "type real, value = "),
        ("DATEADD(day, 1, CAST('9999-12-31' AS date))", 517, 3, "'date' column"),
        ("CAST(65536 AS smalldatetime)", 8115, 2, "expression to data type smalldatetime"),
    ],
)
def test_faults_tell_source_and_target(client, expression, number, state, words):
    """Probes of SQL Server 2025: RyanLamansky/sql-server-simulator, ExactNumericConversionErrorTests.cs"""
    (error,) = (event for event in client.events(f"SELECT {expression}") if isinstance(event, Error))
    assert (error.number, error.state) == (number, state) and words in error.message


def test_fault_texts(sql):
    assert sql.message("CAST('abc' AS int)") == (
        "Conversion failed when converting the varchar value 'abc' to data type int."
    )
    assert sql.message("CAST(N'2020-13-02' AS datetime)") == (
        "The conversion of a nvarchar data type to a datetime data type resulted in an out-of-range value."
    )


def test_edges_that_are_no_internal_errors(client):
    for source in ("date", "datetime2", "datetime", "varchar(9)"):
        null = f"CAST(CAST(NULL AS {source}) AS datetimeoffset)"
        assert client.run(f"SELECT {null}, IIF({null} IS NULL, 1, 0)") == [(None, 1)]
    client.run(
        "CREATE TABLE lowest (id bigint IDENTITY(-9223372036854775808, 1), n int); INSERT INTO lowest VALUES (1)"
    )
    assert client.value("SELECT id FROM lowest") == -(2**63)
    assert client.errors("SELECT CAST(0x90 AS varchar(1))") == [50999]
    beyond = """SELECT * FROM OPENJSON(N'[{"d": "0001-01-01T00:00:00+14:00"}]') WITH (d datetimeoffset)"""
    assert client.errors(beyond) == [241]
