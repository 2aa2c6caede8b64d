"""Two faults in one transaction, in any message and of any kind: it is whole or nothing, and what follows is kept."""

import itertools

import pytest
from django.db import Error
from ledger import Interrupted, Ledger, in_manual, insert, manual, nested, nested_undone, plain, procedure, undone

from mssql_core.testing import fake_connection, server_error

# Messages in which faults happen; the second comes at most so many behind the first.
MESSAGES, BEHIND = 8, 1
KINDS = (
    "timeout before",
    "timeout after",
    "lost before",
    "lost after",
    "signal before",
    "signal after",
    "ended",
    "doomed",
)
LOST = server_error(10054, "link", "08S01")
FAILURES = {"timeout": server_error(None, "Query timeout expired", "HYT00"), "lost": LOST, "signal": Interrupted()}


class FaultyLedger(Ledger):
    """Messages have faults: before or after the server has run them.

    :param faults: number of the message -> kind.
    :ivar commits: how many COMMITs ran.
    """

    def __init__(self, connection, faults):
        super().__init__(connection)
        self.faults = faults
        self.count = self.commits = 0
        self.is_dead = self.is_doomed = False

    def connect(self, **arguments):
        self.is_dead = self.is_doomed = False
        return super().connect(**arguments)

    def results(self, sql):
        if "SERVERPROPERTY" in sql or sql.startswith("SET "):
            return super().results(sql)
        if self.is_dead:
            return [LOST], None
        kind, self.count = self.faults.get(self.count, ""), self.count + 1
        if kind in ("ended", "doomed"):
            return self._end(kind, sql)
        cause, _, moment = kind.partition(" ")
        answer = self._run(sql) if moment != "before" else None
        if cause == "lost":
            self.is_dead, self.open = True, None
        return ([FAILURES[cause]], None) if cause else answer

    def _end(self, kind, sql):
        """An error of the server that ends the transaction, or dooms it."""
        if self.open is None or sql.startswith(("COMMIT", "IF @@TRANCOUNT")):
            return self._run(sql)
        self.is_doomed = kind == "doomed"
        if kind == "ended":
            self.open = None
        return [server_error(2627)], None

    def _run(self, sql):
        if sql.startswith("IF @@TRANCOUNT"):
            self.is_doomed = False
        elif self.is_doomed and sql.startswith(("INSERT", "COMMIT", "ROLLBACK", "SAVE")):
            return [server_error(3930)], None
        elif self.open is None and sql.startswith(("COMMIT", "ROLLBACK", "SAVE")):
            return [server_error(3902)], None
        self.commits += sql.startswith("COMMIT")
        results, columns = super().results(sql)
        if "XACT_STATE()" in sql and (self.open is None or self.is_doomed):
            return [[(1001 if self.is_doomed else 2002, int(self.is_doomed), -int(self.is_doomed))]], columns
        return results, columns


def pairs():
    """Each fault alone, and with each one close behind it."""
    for first, kind in itertools.product(range(MESSAGES), KINDS):
        yield {first: kind}
        for second, other in itertools.product(range(first + 1, first + 1 + BEHIND), KINDS):
            yield {first: kind, second: other}


def follow(connection, atomic):
    """Blocks and statements behind the faults: the rows that the application takes for saved, and how many failed."""
    told, failed = [], 0
    for number in (100, 200, 300):
        try:
            with atomic():
                insert(connection, number, number + 1)
            told += [number, number + 1]
        except Error:
            failed += 1
        try:
            insert(connection, number + 2)
            told.append(number + 2)
        except Error:
            failed += 1
    return told, failed


@pytest.mark.parametrize("work", [plain, undone, nested, nested_undone, manual, in_manual, procedure])
def test_two_faults_leave_a_transaction_whole_or_nothing(monkeypatch, work):
    from django.db import transaction

    for faults in pairs():
        connection = fake_connection(options={"connection_retries": 0})
        ledger = FaultyLedger(connection, dict(faults))
        monkeypatch.setattr(transaction, "get_connection", lambda using=None, connection=connection: connection)
        connection.ensure_connection()
        finished = False
        try:
            work(connection, transaction.atomic)
            finished = True
        except (Error, Interrupted):
            pass
        commits = ledger.commits
        ledger.faults.clear()
        told, failed = follow(connection, transaction.atomic)
        connection.close()
        about = (faults, finished, ledger.rows, connection.driver.sql)
        kept = tuple(number for number in ledger.rows if number < 100)
        assert [number for number in ledger.rows if number >= 100] == told and failed <= 1, about
        assert kept in ([()] if work is undone else [(), (1, 2)]), about
        assert not finished or work is undone or kept, about
        assert finished or not kept or commits, about
