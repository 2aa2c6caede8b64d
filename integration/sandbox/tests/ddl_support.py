"""A client of the whole sandbox without the wire: batches in, rows, errors and messages out."""

from __future__ import annotations

from typing import Any

from mssql_sandbox.interface import Error, Info, Login, Rows
from mssql_sandbox.runtime.server import SandboxServer


class Client:
    """One session of a server started for the tests."""

    def __init__(self, server: SandboxServer, database: str = "shop") -> None:
        self.server = server
        self.session, _events = server.login(Login("sa", "Secret_1", database))

    def events(self, text: str) -> list[Any]:
        return list(self.session.execute_batch(text))

    def run(self, text: str) -> list[tuple]:
        """All rows of a batch that must not fail."""
        events = self.events(text)
        errors = [event for event in events if isinstance(event, Error)]
        assert not errors, errors
        return [tuple(row) for event in events if isinstance(event, Rows) for row in event.rows]

    def errors(self, text: str) -> list[int]:
        """Numbers of the errors of a batch, in order."""
        return [event.number for event in self.events(text) if isinstance(event, Error)]

    def error(self, text: str) -> str:
        """Text of the first error."""
        return next(event.message for event in self.events(text) if isinstance(event, Error))

    def infos(self, text: str) -> list[tuple[int, str]]:
        return [(event.number, event.message) for event in self.events(text) if isinstance(event, Info)]

    def value(self, text: str) -> Any:
        return self.run(text)[0][0]


def start_server(version: str = "2022") -> SandboxServer:
    return SandboxServer(version, {"sa": "Secret_1"}, ("shop",))
