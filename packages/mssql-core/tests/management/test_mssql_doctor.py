"""manage.py mssql_doctor: what it tells, and its errors."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

from mssql_core.testing import fake_connection, server_error

SECRET = "s3cret-canary"


@pytest.fixture
def doctor(monkeypatch):
    """Call it with a connection: what the command prints about it."""

    def examine(connection):
        monkeypatch.setitem(connections._settings, "examined", connection.settings_dict)
        connections["examined"] = connection
        out = io.StringIO()
        try:
            call_command("mssql_doctor", database="examined", stdout=out, no_color=True)
        finally:
            del connections["examined"]
        return out.getvalue()

    return examine


def test_the_server_and_the_settings(doctor):
    connection = fake_connection(version="2019", settings={"USER": "sa", "PASSWORD": SECRET})
    text = doctor(connection)
    for line in (
        "Plugins                mssql_core.testing:FakeServer",
        "UID                    sa",
        "ODBC driver            fake 18.0",
        "Edition                ENTERPRISE",
        "Version                15.0.4322.2",
        "Compatibility level    150",
        "Column types           datetimeoffset, uniqueidentifier",
        "Nothing to advise.",
    ):
        assert line in text, text
    assert SECRET not in text


def test_what_the_server_has_not(doctor):
    (line,) = [line for line in doctor(fake_connection(version="2016")).splitlines() if line.startswith("Not on")]
    assert "string_agg" in line and "openjson" not in line


def test_advice_comes_with_its_remedy(doctor):
    text = doctor(fake_connection(read_committed_snapshot=False))
    assert "READ_COMMITTED_SNAPSHOT is off: readers wait for writers.\n    ALTER DATABASE CURRENT SET" in text


def test_a_refusal_is_told_without_secrets(doctor):
    connection = fake_connection(settings={"USER": "sa", "PASSWORD": SECRET}, options={"connection_retries": 0})
    connection.driver.refuse(server_error(18456, "Login failed for user 'sa'. %s" % SECRET))
    with pytest.raises(CommandError, match=r"DATABASES\['default'\]\['USER'\] and \['PASSWORD'\]") as caught:
        doctor(connection)
    assert SECRET not in str(caught.value)


def test_settings_that_contradict_each_other(doctor):
    with pytest.raises(CommandError, match="TOKEN"):
        doctor(fake_connection(settings={"USER": "sa", "PASSWORD": SECRET, "TOKEN": SECRET}))


def test_another_engine_is_refused(doctor):
    with pytest.raises(CommandError, match="has another ENGINE than mssql_core"):
        doctor(SQLite({"NAME": ":memory:"}, "examined"))


def test_an_alias_that_is_not_there():
    with pytest.raises(CommandError, match="DATABASES has no alias 'nosuch'. It has: default"):
        call_command("mssql_doctor", database="nosuch")
