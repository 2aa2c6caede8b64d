"""Units that conflict with another session: lock timeouts and deadlocks."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from harness.driver import pyodbc

from ..app.models import Account, Entry
from .blocks import Atomic
from .claims import Seen
from .unit import Unit

# Maximum seconds for which a rival keeps its locks.
_PATIENCE = 20.0


class Locked(Atomic):
    """A block that locks a row with nowait=True while another session has it: error 1222; then it goes on."""

    def prepare(self, cursor: Any) -> None:
        cursor.execute("INSERT INTO faults_account (name, balance) VALUES (?, 0)", self.name)

    def run(self) -> None:
        rival = self.connect()
        rival.autocommit = False
        try:
            rival.execute("UPDATE faults_account SET balance = balance WHERE name = ?", self.name)
            with self.block():
                Entry.objects.create(tag=self.tags[0])
                try:
                    with transaction.atomic():
                        Account.objects.select_for_update(nowait=True).get(name=self.name)
                except DatabaseError:
                    pass
                for tag in self.tags[1:]:
                    Entry.objects.create(tag=tag)
        finally:
            rival.close()


class Deadlock(Unit):
    """Two sessions that lock two rows in opposite order: one is the victim (1205)."""

    def prepare(self, cursor: Any) -> None:
        for side in "ab":
            cursor.execute("INSERT INTO faults_account (name, balance) VALUES (?, 0)", self.name + side)

    def run(self) -> None:
        rival = self.connect()
        rival.autocommit = False
        thread = threading.Thread(target=self._rival, args=(rival,))
        try:
            with self.block():
                self._add("a")
                rival.execute("SET DEADLOCK_PRIORITY HIGH")
                rival.execute("UPDATE faults_account SET balance = balance WHERE name = ?", self.name + "b")
                thread.start()
                # The rival should be waiting by now; otherwise there is no victim.
                time.sleep(0.03)
                self._add("b")
        finally:
            if thread.ident is not None:
                thread.join(_PATIENCE)
            rival.close()

    def _add(self, side: str) -> None:
        Account.objects.filter(name=self.name + side).update(balance=F("balance") + 1)

    def _rival(self, rival: Any) -> None:
        try:
            rival.execute("UPDATE faults_account SET balance = balance WHERE name = ?", self.name + "a")
            rival.commit()
        except pyodbc.Error:
            # The victim is the rival.
            rival.rollback()

    def observe(self, seen: Seen) -> Any:
        return seen.balances[self.name + "a"], seen.balances[self.name + "b"]

    before, after = (0, 0), (1, 1)


class Killed(Atomic):
    """A block whose session an administrator kills in the middle."""

    def run(self) -> None:
        with self.block():
            Entry.objects.create(tag=self.tags[0])
            with connection.cursor() as cursor:
                cursor.execute("SELECT @@SPID")
                (session,) = cursor.fetchone()
            administrator = self.connect()
            # The fault may have ended the session already (6106).
            with contextlib.suppress(pyodbc.Error):
                administrator.execute("KILL %d" % session)
            administrator.close()
            Entry.objects.create(tag=self.tags[0] + ".late")
        raise AssertionError("a block went on after its session was killed")

    def observe(self, seen: Seen) -> Any:
        return seen.entries[self.tags[0]], seen.entries[self.tags[0] + ".late"]

    before = after = (0, 0)
