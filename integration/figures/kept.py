"""Runs that are kept for the documentation, and the pages that show them."""

from __future__ import annotations

import datetime
import json
from importlib import metadata
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[2]
IMAGES = TOP / "docs" / "images"
PAGE = TOP / "docs" / "reference" / "figures.md"


def beside(module: str) -> Path:
    """Where a module keeps its run. :param module: its ``__file__``."""
    return Path(module).with_name("kept.json")


def save(path: Path, figures: Any, **facts: Any) -> None:
    """Keep a run with its date and Django version, and rewrite the pages that show it."""
    run = {"date": datetime.date.today().isoformat(), "django": metadata.version("django"), **facts, "figures": figures}
    path.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    write()


def load(path: Path) -> dict[str, Any]:
    """A kept run."""
    return json.loads(path.read_text(encoding="utf-8"))


def outputs() -> dict[Path, str]:
    """Each file that shows kept runs, and its text."""
    from figures.bench import client_report as client
    from figures.bench import report as bench
    from figures.compile import report as compiling
    from figures.side_by_side import report as beside_peer

    reports = [report for report in (beside_peer, compiling, client, bench) if report.KEPT.exists()]
    files = {PAGE: "# Figures\n\n" + "\n".join(report.section() for report in reports)}
    for report in reports:
        files.update(report.pictures())
    return {**files, **beside_peer.readme()}


def write() -> None:
    """Write all of them."""
    for path, text in outputs().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
