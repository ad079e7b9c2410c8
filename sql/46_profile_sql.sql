/* The profile of any statement: where its time goes. */

CREATE TYPE @extschema@._lbdiag_place AS (
    node int, parent int, kind text, function text, source text,
    ncalls bigint, self_ms float8, cum_ms float8, self_runs_ms float8[],
    cum_runs_ms float8[], overhead_ms float8, recursive boolean,
    row_count bigint, loops bigint, rows_removed bigint,
    shared_blks_hit bigint, shared_blks_read bigint, temp_blks bigint,
    workers_ms float8, merged_calls bigint, reference_ms float8[]);

COMMENT ON TYPE @extschema@._lbdiag_place IS
'A statement, function, line or node of a plan, and the place of the call tree that it was '
'called from.';

CREATE TYPE @extschema@._lbdiag_sql_row AS (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8, cumtime_ms float8,
    cumtime_percall_ms float8, function text, source text, kind text, rows bigint,
    loops bigint, shared_blks_hit bigint, shared_blks_read bigint, temp_blks bigint,
    workers_ms float8, tottime_min_ms float8, tottime_max_ms float8,
    cumtime_min_ms float8, cumtime_max_ms float8, overhead_ms float8, merged_calls bigint);

COMMENT ON TYPE @extschema@._lbdiag_sql_row IS
'A row of lbdiag_profile_sql: what has one label, wherever it was called from.';

CREATE TYPE @extschema@._lbdiag_sql_place AS (
    node int, parent int, depth int, kind text, function text, source text,
    ncalls bigint, tottime_ms float8, cumtime_ms float8, rows bigint, loops bigint,
    rows_removed bigint, shared_blks_hit bigint, shared_blks_read bigint,
    temp_blks bigint, workers_ms float8, overhead_ms float8, merged_calls bigint);

COMMENT ON TYPE @extschema@._lbdiag_sql_place IS
'A row of lbdiag_profile_sql_tree and of lbdiag_trace_stop: a place of the call tree.';

CREATE FUNCTION @extschema@._lbdiag_profile_places(
    statement text, top int, repetitions int, rollback boolean, functions boolean)
RETURNS SETOF @extschema@._lbdiag_place
AS 'MODULE_PATHNAME', 'lbdiag_profile_places_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@._lbdiag_profile_places(text, int, int, boolean, boolean) IS
'Runs statements and returns their call tree: what lbdiag_profile_sql and its exports show, a '
'row for each place. self_ms is the median of the repetitions, cum_ms and the blocks are sums '
'over the place and all below it; counts are those of the last repetition. top is only checked.';

CREATE FUNCTION @extschema@._lbdiag_trace_places()
RETURNS SETOF @extschema@._lbdiag_place
AS 'MODULE_PATHNAME', 'lbdiag_trace_stop_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@._lbdiag_trace_places() IS
'Ends the trace of the session and returns its call tree, as _lbdiag_profile_places does.';

CREATE FUNCTION @extschema@.lbdiag_trace_start(functions boolean DEFAULT true)
RETURNS void
AS 'MODULE_PATHNAME', 'lbdiag_trace_start_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION @extschema@.lbdiag_trace_start(boolean) IS
'Begins a trace of all that this session does, up to lbdiag_trace_stop, DISCARD ALL, a change of '
'the session user, or the end of the session. It shows what lbdiag_profile_sql would show to the '
'current role. functions false leaves calls of functions out, but for those of PL/pgSQL. An error: '
'the session is traced already.';

CREATE FUNCTION @extschema@._lbdiag_place_scopes(tree @extschema@._lbdiag_place[])
RETURNS @extschema@._lbdiag_scope[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(ROW(t.node, t.parent, t.function, t.source, t.ncalls, t.self_ms, t.cum_ms,
        t.self_runs_ms, t.cum_runs_ms, t.overhead_ms, t.recursive, t.row_count, t.shared_blks_hit,
        t.shared_blks_read, t.kind, NULL::float8[])::@extschema@._lbdiag_scope ORDER BY t.node)
    FROM unnest($1) AS t;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_scopes(@extschema@._lbdiag_place[]) IS
'A call tree of statements as one of functions, for what is made of either.';

CREATE FUNCTION @extschema@._lbdiag_place_rows(tree @extschema@._lbdiag_place[])
RETURNS SETOF @extschema@._lbdiag_sql_row
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 30
BEGIN ATOMIC
    SELECT p.ncalls, p.tottime_ms, p.tottime_percall_ms, p.cumtime_ms, p.cumtime_percall_ms,
        p.function, p.source, t.kind, t.row_count, t.loops, p.buffers_hit, p.buffers_read,
        t.temp_blks, t.workers_ms, p.tottime_min_ms, p.tottime_max_ms, p.cumtime_min_ms,
        p.cumtime_max_ms, p.overhead_ms, t.merged_calls
    FROM @extschema@._lbdiag_profile_rows(@extschema@._lbdiag_place_scopes($1)) AS p
    JOIN (
        SELECT t.function, (array_agg(t.kind ORDER BY t.node))[1] AS kind,
            sum(t.row_count)::bigint AS row_count, sum(t.loops)::bigint AS loops,
            (sum(t.temp_blks) FILTER (WHERE NOT t.recursive))::bigint AS temp_blks,
            sum(t.workers_ms) FILTER (WHERE NOT t.recursive) AS workers_ms,
            sum(t.merged_calls)::bigint AS merged_calls
        FROM unnest($1) AS t GROUP BY t.function
    ) AS t ON t.function = p.function
    ORDER BY p.cumtime_ms DESC, p.tottime_ms, p.function;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_rows(@extschema@._lbdiag_place[]) IS
'The rows of lbdiag_profile_sql for a call tree.';

CREATE FUNCTION @extschema@.lbdiag_profile_sql(
    statement text, top int DEFAULT 25, repetitions int DEFAULT 1,
    rollback boolean DEFAULT true, functions boolean DEFAULT true)
RETURNS SETOF @extschema@._lbdiag_sql_row
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 25
BEGIN ATOMIC
    SELECT r.*
    FROM (SELECT array_agg(p) AS tree
          FROM @extschema@._lbdiag_profile_places($1, $2, $3, $4, $5) AS p) AS p
    CROSS JOIN LATERAL @extschema@._lbdiag_place_rows(p.tree) AS r
    LIMIT greatest($2, 1);
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql(text, int, int, boolean, boolean) IS
'Runs one or more statements with the caller''s rights and says where their time goes: the '
'statements, planning, output (rows turned into text, and discarded), functions, lines of PL/pgSQL '
'and nodes of plans in one list, the largest cumulative time first, at most top of them. tottime '
'is without what is called and adds up to cumtime of the first row; recursion counts once. '
'repetitions > 1: medians, after one that does not count. rollback true undoes the effects of '
'each repetition at its end. functions false leaves calls of functions out, but for those of '
'PL/pgSQL. What runs as a role that the caller could not become is counted at the SECURITY DEFINER '
'function that it was called from, and not shown. Texts of statements are '
'shortened and show no values. Blocks are with all that is called. workers_ms is what parallel '
'workers took, and is in no other column. merged_calls are calls counted here as the tree had no '
'space for places of their own. Errors: VACUUM, CREATE INDEX CONCURRENTLY, transaction control, '
'COPY to or from the client, a profile '
'within a profile, and the statements'' own.';

CREATE FUNCTION @extschema@._lbdiag_place_tree(tree @extschema@._lbdiag_place[])
RETURNS SETOF @extschema@._lbdiag_sql_place
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 60
BEGIN ATOMIC
    WITH RECURSIVE tree AS MATERIALIZED (
        SELECT t.* FROM unnest($1) AS t
    ), level AS (
        SELECT t.node, 0 AS depth FROM tree AS t WHERE t.parent IS NULL
        UNION ALL
        SELECT t.node, l.depth + 1 FROM level AS l JOIN tree AS t ON t.parent = l.node
    )
    SELECT t.node, t.parent, l.depth, t.kind, t.function, t.source, t.ncalls, t.self_ms,
        t.cum_ms, t.row_count, t.loops, t.rows_removed, t.shared_blks_hit, t.shared_blks_read,
        t.temp_blks, t.workers_ms, t.overhead_ms, t.merged_calls
    FROM tree AS t JOIN level AS l ON l.node = t.node
    ORDER BY t.node;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_place_tree(@extschema@._lbdiag_place[]) IS
'The rows of lbdiag_profile_sql_tree for a call tree.';

CREATE FUNCTION @extschema@.lbdiag_profile_sql_tree(
    statement text, repetitions int DEFAULT 1, rollback boolean DEFAULT true,
    functions boolean DEFAULT true)
RETURNS SETOF @extschema@._lbdiag_sql_place
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60
BEGIN ATOMIC
    SELECT r.*
    FROM (SELECT array_agg(p) AS tree
          FROM @extschema@._lbdiag_profile_places($1, 1, $2, $3, $4) AS p) AS p
    CROSS JOIN LATERAL @extschema@._lbdiag_place_tree(p.tree) AS r
    ORDER BY r.node;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql_tree(text, int, boolean, boolean) IS
'Runs statements as lbdiag_profile_sql does, and returns their call tree: a row for each place, '
'below the row of the place that it was called from. ncalls of a node of a plan is its loops.';

CREATE FUNCTION @extschema@.lbdiag_trace_stop()
RETURNS SETOF @extschema@._lbdiag_sql_place
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60
BEGIN ATOMIC
    SELECT r.*
    FROM (SELECT array_agg(p) AS tree FROM @extschema@._lbdiag_trace_places() AS p) AS p
    CROSS JOIN LATERAL @extschema@._lbdiag_place_tree(p.tree) AS r
    ORDER BY r.node;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_trace_stop() IS
'Ends the trace that lbdiag_trace_start has begun, and returns its call tree as '
'lbdiag_profile_sql_tree does. Time between statements is that of the row of kind outside. An '
'error: the session is not traced.';

CREATE FUNCTION @extschema@.lbdiag_profile_sql_export(
    statement text, format text DEFAULT 'folded', repetitions int DEFAULT 1,
    rollback boolean DEFAULT true, functions boolean DEFAULT true)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000
BEGIN ATOMIC
    WITH wanted AS MATERIALIZED (
        SELECT @extschema@._lbdiag_profile_format($2) AS format
    ), tree AS MATERIALIZED (
        SELECT array_agg(p) AS places, min(p.function) FILTER (WHERE p.node = 2) AS title
        FROM wanted AS w
        CROSS JOIN LATERAL @extschema@._lbdiag_profile_places(
            $1, 1, CASE WHEN w.format IS NOT NULL THEN $3 END, $4, $5) AS p
    )
    SELECT @extschema@._lbdiag_tree_export(@extschema@._lbdiag_place_scopes(t.places),
                                           coalesce(t.title, 'profile'), w.format)
    FROM wanted AS w CROSS JOIN tree AS t;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql_export(text, text, int, boolean, boolean) IS
'Runs statements as lbdiag_profile_sql does, and returns their call tree as a file for a viewer, '
'in the formats of lbdiag_profile_export: folded, speedscope, callgrind, pstats.';
