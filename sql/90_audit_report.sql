/* The audit as text. */

CREATE FUNCTION @extschema@._lbdiag_size(bytes numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN abs($1) >= 104858 THEN round($1 / 1048576, 2) || ' MB'
                WHEN abs($1) >= 10240 THEN round($1 / 1024, 1) || ' kB'
                ELSE round($1) || ' bytes' END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_size(numeric) IS
'A size in words: MB is 1024 x 1024 bytes, from 0.1 MB on; below that kB, or bytes.';

CREATE FUNCTION @extschema@._lbdiag_exact_size(bytes numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_size($1) || CASE WHEN abs($1) >= 10240 THEN format(' (%s bytes)', $1) ELSE '' END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_exact_size(numeric) IS
'A size in words, and its bytes where these are not it.';

CREATE FUNCTION @extschema@._lbdiag_wrapped(line text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    -- What is longer than a line goes on in the next, indented by four more.
    SELECT CASE WHEN length($1) <= 98 THEN $1
                WHEN p.number = 1 THEN i.blanks || p.piece[1]
                ELSE i.blanks || '    ' || p.piece[1] END
    FROM (SELECT substring($1 FROM '^ *') AS blanks) AS i
    CROSS JOIN LATERAL regexp_matches(CASE WHEN length($1) <= 98 THEN 'x' ELSE ltrim($1) END || ' ',
        format('(\S{%s,}|.{1,%s})\s', 94 - length(i.blanks), 94 - length(i.blanks)), 'g')
        WITH ORDINALITY AS p (piece, number)
    ORDER BY p.number;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_wrapped(text) IS
'A line as lines of less than 100 columns, broken at blanks.';

CREATE FUNCTION @extschema@._lbdiag_timed_audit(domain text, viewer text, layout text)
RETURNS TABLE (ms float8, audit jsonb)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED ROWS 1
BEGIN ATOMIC
    WITH start AS MATERIALIZED (
        SELECT clock_timestamp() AS at
    ), audit AS MATERIALIZED (
        SELECT s.at, coalesce(jsonb_agg(to_jsonb(a)), '[]') AS audit
        FROM start AS s
        CROSS JOIN LATERAL @extschema@._lbdiag_audit_rows($1, $2,
            CASE WHEN s.at IS NOT NULL THEN $3 END, NULL::text) AS a
        GROUP BY s.at
    )
    SELECT extract(epoch FROM clock_timestamp() - a.at)::float8 * 1000, a.audit FROM audit AS a;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_timed_audit(text, text, text) IS
'An audit as an array of its rows, and the ms that it took.';

CREATE FUNCTION @extschema@._lbdiag_report_sizes(audit jsonb) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH audit AS MATERIALIZED (
        SELECT a.* FROM jsonb_to_recordset($1) AS a (number bigint, component text, path text, depth int,
            types text, occurrences bigint, bytes bigint, key_bytes bigint, value_bytes bigint,
            syntax_bytes bigint, compressed_bytes bigint, sent boolean)
    ), root AS (
        SELECT a.component, a.number, a.bytes, a.compressed_bytes, a.sent,
            CASE WHEN a.component ~ '_map$|MetaMap$' THEN 'map'
                 WHEN a.component IN ('row_data', 'column_defs', 'comparison_data') THEN a.component
                 ELSE 'other' END AS section
        FROM audit AS a WHERE a.path = '$'
    ), field AS (
        -- Members of rows, and of their cells.
        SELECT a.*, a.path = '$[*].*' AS is_cell,
            CASE a.depth WHEN 2 THEN substr(a.path, 6) ELSE substr(a.path, 8) END AS name
        FROM audit AS a WHERE a.component = 'row_data' AND a.sent
            AND (a.depth = 2 OR a.depth = 3 AND left(a.path, 7) = '$[*].*.')
    ), rows AS (
        SELECT r.bytes, coalesce((SELECT a.occurrences FROM audit AS a
            WHERE a.component = 'row_data' AND a.path = '$[*]'), 0) AS models
        FROM root AS r WHERE r.component = 'row_data' AND r.sent
    ), line (section, number, line) AS (
        SELECT 1, 0::bigint, format('  row_data: %s', @extschema@._lbdiag_exact_size(r.bytes::numeric)) FROM rows AS r
        UNION ALL SELECT 1, 1, format('    Models: %s', r.models) FROM rows AS r
        UNION ALL SELECT 1, 2, format('    Fields per model: %s', round(sum(f.occurrences) / greatest(r.models, 1), 1))
        FROM rows AS r LEFT JOIN field AS f ON f.depth = 2 GROUP BY r.models
        UNION ALL SELECT 1, 3, format('    Score fields: %s per model', round(coalesce(sum(f.occurrences), 0) / greatest(r.models, 1), 1))
        FROM rows AS r LEFT JOIN field AS f ON f.is_cell GROUP BY r.models
        UNION ALL SELECT 1, 4, format('    Base fields: %s', string_agg(f.name, ', ' ORDER BY f.name)) FROM field AS f WHERE f.depth = 2 AND NOT f.is_cell
        UNION ALL SELECT 1, 5, format('    Score object keys: %s', string_agg(f.name, ', ' ORDER BY f.name)) FROM field AS f WHERE f.depth = 3
        UNION ALL SELECT 1, 6, format('    Score data: %s (%s bytes): benchmark keys %s, brackets and separators %s',
            @extschema@._lbdiag_size(f.bytes::numeric), f.bytes, @extschema@._lbdiag_size(f.key_bytes::numeric), @extschema@._lbdiag_size(f.syntax_bytes::numeric))
        FROM field AS f WHERE f.is_cell
        UNION ALL SELECT 1, 6 + f.number, format('      %s: %s bytes: keys %s, values %s, separators %s', f.name, f.bytes, f.key_bytes, f.value_bytes, f.syntax_bytes)
        FROM field AS f WHERE f.depth = 3
        UNION ALL SELECT 2, r.number, format('  column_defs: %s', @extschema@._lbdiag_exact_size(r.bytes::numeric)) FROM root AS r WHERE r.section = 'column_defs' AND r.sent
        UNION ALL SELECT 2, a.number + 1, format('    Columns: %s', a.occurrences) FROM audit AS a WHERE a.component = 'column_defs' AND a.path = '$[*]'
        UNION ALL SELECT 3, 0, format('  metadata_maps: %s (%s bytes)', @extschema@._lbdiag_size((coalesce(sum(r.bytes), 0))::numeric), coalesce(sum(r.bytes), 0)) FROM root AS r WHERE r.section = 'map' AND r.sent
        UNION ALL SELECT 4, r.number, format('  comparison_data: %s%s', @extschema@._lbdiag_exact_size(r.bytes::numeric), CASE WHEN NOT r.sent THEN ', built but not sent, and in no total' ELSE '' END) FROM root AS r WHERE r.section = 'comparison_data'
        UNION ALL SELECT 5, 0, format('  other components: %s (%s bytes)', @extschema@._lbdiag_size((coalesce(sum(r.bytes), 0))::numeric), coalesce(sum(r.bytes), 0)) FROM root AS r WHERE r.section = 'other' AND r.sent
        UNION ALL SELECT CASE r.section WHEN 'map' THEN 3 ELSE 5 END, r.number, format('    %s: %s', r.component, @extschema@._lbdiag_exact_size(r.bytes::numeric))
        FROM root AS r WHERE r.section IN ('map', 'other') AND r.sent
        UNION ALL SELECT 6, 0, format('  TOTAL PAYLOAD: %s', @extschema@._lbdiag_exact_size(a.bytes::numeric)) FROM audit AS a WHERE a.component = 'TOTAL'
        UNION ALL SELECT 6, 1, format('  Compressed: %s', @extschema@._lbdiag_exact_size(a.compressed_bytes::numeric)) FROM audit AS a WHERE a.component = 'TOTAL' AND a.compressed_bytes IS NOT NULL
        UNION ALL SELECT 6, 2, '    Compressed bytes by path say where they are, not what dropping a path would save.'
        FROM audit AS a WHERE a.component = 'TOTAL' AND a.compressed_bytes IS NOT NULL
    )
    SELECT '=== PAYLOAD SIZE BREAKDOWN ==='
    UNION ALL
    (SELECT l.line FROM line AS l ORDER BY l.section, l.number);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_sizes(jsonb) IS
'The lines of the report on sizes, given the audit.';

CREATE FUNCTION @extschema@._lbdiag_report_opportunities(opportunities jsonb) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH o AS MATERIALIZED (
        SELECT o.* FROM jsonb_to_recordset($1) AS o (priority int, impact text, action text, trade_off text,
            bytes_saved bigint, share_saved numeric, compressed_saved bigint, compressed_share_saved numeric, sampled boolean)
    )
    SELECT '=== OPTIMIZATION OPPORTUNITIES ==='
    UNION ALL
    SELECT '  None.' WHERE NOT EXISTS (SELECT FROM o)
    UNION ALL
    (SELECT v.line
     FROM o CROSS JOIN LATERAL (VALUES
        (1, CASE o.impact WHEN 'ALL HIGH' THEN '  ' || o.action
            ELSE format('  %s. [%s] %s', o.priority, CASE WHEN o.impact IN ('HIGH', 'MEDIUM', 'LOW')
                THEN o.impact || ' IMPACT' ELSE o.impact END, o.action) END),
        (2, CASE WHEN o.impact <> 'UNSENT' THEN format('     Savings: %s, %s %% of the payload%s',
                @extschema@._lbdiag_exact_size(o.bytes_saved::numeric), round(100 * o.share_saved, 1),
                CASE WHEN o.sampled THEN ', from a sample of the models' ELSE '' END) END),
        (3, CASE WHEN o.impact <> 'UNSENT' AND o.compressed_saved IS NOT NULL
            THEN format('     Savings compressed: %s, %s %% of the compressed payload',
                @extschema@._lbdiag_exact_size(o.compressed_saved::numeric),
                round(100 * o.compressed_share_saved, 1)) END),
        (4, CASE o.impact WHEN 'ALL HIGH' THEN '     ' ELSE '     Trade-off: ' END || o.trade_off)
     ) AS v (number, line)
     WHERE v.line IS NOT NULL
     ORDER BY o.priority, v.number)
    UNION ALL
    SELECT '  In the order of compressed bytes; the order by raw bytes is another one.'
    WHERE EXISTS (SELECT FROM o WHERE o.compressed_saved IS NOT NULL);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_opportunities(jsonb) IS
'The lines of the report on opportunities, given their rows.';

CREATE FUNCTION @extschema@._lbdiag_report_summary(total jsonb, targets jsonb) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT '=== SUMMARY ==='
    UNION ALL
    SELECT format('  Current payload: %s', @extschema@._lbdiag_size(($1 ->> 'bytes')::numeric))
    UNION ALL
    (SELECT format('  Phase %s target, %s below %s: %s', t.phase, t.metric,
        CASE t.unit WHEN 'bytes' THEN @extschema@._lbdiag_size(t.target::numeric) ELSE t.target || ' s' END,
        CASE WHEN t.met IS NULL THEN t.basis
             WHEN t.met THEN format('met (%s)', t.basis)
             ELSE format('reduction needed %s (%s %%)',
                CASE t.unit WHEN 'bytes' THEN @extschema@._lbdiag_size(t.reduction_needed::numeric)
                     ELSE round(t.reduction_needed, 3) || ' s' END, t.reduction_pct) END)
     FROM jsonb_to_recordset($2) AS t (phase text, metric text, target numeric, unit text, met boolean,
        reduction_needed numeric, reduction_pct numeric, basis text)
     ORDER BY t.phase, t.unit, t.metric)
    UNION ALL
    SELECT v.line FROM (VALUES
        (1, '  Next steps:'::text),
        (2, '    1. Take the first opportunity whose trade-off the page can bear.'),
        (3, '    2. Keep the state before: SELECT lbdiag_record(label => ''before'', repetitions => 3).'),
        (4, '    3. Change the page, and the layout with it: copy its row in lbdiag_layout, and change the copy.'),
        (5, '    4. Record again, and compare: SELECT * FROM lbdiag_compare(before, after).')) AS v (number, line);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_summary(jsonb, jsonb) IS
'The lines of the report on targets, given the audit''s total and the rows of the targets.';

CREATE FUNCTION @extschema@._lbdiag_report_environment(domain text) RETURNS SETOF text
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    WITH e AS MATERIALIZED (
        SELECT e.* FROM @extschema@.lbdiag_environment($1)
            WITH ORDINALITY AS e (item, value, status, detail, number)
    )
    SELECT '=== ENVIRONMENT CHECK ==='
    UNION ALL
    SELECT format('  All %s items are ok: lbdiag_environment lists them.', count(*)) FROM e HAVING bool_and(e.status = 'ok')
    UNION ALL
    (SELECT format('  [%s] %s: %s%s', e.status, e.item, coalesce(e.value, '(hidden)'), '  ' || e.detail)
     FROM e WHERE e.status <> 'ok' ORDER BY e.number);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_environment(text) IS
'The lines of a report on the environment: what is not ok.';

CREATE FUNCTION @extschema@._lbdiag_report_answer(
    domain text, viewer text, layout text, audit jsonb, opportunities jsonb, targets jsonb)
RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT a.* FROM jsonb_to_recordset($4) AS a (component text, path text, depth int, bytes bigint,
            share numeric, compressed_bytes bigint, sent boolean)
    ), total AS (
        SELECT a.* FROM a WHERE a.component = 'TOTAL'
    ), o AS MATERIALIZED (
        SELECT o.* FROM jsonb_to_recordset($5) AS o (priority int, impact text, rules text[], action text,
            bytes_saved bigint, compressed_saved bigint, sampled boolean, apply text)
    ), best AS (
        SELECT o.*, b.number FROM o AS h CROSS JOIN LATERAL unnest(h.rules) WITH ORDINALITY AS b (rule, number)
        JOIN o ON o.rules = ARRAY[b.rule] WHERE h.impact = 'ALL HIGH' AND b.number <= 3
    )
    SELECT format('The payload of %s is %s%s; most of it is %s.', $1, @extschema@._lbdiag_size(t.bytes::numeric),
        CASE WHEN t.compressed_bytes IS NOT NULL THEN format(', %s compressed', @extschema@._lbdiag_size(t.compressed_bytes::numeric)) ELSE '' END,
        coalesce((SELECT format('%s (%s %%)', a.component, round(100 * a.share)) FROM a
                  WHERE a.path = '$' AND a.sent ORDER BY a.bytes DESC LIMIT 1), 'nothing'))
    FROM total AS t
    UNION ALL
    SELECT format('Viewer: %s. Layout: %s (%s). Encoding: %s.', $2, u.layout_used, rtrim(u.reason, '.'),
        @extschema@._lbdiag_encoding(NULL::text))
    FROM @extschema@._lbdiag_layout_used($1, $3) AS u
    UNION ALL
    SELECT format('lbdiag %s, PostgreSQL %s.', e.extversion, current_setting('server_version'))
    FROM pg_catalog.pg_extension AS e WHERE e.extname = 'lbdiag'
    UNION ALL
    SELECT 'What is worth most, together:' WHERE EXISTS (SELECT FROM best)
    UNION ALL
    (SELECT v.line FROM best AS b CROSS JOIN LATERAL (VALUES
        (1, format('  %s. %s: saves %s%s.', b.number, b.action, @extschema@._lbdiag_size(b.bytes_saved::numeric),
            CASE WHEN b.compressed_saved IS NOT NULL THEN format(', %s compressed', @extschema@._lbdiag_size(b.compressed_saved::numeric)) ELSE '' END)),
        (2, '     ' || b.apply || ';')) AS v (number, line)
     ORDER BY b.number, v.number)
    UNION ALL
    SELECT coalesce('In the way of targets: ' || string_agg(format('%s in phase %s', t.metric, t.phase), ', ' ORDER BY t.phase, t.metric) || '.',
        'No target that was measured is missed.')
    FROM jsonb_to_recordset($6) AS t (phase text, metric text, met boolean) WHERE t.met IS FALSE;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_answer(text, text, text, jsonb, jsonb, jsonb) IS
'The first lines of the report: how large the payload is, what to do, and what targets it '
'misses.';

CREATE FUNCTION @extschema@.lbdiag_audit_report(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS SETOF text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 100
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT a.ms, a.audit FROM @extschema@._lbdiag_timed_audit($1, $2, $3) AS a
    ), figures AS (
        SELECT jsonb_object_agg(v.metric, v.value) AS sizes
        FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.audit) AS r (
            component text, path text, bytes bigint, compressed_bytes bigint, sent boolean)
        CROSS JOIN LATERAL (SELECT CASE WHEN r.path = '$' THEN ':' || r.component ELSE '' END AS name) AS n
        CROSS JOIN LATERAL (VALUES ('bytes' || n.name, r.bytes),
            ('compressed_bytes' || n.name, r.compressed_bytes)) AS v (metric, value)
        WHERE r.sent AND (r.path = '$' OR r.path IS NULL)
    ), targets AS MATERIALIZED (
        SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') AS rows
        FROM a CROSS JOIN figures AS f CROSS JOIN LATERAL @extschema@._lbdiag_target_rows($1, f.sizes
            || @extschema@._lbdiag_time_figures($1, $2, NULL::float8, a.ms)
            || jsonb_build_object('query_time basis', 'not measured: see lbdiag_targets')) AS t
    ), opportunities AS MATERIALIZED (
        SELECT coalesce(jsonb_agg(to_jsonb(o)), '[]') AS rows
        FROM a CROSS JOIN LATERAL @extschema@._lbdiag_opportunity_rows($1, $2, $3,
            jsonb_path_query_array(a.audit, '$[*] ? (@.path != null)')) AS o
    ), line (section, number, line) AS (
        SELECT 1, l.number, l.line FROM a CROSS JOIN opportunities AS o CROSS JOIN targets AS t
        CROSS JOIN LATERAL @extschema@._lbdiag_report_answer($1, $2, $3, a.audit, o.rows, t.rows)
            WITH ORDINALITY AS l (line, number)
        UNION ALL
        SELECT 2, v.number, v.line FROM a CROSS JOIN LATERAL (VALUES
            (1, ''::text), (2, '=== PROFILING DOMAIN: ' || upper($1) || ' ==='), (3, '  Viewer: ' || $2),
            (4, '  Time of lbdiag''s own builder, with compression (a floor for an application):'),
            (5, format('  %s s', round((a.ms / 1000)::numeric, 3))), (6, '')) AS v (number, line)
        UNION ALL
        SELECT 3, l.number, l.line FROM a
        CROSS JOIN LATERAL @extschema@._lbdiag_report_sizes(a.audit) WITH ORDINALITY AS l (line, number)
        UNION ALL
        SELECT 4, 0, ''
        UNION ALL
        SELECT 5, l.number, l.line FROM opportunities AS o
        CROSS JOIN LATERAL @extschema@._lbdiag_report_opportunities(o.rows) WITH ORDINALITY AS l (line, number)
        UNION ALL
        SELECT 6, 0, ''
        UNION ALL
        SELECT 7, l.number, l.line FROM targets AS t CROSS JOIN figures AS f
        CROSS JOIN LATERAL @extschema@._lbdiag_report_summary(f.sizes, t.rows) WITH ORDINALITY AS l (line, number)
        UNION ALL
        SELECT 8, 0, ''
        UNION ALL
        SELECT 9, l.number, l.line
        FROM @extschema@._lbdiag_report_environment($1) WITH ORDINALITY AS l (line, number)
    )
    SELECT w.line
    FROM line AS l CROSS JOIN LATERAL @extschema@._lbdiag_wrapped(l.line) WITH ORDINALITY AS w (line, number)
    ORDER BY l.section, l.number, w.number;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_report(text, text, text) IS
'The audit as text, a line a row: how large the payload is, the three actions that are worth '
'most together, with a call of lbdiag_whatif for each, what is missed of the targets; then '
'sizes, what could be saved, how far each phase''s target is, and what of the environment can '
'distort it. MB is 1024 x 1024 bytes; a size below 0.1 MB is in kB or bytes.';
