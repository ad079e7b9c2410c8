-- Statistics of JSON are the same however documents are split, ordered and
-- merged, whichever keys are kept or not on the way.
CREATE TABLE split_doc (shape text, number int, j jsonb);
-- Keys that look like data, a few and many of them.
INSERT INTO split_doc SELECT 'data', i, jsonb_build_object('few', jsonb_build_object((i % 15)::text, i), 'many', jsonb_build_object((i % 16)::text, jsonb_build_object('x', i, 'y', CASE WHEN i % 2 = 0 THEN 'a' END)))
FROM generate_series(1, 60) AS i;
-- Many other keys: those that all objects have are kept, one that nearly all
-- have is not.
INSERT INTO split_doc SELECT 'names', i, jsonb_build_object('always', 1, 'also', '[]'::jsonb) || CASE WHEN i = 37 THEN '{}' ELSE '{"nearly": 2}'::jsonb END
    || (SELECT jsonb_object_agg('name' || (g * 7919 + i * 31) % 1700, g) FROM generate_series(1, 80) AS g)
FROM generate_series(1, 60) AS i;
-- One object that has too many alone.
INSERT INTO split_doc SELECT 'alone', i, CASE WHEN i = 20 THEN (SELECT jsonb_object_agg('big' || g, g) FROM generate_series(1, 1300) AS g) ELSE jsonb_build_object('k' || i % 5, 'v') END || '{"always": 1}'
FROM generate_series(1, 60) AS i;
-- Maps in arrays and maps.
INSERT INTO split_doc SELECT 'maps', i, jsonb_build_array((SELECT jsonb_object_agg('u' || i * 3 + g, jsonb_build_object('v' || g % 4, jsonb_build_array(jsonb_build_object(md5(g::text || i), g)))) FROM generate_series(1, 5) AS g), i, NULL, 'x')
FROM generate_series(1, 60) AS i;
-- As many as are kept, and one more.
INSERT INTO split_doc SELECT 'most', i, (SELECT jsonb_object_agg('s' || g, g) FROM generate_series(1, 999) AS g) || jsonb_build_object('t' || i % 2, i) FROM generate_series(1, 8) AS i;
CREATE FUNCTION split_stats(shape text, parts int, try int) RETURNS text LANGUAGE sql AS $$
    SELECT lbdiag_json_merge(s ORDER BY hashint4(part * 31 + try))::text
    FROM (SELECT hashint4(number + try * 1000) % parts AS part, lbdiag_json_stats(j ORDER BY CASE try % 3 WHEN 0 THEN number WHEN 1 THEN -number ELSE hashint4(number * try) END) AS s
        FROM split_doc AS d WHERE d.shape = $1 GROUP BY 1) AS p $$;
SELECT shape, count(DISTINCT stats) AS results, (SELECT bool_and(complete) FROM lbdiag_json_paths(min(stats)::lbdiag_json_stats)) AS complete
FROM (SELECT s.shape, split_stats(s.shape, 1 + try % 7, try) AS stats FROM unnest('{data,names,alone,maps,most}'::text[]) AS s (shape), generate_series(1, 30) AS try) AS x GROUP BY shape ORDER BY shape;
SELECT shape, path, occurrences, dynamic_keys, folded
FROM unnest('{data,names,alone,maps}'::text[]) AS s (shape), lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM split_doc AS d WHERE d.shape = s.shape)) WHERE depth < 4 ORDER BY shape, path COLLATE "C";
-- The text of json, and merges into what has been counted, come to the same rows.
SELECT shape, count(*) FILTER (WHERE a.occurrences IS DISTINCT FROM b.occurrences OR a.dynamic_keys IS DISTINCT FROM b.dynamic_keys) AS differ
FROM unnest('{data,names,alone,maps,most}'::text[]) AS s (shape),
    LATERAL (SELECT * FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM split_doc AS d WHERE d.shape = s.shape))) AS a
    FULL JOIN LATERAL (SELECT * FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j::text::json) FROM split_doc AS d WHERE d.shape = s.shape))) AS b ON b.path = a.path GROUP BY shape ORDER BY shape;
-- Beyond the bound of memory: not complete, and every byte is there.
CREATE TABLE split_large AS
SELECT jsonb_object_agg('a' || i, (SELECT jsonb_object_agg('b' || i || 'x' || k, jsonb_build_array(k, 'x', jsonb_build_object('c' || k, i))) FROM generate_series(1, 100) AS k)) AS j FROM generate_series(1, 900) AS i;
SELECT bool_or(complete) AS complete, max(bytes) = (SELECT octet_length(j::text) FROM split_large) AS bytes, sum(key_bytes + value_bytes + syntax_bytes) = max(bytes) AS own, count(*) < 20000 AS bounded
FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM split_large));
-- What has moved to save memory is found there: no path comes twice.
CREATE TABLE split_room AS SELECT jsonb_object_agg('p' || i, (SELECT jsonb_object_agg('m' || g, g) FROM generate_series(1, 50) AS g)) AS j FROM generate_series(1, 3000) AS i;
SELECT bool_or(complete) AS complete, count(*) - count(DISTINCT path) AS twice FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM split_room));
SELECT lbdiag_json_stats(j)::text::lbdiag_json_stats::text = lbdiag_json_stats(j)::text AS round_trip FROM split_room;
DROP FUNCTION split_stats;
DROP TABLE split_doc, split_large, split_room;
