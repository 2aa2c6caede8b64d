"""INSERT BULK: the rows of a bulk-load message as ordinary INSERTs, all of them or none.

A server ignores CHECK and FOREIGN KEY without CHECK_CONSTRAINTS, ignores triggers without FIRE_TRIGGERS, and replaces
NULL by the default without KEEP_NULLS: https://learn.microsoft.com/sql/t-sql/statements/bulk-insert-transact-sql
"""

from typing import Any, Iterator, Sequence

from ..errors import NotSupported, SqlServerError
from ..interface import Done, Error, Event, ResultColumn
from ..sqltypes import MAX, nvarchar
from .scope import Scope, StopBatch

_COMMAND = 0xF0
_SAVEPOINT = "bulk load"


def load(session: Any, columns: Sequence[ResultColumn], rows: Iterator[Sequence[Any]]) -> Iterator[Event]:
    """Insert the rows into the table that INSERT BULK announced.

    :raises SqlServerError: 4022 without an INSERT BULK before.
    :raises NotSupported: for rows that a server would accept by ignoring constraints or triggers.
    """
    announced, session.bulk = session.bulk, None
    if announced is None:
        raise SqlServerError(4022)
    table = session.find_table(announced.table)
    if table.triggers and "FIRE_TRIGGERS" not in announced.options:
        raise NotSupported("INSERT BULK without FIRE_TRIGGERS into a table with triggers")
    own = not session.transactions.count
    if own:
        session.transactions.begin()
    session.transactions.save(_SAVEPOINT)
    count, errors = _insert_all(session, announced, table, columns, rows)
    if errors:
        if session.transactions.count:
            session.transactions.rollback_to(_SAVEPOINT)
        if own and session.transactions.count:
            session.transactions.rollback()
        if errors[0].number == 547 and "CHECK_CONSTRAINTS" not in announced.options:
            raise NotSupported("INSERT BULK without CHECK_CONSTRAINTS of rows that break one")
        yield from errors
        yield Done(error=True)
        return
    if own:
        session.transactions.commit()
    session.rowcount = count
    yield Done(count, _COMMAND)


def _insert_all(
    session: Any, announced: Any, table: Any, columns: Sequence[ResultColumn], rows: Iterator[Sequence[Any]]
) -> tuple[int, list[Error]]:
    """(number of rows inserted, errors of the row that failed)."""
    count = 0
    try:
        for row in _sorted(rows, announced, table):
            if errors := _insert(session, announced, table, columns, row):
                return count, errors
            count += 1
    except SqlServerError as error:
        return count, [Error(error.number, error.message, error.severity, error.state)]
    return count, []


def _sorted(rows: Iterator[Sequence[Any]], announced: Any, table: Any) -> Iterator[Sequence[Any]]:
    """The rows, checked to be sorted if ORDER names the key of the clustered index.

    :raises SqlServerError: 4819 for a row out of order, 207 for an unknown column.
    :raises NotSupported: for types whose order only the engine knows.
    """
    wanted = [(_column(table, item.name).id, item.descending) for item in announced.order]
    clustered = next((index for index in table.indexes if index.id == 1), None)
    if not wanted or clustered is None or wanted != list(zip(clustered.columns, clustered.descending)):
        yield from rows
        return
    keys = [column for number, _ in wanted for column in table.columns if column.id == number]
    if any(not (key.type.is_exact or key.type.is_temporal) or key.type.name == "datetimeoffset" for key in keys):
        raise NotSupported("INSERT BULK with ORDER by columns that are neither numbers nor moments")
    names = [item.name.casefold() for item in announced.columns]
    places = [names.index(key.name.casefold()) for key in keys]
    last: list[Any] = []
    before: Sequence[Any] = ()
    for row in rows:
        # NULL comes first; a descending column orders by the negative.
        key = [
            (down, 0) if row[place] is None else (not down, -row[place] if down else row[place])
            for place, (_, down) in zip(places, wanted)
        ]
        if key < last:
            shown = [", ".join(str(each[place]) for place in places) for each in (before, row)]
            raise SqlServerError(4819, first=shown[0], second=shown[1])
        last, before = key, row
        yield row


def _column(table: Any, name: str) -> Any:
    column = table.column(name)
    if column is None:
        raise SqlServerError(207, name=name)
    return column


def _insert(
    session: Any, announced: Any, table: Any, columns: Sequence[ResultColumn], row: Sequence[Any]
) -> list[Error]:
    """Insert one row; its errors."""
    scope = Scope(level=1)
    names: dict[str, str] = {}
    for position, (column, value) in enumerate(zip(columns, row)):
        scope.declare(f"@v{position}", nvarchar(MAX) if column.type.name == "xml" else column.type, value)
        name = announced.columns[position].name
        target = table.column(name)
        if value is None and target is not None and target.default_id and "KEEP_NULLS" not in announced.options:
            continue
        names[name] = f"@v{position}"
    errors = []
    try:
        for event in session.interpreter(scope, session.parse(_text(announced, names))).run_all():
            if isinstance(event, Error):
                errors.append(event)
    except StopBatch:
        pass
    return errors


def _text(announced: Any, names: dict[str, str]) -> str:
    table = ".".join(f"[{part.replace(']', ']]')}]" for part in announced.table.parts if part)
    if not names:
        return f"INSERT INTO {table} DEFAULT VALUES"
    listed = ", ".join(f"[{name.replace(']', ']]')}]" for name in names)
    return f"INSERT INTO {table} ({listed}) VALUES ({', '.join(names.values())})"
