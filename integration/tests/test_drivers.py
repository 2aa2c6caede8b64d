"""What each driver can do: the table of packages/mssql-core/docs/drivers.md, row by row, on both."""

import datetime
import decimal
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, IntegrityError, OperationalError
from django.test import override_settings
from harness.project import new_alias
from harness.server import DRIVER_VARIABLE, VARIABLE

from mssql_core.connection.cursor import TypedParam
from mssql_core.connection.drivers import NAMES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "packages" / "mssql-core" / "docs" / "drivers.md"
PYODBC, MSSQL_PYTHON = NAMES
ROWS = []


def row(*titles):
    """The test is that of these rows of the table."""
    ROWS.extend(titles)
    return lambda test: test


def test_each_row_of_the_table_has_its_test():
    table = PAGE.read_text(encoding="utf-8").partition("\n| | pyodbc | mssql-python |\n")[2].partition("\n\n")[0]
    titles = [re.split(r"(?<!\\)\|", line)[1].strip() for line in table.splitlines()[1:]]
    assert sorted(titles) == sorted(ROWS)


@pytest.fixture(params=NAMES)
def driver(request):
    pytest.importorskip(request.param, reason="mssql-python needs Python 3.10, pyodbc libodbc.so.2")
    return request.param


@pytest.fixture
def connect(server, driver):
    """``connect(...)``: an alias of the driver, to be used with ``with``; options may be given."""

    def of(settings=None, **options):
        entry = server.database("master", connection_retries=0, **options)
        entry["OPTIONS"]["python_driver"] = driver
        return new_alias("driver", {**entry, **(settings or {})})

    return of


@pytest.fixture
def journal(server):
    """Call it with a function: the messages that reached the server."""
    if server.journal is None:
        pytest.skip("only the sandbox keeps a journal")

    def of(function):
        before = len(server.journal())
        function()
        return server.journal()[before:]

    return of


# ---- parameters ----------------------------------------------------------------------

NOW = datetime.datetime(2024, 5, 6, 7, 8, 9, 123456)
EAST = datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))
# Value -> the type that the server is told; what comes back is the value.
VALUES = [
    (True, "bit"), (7, "int"), (1 - 2**31, "int"), (2**31, "bigint"), (-(2**63), "bigint"), (1.5, "float"),
    (decimal.Decimal("-12.50"), "decimal(11,2)"), (decimal.Decimal(10) ** 20 + decimal.Decimal("0.01"), "decimal(30,2)"),
    ("", "nvarchar(50)"), ("\u00e9\U0001d11e%(x)s?", "nvarchar(50)"), ("x" * 451, "nvarchar(4000)"), ("x" * 70000, "nvarchar(max)"),
    (b"", "varbinary(50)"), (bytes(range(256)), "varbinary(8000)"), (b"\0" * 70000, "varbinary(max)"),
    (NOW, "datetime2"), (NOW.date(), "date"), (NOW.time(), "time"), (NOW.replace(tzinfo=EAST), "datetimeoffset"),
    (datetime.datetime(1, 1, 1), "datetime2"), (datetime.datetime.max, "datetime2"), (datetime.date(1, 1, 1), "date"), (datetime.date.max, "date"),
    (datetime.datetime.max.replace(tzinfo=EAST, year=9998), "datetimeoffset"), (datetime.datetime(1, 1, 2, tzinfo=EAST), "datetimeoffset"), (datetime.time(23, 59, 59, 999999), "time"),
    (uuid.UUID(int=2**127 + 5), "uniqueidentifier"),
    (TypedParam("x", "varchar(20)"), "varchar(50)"),
]  # fmt: skip
NULLS = {
    "nvarchar(20)": "nvarchar(50)", "varchar(max)": "varchar(max)", "varbinary(8)": "varbinary(50)", "bigint": "bigint",
    "bit": "bit", "float": "float", "decimal(10, 2)": "decimal(10,2)", "date": "date", "time(6)": "time",
    "datetime2(6)": "datetime2", "datetimeoffset(6)": "datetimeoffset", "uniqueidentifier": "uniqueidentifier",
    "nvarchar(max)": "nvarchar(max)", "varbinary(max)": "varbinary(max)",
}  # fmt: skip


def declared(messages):
    return [re.sub(r"@P\d+ ", "", message["declarations"]) for message in messages]


@row("types of parameters")
def test_a_value_goes_as_its_type_and_comes_back(connect, journal, driver):
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT %s", [0])
        for value, sql_type in VALUES:
            messages = journal(lambda value=value: cursor.execute("SELECT %s", [value]))
            ((answer,),) = cursor.fetchall()
            assert declared(messages) == [sql_type]
            assert answer == getattr(value, "value", value) and str(answer) == str(value)
        for length in (4000, 5000):
            messages = journal(
                lambda length=length: cursor.execute("SELECT %s", [TypedParam("x" * length, "varchar(8000)")])
            )
            long_type = {4000: "varchar(4000)", 5000: "varchar(max)"}[length]
            assert declared(messages) == [long_type if driver == MSSQL_PYTHON else "varchar(8000)"]


@row("the type of a NULL")
def test_a_null_has_the_type_of_its_column_and_asks_nothing(connect, journal):
    with connect() as connection, connection.cursor() as cursor:
        for sql_type, sent in NULLS.items():
            messages = journal(lambda sql_type=sql_type: cursor.execute("SELECT %s", [TypedParam(None, sql_type)]))
            assert cursor.fetchall() == [(None,)] and declared(messages) == [sent]


# ---- errors --------------------------------------------------------------------------


@row("error numbers of statements")
def test_an_error_of_a_statement_has_its_number(connect):
    with connect() as connection, connection.cursor() as cursor:
        with pytest.raises(DataError) as error:
            cursor.execute("SELECT 1 / %s", [0])
        assert error.value.__cause__.number == 8134
        cursor.execute("CREATE TABLE #once (a int PRIMARY KEY)")
        with pytest.raises(IntegrityError) as error:
            cursor.execute("INSERT INTO #once VALUES (1); INSERT INTO #once VALUES (1)")
        assert (error.value.__cause__.number, error.value.__cause__.sqlstate) == (2627, "23000")
        assert cursor.execute("SELECT 1") and cursor.fetchall() == [(1,)]


@row("an error after rows")
@pytest.mark.parametrize("fetch", ["fetchall", "fetchmany", "fetchone"])
@pytest.mark.parametrize("place", [1, 2, 101, 102, 103, 250])
def test_an_error_behind_rows_surfaces(connect, place, fetch):
    rows = "SELECT TOP 300 ROW_NUMBER() OVER (ORDER BY object_id) AS number FROM sys.all_columns"
    with connect() as connection, connection.cursor() as cursor, pytest.raises(DataError) as error:
        cursor.execute("SELECT 1 / (%%s - number) FROM (%s) AS t" % rows, [place])
        while getattr(cursor, fetch)():
            pass
    assert error.value.__cause__.number == 8134


@row("error numbers while connecting", "a database that does not exist")
def test_an_error_while_connecting_has_its_number(connect, driver):
    for settings, number in (
        ({"PASSWORD": "wr0ng-Secret"}, 18456),
        ({"NAME": "nosuch"}, 18456 if driver == MSSQL_PYTHON else 4060),
    ):
        with connect(settings) as connection, pytest.raises(OperationalError) as error:
            connection.ensure_connection()
        assert error.value.__cause__.number == number and "wr0ng-Secret" not in str(error.value)
    # What the database is asked before it is made, the server is asked.
    with connect({"NAME": "nosuch"}) as connection:
        assert connection.server.version


@row("`query_timeout`, `connection_timeout`")
def test_timeouts(connect):
    with connect(query_timeout=1) as connection, connection.cursor() as cursor:
        with pytest.raises(OperationalError) as error:
            cursor.execute("WAITFOR DELAY '00:05'")
        assert error.value.__cause__.sqlstate == "HYT00" and error.value.__cause__.is_cancellation
        assert connection.is_usable()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        started = time.monotonic()
        address = {"HOST": "127.0.0.1", "PORT": str(deaf.getsockname()[1])}
        with connect(address, connection_timeout=2) as connection, pytest.raises(OperationalError) as error:
            connection.ensure_connection()
        assert error.value.__cause__.sqlstate == "HYT00"
        # A login without a bound takes minutes.
        assert time.monotonic() - started < 60


@row("access tokens")
def test_a_token_signs_in(connect, server, journal):
    if server.sandbox is None:
        pytest.skip("a real server takes the tokens of its own directory")
    way = {"USER": "", "PASSWORD": "", "TOKEN": server.sandbox.token}

    def sign_in():
        with connect(way) as connection:
            connection.ensure_connection()

    (login,) = (message for message in journal(sign_in) if message["kind"] == "login")
    assert login["token"]
    with connect({**way, "TOKEN": "b" + server.sandbox.token}) as connection, pytest.raises(OperationalError) as error:
        connection.ensure_connection()
    assert error.value.__cause__.number == 18456


# ---- rows ----------------------------------------------------------------------------

MANY = "SELECT TOP 5000 a.object_id FROM sys.all_columns AS a CROSS JOIN sys.all_columns AS b"


@row("rows are fetched on demand")
def test_rows_stay_on_the_wire_until_they_are_asked_for(connect):
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(MANY)
        assert connection.pool.reader is not None
        assert len(cursor.fetchmany(10)) == 10
        # Another statement meanwhile: the rest is read first.
        with connection.cursor() as other:
            assert other.execute("SELECT 1") and other.fetchall() == [(1,)]
        assert len(cursor.fetchall()) == 4990


@row("leaving a result early cancels it")
def test_what_is_left_is_cancelled(connect, journal):
    def leave(connection):
        with connection.cursor() as cursor:
            cursor.execute(MANY)
            cursor.fetchmany(10)

    with connect() as connection:
        messages = journal(lambda: leave(connection))
        assert messages[-1]["kind"] == "attention"
        assert connection.is_usable()


# ---- settings ------------------------------------------------------------------------

_FIRST = """
from harness.project import configure, new_alias
from harness.server import given_server
configure()
with new_alias("first", given_server().database("master")) as connection:
    connection.ensure_connection()
"""


@row("extra messages at the first connection of a process", "`APP`, the program's name on the server")
def test_the_first_connection_of_a_process(server, driver, journal, monkeypatch):
    monkeypatch.setenv(VARIABLE, server.url)
    monkeypatch.setenv(DRIVER_VARIABLE, driver)
    messages = journal(lambda: subprocess.run([sys.executable, "-c", _FIRST], check=True))
    assert sum("sp_datatype_info" in message.get("procedure", "") for message in messages) == (
        4 if driver == PYODBC else 0
    )
    (login,) = (message for message in messages if message["kind"] == "login")
    assert (login["application"] == "MSSQL-Python") is (driver == MSSQL_PYTHON)


@row("`driver`", "`setencoding`, `setdecoding`")
def test_options_without_effect_are_told(connect, driver):
    options = {
        "driver": "ODBC Driver 18 for SQL Server",
        "setencoding": [{"encoding": "utf-16le"}],
        "setdecoding": [{"sqltype": -8, "encoding": "utf-16le"}],
    }
    with connect(**options) as connection:
        told = [message for message in connection.validation.check() if message.id == "mssql_core.W001"]
        assert len(told) == (len(options) if driver == MSSQL_PYTHON else 0)
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT N'\u00e9'") and cursor.fetchall() == [("\u00e9",)]


@row("`dsn`", "ODBC keywords")
def test_keywords(connect, driver):
    with connect({"HOST": "", "PORT": ""}, dsn="nosuch") as connection:
        with pytest.raises((ImproperlyConfigured, OperationalError)) as error:
            connection.ensure_connection()
        assert isinstance(error.value, ImproperlyConfigured) is (driver == MSSQL_PYTHON)
        assert ("for pyodbc" if driver == MSSQL_PYTHON else "IM002") in str(error.value)
    with connect(Language="us_english") as connection:
        if driver == MSSQL_PYTHON:
            with pytest.raises(
                ImproperlyConfigured, match=r"DATABASES\['driver'\]: mssql-python does not take .* Language"
            ):
                connection.ensure_connection()
        else:
            with connection.cursor() as cursor:
                assert cursor.execute("SELECT @@LANGUAGE") and cursor.fetchall() == [("us_english",)]
    with connect(PacketSize=8000, ApplicationIntent="ReadOnly", extra_params="KeepAlive=20") as connection:
        connection.ensure_connection()


_FORK = """
import os, sys
from harness.project import configure, new_alias
from harness.server import given_server
configure()

def session(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@SPID")
        return cursor.fetchone()[0]

with new_alias("forked", given_server().database("master")) as connection:
    first = session(connection)
    child = os.fork()
    if child == 0:
        # What is closed at its exit is not the parent's. mssql-python's ODBC driver would wait there for its threads.
        end = os._exit if "mssql_python" in sys.modules else sys.exit
        end(session(connection) == first)
    _, status = os.waitpid(child, 0)
    assert status == 0 and session(connection) == first
"""


@row("a forked child of a process that has connected")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
def test_a_forked_child_leaves_its_parents_connection_alone(server, driver, monkeypatch):
    monkeypatch.setenv(VARIABLE, server.url)
    monkeypatch.setenv(DRIVER_VARIABLE, driver)
    outcome = subprocess.run([sys.executable, "-c", _FORK], capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr


_POOL = """
import django.conf
from harness.project import configure, new_alias
from harness.server import given_server
configure()
django.conf.settings.DATABASE_CONNECTION_POOLING = True
with new_alias("pooled", given_server().database("master")) as connection:
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE #left (a int)")
        connection.close()
"""


@row("`DATABASE_CONNECTION_POOLING`")
def test_a_pooled_connection_comes_back_clean(server, driver, journal, monkeypatch):
    """That of pyodbc is the driver manager's, which its odbcinst.ini has to switch on; mssql-python's is there."""
    monkeypatch.setenv(VARIABLE, server.url)
    monkeypatch.setenv(DRIVER_VARIABLE, driver)
    messages = journal(lambda: subprocess.run([sys.executable, "-c", _POOL], check=True))
    kinds = [message["kind"] for message in messages]
    if driver == MSSQL_PYTHON:
        assert (kinds.count("login"), kinds.count("reset")) == (1, 1)
    else:
        assert kinds.count("login") == 1 + (kinds.count("reset") == 0)


@row("Python")
def test_the_versions_of_python():
    text = (ROOT / "packages" / "mssql-core" / "pyproject.toml").read_text(encoding="utf-8")
    assert "mssql-python = [\"mssql-python>=1.16,<2; python_version >= '3.10'\"]" in text
    assert '"pyodbc>=5.0"' in text


@override_settings(DATABASE_CONNECTION_POOLING=False)
def test_a_long_text_with_both_ends_of_the_basic_plane(connect):
    text = "\ud7ff\ue000\uffff\U00010000\U0010ffff" * 20000
    with connect() as connection, connection.cursor() as cursor:
        assert cursor.execute("SELECT %s", [text]) and cursor.fetchall() == [(text,)]


def test_columns_of_every_type_are_read(connect):
    sql = (
        "SELECT CAST(1 AS tinyint), CAST(-1 AS smallint), CAST(1.5 AS real), CAST(12.3456 AS money), CAST('x' AS char(3)), "
        "CAST(N'x' AS nchar(3)), CAST(0x01 AS binary(2)), CAST('2024-05-06T07:08:09.997' AS datetime), "
        "CAST('2024-05-06 07:08' AS smalldatetime), CAST('<a/>' AS xml), CAST(NULL AS int), CAST(N'x' AS sql_variant)"
    )
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchall() == [
            (1, -1, 1.5, decimal.Decimal("12.3456"), "x  ", "x  ", b"\x01\0", datetime.datetime(2024, 5, 6, 7, 8, 9, 997000),
             datetime.datetime(2024, 5, 6, 7, 8), "<a/>", None, "x")
        ]  # fmt: skip


@row("a NULL string in a `sql_variant`")
def test_null_in_a_variant(connect, driver):
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT CAST(7 AS sql_variant)")
        assert cursor.fetchall() == [(7,)]
        cursor.execute("SELECT CAST(NULL AS sql_variant)")
        assert cursor.fetchall() == [("",)] if driver == PYODBC else [(None,)]


def test_executemany_and_procedures(connect):
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE #many (a int, b nvarchar(20))")
        cursor.executemany("INSERT INTO #many VALUES (%s, %s)", [(number, "n%d" % number) for number in range(20)])
        assert cursor.rowcount == 20
        cursor.execute("UPDATE #many SET a = a + 1 WHERE a < %s; DELETE FROM #many WHERE a > %s", [5, 15])
        assert cursor.rowcount == 4
        cursor.execute(
            "CREATE PROCEDURE dbo.twice @a int, @b int OUTPUT, @c nvarchar(20) OUTPUT AS SET @b = 2 * @a; SET @c = N'\u00e9'"
        )
        try:
            assert cursor.callproc("dbo.twice", [21, 0, None]) == [21, 42, "\u00e9"]
        finally:
            cursor.execute("DROP PROCEDURE dbo.twice")
        cursor.execute("SELECT 1; SELECT 2, 3; SELECT 4 WHERE 1 = 0")
        results = [cursor.fetchall()]
        while cursor.nextset():
            results.append(cursor.fetchall())
        assert results == [[(1,)], [(2, 3)], []]


# ---- what mssql-python does by itself ------------------------------------------------
# Each is why its adapter goes another way. Where one fails, the driver is mended, and the detour may go.


@pytest.fixture
def own_cursor(server):
    """A cursor of mssql-python without the adapter's."""
    mssql_python = pytest.importorskip("mssql_python", reason="mssql-python needs Python 3.10")
    with new_alias("own", server.database("master", python_driver=MSSQL_PYTHON)) as connection:
        connection.ensure_connection()
        yield mssql_python.Cursor(connection.connection)


def test_its_fetchmany_loses_an_error_behind_rows(own_cursor):
    own_cursor.execute("SELECT 1 / (2 - number) FROM (VALUES (1), (2)) AS t(number)")
    assert [tuple(fetched) for fetched in own_cursor.fetchmany(10)] == [(1,)]
    assert not own_cursor.nextset()


def test_its_errors_have_no_number(own_cursor):
    with pytest.raises(Exception, match="Divide by zero") as error:
        own_cursor.execute("SELECT 1 / 0")
    assert "8134" not in str(vars(error.value))


def test_it_cuts_the_fraction_of_a_time_and_takes_no_early_date(own_cursor):
    own_cursor.setinputsizes([(-154, 16, 6)])
    own_cursor.execute("SELECT ?", [NOW.time()])
    assert tuple(own_cursor.fetchone()) == (NOW.time().replace(microsecond=0),)
    own_cursor.setinputsizes([(91, 10, 0)])
    with pytest.raises(Exception, match="1753"):
        own_cursor.execute("SELECT ?", [datetime.date(1752, 12, 31)])


REMAINDER = "SELECT 10 %(number)s, ? FROM (VALUES (3)) AS t(number)"


def test_a_remainder_that_reads_as_a_named_parameter_stops_it(own_cursor):
    with pytest.raises(TypeError, match="style mismatch"):
        own_cursor.execute(REMAINDER, [1])


def test_a_remainder_is_none_for_either(connect):
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(REMAINDER.replace("%", "%%").replace("?", "%s"), [1])
        assert cursor.fetchall() == [(1, 1)] and cursor.description[0][0] == "s"


def test_it_leaves_the_row_count_at_the_first_result(own_cursor):
    own_cursor.execute(
        "CREATE TABLE #counted (a int); INSERT INTO #counted VALUES (1), (2); UPDATE #counted SET a = 3 WHERE a = 1"
    )
    counts = [own_cursor.rowcount]
    while own_cursor.nextset():
        counts.append(own_cursor.rowcount)
    assert len(set(counts)) == 1 < len(counts)
