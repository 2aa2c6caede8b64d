import pytest

from mssql_core.checks import triggers

HEAD = "CREATE TRIGGER [dbo].[select] ON [dbo].[auth_user] AFTER INSERT AS "


@pytest.mark.parametrize(
    "body",
    [
        "SELECT id FROM inserted",
        "BEGIN SET NOCOUNT ON; SELECT id AS x, COUNT(*) FROM inserted GROUP BY id END",
        "IF EXISTS (SELECT 1 FROM inserted) SELECT TOP (1) id FROM inserted",
        "INSERT INTO log SELECT id FROM inserted; SELECT 1",
        "INSERT INTO log (id) VALUES (1) SELECT 1",
        "SELECT id FROM inserted UNION ALL SELECT id FROM deleted",
        "WITH x AS (SELECT id FROM inserted) SELECT id FROM x",
        "SELECT CASE WHEN id = 1 THEN 2 ELSE 3 END FROM inserted",
    ],
)
def test_triggers_that_return_rows(body):
    assert triggers.returns_rows(HEAD + body)


@pytest.mark.parametrize(
    "body",
    [
        "INSERT INTO log (id) SELECT id FROM inserted",
        "INSERT log SELECT id FROM inserted UNION ALL SELECT id FROM deleted",
        "DECLARE @id int; SELECT @id = id FROM inserted",
        "SELECT TOP (1) @id = MAX(id) FROM inserted",
        "SELECT id INTO #new FROM inserted",
        "UPDATE t SET a = (SELECT MAX(id) FROM inserted) FROM t",
        "DECLARE c CURSOR FOR SELECT id FROM inserted; OPEN c",
        "-- SELECT 1\nPRINT 'SELECT 1' /* SELECT 2 */",
        "IF EXISTS (SELECT 1 FROM inserted WHERE id IN (SELECT 1)) RAISERROR(N'no', 16, 1)",
        "WITH x AS (SELECT id FROM inserted) INSERT INTO log SELECT id FROM x",
    ],
)
def test_triggers_that_return_none(body):
    assert not triggers.returns_rows(HEAD + body)


def test_those_of_the_project_are_told(connection):
    rows = [
        ("dbo", "auth_user", "instead", True, 1, HEAD + "INSERT INTO x SELECT 1"),
        ("dbo", "auth_user", "audit", False, 1, HEAD + "SELECT 1"),
        ("dbo", "auth_user", "hidden", False, 1, None),
        ("dbo", "others", "x", True, 1, HEAD + "SELECT 1"),
    ]
    connection.driver.answer("FROM sys.triggers", rows)
    instead, audit = triggers.triggers(connection)
    assert "The trigger instead of dbo.auth_user inserts instead of INSERT" in instead.text
    assert "The trigger audit of dbo.auth_user returns rows" in audit.text and "524" in audit.text
