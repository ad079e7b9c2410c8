-- The rules that an audit obeys, on data that is known.
\getenv srcdir PG_ABS_SRCDIR
\set file :srcdir/data/odd/brainscore_2026_02.sql
\set layouts :srcdir/helpers/layouts.sql
SET client_encoding = 'UTF8';
CREATE SCHEMA source;
SET search_path = source, public;
\set ECHO none
\i :file
\i :layouts
\set ECHO all

CREATE TEMP TABLE audit AS
SELECT * FROM lbdiag_audit_detail('vision', layout => 'february') WITH ORDINALITY AS a (
    component, path, depth, types, occurrences, nulls, distinct_values, most_common, bytes, share,
    key_bytes, value_bytes, syntax_bytes, compressed_bytes, compressed_own_bytes, dynamic_keys, folded, complete, sent, number);
CREATE TEMP TABLE context AS
SELECT * FROM lbdiag_context('vision', layout => 'february');

-- Components, the largest first; within each, parents before children and
-- the largest of the children first; TOTAL at the end.
SELECT array_agg(component ORDER BY number) = array_agg(component ORDER BY bytes DESC) AS largest_first
FROM audit WHERE path = '$';
SELECT count(*) AS rows_out_of_order
FROM (SELECT a.*, lag(a.bytes) OVER (PARTITION BY a.component, p.number ORDER BY a.number) AS sibling, p.number AS parent
      FROM audit AS a
      LEFT JOIN LATERAL (SELECT max(b.number) AS number FROM audit AS b
                         WHERE b.number < a.number AND b.component = a.component AND b.depth = a.depth - 1) AS p ON true) AS x
WHERE x.sibling < x.bytes OR (x.depth > 0 AND x.parent IS NULL);
SELECT component, path, depth, types, occurrences, nulls, key_bytes, share, distinct_values
FROM audit ORDER BY number DESC LIMIT 1;

-- bytes is the row's own bytes and those of its children.
SELECT count(*) AS checked, count(*) FILTER (WHERE a.bytes <> a.key_bytes + a.value_bytes + a.syntax_bytes
    + (SELECT coalesce(sum(b.bytes), 0) FROM audit AS b
       WHERE b.component = a.component AND b.depth = a.depth + 1 AND b.number > a.number
         AND b.number < coalesce((SELECT min(c.number) FROM audit AS c
                                  WHERE c.number > a.number AND (c.component <> a.component OR c.depth <= a.depth)), 1000000))) AS wrong
FROM audit AS a WHERE a.component <> 'TOTAL';

-- The most common value of a field, where there are not too many.
SELECT count(*) AS fields, count(a.most_common) AS known, count(*) FILTER (WHERE a.most_common <> t.n) AS wrong
FROM audit AS a JOIN LATERAL (
    SELECT max(v.n) AS n FROM (
        SELECT count(*) AS n FROM context AS c, json_array_elements(c.content) AS r, json_each(r.value) AS cell, json_each(cell.value) AS f
        WHERE c.component = 'row_data' AND a.path = '$[*].*.' || f.key AND json_typeof(cell.value) = 'object' AND cell.key NOT IN ('model', 'metadata') AND json_typeof(f.value) <> 'null'
        GROUP BY f.value::text) AS v) AS t ON true
WHERE a.component = 'row_data' AND a.path ~ '^\$\[\*\]\.\*\.[a-z]+$';

-- Each component's bytes are its payload's.
SELECT count(*) AS components, count(*) FILTER (WHERE a.bytes <> octet_length(c.content::text)) AS wrong
FROM audit AS a JOIN context AS c USING (component) WHERE a.path = '$';

-- Counts, by PostgreSQL's own JSON functions; a cell may have the name of
-- another member of the row.
SELECT a.path, a.types, a.occurrences = x.occurrences AS occurrences, a.nulls = x.nulls AS nulls,
    a.distinct_values IS NOT DISTINCT FROM x.distinct_values AS distinct_values,
    a.value_bytes = x.value_bytes AS value_bytes, a.key_bytes = x.key_bytes AS key_bytes
FROM (
    SELECT '$[*].*.' || f.key AS path, count(*) AS occurrences, count(*) FILTER (WHERE json_typeof(f.value) = 'null') AS nulls,
        count(DISTINCT f.value::text) FILTER (WHERE json_typeof(f.value) <> 'null') AS distinct_values,
        sum(octet_length(f.value::text)) AS value_bytes, sum(octet_length(f.key) + 2) AS key_bytes
    FROM context AS c, json_array_elements(c.content) AS r, json_each(r) AS cell, json_each(cell.value) AS f
    WHERE c.component = 'row_data' AND json_typeof(cell.value) = 'object' AND cell.value::jsonb ? 'complete'
    GROUP BY f.key
    UNION ALL
    SELECT '$[*].model.' || f.key, count(*), count(*) FILTER (WHERE json_typeof(f.value) = 'null'),
        count(DISTINCT f.value::text) FILTER (WHERE json_typeof(f.value) <> 'null'),
        sum(octet_length(f.value::text)), sum(octet_length(f.key) + 2)
    FROM context AS c, json_array_elements(c.content) AS r, json_each(r -> 'model') AS f
    WHERE c.component = 'row_data' GROUP BY f.key
) AS x LEFT JOIN audit AS a ON a.component = 'row_data' AND a.path = x.path
ORDER BY x.path;
SELECT a.path, a.types, a.occurrences = sum(x.n) AS occurrences, a.depth
FROM audit AS a
CROSS JOIN LATERAL (SELECT count(*) AS n FROM context AS c, json_array_elements(c.content) AS r, json_each(r) AS m
                    WHERE c.component = a.component AND m.key ~ '-(score|error|is_complete)$') AS x
WHERE a.component = 'comparison_data' AND a.path = '$[*].*' GROUP BY a.path, a.types, a.occurrences, a.depth;

-- Keys that are data are *, in the maps too.
SELECT component, path, depth FROM audit
WHERE component IN ('benchmark_groups', 'benchmark_ids', 'benchmark_bibtex_map') ORDER BY component, number;

-- Paths name keys as jsonpath does.
SELECT count(*) > 0 AS some, bool_and(path::jsonpath IS NOT NULL) AS all_are_jsonpath FROM audit WHERE path IS NOT NULL;

-- gzip: a row's compressed bytes are its own and those of all below it; none without compression.
SELECT bool_and(compressed_bytes >= 0) AS placed, bool_and(compressed_bytes > 0) FILTER (WHERE path = '$' OR component = 'TOTAL') AS positive,
    sum(compressed_own_bytes) = sum(compressed_bytes) FILTER (WHERE component = 'TOTAL') AS own_adds_up,
    bool_and(path IS NULL OR compressed_bytes = (SELECT sum(b.compressed_own_bytes) FROM audit AS b WHERE b.component = a.component
        AND starts_with(b.path, a.path) AND substr(b.path, length(a.path) + 1, 1) IN ('', '.', '['))) AS below,
    sum(compressed_bytes) FILTER (WHERE path = '$') = sum(compressed_bytes) FILTER (WHERE component = 'TOTAL') AS adds_up,
    sum(compressed_bytes) FILTER (WHERE component = 'TOTAL') < sum(bytes) FILTER (WHERE component = 'TOTAL') AS smaller
FROM audit AS a;

-- With and without compression everything else is the same.
SELECT count(*) AS differences FROM (
    (SELECT component, path, depth, types, occurrences, nulls, bytes, share, key_bytes, value_bytes, syntax_bytes, distinct_values
     FROM lbdiag_audit_detail('vision', layout => 'february', encoding => 'gzip:6')
     EXCEPT ALL
     SELECT component, path, depth, types, occurrences, nulls, bytes, share, key_bytes, value_bytes, syntax_bytes, distinct_values
     FROM lbdiag_audit_detail('vision', layout => 'february', encoding => 'none'))) AS x;
SELECT count(compressed_bytes) AS compressed FROM lbdiag_audit('vision', encoding => 'none');

-- The default payload, viewer and layout.
SELECT (SELECT array_agg(a) FROM lbdiag_audit(encoding => 'none') AS a)
     = (SELECT array_agg(a) FROM lbdiag_audit('vision', 'public', 'documented', 'none') AS a) AS same;
-- NULL stands for each of these, in every function of a payload.
CREATE FUNCTION pg_temp.result(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT md5(string_agg(r::text, chr(10))) FROM %s AS r', call) INTO result;
    RETURN result;
END $$;
BEGIN;
SELECT p.proname, pg_temp.result(format('%s(NULL, NULL, NULL)', p.proname))
    = pg_temp.result(format('%s(''vision'', ''public'')', p.proname)) AS same
FROM pg_proc AS p WHERE p.proname ~ '^lbdiag_' AND p.proargnames[1:3] = '{payload,viewer,layout}' AND p.provolatile = 's'
ORDER BY p.proname COLLATE "C";
SELECT p.proname, pg_temp.result(format('%s(NULL, NULL, NULL)', p.proname)) IS NOT NULL AS returns
FROM pg_proc AS p WHERE p.proname ~ '^lbdiag_' AND p.proargnames[1:3] = '{payload,viewer,layout}' AND p.provolatile = 'v'
ORDER BY p.proname COLLATE "C";
COMMIT;
SELECT payload, viewer, layout FROM lbdiag_runs;
SELECT line FROM lbdiag_audit_report(NULL, NULL) AS line WHERE line ~ 'PROFILING DOMAIN|[Vv]iewer';
SELECT pg_temp.result('lbdiag_environment(NULL)') = pg_temp.result('lbdiag_environment(''vision'')') AS same;
DELETE FROM _lbdiag_run;

-- Many distinct values: exact up to 4096, then an estimate.
DELETE FROM mv_final_model_context;
INSERT INTO mv_final_model_context (model_id, name, domain, public, scores)
SELECT m, 'm' || m, 'vision', true,
    (SELECT jsonb_agg(jsonb_build_object('benchmark_type_id', CASE b WHEN 0 THEN 'average_vision' ELSE 'b' END,
        'versioned_benchmark_identifier', 'b' || b, 'score_ceiled', '0.5', 'error', (m * 100 + b) * 1.5,
        'end_timestamp', 'a long text in front of the number ' || (m * 100 + b) % 4096)) FROM generate_series(0, 99) AS b)
FROM generate_series(1, 200) AS m;
SELECT path, distinct_values FROM lbdiag_audit('vision', layout => 'february', encoding => 'none')
WHERE path = '$[*].*.timestamp';
SELECT path, abs(distinct_values - 20000) < 0.05 * 20000 AS near
FROM lbdiag_audit('vision', encoding => 'none') WHERE path = '$[*].*.error';

-- Numbers that are longer than the writer's room for them, in a text that is
-- handed on in pieces; and scores whose first has no members.
UPDATE mv_final_model_context SET scores = jsonb_build_array('{}'::jsonb) || scores, model_meta = jsonb_build_object('x',
    (SELECT jsonb_agg(repeat('7', 1000)::numeric) FROM generate_series(1, 400))) WHERE model_id <= 3;
SELECT path, occurrences, value_bytes, distinct_values FROM lbdiag_audit_detail('vision', encoding => 'none') WHERE path = '$.*.x[*]';

-- Many keys are one path.  A document of more paths than the tree holds loses
-- no byte.
UPDATE mv_final_model_context SET model_meta =
    (SELECT jsonb_object_agg('k' || (model_id * 100 + i), jsonb_build_object('x', i)) FROM generate_series(1, 100) AS i);
SELECT max(a.rows) AS paths, bool_and(a.parts = c.bytes) AS all_counted
FROM (SELECT count(*) AS rows, sum(key_bytes + value_bytes + syntax_bytes) AS parts
      FROM lbdiag_audit_detail('vision', encoding => 'none') WHERE component = 'model_metadata_map') AS a,
    (SELECT octet_length(content::text) AS bytes FROM lbdiag_context('vision') WHERE component = 'model_metadata_map') AS c;
UPDATE mv_final_model_context SET model_meta =
    (SELECT jsonb_object_agg('o' || o, (SELECT jsonb_object_agg('k' || i, CASE i % 3 WHEN 0 THEN to_jsonb(i) WHEN 1 THEN '"s"' ELSE '[]' END) FROM generate_series(1, 900) AS i))
     FROM generate_series(1, 7) AS o) WHERE model_id <= 3;
SELECT max(a.rows) AS paths, bool_and(a.parts = c.bytes) AS all_counted
FROM (SELECT count(*) AS rows, sum(key_bytes + value_bytes + syntax_bytes) AS parts
      FROM lbdiag_audit_detail('vision', encoding => 'none') WHERE component = 'model_metadata_map') AS a,
    (SELECT octet_length(content::text) AS bytes FROM lbdiag_context('vision') WHERE component = 'model_metadata_map') AS c;

-- Short texts are told apart, whatever they are made of: the empty one, all of
-- one and of two control characters, numbers, and the same numbers as text.
UPDATE mv_final_model_context SET scores = '[{"benchmark_type_id": "average_vision", "score_ceiled": "1"}]'::jsonb || (
    SELECT jsonb_agg(jsonb_build_object('versioned_benchmark_identifier', n::text, 'error', v))
    FROM (SELECT to_jsonb(t) AS v FROM (
            SELECT ''::text AS t UNION ALL SELECT chr(i) FROM generate_series(1, 31) AS i
            UNION ALL SELECT chr(i) || chr(j) FROM generate_series(1, 31) AS i, generate_series(1, 31) AS j
            UNION ALL SELECT repeat('a', i) FROM generate_series(1, 20) AS i
            UNION ALL SELECT i::text FROM generate_series(0, 1000) AS i) AS x
          UNION ALL SELECT to_jsonb(i) FROM generate_series(0, 1000) AS i) AS y (v), LATERAL (SELECT md5(v::text)) AS z (n))
WHERE model_id = 1;
DELETE FROM mv_final_model_context WHERE model_id > 1;
SELECT distinct_values = 1 + 31 + 31 * 31 + 20 + 2 * 1001 AS exact FROM lbdiag_audit('vision', encoding => 'none') WHERE path = '$[*].*.error';

SET client_min_messages = warning;
DROP SCHEMA source CASCADE;
DELETE FROM lbdiag_leaderboard;
DELETE FROM lbdiag_layout WHERE NOT built_in;
