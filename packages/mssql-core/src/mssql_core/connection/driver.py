"""The only module that imports pyodbc; finds the Microsoft ODBC driver."""

import datetime
import functools
import importlib.util
import platform
import struct
import sys
import uuid
import warnings
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from .parameters import SQL_GUID, SQL_SS_TIMESTAMPOFFSET

try:
    import pyodbc
except ImportError as error:
    raise ImproperlyConfigured(
        "pyodbc cannot be imported (%s). On Debian and Ubuntu run: apt-get install libodbc2; on Red Hat: dnf install "
        "unixODBC; on Alpine: apk add unixodbc; on macOS: brew install unixodbc." % error
    ) from error

DRIVER_18 = "ODBC Driver 18 for SQL Server"
DRIVER_17 = "ODBC Driver 17 for SQL Server"
# SQL_COPT_SS_ACCESS_TOKEN. https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
_ACCESS_TOKEN = 1256
# Bytes; the longest nvarchar(max) and varbinary(max).
_MAX_WRITE = 2**31 - 1
_DOWNLOAD = "https://learn.microsoft.com/sql/connect/odbc/download-odbc-driver-for-sql-server"
_WHEEL = "pip install mssql-core[odbc]"
_PACKAGES = {
    "win32": "winget install Microsoft.msodbcsql.18, or the msodbcsql.msi of Microsoft",
    "darwin": "brew install msodbcsql18 (tap microsoft/mssql-release)",
    "linux": "apt-get install msodbcsql18, or dnf install msodbcsql18 (Microsoft's repository)",
}


def find_driver(explicit=None):
    """The value of DRIVER: a driver's name or the path of its library.

    Driver 18 first, installed or as Microsoft's wheel ``mssql-python-odbc`` carries it, then 17.

    On Windows DRIVER takes the names of installed drivers alone (IM002 else), while unixODBC takes paths too.
    https://learn.microsoft.com/sql/odbc/reference/syntax/sqldriverconnect-function

    :param explicit: OPTIONS['driver'].
    :raises ImproperlyConfigured: no driver, or ``explicit`` is not installed.
    """
    installed = pyodbc.drivers()
    if explicit:
        return _explicit(explicit, installed)
    if DRIVER_18 in installed:
        return DRIVER_18
    bundled = bundled_driver()
    if bundled:
        return bundled
    if DRIVER_17 in installed:
        _warn_once_of_17()
        return DRIVER_17
    raise ImproperlyConfigured(
        "No Microsoft ODBC driver was found. Run: %s (%s), or name one in OPTIONS['driver']."
        % (how_to_install(" (Python 3.10 or newer)"), _DOWNLOAD)
    )


def _takes_paths():
    return sys.platform != "win32"


def how_to_install(note=""):
    """How to get driver 18 on this system, for messages.

    :param note: what stands behind the wheel, where there is one for the system.
    """
    package = _PACKAGES.get(sys.platform, _PACKAGES["linux"])
    return "%s%s, or: %s" % (_WHEEL, note, package) if _takes_paths() else package


def _explicit(name, installed):
    if name in installed or _takes_paths() and Path(name).is_file():
        return name
    bundled = bundled_driver() if name == DRIVER_18 else None
    if bundled:
        return bundled
    raise ImproperlyConfigured(
        "OPTIONS['driver'] is %r, which is not installed. Installed: %s. Leave the option out to let mssql-core "
        "choose, or run: %s" % (name, ", ".join(installed) or "none", how_to_install())
    )


_warned = []


def _warn_once_of_17():
    if not _warned:
        _warned.append(True)
        warnings.warn(
            "mssql-core uses %s. Upgrade to version 18, which encrypts by default: %s." % (DRIVER_17, how_to_install()),
            RuntimeWarning,
            stacklevel=2,
        )


@functools.lru_cache(maxsize=None)
def bundled_driver():
    """The path of the driver inside the wheel ``mssql-python-odbc``, or None where it is of no use."""
    if not _takes_paths():
        return None
    specification = importlib.util.find_spec("mssql_python_odbc")
    if specification is None or not specification.submodule_search_locations:
        return None
    libraries = Path(specification.submodule_search_locations[0]) / "libs"
    if sys.platform == "darwin":
        found = libraries.glob("macos/**/libmsodbcsql*18*.dylib")
    else:
        found = libraries.glob("linux/%s/*/lib/libmsodbcsql-18*.so*" % _distribution())
    return _for_this_machine(sorted(str(path) for path in found))


_MACHINES = {"x86_64": ("x86_64", "x64", "amd64"), "aarch64": ("aarch64", "arm64")}


def _for_this_machine(paths):
    """Of a universal wheel's libraries the one for this processor."""
    machine = platform.machine().lower()
    names = next((names for names in _MACHINES.values() if machine in names), (machine,))
    fitting = [path for path in paths if not set(Path(path).parts).isdisjoint(names)]
    return fitting[-1] if fitting else None


def _distribution():
    """The folder of the wheel for this Linux."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8").lower()
    except OSError:
        return "debian_ubuntu"
    for words, folder in ((("alpine",), "alpine"), (("suse",), "suse"), (("rhel", "fedora", "centos"), "rhel")):
        if any(word in text for word in words):
            return folder
    return "debian_ubuntu"


def _with_length(raw):
    return struct.pack("<I", len(raw)) + raw


class PyodbcDriver:
    """Connects with pyodbc; core's answer to the hook ``mssql_driver``."""

    error = pyodbc.Error
    # Unlike None it makes the driver ask no server for the parameter's type.
    null = pyodbc.BinaryNull

    def keyword(self, driver):
        return find_driver(driver)

    def connect(self, connection_string, access_token=None, timeout=0, query_timeout=0, encodings=()):
        """Open a connection in ODBC autocommit mode: transactions are T-SQL text (see base.py).

        :raises pyodbc.Error: translated by the caller, who knows the secrets.
        """
        # Secrets are revealed in the call: no variable holds them when an error is reported.
        connection = pyodbc.connect(
            connection_string.reveal(),
            autocommit=True,
            timeout=timeout,
            attrs_before={_ACCESS_TOKEN: _with_length(access_token.reveal().encode("utf-16-le"))}
            if access_token
            else None,
        )
        connection.timeout = query_timeout
        # Long values go with their statement, instead of in pieces after sp_prepare: one message less.
        connection.maxwrite = _MAX_WRITE
        connection.add_output_converter(SQL_SS_TIMESTAMPOFFSET, decode_datetimeoffset)
        connection.add_output_converter(SQL_GUID, decode_guid)
        for method, arguments in encodings:
            getattr(connection, method)(**arguments)
        return connection

    def set_pooling(self, enabled):
        """The driver manager's pool; for the whole process, and only before its first connection."""
        pyodbc.pooling = enabled

    def version(self, connection):
        """Name and version of the ODBC driver, for reports."""
        return "%s %s" % (connection.getinfo(pyodbc.SQL_DRIVER_NAME), connection.getinfo(pyodbc.SQL_DRIVER_VER))


_UTC = datetime.timezone.utc
_OFFSET = struct.Struct("<6hI2h")


def decode_datetimeoffset(raw):
    """SQL_SS_TIMESTAMPOFFSET_STRUCT: wall clock, nanoseconds, offset in hours and minutes."""
    year, month, day, hour, minute, second, nanoseconds, zone_hour, zone_minute = _OFFSET.unpack(raw)
    if zone_hour or zone_minute:
        zone = datetime.timezone(datetime.timedelta(hours=zone_hour, minutes=zone_minute))
    else:
        zone = _UTC
    return datetime.datetime(year, month, day, hour, minute, second, nanoseconds // 1000, zone)


def decode_guid(raw):
    return uuid.UUID(bytes_le=raw)


__all__ = ["DRIVER_17", "DRIVER_18", "PyodbcDriver", "bundled_driver", "find_driver"]
