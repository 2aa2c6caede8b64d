"""System views exist in the engine with the columns that the catalogue declares."""

from __future__ import annotations

import pytest

from mssql_sandbox.catalog import system
from mssql_sandbox.engine import bootstrap as bootstrap_module
from mssql_sandbox.engine.bootstrap import bootstrap
from mssql_sandbox.engine.postgres import Cluster

COLLATION = "SQL_Latin1_General_CP1_CI_AS"


@pytest.fixture(scope="module")
def databases():
    with Cluster() as cluster:
        bootstrapped = bootstrap(cluster, 16, COLLATION)
        yield bootstrapped
        bootstrapped.close()


def connect(databases, name):
    return databases.cluster.connect(databases.opened(name).engine_name)


def test_every_declared_view_has_its_columns(databases):
    with connect(databases, "master") as connection:
        for table in system.views(99).values():
            cursor = connection.execute(f"select * from {table.physical} limit 0")
            assert [column.name for column in cursor.description] == [column.physical for column in table.columns]


def test_columns_of_later_versions_are_left_out():
    old = system.views(13)["sys", "tables"]
    new = system.views(16)["sys", "tables"]
    assert old.column("ledger_type") is None
    assert new.column("ledger_type") is not None


def test_system_views_are_listed_in_all_objects(databases):
    with connect(databases, "master") as connection:
        rows = connection.execute("select name from sys.all_objects where is_ms_shipped = 1").fetchall()
    assert ("foreign_keys",) in rows


def test_types_of_a_later_version_are_hidden(databases):
    with connect(databases, "master") as connection:
        names = {row[0] for row in connection.execute("select name from sys.types")}
    assert "nvarchar" in names
    assert "json" not in names


def test_databases_know_each_other(databases):
    databases.create("shop", "Latin1_General_100_CS_AS")
    with connect(databases, "master") as connection:
        rows = connection.execute("select name, database_id, collation_name from sys.databases order by 2").fetchall()
    assert rows[0] == ("master", 1, COLLATION)
    assert rows[-1] == ("shop", 5, "Latin1_General_100_CS_AS")
    databases.change("shop", name="store")
    assert databases.find("SHOP") is None
    databases.drop("STORE")
    assert databases.find("store") is None


def test_system_databases_are_made_when_somebody_connects(databases):
    sql = "select name, database_id, compatibility_level, recovery_model, create_date from sys.databases order by 2"
    with connect(databases, "master") as connection:
        before = connection.execute(sql).fetchall()
        assert [row[:2] for row in before][:4] == [("master", 1), ("tempdb", 2), ("model", 3), ("msdb", 4)]
        for name in ("tempdb", "tempdb", "msdb"):
            with connect(databases, name) as other:
                assert other.execute("select ms.database_property('name')").fetchone() == (name,)
                assert other.execute(sql).fetchall() == before
        assert connection.execute(sql).fetchall() == before


def test_a_new_server_has_no_database_yet_and_all_compare_names_alike():
    with Cluster() as cluster:
        databases = bootstrap(cluster, 16, "Latin1_General_100_CS_AS")
        with cluster.connect("postgres") as connection:
            assert connection.execute("select datname from pg_database where datname like 'd%'").fetchall() == []
        for name in ("master", "tempdb"):
            with connect(databases, name) as connection:
                assert connection.execute("select ms.key('Name')").fetchone() == ("Name",)
        databases.close()


class Stopped(Exception):
    pass


def test_what_needs_no_engine_is_prepared_while_it_starts(monkeypatch):
    order = []

    class Engine:
        def launch(self):
            order.append("launch")

        def start(self):
            order.append("start")
            raise Stopped

    monkeypatch.setattr(bootstrap_module, "prepare", lambda version: order.append("prepare"))
    with pytest.raises(Stopped):
        bootstrap(Engine(), 16, COLLATION)
    assert order == ["launch", "prepare", "start"]
