-- Other string functions: FORMAT, SOUNDEX, PARSENAME, base 64, UNISTR and regular expressions.

function soundex(x text) text strict as $$
declare r text := ''; last text := ''; code text; c text;
begin
  foreach c in array regexp_split_to_array(upper(x), '') loop
    exit when c !~ '^[A-Z]$';
    code := translate(c, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123012-02245501262301-202');
    if r = '' then r := c;
    elsif code not in ('0', '-') and code <> last then r := r || code; end if;
    -- H and W do not separate letters of one code; vowels do
    last := code if code <> '-';
    exit when length(r) = 4;
  end loop;
  return case when r = '' then '0000' else rpad(r, 4, '0') end;
end $$;

function difference(a text, b text) int return
  (select count(*)::int from generate_series(1, 4) i where substr(ms.soundex(a), i, 1) = substr(ms.soundex(b), i, 1))
  + case when a is null or b is null then null else 0 end;

function parsename(x text, n int) text strict as $$
declare parts text[] := '{}'; rest text := x; m text[]; part text;
begin
  return null if n not between 1 and 4;
  loop
    m := regexp_match(rest, '^(\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"|[^.\[\]"]*)(\.(.*))?$', 's');
    return null if m is null;
    part := case left(m[1], 1)
      when '[' then replace(substr(m[1], 2, length(m[1]) - 2), ']]', ']')
      when '"' then replace(substr(m[1], 2, length(m[1]) - 2), '""', '"')
      else m[1] end;
    return null if length(part) > 128;
    parts := array[part] || parts;
    exit when m[2] is null;
    rest := m[3];
  end loop;
  return null if array_length(parts, 1) > 4;
  return nullif(parts[n], '');
end $$;

function base64_encode(x bytea, url boolean) text return
  case when url then rtrim(translate(encode(x, 'base64'), E'+/\n', '-_'), '=') else replace(encode(x, 'base64'), E'\n', '') end;

function base64_decode(x text) bytea strict as $$
declare t text := translate(x, '-_', '+/');
begin
  t := rtrim(regexp_replace(t, '\s', '', 'g'), '=');
  fail 9803, 'type', 'Base64Decode' if t !~ '^[A-Za-z0-9+/]*$' or length(t) % 4 = 1;
  return decode(rpad(t, (length(t) + 3) / 4 * 4, '='), 'base64');
end $$;

function unistr(x text, mark text) text strict as $$
declare r text := ''; i int := 1; m text[]; high int; code int;
begin
  while i <= length(x) loop
    if substr(x, i, 1) <> mark then r := r || substr(x, i, 1); i := i + 1; continue; end if;
    if substr(x, i + 1, 1) = mark then r := r || mark; i := i + 2; continue; end if;
    m := regexp_match(substr(x, i + 1), '^([0-9A-Fa-f]{4}|\+[0-9A-Fa-f]{6})');
    refuse 'UNISTR with an incomplete escape' if m is null;
    code := ('x' || lpad(ltrim(m[1], '+'), 8, '0'))::bit(32)::int;
    i := i + 1 + length(m[1]);
    if code between 55296 and 56319 then high := code; continue; end if;
    code := 65536 + ((high - 55296) << 10) + (code - 56320) if code between 56320 and 57343 and high is not null;
    high := null;
    r := r || chr(code);
  end loop;
  return r;
end $$;

-- ---- FORMAT, culture en-US

function group_thousands(x text) text return
  reverse(regexp_replace(reverse(x), '(\d{3})(?=\d)', '\1,', 'g'));

function format_number(x numeric, f text, whole boolean) text as $$
declare m text[]; kind text; places int; body text; sign text := case when x < 0 then '-' else '' end; minimum int; digits text;
begin
  return null if x is null;
  m := regexp_match(f, '^([A-Za-z])(\d{0,2})$');
  if m is not null then
    kind := upper(m[1]);
    places := nullif(m[2], '')::int;
    if kind = 'D' then
      return null if not whole;
      return sign || lpad(abs(x)::text, greatest(coalesce(places, 0), length(abs(x)::text)), '0');
    elsif kind = 'X' and whole and x >= 0 then
      body := lpad(to_hex(x::bigint), greatest(coalesce(places, 0), length(to_hex(x::bigint))), '0');
      return case m[1] when 'X' then upper(body) else body end;
    elsif kind = 'F' then
      body := round(abs(x), coalesce(places, 2))::text;
      return case when body::numeric = 0 then '' else sign end || body;
    elsif kind in ('N', 'C', 'P') then
      body := round(abs(x) * case kind when 'P' then 100 else 1 end, coalesce(places, 2))::text;
      sign := '' if body::numeric = 0;
      body := ms.group_thousands(split_part(body, '.', 1)) || case when body ~ '\.' then '.' || split_part(body, '.', 2) else '' end;
      return case kind when 'C' then case when sign = '-' then '($' || body || ')' else '$' || body end
        when 'P' then sign || body || ' %' else sign || body end;
    elsif kind = 'G' and places is null then
      return x::text;
    end if;
  end if;
  m := regexp_match(f, '^(\$?)([#,0]*)(?:\.([0#]+))?(%?)$');
  refuse 'FORMAT of a number with ''' || f || ''''
    if m is null or f = '' or coalesce(m[2], '') || coalesce(m[3], '') = '' or m[2] ~ '0.*#' or m[3] ~ '#.*0';
  places := coalesce(length(m[3]), 0);
  minimum := places - length(replace(coalesce(m[3], ''), '0', ''));
  body := round(abs(x) * case m[4] when '%' then 100 else 1 end, places)::text;
  sign := '' if body::numeric = 0;
  digits := coalesce(nullif(split_part(body, '.', 2), ''), '');
  while length(digits) > minimum and right(digits, 1) = '0' loop digits := left(digits, -1); end loop;
  body := split_part(body, '.', 1);
  minimum := length(m[2]) - length(replace(m[2], '0', ''));
  body := '' if body = '0' and minimum = 0;
  body := lpad(body, greatest(minimum, length(body)), '0');
  body := ms.group_thousands(body) if m[2] ~ '[#0],+[#0]';
  return sign || m[1] || body || case when digits = '' then '' else '.' || digits end || m[4];
end $$;

function two_digits(x bigint, n int) text return
  case when n = 1 then x::text else lpad(x::text, 2, '0') end;

function format_date(t bigint, o int, f text) text as $$
declare r text := ''; d date; i int := 1; n int; c text; run text; h int; day_ticks bigint;
begin
  return null if t is null;
  f := case f when 'd' then 'M/d/yyyy' when 'D' then 'dddd, MMMM d, yyyy' when 't' then 'h:mm tt' when 'T' then 'h:mm:ss tt' when 'g' then 'M/d/yyyy h:mm tt'
    when 'G' then 'M/d/yyyy h:mm:ss tt' when 's' then 'yyyy-MM-ddTHH:mm:ss' when 'u' then 'yyyy-MM-dd HH:mm:ssZ'
    when 'm' then 'MMMM d' when 'M' then 'MMMM d' when 'y' then 'MMMM yyyy' when 'Y' then 'MMMM yyyy'
    when 'o' then 'yyyy-MM-ddTHH:mm:ss.fffffff' when 'O' then 'yyyy-MM-ddTHH:mm:ss.fffffff' else f end;
  refuse 'FORMAT of a date with ''' || f || '''' if length(f) = 1;
  d := ms.ticks_date(t);
  day_ticks := t % 864000000000;
  h := day_ticks / 36000000000;
  while i <= length(f) loop
    c := substr(f, i, 1);
    if c in ('''', '"') then
      n := position(c in substr(f, i + 1));
      return null if n = 0;
      r := r || substr(f, i + 1, n - 1);
      i := i + n + 1;
      continue;
    elsif c = '\' then
      r := r || substr(f, i + 1, 1);
      i := i + 2;
      continue;
    end if;
    run := (regexp_match(substr(f, i), '^(' || case when c ~ '[A-Za-z]' then c || '+' else '.' end || ')', 's'))[1];
    n := length(run);
    i := i + n;
    r := r || case c
      when 'y' then case when n > 2 then
        lpad(extract(year from d)::text, greatest(n, length(extract(year from d)::text)), '0') else ms.two_digits(extract(year from d)::int % 100, n) end
      when 'M' then case n when 1 then extract(month from d)::text when 2 then to_char(d, 'MM') when 3 then to_char(d, 'Mon')
        else to_char(d, 'FMMonth') end
      when 'd' then case n when 1 then extract(day from d)::text when 2 then to_char(d, 'DD') when 3 then to_char(d, 'Dy')
        else to_char(d, 'FMDay') end
      when 'H' then lpad(h::text, least(n, 2), '0')
      when 'h' then ms.two_digits((h + 11) % 12 + 1, n)
      when 'm' then ms.two_digits(day_ticks / 600000000 % 60, n)
      when 's' then ms.two_digits(day_ticks / 10000000 % 60, n)
      when 'f' then left(lpad((day_ticks % 10000000)::text, 7, '0'), n)
      when 'F' then rtrim(left(lpad((day_ticks % 10000000)::text, 7, '0'), n), '0')
      when 't' then left(case when h >= 12 then 'PM' else 'AM' end, least(n, 2))
      when 'z' then coalesce(case n when 3 then ms.offset_name(o) when 2 then left(ms.offset_name(o), 3)
        else left(ms.offset_name(o), 1) || (abs(o) / 60)::text end, '')
      when 'K' then coalesce(ms.offset_name(o), '')
      else run end;
  end loop;
  return r;
end $$;

-- ---- regular expressions of SQL Server 2025 (RE2)

-- A pattern in the engine's syntax; what RE2 lacks, or reads differently, is refused by name.
function regex(p text) text as $$
begin
  refuse 'the regular expression ''' || p || ''''
    if p ~ '\(\?(?!:|i\))' or p ~ '\\[1-9]' or p ~ '\\[QEpPCzAZ]' or p ~ '[*+?}][+]';
  return replace(replace(p, '\b', '\y'), '\B', '\Y');
end $$;

-- i, m (lines), s (. matches a line break), c; the engine's letters differ.
function regex_flags(f text) text as $$
begin
  fail 19301, 'flag', f if f !~ '^[icms]*$';
  return case when f ~ 'i[^c]*$' then 'i' else '' end
    || case when f ~ 'm' then case when f ~ 's' then 'w' else 'n' end when f ~ 's' then '' else 'p' end;
end $$;

function regexp_replace(x text, p text, y text, s int, n int, f text) text return
  regexp_replace(x, ms.regex(p), replace(regexp_replace(y, '\\(?![0-9])', '\\\\', 'g'), '\0', '\&'), s, n, ms.regex_flags(f));

function regexp_like(x text, p text, f text) boolean return
  regexp_like(x, ms.regex(p), ms.regex_flags(f));

function regexp_count(x text, p text, s int, f text) int return
  regexp_count(x, ms.regex(p), s, ms.regex_flags(f));

function regexp_instr(x text, p text, s int, n int, e int, f text, g int) int return
  regexp_instr(x, ms.regex(p), s, n, e, ms.regex_flags(f), g);

function regexp_substr(x text, p text, s int, n int, f text, g int) text return
  regexp_substr(x, ms.regex(p), s, n, ms.regex_flags(f), g);
