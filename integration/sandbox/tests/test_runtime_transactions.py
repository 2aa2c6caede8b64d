"""Transactions, savepoints and what errors do to them."""

import pytest
from ddl_support import Client

from mssql_sandbox.interface import EnvChange


@pytest.fixture
def client(server):
    client = Client(server)
    client.run("DROP TABLE IF EXISTS t; CREATE TABLE t (id int NOT NULL PRIMARY KEY, n nvarchar(5) NULL)")
    yield client
    client.session.close()


def kinds(events):
    return [event.kind for event in events if isinstance(event, EnvChange)]


def test_inner_commit_keeps_the_transaction_open(client):
    events = client.events("BEGIN TRAN; BEGIN TRAN; COMMIT")
    assert kinds(events) == ["begin"]
    assert client.value("SELECT @@TRANCOUNT") == 1
    assert kinds(client.events("COMMIT")) == ["commit"]


def test_rollback_undoes_everything_at_any_depth(client):
    client.run("BEGIN TRAN; INSERT INTO t VALUES (1, N'a'); BEGIN TRAN; INSERT INTO t VALUES (2, N'b'); ROLLBACK")
    assert client.run("SELECT id FROM t") == []
    assert client.value("SELECT @@TRANCOUNT") == 0


def test_savepoint_is_rolled_back_and_the_rest_kept(client):
    client.run(
        "BEGIN TRAN; INSERT INTO t VALUES (1, N'a'); SAVE TRAN s1; INSERT INTO t VALUES (2, N'b'); "
        "ROLLBACK TRAN s1; COMMIT"
    )
    assert client.run("SELECT id FROM t") == [(1,)]


@pytest.mark.parametrize(
    "statement, number",
    [
        ("COMMIT", 3902),
        ("ROLLBACK", 3903),
        ("SAVE TRAN s1", 628),
        ("BEGIN TRAN; ROLLBACK TRAN nosuch", 6401),
    ],
)
def test_faults_of_transaction_statements(client, statement, number):
    assert client.errors(statement) == [number]
    client.events("IF @@TRANCOUNT > 0 ROLLBACK")


def test_a_failed_statement_leaves_the_transaction_open(client):
    client.run("BEGIN TRAN; INSERT INTO t VALUES (1, N'a')")
    assert client.errors("INSERT INTO t VALUES (1, N'again')") == [2627]
    client.run("INSERT INTO t VALUES (2, N'b'); COMMIT")
    assert client.run("SELECT id FROM t ORDER BY id") == [(1,), (2,)]


def test_xact_abort_rolls_everything_back(client):
    client.run("SET XACT_ABORT ON; BEGIN TRAN; INSERT INTO t VALUES (1, N'a')")
    assert client.errors("INSERT INTO t VALUES (1, N'again')") == [2627]
    assert client.value("SELECT @@TRANCOUNT") == 0
    assert client.run("SELECT id FROM t") == []
    client.run("SET XACT_ABORT OFF")


def test_conversion_fault_ends_batch_and_transaction(client):
    client.run("BEGIN TRAN; INSERT INTO t VALUES (1, N'a')")
    assert client.errors("SELECT CAST(N'x' AS int); SELECT 1") == [245]
    assert client.value("SELECT @@TRANCOUNT") == 0


def test_doomed_transaction_can_only_be_rolled_back(client):
    client.run("BEGIN TRAN")
    errors = client.errors(
        "BEGIN TRY SELECT CAST(N'x' AS int) END TRY BEGIN CATCH SELECT XACT_STATE(); INSERT INTO t VALUES (1, N'a') "
        "END CATCH"
    )
    assert 3930 in errors


def test_lock_timeout_is_1222(client, server):
    other = Client(server)
    client.run("INSERT INTO t VALUES (1, N'a')")
    client.run("BEGIN TRAN; UPDATE t SET n = N'b' WHERE id = 1")
    assert other.errors("SET LOCK_TIMEOUT 50; UPDATE t SET n = N'c' WHERE id = 1") == [1222]
    client.run("ROLLBACK")
    other.session.close()


def test_a_session_that_goes_away_leaves_no_lock(client, server):
    other = Client(server)
    client.run("INSERT INTO t VALUES (1, N'a')")
    other.run("BEGIN TRAN; UPDATE t SET n = N'b' WHERE id = 1")
    other.session.close()
    client.run("SET LOCK_TIMEOUT 300000; UPDATE t SET n = N'c' WHERE id = 1")
    assert client.run("SELECT n FROM t") == [("c",)]


def test_table_variables_of_transactions_rolled_back_and_committed(client):
    batch = (
        "DECLARE @v TABLE (n int); INSERT INTO @v SELECT value FROM GENERATE_SERIES(1, 5000); SELECT COUNT(*) FROM @v"
    )
    for end in ("ROLLBACK", "ROLLBACK", "COMMIT", "ROLLBACK"):
        client.run("BEGIN TRANSACTION")
        assert client.value(batch) == 5000
        assert client.value(batch) == 5000
        client.run(end)
    assert client.value(batch) == 5000
