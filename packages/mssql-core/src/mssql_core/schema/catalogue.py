"""The catalogue as the schema editor sees it, on a server or within a script."""

from typing import Any, Callable, Dict, Iterable, List, Optional, Set, Tuple

from ..introspection import table_snapshot
from ..introspection.objects import Column, ExtendedProperty, ForeignKey, SchemaObject
from ..introspection.table_snapshot import TableSnapshot, renamed_key
from ..names import TableName
from ..plugin.django_types import Connection
from .column_change import ColumnChange
from .properties import PropertyChanges

_Change = Callable[[TableSnapshot], TableSnapshot]
_KeyChange = Callable[[ForeignKey], ForeignKey]


class Catalogue:
    """
    The server's own catalogue, asked anew at each question.

    Whoever changes the schema calls the method for the change. The server needs
    no telling; a ScriptedCatalogue does.

    :param connection: the database wrapper.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def table(self, name: TableName, plan: Optional[Any] = None) -> TableSnapshot:
        """
        Return the TableSnapshot of a table.

        :param plan: the ModelPlan of the table's model; a script may be about a
            table that does not exist yet.
        """
        with self._connection.cursor() as cursor:
            snapshot = table_snapshot.load(cursor, name, self._connection.ops.schema_option)
        return _with_keys(
            snapshot, lambda key: key._replace(table=self.identified(key.table), to_table=self.identified(key.to_table))
        )

    def identified(self, name: TableName) -> TableName:
        """Return a name that equals every other of the same table: with its schema and without, in any case."""
        server = self._connection.server
        # With OPTIONS["schema"] every name has its schema.
        default_schema = None if self._connection.ops.schema_option else server.default_schema
        return name.identified(default_schema, server.ignores_case)

    def name_on_server(self, name: TableName) -> TableName:
        """Return the TableName by which the server knows a table now."""
        return name

    def is_planned(self, name: TableName) -> bool:
        """Whether a table is known from its model alone: an earlier migration may be about to make it."""
        return False

    def properties(self, name: TableName) -> List[ExtendedProperty]:
        """Return the extended properties of a table and of its parts."""
        with self._connection.cursor() as cursor:
            properties = table_snapshot.load_properties(cursor, self.name_on_server(name))
        return [item._replace(table=name.in_schema(item.table.schema)) for item in properties]

    def is_new(self, item: SchemaObject) -> bool:
        """Whether the object's expression names a column that the script itself makes."""
        return False

    def changed_by_text(self) -> None:
        """Note that SQL from migrations.RunSQL changed tables, in ways that only the server sees."""

    def table_created(self, snapshot: TableSnapshot) -> None:
        """Note a new table."""

    def table_dropped(self, name: TableName) -> None:
        """Note that a table is gone, with everything on it."""

    def table_renamed(self, old: TableName, new: TableName) -> None:
        """Note a table's new name or schema."""

    def column_renamed(self, table: TableName, old: str, new: str) -> None:
        """Note a column's new name."""

    def column_changed(self, change: ColumnChange) -> None:
        """Note a column's new type, collation, and nullability."""

    def identity_changed(self, table: TableName, column: str, identity: Optional[Tuple[int, int]]) -> None:
        """Note that a column became an identity (seed, increment), or ceased to be one (None)."""

    def created(self, items: Iterable[SchemaObject]) -> None:
        """Note objects that were created, or created again."""

    def dropped(self, table: TableName, name: str) -> None:
        """Note that a constraint, an index, or statistics are gone."""

    def column_dropped(self, table: TableName, column: str) -> None:
        """Note that a column is gone."""

    def renamed(self, table: TableName, old: str, new: str) -> None:
        """Note the new name of a constraint or an index."""

    def property_set(self, item: ExtendedProperty) -> None:
        """Note that an extended property was added or replaced, or, without a value, dropped."""


class ScriptedCatalogue(Catalogue):
    """
    The catalogue as a script's statements leave it, before any of them has run.

    A table is read from the server when it is first asked for, or taken from
    its model's plan, and follows the script from there on. What SQL from
    migrations.RunSQL does stays unknown.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        # Every table that was asked for; without columns where the script dropped it.
        self._tables: Dict[TableName, TableSnapshot] = {}
        # Tables that were compared with their models, or need not be.
        self._planned: Set[TableName] = set()
        # Those of them that neither the server has nor the script has made.
        self._unmade: Set[TableName] = set()
        # Changes of tables that were not asked for yet.
        self._missed: Dict[TableName, List[_Change]] = {}
        # Foreign keys of tables that were not asked for yet, as the script left them: None is dropped.
        self._missed_keys: Dict[Tuple[TableName, str], Optional[ForeignKey]] = {}
        # The script's renamings, as they change foreign keys.
        self._renamings: List[_KeyChange] = []
        # (table, name in lower case) of columns that the server does not have.
        self._new_columns: Set[Tuple[TableName, str]] = set()
        self._names_on_server: Dict[TableName, TableName] = {}
        self._properties = PropertyChanges()
        # Whether SQL from migrations.RunSQL may have made columns.
        self._has_unknown_columns = False

    def table(self, name: TableName, plan: Optional[Any] = None) -> TableSnapshot:
        snapshot = self._known(name)
        if plan is not None and name not in self._planned:
            self._planned.add(name)
            if not _has_columns(snapshot, plan.columns()):
                self._properties.planned(name, plan.comments(snapshot))
                if not snapshot.exists:
                    self._unmade.add(name)
                snapshot = _completed(snapshot, self._caught_up(name, plan.table()))
        if snapshot.exists:
            self._tables[name] = snapshot
        return snapshot.changed(incoming=self._incoming(snapshot))

    def name_on_server(self, name: TableName) -> TableName:
        return self._names_on_server.get(name, name)

    def is_planned(self, name: TableName) -> bool:
        return name in self._unmade

    def properties(self, name: TableName) -> List[ExtendedProperty]:
        return self._properties.applied(name, super().properties(name))

    def is_new(self, item: SchemaObject) -> bool:
        columns = item.expression_columns
        return (
            bool(columns)
            and self._has_unknown_columns
            or any((item.table, column.lower()) in self._new_columns for column in columns)
        )

    def _known(self, name: TableName) -> TableSnapshot:
        if name in self._tables:
            return self._tables[name]
        snapshot = super().table(name)
        for renaming in self._renamings:
            snapshot = _with_keys(snapshot, renaming)
        return self._caught_up(name, snapshot)

    def _caught_up(self, name: TableName, snapshot: TableSnapshot) -> TableSnapshot:
        for change in self._missed.get(name, ()):
            snapshot = change(snapshot)
        return snapshot

    def _change(self, table: TableName, change: _Change) -> None:
        if table in self._tables:
            self._tables[table] = change(self._tables[table])
        else:
            self._missed.setdefault(table, []).append(change)

    def _incoming(self, snapshot: TableSnapshot) -> List[ForeignKey]:
        """Return the foreign keys to a table; those of a table that was asked for come from its own snapshot."""
        keys = {(key.table, key.name): key for key in snapshot.incoming}
        changed = {
            known: key for known, key in self._missed_keys.items() if key is None or key.to_table == snapshot.table
        }
        unknown = [key for key in {**keys, **changed}.values() if key and key.table not in self._tables]
        others = [table for name, table in self._tables.items() if name != snapshot.table]
        return unknown + [key for table in others for key in table.foreign_keys if key.to_table == snapshot.table]

    # What the script does

    def changed_by_text(self) -> None:
        self._has_unknown_columns = True

    def table_created(self, snapshot: TableSnapshot) -> None:
        if snapshot.table in self._tables:
            # The server compiles the script while another table has the name, and goes by the columns of that one.
            self._new_columns |= {(snapshot.table, column.lower()) for column in snapshot.columns}
        self._tables[snapshot.table] = snapshot
        self._planned.add(snapshot.table)
        self._unmade.discard(snapshot.table)
        self._properties.table_made(snapshot.table)

    def table_dropped(self, name: TableName) -> None:
        self._tables[name] = table_snapshot.TableSnapshot(name)
        self._planned.add(name)
        self._unmade.discard(name)
        self._properties.table_made(name)

    def table_renamed(self, old: TableName, new: TableName) -> None:
        snapshot = self.table(old)
        self._follow(lambda key: key._replace(to_table=new) if key.to_table == old else key)
        if snapshot.exists:
            self._tables[new] = snapshot.moved(new)
            self._names_on_server[new] = self.name_on_server(old)
            for known in (self._planned, self._unmade):
                if old in known:
                    known.add(new)
        self._new_columns |= {(new, column) for table, column in self._new_columns if table == old}
        self._properties.table_renamed(old, new)
        self.table_dropped(old)

    def column_renamed(self, table: TableName, old: str, new: str) -> None:
        self._change(table, lambda snapshot: snapshot.renamed(old, new))
        self._follow(lambda key: renamed_key(key, table, old, new))
        self._properties.part_renamed(table, old, new, is_column=True)
        self._new_columns.add((table, new.lower()))

    def _follow(self, renaming: _KeyChange) -> None:
        """Apply a renaming to the foreign keys of all tables, those read later included."""
        self._renamings.append(renaming)
        for name, snapshot in self._tables.items():
            self._tables[name] = _with_keys(snapshot, renaming)
        for key in filter(None, list(self._missed_keys.values())):
            del self._missed_keys[key.table, key.name]
            self._note_key(renaming(key))

    def _note_key(self, key: ForeignKey) -> None:
        self._missed_keys[key.table, key.name] = key

    def column_changed(self, change: ColumnChange) -> None:
        values = {"type": change.type, "collation": change.collation, "is_nullable": change.null}
        self._change(change.table, lambda snapshot: snapshot.with_column(change.column, **values))

    def identity_changed(self, table: TableName, column: str, identity: Optional[Tuple[int, int]]) -> None:
        self._change(table, lambda snapshot: snapshot.with_column(column, identity=identity))

    def created(self, items: Iterable[SchemaObject]) -> None:
        for item in items:
            if isinstance(item, Column):
                self._new_columns.add((item.table, item.name.lower()))
            if isinstance(item, ForeignKey) and item.table not in self._tables:
                self._note_key(item)
            self._change(item.table, _addition(item))

    def dropped(self, table: TableName, name: str) -> None:
        if table not in self._tables:
            self._missed_keys[table, name] = None
        self._change(table, lambda snapshot: snapshot.without([name]))
        self._properties.part_dropped(table, name, is_column=False)

    def column_dropped(self, table: TableName, column: str) -> None:
        self._change(table, lambda snapshot: snapshot.without_column(column))
        self._properties.part_dropped(table, column, is_column=True)

    def renamed(self, table: TableName, old: str, new: str) -> None:
        self._change(table, lambda snapshot: snapshot.with_name(old, new))
        self._properties.part_renamed(table, old, new, is_column=False)
        # As the tables have it that the key refers to.
        self._follow(lambda key: key._replace(name=new) if (key.table, key.name) == (table, old) else key)

    def property_set(self, item: ExtendedProperty) -> None:
        self._properties.set(item)


def _addition(item: SchemaObject) -> _Change:
    return lambda snapshot: snapshot.with_items([item])


def _with_keys(snapshot: TableSnapshot, change: _KeyChange) -> TableSnapshot:
    """Return the snapshot with `change` applied to the foreign keys of the table and to it."""
    return snapshot.changed(
        foreign_keys=list(map(change, snapshot.foreign_keys)), incoming=list(map(change, snapshot.incoming))
    )


def _has_columns(snapshot: TableSnapshot, names: Iterable[str]) -> bool:
    known = {column.lower() for column in snapshot.columns}
    return bool(known) and known.issuperset(name.lower() for name in names)


def _completed(snapshot: TableSnapshot, planned: TableSnapshot) -> TableSnapshot:
    """
    Return the catalogue's table, completed from the model's plan.

    Missing columns show that an earlier migration has not run.
    """
    return snapshot.extended(planned) if snapshot.exists else planned
