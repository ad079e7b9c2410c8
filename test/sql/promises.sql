-- What the documentation says of effects and rights: what a profile leaves
-- behind, what runs within an audited query, and what a function that runs with
-- its owner's rights hands out.
\set VERBOSITY terse
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE TABLE counted (id int);
CREATE SEQUENCE numbers;
CREATE FUNCTION counts() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO public.counted VALUES (1) RETURNING id';

-- Of a profile that is rolled back: sequences, prepared statements and session
-- advisory locks are left, and the seed of random().
SELECT count(*) > 8 FROM lbdiag_profile_sql($$
    SELECT nextval('numbers'); PREPARE left_over AS SELECT 1; SELECT pg_advisory_lock(4711); SELECT setseed(0.5);
    SELECT counts(); CREATE TEMP TABLE gone (); SET work_mem = '77MB'; SELECT set_config('work_mem', '78MB', false); LISTEN gone;
    SELECT pg_advisory_xact_lock(4712); DECLARE c CURSOR WITH HOLD FOR SELECT 1; DEALLOCATE ALL; PREPARE left_over AS SELECT 2$$);
SELECT nextval('numbers') AS next;
EXECUTE left_over;
DEALLOCATE left_over;
SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() ORDER BY 1;
SELECT pg_advisory_unlock(4711);
SELECT random() = (SELECT random() FROM setseed(0.5));
-- These are not.
SELECT (SELECT count(*) FROM counted) AS rows, to_regclass('pg_temp.gone') AS temporary, current_setting('work_mem') IN ('77MB', '78MB') AS set,
    (SELECT count(*) FROM pg_listening_channels()) AS channels, (SELECT count(*) FROM pg_cursors) AS cursors;

-- An audited query is a SELECT, and has the effects of the functions that it
-- calls, lbdiag_profile_sql among them.
SELECT bytes > 0 FROM lbdiag_audit_query('SELECT counts()', 'none') WHERE column_name = 'TOTAL';
SELECT bytes > 0 FROM lbdiag_audit_query($$SELECT count(*) FROM lbdiag_profile_sql('INSERT INTO counted VALUES (2)', rollback => false)$$, 'none') WHERE column_name = 'TOTAL';
SELECT id FROM counted ORDER BY id;

-- So a superuser's function that hands on a query hands on a superuser's rights.
CREATE ROLE regress_lbdiag_owner;
CREATE ROLE regress_lbdiag_caller;
CREATE FUNCTION careless(query text) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT bytes FROM public.lbdiag_audit_query(query) WHERE column_name = 'TOTAL' $$;
BEGIN;
SET LOCAL ROLE regress_lbdiag_caller;
SELECT careless($$SELECT count(*) FROM public.lbdiag_profile_sql('ALTER ROLE regress_lbdiag_caller SUPERUSER', rollback => false)$$) > 0 AS ran;
SELECT rolsuper FROM pg_roles WHERE rolname = 'regress_lbdiag_caller';
ROLLBACK;

-- A function with its own query, of an owner who may read what it reads and
-- nothing else.
CREATE TABLE orders (id int, doc jsonb);
INSERT INTO orders SELECT i, jsonb_build_object('customer', i, 'total', 10 * i) FROM generate_series(1, 100) AS i;
GRANT SELECT ON orders TO regress_lbdiag_owner;
CREATE FUNCTION order_bytes() RETURNS TABLE (path text, bytes bigint) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.path, a.bytes FROM public.lbdiag_audit_query('SELECT doc FROM public.orders', 'none') AS a WHERE a.path IS NOT NULL $$;
REVOKE ALL ON FUNCTION order_bytes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_bytes() TO regress_lbdiag_caller;
ALTER FUNCTION order_bytes() OWNER TO regress_lbdiag_owner;
ALTER FUNCTION careless(text) OWNER TO regress_lbdiag_owner;
SET ROLE regress_lbdiag_caller;
SELECT path, bytes > 0 FROM order_bytes() ORDER BY path;
-- error: permission denied for table orders
SELECT count(*) FROM orders;
-- Of such an owner even one that hands on a query gives no more than he has.
SELECT careless('SELECT doc FROM public.orders') > 0;
\set VERBOSITY sqlstate
-- error: 42501
SELECT careless($$SELECT count(*) FROM public.lbdiag_profile_sql('ALTER ROLE regress_lbdiag_caller SUPERUSER', rollback => false)$$);
\set VERBOSITY terse
-- error: permission denied for table counted
SELECT careless('SELECT id FROM public.counted');
RESET ROLE;

-- What the documentation grants is what recording statements needs.
CREATE ROLE regress_lbdiag_recorder;
GRANT SELECT, INSERT ON _lbdiag_run, _lbdiag_run_component, _lbdiag_run_path, _lbdiag_run_function TO regress_lbdiag_recorder;
GRANT USAGE ON SEQUENCE _lbdiag_run_id TO regress_lbdiag_recorder;
GRANT DELETE ON _lbdiag_run TO regress_lbdiag_recorder;
SET ROLE regress_lbdiag_recorder;
SELECT lbdiag_record_sql('before', 'SELECT 1', 1) AS before \gset
SELECT lbdiag_record_sql('after', 'SELECT 1', 1) - :before;
SELECT count(*) > 0 FROM lbdiag_compare(:before, :before + 1);
SELECT lbdiag_prune('0') >= 2 AS pruned;
RESET ROLE;
DROP OWNED BY regress_lbdiag_recorder;
DROP ROLE regress_lbdiag_recorder;

-- The production guard guards what builds a leaderboard's payload, and nothing
-- else.
SET lbdiag.environment = 'production';
SELECT count(*) FROM lbdiag_create_demo('guarded', 2, 2, 'guarded');
-- error: cannot profile against production database
SELECT count(*) FROM lbdiag_audit('guarded');
SELECT bytes > 0 FROM lbdiag_audit_query('SELECT doc FROM orders', 'none') WHERE column_name = 'TOTAL';
SELECT count(*) > 0 FROM lbdiag_profile_sql('SELECT 1');
SELECT count(*) > 0 FROM lbdiag_audit_relation('orders');
RESET lbdiag.environment;
SELECT lbdiag_drop_demo('guarded');
DROP FUNCTION counts(), careless(text), order_bytes();
DROP TABLE counted, orders;
DROP SEQUENCE numbers;
DROP ROLE regress_lbdiag_owner, regress_lbdiag_caller;
