"""Clients and servers that the wire tests share."""

from __future__ import annotations

import contextlib
import datetime
import json
import struct
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

import mssql_python
import mssql_python_odbc
import pymssql
import pyodbc
import pytds

pyodbc.pooling = False
mssql_python.pooling(enabled=False)

ODBC_DRIVER = next(Path(mssql_python_odbc.__file__).parent.glob("libs/linux/debian_ubuntu/*/lib/libmsodbcsql-18*"))


@contextlib.contextmanager
def cancelling(cursor: Any) -> Iterator[None]:
    """Cancel what the cursor runs, again and again: a cancel that comes before the statement does nothing."""
    ended = threading.Event()

    def cancel() -> None:
        while not ended.wait(0.2):
            cursor.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()  # the driver must be done with the cursor before it is closed


@dataclass
class Target:
    """A server to connect to."""

    port: int
    user: str
    password: str
    database: str
    certificate: str
    token: str
    journal: Callable[[], list[dict[str, Any]]]


@dataclass
class Client:
    """A way to connect: a driver and an encryption mode."""

    name: str
    marker: str
    connect: Callable[..., Any]

    def __repr__(self) -> str:
        return self.name


@contextlib.contextmanager
def fake_server(folder: Path) -> Iterator[Target]:
    """The scripted server, in a process of its own."""
    import fake_session

    journal = folder / "journal"
    process = subprocess.Popen(
        [sys.executable, fake_session.__file__, str(journal)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(folder / "log").open("wb"), text=True,
    )  # fmt: skip
    try:
        facts = json.loads(process.stdout.readline())
        certificate = folder / "certificate.pem"
        certificate.write_text(facts["certificate"])
        yield Target(
            facts["port"], "sa", fake_session.PASSWORD, "app", str(certificate), fake_session.TOKEN,
            lambda: [json.loads(line) for line in journal.read_text().splitlines()],
        )  # fmt: skip
    finally:
        process.stdin.close()
        process.wait(20)


# ---- clients -----------------------------------------------------------------------------


def offset_moment(data: bytes) -> datetime.datetime:
    """SQL_SS_TIMESTAMPOFFSET_STRUCT as pyodbc hands it to a converter."""
    year, month, day, hour, minute, second, nanoseconds, hours, minutes = struct.unpack("<6hI2h", data)
    zone = datetime.timezone(datetime.timedelta(hours=hours, minutes=minutes))
    return datetime.datetime(year, month, day, hour, minute, second, nanoseconds // 1000, zone)


def odbc_text(target: Target, options: str, **changed: str) -> str:
    facts = {"user": target.user, "password": target.password, "database": target.database, **changed}
    return (
        f"DRIVER={ODBC_DRIVER};SERVER=localhost,{target.port};UID={facts['user']};PWD={facts['password']};"
        f"DATABASE={facts['database']};{options}"
    )


def _pyodbc(options: str) -> Callable[..., Any]:
    def connect(target: Target, autocommit: bool = True, **changed: str) -> Any:
        text = odbc_text(target, options.format(certificate=target.certificate), **changed)
        connection = pyodbc.connect(text, timeout=300, autocommit=autocommit)
        connection.add_output_converter(-155, offset_moment)
        return connection

    return connect


def _mssql_python(target: Target, autocommit: bool = True, **changed: str) -> Any:
    facts = {"user": target.user, "password": target.password, "database": target.database, **changed}
    return mssql_python.connect(
        f"SERVER=localhost,{target.port};UID={facts['user']};PWD={facts['password']};"
        f"DATABASE={facts['database']};Encrypt=yes;TrustServerCertificate=yes",
        autocommit=autocommit,
    )


def _pytds(tls: bool) -> Callable[..., Any]:
    def connect(target: Target, autocommit: bool = True, **changed: str) -> Any:
        facts = {"user": target.user, "password": target.password, "database": target.database, **changed}
        options = {"cafile": target.certificate} if tls else {}
        return pytds.connect(
            "localhost", port=target.port, login_timeout=300, timeout=300, autocommit=autocommit, **facts, **options
        )

    return connect


def _pymssql(encryption: str) -> Callable[..., Any]:
    def connect(target: Target, autocommit: bool = True, **changed: str) -> Any:
        facts = {"user": target.user, "password": target.password, "database": target.database, **changed}
        return pymssql.connect(
            server="127.0.0.1", port=str(target.port), login_timeout=300, encryption=encryption,
            autocommit=autocommit, **facts,
        )  # fmt: skip

    return connect


PYODBC = Client("pyodbc", "?", _pyodbc("Encrypt=yes;TrustServerCertificate=yes"))
PYODBC_LOGIN_ONLY = Client("pyodbc-login-only", "?", _pyodbc("Encrypt=no"))
PYODBC_STRICT = Client("pyodbc-strict", "?", _pyodbc("Encrypt=strict;ServerCertificate={certificate}"))
MSSQL_PYTHON = Client("mssql-python", "?", _mssql_python)
PYTDS = Client("python-tds", "%s", _pytds(tls=False))
PYTDS_TLS = Client("python-tds-tls", "%s", _pytds(tls=True))
PYMSSQL = Client("pymssql", "%s", _pymssql("off"))
PYMSSQL_TLS = Client("pymssql-tls", "%s", _pymssql("require"))

DRIVERS = [PYODBC, MSSQL_PYTHON, PYTDS, PYMSSQL]
CLIENTS = [*DRIVERS, PYODBC_LOGIN_ONLY, PYODBC_STRICT, PYTDS_TLS, PYMSSQL_TLS]


def token_connection(target: Target, token: str) -> Any:
    """pyodbc with an access token (SQL_COPT_SS_ACCESS_TOKEN)."""
    data = token.encode("utf-16-le")
    text = (
        f"DRIVER={ODBC_DRIVER};SERVER=localhost,{target.port};DATABASE={target.database};"
        "Encrypt=yes;TrustServerCertificate=yes"
    )
    return pyodbc.connect(text, timeout=300, autocommit=True, attrs_before={1256: struct.pack("<I", len(data)) + data})


def run(connection: Any, sql: str, parameters: tuple = ()) -> list[list[Any]]:
    """Execute and fetch; drivers differ in how they take parameters."""
    cursor = connection.cursor()
    try:
        if parameters:
            cursor.execute(sql, parameters)
        else:
            cursor.execute(sql)
        return [plain_row(row) for row in cursor.fetchall()] if cursor.description else []
    finally:
        cursor.close()


def plain_row(row: Any) -> list[Any]:
    """Values without the drivers' own classes."""
    return [_plain(value) for value in row]


def _plain(value: Any) -> Any:
    if isinstance(value, str) and len(value) == 36 and value.count("-") == 4:
        return uuid.UUID(value)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.replace(tzinfo=datetime.timezone(value.utcoffset()))
    if isinstance(value, bytearray):
        return bytes(value)
    return value
