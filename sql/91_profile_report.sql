/* The profile as text. */

CREATE FUNCTION @extschema@._lbdiag_report_functions(
    tree @extschema@._lbdiag_scope[], top int)
RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT format('=== TOP %s FUNCTIONS BY CUMULATIVE TIME ===', $2)
    UNION ALL
    SELECT '    ncalls  tottime  percall  cumtime  percall  function'
    UNION ALL
    (SELECT format('%s %s %s %s %s  %s(%s)', lpad(p.ncalls::text, 10),
        lpad(round((p.tottime_ms / 1000)::numeric, 3)::text, 8),
        lpad(coalesce(round((p.tottime_percall_ms / 1000)::numeric, 3)::text, ''), 8),
        lpad(round((p.cumtime_ms / 1000)::numeric, 3)::text, 8),
        lpad(coalesce(round((p.cumtime_percall_ms / 1000)::numeric, 3)::text, ''), 8),
        p.source, p.function)
     FROM @extschema@._lbdiag_profile_rows($1) AS p
     ORDER BY p.cumtime_ms DESC, p.function LIMIT $2);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_functions(@extschema@._lbdiag_scope[], int) IS
'The lines of the report on the functions of a call tree, as cProfile prints them, in seconds.';

CREATE FUNCTION @extschema@._lbdiag_report_bottlenecks(tree @extschema@._lbdiag_scope[])
RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT '=== NEXT STEPS ==='
    UNION ALL
    (SELECT v.line
     FROM @extschema@._lbdiag_bottleneck_rows($1) AS b CROSS JOIN LATERAL (VALUES
        (1, format('  %s %s: %s %% of the builder''s time, %s ms (%s)',
            CASE b.rank WHEN 1 THEN 'The bottleneck is' ELSE 'Then' END,
            b.bottleneck, round(100 * b.share, 1), round(b.ms::numeric, 1), b.figure)),
        (2, '    ' || b.fix)) AS v (number, line)
     WHERE b.rank = 1 OR b.share >= 0.1
     ORDER BY b.rank, v.number);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_bottlenecks(@extschema@._lbdiag_scope[]) IS
'The lines of the report on what the time is spent on.';

CREATE FUNCTION @extschema@.lbdiag_profile_report(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, top int DEFAULT 30, repetitions int DEFAULT 1)
RETURNS SETOF text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 80
BEGIN ATOMIC
    WITH tree AS MATERIALIZED (
        SELECT array_agg(t) AS scopes FROM @extschema@._lbdiag_call_tree(
            $1, $2, $3, coalesce($5, 1), NULL::text, coalesce($4, 30)) AS t
    ), root AS (
        SELECT round((p.cumtime_ms / 1000)::numeric, 3) AS s,
            round((p.cumtime_min_ms / 1000)::numeric, 3) AS low,
            round((p.cumtime_max_ms / 1000)::numeric, 3) AS high,
            (SELECT sum(o.overhead_ms) FROM unnest(t.scopes) AS o) AS overhead_ms
        FROM tree AS t CROSS JOIN LATERAL @extschema@._lbdiag_profile_rows(t.scopes) AS p
        ORDER BY p.cumtime_ms DESC LIMIT 1
    ), size AS MATERIALIZED (
        SELECT array_agg(format('  %s: %s', a.component,
            @extschema@._lbdiag_exact_size(a.bytes::numeric)) ORDER BY a.number) AS lines
        FROM @extschema@._lbdiag_audit_rows($1, $2, $3, 'none'::text) AS a
        WHERE a.sent AND (a.path = '$' OR a.component = 'TOTAL')
    )
    SELECT w.line
    FROM tree AS t CROSS JOIN root AS r CROSS JOIN size AS s
    CROSS JOIN @extschema@._lbdiag_layout_used($1, $3) AS u
    CROSS JOIN LATERAL @extschema@._lbdiag_wrapped(
        ARRAY[format('lbdiag''s own builder makes the payload of %s in %s s: a floor for an '
                'application.', $1, r.s),
            format('Viewer: %s. Layout: %s (%s). Encoding: %s.', $2, u.layout_used,
                rtrim(u.reason, '.'), @extschema@._lbdiag_encoding(NULL::text)),
            '', '=== PROFILING get_ag_grid_context() ===',
            format('  Domain: %s, viewer: %s, repetitions: %s', $1, $2, coalesce($5, 1)),
            format('  Total time of lbdiag''s builder: %s s', r.s),
            format('  Fastest and slowest: %s s, %s s', r.low, r.high),
            format('  Cost of measuring: %s ms', round(r.overhead_ms::numeric, 1)), '']
        || ARRAY(SELECT @extschema@._lbdiag_report_functions(t.scopes, coalesce($4, 30)))
        -- Filters are collected of each model, whichever components there are.
        || ARRAY['', '=== CONTEXT DATA ===', format('  Models: %s',
            coalesce((SELECT sum(o.ncalls) FROM unnest(t.scopes) AS o
                      WHERE o.function = 'collect_filters'), 0))]
        || s.lines || ARRAY['']
        || ARRAY(SELECT @extschema@._lbdiag_report_bottlenecks(t.scopes)) || ARRAY['']
        || ARRAY(SELECT @extschema@._lbdiag_report_environment($1)))
        WITH ORDINALITY AS w (line, number)
    ORDER BY w.number;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_report(text, text, text, int, int) IS
'The profile of lbdiag''s own builder as text, a line a row: total time, the functions as '
'cProfile prints them (seconds), the size of the components, the bottleneck with what to do '
'about it, and what of the environment can distort it.';
