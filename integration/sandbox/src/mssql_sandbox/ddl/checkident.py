"""DBCC CHECKIDENT; other DBCC commands are refused by name."""

from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from .columns import identity_range
from .context import Ddl
from .rename import split_name


def run(ddl: Ddl, statement: nodes.Dbcc) -> None:
    """DBCC CHECKIDENT ('t' [, NORESEED | RESEED [, value]]).

    :raises SqlServerError: 2501 unknown table, 7997 no identity column, 8115 value out of range.
    """
    if statement.command.upper() != "CHECKIDENT":
        raise NotSupported(f"DBCC {statement.command.upper()}")
    name, *rest = statement.arguments
    parts = split_name(name)
    table = ddl.catalog.table(parts[-2] if len(parts) > 1 else None, parts[-1])
    if table is None or table.kind not in ("table", "temp"):
        raise SqlServerError(2501, name=name)
    column = next((column for column in table.columns if column.identity), None)
    if column is None or column.identity is None:
        raise SqlServerError(7997, table=table.name)
    action = rest[0].upper() if rest else "RESEED"
    if action not in ("RESEED", "NORESEED"):
        raise SqlServerError(102, near=rest[0])
    last = _last_value(ddl, table)
    largest = ddl.value(f"select {'max' if column.identity[1] > 0 else 'min'}({column.physical}) from {table.physical}")
    if len(rest) > 1:
        new = int(rest[1])
        low, high = identity_range(column.type)
        if not low <= new <= high:
            raise SqlServerError(8115, source="bigint", target=column.type.name)
        _set(ddl, table, new, called=last is not None or largest is not None)
        shown = {"variant": "reseeded", "value": _text(last)}
    else:
        if action == "RESEED" and largest is not None and (last is None or _behind(last, largest, column.identity[1])):
            _set(ddl, table, int(largest), called=True)
        shown = {"value": _text(last), "column": _text(largest)}
    if not any(option.upper() == "NO_INFOMSGS" for option in statement.options):
        ddl.info(7998, **shown)
        ddl.info(2528)


def _last_value(ddl: Ddl, table: Table) -> int | None:
    value = ddl.value("select ms.sequence_last_value($1)", _sequence(table))
    return None if value is None else int(value)


def _sequence(table: Table) -> str:
    return f"{table.physical.split('.')[0]}.s{table.id}"


def _set(ddl: Ddl, table: Table, value: int, called: bool) -> None:
    """Let the next value be ``value`` plus the increment, or ``value`` itself in a table that never had rows."""
    ddl.value(f"select setval('{_sequence(table)}', $1, $2)", value, called)


def _behind(last: int, largest: int, increment: int) -> bool:
    return last < largest if increment > 0 else last > largest


def _text(value: int | None) -> str:
    return "NULL" if value is None else str(int(value))
