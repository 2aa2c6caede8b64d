from contextlib import contextmanager
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from mssql_core.plugin import Edition

FILES = [
    ("app", "/data/app.mdf", "ROWS", "/data/", "/log/", "/backup/"),
    ("app_log", "/data/app.ldf", "LOG", "/data/", "/log/", "/backup/"),
]


class Server:
    """The server as the cursor of the maintenance database sees it."""

    def __init__(self, edition, databases=()):
        self.db = mock.Mock()
        self.db.server.edition = edition
        self.databases = set(databases)
        self.statements = []
        self.rows = []
        self.refused = ()
        self.files = FILES

    def execute(self, sql, params=None):
        if sql.startswith(self.refused or "\0"):
            raise DatabaseError("refused")
        self.rows = []
        if "FROM sys.databases WHERE name" in sql and sql.startswith("SELECT"):
            self.rows = [(1,)] if params[0] in self.databases else []
        elif "FROM sys.master_files" in sql:
            self.rows = self.files
        else:
            self.statements.append(sql)

    def fetchone(self):
        return self.rows[0] if self.rows else None

    def fetchall(self):
        return self.rows


@pytest.fixture
def creation():
    of_connection = connection.creation
    settings = dict(connection.settings_dict, NAME="app")
    settings["TEST"] = {"NAME": "test]app", "COLLATION": None, "MIGRATE": True}
    with mock.patch.object(connection, "settings_dict", settings):
        yield of_connection


@contextmanager
def on(creation, server):
    @contextmanager
    def cursor():
        yield server

    with mock.patch.object(creation, "_nodb_cursor", cursor):
        yield server


def test_a_test_database_is_made(creation):
    connection.settings_dict["TEST"]["COLLATION"] = "Latin1_General_100_CS_AS"
    with on(creation, Server(Edition.ENTERPRISE)) as server:
        assert creation._create_test_db(0, True) == "test]app"
    assert server.statements == ["CREATE DATABASE [test]]app] COLLATE Latin1_General_100_CS_AS"]


@pytest.mark.parametrize(("name", "quoted"), [("[br]", "[[br]]]"), ('"dq"', '["dq"]')])
def test_a_name_that_looks_delimited_is_the_name_itself(creation, name, quoted):
    """A login takes the name as it is, and would not find another one."""
    connection.settings_dict["TEST"]["NAME"] = name
    with on(creation, Server(Edition.ENTERPRISE)) as server:
        creation._create_test_db(0, True)
        creation._destroy_test_db(name, 0)
    assert server.statements[0] == "CREATE DATABASE %s " % quoted
    assert server.statements[-1] == "DROP DATABASE %s" % quoted


def test_an_old_one_is_dropped_with_its_sessions(creation):
    with on(creation, Server(Edition.ENTERPRISE, ["test]app"])) as server:
        creation._create_test_db(0, True)
    assert server.statements == [
        "ALTER DATABASE [test]]app] SET SINGLE_USER WITH ROLLBACK IMMEDIATE",
        "DROP DATABASE [test]]app]",
        "CREATE DATABASE [test]]app] ",
    ]


def test_the_user_is_asked_before_an_old_one_is_dropped(creation):
    with on(creation, Server(Edition.ENTERPRISE, ["test]app"])) as server, mock.patch.object(creation, "log") as log:
        with mock.patch("builtins.input", return_value="no") as asked, pytest.raises(SystemExit):
            creation._create_test_db(1, False)
        assert server.statements == [] and "'test]app' exists already" in asked.call_args[0][0]
        assert [call[0][0] for call in log.call_args_list] == ["Tests cancelled."]
        with mock.patch("builtins.input", return_value="yes"):
            creation._create_test_db(1, False)
    assert "DROP DATABASE [test]]app]" in server.statements
    assert log.call_args[0][0].startswith("Destroying old test database for alias 'default'")


def test_or_kept(creation):
    with on(creation, Server(Edition.ENTERPRISE, ["test]app"])) as server:
        creation._create_test_db(0, False, keepdb=True)
    assert server.statements == []


def test_azure_has_no_single_user_mode(creation):
    with on(creation, Server(Edition.AZURE_SQL_DATABASE)) as server:
        creation._destroy_test_db("t", 0)
    assert server.statements == ["DROP DATABASE [t]"]


def test_a_collation_is_a_name(creation):
    connection.settings_dict["TEST"]["COLLATION"] = "x; DROP DATABASE y"
    with pytest.raises(ImproperlyConfigured, match="not the name of a collation"):
        creation.sql_table_creation_suffix()


def test_a_clone_is_a_backup_put_back(creation):
    with on(creation, Server(Edition.ENTERPRISE)) as server:
        creation._clone_test_db("1", 0)
    assert server.statements == [
        "BACKUP DATABASE [app] TO DISK = N'app.clone.bak' WITH INIT, FORMAT, COPY_ONLY",
        "RESTORE DATABASE [app_1] FROM DISK = N'app.clone.bak' WITH REPLACE, RECOVERY, "
        "MOVE N'app' TO N'/data/app_1_0.mdf', MOVE N'app_log' TO N'/log/app_1_1.ldf'",
    ]


def test_where_backups_are_refused_the_migrations_run_again(creation):
    server = Server(Edition.ENTERPRISE)
    server.refused = "BACKUP"
    with on(creation, server), mock.patch.object(creation, "log") as log:
        with mock.patch("mssql_core.creation.call_command") as call:
            with mock.patch.object(connection, "close"):
                creation._clone_test_db("1", 0)
    assert server.statements == ["CREATE DATABASE [app_1] "]
    assert [args[0][0] for args in call.call_args_list] == ["migrate", "createcachetable"]
    assert "running the migrations again" in log.call_args[0][0]
    assert connection.settings_dict["NAME"] == "app"


def test_a_copy_that_broke_off_is_dropped_first(creation):
    server = Server(Edition.AZURE_SQL_DATABASE)
    server.refused = "RESTORE"
    server.db.server.edition = Edition.ENTERPRISE
    with on(creation, server), mock.patch.object(creation, "_build_again") as again, mock.patch.object(creation, "log"):
        server.databases.add("app_1")
        creation.copy_database(server, "app", "app_1")
    assert server.statements[-1] == "DROP DATABASE [app_1]" and again.call_args[0][1] == "app_1"


@pytest.mark.parametrize("folder", ["C:\\data\\", "/data/"])
def test_on_a_server_without_default_folders_a_copy_lies_beside_the_database(creation, folder):
    server = Server(Edition.ENTERPRISE)
    server.files = [("app", folder + "app.mdf", "ROWS", None, None, None)]
    with on(creation, server):
        creation._clone_test_db("1", 0)
    assert "MOVE N'app' TO N'%sapp_1_0.mdf'" % folder in server.statements[-1]


def test_an_old_clone_is_dropped(creation):
    server = Server(Edition.AZURE_SQL_DATABASE, ["app_1"])
    with on(creation, server), mock.patch.object(creation, "log") as log:
        creation._clone_test_db("1", 1)
    assert server.statements[:2] == ["DROP DATABASE [app_1]", "CREATE DATABASE [app_1] AS COPY OF [app]"]
    assert log.call_args[0][0].startswith("Destroying old test database for alias 'default'")


def test_azure_copies_databases_itself(creation):
    with on(creation, Server(Edition.AZURE_SQL_DATABASE)) as server:
        creation._clone_test_db("1", 0)
    assert server.statements[0] == "CREATE DATABASE [app_1] AS COPY OF [app]"
    assert "WAITFOR DELAY" in server.statements[1]


def test_a_kept_clone_is_left_alone(creation):
    with on(creation, Server(Edition.ENTERPRISE, ["app_1"])) as server:
        creation._clone_test_db("1", 0, keepdb=True)
    assert server.statements == []
