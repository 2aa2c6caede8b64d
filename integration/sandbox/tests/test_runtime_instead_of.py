"""INSTEAD OF triggers."""

from __future__ import annotations

import pytest

from mssql_sandbox.interface import Done


@pytest.fixture
def table(client):
    client.run("CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 10), (2, 20)")
    client.run("CREATE TABLE log (what varchar(9), id int, n int)")
    client.run(
        "CREATE TRIGGER ti ON t INSTEAD OF INSERT AS BEGIN INSERT INTO log SELECT 'instead', id, n FROM inserted;"
        " INSERT INTO t SELECT id, n * 2 FROM inserted WHERE n < 100 END"
    )
    return client


def test_the_body_decides_what_happens(table):
    table.run("INSERT INTO t VALUES (3, 30), (4, 400)")
    assert table.run("SELECT * FROM t ORDER BY id") == [(1, 10), (2, 20), (3, 60)]
    assert table.run("SELECT id, n FROM log ORDER BY id") == [(3, 30), (4, 400)]


def test_the_statement_counts_its_own_rows(table):
    events = table.events("INSERT INTO t VALUES (3, 30), (4, 400)")
    assert [event.count for event in events if isinstance(event, Done)][-1] == 2
    assert table.value("INSERT INTO t VALUES (5, 500); SELECT @@ROWCOUNT") == 1


def test_deletes_and_updates(table):
    table.run("CREATE TRIGGER td ON t INSTEAD OF DELETE, UPDATE AS INSERT INTO log SELECT 'old', id, n FROM deleted")
    table.run("DELETE FROM t WHERE id = 1; UPDATE t SET n = 7 WHERE id = 2")
    assert table.run("SELECT * FROM t ORDER BY id") == [(1, 10), (2, 20)]
    assert table.run("SELECT id, n FROM log ORDER BY id") == [(1, 10), (2, 20)]


def test_after_triggers_run_for_what_the_body_does(table):
    table.run("CREATE TRIGGER ta ON t AFTER INSERT AS INSERT INTO log SELECT 'after', id, n FROM inserted")
    table.run("INSERT INTO t VALUES (3, 30)")
    assert table.run("SELECT what, n FROM log ORDER BY n") == [("instead", 30), ("after", 60)]


def test_disabled_and_dropped(table):
    table.run("ALTER TABLE t DISABLE TRIGGER ti; INSERT INTO t VALUES (3, 30)")
    table.run("ALTER TABLE t ENABLE TRIGGER ti; INSERT INTO t VALUES (4, 400)")
    table.run("DROP TRIGGER ti; INSERT INTO t VALUES (5, 500)")
    assert table.run("SELECT id FROM t WHERE id > 2 ORDER BY id") == [(3,), (5,)]


def test_the_catalogue_tells_them(table):
    assert table.run("SELECT name, is_instead_of_trigger FROM sys.triggers") == [("ti", 1)]


def test_one_for_each_event(table):
    assert table.errors("CREATE TRIGGER other ON t INSTEAD OF INSERT AS SELECT 1") == [2111]


def test_what_is_not_known_is_refused(table):
    assert table.errors("INSERT INTO t VALUES (NULL, 1)") == [50999]
    assert table.errors("MERGE t USING (SELECT 1 AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE;") == [50999]
    table.run("CREATE TABLE i (id int, n AS id + 1)")
    assert table.errors("CREATE TRIGGER x ON i INSTEAD OF INSERT AS SELECT 1") == [50999]


def test_the_identity_is_0_in_inserted_and_counts_in_the_body(client):
    client.run("CREATE TABLE io (i int IDENTITY, n int); CREATE TABLE log (i int, n int)")
    client.run(
        "CREATE TRIGGER io_i ON io INSTEAD OF INSERT AS"
        " INSERT io (n) SELECT n + 1 FROM inserted; INSERT log SELECT * FROM inserted"
    )
    client.run("CREATE TRIGGER io_u ON io INSTEAD OF UPDATE AS INSERT log SELECT * FROM inserted")
    client.run("INSERT io (n) VALUES (1), (2); UPDATE io SET n = 9 WHERE i = 2")
    assert client.run("SELECT * FROM io ORDER BY i") == [(1, 2), (2, 3)]
    assert client.run("SELECT * FROM log ORDER BY n") == [(0, 1), (0, 2), (2, 9)]
    assert client.run("SELECT SCOPE_IDENTITY(), @@IDENTITY") == [(None, 2)]
    client.run("DROP TRIGGER io_i; INSERT io (n) VALUES (5)")
    assert client.run("SELECT i FROM io WHERE n = 5") == [(3,)]
