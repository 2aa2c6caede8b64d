from django.contrib.auth.models import Group, User
from django.db import models

from mssql_core.checks import constraints
from mssql_core.introspection.objects import Index
from mssql_core.names import TableName

USERS = TableName("dbo", "auth_user")


def test_a_foreign_key_that_is_not_trusted(connection):
    rows = [
        ("dbo", "auth_user_groups", "fk", False, "dbo", "auth_user", "user_id", "id"),
        ("dbo", "another_s", "fk2", True, "dbo", "auth_user", "user_id", "id"),
    ]
    connection.driver.answer("FROM sys.foreign_keys", rows)
    (told,) = constraints.foreign_keys(connection)
    assert told.text == "The foreign key fk of dbo.auth_user_groups is not trusted: some rows were never checked."
    assert (
        "SELECT t.* FROM [dbo].[auth_user_groups] AS t LEFT JOIN [dbo].[auth_user] AS r ON r.[id] = t.[user_id] "
        "WHERE t.[user_id] IS NOT NULL AND r.[id] IS NULL; mend them, then: "
        "ALTER TABLE [dbo].[auth_user_groups] WITH CHECK CHECK CONSTRAINT [fk]"
    ) in told.remedy


def test_a_foreign_key_of_two_columns(connection):
    rows = [("dbo", "auth_user", "fk", True, "s", "t", column, column.upper()) for column in ("a", "b")]
    connection.driver.answer("FROM sys.foreign_keys", rows)
    (told,) = constraints.foreign_keys(connection)
    assert "is off." in told.text
    assert "ON r.[A] = t.[a] AND r.[B] = t.[b] WHERE t.[a] IS NOT NULL AND t.[b] IS NOT NULL" in told.remedy


def test_a_check_that_is_off(connection):
    connection.driver.answer("FROM sys.check_constraints", [("dbo", "auth_user", "ck", True, "([id]>(0))")])
    (told,) = constraints.checks(connection)
    assert "check constraint ck of dbo.auth_user is off" in told.text
    assert "SELECT * FROM [dbo].[auth_user] WHERE NOT ([id]>(0))" in told.remedy


def told_of_unique_keys(connection, monkeypatch, *indexes, nullable=("email",)):
    rows = [("dbo", "auth_user", index.name, name, name in nullable) for index in indexes for name in index.columns]
    connection.driver.answer("FROM sys.indexes", rows)
    monkeypatch.setattr(constraints, "load_indexes", lambda cursor, table: list(indexes))
    return [finding.remedy for finding in constraints.unique_nulls(connection)]


def unique_key(name, *keys, **values):
    return Index(USERS, name, tuple((key.lstrip("-"), key[:1] == "-") for key in keys), is_unique=True, **values)


def test_unique_keys_with_a_single_null(connection, monkeypatch):
    first, second = told_of_unique_keys(
        connection,
        monkeypatch,
        unique_key("u1", "username", "email", is_unique_constraint=True),
        unique_key("u2", "email"),
        unique_key("fine", "username", is_unique_constraint=True),
    )
    assert first == (
        "Make it a filtered index: ALTER TABLE [dbo].[auth_user] DROP CONSTRAINT [u1]; "
        "CREATE UNIQUE NONCLUSTERED INDEX [u1] ON [dbo].[auth_user] ([username], [email]) WHERE [email] IS NOT NULL"
    )
    assert "DROP INDEX [u2] ON [dbo].[auth_user]; CREATE UNIQUE NONCLUSTERED INDEX" in second


def test_the_filtered_index_has_all_that_the_key_had(connection, monkeypatch):
    options = ("FILLFACTOR = 70", "IGNORE_DUP_KEY = ON")
    key = unique_key("u", "-email", "id", includes=("username",), options=options, data_space="fast", is_disabled=True)
    (remedy,) = told_of_unique_keys(connection, monkeypatch, key)
    assert remedy == (
        "Make it a filtered index (which cannot have IGNORE_DUP_KEY): DROP INDEX [u] ON [dbo].[auth_user]; "
        "CREATE UNIQUE NONCLUSTERED INDEX [u] ON [dbo].[auth_user] ([email] DESC, [id]) INCLUDE ([username]) "
        "WHERE [email] IS NOT NULL WITH (FILLFACTOR = 70) ON [fast]; ALTER INDEX [u] ON [dbo].[auth_user] DISABLE"
    )


def test_a_partitioned_key_is_told_without_its_statement(connection, monkeypatch):
    rows = [("dbo", "auth_user", "u", "email", True)]
    connection.driver.answer("FROM sys.indexes", rows)
    monkeypatch.setattr(constraints, "load_indexes", lambda cursor, table: [])
    (told,) = constraints.unique_nulls(connection)
    assert told.remedy == "Make it a filtered index, by partitions as it is: WHERE [email] IS NOT NULL"


def test_one_null_that_a_constraint_of_another_table_asks_for(connection, monkeypatch):
    constraint = models.UniqueConstraint(fields=["name"], name="same")
    constraint.nulls_distinct = False  # an argument since Django 5.0
    monkeypatch.setattr(Group._meta, "constraints", [constraint])
    (remedy,) = told_of_unique_keys(connection, monkeypatch, unique_key("same", "email"))
    assert "[auth_user]" in remedy
    monkeypatch.setattr(User._meta, "constraints", [constraint])
    assert told_of_unique_keys(connection, monkeypatch, unique_key("same", "email")) == []


def test_heaps_of_the_project_alone(connection):
    connection.driver.answer("i.type = 0", [("dbo", "auth_user"), ("dbo", "others")])
    (told,) = constraints.heaps(connection)
    assert told.text == "The table dbo.auth_user is a heap: it has no clustered index."
