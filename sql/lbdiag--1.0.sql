/* lbdiag 1.0: install script */

\echo Use "CREATE EXTENSION lbdiag" to load this file. \quit

/*
 * Bodies of SQL functions are parsed here and now (BEGIN ATOMIC), so that no
 * search path of a caller changes what they mean.  Functions that look for
 * the source relations must not set a search path of their own: relations
 * with their default names are found through the caller's.
 */

-- ---------------------------------------------------------------------------
-- Configuration
-- ---------------------------------------------------------------------------

CREATE TABLE lbdiag_layout (
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

COMMENT ON TABLE lbdiag_layout IS
'Layouts: the declared shapes of payloads. To change a built-in one, copy its row under another name.';
COMMENT ON COLUMN lbdiag_layout.components IS
'Components that the payload has; always written in the order of the contract.';
COMMENT ON COLUMN lbdiag_layout.members IS
'Optional members that the payload has, as component:path.';
COMMENT ON COLUMN lbdiag_layout.cell IS
'Members of a cell in order: an array of objects with key, source (key of the score object), default (value where the source is missing, else null), round (places that numbers are rounded to) and omit_empty (leave out what is null, false, 0 or empty).';
COMMENT ON COLUMN lbdiag_layout.rank_rounding IS
'How the deciding score is rounded to 2 decimals: decimal (halves away from zero) or binary (as a double, ties to even).';
COMMENT ON COLUMN lbdiag_layout.tree_root IS
'Benchmark that benchmark_tree starts below, without its version; NULL: the leaderboard''s rank_root.';
COMMENT ON COLUMN lbdiag_layout.compact IS
'Separators without blanks.';
COMMENT ON COLUMN lbdiag_layout.ascii IS
'Escape all characters from U+007F on; otherwise the wire text is UTF-8.';
COMMENT ON COLUMN lbdiag_layout.html_safe IS
'Escape <, > and & too.';
COMMENT ON COLUMN lbdiag_layout.built_in IS
'Comes with the extension, and is not dumped.';

INSERT INTO lbdiag_layout (name, built_in, cell) VALUES
('documented', true, '[
    {"key": "score_ceiled", "source": "score_ceiled"},
    {"key": "error", "source": "error"},
    {"key": "benchmark_type_id", "source": "benchmark_type_id"}]');

INSERT INTO lbdiag_layout (name, built_in, cell, components, rank_rounding, tree_root)
SELECT 'brainscore_2026_02', true, '[
    {"key": "value", "source": "score_ceiled", "default": "X"},
    {"key": "complete", "source": "is_complete", "default": true},
    {"key": "timestamp", "source": "end_timestamp"}]',
    components || '{comparison_data}'::text[], 'binary', 'average_vision'
FROM lbdiag_layout WHERE name = 'documented';

INSERT INTO lbdiag_layout (name, built_in, cell, members, html_safe) VALUES
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

CREATE FUNCTION lbdiag_layout_check() RETURNS trigger
AS 'MODULE_PATHNAME', 'lbdiag_layout_check_1_0'
LANGUAGE C;

COMMENT ON FUNCTION lbdiag_layout_check() IS
'Trigger of lbdiag_layout: refuses a row that cannot be used as a layout, and changes to built-in ones.';

CREATE TRIGGER lbdiag_layout_check
    BEFORE INSERT OR UPDATE OR DELETE ON lbdiag_layout
    FOR EACH ROW EXECUTE FUNCTION lbdiag_layout_check();

CREATE TABLE lbdiag_leaderboard (
    domain text NOT NULL PRIMARY KEY,
    models text,
    benchmarks text,
    groups text,
    layout text REFERENCES lbdiag_layout (name) ON UPDATE CASCADE,
    rank_root text
);

COMMENT ON TABLE lbdiag_leaderboard IS
'Leaderboards that differ from the default. A domain that is not here has the default relations and layout.';
COMMENT ON COLUMN lbdiag_leaderboard.domain IS
'Value of the column domain in the source relations.';
COMMENT ON COLUMN lbdiag_leaderboard.models IS
'Relation of the models, with its schema or found through the search_path; NULL: mv_final_model_context.';
COMMENT ON COLUMN lbdiag_leaderboard.benchmarks IS
'Relation of the benchmarks; NULL: mv_final_benchmark_context.';
COMMENT ON COLUMN lbdiag_leaderboard.groups IS
'Relation of the model groups, read where the layout has them; NULL: brainscore_model.';
COMMENT ON COLUMN lbdiag_leaderboard.layout IS
'Layout of the payload; NULL: documented.';
COMMENT ON COLUMN lbdiag_leaderboard.rank_root IS
'Benchmark whose score ranks the models; NULL: average_ and the domain.';

SELECT pg_catalog.pg_extension_config_dump('lbdiag_layout', 'WHERE NOT built_in');
SELECT pg_catalog.pg_extension_config_dump('lbdiag_leaderboard', '');

-- They hold names, no data; every caller's functions read them.
GRANT SELECT ON lbdiag_layout, lbdiag_leaderboard TO PUBLIC;

-- ---------------------------------------------------------------------------
-- The context
-- ---------------------------------------------------------------------------

CREATE FUNCTION lbdiag_deciding_score(
    scores jsonb, benchmark_type_id text, round_binary boolean, model_id bigint)
RETURNS numeric
AS 'MODULE_PATHNAME', 'lbdiag_deciding_score_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

COMMENT ON FUNCTION lbdiag_deciding_score(jsonb, text, boolean, bigint) IS
'The number that a model is ranked by: score_ceiled of its first score with that benchmark_type_id, rounded to 2 decimals; -Infinity for "X", NULL for none. model_id is for error messages.';

CREATE FUNCTION lbdiag_context(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS TABLE (component text, payload json)
AS 'MODULE_PATHNAME', 'lbdiag_context_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 13;

COMMENT ON FUNCTION lbdiag_context(text, text, text) IS
'The payload of a leaderboard''s page, one component a row, as the exact bytes that the page sends. Viewers: public, all, user:ID, own:ID. layout NULL: the leaderboard''s own. A component has less than 1 GB.';

CREATE FUNCTION lbdiag_row_data(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS SETOF json
AS 'MODULE_PATHNAME', 'lbdiag_row_data_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 500;

COMMENT ON FUNCTION lbdiag_row_data(text, text, text) IS
'The elements of row_data, one model a row, in rank order. In a SELECT list, SELECT lbdiag_row_data(...), each row is built when it is fetched.';

CREATE FUNCTION lbdiag_audit(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, compress boolean DEFAULT true)
RETURNS TABLE (
    component text, path text, depth int, types text, occurrences bigint,
    nulls bigint, bytes bigint, share numeric, key_bytes bigint,
    value_bytes bigint, syntax_bytes bigint, distinct_values bigint,
    gzip_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_audit_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 200;

COMMENT ON FUNCTION lbdiag_audit(text, text, text, boolean) IS
'Where the bytes of the payload go: a row for each path of each component, the largest first within the tree, and a row TOTAL. bytes is the path with all below it, key_bytes + value_bytes + syntax_bytes the path alone; share is 0 to 1; distinct_values (scalars but null) is exact up to 4,096 (up to 256 behind a component''s first 256 paths), then an estimate with a standard error of 1.6 %; gzip_bytes (level 6) is on the $ rows and TOTAL.';

-- ---------------------------------------------------------------------------
-- Environment
-- ---------------------------------------------------------------------------

CREATE FUNCTION lbdiag_server(
    OUT environment text, OUT reason text, OUT allowed boolean, OUT host text)
AS 'MODULE_PATHNAME', 'lbdiag_server_1_0'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION lbdiag_server() IS
'What the setting lbdiag.environment comes to here, why, and whether contexts may be built. host is NULL for who is not in pg_read_all_settings.';

CREATE FUNCTION lbdiag_cached_pages(relation regclass) RETURNS bigint
AS 'MODULE_PATHNAME', 'lbdiag_cached_pages_1_0'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION lbdiag_cached_pages(regclass) IS
'Pages of a relation and its TOAST table that are in shared buffers now. NULL where the caller may not read it, or it has no storage.';

CREATE FUNCTION lbdiag_sources(domain text DEFAULT 'vision')
RETURNS TABLE (role text, relation regclass, storage regclass)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH RECURSIVE named AS (
        SELECT r.role, r.number, to_regclass(r.name) AS relation
        FROM (SELECT 1) AS one
        LEFT JOIN lbdiag_leaderboard AS l ON l.domain = $1
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

COMMENT ON FUNCTION lbdiag_sources(text) IS
'The source relations of a leaderboard, and the tables that they read where they are views.';

CREATE FUNCTION lbdiag_environment(domain text DEFAULT 'vision')
RETURNS TABLE (item text, value text, status text, detail text)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH server AS (
        SELECT s.environment, s.reason, s.allowed, s.host
        FROM lbdiag_server() AS s
    ), stored AS (
        SELECT s.storage, min(s.role) AS role,
            lbdiag_cached_pages(s.storage) AS cached,
            (pg_catalog.pg_table_size(s.storage)
             / pg_catalog.current_setting('block_size')::bigint) AS pages,
            greatest(max(t.last_analyze), max(t.last_autoanalyze)) AS analyzed
        FROM lbdiag_sources($1) AS s
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

COMMENT ON FUNCTION lbdiag_environment(text) IS
'Where the server stands, and what can distort a measurement: status ok, notice, warning, or refuse where contexts are not built.';
