"""Reads everything the catalogue holds about one table, one query per kind."""

from itertools import groupby
from operator import itemgetter

from .objects import (
    Check,
    Column,
    Default,
    ExtendedProperty,
    ForeignKey,
    Index,
    Statistics,
    TableName,
    Trigger,
    column_references,
    type_sql,
)

# sys.indexes.type: 1 clustered, 2 nonclustered; the others (XML, spatial,
# columnstore, hash, JSON) have options of their own.
ROWSTORE_INDEXES = (1, 2)

COLUMNS_SQL = """
SELECT c.name, t.name, c.max_length, c.[precision], c.scale, c.is_nullable,
    c.collation_name, CAST(DATABASEPROPERTYEX(DB_NAME(), N'Collation') AS nvarchar(128)),
    CAST(ic.seed_value AS decimal(38, 0)), CAST(ic.increment_value AS decimal(38, 0)),
    cc.definition, cc.is_persisted, c.is_sparse, c.is_rowguidcol,
    d.name, d.definition
FROM sys.columns c
INNER JOIN sys.types t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.identity_columns ic
    ON ic.object_id = c.object_id AND ic.column_id = c.column_id
LEFT JOIN sys.computed_columns cc
    ON cc.object_id = c.object_id AND cc.column_id = c.column_id
LEFT JOIN sys.default_constraints d
    ON d.parent_object_id = c.object_id AND d.parent_column_id = c.column_id
WHERE c.object_id = OBJECT_ID(%s)
ORDER BY c.column_id"""

INDEXES_SQL = """
SELECT i.index_id, i.name, i.type, i.type_desc, i.is_unique, i.is_primary_key,
    i.is_unique_constraint, i.filter_definition, i.is_disabled, i.ignore_dup_key,
    i.fill_factor, i.is_padded, i.allow_row_locks, i.allow_page_locks,
    p.data_compression_desc, s.name, s.type, s.is_default,
    c.name, ic.is_descending_key, ic.is_included_column
FROM sys.indexes i
INNER JOIN sys.index_columns ic
    ON ic.object_id = i.object_id AND ic.index_id = i.index_id
INNER JOIN sys.columns c
    ON c.object_id = ic.object_id AND c.column_id = ic.column_id
LEFT JOIN sys.data_spaces s ON s.data_space_id = i.data_space_id
LEFT JOIN sys.partitions p
    ON p.object_id = i.object_id AND p.index_id = i.index_id
    AND p.partition_number = 1
WHERE i.object_id = OBJECT_ID(%s) AND i.type > 0
ORDER BY i.index_id, ic.key_ordinal, ic.index_column_id"""

FOREIGN_KEYS_SQL = """
SELECT fk.object_id, fk.name, SCHEMA_NAME(pt.schema_id), pt.name, pc.name,
    SCHEMA_NAME(rt.schema_id), rt.name, rc.name,
    fk.delete_referential_action_desc, fk.update_referential_action_desc,
    fk.is_disabled, fk.is_not_trusted, fk.is_not_for_replication,
    CASE WHEN fk.parent_object_id = OBJECT_ID(%s) THEN 1 ELSE 0 END,
    CASE WHEN fk.referenced_object_id = OBJECT_ID(%s) THEN 1 ELSE 0 END,
    SCHEMA_NAME()
FROM sys.foreign_keys fk
INNER JOIN sys.foreign_key_columns fkc ON fkc.constraint_object_id = fk.object_id
INNER JOIN sys.objects pt ON pt.object_id = fk.parent_object_id
INNER JOIN sys.columns pc
    ON pc.object_id = fkc.parent_object_id AND pc.column_id = fkc.parent_column_id
INNER JOIN sys.objects rt ON rt.object_id = fk.referenced_object_id
INNER JOIN sys.columns rc
    ON rc.object_id = fkc.referenced_object_id
    AND rc.column_id = fkc.referenced_column_id
WHERE fk.parent_object_id = OBJECT_ID(%s) OR fk.referenced_object_id = OBJECT_ID(%s)
ORDER BY fk.object_id, fkc.constraint_column_id"""

CHECKS_SQL = """
SELECT name, definition, is_disabled, is_not_trusted
FROM sys.check_constraints
WHERE parent_object_id = OBJECT_ID(%s)
ORDER BY object_id"""

STATISTICS_SQL = """
SELECT s.stats_id, s.name, s.filter_definition, c.name
FROM sys.stats s
INNER JOIN sys.stats_columns sc
    ON sc.object_id = s.object_id AND sc.stats_id = s.stats_id
INNER JOIN sys.columns c ON c.object_id = sc.object_id AND c.column_id = sc.column_id
WHERE s.object_id = OBJECT_ID(%s) AND s.user_created = 1
ORDER BY s.stats_id, sc.stats_column_id"""

PROPERTIES_SQL = """
SELECT OBJECT_SCHEMA_NAME(ep.major_id), ep.name, c.name, CAST(ep.value AS nvarchar(max))
FROM sys.extended_properties ep
LEFT JOIN sys.columns c ON c.object_id = ep.major_id AND c.column_id = ep.minor_id
WHERE ep.class = 1 AND ep.major_id = OBJECT_ID(%s)
ORDER BY ep.minor_id, ep.name"""

TRIGGERS_SQL = """
SELECT name, OBJECT_DEFINITION(object_id), is_disabled
FROM sys.triggers
WHERE parent_id = OBJECT_ID(%s)
ORDER BY object_id"""

PERMISSIONS_SQL = """
SELECT p.state_desc, p.permission_name, r.name, c.name
FROM sys.database_permissions p
INNER JOIN sys.database_principals r ON r.principal_id = p.grantee_principal_id
LEFT JOIN sys.columns c ON c.object_id = p.major_id AND c.column_id = p.minor_id
WHERE p.class = 1 AND p.major_id = OBJECT_ID(%s)
ORDER BY r.name, p.permission_name, p.minor_id"""


class TableSnapshot:
    """
    The objects of a table at one moment, each able to write its own DDL.

    A snapshot without columns is that of a table the catalogue does not know.
    """

    def __init__(
        self,
        table,
        columns=(),
        indexes=(),
        foreign_keys=(),
        incoming=(),
        checks=(),
        defaults=(),
        statistics=(),
        other_indexes=(),
    ):
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
    def exists(self):
        return bool(self.columns)

    def renamed(self, old, new):
        """The same snapshot after a column was renamed."""
        return TableSnapshot(
            self.table,
            [column.renamed(old, new) for column in self.columns.values()],
            [index.renamed(old, new) for index in self.indexes],
            [renamed_key(key, self.table, old, new) for key in self.foreign_keys],
            [renamed_key(key, self.table, old, new) for key in self.incoming],
            [check.renamed(old, new) for check in self.checks],
            [default.renamed(old, new) for default in self.defaults],
            [statistics.renamed(old, new) for statistics in self.statistics],
            self.other_indexes,
        )

    def extended(self, other):
        """The same snapshot with the objects of `other` that it lacks."""
        groups = [
            (list(self.columns.values()), other.columns.values()),
            (self.indexes, other.indexes),
            (self.foreign_keys, other.foreign_keys),
            (self.incoming, other.incoming),
            (self.checks, other.checks),
            (self.defaults, other.defaults),
            (self.statistics, other.statistics),
        ]
        merged = []
        for mine, theirs in groups:
            known = {identity for item in mine for identity in _identities(item)}
            merged.append(mine + [i for i in theirs if known.isdisjoint(_identities(i))])
        return TableSnapshot(self.table, *merged, other_indexes=self.other_indexes)

    def default_of(self, column):
        return next((d for d in self.defaults if d.column == column), None)

    def without(self, names):
        """The same snapshot without the objects of these names."""
        kept = [
            [item for item in items if item.name not in names]
            for items in (
                self.indexes,
                self.foreign_keys,
                self.incoming,
                self.checks,
                self.defaults,
                self.statistics,
            )
        ]
        return TableSnapshot(self.table, self.columns.values(), *kept, other_indexes=self.other_indexes)


def _identities(item):
    """Return what makes an object the same as another: its name, its columns."""
    columns = getattr(item, "columns", None) or getattr(item, "column", None)
    unique = getattr(item, "is_unique", None)
    return [item.name] + ([(columns, unique)] if columns else [])


def renamed_key(key, table, old, new):
    """Return a foreign key after a column of `table`, either end, was renamed."""

    def renamed(columns):
        return tuple(new if column == old else column for column in columns)

    if key.table == table:
        key = key._replace(columns=renamed(key.columns))
    if key.to_table == table:
        key = key._replace(to_columns=renamed(key.to_columns))
    return key


def load(cursor, table):
    """Return the TableSnapshot of `table` (a TableName)."""
    name = [str(table)]
    columns, defaults = _columns(_rows(cursor, COLUMNS_SQL, name), table)
    if not columns:
        return TableSnapshot(table)
    indexes, other_indexes = _indexes(_rows(cursor, INDEXES_SQL, name), table)
    keys = _foreign_keys(_rows(cursor, FOREIGN_KEYS_SQL, name * 4), table)
    names = {column.name for column in columns}
    checks = [
        Check(
            table,
            check,
            tuple(ref for ref in column_references(definition) if ref in names),
            definition,
            bool(is_disabled),
            bool(is_not_trusted),
        )
        for check, definition, is_disabled, is_not_trusted in _rows(cursor, CHECKS_SQL, name)
    ]
    return TableSnapshot(
        table,
        columns,
        indexes,
        [key for key, outgoing, _ in keys if outgoing],
        [key for key, outgoing, incoming in keys if incoming and not outgoing],
        checks,
        defaults,
        _statistics(_rows(cursor, STATISTICS_SQL, name), table),
        other_indexes,
    )


def load_properties(cursor, table):
    """Return the extended properties of the table and of its columns."""
    return [
        ExtendedProperty(table.in_schema(schema), *row) for schema, *row in _rows(cursor, PROPERTIES_SQL, [str(table)])
    ]


def load_triggers(cursor, table):
    return [
        Trigger(table, name, definition, bool(is_disabled))
        for name, definition, is_disabled in _rows(cursor, TRIGGERS_SQL, [str(table)])
    ]


def load_permissions(cursor, table):
    """Return rows of (state, permission, grantee, column or None)."""
    return _rows(cursor, PERMISSIONS_SQL, [str(table)])


def _rows(cursor, sql, params):
    cursor.execute(sql, params)
    return [tuple(row) for row in cursor.fetchall()]


def _columns(rows, table):
    columns, defaults = [], []
    for row in rows:
        (name, type_name, length, precision, scale, nullable, collation) = row[:7]
        (database_collation, seed, increment, computed, persisted) = row[7:12]
        (sparse, rowguidcol, default_name, default) = row[12:]
        attributes = (("SPARSE", sparse), ("ROWGUIDCOL", rowguidcol))
        columns.append(
            Column(
                table,
                name,
                type_sql(type_name, length, precision, scale),
                bool(nullable),
                None if collation == database_collation else collation,
                None if seed is None else (int(seed), int(increment)),
                computed,
                bool(persisted),
                tuple(attribute for attribute, is_set in attributes if is_set),
            )
        )
        if default_name is not None:
            defaults.append(Default(table, default_name, name, default))
    return columns, defaults


def _indexes(rows, table):
    indexes, others = [], []
    for _, group in groupby(rows, key=itemgetter(0)):
        group = list(group)
        head = group[0]
        if head[2] not in ROWSTORE_INDEXES:
            others.append((head[1], head[3], tuple(row[18] for row in group)))
            continue
        if head[16] == "PS":
            columns = tuple(row[18] for row in group)
            others.append((head[1], "partitioned " + head[3], columns))
            continue
        indexes.append(
            Index(
                table,
                head[1],
                tuple((row[18], bool(row[19])) for row in group if not row[20]),
                tuple(row[18] for row in group if row[20]),
                head[7],
                bool(head[4]),
                bool(head[5]),
                bool(head[6]),
                head[3],
                _index_options(*head[9:15]),
                _data_space(*head[15:18]),
                bool(head[8]),
            )
        )
    return indexes, others


def _index_options(ignore_dup_key, fill_factor, is_padded, row_locks, page_locks, compression):
    """Return what differs from the server's own defaults."""
    options = []
    if is_padded:
        options.append("PAD_INDEX = ON")
    if fill_factor:
        options.append("FILLFACTOR = %d" % fill_factor)
    if ignore_dup_key:
        options.append("IGNORE_DUP_KEY = ON")
    if row_locks is not None and not row_locks:
        options.append("ALLOW_ROW_LOCKS = OFF")
    if page_locks is not None and not page_locks:
        options.append("ALLOW_PAGE_LOCKS = OFF")
    if compression not in (None, "NONE"):
        options.append("DATA_COMPRESSION = %s" % compression)
    return tuple(options)


def _data_space(name, kind, is_default):
    """Return the filegroup to name."""
    return name if kind == "FG" and not is_default else None


def _foreign_keys(rows, table):
    keys = []
    for _, group in groupby(rows, key=itemgetter(0)):
        group = list(group)
        head = group[0]
        outgoing, incoming = bool(head[13]), bool(head[14])
        default_schema = head[15] if table.schema is None else None
        parent = table if outgoing else _table_name(head[2], head[3], default_schema)
        referenced = table if incoming else _table_name(head[5], head[6], default_schema)
        key = ForeignKey(
            parent,
            head[1],
            tuple(row[4] for row in group),
            referenced,
            tuple(row[7] for row in group),
            head[8],
            head[9],
            bool(head[10]),
            bool(head[11]),
            bool(head[12]),
        )
        keys.append((key, outgoing, incoming))
    return keys


def _table_name(schema, name, default_schema):
    """Return the name as models give it: bare in the default schema."""
    return TableName(None if schema == default_schema else schema, name)


def _statistics(rows, table):
    return [
        Statistics(table, head[1], tuple(row[3] for row in group), head[2])
        for group in (list(group) for _, group in groupby(rows, key=itemgetter(0)))
        for head in group[:1]
    ]
