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
SELECT page ~ '<h2>History' AS history FROM (SELECT lbdiag_report_html('board')) AS r (page);
SELECT lbdiag_record('board', label => 'shorter') AS two \gset
UPDATE lbdiag_run SET bytes = bytes - 100 WHERE id = :two;
UPDATE lbdiag_run_component SET bytes = bytes - 100 WHERE run = :two AND component = 'row_data';
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
SELECT _lbdiag_treemap('{}', '{}', '{}', 960, 560, 'none') ~ 'Nothing to show', _lbdiag_icicle('{}', '{}', '{}', 960, 560, 'none') ~ 'Nothing to show',
    _lbdiag_svg_trend('{}', '{}', '{}', 'none') ~ 'Nothing to show', _lbdiag_treemap('{a,b}', '{0,1}', '{0,0}', 960, 560, 'none') ~ 'Nothing to show';

-- A query: the same account, and neither the query nor its values.
CREATE TEMP TABLE query AS SELECT 'SELECT 731942405 AS n, jsonb_build_object(''a'', ''CANARY'', ''b'', ''[1, 2]''::jsonb) AS j FROM generate_series(1, 9)'::text AS query;
SELECT pg_temp.sound(page) = '' AS sound, page ~ 'CANARY|731942405|generate_series' AS values, page ~ 'most of it is the column j' AS headline,
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

-- Names that are hostile are text.
SELECT _lbdiag_html_escape(E'</script><img src=x onerror="alert(1)">&amp;\'`', 0);
SELECT _lbdiag_html_escape(U&'a\0001\0009\000Ab\007F\0085c\200B\200F\202E\2066d\FEFF\+0E0041e\061C', 0);
SELECT _lbdiag_html_escape(U&'\00E9\05D0\4E00\+01F600e\0301', 0);
SELECT _lbdiag_html_escape(repeat('x', 65536), 10), _lbdiag_html_escape(repeat(U&'\4E00', 20), 10), length(_lbdiag_html_escape(repeat(U&'\0301', 65536), 10)) < 200 AS marks, _lbdiag_html_escape('', 10) AS empty;
SELECT pg_temp.try(format('SELECT _lbdiag_html_escape(''x'', %s)', n)) ~ '^22023' AS refused FROM unnest('{-1,1000001}'::int[]) AS n;
\set hostile '</script></svg></title><script>alert(1)</script>"''/onload=x &<'
SELECT format('SELECT jsonb_build_object(%L, 1, %L, %L, %L, 2, %L, 3) AS %I', :'hostile', repeat('y', 65536), 'v', U&'\202Eabc\0085', E'line\nbreak\t', left(:'hostile', 60)) AS hostile_query \gset
SELECT pg_temp.sound(page) = '' AS sound, length(page) < 40000 AS small, page ~ 'U\+202E' AS shown, page ~ '&lt;/script&gt;&lt;/svg&gt;' AS escaped,
    (SELECT count(*) FROM regexp_matches(regexp_replace(page, '<script>.*</script>', ''), '<(?!/?(html|head|meta|title|style|body|main|h1|h2|p|section|div|input|label|figure|figcaption|svg|desc|rect|text|details|summary|table|caption|thead|tbody|tr|th|td|script)[ >]|!DOCTYPE html>)', 'g')) AS other_elements
FROM (SELECT lbdiag_audit_query_html(:'hostile_query')) AS r (page);
UPDATE lbdiag_leaderboard SET domain = :'hostile' WHERE domain = 'other';
SELECT pg_temp.sound(page) = '' AS sound, page ~ '<title>lbdiag: &lt;/script&gt;&lt;/svg&gt;' AS title FROM (SELECT lbdiag_report_html(:'hostile')) AS r (page);
DELETE FROM lbdiag_leaderboard WHERE domain = :'hostile';

SELECT length(svg) < 1500 AS small, svg ~ '\(65536 characters\)' AS shortened FROM (SELECT _lbdiag_treemap(ARRAY[repeat('y', 65536)], '{0}', '{1}', 960, 560, repeat('z', 65536))) AS s (svg);

-- 100,000 paths: the small ones are together, and counted.
SELECT length(svg) < 2000 AS small, svg ~ '99999 more in root\n' AS counted, (SELECT sum(w) FILTER (WHERE leaf) FROM pg_temp.boxes(svg || E'\n', 'treemap')) AS bytes
FROM (SELECT _lbdiag_treemap(array_agg('root' || repeat('.x', n - 1)) FILTER (WHERE n < 3) || array_agg('p' || n) FILTER (WHERE n > 2), array_agg(least(n - 1, 1)), array_agg(1.0::float8), 960, 560, 'many') FROM generate_series(1, 100000) AS n) AS s (svg);
-- A few large ones beside them keep their boxes; a deep tree and a wide one end.
SELECT length(svg) < 20000 AS small, svg ~ '99990 more in root\n' AS counted, (SELECT count(*) FROM pg_temp.boxes(svg || E'\n', 'treemap')) AS boxes
FROM (SELECT _lbdiag_treemap(array_agg(CASE n WHEN 1 THEN 'root' ELSE 'p' || n END ORDER BY n), array_agg(least(n - 1, 1) ORDER BY n), array_agg(CASE WHEN n <= 10 THEN 100000.0 ELSE 1 END::float8 ORDER BY n), 960, 560, 'mixed') FROM generate_series(1, 100000) AS n) AS s (svg);
SELECT length(f.svg) < 50000 AS small, (SELECT sum(w) FILTER (WHERE leaf) FROM pg_temp.boxes(f.svg || E'\n', k)) AS sum, f.svg ~ ', with \d+ below' AS counted
FROM unnest('{treemap,icicle}'::text[]) AS k CROSS JOIN LATERAL (SELECT array_agg('n' || n) AS labels, array_agg(n - 1) AS parents, array_agg(1.0::float8) AS weights FROM generate_series(1, 100000) AS n) AS t
CROSS JOIN LATERAL (SELECT CASE k WHEN 'treemap' THEN _lbdiag_treemap(t.labels, t.parents, t.weights, 960, 560, 'deep') ELSE _lbdiag_icicle(t.labels, t.parents, t.weights, 960, 560, 'deep') END AS svg) AS f;
-- Amounts of any size.
SELECT count(*) AS boxes, bool_and(width >= 0 AND height >= 0) AS sane FROM pg_temp.boxes(_lbdiag_treemap('{r,a,b,c,d}', '{0,1,1,1,1}', '{1e-300,1e30,1e-30,1e29,1e10}', 960, 560, 'sizes') || E'\n', 'treemap');

-- Parents by depths, and what is no tree.
SELECT _lbdiag_tree_parents('{0,1,2,2,1,2,3}'), _lbdiag_tree_parents('{}');
SELECT a, pg_temp.try('SELECT ' || a) ~ '^22023 .*\n  DETAIL: .*\n  HINT: ' AS refused FROM unnest(ARRAY['_lbdiag_tree_parents(''{1}'')', '_lbdiag_tree_parents(''{0,0}'')', '_lbdiag_tree_parents(''{0,2}'')', '_lbdiag_tree_parents(''{0,NULL}'')', '_lbdiag_tree_parents(''{{0,1}}'')',
    '_lbdiag_treemap(''{a,b}'', ''{0,2}'', ''{1,1}'', 960, 560, ''t'')', '_lbdiag_treemap(''{a,b}'', ''{0,0}'', ''{1,1}'', 960, 560, ''t'')', '_lbdiag_treemap(''{a,b}'', ''{0,-5}'', ''{1,1}'', 960, 560, ''t'')', '_lbdiag_treemap(''{a,b}'', ''{0}'', ''{1,1}'', 960, 560, ''t'')',
    '_lbdiag_treemap(''{a}'', ''{0}'', ''{NaN}'', 960, 560, ''t'')', '_lbdiag_treemap(''{a}'', ''{0}'', ''{Infinity}'', 960, 560, ''t'')', '_lbdiag_treemap(''{a}'', ''{0}'', ''{-1}'', 960, 560, ''t'')', '_lbdiag_treemap(''{a}'', ''{0}'', ''{NULL}'', 960, 560, ''t'')', '_lbdiag_treemap(''{a}'', ''{0}'', ''{1}'', 0, 560, ''t'')', '_lbdiag_treemap(''{a}'', ''{0}'', ''{1}'', 960, 2000000000, ''t'')',
    '_lbdiag_svg_trend(''{2026-01-02,2026-01-01}'', ''{1,2}'', ''{}'', ''t'')', '_lbdiag_svg_trend(''{2026-01-02,infinity}'', ''{1,2}'', ''{}'', ''t'')', '_lbdiag_svg_trend(''{2026-01-02}'', ''{1,2}'', ''{}'', ''t'')', '_lbdiag_svg_trend(''{2026-01-02}'', ''{1}'', ''{NaN}'', ''t'')']) AS a;
-- A trend of many points, of one, of equal times and of nothing but 0.
SELECT (SELECT count(*) FROM regexp_matches(svg, '<circle', 'g')) AS points, svg ~ 'NaN|inf' AS wrong, svg ~ '1000 values. The last one: 1000 bytes, the first one: 1 bytes. Targets: 1.' AS said
FROM (SELECT _lbdiag_svg_trend(array_agg(timestamptz '2026-01-01 00:00:00+00' + n * interval '1 hour' ORDER BY n), array_agg(n::float8 ORDER BY n), '{500}', 'trend') FROM generate_series(1, 1000) AS n) AS s (svg);
SELECT _lbdiag_svg_trend(t, v, '{}', 'few') ~ 'NaN|inf' AS wrong FROM (VALUES (ARRAY[timestamptz '2026-01-01'], '{5}'::float8[]), (array_fill(timestamptz '2026-01-01', '{3}'), '{0,0,0}')) AS c (t, v);
DROP SCHEMA other CASCADE; DROP SCHEMA board CASCADE;
DELETE FROM lbdiag_leaderboard WHERE domain = 'board'; DELETE FROM lbdiag_run;
