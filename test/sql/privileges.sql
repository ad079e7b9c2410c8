-- The caller's rights and no others; and what a schema of somebody else on
-- the search path can do.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
GRANT EXECUTE ON FUNCTION pg_temp.try(text) TO PUBLIC;
\pset format unaligned
\t on
CREATE ROLE regress_lbdiag_plain;
CREATE ROLE regress_lbdiag_monitor IN ROLE pg_monitor;
SELECT count(*) FROM lbdiag_create_demo('board', 6, 4, 'board');

-- Functions and tables of the extension that not everybody may use.
SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag' WHERE NOT has_function_privilege('regress_lbdiag_plain', p.oid, 'EXECUTE') ORDER BY 1;
SELECT t, r, has_table_privilege('regress_lbdiag_plain', t, r) FROM unnest('{lbdiag_layout,lbdiag_leaderboard}'::text[]) AS t,
    unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS r ORDER BY 1, 2;
-- None runs with other rights than the caller's, and each is documented.
SELECT count(*) FILTER (WHERE p.prosecdef) AS security_definer, count(*) FILTER (WHERE obj_description(p.oid, 'pg_proc') IS NULL) AS undocumented
FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag';

-- The sources need the caller's rights.
SET ROLE regress_lbdiag_plain;
SELECT pg_temp.try(format('SELECT count(*) FROM %s', f)) FROM unnest(ARRAY['lbdiag_audit(''board'')', 'lbdiag_context(''board'')',
    'lbdiag_row_data(''board'')', 'lbdiag_audit_report(''board'')', 'lbdiag_create_demo(''mine'')']) AS f;
SELECT pg_temp.try($$INSERT INTO lbdiag_leaderboard (domain) VALUES ('x')$$);
SELECT pg_temp.try($$UPDATE lbdiag_layout SET compact = true$$);
SELECT item, value, detail FROM lbdiag_environment('board') WHERE item LIKE 'host%' OR item LIKE 'cache%models';
RESET ROLE;
GRANT USAGE ON SCHEMA board TO regress_lbdiag_plain;
GRANT SELECT ON board.benchmarks TO regress_lbdiag_plain;
SET ROLE regress_lbdiag_plain;
SELECT pg_temp.try($$SELECT count(*) FROM lbdiag_audit('board')$$);
RESET ROLE;
GRANT SELECT ON board.models TO regress_lbdiag_plain;
SET ROLE regress_lbdiag_plain;
SELECT count(*) FROM lbdiag_row_data('board');
SELECT pg_temp.try($$SELECT count(*) FROM lbdiag_audit('board', layout => 'brainscore_2026_07')$$);
RESET ROLE;
-- A member of pg_monitor sees the host's name and what is cached.
SET ROLE regress_lbdiag_monitor;
SELECT item, value IS NOT NULL AS shown, status FROM lbdiag_environment('board') WHERE item = 'host';
SELECT value <> 'unknown' AS shown FROM lbdiag_environment('board') WHERE item = 'cache board.models';
RESET ROLE;

-- Row-level security is obeyed.
ALTER TABLE board.models ENABLE ROW LEVEL SECURITY;
CREATE POLICY two ON board.models TO regress_lbdiag_plain USING (model_id <= 2);
SET ROLE regress_lbdiag_plain;
SELECT count(*) FROM lbdiag_row_data('board');
SELECT occurrences FROM lbdiag_audit('board') WHERE component = 'row_data' AND path = '$[*]';
RESET ROLE;
ALTER TABLE board.models DISABLE ROW LEVEL SECURITY;

-- No personal data leaves the database.
SELECT count(*) FILTER (WHERE payload::text ~ 'example.com|email|is_staff') AS leaks FROM lbdiag_context('board', 'all', 'brainscore_2026_07');
SELECT count(*) FILTER (WHERE a::text ~ 'example.com|falcon|heron|Lab ') AS leaks FROM lbdiag_audit('board', 'all') AS a;

-- A schema of somebody else, first on the search path: functions, operators,
-- tables and types with the names that lbdiag's queries use.
CREATE SCHEMA trap;
CREATE FUNCTION trap.fire() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
CREATE FUNCTION trap.equal(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.fire(); SELECT true $$;
CREATE FUNCTION trap.equal(bigint, bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.fire(); SELECT true $$;
CREATE FUNCTION trap.equal(jsonb, jsonb) RETURNS boolean LANGUAGE sql AS $$ SELECT trap.fire(); SELECT true $$;
CREATE FUNCTION trap.member(jsonb, text) RETURNS jsonb LANGUAGE sql AS $$ SELECT trap.fire(); SELECT NULL::jsonb $$;
CREATE FUNCTION trap.member_text(jsonb, text) RETURNS text LANGUAGE sql AS $$ SELECT trap.fire(); SELECT NULL::text $$;
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.equal);
CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.equal);
CREATE OPERATOR trap.= (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = trap.equal);
CREATE OPERATOR trap.-> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = trap.member);
CREATE OPERATOR trap.->> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = trap.member_text);
CREATE FUNCTION trap.to_jsonb(bigint) RETURNS jsonb LANGUAGE sql AS $$ SELECT trap.fire(); SELECT NULL::jsonb $$;
CREATE FUNCTION trap.min(text) RETURNS text LANGUAGE sql AS $$ SELECT trap.fire(); SELECT NULL::text $$;
CREATE FUNCTION trap.lbdiag_deciding_score(jsonb, text, boolean, bigint) RETURNS numeric LANGUAGE sql AS $$ SELECT trap.fire(); SELECT 1::numeric $$;
CREATE FUNCTION trap.lbdiag_audit(text, text, text, boolean) RETURNS SETOF text LANGUAGE sql AS $$ SELECT trap.fire()::text $$;
CREATE FUNCTION trap.lbdiag_environment(text) RETURNS SETOF text LANGUAGE sql AS $$ SELECT trap.fire()::text $$;
CREATE FUNCTION trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT trap.fire()::text $$;
CREATE FUNCTION trap.round(numeric, int) RETURNS numeric LANGUAGE sql AS $$ SELECT trap.fire(); SELECT 0::numeric $$;
CREATE VIEW trap.lbdiag_leaderboard AS SELECT 'board'::text AS domain, trap.fire()::text AS models, NULL::text AS benchmarks, NULL::text AS groups, NULL::text AS layout, NULL::text AS rank_root;
CREATE VIEW trap.lbdiag_layout AS SELECT 'documented'::text AS name, trap.fire()::text AS cell;
CREATE DOMAIN trap.int8 AS text;
CREATE DOMAIN trap.jsonb AS text;
SELECT octet_length(payload::text) AS bytes INTO TEMP expected FROM lbdiag_context('board', 'user:2', 'brainscore_2026_07') WHERE component = 'row_data';
SET search_path = trap, pg_catalog, public;
SELECT pg_catalog.octet_length(payload::pg_catalog.text) OPERATOR(pg_catalog.=) e.bytes AS same
FROM public.lbdiag_context('board', 'user:2', 'brainscore_2026_07') AS c, pg_temp.expected AS e WHERE c.component OPERATOR(pg_catalog.=) 'row_data';
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 100 AS audited FROM public.lbdiag_audit('board', 'own:2');
SELECT pg_catalog.length(public.lbdiag_audit_report('board', 'user:2')) OPERATOR(pg_catalog.>) 1000 AS reported;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 5 AS told FROM public.lbdiag_environment('board');
SELECT pg_catalog.count(*) AS made FROM public.lbdiag_create_demo('another', 3, 3, 'another');
RESET search_path;

-- The same in the extension's own schema, before the extension is there: an
-- operator that fits the types better than any of pg_catalog's.
\set main :DBNAME
CREATE DATABASE regress_lbdiag_trap TEMPLATE template0;
\c regress_lbdiag_trap
CREATE FUNCTION fire() RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
CREATE FUNCTION fire(int, numeric) RETURNS numeric LANGUAGE sql AS 'SELECT fire()';
CREATE FUNCTION fire(bigint, numeric) RETURNS numeric LANGUAGE sql AS 'SELECT fire()';
CREATE FUNCTION fire(numeric, bigint) RETURNS numeric LANGUAGE sql AS 'SELECT fire()';
CREATE FUNCTION fire(numeric, int) RETURNS numeric LANGUAGE sql AS 'SELECT fire()';
CREATE OPERATOR * (LEFTARG = int, RIGHTARG = numeric, FUNCTION = fire);
CREATE OPERATOR * (LEFTARG = numeric, RIGHTARG = bigint, FUNCTION = fire);
CREATE OPERATOR / (LEFTARG = bigint, RIGHTARG = numeric, FUNCTION = fire);
CREATE OPERATOR / (LEFTARG = numeric, RIGHTARG = bigint, FUNCTION = fire);
CREATE OPERATOR - (LEFTARG = numeric, RIGHTARG = int, FUNCTION = fire);
CREATE FUNCTION round(bigint, int) RETURNS numeric LANGUAGE sql AS 'SELECT fire()';
CREATE FUNCTION format(text, text, numeric, bigint) RETURNS text LANGUAGE sql AS 'SELECT fire()::text';
CREATE EXTENSION lbdiag;
SELECT count(*) FROM lbdiag_create_demo(models => 5, benchmarks => 5);
SELECT length(lbdiag_audit_report('vision')) > 1000 AS reported;
SELECT count(*) > 5 AS told FROM lbdiag_environment('vision');
\c :main
\set ECHO none
\i :helper
\set ECHO all
\pset format unaligned
\t on

-- Hostile names are only names.
INSERT INTO lbdiag_leaderboard (domain, benchmarks, models) VALUES
    ('x''; DROP SCHEMA board; --', 'board.benchmarks', 'board.models; DROP SCHEMA board CASCADE; --'),
    (E'a"b\\c', 'board.benchmarks', 'board.models"'), ('empty name', 'board.benchmarks', '');
SELECT domain, pg_temp.try(format('SELECT count(*) FROM lbdiag_audit(%L)', domain)) FROM lbdiag_leaderboard WHERE domain NOT IN ('board', 'another') ORDER BY 1;
UPDATE lbdiag_leaderboard SET models = 'board.models' WHERE domain LIKE 'x%';
SELECT pg_temp.try(format('SELECT count(*) FROM lbdiag_audit(%L)', domain)) FROM lbdiag_leaderboard WHERE domain LIKE 'x%';

-- A view as source whose function misbehaves.
CREATE FUNCTION board.bad(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / 0; RETURN true; END $$;
CREATE VIEW board.broken AS SELECT model_id, name, domain, board.bad(model_id) AS public, scores FROM board.models;
UPDATE lbdiag_leaderboard SET models = 'board.broken' WHERE domain = 'board';
SELECT pg_temp.try($$SELECT count(*) FROM lbdiag_audit('board')$$);

DELETE FROM lbdiag_leaderboard;
SET client_min_messages = warning;
DROP SCHEMA board, another, trap CASCADE;
DROP DATABASE regress_lbdiag_trap;
DROP ROLE regress_lbdiag_plain, regress_lbdiag_monitor;
