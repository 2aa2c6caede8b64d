"""``hatch run growth``: time and memory against the number of objects; ``--keep`` draws them for the documentation.

Each action runs with 10 objects, with ten times as many, and so on: the client's processor time, then once more the
memory at the peak. Both axes of the charts are logarithmic, so that what grows with the number is a straight line.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from figures.chart import lines
from harness.project import configure
from harness.server import serve

from .__main__ import measured

KEPT = Path(__file__).with_name("growth.json")
IMAGES = Path(__file__).parents[2] / "docs" / "images"
SHOWN = ("bulk_create", "in_bulk", "prefetch_related", "bulk_update", "iterator", "delete")
# Shorter actions run so often that their time can be measured.
_MEASURABLE = 1000


def of_number(name: str, count: int) -> dict[str, tuple[float, float]]:
    """Action -> seconds (the minimum of a few runs) and megabytes."""
    from .actions import actions

    least: dict[str, tuple[float, float]] = {}
    # Memory in the last run: what the first one imports is of no action.
    for memory in [False] * max(1, min(10, _MEASURABLE // count)) + [True]:
        for title, action in actions(name, count).items():
            seconds, megabytes = measured(action, memory)
            known = least.get(title, (float("inf"), 0.0))
            least[title] = min(known[0], seconds), max(known[1], megabytes)
    return least


def run(name: str, largest: int) -> dict[str, Any]:
    """The kept form: numbers of objects, and for each shown action its seconds and megabytes."""
    counts = [10]
    while counts[-1] * 10 <= largest:
        counts.append(counts[-1] * 10)
    rows = [of_number(name, count) for count in counts]
    return {"key": name, "counts": counts, "actions": {title: [row[title] for row in rows] for title in SHOWN}}


def draw(kept: dict[str, Any]) -> dict[str, str]:
    """File name -> picture."""
    titles = {"growth-time.svg": ("Client's processor time", "seconds"), "growth-memory.svg": ("Client's memory", "MB")}
    return {
        file: lines(
            title, unit, kept["counts"], {name: [pair[index] for pair in kept["actions"][name]] for name in SHOWN}
        )
        for index, (file, (title, unit)) in enumerate(titles.items())
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run growth", description=__doc__)
    parser.add_argument("--largest", type=int, default=100_000)
    parser.add_argument("--key", default="identity", help="type of key")
    parser.add_argument("--keep", action="store_true", help="keep the run, and draw it for the documentation")
    arguments = parser.parse_args(argv)
    configure(apps=["volume"])
    from django.db import connection, connections

    with serve("2022") as server:
        configured = connections.configure_settings({"default": server.database("growth")})
        connections.databases["default"] = configured["default"]
        del connections["default"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        kept = run(arguments.key, arguments.largest)
        connection.creation.destroy_test_db("growth", verbosity=0)
    print(f"{'':<20}" + "".join(f"{count:>18,}" for count in kept["counts"]))
    for title, pairs in kept["actions"].items():
        print(f"{title:<20}" + "".join(f"{seconds:>9.3f} s{megabytes:>5.0f} MB" for seconds, megabytes in pairs))
    if arguments.keep:
        KEPT.write_text(json.dumps(kept) + "\n", encoding="utf-8")
        for file, picture in draw(kept).items():
            (IMAGES / file).write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
