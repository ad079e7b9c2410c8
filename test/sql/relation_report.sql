-- What storing costs, taken apart: every byte once, in the report as in the
-- server's own figures; and columns that the JSON repeats.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
\pset format unaligned
\t on
SET client_min_messages = warning;
SET default_toast_compression = pglz;
CREATE SCHEMA parts;
SET search_path = parts, public;
CREATE DOMAIN doc AS jsonb;
CREATE TABLE kinds (id int, flat jsonb, gone text, pglz jsonb COMPRESSION pglz, lz4 doc COMPRESSION lz4, inline jsonb, small jsonb, raw json COMPRESSION lz4, note text COMPRESSION pglz, made text GENERATED ALWAYS AS ('m' || id) STORED, always_null jsonb);
ALTER TABLE kinds ALTER flat SET STORAGE external, ALTER inline SET STORAGE main, SET (autovacuum_enabled = false, toast.autovacuum_enabled = false);
INSERT INTO kinds SELECT i, d, 'gone', d, d, d -> 0, jsonb_build_object('i', i, 's', i * 1.5, 'n', NULL, 't', true, 'e', '[]'::jsonb), d::json, CASE WHEN i % 4 > 0 THEN repeat('abc', i % 1500) END
FROM generate_series(1, 150) AS i, LATERAL (SELECT jsonb_agg(jsonb_build_object('name', 'n' || k % 7, 'value', k * 1.5, 'hash', md5((i * k)::text), 'deep', jsonb_build_array(k, E'\u00e4"\n'))) AS d FROM generate_series(1, 1 + i % 80) AS k) AS x;
INSERT INTO kinds (id, pglz, lz4, raw) VALUES (0, NULL, 'null', ' 1 '), (-1, '"x"', '[]', '"\u0000"'), (-2, '12.5', '{}', 'null');
ALTER TABLE kinds DROP gone;
CREATE INDEX ON kinds (id);
CREATE TEMP TABLE audit AS SELECT * FROM lbdiag_audit_relation('kinds');
-- The TOAST table has what the audit says, chunk by chunk.
SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'kinds'::regclass \gset
SELECT count(*) = a.chunks AS chunks, sum(octet_length(chunk_data)) = a.out_of_line_bytes AS bytes, count(*) > 100 AS many FROM :toast, audit AS a WHERE a.column_name = 'TOTAL' GROUP BY a.chunks, a.out_of_line_bytes;
-- Raw bytes and methods, of each column; jsonb without its header.
CREATE TEMP TABLE value AS SELECT v.* FROM kinds, LATERAL (VALUES ('flat', NULL, pg_column_compression(flat)), ('note', octet_length(note), pg_column_compression(note)), ('pglz', NULL, pg_column_compression(pglz)),
    ('raw', octet_length(raw::text), pg_column_compression(raw)), ('lz4', NULL, pg_column_compression(lz4)), ('id', 4, NULL)) AS v (name, size, method);
SELECT a.column_name, a.pglz_values = count(*) FILTER (WHERE v.method = 'pglz') AS pglz, a.lz4_values = count(*) FILTER (WHERE v.method = 'lz4') AS lz4, count(v.method) > 50 AS compressed,
    CASE WHEN a.column_name IN ('note', 'raw', 'id') THEN a.raw_bytes = sum(v.size) ELSE a.raw_bytes = a.jsonb_bytes END AS raw
FROM audit AS a JOIN value AS v ON v.name = a.column_name WHERE a.path = '$' GROUP BY a.column_name, a.pglz_values, a.lz4_values, a.raw_bytes, a.jsonb_bytes ORDER BY 1;
SELECT t.raw_bytes = sum(a.raw_bytes) AS raw, t.out_of_line_bytes = sum(a.out_of_line_bytes) AS out_of_line, t.chunks = sum(a.chunks) AS chunks, t.pglz_values = sum(a.pglz_values) AS pglz, t.lz4_values = sum(a.lz4_values) AS lz4, abs(sum(a.stored_share) - 1) < 0.001 AS shares
FROM audit AS t JOIN audit AS a ON a.path = '$' WHERE t.column_name = 'TOTAL' GROUP BY t.raw_bytes, t.out_of_line_bytes, t.chunks, t.pglz_values, t.lz4_values;
SELECT count(*) FILTER (WHERE raw_bytes IS NULL) AS without, bool_and(stored_share = round(stored_bytes::numeric / (SELECT stored_bytes FROM audit WHERE column_name = 'TOTAL'), 4)) AS shares, bool_and((raw_bytes IS NULL) = (depth > 0)) AS columns_only FROM audit;

-- The report: its sections, as the tables that they are.
CREATE FUNCTION pg_temp.section(relation regclass, heading text, sample float8 DEFAULT NULL) RETURNS TABLE (n bigint, line text) LANGUAGE sql AS $$
    WITH r AS (SELECT l.line, l.n FROM lbdiag_audit_relation_report($1, $3) WITH ORDINALITY AS l (line, n)),
    h AS (SELECT min(n) AS first FROM r WHERE r.line LIKE '=== ' || $2 || '%')
    SELECT r.n - h.first, r.line FROM r, h WHERE r.n > h.first AND r.n < coalesce((SELECT min(x.n) FROM r AS x WHERE x.n > h.first AND x.line = ''), 1000000) ORDER BY r.n
$$;
-- On disk.
SELECT regexp_replace(line, '^ *\d+ +[0-9.]+ % +', '') AS what FROM pg_temp.section('kinds', 'THE TABLE ON DISK') WHERE line ~ '^ *\d+ ';
SELECT sum(b) FILTER (WHERE what <> 'all') = max(b) FILTER (WHERE what = 'all') AS adds_up, max(b) FILTER (WHERE what = 'all') = pg_total_relation_size('kinds') AS total, max(b) FILTER (WHERE what = 'indexes') = pg_indexes_size('kinds') AS indexes,
    sum(b) FILTER (WHERE what LIKE 'TOAST%') = pg_total_relation_size(max(c.reltoastrelid::oid::text)::oid) AS toast, max(b) FILTER (WHERE what = 'heap: values in the rows') + max(b) FILTER (WHERE what = 'TOAST: values') = (SELECT stored_bytes FROM audit WHERE column_name = 'TOTAL') AS stored
FROM (SELECT (m)[1]::bigint AS b, (m)[2] AS what FROM pg_temp.section('kinds', 'THE TABLE ON DISK'), regexp_match(line, '^ *(\d+) +[0-9.]+ % +(.*)$') AS m) AS r, pg_class AS c WHERE c.oid = 'kinds'::regclass;
-- Values by where and how: those of each column add up; a null of JSON is a value.
CREATE TEMP TABLE how AS SELECT (m)[1]::bigint AS values, (m)[2]::bigint AS raw, (m)[3]::bigint AS stored, (m)[4]::bigint AS chunks, (m)[5] AS how, (m)[6] AS name
FROM pg_temp.section('kinds', 'HOW VALUES'), regexp_match(line, '^ *(\d+) +(\d+) +(\d+) +[0-9.]+ +(\d+)  (row|TOAST|row, pglz|row, lz4|TOAST, pglz|TOAST, lz4) +(\w+)$') AS m WHERE line ~ '\d';
SELECT a.column_name, string_agg(h.how, '; ' ORDER BY h.how) AS how, sum(h.values) = a.occurrences - a.nulls + CASE WHEN a.column_name IN ('lz4', 'raw') THEN 1 ELSE 0 END AS values, sum(h.stored) = a.stored_bytes AS stored, sum(h.raw) = a.raw_bytes AS raw, sum(h.chunks) = a.chunks AS chunks, coalesce(sum(h.stored) FILTER (WHERE h.how LIKE 'TOAST%'), 0) = a.out_of_line_bytes AS out_of_line
FROM audit AS a JOIN how AS h ON h.name = a.column_name WHERE a.path = '$' GROUP BY a.column_name, a.occurrences, a.nulls, a.stored_bytes, a.raw_bytes, a.chunks, a.out_of_line_bytes ORDER BY 1;
-- jsonb and its text, part by part.
SELECT regexp_replace(line, '^ *\d+ +\d+ +[-+]?\d+ +', '') AS what FROM pg_temp.section('kinds', 'JSONB AGAINST ITS TEXT: flat') WHERE line ~ '^ *\d+ ';
SELECT a.column_name, sum(b) FILTER (WHERE what <> 'all') = a.jsonb_bytes AND max(b) FILTER (WHERE what = 'all') = a.jsonb_bytes AS jsonb, sum(t) FILTER (WHERE what <> 'all') = a.bytes AND max(t) FILTER (WHERE what = 'all') = a.bytes AS text
FROM audit AS a, pg_temp.section('kinds', 'JSONB AGAINST ITS TEXT: ' || a.column_name), regexp_match(line, '^ *(\d+) +(\d+) +[-+]?\d+ +(.*)$') AS m, LATERAL (SELECT m[1]::bigint, m[2]::bigint, m[3]) AS r (b, t, what) WHERE a.path = '$' GROUP BY a.column_name, a.jsonb_bytes, a.bytes ORDER BY 1;
-- By hand: {"a": 1, "b": [true, "xy"]} has 5 entries of 4 bytes more than 2 keys and 3 values, two headers, a number of 6 to 8 bytes, padding.
CREATE TABLE known (j jsonb);
INSERT INTO known VALUES ('{"a": 1, "b": [true, "xy"]}'), (NULL), ('7'), ('[]');
SELECT line FROM pg_temp.section('known', 'JSONB AGAINST ITS TEXT: j');
-- The whole report of a small table; figures of pages depend on the platform.
SELECT line FROM lbdiag_audit_relation_report('known') WITH ORDINALITY AS r (line, n) WHERE line !~ '^On disk|heap|TOAST:|indexes$|  all$' ORDER BY n;

-- Columns that the JSON repeats.
CREATE TABLE twice (id int, code text, at timestamp, ok boolean, one int, sparse int, late int, deep text, quoted text, n numeric, missing int, both_null int, nothing text, doc jsonb, raw json);
INSERT INTO twice SELECT i, 'c' || i, '2024-01-01'::timestamp + i * interval '1 hour', i % 2 = 0, 1, CASE WHEN i % 2 = 0 THEN i END, i, 'd' || i, 'q"' || i, i * 1.50, i, CASE WHEN i > 50 THEN i END, NULL,
    jsonb_build_object('code', 'c' || i, 'at', '2024-01-01'::timestamp + i * interval '1 hour', 'ok', i % 2 = 0, 'one', 1, 'late', CASE WHEN i = 200 THEN 0 ELSE i END, 'sparse', i, 'list', jsonb_build_array(jsonb_build_object('id', i)), 'n', i * 1.50) ||
    CASE WHEN i <> 100 THEN jsonb_build_object('missing', i) ELSE '{}' END || CASE WHEN i > 50 THEN jsonb_build_object('both', i) ELSE jsonb_build_object('both', NULL) END,
    json_build_object('x', json_build_array(i), 'in', json_build_object('id', i::text, 'odd key', 'd' || i, 'quoted', 'q"' || i))
FROM generate_series(1, 200) AS i;
SELECT regexp_replace(line, 'doc: .* text|raw: .* text', 'N') AS line FROM pg_temp.section('twice', 'COLUMNS THAT');
-- What they take is what the audit says of the path.
SELECT r.line LIKE format('column code repeats $.code in doc: %s bytes stored, %s bytes of text', a.stored_bytes, a.bytes) AS as_audit
FROM lbdiag_audit_relation('twice') AS a, pg_temp.section('twice', 'COLUMNS THAT') AS r WHERE a.column_name = 'doc' AND a.path = '$.code' AND r.line LIKE 'column code%';
-- A view has them too; below 10 rows it can be chance, and dynamic keys are no names.
CREATE VIEW twice_seen AS SELECT code, doc FROM twice;
SELECT bool_or(line ~ '^column code repeats [$][.]code in doc: [0-9.]+ (kB|bytes) of text$') AS seen FROM pg_temp.section('twice_seen', 'COLUMNS THAT');
CREATE VIEW twice_few AS SELECT code, doc FROM twice LIMIT 9;
SELECT count(*) AS few FROM pg_temp.section('twice_few', 'COLUMNS THAT');
CREATE VIEW twice_keys AS SELECT id, jsonb_build_object('k' || id, id, 'id-' || id, jsonb_build_object('id', id)) AS doc FROM twice;
SELECT count(*) AS dynamic FROM pg_temp.section('twice_keys', 'COLUMNS THAT');
-- A difference that comes late is found as far as rows are compared; a table of which only a part is: so many rows.
CREATE VIEW twice_wide AS SELECT t.id, jsonb_build_object('id', t.id, 'text', repeat('x', 2000)) AS doc FROM twice AS t, generate_series(1, 10);
SELECT substring(line FROM 'of (\d+) rows')::int BETWEEN 100 AND 1000 AS part FROM pg_temp.section('twice_wide', 'COLUMNS THAT') WHERE n = 1;

-- All kinds of relations; no line is too wide.
CREATE TABLE parted (id int, j jsonb) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (1000) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false);
INSERT INTO parted SELECT id, lz4 FROM kinds WHERE id >= 0;
CREATE INDEX ON parted (id);
CREATE MATERIALIZED VIEW kept AS SELECT id, pglz FROM kinds;
CREATE VIEW seen AS SELECT id, small FROM kinds WHERE id > 0;
CREATE TABLE none ();
CREATE TABLE empty (id int, j jsonb, r json);
CREATE TABLE plain (id int, note text);
INSERT INTO plain VALUES (1, 'CANARY');
CREATE TEMP TABLE passing AS SELECT '{"a": 1}'::jsonb AS j;
CREATE TABLE "odd ""na'me" ("a b'c" jsonb);
INSERT INTO "odd ""na'me" VALUES ('{"k''e\"y": "CANARY"}');
SELECT c.oid::regclass AS relation, regexp_replace(min(r.line) FILTER (WHERE r.n = 1), '\d+.*', 'N') AS first, max(length(r.line)) < 100 OR c.relname = 'odd "na''me' AS narrow, bool_or(r.line LIKE '=== THE TABLE ON DISK%') AS disk, bool_or(r.line LIKE '=== HOW VALUES%') AS stored, bool_or(r.line LIKE '=== JSONB AGAINST%') AS jsonb, bool_or(r.line ~ 'CANARY') AS values
FROM pg_class AS c, lbdiag_audit_relation_report(c.oid) WITH ORDINALITY AS r (line, n)
WHERE c.relname IN ('kinds', 'parted', 'kept', 'seen', 'none', 'empty', 'plain', 'passing', 'odd "na''me', 'twice') GROUP BY c.oid, c.relname ORDER BY c.relname;
SELECT max(m[1]::bigint) FILTER (WHERE m[2] = 'all') = (SELECT sum(pg_total_relation_size(c)) FROM unnest(ARRAY['parted_1', 'parted_2']::regclass[]) AS c) AS partitions FROM pg_temp.section('parted', 'THE TABLE ON DISK'), regexp_match(line, '^ *(\d+) +[0-9.]+ % +(.*)$') AS m;
-- What can be pasted can be run: of the views and tables, with all their names.
SELECT r.line AS call FROM lbdiag_audit_relation_report('"odd ""na''me"') WITH ORDINALITY AS r (line, n) WHERE r.line LIKE '     SELECT%' ORDER BY n;
SELECT count(*) FROM lbdiag_largest('parts."odd ""na''me"', 'a b''c', '$."k''e\"y"');
SELECT count(*) > 0 AS runs FROM lbdiag_audit_query_report('SELECT * FROM parts.seen');
SELECT r.line FROM lbdiag_audit_relation_report('seen') WITH ORDINALITY AS r (line, n) WHERE n <= 4 ORDER BY n;
-- A sample: estimates, and what was read. One of all blocks is exact, and so are its sums.
SELECT line FROM pg_temp.section('plain', 'HOW THIS WAS MEASURED', 100);
SELECT bool_and(r.raw_bytes IS NOT DISTINCT FROM a.raw_bytes AND r.chunks IS NOT DISTINCT FROM a.chunks AND r.out_of_line_bytes IS NOT DISTINCT FROM a.out_of_line_bytes AND r.pglz_values IS NOT DISTINCT FROM a.pglz_values) AS same
FROM lbdiag_audit_relation('kinds', 100) AS r JOIN audit AS a USING (column_name, path) WHERE a.depth = 0;
SELECT count(*) FILTER (WHERE line ~ '^Blocks read: \d+ of \d+, with \d+ rows?[.] Counts and sizes of values are estimates for all[.]$') AS read, count(*) FILTER (WHERE line ~ 'interval') AS interval FROM pg_temp.section('kinds', 'HOW THIS WAS MEASURED', 60);
SELECT sum(m[1]::bigint) FILTER (WHERE m[2] <> 'all') = pg_total_relation_size('kinds') AS adds_up FROM pg_temp.section('kinds', 'THE TABLE ON DISK', 60), regexp_match(line, '^ *(\d+) +[0-9.]+ % +(.*)$') AS m;
-- More keys than are told apart.
CREATE VIEW many AS SELECT (SELECT jsonb_object_agg(repeat('k', 120) || k, jsonb_build_object('n', k)) FROM generate_series(1, 3000) AS k) AS j FROM generate_series(1, 2) AS i;
SELECT count(*) > 10 AS lines, max(length(line)) < 100 AS narrow FROM lbdiag_audit_relation_report('many') AS r (line);

-- As one HTML file.
CREATE FUNCTION pg_temp.sound(page text) RETURNS boolean LANGUAGE sql AS $$ SELECT $1 ~ '^<!DOCTYPE html>.*</html>$' AND $1 !~ '[^ -~\n]' AND $1 !~* '\s(on[a-z]+|style|src|href)=' AND $1 ~ 'default-src ''none''' AND (SELECT count(*) FROM regexp_matches($1, '</?script', 'gi')) = 2 $$;
SELECT c.relname, pg_temp.sound(page) AS sound, page ~ 'CANARY' AS values, page ~ '<h2>The table on disk' AS disk, page ~ '<h2>How values' AS stored, page ~ '<h2>jsonb against' AS jsonb, page ~ '<h2>Columns that' AS repeats, page ~ 'id="raw"><label.*id="compressed" checked><label for="compressed">Stored bytes' AS switch, (SELECT count(*) FROM regexp_matches(page, 'class="picture treemap"', 'g')) AS pictures
FROM pg_class AS c, lbdiag_audit_relation_html(c.oid) AS page WHERE c.relname IN ('kinds', 'parted', 'seen', 'none', 'empty', 'plain', 'odd "na''me', 'twice', 'many') ORDER BY c.relname;
-- The leaves of both pictures add up to the text, and to what is stored; with a sample, too.
CREATE FUNCTION pg_temp.leaves(page text) RETURNS numeric LANGUAGE sql AS $$
    SELECT sum(m[1]::numeric) FROM regexp_matches(left($1, strpos($1, '</figure>')), 'data-w="([^"]*)" data-p="[^"]*" data-leaf=""', 'g') AS m
$$;
SELECT pg_temp.leaves(page) = a.bytes AS text, pg_temp.leaves(substring(page FROM '<figure class="compressed">.*')) = a.stored_bytes AS stored FROM audit AS a, lbdiag_audit_relation_html('kinds') AS page WHERE a.column_name = 'TOTAL';
SELECT count(*) AS sampled FROM lbdiag_audit_relation_html('kinds', 60) AS page WHERE pg_temp.sound(page) AND page ~ 'Blocks read: ';

-- Errors, and the caller's rights.
SELECT pg_temp.try(format('SELECT lbdiag_audit_relation_%s(%s)', f, a)) FROM unnest(ARRAY['report', 'html']) AS f, unnest(ARRAY['NULL', '''parts.kinds_id_idx''', '''parts.plain'', 101', '''parts.seen'', 10', '999999999']) AS a;
CREATE ROLE regress_lbdiag_parts;
GRANT USAGE ON SCHEMA parts TO regress_lbdiag_parts;
GRANT SELECT (id) ON plain TO regress_lbdiag_parts;
GRANT SELECT ON twice TO regress_lbdiag_parts;
ALTER TABLE twice ENABLE ROW LEVEL SECURITY;
CREATE POLICY few_rows ON twice USING (id <= 20);
SET ROLE regress_lbdiag_parts;
SELECT pg_temp.try('SELECT lbdiag_audit_relation_report(''parts.plain'')');
SELECT pg_temp.try('SELECT lbdiag_audit_relation_html(''parts.kinds'')');
SELECT line ~ ' 20 rows' AS rows FROM lbdiag_audit_relation_report('twice') WITH ORDINALITY AS r (line, n) WHERE n = 1;
SELECT line FROM pg_temp.section('twice', 'HOW THIS WAS MEASURED');
SELECT count(*) FILTER (WHERE line ~ 'free space map') AS free FROM lbdiag_audit_relation_report('twice') AS r (line);
RESET ROLE;
GRANT pg_stat_scan_tables TO regress_lbdiag_parts;
SET ROLE regress_lbdiag_parts;
SELECT count(*) FILTER (WHERE line ~ 'free space map') AS free FROM lbdiag_audit_relation_report('twice') AS r (line);
RESET ROLE;
DROP OWNED BY regress_lbdiag_parts;
DROP ROLE regress_lbdiag_parts;
DROP SCHEMA parts CASCADE;
