-- A profile and a trace run the plan that the server runs without them, leave
-- no other plan behind, and make no statement fail.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET track_functions = 'all';
SET client_min_messages = warning;
CREATE SCHEMA planned;
SET search_path = planned, public;
CREATE TABLE ix AS SELECT i AS id, 'N' || i AS n FROM generate_series(1, 2000) AS i;
CREATE INDEX ON ix (lower(n));
CREATE INDEX ON ix (id);
ANALYZE ix;
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql AS 'SELECT lower($1)';
CREATE FUNCTION stable(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT lower($1)';
CREATE FUNCTION immutable(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT lower($1)';
CREATE FUNCTION strict(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT lower($1)';
CREATE FUNCTION coalesced(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT coalesce(lower($1), ''none'')';
CREATE FUNCTION atomic(t text) RETURNS text LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT lower(t); END;
CREATE FUNCTION returned(t text) RETURNS text LANGUAGE sql IMMUTABLE RETURN lower(t);
CREATE FUNCTION twice(text) RETURNS text LANGUAGE sql AS 'SELECT $1 || lower($1) || random()';
CREATE FUNCTION nested(text) RETURNS text LANGUAGE sql AS 'SELECT planned.plain(planned.stable($1))';
CREATE FUNCTION configured(text) RETURNS text LANGUAGE sql SET work_mem = '1MB' AS 'SELECT lower($1)';
CREATE FUNCTION definer(text) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT lower($1)';
CREATE FUNCTION several(text) RETURNS text LANGUAGE sql AS 'SELECT 1; SELECT lower($1)';
CREATE FUNCTION looked_up(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT n FROM planned.ix WHERE lower(n) = lower($1)';
CREATE FUNCTION counted(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT count(*)::text FROM planned.ix WHERE lower(n) = $1';
CREATE FUNCTION defaulted(text, u text DEFAULT 'x') RETURNS text LANGUAGE sql AS 'SELECT lower($1 || u)';
CREATE FUNCTION variadic_one(VARIADIC text[]) RETURNS text LANGUAGE sql AS 'SELECT lower($1[1])';
CREATE FUNCTION any_one(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION lines(text) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN lower($1); END';
CREATE FUNCTION rows_of(text) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT n FROM planned.ix WHERE lower(n) = $1';
CREATE FUNCTION table_of(text) RETURNS TABLE (t text) LANGUAGE sql STABLE BEGIN ATOMIC SELECT n FROM ix WHERE lower(n) = $1; END;
CREATE FUNCTION rows_volatile(text) RETURNS SETOF text LANGUAGE sql AS 'SELECT n FROM planned.ix WHERE lower(n) = $1';
CREATE FUNCTION added(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2';
CREATE OPERATOR #+# (FUNCTION = added, LEFTARG = int, RIGHTARG = int);

CREATE TABLE statement (number int GENERATED ALWAYS AS IDENTITY, statement text, plan text, profiled text, traced text, prepared text);
INSERT INTO statement (statement)
SELECT format(use, format('%s(n)', function))
FROM unnest(ARRAY['plain', 'stable', 'immutable', 'strict', 'coalesced', 'atomic', 'returned', 'twice', 'nested', 'configured', 'definer',
                  'several', 'looked_up', 'counted', 'defaulted', 'variadic_one', 'any_one', 'lines']) AS function,
    unnest(ARRAY['SELECT %s FROM ix', 'SELECT * FROM ix WHERE %s = ''n77''', 'SELECT %1$s, count(*) FROM ix GROUP BY 1', 'SELECT n FROM ix ORDER BY %s LIMIT 3',
                 'SELECT sum(length(%s)) FROM ix', 'SELECT CASE WHEN id > 5 THEN %s END FROM ix WHERE id < 10', 'SELECT (SELECT %s) FROM ix WHERE id = 3',
                 'UPDATE ix SET n = %s WHERE id = 7', 'DELETE FROM ix WHERE %s = ''n7''', 'INSERT INTO ix SELECT id, %s FROM ix WHERE id = 5',
                 'SELECT count(*) FROM ix AS a JOIN ix AS b USING (id, n) WHERE %s < ''n2''', 'SELECT DISTINCT %s FROM ix']) AS use;
INSERT INTO statement (statement) VALUES
    ('SELECT * FROM rows_of(''n77'')'), ('SELECT * FROM table_of(''n77'')'), ('SELECT * FROM rows_volatile(''n77'')'), ('SELECT rows_of(''n77'')'),
    ('SELECT * FROM ix, LATERAL rows_of(lower(n)) WHERE id < 3'), ('SELECT sum(added(id, 1)) FROM ix'), ('SELECT sum(id #+# 1) FROM ix WHERE id #+# 1 = 5'),
    ('SELECT added(1, 2)'), ('WITH c AS (SELECT plain(n) AS p FROM ix) SELECT * FROM c WHERE p = ''n3''');
CREATE FUNCTION explained(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    lines text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS off) ' || query LOOP
        lines := lines || line || chr(10);
    END LOOP;
    RETURN lines;
END $$;
CREATE FUNCTION prepared(number int) RETURNS text LANGUAGE sql AS $$ SELECT planned.explained('EXECUTE s' || $1) $$;

-- Before: each statement is planned, and the first ones are prepared.
UPDATE statement SET plan = explained(statement);
SELECT count(*), count(DISTINCT plan) > 100 FROM statement;
-- Under a profile, under a trace, and from the cache of prepared statements
-- that were planned in one.
DO $$
DECLARE
    s record;
BEGIN
    FOR s IN SELECT * FROM planned.statement LOOP
        PERFORM count(*) FROM public.lbdiag_profile_sql(format('UPDATE planned.statement SET profiled = planned.explained(statement) WHERE number = %s', s.number), rollback => false);
        EXECUTE format('PREPARE s%s AS %s', s.number, s.statement);
        PERFORM count(*) FROM public.lbdiag_profile_sql(format('EXECUTE s%s', s.number));
    END LOOP;
END $$;
SELECT lbdiag_trace_start();
UPDATE statement SET traced = explained(statement);
SELECT count(*) > 100 FROM lbdiag_trace_stop();
UPDATE statement SET prepared = prepared(number);
SELECT number, statement FROM statement WHERE profiled IS DISTINCT FROM plan OR traced IS DISTINCT FROM plan OR prepared IS DISTINCT FROM plan ORDER BY number;
DEALLOCATE ALL;

-- PL/pgSQL keeps no other plan either: functions that are inlined are not
-- called.
CREATE FUNCTION uses() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    SELECT n INTO found FROM ix WHERE plain(n) = 'n77';
    RETURN plain(found);
END $$;
CREATE FUNCTION calls(name text) RETURNS bigint LANGUAGE sql AS
    'SELECT coalesce((SELECT calls FROM pg_stat_xact_user_functions WHERE schemaname = ''planned'' AND funcname = $1), 0)';
BEGIN;
SELECT count(*) > 0 FROM lbdiag_profile_sql('SELECT uses()');
SELECT uses(), calls('plain'), calls('uses');
COMMIT;
SELECT lbdiag_trace_start();
SELECT uses();
SELECT count(*) > 0 FROM lbdiag_trace_stop();
BEGIN;
SELECT uses(), calls('plain'), calls('uses');
COMMIT;

-- What is not inlined is there: functions that cannot be with their calls,
-- others with their statements.
SELECT function, ncalls FROM lbdiag_profile_sql_tree('SELECT counted(n), several(n), configured(n) FROM ix WHERE id <= 3') WHERE kind = 'function' ORDER BY function;
SELECT DISTINCT function FROM lbdiag_profile_sql_tree('SELECT twice(n) FROM ix WHERE id <= 3') WHERE kind IN ('function', 'statement') ORDER BY 1;
SELECT function, ncalls FROM lbdiag_profile_sql_tree('SELECT * FROM rows_volatile(''n77'')') WHERE kind = 'function';
SELECT max(ncalls) FILTER (WHERE function ~ 'Index Scan') AS index_scans, count(*) FILTER (WHERE function ~ 'lower|plain' AND kind = 'function') AS calls
FROM lbdiag_profile_sql_tree('SELECT * FROM ix WHERE plain(n) = ''n77''') WHERE kind = 'node' OR kind = 'function';

-- Statements that work do: arguments that must not be evaluated are not, and
-- expressions that must be immutable are.
CREATE FUNCTION either(boolean, anyelement, anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT CASE WHEN $1 THEN $2 ELSE $3 END';
CREATE FUNCTION next(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1';
CREATE TABLE worked (statement text);
INSERT INTO worked VALUES ('SELECT either(v = 0, 0, 100 / v) FROM (VALUES (0), (5)) AS x (v)'),
    ('CREATE TABLE generated (v int, g int GENERATED ALWAYS AS (either(v = 0, 0, 100 / v)) STORED); INSERT INTO generated VALUES (0), (5); UPDATE generated SET v = 0'),
    ('CREATE TABLE checked (v int CHECK (either(v = 0, 1, 100 / v) > 0)); INSERT INTO checked VALUES (0), (5)'),
    ('CREATE TABLE indexed AS SELECT 1 AS a; CREATE INDEX ON indexed (next(a)); INSERT INTO indexed VALUES (2)'),
    ('CREATE TABLE partitioned (a int) PARTITION BY RANGE (next(a)); CREATE TABLE part PARTITION OF partitioned DEFAULT; INSERT INTO partitioned VALUES (1)'),
    ('CREATE DOMAIN checked_domain AS int CHECK (either(VALUE = 0, true, 100 / VALUE > 0)); SELECT 0::checked_domain'),
    ('DO ''DECLARE v int := 0; BEGIN v := planned.either(v = 0, 0, 100 / v); END'''),
    ('SELECT added(next(id), 1) FROM ix WHERE id IN (SELECT next(id) FROM ix) LIMIT 1');
CREATE FUNCTION works(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count(*) FROM public.lbdiag_profile_sql(statement);
    RETURN 'works';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END $$;
SELECT works(statement), statement FROM worked;
SELECT lbdiag_trace_start();
SELECT either(v = 0, 0, 100 / v) FROM (VALUES (0), (5)) AS x (v);
CREATE TABLE generated (v int, g int GENERATED ALWAYS AS (either(v = 0, 0, 100 / v)) STORED);
INSERT INTO generated VALUES (0), (5);
CREATE INDEX ON generated (next(v));
SELECT count(*) > 0 FROM lbdiag_trace_stop();
RESET search_path;
DROP SCHEMA planned CASCADE;
