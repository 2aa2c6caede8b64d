"""mssql-python, Microsoft's driver for Python, which brings its ODBC driver along; the only module that imports it.

https://github.com/microsoft/mssql-python
"""

import datetime
import os
import re
import sys
import uuid
from typing import Any, Callable, Iterator, List, Mapping, Match, Optional, Sequence, Tuple, cast

import mssql_python
from django.core.exceptions import ImproperlyConfigured
from mssql_python import ddbc_bindings, exceptions

from ...plugin.types import Params, Secret
from .. import parameters
from ..connection_string import KEYWORDS
from ..misplaced import application_name
from . import login_errors
from .access_token import ACCESS_TOKEN, with_length
from .odbc_library import DRIVER_18

# Keywords that mssql-python accepts; it refuses others.
# https://github.com/microsoft/mssql-python/wiki/Connection
_KEYWORDS = frozenset(
    (
        "addr", "address", "applicationintent", "authentication", "connectretrycount", "connectretryinterval",
        "database", "encrypt", "hostnameincertificate", "ipaddresspreference", "keepalive", "keepaliveinterval",
        "multisubnetfailover", "packetsize", "pwd", "server", "servercertificate", "serverspn", "trusted_connection",
        "trustservercertificate", "uid",
    )
)  # fmt: skip
# Keywords that it sets itself, or whose effect it always has: long values have (max) types, MARS is off.
_IMPLIED = {"app": None, "driver": None, "longasmax": "yes", "mars_connection": "no"}
# SQL type, size, scale.
_Size = Tuple[int, int, int]
# Some of its functions have no annotations.
_bindings: Any = ddbc_bindings
_INT32 = 2**31
# Longer varchar values and types are sent in a separate message after sp_prepare; varchar(max) is not.
_MAX_VARCHAR = 4000
# Types of values that core leaves to the driver, as in pyodbc.
_NATURAL = (
    (bool, (parameters.SQL_BIT, 1, 0)),
    (float, (parameters.SQL_FLOAT, 53, 0)),
    (datetime.datetime, (parameters.SQL_TYPE_TIMESTAMP, 27, 7)),
    (datetime.date, (parameters.SQL_TYPE_DATE, 10, 0)),
    (uuid.UUID, (parameters.SQL_GUID, 36, 0)),
)
# Values sent as text, which the ODBC driver converts: the C type of a time has no fraction, and mssql-python refuses
# dates before 1753.
_AS_TEXT = (parameters.SQL_TYPE_DATE, parameters.SQL_SS_TIME2, parameters.SQL_SS_TIMESTAMPOFFSET)
_RECORD = re.compile(r"\[(\w*)\] \((-?\d+)\)")
# The driver's text of a timeout: WAIT_TIMEOUT, for which the driver manager has HYT00.
# https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-
_WAITED = "Timeout error [258]"
_LOGIN_STATE = re.compile(r"SQLSTATE:(\w{5}):(.*)", re.DOTALL)


class DriverError(Exception):
    """An error of mssql-python, with the number that its own lack; ``args`` are (SQLSTATE, message).

    :ivar number: the server's native error number, None for errors of the driver.
    """

    number: Optional[int] = None


def _made(sqlstate: str, number: Optional[int], message: str) -> DriverError:
    error = DriverError(sqlstate, message)
    error.number = number
    return error


def _of_records(records: Sequence[Any]) -> DriverError:
    """The error of a statement's diagnostic records: (``[SQLSTATE] (number)``, text) each."""
    parsed = [(*cast("Match[str]", _RECORD.match(numbers)).groups(), text) for numbers, text in records]
    # Records of class 01 beside an error are messages of the server.
    parsed = [record for record in parsed if not record[0].startswith("01")] or parsed
    state, number, _ = parsed[0]
    text = "; ".join("[%s] %s (%s)" % (state, text, number) for state, number, text in parsed)
    return _made(state, int(number) or None, text)


def _of_connection(error: BaseException) -> DriverError:
    """The error of an attempt to connect, or of a connection: the SQLSTATE is in its cause."""
    match = _LOGIN_STATE.match(str(error.__context__)) or _LOGIN_STATE.match(str(error))
    state, text = match.groups() if match else ("HY000", str(error))
    if _WAITED in text:
        state = "HYT00"
    number = login_errors.number(text)
    return _made(state, number, "[%s] %s (%d)" % (state, text, number or 0))


def _told(call: Callable[[], Any], cursor: Any = None) -> Any:
    """The result of the call; errors of the driver become :class:`DriverError`.

    :param call: takes no arguments: what it is made of stands in no frame of an error.
    :param cursor: whose statement has the diagnostic records.
    """
    try:
        return call()
    except (exceptions.Exception, RuntimeError) as error:
        records = () if cursor is None else cursor.records()
        translated = _of_records(records) if records else _of_connection(error)
    except exceptions.ConnectionStringParseError:
        # Its text may have a part of a password, where that reads as a keyword.
        translated = _made("01S00", None, "[01S00] mssql-python cannot read the connection string.")
    # Outside of the handler: the frames of the driver's own error hold the connection string.
    raise translated


class Cursor(mssql_python.Cursor):
    """A cursor whose parameters all have the types that core gives, and whose errors have numbers."""

    _left: Sequence[Any] = ()
    _sizes: Optional[Sequence[Optional[_Size]]] = None

    def records(self) -> Any:
        """The diagnostic records of the last call: those that were kept, else the statement's."""
        left, self._left = self._left, ()
        if left or self.hstmt is None:
            return left
        return _bindings.DDBCSQLGetAllDiagRecords(self.hstmt)

    def _reset_cursor(self) -> None:
        # After an error the driver frees the statement, and its records with it, before it raises.
        if self.hstmt is not None:
            self._left = _bindings.DDBCSQLGetAllDiagRecords(self.hstmt)
        super()._reset_cursor()

    def _get_c_type_for_sql_type(self, sql_type: int) -> int:
        return parameters.SQL_WCHAR if sql_type in _AS_TEXT else super()._get_c_type_for_sql_type(sql_type)

    def setinputsizes(self, sizes: Any) -> None:
        self._sizes = sizes

    def execute(self, sql: str, values: Params = ()) -> "Cursor":  # type: ignore[override]
        self._left = ()
        execute = super().execute
        if not values:
            _told(lambda: execute(sql), self)
            return self
        if sql != self.last_executed_stmt:
            # Known as the last statement, its text is not searched for %(name)s, which may be a remainder: x %(name)s.
            self.last_executed_stmt, self.is_stmt_prepared = sql, [False]
        bound = [_bound(*pair) for pair in zip(values, self._sizes or [None] * len(values))]
        super().setinputsizes([size for _, size in bound])
        _told(lambda: execute(sql, [value for value, _ in bound]), self)
        return self

    # Row by row: at an error the driver's own fetchall and fetchmany lose its number, fetchmany even the error.

    def fetchmany(self, size: Optional[int] = None) -> List[Any]:
        fetch = super().fetchone
        rows: List[Any] = _told(lambda: list(_rows(fetch, size or self.arraysize)), self)
        return rows

    def fetchall(self) -> List[Any]:
        fetch = super().fetchone
        rows: List[Any] = _told(lambda: list(_rows(fetch, sys.maxsize)), self)
        return rows

    def nextset(self) -> Any:
        more = _told(super().nextset, self)
        if more:
            # The driver keeps that of the first result.
            self.rowcount = _bindings.DDBCSQLRowCount(self.hstmt)
        return more

    def close(self) -> None:
        _told(super().close)


def _rows(fetch: Callable[[], Any], limit: int) -> Iterator[Any]:
    """Up to so many rows from the function, as tuples, until it returns None."""
    for _ in range(limit):
        row = fetch()
        if row is None:
            return
        yield tuple(row)


def _bound(value: Any, size: Optional[_Size]) -> Tuple[Any, _Size]:
    """(value as mssql-python takes it, its SQL type, size and scale)."""
    if size is None:
        size = _natural(value)
    if size[0] == parameters.SQL_VARCHAR and size[1] > _MAX_VARCHAR:
        size = (parameters.SQL_VARCHAR, _MAX_VARCHAR if len(value or "") <= _MAX_VARCHAR else 0, 0)
    if size[0] == parameters.SQL_TYPE_DATE and value is not None:
        value = value.isoformat()
    return (value.bytes_le if isinstance(value, uuid.UUID) else value), size


def _natural(value: Any) -> _Size:
    for kind, size in _NATURAL:
        if isinstance(value, kind):
            return size
    if isinstance(value, int):
        return (parameters.SQL_INTEGER, 10, 0) if -_INT32 <= value < _INT32 else (parameters.SQL_BIGINT, 19, 0)
    if value is None:
        return parameters.SQL_WVARCHAR, parameters.STRING_LENGTHS[0], 0
    raise _made("HY105", None, "[HY105] A parameter of the type %s cannot be sent." % type(value).__name__)


class Connection(mssql_python.Connection):
    _process: Optional[int] = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._process = os.getpid()

    def cursor(self) -> Cursor:
        # The connection does not keep it: closing each cursor before itself would cost a message each.
        cursor: Cursor = _told(lambda: Cursor(self, timeout=self.timeout))
        return cursor

    def close(self) -> None:
        # A forked child leaves its parent's connection alone, also when the driver closes what is open at its exit.
        if self._process == os.getpid():
            _told(super().close)


class MssqlPythonDriver:
    """See plugin.Driver."""

    error = DriverError
    null = None
    # Of the server's two errors, 4060 and 18456, the driver reports only the second.
    absent_database = (4060, login_errors.LOGIN_FAILED)
    without_effect = {
        "driver": "mssql-python brings its own ODBC driver",
        "setdecoding": "mssql-python reads all text as UTF-16",
        "setencoding": "mssql-python sends all text as UTF-16",
    }

    def keyword(self, driver: Optional[str]) -> Optional[str]:
        return DRIVER_18

    def accepted(self, keywords: Mapping[str, Any]) -> Mapping[str, Any]:
        known = {}
        for key, value in keywords.items():
            folded = key.casefold()
            if folded in _KEYWORDS:
                known[key] = value
            elif not _is_implied(folded, value):
                raise ImproperlyConfigured(_refusal(folded))
        return known

    def connect(
        self,
        connection_string: Secret,
        access_token: Optional[Secret] = None,
        timeout: int = 0,
        query_timeout: int = 0,
        encodings: Sequence[Any] = (),
    ) -> Any:
        """Open a connection in autocommit mode.

        :raises DriverError: translated by the caller, who knows the secrets.
        """
        try:
            return _told(lambda: self._connect(connection_string, access_token, timeout, query_timeout))
        except (KeyboardInterrupt, SystemExit) as interruption:
            # The driver's own frames, which hold the connection string, are not shown with it.
            raise interruption.with_traceback(None) from None

    def _connect(
        self, connection_string: Secret, access_token: Optional[Secret], timeout: int, query_timeout: int
    ) -> Any:
        # Secrets are revealed in the call: no variable holds them when an error is reported.
        connection = Connection(
            connection_string.reveal(),
            autocommit=True,
            attrs_before={ACCESS_TOKEN: with_length(access_token)} if access_token else None,
            timeout=timeout,
            native_uuid=True,
        )
        connection.timeout = query_timeout
        return connection

    def set_pooling(self, enabled: bool) -> None:
        """The driver's own pool; for the whole process."""
        mssql_python.pooling(enabled=enabled)

    def version(self, connection: Any) -> str:
        name, number = (
            connection.getinfo(kind) for kind in (mssql_python.SQL_DRIVER_NAME, mssql_python.SQL_DRIVER_VER)
        )
        return "%s %s, mssql-python %s" % (name, number, mssql_python.__version__)


def _is_implied(keyword: str, value: Any) -> bool:
    if keyword == "app":
        # Core's own; the driver always says MSSQL-Python.
        return bool(value == application_name())
    return keyword in _IMPLIED and _IMPLIED[keyword] in (None, value)


def _refusal(keyword: str) -> str:
    if keyword == "dsn":
        return "OPTIONS['dsn'] is for pyodbc: mssql-python knows no data sources. Give HOST and NAME."
    # What reads as a keyword may be the rest of a password.
    name = KEYWORDS.get(keyword, "with a name that is none of the ODBC driver's")
    return (
        "mssql-python does not take the keyword %s. Remove it, or connect with pyodbc: OPTIONS['python_driver'] = 'pyodbc'."
        % name
    )
