from mssql_core.checks import constraints


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


def test_unique_keys_with_a_single_null(connection):
    rows = [
        ("dbo", "auth_user", "u1", True, "username", False),
        ("dbo", "auth_user", "u1", True, "email", True),
        ("dbo", "auth_user", "u2", False, "email", True),
        ("dbo", "auth_user", "fine", True, "email", False),
    ]
    connection.driver.answer("FROM sys.indexes", rows)
    first, second = constraints.unique_nulls(connection)
    assert first.remedy == (
        "Make it a filtered index: ALTER TABLE [dbo].[auth_user] DROP CONSTRAINT [u1]; "
        "CREATE UNIQUE INDEX [u1] ON [dbo].[auth_user] ([username], [email]) WHERE [email] IS NOT NULL"
    )
    assert "DROP INDEX [u2] ON [dbo].[auth_user]; CREATE UNIQUE INDEX" in second.remedy


def test_heaps_of_the_project_alone(connection):
    connection.driver.answer("i.type = 0", [("dbo", "auth_user"), ("dbo", "others")])
    (told,) = constraints.heaps(connection)
    assert told.text == "The table dbo.auth_user is a heap: it has no clustered index."
