/* The report of the audit of a query. */

CREATE FUNCTION @extschema@._lbdiag_query_findings(found jsonb)
RETURNS TABLE (number bigint, rule text, saved bigint, action text, trade_off text)
LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT x.*, pg_catalog.regexp_replace(x.path,
                '\.("(?:[^"\\]|\\.)*"|[^."\[\]]+)$', '') AS parent,
            pg_catalog.sum(x.blank_bytes) OVER (PARTITION BY x.column_name) AS blanks,
            pg_catalog.max(x.bytes) OVER () AS total
        FROM pg_catalog.jsonb_to_recordset($1) AS x (
            number bigint, column_name text, path text, types text, occurrences bigint,
            nulls bigint, distinct_values bigint, bytes bigint, key_bytes bigint,
            value_bytes bigint, separator_bytes bigint, colon_bytes bigint, null_bytes bigint,
            digit_bytes bigint, base64_bytes bigint, blank_bytes bigint, string_bytes bigint)
    ), groups AS (
        SELECT a.number, CASE WHEN a.parent = '$' THEN 1 ELSE g.occurrences END AS times
        FROM a JOIN a AS p ON p.column_name = a.column_name AND p.path = a.parent
            AND p.occurrences = a.occurrences AND p.path <> a.path AND p.types = 'object'
                OR p.column_name = a.column_name AND p.path = a.parent AND a.parent = '$'
            AND p.path <> a.path AND p.occurrences - p.nulls = a.occurrences
        LEFT JOIN a AS g ON g.column_name = a.column_name AND g.path || '[*]' = a.parent
        WHERE a.parent = '$' OR g.path IS NOT NULL
    )
    SELECT a.number, r.rule, f.saved::bigint, r.action, r.trade_off
    FROM a LEFT JOIN groups AS g ON g.number = a.number
    CROSS JOIN LATERAL (VALUES
        ('query_nulls', a.null_bytes, true),
        ('query_constant', (a.bytes + a.separator_bytes) * (a.occurrences - 1)
            / greatest(a.occurrences, 1), a.distinct_values = 1 AND a.nulls = 0
            AND a.types !~ 'object|array'),
        ('query_strings', a.value_bytes - a.string_bytes
            - a.occurrences * pg_catalog.length(a.distinct_values::text),
            a.distinct_values BETWEEN 2 AND 50),
        ('query_keys', (a.key_bytes + a.colon_bytes) * (a.occurrences - g.times)
            / greatest(a.occurrences, 1), g.times < a.occurrences),
        ('query_empty', a.bytes, a.path = '$' AND a.nulls = a.occurrences),
        ('query_digits', a.digit_bytes, true),
        ('query_base64', a.base64_bytes, true),
        ('query_blanks', a.blanks, a.path = '$')) AS f (rule, saved, fits)
    JOIN @extschema@.lbdiag_rules() AS r ON r.rule = f.rule
    WHERE a.path IS NOT NULL AND f.fits AND f.saved > 0 AND f.saved >= r.min_share * a.total
        AND a.occurrences >= r.min_occurrences AND coalesce(a.types = ANY (r.types), true)
        AND coalesce(a.distinct_values <= r.max_distinct * a.occurrences, true)
        AND coalesce(a.value_bytes >= r.min_text * a.occurrences, true);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_query_findings(jsonb) IS
'The rules of scope query that fit the rows of _lbdiag_audit_query_waste, given as an array, by '
'their numbers, with the bytes that each would save by itself.';

CREATE FUNCTION @extschema@._lbdiag_query_answer(found jsonb, encoding text)
RETURNS SETOF text
LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT x.* FROM pg_catalog.jsonb_to_recordset($1) AS x (number bigint, place text,
            path text, is_total boolean, occurrences bigint, bytes bigint, compressed_bytes bigint)
    ), total AS (
        SELECT t.* FROM a AS t WHERE t.is_total
    )
    SELECT pg_catalog.format('The result is %s bytes in %s rows%s.', t.bytes, t.occurrences,
        ', and ' || t.compressed_bytes || ' bytes with ' || $2)
    FROM total AS t
    UNION ALL
    (SELECT pg_catalog.format('The largest column is %s (%s %%).', a.place,
        pg_catalog.round(100.0 * a.bytes / t.bytes, 1))
    FROM a JOIN total AS t ON t.bytes > 0 WHERE a.path = '$' ORDER BY a.number LIMIT 1)
    UNION ALL
    (SELECT pg_catalog.format('The largest column when compressed is %s (%s %%).', a.place,
        pg_catalog.round(100.0 * a.compressed_bytes / t.compressed_bytes, 1))
    FROM a JOIN total AS t ON t.bytes > 0 WHERE a.path = '$' AND a.compressed_bytes IS NOT NULL
    ORDER BY a.compressed_bytes DESC, a.number LIMIT 1)
    UNION ALL
    SELECT 'Compressed bytes by path say where they are, not what dropping a path would save.'
    WHERE EXISTS (SELECT FROM a WHERE a.path = '$' AND a.compressed_bytes IS NOT NULL);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_query_answer(jsonb, text) IS
'The first lines of the report, given the rows of _lbdiag_audit_query_waste as an array, and what '
'the encoding is called.';

CREATE FUNCTION @extschema@._lbdiag_query_sizes(found jsonb, encoding text)
RETURNS SETOF text
LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT x.*, pg_catalog.max(x.bytes) FILTER (WHERE x.is_total) OVER () AS total,
            pg_catalog.max(x.compressed_bytes) FILTER (WHERE x.is_total) OVER () AS compressed,
            pg_catalog.bool_or(x.compressed_own_bytes IS NOT NULL) OVER () AS attributed
        FROM pg_catalog.jsonb_to_recordset($1) AS x (number bigint, place text, path text,
            types text, is_total boolean, own bigint, bytes bigint, compressed_bytes bigint,
            compressed_own_bytes bigint)
    ), size (section, number, bytes, compressed_bytes, name) AS (
        SELECT 1, a.number, a.bytes, a.compressed_bytes, coalesce(a.place, '(messages of the rows)')
        FROM a WHERE NOT a.is_total AND (a.path = '$' OR a.path IS NULL)
        UNION ALL
        (SELECT 2, pg_catalog.row_number() OVER (ORDER BY a.own DESC, a.number), a.own,
            a.compressed_own_bytes, pg_catalog.format('%s (%s)', a.place, a.types)
        FROM a WHERE a.path IS NOT NULL AND a.own > 0 ORDER BY a.own DESC, a.number LIMIT 10)
    ), line (section, number, line) AS (
        VALUES (1, -2::bigint, ''), (1, -1, '=== COLUMNS ==='), (2, -2, ''),
            (2, -1, '=== PATHS THAT TAKE MOST, WITHOUT WHAT IS BELOW THEM ===')
        UNION ALL
        SELECT n.section, 0, pg_catalog.format('%12s  %7s  %s%s', 'bytes', 'share',
            CASE WHEN a.attributed
                 THEN pg_catalog.lpad('of ' || $2, 10) || '  ' ELSE '' END, n.name)
        FROM a CROSS JOIN (VALUES (1, 'column'), (2, 'path')) AS n (section, name) WHERE a.is_total
        UNION ALL
        SELECT s.section, s.number, pg_catalog.left(pg_catalog.format('%12s  %5s %%  %s%s', s.bytes,
            pg_catalog.round(100.0 * s.bytes / greatest(a.total, 1), 1),
            CASE WHEN a.attributed THEN pg_catalog.lpad(pg_catalog.round(100.0
                * s.compressed_bytes / a.compressed, 1) || ' %', 10) || '  ' ELSE '' END,
            s.name), 98)
        FROM size AS s JOIN a ON a.is_total
    )
    SELECT l.line FROM line AS l ORDER BY l.section, l.number;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_query_sizes(jsonb, text) IS
'The lines of the report on columns and paths, given the rows of _lbdiag_audit_query_waste as an '
'array, and what the encoding is called.';

CREATE FUNCTION @extschema@.lbdiag_audit_query_report(query text)
RETURNS SETOF text
LANGUAGE SQL VOLATILE PARALLEL UNSAFE COST 100000 ROWS 30
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT d.*, d.key_bytes + d.value_bytes + d.syntax_bytes AS own,
            d.number = max(d.number) OVER () AS is_total,
            pg_catalog.left(pg_catalog.regexp_replace(
                d.column_name || pg_catalog.substr(d.path, 2),
                '[[:cntrl:]]', '?', 'g'), 60) AS place
        FROM @extschema@._lbdiag_audit_query_waste(query, NULL) WITH ORDINALITY AS d (
            column_name, path, depth, types, occurrences, nulls, distinct_values, most_common,
            bytes, share, key_bytes, value_bytes, syntax_bytes, compressed_bytes,
            compressed_own_bytes, separator_bytes, colon_bytes, null_bytes, digit_bytes,
            base64_bytes, blank_bytes, string_bytes, number)
    ), found AS MATERIALIZED (
        SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) AS rows,
            @extschema@._lbdiag_encoding(NULL) AS encoding FROM a AS x
    ), findings AS (
        SELECT f.*, a.place, pg_catalog.row_number() OVER (
            ORDER BY f.saved DESC, f.number, f.rule) AS rank, pg_catalog.lead(f.rule) OVER (
            ORDER BY f.saved DESC, f.number, f.rule) AS next
        FROM found AS r CROSS JOIN LATERAL @extschema@._lbdiag_query_findings(r.rows) AS f
        JOIN a ON a.number = f.number
    ), lines (section, number, line) AS (
        SELECT 1, l.number, l.line FROM found AS r
        CROSS JOIN LATERAL @extschema@._lbdiag_query_answer(r.rows, r.encoding)
            WITH ORDINALITY AS l (line, number)
        UNION ALL
        SELECT 2, l.number, l.line FROM found AS r
        CROSS JOIN LATERAL @extschema@._lbdiag_query_sizes(r.rows, r.encoding)
            WITH ORDINALITY AS l (line, number)
        UNION ALL VALUES (3, 0::bigint, ''),
            (3, 1, '=== WHAT EACH OF THESE WOULD SAVE, BEFORE COMPRESSION ===')
        UNION ALL
        SELECT 3, 2 * f.rank + n.second, CASE n.second
            WHEN 0 THEN pg_catalog.format('%12s bytes  %s: %s', f.saved, f.place, f.action)
            ELSE pg_catalog.repeat(' ', 20) || f.trade_off END
        FROM findings AS f CROSS JOIN (VALUES (0), (1)) AS n (second)
        WHERE f.rank <= 20
            AND (n.second = 0 OR f.next IS DISTINCT FROM f.rule OR f.rank = 20)
    )
    SELECT l.line FROM lines AS l ORDER BY l.section, l.number;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query_report(text) IS
'What lbdiag_audit_query_detail finds, as text, a line a row: columns and the ten paths that take '
'most, with their shares of the bytes and, where lbdiag.encoding is gzip, of the compressed bytes; '
'and what could be saved by rules that hold for any result, where it is at least 1 %: values '
'that never differ, strings that repeat, nulls, keys that every element has, digits beyond a '
'double''s, base64, blanks. Each saving is counted in the text, before compression, and is of the '
'change by itself. The query runs once.';
