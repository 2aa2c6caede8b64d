-- The catalogue's tables. DDL writes them in the statement's transaction,
-- sys.* and INFORMATION_SCHEMA read them. engine/bootstrap.py makes columns without '?' NOT NULL; a flag is 0 by default.

-- Equal for names that mean the same; replaced in a database with a case-sensitive collation.
function key(name text) text return casefold(name);

create sequence ms.object_ids start 1000001 increment 16;
-- Temp tables and table variables: rows with schema_id = -(engine process id), hidden from sys.*; -1: of all sessions.
create sequence ms.temporary_ids start 1900000000;
function first_temporary_id() int language sql immutable as 'select 1900000000';

function catalog_now() bigint volatile as $$
  -- datetime: ticks of 100 ns since 0001-01-01, rounded to 1/300 s
  select (621355968000000000 + round(round(extract(epoch from clock_timestamp()) * 300) * 10000000 / 300))::bigint
$$;

create table ms.schemas (
  schema_id int primary key,
  name text,
  principal_id int default 1
);
create unique index on ms.schemas (ms.key(name));
insert into ms.schemas values
  (1, 'dbo', 1), (2, 'guest', 2), (3, 'INFORMATION_SCHEMA', 3), (4, 'sys', 4),
  (16384, 'db_owner', 16384), (16385, 'db_accessadmin', 16385), (16386, 'db_securityadmin', 16386),
  (16387, 'db_ddladmin', 16387), (16389, 'db_backupoperator', 16389), (16390, 'db_datareader', 16390),
  (16391, 'db_datawriter', 16391), (16392, 'db_denydatareader', 16392), (16393, 'db_denydatawriter', 16393);

create table ms.objects (
  object_id int primary key default nextval('ms.object_ids'),
  name text,
  schema_id int,
  parent_object_id int default 0,
  type text, -- without trailing blank: U, V, PK, UQ, F, C, D, SO, P, FN, IF, TF, TR, SN
  create_date bigint default ms.catalog_now(),
  modify_date bigint default ms.catalog_now(),
  is_system_named flag
);
create unique index on ms.objects (schema_id, ms.key(name));
create index on ms.objects (parent_object_id);

create table ms.columns (
  object_id int,
  column_id int,
  name text,
  system_type_id smallint,
  user_type_id int,
  max_length smallint,
  precision smallint default 0,
  scale smallint default 0,
  collation_name text?,
  is_nullable smallint,
  is_rowguidcol flag,
  is_sparse flag,
  is_not_for_replication flag, -- the identity
  seed_value numeric(38)?,
  increment_value numeric(38)?,
  definition text?, -- of a computed column, as the server renders it
  is_persisted flag,
  default_object_id int default 0,
  primary key (object_id, column_id)
);
create unique index on ms.columns (object_id, ms.key(name));

create table ms.default_constraints (
  object_id int primary key,
  parent_object_id int,
  parent_column_id int,
  definition text,
  engine_sql text -- PostgreSQL expression
);

create table ms.check_constraints (
  object_id int primary key,
  parent_object_id int,
  parent_column_id int default 0,
  definition text,
  engine_sql text,
  is_disabled flag,
  is_not_for_replication flag,
  is_not_trusted flag
);
create index on ms.check_constraints (parent_object_id);

create table ms.indexes (
  object_id int,
  index_id int,
  name text?, -- null: heap
  type smallint, -- 0 heap, 1 clustered, 2 nonclustered
  is_unique flag,
  is_primary_key flag,
  is_unique_constraint flag,
  constraint_id int default 0,
  filter_definition text?,
  engine_filter text?, -- PostgreSQL predicate
  is_disabled flag,
  ignore_dup_key flag,
  fill_factor smallint default 0,
  primary key (object_id, index_id)
);

create table ms.index_columns (
  object_id int,
  index_id int,
  index_column_id int,
  column_id int,
  key_ordinal smallint, -- 0: included
  is_descending_key flag,
  primary key (object_id, index_id, index_column_id)
);

-- Made by CREATE STATISTICS. Those of an index are not here; the ids of both are distinct.
create table ms.statistics (
  object_id int,
  stats_id int,
  name text,
  column_ids int[],
  filter_definition text?,
  no_recompute flag,
  primary key (object_id, stats_id)
);

create table ms.foreign_keys (
  object_id int primary key,
  parent_object_id int,
  referenced_object_id int,
  key_index_id int,
  is_disabled flag,
  is_not_for_replication flag,
  is_not_trusted flag,
  delete_referential_action smallint default 0, -- 0 no action, 1 cascade, 2 set null, 3 set default
  update_referential_action smallint default 0
);
create index on ms.foreign_keys (parent_object_id);
create index on ms.foreign_keys (referenced_object_id);

create table ms.foreign_key_columns (
  constraint_object_id int,
  constraint_column_id int,
  parent_object_id int,
  parent_column_id int,
  referenced_object_id int,
  referenced_column_id int,
  primary key (constraint_object_id, constraint_column_id)
);

create table ms.sequences (
  object_id int primary key,
  system_type_id smallint,
  user_type_id int,
  precision smallint,
  scale smallint,
  start_value numeric(38),
  increment numeric(38),
  minimum_value numeric(38),
  maximum_value numeric(38),
  is_cycling flag,
  is_cached smallint default 1,
  cache_size int?
);

create table ms.synonyms (
  object_id int primary key,
  base_object_name text, -- with brackets
  base_schema text,
  base_name text
);

create table ms.table_types (
  user_type_id int primary key,
  name text,
  schema_id int,
  object_id int, -- of the hidden table, type TT
  definition text -- DECLARE @t TABLE (...)
);
create unique index on ms.table_types (schema_id, ms.key(name));

create table ms.modules (
  object_id int primary key,
  definition text,
  engine_sql text?, -- of a view or function: what the engine runs; null when it does not bind
  is_schema_bound flag,
  with_check_option flag,
  uses_quoted_identifier smallint default 1,
  is_deterministic flag, -- of a scalar function
  reads_data flag,
  null_on_null_input flag
);

create table ms.triggers (
  object_id int primary key,
  parent_object_id int,
  events text[], -- INSERT, UPDATE, DELETE
  is_instead_of flag,
  is_not_for_replication flag,
  is_disabled flag
);
create index on ms.triggers (parent_object_id);

create table ms.parameters (
  object_id int,
  parameter_id int, -- 0: return value
  name text,
  system_type_id smallint,
  user_type_id int,
  max_length smallint,
  precision smallint,
  scale smallint,
  is_output flag,
  has_default_value flag,
  primary key (object_id, parameter_id)
);

-- What expressions, views and functions read, for ALTER and DROP.
create table ms.dependencies (
  referencing_id int,
  referencing_minor_id int default 0, -- column id of a computed column, -index_id of a filter
  referenced_id int,
  referenced_minor_id int default 0
);
create index on ms.dependencies (referencing_id);
create index on ms.dependencies (referenced_id);

create table ms.extended_properties (
  class smallint,
  major_id int,
  minor_id int,
  name text,
  value text?,
  value_type text default 'nvarchar'
);
create unique index on ms.extended_properties (class, major_id, minor_id, ms.key(name));

create table ms.types (
  name text,
  system_type_id smallint,
  user_type_id int primary key,
  schema_id int default 4,
  max_length smallint,
  precision smallint default 0,
  scale smallint default 0,
  is_character flag,
  is_nullable smallint default 1,
  is_assembly_type flag,
  first_version smallint default 13,
  definition text? -- of an alias type: the base type and its arguments, with blanks between
);
insert into ms.types (name, system_type_id, user_type_id, max_length, precision, scale, is_character) values
  ('image', 34, 34, 16, 0, 0, 0), ('text', 35, 35, 16, 0, 0, 1), ('uniqueidentifier', 36, 36, 16, 0, 0, 0),
  ('date', 40, 40, 3, 10, 0, 0), ('time', 41, 41, 5, 16, 7, 0), ('datetime2', 42, 42, 8, 27, 7, 0),
  ('datetimeoffset', 43, 43, 10, 34, 7, 0), ('tinyint', 48, 48, 1, 3, 0, 0), ('smallint', 52, 52, 2, 5, 0, 0),
  ('int', 56, 56, 4, 10, 0, 0), ('smalldatetime', 58, 58, 4, 16, 0, 0), ('real', 59, 59, 4, 24, 0, 0),
  ('money', 60, 60, 8, 19, 4, 0), ('datetime', 61, 61, 8, 23, 3, 0), ('float', 62, 62, 8, 53, 0, 0),
  ('sql_variant', 98, 98, 8016, 0, 0, 0), ('ntext', 99, 99, 16, 0, 0, 1), ('bit', 104, 104, 1, 1, 0, 0),
  ('decimal', 106, 106, 17, 38, 38, 0), ('numeric', 108, 108, 17, 38, 38, 0),
  ('smallmoney', 122, 122, 4, 10, 4, 0), ('bigint', 127, 127, 8, 19, 0, 0), ('varbinary', 165, 165, 8000, 0, 0, 0),
  ('varchar', 167, 167, 8000, 0, 0, 1), ('binary', 173, 173, 8000, 0, 0, 0), ('char', 175, 175, 8000, 0, 0, 1),
  ('timestamp', 189, 189, 8, 0, 0, 0), ('nvarchar', 231, 231, 8000, 0, 0, 1), ('nchar', 239, 239, 8000, 0, 0, 1),
  ('xml', 241, 241, -1, 0, 0, 0), ('sysname', 231, 256, 256, 0, 0, 1), ('hierarchyid', 240, 128, 892, 0, 0, 0),
  ('geometry', 240, 129, -1, 0, 0, 0), ('geography', 240, 130, -1, 0, 0, 0), ('json', 244, 244, -1, 0, 0, 0);
update ms.types set is_nullable = 0 where name in ('timestamp', 'sysname');
update ms.types set is_assembly_type = 1 where system_type_id = 240;
update ms.types set first_version = 17 where name = 'json';

create table ms.system_objects (
  object_id int primary key,
  name text,
  schema_id int,
  type text default 'V'
);
-- Some of https://learn.microsoft.com/sql/relational-databases/system-tables/system-base-tables, for sys.objects.
insert into ms.system_objects
select split_part(t, ' ', 2)::int, split_part(t, ' ', 1), 4, 'S' from unnest(string_to_array('sysrscols 3,sysrowsets 5,'
  'sysclones 6,sysallocunits 7,sysfiles1 8,sysowners 27,sysprivs 29,sysschobjs 34,syscolpars 41,sysnsobjs 44,sysxprops 49,'
  'sysscalartypes 50,sysidxstats 54,sysiscols 55,sysobjvalues 60,sysclsobjs 64', ',')) t
union all values (1977058079, 'QueryNotificationErrorsQueue', 1, 'SQ'),
  (2009058193, 'EventNotificationErrorsQueue', 1, 'SQ'), (2041058307, 'ServiceBrokerQueue', 1, 'SQ');
create table ms.system_columns (
  object_id int,
  column_id int,
  name text,
  system_type_id smallint,
  user_type_id int,
  max_length smallint,
  precision smallint,
  scale smallint,
  is_nullable smallint,
  primary key (object_id, column_id)
);

-- Properties of the cluster's databases are in their comments, which every database sees.
-- A system database without a connection so far is a role with the comment.
function databases() table (
  engine_name text, properties jsonb
) stable as $$
  select name, properties from (
    select datname::text, shobj_description(oid, 'pg_database')::jsonb
    from pg_database where datname ~ '^d[0-9]+$' and shobj_description(oid, 'pg_database') is not null
    union all
    select rolname::text, shobj_description(oid, 'pg_authid')::jsonb
    from pg_roles where rolname ~ '^d[0-9]+$' and not exists (select from pg_database where datname = rolname)
  ) known (name, properties) order by properties -> 'id'
$$;

function database_property(property text) text stable as $$
  select shobj_description(oid, 'pg_database')::jsonb ->> property from pg_database where datname = current_database()
$$;

function database_collation() text stable as $$
  select coalesce(ms.database_property('collation'), 'SQL_Latin1_General_CP1_CI_AS')
$$;

function type_description(object_type text) text as $$
  select case object_type
    when 'U' then 'USER_TABLE' when 'V' then 'VIEW' when 'PK' then 'PRIMARY_KEY_CONSTRAINT'
    when 'UQ' then 'UNIQUE_CONSTRAINT' when 'F' then 'FOREIGN_KEY_CONSTRAINT' when 'C' then 'CHECK_CONSTRAINT'
    when 'D' then 'DEFAULT_CONSTRAINT' when 'SO' then 'SEQUENCE_OBJECT' when 'P' then 'SQL_STORED_PROCEDURE'
    when 'FN' then 'SQL_SCALAR_FUNCTION' when 'IF' then 'SQL_INLINE_TABLE_VALUED_FUNCTION'
    when 'TF' then 'SQL_TABLE_VALUED_FUNCTION' when 'TR' then 'SQL_TRIGGER' when 'SN' then 'SYNONYM' when 'TT' then 'TYPE_TABLE'
    when 'S' then 'SYSTEM_TABLE' when 'SQ' then 'SERVICE_QUEUE' end
$$;

function action_description(action smallint) text as $$
  select case action when 0 then 'NO_ACTION' when 1 then 'CASCADE' when 2 then 'SET_NULL' when 3 then 'SET_DEFAULT' end
$$;

-- The last value of an identity column or a sequence; null before the first.
function sequence_last_value(engine_name text) numeric stable as $$
  select pg_sequence_last_value(to_regclass(engine_name))::numeric where to_regclass(engine_name) is not null
$$;

-- Row versions of the database; like the server's they are never reused, even after a rollback.
create sequence ms.rowversions start 2001;

function rowversion_bytes(number bigint) bytea as $$
  select decode(lpad(to_hex(number), 16, '0'), 'hex')
$$;

function next_rowversion() bytea volatile as $$
  select ms.rowversion_bytes(nextval('ms.rowversions'))
$$;

function stamp_rowversion() trigger volatile as $$
begin
  return jsonb_populate_record(new, jsonb_build_object(tg_argv[0], ms.next_rowversion()));
end
$$;

function dbts() bytea volatile as $$
  select ms.rowversion_bytes(case when is_called then last_value else last_value - 1 end) from ms.rowversions
$$;

function min_active_rowversion() bytea volatile as $$
begin
  refuse 'MIN_ACTIVE_ROWVERSION while a transaction has changes'
    if exists (select from pg_stat_activity where datname = current_database() and backend_xid is not null);
  return (select ms.rowversion_bytes(case when is_called then last_value + 1 else last_value end) from ms.rowversions);
end
$$;

create schema u;

function row_count(table_id int) bigint stable as $$
declare
  result bigint;
begin
  return null if to_regclass('u.t' || table_id) is null;
  execute format('select count(*) from u.t%s', table_id) into result;
  return result;
end
$$;

-- A table or view with all that model.Table has; null if there is none.
function describe(table_id int) jsonb stable as $$
  select jsonb_build_object(
    'id', o.object_id, 'schema_id', o.schema_id, 'schema', coalesce(s.name, 'dbo'), 'name', o.name, 'type', o.type,
    'snapshot', current_setting('transaction_isolation') <> 'read committed',
    'broken', o.type = 'V' and exists (
      select from ms.modules m where m.object_id = o.object_id and m.engine_sql is null),
    'view_text', (select m.definition from ms.modules m where m.object_id = o.object_id),
    'foreign_key', (select min(k.name) from ms.foreign_keys f join ms.objects k using (object_id)
                    where o.object_id in (f.parent_object_id, f.referenced_object_id)),
    'check', (select min(k.name) from ms.check_constraints c join ms.objects k using (object_id)
              where c.parent_object_id = o.object_id and c.is_disabled = 0),
    'columns', (
      select jsonb_agg(jsonb_build_array(c.column_id, c.name, c.system_type_id, c.user_type_id, c.max_length,
        c.precision, c.scale, c.collation_name, c.is_nullable, c.seed_value, c.increment_value, c.definition,
        c.is_persisted, c.default_object_id, d.engine_sql) order by c.column_id)
      from ms.columns c left join ms.default_constraints d on d.object_id = c.default_object_id
      where c.object_id = o.object_id),
    'indexes', (
      select jsonb_agg(jsonb_build_object('id', i.index_id, 'name', i.name, 'unique', i.is_unique,
        'primary_key', i.is_primary_key, 'constraint_id', i.constraint_id, 'filter', i.filter_definition,
        'columns', (
          select jsonb_agg(jsonb_build_array(x.column_id, x.key_ordinal, x.is_descending_key)
            order by x.key_ordinal, x.index_column_id)
          from ms.index_columns x where x.object_id = i.object_id and x.index_id = i.index_id))
        order by i.index_id)
      from ms.indexes i where i.object_id = o.object_id and i.type > 0 and i.is_disabled = 0),
    'instead', f.instead, 'triggers', f.every)
  from ms.objects o left join ms.schemas s using (schema_id), lateral (
    select jsonb_agg(distinct e) filter (where t.is_instead_of = 1) as instead, jsonb_agg(distinct e) as every
    from ms.triggers t, unnest(t.events) e
    where t.parent_object_id = o.object_id and t.is_disabled = 0) f
  where o.object_id = table_id and o.type in ('U', 'V')
$$;

function describe(schema_name text, table_name text) jsonb stable as $$
  select case o.type when 'SN' then (
      select ms.describe(b.object_id)
      from ms.synonyms y join ms.schemas bs on ms.key(bs.name) = ms.key(y.base_schema)
      join ms.objects b on b.schema_id = bs.schema_id and ms.key(b.name) = ms.key(y.base_name)
      where y.object_id = o.object_id)
    else ms.describe(o.object_id) end
  from ms.objects o join ms.schemas s using (schema_id)
  where ms.key(o.name) = ms.key(table_name) and ms.key(s.name) = ms.key(schema_name)
$$;

function describe_temporary(table_name text) jsonb stable as $$
  select ms.describe(object_id) from ms.objects
  where schema_id = case when table_name like '##%' then -1 else -pg_backend_pid() end
    and casefold(name) = casefold(table_name)
$$;

-- Empty the table of a table variable; dead rows make it slow once there are many.
function empty_table(name regclass) void volatile as $$
begin
  if pg_relation_size(name) > 65536 then execute format('truncate %s', name);
  else execute format('delete from %s', name); end if;
end
$$;

-- Remove a table and all that belongs to it from the catalogue.
function forget_table(table_id int) void language sql as $$
  delete from ms.dependencies d where d.referencing_id = table_id
    or d.referencing_id in (select object_id from ms.objects where parent_object_id = table_id);
  delete from ms.foreign_key_columns where parent_object_id = table_id;
  delete from ms.foreign_keys where parent_object_id = table_id;
  delete from ms.check_constraints where parent_object_id = table_id;
  delete from ms.default_constraints where parent_object_id = table_id;
  delete from ms.modules m where m.object_id = table_id
    or m.object_id in (select object_id from ms.triggers where parent_object_id = table_id);
  delete from ms.triggers where parent_object_id = table_id;
  delete from ms.extended_properties p where p.class in (1, 7) and (p.major_id = table_id
    or p.major_id in (select object_id from ms.objects where parent_object_id = table_id));
  delete from ms.index_columns where object_id = table_id;
  delete from ms.indexes where object_id = table_id;
  delete from ms.statistics where object_id = table_id;
  delete from ms.columns where object_id = table_id;
  delete from ms.objects where object_id = table_id or parent_object_id = table_id
$$;

-- The action of a foreign key, by its constraint's name, on the rows that refer to $1 and are to refer to $2; none if
-- the constraint has been dropped.
function act_on_key() trigger volatile as $$
begin
  if exists (select from pg_constraint where conname = tg_argv[0]) then
    execute tg_argv[1] using old, new;
  end if;
  return null;
end
$$;

-- Statement trigger of tables with T-SQL triggers: keeps copies of the changed rows in
-- pg_temp.g<table>_<event>_i (inserted) and _d (deleted), and notes what fired in ms.fired. Before the statement it
-- makes them for the rows of an INSTEAD OF trigger; after it, such a trigger (an argument) may have had the rows.
function capture() trigger volatile as $$
declare
  prefix text := 'g' || substr(tg_table_name, 2) || '_' || lower(tg_op);
  source text := format('%I.%I', tg_table_schema, tg_table_name);
  instead constant boolean := tg_when = 'BEFORE';
begin
  return null if (instead or tg_nargs > 0) and instead = ms.instead_is_running(tg_table_name, tg_op);
  execute format('drop table if exists pg_temp.%s_i, pg_temp.%s_d', prefix, prefix);
  execute format('create temp table %s_i as select * from %s', prefix,
    case when instead or tg_op = 'DELETE' then source || ' where false' else 'new_rows' end);
  execute format('create temp table %s_d as select * from %s', prefix,
    case when instead or tg_op = 'INSERT' then source || ' where false' else 'old_rows' end);
  perform set_config('ms.fired', coalesce(current_setting('ms.fired', true), '') || substr(tg_table_name, 2) || ':'
    || tg_op || case when instead then ':instead,' else ',' end, false);
  return null;
end
$$;

-- INSTEAD OF triggers: a statement's rows go to the same copies as above instead of the table.
-- ms.instead_running names the triggers (table:event) whose bodies run: they change the table itself.
function instead_is_running(table_name text, event text) boolean volatile as $$
  select position(format(',%s:%s,', substr(table_name, 2), event)
    in coalesce(current_setting('ms.instead_running', true), '')) > 0
$$;

function capture_instead() trigger volatile as $$
declare
  prefix text := 'g' || substr(tg_table_name, 2) || '_' || lower(tg_op);
begin
  return case tg_op when 'DELETE' then old else new end if ms.instead_is_running(tg_table_name, tg_op);
  if tg_op <> 'DELETE' then
    execute format('insert into pg_temp.%s_i select ($1).*', prefix) using new;
  end if;
  if tg_op <> 'INSERT' then
    execute format('insert into pg_temp.%s_d select ($1).*', prefix) using old;
  end if;
  return null;
end
$$;

-- Give a table the statement triggers that its enabled T-SQL triggers need.
function capture_changes(table_id int) void volatile as $$
declare
  event text;
  wanted boolean;
  instead boolean;
  column_number constant int := (select column_id from ms.columns where object_id = table_id and seed_value is not null);
begin
  foreach event in array array['INSERT', 'UPDATE', 'DELETE'] loop
    execute format('drop trigger if exists capture_%s on u.t%s', lower(event), table_id);
    execute format('drop trigger if exists instead_%s on u.t%s', lower(event), table_id);
    execute format('drop trigger if exists instead_%s_row on u.t%s', lower(event), table_id);
    select exists (
      select from ms.triggers t where t.parent_object_id = table_id and t.is_disabled = 0 and t.is_instead_of = 1
        and event = any(t.events)) into instead;
    if column_number is not null and event = 'INSERT' then
      -- The identity is 0 in the rows of an INSTEAD OF trigger; it advances for rows that the body inserts.
      execute format('alter table u.t%s alter column c%s set default '
        || case when instead then 'case when ms.instead_is_running(''t%1$s'', ''INSERT'') then nextval(''u.s%1$s'') else 0 end'
          else 'nextval(''u.s%1$s'')' end, table_id, column_number);
    end if;
    if instead then
      execute format('create trigger instead_%s before %s on u.t%s for each statement execute function '
        'ms.capture()', lower(event), event, table_id);
      execute format('create trigger instead_%s_row before %s on u.t%s for each row execute function '
        'ms.capture_instead()', lower(event), event, table_id);
    end if;
    select exists (
      select from ms.triggers t where t.parent_object_id = table_id and t.is_disabled = 0 and t.is_instead_of = 0
        and event = any(t.events)) into wanted;
    if wanted then
      execute format('create trigger capture_%s after %s on u.t%s referencing %s for each statement '
        'execute function ms.capture(%s)', lower(event), event, table_id,
        case event when 'INSERT' then 'new table as new_rows' when 'DELETE' then 'old table as old_rows'
          else 'new table as new_rows old table as old_rows' end, case when instead then quote_literal('instead') end);
    end if;
  end loop;
end
$$;
