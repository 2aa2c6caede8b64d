-- INFORMATION_SCHEMA; declarations as in catalog_2_views.sql, here without a type nvarchar(128), and with the
-- database's name where a column's name ends with _CATALOG.
create schema information_schema_views;

-- Type names as in INFORMATION_SCHEMA.
create view ms.column_facets as
select c.*, t.name as type_name, t.is_character,
  case when c.system_type_id in (231, 239) and c.max_length > 0 then c.max_length / 2
    when c.system_type_id in (99) then 1073741823
    when c.system_type_id in (35, 34) then 2147483647
    when c.system_type_id in (167, 175, 231, 239, 165, 173) then c.max_length::int
    when c.system_type_id = 241 then -1 end as character_maximum_length,
  case when c.system_type_id in (167, 175, 231, 239, 165, 173) then c.max_length::int
    when c.system_type_id in (99) then 2147483646
    when c.system_type_id in (35, 34) then 2147483647
    when c.system_type_id = 241 then -1 end as character_octet_length,
  case when c.system_type_id in (48, 52, 56, 127, 106, 108, 60, 122, 59, 62) then c.precision end as numeric_precision,
  case when c.system_type_id in (48, 52, 56, 127, 106, 108, 60, 122) then 10
    when c.system_type_id in (59, 62) then 2 end::smallint as numeric_precision_radix,
  case when c.system_type_id in (48, 52, 56, 127, 106, 108, 60, 122) then c.scale::int end as numeric_scale,
  case when c.system_type_id in (41, 42, 43, 61) then c.scale when c.system_type_id in (40, 58) then 0 end::smallint
    as datetime_precision
from ms.columns c
join ms.types t on t.user_type_id = c.system_type_id;

--- INFORMATION_SCHEMA.SCHEMATA: CATALOG_NAME? = ms.database_property('name'), SCHEMA_NAME, SCHEMA_OWNER?,
--- DEFAULT_CHARACTER_SET_CATALOG varchar(6)? = null, DEFAULT_CHARACTER_SET_SCHEMA varchar(3)? = null,
--- DEFAULT_CHARACTER_SET_NAME sysname? = 'iso_1'
select s.name as schema_name, p.name as schema_owner
from ms.schemas s left join sys.database_principals p using (principal_id);

--- INFORMATION_SCHEMA.TABLES: TABLE_CATALOG?, TABLE_SCHEMA?, TABLE_NAME sysname, TABLE_TYPE varchar(10)?
select s.name as table_schema, o.name as table_name,
  case o.type when 'U' then 'BASE TABLE' else 'VIEW' end as table_type
from ms.objects o join ms.schemas s using (schema_id) where o.type in ('U', 'V');

--- INFORMATION_SCHEMA.COLUMNS: TABLE_CATALOG?, TABLE_SCHEMA?, TABLE_NAME, COLUMN_NAME sysname?, ORDINAL_POSITION int?,
--- COLUMN_DEFAULT nvarchar(4000)?, IS_NULLABLE varchar(3)?, DATA_TYPE?, CHARACTER_MAXIMUM_LENGTH int?,
--- CHARACTER_OCTET_LENGTH int?, NUMERIC_PRECISION tinyint?, NUMERIC_PRECISION_RADIX smallint?, NUMERIC_SCALE int?,
--- DATETIME_PRECISION smallint?, CHARACTER_SET_CATALOG sysname? = null, CHARACTER_SET_SCHEMA sysname? = null,
--- CHARACTER_SET_NAME sysname?, COLLATION_CATALOG sysname? = null, COLLATION_SCHEMA sysname? = null,
--- COLLATION_NAME sysname?,
--- DOMAIN_CATALOG sysname? = case when v.domain_name > '' then ms.database_property('name') end,
--- DOMAIN_SCHEMA sysname?, DOMAIN_NAME sysname?
select s.name as table_schema, o.name as table_name,
  c.name as column_name, row_number() over (partition by c.object_id order by c.column_id)::int as ordinal_position,
  d.definition as column_default, case c.is_nullable when 1 then 'YES' else 'NO' end as is_nullable,
  c.type_name as data_type, c.character_maximum_length, c.character_octet_length, c.numeric_precision,
  c.numeric_precision_radix, c.numeric_scale, c.datetime_precision,
  case when c.system_type_id in (231, 239, 99) then 'UNICODE' when c.system_type_id in (167, 175, 35) then 'iso_1' end
    as character_set_name, c.collation_name, y.name as domain_name, ys.name as domain_schema
from ms.column_facets c join ms.objects o using (object_id) join ms.schemas s using (schema_id)
left join ms.default_constraints d on d.object_id = c.default_object_id
left join ms.types y on y.user_type_id = c.user_type_id and y.user_type_id > 256
left join ms.schemas ys on ys.schema_id = y.schema_id
where o.type in ('U', 'V');

--- INFORMATION_SCHEMA.TABLE_CONSTRAINTS: CONSTRAINT_CATALOG?, CONSTRAINT_SCHEMA?, CONSTRAINT_NAME sysname,
--- TABLE_CATALOG?, TABLE_SCHEMA?, TABLE_NAME sysname?, CONSTRAINT_TYPE varchar(11)?, IS_DEFERRABLE varchar(2) = 'NO',
--- INITIALLY_DEFERRED varchar(2) = 'NO'
select s.name as constraint_schema, k.name as constraint_name, s.name as table_schema, t.name as table_name,
  case k.type when 'PK' then 'PRIMARY KEY' when 'UQ' then 'UNIQUE' when 'F' then 'FOREIGN KEY' else 'CHECK' end as
    constraint_type
from ms.objects k join ms.objects t on t.object_id = k.parent_object_id
join ms.schemas s on s.schema_id = t.schema_id
where k.type in ('PK', 'UQ', 'F', 'C');

--- INFORMATION_SCHEMA.KEY_COLUMN_USAGE: CONSTRAINT_CATALOG?, CONSTRAINT_SCHEMA?, CONSTRAINT_NAME, TABLE_CATALOG?,
--- TABLE_SCHEMA?, TABLE_NAME?, COLUMN_NAME?, ORDINAL_POSITION int
select s.name as constraint_schema, k.name as constraint_name, s.name as table_schema, t.name as table_name,
  c.name as column_name, x.ordinal_position
from (
  select i.constraint_id, ic.object_id, ic.column_id, ic.key_ordinal::int as ordinal_position
  from ms.indexes i join ms.index_columns ic using (object_id, index_id)
  where i.constraint_id > 0 and ic.key_ordinal > 0
  union all
  select constraint_object_id, parent_object_id, parent_column_id, constraint_column_id from ms.foreign_key_columns
) x
join ms.objects k on k.object_id = x.constraint_id
join ms.objects t on t.object_id = x.object_id
join ms.schemas s on s.schema_id = t.schema_id
join ms.columns c on c.object_id = x.object_id and c.column_id = x.column_id;

--- INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS: CONSTRAINT_CATALOG?, CONSTRAINT_SCHEMA?, CONSTRAINT_NAME sysname,
--- UNIQUE_CONSTRAINT_CATALOG?, UNIQUE_CONSTRAINT_SCHEMA?, UNIQUE_CONSTRAINT_NAME sysname?,
--- MATCH_OPTION varchar(7)? = 'SIMPLE', UPDATE_RULE varchar(11)?, DELETE_RULE varchar(11)?
select s.name as constraint_schema, k.name as constraint_name, rs.name as unique_constraint_schema,
  i.name as unique_constraint_name,
  replace(ms.action_description(f.update_referential_action), '_', ' ') as update_rule,
  replace(ms.action_description(f.delete_referential_action), '_', ' ') as delete_rule
from ms.foreign_keys f join ms.objects k using (object_id) join ms.schemas s on s.schema_id = k.schema_id
join ms.objects r on r.object_id = f.referenced_object_id join ms.schemas rs on rs.schema_id = r.schema_id
left join ms.indexes i on i.object_id = f.referenced_object_id and i.index_id = f.key_index_id;

--- INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE: TABLE_CATALOG?, TABLE_SCHEMA?, TABLE_NAME, COLUMN_NAME?,
--- CONSTRAINT_CATALOG?, CONSTRAINT_SCHEMA?, CONSTRAINT_NAME
select table_schema, table_name, column_name, constraint_schema, constraint_name
from information_schema_views.key_column_usage
union all
select s.name, t.name, c.name, s.name, k.name
from ms.check_constraints x join ms.objects k using (object_id)
join ms.dependencies d on d.referencing_id = x.object_id and d.referenced_minor_id > 0
join ms.objects t on t.object_id = x.parent_object_id join ms.schemas s on s.schema_id = t.schema_id
join ms.columns c on c.object_id = d.referenced_id and c.column_id = d.referenced_minor_id;

--- INFORMATION_SCHEMA.CONSTRAINT_TABLE_USAGE: TABLE_CATALOG?, TABLE_SCHEMA?, TABLE_NAME, CONSTRAINT_CATALOG?,
--- CONSTRAINT_SCHEMA?, CONSTRAINT_NAME
select table_schema, table_name, constraint_schema, constraint_name
from information_schema_views.table_constraints;

--- INFORMATION_SCHEMA.CHECK_CONSTRAINTS: CONSTRAINT_CATALOG?, CONSTRAINT_SCHEMA?, CONSTRAINT_NAME sysname,
--- CHECK_CLAUSE nvarchar(4000)?
select s.name as constraint_schema, k.name as constraint_name, x.definition as check_clause
from ms.check_constraints x join ms.objects k using (object_id) join ms.schemas s using (schema_id);

--- INFORMATION_SCHEMA.VIEWS: TABLE_CATALOG?, TABLE_SCHEMA?, TABLE_NAME, VIEW_DEFINITION nvarchar(4000)?,
--- CHECK_OPTION varchar(7)?, IS_UPDATABLE varchar(2) = 'NO'
select s.name as table_schema, o.name as table_name, left(m.definition, 4000) as view_definition,
  case m.with_check_option when 1 then 'CASCADE' else 'NONE' end as check_option
from ms.objects o join ms.schemas s using (schema_id) join ms.modules m using (object_id) where o.type = 'V';

--- INFORMATION_SCHEMA.SEQUENCES: SEQUENCE_CATALOG?, SEQUENCE_SCHEMA?, SEQUENCE_NAME sysname, DATA_TYPE sysname?,
--- NUMERIC_PRECISION tinyint, NUMERIC_PRECISION_RADIX smallint? = 10, NUMERIC_SCALE int?, START_VALUE sql_variant,
--- MINIMUM_VALUE sql_variant?, MAXIMUM_VALUE sql_variant?, INCREMENT sql_variant, CYCLE_OPTION bit?,
--- DECLARED_DATA_TYPE sysname? = null, DECLARED_NUMERIC_PRECISION tinyint? = null,
--- DECLARED_NUMERIC_SCALE tinyint? = null
select s.name as sequence_schema, q.name as sequence_name,
  t.name as data_type, q.precision as numeric_precision, q.scale::int as numeric_scale, q.start_value, q.minimum_value,
  q.maximum_value, q.increment, q.is_cycling as cycle_option
from sys.sequences q join ms.schemas s using (schema_id) join ms.types t on t.user_type_id = q.user_type_id;

--- INFORMATION_SCHEMA.ROUTINES: SPECIFIC_CATALOG?, SPECIFIC_SCHEMA?, SPECIFIC_NAME, ROUTINE_CATALOG?, ROUTINE_SCHEMA?,
--- ROUTINE_NAME, ROUTINE_TYPE nvarchar(20)?, ROUTINE_BODY nvarchar(30)? = 'SQL', ROUTINE_DEFINITION nvarchar(4000)?,
--- CREATED datetime, LAST_ALTERED datetime, ...
select s.name as specific_schema, o.name as specific_name, s.name as routine_schema, o.name as routine_name,
  case o.type when 'P' then 'PROCEDURE' else 'FUNCTION' end as routine_type,
  left(m.definition, 4000) as routine_definition, o.create_date as created, o.modify_date as last_altered
from ms.objects o join ms.schemas s using (schema_id) join ms.modules m using (object_id)
where o.type in ('P', 'FN', 'IF', 'TF');
