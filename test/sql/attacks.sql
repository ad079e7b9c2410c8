-- What somebody else can do: with schemas on the search path, with the
-- extension's own schema, with names, layouts and source views.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set ECHO none
\i :helper
\set ECHO all
\pset format unaligned
\t on
SELECT count(*) FROM lbdiag_create_demo('board', 6, 4, 'board');
-- What belongs to the extension.
\set member 'CREATE TEMP VIEW member AS SELECT d.classid::regclass AS class, d.objid AS oid FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = ''pg_extension''::regclass AND e.extname = ''lbdiag'' WHERE d.deptype = ''e'''
:member;

-- Every function with all of its arguments NULL, and with one of them NULL:
-- none takes the server down.
CREATE TEMP VIEW argument AS
SELECT p.oid, p.proname, p.prokind, t.number, a.name, t.type::regtype AS type,
    CASE a.name WHEN 'payload' THEN '''board''' WHEN 'domain' THEN '''board''' WHEN 'viewer' THEN '''public''' WHEN 'layout' THEN '''documented''' WHEN 'phase' THEN '''1''' WHEN 'weight' THEN '''compressed'''
        WHEN 'format' THEN '''folded''' WHEN 'changes' THEN CASE WHEN p.proname LIKE 'lbdiag_whatif%' OR t.type = 'jsonb[]'::regtype THEN '''{}''' ELSE '''[{}]''' END WHEN 'encoding' THEN '''gzip:1''' WHEN 'whole' THEN '''{}''' WHEN 'a' THEN '''{}''' WHEN 'b' THEN '''{}''' WHEN 'total' THEN '''{}''' WHEN 'measured' THEN '''{}''' WHEN 'query' THEN '''SELECT 1''' WHEN 'change' THEN '''{}''' WHEN 'relation' THEN '''board.models''' WHEN 'column_name' THEN '''model_meta''' WHEN 'path' THEN CASE p.proname WHEN 'lbdiag_largest' THEN '''$''' ELSE '''x''' END WHEN 'fillfactor' THEN '100'
        ELSE CASE t.type::regtype::text WHEN 'integer' THEN '1' WHEN 'bigint' THEN '1' WHEN 'boolean' THEN 'false' WHEN 'jsonb' THEN '''[]''' WHEN 'double precision' THEN '100' WHEN 'numeric' THEN '1'
            WHEN 'text[]' THEN '''{}''' WHEN 'interval' THEN '''1 day''' ELSE CASE WHEN t.type::regtype::text LIKE '%[]' THEN '''{}''' ELSE '''x''' END END END AS value
FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass AND p.prorettype <> 'trigger'::regtype
CROSS JOIN LATERAL unnest(p.proargtypes) WITH ORDINALITY AS t (type, number) JOIN unnest(p.proargnames) WITH ORDINALITY AS a (name, number) USING (number);
CREATE TEMP VIEW with_null AS
SELECT n.null_at, a.oid, format('%s %s(%s)', CASE prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT * FROM' END, a.oid::regproc,
    string_agg(CASE WHEN n.null_at IN (0, a.number) THEN 'NULL' ELSE a.value END || '::' || a.type, ', ' ORDER BY a.number)) AS command
FROM argument AS a JOIN (SELECT 0 AS null_at, oid FROM argument UNION SELECT number, oid FROM argument) AS n USING (oid)
GROUP BY n.null_at, a.oid, a.prokind;
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE outcome ~ '^XX|^08|^57') AS internal_errors, count(*) FILTER (WHERE outcome !~ 'no error' AND outcome !~ 'HINT') AS without_hint
FROM (SELECT w.command, pg_temp.try(w.command) AS outcome FROM with_null AS w JOIN pg_proc AS p USING (oid) WHERE p.proname NOT IN ('lbdiag_create_demo', 'lbdiag_drop_demo', 'lbdiag_prune') OR null_at = 0) AS x;
DELETE FROM _lbdiag_run;

-- A schema of somebody else, first on the search path: every function,
-- aggregate and operator of pg_catalog with the same types of arguments, its
-- types, and the relations that lbdiag reads.  A sequence counts what was
-- called, whatever becomes of the error.
\set ECHO none
CREATE SCHEMA trap;
CREATE SEQUENCE trap.sprung;
CREATE FUNCTION trap.fire() RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$ BEGIN PERFORM nextval('trap.sprung'); RAISE 'the trap was sprung'; END $$;
DO $$
DECLARE
    f record; o record; functions int := 0; aggregates int := 0; operators int := 0;
BEGIN
    FOR f IN SELECT p.proname, p.prokind, p.proretset, p.prorettype::regtype AS result, p.provariadic <> 0 AS variadic,
            (SELECT string_agg(CASE WHEN p.provariadic <> 0 AND t.number = p.pronargs THEN 'VARIADIC ' ELSE '' END || t.type::regtype, ', ' ORDER BY t.number)
             FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, number)) AS arguments
        FROM pg_proc AS p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a')
            AND NOT p.prorettype = ANY ('{trigger,event_trigger,language_handler,fdw_handler,index_am_handler,table_am_handler,tsm_handler,internal}'::regtype[])
    LOOP
        BEGIN
            IF f.prokind = 'f' THEN
                -- Only C functions take "any": these are below.
                EXECUTE format('CREATE FUNCTION trap.%I(%s) RETURNS %s %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM trap.fire(); END $f$',
                    f.proname, f.arguments, CASE WHEN f.proretset THEN 'SETOF' END, f.result);
                functions := functions + 1;
            ELSE
                EXECUTE format('CREATE OR REPLACE FUNCTION trap.step(trap_state text, %s) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN PERFORM trap.fire(); END $f$', f.arguments);
                EXECUTE format('CREATE AGGREGATE trap.%I(%s) (SFUNC = trap.step, STYPE = text, INITCOND = '''')', f.proname, f.arguments);
                aggregates := aggregates + 1;
            END IF;
        EXCEPTION
            WHEN invalid_function_definition OR duplicate_function OR datatype_mismatch OR feature_not_supported THEN NULL;
            WHEN undefined_function OR syntax_error THEN NULL;
        END;
    END LOOP;
    FOR o IN SELECT oprname, CASE WHEN oprleft <> 0 THEN oprleft::regtype::text END AS l, oprright::regtype AS r, oprresult::regtype AS result
        FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace
    LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION trap.operand(%s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM trap.fire(); END $f$',
                concat_ws(', ', o.l, o.r), o.result);
        EXCEPTION
            WHEN duplicate_function OR invalid_function_definition OR feature_not_supported THEN NULL;
        END;
        BEGIN
            EXECUTE format('CREATE OPERATOR trap.%s (%sRIGHTARG = %s, FUNCTION = trap.operand)', o.oprname, 'LEFTARG = ' || o.l || ', ', o.r);
            operators := operators + 1;
        EXCEPTION
            WHEN undefined_function OR invalid_function_definition OR feature_not_supported THEN NULL;
        END;
    END LOOP;
    RAISE NOTICE 'more than 2000 functions: %, 60 aggregates: %, 600 operators: %', functions > 2000, aggregates > 60, operators > 600;
END $$;
-- Those with any arguments, by the ways in which lbdiag calls them.
CREATE FUNCTION trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM trap.fire(); END';
CREATE FUNCTION trap.format(text, VARIADIC numeric[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM trap.fire(); END';
CREATE FUNCTION trap.concat(VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM trap.fire(); END';
CREATE FUNCTION trap.concat_ws(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM trap.fire(); END';
CREATE FUNCTION trap.count() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN PERFORM trap.fire(); END';
CREATE FUNCTION trap.jsonb_build_object(VARIADIC text[]) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN PERFORM trap.fire(); END';
CREATE DOMAIN trap.text AS pg_catalog.text CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.bool AS pg_catalog.bool CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.int4 AS pg_catalog.int4 CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.int8 AS pg_catalog.int8 CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.numeric AS pg_catalog.numeric CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.float8 AS pg_catalog.float8 CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.jsonb AS pg_catalog.jsonb CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.json AS pg_catalog.json CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.name AS pg_catalog.name CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.regclass AS pg_catalog.regclass CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.timestamptz AS pg_catalog.timestamptz CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap."interval" AS pg_catalog.interval CHECK (VALUE IS NULL OR trap.fire());
-- The relations of lbdiag and those of the catalog that it reads: first on
-- the path, and as temporary ones, which are before any path.
SELECT format('CREATE VIEW %s.%I AS SELECT * FROM %s UNION ALL SELECT * FROM %s WHERE trap.fire()', s, c.relname, c.oid::regclass, c.oid::regclass)
FROM pg_class AS c CROSS JOIN unnest(ARRAY['trap', 'pg_temp']) AS s
WHERE c.oid IN (SELECT oid FROM member WHERE class = 'pg_class'::regclass) AND c.relkind IN ('r', 'v')
    OR s = 'trap' AND c.oid IN ('pg_class'::regclass, 'pg_namespace'::regclass, 'pg_rewrite'::regclass, 'pg_depend'::regclass, 'pg_extension'::regclass, 'pg_roles'::regclass)
\gexec
-- The extension's own functions and types.
SELECT format('CREATE FUNCTION trap.%I(%s) RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN PERFORM trap.fire(); END $f$', p.proname, (SELECT string_agg(t.type::regtype::text, ', ' ORDER BY t.number) FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, number)))
FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass
WHERE NOT p.proargtypes::oid[] && ARRAY['internal', 'cstring']::regtype[]::oid[]
\gexec
CREATE DOMAIN trap.lbdiag_target_row AS pg_catalog.text CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap._lbdiag_scope AS pg_catalog.text CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap._lbdiag_place AS pg_catalog.text CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap._lbdiag_sql_row AS pg_catalog.text CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap._lbdiag_sql_place AS pg_catalog.text CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.lbdiag_json_stats AS pg_catalog.text CHECK (VALUE IS NULL OR trap.fire());
CREATE DOMAIN trap.lbdiag_difference AS pg_catalog.text CHECK (VALUE IS NULL OR trap.fire());
\set ECHO all
-- The trap works.
CREATE FUNCTION pg_temp.run(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state pg_catalog.text; message pg_catalog.text;
BEGIN
    EXECUTE command;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    RETURN pg_catalog.concat(state, ' ', message);
END $$;
SET search_path = trap, pg_catalog, public;
SELECT pg_temp.run(c) FROM pg_catalog.unnest(ARRAY['SELECT upper(''x'')', 'SELECT ''a''::pg_catalog.text = ''b''::pg_catalog.text', 'SELECT sum(1)', 'SELECT 1::numeric',
    'SELECT format(''%s'', ''x''::pg_catalog.text)', 'SELECT FROM _lbdiag_run', 'SELECT FROM trap.pg_roles', 'SELECT lbdiag_trace_stop()', 'SELECT 1::pg_catalog.int8 + 1::pg_catalog.int8']) AS c;
SELECT last_value FROM trap.sprung;
SELECT pg_catalog.setval('trap.sprung', 1, false);
-- Every function of the extension is called: by its name, with valid
-- arguments; some twice, where the arguments lead elsewhere.
RESET search_path;
CREATE TEMP TABLE called AS
SELECT p.proname, format('%s public.%I(%s)', CASE p.prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT * FROM' END, p.proname, string_agg(CASE a.name
        WHEN 'value' THEN '''x''' WHEN 'query' THEN '''SELECT 1 AS one''' WHEN 'statement' THEN '''SELECT 1 AS one''' WHEN 'stats' THEN quote_literal('lbdiag_json_stats:02010000' || repeat('00', 13)) WHEN 'choices' THEN 'ARRAY[''x'']' WHEN 'domain' THEN CASE p.proname WHEN 'lbdiag_create_demo' THEN '''made''' ELSE '''board''' END
        WHEN 'schema' THEN CASE p.proname WHEN 'lbdiag_drop_demo' THEN '''none''' ELSE '''made''' END WHEN 'models' THEN '2'
        WHEN 'change' THEN '''{"compact": true}''' WHEN 'changes' THEN CASE p.proname WHEN 'lbdiag_whatif' THEN '''{"compact": true, "columnar": true, "round_digits": 2, "drop_components": ["column_defs"], "drop_paths": ["row_data:$[*].metadata"], "dictionary": ["row_data:$[*].*.score_ceiled"]}'''
            ELSE '''[{"compact": true}]''' END ELSE a.value END || '::' ||
        (SELECT format('%s.%I', t.typnamespace::regnamespace, t.typname) FROM pg_type AS t WHERE t.oid = a.type), ', ' ORDER BY a.number)) AS command
FROM argument AS a JOIN pg_proc AS p USING (oid) GROUP BY p.oid, p.proname, p.prokind;
INSERT INTO called VALUES ('lbdiag_trace_stop', 'SELECT * FROM public.lbdiag_trace_stop()');
-- Those of the type and of the aggregates take internal arguments: they are called by use, here or in json.sql.
INSERT INTO called SELECT p.proname, 'SELECT s.v::pg_catalog.text::public.lbdiag_json_stats, public.lbdiag_json_merge(s.v) OVER () FROM (SELECT public.lbdiag_json_stats(''{"a": 1}''::pg_catalog.jsonb) UNION ALL SELECT public.lbdiag_json_stats(''{"a": 1}''::pg_catalog.json)) AS s (v)'
FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass WHERE p.proname ~ 'json_(stats|merge)';
INSERT INTO called SELECT p.proname, 'SELECT public._lbdiag_column_stats(s.j), public._lbdiag_column_stats(s.j::pg_catalog.json), public.lbdiag_json_merge(public._lbdiag_value_stats(s.j)), public.lbdiag_json_merge(public._lbdiag_value_stats(ARRAY[s.j])), pg_catalog.max((public._lbdiag_largest_of(s.j, ''$.a'', true))[1]) FROM (VALUES (''{"a": 1}''::pg_catalog.jsonb), (NULL)) AS s (j)'
FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass WHERE p.proname ~ '_lbdiag_(column_stats|value_stats|largest_of)';
INSERT INTO called SELECT proname, pg_catalog.replace(command, '''documented''', '''brainscore_2026_07''') FROM called WHERE command ~ 'documented';
INSERT INTO called SELECT proname, pg_catalog.replace(command, '''folded''', quote_literal(f)) FROM called, unnest(ARRAY['speedscope', 'callgrind', 'pstats']) AS f WHERE proname = 'lbdiag_profile_export' AND command ~ 'documented' OR proname = 'lbdiag_profile_sql_export';
INSERT INTO called VALUES ('lbdiag_audit', 'SELECT * FROM public.lbdiag_audit(''board'', ''user:2'')'), ('lbdiag_audit', 'SELECT * FROM public.lbdiag_audit(''board'', ''own:2'')'),
    ('lbdiag_audit', 'SELECT * FROM public.lbdiag_audit(''nowhere'')'), ('lbdiag_check', 'SELECT public.lbdiag_check(''board'', phase => ''never'')'), ('lbdiag_compare', 'SELECT public.lbdiag_compare(-1, -1)'), ('lbdiag_compare', 'SELECT public.lbdiag_compare(-3, -3)'), ('lbdiag_compare', 'SELECT public.lbdiag_compare(-4, -4)'), ('lbdiag_compare', 'SELECT public.lbdiag_compare(-1, -4)'),
    ('lbdiag_check', 'SELECT public.lbdiag_check(''board'', phase => ''tight'')'), ('lbdiag_whatif', 'SELECT public.lbdiag_whatif(''board'', changes => ''{"drop_paths": ["row_data:$.nowhere"]}'')');
INSERT INTO public.lbdiag_target (phase, metric, target) VALUES ('tight', 'bytes', 1), ('tight', 'compressed_bytes', 1);
INSERT INTO public._lbdiag_scheduled (payload, schedule, job) VALUES ('board', '0 3 * * *', 1), ('old', '0 3 * * *', 2);
INSERT INTO public._lbdiag_run SELECT (jsonb_populate_record(NULL::public._lbdiag_run, jsonb_build_object('id', v.id, 'at', v.at) || '{ "kind": "payload", "payload": "board", "viewer": "public", "layout": "documented", "layout_reason": "x", "repetitions": 1, "machine": "x", "reference_ms": 1, "reference_min_ms": 1, "reference_max_ms": 1, "changing_bytes": 0, "login_role": "x", "recorded_by": "x",
    "environment": "x", "server_version": "x", "extension_version": "x", "encoding": "none", "buffers_hit": 0, "buffers_read": 0, "models": 0, "bytes": 0, "compressed_bytes": 0, "query_ms": 0,
    "builder_ms": 0, "builder_min_ms": 0, "builder_max_ms": 0, "paths_left_out": 0}')).* FROM (VALUES (-1, now()), (-2, '2020-01-01')) AS v (id, at);
INSERT INTO public._lbdiag_run (id, kind, label, statement, repetitions, statement_ms, statement_min_ms, statement_max_ms, machine, environment, extension_version) VALUES (-4, 'statement', 'x', 'x', 1, 1, 1, 1, 'x', 'x', 'x');
SELECT p.proname FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass AND p.prorettype <> 'trigger'::regtype WHERE p.proname NOT IN (SELECT proname FROM called);
SET lbdiag.retention = '1d';
SET search_path = trap, pg_catalog, public;
\set VERBOSITY terse
SELECT DISTINCT pg_catalog.concat(proname, ': ', pg_temp.run(command)) COLLATE pg_catalog."C" FROM pg_temp.called
WHERE proname OPERATOR(pg_catalog.!~) 'lbdiag_record_scheduled|lbdiag_trace' ORDER BY 1;
SELECT pg_temp.run('SELECT public.lbdiag_trace_start()'), pg_temp.run('SELECT * FROM public.lbdiag_trace_stop()'), pg_temp.run('SELECT public.lbdiag_trace_start()'), pg_temp.run('SELECT * FROM public.lbdiag_trace_stop()'),
    pg_temp.run('SELECT public.lbdiag_trace_start()'), pg_temp.run('SELECT public.lbdiag_trace_report()'), pg_temp.run('SELECT public.lbdiag_trace_start()'), pg_temp.run('SELECT public.lbdiag_trace_export(''callgrind'')');
SELECT state, message FROM public.lbdiag_record_scheduled('old');
-- error: leaderboard "nowhere" is not scheduled
SELECT state, message FROM public.lbdiag_record_scheduled('nowhere');
-- The triggers, and the views.
INSERT INTO public.lbdiag_layout (name, cell) VALUES ('mine', '[]');
-- error: layout "mine" is invalid
UPDATE public.lbdiag_layout SET cell = '1' WHERE name OPERATOR(pg_catalog.=) 'mine';
-- error: built-in layout "documented" cannot be written
UPDATE public.lbdiag_layout SET compact = true WHERE name OPERATOR(pg_catalog.=) 'documented';
DELETE FROM public.lbdiag_layout WHERE name OPERATOR(pg_catalog.=) 'mine';
-- error: built-in targets cannot be changed
UPDATE public.lbdiag_target SET target = 2 WHERE phase OPERATOR(pg_catalog.=) '1';
UPDATE public.lbdiag_target SET target = 2 WHERE phase OPERATOR(pg_catalog.=) 'tight';
-- error: built-in targets cannot be changed
TRUNCATE public.lbdiag_target;
SELECT pg_temp.run(pg_catalog.format('SELECT * FROM public.%I', v)) FROM pg_catalog.unnest('{lbdiag_runs,lbdiag_latest,lbdiag_trend,lbdiag_run_components,lbdiag_run_paths,lbdiag_run_functions,lbdiag_latest_targets,lbdiag_schedule_status}'::pg_catalog.text[]) AS v GROUP BY 1;
SELECT is_called FROM trap.sprung;
\set VERBOSITY default
RESET search_path;
RESET lbdiag.retention;
-- A temporary relation with a default name is one like any other: the path's.
SELECT pg_temp.try($$SELECT * FROM lbdiag_audit('temporary')$$);
CREATE TEMP TABLE mv_final_model_context AS SELECT 1 AS model_id, 'm' AS name, 'temporary' AS domain, true AS public, '[{"benchmark_type_id": "average_temporary", "score_ceiled": "1"}]'::jsonb AS scores;
CREATE TEMP TABLE mv_final_benchmark_context AS SELECT 'b_v0' AS identifier, 'b' AS benchmark_type_id, 'temporary' AS domain, 1 AS overall_order;
SELECT occurrences FROM lbdiag_audit('temporary') WHERE component = 'row_data' AND path = '$[*]';
-- And a registered one with its schema is not.
CREATE TEMP TABLE models AS SELECT * FROM board.models LIMIT 0;
SELECT occurrences FROM lbdiag_audit('board') WHERE component = 'row_data' AND path = '$[*]';
DISCARD TEMP;
SET client_min_messages = warning;
DROP SCHEMA trap, made CASCADE;
RESET client_min_messages;
DELETE FROM lbdiag_leaderboard WHERE domain = 'made';
DELETE FROM lbdiag_target WHERE NOT built_in;
DELETE FROM _lbdiag_scheduled;
DELETE FROM _lbdiag_run;

-- The extension's own schema, where others may create: before the extension
-- is there, operators that fit better than any of pg_catalog's, and functions
-- of its names that fit calls with fewer or other arguments.
\set main :DBNAME
:member;
SELECT string_agg(DISTINCT format('CREATE FUNCTION public.%I(%s) RETURNS SETOF text LANGUAGE plpgsql AS $f$ BEGIN PERFORM fire(); END $f$', proname, arguments), E';\n') AS overloads,
    count(DISTINCT (proname, types)) AS n
FROM (SELECT DISTINCT ON (p.proname, v.types) p.proname, v.types, v.arguments FROM member AS m JOIN pg_proc AS p ON p.oid = m.oid AND m.class = 'pg_proc'::regclass AND p.pronargs > 0
    -- Every choice of arguments that the call can leave to defaults, and every
    -- argument that is no text as a text.
    CROSS JOIN LATERAL (SELECT s.mask, s.other,
            string_agg(format('%I %s', a.name, CASE WHEN a.number = s.other THEN 'text' ELSE t.type::regtype::text END), ', ' ORDER BY a.number) AS arguments,
            string_agg(CASE WHEN a.number = s.other THEN 'text' ELSE t.type::regtype::text END, ', ' ORDER BY a.number) AS types
        FROM (SELECT mask, 0 AS other FROM generate_series(0, (1 << least(p.pronargdefaults, 8)) - 1) AS mask
              UNION ALL SELECT 0, o FROM generate_series(1, p.pronargs) AS o) AS s
        CROSS JOIN LATERAL unnest(p.proargtypes) WITH ORDINALITY AS t (type, number) JOIN unnest(p.proargnames) WITH ORDINALITY AS a (name, number) USING (number)
        WHERE s.mask & (1 << (p.pronargs - a.number)::int) = 0
        GROUP BY s.mask, s.other) AS v
    -- A type of the extension cannot be in a function that is there before it.
    WHERE NOT EXISTS (SELECT FROM unnest(p.proargtypes) AS u (type) JOIN pg_type AS t ON t.oid = u.type WHERE t.typnamespace <> 'pg_catalog'::regnamespace)
    AND v.types <> (SELECT string_agg(t.type::regtype::text, ', ' ORDER BY t.number) FROM unnest(p.proargtypes) WITH ORDINALITY AS t (type, number))
    ORDER BY p.proname, v.types, v.mask DESC) AS x \gset
SELECT :n > 200 AS many;
CREATE DATABASE regress_lbdiag_trap TEMPLATE template0;
\c regress_lbdiag_trap
CREATE SEQUENCE sprung;
CREATE FUNCTION fire() RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('public.sprung'); RAISE 'the trap was sprung'; END $$;
DO $$
DECLARE
    o record;
BEGIN
    FOR o IN SELECT l, r, op FROM unnest('{int,bigint,numeric,double precision,text,jsonb,text[],name,interval,timestamptz}'::text[]) AS l, unnest('{int,bigint,numeric,double precision,text,jsonb,text[],name,interval,timestamptz}'::text[]) AS r,
        unnest('{+,-,*,/,%,<,<=,=,<>,>=,>,||,->,->>,&,~,!~,?}'::text[]) AS op
        WHERE to_regoperator(format('pg_catalog.%s(%s,%s)', op, l, r)) IS NULL
    LOOP
        EXECUTE format('CREATE OR REPLACE FUNCTION fire(%s, %s) RETURNS numeric LANGUAGE sql AS ''SELECT public.fire()''', o.l, o.r);
        EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = fire)', o.op, o.l, o.r);
    END LOOP;
END $$;
CREATE FUNCTION round(bigint, int) RETURNS numeric LANGUAGE sql AS 'SELECT fire()';
CREATE FUNCTION format(text, text, numeric, bigint) RETURNS text LANGUAGE sql AS 'SELECT fire()::text';
CREATE FUNCTION format(text, text) RETURNS text LANGUAGE sql AS 'SELECT fire()::text';
\set ECHO none
:overloads;
\set ECHO all
CREATE EXTENSION lbdiag SCHEMA public;
SELECT relation FROM lbdiag_create_demo('board'::name, 5, 5, 'vision'::text, false);
INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('vision'::text, '0 3 * * *', 1);
-- Calls with all arguments, so that the call itself is meant.
SELECT (SELECT count(*) > 20 FROM lbdiag_audit_report('vision'::text, 'public'::text, NULL::text)) AS audit, (SELECT count(*) > 20 FROM lbdiag_profile_report('vision'::text, 'public'::text, NULL::text, 30, 1)) AS profile,
    length(lbdiag_audit_export('vision'::text, 'public'::text, NULL::text, 'folded'::text, 'bytes'::text)) > 100 AS export,
    (SELECT bool_and(length(lbdiag_profile_export('vision'::text, 'public'::text, NULL::text, f, 1, NULL::text)) > 100) FROM unnest('{folded,speedscope,callgrind,pstats}'::text[]) AS f) AS exports,
    (SELECT count(*) FROM lbdiag_profile_queries('vision'::text, 'public'::text, NULL::text, 1)) AS queries,
    (SELECT count(*) FROM lbdiag_check('vision'::text, 'public'::text, NULL::text, '1'::text, NULL::float8)) AS targets;
SELECT count(*) > 3 AS whatif FROM lbdiag_whatif('vision'::text, viewer => 'public'::text, layout => NULL::text, changes => '{"compact": true, "utf8": true, "omit_nulls": true, "round_digits": 2, "columnar": true}'::jsonb);
SELECT count(*) > 3 AS opportunities FROM lbdiag_opportunities('vision'::text, 'public'::text, NULL::text);
SELECT lbdiag_record('vision'::text, 'public'::text, NULL::text, 'a'::text, 1, NULL::float8);
SELECT state, message FROM lbdiag_record_scheduled('vision'::text);
SELECT failures, last_recorded FROM lbdiag_schedule_status;
SELECT count(*) > 20 AS compared FROM lbdiag_compare(1::bigint, 2::bigint);
SELECT lbdiag_prune('0 days'::interval);
SELECT last_value, is_called FROM sprung;
\c :main
DROP DATABASE regress_lbdiag_trap;
\set ECHO none
\i :helper
\set ECHO all
\pset format unaligned
\t on

-- Hostile names are only names: of domains, labels, viewers, layouts, schemas
-- and relations, in every function that takes them.
CREATE TABLE board.hostile (number int GENERATED ALWAYS AS IDENTITY, name text);
INSERT INTO board.hostile (name) VALUES (''''), ('"'), ('x''; DROP SCHEMA board CASCADE; --'), ('"; DROP SCHEMA board CASCADE; --'), ('%s%n%d%%%I%L'), ('$1'), ('$$'), ('$body$'), (E'\\''; --'), ('\x'), (E'two\nlines\r\n=== SUMMARY ==='), (';'), ('*'), ('{}'), ('a.b.c.d'),
    (''), (' '), (E'\x01\x1b[2J\x7f'), (repeat('long', 40)), ('größe'), (U&'\202Eevil\200B'), ('NULL'), ('public'), ('../../etc/passwd');
CREATE SCHEMA "we""ird; DROP SCHEMA board; --";
CREATE TABLE "we""ird; DROP SCHEMA board; --"."%s $1 ""'\ é" AS SELECT h.name AS domain, m.model_id, m.name, m.public, m.scores, m.model_meta, m.submitter, m.user_id FROM board.models AS m CROSS JOIN board.hostile AS h WHERE m.model_id <= 3;
CREATE VIEW "we""ird; DROP SCHEMA board; --"."select" AS SELECT h.name AS domain, b.identifier, b.benchmark_type_id, b.overall_order, b.parent, b.version, b.number_of_all_children, b.short_name FROM board.benchmarks AS b CROSS JOIN board.hostile AS h;
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, rank_root)
SELECT name, '"we""ird; DROP SCHEMA board; --"."%s $1 ""''\ é"', '"we""ird; DROP SCHEMA board; --"."select"', 'average_board' FROM board.hostile;
CREATE TEMP TABLE named AS
SELECT p.proname, p.pronargdefaults, format('%s %s(%%1$L)', CASE p.prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT count(*) FROM' END, p.oid::regproc) AS command
FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag'
WHERE p.proargnames[1] = 'payload' AND p.pronargs - p.pronargdefaults <= 1;
-- The long ones, which hand the name on, with some of the names.
SELECT count(DISTINCT proname) > 15 AS functions, pg_temp.try(format(command, name)) AS outcome, count(*) > 350 AS many
FROM named CROSS JOIN board.hostile WHERE proname <> 'lbdiag_record_scheduled' AND (number <= 6 OR proname !~ 'report|opportunities|check') GROUP BY 2;
SELECT count(*), bool_and(a.occurrences = 3) AS own_rows FROM board.hostile AS h CROSS JOIN LATERAL lbdiag_audit(h.name) AS a WHERE a.component = 'row_data' AND a.path = '$[*]';
-- Names that are looked up and not there, in words that say so.
SELECT count(*), pg_temp.try(format(c, name)) LIKE '____% %' || '%HINT: %' AS hint FROM board.hostile,
    unnest(ARRAY['SELECT lbdiag_audit(''board'', %L)', 'SELECT lbdiag_audit(''board'', layout => ''x'' || %L)', 'SELECT lbdiag_check(''board'', phase => ''x'' || %L)', 'SELECT lbdiag_audit_export(''board'', format => %L)',
        'SELECT lbdiag_whatif(''board'', changes => jsonb_build_object(''drop_paths'', ARRAY[%L]))', 'SELECT lbdiag_whatif(''board'', changes => jsonb_build_object(''drop_components'', ARRAY[%L]))', 'SELECT lbdiag_audit(''x'' || %L)']) AS c
WHERE name <> 'public' GROUP BY 2;
-- As names of relations.
DELETE FROM lbdiag_leaderboard WHERE domain <> 'board';
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks) SELECT 'r' || number, name, 'board.benchmarks' FROM board.hostile;
SELECT left(pg_temp.try(format('SELECT count(*) FROM lbdiag_audit(%L)', 'r' || number)), 5) AS state, pg_temp.try(format('SELECT count(*) FROM lbdiag_environment(%L)', 'r' || number)) AS environment, count(*) FROM board.hostile GROUP BY 1, 2 ORDER BY 1, 2;
DELETE FROM lbdiag_leaderboard WHERE domain <> 'board';
-- Names are cut at 63 bytes here as they are everywhere.
SELECT repeat('é', 40) AS long \gset
SET client_min_messages = warning;
CREATE VIEW board.:"long" AS SELECT * FROM board.models;
RESET client_min_messages;
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, rank_root) VALUES ('cut', 'board."' || :'long' || '"', 'board.benchmarks', 'average_board');
SELECT pg_temp.try('SELECT count(*) FROM lbdiag_audit(''cut'')');
-- Labels, names of layouts, and a demo.
SELECT count(*) = (SELECT count(*) FROM board.hostile) AS all FROM board.hostile AS h WHERE EXISTS (SELECT FROM lbdiag_record('board', label => h.name));
SELECT count(*) FROM board.hostile AS h WHERE EXISTS (SELECT FROM lbdiag_runs AS r WHERE r.label = h.name);
INSERT INTO lbdiag_layout (name, cell) SELECT name, '[{"key": "s", "source": "score_ceiled"}]' FROM board.hostile;
SELECT pg_temp.try(format(c, name)), count(*) FROM board.hostile, unnest(ARRAY['SELECT lbdiag_audit(''board'', layout => %L)', 'SELECT lbdiag_profile_report(''board'', layout => %L)', 'SELECT lbdiag_whatif(''board'', layout => %L, changes => ''{"compact": true}'')', 'SELECT lbdiag_record(''board'', layout => %L)']) AS c GROUP BY 1;
-- What opportunities offer to run is what they measured.
SELECT pg_temp.try(replace(o.apply, 'SELECT *', 'SELECT count(*)')), count(*) > 20 AS many FROM board.hostile AS h CROSS JOIN LATERAL lbdiag_opportunities('board', layout => h.name) AS o WHERE h.number <= 6 GROUP BY 1;
SELECT pg_temp.try(format('SELECT lbdiag_create_demo(%L, 2, 2, %L)', left(name, 20) || 's', name || 'd')), count(*) FROM board.hostile GROUP BY 1;
SELECT count(*) FROM board.hostile AS h WHERE EXISTS (SELECT FROM lbdiag_audit_report(h.name || 'd') AS l (line) WHERE line = '=== SUMMARY ===');
SELECT count(*) FROM pg_namespace WHERE nspname = 'board';
SET client_min_messages = warning;
\set ECHO none
SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', left(name, 20) || 's') FROM board.hostile
\gexec
\set ECHO all
DROP SCHEMA "we""ird; DROP SCHEMA board; --" CASCADE;
RESET client_min_messages;
DELETE FROM lbdiag_leaderboard WHERE domain <> 'board';
DELETE FROM lbdiag_layout WHERE NOT built_in;
DELETE FROM _lbdiag_run;
-- Layouts with hostile text in their cells: the payload is JSON, the audit
-- books all of it, and its paths can be used.
INSERT INTO lbdiag_layout (name, cell, ascii) SELECT 'hostile' || a, jsonb_agg(jsonb_build_object('key', name, 'source', CASE WHEN number % 2 = 0 THEN name ELSE 'score_ceiled' END, 'default', name) ORDER BY number), a FROM board.hostile, unnest(ARRAY[true, false]) AS a GROUP BY a;
SELECT l.name, (SELECT count(content::jsonb) FROM lbdiag_context('board', layout => l.name)) AS components, (SELECT sum(octet_length(content::text)) FROM lbdiag_context('board', layout => l.name) WHERE component <> 'filter_options') = a.bytes AS same,
    (SELECT count(*) FROM lbdiag_audit_detail('board', layout => l.name) WHERE component = 'row_data' AND depth = 3 AND path LIKE '$[*].*.%') AS fields,
    (SELECT bool_and(w.bytes_after < w.bytes_before) FROM (SELECT array_agg('row_data:' || path) AS paths FROM lbdiag_audit_detail('board', layout => l.name) WHERE component = 'row_data' AND depth = 3 AND path LIKE '$[*].*.%') AS p
     CROSS JOIN LATERAL lbdiag_whatif('board', layout => l.name, changes => jsonb_build_object('drop_paths', p.paths)) AS w WHERE w.component = 'row_data') AS dropped
FROM lbdiag_layout AS l CROSS JOIN LATERAL (SELECT sum(bytes) AS bytes FROM lbdiag_audit_detail('board', layout => l.name) WHERE path = '$' AND component <> 'filter_options') AS a WHERE NOT l.built_in ORDER BY 1;
SELECT count(*) FROM lbdiag_layout AS l CROSS JOIN LATERAL lbdiag_audit('board', layout => l.name) AS a WHERE a.path ~ '[\x01-\x1f]';
-- As many fields as there may be, and one more.
SELECT pg_temp.try(format('INSERT INTO lbdiag_layout (name, cell) SELECT ''n%1$s'', jsonb_agg(jsonb_build_object(''key'', ''k'' || n, ''source'', ''s'')) FROM generate_series(1, %1$s) AS n', n)) FROM unnest(ARRAY[28, 29, 100000]) AS n;
SELECT occurrences > 0 FROM lbdiag_audit('board', layout => 'n28') WHERE path = '$[*].*.k28';
DELETE FROM lbdiag_layout WHERE NOT built_in;
-- Hostile keys in the data.
UPDATE board.models SET model_meta = (SELECT jsonb_object_agg(name, name) FROM board.hostile), layers = (SELECT jsonb_object_agg(name, jsonb_build_object(name, name)) FROM board.hostile);
SELECT count(*) > 40 AS paths, count(*) FILTER (WHERE a::text ~ '[\x01-\x1f]') AS control FROM lbdiag_audit('board') AS a WHERE component = 'model_metadata_map';
SELECT pg_temp.try(replace(o.apply, 'SELECT *', 'SELECT count(*)')), count(*) > 3 AS many FROM lbdiag_opportunities('board') AS o GROUP BY 1;
SELECT length(lbdiag_audit_export('board', format => 'folded')) > 1000 AS folded, lbdiag_audit_export('board', format => 'speedscope')::jsonb ->> 'exporter' AS exporter, (SELECT bool_and(line ~ ' [0-9]+$') FROM regexp_split_to_table(rtrim(lbdiag_audit_export('board', format => 'folded'), E'\n'), E'\n') AS line) AS lines;
SELECT lbdiag_record('board') AS run \gset
SELECT count(*) > 100 AS compared FROM lbdiag_compare(:run, :run);
DELETE FROM _lbdiag_run;
UPDATE board.models SET model_meta = NULL, layers = NULL;

-- A view as source whose function misbehaves.  What a caller could do in a
-- query of the view itself is not lbdiag's to refuse; but the server goes on,
-- the session is usable, and nothing is left behind.
CREATE TABLE board.written (what text);
CREATE FUNCTION board.act(model_id int, how text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    c record; r record; opened refcursor;
BEGIN
    CASE how
        WHEN 'nothing' THEN NULL;
        WHEN 'writes' THEN INSERT INTO board.written VALUES (how);
        WHEN 'fails' THEN PERFORM 1 / (model_id - 3);
        WHEN 'fails inside' THEN
            BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END;
        WHEN 'commits' THEN COMMIT;
        WHEN 'rolls back' THEN ROLLBACK;
        WHEN 'commits, called' THEN CALL board.commits();
        WHEN 'changes role' THEN PERFORM set_config('role', 'regress_lbdiag_other', false);
        WHEN 'changes path' THEN PERFORM set_config('search_path', 'pg_temp, nowhere', false);
        WHEN 'changes settings' THEN PERFORM set_config('lbdiag.environment', 'production', true), set_config('row_security', 'off', true);
        WHEN 'closes cursors' THEN
            FOR c IN SELECT name FROM pg_cursors LOOP
                BEGIN
                    opened := c.name; CLOSE opened;
                EXCEPTION WHEN invalid_cursor_state OR invalid_cursor_name THEN NULL;
                END;
            END LOOP;
        WHEN 'closes all cursors' THEN EXECUTE 'CLOSE ALL';
        WHEN 'fetches from cursors' THEN
            FOR c IN SELECT name FROM pg_cursors LOOP
                BEGIN
                    opened := c.name; FETCH opened INTO r;
                EXCEPTION WHEN OTHERS THEN NULL;
                END;
            END LOOP;
        WHEN 'deallocates' THEN DEALLOCATE ALL;
        WHEN 'discards' THEN DISCARD ALL;
        WHEN 'audits others' THEN PERFORM lbdiag_audit('board');
        WHEN 'reads half' THEN PERFORM lbdiag_row_data('board') LIMIT 1;
        WHEN 'recurses' THEN PERFORM lbdiag_audit('bad');
        WHEN 'records' THEN PERFORM lbdiag_record('board', label => 'from inside');
        WHEN 'changes the layout' THEN UPDATE lbdiag_layout SET compact = NOT compact WHERE name = 'mine'; DELETE FROM lbdiag_layout WHERE name = 'mine';
        WHEN 'changes the leaderboard' THEN DELETE FROM lbdiag_leaderboard WHERE domain = 'bad';
        WHEN 'drops the view' THEN DROP VIEW IF EXISTS board.bad;
        WHEN 'drops the table' THEN DROP TABLE IF EXISTS board.models CASCADE;
        WHEN 'truncates' THEN TRUNCATE board.models;
        WHEN 'drops the extension' THEN DROP EXTENSION IF EXISTS lbdiag CASCADE;
        WHEN 'sleeps' THEN PERFORM pg_sleep(100);
        WHEN 'cancels itself' THEN PERFORM pg_cancel_backend(pg_backend_pid());
    END CASE;
    RETURN true;
END $$;
CREATE PROCEDURE board.commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; END';
CREATE ROLE regress_lbdiag_other;
INSERT INTO lbdiag_layout (name, cell) VALUES ('mine', '[{"key": "s", "source": "score_ceiled"}]');
-- Once among the models, once among the benchmarks; in the outermost block
-- that undoes it.
CREATE FUNCTION pg_temp.misbehave(how text, command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text; state text;
BEGIN
    EXECUTE format('CREATE VIEW board.bad AS SELECT model_id, name, ''bad''::text AS domain, board.act(model_id, %L) AS public, scores FROM board.models', how);
    EXECUTE format('CREATE VIEW board.bad_benchmarks AS SELECT identifier, benchmark_type_id, ''bad''::text AS domain, overall_order, board.act(overall_order::int, %L) AS visible FROM board.benchmarks', how);
    INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, rank_root, layout) VALUES ('bad', 'board.bad', 'board.bad_benchmarks', 'average_board', 'mine');
    outcome := pg_temp.try(command);
    RAISE SQLSTATE 'RB000';
EXCEPTION WHEN SQLSTATE 'RB000' THEN
    RETURN regexp_replace(outcome, E'\n.*', '');
END $$;
SET client_min_messages = error;
SET statement_timeout = '60s';
SELECT how, string_agg(DISTINCT pg_temp.misbehave(how, command), ' | ') AS outcomes
FROM unnest(ARRAY['nothing', 'writes', 'fails', 'fails inside', 'commits', 'rolls back', 'commits, called', 'changes path', 'changes settings', 'closes cursors', 'closes all cursors', 'fetches from cursors', 'deallocates', 'discards',
        'audits others', 'reads half', 'changes the layout', 'changes the leaderboard', 'drops the view', 'drops the table', 'truncates', 'cancels itself']) WITH ORDINALITY AS h (how, number),
    unnest(ARRAY['SELECT count(*) FROM lbdiag_audit(''bad'')', 'SELECT count(*) FROM lbdiag_context(''bad'', ''all'')', 'SELECT lbdiag_row_data(''bad'')', 'SELECT lbdiag_profile(''bad'', repetitions => 2)',
        'SELECT lbdiag_profile_queries(''bad'')', 'SELECT lbdiag_whatif(''bad'', changes => ''{"columnar": true}'')', 'SELECT lbdiag_record(''bad'')']) AS command
GROUP BY how, number ORDER BY number;
SET max_stack_depth = '500kB';
SELECT pg_temp.misbehave('recurses', 'SELECT count(*) FROM lbdiag_audit(''bad'')'), pg_temp.misbehave('records', 'SELECT count(*) FROM lbdiag_audit(''bad'')'), pg_temp.misbehave('drops the extension', 'SELECT count(*) FROM lbdiag_audit(''bad'')');
RESET max_stack_depth;
SET statement_timeout = '500ms';
SELECT pg_temp.misbehave('sleeps', 'SELECT count(*) FROM lbdiag_audit(''bad'')');
RESET statement_timeout;
RESET client_min_messages;
-- Another role from there on: its rights, and nothing of the first one's.
SELECT pg_temp.misbehave('changes role', 'SELECT count(*) FROM lbdiag_audit(''bad'')'), current_user = session_user AS back;
SELECT (SELECT count(*) FROM board.written) AS written, (SELECT count(*) FROM pg_cursors WHERE name LIKE '<unnamed%') AS cursors, (SELECT count(*) FROM _lbdiag_run) AS runs, (SELECT count(*) FROM pg_class WHERE relname LIKE 'bad%') AS views;
SELECT count(*) > 50 AS usable FROM lbdiag_audit('board');
-- Rows one at a time, between which the session does something else.
BEGIN;
DECLARE c CURSOR FOR SELECT lbdiag_row_data('board');
MOVE 1 FROM c;
SELECT count(*) FROM lbdiag_row_data('board');
SAVEPOINT s;
-- error: division by zero
SELECT 1 / 0;
ROLLBACK TO s;
MOVE 1 FROM c;
CLOSE ALL;
COMMIT;
DO $$
DECLARE
    r json; n int := 0;
BEGIN
    FOR r IN SELECT lbdiag_row_data('board') LOOP
        n := n + 1;
        IF n % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF;
    END LOOP;
    RAISE NOTICE '% rows', n;
END $$;
CREATE PROCEDURE board.report(INOUT n bigint) LANGUAGE plpgsql AS $$ BEGIN COMMIT; n := (SELECT count(*) FROM lbdiag_audit('board')); COMMIT; END $$;
CALL board.report(0);

-- What an owner can hang on his table is not called by reading it: defaults,
-- expressions of indexes and statistics, triggers, a domain's check; its
-- policies and rules are the table's meaning.
CREATE SEQUENCE board.sprung;
CREATE FUNCTION board.fire(anyelement) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM nextval('board.sprung'); RETURN $1; END $$;
CREATE FUNCTION board.fire_check(anyelement) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM nextval('board.sprung'); RETURN true; END $$;
CREATE FUNCTION board.fire_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('board.sprung'); RETURN NULL; END $$;
CREATE DOMAIN board.scores AS jsonb CHECK (board.fire_check(VALUE));
CREATE TABLE board.trapped (model_id int DEFAULT board.fire(1), name text, domain text, public boolean, scores board.scores, extra int GENERATED ALWAYS AS (board.fire(model_id)) STORED, CHECK (board.fire_check(name)));
INSERT INTO board.trapped (model_id, name, domain, public, scores) SELECT model_id, name, 'trapped', true, scores FROM board.models;
CREATE INDEX ON board.trapped (board.fire(name)) WHERE board.fire(public);
CREATE STATISTICS board.extended ON (board.fire(domain)), model_id FROM board.trapped;
ANALYZE board.trapped;
CREATE TRIGGER fire AFTER INSERT OR UPDATE OR DELETE ON board.trapped FOR EACH STATEMENT EXECUTE FUNCTION board.fire_trigger();
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, rank_root) VALUES ('trapped', 'board.trapped', 'board.trapped_benchmarks', 'average_board');
CREATE VIEW board.trapped_benchmarks AS SELECT identifier, benchmark_type_id, 'trapped'::text AS domain, overall_order FROM board.benchmarks;
SELECT nextval('board.sprung') AS before \gset
SELECT occurrences, lbdiag_record('trapped') > 0 AS recorded, (SELECT count(*) > 20 FROM lbdiag_audit_report('trapped')) AS reported, (SELECT count(*) FROM lbdiag_profile_queries('trapped')) AS queries FROM lbdiag_audit('trapped') WHERE component = 'row_data' AND path = '$[*]';
SELECT nextval('board.sprung') - :before AS once;

DELETE FROM lbdiag_leaderboard;
DELETE FROM lbdiag_layout WHERE NOT built_in;
DELETE FROM _lbdiag_run;
SET client_min_messages = warning;
DROP SCHEMA board CASCADE;
DROP ROLE regress_lbdiag_other;
