"""manage.py mssql_doctor: what it tells, and its errors."""

import io
import json
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

from mssql_core.base import DatabaseWrapper
from mssql_core.management.commands import mssql_doctor
from mssql_core.testing import fake_connection, server_error

SECRET = "s3cret-canary"


@pytest.fixture
def doctor(monkeypatch):
    """Call it with a connection: what the command prints about it."""

    def examine(connection, **options):
        monkeypatch.setitem(connections._settings, "examined", connection.settings_dict)
        connections["examined"] = connection
        out = io.StringIO()
        try:
            call_command("mssql_doctor", database="examined", stdout=out, no_color=True, **options)
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
    assert "warning: READ_COMMITTED_SNAPSHOT is off: readers wait for writers.\n    ALTER DATABASE CURRENT SET" in text
    assert "    See explanation/transactions in the documentation." in text


def test_json_has_facts_and_findings(doctor):
    told = json.loads(doctor(fake_connection(read_committed_snapshot=False), json=True))
    assert told["facts"]["Edition"] == "ENTERPRISE"
    (finding,) = told["findings"]
    assert finding["level"] == "warning" and finding["page"] == "explanation/transactions"


def test_the_exit_status_goes_by_the_level(doctor):
    with pytest.raises(CommandError, match="1 of 1 findings ask for a change"):
        doctor(fake_connection(read_committed_snapshot=False), fail_level="warning")
    connection = fake_connection()
    connection.driver.answer("HAS_PERMS_BY_NAME(QUOTENAME", [("dbo", "auth_user", 0, 1, 1, 1, 1)])
    with pytest.raises(CommandError, match="ask for a change"):
        doctor(connection)
    doctor(fake_connection(), fail_level="warning")


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


@pytest.fixture
def from_mssql_django(monkeypatch):
    """Call the command with settings whose ENGINE is mssql-django's, which is not installed here."""

    def examine(*, options=None, answers=None, **settings):
        settings_dict = fake_connection(settings={"ENGINE": "mssql", **settings}).settings_dict
        settings_dict["OPTIONS"].update(options or {})
        monkeypatch.setitem(connections._settings, "coming", settings_dict)
        monkeypatch.setattr(mssql_doctor, "DatabaseWrapper", partial(_answering, answers or {}))
        out = io.StringIO()
        try:
            call_command("mssql_doctor", database="coming", from_mssql_django=True, stdout=out, no_color=True)
        except CommandError as error:
            out.write(str(error))
        return out.getvalue()

    return examine


def _answering(answers, settings_dict, alias):
    """The wrapper that the command makes."""
    assert settings_dict["ENGINE"] == "mssql_core"
    wrapper = DatabaseWrapper(settings_dict, alias)
    for part, answer in answers.items():
        wrapper.driver.answer(part, answer)
    return wrapper


def test_the_settings_of_mssql_django_are_read_as_they_are(from_mssql_django):
    uuids = [("dbo", "ormtests_book", "code", "char")]
    options = {"unicode_results": True, "query_timeout": 5}
    text = from_mssql_django(options=options, answers={"FROM sys.columns": uuids}, PASSWORD=SECRET, USER="sa")
    for line in (
        "OPTIONS['unicode_results'] to be left out: results are always Unicode",
        "OPTIONS['query_timeout'] the same",
        "warning: DATABASES['coming']['ENGINE'] is 'mssql'",
        "    To switch: DATABASES['coming']['ENGINE'] = 'mssql_core'; OPTIONS without 'unicode_results'.",
        "Edition                ENTERPRISE",
    ):
        assert line in text, text
    assert SECRET not in text


def test_settings_that_are_refused_are_told_with_the_rest(from_mssql_django):
    text = from_mssql_django(options={"extra_params": "MARS_Connection=yes"})
    assert "['ENGINE'] is 'mssql'" in text and text.endswith("remove it.")


def test_an_alias_of_mssql_django_without_the_option(doctor, monkeypatch):
    connection = SQLite({"NAME": ":memory:", "ENGINE": "mssql"}, "examined")
    with pytest.raises(CommandError, match="Before the switch from mssql-django: --from-mssql-django"):
        doctor(connection)
