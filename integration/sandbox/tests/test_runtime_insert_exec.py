"""INSERT ... EXEC."""

from __future__ import annotations

import pytest

from mssql_sandbox.interface import Done, Error


@pytest.fixture
def table(client):
    client.run("CREATE TABLE t (id int IDENTITY PRIMARY KEY, a int, b varchar(5))")
    client.run("CREATE PROCEDURE p @n int AS SELECT @n AS x, 'one' AS y; PRINT 'between'; SELECT @n + 1, 'two'")
    return client


def test_all_result_sets_go_into_the_table(table):
    events = table.events("INSERT INTO t (a, b) EXEC p @n = 4")
    assert [event.count for event in events if isinstance(event, Done)] == [2]
    assert table.run("SELECT * FROM t ORDER BY id") == [(1, 4, "one"), (2, 5, "two")]
    assert table.value("SELECT CAST(SCOPE_IDENTITY() AS int)") == 2


def test_texts_and_temp_tables(client):
    client.run("CREATE TABLE #x (a smallint, b nvarchar(9))")
    client.run("INSERT #x EXEC ('SELECT 1, NULL UNION ALL SELECT 2, N''b''')")
    client.run("DECLARE @s nvarchar(50) = N'SELECT @p, @p'; INSERT INTO #x EXEC sp_executesql @s, N'@p int', 7")
    assert client.run("SELECT * FROM #x ORDER BY a") == [(1, None), (2, "b"), (7, "7")]


def test_messages_of_the_procedure_pass(table):
    assert (0, "between") in table.infos("INSERT INTO t (a, b) EXEC p 1")


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("INSERT INTO t (a, b) OUTPUT inserted.a EXEC p 1", [483]),
        ("INSERT INTO t (a, b) EXEC ('INSERT INTO t (a, b) EXEC p 1')", [8164]),
        ("INSERT INTO t (a, b) EXEC ('ROLLBACK')", [3915]),
        ("INSERT INTO t (a, b) EXEC ('COMMIT')", [3916]),
        ("INSERT INTO t (a, b) EXEC nosuch", [2812]),
    ],
)
def test_refused(table, statement, numbers):
    assert table.errors(statement) == numbers
    assert table.value("SELECT COUNT(*) FROM t") == 0


@pytest.mark.parametrize("columns", ["(a, b)", ""])
def test_another_number_of_columns_ends_the_transaction(table, columns):
    events = table.events(f"INSERT INTO t {columns} EXEC ('SELECT 1')")
    assert [(event.number, event.state) for event in events if isinstance(event, Error)] == [(213, 7)]
    assert table.value("SELECT @@TRANCOUNT") == 0


def test_a_failure_after_changes_of_the_procedure_is_not_guessed(table):
    table.run("CREATE PROCEDURE q AS INSERT INTO t (a) VALUES (9); SELECT 'x', 1")
    assert table.errors("INSERT INTO t (a, b) EXEC q") == [50999]


@pytest.mark.parametrize(("value", "numbers"), [("''x''", [8114]), ("N''x''", [8114]), ("''99999999999''", [50999])])
def test_texts_that_are_no_numbers(table, value, numbers):
    assert table.errors(f"INSERT INTO t (a, b) EXEC ('SELECT {value}, 1')") == numbers
