"""Microsoft's ODBC driver on this machine: which one, and how to get it."""

import functools
import importlib.util
import platform
import sys
import warnings
from pathlib import Path
from typing import List, Optional, Sequence

from django.core.exceptions import ImproperlyConfigured

DRIVER_18 = "ODBC Driver 18 for SQL Server"
DRIVER_17 = "ODBC Driver 17 for SQL Server"
_DOWNLOAD = "https://learn.microsoft.com/sql/connect/odbc/download-odbc-driver-for-sql-server"
_WHEEL = 'pip install "mssql-core[odbc]"'
_PACKAGES = {
    "win32": "winget install Microsoft.msodbcsql.18, or the msodbcsql.msi of Microsoft",
    "darwin": "brew install msodbcsql18 (tap microsoft/mssql-release)",
    "linux": "apt-get install msodbcsql18, or dnf install msodbcsql18 (Microsoft's repository)",
}


def find_driver(installed: Sequence[str], explicit: Optional[str] = None) -> str:
    """The value of DRIVER: a driver's name or the path of its library.

    Driver 18 first, installed or as Microsoft's wheel ``mssql-python-odbc`` carries it, then 17.

    On Windows DRIVER takes the names of installed drivers alone (IM002 else), while unixODBC takes paths too.
    https://learn.microsoft.com/sql/odbc/reference/syntax/sqldriverconnect-function

    :param installed: names that the driver manager knows.
    :param explicit: OPTIONS['driver'].
    :raises ImproperlyConfigured: no driver, or ``explicit`` is not installed.
    """
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


def _takes_paths() -> bool:
    return sys.platform != "win32"


def how_to_install(note: str = "") -> str:
    """How to get driver 18 on this system, for messages.

    :param note: what stands behind the wheel, where there is one for the system.
    """
    package = _PACKAGES.get(sys.platform, _PACKAGES["linux"])
    return "%s%s, or: %s" % (_WHEEL, note, package) if _takes_paths() else package


def _explicit(name: str, installed: Sequence[str]) -> str:
    if name in installed or _takes_paths() and Path(name).is_file():
        return name
    bundled = bundled_driver() if name == DRIVER_18 else None
    if bundled:
        return bundled
    raise ImproperlyConfigured(
        "OPTIONS['driver'] is %r, which is not installed. Installed: %s. Leave the option out to let mssql-core "
        "choose, or run: %s" % (name, ", ".join(installed) or "none", how_to_install())
    )


_warned: List[bool] = []


def _warn_once_of_17() -> None:
    if not _warned:
        _warned.append(True)
        warnings.warn(
            "mssql-core uses %s. Upgrade to version 18, which encrypts by default: %s." % (DRIVER_17, how_to_install()),
            RuntimeWarning,
            stacklevel=2,
        )


@functools.lru_cache(maxsize=None)
def bundled_driver() -> Optional[str]:
    """The path of the driver inside the wheel ``mssql-python-odbc``, or None where it is of no use."""
    if not _takes_paths():
        return None
    specification = importlib.util.find_spec("mssql_python_odbc")
    if specification is None or not specification.submodule_search_locations:
        return None
    libraries = Path(specification.submodule_search_locations[0]) / "libs"
    if sys.platform == "darwin":
        paths = libraries.glob("macos/**/libmsodbcsql*18*.dylib")
    else:
        paths = libraries.glob("linux/%s/*/lib/libmsodbcsql-18*.so*" % _distribution())
    return _for_this_machine(sorted(str(path) for path in paths))


_MACHINES = {"x86_64": ("x86_64", "x64", "amd64"), "aarch64": ("aarch64", "arm64")}


def _for_this_machine(paths: Sequence[str]) -> Optional[str]:
    """The library for this processor, among those of a universal wheel."""
    machine = platform.machine().lower()
    names = next((names for names in _MACHINES.values() if machine in names), (machine,))
    fitting = [path for path in paths if not set(Path(path).parts).isdisjoint(names)]
    return fitting[-1] if fitting else None


def _distribution() -> str:
    """The folder of the wheel for this Linux."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8").lower()
    except OSError:
        return "debian_ubuntu"
    for words, folder in ((("alpine",), "alpine"), (("suse",), "suse"), (("rhel", "fedora", "centos"), "rhel")):
        if any(word in text for word in words):
            return folder
    return "debian_ubuntu"
