"""A Fabric warehouse: its grammar, its types, its keys."""

from __future__ import annotations

import pytest
from ddl_support import Client, start_server


@pytest.fixture(scope="module")
def client():
    server = start_server("warehouse")
    yield Client(server)
    server.close()


def test_tables_of_its_types_are_read_and_written(client):
    client.run(
        "CREATE TABLE t (id bigint NOT NULL, name varchar(9), d datetime2(6), n decimal(9, 2), u uniqueidentifier)"
    )
    client.run("INSERT INTO t (id, name) VALUES (1, 'a'), (2, 'b')")
    assert client.run("SELECT name FROM t WHERE id = 2") == [("b",)]
    assert client.run("SELECT CAST(SERVERPROPERTY('EngineEdition') AS int)") == [(11,)]


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
def test_what_it_has_not_got_is_refused(client, sql, words):
    assert words in client.error(sql)
