-- Dates: ticks of 100 ns since 0001-01-01, ms.dto for datetimeoffset.

function date_ticks(x date) bigint return
  (x - date '0001-01-01')::bigint * 864000000000;

function ticks_date(x bigint) date return
  date '0001-01-01' + (x / 864000000000)::int;

-- Whole microseconds as a timestamp, for calendar arithmetic.
function stamp(x bigint) timestamp return
  timestamp '0001-01-01' + make_interval(days => (x / 864000000000)::int)
  + make_interval(secs => ((x % 864000000000) / 10)::float8 / 1000000);

function stamp_ticks(x timestamp) bigint return
  (x::date - date '0001-01-01')::bigint * 864000000000
  + (extract(epoch from x::time)::numeric * 10000000)::bigint;

function range_check(x bigint, kind text) bigint as $$
begin
  refuse 'a sum beyond the range of ' || kind if not ms.in_range(x, kind);
  return x;
end $$;

function round_ticks(x bigint, s int) bigint strict as $$
declare unit bigint := (10::numeric ^ (7 - s))::bigint; r bigint;
begin
  r := (x + unit / 2) / unit * unit;
  return x / unit * unit if r > 3155378975999999999;
  return r;
end $$;

function round_time(x bigint, s int) bigint as $$
declare unit bigint := (10::numeric ^ (7 - s))::bigint;
begin
  return ((x + unit / 2) / unit * unit) % 864000000000;
end $$;

function round_offset(x ms.dto, s int) ms.dto as $$
begin
  return null if x is null;
  return row(ms.round_ticks(x.u, s), x.o)::ms.dto;
end $$;

-- datetime: 1753..9999 in steps of 1/300 s.
-- Whether a value, rounded, is one of its type: datetime from 1753, smalldatetime to 2079-06-06 23:59, others to 9999.
function in_range(x numeric, kind text) boolean return
  case kind when 'datetime' then x >= 552877920000000000 and x < 3155378975999985000
    when 'smalldatetime' then x >= 599266080000000000 and x < 655889183699990000
    else x between 0 and 3155378975999999999 end;

function round_datetime(x bigint) bigint as $$
begin
  fail 242, 'source', 'datetime2', 'target', 'datetime' if not ms.in_range(x, 'datetime');
  return x / 864000000000 * 864000000000
    + round(round((x % 864000000000)::numeric * 3 / 100000) * 100000 / 3)::bigint;
end $$;

function round_smalldatetime(x bigint) bigint as $$
declare r bigint := (x + 300000000 + 10000) / 600000000 * 600000000;
begin
  fail 242, 'source', 'datetime2', 'target', 'smalldatetime' if not ms.in_range(r, 'smalldatetime');
  return r;
end $$;

-- A datetime shows whole milliseconds.
function round_milliseconds(x bigint) bigint return
  (x + 5000) / 10000 * 10000;

function offset_local(x ms.dto) bigint return
  (x).u + (x).o::bigint * 600000000;

-- Both UTC and local time must be in the years 1 to 9999 (datetimeoffset-transact-sql, "Remarks").
function in_years(x ms.dto) ms.dto as $$
begin
  refuse 'a datetimeoffset outside the years 1 to 9999'
    if least(x.u, x.u + x.o * 600000000::bigint) < 0
      or greatest(x.u, x.u + x.o * 600000000::bigint) > 3155378975999999999;
  return x;
end $$;

function offset_of(local bigint, minutes int) ms.dto return
  case when local is null or minutes is null then null
       else ms.in_years(row(local - minutes::bigint * 600000000, minutes)::ms.dto) end;

function days_to_datetime(x float8, target text) bigint as $$
declare r numeric := 599266080000000000 + x::numeric * 864000000000;
begin
  fail 8115, 'source', 'expression', 'target', target if not ms.in_range(r, target);
  return ms.round_datetime(r::bigint);
end $$;

function datetime_to_days(x bigint) float8 return
  ((x - 599266080000000000)::numeric / 864000000000)::float8;

-- smalldatetime rounds both operands of a sum.
function whole_minutes(x bigint) bigint return
  (x + 300000000) / 600000000 * 600000000;

function datetime_add(a bigint, b bigint) bigint return
  ms.round_datetime(ms.range_check(a + (b - 599266080000000000), 'datetime'));

function datetime_subtract(a bigint, b bigint) bigint return
  ms.round_datetime(ms.range_check(a - (b - 599266080000000000), 'datetime'));

-- The clock, fixed per statement; the engine's lacks the seventh digit, so one is made up.
function now_ticks() bigint stable return
  ms.stamp_ticks(statement_timestamp() at time zone 'UTC') + 1 + extract(microsecond from statement_timestamp())::bigint % 9;

-- ---- parsing

function date_fault(kind text) text as $$
begin
  fail 295 if kind = 'smalldatetime';
  return ms.fail(241);
end $$;

-- The old types distinguish a value out of range from a malformed text; the new ones do not.
function date_range_fault(kind text, source text) text as $$
begin
  perform ms.date_fault(kind) if kind not in ('datetime', 'smalldatetime');
  perform ms.fail(242, 'source', source, 'target', kind);
  return null;
end $$;

function month_number(x text) int return
  array_position(array['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec'], lower(left(x, 3)));

-- The two digit year cutoff is 2049.
function full_year(y int) int return
  case when y < 50 then 2000 + y else 1900 + y end;

-- (days since 0001-01-01, ticks of the day, offset in minutes or null)
function parse_temporal(x text, style int, kind text, source text, out days int, out ticks bigint, out off int)
as $$
declare t text := btrim(x, ' '); m text[]; y int; mo int; d int; tm text; dmy boolean := style in (3, 4, 5, 103, 104, 105);
begin
  ticks := 0;
  refuse 'CONVERT of a text that does not follow its style'
    if style <> 0 and t <> '' and style || ' ' || t !~* (
      '^(((10?|[345]) (\d\d?\D){2}\d\d|1(0[1345]|10) (\d\d?\D){2}\d{4}|12 \d{6}|112 \d{8})(\s|$)'
      || '|(2|11) \d\d\D|(2[0135]|1(02|11|2[0167])) \d{4}\D|(1(0[0679]|13)|[679]|13) .*[a-z]{3}|(8|14|24|1(08|14)) \d\d?:)');
  -- the usual format of programs
  if t ~ '^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?([+-](0\d|1[0-3]):[0-5]\d)?$'
    and left(t, 4) <> '0000' and substr(t, 6, 2) between '01' and '12' and substr(t, 9, 2) between '01' and '28' then
    tm := substr(t, 21);
    if length(t) > 24 and substr(t, length(t) - 5, 1) in ('+', '-') then
      off := extract(epoch from right(t, 6)::interval) / 60;
      tm := case when length(t) = 25 then '' else substr(t, 21, length(t) - 26) end;
    end if;
    perform ms.date_fault(kind) if length(tm) > 3 and kind in ('datetime', 'smalldatetime');
    days := make_date(left(t, 4)::int, substr(t, 6, 2)::int, substr(t, 9, 2)::int) - date '0001-01-01';
    ticks := (substr(t, 12, 2)::bigint * 3600 + substr(t, 15, 2)::bigint * 60 + substr(t, 18, 2)::bigint) * 10000000
      + rpad(tm, 7, '0')::bigint;
    return;
  end if;
  if t = '' then days := date '1900-01-01' - date '0001-01-01'; return; end if;
  -- zone
  m := regexp_match(t, '^(.*\d)\s*(Z|[+-]\d{1,2}:[0-5]\d)$', 'i');
  if m is not null and m[1] ~ ':' then
    t := m[1];
    off := extract(epoch from replace(upper(m[2]), 'Z', '0')::interval) / 60;
    perform ms.date_fault(kind) if abs(off) > 840;
  end if;
  -- date: year, month, day, time
  if t ~ '^\d{4}[-/.]' then
    m := regexp_match(t, '^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:(?:T|\s+)(.*))?$', 'i');
  elsif t ~ '^(\d{6}|\d{8})(\s|$)' then
    m := regexp_match(t, '^(\d{4}|\d{2})(\d{2})(\d{2})(?:\s+(.*))?$');
  elsif t ~ '^\d{4}$' then
    m := array[t, '1', '1', null];
  elsif style in (2, 11) and t ~ '^\d{1,2}[-/.]\d' then
    m := regexp_match(t, '^(\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?:\s+(.*))?$');
  elsif t ~ '^\d{1,2}[-/.]\d' then
    refuse 'under SET DATEFORMAT ymd a date of digits that does not begin with four of the year'
      if style = 0 and current_setting('ms.dateformat', true) = 'ymd';
    m := regexp_match(t, '^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:\s+(.*))?$');
    m := array[m[3], m[case when dmy then 2 else 1 end], m[case when dmy then 1 else 2 end], m[4]] if m is not null;
  elsif t ~ '[A-Za-z]{3}' then
    m := regexp_match(t, '^([A-Za-z]{3,9})\s+(\d{1,2}),?\s+(\d{4})(?:\s+(.*))?$');
    if m is null then
      m := regexp_match(t, '^(\d{1,2})[\s-]+([A-Za-z]{3,9})[\s,-]+(\d{4})(?:\s+(.*))?$');
      m := array[m[2], m[1], m[3], m[4]];
    end if;
    m := case when ms.month_number(m[1]) is not null then array[m[3], ms.month_number(m[1])::text, m[2], m[4]] end;
  else
    m := array['1900', '1', '1', t];
  end if;
  perform ms.date_fault(kind) if m is null;
  y := case length(m[1]) when 2 then ms.full_year(m[1]::int) else m[1]::int end;
  mo := m[2]::int; d := m[3]::int; tm := m[4];
  perform ms.date_range_fault(kind, source)
    if mo not between 1 and 12 or d < 1 or y < 1 or d > extract(day from make_date(y, mo, 1) + interval '1 month - 1 day');
  days := make_date(y, mo, d) - date '0001-01-01';
  -- time
  if tm <> '' then
    m := regexp_match(tm, '^(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2})(?:[.:](\d{1,7}))?)?\s*([AaPp][Mm])?$');
    perform ms.date_fault(kind) if m is null or (m[2] is null and m[5] is null);
    if m[5] is not null then
      perform ms.date_fault(kind) if m[1]::int not between 1 and 12;
      m[1] := ((m[1]::int % 12) + case when lower(m[5]) = 'pm' then 12 else 0 end)::text;
    end if;
    perform ms.date_range_fault(kind, source)
      if m[1]::int > 23 or coalesce(m[2], '0')::int > 59 or coalesce(m[3], '0')::int > 59;
    perform ms.date_fault(kind) if length(m[4]) > 3 and kind in ('datetime', 'smalldatetime');
    ticks := (m[1]::bigint * 3600 + coalesce(m[2], '0')::bigint * 60 + coalesce(m[3], '0')::bigint) * 10000000
      + rpad(coalesce(m[4], ''), 7, '0')::bigint;
  end if;
end $$;

function text_to_date(x text, style int, source text) date strict return
  date '0001-01-01' + (ms.parse_temporal(x, style, 'date', source)).days;

function text_to_time(x text, style int, source text) bigint strict return
  (ms.parse_temporal(x, style, 'time', source)).ticks;

function text_to_ticks(x text, kind text, style int, source text) bigint strict as $$
declare p record; r bigint;
begin
  p := ms.parse_temporal(x, style, kind, source);
  perform ms.date_fault(kind) if p.off <> 0 and kind in ('datetime', 'smalldatetime');
  r := p.days::bigint * 864000000000 + p.ticks;
  perform ms.date_range_fault(kind, source) if not ms.in_range(r, kind);
  return r;
end $$;

function text_to_offset(x text, style int, source text) ms.dto strict as $$
declare p record;
begin
  p := ms.parse_temporal(x, style, 'datetimeoffset', source);
  p.ticks := p.days::bigint * 864000000000 + p.ticks - coalesce(p.off, 0)::bigint * 600000000;
  -- https://learn.microsoft.com/sql/t-sql/data-types/datetimeoffset-transact-sql: the range holds for UTC as well
  perform ms.date_fault('datetimeoffset') if p.ticks not between 0 and 3155378975999999999;
  return row(p.ticks, coalesce(p.off, 0))::ms.dto;
end $$;

-- ---- formatting

function fraction(ticks bigint, s int) text return
  case when s = 0 then '' else '.' || left(lpad((ticks % 10000000)::text, 7, '0'), s) end;

-- value: days for date, ticks for the others.
function temporal_text(value bigint, kind text, s int, style int) text
strict as $$
declare
  day_number bigint := case kind when 'date' then value when 'time' then 0 else value / 864000000000 end;
  t bigint := case kind when 'date' then 0 when 'time' then value else value % 864000000000 end;
  d date := date '0001-01-01' + day_number::int;
  frac text; milliseconds text; colon boolean := kind in ('datetime', 'smalldatetime');
  parts text; day text; hms text; clock text; half text;
begin
  fail 281, 'style', style::text, 'source', kind
    if not style <@ int4multirange '{[0,14], [20,25], [100,114], [120,121], [126,127], [130,131]}'
      or kind = 'date' and style in (14, 114);
  fail 8114, 'state', '1', 'source', kind, 'target', 'varchar'
    if kind = 'date' and style in (8, 24, 108)
      or kind = 'time' and style <@ int4multirange '{[1,7], [10,12], [23,23], [101,107], [110,112]}';
  t := (t + 5000) / 10000 * 10000 if kind = 'datetime';
  hms := lpad((t / 36000000000)::text, 2, '0') || ':' || lpad((t / 600000000 % 60)::text, 2, '0') || ':'
    || lpad((t / 10000000 % 60)::text, 2, '0');
  clock := lpad(((t / 36000000000 + 11) % 12 + 1)::text, 2, ' ') || substr(hms, 3, 3);
  half := case when t / 36000000000 >= 12 then 'PM' else 'AM' end;
  frac := ms.fraction(t, s);
  if kind = 'time' then
    refuse 'CONVERT style ' || style || ' from time' if style in (22, 130, 131);
    return case when style in (0, 100) then ltrim(clock) || half when style in (8, 20, 24, 108, 120) then hms
      when style in (9, 109) then ltrim(clock) || substr(hms, 6) || frac || half else hms || frac end;
  end if;
  day := case when style in (0, 9, 100, 109) then to_char(d, 'Mon ') || lpad(extract(day from d)::text, 2, ' ') || to_char(d, ' YYYY')
    when style in (13, 113) then to_char(d, 'DD Mon YYYY') when style = 22 then to_char(d, 'MM/DD/YY')
    when style in (20, 21, 23, 25, 120, 121, 126, 127) then to_char(d, 'YYYY-MM-DD') end;
  if style % 100 in (1, 2, 3, 4, 5, 6, 7, 10, 11, 12) then
    day := split_part('MM/DD/YY|YY.MM.DD|DD/MM/YY|DD.MM.YY|DD-MM-YY|DD Mon YY|Mon DD, YY|||MM-DD-YY|YY/MM/DD|YYMMDD', '|', style % 100);
    return to_char(d, case when style > 100 then replace(day, 'YY', 'YYYY') else day end);
  end if;
  return day if kind = 'date' and day is not null or style = 23;
  milliseconds := case when colon then ms.fraction(t, 3) else frac end;
  parts := case when colon then ':' || substr(milliseconds, 2) else frac end;
  return case
    when style in (0, 100) then day || ' ' || clock || half
    when style in (8, 24, 108) then hms
    when style in (9, 109) then day || ' ' || clock || substr(hms, 6) || parts || half
    when style in (13, 14, 113, 114) then coalesce(day || ' ', '') || hms || parts
    when style = 22 then day || ' ' || clock || substr(hms, 6) || ' ' || half
    when style in (20, 120) then day || ' ' || hms
    when style in (21, 25, 121) then day || ' ' || hms || milliseconds
    when style in (126, 127) then day || 'T' || hms || case when colon and t % 10000000 = 0 then '' else milliseconds end
    else ms.refuse('CONVERT style ' || style || ' from ' || kind) end;
end $$;

function offset_text(x ms.dto, s int, style int) text as $$
declare o int; zone text; body text;
begin
  return null if x is null;
  o := (x).o;
  zone := ms.offset_name(o);
  return ms.temporal_text((x).u, 'datetime2', s, 126) || 'Z' if style = 127;
  body := ms.temporal_text(ms.offset_local(x), 'datetime2', s, style);
  return body || case when style in (126) then zone when style in (0, 20, 21, 25, 120, 121, 100) then ' ' || zone else '' end;
end $$;

function offset_name(minutes int) text return
  case when minutes < 0 then '-' else '+' end || lpad((abs(minutes) / 60)::text, 2, '0') || ':' || lpad((abs(minutes) % 60)::text, 2, '0');

-- ---- DATEADD, DATEDIFF, DATEPART

function part_ticks(part text) bigint return case part
  when 'week' then 6048000000000 when 'day' then 864000000000 when 'hour' then 36000000000 when 'minute' then 600000000
  when 'second' then 10000000 when 'millisecond' then 10000 when 'microsecond' then 10 end;

function part_months(part text) int return
  case part when 'year' then 12 when 'quarter' then 3 when 'month' then 1 end;

function month_count(d date) bigint return
  extract(year from d)::bigint * 12 + extract(month from d)::bigint - 1;

function date_add(part text, n bigint, x bigint, kind text) bigint
strict as $$
declare r numeric; months bigint := n * ms.part_months(part); d date; y int; m int; last int;
begin
  if months is not null then
    d := ms.ticks_date(x);
    months := ms.month_count(d) + months;
    y := case when months < 12 or months >= 120000 then 0 else months / 12 end;
    fail 517, 'type', kind if y = 0;
    m := months % 12 + 1;
    last := extract(day from make_date(y, m, 1) + interval '1 month - 1 day');
    r := ms.date_ticks(make_date(y, m, least(extract(day from d)::int, last))) + x % 864000000000;
  else
    r := x + case part when 'nanosecond' then round(n::numeric / 100) else n::numeric * ms.part_ticks(part) end;
  end if;
  return ((r % 864000000000) + 864000000000) % 864000000000 if kind = 'time';
  fail 517, 'type', kind if not ms.in_range(r, kind);
  return r;
end $$;

-- DATEDIFF counts boundaries; weeks start on Sunday whatever DATEFIRST says.
function date_diff(part text, a bigint, b bigint) numeric strict as $$
declare unit int := ms.part_months(part);
begin
  return ms.month_count(ms.ticks_date(b)) / unit - ms.month_count(ms.ticks_date(a)) / unit if unit is not null;
  return case part
    -- 0001-01-01 was a Monday
    when 'week' then (b / 864000000000 + 1) / 7 - (a / 864000000000 + 1) / 7
    when 'nanosecond' then (b - a)::numeric * 100
    else b / ms.part_ticks(part) - a / ms.part_ticks(part) end;
end $$;

function date_diff_big(part text, a bigint, b bigint, most bigint default 9223372036854775807) bigint
as $$
declare r numeric := ms.date_diff(part, a, b);
begin
  fail 535, 'name', case when most > 2147483647 then 'datediff_big' else 'datediff' end
    if r not between -most - 1 and most;
  return r;
end $$;

function date_diff_int(part text, a bigint, b bigint) int return
  ms.date_diff_big(part, a, b, 2147483647);

function date_part(part text, x bigint, datefirst int) int strict as $$
declare d date; wd int; j1 date; t bigint;
begin
  t := x % 864000000000;
  case part
    when 'hour' then return t / 36000000000;
    when 'minute' then return t / 600000000 % 60;
    when 'second' then return t / 10000000 % 60;
    when 'millisecond' then return t / 10000 % 1000;
    when 'microsecond' then return t / 10 % 1000000;
    when 'nanosecond' then return t % 10000000 * 100;
    else
  end case;
  d := ms.ticks_date(x);
  case part
    when 'year' then return extract(year from d);
    when 'quarter' then return extract(quarter from d);
    when 'month' then return extract(month from d);
    when 'dayofyear' then return extract(doy from d);
    when 'day' then return extract(day from d);
    when 'weekday' then return (extract(isodow from d)::int - datefirst + 7) % 7 + 1;
    when 'week' then
      j1 := make_date(extract(year from d)::int, 1, 1);
      wd := (extract(isodow from j1)::int - datefirst + 7) % 7;
      return (extract(doy from d)::int - 1 + wd) / 7 + 1;
    when 'iso_week' then return extract(week from d);
  end case;
  return null;
end $$;

function date_name(part text, x bigint, datefirst int) text strict as $$
begin
  return to_char(ms.ticks_date(x), 'FMMonth') if part = 'month';
  return to_char(ms.ticks_date(x), 'FMDay') if part = 'weekday';
  return ms.date_part(part, x, datefirst)::text;
end $$;

function date_trunc(part text, x bigint, datefirst int) bigint strict as $$
declare d date; unit bigint := ms.part_ticks(case part when 'dayofyear' then 'day' else part end);
  months int := ms.part_months(part);
begin
  return x / unit * unit if part <> 'week' and unit is not null;
  d := ms.ticks_date(x);
  if months is not null then
    months := ms.month_count(d) / months * months;
    return ms.date_ticks(make_date(months / 12, months % 12 + 1, 1));
  end if;
  return ms.date_ticks(d - ((extract(isodow from d)::int - case part when 'week' then datefirst else 1 end + 7) % 7));
end $$;

-- DATE_BUCKET: the start of the bucket of n parts, counted from the origin.
function date_bucket(part text, n bigint, x bigint, origin bigint) bigint strict as $$
declare unit numeric; k numeric; months int := n * ms.part_months(part);
begin
  fail 9834 if n <= 0;
  if months is not null then
    k := floor(ms.date_diff('month', origin, x) / months);
    k := k - 1 if ms.date_add('month', (k * months)::bigint, origin, 'datetime2') > x;
    return ms.date_add('month', (k * months)::bigint, origin, 'datetime2');
  end if;
  unit := n * ms.part_ticks(part);
  return origin + floor((x - origin) / unit) * unit;
end $$;

function end_of_month(x date, n int) date return
  (date_trunc('month', x) + make_interval(months => n + 1) - interval '1 day')::date;

function parts_fault(kind text) text as $$
  select ms.fail(289, 'state', array_position(
    array['date', 'time', 'datetime', 'smalldatetime', 'datetime2', 'datetimeoffset'], kind)::text, 'type', kind)
$$;

function date_from_parts(y int, m int, d int) date strict as $$
begin
  perform ms.parts_fault('date')
    if y not between 1 and 9999 or m not between 1 and 12 or d < 1 or d > extract(day from make_date(y, m, 1) + interval '1 month - 1 day');
  return make_date(y, m, d);
end $$;

function time_from_parts(h int, mi int, s int, f int, p int, kind text default 'time') bigint
strict as $$
begin
  perform ms.parts_fault(kind)
    if h not between 0 and 23 or mi not between 0 and 59 or s not between 0 and 59 or f < 0 or f >= 10 ^ p;
  return (h::bigint * 3600 + mi * 60 + s) * 10000000 + (f * 10 ^ (7 - p))::bigint;
end $$;

-- Hours and minutes have the same sign and a total of at most 14 hours (probed).
function offset_from_parts(local bigint, h int, mi int) ms.dto as $$
begin
  perform ms.parts_fault('datetimeoffset') if h * mi < 0 or abs(mi) > 59 or abs(h * 60 + mi) > 840;
  return ms.offset_of(local, h * 60 + mi);
end $$;

-- ---- time zones: the engine's IANA zones behind Windows names

create table ms.time_zones (name text primary key, iana text not null);

-- Offset in minutes of a zone at a UTC instant.
function zone_offset(zone text, utc bigint) int stable return
  round(extract(epoch from (ms.stamp(utc) at time zone 'UTC' at time zone zone) - ms.stamp(utc)) / 60)::int;

function zone_name(name text) text stable strict as $$
declare r text;
begin
  select iana into r from ms.time_zones z where lower(z.name) = lower(zone_name.name);
  fail 9820, 'name', name if r is null;
  return r;
end $$;

-- A local time in a zone: of an hour that occurs twice the first, a missing hour moves forward.
function attach_zone(x bigint, name text) ms.dto stable as $$
declare zone text := ms.zone_name(name); before int; after int; chosen int;
begin
  return null if x is null or zone is null;
  before := ms.zone_offset(zone, greatest(x - 864000000000, 0));
  after := ms.zone_offset(zone, least(x + 864000000000, 3155378975999999999));
  if ms.zone_offset(zone, greatest(x - before::bigint * 600000000, 0)) = before then chosen := before;
  elsif ms.zone_offset(zone, greatest(x - after::bigint * 600000000, 0)) = after then chosen := after;
  else
    -- in the gap: the later offset, one gap later
    return ms.offset_of(x + (after - before)::bigint * 600000000, after);
  end if;
  return ms.offset_of(x, chosen);
end $$;

function move_zone(x ms.dto, name text) ms.dto stable as $$
declare zone text := ms.zone_name(name);
begin
  return null if x is null or zone is null;
  return ms.in_years(row((x).u, ms.zone_offset(zone, (x).u))::ms.dto);
end $$;

function switch_offset(x ms.dto, o int) ms.dto return
  case when x is null or o is null then null else ms.in_years(row((x).u, o)::ms.dto) end;

function parse_offset(x text) int strict as $$
declare m text[] := regexp_match(x, '^([+-])(\d\d):(\d\d)$');
begin
  fail 9812, 'name', 'todatetimeoffset' if m is null or m[2]::int * 60 + m[3]::int > 840;
  return case m[1] when '-' then -1 else 1 end * (m[2]::int * 60 + m[3]::int);
end $$;
