import logging

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.db.transaction import TransactionManagementError

from mssql_core import retries
from mssql_core.retries import retry_atomic
from mssql_core.testing import server_error

DEADLOCK = server_error(1205, "deadlock", "40001")
LOST = server_error(10054, "link", "08S01")
TIMEOUT = server_error(None, "Query timeout expired", "HYT00")


@pytest.fixture
def waits(connection, monkeypatch):
    """The alias is the fake connection, and the waits are noted instead of waited for."""
    noted = []
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: connection)
    monkeypatch.setattr(retries.time, "sleep", noted.append)
    connection.ensure_connection()
    return noted


@pytest.fixture
def fail(connection):
    """Call it with a beginning of statements and errors: the statements fail with each of these in turn."""
    kept = connection.driver.results

    def script(start, *errors):
        left = list(errors)
        connection.driver.results = lambda sql: ([left.pop(0)], None) if left and sql.startswith(start) else kept(sql)

    return script


def update(connection):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE a SET x = 1")
    return "done"


def commits(connection):
    return connection.driver.sql.count("COMMIT TRANSACTION")


@pytest.mark.parametrize("fault", [DEADLOCK, LOST, server_error(3960), server_error(596), server_error(40613)])
def test_a_transaction_that_a_fault_ended_runs_again(connection, waits, fail, fault, caplog):
    fail("UPDATE", fault, fault)
    with caplog.at_level(logging.WARNING, "mssql_core.retries"):
        assert retry_atomic(delay=1)(update)(connection) == "done"
    assert commits(connection) == 1
    assert 0.5 <= waits[0] <= 1 <= waits[1] <= 2
    assert len(caplog.records) == 2


def test_the_attempts_have_a_limit(connection, waits, fail):
    fail("UPDATE", *[DEADLOCK] * 9)
    with pytest.raises(OperationalError, match="1205"):
        retry_atomic(attempts=3, delay=4, max_delay=5)(update)(connection)
    assert connection.driver.sql.count("UPDATE a SET x = 1") == 3
    assert max(waits) <= 5 and len(waits) == 2


@pytest.mark.parametrize("error", [TIMEOUT, server_error(2627), server_error(1222), server_error(40551)])
def test_other_errors_are_the_function_s_own(connection, waits, fail, error):
    fail("UPDATE", error)
    with pytest.raises(DatabaseError):
        retry_atomic()(update)(connection)
    assert waits == [] and commits(connection) == 0


@pytest.mark.parametrize("error", [LOST, TIMEOUT, server_error(596)])
def test_nothing_runs_again_after_a_commit_without_an_answer(connection, waits, fail, error):
    fail("COMMIT", error)
    with pytest.raises(OperationalError):
        retry_atomic()(update)(connection)
    assert connection.driver.sql.count("UPDATE a SET x = 1") == 1


def test_a_commit_that_was_refused_for_a_conflict_runs_again(connection, waits, fail):
    fail("COMMIT", server_error(41305))
    retry_atomic()(update)(connection)
    assert connection.driver.sql.count("UPDATE a SET x = 1") == 2 == commits(connection)


def test_an_error_of_a_callback_after_the_commit_runs_nothing_again(connection, waits, fail):
    def function():
        transaction.on_commit(lambda: update(connection))
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO a VALUES (1)")

    fail("UPDATE", DEADLOCK)
    with pytest.raises(OperationalError):
        retry_atomic()(function)()
    assert commits(connection) == 1 == connection.driver.sql.count("INSERT INTO a VALUES (1)")


def test_a_swallowed_deadlock_counts_by_its_cause(connection, waits, fail):
    runs = []

    def function():
        runs.append(1)
        try:
            update(connection)
        except OperationalError as error:
            raise TransactionManagementError("over") from error

    fail("UPDATE", DEADLOCK)
    retry_atomic()(function)()
    assert len(runs) == 2


def test_inside_another_block_it_is_refused(connection, waits):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        retry_atomic()(update)(connection)


def test_without_autocommit_it_is_refused(connection, waits):
    connection.set_autocommit(False)
    with pytest.raises(TransactionManagementError, match="needs autocommit"):
        retry_atomic()(update)(connection)


def test_what_cannot_be_run_again_is_refused(monkeypatch):
    async def coroutine():
        pass

    with pytest.raises(TypeError, match="coroutine"):
        retry_atomic()(coroutine)
    with pytest.raises(TypeError, match="brackets"):
        retry_atomic(update)
    with pytest.raises(ValueError, match="1 or more"):
        retry_atomic(attempts=0)
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: object())
    with pytest.raises(TypeError, match="not one of mssql-core"):
        retry_atomic(using="other")(update)(None)
