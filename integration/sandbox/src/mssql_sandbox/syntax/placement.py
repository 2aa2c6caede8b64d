"""The places where a statement is allowed: first in its batch, in a loop, in a CATCH block, in a kind of module."""

from dataclasses import dataclass, replace
from typing import Iterable

from ..errors import NotSupported, SqlServerError
from . import nodes

# The state of error 111 depends on the kind of statement.
_FIRST_STATES = {
    "CREATE FUNCTION": 4, "ALTER FUNCTION": 5, "CREATE TRIGGER": 6, "ALTER TRIGGER": 7, "CREATE VIEW": 9,
    "ALTER VIEW": 10, "CREATE SCHEMA": 14, "CREATE/ALTER PROCEDURE": 1,
}  # fmt: skip


@dataclass(frozen=True)
class _Place:
    loop: bool = False
    catch: bool = False
    value_allowed: bool = False  # RETURN n: procedures and scalar functions
    value_needed: bool = False


def check_placement(batch: nodes.Batch) -> None:
    """:raises SqlServerError: 111, 135, 136, 166, 178, 1075, 10704, even for unreachable statements."""
    for position, statement in enumerate(batch.statements):
        if position:
            _check_first(statement)
    _check_all(batch.statements, _Place())


def _check_first(statement: nodes.Statement) -> None:
    name = _module_statement(statement)
    if name is not None:
        raise SqlServerError(111, statement=name, state=_FIRST_STATES[name], line=statement.line)


def _module_statement(statement: nodes.Statement) -> str | None:
    if isinstance(statement, nodes.CreateView):
        return f"{statement.mode.split()[0]} VIEW"
    if isinstance(statement, nodes.CreateModule):
        if statement.kind == "PROCEDURE":
            return "CREATE/ALTER PROCEDURE"
        return f"{statement.mode.split()[0]} {statement.kind}"
    return "CREATE SCHEMA" if isinstance(statement, nodes.CreateSchema) else None


def _check_all(statements: Iterable[nodes.Statement], place: _Place) -> None:
    for statement in statements:
        _check(statement, place)


def _check(statement: nodes.Statement, place: _Place) -> None:
    if isinstance(statement, nodes.Block):
        _check_all(statement.statements, place)
    elif isinstance(statement, nodes.If):
        _check_all((s for s in (statement.then, statement.otherwise) if s is not None), place)
    elif isinstance(statement, nodes.While):
        _check(statement.body, replace(place, loop=True))
    elif isinstance(statement, nodes.TryCatch):
        _check_all(statement.body, replace(place, catch=place.catch))
        _check_all(statement.handler, replace(place, catch=True))
    elif isinstance(statement, nodes.CreateModule):
        _check_prefix(statement)
        scalar = statement.kind == "FUNCTION" and statement.returns is not None
        _check_all(statement.body, _Place(False, False, scalar or statement.kind != "TRIGGER", scalar))
    elif isinstance(statement, nodes.CreateView):
        _check_prefix(statement)
    else:
        _check_exit(statement, place)


def check_option(option: nodes.SetOption, batch: nodes.Batch) -> None:
    """Refuse options that count as the batch is parsed. Probed: RyanLamansky/sql-server-simulator session-options.md

    :raises SqlServerError: 1059, 1067.
    """
    first, on = batch.statements[0], option.value.upper() == "ON"
    module, alone = isinstance(first, nodes.CreateModule), first is option and len(batch.statements + option.names) == 2
    if any(name.startswith("SHOWPLAN_") for name in option.names) and (module or on and not alone):
        raise SqlServerError(1067, line=option.line)
    if "PARSEONLY" in option.names:
        if module:
            raise SqlServerError(1059, line=option.line)
        if on:
            raise NotSupported("SET PARSEONLY ON", option.line)


def _check_exit(statement: nodes.Statement, place: _Place) -> None:
    if isinstance(statement, (nodes.Break, nodes.Continue)) and not place.loop:
        raise SqlServerError(135 if isinstance(statement, nodes.Break) else 136, line=statement.line)
    if isinstance(statement, nodes.Return):
        if statement.value is not None and not place.value_allowed:
            raise SqlServerError(178, line=statement.line)
        if statement.value is None and place.value_needed:
            raise SqlServerError(1075, line=statement.line)
    if isinstance(statement, nodes.Throw) and statement.number is None and not place.catch:
        raise SqlServerError(10704, line=statement.line)


def _check_prefix(statement: nodes.CreateView | nodes.CreateModule) -> None:
    if len(statement.name.parts) > 2 and statement.name.parts[-3]:
        name = _module_statement(statement)
        raise SqlServerError(166, statement=name, line=statement.line)
