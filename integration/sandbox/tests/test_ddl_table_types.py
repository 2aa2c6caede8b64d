"""CREATE TYPE ... AS TABLE, DROP TYPE and variables of table types."""

from __future__ import annotations

import pytest


@pytest.fixture
def typed(client):
    client.run("CREATE TYPE dbo.Pairs AS TABLE (id int NOT NULL PRIMARY KEY, n int DEFAULT 7, CHECK (n < 100))")
    return client


def test_a_variable_is_an_empty_table_of_the_type(typed):
    assert typed.run(
        "DECLARE @p dbo.pairs; INSERT INTO @p (id) VALUES (1); INSERT INTO @p VALUES (2, 20); SELECT * FROM @p ORDER BY id"
    ) == [(1, 7), (2, 20)]
    assert typed.run("DECLARE @p Pairs, @i int = 3; SELECT @i, COUNT(*) FROM @p") == [(3, 0)]


@pytest.mark.parametrize(
    ("rows", "number"), [("VALUES (1, 1), (1, 2)", 2627), ("VALUES (1, 100)", 547), ("VALUES (NULL, 1)", 515)]
)
def test_its_constraints_hold(typed, rows, number):
    assert typed.errors(f"DECLARE @p dbo.Pairs; INSERT INTO @p {rows}") == [number]


def test_in_a_procedure(typed):
    typed.run("CREATE PROCEDURE p AS DECLARE @p dbo.Pairs; INSERT INTO @p VALUES (1, 2); SELECT id + n FROM @p")
    assert typed.run("EXEC p; EXEC p") == [(3,), (3,)]


def test_the_catalogue_tells_types_and_their_columns(typed):
    assert typed.run(
        "SELECT y.name, y.is_user_defined, y.is_table_type, c.name FROM sys.table_types y"
        " JOIN sys.columns c ON c.object_id = y.type_table_object_id ORDER BY c.column_id"
    ) == [("Pairs", 1, 1, "id"), ("Pairs", 1, 1, "n")]
    assert typed.value("SELECT TYPE_NAME(TYPE_ID('dbo.Pairs'))") == "Pairs"
    assert typed.value("SELECT COUNT(*) FROM sys.tables WHERE name LIKE 'TT%'") == 0
    assert typed.value("SELECT type_desc FROM sys.objects WHERE name LIKE 'TT[_]Pairs%'") == "TYPE_TABLE"


def test_drop(typed):
    typed.run("DROP TYPE dbo.Pairs; DROP TYPE IF EXISTS dbo.Pairs")
    assert typed.errors("DECLARE @p dbo.Pairs") == [2715]
    assert typed.value("SELECT COUNT(*) FROM sys.types WHERE is_user_defined = 1") == 0
