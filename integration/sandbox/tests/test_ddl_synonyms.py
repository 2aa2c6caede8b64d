"""CREATE and DROP SYNONYM: other names of tables, views and procedures."""

from __future__ import annotations

import pytest


@pytest.fixture
def named(client):
    client.run("CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 10)")
    client.run("CREATE SYNONYM y FOR dbo.t")
    return client


def test_queries_and_changes_go_to_the_base(named):
    named.run("INSERT INTO y VALUES (2, 20); UPDATE dbo.y SET n = 21 WHERE y.id = 2; DELETE FROM y WHERE id = 1")
    assert named.run("SELECT y.n, t.id FROM y JOIN t ON t.id = y.id") == [(21, 2)]


def test_the_catalogue_tells_the_base(named):
    assert named.run("SELECT name, base_object_name, type FROM sys.synonyms") == [("y", "[dbo].[t]", "SN")]
    assert named.value("SELECT OBJECT_ID('y', 'SN') - object_id FROM sys.objects WHERE type = 'SN'") == 0


def test_the_base_may_come_later(client):
    client.run("CREATE SYNONYM y FOR later")
    assert client.errors("SELECT * FROM y") == [5313]
    client.run("CREATE TABLE later (id int)")
    assert client.run("SELECT * FROM y") == []


def test_procedures_have_synonyms(client):
    client.run("CREATE PROCEDURE p @a int AS SELECT @a + 1")
    client.run("CREATE SYNONYM y FOR dbo.p")
    assert client.run("EXEC y 4") == [(5,)]


def test_a_synonym_is_no_table_to_define(named):
    for statement in ("DROP TABLE y", "ALTER TABLE y ADD x int", "TRUNCATE TABLE y", "CREATE INDEX i ON y (n)"):
        assert named.errors(statement) == [50999]
    assert named.run("SELECT COUNT(*) FROM t") == [(1,)]


def test_drop(named):
    named.run("DROP SYNONYM y; DROP SYNONYM IF EXISTS y")
    assert named.errors("SELECT * FROM y") == [208]
    assert named.errors("DROP SYNONYM y") == [3701]
    assert named.run("SELECT id FROM t") == [(1,)]
