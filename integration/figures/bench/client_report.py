"""The kept run of ``hatch run bench --client`` as the documentation shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from figures import kept

KEPT = Path(__file__).with_name("client.json")
_SECTION = """\
## Processor time of the client

Django {django}, {date}; `hatch run bench --client --keep` measures again. The least processor time of each operation as a multiple
of what the same work needs at least: for rows the driver's own rows and Django's making of objects, for `bulk_create()` of
10,000 objects with five columns `json.dumps()` of the same values.

| operation | multiple |
|---|---|
{rows}
"""


def keep(ratios: dict[str, float]) -> None:
    """Keep a run. :param ratios: operation -> its multiple of the least that the work needs."""
    kept.save(KEPT, {name: round(ratio, 2) for name, ratio in ratios.items()})


def section() -> str:
    """The section of the page of figures."""
    run = kept.load(KEPT)
    rows = "\n".join(f"| {name} | {ratio:.2f} |" for name, ratio in run["figures"].items())
    return _SECTION.format(**run, rows=rows)


def pictures() -> dict[Any, str]:
    """There are none."""
    return {}
