"""Cursors and labels."""

from __future__ import annotations

import pytest


@pytest.fixture
def table(client):
    client.run("CREATE TABLE t (id int PRIMARY KEY, n int, v varchar(10))")
    client.run("INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b'), (3, NULL, 'c')")
    return client


def test_a_loop_over_a_cursor(table):
    assert table.run("""
        DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT id, v FROM t ORDER BY id DESC
        DECLARE @id smallint, @v varchar(10), @all varchar(100) = ''
        OPEN c
        FETCH NEXT FROM c INTO @id, @v
        WHILE @@FETCH_STATUS = 0
        BEGIN
            SET @all += CAST(@id AS varchar(5)) + @v
            UPDATE t SET n = 0 WHERE id = @id
            FETCH NEXT FROM c INTO @id, @v
        END
        CLOSE c
        DEALLOCATE c
        SELECT @all, @id, @@FETCH_STATUS, SUM(n) FROM t
    """) == [("3c2b1a", 1, -1, 0)]


def test_all_directions_of_a_static_cursor(table):
    table.run("DECLARE c CURSOR STATIC FOR SELECT id FROM t ORDER BY id; OPEN c; DELETE FROM t WHERE id = 2")
    fetches = (
        "LAST", "PRIOR", "FIRST", "NEXT", "RELATIVE 1", "NEXT", "NEXT", "PRIOR", "ABSOLUTE 2", "RELATIVE -1", "RELATIVE 0",
        "ABSOLUTE -1", "ABSOLUTE 0", "NEXT",
    )  # fmt: skip
    fetched = [[row[0] for row in table.run(f"FETCH {direction} FROM c")] for direction in fetches]
    assert fetched == [[3], [2], [1], [2], [3], [], [], [3], [2], [1], [1], [3], [], [1]]
    assert table.value("SELECT @@CURSOR_ROWS") == 3


def test_variables_of_the_query_have_their_value_of_the_declaration(table):
    assert table.run(
        "DECLARE @n int = 20; DECLARE c CURSOR LOCAL FOR SELECT id FROM t WHERE n = @n; SET @n = 10; OPEN c; FETCH c"
    ) == [(2,)]


def test_local_cursors_end_with_their_batch_and_global_ones_stay(table):
    table.run("DECLARE l CURSOR LOCAL FOR SELECT 1 AS a; DECLARE g CURSOR FOR SELECT 2 AS a; OPEN g")
    assert table.run("SELECT CURSOR_STATUS('local', 'l'), CURSOR_STATUS('global', 'g')") == [(-3, 1)]
    assert table.run("FETCH NEXT FROM GLOBAL g") == [(2,)]
    assert table.run("CLOSE g; SELECT CURSOR_STATUS('global', 'g')") == [(-1,)]


def test_cursor_variables(table):
    assert table.run("""
        DECLARE @c CURSOR, @d CURSOR, @i int
        SET @c = CURSOR LOCAL SCROLL FOR SELECT id FROM t ORDER BY id
        OPEN @c
        FETCH LAST FROM @c INTO @i
        SET @d = @c
        DEALLOCATE @c
        SELECT @i, CURSOR_STATUS('variable', '@c'), CURSOR_STATUS('variable', '@d')
        FETCH PRIOR FROM @d
    """) == [(3, -2, 1), (2,)]


def test_cursors_in_a_procedure(table):
    table.run("""
        CREATE PROCEDURE p AS
        DECLARE @i int, @sum int = 0, @c CURSOR
        DECLARE c CURSOR LOCAL FOR SELECT id FROM t
        OPEN c
        FETCH NEXT FROM c INTO @i
        WHILE @@FETCH_STATUS = 0
        BEGIN
            SET @sum += @i
            FETCH NEXT FROM c INTO @i
        END
        SELECT @sum
    """)
    assert table.run("EXEC p; EXEC p") == [(6,), (6,)]


@pytest.mark.parametrize(
    ("script", "number"),
    [
        ("DECLARE c CURSOR FOR SELECT 1 AS a; DECLARE C CURSOR FOR SELECT 1 AS a", 16915),
        ("FETCH NEXT FROM nosuch", 16916),
        ("DECLARE d CURSOR LOCAL FOR SELECT 1 AS a; FETCH d", 16917),
        ("DECLARE d CURSOR LOCAL FOR SELECT 1 AS a; CLOSE d", 16917),
        ("DECLARE d CURSOR LOCAL FOR SELECT 1 AS a; OPEN d; OPEN d", 16905),
        ("DECLARE d CURSOR LOCAL FOR SELECT 1 AS a; OPEN d; FETCH LAST FROM d", 16911),
        ("DECLARE d CURSOR LOCAL DYNAMIC FOR SELECT id FROM t; OPEN d; FETCH ABSOLUTE 1 FROM d", 16925),
        ("DECLARE d CURSOR LOCAL FOR SELECT id FROM t; OPEN d; FETCH ABSOLUTE 1 FROM d", 16925),
        ("DECLARE d CURSOR LOCAL FAST_FORWARD FOR SELECT id FROM t; OPEN d; FETCH ABSOLUTE 1 FROM d", 16911),
        ("DECLARE d CURSOR LOCAL DYNAMIC FOR SELECT DISTINCT n FROM t; OPEN d; FETCH ABSOLUTE 1 FROM d", 50999),
        ("DECLARE @i int; DECLARE d CURSOR LOCAL FOR SELECT 1 AS a, 2 AS b; OPEN d; FETCH d INTO @i", 16924),
        ("DECLARE @g uniqueidentifier; DECLARE d CURSOR LOCAL FOR SELECT 1 AS a; OPEN d; FETCH d INTO @g", 16922),
        ("DECLARE @c CURSOR; OPEN @c", 16950),
        ("DECLARE @i int; OPEN @i", 16948),
        ("DECLARE d CURSOR LOCAL GLOBAL FOR SELECT 1 AS a", 1048),
        ("DECLARE d SCROLL CURSOR STATIC FOR SELECT 1 AS a", 1049),
        ("DECLARE d CURSOR LOCAL FOR SELECT nosuch FROM t", 207),
    ],
)
def test_refused(table, script, number):
    assert table.errors(script) == [number]


def test_rows_that_change_below_a_cursor_which_shows_changes_are_not_guessed(table):
    change = "OPEN d; FETCH d; UPDATE t SET n = 7 WHERE id = 2; FETCH d"
    assert table.errors(f"DECLARE d CURSOR LOCAL FOR SELECT id, n FROM t ORDER BY id; {change}") == [50999]
    table.run(f"DECLARE d CURSOR LOCAL STATIC FOR SELECT id, n FROM t ORDER BY id; {change}")


def test_goto(client):
    assert client.value("DECLARE @i int = 0; again: SET @i += 1; IF @i < 3 GOTO again; SELECT @i") == 3
    assert (
        client.value(
            "DECLARE @i int = 0; WHILE 1 = 1 BEGIN SET @i += 1; IF @i = 5 GOTO Done END; SET @i = 9; done: SELECT @i"
        )
        == 5
    )
    assert client.run(
        "BEGIN TRY SELECT 1/0 END TRY BEGIN CATCH GOTO failed END CATCH; RETURN; failed: SELECT 'failed'"
    )[-1] == ("failed",)
    assert client.errors("GOTO inside; IF 1 = 1 BEGIN inside: SELECT 1 END") == [50999]


@pytest.mark.parametrize("declaration", ["s SCROLL CURSOR", "s CURSOR SCROLL", "s CURSOR KEYSET", "s CURSOR STATIC"])
def test_a_scroll_cursor_takes_every_fetch(client, declaration):
    # https://learn.microsoft.com/sql/t-sql/language-elements/fetch-transact-sql (KEYSET, STATIC or SCROLL: all options)
    batch = (
        f"DECLARE {declaration} FOR SELECT v FROM (VALUES (1), (2), (3)) AS t(v) ORDER BY v; OPEN s; "
        "FETCH ABSOLUTE 2 FROM s; CLOSE s; DEALLOCATE s"
    )
    assert client.run(batch) == [(2,)]
