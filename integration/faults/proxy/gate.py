"""A port of the proxy: the messages since it was armed, and whether the fault's place is reached."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .fault import OUTAGE, Fault

if TYPE_CHECKING:
    from .relay import Relay

# Messages not counted: the driver sends them around a login or a time limit.
_UNCOUNTED = ("prelogin", "attention")


class Gate:
    """The state of a port.

    :ivar fault: the pending fault; None after it, or if the port is not armed.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.relays: set[Relay] = set()
        self.is_refusing = False
        self.arm(None)

    def arm(self, fault: Fault | None) -> None:
        """Reset the counts, and wait for the fault's place."""
        self.fault = fault
        self.fired = ""
        self._counts: dict[str, int] = {}
        self.forwarded: dict[str, int] = {}
        self.sessions: set[int] = set()

    def report(self) -> dict[str, Any]:
        """The counts since the port was armed."""
        return {"fired": self.fired, "forwarded": self.forwarded, "sessions": sorted(self.sessions)}

    def arrives(self, name: str) -> Fault | None:
        """The fault for a client message, called for each one."""
        for kind in (name, "message"):
            self._counts[kind] = self._counts.get(kind, 0) + (name not in _UNCOUNTED)
        fault = self.fault
        if fault is None or fault.place not in (name, "message") or name in _UNCOUNTED:
            return None
        if self._counts[fault.place] != fault.number:
            return None
        self.fault, self.fired = None, name
        return fault

    def passes(self, name: str) -> None:
        """Count a client message that was forwarded to the server."""
        self.forwarded[name] = self.forwarded.get(name, 0) + 1

    def cut_all(self) -> int:
        """Close all open connections; their number."""
        relays = list(self.relays)
        for relay in relays:
            relay.cut()
        if relays and self.fault is not None:
            self.fault, self.fired = None, "idle"
        return len(relays)

    def outage(self) -> None:
        """Reset all connections, and refuse new ones for a while."""
        self.is_refusing = True
        # A task of its own, as the connection ends now.
        asyncio.get_running_loop().call_later(OUTAGE, self._end_outage)
        for relay in list(self.relays):
            relay.reset()

    def _end_outage(self) -> None:
        self.is_refusing = False
