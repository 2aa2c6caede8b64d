"""Fixtures of the tests that ask a server without the wire."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def sql():
    """Computes T-SQL expressions; see expression_support."""
    from expression_support import Calculator

    calculator = Calculator()
    yield calculator
    calculator.close()


@pytest.fixture(scope="module")
def server():
    """A server of the main version."""
    from ddl_support import start_server

    found = start_server()
    yield found
    found.close()


@pytest.fixture
def client(server):
    """A session whose work is rolled back."""
    from ddl_support import Client

    found = Client(server)
    found.run("BEGIN TRANSACTION")
    yield found
    found.events("IF @@TRANCOUNT > 0 ROLLBACK")
    found.session.close()


@pytest.fixture
def owner(server, request):
    """A session outside a transaction, which errors of DDL would end, in a database of the test's own."""
    from ddl_support import Client

    name = f"own_{abs(hash(request.node.name))}"
    server.databases.create(name)
    found = Client(server, name)
    yield found
    found.session.close()
    server.databases.drop(name)
