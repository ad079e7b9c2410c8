\set SHOW_CONTEXT never
-- The demo leaderboard, and the report on it.
SELECT * FROM lbdiag_create_demo();
SELECT domain, models, benchmarks, groups, layout FROM lbdiag_leaderboard;
-- What a real one has.
SELECT count(*) FILTER (WHERE NOT public) AS private, count(*) FILTER (WHERE model_meta IS NULL) AS without_meta,
    count(*) FILTER (WHERE layers IS NULL) AS without_layers FROM lbdiag_demo.models;
SELECT s ->> 'score_ceiled' IN ('X', '') AS no_number, count(*) > 1000 AS many FROM lbdiag_demo.models, jsonb_array_elements(scores) AS s GROUP BY 1 ORDER BY 1;
SELECT count(*) FILTER (WHERE number_of_all_children = 0) AS leaves, count(*) FILTER (WHERE benchmark_bibtex IS NOT NULL) AS with_reference,
    count(DISTINCT parent ->> 'identifier') AS parents FROM lbdiag_demo.benchmarks;
SELECT count(*) FILTER (WHERE b.parent IS NOT NULL AND p.benchmark_type_id IS NULL) AS orphans
FROM lbdiag_demo.benchmarks AS b LEFT JOIN lbdiag_demo.benchmarks AS p ON p.benchmark_type_id = b.parent ->> 'identifier';
SELECT max(depth) AS tree_depth FROM lbdiag_audit_detail('vision') WHERE component = 'benchmark_tree';
-- Near 7 MB of row_data in the layout documented.
SELECT round(bytes / 1048576.0, 1) AS mb FROM lbdiag_audit('vision', encoding => 'none') WHERE component = 'row_data' AND path = '$';
SELECT occurrences AS models_shown FROM lbdiag_audit('vision', encoding => 'none') WHERE component = 'row_data' AND path = '$[*]';
-- All layouts.
SELECT l AS layout, count(*) FROM unnest('{documented,brainscore_2026_02,brainscore_2026_07}'::text[]) AS l, lbdiag_context('vision', layout => l) GROUP BY l ORDER BY l;

-- The report: its lines, without what varies from run to run, and without an
-- estimate.
\pset tuples_only on
\pset format unaligned
CREATE TEMP TABLE report AS SELECT line, number FROM lbdiag_audit_report('vision') WITH ORDINALITY AS r (line, number);
SELECT line FROM report WHERE line !~ '^  \[|^  All \d|^  \d\.\d{3} s|ompressed|builder alone|^      (a )?lower bound|^lbdiag ' ORDER BY number;
SELECT count(*) FILTER (WHERE line ~ '^  \d+\.\d{3} s$') AS time, count(*) FILTER (WHERE line ~ '^  Compressed: 0\.7\d MB \(\d+ bytes\)$') AS compressed,
    count(*) FILTER (WHERE line ~ '^     Savings compressed: ') > 5 AS savings, max(length(line)) < 100 AS narrow, (array_agg(line ORDER BY number))[1] ~ '^The payload of vision is 7.33 MB, 0.7\d MB compressed; most of it is row_data' AS answer
FROM report;
SELECT line FROM lbdiag_audit_report('vision', layout => 'brainscore_2026_02') AS line
WHERE line ~ 'IMPACT|UNSENT|Phase|row_data:|comparison_data:|Score object|TOTAL' AND line !~ '_time |^The payload';
-- The keys of a cell are in the order of the payload, whatever their names.
INSERT INTO lbdiag_layout (name, cell) VALUES ('keys', '[{"key": "z y", "source": "score_ceiled"}, {"key": "\"", "source": "error"}, {"key": "a", "source": "error"}, {"key": "$", "source": "benchmark_type_id"}]');
SELECT line FROM lbdiag_audit_report('vision', layout => 'keys') AS line WHERE line ~ 'Score object';
SELECT string_agg(k, ', ' ORDER BY n) AS payload FROM json_object_keys((SELECT m.value FROM lbdiag_row_data('vision', layout => 'keys') AS r (row), json_each(row::json) AS m WHERE m.value::text LIKE '%"z y"%' LIMIT 1)) WITH ORDINALITY AS k (k, n);
DELETE FROM lbdiag_layout WHERE name = 'keys';
\pset tuples_only off
-- The same size is the same data.
SELECT count(*) FROM lbdiag_create_demo('d1', 5, 7, 'd1');
SELECT count(*) FROM lbdiag_create_demo('d2', 5, 7, 'd1 too');
SELECT count(*) AS differences FROM (SELECT model_id, name, scores, model_meta FROM d1.models EXCEPT SELECT model_id, name, replace(scores::text, ' too', '')::jsonb, model_meta FROM d2.models) AS x;
SELECT count(*) FROM lbdiag_create_demo('d3', 0, 1, 'd3');
SELECT count(*) AS models_of_none FROM lbdiag_row_data('d3');
-- A second one needs names of its own: the hint says a call that works.
-- error: leaderboard "vision" is registered already
SELECT count(*) FROM lbdiag_create_demo();
-- error: leaderboard "vision" is registered already
SELECT count(*) FROM lbdiag_create_demo('elsewhere');
-- error: schema "lbdiag_demo" already exists
SELECT count(*) FROM lbdiag_create_demo(models => 3, benchmarks => 3, domain => 'elsewhere');
SELECT count(*) FROM lbdiag_create_demo('demo2', domain => 'demo2');
SELECT lbdiag_drop_demo('demo2');
-- Removing one leaves nothing: neither its schema nor what registers it.
SELECT lbdiag_drop_demo('d1'), lbdiag_drop_demo('d2'), lbdiag_drop_demo('d3'), lbdiag_drop_demo(), lbdiag_drop_demo() AS again, lbdiag_drop_demo('public') AS no_demo;
SELECT count(*) AS registered, (SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(lbdiag_demo|d[123])$') AS schemas FROM lbdiag_leaderboard;
-- error: schema must not be null
SELECT lbdiag_drop_demo(NULL);
-- A real leaderboard is not shadowed, unless that is asked for.
CREATE TABLE mv_final_model_context (model_id int, name text, domain text, public boolean, scores jsonb);
INSERT INTO mv_final_model_context VALUES (1, 'real', 'vision', true, '[]');
-- error: a demo leaderboard "vision" would shadow the one in "public.mv_final_model_context"
SELECT count(*) FROM lbdiag_create_demo(models => 3, benchmarks => 3);
SELECT count(*) FROM lbdiag_create_demo(models => 3, benchmarks => 3, domain => 'demo');
SELECT lbdiag_drop_demo();
SELECT count(*) FROM lbdiag_create_demo(models => 3, benchmarks => 3, shadow => true);
SELECT lbdiag_drop_demo();
DROP TABLE mv_final_model_context;
