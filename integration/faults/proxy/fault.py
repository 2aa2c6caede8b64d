"""The faults of the proxy, and their places."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass

#: Kind -> description.
KINDS = {
    "cut": "both sides are closed (FIN)",
    "reset": "both sides are reset (RST)",
    "half-close to client": "the client reads the end of the stream and may still write",
    "half-close to server": "the server reads the end of the stream, the client learns of it from the server",
    "stall": "nothing moves until the client cancels or the time is over",
    "stall and cut": "nothing moves until the client cancels or the time is over, then both sides are closed",
    "outage": "all connections are reset and new ones refused for a while, as when a server restarts",
    "signal": "the client's process gets SIGUSR1 while it waits, and goes on getting its answer",
    "idle cut": "the connection is closed while nothing is under way",
    "idle kill": "the session is killed while nothing is under way",
}
#: The client message: by number, or the first of a kind.
PLACES = ("message", "begin", "commit", "login")
#: The time: before the message reaches the server; after that; after the server's answer, which is lost; amid it.
MOMENTS = ("before", "after", "answered", "amid")

OUTAGE = 0.15  # seconds
_STALLS = ("stall", "stall and cut")


@dataclass(frozen=True)
class Fault:
    """A fault.

    :ivar number: number of the message among those of the place's kind, from 1.
    :ivar seconds: duration of a stall unless the client cancels.
    :ivar pid: the process for a signal.
    """

    kind: str
    place: str
    moment: str
    number: int
    seconds: float = 0.05
    pid: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether it happens between two requests, which takes more than the proxy."""
        return self.kind.startswith("idle")

    def to_dict(self) -> dict:
        return asdict(self)

    def __str__(self) -> str:
        if self.is_idle:
            return "%s before request %d" % (self.kind, self.number + 1)
        return "%s %s %s %d" % (self.kind, self.moment, self.place, self.number)


def draw(chance: random.Random, messages: int, pid: int, query_timeout: int) -> Fault:
    """A fault from a seed.

    :param messages: expected number of client messages.
    :param pid: of the process under test.
    :param query_timeout: seconds, 0 for none: a stall outlasts it.
    """
    kind = chance.choice([*KINDS, "cut", "reset", "signal"])
    if kind.startswith("idle"):
        return Fault(kind, "idle", "before", chance.randint(1, 2))
    place = chance.choice(["message", "message", "begin", "commit", "login"])
    moment = chance.choice(MOMENTS)
    if place == "login" and kind == "signal":
        place = "begin"
    number = chance.randint(1, messages) if place == "message" else chance.randint(1, 2)
    seconds = query_timeout + 1.5 if kind in _STALLS and query_timeout else 0.03
    return Fault(kind, place, moment, number, seconds, pid)


def wants_timeout(fault_kind: str) -> bool:
    """Whether the kind is more useful if statements have a time limit."""
    return fault_kind in _STALLS
