-- Encodings: their names, and what every function makes of each.  Which of
-- brotli and zstd there are depends on the build, and shows nowhere here.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
SET client_min_messages = warning;
SELECT count(*) FROM lbdiag_create_demo('board', 20, 20, 'board');
INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES ('board', 'sent', 'compressed_bytes', 1000000), ('board', 'sent', 'bytes', 10000000), ('board', 'tight', 'compressed_bytes:row_data', 1);
\pset format unaligned
\t on

-- Names, as a setting and as an argument.
SELECT encoding FROM lbdiag_encodings_query('SELECT 1 AS one', '{none,gzip,gzip:1,gzip:9}');
SELECT current_setting('lbdiag.encoding');
SELECT n, pg_temp.try(format('SET lbdiag.encoding = %L', n)) ~ '^(22023 unrecognized encoding|22023 encoding "[a-z]*" has no level).*\n  HINT: (The encodings are: none, gzip:1 to gzip:9|Its levels are).*' AS as_setting,
    pg_temp.try(format('SELECT * FROM lbdiag_audit(''board'', encoding => %L)', n)) = pg_temp.try(format('SET lbdiag.encoding = %L', n)) AS as_argument
FROM unnest(ARRAY['', ' ', ':', 'lzma', 'GZIP', 'gzip:', 'gzip:0', 'gzip:10', 'gzip:06', 'gzip:-1', 'gzip:6 ', ' gzip:6', 'gzip: 6', 'gzip:6:6', 'gzip:1e0', 'gzip:99999999999', 'none:', 'none:0',
    'br:12', 'br:-1', 'zstd:0', 'zstd:20', 'zstd:22', 'deflate', 'gzip' || repeat('6', 10000)]) AS n;
SELECT pg_temp.try('SET lbdiag.encoding = DEFAULT'), current_setting('lbdiag.encoding');
-- With or without brotli and zstd, there is one answer.
SELECT n, pg_temp.try(format('SELECT * FROM lbdiag_encodings_query(''SELECT 1 AS one'', ARRAY[%L])', n)) ~ '^no error|^0A000 this build of lbdiag has no (brotli|zstd)\n  HINT: The encodings are: none, gzip:1 to gzip:9(, .*)?\. To have (br|zstd), build lbdiag with (brotli|zstd)\.' AS known
FROM unnest('{br,br:0,br:11,zstd,zstd:1,zstd:19}'::text[]) AS n;

-- What there is: each once, none first, levels from the lowest on.
\t off
\pset format aligned
BEGIN;
CREATE TEMP TABLE encodings AS SELECT * FROM lbdiag_encodings('board') WITH ORDINALITY AS e (encoding, bytes, ms, mb_per_second, ratio, note, number);
SELECT encoding, number FROM encodings WHERE encoding = 'none' OR encoding LIKE 'gzip:%' ORDER BY number;
SELECT count(*) FILTER (WHERE encoding LIKE 'br:%') IN (0, 10) AS br, count(*) FILTER (WHERE encoding LIKE 'zstd:%') IN (0, 12) AS zstd, count(DISTINCT encoding) = count(*) AS once FROM encodings;
SELECT bool_and(ms = 0 AND mb_per_second IS NULL AND ratio = 1) FILTER (WHERE encoding = 'none') AS none, bool_and(ms > 0 AND mb_per_second > 0) FILTER (WHERE encoding <> 'none') AS times,
    bool_and(abs(ratio * bytes - (SELECT n.bytes FROM encodings AS n WHERE n.encoding = 'none')) < 1) AS ratios, bool_and(abs(mb_per_second * ms / 1000 * 1048576 / (ratio * bytes) - 1) < 0.001) FILTER (WHERE ms > 0) AS speed FROM encodings;
SELECT encoding FROM encodings WHERE note ~ 'nginx' AND encoding ~ 'gzip' UNION ALL SELECT encoding FROM encodings WHERE note ~ 'Django';
-- Their order, and each as often as it is named.
SELECT encoding, bytes = (SELECT e.bytes FROM encodings AS e WHERE e.encoding = n.encoding) AS same FROM lbdiag_encodings('board', encodings => '{gzip,none,gzip:1,none}') AS n;
COMMIT;
SELECT count(*) FROM lbdiag_encodings('board', encodings => '{}');
SELECT count(*) FROM lbdiag_encodings('board', encodings => '{{none,gzip},{gzip:1,gzip:9}}');

-- Every encoding in every function: the same bytes, and the setting is the
-- argument.  filter_options holds the moment of the transaction.
CREATE FUNCTION pg_temp.sizes(e text) RETURNS TABLE (place text, bytes bigint, compressed bigint) LANGUAGE plpgsql AS $$
DECLARE
    recorded bigint;
    report text;
BEGIN
    PERFORM set_config('lbdiag.encoding', e, true);
    RETURN QUERY SELECT 'audit', a.bytes, a.compressed_bytes FROM lbdiag_audit('board') AS a WHERE a.path IS NULL;
    RETURN QUERY SELECT 'argument', a.bytes, a.compressed_bytes FROM lbdiag_audit('board', encoding => e) AS a WHERE a.path IS NULL;
    RETURN QUERY SELECT 'components', sum(a.bytes)::bigint, sum(a.compressed_bytes)::bigint FROM lbdiag_audit_detail('board') AS a WHERE a.path = '$' AND a.sent;
    RETURN QUERY SELECT 'whatif', w.bytes_before, w.compressed_before FROM lbdiag_whatif('board') AS w WHERE w.component = 'TOTAL';
    RETURN QUERY SELECT 'nothing changed', w.bytes_after, w.compressed_after FROM lbdiag_whatif('board') AS w WHERE w.component = 'TOTAL';
    RETURN QUERY SELECT 'encodings', n.bytes, c.bytes FROM lbdiag_encodings('board', encodings => ARRAY['none', e]) AS n, lbdiag_encodings('board', encodings => ARRAY[e]) AS c WHERE n.encoding = 'none';
    RETURN QUERY SELECT 'targets', max(t.current) FILTER (WHERE t.metric = 'bytes')::bigint, max(t.current) FILTER (WHERE t.metric = 'compressed_bytes')::bigint FROM lbdiag_targets('board') AS t WHERE t.phase = 'sent';
    recorded := lbdiag_record('board', label => e);
    RETURN QUERY SELECT 'run', r.bytes, CASE WHEN r.encoding = e THEN r.compressed_bytes ELSE -1 END FROM lbdiag_runs AS r WHERE r.run = recorded;
    SELECT string_agg(l, E'\n') INTO report FROM lbdiag_audit_report('board') AS l;
    RETURN QUERY SELECT 'report', a.bytes, CASE WHEN report ~ ('Encoding: ' || e || '\.') THEN substring(report FROM '  Compressed: (\d+) bytes')::bigint ELSE -1 END FROM lbdiag_audit('board', encoding => 'none') AS a WHERE a.path IS NULL;
END $$;
CREATE TEMP TABLE sizes AS SELECT e.encoding AS named, s.* FROM (SELECT encoding FROM encodings WHERE encoding ~ ':[146]$|none') AS e, pg_temp.sizes(e.encoding) AS s;
SELECT place, bool_and(s.bytes = t.bytes AND s.compressed = t.compressed) FILTER (WHERE s.named <> 'none') AS same, bool_and(s.bytes = t.bytes AND (s.compressed IS NULL OR place = 'encodings' AND s.compressed = s.bytes)) FILTER (WHERE s.named = 'none') AS none
FROM sizes AS s JOIN (SELECT named, bytes, compressed FROM sizes WHERE place = 'audit') AS t USING (named) GROUP BY place ORDER BY place;
RESET lbdiag.encoding;

-- By path: with gzip own bytes add up to the total, with any layout, as text or in JavaScript strings; with others they are on the components.
SELECT bool_and(x.own = x.total) FILTER (WHERE x.encoding LIKE 'gzip:%') AS own_adds_up, bool_and(x.nrows = x.placed) FILTER (WHERE x.encoding LIKE 'gzip:%') AS everywhere,
    coalesce(bool_and(x.components = x.placed AND x.own = x.total) FILTER (WHERE x.encoding !~ 'gzip|none'), true) AS on_components, bool_and(x.placed = 0) FILTER (WHERE x.encoding = 'none') AS nowhere
FROM (SELECT e.encoding, l.name, sum(a.compressed_own_bytes) AS own, sum(a.compressed_bytes) FILTER (WHERE a.path IS NULL) AS total, count(*) FILTER (WHERE a.path IS NOT NULL) AS nrows,
        count(*) FILTER (WHERE a.path = '$') AS components, count(a.compressed_bytes) FILTER (WHERE a.path IS NOT NULL) AS placed
    FROM encodings AS e, lbdiag_layout AS l, lbdiag_audit_detail('board', layout => l.name, encoding => e.encoding) AS a WHERE l.built_in AND a.sent GROUP BY 1, 2) AS x;

-- Exports weigh by them.
SELECT sum(substring(line FROM '(\d+)$')::bigint) = (SELECT compressed_bytes FROM lbdiag_audit('board') WHERE path IS NULL) AS compressed FROM string_to_table(rtrim(lbdiag_audit_export('board', weight => 'compressed'), E'\n'), E'\n') AS line;
SELECT (lbdiag_audit_export('board', format => 'speedscope', weight => 'compressed')::jsonb #>> '{profiles,0,endValue}')::numeric = (SELECT compressed_bytes FROM lbdiag_audit('board') WHERE path IS NULL) AS compressed;
SELECT pg_temp.try($$SELECT lbdiag_audit_export('board', weight => 'zip')$$);

-- Without compression compressed sizes are NULL, and nothing fails.
SET lbdiag.encoding = 'none';
SELECT count(compressed_bytes) AS compressed FROM lbdiag_audit_detail('board');
SELECT count(*) > 3 AS opportunities, count(compressed_saved) AS compressed, count(compressed_share_saved) AS shares, bool_and(impact IN ('HIGH', 'MEDIUM', 'LOW', 'ALL HIGH', 'SECURITY')) AS impacts FROM lbdiag_opportunities('board');
SELECT component, compressed_before, compressed_after FROM lbdiag_whatif('board', changes => '{"compact": true, "drop_components": ["benchmark_ids"]}') WHERE component IN ('TOTAL', 'benchmark_ids', 'row_data');
SELECT phase, metric, current IS NULL AS unknown, met, reduction_needed IS NULL AS no_reduction FROM lbdiag_targets('board') WHERE phase IN ('sent', 'tight');
SELECT pg_temp.try('SELECT * FROM lbdiag_check(''board'', phase => ''sent'')');
SELECT count(*) FILTER (WHERE function IN ('gzip', 'brotli', 'zstd')) AS compressing FROM lbdiag_profile('board', top => 1000);
SELECT count(*) AS compressing FROM lbdiag_profile('board', top => 1000) WHERE phase = 'compress';
SELECT item, value, status, detail FROM lbdiag_environment('board') WHERE item = 'encoding';
SELECT line FROM lbdiag_audit_report('board') AS line WHERE line ~ 'ncoding|ompressed|(sent|tight)';
SELECT line FROM lbdiag_profile_report('board') AS line WHERE line ~ 'ncoding';
RESET lbdiag.encoding;
SELECT item, value, status, detail FROM lbdiag_environment('board') WHERE item = 'encoding';
SELECT count(*) AS compressing, min(ncalls) > 0 AS called FROM lbdiag_profile('board', top => 1000, encoding => 'gzip:1') WHERE function = 'gzip';

-- Runs of different encodings.
CREATE TEMP TABLE run AS SELECT label, run FROM lbdiag_runs WHERE label IN ('none', 'gzip:1', 'gzip:6');
SELECT c.kind, c.name, c.delta IS NULL AS no_delta, c.verdict FROM run AS a, run AS b, lbdiag_compare(a.run, b.run) AS c
WHERE a.label = 'gzip:1' AND b.label = 'gzip:6' AND (c.name ~ 'encoding' OR c.name = 'compressed_bytes' OR c.name = 'row_data');
SELECT c.kind, c.name, c.before IS NULL AS before, c.delta IS NULL AS no_delta, c.verdict FROM run AS a, run AS b, lbdiag_compare(a.run, b.run) AS c
WHERE a.label = 'none' AND b.label = 'gzip:6' AND (c.name ~ 'encoding' OR c.name = 'compressed_bytes' OR c.name = 'row_data');
SELECT count(*) FILTER (WHERE c.kind = 'component_compressed' OR c.name = 'compressed_bytes') AS compressed FROM run AS a, lbdiag_compare(a.run, a.run) AS c WHERE a.label = 'none';
SELECT count(*) FILTER (WHERE t.compressed_bytes_change IS NOT NULL) AS changes FROM lbdiag_trend AS t JOIN run USING (run);

-- The result of a query: the messages of its rows.
SELECT n.bytes = (SELECT sum(7 + 3 * 4 + length(m.scores::text) + length(m.name)) FROM board.models AS m) AS bytes, n.ratio FROM lbdiag_encodings_query('SELECT scores, name, NULL AS nothing FROM board.models', '{none}') AS n;
SELECT encoding, bytes FROM lbdiag_encodings_query('SELECT ''a'' AS a WHERE false', '{none,gzip:1}');
SELECT encoding, bytes, ratio FROM lbdiag_encodings_query('SELECT ''a'' AS a, 17 AS b', '{none,gzip:1}');
SELECT count(*) = (SELECT count(*) FROM encodings) AS all_encodings FROM lbdiag_encodings_query('SELECT 1 AS one');
\pset format unaligned
\t on
SELECT pg_temp.try(c) FROM unnest(ARRAY[$$SELECT * FROM lbdiag_encodings_query(NULL)$$, $$SELECT * FROM lbdiag_encodings_query('')$$, $$SELECT * FROM lbdiag_encodings_query('DELETE FROM board.models RETURNING *')$$,
    $$SELECT * FROM lbdiag_encodings_query('SELECT 1; SELECT 2')$$, $$SELECT * FROM lbdiag_encodings_query('SELECT 1 / (SELECT 0)')$$, $$SELECT * FROM lbdiag_encodings_query('SELECT 1 AS a', '{none,NULL}')$$,
    $$SELECT * FROM lbdiag_encodings_query('SELECT 1 AS a', '{gzip:11}')$$, $$SELECT * FROM lbdiag_encodings('nowhere')$$, $$SELECT * FROM lbdiag_encodings(NULL)$$, $$SELECT * FROM lbdiag_encodings('board', encodings => '{gzip:17}')$$]) AS c;
\set VERBOSITY terse
DROP SCHEMA board CASCADE;
DELETE FROM lbdiag_leaderboard WHERE domain = 'board';
DELETE FROM lbdiag_target WHERE NOT built_in;
DELETE FROM _lbdiag_run;
