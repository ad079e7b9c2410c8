/* The profile: where the time of a build goes. */

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
AS 'MODULE_PATHNAME', 'lbdiag_profile_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 30;

COMMENT ON FUNCTION @extschema@.lbdiag_profile(text, text, text, int, int, text) IS
'Which functions of lbdiag''s own builder take the time, in ms, the largest cumulative time '
'first, at most top of them. The builder is C inside the server: its time is a floor for an '
'application that builds the same payload, not that application''s time. repetitions > 1: each '
'place of the call tree has the median of the runs, after one run to warm up that does not '
'count; the min and max columns are over the runs. tottime is without callees and adds up to '
'cumtime of the first row. phase is query, fetch, detoast, build, encode or compress. '
'encode_string and format_number are timed once in 61 calls, all others at every call. '
'overhead_ms is what measuring cost: readings of the clock and sampled calls, times what one costs, '
'which is measured before each profile. encoding as in lbdiag_audit; none leaves compression out. Buffers are '
'those of the last run.';

CREATE FUNCTION @extschema@._lbdiag_record_profile(
    domain text, viewer text, layout text, repetitions int)
RETURNS TABLE (
    ncalls bigint, tottime_ms float8, tottime_percall_ms float8,
    cumtime_ms float8, cumtime_percall_ms float8, function text, source text,
    phase text, tottime_min_ms float8, tottime_max_ms float8,
    cumtime_min_ms float8, cumtime_max_ms float8, overhead_ms float8,
    buffers_hit bigint, buffers_read bigint,
    reference_ms float8, reference_min_ms float8, reference_max_ms float8)
AS 'MODULE_PATHNAME', 'lbdiag_record_profile_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 30;

COMMENT ON FUNCTION @extschema@._lbdiag_record_profile(text, text, text, int) IS
'What lbdiag_profile returns, all of it, and in each row the median, the smallest and the largest '
'time of the reference load that was run between the repetitions. Used by lbdiag_record.';

CREATE FUNCTION @extschema@.lbdiag_profile_calls(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, repetitions int DEFAULT 1, encoding text DEFAULT NULL)
RETURNS TABLE (caller text, callee text, ncalls bigint, tottime_ms float8, cumtime_ms float8)
AS 'MODULE_PATHNAME', 'lbdiag_profile_calls_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 60;

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

CREATE FUNCTION @extschema@.lbdiag_bottlenecks(
    domain text DEFAULT 'vision', viewer text DEFAULT 'public',
    layout text DEFAULT NULL, repetitions int DEFAULT 1)
RETURNS TABLE (rank bigint, bottleneck text, ms float8, share numeric, figure text, fix text)
AS 'MODULE_PATHNAME', 'lbdiag_bottlenecks_1_0'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 100000 ROWS 5;

COMMENT ON FUNCTION @extschema@.lbdiag_bottlenecks(text, text, text, int) IS
'What the time of lbdiag''s own builder is spent on, the largest first: query (planning, '
'execution, fetching), detoast (decompression of scores), compression, many small calls '
'(functions with at least 10,000 calls of less than 10 us), serialization (all else). ms are '
'self times and add up to the whole build; share is 0 to 1; figure shows it, fix says what can '
'be done. What an application takes for the same is not in it.';
