"""
Gives an existing column the IDENTITY property, or takes it away.

The server has no statement for that: the table is built again beside the old
one and takes its place, all in one transaction, with its rows, keys, indexes,
constraints, comments, triggers, and permissions.
"""

from contextlib import contextmanager

from django.db import NotSupportedError
from django.db.backends.utils import truncate_name
from django.db.transaction import atomic

from ..introspection import queries, table_snapshot
from ..literals import string_literal
from ..names import MAX_NAME_LENGTH, TableName, quote_identifier
from .comments import property_sql


def rebuild(editor, model, column, identity):
    """
    Rebuild the model's table so that `column` is, or is not, an identity.

    :param column: name of the column as the catalogue has it.
    :param identity: (seed, increment), or None to take the property away.
    :raises NotSupportedError: the table has parts that would be lost.
    """
    snapshot = editor.snapshot(model)
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
        if extras.is_known:
            editor.run(extras.create_sql())
        else:
            editor.comments.on_model(model)
        if identity:
            # After explicit values the counter stands at the highest of them.
            editor.run(["DBCC CHECKIDENT (%s, RESEED)" % string_literal(str(snapshot.table))])


@contextmanager
def _transaction(editor):
    if editor.collect_sql:
        yield
    else:
        with atomic(editor.connection.alias):
            yield


def _create_and_fill(editor, snapshot, column, identity):
    name = truncate_name("__rebuild_%s" % snapshot.table.name, MAX_NAME_LENGTH)
    table = TableName(snapshot.table.schema, name)
    columns = [item._replace(identity=identity) if item.name == column else item for item in snapshot.columns.values()]
    definitions = ", ".join(item.definition() for item in columns)
    editor.run(["CREATE TABLE %s (%s)" % (table, definitions)])
    names = ", ".join(
        quote_identifier(item.name)
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
    """What a table carries besides columns, keys, and indexes."""

    def __init__(self, editor, snapshot):
        self.table = snapshot.table
        self.properties, self.triggers, self.permissions = [], [], []
        with editor.connection.cursor() as cursor:
            name = editor.catalogue.name_on_server(self.table)
            kinds = queries.rows(cursor, queries.TABLE_KIND, [str(name)])
            self.is_known = bool(kinds)
            if not self.is_known:
                return
            self._refuse(snapshot, kinds[0])
            self.properties = table_snapshot.load_properties(cursor, name)
            self.triggers = table_snapshot.load_triggers(cursor, name)
            self.permissions = table_snapshot.load_permissions(cursor, name)

    def _refuse(self, snapshot, kind):
        reasons = ["the index %s (%s)" % item[:2] for item in snapshot.other_indexes]
        if kind.temporal_type != "NON_TEMPORAL_TABLE":
            reasons.append("being %s" % kind.temporal_type.replace("_", " ").lower())
        if kind.is_memory_optimized:
            reasons.append("being memory-optimized")
        if reasons:
            raise NotSupportedError(
                "Adding or removing IDENTITY rebuilds the table %s, which would "
                "lose: %s. Change the table with migrations.RunSQL instead." % (self.table, ", ".join(reasons))
            )

    def create_sql(self):
        for item in self.properties:
            yield property_sql(item)
        for trigger in self.triggers:
            yield from trigger.create_sql()
        for row in self.permissions:
            yield "%s %s ON %s%s TO %s%s" % (
                "GRANT" if row.state.startswith("GRANT") else row.state,
                row.permission,
                self.table,
                " (%s)" % quote_identifier(row.column_name) if row.column_name else "",
                quote_identifier(row.grantee),
                " WITH GRANT OPTION" if row.state == "GRANT_WITH_GRANT_OPTION" else "",
            )
