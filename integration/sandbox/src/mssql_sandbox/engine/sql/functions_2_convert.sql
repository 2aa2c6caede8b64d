-- Conversions. Faults carry SQL Server's numbers and texts.

function to_bit(x numeric) smallint return
  case when x is null then null when x = 0 then 0 else 1 end::smallint;

function to_smallint(x bigint) smallint as $$
begin
  fail 220, 'type', 'smallint', 'value', x::text if x not between -32768 and 32767;
  return x;
end $$;

function to_tinyint(x bigint) smallint as $$
begin
  fail 220, 'state', '2', 'type', 'tinyint', 'value', x::text if x not between 0 and 255;
  return x;
end $$;

function tinyint_result(x int) smallint as $$
begin
  fail 8115, 'source', 'expression', 'target', 'tinyint' if x not between 0 and 255;
  return x;
end $$;

function number_overflow(kind text, target text) text as $$
  select ms.fail(8115, 'source', case kind when 'float' then 'expression' when 'int' then 'int' else 'numeric' end, 'target', target)
$$;

function number_to_bigint(x numeric, kind text) bigint as $$
begin
  perform ms.number_overflow(case kind when 'float' then 'float' else 'expression' end, 'bigint')
    if x not between -9223372036854775808 and 9223372036854775807;
  return x;
end $$;

function number_to_int(x numeric, kind text) integer as $$
begin
  fail 8115, 'source', 'expression', 'target', 'int' if x not between -2147483648 and 2147483647;
  return x;
end $$;

function number_to_smallint(x numeric, kind text) smallint return
  ms.to_smallint(ms.number_to_bigint(x, kind));

function number_to_tinyint(x numeric, kind text) smallint return
  ms.to_tinyint(ms.number_to_bigint(x, kind));

function to_decimal(x numeric, p int, s int, kind text) numeric
as $$
declare r numeric := round(x, s);
begin
  if abs(r) >= 10::numeric ^ (p - s) then
    perform ms.fail(8115, 'source', kind, 'target', 'numeric', 'state', case when kind = 'expression' then '2'
      when kind = 'float' or kind = 'numeric' and abs(r) >= 10::numeric ^ (38 - s) then '6' else '8' end);
  end if;
  return r;
end $$;

function float_result(x float8) float8 as $$
begin
  fail 8115, 'source', 'expression', 'target', 'float' if x = 'infinity' or x = '-infinity';
  return x;
end $$;

-- kind: expression, int, money, numeric or float.
function to_money(x numeric, kind text default 'expression', target text default 'money')
numeric as $$
declare
  r numeric := round(x, 4); most numeric := case target when 'money' then 922337203685477.5807 else 214748.3647 end;
begin
  return r if r is null or r between -most - 0.0001 and most;
  fail 220, 'state', '3', 'type', target, 'value', x::text if kind = 'int';
  fail 232, 'state', '2', 'type', target, 'value', round(x, 6)::text if kind = 'float';
  fail 237, 'target', target if kind = 'money';
  perform ms.fail(8115, 'state', case kind when 'numeric' then '4' else '2' end, 'source', kind, 'target', target);
end $$;

function to_smallmoney(x numeric, kind text default 'expression') numeric return
  ms.to_money(x, kind, 'smallmoney');

function float_overflow(x float8, type text, state text) text as $$
  select ms.fail(232, 'state', state, 'type', type, 'value', round(ms.float_numeric(x), 6)::text)
$$;

function to_real(x float8) real as $$
begin
  perform ms.float_overflow(x, 'real', '2') if abs(x) >= 3.4028235677973366e38;
  refuse 'a value below 1.18e-38 as real' if x <> 0 and abs(x) < 1.17549435e-38;
  return x;
end $$;

-- ---- from text

function text_to_int(x text, source text, target text) bigint strict as $$
declare t text; n numeric;
begin
  -- A third of the time of what follows.
  return x::bigint if target in ('int', 'bigint') and x ~ '^-?[0-9]{1,9}$';
  t := btrim(x, E' \t\r\n');
  if target = 'bit' then
    if lower(t) = 'true' then return 1; elsif lower(t) = 'false' then return 0; end if;
  end if;
  return 0 if t = '';
  fail 8114, 'source', source, 'target', 'bigint' if t !~ '^[+-]?\s*[0-9]+$' and target = 'bigint';
  fail 245, 'source', source, 'value', x, 'target', target if t !~ '^[+-]?\s*[0-9]+$';
  n := replace(t, ' ', '')::numeric;
  return case when n = 0 then 0 else 1 end if target = 'bit';
  if target = 'int' and n not between -2147483648 and 2147483647 then
    perform ms.fail(248, 'source', source, 'value', x);
  elsif target = 'smallint' and n not between -32768 and 32767 then
    perform ms.fail(244, 'state', '2', 'source', source, 'value', x, 'target', 'INT2');
  elsif target = 'tinyint' and n not between 0 and 255 then
    perform ms.fail(244, 'source', source, 'value', x, 'target', 'INT1');
  elsif n not between -9223372036854775808 and 9223372036854775807 then
    perform ms.fail(8115, 'source', 'expression', 'target', 'bigint');
  end if;
  return n;
end $$;

function text_to_numeric(x text, source text) numeric strict as $$
declare t text := btrim(x, ' ');
begin
  fail 8114, 'source', source, 'target', 'numeric' if t !~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$';
  fail 8115, 'state', '6', 'source', source, 'target', 'numeric'
    if length(ltrim(translate(t, '+-.', ''), '0')) > 38;
  refuse 'text of more than 38 decimals as decimal' if scale(t::numeric) > 38;
  return t::numeric;
end $$;

function text_to_money(x text, source text, target text) numeric strict as $$
declare t text := replace(replace(btrim(x, ' '), ',', ''), '$', '');
begin
  return 0 if t = '';
  fail 235 if t !~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$';
  return t::numeric;
end $$;

function text_to_float(x text, source text, target text) float8
strict as $$
declare t text := btrim(x, ' '); r float8;
begin
  return 0 if t = '';
  fail 8114, 'source', source, 'target', target if t !~* '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([ed][+-]?[0-9]+)?$';
  r := replace(lower(t), 'd', 'e')::float8;
  refuse 'text beyond the range of real' if target = 'real' and abs(r) not between 1.17549435e-38 and 3.4028234e38 and r <> 0;
  return r;
end $$;

function text_to_guid(x text) uuid strict as $$
declare t text := x;
begin
  t := substr(t, 2) if t ~ '^\{';
  t := substr(t, 1, 36);
  fail 8169 if t !~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
  return t::uuid;
end $$;

-- ---- to text

function truncation_fault(tab text, col text, kept text) text as $$
begin
  fail 8152 if tab = '';
  perform ms.fail(2628, 'table', tab, 'column', col, 'value', kept);
  return null;
end $$;

-- Lengths of strings count UTF-16 units, with UTF-8 collations bytes. Trailing blanks are cut silently.
function cut_units(x text, n int) text as $$
begin
  return x if octet_length(x) <= n;
  return ms.left(x, n);
end $$;

function page_length(x text, page text) int return
  case when page = 'UTF8' or octet_length(x) = length(x) then octet_length(x) else length(convert_to(x, page::name)) end;

function cut_bytes(x text, n int, page text default 'UTF8') text as $$
declare r text := x;
begin
  return x if ms.page_length(x, page) <= n;
  r := left(x, n);
  while ms.page_length(r, page) > n loop r := left(r, -1); end loop;
  return r;
end $$;

function fit_units(x text, n int, tab text, col text) text as $$
begin
  return x if octet_length(x) <= n or ms.utf16_length(x) <= n;
  perform ms.truncation_fault(tab, col, ms.cut_units(x, n)) if ms.utf16_length(rtrim(x, ' ')) > n;
  return ms.cut_units(x, n);
end $$;

function fit_bytes(x text, n int, tab text, col text, page text) text as $$
begin
  return x if ms.page_length(x, page) <= n;
  perform ms.truncation_fault(tab, col, ms.cut_bytes(x, n, page)) if ms.page_length(rtrim(x, ' '), page) > n;
  return ms.cut_bytes(x, n, page);
end $$;

function fit_binary(x bytea, n int, tab text, col text) bytea as $$
begin
  perform ms.truncation_fault(tab, col, '') if length(x) > n;
  return x;
end $$;

function number_fit(x text, n int, source text, target text, stars boolean) text
strict as $$
begin
  return x if length(x) <= n;
  return '*' if stars;
  if source in ('money', 'smallmoney') then
    perform ms.fail(234, 'target', target);
  elsif source in ('float', 'real') then
    perform ms.float_overflow(x::float8, target, '2');
  end if;
  fail 8115, 'state', '5', 'source', 'numeric', 'target', 'varchar' if source = 'numeric' and target in ('char', 'varchar');
  perform ms.fail(8115, 'source', 'expression', 'target', target);
  return null;
end $$;

function invalid_style(x text, style int, kind text) text strict as $$
  select ms.fail(281, 'style', style::text, 'source', kind)
$$;

function money_text(x numeric, style int) text return
  case style when 0 then round(x, 2)::text when 1 then to_char(x, 'FM999,999,999,999,990.00')
       when 2 then x::numeric(19,4)::text when 126 then x::numeric(19,4)::text
       else ms.invalid_style(x::text, style, 'money') end;

-- All digits of a double, which the engine's own cast cuts at 15.
function float_exact(x float8) numeric strict as $$
declare
  bits bigint := ('x' || encode(float8send(abs(x)), 'hex'))::bit(64)::bigint;
  e int := (bits >> 52)::int; m numeric := bits & 4503599627370495; r numeric;
begin
  if e = 0 then e := 1; else m := m + 4503599627370496; end if;
  e := e - 1075;
  r := case when e >= 0 then m * 2::numeric ^ e else trim_scale(m * 5::numeric ^ (-e) * ('1e' || e)::numeric) end;
  return case when x < 0 then -r else r end;
end $$;

-- Conversion to decimal keeps 17 digits and appends zeros.
function float_numeric(x float8) numeric as $$
begin
  return x if x is null or x = 0;
  return x::bigint if abs(x) < 1e15 and x = trunc(x);
  return round(ms.float_exact(x), 16 - floor(log(abs(x)))::int);
end $$;

function float_integer(x float8, target text) bigint strict as $$
declare top float8 := case target when 'tinyint' then 255 when 'smallint' then 32767 when 'int' then 2147483647 else 9223372036854774784 end;
begin
  if trunc(x) > top or trunc(x) < (case when target = 'tinyint' then 0 else -top - 1 end) then
    fail 8115, 'source', 'expression', 'target', 'bigint' if target = 'bigint';
    perform ms.float_overflow(x, target, '3');
  end if;
  return trunc(x)::bigint;
end $$;

-- Style 0 has six significant digits, 1 eight, 2 sixteen, 3 seventeen; 126 the type's precision.
function float_text(x float8, style int, kind text) text
strict as $$
declare digits int; e int; m text; r text; sign text;
begin
  fail 281, 'style', style::text, 'source', kind if style not in (0, 1, 2, 3, 126);
  digits := case style when 0 then 6 when 1 then 8 when 2 then 16 when 3 then 17 else case kind when 'real' then 8 else 16 end end;
  sign := case when get_byte(float8send(x), 0) >= 128 then '-' else '' end;
  if x = 0 then return sign || case when style = 0 then '0' else '0.' || repeat('0', digits - 1) || 'e+000' end; end if;
  r := to_char(ms.float_exact(abs(x)), '9.' || repeat('9', digits - 1) || 'EEEE');
  m := btrim(split_part(r, 'e', 1));
  e := split_part(r, 'e', 2)::int;
  if m like '10.%' then  -- rounding carried
    m := '1.' || repeat('0', digits - 1); e := e + 1;
  end if;
  if style = 0 then
    if e between -4 and 5 then
      r := round(ms.float_exact(abs(x)), digits - 1 - e)::text;
      return sign || case when position('.' in r) > 0 then rtrim(rtrim(r, '0'), '.') else r end;
    end if;
    m := rtrim(rtrim(m, '0'), '.');
  end if;
  return sign || m || 'e' || case when e < 0 then '-' else '+' end || lpad(abs(e)::text, 3, '0');
end $$;

-- ---- code pages and binary

-- A text as varchar in code page 1252: Latin letters lose accents that the page lacks, the rest becomes '?',
-- once per UTF-16 unit. The best-fit characters of other pages are not known here.
function to_code_page(x text, page text default 'WIN1252') text strict as $$
declare c text; r text := '';
begin
  return x if octet_length(x) = length(x);
  if page <> 'WIN1252' then
    foreach c in array regexp_split_to_array(x, '') loop
      begin
        r := r || convert_from(convert_to(c, page::name), page::name);
      exception when untranslatable_character then
        refuse 'the character ' || c || ' in code page ' || page if c ~ U&'[\00A0-\024F\1E00-\2BFF\FF00-\FFEF]';
        r := r || repeat('?', ms.utf16_length(c));
      end;
    end loop;
    return r;
  end if;
  x := translate(x, 'ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŹźŻż',
    'AaAaAaCcCcCcCcDdÐdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjKkLlLlLlLlNnNnNnOoOoOoRrRrRrSsSsSsTtTtTtUuUuUuUuUuUuWwYyZzZz');
  x := regexp_replace(x, '[\U00010000-\U0010FFFF]', '??', 'g');
  return regexp_replace(x, U&'[^\0001-\007F\00A0-\00FF\20AC\201A\0192\201E\2026\2020\2021\02C6\2030\0160\2039\0152\017D\2018\2019\201C\201D\2022\2013\2014\02DC\2122\0161\203A\0153\017E\0178]', '?', 'g');
end $$;

function utf16_binary(x text) bytea strict as $$
declare r bytea := ''; c int; ch text; h text;
begin
  h := '';
  foreach ch in array regexp_split_to_array(x, '') loop
    continue when ch = '';
    c := ascii(ch);
    if c > 65535 then
      c := c - 65536;
      h := h || lpad(to_hex((55296 + (c >> 10)) & 255), 2, '0') || lpad(to_hex((55296 + (c >> 10)) >> 8), 2, '0')
             || lpad(to_hex((56320 + (c & 1023)) & 255), 2, '0') || lpad(to_hex((56320 + (c & 1023)) >> 8), 2, '0');
    else
      h := h || lpad(to_hex(c & 255), 2, '0') || lpad(to_hex(c >> 8), 2, '0');
    end if;
  end loop;
  return decode(h, 'hex');
end $$;

function utf16_text(x bytea) text strict as $$
declare r text := ''; i int := 0; c int; d int; n int := length(x);
begin
  while i + 1 < n loop
    c := get_byte(x, i) | (get_byte(x, i + 1) << 8);
    i := i + 2;
    if c between 55296 and 56319 and i + 1 < n then
      d := get_byte(x, i) | (get_byte(x, i + 1) << 8);
      i := i + 2;
      c := 65536 + ((c - 55296) << 10) + (d - 56320);
    end if;
    refuse 'the character U+0000 in a string' if c = 0;
    r := r || chr(c);
  end loop;
  return r;
end $$;

function hex_binary(x text, style int, source text) bytea strict as $$
declare t text := x;
begin
  if style = 1 then
    fail 8114, 'source', source, 'target', 'varbinary' if t !~* '^0x';
    t := substr(t, 3);
  end if;
  fail 8114, 'source', source, 'target', 'varbinary' if t !~* '^([0-9a-f]{2})*$';
  return decode(t, 'hex');
end $$;

function pad_binary(x bytea, n int) bytea return
  x || decode(repeat('00', greatest(n - length(x), 0)), 'hex');

function int_binary(x bigint, n int) bytea return
  case when n <= 8 then substring(int8send(x), 9 - n, n)
       else decode(repeat(case when x < 0 then 'ff' else '00' end, n - 8), 'hex') || int8send(x) end;

function binary_to_int(x bytea, n int) bigint strict as $$
declare r numeric := 0; b bytea := x; i int; bits int := n * 8;
begin
  b := substring(b, length(b) - n + 1, n) if length(b) > n;
  for i in 0 .. length(b) - 1 loop r := r * 256 + get_byte(b, i); end loop;
  r := r - 2::numeric ^ bits if n > 1 and length(b) = n and get_byte(b, 0) >= 128;
  return r;
end $$;

function guid_binary(x uuid) bytea as $$
declare h text := replace(x::text, '-', '');
begin
  return decode(substr(h, 7, 2) || substr(h, 5, 2) || substr(h, 3, 2) || substr(h, 1, 2)
    || substr(h, 11, 2) || substr(h, 9, 2) || substr(h, 15, 2) || substr(h, 13, 2) || substr(h, 17), 'hex');
end $$;

function binary_guid(x bytea) uuid strict as $$
declare h text := encode(ms.pad_binary(substring(x, 1, 16), 16), 'hex');
begin
  return (substr(h, 7, 2) || substr(h, 5, 2) || substr(h, 3, 2) || substr(h, 1, 2)
    || substr(h, 11, 2) || substr(h, 9, 2) || substr(h, 15, 2) || substr(h, 13, 2) || substr(h, 17))::uuid;
end $$;

function check_json(x text) text as $$
begin
  return x if x is null;
  return ms.json_fault(x) if not (x is json object or x is json array);
  return ms.json_canonical(x::json);
end $$;

-- TRY_CAST: the conversion as text, evaluated with its errors caught.
function try_eval(expression text, value text) text language plpgsql volatile strict as $$
declare r text;
begin
  execute 'select (' || expression || ')::text' into r using value;
  return r;
exception when sqlstate 'MS000' or numeric_value_out_of_range then
  if sqlerrm ~ '^(50999|13647)' then raise; end if;
  refuse 'TRY_CONVERT with a style that CONVERT does not take' if sqlerrm like '281|%';
  return null;
end $$;
