"""The listening socket: one thread per connection."""

import contextlib
import socket
import threading
import time

from .. import interface
from .connection import Connection
from .journal import Journal
from .tls import Contexts, make_contexts
from .transport import Transport
from .watcher import Watcher

BACKLOG = 512


class Listener:
    """Accepts connections in the background until closed.

    :param server: answers the logins.
    :param host: address to listen on.
    :param port: 0 takes a free one; see :attr:`port`.
    :param journal: file for one JSON line per client message.
    :param contexts: certificate and key; by default new ones.
    :ivar certificate: the self-signed certificate (PEM) for clients to trust.
    :raises OSError: when the address is in use or not local.
    """

    def __init__(
        self,
        server: interface.Server,
        host: str = "127.0.0.1",
        port: int = 0,
        journal: str | None = None,
        contexts: Contexts | None = None,
    ) -> None:
        self.server = server
        self.contexts = contexts or make_contexts(host)
        self.certificate = self.contexts.certificate
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=BACKLOG)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.journal = Journal(journal) if journal else None
        self._lock = threading.Lock()
        self._connections: dict[Connection, threading.Thread] = {}
        self._closed = False
        self.watcher = Watcher(self._snapshot)
        self._thread = threading.Thread(target=self._accept, name="accept", daemon=True)
        self._thread.start()

    def _snapshot(self) -> list[Connection]:
        with self._lock:
            return list(self._connections)

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._socket.accept()
            except OSError:
                if self._closed:
                    return
                continue
            connection = Connection(Transport(client), self.server, self.contexts, self.journal, self.watcher)
            thread = threading.Thread(target=self._run, args=(connection,), name="connection", daemon=True)
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _run(self, connection: Connection) -> None:
        try:
            connection.run()
        finally:
            with self._lock:
                self._connections.pop(connection, None)

    def close(self) -> None:
        """Stop accepting, end every connection, close every session."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._socket.close()
        with self._lock:
            running = dict(self._connections)
        for connection in running:
            connection.stop()
        deadline = time.monotonic() + 5  # for all of them
        for thread in running.values():
            thread.join(timeout=max(0, deadline - time.monotonic()))
        self.watcher.close()
        if self.journal is not None:
            self.journal.close()
