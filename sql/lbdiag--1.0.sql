/* lbdiag 1.0: install script */

\echo Use "CREATE EXTENSION lbdiag" to load this file. \quit

/*
 * Bodies of SQL functions are parsed here and now (BEGIN ATOMIC), with nothing
 * but pg_catalog on the search path: neither what other users have put into
 * the extension's schema nor a caller's search path changes what they mean.
 * A function of ours is called with all of its arguments, each of the exact
 * type: a function of the same name that another user has put into the
 * extension's schema cannot fit better.
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

-- They hold names, no data; every caller's functions read them.  The owner's
-- default privileges may give more: who writes them decides what is read with
-- a caller's rights.
REVOKE ALL ON @extschema@.lbdiag_layout, @extschema@.lbdiag_leaderboard FROM PUBLIC;
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
    gzip_bytes bigint, most_common bigint)
AS 'MODULE_PATHNAME', 'lbdiag_audit_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 200;

COMMENT ON FUNCTION @extschema@.lbdiag_audit(text, text, text, boolean) IS
'Where the bytes of the payload go: a row for each path of each component, the largest first within the tree, and a row TOTAL. bytes is the path with all below it, key_bytes + value_bytes + syntax_bytes the path alone; share is 0 to 1; distinct_values (scalars but null) is exact up to 4,096 (up to 256 behind a component''s first 256 paths), then an estimate with a standard error of 1.6 %; gzip_bytes (level 6) is on the $ rows and TOTAL; most_common is how often the most common scalar but null occurs, at least, where it is more than half of the occurrences.';

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

CREATE TYPE @extschema@.lbdiag_scope AS (
    node int, parent int, function text, source text, ncalls bigint,
    self_ms float8, cum_ms float8, self_runs_ms float8[],
    cum_runs_ms float8[], overhead_ms float8, recursive boolean,
    row_count bigint, buffers_hit bigint, buffers_read bigint);

COMMENT ON TYPE @extschema@.lbdiag_scope IS
'A function and the place of the call tree that it was called from: a row of lbdiag_call_tree.';

CREATE FUNCTION @extschema@.lbdiag_call_tree(
    domain text, viewer text, layout text, runs int, compress boolean,
    scopes boolean, top int)
RETURNS SETOF @extschema@.lbdiag_scope
AS 'MODULE_PATHNAME', 'lbdiag_call_tree_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@.lbdiag_call_tree(text, text, text, int, boolean, boolean, int) IS
'Builds the context runs times (after once to warm up where runs > 1) and returns its call tree: what lbdiag_profile and its exports show, a row for each function and the place it was called from. self_ms is the median of the runs, cum_ms the sum of self_ms over the node and all below it; counts, buffers and overhead are those of the last run. top is only checked.';

CREATE FUNCTION @extschema@.lbdiag_profile_rows(tree @extschema@.lbdiag_scope[])
RETURNS TABLE (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
    cumtime_ms float8, cumtime_percall_ms float8, function text, source text,
    tottime_min_ms float8, tottime_max_ms float8, cumtime_min_ms float8,
    cumtime_max_ms float8, overhead_ms float8, buffers_hit bigint,
    buffers_read bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 30
BEGIN ATOMIC
    WITH tree AS (
        SELECT t.* FROM unnest($1) AS t
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
    ORDER BY t.cum DESC, t.function;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_rows(@extschema@.lbdiag_scope[]) IS
'The rows of lbdiag_profile for a call tree.';

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
    SELECT p.*
    FROM (SELECT array_agg(t) AS scopes
          FROM @extschema@.lbdiag_call_tree($1, $4, $5, $3, $6, $7, $2) AS t) AS t
    CROSS JOIN LATERAL @extschema@.lbdiag_profile_rows(t.scopes) AS p
    ORDER BY p.cumtime_ms DESC, p.function
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
        CASE WHEN q.read = 0 THEN format('warm: all %s page accesses hit shared buffers', q.hit)
             WHEN q.read < 0.1 * (q.hit + q.read)
             THEN format('nearly warm: %s of %s page accesses missed shared buffers', q.read, q.hit + q.read)
             ELSE format('cold: %s of %s page accesses missed shared buffers', q.read, q.hit + q.read) END,
        p.plan
    FROM query AS q
    JOIN @extschema@.lbdiag_query_plans($1, $3, $4) AS p ON p.query = q.query
    ORDER BY q.planning + q.execution + q.fetch DESC;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_queries(text, int, text, text) IS
'The queries that read the source relations: rows, times in ms (medians over runs), pages found in shared buffers and not (of the last run), that in words, and the plan of one more run. Fetching is reading a row again after the query has sorted it, with the decompression of its scores.';

CREATE FUNCTION @extschema@.lbdiag_bottleneck_rows(tree @extschema@.lbdiag_scope[])
RETURNS TABLE (rank bigint, bottleneck text, ms float8, share numeric, figure text, fix text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    WITH tree AS (
        SELECT t.* FROM unnest($1) AS t
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
            WHEN 'query' THEN format('%s page accesses hit shared buffers, %s missed', t.hit, t.read)
            WHEN 'compression' THEN 'gzip, level 6'
            ELSE CASE WHEN s.ncalls > 0 THEN format('%s calls, most time in %s', s.ncalls, s.largest)
                      ELSE 'nothing' END END,
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

COMMENT ON FUNCTION @extschema@.lbdiag_bottleneck_rows(@extschema@.lbdiag_scope[]) IS
'The rows of lbdiag_bottlenecks for a call tree.';

CREATE FUNCTION @extschema@.lbdiag_bottlenecks(
    domain text DEFAULT 'vision', runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS TABLE (rank bigint, bottleneck text, ms float8, share numeric, figure text, fix text)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 5
BEGIN ATOMIC
    SELECT b.*
    FROM (SELECT array_agg(t) AS scopes
          FROM @extschema@.lbdiag_call_tree($1, $3, $4, $2, true, true, 1) AS t) AS t
    CROSS JOIN LATERAL @extschema@.lbdiag_bottleneck_rows(t.scopes) AS b
    ORDER BY b.rank;
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
    SELECT CASE @extschema@.lbdiag_choice('format'::text, $1, ARRAY['folded', 'speedscope'])
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
            ARRAY[sum(t.ncalls), sum(t.ncalls) FILTER (WHERE NOT (t.function = p.function AND p.recursive))] AS counts,
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
            CROSS JOIN LATERAL (SELECT (coalesce(u.ms, 0) / 1000)::numeric::text AS text) AS f) AS t
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
        SELECT @extschema@.lbdiag_choice('format'::text, $2, ARRAY['folded', 'speedscope', 'callgrind', 'pstats']) AS format
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
                           @extschema@.lbdiag_frame($1), sum(round(f.self * 1000000)::bigint))
                || string_agg(format(E'\nfl=%s\nfn=(%s) %s\n%s %s\n', f.file, f.number, f.function, f.line, round(f.self * 1000000)::bigint)
                    || coalesce((SELECT string_agg(format(E'cfi=%s\ncfn=(%s) %s\ncalls=%s %s\n%s %s\n',
                            e.file, e.number, e.function, e.ncalls, e.line, f.line, round(e.cum * 1000000)::bigint), '' ORDER BY e.number)
                        FROM edge AS e WHERE e.caller = f.function), ''), '' ORDER BY f.number)
             FROM function AS f)
        ELSE @extschema@.lbdiag_stacks_export(w.format, 'get_ag_grid_context ' || $1,
            CASE w.format WHEN 'folded' THEN 'microseconds' ELSE 'milliseconds' END,
            (SELECT jsonb_agg(jsonb_build_object('frames', s.frames, 'weight',
                 s.self_ms::numeric * CASE w.format WHEN 'folded' THEN 1000 ELSE 1 END) ORDER BY s.node)
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
        SELECT @extschema@.lbdiag_choice('format'::text, $2, ARRAY['folded', 'speedscope']) AS format
    ), audit AS MATERIALIZED (
        SELECT a.component, a.path, a.number, a.key_bytes + a.value_bytes + a.syntax_bytes AS weight,
            -- A path without its last step.
            regexp_replace(a.path, '(\[\*\]|\.\*|\."(\\.|[^"\\])*"|\.[^."\[\]]+)$', '') AS parent
        FROM wanted AS w
        CROSS JOIN LATERAL @extschema@.lbdiag_audit($1, $3, $4, w.format IS NULL)
            WITH ORDINALITY AS a (component, path, depth, types, occurrences, nulls, bytes, share,
                key_bytes, value_bytes, syntax_bytes, distinct_values, gzip_bytes, most_common, number)
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
    SELECT @extschema@.lbdiag_stacks_export(w.format, 'payload of ' || $1, 'bytes'::text,
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
    ), tree AS MATERIALIZED (
        SELECT array_agg(t) AS scopes
        FROM @extschema@.lbdiag_call_tree($1, $4, $5, $3, true, true, $2) AS t
    ), profile AS MATERIALIZED (
        SELECT p.ncalls, p.tottime_ms, p.tottime_percall_ms, p.cumtime_ms, p.cumtime_percall_ms,
            p.function, p.source, p.cumtime_min_ms, p.cumtime_max_ms, p.overhead_ms,
            row_number() OVER (ORDER BY p.cumtime_ms DESC, p.function) AS number
        FROM tree AS t CROSS JOIN LATERAL @extschema@.lbdiag_profile_rows(t.scopes) AS p
    ), root AS (
        SELECT p.cumtime_ms, p.cumtime_min_ms, p.cumtime_max_ms,
            (SELECT sum(o.overhead_ms) FROM profile AS o) AS overhead_ms
        FROM profile AS p WHERE p.number = 1
    ), audit AS MATERIALIZED (
        SELECT a.component, a.path, a.bytes, a.number
        FROM @extschema@.lbdiag_audit($1, $4, $5, false) WITH ORDINALITY AS a (
            component, path, depth, types, occurrences, nulls, bytes, share,
            key_bytes, value_bytes, syntax_bytes, distinct_values, gzip_bytes, most_common, number)
        WHERE a.path = '$' OR a.component = 'TOTAL'
    ), bottleneck AS MATERIALIZED (
        SELECT b.rank, b.bottleneck, b.ms, b.share, b.figure, b.fix
        FROM tree AS t CROSS JOIN LATERAL @extschema@.lbdiag_bottleneck_rows(t.scopes) AS b
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
            -- Once for each model, whichever components there are.
            (SELECT p.ncalls FROM profile AS p WHERE p.function = 'collect_filters'), 0))
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
    domain text, viewer text, layout text, changes jsonb,
    partial boolean DEFAULT false, compress boolean DEFAULT true)
RETURNS TABLE (change int, component text, bytes bigint, gzip_bytes bigint)
AS 'MODULE_PATHNAME', 'lbdiag_measure_changes_1_0'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100000 ROWS 100;

COMMENT ON FUNCTION @extschema@.lbdiag_measure_changes(text, text, text, jsonb, boolean, boolean) IS
'Produces the payload with each of an array of changes, and counts its bytes, raw and compressed. A change is an object with any of drop_components, drop_paths, dictionary, compact, utf8, omit_nulls, round_digits, columnar, as in lbdiag_whatif; {} changes nothing. partial: only the components that a change can touch; what comes behind the last of them is not produced. Without compress, gzip_bytes is NULL.';

CREATE FUNCTION @extschema@.lbdiag_whatif(
    domain text DEFAULT 'vision', drop_components text[] DEFAULT NULL,
    drop_paths text[] DEFAULT NULL, compact boolean DEFAULT NULL,
    utf8 boolean DEFAULT NULL, omit_nulls boolean DEFAULT NULL,
    round_digits int DEFAULT NULL, columnar boolean DEFAULT NULL,
    viewer text DEFAULT 'public', layout text DEFAULT NULL,
    dictionary text[] DEFAULT NULL)
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
            'omit_nulls', $6, 'round_digits', $7, 'columnar', $8, 'dictionary', $11)), false, true) AS m
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

COMMENT ON FUNCTION @extschema@.lbdiag_whatif(text, text[], text[], boolean, boolean, boolean, int, boolean, text, text, text[]) IS
'What the payload would weigh with a change, by producing it: bytes of each component before and after, raw and compressed (gzip level 6, as in lbdiag_audit), and a row TOTAL. drop_components: names; drop_paths: component:path of members, as row_data:$[*].*.error; compact: separators without blanks; utf8: no escapes of characters from U+007F on; omit_nulls: without members that are null; round_digits: numbers that have more decimals are rounded to so many, halves away from zero, without trailing zeros; columnar: row_data as an object of arrays, null where a row lacks a member; dictionary: component:path of strings that become numbers, in order of first appearance, the component then being {"data": ..., "dictionary": {path: [strings]}}. Any combination; NULL and false change nothing.';

-- ---------------------------------------------------------------------------
-- Targets
-- ---------------------------------------------------------------------------

CREATE TABLE @extschema@.lbdiag_target (
    domain text,
    phase text NOT NULL CHECK (phase <> ''),
    metric text NOT NULL CONSTRAINT lbdiag_target_metric CHECK (metric IN (
        'query_time', 'total_time', 'bytes', 'gzip_bytes')
        OR split_part(metric, ':', 1) IN ('bytes', 'gzip_bytes')
        AND substr(metric, strpos(metric, ':') + 1) IN (
            'row_data', 'column_defs', 'benchmark_groups', 'filter_options',
            'benchmark_metadata', 'benchmark_tree', 'benchmark_ids',
            'benchmark_bibtex_map', 'benchmarkStimuliMetaMap',
            'benchmarkDataMetaMap', 'benchmarkMetricMetaMap',
            'model_metadata_map', 'comparison_data')),
    -- NaN is past infinity.
    target numeric CONSTRAINT lbdiag_target_positive CHECK (target > 0 AND target < 'Infinity'),
    built_in boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (domain, phase, metric, built_in)
);

COMMENT ON TABLE @extschema@.lbdiag_target IS
'Targets per phase. A domain''s row is stronger than one for all domains, and that is stronger than a built-in one.';
COMMENT ON COLUMN @extschema@.lbdiag_target.domain IS
'Leaderboard that the target is for; NULL: all.';
COMMENT ON COLUMN @extschema@.lbdiag_target.phase IS
'1, 2, 3, or a phase of your own.';
COMMENT ON COLUMN @extschema@.lbdiag_target.metric IS
'query_time or total_time in seconds; bytes or gzip_bytes of the payload; bytes:COMPONENT or gzip_bytes:COMPONENT of one component.';
COMMENT ON COLUMN @extschema@.lbdiag_target.target IS
'What the metric must stay below; NULL: no target, where a weaker row has one.';
COMMENT ON COLUMN @extschema@.lbdiag_target.built_in IS
'Comes with the extension, and is not dumped.';

INSERT INTO @extschema@.lbdiag_target (phase, metric, target, built_in)
SELECT p.phase, m.metric, m.target, true
FROM (VALUES ('1', 3, 10, 5), ('2', 1, 5, 2), ('3', 0.5, 3, 1)) AS p (phase, query, mb, total)
CROSS JOIN LATERAL (VALUES
    ('query_time', p.query), ('total_time', p.total), ('bytes', p.mb * 1048576)
) AS m (metric, target);

CREATE FUNCTION @extschema@.lbdiag_target_keep() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    IF TG_OP = 'TRUNCATE' OR TG_OP IN ('UPDATE', 'DELETE') AND OLD.built_in
        OR TG_OP IN ('UPDATE', 'INSERT') AND NEW.built_in
    THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'built-in targets cannot be changed',
            HINT = 'Add a row with a domain, or with NULL for all domains: it is stronger. A target of NULL is none. To remove your own: DELETE FROM lbdiag_target WHERE NOT built_in.';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_target_keep() IS
'Trigger of lbdiag_target: refuses changes to built-in targets.';

CREATE TRIGGER lbdiag_target_keep
    BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.lbdiag_target
    FOR EACH ROW EXECUTE FUNCTION @extschema@.lbdiag_target_keep();

CREATE TRIGGER lbdiag_target_keep_all
    BEFORE TRUNCATE ON @extschema@.lbdiag_target
    FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.lbdiag_target_keep();

REVOKE EXECUTE ON FUNCTION @extschema@.lbdiag_target_keep() FROM PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_target', 'WHERE NOT built_in');
REVOKE ALL ON @extschema@.lbdiag_target FROM PUBLIC;
GRANT SELECT ON @extschema@.lbdiag_target TO PUBLIC;

-- Types of rows, where a column has the name of an argument.
CREATE TYPE @extschema@.lbdiag_target_row AS (
    phase text, metric text, current numeric, target numeric, unit text,
    met boolean, reduction_needed numeric, reduction_pct numeric);

COMMENT ON TYPE @extschema@.lbdiag_target_row IS
'A target and how far it is: a row of lbdiag_targets and of lbdiag_check.';

CREATE FUNCTION @extschema@.lbdiag_target_rows(domain text, measured jsonb)
RETURNS SETOF @extschema@.lbdiag_target_row
LANGUAGE sql STABLE PARALLEL SAFE ROWS 9
BEGIN ATOMIC
    WITH strongest AS (
        SELECT DISTINCT ON (t.phase, t.metric) t.phase, t.metric, t.target
        FROM @extschema@.lbdiag_target AS t
        WHERE t.domain = $1 OR t.domain IS NULL
        ORDER BY t.phase, t.metric, t.domain IS NULL, t.built_in
    ), figures AS (
        -- A component that the payload does not have has no bytes.
        SELECT s.phase, s.metric, s.target,
            coalesce(($2 ->> s.metric)::numeric, 0) AS current
        FROM strongest AS s WHERE s.target IS NOT NULL
    )
    SELECT f.phase, f.metric, f.current, f.target,
        CASE WHEN f.metric IN ('query_time', 'total_time') THEN 's' ELSE 'bytes' END,
        f.current < f.target, greatest(f.current - f.target, 0),
        round(100 * greatest(f.current - f.target, 0) / nullif(f.current, 0), 1)
    FROM figures AS f
    ORDER BY f.phase, f.metric;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_target_rows(text, jsonb) IS
'The targets of a leaderboard against what was measured, given as {"metric": number}.';

CREATE FUNCTION @extschema@.lbdiag_targets(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS SETOF @extschema@.lbdiag_target_row
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 9
BEGIN ATOMIC
    WITH audit AS MATERIALIZED (
        SELECT CASE WHEN a.path IS NULL THEN '' ELSE ':' || a.component END AS component,
            a.bytes, a.gzip_bytes
        FROM @extschema@.lbdiag_audit($1, $2, $3, true) AS a
        WHERE a.path IS NULL OR a.path = '$'
    ), profile AS MATERIALIZED (
        SELECT p.function, round(p.cumtime_ms::numeric / 1000, 6) AS seconds
        FROM @extschema@.lbdiag_profile($1, 1000, 1, $2, $3, true, true) AS p
        WHERE p.function IN ('get_context', 'fetch_models', 'get_ag_grid_context')
    ), measured (metric, value) AS (
        SELECT 'bytes' || a.component, a.bytes FROM audit AS a
        UNION ALL
        SELECT 'gzip_bytes' || a.component, a.gzip_bytes FROM audit AS a
        UNION ALL
        -- Reading the sources is their queries and fetching the rows.
        SELECT CASE p.function WHEN 'get_ag_grid_context' THEN 'total_time' ELSE 'query_time' END, sum(p.seconds)
        FROM profile AS p
        GROUP BY 1
    )
    SELECT t.*
    FROM (SELECT jsonb_object_agg(m.metric, m.value) AS figures FROM measured AS m) AS m
    CROSS JOIN LATERAL @extschema@.lbdiag_target_rows($1, m.figures) AS t
    ORDER BY t.phase, t.metric;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_targets(text, text, text) IS
'How far the targets of each phase are, by one audit and one profile. A target is met by what is below it.';

CREATE FUNCTION @extschema@.lbdiag_check(
    domain text DEFAULT 'vision', phase text DEFAULT '1',
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS SETOF @extschema@.lbdiag_target_row
LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 3
AS $body$
-- The source relations are found through the caller's search path: all names
-- and operators are qualified.
DECLARE
    goal @extschema@.lbdiag_target_row;
    missed pg_catalog.text;
    figures pg_catalog.text;
BEGIN
    IF $2 IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'phase must not be null',
            HINT = 'Name a phase, such as ''1''.';
    END IF;
    IF NOT EXISTS (SELECT FROM @extschema@.lbdiag_target_rows($1, '{}'::pg_catalog.jsonb) AS t
                   WHERE t.phase OPERATOR(pg_catalog.=) $2) THEN
        RAISE undefined_object USING
            MESSAGE = pg_catalog.format('phase "%s" does not exist', $2),
            HINT = pg_catalog.format('The phases of leaderboard "%s" are: %s.', $1,
                (SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('"%s"', t.phase), ', ')
                 FROM @extschema@.lbdiag_target_rows($1, '{}'::pg_catalog.jsonb) AS t));
    END IF;
    FOR goal IN
        SELECT t.* FROM @extschema@.lbdiag_targets($1, $3, $4) AS t
        WHERE t.phase OPERATOR(pg_catalog.=) $2
    LOOP
        RETURN NEXT goal;
        IF NOT goal.met THEN
            missed := pg_catalog.concat_ws(', ', missed, goal.metric);
            figures := pg_catalog.concat_ws(E'\n', figures, pg_catalog.format(
                '%s is %s %s; it must be below %s %s: %s %s (%s %%) less.',
                goal.metric, goal.current, goal.unit, goal.target, goal.unit,
                goal.reduction_needed, goal.unit, goal.reduction_pct));
        END IF;
    END LOOP;
    IF missed IS NOT NULL THEN
        RAISE USING ERRCODE = 'LB001',
            MESSAGE = pg_catalog.format('leaderboard "%s" misses targets of phase %s: %s', $1, $2, missed),
            DETAIL = figures,
            HINT = 'lbdiag_opportunities tells what would make the payload smaller, lbdiag_profile where the time goes.';
    END IF;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_check(text, text, text, text) IS
'The targets of a phase; raises SQLSTATE LB001, naming them, where some are missed. For scripts: psql -v ON_ERROR_STOP=1 -c exits with 1.';

-- ---------------------------------------------------------------------------
-- Opportunities
-- ---------------------------------------------------------------------------

CREATE FUNCTION @extschema@.lbdiag_whatif_call(
    domain text, change jsonb, viewer text, layout text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('SELECT * FROM lbdiag_whatif(%s)', string_agg(a.argument, ', ' ORDER BY a.number))
    FROM (
        SELECT 0 AS number, quote_literal($1) AS argument
        UNION ALL
        SELECT 1 + row_number() OVER (ORDER BY c.key), c.key || ' => ' || CASE jsonb_typeof(c.value)
            WHEN 'array' THEN 'ARRAY[' || (SELECT string_agg(quote_literal(e.text), ', ' ORDER BY e.number)
                FROM jsonb_array_elements_text(c.value) WITH ORDINALITY AS e (text, number)) || ']'
            ELSE c.value::text END
        FROM jsonb_each($2) AS c
        UNION ALL
        SELECT 100, 'viewer => ' || quote_literal($3) WHERE $3 <> 'public'
        UNION ALL
        SELECT 101, 'layout => ' || quote_literal($4) WHERE $4 IS NOT NULL
    ) AS a;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_whatif_call(text, jsonb, text, text) IS
'The call of lbdiag_whatif that shows a change, as text.';

CREATE FUNCTION @extschema@.lbdiag_opportunities(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS TABLE (
    priority int, impact text, action text, component text, path text,
    bytes_saved bigint, share_saved numeric, gzip_saved bigint,
    trade_off text, apply text, gzip_share_saved numeric)
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 15
BEGIN ATOMIC
    WITH audit AS MATERIALIZED (
        SELECT a.component, a.path, a.depth, a.types, a.occurrences, a.nulls, a.bytes,
            a.value_bytes, a.distinct_values, a.gzip_bytes, a.most_common,
            -- The key at the end of a path, without quotes.
            trim('"' FROM substring(a.path FROM '\.("(?:\\.|[^"\\])*"|[^."\[\]]+)$')) AS key,
            a.component = 'row_data' AND a.path LIKE '$[*].*._%' AND a.depth = 3 AS in_cell
        FROM @extschema@.lbdiag_audit($1, $2, $3, true) AS a
    ), total AS (
        SELECT a.bytes, a.gzip_bytes FROM audit AS a WHERE a.component = 'TOTAL'
    ), root AS (
        SELECT a.component, a.bytes, a.gzip_bytes FROM audit AS a WHERE a.path = '$'
    ), member AS (
        -- Fields with a score in them stay: the page is about them.
        SELECT a.component, a.path, a.key, a.bytes, a.occurrences, a.nulls, a.most_common, a.types, a.in_cell,
            lower(a.key) ~ '(^|_|[a-z])(password|passwd|secret|credential|e_?mail|api_?key|private_?key|session_?key|(access|auth|refresh|session|csrf|bearer)_?token)s?($|_)|^(pwd|token|e-mail)$' AS is_secret,
            a.in_cell AND lower(a.key) ~ '^(raw|.*_raw|raw_.*|error|.*_error|timestamp|.*_timestamp|version_.*|.*_version|historical_.*)$' AS is_optional,
            lower(a.key) ~ 'colou?r' AS is_color,
            a.in_cell AND lower(a.key) IN ('complete', 'is_complete', 'benchmark_type_id') AS is_derivable,
            a.types !~ 'object|array' AND a.occurrences >= 20 AND NOT lower(a.key) IN ('value', 'score', 'score_ceiled')
                AND greatest(a.most_common, a.nulls) >= 0.95 * a.occurrences AS is_constant
        FROM audit AS a WHERE a.key IS NOT NULL AND a.key <> '*'
    ), grouped AS (
        -- One candidate for all members of a kind: their savings overlap
        -- little, and each candidate is a build.
        SELECT k.kind, array_agg(m.component || ':' || m.path ORDER BY m.bytes DESC, m.component, m.path) AS drops,
            string_agg(DISTINCT m.component, ', ') AS components,
            string_agg(m.path, ', ' ORDER BY m.bytes DESC, m.component, m.path) AS paths,
            array_agg(m.key ORDER BY m.bytes DESC, m.component, m.path) AS keys, sum(m.bytes) AS bytes
        FROM member AS m CROSS JOIN LATERAL (VALUES
            ('secret'::text, m.is_secret), ('color', m.is_color AND NOT m.is_secret),
            ('optional', m.is_optional AND NOT m.is_secret AND NOT m.is_color),
            ('derivable', m.is_derivable),
            ('constant', m.is_constant AND NOT (m.is_secret OR m.is_color OR m.is_optional OR m.is_derivable))
        ) AS k (kind, fits)
        CROSS JOIN total AS t
        WHERE k.fits AND (k.kind = 'secret' OR m.bytes >= 0.0005 * t.bytes)
        GROUP BY k.kind
    ), named AS (
        -- The largest keys by name, each once.
        SELECT g.*, (SELECT string_agg(k.key, ', ' ORDER BY k.number) FILTER (WHERE k.number <= 5)
                        || CASE WHEN count(*) > 5 THEN format(' and %s more', count(*) - 5) ELSE '' END
                     FROM (SELECT u.key, row_number() OVER (ORDER BY min(u.number)) AS number
                           FROM unnest(g.keys) WITH ORDINALITY AS u (key, number) GROUP BY u.key) AS k) AS list
        FROM grouped AS g
    ), used AS (
        SELECT l.compact, l.ascii FROM @extschema@.lbdiag_layout AS l
        WHERE l.name = coalesce($3, (SELECT b.layout FROM @extschema@.lbdiag_leaderboard AS b WHERE b.domain = $1), 'documented')
    ), maps AS (
        SELECT array_agg(r.component ORDER BY r.bytes DESC) AS components, sum(r.bytes) AS bytes
        FROM root AS r WHERE r.component IN ('benchmark_bibtex_map', 'benchmarkStimuliMetaMap',
            'benchmarkDataMetaMap', 'benchmarkMetricMetaMap', 'model_metadata_map')
    ), candidate (kind, action, component, path, change, expected, trade_off) AS (
        -- expected is what a look at the audit promises: what promises less
        -- than half a percent is not tried.
        SELECT g.kind, v.action, g.components, g.paths, jsonb_build_object('drop_paths', g.drops), g.bytes, v.trade_off
        FROM named AS g JOIN LATERAL (VALUES
            ('secret'::text, format('Keep %s in the database', g.list),
             'None: a browser must not have them, whatever they weigh.'),
            ('color', format('Compute %s in the browser', g.list),
             'The page''s script needs the rule; a change of colors is a change of the script.'),
            ('optional', format('Send %s of the cells on request', g.list),
             'What the page shows of them comes a moment after it is asked for.'),
            ('derivable', format('Drop %s from the cells: the page can derive them', g.list),
             'The page''s script derives them: complete from the value, the benchmark from the cell''s key.'),
            ('constant', format('Send the usual value of %s once', g.list),
             'At least 95 % have one value: it becomes the default. The exceptions must still be sent, and are counted as saved here.')
        ) AS v (kind, action, trade_off) ON v.kind = g.kind
        UNION ALL
        SELECT 'maps', format('Load the metadata maps (%s) when they are first needed', array_length(m.components, 1)),
            array_to_string(m.components, ', '), NULL, jsonb_build_object('drop_components', m.components), m.bytes,
            'The details of a model or benchmark come a moment after they are asked for.'
        FROM maps AS m WHERE m.components IS NOT NULL
        UNION ALL
        SELECT 'comparison', 'Derive comparison_data from row_data in the browser', r.component, NULL,
            '{"drop_components": ["comparison_data"]}', r.bytes,
            'The comparison view must read the cells of row_data, which lack the scores'' errors unless they are sent there.'
        FROM root AS r WHERE r.component = 'comparison_data' AND EXISTS (SELECT 1 FROM root AS o WHERE o.component = 'row_data')
        UNION ALL
        SELECT 'columns', 'Build column_defs in the browser', r.component, NULL,
            '{"drop_components": ["column_defs"]}', r.bytes,
            'The page''s script builds the columns from benchmark_tree and benchmark_metadata.'
        FROM root AS r WHERE r.component = 'column_defs'
        UNION ALL
        SELECT 'metadata', 'Drop the metadata of rows that model_metadata_map repeats', a.component, a.path,
            jsonb_build_object('drop_paths', jsonb_build_array(a.component || ':' || a.path)), a.bytes,
            'The page looks a model''s metadata up in model_metadata_map, which must then be loaded at once.'
        FROM audit AS a WHERE a.component = 'row_data' AND a.path = '$[*].metadata'
            AND EXISTS (SELECT 1 FROM root AS r WHERE r.component = 'model_metadata_map')
        UNION ALL
        SELECT 'compact', 'Use separators without blanks', NULL, NULL, '{"compact": true}', t.bytes,
            'None: a payload is not read by people.'
        FROM used AS u CROSS JOIN total AS t WHERE NOT u.compact
        UNION ALL
        SELECT 'utf8', 'Send UTF-8 in place of \u escapes', NULL, NULL, '{"utf8": true}', sum(t.bytes - m.bytes),
            'None, where the page declares its encoding.'
        FROM used AS u
        CROSS JOIN @extschema@.lbdiag_measure_changes($1, $2, $3, '[{"utf8": true}]'::jsonb, true, false) AS m
        JOIN root AS t ON t.component = m.component
        WHERE u.ascii
        UNION ALL
        SELECT 'nulls', 'Leave out members that are null', NULL, NULL, '{"omit_nulls": true}', sum(a.bytes * a.nulls / a.occurrences),
            'The page''s script must take a missing member as null.'
        FROM audit AS a WHERE a.nulls > 0
        UNION ALL
        SELECT 'digits', 'Round numbers to 2 decimals, what the page shows', NULL, NULL, '{"round_digits": 2}',
            sum(a.value_bytes) FILTER (WHERE a.value_bytes > 6 * a.occurrences),
            'The page cannot show, or sort by, more decimals.'
        FROM audit AS a WHERE a.types ~ 'number'
        UNION ALL
        SELECT 'dictionary', format('Send each string of %s once, and its number in the cells', string_agg(a.key, ', ' ORDER BY a.bytes DESC)),
            'row_data', string_agg(a.path, ', ' ORDER BY a.bytes DESC),
            jsonb_build_object('dictionary', jsonb_agg('row_data:' || a.path ORDER BY a.bytes DESC)), sum(a.value_bytes),
            'The page''s script looks the strings up.'
        FROM audit AS a CROSS JOIN total AS t
        WHERE a.in_cell AND a.types LIKE 'string%' AND a.distinct_values <= 0.05 * a.occurrences
            AND a.value_bytes >= 8 * a.occurrences AND a.value_bytes >= 0.005 * t.bytes
        HAVING count(*) > 0
        UNION ALL
        SELECT 'columnar', 'Send row_data as an object of arrays', r.component, NULL, '{"columnar": true}', r.bytes,
            'The page''s script puts the rows together again.'
        FROM root AS r WHERE r.component = 'row_data'
    ), tried AS MATERIALIZED (
        SELECT c.kind, c.action, c.component, c.path, c.change, c.trade_off, row_number() OVER (ORDER BY c.kind) AS number
        FROM candidate AS c CROSS JOIN total AS t
        WHERE c.kind = 'secret' OR c.expected >= 0.005 * t.bytes
    ), trial AS MATERIALIZED (
        SELECT m.change AS number, sum(r.bytes - m.bytes)::bigint AS bytes, sum(r.gzip_bytes - m.gzip_bytes)::bigint AS gzip_bytes
        FROM (SELECT jsonb_agg(t.change ORDER BY t.number) AS changes FROM tried AS t) AS c
        CROSS JOIN LATERAL @extschema@.lbdiag_measure_changes($1, $2, $3, c.changes, true, true) AS m
        JOIN root AS r ON r.component = m.component
        WHERE c.changes IS NOT NULL
        GROUP BY m.change
    ), judged AS MATERIALIZED (
        SELECT t.*, r.bytes, r.gzip_bytes,
            CASE WHEN t.kind = 'secret' THEN 'SECURITY'
                 WHEN greatest(r.bytes / b.bytes::numeric, r.gzip_bytes / b.gzip_bytes::numeric) >= 0.10 THEN 'HIGH'
                 WHEN greatest(r.bytes / b.bytes::numeric, r.gzip_bytes / b.gzip_bytes::numeric) >= 0.02 THEN 'MEDIUM'
                 ELSE 'LOW' END AS impact
        FROM tried AS t JOIN trial AS r ON r.number = t.number CROSS JOIN total AS b
        WHERE t.kind = 'secret' OR r.bytes >= 0.005 * b.bytes
    ), high AS MATERIALIZED (
        -- All changes of high impact as one change: what they drop together,
        -- and what they switch on.
        SELECT jsonb_object_agg(m.key, m.value) AS change, (SELECT count(*) FROM judged AS j WHERE j.impact = 'HIGH') AS n
        FROM (SELECT e.key, CASE WHEN e.key LIKE 'drop%' OR e.key = 'dictionary'
                  THEN (SELECT jsonb_agg(DISTINCT d.element) FROM judged AS i
                        CROSS JOIN LATERAL jsonb_array_elements(i.change -> e.key) AS d (element)
                        WHERE i.impact = 'HIGH' AND i.change ? e.key)
                  ELSE (array_agg(e.value))[1] END AS value
              FROM judged AS j CROSS JOIN LATERAL jsonb_each(j.change) AS e (key, value)
              WHERE j.impact = 'HIGH' GROUP BY e.key) AS m
    ), together AS MATERIALIZED (
        SELECT h.change, h.n, sum(m.bytes)::bigint AS bytes, sum(m.gzip_bytes)::bigint AS gzip_bytes
        FROM high AS h
        CROSS JOIN LATERAL @extschema@.lbdiag_measure_changes($1, $2, $3, jsonb_build_array(h.change), false, true) AS m
        WHERE h.n > 0
        GROUP BY h.change, h.n
    )
    SELECT row_number() OVER (ORDER BY x.place, x.gzip_bytes DESC, x.bytes DESC, x.action)::int,
        x.impact, x.action, x.component, x.path, x.bytes, round(x.bytes / greatest(t.bytes, 1)::numeric, 4),
        x.gzip_bytes, x.trade_off, @extschema@.lbdiag_whatif_call($1, x.change, $2, $3),
        round(x.gzip_bytes / greatest(t.gzip_bytes, 1)::numeric, 4)
    FROM (
        SELECT CASE j.impact WHEN 'SECURITY' THEN 0 ELSE 1 END AS place, j.impact, j.action, j.component, j.path,
            j.bytes, j.gzip_bytes, j.trade_off, j.change
        FROM judged AS j
        UNION ALL
        SELECT 2, 'ALL HIGH', format('All %s of high impact together', g.n), NULL, NULL,
            b.bytes - g.bytes, b.gzip_bytes - g.gzip_bytes,
            (SELECT coalesce('Meets the size targets of phase ' || string_agg(p.phase, ', ' ORDER BY p.phase) || '.',
                             'Meets the size targets of no phase.')
             FROM (SELECT r.phase FROM @extschema@.lbdiag_target_rows($1, jsonb_build_object(
                       'bytes', g.bytes, 'gzip_bytes', g.gzip_bytes)) AS r
                   WHERE r.metric IN ('bytes', 'gzip_bytes')
                   GROUP BY r.phase HAVING bool_and(r.met)) AS p), g.change
        FROM together AS g CROSS JOIN total AS b
    ) AS x CROSS JOIN total AS t
    ORDER BY 1;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_opportunities(text, text, text) IS
'What could be done about the payload''s size: found from the audit, each tried by producing the payload with it, ranked by the compressed bytes that it saves (the order by raw bytes is another one: see bytes_saved). Keys that must not leave the database come first (impact SECURITY). impact: HIGH from 10 % of the raw or of the compressed payload on, MEDIUM from 2 %, else LOW; what saves less than 0.5 % of the raw payload is left out. gzip_saved counts the components that the change touches; lbdiag_whatif shows the rest, with the call in apply. The last row is all HIGH ones together, measured, with the phases whose size target that meets.';

-- ---------------------------------------------------------------------------
-- Recorded runs
-- ---------------------------------------------------------------------------

CREATE SEQUENCE @extschema@.lbdiag_run_id;

COMMENT ON SEQUENCE @extschema@.lbdiag_run_id IS
'Numbers of recorded runs.';

-- What names a series is sorted by each look at the trend: bytes are sorted
-- several times as fast as a language's letters.
CREATE TABLE @extschema@.lbdiag_run (
    id bigint PRIMARY KEY DEFAULT nextval('@extschema@.lbdiag_run_id'),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    domain text COLLATE "C" NOT NULL,
    viewer text COLLATE "C" NOT NULL,
    layout text COLLATE "C" NOT NULL,
    label text,
    runs int NOT NULL,
    login_role text NOT NULL DEFAULT session_user,
    recorded_by text NOT NULL DEFAULT current_user,
    environment text NOT NULL,
    server_version text NOT NULL DEFAULT current_setting('server_version'),
    extension_version text NOT NULL,
    buffers_hit bigint NOT NULL,
    buffers_read bigint NOT NULL,
    models bigint NOT NULL,
    bytes bigint NOT NULL,
    gzip_bytes bigint NOT NULL,
    query_ms double precision NOT NULL,
    query_min_ms double precision NOT NULL,
    query_max_ms double precision NOT NULL,
    total_ms double precision NOT NULL,
    total_min_ms double precision NOT NULL,
    total_max_ms double precision NOT NULL,
    paths_left_out bigint NOT NULL
);

ALTER SEQUENCE @extschema@.lbdiag_run_id OWNED BY @extschema@.lbdiag_run.id;

CREATE INDEX lbdiag_run_series ON @extschema@.lbdiag_run (domain, viewer, layout, at, id);
CREATE INDEX lbdiag_run_at ON @extschema@.lbdiag_run (at);

CREATE TABLE @extschema@.lbdiag_run_component (
    run bigint NOT NULL REFERENCES @extschema@.lbdiag_run ON DELETE CASCADE,
    component text NOT NULL,
    bytes bigint NOT NULL,
    gzip_bytes bigint NOT NULL,
    PRIMARY KEY (run, component)
);

-- Paths may be too long for an index.
CREATE TABLE @extschema@.lbdiag_run_path (
    run bigint NOT NULL REFERENCES @extschema@.lbdiag_run ON DELETE CASCADE,
    component text NOT NULL,
    path text NOT NULL,
    occurrences bigint NOT NULL,
    nulls bigint NOT NULL,
    bytes bigint NOT NULL,
    distinct_values bigint
);

CREATE INDEX lbdiag_run_path_run ON @extschema@.lbdiag_run_path (run);

CREATE TABLE @extschema@.lbdiag_run_function (
    run bigint NOT NULL REFERENCES @extschema@.lbdiag_run ON DELETE CASCADE,
    function text NOT NULL,
    source text,
    ncalls bigint NOT NULL,
    tottime_ms double precision NOT NULL,
    tottime_min_ms double precision NOT NULL,
    tottime_max_ms double precision NOT NULL,
    cumtime_ms double precision NOT NULL,
    cumtime_min_ms double precision NOT NULL,
    cumtime_max_ms double precision NOT NULL,
    PRIMARY KEY (run, function)
);

COMMENT ON TABLE @extschema@.lbdiag_run IS
'Recorded runs, read through the view lbdiag_runs.';
COMMENT ON TABLE @extschema@.lbdiag_run_component IS
'Components of recorded runs, read through the view lbdiag_run_components.';
COMMENT ON TABLE @extschema@.lbdiag_run_path IS
'Largest paths of recorded runs, read through the view lbdiag_run_paths.';
COMMENT ON TABLE @extschema@.lbdiag_run_function IS
'Functions of recorded runs, read through the view lbdiag_run_functions.';

SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_run_id', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_run', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_run_component', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_run_path', '');
SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_run_function', '');

CREATE FUNCTION @extschema@.lbdiag_prune(keep interval) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    removed bigint;
BEGIN
    IF $1 IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'keep must not be null',
            HINT = 'Tell how much to keep, as in lbdiag_prune(''90 days'').';
    END IF;
    IF $1 < interval '0' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('a history of %s cannot be kept', $1),
            HINT = 'Use a positive interval, as in lbdiag_prune(''90 days'').';
    END IF;
    DELETE FROM @extschema@.lbdiag_run AS r WHERE r.at < now() - $1;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_prune(interval) IS
'Removes the recorded runs that are older, and returns how many these were.';

CREATE FUNCTION @extschema@.lbdiag_record_begin(runs int) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    keep interval;
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE read_only_sql_transaction USING
            MESSAGE = 'cannot record a run on a standby',
            HINT = 'Record on the primary. lbdiag_audit and lbdiag_profile work here.';
    END IF;
    IF $1 IS NULL OR $1 < 1 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'runs must be at least 1',
            HINT = 'With 3 or more, lbdiag_compare can tell a change from noise.';
    END IF;
    -- The library defines the setting: have it loaded.
    PERFORM @extschema@.lbdiag_server();
    keep := current_setting('lbdiag.retention')::interval;
    -- Who may add runs but not delete them leaves that to others.
    IF keep > interval '0' AND has_table_privilege('@extschema@.lbdiag_run', 'DELETE') THEN
        PERFORM @extschema@.lbdiag_prune(keep);
    END IF;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_record_begin(int) IS
'What lbdiag_record does first: refuses what cannot work, and prunes the history by lbdiag.retention.';

-- Audit and profile are one statement, and so see one state of the sources.
CREATE FUNCTION @extschema@.lbdiag_record(
    domain text DEFAULT 'vision', label text DEFAULT NULL, runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000
BEGIN ATOMIC
    SELECT @extschema@.lbdiag_record_begin($3);
    WITH audit AS MATERIALIZED (
        SELECT a.component, a.path, a.occurrences, a.nulls, a.bytes,
            a.distinct_values, a.gzip_bytes,
            -- The largest 500 paths are kept, and none that is very long.
            a.path IS NOT NULL AND length(a.path) <= 1000
            AND row_number() OVER (ORDER BY a.path IS NULL OR length(a.path) > 1000, a.bytes DESC,
                                            a.component, a.path) <= 500 AS kept
        FROM @extschema@.lbdiag_audit($1, $4, $5, true) AS a
    ), profile AS MATERIALIZED (
        SELECT p.*
        FROM @extschema@.lbdiag_profile($1, 1000, $3, $4, $5, true, true) AS p
    ), run AS (
        INSERT INTO @extschema@.lbdiag_run (
            domain, viewer, layout, label, runs, environment, extension_version,
            buffers_hit, buffers_read, models, bytes, gzip_bytes,
            query_ms, query_min_ms, query_max_ms,
            total_ms, total_min_ms, total_max_ms, paths_left_out)
        SELECT $1, $4,
            coalesce($5, (SELECT l.layout FROM @extschema@.lbdiag_leaderboard AS l WHERE l.domain = $1),
                     'documented'),
            $2, $3, (SELECT s.environment FROM @extschema@.lbdiag_server() AS s),
            (SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname = 'lbdiag'),
            whole.buffers_hit, whole.buffers_read,
            coalesce((SELECT a.occurrences FROM audit AS a
                      WHERE a.component = 'row_data' AND a.path = '$[*]'), 0),
            total.bytes, total.gzip_bytes,
            query.cumtime_ms, query.cumtime_min_ms, query.cumtime_max_ms,
            whole.cumtime_ms, whole.cumtime_min_ms, whole.cumtime_max_ms,
            (SELECT count(*) FROM audit AS a WHERE a.path IS NOT NULL AND NOT a.kept)
        FROM audit AS total
        LEFT JOIN profile AS whole ON whole.function = 'get_ag_grid_context'
        -- Reading the sources is their queries and fetching the rows.
        LEFT JOIN (SELECT sum(p.cumtime_ms) AS cumtime_ms, sum(p.cumtime_min_ms) AS cumtime_min_ms,
                       sum(p.cumtime_max_ms) AS cumtime_max_ms
                   FROM profile AS p WHERE p.function IN ('get_context', 'fetch_models')) AS query ON true
        WHERE total.path IS NULL
        RETURNING id
    ), components AS (
        INSERT INTO @extschema@.lbdiag_run_component (run, component, bytes, gzip_bytes)
        SELECT r.id, a.component, a.bytes, a.gzip_bytes
        FROM run AS r, audit AS a WHERE a.path = '$'
    ), paths AS (
        INSERT INTO @extschema@.lbdiag_run_path (run, component, path, occurrences, nulls, bytes, distinct_values)
        SELECT r.id, a.component, a.path, a.occurrences, a.nulls, a.bytes, a.distinct_values
        FROM run AS r, audit AS a WHERE a.kept
    ), functions AS (
        INSERT INTO @extschema@.lbdiag_run_function (
            run, function, source, ncalls, tottime_ms, tottime_min_ms,
            tottime_max_ms, cumtime_ms, cumtime_min_ms, cumtime_max_ms)
        SELECT r.id, p.function, p.source, p.ncalls, p.tottime_ms, p.tottime_min_ms,
            p.tottime_max_ms, p.cumtime_ms, p.cumtime_min_ms, p.cumtime_max_ms
        FROM run AS r, profile AS p
    )
    SELECT r.id FROM run AS r;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_record(text, text, int, text, text) IS
'Records an audit and a profile of the same state of the sources, and returns the number of the run. Stored are paths and figures, no values of the data: the 500 largest paths of at most 1,000 characters. Runs older than lbdiag.retention are removed first.';

CREATE VIEW @extschema@.lbdiag_runs WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.domain, r.viewer, r.layout, r.label, r.models,
    r.bytes, r.gzip_bytes, r.query_ms, r.query_min_ms, r.query_max_ms,
    r.total_ms, r.total_min_ms, r.total_max_ms, r.runs, r.buffers_hit,
    r.buffers_read,
    CASE WHEN r.buffers_read > 0.1 * (r.buffers_hit + r.buffers_read)
         THEN 'cold' ELSE 'warm' END AS cache,
    r.paths_left_out, r.environment, r.server_version, r.extension_version,
    r.recorded_by, r.login_role
FROM @extschema@.lbdiag_run AS r;

COMMENT ON VIEW @extschema@.lbdiag_runs IS 'Recorded runs, one a row.';

-- From series to series by the index, whatever the length of the history.
CREATE VIEW @extschema@.lbdiag_latest WITH (security_invoker = true) AS
WITH RECURSIVE series AS (
    (SELECT r.domain, r.viewer, r.layout
     FROM @extschema@.lbdiag_run AS r
     ORDER BY r.domain, r.viewer, r.layout LIMIT 1)
    UNION ALL
    SELECT n.domain, n.viewer, n.layout
    FROM series AS s
    CROSS JOIN LATERAL (
        SELECT r.domain, r.viewer, r.layout
        FROM @extschema@.lbdiag_run AS r
        WHERE (r.domain, r.viewer, r.layout) > (s.domain, s.viewer, s.layout)
        ORDER BY r.domain, r.viewer, r.layout LIMIT 1) AS n
)
SELECT l.id AS run, l.at, l.domain, l.viewer, l.layout, l.models, l.bytes,
    l.gzip_bytes, l.query_ms, l.total_ms
FROM series AS s
CROSS JOIN LATERAL (
    SELECT r.*
    FROM @extschema@.lbdiag_run AS r
    WHERE r.domain = s.domain AND r.viewer = s.viewer AND r.layout = s.layout
    ORDER BY r.at DESC, r.id DESC LIMIT 1) AS l;

COMMENT ON VIEW @extschema@.lbdiag_latest IS
'The latest recorded run of each series; a series is a domain, a viewer and a layout.';

CREATE VIEW @extschema@.lbdiag_trend WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.domain, r.viewer, r.layout, r.bytes, r.gzip_bytes,
    r.query_ms, r.query_min_ms, r.query_max_ms, r.total_ms, r.total_min_ms,
    r.total_max_ms,
    r.bytes - lag(r.bytes) OVER series AS bytes_change,
    r.gzip_bytes - lag(r.gzip_bytes) OVER series AS gzip_bytes_change,
    r.total_ms - lag(r.total_ms) OVER series AS total_ms_change
FROM @extschema@.lbdiag_run AS r
WINDOW series AS (PARTITION BY r.domain, r.viewer, r.layout ORDER BY r.at, r.id);

COMMENT ON VIEW @extschema@.lbdiag_trend IS
'Recorded runs, each with its change since the run before in its series.';

CREATE VIEW @extschema@.lbdiag_run_components WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.domain, r.viewer, r.layout, c.component, c.bytes,
    c.gzip_bytes, round(c.bytes / greatest(r.bytes, 1)::numeric, 4) AS share
FROM @extschema@.lbdiag_run AS r
JOIN @extschema@.lbdiag_run_component AS c ON c.run = r.id;

COMMENT ON VIEW @extschema@.lbdiag_run_components IS 'Components of recorded runs.';

CREATE VIEW @extschema@.lbdiag_run_paths WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.domain, r.viewer, r.layout, p.component, p.path,
    p.occurrences, p.nulls, p.bytes,
    round(p.bytes / greatest(r.bytes, 1)::numeric, 4) AS share, p.distinct_values
FROM @extschema@.lbdiag_run AS r
JOIN @extschema@.lbdiag_run_path AS p ON p.run = r.id;

COMMENT ON VIEW @extschema@.lbdiag_run_paths IS
'The largest paths of recorded runs, up to 500 of a run.';

CREATE VIEW @extschema@.lbdiag_run_functions WITH (security_invoker = true) AS
SELECT r.id AS run, r.at, r.domain, r.viewer, r.layout, f.function, f.source,
    f.ncalls, f.tottime_ms, f.tottime_min_ms, f.tottime_max_ms, f.cumtime_ms,
    f.cumtime_min_ms, f.cumtime_max_ms
FROM @extschema@.lbdiag_run AS r
JOIN @extschema@.lbdiag_run_function AS f ON f.run = r.id;

COMMENT ON VIEW @extschema@.lbdiag_run_functions IS 'Functions of recorded runs.';

CREATE VIEW @extschema@.lbdiag_latest_targets WITH (security_invoker = true) AS
SELECT l.run, l.at, l.domain, l.viewer, l.layout, t.phase, t.metric, t.current,
    t.target, t.unit, t.met, t.reduction_needed, t.reduction_pct
FROM @extschema@.lbdiag_latest AS l
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(m.metric, m.value) AS figures
    FROM (
        SELECT v.metric, v.value FROM (VALUES
            ('bytes', l.bytes::numeric), ('gzip_bytes', l.gzip_bytes),
            ('query_time', round(l.query_ms::numeric / 1000, 6)),
            ('total_time', round(l.total_ms::numeric / 1000, 6))) AS v (metric, value)
        UNION ALL
        SELECT v.metric || ':' || c.component, v.value
        FROM @extschema@.lbdiag_run_component AS c
        CROSS JOIN LATERAL (VALUES
            ('bytes', c.bytes), ('gzip_bytes', c.gzip_bytes)) AS v (metric, value)
        WHERE c.run = l.run
    ) AS m
) AS m
CROSS JOIN LATERAL @extschema@.lbdiag_target_rows(l.domain, m.figures) AS t;

COMMENT ON VIEW @extschema@.lbdiag_latest_targets IS
'The targets against the latest recorded runs: what lbdiag_targets tells, without building a context.';

CREATE TYPE @extschema@.lbdiag_difference AS (
    kind text, name text, before numeric, after numeric, delta numeric,
    delta_pct numeric, unit text, verdict text);

COMMENT ON TYPE @extschema@.lbdiag_difference IS
'A figure of two recorded runs: a row of lbdiag_compare.';

CREATE FUNCTION @extschema@.lbdiag_compare(before bigint, after bigint)
RETURNS SETOF @extschema@.lbdiag_difference
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 500
SET search_path = pg_catalog, pg_temp
AS $body$
#variable_conflict use_column
DECLARE
    absent bigint;
    b @extschema@.lbdiag_runs;
    a @extschema@.lbdiag_runs;
BEGIN
    IF $1 IS NULL OR $2 IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'a run to compare must not be null',
            HINT = 'lbdiag_record returns the number of a run; lbdiag_runs lists them.';
    END IF;
    SELECT r.* INTO b FROM @extschema@.lbdiag_runs AS r WHERE r.run = $1;
    SELECT r.* INTO a FROM @extschema@.lbdiag_runs AS r WHERE r.run = $2;
    absent := CASE WHEN b.run IS NULL THEN $1 WHEN a.run IS NULL THEN $2 END;
    IF absent IS NOT NULL THEN
        RAISE undefined_object USING
            MESSAGE = format('run %s does not exist', absent),
            HINT = coalesce((
                SELECT format('The latest runs are: %s.', string_agg(format('%s (%s)', l.id, l.domain), ', ' ORDER BY l.at DESC, l.id DESC))
                FROM (SELECT r.id, r.domain, r.at FROM @extschema@.lbdiag_run AS r ORDER BY r.at DESC, r.id DESC LIMIT 5) AS l
                HAVING count(*) > 0), 'No run is recorded. Use lbdiag_record.');
    END IF;

    -- What makes the figures harder to compare comes first.
    RETURN QUERY
    SELECT 'note', format('the runs have different %s: %s and %s', v.what, v.before, v.after),
        NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::text, NULL::text
    FROM (VALUES
        ('leaderboards', b.domain, a.domain), ('viewers', b.viewer, a.viewer),
        ('layouts', b.layout, a.layout), ('environments', b.environment, a.environment),
        ('server versions', b.server_version, a.server_version),
        ('extension versions', b.extension_version, a.extension_version),
        ('cache states', b.cache, a.cache)
    ) AS v (what, before, after)
    WHERE v.before <> v.after
    UNION ALL
    SELECT 'note', 'times were measured once, so their noise is not known: record with runs => 3 or more',
        NULL, NULL, NULL, NULL, NULL, NULL
    WHERE least(b.runs, a.runs) = 1 AND $1 <> $2;

    RETURN QUERY
    WITH side (side, run) AS (
        VALUES (1, $1), (2, $2)
    ), figure (side, number, kind, name, unit, value, low, high) AS (
        SELECT s.side, 1, 'total', v.name, v.unit, v.value, v.low, v.high
        FROM side AS s JOIN @extschema@.lbdiag_run AS r ON r.id = s.run
        CROSS JOIN LATERAL (VALUES
            ('bytes', 'bytes', r.bytes::numeric, NULL::numeric, NULL::numeric),
            ('gzip_bytes', 'bytes', r.gzip_bytes, NULL, NULL),
            ('models', 'models', r.models, NULL, NULL),
            ('total_time', 'ms', round(r.total_ms::numeric, 3), round(r.total_min_ms::numeric, 3), round(r.total_max_ms::numeric, 3)),
            ('query_time', 'ms', round(r.query_ms::numeric, 3), round(r.query_min_ms::numeric, 3), round(r.query_max_ms::numeric, 3))
        ) AS v (name, unit, value, low, high)
        UNION ALL
        SELECT s.side, v.number, v.kind, c.component, 'bytes', v.value, NULL, NULL
        FROM side AS s JOIN @extschema@.lbdiag_run_component AS c ON c.run = s.run
        CROSS JOIN LATERAL (VALUES
            (2, 'component', c.bytes), (3, 'component_gzip', c.gzip_bytes)) AS v (number, kind, value)
        UNION ALL
        SELECT s.side, 4, 'path', p.component || ':' || p.path, 'bytes', p.bytes, NULL, NULL
        FROM side AS s JOIN @extschema@.lbdiag_run_path AS p ON p.run = s.run
        UNION ALL
        SELECT s.side, v.number, v.kind, f.function, v.unit, v.value, v.low, v.high
        FROM side AS s JOIN @extschema@.lbdiag_run_function AS f ON f.run = s.run
        CROSS JOIN LATERAL (VALUES
            (5, 'function', 'ms', round(f.tottime_ms::numeric, 3), round(f.tottime_min_ms::numeric, 3), round(f.tottime_max_ms::numeric, 3)),
            (6, 'function_cumtime', 'ms', round(f.cumtime_ms::numeric, 3), round(f.cumtime_min_ms::numeric, 3), round(f.cumtime_max_ms::numeric, 3)),
            (7, 'function_ncalls', 'calls', f.ncalls, NULL, NULL)
        ) AS v (number, kind, unit, value, low, high)
    ), pair AS (
        SELECT f.number, f.kind, f.name, f.unit,
            max(f.value) FILTER (WHERE f.side = 1) AS before,
            max(f.value) FILTER (WHERE f.side = 2) AS after,
            max(f.low) FILTER (WHERE f.side = 1) AS before_low,
            max(f.high) FILTER (WHERE f.side = 1) AS before_high,
            max(f.low) FILTER (WHERE f.side = 2) AS after_low,
            max(f.high) FILTER (WHERE f.side = 2) AS after_high
        FROM figure AS f
        GROUP BY f.number, f.kind, f.name, f.unit
    ), judged AS (
        SELECT p.*, CASE
            -- Of a run with many paths, the small ones are not known.
            WHEN p.before IS NULL THEN
                CASE WHEN p.kind = 'path' AND b.paths_left_out > 0 THEN 'not recorded' ELSE 'added' END
            WHEN p.after IS NULL THEN
                CASE WHEN p.kind = 'path' AND a.paths_left_out > 0 THEN 'not recorded' ELSE 'removed' END
            WHEN p.before = p.after THEN 'same'
            WHEN p.unit <> 'ms' THEN CASE WHEN p.after < p.before THEN 'smaller' ELSE 'larger' END
            WHEN least(b.runs, a.runs) = 1 THEN 'unknown'
            WHEN p.after_low <= p.before_high AND p.before_low <= p.after_high THEN 'within noise'
            WHEN p.after < p.before THEN 'faster' ELSE 'slower' END AS verdict
        FROM pair AS p
    ), measured AS (
        SELECT j.*, CASE WHEN j.verdict <> 'not recorded'
                         THEN coalesce(j.after, 0) - coalesce(j.before, 0) END AS delta
        FROM judged AS j
    )
    SELECT m.kind, m.name, m.before, m.after, m.delta,
        round(100 * m.delta / nullif(m.before, 0), 1), m.unit, m.verdict
    FROM measured AS m
    ORDER BY m.number, abs(m.delta) DESC NULLS LAST, greatest(m.before, m.after) DESC, m.name;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_compare(bigint, bigint) IS
'What differs between two recorded runs: notes, totals, components, paths, functions, each kind from the largest change on. A time is faster or slower only where the ranges of the two runs'' repetitions do not overlap.';

-- ---------------------------------------------------------------------------
-- Recording by schedule
-- ---------------------------------------------------------------------------

CREATE TABLE @extschema@.lbdiag_scheduled (
    domain text PRIMARY KEY,
    schedule text NOT NULL,
    job bigint NOT NULL,
    scheduled_by text NOT NULL DEFAULT current_user,
    last_run timestamptz,
    last_success timestamptz,
    last_recorded bigint,
    last_failure timestamptz,
    last_sqlstate text,
    last_error text,
    failures int NOT NULL DEFAULT 0
);

COMMENT ON TABLE @extschema@.lbdiag_scheduled IS
'Leaderboards that are recorded by pg_cron, read through the view lbdiag_schedule_status.';

SELECT pg_catalog.pg_extension_config_dump('@extschema@.lbdiag_scheduled', '');

CREATE VIEW @extschema@.lbdiag_schedule_status WITH (security_invoker = true) AS
SELECT s.domain, s.schedule, s.last_run, s.last_success,
    now() - s.last_success AS age,
    round(extract(epoch FROM now() - s.last_success)) AS age_seconds,
    s.failures, s.last_failure, s.last_sqlstate, s.last_error, s.last_recorded,
    s.job, s.scheduled_by
FROM @extschema@.lbdiag_scheduled AS s;

COMMENT ON VIEW @extschema@.lbdiag_schedule_status IS
'Leaderboards that are recorded by pg_cron, and how it went.';

CREATE FUNCTION @extschema@.lbdiag_unschedule(domain text) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    entry @extschema@.lbdiag_scheduled;
BEGIN
    IF $1 IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'domain must not be null',
            HINT = 'Name a leaderboard, such as ''vision''.';
    END IF;
    SELECT s.* INTO entry FROM @extschema@.lbdiag_scheduled AS s WHERE s.domain = $1;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF entry.scheduled_by <> current_user
        AND NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('leaderboard "%s" was scheduled by role "%s"', $1, entry.scheduled_by),
            HINT = 'Only that role or a superuser can change its job.';
    END IF;
    IF EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron') THEN
        EXECUTE 'SELECT cron.unschedule(j.jobid) FROM cron.job AS j WHERE j.jobid = $1 AND j.jobname = $2'
            USING entry.job, 'lbdiag ' || $1;
    END IF;
    DELETE FROM @extschema@.lbdiag_scheduled AS s WHERE s.domain = $1;
    RETURN true;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_unschedule(text) IS
'Removes the pg_cron job that records a leaderboard. False where there is none.';

CREATE FUNCTION @extschema@.lbdiag_schedule(domain text, schedule text) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $body$
-- The source relations are found through the caller's search path: all names
-- and operators are qualified.
#variable_conflict use_column
DECLARE
    job bigint;
BEGIN
    IF $1 IS NULL OR $2 IS NULL THEN
        RAISE null_value_not_allowed USING
            MESSAGE = 'the arguments of lbdiag_schedule must not be null',
            HINT = 'Name a leaderboard and a schedule, as in lbdiag_schedule(''vision'', ''0 3 * * *'').';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname OPERATOR(pg_catalog.=) 'pg_cron') THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = pg_catalog.format('pg_cron is not installed in database "%s"', pg_catalog.current_database()),
            HINT = 'Add pg_cron to shared_preload_libraries, set cron.database_name to this database, restart, and use CREATE EXTENSION pg_cron. Any other scheduler can call lbdiag_record.';
    END IF;
    -- What would let each run fail is better said now.
    PERFORM FROM @extschema@.lbdiag_audit($1, 'public'::pg_catalog.text, NULL::pg_catalog.text, false);
    IF EXISTS (SELECT FROM @extschema@.lbdiag_scheduled AS s
               WHERE s.domain OPERATOR(pg_catalog.=) $1
                 AND s.scheduled_by OPERATOR(pg_catalog.<>) current_user::pg_catalog.text) THEN
        PERFORM @extschema@.lbdiag_unschedule($1);
    END IF;
    BEGIN
        EXECUTE pg_catalog.format('SELECT cron.schedule(%L, %L, %L)', pg_catalog.concat('lbdiag ', $1), $2,
            pg_catalog.format('CALL @extschema@.lbdiag_record_scheduled(%L::pg_catalog.text)', $1)) INTO job;
    EXCEPTION WHEN invalid_parameter_value THEN
        RAISE invalid_parameter_value USING
            MESSAGE = pg_catalog.format('"%s" is no schedule of pg_cron', $2),
            DETAIL = pg_catalog.format('pg_cron says: %s.', SQLERRM),
            HINT = 'Use minute, hour, day of the month, month and day of the week, as in ''0 3 * * *'' for each night at 3:00 in cron.timezone.';
    END;
    INSERT INTO @extschema@.lbdiag_scheduled (domain, schedule, job)
    VALUES ($1, $2, job)
    ON CONFLICT (domain) DO UPDATE
    SET schedule = excluded.schedule, job = excluded.job;
    RETURN job;
END
$body$;

COMMENT ON FUNCTION @extschema@.lbdiag_schedule(text, text) IS
'Has pg_cron record a leaderboard with lbdiag_record(domain, ''scheduled'', 3), and returns the job''s number; called again, it changes the schedule. The job runs as the caller, with the search path that the role has in this database.';

-- The message of an error may hold values of the data (a cast in a source
-- view): it goes into the server's log, and nowhere else.
CREATE PROCEDURE @extschema@.lbdiag_record_scheduled(domain text)
LANGUAGE plpgsql
AS $body$
-- All names and operators are qualified: a procedure that commits cannot set
-- a search path.
DECLARE
    recorded bigint;
    state pg_catalog.text;
    message pg_catalog.text;
    detail pg_catalog.text;
    context pg_catalog.text;
    meaning pg_catalog.text;
    ended pg_catalog.timestamptz;
BEGIN
    IF NOT EXISTS (SELECT FROM @extschema@.lbdiag_scheduled AS s WHERE s.domain OPERATOR(pg_catalog.=) $1) THEN
        RAISE undefined_object USING
            MESSAGE = pg_catalog.format('leaderboard "%s" is not scheduled', $1),
            HINT = 'Use lbdiag_schedule, or lbdiag_record to record it now.';
    END IF;
    BEGIN
        recorded := @extschema@.lbdiag_record($1, 'scheduled'::pg_catalog.text, 3,
            'public'::pg_catalog.text, NULL::pg_catalog.text);
    EXCEPTION WHEN OTHERS OR query_canceled THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
        RAISE LOG USING
            ERRCODE = state,
            MESSAGE = pg_catalog.format('leaderboard "%s" could not be recorded: %s', $1, message),
            DETAIL = pg_catalog.concat_ws(E'\n', detail, context);
        meaning := pg_catalog.concat(
            CASE
                WHEN state OPERATOR(pg_catalog.=) '42501' THEN 'permission denied'
                WHEN state OPERATOR(pg_catalog.=) '57014' THEN 'canceled, or past statement_timeout'
                WHEN state OPERATOR(pg_catalog.=) '55000' THEN 'not possible in the state of this server'
                WHEN state OPERATOR(pg_catalog.=) ANY ('{42P01,42703,42704,3F000}') THEN 'a relation, column or leaderboard is missing'
                WHEN pg_catalog.starts_with(state, '22') THEN 'the sources hold something that cannot be read'
                WHEN pg_catalog.starts_with(state, '53') THEN 'out of memory, disk or connections'
                ELSE 'an error'
            END, '; the server''s log has the message');
    END;
    ended := pg_catalog.clock_timestamp();
    UPDATE @extschema@.lbdiag_scheduled AS s
    SET last_run = ended,
        last_success = CASE WHEN state IS NULL THEN ended ELSE s.last_success END,
        last_recorded = coalesce(recorded, s.last_recorded),
        last_failure = CASE WHEN state IS NULL THEN s.last_failure ELSE ended END,
        last_sqlstate = coalesce(state, s.last_sqlstate),
        last_error = coalesce(meaning, s.last_error),
        failures = CASE WHEN state IS NULL THEN 0 ELSE s.failures OPERATOR(pg_catalog.+) 1 END
    WHERE s.domain OPERATOR(pg_catalog.=) $1;
    COMMIT;
    -- So that pg_cron, too, takes it for a failure.
    IF state IS NOT NULL THEN
        RAISE USING
            ERRCODE = state,
            MESSAGE = pg_catalog.format('leaderboard "%s" could not be recorded: %s', $1, meaning);
    END IF;
END
$body$;

COMMENT ON PROCEDURE @extschema@.lbdiag_record_scheduled(text) IS
'What the job of lbdiag_schedule calls: records a leaderboard, keeps how it went in lbdiag_schedule_status, and fails where recording did. An error''s message goes to the server''s log only.';

-- Who may record is who may write the tables: the extension's owner and those
-- to whom they are granted.  What is recorded holds names and sizes, no data.
REVOKE ALL ON @extschema@.lbdiag_run, @extschema@.lbdiag_run_component,
    @extschema@.lbdiag_run_path, @extschema@.lbdiag_run_function,
    @extschema@.lbdiag_scheduled,
    @extschema@.lbdiag_runs, @extschema@.lbdiag_latest, @extschema@.lbdiag_trend,
    @extschema@.lbdiag_run_components, @extschema@.lbdiag_run_paths,
    @extschema@.lbdiag_run_functions, @extschema@.lbdiag_latest_targets,
    @extschema@.lbdiag_schedule_status
FROM PUBLIC;
REVOKE ALL ON SEQUENCE @extschema@.lbdiag_run_id FROM PUBLIC;
GRANT SELECT ON @extschema@.lbdiag_run, @extschema@.lbdiag_run_component,
    @extschema@.lbdiag_run_path, @extschema@.lbdiag_run_function,
    @extschema@.lbdiag_scheduled,
    @extschema@.lbdiag_runs, @extschema@.lbdiag_latest, @extschema@.lbdiag_trend,
    @extschema@.lbdiag_run_components, @extschema@.lbdiag_run_paths,
    @extschema@.lbdiag_run_functions, @extschema@.lbdiag_latest_targets,
    @extschema@.lbdiag_schedule_status
TO pg_monitor;

COMMENT ON COLUMN @extschema@.lbdiag_runs.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.domain IS 'Leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.viewer IS 'Viewer of the context.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.label IS 'What lbdiag_record was given as label.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.models IS 'Models in row_data.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.bytes IS 'Bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.gzip_bytes IS 'Compressed bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.query_ms IS 'Time of reading the sources, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.query_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.query_max_ms IS 'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.total_ms IS 'Time of the whole build, with gzip, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.total_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.total_max_ms IS 'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.runs IS 'Repetitions that the times are medians of.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.buffers_hit IS 'Pages found in shared buffers during the build.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.buffers_read IS 'Pages read during the build.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.cache IS 'cold where more than a tenth of the pages were read, else warm.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.paths_left_out IS 'Paths that were not recorded: not among the largest 500, or longer than 1,000 characters.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.environment IS 'development, staging or production.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.server_version IS 'Version of PostgreSQL.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.extension_version IS 'Version of lbdiag.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.recorded_by IS 'Role that recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_runs.login_role IS 'Role that had logged in.';

COMMENT ON COLUMN @extschema@.lbdiag_latest.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.domain IS 'Leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.viewer IS 'Viewer of the context.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.models IS 'Models in row_data.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.bytes IS 'Bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.gzip_bytes IS 'Compressed bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.query_ms IS 'Time of reading the sources, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_latest.total_ms IS 'Time of the whole build, with gzip, in milliseconds.';

COMMENT ON COLUMN @extschema@.lbdiag_trend.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.domain IS 'Leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.viewer IS 'Viewer of the context.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.bytes IS 'Bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.gzip_bytes IS 'Compressed bytes of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.query_ms IS 'Time of reading the sources, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.query_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.query_max_ms IS 'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.total_ms IS 'Time of the whole build, with gzip, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.total_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.total_max_ms IS 'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.bytes_change IS 'Bytes more than the run before.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.gzip_bytes_change IS 'Compressed bytes more than the run before.';
COMMENT ON COLUMN @extschema@.lbdiag_trend.total_ms_change IS 'Milliseconds more than the run before.';

COMMENT ON COLUMN @extschema@.lbdiag_run_components.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.domain IS 'Leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.viewer IS 'Viewer of the context.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.component IS 'JSON document of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.bytes IS 'Bytes of the component.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.gzip_bytes IS 'Compressed bytes of the component.';
COMMENT ON COLUMN @extschema@.lbdiag_run_components.share IS 'bytes as a part of the payload, 0 to 1.';

COMMENT ON COLUMN @extschema@.lbdiag_run_paths.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.domain IS 'Leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.viewer IS 'Viewer of the context.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.component IS 'JSON document of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.path IS 'Path in the component; * stands for keys that are data.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.occurrences IS 'How often the path occurs.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.nulls IS 'How often its value is null.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.bytes IS 'Bytes of the path and of all below it.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.share IS 'bytes as a part of the payload, 0 to 1.';
COMMENT ON COLUMN @extschema@.lbdiag_run_paths.distinct_values IS 'Different scalars but null.';

COMMENT ON COLUMN @extschema@.lbdiag_run_functions.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.domain IS 'Leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.viewer IS 'Viewer of the context.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.function IS 'Function.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.source IS 'Where it stands.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.ncalls IS 'Calls.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.tottime_ms IS 'Time in the function itself, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.tottime_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.tottime_max_ms IS 'The longest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.cumtime_ms IS 'Time in the function and all that it calls, in milliseconds.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.cumtime_min_ms IS 'The shortest of the repetitions.';
COMMENT ON COLUMN @extschema@.lbdiag_run_functions.cumtime_max_ms IS 'The longest of the repetitions.';

COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.run IS 'Number of the run.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.at IS 'When it was recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.domain IS 'Leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.viewer IS 'Viewer of the context.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.layout IS 'Layout of the payload.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.phase IS 'Phase of the target.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.metric IS 'What is measured, as in lbdiag_target.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.current IS 'What it was in the run.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.target IS 'What it must stay below.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.unit IS 's or bytes.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.met IS 'Whether it is below.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.reduction_needed IS 'How much it is above.';
COMMENT ON COLUMN @extschema@.lbdiag_latest_targets.reduction_pct IS 'How much that is of current, in percent.';

COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.domain IS 'Leaderboard.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.schedule IS 'Schedule of the job.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_run IS 'When the job last recorded, or failed to.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_success IS 'When it last recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.age IS 'Time since it last recorded; NULL: it never did.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.age_seconds IS 'The same in seconds.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.failures IS 'Failures in a row; 0: the last run succeeded.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_failure IS 'When it last failed.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_sqlstate IS 'SQLSTATE of the last failure.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_error IS 'What that means; the server''s log has the message.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.last_recorded IS 'Number of the run that it last recorded.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.job IS 'Number of the job in cron.job.';
COMMENT ON COLUMN @extschema@.lbdiag_schedule_status.scheduled_by IS 'Role that the job runs as.';

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
            most_common, number)
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
    ), opportunities AS MATERIALIZED (
        SELECT o.* FROM @extschema@.lbdiag_opportunities($1, $2, $3) AS o
    ), targets AS MATERIALIZED (
        SELECT t.phase, t.metric, t.current, t.target, t.unit, t.met, t.reduction_needed, t.reduction_pct,
            row_number() OVER (ORDER BY t.phase, t.unit, t.metric) AS number
        FROM @extschema@.lbdiag_targets($1, $2, $3) AS t
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
        SELECT 9, 4 * o.priority + v.number, v.line
        FROM opportunities AS o CROSS JOIN LATERAL (VALUES
            (0::bigint, CASE o.impact WHEN 'ALL HIGH' THEN '  ' || o.action
                ELSE format('  %s. [%s IMPACT] %s', o.priority, o.impact, o.action) END),
            (1, format('     Savings: %s MB (%s bytes, %s %% of the payload)',
                       round(o.bytes_saved / 1048576.0, 2), o.bytes_saved, round(100 * o.share_saved, 1))),
            (2, format('     Savings with gzip: %s bytes (%s %% of the compressed payload)',
                       o.gzip_saved, round(100 * o.gzip_share_saved, 1))),
            (3, CASE o.impact WHEN 'ALL HIGH' THEN '     ' || o.trade_off ELSE '     Trade-off: ' || o.trade_off END)
        ) AS v (number, line)
        UNION ALL
        SELECT 9, 1000, '  They are in the order of what they save of the compressed payload; the order by raw bytes is another one.'
        UNION ALL
        SELECT 10, 0, format(E'\n=== SUMMARY ===\n  Current payload: %s MB', round(t.bytes / 1048576.0, 2))
        FROM total AS t
        UNION ALL
        SELECT 11, t.number, format('  Phase %s target, %s: %s, %s', t.phase, t.metric,
            CASE t.unit WHEN 'bytes' THEN round(t.target / 1048576.0, 2) || ' MB' ELSE t.target || ' s' END,
            CASE WHEN t.met THEN 'met'
                 ELSE format('reduction needed %s (%s %%)',
                     CASE t.unit WHEN 'bytes' THEN round(t.reduction_needed / 1048576.0, 2) || ' MB'
                          ELSE round(t.reduction_needed, 3) || ' s' END, t.reduction_pct) END)
        FROM targets AS t
        UNION ALL
        SELECT 12, v.number, v.line
        FROM (VALUES
            (0::bigint, '  Next steps:'::text),
            (1, '    1. Take the first opportunity whose trade-off the page can bear; its apply call in lbdiag_opportunities shows it by component.'),
            (2, '    2. Keep the state before: SELECT lbdiag_record(domain, ''before'').'),
            (3, '    3. Change the page, and the layout with it: copy its row in lbdiag_layout and change the copy.'),
            (4, '    4. Record again, and compare: SELECT * FROM lbdiag_compare(before, after).')
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
