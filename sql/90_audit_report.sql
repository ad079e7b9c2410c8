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
    SELECT @extschema@._lbdiag_size($1)
        || CASE WHEN abs($1) >= 10240 THEN format(' (%s bytes)', $1) ELSE '' END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_exact_size(numeric) IS
'A size in words, and its bytes where these are not it.';

CREATE FUNCTION @extschema@._lbdiag_wrapped(lines text[]) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
    -- What is longer than a line goes on in the next, indented by four more.
    SELECT CASE WHEN length(l.line) <= 98 THEN l.line
                WHEN p.number = 1 THEN l.blanks || p.piece[1]
                ELSE l.blanks || '    ' || p.piece[1] END
    FROM (SELECT u.number, u.line, substring(u.line FROM '^ *') AS blanks
          FROM unnest($1) WITH ORDINALITY AS u (line, number)) AS l
    CROSS JOIN LATERAL regexp_matches(
        CASE WHEN length(l.line) <= 98 THEN 'x' ELSE ltrim(l.line) END || ' ',
        format('(\S{%s,}|.{1,%s})\s', 94 - length(l.blanks), 94 - length(l.blanks)), 'g')
        WITH ORDINALITY AS p (piece, number)
    ORDER BY l.number, p.number;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_wrapped(text[]) IS
'The lines of a report as lines of less than 100 columns, broken at blanks.';

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

CREATE FUNCTION @extschema@._lbdiag_report_row_data(audit jsonb, cell jsonb) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT a.* FROM jsonb_to_recordset($1) AS a (
            number bigint, component text, path text, depth int, occurrences bigint, bytes bigint,
            key_bytes bigint, value_bytes bigint, syntax_bytes bigint, sent boolean)
        WHERE a.component = 'row_data' AND a.sent
    ), field AS (
        -- Members of rows, and of their cells, which are in the layout's order.
        SELECT a.*, a.path = '$[*].*' AS is_cell, c.number AS place,
            CASE a.depth WHEN 2 THEN substr(a.path, 6) ELSE substr(a.path, 8) END AS name
        FROM a LEFT JOIN jsonb_array_elements($2) WITH ORDINALITY AS c (member, number)
            ON a.depth = 3 AND c.member ->> 'key' = (@extschema@._lbdiag_path_keys(a.path))[1]
        WHERE a.depth = 2 OR a.depth = 3 AND left(a.path, 7) = '$[*].*.'
    ), model AS (
        SELECT coalesce(max(a.occurrences), 0) AS models FROM a WHERE a.path = '$[*]'
    ), total AS (
        SELECT coalesce(sum(f.occurrences) FILTER (WHERE f.depth = 2), 0) AS fields,
            coalesce(sum(f.occurrences) FILTER (WHERE f.is_cell), 0) AS cells,
            string_agg(f.name, ', ' ORDER BY f.name) FILTER (WHERE f.depth = 2 AND NOT f.is_cell)
                AS base,
            string_agg(f.name, ', ' ORDER BY f.place, f.name) FILTER (WHERE f.depth = 3) AS keys
        FROM field AS f
    )
    (SELECT v.line
     FROM a AS r CROSS JOIN model AS m CROSS JOIN total AS t CROSS JOIN LATERAL (VALUES
        (1, '  row_data: ' || @extschema@._lbdiag_exact_size(r.bytes::numeric)),
        (2, '    Models: ' || m.models),
        (3, '    Fields per model: ' || round(t.fields / greatest(m.models, 1), 1)),
        (4, format('    Score fields: %s per model', round(t.cells / greatest(m.models, 1), 1))),
        (5, format('    Base fields: %s', t.base)),
        (6, format('    Score object keys: %s', t.keys))) AS v (number, line)
     WHERE r.path = '$' ORDER BY v.number)
    UNION ALL
    SELECT format('    Score data: %s (%s bytes): benchmark keys %s, brackets and separators %s',
        @extschema@._lbdiag_size(f.bytes::numeric), f.bytes,
        @extschema@._lbdiag_size(f.key_bytes::numeric),
        @extschema@._lbdiag_size(f.syntax_bytes::numeric))
    FROM field AS f WHERE f.is_cell
    UNION ALL
    (SELECT format('      %s: %s bytes: keys %s, values %s, separators %s', f.name, f.bytes,
        f.key_bytes, f.value_bytes, f.syntax_bytes)
     FROM field AS f WHERE f.depth = 3 ORDER BY f.number);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_row_data(jsonb, jsonb) IS
'The lines of the report on the size of row_data, given the audit and the layout''s cell, whose '
'order its keys have.';

CREATE FUNCTION @extschema@._lbdiag_report_components(audit jsonb) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH root AS MATERIALIZED (
        SELECT a.number, a.component, a.bytes, a.sent,
            @extschema@._lbdiag_exact_size(a.bytes::numeric) AS size,
            CASE WHEN a.component ~ '_map$|MetaMap$' THEN 'metadata_maps'
                 WHEN a.component IN ('row_data', 'column_defs', 'comparison_data')
                 THEN a.component ELSE 'other components' END AS section
        FROM jsonb_to_recordset($1) AS a (
            number bigint, component text, path text, bytes bigint, sent boolean)
        WHERE a.path = '$'
    ), listed (section, number, size, component_number, component, component_size) AS (
        -- A section for many components, with each of them.
        SELECT s.section, s.number, r.bytes, r.number, r.component, r.size
        FROM (VALUES ('metadata_maps'::text, 2), ('other components', 4)) AS s (section, number)
        LEFT JOIN root AS r ON r.section = s.section AND r.sent
    ), line (section, number, line) AS (
        SELECT 1, 0::bigint, '  column_defs: ' || r.size
        FROM root AS r WHERE r.section = 'column_defs' AND r.sent
        UNION ALL
        SELECT 1, 1, '    Columns: ' || a.occurrences
        FROM jsonb_to_recordset($1) AS a (
            component text, path text, occurrences bigint, sent boolean)
        WHERE a.component = 'column_defs' AND a.path = '$[*]' AND a.sent
        UNION ALL
        SELECT l.number, 0, format('  %s: %s (%s bytes)', l.section,
            @extschema@._lbdiag_size(coalesce(sum(l.size), 0)), coalesce(sum(l.size), 0))
        FROM listed AS l GROUP BY l.number, l.section
        UNION ALL
        SELECT l.number, l.component_number, format('    %s: %s', l.component, l.component_size)
        FROM listed AS l WHERE l.component IS NOT NULL
        UNION ALL
        SELECT 3, 0, format('  comparison_data: %s%s', r.size,
            CASE WHEN NOT r.sent THEN ', built but not sent, and in no total' ELSE '' END)
        FROM root AS r WHERE r.section = 'comparison_data'
    )
    SELECT l.line FROM line AS l ORDER BY l.section, l.number;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_components(jsonb) IS
'The lines of the report on the sizes of components but row_data, given the audit.';

CREATE FUNCTION @extschema@._lbdiag_report_sizes(audit jsonb, cell jsonb) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT '=== PAYLOAD SIZE BREAKDOWN ==='
    UNION ALL
    SELECT r.line FROM @extschema@._lbdiag_report_row_data($1, $2) AS r (line)
    UNION ALL
    SELECT c.line FROM @extschema@._lbdiag_report_components($1) AS c (line)
    UNION ALL
    (SELECT v.line
     FROM jsonb_to_recordset($1) AS a (component text, bytes bigint, compressed_bytes bigint)
     CROSS JOIN LATERAL (VALUES
        (1, '  TOTAL PAYLOAD: ' || @extschema@._lbdiag_exact_size(a.bytes::numeric)),
        (2, '  Compressed: ' || @extschema@._lbdiag_exact_size(a.compressed_bytes::numeric)),
        (3, CASE WHEN a.compressed_bytes IS NOT NULL THEN '    Compressed bytes by path say '
            'where they are, not what dropping a path would save.' END)
     ) AS v (number, line)
     WHERE a.component = 'TOTAL' AND v.line IS NOT NULL ORDER BY v.number);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_report_sizes(jsonb, jsonb) IS
'The lines of the report on sizes, given the audit and the layout''s cell.';

CREATE FUNCTION @extschema@._lbdiag_report_opportunities(opportunities jsonb) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH o AS MATERIALIZED (
        SELECT o.* FROM jsonb_to_recordset($1) AS o (
            priority int, impact text, action text, trade_off text, bytes_saved bigint,
            share_saved numeric, compressed_saved bigint, compressed_share_saved numeric,
            sampled boolean)
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
                @extschema@._lbdiag_exact_size(o.bytes_saved::numeric),
                round(100 * o.share_saved, 1),
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
        CASE t.unit WHEN 'bytes' THEN @extschema@._lbdiag_size(t.target::numeric)
             ELSE t.target || ' s' END,
        CASE WHEN t.met IS NULL THEN t.basis
             WHEN t.met THEN format('met (%s)', t.basis)
             ELSE format('reduction needed %s (%s %%)',
                CASE t.unit WHEN 'bytes' THEN @extschema@._lbdiag_size(t.reduction_needed::numeric)
                     ELSE round(t.reduction_needed, 3) || ' s' END, t.reduction_pct) END)
     FROM jsonb_to_recordset($2) AS t (
        phase text, metric text, target numeric, unit text, met boolean, reduction_needed numeric,
        reduction_pct numeric, basis text)
     ORDER BY t.phase, t.unit, t.metric)
    UNION ALL
    SELECT v.line FROM (VALUES
        (1, '  Next steps:'::text),
        (2, '    1. Take the first opportunity whose trade-off the page can bear.'),
        (3, '    2. Keep the state before: '
            'SELECT lbdiag_record(label => ''before'', repetitions => 3).'),
        (4, '    3. Change the page, and a copy of its row in lbdiag_layout with it.'),
        (5, '    4. Record again, and compare the runs by the numbers that lbdiag_record returns:'),
        (6, '       SELECT * FROM lbdiag_compare(1, 2).')
    ) AS v (number, line);
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
    SELECT format('  All %s items are ok: lbdiag_environment lists them.', count(*))
    FROM e HAVING bool_and(e.status = 'ok')
    UNION ALL
    (SELECT format('  [%s] %s: %s%s', e.status, e.item, coalesce(e.value, '(hidden)'),
        '  ' || e.detail)
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
        SELECT a.* FROM jsonb_to_recordset($4) AS a (
            component text, path text, depth int, bytes bigint, share numeric,
            compressed_bytes bigint, sent boolean)
    ), total AS (
        SELECT a.* FROM a WHERE a.component = 'TOTAL'
    ), o AS MATERIALIZED (
        SELECT o.* FROM jsonb_to_recordset($5) AS o (
            priority int, impact text, rules text[], action text, bytes_saved bigint,
            compressed_saved bigint, sampled boolean, apply text)
    ), best AS (
        SELECT o.*, b.number
        FROM o AS h CROSS JOIN LATERAL unnest(h.rules) WITH ORDINALITY AS b (rule, number)
        JOIN o ON o.rules = ARRAY[b.rule] WHERE h.impact = 'ALL HIGH' AND b.number <= 3
    )
    SELECT format('The payload of %s is %s%s; most of it is %s.', $1,
        @extschema@._lbdiag_size(t.bytes::numeric), coalesce(', '
            || @extschema@._lbdiag_size(t.compressed_bytes::numeric) || ' compressed', ''),
        coalesce((SELECT format('%s (%s %%)', a.component, round(100 * a.share)) FROM a
                  WHERE a.path = '$' AND a.sent ORDER BY a.bytes DESC LIMIT 1), 'nothing'))
    FROM total AS t
    UNION ALL
    SELECT format('Viewer: %s. Layout: %s (%s). Encoding: %s.', $2, u.layout_used,
        rtrim(u.reason, '.'), @extschema@._lbdiag_encoding(NULL::text))
    FROM @extschema@._lbdiag_layout_used($1, $3) AS u
    UNION ALL
    SELECT format('lbdiag %s, PostgreSQL %s.', e.extversion, current_setting('server_version'))
    FROM pg_catalog.pg_extension AS e WHERE e.extname = 'lbdiag'
    UNION ALL
    SELECT format('What is worth most, together%s:', CASE WHEN bool_or(b.sampled)
        THEN ', tried on a sample of the models' ELSE '' END)
    FROM best AS b HAVING count(*) > 0
    UNION ALL
    (SELECT v.line FROM best AS b CROSS JOIN LATERAL (VALUES
        (1, format('  %s. %s: saves %s%s.', b.number, b.action,
            @extschema@._lbdiag_size(b.bytes_saved::numeric), coalesce(', '
                || @extschema@._lbdiag_size(b.compressed_saved::numeric) || ' compressed', ''))),
        (2, '     ' || b.apply || ';')) AS v (number, line)
     ORDER BY b.number, v.number)
    UNION ALL
    SELECT coalesce('In the way of targets: ' || string_agg(
            format('%s in phase %s', t.metric, t.phase), ', ' ORDER BY t.phase, t.metric) || '.',
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
SET lbdiag.progress_function = 'lbdiag_audit_report'
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT a.ms, a.audit FROM @extschema@._lbdiag_timed_audit($1, $2, $3) AS a
    ), figures AS (
        SELECT jsonb_object_agg(v.metric, v.value) AS sizes
        FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.audit) AS r (
            component text, path text, bytes bigint, compressed_bytes bigint, sent boolean)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN r.path = '$' THEN ':' || r.component ELSE '' END AS name) AS n
        CROSS JOIN LATERAL (VALUES ('bytes' || n.name, r.bytes),
            ('compressed_bytes' || n.name, r.compressed_bytes)) AS v (metric, value)
        WHERE r.sent AND (r.path = '$' OR r.path IS NULL)
    ), targets AS MATERIALIZED (
        SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') AS rows
        FROM a CROSS JOIN figures AS f
        CROSS JOIN LATERAL @extschema@._lbdiag_target_rows($1, f.sizes
            || @extschema@._lbdiag_time_figures($1, $2, NULL::float8, a.ms)
            || jsonb_build_object('query_time basis', 'not measured: see lbdiag_targets')) AS t
    ), opportunities AS MATERIALIZED (
        SELECT coalesce(jsonb_agg(to_jsonb(o)), '[]') AS rows
        FROM @extschema@.lbdiag_opportunities($1, $2, $3) AS o
    ), layout AS (
        SELECT l.cell FROM @extschema@._lbdiag_layout_used($1, $3) AS u
        LEFT JOIN @extschema@.lbdiag_layout AS l ON l.name = u.layout_used
    )
    SELECT w.line
    FROM a CROSS JOIN figures AS f CROSS JOIN targets AS t CROSS JOIN opportunities AS o
    CROSS JOIN layout AS l CROSS JOIN LATERAL @extschema@._lbdiag_wrapped(
        ARRAY(SELECT @extschema@._lbdiag_report_answer($1, $2, $3, a.audit, o.rows, t.rows))
        || ARRAY['', '=== PROFILING DOMAIN: ' || upper($1) || ' ===', '  Viewer: ' || $2,
            '  Time of lbdiag''s own builder, with compression (a floor for an application):',
            format('  %s s', round((a.ms / 1000)::numeric, 3)), '']
        || ARRAY(SELECT @extschema@._lbdiag_report_sizes(a.audit, l.cell)) || ARRAY['']
        || ARRAY(SELECT @extschema@._lbdiag_report_opportunities(o.rows)) || ARRAY['']
        || ARRAY(SELECT @extschema@._lbdiag_report_summary(f.sizes, t.rows)) || ARRAY['']
        || ARRAY(SELECT @extschema@._lbdiag_report_environment($1)))
        WITH ORDINALITY AS w (line, number)
    ORDER BY w.number;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_report(text, text, text) IS
'The audit as text, a line a row: how large the payload is, the three actions that are worth '
'most together, with a call of lbdiag_whatif for each, what is missed of the targets; then '
'sizes, what could be saved, how far each phase''s target is, and what of the environment can '
'distort it. MB is 1024 x 1024 bytes; a size below 0.1 MB is in kB or bytes.';
