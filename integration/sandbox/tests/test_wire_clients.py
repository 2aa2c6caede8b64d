"""Real clients against the scripted server: every encryption mode, every type, every way to fail."""

from __future__ import annotations

import datetime
import subprocess
import sys
import time
import uuid
from decimal import Decimal

import mssql_python
import pymssql
import pyodbc
import pytds
import pytest
from fake_session import TYPE_ROWS, TYPES
from wire_support import (
    CLIENTS,
    DRIVERS,
    MSSQL_PYTHON,
    PYMSSQL,
    PYMSSQL_TLS,
    PYODBC,
    PYTDS,
    PYTDS_TLS,
    cancelling,
    fake_server,
    odbc_text,
    run,
    token_connection,
)

by_name = pytest.mark.parametrize("client", CLIENTS, ids=str)
by_driver = pytest.mark.parametrize("client", DRIVERS, ids=str)
with_parameters = pytest.mark.parametrize("client", [PYODBC, MSSQL_PYTHON, PYTDS], ids=str)


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with fake_server(tmp_path_factory.mktemp("wire")) as target:
        yield target


def error_class(client, name):
    module = {"pyodbc": pyodbc, "mssql-python": mssql_python, "python-tds": pytds, "pymssql": pymssql}[client.name]
    return getattr(module, name)


# ---- results -----------------------------------------------------------------------------

EPOCH = datetime.datetime(1, 1, 1)


def expected_value(name, sqltype, value):
    if value is None:
        return None
    if sqltype.name == "char" or sqltype.name == "nchar":
        return value.ljust(sqltype.length)
    if sqltype.name == "binary":
        return value.ljust(sqltype.length, b"\0")
    if sqltype.name == "date":
        return datetime.date.fromordinal(value + 1)
    if sqltype.name == "time":
        return (EPOCH + datetime.timedelta(microseconds=value // 10)).time()
    if sqltype.name == "datetime":
        # 1/300 s reach the client as milliseconds.
        return EPOCH + datetime.timedelta(milliseconds=(value + 5_000) // 10_000)
    if sqltype.name in ("datetime2", "smalldatetime"):
        return EPOCH + datetime.timedelta(microseconds=value // 10)
    if sqltype.name == "datetimeoffset":
        utc, offset = value
        zone = datetime.timezone(datetime.timedelta(minutes=offset))
        local = EPOCH + datetime.timedelta(microseconds=(utc + offset * 600_000_000) // 10)
        return local.replace(tzinfo=zone)
    return value


@by_name
def test_every_type(target, client):
    # python-tds and FreeTDS take the code page from the LCID and do not know the UTF-8 flag.
    unknown = {"varchar_utf8"} if client in (PYTDS, PYTDS_TLS) else set()
    with client.connect(target) as connection:
        rows = run(connection, "select all types")
    assert len(rows) == len(TYPE_ROWS)
    for row, sent in zip(rows, TYPE_ROWS):
        for value, original, (name, sqltype, _) in zip(row, sent, TYPES):
            if name not in unknown:
                assert value == expected_value(name, sqltype, original), name


@by_name
def test_no_rows_still_describes_the_columns(target, client):
    connection = client.connect(target)
    cursor = connection.cursor()
    cursor.execute("select nothing")
    assert [column[0] for column in cursor.description] == ["a", "b"]
    assert cursor.fetchall() == []
    connection.close()


@by_name
def test_ten_megabytes_of_text(target, client):
    with client.connect(target) as connection:
        rows = run(connection, "long 5000000")
    assert rows == [["\u4e2d" * 5_000_000]]


@by_name
def test_many_rows(target, client):
    with client.connect(target) as connection:
        rows = run(connection, "rows 12345")
    assert len(rows) == 12345
    assert rows[-1] == [12344, "row 12344"]


@by_driver
def test_count_of_rows_written(target, client):
    connection = client.connect(target)
    cursor = connection.cursor()
    cursor.execute("insert x")
    assert cursor.rowcount == 3
    connection.close()


@pytest.mark.parametrize("client", [MSSQL_PYTHON, PYTDS], ids=str)
def test_sql_variant(target, client):
    with client.connect(target) as connection:
        rows = run(connection, "select variants")
    values = [row[0] for row in rows]
    assert values == [1, 2**40, "\u4e2d", b"\1", Decimal("1.25"), 0.5, uuid.UUID(int=5), None]


# ---- parameters ----------------------------------------------------------------------------

PARAMETERS = [
    0, -1, 2**31 - 1, 2**63 - 1, -(2**63), True, 0.1, -1e308, Decimal("123.4500"), Decimal("-0.0000000001"),
    Decimal("9" * 38), "", "a", "caf\u00e9 \u4e2d\u6587 \U0001f600", "x" * 4000, b"\0\1\xff", b"y" * 8000,
    datetime.date(1753, 1, 1), datetime.date(9999, 12, 31), datetime.datetime(2024, 2, 29, 23, 59, 59, 999999),
]  # fmt: skip


@with_parameters
def test_parameters_come_back_unchanged(target, client):
    with client.connect(target) as connection:
        for value in PARAMETERS:
            sent = value
            if client is PYTDS and isinstance(value, bytes):
                sent = pytds.Binary(value)
            [[received]] = run(connection, f"echo {client.marker} @p", (sent,))
            assert received == value, value


@pytest.mark.parametrize("client", [PYODBC, MSSQL_PYTHON], ids=str)
def test_null_parameter(target, client):
    with client.connect(target) as connection:
        assert run(connection, "echo ?, ? @p", (None, 1)) == [[None, 1]]


@pytest.mark.parametrize("client", [MSSQL_PYTHON, PYTDS], ids=str)
def test_moments_with_a_zone(target, client):
    zone = datetime.timezone(datetime.timedelta(hours=-5, minutes=-30))
    moment = datetime.datetime(2024, 2, 29, 23, 59, 59, 123456, zone)
    with client.connect(target) as connection:
        [[received]] = run(connection, f"echo {client.marker} @p", (moment,))
    assert received == moment
    assert received.utcoffset() == moment.utcoffset()


@with_parameters
def test_ten_megabytes_as_parameter(target, client):
    text = "\u4e2d" * 5_000_000
    with client.connect(target) as connection:
        assert run(connection, f"echo {client.marker} @p", (text,)) == [[text]]


def test_pyodbc_input_sizes(target):
    connection = PYODBC.connect(target)
    cursor = connection.cursor()
    cursor.setinputsizes([
        (pyodbc.SQL_WVARCHAR, 0, 0), (pyodbc.SQL_VARCHAR, 10, 0), (pyodbc.SQL_DECIMAL, 18, 4), (-154, 34, 7),
        (-155, 34, 7), (-152, 0, 0), pyodbc.SQL_GUID, (pyodbc.SQL_VARBINARY, 0, 0),
    ])  # fmt: skip
    moment = "2024-02-29 23:59:59.1234567 +02:00"
    row = cursor.execute(
        "echo ?, ?, ?, ?, ?, ?, ?, ? @p",
        "\u4e2d" * 3000, "caf\u00e9", Decimal("1.5"), "23:59:59.123456", moment, "<a>\u4e2d</a>", uuid.UUID(int=9),
        b"\1" * 9000,
    ).fetchone()  # fmt: skip
    assert row[0] == "\u4e2d" * 3000
    assert row[1] == "caf\u00e9"
    assert row[2] == Decimal("1.5000")
    assert row[3] == datetime.time(23, 59, 59, 123456)
    assert row[4].isoformat() == "2024-02-29T23:59:59.123456+02:00"
    assert row[5] == "<a>\u4e2d</a>"
    assert uuid.UUID(row[6]) == uuid.UUID(int=9)
    assert row[7] == b"\1" * 9000
    cursor.close()
    connection.close()


@with_parameters
def test_executemany(target, client):
    connection = client.connect(target)
    cursor = connection.cursor()
    cursor.executemany(f"insert {client.marker}, {client.marker}", [(n, f"row {n}") for n in range(50)])
    cursor.close()
    assert run(connection, "select 1") == [[1]]
    connection.close()


def test_fast_executemany_is_one_message(target):
    connection = PYODBC.connect(target)
    cursor = connection.cursor()
    cursor.fast_executemany = True
    before = len(target.journal())
    cursor.executemany("insert ?, ?", [(n, f"row {n}") for n in range(500)])
    calls = [entry for entry in target.journal()[before:] if entry.get("procedure") == "sp_execute"]
    assert len(calls) == 1
    assert len(calls[0]["requests"]) == 500
    assert calls[0]["requests"][7]["text"] == "insert @P1, @P2"
    assert run(connection, "select 1") == [[1]]
    connection.close()


def test_procedure_call_with_output_and_status(target):
    connection = pymssql.connect(
        server="127.0.0.1", port=str(target.port), user="sa", password=target.password, database="app"
    )
    cursor = connection.cursor()
    values = cursor.callproc("give_back", (1, pymssql.output(int, 41), pymssql.output(str, "abc")))
    assert cursor.returnvalue == 7
    # pymssql sends NULL for numeric output parameters, whatever value it is given.
    assert list(values) == [1, None, "abc"]
    connection.close()


# ---- errors --------------------------------------------------------------------------------


@by_driver
def test_errors_have_the_class_of_their_number(target, client):
    with client.connect(target) as connection:
        with pytest.raises(error_class(client, "IntegrityError"), match="The script says no"):
            run(connection, "error 547 16")
        assert run(connection, "select 1") == [[1]]


def test_error_after_a_count_waits_for_nextset(target):
    connection = PYODBC.connect(target)
    cursor = connection.cursor()
    cursor.execute("insert a; error 2627 14")
    assert cursor.rowcount == 3
    with pytest.raises(pyodbc.IntegrityError, match="2627"):
        cursor.nextset()
    connection.close()


def test_error_after_rows_is_raised_by_fetch(target):
    connection = PYODBC.connect(target)
    cursor = connection.cursor()
    cursor.execute("select overflow")
    with pytest.raises(pyodbc.Error, match="internal error"):
        cursor.fetchall()
    assert run(connection, "select 1") == [[1]]
    connection.close()


def test_results_one_after_the_other(target):
    connection = PYODBC.connect(target)
    cursor = connection.cursor()
    cursor.execute("select 1; insert a; print hello; select nothing; select 1")
    assert cursor.fetchall()[0][0] == 1
    assert cursor.nextset() and cursor.rowcount == 3
    while cursor.nextset() and cursor.description is None:
        pass
    assert cursor.fetchall() == []
    assert cursor.nextset() and cursor.fetchall()[0][0] == 1
    assert not cursor.nextset()
    connection.close()


def test_messages_of_print(target):
    connection = PYODBC.connect(target)
    cursor = connection.cursor()
    cursor.execute("print hello; select 1")
    assert "hello" in cursor.messages[0][1]
    connection.close()


@by_driver
def test_a_defect_is_an_error_of_its_own_number(target, client):
    with client.connect(target) as connection:
        with pytest.raises(error_class(client, "Error"), match="internal error: ZeroDivisionError"):
            run(connection, "raise")
        assert run(connection, "select 1") == [[1]]


@by_driver
def test_severity_20_closes_the_connection(target, client):
    connection = client.connect(target)
    with pytest.raises(error_class(client, "Error")):
        run(connection, "error 50000 20")
    with pytest.raises(Exception):  # noqa: B017 - every driver has its own
        run(connection, "select 1")


@by_name
def test_wrong_password(target, client):
    with pytest.raises(Exception, match=r"(?i)login failed|18456"):
        client.connect(target, password="wrong")


@by_driver
def test_unknown_database(target, client):
    with pytest.raises(Exception, match=r"(?i)cannot open database|login failed|18456"):
        client.connect(target, database="missing")


def test_access_token(target):
    connection = token_connection(target, target.token)
    assert run(connection, "select 1") == [[1]]
    connection.close()
    with pytest.raises(pyodbc.Error, match="Login failed"):
        token_connection(target, "another")


def test_an_untrusted_certificate_is_refused(target):
    with pytest.raises(pyodbc.OperationalError, match=r"(?i)certificate"):
        pyodbc.connect(odbc_text(target, "Encrypt=yes"), timeout=300)


def test_login_facts_reach_the_session(target):
    text = odbc_text(target, "Encrypt=no;APP=a client;WSID=a host;ApplicationIntent=ReadOnly")
    connection = pyodbc.connect(text, timeout=300, autocommit=True)
    assert run(connection, "select login") == [["sa", "app", "a client", "a host", "True"]]
    connection.close()


# ---- transactions ----------------------------------------------------------------------------


@by_driver
def test_commit_and_rollback(target, client):
    connection = client.connect(target, autocommit=False)
    run(connection, "insert x")
    connection.commit()
    run(connection, "insert x")
    connection.rollback()
    assert run(connection, "select 1") == [[1]]
    connection.close()


def test_transaction_manager_requests(target):
    connection = PYODBC.connect(target, autocommit=False)
    before = len(target.journal())
    run(connection, "insert x")
    connection.commit()
    run(connection, "insert x")
    connection.rollback()
    connection.autocommit = True
    requests = [(e["request"], e["begin_again"]) for e in target.journal()[before:] if e["kind"] == "tm"]
    assert requests == [("commit", True), ("rollback", True), ("rollback", False)]
    connection.close()


# ---- attention -------------------------------------------------------------------------------


def test_query_timeout(target):
    connection = PYODBC.connect(target)
    connection.timeout = 1
    with pytest.raises(pyodbc.OperationalError, match="HYT00"):
        run(connection, "sleep 600")
    connection.timeout = 0
    assert run(connection, "select 1") == [[1]]
    connection.close()


def test_query_timeout_of_pymssql(target):
    # DB-Library's timeout holds for the whole process, so this client gets one of its own.
    script = (
        f"import pymssql; c = pymssql.connect(server='127.0.0.1', port='{target.port}', user='sa',"
        f"password='{target.password}', database='app', timeout=1); c.cursor().execute('sleep 600')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=500)
    assert "timed out" in done.stderr


def test_query_timeout_of_python_tds(target):
    connection = pytds.connect(
        "localhost", port=target.port, user="sa", password=target.password, database="app", timeout=1, autocommit=True
    )
    with pytest.raises(Exception):  # noqa: B017 - TimeoutError of the module or of the socket
        run(connection, "sleep 600")
    connection.close()


def test_cancel_from_another_thread(target):
    connection = PYODBC.connect(target)
    cursor = connection.cursor()
    with cancelling(cursor), pytest.raises(pyodbc.Error):
        cursor.execute("sleep 600")
        cursor.fetchall()
    cursor.close()
    assert run(connection, "select 1") == [[1]]
    connection.close()


def test_closing_a_cursor_before_the_end_of_its_rows(target):
    connection = PYODBC.connect(target)
    for _ in range(5):
        cursor = connection.cursor()
        cursor.execute("rows 200000")
        cursor.fetchone()
        cursor.close()
    assert run(connection, "select 1") == [[1]]
    connection.close()


# ---- many clients ------------------------------------------------------------------------------


def sessions(target):
    with PYODBC.connect(target) as connection:
        return run(connection, "select sessions")[0][0]


def wait_for_sessions(target, count, seconds=120):
    deadline = time.monotonic() + seconds
    while (number := sessions(target)) != count and time.monotonic() < deadline:
        time.sleep(0.05)
    return number


def test_two_hundred_connections(target):
    before = sessions(target)
    connections = [PYTDS.connect(target) for _ in range(200)]
    for connection in connections:
        assert run(connection, "select 1") == [[1]]
    assert sessions(target) > 200
    for connection in connections:
        connection.close()
    assert wait_for_sessions(target, 1) <= before


def test_a_client_that_vanishes_releases_its_session(target):
    before = wait_for_sessions(target, 1)
    script = (
        f"import pytds; c = pytds.connect('127.0.0.1', port={target.port}, user='sa', database='app',"
        f"password='{target.password}'); c.cursor().execute('sleep 600')"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    assert wait_for_sessions(target, before + 1) == before + 1
    process.kill()
    process.wait()
    assert wait_for_sessions(target, before) == before


# ---- journal -------------------------------------------------------------------------------------


def test_journal_tells_each_message_once(target):
    connection = PYODBC.connect(target)
    before = len(target.journal())
    run(connection, "select 1")
    run(connection, "echo ?, ? @p", (7, "caf\u00e9"))
    entries = target.journal()[before:]
    assert [entry["kind"] for entry in entries] == ["batch", "rpc", "rpc"]
    batch, call, release = entries
    assert batch["text"] == "select 1"
    assert call["procedure"] == "sp_prepexec"
    assert call["text"] == "echo @P1, @P2 @p"
    assert call["declarations"] == "@P1 int,@P2 nvarchar(8)"
    assert call["parameters"][3:] == [{"type": "int", "value": 7}, {"type": "nvarchar(8)", "value": "caf\u00e9"}]
    assert release["procedure"] == "sp_unprepare"
    connection.close()


def test_journal_tells_refused_logins(target):
    before = len(target.journal())
    with pytest.raises(pyodbc.Error):
        PYODBC.connect(target, password="wrong")
    [entry] = target.journal()[before:]
    assert (entry["kind"], entry["user"], entry["failed"]) == ("login", "sa", 18456)


def test_journal_holds_no_secrets(target):
    run(PYODBC.connect(target), "create login x with password = 'hidden'")
    token_connection(target, target.token).close()
    text = str(target.journal())
    assert target.password not in text
    assert target.token not in text
    assert "hidden" not in text


def test_temporal_parameters_are_readable_in_the_journal(target):
    connection = PYODBC.connect(target)
    before = len(target.journal())
    run(connection, "echo ? @p", (datetime.datetime(2024, 2, 29, 1, 2, 3, 456000),))
    call = target.journal()[before]
    assert call["parameters"][-1] == {"type": "datetime2(7)", "value": "2024-02-29T01:02:03.4560000"}
    connection.close()


@pytest.mark.parametrize("client", [PYMSSQL, PYMSSQL_TLS], ids=str)
def test_freetds_with_and_without_tls(target, client):
    with client.connect(target) as connection:
        assert run(connection, "select 1") == [[1]]


def test_bulk_load_of_python_tds(target):
    columns = [
        pytds.Column("a", type=pytds.tds_types.IntType()),
        pytds.Column("b", type=pytds.tds_types.NVarCharType(size=20)),
    ]
    rows = [(n, f"row {n}" if n % 3 else None) for n in range(2500)]
    connection = PYTDS.connect(target)
    cursor = connection.cursor()
    cursor.copy_to(data=rows, table_or_view="t", columns=columns)
    assert run(connection, "select bulk") == [list(row) for row in rows]
    connection.close()
