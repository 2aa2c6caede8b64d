-- Catalogue views sys.*. The lines that start with three dashes declare the
-- SQL Server types of a view's columns and are read by catalog/system.py:
--   name type, '?' after the type: nullable, '@17': only from that version on,
--   '+view': the columns of another view first.
create schema sys;

--- sys.schemas: name sysname, schema_id int, principal_id int?
create view sys.schemas as select name, schema_id, principal_id from ms.schemas;

--- sys.objects: name sysname, object_id int, principal_id int?, schema_id int, parent_object_id int, type char(2)?,
--- type_desc nvarchar(60)?, create_date datetime, modify_date datetime, is_ms_shipped bit, is_published bit,
--- is_schema_published bit
create view sys.objects as
select name, object_id, null::int as principal_id, schema_id, parent_object_id, rpad(type, 2) as type,
  ms.type_description(type) as type_desc, create_date, modify_date, 0::smallint as is_ms_shipped,
  0::smallint as is_published, 0::smallint as is_schema_published
from ms.objects where object_id < ms.first_temporary_id();

--- sys.system_objects: +sys.objects
create view sys.system_objects as
select name, object_id, null::int as principal_id, schema_id, 0 as parent_object_id, rpad(type, 2) as type,
  ms.type_description(type) as type_desc, 630822816000000000 as create_date, 630822816000000000 as modify_date,
  1::smallint as is_ms_shipped, 0::smallint as is_published, 0::smallint as is_schema_published
from ms.system_objects;

--- sys.all_objects: +sys.objects
create view sys.all_objects as select * from sys.objects union all select * from sys.system_objects;

--- sys.tables: +sys.objects, lob_data_space_id int, filestream_data_space_id int?, max_column_id_used int,
--- lock_on_bulk_load bit, uses_ansi_nulls bit?, is_replicated bit?, has_replication_filter bit?,
--- is_merge_published bit?, is_sync_tran_subscribed bit?, has_unchecked_assembly_data bit, text_in_row_limit int?,
--- large_value_types_out_of_row bit?, is_tracked_by_cdc bit?, lock_escalation tinyint?,
--- lock_escalation_desc nvarchar(60)?, is_filetable bit?, is_memory_optimized bit?, durability tinyint?,
--- durability_desc nvarchar(60)?, temporal_type tinyint?, temporal_type_desc nvarchar(60)?, history_table_id int?,
--- is_remote_data_archive_enabled bit?, is_external bit, history_retention_period int?@14,
--- history_retention_period_unit int?@14, history_retention_period_unit_desc nvarchar(10)?@14, is_node bit?@14,
--- is_edge bit?@14, data_retention_period int?@16, data_retention_period_unit int?@16,
--- data_retention_period_unit_desc nvarchar(10)?@16, ledger_type tinyint?@16, ledger_type_desc nvarchar(60)?@16,
--- ledger_view_id int?@16, is_dropped_ledger_table bit?@16
create view sys.tables as
select o.*, 0 as lob_data_space_id, null::int as filestream_data_space_id,
  (select coalesce(max(column_id), 0) from ms.columns c where c.object_id = o.object_id) as max_column_id_used,
  0::smallint as lock_on_bulk_load, 1::smallint as uses_ansi_nulls, 0::smallint as is_replicated,
  0::smallint as has_replication_filter, 0::smallint as is_merge_published, 0::smallint as is_sync_tran_subscribed,
  0::smallint as has_unchecked_assembly_data, 0 as text_in_row_limit, 0::smallint as large_value_types_out_of_row,
  0::smallint as is_tracked_by_cdc, 0::smallint as lock_escalation, 'TABLE' as lock_escalation_desc,
  0::smallint as is_filetable, 0::smallint as is_memory_optimized, 0::smallint as durability,
  'SCHEMA_AND_DATA' as durability_desc, 0::smallint as temporal_type, 'NON_TEMPORAL_TABLE' as temporal_type_desc,
  null::int as history_table_id, 0::smallint as is_remote_data_archive_enabled, 0::smallint as is_external,
  null::int as history_retention_period, null::int as history_retention_period_unit,
  null::text as history_retention_period_unit_desc, 0::smallint as is_node, 0::smallint as is_edge,
  -1 as data_retention_period, -1 as data_retention_period_unit, 'INFINITE' as data_retention_period_unit_desc,
  0::smallint as ledger_type, 'NON_LEDGER_TABLE' as ledger_type_desc, null::int as ledger_view_id,
  0::smallint as is_dropped_ledger_table
from sys.objects o where type = 'U ';

-- What the server has not is listed nowhere: full-text search, change tracking.
--- sys.fulltext_indexes: object_id int, unique_index_id int, fulltext_catalog_id int?, is_enabled bit,
--- change_tracking_state char(1)?, change_tracking_state_desc nvarchar(60)?, has_crawl_completed bit,
--- crawl_type char(1), crawl_type_desc nvarchar(60)?, crawl_start_date datetime?, crawl_end_date datetime?,
--- incremental_timestamp binary(8)?, stoplist_id int?, property_list_id int?, data_space_id int
create view sys.fulltext_indexes as
select 0 as object_id, 0 as unique_index_id, 0 as fulltext_catalog_id, 0::smallint as is_enabled,
  null::text as change_tracking_state, null::text as change_tracking_state_desc, 0::smallint as has_crawl_completed,
  ''::text as crawl_type, null::text as crawl_type_desc, null::bigint as crawl_start_date,
  null::bigint as crawl_end_date, null::bytea as incremental_timestamp, 0 as stoplist_id, 0 as property_list_id,
  0 as data_space_id
where false;

--- sys.change_tracking_tables: object_id int, is_track_columns_updated_on bit, min_valid_version bigint?,
--- begin_version bigint?, cleanup_version bigint?
create view sys.change_tracking_tables as
select 0 as object_id, 0::smallint as is_track_columns_updated_on, 0::bigint as min_valid_version,
  0::bigint as begin_version, 0::bigint as cleanup_version
where false;

--- sys.views: +sys.objects, is_replicated bit?, has_replication_filter bit?, has_opaque_metadata bit,
--- has_unchecked_assembly_data bit, with_check_option bit, is_date_correlation_view bit, is_tracked_by_cdc bit?
create view sys.views as
select o.*, 0::smallint as is_replicated, 0::smallint as has_replication_filter, 0::smallint as has_opaque_metadata,
  0::smallint as has_unchecked_assembly_data, m.with_check_option, 0::smallint as is_date_correlation_view,
  0::smallint as is_tracked_by_cdc
from sys.objects o join ms.modules m using (object_id) where o.type = 'V ';

--- sys.all_views: +sys.views
create view sys.all_views as
select * from sys.views union all
select o.*, 0::smallint, 0::smallint, 0::smallint, 0::smallint, 0::smallint, 0::smallint, 0::smallint
from sys.system_objects o;

--- sys.procedures: +sys.objects, is_auto_executed bit, is_execution_replicated bit?,
--- is_repl_serializable_only bit?, skips_repl_constraints bit?
create view sys.procedures as
select o.*, 0::smallint as is_auto_executed, 0::smallint as is_execution_replicated,
  0::smallint as is_repl_serializable_only, 0::smallint as skips_repl_constraints
from sys.objects o where type = 'P ';

--- sys.synonyms: +sys.objects, base_object_name nvarchar(1035)?
create view sys.synonyms as
select o.*, y.base_object_name from sys.objects o join ms.synonyms y using (object_id);

--- sys.columns: object_id int, name sysname?, column_id int, system_type_id tinyint, user_type_id int,
--- max_length smallint, precision tinyint, scale tinyint, collation_name sysname?, is_nullable bit?,
--- is_ansi_padded bit, is_rowguidcol bit, is_identity bit, is_computed bit, is_filestream bit, is_replicated bit?,
--- is_non_sql_subscribed bit?, is_merge_published bit?, is_dts_replicated bit?, is_xml_document bit,
--- xml_collection_id int, default_object_id int, rule_object_id int, is_sparse bit?, is_column_set bit?,
--- generated_always_type tinyint?, generated_always_type_desc nvarchar(60)?, encryption_type int?,
--- encryption_type_desc nvarchar(64)?, encryption_algorithm_name sysname?, column_encryption_key_id int?,
--- column_encryption_key_database_name sysname?, is_hidden bit?, is_masked bit?, graph_type int?@14,
--- graph_type_desc nvarchar(60)?@14, is_data_deletion_filter_column bit?@16, ledger_view_column_type tinyint?@16,
--- ledger_view_column_type_desc nvarchar(60)?@16, is_dropped_ledger_column bit?@16
create view sys.columns as
select c.object_id, c.name, c.column_id, c.system_type_id, c.user_type_id, c.max_length, c.precision, c.scale,
  c.collation_name, c.is_nullable,
  (c.system_type_id in (165, 167, 173, 175, 231, 239))::int::smallint as is_ansi_padded, c.is_rowguidcol,
  (c.seed_value is not null)::int::smallint as is_identity, (c.definition is not null)::int::smallint as is_computed,
  0::smallint as is_filestream, 0::smallint as is_replicated, 0::smallint as is_non_sql_subscribed,
  0::smallint as is_merge_published, 0::smallint as is_dts_replicated, 0::smallint as is_xml_document,
  0 as xml_collection_id, c.default_object_id, 0 as rule_object_id, c.is_sparse, 0::smallint as is_column_set,
  0::smallint as generated_always_type, 'NOT_APPLICABLE' as generated_always_type_desc, null::int as encryption_type,
  null::text as encryption_type_desc, null::text as encryption_algorithm_name, null::int as column_encryption_key_id,
  null::text as column_encryption_key_database_name, 0::smallint as is_hidden, 0::smallint as is_masked,
  null::int as graph_type, null::text as graph_type_desc, 0::smallint as is_data_deletion_filter_column,
  0::smallint as ledger_view_column_type, null::text as ledger_view_column_type_desc,
  0::smallint as is_dropped_ledger_column
from ms.columns c where c.object_id < ms.first_temporary_id();

--- sys.system_columns: +sys.columns
create view sys.system_columns as
select c.object_id, c.name, c.column_id, c.system_type_id, c.user_type_id, c.max_length, c.precision, c.scale,
  case when t.is_character = 1 then ms.database_collation() end as collation_name, c.is_nullable,
  (c.system_type_id in (165, 167, 173, 175, 231, 239))::int::smallint as is_ansi_padded, 0::smallint as is_rowguidcol,
  0::smallint as is_identity, 0::smallint as is_computed, 0::smallint as is_filestream, 0::smallint as is_replicated,
  0::smallint as is_non_sql_subscribed, 0::smallint as is_merge_published, 0::smallint as is_dts_replicated,
  0::smallint as is_xml_document, 0 as xml_collection_id, 0 as default_object_id, 0 as rule_object_id,
  0::smallint as is_sparse, 0::smallint as is_column_set, 0::smallint as generated_always_type,
  'NOT_APPLICABLE' as generated_always_type_desc, null::int as encryption_type, null::text as encryption_type_desc,
  null::text as encryption_algorithm_name, null::int as column_encryption_key_id,
  null::text as column_encryption_key_database_name, 0::smallint as is_hidden, 0::smallint as is_masked,
  null::int as graph_type, null::text as graph_type_desc, 0::smallint as is_data_deletion_filter_column,
  0::smallint as ledger_view_column_type, null::text as ledger_view_column_type_desc,
  0::smallint as is_dropped_ledger_column
from ms.system_columns c join ms.types t using (user_type_id);

--- sys.all_columns: +sys.columns
create view sys.all_columns as select * from sys.columns union all select * from sys.system_columns;

--- sys.types: name sysname, system_type_id tinyint, user_type_id int, schema_id int, principal_id int?,
--- max_length smallint, precision tinyint, scale tinyint, collation_name sysname?, is_nullable bit?,
--- is_user_defined bit, is_assembly_type bit, default_object_id int, rule_object_id int, is_table_type bit
create view sys.types as
select name, system_type_id, user_type_id, schema_id, null::int as principal_id, max_length, precision, scale,
  case when is_character = 1 then ms.database_collation() end as collation_name, is_nullable,
  0::smallint as is_user_defined, is_assembly_type, 0 as default_object_id, 0 as rule_object_id,
  0::smallint as is_table_type
from ms.types
where first_version <= coalesce(nullif(current_setting('ms.version', true), '')::int, 17)
union all
select name, 243::smallint, user_type_id, schema_id, null::int, (-1)::smallint, 0::smallint, 0::smallint, null::text,
  0::smallint, 1::smallint, 0::smallint, 0, 0, 1::smallint
from ms.table_types;

--- sys.table_types: +sys.types, type_table_object_id int, is_memory_optimized bit?
create view sys.table_types as
select t.*, y.object_id as type_table_object_id, 0::smallint as is_memory_optimized
from sys.types t join ms.table_types y using (user_type_id) where t.is_table_type = 1;

--- sys.identity_columns: +sys.columns, seed_value sql_variant?, increment_value sql_variant?,
--- last_value sql_variant?, is_not_for_replication bit?
create view sys.identity_columns as
select c.*, m.seed_value::text as seed_value, m.increment_value::text as increment_value,
  ms.sequence_last_value('u.s' || c.object_id)::text as last_value, 0::smallint as is_not_for_replication
from sys.columns c join ms.columns m using (object_id, column_id) where c.is_identity = 1;

--- sys.computed_columns: +sys.columns, definition nvarchar(max)?, uses_database_collation bit, is_persisted bit
create view sys.computed_columns as
select c.*, m.definition, 1::smallint as uses_database_collation, m.is_persisted
from sys.columns c join ms.columns m using (object_id, column_id) where c.is_computed = 1;

--- sys.default_constraints: +sys.objects, parent_column_id int, definition nvarchar(max)?, is_system_named bit
create view sys.default_constraints as
select o.*, d.parent_column_id, d.definition, m.is_system_named
from ms.default_constraints d join sys.objects o using (object_id) join ms.objects m using (object_id);

--- sys.check_constraints: +sys.objects, is_disabled bit, is_not_for_replication bit, is_not_trusted bit,
--- parent_column_id int, definition nvarchar(max)?, uses_database_collation bit?, is_system_named bit
create view sys.check_constraints as
select o.*, c.is_disabled, 0::smallint as is_not_for_replication, c.is_not_trusted, c.parent_column_id, c.definition,
  1::smallint as uses_database_collation, m.is_system_named
from ms.check_constraints c join sys.objects o using (object_id) join ms.objects m using (object_id);

--- sys.key_constraints: +sys.objects, unique_index_id int?, is_system_named bit, is_enforced bit?
create view sys.key_constraints as
select o.*, i.index_id as unique_index_id, m.is_system_named, 1::smallint as is_enforced
from ms.indexes i join sys.objects o on o.object_id = i.constraint_id
join ms.objects m on m.object_id = i.constraint_id;

--- sys.indexes: object_id int, name sysname?, index_id int, type tinyint, type_desc nvarchar(60)?, is_unique bit?,
--- data_space_id int, ignore_dup_key bit?, is_primary_key bit?, is_unique_constraint bit?, fill_factor tinyint,
--- is_padded bit?, is_disabled bit?, is_hypothetical bit?, is_ignored_in_optimization bit?@15, allow_row_locks bit?,
--- allow_page_locks bit?, has_filter bit?, filter_definition nvarchar(max)?, compression_delay int?,
--- suppress_dup_key_messages bit?@14, auto_created bit?@14, optimize_for_sequential_key bit?@15
create view sys.indexes as
select object_id, name, index_id, type,
  case type when 0 then 'HEAP' when 1 then 'CLUSTERED' else 'NONCLUSTERED' end as type_desc, is_unique,
  1 as data_space_id, ignore_dup_key, is_primary_key, is_unique_constraint, fill_factor, 0::smallint as is_padded,
  is_disabled, 0::smallint as is_hypothetical, 0::smallint as is_ignored_in_optimization,
  1::smallint as allow_row_locks, 1::smallint as allow_page_locks,
  (filter_definition is not null)::int::smallint as has_filter, filter_definition, null::int as compression_delay,
  0::smallint as suppress_dup_key_messages, 0::smallint as auto_created, 0::smallint as optimize_for_sequential_key
from ms.indexes where object_id < ms.first_temporary_id();

--- sys.index_columns: object_id int, index_id int, index_column_id int, column_id int, key_ordinal tinyint,
--- partition_ordinal tinyint, is_descending_key bit?, is_included_column bit?,
--- column_store_order_ordinal tinyint@16
create view sys.index_columns as
select object_id, index_id, index_column_id, column_id, key_ordinal, 0::smallint as partition_ordinal,
  is_descending_key, (key_ordinal = 0)::int::smallint as is_included_column,
  0::smallint as column_store_order_ordinal
from ms.index_columns where object_id < ms.first_temporary_id();

--- sys.foreign_keys: +sys.objects, referenced_object_id int?, key_index_id int?, is_disabled bit,
--- is_not_for_replication bit, is_not_trusted bit, delete_referential_action tinyint?,
--- delete_referential_action_desc nvarchar(60)?, update_referential_action tinyint?,
--- update_referential_action_desc nvarchar(60)?, is_system_named bit
create view sys.foreign_keys as
select o.*, f.referenced_object_id, f.key_index_id, f.is_disabled, 0::smallint as is_not_for_replication,
  f.is_not_trusted, f.delete_referential_action,
  ms.action_description(f.delete_referential_action) as delete_referential_action_desc, f.update_referential_action,
  ms.action_description(f.update_referential_action) as update_referential_action_desc, m.is_system_named
from ms.foreign_keys f join sys.objects o using (object_id) join ms.objects m using (object_id);

--- sys.foreign_key_columns: constraint_object_id int, constraint_column_id int, parent_object_id int,
--- parent_column_id int, referenced_object_id int, referenced_column_id int
create view sys.foreign_key_columns as
select constraint_object_id, constraint_column_id, parent_object_id, parent_column_id, referenced_object_id,
  referenced_column_id
from ms.foreign_key_columns;

--- sys.sequences: +sys.objects, start_value sql_variant, increment sql_variant, minimum_value sql_variant?,
--- maximum_value sql_variant?, is_cycling bit?, is_cached bit?, cache_size int?, system_type_id tinyint,
--- user_type_id int, precision tinyint, scale tinyint?, current_value sql_variant, is_exhausted bit,
--- last_used_value sql_variant?@14
create view sys.sequences as
select o.*, s.start_value::text as start_value, s.increment::text as increment, s.minimum_value::text as minimum_value,
  s.maximum_value::text as maximum_value, s.is_cycling, s.is_cached, s.cache_size, s.system_type_id, s.user_type_id,
  s.precision, s.scale,
  coalesce(ms.sequence_last_value('u.q' || s.object_id), s.start_value)::text as current_value,
  0::smallint as is_exhausted, ms.sequence_last_value('u.q' || s.object_id)::text as last_used_value
from ms.sequences s join sys.objects o using (object_id);

--- sys.extended_properties: class tinyint, class_desc nvarchar(60)?, major_id int, minor_id int, name sysname,
--- value sql_variant?
create view sys.extended_properties as
select class, case class when 0 then 'DATABASE' when 1 then 'OBJECT_OR_COLUMN' when 3 then 'SCHEMA'
  when 7 then 'INDEX' end as class_desc, major_id, minor_id, name, value
from ms.extended_properties;

--- sys.sql_modules: object_id int, definition nvarchar(max)?, uses_ansi_nulls bit?, uses_quoted_identifier bit?,
--- is_schema_bound bit?, uses_database_collation bit?, is_recompiled bit?, null_on_null_input bit?,
--- execute_as_principal_id int?, uses_native_compilation bit?, inline_type bit?@15, is_inlineable bit?@15
create view sys.sql_modules as
select object_id, definition, 1::smallint as uses_ansi_nulls, uses_quoted_identifier, is_schema_bound,
  0::smallint as uses_database_collation, 0::smallint as is_recompiled, null_on_null_input,
  null::int as execute_as_principal_id, 0::smallint as uses_native_compilation, 0::smallint as inline_type,
  0::smallint as is_inlineable
from ms.modules;

--- sys.all_sql_modules: +sys.sql_modules
create view sys.all_sql_modules as select * from sys.sql_modules;

--- sys.triggers: name sysname, object_id int, parent_class tinyint, parent_class_desc nvarchar(60)?, parent_id int,
--- type char(2), type_desc nvarchar(60)?, create_date datetime, modify_date datetime, is_ms_shipped bit,
--- is_disabled bit, is_not_for_replication bit, is_instead_of_trigger bit
create view sys.triggers as
select o.name, o.object_id, 1::smallint as parent_class, 'OBJECT_OR_COLUMN' as parent_class_desc,
  t.parent_object_id as parent_id, o.type, o.type_desc, o.create_date, o.modify_date, o.is_ms_shipped, t.is_disabled,
  0::smallint as is_not_for_replication, t.is_instead_of as is_instead_of_trigger
from ms.triggers t join sys.objects o using (object_id);

--- sys.trigger_events: object_id int, type int, type_desc nvarchar(60)?, is_trigger_event bit?, is_first bit?,
--- is_last bit?, event_group_type int?, event_group_type_desc nvarchar(60)?
create view sys.trigger_events as
select t.object_id, case e when 'INSERT' then 1 when 'UPDATE' then 2 else 3 end as type, e as type_desc,
  1::smallint as is_trigger_event, 0::smallint as is_first, 0::smallint as is_last, null::int as event_group_type,
  null::text as event_group_type_desc
from ms.triggers t, unnest(string_to_array(t.events, ',')) e;

--- sys.stats: object_id int, name nvarchar(128)?, stats_id int, auto_created bit?, user_created bit?,
--- no_recompute bit?, has_filter bit?, filter_definition nvarchar(max)?, is_temporary bit?, is_incremental bit?,
--- has_persisted_sample bit?@15, stats_generation_method int?@15, stats_generation_method_desc varchar(80)?@15,
--- auto_drop bit?@16
create view sys.stats as
select object_id, name, index_id as stats_id, 0::smallint as auto_created, 0::smallint as user_created,
  0::smallint as no_recompute, (filter_definition is not null)::int::smallint as has_filter, filter_definition,
  0::smallint as is_temporary, 0::smallint as is_incremental, 0::smallint as has_persisted_sample,
  0 as stats_generation_method, 'Sort based statistics' as stats_generation_method_desc, 0::smallint as auto_drop
from ms.indexes where index_id > 0 and object_id < ms.first_temporary_id()
union all
select object_id, name, stats_id, 0::smallint, 1::smallint, no_recompute,
  (filter_definition is not null)::int::smallint, filter_definition, 0::smallint, 0::smallint, 0::smallint, 0,
  'Sort based statistics', 0::smallint
from ms.statistics where object_id < ms.first_temporary_id();

--- sys.stats_columns: object_id int, stats_id int, stats_column_id int?, column_id int
create view sys.stats_columns as
select object_id, index_id as stats_id, key_ordinal::int as stats_column_id, column_id
from ms.index_columns where key_ordinal > 0 and object_id < ms.first_temporary_id()
union all
select s.object_id, s.stats_id, c.position::int, c.column_id
from ms.statistics s, unnest(s.column_ids) with ordinality c (column_id, position)
where s.object_id < ms.first_temporary_id();

--- sys.partitions: partition_id bigint, object_id int, index_id int, partition_number int, hobt_id bigint,
--- rows bigint?, filestream_filegroup_id smallint, data_compression tinyint, data_compression_desc nvarchar(60)?,
--- xml_compression bit?@16, xml_compression_desc varchar(3)?@16
create view sys.partitions as
select 72057594000000000 + i.object_id::bigint * 1000 + i.index_id as partition_id, i.object_id, i.index_id,
  1 as partition_number, 72057594000000000 + i.object_id::bigint * 1000 + i.index_id as hobt_id,
  ms.row_count(i.object_id) as rows, 0::smallint as filestream_filegroup_id, 0::smallint as data_compression,
  'NONE' as data_compression_desc, 0::smallint as xml_compression, 'OFF' as xml_compression_desc
from ms.indexes i where i.is_disabled = 0 and i.object_id < ms.first_temporary_id();

--- sys.parameters: object_id int, name sysname?, parameter_id int, system_type_id tinyint, user_type_id int,
--- max_length smallint, precision tinyint, scale tinyint, is_output bit, is_cursor_ref bit, has_default_value bit,
--- is_xml_document bit, default_value sql_variant?, xml_collection_id int, is_readonly bit, is_nullable bit?
create view sys.parameters as
select object_id, name, parameter_id, system_type_id, user_type_id, max_length, precision, scale, is_output,
  0::smallint as is_cursor_ref, has_default_value, 0::smallint as is_xml_document, null::text as default_value,
  0 as xml_collection_id, 0::smallint as is_readonly, 1::smallint as is_nullable
from ms.parameters;

--- sys.sql_expression_dependencies: referencing_id int, referencing_minor_id int, referencing_class tinyint?,
--- referencing_class_desc nvarchar(60)?, is_schema_bound_reference bit, referenced_class tinyint?,
--- referenced_class_desc nvarchar(60)?, referenced_server_name sysname?, referenced_database_name sysname?,
--- referenced_schema_name sysname?, referenced_entity_name sysname?, referenced_id int?, referenced_minor_id int,
--- is_caller_dependent bit, is_ambiguous bit
create view sys.sql_expression_dependencies as
select d.referencing_id, d.referencing_minor_id, 1::smallint as referencing_class,
  'OBJECT_OR_COLUMN' as referencing_class_desc,
  (o.type in ('U', 'C', 'D') or coalesce(m.is_schema_bound, 0) = 1)::int::smallint as is_schema_bound_reference,
  1::smallint as referenced_class, 'OBJECT_OR_COLUMN' as referenced_class_desc, null::text as referenced_server_name,
  null::text as referenced_database_name, s.name as referenced_schema_name, r.name as referenced_entity_name,
  d.referenced_id, d.referenced_minor_id, 0::smallint as is_caller_dependent, 0::smallint as is_ambiguous
from ms.dependencies d
join ms.objects o on o.object_id = d.referencing_id
join ms.objects r on r.object_id = d.referenced_id
join ms.schemas s on s.schema_id = r.schema_id
left join ms.modules m on m.object_id = d.referencing_id
where d.referencing_minor_id >= 0;

--- sys.databases: name sysname, database_id int, source_database_id int?, owner_sid varbinary(85)?,
--- create_date datetime, compatibility_level tinyint, collation_name sysname?, user_access tinyint?,
--- user_access_desc nvarchar(60)?, is_read_only bit?, is_auto_close_on bit, is_auto_shrink_on bit?, state tinyint?,
--- state_desc nvarchar(60)?, is_in_standby bit?, snapshot_isolation_state tinyint?,
--- snapshot_isolation_state_desc nvarchar(60)?, is_read_committed_snapshot_on bit?, recovery_model tinyint?,
--- recovery_model_desc nvarchar(60)?, page_verify_option tinyint?, is_auto_create_stats_on bit?,
--- is_auto_update_stats_on bit?, is_ansi_null_default_on bit?, is_ansi_nulls_on bit?, is_ansi_padding_on bit?,
--- is_ansi_warnings_on bit?, is_arithabort_on bit?, is_concat_null_yields_null_on bit?,
--- is_numeric_roundabort_on bit?, is_quoted_identifier_on bit?, is_recursive_triggers_on bit?, is_fulltext_enabled bit?,
--- is_trustworthy_on bit?, is_db_chaining_on bit?, is_broker_enabled bit, is_cdc_enabled bit, is_encrypted bit?,
--- containment tinyint?, containment_desc nvarchar(60)?, delayed_durability int?,
--- delayed_durability_desc nvarchar(60)?, catalog_collation_type int@15,
--- catalog_collation_type_desc nvarchar(60)?@15, is_accelerated_database_recovery_on bit?@15,
--- is_ledger_on bit?@16, is_optimized_locking_on bit?@17,
--- is_cleanly_shutdown bit?, is_supplemental_logging_enabled bit?, page_verify_option_desc nvarchar(60)?,
--- is_auto_create_stats_incremental_on bit?, is_auto_update_stats_async_on bit?, is_cursor_close_on_commit_on bit?,
--- is_local_cursor_default bit?, is_parameterization_forced bit?, is_master_key_encrypted_by_server bit,
--- is_published bit, is_subscribed bit, is_merge_published bit, is_distributor bit, is_sync_with_backup bit,
--- log_reuse_wait tinyint?, log_reuse_wait_desc nvarchar(60)?, is_date_correlation_on bit,
--- is_honor_broker_priority_on bit?, replica_id uniqueidentifier?, group_database_id uniqueidentifier?,
--- resource_pool_id int?, default_language_lcid smallint?, default_language_name nvarchar(128)?,
--- default_fulltext_language_lcid int?, default_fulltext_language_name nvarchar(128)?, is_nested_triggers_on bit?,
--- is_transform_noise_words_on bit?, two_digit_year_cutoff smallint?, target_recovery_time_in_seconds int?,
--- is_memory_optimized_elevate_to_snapshot_on bit?, is_federation_member bit?, is_remote_data_archive_enabled bit?,
--- is_mixed_page_allocation_on bit?, is_temporal_history_retention_enabled bit?@14
create view sys.databases as
select d.name, d.database_id, null::int as source_database_id, '\x01'::bytea as owner_sid, d.create_date,
  d.compatibility_level, d.collation_name, d.user_access,
  case d.user_access when 0 then 'MULTI_USER' when 1 then 'SINGLE_USER' else 'RESTRICTED_USER' end as user_access_desc,
  d.is_read_only, 0::smallint as is_auto_close_on, 0::smallint as is_auto_shrink_on, 0::smallint as state,
  'ONLINE' as state_desc, 0::smallint as is_in_standby, d.snapshot as snapshot_isolation_state,
  case d.snapshot when 1 then 'ON' else 'OFF' end as snapshot_isolation_state_desc,
  d.read_committed_snapshot as is_read_committed_snapshot_on, d.recovery_model,
  case d.recovery_model when 1 then 'FULL' when 2 then 'BULK_LOGGED' else 'SIMPLE' end as recovery_model_desc,
  2::smallint as page_verify_option, 1::smallint as is_auto_create_stats_on, 1::smallint as is_auto_update_stats_on,
  0::smallint as is_ansi_null_default_on, 0::smallint as is_ansi_nulls_on, 0::smallint as is_ansi_padding_on,
  0::smallint as is_ansi_warnings_on, 0::smallint as is_arithabort_on, 0::smallint as is_concat_null_yields_null_on,
  0::smallint as is_numeric_roundabort_on, 0::smallint as is_quoted_identifier_on,
  0::smallint as is_recursive_triggers_on, 0::smallint as is_fulltext_enabled, 0::smallint as is_trustworthy_on,
  0::smallint as is_db_chaining_on, 0::smallint as is_broker_enabled, 0::smallint as is_cdc_enabled,
  0::smallint as is_encrypted, 0::smallint as containment, 'NONE' as containment_desc, 0 as delayed_durability,
  'DISABLED' as delayed_durability_desc, 0 as catalog_collation_type,
  'DATABASE_DEFAULT' as catalog_collation_type_desc, 0::smallint as is_accelerated_database_recovery_on,
  0::smallint as is_ledger_on, 0::smallint as is_optimized_locking_on,
  0::smallint as is_cleanly_shutdown, 0::smallint as is_supplemental_logging_enabled,
  'CHECKSUM' as page_verify_option_desc, 0::smallint as is_auto_create_stats_incremental_on,
  0::smallint as is_auto_update_stats_async_on, 0::smallint as is_cursor_close_on_commit_on,
  0::smallint as is_local_cursor_default, 0::smallint as is_parameterization_forced,
  0::smallint as is_master_key_encrypted_by_server, 0::smallint as is_published, 0::smallint as is_subscribed,
  0::smallint as is_merge_published, 0::smallint as is_distributor, 0::smallint as is_sync_with_backup,
  0::smallint as log_reuse_wait, 'NOTHING' as log_reuse_wait_desc, 0::smallint as is_date_correlation_on,
  0::smallint as is_honor_broker_priority_on, null::uuid as replica_id, null::uuid as group_database_id,
  null::int as resource_pool_id, null::smallint as default_language_lcid, null::text as default_language_name,
  null::int as default_fulltext_language_lcid, null::text as default_fulltext_language_name,
  null::smallint as is_nested_triggers_on, null::smallint as is_transform_noise_words_on,
  null::smallint as two_digit_year_cutoff, 60 as target_recovery_time_in_seconds,
  0::smallint as is_memory_optimized_elevate_to_snapshot_on, 0::smallint as is_federation_member,
  0::smallint as is_remote_data_archive_enabled, 0::smallint as is_mixed_page_allocation_on,
  1::smallint as is_temporal_history_retention_enabled
from (
  select properties ->> 'name' as name, (properties ->> 'id')::int as database_id,
    (properties ->> 'created')::bigint as create_date, (properties ->> 'compatibility')::smallint as compatibility_level,
    properties ->> 'collation' as collation_name, (properties ->> 'user_access')::smallint as user_access,
    (properties ->> 'read_only')::smallint as is_read_only, (properties ->> 'snapshot')::smallint as snapshot,
    (properties ->> 'read_committed_snapshot')::smallint as read_committed_snapshot,
    (properties ->> 'recovery')::smallint as recovery_model
  from ms.databases()
) d
-- A user database of Azure shows only master and itself.
where coalesce(current_setting('ms.cloud', true), '') <> 'on' or d.database_id = 1
  or ms.database_property('id')::int in (1, d.database_id);

--- sys.database_principals: name sysname, principal_id int, type char(1), type_desc nvarchar(60)?,
--- default_schema_name sysname?, create_date datetime, modify_date datetime, owning_principal_id int?,
--- sid varbinary(85)?, is_fixed_role bit, authentication_type int, authentication_type_desc nvarchar(60)?,
--- default_language_name sysname?, default_language_lcid int?, allow_encrypted_value_modifications bit
create view sys.database_principals as
select name, principal_id, type, case type when 'S' then 'SQL_USER' else 'DATABASE_ROLE' end as type_desc,
  default_schema_name, 631906056000000000 as create_date, 631906056000000000 as modify_date,
  case type when 'R' then 1 end as owning_principal_id, '\x01'::bytea as sid, is_fixed_role,
  case name when 'dbo' then 1 else 0 end as authentication_type,
  case name when 'dbo' then 'INSTANCE' else 'NONE' end as authentication_type_desc,
  null::text as default_language_name, null::int as default_language_lcid,
  0::smallint as allow_encrypted_value_modifications
from (values
  ('public', 0, 'R', null, 0::smallint), ('dbo', 1, 'S', 'dbo', 0::smallint), ('guest', 2, 'S', 'guest', 0::smallint),
  ('INFORMATION_SCHEMA', 3, 'S', null, 0::smallint), ('sys', 4, 'S', null, 0::smallint),
  ('db_owner', 16384, 'R', null, 1::smallint), ('db_accessadmin', 16385, 'R', null, 1::smallint),
  ('db_securityadmin', 16386, 'R', null, 1::smallint), ('db_ddladmin', 16387, 'R', null, 1::smallint),
  ('db_backupoperator', 16389, 'R', null, 1::smallint), ('db_datareader', 16390, 'R', null, 1::smallint),
  ('db_datawriter', 16391, 'R', null, 1::smallint), ('db_denydatareader', 16392, 'R', null, 1::smallint),
  ('db_denydatawriter', 16393, 'R', null, 1::smallint)
) p(name, principal_id, type, default_schema_name, is_fixed_role);

--- sys.configurations: configuration_id int, name nvarchar(35), value sql_variant?, minimum sql_variant?,
--- maximum sql_variant?, value_in_use sql_variant?, description nvarchar(255), is_dynamic bit, is_advanced bit
create view sys.configurations as
select configuration_id, name, case name when 'user options' then options ->> 0 else value end as value, minimum, maximum,
  case name when 'user options' then options ->> 1 else value end as value_in_use, description, 1::smallint as is_dynamic,
  is_advanced
from (select shobj_description(oid, 'pg_authid')::jsonb from pg_roles where rolname = 'sandbox') told(options), (values
  (115, 'nested triggers', '1', '0', '1', 'Allow triggers to be invoked within triggers', 0::smallint),
  (505, 'network packet size (B)', '4096', '512', '32767', 'Network packet size', 1::smallint),
  (518, 'show advanced options', '0', '0', '1', 'show advanced options', 0::smallint),
  (1534, 'user options', '0', '0', '32767', 'user options', 0::smallint),
  (1539, 'max degree of parallelism', '0', '0', '32767', 'maximum degree of parallelism', 1::smallint),
  (1562, 'clr enabled', '0', '0', '1', 'CLR user code execution enabled in the server', 0::smallint)
) c(configuration_id, name, value, minimum, maximum, description, is_advanced);

-- The runtime tells the sessions before it reads the view.
--- sys.dm_exec_sessions: session_id smallint, login_time datetime, host_name nvarchar(128)?,
--- program_name nvarchar(128)?, client_interface_name nvarchar(32)?, login_name nvarchar(128), status nvarchar(30),
--- is_user_process bit, transaction_isolation_level smallint, lock_timeout int, open_transaction_count int,
--- database_id smallint
create view sys.dm_exec_sessions as
select spid as session_id,
  (621355968000000000 + round(round(began * 300) * 10000000 / 300))::bigint as login_time,
  host as host_name, program as program_name, 'ODBC' as client_interface_name, login as login_name,
  status, 1::smallint as is_user_process, isolation as transaction_isolation_level, timeout as lock_timeout,
  transactions as open_transaction_count, database as database_id
from json_to_recordset(coalesce(nullif(current_setting('ms.sessions', true), ''), '[]')::json) as s(
  spid smallint, began numeric, host text, program text, login text, status text, isolation smallint, timeout int,
  transactions int, database smallint);

--- sys.filegroups: name sysname, data_space_id int, type char(2), type_desc nvarchar(60)?, is_default bit?,
--- is_system bit?, filegroup_guid uniqueidentifier?, log_filegroup_id int?, is_read_only bit?,
--- is_autogrow_all_files bit?
create view sys.filegroups as
select 'PRIMARY' as name, 1 as data_space_id, 'FG' as type, 'ROWS_FILEGROUP' as type_desc, 1::smallint as is_default,
  0::smallint as is_system, null::uuid as filegroup_guid, null::int as log_filegroup_id, 0::smallint as is_read_only,
  0::smallint as is_autogrow_all_files;

--- sys.data_spaces: name sysname, data_space_id int, type char(2), type_desc nvarchar(60)?, is_default bit?,
--- is_system bit?
create view sys.data_spaces as
select name, data_space_id, type, type_desc, is_default, is_system from sys.filegroups;

--- sys.sysobjects: name sysname, id int, xtype char(2), uid smallint?, info smallint?, status int?,
--- base_schema_ver int?, replinfo int?, parent_obj int, crdate datetime, ftcatid smallint?, schema_ver int?,
--- stats_schema_ver int?, type char(2)?, userstat smallint?, sysstat smallint?, indexdel smallint?, refdate datetime,
--- version int?, deltrig int?, instrig int?, updtrig int?, seltrig int?, category int?, cache smallint?
create view sys.sysobjects as
select name, object_id as id, type as xtype, schema_id::smallint as uid, 0::smallint as info, 0 as status,
  0 as base_schema_ver, 0 as replinfo, parent_object_id as parent_obj, create_date as crdate, 0::smallint as ftcatid,
  0 as schema_ver, 0 as stats_schema_ver, case when type in ('PK', 'UQ') then 'K ' else type end as type,
  1::smallint as userstat, 3::smallint as sysstat, 0::smallint as indexdel, create_date as refdate, 0 as version,
  0 as deltrig, 0 as instrig, 0 as updtrig, 0 as seltrig, 0 as category, 0::smallint as cache
from sys.objects;

--- sys.systypes: name sysname, xtype tinyint, status tinyint?, xusertype smallint?, length smallint, xprec tinyint,
--- xscale tinyint, tdefault int, domain int, uid smallint?, reserved smallint?, collationid int?,
--- usertype smallint?, variable bit?, allownulls bit?, type tinyint, printfmt varchar(255)?, prec smallint?,
--- scale tinyint?, collation sysname?
create view sys.systypes as
select name, system_type_id as xtype, 0::smallint as status, user_type_id::smallint as xusertype, max_length as length,
  precision as xprec, scale as xscale, 0 as tdefault, 0 as domain, schema_id::smallint as uid, 0::smallint as reserved,
  null::int as collationid,
  case name when 'sysname' then 18 when 'timestamp' then 80 else 0 end::smallint as usertype,
  (system_type_id in (165, 167, 231))::int::smallint as variable, is_nullable as allownulls, system_type_id as type,
  null::text as printfmt, precision as prec, scale, collation_name as collation
from sys.types;

--- sys.syscolumns: name sysname?, id int, xtype tinyint, typestat tinyint?, xusertype smallint?, length smallint,
--- xprec tinyint, xscale tinyint, colid smallint?, isnullable int?, iscomputed int?, colorder smallint?
create view sys.syscolumns as
select name, object_id as id, system_type_id as xtype, 0::smallint as typestat, user_type_id::smallint as xusertype,
  max_length as length, precision as xprec, scale as xscale, column_id::smallint as colid,
  is_nullable::int as isnullable, is_computed::int as iscomputed, column_id::smallint as colorder
from sys.columns;

--- sys.sysindexes: id int, name sysname?, indid smallint?, status int?, rows int?, rowcnt bigint?
create view sys.sysindexes as
select object_id as id, name, index_id::smallint as indid, 0 as status, ms.row_count(object_id)::int as rows,
  ms.row_count(object_id) as rowcnt
from ms.indexes where object_id < ms.first_temporary_id();

--- sys.database_permissions: class tinyint, class_desc nvarchar(60)?, major_id int, minor_id int,
--- grantee_principal_id int, grantor_principal_id int, type char(4), permission_name nvarchar(128)?, state char(1),
--- state_desc nvarchar(60)?
create view sys.database_permissions as
select 0::smallint as class, 'DATABASE' as class_desc, 0 as major_id, 0 as minor_id, 1 as grantee_principal_id,
  1 as grantor_principal_id, 'CO  ' as type, 'CONNECT' as permission_name, 'G' as state, 'GRANT' as state_desc;

--- sys.master_files: database_id int, file_id int, type tinyint, type_desc nvarchar(60)?, data_space_id int,
--- name sysname, physical_name nvarchar(260), state tinyint?, state_desc nvarchar(60)?, size int, max_size int,
--- growth int, is_read_only bit, is_percent_growth bit
create view sys.master_files as
select (d.properties ->> 'id')::int as database_id, f.file_id, f.type, f.type_desc, f.data_space_id,
  d.properties ->> 'name' || f.suffix as name,
  '/var/opt/mssql/data/' || (d.properties ->> 'name') || f.extension as physical_name, 0::smallint as state,
  'ONLINE' as state_desc, 1024 as size, -1 as max_size, 8192 as growth, 0::smallint as is_read_only,
  0::smallint as is_percent_growth
from ms.databases() d, (values
  (1, 0::smallint, 'ROWS', 1, '', '.mdf'), (2, 1::smallint, 'LOG', 0, '_log', '_log.ldf')
) f(file_id, type, type_desc, data_space_id, suffix, extension);

--- sys.database_files: file_id int, type tinyint, type_desc nvarchar(60)?, data_space_id int, name sysname,
--- physical_name nvarchar(260), state tinyint?, state_desc nvarchar(60)?, size int, max_size int, growth int
create view sys.database_files as
select file_id, type, type_desc, data_space_id, name, physical_name, state, state_desc, size, max_size, growth
from sys.master_files where database_id = ms.database_property('id')::int;

--- sys.time_zone_info: name sysname, current_utc_offset nvarchar(6), is_currently_dst bit
create view sys.time_zone_info as
select z.name, case when o.now < 0 then '-' else '+' end || to_char(abs(o.now) / 60, 'FM00') || ':'
  || to_char(abs(o.now) % 60, 'FM00') as current_utc_offset,
  (o.now <> least(o.january, o.july))::int::smallint as is_currently_dst
from ms.time_zones z, lateral (
  select (extract(epoch from t.n at time zone z.iana) - extract(epoch from t.n at time zone 'UTC'))::int / 60 as now,
    (extract(epoch from t.j at time zone z.iana) - extract(epoch from t.j at time zone 'UTC'))::int / 60 as january,
    (extract(epoch from t.s at time zone z.iana) - extract(epoch from t.s at time zone 'UTC'))::int / 60 as july
  from (select now() as n, date_trunc('year', now()) as j, date_trunc('year', now()) + interval '6 months' as s) t
) o;

--- sys.server_principals: name sysname, principal_id int, sid varbinary(85)?, type char(1), type_desc nvarchar(60)?,
--- is_disabled bit?, create_date datetime, modify_date datetime, default_database_name sysname?,
--- default_language_name sysname?
create view sys.server_principals as
select name, principal_id, '\x01'::bytea as sid, type,
  case type when 'S' then 'SQL_LOGIN' else 'SERVER_ROLE' end as type_desc, 0::smallint as is_disabled,
  631906056000000000 as create_date, 631906056000000000 as modify_date,
  case type when 'S' then 'master' end as default_database_name,
  case type when 'S' then 'us_english' end as default_language_name
from (values ('sa', 1, 'S'), ('public', 2, 'R'), ('sysadmin', 3, 'R')) p(name, principal_id, type);

--- sys.dm_tran_locks: resource_type nvarchar(60), resource_subtype nvarchar(60), resource_database_id int,
--- resource_description nvarchar(256), resource_associated_entity_id bigint?, request_mode nvarchar(60),
--- request_type nvarchar(60), request_status nvarchar(60), request_session_id int
create view sys.dm_tran_locks as
select case l.locktype when 'relation' then 'OBJECT' when 'advisory' then 'APPLICATION' else 'KEY' end as resource_type,
  '' as resource_subtype, (d.properties ->> 'id')::int as resource_database_id, '' as resource_description,
  substring(c.relname from '^t(\d+)$')::bigint as resource_associated_entity_id,
  case when l.mode like '%Exclusive%' then 'X' else 'S' end as request_mode, 'LOCK' as request_type,
  case when l.granted then 'GRANT' else 'WAIT' end as request_status,
  substring(a.application_name from 'spid=(\d+)')::int as request_session_id
from pg_locks l join pg_stat_activity a using (pid) join ms.databases() d on d.engine_name = a.datname
left join pg_class c on c.oid = l.relation
where l.locktype = 'advisory' or c.relname ~ '^t\d+$';
