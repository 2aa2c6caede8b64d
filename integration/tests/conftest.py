"""One sandbox for the session (or the server named by MSSQL_TEST_URL) and Django on it."""

import os
import sys
from pathlib import Path

import pytest
from django.conf import settings

INTEGRATION = Path(__file__).parent.parent
sys.path.insert(0, str(INTEGRATION))

from harness.project import configure  # noqa: E402
from harness.server import DRIVER_VARIABLE, serve  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--python-driver", help="OPTIONS['python_driver'] of every alias: pyodbc or mssql_python")


def pytest_configure(config):
    """Django with the applications of the tests, and no database yet."""
    if config.getoption("--python-driver"):
        os.environ[DRIVER_VARIABLE] = config.getoption("--python-driver")
    configure(apps=["django.contrib.contenttypes", "django.contrib.auth", "demo.shop"])
    if "demo.shop" not in settings.INSTALLED_APPS:
        raise pytest.UsageError("Run the tests of packages/ and of integration/ apart: their Django settings differ.")


@pytest.fixture(scope="session")
def server():
    """Where the tests run; its ``journal`` is None on a real server."""
    with serve(journal=True) as running:
        yield running


@pytest.fixture(scope="session")
def shop(server):
    """The demo's shop, migrated and filled in a test database of its own."""
    from django.db import connections

    entry = {"default": server.database("shop", plugins=["json"])}
    connections.databases["default"] = connections.configure_settings(entry)["default"]
    if hasattr(connections._connections, "default"):
        del connections["default"]
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    from demo import data

    data.load(orders=60)
    yield
    connection.creation.destroy_test_db("shop", verbosity=0)
