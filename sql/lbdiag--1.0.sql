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
-- The profile
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.lbdiag_choice(argument text, value text, choices text[])
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_choice_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.lbdiag_choice(text, text, text[]) IS
'The value, where it is one of the choices; an error that lists them where not. Used by functions that take a format or a phase.';

CREATE FUNCTION @extschema@.lbdiag_call_tree(
    domain text, viewer text, layout text, runs int, compress boolean,
    scopes boolean, top int)
RETURNS TABLE (
    node int, parent int, function text, source text, ncalls bigint,
    self_ms float8, cum_ms float8, self_runs_ms float8[],
    cum_runs_ms float8[], overhead_ms float8, recursive boolean,
    row_count bigint, buffers_hit bigint, buffers_read bigint)
AS 'MODULE_PATHNAME', 'lbdiag_call_tree_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@.lbdiag_call_tree(text, text, text, int, boolean, boolean, int) IS
'Builds the context runs times (after once to warm up where runs > 1) and returns its call tree: what lbdiag_profile and its exports show, a row for each function and the place it was called from. self_ms is the median of the runs, cum_ms the sum of self_ms over the node and all below it; counts, buffers and overhead are those of the last run. top is only checked.';

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
    WITH tree AS MATERIALIZED (
        SELECT t.* FROM @extschema@.lbdiag_call_tree($1, $4, $5, $3, $6, $7, $2) AS t
    ), run AS (
        -- What a function took in each run; a call within a call of itself
        -- is part of that.
        SELECT t.function, r.run, sum(r.self) AS self,
            sum(r.cum) FILTER (WHERE NOT t.recursive) AS cum
        FROM tree AS t
        CROSS JOIN LATERAL unnest(t.self_runs_ms, t.cum_runs_ms)
            WITH ORDINALITY AS r (self, cum, run)
        GROUP BY t.function, r.run
    ), spread AS (
        SELECT r.function, min(r.self) AS self_min, max(r.self) AS self_max,
            min(r.cum) AS cum_min, max(r.cum) AS cum_max
        FROM run AS r GROUP BY r.function
    ), total AS (
        SELECT t.function, min(t.source) AS source, sum(t.ncalls)::bigint AS ncalls,
            sum(t.self_ms) AS self, sum(t.cum_ms) FILTER (WHERE NOT t.recursive) AS cum,
            sum(t.overhead_ms) AS overhead,
            (sum(t.buffers_hit) FILTER (WHERE NOT t.recursive))::bigint AS hit,
            (sum(t.buffers_read) FILTER (WHERE NOT t.recursive))::bigint AS read
        FROM tree AS t GROUP BY t.function
    )
    SELECT t.ncalls, t.self, t.self / nullif(t.ncalls, 0), t.cum,
        t.cum / nullif(t.ncalls, 0), t.function, t.source,
        -- Medians of parts can add up to less than any run, or to more.
        least(s.self_min, t.self), greatest(s.self_max, t.self),
        least(s.cum_min, t.cum), greatest(s.cum_max, t.cum),
        t.overhead, t.hit, t.read
    FROM total AS t JOIN spread AS s ON s.function = t.function
    ORDER BY t.cum DESC, t.function
    LIMIT greatest($2, 1);
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile(text, int, int, text, text, boolean, boolean) IS
'Which functions that build the payload take the time, in ms, the largest cumulative time first, at most top of them. runs > 1: each place of the call tree has the median of the runs, after one run to warm up that does not count; the min and max columns are over the runs. tottime is without callees and adds up to cumtime of the first row. encode_string and format_number are timed once in 61 calls, all others at every call. overhead_ms is what measuring cost: calls times the cost of an empty scope, which is measured before each profile. compress false leaves gzip out, scopes false times the whole build only. Buffers are those of the last run.';

CREATE FUNCTION @extschema@.lbdiag_profile_calls(
    domain text DEFAULT 'vision', runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL,
    compress boolean DEFAULT true)
RETURNS TABLE (caller text, callee text, ncalls bigint, tottime_ms float8, cumtime_ms float8)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60
BEGIN ATOMIC
    WITH tree AS MATERIALIZED (
        SELECT t.* FROM @extschema@.lbdiag_call_tree($1, $3, $4, $2, $5, true, 1) AS t
    )
    SELECT p.function, t.function, sum(t.ncalls)::bigint, sum(t.self_ms),
        coalesce(sum(t.cum_ms) FILTER (WHERE NOT (t.function = p.function AND p.recursive)), 0)
    FROM tree AS t JOIN tree AS p ON p.node = t.parent
    GROUP BY p.function, t.function
    ORDER BY 5 DESC, 1, 2;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_calls(text, int, text, text, boolean) IS
'The profile by edges: which function called which how often, and the time of these calls in ms, with and without callees of their own. Medians over runs, as in lbdiag_profile.';

CREATE FUNCTION @extschema@.lbdiag_query_plans(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS TABLE (query text, plan text)
AS 'MODULE_PATHNAME', 'lbdiag_query_plans_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 2;

COMMENT ON FUNCTION @extschema@.lbdiag_query_plans(text, text, text) IS
'The plans of the queries that read the source relations, as EXPLAIN (ANALYZE, BUFFERS, SETTINGS) shows them: each query is run for it.';

CREATE FUNCTION @extschema@.lbdiag_profile_queries(
    domain text DEFAULT 'vision', runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS TABLE (
    query text, row_count bigint, planning_ms float8, execution_ms float8,
    fetch_ms float8, buffers_hit bigint, buffers_read bigint, cache text,
    plan text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 2
BEGIN ATOMIC
    WITH tree AS MATERIALIZED (
        SELECT t.*, split_part(t.function, '_', 1) AS step, split_part(t.function, '_', 2) AS query
        FROM @extschema@.lbdiag_call_tree($1, $3, $4, $2, false, true, 1) AS t
    ), query AS (
        SELECT t.query, max(t.row_count) AS row_count,
            sum(t.cum_ms) FILTER (WHERE t.step = 'plan') AS planning,
            sum(t.cum_ms) FILTER (WHERE t.step = 'execute') AS execution,
            sum(t.cum_ms) FILTER (WHERE t.step = 'fetch') AS fetch,
            sum(t.buffers_hit)::bigint AS hit, sum(t.buffers_read)::bigint AS read
        FROM tree AS t
        WHERE t.step IN ('plan', 'execute', 'fetch') AND t.query IN ('benchmarks', 'models')
        GROUP BY t.query
    )
    SELECT q.query, q.row_count, q.planning, q.execution, q.fetch, q.hit, q.read,
        CASE WHEN q.read = 0 THEN format('warm: all %s pages were in shared buffers', q.hit)
             WHEN q.read < 0.1 * (q.hit + q.read)
             THEN format('nearly warm: %s of %s pages were not in shared buffers', q.read, q.hit + q.read)
             ELSE format('cold: %s of %s pages were not in shared buffers', q.read, q.hit + q.read) END,
        p.plan
    FROM query AS q
    JOIN @extschema@.lbdiag_query_plans($1, $3, $4) AS p ON p.query = q.query
    ORDER BY q.planning + q.execution + q.fetch DESC;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_queries(text, int, text, text) IS
'The queries that read the source relations: rows, times in ms (medians over runs), pages found in shared buffers and not (of the last run), that in words, and the plan of one more run. Fetching is reading a row again after the query has sorted it, with the decompression of its scores.';

CREATE FUNCTION @extschema@.lbdiag_bottlenecks(
    domain text DEFAULT 'vision', runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS TABLE (rank bigint, bottleneck text, ms float8, share numeric, figure text, fix text)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 5
BEGIN ATOMIC
    WITH tree AS MATERIALIZED (
        SELECT t.* FROM @extschema@.lbdiag_call_tree($1, $3, $4, $2, true, true, 1) AS t
    ), total AS (
        SELECT t.cum_ms AS ms, t.buffers_hit AS hit, t.buffers_read AS read
        FROM tree AS t WHERE t.parent IS NULL
    ), small AS (
        -- Many small calls: at least 10,000 of them, under 10 us each.
        SELECT t.function, sum(t.ncalls) AS ncalls
        FROM tree AS t GROUP BY t.function
        HAVING sum(t.ncalls) >= 10000 AND sum(t.self_ms) < 0.01 * sum(t.ncalls)
    ), kind AS (
        SELECT t.self_ms, t.ncalls, t.function,
            CASE WHEN t.function = 'gzip' THEN 'compression'
                 WHEN t.function = 'detoast_scores' THEN 'detoast'
                 WHEN t.function ~ '^(get_context|load_configuration|filter_and_rank_models|(plan|execute|fetch)_(models|benchmarks))$'
                 THEN 'query'
                 WHEN t.function IN (SELECT s.function FROM small AS s) THEN 'many small calls'
                 ELSE 'serialization' END AS bottleneck
        FROM tree AS t
    ), sums AS (
        SELECT b.bottleneck, coalesce(sum(k.self_ms), 0) AS ms,
            coalesce(sum(k.ncalls), 0) AS ncalls,
            (array_agg(k.function ORDER BY k.self_ms DESC))[1] AS largest
        FROM (VALUES ('query'::text), ('detoast'), ('serialization'),
                     ('many small calls'), ('compression')) AS b (bottleneck)
        LEFT JOIN kind AS k ON k.bottleneck = b.bottleneck
        GROUP BY b.bottleneck
    )
    SELECT row_number() OVER (ORDER BY s.ms DESC, s.bottleneck), s.bottleneck, s.ms,
        round((s.ms / t.ms)::numeric, 4),
        CASE s.bottleneck
            WHEN 'query' THEN format('%s pages of the build were found in shared buffers, %s were not', t.hit, t.read)
            WHEN 'compression' THEN 'gzip, level 6'
            ELSE coalesce(format('%s calls, most time in %s', s.ncalls, s.largest), 'nothing') END,
        CASE s.bottleneck
            WHEN 'query' THEN CASE WHEN t.read > 0.1 * (t.hit + t.read)
                THEN 'The cache is cold: compare with runs => 3 before anything else. Then read the plans in lbdiag_profile_queries.'
                ELSE 'Read the plans in lbdiag_profile_queries: materialize views that compute scores, and index the domain.' END
            WHEN 'detoast' THEN 'Scores are decompressed for each build: use lz4 for them (ALTER TABLE ... ALTER COLUMN scores SET COMPRESSION lz4, and rewrite the rows), or store what the page does not need elsewhere.'
            WHEN 'serialization' THEN 'Send fewer components and members: lbdiag_opportunities says which, and what it saves.'
            WHEN 'many small calls' THEN 'The time is in the number of values, not in any one of them: drop fields of the cells, or send only the cells that the page shows first.'
            ELSE 'Compress once and cache the result, or at a lower level; each byte that is not sent is not compressed either: see lbdiag_opportunities.' END
    FROM sums AS s CROSS JOIN total AS t
    ORDER BY 1;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_bottlenecks(text, int, text, text) IS
'What the time of the build is spent on, the largest first: query (planning, execution, fetching), detoast (decompression of scores), compression (gzip), many small calls (functions with at least 10,000 calls of less than 10 us), serialization (all else). ms are self times and add up to the whole build; share is 0 to 1; figure shows it, fix says what can be done.';

CREATE FUNCTION @extschema@.lbdiag_frame(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT replace(replace(replace(replace(replace($1, '\', '\\'), ';', '\x3b'),
                                   chr(10), '\n'), chr(13), '\r'), chr(9), '\t');
END;

COMMENT ON FUNCTION @extschema@.lbdiag_frame(text) IS
'A name as it stands in folded stacks and in callgrind''s files: what would end a frame or a line is escaped, \x3b for a semicolon.';

CREATE FUNCTION @extschema@.lbdiag_stacks_export(
    format text, title text, unit text, stacks jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH stack AS (
        -- A stack is its frames, each an object, and its own weight.
        SELECT s.number, s.stack -> 'frames' AS frames, (s.stack ->> 'weight')::numeric AS weight
        FROM jsonb_array_elements($4) WITH ORDINALITY AS s (stack, number)
    ), frame AS (
        SELECT s.number, f.depth, f.frame FROM stack AS s
        CROSS JOIN LATERAL jsonb_array_elements(s.frames) WITH ORDINALITY AS f (frame, depth)
    ), shared AS (
        SELECT f.frame, row_number() OVER (ORDER BY min(f.number), min(f.depth)) - 1 AS index
        FROM frame AS f GROUP BY f.frame
    ), line AS (
        SELECT f.number,
            string_agg(@extschema@.lbdiag_frame(f.frame ->> 'name'), ';' ORDER BY f.depth) AS names,
            jsonb_agg(s.index ORDER BY f.depth) AS indexes
        FROM frame AS f JOIN shared AS s ON s.frame = f.frame GROUP BY f.number
    )
    SELECT CASE @extschema@.lbdiag_choice('format', $1, ARRAY['folded', 'speedscope'])
        WHEN 'folded' THEN coalesce(
            (SELECT string_agg(format(E'%s %s\n', l.names, round(s.weight)), '' ORDER BY l.number)
             FROM line AS l JOIN stack AS s ON s.number = l.number
             WHERE round(s.weight) > 0), '')
        ELSE (
            SELECT jsonb_build_object(
                '$schema', 'https://www.speedscope.app/file-format-schema.json',
                'exporter', 'lbdiag', 'name', $2, 'activeProfileIndex', 0,
                'shared', jsonb_build_object('frames', coalesce(
                    (SELECT jsonb_agg(f.frame ORDER BY f.index) FROM shared AS f), '[]')),
                'profiles', jsonb_build_array(jsonb_build_object(
                    'type', 'sampled', 'name', $2, 'unit', $3, 'startValue', 0,
                    'endValue', coalesce(sum(s.weight), 0),
                    'samples', coalesce(jsonb_agg(l.indexes ORDER BY l.number), '[]'),
                    'weights', coalesce(jsonb_agg(s.weight ORDER BY l.number), '[]'))))::text
            FROM line AS l JOIN stack AS s ON s.number = l.number)
        END;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_stacks_export(text, text, text, jsonb) IS
'Stacks in a viewer''s format: folded (a line a stack: frames with semicolons between them, a blank, the weight as an integer; for flamegraph.pl and inferno) or speedscope (https://www.speedscope.app/file-format-schema.json). stacks is an array of {"frames": [{"name": ...}], "weight": ...}; unit is that of the weights, as in speedscope.';

CREATE FUNCTION @extschema@.lbdiag_profile_pstats(
    domain text DEFAULT 'vision', runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS bytea
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    -- pstats reads a dict in the format of marshal: a function's key is
    -- (file, line, name), its value (primitive calls, calls, self seconds,
    -- cumulative seconds, callers), callers being a dict from a key to
    -- (calls, primitive calls, self, cumulative). As marshal has them: 'z' is
    -- a short ASCII string, 'i' an integer of 4 bytes, the lowest first, 'f' a
    -- float as text, ')' a tuple, '{' a dict that '0' ends.
    WITH tree AS MATERIALIZED (
        SELECT t.* FROM @extschema@.lbdiag_call_tree($1, $3, $4, $2, true, true, 1) AS t
    ), function AS (
        SELECT t.function, split_part(min(t.source), ':', 1) AS file,
            split_part(min(t.source), ':', 2)::int AS line,
            ARRAY[sum(t.ncalls) FILTER (WHERE NOT t.recursive), sum(t.ncalls)] AS counts,
            ARRAY[sum(t.self_ms), sum(t.cum_ms) FILTER (WHERE NOT t.recursive)] AS times
        FROM tree AS t GROUP BY t.function
    ), key AS MATERIALIZED (
        SELECT f.function, f.counts, f.times,
            '\x2903'::bytea
            || '\x7a'::bytea || substr(int4send(length(f.file)), 4, 1) || convert_to(f.file, 'UTF8')
            || '\x69'::bytea || substr(n.line, 4, 1) || substr(n.line, 3, 1) || substr(n.line, 2, 1) || substr(n.line, 1, 1)
            || '\x7a'::bytea || substr(int4send(length(f.function)), 4, 1) || convert_to(f.function, 'UTF8') AS bytes
        FROM function AS f CROSS JOIN LATERAL int4send(f.line) AS n (line)
    ), edge AS (
        SELECT t.function, p.function AS caller,
            ARRAY[sum(t.ncalls), sum(t.ncalls) FILTER (WHERE NOT t.recursive)] AS counts,
            ARRAY[sum(t.self_ms), sum(t.cum_ms) FILTER (WHERE NOT (t.function = p.function AND p.recursive))] AS times
        FROM tree AS t JOIN tree AS p ON p.node = t.parent
        GROUP BY t.function, p.function
    ), entry AS (
        SELECT e.function, e.caller, e.counts, e.times FROM edge AS e
        UNION ALL
        SELECT k.function, NULL, k.counts, k.times FROM key AS k
    ), value AS MATERIALIZED (
        SELECT e.function, e.caller, c.bytes || t.bytes AS bytes
        FROM entry AS e
        CROSS JOIN LATERAL (
            SELECT string_agg('\x69'::bytea || substr(i.b, 4, 1) || substr(i.b, 3, 1) || substr(i.b, 2, 1) || substr(i.b, 1, 1),
                              ''::bytea ORDER BY u.number) AS bytes
            FROM unnest(e.counts) WITH ORDINALITY AS u (n, number)
            CROSS JOIN LATERAL int4send(least(coalesce(u.n, 0), 2147483647)::int) AS i (b)) AS c
        CROSS JOIN LATERAL (
            SELECT string_agg('\x66'::bytea || substr(int4send(length(f.text)), 4, 1) || convert_to(f.text, 'UTF8'),
                              ''::bytea ORDER BY u.number) AS bytes
            FROM unnest(e.times) WITH ORDINALITY AS u (ms, number)
            CROSS JOIN LATERAL (SELECT (coalesce(u.ms, 0) / 1000)::text AS text) AS f) AS t
    ), callers AS (
        SELECT v.function, string_agg(k.bytes || '\x2904'::bytea || v.bytes, ''::bytea ORDER BY v.caller) AS bytes
        FROM value AS v JOIN key AS k ON k.function = v.caller
        GROUP BY v.function
    )
    SELECT '\x7b'::bytea
        || string_agg(k.bytes || '\x2905'::bytea || v.bytes
                      || '\x7b'::bytea || coalesce(c.bytes, ''::bytea) || '\x30'::bytea,
                      ''::bytea ORDER BY k.function)
        || '\x30'::bytea
    FROM key AS k
    JOIN value AS v ON v.function = k.function AND v.caller IS NULL
    LEFT JOIN callers AS c ON c.function = k.function;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_pstats(text, int, text, text) IS
'The profile as a file for Python''s pstats (and snakeviz, gprof2dot): the format of marshal, times in seconds.';

CREATE FUNCTION @extschema@.lbdiag_profile_export(
    domain text DEFAULT 'vision', format text DEFAULT 'folded',
    runs int DEFAULT 1, viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    WITH RECURSIVE wanted AS MATERIALIZED (
        SELECT @extschema@.lbdiag_choice('format', $2, ARRAY['folded', 'speedscope', 'callgrind', 'pstats']) AS format
    ), tree AS MATERIALIZED (
        SELECT t.*, split_part(t.source, ':', 1) AS file, split_part(t.source, ':', 2)::int AS line
        FROM wanted AS w
        CROSS JOIN LATERAL @extschema@.lbdiag_call_tree($1, $4, $5, $3, w.format IS NOT NULL, true, 1) AS t
        WHERE w.format <> 'pstats'
    ), stack AS (
        SELECT t.node, t.self_ms,
            jsonb_build_array(jsonb_build_object('name', t.function, 'file', t.file, 'line', t.line)) AS frames
        FROM tree AS t WHERE t.parent IS NULL
        UNION ALL
        SELECT t.node, t.self_ms,
            s.frames || jsonb_build_object('name', t.function, 'file', t.file, 'line', t.line)
        FROM stack AS s JOIN tree AS t ON t.parent = s.node
    ), function AS (
        SELECT t.function, min(t.file) AS file, min(t.line) AS line, sum(t.self_ms) AS self,
            row_number() OVER (ORDER BY min(t.node)) AS number
        FROM tree AS t GROUP BY t.function
    ), edge AS (
        SELECT p.function AS caller, f.function, f.file, f.line, f.number,
            sum(t.ncalls) AS ncalls,
            coalesce(sum(t.cum_ms) FILTER (WHERE NOT (t.function = p.function AND p.recursive)), 0) AS cum
        FROM tree AS t JOIN tree AS p ON p.node = t.parent
        JOIN function AS f ON f.function = t.function
        GROUP BY p.function, f.function, f.file, f.line, f.number
    )
    SELECT CASE
        WHEN w.format = 'pstats' THEN encode(@extschema@.lbdiag_profile_pstats($1, $3, $4, $5), 'base64')
        WHEN w.format = 'callgrind' THEN
            (SELECT format(E'# callgrind format\nversion: 1\ncreator: lbdiag\ncmd: get_ag_grid_context %s\npositions: line\nevents: ns\nsummary: %s\n',
                           @extschema@.lbdiag_frame($1), sum(round(f.self * 1000000)))
                || string_agg(format(E'\nfl=%s\nfn=(%s) %s\n%s %s\n', f.file, f.number, f.function, f.line, round(f.self * 1000000))
                    || coalesce((SELECT string_agg(format(E'cfi=%s\ncfn=(%s) %s\ncalls=%s %s\n%s %s\n',
                            e.file, e.number, e.function, e.ncalls, e.line, f.line, round(e.cum * 1000000)), '' ORDER BY e.number)
                        FROM edge AS e WHERE e.caller = f.function), ''), '' ORDER BY f.number)
             FROM function AS f)
        ELSE @extschema@.lbdiag_stacks_export(w.format, 'get_ag_grid_context ' || $1,
            CASE w.format WHEN 'folded' THEN 'microseconds' ELSE 'milliseconds' END,
            (SELECT jsonb_agg(jsonb_build_object('frames', s.frames, 'weight',
                 s.self_ms * CASE w.format WHEN 'folded' THEN 1000 ELSE 1 END) ORDER BY s.node)
             FROM stack AS s))
        END
    FROM wanted AS w;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_export(text, text, int, text, text) IS
'The profile as a file for a viewer. folded: stacks in microseconds for flamegraph.pl and inferno; speedscope: for speedscope.app; callgrind: for kcachegrind and callgrind_annotate, in ns; pstats: lbdiag_profile_pstats in base64.';

CREATE FUNCTION @extschema@.lbdiag_audit_export(
    domain text DEFAULT 'vision', format text DEFAULT 'folded',
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    WITH RECURSIVE wanted AS MATERIALIZED (
        SELECT @extschema@.lbdiag_choice('format', $2, ARRAY['folded', 'speedscope']) AS format
    ), audit AS MATERIALIZED (
        SELECT a.component, a.path, a.number, a.key_bytes + a.value_bytes + a.syntax_bytes AS weight,
            -- A path without its last step.
            regexp_replace(a.path, '(\[\*\]|\.\*|\."(\\.|[^"\\])*"|\.[^."\[\]]+)$', '') AS parent
        FROM wanted AS w
        CROSS JOIN LATERAL @extschema@.lbdiag_audit($1, $3, $4, w.format IS NULL)
            WITH ORDINALITY AS a (component, path, depth, types, occurrences, nulls, bytes, share,
                key_bytes, value_bytes, syntax_bytes, distinct_values, gzip_bytes, number)
        WHERE a.path IS NOT NULL
    ), stack AS (
        SELECT a.component, a.path, a.number, a.weight,
            jsonb_build_array(jsonb_build_object('name', a.component)) AS frames
        FROM audit AS a WHERE a.path = '$'
        UNION ALL
        SELECT a.component, a.path, a.number, a.weight,
            s.frames || jsonb_build_object('name', substr(a.path, length(a.parent) + 1))
        FROM stack AS s JOIN audit AS a ON a.component = s.component AND a.parent = s.path AND a.path <> '$'
    )
    SELECT @extschema@.lbdiag_stacks_export(w.format, 'payload of ' || $1, 'bytes',
        (SELECT jsonb_agg(jsonb_build_object('frames', s.frames, 'weight', s.weight) ORDER BY s.number)
         FROM stack AS s))
    FROM wanted AS w;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_audit_export(text, text, text, text) IS
'The audit as a file for a viewer of profiles, the tree of paths weighed in bytes of the payload: folded or speedscope.';

CREATE FUNCTION @extschema@.lbdiag_profile_report(
    domain text DEFAULT 'vision', top int DEFAULT 30, runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    WITH environment AS MATERIALIZED (
        SELECT e.item, e.value, e.status, e.detail, e.number
        FROM @extschema@.lbdiag_environment($1)
            WITH ORDINALITY AS e (item, value, status, detail, number)
    ), profile AS MATERIALIZED (
        SELECT p.ncalls, p.tottime_ms, p.tottime_percall_ms, p.cumtime_ms, p.cumtime_percall_ms,
            p.function, p.source, p.cumtime_min_ms, p.cumtime_max_ms, p.overhead_ms, p.number
        FROM @extschema@.lbdiag_profile($1, CASE WHEN $2 >= 1 THEN 1000 ELSE $2 END, $3, $4, $5) WITH ORDINALITY AS p (
            ncalls, tottime_ms, tottime_percall_ms, cumtime_ms, cumtime_percall_ms, function, source,
            tottime_min_ms, tottime_max_ms, cumtime_min_ms, cumtime_max_ms, overhead_ms,
            buffers_hit, buffers_read, number)
    ), root AS (
        SELECT p.cumtime_ms, p.cumtime_min_ms, p.cumtime_max_ms,
            (SELECT sum(o.overhead_ms) FROM profile AS o) AS overhead_ms
        FROM profile AS p WHERE p.number = 1
    ), audit AS MATERIALIZED (
        SELECT a.component, a.path, a.bytes, a.number
        FROM @extschema@.lbdiag_audit($1, $4, $5, false) WITH ORDINALITY AS a (
            component, path, depth, types, occurrences, nulls, bytes, share,
            key_bytes, value_bytes, syntax_bytes, distinct_values, gzip_bytes, number)
        WHERE a.path = '$' OR a.component = 'TOTAL'
    ), bottleneck AS MATERIALIZED (
        SELECT b.rank, b.bottleneck, b.ms, b.share, b.figure, b.fix
        FROM @extschema@.lbdiag_bottlenecks($1, $3, $4, $5) AS b
    ), lines (section, number, line) AS (
        SELECT 1, 0::bigint, '=== ENVIRONMENT CHECK ==='::text
        UNION ALL
        SELECT 1, e.number, format('  [%s] %s: %s%s', e.status, e.item,
                                   coalesce(e.value, '(hidden)'), '  ' || e.detail)
        FROM environment AS e
        UNION ALL
        SELECT 2, v.number, v.line
        FROM root AS r CROSS JOIN LATERAL (VALUES
            (0::bigint, E'\n=== PROFILING get_ag_grid_context() ==='),
            (1, format('  Domain: %s, viewer: %s, runs: %s', $1, $4, $3)),
            (2, format('  Total time: %s s', round(r.cumtime_ms::numeric / 1000, 3))),
            (3, format('  Fastest and slowest run: %s s, %s s', round(r.cumtime_min_ms::numeric / 1000, 3),
                       round(r.cumtime_max_ms::numeric / 1000, 3))),
            (4, format('  Cost of measuring: %s ms', round(r.overhead_ms::numeric, 1)))
        ) AS v (number, line)
        UNION ALL
        SELECT 3, 0, format(E'\n=== TOP %s FUNCTIONS BY CUMULATIVE TIME ===\n%s', $2,
                            '    ncalls  tottime  percall  cumtime  percall  function')
        UNION ALL
        SELECT 3, p.number, format('%s %s %s %s %s  %s(%s)', lpad(p.ncalls::text, 10),
            lpad(round((p.tottime_ms / 1000)::numeric, 3)::text, 8),
            lpad(coalesce(round((p.tottime_percall_ms / 1000)::numeric, 3)::text, ''), 8),
            lpad(round((p.cumtime_ms / 1000)::numeric, 3)::text, 8),
            lpad(coalesce(round((p.cumtime_percall_ms / 1000)::numeric, 3)::text, ''), 8),
            p.source, p.function)
        FROM profile AS p WHERE p.number <= $2
        UNION ALL
        SELECT 4, 0, E'\n=== CONTEXT DATA ==='
        UNION ALL
        SELECT 4, 1, format('  Models: %s', coalesce(
            (SELECT p.ncalls FROM profile AS p WHERE p.function = 'serialize_model'), 0))
        UNION ALL
        SELECT 4, 1 + a.number, format('  %s: %s MB (%s bytes)', a.component,
                                       round(a.bytes / 1048576.0, 2), a.bytes)
        FROM audit AS a
        UNION ALL
        SELECT 5, 0, E'\n=== NEXT STEPS ==='
        UNION ALL
        SELECT 5, 2 * b.rank + v.number, v.line
        FROM bottleneck AS b CROSS JOIN LATERAL (VALUES
            (-1, format('  %s %s: %s %% of the time, %s ms (%s)',
                CASE b.rank WHEN 1 THEN 'The bottleneck is' ELSE 'Then' END,
                b.bottleneck, round(100 * b.share, 1), round(b.ms::numeric, 1), b.figure)),
            (0, '    ' || b.fix)
        ) AS v (number, line)
        WHERE b.rank = 1 OR b.share >= 0.1
    )
    SELECT string_agg(l.line, E'\n' ORDER BY l.section, l.number) FROM lines AS l;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_report(text, int, int, text, text) IS
'The profile as text: environment, total time, the functions as cProfile prints them (seconds), the size of the components, and the bottleneck with what to do about it.';

-- ---------------------------------------------------------------------------
-- What if
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.lbdiag_measure_changes(
    domain text, viewer text, layout text, changes jsonb, partial boolean)
RETURNS TABLE (change int, component text, bytes bigint, gzip_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_measure_changes_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 100;

COMMENT ON FUNCTION @extschema@.lbdiag_measure_changes(text, text, text, jsonb, boolean) IS
'Produces the payload with each of an array of changes, and counts its bytes, raw and compressed. A change is an object with any of drop_components, drop_paths, compact, utf8, omit_nulls, round_digits, columnar, as in lbdiag_whatif; {} changes nothing. partial: only the components that a change can touch; what comes behind the last of them is not produced.';

CREATE FUNCTION @extschema@.lbdiag_whatif(
    domain text DEFAULT 'vision', drop_components text[] DEFAULT NULL,
    drop_paths text[] DEFAULT NULL, compact boolean DEFAULT NULL,
    utf8 boolean DEFAULT NULL, omit_nulls boolean DEFAULT NULL,
    round_digits int DEFAULT NULL, columnar boolean DEFAULT NULL,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS TABLE (
    component text, bytes_before bigint, bytes_after bigint,
    gzip_before bigint, gzip_after bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 200000 ROWS 14
BEGIN ATOMIC
    WITH measured AS MATERIALIZED (
        SELECT m.component,
            sum(m.bytes) FILTER (WHERE m.change = 1) AS bytes_before,
            sum(m.bytes) FILTER (WHERE m.change = 2) AS bytes_after,
            sum(m.gzip_bytes) FILTER (WHERE m.change = 1) AS gzip_before,
            sum(m.gzip_bytes) FILTER (WHERE m.change = 2) AS gzip_after
        FROM @extschema@.lbdiag_measure_changes($1, $9, $10, jsonb_build_array('{}'::jsonb, jsonb_build_object(
            'drop_components', $2, 'drop_paths', $3, 'compact', $4, 'utf8', $5,
            'omit_nulls', $6, 'round_digits', $7, 'columnar', $8)), false) AS m
        GROUP BY m.component
    )
    SELECT x.component, x.bytes_before::bigint, x.bytes_after::bigint,
        x.gzip_before::bigint, x.gzip_after::bigint
    FROM (SELECT m.*, 1 AS place FROM measured AS m
          UNION ALL
          SELECT 'TOTAL', coalesce(sum(m.bytes_before), 0), coalesce(sum(m.bytes_after), 0),
              coalesce(sum(m.gzip_before), 0), coalesce(sum(m.gzip_after), 0), 2
          FROM measured AS m) AS x
    ORDER BY x.place, x.bytes_before DESC, x.component COLLATE pg_catalog."C";
END;

COMMENT ON FUNCTION @extschema@.lbdiag_whatif(text, text[], text[], boolean, boolean, boolean, int, boolean, text, text) IS
'What the payload would weigh with a change, by producing it: bytes of each component before and after, raw and compressed (gzip level 6, as in lbdiag_audit), and a row TOTAL. drop_components: names; drop_paths: component:path of members, as row_data:$[*].*.error; compact: separators without blanks; utf8: no escapes of characters from U+007F on; omit_nulls: without members that are null; round_digits: numbers with at most so many decimals, halves away from zero, without trailing zeros; columnar: row_data as an object of arrays, null where a row lacks a member. Any combination; NULL and false change nothing.';

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
