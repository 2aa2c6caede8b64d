"""One sandbox for the session (or the server named by MSSQL_TEST_URL) and Django on it."""

import os
import sys
from pathlib import Path

import django
import pytest
from django.conf import settings

INTEGRATION = Path(__file__).parent.parent
sys.path.insert(0, str(INTEGRATION))

from django_suite.run import server_from_url  # noqa: E402
from settings_of_server import database  # noqa: E402


def pytest_configure(config):
    """Django with the applications of the tests, and no database yet."""
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "demo.shop"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        SECRET_KEY="tests",
    )
    django.setup()


@pytest.fixture(scope="session")
def server():
    """Connection settings: host, port, user, password, options; ``journal`` is None on a real server."""
    if url := os.environ.get("MSSQL_TEST_URL"):
        yield {**server_from_url(url), "journal": None}
        return
    from mssql_sandbox.api import Sandbox

    with Sandbox(version="2022", journal=True) as sandbox:
        yield {
            "host": sandbox.host,
            "port": sandbox.port,
            "user": sandbox.user,
            "password": sandbox.password,
            "options": {"TrustServerCertificate": "yes"},
            "journal": sandbox.journal_entries,
        }


@pytest.fixture(scope="session")
def shop(server):
    """The demo's shop, migrated and filled in a test database of its own."""
    from django.db import connections

    entry = {"default": database(server, "shop", plugins=["json"])}
    connections.databases["default"] = connections.configure_settings(entry)["default"]
    if hasattr(connections._connections, "default"):
        del connections["default"]
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    from demo import data

    data.load(orders=60)
    yield
    connection.creation.destroy_test_db("shop", verbosity=0)
