/* The audit of a query: where the bytes of its result go. */

CREATE FUNCTION @extschema@.lbdiag_audit_query_detail(query text)
RETURNS TABLE (
    column_name text, path text, depth int, types text, occurrences bigint,
    nulls bigint, distinct_values bigint, most_common bigint, bytes bigint, share numeric,
    key_bytes bigint, value_bytes bigint, syntax_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_audit_query_detail_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query_detail(text) IS
'Runs a single SELECT with the caller''s rights, and returns a row for each column and each path of its json or jsonb, the largest first: the bytes of the messages DataRow of the text protocol, in the server''s encoding. Of each value, the 4 bytes of its length are syntax_bytes of its column; the 7 bytes of each row are in a row without a name; TOTAL is last. types of a column that is no JSON is its type. Errors: a query that is no SELECT or does not only read, several statements, no columns, two columns of one name, and the query''s own.';

CREATE FUNCTION @extschema@.lbdiag_audit_query(query text)
RETURNS TABLE (
    column_name text, path text, types text, occurrences bigint,
    distinct_values bigint, bytes bigint, share numeric)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE COST 100000 ROWS 200
BEGIN ATOMIC
    SELECT d.column_name, d.path, d.types, d.occurrences, d.distinct_values, d.bytes, d.share
    FROM @extschema@.lbdiag_audit_query_detail(query) AS d;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query(text) IS
'What lbdiag_audit_query_detail returns, in the columns that a person reads.';

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
        FROM @extschema@.lbdiag_audit_query_detail(query) WITH ORDINALITY AS d (
            column_name, path, depth, types, occurrences, nulls, distinct_values, most_common,
            bytes, share, key_bytes, value_bytes, syntax_bytes, number)
    ), total AS (
        SELECT t.bytes, t.occurrences AS nrows FROM a AS t WHERE t.is_total
    ), lines (section, number, line) AS (
        SELECT 1, 0::bigint,
            pg_catalog.format('The result is %s bytes in %s rows.', t.bytes, t.nrows)
            || coalesce((SELECT pg_catalog.format(' Column %s takes %s %% of it.', c.place,
                pg_catalog.round(c.share * 100, 1))
                FROM a AS c WHERE c.number = 1 AND t.nrows > 0), '')
        FROM total AS t
        UNION ALL VALUES (2, 0::bigint, ''), (2, 1, '=== COLUMNS ===')
        UNION ALL
        SELECT 2, a.number + 1, pg_catalog.format('%12s bytes %6s %%  %s', a.bytes,
            pg_catalog.round(a.share * 100, 1), coalesce(a.place, '(messages of the rows)'))
        FROM a WHERE NOT a.is_total AND (a.path = '$' OR a.path IS NULL)
        UNION ALL VALUES (3, 0::bigint, ''),
            (3, 1, '=== PATHS THAT TAKE MOST, WITHOUT WHAT IS BELOW THEM ===')
        UNION ALL
        (SELECT 3, 1 + pg_catalog.row_number() OVER (ORDER BY a.own DESC, a.number),
            pg_catalog.format('%12s bytes  %s (%s)', a.own, a.place, a.types)
        FROM a WHERE a.path IS NOT NULL AND a.own > 0 ORDER BY a.own DESC, a.number LIMIT 10)
        UNION ALL VALUES (4, 0::bigint, ''), (4, 1, '=== FINDINGS ===')
        UNION ALL
        (SELECT 4, 1 + pg_catalog.row_number() OVER (ORDER BY f.bytes DESC, a.number, f.finding),
            pg_catalog.format('%12s bytes  %s: %s', f.bytes, a.place, f.finding)
        FROM a CROSS JOIN total AS t CROSS JOIN LATERAL (VALUES
            (a.key_bytes, 'the key is repeated ' || a.occurrences || ' times', a.occurrences > 1),
            (a.value_bytes, 'the value never differs', a.distinct_values = 1 AND a.nulls = 0),
            (a.bytes, 'only null', a.nulls = a.occurrences)) AS f (bytes, finding, found)
        WHERE a.path IS NOT NULL AND f.found AND a.occurrences > 1 AND f.bytes > 0
            AND f.bytes * 100 >= t.bytes
        ORDER BY f.bytes DESC, a.number, f.finding LIMIT 20)
    )
    SELECT l.line FROM lines AS l ORDER BY l.section, l.number;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_query_report(text) IS
'What lbdiag_audit_query_detail finds, as text, a line a row: columns, the ten paths that take most, and what takes at least 1 % of the result: keys that are repeated, values that never differ, paths that are only null. Bytes are what these take now. The query runs once.';
