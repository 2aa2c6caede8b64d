import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from mssql_core.connection import session, settings
from mssql_core.testing import fake_connection, server_error


def statements(options=None, host="db", server=None):
    return session.statements(settings.read("default", {"NAME": "a", "HOST": host, "OPTIONS": options or {}}), server)


def test_a_session_is_set_right_whatever_it_was_before():
    assert statements() == [
        "SET NOCOUNT, XACT_ABORT, IMPLICIT_TRANSACTIONS, NUMERIC_ROUNDABORT, CURSOR_CLOSE_ON_COMMIT OFF",
        "SET ANSI_NULLS, ANSI_NULL_DFLT_ON, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, "
        "QUOTED_IDENTIFIER ON",
        "SET ROWCOUNT 0",
        "SET TEXTSIZE 2147483647",
        "SET LOCK_TIMEOUT -1",
        "SET LANGUAGE us_english",
        "SET DATEFORMAT ymd",
        "SET DATEFIRST 7",
        "IF SERVERPROPERTY('EngineEdition') NOT IN (6, 11) SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    ]
    assert statements(server=fake_connection().server)[-1] == "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"


@pytest.mark.parametrize("options", [{"Language": "Deutsch"}, {"extra_params": "language=Deutsch"}])
def test_a_language_of_the_settings_stays(options):
    assert not any("LANGUAGE" in sql for sql in statements(options))


@pytest.mark.parametrize(
    ("host", "version"),
    [("x.datawarehouse.fabric.microsoft.com", None), ("x.sql.azuresynapse.net", None), ("db", "warehouse")],
)
def test_a_warehouse_takes_few_settings(host, version):
    server = fake_connection(version="2022").server if version is None else None
    if version:
        server = fake_connection(version=version, plugins=[__name__ + ":Warehouse"]).server
        assert statements(host=host, server=server) == ["SET DATEFORMAT ymd", "SET DATEFIRST 7"]
    else:
        assert statements(host=host) == ["SET DATEFORMAT ymd", "SET DATEFIRST 7"]


class Warehouse:
    from mssql_core.plugin import hookimpl

    @hookimpl
    def mssql_capabilities(self, server):
        from mssql_core.plugin import Capability

        return {Capability.WAREHOUSE_READING: True}


@pytest.mark.parametrize("options", [{"AnsiNPW": "no"}, {"QuotedId": False}, {"extra_params": "quotedid=no"}])
def test_settings_that_indexes_cannot_do_without_are_refused(options):
    with pytest.raises(ImproperlyConfigured):
        statements(options)


def test_a_level_whose_change_was_not_answered_is_set_anew():
    """The server may have taken it: a transaction of the application would run at READ COMMITTED."""
    connection = fake_connection(options={"isolation_level": "SNAPSHOT"})
    connection.ensure_connection()
    connection.driver.answer("READ COMMITTED", server_error(None, "Query timeout expired", "HYT00"))
    connection.set_autocommit(False)
    with pytest.raises(OperationalError):
        connection.cursor().execute("ALTER TABLE a ADD b int")
    connection.rollback()
    connection.cursor().execute("SELECT 1")
    levels = [sql for sql in connection.driver.sql[1:] if "ISOLATION" in sql]
    assert levels == [session.isolation(None), session.isolation("SNAPSHOT")]
