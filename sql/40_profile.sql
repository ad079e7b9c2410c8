/* The profile: where the time of a build goes. */

CREATE FUNCTION @extschema@._lbdiag_choice(argument text, value text, choices text[])
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_choice_1_0'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_choice(text, text, text[]) IS
'The value, where it is one of the choices; an error that lists them where not. Used by '
'functions that take a format or a phase.';

CREATE TYPE @extschema@._lbdiag_scope AS (
    node int, parent int, function text, source text, ncalls bigint,
    self_ms float8, cum_ms float8, self_runs_ms float8[],
    cum_runs_ms float8[], overhead_ms float8, recursive boolean,
    row_count bigint, buffers_hit bigint, buffers_read bigint, phase text,
    reference_ms float8[]);

COMMENT ON TYPE @extschema@._lbdiag_scope IS
'A function and the place of the call tree that it was called from: a row of _lbdiag_call_tree.';

CREATE FUNCTION @extschema@._lbdiag_call_tree(
    domain text, viewer text, layout text, repetitions int, encoding text, top int)
RETURNS SETOF @extschema@._lbdiag_scope
AS 'MODULE_PATHNAME', 'lbdiag_call_tree_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@._lbdiag_call_tree(text, text, text, int, text, int) IS
'Builds the context repetitions times (after once to warm up where there are several) and '
'returns its call tree: what lbdiag_profile and its exports show, a row for each function and '
'the place it was called from. phase is query, fetch, detoast, build, encode or compress. '
'reference_ms, of the root, are the times of a fixed reference load, before each run and after '
'the last. self_ms is the median of the runs, cum_ms the sum of self_ms over the node and all '
'below it; counts, buffers and overhead are those of the last run. top is only checked.';

CREATE FUNCTION @extschema@._lbdiag_profile_rows(tree @extschema@._lbdiag_scope[])
RETURNS TABLE (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
    cumtime_ms float8, cumtime_percall_ms float8, function text, source text,
    phase text, tottime_min_ms float8, tottime_max_ms float8, cumtime_min_ms float8,
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
        SELECT t.function, min(t.phase) AS phase,
            CASE WHEN count(DISTINCT coalesce(t.source, '')) = 1 THEN min(t.source) END AS source,
            sum(t.ncalls)::bigint AS ncalls, sum(t.self_ms) AS self,
            sum(t.cum_ms) FILTER (WHERE NOT t.recursive) AS cum, sum(t.overhead_ms) AS overhead,
            (sum(t.buffers_hit) FILTER (WHERE NOT t.recursive))::bigint AS hit,
            (sum(t.buffers_read) FILTER (WHERE NOT t.recursive))::bigint AS read
        FROM tree AS t GROUP BY t.function
    )
    SELECT t.ncalls, t.self, t.self / nullif(t.ncalls, 0), t.cum,
        t.cum / nullif(t.ncalls, 0), t.function, t.source, t.phase,
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
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, top int DEFAULT 30, repetitions int DEFAULT 1,
    encoding text DEFAULT NULL)
RETURNS TABLE (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
    cumtime_ms float8, cumtime_percall_ms float8, function text, source text,
    phase text, tottime_min_ms float8, tottime_max_ms float8,
    cumtime_min_ms float8, cumtime_max_ms float8, overhead_ms float8,
    buffers_hit bigint, buffers_read bigint)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 30
BEGIN ATOMIC
    SELECT p.*
    FROM (SELECT array_agg(t) AS scopes
          FROM @extschema@._lbdiag_call_tree(
              $1, $2, $3, coalesce($5, 1), $6, coalesce($4, 30)) AS t) AS t
    CROSS JOIN LATERAL @extschema@._lbdiag_profile_rows(t.scopes) AS p
    ORDER BY p.cumtime_ms DESC, p.function
    LIMIT greatest(coalesce($4, 30), 1);
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile(text, text, text, int, int, text) IS
'Which functions of lbdiag''s own builder take the time, in ms, the largest cumulative time '
'first, at most top of them. The builder is C inside the server: its time is a floor for an '
'application that builds the same payload, not that application''s time. repetitions > 1: each '
'place of the call tree has the median of the runs, after one run to warm up that does not '
'count; the min and max columns are over the runs. tottime is without callees and adds up to '
'cumtime of the first row. phase is query, fetch, detoast, build, encode or compress. '
'encode_string and format_number are timed once in 61 calls, all others at every call. '
'overhead_ms is what measuring cost: calls times the cost of an empty scope, which is measured '
'before each profile. encoding as in lbdiag_audit; none leaves compression out. Buffers are '
'those of the last run.';

CREATE FUNCTION @extschema@.lbdiag_profile_calls(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, repetitions int DEFAULT 1, encoding text DEFAULT NULL)
RETURNS TABLE (caller text, callee text, ncalls bigint, tottime_ms float8, cumtime_ms float8)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60
BEGIN ATOMIC
    WITH tree AS MATERIALIZED (
        SELECT t.* FROM @extschema@._lbdiag_call_tree($1, $2, $3, coalesce($4, 1), $5, 1) AS t
    )
    SELECT p.function, t.function, sum(t.ncalls)::bigint, sum(t.self_ms),
        coalesce(sum(t.cum_ms) FILTER (WHERE NOT (t.function = p.function AND p.recursive)), 0)
    FROM tree AS t JOIN tree AS p ON p.node = t.parent
    GROUP BY p.function, t.function
    ORDER BY 5 DESC, 1, 2;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_calls(text, text, text, int, text) IS
'The profile by edges: which function of lbdiag''s builder called which how often, and the time '
'of these calls in ms, with and without callees of their own. Medians over repetitions, as in '
'lbdiag_profile.';

CREATE FUNCTION @extschema@._lbdiag_query_plans(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL)
RETURNS TABLE (query text, plan text)
AS 'MODULE_PATHNAME', 'lbdiag_query_plans_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 2;

COMMENT ON FUNCTION @extschema@._lbdiag_query_plans(text, text, text) IS
'The plans of the queries with which lbdiag''s builder reads the source relations, as EXPLAIN '
'(ANALYZE, BUFFERS, SETTINGS) shows them: each query is run for it.';

CREATE FUNCTION @extschema@._lbdiag_application_queries(
    domain text, viewer text, layout text, repetitions int)
RETURNS TABLE (query text, column_name text, row_count bigint, bytes bigint, ms float8)
AS 'MODULE_PATHNAME', 'lbdiag_application_queries_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 40;

COMMENT ON FUNCTION @extschema@._lbdiag_application_queries(text, text, text, int) IS
'Runs the queries with which an application reads the source relations: all columns, as text, '
'of the rows that the viewer sees. A row for each query, models and benchmarks, with its time '
'in ms and the bytes of its rows in the protocol, and one for each column with its bytes.';

-- Stable, and so it sees the state that the statement sees that calls it.
CREATE FUNCTION @extschema@._lbdiag_application_query_ms(
    domain text, viewer text, layout text, repetitions int)
RETURNS float8
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 100000
BEGIN ATOMIC
    SELECT sum(q.ms) FROM @extschema@._lbdiag_application_queries($1, $2, $3, $4) AS q
    WHERE q.column_name IS NULL;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_application_query_ms(text, text, text, int) IS
'The time in ms that the application''s own queries of the sources take in the server.';

CREATE FUNCTION @extschema@._lbdiag_statements(relations regclass[])
RETURNS TABLE (query text, calls bigint, row_count bigint, mean_ms float8)
LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
SET standard_conforming_strings = on
AS $body$
DECLARE
    installed text;
BEGIN
    SELECT quote_ident(n.nspname) INTO installed
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements';
    IF NOT FOUND OR current_setting('pg_stat_statements.track', true) IS NULL THEN
        RETURN;
    END IF;
    -- A statement touched a relation where it has its name as a word.
    RETURN QUERY EXECUTE format($query$
        SELECT left(regexp_replace(s.query, '\s+', ' ', 'g'), 200), s.calls, s.rows,
            s.mean_exec_time
        FROM %s.pg_stat_statements AS s
        WHERE s.query ~* '^\s*(select|with|insert|update|delete|merge|refresh)\M'
            AND s.dbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
            AND s.query !~ '\mlbdiag_\w+\(|OPERATOR\(pg_catalog' AND s.calls > 0
            AND EXISTS (SELECT FROM unnest($1) AS r (relation)
                JOIN pg_class AS c ON c.oid = r.relation
                WHERE s.query ~ ('(^|[^[:alnum:]_])'
                    || regexp_replace(c.relname, '([.*+?^${}()|\[\]\\])', '\\\1', 'g')
                    || '($|[^[:alnum:]_])'))
        ORDER BY s.total_exec_time DESC LIMIT 20$query$, installed) USING $1;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_statements(regclass[]) IS
'Of pg_stat_statements, where it is installed, the 20 statements of this database with the '
'largest total time that name one of the relations. Its texts have no constants.';

CREATE FUNCTION @extschema@.lbdiag_profile_queries(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, repetitions int DEFAULT 1)
RETURNS TABLE (
    query text, calls bigint, row_count bigint, ms float8, bytes bigint,
    column_bytes jsonb, basis text, cache text, plan text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10
SET lbdiag.progress_function = 'lbdiag_profile_queries'
BEGIN ATOMIC
    WITH q AS MATERIALIZED (
        SELECT q.* FROM @extschema@._lbdiag_application_queries($1, $2, $3, coalesce($4, 1)) AS q
    ), tree AS MATERIALIZED (
        SELECT t.*
        FROM @extschema@._lbdiag_call_tree($1, $2, $3, coalesce($4, 1), 'none'::text, 1) AS t
    ), builder AS (
        SELECT split_part(t.function, '_', 2) AS query, max(t.row_count) AS row_count,
            sum(t.cum_ms) AS ms, sum(t.buffers_hit)::bigint AS hit,
            sum(t.buffers_read)::bigint AS read
        FROM tree AS t
        WHERE t.phase IN ('query', 'fetch')
            AND split_part(t.function, '_', 2) IN ('benchmarks', 'models')
        GROUP BY 1
    )
    SELECT q.query, $4::bigint, q.row_count, q.ms, q.bytes,
        (SELECT jsonb_object_agg(c.column_name, c.bytes) FROM q AS c
         WHERE c.query = q.query AND c.column_name IS NOT NULL),
        'the application''s SELECT, run here: all columns, as text'::text, NULL::text, NULL::text
    FROM q WHERE q.column_name IS NULL
    UNION ALL
    SELECT b.query, $4, b.row_count, b.ms, NULL, NULL, 'the query of lbdiag''s own builder',
        format('%s: %s of %s page accesses missed shared buffers',
            CASE WHEN b.read = 0 THEN 'warm' WHEN b.read < 0.1 * (b.hit + b.read) THEN 'nearly warm'
                 ELSE 'cold' END, b.read, b.hit + b.read), p.plan
    FROM builder AS b JOIN @extschema@._lbdiag_query_plans($1, $2, $3) AS p ON p.query = b.query
    UNION ALL
    SELECT s.query, s.calls, s.row_count, s.mean_ms, NULL, NULL,
        'pg_stat_statements: mean of all calls', NULL, NULL
    FROM @extschema@._lbdiag_statements((SELECT array_agg(DISTINCT x.r)
        FROM (SELECT r.relation AS r FROM @extschema@._lbdiag_sources($1) AS r
              UNION SELECT r.storage FROM @extschema@._lbdiag_sources($1) AS r) AS x)) AS s;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_queries(text, text, text, int) IS
'The queries that read the source relations, with rows and times in ms (medians over '
'repetitions); basis says whose. First the application''s: all columns of what the viewer sees, '
'through their output functions, with the bytes that they send to the application, and those of '
'each column. Then those of lbdiag''s own builder, which leaves columns in the server, with the '
'pages that they found in shared buffers (cache) and the plan of one more run. Then, where '
'pg_stat_statements is installed, the statements of this database that named the relations: '
'calls, rows of all calls, and mean time.';

CREATE FUNCTION @extschema@._lbdiag_bottleneck_rows(tree @extschema@._lbdiag_scope[])
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
            CASE WHEN t.phase = 'compress' THEN 'compression'
                 WHEN t.phase = 'detoast' THEN 'detoast'
                 WHEN t.phase IN ('query', 'fetch') THEN 'query'
                 WHEN t.function IN (SELECT s.function FROM small AS s) THEN 'many small calls'
                 ELSE 'serialization' END AS bottleneck
        FROM tree AS t
    ), sums AS (
        SELECT b.bottleneck, b.fix, coalesce(sum(k.self_ms), 0) AS ms,
            coalesce(sum(k.ncalls), 0) AS ncalls,
            (array_agg(k.function ORDER BY k.self_ms DESC))[1] AS largest
        FROM (VALUES
            ('query'::text,
             'Read the plans in lbdiag_profile_queries, and what the application''s own queries '
             'send.'::text),
            ('detoast',
             'Each build decompresses the scores. lz4 is faster: ALTER TABLE ... ALTER COLUMN '
             'scores SET COMPRESSION lz4, and rewrite the rows. Or store elsewhere what the page '
             'does not need.'),
            ('serialization',
             'Send fewer components and members: lbdiag_opportunities measures what each saves.'),
            ('many small calls',
             'The number of values takes the time: drop fields of the cells, or send only the '
             'cells that the page shows first.'),
            ('compression',
             'Use a lower level (lbdiag_encodings compares them), or send fewer bytes '
             '(lbdiag_opportunities).')
        ) AS b (bottleneck, fix)
        LEFT JOIN kind AS k ON k.bottleneck = b.bottleneck
        GROUP BY b.bottleneck, b.fix
    )
    SELECT row_number() OVER (ORDER BY s.ms DESC, s.bottleneck), s.bottleneck, s.ms,
        round((s.ms / t.ms)::numeric, 4),
        CASE WHEN s.ncalls = 0 THEN 'nothing'
             WHEN s.bottleneck = 'query'
             THEN format('%s page accesses hit shared buffers, %s missed', t.hit, t.read)
             ELSE format('%s calls, most time in %s', s.ncalls, s.largest) END, s.fix
    FROM sums AS s CROSS JOIN total AS t
    ORDER BY 1;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_bottleneck_rows(@extschema@._lbdiag_scope[]) IS
'The rows of lbdiag_bottlenecks for a call tree.';

CREATE FUNCTION @extschema@.lbdiag_bottlenecks(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, repetitions int DEFAULT 1)
RETURNS TABLE (rank bigint, bottleneck text, ms float8, share numeric, figure text, fix text)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 5
BEGIN ATOMIC
    SELECT b.*
    FROM (SELECT array_agg(t) AS scopes
          FROM @extschema@._lbdiag_call_tree($1, $2, $3, coalesce($4, 1), NULL::text, 1) AS t) AS t
    CROSS JOIN LATERAL @extschema@._lbdiag_bottleneck_rows(t.scopes) AS b
    ORDER BY b.rank;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_bottlenecks(text, text, text, int) IS
'What the time of lbdiag''s own builder is spent on, the largest first: query (planning, '
'execution, fetching), detoast (decompression of scores), compression, many small calls '
'(functions with at least 10,000 calls of less than 10 us), serialization (all else). ms are '
'self times and add up to the whole build; share is 0 to 1; figure shows it, fix says what can '
'be done. What an application takes for the same is not in it.';
