"""sql_variant over the wire: each base type arrives as itself. Source: MS-TDS 2.2.5.5.3."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import pytest
from wire_support import PYTDS, Target, run

VALUES = [
    ("CAST(1 AS bit)", True), ("CAST(2 AS tinyint)", 2), ("CAST(-3 AS smallint)", -3), ("7", 7),
    ("CAST(9000000000 AS bigint)", 9000000000), ("1.50", Decimal("1.50")), ("CAST(1.5 AS real)", 1.5),
    ("CAST(2.5 AS float)", 2.5), ("CAST(1.25 AS money)", Decimal("1.25")),
    ("CAST(-1.25 AS smallmoney)", Decimal("-1.25")), ("'abc'", "abc"), ("N'xyé'", "xyé"),
    ("CAST('a' AS char(3))", "a  "), ("CAST(N'あ' AS nchar(2))", "あ "), ("0x0102", b"\1\2"),
    ("CAST(0x01 AS binary(3))", b"\1\0\0"), ("CAST('' AS varchar(5))", ""),
    ("CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)",
     uuid.UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")),
    ("CAST('2020-02-03' AS date)", datetime.date(2020, 2, 3)),
    ("CAST('10:11:12.5' AS time(3))", datetime.time(10, 11, 12, 500000)),
    ("CAST('2020-02-03T10:11:12' AS datetime)", datetime.datetime(2020, 2, 3, 10, 11, 12)),
    ("CAST('2020-02-03T10:11:00' AS smalldatetime)", datetime.datetime(2020, 2, 3, 10, 11)),
    ("CAST('2020-02-03T10:11:12.5' AS datetime2(3))", datetime.datetime(2020, 2, 3, 10, 11, 12, 500000)),
    ("CAST('2020-02-03T10:11:12+02:00' AS datetimeoffset)",
     datetime.datetime(2020, 2, 3, 8, 11, 12, tzinfo=datetime.timezone.utc)),
    ("NULL", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def connection(mssql_sandbox):
    target = Target(
        mssql_sandbox.port, mssql_sandbox.user, mssql_sandbox.password, "app", mssql_sandbox.certificate,
        mssql_sandbox.token, mssql_sandbox.journal_entries,
    )  # fmt: skip
    connection = PYTDS.connect(target, autocommit=True)
    yield connection
    connection.close()


@pytest.mark.parametrize("text, value", VALUES, ids=[text for text, _ in VALUES])
def test_a_value_keeps_its_base_type(connection, text, value):
    sql = f"DECLARE @t TABLE (v sql_variant); INSERT @t VALUES ({text}); SELECT v FROM @t"
    ((read,),) = run(connection, f"SET NOCOUNT ON; {sql}")
    assert (read, type(read)) == (value, type(value))
