"""A Fabric warehouse: its grammar, its types, its keys."""

from __future__ import annotations

import pytds
import pytest

from mssql_sandbox import Sandbox


@pytest.fixture(scope="module")
def run():
    with Sandbox("warehouse") as sandbox:
        facts = {"user": sandbox.user, "password": sandbox.password, "database": "app", "autocommit": True}
        with pytds.connect(sandbox.host, port=sandbox.port, **facts) as connection, connection.cursor() as cursor:

            def execute(sql):
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else None

            yield execute


def test_tables_of_its_types_are_read_and_written(run):
    run("CREATE TABLE t (id bigint NOT NULL, name varchar(9), d datetime2(6), n decimal(9, 2), u uniqueidentifier)")
    run("INSERT INTO t (id, name) VALUES (1, 'a'), (2, 'b')")
    assert run("SELECT name FROM t WHERE id = 2") == [("b",)]
    assert run("SELECT CAST(SERVERPROPERTY('EngineEdition') AS int)") == [(11,)]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("CREATE TABLE x (name nvarchar(9))", "nvarchar"),
        ("CREATE TABLE x (at datetimeoffset)", "datetimeoffset"),
        ("CREATE TABLE x (at datetime2)", "six digits"),
        ("CREATE TABLE x (id int NOT NULL PRIMARY KEY)", "PRIMARY KEY"),
        ("CREATE TABLE x (id int DEFAULT 1)", "DEFAULT"),
        ("CREATE TABLE x (id int, CONSTRAINT u UNIQUE (id))", "UNIQUE"),
        ("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "SNAPSHOT"),
        ("CREATE TRIGGER r ON t AFTER INSERT AS SELECT 1", "trigger"),
    ],
)
def test_what_it_has_not_got_is_refused(run, sql, words):
    with pytest.raises(pytds.Error, match=words):
        run(sql)
