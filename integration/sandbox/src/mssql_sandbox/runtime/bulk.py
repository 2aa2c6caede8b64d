"""INSERT BULK: the rows of a bulk-load message go through an ordinary INSERT, one by one."""

from __future__ import annotations

from typing import Any, Iterator, Sequence

from ..errors import SqlServerError
from ..interface import Done, Error, Event, ResultColumn
from .scope import Scope, StopBatch


def load(session: Any, columns: Sequence[ResultColumn], rows: Iterator[Sequence[Any]]) -> Iterator[Event]:
    """Insert the rows into the table that INSERT BULK announced.

    :raises SqlServerError: 4022 when no INSERT BULK came before.
    """
    announced, session.bulk = session.bulk, None
    if announced is None:
        raise SqlServerError(4022)
    parsed = session.parse(_insert_text(announced, len(columns)))
    count = 0
    with session.transactions.atomic():
        for row in rows:
            scope = Scope(level=1)
            for position, (column, value) in enumerate(zip(columns, row)):
                scope.declare(f"@v{position}", column.type, value)
            try:
                for event in session.interpreter(scope, parsed).run_all():
                    if isinstance(event, Error):
                        yield event
            except StopBatch:
                yield Done(error=True)
                return
            count += 1
    session.rowcount = count
    yield Done(count, 0xF0)


def _insert_text(announced: Any, width: int) -> str:
    table = ".".join(f"[{part.replace(']', ']]')}]" for part in announced.table.parts if part)
    names = ", ".join(f"[{column.name.replace(']', ']]')}]" for column in announced.columns)
    values = ", ".join(f"@v{position}" for position in range(width))
    return f"INSERT INTO {table} ({names}) VALUES ({values})"
