"""The two drivers of core, one module each; neither is imported before a connection's wrapper asks for it.

Whatever differs between them stands in their modules: see plugin.Driver for what each has.
"""

import warnings
from typing import List, Optional

from django.core.exceptions import ImproperlyConfigured

from ...plugin.types import Driver


def _pyodbc() -> Driver:
    from .pyodbc_driver import PyodbcDriver

    return PyodbcDriver()


def _mssql_python() -> Driver:
    from .mssql_python_driver import MssqlPythonDriver

    return MssqlPythonDriver()


_DRIVERS = {"pyodbc": _pyodbc, "mssql_python": _mssql_python}
#: Values of OPTIONS['python_driver']; pyodbc is the default.
NAMES = tuple(_DRIVERS)
_PACKAGE = 'pip install "mssql-core[mssql-python]" (Python 3.10 or newer)'
_REMEDIES = {
    "pyodbc": (
        "On Debian and Ubuntu run: apt-get install libodbc2; on Red Hat: dnf install unixODBC; on Alpine: apk add unixodbc; "
        "on macOS: brew install unixodbc. mssql-python needs none of these: %s, and "
        "OPTIONS['python_driver'] = 'mssql_python'." % _PACKAGE
    ),
    "mssql_python": "Run: %s." % _PACKAGE,
}


def choose(alias: str, name: Optional[str] = None) -> Driver:
    """The driver named by OPTIONS['python_driver']; by default pyodbc, or mssql-python if pyodbc cannot be imported.

    :param name: one of NAMES, or None.
    :raises ImproperlyConfigured: it cannot be imported; the message has the command to install it.
    """
    if name:
        return _imported(alias, name)
    try:
        return _DRIVERS["pyodbc"]()
    except ImportError as error:
        try:
            driver = _DRIVERS["mssql_python"]()
        except ImportError:
            raise _missing(alias, "pyodbc", error) from error
        _warn_once(error)
        return driver


def _imported(alias: str, name: str) -> Driver:
    try:
        return _DRIVERS[name]()
    except ImportError as error:
        raise _missing(alias, name, error) from error


def _missing(alias: str, name: str, error: ImportError) -> ImproperlyConfigured:
    return ImproperlyConfigured("DATABASES[%r]: %s cannot be imported (%s). %s" % (alias, name, error, _REMEDIES[name]))


_warned: List[bool] = []


def _warn_once(error: ImportError) -> None:
    if not _warned:
        _warned.append(True)
        warnings.warn(
            "mssql-core uses mssql-python, because pyodbc cannot be imported (%s). Set OPTIONS['python_driver'] = "
            "'mssql_python' to choose it, or let pyodbc be imported. %s"
            % (error, _REMEDIES["pyodbc"].partition(" mssql-python")[0]),
            RuntimeWarning,
            stacklevel=2,
        )


__all__ = ["NAMES", "choose"]
