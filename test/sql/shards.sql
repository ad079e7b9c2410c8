-- What the servers of Citus's shards are asked for, without Citus: what columns take, as values that can be sent and merged, and the largest rows.  With Citus it
-- is tested in test/t/016_json.pl.
\pset format unaligned
\pset null -
SET jit = off;
CREATE TYPE pg_temp.pair AS (a int, j jsonb);
CREATE DOMAIN pg_temp.doc AS jsonb;
CREATE TABLE columns (id int, j jsonb COMPRESSION pglz, t json, d pg_temp.doc, l jsonb[], p pg_temp.pair, x text, none text);
ALTER TABLE columns ALTER x SET STORAGE external;
INSERT INTO columns SELECT i, CASE WHEN i % 5 > 0 THEN jsonb_build_object('id', i, 'k' || i % 300, i % 7, 'text', repeat('hello ' || i % 3, i)) END, json_build_object('a', repeat('xyz', i % 2000)),
    jsonb_build_object('d', i), ARRAY[jsonb_build_object('q', i), NULL], ROW(i, jsonb_build_object('w', i))::pg_temp.pair, CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN repeat('ab', i * 2) END, NULL FROM generate_series(1, 1200) AS i;
-- A column's value has what the audit has, and merged ones have it, too.
CREATE TEMP VIEW counted AS SELECT * FROM (
    SELECT i % 3 AS part, _lbdiag_column_stats(j) AS j, _lbdiag_column_stats(t) AS t, _lbdiag_column_stats(d) AS d, lbdiag_json_merge(_lbdiag_value_stats(l)) AS l, lbdiag_json_merge(_lbdiag_value_stats(p)) AS p,
        lbdiag_json_merge(_lbdiag_value_stats(x)) AS x, lbdiag_json_merge(_lbdiag_value_stats(none)) AS none, lbdiag_json_merge(_lbdiag_value_stats(id)) AS id
    FROM (SELECT id AS i, * FROM columns) AS c GROUP BY 1) AS s
CROSS JOIN LATERAL (VALUES ('j', j), ('t', t), ('d', d), ('l', l), ('p', p), ('x', x), ('none', none), ('id', id)) AS v (name, stats);
SELECT m.name, count(*) AS paths, count(*) FILTER (WHERE (p.occurrences, p.nulls, p.distinct_values, p.most_common, p.bytes, p.key_bytes, p.value_bytes, p.syntax_bytes, p.jsonb_bytes, p.jsonb_own_bytes, p.dynamic_keys, p.folded, p.complete,
    p.documents, p.min_bytes, p.median_bytes, p.max_bytes, p.histogram_bounds, p.histogram_counts, p.min_elements, p.median_elements, p.max_elements)
    IS DISTINCT FROM (a.occurrences, a.nulls, a.distinct_values, a.most_common, a.bytes, a.key_bytes, a.value_bytes, a.syntax_bytes, a.jsonb_bytes, a.jsonb_own_bytes, a.dynamic_keys, a.folded, a.complete,
    a.documents, a.min_bytes, a.median_bytes, a.max_bytes, a.histogram_bounds, a.histogram_counts, a.min_elements, a.median_elements, a.max_elements)) AS differ,
    count(*) FILTER (WHERE a.objects IS NOT NULL AND (p.objects, p.arrays, p.strings, p.numbers, p.booleans) IS DISTINCT FROM (a.objects, a.arrays, a.strings, a.numbers, a.booleans)) AS types
FROM (SELECT name, lbdiag_json_merge(stats) AS stats FROM counted GROUP BY name) AS m CROSS JOIN LATERAL lbdiag_json_paths(m.stats) AS p FULL JOIN (SELECT * FROM lbdiag_audit_relation('columns') WHERE path IS NOT NULL) AS a ON a.column_name = m.name AND a.path = p.path
GROUP BY m.name ORDER BY m.name;
-- They can be written and read: equal values are equal bytes, in the order that they come as well.
SELECT count(*) AS values, count(*) FILTER (WHERE stats::text::lbdiag_json_stats::text IS DISTINCT FROM stats::text) AS changed FROM counted;
SELECT name, (SELECT lbdiag_json_merge(stats ORDER BY part)::text FROM counted AS b WHERE b.name = a.name) = (SELECT lbdiag_json_merge(stats ORDER BY part DESC)::text FROM counted AS b WHERE b.name = a.name) AS same FROM (SELECT DISTINCT name FROM counted) AS a ORDER BY 1;
SELECT _lbdiag_column_stats(j)::text = (SELECT lbdiag_json_merge(_lbdiag_value_stats(j))::text FROM columns) AS as_values FROM columns;
SELECT _lbdiag_column_stats(j) IS NULL AS nothing FROM columns WHERE false;
SELECT path, types, occurrences, nulls, bytes FROM columns AS c, lbdiag_json_paths(_lbdiag_value_stats(c.none)) WHERE id = 1;
-- Bytes that are no such value: each cut, and each byte changed, is an error or another value; none takes the server down, none is out of range.
CREATE FUNCTION pg_temp.outcome(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    wrong boolean;
BEGIN
    SELECT bool_or(least(p.bytes, p.occurrences, p.key_bytes, p.value_bytes, p.syntax_bytes, p.jsonb_bytes) < 0 OR p.share NOT BETWEEN 0 AND 1) INTO wrong
    FROM lbdiag_json_paths((SELECT lbdiag_json_merge(s) FROM (VALUES (value::lbdiag_json_stats), (value::lbdiag_json_stats)) AS v (s))) AS p;
    RETURN CASE WHEN wrong THEN 'wrong' ELSE 'a value' END;
EXCEPTION WHEN invalid_text_representation OR feature_not_supported OR invalid_parameter_value THEN RETURN 'error';
END $$;
CREATE TEMP TABLE written AS SELECT decode(split_part(_lbdiag_column_stats(j)::text, ':', 2), 'hex') AS bytes FROM (SELECT j FROM columns WHERE id BETWEEN 4 AND 12) AS c;
SELECT pg_temp.outcome('lbdiag_json_stats:' || encode(substr(bytes, 1, n), 'hex')) AS outcome, count(*) > 100 AS many FROM written, generate_series(1, length(bytes) - 1) AS n GROUP BY 1;
SELECT DISTINCT pg_temp.outcome('lbdiag_json_stats:' || encode(set_byte(bytes, n, b), 'hex')) AS outcome FROM written, generate_series(0, length(bytes) - 1) AS n, unnest('{0,1,2,127,128,255}'::int[]) AS b ORDER BY 1;
-- Stored bytes that are as many as can be told: the sum of many is bounded.
SELECT count(*), min(bytes) >= 0 AS positive, bool_and(complete) AS complete FROM lbdiag_json_paths((SELECT lbdiag_json_merge(overlay(s PLACING '80808080808040' FROM length('lbdiag_json_stats:') + 33 FOR 2)::lbdiag_json_stats) FROM (SELECT _lbdiag_value_stats(NULL::int)::text AS s) AS x, generate_series(1, 40000)));
-- The largest: as lbdiag_largest has it.
SELECT l.bytes, l.occurrences, l.total_bytes, l.stored_bytes, l.column_stored_bytes, l.out_of_line, l.compression,
    v[1:3] = ARRAY[l.bytes, l.occurrences, l.total_bytes] AND v[4] = l.stored_bytes AND v[5] = l.column_stored_bytes AND (v[6] = 1) = l.out_of_line AND v[7] = CASE l.compression WHEN 'pglz' THEN 0 WHEN 'lz4' THEN 1 ELSE 2 END AS same, _lbdiag_largest_of(c.j, '$.text', false) = v[1:1] AS bytes_only
FROM lbdiag_largest('columns', 'j', '$.text', 5) AS l JOIN columns AS c ON c.ctid = l.row_ctid CROSS JOIN LATERAL _lbdiag_largest_of(c.j, '$.text', true) AS v ORDER BY l.bytes DESC;
SELECT (SELECT array_agg(v ORDER BY v DESC) FROM (SELECT (_lbdiag_largest_of(x, '$', false))[1] AS v FROM columns WHERE x IS NOT NULL ORDER BY 1 DESC LIMIT 9) AS x) = (SELECT array_agg(bytes) FROM lbdiag_largest('columns', 'x', n => 9)) AS same;
SELECT _lbdiag_largest_of(l, '$[*].q', true) AS parts, _lbdiag_largest_of(p, '$.j.w', true) AS fields, _lbdiag_largest_of(j, '$.none', true) AS none, _lbdiag_largest_of(x, '$.a', true) AS no_path, _lbdiag_largest_of(j, NULL, true) AS no_argument, _lbdiag_largest_of(d, '$.d', true) AS domain FROM columns WHERE id = 4;
-- error: path "x" cannot be read
SELECT _lbdiag_largest_of(j, 'x', true) FROM columns LIMIT 1;
DROP VIEW counted;
DROP TABLE columns;
