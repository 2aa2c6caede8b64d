"""The databases of a run, and connections that bypass the proxy."""

from __future__ import annotations

import contextlib
import secrets
from typing import Any, Iterator, Sequence

from harness.driver import pyodbc
from harness.server import Server

from mssql_core.connection.drivers.pyodbc_driver import find_driver


def connect(server: Server, name: str, **keywords: str) -> Any:
    """A pyodbc connection in autocommit mode.

    :param keywords: more ODBC keywords.
    """
    pyodbc.pooling = False
    given = {
        "DRIVER": find_driver(),
        "SERVER": "%s,%d" % (server.host, server.port),
        "DATABASE": name,
        "UID": server.user,
        "PWD": server.password,
        **{key: str(value) for key, value in server.options.items()},
        **keywords,
    }
    text = ";".join("%s={%s}" % (key, value.replace("}", "}}")) for key, value in given.items())
    return pyodbc.connect(text, autocommit=True)


@contextlib.contextmanager
def databases(server: Server, count: int) -> Iterator[list[str]]:
    """Create databases, which are dropped at the end; their names."""
    run = secrets.token_hex(4)
    names = ["faults_%s_%d" % (run, number) for number in range(count)]
    with contextlib.closing(connect(server, "master")) as master:
        for name in names:
            master.execute("CREATE DATABASE [%s]" % name)
        try:
            yield names
        finally:
            for name in names:
                master.execute("ALTER DATABASE [%s] SET SINGLE_USER WITH ROLLBACK IMMEDIATE" % name)
                master.execute("DROP DATABASE [%s]" % name)


def alias(server: Server, name: str, port: int | None = None, **options: Any) -> dict[str, Any]:
    """An entry of DATABASES, through the proxy's port or directly to the server.

    The proxy can tell messages apart only if they are unencrypted after the login; ``Encrypt`` in the server's URL
    overrides that.
    """
    entry = server.database(name, **options)
    if port is not None:
        entry["HOST"], entry["PORT"] = "127.0.0.1", str(port)
        if "Encrypt" not in server.options:
            entry["OPTIONS"]["Encrypt"] = "no"
    return entry


def configure(databases: dict[str, dict[str, Any]], apps: Sequence[str] = ("faults.app",)) -> None:
    """Set Django up with the application of the workload, or others."""
    import django
    from django.conf import settings

    settings.configure(
        DATABASES=databases,
        DATABASE_CONNECTION_POOLING=False,
        INSTALLED_APPS=list(apps),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="tests",
        USE_TZ=True,
    )
    django.setup()


def create_tables(using: str) -> None:
    """Create the tables of the workload."""
    from django.apps import apps
    from django.db import connections

    with connections[using].schema_editor() as editor:
        for model in apps.get_app_config("faults").get_models():
            editor.create_model(model)
