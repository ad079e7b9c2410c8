/* The report. */

CREATE FUNCTION @extschema@.lbdiag_audit_report(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    WITH environment AS MATERIALIZED (
        SELECT e.item, e.value, e.status, e.detail, e.number
        FROM @extschema@.lbdiag_environment($1)
            WITH ORDINALITY AS e (item, value, status, detail, number)
    ), start AS MATERIALIZED (
        SELECT clock_timestamp() AS at
    ), built AS MATERIALIZED (
        -- The context alone, for its time; its rows come from the next audit.
        SELECT extract(epoch FROM clock_timestamp() - b.at)::numeric AS seconds
        FROM (SELECT min(s.at) AS at, count(*) AS n
              FROM start AS s
              CROSS JOIN LATERAL @extschema@.lbdiag_audit($1, $2, $3,
                  CASE WHEN s.at IS NOT NULL THEN 'none'::text END)) AS b
    ), audit AS MATERIALIZED (
        SELECT a.*
        FROM @extschema@._lbdiag_audit_rows($1, $2, $3, NULL::text) AS a
        WHERE a.sent
    ), roots AS MATERIALIZED (
        SELECT a.component, a.number, a.bytes, a.share, a.compressed_bytes, a.types,
            coalesce((SELECT sum(c.occurrences)::bigint FROM audit AS c
                      WHERE c.component = a.component AND c.depth = 1
                        AND c.path IN ('$[*]', '$.*')), 0) AS members,
            CASE WHEN a.component IN ('benchmark_bibtex_map', 'benchmarkStimuliMetaMap',
                                      'benchmarkDataMetaMap', 'benchmarkMetricMetaMap',
                                      'model_metadata_map') THEN 'map'
                 WHEN a.component IN ('row_data', 'column_defs') THEN a.component
                 ELSE 'other' END AS section
        FROM audit AS a WHERE a.path = '$'
    ), total AS MATERIALIZED (
        SELECT a.bytes, a.compressed_bytes FROM audit AS a WHERE a.component = 'TOTAL'
    ), rows AS MATERIALIZED (
        SELECT r.bytes, r.members AS models FROM roots AS r WHERE r.component = 'row_data'
    ), fields AS MATERIALIZED (
        -- Members of rows, and of their cells.
        SELECT a.number, a.depth, a.types, a.occurrences, a.nulls, a.bytes, a.share,
            a.distinct_values, a.path = '$[*].*' AS is_cell,
            CASE a.depth WHEN 2 THEN substr(a.path, 6) ELSE substr(a.path, 8) END AS name
        FROM audit AS a
        WHERE a.component = 'row_data'
          AND (a.depth = 2 OR (a.depth = 3 AND left(a.path, 7) = '$[*].*.'))
    ), opportunities AS MATERIALIZED (
        SELECT o.* FROM @extschema@.lbdiag_opportunities($1, $2, $3) AS o
    ), targets AS MATERIALIZED (
        SELECT t.phase, t.metric, t.current, t.target, t.unit, t.met, t.reduction_needed, t.reduction_pct,
            row_number() OVER (ORDER BY t.phase, t.unit, t.metric) AS number
        FROM @extschema@.lbdiag_targets($1, $2, $3) AS t
    ), lines (section, number, line) AS (
        SELECT 1, 0::bigint, '=== ENVIRONMENT CHECK ==='::text
        UNION ALL
        SELECT 1, e.number, format('  [%s] %s: %s%s', e.status, e.item,
                                   coalesce(e.value, '(hidden)'), '  ' || e.detail)
        FROM environment AS e
        UNION ALL
        SELECT 2, v.number, v.line
        FROM built AS b CROSS JOIN LATERAL (VALUES
            (0::bigint, E'\n=== PROFILING DOMAIN: ' || upper($1) || ' ==='),
            (1, format('  Viewer: %s', $2)),
            (2, format('  Context generation time: %s s', round(b.seconds, 3)))
        ) AS v (number, line)
        UNION ALL
        SELECT 3, 0, E'\n=== PAYLOAD SIZE BREAKDOWN ==='
        UNION ALL
        SELECT 3, v.number, v.line
        FROM rows AS r CROSS JOIN LATERAL (VALUES
            (1::bigint, format('  row_data: %s MB (%s bytes)', round(r.bytes / 1048576.0, 2), r.bytes)),
            (2, format('    Models: %s', r.models)),
            (3, format('    Fields per model: %s',
                (SELECT round(sum(f.occurrences) / greatest(r.models, 1), 1) FROM fields AS f WHERE f.depth = 2))),
            (4, format('    Score fields: %s per model',
                (SELECT round(coalesce(sum(f.occurrences), 0) / greatest(r.models, 1), 1)
                 FROM fields AS f WHERE f.is_cell))),
            (5, format('    Base fields: %s',
                (SELECT string_agg(f.name, ', ' ORDER BY f.name) FROM fields AS f WHERE f.depth = 2 AND NOT f.is_cell))),
            (6, format('    Sample score object keys: %s',
                (SELECT string_agg(f.name, ', ' ORDER BY f.name) FROM fields AS f WHERE f.depth = 3))),
            (7, format('    Score data: %s MB (%s bytes)',
                (SELECT round(coalesce(sum(f.bytes), 0) / 1048576.0, 2) FROM fields AS f WHERE f.is_cell),
                (SELECT coalesce(sum(f.bytes), 0) FROM fields AS f WHERE f.is_cell)))
        ) AS v (number, line)
        UNION ALL
        SELECT 4, v.number, v.line
        FROM roots AS r CROSS JOIN LATERAL (VALUES
            (1::bigint, format('  column_defs: %s MB (%s bytes)', round(r.bytes / 1048576.0, 2), r.bytes)),
            (2, format('    Columns: %s', r.members))
        ) AS v (number, line)
        WHERE r.component = 'column_defs'
        UNION ALL
        SELECT 5, 0, format('  metadata_maps: %s MB (%s bytes)',
                            round(coalesce(sum(r.bytes), 0) / 1048576.0, 2), coalesce(sum(r.bytes), 0))
        FROM roots AS r WHERE r.section = 'map'
        UNION ALL
        SELECT 5, r.number, format('    %s: %s MB (%s bytes)', r.component, round(r.bytes / 1048576.0, 2), r.bytes)
        FROM roots AS r WHERE r.section = 'map'
        UNION ALL
        SELECT 6, 0, format('  other components: %s MB (%s bytes)',
                            round(coalesce(sum(r.bytes), 0) / 1048576.0, 2), coalesce(sum(r.bytes), 0))
        FROM roots AS r WHERE r.section = 'other'
        UNION ALL
        SELECT 6, r.number, format('    %s: %s MB (%s bytes)', r.component, round(r.bytes / 1048576.0, 2), r.bytes)
        FROM roots AS r WHERE r.section = 'other'
        UNION ALL
        SELECT 7, v.number, v.line
        FROM total AS t CROSS JOIN LATERAL (VALUES
            (0::bigint, format('  TOTAL PAYLOAD: %s MB (%s bytes)', round(t.bytes / 1048576.0, 2), t.bytes)),
            (1, coalesce(format('  Compressed with %s: ', @extschema@._lbdiag_encoding(NULL::text))
                    || round(t.compressed_bytes / 1048576.0, 2) || format(' MB (%s bytes)', t.compressed_bytes),
                '  Compressed: not measured, the encoding is none'))
        ) AS v (number, line)
        UNION ALL
        SELECT 8, 0, E'\n=== OPTIMIZATION OPPORTUNITIES ==='
        UNION ALL
        SELECT 8, 1, '  Score object fields:'
        WHERE EXISTS (SELECT 1 FROM fields AS f WHERE f.depth = 3)
        UNION ALL
        SELECT 8, 1 + f.number, format('    %s: %s, %s bytes (%s %% of the payload), %s distinct values, %s nulls',
            f.name, f.types, f.bytes, round(100 * f.share, 1), coalesce(f.distinct_values::text, 'no'), f.nulls)
        FROM fields AS f WHERE f.depth = 3
        UNION ALL
        SELECT 9, 4 * o.priority + v.number, v.line
        FROM opportunities AS o CROSS JOIN LATERAL (VALUES
            (0::bigint, CASE o.impact WHEN 'ALL HIGH' THEN '  ' || o.action
                ELSE format('  %s. [%s IMPACT] %s', o.priority, o.impact, o.action) END),
            (1, format('     Savings: %s MB (%s bytes, %s %% of the payload)',
                       round(o.bytes_saved / 1048576.0, 2), o.bytes_saved, round(100 * o.share_saved, 1))),
            (2, format('     Savings with %s: ', @extschema@._lbdiag_encoding(NULL::text)) || o.compressed_saved
                || format(' bytes (%s %% of the compressed payload)', round(100 * o.compressed_share_saved, 1))),
            (3, CASE o.impact WHEN 'ALL HIGH' THEN '     ' || o.trade_off ELSE '     Trade-off: ' || o.trade_off END)
        ) AS v (number, line)
        WHERE v.line IS NOT NULL
        UNION ALL
        SELECT 9, 1000, '  They are in the order of what they save of the compressed payload; the order by raw bytes is another one.'
        FROM total AS t WHERE t.compressed_bytes IS NOT NULL
        UNION ALL
        SELECT 10, 0, format(E'\n=== SUMMARY ===\n  Current payload: %s MB', round(t.bytes / 1048576.0, 2))
        FROM total AS t
        UNION ALL
        SELECT 11, t.number, format('  Phase %s target, %s: %s, %s', t.phase, t.metric,
            CASE t.unit WHEN 'bytes' THEN round(t.target / 1048576.0, 2) || ' MB' ELSE t.target || ' s' END,
            CASE WHEN t.met THEN 'met' WHEN t.met IS NULL THEN 'not measured'
                 ELSE format('reduction needed %s (%s %%)',
                     CASE t.unit WHEN 'bytes' THEN round(t.reduction_needed / 1048576.0, 2) || ' MB'
                          ELSE round(t.reduction_needed, 3) || ' s' END, t.reduction_pct) END)
        FROM targets AS t
        UNION ALL
        SELECT 12, v.number, v.line
        FROM (VALUES
            (0::bigint, '  Next steps:'::text),
            (1, '    1. Take the first opportunity whose trade-off the page can bear; its apply call in lbdiag_opportunities shows it by component.'),
            (2, '    2. Keep the state before: SELECT lbdiag_record(domain, ''before'').'),
            (3, '    3. Change the page, and the layout with it: copy its row in lbdiag_layout and change the copy.'),
            (4, '    4. Record again, and compare: SELECT * FROM lbdiag_compare(before, after).')
        ) AS v (number, line)
    )
    SELECT string_agg(l.line, E'\n' ORDER BY l.section, l.number) FROM lines AS l;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_report(text, text, text) IS
'The audit as text: environment, time to build the context, sizes, what could be saved, and how far each phase''s target is. MB is 1024 x 1024 bytes.';

