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
            CASE WHEN r.name !~ ('^([[:alpha:]_][[:alnum:]_$]*|"([^"]|"")+")(\.'
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

CREATE FUNCTION @extschema@.lbdiag_environment(domain text DEFAULT 'vision')
RETURNS TABLE (item text, value text, status text, detail text)
AS 'MODULE_PATHNAME', 'lbdiag_environment_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000 ROWS 15;

COMMENT ON FUNCTION @extschema@.lbdiag_environment(text) IS
'In which environment the server runs, and what can distort a measurement: status ok, notice, '
'warning, or refuse where contexts are not built.';
