"""A child of a fork, played by another process number."""

import os

import pytest
from django.db import InterfaceError, ProgrammingError, transaction
from django.db.transaction import TransactionManagementError


@pytest.fixture
def forked(connection, monkeypatch):
    """Call it to go on as the child: a list of what the child did to the parent's connection."""
    connection.ensure_connection()
    parents, touched = connection.connection, []

    def fork():
        before = len(connection.driver.statements)
        child = os.getpid() + 1
        monkeypatch.setattr(os, "getpid", lambda: child)
        monkeypatch.setattr(type(parents), "close", lambda self: touched.append(self))
        return lambda: (connection.driver.statements[before:], [one for one in touched if one is parents])

    return fork


def run(connection, sql="SELECT 1"):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_child_opens_its_own_connection(connection, forked):
    run(connection)
    done = forked()
    run(connection)
    assert len(connection.driver.logins) == 2
    assert [sql for sql, _, _ in done()[0]][-1] == "SELECT 1" and done()[1] == []


@pytest.mark.parametrize("call", ["close", "rollback", "commit", "is_usable"])
def test_a_child_sends_nothing_over_the_parent_s_connection(connection, forked, call):
    connection.set_autocommit(False)
    run(connection)
    done = forked()
    getattr(connection, call)()
    assert done() == ([], [])
    assert connection.connection is None


def test_a_child_inside_a_block_has_no_transaction(connection, forked, monkeypatch):
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: connection)
    with transaction.atomic():
        run(connection)
        done = forked()
        with pytest.raises((ProgrammingError, TransactionManagementError)):
            run(connection)
    assert done() == ([], [])


def test_a_child_of_a_block_goes_on_after_it_with_autocommit_off(connection, forked, monkeypatch):
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: connection)
    connection.set_autocommit(False)
    with transaction.atomic():
        run(connection)
        forked()
        with pytest.raises((ProgrammingError, TransactionManagementError)):
            run(connection)
    run(connection)
    assert not connection.get_autocommit()


def test_a_child_keeps_autocommit_off(connection, forked):
    connection.set_autocommit(False)
    done = forked()
    run(connection)
    assert "BEGIN TRANSACTION" in "".join(sql for sql, _, _ in done()[0])
    connection.close()
    assert connection.get_autocommit()


def test_cursors_of_the_parent_are_closed(connection, forked):
    connection.driver.answer("FROM big", [(number,) for number in range(500)])
    cursor = connection.cursor()
    cursor.execute("SELECT id FROM big")
    raw, done = cursor.cursor._raw, forked()
    for use in (cursor.fetchall, lambda: cursor.execute("SELECT 1")):
        with pytest.raises(InterfaceError, match="connection is closed"):
            use()
    cursor.close()
    assert done() == ([], []) and not raw.closed
