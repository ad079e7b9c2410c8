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
-- The text of json comes to the same rows, but for what jsonb takes.
SELECT shape, count(*) > 2 AS rows, count(*) FILTER (WHERE to_jsonb(a) - '{jsonb_bytes,jsonb_own_bytes}'::text[] IS DISTINCT FROM to_jsonb(b) - '{jsonb_bytes,jsonb_own_bytes}'::text[]) AS differ
FROM unnest('{data,names,alone,maps,most}'::text[]) AS s (shape),
    LATERAL (SELECT * FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM split_doc AS d WHERE d.shape = s.shape))) AS a
    FULL JOIN LATERAL (SELECT * FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j::text::json) FROM split_doc AS d WHERE d.shape = s.shape))) AS b ON b.path = a.path GROUP BY shape ORDER BY shape;
-- What a path's values are, by another way: counts by type, documents, sizes
-- and lengths are exact, medians to a sixteenth, and the histogram is of these.
INSERT INTO split_doc SELECT 'mixed', i, jsonb_build_object('v', (ARRAY['1', 'null', 'true', '"x"', '[]', '{}', '[[1, "y"], 2]', format('"%s"', repeat('z', i * i)), format('{"a": %s}', i * i * i)]::jsonb[])[1 + i % 9], 'arrays', (SELECT jsonb_agg(g) FROM generate_series(1, i % 50) AS g),
    'each', jsonb_build_array('{"x": 1}', jsonb_build_object('x', '2', CASE WHEN i % 3 = 0 THEN 'x' ELSE 'y' END, i)), 'map', jsonb_build_object('2024-01-' || i, i, i::text, CASE WHEN i % 5 = 0 THEN '[1]' ELSE to_jsonb(repeat('m', i)) END)) FROM generate_series(1, 300) AS i;
CREATE FUNCTION split_jsonpath(path text) RETURNS jsonpath LANGUAGE sql AS $$
    -- Without an error where a value is of another type, or lacks a key.
    SELECT ('strict ' || regexp_replace(regexp_replace(regexp_replace(path, '\.("[^"]*"|\w+)', ' ? (exists(@.\1)).\1', 'g'),
        '\.\*', ' ? (@.type() == "object").*', 'g'), '\[\*\]', ' ? (@.type() == "array")[*]', 'g'))::jsonpath $$;
CREATE FUNCTION split_check(shape text) RETURNS TABLE (path text, pooled boolean, same boolean) LANGUAGE sql AS $$
    SELECT p.path, p.documents IS NULL, (p.occurrences, coalesce(p.documents, r.documents), p.objects, p.arrays, p.strings, p.numbers, p.booleans, p.nulls, p.min_bytes, p.max_bytes, p.min_elements, p.max_elements)
            IS NOT DISTINCT FROM (r.occurrences, r.documents, r.objects, r.arrays, r.strings, r.numbers, r.booleans, r.nulls, r.min_bytes, r.max_bytes, r.min_elements, r.max_elements)
        AND abs(p.median_bytes - r.median_bytes) <= r.median_bytes / 16.0 AND (p.median_elements IS NULL OR abs(p.median_elements - r.median_elements) <= r.median_elements / 16.0)
        AND (SELECT sum(c) FROM unnest(p.histogram_counts) AS c) = p.occurrences AND cardinality(p.histogram_counts) <= 30
        AND p.histogram_counts = ARRAY(SELECT (SELECT count(*) FROM unnest(r.all_bytes) AS b WHERE b < h.bound AND b >= coalesce(h.low, 0))
            FROM (SELECT bound, lag(bound) OVER (ORDER BY n) AS low, n FROM unnest(p.histogram_bounds) WITH ORDINALITY AS u (bound, n)) AS h ORDER BY h.n)
    FROM lbdiag_json_paths((SELECT lbdiag_json_merge(s) FROM (SELECT lbdiag_json_stats(j) AS s FROM split_doc AS d WHERE d.shape = split_check.shape GROUP BY number % 7) AS parts)) AS p,
        LATERAL (SELECT count(*) AS occurrences, count(DISTINCT number) AS documents, count(*) FILTER (WHERE t = 'object') AS objects, count(*) FILTER (WHERE t = 'array') AS arrays, count(*) FILTER (WHERE t = 'string') AS strings,
                count(*) FILTER (WHERE t = 'number') AS numbers, count(*) FILTER (WHERE t = 'boolean') AS booleans, count(*) FILTER (WHERE t = 'null') AS nulls,
                min(b) AS min_bytes, max(b) AS max_bytes, percentile_disc(0.5) WITHIN GROUP (ORDER BY b) AS median_bytes, array_agg(b) AS all_bytes,
                min(e) AS min_elements, max(e) AS max_elements, percentile_disc(0.5) WITHIN GROUP (ORDER BY e) AS median_elements
            FROM (SELECT number, jsonb_typeof(v) AS t, octet_length(v::text) AS b, CASE WHEN jsonb_typeof(v) = 'array' THEN jsonb_array_length(v) END AS e
                FROM split_doc AS d, jsonb_path_query(d.j, split_jsonpath(p.path)) AS v WHERE d.shape = split_check.shape) AS x) AS r $$;
SELECT shape, count(*) FILTER (WHERE same) AS same, string_agg(path, ' ') FILTER (WHERE NOT same) AS differ, count(*) FILTER (WHERE pooled AND same) > 0 AS pooled FROM unnest('{data,names,alone,maps,mixed}'::text[]) AS s (shape), split_check(shape)
-- Beside this one, names have paths of their own.
WHERE shape <> 'names' OR path <> '$.*' GROUP BY shape ORDER BY shape;
-- Beyond the bound of memory: not complete, and every byte is there.
CREATE TABLE split_large AS
SELECT jsonb_object_agg('a' || i, (SELECT jsonb_object_agg('b' || i || 'x' || k, jsonb_build_array(k, 'x', jsonb_build_object('c' || k, i))) FROM generate_series(1, 100) AS k)) AS j FROM generate_series(1, 900) AS i;
SELECT bool_or(complete) AS complete, max(bytes) = (SELECT octet_length(j::text) FROM split_large) AS bytes, sum(key_bytes + value_bytes + syntax_bytes) = max(bytes) AS own, count(*) < 20000 AS bounded
FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM split_large));
-- What has moved to save memory is found there: no path comes twice.
CREATE TABLE split_room AS SELECT jsonb_object_agg('p' || i, (SELECT jsonb_object_agg('m' || g, g) FROM generate_series(1, 50) AS g)) AS j FROM generate_series(1, 3000) AS i;
SELECT bool_or(complete) AS complete, count(*) - count(DISTINCT path) AS twice FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM split_room));
SELECT lbdiag_json_stats(j)::text::lbdiag_json_stats::text = lbdiag_json_stats(j)::text AS round_trip FROM split_room;
DROP FUNCTION split_stats, split_check, split_jsonpath;
DROP TABLE split_doc, split_large, split_room;
