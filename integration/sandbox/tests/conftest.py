"""Fixtures of the tests that ask a server without the wire."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# A loaded machine may leave any example alone for longer than the deadline of 200 ms.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


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

    started = start_server()
    yield started
    started.close()


@pytest.fixture
def client(server):
    """A session whose work is rolled back."""
    from ddl_support import Client

    opened = Client(server)
    opened.run("BEGIN TRANSACTION")
    yield opened
    opened.events("IF @@TRANCOUNT > 0 ROLLBACK")
    opened.session.close()


@pytest.fixture
def owner(server, request):
    """A session outside a transaction, which errors of DDL would end, in a database of the test's own."""
    from ddl_support import Client

    name = f"own_{abs(hash(request.node.name))}"
    server.databases.create(name)
    opened = Client(server, name)
    yield opened
    opened.session.close()
    server.databases.drop(name)
