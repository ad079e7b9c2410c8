-- The profile of any statement.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET max_parallel_workers_per_gather = 0;
SET jit = off;
CREATE SCHEMA traced;
SET search_path = traced, public;
CREATE TABLE item AS SELECT g AS id, g % 10 AS part, g::text AS name FROM generate_series(1, 1000) AS g;
ALTER TABLE item ADD PRIMARY KEY (id);
CREATE TABLE score AS SELECT g AS id, g AS item, g % 7 AS value FROM generate_series(1, 500) AS g;
VACUUM ANALYZE item, score;
CREATE FUNCTION name_of(wanted int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    IF wanted % 2 = 0 THEN
        SELECT name INTO result FROM item WHERE id = wanted;
    END IF;
    RETURN result;
END $$;

-- What every tree must be: each row but the first is below another one that
-- comes before it, self times add up to the time of the root, and no time is
-- negative.
CREATE FUNCTION proper(statement text, repetitions int DEFAULT 1, functions boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', count(*) FILTER (WHERE parent IS NULL) = 1 AND min(parent) = 1 AND bool_and(parent IS NULL OR parent < node),
        abs(sum(tottime_ms) - max(cumtime_ms)) < 0.000001 * count(*), min(tottime_ms) >= 0, max(merged_calls) = 0)
    FROM lbdiag_profile_sql_tree(statement, repetitions, functions => functions);
$$;

-- The tree: statement, plan, function, lines, and the statement of a line.
CREATE FUNCTION tree(statement text, repetitions int DEFAULT 1, rollback boolean DEFAULT true, functions boolean DEFAULT true) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s%s: %s, calls %s%s%s%s', repeat('  ', depth), kind, function, ncalls, ', rows ' || rows, ', loops ' || loops, ', removed ' || nullif(rows_removed, 0))
    FROM lbdiag_profile_sql_tree(statement, repetitions, rollback, functions) WHERE ncalls > 0 AND kind <> 'planning' ORDER BY node;
$$;
SELECT tree('SELECT sum(length(name_of(s.item))) FROM score AS s JOIN item AS i ON i.id = s.item WHERE i.part <> 3');
SELECT proper('SELECT sum(length(name_of(s.item))) FROM score AS s JOIN item AS i ON i.id = s.item WHERE i.part <> 3');
SELECT proper('SELECT sum(length(name_of(s.item))) FROM score AS s JOIN item AS i ON i.id = s.item WHERE i.part <> 3', 5);
-- Without functions the lines of PL/pgSQL are there all the same.
SELECT tree('SELECT count(name_of(id)) FROM score', functions => false);
-- Planning is below what is planned.
SELECT p.function, p.ncalls, t.function, t.ncalls FROM lbdiag_profile_sql_tree('SELECT 1; DO ''BEGIN FOR i IN 1 .. 9 LOOP PERFORM FROM score WHERE id = i; END LOOP; END''') AS p
JOIN lbdiag_profile_sql_tree('SELECT 1; DO ''BEGIN FOR i IN 1 .. 9 LOOP PERFORM FROM score WHERE id = i; END LOOP; END''') AS t ON t.node = p.parent WHERE p.kind = 'planning' AND p.function LIKE '%SELECT%' ORDER BY p.node;
-- The flat view: as lbdiag_profile.
SELECT kind, function, source, ncalls, rows, loops, cumtime_ms >= tottime_ms AND tottime_max_ms >= tottime_min_ms AND abs(tottime_percall_ms * ncalls - tottime_ms) < 0.001 AS times
FROM lbdiag_profile_sql('SELECT count(name_of(id)) FROM score', repetitions => 3) WHERE ncalls > 0 ORDER BY kind, function;
SELECT count(*) FROM lbdiag_profile_sql('SELECT count(name_of(id)) FROM score', 4);

-- Literals, comments and white space: two statements that differ in nothing
-- else are one; none shows a literal.
SELECT tree($$SELECT 'se''cret', 17, $x$dollar$x$, B'1', X'ff', 1.5e3, U&'\0041' -- comment
  /* and 42 */ FROM item WHERE id IN (1, 2, 3); SELECT 'other', 18, 'y', B'0', X'00', 2, 'b' FROM item WHERE id IN (7, 8)$$);
SELECT tree($$CREATE ROLE regress_lbdiag_traced PASSWORD 'secret'$$);
SELECT count(*) FILTER (WHERE length(function) > 210), count(*) FILTER (WHERE function LIKE 'SELECT%...') FROM lbdiag_profile_sql_tree('SELECT ' || repeat('name || ', 200) || 'name FROM item LIMIT 1');
SELECT count(*) FROM lbdiag_profile_sql_tree($$DO $d$ BEGIN FOR i IN 1 .. 50 LOOP EXECUTE 'SELECT ' || i || ' AS x FROM item WHERE id = ' || i; END LOOP; END $d$ $$) WHERE kind = 'statement' AND function LIKE '%FROM item%';

-- Effects are undone, unless they are wanted.
SELECT tree('CREATE TABLE made AS SELECT * FROM item; INSERT INTO made SELECT * FROM item RETURNING id; UPDATE made SET part = 1 WHERE part = 2; DELETE FROM made WHERE part = 3');
SELECT to_regclass('made') IS NULL;
SELECT count(*) > 0 FROM lbdiag_profile_sql('CREATE TABLE made AS SELECT * FROM item', rollback => false);
SELECT count(*) FROM made;
SELECT count(*) > 0 FROM lbdiag_profile_sql('INSERT INTO made VALUES (0, 0, NULL)', repetitions => 3);
SELECT count(*) FROM made;

-- Triggers, and foreign keys: PostgreSQL 19 checks a reference without a
-- statement, but a row that goes takes others with it by one.
CREATE TABLE owned (item int REFERENCES item ON DELETE CASCADE);
INSERT INTO owned SELECT id FROM item WHERE id <= 20;
CREATE FUNCTION on_score() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.value := NEW.value + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER before_score BEFORE INSERT ON score FOR EACH ROW EXECUTE FUNCTION on_score();
SELECT tree('INSERT INTO score SELECT 1000 + id, id, 1 FROM item WHERE id <= 20');
SELECT tree('DELETE FROM item WHERE id <= 20');
DROP TABLE owned;

-- Errors that are caught: the time and the calls are where they were.
CREATE FUNCTION careful(divisor int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    result int;
BEGIN
    BEGIN
        SELECT 10 / (divisor + count(*)::int * 0) INTO result FROM item WHERE id < 5;
    EXCEPTION WHEN division_by_zero THEN
        PERFORM name_of(2);
        result := 0;
    END;
    RETURN result;
END $$;
SELECT tree('SELECT sum(careful(g % 3)) FROM generate_series(1, 9) AS g');
SELECT proper('SELECT sum(careful(g % 3)) FROM generate_series(1, 9) AS g', 3);
SELECT proper('SELECT sum(careful(g % 3)) FROM generate_series(1, 9) AS g', 3, false);
CREATE FUNCTION nested_errors(depth int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        PERFORM nested_errors(depth - 1) FROM item WHERE depth > 0 AND id = 1;
        RAISE EXCEPTION 'at %', depth;
    EXCEPTION WHEN raise_exception THEN
        RETURN depth;
    END;
END $$;
SELECT proper('SELECT nested_errors(10)'), proper('SELECT nested_errors(10)', functions => false);

-- Recursion counts once: the function has one place.
CREATE FUNCTION down(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    IF n = 0 THEN
        RETURN 0;
    END IF;
    RETURN (SELECT down(n - 1) + count(*) FROM item WHERE id = n);
END $$;
SELECT tree('SELECT down(50)');
SELECT proper('SELECT down(50)', 2), proper('SELECT down(50)', 2, false);

-- Subplans, initplans, CTEs, bitmaps, hashes, sorts, cursors.
SELECT proper('WITH c AS MATERIALIZED (SELECT part, count(*) AS n FROM item GROUP BY part) SELECT (SELECT max(n) FROM c), i.id, (SELECT count(*) FROM score AS s WHERE s.item = i.id) FROM item AS i WHERE i.part IN (SELECT part FROM c) ORDER BY i.name DESC');
SET enable_seqscan = off;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SELECT tree('SELECT count(name) FROM item WHERE id = 5 OR id BETWEEN 10 AND 20');
SELECT proper('SELECT count(name) FROM item WHERE id = 5 OR id BETWEEN 10 AND 20');
RESET enable_seqscan;
RESET enable_indexscan;
RESET enable_indexonlyscan;
CREATE FUNCTION by_cursor() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    c CURSOR FOR SELECT id FROM item;
    total int := 0;
    row record;
BEGIN
    OPEN c;
    FOR i IN 1 .. 5 LOOP
        FETCH c INTO row;
        total := total + row.id;
    END LOOP;
    CLOSE c;
    FOR row IN SELECT id FROM item LIMIT 30 LOOP
        total := total + row.id;
    END LOOP;
    RETURN total;
END $$;
SELECT tree('SELECT by_cursor()');
CREATE FUNCTION in_sql(n int) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM item WHERE part = n';
SELECT tree('SELECT in_sql(3), in_sql(4)');
SET work_mem = '64kB';
SELECT sum(temp_blks) > 0, bool_or(temp_blks > 0 AND function = 'Sort') FROM lbdiag_profile_sql('SELECT a.name FROM item AS a CROSS JOIN generate_series(1, 20) ORDER BY a.name DESC');
RESET work_mem;
-- Blocks are counted with those of all that is called.
SELECT bool_and(p.shared_blks_hit + p.shared_blks_read >= c.hit) FROM (SELECT parent, sum(shared_blks_hit + shared_blks_read) AS hit FROM lbdiag_profile_sql_tree('SELECT sum(length(name_of(id))) FROM score') GROUP BY parent) AS c
JOIN lbdiag_profile_sql_tree('SELECT sum(length(name_of(id))) FROM score') AS p ON p.node = c.parent;

-- Many different statements: the tree is bounded, and says so.
SELECT max(node) <= 10000, max(merged_calls) > 0, abs(sum(tottime_ms) - max(cumtime_ms)) < 0.01
FROM lbdiag_profile_sql_tree($$DO $d$ BEGIN FOR i IN 1 .. 6000 LOOP EXECUTE format('SELECT 1 AS c%s', i); END LOOP; END $d$ $$);

-- What other things look at the plan see what they would see without.
SELECT count(*) FROM lbdiag_profile_sql_tree('EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT count(*) FROM item') WHERE function LIKE 'Seq Scan%' AND rows = 1000;
CREATE FUNCTION explained(query text) RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY EXECUTE ''EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) '' || query; END';
CREATE TEMP TABLE plan (line text);
SELECT count(*) > 0 FROM lbdiag_profile_sql('INSERT INTO plan SELECT explained(''SELECT count(*) FROM item WHERE part = 3'')', rollback => false);
SELECT * FROM plan EXCEPT SELECT explained('SELECT count(*) FROM item WHERE part = 3');

-- Parallel workers' time is told, and is in no other column.
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT sum(rows) FILTER (WHERE function LIKE 'Parallel Seq Scan%') AS rows, bool_or(workers_ms > 0) AS workers, abs(sum(tottime_ms) - max(cumtime_ms)) < 0.0001 AS proper
FROM lbdiag_profile_sql_tree('SELECT count(*), min(name) FROM item WHERE id > 0');
SELECT proper('SELECT count(*) FROM item AS a JOIN item AS b ON a.name = b.name');
-- A parallel hash join is watched, also after it has changed its function.
SET max_parallel_workers = 0;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT function, rows, overhead_ms > 0 AS watched FROM lbdiag_profile_sql_tree('SELECT count(*) FROM item AS a JOIN item AS b ON a.name = b.name') WHERE function = 'Parallel Hash Join';
RESET max_parallel_workers;
RESET enable_mergejoin;
RESET enable_nestloop;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SET max_parallel_workers_per_gather = 0;

-- Exports.
SELECT lbdiag_profile_sql_export('SELECT name_of(2)') ~ E'\\(profile\\);SELECT name_of\\(\\?\\);Result;traced\\.name_of\\(integer\\);traced\\.name_of\\(integer\\):5 IF;.* \\d+\n';
SELECT lbdiag_profile_sql_export('SELECT name_of(2)', 'speedscope')::jsonb -> '$schema';
SELECT lbdiag_profile_sql_export('SELECT name_of(2)', 'callgrind') ~ E'fl=traced\\.name_of\\(integer\\)\nfn=\\(\\d+\\) traced\\.name_of\\(integer\\):5 IF\n5 \\d+';
SELECT length(decode(lbdiag_profile_sql_export('SELECT name_of(2)', 'pstats'), 'base64')) > 100;
-- Names that would break a line or a frame, and one that is called from two
-- places: it is one frame.
CREATE FUNCTION U&"a;b\005cx3b\000ac\000dd\0009e"(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION twice() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RETURN U&"a;b\005cx3b\000ac\000dd\0009e"(1);
END $$;
SELECT DISTINCT substring(line FROM 'traced\."[^"]*"\(integer\)') AS name, line ~ '^[^;]+(;[^;]+)* [1-9]\d*$' AS well_formed
FROM string_to_table(rtrim(lbdiag_profile_sql_export($$SELECT U&"a;b\005cx3b\000ac\000dd\0009e"(1), twice()$$), E'\n'), E'\n') AS line WHERE line ~ 'traced\."[^"]*"\(integer\)[^;]*$';
SELECT count(*) AS frames, min(f ->> 'name') = E'traced."a;b\\x3b\nc\rd\te"(integer)' AS name
FROM jsonb_array_elements(lbdiag_profile_sql_export($$SELECT U&"a;b\005cx3b\000ac\000dd\0009e"(1), twice()$$, 'speedscope')::jsonb -> 'shared' -> 'frames') AS f
WHERE f ->> 'name' ~ '^traced\."[^"]*"\(integer\)$';
DROP FUNCTION twice;
DROP FUNCTION U&"a;b\005cx3b\000ac\000dd\0009e";
-- error: format "svg" does not exist
SELECT lbdiag_profile_sql_export('CREATE TABLE never AS SELECT 1', 'svg', rollback => false);
SELECT to_regclass('never') IS NULL;

-- The report: the answer first, whose function, line and node are the right ones.
CREATE FUNCTION slow(n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint := name_of(n);
BEGIN
    PERFORM count(*) FROM item WHERE id = n;
    SELECT count(*) INTO result FROM item WHERE name LIKE '%' || n || '%' OR name LIKE '%5%5';
    RETURN result;
END $$;
CREATE FUNCTION report(statement text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT regexp_replace(line, '[0-9.]+ (ms|%)', 'N \1', 'g') FROM lbdiag_profile_sql_report(statement) AS line;
$$;
SELECT line FROM report('SELECT sum(slow(id)), max(name_of(id)) FROM score WHERE id < 200') WITH ORDINALITY AS l (line, number) WHERE number < 5;
SELECT line FROM report('SELECT count(*) FROM item WHERE repeat(name, 100) ~ ''z+y''') WITH ORDINALITY AS l (line, number) WHERE number < 4;
SELECT count(*) FILTER (WHERE length(line) >= 100), count(*) FILTER (WHERE line LIKE '===%'), string_agg(line, ' ') FILTER (WHERE line ~ 'effects')
FROM report('SELECT sum(slow(id)) FROM score WHERE id < 200; SELECT ' || repeat('name || ', 30) || 'name FROM item') AS r (line);
SELECT line FROM lbdiag_profile_sql_report('SELECT 1', 3, 2, false, false) AS line WHERE line ~ 'kept|TOP';
-- What is found.
CREATE FUNCTION found(statement text, pattern text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT regexp_replace(line, '^ *N % ', '') FROM report(statement) AS line WHERE line ~ pattern ORDER BY 1;
$$;
SELECT found('SELECT name_of(g % 1000) FROM generate_series(1, 3000) AS g', 'each row| ran [0-9]');
CREATE TABLE watched (id int);
CREATE FUNCTION on_watched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM count(*) FROM item; RETURN NULL; END';
CREATE TRIGGER after_watched AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION on_watched();
SELECT found('INSERT INTO watched SELECT generate_series(1, 200)', 'trigger .* called');
SELECT found('SELECT count(*) FROM generate_series(1, 20) AS g CROSS JOIN LATERAL (SELECT FROM item WHERE name = g::text OFFSET 0) AS i', 'to return');
SELECT found('DO ''BEGIN FOR i IN 1 .. 300 LOOP EXECUTE ''''SELECT count(*) FROM item AS a JOIN item AS b USING (id) JOIN item AS c USING (id) JOIN item AS d USING (id) WHERE id = '''' || i; END LOOP; END''', 'planning, ');
SET work_mem = '64kB';
SELECT count(*) FROM found('SELECT a.name FROM item AS a CROSS JOIN generate_series(1, 20) ORDER BY a.name DESC', '^ *N % Sort used temporary files: [1-9]');
RESET work_mem;
-- Counts of one.
SELECT found('INSERT INTO watched VALUES (1)', 'trigger .* called');
SELECT found('SELECT FROM item AS a JOIN item AS b USING (id) JOIN item AS c USING (id) JOIN item AS d USING (id) JOIN item AS e USING (id) LIMIT 0', 'planning, ');
-- A row of several functions has no source.
CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS 'DECLARE a int; BEGIN EXECUTE ''SELECT 1'' INTO a; RETURN a; END';
CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS 'DECLARE a int; BEGIN EXECUTE ''SELECT 2, 3'' INTO a; RETURN a; END';
SELECT function, ncalls, source FROM lbdiag_profile_sql('SELECT count(*) FROM item WHERE id = 1 AND one() + two() > 0') WHERE function IN ('Result', 'traced.one()') ORDER BY function;
-- Large values are read where they are turned into text.
CREATE TABLE large AS SELECT g AS id, (SELECT jsonb_agg(i / 7.0) FROM generate_series(1, 20000) AS i) AS document FROM generate_series(1, 5) AS g;
SELECT line FROM report('SELECT * FROM large') WITH ORDINALITY AS l (line, number) WHERE number < 3;
SELECT found('SELECT * FROM large', 'turned into text');
SELECT kind, function, ncalls, rows FROM lbdiag_profile_sql_tree('SELECT * FROM large; TABLE large LIMIT 0; SELECT count(*) FROM large; SHOW work_mem') WHERE kind IN ('output', 'utility') ORDER BY node;

-- Errors: before anything runs, and with what to do.
\set VERBOSITY default
-- error: statement must not be null
SELECT lbdiag_profile_sql(NULL);
-- error: statement is empty
SELECT lbdiag_profile_sql('');
-- error: statement is empty
SELECT lbdiag_profile_sql(' ; -- nothing');
-- error: top must not be null
SELECT lbdiag_profile_sql('SELECT 1', NULL);
-- error: top must be at least 1, not 0
SELECT lbdiag_profile_sql('SELECT 1', 0);
-- error: repetitions must be from 1 to 100, not 0
SELECT lbdiag_profile_sql('SELECT 1', repetitions => 0);
-- error: repetitions must be from 1 to 100, not 101
SELECT lbdiag_profile_sql('SELECT 1', repetitions => 101);
-- error: rollback must not be null
SELECT lbdiag_profile_sql('SELECT 1', rollback => NULL);
-- error: functions must not be null
SELECT lbdiag_profile_sql('SELECT 1', functions => NULL);
-- error: syntax error at or near "SELEC"
SELECT lbdiag_profile_sql('SELECT 1; SELEC 2');
-- error: column "nothing" does not exist
SELECT lbdiag_profile_sql('SELECT nothing FROM item');
-- error: there is no parameter $1
SELECT lbdiag_profile_sql('SELECT $1');
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    PERFORM lbdiag_profile_sql('DROP TABLE item CASCADE; ' || statement, rollback => false);
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, SQLERRM, '/', hint);
END $$;
SELECT refused(s) FROM unnest(ARRAY['VACUUM', 'VACUUM item', 'CREATE INDEX CONCURRENTLY ON item (part)', 'DROP INDEX CONCURRENTLY item_pkey', 'REINDEX TABLE CONCURRENTLY item', 'REINDEX (CONCURRENTLY) INDEX item_pkey',
    'REINDEX DATABASE contrib_regression', 'CLUSTER', 'ALTER TABLE item DETACH PARTITION x CONCURRENTLY', 'DISCARD ALL', 'CREATE DATABASE x', 'DROP DATABASE x', 'ALTER DATABASE x SET TABLESPACE y', 'ALTER SYSTEM SET work_mem = 1',
    'CREATE TABLESPACE x LOCATION ''/''', 'DROP TABLESPACE x', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT x', 'ROLLBACK TO x', 'PREPARE TRANSACTION ''x''', 'COPY item FROM STDIN', 'COPY item TO STDOUT', 'COPY (SELECT 1) TO STDOUT',
    'SELECT lbdiag_profile_sql(''SELECT 1'')', 'SELECT lbdiag_trace_start()', 'SELECT lbdiag_trace_stop()', 'DO $d$ BEGIN COMMIT; END $d$']) AS s;
SELECT count(*) FROM item;
-- Not those that only look alike.
SELECT refused(s) FROM unnest(ARRAY['ANALYZE item', 'REINDEX (CONCURRENTLY false) INDEX item_pkey', 'REINDEX TABLE item', 'CLUSTER item USING item_pkey', 'EXPLAIN SELECT * FROM item']) AS s;
SELECT count(*) FROM lbdiag_profile_sql('ANALYZE item; REINDEX (CONCURRENTLY false) INDEX item_pkey; REINDEX TABLE item; CLUSTER item USING item_pkey') WHERE kind = 'utility';
RESET client_min_messages;

-- After an error, caught or not, nothing is left: no hook, no profile.
-- error: division by zero
SELECT lbdiag_profile_sql('SELECT name_of(4), 1 / (id - 500) FROM item');
SELECT proper('SELECT name_of(4)');
DO $$ BEGIN PERFORM lbdiag_profile_sql('INSERT INTO made SELECT 1 / (id - 500) FROM item', rollback => false); EXCEPTION WHEN division_by_zero THEN NULL; END $$;
SELECT count(*) FROM made;
SELECT proper('SELECT name_of(4)');
SET statement_timeout = '100ms';
-- error: canceling statement due to statement timeout
SELECT lbdiag_profile_sql('SELECT name_of(g % 1000) FROM generate_series(1, 100000000) AS g');
-- error: canceling statement due to statement timeout
SELECT lbdiag_profile_sql($$DO 'BEGIN LOOP BEGIN PERFORM name_of(2); RAISE EXCEPTION ''x''; EXCEPTION WHEN raise_exception THEN NULL; END; END LOOP; END'$$);
RESET statement_timeout;
SELECT proper('SELECT name_of(4)');

-- The rights are the caller's.
CREATE ROLE regress_lbdiag_stranger;
GRANT USAGE ON SCHEMA traced TO regress_lbdiag_stranger;
SET ROLE regress_lbdiag_stranger;
-- error: permission denied for table item
SELECT lbdiag_profile_sql('SELECT * FROM item');
SELECT count(*) > 0 FROM lbdiag_profile_sql('SELECT current_user');
RESET ROLE;

-- Nobody sees what another one's session does.
CREATE FUNCTION spy() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT public.lbdiag_trace_start()';
ALTER FUNCTION spy OWNER TO regress_lbdiag_stranger;
-- error: cannot trace a session within a function that runs with other rights than its caller
SELECT spy();
CREATE FUNCTION spy(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM public.lbdiag_trace_start(); RETURN $1; END';
-- error: cannot trace a session within a function that runs with other rights than its caller
CREATE INDEX ON made (spy(id));

-- A trace of the session.
-- error: this session is not traced
SELECT lbdiag_trace_stop();
-- error: functions must not be null
SELECT lbdiag_trace_start(NULL);
SELECT lbdiag_trace_start();
-- error: this session is traced already
SELECT lbdiag_trace_start();
-- error: this session is traced already
SELECT lbdiag_profile_sql('SELECT 1');
BEGIN;
SELECT name_of(6);
SAVEPOINT a;
-- error: division by zero
SELECT length(name_of(6)) / 0;
ROLLBACK TO a;
INSERT INTO score VALUES (5000, 1, 1);
COMMIT;
-- error: column "nothing" does not exist at character 8
SELECT nothing;
VACUUM score;
CREATE PROCEDURE commits(undo boolean) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 3 LOOP
        INSERT INTO made VALUES (i);
        IF undo THEN
            ROLLBACK;
        ELSE
            COMMIT;
        END IF;
    END LOOP;
END $$;
CALL commits(false);
CALL commits(true);
CREATE TEMP TABLE trace AS SELECT * FROM lbdiag_trace_stop();
SELECT format('%s%s: %s, calls %s%s%s', repeat('  ', depth), kind, function, ncalls, ', rows ' || rows, ', loops ' || loops) FROM trace WHERE kind NOT IN ('planning', 'commit')
    -- The plan of lbdiag's own statement, which was not run, depends on the version.
    AND NOT (kind = 'node' AND ncalls = 0 AND depth > 4) ORDER BY node;
SELECT count(*) FILTER (WHERE kind = 'commit') > 0, count(*) FILTER (WHERE kind = 'outside'), abs(sum(tottime_ms) - max(cumtime_ms)) < 0.001 FROM trace;
-- error: this session is not traced
SELECT lbdiag_trace_stop();
-- error: this session is not traced
SELECT lbdiag_trace_export();
SELECT lbdiag_trace_start();
SELECT name_of(12);
-- error: format "svg" does not exist
SELECT lbdiag_trace_export('svg');
SELECT lbdiag_trace_export() ~ E'\\(trace\\);SELECT name_of\\(\\?\\);Result;traced\\.name_of\\(integer\\);';
-- error: this session is not traced
SELECT lbdiag_trace_report();
SELECT lbdiag_trace_start();
SELECT name_of(12);
SELECT count(*) FROM lbdiag_trace_report(3) AS r (line) WHERE line ~ '^=== TOP 3|Function traced.name_of';
-- Started and stopped in the middle of what is traced.
DO $$ BEGIN PERFORM lbdiag_trace_start(); PERFORM name_of(8); PERFORM count(*) FROM lbdiag_trace_stop(); PERFORM lbdiag_trace_start(false); PERFORM name_of(8); END $$;
SELECT (SELECT count(*) FROM lbdiag_trace_stop()) > 0, lbdiag_trace_start(), (SELECT name_of(10)), (SELECT count(*) FROM lbdiag_trace_stop()) > 0;
SELECT proper('SELECT name_of(4)');
-- Recorded profiles, compared.  No literal is stored.
DELETE FROM _lbdiag_run;
SELECT lbdiag_record_sql('scan', 'SELECT count(name_of(id)) FROM item WHERE name = ''777''') AS scan \gset
CREATE INDEX ON item (name);
SELECT lbdiag_record_sql('index', 'SELECT count(name_of(id)) FROM item WHERE name = ''779''', 3) AS index \gset
SELECT lbdiag_record_sql('once', 'SELECT count(name_of(id)) FROM item WHERE name = ''777''; SELECT 1', 1) AS once \gset
SELECT kind, label, statement, repetitions, statement_ms > 0 AND statement_min_ms <= statement_max_ms AS times, reference_min_ms > 0 AS reference FROM _lbdiag_run ORDER BY id;
SELECT r.kind, count(*) = count(f.kind) AS kinds, count(f.phase) AS phases, count(*) = count(f.shared_blks) AS blocks FROM lbdiag_runs AS r JOIN lbdiag_run_functions AS f USING (run) GROUP BY 1;
SELECT kind, name, before, after, verdict FROM lbdiag_compare(:scan, :index) WHERE unit = 'calls' AND (name !~ 'planning') ORDER BY 1, 2;
SELECT verdict, count(*) > 0 FROM lbdiag_compare(:scan, :index) WHERE kind = 'blocks' AND name = 'Aggregate' GROUP BY 1;
SELECT count(*) FILTER (WHERE verdict IN ('faster', 'slower', 'within noise', 'same')) FROM lbdiag_compare(:scan, :index) WHERE kind = 'total';
SELECT name FROM lbdiag_compare(:index, :once) WHERE kind = 'note';
SELECT DISTINCT verdict FROM lbdiag_compare(:index, :once) WHERE unit = 'ms' AND verdict IN ('faster', 'slower', 'within noise');
SELECT count(*) FROM _lbdiag_run AS r, _lbdiag_run_function AS p WHERE concat(r.statement, r.label, p.function, p.source) ~ '77[0-9]';
-- error: label must not be null
SELECT lbdiag_record_sql(NULL, 'SELECT 1');
-- error: statement must not be null
SELECT lbdiag_record_sql('x', NULL);
-- error: repetitions must be from 1 to 100, not 0
SELECT lbdiag_record_sql('x', 'SELECT 1', 0);
-- error: a run to compare must not be null
SELECT lbdiag_compare(NULL, 1);
-- error: run 0 does not exist
SELECT lbdiag_compare(:scan, 0);
-- A run of a payload and one of statements have nothing in common.
INSERT INTO _lbdiag_run (id, kind, payload, viewer, layout, layout_reason, repetitions, machine, reference_ms, reference_min_ms, reference_max_ms, changing_bytes, environment, extension_version,
    encoding, buffers_hit, buffers_read, models, bytes, query_ms, builder_ms, builder_min_ms, builder_max_ms, paths_left_out)
VALUES (-1, 'payload', 'x', 'x', 'x', 'x', 1, 'x', 1, 1, 1, 0, 'x', 'x', 'x', 0, 0, 0, 0, 0, 0, 0, 0, 0);
\set VERBOSITY sqlstate
-- error: 42809
SELECT lbdiag_compare(-1, :scan);
-- error: 42809
SELECT lbdiag_report_html(before => :scan, after => :index);
\set VERBOSITY terse
CREATE FUNCTION state_of(command text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE command; RETURN 'no error'; EXCEPTION WHEN OTHERS THEN RETURN concat(SQLSTATE, ' ', SQLERRM); END $$;
-- Neither is half of one and half of the other.
SELECT state_of(c) FROM unnest(ARRAY['UPDATE _lbdiag_run SET payload = ''x'' WHERE kind = ''statement''', 'UPDATE _lbdiag_run SET statement = NULL WHERE kind = ''statement''', 'UPDATE _lbdiag_run SET statement_ms = 1 WHERE id = -1',
    'UPDATE _lbdiag_run SET bytes = NULL WHERE id = -1', 'UPDATE _lbdiag_run SET kind = ''x''', 'UPDATE _lbdiag_run_function SET phase = ''x''', 'UPDATE _lbdiag_run_function SET temp_blks = NULL', 'UPDATE _lbdiag_run_function SET phase = kind, kind = NULL']) AS c;
SELECT payload FROM lbdiag_latest;
SELECT payload FROM lbdiag_trend;
DELETE FROM _lbdiag_run WHERE id = -1;
SELECT lbdiag_prune('1 day'), lbdiag_prune('0 days');
SELECT count(*) FROM _lbdiag_run_function;
SET ROLE regress_lbdiag_stranger;
-- error: permission denied for table _lbdiag_run
SELECT lbdiag_record_sql('x', 'SELECT 1');
-- error: permission denied for table _lbdiag_run
SELECT count(*) FROM _lbdiag_run;
RESET ROLE;
GRANT SELECT, INSERT ON _lbdiag_run, _lbdiag_run_function TO regress_lbdiag_stranger;
GRANT USAGE ON SEQUENCE _lbdiag_run_id TO regress_lbdiag_stranger;
SET ROLE regress_lbdiag_stranger;
SELECT lbdiag_record_sql('x', 'SELECT 1') > 0;
RESET ROLE;
REVOKE ALL ON _lbdiag_run, _lbdiag_run_function FROM regress_lbdiag_stranger;
REVOKE ALL ON SEQUENCE _lbdiag_run_id FROM regress_lbdiag_stranger;
DELETE FROM _lbdiag_run;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA traced CASCADE;
DROP ROLE regress_lbdiag_stranger;
