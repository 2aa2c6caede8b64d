"""
The catalogue queries of introspection and of the schema editor.

Every name is a parameter. A table is found by OBJECT_ID of its quoted name, so
that schema and collation follow the server's own rules. The catalogue shows
only what the login has rights on (metadata visibility). Each column is named
here, and read by that name: see `rows`.
"""

from collections import namedtuple
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, List, Tuple

from ..names import TableName
from ..plugin.django_types import Cursor
from ..plugin.types import Params

# sysdiagrams belongs to SSMS, though it is not marked as shipped.
TABLES = """
SELECT SCHEMA_NAME(o.schema_id) AS schema_name, o.name AS name, o.type AS type,
    CAST(ep.value AS nvarchar(max)) AS comment, SCHEMA_NAME() AS default_schema
FROM sys.objects o
LEFT JOIN sys.extended_properties ep
    ON ep.class = 1 AND ep.major_id = o.object_id AND ep.minor_id = 0
    AND ep.name = N'MS_Description'
LEFT JOIN sys.synonyms s ON s.object_id = o.object_id
WHERE o.is_ms_shipped = 0 AND o.name <> N'sysdiagrams' AND (o.type IN ('U', 'V')
    OR OBJECT_ID(s.base_object_name, N'U') IS NOT NULL OR OBJECT_ID(s.base_object_name, N'V') IS NOT NULL)"""

# The declared name of a type is that of user_type_id; base_type is the type that
# an alias type stands for.
COLUMNS = """
SELECT c.name AS name, t.name AS declared_type, SCHEMA_NAME(t.schema_id) AS type_schema,
    t.is_user_defined AS is_of_alias_type,
    COALESCE(TYPE_NAME(CASE WHEN t.is_assembly_type = 1 THEN c.user_type_id
                            ELSE c.system_type_id END), t.name) AS base_type,
    c.max_length AS max_length, c.[precision] AS numeric_precision, c.scale AS scale,
    c.is_nullable AS is_nullable, c.collation_name AS collation,
    CAST(DATABASEPROPERTYEX(DB_NAME(), N'Collation') AS nvarchar(128)) AS database_collation,
    c.is_identity AS is_identity, CAST(ic.seed_value AS decimal(38, 0)) AS seed,
    CAST(ic.increment_value AS decimal(38, 0)) AS increment,
    cc.definition AS computed, cc.is_persisted AS is_persisted,
    CASE WHEN c.column_id = (
        SELECT CASE WHEN COUNT(*) = 1 THEN MAX(kc.column_id) END FROM sys.indexes k
        INNER JOIN sys.index_columns kc ON kc.object_id = k.object_id AND kc.index_id = k.index_id
        WHERE k.object_id = c.object_id AND k.is_primary_key = 1
    ) THEN 1 ELSE 0 END AS is_primary_key,
    c.is_sparse AS is_sparse, c.is_rowguidcol AS is_rowguidcol, c.is_column_set AS is_column_set,
    c.is_hidden AS is_hidden, c.is_masked AS is_masked, c.is_filestream AS is_filestream,
    c.generated_always_type AS generated_always_type,
    d.name AS default_name, d.definition AS default_definition,
    CAST(ep.value AS nvarchar(max)) AS comment
FROM sys.columns c
INNER JOIN sys.types t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.identity_columns ic
    ON ic.object_id = c.object_id AND ic.column_id = c.column_id
LEFT JOIN sys.computed_columns cc
    ON cc.object_id = c.object_id AND cc.column_id = c.column_id
LEFT JOIN sys.default_constraints d
    ON d.parent_object_id = c.object_id AND d.parent_column_id = c.column_id
LEFT JOIN sys.extended_properties ep
    ON ep.class = 1 AND ep.major_id = c.object_id AND ep.minor_id = c.column_id
    AND ep.name = N'MS_Description'
WHERE c.object_id = OBJECT_ID(%s)
ORDER BY c.column_id"""

# What a synonym stands for; OBJECT_ID of its own name is the synonym's.
SYNONYM = """
SELECT base_object_name AS base_object_name
FROM sys.synonyms WHERE object_id = OBJECT_ID(%s)"""

# What is to be known of a table whose model is written; a view has none of it but its index.
TABLE_NOTES = """
SELECT t.temporal_type AS temporal_type, OBJECT_SCHEMA_NAME(t.history_table_id) AS history_schema,
    OBJECT_NAME(t.history_table_id) AS history_table, t.is_memory_optimized AS is_memory_optimized,
    t.durability_desc AS durability, t.is_external AS is_external
FROM sys.tables t WHERE t.object_id = OBJECT_ID(%s)"""

# One row per column of an index; those that it includes have key_ordinal 0.
INDEXES = """
SELECT i.index_id AS index_id, i.name AS name, i.type AS type, i.type_desc AS type_desc,
    i.is_unique AS is_unique, i.is_primary_key AS is_primary_key,
    i.is_unique_constraint AS is_unique_constraint, i.filter_definition AS filter,
    i.is_disabled AS is_disabled, i.is_hypothetical AS is_hypothetical,
    i.ignore_dup_key AS ignore_dup_key, i.fill_factor AS fill_factor, i.is_padded AS is_padded,
    i.allow_row_locks AS allow_row_locks, i.allow_page_locks AS allow_page_locks,
    p.data_compression_desc AS data_compression, s.name AS data_space,
    s.type AS data_space_type, s.is_default AS is_default_data_space,
    c.name AS column_name, ic.is_descending_key AS is_descending,
    ic.is_included_column AS is_included
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

# One row per column of each key of the table, and of each that references it.
FOREIGN_KEYS = """
SELECT fk.object_id AS key_id, fk.name AS name,
    SCHEMA_NAME(pt.schema_id) AS schema_name, pt.name AS table_name, pc.name AS column_name,
    SCHEMA_NAME(rt.schema_id) AS to_schema, rt.name AS to_table, rc.name AS to_column,
    fk.delete_referential_action_desc AS on_delete,
    fk.update_referential_action_desc AS on_update,
    fk.is_disabled AS is_disabled, fk.is_not_trusted AS is_not_trusted,
    fk.is_not_for_replication AS is_not_for_replication,
    CASE WHEN fk.parent_object_id = OBJECT_ID(%s) THEN 1 ELSE 0 END AS is_outgoing,
    CASE WHEN fk.referenced_object_id = OBJECT_ID(%s) THEN 1 ELSE 0 END AS is_incoming,
    SCHEMA_NAME() AS default_schema
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

# One row per check and column whose delimited name is in it, be it in a string.
# Names have the catalogue's collation, which on Azure is not the database's: compared with text they conflict (468).
# https://learn.microsoft.com/sql/t-sql/statements/create-database-transact-sql (CATALOG_COLLATION)
CHECKS = """
SELECT ck.object_id AS check_id, ck.name AS name, ck.definition AS definition,
    ck.is_disabled AS is_disabled, ck.is_not_trusted AS is_not_trusted,
    c.name AS column_name
FROM sys.check_constraints ck
LEFT JOIN sys.columns c
    ON c.object_id = ck.parent_object_id
    AND CHARINDEX(QUOTENAME(c.name) COLLATE DATABASE_DEFAULT, ck.definition COLLATE DATABASE_DEFAULT) > 0
WHERE ck.parent_object_id = OBJECT_ID(%s)
ORDER BY ck.object_id, CHARINDEX(QUOTENAME(c.name) COLLATE DATABASE_DEFAULT, ck.definition COLLATE DATABASE_DEFAULT)"""

STATISTICS = """
SELECT s.stats_id AS stats_id, s.name AS name, s.filter_definition AS filter,
    c.name AS column_name
FROM sys.stats s
INNER JOIN sys.stats_columns sc
    ON sc.object_id = s.object_id AND sc.stats_id = s.stats_id
INNER JOIN sys.columns c ON c.object_id = sc.object_id AND c.column_id = sc.column_id
WHERE s.object_id = OBJECT_ID(%s) AND s.user_created = 1
ORDER BY s.stats_id, sc.stats_column_id"""

# Of the table, and of its columns, constraints, triggers, and indexes; part_kind is
# the level of sp_addextendedproperty.
PROPERTIES = """
SELECT OBJECT_SCHEMA_NAME(ep.major_id) AS schema_name, ep.name AS name,
    CASE WHEN c.name IS NULL THEN CAST(NULL AS varchar(10)) ELSE 'COLUMN' END AS part_kind,
    c.name AS part_name, CAST(ep.value AS nvarchar(max)) AS value, 0 AS position, ep.minor_id AS minor_id
FROM sys.extended_properties ep
LEFT JOIN sys.columns c ON c.object_id = ep.major_id AND c.column_id = ep.minor_id
WHERE ep.class = 1 AND ep.major_id = OBJECT_ID(%s)
UNION ALL
SELECT OBJECT_SCHEMA_NAME(o.parent_object_id), ep.name,
    CASE WHEN o.type IN ('TR', 'TA') THEN 'TRIGGER' ELSE 'CONSTRAINT' END,
    o.name, CAST(ep.value AS nvarchar(max)), 1, ep.major_id
FROM sys.extended_properties ep
INNER JOIN sys.objects o ON o.object_id = ep.major_id
WHERE ep.class = 1 AND o.parent_object_id = OBJECT_ID(%s)
UNION ALL
SELECT OBJECT_SCHEMA_NAME(ep.major_id), ep.name, 'INDEX', i.name,
    CAST(ep.value AS nvarchar(max)), 2, ep.minor_id
FROM sys.extended_properties ep
INNER JOIN sys.indexes i ON i.object_id = ep.major_id AND i.index_id = ep.minor_id
WHERE ep.class = 7 AND ep.major_id = OBJECT_ID(%s)
ORDER BY position, minor_id, name"""

TRIGGERS = """
SELECT name AS name, OBJECT_DEFINITION(object_id) AS definition, is_disabled AS is_disabled
FROM sys.triggers
WHERE parent_id = OBJECT_ID(%s)
ORDER BY object_id"""

PERMISSIONS = """
SELECT p.state_desc AS state, p.permission_name AS permission, r.name AS grantee,
    c.name AS column_name
FROM sys.database_permissions p
INNER JOIN sys.database_principals r ON r.principal_id = p.grantee_principal_id
LEFT JOIN sys.columns c ON c.object_id = p.major_id AND c.column_id = p.minor_id
WHERE p.class = 1 AND p.major_id = OBJECT_ID(%s)
ORDER BY r.name, p.permission_name, p.minor_id"""

# What a table is and has beside columns, keys, and indexes. A heap lies where its
# index of type 0 says.
TABLE_KIND = """
SELECT t.temporal_type_desc AS temporal_type, t.is_memory_optimized AS is_memory_optimized,
    t.is_tracked_by_cdc AS is_tracked_by_cdc,
    CASE WHEN 1 IN (t.is_replicated, t.is_published, t.is_schema_published, t.is_merge_published,
                    t.is_sync_tran_subscribed) THEN 1 ELSE 0 END AS is_replicated,
    CASE WHEN EXISTS (SELECT 1 FROM sys.change_tracking_tables ct WHERE ct.object_id = t.object_id)
         THEN 1 ELSE 0 END AS has_change_tracking,
    CASE WHEN EXISTS (SELECT 1 FROM sys.fulltext_indexes fi WHERE fi.object_id = t.object_id)
         THEN 1 ELSE 0 END AS has_fulltext_index,
    CASE WHEN t.principal_id IS NULL THEN 0 ELSE 1 END AS has_owner,
    CASE WHEN t.text_in_row_limit <> 0 OR t.large_value_types_out_of_row = 1 THEN 1 ELSE 0 END AS has_row_options,
    CASE WHEN EXISTS (SELECT 1 FROM sys.indexes i
                      INNER JOIN sys.data_spaces s ON s.data_space_id = i.data_space_id
                      INNER JOIN sys.partitions p ON p.object_id = i.object_id AND p.index_id = i.index_id
                      WHERE i.object_id = t.object_id AND i.type = 0
                      AND (s.is_default = 0 OR s.type <> 'FG' OR p.data_compression_desc <> N'NONE'))
         THEN 1 ELSE 0 END AS has_heap_options,
    t.lock_escalation_desc AS lock_escalation
FROM sys.tables t
WHERE t.object_id = OBJECT_ID(%s)"""

# What a column has that its definition here does not say.
COLUMN_KINDS = """
SELECT c.name AS name, c.is_masked AS is_masked,
    CASE WHEN c.encryption_type IS NULL THEN 0 ELSE 1 END AS is_encrypted,
    c.is_filestream AS is_filestream, c.is_column_set AS is_column_set,
    CASE WHEN c.generated_always_type <> 0 THEN 1 ELSE 0 END AS is_generated_always,
    c.is_hidden AS is_hidden, CASE WHEN c.xml_collection_id <> 0 THEN 1 ELSE 0 END AS has_xml_schema,
    CASE WHEN c.rule_object_id <> 0 THEN 1 ELSE 0 END AS has_rule,
    CASE WHEN c.default_object_id <> 0 AND d.object_id IS NULL THEN 1 ELSE 0 END AS has_bound_default
FROM sys.columns c
LEFT JOIN sys.default_constraints d ON d.object_id = c.default_object_id
WHERE c.object_id = OBJECT_ID(%s)
ORDER BY c.column_id"""

# What else is lost with a table, in words; views and columns of later servers are named only where they are.
# OBJECT_NAME() may have another collation than names in the catalogue, see CHECKS: in one column they conflict (451).
OTHER_LOSSES = """
DECLARE @sql nvarchar(max) = N'
SELECT N''the order of the trigger '' + t.name COLLATE DATABASE_DEFAULT AS loss
FROM sys.triggers t
WHERE t.parent_id = OBJECT_ID(@table) AND EXISTS (
    SELECT 1 FROM sys.trigger_events e WHERE e.object_id = t.object_id AND 1 IN (e.is_first, e.is_last))
UNION ALL
SELECT N''the SET options of the trigger '' + t.name COLLATE DATABASE_DEFAULT FROM sys.triggers t
INNER JOIN sys.sql_modules m ON m.object_id = t.object_id
WHERE t.parent_id = OBJECT_ID(@table) AND 0 IN (m.uses_ansi_nulls, m.uses_quoted_identifier)
UNION ALL
SELECT DISTINCT N''what is bound to its schema: '' + o.name COLLATE DATABASE_DEFAULT FROM sys.sql_expression_dependencies d
INNER JOIN sys.objects o ON o.object_id = d.referencing_id
WHERE d.referenced_id = OBJECT_ID(@table) AND d.is_schema_bound_reference = 1
    AND OBJECT_ID(@table) NOT IN (o.object_id, o.parent_object_id)
UNION ALL
SELECT N''being a FileTable, external, or stretched'' FROM sys.tables t
WHERE t.object_id = OBJECT_ID(@table) AND 1 IN (t.is_filetable, t.is_external, t.is_remote_data_archive_enabled)';
IF OBJECT_ID(N'sys.sensitivity_classifications') IS NOT NULL SET @sql += N'
UNION ALL
SELECT N''the sensitivity classification of '' + c.name COLLATE DATABASE_DEFAULT FROM sys.sensitivity_classifications s
INNER JOIN sys.columns c ON c.object_id = s.major_id AND c.column_id = s.minor_id
WHERE s.class = 1 AND s.major_id = OBJECT_ID(@table)';
IF OBJECT_ID(N'sys.security_predicates') IS NOT NULL SET @sql += N'
UNION ALL
SELECT N''the security policy '' + OBJECT_NAME(p.object_id) COLLATE DATABASE_DEFAULT FROM sys.security_predicates p
WHERE p.target_object_id = OBJECT_ID(@table)';
IF EXISTS (SELECT 1 FROM sys.all_columns WHERE object_id = OBJECT_ID(N'sys.tables') AND name = N'ledger_type') SET @sql += N'
UNION ALL
SELECT N''being a ledger table'' FROM sys.tables WHERE object_id = OBJECT_ID(@table) AND ledger_type <> 0';
EXEC sys.sp_executesql @sql, N'@table nvarchar(4000)', @table = %s"""


def rows(cursor: Cursor, sql: str, params: Params = ()) -> List[Any]:
    """
    Run a query and return its rows as named tuples.

    :param sql: a query of this module, or one whose columns all have names.
    :param params: a sequence.
    """
    cursor.execute(sql, params)
    return _named(cursor)


def _named(cursor: Cursor) -> List[Any]:
    row_type = _row_type(tuple(column[0] for column in cursor.description))
    return [row_type._make(values) for values in cursor.fetchall()]


def rows_of(cursor: Cursor, sql: str, table: TableName) -> List[Any]:
    """
    Run a query about one table in its own database's catalogue.

    A system procedure exists in each database, and runs in the one that its name names.
    https://learn.microsoft.com/sql/t-sql/language-elements/execute-transact-sql
    """
    count = sql.count("%s")
    if table.database is None:
        return rows(cursor, sql, [str(table)] * count)
    procedure = str(TableName("sys", "sp_executesql", table.database)).replace("%", "%%")
    statement = sql % (("@table",) * count)
    return rows(cursor, "EXEC " + procedure + " %s, N'@table nvarchar(4000)', %s", [statement, str(table)])


# To make a class takes 0.2 ms.
@lru_cache(maxsize=None)
def _row_type(names: Tuple[str, ...]) -> Any:
    return namedtuple("CatalogueRow", names)


def indexes(cursor: Cursor, table: TableName) -> List[List[Any]]:
    """Return a list of rows, one per column, for each index of the table."""
    return _grouped(rows_of(cursor, INDEXES, table), "index_id")


def foreign_keys(cursor: Cursor, table: TableName) -> List[List[Any]]:
    """Return a list of rows, one per column, for each key of the table or to it."""
    return _grouped(rows_of(cursor, FOREIGN_KEYS, table), "key_id")


def checks(cursor: Cursor, table: TableName) -> List[List[Any]]:
    """Return a list of rows, one per column, for each check of the table."""
    return _grouped(rows_of(cursor, CHECKS, table), "check_id")


def statistics(cursor: Cursor, table: TableName) -> List[List[Any]]:
    """Return a list of rows, one per column, for each of the table's statistics."""
    return _grouped(rows_of(cursor, STATISTICS, table), "stats_id")


def constraints(cursor: Cursor, table: TableName) -> Tuple[List[List[Any]], ...]:
    """Return what checks(), foreign_keys() and indexes() do, by one message instead of three."""
    answers = [rows_of(cursor, ";".join((CHECKS, FOREIGN_KEYS, INDEXES)), table)]
    while cursor.nextset():
        answers.append(_named(cursor))
    return tuple(map(_grouped, answers, ("check_id", "key_id", "index_id")))


def _grouped(columns: List[Any], name: str) -> List[List[Any]]:
    return [list(group) for _, group in groupby(columns, key=attrgetter(name))]
