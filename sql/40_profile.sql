/* The profile: where the time of a build goes. */

CREATE FUNCTION @extschema@._lbdiag_choice(argument text, value text, choices text[])
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_choice_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_choice(text, text, text[]) IS
'The value, where it is one of the choices; an error that lists them where not. Used by functions that take a format or a phase.';

CREATE TYPE @extschema@._lbdiag_scope AS (
    node int, parent int, function text, source text, ncalls bigint,
    self_ms float8, cum_ms float8, self_runs_ms float8[],
    cum_runs_ms float8[], overhead_ms float8, recursive boolean,
    row_count bigint, buffers_hit bigint, buffers_read bigint);

COMMENT ON TYPE @extschema@._lbdiag_scope IS
'A function and the place of the call tree that it was called from: a row of _lbdiag_call_tree.';

CREATE FUNCTION @extschema@._lbdiag_call_tree(
    domain text, viewer text, layout text, runs int, encoding text,
    scopes boolean, top int)
RETURNS SETOF @extschema@._lbdiag_scope
AS 'MODULE_PATHNAME', 'lbdiag_call_tree_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@._lbdiag_call_tree(text, text, text, int, text, boolean, int) IS
'Builds the context runs times (after once to warm up where runs > 1) and returns its call tree: what lbdiag_profile and its exports show, a row for each function and the place it was called from. self_ms is the median of the runs, cum_ms the sum of self_ms over the node and all below it; counts, buffers and overhead are those of the last run. top is only checked.';

CREATE FUNCTION @extschema@._lbdiag_profile_rows(tree @extschema@._lbdiag_scope[])
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

COMMENT ON FUNCTION @extschema@._lbdiag_profile_rows(@extschema@._lbdiag_scope[]) IS
'The rows of lbdiag_profile for a call tree.';

CREATE FUNCTION @extschema@.lbdiag_profile(
    domain text DEFAULT 'vision', top int DEFAULT 30, runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL,
    encoding text DEFAULT NULL, scopes boolean DEFAULT true)
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
          FROM @extschema@._lbdiag_call_tree($1, $4, $5, $3, $6, $7, $2) AS t) AS t
    CROSS JOIN LATERAL @extschema@._lbdiag_profile_rows(t.scopes) AS p
    ORDER BY p.cumtime_ms DESC, p.function
    LIMIT greatest($2, 1);
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile(text, int, int, text, text, text, boolean) IS
'Which functions that build the payload take the time, in ms, the largest cumulative time first, at most top of them. runs > 1: each place of the call tree has the median of the runs, after one run to warm up that does not count; the min and max columns are over the runs. tottime is without callees and adds up to cumtime of the first row. encode_string and format_number are timed once in 61 calls, all others at every call. overhead_ms is what measuring cost: calls times the cost of an empty scope, which is measured before each profile. encoding is what the text is compressed with, NULL that of lbdiag.encoding, none leaves compression out; scopes false times the whole build only. Buffers are those of the last run.';

CREATE FUNCTION @extschema@.lbdiag_profile_calls(
    domain text DEFAULT 'vision', runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL,
    encoding text DEFAULT NULL)
RETURNS TABLE (caller text, callee text, ncalls bigint, tottime_ms float8, cumtime_ms float8)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60
BEGIN ATOMIC
    WITH tree AS MATERIALIZED (
        SELECT t.* FROM @extschema@._lbdiag_call_tree($1, $3, $4, $2, $5, true, 1) AS t
    )
    SELECT p.function, t.function, sum(t.ncalls)::bigint, sum(t.self_ms),
        coalesce(sum(t.cum_ms) FILTER (WHERE NOT (t.function = p.function AND p.recursive)), 0)
    FROM tree AS t JOIN tree AS p ON p.node = t.parent
    GROUP BY p.function, t.function
    ORDER BY 5 DESC, 1, 2;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_calls(text, int, text, text, text) IS
'The profile by edges: which function called which how often, and the time of these calls in ms, with and without callees of their own. Medians over runs, and encoding, as in lbdiag_profile.';

CREATE FUNCTION @extschema@._lbdiag_query_plans(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS TABLE (query text, plan text)
AS 'MODULE_PATHNAME', 'lbdiag_query_plans_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 2;

COMMENT ON FUNCTION @extschema@._lbdiag_query_plans(text, text, text) IS
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
        FROM @extschema@._lbdiag_call_tree($1, $3, $4, $2, 'none'::text, true, 1) AS t
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
    JOIN @extschema@._lbdiag_query_plans($1, $3, $4) AS p ON p.query = q.query
    ORDER BY q.planning + q.execution + q.fetch DESC;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_queries(text, int, text, text) IS
'The queries that read the source relations: rows, times in ms (medians over runs), pages found in shared buffers and not (of the last run), that in words, and the plan of one more run. Fetching is reading a row again after the query has sorted it, with the decompression of its scores.';

CREATE FUNCTION @extschema@._lbdiag_bottleneck_rows(
    tree @extschema@._lbdiag_scope[], encoding text)
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
            CASE WHEN t.function IN ('gzip', 'brotli', 'zstd') THEN 'compression'
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
            WHEN 'compression' THEN $2
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

COMMENT ON FUNCTION @extschema@._lbdiag_bottleneck_rows(@extschema@._lbdiag_scope[], text) IS
'The rows of lbdiag_bottlenecks for a call tree with an encoding.';

CREATE FUNCTION @extschema@.lbdiag_bottlenecks(
    domain text DEFAULT 'vision', runs int DEFAULT 1,
    viewer text DEFAULT 'public', layout text DEFAULT NULL)
RETURNS TABLE (rank bigint, bottleneck text, ms float8, share numeric, figure text, fix text)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 5
BEGIN ATOMIC
    SELECT b.*
    FROM @extschema@._lbdiag_encoding(NULL::text) AS e (name)
    CROSS JOIN LATERAL (SELECT array_agg(t) AS scopes
          FROM @extschema@._lbdiag_call_tree($1, $3, $4, $2, e.name, true, 1) AS t) AS t
    CROSS JOIN LATERAL @extschema@._lbdiag_bottleneck_rows(t.scopes, e.name) AS b
    ORDER BY b.rank;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_bottlenecks(text, int, text, text) IS
'What the time of the build is spent on, the largest first: query (planning, execution, fetching), detoast (decompression of scores), compression (in the encoding that figure names), many small calls (functions with at least 10,000 calls of less than 10 us), serialization (all else). ms are self times and add up to the whole build; share is 0 to 1; figure shows it, fix says what can be done.';

