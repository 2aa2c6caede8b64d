"""The objects of one table in the catalogue, read with one query for each kind."""

from typing import Any, Container, Dict, Iterable, List, Optional, Tuple

from ..names import TableName
from ..plugin.django_types import Cursor
from . import queries
from .objects import (
    Check,
    Column,
    Default,
    ExtendedProperty,
    ForeignKey,
    Index,
    Statistics,
    Trigger,
    column_references,
    type_sql,
)

# sys.indexes.type: 1 clustered, 2 nonclustered; the others (XML, spatial,
# columnstore, hash, JSON) have options of their own.
ROWSTORE_INDEXES = (1, 2)


_Rows = List[Any]


class TableSnapshot:
    """
    The objects of a table at one moment, each able to write its own DDL.

    A snapshot without columns is that of a table that does not exist.
    """

    def __init__(
        self,
        table: TableName,
        columns: Iterable[Column] = (),
        indexes: Iterable[Index] = (),
        foreign_keys: Iterable[ForeignKey] = (),
        incoming: Iterable[ForeignKey] = (),
        checks: Iterable[Check] = (),
        defaults: Iterable[Default] = (),
        statistics: Iterable[Statistics] = (),
        other_indexes: Iterable[Tuple[str, str, Tuple[str, ...]]] = (),
    ) -> None:
        self.table = table
        self.columns = {column.name: column for column in columns}
        self.indexes = list(indexes)
        self.foreign_keys = list(foreign_keys)
        # Keys of other tables that reference this one.
        self.incoming = list(incoming)
        self.checks = list(checks)
        self.defaults = list(defaults)
        self.statistics = list(statistics)
        # (name, type, columns) of indexes that no CREATE INDEX restores.
        self.other_indexes = list(other_indexes)

    @property
    def exists(self) -> bool:
        return bool(self.columns)

    @property
    def referring(self) -> List[ForeignKey]:
        """The keys that reference this table, its own among them."""
        return self.incoming + [key for key in self.foreign_keys if key.to_table == self.table]

    def changed(self, **groups: Any) -> "TableSnapshot":
        """The same snapshot with other objects of the groups that are named as in __init__()."""
        return TableSnapshot(self.table, **{**self.groups(), **groups})

    def groups(self) -> Dict[str, List[Any]]:
        """Return a list of objects for each argument of __init__() but the table."""
        return {
            "columns": list(self.columns.values()),
            "indexes": self.indexes,
            "foreign_keys": self.foreign_keys,
            "incoming": self.incoming,
            "checks": self.checks,
            "defaults": self.defaults,
            "statistics": self.statistics,
            "other_indexes": self.other_indexes,
        }

    def with_items(self, items: Iterable[Any]) -> "TableSnapshot":
        """The same snapshot with these objects, in place of those of the same kind and name."""
        groups = self.groups()
        for item in items:
            kind = _GROUP_OF[type(item)]
            known = [other.name for other in groups[kind]]
            if item.name in known:
                groups[kind] = [item if other.name == item.name else other for other in groups[kind]]
            else:
                groups[kind] = groups[kind] + [item]
        return TableSnapshot(self.table, **groups)

    def renamed(self, old: str, new: str) -> "TableSnapshot":
        """The same snapshot after a column was renamed."""
        groups = self.groups()
        for kind in ("columns", "indexes", "checks", "defaults", "statistics"):
            groups[kind] = [item.renamed(old, new) for item in groups[kind]]
        for kind in ("foreign_keys", "incoming"):
            groups[kind] = [renamed_key(key, self.table, old, new) for key in groups[kind]]
        return TableSnapshot(self.table, **groups)

    def moved(self, table: TableName) -> "TableSnapshot":
        """The same snapshot after the table got another TableName."""
        groups = self.groups()
        for kind in ("columns", "indexes", "foreign_keys", "checks", "defaults", "statistics"):
            groups[kind] = [item._replace(table=table) for item in groups[kind]]
        for kind in ("foreign_keys", "incoming"):
            groups[kind] = [key._replace(to_table=table) if key.to_table == self.table else key for key in groups[kind]]
        return TableSnapshot(table, **groups)

    def extended(self, other: "TableSnapshot") -> "TableSnapshot":
        """The same snapshot with the objects of `other` that it lacks."""
        groups, theirs = self.groups(), other.groups()
        for kind in (*_NAMED_GROUPS, "columns"):
            known = {identity for item in groups[kind] for identity in _identities(item)}
            groups[kind] = groups[kind] + [i for i in theirs[kind] if known.isdisjoint(_identities(i))]
        return TableSnapshot(self.table, **groups)

    def default_of(self, column: str) -> Optional[Default]:
        """The Default of a column, or None."""
        return next((d for d in self.defaults if d.column == column), None)

    def without(self, names: Container[str]) -> "TableSnapshot":
        """The same snapshot without the constraints, indexes, and statistics of these names."""
        groups = self.groups()
        kept = {kind: [item for item in groups[kind] if item.name not in names] for kind in _NAMED_GROUPS}
        return self.changed(**kept)

    def with_column(self, name: str, **values: Any) -> "TableSnapshot":
        """The same snapshot with other values of a column, if it has the column."""
        column = self.columns.get(name)
        return self.with_items([column._replace(**values)]) if column else self

    def without_column(self, name: str) -> "TableSnapshot":
        """The same snapshot without a column."""
        return self.changed(columns=[column for column in self.columns.values() if column.name != name])

    def with_name(self, old: str, new: str) -> "TableSnapshot":
        """The same snapshot after a constraint or an index was renamed."""
        groups = self.groups()
        named = {
            kind: [item._replace(name=new) if item.name == old else item for item in groups[kind]]
            for kind in _NAMED_GROUPS
        }
        return self.changed(**named)


_GROUP_OF = {
    Column: "columns",
    Index: "indexes",
    ForeignKey: "foreign_keys",
    Check: "checks",
    Default: "defaults",
    Statistics: "statistics",
}
_NAMED_GROUPS = ("indexes", "foreign_keys", "incoming", "checks", "defaults", "statistics")


def _identities(item: Any) -> List[Any]:
    """Return what identifies an object: its name, and its columns."""
    columns = getattr(item, "columns", None) or getattr(item, "column", None)
    unique = getattr(item, "is_unique", None)
    return [item.name] + ([(columns, unique)] if columns else [])


def renamed_key(key: ForeignKey, table: TableName, old: str, new: str) -> ForeignKey:
    """Return a foreign key after a column of `table`, either end, was renamed."""

    def renamed(columns: Tuple[str, ...]) -> Tuple[str, ...]:
        return tuple(new if column == old else column for column in columns)

    if key.table == table:
        key = key._replace(columns=renamed(key.columns))
    if key.to_table == table:
        key = key._replace(to_columns=renamed(key.to_columns))
    return key


def load(cursor: Cursor, table: TableName, schema_option: Optional[str] = None) -> TableSnapshot:
    """
    Return the TableSnapshot of a table.

    :param schema_option: the alias's schema, if it has one; it decides how the
        tables at the other end of foreign keys are named.
    """
    columns, defaults = _columns(queries.rows_of(cursor, queries.COLUMNS, table), table)
    if not columns:
        return TableSnapshot(table)
    checks, keys, index_rows = queries.constraints(cursor, table)
    indexes, other_indexes = _indexes(index_rows, table)
    foreign_keys, incoming = _foreign_keys(keys, table, schema_option)
    return TableSnapshot(
        table,
        columns,
        indexes,
        foreign_keys,
        incoming,
        [_check(group, table) for group in checks],
        defaults,
        [_statistics(group, table) for group in queries.statistics(cursor, table)],
        other_indexes,
    )


def load_indexes(cursor: Cursor, table: TableName) -> List[Index]:
    """Return the rowstore indexes of the table that are not partitioned."""
    return _indexes(queries.indexes(cursor, table), table)[0]


def load_properties(cursor: Cursor, table: TableName) -> List[ExtendedProperty]:
    """Return the extended properties of the table and of its parts."""
    return [
        ExtendedProperty(table.in_schema(item.schema_name), item.name, item.part_kind, item.part_name, item.value)
        for item in queries.rows_of(cursor, queries.PROPERTIES, table)
    ]


def load_triggers(cursor: Cursor, table: TableName) -> List[Trigger]:
    """Return the triggers of the table."""
    return [
        Trigger(table, trigger.name, trigger.definition, bool(trigger.is_disabled))
        for trigger in queries.rows_of(cursor, queries.TRIGGERS, table)
    ]


def load_permissions(cursor: Cursor, table: TableName) -> _Rows:
    """Return rows with state, permission, grantee, and column_name (None for the table)."""
    return queries.rows_of(cursor, queries.PERMISSIONS, table)


def _columns(rows: _Rows, table: TableName) -> Tuple[List[Column], List[Default]]:
    columns, defaults = [], []
    for column in rows:
        attributes = (("SPARSE", column.is_sparse), ("ROWGUIDCOL", column.is_rowguidcol))
        columns.append(
            Column(
                table,
                column.name,
                type_sql(column.declared_type, column.max_length, column.numeric_precision, column.scale),
                bool(column.is_nullable),
                None if column.collation == column.database_collation else column.collation,
                None if column.seed is None else (int(column.seed), int(column.increment)),
                column.computed,
                bool(column.is_persisted),
                tuple(attribute for attribute, is_set in attributes if is_set),
            )
        )
        if column.default_name is not None:
            defaults.append(Default(table, column.default_name, column.name, column.default_definition))
    return columns, defaults


def _indexes(groups: Iterable[_Rows], table: TableName) -> Tuple[List[Index], List[Tuple[str, str, Tuple[str, ...]]]]:
    """Return (indexes, those that no CREATE INDEX restores)."""
    indexes, others = [], []
    for group in groups:
        index = group[0]
        columns = tuple(column.column_name for column in group)
        if index.type not in ROWSTORE_INDEXES:
            others.append((index.name, index.type_desc, columns))
        elif index.data_space_type == "PS":
            others.append((index.name, "partitioned " + index.type_desc, columns))
        else:
            indexes.append(_index(group, table))
    return indexes, others


def _index(group: _Rows, table: TableName) -> Index:
    index = group[0]
    return Index(
        table,
        index.name,
        tuple((column.column_name, bool(column.is_descending)) for column in group if not column.is_included),
        tuple(column.column_name for column in group if column.is_included),
        index.filter,
        bool(index.is_unique),
        bool(index.is_primary_key),
        bool(index.is_unique_constraint),
        index.type_desc,
        _index_options(index),
        # Only a filegroup that is not the default one is named.
        index.data_space if index.data_space_type == "FG" and not index.is_default_data_space else None,
        bool(index.is_disabled),
    )


def _index_options(index: Any) -> Tuple[str, ...]:
    """Return what differs from the server's own defaults."""
    options = []
    if index.is_padded:
        options.append("PAD_INDEX = ON")
    if index.fill_factor:
        options.append("FILLFACTOR = %d" % index.fill_factor)
    if index.ignore_dup_key:
        options.append("IGNORE_DUP_KEY = ON")
    if index.allow_row_locks is not None and not index.allow_row_locks:
        options.append("ALLOW_ROW_LOCKS = OFF")
    if index.allow_page_locks is not None and not index.allow_page_locks:
        options.append("ALLOW_PAGE_LOCKS = OFF")
    if index.data_compression not in (None, "NONE"):
        options.append("DATA_COMPRESSION = %s" % index.data_compression)
    return tuple(options)


def _foreign_keys(
    groups: Iterable[_Rows], table: TableName, schema_option: Optional[str]
) -> Tuple[List[ForeignKey], List[ForeignKey]]:
    """Return (keys of the table, keys of others that reference it)."""
    outgoing: List[ForeignKey] = []
    incoming: List[ForeignKey] = []
    for group in groups:
        key = _foreign_key(group, table, schema_option)
        (outgoing if group[0].is_outgoing else incoming).append(key)
    return outgoing, incoming


def _foreign_key(group: _Rows, table: TableName, schema_option: Optional[str]) -> ForeignKey:
    key = group[0]
    default_schema = None if schema_option else key.default_schema
    parent = table if key.is_outgoing else _table_name(key.schema_name, key.table_name, default_schema)
    referenced = table if key.is_incoming else _table_name(key.to_schema, key.to_table, default_schema)
    return ForeignKey(
        parent,
        key.name,
        tuple(column.column_name for column in group),
        referenced,
        tuple(column.to_column for column in group),
        key.on_delete,
        key.on_update,
        bool(key.is_disabled),
        bool(key.is_not_trusted),
        bool(key.is_not_for_replication),
    )


def _table_name(schema: Optional[str], name: str, default_schema: Optional[str]) -> TableName:
    """Return the name as models give it: bare in the default schema."""
    return TableName(None if schema == default_schema else schema, name)


def _check(group: _Rows, table: TableName) -> Check:
    check = group[0]
    return Check(
        table,
        check.name,
        named_columns(group),
        check.definition,
        bool(check.is_disabled),
        bool(check.is_not_trusted),
    )


def named_columns(group: _Rows) -> Tuple[str, ...]:
    """Return the columns that a check names outside of its strings, in that order."""
    columns = {column.column_name for column in group}
    return tuple(name for name in column_references(group[0].definition) if name in columns)


def _statistics(group: _Rows, table: TableName) -> Statistics:
    return Statistics(table, group[0].name, tuple(column.column_name for column in group), group[0].filter)
