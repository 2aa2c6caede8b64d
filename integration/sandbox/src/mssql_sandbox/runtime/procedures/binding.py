"""A call of a system procedure: its arguments by parameter name, and its results."""

import re
from typing import Any, Iterator, Sequence

from ...catalog import datatypes
from ...errors import SqlServerError
from ...interface import Columns, Done, Event, ResultColumn, ReturnStatus, Rows
from ...sqltypes import DEFAULT_COLLATION, SqlType
from ...syntax import nodes

_SELECT = 0xC1


def declared(columns: str) -> tuple[tuple[str, SqlType], ...]:
    """The columns of ``name type, name, ...``; the default type is sysname."""
    parts = re.findall(r"(\w+)(?: (\w+))?(?:\((\w+)\))?(?:,|$)", columns)
    types = (nodes.TypeName(type_ or "sysname", (length,) if length else ()) for _name, type_, length in parts)
    return tuple((item[0], datatypes.resolve(type_, DEFAULT_COLLATION)) for item, type_ in zip(parts, types))


class Call:
    """A call as a procedure gets it.

    :param name: the procedure's plain name, lower case.
    :param arguments: (parameter name or None, value, type, output) in order.
    :param outputs: receives the values of output arguments by position.
    """

    def __init__(
        self, name: str, arguments: Sequence[tuple[Any, ...]], session: Any, scope: Any, outputs: dict[int, Any]
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.session = session
        self.scope = scope
        self.outputs = outputs

    def bind(self, *parameters: str, required: int = 0) -> list[Any]:
        """Values in the order of ``parameters`` (names without @); None for those not given.

        :raises SqlServerError: 8145 unknown name, 8144 too many, 201 one of the first ``required`` missing, 119 a
            position after a name.
        """
        values: list[Any] = [None] * len(parameters)
        given: set[int] = set()
        positions = {f"@{name}".casefold(): position for position, name in enumerate(parameters)}
        for order, (name, value, _type, _output) in enumerate(self.arguments):
            if name:
                position = positions.get(name.casefold())
                if position is None:
                    raise SqlServerError(8145, parameter=name, name=self.name)
            else:
                position = order
                if position >= len(parameters):
                    raise SqlServerError(8144, name=self.name)
            values[position] = value
            given.add(position)
        for position in range(required):
            if position not in given:
                raise SqlServerError(201, procedure=self.name, parameter=f"@{parameters[position]}")
        return values

    def check_qualifier(self, qualifier: str | None) -> None:
        """:raises SqlServerError: 15250 for a qualifier that is not the current database."""
        if qualifier and qualifier.casefold() != self.session.database.casefold():
            raise SqlServerError(15250)

    def query(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.session.connection.execute(sql, arguments, prepare=True).fetchall()
        return rows

    def result(self, columns: Sequence[tuple[str, SqlType]], rows: Sequence[Sequence[Any]]) -> Iterator[Event]:
        """The events of a result set and return status 0."""
        yield from self.result_set(columns, rows)
        yield ReturnStatus(0)

    @staticmethod
    def result_set(columns: Sequence[tuple[str, SqlType]], rows: Sequence[Sequence[Any]]) -> Iterator[Event]:
        yield Columns([ResultColumn(name, type_) for name, type_ in columns])
        if rows:
            yield Rows([list(row) for row in rows])
        yield Done(len(rows), _SELECT)


def like(pattern: str | None, *, wildcards: bool = True) -> "re.Pattern[str]":
    """The regular expression of a LIKE pattern over names; None matches all."""
    if pattern is None:
        return re.compile("", re.S)
    if not wildcards:
        return re.compile(re.escape(pattern) + r"\Z", re.I | re.S)
    parts, at = [], 0
    while at < len(pattern):
        character = pattern[at]
        if character == "%":
            parts.append(".*")
        elif character == "_":
            parts.append(".")
        elif character == "\\" and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        elif character == "[" and (end := pattern.find("]", at + 2)) > 0:
            inner = pattern[at + 1 : end].replace("\\", "\\\\")
            parts.append(f"[{inner}]")
            at = end
        else:
            parts.append(re.escape(character))
        at += 1
    return re.compile("".join(parts) + r"\Z", re.I | re.S)
