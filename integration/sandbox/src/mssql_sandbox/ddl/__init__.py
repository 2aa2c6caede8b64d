"""Data definition: CREATE, ALTER, DROP and TRUNCATE on catalogue and engine."""

from typing import Any, Callable

from ..errors import NotSupported
from ..interface import Done, Event
from ..syntax import nodes
from . import (
    alter,
    alter_column,
    checkident,
    constraints,
    databases,
    functions,
    indexes,
    modules,
    schemas,
    sequences,
    statistics,
    synonyms,
    table_types,
    tables,
    views,
)
from .context import Ddl, written
from .errors import cannot_drop

__all__ = ["Ddl", "execute"]


def execute(statement: nodes.Statement, session: Any, scope: Any) -> list[Event]:
    """Run one statement in the engine transaction that the caller has opened.

    :param session: the runtime's session.
    :param scope: the runtime's scope, which notes new temp tables.
    :raises SqlServerError: as SQL Server would; its ``followers``, if any, are to be reported too.
    """
    handler = _HANDLERS.get(type(statement))
    if handler is None:
        raise NotSupported(type(statement).__name__)
    if isinstance(statement, (nodes.CreateView, nodes.CreateModule)) and not session.settings.quoted_identifier:
        raise NotSupported("a module made under QUOTED_IDENTIFIER OFF")
    ddl = Ddl(session, scope)
    handler(ddl, statement)
    ddl.flush()
    return [*ddl.events, Done(None)]


def _drop(ddl: Ddl, statement: nodes.Drop) -> None:
    kind = statement.kind.upper()
    if kind == "DATABASE":
        databases.drop(ddl, statement.names, statement.if_exists)
        return
    for name in statement.names:
        if kind in _DROPS:
            _DROPS[kind](ddl, name, statement.if_exists)
        elif kind in ("PROCEDURE", "PROC", "TRIGGER"):
            modules.drop(ddl, kind, name, statement.if_exists)
        elif kind == "STATISTICS":
            statistics.drop(ddl, name)
        elif kind == "INDEX":
            _drop_index(ddl, statement, name)
        else:
            raise NotSupported(f"DROP {kind}")


def _drop_index(ddl: Ddl, statement: nodes.Drop, name: nodes.Name) -> None:
    table = ddl.find_table(statement.on) if statement.on is not None else None
    if table is not None and table.kind == "system":
        table = None
    known = {index.name.casefold() for index in table.indexes} if table is not None else set()
    if statement.if_exists and name.parts[-1].casefold() not in known:
        return
    if table is None:
        raise cannot_drop("index", ".".join(filter(None, (written(statement.on), name.parts[-1]))))
    indexes.drop(ddl, table, name.parts[-1])


def _principal(ddl: Ddl, statement: nodes.CreatePrincipal) -> None:
    raise NotSupported(" ".join(statement.text.split()[:2]), statement.line)


def _create_module(ddl: Ddl, statement: nodes.CreateModule) -> None:
    (functions if statement.kind == "FUNCTION" else modules).create(ddl, statement)


def _check(ddl: Ddl, statement: nodes.AlterTableCheck) -> None:
    table = ddl.table(statement.table)
    # Cached snapshots stay valid: no translated statement depends on this.
    constraints.switch(ddl, table, statement)


_DROPS: dict[str, Callable[[Ddl, nodes.Name, bool], None]] = {
    "TABLE": tables.drop,
    "VIEW": views.drop,
    "SCHEMA": schemas.drop,
    "SEQUENCE": sequences.drop,
    "FUNCTION": functions.drop,
    "TYPE": table_types.drop,
    "SYNONYM": synonyms.drop,
}
_HANDLERS: dict[type, Callable[[Ddl, Any], None]] = {
    nodes.CreateTable: tables.create,
    nodes.DeclareTable: tables.declare,
    nodes.Truncate: tables.truncate,
    nodes.AlterTableAdd: alter.add,
    nodes.AlterTableDrop: alter.drop,
    nodes.AlterColumn: alter_column.alter,
    nodes.AlterTableCheck: _check,
    nodes.AlterTableTrigger: alter.triggers,
    nodes.AlterTableSwitch: alter.switch,
    nodes.CreateIndex: indexes.create,
    nodes.AlterIndex: indexes.alter,
    nodes.Drop: _drop,
    nodes.CreateView: views.create,
    nodes.CreateModule: _create_module,
    nodes.CreateSchema: schemas.create,
    nodes.AlterSchemaTransfer: schemas.transfer,
    nodes.CreateSequence: sequences.create,
    nodes.CreateDatabase: databases.create,
    nodes.AlterDatabase: databases.alter,
    nodes.CreatePrincipal: _principal,
    nodes.CreateType: table_types.create,
    nodes.CreateSynonym: synonyms.create,
    nodes.CreateStatistics: statistics.create,
    nodes.UpdateStatistics: statistics.update,
    nodes.Dbcc: checkident.run,
}
