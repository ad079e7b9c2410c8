/* The profile as text. */

CREATE FUNCTION @extschema@.lbdiag_profile_report(
    domain text DEFAULT 'vision', top int DEFAULT 30, runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    WITH environment AS MATERIALIZED (
        SELECT e.item, e.value, e.status, e.detail, e.number
        FROM @extschema@.lbdiag_environment($1)
            WITH ORDINALITY AS e (item, value, status, detail, number)
    ), used AS (
        SELECT @extschema@._lbdiag_encoding(NULL::text) AS encoding
    ), tree AS MATERIALIZED (
        SELECT array_agg(t) AS scopes, min(u.encoding) AS encoding
        FROM used AS u
        CROSS JOIN LATERAL @extschema@._lbdiag_call_tree($1, $4, $5, $3, u.encoding, true, $2) AS t
    ), profile AS MATERIALIZED (
        SELECT p.ncalls, p.tottime_ms, p.tottime_percall_ms, p.cumtime_ms, p.cumtime_percall_ms,
            p.function, p.source, p.cumtime_min_ms, p.cumtime_max_ms, p.overhead_ms,
            row_number() OVER (ORDER BY p.cumtime_ms DESC, p.function) AS number
        FROM tree AS t CROSS JOIN LATERAL @extschema@._lbdiag_profile_rows(t.scopes) AS p
    ), root AS (
        SELECT p.cumtime_ms, p.cumtime_min_ms, p.cumtime_max_ms,
            (SELECT sum(o.overhead_ms) FROM profile AS o) AS overhead_ms
        FROM profile AS p WHERE p.number = 1
    ), audit AS MATERIALIZED (
        SELECT a.component, a.path, a.bytes, a.number
        FROM @extschema@._lbdiag_audit_rows($1, $4, $5, 'none'::text) AS a
        WHERE a.sent AND (a.path = '$' OR a.component = 'TOTAL')
    ), bottleneck AS MATERIALIZED (
        SELECT b.rank, b.bottleneck, b.ms, b.share, b.figure, b.fix
        FROM tree AS t CROSS JOIN LATERAL @extschema@._lbdiag_bottleneck_rows(t.scopes, t.encoding) AS b
    ), lines (section, number, line) AS (
        SELECT 1, 0::bigint, '=== ENVIRONMENT CHECK ==='::text
        UNION ALL
        SELECT 1, e.number, format('  [%s] %s: %s%s', e.status, e.item,
                                   coalesce(e.value, '(hidden)'), '  ' || e.detail)
        FROM environment AS e
        UNION ALL
        SELECT 2, v.number, v.line
        FROM root AS r CROSS JOIN used AS u CROSS JOIN LATERAL (VALUES
            (0::bigint, E'\n=== PROFILING get_ag_grid_context() ==='),
            (1, format('  Domain: %s, viewer: %s, runs: %s, encoding: %s', $1, $4, $3, u.encoding)),
            (2, format('  Total time: %s s', round(r.cumtime_ms::numeric / 1000, 3))),
            (3, format('  Fastest and slowest run: %s s, %s s', round(r.cumtime_min_ms::numeric / 1000, 3),
                       round(r.cumtime_max_ms::numeric / 1000, 3))),
            (4, format('  Cost of measuring: %s ms', round(r.overhead_ms::numeric, 1)))
        ) AS v (number, line)
        UNION ALL
        SELECT 3, 0, format(E'\n=== TOP %s FUNCTIONS BY CUMULATIVE TIME ===\n%s', $2,
                            '    ncalls  tottime  percall  cumtime  percall  function')
        UNION ALL
        SELECT 3, p.number, format('%s %s %s %s %s  %s(%s)', lpad(p.ncalls::text, 10),
            lpad(round((p.tottime_ms / 1000)::numeric, 3)::text, 8),
            lpad(coalesce(round((p.tottime_percall_ms / 1000)::numeric, 3)::text, ''), 8),
            lpad(round((p.cumtime_ms / 1000)::numeric, 3)::text, 8),
            lpad(coalesce(round((p.cumtime_percall_ms / 1000)::numeric, 3)::text, ''), 8),
            p.source, p.function)
        FROM profile AS p WHERE p.number <= $2
        UNION ALL
        SELECT 4, 0, E'\n=== CONTEXT DATA ==='
        UNION ALL
        SELECT 4, 1, format('  Models: %s', coalesce(
            -- Once for each model, whichever components there are.
            (SELECT p.ncalls FROM profile AS p WHERE p.function = 'collect_filters'), 0))
        UNION ALL
        SELECT 4, 1 + a.number, format('  %s: %s MB (%s bytes)', a.component,
                                       round(a.bytes / 1048576.0, 2), a.bytes)
        FROM audit AS a
        UNION ALL
        SELECT 5, 0, E'\n=== NEXT STEPS ==='
        UNION ALL
        SELECT 5, 2 * b.rank + v.number, v.line
        FROM bottleneck AS b CROSS JOIN LATERAL (VALUES
            (-1, format('  %s %s: %s %% of the time, %s ms (%s)',
                CASE b.rank WHEN 1 THEN 'The bottleneck is' ELSE 'Then' END,
                b.bottleneck, round(100 * b.share, 1), round(b.ms::numeric, 1), b.figure)),
            (0, '    ' || b.fix)
        ) AS v (number, line)
        WHERE b.rank = 1 OR b.share >= 0.1
    )
    SELECT string_agg(l.line, E'\n' ORDER BY l.section, l.number) FROM lines AS l;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_report(text, int, int, text, text) IS
'The profile as text: environment, total time, the functions as cProfile prints them (seconds), the size of the components, and the bottleneck with what to do about it.';

