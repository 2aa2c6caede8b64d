"""``hatch run rows --rows 10000000``: many rows through one connection, with little and constant memory of the client.

Each walk reads all rows: ``iterator()``; the same with ``save()`` in its loop, before which the rest is read off the
wire; a walk by keys with ``save()``, as in the documentation. --saves limits the number of rows saved (0: each row).
Then rows are written in the documentation's two ways: as many by ``bulk_create()`` in chunks, and a tenth by the driver's
arrays of parameters, which the sandbox runs row by row. Exit status 1 if a walk needs 100 MB more than the process had before, or misses a row.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from contextlib import closing
from itertools import islice
from typing import Any, Callable, Iterable

from harness.server import serve

from . import database
from .soak import memory

# MB that a walk may use for any number of rows.
_ALLOWED = 100.0
_KEYS = 1000


def highest() -> float:
    """The peak memory in MB since :func:`forget_highest`."""
    with open("/proc/self/status", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def forget_highest() -> None:
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def fill(connection: Any, rows: int) -> None:
    """Create the rows on the server: each INSERT doubles them."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO [faults_entry] (tag, note) VALUES (N'rows', REPLICATE(N'n', 40))")
        count = 1
        while count < rows:
            more = min(count, rows - count, 100_000)
            cursor.execute(
                "INSERT INTO [faults_entry] (tag, note) SELECT TOP (%d) tag, note FROM [faults_entry]" % more
            )
            count += more


class Walks:
    """The walks.

    :param saves: number of rows that the loops save.
    """

    def __init__(self, saves: int) -> None:
        self.saves = saves

    def _saved(self, entries: Iterable[Any]) -> int:
        count = 0
        for entry in entries:
            count += 1
            if count <= self.saves:
                entry.note = "changed"
                entry.save(update_fields=["note"])
        return count

    def iterator(self) -> int:
        from .app.models import Entry

        return sum(1 for _ in Entry.objects.order_by("pk").iterator())

    def iterator_with_saves(self) -> int:
        from .app.models import Entry

        return self._saved(Entry.objects.order_by("pk").iterator())

    def keys_with_saves(self) -> int:
        return self._saved(self._by_keys())

    @staticmethod
    def _by_keys() -> Iterable[Any]:
        from .app.models import Entry

        last = 0
        while chunk := list(Entry.objects.filter(pk__gt=last).order_by("pk")[:_KEYS]):
            yield from chunk
            last = chunk[-1].pk


class Imports:
    """The imports of docs/how-to/large-imports.md.

    :param rows: how many rows :meth:`bulk_create` writes.
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.array_rows = rows // 10

    def bulk_create(self) -> int:
        from .app.models import Entry

        numbers = iter(range(self.rows))
        while chunk := list(islice(numbers, 5000)):
            Entry.objects.bulk_create(Entry(tag="created", note="n%d" % number) for number in chunk)
        return Entry.objects.filter(tag="created").count()

    def arrays(self) -> int:
        from django.db import connections

        from .app.models import Entry

        values = (("loaded", "n%d" % number) for number in range(self.array_rows))
        with closing(connections.create_connection("default")) as separate:
            separate.ensure_connection()
            driver = separate.connection
            driver.autocommit = False
            cursor = driver.cursor()
            cursor.fast_executemany = True
            while chunk := list(islice(values, 10_000)):
                cursor.executemany("INSERT INTO [faults_entry] ([tag], [note]) VALUES (?, ?)", chunk)
                driver.commit()
        return Entry.objects.filter(tag="loaded").count()


def measured(walk: Callable[[], int], rows: int) -> bool:
    """Run a walk and print its line; whether it kept within the limit and read each row."""
    gc.collect()
    before, started, worked = memory() * 2**20 / 1e6, time.monotonic(), time.process_time()
    forget_highest()
    count = walk()
    needed = highest() - before
    seconds = time.monotonic() - started, time.process_time() - worked
    print("| %s | %d | %.0f | %.2f | %.1f | %.1f |" % (walk.__name__, count, *seconds, before, needed), flush=True)
    return count == rows and needed < _ALLOWED


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run rows", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--saves", type=int, default=10_000)
    arguments = parser.parse_args(argv)
    with serve() as server, database.databases(server, 1) as (name,):
        database.configure({"default": database.alias(server, name)})
        database.create_tables("default")
        from django.db import connection

        fill(connection, arguments.rows)
        walks, imports = Walks(arguments.saves or arguments.rows), Imports(arguments.rows)
        print("| walk | rows | seconds | of them the client's processor | MB before | MB more, at most |")
        print("|---|---|---|---|---|---|")
        fine = [
            measured(walk, arguments.rows)
            for walk in (walks.iterator, walks.iterator_with_saves, walks.keys_with_saves, imports.bulk_create)
        ]
        fine.append(measured(imports.arrays, imports.array_rows))
        connection.close()
    return int(not all(fine))


if __name__ == "__main__":
    sys.exit(main())
