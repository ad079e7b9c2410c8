/* Targets. */

CREATE TABLE @extschema@.lbdiag_target (
    domain text,
    phase text NOT NULL CHECK (phase <> ''),
    metric text NOT NULL CONSTRAINT lbdiag_target_metric CHECK (metric IN (
        'query_time', 'total_time', 'bytes', 'compressed_bytes')
        OR split_part(metric, ':', 1) IN ('bytes', 'compressed_bytes')
        AND substr(metric, strpos(metric, ':') + 1) IN (
            'row_data', 'column_defs', 'benchmark_groups', 'filter_options',
            'benchmark_metadata', 'benchmark_tree', 'benchmark_ids',
            'benchmark_bibtex_map', 'benchmarkStimuliMetaMap',
            'benchmarkDataMetaMap', 'benchmarkMetricMetaMap',
            'model_metadata_map', 'comparison_data')),
    -- NaN is past infinity.
    target numeric CONSTRAINT lbdiag_target_positive CHECK (target > 0 AND target < 'Infinity'),
    built_in boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (domain, phase, metric, built_in)
);

-- So that rows can also be deleted where a publication has all tables.
ALTER TABLE @extschema@.lbdiag_target REPLICA IDENTITY FULL;

COMMENT ON TABLE @extschema@.lbdiag_target IS
'Targets per phase. A domain''s row is stronger than one for all domains, and that is stronger than a built-in one.';
COMMENT ON COLUMN @extschema@.lbdiag_target.domain IS
'Leaderboard that the target is for; NULL: all.';
COMMENT ON COLUMN @extschema@.lbdiag_target.phase IS
'1, 2, 3, or a phase of your own.';
COMMENT ON COLUMN @extschema@.lbdiag_target.metric IS
'query_time or total_time in seconds; bytes or compressed_bytes of the payload; bytes:COMPONENT or compressed_bytes:COMPONENT of one component.';
COMMENT ON COLUMN @extschema@.lbdiag_target.target IS
'What the metric must stay below; NULL: no target, where a weaker row has one.';
COMMENT ON COLUMN @extschema@.lbdiag_target.built_in IS
'Comes with the extension, and is not dumped.';

INSERT INTO @extschema@.lbdiag_target (phase, metric, target, built_in)
SELECT p.phase, m.metric, m.target, true
FROM (VALUES ('1', 3, 10, 5), ('2', 1, 5, 2), ('3', 0.5, 3, 1)) AS p (phase, query, mb, total)
CROSS JOIN LATERAL (VALUES
    ('query_time', p.query), ('total_time', p.total), ('bytes', p.mb * 1048576)
) AS m (metric, target);

CREATE FUNCTION @extschema@._lbdiag_target_keep() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    IF TG_OP = 'TRUNCATE' OR TG_OP IN ('UPDATE', 'DELETE') AND OLD.built_in
        OR TG_OP IN ('UPDATE', 'INSERT') AND NEW.built_in
    THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'built-in targets cannot be changed',
            HINT = 'Add a row with a domain, or with NULL for all domains: it is stronger. A target of NULL is none. To remove your own: DELETE FROM lbdiag_target WHERE NOT built_in.';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_target_keep() IS
'Trigger of lbdiag_target: refuses changes to built-in targets.';

CREATE TRIGGER lbdiag_target_keep
    BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.lbdiag_target
    FOR EACH ROW EXECUTE FUNCTION @extschema@._lbdiag_target_keep();

CREATE TRIGGER lbdiag_target_keep_all
    BEFORE TRUNCATE ON @extschema@.lbdiag_target
    FOR EACH STATEMENT EXECUTE FUNCTION @extschema@._lbdiag_target_keep();

REVOKE EXECUTE ON FUNCTION @extschema@._lbdiag_target_keep() FROM PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_target', 'WHERE NOT built_in');
REVOKE ALL ON @extschema@.lbdiag_target FROM PUBLIC;
GRANT SELECT ON @extschema@.lbdiag_target TO PUBLIC;

-- Types of rows, where a column has the name of an argument.
CREATE TYPE @extschema@.lbdiag_target_row AS (
    phase text, metric text, current numeric, target numeric, unit text,
    met boolean, reduction_needed numeric, reduction_pct numeric);

COMMENT ON TYPE @extschema@.lbdiag_target_row IS
'A target and how far it is: a row of lbdiag_targets and of lbdiag_check.';

CREATE FUNCTION @extschema@._lbdiag_target_rows(domain text, measured jsonb)
RETURNS SETOF @extschema@.lbdiag_target_row
LANGUAGE sql STABLE PARALLEL SAFE ROWS 9
BEGIN ATOMIC
    WITH strongest AS (
        SELECT DISTINCT ON (t.phase, t.metric) t.phase, t.metric, t.target
        FROM @extschema@.lbdiag_target AS t
        WHERE t.domain = $1 OR t.domain IS NULL
        ORDER BY t.phase, t.metric, t.domain IS NULL, t.built_in
    ), figures AS (
        -- A component that the payload does not have has no bytes; null is not
        -- measured.
        SELECT s.phase, s.metric, s.target,
            CASE WHEN $2 -> s.metric = 'null' THEN NULL
                 ELSE coalesce(($2 ->> s.metric)::numeric, 0) END AS current
        FROM strongest AS s WHERE s.target IS NOT NULL
    )
    SELECT f.phase, f.metric, f.current, f.target,
        CASE WHEN f.metric IN ('query_time', 'total_time') THEN 's' ELSE 'bytes' END,
        f.current < f.target,
        CASE WHEN f.current IS NOT NULL THEN greatest(f.current - f.target, 0) END,
        round(100 * greatest(f.current - f.target, 0) / nullif(f.current, 0), 1)
    FROM figures AS f
    ORDER BY f.phase, f.metric;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_target_rows(text, jsonb) IS
'The targets of a leaderboard against what was measured, given as {"metric": number}.';

CREATE FUNCTION @extschema@._lbdiag_phase_check(leaderboard text, phase text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT count(t.phase) FILTER (WHERE t.phase = $2) > 0 OR @extschema@._lbdiag_raise('42704'::text,
        format('phase "%s" does not exist', $2), NULL::text,
        format('The phases of leaderboard "%s" are: %s.', $1, string_agg(DISTINCT format('"%s"', t.phase), ', ')))
    FROM @extschema@._lbdiag_target_rows($1, '{}'::jsonb) AS t;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_phase_check(text, text) IS
'True; an error where a leaderboard has no target of the phase.';

CREATE FUNCTION @extschema@.lbdiag_targets(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS SETOF @extschema@.lbdiag_target_row
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 9
BEGIN ATOMIC
    WITH audit AS MATERIALIZED (
        SELECT CASE WHEN a.path IS NULL THEN '' ELSE ':' || a.component END AS component,
            a.bytes, a.compressed_bytes
        FROM @extschema@.lbdiag_audit($1, $2, $3, NULL::text) AS a
        WHERE a.path IS NULL OR a.path = '$'
    ), profile AS MATERIALIZED (
        SELECT p.function, round(p.cumtime_ms::numeric / 1000, 6) AS seconds
        FROM @extschema@.lbdiag_profile($1, 1000, 1, $2, $3, NULL::text, true) AS p
        WHERE p.function IN ('get_context', 'fetch_models', 'get_ag_grid_context')
    ), measured (metric, value) AS (
        SELECT 'bytes' || a.component, a.bytes FROM audit AS a
        UNION ALL
        SELECT 'compressed_bytes' || a.component, a.compressed_bytes FROM audit AS a
        UNION ALL
        -- Reading the sources is their queries and fetching the rows.
        SELECT CASE p.function WHEN 'get_ag_grid_context' THEN 'total_time' ELSE 'query_time' END, sum(p.seconds)
        FROM profile AS p
        GROUP BY 1
    )
    SELECT t.*
    FROM (SELECT jsonb_object_agg(m.metric, m.value) AS figures FROM measured AS m) AS m
    CROSS JOIN LATERAL @extschema@._lbdiag_target_rows($1, m.figures) AS t
    ORDER BY t.phase, t.metric;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_targets(text, text, text) IS
'How far the targets of each phase are, by one audit and one profile. A target is met by what is below it; met is NULL where compressed bytes are not measured (encoding none).';

CREATE FUNCTION @extschema@.lbdiag_check(
    domain text DEFAULT 'vision', phase text DEFAULT '1',
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS SETOF @extschema@.lbdiag_target_row
LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 3
AS $body$
-- The source relations are found through the caller's search path: all names
-- and operators are qualified.
DECLARE
    goal @extschema@.lbdiag_target_row;
    missed pg_catalog.text;
    figures pg_catalog.text;
BEGIN
    IF $2 IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'phase must not be null',
            HINT = 'Name a phase, such as ''1''.';
    END IF;
    IF NOT EXISTS (SELECT FROM @extschema@._lbdiag_target_rows($1, '{}'::pg_catalog.jsonb) AS t
                   WHERE t.phase OPERATOR(pg_catalog.=) $2) THEN
        RAISE undefined_object USING
            MESSAGE = pg_catalog.format('phase "%s" does not exist', $2),
            HINT = pg_catalog.format('The phases of leaderboard "%s" are: %s.', $1,
                (SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('"%s"', t.phase), ', ')
                 FROM @extschema@._lbdiag_target_rows($1, '{}'::pg_catalog.jsonb) AS t));
    END IF;
    FOR goal IN
        SELECT t.* FROM @extschema@.lbdiag_targets($1, $3, $4) AS t
        WHERE t.phase OPERATOR(pg_catalog.=) $2
    LOOP
        RETURN NEXT goal;
        IF goal.met IS NOT TRUE THEN
            missed := pg_catalog.concat_ws(', ', missed, goal.metric);
            figures := pg_catalog.concat_ws(E'\n', figures, CASE WHEN goal.met IS NULL
                THEN pg_catalog.format('%s is not measured: the setting lbdiag.encoding is none.', goal.metric)
                ELSE pg_catalog.format('%s is %s %s; it must be below %s %s: %s %s (%s %%) less.',
                    goal.metric, goal.current, goal.unit, goal.target, goal.unit,
                    goal.reduction_needed, goal.unit, goal.reduction_pct) END);
        END IF;
    END LOOP;
    IF missed IS NOT NULL THEN
        RAISE USING ERRCODE = 'LB001',
            MESSAGE = pg_catalog.format('leaderboard "%s" misses targets of phase %s: %s', $1, $2, missed),
            DETAIL = figures,
            HINT = 'lbdiag_opportunities tells what would make the payload smaller, lbdiag_profile where the time goes.';
    END IF;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_check(text, text, text, text) IS
'The targets of a phase; raises SQLSTATE LB001, naming them, where some are missed. For scripts: psql -v ON_ERROR_STOP=1 -c exits with 1.';

