"""A server that knows what is committed, and what applications do in transactions: each makes the rows 1 and 2, or none."""

import contextlib
import re

from mssql_core.testing.driver import TRANSACTION_ID


class Interrupted(BaseException):
    """What a signal's handler raises."""


class Ledger:
    """A server that knows what is committed.

    :ivar rows: the committed ones.
    :ivar open: those of the open transaction, or None.
    """

    def __init__(self, connection):
        self.rows, self.open, self.savepoints = [], None, {}
        driver = connection.driver
        self._others, self._connect = driver.results, driver.connect
        driver.results, driver.connect = self.results, self.connect

    def connect(self, **arguments):
        # The server has rolled back what a connection left.
        self.open = None
        return self._connect(**arguments)

    def results(self, sql):
        if match := re.match(r"INSERT (\d+)", sql):
            (self.rows if self.open is None else self.open).append(int(match[1]))
        elif sql.startswith("COMMIT"):
            self.rows += self.open
            self.open = None
        elif sql.startswith("IF @@TRANCOUNT"):
            self.open = None
        elif match := re.match(r"SAVE TRANSACTION (.*)", sql):
            self.savepoints[match[1]] = len(self.open)
        elif match := re.match(r"ROLLBACK TRANSACTION (.*)", sql):
            del self.open[self.savepoints[match[1]] :]
        elif "@@TRANCOUNT" in sql:
            if sql.startswith("BEGIN"):
                assert self.open is None
                self.open = []
            return [[(TRANSACTION_ID, int(self.open is not None), int(self.open is not None))]], None
        return self._others(sql)


def insert(connection, *numbers):
    for number in numbers:
        with connection.cursor() as cursor:
            cursor.execute("INSERT %d" % number)


def plain(connection, atomic):
    with atomic():
        insert(connection, 1, 2)


def undone(connection, atomic):
    with contextlib.suppress(ValueError), atomic():
        insert(connection, 1, 2)
        raise ValueError


def nested(connection, atomic):
    with atomic():
        insert(connection, 1)
        with atomic():
            insert(connection, 2)


def nested_undone(connection, atomic):
    with atomic():
        insert(connection, 1)
        with contextlib.suppress(ValueError), atomic():
            insert(connection, 8, 9)
            raise ValueError
        insert(connection, 2)


def swallowed(connection, atomic):
    """The application takes the interruption for the failure of a part, and goes on."""
    with atomic():
        insert(connection, 1)
        with contextlib.suppress(Interrupted, ValueError), atomic():
            insert(connection, 8, 9)
            raise ValueError
        insert(connection, 2)


def manual(connection, atomic):
    connection.set_autocommit(False)
    try:
        insert(connection, 1, 2)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.set_autocommit(True)


def in_manual(connection, atomic):
    connection.set_autocommit(False)
    try:
        with atomic():
            insert(connection, 1, 2)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.set_autocommit(True)


def procedure(connection, atomic):
    with atomic():
        insert(connection, 1)
        with connection.cursor() as cursor:
            cursor.execute("EXEC p")
        insert(connection, 2)
