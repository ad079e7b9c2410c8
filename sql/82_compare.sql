/* Comparison of recorded runs. */

CREATE TYPE @extschema@.lbdiag_difference AS (
    kind text, name text, before numeric, after numeric, delta numeric,
    delta_pct numeric, unit text, verdict text);

COMMENT ON TYPE @extschema@.lbdiag_difference IS
'A metric of two recorded runs: a row of lbdiag_compare.';

CREATE FUNCTION @extschema@._lbdiag_compare_notes(before bigint, after bigint)
RETURNS SETOF @extschema@.lbdiag_difference
LANGUAGE sql STABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
    SELECT 'note', format('the runs have different %s: %s and %s', v.what, v.before, v.after),
        NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::text, NULL::text
    FROM @extschema@.lbdiag_runs AS b CROSS JOIN @extschema@.lbdiag_runs AS a
    CROSS JOIN LATERAL (VALUES
        ('leaderboards', b.domain, a.domain), ('viewers', b.viewer, a.viewer),
        ('layouts', b.layout, a.layout), ('environments', b.environment, a.environment),
        ('server versions', b.server_version, a.server_version),
        ('extension versions', b.extension_version, a.extension_version),
        ('encodings', b.encoding, a.encoding), ('cache states', b.cache, a.cache),
        ('machines', b.machine, a.machine)
    ) AS v (what, before, after)
    WHERE b.run = $1 AND a.run = $2 AND v.before <> v.after
    UNION ALL
    SELECT 'note', 'times were measured once, so their noise is not known: '
        'record with repetitions => 3 or more',
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM @extschema@.lbdiag_runs AS b CROSS JOIN @extschema@.lbdiag_runs AS a
    WHERE b.run = $1 AND a.run = $2 AND least(b.repetitions, a.repetitions) = 1 AND $1 <> $2;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_compare_notes(bigint, bigint) IS
'What makes the metrics of two recorded runs harder to compare.';

CREATE FUNCTION @extschema@._lbdiag_run_figures(run bigint)
RETURNS TABLE (
    number int, kind text, name text, unit text, value numeric, low numeric, high numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
    SELECT 1, 'total'::text, v.name, v.unit, v.value, v.low, v.high
    FROM @extschema@.lbdiag_run AS r
    CROSS JOIN LATERAL (VALUES
        ('bytes', 'bytes', r.bytes::numeric, NULL::numeric, NULL::numeric),
        ('compressed_bytes', 'bytes', r.compressed_bytes, NULL, NULL),
        ('models', 'models', r.models, NULL, NULL),
        ('application_time', 'ms', round(r.application_ms::numeric, 3), NULL, NULL),
        ('builder_time', 'ms', round(r.builder_ms::numeric, 3),
         round(r.builder_min_ms::numeric, 3), round(r.builder_max_ms::numeric, 3)),
        ('query_time', 'ms', round(r.query_ms::numeric, 3), NULL, NULL)
    ) AS v (name, unit, value, low, high)
    WHERE r.id = $1
    UNION ALL
    SELECT v.number, v.kind, c.component, 'bytes', v.value, NULL, NULL
    FROM @extschema@.lbdiag_run_component AS c
    CROSS JOIN LATERAL (VALUES
        (2, 'component', c.bytes), (3, 'component_compressed', c.compressed_bytes)
    ) AS v (number, kind, value)
    WHERE c.run = $1
    UNION ALL
    SELECT 4, 'path', p.component || ':' || p.path, 'bytes', p.bytes, NULL, NULL
    FROM @extschema@.lbdiag_run_path AS p WHERE p.run = $1
    UNION ALL
    SELECT v.number, v.kind, f.function, v.unit, v.value, v.low, v.high
    FROM @extschema@.lbdiag_run_function AS f
    CROSS JOIN LATERAL (VALUES
        (5, 'function', 'ms', round(f.tottime_ms::numeric, 3),
         round(f.tottime_min_ms::numeric, 3), round(f.tottime_max_ms::numeric, 3)),
        (6, 'function_cumtime', 'ms', round(f.cumtime_ms::numeric, 3),
         round(f.cumtime_min_ms::numeric, 3), round(f.cumtime_max_ms::numeric, 3)),
        (7, 'function_ncalls', 'calls', f.ncalls, NULL, NULL)
    ) AS v (number, kind, unit, value, low, high)
    WHERE f.run = $1;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_run_figures(bigint) IS
'The metrics of a recorded run, with the range of those that were measured in repetitions.';

CREATE FUNCTION @extschema@._lbdiag_compare_pairs(before bigint, after bigint)
RETURNS TABLE (
    number int, kind text, name text, unit text, before numeric, after numeric,
    before_low numeric, before_high numeric, after_low numeric, after_high numeric,
    changing bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
    -- The ranges of times are compared in the unit of the reference load that
    -- was measured with them: a machine that is busy makes both longer.
    WITH side (side, run, reference_low, reference_high, changing) AS (
        SELECT v.side, r.id, r.reference_min_ms::numeric, r.reference_max_ms::numeric,
            r.changing_bytes
        FROM (VALUES (1, $1), (2, $2)) AS v (side, run)
        JOIN @extschema@.lbdiag_run AS r ON r.id = v.run
    )
    SELECT f.number, f.kind, f.name, f.unit,
        max(f.value) FILTER (WHERE s.side = 1), max(f.value) FILTER (WHERE s.side = 2),
        max(f.low / s.reference_high) FILTER (WHERE s.side = 1),
        max(f.high / s.reference_low) FILTER (WHERE s.side = 1),
        max(f.low / s.reference_high) FILTER (WHERE s.side = 2),
        max(f.high / s.reference_low) FILTER (WHERE s.side = 2),
        -- The time of the build in the payload is written with more or fewer digits.
        CASE WHEN f.kind = 'total' AND f.name = 'bytes'
                OR f.kind = 'component' AND f.name = 'filter_options'
                OR f.kind = 'path' AND f.name ~ E'^filter_options:\\$(\\.datetime_range(\\.max)?)?$'
             THEN max(s.changing) FILTER (WHERE s.side = 2)
                - max(s.changing) FILTER (WHERE s.side = 1)
             ELSE 0 END
    FROM side AS s CROSS JOIN LATERAL @extschema@._lbdiag_run_figures(s.run) AS f
    GROUP BY f.number, f.kind, f.name, f.unit;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_compare_pairs(bigint, bigint) IS
'The metrics of two recorded runs side by side, with the ranges of times as multiples of the '
'reference load. changing: bytes by which the time of the build in the payload alone changes it.';

CREATE FUNCTION @extschema@._lbdiag_compare_figures(before bigint, after bigint)
RETURNS SETOF @extschema@.lbdiag_difference
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500
BEGIN ATOMIC
    WITH b AS MATERIALIZED (
        SELECT r.* FROM @extschema@.lbdiag_runs AS r WHERE r.run = $1
    ), a AS MATERIALIZED (
        SELECT r.* FROM @extschema@.lbdiag_runs AS r WHERE r.run = $2
    ), pair AS (
        SELECT p.* FROM @extschema@._lbdiag_compare_pairs($1, $2) AS p
    ), raw AS (
        -- Whether anything but that has changed, in all and in a component.
        SELECT p.name, p.before IS NOT DISTINCT FROM p.after - p.changing AS same
        FROM pair AS p WHERE p.kind = 'component' OR p.kind = 'total' AND p.name = 'bytes'
    ), judged AS (
        SELECT p.*, CASE
            WHEN a.encoding <> b.encoding AND (p.kind = 'component_compressed'
                    OR p.kind = 'total' AND p.name = 'compressed_bytes')
                THEN 'different encoding'
            -- Of a run with many paths, the small ones are not known.
            WHEN p.before IS NULL THEN CASE WHEN p.kind = 'path' AND b.paths_left_out > 0
                THEN 'not recorded' ELSE 'added' END
            WHEN p.after IS NULL THEN CASE WHEN p.kind = 'path' AND a.paths_left_out > 0
                THEN 'not recorded' ELSE 'removed' END
            WHEN p.before = p.after - p.changing THEN 'same'
            WHEN (p.name = 'compressed_bytes' AND (SELECT bool_and(r.same) FROM raw AS r)
                    OR p.kind = 'component_compressed' AND p.name <> 'row_data'
                        AND (SELECT r.same FROM raw AS r WHERE r.name = p.name))
                AND abs(p.after - p.before) <= 64 THEN 'same'
            WHEN p.unit <> 'ms' THEN CASE WHEN p.after < p.before THEN 'smaller' ELSE 'larger' END
            WHEN least(b.repetitions, a.repetitions) = 1 OR p.before_low IS NULL THEN 'unknown'
            WHEN p.after_low <= p.before_high AND p.before_low <= p.after_high THEN 'within noise'
            WHEN p.after < p.before THEN 'faster' ELSE 'slower' END AS verdict
        FROM pair AS p CROSS JOIN b CROSS JOIN a
    ), measured AS (
        SELECT j.*, CASE WHEN j.verdict NOT IN ('not recorded', 'different encoding')
                         THEN coalesce(j.after, 0) - coalesce(j.before, 0) END AS delta
        FROM judged AS j
    )
    SELECT m.kind, m.name, m.before, m.after, m.delta,
        round(100 * m.delta / nullif(m.before, 0), 1), m.unit, m.verdict
    FROM measured AS m
    WHERE m.before IS NOT NULL OR m.after IS NOT NULL
    ORDER BY m.number, abs(m.delta) DESC NULLS LAST, greatest(m.before, m.after) DESC, m.name;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_compare_figures(bigint, bigint) IS
'The metrics of two recorded runs side by side, with a verdict on each, each kind from the '
'largest change on.';

CREATE FUNCTION @extschema@.lbdiag_compare(before bigint, after bigint)
RETURNS SETOF @extschema@.lbdiag_difference
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_raise('22004'::text,
        'a run to compare must not be null'::text, NULL::text,
        'lbdiag_record returns the number of a run; lbdiag_runs lists them.'::text)
    WHERE $1 IS NULL OR $2 IS NULL;
    SELECT @extschema@._lbdiag_raise('42704'::text,
        format('run %s does not exist', v.run), NULL::text, coalesce((
            SELECT format('The latest runs are: %s.', string_agg(
                format('%s (%s)', l.id, l.domain), ', '::text ORDER BY l.at DESC, l.id DESC))
            FROM (SELECT r.id, r.domain, r.at FROM @extschema@.lbdiag_run AS r
                  ORDER BY r.at DESC, r.id DESC LIMIT 5) AS l
            HAVING count(*) > 0), 'No run is recorded. Use lbdiag_record.'))
    FROM (VALUES (1, $1), (2, $2)) AS v (side, run)
    WHERE NOT EXISTS (SELECT FROM @extschema@.lbdiag_run AS r WHERE r.id = v.run)
    ORDER BY v.side;
    SELECT x.kind, x.name, x.before, x.after, x.delta, x.delta_pct, x.unit, x.verdict
    FROM (
        SELECT 1 AS part, n.* FROM @extschema@._lbdiag_compare_notes($1, $2) WITH ORDINALITY
            AS n (kind, name, before, after, delta, delta_pct, unit, verdict, number)
        UNION ALL
        SELECT 2, f.* FROM @extschema@._lbdiag_compare_figures($1, $2) WITH ORDINALITY AS f
    ) AS x
    ORDER BY x.part, x.number;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_compare(bigint, bigint) IS
'What differs between two recorded runs: notes, totals, components, paths, functions, each kind '
'from the largest change on. A time is faster or slower only where the ranges of the two runs'' '
'repetitions, in the unit of the reference load that was measured with each, do not overlap. '
'The time of the build that is in the payload, and compressed bytes near it, are no change.';

