/* lbdiag 1.0: install script */

\echo Use "CREATE EXTENSION lbdiag" to load this file. \quit

/*
 * Bodies of SQL functions are parsed here and now (BEGIN ATOMIC), with nothing
 * but pg_catalog on the search path: neither what other users have put into
 * the extension's schema nor a caller's search path changes what they mean.
 * Functions that look for the source relations must not set a search path of
 * their own: relations with their default names are found through the
 * caller's.
 */
SET LOCAL search_path = pg_catalog, pg_temp;

-- ---------------------------------------------------------------------------
-- Configuration
-- ---------------------------------------------------------------------------

CREATE TABLE @extschema@.lbdiag_layout (
    name text NOT NULL PRIMARY KEY,
    components text[] NOT NULL DEFAULT ARRAY[
        'row_data', 'column_defs', 'benchmark_groups', 'filter_options',
        'benchmark_metadata', 'benchmark_tree', 'benchmark_ids',
        'benchmark_bibtex_map', 'benchmarkStimuliMetaMap',
        'benchmarkDataMetaMap', 'benchmarkMetricMetaMap',
        'model_metadata_map'],
    members text[] NOT NULL DEFAULT ARRAY[
        'model_metadata_map:$.*.layer_mapping'],
    cell jsonb NOT NULL,
    rank_rounding text NOT NULL DEFAULT 'decimal',
    tree_root text,
    compact boolean NOT NULL DEFAULT false,
    ascii boolean NOT NULL DEFAULT true,
    html_safe boolean NOT NULL DEFAULT false,
    built_in boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE @extschema@.lbdiag_layout IS
'Layouts: the declared shapes of payloads. To change a built-in one, copy its row under another name.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.components IS
'Components that the payload has; always written in the order of the contract.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.members IS
'Optional members that the payload has, as component:path.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.cell IS
'Members of a cell in order: an array of objects with key, source (key of the score object), default (value where the source is missing, else null), round (places that numbers are rounded to) and omit_empty (leave out what is null, false, 0 or empty).';
COMMENT ON COLUMN @extschema@.lbdiag_layout.rank_rounding IS
'How the deciding score is rounded to 2 decimals: decimal (halves away from zero) or binary (as a double, ties to even).';
COMMENT ON COLUMN @extschema@.lbdiag_layout.tree_root IS
'Benchmark that benchmark_tree starts below, without its version; NULL: the leaderboard''s rank_root.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.compact IS
'Separators without blanks.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.ascii IS
'Escape all characters from U+007F on; otherwise the wire text is UTF-8.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.html_safe IS
'Escape <, > and & too.';
COMMENT ON COLUMN @extschema@.lbdiag_layout.built_in IS
'Comes with the extension, and is not dumped.';

INSERT INTO @extschema@.lbdiag_layout (name, built_in, cell) VALUES
('documented', true, '[
    {"key": "score_ceiled", "source": "score_ceiled"},
    {"key": "error", "source": "error"},
    {"key": "benchmark_type_id", "source": "benchmark_type_id"}]');

INSERT INTO @extschema@.lbdiag_layout (name, built_in, cell, components, rank_rounding, tree_root)
SELECT 'brainscore_2026_02', true, '[
    {"key": "value", "source": "score_ceiled", "default": "X"},
    {"key": "complete", "source": "is_complete", "default": true},
    {"key": "timestamp", "source": "end_timestamp"}]',
    components || '{comparison_data}'::text[], 'binary', 'average_vision'
FROM @extschema@.lbdiag_layout WHERE name = 'documented';

INSERT INTO @extschema@.lbdiag_layout (name, built_in, cell, members, html_safe) VALUES
('brainscore_2026_07', true, '[
    {"key": "value", "source": "score_ceiled", "default": "X", "round": 2},
    {"key": "timestamp", "source": "end_timestamp", "omit_empty": true},
    {"key": "version_valid_from", "source": "version_valid_from", "omit_empty": true},
    {"key": "version_valid_to", "source": "version_valid_to", "omit_empty": true},
    {"key": "historical_versions", "source": "historical_versions", "omit_empty": true}]',
    ARRAY[
        'row_data:$[*].submission_timestamp',
        'row_data:$[*].metadata.group',
        'column_defs:$[*].lockPosition',
        'column_defs:$[*].suppressMovable',
        'column_defs:$[*].context.newLeafCounts',
        'column_defs:$[*].context.newLeafCountDefault',
        'column_defs:$[*].context.newUpdates',
        'column_defs:$[*].context.isNewDefault',
        'filter_options:$.ceiling_ranges',
        'benchmark_metadata:$[*].ceiling'], true);

CREATE FUNCTION @extschema@.lbdiag_layout_check() RETURNS trigger
AS 'MODULE_PATHNAME', 'lbdiag_layout_check_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION @extschema@.lbdiag_layout_check() IS
'Trigger of lbdiag_layout: refuses a row that cannot be used as a layout, and changes to built-in ones.';

CREATE TRIGGER lbdiag_layout_check
    BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.lbdiag_layout
    FOR EACH ROW EXECUTE FUNCTION @extschema@.lbdiag_layout_check();

CREATE TRIGGER lbdiag_layout_keep
    BEFORE TRUNCATE ON @extschema@.lbdiag_layout
    FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.lbdiag_layout_check();

-- A trigger's function is called without this right.
REVOKE EXECUTE ON FUNCTION @extschema@.lbdiag_layout_check() FROM PUBLIC;

CREATE TABLE @extschema@.lbdiag_leaderboard (
    domain text NOT NULL PRIMARY KEY,
    models text,
    benchmarks text,
    groups text,
    layout text REFERENCES @extschema@.lbdiag_layout (name) ON UPDATE CASCADE,
    rank_root text
);

COMMENT ON TABLE @extschema@.lbdiag_leaderboard IS
'Leaderboards that differ from the default. A domain that is not here has the default relations and layout.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.domain IS
'Value of the column domain in the source relations.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.models IS
'Relation of the models, with its schema or found through the search_path; NULL: mv_final_model_context.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.benchmarks IS
'Relation of the benchmarks; NULL: mv_final_benchmark_context.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.groups IS
'Relation of the model groups, read where the layout has them; NULL: brainscore_model.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.layout IS
'Layout of the payload; NULL: documented.';
COMMENT ON COLUMN @extschema@.lbdiag_leaderboard.rank_root IS
'Benchmark whose score ranks the models; NULL: average_ and the domain.';

SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_layout', 'WHERE NOT built_in');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_leaderboard', '');

-- They hold names, no data; every caller's functions read them.
GRANT SELECT ON @extschema@.lbdiag_layout, @extschema@.lbdiag_leaderboard TO PUBLIC;

-- ---------------------------------------------------------------------------
-- The context
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.lbdiag_deciding_score(
    scores jsonb, benchmark_type_id text, round_binary boolean, model_id bigint)
RETURNS numeric
AS 'MODULE_PATHNAME', 'lbdiag_deciding_score_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

COMMENT ON FUNCTION @extschema@.lbdiag_deciding_score(jsonb, text, boolean, bigint) IS
'The number that a model is ranked by: score_ceiled of its first score with that benchmark_type_id, rounded to 2 decimals; -Infinity for "X", NULL for none. model_id is for error messages.';

CREATE FUNCTION @extschema@.lbdiag_context(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS TABLE (component text, payload json)
AS 'MODULE_PATHNAME', 'lbdiag_context_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 13;

COMMENT ON FUNCTION @extschema@.lbdiag_context(text, text, text) IS
'The payload of a leaderboard''s page, one component a row, as the exact bytes that the page sends. Viewers: public, all, user:ID, own:ID. layout NULL: the leaderboard''s own. A component has less than 1 GB.';

CREATE FUNCTION @extschema@.lbdiag_row_data(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS SETOF json
AS 'MODULE_PATHNAME', 'lbdiag_row_data_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 500;

COMMENT ON FUNCTION @extschema@.lbdiag_row_data(text, text, text) IS
'The elements of row_data, one model a row, in rank order. In a SELECT list, SELECT lbdiag_row_data(...), each row is built when it is fetched.';

CREATE FUNCTION @extschema@.lbdiag_audit(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, compress boolean DEFAULT true)
RETURNS TABLE (
    component text, path text, depth int, types text, occurrences bigint,
    nulls bigint, bytes bigint, share numeric, key_bytes bigint,
    value_bytes bigint, syntax_bytes bigint, distinct_values bigint,
    gzip_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_audit_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit(text, text, text, boolean) IS
'Where the bytes of the payload go: a row for each path of each component, the largest first within the tree, and a row TOTAL. bytes is the path with all below it, key_bytes + value_bytes + syntax_bytes the path alone; share is 0 to 1; distinct_values (scalars but null) is exact up to 4,096 (up to 256 behind a component''s first 256 paths), then an estimate with a standard error of 1.6 %; gzip_bytes (level 6) is on the $ rows and TOTAL.';

-- ---------------------------------------------------------------------------
-- Environment
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.lbdiag_server(
    OUT environment text, OUT reason text, OUT allowed boolean, OUT host text)
AS 'MODULE_PATHNAME', 'lbdiag_server_1_0'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.lbdiag_server() IS
'What the setting lbdiag.environment comes to here, why, and whether contexts may be built. host is NULL for who is not in pg_read_all_settings.';

CREATE FUNCTION @extschema@.lbdiag_cached_pages(relation regclass) RETURNS bigint
AS 'MODULE_PATHNAME', 'lbdiag_cached_pages_1_0'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.lbdiag_cached_pages(regclass) IS
'Pages of a relation and its TOAST table that are in shared buffers now. NULL where the caller may not read it, or it has no storage.';

CREATE FUNCTION @extschema@.lbdiag_sources(domain text DEFAULT 'vision')
RETURNS TABLE (role text, relation regclass, storage regclass)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH RECURSIVE named AS (
        -- Neither a name that is no name nor a schema that the caller may
        -- not use is an error here.
        SELECT r.role, r.number,
            CASE WHEN r.name !~ '^([[:alpha:]_][[:alnum:]_$]*|"([^"]|"")+")(\.([[:alpha:]_][[:alnum:]_$]*|"([^"]|"")+"))?$'
                THEN NULL
                WHEN cardinality(parse_ident(r.name)) = 2
                THEN (SELECT c.oid::regclass FROM pg_catalog.pg_class AS c
                      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                      WHERE n.nspname = (parse_ident(r.name))[1]::name
                        AND c.relname = (parse_ident(r.name))[2]::name)
                ELSE to_regclass(r.name) END AS relation
        FROM (SELECT 1) AS one
        LEFT JOIN @extschema@.lbdiag_leaderboard AS l ON l.domain = $1
        CROSS JOIN LATERAL (VALUES
            ('models'::text, 1, coalesce(l.models, 'mv_final_model_context')),
            ('benchmarks', 2, coalesce(l.benchmarks, 'mv_final_benchmark_context')),
            ('groups', 3, coalesce(l.groups, 'brainscore_model'))
        ) AS r (role, number, name)
    ), below AS (
        SELECT n.role, n.number, n.relation, n.relation::oid AS oid
        FROM named AS n WHERE n.relation IS NOT NULL
        UNION
        SELECT b.role, b.number, b.relation, d.refobjid
        FROM below AS b
        JOIN pg_catalog.pg_class AS v ON v.oid = b.oid AND v.relkind = 'v'
        JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = b.oid
        JOIN pg_catalog.pg_depend AS d
            ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass
            AND d.refobjid <> b.oid
    )
    SELECT b.role, b.relation, b.oid::regclass
    FROM below AS b
    JOIN pg_catalog.pg_class AS c ON c.oid = b.oid AND c.relkind IN ('r', 'm', 'f', 'p')
    ORDER BY b.number, b.oid::regclass::text;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_sources(text) IS
'The source relations of a leaderboard, and the tables that they read where they are views.';

CREATE FUNCTION @extschema@.lbdiag_environment(domain text DEFAULT 'vision')
RETURNS TABLE (item text, value text, status text, detail text)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH server AS (
        SELECT s.environment, s.reason, s.allowed, s.host
        FROM @extschema@.lbdiag_server() AS s
    ), stored AS (
        SELECT s.storage, min(s.role) AS role,
            @extschema@.lbdiag_cached_pages(s.storage) AS cached,
            (pg_catalog.pg_table_size(s.storage)
             / pg_catalog.current_setting('block_size')::bigint) AS pages,
            greatest(max(t.last_analyze), max(t.last_autoanalyze)) AS analyzed
        FROM @extschema@.lbdiag_sources($1) AS s
        LEFT JOIN pg_catalog.pg_stat_all_tables AS t ON t.relid = s.storage
        GROUP BY s.storage
    ), items (number, item, value, status, detail) AS (
        SELECT 1, 'environment'::text, s.environment,
            CASE WHEN NOT s.allowed THEN 'refuse'
                 WHEN s.environment = 'production' THEN 'warning'
                 ELSE 'ok' END,
            s.reason || CASE
                WHEN NOT s.allowed THEN ' Contexts are not built here.'
                WHEN s.environment = 'production' THEN ' lbdiag.allow_production is on.'
                ELSE '' END
        FROM server AS s
        UNION ALL
        SELECT 2, 'server_version', pg_catalog.current_setting('server_version'),
            'ok', NULL::text
        UNION ALL
        SELECT 3, 'host', s.host, CASE WHEN s.host IS NULL THEN 'notice' ELSE 'ok' END,
            CASE WHEN s.host IS NULL
                 THEN 'Only members of pg_read_all_settings see it.' END
        FROM server AS s
        UNION ALL
        SELECT 4, 'database', pg_catalog.current_database()::text, 'ok', NULL
        UNION ALL
        SELECT 5, 'recovery',
            CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'standby' ELSE 'primary' END,
            CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'notice' ELSE 'ok' END,
            CASE WHEN pg_catalog.pg_is_in_recovery()
                 THEN 'The server is read-only: audits work, recording does not.' END
        UNION ALL
        SELECT 6, 'cache ' || s.storage::text,
            CASE WHEN s.cached IS NULL OR s.pages IS NULL OR s.pages = 0 THEN 'unknown'
                 ELSE round(least(100.0 * s.cached / s.pages, 100.0), 0)::text || ' %' END,
            CASE WHEN s.cached IS NULL OR s.pages IS NULL OR s.pages = 0 THEN 'notice'
                 WHEN s.cached < 0.9 * s.pages THEN 'notice' ELSE 'ok' END,
            CASE WHEN s.cached IS NULL OR s.pages IS NULL THEN 'Not a table that you may read.'
                 WHEN s.pages = 0 THEN 'It is empty.'
                 WHEN s.cached < 0.9 * s.pages
                 THEN 'Cold: the first run reads pages that are not in shared buffers.'
                 ELSE 'Warm.' END
        FROM stored AS s
        UNION ALL
        SELECT 7, 'analyzed ' || s.storage::text,
            coalesce(date_trunc('second', s.analyzed)::text, 'never'),
            CASE WHEN s.analyzed IS NULL THEN 'notice' ELSE 'ok' END,
            CASE WHEN s.analyzed IS NULL
                 THEN 'Plans rest on default estimates; run ANALYZE.' END
        FROM stored AS s
        UNION ALL
        SELECT 8, g.name, pg_catalog.current_setting(g.name, true), g.status, g.why
        FROM (VALUES
            ('debug_assertions', 'warning', 'Assertions make everything slower.'),
            ('log_executor_stats', 'notice', 'It adds to the time of every query.'),
            ('log_statement_stats', 'notice', 'It adds to the time of every query.'),
            ('auto_explain.log_analyze', 'notice', 'It adds to the time of every query.'),
            ('jit_debugging_support', 'notice', 'It adds to the time of every query.')
        ) AS g (name, status, why)
        WHERE pg_catalog.current_setting(g.name, true) = 'on'
    )
    SELECT i.item, i.value, i.status, i.detail
    FROM items AS i
    ORDER BY i.number, i.item;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_environment(text) IS
'Where the server stands, and what can distort a measurement: status ok, notice, warning, or refuse where contexts are not built.';

-- ---------------------------------------------------------------------------
-- The report
-- ---------------------------------------------------------------------------

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
              CROSS JOIN LATERAL @extschema@.lbdiag_audit($1, $2, $3, s.at IS NULL)) AS b
    ), audit AS MATERIALIZED (
        SELECT a.*
        FROM @extschema@.lbdiag_audit($1, $2, $3, true) WITH ORDINALITY AS a (
            component, path, depth, types, occurrences, nulls, bytes, share,
            key_bytes, value_bytes, syntax_bytes, distinct_values, gzip_bytes,
            number)
    ), roots AS MATERIALIZED (
        SELECT a.component, a.number, a.bytes, a.share, a.gzip_bytes, a.types,
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
        SELECT a.bytes, a.gzip_bytes FROM audit AS a WHERE a.component = 'TOTAL'
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
    ), candidates AS (
        SELECT format('Load %s on demand', r.component) AS action, r.bytes, r.gzip_bytes,
            CASE r.section WHEN 'map' THEN 'The details of a model or benchmark come a moment after they are asked for.'
                 ELSE 'The view that needs it comes a moment after it is opened.' END AS trade_off
        FROM roots AS r
        WHERE r.section = 'map' OR r.component = 'comparison_data'
        UNION ALL
        SELECT format('Drop %s from the score objects, or load it on demand', f.name), f.bytes, NULL,
            'What the page shows of it must come from elsewhere.'
        FROM fields AS f
        WHERE f.depth = 3 AND NOT EXISTS (
            -- The score itself must stay.
            SELECT 1 FROM @extschema@.lbdiag_layout AS l
            CROSS JOIN LATERAL jsonb_array_elements(l.cell) AS c (field)
            WHERE c.field ->> 'source' = 'score_ceiled' AND c.field ->> 'key' = f.name
              AND l.name = coalesce($3, (SELECT b.layout FROM @extschema@.lbdiag_leaderboard AS b WHERE b.domain = $1),
                                    'documented'))
    ), opportunities AS MATERIALIZED (
        SELECT c.action, c.bytes, c.gzip_bytes, c.trade_off,
            row_number() OVER (ORDER BY c.bytes DESC, c.action) AS number,
            CASE WHEN c.bytes >= 0.10 * t.bytes THEN 'HIGH'
                 WHEN c.bytes >= 0.02 * t.bytes THEN 'MEDIUM' ELSE 'LOW' END AS impact,
            c.bytes / greatest(t.bytes, 1)::numeric AS share
        FROM candidates AS c CROSS JOIN total AS t
    ), phases (phase, mb) AS (
        VALUES (1, 10), (2, 5), (3, 3)
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
            (1, format('  Compressed with gzip: %s MB (%s bytes)', round(t.gzip_bytes / 1048576.0, 2), t.gzip_bytes))
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
        SELECT 9, 4 * o.number + v.number, v.line
        FROM opportunities AS o CROSS JOIN LATERAL (VALUES
            (0, format('  %s. [%s IMPACT] %s', o.number, o.impact, o.action)),
            (1, format('     Savings: %s MB (%s bytes, %s %% of the payload)',
                       round(o.bytes / 1048576.0, 2), o.bytes, round(100 * o.share, 1))),
            (2, CASE WHEN o.gzip_bytes IS NOT NULL
                     THEN format('     Savings with gzip: %s bytes', o.gzip_bytes) END),
            (3, format('     Trade-off: %s', o.trade_off))
        ) AS v (number, line)
        WHERE v.line IS NOT NULL
        UNION ALL
        SELECT 10, 0, format(E'\n=== SUMMARY ===\n  Current payload: %s MB', round(t.bytes / 1048576.0, 2))
        FROM total AS t
        UNION ALL
        SELECT 11, p.phase, format('  Phase %s target: %s MB, %s', p.phase, p.mb,
            CASE WHEN t.bytes < p.mb * 1048576 THEN 'met'
                 ELSE format('reduction needed %s MB (%s %%)',
                             round(t.bytes / 1048576.0 - p.mb, 2),
                             round(100 - 100 * p.mb * 1048576 / t.bytes::numeric, 1)) END)
        FROM phases AS p CROSS JOIN total AS t
        UNION ALL
        SELECT 12, v.number, v.line
        FROM (VALUES
            (0::bigint, '  Next steps:'::text),
            (1, '    1. Start with the opportunity of the highest impact whose trade-off the page can bear.'),
            (2, '    2. Copy the layout''s row in lbdiag_layout under a new name and change the copy.'),
            (3, '    3. Compare lbdiag_audit with both layouts, bytes and gzip_bytes.')
        ) AS v (number, line)
    )
    SELECT string_agg(l.line, E'\n' ORDER BY l.section, l.number) FROM lines AS l;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_report(text, text, text) IS
'The audit as text: environment, time to build the context, sizes, what could be saved, and how far each phase''s target is. MB is 1024 x 1024 bytes.';

-- ---------------------------------------------------------------------------
-- Stub: to be dropped at the merge
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.lbdiag_profile(
    domain text DEFAULT 'vision', top int DEFAULT 30, runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL,
    compress boolean DEFAULT true, scopes boolean DEFAULT true)
RETURNS TABLE (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
    cumtime_ms float8, cumtime_percall_ms float8, function text, source text,
    tottime_min_ms float8, tottime_max_ms float8, cumtime_min_ms float8,
    cumtime_max_ms float8, overhead_ms float8, buffers_hit bigint,
    buffers_read bigint)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 30
BEGIN ATOMIC
    WITH start AS MATERIALIZED (
        SELECT clock_timestamp() AS at
    ), built AS MATERIALIZED (
        SELECT extract(epoch FROM clock_timestamp() - b.at)::float8 * 1000 AS ms
        FROM (SELECT min(s.at) AS at, count(*) AS n
              FROM start AS s
              CROSS JOIN LATERAL @extschema@.lbdiag_audit($1, $4, $5, s.at IS NOT NULL AND $6)) AS b
    )
    SELECT v.ncalls, b.ms * v.own, b.ms * v.own / v.ncalls, b.ms * v.cum, b.ms * v.cum / v.ncalls, v.function, v.source,
        b.ms * v.own * 0.9, b.ms * v.own * 1.1, b.ms * v.cum * 0.9, b.ms * v.cum * 1.1, 0::float8, v.hit, 0::bigint
    FROM built AS b CROSS JOIN (VALUES
        (1::bigint, 0.1, 1.0, 'get_ag_grid_context'::text, 'context.c'::text, 1000::bigint),
        (1, 0.5, 0.5, 'get_context', 'source.c', 900),
        (1, 0.4, 0.4, 'serialize', 'writer.c', 100)) AS v (ncalls, own, cum, function, source, hit)
    ORDER BY v.cum DESC LIMIT $2;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile(text, int, int, text, text, boolean, boolean) IS
'Stub.';

-- ---------------------------------------------------------------------------
-- The demo
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.lbdiag_create_demo(
    schema name DEFAULT 'lbdiag_demo', models int DEFAULT 493,
    benchmarks int DEFAULT 200, domain text DEFAULT 'vision')
RETURNS TABLE (relation text, row_count bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
#variable_conflict use_column
DECLARE
    n_models ALIAS FOR $2;
    n_benchmarks ALIAS FOR $3;
    demo_domain ALIAS FOR $4;
BEGIN
    IF $1 IS NULL OR n_models IS NULL OR n_benchmarks IS NULL OR demo_domain IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'the arguments of lbdiag_create_demo must not be null',
            HINT = 'Leave an argument out to get its default.';
    END IF;
    IF n_models < 0 OR n_benchmarks < 1 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('a demo cannot have %s models and %s benchmarks', n_models, n_benchmarks),
            HINT = 'Use at least 0 models and at least 1 benchmark.';
    END IF;
    IF EXISTS (SELECT 1 FROM @extschema@.lbdiag_leaderboard AS l WHERE l.domain = demo_domain) THEN
        RAISE duplicate_object USING
            MESSAGE = format('leaderboard "%s" is registered already', demo_domain),
            HINT = 'Use another domain, or delete its row in lbdiag_leaderboard.';
    END IF;

    EXECUTE format('CREATE SCHEMA %I', $1);
    EXECUTE format($sql$
        CREATE TABLE %1$I.benchmarks (
            identifier text PRIMARY KEY, benchmark_type_id text NOT NULL,
            domain text NOT NULL, overall_order bigint NOT NULL, parent jsonb,
            version integer, number_of_all_children bigint, visible boolean,
            short_name text, ceiling text, benchmark_bibtex text,
            benchmark_id integer, benchmark_stimuli_meta jsonb,
            benchmark_data_meta jsonb, benchmark_metric_meta jsonb);
        CREATE TABLE %1$I.models (
            model_id integer PRIMARY KEY, name text NOT NULL,
            domain text NOT NULL, public boolean NOT NULL, scores jsonb,
            model_meta jsonb, submitter jsonb, "user" jsonb, owner jsonb,
            user_id integer, layers jsonb, "timestamp" timestamptz);
        CREATE TABLE %1$I.model_groups (
            id integer PRIMARY KEY, "group" text NOT NULL)$sql$, $1);

    -- A tree of up to four levels: root, kind, area, study; leaves hang below
    -- studies, and those of engineering below their kind.
    EXECUTE format($sql$
        WITH leaf AS (
            -- Eight leaves make a study.
            SELECT i, CASE WHEN i / 8 %% 10 < 6 THEN 'neural' WHEN i / 8 %% 10 < 9 THEN 'behavior'
                           ELSE 'engineering' END AS kind,
                (ARRAY['V1', 'V2', 'V4', 'IT'])[1 + i / 8 %% 4] AS area,
                (ARRAY['Amber', 'Birch', 'Cedar', 'Dover', 'Elm', 'Flint', 'Grove', 'Hazel'])[1 + i / 8 %% 8]
                    || (2000 + i / 64)::text AS study,
                1 + i %% 3 AS version
            FROM generate_series(0, $1 - 1) AS i
        ), node AS (
            SELECT 'average_' || $2 AS id, NULL::text AS parent, 0 AS version, NULL::int AS number, 0 AS level, '0' AS place
            UNION ALL
            SELECT DISTINCT kind || '_' || $2,
                CASE WHEN kind <> 'engineering' THEN 'average_' || $2 END, 0, NULL::int, 1,
                CASE kind WHEN 'neural' THEN '1' WHEN 'behavior' THEN '2' ELSE '3' END
            FROM leaf
            UNION ALL
            SELECT DISTINCT area, 'neural_' || $2, 0, NULL::int, 2, '1' || area FROM leaf WHERE kind = 'neural'
            UNION ALL
            SELECT DISTINCT study, CASE WHEN kind = 'neural' THEN area ELSE 'behavior_' || $2 END, 0, NULL::int, 3,
                CASE WHEN kind = 'neural' THEN '1' || area ELSE '2' END || study
            FROM leaf WHERE kind <> 'engineering'
            UNION ALL
            SELECT format('%%s.%%s-%%s', study, (ARRAY['pls', 'ridge', 'rdm'])[1 + i %% 3], i),
                CASE kind WHEN 'engineering' THEN 'engineering_' || $2 ELSE study END,
                version, i, 4,
                CASE kind WHEN 'neural' THEN '1' || area || study WHEN 'behavior' THEN '2' || study ELSE '3' END
            FROM leaf
        )
        INSERT INTO %1$I.benchmarks
        SELECT n.id || '_v' || n.version, n.id, $2,
            row_number() OVER (ORDER BY n.place COLLATE "C", n.level, n.number, n.id COLLATE "C") - 1,
            CASE WHEN n.parent IS NOT NULL THEN jsonb_build_object('identifier', n.parent, 'domain', $2) END,
            n.version,
            CASE WHEN n.number IS NULL THEN
                (SELECT count(*) FROM leaf AS l
                 WHERE n.level = 0 AND l.kind <> 'engineering'
                    OR n.level = 1 AND l.kind || '_' || $2 = n.id
                    OR n.level = 2 AND l.kind = 'neural' AND l.area = n.id
                    OR n.level = 3 AND l.kind <> 'engineering' AND l.study = n.id)
            ELSE 0 END,
            true, n.id,
            CASE WHEN n.number IS NULL OR n.number %% 9 = 0 THEN 'X' ELSE round(0.4 + (n.number * 37 %% 61) / 101.0, 12)::text END,
            CASE WHEN n.number %% 5 > 0 THEN
                format(E'@article{%%s,\n  title={A study of %%s},\n  author={%%s, A. and Others, B.},\n  journal={Journal of Measured Things},\n  year={%%s}\n}',
                       lower(n.id), n.id, left(n.id, 5), 2000 + n.number / 64) END,
            CASE WHEN n.number IS NOT NULL THEN 100 + n.number END,
            jsonb_build_object('datatype', 'image', 'num_stimuli', CASE WHEN n.number IS NOT NULL THEN 60 + n.number * 53 %% 3200 END,
                'total_size_mb', CASE WHEN n.number IS NOT NULL THEN round(n.number * 7.3 / 11, 2) END,
                'brainscore_link', NULL, 'extra_notes', NULL, 'stimuli_subtype', NULL),
            jsonb_build_object('region', CASE WHEN n.number / 8 %% 10 < 6 THEN (ARRAY['V1', 'V2', 'V4', 'IT'])[1 + n.number / 8 %% 4] END,
                'species', CASE WHEN n.number IS NOT NULL THEN (ARRAY['human', 'macaque'])[1 + n.number %% 2] END,
                'task', CASE WHEN n.number IS NOT NULL THEN (ARRAY['passive', 'choice', 'fixation'])[1 + n.number %% 3] END,
                'datatype', NULL, 'hemisphere', NULL, 'num_subjects', n.number %% 7, 'pre_processing', NULL,
                'num_recording_sites', n.number * 3, 'data_publicly_available', n.number %% 4 <> 0),
            jsonb_build_object('type', CASE WHEN n.number IS NOT NULL THEN (ARRAY['pls', 'ridge', 'rdm'])[1 + n.number %% 3] END,
                'public', n.number %% 3 = 0, 'reference', NULL, 'extra_notes', NULL)
        FROM node AS n$sql$, $1) USING n_benchmarks, demo_domain;

    -- Chance is a hash of model and benchmark, so that every demo of a size is
    -- the same.  Three models in eight lack a given benchmark.
    EXECUTE format($sql$
        INSERT INTO %1$I.models
        SELECT m, format('%%s-%%s-%%s', (ARRAY['amber', 'coral', 'ivory', 'jade', 'lilac', 'olive', 'pearl', 'ruby'])[1 + m %% 8],
                (ARRAY['falcon', 'heron', 'ibis', 'kestrel', 'lark', 'merlin', 'plover', 'robin', 'swift'])[1 + m / 8 %% 9], m),
            $2, m %% 12 <> 7, s.scores,
            CASE WHEN m %% 11 > 0 THEN jsonb_build_object(
                'architecture', (ARRAY['DCNN', 'DCNN, SKIP_CONNECTIONS', 'Transformer', 'RNN'])[1 + m %% 4],
                'model_family', (ARRAY['resnet', 'vit', 'efficientnet', 'convnext', 'alexnet'])[1 + m %% 5],
                'total_parameter_count', 1000000 + m::bigint * 7919 %% 300000000, 'total_layers', 8 + m %% 190,
                'model_size_mb', round(4 + m * 31 %% 1200 / 3.0, 2), 'runnable', m %% 3 <> 0,
                'training_dataset', (ARRAY['ImageNet', 'ImageNet, StylizedImageNet', NULL])[1 + m %% 3],
                'task_specialization', (ARRAY['object_classification', 'segmentation', NULL])[1 + m %% 3],
                'brainscore_link', NULL, 'huggingface_link', NULL, 'extra_notes', NULL) END,
            u.account, u.account, u.account, 1 + m %% 40,
            CASE WHEN m %% 3 > 0 THEN jsonb_build_object('V1', 'block1', 'V2', 'block2', 'V4', 'block3', 'IT', format('block4.%%s', m %% 7)) END,
            timestamptz '2020-09-01 00:00:00+00' + m * interval '3 hours 7.25 seconds'
        FROM generate_series(1, $1) AS m
        CROSS JOIN LATERAL (SELECT jsonb_build_object('id', 1 + m %% 40, 'display_name', format('Lab %%s', 1 + m %% 40),
            'email', format('lab%%s@example.com', 1 + m %% 40), 'is_staff', false) AS account) AS u
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object(
                'benchmark_type_id', b.benchmark_type_id, 'versioned_benchmark_identifier', b.identifier,
                'score_ceiled', CASE WHEN b.overall_order = 0 THEN CASE WHEN m %% 60 = 0 THEN 'X' ELSE b.score END
                    WHEN h.chance %% 100 < 4 THEN 'X' WHEN h.chance %% 100 < 11 THEN '' ELSE b.score END,
                'error', CASE WHEN b.benchmark_id IS NOT NULL AND h.chance %% 100 >= 60
                    THEN round((h.chance %% 99991) / 4000037.0, 15) END,
                'is_complete', CASE WHEN h.chance %% 100 BETWEEN 4 AND 10 THEN 0 ELSE 1 END,
                'end_timestamp', CASE WHEN h.chance %% 100 NOT BETWEEN 4 AND 10
                    THEN to_char(timestamp '2021-01-01' + make_interval(secs => h.chance %% 150000000 + m / 1000.0), 'YYYY-MM-DD"T"HH24:MI:SS.US') END
                ) ORDER BY b.overall_order) AS scores
            FROM (SELECT n.benchmark_type_id, n.identifier, n.benchmark_id, n.overall_order,
                    ltrim(round((0.15 + 0.5 * (m * 389 %% 997) / 997.0
                        + 0.35 * (hashint8extended(n.overall_order, m) & 65535) / 65536.0), 2)::text, '0') AS score
                  FROM %1$I.benchmarks AS n) AS b
            CROSS JOIN LATERAL (SELECT hashint8extended(b.overall_order * 1000003 + m, 42) & 2147483647 AS chance) AS h
            WHERE b.overall_order = 0 OR h.chance / 128 %% 8 < 5
        ) AS s$sql$, $1) USING n_models, demo_domain;

    EXECUTE format($sql$
        INSERT INTO %1$I.model_groups
        SELECT m, (ARRAY['reference', 'community', 'challenge'])[1 + m %% 3]
        FROM generate_series(1, $1) AS m WHERE m %% 4 > 0$sql$, $1) USING n_models;
    EXECUTE format('ANALYZE %1$I.models; ANALYZE %1$I.benchmarks; ANALYZE %1$I.model_groups', $1);

    INSERT INTO @extschema@.lbdiag_leaderboard (domain, models, benchmarks, groups)
    VALUES (demo_domain, format('%I.models', $1), format('%I.benchmarks', $1), format('%I.model_groups', $1));

    RETURN QUERY EXECUTE format($sql$
        SELECT %1$L::text, count(*) FROM %2$I.models
        UNION ALL SELECT %3$L, count(*) FROM %2$I.benchmarks
        UNION ALL SELECT %4$L, count(*) FROM %2$I.model_groups$sql$,
        format('%I.models', $1), $1, format('%I.benchmarks', $1), format('%I.model_groups', $1));
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_create_demo(name, int, int, text) IS
'Makes a synthetic leaderboard of any size in a new schema, and registers it. benchmarks counts the leaves of the tree. The same size always gives the same data. To remove it: drop the schema, and delete its row in lbdiag_leaderboard.';

-- It creates a schema and registers it: for those who may do that anyway.
REVOKE EXECUTE ON FUNCTION @extschema@.lbdiag_create_demo(name, int, int, text) FROM PUBLIC;
