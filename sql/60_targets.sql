/* Targets. */

CREATE TABLE @extschema@.lbdiag_target (
    payload text,
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
    UNIQUE NULLS NOT DISTINCT (payload, phase, metric, built_in)
);

-- So that rows can also be deleted where a publication has all tables.
ALTER TABLE @extschema@.lbdiag_target REPLICA IDENTITY FULL;

COMMENT ON TABLE @extschema@.lbdiag_target IS
'Targets per phase. A payload''s row overrides one for all payloads, and that one overrides a '
'built-in one.';
COMMENT ON COLUMN @extschema@.lbdiag_target.payload IS
'Payload that the target is for: the name of a leaderboard; NULL: all.';
COMMENT ON COLUMN @extschema@.lbdiag_target.phase IS
'1, 2, 3, or a phase of your own.';
COMMENT ON COLUMN @extschema@.lbdiag_target.metric IS
'query_time or total_time in seconds; bytes or compressed_bytes of the payload; bytes:COMPONENT '
'or compressed_bytes:COMPONENT of one component.';
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
            HINT = 'Add a row with a payload, or with NULL for all payloads: it overrides this '
                'one. A target of NULL is none. To remove your own: DELETE FROM lbdiag_target '
                'WHERE NOT built_in.';
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
