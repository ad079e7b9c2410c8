-- What if: the payload with changes. Every size is checked against text that
-- is written here, or that SQL's own functions make of the payload.
\getenv srcdir PG_ABS_SRCDIR
\set file :srcdir/data/odd/brainscore_2026_02.sql
\set layouts :srcdir/helpers/layouts.sql
\set helper :srcdir/helpers/try.sql
SET client_encoding = 'UTF8';
CREATE SCHEMA source;
SET search_path = source, public;
\set ECHO none
\i :file
\i :layouts
\i :helper
\set ECHO all

-- No change: before is after is the audit.
SELECT l.name AS layout, count(*) AS components,
    count(*) FILTER (WHERE w.bytes_before <> w.bytes_after OR w.compressed_before <> w.compressed_after) AS change,
    count(*) FILTER (WHERE (w.bytes_after, w.compressed_after) IS DISTINCT FROM (a.bytes, a.compressed_bytes)) AS differ
FROM (VALUES ('documented'), ('february')) AS l (name), LATERAL lbdiag_whatif('vision', layout => l.name) AS w
LEFT JOIN LATERAL (SELECT * FROM lbdiag_audit('vision', layout => l.name) AS x WHERE x.path = '$' OR x.component = 'TOTAL') AS a USING (component)
GROUP BY 1 ORDER BY 1;
SELECT count(*) AS same FROM lbdiag_whatif('vision') AS a JOIN
    lbdiag_whatif('vision', viewer => 'public', layout => 'documented', changes => '{"drop_components": [], "drop_paths": [], "compact": false, "utf8": false, "omit_nulls": false, "round_digits": null, "columnar": false}') AS b ON a = b;

-- Rows: by weight before, the TOTAL last, which is the sum of them.
CREATE TEMP TABLE w AS SELECT * FROM lbdiag_whatif('vision', viewer => 'all', changes => '{"drop_components": ["benchmark_tree", "column_defs"], "drop_paths": ["row_data:$[*].*.error"], "compact": true, "columnar": true}')
    WITH ORDINALITY AS w (component, bytes_before, bytes_after, compressed_before, compressed_after, number);
SELECT string_agg(component, ' ' ORDER BY number) = string_agg(component, ' ' ORDER BY component = 'TOTAL', bytes_before DESC, component COLLATE "C") AS in_order,
    count(*) FILTER (WHERE bytes_after = 0 AND compressed_after = 0) AS dropped, count(*) FILTER (WHERE component <> 'TOTAL' AND bytes_after < bytes_before) AS less,
    max(bytes_before) = sum(bytes_before) FILTER (WHERE component <> 'TOTAL') AND max(bytes_after) FILTER (WHERE component = 'TOTAL') = sum(bytes_after) FILTER (WHERE component <> 'TOTAL')
    AND max(compressed_before) = sum(compressed_before) FILTER (WHERE component <> 'TOTAL') AND max(compressed_after) FILTER (WHERE component = 'TOTAL') = sum(compressed_after) FILTER (WHERE component <> 'TOTAL') AS add_up
FROM w;

-- json_strip_nulls leaves out members that are null, blanks and escapes.
SELECT v AS viewer, count(*) AS components, count(*) FILTER (WHERE w.bytes_after <> octet_length(json_strip_nulls(c.content)::text)) AS differ, bool_or(w.bytes_after < w.bytes_before) AS less
FROM unnest('{public,all,own:2,own:999}'::text[]) AS v, LATERAL lbdiag_context('vision', v, 'february') AS c
JOIN LATERAL lbdiag_whatif('vision', viewer => v, layout => 'february', changes => '{"compact": true, "utf8": true, "omit_nulls": true}') AS w USING (component)
GROUP BY v ORDER BY v;

-- Dropping a member of all cells that have others saves what the audit says,
-- and a separator for each.
SELECT w.bytes_before - w.bytes_after = a.bytes + 2 * a.occurrences AS saved
FROM lbdiag_audit('vision') AS a, lbdiag_whatif('vision', changes => '{"drop_paths": ["row_data:$[*].*.error"]}') AS w
WHERE a.component = 'row_data' AND a.path = '$[*].*.error' AND w.component = 'row_data';

-- A leaderboard of two rows, and their text with each change, by hand.
INSERT INTO mv_final_benchmark_context (identifier, benchmark_type_id, domain, overall_order, visible, number_of_all_children)
VALUES ('a_v1', 'a', 'tiny', 1, true, 0);
INSERT INTO mv_final_model_context (model_id, name, domain, public, "timestamp", scores) VALUES
(1, 'one', 'tiny', true, NULL, '[{"benchmark_type_id": "average_tiny", "versioned_benchmark_identifier": "average_v0", "score_ceiled": "0.9"},
    {"versioned_benchmark_identifier": "a_v1", "score_ceiled": 0.125, "historical_versions": [{"n": null, "o": {"p": [null, 2.5], "é": "é<"}}, null]}]'),
(2, 'two', 'tiny', true, '2020-01-01 00:00:00+00', '[{"benchmark_type_id": "average_tiny", "versioned_benchmark_identifier": "average_v0", "score_ceiled": "0.8"},
    {"versioned_benchmark_identifier": "b_v1", "score_ceiled": null}]');
INSERT INTO lbdiag_layout (name, components, members, cell) VALUES
('tiny', '{row_data}', '{row_data:$[*].submission_timestamp}', '[{"key": "v", "source": "score_ceiled"}, {"key": "h", "source": "historical_versions", "omit_empty": true}]'),
('wide', '{model_metadata_map}', '{}', '[]'), ('no rows', '{benchmark_ids,model_metadata_map}', '{}', '[]');
CREATE TEMP TABLE by_hand (number int GENERATED ALWAYS AS IDENTITY, change jsonb, drops text[], text json, timestamps boolean DEFAULT false);
INSERT INTO by_hand (change, drops, text) VALUES
('{}', '{}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125, "h": [{"n": null, "o": {"p": [null, 2.5], "\u00e9": "\u00e9<"}}, null]}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
('{"compact": true}', '{}', '[{"rank":1,"average_v0":{"v":"0.9"},"a_v1":{"v":0.125,"h":[{"n":null,"o":{"p":[null,2.5],"\u00e9":"\u00e9<"}},null]}},{"rank":2,"average_v0":{"v":"0.8"},"b_v1":{"v":null}}]'),
('{"utf8": true}', '{}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125, "h": [{"n": null, "o": {"p": [null, 2.5], "é": "é<"}}, null]}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
('{"omit_nulls": true}', '{}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125, "h": [{"o": {"p": [null, 2.5], "\u00e9": "\u00e9<"}}, null]}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {}}]'),
('{"round_digits": 2}', '{}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.13, "h": [{"n": null, "o": {"p": [null, 2.5], "\u00e9": "\u00e9<"}}, null]}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
('{"round_digits": 0}', '{}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0, "h": [{"n": null, "o": {"p": [null, 3], "\u00e9": "\u00e9<"}}, null]}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
-- The first member, the last, both, all; containers with all in them.
('{}', '{$[*].rank}', '[{"average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125, "h": [{"n": null, "o": {"p": [null, 2.5], "\u00e9": "\u00e9<"}}, null]}}, {"average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
('{}', '{$[*].*.v}', '[{"rank": 1, "average_v0": {}, "a_v1": {"h": [{"n": null, "o": {"p": [null, 2.5], "\u00e9": "\u00e9<"}}, null]}}, {"rank": 2, "average_v0": {}, "b_v1": {}}]'),
('{}', '{$[*].*.h}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
('{}', '{$[*].*.h,$[*].*.v}', '[{"rank": 1, "average_v0": {}, "a_v1": {}}, {"rank": 2, "average_v0": {}, "b_v1": {}}]'),
('{}', '{$[*].*.h[*].n}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125, "h": [{"o": {"p": [null, 2.5], "\u00e9": "\u00e9<"}}, null]}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
('{}', '{$[*].*.h[*].o.p}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125, "h": [{"n": null, "o": {"\u00e9": "\u00e9<"}}, null]}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
('{"omit_nulls": true}', '{"$[*].*.h[*].o.\"é\""}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125, "h": [{"o": {"p": [null, 2.5]}}, null]}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {}}]'),
('{}', '{$[*].*}', '[{"rank": 1}, {"rank": 2}]'),
('{}', '{$[*].rank,$[*].*}', '[{}, {}]'),
-- A path below another one that is dropped too, named before it and behind.
('{}', '{$[*].*.h[*].o.p,$[*].*.h,$[*].*.h[*].n,$[*].*.h}', '[{"rank": 1, "average_v0": {"v": "0.9"}, "a_v1": {"v": 0.125}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}]'),
('{"columnar": true}', '{}', '{"rank": [1, 2], "average_v0": [{"v": "0.9"}, {"v": "0.8"}], "a_v1": [{"v": 0.125, "h": [{"n": null, "o": {"p": [null, 2.5], "\u00e9": "\u00e9<"}}, null]}, null], "b_v1": [null, {"v": null}]}'),
('{"columnar": true, "omit_nulls": true}', '{$[*].*.h}', '{"rank": [1, 2], "average_v0": [{"v": "0.9"}, {"v": "0.8"}], "a_v1": [{"v": 0.125}, null], "b_v1": [null, {}]}'),
('{"columnar": true}', '{$[*].rank,$[*].*}', '{}'),
('{"columnar": true, "compact": true, "round_digits": 1, "utf8": true, "omit_nulls": true}', '{$[*].rank}', '{"average_v0":[{"v":"0.9"},{"v":"0.8"}],"a_v1":[{"v":0.1,"h":[{"o":{"p":[null,2.5],"é":"é<"}},null]},null],"b_v1":[null,{}]}');
-- Sent once: usual values, of each kind of scalar, and keys. Exceptions, containers too, are in place.
INSERT INTO by_hand (change, drops, text) VALUES
('{"defaults": ["row_data:$[*].rank"]}', '{$[*].*}', '{"data": [{}, {"rank": 2}], "defaults": {"$[*].rank": 1}}'),
('{"defaults": ["row_data:$[*].*.v"]}', '{$[*].*.h}', '{"data": [{"rank": 1, "average_v0": {}, "a_v1": {"v": 0.125}}, {"rank": 2, "average_v0": {"v": "0.8"}, "b_v1": {"v": null}}], "defaults": {"$[*].*.v": "0.9"}}'),
('{"defaults": ["row_data:$[*].*.v", "row_data:$[*].rank"], "compact": true, "round_digits": 1}', '{$[*].*.h}', '{"data":[{"average_v0":{},"a_v1":{"v":0.1}},{"rank":2,"average_v0":{"v":"0.8"},"b_v1":{"v":null}}],"defaults":{"$[*].*.v":"0.9","$[*].rank":1}}'),
('{"dictionary_keys": ["row_data:$[*].*"]}', '{$[*].*.h}', '{"data": [{"rank": 1, "0": {"v": "0.9"}, "1": {"v": 0.125}}, {"rank": 2, "0": {"v": "0.8"}, "2": {"v": null}}], "keys": {"$[*].*": ["average_v0", "a_v1", "b_v1"]}}'),
('{"dictionary_keys": ["row_data:$[*].*"], "dictionary": ["row_data:$[*].*.v"], "defaults": ["row_data:$[*].rank"], "columnar": true}', '{$[*].*.h}',
 '{"data": {"0": [{"v": 0}, {"v": 1}], "1": [{"v": 0.125}, null], "rank": [null, 2], "2": [null, {"v": null}]}, "dictionary": {"$[*].*.v": ["0.9", "0.8"]}, "keys": {"$[*].*": ["average_v0", "a_v1", "b_v1"]}, "defaults": {"$[*].rank": 1}}');
-- A row whose null stands before its last members.
INSERT INTO by_hand (timestamps, change, drops, text) VALUES
(true, '{"omit_nulls": true}', '{$[*].*}', '[{"rank": 1}, {"rank": 2, "submission_timestamp": "2020-01-01T00:00:00+00:00"}]'),
(true, '{"columnar": true}', '{$[*].*}', '{"rank": [1, 2], "submission_timestamp": [null, "2020-01-01T00:00:00+00:00"]}'),
(true, '{"columnar": true, "omit_nulls": true}', '{$[*].*.v,$[*].*.h}',
 '{"rank": [1, 2], "average_v0": [{}, {}], "a_v1": [{}, null], "submission_timestamp": [null, "2020-01-01T00:00:00+00:00"], "b_v1": [null, {}]}');
-- Besides what each of them drops, the other members that every row has.
UPDATE by_hand SET change = change || jsonb_build_object('drop_paths', (SELECT jsonb_agg('row_data:' || d)
    FROM unnest(drops || CASE WHEN NOT timestamps THEN '{$[*].submission_timestamp}' END::text[] || '{$[*].id,$[*].model,$[*].public,$[*].is_owner,$[*].metadata}') AS d));
SELECT b.number, w.bytes_after AS bytes, w.bytes_after - octet_length(b.text::text) AS differ
FROM by_hand AS b CROSS JOIN LATERAL lbdiag_whatif('tiny', layout => 'tiny', changes => b.change) AS w WHERE w.component = 'row_data' ORDER BY 1;

INSERT INTO lbdiag_layout
SELECT (jsonb_populate_record(l, '{"name": "february_plain", "built_in": false, "js_string": [], "told_by": null}')).*
FROM lbdiag_layout AS l WHERE l.name = 'brainscore_2026_02';
-- Plain JSON in the place of JavaScript strings: the sizes of the layout that embeds so.
SELECT count(*) > 10 AS components, count(*) FILTER (WHERE w.bytes_after <> a.bytes OR w.compressed_after <> a.compressed_bytes) AS differ, bool_and(w.bytes_after < w.bytes_before) AS less
FROM lbdiag_whatif('vision', layout => 'brainscore_2026_02', changes => '{"plain_json": true}') AS w
JOIN lbdiag_audit('vision', layout => 'february_plain') AS a ON a.component = w.component AND (a.path = '$' OR a.component = 'TOTAL');
-- The usual value is that of more than half, wherever it stands, and never told.
SELECT w.bytes_after - w.bytes_before + d.saved AS differ
FROM lbdiag_whatif('vision', layout => 'documented', changes => '{"defaults": ["row_data:$[*].public"]}') AS w,
     (SELECT count(*) FILTER (WHERE (r ->> 'public')::boolean) * octet_length('"public": true, ') - octet_length('{"data": , "defaults": {"$[*].public": true}}') AS saved
      FROM lbdiag_context('vision', layout => 'documented') AS c, json_array_elements(c.content) AS r WHERE c.component = 'row_data') AS d
WHERE w.component = 'row_data';
-- The list of changes, each with a value that it takes.
SELECT * FROM lbdiag_changes();

-- Columnar rows, from the payload by SQL.
WITH member AS MATERIALIZED (
    SELECT r.n, m.number, m.key, m.value
    FROM lbdiag_context('language', 'all', 'february') AS c, json_array_elements(json_strip_nulls(c.content)) WITH ORDINALITY AS r (row, n),
        json_each(r.row) WITH ORDINALITY AS m (key, value, number)
    WHERE c.component = 'row_data'
), col AS (
    SELECT key, min(ARRAY[n, number]) AS first, (
        SELECT string_agg(coalesce(m.value::text, 'null'), ',' ORDER BY i)
        FROM generate_series(1, (SELECT max(n) FROM member)) AS i LEFT JOIN member AS m ON m.n = i AND m.key = k.key) AS text
    FROM member AS k GROUP BY key
)
SELECT count(*) > 10 AS columns, octet_length('{' || string_agg(format('%s:[%s]', to_json(key), text), ',' ORDER BY first) || '}')
    - (SELECT bytes_after FROM lbdiag_whatif('language', viewer => 'all', layout => 'february', changes => '{"compact": true, "utf8": true, "omit_nulls": true, "columnar": true}')
       WHERE component = 'row_data') AS differ
FROM col;

-- Nothing to show, nothing left, nothing to change.
SELECT bytes_before, bytes_after FROM lbdiag_whatif('tiny', viewer => 'own:9', layout => 'tiny', changes => '{"columnar": true}');
SELECT count(*) AS components, sum(bytes_after) AS bytes, sum(compressed_after) AS compressed_bytes
FROM lbdiag_whatif('vision', changes => jsonb_build_object('drop_components', ARRAY(SELECT component FROM lbdiag_context('vision'))) || '{"columnar": true, "compact": true}');
SELECT component, bytes_before = bytes_after AND compressed_before = compressed_after AS same FROM lbdiag_whatif('vision', layout => 'no rows', changes => '{"columnar": true}');
-- A path of a component that is dropped does not matter.
SELECT bytes_after FROM lbdiag_whatif('tiny', layout => 'tiny', changes => '{"drop_components": ["row_data"], "drop_paths": ["row_data:$.none"]}') WHERE component = 'TOTAL';

-- Objects that are copied can have keys that are data: their paths are those
-- of the audit, and a change of them is made to the byte.
UPDATE mv_final_model_context SET model_meta = jsonb_build_object('map', (SELECT jsonb_object_agg(format('k%s', n), jsonb_build_object('a', NULL, 'b', n + 0.25, 'c', 'same'))
    FROM generate_series(1, 6000) AS n), 'years', (SELECT jsonb_object_agg(1990 + n, n) FROM generate_series(1, 30) AS n)) WHERE domain = 'tiny';
CREATE TEMP TABLE map AS SELECT * FROM lbdiag_audit_detail('tiny', layout => 'wide') WHERE component = 'model_metadata_map';
SELECT path, occurrences, dynamic_keys > 5000 AS many, dynamic_keys BETWEEN 30 AND 33 AS years, folded, complete FROM map;
SELECT sum(compressed_own_bytes) = max(compressed_bytes) AS compressed, sum(key_bytes + value_bytes + syntax_bytes) = max(bytes) AS bytes FROM map;
CREATE FUNCTION pg_temp.whatif(changes text) RETURNS bigint LANGUAGE sql AS $$
    SELECT bytes_before - bytes_after FROM lbdiag_whatif('tiny', layout => 'wide', changes => changes::jsonb) WHERE component = 'model_metadata_map' $$;
SELECT m.path, pg_temp.whatif(format('{"drop_paths": ["model_metadata_map:%s"]}', m.path)) - m.bytes - 2 * m.occurrences AS differ FROM map AS m WHERE m.path ~ '[.]b$' ORDER BY 1;
SELECT m.path, pg_temp.whatif(format('{"defaults": ["model_metadata_map:%s"]}', m.path)) = m.bytes + 2 * m.occurrences - octet_length(format('{"data": , "defaults": {"%s": "same"}}', m.path)) AS usual
FROM map AS m WHERE m.path ~ '[.]c$' ORDER BY 1;
-- 30 keys of 6 bytes become numbers, which are strings of 3 or 4; each is in the dictionary once.
SELECT pg_temp.whatif('{"dictionary_keys": ["model_metadata_map:$.*.years.*"]}') - m.occurrences / 30 * (10 * 3 + 20 * 2) + octet_length('{"data": , "keys": {"$.*.years.*": []}}') + 30 * 6 + 29 * 2 AS differ
FROM map AS m WHERE path = '$.*.years.*';
SELECT impact, paths FROM lbdiag_opportunities('tiny', layout => 'wide') WHERE rules = '{usual}';

-- More paths than are told apart: keys past them count as *, and are dropped
-- by that path.
UPDATE mv_final_model_context SET model_meta = (SELECT jsonb_object_agg('o' || o, (SELECT jsonb_object_agg(format('k%s', n), CASE n % 4 WHEN 0 THEN 'null' WHEN 1 THEN to_jsonb(n + 0.25) WHEN 2 THEN '"s"' ELSE '[true]' END)
    FROM generate_series(1, 900) AS n)) FROM generate_series(1, 7) AS o) WHERE domain = 'tiny';
CREATE TEMP TABLE wide AS SELECT * FROM lbdiag_audit_detail('tiny', layout => 'wide') WHERE component = 'model_metadata_map';
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE folded = 'memory') AS rest, bool_and(complete) AS complete FROM wide;
\set VERBOSITY terse
SELECT a.path, w.bytes_before - w.bytes_after - a.bytes - 2 * a.occurrences AS differ
FROM wide AS a, LATERAL lbdiag_whatif('tiny', layout => 'wide', changes => jsonb_build_object('drop_paths', ARRAY['model_metadata_map:' || a.path])) AS w
WHERE a.folded = 'memory' AND w.component = 'TOTAL' ORDER BY 1 LIMIT 1;
-- What is dropped does not make room for other paths.
SELECT w.bytes_after FROM lbdiag_whatif('tiny', layout => 'wide', changes => jsonb_build_object('drop_paths', ARRAY(SELECT component || ':' || path FROM wide WHERE depth = 2))) AS w WHERE w.component = 'TOTAL';
SELECT octet_length(json_strip_nulls(content)::text) - bytes_after AS differ
FROM lbdiag_context('tiny', layout => 'wide'), lbdiag_whatif('tiny', layout => 'wide', changes => '{"compact": true, "omit_nulls": true}') AS w WHERE w.component = 'TOTAL';
SELECT w.bytes_after AS bytes FROM lbdiag_whatif('tiny', layout => 'wide', changes => (SELECT jsonb_build_object('drop_paths', jsonb_agg(component || ':' || path))
    FROM wide WHERE depth > 0)) AS w WHERE w.component = 'model_metadata_map';
\set VERBOSITY default

-- Bad input.
\pset format unaligned
SELECT pg_temp.try(format('SELECT * FROM lbdiag_whatif(%s)', call)) FROM unnest(ARRAY[
    $$'vision', changes => '{"drop_components": ["rows"]}'$$, $$'vision', changes => '{"drop_components": ["row_data", null]}'$$, $$'vision', changes => '{"drop_components": ["comparison_data"]}'$$,
    $$'vision', changes => '{"drop_components": [["row_data"]]}'$$, $$'tiny', layout => 'tiny', changes => '{"drop_paths": ["row_data:$[*].*.w"]}'$$,
    $$'vision', changes => '{"drop_paths": ["rows:$.a"]}'$$, $$'vision', changes => '{"drop_paths": ["$[*].id"]}'$$, $$'vision', layout => 'tiny', changes => '{"drop_paths": ["row_data:"]}'$$, $$'tiny', layout => 'tiny', changes => '{"drop_paths": ["row_data:$"]}'$$,
    $$'tiny', layout => 'tiny', changes => '{"drop_paths": ["row_data:$[*].*.h[*]"]}'$$, $$'tiny', layout => 'tiny', changes => '{"drop_paths": ["row_data:$[*].*.h", "row_data:$[*].*.hh"]}'$$,
    $$'vision', changes => '{"drop_paths": [null]}'$$, $$'tiny', 'own:9', 'tiny', '{"drop_paths": ["row_data:$[*].id"]}'$$,
    $$'tiny', layout => 'tiny', changes => '{"defaults": ["row_data:$[*].*.h"]}'$$, $$'tiny', layout => 'tiny', changes => '{"defaults": ["row_data:$[*].*"]}'$$, $$'tiny', layout => 'tiny', changes => '{"defaults": ["row_data:$[*].*.w"]}'$$,
    $$'tiny', layout => 'tiny', changes => '{"defaults": ["row_data:$[*].*.v"], "omit_nulls": true}'$$, $$'tiny', layout => 'tiny', changes => '{"dictionary_keys": ["row_data:$[*].id"]}'$$, $$'tiny', layout => 'tiny', changes => '{"dictionary_keys": true}'$$,
    $$'vision', changes => '{"round_digits": -1}'$$, $$'vision', changes => '{"round_digits": 1001}'$$, $$'vision', changes => '{"round_digits": 10000}'$$, $$'vision', changes => '{"round_digits": 2147483647}'$$, $$'vision', changes => '{"compct": true}'$$,
    $$'vision', changes => '[]'$$, $$'vision', changes => '5'$$, $$'vision', changes => '{"plain_json": "yes"}'$$, $$'sight'$$, $$'vision', viewer => 'me'$$, $$'vision', layout => 'none'$$]) AS call;
SELECT change, pg_temp.try(format('SELECT * FROM lbdiag_whatif(''tiny'', layout => ''tiny'', changes => %L)', change)) FROM unnest(ARRAY[
    'null', '[null]', '[{}]', '{"dense": true}', '{"compact": 1}', '{"utf8": "true"}', '{"omit_nulls": []}', '{"columnar": {}}', '{"round_digits": "2"}',
    '{"round_digits": 1.5}', '{"round_digits": 1e30}', '{"drop_components": "row_data"}', '{"drop_components": {"row_data": 1}}',
    '{"drop_components": [1]}', '{"drop_paths": [["row_data:$"]]}', '{"drop_paths": true}']) AS change;
-- An array's elements cannot be dropped, whatever else there is.
SELECT split_part(pg_temp.try(format('SELECT * FROM lbdiag_whatif(''vision'', ''all'', changes => %L)', change)), E'\n', 1) FROM unnest(ARRAY[
    '{"drop_paths": ["filter_options:$.architectures[*]"]}',
    '{"drop_paths": ["filter_options:$.architectures[*]"], "dictionary": ["filter_options:$.architectures[*]"]}',
    '{"drop_paths": ["filter_options:$.architectures[*]"], "dictionary": ["filter_options:$.model_families[*]"]}',
    '{"dictionary": ["filter_options:$.architectures[*]"]}']) AS change;
\pset format aligned
SELECT count(*) FROM unnest('{NULL,"{\"round_digits\": 1000}","{\"compact\": null, \"drop_paths\": null, \"round_digits\": null}"}'::jsonb[]) AS change, lbdiag_whatif('tiny', layout => 'tiny', changes => change) WHERE bytes_before = bytes_after;

-- The sort of columns on disk makes the same text. An error, a cancel and a
-- timeout in the middle of it leave nothing behind, and the next call is right.
SELECT * FROM lbdiag_create_demo('demo', 120, 60, 'demo');
CREATE FUNCTION spilled() RETURNS SETOF record LANGUAGE sql AS $$
    SELECT w.component, w.bytes_after, w.compressed_after FROM lbdiag_whatif('demo', changes => '{"columnar": true}') AS w WHERE w.component = 'row_data' $$;
CREATE TEMP TABLE in_memory AS SELECT * FROM spilled() AS m (component text, bytes bigint, compressed_bytes bigint);
SELECT FROM pg_stat_force_next_flush();
SELECT temp_files AS temp_files_before FROM pg_stat_database WHERE datname = current_database() \gset
SET work_mem = '64kB';
SELECT count(*) AS same FROM in_memory AS m JOIN spilled() AS s (component text, bytes bigint, compressed_bytes bigint) ON m = s;
SELECT FROM pg_stat_force_next_flush();
SELECT temp_files > :temp_files_before AS on_disk FROM pg_stat_database WHERE datname = current_database();
UPDATE demo.models SET scores = scores || '[{"versioned_benchmark_identifier": true}]' WHERE model_id = (SELECT max(model_id) FROM demo.models WHERE public);
SELECT pg_temp.try($$SELECT * FROM lbdiag_whatif('demo', changes => '{"columnar": true}')$$) ~ '^22023 a score of model \d+ has no name' AS refused;
SELECT count(*) AS left_behind FROM pg_ls_tmpdir();
UPDATE demo.models SET scores = scores - -1 WHERE model_id = (SELECT max(model_id) FROM demo.models WHERE public);
SELECT count(*) AS same FROM in_memory AS m JOIN spilled() AS s (component text, bytes bigint, compressed_bytes bigint) ON m = s;
SET statement_timeout = '300ms';
SELECT pg_temp.try($$SELECT count(*) FROM generate_series(1, 10000) AS n, lbdiag_whatif('demo', changes => jsonb_build_object('columnar', n > 0))$$);
RESET statement_timeout;
SELECT count(*) AS left_behind FROM pg_ls_tmpdir();
SELECT count(*) AS same FROM in_memory AS m JOIN spilled() AS s (component text, bytes bigint, compressed_bytes bigint) ON m = s;
RESET work_mem;

ALTER TABLE mv_final_model_context RENAME TO models;
CREATE SEQUENCE row;
CREATE FUNCTION trap(n bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF n = 10 THEN PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF;
    RETURN true;
END $$;
CREATE VIEW mv_final_model_context AS SELECT * FROM models WHERE trap(nextval('row'));
SELECT pg_temp.try($$SELECT * FROM lbdiag_whatif('vision', changes => '{"columnar": true}')$$);
SELECT currval('row') AS row;
SELECT count(*) AS same FROM w JOIN lbdiag_whatif('vision', viewer => 'all', changes => '{"drop_components": ["benchmark_tree", "column_defs"], "drop_paths": ["row_data:$[*].*.error"], "compact": true, "columnar": true}') AS n
    ON (n.component, n.bytes_before, n.bytes_after) = (w.component, w.bytes_before, w.bytes_after) WHERE w.component IN ('row_data', 'column_defs');

SET client_min_messages = warning;
DELETE FROM lbdiag_leaderboard WHERE domain = 'demo';
DELETE FROM lbdiag_layout WHERE name IN ('tiny', 'wide', 'no rows');
DROP SCHEMA source, demo CASCADE;
DELETE FROM lbdiag_leaderboard;
DELETE FROM lbdiag_layout WHERE NOT built_in;
