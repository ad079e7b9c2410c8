-- What bad input gets: one clear error, with a hint, and a usable session.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
\pset format unaligned
\t on
CREATE SCHEMA source;
SET search_path = source, public;
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('vision')$$);
CREATE TABLE mv_final_benchmark_context (identifier text, benchmark_type_id text, domain text, overall_order int, parent jsonb, short_name text,
    version int, number_of_all_children int);
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('vision')$$);
CREATE TABLE mv_final_model_context (model_id int, name text, domain text, public boolean, scores jsonb, model_meta jsonb);
INSERT INTO mv_final_benchmark_context VALUES ('b_v0', 'b', 'vision', 0, NULL, 'b', 0, 0), ('l_v0', 'b', 'language', 0, NULL, 'b', 0, 0);
INSERT INTO mv_final_model_context VALUES (1, 'm', 'vision', true, '[{"benchmark_type_id": "average_vision", "score_ceiled": "1", "versioned_benchmark_identifier": "average_vision_v0"}]');

-- The arguments.
SELECT pg_temp.try(format('SELECT * FROM %s', call)) FROM unnest(ARRAY[
    $$lbdiag_audit('sight')$$, $$lbdiag_context('sight')$$, $$lbdiag_row_data('sight')$$, $$lbdiag_audit_report('sight')$$,
    $$lbdiag_audit('vision', 'me')$$, $$lbdiag_audit('vision', 'user:')$$, $$lbdiag_audit('vision', 'user:-1')$$, $$lbdiag_audit('vision', 'own:1x')$$,
    $$lbdiag_audit('vision', 'user:99999999999999999999')$$, $$lbdiag_audit('vision', '')$$,
    $$lbdiag_audit('vision', layout => 'none')$$, $$lbdiag_context('vision', layout => '')$$,
    $$lbdiag_audit('vision', encoding => 'gzip:10')$$,
    $$lbdiag_create_demo(NULL)$$, $$lbdiag_create_demo(models => -1)$$, $$lbdiag_create_demo(benchmarks => 0)$$,
    $$lbdiag_create_demo(schema => 'public', domain => 'd')$$]) AS call;

-- The relations and their columns.
INSERT INTO lbdiag_leaderboard (domain, models) VALUES ('away', 'nowhere.models'), ('index', 'source.an_index'), ('badname', 'a.b.c.d');
CREATE INDEX an_index ON mv_final_model_context (model_id);
SELECT pg_temp.try(format('SELECT * FROM lbdiag_audit(%L)', d)) FROM unnest('{away,index,badname}'::text[]) AS d;
SET search_path = public;
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('sight')$$);
SET search_path = source, public;
DELETE FROM lbdiag_leaderboard;
CREATE FUNCTION with_column(relation text, change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    BEGIN
        EXECUTE format('ALTER TABLE %s %s', relation, change);
        result := pg_temp.try($q$SELECT * FROM lbdiag_audit('vision')$q$);
        RAISE 'undo';
    EXCEPTION WHEN raise_exception THEN
        RETURN result;
    END;
END $$;
SELECT with_column('mv_final_model_context', 'DROP COLUMN ' || c) FROM unnest('{model_id,name,domain,public,scores}'::text[]) AS c;
SELECT with_column('mv_final_benchmark_context', 'DROP COLUMN ' || c) FROM unnest('{identifier,benchmark_type_id,domain,overall_order}'::text[]) AS c;
SELECT with_column('mv_final_model_context', c) FROM unnest(ARRAY['ALTER model_id TYPE text', 'ALTER name TYPE int USING 1', 'ALTER public TYPE text',
    'ALTER scores TYPE json', 'ALTER model_meta TYPE text', 'ADD "timestamp" timestamp', 'ADD owner text', 'ADD layers text[]']) AS c;
SELECT with_column('mv_final_benchmark_context', c) FROM unnest(ARRAY['ALTER overall_order TYPE numeric', 'ALTER parent TYPE text', 'ADD visible int']) AS c;
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('vision', layout => 'brainscore_2026_07')$$);
CREATE TABLE brainscore_model (id int);
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('vision', layout => 'brainscore_2026_07')$$);

-- The scores.
CREATE FUNCTION with_scores(value jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mv_final_model_context SET scores = value;
    RETURN pg_temp.try($q$SELECT * FROM lbdiag_audit('vision')$q$);
END $$;
\set average '{"benchmark_type_id": "average_vision", "score_ceiled": "1"}'
SELECT v, with_scores(v) FROM unnest(ARRAY['{}', '5', '"x"', 'null', '[5]', '[[]]', '[null]', '[]',
    format('[%s, 5]', :'average'), format('[%s, []]', :'average'), format('[5, %s]', :'average'),
    format('[%s, {"versioned_benchmark_identifier": {"a": 1}}]', :'average'), format('[%s, {"versioned_benchmark_identifier": true}]', :'average'),
    format('[%s, {}]', :'average')]::jsonb[]) AS v;
UPDATE mv_final_benchmark_context SET identifier = NULL WHERE domain = 'vision';
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('vision')$$);
UPDATE mv_final_benchmark_context SET identifier = 'b_v0' WHERE domain = 'vision';

-- Trees with a cycle: one that is reached from the top, and one that is not;
-- and one among the parents of a column.
INSERT INTO mv_final_benchmark_context VALUES ('top_v0', 'top', 'vision', 1, NULL, 'top', 0, 2), ('x_v0', 'x', 'vision', 2, '{"identifier": "top"}', 'x', 0, 1),
    ('y_v0', 'y', 'vision', 3, '{"identifier": "x"}', 'y', 0, 1), ('x_v1', 'x', 'vision', 4, '{"identifier": "y"}', 'x', 1, 0);
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('vision')$$);
UPDATE mv_final_benchmark_context SET parent = '{"identifier": "y"}' WHERE identifier = 'x_v0';
DELETE FROM mv_final_benchmark_context WHERE identifier = 'x_v1';
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('vision')$$);
INSERT INTO mv_final_benchmark_context VALUES ('p', 'p', 'vision', 5, '{"identifier": "q"}', 'p', 0, 1), ('q', 'q', 'vision', 6, '{"identifier": "p"}', 'q', 0, 1);
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('vision')$$);
DELETE FROM mv_final_benchmark_context WHERE identifier IN ('p', 'q');

-- Deep nesting: of the data, and of the tree.
UPDATE mv_final_model_context SET model_meta = (repeat('{"a":', 3000) || '1' || repeat('}', 3000))::jsonb;
SELECT count(*) > 100 AS deep FROM lbdiag_audit('vision', encoding => 'none') WHERE component = 'model_metadata_map';
SET max_stack_depth = '100kB';
SELECT left(pg_temp.try($$SELECT * FROM lbdiag_audit('vision')$$), 32);
SELECT left(pg_temp.try($$SELECT * FROM lbdiag_context('vision')$$), 32);
UPDATE mv_final_model_context SET model_meta = NULL;
INSERT INTO mv_final_benchmark_context SELECT 'n' || i || '_v0', 'n' || i, 'vision', 10 + i, CASE WHEN i > 0 THEN jsonb_build_object('identifier', 'n' || i - 1) END, 'n', 0, 1
FROM generate_series(0, 3000) AS i;
SELECT left(pg_temp.try($$SELECT * FROM lbdiag_audit('vision')$$), 32);
RESET max_stack_depth;
SELECT max(depth) FROM lbdiag_audit_detail('vision', encoding => 'none') WHERE component = 'benchmark_tree';

-- Cancel at different moments; the next call is right.
SELECT count(*) FROM lbdiag_create_demo('cancelled', 1500, 200, 'cancelled');
CREATE TEMP TABLE before AS SELECT bytes FROM lbdiag_audit('cancelled', encoding => 'none') WHERE component = 'TOTAL';
SET statement_timeout = '5ms';
SELECT pg_temp.try($$SELECT count(*) FROM lbdiag_audit('cancelled')$$);
SET statement_timeout = '60ms';
SELECT pg_temp.try($$SELECT count(*) FROM lbdiag_audit('cancelled')$$);
SELECT pg_temp.try($$SELECT count(*) FROM lbdiag_context('cancelled', layout => 'brainscore_2026_02')$$);
SET statement_timeout = '20ms';
SELECT pg_temp.try($$SELECT count(octet_length(r::text)) FROM lbdiag_row_data('cancelled') AS r$$);
SET statement_timeout = '200ms';
SELECT pg_temp.try($$SELECT count(*) FROM lbdiag_audit('cancelled')$$);
RESET statement_timeout;
SELECT abs(a.bytes - b.bytes) < 8 AS right_again FROM lbdiag_audit('cancelled', encoding => 'none') AS a, before AS b WHERE a.component = 'TOTAL';
SELECT pg_temp.try($$SELECT * FROM lbdiag_create_demo('cancelled', 1, 1, 'cancelled')$$);

-- A query that stops before the last row leaves no cursor behind.
BEGIN;
SELECT count(*) FROM (SELECT lbdiag_row_data('cancelled') LIMIT 3) AS x;
SELECT count(*) FROM (SELECT r FROM lbdiag_row_data('cancelled') AS r LIMIT 3) AS x;
DECLARE c CURSOR FOR SELECT lbdiag_row_data('cancelled') ->> 'rank';
FETCH 2 FROM c;
SELECT count(*) AS cursors FROM pg_cursors WHERE name <> 'c';
CLOSE c;
SELECT count(*) AS cursors FROM pg_cursors;
COMMIT;

-- Commits, rollbacks and errors between two rows.
BEGIN;
DECLARE kept CURSOR WITH HOLD FOR SELECT lbdiag_row_data('cancelled') ->> 'rank';
FETCH 1 FROM kept;
COMMIT;
FETCH 1 FROM kept;
MOVE FORWARD ALL FROM kept;
CLOSE kept;
BEGIN;
DECLARE c CURSOR FOR SELECT lbdiag_row_data('cancelled') ->> 'rank';
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
FETCH 1 FROM c;
COMMIT;
CREATE PROCEDURE loop_over(ending text) LANGUAGE plpgsql AS $$
DECLARE
    r json;
    n int := 0;
BEGIN
    FOR r IN SELECT lbdiag_row_data('cancelled') LOOP
        n := n + 1;
        IF n > 3 THEN CONTINUE; END IF;
        CASE ending
            WHEN 'commit' THEN COMMIT;
            WHEN 'rollback' THEN ROLLBACK;
            WHEN 'error' THEN BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END;
            WHEN 'error inside' THEN BEGIN PERFORM lbdiag_row_data('nowhere'); EXCEPTION WHEN undefined_object OR undefined_table THEN NULL; END; ROLLBACK;
        END CASE;
    END LOOP;
    RAISE NOTICE '% rows with %', n, ending;
END $$;
CALL loop_over('commit');
CALL loop_over('rollback');
CALL loop_over('error');
CALL loop_over('error inside');
SELECT count(*) AS cursors FROM pg_cursors;

DELETE FROM lbdiag_leaderboard;
SET client_min_messages = warning;
DROP SCHEMA source, cancelled CASCADE;
