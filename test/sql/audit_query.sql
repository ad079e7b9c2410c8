-- The audit of a query's result; compressed sizes come later.
\pset format unaligned
\pset null -
SET lbdiag.encoding = 'none';
CREATE DOMAIN pg_temp.doc AS jsonb;
CREATE TEMP TABLE event AS
SELECT i AS id, CASE WHEN i % 5 > 0 THEN 'name ' || i % 3 END AS name, jsonb_build_object('a', i, 'b', '[1, null]'::jsonb)::pg_temp.doc AS payload,
    format('{"t":  "%s"}', repeat('x', i % 4))::json AS raw, 1.50 AS price
FROM generate_series(1, 500) AS i;
SELECT * FROM lbdiag_audit_query('SELECT * FROM event');
SELECT * FROM lbdiag_audit_query_detail('SELECT id, payload, NULL AS nothing FROM event LIMIT 10');
-- The parts of arrays and composite values as well, quoted once and more often.
CREATE TYPE spread AS (a text, j json, more text[]);
SELECT column_name, path, occurrences, documents, objects, arrays, strings, numbers, nulls, min_bytes, median_bytes, max_bytes, histogram_counts, min_elements, median_elements, max_elements
FROM lbdiag_audit_query_detail($$SELECT ARRAY[NULL, '[1, 22]', '{"a": "x\\y"}', '7']::jsonb[] AS j, ROW('x', '{"b": [ ], "c": null}', ARRAY['one', 'two, three', NULL])::spread AS s, i AS i, repeat('x', i) AS t FROM generate_series(1, 9) AS i WHERE i <> 3$$, 'none') WHERE path IS NOT NULL;
DROP TYPE spread;
-- Every byte once: values and their lengths, and 7 bytes a row.
SELECT sum(d.key_bytes + d.value_bytes + d.syntax_bytes) = max(d.bytes) FILTER (WHERE d.column_name = 'TOTAL') AS own, max(d.bytes) = max(e.bytes) AS total
FROM lbdiag_audit_query_detail('TABLE event') AS d,
    (SELECT sum(7 + 5 * 4 + octet_length(id::text) + coalesce(octet_length(name), 0) + octet_length(payload::text) + octet_length(raw::text) + octet_length(price::text)) AS bytes FROM event) AS e;
-- Arrays, composite types and domains that JSON is in, quoted as often as they are nested.
CREATE TYPE pg_temp.part AS (key text, value json, gone int, docs pg_temp.doc[]);
ALTER TYPE pg_temp.part DROP ATTRIBUTE gone;
CREATE TYPE pg_temp.whole AS ("a b" int, parts pg_temp.part[], last jsonb);
CREATE DOMAIN pg_temp.wholes AS pg_temp.whole[];
CREATE TEMP TABLE nested AS
SELECT i AS id, ARRAY[jsonb_build_object('a\"', repeat('"\', i % 3), 'n', i), NULL, 'null', '7', '"x y"', '[]'] AS docs,
    '[2:3][-1:0]={{1,"{\"a\": [1, {}]}"},{NULL,"\"\\\\\""}}'::json[] AS bounds, ARRAY[]::json[] AS none,
    ROW('k"' || i, '{"x":"\\"}', ARRAY['{"deep": "\""}', '1']::pg_temp.doc[])::pg_temp.part AS part,
    ARRAY[ROW(i, ARRAY[ROW('', '[1, "a,b"]', '{}'), NULL, ROW(NULL, NULL, ARRAY[NULL, '{"q": "\"\\"}']::pg_temp.doc[])]::pg_temp.part[], '{"z":null}')::pg_temp.whole]::pg_temp.wholes AS wholes
FROM generate_series(1, 30) AS i;
SELECT column_name, path, types, occurrences, nulls, distinct_values, bytes, key_bytes, value_bytes, syntax_bytes FROM lbdiag_audit_query_detail('TABLE nested');
SELECT d.column_name, sum(d.key_bytes + d.value_bytes + d.syntax_bytes) = max(e.bytes) AS own
FROM lbdiag_audit_query_detail('TABLE nested') AS d,
    LATERAL (SELECT sum(4 + octet_length(CASE d.column_name WHEN 'docs' THEN docs::text WHEN 'bounds' THEN bounds::text WHEN 'none' THEN none::text WHEN 'part' THEN part::text WHEN 'wholes' THEN wholes::text END)) AS bytes FROM nested) AS e
WHERE d.column_name NOT IN ('id', 'TOTAL') GROUP BY d.column_name ORDER BY 1;
-- An empty text is a value as any other.
SELECT column_name, distinct_values, most_common FROM lbdiag_audit_query_detail('SELECT CASE WHEN i % 3 = 0 THEN ''x'' ELSE '''' END AS t FROM generate_series(1, 9) AS i');
-- No rows; a semicolon; VALUES; a column named as the last row.
SELECT * FROM lbdiag_audit_query('SELECT id, payload FROM event WHERE false;');
SELECT * FROM lbdiag_audit_query('VALUES (1, ''x'')');
SELECT * FROM lbdiag_audit_query('SELECT 1 AS "TOTAL"');
-- The report.
SELECT * FROM lbdiag_audit_query_report('SELECT * FROM event');
SELECT * FROM lbdiag_audit_query_report(E'SELECT NULL AS "a\nb", id FROM event');
SELECT * FROM lbdiag_audit_query_report('SELECT 1 AS a WHERE false');
SELECT * FROM lbdiag_audit_query_report($$SELECT '[{"a":null , "b": 1}, {"b":2,"a":null},{"a":null}]'::json AS j, encode(sha512('x') || sha512('y'), 'base64') AS b, jsonb_build_object('d', ARRAY[0.1234567890123456789, 1.5], 'b', encode(sha512('x') || sha512('y'), 'base64')) AS d,
    'constant' AS c, (ARRAY['one long string', 'another long string'])[1 + i % 2] AS s, i FROM generate_series(1, 100) AS i$$);
-- What is said to be saved is what is saved: nulls, a value that never differs, a key of each element, blanks, digits.
CREATE TEMP TABLE save AS SELECT jsonb_build_object('k', i, 'n', NULL, 'm', CASE WHEN i % 3 = 0 THEN i END, 'b', repeat('"', i % 4), 'c', 'always', 'o', jsonb_build_object('x', NULL, 'y', i, 'z', NULL), 'e', (SELECT jsonb_agg(jsonb_build_object('key', k)) FROM generate_series(0, i % 3) AS k)) AS j FROM generate_series(1, 60) AS i
UNION ALL SELECT jsonb_build_object('b', 1);
CREATE FUNCTION pg_temp.saved(query text, action text) RETURNS TABLE (place text, bytes bigint) LANGUAGE sql BEGIN ATOMIC
    SELECT m[2], m[1]::bigint FROM lbdiag_audit_query_report(query) AS line, regexp_match(line, '^ *(\d+) bytes  (\S+): (.*)$') AS m WHERE m[3] ~ action;
END;
SELECT (SELECT sum(bytes) FROM pg_temp.saved('SELECT j FROM save', 'null$')) = sum(octet_length(j::text) - octet_length(jsonb_strip_nulls(j)::text)) AS nulls,
    (SELECT bytes FROM pg_temp.saved('SELECT j FROM save', 'never differs') WHERE place = 'j.c') = sum(octet_length(j::text) - octet_length((j - 'c')::text)) * 59 / 60 AS constant,
    (SELECT bytes FROM pg_temp.saved('SELECT j FROM save', 'every element') WHERE place = 'j.e[*].key') = sum(octet_length(j::text) - octet_length(replace(j::text, '"key": ', ''))) / 2 AS key,
    (SELECT bytes FROM pg_temp.saved('SELECT j FROM save', 'blanks') WHERE place = 'j') = sum(octet_length(j::text) - octet_length(replace(j::text, ' ', ''))) AS blanks
FROM save;
SELECT bytes, octet_length('0.1234567890123456789') - octet_length(0.1234567890123456789::float8::text) AS digits FROM pg_temp.saved('SELECT to_jsonb(0.1234567890123456789) AS j', 'digits');
-- The caller's rights.
CREATE ROLE regress_lbdiag_nobody;
SET ROLE regress_lbdiag_nobody;
-- error: permission denied for table pg_authid
SELECT * FROM lbdiag_audit_query('SELECT rolpassword FROM pg_authid');
RESET ROLE;
DROP ROLE regress_lbdiag_nobody;
-- Not guarded.
SET lbdiag.environment = 'production';
SELECT count(*) FROM lbdiag_audit_query('SELECT 1 AS one');
RESET lbdiag.environment;
-- Compressed: as lbdiag_encodings_query has it, by path with gzip, which adds up, and in TOTAL with others.  What is counted is the same.
CREATE TEMP TABLE result AS SELECT q.* FROM (VALUES (1, 'TABLE event'), (2, 'TABLE nested'), (3, 'SELECT id, payload FROM event WHERE false'), (4, 'SELECT 1 AS a'), (5, 'SELECT payload FROM event LIMIT 1'),
    (6, 'SELECT jsonb_object_agg(i, i) AS j FROM generate_series(1, 300) AS i, generate_series(1, 20) AS k GROUP BY k')) AS q (number, query);
CREATE TEMP TABLE encoded AS
SELECT r.number, e.encoding, e.bytes AS encoded, d.* FROM result AS r, lbdiag_encodings_query(r.query) AS e, lbdiag_audit_query_detail(r.query, e.encoding) AS d WHERE e.encoding ~ '^gzip:[169]$|none|:[25]$';
SELECT number, count(*) > 3 AS encodings, bool_and(own = compressed) FILTER (WHERE encoding ~ 'gzip') AS own_adds_up, bool_and(compressed = encoded) FILTER (WHERE encoding <> 'none') AS as_encodings_query, bool_and(bytes = encoded AND compressed IS NULL) FILTER (WHERE encoding = 'none') AS none,
    bool_and(placed = nrows) FILTER (WHERE encoding ~ 'gzip') AS everywhere, coalesce(bool_and(placed = 0) FILTER (WHERE encoding !~ 'gzip'), true) AS nowhere
FROM (SELECT number, encoding, min(encoded) AS encoded, sum(compressed_own_bytes) AS own, max(compressed_bytes) FILTER (WHERE column_name = 'TOTAL') AS compressed, max(bytes) FILTER (WHERE column_name = 'TOTAL') AS bytes,
        count(*) FILTER (WHERE column_name IS DISTINCT FROM 'TOTAL') AS nrows, count(compressed_own_bytes) AS placed
    FROM encoded GROUP BY number, encoding) AS x GROUP BY number ORDER BY number;
SELECT count(*) AS others FROM (SELECT FROM encoded GROUP BY number, column_name, path, depth, types, occurrences, nulls, distinct_values, most_common, bytes, share, key_bytes, value_bytes, syntax_bytes
    HAVING count(*) <> (SELECT count(DISTINCT encoding) FROM encoded)) AS x;
SELECT count(*) > 100 AS paths, bool_and(d.compressed_bytes = (SELECT sum(c.compressed_own_bytes) FROM encoded AS c WHERE (c.number, c.encoding, c.column_name) = (d.number, d.encoding, d.column_name)
    AND starts_with(c.path, d.path) AND substr(c.path, length(d.path) + 1) ~ '^([.[]|$)')) AS with_all_below FROM encoded AS d WHERE d.path IS NOT NULL AND d.compressed_bytes IS NOT NULL;
-- The setting is the argument's default; what is wrong with an encoding is said before the query runs.
SELECT 'none' AS named, count(compressed_bytes) FROM lbdiag_audit_query('TABLE event') UNION ALL SELECT 'gzip:9', count(compressed_bytes) FROM lbdiag_audit_query('TABLE event', encoding => 'gzip:9');
SET lbdiag.encoding = 'gzip:9';
SELECT sum(a.compressed_bytes) = sum(b.compressed_bytes) AS same FROM lbdiag_audit_query('TABLE event') AS a, lbdiag_audit_query('TABLE event', 'gzip:9') AS b WHERE a.column_name = 'TOTAL' AND b.column_name = 'TOTAL';
SELECT regexp_replace(line, '\d+ bytes with|\(?\d+\.\d %\)?', 'N', 'g') AS line FROM lbdiag_audit_query_report('SELECT * FROM event') AS line LIMIT 14;
-- error: encoding "gzip" has no level 10
SELECT * FROM lbdiag_audit_query('SELECT 1 / 0 AS never', 'gzip:10');
\set VERBOSITY terse
-- error: unrecognized encoding "lzma"
SELECT * FROM lbdiag_audit_query('SELECT 1 / 0 AS never', 'lzma');
-- error: unrecognized encoding ""
SELECT * FROM lbdiag_audit_query_detail('SELECT 1 / 0 AS never', '');
\set VERBOSITY default
-- error: division by zero
SELECT * FROM lbdiag_audit_query('SELECT 1 / (400 - id) AS q FROM event', 'gzip:9');
-- error: query returns no columns
SELECT * FROM lbdiag_audit_query('SELECT FROM event', 'gzip:1');
-- error: query returns two columns named "a"
SELECT * FROM lbdiag_audit_query('SELECT 1 AS a, 2 AS a', 'gzip:1');
SELECT count(*) FROM lbdiag_audit_query('TABLE event', 'gzip:1');
-- A row that is larger than the queue of what is not compressed yet, and columns by the thousand.
SELECT sum(compressed_own_bytes) = max(compressed_bytes) AS own_adds_up, max(compressed_bytes) = (SELECT bytes FROM lbdiag_encodings_query('SELECT jsonb_agg(i % 10) AS j FROM generate_series(1, 300000) AS i', '{gzip:1}')) AS same
FROM lbdiag_audit_query_detail('SELECT jsonb_agg(i % 10) AS j FROM generate_series(1, 300000) AS i', 'gzip:1');
SELECT sum(d.compressed_own_bytes) = max(d.compressed_bytes) AS own_adds_up, count(*) FROM (SELECT 'SELECT ' || string_agg(format('%s AS c%1$s', i), ', ') AS query FROM generate_series(1, 1600) AS i) AS q, lbdiag_audit_query_detail(q.query, 'gzip:6') AS d;
SET lbdiag.encoding = 'none';
-- What cannot be audited.
-- error: query must not be null
SELECT * FROM lbdiag_audit_query(NULL);
-- error: query must be a single statement, not 0
SELECT * FROM lbdiag_audit_query('');
-- error: query must be a single statement, not 2
SELECT * FROM lbdiag_audit_query('SELECT 1; SELECT 2');
-- error: syntax error at or near "SELEC"
SELECT * FROM lbdiag_audit_query('SELEC 1');
-- error: query is not a SELECT
SELECT * FROM lbdiag_audit_query('INSERT INTO event (id) VALUES (1) RETURNING id');
-- error: query does not only read
SELECT * FROM lbdiag_audit_query('WITH w AS (DELETE FROM event RETURNING id) SELECT id FROM w');
-- error: query does not only read
SELECT * FROM lbdiag_audit_query('SELECT id FROM event FOR UPDATE');
-- error: query is not a SELECT
SELECT * FROM lbdiag_audit_query('SELECT id INTO other FROM event');
-- error: query is not a SELECT
SELECT * FROM lbdiag_audit_query('SHOW work_mem');
-- error: query is not a SELECT
SELECT * FROM lbdiag_audit_query('COMMIT');
-- error: query is not a SELECT
SELECT * FROM lbdiag_audit_query('COPY event TO STDOUT');
-- error: query returns no columns
SELECT * FROM lbdiag_audit_query('SELECT FROM event');
-- error: query returns two columns named "a"
SELECT * FROM lbdiag_audit_query('SELECT 1 AS a, 2 AS a');
-- error: there is no parameter $1
SELECT * FROM lbdiag_audit_query('SELECT $1');
-- error: division by zero
SELECT * FROM lbdiag_audit_query('SELECT 1 / (400 - id) AS q FROM event');
SELECT count(*) FROM event;
