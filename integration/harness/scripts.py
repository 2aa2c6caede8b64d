"""Migrations of given operations, and their scripts, run against the sandbox."""

from __future__ import annotations

from typing import Any

from .catalogues import catalogue


def migration_of(*operations: Any) -> Any:
    """A migration of the app `a`."""
    from django.db import migrations

    migration = migrations.Migration("0001", "a")
    migration.operations = list(operations)
    return migration


def run(connection: Any, migration: Any, state: Any, forwards: bool = True) -> Any:
    """Carry out a migration; return the state after it."""
    with connection.schema_editor(atomic=migration.atomic) as editor:
        return (migration.apply if forwards else migration.unapply)(state, editor)


def script(connection: Any, migration: Any, state: Any, forwards: bool = True) -> tuple[Any, list[str]]:
    """The state after a migration, and its script."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        state = (migration.apply if forwards else migration.unapply)(state, editor, collect_sql=True)
    return state, [line for line in editor.collected_sql if not line.startswith("--")]


def send(connection: Any, lines: list[str]) -> None:
    """As SSMS sends a script: in one batch."""
    if lines:
        with connection.cursor() as cursor:
            cursor.execute("\n".join(["BEGIN TRANSACTION;", *lines, "COMMIT;"]))
            while cursor.nextset():
                pass


def run_script(connection: Any, migration: Any, state: Any, forwards: bool = True) -> Any:
    """Carry out the script of a migration; return the state after it."""
    state, lines = script(connection, migration, state, forwards)
    send(connection, lines)
    return state


def names(connection: Any) -> tuple[dict[str, Any], list[Any]]:
    """The names of all columns, and of all that is made with them, whose order is that of the operations; the properties."""
    tables = catalogue(connection).items()
    return {table: (sorted(columns), others) for table, (columns, others) in tables}, properties(connection)


def properties(connection: Any) -> list[Any]:
    """(class, schema, table or constraint, column, index, name, value) of all extended properties, such as comments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.class, OBJECT_SCHEMA_NAME(e.major_id), OBJECT_NAME(e.major_id), "
            "COALESCE(COL_NAME(e.major_id, CASE WHEN e.class = 1 THEN e.minor_id END), N''), COALESCE(i.name, N''), "
            "e.name, CAST(e.value AS nvarchar(100)) FROM sys.extended_properties e "
            "LEFT JOIN sys.indexes i ON e.class = 7 AND i.object_id = e.major_id AND i.index_id = e.minor_id "
            "WHERE e.class IN (1, 7)"
        )
        return sorted(tuple(item) for item in cursor.fetchall())


def drop_all(connection: Any) -> None:
    """Drop all tables but that of migrations."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "django_migrations":
                cursor.execute(connection.schema_editor().sql_delete_table % {"table": "[%s]" % table})


def agree_in_all_ways(migrated: Any, scripted: Any, operations: list[Any]) -> None:
    """
    Carry out operations, each in a migration of its own; check that all other ways end with the same tables.

    Scripts of these migrations are all written before the first runs, or each when its turn comes; or all operations are one
    migration, or its script.
    """
    from django.db.migrations.state import ProjectState

    state, early = ProjectState(), []
    for migration in map(migration_of, operations):
        run(migrated, migration, state.clone())
        state, lines = script(scripted, migration, state)
        early.append(lines)
    expected = names(migrated)
    for lines in early:
        send(scripted, lines)
    assert names(scripted) == expected, "scripts that were written before"
    drop_all(scripted)
    state = ProjectState()
    for migration in map(migration_of, operations):
        state = run_script(scripted, migration, state)
    assert names(scripted) == expected, "scripts in turn"
    for way in (run, run_script):
        drop_all(scripted)
        way(scripted, migration_of(*operations), ProjectState())
        assert names(scripted) == expected, "one migration by %s" % way.__name__
