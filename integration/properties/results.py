"""The kept results, results/*.json: what the documentation's page is made from."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PASSED = "comes out and is found"
Result = dict[str, Any]


def keep(sandbox: str | None, lines: list[dict[str, Any]]) -> None:
    """Keep what a run on one server told; what an earlier run told of other kinds stays.

    :param sandbox: the version that the sandbox played; None for a real server.
    :param lines: of the table.
    """
    from django.db import connection

    try:
        server = ".".join(map(str, connection.server.version))
    finally:
        connection.close()
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / ("%s.json" % (f"sandbox-{sandbox}" if sandbox else f"server-{server}"))
    kept = json.loads(path.read_text(encoding="utf-8"))["lines"] if path.exists() else []
    by_column = {(line["field"], line["column"]): line for line in [*kept, *lines]}
    lines = [by_column[key] for key in sorted(by_column)]
    result = {"sandbox": sandbox, "server": server, "date": str(datetime.date.today()), "lines": lines}
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def load() -> list[Result]:
    """All kept results, by server."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
