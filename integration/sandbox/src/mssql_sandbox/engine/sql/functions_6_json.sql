-- JSON on text. Values keep their source text (numbers, key order, duplicate keys).

-- Steps of a path as a text array: first 'lax' or 'strict', then keys as 'k:name', positions as 'i:3'.
function json_steps(p text) text[] strict as $$
declare r text[]; rest text := btrim(p); m text[];
begin
  if rest ~* '^strict\s' then r := array['strict']; rest := ltrim(substr(rest, 7));
  elsif rest ~* '^lax\s' then r := array['lax']; rest := ltrim(substr(rest, 4));
  else r := array['lax']; end if;
  fail 13607, 'state', '3', 'character', left(rest, 1), 'position', '0' if left(rest, 1) <> '$';
  rest := substr(rest, 2);
  while rest <> '' loop
    m := regexp_match(rest, '^\."((?:[^"\\]|\\.)*)"(.*)$', 's');
    if m is not null then
      r := r || ('k:' || ((('"' || m[1] || '"')::json) #>> '{}'));
      rest := m[2]; continue;
    end if;
    m := regexp_match(rest, '^\.([A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*)(.*)$', 's');
    if m is not null then
      r := r || ('k:' || m[1]); rest := m[2]; continue;
    end if;
    m := regexp_match(rest, '^\[\s*(\d+)\s*\](.*)$', 's');
    if m is not null then
      r := r || ('i:' || m[1]); rest := m[2]; continue;
    end if;
    perform ms.fail(13607, 'character', left(rest, 1), 'position', (length(p) - length(rest))::text);
  end loop;
  return r;
end $$;

-- The position is from the engine's error; for a text that ends early the character is '.'.
function json_fault(doc text) text as $$
declare detail text; context text; token text := '.'; at int := length(doc);
begin
  perform doc::json;
  -- a scalar: documents are objects or arrays
  token := left(ltrim(doc, E' \t\r\n'), 1);
  perform ms.fail(13609, 'state', '4', 'character', token, 'position', (length(doc) - length(ltrim(doc, E' \t\r\n')))::text);
  return null;
exception when invalid_text_representation or untranslatable_character or invalid_parameter_value then
  get stacked diagnostics detail = pg_exception_detail, context = pg_exception_context;
  context := (regexp_match(context, 'JSON data, line 1: ([^\n]*)'))[1];
  if detail ~ '"' and context is not null then
    token := coalesce((regexp_match(detail, 'found "([^"]*)"'))[1], (regexp_match(detail, '"([^"]*)"'))[1]);
    context := regexp_replace(context, '\.\.\.$', '');
    at := case when context like '...%' then position(ltrim(context, '.') in doc) - 1 + length(ltrim(context, '.'))
      else length(context) end - length(token);
    token := left(token, 1);
  end if;
  perform ms.fail(13609, 'character', token, 'position', at::text);
  return null;
end $$;

-- A document given as text: an object or an array.
function json_text(doc text) text as $$
begin
  return doc if doc is null or doc is json object or doc is json array;
  return ms.json_fault(doc);
end $$;

-- The value at a path as JSON text; hit distinguishes null from nothing.
function json_find(doc text, steps text[], out raw text, out hit boolean) as $$
declare j json; s text; v json;
begin
  hit := false;
  if doc is null or steps is null then return; end if;
  perform ms.json_fault(doc) if not doc is json;
  j := doc::json;
  foreach s in array steps[2:] loop
    if left(s, 2) = 'k:' then
      if json_typeof(j) <> 'object' then return; end if;
      v := null;
      -- the first of duplicate keys wins
      select e.value into v from json_each(j) with ordinality e(key, value, place) where e.key = substr(s, 3)
        order by e.place limit 1;
      if v is null then return; end if;
    else
      if json_typeof(j) <> 'array' then return; end if;
      v := j -> substr(s, 3)::int;
      if v is null then return; end if;
    end if;
    j := v;
  end loop;
  raw := j::text; hit := true;
end $$;

-- NULL, or an error if the path is strict.
function json_missing(steps text[], number int default 13608) text as $$
begin
  fail number if steps[1] = 'strict';
  return null;
end $$;

function json_value(doc text, path text, lim int) text as $$
declare steps text[] := ms.json_steps(path); f record; container boolean; r text;
begin
  return null if doc is null or path is null;
  f := ms.json_find(doc, steps);
  return ms.json_missing(steps) if not f.hit;
  container := json_typeof(f.raw::json) in ('object', 'array');
  return ms.json_missing(steps, 13623) if container and lim is not null;
  return ms.json_missing(steps, 13624) if not container and lim is null;
  return btrim(f.raw, E' \t\r\n') if container;
  r := f.raw::json #>> '{}';
  return ms.json_missing(steps, 13625) if length(r) > lim;
  return r;
end $$;

-- An object or array.
function json_query(doc text, path text) text return ms.json_value(doc, path, null);

function json_path_exists(doc text, path text) int as $$
declare f record; steps text[] := ms.json_steps(path);
begin
  return null if doc is null or path is null;
  return 0 if not doc is json;
  f := ms.json_find(doc, steps);
  return f.hit::int;
end $$;

function isjson(doc text, kind text) int return
  case when doc is null then null
       when kind = 'container' then (doc is json object or doc is json array)::int
       when kind = 'value' then (doc is json)::int
       when kind = 'array' then (doc is json array)::int
       when kind = 'object' then (doc is json object)::int
       else (doc is json scalar)::int end;

function json_escape(x text) text return
  replace(substr(to_json(x)::text, 2, length(to_json(x)::text) - 2), '/', '\/');
function json_quote(x text) text return
  replace(to_json(x)::text, '/', '\/');

function json_plain(x text) text return to_json(x)::text;

function json_object(k text[], v text[], keep boolean) text return
  '{' || coalesce((select string_agg(ms.json_quote(e.key) || ':' || coalesce(e.value, 'null'), ',' order by e.n)
    from unnest(k, v) with ordinality e(key, value, n) where keep or e.value is not null), '') || '}';

function json_array(v text[], keep boolean) text return
  '[' || coalesce((select string_agg(coalesce(e.value, 'null'), ',' order by e.n)
    from unnest(v) with ordinality e(value, n) where keep or e.value is not null), '') || ']';

-- OPENJSON: type 0 null, 1 string, 2 number, 3 boolean, 4 array, 5 object.
function json_kind(j json) int return
  case json_typeof(j) when 'null' then 0 when 'string' then 1 when 'number' then 2 when 'boolean' then 3
    when 'array' then 4 else 5 end;

function json_at(doc text, path text) json as $$
declare steps text[] := ms.json_steps(path); f record;
begin
  return null if doc is null;
  f := ms.json_find(doc, steps);
  perform ms.json_missing(steps) if not f.hit;
  return f.raw;
end $$;

function openjson(doc text, path text) table (k text, v text, t int) as $$
declare j json := ms.json_at(doc, path);
begin
  if json_typeof(j) = 'object' then
    return query select e.key, e.value #>> '{}',
      ms.json_kind(e.value) from json_each(j) e;
  elsif json_typeof(j) = 'array' then
    return query select (e.n - 1)::text, e.value #>> '{}',
      ms.json_kind(e.value) from json_array_elements(j) with ordinality e(value, n);
  end if;
end $$;

function openjson_items(doc text, path text) table (raw text) as $$
declare j json := ms.json_at(doc, path);
begin
  if json_typeof(j) = 'array' then
    return query select e.value::text from json_array_elements(j) e;
  elsif json_typeof(j) = 'object' then
    return query select j::text;
  end if;
end $$;

-- A scalar at a position, or the scalar document: a shortcut for the paths '$[n]' and '$' of OPENJSON columns. An object
-- has no positions.
function json_item(doc text, at int) text return
  case when json_typeof(doc::json -> at) in ('object', 'array') then null else doc::json ->> at end;
function json_itself(doc text) text return
  case when json_typeof(doc::json) in ('object', 'array') then null else doc::json #>> '{}' end;

function within(x text, n int, what text) text as $$
begin
  refuse what || ' of ' || n || ' for a string of ' || ms.utf16_length(x) || ' characters'
    if octet_length(x) > n and ms.utf16_length(x) > n;
  return x;
end $$;

function json_set(j text, steps text[], at int, value text, append boolean) text
as $$
declare k text; r text; done boolean := false; e record; i int; items text[]; child text;
begin
  if at > array_length(steps, 1) then
    if append then
      if json_typeof(j::json) <> 'array' then
        perform ms.json_missing(steps, 13621);
        return j;
      end if;
      select array_agg(a.value::text order by n) into items from json_array_elements(j::json) with ordinality a(value, n);
      return '[' || array_to_string(coalesce(items, '{}') || coalesce(value, 'null'), ',') || ']';
    end if;
    return value;
  end if;
  k := substr(steps[at], 3);
  if left(steps[at], 2) = 'k:' then
    if json_typeof(j::json) <> 'object' then
      perform ms.json_missing(steps);
      return j;
    end if;
    items := '{}';
    for e in select x.key, x.value::text as value from json_each(j::json) with ordinality x(key, value, n) order by n loop
      if e.key = k and not done then
        done := true;
        if at = array_length(steps, 1) and not append and value is null and steps[1] = 'lax' then continue; end if;
        child := ms.json_set(e.value, steps, at + 1, value, append);
        items := items || (to_json(e.key)::text || ':' || coalesce(child, 'null'));
      else
        items := items || (to_json(e.key)::text || ':' || e.value);
      end if;
    end loop;
    if not done then
      perform ms.json_missing(steps);
      items := items || (to_json(k)::text || ':' || case when append then '[' || value || ']' else value end)
        if at = array_length(steps, 1) and value is not null;
    end if;
    return '{' || array_to_string(items, ',') || '}';
  end if;
  if json_typeof(j::json) <> 'array' then
    perform ms.json_missing(steps);
    return j;
  end if;
  select array_agg(a.value::text order by n) into items from json_array_elements(j::json) with ordinality a(value, n);
  i := k::int + 1;
  if i <= coalesce(array_length(items, 1), 0) then
    items[i] := coalesce(ms.json_set(items[i], steps, at + 1, value, append), 'null');
  else
    perform ms.json_missing(steps);
  end if;
  return '[' || array_to_string(items, ',') || ']';
end $$;

function json_modify(doc text, path text, value text) text as $$
declare p text := btrim(path); append boolean := false; steps text[];
begin
  return null if doc is null;
  perform ms.json_fault(doc) if not doc is json;
  if p ~* '^append\s' then append := true; p := ltrim(substr(p, 7)); end if;
  steps := ms.json_steps(p);
  return ms.json_set(doc, steps, 2, value, append);
end $$;

-- The type json: no blanks, the first of duplicate names, numbers with an exponent or of more than 38
-- digits as decimal(38, 10) of the float. More than 128 levels are error 13645, whose text no page has.
-- https://learn.microsoft.com/sql/t-sql/data-types/json-data-type
function json_canonical(j json, level int default 1) text as $$
declare kind text := json_typeof(j);
begin
  refuse 'a value of the type json of more than 128 levels' if level > 128 and kind in ('object', 'array');
  case kind
    when 'object' then
      fail 13647 if (select count(*) from json_object_keys(j)) > 65535;
      return '{' || coalesce((select string_agg(to_json(e.key)::text || ':' || ms.json_canonical(e.value, level + 1), ',' order by e.n)
        from (select distinct on (x.key) x.key, x.value, x.n from json_each(j) with ordinality x(key, value, n)
          order by x.key, x.n) e), '') || '}';
    when 'array' then
      fail 13647 if json_array_length(j) > 65535;
      return '[' || coalesce((select string_agg(ms.json_canonical(e.value, level + 1), ',' order by e.n)
        from json_array_elements(j) with ordinality e(value, n)), '') || ']';
    when 'string' then return to_json(j #>> '{}')::text;
    when 'number' then return ms.json_number(j #>> '{}');
    else return btrim(j::text, E' \t\r\n');
  end case;
end $$;

function json_number(t text) text as $$
declare f float8;
begin
  if t !~ '[eE]' and length(translate(t, '-.', '')) <= 38 then
    return case when t ~ '^-[0.]+$' then substr(t, 2) else t end;
  end if;
  f := t::float8;
  if abs(f) >= 1e28 then raise numeric_value_out_of_range; end if;
  return (case when f < 0 then '-' else '' end) || ms.float_decimals(abs(f));
exception when numeric_value_out_of_range then
  perform ms.fail(1007, 'variant', 'json', 'state', case when t ~ '[eE]' then '5' else '3' end, 'text', t);
  return null;
end $$;

-- The exact value of a float, rounded half up to ten decimals.
function float_decimals(f float8) text as $$
declare bits bigint := ('x' || encode(float8send(f), 'hex'))::bit(64)::bigint; e int; m numeric; unit numeric := 1; scaled numeric;
begin
  e := (bits >> 52) & 2047;
  m := bits & 4503599627370495;
  if e = 0 then e := 1; else m := m + 4503599627370496; end if;
  e := e - 1075;
  -- Below a tenth of the last decimal nothing is rounded.
  return '0.0000000000' if e < -150;
  for i in 1..abs(e) loop unit := unit * 2; end loop;
  if e >= 0 then scaled := m * unit * 10000000000;
  else scaled := div(m * 20000000000 + unit, unit * 2);
  end if;
  return (scaled / 10000000000)::numeric(38, 10)::text;
end $$;
