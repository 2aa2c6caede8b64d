"""A client of the whole sandbox without the wire: batches in, rows, errors and messages out."""

from __future__ import annotations

import re
from typing import Any

from mssql_sandbox.interface import Error, Info, Login, Parameter, Rows
from mssql_sandbox.runtime.server import SandboxServer
from mssql_sandbox.sqltypes import INT, MAX, nvarchar
from mssql_sandbox.wire.encode import BASE_TYPES

TOKEN = "token of the tests"


class Client:
    """One session of a server started for the tests."""

    def __init__(self, server: SandboxServer, database: str = "shop") -> None:
        self.server = server
        self.version = server.version_info.name
        token = None if server.version_info.allows("sql_logins") else TOKEN
        self.session, _events = server.login(Login("sa", "Secret_1", database, access_token=token))

    def events(self, text: str) -> list[Any]:
        return list(self.session.execute_batch(text))

    def run(self, text: str) -> list[tuple]:
        """All rows of a batch that must not fail."""
        events = self.events(text)
        errors = [event for event in events if isinstance(event, Error)]
        assert not errors, errors
        return self.rows(events)

    def errors(self, text: str, parameters: int = 0) -> list[int]:
        """Numbers of the errors of a batch, in order.

        :param parameters: when given, the batch goes by sp_executesql with so many int parameters @p1, @p2, ...
        """
        events = self.call(text, *[1] * parameters) if parameters else self.events(text)
        return self.numbers(events)

    @staticmethod
    def numbers(events: list[Any]) -> list[int]:
        """Numbers of the errors among events."""
        return [event.number for event in events if isinstance(event, Error)]

    @staticmethod
    def rows(events: list[Any]) -> list[tuple]:
        """Rows among events."""
        return [tuple(map(_plain, row)) for event in events if isinstance(event, Rows) for row in event.rows]

    def call(self, text: str, *values: int) -> list[Any]:
        """The events of a batch with int parameters @p1, @p2, ... (sp_executesql)."""
        names = [f"@p{number + 1}" for number in range(len(values))]
        request = [
            Parameter("", nvarchar(MAX), text),
            Parameter("", nvarchar(MAX), ", ".join(f"{name} int" for name in names)),
            *(Parameter(name, INT, value) for name, value in zip(names, values)),
        ]
        return list(self.session.execute_rpc("sp_executesql", request))

    def error(self, text: str) -> str:
        """Text of the first error."""
        return next(event.message for event in self.events(text) if isinstance(event, Error))

    def infos(self, text: str) -> list[tuple[int, str]]:
        return [(event.number, event.message) for event in self.events(text) if isinstance(event, Info)]

    def value(self, text: str) -> Any:
        return self.run(text)[0][0]


def _plain(value: Any) -> Any:
    """A sql_variant as a value of its base type."""
    if not isinstance(value, str) or value[:1] != "\ue110":
        return value
    base, _, text = value[1:].partition(":")
    return BASE_TYPES[re.match(r"\w+", base)[0]][1](text)


def start_server(version: str = "2022") -> SandboxServer:
    return SandboxServer(version, {"sa": "Secret_1"}, ("shop",), token_check={TOKEN: "sa"}.get)
