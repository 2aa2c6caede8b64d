"""
Add the IDENTITY property to an existing column, or remove it.

The server has no statement for that: the table is built again beside the old
one and takes its place, all in one transaction, with its rows, keys, indexes,
constraints, comments, triggers, and permissions.
"""

from contextlib import contextmanager
from typing import Any, Container, Iterator, Optional, Tuple

from django.db import NotSupportedError
from django.db.backends.utils import truncate_name
from django.db.transaction import atomic

from ..introspection import queries, table_snapshot
from ..introspection.table_snapshot import TableSnapshot
from ..names import MAX_NAME_LENGTH, TableName, quote_bare, restart_sql
from ..plugin.django_types import Model, SchemaEditor

# What the new table would lose, by the column of queries.TABLE_KIND.
_TABLE_LOSSES = {
    "is_memory_optimized": "being memory-optimized",
    "is_replicated": "its replication",
    "is_tracked_by_cdc": "its change data capture",
    "has_change_tracking": "its change tracking",
    "has_fulltext_index": "its full-text index",
    "has_owner": "its owner",
    "has_row_options": "the options of sp_tableoption",
    "has_heap_options": "the filegroup, partitions, or compression of its heap",
}
# The same of queries.COLUMN_KINDS.
_COLUMN_LOSSES = {
    "is_masked": "the mask",
    "is_encrypted": "the encryption",
    "is_filestream": "FILESTREAM",
    "is_column_set": "the column set",
    "is_generated_always": "GENERATED ALWAYS",
    "is_hidden": "HIDDEN",
    "has_xml_schema": "the XML schema collection",
    "has_rule": "the rule",
    "has_bound_default": "the bound default",
}


def refuse_losses(editor: SchemaEditor, model: Model) -> None:
    """
    Check that the model's table can be rebuilt, before anything is changed.

    :raises NotSupportedError: naming what the rebuilt table would lose.
    """
    snapshot: TableSnapshot = editor.snapshot(model)
    name = str(editor.catalogue.name_on_server(snapshot.table))
    with editor.connection.cursor() as cursor:
        tables = queries.rows(cursor, queries.TABLE_KIND, [name])
        columns = queries.rows(cursor, queries.COLUMN_KINDS, [name])
        others = queries.rows(cursor, queries.OTHER_LOSSES, [name])
        triggers = table_snapshot.load_triggers(cursor, editor.catalogue.name_on_server(snapshot.table))
    losses = ["the index %s (%s)" % item[:2] for item in snapshot.other_indexes]
    for table in tables:
        if table.temporal_type != "NON_TEMPORAL_TABLE":
            losses.append("being %s" % table.temporal_type.replace("_", " ").lower())
        losses += [loss for name, loss in _TABLE_LOSSES.items() if getattr(table, name)]
    for column in columns:
        losses += ["%s of %s" % (loss, column.name) for name, loss in _COLUMN_LOSSES.items() if getattr(column, name)]
    # The server does not give the definition of an encrypted trigger, or of a CLR one.
    losses += ["the trigger %s" % trigger.name for trigger in triggers if trigger.definition is None]
    losses += [other.loss for other in others]
    if losses:
        raise NotSupportedError(
            "Adding or removing IDENTITY rebuilds the table %s, which would "
            "lose: %s. Change the table with migrations.RunSQL instead." % (snapshot.table, ", ".join(losses))
        )


def rebuild(editor: SchemaEditor, model: Model, column: str, identity: Optional[Tuple[int, int]]) -> None:
    """
    Rebuild the model's table so that `column` is, or is not, an identity.

    :param column: the column's name in the catalogue.
    :param identity: (seed, increment), or None to remove the property.
    """
    snapshot: TableSnapshot = editor.snapshot(model)
    extras = _Extras(editor, snapshot)
    with _transaction(editor):
        editor.drop(snapshot.incoming + snapshot.foreign_keys)
        replacement = _create_and_fill(editor, snapshot, column, identity)
        editor.run(["DROP TABLE %s" % snapshot.table])
        editor.rename_object(str(replacement), snapshot.table.name)
        editor.create(snapshot.defaults)
        editor.create(sorted(snapshot.indexes, key=lambda index: index.kind != "CLUSTERED"))
        editor.create(snapshot.statistics + snapshot.checks)
        editor.create(snapshot.foreign_keys + snapshot.incoming)
        extras.create()
        if identity:
            # After explicit values the counter stands at the highest of them.
            editor.run([restart_sql(str(snapshot.table))])


@contextmanager
def _transaction(editor: SchemaEditor) -> Iterator[None]:
    if editor.collect_sql:
        yield
    else:
        with atomic(editor.connection.alias):
            yield


def _create_and_fill(
    editor: SchemaEditor, snapshot: TableSnapshot, column: str, identity: Optional[Tuple[int, int]]
) -> TableName:
    name = truncate_name("__rebuild_%s" % snapshot.table.name, MAX_NAME_LENGTH)
    table = TableName(snapshot.table.schema, name)
    columns = [item._replace(identity=identity) if item.name == column else item for item in snapshot.columns.values()]
    definitions = ", ".join(item.definition() for item in columns)
    editor.run(["CREATE TABLE %s (%s)" % (table, definitions)])
    names = ", ".join(
        quote_bare(item.name)
        for item in columns
        if item.computed is None and item.type not in ("timestamp", "rowversion")
    )
    copy = "INSERT INTO %s (%s) SELECT %s FROM %s WITH (TABLOCKX, HOLDLOCK)" % (table, names, names, snapshot.table)
    if any(item.identity for item in columns):
        copy = "SET IDENTITY_INSERT %s ON; %s; SET IDENTITY_INSERT %s OFF" % (table, copy, table)
    editor.change_rows(copy)
    editor.catalogue.identity_changed(snapshot.table, column, identity)
    return table


class _Extras:
    """What a table has besides columns, keys, and indexes; only a script may be about one that the server has not."""

    def __init__(self, editor: SchemaEditor, snapshot: TableSnapshot) -> None:
        self._snapshot = snapshot
        self._editor = editor
        name = editor.catalogue.name_on_server(snapshot.table)
        with editor.connection.cursor() as cursor:
            kinds = queries.rows(cursor, queries.TABLE_KIND, [str(name)])
            self._triggers = table_snapshot.load_triggers(cursor, name)
            self._permissions = table_snapshot.load_permissions(cursor, name)
        self._properties = editor.catalogue.properties(snapshot.table)
        self._lock_escalation = kinds[0].lock_escalation if kinds else "TABLE"

    def create(self) -> None:
        """Create all of it on the new table."""
        editor, table = self._editor, self._snapshot.table
        if self._lock_escalation != "TABLE":
            editor.run(["ALTER TABLE %s SET (LOCK_ESCALATION = %s)" % (table, self._lock_escalation)])
        for trigger in self._triggers:
            editor.run_alone(trigger._replace(table=table).create_sql())
        for item in self._properties:
            if not item.part_kind or item.part_kind == "TRIGGER" or item.part_name in self._parts(item.part_kind):
                editor.comments.restore(item)
        editor.run(_permission_sql(table, permission) for permission in self._permissions)

    def _parts(self, kind: Optional[str]) -> Container[Optional[str]]:
        snapshot = self._snapshot
        if kind == "COLUMN":
            return snapshot.columns
        constraints = snapshot.foreign_keys + snapshot.checks + snapshot.defaults
        return {item.name for item in snapshot.indexes + constraints}


def _permission_sql(table: TableName, permission: Any) -> str:
    """Return the GRANT or DENY; `permission` is a row of queries.PERMISSIONS."""
    return "%s %s ON %s%s TO %s%s" % (
        "GRANT" if permission.state.startswith("GRANT") else permission.state,
        permission.permission,
        table,
        " (%s)" % quote_bare(permission.column_name) if permission.column_name else "",
        quote_bare(permission.grantee),
        " WITH GRANT OPTION" if permission.state == "GRANT_WITH_GRANT_OPTION" else "",
    )
