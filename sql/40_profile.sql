/* The profile: where the time of a build goes. */

CREATE FUNCTION @extschema@.lbdiag_profile(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, top int DEFAULT 30, repetitions int DEFAULT 1,
    encoding text DEFAULT NULL)
RETURNS TABLE (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
    cumtime_ms float8, cumtime_percall_ms float8, function text, source text,
    phase text, tottime_min_ms float8, tottime_max_ms float8,
    cumtime_min_ms float8, cumtime_max_ms float8, overhead_ms float8,
    buffers_hit bigint, buffers_read bigint)
AS 'MODULE_PATHNAME', 'lbdiag_profile_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 30;

COMMENT ON FUNCTION @extschema@.lbdiag_profile(text, text, text, int, int, text) IS
'Which functions of lbdiag''s own builder take the time, in ms, the largest cumulative time '
'first, at most top of them. The builder is C inside the server: its time is a lower bound for '
'an application that builds the same payload, not that application''s time. repetitions > 1: '
'each place of the call tree has the median of the runs, after one run to warm up that does not '
'count; the min and max columns are over the runs. tottime is without callees and adds up to '
'cumtime of the first row. phase is query, fetch, detoast, build, encode or compress. '
'encode_string and format_number are timed once in 61 calls, all others at every call. '
'overhead_ms is what measuring cost: readings of the clock and sampled calls, times what one '
'costs, which is measured before each profile. encoding as in lbdiag_audit; none leaves '
'compression out. Buffers are those of the last run.';

CREATE FUNCTION @extschema@.lbdiag_profile_calls(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, repetitions int DEFAULT 1, encoding text DEFAULT NULL)
RETURNS TABLE (caller text, callee text, ncalls bigint, tottime_ms float8, cumtime_ms float8)
AS 'MODULE_PATHNAME', 'lbdiag_profile_calls_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_calls(text, text, text, int, text) IS
'The profile by edges: which function of lbdiag''s builder called which how often, and the time '
'of these calls in ms, with and without callees of their own. Medians over repetitions, as in '
'lbdiag_profile.';

CREATE FUNCTION @extschema@.lbdiag_profile_queries(
    payload text DEFAULT 'vision', viewer text DEFAULT NULL,
    layout text DEFAULT NULL, repetitions int DEFAULT 1)
RETURNS TABLE (
    query text, calls bigint, row_count bigint, ms float8, bytes bigint,
    column_bytes jsonb, basis text, cache text, plan text)
AS 'MODULE_PATHNAME', 'lbdiag_profile_queries_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10;

COMMENT ON FUNCTION @extschema@.lbdiag_profile_queries(text, text, text, int) IS
'The queries that read the source relations, with rows and times in ms (medians over '
'repetitions); basis says whose. First the application''s: all columns of what the viewer sees, '
'through their output functions, with the bytes that they send to the application, and those of '
'each column. Then those of lbdiag''s own builder, which leaves columns in the server, with the '
'pages that they found in shared buffers (cache) and the plan of one more run. Then, where '
'pg_stat_statements is installed, the statements of this database that named the relations: '
'calls, rows of all calls, and mean time.';
