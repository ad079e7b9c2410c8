-- Who may what: every object of the extension, found through pg_depend, by
-- role; what the calls that matter come to; row-level security; the settings.
\set ECHO none
\set main :DBNAME
SET client_min_messages = warning;
CREATE ROLE regress_lbdiag_owner SUPERUSER;
CREATE ROLE regress_lbdiag_plain;
CREATE ROLE regress_lbdiag_reader;
CREATE ROLE regress_lbdiag_settings IN ROLE pg_read_all_settings;
CREATE ROLE regress_lbdiag_monitor IN ROLE pg_monitor;
CREATE ROLE regress_lbdiag_recorder;
CREATE DATABASE regress_lbdiag_rights TEMPLATE template0;
\c regress_lbdiag_rights
\set ECHO all
\pset format unaligned
\t on
SET client_min_messages = warning;
-- An owner of the extension who is no superuser.
SET ROLE regress_lbdiag_owner;
CREATE EXTENSION lbdiag SCHEMA public;
SELECT count(*) FROM lbdiag_create_demo('board', 6, 4, 'board');
RESET ROLE;
ALTER SCHEMA board OWNER TO CURRENT_USER;
ALTER TABLE board.models OWNER TO CURRENT_USER;
ALTER TABLE board.benchmarks OWNER TO CURRENT_USER;
ALTER TABLE board.model_groups OWNER TO CURRENT_USER;
ALTER ROLE regress_lbdiag_owner NOSUPERUSER;
GRANT CREATE ON DATABASE regress_lbdiag_rights TO regress_lbdiag_owner;
CREATE SCHEMA workshop;
GRANT ALL ON SCHEMA workshop TO PUBLIC;
-- To read.
GRANT USAGE ON SCHEMA board TO regress_lbdiag_reader, regress_lbdiag_recorder;
GRANT SELECT ON board.models, board.benchmarks TO regress_lbdiag_reader, regress_lbdiag_recorder;
-- To record, to prune, and to schedule.
GRANT SELECT, INSERT ON _lbdiag_run, _lbdiag_run_component, _lbdiag_run_path, _lbdiag_run_function TO regress_lbdiag_recorder;
GRANT USAGE ON SEQUENCE _lbdiag_run_id TO regress_lbdiag_recorder;
GRANT DELETE ON _lbdiag_run TO regress_lbdiag_recorder;
GRANT SELECT, INSERT, UPDATE, DELETE ON _lbdiag_scheduled TO regress_lbdiag_recorder;
SELECT lbdiag_record('board', label => 'first') AS run \gset
INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('board', '0 3 * * *', 1);

CREATE TEMP VIEW member AS
SELECT d.classid::regclass AS class, d.objid AS oid FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'lbdiag'
WHERE d.deptype = 'e' AND NOT EXISTS (SELECT FROM pg_type AS t LEFT JOIN pg_class AS c ON c.oid = t.typrelid
    WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND (t.typelem <> 0 OR c.relkind <> 'c'));
CREATE TEMP TABLE who AS
SELECT w.* FROM unnest(ARRAY['plain', 'reader', 'settings', 'monitor', 'recorder', 'owner', 'super']) WITH ORDINALITY AS w (who, number);
ALTER TABLE who ADD COLUMN role name;
UPDATE who SET role = CASE who WHEN 'super' THEN current_user ELSE 'regress_lbdiag_' || who END;

-- All that the extension has: anything new shows here, and below.
SELECT class, count(*) FROM member GROUP BY class ORDER BY class::text;
-- None runs with other rights than the caller's, and each is documented.
SELECT count(*) FILTER (WHERE p.prosecdef) AS security_definer, count(*) FILTER (WHERE obj_description(p.oid, 'pg_proc') IS NULL) AS undocumented
FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass;
SELECT c.oid::regclass FROM member AS m JOIN pg_class AS c ON c.oid = m.oid AND m.class = 'pg_class'::regclass
WHERE c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false);
-- Functions: X may be executed.
SELECT format('%-20s %s', string_agg(CASE WHEN has_function_privilege(w.role, m.oid, 'EXECUTE') THEN 'X' ELSE '-' END, ' ' ORDER BY w.number), m.oid::regprocedure)
FROM member AS m CROSS JOIN who AS w WHERE m.class = 'pg_proc'::regclass GROUP BY m.oid ORDER BY m.oid::regprocedure::text COLLATE "C";
-- Tables and views: r SELECT, a INSERT, w UPDATE, d DELETE, D TRUNCATE,
-- x REFERENCES, t TRIGGER.
SELECT string_agg(rpad(r.letters, 8), '' ORDER BY w.number) || c.oid::regclass
FROM member AS m JOIN pg_class AS c ON c.oid = m.oid AND m.class = 'pg_class'::regclass CROSS JOIN who AS w
CROSS JOIN LATERAL (SELECT coalesce(string_agg(p.letter, '' ORDER BY p.number), '-') AS letters
    FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[], '{r,a,w,d,D,x,t}'::text[]) WITH ORDINALITY AS p (privilege, letter, number)
    WHERE has_table_privilege(w.role, c.oid, p.privilege)) AS r
WHERE c.relkind <> 'S' GROUP BY c.oid ORDER BY c.oid::regclass::text COLLATE "C";
-- Sequences: r SELECT, w UPDATE, U USAGE.
SELECT string_agg(rpad(r.letters, 8), '' ORDER BY w.number) || c.oid::regclass
FROM member AS m JOIN pg_class AS c ON c.oid = m.oid AND m.class = 'pg_class'::regclass CROSS JOIN who AS w
CROSS JOIN LATERAL (SELECT coalesce(string_agg(p.letter, '' ORDER BY p.number), '-') AS letters
    FROM unnest('{SELECT,UPDATE,USAGE}'::text[], '{r,w,U}'::text[]) WITH ORDINALITY AS p (privilege, letter, number)
    WHERE has_sequence_privilege(w.role, c.oid, p.privilege)) AS r
WHERE c.relkind = 'S' GROUP BY c.oid;
-- Settings: S may be set.
SELECT count(*) > 0 AS loaded FROM lbdiag_rules();
SELECT format('%-20s %s', string_agg(CASE WHEN has_parameter_privilege(w.role, s.name, 'SET') THEN 'S' ELSE '-' END, ' ' ORDER BY w.number), s.name)
FROM pg_settings AS s CROSS JOIN who AS w WHERE s.name LIKE 'lbdiag.%' GROUP BY s.name ORDER BY s.name;

-- What calls come to: ok, or the SQLSTATE.  Nothing of them stays.
CREATE FUNCTION pg_temp.outcome(role name, command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE command;
    RAISE 'ok' USING ERRCODE = 'OK000';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'OK000' THEN 'ok' ELSE SQLSTATE END;
END $$;
CREATE TEMP TABLE command (number int GENERATED ALWAYS AS IDENTITY, command text);
-- Every function that takes a payload builds it, but for these.
INSERT INTO command (command)
SELECT format('SELECT * FROM %s(''board'')', p.proname) FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass
WHERE p.proargnames[1] = 'payload' AND p.pronargs - p.pronargdefaults = 0 AND p.prokind = 'f'
ORDER BY p.proname = 'lbdiag_environment', p.proname COLLATE "C";
INSERT INTO command (command) VALUES
    ('SELECT * FROM lbdiag_profile_calls(''board'', encoding => ''none'')'),
    ('SELECT count(*) FROM lbdiag_rules()'),
    ('SELECT _lbdiag_deciding_score(''[]'', ''x'', false, 1)'),
    ('SELECT * FROM lbdiag_encodings_query(''SELECT name FROM board.models'', ''{none}'')'),
    ('SELECT lbdiag_create_demo(''mine'', 1, 1, ''mine'')'),
    ('SELECT lbdiag_compare(1, 1)'),
    ('SELECT lbdiag_prune(''1 day'')'),
    ('SELECT state, message FROM lbdiag_record_scheduled(''board'')'),
    ('SELECT lbdiag_schedule(''board'', ''0 3 * * *'')'),
    ('SELECT lbdiag_unschedule(''board'')'),
    ('SELECT nextval(''_lbdiag_run_id'')'),
    ('SELECT setval(''_lbdiag_run_id'', 100)'),
    ('INSERT INTO lbdiag_leaderboard (domain) VALUES (''x'')'),
    ('UPDATE lbdiag_leaderboard SET models = ''x'''),
    ('DELETE FROM lbdiag_leaderboard'),
    ('INSERT INTO lbdiag_layout (name, cell) VALUES (''x'', ''[]'')'),
    ('UPDATE lbdiag_layout SET compact = true WHERE NOT built_in'),
    ('INSERT INTO lbdiag_target (phase, metric, target) VALUES (''9'', ''bytes'', 1)'),
    ('DELETE FROM lbdiag_target WHERE NOT built_in'),
    ('UPDATE _lbdiag_run SET bytes = 0'),
    ('DELETE FROM _lbdiag_run'),
    ('DELETE FROM _lbdiag_run_path'),
    ('UPDATE _lbdiag_scheduled SET failures = 0'),
    ('CREATE TRIGGER mine BEFORE INSERT ON _lbdiag_run FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()'),
    ('CREATE TABLE workshop.mine (run bigint REFERENCES _lbdiag_run)'),
    ('CREATE TEMP TABLE mine (LIKE lbdiag_layout); CREATE TRIGGER mine BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION _lbdiag_layout_check()'),
    ('CREATE TEMP TABLE mine (LIKE lbdiag_target); CREATE TRIGGER mine BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION _lbdiag_target_keep()'),
    ('SET lbdiag.environment = development'),
    ('SET lbdiag.production_pattern = ''none'''),
    ('SET lbdiag.allow_production = on'),
    ('SET lbdiag.retention = ''1d'''),
    ('SET lbdiag.progress = ''1s'''),
    ('SET lbdiag.max_paths = 200'),
    ('SET lbdiag.progress_function = ''x''');
INSERT INTO command (command)
SELECT format('SELECT count(*) FROM %s', m.oid::regclass) FROM member AS m JOIN pg_class AS c ON c.oid = m.oid AND m.class = 'pg_class'::regclass
WHERE c.relkind IN ('r', 'v') ORDER BY c.relname COLLATE "C";
SELECT string_agg(rpad(pg_temp.outcome(w.role, c.command), 6), '' ORDER BY w.number) || c.command
FROM command AS c CROSS JOIN who AS w GROUP BY c.number, c.command ORDER BY c.number;
-- One of the sources is not enough.
REVOKE SELECT ON board.models FROM regress_lbdiag_reader;
SELECT pg_temp.outcome('regress_lbdiag_reader', 'SELECT * FROM lbdiag_audit(''board'')');
GRANT SELECT ON board.models TO regress_lbdiag_reader;
-- Some columns are, where these are all that is read.
REVOKE SELECT ON board.models FROM regress_lbdiag_reader;
GRANT SELECT (model_id, name, domain, public, scores, model_meta, layers, submitter, "user", "timestamp") ON board.models TO regress_lbdiag_reader;
SELECT pg_temp.outcome('regress_lbdiag_reader', 'SELECT * FROM lbdiag_audit(''board'')'), pg_temp.outcome('regress_lbdiag_reader', 'SELECT * FROM lbdiag_audit(''board'', ''own:1'')');
REVOKE SELECT (submitter) ON board.models FROM regress_lbdiag_reader;
SELECT pg_temp.outcome('regress_lbdiag_reader', 'SELECT * FROM lbdiag_audit(''board'')');
GRANT SELECT ON board.models TO regress_lbdiag_reader;
-- The model groups, where the layout has them.
SELECT pg_temp.outcome('regress_lbdiag_reader', 'SELECT * FROM lbdiag_audit(''board'', layout => ''brainscore_2026_07'')');

-- Who sees the host's name.
DO $$
DECLARE
    w record; host boolean;
BEGIN
    CREATE TEMP TABLE sees (number bigint, who text, host boolean);
    FOR w IN SELECT * FROM who LOOP
        EXECUTE format('SET LOCAL ROLE %I', w.role);
        host := (SELECT value IS NOT NULL FROM lbdiag_environment('board') WHERE item = 'host');
        RESET ROLE;
        INSERT INTO sees VALUES (w.number, w.who, host);
    END LOOP;
END $$;
SELECT who, host FROM sees ORDER BY number;

-- Others' rights by functions of others: the definer's count for the sources,
-- and nothing else comes with them.
CREATE FUNCTION board.bytes(text) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT bytes FROM public.lbdiag_audit($1) WHERE component = 'TOTAL' $$;
GRANT USAGE ON SCHEMA board TO regress_lbdiag_plain;
SELECT bytes FROM lbdiag_audit('board') WHERE component = 'TOTAL' \gset
SET ROLE regress_lbdiag_plain;
SELECT board.bytes('board') = :bytes AS lent;
RESET ROLE;
ALTER FUNCTION board.bytes(text) OWNER TO regress_lbdiag_plain;
SELECT pg_temp.outcome(current_user, 'SELECT board.bytes(''board'')');

-- Row-level security: two of six models.  A view is read with its owner's
-- rights, or, where it says so, with those of the caller.
ALTER TABLE board.models ENABLE ROW LEVEL SECURITY;
CREATE POLICY two ON board.models TO regress_lbdiag_reader, regress_lbdiag_recorder USING (model_id <= 2);
CREATE VIEW board.as_owner AS SELECT model_id, name, 'as_owner' AS domain, public, scores, model_meta, "user" FROM board.models;
CREATE VIEW board.as_caller WITH (security_invoker = true) AS SELECT model_id, name, 'as_caller' AS domain, public, scores, model_meta, "user" FROM board.models;
CREATE VIEW board.all_benchmarks AS SELECT v AS domain, b.identifier, b.benchmark_type_id, b.overall_order, b.parent, b.version, b.number_of_all_children
FROM board.benchmarks AS b, unnest(ARRAY['as_owner', 'as_caller']) AS v;
GRANT SELECT ON board.as_owner, board.as_caller, board.all_benchmarks TO regress_lbdiag_reader, regress_lbdiag_recorder;
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, rank_root)
SELECT v, 'board.' || v, 'board.all_benchmarks', 'average_board' FROM unnest(ARRAY['as_owner', 'as_caller']) AS v;
-- What is not visible cannot fail either.
UPDATE board.models SET scores = '1' WHERE model_id = 3;
SELECT pg_temp.outcome(current_user, 'SELECT * FROM lbdiag_audit(''board'')');
SET ROLE regress_lbdiag_recorder;
SELECT lbdiag_record('board') AS recorded \gset
SELECT (SELECT count(*) FROM lbdiag_row_data('board')) AS rows, (SELECT occurrences FROM lbdiag_audit('board') WHERE component = 'row_data' AND path = '$[*]') AS audit,
    (SELECT ncalls FROM lbdiag_profile('board') WHERE function = 'serialize_model') AS profile, (SELECT row_count FROM lbdiag_profile_queries('board') WHERE query = 'models' AND cache IS NOT NULL) AS queries,
    (SELECT models FROM _lbdiag_run WHERE id = :recorded) AS record,
    (SELECT w.bytes_before = a.bytes FROM lbdiag_whatif('board') AS w, lbdiag_audit('board') AS a WHERE w.component = 'TOTAL' AND a.component = 'TOTAL') AS whatif,
    (SELECT max(t.current) = max(a.bytes) FROM lbdiag_targets('board') AS t, lbdiag_audit('board') AS a WHERE t.metric = 'bytes' AND a.component = 'TOTAL') AS targets,
    EXISTS (SELECT FROM lbdiag_audit_report('board') AS l (line) WHERE line = '    Models: 2') AS report,
    EXISTS (SELECT FROM lbdiag_profile_report('board') AS l (line) WHERE line = '  Models: 2') AS profile_report;
SELECT count(*) FROM lbdiag_row_data('as_caller');
RESET ROLE;
UPDATE board.models SET scores = '[{"benchmark_type_id": "average_board", "score_ceiled": "1"}]', public = true;
SET ROLE regress_lbdiag_recorder;
SELECT d AS domain, (SELECT count(*) FROM lbdiag_row_data(d)) AS rows, (SELECT occurrences FROM lbdiag_audit(d) WHERE component = 'row_data' AND path = '$[*]') AS audit,
    (SELECT ncalls FROM lbdiag_profile(d) WHERE function = 'serialize_model') AS profile, lbdiag_record(d) > 0 AS recorded FROM unnest(ARRAY['board', 'as_caller', 'as_owner']) AS d;
SELECT payload, models FROM _lbdiag_run ORDER BY id DESC LIMIT 3;
SET row_security = off;
SELECT pg_temp.outcome('regress_lbdiag_recorder', 'SELECT * FROM lbdiag_audit(''board'')'), pg_temp.outcome('regress_lbdiag_recorder', 'SELECT * FROM lbdiag_audit(''as_owner'')');
RESET row_security;
RESET ROLE;

-- The history: pruning and retention are with who may delete.
UPDATE _lbdiag_run SET at = now() - interval '2 days' WHERE id = :run;
SET lbdiag.retention = '1d';
REVOKE DELETE ON _lbdiag_run FROM regress_lbdiag_recorder;
SET ROLE regress_lbdiag_recorder;
SELECT lbdiag_record('board') > 0 AS recorded, (SELECT count(*) FROM _lbdiag_run WHERE id = :run) AS old;
RESET ROLE;
GRANT DELETE ON _lbdiag_run TO regress_lbdiag_recorder;
SET ROLE regress_lbdiag_recorder;
SELECT lbdiag_record('board') > 0 AS recorded;
SELECT count(*) AS old FROM _lbdiag_run WHERE id = :run;
RESET ROLE;
RESET lbdiag.retention;
-- Only who scheduled it, or a superuser, takes a job away.
SELECT pg_temp.outcome('regress_lbdiag_recorder', 'SELECT lbdiag_unschedule(''board'')');
UPDATE _lbdiag_scheduled SET scheduled_by = 'regress_lbdiag_recorder';
SELECT pg_temp.outcome('regress_lbdiag_recorder', 'SELECT lbdiag_unschedule(''board'')');

-- The production guard stands, whatever a plain user sets, and when.
ALTER DATABASE regress_lbdiag_rights SET lbdiag.environment = 'production';
GRANT CREATE ON SCHEMA board TO regress_lbdiag_reader;
\c regress_lbdiag_rights
SET SESSION AUTHORIZATION regress_lbdiag_reader;
-- The library is not loaded yet, and nobody knows whose settings these are.
SET lbdiag.allow_production = on;
SET lbdiag.environment = 'development';
\set VERBOSITY terse
-- error: permission denied to set parameter "lbdiag.allow_production"
ALTER ROLE regress_lbdiag_reader SET lbdiag.allow_production = on;
-- error: cannot profile against production database
SELECT count(*) FROM lbdiag_audit('board');
SHOW lbdiag.allow_production;
SHOW lbdiag.environment;
-- error: permission denied to set parameter "lbdiag.allow_production"
SET lbdiag.allow_production = on;
-- error: permission denied to set parameter "lbdiag.production_pattern"
SELECT set_config('lbdiag.production_pattern', '', false);
-- error: permission denied to set parameter "lbdiag.allow_production"
SET LOCAL lbdiag.allow_production = on;
-- error: permission denied to set parameter "lbdiag.allow_production"
CREATE FUNCTION board.allow() RETURNS bigint LANGUAGE sql SET lbdiag.allow_production = on AS 'SELECT count(*) FROM public.lbdiag_audit(''board'')';
-- error: permission denied to set parameter "lbdiag.allow_production"
ALTER ROLE regress_lbdiag_reader SET lbdiag.allow_production = on;
-- error: must be owner of database regress_lbdiag_rights
ALTER DATABASE regress_lbdiag_rights SET lbdiag.environment = 'development';
-- error: permission denied to set parameter "lbdiag.environment"
RESET lbdiag.environment;
SHOW lbdiag.environment;
RESET SESSION AUTHORIZATION;
-- No function that builds a context is without the guard.
CREATE TEMP TABLE guarded AS
SELECT p.oid::regprocedure::text AS function, format('SELECT * FROM %s(%s)', p.oid::regproc, (SELECT string_agg(CASE a.name
        WHEN 'payload' THEN '''board''' WHEN 'viewer' THEN '''public''' WHEN 'layout' THEN 'NULL' WHEN 'phase' THEN '''1''' WHEN 'label' THEN 'NULL'
        WHEN 'format' THEN '''folded''' WHEN 'weight' THEN '''bytes''' WHEN 'changes' THEN '''[{}]''' WHEN 'measured' THEN '''{}''' WHEN 'change' THEN '''{}'''
        ELSE CASE t.type WHEN 'int4'::regtype THEN '1' WHEN 'bool'::regtype THEN 'false' ELSE 'NULL' END END, ', ' ORDER BY t.number)
    FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, number) JOIN unnest(p.proargnames) WITH ORDINALITY AS a (name, number) USING (number))) AS command
FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag' WHERE p.proargnames[1] = 'payload' AND p.prokind = 'f' AND p.proname !~ 'schedule';
CREATE FUNCTION pg_temp.state(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE command; RETURN 'ok'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
SELECT pg_temp.state(command), function FROM guarded ORDER BY 1, function COLLATE "C";
-- Who is granted a setting may set it.
GRANT SET ON PARAMETER lbdiag.allow_production TO regress_lbdiag_reader;
SET SESSION AUTHORIZATION regress_lbdiag_reader;
SET lbdiag.allow_production = on;
SELECT count(*) > 0 AS allowed FROM lbdiag_audit('board');
RESET SESSION AUTHORIZATION;
REVOKE SET ON PARAMETER lbdiag.allow_production FROM regress_lbdiag_reader;

-- Default privileges that give everybody everything give nothing of this.
\c :main
SET client_min_messages = warning;
DROP DATABASE regress_lbdiag_rights;
CREATE DATABASE regress_lbdiag_rights TEMPLATE template0;
\c regress_lbdiag_rights
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO PUBLIC;
CREATE EXTENSION lbdiag SCHEMA public;
SELECT string_agg(CASE c.relkind WHEN 'S' THEN has_sequence_privilege('regress_lbdiag_plain', c.oid, 'USAGE, UPDATE')::text
    ELSE has_table_privilege('regress_lbdiag_plain', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')::text END, ' ')
FROM pg_class AS c JOIN pg_depend AS d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e';
SELECT has_function_privilege('regress_lbdiag_plain', 'lbdiag_create_demo(name, int, int, text, boolean)', 'EXECUTE');
\c :main
SET client_min_messages = warning;
DROP DATABASE regress_lbdiag_rights;
DROP ROLE regress_lbdiag_plain, regress_lbdiag_reader, regress_lbdiag_settings, regress_lbdiag_monitor, regress_lbdiag_recorder, regress_lbdiag_owner;
