import contextlib
import copy
import gc

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, NotSupportedError, OperationalError, models, transaction

from mssql_core.plugin import Capability, DataType, hookimpl
from mssql_core.testing import FakeDriver, fake_connection, server_error


class Session:
    @hookimpl
    def mssql_session_sql(self, server):
        return ["SET LOCK_TIMEOUT %d" % server.compatibility_level]


class Aborting:
    @hookimpl
    def mssql_session_sql(self, server):
        return ["SET NOCOUNT, XACT_ABORT ON"]


class NoOpenjson:
    @hookimpl
    def mssql_capabilities(self, server):
        return {Capability.OPENJSON: False, Capability.JSON_TYPE: True}


class Money:
    @hookimpl
    def mssql_data_types(self, server):
        return {
            "DecimalField": DataType("money"),
            "JSONField": DataType("nvarchar(max)", "ISJSON(%(qn_column)s) = 1"),
            "FloatField": DataType("real" if server.has(Capability.JSON_TYPE) else "float"),
        }


def test_what_a_plugin_sets_for_the_session_counts_as_what_a_text_sets():
    connection = fake_connection(plugins=[__name__ + ":Aborting"])
    connection.ensure_connection()
    assert connection.pool.cancels is False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert connection.driver.sql[-2:] == ["SET NOCOUNT, IMPLICIT_TRANSACTIONS OFF", "SELECT 1"]


def test_connecting_costs_one_message(connection):
    connection.ensure_connection()
    (sql,) = connection.driver.sql
    prepared, _, question = sql.partition("; SELECT ")
    assert question.startswith("CAST(SERVERPROPERTY('EngineEdition') AS int)")
    connection.close()
    connection.ensure_connection()
    assert connection.driver.sql[1:] == [prepared.replace("IF SERVERPROPERTY('EngineEdition') NOT IN (6, 11) ", "")]


def test_a_database_that_is_made_anew_is_asked_again(connection):
    name = connection.settings_dict["NAME"]
    assert connection.server
    connection.forget_database(name + "2")
    assert connection.server_if_known()
    connection.forget_database(name)
    assert connection.server_if_known() is None
    asked = len(connection.driver.sql)
    assert connection.server and "SERVERPROPERTY" in connection.driver.sql[asked]


def test_after_a_lost_connection_the_server_is_asked_again():
    """It may have been upgraded, or another one took over."""
    connection = fake_connection(options={"connection_retries": 0})
    connection.ensure_connection()
    connection.lost()
    connection.ensure_connection()
    assert "SERVERPROPERTY" in connection.driver.sql[1]
    connection.close()
    connection.driver.refuse(server_error(40613))
    with pytest.raises(OperationalError):
        connection.ensure_connection()
    connection.ensure_connection()
    assert "SERVERPROPERTY" in connection.driver.sql[2]


def test_options_of_the_session():
    connection = fake_connection(options={"isolation_level": "snapshot", "datefirst": 1})
    connection.ensure_connection()
    assert "SET DATEFIRST 1; SET TRANSACTION ISOLATION LEVEL SNAPSHOT; " in connection.driver.sql[0]


@pytest.mark.parametrize("fails", [False, True])
def test_schema_changes_leave_snapshot_isolation(fails, monkeypatch):
    connection = fake_connection(options={"isolation_level": "SNAPSHOT"})
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: connection)
    with contextlib.suppress(ValueError), connection.schema_editor() as editor:
        editor.execute("ALTER TABLE a ADD b int")
        if fails:
            raise ValueError
    start = "SET TRANSACTION ISOLATION LEVEL "
    levels = [sql for sql in connection.driver.sql[1:] if sql.startswith((start, "BEGIN", "COMMIT", "IF @@TRAN"))]
    assert [levels[0], levels[-1]] == [start + "READ COMMITTED", start + "SNAPSHOT"] and len(levels) == 4


def levels_and_begins(connection):
    start = "SET TRANSACTION ISOLATION LEVEL "
    shown = (text.split(";")[0].replace(start, "") for text in connection.driver.sql[1:])
    return [text for text in shown if not text.startswith("SELECT")]


def test_a_transaction_that_begins_with_a_schema_change_leaves_snapshot_isolation():
    connection = fake_connection(options={"isolation_level": "SNAPSHOT"})

    def run(*statements, autocommit=False):
        connection.set_autocommit(autocommit)
        with connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)
        connection.set_autocommit(True)

    run("\nCREATE TABLE a (b int)", "CREATE INDEX i ON a (b)")
    run("alter table a add c int")
    run("DELETE FROM a", "DROP INDEX i ON a")
    run("CREATE TABLE #t (a int)")
    run("DROP TABLE a", autocommit=True)
    assert levels_and_begins(connection) == [
        "READ COMMITTED", "BEGIN TRANSACTION", "\nCREATE TABLE a (b int)", "CREATE INDEX i ON a (b)", "COMMIT TRANSACTION",
        "BEGIN TRANSACTION", "alter table a add c int", "COMMIT TRANSACTION",
        "SNAPSHOT", "BEGIN TRANSACTION", "DELETE FROM a", "DROP INDEX i ON a", "COMMIT TRANSACTION",
        "BEGIN TRANSACTION", "CREATE TABLE #t (a int)", "COMMIT TRANSACTION",
        "DROP TABLE a",
    ]  # fmt: skip


def test_a_new_connection_is_at_snapshot_again():
    connection = fake_connection(options={"isolation_level": "SNAPSHOT"})
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE a (b int)")
    connection.rollback()
    connection.close()
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM a")
    assert levels_and_begins(connection)[-1] == "DELETE FROM a" and "SNAPSHOT" not in levels_and_begins(connection)


def test_without_snapshot_a_schema_change_sets_no_level(connection):
    with connection.schema_editor(atomic=False) as editor:
        editor.execute("ALTER TABLE a ADD b int")
    with connection.schema_editor(collect_sql=True, atomic=False):
        pass
    assert not any("ISOLATION" in sql for sql in connection.driver.sql[1:])


def test_session_statements_of_plugins_travel_with_a_reconnect():
    connection = fake_connection(plugins=["test_base:Session"])
    connection.ensure_connection()
    assert connection.driver.sql[1:] == ["SET LOCK_TIMEOUT 160"]
    connection.close()
    connection.ensure_connection()
    assert len(connection.driver.sql) == 3
    assert connection.driver.sql[2].endswith("; SET LOCK_TIMEOUT 160")


def test_capabilities_of_plugins():
    server = fake_connection(plugins=["test_base:NoOpenjson"]).server
    assert server.has(Capability.JSON_TYPE) and not server.has(Capability.OPENJSON)


def test_column_types_ask_no_server_unless_a_plugin_does():
    connection = fake_connection()
    assert connection.data_types["DecimalField"] == "numeric(%(max_digits)s, %(decimal_places)s)"
    assert connection.driver.statements == []
    connection = fake_connection(plugins=["test_base:Money"], version="2025")
    assert connection.data_types["DecimalField"] == "money"
    assert connection.data_types["FloatField"] == "real"
    assert connection.data_type_check_constraints["JSONField"] == "ISJSON(%(qn_column)s) = 1"


def test_types_that_are_a_choice_of_the_alias(settings_use_tz):
    assert fake_connection().data_types["UUIDField"] == "uniqueidentifier"
    assert fake_connection().data_types["DateTimeField"] == "datetimeoffset"
    options = {"uuid_type": "char(32)", "datetime_type": "datetime2"}
    connection = fake_connection(options=options)
    assert connection.data_types["UUIDField"] == "char(32)"
    assert connection.data_types["DateTimeField"] == "datetime2"
    assert not connection.features.has_native_uuid_field
    settings_use_tz(False)
    assert fake_connection().data_types["DateTimeField"] == "datetime2"


@pytest.fixture
def settings_use_tz(monkeypatch):
    from django.conf import settings

    return lambda value: monkeypatch.setattr(settings, "USE_TZ", value)


def test_a_json_field_without_its_plugin_is_refused_with_the_remedy(connection):
    field = models.JSONField()
    with pytest.raises(ImproperlyConfigured, match=r'pip install "mssql-core\[json\]"'):
        field.db_type(connection)


def test_the_collation_of_patterns():
    connection = fake_connection(options={"collation": "Latin1_General_CI_AS"})
    assert connection.operators["contains"] == r"LIKE %s COLLATE Latin1_General_CI_AS ESCAPE '\'"
    assert connection.operators["exact"] == "= %s"
    with pytest.raises(ImproperlyConfigured, match="not the name of a collation"):
        fake_connection(options={"collation": "x; DROP TABLE a"})


def test_pooling_is_off_unless_the_setting_asks_for_it(connection, monkeypatch):
    from django.conf import settings

    connection.ensure_connection()
    assert connection.driver.pooling is False
    monkeypatch.setattr(settings, "DATABASE_CONNECTION_POOLING", True, raising=False)
    other = fake_connection()
    other.ensure_connection()
    assert other.driver.pooling is True
    with pytest.raises(ImproperlyConfigured, match="signs in by an access token"):
        fake_connection(settings={"TOKEN": "x"}).ensure_connection()


def test_is_usable_costs_one_message(connection):
    connection.ensure_connection()
    assert connection.is_usable()
    assert connection.driver.sql[1:] == ["SELECT 1"]
    connection.connection.close()
    assert not connection.is_usable()


@pytest.fixture
def refusals(monkeypatch):
    """Errors of the next attempts to connect, whichever wrapper makes them."""
    errors, connect = [], FakeDriver.connect

    def attempt(driver, *args, **kwargs):
        if errors:
            raise errors.pop(0)
        return connect(driver, *args, **kwargs)

    monkeypatch.setattr(FakeDriver, "connect", attempt)
    return errors


def test_features_are_known_before_the_database_exists(connection, refusals):
    refusals.append(server_error(4060))
    assert connection.server.version[0] == 16
    assert connection.connection is None


def test_a_login_that_may_not_use_master_hears_the_first_error(connection, refusals):
    refusals += [server_error(4060), server_error(18456)]
    with pytest.raises(OperationalError, match="4060"):
        connection.server  # noqa: B018


def test_two_aliases_do_not_disturb_each_other():
    old, new = fake_connection(version="2016"), fake_connection(version="2025", plugins=["test_base:Money"])
    assert old.server.version[0] == 13 and new.server.version[0] == 17
    assert old.data_types["DecimalField"] != new.data_types["DecimalField"]
    assert old.features_class.__mro__[1:] == type(old).features_class.__mro__[1:]


def test_the_wrapper_says_who_it_is(connection):
    assert connection.vendor == "microsoft"
    assert connection.get_database_version()[0] == 16


def test_a_shallow_copy_leaves_the_plugins_of_the_original_alone():
    connection = fake_connection()
    twin = copy.copy(connection)
    del twin
    gc.collect()
    assert callable(connection.plugins.hook.mssql_credentials)


def test_a_refused_server_stays_refused():
    connection = fake_connection(version="2014")
    for _ in range(2):
        with pytest.raises(NotSupportedError):
            connection.ensure_connection()
        assert connection.connection is None


def test_a_connection_lost_before_its_first_answer_is_opened_once_more():
    connection = fake_connection()
    results, lost = connection.driver.results, [server_error(None, "link", "08S01"), server_error(40197)]

    def answer(sql):
        return ([lost.pop(0)], None) if lost and "DATEFIRST" in sql else results(sql)

    connection.driver.results = answer
    with pytest.raises(OperationalError):
        connection.ensure_connection()
    assert len(connection.driver.logins) == 2 and connection.connection is None
    lost.append(server_error(40197))
    connection.ensure_connection()
    assert len(connection.driver.logins) == 4 and connection.is_usable()


def test_an_error_of_the_first_message_that_stays_is_not_tried_again():
    connection = fake_connection()
    results = connection.driver.results
    connection.driver.results = lambda sql: (
        ([server_error(229, "permission denied")], None) if "DATEFIRST" in sql else results(sql)
    )
    with pytest.raises(DatabaseError):
        connection.ensure_connection()
    assert len(connection.driver.logins) == 1
