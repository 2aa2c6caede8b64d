"""pyodbc with Microsoft's ODBC driver; the only module that imports it."""

import datetime
import functools
import struct
import uuid
from typing import Any, Callable, List, Mapping, Optional, Sequence, Tuple

import pyodbc

from ...plugin.types import Secret
from ..parameters import SQL_GUID, SQL_SS_TIMESTAMPOFFSET, SQL_SS_UDT, VARIANT_INTEGERS
from . import odbc_library
from .access_token import ACCESS_TOKEN, with_length

# Bytes; the longest nvarchar(max) and varbinary(max).
_MAX_WRITE = 2**31 - 1


@functools.lru_cache(maxsize=None)
def find_driver(explicit: Optional[str] = None) -> str:
    """The value of DRIVER on this machine, looked up once; see :func:`odbc_library.find_driver`."""
    return odbc_library.find_driver(pyodbc.drivers(), explicit)


class PyodbcDriver:
    """See plugin.Driver."""

    error = pyodbc.Error
    # Unlike None it makes the driver ask no server for the parameter's type.
    null = pyodbc.BinaryNull
    without_effect: Mapping[str, str] = {}
    absent_database = (4060,)

    def keyword(self, driver: Optional[str]) -> Optional[str]:
        return find_driver(driver)

    def accepted(self, keywords: Mapping[str, Any]) -> Mapping[str, Any]:
        return keywords

    def connect(
        self,
        connection_string: Secret,
        access_token: Optional[Secret] = None,
        timeout: int = 0,
        query_timeout: int = 0,
        encodings: Sequence[Any] = (),
    ) -> Any:
        """Open a connection in ODBC autocommit mode: transactions are T-SQL text (see base.py).

        :raises pyodbc.Error: translated by the caller, who knows the secrets.
        """
        # Secrets are revealed in the call: no variable holds them when an error is reported.
        connection = pyodbc.connect(
            connection_string.reveal(),
            autocommit=True,
            timeout=timeout,
            attrs_before={ACCESS_TOKEN: with_length(access_token)} if access_token else None,
        )
        if query_timeout:
            connection.timeout = query_timeout
        # Long values go with their statement, instead of in pieces after sp_prepare: one message less.
        connection.maxwrite = _MAX_WRITE
        for number, convert in _CONVERTERS:
            connection.add_output_converter(number, convert)
        for method, arguments in encodings:
            getattr(connection, method)(**arguments)
        return connection

    def set_pooling(self, enabled: bool) -> None:
        """The driver manager's pool; for the whole process, and only before its first connection."""
        pyodbc.pooling = enabled

    def version(self, connection: Any) -> str:
        return "%s %s" % (connection.getinfo(pyodbc.SQL_DRIVER_NAME), connection.getinfo(pyodbc.SQL_DRIVER_VER))


_UTC = datetime.timezone.utc
_OFFSET = struct.Struct("<6hI2h")


def decode_datetimeoffset(raw: bytes) -> datetime.datetime:
    """SQL_SS_TIMESTAMPOFFSET_STRUCT: wall clock, nanoseconds, offset in hours and minutes."""
    year, month, day, hour, minute, second, nanoseconds, zone_hour, zone_minute = _OFFSET.unpack(raw)
    if zone_hour or zone_minute:
        zone = datetime.timezone(datetime.timedelta(hours=zone_hour, minutes=zone_minute))
    else:
        zone = _UTC
    return datetime.datetime(year, month, day, hour, minute, second, nanoseconds // 1000, zone)


def decode_integer(raw: Optional[bytes], signed: bool) -> Optional[int]:
    """An integer of a sql_variant; pyodbc gives no bytes for NULL."""
    return int.from_bytes(raw, "little", signed=signed) if raw else None


def decode_guid(raw: bytes) -> uuid.UUID:
    return uuid.UUID(bytes_le=raw)


_CONVERTERS: List[Tuple[int, Callable[[bytes], Any]]] = [
    (SQL_SS_TIMESTAMPOFFSET, decode_datetimeoffset),
    (SQL_GUID, decode_guid),
    # pyodbc knows none of these, and fails (HY106): values of the CLR are bytes, integers in sql_variant are of C's types.
    (SQL_SS_UDT, bytes),
    *((number, functools.partial(decode_integer, signed=signed)) for number, signed in VARIANT_INTEGERS.items()),
]
