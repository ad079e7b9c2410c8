-- No values of the data in what is returned, recorded or raised: canaries are
-- planted in all of them, and looked for.  Only the context itself, and the
-- plans of queries, which their caller may read anyway, may have some.
\getenv srcdir PG_ABS_SRCDIR
\set helper :srcdir/helpers/try.sql
\set canaries :srcdir/helpers/canaries.sql
\set ECHO none
\i :helper
\i :canaries
\set ECHO all
\pset format unaligned
\t on
CREATE FUNCTION pg_temp.sings(what text) RETURNS boolean LANGUAGE sql AS $$ SELECT what ~* 'canary|731942405|09:42:40' $$;
-- All of a query's rows as one text.
CREATE FUNCTION pg_temp.all_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT coalesce(string_agg(x::text, E''\n''), '''') FROM (%s) AS x', query) INTO result;
    RETURN result;
END $$;
CREATE TEMP VIEW building AS
SELECT p.proname, format('SELECT * FROM %s(''birds''%s)', p.proname, '%s') AS query
FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag'
WHERE p.proargnames[1] = 'payload' AND p.pronargs - p.pronargdefaults <= 1 AND p.prokind = 'f' AND p.proname !~ 'schedule';
-- The canaries are there: in the context and in its rows.
SELECT proname FROM building WHERE pg_temp.sings(replace(pg_temp.all_of(format(query, '')), 'canary.', '')) ORDER BY proname COLLATE "C";
SELECT count(*) FILTER (WHERE pg_temp.sings(content::text)) AS singing, string_agg(component, ', ') FILTER (WHERE NOT pg_temp.sings(content::text)) AS silent FROM lbdiag_context('birds', layout => 'brainscore_2026_02');
-- But of accounts only the name that is displayed.
SELECT count(*) AS components, count(*) FILTER (WHERE content::text ~ 'mail.invalid|email|is_staff') AS singing FROM unnest('{documented,brainscore_2026_02,brainscore_2026_07}'::text[]) AS l, unnest('{public,all,user:42,own:42}'::text[]) AS v, lbdiag_context('birds', v, l);
-- With each layout and viewer.  The environment's items have the names of the
-- relations.
SELECT count(DISTINCT proname) > 12 AS functions, count(*) > 70 AS calls, count(*) FILTER (WHERE length(result) < 100) AS short, string_agg(DISTINCT proname, ' ') FILTER (WHERE pg_temp.sings(replace(result, 'canary.', ''))) AS singing
FROM (SELECT b.proname, pg_temp.all_of(format(b.query, a)) AS result FROM building AS b, unnest(ARRAY['', ', layout => ''brainscore_2026_02''', ', layout => ''brainscore_2026_07''', ', viewer => ''all''', ', viewer => ''user:42''', ', viewer => ''own:42''']) AS a
      WHERE proname NOT IN ('lbdiag_context', 'lbdiag_row_data', 'lbdiag_profile_queries', 'lbdiag_record')
        AND (a = '' OR proname <> 'lbdiag_environment')) AS x;
-- A plan has the literals of a view, as any EXPLAIN has; it goes to the caller
-- only.
CREATE VIEW canary.shown AS SELECT model_id, name, 'literal'::text AS domain, public, scores FROM canary.models WHERE name <> 'CANARY literal';
CREATE VIEW canary.shown_benchmarks AS SELECT identifier, benchmark_type_id, 'literal'::text AS domain, overall_order FROM canary.benchmarks WHERE identifier <> 'CANARY literal';
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, rank_root, layout) VALUES ('literal', 'canary.shown', 'canary.shown_benchmarks', 'average_CANARY', 'documented');
SELECT query, plan LIKE '%CANARY literal%' AS sings FROM lbdiag_profile_queries('literal') WHERE plan IS NOT NULL ORDER BY query;
SELECT lbdiag_record('literal') > 0 AS recorded;
-- The queries without their plans.
SELECT pg_temp.sings(replace(pg_temp.all_of($$SELECT query, row_count, cache FROM lbdiag_profile_queries('birds')$$), 'canary.', '')) AS sings;
-- Exports, and what is measured.
SELECT f, length(x) > 500 AS long, pg_temp.sings(x) AS sings FROM unnest('{folded,speedscope,callgrind}'::text[]) AS f CROSS JOIN LATERAL lbdiag_profile_export('birds', format => f) AS x;
SELECT f, length(x) > 500 AS long, pg_temp.sings(x) AS sings FROM unnest('{folded,speedscope}'::text[]) AS f CROSS JOIN LATERAL lbdiag_audit_export('birds', layout => 'brainscore_2026_02', format => f) AS x;
SELECT length(x) > 500 AS long, pg_temp.sings(encode(x, 'escape')) AS sings FROM decode(lbdiag_profile_export('birds', format => 'pstats'), 'base64') AS x;
SELECT count(*) > 10 AS rows, bool_or(pg_temp.sings(w::text)) AS sings FROM lbdiag_whatif('birds', changes => '{"round_digits": 2, "columnar": true, "dictionary": ["row_data:$[*].*.benchmark_type_id"]}') AS w;
-- The secrets are named by their keys.
SELECT action FROM lbdiag_opportunities('birds') WHERE impact = 'SECURITY';
-- What is recorded, in all of the extension's tables and views.
INSERT INTO lbdiag_layout (name, cell, members) VALUES ('all', '[{"key": "v", "source": "score_ceiled"}, {"key": "c", "source": "comment"}, {"key": "e", "source": "error"}, {"key": "t", "source": "end_timestamp"}]', '{row_data:$[*].metadata.group,model_metadata_map:$.*.layer_mapping}');
SELECT count(lbdiag_record('birds', layout => l, label => 'label')) FROM unnest('{documented,brainscore_2026_02,brainscore_2026_07,all}'::text[]) AS l;
SELECT lbdiag_record_sql('label', 'SELECT ''canary'' /* canary */, 731942405 WHERE ''09:42:40''::time < now()::time -- canary', 1) > 0;
SELECT c.relname, length(t) > 0 AS rows, pg_temp.sings(t) AS sings
FROM pg_class AS c JOIN pg_depend AS d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e' JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag'
CROSS JOIN LATERAL pg_temp.all_of('SELECT * FROM ' || c.oid::regclass || CASE c.relname WHEN 'lbdiag_leaderboard' THEN ' WHERE domain NOT IN (''birds'', ''literal'')' ELSE '' END) AS t
WHERE c.relkind IN ('r', 'v') ORDER BY 1;
SELECT max(run) AS after, min(run) AS before FROM lbdiag_runs WHERE kind = 'payload' \gset
SELECT count(*) > 100 AS rows, bool_or(pg_temp.sings(c::text)) AS sings FROM lbdiag_compare(:before, :after) AS c;

-- What is raised about data that is malformed: the number of a model may be
-- named, its place, the domain; no value.
CREATE FUNCTION pg_temp.malformed(change text) RETURNS TABLE (outcome text) LANGUAGE plpgsql AS $$
DECLARE
    outcomes text[];
BEGIN
    BEGIN
        EXECUTE change;
        outcomes := (SELECT array_agg(DISTINCT pg_temp.try(format('SELECT count(*) FROM %s', q)))
            FROM unnest(ARRAY['lbdiag_audit(''birds'')', 'lbdiag_audit(''birds'', layout => ''brainscore_2026_07'')', 'lbdiag_context(''birds'', layout => ''brainscore_2026_02'')', 'lbdiag_row_data(''birds'', ''user:42'')', 'lbdiag_profile(''birds'', layout => ''brainscore_2026_02'')',
                'lbdiag_whatif(''birds'', changes => ''{"omit_nulls": true, "columnar": true}'')', 'lbdiag_opportunities(''birds'')', 'lbdiag_profile_queries(''birds'')', 'lbdiag_audit_report(''birds'', layout => ''brainscore_2026_07'')', 'lbdiag_record(''birds'')', 'lbdiag_check(''birds'')']) AS q);
        RAISE SQLSTATE 'RB000';
    EXCEPTION WHEN SQLSTATE 'RB000' THEN NULL;
    END;
    RETURN QUERY SELECT unnest(outcomes);
END $$;
DROP VIEW canary.shown, canary.shown_benchmarks;
CREATE TEMP TABLE outcome AS SELECT m.number, m.change, o.outcome FROM canary.malformed AS m CROSS JOIN LATERAL pg_temp.malformed(m.change) AS o;
SELECT count(DISTINCT outcome) > 10 AS different, count(*) FILTER (WHERE pg_temp.sings(replace(outcome, 'canary.', ''))) AS singing FROM outcome;
SELECT change, outcome FROM outcome WHERE pg_temp.sings(replace(outcome, 'canary.', '')) ORDER BY number;
SELECT DISTINCT outcome COLLATE "C" FROM outcome ORDER BY 1;
-- What a path that is not there is answered with.
SELECT pg_temp.sings(x) AS sings, left(x, 100) FROM pg_temp.try($$SELECT lbdiag_whatif('birds', layout => 'brainscore_2026_02', changes => '{"drop_paths": ["row_data:$.nowhere"]}')$$) AS x;
SELECT c, pg_temp.sings(pg_temp.try(format('SELECT lbdiag_whatif(''birds'', layout => ''brainscore_2026_02'', changes => jsonb_build_object(''drop_paths'', ARRAY[%L]))', c || ':$.nowhere'))) AS sings FROM lbdiag_layout AS l, unnest(l.components) AS c WHERE l.name = 'brainscore_2026_02';
-- A failure of the schedule: the table tells its class, the log has the rest.
UPDATE canary.models SET scores = '"CANARY"' WHERE model_id = 3;
INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('birds', '0 3 * * *', 1);
\set VERBOSITY terse
SELECT state, message FROM lbdiag_record_scheduled('birds');
\set VERBOSITY default
SELECT last_sqlstate, last_error FROM lbdiag_schedule_status;

DELETE FROM _lbdiag_scheduled;
DELETE FROM _lbdiag_run;
DELETE FROM lbdiag_leaderboard;
DELETE FROM lbdiag_layout WHERE NOT built_in;
SET client_min_messages = warning;
DROP SCHEMA canary CASCADE;
