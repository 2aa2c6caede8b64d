"""Public test utilities for projects and plugins.

    from mssql_core.testing import compile_sql

    sql, params = compile_sql(Order.objects.filter(total__gt=5), version="2016")

No server is needed: a fake driver stands in for any version and edition.
"""

from .conformance import PluginConformance
from .driver import FakeDriver, server_error
from .server import FakeServer, compile_sql, fake_connection

__all__ = ["FakeDriver", "FakeServer", "PluginConformance", "compile_sql", "fake_connection", "server_error"]
