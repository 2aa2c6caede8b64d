"""A driver of a plugin needs what plugin.Driver declares, and no more."""

import io

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections
from django.test import override_settings

from mssql_core.base import DatabaseWrapper
from mssql_core.connection.drivers import NAMES, choose
from mssql_core.plugin import Driver, hookimpl
from mssql_core.testing import FakeDriver, fake_connection, server_error

HERE = __name__ + ":"
DECLARED = [name for name in vars(Driver) if not name.startswith("_")]


class DeclaredDriver:
    """Has the members that Driver declares, and answers as FakeDriver does."""

    def __init__(self):
        self.fake = FakeDriver()
        for name in DECLARED:
            setattr(self, name, getattr(self.fake, name))


class OtherDriver:
    @hookimpl
    def mssql_driver(self, settings):
        return DeclaredDriver()


@pytest.fixture
def other(monkeypatch):
    """An alias whose plugin brings the driver."""
    settings = fake_connection(alias="other").settings_dict
    settings["OPTIONS"]["plugins"] = [HERE + "OtherDriver"]
    connection = DatabaseWrapper(settings, "other")
    assert isinstance(connection.driver, DeclaredDriver)
    monkeypatch.setitem(connections._settings, "other", settings)
    connections["other"] = connection
    yield connection
    del connections["other"]


def test_what_is_declared():
    assert sorted(DECLARED) == [
        "absent_database", "accepted", "connect", "error", "keyword", "null", "set_pooling", "version", "without_effect",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [*NAMES, "fake"])
def test_our_own_drivers_have_it_all(name):
    if name != "fake":
        pytest.importorskip(name, reason="the driver is not on this machine")
    driver = FakeDriver() if name == "fake" else choose("default", name)
    assert [member for member in DECLARED if not hasattr(driver, member)] == []


def test_mssql_doctor_works_with_it(other):
    out = io.StringIO()
    call_command("mssql_doctor", database="other", stdout=out)
    assert "ODBC driver            fake 18.0" in out.getvalue()


@override_settings(DATABASE_CONNECTION_POOLING=False)
def test_a_connection_works_with_it(other):
    with other.cursor() as cursor:
        cursor.execute("SELECT %s, %s", ["x", None])
        assert cursor.fetchall() == []
    assert other.is_usable()
    assert other.driver.fake.pooling is False
    other.driver.fake.answer("SELECT 2", server_error(1205))
    with other.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT 2")
    other.close()
