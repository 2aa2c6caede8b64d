-- Metadata functions: OBJECT_ID('dbo.t', 'U') and others.

-- The parts of a multi-part name, unquoted; null if malformed.
function name_parts(written text) text[] strict as $$
  select array_agg(rtrim(coalesce(replace(part[1], ']]', ']'), replace(part[2], '""', '"'), part[3])))
  from regexp_matches(rtrim(written) || '.', '(?:\[((?:[^]]|\]\])*)\]|"((?:[^"]|"")*)"|([^.["][^.]*|))\.', 'g') part
  where rtrim(written) || '.' ~ '^((\[([^]]|\]\])*\]|"([^"]|"")*"|([^.["][^.]*|))\.)+$'
$$;

function object_id(written text, object_type text default null) int stable as $$
declare
  parts text[] := ms.name_parts(written);
  leaf text := parts[cardinality(parts)];
  schema_name text := coalesce(nullif(parts[cardinality(parts) - 1], ''), 'dbo');
  database_name text := nullif(parts[cardinality(parts) - 2], '');
  wanted text := upper(rtrim(object_type));
  found int;
begin
  return null if leaf is null or cardinality(parts) > 3 or (object_type is null and wanted is not null);
  if left(leaf, 1) = '#' then
    select object_id into found from ms.objects
    where schema_id = case when leaf like '##%' then -1 else -pg_backend_pid() end
      and casefold(name) = casefold(leaf) and type = coalesce(wanted, 'U');
    -- Seen from a user database a temp table needs its tempdb prefix.
    return case when casefold(database_name) = 'tempdb' then found end;
  end if;
  if database_name is not null and casefold(database_name) <> casefold(ms.database_property('name')) then
    return null
      if not exists (select from ms.databases() d where casefold(d.properties ->> 'name') = casefold(database_name));
    perform ms.refuse('OBJECT_ID of an object in another database');
  end if;
  select o.object_id into found from ms.objects o join ms.schemas s using (schema_id)
  where ms.key(o.name) = ms.key(leaf) and ms.key(s.name) = ms.key(schema_name)
    and (wanted is null or o.type = wanted);
  if found is null then
    select o.object_id into found from ms.system_objects o join ms.schemas s using (schema_id)
    where ms.key(o.name) = ms.key(leaf)
      and (ms.key(s.name) = ms.key(schema_name)
        or cardinality(parts) = 1 and casefold(leaf) in ('sysobjects', 'systypes', 'syscolumns', 'sysdatabases'))
      and (wanted is null or o.type = wanted);
  end if;
  return found;
end
$$;

function object_name(id int) text stable as $$
  select name from ms.objects where object_id = id
  union all select name from ms.system_objects where object_id = id
$$;

function object_schema_name(id int) text stable as $$
  select s.name from ms.objects o join ms.schemas s using (schema_id) where object_id = id
  union all select s.name from ms.system_objects o join ms.schemas s using (schema_id) where object_id = id
$$;

function object_definition(id int) text stable as $$
  select definition from ms.modules where object_id = id
  union all select definition from ms.check_constraints where object_id = id
  union all select definition from ms.default_constraints where object_id = id
$$;

function schema_id(schema_name text) int stable as $$
  select schema_id from ms.schemas where ms.key(name) = ms.key(rtrim(schema_name))
$$;

function schema_name(id int) text stable as $$
  select name from ms.schemas where schema_id = id
$$;

function col_length(table_name text, column_name text) smallint stable as $$
  select max_length from ms.columns
  where object_id = coalesce(ms.object_id(table_name, 'U'), ms.object_id(table_name, 'V'))
    and ms.key(name) = ms.key(rtrim(column_name))
$$;

function col_name(table_id int, id int) text stable as $$
  select name from ms.columns where object_id = table_id and column_id = id
  union all select name from ms.system_columns where object_id = table_id and column_id = id
$$;

function columnproperty(id int, column_name text, property text) int stable as $$
  select case casefold(property)
    when 'allowsnull' then c.is_nullable
    when 'columnid' then c.column_id
    when 'ordinal' then (select count(*)::int from ms.columns o where o.object_id = id and o.column_id <= c.column_id)
    when 'iscomputed' then (c.definition is not null)::int
    when 'isidentity' then (c.seed_value is not null)::int
    when 'isidnotforrepl' then c.is_not_for_replication
    when 'isrowguidcol' then c.is_rowguidcol
    when 'issparse' then c.is_sparse
    when 'isdeterministic' then case when c.definition is not null then 1 end
    when 'isprecise' then case when c.definition is not null then (c.system_type_id not in (59, 62))::int end
    when 'isindexable' then (c.max_length <> -1 and c.system_type_id not in (34, 35, 99, 241, 244))::int
    when 'precision' then case
      when c.system_type_id in (231, 239) and c.max_length > 0 then c.max_length / 2
      when c.precision > 0 then c.precision else c.max_length end
    when 'scale' then case when c.precision > 0 then c.scale end
    when 'charmaxlen' then case
      when c.system_type_id in (231, 239) and c.max_length > 0 then c.max_length / 2
      when c.system_type_id in (167, 175, 231, 239, 165, 173) then c.max_length end
    when 'usesansitrim' then case when c.system_type_id in (165, 167, 173, 175) then 1 end
    else case when property ~* '^(iscolumnset|ishidden|generatedalwaystype)$' then 0 end end
  from ms.columns c where c.object_id = id and ms.key(c.name) = ms.key(rtrim(column_name))
$$;

function objectproperty(id int, property text) int stable as $$
  select case when v.types is not null then (o.type = any(v.types))::int
    when v.key like 'tablehas%' and o.type <> 'U' then null else case v.key
    when 'ismsshipped' then 0
    when 'isschemabound' then (select m.is_schema_bound from ms.modules m where m.object_id = id)
    when 'isencrypted' then case when o.type in ('V', 'P', 'TR', 'FN', 'IF', 'TF') then 0 end
    when 'ownerid' then 1
    when 'schemaid' then o.schema_id
    when 'cnstisclustkey' then k.is_clustered
    when 'cnstisnonclustkey' then k.is_nonclustered
    when 'cnstiscolumn' then k.is_of_column
    when 'cnstisdisabled' then k.is_disabled
    when 'cnstisnottrusted' then k.is_not_trusted
    when 'cnstisnotrepl' then k.is_not_for_replication
    when 'cnstisdeletecascade' then k.delete_cascades
    when 'cnstisupdatecascade' then k.update_cascades
    when 'tablehasidentity' then exists (select from ms.columns c where c.object_id = id and c.seed_value is not null)::int
    when 'tablehasprimarykey' then exists (select from ms.indexes i where i.object_id = id and i.is_primary_key = 1)::int
    when 'tablehasforeignkey' then exists (select from ms.foreign_keys f where f.parent_object_id = id)::int
    when 'tablehasforeignref' then exists (select from ms.foreign_keys f where f.referenced_object_id = id)::int
    when 'tablehascheckcnst' then exists (select from ms.check_constraints c where c.parent_object_id = id)::int
    when 'tablehasdefaultcnst' then exists (select from ms.default_constraints c where c.parent_object_id = id)::int
    when 'tablehasuniquecnst' then exists (select from ms.indexes i where i.object_id = id and i.is_unique_constraint = 1)::int
    when 'tablehasindex' then exists (select from ms.indexes i where i.object_id = id and i.index_id > 0)::int
    when 'tablehasclustindex' then exists (select from ms.indexes i where i.object_id = id and i.index_id = 1)::int
    end end
  from ms.objects o left join (
    select constraint_id as object_id, (type = 1)::int as is_clustered, (type <> 1)::int as is_nonclustered,
      0 as is_of_column, 0 as is_disabled, 0 as is_not_trusted, 0 as is_not_for_replication, 0 as delete_cascades,
      0 as update_cascades
    from ms.indexes where constraint_id > 0
    union all
    select object_id, 0, 0, (parent_column_id > 0)::int, is_disabled, is_not_trusted, is_not_for_replication, 0, 0
    from ms.check_constraints
    union all
    select object_id, 0, 0, 1, 0, 0, 0, 0, 0 from ms.default_constraints
    union all
    select object_id, 0, 0,
      ((select count(*) from ms.foreign_key_columns c where c.constraint_object_id = object_id) = 1)::int, is_disabled,
      is_not_trusted, is_not_for_replication, (delete_referential_action = 1)::int,
      (update_referential_action = 1)::int
    from ms.foreign_keys
  ) k using (object_id) cross join lateral (select casefold(property), string_to_array(jsonb '{"isusertable": "U",
    "istable": "U", "isview": "V", "isprocedure": "P", "isprimarykey": "PK", "isuniquecnst": "UQ", "isforeignkey": "F",
    "ischeckcnst": "C", "isdefaultcnst": "D", "isconstraint": "PK UQ F C D", "istrigger": "TR", "isscalarfunction": "FN",
    "istablefunction": "IF TF"}' ->> casefold(property), ' ')) v(key, types)
  where o.object_id = id
$$;

-- Properties of OBJECTPROPERTYEX that OBJECTPROPERTY lacks.
function objectpropertyex(id int, property text) text stable as $$
  select case casefold(property) when 'cardinality' then ms.row_count(id)::text else (
    select rpad(coalesce(b.type, o.type), 2) from sys.all_objects o left join ms.synonyms y on y.object_id = id
    left join ms.schemas s on ms.key(s.name) = ms.key(y.base_schema)
    left join ms.objects b on b.schema_id = s.schema_id and ms.key(b.name) = ms.key(y.base_name)
    where o.object_id = id) end
$$;

function indexproperty(id int, index_name text, property text) int stable as $$
  select case casefold(property)
    when 'indexid' then i.index_id
    when 'isunique' then i.is_unique
    when 'isclustered' then (i.type = 1)::int
    when 'isdisabled' then i.is_disabled
    when 'indexfillfactor' then i.fill_factor
    when 'indexdepth' then 1
    else case when property ~* '^is(hypothetical|(auto)?statistics|padindex|(page|row)lockdisallowed)$' then 0 end end
  from ms.indexes i where i.object_id = id and ms.key(i.name) = ms.key(index_name)
$$;

function index_col(table_name text, index_number int, key_number int) text stable as $$
  select c.name from ms.index_columns x join ms.columns c using (object_id, column_id)
  where x.object_id = ms.object_id(table_name, null) and x.index_id = index_number and x.key_ordinal = key_number
$$;

function type_id(written text) int stable as $$
  select user_type_id from sys.types
  where ms.key(name) = ms.key((ms.name_parts(written))[cardinality(ms.name_parts(written))])
    and case when is_user_defined = 1
      then schema_id = ms.schema_id(case cardinality(ms.name_parts(written)) when 1 then 'dbo'
        else (ms.name_parts(written))[1] end)
      else cardinality(ms.name_parts(written)) = 1 or casefold((ms.name_parts(written))[1]) in ('sys', 'dbo') end
$$;

function type_name(id int) text stable as $$
  select name from sys.types where user_type_id = id
$$;

function db_id(database_name text) smallint stable as $$
  select (properties ->> 'id')::smallint from ms.databases()
  where casefold(properties ->> 'name') = casefold(rtrim(database_name))
$$;

function db_name(id int) text stable as $$
  select properties ->> 'name' from ms.databases() where (properties ->> 'id')::int = id
$$;

function databasepropertyex(database_name text, property text) text stable as $$
  select case when v !~ '^\d+$' then v else ms.variant(case casefold(property) when 'sqlsortorder' then 'tinyint' else 'int' end, v) end
  from sys.databases d, lateral (select case casefold(property)
    when 'collation' then d.collation_name
    when 'comparisonstyle' then '196609'
    when 'version' then null
    when 'recovery' then d.recovery_model_desc
    when 'status' then d.state_desc
    when 'updateability' then case d.is_read_only when 1 then 'READ_ONLY' else 'READ_WRITE' end
    when 'useraccess' then d.user_access_desc
    when 'sqlsortorder' then '52'
    when 'lcid' then '1033'
    else case when property ~* '^isauto(create|update)statistics$' then '1' when property ~* '^is(instandby|auto(close|shrink)|'
      'ansinulldefault|(ansi(nulls|padding|warnings)|arithmeticabort|numericroundabort|quotedidentifiers|fulltext)enabled|'
      'nullconcat)$' then '0' end
    end) p(v)
  where casefold(d.name) = casefold(rtrim(database_name))
$$;

function ident_current(table_name text) numeric stable as $$
  select coalesce(ms.sequence_last_value('u.s' || c.object_id), c.seed_value)
  from ms.columns c where c.object_id = ms.object_id(table_name, 'U') and c.seed_value is not null
$$;

function ident_seed(table_name text) numeric stable as $$
  select seed_value from ms.columns where object_id = ms.object_id(table_name, 'U') and seed_value is not null
$$;

function ident_incr(table_name text) numeric stable as $$
  select increment_value from ms.columns where object_id = ms.object_id(table_name, 'U') and seed_value is not null
$$;

function collationproperty(collation_name text, property text) text as $$
  select ms.variant('int', case
    when casefold(collation_name) !~ '^(sql_)?latin1_general' then ms.refuse('COLLATIONPROPERTY of ' || collation_name)
    else case casefold(property)
    when 'codepage' then case when casefold(collation_name) like '%utf8' then '65001' else '1252' end
    when 'lcid' then '1033'
    when 'comparisonstyle' then case when collation_name ~* '_bin' then '0'
      else (196608 + (collation_name ~* '_ci_')::int + 2 * (collation_name ~* '_ai')::int)::text end
    when 'version' then case when collation_name like '%\_140\_%' then '3' when collation_name like '%\_100\_%' then '2'
      when collation_name like '%\_90\_%' then '1' else '0' end
    end end)
  where collation_name ~* '_(bin2?|c[is]_a[is])'
$$;

function listextendedproperty(
  property text, type0 text, name0 text, type1 text, name1 text, type2 text, name2 text
) table (objtype text, objname text, name text, value text) stable as $$
  select x.objtype, x.objname, p.name, p.value from sys.extended_properties p join (
    select null as objtype, null as objname, 0 as class, 0 as major_id, 0 as minor_id where type0 is null
    union all
    select 'SCHEMA', s.name, 3, s.schema_id, 0 from ms.schemas s
    where casefold(type0) = 'schema' and type1 is null and (name0 is null or ms.key(s.name) = ms.key(name0))
    union all
    select upper(type1), o.name, 1, o.object_id, 0 from ms.objects o join ms.schemas s using (schema_id)
    where casefold(type0) = 'schema' and ms.key(s.name) = ms.key(name0) and type2 is null
      and (casefold(type1), o.type) in (('table', 'U'), ('view', 'V'), ('procedure', 'P'), ('sequence', 'SO'))
      and (name1 is null or ms.key(o.name) = ms.key(name1))
    union all
    select 'COLUMN', c.name, 1, o.object_id, c.column_id from ms.objects o join ms.schemas s using (schema_id)
    join ms.columns c using (object_id)
    where casefold(type0) = 'schema' and ms.key(s.name) = ms.key(name0) and casefold(type2) = 'column'
      and ms.key(o.name) = ms.key(name1) and (name2 is null or ms.key(c.name) = ms.key(name2))
  ) x on x.class = p.class and x.major_id = p.major_id and x.minor_id = p.minor_id
  where property is null or ms.key(p.name) = ms.key(property)
$$;

function index_entry(size int, most int, kind text, id int, number int) boolean stable as $$
begin
  fail 1946, 'length', size::text, 'maximum', most::text, 'kind', kind,
    'name', coalesce((select name from ms.indexes where object_id = id and index_id = number), '')
    if size > most;
  return true;
end $$;

function help_collations() table (name text, description text) stable as $$
  select f.family || '_' || x.suffix,
    replace(f.family, '_', '-') || ', ' || x.description
  from unnest(string_to_array(
    'Albanian,Arabic,Chinese_PRC,Croatian,Cyrillic_General,Czech,Danish_Norwegian,Estonian,Finnish_Swedish,French,'
    'German_PhoneBook,Greek,Hebrew,Hungarian,Icelandic,Japanese,Korean_Wansung,Latin1_General,Latin1_General_100,'
    'Latvian,Lithuanian,Modern_Spanish,Polish,Romanian,Slovak,Slovenian,Thai,Traditional_Spanish,Turkish,Ukrainian,'
    'Vietnamese', ',')) f(family),
  lateral (
    select 'BIN' as suffix, 'binary sort' as description
    union all select 'BIN2', 'binary code point comparison sort'
    union all
    select c.code || a.code || k.code || w.code || s.code, c.text || a.text || k.text || w.text || s.text
    from (values ('CI', 'case-insensitive'), ('CS', 'case-sensitive')) c(code, text),
      (values ('_AI', ', accent-insensitive'), ('_AS', ', accent-sensitive')) a(code, text),
      (values ('', ', kanatype-insensitive'), ('_KS', ', kanatype-sensitive')) k(code, text),
      (values ('', ', width-insensitive'), ('_WS', ', width-sensitive')) w(code, text),
      (values ('', ''), ('_SC', ', supplementary characters'), ('_SC_UTF8', ', supplementary characters, UTF8')) s(code, text)
    where s.code = '' or f.family like '%\_100' and k.code || w.code = ''
    union all
    select 'BIN2_UTF8', 'binary code point comparison sort, UTF8' where f.family like '%\_100'
  ) x
  where x.suffix !~ 'UTF8' or coalesce(nullif(current_setting('ms.version', true), ''), '17') >= '15'
  union all
  select 'SQL_Latin1_General_CP1_' || code, 'Latin1-General, case-' || case when code ~ 'CI' then 'in' else '' end
    || 'sensitive, accent-' || case when code ~ 'AI' then 'in' else '' end || 'sensitive, kanatype-insensitive, '
      'width-insensitive for Unicode Data, SQL Server Sort Order ' || number || ' on Code Page 1252 for non-Unicode Data'
  from (values ('CI_AI', 54), ('CI_AS', 52), ('CS_AS', 51)) s(code, number)
$$;
