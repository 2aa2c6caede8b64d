"""Watches the sockets of running requests for attentions.

One thread serves all connections: a request of a few milliseconds costs nothing,
and an attention is noticed within about two periods.
"""

import selectors
import threading
import time
from typing import Callable, Collection, Protocol

from .transport import Transport

PERIOD = 0.01  # seconds
IDLE_PERIODS = 50

_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class Watched(Protocol):
    """A connection as the watcher sees it (see :class:`~.connection.Connection`)."""

    busy_since: float
    gone: bool
    transport: Transport

    def receive_while_busy(self) -> None: ...


class Watcher:
    """:param connections: function that returns the open connections."""

    def __init__(self, connections: Callable[[], Collection[Watched]]) -> None:
        self._connections = connections
        self._wanted = threading.Event()
        self._active = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="attention-watcher", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Note the start of a request."""
        if not self._active:
            self._active = True
            self._wanted.set()

    def close(self) -> None:
        self._closed = True
        self._wanted.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._closed:
            self._wanted.wait()
            self._wanted.clear()
            self._watch()

    def _watch(self) -> None:
        idle = 0
        while not self._closed:
            time.sleep(PERIOD)
            busy = self._busy(PERIOD)
            if busy:
                idle = 0
                self._receive(busy)
                continue
            idle += 1
            if idle > IDLE_PERIODS:
                self._active = False
                # A request may have started between the check and the flag.
                if not self._busy(0.0):
                    return
                self._active = True

    def _busy(self, age: float) -> list[Watched]:
        limit = time.monotonic() - age
        return [
            connection
            for connection in self._connections()
            if connection.busy_since and connection.busy_since <= limit and not connection.gone
        ]

    def _receive(self, busy: list[Watched]) -> None:
        with _Selector() as selector:
            for connection in busy:
                try:
                    selector.register(connection.transport, selectors.EVENT_READ, connection)
                except (ValueError, KeyError, OSError):
                    continue  # closed meanwhile
            if not selector.get_map():
                return
            for key, _ in selector.select(0):
                key.data.receive_while_busy()
