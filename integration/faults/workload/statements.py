"""Units of one ORM call."""

from __future__ import annotations

import random
from typing import Any

from django.db import connection
from django.db.models import F

from ..app.models import Account, Box, Entry
from .claims import Seen
from .unit import Unit


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
    """UPDATE of an existing row, by save()."""

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
    """UPDATE whose second run shows."""

    def run(self) -> None:
        self.finishing = True
        Account.objects.filter(name=self.name).update(balance=F("balance") + 1)


class Bulk(Unit):
    """bulk_create(), an atomic block."""

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
    """Rows with explicit keys: IDENTITY_INSERT is switched on and off."""

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
    """bulk_create(update_conflicts=True): one row exists, the others do not."""

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
    """update_or_create(), which locks, reads and then writes."""

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


class Members(Unit):
    """set() of a many-to-many relation: it removes some and adds some."""

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
    """delete() of an object with its related objects."""

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
