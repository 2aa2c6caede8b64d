"""Schema operations on tables that mssql-django made: each goes forward and back, and the rows stay."""

from __future__ import annotations

import copy
from typing import Any, Iterator

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import AlterOrderWithRespectTo, DeleteModel, RemoveField

from . import record
from .operations import Change, changes

# Whose columns come back without their values.
_DROPPING = (DeleteModel, RemoveField, AlterOrderWithRespectTo)


def _lost(change: Change, before: dict[tuple[str, str], Any], after: dict[tuple[str, str], Any]) -> Iterator[str]:
    """Columns whose values are lost, under any column name; the columns that the change concerns may be."""
    kept = set(after.values())
    for (table, column), stored in before.items():
        if stored not in kept and column not in change.columns and f"{table}.*" not in change.columns:
            yield f"{table}.{column}"


def _differing(change: Change, before: dict[tuple[str, str], Any], after: dict[tuple[str, str], Any]) -> Iterator[str]:
    """Columns that differ after the way back; for dropped columns, whether they exist again."""
    is_lost = isinstance(change.operation, _DROPPING)
    for (table, column), stored in before.items():
        may_be_lost = is_lost and (column in change.columns or f"{table}.*" in change.columns)
        if (table, column) not in after or (after[table, column] != stored and not may_be_lost):
            yield f"{table}.{column}"
    yield from (f"{table}.{column} stayed" for table, column in after if (table, column) not in before)


def _fresh(state: Any) -> Any:
    """A copy of the state with its own fields, since RenameField changes those of foreign keys in place."""
    fresh = state.clone()
    for model in fresh.models.values():
        model.fields = {name: copy.deepcopy(field) for name, field in model.fields.items()}
    return fresh


def _there_and_back(change: Change, state: Any, before: dict[tuple[str, str], Any]) -> str:
    """What is wrong after either way, or nothing."""
    migration = Migration("change", change.app)
    migration.operations = [change.operation]
    with connection.schema_editor(atomic=True) as editor:
        migration.apply(_fresh(state), editor)
    lost = list(_lost(change, before, record.columns(change.app)))
    if lost:
        return f"forward: {', '.join(lost)}"
    with connection.schema_editor(atomic=True) as editor:
        migration.unapply(_fresh(state), editor)
    differing = list(_differing(change, before, record.columns(change.app)))
    return f"back: {', '.join(differing)}" if differing else ""


class _Undone(Exception):
    """Ends the transaction of a failed change."""


def _tried(change: Change, state: Any, before: dict[tuple[str, str], Any]) -> str:
    """Make a change, and undo it if it failed, so that the next one finds the original tables."""
    told = ""
    try:
        with transaction.atomic():
            told = _there_and_back(change, state, before)
            if told:
                raise _Undone
    except _Undone:
        pass
    except Exception as error:  # Whatever a change raises is its result.
        told = f"{type(error).__name__}: {error}"
    return told


def run(count: int) -> dict[str, Any]:
    """As many of the changes, spread evenly over all.

    :param count: more than there are means all.
    """
    state = MigrationExecutor(connection).loader.project_state()
    every = changes(state)
    count = min(count, len(every))
    chosen = [every[n * len(every) // count] for n in range(count)]
    shape, failures = record.shape(), {}
    before = {app: record.columns(app) for app in sorted({change.app for change in chosen})}
    for change in chosen:
        told = _tried(change, state, before[change.app])
        if told:
            failures[change.title] = told
        if isinstance(change.operation, _DROPPING):
            before[change.app] = record.columns(change.app)
    return {"operations": len(chosen), "failures": failures, "shape": sorted(map(str, shape ^ record.shape()))}
