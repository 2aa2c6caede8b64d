"""System procedures: catalogue procedures of ODBC, sp_rename, extended properties, application locks ..."""

from typing import Any, Callable, Iterator, Sequence

from ...ddl.rename import split_name
from ...errors import NotSupported, SqlServerError
from ...interface import Event
from . import catalog, describe, help, locks, odbc_types, schema, session_context, user
from .binding import Call
from .describe import undeclared_rows

__all__ = ["call", "undeclared_rows", "user"]

_PROCEDURES: dict[str, Callable[[Call], Iterator[Event]]] = {
    **catalog.PROCEDURES,
    **describe.PROCEDURES,
    **help.PROCEDURES,
    **locks.PROCEDURES,
    **odbc_types.PROCEDURES,
    **schema.PROCEDURES,
    **session_context.PROCEDURES,
}


def call(
    name: str, arguments: Sequence[tuple[Any, ...]], session: Any, scope: Any, outputs: dict[int, Any]
) -> Iterator[Event]:
    """Run a system procedure.

    :param name: as written, with or without schema and brackets.
    :param arguments: (parameter name or None, value, type, output) in order.
    :param outputs: receives the values of output arguments by position.
    :raises SqlServerError: 2812 for an unknown procedure, and the procedure's errors.
    """
    parts = split_name(name)
    if len(parts) > 2 and parts[-3] and parts[-3].casefold() != session.database.casefold():
        raise NotSupported(f"a procedure of another database ({name})")
    plain = parts[-1].casefold()
    procedure = _PROCEDURES.get(plain)
    if procedure is None and plain.startswith(("sp_", "xp_")):
        raise NotSupported(f"the procedure {plain}")
    if procedure is None:
        raise SqlServerError(2812, name=name)
    yield from procedure(Call(plain, arguments, session, scope, outputs))
