/* Recorded profiles of statements. */

CREATE FUNCTION @extschema@.lbdiag_record_sql(
    label text, statement text, repetitions int DEFAULT 3, rollback boolean DEFAULT true,
    functions boolean DEFAULT true)
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100000
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_raise('22004'::text, 'label must not be null'::text, NULL::text,
        'Name what is measured, such as ''before the index''.'::text)
    WHERE $1 IS NULL;
    SELECT @extschema@._lbdiag_record_begin('record a profile'::text);
    WITH profile AS MATERIALIZED (
        SELECT r.* FROM @extschema@._lbdiag_record_profile_sql($2, $3, $4, $5) AS r
    ), run AS (
        INSERT INTO @extschema@.lbdiag_run (
            kind, label, statement, repetitions, machine, reference_min_ms, reference_max_ms,
            environment, extension_version, statement_ms, statement_min_ms, statement_max_ms)
        SELECT 'statement', $1, p.statements, $3, s.machine, p.reference_min_ms,
            p.reference_max_ms, s.environment,
            (SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname = 'lbdiag'),
            p.cumtime_ms, p.cumtime_min_ms, p.cumtime_max_ms
        FROM profile AS p
        CROSS JOIN @extschema@._lbdiag_server() AS s
        WHERE p.kind = 'profile'
        RETURNING id
    ), places AS (
        INSERT INTO @extschema@.lbdiag_run_function (
            run, kind, function, source, ncalls, rows, shared_blks, temp_blks, tottime_ms,
            tottime_min_ms, tottime_max_ms, cumtime_ms, cumtime_min_ms, cumtime_max_ms)
        SELECT r.id, p.kind, p.function, p.source, p.ncalls, p.rows,
            coalesce(p.shared_blks_hit, 0) + coalesce(p.shared_blks_read, 0),
            coalesce(p.temp_blks, 0), p.tottime_ms, p.tottime_min_ms, p.tottime_max_ms,
            p.cumtime_ms, p.cumtime_min_ms, p.cumtime_max_ms
        FROM run AS r, profile AS p WHERE p.kind <> 'profile'
    )
    SELECT r.id FROM run AS r;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_record_sql(text, text, int, boolean, boolean) IS
'Records a profile of statements, as lbdiag_profile_sql takes it, and returns its number in '
'lbdiag_runs. Texts show no values; what is stored is names, counts and times. With 3 '
'repetitions or more lbdiag_compare can tell a change from noise. Runs older than '
'lbdiag.retention are removed first.';
