"""Four clients that share no code run the same script and read the same results."""

from __future__ import annotations

import datetime
import itertools
import uuid
from decimal import Decimal

import mssql_python
import pymssql
import pyodbc
import pytds
import pytest
from wire_support import (
    CLIENTS,
    DRIVERS,
    MSSQL_PYTHON,
    PYMSSQL,
    PYODBC,
    PYTDS,
    Target,
    cancelling,
    run,
    token_connection,
)

MODULES = {"pyodbc": pyodbc, "mssql-python": mssql_python, "python-tds": pytds, "pymssql": pymssql}
numbers = itertools.count(1)
every_client = pytest.mark.parametrize("client", CLIENTS, ids=str)
every_driver = pytest.mark.parametrize("client", DRIVERS, ids=str)


@pytest.fixture(scope="module")
def target(mssql_sandbox):
    return Target(
        mssql_sandbox.port, mssql_sandbox.user, mssql_sandbox.password, "app", mssql_sandbox.certificate,
        mssql_sandbox.token, mssql_sandbox.journal_entries,
    )  # fmt: skip


@pytest.fixture
def table():
    """A table name that no other test uses."""
    return f"dbo.t{next(numbers)}"


@pytest.fixture
def connection(target, client):
    connection = client.connect(target)
    yield connection
    connection.close()


def write(connection, sql, parameters=()):
    """Execute without results; tells the number of rows."""
    cursor = connection.cursor()
    try:
        if parameters:
            cursor.execute(sql, parameters)
        else:
            cursor.execute(sql)
        return cursor.rowcount
    finally:
        cursor.close()


def error_of(client, name="Error"):
    return getattr(MODULES[client.name], name)


# ---- every type ------------------------------------------------------------------------

UTC = datetime.timezone.utc
WEST = datetime.timezone(-datetime.timedelta(hours=5, minutes=30))
moment = datetime.datetime

# type, then (literal, value) pairs; NULL is added for each.
COLUMNS = [
    ("bit", [("1", True), ("0", False)]),
    ("tinyint", [("0", 0), ("255", 255)]),
    ("smallint", [("-32768", -(2**15)), ("32767", 2**15 - 1)]),
    ("int", [("-2147483648", -(2**31)), ("2147483647", 2**31 - 1)]),
    ("bigint", [("-9223372036854775808", -(2**63)), ("9223372036854775807", 2**63 - 1)]),
    ("real", [("0.5", 0.5), ("-3.4028234663852886E38", -3.4028234663852886e38)]),
    ("float", [("0.1E0", 0.1), ("1.7976931348623157E308", 1.7976931348623157e308)]),
    ("decimal(38,10)", [("0.0000000001", Decimal("1E-10")), ("-" + "9" * 28 + ".5", Decimal("-" + "9" * 28 + ".5"))]),
    ("decimal(5,2)", [("-999.99", Decimal("-999.99")), ("0", Decimal(0))]),
    ("money", [("1.2345", Decimal("1.2345")), ("-922337203685477.5808", Decimal("-922337203685477.5808"))]),
    ("smallmoney", [("214748.3647", Decimal("214748.3647")), ("0", Decimal(0))]),
    ("date", [("'0001-01-01'", datetime.date(1, 1, 1)), ("'9999-12-31'", datetime.date(9999, 12, 31))]),
    ("time(7)", [("'23:59:59.999999'", datetime.time(23, 59, 59, 999999)), ("'00:00'", datetime.time(0))]),
    ("time(0)", [("'12:34:56'", datetime.time(12, 34, 56)), ("'00:00'", datetime.time(0))]),
    ("datetime2(7)", [
        ("'0001-01-01T00:00:00'", moment(1, 1, 1)),
        ("'9999-12-31T23:59:59.999999'", moment(9999, 12, 31, 23, 59, 59, 999999)),
    ]),
    ("datetime2(3)", [("'2024-02-29T01:02:03.123'", moment(2024, 2, 29, 1, 2, 3, 123000))]),
    ("datetime", [
        ("'1753-01-01T00:00:00'", moment(1753, 1, 1)),
        ("'9999-12-31T23:59:59.997'", moment(9999, 12, 31, 23, 59, 59, 997000)),
        ("'2024-02-29T01:02:03.004'", moment(2024, 2, 29, 1, 2, 3, 3000)),
    ]),
    ("smalldatetime", [("'1900-01-01'", moment(1900, 1, 1)), ("'2079-06-06T23:59:00'", moment(2079, 6, 6, 23, 59))]),
    ("datetimeoffset(7)", [
        ("'2024-02-29T23:59:59.123456-05:30'", moment(2024, 2, 29, 23, 59, 59, 123456, WEST)),
        ("'0001-01-02T00:00:00+00:00'", moment(1, 1, 2, tzinfo=UTC)),
    ]),
    ("uniqueidentifier", [("'6F9619FF-8B86-D011-B42D-00C04FC964FF'", uuid.UUID("6f9619ff8b86d011b42d00c04fc964ff"))]),
    ("char(5)", [("'ab'", "ab   "), ("''", "     ")]),
    ("varchar(20)", [("N'caf\u00e9 \u20ac'", "caf\u00e9 \u20ac"), ("''", "")]),
    ("varchar(max)", [("REPLICATE(CAST('x' AS varchar(max)), 9000)", "x" * 9000), ("''", "")]),
    ("nchar(3)", [("N'\u4e2d'", "\u4e2d  "), ("N''", "   ")]),
    ("nvarchar(20)", [("N'\u4e2d\u6587 \U0001f600'", "\u4e2d\u6587 \U0001f600"), ("N''", "")]),
    ("nvarchar(max)", [("REPLICATE(CAST(N'\u4e2d' AS nvarchar(max)), 9000)", "\u4e2d" * 9000), ("N''", "")]),
    ("binary(4)", [("0x01", b"\1\0\0\0"), ("0xFFFFFFFF", b"\xff" * 4)]),
    ("varbinary(8)", [("0x00FF", b"\0\xff"), ("0x", b"")]),
    ("varbinary(max)", [("0x00FF", b"\0\xff"), ("0x", b"")]),
]  # fmt: skip


@every_client
def test_every_type_through_a_table(connection, table):
    for index, (name, pairs) in enumerate(COLUMNS):
        own = f"{table}_{index}"
        write(connection, f"CREATE TABLE {own} (id int NOT NULL PRIMARY KEY, c {name} NULL)")
        for key, (literal, _) in enumerate([*pairs, ("NULL", None)]):
            write(connection, f"INSERT INTO {own} (id, c) VALUES ({key}, {literal})")
        values = [row[0] for row in run(connection, f"SELECT c FROM {own} ORDER BY id")]
        assert values == [value for _, value in pairs] + [None], name


PARAMETERS = [
    ("int", -5), ("bigint", 2**62), ("bit", True), ("float", 0.1), ("decimal(20,6)", Decimal("-12345.678900")),
    ("nvarchar(50)", "\u4e2d\u6587 \U0001f600 '"), ("nvarchar(50)", ""), ("nvarchar(max)", "\u00e9" * 9000),
    ("date", datetime.date(2024, 2, 29)), ("datetime2(6)", moment(2024, 2, 29, 23, 59, 59, 123000)),
    ("time(6)", datetime.time(23, 59, 58)), ("uniqueidentifier", uuid.UUID(int=2**100)), ("int", None),
    ("varbinary(max)", b"\0\1\xff" * 5000),
]  # fmt: skip


@every_driver
def test_parameters_through_a_table(connection, client, table):
    for index, (name, value) in enumerate(PARAMETERS):
        own = f"{table}_{index}"
        sent = pytds.Binary(value) if client is PYTDS and isinstance(value, bytes) else value
        write(connection, f"CREATE TABLE {own} (c {name} NULL)")
        assert write(connection, f"INSERT INTO {own} (c) VALUES ({client.marker})", (sent,)) == 1
        assert run(connection, f"SELECT c FROM {own}") == [[value]], name


@every_driver
def test_ten_megabytes(connection, client, table):
    text = "\u4e2d\u6587abc" * 1_000_000
    write(connection, f"CREATE TABLE {table} (c nvarchar(max))")
    write(connection, f"INSERT INTO {table} (c) VALUES ({client.marker})", (text,))
    assert run(connection, f"SELECT c FROM {table}") == [[text]]
    assert run(connection, f"SELECT DATALENGTH(c) FROM {table}") == [[10_000_000]]


@every_driver
def test_executemany(connection, client, table):
    rows = [(n, f"row {n}") for n in range(200)]
    write(connection, f"CREATE TABLE {table} (id int PRIMARY KEY, name nvarchar(50))")
    cursor = connection.cursor()
    cursor.executemany(f"INSERT INTO {table} (id, name) VALUES ({client.marker}, {client.marker})", rows)
    cursor.close()
    assert run(connection, f"SELECT id, name FROM {table} ORDER BY id") == [list(row) for row in rows]


@pytest.mark.parametrize("client", [PYODBC], ids=str)
def test_fast_executemany(connection, table, target):
    rows = [(n, f"row {n}" if n % 3 else None) for n in range(1000)]
    write(connection, f"CREATE TABLE {table} (id int PRIMARY KEY, name nvarchar(50))")
    cursor = connection.cursor()
    cursor.fast_executemany = True
    before = len(target.journal())
    cursor.executemany(f"INSERT INTO {table} (id, name) VALUES (?, ?)", rows)
    cursor.close()
    executes = [entry for entry in target.journal()[before:] if entry.get("procedure") == "sp_execute"]
    assert len(executes) == 1
    assert run(connection, f"SELECT id, name FROM {table} ORDER BY id") == [list(row) for row in rows]


# ---- errors ------------------------------------------------------------------------------


@every_driver
def test_errors_and_their_classes(connection, client, table):
    write(connection, f"CREATE TABLE {table} (id int PRIMARY KEY, n int NOT NULL CHECK (n > 0))")
    assert write(connection, f"INSERT INTO {table} VALUES (1, 1), (2, 2)") == 2
    for statement, part in (
        (f"INSERT INTO {table} VALUES (1, 1)", "PRIMARY KEY"),
        (f"INSERT INTO {table} VALUES (3, 0)", "CHECK"),
        (f"INSERT INTO {table} VALUES (3, NULL)", "NULL"),
    ):
        with pytest.raises(error_of(client, "IntegrityError"), match=part):
            write(connection, statement)
    for statement, part in (
        ("SELECT * FROM dbo.nothing", "Invalid object name 'dbo.nothing'"),
        ("SELECT 1/0", "(?i)divide by zero"),
        ("SELEC 1", "SELEC"),
    ):
        with pytest.raises(error_of(client), match=part):
            run(connection, statement)
    assert run(connection, f"SELECT COUNT(*) FROM {table}") == [[2]]


@every_client
def test_wrong_password(target, client):
    with pytest.raises(Exception, match=r"(?i)login failed|18456"):
        client.connect(target, password="wrong")


@every_driver
def test_unknown_database(target, client):
    with pytest.raises(Exception, match=r"(?i)cannot open database|login failed|18456"):
        client.connect(target, database="nowhere")


def test_access_token(target):
    connection = token_connection(target, target.token)
    assert run(connection, "SELECT 1") == [[1]]
    connection.close()
    with pytest.raises(pyodbc.Error, match="18456"):
        token_connection(target, "another")


# ---- transactions and attention --------------------------------------------------------------


@every_driver
def test_transactions(target, client, table):
    connection = client.connect(target, autocommit=False)
    write(connection, f"CREATE TABLE {table} (id int)")
    connection.commit()
    write(connection, f"INSERT INTO {table} VALUES (1)")
    connection.rollback()
    assert run(connection, f"SELECT id FROM {table}") == []
    write(connection, f"INSERT INTO {table} VALUES (2)")
    connection.commit()
    assert run(connection, f"SELECT id, @@TRANCOUNT FROM {table}") == [[2, 1]]
    connection.rollback()
    connection.close()


def test_a_client_that_goes_away_loses_its_transaction(target, table):
    connection = PYODBC.connect(target, autocommit=False)
    write(connection, f"CREATE TABLE {table} (id int)")
    connection.commit()
    write(connection, f"INSERT INTO {table} VALUES (1)")
    connection.close()
    with MSSQL_PYTHON.connect(target) as other:
        assert run(other, f"SELECT id FROM {table}") == []


def test_query_timeout(target):
    connection = PYODBC.connect(target)
    connection.timeout = 1
    with pytest.raises(pyodbc.OperationalError, match="HYT00"):
        run(connection, "WAITFOR DELAY '00:10:00'")
    connection.timeout = 0
    assert run(connection, "SELECT 1") == [[1]]
    connection.close()


def test_cancel_a_query_that_waits_for_a_lock(target, table):
    owner = PYODBC.connect(target, autocommit=False)
    write(owner, f"CREATE TABLE {table} (id int PRIMARY KEY, n int)")
    write(owner, f"INSERT INTO {table} VALUES (1, 1)")
    owner.commit()
    write(owner, f"UPDATE {table} SET n = 2 WHERE id = 1")
    waiter = PYODBC.connect(target)
    cursor = waiter.cursor()
    with cancelling(cursor), pytest.raises(pyodbc.Error):
        cursor.execute(f"UPDATE {table} SET n = 3 WHERE id = 1")
    owner.commit()
    assert run(waiter, f"SELECT n FROM {table}") == [[2]]
    owner.close()
    waiter.close()


@pytest.mark.parametrize("client", [PYODBC, PYMSSQL], ids=str)
def test_results_one_after_the_other(connection, client):
    cursor = connection.cursor()
    cursor.execute("SELECT 1 AS a; SELECT 2 AS b, N'x' AS c")
    assert [tuple(row) for row in cursor.fetchall()] == [(1,)]
    assert cursor.nextset()
    assert [column[0] for column in cursor.description] == ["b", "c"]
    assert [tuple(row) for row in cursor.fetchall()] == [(2, "x")]
    assert not cursor.nextset()
    cursor.close()


def test_bulk_load_of_python_tds(target, table):
    columns = [
        pytds.Column("a", type=pytds.tds_types.IntType()),
        pytds.Column("b", type=pytds.tds_types.NVarCharType(size=20)),
    ]
    rows = [(n, f"row {n}" if n % 3 else None) for n in range(2500)]
    connection = PYTDS.connect(target)
    write(connection, f"CREATE TABLE {table} (a int NOT NULL, b nvarchar(20) NULL)")
    cursor = connection.cursor()
    cursor.copy_to(data=rows, schema="dbo", table_or_view=table.removeprefix("dbo."), columns=columns)
    cursor.close()
    assert run(connection, f"SELECT a, b FROM {table} ORDER BY a") == [list(row) for row in rows]
    connection.close()
