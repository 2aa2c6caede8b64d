"""pyodbc for commands that need it themselves; without it they end with one line saying what to install."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from mssql_core.connection import drivers

try:
    import pyodbc
except ImportError:
    try:
        drivers.choose("default", "pyodbc")
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None
    raise

__all__ = ["pyodbc"]
