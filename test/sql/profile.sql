-- The profile: what must hold whatever the times are.
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

CREATE TEMP TABLE profile AS SELECT * FROM lbdiag_profile('vision', layout => 'february', top => 1000, repetitions => 5) WITH ORDINALITY AS p (
    ncalls, tottime_ms, tottime_percall_ms, cumtime_ms, cumtime_percall_ms, function, source, phase, tottime_min_ms, tottime_max_ms,
    cumtime_min_ms, cumtime_max_ms, overhead_ms, buffers_hit, buffers_read, number);

-- Self times add up to the root's cumulative time: in the medians of several
-- runs and in a single run.
SELECT abs(1 - sum(tottime_ms) / max(cumtime_ms)) < 0.000001 AS add_up, count(*) FILTER (WHERE tottime_min_ms < 0) AS negative FROM profile;
SELECT abs(1 - sum(tottime_ms) / max(cumtime_ms)) < 0.000001 AS add_up,
    count(*) FILTER (WHERE tottime_min_ms <> tottime_ms OR tottime_max_ms <> tottime_ms OR cumtime_min_ms <> cumtime_ms OR cumtime_max_ms <> cumtime_ms) AS spread
FROM lbdiag_profile('vision', layout => 'february', top => 1000);
-- The order, the spread, and the columns that follow from others.
SELECT count(*) FILTER (WHERE cumtime_ms > before) AS out_of_order FROM (SELECT cumtime_ms, lag(cumtime_ms) OVER (ORDER BY number) AS before FROM profile) AS p;
SELECT function, ncalls, buffers_hit > 0 AS some_hit FROM profile WHERE number = 1;
SELECT count(*) AS wrong FROM profile
WHERE NOT (tottime_min_ms <= tottime_ms AND tottime_ms <= tottime_max_ms AND cumtime_min_ms <= cumtime_ms AND cumtime_ms <= cumtime_max_ms
    AND tottime_ms <= cumtime_ms + 0.000001 AND abs(tottime_percall_ms * ncalls - tottime_ms) < 0.000001
    AND abs(cumtime_percall_ms * ncalls - cumtime_ms) < 0.000001 AND overhead_ms >= 0 AND source ~ '^[a-z_]+\.c:\d+$');
SELECT sum(overhead_ms) > 0 AS measuring_costs, sum(overhead_ms) < max(cumtime_ms) AS less_than_all FROM profile;
SELECT count(*) AS top_3, min(function) = min(function) FILTER (WHERE ncalls > 0) AS called FROM lbdiag_profile('vision', top => 3);

-- Call counts are those of the data.
CREATE TEMP TABLE audit AS SELECT * FROM lbdiag_audit('vision', layout => 'february');
SELECT p.function, p.ncalls = a.n AS as_in_the_data FROM profile AS p JOIN (
    SELECT 'serialize_model' AS function, sum(occurrences) AS n FROM audit WHERE component = 'row_data' AND path = '$[*]'
    UNION ALL SELECT 'serialize_comparison', sum(occurrences) FROM audit WHERE component = 'comparison_data' AND path = '$[*]'
    UNION ALL SELECT 'collect_filters', sum(occurrences) FROM audit WHERE component = 'row_data' AND path = '$[*]'
    UNION ALL SELECT 'read_scores', 2 * sum(occurrences) FROM audit WHERE component = 'row_data' AND path = '$[*]'
    UNION ALL SELECT 'detoast_scores', 2 * sum(occurrences) FROM audit WHERE component = 'row_data' AND path = '$[*]'
    UNION ALL SELECT 'fetch_models', 4 * sum(occurrences) FROM audit WHERE component = 'row_data' AND path = '$[*]'
    UNION ALL SELECT 'write_subtree', sum(occurrences) FROM audit WHERE component = 'benchmark_tree' AND path ~ '\.id$'
    -- Those that have the name of another member of a row are written there.
    UNION ALL SELECT 'write_cells', sum(occurrences) FROM audit WHERE component = 'row_data' AND path = '$[*].*'
    UNION ALL SELECT 'encode_string', count(*) FROM lbdiag_context('vision', layout => 'february'),
        jsonb_path_query(content::jsonb, 'strict $.** ? (@.type() == "string")')
    UNION ALL SELECT 'get_context', 1
) AS a ON a.function = p.function ORDER BY 1;
SELECT q.query, q.row_count = a.n AS as_in_the_data FROM lbdiag_profile_queries('vision', layout => 'february') AS q JOIN (
    SELECT 'models' AS query, sum(occurrences) AS n FROM audit WHERE component = 'row_data' AND path = '$[*]'
    UNION ALL SELECT 'benchmarks', count(*) FROM mv_final_benchmark_context WHERE domain = 'vision' AND visible IS NOT FALSE
) AS a USING (query) WHERE q.basis ~ 'builder' ORDER BY 1;
-- Recursion counts once: the tree below the root is not counted again at
-- each level.
SELECT p.cumtime_ms <= r.cumtime_ms AS counted_once
FROM profile AS p, profile AS r WHERE p.function = 'write_subtree' AND r.function = 'build_benchmark_tree';

-- The edges: all calls of a function but the root's are some caller's.
CREATE TEMP TABLE call AS SELECT * FROM lbdiag_profile_calls('vision', layout => 'february', repetitions => 1);
SELECT count(*) AS wrong FROM profile AS p
WHERE p.ncalls <> coalesce((SELECT sum(c.ncalls) FROM call AS c WHERE c.callee = p.function), 1);
SELECT caller, callee, ncalls FROM call WHERE callee ~ '^(plan|execute)_models|write_cells|read_scores' ORDER BY 1, 2;
-- What a function takes is its own time and that of what it calls; what it
-- takes when it calls itself is in that of the first call.
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE abs(c.cumtime_ms - c.tottime_ms - coalesce(e.ms, 0)) > 0.000001 * c.edges) AS wrong
FROM (SELECT callee, sum(tottime_ms) AS tottime_ms, sum(cumtime_ms) AS cumtime_ms, count(*) + 10 AS edges FROM call GROUP BY callee) AS c
LEFT JOIN (SELECT caller, sum(cumtime_ms) AS ms FROM call GROUP BY caller) AS e ON e.caller = c.callee WHERE c.callee <> 'write_subtree';
SELECT e.cumtime_ms < w.cumtime_ms AS counted_once, e.ncalls > 0 AS recursive FROM call AS e, call AS w
WHERE e.caller = 'write_subtree' AND e.callee = 'write_subtree' AND w.caller = 'build_benchmark_tree' AND w.callee = 'write_subtree';

-- The queries: the application's, with its bytes, and those of the builder.
SELECT query, calls, row_count, ms > 0 AS timed, bytes IS NOT NULL AS bytes, cache ~ '^(warm|nearly warm|cold): ' AS cache, plan ~ 'actual time.*rows.*Execution Time' AS plan, basis
FROM lbdiag_profile_queries('vision', layout => 'february', repetitions => 2) WHERE basis !~ 'pg_stat' ORDER BY query, basis;
-- Its bytes are those of the text of each column, with 4 bytes of length, and 7 a row.
SELECT q.row_count = t.n AS rows, (q.column_bytes ->> 'scores')::bigint = t.scores AS scores, (q.column_bytes ->> 'name')::bigint = t.names AS names,
    (SELECT sum(v.value::bigint) FROM jsonb_each_text(q.column_bytes) AS v) + 7 * q.row_count = q.bytes AS add_up
FROM lbdiag_profile_queries('vision') AS q, (
    SELECT count(*) AS n, sum(octet_length(scores::text)) + 4 * count(*) AS scores, sum(octet_length(name)) + 4 * count(*) AS names
    FROM mv_final_model_context WHERE domain = 'vision' AND public) AS t WHERE q.query = 'models' AND q.bytes IS NOT NULL;
-- Without compression: no gzip.
SELECT count(*) AS compressing FROM lbdiag_profile('vision', top => 1000, encoding => 'none') WHERE function = 'gzip' OR phase = 'compress';

-- The report, without what varies.
\pset format unaligned
\pset tuples_only on
SELECT DISTINCT ON (n) regexp_replace(line, '\d+\.\d+', '#', 'g') FROM lbdiag_profile_report('vision', layout => 'february', top => 2) WITH ORDINALITY AS l (line, n)
WHERE line !~ '^  \[|^ +\d+ |^     *[A-Z]|^      |Then|bottleneck' ORDER BY n;
SELECT count(*) FILTER (WHERE line ~ '^ +\d+( +\d+\.\d{3}){4}  [a-z_]+\.c:\d+\([a-z_]+\)$') AS functions, count(*) FILTER (WHERE line ~ '^  The bottleneck is ') AS bottleneck
FROM lbdiag_profile_report('vision', top => 2) AS line;

-- A layout without rows: the models are counted all the same, and what is
-- not called says so.
INSERT INTO lbdiag_layout (name, cell, components) VALUES ('columns', '[{"key": "s", "source": "score_ceiled"}]', '{column_defs}');
SELECT (SELECT substring(line FROM 'Models: (\d+)')::int FROM lbdiag_profile_report('vision', layout => 'columns') AS l (line) WHERE line ~ 'Models:') = (SELECT occurrences FROM audit WHERE component = 'row_data' AND path = '$[*]') AS models;
DELETE FROM lbdiag_layout WHERE name = 'columns';

-- Exports. Folded stacks: one line a stack, the weight behind the last blank.
SELECT count(*) > 20 AS lines, bool_and(line ~ '^[^; ]+(;[^; ]+)* [1-9]\d*$') AS well_formed
FROM string_to_table(rtrim(lbdiag_profile_export('vision', format => 'folded'), E'\n'), E'\n') AS line;
SELECT sum(substring(line FROM '\d+$')::bigint) = (SELECT sum(octet_length(content::text)) FROM lbdiag_context('vision', layout => 'february')) AS every_byte,
    bool_and(line ~ '^[^;]+(;[^;]+)* [1-9]\d*$') AS well_formed
FROM string_to_table(rtrim(lbdiag_audit_export('vision', layout => 'february', format => 'folded'), E'\n'), E'\n') AS line;
SELECT (SELECT sum(w::numeric) FROM jsonb_array_elements_text(p -> 'weights') AS w) = (p ->> 'endValue')::numeric AS weights,
    jsonb_array_length(p -> 'weights') = jsonb_array_length(p -> 'samples') AS samples, p ->> 'unit' AS unit,
    (SELECT max(i::int) FROM jsonb_array_elements(p -> 'samples') AS s, jsonb_array_elements_text(s) AS i) + 1 = jsonb_array_length(j -> 'shared' -> 'frames') AS frames
FROM (VALUES (lbdiag_profile_export('vision', format => 'speedscope', repetitions => 2)::jsonb), (lbdiag_audit_export('vision', format => 'speedscope')::jsonb)) AS e (j), LATERAL (SELECT j -> 'profiles' -> 0 AS p) AS x;
SELECT string_agg(line, E'\n' ORDER BY n) FROM string_to_table(lbdiag_profile_export('vision', format => 'callgrind'), E'\n') WITH ORDINALITY AS l (line, n) WHERE n < 7;
SELECT substr(decode(lbdiag_profile_export('vision', format => 'pstats'), 'base64'), 1, 4), decode(lbdiag_profile_export('vision', format => 'pstats'), 'base64') IS NOT NULL;

-- Bad input.
SELECT pg_temp.try(format('SELECT * FROM %s', call)) FROM unnest(ARRAY[
    $$lbdiag_profile('vision', top => 0)$$, $$lbdiag_profile('vision', top => -1)$$, $$lbdiag_profile('vision', top => NULL)$$, $$lbdiag_profile('vision', repetitions => 0)$$,
    $$lbdiag_profile('vision', repetitions => 1001)$$, $$lbdiag_profile('vision', repetitions => NULL)$$, $$lbdiag_profile('sight')$$,
    $$lbdiag_profile('vision', 'me')$$, $$lbdiag_profile('vision', layout => 'none')$$, $$lbdiag_profile('vision')$$,
    $$lbdiag_profile('vision')$$, $$lbdiag_profile_calls('vision', repetitions => 0)$$, $$lbdiag_profile_queries('vision', repetitions => 0)$$, $$lbdiag_profile_queries('vision', repetitions => 2147483647)$$,
    $$lbdiag_profile_report('vision', top => 0)$$, $$lbdiag_profile_report('vision', repetitions => 0)$$, $$lbdiag_profile_export('vision', format => 'svg')$$, $$lbdiag_profile_export('vision', format => NULL)$$,
    $$lbdiag_profile_export('sight', format => 'pstats')$$, $$lbdiag_profile_export('vision', repetitions => 0)$$, $$lbdiag_audit_export('vision', format => 'callgrind')$$, $$lbdiag_profile_queries('sight')$$]) AS call;

-- An error, and a cancel, in the middle of run 3 of 5, which is the fourth
-- build; the next profile is right.
ALTER TABLE mv_final_model_context RENAME TO models;
CREATE SEQUENCE run;
CREATE FUNCTION trap(kind text, at int, n bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF n = at AND kind = 'error' THEN RAISE 'trapped'; END IF;
    IF n = at AND kind = 'cancel' THEN PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF;
    RETURN true;
END $$;
CREATE FUNCTION models(kind text) RETURNS SETOF models LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM trap(kind, 4, nextval('run'));
    RETURN QUERY SELECT * FROM models;
END $$;
CREATE VIEW mv_final_model_context AS SELECT * FROM models(current_setting('test.kind'));
SET test.kind = 'error';
SELECT pg_temp.try($$SELECT * FROM lbdiag_profile('vision', repetitions => 5)$$);
SELECT currval('run') AS started;
SELECT ncalls = (SELECT occurrences FROM audit WHERE component = 'row_data' AND path = '$[*]') AS clean FROM lbdiag_profile('vision') WHERE function = 'serialize_model';
SELECT setval('run', 1, false);
SET test.kind = 'cancel';
SELECT pg_temp.try($$SELECT * FROM lbdiag_profile('vision', repetitions => 5)$$);
SELECT currval('run') AS started;
SELECT ncalls = (SELECT occurrences FROM audit WHERE component = 'row_data' AND path = '$[*]') AS clean FROM lbdiag_profile('vision') WHERE function = 'serialize_model';
SET client_min_messages = warning;
DROP SCHEMA source CASCADE;
DELETE FROM lbdiag_leaderboard;
DELETE FROM lbdiag_layout WHERE NOT built_in;
