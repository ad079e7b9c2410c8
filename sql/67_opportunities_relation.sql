/* What would make a table smaller: rules of scope relation, each tried on a sample. */

CREATE FUNCTION @extschema@._lbdiag_stored_sizes(
    query text, number int, columns int, method text, fillfactor int, OUT old_bytes bigint,
    OUT new_bytes bigint, OUT old_pages float8, OUT new_pages float8, OUT fits boolean,
    OUT digest text)
AS 'MODULE_PATHNAME', 'lbdiag_stored_sizes_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION @extschema@._lbdiag_stored_sizes(text, int, int, text, int) IS
'What the values of a column, and the rows, would take where they are stored. The query returns '
'the new value of the column with this number, whether the change can be made, the method that '
'the old value is compressed with, a digest, all columns of the table, and values of new ones. '
'method: that of the new values; NULL: as before. Pages are those that a rewrite of the table '
'would fill, with values out of line. digest: the one of all rows that have any, else NULL. Runs '
'with the caller''s rights.';

CREATE FUNCTION @extschema@._lbdiag_is_distributed(relation regclass)
RETURNS boolean
AS 'MODULE_PATHNAME', 'lbdiag_is_distributed_1_0'
LANGUAGE C STABLE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_is_distributed(regclass) IS
'Whether the rows of a relation are in shards of Citus.';

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
    c text, path text, guard text, change text, new_key text)
RETURNS text
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
        SELECT l.level, l.fan, l.v,
            pg_catalog.format(change, l.v, l.keys, n.parent || new_key, n.parent) AS assigned,
            pg_catalog.format(guard, l.v, l.keys, n.parent || new_key, n.parent) AS condition
        FROM levels AS l, LATERAL (SELECT pg_catalog.trim_array(l.keys,
            least(1, pg_catalog.cardinality(l.keys))) AS parent) AS n
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
    SELECT pg_catalog.format('CASE WHEN %s THEN %s ELSE %s END', b.condition, b.assigned, c)
    FROM built AS b WHERE b.level = 0;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_changed(text, text, text, text, text) IS
'The expression of a document that is changed at a path, and nowhere else, given the expression '
'of the document, the path, and the formats of the condition and the change: of %1$s, what the '
'keys %2$L lead to, %3$L being those of a new key, and %4$L those of the object that it is a '
'member of. The change goes through elements and dynamic keys.';

CREATE FUNCTION @extschema@._lbdiag_new_name(wanted text, path text, alone boolean, taken text[])
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT n.name FROM (VALUES (1, CASE WHEN alone THEN wanted::name::text END),
        (2, pg_catalog.left(wanted, 13) || '_' || pg_catalog.left(pg_catalog.to_hex(
            pg_catalog.hashtextextended(wanted || ' ' || path, 0)), 8))) AS n (number, name)
    WHERE n.name <> ALL (coalesce(taken, '{}')) ORDER BY n.number LIMIT 1;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_new_name(text, text, boolean, text[]) IS
'A name that is not taken: the one that is wanted, as far as a name goes, if no other path has the '
'same, else one with a hash of the path; NULL where both are taken.';

CREATE FUNCTION @extschema@._lbdiag_relation_tree(relation regclass)
RETURNS oid[]
LANGUAGE SQL STABLE
BEGIN ATOMIC
    WITH RECURSIVE tree (id) AS (
        SELECT relation::oid
        UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN tree ON tree.id = i.inhparent
    )
    SELECT pg_catalog.array_agg(tree.id ORDER BY tree.id <> relation, tree.id) FROM tree;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_tree(regclass) IS
'A table, its partitions and the tables that inherit from it, at any depth.';

CREATE FUNCTION @extschema@._lbdiag_relation_dependents(
    tables oid[], column_name text, values_change boolean)
RETURNS text
LANGUAGE SQL STABLE
BEGIN ATOMIC
    WITH found AS (
        SELECT pg_catalog.min(x.number) AS number, x.name FROM (
            SELECT i.number, CASE WHEN d.objid = i.id THEN 'the partition key'
                WHEN f.oid IS NOT NULL THEN pg_catalog.pg_describe_object(
                    'pg_catalog.pg_class'::regclass, f.adrelid, f.adnum)
                ELSE pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) END AS name
            FROM pg_catalog.unnest(tables) WITH ORDINALITY AS i (id, number)
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.id AND a.attname = column_name
            JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::regclass
                AND d.refobjid = i.id
            LEFT JOIN pg_catalog.pg_class AS c
                ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid
            LEFT JOIN pg_catalog.pg_attrdef AS f
                ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND f.oid = d.objid
            LEFT JOIN pg_catalog.pg_attribute AS g
                ON g.attrelid = f.adrelid AND g.attnum = f.adnum
            LEFT JOIN pg_catalog.pg_constraint AS n
                ON d.classid = 'pg_catalog.pg_constraint'::regclass AND n.oid = d.objid
            WHERE CASE d.classid
                -- A column of a partition key depends on the table.
                WHEN 'pg_catalog.pg_class'::regclass THEN d.objid = i.id AND d.objsubid = a.attnum
                    OR d.refobjsubid IN (0, a.attnum) AND c.relkind IN ('i', 'I')
                WHEN 'pg_catalog.pg_attrdef'::regclass THEN d.refobjsubid IN (0, a.attnum)
                    AND g.attgenerated <> ''
                WHEN 'pg_catalog.pg_constraint'::regclass THEN d.refobjsubid IN (0, a.attnum)
                    AND n.contype <> 'n'
                WHEN 'pg_catalog.pg_rewrite'::regclass THEN d.deptype <> 'i'
                ELSE d.classid IN ('pg_catalog.pg_policy'::regclass,
                    'pg_catalog.pg_publication_rel'::regclass,
                    'pg_catalog.pg_statistic_ext'::regclass, 'pg_catalog.pg_proc'::regclass) END
                AND (values_change OR d.classid = 'pg_catalog.pg_rewrite'::regclass
                    AND d.deptype = 'a')
            UNION ALL
            SELECT 0, pg_catalog.pg_describe_object('pg_catalog.pg_trigger'::regclass, t.oid, 0)
            FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = ANY (tables) AND NOT t.tgisinternal
            UNION ALL
            SELECT 0, pg_catalog.format('publication %s', p.pubname)
            FROM pg_catalog.pg_publication AS p WHERE values_change AND (p.puballtables
                OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS s
                JOIN pg_catalog.pg_class AS c ON c.relnamespace = s.pnnspid
                WHERE s.pnpubid = p.oid AND c.oid = ANY (tables)))
        ) AS x GROUP BY x.name ORDER BY 1, 2
    )
    SELECT pg_catalog.string_agg(f.name, ', ' ORDER BY f.number, f.name) || CASE
        WHEN (SELECT pg_catalog.count(*) FROM found) > 5 THEN pg_catalog.format(', and %s more',
            (SELECT pg_catalog.count(*) FROM found) - 5) ELSE '' END
    FROM (SELECT * FROM found ORDER BY number, name LIMIT 5) AS f;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_dependents(oid[], text, boolean) IS
'What a change of a column of these tables would break, or have run: all that depends on the '
'column, or on whole rows, where values change; else triggers and rules. NULL: nothing.';

CREATE FUNCTION @extschema@._lbdiag_relation_obstacle(
    relation regclass, column_name text, values_change boolean)
RETURNS text
LANGUAGE SQL STABLE
BEGIN ATOMIC
    SELECT CASE WHEN c.relnamespace = 'pg_catalog'::regnamespace THEN 'It is a system catalog.'
        WHEN c.relkind = 'm' AND values_change
            THEN 'The query of the materialized view must make it so.'
        WHEN EXISTS (SELECT FROM pg_catalog.pg_class AS f
            WHERE f.oid = ANY (t.tables) AND f.relkind = 'f') THEN 'It has foreign tables below it.'
        WHEN values_change AND p.parent IS NOT NULL THEN pg_catalog.format(
            'Rows are read through table %s as well, which must change with it.', p.parent)
        WHEN d.names IS NOT NULL AND values_change THEN pg_catalog.format(
            'These use the column, or may, and must be changed first: %s.', d.names)
        WHEN d.names IS NOT NULL THEN pg_catalog.format('An update would run: %s.', d.names) END
    FROM (SELECT @extschema@._lbdiag_relation_tree(relation) AS tables OFFSET 0) AS t
    CROSS JOIN pg_catalog.pg_class AS c
    CROSS JOIN LATERAL (SELECT pg_catalog.min(i.inhparent::regclass::text) AS parent
        FROM pg_catalog.pg_inherits AS i
        WHERE i.inhrelid = ANY (t.tables) AND i.inhparent <> ALL (t.tables)) AS p
    CROSS JOIN LATERAL (SELECT @extschema@._lbdiag_relation_dependents(
        t.tables, column_name, values_change) AS names OFFSET 0) AS d
    WHERE c.oid = relation;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_obstacle(regclass, text, boolean) IS
'Why there is no statement that changes a column of a relation without harm, for any change, or '
'one that leaves its values as they are; NULL: none.';

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
    to_type text, stored_bytes bigint, letters text[], same boolean)
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
        a.stored_bytes, k.keys, coalesce(a.same, false)
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
'The rules of scope relation that fit the paths of a relation. letters are all keys of the column; '
'same: each object has the member. '
'Keys that are numbers are left alone: in an array, they are positions.';

CREATE FUNCTION @extschema@._lbdiag_form(type text)
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE type WHEN 'uuid' THEN '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        WHEN 'date' THEN '^' || f.day || '$' WHEN 'timestamp' THEN '^' || f.day || f.time || '$'
        WHEN 'timestamptz' THEN '^' || f.day || f.time || 'Z$' END
    FROM (VALUES ('(?!0000)([0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])'
        '|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)|([0-9]{2}(0[48]|[2468][048]|[13579][26])'
        '|([02468][048]|[13579][26])00)-02-29)',
        'T([01][0-9]|2[0-3])(:[0-5][0-9]){2}([.][0-9]{0,5}[1-9])?')) AS f (day, time);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_form(text) IS
'The regular expression of the texts that a type holds in fewer bytes, and gives back as they '
'were; NULL for other types. Of dates, those that there are.';

CREATE FUNCTION @extschema@._lbdiag_relation_change(
    rule text, to_type text, side text, x text, OUT guard text, OUT change text,
    OUT final_guard text, OUT final_change text, OUT back_guard text, OUT back_change text)
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
            ELSE '%1$s #- %2$L' END AS change,
            pg_catalog.replace(side, '%', '%%') AS side, pg_catalog.replace(x, '%', '%%') AS x
    )
    SELECT g.guard, g.change,
        CASE WHEN rule IN ('relation_constant', 'relation_empty')
            THEN '%1$s #> %2$L = lbdiag.value'
        ELSE g.guard || coalesce(' AND %1$s #>> %2$L ~ ' || pg_catalog.quote_literal(
            @extschema@._lbdiag_form(to_type)), '') END,
        CASE rule WHEN 'relation_strings' THEN pg_catalog.format('jsonb_set(%%1$s, %%2$L, to_jsonb('
            '(SELECT l.id FROM %s AS l WHERE l.value = (%%1$s #>> %%2$L) COLLATE "C")))', g.side)
        ELSE g.change END,
        CASE rule WHEN 'relation_key' THEN '%1$s #> %3$L IS NOT NULL'
            WHEN 'relation_strings' THEN 'jsonb_typeof(%1$s #> %2$L) = ''number'''
            WHEN 'relation_promote' THEN g.x || ' IS NOT NULL'
            WHEN 'relation_typed' THEN g.x || ' IS NOT NULL'
            ELSE 'jsonb_typeof(%1$s #> %4$L) = ''object''' END,
        CASE rule WHEN 'relation_key' THEN 'jsonb_set(%1$s #- %3$L, %2$L, %1$s #> %3$L)'
            WHEN 'relation_strings' THEN pg_catalog.format('jsonb_set(%%1$s, %%2$L, to_jsonb('
                '(SELECT l.value FROM %s AS l WHERE l.id = CASE WHEN %%1$s #>> %%2$L '
                '~ ''^[0-9]{1,9}$'' THEN (%%1$s #>> %%2$L)::int END)))', g.side)
            WHEN 'relation_promote' THEN pg_catalog.format('jsonb_set(%%1$s, %%2$L, to_jsonb(%s))',
                g.x)
            WHEN 'relation_typed' THEN pg_catalog.format('jsonb_set(%%1$s, %%2$L, to_jsonb(%s))',
                CASE to_type WHEN 'timestamptz' THEN '(to_jsonb(' || g.x
                    || ' AT TIME ZONE ''UTC'') #>> ''{}'') || ''Z''' ELSE g.x END)
            ELSE 'jsonb_set(%1$s, %2$L, lbdiag.value)' END
    FROM given AS g;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_change(text, text, text, text) IS
'What a rule of scope relation changes: the formats for _lbdiag_changed, as they are tried, as '
'they are in the statement, and those that undo it, with the table of strings and the new '
'column''s expression.';

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

CREATE FUNCTION @extschema@._lbdiag_relation_depends(tables oid[])
RETURNS numeric
LANGUAGE SQL STABLE
BEGIN ATOMIC
    SELECT pg_catalog.sum(pg_catalog.hashtextextended(d::text, 0)) FROM pg_catalog.pg_depend AS d
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY (tables)
        AND d.deptype <> 'i';
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_depends(oid[]) IS
'A number that changes with what depends on these tables.';

CREATE FUNCTION @extschema@._lbdiag_do(relation text, lock text, depends numeric, body text)
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'DO ' || CASE WHEN pg_catalog.strpos(s.text, '$lbdiag') > 0
        THEN pg_catalog.quote_literal(s.text) ELSE '$lbdiag$' || s.text || '$lbdiag$' END || ';'
    FROM (SELECT pg_catalog.format($do$
<<lbdiag>>
DECLARE
    path text := pg_catalog.current_setting('search_path');
    timeout text := pg_catalog.current_setting('lock_timeout');
    security text := pg_catalog.current_setting('row_security');
    jit text := pg_catalog.current_setting('jit');
    tables oid[];
    name text;
    value jsonb;
    changed bigint;
    unfit bigint;
    digest numeric;
    after numeric;
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
        pg_catalog.set_config('lock_timeout', '5s', true),
        pg_catalog.set_config('row_security', 'off', true),
        pg_catalog.set_config('jit', 'off', true);
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'transaction is not READ COMMITTED'
            USING HINT = 'It might not see rows that others have just written.';
    END IF;
    %2$s;
    WITH RECURSIVE tree (id) AS (
        SELECT %1$L::regclass::oid
        UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN tree ON tree.id = i.inhparent
    )
    SELECT array_agg(tree.id) INTO lbdiag.tables FROM tree;
    IF (SELECT sum(hashtextextended(d::text, 0)) FROM pg_depend AS d
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (lbdiag.tables)
        AND d.deptype <> 'i') IS DISTINCT FROM %3$s THEN
        RAISE EXCEPTION 'what depends on the table is not what it was'
            USING HINT = 'Ask for the statement again.';
    END IF;
%4$s
    PERFORM set_config('lock_timeout', lbdiag.timeout, true),
        set_config('row_security', lbdiag.security, true), set_config('jit', lbdiag.jit, true),
        set_config('search_path', lbdiag.path, true);
END
$do$, relation, lock, coalesce(depends::text, 'NULL'), body)) AS s (text);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_do(text, text, numeric, text) IS
'A DO block around a body: one statement, which changes all or nothing. It locks the table, and '
'refuses where what depends on the table is not what it was.';

CREATE FUNCTION @extschema@._lbdiag_compress_body(relation text, c text, type text, method text)
RETURNS text
LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format(
$do$    FOR lbdiag.name IN SELECT c.oid::regclass::text FROM pg_class AS c
        WHERE c.oid = ANY (lbdiag.tables) LOOP
        EXECUTE format('ALTER TABLE %%s ALTER COLUMN %%I SET COMPRESSION %4$s', lbdiag.name, %2$L);
    END LOOP;
    SELECT count(*) FILTER (WHERE pg_column_compression(t.%2$I) <> %4$L),
        sum(hashtextextended(t.%2$I::text, 0))
    INTO lbdiag.changed, lbdiag.digest FROM %1$s AS t;
    IF lbdiag.changed = 0 THEN
        RAISE EXCEPTION 'no value is compressed by another method'
            USING DETAIL = 'Nothing was changed.';
    END IF;
    IF (SELECT c.relkind = 'm' FROM pg_class AS c WHERE c.oid = %1$L::regclass) THEN
        EXECUTE %5$L;
    ELSE
        UPDATE %1$s AS t SET %2$I = (t.%2$I::text || '')::%3$s
        WHERE pg_column_compression(t.%2$I) <> %4$L;
    END IF;
    SELECT count(*) FILTER (WHERE pg_column_compression(t.%2$I) <> %4$L),
        sum(hashtextextended(t.%2$I::text, 0))
    INTO lbdiag.unfit, lbdiag.after FROM %1$s AS t;
    IF lbdiag.after IS DISTINCT FROM lbdiag.digest THEN
        RAISE EXCEPTION 'values of the column would not be what they were'
            USING DETAIL = 'Nothing was changed.';
    END IF;
    IF lbdiag.unfit > 0 THEN
        RAISE EXCEPTION 'values that would still be compressed by another method: %%', lbdiag.unfit
            USING DETAIL = 'Nothing was changed.';
    END IF;$do$, relation, c, type, method, 'REFRESH MATERIALIZED VIEW ' || relation);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_compress_body(text, text, text, text) IS
'The body of a statement that compresses a column by another method, in all partitions and '
'inheriting tables, or refreshes a materialized view.';

CREATE FUNCTION @extschema@._lbdiag_prepare_body(
    rule text, relation text, c text, path text, side text, new_column text)
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN rule IN ('relation_constant', 'relation_empty') THEN pg_catalog.format(
$do$    SELECT v.v INTO lbdiag.value FROM %1$s AS t
    CROSS JOIN LATERAL jsonb_path_query(t.%2$s, %3$L, '{}', true) AS v (v)
    WHERE encode(sha256(convert_to(v.v::text, getdatabaseencoding())), 'hex') = '%4$s' LIMIT 1;
    IF lbdiag.value IS NULL THEN
        RAISE EXCEPTION 'no row has the value that was seen'
            USING DETAIL = 'Nothing was changed.';
    END IF;
$do$, relation, pg_catalog.quote_ident(c), path, pg_catalog.repeat('0', 64))
    WHEN rule = 'relation_strings' THEN pg_catalog.format(
$do$    CREATE TABLE %4$s (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        value text COLLATE "C" NOT NULL, EXCLUDE USING hash (value WITH =));
    INSERT INTO %4$s (value) SELECT DISTINCT (v.v #>> '{}') COLLATE "C" FROM %1$s AS t
    CROSS JOIN LATERAL jsonb_path_query(t.%2$s, %3$L, '{}', true) AS v (v)
    WHERE jsonb_typeof(v.v) = 'string' ORDER BY 1;
    ANALYZE %4$s;
$do$, relation, pg_catalog.quote_ident(c), path, side)
    WHEN new_column IS NOT NULL THEN pg_catalog.format(
$do$    IF EXISTS (SELECT FROM pg_attribute AS a
        WHERE a.attrelid = ANY (lbdiag.tables) AND a.attname = %1$L) THEN
        RAISE EXCEPTION 'there is a column of that name'
            USING HINT = 'Ask for the statement again.';
    END IF;
$do$, new_column) ELSE '' END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_prepare_body(text, text, text, text, text, text) IS
'What comes first in the body of a statement that changes documents. For the digest of a value '
'stand 64 zeros.';

CREATE FUNCTION @extschema@._lbdiag_change_body(
    relation text, c text, expression text, back text, back_after text, left_over text,
    new_column text, to_type text, new_value text)
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format(
$do$    SELECT count(*) FILTER (WHERE n.doc IS DISTINCT FROM t.%2$s),
        count(*) FILTER (WHERE b.doc::text IS DISTINCT FROM t.%2$s::text%6$s),
        sum(hashtextextended(t.%2$s::text, 0))
    INTO lbdiag.changed, lbdiag.unfit, lbdiag.digest
    FROM %1$s AS t
    CROSS JOIN LATERAL (SELECT %3$s AS doc,
        %7$s AS value OFFSET 0) AS n
    CROSS JOIN LATERAL (SELECT %4$s AS doc OFFSET 0) AS b;
    IF lbdiag.unfit > 0 THEN
        RAISE EXCEPTION 'rows that do not fit: %%', lbdiag.unfit
            USING DETAIL = 'Their documents could not be read back as they are. '
                'Nothing was changed.';
    END IF;
    IF lbdiag.changed = 0 THEN
        RAISE EXCEPTION 'no row has what would be changed'
            USING DETAIL = 'Nothing was changed.';
    END IF;
%8$s    UPDATE %1$s AS t SET %9$s%2$s = %3$s
    WHERE %3$s IS DISTINCT FROM t.%2$s;
    SELECT sum(hashtextextended((%5$s)::text, 0)) INTO lbdiag.after FROM %1$s AS t;
    IF lbdiag.after IS DISTINCT FROM lbdiag.digest THEN
        RAISE EXCEPTION 'documents could not be read back as they were'
            USING DETAIL = 'Nothing was changed.';
    END IF;$do$, relation, pg_catalog.quote_ident(c), expression, back, back_after,
        coalesce(left_over, ''),
        coalesce(new_value, 'NULL'),
        coalesce(pg_catalog.format('    ALTER TABLE %s ADD COLUMN ', relation)
            || pg_catalog.quote_ident(new_column) || ' ' || to_type || E';\n', ''),
        coalesce(pg_catalog.quote_ident(new_column) || ' = ' || new_value || ', ', ''));
END;

COMMENT ON FUNCTION @extschema@._lbdiag_change_body(
    text, text, text, text, text, text, text, text, text) IS
'The body of a statement that changes documents: it counts the rows whose documents could not be '
'built again from what would be stored, and refuses if there are any; afterwards it builds all of '
'them again, and compares them with what they were.';

CREATE FUNCTION @extschema@._lbdiag_relation_body(
    rule text, relation text, c text, path text, keys text[], to_type text, name text,
    letter text)
RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_prepare_body(rule, relation, c, path, name, n.new_column)
        || @extschema@._lbdiag_change_body(relation, c,
            @extschema@._lbdiag_changed(n.doc, path, d.final_guard, d.final_change, letter),
            @extschema@._lbdiag_changed('n.doc', path, d.back_guard, d.back_change, letter),
            @extschema@._lbdiag_changed(n.doc, path, a.back_guard, a.back_change, letter),
            CASE WHEN n.new_column IS NOT NULL THEN
                pg_catalog.format(E'\n            OR n.doc #> %L IS NOT NULL', keys) END,
            n.new_column, to_type,
            CASE WHEN n.new_column IS NOT NULL THEN pg_catalog.format(
                'CASE WHEN %s THEN (%s #>> %L)::%s END',
                pg_catalog.format(d.final_guard, n.doc, keys), n.doc, keys, to_type) END)
    FROM (SELECT 't.' || pg_catalog.quote_ident(c) AS doc,
        CASE WHEN to_type IS NOT NULL THEN name END AS new_column) AS n
    CROSS JOIN LATERAL @extschema@._lbdiag_relation_change(rule, to_type, name, 'n.value') AS d
    CROSS JOIN LATERAL @extschema@._lbdiag_relation_change(
        rule, to_type, name, 't.' || pg_catalog.quote_ident(n.new_column)) AS a;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_body(
    text, text, text, text, text[], text, text, text) IS
'The body of the statement of a rule of scope relation that changes documents. name is that of the '
'new column, or of the table of strings, quoted.';

CREATE FUNCTION @extschema@._lbdiag_relation_note(rule text, same boolean, name text, letter text)
RETURNS TABLE (obstacle text, note text)
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN rule = 'relation_nulls' OR rule = 'relation_empty' AND NOT same
            THEN 'It could not be undone: a member that was null could not be told from one that '
            'was not there.'
        WHEN rule IN ('relation_promote', 'relation_typed', 'relation_strings') AND name IS NULL
            THEN 'All names that it could have are taken.' END,
        CASE rule WHEN 'relation_constant' THEN 'No row holds the value afterwards: note it first. '
            'Change what reads or writes the member.'
        WHEN 'relation_empty' THEN 'Change what reads or writes the member.'
        WHEN 'relation_key' THEN pg_catalog.format(
            'Change what reads or writes the member: its key is %s.', letter)
        WHEN 'relation_strings' THEN pg_catalog.format('Change what reads or writes the member: it '
            'is the number of a row of %s. Grant SELECT on that table.', name)
        WHEN 'relation_promote' THEN pg_catalog.format(
            'Change what reads or writes the member: it is column %s.',
            pg_catalog.quote_ident(name))
        WHEN 'relation_typed' THEN pg_catalog.format(
            'Change what reads or writes the member: it is column %s.',
            pg_catalog.quote_ident(name)) END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_note(text, boolean, text, text) IS
'Why a rule of scope relation has no statement, by itself, and what to know of one that it has.';

CREATE FUNCTION @extschema@._lbdiag_relation_named(relation regclass, sample float8)
RETURNS TABLE (
    rule text, column_name text, number int, type text, path text, keys text[], to_type text,
    stored_bytes bigint, same boolean, letter text, name text)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    WITH taken AS MATERIALIZED (
        SELECT n.nspname, c.relname, ARRAY(SELECT a.attname::text
                FROM pg_catalog.unnest(@extschema@._lbdiag_relation_tree(relation)) AS i (id)
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.id) AS columns,
            ARRAY(SELECT o.relname::text FROM pg_catalog.pg_class AS o
                WHERE o.relnamespace = n.oid
                UNION ALL SELECT y.typname FROM pg_catalog.pg_type AS y
                WHERE y.typnamespace = n.oid) AS relations
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = relation
    ), f AS MATERIALIZED (
        SELECT x.*, t.*, x.rule = 'relation_strings' AS side, i.letter AS initial,
            i.letter ~ '^[a-z]$' AND i.letter <> ALL (x.letters) AND 1 = pg_catalog.row_number()
                OVER (PARTITION BY x.rule, x.column_name, i.letter ORDER BY x.path) AS own,
            pg_catalog.concat_ws('_', CASE x.rule WHEN 'relation_strings' THEN t.relname END,
                x.column_name, pg_catalog.array_to_string(x.keys, '_')) AS wanted
        FROM @extschema@._lbdiag_relation_findings(relation, sample) AS x CROSS JOIN taken AS t
        CROSS JOIN LATERAL (SELECT pg_catalog.lower(pg_catalog.left(x.key, 1)) AS letter) AS i
    ), w AS (
        SELECT f.*, f.letters || pg_catalog.array_agg(f.initial) FILTER (WHERE f.own) OVER keys
                AS used,
            pg_catalog.count(*) FILTER (WHERE NOT f.own) OVER (keys ORDER BY f.path) AS other,
            pg_catalog.min(f.path) OVER same = pg_catalog.max(f.path) OVER same
            AND pg_catalog.min(f.column_name) OVER same
            = pg_catalog.max(f.column_name) OVER same AS alone
        FROM f WINDOW same AS (PARTITION BY f.side, f.to_type IS NULL, f.wanted::name),
            keys AS (PARTITION BY f.rule, f.column_name)
    )
    SELECT w.rule, w.column_name, w.number, w.type, w.path, w.keys, w.to_type, w.stored_bytes,
        w.same, CASE WHEN w.rule <> 'relation_key' THEN NULL WHEN w.own THEN w.initial ELSE (
            SELECT l.letter FROM pg_catalog.regexp_split_to_table(
                'abcdefghijklmnopqrstuvwxyz', '') AS l (letter)
            WHERE l.letter <> ALL (w.used)
            ORDER BY l.letter OFFSET w.other - 1 LIMIT 1) END,
        CASE WHEN w.side THEN pg_catalog.quote_ident(w.nspname) || '.'
                || pg_catalog.quote_ident(n.name)
            WHEN w.to_type IS NOT NULL THEN n.name END
    FROM w CROSS JOIN LATERAL (SELECT @extschema@._lbdiag_new_name(w.wanted,
        w.column_name || ' ' || w.path, w.alone,
        CASE WHEN w.side THEN w.relations ELSE w.columns END) AS name) AS n;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_named(regclass, float8) IS
'The findings of a relation with the letters of new keys, and the names of new columns and tables: '
'none has two meanings.';

CREATE FUNCTION @extschema@._lbdiag_relation_changes(
    rule text, column_name text, path text, to_type text, letter text, method text)
RETURNS jsonb
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN method IS NOT NULL THEN pg_catalog.jsonb_build_object('compress',
            pg_catalog.jsonb_build_object(column_name, method))
        WHEN rule = 'relation_nulls' THEN pg_catalog.jsonb_build_object('omit_nulls',
            pg_catalog.jsonb_build_array(column_name))
        WHEN rule = 'relation_strings' THEN pg_catalog.jsonb_build_object('side_table',
            pg_catalog.jsonb_build_array(p.path))
        WHEN rule = 'relation_key' THEN pg_catalog.jsonb_build_object('rename',
            pg_catalog.jsonb_build_object(p.path, letter))
        WHEN to_type IS NOT NULL THEN pg_catalog.jsonb_build_object('promote',
            pg_catalog.jsonb_build_object(p.path, to_type))
        ELSE pg_catalog.jsonb_build_object('drop_paths',
            pg_catalog.jsonb_build_array(p.path)) END
    FROM (SELECT column_name || ':' || path AS path) AS p WHERE p.path IS NOT NULL;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_changes(text, text, text, text, text, text) IS
'What lbdiag_whatif_relation gets for a rule of scope relation.';

CREATE FUNCTION @extschema@._lbdiag_relation_savings(relation regclass, changes jsonb[])
RETURNS TABLE (
    number int, bytes_saved bigint, bytes_saved_low bigint, bytes_saved_high bigint)
AS 'MODULE_PATHNAME', 'lbdiag_relation_savings_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 200000 ROWS 10;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_savings(regclass, jsonb[]) IS
'What each of these changes saves of a table beyond a rewrite, and with the number 0, what the '
'rewrite saves: as lbdiag_whatif_relation has it, by a smaller sample.';

CREATE FUNCTION @extschema@._lbdiag_relation_candidates(relation regclass, sample float8)
RETURNS TABLE (
    rule text, column_name text, number int, path text, action text, stored_bytes bigint,
    "after" text, extra text, fits text, digest text, method text, changes jsonb,
    trade_off text, apply text, apply_note text)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT f.rule, f.column_name, f.number, f.path, pg_catalog.format(r.action, f.to_type),
        f.stored_bytes, CASE WHEN m.method IS NOT NULL THEN 'r.' || f.c
            ELSE @extschema@._lbdiag_changed('r.' || f.c, f.path, d.guard, d.change, f.letter) END,
        coalesce(e.extra, ''), coalesce(e.fits, 'true'),
        CASE WHEN f.rule IN ('relation_constant', 'relation_empty') THEN pg_catalog.format(
            '(SELECT string_agg(DISTINCT encode(sha256(convert_to(v.v::text, '
            'getdatabaseencoding())), ''hex''), '' '') '
            'FROM jsonb_path_query(r.%s, %L, ''{}'', true) AS v (v))',
            f.c, 'strict ' || f.path) ELSE 'NULL::text' END,
        m.method, @extschema@._lbdiag_relation_changes(
            f.rule, f.column_name, f.path, f.to_type, f.letter, m.method),
        r.trade_off || CASE WHEN f.relkind = 'm' THEN '' ELSE ' The table grows by '
            'the rows that are written again, until VACUUM FULL, which locks it, or another '
            'rewrite.' END,
        CASE WHEN coalesce(o.obstacle, w.obstacle) IS NOT NULL THEN NULL
        ELSE @extschema@._lbdiag_do(f.full_name, pg_catalog.format(CASE WHEN f.relkind = 'm'
                THEN 'ALTER MATERIALIZED VIEW %s ALTER COLUMN %s SET COMPRESSION %s'
            WHEN coalesce(f.to_type, m.method) IS NULL
                THEN 'LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE'
            ELSE 'LOCK TABLE %s IN ACCESS EXCLUSIVE MODE' END, f.full_name, f.c, m.method),
            f.depends, CASE WHEN m.method IS NOT NULL THEN @extschema@._lbdiag_compress_body(
                f.full_name, f.column_name, f.type, m.method)
            ELSE @extschema@._lbdiag_relation_body(f.rule, f.full_name, f.column_name, f.path,
                f.keys, f.to_type, f.name, f.letter) END) END,
        coalesce(o.obstacle, w.obstacle, w.note)
    FROM (SELECT x.*, pg_catalog.quote_ident(x.column_name) AS c, t.relkind,
            pg_catalog.format('%I.%I', n.nspname, t.relname) AS full_name,
            @extschema@._lbdiag_relation_depends(
                @extschema@._lbdiag_relation_tree(relation)) AS depends
        FROM @extschema@._lbdiag_relation_named(relation, sample) AS x
        JOIN pg_catalog.pg_class AS t ON t.oid = relation
        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace) AS f
    JOIN @extschema@.lbdiag_rules() AS r ON r.rule = f.rule
    CROSS JOIN LATERAL (SELECT pg_catalog.substring(f.rule, '^relation_(lz4|pglz)$') AS method) AS m
    CROSS JOIN LATERAL @extschema@._lbdiag_relation_change(f.rule, f.to_type, f.name, '') AS d
    CROSS JOIN LATERAL (SELECT @extschema@._lbdiag_relation_obstacle(
        relation, f.column_name, m.method IS NULL) AS obstacle OFFSET 0) AS o
    CROSS JOIN LATERAL @extschema@._lbdiag_relation_note(f.rule, f.same, f.name, f.letter) AS w
    LEFT JOIN LATERAL (SELECT x.* FROM @extschema@._lbdiag_relation_extra(
        'r.' || f.c, f.keys, f.to_type) AS x) AS e ON f.to_type IS NOT NULL
    WHERE (m.method IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_settings AS s
            WHERE s.name = 'default_toast_compression' AND m.method = ANY (s.enumvals)))
        AND (f.rule <> 'relation_key' OR f.letter IS NOT NULL);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_candidates(regclass, float8) IS
'What lbdiag_opportunities_relation tries: the expressions of the new value, of a new column, of '
'whether the change can be made, and of a digest of the value, or the method of compression; and '
'what is told of it.';

CREATE FUNCTION @extschema@._lbdiag_relation_tried(relation regclass, sample float8)
RETURNS TABLE (
    rule text, column_name text, path text, action text, stored_bytes bigint, saved float8,
    changes jsonb, fits boolean, trade_off text, apply text, apply_note text)
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
        c.changes, s.fits,
        c.trade_off, CASE WHEN NOT x.constant THEN c.apply ELSE pg_catalog.replace(c.apply,
            pg_catalog.repeat('0', 64), CASE WHEN pg_catalog.length(s.digest) = 64
                THEN s.digest END) END,
        CASE WHEN x.constant AND c.apply IS NOT NULL
            AND pg_catalog.length(s.digest) IS DISTINCT FROM 64
            THEN 'Rows of the sample have other values.' ELSE c.apply_note END
    FROM stored AS t
    CROSS JOIN @extschema@._lbdiag_relation_candidates(relation, sample) AS c
    CROSS JOIN LATERAL @extschema@._lbdiag_stored_sizes(pg_catalog.format(
        'SELECT %s, %s, pg_column_compression(r.%I), %s, %s%s '
        'FROM %s AS r TABLESAMPLE system (%s) REPEATABLE (0)', c."after", c.fits, c.column_name,
        c.digest, t.list, c.extra, t.name, coalesce(sample, 100)),
        c.number, t.columns, c.method, t.fillfactor) AS s
    CROSS JOIN LATERAL (SELECT c.digest <> 'NULL::text' AS constant) AS x;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_relation_tried(regclass, float8) IS
'The candidates of a relation as they are tried, and the share of the column that each saves.';

CREATE FUNCTION @extschema@.lbdiag_opportunities_relation(relation regclass)
RETURNS TABLE (
    column_name text, path text, action text, stored_bytes bigint, bytes_saved bigint,
    share_saved numeric, table_bytes_saved bigint, table_bytes_low bigint,
    table_bytes_high bigint, trade_off text, apply text, apply_note text)
LANGUAGE SQL VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10
SET jit = off
SET lbdiag.progress_function = 'lbdiag_opportunities_relation'
BEGIN ATOMIC
    WITH given AS MATERIALIZED (
        SELECT CASE WHEN c.relkind IN ('r', 'm', 'p')
            THEN @extschema@._lbdiag_relation_sample(relation) END AS sample
        FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_class AS c ON c.oid = relation
        WHERE CASE WHEN c.relkind IN ('r', 'm', 'p') THEN
                CASE WHEN @extschema@._lbdiag_is_distributed(relation) THEN
                    @extschema@._lbdiag_raise('0A000', 'relation is distributed by Citus',
                        'What its shards store is not seen from here.',
                        'Name one of its shards, on the server that has it.') ELSE true END
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
    ), shown AS MATERIALIZED (
        SELECT t.*, pg_catalog.row_number() OVER () AS number
        FROM tried AS t JOIN @extschema@.lbdiag_rules() AS r ON r.rule = t.rule
        WHERE t.best = 1 AND t.saved >= r.min_share
    ), savings AS MATERIALIZED (
        SELECT s.* FROM given AS g CROSS JOIN LATERAL @extschema@._lbdiag_relation_savings(
            relation, (SELECT coalesce(pg_catalog.array_agg(t.changes ORDER BY t.number), '{}')
            FROM shown AS t)) AS s
        WHERE NOT pg_catalog.row_security_active(relation) AND NOT EXISTS (
            SELECT FROM pg_catalog.unnest(@extschema@._lbdiag_relation_tree(relation)) AS i (id)
            JOIN pg_catalog.pg_class AS c ON c.oid = i.id
            JOIN pg_catalog.pg_am AS a ON a.oid = c.relam
            WHERE c.relkind <> 'p' AND a.amname <> 'heap')
    )
    SELECT t.column_name, t.path, t.action, t.stored_bytes,
        pg_catalog.round(t.stored_bytes * t.saved)::bigint,
        pg_catalog.round(t.saved::numeric, 4),
        s.bytes_saved, s.bytes_saved_low, s.bytes_saved_high, t.trade_off, t.apply, t.apply_note
    FROM shown AS t LEFT JOIN savings AS s ON s.number = t.number
    UNION ALL
    SELECT NULL, NULL, 'rewrite the table', NULL, NULL, NULL,
        s.bytes_saved, s.bytes_saved_low, s.bytes_saved_high,
        'The table is locked, and the space of a second one is needed, until it is done.', NULL,
        'VACUUM (FULL, ANALYZE) does it. What the other rows save is beyond it.'
    -- Maps of free space and visibility, of the table and its TOAST, come back.
    FROM savings AS s CROSS JOIN (
        SELECT pg_catalog.sum(pg_catalog.pg_table_size(x.id)) AS size,
            8 * pg_catalog.current_setting('block_size')::int * pg_catalog.count(*) AS maps
        FROM pg_catalog.unnest(@extschema@._lbdiag_relation_tree(relation)) AS x (id)) AS t
    WHERE s.number = 0 AND s.bytes_saved_low > t.maps
        AND s.bytes_saved - t.maps >= 0.01 * t.size
    ORDER BY 7 DESC NULLS LAST, 5 DESC, 1, 2, 3;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_opportunities_relation(regclass) IS
'What would make a table smaller, by the rules of lbdiag_rules() with the scope relation: members '
'of jsonb that nearly every row has, as columns of their own; what is always null or never '
'differs; nulls; strings that repeat; keys that take more than their values; the other method of '
'compression. Each is tried on the rows of some 8 MB of the table, and shown if the column gets '
'smaller by 1 %; a row without a path is what a rewrite alone saves, if that is 1 % of the table. '
'apply is a statement that does it, all or nothing: it counts the rows whose '
'documents could not be built again from what would be stored, and refuses if there are any. It is '
'NULL where something could be lost or broken. apply_note says why, or what to know before apply '
'is run. stored_bytes is what '
'the column takes now, bytes_saved what it takes less, the new column included, '
'table_bytes_saved what the table takes less, beyond a rewrite such as VACUUM FULL, after the '
'change and a rewrite, as lbdiag_whatif_relation tells it, with its 95 % interval: where that '
'holds 0, no saving is certain. It counts tables of strings with their indexes, and is NULL where '
'row-level security may hide rows from the caller. The most that the table saves comes '
'first. Nothing is changed.';
