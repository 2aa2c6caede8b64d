"""Tries a way to sign in against a sandbox, with the real driver and the real azure-identity."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import Any, Iterator
from unittest import mock

from harness.server import Server

from mssql_sandbox import Sandbox

from .ways import Way

# Variables that the machine may have set.
_OURS = (
    "AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST", "AZURE_TENANT_ID", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT",
    "MSI_ENDPOINT", "MSI_SECRET",
)  # fmt: skip


def alias(sandbox: Sandbox, way: Way, **changes: Any) -> dict[str, Any]:
    """The DATABASES entry of a way."""
    plugins = {} if way.plugin is None else {"azure": way.plugin}
    options = {"connection_timeout": 20, "connection_retries": 0, **way.options, "plugins": plugins}
    return {
        **Server.of_sandbox(sandbox).database("app", login=False, **options),
        "ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None, "TEST": {}, **way.settings, **changes,
    }  # fmt: skip


@contextmanager
def environment(way: Way) -> Iterator[None]:
    """The variables of the way, and none of the machine's own."""
    with mock.patch.dict(os.environ, way.environment):
        for name in _OURS:
            if name not in way.environment:
                os.environ.pop(name, None)
        yield


@contextmanager
def connected(sandbox: Sandbox, way: Way, **changes: Any) -> Iterator[Any]:
    """An open DatabaseWrapper."""
    from mssql_core.base import DatabaseWrapper

    wrapper = DatabaseWrapper(alias(sandbox, way, **changes), "default")
    with environment(way):
        try:
            wrapper.ensure_connection()
            yield wrapper
        finally:
            wrapper.close()


def principal(sandbox: Sandbox, way: Way) -> str:
    """The principal that the server sees."""
    with connected(sandbox, way) as wrapper, wrapper.cursor() as cursor:
        cursor.execute("SELECT SUSER_SNAME()")
        return str(cursor.fetchone()[0])
