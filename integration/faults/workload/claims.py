"""Comparison of what the application was told with what the database holds."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


class Told(enum.Enum):
    """The outcome of a unit of work, as the application was told."""

    SUCCESS = "success"
    ERROR = "error"
    UNKNOWN = "unknown"
    NOT_RUN = "not run"


@dataclass
class Seen:
    """The rows of a case, as a second connection reads them.

    :ivar entries: tag -> number of rows.
    :ivar balances: account -> balance.
    :ivar contents: existing box -> number of its contents.
    :ivar members: box -> tags of its entries.
    """

    entries: Counter = field(default_factory=Counter)
    balances: dict[str, int] = field(default_factory=dict)
    contents: dict[str, int] = field(default_factory=dict)
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Claim:
    """The claims about a unit of work.

    :ivar before: the observation if nothing of it took effect.
    :ivar after: the observation if all of it did.
    """

    unit: str
    told: Told
    before: Any
    after: Any
    text: str = ""

    def violation(self, observed: Any) -> str:
        """The contradiction between claim and observation; empty if there is none."""
        if observed == self.after and self.told in (Told.SUCCESS, Told.UNKNOWN):
            return ""
        if observed == self.before and self.told is not Told.SUCCESS:
            return ""
        if observed == self.before:
            return "lost after success"
        if observed == self.after:
            return "kept after an error"
        return "doubled" if _exceeds(observed, self.after) else "half"


def _exceeds(observed: Any, after: Any) -> bool:
    """Whether a count is greater than the whole unit makes it."""
    pairs = list(zip(observed, after)) if isinstance(observed, tuple) and isinstance(after, tuple) else []
    numbers = [pair for pair in pairs if all(isinstance(value, int) for value in pair)]
    return any(seen > most for seen, most in numbers)


SEEN_SQL = """
SELECT N'e', tag, COUNT(*), N'' FROM faults_entry WHERE tag LIKE {like} GROUP BY tag
UNION ALL SELECT N'a', name, balance, N'' FROM faults_account WHERE name LIKE {like}
UNION ALL SELECT N'b', b.tag, COUNT(c.id), N'' FROM faults_box b LEFT JOIN faults_content c ON c.box_id = b.id
  WHERE b.tag LIKE {like} GROUP BY b.tag
UNION ALL SELECT N'm', b.tag, 0, e.tag FROM faults_box b JOIN faults_box_entries m ON m.box_id = b.id
  JOIN faults_entry e ON e.id = m.entry_id WHERE b.tag LIKE {like}
"""


def read(cursor: Any, prefix: str) -> Seen:
    """Read the rows of a case.

    :param cursor: of a connection that bypasses the proxy.
    :param prefix: of the case's names, without wildcards.
    """
    seen = Seen()
    for kind, name, number, member in cursor.execute(SEEN_SQL.format(like="N'%s%%'" % prefix)).fetchall():
        if kind == "e":
            seen.entries[name] = number
        elif kind == "a":
            seen.balances[name] = number
        elif kind == "b":
            seen.contents[name] = number
        else:
            seen.members[name] = tuple(sorted((*seen.members.get(name, ()), member)))
    return seen
