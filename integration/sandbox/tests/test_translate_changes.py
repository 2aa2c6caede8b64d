"""UPDATE and DELETE by rows of FROM and through common tables."""

from __future__ import annotations

import pytest
from ddl_support import Client, start_server


@pytest.fixture(scope="module")
def client():
    opened = Client(start_server())
    opened.run(
        "CREATE TABLE t (id int PRIMARY KEY, name varchar(20), n int); CREATE TABLE o (id int, label varchar(20), q int)"
    )
    yield opened
    opened.server.close()


@pytest.fixture(autouse=True)
def rows(client):
    client.run("DELETE FROM t; DELETE FROM o")
    client.run(
        "INSERT INTO t VALUES (1, 'a', 1), (2, 'a', 2), (3, 'b', 3); INSERT INTO o VALUES (1, 'x', 10), (3, 'z', 30)"
    )


def test_a_target_that_from_does_not_name_is_joined_to_it(client):
    client.run("UPDATE t SET n = o.q + 1 FROM o WHERE t.id = o.id")
    assert client.run("SELECT id, n FROM t ORDER BY id") == [(1, 11), (2, 2), (3, 31)]
    client.run("DELETE FROM t FROM (SELECT TOP 1 id FROM o ORDER BY id) AS x WHERE t.id = x.id")
    assert client.run("SELECT id FROM t ORDER BY id") == [(2,), (3,)]


def test_rows_are_deleted_through_a_common_table(client):
    client.run(
        "WITH d AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY name ORDER BY id) AS rn FROM t) DELETE FROM d WHERE rn > 1"
    )
    assert client.run("SELECT id FROM t ORDER BY id") == [(1,), (3,)]


def test_rows_are_updated_through_a_common_table(client):
    client.run("WITH c AS (SELECT TOP 1 * FROM t ORDER BY n DESC) UPDATE c SET n = n + 100")
    client.run("WITH c AS (SELECT t.n, o.q FROM t JOIN o ON o.id = t.id WHERE t.id = 1) UPDATE c SET n += q")
    assert client.run("SELECT id, n FROM t ORDER BY id") == [(1, 11), (2, 2), (3, 103)]


def test_the_alias_of_a_common_table_and_its_name_are_two_references(client):
    # https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql (CTE references)
    setup = (
        "DECLARE @x TABLE (id int, v int); DECLARE @y TABLE (id int, v int); INSERT @x VALUES (1, 10), (2, 20);"
        "INSERT @y VALUES (1, 100), (2, 200); WITH c AS (SELECT * FROM @x) "
    )
    change = "UPDATE {} SET v = y.v FROM c AS x JOIN @y AS y ON y.id = x.id; SELECT * FROM @x ORDER BY id"
    assert client.run(setup + change.format("x")) == [(1, 100), (2, 200)]
    assert client.run(setup + change.format("c")) == [(1, 100), (2, 100)]


def test_output_names_columns_as_the_common_table_does(client):
    change = (
        "WITH c (k, v) AS (SELECT id, n FROM t) UPDATE c SET v = 0 OUTPUT inserted.k, deleted.v, inserted.v WHERE k = 3"
    )
    assert client.run(change) == [(3, 3, 0)]


@pytest.mark.parametrize(
    "statement, number",
    [
        ("WITH c AS (SELECT t.n, o.q FROM t JOIN o ON o.id = t.id) DELETE FROM c", 4405),
        ("WITH c AS (SELECT t.n, o.q FROM t JOIN o ON o.id = t.id) UPDATE c SET n = 1, q = 2", 4405),
        ("WITH c AS (SELECT name, COUNT(*) AS n FROM t GROUP BY name) DELETE FROM c", 4403),
        ("WITH c AS (SELECT n + 1 AS m FROM t) UPDATE c SET m = 1", 4406),
        ("WITH c AS (SELECT n FROM t) UPDATE c SET k = 1", 207),
        ("WITH c AS (SELECT n FROM t UNION ALL SELECT q FROM o) UPDATE c SET n = 1", 50999),
    ],
)
def test_what_a_common_table_does_not_let_change(client, statement, number):
    assert client.errors(statement) == [number]


def test_output_reads_the_other_tables_of_from(client):
    assert client.run("DELETE t OUTPUT deleted.id, o.label FROM t JOIN o ON o.id = t.id WHERE t.id = 3") == [(3, "z")]


def test_output_goes_to_a_table_and_to_the_client(client):
    results = client.run(
        "DECLARE @v TABLE (a int, b varchar(20)); UPDATE t SET n = 7 OUTPUT inserted.id, x.label INTO @v "
        "OUTPUT deleted.n, x.q FROM t JOIN o AS x ON x.id = t.id WHERE t.id = 3; SELECT @@ROWCOUNT; SELECT * FROM @v"
    )
    assert results == [(3, 30), (1,), (3, "z")]


def test_top_of_insert_limits_the_rows(client):
    assert client.run("INSERT TOP (1) INTO o SELECT id, name, n FROM t; SELECT @@ROWCOUNT") == [(1,)]
    assert client.run("INSERT TOP (50) PERCENT INTO o SELECT id, name, n FROM t; SELECT @@ROWCOUNT") == [(2,)]
