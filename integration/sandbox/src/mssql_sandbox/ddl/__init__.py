"""Data definition: what CREATE, ALTER, DROP and TRUNCATE do to catalogue and engine."""

from __future__ import annotations

from typing import Any, Callable

from ..errors import NotSupported
from ..interface import Done, Event
from ..syntax import nodes
from .context import Ddl

__all__ = ["Ddl", "execute"]


def execute(statement: nodes.Statement, session: Any, scope: Any) -> list[Event]:
    """Run one statement in the engine transaction that the caller has opened.

    :param session: the runtime's session.
    :param scope: the runtime's scope, told about new temp tables.
    :raises SqlServerError: as SQL Server would; ``followers`` (if present) are further errors to report.
    """
    handler = _handlers().get(type(statement))
    if handler is None:
        raise NotSupported(type(statement).__name__, statement.line)
    ddl = Ddl(session, scope)
    handler(ddl, statement)
    ddl.flush()
    return [*ddl.events, Done(None)]


def _drop(ddl: Ddl, statement: nodes.Drop) -> None:
    from . import databases, indexes, modules, schemas, sequences, statistics, synonyms, table_types, tables, views
    from .context import written
    from .errors import cannot_drop

    kind = statement.kind.upper()
    if kind == "DATABASE":
        databases.drop(ddl, statement.names, statement.if_exists)
        return
    for name in statement.names:
        if kind == "TABLE":
            tables.drop(ddl, name, statement.if_exists)
        elif kind == "VIEW":
            views.drop(ddl, name, statement.if_exists)
        elif kind == "SCHEMA":
            schemas.drop(ddl, name, statement.if_exists)
        elif kind == "SEQUENCE":
            sequences.drop(ddl, name, statement.if_exists)
        elif kind in ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER"):
            modules.drop(ddl, kind, name, statement.if_exists)
        elif kind == "TYPE":
            table_types.drop(ddl, name, statement.if_exists)
        elif kind == "SYNONYM":
            synonyms.drop(ddl, name, statement.if_exists)
        elif kind == "STATISTICS":
            statistics.drop(ddl, name)
        elif kind == "INDEX":
            table = ddl.find_table(statement.on) if statement.on is not None else None
            if table is None or table.kind == "system":
                if statement.if_exists:
                    continue
                raise cannot_drop("index", ".".join(filter(None, (written(statement.on), name.parts[-1]))))
            if statement.if_exists and not any(
                index.name.casefold() == name.parts[-1].casefold() for index in table.indexes
            ):
                continue
            indexes.drop(ddl, table, name.parts[-1])
        else:
            raise NotSupported(f"DROP {kind}", statement.line)


def _principal(ddl: Ddl, statement: nodes.CreatePrincipal) -> None:
    raise NotSupported(" ".join(statement.text.split()[:2]), statement.line)


def _handlers() -> dict[type, Callable[[Ddl, Any], None]]:
    # Imported late: views and checks need the translator, which needs the catalogue.
    from . import (
        alter,
        alter_column,
        checkident,
        constraints,
        databases,
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

    if not _HANDLERS:
        _HANDLERS.update(
            {
                nodes.CreateTable: tables.create,
                nodes.DeclareTable: tables.declare,
                nodes.Truncate: tables.truncate,
                nodes.AlterTableAdd: alter.add,
                nodes.AlterTableDrop: alter.drop,
                nodes.AlterColumn: alter_column.alter,
                nodes.AlterTableCheck: lambda ddl, statement: _check(ddl, statement, constraints),
                nodes.AlterTableTrigger: alter.triggers,
                nodes.AlterTableSwitch: alter.switch,
                nodes.CreateIndex: indexes.create,
                nodes.AlterIndex: indexes.alter,
                nodes.Drop: _drop,
                nodes.CreateView: views.create,
                nodes.CreateModule: modules.create,
                nodes.CreateSchema: schemas.create,
                nodes.AlterSchemaTransfer: schemas.transfer,
                nodes.CreateSequence: sequences.create,
                nodes.CreateDatabase: databases.create,
                nodes.AlterDatabase: databases.alter,
                nodes.CreatePrincipal: _principal,
                nodes.CreateTableType: table_types.create,
                nodes.CreateSynonym: synonyms.create,
                nodes.CreateStatistics: statistics.create,
                nodes.UpdateStatistics: statistics.update,
                nodes.Dbcc: checkident.run,
            }
        )
    return _HANDLERS


def _check(ddl: Ddl, statement: nodes.AlterTableCheck, constraints: Any) -> None:
    table = ddl.table(statement.table)
    # Translated statements do not depend on it, so cached snapshots stay valid.
    constraints.switch(ddl, table, statement)


_HANDLERS: dict[type, Callable[[Ddl, Any], None]] = {}
