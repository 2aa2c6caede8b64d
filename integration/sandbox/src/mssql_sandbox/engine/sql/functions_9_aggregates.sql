-- Rows of TOP (p) PERCENT.
function percent_count(rows bigint, p float8) bigint
as $$
begin
  fail 1014 if p is null;
  fail 1031 if p < 0 or p > 100;
  return ceil(rows * p::numeric / 100);
end $$;

-- Aggregates that the engine lacks.

function percentile_cont(v float8[], p float8, descending boolean) float8
as $$
  with sorted as (
    select e, row_number() over (order by case when descending then -e else e end) - 1 as n, count(*) over () - 1 as last
    from unnest(v) e where e is not null
  ), place as (select p * max(last) as at from sorted)
  select low.e + (high.e - low.e) * (at - floor(at)) from place
  join sorted low on low.n = floor(at) join sorted high on high.n = ceil(at)
$$;

function percentile_disc(v anyarray, p float8, descending boolean) anyelement
as $$
  select e from (
    select e, count(*) over () as total, row_number() over (order by e) as up, row_number() over (order by e desc) as down
    from unnest(v) e where e is not null
  ) s where case when descending then down else up end = greatest(ceil((p * total)::numeric), 1)
$$;

-- The result of JSON_ARRAYAGG and JSON_OBJECTAGG without rows is not documented.
function json_aggregate(opening text, items text, closing text, rows bigint, name text) text
as $$
begin
  refuse name || ' of no rows' if rows = 0;
  return opening || coalesce(items, '') || closing;
end $$;

function json_key(k text) text as $$
begin
  refuse 'a NULL key in JSON_OBJECTAGG' if k is null;
  return ms.json_quote(k);
end $$;
