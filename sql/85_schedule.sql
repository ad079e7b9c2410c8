/* Recording by schedule, with pg_cron. */

CREATE TABLE @extschema@.lbdiag_scheduled (
    domain text PRIMARY KEY,
    schedule text NOT NULL,
    phase text,
    job bigint NOT NULL,
    scheduled_by regrole NOT NULL DEFAULT quote_ident(current_user)::regrole,
    scheduled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
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
SELECT s.domain, s.schedule, s.phase, s.last_run, s.last_success,
    now() - coalesce(s.last_success, s.scheduled_at) AS age,
    round(extract(epoch FROM now() - coalesce(s.last_success, s.scheduled_at))) AS age_seconds,
    s.failures, s.last_failure, s.last_sqlstate, s.last_error, s.last_recorded,
    s.job, pg_get_userbyid(s.scheduled_by)::text AS scheduled_by, s.scheduled_at
FROM @extschema@.lbdiag_scheduled AS s;

COMMENT ON VIEW @extschema@.lbdiag_schedule_status IS
'Leaderboards that are recorded by pg_cron, and how it went.';

-- Who may write the table could otherwise have a superuser change a job for
-- which the superuser takes that of another role.
CREATE FUNCTION @extschema@._lbdiag_scheduled_keep() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    me regrole := quote_ident(current_user)::regrole;
    owner regrole := CASE WHEN TG_OP = 'INSERT' THEN NEW.scheduled_by ELSE OLD.scheduled_by END;
    domain text := CASE WHEN TG_OP = 'DELETE' THEN OLD.domain ELSE NEW.domain END;
    found boolean := false;
BEGIN
    IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = me) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF owner <> me OR TG_OP = 'UPDATE' AND NEW.scheduled_by <> me THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('leaderboard "%s" is not scheduled by role "%s"', domain,
                             current_user),
            HINT = 'Only the role that schedules it or a superuser can change that.';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND NEW.job = OLD.job THEN
        RETURN NEW;
    END IF;
    -- pg_cron knows roles by their names.
    IF EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron') THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM cron.job AS j WHERE j.jobid = $1 AND j.username = $2)'
            INTO found USING NEW.job, current_user::text;
    END IF;
    IF NOT found THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('job %s is no job of role "%s"', NEW.job, current_user),
            HINT = 'Use lbdiag_schedule.';
    END IF;
    RETURN NEW;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_scheduled_keep() IS
'Trigger of lbdiag_scheduled: a role writes only rows of its own jobs.';

CREATE TRIGGER lbdiag_scheduled_keep
    BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.lbdiag_scheduled
    FOR EACH ROW EXECUTE FUNCTION @extschema@._lbdiag_scheduled_keep();

REVOKE EXECUTE ON FUNCTION @extschema@._lbdiag_scheduled_keep() FROM PUBLIC;

CREATE FUNCTION @extschema@._lbdiag_job_name(leaderboard text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- pg_cron cuts names at 63 bytes: a long one ends with a hash, and is
    -- longer than any that does not.
    SELECT 'lbdiag '::text || CASE
        WHEN octet_length($1) <= 40 THEN $1
        ELSE (SELECT left($1, max(n)) FROM generate_series(0, 39) AS n
              WHERE octet_length(left($1, n)) <= 39)
            || ' '::text || left(md5($1), 16) END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_job_name(text) IS
'The name of the job of a leaderboard, another one for each.';

CREATE FUNCTION @extschema@._lbdiag_job_command(leaderboard text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- Finds the extension's schema when it runs, and fails, so that pg_cron
    -- knows it, after what is known has been committed.
    SELECT 'DO '::text || quote_literal('
DECLARE
    home pg_catalog.text := (
        SELECT pg_catalog.quote_ident(n.nspname)
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
        WHERE e.extname OPERATOR(pg_catalog.=) ''lbdiag'');
    state pg_catalog.text;
    message pg_catalog.text;
BEGIN
    EXECUTE pg_catalog.format(
        ''SELECT * FROM %1$s._lbdiag_record_job(%2$L::%1$s._lbdiag_text)'', home,
        '::text || quote_literal($1) || ') INTO state, message;
    COMMIT;
    IF state IS NOT NULL THEN
        RAISE USING ERRCODE = state, MESSAGE = message;
    END IF;
END'::text);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_job_command(text) IS
'The command of the job that records a leaderboard.';

CREATE FUNCTION @extschema@._lbdiag_cron_schedule(name text, schedule text, command text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    job bigint;
BEGIN
    EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job USING $1, $2, $3;
    RETURN job;
EXCEPTION WHEN invalid_schema_name OR undefined_function THEN
    RAISE object_not_in_prerequisite_state USING
        MESSAGE = format('pg_cron is not installed in database "%s"', current_database()),
        HINT = 'Use lbdiag_schedule.';
WHEN invalid_parameter_value THEN
    RAISE invalid_parameter_value USING
        MESSAGE = format('"%s" is no schedule of pg_cron', $2),
        DETAIL = format('pg_cron says: %s.', SQLERRM),
        HINT = 'Use minute, hour, day of the month, month and day of the week, as in '
            '''0 3 * * *'' for each night at 3:00 in cron.timezone.';
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_cron_schedule(text, text, text) IS
'cron.schedule of pg_cron.';

CREATE FUNCTION @extschema@._lbdiag_cron_unschedule(job bigint, name text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    IF EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron') THEN
        EXECUTE 'SELECT cron.unschedule(j.jobid) FROM cron.job AS j '
            'WHERE j.jobid = $1 AND j.jobname = $2' USING $1, $2;
    END IF;
    RETURN true;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_cron_unschedule(bigint, text) IS
'Removes a job of pg_cron, where it is there and has that name. Returns true.';

CREATE FUNCTION @extschema@.lbdiag_unschedule(domain text) RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_raise('22004'::text, 'domain must not be null'::text, NULL::text,
        'Name a leaderboard, such as ''vision''.'::text)
    WHERE $1 IS NULL;
    SELECT @extschema@._lbdiag_must_write('change a schedule'::text);
    SELECT @extschema@._lbdiag_raise('42501'::text,
        format('leaderboard "%s" was scheduled by role "%s"', $1, pg_get_userbyid(s.scheduled_by)),
        NULL::text, 'Only that role or a superuser can change its job.'::text)
    FROM @extschema@.lbdiag_scheduled AS s
    WHERE s.domain = $1 AND s.scheduled_by <> quote_ident(current_user)::regrole
        AND NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user);
    WITH removed AS (
        DELETE FROM @extschema@.lbdiag_scheduled AS s WHERE s.domain = $1 RETURNING s.job
    )
    SELECT coalesce(bool_and(
        @extschema@._lbdiag_cron_unschedule(r.job, @extschema@._lbdiag_job_name($1))), false)
    FROM removed AS r;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_unschedule(text) IS
'Removes the pg_cron job that records a leaderboard. False where there is none.';

CREATE FUNCTION @extschema@.lbdiag_schedule(domain text, schedule text, phase text DEFAULT NULL)
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT @extschema@._lbdiag_raise('22004'::text,
        'the arguments of lbdiag_schedule must not be null'::text, NULL::text,
        'Name a leaderboard and a schedule, as in '
        'lbdiag_schedule(''vision'', ''0 3 * * *'').'::text)
    WHERE $1 IS NULL OR $2 IS NULL;
    SELECT @extschema@._lbdiag_raise('55000'::text,
        format('pg_cron is not installed in database "%s"', current_database()), NULL::text,
        'Add pg_cron to shared_preload_libraries, set cron.database_name to this database, '
        'restart, and use CREATE EXTENSION pg_cron. Any other scheduler can call '
        'lbdiag_record.'::text)
    WHERE NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron');
    SELECT @extschema@._lbdiag_must_write('change a schedule'::text);
    SELECT @extschema@._lbdiag_phase_check($1, $3) WHERE $3 IS NOT NULL;
    -- What would let each run fail is better said now.
    SELECT count(*) FROM @extschema@.lbdiag_audit($1, 'public'::text, NULL::text, 'none'::text);
    SELECT @extschema@.lbdiag_unschedule($1)
    FROM @extschema@.lbdiag_scheduled AS s
    WHERE s.domain = $1 AND s.scheduled_by <> quote_ident(current_user)::regrole;
    INSERT INTO @extschema@.lbdiag_scheduled AS s (domain, schedule, phase, job)
    SELECT $1, $2, $3, @extschema@._lbdiag_cron_schedule(@extschema@._lbdiag_job_name($1), $2,
        @extschema@._lbdiag_job_command($1))
    ON CONFLICT (domain) DO UPDATE
    SET schedule = excluded.schedule, phase = excluded.phase, job = excluded.job
    RETURNING s.job;
END;

COMMENT ON FUNCTION @extschema@.lbdiag_schedule(text, text, text) IS
'Has pg_cron record a leaderboard with lbdiag_record(domain, label => ''scheduled'', '
'repetitions => 3), and returns the job''s number; called again, it changes the schedule. With '
'a phase, a job whose run misses a target of it fails. The job runs as the caller, with the '
'search path that the role has in this database.';

CREATE FUNCTION @extschema@._lbdiag_record_now(leaderboard @extschema@._lbdiag_text) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT @extschema@.lbdiag_record($1::text, 'public'::text, NULL::text,
        'scheduled'::text, 3, NULL::float8);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_record_now(@extschema@._lbdiag_text) IS
'What a job records.';

CREATE FUNCTION @extschema@._lbdiag_missed(phase @extschema@._lbdiag_text, run bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT string_agg(t.metric, ', '::text ORDER BY t.metric)
    FROM @extschema@.lbdiag_latest_targets AS t
    WHERE t.run = $2 AND t.phase = $1::text AND NOT t.met;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_missed(@extschema@._lbdiag_text, bigint) IS
'The metrics whose targets a recorded run misses, of those of a phase; NULL for none.';

CREATE FUNCTION @extschema@._lbdiag_failure(sqlstate @extschema@._lbdiag_text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT concat(CASE
        WHEN $1::text = '42501' THEN 'permission denied'
        WHEN $1::text = '57014' THEN 'canceled, or past statement_timeout'
        WHEN $1::text = '55000' THEN 'not possible in the state of this server'
        WHEN $1::text IN ('42P01', '42703', '42704', '3F000')
            THEN 'a relation, column or leaderboard is missing'
        WHEN starts_with($1::text, '22') THEN 'the sources hold something that cannot be read'
        WHEN starts_with($1::text, '53') THEN 'out of memory, disk or connections'
        ELSE 'an error' END, '; the server''s log has the message');
END;

COMMENT ON FUNCTION @extschema@._lbdiag_failure(@extschema@._lbdiag_text) IS
'What is kept of an error: what its SQLSTATE means.';

CREATE FUNCTION @extschema@._lbdiag_job_done(
    leaderboard @extschema@._lbdiag_text, recorded bigint, state text, meaning text)
RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    UPDATE @extschema@.lbdiag_scheduled AS s
    SET last_run = t.ended,
        last_success = CASE WHEN $2 IS NOT NULL THEN t.ended ELSE s.last_success END,
        last_recorded = coalesce($2, s.last_recorded),
        last_failure = CASE WHEN $3 IS NULL THEN s.last_failure ELSE t.ended END,
        last_sqlstate = coalesce($3, s.last_sqlstate),
        last_error = coalesce($4, s.last_error),
        failures = CASE WHEN $3 IS NULL THEN 0 ELSE s.failures + 1 END
    FROM (SELECT clock_timestamp() AS ended) AS t
    WHERE s.domain = $1::text;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_job_done(@extschema@._lbdiag_text, bigint, text, text) IS
'Keeps how a job went.';

-- The message of an error may hold values of the data (a cast in a source
-- view): it goes into the server's log, and nowhere else.
CREATE FUNCTION @extschema@._lbdiag_record_job(
    leaderboard @extschema@._lbdiag_text, OUT state text, OUT message text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $body$
-- The source relations are found through the caller's search path: all names
-- and operators are qualified, and the extension's schema is found by it.
DECLARE
    home pg_catalog.text := (
        SELECT pg_catalog.quote_ident(n.nspname)
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
        WHERE e.extname OPERATOR(pg_catalog.=) 'lbdiag');
    scheduled pg_catalog.bool;
    phase pg_catalog.text;
    recorded pg_catalog.int8;
    meaning pg_catalog.text;
    error pg_catalog.text;
    detail pg_catalog.text;
    context pg_catalog.text;
BEGIN
    EXECUTE pg_catalog.format('SELECT true, s.phase FROM %s.lbdiag_scheduled AS s
        WHERE s.domain OPERATOR(pg_catalog.=) $1', home)
        INTO scheduled, phase USING $1::pg_catalog.text;
    IF scheduled IS NULL THEN
        RAISE undefined_object USING
            MESSAGE = pg_catalog.format('leaderboard "%s" is not scheduled', $1),
            HINT = 'Use lbdiag_schedule, or lbdiag_record to record it now.';
    END IF;
    BEGIN
        EXECUTE pg_catalog.format('SELECT %1$s._lbdiag_record_now($1::%1$s._lbdiag_text)', home)
            INTO recorded USING $1::pg_catalog.text;
    EXCEPTION WHEN OTHERS OR query_canceled THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, error = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
        RAISE LOG USING ERRCODE = state,
            MESSAGE = pg_catalog.format('leaderboard "%s" could not be recorded: %s', $1, error),
            DETAIL = pg_catalog.concat_ws(E'\n', detail, context);
        EXECUTE pg_catalog.format('SELECT %1$s._lbdiag_failure($1::%1$s._lbdiag_text)', home)
            INTO meaning USING state;
        message := pg_catalog.format('leaderboard "%s" could not be recorded: %s', $1, meaning);
    END;
    IF recorded IS NOT NULL AND phase IS NOT NULL THEN
        EXECUTE pg_catalog.format('SELECT %1$s._lbdiag_missed($1::%1$s._lbdiag_text, $2)', home)
            INTO meaning USING phase, recorded;
        IF meaning IS NOT NULL THEN
            state := 'LB001';
            meaning := pg_catalog.format('targets of phase %s are missed: %s', phase, meaning);
            message := pg_catalog.format('leaderboard "%s": %s', $1, meaning);
        END IF;
    END IF;
    EXECUTE pg_catalog.format(
        'SELECT %1$s._lbdiag_job_done($1::%1$s._lbdiag_text, $2, $3, $4)', home)
        USING $1::pg_catalog.text, recorded, state, meaning;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_record_job(@extschema@._lbdiag_text) IS
'What the job of lbdiag_schedule calls: records a leaderboard, keeps how it went in '
'lbdiag_schedule_status, and returns what its failure is, if it is one. An error''s message '
'goes to the server''s log only.';
