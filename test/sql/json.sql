-- Statistics of any JSON.
\pset format unaligned
CREATE TEMP TABLE doc (id int, payload jsonb, raw json);
INSERT INTO doc SELECT i,
    jsonb_build_object('id', i, 'name', 'n' || i % 7, 'tags', jsonb_build_array('a', i % 3, NULL, true), 'deep', jsonb_build_object('x y', 1.50)),
    format(E'{ "id" : %s ,\n "id": "k\\u00e4se", "l": [ 1, [], {} ] }  ', i)::json
FROM generate_series(1, 2000) AS i;
INSERT INTO doc VALUES (0, NULL, NULL), (-1, 'null', '7'), (-2, '[]', ' "x" ');
SELECT p.* FROM (SELECT lbdiag_json_stats(payload) AS s FROM doc) AS e, lbdiag_json_paths(e.s) AS p;
SELECT p.* FROM (SELECT lbdiag_json_stats(raw) AS s FROM doc) AS e, lbdiag_json_paths(e.s) AS p;
-- Every byte once.
SELECT sum(p.key_bytes + p.value_bytes + p.syntax_bytes) = (SELECT sum(octet_length(payload::text)) FROM doc) AS own,
    max(p.bytes) = (SELECT sum(octet_length(payload::text)) FROM doc) AS root
FROM (SELECT lbdiag_json_stats(payload) AS s FROM doc) AS e, lbdiag_json_paths(e.s) AS p;
SELECT sum(p.key_bytes + p.value_bytes + p.syntax_bytes) = (SELECT sum(octet_length(raw::text)) FROM doc) AS own
FROM (SELECT lbdiag_json_stats(raw) AS s FROM doc) AS e, lbdiag_json_paths(e.s) AS p;
-- To the byte what the server prints, and stores: escapes, numbers, and documents made at random.
CREATE TEMP TABLE odd (j jsonb);
INSERT INTO odd SELECT to_jsonb(repeat('x', n) || chr(c) || repeat(chr(c), n % 3) || 'y') FROM generate_series(1, 300) AS c, generate_series(0, 17) AS n;
INSERT INTO odd SELECT jsonb_build_object(repeat('x', n) || chr(c), chr(c), chr(c) || repeat('y', n), ARRAY[c]) FROM generate_series(1, 130) AS c, generate_series(0, 9) AS n;
INSERT INTO odd SELECT x::jsonb FROM unnest(ARRAY['0', '-0', '0.0', '-0.00', '1', '-1', '9', '10', '9999', '10000', '10001', '99999999', '100000000', '1e-20', '-1e-20', '1e100', '-1.5e100',
    '123456789012345678901234567890.123456789012345678901234567890', '1.50', '0.1', '0.0001', '0.00010', '0.00001', '1e131071', '1e-16383', '-12345e-16380', '1.10e300', '2e255', '2e256', '2e-255', '2e-260', '5e63', '5e62',
    '""', '[]', '{}', '[[]]', '[{}]', '{"":{}}', '{"":""}', 'null', 'true', 'false', '[null,true,false]', '[1,"a",[2,[3]],{"b":[4,{"c":5}]}]']) AS x;
INSERT INTO odd SELECT to_jsonb((CASE WHEN i % 2 = 0 THEN -1 ELSE 1 END * (i * 7919 % 100003)::numeric) * (10::numeric ^ (i % 45 - 20)::numeric)::numeric) FROM generate_series(1, 500) AS i;
INSERT INTO odd SELECT to_jsonb(round((i * 7919 % 100003)::numeric / 17, i % 40)) FROM generate_series(1, 500) AS i;
SELECT setseed(0.5);
CREATE FUNCTION pg_temp.random_json(depth int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT CASE floor(random() * (CASE WHEN depth > 0 THEN 9 ELSE 6 END))::int
        WHEN 0 THEN 'null' WHEN 1 THEN to_jsonb(random() < 0.5) WHEN 2 THEN to_jsonb(round((random() * 1e6)::numeric, floor(random() * 9)::int)) WHEN 3 THEN to_jsonb(floor(random() * 20000) - 10000)
        WHEN 4 THEN to_jsonb(random()) WHEN 5 THEN to_jsonb((SELECT string_agg(chr(1 + floor(random() * random() * random() * 700)::int), '') FROM generate_series(1, floor(random() * 20)::int)))
        WHEN 6 THEN (SELECT coalesce(jsonb_agg(pg_temp.random_json(depth - 1)), '[]') FROM generate_series(1, floor(random() * 6)::int))
        ELSE (SELECT coalesce(jsonb_object_agg(chr(96 + floor(random() * 8)::int) || repeat('"', i % 2), pg_temp.random_json(depth - 1)), '{}') FROM generate_series(1, floor(random() * 7)::int) AS i) END
$$;
INSERT INTO odd SELECT pg_temp.random_json(5) FROM generate_series(1, 2000);
SELECT count(*) AS documents, count(*) FILTER (WHERE s.text <> octet_length(j::text)) AS wrong_text, count(*) FILTER (WHERE s.stored + 4 <> pg_column_size(j::text::jsonb)) AS wrong_jsonb
FROM odd, LATERAL (SELECT sum(p.key_bytes + p.value_bytes + p.syntax_bytes) AS text, sum(p.jsonb_own_bytes) AS stored FROM (SELECT lbdiag_json_stats(v.j) AS s FROM (VALUES (odd.j)) AS v (j)) AS x, lbdiag_json_paths(x.s) AS p) AS s;
-- The same as of the text, but for what two equal strings are.
SELECT count(*) AS different FROM odd,
    LATERAL (SELECT array_agg((p.path, p.depth, p.types, p.occurrences, p.nulls, p.bytes, p.share, p.key_bytes, p.value_bytes, p.syntax_bytes)::text ORDER BY p.path) AS paths FROM (SELECT lbdiag_json_stats(v.j) AS s FROM (VALUES (odd.j)) AS v (j)) AS x, lbdiag_json_paths(x.s) AS p) AS a,
    LATERAL (SELECT array_agg((p.path, p.depth, p.types, p.occurrences, p.nulls, p.bytes, p.share, p.key_bytes, p.value_bytes, p.syntax_bytes)::text ORDER BY p.path) AS paths FROM (SELECT lbdiag_json_stats(v.j::text::json) AS s FROM (VALUES (odd.j)) AS v (j)) AS x, lbdiag_json_paths(x.s) AS p) AS b
WHERE a.paths <> b.paths;
SELECT a.distinct_values, a.most_common, b.distinct_values = a.distinct_values AND b.most_common = a.most_common AS same
FROM (SELECT p.* FROM (SELECT lbdiag_json_stats(to_jsonb(i % 40 * 1.5)) AS s FROM generate_series(1, 1000) AS i) AS x, lbdiag_json_paths(x.s) AS p) AS a,
    (SELECT p.* FROM (SELECT lbdiag_json_stats(to_json(i % 40 * 1.5)) AS s FROM generate_series(1, 1000) AS i) AS x, lbdiag_json_paths(x.s) AS p) AS b;
-- A key with an escape is the key that it means, where it can be.
SELECT p.path, p.occurrences FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM unnest(ARRAY['{"a\u0062":1}', '{"ab":1}', '{"a\u0000":1}']::json[]) AS j)) AS p;
-- Text that nobody has checked: as the type json takes it, but for its depth, and an error that says what is wrong and where.
BEGIN;
CREATE CAST (text AS json) WITHOUT FUNCTION;
CREATE FUNCTION pg_temp.try_text(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    RETURN 'paths: ' || count(*) FROM lbdiag_json_paths((SELECT lbdiag_json_stats(t::json)));
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(': ', sqlstate, sqlerrm, detail);
END $$;
SELECT t AS text, pg_temp.try_text(t) AS result
FROM unnest(ARRAY['{"a":[1]}', '', ' ', '[1 2]', '[1,]', '[}', '[1}', '[', '{"a" 1}', '{"a":1 "b":2}', '{"a":1,}', '{1:2}', '{,}', '{]', '{"a"}', '{"a":}', '}', '1 2', '-', '-a', '1.', '1e+', '01', 'tru', 'truex', U&'\00e4',
    '"x', '"\', '"\u12', '"\x"', '"\u12g4"', E'"\t"', E'["12345678\n"]', '{"a":[1,{"b"', E'[\f1]']) AS t;
SELECT pg_temp.try_text(repeat('[', n) || repeat(']', n)) AS deep FROM unnest('{64,65,1000000,4194304,4194305}'::int[]) AS n;
SELECT pg_temp.try_text('[' || repeat(' ', 5000000) || '"' || repeat('x\n', 5000000) || '"' || rest) AS long FROM unnest(ARRAY[']', '"']) AS rest;
ROLLBACK;
-- The same however it is split and ordered, with dynamic keys and many values.
CREATE TEMP TABLE wide AS
SELECT i, jsonb_build_object('k' || i % 300, jsonb_build_object('v', i, 'w' || i % 150, 'x'), 'same', jsonb_build_object('u' || i, i / 10)) AS j
FROM generate_series(1, 3000) AS i;
SELECT p.path, p.occurrences, p.distinct_values, p.bytes, p.complete FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM wide)) AS p;
SELECT count(DISTINCT merged::text) AS results, bool_and(merged::text = whole::text) AS same
FROM (SELECT lbdiag_json_stats(j) AS whole FROM wide) AS w,
    LATERAL (SELECT try, lbdiag_json_merge(s ORDER BY hashint4(part + try)) AS merged
        FROM (SELECT try, abs(hashint8(i * 1000::bigint + try) % (2 + try % 7)) AS part, lbdiag_json_stats(j ORDER BY hashint4(i + try)) AS s
            FROM wide, generate_series(1, 20) AS try GROUP BY 1, 2) AS parts
        GROUP BY try) AS m;
-- The same at the limits: objects of 200 and 201 keys, dynamic keys below dynamic keys, paths of all types, 50 and 51 values, hostile documents.
CREATE TEMP TABLE hard AS
SELECT i, jsonb_build_object('kept', jsonb_build_object('k' || i % 200, i % 7), 'folded', jsonb_build_object('k' || i % 201, jsonb_build_object('v', i % 50, 'w', i % 51)),
    'nested', jsonb_build_object('a' || i % 250, jsonb_build_object('b' || i % 330, jsonb_build_object('c' || i % 3, i))),
    'mixed', CASE i % 6 WHEN 0 THEN to_jsonb(i) WHEN 1 THEN to_jsonb('t' || i) WHEN 2 THEN jsonb_build_array(i, jsonb_build_object('m' || i % 220, 1)) WHEN 3 THEN jsonb_build_object('m', i) WHEN 4 THEN 'null' ELSE 'true' END,
    'run', i / 300) AS j
FROM generate_series(1, 1000) AS i;
INSERT INTO hard SELECT 1001, (repeat('[', 500) || repeat('{"a":[', 200) || '1e1000' || repeat(']}', 200) || repeat(']', 500))::jsonb;
INSERT INTO hard SELECT 1002, jsonb_object_agg(k, k) FROM generate_series(1, 3000) AS k;
INSERT INTO hard SELECT 1003, jsonb_build_object('', '', E'\u00e4"\n', repeat('x', 1000));
INSERT INTO hard SELECT 1004, jsonb_build_object('nested', jsonb_agg(jsonb_build_object('x' || k, jsonb_build_object('y' || k % 40, k)))) FROM generate_series(1, 500) AS k;
SELECT count(*) AS paths, max(p.bytes) = (SELECT sum(octet_length(j::text)) FROM hard) AS bytes, bool_and(p.complete) AS complete FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM hard)) AS p;
SELECT count(DISTINCT merged::text) AS results, bool_and(merged::text = whole::text) AS same, count(*) AS splits
FROM (SELECT lbdiag_json_stats(j) AS whole FROM hard) AS w,
    LATERAL (SELECT try, lbdiag_json_merge(s ORDER BY hashint4(part * 7 + try)) AS merged
        FROM (SELECT try, abs(hashint8(i * 1000::bigint + try) % (2 + try % 9)) AS part, lbdiag_json_stats(j ORDER BY hashint4(i * 31 + try)) AS s
            FROM hard, generate_series(1, 100) AS try GROUP BY 1, 2) AS parts
        GROUP BY try) AS m;
SELECT (SELECT lbdiag_json_merge(v) FROM (VALUES (a), (b)) AS v (v))::text = c::text AS two
FROM (SELECT lbdiag_json_stats(j) FILTER (WHERE i % 2 = 0) AS a, lbdiag_json_stats(j) FILTER (WHERE i % 2 = 1) AS b, lbdiag_json_stats(j) AS c FROM wide) AS s;
-- Parallel workers: from some 30 MB on without any setting, and where documents
-- are out of line by an option of the table.
CREATE TABLE stored_in_line AS
SELECT jsonb_build_object('id', n, 'text', repeat(md5(n::text), 50)) AS j FROM generate_series(1, 15000) AS n;
ANALYZE stored_in_line;
SELECT pg_table_size('stored_in_line') / 1000000 AS mb;
EXPLAIN (COSTS OFF) SELECT lbdiag_json_stats(j) FROM stored_in_line;
EXPLAIN (COSTS OFF) SELECT lbdiag_json_stats(j::text::json) FROM stored_in_line;
DROP TABLE stored_in_line;
CREATE TABLE stored_out_of_line (j jsonb);
ALTER TABLE stored_out_of_line ALTER j SET STORAGE external;
INSERT INTO stored_out_of_line
SELECT jsonb_build_object('id', n, 'text', repeat(md5(n::text), 100)) FROM generate_series(1, 3000) AS n;
ANALYZE stored_out_of_line;
EXPLAIN (COSTS OFF) SELECT lbdiag_json_stats(j) FROM stored_out_of_line;
ALTER TABLE stored_out_of_line SET (parallel_workers = 2);
EXPLAIN (COSTS OFF) SELECT lbdiag_json_stats(j) FROM stored_out_of_line;
DROP TABLE stored_out_of_line;
CREATE TABLE wide_stored AS TABLE wide;
SELECT lbdiag_json_stats(j)::text AS serial FROM wide_stored \gset
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT lbdiag_json_stats(j) FROM wide_stored;
SELECT lbdiag_json_stats(j)::text = :'serial' AS parallel FROM wide_stored;
DROP TABLE wide_stored;
-- Too many paths: bounded, no byte lost, and said.
SELECT bool_or(p.complete) AS complete, count(*) < 10001 AS bounded, sum(p.key_bytes + p.value_bytes + p.syntax_bytes) = max(t.bytes) AS own
FROM (SELECT lbdiag_json_stats(j) AS s, sum(octet_length(j::text)) AS bytes
    FROM (SELECT jsonb_build_object('a' || i / 100, jsonb_build_object('b' || i % 100, jsonb_build_object('c', i))) AS j FROM generate_series(1, 9000) AS i) AS d) AS t, lbdiag_json_paths(t.s) AS p;
-- Text and storage.
CREATE TEMP TABLE stored AS SELECT lbdiag_json_stats(j) AS s FROM wide;
SELECT s::text::lbdiag_json_stats::text = s::text AS round_trip, left(s::text, 24) FROM stored;
SELECT encode(_lbdiag_json_stats_send(s), 'hex') = substr(s::text, 19) AS send FROM stored;
SELECT lbdiag_json_stats(j) IS NULL AS none FROM wide WHERE i < 0;
SELECT lbdiag_json_merge(s) IS NULL AS none FROM (VALUES (NULL::lbdiag_json_stats)) AS v (s);
-- What is no such value.
-- error: invalid input syntax for type lbdiag_json_stats
SELECT ''::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT 'lbdiag_json_stats:'::lbdiag_json_stats;
-- error: invalid hexadecimal data: odd number of digits
SELECT 'lbdiag_json_stats:0'::lbdiag_json_stats;
-- error: invalid hexadecimal digit: "x"
SELECT 'lbdiag_json_stats:xy'::lbdiag_json_stats;
-- error: version 1 of JSON statistics is not supported
SELECT ('lbdiag_json_stats:010100' || repeat('00', 15))::lbdiag_json_stats;
-- error: version 4 of JSON statistics is not supported
SELECT 'lbdiag_json_stats:04'::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT 'lbdiag_json_stats:0202'::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT 'lbdiag_json_stats:020101'::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT ('lbdiag_json_stats:02010040' || repeat('00', 14))::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT ('lbdiag_json_stats:0201000100' || repeat('ff', 8) || '7f')::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT ('lbdiag_json_stats:0201000100' || repeat('ff', 10))::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT ('lbdiag_json_stats:02000000' || repeat('00', 8) || '00000001ffffffffffffffff')::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT ('lbdiag_json_stats:020000010001' || repeat('00', 6) || '0200' || repeat('00', 4) || '01' || '02' || '01' || 'ff')::lbdiag_json_stats;
-- error: invalid JSON statistics
SELECT ('lbdiag_json_stats:020000010001' || repeat('00', 6) || '0200' || repeat('00', 4) || 'd402' || string_agg(inner_path, '' ORDER BY key))::lbdiag_json_stats
FROM (SELECT o AS key, '02' || '04' || encode(('k' || o)::bytea, 'hex') || '010001' || repeat('00', 6) || '0200' || repeat('00', 4) || 'd402'
          || string_agg('02' || '04' || encode(('k' || i)::bytea, 'hex') || '040001' || repeat('00', 6) || '0200' || repeat('00', 5), '' ORDER BY i) AS inner_path
      FROM generate_series(100, 439) AS o, generate_series(100, 439) AS i GROUP BY o) AS x;
-- Each byte of a value changed and each part cut off: an error or a value, never worse.
CREATE FUNCTION pg_temp.try(value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count(*) FROM lbdiag_json_paths(value::lbdiag_json_stats);
    RETURN 'value';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END $$;
SELECT pg_temp.try(overlay(t PLACING x FROM 19 + 2 * at FOR 2)) AS result, count(*) > 10 AS many
FROM (SELECT lbdiag_json_stats(payload)::text AS t FROM doc WHERE id BETWEEN 1 AND 3) AS s, generate_series(0, length(t) / 2 - 10) AS at, unnest(ARRAY['00', 'ff', '02']) AS x
GROUP BY 1 ORDER BY 1;
SELECT pg_temp.try(left(t, 18 + at)) AS result
FROM (SELECT lbdiag_json_stats(payload)::text AS t FROM doc WHERE id BETWEEN 1 AND 3) AS s, generate_series(0, length(t) - 19) AS at
GROUP BY 1 ORDER BY 1;
