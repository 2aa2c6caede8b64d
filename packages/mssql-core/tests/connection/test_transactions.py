import pytest
from django.db import DatabaseError, Error, OperationalError
from django.db.transaction import TransactionManagementError

from mssql_core.testing import fake_connection, server_error


@pytest.fixture
def atomic(connection, monkeypatch):
    """transaction.atomic of the connection."""
    from django.db import transaction

    connection.ensure_connection()
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: connection)
    return transaction.atomic


def run(connection, sql="SELECT 1"):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def sent(connection):
    """What was sent after the connection was opened."""
    return [text.rstrip(";") for text in connection.driver.sql[1:]]


def test_a_block_costs_two_messages(connection, atomic):
    with atomic():
        run(connection)
    assert sent(connection) == ["BEGIN TRANSACTION", "SELECT 1", "COMMIT TRANSACTION"]


def test_an_empty_block_costs_none(connection, atomic):
    with atomic():
        pass
    assert sent(connection) == []


def test_an_inner_block_is_a_savepoint(connection, atomic):
    with atomic():
        with atomic():
            run(connection)
    begin, save, select, commit = sent(connection)
    assert save.startswith("SAVE TRANSACTION [s")
    assert commit == "COMMIT TRANSACTION"


def test_an_exception_rolls_back(connection, atomic):
    with pytest.raises(ValueError), atomic():
        run(connection)
        raise ValueError
    assert sent(connection)[-1] == "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"
    assert not connection.transaction_open


def test_an_inner_exception_rolls_back_to_the_savepoint(connection, atomic):
    with atomic():
        with pytest.raises(ValueError), atomic():
            raise ValueError
        run(connection)
    assert sent(connection)[2].startswith("ROLLBACK TRANSACTION [s")
    assert sent(connection)[-1] == "COMMIT TRANSACTION"


def test_autocommit_off_begins_with_the_first_statement(connection):
    connection.ensure_connection()
    connection.set_autocommit(False)
    run(connection)
    run(connection)
    connection.commit()
    run(connection)
    connection.rollback()
    connection.set_autocommit(True)
    assert [text.split()[0] for text in sent(connection)] == [
        "BEGIN",
        "SELECT",
        "SELECT",
        "COMMIT",
        "BEGIN",
        "SELECT",
        "IF",
    ]


def test_turning_autocommit_on_commits(connection):
    connection.ensure_connection()
    connection.set_autocommit(False)
    run(connection)
    connection.set_autocommit(True)
    assert sent(connection)[-1] == "COMMIT TRANSACTION"


def test_a_statement_s_own_error_asks_nothing(connection, atomic):
    connection.driver.answer("INSERT", server_error(2627))
    with atomic():
        with pytest.raises(DatabaseError):
            run(connection, "INSERT INTO a VALUES (1)")
        run(connection)
    assert sent(connection)[-2:] == ["SELECT 1", "COMMIT TRANSACTION"]


def test_after_a_deadlock_nothing_is_committed(connection, atomic):
    connection.driver.answer("UPDATE", server_error(1205, sqlstate="40001"))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [(0, 0)])
    with atomic():
        with pytest.raises(OperationalError):
            run(connection, "UPDATE a SET x = 1")
        # The server has ended the transaction: this would be committed by itself.
        with pytest.raises(TransactionManagementError):
            run(connection)
    assert sent(connection)[-1] == "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"


def test_a_deadlock_in_an_inner_block_breaks_the_outer_one(connection, atomic):
    connection.driver.answer("UPDATE", server_error(1205, sqlstate="40001"))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [(0, 0)])
    connection.driver.answer("ROLLBACK TRANSACTION [", server_error(3903))
    with atomic():
        with pytest.raises(OperationalError), atomic():
            run(connection, "UPDATE a SET x = 1")
        with pytest.raises(TransactionManagementError):
            run(connection)


def test_a_transaction_that_an_error_left_open_goes_on(connection, atomic):
    connection.driver.answer("THROW", server_error(50000))
    with atomic():
        with pytest.raises(Error):
            run(connection, "THROW 50000, 'x', 1")
        run(connection)
    assert sent(connection)[-1] == "COMMIT TRANSACTION"


def test_a_doomed_transaction_is_noticed(connection, atomic):
    connection.driver.answer("THROW", server_error(50000))
    connection.driver.answer("@@TRANCOUNT, XACT_STATE()", [(1, -1)])
    with atomic():
        with pytest.raises(Error):
            run(connection, "THROW 50000, 'x', 1")
        assert connection.needs_rollback


def test_closing_rolls_back(connection, atomic):
    connection.set_autocommit(False)
    run(connection)
    connection.close()
    assert sent(connection)[-1] == "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"


def test_a_dead_connection_is_replaced_by_the_next_query(connection):
    connection.ensure_connection()
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(OperationalError):
        run(connection, "SELECT * FROM a")
    run(connection)
    assert len(connection.driver.logins) == 2


def test_a_dead_connection_breaks_its_atomic_block(connection, atomic):
    connection.driver.answer("FROM a", server_error(10054, sqlstate="08S01"))
    with pytest.raises(OperationalError):
        with atomic():
            run(connection, "SELECT * FROM a")
    assert len(connection.driver.logins) == 1
    assert not connection.in_atomic_block


def test_no_transaction_without_a_block():
    connection = fake_connection()
    run(connection)
    assert sent(connection) == ["SELECT 1"]
