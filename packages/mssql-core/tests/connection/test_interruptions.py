"""A block that is interrupted at any line of ours, as by a signal's handler: it is whole or nothing, and what follows is kept."""

import contextlib
import itertools
import re
import sys
from pathlib import Path

import pytest

import mssql_core
from mssql_core.testing import fake_connection
from mssql_core.testing.driver import TRANSACTION_ID

OURS = str(Path(mssql_core.__file__).parent)
# Where the driver and the server are played.
PLAYED = str(Path(OURS) / "testing")


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
        if found := re.match(r"INSERT (\d+)", sql):
            (self.rows if self.open is None else self.open).append(int(found[1]))
        elif sql.startswith("COMMIT"):
            self.rows += self.open
            self.open = None
        elif sql.startswith("IF @@TRANCOUNT"):
            self.open = None
        elif found := re.match(r"SAVE TRANSACTION (.*)", sql):
            self.savepoints[found[1]] = len(self.open)
        elif found := re.match(r"ROLLBACK TRANSACTION (.*)", sql):
            del self.open[self.savepoints[found[1]] :]
        elif "@@TRANCOUNT" in sql:
            if sql.startswith("BEGIN"):
                assert self.open is None
                self.open = []
            return [[(TRANSACTION_ID, int(self.open is not None), int(self.open is not None))]], None
        return self._others(sql)


class Interruption:
    """Raises at the n-th line of ours.

    :ivar happened: where; empty where there are not so many.
    """

    def __init__(self, number):
        self.left, self.happened = number, ""

    def _trace(self, frame, event, argument):
        name = frame.f_code.co_filename
        if not name.startswith(OURS) or name.startswith(PLAYED) or frame.f_code.co_name == "__del__":
            # What is raised in __del__ goes nowhere.
            return None if event == "call" and name.startswith(PLAYED) else self._trace
        if event == "call" and not frame.f_back.f_code.co_filename.startswith(OURS):
            # Before the first line it is still Django's line that is interrupted.
            return self._after_first_line
        return self._at(frame, event)

    def _after_first_line(self, frame, event, argument):
        return self._trace if event == "line" else self._after_first_line

    def _at(self, frame, event):
        self.left -= event == "line"
        if not self.left and not self.happened:
            self.happened = "%s:%d" % (frame.f_code.co_filename, frame.f_lineno)
            raise Interrupted
        return self._trace

    def __enter__(self):
        self._before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *exc_info):
        sys.settrace(self._before)


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


# Of how many lines one is tried; 1 tries them all, which takes a minute.
STEP = 11
WORK = [plain, undone, nested, nested_undone, swallowed, manual]
WHOLE = {undone: [()], swallowed: [(), (1, 2)]}


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("work", WORK)
def test_a_block_that_is_interrupted_anywhere_is_whole_or_nothing(monkeypatch, work, is_open):
    from django.db import transaction

    for number in itertools.count(1 + WORK.index(work), STEP):
        connection = fake_connection()
        ledger = Ledger(connection)
        monkeypatch.setattr(transaction, "get_connection", lambda using=None, connection=connection: connection)
        if is_open:
            connection.ensure_connection()
        finished = False
        with contextlib.suppress(Interrupted, Exception), Interruption(number) as interruption:
            work(connection, transaction.atomic)
            finished = True
        with transaction.atomic():
            insert(connection, 100, 101)
        insert(connection, 102)
        connection.close()
        about = (interruption.happened, finished, connection.driver.sql)
        kept = tuple(row for row in ledger.rows if row < 100)
        assert ledger.rows[-3:] == [100, 101, 102], about
        assert kept in WHOLE.get(work, [(), (1, 2)]), about
        assert not finished or work in WHOLE or kept == (1, 2), about
        if not interruption.happened:
            break
