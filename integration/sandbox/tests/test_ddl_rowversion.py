"""rowversion columns: numbered by the server with every change of their row."""

from __future__ import annotations

import pytest


@pytest.fixture
def table(client):
    client.run("CREATE TABLE t (id int PRIMARY KEY, n int, rv rowversion)")
    client.run("INSERT INTO t (id, n) VALUES (1, 10), (2, 20); INSERT INTO t VALUES (3, 30, DEFAULT)")
    return client


def versions(client):
    return dict(client.run("SELECT id, CAST(rv AS bigint) FROM t"))


def test_each_change_gives_the_next_number(table):
    before = versions(table)
    assert sorted(before.values()) == [before[1], before[1] + 1, before[1] + 2]
    table.run(
        "UPDATE t SET n = n WHERE id = 1; MERGE t USING (SELECT 3 AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE;"
    )
    assert versions(table) == {1: before[3] + 1, 2: before[2]}
    assert table.value("SELECT CAST(@@DBTS AS bigint)") == before[3] + 1


def test_optimistic_locking_by_the_version(table):
    version = table.value("SELECT rv FROM t WHERE id = 1")
    assert len(version) == 8
    change = f"UPDATE t SET n = 11 OUTPUT inserted.n WHERE id = 1 AND rv = 0x{version.hex()}"
    assert table.run(change) == [(11,)]
    assert table.run(change) == []


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("INSERT INTO t (id, rv) VALUES (9, 0x01)", [273]),
        ("INSERT INTO t SELECT 9, 9, 0x01", [273]),
        ("UPDATE t SET rv = 0x01", [272]),
        ("ALTER TABLE t ADD other timestamp", [2738]),
        ("ALTER TABLE t ALTER COLUMN rv int", [4928]),
        ("ALTER TABLE t ADD DEFAULT 0x01 FOR rv", [1755, 1750]),
    ],
)
def test_refused(table, statement, numbers):
    assert table.errors(statement) == numbers


def test_the_catalogue_calls_it_timestamp(table):
    assert table.run(
        "SELECT y.name, c.max_length, c.is_nullable FROM sys.columns c JOIN sys.types y"
        " ON y.user_type_id = c.user_type_id WHERE c.object_id = OBJECT_ID('t') AND c.name = 'rv'"
    ) == [("timestamp", 8, 0)]


def test_columns_come_and_go(table):
    table.run("ALTER TABLE t DROP COLUMN rv; UPDATE t SET n = 1; ALTER TABLE t ADD v2 rowversion NULL")
    first = table.run("SELECT v2 FROM t ORDER BY id")
    assert len(set(first)) == 3
    table.run("UPDATE t SET n = 2 WHERE id = 2")
    changed = table.run("SELECT v2 FROM t ORDER BY id")
    assert [one == other for one, other in zip(first, changed)] == [True, False, True]


def test_min_active_rowversion_without_changes_in_flight(server):
    from ddl_support import Client

    client = Client(server)
    assert client.value("SELECT CAST(MIN_ACTIVE_ROWVERSION() AS bigint) - CAST(@@DBTS AS bigint)") == 1
    client.run("BEGIN TRANSACTION; CREATE TABLE rv (v rowversion)")
    assert client.errors("SELECT MIN_ACTIVE_ROWVERSION()") == [50999]
    client.run("ROLLBACK")
    client.session.close()
