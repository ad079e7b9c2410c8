/* The profile of any statement: where its time goes. */

CREATE FUNCTION @extschema@.lbdiag_trace_start(functions boolean DEFAULT true)
RETURNS void
AS 'MODULE_PATHNAME', 'lbdiag_trace_start_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION @extschema@.lbdiag_trace_start(boolean) IS
'Begins a trace of all that this session does, up to lbdiag_trace_stop, DISCARD ALL, a change of '
'the session user, or the end of the session. It shows what lbdiag_profile_sql would show to the '
'current role. functions false leaves calls of functions out, but for those of PL/pgSQL. An error: '
'the session is traced already.';

CREATE FUNCTION @extschema@.lbdiag_profile_sql(
    statement text, top int DEFAULT 25, repetitions int DEFAULT 1,
    rollback boolean DEFAULT true, functions boolean DEFAULT true)
RETURNS TABLE (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8, cumtime_ms float8,
    cumtime_percall_ms float8, function text, source text, kind text, rows bigint,
    loops bigint, shared_blks_hit bigint, shared_blks_read bigint, temp_blks bigint,
    workers_ms float8, tottime_min_ms float8, tottime_max_ms float8,
    cumtime_min_ms float8, cumtime_max_ms float8, overhead_ms float8, merged_calls bigint)
AS 'MODULE_PATHNAME', 'lbdiag_profile_sql_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 25;

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

CREATE FUNCTION @extschema@.lbdiag_profile_sql_tree(
    statement text, repetitions int DEFAULT 1, rollback boolean DEFAULT true,
    functions boolean DEFAULT true)
RETURNS TABLE (
    node int, parent int, depth int, kind text, function text, source text,
    ncalls bigint, tottime_ms float8, cumtime_ms float8, rows bigint, loops bigint,
    rows_removed bigint, shared_blks_hit bigint, shared_blks_read bigint,
    temp_blks bigint, workers_ms float8, overhead_ms float8, merged_calls bigint)
AS 'MODULE_PATHNAME', 'lbdiag_profile_sql_tree_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql_tree(text, int, boolean, boolean) IS
'Runs statements as lbdiag_profile_sql does, and returns their call tree: a row for each place, '
'below the row of the place that it was called from. ncalls of a node of a plan is its loops.';

CREATE FUNCTION @extschema@.lbdiag_trace_stop()
RETURNS TABLE (
    node int, parent int, depth int, kind text, function text, source text,
    ncalls bigint, tottime_ms float8, cumtime_ms float8, rows bigint, loops bigint,
    rows_removed bigint, shared_blks_hit bigint, shared_blks_read bigint,
    temp_blks bigint, workers_ms float8, overhead_ms float8, merged_calls bigint)
AS 'MODULE_PATHNAME', 'lbdiag_trace_stop_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@.lbdiag_trace_stop() IS
'Ends the trace that lbdiag_trace_start has begun, and returns its call tree as '
'lbdiag_profile_sql_tree does. Time between statements is that of the row of kind outside. An '
'error: the session is not traced.';

CREATE FUNCTION @extschema@.lbdiag_profile_sql_export(
    statement text, format text DEFAULT 'folded', repetitions int DEFAULT 1,
    rollback boolean DEFAULT true, functions boolean DEFAULT true)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_profile_sql_export_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_sql_export(text, text, int, boolean, boolean) IS
'Runs statements as lbdiag_profile_sql does, and returns their call tree as a file for a viewer, '
'in the formats of lbdiag_profile_export: folded, speedscope, callgrind, pstats.';
