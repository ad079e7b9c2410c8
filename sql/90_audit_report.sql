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
SET lbdiag.progress_function = 'lbdiag_audit_report'
AS 'MODULE_PATHNAME', 'lbdiag_audit_report_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 100;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_report(text, text, text) IS
'The audit as text, a line a row: how large the payload is, the three actions that are worth '
'most together, with a call of lbdiag_whatif for each, what is missed of the targets; then '
'sizes, what could be saved, how far each phase''s target is, and what of the environment can '
'distort it. MB is 1024 x 1024 bytes; a size below 0.1 MB is in kB or bytes.';
