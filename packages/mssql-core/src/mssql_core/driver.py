"""The only module that imports pyodbc; finds the Microsoft ODBC driver."""

import datetime
import importlib.util
import platform
import struct
import sys
import uuid
import warnings
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

try:
    import pyodbc
except ImportError as error:
    raise ImproperlyConfigured(
        "pyodbc cannot be imported (%s). On Debian and Ubuntu run: apt-get install libodbc2; elsewhere install "
        "unixODBC." % error
    ) from error

from . import errors

DRIVER_18 = "ODBC Driver 18 for SQL Server"
DRIVER_17 = "ODBC Driver 17 for SQL Server"
# SQL_COPT_SS_ACCESS_TOKEN. https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
_ACCESS_TOKEN = 1256
# ODBC type numbers for setinputsizes.
SQL_WVARCHAR, SQL_VARBINARY, SQL_DECIMAL = -9, -3, 3
SQL_SS_TIME2, SQL_SS_TIMESTAMPOFFSET, SQL_TYPE_TIMESTAMP = -154, -155, 93

# Bytes; the longest nvarchar(max) and varbinary(max).
_MAX_WRITE = 2**31 - 1

_INSTALL = (
    "No Microsoft ODBC driver was found. Run: pip install mssql-core[odbc] (Python 3.10 or newer), or install "
    "msodbcsql18 (https://learn.microsoft.com/sql/connect/odbc/download-odbc-driver-for-sql-server), or name one in "
    "OPTIONS['driver']."
)


def find_driver(explicit=None):
    """The value of DRIVER.

    :param explicit: OPTIONS['driver']: a name or the path of a driver's library.
    :raises ImproperlyConfigured: no driver, or ``explicit`` is not installed.
    """
    installed = pyodbc.drivers()
    if explicit:
        if explicit in installed or Path(explicit).is_file():
            return explicit
        if explicit == DRIVER_18 and _bundled():
            return _bundled()
        raise ImproperlyConfigured(
            "OPTIONS['driver'] is %r, which is not installed. Installed: %s. Leave the option out to let mssql-core "
            "choose, or run: pip install mssql-core[odbc]" % (explicit, ", ".join(installed) or "none")
        )
    if DRIVER_18 in installed:
        return DRIVER_18
    bundled = _bundled()
    if bundled:
        return bundled
    if DRIVER_17 in installed:
        warnings.warn(
            "Using %s; install version 18 (pip install mssql-core[odbc]): it encrypts by default." % DRIVER_17,
            RuntimeWarning,
            stacklevel=2,
        )
        return DRIVER_17
    raise ImproperlyConfigured(_INSTALL)


def _bundled():
    """The driver's library inside Microsoft's wheel ``mssql-python-odbc``, or None."""
    specification = importlib.util.find_spec("mssql_python_odbc")
    if specification is None or not specification.submodule_search_locations:
        return None
    libraries = Path(specification.submodule_search_locations[0]) / "libs"
    machine = {"aarch64": "arm64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "win32":
        found = sorted(libraries.glob("windows/*/msodbcsql18.dll"))
    elif sys.platform == "darwin":
        found = sorted(libraries.glob("macos/%s/**/libmsodbcsql*.dylib" % machine))
    else:
        found = sorted(libraries.glob("linux/%s/%s/lib/libmsodbcsql-18*.so*" % (_distribution(), machine)))
    return str(found[-1]) if found else None


def _distribution():
    """The folder of the wheel for this Linux: alpine, rhel, suse or debian_ubuntu."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8").lower()
    except OSError:
        return "debian_ubuntu"
    for words, folder in ((("alpine",), "alpine"), (("suse",), "suse"), (("rhel", "fedora", "centos"), "rhel")):
        if any(word in text for word in words):
            return folder
    return "debian_ubuntu"


class PyodbcDriver:
    """Connects with pyodbc; the default answer to the hook mssql_driver."""

    def connect(self, connection_string, access_token=None, timeout=0, query_timeout=0):
        """Open a connection in ODBC autocommit mode.

        :param timeout: seconds for the login, 0 = the driver's default.
        :param query_timeout: seconds a statement may run, 0 = no limit.
        :raises mssql_core.errors.Error: classified by the server's number.
        """
        attributes = {}
        if access_token:
            raw = access_token.encode("utf-16-le")
            attributes[_ACCESS_TOKEN] = struct.pack("<I", len(raw)) + raw
        try:
            connection = pyodbc.connect(
                connection_string, autocommit=True, timeout=timeout, attrs_before=attributes or None
            )
        except pyodbc.Error as error:
            raise errors.translate(error) from None
        connection.timeout = query_timeout
        # Long values go with their statement, instead of in pieces after sp_prepare: one message less.
        connection.maxwrite = _MAX_WRITE
        connection.add_output_converter(SQL_SS_TIMESTAMPOFFSET, decode_datetimeoffset)
        connection.add_output_converter(pyodbc.SQL_GUID, lambda raw: uuid.UUID(bytes_le=raw))
        return connection

    def set_pooling(self, enabled):
        """The driver manager's own pool; process-wide and only before the first connection."""
        pyodbc.pooling = enabled

    error = pyodbc.Error


def decode_datetimeoffset(raw):
    """SQL_SS_TIMESTAMPOFFSET_STRUCT: local wall clock, nanoseconds, offset."""
    year, month, day, hour, minute, second, nanoseconds, zone_hour, zone_minute = struct.unpack("<6hI2h", raw)
    offset = datetime.timedelta(hours=zone_hour, minutes=zone_minute)
    zone = datetime.timezone.utc if not offset else datetime.timezone(offset)
    return datetime.datetime(year, month, day, hour, minute, second, nanoseconds // 1000, zone)
