"""What the versions differ in: each line of versions.toml on servers on both sides of its border."""

from __future__ import annotations

import pytest
from corpus.versions import checks
from ddl_support import Client, start_server

from mssql_sandbox.versions import TABLE

CHECKS = list(checks())


@pytest.fixture(scope="module")
def session_of():
    """Sessions by version."""
    clients: dict[str, Client] = {}

    def of(version: str) -> Client:
        if version not in clients:
            clients[version] = Client(start_server(version))
        return clients[version]

    yield of
    for client in clients.values():
        client.server.close()


@pytest.mark.parametrize("version, name, check", CHECKS, ids=[f"{version}-{name}" for version, name, _ in CHECKS])
def test_line(session_of, version, name, check):
    fault = check(session_of(version))
    assert fault is None, fault


def test_every_line_has_a_source():
    assert [entry for kind in TABLE.values() for entry in kind if "://" not in entry.get("source", "")] == []
