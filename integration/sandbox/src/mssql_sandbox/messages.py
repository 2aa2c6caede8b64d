"""The server's messages: ``messages.toml``, one line per number, read when the first message is needed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Message:
    """A line of the table.

    :param text: with ``str.format`` placeholders.
    :param severity: below 11 information, 11-19 an error of the statement or batch, 20 and above of the connection.
    :param state: SQL Server's state byte unless the raising code gives another.
    :param source: a page, or a key of the table's sources (with a file, for notes of probes).
    :param variants: name -> what differs in some places: text, severity, state.
    """

    text: str
    severity: int
    source: str = "reference"
    state: int = 1
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def variant(self, name: str) -> Message:
        """:raises KeyError: when there is no variant of that name."""
        return replace(self, **self.variants[name])

    def fill(self, values: Mapping[str, object]) -> str:
        """The text with its placeholders filled. :raises KeyError: for a missing value."""
        return self.text.format_map(values)


@lru_cache(maxsize=None)
def table() -> dict[int, Message]:
    """All messages by number."""
    with open(Path(__file__).with_name("messages.toml"), "rb") as file:
        entries = tomllib.load(file)
    facts: dict[int, dict[str, Any]] = {}
    for name, kind in (("state", int), ("source", str)):
        for value, numbers in entries[name].items():
            for number in numbers:
                facts.setdefault(number, {})[name] = kind(value)
    return {
        int(number): Message(
            severity=int(severity),
            **({"text": line} if isinstance(line, str) else line),
            **facts.get(int(number), {}),
        )
        for severity, lines in entries["severity"].items()
        for number, line in lines.items()
    }


def message(number: int, variant: str = "") -> Message:
    """The message of a number, or a variant of it. :raises KeyError: when the table lacks it."""
    return table()[number].variant(variant) if variant else table()[number]
