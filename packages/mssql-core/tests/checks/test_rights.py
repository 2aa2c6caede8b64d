from mssql_core.checks import rights


def test_rights_that_lack(connection):
    connection.driver.answer(
        "HAS_PERMS_BY_NAME", [("dbo", "auth_user", 1, 0, 1, 1, 0), ("dbo", "others", 0, 0, 0, 0, 0)]
    )
    insert, alter = rights.rights(connection)
    assert insert.text == "The login may not INSERT: dbo.auth_user." and insert.level == "error"
    assert "SET IDENTITY_INSERT" in alter.text and alter.level == "warning"


def test_nothing_lacks(connection):
    connection.driver.answer("HAS_PERMS_BY_NAME", [("dbo", "auth_user", 1, 1, 1, 1, 1)])
    assert list(rights.rights(connection)) == []


class Executor:
    """Two migrations wait."""

    def __init__(self, connection):
        self.loader = self.graph = self
        self.leaf_nodes = list

    def migration_plan(self, targets):
        return [("auth.0001_initial", False), ("auth.0002_more", False)]


def test_migrations_wait_and_the_login_may_make_no_table(connection, monkeypatch):
    monkeypatch.setattr(rights, "MigrationExecutor", Executor)
    assert list(rights.migrating(connection)) == []
    connection.driver.answer("CREATE TABLE", [(0,)])
    (told,) = rights.migrating(connection)
    assert told.text == "The login may not CREATE TABLE, and migrations wait: auth.0001_initial, auth.0002_more."
    connection.driver.answer("CREATE TABLE", [(1,)])
    assert list(rights.migrating(connection)) == []
