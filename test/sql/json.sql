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
-- A key with an escape is the key that it means, where it can be.
SELECT p.path, p.occurrences FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM unnest(ARRAY['{"a\u0062":1}', '{"ab":1}', '{"a\u0000":1}']::json[]) AS j)) AS p;
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
SELECT lbdiag_json_merge(a, b)::text = c::text AS two
FROM (SELECT lbdiag_json_stats(j) FILTER (WHERE i % 2 = 0) AS a, lbdiag_json_stats(j) FILTER (WHERE i % 2 = 1) AS b, lbdiag_json_stats(j) AS c FROM wide) AS s;
-- Parallel workers.
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
SELECT ''::lbdiag_json_stats;
SELECT 'lbdiag_json_stats:'::lbdiag_json_stats;
SELECT 'lbdiag_json_stats:0'::lbdiag_json_stats;
SELECT 'lbdiag_json_stats:xy'::lbdiag_json_stats;
SELECT 'lbdiag_json_stats:02'::lbdiag_json_stats;
SELECT 'lbdiag_json_stats:0102'::lbdiag_json_stats;
SELECT 'lbdiag_json_stats:010101'::lbdiag_json_stats;
SELECT ('lbdiag_json_stats:01010040' || repeat('00', 48))::lbdiag_json_stats;
SELECT ('lbdiag_json_stats:010100017f' || repeat('ff', 47))::lbdiag_json_stats;
SELECT ('lbdiag_json_stats:01010001' || repeat('00', 40) || '00000001ffffffffffffffff')::lbdiag_json_stats;
SELECT ('lbdiag_json_stats:01010001' || repeat('00', 44) || '00000001' || '02' || '00000001' || 'ff')::lbdiag_json_stats;
SELECT ('lbdiag_json_stats:01010001' || repeat('00', 44) || '00000096' || string_agg(inner_path, '' ORDER BY key))::lbdiag_json_stats
FROM (SELECT o AS key, '02' || '00000003' || encode(o::text::bytea, 'hex') || '01' || repeat('00', 44) || '00000096'
          || string_agg('02' || '00000003' || encode(i::text::bytea, 'hex') || '04' || repeat('00', 44) || '00000000', '' ORDER BY i) AS inner_path
      FROM generate_series(100, 249) AS o, generate_series(100, 249) AS i GROUP BY o) AS x;
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
