/* What would make a table smaller: rules of scope relation, each tried on a sample. */

CREATE FUNCTION @extschema@._lbdiag_stored_sizes(
    query text, number int, columns int, method text, fillfactor int, OUT old_bytes bigint,
    OUT new_bytes bigint, OUT old_pages float8, OUT new_pages float8, OUT fits boolean)
AS 'MODULE_PATHNAME', 'lbdiag_stored_sizes_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION @extschema@._lbdiag_stored_sizes(text, int, int, text, int) IS
'What the values of a column, and the rows, would take where they are stored. The query returns '
'the new value of the column with this number, whether the change can be made, the method that '
'the old value is compressed with, all columns of the table, and values of new ones. method: that '
'of the new values; NULL: as before. Pages are those that a rewrite of the table would fill, with '
'values out of line. Runs with the caller''s rights.';

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

CREATE FUNCTION @extschema@._lbdiag_changed(
    c text, path text, guard text, change text, new_key text DEFAULT NULL)
RETURNS TABLE (expression text, assigned text, condition text)
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE steps AS (
        SELECT m.number, m.step[1] AS step, m.step[1] IN ('.*', '[*]') AS fans,
            pg_catalog.count(*) FILTER (WHERE m.step[1] IN ('.*', '[*]')) OVER (
                ORDER BY m.number) AS level
        FROM pg_catalog.regexp_matches(path,
            E'\\.(?:"(?:[^"\\\\]|\\\\.)*"|\\*|[A-Za-z_][A-Za-z_0-9]*)|\\[\\*\\]', 'g')
            WITH ORDINALITY AS m (step, number)
    ), levels AS (
        SELECT l.level, (SELECT s.step FROM steps AS s WHERE s.level = l.level AND s.fans) AS fan,
            CASE l.level WHEN 0 THEN c ELSE 'e' || l.level END AS v, coalesce((SELECT
            pg_catalog.array_agg((@extschema@._lbdiag_path_keys(s.step))[1] ORDER BY s.number)
            FROM steps AS s WHERE s.level = l.level AND NOT s.fans), '{}') AS keys
        FROM pg_catalog.generate_series(0, (SELECT coalesce(pg_catalog.max(s.level), 0)
            FROM steps AS s)) AS l (level)
    ), built AS (
        SELECT l.level, l.fan, l.v, pg_catalog.format(change, l.v, l.keys, n.keys) AS assigned,
            pg_catalog.format(guard, l.v, l.keys, n.keys) AS condition
        FROM levels AS l, LATERAL (SELECT pg_catalog.trim_array(l.keys,
            least(1, pg_catalog.cardinality(l.keys))) || new_key AS keys) AS n
        WHERE l.level = (SELECT pg_catalog.max(x.level) FROM levels AS x)
        UNION ALL
        SELECT l.level, l.fan, l.v, pg_catalog.format(CASE WHEN l.keys = '{}' THEN '%3$s'
                ELSE 'jsonb_set(%s, %L, %s)' END, l.v, l.keys, pg_catalog.format(
                    CASE b.fan WHEN '.*' THEN '(SELECT coalesce(jsonb_object_agg(k%1$s, %2$s), '
                        '''{}'') FROM jsonb_each(%3$s) AS a%1$s (k%1$s, e%1$s))'
                    ELSE '(SELECT coalesce(jsonb_agg(%2$s ORDER BY n%1$s), ''[]'') FROM '
                        'jsonb_array_elements(%3$s) WITH ORDINALITY AS a%1$s (e%1$s, n%1$s))' END,
                b.level, pg_catalog.format('CASE WHEN %s THEN %s ELSE %s END',
                    b.condition, b.assigned, b.v), t.target)),
            pg_catalog.format('jsonb_typeof(%s) = %L', t.target,
                CASE b.fan WHEN '.*' THEN 'object' ELSE 'array' END)
        FROM built AS b JOIN levels AS l ON l.level = b.level - 1
        CROSS JOIN LATERAL (SELECT CASE WHEN l.keys = '{}' THEN l.v
            ELSE pg_catalog.format('%s #> %L', l.v, l.keys) END AS target) AS t
    )
    SELECT pg_catalog.format('CASE WHEN %s THEN %s ELSE %s END', b.condition, b.assigned, c),
        b.assigned, b.condition
    FROM built AS b WHERE b.level = 0;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_changed(text, text, text, text, text) IS
'The expression of a document that is changed at a path, and nowhere else, given the expression '
'of the document, the path, and the formats of the condition and the change: of %1$s, what the '
'keys %2$L lead to, %3$L being those of a new key. The change goes through elements and dynamic '
'keys. Also the same in two, for SET and WHERE of an UPDATE.';

CREATE FUNCTION @extschema@._lbdiag_new_name(wanted text, taken text[])
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT n.name FROM pg_catalog.generate_series(1, pg_catalog.cardinality(taken) + 1) AS i (i)
    CROSS JOIN LATERAL (SELECT CASE i.i WHEN 1 THEN wanted::name::text
        ELSE pg_catalog.left(wanted, 13) || '_' || i.i END AS name) AS n
    WHERE n.name <> ALL (taken) ORDER BY i.i LIMIT 1;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_new_name(text, text[]) IS
'A name that is not taken: the one that is wanted, as far as a name goes, or with a number.';

CREATE FUNCTION @extschema@._lbdiag_relation_paths(relation regclass, sample float8)
RETURNS TABLE (
    column_name text, number int, type text, path text, parent text, key text, keys text[],
    depth int, types text, presence numeric, occurrences bigint, nulls bigint,
    distinct_values bigint, key_bytes bigint, value_bytes bigint, bytes bigint, share float8,
    stored_bytes bigint, same boolean)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE COST 100000 ROWS 200
-- There may be thousands of paths, which the planner does not know.
SET enable_nestloop = off
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT r.*, t.attnum::int AS number,
            pg_catalog.format_type(coalesce(nullif(y.typbasetype, 0), y.oid), NULL) AS type,
            CASE WHEN r.depth > 0 THEN pg_catalog.regexp_replace(r.path,
                E'(?:\\.(?:"(?:[^"\\\\]|\\\\.)*"|\\*|[A-Za-z_][A-Za-z_0-9]*)|\\[\\*\\])$',
                '') END AS parent,
            @extschema@._lbdiag_path_keys(r.path) AS keys,
            r.path ~ '[A-Za-z_0-9"]$' AS is_member
        FROM @extschema@.lbdiag_audit_relation(relation, sample) AS r
        JOIN pg_catalog.pg_attribute AS t ON t.attrelid = relation AND t.attname = r.column_name
        JOIN pg_catalog.pg_type AS y ON y.oid = t.atttypid
        WHERE NOT t.attisdropped AND t.attgenerated = '' AND r.path IS NOT NULL
    )
    SELECT a.column_name, a.number, a.type, a.path, a.parent,
        CASE WHEN a.is_member THEN a.keys[pg_catalog.cardinality(a.keys)] END, a.keys, a.depth,
        a.types, a.presence, a.occurrences, a.nulls, a.distinct_values, a.key_bytes,
        a.value_bytes, a.bytes, coalesce(a.jsonb_bytes::float8 / nullif(r.jsonb_bytes, 0), 1),
        r.stored_bytes, a.is_member AND p.types IN ('object', 'object|null')
            AND a.occurrences = p.occurrences - p.nulls
            AND (a.types IN ('object', 'null') OR a.types IN ('string', 'number', 'boolean')
                AND a.distinct_values = 1)
    FROM a JOIN a AS r ON r.column_name = a.column_name AND r.depth = 0
    LEFT JOIN a AS p ON p.column_name = a.column_name AND p.path = a.parent;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_paths(regclass, float8) IS
'The paths of the columns of a relation that can be changed: type is the type of the column, or '
'that of the domain, key that of a member, keys all that lead to it, share what it takes of the '
'column''s jsonb with all below it, stored_bytes what the column takes. same: each object that it '
'is a member of has it, with one value, or with an object.';

CREATE FUNCTION @extschema@._lbdiag_relation_findings(relation regclass, sample float8)
RETURNS TABLE (
    rule text, column_name text, number int, type text, path text, keys text[], key text,
    to_type text, stored_bytes bigint, letters text[])
LANGUAGE SQL VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    WITH a AS MATERIALIZED (
        SELECT p.*, p.value_bytes / nullif(p.occurrences, 0)::float8 AS text_bytes
        FROM @extschema@._lbdiag_relation_paths(relation, sample) AS p
    ), keys AS MATERIALIZED (
        SELECT a.column_name, pg_catalog.array_agg(DISTINCT a.key) AS keys,
            pg_catalog.bool_or(a.nulls > 0) AS has_nulls
        FROM a WHERE a.key IS NOT NULL GROUP BY a.column_name
    ), constant AS MATERIALIZED (
        SELECT a.column_name, a.path FROM a WHERE a.same AND a.share >= 0.001 AND NOT EXISTS (
            SELECT FROM a AS d WHERE d.column_name = a.column_name AND NOT coalesce(d.same, false)
                AND (pg_catalog.starts_with(d.path, a.path || '.')
                    OR pg_catalog.starts_with(d.path, a.path || '[')))
    )
    SELECT f.rule, a.column_name, a.number, a.type, a.path, a.keys, a.key, f.to_type,
        a.stored_bytes, k.keys
    FROM a LEFT JOIN keys AS k ON k.column_name = a.column_name
    CROSS JOIN LATERAL (VALUES
        ('relation_empty', a.key IS NOT NULL, NULL),
        ('relation_constant', a.types <> 'null' AND EXISTS (SELECT FROM constant AS c
            WHERE c.column_name = a.column_name AND c.path = a.path) AND NOT EXISTS (
            SELECT FROM constant AS c WHERE c.column_name = a.column_name
                AND c.path = a.parent), NULL),
        ('relation_nulls', a.depth = 0 AND a.type = 'jsonb' AND k.has_nulls, NULL),
        ('relation_strings', a.key IS NOT NULL AND a.distinct_values BETWEEN 2 AND 50, NULL),
        ('relation_promote', a.depth > 0, CASE a.types WHEN 'number' THEN 'numeric'
            WHEN 'boolean' THEN 'boolean' ELSE 'text' END),
        ('relation_typed', a.text_bytes BETWEEN 37.9 AND 38.1, 'uuid'),
        ('relation_typed', a.text_bytes BETWEEN 11.9 AND 12.1, 'date'),
        ('relation_typed', a.text_bytes BETWEEN 20.9 AND 29, 'timestamp'),
        ('relation_typed', a.text_bytes BETWEEN 22 AND 37, 'timestamptz'),
        ('relation_key', pg_catalog.length(a.key) > 1
            AND 2 * a.key_bytes > a.bytes - 2 * a.occurrences, NULL),
        ('relation_lz4', a.depth = 0 AND a.type IN ('json', 'jsonb', 'text'), NULL),
        ('relation_pglz', a.depth = 0 AND a.type IN ('json', 'jsonb', 'text'), NULL)
    ) AS f (rule, fits, to_type)
    JOIN @extschema@.lbdiag_rules() AS r ON r.rule = f.rule
    -- Longer ones may be cut, or be above some that are: what is below them is not known then.
    WHERE f.fits AND pg_catalog.octet_length(a.path) <= 900 AND a.path !~ E'\\.\\.\\.[^"]*$'
        AND a.share >= r.min_share AND a.occurrences >= r.min_occurrences
        AND coalesce(a.types = ANY (r.types), true) AND coalesce(a.presence >= r.min_presence, true)
        AND (r.min_presence IS NULL OR a.presence IS NOT NULL AND a.nulls = 0)
        AND coalesce(a.distinct_values <= r.max_distinct * a.occurrences * sample / 100, true)
        AND coalesce(a.text_bytes >= r.min_text, true) AND (a.depth = 0 OR a.type = 'jsonb'
            AND NOT EXISTS (SELECT FROM pg_catalog.unnest(a.keys) AS n (k)
                WHERE n.k ~ E'^-?\\d+$'));
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_findings(regclass, float8) IS
'The rules of scope relation that fit the paths of a relation. letters are all keys of the column. '
'Keys that are numbers are left alone: in an array, they are positions.';

CREATE FUNCTION @extschema@._lbdiag_form(type text)
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE type WHEN 'uuid' THEN '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        WHEN 'date' THEN E'^\\d{4}-\\d\\d-\\d\\d$'
        WHEN 'timestamp' THEN E'^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?$'
        WHEN 'timestamptz' THEN
            E'^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?'
            '(Z|[+-]\\d\\d(:?\\d\\d)?)$' END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_form(text) IS
'The regular expression of the text of a type that holds it in fewer bytes; NULL for others.';

CREATE FUNCTION @extschema@._lbdiag_relation_change(
    rule text, relation text, c text, path text, to_type text, name text, OUT guard text,
    OUT change text, OUT final_guard text, OUT final_change text, OUT first text)
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH given AS (
        SELECT CASE rule WHEN 'relation_empty' THEN '%1$s #> %2$L = ''null'''
            WHEN 'relation_nulls' THEN '%1$s <> jsonb_strip_nulls(%1$s)'
            WHEN 'relation_key' THEN '%1$s #> %2$L IS NOT NULL AND %1$s #> %3$L IS NULL'
            WHEN 'relation_constant' THEN '%1$s #> %2$L IS NOT NULL'
            ELSE pg_catalog.format('jsonb_typeof(%%1$s #> %%2$L) = %L', CASE to_type
                WHEN 'numeric' THEN 'number' WHEN 'boolean' THEN 'boolean' ELSE 'string' END)
            END AS guard,
            CASE rule WHEN 'relation_nulls' THEN 'jsonb_strip_nulls(%1$s)'
            WHEN 'relation_strings' THEN 'jsonb_set(%1$s, %2$L, ''10'')'
            WHEN 'relation_key' THEN 'jsonb_set(%1$s #- %2$L, %3$L, %1$s #> %2$L)'
            ELSE '%1$s #- %2$L' END AS change
    )
    SELECT g.guard, g.change, CASE rule WHEN 'relation_constant' THEN '%1$s #> %2$L = '
            || pg_catalog.replace(pg_catalog.format('(SELECT v.v FROM %s AS r, '
            'jsonb_path_query_first(r.%s, %L) AS v (v) WHERE v.v IS NOT NULL LIMIT 1)',
            relation, c, path), '%', '%%') ELSE g.guard END,
        CASE rule WHEN 'relation_strings' THEN 'jsonb_set(%1$s, %2$L, coalesce(to_jsonb('
            || pg_catalog.replace(pg_catalog.format('(SELECT l.id FROM %s AS l ', name), '%', '%%')
            || 'WHERE l.value = %1$s #>> %2$L)), %1$s #> %2$L))' ELSE g.change END,
        CASE WHEN rule = 'relation_strings' THEN pg_catalog.format(
            'CREATE TABLE %s (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, '
            'value text NOT NULL UNIQUE); INSERT INTO %1$s (value) SELECT DISTINCT v.v #>> ''{}'' '
            'FROM %s AS r, jsonb_path_query(r.%s, %L) AS v (v) '
            'WHERE jsonb_typeof(v.v) = ''string''; ',
            name, relation, c, path)
        WHEN rule IN ('relation_promote', 'relation_typed') THEN
            pg_catalog.format('ALTER TABLE %s ADD COLUMN %s %s; ', relation, name, to_type)
        ELSE '' END
    FROM given AS g;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_change(text, text, text, text, text, text) IS
'What a rule of scope relation changes: the formats for _lbdiag_changed, as they are tried and as '
'they are in the statement, and the statements before it.';

CREATE FUNCTION @extschema@._lbdiag_relation_extra(
    c text, keys text[], to_type text, OUT extra text, OUT fits text)
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH given AS (
        SELECT pg_catalog.format('jsonb_typeof(%s #> %L) = %L', c, keys, CASE to_type
                WHEN 'numeric' THEN 'number' WHEN 'boolean' THEN 'boolean' ELSE 'string' END)
            || coalesce(pg_catalog.format(' AND %s #>> %L ~ ', c, keys)
                || pg_catalog.quote_literal(@extschema@._lbdiag_form(to_type)), '') AS fits
    )
    SELECT pg_catalog.format(', CASE WHEN %s THEN %s::%s END', g.fits, CASE to_type
            WHEN 'uuid' THEN '''00000000-0000-0000-0000-000000000000'''
            WHEN 'date' THEN '''2000-01-01''' WHEN 'timestamp' THEN '''2000-01-01'''
            WHEN 'timestamptz' THEN '''2000-01-01'''
            ELSE pg_catalog.format('(%s #>> %L)', c, keys) END, to_type),
        pg_catalog.format('coalesce(%s, true)', g.fits)
    FROM given AS g;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_extra(text, text[], text) IS
'The expressions of what a new column of a type would hold, or as much, and whether the value at '
'the keys fits it, or there is none.';

CREATE FUNCTION @extschema@._lbdiag_relation_candidates(relation regclass, sample float8)
RETURNS TABLE (
    rule text, column_name text, number int, path text, action text, stored_bytes bigint,
    "after" text, extra text, fits text, method text, trade_off text, apply text)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    WITH f AS MATERIALIZED (
        SELECT x.*, pg_catalog.quote_ident(x.column_name) AS c, n.nspname, t.relkind,
            t.relispartition AND x.rule IN ('relation_promote', 'relation_typed') AS part,
            (SELECT l.letter FROM pg_catalog.regexp_split_to_table(
                'abcdefghijklmnopqrstuvwxyz', '') AS l (letter)
            WHERE l.letter <> ALL (x.letters)
            ORDER BY l.letter <> pg_catalog.lower(pg_catalog.left(x.key, 1)), l.letter
            LIMIT 1) AS letter,
            x.column_name || '_' || pg_catalog.array_to_string(x.keys, '_') AS wanted, t.relname
        FROM @extschema@._lbdiag_relation_findings(relation, sample) AS x
        JOIN pg_catalog.pg_class AS t ON t.oid = relation
        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
    ), named AS (
        SELECT f.*, CASE WHEN f.rule = 'relation_strings' THEN pg_catalog.quote_ident(f.nspname)
            || '.' || pg_catalog.quote_ident(@extschema@._lbdiag_new_name(
                f.relname || '_' || f.wanted, (SELECT pg_catalog.array_agg(o.relname::text)
                FROM pg_catalog.pg_class AS o JOIN pg_catalog.pg_namespace AS n
                ON n.oid = o.relnamespace WHERE n.nspname = f.nspname)))
            ELSE pg_catalog.quote_ident(@extschema@._lbdiag_new_name(f.wanted,
                (SELECT pg_catalog.array_agg(o.attname::text) FROM pg_catalog.pg_attribute AS o
                WHERE o.attrelid = relation))) END AS name
        FROM f WHERE f.rule <> 'relation_key' OR f.letter IS NOT NULL
    )
    SELECT f.rule, f.column_name, f.number, f.path, pg_catalog.format(r.action, f.to_type),
        f.stored_bytes, CASE WHEN m.method IS NOT NULL THEN 'r.' || f.c ELSE t.expression END,
        coalesce(e.extra, ''), coalesce(e.fits, 'true'), m.method, r.trade_off || CASE
        WHEN f.relkind = 'm' THEN ' The query of the materialized view must make it so.'
        WHEN f.part THEN ' The partitioned table must get the column.'
        ELSE ' The table grows by the rows that are written again, until VACUUM FULL, which '
            'locks it, or another rewrite.' END,
        CASE WHEN f.relkind = 'm' OR f.part THEN NULL WHEN m.method IS NOT NULL THEN
            pg_catalog.format('ALTER TABLE %s ALTER COLUMN %s SET COMPRESSION %s; '
                'UPDATE %1$s SET %2$s = (%2$s::text || '''')::%4$s;', relation, f.c, m.method,
                f.type)
        ELSE pg_catalog.format('%sUPDATE %s%s SET %s%s = %s WHERE %s;', d.first, relation,
            CASE f.rule WHEN 'relation_strings' THEN ' AS t' ELSE '' END,
            CASE WHEN e.extra IS NOT NULL THEN pg_catalog.format('%s = (%s #>> %L)::%s, ',
                f.name, f.c, f.keys, f.to_type) ELSE '' END, f.c, u.assigned, u.condition) END
    FROM named AS f JOIN @extschema@.lbdiag_rules() AS r ON r.rule = f.rule
    CROSS JOIN LATERAL @extschema@._lbdiag_relation_change(
        f.rule, relation::text, f.c, f.path, f.to_type, f.name) AS d
    CROSS JOIN LATERAL @extschema@._lbdiag_changed(
        'r.' || f.c, f.path, d.guard, d.change, f.letter) AS t
    CROSS JOIN LATERAL @extschema@._lbdiag_changed(
        CASE f.rule WHEN 'relation_strings' THEN 't.' ELSE '' END || f.c, f.path, d.final_guard,
        d.final_change, f.letter) AS u
    LEFT JOIN LATERAL (SELECT x.* FROM @extschema@._lbdiag_relation_extra(
        'r.' || f.c, f.keys, f.to_type) AS x) AS e ON f.to_type IS NOT NULL
    CROSS JOIN LATERAL (SELECT pg_catalog.substring(f.rule, '^relation_(lz4|pglz)$') AS method) AS m
    WHERE m.method IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_settings AS s
        WHERE s.name = 'default_toast_compression' AND m.method = ANY (s.enumvals));
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_candidates(regclass, float8) IS
'What lbdiag_relation_opportunities tries: the expressions of the new value, of a new column, and '
'whether the change can be made, or the method of compression; and what is told of it.';

CREATE FUNCTION @extschema@._lbdiag_relation_tried(relation regclass, sample float8)
RETURNS TABLE (
    rule text, column_name text, path text, action text, stored_bytes bigint, saved float8,
    pages float8, fits boolean, trade_off text, apply text)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    WITH stored AS MATERIALIZED (
        SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
            (SELECT coalesce(pg_catalog.min(o.option_value::int), 100)
            FROM pg_catalog.pg_partition_tree(relation) AS p
            JOIN pg_catalog.pg_class AS l ON l.oid = coalesce(p.relid, relation),
            LATERAL pg_catalog.pg_options_to_table(l.reloptions) AS o
            WHERE o.option_name = 'fillfactor') AS fillfactor,
            (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_attribute AS t
            WHERE t.attrelid = relation AND t.attnum > 0) AS columns,
            (SELECT pg_catalog.string_agg(CASE WHEN t.attisdropped OR t.attgenerated = 'v'
                THEN 'NULL::"char"' ELSE pg_catalog.format('r.%I', t.attname) END, ', '
                ORDER BY t.attnum)
            FROM pg_catalog.pg_attribute AS t WHERE t.attrelid = relation AND t.attnum > 0) AS list
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = relation
    )
    SELECT c.rule, c.column_name, c.path, c.action, c.stored_bytes,
        1 - s.new_bytes / nullif(s.old_bytes, 0)::float8,
        (s.old_pages - s.new_pages) * c.stored_bytes / nullif(s.old_bytes, 0), s.fits,
        c.trade_off, c.apply
    FROM stored AS t
    CROSS JOIN @extschema@._lbdiag_relation_candidates(relation, sample) AS c
    CROSS JOIN LATERAL @extschema@._lbdiag_stored_sizes(pg_catalog.format(
        'SELECT %s, %s, pg_column_compression(r.%I), %s%s '
        'FROM %s AS r TABLESAMPLE system (%s) REPEATABLE (0)', c."after", c.fits, c.column_name,
        t.list, c.extra, t.name, coalesce(sample, 100)),
        c.number, t.columns, c.method, t.fillfactor) AS s;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_tried(regclass, float8) IS
'The candidates of a relation as they are tried: the share of the column that each saves, and the '
'pages of the whole table.';

CREATE FUNCTION @extschema@.lbdiag_relation_opportunities(relation regclass)
RETURNS TABLE (
    column_name text, path text, action text, stored_bytes bigint, bytes_saved bigint,
    share_saved numeric, table_bytes_saved bigint, trade_off text, apply text)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10
SET jit = off
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
        SELECT t.*, pg_catalog.row_number() OVER (
            PARTITION BY t.column_name, t.path, CASE t.rule WHEN 'relation_typed'
                THEN 'relation_promote' ELSE t.rule END
            ORDER BY t.saved DESC) AS best
        FROM given AS g
        CROSS JOIN LATERAL @extschema@._lbdiag_relation_tried(relation, g.sample) AS t
        WHERE t.fits
    )
    SELECT t.column_name, t.path, t.action, t.stored_bytes,
        pg_catalog.round(t.stored_bytes * t.saved)::bigint,
        pg_catalog.round(t.saved::numeric, 4),
        pg_catalog.round(t.pages * pg_catalog.current_setting('block_size')::int)::bigint,
        t.trade_off, t.apply
    FROM tried AS t JOIN @extschema@.lbdiag_rules() AS r ON r.rule = t.rule
    WHERE t.best = 1 AND t.saved >= r.min_share
    ORDER BY 7 DESC, 5 DESC, t.column_name, t.path, t.action;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_relation_opportunities(regclass) IS
'What would make a table smaller, by the rules of lbdiag_rules() with the scope relation: members '
'of jsonb that nearly every row has, as columns of their own; what is always null or never '
'differs; nulls; strings that repeat; keys that take more than their values; the other method of '
'compression. Each is tried on the rows of some 8 MB of the table, and shown if the column gets '
'smaller by 1 %, with the statement that does it, to this path and no other. stored_bytes is what '
'the column takes now, bytes_saved what it takes less, the new column included, '
'table_bytes_saved what the pages of the table, with values out of line, are less after a '
'rewrite such as VACUUM FULL: estimates for the whole table. The most that the table saves comes '
'first. Nothing is changed.';
