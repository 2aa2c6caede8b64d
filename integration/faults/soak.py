"""``hatch run soak``: many threads, queries and connections, with constant memory and no remaining session.

Exit status 1 if memory or open files grow, a query fails, or a session remains on the server.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import threading
import time
from typing import Any, Callable

from harness.server import serve
from harness.threads import in_threads

from . import database

# Growth after the first fifth of the run that is not a leak: allocators keep memory that threads freed.
_ALLOWED = 12.0  # MiB
_SAMPLES = 10
# Seconds the server may take to end a session.
_SESSION_END = 60.0


def memory() -> float:
    """Resident memory of this process in MiB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def _create(tag: str) -> None:
    from .app.models import Entry

    Entry.objects.create(tag=tag, note="n" * 200)


def _read(tag: str) -> None:
    from .app.models import Entry

    list(Entry.objects.filter(tag=tag)[:20])


def _block(tag: str) -> None:
    from django.db import transaction

    from .app.models import Entry

    with transaction.atomic():
        Entry.objects.filter(tag=tag, note="").update(note="m")


def _leave_early(tag: str) -> None:
    from .app.models import Entry

    for _ in Entry.objects.order_by("id").iterator(chunk_size=10):
        break


def _fail(tag: str) -> None:
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT CAST(%s AS int)", [tag])
            cursor.fetchall()
    except DatabaseError:
        pass


_QUERIES: tuple[Callable[[str], None], ...] = (_create, _read, _read, _block, _leave_early, _fail)


class Soak:
    """A run.

    :param threads: number of threads, each with its own connection.
    :ivar samples: (share of the run, MiB, open files).
    """

    def __init__(self, threads: int, queries: int, connections: int) -> None:
        self.threads = threads
        self.cycles = connections // threads
        self.each = max(queries // connections, 1)
        self.errors: list[str] = []
        self.samples: list[tuple[float, float, int]] = []
        self._done = 0
        self._lock = threading.Lock()

    @property
    def total(self) -> int:
        return self.cycles * self.threads

    def run(self) -> None:
        in_threads(self.threads, self._work)

    def _work(self, number: int) -> None:
        from django.db import connection

        chance = random.Random(number)
        for _ in range(self.cycles):
            try:
                for _ in range(self.each):
                    chance.choice(_QUERIES)("t%d" % number)
                connection.close()
            except Exception as error:
                self.errors.append("%s: %s" % (type(error).__name__, str(error)[:200]))
            self._count()

    def _count(self) -> None:
        with self._lock:
            self._done += 1
            if self._done % max(self.total // _SAMPLES, 1) == 0:
                gc.collect()
                self.samples.append((self._done / self.total, memory(), open_files()))

    def growth(self) -> float:
        """MiB from the first fifth of the run to its end."""
        early = [size for share, size, _ in self.samples if share >= 0.2]
        return self.samples[-1][1] - early[0]


def _sessions_left(direct: Any, before: int) -> int:
    deadline = time.monotonic() + _SESSION_END
    sql = "SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE database_id = DB_ID() AND session_id <> @@SPID"
    while (left := direct.execute(sql).fetchval() - before) > 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run soak", description=__doc__)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--queries", type=int, default=50000)
    parser.add_argument("--connections", type=int, default=10000, help="opened and closed")
    arguments = parser.parse_args(argv)
    started = time.monotonic()
    with serve() as server, database.databases(server, 1) as (name,):
        database.configure({"default": database.alias(server, name)})
        database.create_tables("default")
        soak = Soak(arguments.threads, arguments.queries, arguments.connections)
        soak.run()
        from django.db import connections

        connections.close_all()
        direct = database.connect(server, name)
        left = _sessions_left(direct, 0)
        direct.close()
    for share, size, files in soak.samples:
        print("%4.0f %%: %.1f MiB, %d open files" % (share * 100, size, files))
    for error in sorted(set(soak.errors))[:20]:
        print("ERROR: %s (%d times)" % (error, soak.errors.count(error)))
    print(
        "%d threads, %d connections, %d queries, %.0f s: %+.1f MiB, %d errors, %d sessions left"
        % (
            soak.threads,
            soak.total,
            soak.total * soak.each,
            time.monotonic() - started,
            soak.growth(),
            len(soak.errors),
            left,
        )
    )
    return int(soak.growth() > _ALLOWED or bool(soak.errors) or left > 0)


if __name__ == "__main__":
    sys.exit(main())
