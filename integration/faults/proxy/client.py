"""The proxy's client in the process under test."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import Any, Sequence

from .fault import Fault


class ProxyProcess:
    """``with ProxyProcess([(host, port), ...]) as proxy: proxy.ports, proxy.control``

    :ivar ports: its ports on 127.0.0.1, in the order of the targets.
    :ivar control: its control port.
    """

    def __init__(self, targets: Sequence[tuple[str, int]]) -> None:
        self._targets = ["%s:%d" % target for target in targets]

    def __enter__(self) -> ProxyProcess:
        command = [sys.executable, "-m", "faults.proxy.service", *self._targets]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        *self.ports, self.control = json.loads(self._process.stdout.readline())
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.terminate()
        self._process.wait()


class Port:
    """One port of a running proxy.

    :param control: the proxy's control port.
    """

    def __init__(self, port: int, control: int) -> None:
        self.port = port
        self._socket = socket.create_connection(("127.0.0.1", control))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")

    def arm(self, fault: Fault | None) -> None:
        """Start counting, and let the fault happen at its place; None: only relay."""
        self._ask("arm", fault=None if fault is None else fault.to_dict())

    def disarm(self) -> None:
        """Cancel the fault; the counts are kept."""
        self._ask("disarm")

    def report(self) -> dict[str, Any]:
        """Since it was armed: ``fired`` (the message the fault happened to, or empty), ``forwarded`` (messages by kind)
        and ``sessions`` (the server's session ids)."""
        return self._ask("report")

    def cut(self) -> None:
        """Close all open connections now."""
        self._ask("cut")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def _ask(self, command: str, **more: Any) -> dict[str, Any]:
        self._socket.sendall(json.dumps({"port": self.port, "do": command, **more}).encode() + b"\n")
        return json.loads(self._lines.readline())
