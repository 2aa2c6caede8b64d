"""A block that is interrupted at any line of ours, as by a signal's handler: it is whole or nothing, and what follows is kept."""

import contextlib
import itertools
import sys
from pathlib import Path

import pytest
from ledger import Interrupted, Ledger, insert, manual, nested, nested_undone, plain, swallowed, undone

import mssql_core
from mssql_core.testing import fake_connection

OURS = str(Path(mssql_core.__file__).parent)
# Where the driver and the server are played.
PLAYED = str(Path(OURS) / "testing")


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
        kept = tuple(number for number in ledger.rows if number < 100)
        assert ledger.rows[-3:] == [100, 101, 102], about
        assert kept in WHOLE.get(work, [(), (1, 2)]), about
        assert not finished or work in WHOLE or kept == (1, 2), about
        if not interruption.happened:
            break
