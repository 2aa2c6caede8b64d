"""Statements about the server itself: KILL, CHECKPOINT, RECONFIGURE.

https://learn.microsoft.com/sql/t-sql/language-elements/kill-transact-sql and related pages
"""

from typing import Any, Iterable

from ..errors import NotSupported, SqlServerError
from ..interface import Event
from ..syntax import nodes


def run(interpreter: Any, statement: nodes.ServerCommand) -> Iterable[Event]:
    """:raises SqlServerError: 574 RECONFIGURE and 6115 KILL in a transaction, 6101, 6104, 6106 for the session."""
    session = interpreter.session
    if statement.command == "RECONFIGURE":
        if session.transactions.count:
            raise SqlServerError(574)
        server = session.server
        server.set_user_options(server.configured_options, server.configured_options)
    elif statement.command == "KILL":
        if session.transactions.count:
            raise SqlServerError(6115)
        _kill(session, statement.session)
    return ()  # CHECKPOINT has no effect that a session sees


def _kill(session: Any, number: int) -> None:
    if number < 1 or number > 32767:
        raise SqlServerError(6101, number=number)
    if number == session.spid:
        raise SqlServerError(6104)
    other = session.server.sessions.get(number)
    if other is None:
        if number <= 50:
            raise NotSupported("KILL of a system session")
        raise SqlServerError(6106, number=number)
    session.server.end_session(other)
