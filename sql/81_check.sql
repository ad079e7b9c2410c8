/* Targets against what is measured now. */

-- Volatile, so that the rights on the history are asked only where it is read.
CREATE FUNCTION @extschema@._lbdiag_recorded_application_ms(domain text, viewer text)
RETURNS TABLE (run bigint, at timestamptz, application_ms float8)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED ROWS 1
BEGIN ATOMIC
    SELECT r.id, r.at, r.application_ms FROM @extschema@.lbdiag_run AS r
    WHERE r.kind = 'payload' AND r.domain = $1 AND r.viewer = $2
        AND r.application_ms IS NOT NULL
    ORDER BY r.at DESC, r.id DESC LIMIT 1;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_recorded_application_ms(text, text) IS
'The latest time that the application took, of those that were recorded.';

CREATE FUNCTION @extschema@._lbdiag_time_figures(
    domain @extschema@._lbdiag_text, viewer text, application_ms float8, builder_ms float8)
RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT jsonb_build_object('total_time', round(g.ms::numeric / 1000, 6),
             'total_time basis', 'the application, as given')
         FROM (SELECT @extschema@._lbdiag_application_ms($3) AS ms) AS g WHERE g.ms IS NOT NULL),
        (SELECT jsonb_build_object('total_time', round(r.application_ms::numeric / 1000, 6),
             'total_time basis', format('the application, run %s', r.run))
         FROM @extschema@._lbdiag_recorded_application_ms($1, $2) AS r
         WHERE has_table_privilege('@extschema@.lbdiag_run'::regclass, 'SELECT')),
        jsonb_build_object('total_time basis', format(
            'not measured: lbdiag''s builder alone took %s s, a lower bound; give application_ms',
            round($4::numeric / 1000, 3))));
END;

COMMENT ON FUNCTION @extschema@._lbdiag_time_figures(
    @extschema@._lbdiag_text, text, float8, float8) IS
'The total time for targets: that of the application, given or recorded, or else none, with '
'what lbdiag''s builder took in words.';

CREATE FUNCTION @extschema@.lbdiag_targets(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, application_ms float8 DEFAULT NULL)
RETURNS SETOF @extschema@.lbdiag_target_row
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 9
SET lbdiag.progress_function = 'lbdiag_targets'
BEGIN ATOMIC
    WITH audit AS MATERIALIZED (
        SELECT CASE WHEN a.path IS NULL THEN '' ELSE ':' || a.component END AS component,
            a.bytes, a.compressed_bytes
        FROM @extschema@.lbdiag_audit($1, $2, $3, NULL::text) AS a
        WHERE a.path IS NULL OR a.path = '$'
    ), size (metric, value) AS (
        SELECT 'bytes' || a.component, a.bytes FROM audit AS a
        UNION ALL
        SELECT 'compressed_bytes' || a.component, a.compressed_bytes FROM audit AS a
    ), query AS MATERIALIZED (
        SELECT @extschema@._lbdiag_application_query_ms($1, $2, $3, 1) AS ms
    ), builder AS MATERIALIZED (
        SELECT p.cumtime_ms AS ms
        FROM @extschema@.lbdiag_profile($1, $2, $3, 1, 1, NULL::text) AS p
    )
    SELECT t.*
    FROM (SELECT jsonb_object_agg(s.metric, s.value) AS figures FROM size AS s) AS s
    CROSS JOIN query AS q CROSS JOIN builder AS b
    CROSS JOIN LATERAL @extschema@._lbdiag_target_rows($1, s.figures
        || jsonb_build_object('query_time', round(q.ms::numeric / 1000, 6),
            'query_time basis', 'the application''s SELECTs, run here')
        || @extschema@._lbdiag_time_figures($1, $2, $4, b.ms)) AS t
    ORDER BY t.phase, t.metric;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_targets(text, text, text, float8) IS
'The targets of each phase against what is measured now; met is NULL where it was not. basis '
'says what was measured. Sizes are those that are sent. query_time is what the application''s '
'own queries of the sources take in the server. total_time is what the application took, as '
'given in application_ms or recorded last by lbdiag_record: where neither is there, it is not '
'measured, since lbdiag''s builder is only a lower bound for it.';

CREATE FUNCTION @extschema@.lbdiag_check(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, phase text DEFAULT '1',
    application_ms float8 DEFAULT NULL)
RETURNS SETOF @extschema@.lbdiag_target_row
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 3
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_raise('22004'::text, 'phase must not be null'::text, NULL::text,
        'Name a phase, such as ''1''.'::text)
    WHERE $4 IS NULL;
    SELECT @extschema@._lbdiag_phase_check($1, $4);
    WITH goal AS MATERIALIZED (
        SELECT t.* FROM @extschema@.lbdiag_targets($1, $2, $3, $5) AS t WHERE t.phase = $4
    ), missed AS (
        -- A time that nobody took is not missed.
        SELECT string_agg(g.metric, ', '::text ORDER BY g.metric) AS metrics,
            string_agg(CASE WHEN g.met IS NULL
                THEN format('%s is not measured: the setting lbdiag.encoding is none.', g.metric)
                ELSE format('%s is %s %s; it must be below %s %s: %s %s (%s %%) less.',
                    g.metric, g.current, g.unit, g.target, g.unit,
                    g.reduction_needed, g.unit, g.reduction_pct) END,
                E'\n' ORDER BY g.metric) AS figures
        FROM goal AS g WHERE g.met IS FALSE OR g.met IS NULL AND g.unit = 'bytes'
    )
    SELECT g.* FROM goal AS g
    WHERE (SELECT m.metrics IS NULL OR @extschema@._lbdiag_raise('LB001'::text,
            format('leaderboard "%s" misses targets of phase %s: %s', $1, $4, m.metrics), m.figures,
            'lbdiag_opportunities tells what would make the payload smaller, lbdiag_profile where '
            'the time goes.'::text)
        FROM missed AS m);
END;

COMMENT ON FUNCTION @extschema@.lbdiag_check(text, text, text, text, float8) IS
'The targets of a phase, as in lbdiag_targets; raises SQLSTATE LB001, naming them, where some '
'are missed. A time that was not measured does not count as missed; compressed bytes that were not '
'measured, because lbdiag.encoding is none, do. For scripts: psql -v ON_ERROR_STOP=1 -c exits '
'with 1.';

