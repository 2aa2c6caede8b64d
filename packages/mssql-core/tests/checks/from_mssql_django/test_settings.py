"""What becomes of mssql-django's settings, and what is said of them."""

import pytest
from django.test import override_settings

from mssql_core.checks.findings import ERROR
from mssql_core.checks.from_mssql_django import settings as coming
from mssql_core.connection import settings as core_settings

SECRET = "s3cret-canary"
ALIAS = {"ENGINE": "mssql", "NAME": "shop", "USER": "sa", "PASSWORD": SECRET}
# All that mssql-django 2.0.0 reads.
OPTIONS = {
    "collation": "Latin1_General_CI_AS", "connection_recovery_interval_msec": 0, "connection_retries": 5,
    "connection_retry_backoff_time": 5, "connection_timeout": 0, "datefirst": 7, "driver": "ODBC Driver 18 for SQL Server",
    "driver_charset": "utf-8", "driver_needs_utf8": True, "dsn": "", "extra_params": "PWD=%s" % SECRET,
    "host_is_server": True, "isolation_level": "READ COMMITTED", "passwd": SECRET, "python_driver": "pyodbc", "query_timeout": 0,
    "return_rows_bulk_insert": True, "setdecoding": [], "setencoding": [], "unicode_results": True,
}  # fmt: skip


def test_each_option_of_mssql_django_has_a_place():
    told = dict(coming.options_told({**ALIAS, "OPTIONS": OPTIONS}))
    assert list(told) == list(OPTIONS)
    assert {name for name, text in told.items() if text == "the same"} == set(OPTIONS) - set(
        core_settings.WITHOUT_EFFECT
    )
    assert not [text for text in told.values() if "refuses" in text]
    assert SECRET not in str(told)


def test_the_new_settings_are_accepted_and_the_old_ones_stay():
    given = {**ALIAS, "OPTIONS": {**OPTIONS, "misspelt": 1}}
    before = {**given, "OPTIONS": dict(given["OPTIONS"])}
    new = coming.translated("default", given)
    assert new["ENGINE"] == "mssql_core" and given == before
    assert not set(new["OPTIONS"]) & {"misspelt", *core_settings.WITHOUT_EFFECT}
    core_settings.read("default", new)


def test_what_neither_knows_is_told():
    assert dict(coming.options_told({**ALIAS, "OPTIONS": {"timeout": 5}}))["timeout"].startswith("to be left out")


def test_a_project_with_json_gets_the_plugin(monkeypatch):
    monkeypatch.setattr(coming, "has_json_fields", lambda alias: True)
    assert coming.translated("default", ALIAS)["OPTIONS"] == {"plugins": ["json"]}
    (first, *_) = coming.findings("default", ALIAS)
    assert first.remedy == "To switch: DATABASES['default']['ENGINE'] = 'mssql_core'; OPTIONS['plugins'] = ['json']."


def texts(settings_dict):
    return " ".join(finding.text for finding in coming.findings("default", settings_dict))


@pytest.mark.parametrize("engine, is_told", [("mssql", True), ("sql_server.pyodbc", True), ("mssql_core", False)])
def test_the_switch_is_told_before_it(engine, is_told):
    assert ("['ENGINE'] is" in texts({**ALIAS, "ENGINE": engine})) is is_told


def test_settings_beside_the_alias(settings_with_app):
    told = texts({**ALIAS, "TOKEN": SECRET, "TIME_ZONE": "Europe/Berlin"})
    for part in ("INSTALLED_APPS has 'mssql'", "SCHEMA_TO_INSPECT", "['TOKEN'] is fixed", "['TIME_ZONE'] is set"):
        assert part in told
    assert "pool" not in told and SECRET not in told


@pytest.fixture
def settings_with_app(monkeypatch):
    """The application of mssql-django among the installed ones, which is not here to be loaded."""

    class Settings:
        INSTALLED_APPS = ["mssql", "mssql_core"]
        SCHEMA_TO_INSPECT = "'sales'"
        DATABASE_CONNECTION_POOLING = False
        USE_TZ = True

    monkeypatch.setattr(coming, "django_settings", Settings)


def test_shifted_moments_are_an_error():
    (shifted,) = (
        f for f in coming.findings("default", {**ALIAS, "TIME_ZONE": "Europe/Berlin"}) if "TIME_ZONE" in f.text
    )
    assert shifted.level == ERROR


def test_the_driver_s_pool_was_on():
    assert "pool is off" in texts({**ALIAS, "ENGINE": "mssql_core"})
    with override_settings(DATABASE_CONNECTION_POOLING=True):
        assert "pool is off" not in texts({**ALIAS, "ENGINE": "mssql_core"})


def test_a_driver_s_other_name():
    given = {**ALIAS, "OPTIONS": {"python_driver": "python"}}
    assert dict(coming.options_told(given)) == {"python_driver": "to be written 'mssql_python'"}
    assert coming.translated("default", given)["OPTIONS"] == {"python_driver": "mssql_python"}
    (first, *_) = coming.findings("default", given)
    assert first.remedy.endswith("OPTIONS['python_driver'] = 'mssql_python'.")
