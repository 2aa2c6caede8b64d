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
from harness.server import serve

# How many times the processor time of a tenth an action may take, where it takes long enough to be measured.
_GROWTH = 20.0
_MEASURABLE = 0.2  # seconds


def measured(action: Callable[[], None], memory: bool) -> tuple[float, float]:
    """Seconds of this process, and megabytes at the peak, or 0 where memory is not asked for (it takes time)."""
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
    """Action -> what it took; the last action leaves the tables empty."""
    from .actions import actions

    return {title: measured(action, memory) for title, action in actions(name, count).items()}


def told(version: str, name: str, few: Any, many: Any) -> bool:
    """Print the rows of a type of key; whether anything grew faster than the number of objects."""
    failed = False
    for title, (seconds, megabytes) in many.items():
        before, memory_before = few[title]
        growth = seconds / before if before else 0.0
        too_fast = seconds > _MEASURABLE and growth > _GROWTH
        failed |= too_fast
        print(
            f"| {version} | `{name}` | {title} | {before:.2f} s | {seconds:.2f} s | {growth:.1f}{' TOO MUCH' * too_fast} | "
            f"{memory_before:.0f} MB | {megabytes:.0f} MB |",
            flush=True,
        )
    return failed


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run volume", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--servers", nargs="+", default=["2016", "2022", "2025"])
    parser.add_argument("--keys", nargs="+", help="types of key (default: all)")
    parser.add_argument("--no-memory", action="store_true", help="measure time alone, which takes less of it")
    arguments = parser.parse_args(argv)
    configure(apps=["volume"])
    from django.db import connection, connections

    from .models import KEYS

    failed = False
    print(f"| server | key | action | {arguments.count // 10:,} | {arguments.count:,} | growth | memory | memory |")
    print("|---|---|---|---|---|---|---|---|")
    for version in arguments.servers:
        with serve(version) as server:
            connections.databases["default"] = connections.configure_settings({"default": server.database("volume")})[
                "default"
            ]
            if hasattr(connections._connections, "default"):
                del connections["default"]
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            for name in arguments.keys or KEYS:
                few, many = (
                    run(name, size, not arguments.no_memory) for size in (arguments.count // 10, arguments.count)
                )
                failed |= told(version, name, few, many)
            connection.creation.destroy_test_db("volume", verbosity=0)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
