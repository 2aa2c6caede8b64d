-- Catalogue views sys.*. The lines that start with three dashes declare a view's columns with their types as
-- SQL Server has them; catalog/system.py makes the view of them and of the query below, which has the columns by name:
--   name type; without a type int where the name ends with _id, nvarchar(60) with _desc, else bit;
--   '?' nullable, '@17' only from that version on, '= 0' an expression of the other columns v.name, not queried;
--   '+view' the columns of another view first, '=view' these and what is the same in all rows;
--   none: a view without rows; '...' at the end: the server has more columns.
create schema sys;

--- sys.schemas: name sysname, schema_id, principal_id?
select name, schema_id, principal_id from ms.schemas;

--- sys.objects: name sysname, object_id, principal_id? = null, schema_id, parent_object_id, type char(2)?,
--- type_desc? = ms.type_description(rtrim(v.type)), create_date datetime, modify_date datetime, is_ms_shipped, is_published = 0, is_schema_published = 0
select name, object_id, schema_id, parent_object_id, rpad(type, 2) as type, create_date, modify_date, 0 as is_ms_shipped
from ms.objects where object_id < ms.first_temporary_id()
union all
select name, object_id, schema_id, 0, rpad(type, 2), 630822816000000000, 630822816000000000, 1
from ms.system_objects where type <> 'V';

--- sys.system_objects: =sys.objects
select name, object_id, schema_id, 0 as parent_object_id, rpad(type, 2) as type, 630822816000000000 as create_date,
  630822816000000000 as modify_date, 1 as is_ms_shipped
from ms.system_objects where type = 'V';

--- sys.all_objects: +sys.objects
select * from sys.objects union all select * from sys.system_objects;

--- sys.tables: +sys.objects, lob_data_space_id = 0, filestream_data_space_id? = null, max_column_id_used int,
--- lock_on_bulk_load bit = 0, uses_ansi_nulls? = 1, is_replicated? = 0, has_replication_filter? = 0,
--- is_merge_published? = 0, is_sync_tran_subscribed? = 0, has_unchecked_assembly_data = 0, text_in_row_limit int? = 0,
--- large_value_types_out_of_row bit? = 0, is_tracked_by_cdc? = 0, lock_escalation tinyint? = 0,
--- lock_escalation_desc? = 'TABLE', is_filetable? = 0, is_memory_optimized? = 0, durability tinyint? = 0,
--- durability_desc? = 'SCHEMA_AND_DATA', temporal_type tinyint? = 0, temporal_type_desc? = 'NON_TEMPORAL_TABLE',
--- history_table_id? = null, is_remote_data_archive_enabled? = 0, is_external = 0,
--- history_retention_period int?@14 = null, history_retention_period_unit int?@14 = null,
--- history_retention_period_unit_desc nvarchar(10)?@14 = null, is_node?@14 = 0, is_edge?@14 = 0,
--- data_retention_period int?@16 = -1, data_retention_period_unit int?@16 = -1,
--- data_retention_period_unit_desc nvarchar(10)?@16 = 'INFINITE', ledger_type tinyint?@16 = 0,
--- ledger_type_desc?@16 = 'NON_LEDGER_TABLE', ledger_view_id?@16 = null, is_dropped_ledger_table?@16 = 0
select o.*, (select coalesce(max(column_id), 0) from ms.columns c where c.object_id = o.object_id) as max_column_id_used
from sys.objects o where type = 'U ';

-- Empty: full-text search and change tracking are not installed.
--- sys.fulltext_indexes: object_id, unique_index_id, fulltext_catalog_id?, is_enabled, ...
none;

--- sys.change_tracking_tables: object_id, is_track_columns_updated_on, ...
none;

--- sys.views: +sys.objects, is_replicated? = 0, has_replication_filter? = 0, has_opaque_metadata = 0,
--- has_unchecked_assembly_data = 0, with_check_option bit, is_date_correlation_view = 0, is_tracked_by_cdc? = 0
select o.*, m.with_check_option from sys.objects o join ms.modules m using (object_id) where o.type = 'V ';

--- sys.all_views: +sys.views
select * from sys.views union all
select o.*, 0, 0, 0, 0, 0, 0, 0 from sys.system_objects o;

--- sys.system_views: +sys.views
select v.* from sys.all_views v join ms.system_objects using (object_id);

--- sys.procedures: +sys.objects, is_auto_executed = 0, is_execution_replicated? = 0, is_repl_serializable_only? = 0,
--- skips_repl_constraints bit? = 0
select o.* from sys.objects o where type = 'P ';

--- sys.synonyms: +sys.objects, base_object_name nvarchar(1035)?
select o.*, y.base_object_name from sys.objects o join ms.synonyms y using (object_id);

--- sys.columns: object_id, name sysname?, column_id, system_type_id tinyint, user_type_id, max_length smallint,
--- precision tinyint, scale tinyint, collation_name sysname?, is_nullable?,
--- is_ansi_padded = (v.system_type_id = any('{165,167,173,175,231,239}'))::int, is_rowguidcol, is_identity,
--- is_computed, is_filestream = 0, is_replicated? = 0, is_non_sql_subscribed? = 0, is_merge_published? = 0,
--- is_dts_replicated? = 0, is_xml_document = 0, xml_collection_id = 0, default_object_id, rule_object_id = 0,
--- is_sparse?, is_column_set? = 0, generated_always_type tinyint? = 0, generated_always_type_desc? = 'NOT_APPLICABLE',
--- encryption_type int? = null, encryption_type_desc nvarchar(64)? = null, encryption_algorithm_name sysname? = null,
--- column_encryption_key_id? = null, column_encryption_key_database_name sysname? = null, is_hidden? = 0,
--- is_masked? = 0, graph_type int?@14 = null, graph_type_desc?@14 = null, is_data_deletion_filter_column?@16 = 0,
--- ledger_view_column_type tinyint?@16 = 0, ledger_view_column_type_desc?@16 = null, is_dropped_ledger_column?@16 = 0
select c.object_id, c.name, c.column_id, c.system_type_id, c.user_type_id, c.max_length, c.precision, c.scale,
  c.collation_name, c.is_nullable, c.is_rowguidcol, (c.seed_value is not null)::int as is_identity, (c.definition is not null)::int as is_computed,
  c.default_object_id, c.is_sparse
from ms.columns c where c.object_id < ms.first_temporary_id();

--- sys.system_columns: =sys.columns
select c.object_id, c.name, c.column_id, c.system_type_id, c.user_type_id, c.max_length, c.precision, c.scale,
  case when t.is_character = 1 then ms.database_collation() end as collation_name, c.is_nullable,
  0 as is_rowguidcol, 0 as is_identity,
  0 as is_computed, 0 as default_object_id, 0 as is_sparse
from ms.system_columns c join ms.types t using (user_type_id);

--- sys.all_columns: +sys.columns
select * from sys.columns union all select * from sys.system_columns;

--- sys.types: name sysname, system_type_id tinyint, user_type_id, schema_id, principal_id? = null, max_length smallint,
--- precision tinyint, scale tinyint, collation_name sysname?, is_nullable?, is_user_defined, is_assembly_type,
--- default_object_id = 0, rule_object_id = 0, is_table_type
select name, system_type_id, user_type_id, schema_id, max_length, precision, scale,
  case when is_character = 1 then ms.database_collation() end as collation_name, is_nullable,
  (user_type_id > 256)::int as is_user_defined,
  is_assembly_type, 0 as is_table_type
from ms.types
where first_version <= coalesce(nullif(current_setting('ms.version', true), '')::int, 17)
union all
select name, 243, user_type_id, schema_id, -1, 0, 0, null, 0, 1, 0, 1 from ms.table_types;

--- sys.table_types: +sys.types, type_table_object_id, is_memory_optimized? = 0
select t.*, y.object_id as type_table_object_id
from sys.types t join ms.table_types y using (user_type_id) where t.is_table_type = 1;

--- sys.identity_columns: +sys.columns, seed_value sql_variant?, increment_value sql_variant?, last_value sql_variant?,
--- is_not_for_replication?
select c.*, ms.variant(t.name, m.seed_value::text) as seed_value, ms.variant(t.name, m.increment_value::text) as
  increment_value, ms.variant(t.name, ms.sequence_last_value('u.s' || c.object_id)::text) as last_value,
  m.is_not_for_replication
from sys.columns c join ms.columns m using (object_id, column_id) join ms.types t on t.user_type_id = c.system_type_id
where c.is_identity = 1;

--- sys.computed_columns: +sys.columns, definition nvarchar(max)?, uses_database_collation = 1, is_persisted
select c.*, m.definition, m.is_persisted
from sys.columns c join ms.columns m using (object_id, column_id) where c.is_computed = 1;

--- sys.default_constraints: +sys.objects, parent_column_id, definition nvarchar(max)?, is_system_named
select o.*, d.parent_column_id, d.definition, m.is_system_named
from ms.default_constraints d join sys.objects o using (object_id) join ms.objects m using (object_id);

--- sys.check_constraints: +sys.objects, is_disabled, is_not_for_replication, is_not_trusted, parent_column_id,
--- definition nvarchar(max)?, uses_database_collation? = 1, is_system_named
select o.*, c.is_disabled, c.is_not_for_replication, c.is_not_trusted, c.parent_column_id, c.definition, m.is_system_named
from ms.check_constraints c join sys.objects o using (object_id) join ms.objects m using (object_id);

--- sys.key_constraints: +sys.objects, unique_index_id?, is_system_named, is_enforced? = 1
select o.*, i.index_id as unique_index_id, m.is_system_named
from ms.indexes i join sys.objects o on o.object_id = i.constraint_id
join ms.objects m on m.object_id = i.constraint_id;

--- sys.indexes: object_id, name sysname?, index_id, type tinyint, type_desc?, is_unique?, data_space_id = 1,
--- ignore_dup_key bit?, is_primary_key?, is_unique_constraint?, fill_factor tinyint, is_padded? = 0, is_disabled?,
--- is_hypothetical? = 0, is_ignored_in_optimization?@15 = 0, allow_row_locks bit? = 1, allow_page_locks bit? = 1,
--- has_filter?, filter_definition nvarchar(max)?, compression_delay int? = null, suppress_dup_key_messages bit?@14 = 0,
--- auto_created bit?@14 = 0, optimize_for_sequential_key bit?@15 = 0
select object_id, name, index_id, type,
  case type when 0 then 'HEAP' when 1 then 'CLUSTERED' else 'NONCLUSTERED' end as type_desc, is_unique, ignore_dup_key,
  is_primary_key, is_unique_constraint, fill_factor, is_disabled, (filter_definition is not null)::int as has_filter,
  filter_definition
from ms.indexes where object_id < ms.first_temporary_id();

--- sys.index_columns: object_id, index_id, index_column_id, column_id, key_ordinal tinyint,
--- partition_ordinal tinyint = 0, is_descending_key?, is_included_column?, column_store_order_ordinal tinyint@16 = 0
select object_id, index_id, index_column_id, column_id, key_ordinal, is_descending_key,
  (key_ordinal = 0)::int as is_included_column
from ms.index_columns where object_id < ms.first_temporary_id();

--- sys.foreign_keys: +sys.objects, referenced_object_id?, key_index_id?, is_disabled, is_not_for_replication,
--- is_not_trusted, delete_referential_action tinyint?,
--- delete_referential_action_desc? = ms.action_description(v.delete_referential_action),
--- update_referential_action tinyint?,
--- update_referential_action_desc? = ms.action_description(v.update_referential_action), is_system_named
select o.*, f.referenced_object_id, f.key_index_id, f.is_disabled, f.is_not_for_replication, f.is_not_trusted,
  f.delete_referential_action, f.update_referential_action, m.is_system_named
from ms.foreign_keys f join sys.objects o using (object_id) join ms.objects m using (object_id);

--- sys.foreign_key_columns: constraint_object_id, constraint_column_id, parent_object_id, parent_column_id,
--- referenced_object_id, referenced_column_id
select constraint_object_id, constraint_column_id, parent_object_id, parent_column_id, referenced_object_id,
  referenced_column_id
from ms.foreign_key_columns;

--- sys.sequences: +sys.objects, start_value sql_variant, increment sql_variant, minimum_value sql_variant?,
--- maximum_value sql_variant?, is_cycling?, is_cached?, cache_size int?, system_type_id tinyint, user_type_id,
--- precision tinyint, scale tinyint?, current_value sql_variant, is_exhausted = 0, last_used_value sql_variant?@14
select o.*, ms.variant(t.name, s.start_value::text) as start_value, ms.variant(t.name, s.increment::text) as increment,
  ms.variant(t.name, s.minimum_value::text) as minimum_value, ms.variant(t.name, s.maximum_value::text) as maximum_value,
  s.is_cycling, s.is_cached, s.cache_size, s.system_type_id, s.user_type_id, s.precision, s.scale,
  ms.variant(t.name, coalesce(l.value, s.start_value)::text) as current_value,
  ms.variant(t.name, l.value::text) as last_used_value
from ms.sequences s join sys.objects o using (object_id) join ms.types t on t.user_type_id = s.system_type_id,
  lateral (select ms.sequence_last_value('u.q' || s.object_id)) l(value);

--- sys.extended_properties: class tinyint, class_desc?, major_id, minor_id, name sysname, value sql_variant?
select class,
  case class when 0 then 'DATABASE' when 1 then 'OBJECT_OR_COLUMN' when 3 then 'SCHEMA' when 7 then 'INDEX' end as
    class_desc, major_id, minor_id, name, case value_type when 'nvarchar' then value else ms.variant(value_type, value) end as value
from ms.extended_properties;

--- sys.sql_modules: object_id, definition nvarchar(max)?, uses_ansi_nulls? = 1, uses_quoted_identifier?,
--- is_schema_bound?, uses_database_collation? = 0, is_recompiled? = 0, null_on_null_input bit?,
--- execute_as_principal_id? = null, uses_native_compilation? = 0, inline_type bit?@15 = 0, is_inlineable?@15 = 0
select object_id, definition, uses_quoted_identifier, is_schema_bound, null_on_null_input from ms.modules;

--- sys.all_sql_modules: +sys.sql_modules
select * from sys.sql_modules;

--- sys.triggers: name sysname, object_id, parent_class tinyint = 1, parent_class_desc? = 'OBJECT_OR_COLUMN', parent_id,
--- type char(2), type_desc?, create_date datetime, modify_date datetime, is_ms_shipped, is_disabled,
--- is_not_for_replication, is_instead_of_trigger
select o.name, o.object_id, t.parent_object_id as parent_id, o.type, o.type_desc, o.create_date, o.modify_date,
  o.is_ms_shipped, t.is_disabled, t.is_not_for_replication, t.is_instead_of as is_instead_of_trigger
from ms.triggers t join sys.objects o using (object_id);

--- sys.trigger_events: object_id, type int, type_desc?, is_trigger_event? = 1, is_first? = 0, is_last? = 0,
--- event_group_type int? = null, event_group_type_desc? = null
select t.object_id, case e when 'INSERT' then 1 when 'UPDATE' then 2 else 3 end as type, e as type_desc
from ms.triggers t, unnest(t.events) e;

--- sys.stats: object_id, name nvarchar(128)?, stats_id, auto_created bit? = 0, user_created bit?, no_recompute bit?,
--- has_filter?, filter_definition nvarchar(max)?, is_temporary? = 0, is_incremental? = 0, has_persisted_sample?@15 = 0,
--- stats_generation_method int?@15 = 0, stats_generation_method_desc varchar(80)?@15 = 'Sort based statistics',
--- auto_drop bit?@16 = 0
select object_id, name, index_id as stats_id, 0 as user_created, 0 as no_recompute,
  (filter_definition is not null)::int as has_filter, filter_definition
from ms.indexes where index_id > 0 and object_id < ms.first_temporary_id()
union all
select object_id, name, stats_id, 1, no_recompute, (filter_definition is not null)::int, filter_definition
from ms.statistics where object_id < ms.first_temporary_id();

--- sys.stats_columns: object_id, stats_id, stats_column_id?, column_id
select object_id, index_id as stats_id, key_ordinal as stats_column_id, column_id
from ms.index_columns where key_ordinal > 0 and object_id < ms.first_temporary_id()
union all
select s.object_id, s.stats_id, c.position, c.column_id
from ms.statistics s, unnest(s.column_ids) with ordinality c (column_id, position)
where s.object_id < ms.first_temporary_id();

--- sys.partitions: partition_id bigint, object_id, index_id, partition_number int = 1, hobt_id bigint, rows bigint?,
--- filestream_filegroup_id smallint = 0, data_compression tinyint = 0, data_compression_desc? = 'NONE',
--- xml_compression bit?@16 = 0, xml_compression_desc varchar(3)?@16 = 'OFF'
select 72057594000000000 + i.object_id::bigint * 1000 + i.index_id as partition_id, i.object_id, i.index_id,
  72057594000000000 + i.object_id::bigint * 1000 + i.index_id as hobt_id, ms.row_count(i.object_id) as rows
from ms.indexes i where i.is_disabled = 0 and i.object_id < ms.first_temporary_id();

--- sys.parameters: object_id, name sysname?, parameter_id, system_type_id tinyint, user_type_id, max_length smallint,
--- precision tinyint, scale tinyint, is_output, is_cursor_ref = 0, has_default_value, is_xml_document = 0,
--- default_value sql_variant? = null, xml_collection_id = 0, is_readonly = 0, is_nullable? = 1
select object_id, name, parameter_id, system_type_id, user_type_id, max_length, precision, scale, is_output,
  has_default_value
from ms.parameters;

--- sys.all_parameters: +sys.parameters
select * from sys.parameters;

--- sys.sql_expression_dependencies: referencing_id, referencing_minor_id, referencing_class tinyint? = 1,
--- referencing_class_desc? = 'OBJECT_OR_COLUMN', is_schema_bound_reference, referenced_class tinyint? = 1,
--- referenced_class_desc? = 'OBJECT_OR_COLUMN', referenced_server_name sysname? = null,
--- referenced_database_name sysname? = null, referenced_schema_name sysname?, referenced_entity_name sysname?,
--- referenced_id?, referenced_minor_id, is_caller_dependent = 0, is_ambiguous = 0
select d.referencing_id, d.referencing_minor_id,
  (o.type in ('U', 'C', 'D') or coalesce(m.is_schema_bound, 0) = 1)::int as is_schema_bound_reference,
  s.name as referenced_schema_name, r.name as referenced_entity_name, d.referenced_id, d.referenced_minor_id
from ms.dependencies d
join ms.objects o on o.object_id = d.referencing_id
join ms.objects r on r.object_id = d.referenced_id
join ms.schemas s on s.schema_id = r.schema_id
left join ms.modules m on m.object_id = d.referencing_id
where d.referencing_minor_id >= 0;

--- sys.databases: name sysname, database_id, source_database_id? = null, owner_sid varbinary(85)? = '\x01',
--- create_date datetime, compatibility_level tinyint, collation_name sysname?, user_access tinyint?, user_access_desc?,
--- is_read_only?, is_auto_close_on = 0, is_auto_shrink_on? = 0, state tinyint? = 0, state_desc? = 'ONLINE',
--- is_in_standby? = 0, snapshot_isolation_state tinyint?, snapshot_isolation_state_desc?,
--- is_read_committed_snapshot_on?, recovery_model tinyint?, recovery_model_desc?, page_verify_option tinyint? = 2,
--- is_auto_create_stats_on? = 1, is_auto_update_stats_on? = 1, is_ansi_null_default_on? = 0, is_ansi_nulls_on? = 0,
--- is_ansi_padding_on? = 0, is_ansi_warnings_on? = 0, is_arithabort_on? = 0, is_concat_null_yields_null_on? = 0,
--- is_numeric_roundabort_on? = 0, is_quoted_identifier_on? = 0, is_recursive_triggers_on? = 0,
--- is_fulltext_enabled? = 0, is_trustworthy_on? = 0, is_db_chaining_on? = 0, is_broker_enabled = 0, is_cdc_enabled = 0,
--- is_encrypted? = 0, containment tinyint? = 0, containment_desc? = 'NONE', delayed_durability int? = 0,
--- delayed_durability_desc? = 'DISABLED', catalog_collation_type int@15 = 0,
--- catalog_collation_type_desc?@15 = 'DATABASE_DEFAULT', is_accelerated_database_recovery_on?@15 = 0,
--- is_ledger_on?@16 = 0, is_optimized_locking_on?@17 = 0, is_cleanly_shutdown? = 0,
--- is_supplemental_logging_enabled? = 0, page_verify_option_desc? = 'CHECKSUM',
--- is_auto_create_stats_incremental_on? = 0, is_auto_update_stats_async_on? = 0, is_cursor_close_on_commit_on? = 0,
--- is_local_cursor_default? = 0, is_parameterization_forced? = 0, is_master_key_encrypted_by_server = 0,
--- is_published = 0, is_subscribed = 0, is_merge_published = 0, is_distributor = 0, is_sync_with_backup = 0,
--- log_reuse_wait tinyint? = 0, log_reuse_wait_desc? = 'NOTHING', is_date_correlation_on = 0,
--- is_honor_broker_priority_on? = 0, replica_id uniqueidentifier? = null, group_database_id uniqueidentifier? = null,
--- resource_pool_id? = null, default_language_lcid smallint? = null, default_language_name nvarchar(128)? = null,
--- default_fulltext_language_lcid int? = null, default_fulltext_language_name nvarchar(128)? = null,
--- is_nested_triggers_on? = null, is_transform_noise_words_on? = null, two_digit_year_cutoff smallint? = null,
--- target_recovery_time_in_seconds int? = 60, is_memory_optimized_elevate_to_snapshot_on? = 0,
--- is_federation_member? = 0, is_remote_data_archive_enabled? = 0, is_mixed_page_allocation_on? = 0,
--- is_temporal_history_retention_enabled?@14 = 1
select d.name, d.id as database_id, d.created as create_date, d.compatibility as compatibility_level,
  d.collation as collation_name, d.user_access,
  case d.user_access when 0 then 'MULTI_USER' when 1 then 'SINGLE_USER' else 'RESTRICTED_USER' end as user_access_desc,
  d.read_only as is_read_only, d.snapshot as snapshot_isolation_state,
  case d.snapshot when 1 then 'ON' else 'OFF' end as snapshot_isolation_state_desc,
  d.read_committed_snapshot as is_read_committed_snapshot_on, d.recovery as recovery_model,
  case d.recovery when 1 then 'FULL' when 2 then 'BULK_LOGGED' else 'SIMPLE' end as recovery_model_desc
from ms.databases() b, jsonb_to_record(b.properties) as d(
  name text, id int, created bigint, compatibility int, "collation" text, user_access int, read_only int, snapshot int,
  read_committed_snapshot int, recovery int)
-- A user database of Azure shows only master and itself.
where coalesce(current_setting('ms.cloud', true), '') <> 'on' or d.id = 1
  or ms.database_property('id')::int in (1, d.id);

--- sys.database_principals: name sysname, principal_id, type char(1), type_desc?, default_schema_name sysname?,
--- create_date datetime = 631906056000000000, modify_date datetime = 631906056000000000, owning_principal_id?,
--- sid varbinary(85)? = '\x01', is_fixed_role, authentication_type int, authentication_type_desc?,
--- default_language_name sysname? = null, default_language_lcid int? = null,
--- allow_encrypted_value_modifications bit = 0
select name, principal_id, type, case type when 'S' then 'SQL_USER' else 'DATABASE_ROLE' end as type_desc,
  default_schema_name, case type when 'R' then 1 end as owning_principal_id, is_fixed_role,
  case name when 'dbo' then 1 else 0 end as authentication_type,
  case name when 'dbo' then 'INSTANCE' else 'NONE' end as authentication_type_desc
from (values
  ('public', 0, 'R', null, 0), ('dbo', 1, 'S', 'dbo', 0), ('guest', 2, 'S', 'guest', 0),
  ('INFORMATION_SCHEMA', 3, 'S', null, 0), ('sys', 4, 'S', null, 0),
  ('db_owner', 16384, 'R', null, 1), ('db_accessadmin', 16385, 'R', null, 1),
  ('db_securityadmin', 16386, 'R', null, 1), ('db_ddladmin', 16387, 'R', null, 1),
  ('db_backupoperator', 16389, 'R', null, 1), ('db_datareader', 16390, 'R', null, 1),
  ('db_datawriter', 16391, 'R', null, 1), ('db_denydatareader', 16392, 'R', null, 1),
  ('db_denydatawriter', 16393, 'R', null, 1)
) p(name, principal_id, type, default_schema_name, is_fixed_role);

--- sys.configurations: configuration_id, name nvarchar(35), value sql_variant?, minimum sql_variant?,
--- maximum sql_variant?, value_in_use sql_variant?, description nvarchar(255), is_dynamic = 1, is_advanced
select configuration_id, name, ms.variant('int', case name when 'user options' then options ->> 0 else value end) as value,
  ms.variant('int', minimum) as minimum, ms.variant('int', maximum) as maximum,
  ms.variant('int', case name when 'user options' then options ->> 1 else value end) as value_in_use, description, is_advanced
from (select shobj_description(oid, 'pg_authid')::jsonb from pg_roles where rolname = 'sandbox') told(options), (values
  (115, 'nested triggers', '1', '0', '1', 'Allow triggers to be invoked within triggers', 0),
  (505, 'network packet size (B)', '4096', '512', '32767', 'Network packet size', 1),
  (518, 'show advanced options', '0', '0', '1', 'show advanced options', 0),
  (1534, 'user options', '0', '0', '32767', 'user options', 0),
  (1539, 'max degree of parallelism', '0', '0', '32767', 'maximum degree of parallelism', 1),
  (1562, 'clr enabled', '0', '0', '1', 'CLR user code execution enabled in the server', 0)
) c(configuration_id, name, value, minimum, maximum, description, is_advanced);

--- sys.sysdatabases: name sysname, dbid smallint?, sid varbinary(85)?, mode smallint? = 0, status int? = 65536,
--- status2 int? = 1090519040, crdate datetime, reserved datetime? = 599266080000000000, category int? = 0,
--- cmptlevel tinyint, filename nvarchar(260)?, version smallint? = null
select name, database_id as dbid, owner_sid as sid, create_date as crdate, compatibility_level as cmptlevel,
  '/var/opt/mssql/data/' || name || '.mdf' as filename
from sys.databases;

-- The runtime supplies the sessions before it reads the view.
--- sys.dm_exec_sessions: session_id smallint, login_time datetime, host_name nvarchar(128)?,
--- program_name nvarchar(128)?, client_interface_name nvarchar(32)? = 'ODBC', login_name nvarchar(128),
--- status nvarchar(30), is_user_process = 1, transaction_isolation_level smallint, lock_timeout int,
--- open_transaction_count int, database_id smallint, ...
select spid as session_id, (621355968000000000 + round(round(began * 300) * 10000000 / 300))::bigint as login_time,
  host as host_name, program as program_name, login as login_name, status, isolation as transaction_isolation_level,
  timeout as lock_timeout, transactions as open_transaction_count, database as database_id
from json_to_recordset(coalesce(nullif(current_setting('ms.sessions', true), ''), '[]')::json) as s(
  spid smallint, began numeric, host text, program text, login text, status text, isolation smallint, timeout int,
  transactions int, database smallint);

--- sys.filegroups: name sysname = 'PRIMARY', data_space_id = 1, type char(2) = 'FG', type_desc? = 'ROWS_FILEGROUP',
--- is_default? = 1, is_system? = 0, filegroup_guid uniqueidentifier? = null, log_filegroup_id? = null,
--- is_read_only? = 0, is_autogrow_all_files? = 0
select;

--- sys.data_spaces: name sysname, data_space_id, type char(2), type_desc?, is_default?, is_system?
select name, data_space_id, type, type_desc, is_default, is_system from sys.filegroups;

--- sys.sysobjects: name sysname, id int, xtype char(2), uid smallint?, info smallint? = 0, status int? = 0,
--- base_schema_ver int? = 0, replinfo int? = 0, parent_obj int, crdate datetime, ftcatid smallint? = 0,
--- schema_ver int? = 0, stats_schema_ver int? = 0, type char(2)?, userstat smallint? = 1, sysstat smallint? = 3,
--- indexdel smallint? = 0, refdate datetime, version int? = 0, deltrig int? = 0, instrig int? = 0, updtrig int? = 0,
--- seltrig int? = 0, category int? = 0, cache smallint? = 0
select name, object_id as id, type as xtype, schema_id as uid, parent_object_id as parent_obj, create_date as crdate,
  case when type in ('PK', 'UQ') then 'K ' else type end as type, create_date as refdate
from sys.objects;

--- sys.systypes: name sysname, xtype tinyint, status tinyint? = 0, xusertype smallint?, length smallint, xprec tinyint,
--- xscale tinyint, tdefault int = 0, domain int = 0, uid smallint?, reserved smallint? = 0, collationid int? = null,
--- usertype smallint?, variable bit?, allownulls bit?, type tinyint, printfmt varchar(255)? = null, prec smallint?,
--- scale tinyint?, collation sysname?
select name, system_type_id as xtype, user_type_id as xusertype, max_length as length, precision as xprec,
  scale as xscale, schema_id as uid, case name when 'sysname' then 18 when 'timestamp' then 80 else 0 end as usertype,
  (system_type_id in (165, 167, 231))::int as variable, is_nullable as allownulls, system_type_id as type,
  precision as prec, scale, collation_name as collation
from sys.types;

--- sys.syscolumns: name sysname?, id int, xtype tinyint, typestat tinyint? = 0, xusertype smallint?, length smallint,
--- xprec tinyint, xscale tinyint, colid smallint?, isnullable int?, iscomputed int?, colorder smallint?, ...
select name, object_id as id, system_type_id as xtype, user_type_id as xusertype, max_length as length,
  precision as xprec, scale as xscale, column_id as colid, is_nullable as isnullable,
  is_computed as iscomputed, column_id as colorder
from sys.columns;

--- sys.database_permissions: class tinyint = 0, class_desc? = 'DATABASE', major_id = 0, minor_id = 0,
--- grantee_principal_id = 1, grantor_principal_id = 1, type char(4) = 'CO  ',
--- permission_name nvarchar(128)? = 'CONNECT', state char(1) = 'G', state_desc? = 'GRANT'
select;

--- sys.master_files: database_id, file_id, type tinyint, type_desc?, data_space_id, name sysname,
--- physical_name nvarchar(260), state tinyint? = 0, state_desc? = 'ONLINE', is_read_only = 0, ...
select (d.properties ->> 'id')::int as database_id, f.file_id, f.type, f.type_desc, f.data_space_id,
  d.properties ->> 'name' || f.suffix as name,
  '/var/opt/mssql/data/' || (d.properties ->> 'name') || f.extension as physical_name
from ms.databases() d, (values
  (1, 0, 'ROWS', 1, '', '.mdf'), (2, 1, 'LOG', 0, '_log', '_log.ldf')
) f(file_id, type, type_desc, data_space_id, suffix, extension);

--- sys.time_zone_info: name sysname, current_utc_offset nvarchar(6), is_currently_dst
select z.name,
  case when o.now < 0 then '-' else '+' end || to_char(abs(o.now) / 60, 'FM00') || ':' || to_char(abs(o.now) % 60,
    'FM00') as current_utc_offset, (o.now <> least(o.january, o.july))::int as is_currently_dst
from ms.time_zones z, lateral (
  select (extract(epoch from t.n at time zone z.iana) - extract(epoch from t.n at time zone 'UTC'))::int / 60 as now,
    (extract(epoch from t.j at time zone z.iana) - extract(epoch from t.j at time zone 'UTC'))::int / 60 as january,
    (extract(epoch from t.s at time zone z.iana) - extract(epoch from t.s at time zone 'UTC'))::int / 60 as july
  from (select now() as n, date_trunc('year', now()) as j, date_trunc('year', now()) + interval '6 months' as s) t
) o;
