"""A sandbox that is wrong on purpose in five places, for the tests of ``evidence --server``."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any, Iterable, Iterator

from mssql_sandbox import cli
from mssql_sandbox.interface import Error, Rows
from mssql_sandbox.runtime import server

#: Part of a statement -> the error number it gets instead of its own; None takes the error away.
WRONG_ERRORS = {"SELECT a.nosuch FROM a": 4104, "UPDATE a SET nosuch = 1": 208, "DELETE FROM a WHERE nosuch = 1": None}
#: Part of a query -> the value it gets.
WRONG_VALUES = {"DATEDIFF(week, '20230107', '20230108')": 0, "DATEPART(weekday, '20231231')": 7}


def _changed(text: str, events: Iterable[Any]) -> Iterator[Any]:
    for event in events:
        for part, number in WRONG_ERRORS.items():
            if text == part and isinstance(event, Error):
                event = replace(event, number=number) if number else None
        for part, value in WRONG_VALUES.items():
            if part in text and isinstance(event, Rows):
                event = Rows([[value]])
        if event is not None:
            yield event


class WrongServer(server.SandboxServer):
    def login(self, login: Any) -> Any:
        session, events = super().login(login)
        execute = session.execute_batch
        session.execute_batch = lambda text: _changed(text, execute(text))
        return session, events


if __name__ == "__main__":
    server.SandboxServer = WrongServer
    cli.main(sys.argv[1:])
