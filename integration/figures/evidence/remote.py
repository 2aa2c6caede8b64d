"""A real server, queried as the corpora query a sandbox: error numbers in order, and rows with exact types.

Error numbers come through python-tds, which keeps every ERROR token of a batch; rows through the ODBC driver, which
gives dates and times with all seven digits. Each of the two works in a database of its own, so that set-ups that
create objects in an open transaction do not wait for each other.
"""

from __future__ import annotations

import contextlib
import re
import struct
import uuid
from datetime import date, datetime
from typing import Any, Iterator, Sequence

import pytds
from harness.driver import pyodbc
from harness.server import Server

from mssql_core.connection.drivers.pyodbc_driver import find_driver
from mssql_sandbox.interface import Columns, Error, Event, ResultColumn, Rows
from mssql_sandbox.sqltypes import ALIASES, MAX, SqlType

_SECOND = 10_000_000  # ticks of 100 ns
_DAY = 86_400 * _SECOND
# SERVERPROPERTY('EngineEdition') of what is no box.
# https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql
_EDITIONS = {5: "azure", 8: "managed-instance", 11: "warehouse", 12: "fabric"}
_BOXES = {13: "2016", 14: "2017", 15: "2019", 16: "2022", 17: "2025"}
_TYPE = re.compile(r"(\w+)(?:\((max|\d+)(?:,\s*(\d+))?\))?")
# ODBC types that lose digits as pyodbc's Python objects: read as bytes.
_TIME, _DATETIMEOFFSET = -154, -155


class RemoteSession:
    """A session of a server, as the corpora need it.

    :param server: where it is.
    :param databases: two empty databases that may be filled.
    :ivar version: the name of the version that the sandbox plays, for example ``2022``.
    :raises ValueError: for a version that the corpora do not know.
    """

    def __init__(self, server: Server, databases: tuple[str, str]) -> None:
        self._server, self._databases = server, databases
        self._connect()
        self.version = self._version()

    def renew(self) -> None:
        """Reset the session: no temporary tables, transactions and settings of earlier questions."""
        self.close()
        self._connect()

    def _connect(self) -> None:
        server, databases = self._server, self._databases
        self._odbc = pyodbc.connect(odbc_string(server, databases[0]), autocommit=True)
        self._odbc.add_output_converter(_TIME, _time_ticks)
        self._odbc.add_output_converter(_DATETIMEOFFSET, _datetimeoffset_ticks)
        self._odbc.add_output_converter(pyodbc.SQL_TYPE_TIMESTAMP, _timestamp_ticks)
        self._tds = pytds.connect(
            server.host, databases[1], server.user, server.password, port=server.port, autocommit=True
        )

    def errors(self, text: str, parameters: int = 0) -> list[int]:
        """Numbers of the errors of a batch, in order.

        :param parameters: when given, the batch goes by sp_executesql with so many int parameters @p1, @p2, ...
        """
        return [number for number, _ in self._run(text, parameters)[0]]

    def _run(self, text: str, parameters: int = 0) -> tuple[list[tuple[int, str]], list[SqlType], list[Sequence[Any]]]:
        """Errors of a batch; types and rows of its last result."""
        cursor = self._tds.cursor()
        values = {f"@p{number + 1}": 1 for number in range(parameters)}
        types: list[SqlType] = []
        rows: list[Sequence[Any]] = []
        more: Any = True
        started = False
        while more:
            # Errors are gathered by the cursor; an exception only says that there is one.
            with contextlib.suppress(pytds.Error):
                if started:
                    more = cursor.nextset()
                else:
                    started = True
                    cursor.execute(text, values) if values else cursor.execute(text)
                if more and cursor.description is not None:
                    types = [_wire_type(column) for column in cursor.description]
                    rows = list(iter(cursor.fetchone, None))
        return [(error.number, error.text) for _, error in cursor.messages if error.severity > 10], types, rows

    def events(self, text: str) -> Iterator[Event]:
        """Columns and rows of each result of a batch, or its errors."""
        errors, types, variants = self._run(text)
        yield from (Error(number, message) for number, message in errors)
        cursor = self._odbc.cursor()
        try:
            described = self._described(text) or types
            if described and all(type_.name == "sql_variant" for type_ in described):
                # pyodbc knows not all base types, and reads NULL as an empty text.
                yield Columns([ResultColumn("", type_) for type_ in described])
                yield Rows([list(map(_variant, values)) for values in variants])
                return
            cursor.execute(text)
            more = True
            while more:
                if cursor.description is not None:
                    yield from _result(cursor, described)
                more = cursor.nextset()
        except pyodbc.Error:
            if not errors:
                raise
        finally:
            cursor.close()

    def value(self, text: str) -> Any:
        return self._odbc.execute(text).fetchone()[0]

    def close(self) -> None:
        self._tds.close()
        self._odbc.close()

    def _version(self) -> str:
        edition = int(self.value("SELECT CAST(SERVERPROPERTY('EngineEdition') AS int)"))
        major = int(
            self.value("SELECT CAST(PARSENAME(CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), 4) AS int)")
        )
        name = _EDITIONS.get(edition) or _BOXES.get(major)
        if name is None:
            raise ValueError(f"The corpora know no server of major version {major}, edition {edition}.")
        return name

    def _described(self, text: str) -> list[SqlType]:
        """Types of the batch's first result; none where the server cannot tell."""
        cursor = self._tds.cursor()
        try:
            cursor.execute("EXEC sp_describe_first_result_set @tsql = N'%s'" % text.replace("'", "''"))
            place = [column[0] for column in cursor.description].index("system_type_name")
            return [sql_type(values[place]) for values in cursor.fetchall()]
        except pytds.Error:
            return []


@contextlib.contextmanager
def scratch_databases(server: Server) -> Iterator[tuple[str, str]]:
    """Names of two new databases, which are dropped at the end."""
    stem = f"evidence_{uuid.uuid4().hex[:8]}"
    names = (f"{stem}_rows", f"{stem}_errors")
    with contextlib.closing(pyodbc.connect(odbc_string(server, server.name), autocommit=True)) as connection:
        try:
            for name in names:
                connection.execute(f"CREATE DATABASE [{name}]")
            yield names
        finally:
            for name in names:
                connection.execute(f"DROP DATABASE IF EXISTS [{name}]")


def odbc_string(server: Server, database: str) -> str:
    """The connection string of the ODBC driver, with the URL's options as keywords."""
    keywords = {
        "DRIVER": find_driver(),
        "SERVER": f"{server.host},{server.port}",
        "DATABASE": database,
        "UID": server.user,
        "PWD": server.password,
        **server.options,
    }
    return ";".join("%s={%s}" % (key, str(value).replace("}", "}}")) for key, value in keywords.items())


def sql_type(name: str) -> SqlType:
    """A type as sp_describe_first_result_set writes it."""
    base, first, second = _TYPE.match(name).groups()  # type: ignore[union-attr]
    base = ALIASES.get(base, base)
    size = MAX if first == "max" else int(first) if first else None
    if base == "decimal":
        return SqlType(base, precision=size, scale=int(second or 0))
    if base in ("money", "smallmoney"):
        return SqlType(base, scale=4)
    if base in ("time", "datetime2", "datetimeoffset"):
        return SqlType(base, scale=size)
    return SqlType(base, length=size)


# Type numbers of the wire; python-tds tells no difference between char and varchar.
_WIRE_NAMES = {
    34: "image", 35: "text", 36: "uniqueidentifier", 40: "date", 41: "time", 42: "datetime2", 43: "datetimeoffset",
    48: "tinyint", 50: "bit", 52: "smallint", 56: "int", 58: "smalldatetime", 59: "real", 60: "money", 61: "datetime",
    62: "float", 98: "sql_variant", 106: "decimal", 108: "decimal", 122: "smallmoney", 127: "bigint",
    165: "varbinary", 167: "varchar", 231: "nvarchar", 241: "xml",
}  # fmt: skip


def _wire_type(column: Sequence[Any]) -> SqlType:
    """A column's type from the description of python-tds."""
    _, number, _, size, precision, scale, _ = column
    if number == 99:
        return SqlType("nvarchar", length=MAX) if size == -1 else SqlType("ntext")
    name = _WIRE_NAMES[number]
    if name == "decimal":
        return SqlType(name, precision=precision, scale=scale)
    if name in ("money", "smallmoney"):
        return SqlType(name, scale=4)
    if name in ("time", "datetime2", "datetimeoffset"):
        return SqlType(name, scale=precision)
    return SqlType(name, length=int(size) or MAX if name in ("varbinary", "varchar", "nvarchar") else None)


def _result(cursor: Any, described: Sequence[SqlType]) -> Iterator[Event]:
    names = [column[0] for column in cursor.description]
    types = list(described) if len(described) == len(names) else [SqlType("nvarchar")] * len(names)
    yield Columns([ResultColumn(name, type_) for name, type_ in zip(names, types)])
    while rows := cursor.fetchmany(1000):
        yield Rows([[_crossing(value, type_) for value, type_ in zip(row, types)] for row in rows])


def _variant(value: Any) -> str | None:
    """A value of sql_variant as the corpora write it."""
    return "\\x" + value.hex() if isinstance(value, bytes) else None if value is None else str(value)


def _crossing(value: Any, type_: SqlType) -> Any:
    """A value of the driver in the form that values have in mssql_sandbox.interface."""
    if type_.name == "bit" and value is not None:
        return int(value)
    if type_.name == "uniqueidentifier" and isinstance(value, str):
        return uuid.UUID(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.toordinal() - 1
    return value


def _ticks(days: date, hour: int, minute: int, second: int, nanoseconds: int) -> int:
    clock = (hour * 60 + minute) * 60 + second
    return (days.toordinal() - 1) * _DAY + clock * _SECOND + nanoseconds // 100


def _timestamp_ticks(raw: bytes | None) -> int | None:
    """datetime2 comes as the driver's structure, datetime and smalldatetime as on the wire.

    https://learn.microsoft.com/openspecs/windows_protocols/ms-tds (datetime: days since 1900, 1/300 seconds)
    """
    if raw is None:
        return None
    if len(raw) == 16:
        year, month, day, hour, minute, second, fraction = struct.unpack("<hHHHHHI", raw)
        return _ticks(date(year, month, day), hour, minute, second, fraction)
    days, units = struct.unpack("<iI" if len(raw) == 8 else "<HH", raw)
    clock = round(units * _SECOND / 300) if len(raw) == 8 else units * 60 * _SECOND
    return (date(1900, 1, 1).toordinal() - 1 + days) * _DAY + clock


def _time_ticks(raw: bytes | None) -> int | None:
    if raw is None:
        return None
    hour, minute, second, fraction = struct.unpack("<HHHxxI", raw)
    return _ticks(date.min, hour, minute, second, fraction)


def _datetimeoffset_ticks(raw: bytes | None) -> tuple[int, int] | None:
    if raw is None:
        return None
    year, month, day, hour, minute, second, fraction, hours, minutes = struct.unpack("<hHHHHHIhh", raw)
    offset = hours * 60 + minutes
    return _ticks(date(year, month, day), hour, minute, second, fraction) - offset * 60 * _SECOND, offset
