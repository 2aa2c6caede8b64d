"""The adapter of mssql-python without a server; with one, all of integration/tests runs on it."""

import datetime
import decimal
import os
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
    ],
)
def test_what_core_leaves_to_the_driver_has_a_type(value, bound):
    assert adapter._bound(value, None) == bound


@pytest.mark.parametrize(("length", "size"), [(50, 4000), (4000, 4000), (4001, 0)])
def test_long_varchar_goes_in_one_message(length, size):
    assert adapter._bound("x" * length, (parameters.SQL_VARCHAR, 8000, 0))[1] == (parameters.SQL_VARCHAR, size, 0)


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
    with pytest.raises(adapter.DriverError, match="A parameter of the type object cannot be sent"):
        adapter._bound(object(), None)


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


def test_its_pool_is_switched():
    DRIVER.set_pooling(False)
    assert not mssql_python.PoolingManager.is_enabled()
