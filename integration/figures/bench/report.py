"""The kept run of ``hatch run bench`` as the documentation shows it."""

from __future__ import annotations

from typing import Any

from figures import chart, kept

KEPT = kept.beside(__file__)
PICTURE = kept.IMAGES / "round-trips.svg"
_SECTION = """\
## Round trips

Django {django}, {date}; `hatch run bench --keep` measures again. The fastest call of each operation as a multiple of the fastest
`SELECT 1` by pyodbc to the same server, the sandbox, whose own time for a statement is in it.

![Operations as multiples of a round trip](../images/round-trips.svg)
"""


def keep(rows: dict[str, float]) -> None:
    """Keep a run. :param rows: operation -> the least milliseconds of a call, the bare round trip first."""
    kept.save(KEPT, rows)


def section() -> str:
    """The section of the page of figures."""
    return _SECTION.format(**kept.load(KEPT))


def pictures() -> dict[Any, str]:
    """Files of pictures and what they hold."""
    figures = kept.load(KEPT)["figures"]
    base = next(iter(figures.values()))
    rows = {name: [value / base] for name, value in figures.items()}
    return {PICTURE: chart.bars("Multiples of a bare round trip", ["mssql-core"], rows, "{:.1f}")}
