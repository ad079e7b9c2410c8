-- Reports as HTML: their figures are those of the audit, nothing in them is
-- from elsewhere, and no name is more than text.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
\pset format unaligned
\t on
SET client_min_messages = warning;
SELECT count(*) FROM lbdiag_create_demo('board', 20, 20, 'board');
-- The boxes of a page's picture: their weights, where they are, and names.
CREATE FUNCTION pg_temp.boxes(page text, picture text, OUT p int, OUT leaf boolean, OUT w numeric, OUT x float8, OUT y float8, OUT width float8, OUT height float8, OUT name text, OUT index bigint)
RETURNS SETOF record LANGUAGE sql AS $$
    SELECT (m.b[3])::int, m.b[4] <> '', m.b[2]::numeric, m.b[5]::float8, m.b[6]::float8, m.b[7]::float8, m.b[8]::float8, m.b[9], m.number - 1
    FROM (SELECT substring($1 FROM '<svg xmlns="[^"]*" class="picture ' || $2 || '".*') AS rest) AS r
    CROSS JOIN LATERAL regexp_matches(left(r.rest, strpos(r.rest, E'</svg></svg>\n')),
        '<svg class="b (c\d[ a-z]*)" data-w="([^"]*)" data-p="([^"]*)"( data-leaf="")? x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"><title>([^\n<]*)', 'g') WITH ORDINALITY AS m (b, number)
$$;
-- What no page has, and what each one has once.
CREATE FUNCTION pg_temp.sound(page text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ', CASE WHEN $1 ~ '[^ -~\n]' THEN 'not ASCII' END,
        CASE WHEN $1 ~* '\s(on[a-z]+|style|src|href)=' THEN 'has an attribute that loads or runs' END,
        CASE WHEN regexp_count.n <> 2 THEN 'scripts' END,
        CASE WHEN $1 !~ format('script-src ''sha256-%s''', replace(encode(sha256(convert_to(substring($1 FROM '<script>(.*)</script>'), 'UTF8')), 'base64'), '+', '\+')) THEN 'hash of the script' END,
        CASE WHEN $1 !~ format('style-src ''sha256-%s''', replace(encode(sha256(convert_to(substring($1 FROM '<style>(.*)</style>'), 'UTF8')), 'base64'), '+', '\+')) THEN 'hash of the style' END,
        CASE WHEN $1 !~ 'default-src ''none''' THEN 'policy' END, CASE WHEN $1 !~ '^<!DOCTYPE html>.*</html>$' THEN 'frame' END)
    FROM (SELECT count(*) AS n FROM regexp_matches($1, '</?script', 'gi')) AS regexp_count
$$;

-- The picture adds up: its leaves to TOTAL, each component to its row; a box
-- lies in that of its parent, and its area is its share of that.
-- The time of the build is in the payload: that of the transaction.
BEGIN;
CREATE TEMP TABLE page AS SELECT lbdiag_report_html('board') AS page;
SELECT pg_temp.sound(page) = '' AS sound, length(page) < 300000 AS small FROM page;
CREATE TEMP TABLE audit AS SELECT * FROM lbdiag_audit_detail('board');
COMMIT;
CREATE TEMP TABLE box AS SELECT b.* FROM page, pg_temp.boxes(page, 'treemap') AS b;
SELECT count(*) > 50 AS boxes, sum(w) FILTER (WHERE leaf) = (SELECT bytes FROM audit WHERE component = 'TOTAL') AS adds_up,
    max(w) = (SELECT bytes FROM audit WHERE component = 'TOTAL') AS root FROM box;
SELECT count(*) AS components, bool_and(b.w = a.bytes) AS equal FROM audit AS a LEFT JOIN box AS b ON b.name = a.component AND b.p = 0 WHERE a.path = '$' AND a.sent AND a.bytes > 2000;
SELECT bool_and(b.x >= p.x - 0.01 AND b.y >= p.y - 0.01 AND b.x + b.width <= p.x + p.width + 0.02 AND b.y + b.height <= p.y + p.height + 0.02) AS inside FROM box AS b JOIN box AS p ON p.index = b.p;
SELECT count(*) AS overlaps FROM box AS a JOIN box AS b ON a.p = b.p AND a.index < b.index AND least(a.x + a.width, b.x + b.width) - greatest(a.x, b.x) > 0.02 AND least(a.y + a.height, b.y + b.height) - greatest(a.y, b.y) > 0.02;
SELECT bool_and(abs(b.width * b.height / b.w / s.unit - 1) < 0.1) AS areas FROM box AS b JOIN (SELECT p, sum(width * height) / sum(w) AS unit FROM box GROUP BY p) AS s USING (p) WHERE b.width > 4 AND b.height > 4;
-- The compressed one likewise, where there are compressed bytes.
SELECT sum(b.w) FILTER (WHERE b.leaf) = (SELECT compressed_bytes FROM audit WHERE component = 'TOTAL') AS adds_up
FROM page, pg_temp.boxes(substring(page FROM '<figure class="compressed">.*'), 'treemap') AS b;
SET lbdiag.encoding = 'none';
SELECT lbdiag_report_html('board') LIKE '%class="compressed"%' AS compressed;
RESET lbdiag.encoding;
-- The flame graph: a box is as long as what it took and called, below its caller.
CREATE TEMP TABLE flame AS SELECT b.* FROM page, pg_temp.boxes(page, 'icicle') AS b;
SELECT min(name) FILTER (WHERE p < 0) AS root, bool_or(name = 'serialize_models') AS calls FROM flame;
SELECT bool_and(b.y = p.y + 18 AND b.x >= p.x - 0.01 AND b.x + b.width <= p.x + p.width + 0.03) AS below FROM flame AS b JOIN flame AS p ON p.index = b.p;

-- Recorded runs: what grew, and the trend; not without the right to read them.
SELECT lbdiag_record('board') AS one \gset
CREATE TEMP TABLE layout AS SELECT layout FROM _lbdiag_run;
SELECT page ~ '<h2>History' AS history FROM (SELECT lbdiag_report_html('board')) AS r (page);
SELECT lbdiag_record('board', label => 'shorter') AS two \gset
UPDATE _lbdiag_run SET bytes = bytes - 100 WHERE id = :two;
UPDATE _lbdiag_run_component SET bytes = bytes - 100 WHERE run = :two AND component = 'row_data';
SELECT count(*) AS models FROM lbdiag_create_demo('other', 4, 4, 'other');
SELECT lbdiag_record('other') AS three \gset
CREATE TEMP TABLE compared AS SELECT lbdiag_report_html('board', before => :one, after => :two) AS page;
SELECT pg_temp.sound(page) = '' AS sound, page ~ '<h2>What grew' AS difference, page ~ '<td>row_data</td>.*class="n">-100 bytes</td>.*class="shrank" width="100.00".*<td>smaller</td>' AS shrank, page ~ '<td class="n">-[0-9.]+</td><td><svg class="bar"' AS share_of_before,
    (SELECT count(*) FROM regexp_matches(page, '<circle', 'g')) AS points, (SELECT count(*) FROM regexp_matches(page, '<line class="target"', 'g')) AS targets FROM compared;
SELECT page ~ 'the runs have different leaderboards: board and other' AS said FROM (SELECT lbdiag_report_html('board', before => :one, after => :three)) AS r (page);
SELECT pg_temp.try('SELECT lbdiag_report_html(''board'', before => 999999999, after => 1)') ~ '^42704 run 999999999 does not exist\n  HINT: The latest runs are: ' AS absent;
SELECT pg_temp.try('SELECT lbdiag_report_html(''board'', after => 1)');
SELECT pg_temp.try('SELECT lbdiag_report_html(''nowhere'')');
CREATE ROLE regress_lbdiag_html;
GRANT USAGE ON SCHEMA board TO regress_lbdiag_html;
GRANT SELECT ON board.models, board.benchmarks TO regress_lbdiag_html;
SET ROLE regress_lbdiag_html;
SELECT page ~ '<h2>History' AS history, page ~ '<h2>Where the time goes' AS whole FROM (SELECT lbdiag_report_html('board')) AS r (page);
RESET ROLE;
DROP OWNED BY regress_lbdiag_html;
DROP ROLE regress_lbdiag_html;

-- An empty leaderboard, and results with nothing in them.
DELETE FROM board.models; DELETE FROM board.benchmarks;
SELECT pg_temp.sound(page) = '' AS sound, page ~ 'class="picture treemap"' AS picture FROM (SELECT lbdiag_report_html('board')) AS r (page);
SELECT pg_temp.sound(page) = '' AS sound, page ~ 'Nothing to show' AS said FROM (SELECT lbdiag_audit_query_html('SELECT 1 AS a WHERE false')) AS r (page);

-- A query: the same account, and neither the query nor its values.
CREATE TEMP TABLE query AS SELECT 'SELECT 731942405 AS n, jsonb_build_object(''a'', ''CANARY'', ''b'', ''[1, 2]''::jsonb) AS j FROM generate_series(1, 9)'::text AS query;
SELECT pg_temp.sound(page) = '' AS sound, page ~ 'CANARY|731942405|generate_series' AS values, page ~ 'most of it is j' AS headline,
    (SELECT sum(w) FILTER (WHERE leaf) FROM pg_temp.boxes(page, 'treemap')) = (SELECT max(bytes) FROM query CROSS JOIN LATERAL lbdiag_audit_query_detail(query)) AS adds_up
FROM (SELECT lbdiag_audit_query_html(query) FROM query) AS r (page);
-- With gzip there is a picture of compressed bytes, too, and a switch; with other encodings there is not.
SELECT pg_temp.sound(page) = '' AS sound, (SELECT count(*) FROM regexp_matches(page, 'class="picture treemap"', 'g')) AS pictures, page ~ '<label for="compressed">' AS switch, page ~ ' with gzip:6; most' AS named, page ~ 'not what dropping the path would save' AS said,
    (SELECT sum(w) FILTER (WHERE leaf) FROM pg_temp.boxes(substring(page FROM '<figure class="compressed">.*'), 'treemap')) = (SELECT compressed_bytes FROM query CROSS JOIN LATERAL lbdiag_audit_query_detail(query) WHERE column_name = 'TOTAL') AS adds_up
FROM (SELECT lbdiag_audit_query_html(query) FROM query) AS r (page);
SET lbdiag.encoding = 'none';
SELECT (SELECT count(*) FROM regexp_matches(page, 'class="picture treemap"', 'g')) AS pictures, page ~ '<label for="compressed">' AS switch FROM (SELECT lbdiag_audit_query_html(query) FROM query) AS r (page);
RESET lbdiag.encoding;
SELECT pg_temp.try('SELECT lbdiag_audit_query_html(''DROP TABLE page'')');
-- Statements.
SELECT pg_temp.sound(page) = '' AS sound, page ~ 'CANARY' AS values, page ~ '<h2>Findings' AS findings, page ~ '<svg class="b' AS flame
FROM (SELECT lbdiag_profile_sql_html('SELECT count(*) FROM generate_series(1, 1000) AS g WHERE g::text <> ''CANARY''')) AS r (page);

-- Names that are hostile are text: a column's, as the page shows it.
CREATE FUNCTION pg_temp.shown(name text) RETURNS text LANGUAGE sql AS $$
    SELECT substring(lbdiag_audit_query_html(format('SELECT 1 AS %I', $1)) FROM '<td>([^<]*)</td><td>\$</td><td>integer')
$$;
SELECT pg_temp.shown(E'</script><img src=x onerror="alert(1)">&amp;\'`');
SELECT pg_temp.shown(U&'a\0001\0009\000Ab\007F\0085c\200B\200F\202E\2066d\FEFF\+0E0041e\061C');
SELECT pg_temp.shown(U&'\00E9\05D0\4E00\+01F600e\0301');
-- A path that is too long is cut, by its columns and by its bytes in HTML.
CREATE FUNCTION pg_temp.shown_path(key text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(substring(lbdiag_audit_query_html(format('SELECT %L::jsonb AS j', repeat('{"' || $1 || '":', 6) || '1' || repeat('}', 6))) FROM '<td>([^<]*)</td><td>number'), '(x|&#19968;|&#769;)(\1)*', '\1..', 'g')
$$;
SELECT pg_temp.shown_path(repeat('x', 80)), pg_temp.shown_path('x'), pg_temp.shown_path(repeat(U&'\4E00', 25)), pg_temp.shown_path(repeat(U&'\0301', 40));
\set hostile '</script></svg></title><script>alert(1)</script>"''/onload=x &<'
SELECT format('SELECT jsonb_build_object(%L, 1, %L, %L, %L, 2, %L, 3) AS %I', :'hostile', repeat('y', 65536), 'v', U&'\202Eabc\0085', E'line\nbreak\t', left(:'hostile', 60)) AS hostile_query \gset
SELECT pg_temp.sound(page) = '' AS sound, length(page) < 40000 AS small, page ~ 'U\+202E' AS shown, page ~ '&lt;/script&gt;&lt;/svg&gt;' AS escaped,
    (SELECT count(*) FROM regexp_matches(regexp_replace(page, '<script>.*</script>', ''), '<(?!/?(html|head|meta|title|style|body|main|h1|h2|p|section|div|input|label|figure|figcaption|svg|desc|rect|text|details|summary|table|caption|thead|tbody|tr|th|td|script)[ >]|!DOCTYPE html>)', 'g')) AS other_elements
FROM (SELECT lbdiag_audit_query_html(:'hostile_query')) AS r (page);
UPDATE lbdiag_leaderboard SET domain = :'hostile' WHERE domain = 'other';
SELECT pg_temp.sound(page) = '' AS sound, page ~ '<title>lbdiag: &lt;/script&gt;&lt;/svg&gt;' AS title FROM (SELECT lbdiag_report_html(:'hostile')) AS r (page);
DELETE FROM lbdiag_leaderboard WHERE domain = :'hostile';


-- 1,500 columns: the small ones are together, and counted; the few large ones have their boxes.
SELECT length(page) < 150000 AS small, page ~ '1491 more in the result\n' AS counted, (SELECT count(*) FROM pg_temp.boxes(page, 'treemap')) AS boxes, (SELECT sum(w) FILTER (WHERE leaf) = max(w) FROM pg_temp.boxes(page, 'treemap')) AS adds_up, page ~ 'The 200 largest of 1501 paths' AS listed
FROM (SELECT lbdiag_audit_query_html('SELECT ' || string_agg(format('repeat(''x'', %s) AS c%s', CASE WHEN n <= 10 THEN 90000 ELSE 10 END, n), ', ')) FROM generate_series(1, 1500) AS n) AS r (page);
-- As many that are all alike: half of the boxes that there may be are theirs.
SELECT page ~ '\d+ more in the result\n' AS counted, (SELECT count(*) BETWEEN 90 AND 200 FROM pg_temp.boxes(page, 'treemap')) AS boxes, (SELECT sum(w) FILTER (WHERE leaf) = max(w) FROM pg_temp.boxes(page, 'treemap')) AS adds_up
FROM (SELECT lbdiag_audit_query_html('SELECT ' || string_agg(format('repeat(''x'', 100) AS c%s', n), ', ')) FROM generate_series(1, 1500) AS n) AS r (page);
-- Names that take most bytes in HTML, in as many boxes as there can be: still less than 400 kB.
SELECT length(page) < 400000 AS small, (SELECT count(*) > 150 FROM pg_temp.boxes(page, 'treemap')) AS boxes, (SELECT count(*) FROM regexp_matches(page, '<tr><td>', 'g')) AS listed
FROM (SELECT lbdiag_audit_query_html('SELECT ' || string_agg(format('%L::jsonb AS c%s', (SELECT jsonb_object_agg(repeat(U&'\4E00', 30) || k, (SELECT jsonb_object_agg(repeat(U&'\4E00', 30) || l, repeat('x', 50)) FROM generate_series(1, 6) AS l)) FROM generate_series(1, 6) AS k), n), ', ')) FROM generate_series(1, 24) AS n) AS r (page);
-- A deep tree ends, as a treemap and as a flame graph.
SELECT length(page) < 100000 AS small, page ~ ', with \d+ below' AS counted, (SELECT sum(w) FILTER (WHERE leaf) = max(w) FROM pg_temp.boxes(page, 'treemap')) AS adds_up
FROM (SELECT lbdiag_audit_query_html(format('SELECT %L::jsonb AS j', repeat('{"a":', 1000) || '1' || repeat('}', 1000)))) AS r (page);
SELECT format('CREATE FUNCTION pg_temp.f%s() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM %s; END $$', n, CASE n WHEN 40 THEN 'pg_sleep(0.1)' ELSE format('pg_temp.f%s()', n + 1) END) FROM generate_series(1, 40) AS n \gexec
SELECT page ~ ', with \d+ below' AS counted, (SELECT count(*) > 40 AND max(y) < 900 FROM pg_temp.boxes(page, 'icicle')) AS bounded FROM (SELECT lbdiag_profile_sql_html('SELECT pg_temp.f1()')) AS r (page);
-- A trend of many runs: of equal times, of no bytes, of times that are none; a run whose size is no size is left out.
DELETE FROM _lbdiag_run;
INSERT INTO _lbdiag_run SELECT (jsonb_populate_record(NULL::_lbdiag_run, jsonb_build_object('id', n, 'at', v.at, 'bytes', v.bytes, 'layout', (SELECT layout FROM layout)) || '{"kind": "payload", "payload": "board", "viewer": "public", "layout_reason": "x", "repetitions": 1, "machine": "x", "reference_ms": 1, "reference_min_ms": 1, "reference_max_ms": 1, "changing_bytes": 0, "login_role": "x", "recorded_by": "x", "environment": "x", "server_version": "x",
    "extension_version": "x", "encoding": "none", "buffers_hit": 0, "buffers_read": 0, "models": 0, "query_ms": 0, "builder_ms": 0, "builder_min_ms": 0, "builder_max_ms": 0, "paths_left_out": 0}')).*
FROM generate_series(1, 1000) AS n CROSS JOIN LATERAL (SELECT CASE n WHEN 1000 THEN timestamptz 'infinity' WHEN 999 THEN '2026-01-01' ELSE timestamptz '2026-01-01' + n * interval '1 hour' END, CASE n WHEN 998 THEN -1 ELSE n END) AS v (at, bytes);
INSERT INTO lbdiag_target (payload, phase, metric, target) SELECT 'board', 'p' || n, 'bytes', 1000 + n % 50 FROM generate_series(1, 500) AS n;
CREATE TEMP TABLE trend AS SELECT substring(lbdiag_report_html('board') FROM '<h2>History.*') AS svg;
SELECT (SELECT count(*) FROM regexp_matches(svg, '<circle', 'g')) AS points, svg ~ 'NaN|inf' AS wrong, substring(svg FROM '<desc>[^<]*') AS said, (SELECT count(*) FROM regexp_matches(svg, '<line class="target"', 'g')) AS targets FROM trend;
UPDATE _lbdiag_run SET at = '2026-01-01', bytes = 0;
SELECT svg ~ 'NaN|inf' AS wrong, (SELECT count(*) FROM regexp_matches(svg, '<circle', 'g')) AS points FROM (SELECT substring(lbdiag_report_html('board') FROM '<h2>History.*')) AS r (svg);
DELETE FROM lbdiag_target WHERE NOT built_in;
DROP SCHEMA other CASCADE; DROP SCHEMA board CASCADE;
DELETE FROM lbdiag_leaderboard WHERE domain = 'board'; DELETE FROM _lbdiag_run;
