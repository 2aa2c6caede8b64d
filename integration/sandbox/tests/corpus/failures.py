"""Reads failures.toml: what errors end, outside and inside TRY."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Iterator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
_OUTSIDE = {
    "statement": "the batch goes on",
    "scope": "the scope ends, its caller goes on",
    "batch": "the batch ends",
    "transaction": "rolled back, the batch ends",
}


def cases() -> Iterator[tuple[str, int, str, str]]:
    """(statement, number, what it ends, what it ends under XACT_ABORT ON)."""
    for kind in TABLE["kind"]:
        for statement, number in kind["cases"]:
            yield statement, number, kind["ends"], kind.get("abort", "transaction")


def markdown() -> str:
    """The table as the README shows it."""
    lines = ["| error | numbers | outside `TRY` | in `CATCH`, `XACT_STATE()` | source |", "|---|---|---|---|---|"]
    for kind in TABLE["kind"]:
        numbers = sorted({number for _, number in kind["cases"]} | set(kind.get("numbers", ())))
        state = -1 if kind["ends"] == "transaction" else 1
        page = kind["source"].rsplit("/", 1)[1].removesuffix(".html").removesuffix("-transact-sql")
        text = ", ".join(map(str, numbers))
        lines.append(f"| {kind['title']} | {text} | {_OUTSIDE[kind['ends']]} | {state} | [{page}]({kind['source']}) |")
    return "\n".join(lines)
