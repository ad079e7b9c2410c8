/* Environment. */

CREATE FUNCTION @extschema@._lbdiag_server(
    OUT environment text, OUT reason text, OUT allowed boolean, OUT host text,
    OUT machine text)
AS 'MODULE_PATHNAME', 'lbdiag_server_1_0'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_server() IS
'What the setting lbdiag.environment comes to here, why, and whether contexts may be built. '
'host is NULL for who is not in pg_read_all_settings. machine is a fingerprint of host and '
'cluster.';

CREATE FUNCTION @extschema@._lbdiag_sources(domain text DEFAULT 'vision')
RETURNS TABLE (role text, relation regclass, storage regclass)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH RECURSIVE named AS (
        -- Neither a name that is no name nor a schema that the caller may
        -- not use is an error here.
        SELECT r.role, r.number,
            CASE WHEN r.name !~ (E'^([[:alpha:]_][[:alnum:]_$]*|"([^"]|"")+")(\\.'
                                 '([[:alpha:]_][[:alnum:]_$]*|"([^"]|"")+"))?$')
                THEN NULL
                WHEN cardinality(parse_ident(r.name)) = 2
                THEN (SELECT c.oid::regclass FROM pg_catalog.pg_class AS c
                      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                      WHERE n.nspname = (parse_ident(r.name))[1]::name
                        AND c.relname = (parse_ident(r.name))[2]::name)
                ELSE to_regclass(r.name) END AS relation
        FROM (SELECT 1) AS one
        LEFT JOIN @extschema@.lbdiag_leaderboard AS l ON l.domain = $1
        CROSS JOIN LATERAL (VALUES
            ('models'::text, 1, coalesce(l.models, 'mv_final_model_context')),
            ('benchmarks', 2, coalesce(l.benchmarks, 'mv_final_benchmark_context')),
            ('groups', 3, coalesce(l.groups, 'brainscore_model'))
        ) AS r (role, number, name)
    ), below AS (
        SELECT n.role, n.number, n.relation, n.relation::oid AS oid
        FROM named AS n WHERE n.relation IS NOT NULL
        UNION
        -- What a view reads, and the partitions of a partitioned table.
        SELECT b.role, b.number, b.relation, n.oid
        FROM below AS b
        CROSS JOIN LATERAL (
            SELECT d.refobjid AS oid
            FROM pg_catalog.pg_class AS v
            JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = v.oid
            JOIN pg_catalog.pg_depend AS d
                ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
                AND d.refclassid = 'pg_catalog.pg_class'::regclass
                AND d.refobjid <> v.oid
            WHERE v.oid = b.oid AND v.relkind = 'v'
            UNION ALL
            SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = b.oid
        ) AS n
    )
    SELECT b.role, b.relation, b.oid::regclass
    FROM below AS b
    JOIN pg_catalog.pg_class AS c ON c.oid = b.oid AND c.relkind IN ('r', 'm', 'f')
    ORDER BY b.number, b.oid::regclass::text;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_sources(text) IS
'The source relations of a leaderboard, and the tables that they read where they are views, or '
'partitioned.';

CREATE FUNCTION @extschema@._lbdiag_layout_tried(leaderboard @extschema@._lbdiag_text)
RETURNS TABLE (layout_used text, reason text)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT u.layout_used, u.reason FROM @extschema@._lbdiag_layout_used($1::text, NULL::text) AS u;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_layout_tried(@extschema@._lbdiag_text) IS
'_lbdiag_layout_used, for _lbdiag_layout_told.';

CREATE FUNCTION @extschema@._lbdiag_layout_told(domain text)
RETURNS TABLE (layout_used text, reason text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
AS $body$
-- The source relations are found through the caller's search path: all names
-- and operators are qualified, and the extension's schema is found by it.
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format(
        'SELECT * FROM %1$s._lbdiag_layout_tried($1::%1$s._lbdiag_text)', (
            SELECT pg_catalog.quote_ident(n.nspname)
            FROM pg_catalog.pg_extension AS e
            JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
            WHERE e.extname OPERATOR(pg_catalog.=) 'lbdiag')) USING $1;
EXCEPTION WHEN OTHERS THEN
    RETURN QUERY SELECT NULL::pg_catalog.text,
        'It cannot be told: the sources cannot be read.'::pg_catalog.text;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_layout_told(text) IS
'The layout of a leaderboard and the reason, as _lbdiag_layout_used has them, or NULL where the '
'sources cannot be read.';

CREATE FUNCTION @extschema@._lbdiag_environment_server()
RETURNS TABLE (number int, item text, value text, status text, detail text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    WITH server AS (
        SELECT s.environment, s.reason, s.allowed, s.host
        FROM @extschema@._lbdiag_server() AS s
    )
    SELECT 1, 'environment'::text, s.environment,
        CASE WHEN NOT s.allowed THEN 'refuse'
             WHEN s.environment = 'production' THEN 'warning'
             ELSE 'ok' END,
        s.reason || CASE
            WHEN NOT s.allowed THEN ' Contexts are not built here.'
            WHEN s.environment = 'production' THEN ' lbdiag.allow_production is on.'
            ELSE '' END
    FROM server AS s
    UNION ALL
    SELECT 2, 'server_version', pg_catalog.current_setting('server_version'), 'ok', NULL::text
    UNION ALL
    SELECT 3, 'host', s.host, CASE WHEN s.host IS NULL THEN 'notice' ELSE 'ok' END,
        CASE WHEN s.host IS NULL THEN 'Only members of pg_read_all_settings see it.' END
    FROM server AS s
    UNION ALL
    SELECT 4, 'database', pg_catalog.current_database()::text, 'ok', NULL
    UNION ALL
    SELECT 5, 'recovery',
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'standby' ELSE 'primary' END,
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'notice' ELSE 'ok' END,
        CASE WHEN pg_catalog.pg_is_in_recovery()
             THEN 'The server is read-only: audits work, recording does not.' END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_environment_server() IS
'Of lbdiag_environment, what is said of the server and the database.';

CREATE FUNCTION @extschema@._lbdiag_environment_leaderboard(leaderboard text)
RETURNS TABLE (number int, item text, value text, status text, detail text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 3
BEGIN ATOMIC
    WITH stored AS (
        SELECT s.storage,
            greatest(max(t.last_analyze), max(t.last_autoanalyze)) AS analyzed
        FROM @extschema@._lbdiag_sources($1) AS s
        LEFT JOIN pg_catalog.pg_stat_all_tables AS t ON t.relid = s.storage
        GROUP BY s.storage
    )
    SELECT 6, 'layout'::text, u.layout_used,
        CASE WHEN u.layout_used IS NULL THEN 'notice' ELSE 'ok' END, u.reason
    FROM @extschema@._lbdiag_layout_told($1) AS u
    UNION ALL
    SELECT 7, 'analyzed ' || s.storage::text,
        coalesce(date_trunc('second', s.analyzed)::text, 'never'),
        CASE WHEN s.analyzed IS NULL THEN 'notice' ELSE 'ok' END,
        CASE WHEN s.analyzed IS NULL
             THEN 'Plans rest on default estimates; run ANALYZE.' END
    FROM stored AS s;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_environment_leaderboard(text) IS
'Of lbdiag_environment, what is said of a leaderboard: its layout, and when the tables that it '
'reads were analyzed.';

CREATE FUNCTION @extschema@._lbdiag_environment_settings()
RETURNS TABLE (number int, item text, value text, status text, detail text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT 6, 'encoding'::text, e.name, CASE e.name WHEN 'none' THEN 'notice' ELSE 'ok' END,
        CASE e.name WHEN 'none' THEN 'Compressed bytes are not measured.' END
    FROM @extschema@._lbdiag_encoding(NULL::text) AS e (name)
    UNION ALL
    SELECT 8, g.name, pg_catalog.current_setting(g.name, true), g.status, g.why
    FROM (VALUES
        ('debug_assertions', 'warning', 'Assertions make everything slower.'),
        ('log_executor_stats', 'notice', 'It adds to the time of every query.'),
        ('log_statement_stats', 'notice', 'It adds to the time of every query.'),
        ('auto_explain.log_analyze', 'notice', 'It adds to the time of every query.'),
        ('jit_debugging_support', 'notice', 'It adds to the time of every query.')
    ) AS g (name, status, why)
    WHERE pg_catalog.current_setting(g.name, true) = 'on';
END;

COMMENT ON FUNCTION @extschema@._lbdiag_environment_settings() IS
'Of lbdiag_environment, what is said of settings: the encoding, and those that slow queries.';

CREATE FUNCTION @extschema@.lbdiag_environment(domain text DEFAULT 'vision')
RETURNS TABLE (item text, value text, status text, detail text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT i.item, i.value, i.status, i.detail
    FROM (
        SELECT s.* FROM @extschema@._lbdiag_environment_server() AS s
        UNION ALL
        SELECT l.* FROM @extschema@._lbdiag_environment_leaderboard($1) AS l
        UNION ALL
        SELECT g.* FROM @extschema@._lbdiag_environment_settings() AS g
    ) AS i
    ORDER BY i.number, i.item;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_environment(text) IS
'In which environment the server runs, and what can distort a measurement: status ok, notice, '
'warning, or refuse where contexts are not built.';
