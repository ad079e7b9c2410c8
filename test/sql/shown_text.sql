-- What profiles and traces show of statements: no value, whatever the
-- statement is, and whatever standard_conforming_strings was or has become.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
-- PostgreSQL 19 has no such setting.
SELECT count(set_config(name, 'off', false)) < 2 AS quiet FROM pg_settings WHERE name = 'escape_string_warning';
SET jit = off;
CREATE SCHEMA shown;
SET search_path = shown, public;
CREATE TABLE item (id int, name text);
CREATE FUNCTION attempt(statement text, conforming text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('standard_conforming_strings', conforming, true);
    EXECUTE statement;
    RAISE EXCEPTION 'undone';
EXCEPTION WHEN OTHERS THEN
    NULL;
END $$;

-- All that a trace and a profile return, where the statement works in that.
CREATE FUNCTION output_of(statement text, conforming text, output text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    IF output LIKE 'lbdiag_trace%' THEN
        PERFORM lbdiag_trace_start();
        PERFORM attempt(statement, conforming);
        EXECUTE 'SELECT string_agg(r::text, E''\n'') FROM ' || output || ' AS r' INTO result;
        RETURN result;
    END IF;
    PERFORM set_config('standard_conforming_strings', conforming, true);
    EXECUTE 'SELECT string_agg(r::text, E''\n'') FROM ' || output || ' AS r' USING statement INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$;
CREATE FUNCTION recorded(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT lbdiag_record_sql('shown', statement, 1);
    SELECT concat((SELECT string_agg(r::text, ' ') FROM _lbdiag_run AS r), (SELECT string_agg(p::text, ' ') FROM _lbdiag_run_function AS p));
$$;
-- What a trace shows the statements as, and which outputs have the secret.
CREATE FUNCTION shown(statement text, conforming text DEFAULT 'on') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    leaks text;
BEGIN
    PERFORM lbdiag_trace_start();
    PERFORM attempt(statement, conforming);
    WITH tree AS MATERIALIZED (SELECT * FROM lbdiag_trace_stop())
    SELECT string_agg(s.function, ' | ' ORDER BY s.node) INTO result
    FROM tree AS s JOIN tree AS l ON l.node = s.parent WHERE l.function ~ 'attempt.* EXECUTE$' AND s.ncalls > 0 AND s.kind IN ('statement', 'utility');
    SELECT string_agg(o, ' ') INTO leaks
    FROM unnest(ARRAY['lbdiag_trace_stop()', 'lbdiag_trace_report(50)', 'lbdiag_trace_export()', 'lbdiag_profile_sql_tree($1)', 'lbdiag_profile_sql_report($1)',
        'lbdiag_profile_sql_export($1)', 'lbdiag_profile_sql_html($1)', 'shown.recorded($1)']) AS o
    WHERE output_of(statement, conforming, o) ~* 's3cret';
    RETURN concat(result, ' LEAKS: ' || leaks);
END $$;

-- Literals of every form.
SELECT shown(s) FROM unnest(ARRAY[
    $s$SELECT 's3cret', E's3cret\'s3cret', U&'s3cret\0041', U&'s3cret!0041' UESCAPE '!', $$s3cret$$, $s3cret$ a $s3cret$, N's3cret' /* s3cret /* s3cret */ */ -- s3cret$s$,
    $s$SELECT X'53', b'101', 's3cret'::name, date '2030-01-01', interval '1' day, time with time zone '10:00', -5, 1.5e3$s$, $s$SELECT 's3'
        'cret', concat(VARIADIC ARRAY['s3cret', 's3cret'])$s$,
    $s$INSERT INTO item VALUES (1, 's3cret'), (2, 's3cret')$s$, $s$UPDATE item SET name = 's3cret', id = id + 1 WHERE name = 's3cret'$s$, $s$UPDATE item SET (id, name) = (1, 's3cret')$s$,
    $s$DO $d$ BEGIN PERFORM 's3cret'; EXECUTE 'SELECT ' || quote_literal('s3cret'); EXECUTE 'SELECT $1' USING 's3cret'; SET LOCAL my.token = s3cret; END $d$$s$,
    $s$WITH a AS (SELECT 's3cret' AS b) SELECT * FROM a WHERE b LIKE '%s3cret'$s$, $s$(SELECT 's3cret') UNION SELECT 's3cret'$s$]) AS s;

-- SET, by itself and as a clause, with words and names as values.
SELECT shown(s) FROM unnest(ARRAY[
    'SET my.token = s3cret', 'SET my.token TO s3cret', 'SET LOCAL my.token TO "s3cret"', 'SET SESSION my.token = ''s3cret''', 'SET my.token = s3cret, "s3cret", 5', 'set my.token to s3cret', 'SET "my"."token" TO "s3cret"',
    'SET TIME ZONE s3cret', 'SET LOCAL TIME ZONE "s3cret"', 'SET my.token TO DEFAULT', 'SET ROLE postgres', 'SET SESSION AUTHORIZATION DEFAULT', 'SET CONSTRAINTS ALL DEFERRED', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    'ALTER ROLE nobody SET my.token = s3cret', 'ALTER ROLE nobody IN DATABASE none SET my.token TO "s3cret"', 'ALTER ROLE ALL SET TIME ZONE s3cret', 'ALTER USER nobody SET my.token TO s3cret, s3cret', 'ALTER DATABASE none SET my.token = s3cret',
    'ALTER SYSTEM SET my.token = s3cret', 'ALTER SYSTEM SET search_path TO s3cret, "s3cret"', 'ALTER FUNCTION shown.attempt(text, text) SET my.token = s3cret', 'ALTER PROCEDURE p(int) STRICT SET my.token TO "s3cret"',
    'CREATE FUNCTION f(a int DEFAULT 1) RETURNS int LANGUAGE sql SET my.token TO s3cret SET search_path = a, "s3cret" AS ''SELECT 1 -- s3cret''', 'CREATE PROCEDURE p() SET my.token = s3cret BEGIN ATOMIC SELECT 1, 2; SELECT 3; END']) AS s;

-- Definitions and their options.
SELECT shown(s) FROM unnest(ARRAY[
    'CREATE ROLE nobody LOGIN PASSWORD ''s3cret'' VALID UNTIL ''2030-01-01''', 'ALTER ROLE nobody ENCRYPTED PASSWORD ''s3cret''', 'CREATE USER MAPPING FOR public SERVER none OPTIONS (user ''s3cret'', password ''s3cret'')',
    'ALTER SERVER none OPTIONS (SET password ''s3cret'')', 'CREATE SUBSCRIPTION none CONNECTION ''password=s3cret'' PUBLICATION a, b WITH (connect = false, slot_name = s3cret, origin = "s3cret")', 'ALTER SUBSCRIPTION none CONNECTION ''s3cret''',
    'COMMENT ON TABLE item IS ''s3cret''', 'SECURITY LABEL FOR none ON TABLE item IS ''s3cret''', 'NOTIFY channel, ''s3cret''', 'LOAD ''s3cret''', 'CREATE TYPE t AS ENUM (''a'', ''s3cret'')',
    'CREATE TABLE t (a int CHECK (a > 5 AND a = 6), b text DEFAULT ''s3cret'') WITH (fillfactor = 50, user.option = s3cret)', 'CREATE TABLE t WITH (a = s3cret) AS SELECT i.id FROM item AS i JOIN item AS j ON i.id = j.id WHERE i.name = ''s3cret''',
    'CREATE VIEW v WITH (security_barrier = s3cret) AS SELECT id AS a FROM item WHERE name = ''s3cret''', 'ALTER TABLE item SET (a = s3cret, b = "s3cret"), ALTER COLUMN id SET DEFAULT 5', 'ALTER TABLE item RENAME name TO title', 'ALTER TABLE item OWNER TO nobody',
    'CREATE INDEX ON item (id) WITH (fillfactor = s3cret) WHERE name = ''s3cret''', 'CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, stopwords = s3cret, other = "s3cret")', 'CREATE COLLATION c (locale = "s3cret")', 'CREATE AGGREGATE a (int) (SFUNC = int4pl, STYPE = int, INITCOND = s3cret)',
    'CREATE TRIGGER t AFTER INSERT OR UPDATE ON item FOR EACH ROW WHEN (new.name = ''s3cret'') EXECUTE FUNCTION f(s3cret, "s3cret", 5)', 'CREATE SCHEMA s CREATE VIEW v AS SELECT 1 AS a CREATE TABLE t (a int) WITH (b = s3cret)',
    'CREATE TABLE t PARTITION OF item FOR VALUES IN (''s3cret'') WITH (a = s3cret)', 'CREATE RULE r AS ON INSERT TO item DO ALSO UPDATE item SET name = ''s3cret'', id = new.id', 'CREATE DATABASE none TEMPLATE = s3cret ENCODING ''s3cret''',
    'CREATE POLICY p ON item FOR SELECT USING (name = ''s3cret'')', 'GRANT SELECT ON item TO nobody', 'CREATE OPERATOR === (LEFTARG = int, FUNCTION = s3cret.f, COMMUTATOR = ===)', 'IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c OPTIONS (d ''s3cret'')']) AS s;

-- Statements in statements, and options in parentheses.
SELECT shown(s) FROM unnest(ARRAY[
    'PREPARE p (text, boolean) AS SELECT $1, $2, ''s3cret''; EXECUTE p(''s3cret'', true); EXECUTE p(s3cret, NOT (s3cret)); DEALLOCATE p', 'EXECUTE none(s3cret, "s3cret"); ', 'EXPLAIN EXECUTE none(s3cret)', 'CREATE TABLE t AS EXECUTE none("s3cret")',
    'EXPLAIN (COSTS s3cret) SELECT ''s3cret''', 'EXPLAIN (COSTS off, FORMAT s3cret) SELECT id FROM item WHERE (name = ''s3cret'')', 'EXPLAIN ANALYZE SELECT name FROM item WHERE name = ''s3cret''', 'EXPLAIN VERBOSE UPDATE item SET name = name WHERE coalesce(name, ''s3cret'') = name',
    'EXPLAIN CREATE TABLE t WITH (a = s3cret) AS SELECT 1', 'EXPLAIN (COSTS off) (SELECT 1)', 'COPY item (id, name) FROM ''/nowhere/s3cret'' (FORMAT s3cret, NULL s3cret, DELIMITER "s3cret", FORCE_NULL (id, name))', 'COPY item FROM PROGRAM ''s3cret'' WITH CSV DELIMITER ''s3cret''',
    'COPY (SELECT id AS a, name FROM item WHERE name = ''s3cret'') TO ''/nowhere/s3cret'' (NULL s3cret)', 'COPY (TABLE item) TO ''/nowhere/s3cret'' WITH (ENCODING s3cret)', 'DECLARE c CURSOR FOR SELECT name FROM item WHERE name = ''s3cret''', 'VACUUM (PARALLEL s3cret) item (id, name)',
    'REINDEX (TABLESPACE s3cret) TABLE item', 'SELECT 1; SET my.token = s3cret; SELECT ''s3cret''', 'CREATE TABLE a (b int) WITH (c = s3cret); SET my.token = s3cret']) AS s;

-- A backslash at the end of a string ends it or does not.
CREATE FUNCTION both_ways(statement text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT DISTINCT shown(prefix || statement, conforming) FROM (VALUES ('', 'on'), ('', 'off'), ('SET standard_conforming_strings = off; ', 'on'), ('SET standard_conforming_strings = on; ', 'off'), ('SET backslash_quote = off; ', 'off')) AS v (prefix, conforming)
    WHERE current_setting('server_version_num')::int < 190000 OR conforming = 'on' AND prefix = ''
$$;
SELECT count(*) FILTER (WHERE r ~ 'LEAKS') AS leaks, count(*) FILTER (WHERE r ~ 'SELECT') > 0 AS shown FROM unnest(ARRAY[
    E'SELECT ''a\\'', ''s3cret'' /* \\'' */ , ''x'' -- ''\n', $s$SELECT 'it\'s s3cret', 'x'$s$, $s$SELECT 'it\'s', s3cret, 'x'$s$, $s$SELECT 'a\\', 's3cret', '\'$s$, $s$SELECT U&'\0041', 's3cret\d+'$s$, $s$SELECT E'\'s3cret', 'a\b'$s$,
    $s$INSERT INTO item VALUES (1, '\'), (2, ' || s3cret || ')$s$, $s$SELECT '\' AS a, "s3cret\'"$s$, $s$SET my.token = '\' $s$, $s$SELECT $$\$$, 'a\', $$' s3cret $$, 1$s$]) AS s, both_ways(s) AS r WHERE r <> '';
-- Where both ways are the same, all is shown; else the common beginning.
SELECT shown(s) FROM unnest(ARRAY[$s$SELECT name FROM item WHERE name ~ 's3cret\d+' AND id = 5$s$, $s$SELECT name FROM item WHERE name = 'a\\' OR id = 5$s$]) AS s;
SELECT DISTINCT shown($s$SELECT id FROM item WHERE name = 's3cret\' OR name = 'b'$s$) IN ('SELECT id FROM item WHERE name = ?...', 'SELECT id FROM item WHERE name = ? OR name = ?');

-- A statement of a rule has no text of its own where the source is long.
CREATE VIEW items AS SELECT * FROM item;
CREATE RULE added AS ON INSERT TO items DO INSTEAD INSERT INTO item VALUES (new.id, new.name);
SELECT shown('INSERT INTO items VALUES (1, ''s3cret'')');
SELECT shown('INSERT INTO items VALUES (1, ''s3cret''); SET my.token = s3cret');
SELECT shown('INSERT INTO items VALUES (1, ''s3cret'')' || repeat(' ', 20000));

DELETE FROM _lbdiag_run;
RESET search_path;
DROP SCHEMA shown CASCADE;
