/* The audit of a relation: what its columns and paths take where they are stored. */

CREATE FUNCTION @extschema@.lbdiag_audit_relation(
    relation regclass, sample float8 DEFAULT NULL)
RETURNS TABLE (
    column_name text, path text, depth int, types text, occurrences bigint,
    presence numeric, nulls bigint, distinct_values bigint, most_common bigint,
    bytes bigint, share numeric, bytes_low bigint, bytes_high bigint,
    key_bytes bigint, value_bytes bigint, syntax_bytes bigint,
    jsonb_bytes bigint, jsonb_own_bytes bigint, stored_bytes bigint, stored_own_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_audit_relation_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_relation(regclass, float8) IS
'Reads a table, view, foreign table or partitioned table with the caller''s rights, and returns '
'a row for each column and each path of its JSON, the largest first, and TOTAL. Of the path with '
'all below it, bytes is the text, jsonb_bytes what jsonb takes without the 4 header bytes of each '
'value, and stored_bytes what is stored, compressed and out of line: of a column, and of TOTAL, '
'it is the sum of pg_column_size. share is that of bytes, the text, which views have, too. Of the '
'path alone are key_bytes + value_bytes + syntax_bytes, jsonb_own_bytes and stored_own_bytes: '
'they add up to what the column has. presence is the share of the rows that have the path, NULL '
'for elements and dynamic keys. distinct_values is an estimate beyond 50. sample '
'is the percentage of the blocks that are read, as of TABLESAMPLE SYSTEM: all sizes and counts '
'are then estimates for the whole relation, bytes_low and bytes_high the 95 % interval of bytes, '
'distinct_values and most_common of the sample. stored_bytes is NULL for views '
'and foreign tables, which cannot be sampled.';

CREATE FUNCTION @extschema@._lbdiag_stored_sizes(
    query text, method text, OUT old_bytes bigint, OUT new_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_stored_sizes_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000;

COMMENT ON FUNCTION @extschema@._lbdiag_stored_sizes(text, text) IS
'What the values of a query would take where they are stored. It returns old and new values, bytes '
'that the new one takes elsewhere, and the method that the old one is compressed with. method: '
'that of the new values; NULL: as before. Runs with the caller''s rights.';

CREATE FUNCTION @extschema@._lbdiag_path_keys(path text)
RETURNS text[]
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(pg_catalog.array_agg(
        CASE WHEN m.key[1] LIKE '"%' THEN m.key[1]::jsonb #>> '{}' ELSE m.key[1] END
        ORDER BY m.number), '{}')
    FROM pg_catalog.regexp_matches(path,
        E'\\.("(?:[^"\\\\]|\\\\.)*"|[A-Za-z_][A-Za-z_0-9]*)', 'g')
        WITH ORDINALITY AS m (key, number);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_path_keys(text) IS
'The keys of a path''s members, the outermost first.';

CREATE FUNCTION @extschema@._lbdiag_relation_sample(relation regclass)
RETURNS float8
LANGUAGE SQL STABLE
BEGIN ATOMIC
    SELECT least(100, 100 * 8388608 / greatest(pg_catalog.sum(
        pg_catalog.pg_table_size(coalesce(t.relid, relation))), 1)::float8)
    FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_partition_tree(relation) AS t ON true;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_sample(regclass) IS
'The percentage of a table''s blocks that are about 8 MB, with what is out of line.';

CREATE FUNCTION @extschema@._lbdiag_relation_paths(relation regclass, sample float8)
RETURNS TABLE (
    column_name text, path text, depth int, types text, presence numeric, nulls bigint,
    key_bytes bigint, value_bytes bigint, c text, type text, keys text[], stored bigint,
    column_bytes bigint)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE COST 100000 ROWS 200
BEGIN ATOMIC
    SELECT r.column_name, r.path, r.depth, r.types, r.presence, r.nulls, r.key_bytes,
        r.value_bytes, pg_catalog.quote_ident(r.column_name),
        pg_catalog.format_type(coalesce(nullif(y.typbasetype, 0), y.oid), NULL),
        @extschema@._lbdiag_path_keys(r.path),
        pg_catalog.max(r.stored_bytes) OVER (PARTITION BY r.column_name),
        pg_catalog.max(r.bytes) OVER (PARTITION BY r.column_name)
    FROM @extschema@.lbdiag_audit_relation(relation, sample) AS r
    JOIN pg_catalog.pg_attribute AS t ON t.attrelid = relation AND t.attname = r.column_name
    JOIN pg_catalog.pg_type AS y ON y.oid = t.atttypid
    WHERE NOT t.attisdropped AND r.path IS NOT NULL;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_paths(regclass, float8) IS
'The paths of a relation with what is known of their columns: c is the quoted name, type the '
'type or that of the domain, keys the path''s, stored what the column takes where it is stored, '
'column_bytes its text.';

CREATE FUNCTION @extschema@._lbdiag_renamed_key(c text, key text, letter text)
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format(
        'pg_catalog.regexp_replace(%s::pg_catalog.text, %L, %L, ''g'')::pg_catalog.jsonb', c,
        E'(?<!\\\\)' || pg_catalog.regexp_replace(pg_catalog.to_json(key)::text,
            E'([].*+?^${}()|\\\\[])', E'\\\\\\1', 'g') || ': ',
        '"' || letter || '": ');
END;

COMMENT ON FUNCTION @extschema@._lbdiag_renamed_key(text, text, text) IS
'The expression of a column of jsonb whose members with a key have another one.';

CREATE FUNCTION @extschema@._lbdiag_promoted_size(to_type text, value text)
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format(CASE to_type
        WHEN 'numeric' THEN 'pg_catalog.pg_column_size(%s::pg_catalog.numeric) '
            'OPERATOR(pg_catalog.-) 3'
        WHEN 'boolean' THEN 'CASE WHEN %s IS NOT NULL THEN 1 END'
        ELSE 'CASE WHEN pg_catalog.octet_length(%s) OPERATOR(pg_catalog.>) 126 '
            'THEN 4 ELSE 1 END '
            'OPERATOR(pg_catalog.+) pg_catalog.octet_length(%1$s)' END, value);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_promoted_size(text, text) IS
'The expression of what a value takes in a column of its own, given the column''s type and the '
'expression of the value''s text.';

CREATE FUNCTION @extschema@._lbdiag_relation_candidates(relation regclass, sample float8)
RETURNS TABLE (
    column_name text, path text, action text, stored_bytes bigint, "before" text, "after" text,
    "extra" text, method text, trade_off text, apply text)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT r.* FROM @extschema@._lbdiag_relation_paths(relation, sample) AS r
    ), b AS MATERIALIZED (
        SELECT a.*, a.keys[pg_catalog.cardinality(a.keys)] AS key FROM a
    ), k AS (
        SELECT b.column_name, b.c, b.stored, b.key, pg_catalog.min(b.path) AS path,
            pg_catalog.count(*) AS paths,
            (SELECT l.letter FROM pg_catalog.regexp_split_to_table(
                'abcdefghijklmnopqrstuvwxyz', '') AS l (letter)
                WHERE NOT EXISTS (SELECT FROM b AS o
                    WHERE o.column_name = b.column_name AND o.key = l.letter)
                ORDER BY l.letter <> pg_catalog.lower(pg_catalog.left(b.key, 1)), l.letter
                LIMIT 1) AS letter
        FROM b WHERE b.type = 'jsonb' AND b.path ~ '[A-Za-z_0-9"]$' AND pg_catalog.length(b.key) > 3
        GROUP BY b.column_name, b.c, b.stored, b.column_bytes, b.key
        HAVING pg_catalog.sum(b.key_bytes) > pg_catalog.sum(b.value_bytes)
            AND pg_catalog.sum(b.key_bytes) * 100 >= b.column_bytes
    ), renamed AS (
        SELECT k.*, @extschema@._lbdiag_renamed_key(k.c, k.key, k.letter) AS expression
        FROM k WHERE k.letter IS NOT NULL
    ), p AS (
        SELECT a.*, pg_catalog.left(a.column_name || '_'
                || pg_catalog.array_to_string(a.keys, '_'), 60) AS name,
            CASE a.types WHEN 'number' THEN 'numeric' WHEN 'boolean' THEN 'boolean' ELSE 'text' END
                AS to_type
        FROM a WHERE a.type = 'jsonb' AND a.presence >= 0.9 AND a.nulls = 0 AND a.depth > 0
            AND a.types IN ('string', 'number', 'boolean')
    )
    SELECT p.column_name, p.path, 'promote to a column', p.stored, p.c,
        pg_catalog.format('%s OPERATOR(pg_catalog.#-) %L', p.c, p.keys),
        @extschema@._lbdiag_promoted_size(p.to_type,
            pg_catalog.format('(%s OPERATOR(pg_catalog.#>>) %L)', p.c, p.keys)),
        NULL, 'Queries must read the column. Rows are written again.',
        pg_catalog.format('ALTER TABLE %s ADD COLUMN %I %s; '
            'UPDATE %1$s SET %2$I = (%4$s #>> %5$L)::%3$s, %4$s = %4$s #- %5$L;',
            relation, p.name, p.to_type, p.c, p.keys)
    FROM p
    UNION ALL
    SELECT r.column_name, r.path, 'shorten the key', r.stored, r.c, r.expression, '0',
        NULL, 'Readers must use the new key' || CASE WHEN r.paths > 1 THEN ', at '
            || r.paths || ' paths' ELSE '' END || '. Rows are written again.',
        pg_catalog.format('UPDATE %s SET %s = %s;', relation, r.c, r.expression)
    FROM renamed AS r
    UNION ALL
    SELECT a.column_name, a.path, 'compress with ' || m.method, a.stored,
        a.c, a.c, '0', m.method,
        CASE m.method WHEN 'lz4' THEN 'Reading and writing are faster.'
            ELSE 'Reading and writing are slower.' END || ' Rows are written again.',
        pg_catalog.format('ALTER TABLE %s ALTER COLUMN %s SET COMPRESSION %s; '
            'UPDATE %1$s SET %2$s = (%2$s::text || '''')::%4$s;',
            relation, a.c, m.method, a.type)
    FROM a CROSS JOIN pg_catalog.pg_settings AS s CROSS JOIN LATERAL
        pg_catalog.unnest(s.enumvals) AS m (method)
    WHERE s.name = 'default_toast_compression' AND a.depth = 0
        AND a.type IN ('json', 'jsonb', 'text');
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_candidates(regclass, float8) IS
'What lbdiag_relation_opportunities tries: '
'the expression of the new value, and of what is '
'added to its size, or the method of compression.';

CREATE FUNCTION @extschema@.lbdiag_relation_opportunities(relation regclass)
RETURNS TABLE (
    column_name text, path text, action text, stored_bytes bigint, bytes_saved bigint,
    share_saved numeric, trade_off text, apply text)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10
SET lbdiag.progress_function = 'lbdiag_relation_opportunities'
BEGIN ATOMIC
    WITH given AS MATERIALIZED (
        SELECT CASE WHEN c.relkind IN ('r', 'm', 'p')
            THEN @extschema@._lbdiag_relation_sample(relation) END AS sample
        FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_class AS c ON c.oid = relation
        WHERE CASE WHEN c.relkind IN ('r', 'm', 'p') THEN true
            ELSE @extschema@._lbdiag_raise('42809', 'relation has no values that are stored here',
                NULL, 'Name a table, a partitioned table or a materialized view.') END
    ), tried AS MATERIALIZED (
        SELECT c.*, 1 - s.new_bytes / nullif(s.old_bytes, 0)::float8 AS saved
        FROM given AS g
        CROSS JOIN @extschema@._lbdiag_relation_candidates(relation, g.sample) AS c
        CROSS JOIN @extschema@._lbdiag_stored_sizes(pg_catalog.format(
            'SELECT %s, %s, %s, pg_catalog.pg_column_compression(%I) '
            'FROM %s TABLESAMPLE pg_catalog.system (%s) WHERE %4$I IS NOT NULL',
            c."before", c."after", c."extra", c.column_name, relation, g.sample), c.method) AS s
    )
    SELECT t.column_name, t.path, t.action, t.stored_bytes,
        pg_catalog.round(t.stored_bytes * t.saved)::bigint,
        pg_catalog.round(t.saved::numeric, 4), t.trade_off, t.apply
    FROM tried AS t WHERE t.saved >= 0.01
    ORDER BY 5 DESC, t.column_name, t.path, t.action;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_relation_opportunities(regclass) IS
'What would make a table smaller: members of jsonb that nearly every row has, as columns of their '
'own; keys that take more than their values; the other method of compression. Each is tried on '
'the values of some 8 MB of the table, and shown if the column gets smaller by 1 %, the new '
'column included, with the statement that does it. stored_bytes is what the column takes now, '
'bytes_saved an estimate for the whole table. Nothing is changed.';
