"""A gateway in front of a sandbox that refuses the first logins, as the cloud's do; for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Iterator

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.wire.server import Listener

TEXTS = {
    4060: 'Cannot open database "app" requested by the login. The login failed.',
    40501: "The service is currently busy. Retry the request after 10 seconds. Incident ID: x. Code: 0.",
    40613: "Database 'app' on server 'sandbox' is not currently available. Please retry the connection later.",
}


class _Refusing:
    """Answers each login with one error."""

    name = "gateway"
    version = (12, 0, 2000, 8)
    federation = None

    def __init__(self, number: int) -> None:
        self.number = number

    def login(self, login: Any) -> Any:
        text = TEXTS.get(self.number, "The service has encountered an error processing your request.")
        raise SqlServerError.worded(self.number, text, 17)


class Gateway:
    """``with Gateway(sandbox) as gateway: gateway.refuse(40613, times=2)``

    :ivar port: its port on 127.0.0.1.
    :ivar refused: number of refused logins.
    """

    def __init__(self, sandbox: Any) -> None:
        self._sandbox = sandbox
        self._left = 0
        self.refused = 0

    def __enter__(self) -> Gateway:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._server = _Refusing(40613)
        self._listener = Listener(self._server)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._listener.close()

    def refuse(self, number: int, times: int) -> None:
        """Refuse the next logins with this error."""
        self._server.number, self._left = number, times

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            target = (self._sandbox.host, self._sandbox.port)
            if self._left:
                self._left -= 1
                self.refused += 1
                target = (self._listener.host, self._listener.port)
            server = socket.create_connection(target)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        for data in _pieces(source):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _pieces(source: socket.socket) -> Iterator[bytes]:
    while data := source.recv(65536):
        yield data
