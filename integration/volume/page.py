"""``python -m volume.page``: the page of the documentation about many objects, from the kept results."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any, Iterator

TOP = Path(__file__).parents[2]
PAGE = TOP / "packages/mssql-core/docs/volume.md"
RESULTS = Path(__file__).parent / "results"

_INTRODUCTION = """\
# Many objects

What the client takes for many objects of each type of key: a parent and, but for a composite key, a child of each. Every
object is checked to be the right one. `hatch run volume --count 100000 --keep` measures it and writes this page;
`--shuffled` lets the server take and return rows in another order wherever a statement states none.

Seconds are of the client's processor: that of the server is a sandbox's, and says nothing of SQL Server. *Growth* is how
many times as long ten times as many objects take; about 10 is linear, and less than 0.05 s is too little to tell. Memory is
the peak of what Python allocated.

Compatibility level 120 has no `OPENJSON`. A statement takes 2,100 parameters there (error 8003), so rows are inserted in
parts; a list of keys travels as bytes.
"""
# Seconds, or megabytes.
_LEAST = 0.05


def keep(server: str, key: str, count: int, few: Any, many: Any) -> None:
    """Write what the actions on a type of key took.

    :param few: action -> (seconds, megabytes) of a tenth of the objects; 0 MB where memory was not measured.
    :param many: of all of them.
    """
    RESULTS.mkdir(exist_ok=True)
    measured = "memory" if any(megabytes for _, megabytes in many.values()) else "time"
    path = RESULTS / ("%s-%s-%s.json" % (server.replace(":", "-level-"), key, measured))
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    kept = {"server": server, "key": key, "count": count, "run on": today, "measured": measured}
    kept["actions"] = {
        action: [[round(value, 3) for value in values] for values in (few[action], many[action])] for action in many
    }
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def load() -> list[dict[str, Any]]:
    """The kept results, by server and key."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]


def text(results: list[dict[str, Any]]) -> str:
    """The page."""
    lines = [_INTRODUCTION]
    for title, measured in (("Time", "time"), ("Memory", "memory")):
        lines += ["## %s\n" % title]
        for server in sorted({result["server"] for result in results if result["measured"] == measured}):
            chosen = [one for one in results if (one["server"], one["measured"]) == (server, measured)]
            lines += [
                "### %s on SQL Server %s\n" % (title, server.replace(":", ", compatibility level ")),
                *_table(chosen, measured == "memory"),
                "",
            ]
    return "\n".join(lines).rstrip() + "\n"


def _table(results: list[dict[str, Any]], memory: bool) -> Iterator[str]:
    yield "| key | action | objects | a tenth of them | all of them | growth |"
    yield "|---|---|---|---|---|---|"
    unit, place = ("MB", 1) if memory else ("s", 0)
    for result in results:
        for action, (few, many) in result["actions"].items():
            growth = "%.1f" % (many[place] / few[place]) if few[place] >= _LEAST else "–"
            yield "| `%s` | %s | %s | %.2f %s | %.2f %s | %s |" % (
                result["key"],
                action,
                format(result["count"], ","),
                few[place],
                unit,
                many[place],
                unit,
                growth,
            )


def write() -> None:
    """Write the page."""
    PAGE.write_text(text(load()), encoding="utf-8")


if __name__ == "__main__":
    write()
