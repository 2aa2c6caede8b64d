"""An alias with isolation_level = SNAPSHOT: what changes the schema runs at READ COMMITTED."""

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import ProgrammingError, connections, transaction
from django.test import override_settings
from harness.catalogues import empty
from harness.project import new_alias

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "my cache"}}


@pytest.fixture(scope="module")
def snapshot(server):
    with empty(server, "snapshots") as connection:
        name = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute("ALTER DATABASE [%s] SET ALLOW_SNAPSHOT_ISOLATION ON" % name)
        with new_alias("at_snapshot", server.database(name, isolation_level="SNAPSHOT")) as at_snapshot:
            yield at_snapshot
            at_snapshot.close()


def level(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID")
        return cursor.fetchone()[0]


class ToSnapshot:
    def db_for_read(self, model, **hints):
        return "at_snapshot"

    db_for_write = db_for_read

    def allow_migrate(self, db, *args, **hints):
        return True


def test_a_cache_table_is_made(snapshot):
    with override_settings(CACHES=CACHES, DATABASE_ROUTERS=[ToSnapshot()]):
        call_command("createcachetable", database=snapshot.alias, verbosity=0)
        cache = caches.create_connection("default")
        cache.set("a", 1)
        assert cache.get("a") == 1
        cache.clear()
    assert level(snapshot) == 5


def test_tables_are_flushed(snapshot):
    with snapshot.cursor() as cursor:
        cursor.execute("CREATE TABLE [it's] (id int IDENTITY PRIMARY KEY, n int)")
        cursor.execute("INSERT INTO [it's] (n) VALUES (1)")
    statements = snapshot.ops.sql_flush(no_style(), ["it's"], reset_sequences=True)
    snapshot.ops.execute_sql_flush(statements)
    with snapshot.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM [it's]")
        assert cursor.fetchone() == (0,)
    assert level(snapshot) == 5


def test_a_schema_change_in_the_middle_is_refused_with_the_remedy(snapshot):
    with pytest.raises(ProgrammingError, match="3964.*first statement of its transaction"):
        with transaction.atomic(snapshot.alias), snapshot.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM sys.tables")
            cursor.execute("CREATE TABLE other (id int)")
            cursor.execute("CREATE INDEX i ON other (id)")
    assert level(connections[snapshot.alias]) == 5
