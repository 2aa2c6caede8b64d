-- Mathematics on float, with SQL Server's errors.

function float_fault() text as $$
  select ms.fail(3623)
$$;

function sqrt(x float8) float8 as $$
begin
  perform ms.float_fault() if x < 0;
  return sqrt(x);
end $$;

function asin(x float8) float8 as $$
begin
  perform ms.float_fault() if abs(x) > 1;
  return asin(x);
end $$;

function acos(x float8) float8 as $$
begin
  perform ms.float_fault() if abs(x) > 1;
  return acos(x);
end $$;

function atn2(y float8, x float8) float8 as $$
begin
  perform ms.float_fault() if x = 0 and y = 0;
  return atan2(y, x);
end $$;

function cot(x float8) float8 as $$
begin
  refuse 'COT(0)' if x = 0;
  return cot(x);
end $$;

function ln(x float8) float8 as $$
begin
  perform ms.float_fault() if x <= 0;
  return ln(x);
end $$;

function log10(x float8) float8 as $$
begin
  perform ms.float_fault() if x <= 0;
  return log(x);
end $$;

function log_base(x float8, b float8) float8 as $$
begin
  perform ms.float_fault() if x <= 0 or b <= 0 or b = 1;
  return ln(x) / ln(b);
end $$;

-- The quotient of the smallest number and -1 overflows, though there is no remainder.
function modulo(a anyelement, b anyelement) anyelement as $$
  select case b when -1 then a / b * 0 else a % b end
$$;

function power(x float8, y float8) float8 as $$
begin
  fail 8134 if x = 0 and y < 0;
  perform ms.float_fault() if x < 0 and y <> floor(y);
  return power(x, y);
end $$;

function power_int(x float8) int as $$
begin
  perform ms.float_overflow(x, 'int', '3') if abs(trunc(x)) > 2147483647;
  return trunc(x);
end $$;

function power_bigint(x float8) bigint as $$
begin
  fail 8115, 'source', 'expression', 'target', 'bigint' if abs(x) >= 9223372036854775808;
  return trunc(x);
end $$;

function float_round(x float8, n int) float8 return
  round(x::numeric, n)::float8;
function float_trunc(x float8, n int) float8 return
  trunc(x::numeric, n)::float8;

function rand(seed int) float8 return
  (('x' || substr(md5(seed::text), 1, 13))::bit(52)::bigint)::float8 / 4503599627370496;

-- A number's low bits as a signed integer of that width (tinyint: unsigned).
function wrap(x numeric, bits int) bigint return
  case when bits = 8 then mod(mod(x, 256) + 256, 256)
       else mod(mod(x + 2::numeric ^ (bits - 1), 2::numeric ^ bits) + 2::numeric ^ bits, 2::numeric ^ bits) - 2::numeric ^ (bits - 1) end::bigint;

function shift_right(x bigint, n bigint, bits int) bigint return
  case when n >= bits then 0
       when n < 0 then ms.wrap(x::numeric * 2::numeric ^ -n, bits)
       else ms.wrap(floor((case when x < 0 then x::numeric + 2::numeric ^ bits else x::numeric end) / 2::numeric ^ n), bits) end;

function shift_left(x bigint, n bigint, bits int) bigint return
  case when n < 0 then ms.shift_right(x, -n, bits) when n >= bits then 0
       else ms.wrap(x::numeric * 2::numeric ^ n, bits) end;

function bit_position(n int, bits int) int as $$
begin
  refuse 'a bit position outside the operand' if n < 0 or n >= bits;
  return n;
end $$;

function get_bit(x bigint, n int, bits int) smallint return
  ((x >> ms.bit_position(n, bits)) & 1)::smallint;

function set_bit(x bigint, n int, v int, bits int) bigint return
  ms.wrap(case v when 1 then x | (1::bigint << ms.bit_position(n, bits)) else x & ~(1::bigint << ms.bit_position(n, bits)) end, bits);

function sha1(data bytea) bytea strict as $$
declare
  h0 bigint := 1732584193; h1 bigint := 4023233417; h2 bigint := 2562383102; h3 bigint := 271733878; h4 bigint := 3285377520;
  m bytea; n int; w bigint[]; i int; t int; a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; x bigint;
  mask constant bigint := 4294967295;
begin
  n := length(data);
  m := data || '\x80'::bytea || decode(repeat('00', (119 - n % 64) % 64), 'hex') || int8send(n::bigint * 8);
  for i in 0 .. length(m) / 64 - 1 loop
    w := array[]::bigint[];
    for t in 0 .. 15 loop
      w[t] := (get_byte(m, i * 64 + t * 4)::bigint << 24) | (get_byte(m, i * 64 + t * 4 + 1)::bigint << 16)
        | (get_byte(m, i * 64 + t * 4 + 2)::bigint << 8) | get_byte(m, i * 64 + t * 4 + 3);
    end loop;
    for t in 16 .. 79 loop
      x := w[t - 3] # w[t - 8] # w[t - 14] # w[t - 16];
      w[t] := ((x << 1) | (x >> 31)) & mask;
    end loop;
    a := h0; b := h1; c := h2; d := h3; e := h4;
    for t in 0 .. 79 loop
      if t < 20 then f := (b & c) | ((~b & mask) & d); k := 1518500249;
      elsif t < 40 then f := b # c # d; k := 1859775393;
      elsif t < 60 then f := (b & c) | (b & d) | (c & d); k := 2400959708;
      else f := b # c # d; k := 3395469782; end if;
      x := ((((a << 5) | (a >> 27)) & mask) + f + e + k + w[t]) & mask;
      e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := x;
    end loop;
    h0 := (h0 + a) & mask; h1 := (h1 + b) & mask; h2 := (h2 + c) & mask; h3 := (h3 + d) & mask; h4 := (h4 + e) & mask;
  end loop;
  return decode(lpad(to_hex(h0), 8, '0') || lpad(to_hex(h1), 8, '0') || lpad(to_hex(h2), 8, '0') || lpad(to_hex(h3), 8, '0') || lpad(to_hex(h4), 8, '0'), 'hex');
end $$;
