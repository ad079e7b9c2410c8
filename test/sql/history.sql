-- Recorded runs: what is kept of a run, comparison, pruning, and whose they
-- are.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set layouts :srcdir/helpers/layouts.sql
\set ECHO none
\i :helper
\i :layouts
\set ECHO all
GRANT EXECUTE ON FUNCTION pg_temp.try(text) TO PUBLIC;
SELECT count(*) FROM lbdiag_create_demo('board', 20, 20, 'board');
SELECT pg_temp.try('SELECT * FROM lbdiag_compare(1, 2)') AS no_run_yet;
SELECT setval('_lbdiag_run_id', 100);

-- A run is the audit and the profile.
SELECT lbdiag_record('board') AS first;
SELECT lbdiag_record('board', 'all', 'february', 'three', 3) AS second;
SELECT run, payload, viewer, layout, label, models, repetitions, at BETWEEN now() - interval '1 hour' AND clock_timestamp() AS at, cache IN ('warm', 'cold') AS cache,
    buffers_hit + buffers_read > 0 AS buffers, paths_left_out, environment, server_version = current_setting('server_version') AS server, extension_version,
    recorded_by = current_user AS role, login_role = session_user AS login FROM lbdiag_runs ORDER BY run;
SELECT run, r.bytes = sum(c.bytes) AS bytes, r.compressed_bytes = sum(c.compressed_bytes) AS compressed_bytes, count(*) AS components, abs(sum(c.share) - 1) < 0.001 AS shares
FROM lbdiag_runs AS r JOIN lbdiag_run_components AS c USING (run) GROUP BY run, r.bytes, r.compressed_bytes ORDER BY run;
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE p.path IS NULL OR a.path IS NULL) AS missing,
    count(*) FILTER (WHERE p.bytes <> a.bytes OR p.occurrences <> a.occurrences OR p.nulls <> a.nulls OR p.distinct_values <> a.distinct_values) AS wrong
FROM (SELECT * FROM lbdiag_run_paths WHERE run = 101) AS p FULL JOIN (SELECT * FROM lbdiag_audit_detail('board') WHERE path IS NOT NULL) AS a USING (component, path)
WHERE component <> 'filter_options';
SELECT run, bool_or(f.function = 'get_ag_grid_context' AND f.cumtime_ms = r.builder_ms AND f.cumtime_min_ms = r.builder_min_ms AND f.cumtime_max_ms = r.builder_max_ms) AS total,
    min(r.query_ms) > 0 AND min(r.reference_ms) > 0 AND bool_and(length(r.machine) = 16) AS query,
    bool_and(f.ncalls > 0 AND f.tottime_ms <= f.cumtime_ms AND f.cumtime_ms BETWEEN f.cumtime_min_ms AND f.cumtime_max_ms) AS functions
FROM lbdiag_runs AS r JOIN lbdiag_run_functions AS f USING (run) GROUP BY run ORDER BY run;

-- At most 500 paths of a run are kept, the largest, and no very long one.
UPDATE board.models SET model_meta = (SELECT jsonb_object_agg('key' || i, CASE i % 3 WHEN 0 THEN to_jsonb(repeat('x', i)) WHEN 1 THEN to_jsonb(i) ELSE to_jsonb(ARRAY[repeat('x', i)]) END) || jsonb_build_object(repeat('k', 2000), repeat('y', 5000)) FROM generate_series(1, 600) AS i) WHERE model_id = 1;
SELECT lbdiag_record('board', label => 'wide') AS third;
SELECT count(*) AS kept, count(*) + max(r.paths_left_out) = (SELECT count(*) FROM lbdiag_audit('board') WHERE path IS NOT NULL) AS all_counted, max(length(p.path)) < 1000 AS short
FROM lbdiag_run_paths AS p JOIN lbdiag_runs AS r USING (run) WHERE run = 103;
SELECT min(p.bytes) >= (SELECT max(a.bytes) FROM lbdiag_audit('board') AS a WHERE length(a.path) <= 1000 AND NOT EXISTS (
    SELECT FROM lbdiag_run_paths AS q WHERE q.run = 103 AND q.component = a.component AND q.path = a.path)) AS largest FROM lbdiag_run_paths AS p WHERE run = 103;
-- Paths and figures, no values.
SELECT count(*) FILTER (WHERE t ~ 'example.com|falcon|heron|Lab |xxx|yyy') AS leaks FROM (SELECT r::text FROM _lbdiag_run AS r UNION ALL SELECT c::text FROM _lbdiag_run_component AS c
    UNION ALL SELECT p::text FROM _lbdiag_run_path AS p UNION ALL SELECT f::text FROM _lbdiag_run_function AS f) AS x (t);

-- A run is the same as itself.
SELECT DISTINCT verdict, delta FROM lbdiag_compare(103, 103);
-- Bytes are exact, whatever the order; what is not known is not said to be new.
SELECT kind, name, delta = after - before AS delta, verdict FROM lbdiag_compare(101, 103) WHERE (kind, name) IN (('total', 'models'), ('component', 'row_data'), ('component', 'model_metadata_map'))
    OR name = 'model_metadata_map:$.*.key600' ORDER BY 1, 2;
SELECT a.kind, count(*) FILTER (WHERE a.delta <> - b.delta OR a.before <> b.after OR a.after <> b.before) AS not_mirrored
FROM lbdiag_compare(101, 103) AS a JOIN lbdiag_compare(103, 101) AS b USING (kind, name) GROUP BY a.kind ORDER BY 1;
SELECT verdict, bool_and(before IS NULL) AS no_before, bool_and(delta IS NULL) AS no_delta, count(*) > 0 AS any FROM lbdiag_compare(103, 101) WHERE kind = 'path' AND (before IS NULL OR after IS NULL) GROUP BY 1 ORDER BY 1;
-- Each kind from the largest change on; notes, totals, components, paths, functions.
SELECT kind, min(number) = 1 + lag(max(number), 1, 0::bigint) OVER (ORDER BY min(number)) AS in_one_piece, bool_and(falls) AS from_the_largest
FROM (SELECT kind, number, coalesce(abs(delta) <= lag(abs(delta)) OVER (PARTITION BY kind ORDER BY number), true) AS falls
      FROM lbdiag_compare(101, 102) WITH ORDINALITY AS c (kind, name, before, after, delta, delta_pct, unit, verdict, number)) AS x GROUP BY kind ORDER BY min(number);
SELECT name FROM lbdiag_compare(101, 102) WHERE kind = 'note';
-- Compressed bytes follow those of filter_options, with the moment in it: they vary by a few.
SELECT kind, name, CASE kind WHEN 'component' THEN delta = 37368 ELSE delta BETWEEN 3400 AND 3550 END AS right_delta, delta_pct, verdict FROM lbdiag_compare(101, 102) WHERE kind IN ('component', 'component_compressed') AND verdict = 'added' AND before IS NULL AND delta = after;
SELECT count(*) FROM lbdiag_create_demo('chess', 5, 5, 'chess');
SELECT lbdiag_record('chess') AS fourth;
SELECT name FROM lbdiag_compare(101, 104) LIMIT 1;
SELECT name, before, after, delta, delta_pct, verdict FROM lbdiag_compare(101, 104) WHERE name = 'models';

-- Times differ where the ranges of the repetitions do not overlap; those of
-- one repetition are not known to.
UPDATE _lbdiag_run SET builder_ms = 10, builder_min_ms = 9, builder_max_ms = 11, reference_ms = 1, reference_min_ms = 1, reference_max_ms = 1, machine = 'one', query_ms = 5, repetitions = 3, viewer = 'public', layout = 'documented' WHERE id = 102;
UPDATE _lbdiag_run SET builder_ms = 12, builder_min_ms = 11.5, builder_max_ms = 13, reference_ms = 1, reference_min_ms = 1, reference_max_ms = 1, machine = 'two', query_ms = 5.5, repetitions = 3 WHERE id = 103;
SELECT name, before, after, delta, delta_pct, unit, verdict FROM lbdiag_compare(102, 103) WHERE kind = 'total' AND name ~ 'time';
SELECT name, delta, verdict FROM lbdiag_compare(103, 102) WHERE kind = 'total' AND name ~ 'time';
UPDATE _lbdiag_run SET repetitions = 1 WHERE id = 102;
SELECT kind, name, verdict FROM lbdiag_compare(102, 103) WHERE kind = 'note' OR kind = 'total' AND name ~ 'time';
\pset format unaligned
\t on
SELECT pg_temp.try(format('SELECT * FROM lbdiag_compare(%s)', a)) FROM unnest('{"101, 99","98, 99","NULL, 101","101, NULL"}'::text[]) AS a;
SELECT pg_temp.try(format('SELECT lbdiag_record(%s)', a)) FROM unnest(ARRAY[$$NULL$$, $$'nowhere'$$, $$'board', repetitions => 0$$, $$'board', viewer => 'x'$$, $$'board', layout => 'x'$$]) AS a;
-- Not on a production server.
SET lbdiag.environment = 'production';
SELECT pg_temp.try(c) FROM unnest(ARRAY['SELECT lbdiag_record(''board'')', 'SELECT * FROM lbdiag_check(''board'')', 'SELECT * FROM lbdiag_targets(''board'')']) AS c;
RESET lbdiag.environment;
\t off
\pset format aligned
SELECT count(*) AS runs FROM lbdiag_runs;

-- Latest and trend, a series a payload, viewer and layout.
UPDATE _lbdiag_run SET at = timestamptz '2026-01-01' + id * interval '1 day', bytes = id * id WHERE payload = 'board';
SELECT payload, run FROM lbdiag_latest ORDER BY 1;
SELECT run, bytes_change, builder_ms_change IS NULL AS first FROM lbdiag_trend WHERE payload = 'board' ORDER BY at;
SELECT payload, phase, metric, met, current FROM lbdiag_latest_targets WHERE payload = 'board' AND metric <> 'query_time' ORDER BY phase, metric;
INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES ('chess', 'x', 'bytes:row_data', 1), ('chess', 'x', 'compressed_bytes:row_data', 1);
SELECT t.metric, t.met, t.current = CASE WHEN t.metric ~ 'compressed' THEN c.compressed_bytes ELSE c.bytes END AS current
FROM lbdiag_latest_targets AS t JOIN lbdiag_run_components AS c USING (run) WHERE t.phase = 'x' AND c.component = 'row_data' ORDER BY 1;
DELETE FROM lbdiag_target WHERE NOT built_in;

-- Pruning.
\pset format unaligned
\t on
SELECT pg_temp.try(format('SELECT lbdiag_prune(%s)', a)) FROM unnest(ARRAY['NULL', '''-1 day''']) AS a;
-- What cannot be done in a read-only transaction is said.
BEGIN READ ONLY;
SELECT pg_temp.try(c) FROM unnest(ARRAY['SELECT lbdiag_record(''board'')', 'SELECT lbdiag_record_sql(''x'', ''SELECT 1'')', 'SELECT lbdiag_prune(''0'')', 'SELECT lbdiag_unschedule(''board'')', 'SELECT count(*) FROM lbdiag_audit(''board'')']) AS c;
COMMIT;
\t off
\pset format aligned
UPDATE _lbdiag_run SET at = now() - CASE id WHEN 101 THEN interval '10 days' WHEN 102 THEN interval '9 days' ELSE interval '0' END;
SELECT lbdiag_prune('9 days 12 hours') AS removed, lbdiag_prune('9 days 12 hours') AS again;
SELECT array_agg(DISTINCT run ORDER BY run) AS runs, (SELECT array_agg(DISTINCT run ORDER BY run) FROM _lbdiag_run_component) AS components, (SELECT array_agg(DISTINCT run ORDER BY run) FROM _lbdiag_run_path) AS paths,
    (SELECT array_agg(DISTINCT run ORDER BY run) FROM _lbdiag_run_function) AS functions FROM lbdiag_runs;

-- By the setting, when a run is recorded.
SHOW lbdiag.retention;
SELECT lbdiag_record('chess') > 104 AS recorded, (SELECT count(*) FROM lbdiag_runs WHERE run = 102) AS kept;
SET lbdiag.retention = '10d';
SELECT lbdiag_record('chess') > 104 AS recorded;
SELECT count(*) AS kept FROM lbdiag_runs WHERE run = 102;
SET lbdiag.retention = '8d';
SELECT lbdiag_record('chess') > 104 AS recorded;
SELECT count(*) AS kept FROM lbdiag_runs WHERE run = 102;

-- Whose they are: plain users see nothing, pg_monitor reads, who may write the
-- tables records what he may read.
CREATE ROLE regress_lbdiag_plain;
CREATE ROLE regress_lbdiag_monitor IN ROLE pg_monitor;
CREATE ROLE regress_lbdiag_recorder;
GRANT SELECT, INSERT ON _lbdiag_run, _lbdiag_run_component, _lbdiag_run_path, _lbdiag_run_function TO regress_lbdiag_recorder;
GRANT USAGE ON SEQUENCE _lbdiag_run_id TO regress_lbdiag_recorder;
CREATE FUNCTION pg_temp.rights(role text) RETURNS TABLE (reads bigint, writes bigint, relations bigint) LANGUAGE sql AS $$
    SELECT count(*) FILTER (WHERE has_table_privilege($1, c.oid, 'SELECT')), count(*) FILTER (WHERE has_table_privilege($1, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')), count(*)
    FROM pg_class AS c JOIN pg_depend AS d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
    WHERE c.relkind IN ('r', 'v') AND c.relname ~ '^_?lbdiag_(run|latest|trend|schedule)' $$;
SELECT r, x.* FROM unnest('{plain,monitor}'::text[]) AS r, pg_temp.rights('regress_lbdiag_' || r) AS x;
SET ROLE regress_lbdiag_plain;
\pset format unaligned
\t on
SELECT pg_temp.try(c) FROM unnest(ARRAY['SELECT lbdiag_record(''board'')', 'SELECT * FROM lbdiag_runs', 'SELECT * FROM lbdiag_compare(103, 104)', 'SELECT lbdiag_prune(''0'')', 'SET lbdiag.retention = 1']) AS c;
SET ROLE regress_lbdiag_recorder;
SELECT pg_temp.try('SELECT lbdiag_record(''board'')');
SELECT count(*) FROM _lbdiag_run WHERE recorded_by = current_user;
RESET ROLE;
GRANT USAGE ON SCHEMA board TO regress_lbdiag_recorder;
GRANT SELECT ON ALL TABLES IN SCHEMA board TO regress_lbdiag_recorder;
UPDATE _lbdiag_run SET at = now() - interval '20 days' WHERE id = 103;
SET ROLE regress_lbdiag_recorder;
SELECT lbdiag_record('board') > 104;
\t off
\pset format aligned
-- Who may not delete runs prunes none.
SELECT recorded_by, login_role = session_user AS login, (SELECT count(*) FROM _lbdiag_run WHERE id = 103) AS kept FROM _lbdiag_run WHERE recorded_by = current_user;
SELECT pg_temp.try('SELECT lbdiag_prune(''0'')');
SET ROLE regress_lbdiag_monitor;
SELECT count(*) > 0 AS runs, (SELECT count(*) > 0 FROM lbdiag_compare(104, (SELECT max(run) FROM lbdiag_runs))) AS compared, (SELECT count(*) FROM lbdiag_schedule_status) AS scheduled,
    (SELECT count(*) > 0 FROM lbdiag_latest_targets) AS targets FROM lbdiag_runs;
RESET ROLE;
DROP OWNED BY regress_lbdiag_recorder;
DROP ROLE regress_lbdiag_plain, regress_lbdiag_monitor, regress_lbdiag_recorder;
RESET lbdiag.retention;

-- Schedules need pg_cron.
\pset format unaligned
\t on
SELECT pg_temp.try(c) FROM unnest(ARRAY['SELECT lbdiag_schedule(''board'', ''0 3 * * *'')', 'SELECT lbdiag_schedule(NULL, ''0 3 * * *'')', 'SELECT lbdiag_unschedule(NULL)', 'SELECT state, message FROM lbdiag_record_scheduled(''board'')']) AS c;
SELECT lbdiag_unschedule('board');
\t off
\pset format aligned

-- Everything has a comment.
SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_depend AS d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relkind = 'v' AND col_description(c.oid, a.attnum) IS NULL ORDER BY 1, 2;
SELECT c.relname FROM pg_class AS c JOIN pg_depend AS d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
WHERE c.relkind IN ('r', 'v', 'S') AND obj_description(c.oid, 'pg_class') IS NULL;

-- A schema of somebody else, first on the search path of a new session: no
-- function is compiled yet.
\c -
CREATE SCHEMA trap;
CREATE FUNCTION trap.fire() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
CREATE FUNCTION trap.equal(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.fire(); SELECT true $$;
CREATE FUNCTION trap.equal(bigint, bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.fire(); SELECT true $$;
CREATE FUNCTION trap.equal(text, name) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.fire(); SELECT true $$;
CREATE FUNCTION trap.add(int, int) RETURNS int LANGUAGE sql AS $$ SELECT trap.fire(); SELECT 1 $$;
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.equal);
CREATE OPERATOR trap.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.equal);
CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.equal);
CREATE OPERATOR trap.<> (LEFTARG = text, RIGHTARG = name, FUNCTION = trap.equal);
CREATE OPERATOR trap.+ (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.add);
CREATE FUNCTION trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT trap.fire()::text $$;
CREATE FUNCTION trap.concat_ws(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT trap.fire()::text $$;
CREATE FUNCTION trap.concat(VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT trap.fire()::text $$;
CREATE FUNCTION trap.starts_with(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.fire(); SELECT true $$;
CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT trap.fire(); SELECT pg_catalog.now() $$;
CREATE FUNCTION trap.lbdiag_targets(text, text, text) RETURNS SETOF text LANGUAGE sql AS $$ SELECT trap.fire()::text $$;
CREATE VIEW trap._lbdiag_run AS SELECT 1 AS id, trap.fire()::text AS payload;
CREATE VIEW trap.lbdiag_target AS SELECT '1'::text AS phase, trap.fire()::text AS payload;
CREATE VIEW trap._lbdiag_scheduled AS SELECT 'board'::text AS payload, trap.fire()::text AS schedule;
CREATE DOMAIN trap.jsonb AS text;
CREATE DOMAIN trap.timestamptz AS pg_catalog.timestamptz CHECK (trap.fire() IS NULL);
CREATE DOMAIN trap.text AS pg_catalog.text CHECK (trap.fire() IS NULL);
INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES ('board', 'small', 'bytes', 1);
INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('board', '', 0);
\set SHOW_CONTEXT never
SET search_path = trap, pg_catalog, public;
SELECT public.lbdiag_record('board') OPERATOR(pg_catalog.>) 104 AS recorded;
SELECT pg_catalog.count(*) AS checked FROM public.lbdiag_check('board');
-- error: leaderboard "board" misses targets of phase small: bytes
SELECT pg_catalog.count(*) FROM public.lbdiag_check('board', phase => 'small');
-- error: phase "none" does not exist
SELECT pg_catalog.count(*) FROM public.lbdiag_check('board', phase => 'none');
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 100 AS compared FROM public.lbdiag_compare(104, 103);
SELECT public.lbdiag_prune('1 year');
SELECT state, message FROM public.lbdiag_record_scheduled('board');
UPDATE public.lbdiag_leaderboard SET layout = 'documented', models = 'none' WHERE domain OPERATOR(pg_catalog.=) 'board';
SELECT state, message FROM public.lbdiag_record_scheduled('board');
SELECT failures, last_sqlstate, last_error FROM public.lbdiag_schedule_status;
SELECT public.lbdiag_unschedule('board');
RESET search_path;

SET client_min_messages = warning;
SELECT lbdiag_prune('0') > 0 AS removed;
DELETE FROM lbdiag_target WHERE NOT built_in;
DELETE FROM lbdiag_leaderboard;
DELETE FROM lbdiag_layout WHERE NOT built_in;
DROP SCHEMA board, chess, trap CASCADE;
