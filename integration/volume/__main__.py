"""``hatch run volume --count 100000``: many objects of each type of key, on each server; prints a table.

For each action: the client's processor time and memory for a tenth of the objects and for all of them, and the growth of
both, which is about 10 where they grow with the number. An object that has another's key or value fails the run.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from typing import Any, Callable

from harness.project import configure
from harness.server import Server, serve

from . import page

# How many times the processor time of a tenth an action may take.
_GROWTH = 20.0
# Less than so many seconds of a tenth is taken for so many: it is too little to be measured.
_MEASURABLE = 0.05


def measured(action: Callable[[], None], memory: bool) -> tuple[float, float]:
    """Processor seconds, and megabytes at the peak, or 0 if memory is not measured (which takes time)."""
    if memory:
        tracemalloc.start()
    start = time.process_time()
    try:
        action()
        seconds = time.process_time() - start
        return seconds, tracemalloc.get_traced_memory()[1] / 2**20 if memory else 0.0
    finally:
        tracemalloc.stop()


def run(name: str, count: int, memory: bool) -> dict[str, tuple[float, float]]:
    """Action -> its time and memory; the last action leaves the tables empty."""
    from .actions import actions

    return {title: measured(action, memory) for title, action in actions(name, count).items()}


def told(version: str, name: str, few: Any, many: Any) -> bool:
    """Print the rows of a type of key; returns whether anything grew faster than the number of objects."""
    failed = False
    for title, (seconds, megabytes) in many.items():
        before, memory_before = few[title]
        growth = seconds / before if before else 0.0
        too_fast = seconds > _GROWTH * max(before, _MEASURABLE)
        failed |= too_fast
        print(
            f"| {version} | `{name}` | {title} | {before:.2f} s | {seconds:.2f} s | {growth:.1f}{' TOO MUCH' * too_fast} | "
            f"{memory_before:.0f} MB | {megabytes:.0f} MB |",
            flush=True,
        )
    return failed


def connect(server: Server, level: str, shuffled: bool) -> None:
    """Lead the alias ``default`` to a new database on the server.

    :param level: a compatibility level; "" leaves the version's own.
    """
    from django.db import connection, connections

    plugins = ["volume.shuffled:Plugin"] if shuffled else []
    entry = {"default": server.database("volume", plugins=plugins)}
    connections.databases["default"] = connections.configure_settings(entry)["default"]
    if hasattr(connections._connections, "default"):
        del connections["default"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    if level:
        with connection.cursor() as cursor:
            cursor.execute("ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = %d" % int(level))
        connection.close()
        connection._forget_server()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run volume", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument(
        "--servers", nargs="+", default=["2016", "2016:120", "2022", "2025"], help="version[:compatibility level]"
    )
    parser.add_argument("--keys", nargs="+", help="types of key (default: all)")
    parser.add_argument("--no-memory", action="store_true", help="measure time alone, which takes less of it")
    parser.add_argument("--shuffled", action="store_true", help="rows of no stated order come in another one")
    parser.add_argument("--keep", action="store_true", help="write the results to the page of the documentation")
    arguments = parser.parse_args(argv)
    configure(apps=["volume"])
    from django.db import connection

    from .models import KEYS

    failed = False
    memory = not (arguments.no_memory or arguments.shuffled)
    print(f"| server | key | action | {arguments.count // 10:,} | {arguments.count:,} | growth | memory | memory |")
    print("|---|---|---|---|---|---|---|---|")
    for named in arguments.servers:
        version, _, level = named.partition(":")
        with serve(version) as server:
            connect(server, level, arguments.shuffled)
            for name in arguments.keys or KEYS:
                few, many = (run(name, size, memory) for size in (arguments.count // 10, arguments.count))
                failed |= told(named, name, few, many)
                if arguments.keep:
                    page.keep(named, name, arguments.count, few, many)
            connection.creation.destroy_test_db("volume", verbosity=0)
    if arguments.keep:
        page.write()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
