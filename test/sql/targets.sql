-- Targets: which there are, what is measured against them, and the check.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
SELECT count(*) FROM lbdiag_create_demo('board', 20, 20, 'board');

-- The built-in ones, which nobody changes.
SELECT phase, metric, target, unit FROM lbdiag_targets('board');
\pset format unaligned
\t on
SELECT pg_temp.try(c) FROM unnest(ARRAY['UPDATE lbdiag_target SET target = 1', 'DELETE FROM lbdiag_target WHERE phase = ''1''', 'TRUNCATE lbdiag_target',
    $$INSERT INTO lbdiag_target (phase, metric, target, built_in) VALUES ('1', 'compressed_bytes', 1, true)$$]) AS c;

-- What is no target.
SELECT v, pg_temp.try(format('INSERT INTO lbdiag_target (phase, metric, target) VALUES (%s)', v)) ~ '^(23514 .*"lbdiag_target_|23505|23502)' AS refused
FROM unnest(ARRAY[$$'1', 'speed', 1$$, $$'1', 'bytes:', 1$$, $$'1', 'bytes:rows', 1$$, $$'1', 'bytes:row_data:x', 1$$, $$'1', 'query_time:row_data', 1$$,
    $$'1', 'bytes', -1$$, $$'1', 'bytes', 0$$, $$'1', 'bytes', 'NaN'$$, $$'1', 'bytes', 'infinity'$$, $$'', 'bytes', 1$$, $$NULL, 'bytes', 1$$, $$'1', NULL, 1$$]) AS v;
\t off
\pset format aligned

-- A payload's row is stronger than one for all, and that than a built-in one.
INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES (NULL, '1', 'bytes', 2000), ('board', '1', 'bytes', 1000), (NULL, '2', 'bytes', 2000), ('other', '3', 'bytes', 1);
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks) VALUES ('vision', 'board.models', 'board.benchmarks');
SELECT p AS payload, phase, target FROM unnest('{board,vision}'::text[]) AS p, lbdiag_targets(p) WHERE metric = 'bytes' ORDER BY 1, 2;
DELETE FROM lbdiag_leaderboard WHERE domain = 'vision';
SELECT pg_temp.try($$INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES (NULL, '1', 'bytes', 3)$$);
-- A target of NULL is none; a phase may be of one's own.
INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES ('board', '2', 'bytes', NULL), ('board', 'mobile', 'compressed_bytes:row_data', 100), ('board', 'mobile', 'bytes:comparison_data', 1);
SELECT phase, metric FROM lbdiag_targets('board') WHERE phase IN ('2', 'mobile');
DELETE FROM lbdiag_target WHERE NOT built_in;

-- What is measured is what the audit and the profile say; a component that
-- the payload does not have has no bytes.
INSERT INTO lbdiag_target (payload, phase, metric, target)
SELECT 'board', 'all', m || c, 1 FROM unnest('{bytes,compressed_bytes}'::text[]) AS m, unnest('{"",:row_data,:column_defs,:comparison_data}'::text[]) AS c;
-- The moment in filter_options is that of the transaction.
BEGIN;
SELECT t.metric, t.unit, t.current = coalesce(CASE WHEN t.metric ~ 'compressed' THEN a.compressed_bytes ELSE a.bytes END, 0) AS same, t.current > 0 AS any
FROM lbdiag_targets('board', 'all') AS t LEFT JOIN lbdiag_audit('board', 'all') AS a
ON coalesce(nullif(substring(t.metric from ':(.*)'), ''), 'TOTAL') = a.component AND coalesce(a.path, '$') = '$' WHERE t.phase = 'all' ORDER BY 1;
SELECT a.current < b.current AS follows_the_layout FROM lbdiag_targets('board') AS a, lbdiag_targets('board', layout => 'brainscore_2026_02') AS b
WHERE a.phase = 'all' AND b.phase = 'all' AND a.metric = 'bytes:row_data' AND b.metric = a.metric;
COMMIT;
SELECT count(*) AS rows, bool_and(reduction_needed = greatest(current - target, 0)) AS needed, bool_and(reduction_needed >= 0) AS not_negative,
    bool_and(met = (current < target)) AS met, bool_and(coalesce(reduction_pct, 0) = coalesce(round(100 * reduction_needed / nullif(current, 0), 1), 0)) AS percent,
    bool_and(unit = CASE WHEN metric ~ 'time' THEN 's' ELSE 'bytes' END) AS unit
FROM lbdiag_targets('board');
SELECT DISTINCT current > 0 AS any, met, basis FROM lbdiag_targets('board') WHERE metric = 'query_time';
DELETE FROM lbdiag_target WHERE NOT built_in;

-- Met is what is below the target.
INSERT INTO lbdiag_target (payload, phase, metric, target)
SELECT 'board', p, 'bytes:row_data', bytes + d FROM lbdiag_audit('board'), (VALUES ('at', 0), ('below', 1)) AS v (p, d) WHERE component = 'row_data' AND path = '$';
SELECT phase, met, reduction_needed, reduction_pct FROM lbdiag_targets('board') WHERE metric = 'bytes:row_data';

-- The check: the rows of a phase, or an error that names what is missed.
SELECT phase, metric, met FROM lbdiag_check('board', phase => 'below');
SELECT count(*) AS rows FROM lbdiag_check('board');
INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES ('board', 'below', 'bytes:column_defs', 100), ('board', 'below', 'bytes:benchmark_ids', 10);
\pset format unaligned
\t on
SELECT pg_temp.try(format('SELECT count(*) FROM lbdiag_check(%s)', a)) FROM unnest(ARRAY[$$'board', phase => 'at'$$, $$'board', phase => 'below'$$, $$'board', phase => '9'$$, $$'board', phase => NULL$$, $$'board', application_ms => -1$$, $$'board', application_ms => 'NaN'$$,
    $$NULL$$, $$'nowhere'$$, $$'board', viewer => 'x'$$, $$'board', layout => 'x'$$]) AS a;
SELECT pg_temp.try(format('SELECT count(*) FROM lbdiag_targets(%s)', a)) FROM unnest(ARRAY['NULL', $$'board', layout => 'x'$$]) AS a;
\t off
\pset format aligned

-- A time of the application is judged; lbdiag's own builder is none.
SELECT phase, current, met, regexp_replace(basis, '\d+\.\d+', '#') AS basis FROM lbdiag_targets('board') WHERE metric = 'total_time';
SELECT phase, current, met, basis FROM lbdiag_targets('board', application_ms => 3400) WHERE metric = 'total_time';
SELECT lbdiag_record('board', application_ms => 1500) AS run \gset
SELECT phase, current, met, basis = format('the application, run %s', :run) AS recorded FROM lbdiag_targets('board') WHERE metric = 'total_time';
SELECT phase, current, met, basis FROM lbdiag_latest_targets WHERE payload = 'board' AND metric = 'total_time';
SELECT pg_temp.try($$SELECT lbdiag_record('board', application_ms => 0)$$);
DELETE FROM _lbdiag_run;

-- One audit and one profile a call: a view counts how often it is read.
CREATE SEQUENCE board.reads;
CREATE FUNCTION board.counted(jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS 'SELECT $1 WHERE nextval(''board.reads'') > 0';
CREATE VIEW board.counting AS SELECT m.model_id, m.name, m.domain, m.public, board.counted(m.scores) AS scores FROM board.models AS m;
UPDATE lbdiag_leaderboard SET models = 'board.counting' WHERE domain = 'board';
CREATE FUNCTION pg_temp.reads(command text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setval('board.reads', 1);
    EXECUTE command;
    RETURN currval('board.reads') - 1;
END $$;
SELECT t > 0 AS counted, t = a + p + q AS one_each, c = t AS check_too
FROM (SELECT pg_temp.reads('SELECT count(*) FROM lbdiag_targets(''board'')') AS t, pg_temp.reads('SELECT count(*) FROM lbdiag_audit(''board'')') AS a,
    pg_temp.reads('SELECT count(*) FROM lbdiag_profile(''board'')') AS p, pg_temp.reads('SELECT * FROM board.counting WHERE public AND domain = ''board''') AS q, pg_temp.reads('SELECT count(*) FROM lbdiag_check(''board'')') AS c) AS x;

-- Everybody reads the targets, and only the owner writes them.
CREATE ROLE regress_lbdiag_plain;
SET ROLE regress_lbdiag_plain;
SELECT count(*) FROM lbdiag_target WHERE built_in;
SELECT pg_temp.try('DELETE FROM lbdiag_target') ~ 'permission denied' AS refused;
RESET ROLE;
DROP ROLE regress_lbdiag_plain;

DELETE FROM lbdiag_target WHERE NOT built_in;
DELETE FROM lbdiag_leaderboard;
SET client_min_messages = warning;
DROP SCHEMA board CASCADE;
