"""``hatch run races``: threads that concurrently lock, create and change the same rows by Django's means.

Everything runs with READ_COMMITTED_SNAPSHOT off and on. No write may be lost or doubled; only operations that lock two
rows in opposite order may meet deadlocks (1205), and their victims succeed when run again. Exit status 1 otherwise.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from typing import Any, Callable

from harness.server import serve
from harness.threads import in_threads

from . import database

_ACCOUNTS = 12
_NAMES = 40
_DEADLOCK, _LOCK_TIMEOUT = 1205, 1222


def _transfer(chance: random.Random, tally: Counter) -> None:
    """Change two rows, locked in key order."""
    from .app.models import Account

    names = ["a%d" % number for number in chance.sample(range(_ACCOUNTS), 2)]
    first, second = Account.objects.select_for_update().filter(name__in=names).order_by("name")
    first.balance -= 1
    second.balance += 1
    first.save()
    second.save()


def _cross(chance: random.Random, tally: Counter) -> None:
    """Change two rows in any order, which has to cause deadlocks."""
    from .app.models import Account

    for number in chance.sample(range(6), 2):
        Account.objects.select_for_update().get(name="x%d" % number).save()


def _count(chance: random.Random, tally: Counter) -> None:
    from django.db.models import F

    from .app.models import Account

    Account.objects.filter(name="sum").update(balance=F("balance") + 1)
    tally["counted"] += 1


def _nowait(chance: random.Random, tally: Counter) -> None:
    from .app.models import Account

    account = Account.objects.select_for_update(nowait=True).get(name="a%d" % chance.randrange(_ACCOUNTS))
    account.save()


def _take(chance: random.Random, tally: Counter) -> None:
    """Take an entry from a queue: each goes to one thread."""
    from .app.models import Entry

    entry = Entry.objects.select_for_update(skip_locked=True).filter(tag="queue").order_by("pk").first()
    if entry is not None:
        entry.delete()
        tally["taken"] += 1


def _lock_of(chance: random.Random, tally: Counter) -> None:
    """Lock one of two tables of a join."""
    from .app.models import Content

    content = Content.objects.select_for_update(of=("self",)).select_related("box").order_by("pk").first()
    content.tag = str(chance.random())
    content.save()


def _get_or_create(chance: random.Random, tally: Counter) -> None:
    from .app.models import Account

    Account.objects.get_or_create(name="g%d" % chance.randrange(_NAMES))


def _update_or_create(chance: random.Random, tally: Counter) -> None:
    from .app.models import Account

    Account.objects.update_or_create(name="u%d" % chance.randrange(_NAMES), defaults={"balance": 1})


def _create_and_delete(chance: random.Random, tally: Counter) -> None:
    from .app.models import Entry

    Entry.objects.create(tag="own", note="n").delete()


def _bulk(chance: random.Random, tally: Counter) -> None:
    from .app.models import Account

    names = sorted("b%02d" % number for number in chance.sample(range(_NAMES), 3))
    Account.objects.bulk_create([Account(name=name) for name in names], ignore_conflicts=True)


def _upsert(chance: random.Random, tally: Counter) -> None:
    from .app.models import Account

    names = sorted("c%02d" % number for number in chance.sample(range(_NAMES), 3))
    Account.objects.bulk_create(
        [Account(name=name, balance=1) for name in names],
        update_conflicts=True, unique_fields=["name"], update_fields=["balance"],
    )  # fmt: skip


def _set(chance: random.Random, tally: Counter) -> None:
    """Set the entries of a box, as others do."""
    from .app.models import Box, Entry

    box = Box.objects.select_for_update().get(tag="box%d" % chance.randrange(3))
    box.entries.set(Entry.objects.filter(tag="kept").order_by("pk")[: chance.randrange(4)])


OPERATIONS: tuple[Callable[[random.Random, Counter], None], ...] = (
    _transfer, _cross, _count, _nowait, _take, _lock_of, _get_or_create, _update_or_create, _create_and_delete, _bulk, _upsert,
    _set,
)  # fmt: skip


class Races:
    """A run.

    :param threads: number of threads, each with its own connection.
    :ivar tally: counts of each operation, deadlocks and lock timeouts.
    """

    def __init__(self, threads: int, operations: int, seed: int) -> None:
        self.threads = threads
        self.each = operations // threads
        self.seed = seed
        self.tally: Counter = Counter()
        self.errors: list[str] = []
        self._lock = threading.Lock()

    def run(self) -> None:
        in_threads(self.threads, self._work)

    def _work(self, number: int) -> None:
        from django.db import connection

        chance, tally = random.Random(self.seed * 1000 + number), Counter()
        for _ in range(self.each):
            self._operate(chance.choice(OPERATIONS), chance, tally)
        connection.close()
        with self._lock:
            self.tally += tally

    def _operate(
        self, operation: Callable[[random.Random, Counter], None], chance: random.Random, tally: Counter
    ) -> None:
        from django.db import DatabaseError, transaction

        name = operation.__name__.strip("_")
        for _ in range(20):
            done: Counter = Counter()
            try:
                with transaction.atomic():
                    operation(chance, done)
            except DatabaseError as error:
                kind = getattr(error.__cause__, "number", None)
                if kind == _LOCK_TIMEOUT and name == "nowait":
                    tally["nowait 1222"] += 1
                    return
                if kind != _DEADLOCK:
                    self.errors.append("%s: %s" % (name, error))
                    return
                tally["%s 1205" % name] += 1
                continue
            tally += done
            tally["operations"] += 1
            return
        self.errors.append("%s: the victim of twenty deadlocks" % name)


def prepare(queue: int) -> None:
    """Create the contended rows."""
    from .app.models import Account, Box, Content, Entry

    for model in (Content, Box, Entry, Account):
        model.objects.all().delete()
    Account.objects.bulk_create(
        [Account(name="a%d" % number) for number in range(_ACCOUNTS)]
        + [Account(name=name) for name in ("sum", *("x%d" % n for n in range(6)))]
    )
    Entry.objects.bulk_create([Entry(tag="queue") for _ in range(queue)] + [Entry(tag="kept") for _ in range(4)])
    for number in range(3):
        Content.objects.create(box=Box.objects.create(tag="box%d" % number), tag="")


def wrong(tally: Counter, queue: int) -> list[str]:
    """Contradictions between the rows and the tally."""
    from django.db.models import Count, Sum

    from .app.models import Account, Box, Entry

    left = Entry.objects.filter(tag="queue").count()
    total = Account.objects.filter(name__startswith="a").aggregate(total=Sum("balance"))["total"]
    checks = {
        "transfers lost money": total != 0,
        "counts were lost": Account.objects.get(name="sum").balance != tally["counted"],
        "entries of the queue were taken twice or lost": left + tally["taken"] != queue,
        "names are there twice": Account.objects.values("name").annotate(n=Count("pk")).filter(n__gt=1).exists(),
        "own entries are left": Entry.objects.filter(tag="own").exists(),
        "deadlocks of what locks in order": any(key.endswith("1205") and key != "cross 1205" for key in tally),
        "a box has too many entries": any(box.entries.count() > 3 for box in Box.objects.all()),
    }
    return [text for text, failed in checks.items() if failed]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run races", description=__doc__)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--operations", type=int, default=12000, help="in each of the two settings")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    failed = False
    with serve() as server, database.databases(server, 1) as (name,):
        database.configure({"default": database.alias(server, name)})
        database.create_tables("default")
        direct: Any = database.connect(server, name)
        for setting in ("OFF", "ON"):
            direct.execute("ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT %s WITH ROLLBACK IMMEDIATE" % setting)
            failed |= _run(setting, arguments)
        direct.close()
    return int(failed)


def _run(setting: str, arguments: argparse.Namespace) -> bool:
    from django.db import connections

    started, queue = time.monotonic(), arguments.operations // 20
    connections.close_all()
    prepare(queue)
    races = Races(arguments.threads, arguments.operations, arguments.seed)
    races.run()
    problems = sorted(set(races.errors))[:20] + wrong(races.tally, queue)
    connections.close_all()
    seen = ", ".join("%s: %d" % pair for pair in sorted(races.tally.items()))
    print("READ_COMMITTED_SNAPSHOT %s, %.0f s: %s" % (setting, time.monotonic() - started, seen), flush=True)
    for problem in problems:
        print("WRONG: %s" % problem)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
