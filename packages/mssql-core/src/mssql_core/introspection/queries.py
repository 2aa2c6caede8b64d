"""
The catalogue queries of introspection, one per question.

Every name is a parameter. A table is found by OBJECT_ID of its quoted name, so
that schema and collation follow the server's own rules. The catalogue shows
only what the login has rights on (metadata visibility).
"""

# sysdiagrams belongs to SSMS, though it is not marked as shipped.
TABLES = """
SELECT SCHEMA_NAME(o.schema_id), o.name, o.type, CAST(ep.value AS nvarchar(max)),
    SCHEMA_NAME()
FROM sys.objects o
LEFT JOIN sys.extended_properties ep
    ON ep.class = 1 AND ep.major_id = o.object_id AND ep.minor_id = 0
    AND ep.name = N'MS_Description'
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND o.name <> N'sysdiagrams'"""

# The declared name of a type is that of user_type_id; an alias type is read as
# the type it stands for. A column has one row for each check that names it.
COLUMNS = """
SELECT c.name,
    COALESCE(TYPE_NAME(CASE WHEN t.is_assembly_type = 1 THEN c.user_type_id
                            ELSE c.system_type_id END), t.name),
    c.max_length, c.[precision], c.scale, c.is_nullable, d.definition,
    c.collation_name, CAST(DATABASEPROPERTYEX(DB_NAME(), N'Collation') AS nvarchar(128)),
    c.is_identity, cc.definition, cc.is_persisted, CAST(ep.value AS nvarchar(max)),
    ck.definition
FROM sys.columns c
INNER JOIN sys.types t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.default_constraints d
    ON d.parent_object_id = c.object_id AND d.parent_column_id = c.column_id
LEFT JOIN sys.computed_columns cc
    ON cc.object_id = c.object_id AND cc.column_id = c.column_id
LEFT JOIN sys.extended_properties ep
    ON ep.class = 1 AND ep.major_id = c.object_id AND ep.minor_id = c.column_id
    AND ep.name = N'MS_Description'
LEFT JOIN sys.check_constraints ck
    ON ck.parent_object_id = c.object_id
    AND CHARINDEX(QUOTENAME(c.name), ck.definition) > 0
WHERE c.object_id = OBJECT_ID(%s)
ORDER BY c.column_id, ck.object_id"""

IDENTITIES = """
SELECT name FROM sys.columns WHERE object_id = OBJECT_ID(%s) AND is_identity = 1"""

RELATIONS = """
SELECT pc.name, rc.name, SCHEMA_NAME(rt.schema_id), rt.name,
    fk.delete_referential_action_desc, SCHEMA_NAME()
FROM sys.foreign_keys fk
INNER JOIN sys.foreign_key_columns fkc ON fkc.constraint_object_id = fk.object_id
INNER JOIN sys.columns pc
    ON pc.object_id = fkc.parent_object_id AND pc.column_id = fkc.parent_column_id
INNER JOIN sys.objects rt ON rt.object_id = fkc.referenced_object_id
INNER JOIN sys.columns rc
    ON rc.object_id = fkc.referenced_object_id
    AND rc.column_id = fkc.referenced_column_id
WHERE fk.parent_object_id = OBJECT_ID(%s)
ORDER BY fk.object_id, fkc.constraint_column_id"""

PRIMARY_KEY = """
SELECT c.name
FROM sys.indexes i
INNER JOIN sys.index_columns ic
    ON ic.object_id = i.object_id AND ic.index_id = i.index_id
INNER JOIN sys.columns c
    ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE i.object_id = OBJECT_ID(%s) AND i.is_primary_key = 1
ORDER BY ic.key_ordinal"""

# One row per column of an index, of a foreign key, or named by a check. Columns
# that an index includes stand behind its keys, from position 1001 on.
CONSTRAINTS = """
SELECT N'index' AS kind, i.name AS name, c.name AS column_name,
    CAST(i.is_primary_key AS int) AS is_primary_key,
    CAST(i.is_unique AS int) AS is_unique,
    CAST(i.is_unique_constraint AS int) AS is_unique_constraint,
    CAST(ic.is_descending_key AS int) AS is_descending,
    i.type_desc AS type_desc, CAST(NULL AS sysname) AS to_schema,
    CAST(NULL AS sysname) AS to_table, CAST(NULL AS sysname) AS to_column,
    i.filter_definition AS definition,
    CASE WHEN ic.is_included_column = 1 THEN 1000 + ic.index_column_id
         ELSE CAST(ic.key_ordinal AS int) END AS position,
    SCHEMA_NAME() AS default_schema
FROM sys.indexes i
INNER JOIN sys.index_columns ic
    ON ic.object_id = i.object_id AND ic.index_id = i.index_id
INNER JOIN sys.columns c
    ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE i.object_id = OBJECT_ID(%s) AND i.type > 0 AND i.is_hypothetical = 0
UNION ALL
SELECT N'foreign key', fk.name, pc.name, 0, 0, 0, 0, CAST(NULL AS nvarchar(60)),
    SCHEMA_NAME(rt.schema_id), rt.name, rc.name, CAST(NULL AS nvarchar(max)),
    CAST(fkc.constraint_column_id AS int), SCHEMA_NAME()
FROM sys.foreign_keys fk
INNER JOIN sys.foreign_key_columns fkc ON fkc.constraint_object_id = fk.object_id
INNER JOIN sys.columns pc
    ON pc.object_id = fkc.parent_object_id AND pc.column_id = fkc.parent_column_id
INNER JOIN sys.objects rt ON rt.object_id = fkc.referenced_object_id
INNER JOIN sys.columns rc
    ON rc.object_id = fkc.referenced_object_id
    AND rc.column_id = fkc.referenced_column_id
WHERE fk.parent_object_id = OBJECT_ID(%s)
UNION ALL
SELECT N'check', ck.name, c.name, 0, 0, 0, 0,
    CAST(NULL AS nvarchar(60)), CAST(NULL AS sysname), CAST(NULL AS sysname),
    CAST(NULL AS sysname), ck.definition,
    CHARINDEX(QUOTENAME(c.name), ck.definition), SCHEMA_NAME()
FROM sys.check_constraints ck
LEFT JOIN sys.columns c
    ON c.object_id = ck.parent_object_id
    AND CHARINDEX(QUOTENAME(c.name), ck.definition) > 0
WHERE ck.parent_object_id = OBJECT_ID(%s)
ORDER BY kind, name, position"""
