"""What an app's outcome depends on, and the outcome of an app that ran to its end: ``APP.json`` in the folder of a run.

An app whose state is the one at hand need not run again, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .report import FAILURES

TOP = Path(__file__).parents[2]
# What decides how a test ends: the packages, the sandbox, and how both are run.
_CODE = ("packages/*/src", "integration/sandbox/src", "integration/harness", "integration/django_suite/expectations")
_ENDINGS = {".py", ".toml", ".sql", ".json"}
Outcome = dict[str, Any]


def code() -> str:
    """A short digest of the code that a run tests, and tests with."""
    digest = hashlib.sha256()
    files = [file for pattern in _CODE for folder in TOP.glob(pattern) for file in folder.rglob("*")]
    files += (Path(__file__).parent / name for name in ("runner.py", "suite_settings.py"))
    for file in sorted(files):
        if file.suffix in _ENDINGS:
            digest.update(f"{file.relative_to(TOP)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True)
class State:
    """Which Django ran on which server, from which code.

    :ivar django: its version, as 5.2.1.
    :ivar server: the version that the sandbox plays, or where the real server is.
    """

    django: str
    server: str
    code: str

    def save(self, folder: Path, outcome: Outcome) -> None:
        """Keep the outcome of an app: its summary, its environment and its results."""
        text = json.dumps({"state": vars(self), **outcome})
        _file(folder, outcome["summary"]["app"]).write_text(text, encoding="utf-8")

    def finished(self, folder: Path, app: str, sound: bool = False) -> Outcome | None:
        """The outcome of an app that ran to its end in this state.

        :param sound: take the outcome on other code as well, if nothing failed.
        """
        kept = load(folder, app)
        if kept is None or kept["summary"]["dead"]:
            return None
        same = {**vars(self), "code": None} == {**kept["state"], "code": None}
        if not same or (kept["state"]["code"] != self.code and not (sound and not failures(kept["summary"]))):
            return None
        return kept


def load(folder: Path, app: str) -> Outcome | None:
    """The outcome of an app for any state of the code, if it ran to its end."""
    try:
        return json.loads(_file(folder, app).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def forget(folder: Path, app: str) -> None:
    """Remove the outcome of an app that starts, until it ends."""
    _file(folder, app).unlink(missing_ok=True)


def failures(summary: dict[str, Any]) -> int:
    """How many of an app's tests failed."""
    return sum(summary.get(outcome, 0) for outcome in FAILURES)


def _file(folder: Path, app: str) -> Path:
    return folder / f"{app.replace('.', '_')}.json"
