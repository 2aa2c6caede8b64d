"""The adapter of mssql-python without a server; with one, all of integration/tests runs on it."""

import datetime
import decimal
import os
import struct
import types
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured

pytest.importorskip("mssql_python", reason="mssql-python needs Python 3.10 or newer")

import mssql_python  # noqa: E402
from mssql_python import exceptions  # noqa: E402

from mssql_core import errors  # noqa: E402
from mssql_core.connection import parameters  # noqa: E402
from mssql_core.connection.connection_string import Secret  # noqa: E402
from mssql_core.connection.drivers import mssql_python_driver as adapter  # noqa: E402
from mssql_core.connection.misplaced import application_name  # noqa: E402

DRIVER = adapter.MssqlPythonDriver()
SECRET = "s3cr3t-w0rd"


def refused(**keywords):
    with pytest.raises(ImproperlyConfigured) as info:
        DRIVER.accepted(keywords)
    return str(info.value)


# ---- settings ------------------------------------------------------------------------


def test_what_core_always_gives_is_left_out():
    given = {"DRIVER": "x", "APP": application_name(), "SERVER": "h,1", "LongAsMax": "yes", "MARS_Connection": "no"}
    assert DRIVER.accepted(given) == {"SERVER": "h,1"}


def test_every_keyword_that_is_kept_is_one_of_the_driver():
    from mssql_python.constants import _ALLOWED_CONNECTION_STRING_PARAMS as theirs

    assert adapter._KEYWORDS - set(theirs) == set()


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"Language": "German"}, "does not take the keyword Language"),
        ({"APP": "mine"}, "does not take the keyword APP"),
        ({"LongAsMax": "no"}, "does not take the keyword LongAsMax"),
        ({"DSN": "x"}, "OPTIONS['dsn'] is for pyodbc"),
        ({SECRET: Secret("x")}, "with a name that is none"),
    ],
)
def test_a_keyword_that_it_has_not_is_refused_by_name(keywords, words):
    message = refused(**keywords)
    assert words in message and SECRET not in message


# ---- parameters ----------------------------------------------------------------------

_T = datetime.datetime(2024, 5, 6, 7, 8, 9, 123456)
_GUID = uuid.UUID(int=5)


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        (True, (True, (-7, 1, 0))),
        (7, (7, (4, 10, 0))),
        (2**31, (2**31, (-5, 19, 0))),
        (-(2**31), (-(2**31), (4, 10, 0))),
        (1.5, (1.5, (6, 53, 0))),
        (_T, (_T, (93, 27, 7))),
        (_T.date(), ("2024-05-06", (91, 10, 0))),
        (_GUID, (_GUID.bytes_le, (-11, 36, 0))),
        (None, (None, (-9, 50, 0))),
    ],
)
def test_what_core_leaves_to_the_driver_has_a_type(value, bound):
    assert adapter._bound(value, None) == bound


@pytest.mark.parametrize(("length", "size"), [(50, 4000), (4000, 4000), (4001, 0)])
def test_long_varchar_goes_in_one_message(length, size):
    assert adapter._bound("x" * length, (parameters.SQL_VARCHAR, 8000, 0))[1] == (parameters.SQL_VARCHAR, size, 0)


@pytest.mark.parametrize(
    ("value", "size", "bound"),
    [
        (None, (parameters.SQL_VARCHAR, 8000, 0), (None, (parameters.SQL_VARCHAR, 4000, 0))),
        ("x", (parameters.SQL_VARCHAR, 50, 0), ("x", (parameters.SQL_VARCHAR, 50, 0))),
        (b"x", (parameters.SQL_VARBINARY, 8000, 0), (b"x", (parameters.SQL_VARBINARY, 8000, 0))),
        (None, (parameters.SQL_TYPE_DATE, 10, 0), (None, (parameters.SQL_TYPE_DATE, 10, 0))),
        (_T.date(), (parameters.SQL_TYPE_DATE, 10, 0), ("2024-05-06", (parameters.SQL_TYPE_DATE, 10, 0))),
    ],
)
def test_what_core_has_given_a_type_keeps_it(value, size, bound):
    assert adapter._bound(value, size) == bound


@pytest.mark.parametrize(
    "sql_type", [parameters.SQL_TYPE_DATE, parameters.SQL_SS_TIME2, parameters.SQL_SS_TIMESTAMPOFFSET]
)
def test_moments_go_as_text(sql_type):
    cursor = object.__new__(adapter.Cursor)
    cursor.closed = True
    assert cursor._get_c_type_for_sql_type(sql_type) == parameters.SQL_WCHAR
    assert cursor._get_c_type_for_sql_type(parameters.SQL_INTEGER) != parameters.SQL_WCHAR


def test_every_type_that_core_names_is_one_of_the_driver():
    values = ["x", b"x", decimal.Decimal("1.5"), _T.replace(tzinfo=datetime.timezone.utc), _T.time(), 1, 1.5, True, _T]
    names = [
        "int",
        "real",
        "tinyint",
        "money",
        "time",
        "datetimeoffset",
        "uniqueidentifier",
        "varchar(10)",
        "binary(8)",
    ]
    _, sizes = parameters.adapt(values, None)
    cursor = object.__new__(adapter.Cursor)
    cursor.closed = True
    mssql_python.Cursor.setinputsizes(cursor, [size or adapter._natural(v) for v, size in zip(values, sizes)])
    mssql_python.Cursor.setinputsizes(cursor, [parameters.odbc_type(name) for name in names])


def test_a_value_of_no_type_is_an_error_that_names_it():
    with pytest.raises(adapter.DriverError) as info:
        adapter._bound(object(), None)
    assert info.value.args == ("HY105", "[HY105] A parameter of the type object cannot be sent.")
    assert info.value.number is None


# ---- errors --------------------------------------------------------------------------


def told(error, cursor=None):
    def fail():
        raise error

    with pytest.raises(adapter.DriverError) as info:
        adapter._told(fail, cursor)
    assert info.value.__context__ is None
    return errors.translate(info.value)


class FailedCursor:
    def __init__(self, *records):
        self.records = lambda: list(records)


def test_an_error_has_the_number_of_its_record():
    records = FailedCursor(("[01000] (3621)", "Terminated."), ("[23000] (2627)", "Violation."))
    error = told(exceptions.IntegrityError("x", "y"), records)
    assert (type(error), error.number, error.sqlstate) == (errors.IntegrityError, 2627, "23000")
    assert str(error.args[1]) == "[23000] Violation. (2627)"


def test_an_error_has_the_texts_of_all_its_records():
    records = FailedCursor(("[42000] (50000)", "First."), ("[01000] (0)", "Printed."), ("[42000] (50001)", "Second."))
    error = told(exceptions.ProgrammingError("x", "y"), records)
    assert (error.number, error.args[1]) == (50000, "[42000] First. (50000); [42000] Second. (50001)")
    assert told(exceptions.Error("x", "y"), FailedCursor(("[01000] (0)", "Printed."))).sqlstate == "01000"


def test_a_connection_string_that_cannot_be_read_is_not_shown():
    """A part of a password may read as a keyword."""
    error = told(exceptions.ConnectionStringParseError(["unknown keyword '%s'" % SECRET]))
    assert (error.sqlstate, error.number) == ("01S00", None)
    assert error.args[1] == "[01S00] mssql-python cannot read the connection string."


def test_the_state_stands_in_what_lies_behind_an_error():
    error = exceptions.OperationalError("x", "y")
    error.__context__ = RuntimeError("SQLSTATE:08001:[Microsoft]TCP Provider: Timeout error [258].")
    with pytest.raises(adapter.DriverError) as info:
        raise adapter._of_connection(error)
    text = "[HYT00] [Microsoft]TCP Provider: Timeout error [258]. (0)"
    assert info.value.args == ("HYT00", text) and info.value.number is None
    other = adapter._of_connection(RuntimeError("no state at all"))
    assert other.args == ("HY000", "[HY000] no state at all (0)")
    refused = adapter._of_connection(RuntimeError("SQLSTATE:28000:Login failed for user 'sa'."))
    assert refused.args == ("28000", "[28000] Login failed for user 'sa'. (18456)") and refused.number == 18456


def test_an_error_of_the_driver_has_none():
    error = told(exceptions.OperationalError("x", "y"), FailedCursor(("[HYT00] (0)", "Query timeout expired")))
    assert error.number is None and error.is_cancellation and "query_timeout" in str(error)


@pytest.mark.parametrize(
    ("text", "number", "disconnects", "later"),
    [
        ("SQLSTATE:28000:[Microsoft][SQL Server]Login failed for user 'sa'.", 18456, False, False),
        ("SQLSTATE:08S01:[Microsoft]TCP Provider: Error code 0x2746", 10054, True, True),
        ("SQLSTATE:42000:Database 'a' on server 'b' is not currently available.  Please retry", 40613, False, True),
        ("SQLSTATE:08001:[Microsoft]TCP Provider: Timeout error [258].", None, False, False),
        ("no state at all", None, False, False),
    ],
)
def test_an_attempt_to_connect(text, number, disconnects, later):
    error = told(RuntimeError(text))
    assert (error.number, error.is_disconnect, error.may_connect_later) == (number, disconnects, later)


def test_nothing_of_the_connection_string_is_left_in_an_error():
    place = "SERVER=127.0.0.1,1;UID=sa;PWD=%s" % SECRET
    with pytest.raises(adapter.DriverError) as info:
        DRIVER.connect(Secret(place), timeout=1)
    error, shown = info.value, []
    assert error.__context__ is None and error.__cause__ is None
    for frame, _ in walk(info.tb):
        shown += [repr(value) for value in frame.f_locals.values()]
    assert SECRET not in str(error) and not any(SECRET in text for text in shown)


def test_nothing_of_it_is_left_in_an_interruption(monkeypatch):
    def interrupted(self, connection_str, **options):
        raise SystemExit(1)

    monkeypatch.setattr(mssql_python.Connection, "__init__", interrupted)
    with pytest.raises(SystemExit) as info:
        DRIVER.connect(Secret("PWD=%s" % SECRET))
    shown = [repr(value) for frame, _ in walk(info.tb) for value in frame.f_locals.values()]
    assert shown and not any(SECRET in text for text in shown)


def walk(traceback):
    while traceback is not None:
        # The test's own frame holds the secret.
        if traceback.tb_frame.f_globals["__name__"] != __name__:
            yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


# ---- connections ---------------------------------------------------------------------


def test_a_forked_child_leaves_the_connection_alone(monkeypatch):
    closed = []
    monkeypatch.setattr(mssql_python.Connection, "close", lambda self: closed.append(self))
    connection = object.__new__(adapter.Connection)
    connection._closed = True
    connection._process = os.getpid() + 1
    connection.close()
    assert closed == []
    connection._process = os.getpid()
    connection.close()
    assert closed == [connection]


class Theirs:
    """mssql-python without its ODBC driver: what it is asked, and what it answers.

    :ivar asked: (method, arguments) of each call.
    :ivar rows: what fetchone gives, or raises; then None.
    :ivar more: what nextset gives.
    """

    def __init__(self, monkeypatch):
        self.asked, self.rows, self.more, self.records = [], [], [True, False], [("[42000] (50000)", "Refused.")]
        for name in ("execute", "setinputsizes", "close", "_reset_cursor"):
            monkeypatch.setattr(mssql_python.Cursor, name, self.method(name))
        monkeypatch.setattr(mssql_python.Cursor, "fetchone", lambda cursor: self.fetched())
        monkeypatch.setattr(mssql_python.Cursor, "nextset", lambda cursor: self.more.pop(0))
        monkeypatch.setattr(
            mssql_python.Cursor, "__init__", lambda cursor, *given, **named: self.new(cursor, *given, **named)
        )
        monkeypatch.setattr(mssql_python.Cursor, "__del__", lambda cursor: None, raising=False)
        monkeypatch.setattr(mssql_python.Connection, "__init__", self.connected())
        monkeypatch.setattr(mssql_python.Connection, "__del__", lambda connection: None, raising=False)
        monkeypatch.setattr(mssql_python.Connection, "timeout", 0, raising=False)
        bindings = types.SimpleNamespace(
            DDBCSQLGetAllDiagRecords=lambda handle: list(self.records) if handle == "handle" else None,
            DDBCSQLRowCount={"handle": 3}.get,
        )
        monkeypatch.setattr(adapter, "_bindings", bindings)

    def method(self, name):
        return lambda cursor, *arguments: self.asked.append((name, *arguments))

    def new(self, cursor, connection, timeout=0):
        cursor.opened_by, cursor.timeout, cursor.hstmt, cursor.arraysize = connection, timeout, "handle", 1
        cursor.last_executed_stmt, cursor.is_stmt_prepared, cursor.rowcount = "", [True], -1

    def connected(self):
        return lambda connection, *arguments, **options: self.asked.append(("connect", arguments, options))

    def fetched(self):
        row = self.rows.pop(0) if self.rows else None
        if isinstance(row, Exception):
            raise row
        return row


@pytest.fixture
def theirs(monkeypatch):
    return Theirs(monkeypatch)


@pytest.fixture
def cursor(theirs):
    connection = DRIVER.connect(Secret("SERVER=h"), query_timeout=9)
    theirs.asked.clear()
    return connection.cursor()


def test_a_connection_is_opened_in_autocommit_mode(theirs):
    connection = DRIVER.connect(Secret("SERVER=h"), Secret("ab"), 7, 9)
    token = struct.pack("<I", 4) + b"a\0b\0"
    ((_, arguments, options),) = theirs.asked
    assert arguments == ("SERVER=h",)
    assert options == {"autocommit": True, "attrs_before": {1256: token}, "timeout": 7, "native_uuid": True}
    assert connection.timeout == 9 and connection._process == os.getpid()
    theirs.asked.clear()
    assert DRIVER.connect(Secret("SERVER=h")).timeout == 0
    ((_, _, options),) = theirs.asked
    assert options == {"autocommit": True, "attrs_before": None, "timeout": 0, "native_uuid": True}


def test_a_cursor_waits_as_long_as_its_connection(cursor):
    assert cursor.timeout == cursor.opened_by.timeout == 9


def test_a_statement_without_values(theirs, cursor):
    assert cursor.execute("SELECT 1") is cursor
    assert theirs.asked == [("execute", "SELECT 1")]


def test_values_have_types_before_they_are_sent(theirs, cursor):
    cursor.setinputsizes([None, (parameters.SQL_WVARCHAR, 50, 0)])
    assert cursor.execute("SELECT ?, ?", [7, "x"]) is cursor
    assert theirs.asked == [
        ("setinputsizes", [(parameters.SQL_INTEGER, 10, 0), (parameters.SQL_WVARCHAR, 50, 0)]),
        ("execute", "SELECT ?, ?", [7, "x"]),
    ]
    # It is taken for the last statement, and not for a prepared one.
    assert (cursor.last_executed_stmt, cursor.is_stmt_prepared) == ("SELECT ?, ?", [False])
    cursor.is_stmt_prepared = [True]
    cursor.setinputsizes(None)
    cursor.execute("SELECT ?, ?", [7, 8])
    assert cursor.is_stmt_prepared == [True]
    assert theirs.asked[2] == ("setinputsizes", [(parameters.SQL_INTEGER, 10, 0)] * 2)


def test_rows_are_fetched_one_by_one(theirs, cursor):
    theirs.rows = [(1,), (2,), (3,), (4,), (5,)]
    assert cursor.fetchmany(2) == [(1,), (2,)] and cursor.fetchmany() == [(3,)]
    assert cursor.fetchall() == [(4,), (5,)] and cursor.fetchall() == cursor.fetchmany(2) == []


@pytest.mark.parametrize("fetch", [lambda cursor: cursor.fetchmany(9), lambda cursor: cursor.fetchall()])
def test_an_error_among_the_rows_keeps_its_number(theirs, cursor, fetch):
    theirs.rows = [(1,), exceptions.ProgrammingError("x", "y")]
    with pytest.raises(adapter.DriverError) as info:
        fetch(cursor)
    assert info.value.number == 50000


@pytest.mark.parametrize("values", [(), (1,)])
def test_an_error_of_a_statement_has_the_records_from_before_it_was_freed(monkeypatch, theirs, cursor, values):
    def fail(cursor, *arguments):
        cursor._reset_cursor()
        theirs.records = [("[00000] (0)", "Freed.")]
        raise exceptions.ProgrammingError("x", "y")

    monkeypatch.setattr(mssql_python.Cursor, "execute", fail)
    for _ in range(2):
        theirs.records = [("[42000] (50000)", "Refused.")]
        with pytest.raises(adapter.DriverError) as info:
            cursor.execute("SELECT ?", values)
        assert (info.value.number, info.value.args[0]) == (50000, "42000")
    assert ("_reset_cursor",) in theirs.asked
    cursor.hstmt = None
    assert list(cursor.records()) == []


def test_each_result_has_its_row_count(theirs, cursor):
    assert cursor.nextset() and cursor.rowcount == 3
    cursor.rowcount = 7
    assert not cursor.nextset() and cursor.rowcount == 7


def test_a_cursor_is_closed(theirs, cursor):
    cursor.close()
    assert theirs.asked == [("close",)]


@pytest.mark.parametrize("method", ["nextset", "close"])
def test_errors_of_these_calls_are_told_too(monkeypatch, theirs, cursor, method):
    def fail(cursor):
        raise exceptions.OperationalError("x", "y")

    monkeypatch.setattr(mssql_python.Cursor, method, fail)
    with pytest.raises(adapter.DriverError):
        getattr(cursor, method)()


def test_the_versions_of_both_drivers():
    told = {mssql_python.SQL_DRIVER_NAME: "libmsodbcsql.so", mssql_python.SQL_DRIVER_VER: "18.05.0001"}
    text = DRIVER.version(types.SimpleNamespace(getinfo=told.get))
    assert text == "libmsodbcsql.so 18.05.0001, mssql-python %s" % mssql_python.__version__
    assert DRIVER.keyword("x") == "ODBC Driver 18 for SQL Server"


def test_its_pool_is_switched():
    DRIVER.set_pooling(False)
    assert not mssql_python.PoolingManager.is_enabled()
