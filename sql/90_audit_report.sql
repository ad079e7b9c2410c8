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
        format(E'(\\S{%s,}|.{1,%s})\\s', 94 - length(l.blanks), 94 - length(l.blanks)), 'g')
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

CREATE FUNCTION @extschema@.lbdiag_audit_report(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS SETOF text
SET lbdiag.progress_function = 'lbdiag_audit_report'
SET lbdiag.max_paths = 1000
AS 'MODULE_PATHNAME', 'lbdiag_audit_report_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 100;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_report(text, text, text) IS
'The audit as text, a line a row: how large the payload is, the three actions that are worth '
'most together, with a call of lbdiag_whatif for each, what is missed of the targets; then '
'sizes, what could be saved, how far each phase''s target is, and what of the environment can '
'distort it. MB is 1024 x 1024 bytes; a size below 0.1 MB is in kB or bytes.';
