"""The kept figures of takeovers, results/*.json, and the page of the documentation that is made from them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any, Iterable, Iterator

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "packages/mssql-core/docs/takeover.md"
RESULTS = Path(__file__).parent / "results"
_INTRODUCTION = """\
# Databases that mssql-django made

`hatch run takeover --keep` creates a database with mssql-django, in an environment of its own: Django's admin, auth,
contenttypes, sessions, sites, flatpages and redirects, and an app with every kind of field, constraint and index that both
backends support, filled with extreme values. Then the engine changes. Two values are equal if they have the same Python type and
text; each value also has to find its row in a filter. Both backends save all objects again, one by one and in bulk, each adds a
migration, and migration operations on these tables run forward and back. Then mssql-django takes the database back. Finally, the
UUID columns are converted to `uniqueidentifier`, and back to `char(32)`.

Two steps follow the documentation: `uuid_type` is `char(32)`, and `max_length="max"` is deleted from the migrations that
mssql-django wrote; otherwise `makemigrations` writes an `AlterField` for each `BinaryField`. One case is left out: `bulk_update()` of
nullable bytes and JSON by mssql-django, which fails with some such rows in its own databases.

For the steps in your own project, see [Coming from mssql-django](../../../docs/how-to/coming-from-mssql-django.md).
"""
# Title of a column -> (step, key) of its figure; of a list, its length.
_FIGURES = {
    "columns": ("make", "column"),
    "indexes and keys": ("make", "index"),
    "values": ("make", "values"),
    "missing migrations": ("over", "missing"),
    "values that differ": ("over", "differing"),
    "values that do not find their row": ("over", "not found"),
    "that differ after saving": ("over", "differing after saving"),
    "schema operations forward and back": ("changes", "operations"),
    "that failed": ("changes", "failures"),
    "back: missing migrations": ("back", "missing"),
    "back: values that differ": ("back", "differing"),
    "back: that differ after saving": ("back", "differing after saving"),
    "UUID columns converted, values that differ": ("convert", "differing"),
}


def result(pair: tuple[str, str, bool], sandbox: str | None, told: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a takeover: its versions, and a number for each figure; None for what was not reached."""
    figures: dict[str, Any] = {}
    for title, (step, key) in _FIGURES.items():
        value = told.get(step, {}).get(key)
        figures[title] = len(value) if isinstance(value, (list, dict)) else value
    return {
        "mssql-django": pair[0],
        "django": told.get("make", {}).get("django", pair[1]),
        "use_tz": pair[2],
        "server": f"sandbox, {sandbox}" if sandbox else "SQL Server",
        "date": datetime.date.today().isoformat(),
        "figures": figures,
    }


def keep(kept: dict[str, Any]) -> None:
    """Write a result into its file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{kept['mssql-django']}-django-{'.'.join(kept['django'].split('.')[:2])}.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def load() -> list[dict[str, Any]]:
    """All kept results, by their versions."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]


def table(results: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A column for each result, a row for each figure."""
    results = list(results)
    yield "| | " + " | ".join(f"{kept['mssql-django']} on Django {kept['django']}" for kept in results) + " |"
    yield "|---|" + "---|" * len(results)
    for name, of in (("`USE_TZ`", "use_tz"), ("server", "server"), ("run on", "date")):
        yield f"| {name} | " + " | ".join(str(kept[of]) for kept in results) + " |"
    for title in _FIGURES:
        cells = (kept["figures"].get(title) for kept in results)
        yield f"| {title} | " + " | ".join("–" if cell is None else str(cell) for cell in cells) + " |"


def text(results: Iterable[dict[str, Any]]) -> str:
    """The page."""
    return "\n".join([_INTRODUCTION, *table(results)]) + "\n"


def write() -> None:
    """Write the page again from the kept results."""
    PAGE.write_text(text(load()), encoding="utf-8")


if __name__ == "__main__":
    write()
