"""Plays isolation.toml: two sessions, an isolation level or a locking hint, and what each sees of the other."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any, Iterator, Protocol

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
_WAITS = 1222
_REFUSED = 50999


class Session(Protocol):
    """One session of a server, see ``ddl_support.Client``."""

    def events(self, text: str) -> list[Any]: ...

    def numbers(self, events: list[Any]) -> list[int]: ...

    def rows(self, events: list[Any]) -> list[tuple]: ...


def plays() -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    """(reader, case, outcome)."""
    for reader in TABLE["reader"]:
        for case, outcome in zip(TABLE["case"], reader["outcomes"], strict=True):
            yield reader, case, outcome


def play(a: Session, b: Session, reader: dict[str, Any], case: dict[str, Any]) -> str:
    """What comes of a case; the table iso is there, and neither session has a transaction."""
    sessions = {"A": a, "B": b}
    for name, session in sessions.items():
        level = reader.get("level", "READ COMMITTED") if name == "B" or case.get("both") else "READ COMMITTED"
        session.events(f"SET TRANSACTION ISOLATION LEVEL {level}; SET LOCK_TIMEOUT 0; BEGIN TRANSACTION")
    outcome = ""
    for step in case["steps"]:
        name, text = step.split(": ", 1)
        text = text.replace("{hint}", reader.get("hint", ""))
        if name == "together":
            return outcome or _together(a, b, text)
        events = sessions[name].events(text)
        for number in sessions[name].numbers(events):
            return {_WAITS: f"{name} waits", _REFUSED: "refused"}.get(number, str(number))
        if name == "B":
            seen = " ".join(str(value) for (value,) in sessions[name].rows(events))
            outcome = case["words"].get(seen, seen)
    return outcome


def _together(a: Session, b: Session, text: str) -> str:
    """Both run the same change at once: the error that one of them meets, or ``lost``."""
    numbers: list[int] = []

    def run(session: Session) -> None:
        numbers.extend(session.numbers(session.events(f"SET LOCK_TIMEOUT -1; {text}")))

    threads = [threading.Thread(target=run, args=(session,)) for session in (a, b)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return " ".join(map(str, numbers)) or "lost"


def markdown() -> str:
    """The table as the README shows it."""
    titles = [case["title"] for case in TABLE["case"]]
    lines = [f"| B reads | {' | '.join(titles)} |", "|---" * (len(titles) + 1) + "|"]
    for reader in TABLE["reader"]:
        if reader.get("shown", True):
            lines.append(f"| {reader['name']} | {' | '.join(reader['outcomes'])} |")
    return "\n".join(lines)
