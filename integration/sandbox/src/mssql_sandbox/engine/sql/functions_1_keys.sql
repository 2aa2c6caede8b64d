-- Errors and comparison keys.

create type ms.dto as (u bigint, o smallint);

-- Raise a SQL Server error from an expression: its number in messages.toml, then alternating names and values.
-- The runtime makes the error; 'state' and 'variant' may be among the names.
function fail(number int, variadic named text[] default '{}') text volatile as $$
begin
  raise exception using errcode = 'MS000', message = number || '|' || json_object(named);
end $$;

-- The same for what the sandbox does not know. Statements of functions with a condition, such as
-- "refuse 'COT(0)' if x = 0;", where the two need no PERFORM, are made an IF by engine/bootstrap.py, which adds the
-- CREATE and RETURNS of a FUNCTION, its schema ms and its language.
function refuse(construct text) text language sql as $$
  select ms.fail(50999, 'construct', construct)
$$;

-- A sql_variant is its value as text after its base type, as numeric(5,2) or varchar(3) with the collation after a
-- blank; system functions and views leave out the sizes, and nvarchar as a whole.
function variant(type text, value text) text return U&'\E110' || type || ':' || value;
function variant_value(x text) text return regexp_replace(x, U&'^\E110[^:]*:', '');
function variant_base(x text) text return
  case when x is not null then coalesce(substring(x from U&'^\E110([^: ]*)'), 'nvarchar') end;
function variant_type(x text) text return regexp_replace(ms.variant_base(x), '\(.*', '');

-- Punctuation sorts before digits, digits before letters, accented letters after their base letter.
-- The first 33 positions from 0x0E hold blank and ASCII punctuation in the order of SQL_Latin1_General_CP1.
function k_order(x text) text return
  translate(x, ' _-,;:!?/.`^~''"()[]{}@$*\&#%+<=>|',
    U&'\000E\000F\0010\0011\0012\0013\0014\0015\0016\0017\0018\0019\001A\001B\001C\001D\001E\001F\0020\0021\0022\0023\0024\0025\0026\0027\0028\0029\002A\002B\002C\002D\002E');

function k_base(x text) text return
  translate(x, 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćčďēėęěğģīįķļłńņňōőŕřśşšţťūůűųźżžøđ',
               'aaaaaaceeeeiiiinooooouuuuyyaaaccdeeeeggiikllnnnoorrsssttuuuuzzzod');

-- Each character mapped to one of its equals: 1 hiragana and katakana, 2 full and half width.
function even(x text, alike int, accents boolean default true) text as $$
begin
  return x if octet_length(x) = length(x) or x !~ U&'[\3000\3041-\30FA\FF01-\FFEE]';
  refuse 'the comparison of voiced and unvoiced kana'
    if x ~ U&'[\3099-\309C\FF9E\FF9F]' or not accents and x ~ U&'[\3041-\30FA\FF66-\FF9D]';
  return (select string_agg(case when alike & 1 = 1 and ascii(e) between 12449 and 12534 then chr(ascii(e) - 96) else e end, '' order by n)
    from regexp_split_to_table(x, '') with ordinality t(c, n),
      lateral (select case when alike & 2 = 2 and c ~ U&'[\3000\FF01-\FFEE]' then normalize(c, NFKC) else c end as e));
end $$;

function k_even(x text) text return
  case when octet_length(x) = length(x) then ms.k_order(lower(rtrim(x, ' ')))
       else ms.k_order(ms.k_base(casefold(rtrim(x, ' ')))) || U&'\0001' || casefold(rtrim(x, ' ')) end;
-- Letters, digits and blanks keep their order: to look for others takes a fifth of the time of translate().
function k_ci_as(x text, alike int default 3) text return
  case when x ~ '^[A-Za-z0-9 ]*$' then lower(rtrim(x, ' '))
       when octet_length(x) = length(x) then ms.k_order(lower(rtrim(x, ' '))) else ms.k_even(ms.even(x, alike)) end;

function k_ci_ai(x text, alike int default 3) text return
  ms.k_order(ms.k_base(casefold(rtrim(ms.even(x, alike, false), ' '))));

function k_swap(x text) text return
  translate(x, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');

function k_cs_as(x text, alike int default 3) text return
  ms.k_order(ms.k_base(casefold(rtrim(ms.even(x, alike), ' ')))) || U&'\0001' || ms.k_swap(rtrim(ms.even(x, alike), ' '));

function k_cs_ai(x text, alike int default 3) text return
  ms.k_order(ms.k_base(casefold(rtrim(ms.even(x, alike, false), ' ')))) || U&'\0001' || ms.k_swap(ms.k_base(rtrim(ms.even(x, alike), ' ')));

-- The key of a string, where the order of its language is known.
function k_ordered(key text, x text, unknown text, collation_name text) text as $$
begin
  refuse 'the order of ' || x || ' by the collation ' || collation_name if x ~* unknown;
  return key;
end $$;

function k_bin2(x text) text return rtrim(x, ' ');

-- Values of one family are equal whatever their types; texts are compared within a collation.
function k_variant(x text) text return
  case when ms.variant_type(x) ~ 'int|bit|decimal|numeric|money|float|real' then U&'\E110' || trim_scale(ms.variant_value(x)::numeric)
       when x is null or x ~ U&'^([^\E110]|$|\E110n?(var)?char(:|[^ :]* SQL_Latin1_General_CP1_CI_AS:))' then ms.k_ci_as(ms.variant_value(x))
       else ms.refuse('sql_variant compared that is neither a number nor text of the usual collation') end;

function k_binary(x bytea) bytea return rtrim(x, '\x00');

-- uniqueidentifier orders by its last six bytes first.
function k_uuid(x uuid) text return
  substr(x::text, 25, 12) || substr(x::text, 20, 4)
  || substr(x::text, 17, 2) || substr(x::text, 15, 2)
  || substr(x::text, 12, 2) || substr(x::text, 10, 2)
  || substr(x::text, 7, 2) || substr(x::text, 5, 2) || substr(x::text, 3, 2) || substr(x::text, 1, 2);
