"""Views, schemas, sequences, sp_rename, extended properties, databases, procedures."""

from __future__ import annotations

import threading

import pytest
from ddl_support import Client, start_server


def test_views_follow_their_tables(client):
    client.run("CREATE TABLE a (id int, n int); INSERT INTO a VALUES (1, 2)")
    client.run("CREATE VIEW v AS SELECT id, n AS m FROM dbo.a")
    client.run("ALTER TABLE a ALTER COLUMN n bigint")
    assert client.run("SELECT id, m FROM v") == [(1, 2)]
    assert client.run("SELECT name FROM sys.columns WHERE object_id = OBJECT_ID('v') ORDER BY column_id") == [
        ("id",), ("m",)
    ]  # fmt: skip
    client.run("DROP TABLE a")
    assert client.errors("SELECT * FROM v") == [4413]
    client.run("CREATE TABLE a (id int, n int)")
    client.run("DROP VIEW v")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("CREATE VIEW v AS SELECT id + 1 FROM a", 4511),
        ("CREATE VIEW v AS SELECT id, id FROM a", 4506),
        ("CREATE VIEW v (x) AS SELECT id, n FROM a", 8158),
        ("CREATE VIEW v (x, y, z) AS SELECT id, n FROM a", 8159),
        ("CREATE VIEW a AS SELECT 1 AS x", 2714),
        ("ALTER VIEW nope AS SELECT 1 AS x", 208),
        ("CREATE VIEW v AS SELECT x FROM nope", 208),
    ],
)
def test_refused_views(client, statement, number):
    client.run("CREATE TABLE a (id int, n int)")
    assert client.errors(statement) == [number]


def test_schema_bound_views_hold_their_columns(owner):
    owner.run("CREATE TABLE a (id int, n int)")
    owner.run("CREATE VIEW v WITH SCHEMABINDING AS SELECT id FROM dbo.a")
    assert owner.errors("ALTER TABLE a DROP COLUMN id") == [5074, 4922]
    assert owner.errors("DROP TABLE a") == [3729]
    owner.run("ALTER TABLE a DROP COLUMN n")


def test_rename(client):
    client.run(
        "CREATE TABLE a (id int CONSTRAINT pk PRIMARY KEY, n int CONSTRAINT ck CHECK (n > 0), m int);"
        "CREATE INDEX ix ON a (m)"
    )
    assert client.infos("EXEC sp_rename 'dbo.a.m', 'k', 'COLUMN'")[0][0] == 15477
    client.run("EXEC sp_rename N'dbo.a.ix', N'jx', N'INDEX'")
    client.run("EXEC sp_rename 'pk', 'pk2', 'OBJECT'")
    assert client.run("SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID('a') ORDER BY index_id") == [
        ("pk2",), ("jx",)
    ]  # fmt: skip
    assert client.errors("EXEC sp_rename 'a.n', 'nn', 'COLUMN'") == [15336]
    assert client.errors("EXEC sp_rename 'a.k', 'id', 'COLUMN'") == [15335]
    assert client.errors("EXEC sp_rename 'nope', 'x'") == [15225]
    assert client.errors("EXEC sp_rename 'a.nope', 'x', 'COLUMN'") == [15248]
    client.run("EXEC sp_rename 'a', 'we]ird'")
    assert client.run("SELECT id, k FROM [we]]ird]") == []


def test_schemas(client):
    client.run("CREATE TABLE a (id int)")
    client.run("CREATE SCHEMA sales")
    client.run("ALTER SCHEMA sales TRANSFER dbo.a")
    assert client.run("SELECT * FROM sales.a") == []
    assert client.errors("SELECT * FROM dbo.a") == [208]
    assert client.errors("DROP SCHEMA sales") == [3729]
    assert client.errors("DROP SCHEMA nope") == [15151]
    assert client.errors("CREATE SCHEMA sales") == [2714, 2759]


def test_sequences(client):
    client.run("CREATE SEQUENCE s AS int START WITH 5 INCREMENT BY 5 MAXVALUE 12")
    client.run("CREATE TABLE a (id int DEFAULT (NEXT VALUE FOR dbo.s), n int); INSERT INTO a (n) VALUES (1)")
    assert client.run("SELECT id FROM a") == [(5,)]
    assert client.value("SELECT NEXT VALUE FOR s") == 10
    assert client.errors("SELECT NEXT VALUE FOR s") == [11728]
    client.run("ALTER SEQUENCE s RESTART WITH 7")
    assert client.value("SELECT NEXT VALUE FOR s") == 7
    assert client.errors("DROP SEQUENCE s") == [3729]
    assert client.errors("CREATE SEQUENCE t MINVALUE 5 START WITH 1") == [11703]
    assert client.errors("CREATE SEQUENCE t INCREMENT BY 0") == [11700]


def test_extended_properties(client):
    client.run("CREATE TABLE a (id int)")
    where = "N'SCHEMA', N'dbo', N'TABLE', N'a', N'COLUMN', N'id'"
    client.run(f"EXEC sp_addextendedproperty N'MS_Description', N'the key', {where}")
    select = (
        "SELECT CAST(value AS nvarchar(max)) FROM sys.extended_properties WHERE class = 1 AND major_id ="
        " OBJECT_ID('a') AND minor_id = 1 AND name = N'MS_Description'"
    )
    assert client.run(select) == [("the key",)]
    assert client.errors(f"EXEC sp_addextendedproperty N'MS_Description', N'x', {where}") == [15233]
    client.run(f"EXEC sp_updateextendedproperty N'MS_Description', N'new', {where}")
    assert client.run(select) == [("new",)]
    client.run(f"EXEC sp_dropextendedproperty N'MS_Description', {where}")
    assert client.errors(f"EXEC sp_dropextendedproperty N'MS_Description', {where}") == [15217]
    assert client.errors("EXEC sp_addextendedproperty 'x', 'y', 'SCHEMA', 'dbo', 'TABLE', 'nope'") == [15135]


def test_databases(server):
    client = Client(server, "master")
    client.run("CREATE DATABASE other COLLATE Latin1_General_CS_AS")
    assert client.errors("CREATE DATABASE Other") == [1801]
    assert client.value("SELECT collation_name FROM sys.databases WHERE name = 'other'") == "Latin1_General_CS_AS"
    inside = Client(server, "other")
    assert client.errors("DROP DATABASE other") == [3702]
    inside.session.close()
    client.run("ALTER DATABASE other SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
    client.run("DROP DATABASE other")
    assert client.errors("DROP DATABASE other") == [3701]
    assert client.errors("BEGIN TRANSACTION; CREATE DATABASE x") == [226]
    client.session.close()


def test_procedures(client):
    client.run("CREATE PROCEDURE p @a int, @b int = 5, @c int OUTPUT AS SET @c = @a + @b; SELECT @a AS a; RETURN 3")
    assert client.run("DECLARE @x int, @r int; EXEC @r = p 1, @c = @x OUTPUT; SELECT @x, @r") == [(1,), (6, 3)]
    assert client.errors("EXEC p") == [201]
    assert client.errors("EXEC nope") == [2812]
    client.run("DROP PROCEDURE p")
    assert client.errors("DROP PROCEDURE p") == [3701]


def test_application_locks(server):
    one, two = Client(server), Client(server)
    take = (
        "DECLARE @r int; EXEC @r = sp_getapplock @Resource = 'job', @LockMode = 'Exclusive', @LockOwner = 'Session',"
        " @LockTimeout = {}; SELECT @r"
    )
    assert one.value(take.format(0)) == 0
    assert two.value(take.format(0)) == -1
    assert two.value(take.format(50)) == -1
    one.run("EXEC sp_releaseapplock @Resource = 'job', @LockOwner = 'Session'")
    assert two.value(take.format(0)) == 0
    one.session.close()
    two.session.close()


APPLOCK = "DECLARE @r int; EXEC @r = sp_getapplock N'modes', '{}', 'Session', {}; SELECT @r"


@pytest.mark.parametrize(
    "held, compatible",
    [
        ("IntentShared", ("IntentShared", "Shared", "Update")),
        ("Shared", ("IntentShared", "Shared", "Update")),
        ("Update", ("IntentShared", "Shared")),
        ("Exclusive", ()),
    ],
)
def test_modes_of_application_locks(server, held, compatible):
    """Lock compatibility: Transaction locking and row versioning guide."""
    one, two = Client(server), Client(server)
    assert one.value(APPLOCK.format(held, 0)) == 0
    for mode in ("IntentShared", "Shared", "Update", "Exclusive"):
        assert two.value(APPLOCK.format(mode, 0)) == (0 if mode in compatible else -1)
        if mode in compatible:
            two.run("EXEC sp_releaseapplock N'modes', 'Session'")
    one.run("EXEC sp_releaseapplock N'modes', 'Session'")
    assert one.errors("EXEC sp_releaseapplock N'modes', 'Session'") == [1223]
    assert two.value(APPLOCK.format("Exclusive", 0)) == 0
    for client in (one, two):
        client.session.close()


def test_an_application_lock_that_had_to_be_waited_for(server):
    one, two, answers = Client(server), Client(server), []
    one.value(APPLOCK.format("Exclusive", 0))
    waiting = threading.Thread(target=lambda: answers.append(two.value(APPLOCK.format("Shared", -1))))
    waiting.start()
    while not one.session.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
        pass
    one.session.close()
    waiting.join()
    assert answers == [1]
    two.session.close()


@pytest.mark.parametrize(
    "call, number",
    [
        ("sp_getapplock NULL, 'Shared', 'Session'", 1224),
        ("sp_releaseapplock NULL, 'Session'", 1224),
        ("sp_getapplock N'x', 'Shared', 'Session', -2", 1227),
        ("sp_getapplock N'x', 'IntentExclusive', 'Session'", 50999),
    ],
)
def test_errors_of_application_locks(server, call, number):
    client = Client(server)
    assert client.errors(f"EXEC {call}") == [number]
    client.session.close()


@pytest.mark.parametrize(
    "call",
    [
        "sp_getapplock @Resource = 'job', @LockMode = 'Exclusive', @LockOwner = 'Transaction'",
        "sp_getapplock @Resource = 'job', @LockMode = 'Strong', @LockOwner = 'Session'",
        "sp_releaseapplock @Resource = 'job', @LockOwner = 'Batch'",
    ],
)
def test_wrong_calls_for_application_locks_answer_999(server, call):
    outside = Client(server)  # of any transaction
    assert outside.value(f"DECLARE @r int; EXEC @r = {call}; SELECT @r") == -999
    outside.session.close()


def test_foreign_keys_of_temporary_tables_are_skipped_with_a_message(client):
    client.run("CREATE TABLE p (id int PRIMARY KEY)")
    assert client.infos("CREATE TABLE #c (id int CONSTRAINT fk REFERENCES p (id))") == [
        (
            1756,
            "Skipping FOREIGN KEY constraint 'fk' definition for temporary table. FOREIGN KEY constraints are not "
            "enforced on local or global temporary tables.",
        )
    ]


def test_a_table_needs_a_column_that_is_not_computed(client):
    assert client.errors("CREATE TABLE t (c AS (1))") == [50999]


def test_catalogue_procedures(client):
    client.run("CREATE TABLE a_b (id int CONSTRAINT pk PRIMARY KEY, s nvarchar(20) NULL); CREATE TABLE axb (id int)")
    names = [row[2] for row in client.run("EXEC sp_tables 'a_b', NULL, NULL, \"'TABLE'\"")]
    assert names == ["a_b", "axb"]
    columns = client.run("EXEC sp_columns_100 @table_name = 'a_b', @fUsePattern = 0")
    assert [(row[3], row[4], row[5], row[6], row[7], row[17]) for row in columns] == [
        ("id", 4, "int", 10, 4, "NO"), ("s", -9, "nvarchar", 20, 40, "YES")
    ]  # fmt: skip
    assert [row[3:] for row in client.run("EXEC sp_pkeys 'a_b'")] == [("id", 1, "pk")]


def test_after_triggers(client):
    client.run("CREATE TABLE a (id int IDENTITY PRIMARY KEY, n int); CREATE TABLE log (what nvarchar(10), n int)")
    client.run(
        "CREATE TRIGGER tr ON a AFTER INSERT, UPDATE, DELETE AS BEGIN SET NOCOUNT ON;"
        " INSERT INTO log SELECT 'new', n FROM inserted; INSERT INTO log SELECT 'old', n FROM deleted END"
    )
    client.run("INSERT INTO a (n) VALUES (1), (2)")
    client.run("UPDATE a SET n = n + 10 WHERE n = 1")
    client.run("DELETE FROM a WHERE n = 2")
    assert client.run("SELECT what, n FROM log ORDER BY n, what") == [
        ("new", 1), ("old", 1), ("new", 2), ("old", 2), ("new", 11)
    ]  # fmt: skip
    assert client.errors("INSERT INTO a (n) OUTPUT inserted.id VALUES (3)") == [334]
    assert client.run("INSERT INTO a (n) VALUES (4); SELECT CAST(SCOPE_IDENTITY() AS int)") == [(3,)]
    client.run("ALTER TABLE a DISABLE TRIGGER tr")
    assert len(client.run("INSERT INTO a (n) OUTPUT inserted.id VALUES (3)")) == 1
    assert client.run("SELECT is_disabled FROM sys.triggers WHERE name = 'tr'") == [(1,)]
    client.run("ENABLE TRIGGER dbo.tr ON dbo.a")
    assert client.run("SELECT is_disabled FROM sys.triggers WHERE name = 'tr'") == [(0,)]
    client.run("SELECT 1; DISABLE TRIGGER ALL ON a\nINSERT INTO a (n) OUTPUT inserted.id VALUES (5)")
    client.run("DROP TRIGGER tr")


def test_triggers_may_refuse_the_change(server):
    client = Client(server)
    client.run("CREATE TABLE b (n int)")
    client.run(
        "CREATE TRIGGER refuse ON b AFTER INSERT AS IF EXISTS (SELECT 1 FROM inserted WHERE n < 0)"
        " BEGIN ROLLBACK; THROW 50001, 'no', 1; END"
    )
    assert client.errors("INSERT INTO b VALUES (-1)") == [50001]
    client.run("INSERT INTO b VALUES (1)")
    assert client.run("SELECT n FROM b") == [(1,)]
    client.run("DROP TABLE b")
    client.session.close()


def test_azure_shows_a_database_only_itself_and_master():
    server = start_server("azure")
    client = Client(server)
    assert client.run("SELECT name FROM sys.databases ORDER BY database_id") == [("master",), ("shop",)]
    master = Client(server, "master")
    master.run("CREATE DATABASE other (EDITION = 'Basic')")
    assert ("other",) in master.run("SELECT name FROM sys.databases")
    server.close()


def test_unknown_system_objects_are_refused_by_name(client):
    assert "sys.dm_os_sys_info" in client.error("SELECT * FROM sys.dm_os_sys_info")
    assert "sysusers" in client.error("SELECT * FROM sysusers")
    assert "date_format" in client.error("SELECT date_format FROM sys.dm_exec_sessions")
    assert "sysdatabases" in client.error("SELECT name FROM sysdatabases")
    assert "another database" in client.error("EXEC master.sys.sp_columns 't'")
    assert "sp_monitor" in client.error("EXEC sp_monitor")


def test_single_user_ends_other_sessions(server):
    server.databases.create("crowd")
    master, inside = Client(server, "master"), Client(server, "crowd")
    inside.run("BEGIN TRANSACTION; CREATE TABLE x (id int)")
    master.run("ALTER DATABASE crowd SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
    assert inside.errors("SELECT 1") == [596]
    inside.session.close()
    master.run("DROP DATABASE crowd")
    master.session.close()
