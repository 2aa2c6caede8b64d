"""The catalogue as the schema editor sees it, on a server or within a script."""

from ..introspection import table_snapshot
from ..introspection.objects import Column
from ..introspection.table_snapshot import renamed_key


class Catalogue:
    """
    The server's own catalogue, asked anew at each question.

    Whoever changes the schema says so. The server knows it by itself; a
    ScriptedCatalogue must be told.

    :param connection: the database wrapper.
    """

    def __init__(self, connection):
        self._connection = connection

    def table(self, name, plan=None):
        """
        Return the TableSnapshot of a table.

        :param name: its TableName.
        :param plan: the ModelPlan of the table's model, or None; a script may be
            about a table that the server has not yet.
        """
        with self._connection.cursor() as cursor:
            return table_snapshot.load(cursor, name, self._connection.ops.schema_option)

    def name_on_server(self, name):
        """Return the TableName by which the server knows a table now."""
        return name

    def is_new(self, item):
        """Does the object's expression name a column that was made since the server was asked?"""
        return False

    def changed_by_text(self):
        """SQL of one's own changed tables, nobody knows how."""

    def table_created(self, snapshot):
        """A table was made."""

    def table_dropped(self, name):
        """A table was dropped, with all that is its own."""

    def table_renamed(self, old, new):
        """A table has another TableName."""

    def column_renamed(self, table, old, new):
        """A column has another name."""

    def column_changed(self, change):
        """A column has the type, collation, and nullability of a ColumnChange."""

    def identity_changed(self, table, column, identity):
        """A column is an identity, (seed, increment), or none."""

    def created(self, items):
        """Objects were made, or made again."""

    def dropped(self, table, name):
        """A constraint, an index, or statistics of a table were dropped."""

    def column_dropped(self, table, column):
        """A column was dropped."""

    def renamed(self, table, old, new):
        """A constraint or an index of a table has another name."""


class ScriptedCatalogue(Catalogue):
    """
    The catalogue as the statements of a script leave it, none of which has run.

    A table is read from the server when it is first asked for, or taken for
    what its model plans, and follows the script from there on. What a script
    does in SQL of its own (migrations.RunSQL) stays unknown.
    """

    def __init__(self, connection):
        super().__init__(connection)
        # Every table that was asked for; without columns where the script dropped it.
        self._tables = {}
        # The names that were compared with their models, or need not be.
        self._planned = set()
        # By table, what the script did to one that was not asked for yet: functions of snapshots.
        self._missed = {}
        # (table, name) of what it dropped.
        self._gone = set()
        # What the script renamed, as functions of foreign keys.
        self._renamings = []
        # (table, name) of columns that the server has not, in lower case.
        self._new_columns = set()
        self._names_on_server = {}
        # Any column may be one that a text has made.
        self._has_unknown_columns = False

    def table(self, name, plan=None):
        snapshot = self._known(name)
        if plan is not None and name not in self._planned:
            self._planned.add(name)
            if not _has_columns(snapshot, plan.columns()):
                snapshot = _completed(snapshot, self._caught_up(name, plan.table()))
        if snapshot.exists:
            self._tables[name] = snapshot
        return snapshot.changed(incoming=self._incoming(snapshot))

    def name_on_server(self, name):
        return self._names_on_server.get(name, name)

    def is_new(self, item):
        columns = item.expression_columns
        return (
            bool(columns)
            and self._has_unknown_columns
            or any((item.table, column.lower()) in self._new_columns for column in columns)
        )

    def _known(self, name):
        if name in self._tables:
            return self._tables[name]
        snapshot = super().table(name)
        for renaming in self._renamings:
            snapshot = _with_keys(snapshot, renaming)
        return self._caught_up(name, snapshot)

    def _caught_up(self, name, snapshot):
        for change in self._missed.get(name, ()):
            snapshot = change(snapshot)
        return snapshot

    def _change(self, table, change):
        if table in self._tables:
            self._tables[table] = change(self._tables[table])
        else:
            self._missed.setdefault(table, []).append(change)

    def _incoming(self, snapshot):
        """A key is its own table's: where that is known, it says what there is."""
        unknown = [
            key
            for key in snapshot.incoming
            if key.table not in self._tables and (key.table, key.name) not in self._gone
        ]
        others = [table for name, table in self._tables.items() if name != snapshot.table]
        return unknown + [key for table in others for key in table.foreign_keys if key.to_table == snapshot.table]

    # What the script does

    def changed_by_text(self):
        self._has_unknown_columns = True

    def table_created(self, snapshot):
        self._tables[snapshot.table] = snapshot
        self._planned.add(snapshot.table)

    def table_dropped(self, name):
        self._tables[name] = table_snapshot.TableSnapshot(name)
        self._planned.add(name)

    def table_renamed(self, old, new):
        snapshot = self.table(old)
        self._follow(lambda key: key._replace(to_table=new) if key.to_table == old else key)
        if snapshot.exists:
            self._tables[new] = snapshot.moved(new)
            self._names_on_server[new] = self.name_on_server(old)
            if old in self._planned:
                self._planned.add(new)
        self._new_columns |= {(new, column) for table, column in self._new_columns if table == old}
        self.table_dropped(old)

    def column_renamed(self, table, old, new):
        self._change(table, lambda snapshot: snapshot.renamed(old, new))
        self._follow(lambda key: renamed_key(key, table, old, new))
        self._new_columns.add((table, new.lower()))

    def _follow(self, renaming):
        """Let the keys of all tables, also of those read later, follow a renaming."""
        self._renamings.append(renaming)
        for name, snapshot in self._tables.items():
            self._tables[name] = _with_keys(snapshot, renaming)

    def column_changed(self, change):
        values = {"type": change.type, "collation": change.collation, "is_nullable": change.null}
        self._change(change.table, lambda snapshot: snapshot.with_column(change.column, **values))

    def identity_changed(self, table, column, identity):
        self._change(table, lambda snapshot: snapshot.with_column(column, identity=identity))

    def created(self, items):
        for item in items:
            if isinstance(item, Column):
                self._new_columns.add((item.table, item.name.lower()))
            self._gone.discard((item.table, item.name))
            self._change(item.table, lambda snapshot, item=item: snapshot.with_items([item]))

    def dropped(self, table, name):
        self._gone.add((table, name))
        self._change(table, lambda snapshot: snapshot.without([name]))

    def column_dropped(self, table, column):
        self._change(table, lambda snapshot: snapshot.without_column(column))

    def renamed(self, table, old, new):
        self._change(table, lambda snapshot: snapshot.with_name(old, new))


def _with_keys(snapshot, change):
    """Return the snapshot with its foreign keys, its own and those of others, changed."""
    return snapshot.changed(
        foreign_keys=list(map(change, snapshot.foreign_keys)), incoming=list(map(change, snapshot.incoming))
    )


def _has_columns(snapshot, names):
    known = {column.lower() for column in snapshot.columns}
    return bool(known) and known.issuperset(name.lower() for name in names)


def _completed(snapshot, planned):
    """
    Return the catalogue's table, with what the model plans where the catalogue is behind.

    That an earlier migration has not run is seen in columns that are missing.
    """
    return snapshot.extended(planned) if snapshot.exists else planned
