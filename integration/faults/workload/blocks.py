"""Units of one atomic block: several statements that take effect together."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction

from ..app.models import Account, Box, Content, Entry
from .claims import Seen
from .unit import Unit


class Atomic(Unit):
    """A block of several INSERTs."""

    def run(self) -> None:
        with self.block():
            for tag in self.tags:
                Entry.objects.create(tag=tag)


class Nested(Atomic):
    """A block with three savepoints: released, rolled back, and ended by a key violation."""

    def prepare(self, cursor: Any) -> None:
        cursor.execute("INSERT INTO faults_account (name, balance) VALUES (?, 0)", self.name)

    def run(self) -> None:
        with self.block():
            for tag in self.tags:
                with transaction.atomic():
                    Entry.objects.create(tag=tag)
            try:
                with transaction.atomic():
                    Entry.objects.create(tag=self.name + ".undone")
                    raise _Undone
            except _Undone:
                pass
            try:
                with transaction.atomic():
                    Entry.objects.create(tag=self.name + ".undone")
                    Account.objects.create(name=self.name)
            except IntegrityError:
                pass

    def observe(self, seen: Seen) -> Any:
        return (*super().observe(seen), seen.entries[self.name + ".undone"])

    @property
    def before(self) -> Any:
        return (0,) * (self.count + 1)

    @property
    def after(self) -> Any:
        return (*(1,) * self.count, 0)


class _Undone(Exception):
    """Ends a savepoint."""


class RolledBack(Atomic):
    """A block that the application itself ends with an error."""

    def run(self) -> None:
        try:
            with transaction.atomic():
                for tag in self.tags:
                    Entry.objects.create(tag=tag)
                raise _Undone
        except _Undone:
            pass

    @property
    def after(self) -> Any:
        return self.before


class Swallowed(Atomic):
    """A block that goes on after an error without a savepoint.

    Either Django rolls it back, or all successful statements take effect, and perhaps failed ones.
    """

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance)
        self.made: list[str] = []

    def run(self) -> None:
        with self.block():
            for tag in self.tags:
                try:
                    Entry.objects.create(tag=tag)
                    self.made.append(tag)
                except DatabaseError:
                    pass

    def observe(self, seen: Seen) -> Any:
        made = tuple(seen.entries[tag] for tag in self.made)
        others = sum(seen.entries[tag] for tag in self.tags) - sum(made)
        return ("a statement that failed took effect alone", others) if others and not any(made) else made

    @property
    def before(self) -> Any:
        return (0,) * len(self.made)

    @property
    def after(self) -> Any:
        return (1,) * len(self.made)


class Manual(Atomic):
    """set_autocommit(False): the application commits itself."""

    def run(self) -> None:
        transaction.set_autocommit(False)
        try:
            self._write()
            self.finishing = True
            transaction.commit()
        except BaseException:
            transaction.rollback()
            raise
        finally:
            transaction.set_autocommit(True)

    def _write(self) -> None:
        for tag in self.tags:
            Entry.objects.create(tag=tag)


class ManualRolledBack(Manual):
    """set_autocommit(False), two jobs: the second is rolled back whatever happened to the first."""

    def run(self) -> None:
        transaction.set_autocommit(False)
        try:
            try:
                with contextlib.suppress(DatabaseError):
                    self._write()
            finally:
                transaction.rollback()
        finally:
            transaction.set_autocommit(True)

    @property
    def after(self) -> Any:
        return self.before


class Transfer(Unit):
    """select_for_update(), then two balances and a line of the ledger."""

    def prepare(self, cursor: Any) -> None:
        for side in "ab":
            cursor.execute("INSERT INTO faults_account (name, balance) VALUES (?, 100)", self.name + side)

    def run(self) -> None:
        with self.block():
            self._move()

    def _move(self) -> None:
        locked = Account.objects.select_for_update().filter(name__in=[self.name + "a", self.name + "b"])
        accounts = {account.name[-1]: account for account in locked}
        accounts["a"].balance -= 7
        accounts["b"].balance += 7
        for account in accounts.values():
            account.save(update_fields=["balance"])
        Entry.objects.create(tag=self.tags[0])

    def observe(self, seen: Seen) -> Any:
        return seen.balances[self.name + "a"], seen.balances[self.name + "b"], seen.entries[self.tags[0]]

    before, after = (100, 100, 0), (93, 107, 1)


class Tree(Unit):
    """An object and its related objects, created together."""

    def run(self) -> None:
        with self.block():
            box = Box.objects.create(tag=self.name)
            Content.objects.bulk_create(Content(box=box, tag=tag) for tag in self.tags)

    def observe(self, seen: Seen) -> Any:
        return seen.contents.get(self.name)

    before = None

    @property
    def after(self) -> Any:
        return self.count


class OnCommit(Atomic):
    """A block with a function that runs once it is committed."""

    called = False

    def run(self) -> None:
        with self.block():
            transaction.on_commit(self._call)
            for tag in self.tags:
                Entry.objects.create(tag=tag)

    def _call(self) -> None:
        self.called = True

    def observe(self, seen: Seen) -> Any:
        rows = super().observe(seen)
        if self.called and rows != self.after:
            return "on_commit() ran, the rows are %s" % (rows,)
        return rows


class LeftEarly(Atomic):
    """An iterator() that is left early, among writes of the same block."""

    def prepare(self, cursor: Any) -> None:
        cursor.execute(
            "INSERT INTO faults_entry (tag, note) SELECT ?, CONCAT(REPLICATE(N'x', 50), value) "
            "FROM STRING_SPLIT(REPLICATE(N'1,', 400), N',')",
            self.name + ".many",
        )

    def run(self) -> None:
        with self.block():
            for entry in Entry.objects.filter(tag=self.name + ".many").iterator(chunk_size=50):
                Entry.objects.create(tag=self.tags[0], note=entry.note[:3])
                break
            for tag in self.tags[1:]:
                Entry.objects.create(tag=tag)
