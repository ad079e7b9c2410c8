/* Recording by schedule, with pg_cron. */

CREATE TABLE @extschema@._lbdiag_scheduled (
    payload text PRIMARY KEY,
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

COMMENT ON TABLE @extschema@._lbdiag_scheduled IS
'Leaderboards that are recorded by pg_cron, read through the view lbdiag_schedule_status.';

SELECT pg_catalog.pg_extension_config_dump('@extschema@._lbdiag_scheduled', '');

CREATE VIEW @extschema@.lbdiag_schedule_status WITH (security_invoker = true) AS
SELECT s.payload, s.schedule, s.phase, s.last_run, s.last_success,
    now() - coalesce(s.last_success, s.scheduled_at) AS age,
    round(extract(epoch FROM now() - coalesce(s.last_success, s.scheduled_at))) AS age_seconds,
    s.failures, s.last_failure, s.last_sqlstate, s.last_error, s.last_recorded,
    s.job, pg_get_userbyid(s.scheduled_by)::text AS scheduled_by, s.scheduled_at
FROM @extschema@._lbdiag_scheduled AS s;

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
    payload text := CASE WHEN TG_OP = 'DELETE' THEN OLD.payload ELSE NEW.payload END;
    found boolean := false;
BEGIN
    IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = me) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF owner <> me OR TG_OP = 'UPDATE' AND NEW.scheduled_by <> me THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('leaderboard "%s" is not scheduled by role "%s"', payload,
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
            MESSAGE = format('job %s is not a job of role "%s"', NEW.job, current_user),
            HINT = 'Use lbdiag_schedule.';
    END IF;
    RETURN NEW;
END
$body$;

COMMENT ON FUNCTION @extschema@._lbdiag_scheduled_keep() IS
'Trigger of _lbdiag_scheduled: a role writes only rows of its own jobs.';

CREATE TRIGGER lbdiag_scheduled_keep
    BEFORE INSERT OR UPDATE OR DELETE ON @extschema@._lbdiag_scheduled
    FOR EACH ROW EXECUTE FUNCTION @extschema@._lbdiag_scheduled_keep();

REVOKE EXECUTE ON FUNCTION @extschema@._lbdiag_scheduled_keep() FROM PUBLIC;

CREATE FUNCTION @extschema@.lbdiag_unschedule(payload text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lbdiag_unschedule_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

COMMENT ON FUNCTION @extschema@.lbdiag_unschedule(text) IS
'Removes the pg_cron job that records a leaderboard. False where there is none.';

CREATE FUNCTION @extschema@.lbdiag_schedule(payload text, schedule text, phase text DEFAULT NULL)
RETURNS bigint
AS 'MODULE_PATHNAME', 'lbdiag_schedule_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

COMMENT ON FUNCTION @extschema@.lbdiag_schedule(text, text, text) IS
'Has pg_cron record a leaderboard with lbdiag_record(payload, label => ''scheduled'', '
'repetitions => 3), and returns the job''s number; called again, it changes the schedule. With '
'a phase, a job whose run misses a target of it fails. The job runs as the caller, with the '
'search path that the role has in this database.';

-- The name and the arguments are for ever: jobs outlive upgrades.
CREATE FUNCTION @extschema@.lbdiag_record_scheduled(
    payload @extschema@._lbdiag_text, OUT state text, OUT message text)
AS 'MODULE_PATHNAME', 'lbdiag_record_scheduled_1_0'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000;

COMMENT ON FUNCTION @extschema@.lbdiag_record_scheduled(@extschema@._lbdiag_text) IS
'What the job of lbdiag_schedule calls: records a leaderboard, keeps how it went in '
'lbdiag_schedule_status, and returns what its failure is, if it is one. An error''s message '
'goes to the server''s log only.';
