-- Strings. Lengths count UTF-16 units.

function utf16_length(x text) int return
  case when octet_length(x) = length(x) then length(x)
       else length(x) + length(regexp_replace(x, U&'[\0001-\FFFF]', '', 'g')) end;

function pad_units(x text, n int) text return
  rpad(x, n + length(x) - ms.utf16_length(x));
function pad_bytes(x text, n int, page text) text return
  rpad(x, n + length(x) - ms.page_length(x, page));

-- A character beyond U+FFFF as two placeholders, so that positions count UTF-16 units.
function to_units(x text) text as $$
begin
  return x if octet_length(x) = length(x) or x !~ '[\U00010000-\U0010FFFF]';
  return (select string_agg(case when ascii(c) < 65536 then c
      else chr(983040 + ((ascii(c) - 65536) >> 10)) || chr(1048576 + ((ascii(c) - 65536) & 1023)) end, '' order by n)
    from regexp_split_to_table(x, '') with ordinality t(c, n));
end $$;

function from_units(x text) text as $$
declare r text := ''; m text[]; rest text := x;
begin
  return x if octet_length(x) = length(x) or x !~ '[\U000F0000-\U001003FF]';
  loop
    m := regexp_match(rest, '^([^\U000F0000-\U001003FF]*)([\U000F0000-\U000F03FF])([\U00100000-\U001003FF])(.*)$', 's');
    exit when m is null;
    r := r || m[1] || chr(65536 + ((ascii(m[2]) - 983040) << 10) + (ascii(m[3]) - 1048576));
    rest := m[4];
  end loop;
  refuse 'half of a surrogate pair' if rest ~ '[\U000F0000-\U001003FF]';
  return r || rest;
end $$;

function left(x text, n int, units boolean default true) text as $$
begin
  fail 536, 'name', 'LEFT' if n < 0;
  return case when units then ms.from_units(left(ms.to_units(x), n)) else left(x, n) end;
end $$;

function right(x text, n int, units boolean default true) text as $$
begin
  fail 536, 'state', '5', 'name', 'RIGHT' if n < 0;
  return case when units then ms.from_units(right(ms.to_units(x), n)) else right(x, n) end;
end $$;

function substring(x text, s int, n int, units boolean default true) text as $$
begin
  fail 537 if n < 0;
  if s < 1 then n := greatest(n::bigint + s - 1, 0); s := 1; end if;
  return case when units then ms.from_units(substr(ms.to_units(x), s, n)) else substr(x, s, n) end;
end $$;

function substring(x bytea, s int, n int) bytea as $$
begin
  fail 537 if n < 0;
  if s < 1 then n := greatest(n::bigint + s - 1, 0); s := 1; end if;
  return substring(x, s, n);
end $$;

-- Folding keeps every character's position.
function fold_ci_as(x text, alike int default 3) text return
  lower(case when octet_length(x) = length(x) then x else translate(ms.even(x, alike), 'İ', U&'\E006') end);
function fold_ci_ai(x text, alike int default 3) text return
  ms.k_base(lower(translate(ms.even(x, alike, false), 'İ', U&'\E006')));
function fold_cs_as(x text, alike int default 3) text return
  ms.even(x, alike);
function fold_cs_ai(x text, alike int default 3) text return
  translate(ms.k_base(ms.even(x, alike, false)), 'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝĀĂĄĆČĎĒĖĘĚĞĢĪĮĶĻŁŃŅŇŌŐŔŘŚŞŠŤŪŮŰŲŹŻŽØĐ',
    'AAAAAACEEEEIIIINOOOOOUUUUYAAACCDEEEEGGIIKLLNNNOORRSSSTUUUUZZZOD');

function charindex(needle text, hay text, s int, units boolean default true) int strict as $$
declare p int;
begin
  return 0 if needle = '';
  s := 1 if s < 1;
  if units then hay := ms.to_units(hay); needle := ms.to_units(needle); end if;
  p := position(needle in substr(hay, s));
  return case when p = 0 then 0 else p + s - 1 end;
end $$;

-- A LIKE pattern as a regular expression; padded: trailing blanks of the value are ignored (char, varchar).
function like_regex(p text, e text, padded boolean default false) text as $$
declare r text := '^'; i int := 1; n int; c text; j int; body text; neg boolean;
begin
  return null if p is null;
  n := length(p);
  while i <= n loop
    c := substr(p, i, 1);
    if e is not null and c = e then
      i := i + 1;
      exit when i > n;
      c := substr(p, i, 1);
      r := r || regexp_replace(c, '([\\.^$|()\[\]{}*+?])', '\\\1');
    elsif c = '%' then r := r || '.*';
    elsif c = '_' then r := r || '.';
    elsif c = '[' then
      j := i + 1; body := ''; neg := false;
      if substr(p, j, 1) = '^' then neg := true; j := j + 1; end if;
      while j <= n and (substr(p, j, 1) <> ']' or body = '') loop
        if e is not null and substr(p, j, 1) = e then
          j := j + 1;
          body := body || case when substr(p, j, 1) in ('\', ']', '[', '^', '-') then '\' else '' end || substr(p, j, 1);
        else
          body := body || case when substr(p, j, 1) in ('\', '[', ']', '^') then '\' else '' end || substr(p, j, 1);
        end if;
        j := j + 1;
      end loop;
      return '$.' if j > n;
      r := r || '[' || case when neg then '^' else '' end || body || ']';
      i := j;
    else
      r := r || regexp_replace(c, '([\\.^$|()\[\]{}*+?])', '\\\1');
    end if;
    i := i + 1;
  end loop;
  -- (?s): a wildcard matches line breaks too
  return '(?s)' || r || case when padded then ' *$' else '$' end;
end $$;

function patindex(p text, x text) int strict as $$
declare body text; m int;
begin
  return case when x ~ ms.like_regex(p, null) then 1 else 0 end if left(p, 1) <> '%';
  body := ltrim(p, '%');
  for m in 1 .. length(x) + 1 loop
    return m if substr(x, m) ~ ms.like_regex(body, null);
  end loop;
  return 0;
end $$;

-- fx and fa are x and a, folded.
function replace(x text, a text, b text, fx text, fa text) text strict as $$
declare r text := ''; p int; rest text; n int;
begin
  return x if a = '';
  return replace(x, a, b) if fx = x and fa = a;
  rest := x; n := length(a);
  loop
    p := position(fa in fx);
    exit when p = 0;
    r := r || left(rest, p - 1) || b;
    rest := substr(rest, p + n); fx := substr(fx, p + n);
  end loop;
  return r || rest;
end $$;

function stuff(x text, s int, n int, y text, units boolean default true) text as $$
declare u text := case when units then ms.to_units(x) else x end;
begin
  return null if s < 1 or n < 0 or s > length(u);
  return ms.from_units(left(u, s - 1) || coalesce(ms.to_units(y), '') || substr(u, s + n));
end $$;

-- UPPER and LOWER map single characters, and keep one that would become several.
function cased(x text, how text, doubtful text) text as $$
declare r text := case how when 'upper' then upper(x) else lower(x) end;
begin
  return r if octet_length(x) = length(x);
  refuse how || ' of one of ' || doubtful if x ~ doubtful;
  return r if length(r) = length(x) and x !~ 'Σ';
  return (select string_agg(case when length(u) = 1 then u else c end, '' order by n) from regexp_split_to_table(x, '') with ordinality t(c, n),
    lateral (select case how when 'upper' then upper(c) else lower(c) end) v(u));
end $$;

function replicate(x text, n int, lim int) text return
  case when n < 0 then null else left(repeat(x, n), lim) end;

function ascii(x text, page text) int return
  case when x = '' then null else get_byte(convert_to(left(x, 1), page::name), 0) end;

function unicode(x text, units boolean default true) int return
  case when x = '' then null when ascii(x) > 65535 and units then 55296 + ((ascii(x) - 65536) >> 10) else ascii(x) end;

-- Part of a multi-byte character gives NULL.
function char(n int, page text) text return
  case when n = 0 then ms.refuse('CHAR(0)')
       when n between 1 and case when page like 'WIN%' then 255 else 127 end
       then convert_from(decode(lpad(to_hex(n), 2, '0'), 'hex'), page::name)
       when n between 128 and 255 and page <> 'UTF8' then ms.refuse('CHAR(' || n || ') in ' || page) end;

function nchar(n int, most int) text return
  case when n between 1 and 55295 or n between 57344 and most then chr(n)
       when n = 0 or n between 55296 and 57343 then ms.refuse('NCHAR(' || n || ')') end;

function quotename(x text, q text) text return
  case when length(x) > 128 then null
       when q in ('[', ']', '') then '[' || replace(x, ']', ']]') || ']'
       when q in ('''', '"', '`') then q || replace(x, q, q || q) || q
       when q in ('(', ')') then '(' || replace(x, ')', '))') || ')'
       when q in ('<', '>') then '<' || replace(x, '>', '>>') || '>'
       when q in ('{', '}') then '{' || replace(x, '}', '}}') || '}' end;

function translate(x text, a text, b text) text as $$
begin
  fail 9828 if length(a) <> length(b);
  return translate(x, a, b);
end $$;

function str(x float8, n int, d int) text return
  case when n < 1 then null when length(round(x::numeric, d)::text) > n then repeat('*', n)
       else lpad(round(x::numeric, d)::text, n) end;

function string_split(x text, s text) table (v text, n bigint) as $$
begin
  fail 214, 'state', '11', 'parameter', 'separator', 'type', 'nchar(1)/nvarchar(1)' if length(s) <> 1;
  return query select t.v, t.n from unnest(case when x = '' then array[''] else string_to_array(x, s) end) with ordinality t(v, n);
end $$;

function string_agg_limit(x text, n int) text as $$
begin
  fail 9829 if length(x) > n;
  return x;
end $$;

function isnumeric(x text) int return
  case when btrim(x) ~* '^[+-]?[$]?([0-9,]+\.?[0-9]*|\.[0-9]+)([ed][+-]?[0-9]+)?$' or btrim(x) in ('+', '-', '$', '.', ',') then 1 else 0 end;

function isdate(x text) int return
  (btrim(x) <> '' and ms.try_eval($$ms.text_to_ticks($1, 'datetime', 0, 'varchar')$$, x) is not null)::int;

-- ---- aggregates by key

function lesser_pair(s text[], v text, k text) text[] return
  case when v is null then s when s is null or k < s[2] then array[v, k] else s end;
function greater_pair(s text[], v text, k text) text[] return
  case when v is null then s when s is null or k > s[2] then array[v, k] else s end;
function pair_value(s text[]) text return s[1];
create aggregate ms.min_text(text, text) (sfunc = ms.lesser_pair, stype = text[], finalfunc = ms.pair_value);
create aggregate ms.max_text(text, text) (sfunc = ms.greater_pair, stype = text[], finalfunc = ms.pair_value);

function lesser_uuid(a uuid, b uuid) uuid return
  case when a is null then b when b is null then a when ms.k_uuid(b) < ms.k_uuid(a) then b else a end;
function greater_uuid(a uuid, b uuid) uuid return
  case when a is null then b when b is null then a when ms.k_uuid(b) > ms.k_uuid(a) then b else a end;
create aggregate ms.min_uuid(uuid) (sfunc = ms.lesser_uuid, stype = uuid);
create aggregate ms.max_uuid(uuid) (sfunc = ms.greater_uuid, stype = uuid);

function lesser_offset(a ms.dto, b ms.dto) ms.dto return
  case when a is null then b when b is null then a when (b).u < (a).u then b else a end;
function greater_offset(a ms.dto, b ms.dto) ms.dto return
  case when a is null then b when b is null then a when (b).u > (a).u then b else a end;
create aggregate ms.min_offset(ms.dto) (sfunc = ms.lesser_offset, stype = ms.dto);
create aggregate ms.max_offset(ms.dto) (sfunc = ms.greater_offset, stype = ms.dto);

-- ---- row counts

function top_count(n bigint) bigint as $$
begin
  fail 1060 if n is null;
  fail 127 if n < 0;
  return n;
end $$;

function series_step(n numeric) numeric as $$
begin
  fail 4199, 'value', '0', 'position', '3', 'name', 'generate_series' if n = 0;
  return n;
end $$;

function recursion_step(level integer, most integer) integer as $$
begin
  fail 530, 'maximum', most::text if most > 0 and level >= most;
  return level + 1;
end $$;

function row_offset(n bigint) integer as $$
begin
  fail 8730 if n < 0;
  return n;
end $$;

function offset_count(n bigint) bigint language sql volatile as
  'select case when n >= 0 then n else ms.fail(10742)::bigint end';

function fetch_count(n bigint) bigint language sql volatile as
  'select case when n >= 1 then n else ms.fail(10744)::bigint end';
