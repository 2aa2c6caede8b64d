"""Units of work of one connection.

A unit either takes effect as a whole or not at all. Which it was is observed from outside; ``before`` and ``after``
are the two things that may be observed.
"""

from __future__ import annotations

import contextlib
import random
from typing import Any, Callable, Iterator

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from ..app.models import Account, Box, Content, Entry
from .claims import Seen


class Unit:
    """One unit of work.

    :param name: the prefix of all names it writes; unique.
    :param chance: the case's.
    :ivar connect: opens a connection that does not pass the proxy; given by the runner.
    :ivar finishing: whether an error from now on leaves open whether the unit took effect: its COMMIT, or its only
        statement, is under way.
    :ivar is_refused: whether Django told that it will roll the block back, which ends without an error.
    """

    connect: Callable[[], Any]

    def __init__(self, name: str, chance: random.Random) -> None:
        self.name = name
        self.count = chance.randint(1, 4)
        self.finishing = False
        self.is_refused = False
        self.tags = ["%s.%d" % (name, number) for number in range(self.count)]

    def prepare(self, cursor: Any) -> None:
        """Rows that the unit expects, by a connection that does not pass the proxy."""

    def run(self) -> None:
        """The application's code."""
        raise NotImplementedError

    def observe(self, seen: Seen) -> Any:
        return tuple(seen.entries[tag] for tag in self.tags)

    @property
    def before(self) -> Any:
        return (0,) * self.count

    @property
    def after(self) -> Any:
        return (1,) * self.count

    @contextlib.contextmanager
    def block(self) -> Iterator[None]:
        """The unit's outermost atomic block."""
        with transaction.atomic():
            yield
            # Django rolls back without an error then, which it tells only here.
            self.is_refused = transaction.get_rollback()
            self.finishing = True

    def check(self) -> str:
        """What is wrong with what the application saw itself; empty when nothing is."""
        return ""


class Autocommit(Unit):
    """One INSERT."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance)
        self.count = 1
        self.tags = self.tags[:1]
        self.note = "n" * chance.choice([1, 30, 9000])

    def run(self) -> None:
        self.finishing = True
        Entry.objects.create(tag=self.tags[0], note=self.note)


class Save(Autocommit):
    """UPDATE of a row that is there, by save()."""

    def prepare(self, cursor: Any) -> None:
        cursor.execute("INSERT INTO faults_account (name, balance) VALUES (?, 1)", self.name)

    def run(self) -> None:
        account = Account.objects.get(name=self.name)
        account.balance = 2
        self.finishing = True
        account.save()

    def observe(self, seen: Seen) -> Any:
        return seen.balances[self.name]

    before, after = 1, 2


class Increment(Save):
    """UPDATE that shows when it ran twice."""

    def run(self) -> None:
        self.finishing = True
        Account.objects.filter(name=self.name).update(balance=F("balance") + 1)


class Atomic(Unit):
    """A block of several INSERTs."""

    def run(self) -> None:
        with self.block():
            for tag in self.tags:
                Entry.objects.create(tag=tag)


class Nested(Atomic):
    """A block with a savepoint that is kept, one that is rolled back, and one that a key violation ends."""

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

    Either Django ends it, or all statements that succeeded take effect; the others may have.
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

    swallows = False

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
    """set_autocommit(False), two jobs: the second one is rolled back whatever became of the first."""

    def run(self) -> None:
        transaction.set_autocommit(False)
        try:
            try:
                self._write()
            except DatabaseError:
                pass
            transaction.rollback()
        finally:
            transaction.set_autocommit(True)

    @property
    def after(self) -> Any:
        return self.before


class Bulk(Unit):
    """bulk_create(), which is one block."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance)
        self.count = chance.choice([1, 3, 40, 150])
        self.tags = ["%s.%d" % (name, number) for number in range(self.count)]

    def run(self) -> None:
        self.finishing = True
        made = Entry.objects.bulk_create(Entry(tag=tag) for tag in self.tags)
        self.keys = [entry.pk for entry in made]

    def check(self) -> str:
        return "" if None not in getattr(self, "keys", ()) else "bulk_create() returned no keys"


class Keys(Unit):
    """Rows with keys of the application's own: IDENTITY_INSERT goes on and off."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance)
        self.keys = [chance.randrange(2**40, 2**62) for _ in self.tags]
        self.bulk = chance.random() < 0.5

    def run(self) -> None:
        entries = [Entry(pk=key, tag=tag) for key, tag in zip(self.keys, self.tags)]
        if self.bulk:
            self.finishing = True
            Entry.objects.bulk_create(entries)
            return
        with self.block():
            for entry in entries:
                entry.save(force_insert=True)


class Upsert(Unit):
    """bulk_create(update_conflicts=True): one row is there, the others are not."""

    def prepare(self, cursor: Any) -> None:
        cursor.execute("INSERT INTO faults_account (name, balance) VALUES (?, 1)", self.tags[0])

    def run(self) -> None:
        self.finishing = True
        Account.objects.bulk_create(
            [Account(name=tag, balance=2) for tag in self.tags],
            update_conflicts=True, update_fields=["balance"], unique_fields=["name"],
        )  # fmt: skip

    def observe(self, seen: Seen) -> Any:
        return tuple(seen.balances.get(tag) for tag in self.tags)

    @property
    def before(self) -> Any:
        return (1, *(None,) * (self.count - 1))

    @property
    def after(self) -> Any:
        return (2,) * self.count


class UpdateOrCreate(Unit):
    """update_or_create(), which reads with locks and then writes."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name, chance)
        self.is_there = chance.random() < 0.5

    def prepare(self, cursor: Any) -> None:
        if self.is_there:
            cursor.execute("INSERT INTO faults_account (name, balance) VALUES (?, 1)", self.name)

    def run(self) -> None:
        self.finishing = True
        Account.objects.update_or_create(name=self.name, defaults={"balance": 2})

    def observe(self, seen: Seen) -> Any:
        return seen.balances.get(self.name)

    @property
    def before(self) -> Any:
        return 1 if self.is_there else None

    after = 2


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


class Members(Unit):
    """set() of a many-to-many relation: some go, some come."""

    def prepare(self, cursor: Any) -> None:
        for tag in (*self.tags, self.name + ".old"):
            cursor.execute("INSERT INTO faults_entry (tag, note) VALUES (?, N'')", tag)
        cursor.execute("INSERT INTO faults_box (tag) VALUES (?)", self.name)
        cursor.execute(
            "INSERT INTO faults_box_entries (box_id, entry_id) "
            "SELECT b.id, e.id FROM faults_box b, faults_entry e WHERE b.tag = ? AND e.tag = ?",
            self.name, self.name + ".old",
        )  # fmt: skip

    def run(self) -> None:
        box = Box.objects.get(tag=self.name)
        entries = list(Entry.objects.filter(tag__in=self.tags))
        self.finishing = True
        box.entries.set(entries)

    def observe(self, seen: Seen) -> Any:
        return seen.members.get(self.name, ())

    @property
    def before(self) -> Any:
        return (self.name + ".old",)

    @property
    def after(self) -> Any:
        return tuple(sorted(self.tags))


class Cascade(Unit):
    """delete() of an object with what hangs on it."""

    def prepare(self, cursor: Any) -> None:
        cursor.execute("INSERT INTO faults_box (tag) VALUES (?)", self.name)
        for tag in self.tags:
            cursor.execute(
                "INSERT INTO faults_content (box_id, tag) SELECT id, ? FROM faults_box WHERE tag = ?", tag, self.name
            )

    def run(self) -> None:
        box = Box.objects.get(tag=self.name)
        self.finishing = True
        box.delete()

    def observe(self, seen: Seen) -> Any:
        return seen.contents.get(self.name)

    @property
    def before(self) -> Any:
        return self.count

    after = None


class Tree(Unit):
    """An object and what hangs on it, made together."""

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
    """Rows of an iterator() that is left early, around writes of the same block."""

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


class Read(Unit):
    """Reads only."""

    def run(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT TOP (%s) name FROM sys.objects ORDER BY name", [self.count])
            cursor.fetchall()
        list(Account.objects.filter(name__in=self.tags))

    def observe(self, seen: Seen) -> Any:
        return None

    before = after = None


#: Units and how often they are drawn.
WEIGHTS: dict[type[Unit], int] = {
    Autocommit: 6, Atomic: 6, Nested: 3, Bulk: 4, Upsert: 3, Transfer: 4, Save: 2, Increment: 3, Keys: 4, Members: 2,
    Cascade: 2, Tree: 2, OnCommit: 3, Swallowed: 3, Manual: 2, ManualRolledBack: 2, RolledBack: 2, LeftEarly: 1,
    UpdateOrCreate: 2, Read: 1,
}  # fmt: skip
