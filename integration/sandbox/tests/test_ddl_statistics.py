"""CREATE, UPDATE and DROP STATISTICS: what the catalogue tells, and what they hold on to."""

from __future__ import annotations

import pytest


@pytest.fixture
def table(owner):
    owner.run("CREATE TABLE t (id int NOT NULL CONSTRAINT t_pk PRIMARY KEY, n int, v varchar(10))")
    owner.run("CREATE STATISTICS s ON t (n, v) WITH FULLSCAN, NORECOMPUTE")
    return owner


def test_the_catalogue_lists_them_beside_those_of_indexes(table):
    table.run("CREATE STATISTICS f ON dbo.t (v) WHERE n > 3 WITH SAMPLE 10 PERCENT; CREATE INDEX i ON t (v)")
    assert table.run(
        "SELECT name, stats_id, user_created, no_recompute, filter_definition FROM sys.stats"
        " WHERE object_id = OBJECT_ID('t') ORDER BY stats_id"
    ) == [("t_pk", 1, 0, 0, None), ("s", 2, 1, 1, None), ("f", 3, 1, 0, "([n]>(3))"), ("i", 4, 0, 0, None)]
    assert table.run(
        "SELECT c.name, x.stats_column_id FROM sys.stats_columns x"
        " JOIN sys.columns c ON c.object_id = x.object_id AND c.column_id = x.column_id"
        " WHERE x.object_id = OBJECT_ID('t') AND x.stats_id = 2 ORDER BY 2"
    ) == [("n", 1), ("v", 2)]


def test_update_takes_one_several_or_all(table):
    table.run(
        "UPDATE STATISTICS t; UPDATE STATISTICS dbo.t s WITH RESAMPLE; UPDATE STATISTICS t (s, t_pk) WITH FULLSCAN"
    )
    assert table.errors("UPDATE STATISTICS t nope") == [2767]


def test_a_column_with_statistics_may_grow_but_not_go(table):
    assert table.errors("ALTER TABLE t DROP COLUMN n") == [5074, 4922]
    assert table.errors("ALTER TABLE t ALTER COLUMN n bigint") == [5074, 4922]
    table.run("ALTER TABLE t ALTER COLUMN v varchar(20)")
    table.run("DROP STATISTICS t.s")
    table.run("ALTER TABLE t DROP COLUMN n")


def test_names_are_shared_with_indexes(table):
    assert table.errors("CREATE INDEX S ON t (n)") == [1913]
    assert table.errors("CREATE STATISTICS t_pk ON t (n)") == [1927]


def test_temp_tables_have_statistics_and_a_table_takes_its_own_with_it(table):
    table.run("CREATE TABLE #x (a int); CREATE STATISTICS s ON #x (a); UPDATE STATISTICS #x; DROP TABLE #x")
    table.run("DROP TABLE t")
    assert table.value("SELECT COUNT(*) FROM sys.stats WHERE name = 's'") == 0
