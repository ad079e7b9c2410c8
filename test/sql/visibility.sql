-- What a profile or a trace shows of what runs as another role: a function is
-- a place with its calls and its time, and nothing of it is told.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET client_min_messages = warning;
CREATE ROLE regress_lbdiag_alice;
CREATE ROLE regress_lbdiag_bob;
CREATE ROLE regress_lbdiag_member IN ROLE regress_lbdiag_alice;
CREATE ROLE regress_lbdiag_monitor IN ROLE pg_read_all_stats;
CREATE SCHEMA shared;
GRANT ALL ON SCHEMA shared TO PUBLIC;
SET search_path = shared, public;

-- All that is alice's and must not be seen has "inner" in its name.
SET ROLE regress_lbdiag_alice;
CREATE TABLE inner_token (id int PRIMARY KEY, token text);
INSERT INTO inner_token SELECT i, md5('s' || i) FROM generate_series(1, 50) AS i;
ANALYZE inner_token;
CREATE FUNCTION inner_line(t text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL my.inner_value = %L', t);
    PERFORM 1 FROM shared.inner_token AS s WHERE s.token LIKE t || '%';
    RETURN FOUND;
END $$;
CREATE FUNCTION gate(t text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM shared.inner_line(t);
    RETURN true;
END $$;
CREATE FUNCTION gate_sql(t text) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS
    'SELECT count(*) > 0 FROM shared.inner_token AS s WHERE s.token LIKE t || ''%'' AND shared.inner_line(t); SELECT true';
CREATE FUNCTION gate_rows(t text) RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS
    'SELECT 1 FROM shared.inner_token AS s WHERE shared.inner_line(s.token) LIMIT 2';
CREATE FUNCTION gate_fixed(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER AS $$
BEGIN
    PERFORM 1 FROM shared.inner_token AS s WHERE s.token LIKE t || '%';
    RETURN t;
END $$;
CREATE FUNCTION gate_trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN PERFORM shared.inner_line(NEW.t); RETURN NEW; END';
CREATE FUNCTION child_trigger() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM shared.gate(OLD.id::text); RETURN OLD; END';
CREATE PROCEDURE gate_procedure(t text) LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN PERFORM shared.inner_line(t); END';
CREATE FUNCTION gate_add(int, text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN PERFORM shared.inner_line($2); RETURN $1 + 1; END';
CREATE AGGREGATE gate_sum(text) (SFUNC = gate_add, STYPE = int, INITCOND = '0');
CREATE FUNCTION gate_cursor() RETURNS refcursor LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c refcursor := 'c';
BEGIN
    OPEN c FOR SELECT token FROM shared.inner_token;
    RETURN c;
END $$;
CREATE OPERATOR ?! (FUNCTION = gate, RIGHTARG = text);
CREATE TYPE parcel AS (t text);
CREATE FUNCTION gate_cast(parcel) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN PERFORM shared.inner_line(($1).t); RETURN 7; END';
CREATE CAST (parcel AS int) WITH FUNCTION gate_cast(parcel);
CREATE DOMAIN word AS text CHECK (gate(VALUE));
CREATE TABLE viewed AS SELECT * FROM inner_token WHERE id <= 3;
CREATE VIEW looked AS SELECT id, gate(token) AS found FROM viewed;
CREATE TABLE guarded (id int PRIMARY KEY, t text DEFAULT gate_fixed('a'), u text GENERATED ALWAYS AS (gate_fixed(t)) STORED);
CREATE INDEX ON guarded (gate_fixed(t));
INSERT INTO guarded VALUES (1, 'a'), (2, 'b'), (3, 'c');
CREATE TRIGGER on_guarded BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION gate_trigger();
CREATE TABLE inner_child (id int REFERENCES guarded ON DELETE CASCADE);
INSERT INTO inner_child VALUES (1), (1), (2);
CREATE TRIGGER on_child AFTER DELETE ON inner_child FOR EACH ROW EXECUTE FUNCTION child_trigger();
CREATE TABLE policed (id int, t text);
INSERT INTO policed VALUES (1, 'a'), (2, 'b');
ALTER TABLE policed ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON policed USING (gate(t));
GRANT SELECT ON looked, policed TO PUBLIC;
GRANT SELECT, INSERT, DELETE ON guarded TO PUBLIC;
RESET ROLE;

-- A tree without planning and nodes, which differ by version.
CREATE FUNCTION tree(statement text, functions boolean DEFAULT true) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s %s: %s', ncalls, kind, function)
    FROM lbdiag_profile_sql_tree(statement, functions => functions) WHERE ncalls > 0 AND kind NOT IN ('profile', 'planning', 'output', 'node') ORDER BY node;
$$;
-- Rows that tell something of what is alice's, and whether self times add up.
CREATE FUNCTION told(statement text, functions boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s %s', count(*) FILTER (WHERE function ~ 'inner' OR source ~ 'inner' OR merged_calls > 0),
        abs(sum(tottime_ms) - max(cumtime_ms)) < 0.000001 * count(*))
    FROM lbdiag_profile_sql_tree(statement, functions => functions);
$$;
CREATE TABLE way (number int GENERATED ALWAYS AS IDENTITY, statement text);
GRANT SELECT ON way TO PUBLIC;
INSERT INTO way (statement) VALUES
    ('SELECT gate(''03'')'), ('SELECT gate_sql(''03'')'), ('SELECT * FROM gate_rows(''03'')'), ('SELECT gate_rows(''03'')'),
    ('DO ''BEGIN PERFORM shared.gate(g::text) FROM generate_series(1, 3) AS g; END'''), ('CALL gate_procedure(''03'')'),
    ('SELECT gate_sum(g::text) FROM generate_series(1, 3) AS g'), ('SELECT ?! ''03''::text'), ('SELECT ROW(''03'')::parcel::int'),
    ('SELECT (''a'' || g)::word FROM generate_series(1, 2) AS g'), ('SELECT * FROM looked'), ('INSERT INTO guarded (id) VALUES (10), (11)'),
    ('DELETE FROM guarded'), ('SELECT count(*) FROM policed'), ('EXPLAIN ANALYZE SELECT gate(''03'')'),
    ('SELECT gate_cursor(); FETCH 3 FROM c; CLOSE c'), ('PREPARE p AS SELECT gate($1); EXECUTE p (''03''); EXECUTE p (''04''); DEALLOCATE p'),
    ('CREATE TEMP TABLE mine AS SELECT gate_fixed(g::text) FROM generate_series(1, 2) AS g'),
    ('CREATE TEMP TABLE own (t word DEFAULT ''x'', u text CHECK (gate(u))); INSERT INTO own VALUES (DEFAULT, ''y'')');
SET ROLE regress_lbdiag_bob;
SELECT statement, told(statement), told(statement, false) FROM way ORDER BY number;
-- From PostgreSQL 18 on, what a foreign key deletes has its triggers run as the owner.
SELECT number, tree(statement) FROM way WHERE statement !~ 'EXPLAIN|CREATE|DELETE' ORDER BY number;
SELECT number, tree(statement, false) FROM way WHERE number IN (1, 2, 5) ORDER BY number;
-- A counting oracle: whatever is asked, the answer is the same.
SELECT count(*), count(DISTINCT answer) FROM (
    SELECT g, (SELECT string_agg(concat_ws(' ', ncalls, kind, function, rows, loops, rows_removed, merged_calls), ',' ORDER BY node)
               FROM lbdiag_profile_sql_tree(format('SELECT gate(%L)', to_hex(g)))) AS answer
    FROM generate_series(0, 255) AS g) AS a;
-- Those who may see it do.
RESET ROLE;
SELECT told('SELECT gate(''03'')'), (SELECT rows FROM lbdiag_profile_sql_tree('SELECT gate(''03'')') WHERE function ~ 'Scan.* on shared.inner_token');
SELECT tree('DO ''BEGIN PERFORM shared.gate(g::text) FROM generate_series(1, 3) AS g; END''');
SET ROLE regress_lbdiag_alice;
SELECT count(*) FILTER (WHERE function ~ 'inner') > 0 FROM lbdiag_profile_sql_tree('SELECT gate(''03'')');
SET ROLE regress_lbdiag_member;
SELECT count(*) FILTER (WHERE function ~ 'inner') > 0 FROM lbdiag_profile_sql_tree('SELECT gate(''03'')');
SET ROLE regress_lbdiag_monitor;
SELECT count(*) FILTER (WHERE function ~ 'inner') > 0 FROM lbdiag_profile_sql_tree('SELECT gate(''03'')');
RESET ROLE;
-- The caller's own function within another role's is part of that one.
SET ROLE regress_lbdiag_bob;
CREATE FUNCTION own(t text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN PERFORM 1; RETURN t; END';
RESET ROLE;
SET ROLE regress_lbdiag_alice;
CREATE FUNCTION gate_back() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN PERFORM shared.own(token) FROM shared.inner_token; RETURN 1; END';
RESET ROLE;
SET ROLE regress_lbdiag_bob;
SELECT tree('SELECT gate_back(), own(''x'')');
-- After an error within, and with one that is caught, all is as before.
RESET ROLE;
SET ROLE regress_lbdiag_alice;
CREATE FUNCTION gate_fails(int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN PERFORM 1 / ($1 - count(*) * 0) FROM shared.inner_token; RETURN 1; END';
RESET ROLE;
SET ROLE regress_lbdiag_bob;
CREATE FUNCTION careful(int) RETURNS int LANGUAGE plpgsql AS
    'BEGIN BEGIN RETURN shared.gate_fails($1); EXCEPTION WHEN division_by_zero THEN PERFORM 1; RETURN 0; END; END';
-- error: division by zero
SELECT lbdiag_profile_sql('SELECT gate_fails(0)');
SELECT tree('SELECT careful(g % 2) FROM generate_series(1, 4) AS g');
RESET ROLE;

-- A trace shows the same.
SET SESSION AUTHORIZATION regress_lbdiag_bob;
SELECT lbdiag_trace_start();
SELECT gate('03'), gate_sql('04');
INSERT INTO guarded (id) VALUES (20);
DELETE FROM guarded WHERE id = 20;
DO 'BEGIN PERFORM shared.gate(g::text) FROM generate_series(1, 3) AS g; END';
SELECT format('%s %s: %s', ncalls, kind, function) FROM lbdiag_trace_stop() WITH ORDINALITY
WHERE ncalls > 0 AND kind NOT IN ('planning', 'output', 'node', 'commit', 'outside') ORDER BY ordinality;
RESET SESSION AUTHORIZATION;

-- A trace ends with the identity that has begun it, and at DISCARD ALL.
SELECT lbdiag_trace_start();
SELECT count(*) FROM inner_token WHERE token = 'a secret of mine';
SET SESSION AUTHORIZATION regress_lbdiag_bob;
-- error: this session is not traced
SELECT lbdiag_trace_stop();
-- error: this session is not traced
SELECT lbdiag_trace_report();
-- error: this session is not traced
SELECT lbdiag_trace_export();
RESET SESSION AUTHORIZATION;
-- error: this session is not traced
SELECT lbdiag_trace_stop();
SELECT lbdiag_trace_start();
-- error: this session is not traced
DO $$ BEGIN PERFORM set_config('session_authorization', 'regress_lbdiag_bob', false); PERFORM lbdiag_trace_stop(); END $$;
RESET SESSION AUTHORIZATION;
SELECT lbdiag_trace_start();
DO $$ BEGIN PERFORM set_config('session_authorization', 'regress_lbdiag_bob', false); PERFORM lbdiag_trace_start(); END $$;
SELECT count(*) FILTER (WHERE function ~ 'trace_start') FROM lbdiag_trace_stop();
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_lbdiag_bob;
SELECT lbdiag_trace_start();
RESET SESSION AUTHORIZATION;
-- error: this session is not traced
SELECT lbdiag_trace_stop();
SELECT lbdiag_trace_start();
DISCARD ALL;
-- error: this session is not traced
SELECT public.lbdiag_trace_stop();
SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'lbdiag trace';
SET search_path = shared, public;
\pset format unaligned
-- A role that is only set reads no trace of another one, and ends none.
SELECT lbdiag_trace_start();
SET ROLE regress_lbdiag_bob;
SELECT gate('03');
\set VERBOSITY default
-- error: permission denied to read the trace of another role
SELECT lbdiag_trace_stop();
\set VERBOSITY terse
RESET ROLE;
SELECT count(*) FILTER (WHERE function ~ 'SET ROLE'), count(*) FILTER (WHERE function ~ 'shared.gate') > 0 FROM lbdiag_trace_stop();
-- What a member runs as the role that it becomes is shown to it.
SET SESSION AUTHORIZATION regress_lbdiag_member;
SELECT lbdiag_trace_start();
SET ROLE regress_lbdiag_alice;
SELECT count(*) FROM inner_token;
RESET ROLE;
SELECT count(*) FILTER (WHERE kind = 'node' AND function ~ 'inner_token') > 0 FROM lbdiag_trace_stop();
RESET SESSION AUTHORIZATION;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA shared CASCADE;
DROP OWNED BY regress_lbdiag_alice, regress_lbdiag_bob;
DROP ROLE regress_lbdiag_alice, regress_lbdiag_bob, regress_lbdiag_member, regress_lbdiag_monitor;
