-- The same work in DuckDB: events to sessions to Parquet. EVENTS becomes a table function, OUT a file name, THREADS a number.
-- Ties in time are not ordered by event id here, so that page order can differ for them; everything else agrees.
set threads = THREADS;
copy (
  with e as (select uuid, page_name, cast(event_timestamp as bigint) ts from EVENTS),
  d as (select *, case when ts - lag(ts) over w > 1800000 or lag(ts) over w is null then 1 else 0 end b from e window w as (partition by uuid order by ts)),
  m as (select uuid, page_name, ts, sum(b) over w sid, max(case when b = 1 then ts end) over w st
        from d window w as (partition by uuid order by ts rows unbounded preceding)),
  k as (select uuid, sid, (ts - st) // 7200000 part, ts, page_name from m),
  r as (select uuid, sid, part, min(ts) st, max(ts) en, count(*) n, list(page_name order by ts) p from k group by uuid, sid, part)
  select uuid, uuid || '_session_' || sid || '_' || part session_id, st session_start_time_ms, en session_end_time_ms, (en - st) / 1000 session_duration_seconds,
         n event_count, list_filter(p, lambda x, i: list_position(p, x) = i) pages_visited, strftime(make_timestamp(st * 1000), '%Y-%m-%d') session_date,
         abs(hash(uuid) % 100)::int user_hash_bucket from r
) to 'OUT' (format parquet, compression zstd);
