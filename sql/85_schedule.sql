/* Recording by schedule, with pg_cron. */

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
    PERFORM FROM @extschema@.lbdiag_audit($1, 'public'::pg_catalog.text, NULL::pg_catalog.text, 'none'::pg_catalog.text);
    IF EXISTS (SELECT FROM @extschema@.lbdiag_scheduled AS s
               WHERE s.domain OPERATOR(pg_catalog.=) $1
                 AND s.scheduled_by OPERATOR(pg_catalog.<>) current_user::pg_catalog.text) THEN
        PERFORM @extschema@.lbdiag_unschedule($1);
    END IF;
    BEGIN
        EXECUTE pg_catalog.format('SELECT cron.schedule(%L, %L, %L)', pg_catalog.concat('lbdiag ', $1), $2,
            pg_catalog.format('CALL @extschema@._lbdiag_record_scheduled(%L::pg_catalog.text)', $1)) INTO job;
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
CREATE PROCEDURE @extschema@._lbdiag_record_scheduled(domain text)
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

COMMENT ON PROCEDURE @extschema@._lbdiag_record_scheduled(text) IS
'What the job of lbdiag_schedule calls: records a leaderboard, keeps how it went in lbdiag_schedule_status, and fails where recording did. An error''s message goes to the server''s log only.';

