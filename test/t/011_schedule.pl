# Recording by pg_cron: a job that works, one that fails, and what is left of
# an error's message.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($pkglibdir) = run_command([ 'pg_config', '--pkglibdir' ]);
plan skip_all => 'pg_cron is not installed for this version of PostgreSQL' unless -e "$pkglibdir/pg_cron.so";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
fsync = off
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
lbdiag.retention = '30d'
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION pg_cron;
	CREATE EXTENSION lbdiag;
	SELECT * FROM lbdiag_create_demo(models => 20, benchmarks => 20);
	-- A view whose cast fails once a row is no number.
	CREATE SCHEMA board;
	CREATE TABLE board.raw AS SELECT '1' AS number;
	CREATE VIEW board.models AS SELECT number::int AS model_id, 'm' AS name, 'broken' AS domain, true AS public,
		'[{"benchmark_type_id": "average_broken", "score_ceiled": "1"}]'::jsonb AS scores FROM board.raw;
	CREATE VIEW board.benchmarks AS SELECT 'b_v1' AS identifier, 'b' AS benchmark_type_id, 'broken' AS domain, 1 AS overall_order;
	INSERT INTO lbdiag_leaderboard (domain, models, benchmarks) VALUES ('broken', 'board.models', 'board.benchmarks');
	SELECT lbdiag_record(label => 'old'), lbdiag_record(label => 'young');
	UPDATE _lbdiag_run SET at = now() - interval '31 days' WHERE label = 'old';
	UPDATE _lbdiag_run SET at = now() - interval '29 days' WHERE label = 'young'});

# Functions of somebody else in the extension's schema, which fit calls that
# leave arguments out: neither the schedule nor its job may take them.
$node->safe_psql('postgres', q{
	CREATE FUNCTION lbdiag_audit(payload text, compress boolean) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
	CREATE FUNCTION lbdiag_record(payload text, label text, runs int) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
	CREATE FUNCTION lbdiag_record_scheduled(payload text, OUT state text, OUT message text) LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
	CREATE FUNCTION lbdiag_record_scheduled(payload text, further int DEFAULT 1, OUT state text, OUT message text) LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
	CREATE FUNCTION lbdiag_record(payload text, viewer text, layout text, label text, runs int, application_ms numeric) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$});

# What the job of a leaderboard runs.
sub command
{
	my ($payload) = @_;
	return $node->safe_psql('postgres', "SELECT j.command FROM cron.job AS j JOIN _lbdiag_scheduled AS s ON s.job = j.jobid WHERE s.payload = '$payload'");
}

# What bad input gets.
my @bad = (
	[ q{'vision', 'never'}, qr/"never" is not a schedule of pg_cron\nDETAIL:  pg_cron says: .*\nHINT:  Use minute, hour/ ],
	[ q{'vision', '61 * * * *'}, qr/"61 \* \* \* \*" is not a schedule of pg_cron/ ],
	[ q{'nowhere', '* * * * *'}, qr/leaderboard "nowhere" does not exist\nDETAIL:.*\nHINT:  The leaderboards are: broken, vision/ ],
	[ q{'vision', NULL}, qr/must not be null/ ]);
foreach (@bad)
{
	my ($arguments, $message) = @$_;
	my ($status, $out, $err) = $node->psql('postgres', "SELECT lbdiag_schedule($arguments)");
	like($err, $message, "refused: $arguments");
}
my ($status, $out, $err) = $node->psql('postgres', q{SELECT * FROM lbdiag_record_scheduled('vision'::_lbdiag_text)});
like($err, qr/leaderboard "vision" is not scheduled/, 'nor is run what is not scheduled');
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM cron.job) + (SELECT count(*) FROM _lbdiag_scheduled)'),
	0, 'and nothing is left of it');

# A payload with a quote in its name.
$node->safe_psql('postgres', q{SELECT * FROM lbdiag_create_demo('quoted', 2, 2, 'it''s "one"'); SELECT lbdiag_schedule('it''s "one"', '0 3 * * *')});
my $command = $node->safe_psql('postgres', q{SELECT command FROM cron.job});
$node->safe_psql('postgres', $command);
# It finds the extension's schema when it runs.
$node->safe_psql('postgres', "ALTER SCHEMA public RENAME TO elsewhere; UPDATE elsewhere._lbdiag_scheduled SET last_recorded = NULL;\n$command;\nALTER SCHEMA elsewhere RENAME TO public");
is($node->safe_psql('postgres', q{SELECT payload, failures, lbdiag_unschedule(payload) FROM lbdiag_schedule_status WHERE last_recorded IS NOT NULL}), q{it's "one"|0|t}, 'a name with quotes, after the schema was renamed');

# A named job, whose schedule can be changed.  It is seen before its first run: not
# at the end of a minute.
sleep 60 - time % 60 + 1 if time % 60 > 40;
my $job = $node->safe_psql('postgres', q{SELECT lbdiag_schedule('vision', '0 3 * * *')});
is($node->safe_psql('postgres', q{SELECT lbdiag_schedule('vision', '* * * * *')}), $job, 'the job is changed');
is($node->safe_psql('postgres', 'SELECT jobid, jobname, schedule FROM cron.job'), "$job|lbdiag vision|* * * * *", 'and not doubled');
$node->safe_psql('postgres', q{SELECT lbdiag_schedule('broken', '* * * * *'); INSERT INTO board.raw VALUES ('secret of a user')});
is($node->safe_psql('postgres', q{SELECT payload, failures, age < interval '1 minute', last_run IS NULL FROM lbdiag_schedule_status ORDER BY 1}),
	"broken|0|t|t\nvision|0|t|t", 'before the first run the age is that of the schedule');

# It runs.
ok($node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM lbdiag_schedule_status WHERE last_run IS NOT NULL}), 'both jobs have run');
ok($node->poll_query_until('postgres', q{SELECT count(*) FILTER (WHERE status = 'succeeded') >= 1
	AND count(*) FILTER (WHERE status = 'failed') >= 1 FROM cron.job_run_details}), 'one well and one not, says pg_cron');
$node->safe_psql('postgres', q{UPDATE cron.job SET active = false; SELECT pg_sleep(1)});
is($node->safe_psql('postgres', q{SELECT r.label, r.repetitions, s.last_recorded = r.run, s.last_success = s.last_run, s.age_seconds BETWEEN 0 AND 120, s.failures, s.last_error
	FROM lbdiag_latest AS l JOIN lbdiag_runs AS r USING (run) JOIN lbdiag_schedule_status AS s ON s.payload = l.payload WHERE l.payload = 'vision'}),
	'scheduled|3|t|t|t|0|', 'the run is recorded');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT label, ' ' ORDER BY label) FROM lbdiag_runs}), 'scheduled young', 'and the history pruned');
is($node->safe_psql('postgres', q{SELECT last_success, failures >= 1, last_run = last_failure, last_sqlstate, last_error, last_recorded
	FROM lbdiag_schedule_status WHERE payload = 'broken'}),
	"|t|t|22P02|the sources hold something that cannot be read; the server's log has the message|", 'the failure is kept');
is($node->safe_psql('postgres', q{SELECT count(*) FROM lbdiag_runs WHERE payload = 'broken'}), 0, 'nothing is recorded of it');
like($node->safe_psql('postgres', q{SELECT return_message FROM cron.job_run_details WHERE status = 'failed' LIMIT 1}),
	qr/leaderboard "broken" could not be recorded: the sources hold/, 'pg_cron has it, too');
is($node->safe_psql('postgres', q{SELECT (SELECT count(*) FROM cron.job_run_details AS d WHERE d::text ~ 'secret')
	+ (SELECT count(*) FROM _lbdiag_scheduled AS s WHERE s::text ~ 'secret')}), 0, 'no value of the data is stored');
like(slurp_file($node->logfile), qr/LOG:  leaderboard "broken" could not be recorded: invalid input syntax for type integer: "secret of a user"/,
	'the message is in the log');

# Failures in a row, by reason; and the end of them.
my $failures = $node->safe_psql('postgres', q{SELECT failures FROM lbdiag_schedule_status WHERE payload = 'broken'});
($status, $out, $err) = $node->psql('postgres', q{
	CREATE OR REPLACE VIEW board.models AS SELECT 1 AS model_id, 'm' AS name, 'broken' AS domain, pg_sleep(60) IS NOT NULL AS public,
		'[{"benchmark_type_id": "average_broken", "score_ceiled": "1"}]'::jsonb AS scores;
	SET statement_timeout = '200ms';} . "\n" . command('broken'));
like($err, qr/could not be recorded: canceled, or past statement_timeout/, 'a run may take too long');
is($node->safe_psql('postgres', q{SELECT failures, last_sqlstate FROM lbdiag_schedule_status WHERE payload = 'broken'}), ($failures + 1) . '|57014', 'which counts');
$node->safe_psql('postgres', q{
	CREATE OR REPLACE VIEW board.models AS SELECT 1 AS model_id, 'm' AS name, 'broken' AS domain, true AS public,
		'[{"benchmark_type_id": "average_broken", "score_ceiled": "1"}]'::jsonb AS scores});
$node->safe_psql('postgres', command('broken'));
is($node->safe_psql('postgres', q{SELECT failures, last_sqlstate, last_recorded IS NOT NULL FROM lbdiag_schedule_status WHERE payload = 'broken'}), '0|57014|t', 'a success ends the row');

# Another role's job.
$node->safe_psql('postgres', q{
	CREATE ROLE planner LOGIN;
	GRANT USAGE ON SCHEMA cron TO planner;
	GRANT SELECT, INSERT, UPDATE, DELETE ON _lbdiag_scheduled, _lbdiag_run, _lbdiag_run_component, _lbdiag_run_path, _lbdiag_run_function TO planner;
	GRANT USAGE ON SEQUENCE _lbdiag_run_id TO planner;
	GRANT USAGE ON SCHEMA board TO planner;
	GRANT SELECT ON ALL TABLES IN SCHEMA board TO planner});
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
foreach my $call (q{lbdiag_unschedule('broken')}, q{lbdiag_schedule('broken', '0 4 * * *')})
{
	($status, $out, $err) = $node->psql('postgres', "SET ROLE planner; SELECT $call");
	like($err, qr/leaderboard "broken" was scheduled by role "\Q$superuser\E"/, "not for another role: $call");
}
is($node->safe_psql('postgres', q{SELECT lbdiag_unschedule('broken'), lbdiag_unschedule('broken')}), 't|f', 'unscheduled, once');
$node->safe_psql('postgres', q{SET SESSION AUTHORIZATION planner; SELECT lbdiag_schedule('broken', '0 4 * * *')});
$node->safe_psql('postgres', "SET SESSION AUTHORIZATION planner;\n" . command('broken'));
is($node->safe_psql('postgres', q{SELECT jobname, username FROM cron.job WHERE jobname ~ 'broken'}), 'lbdiag broken|planner', 'a role that was granted it schedules');
$node->safe_psql('postgres', q{SELECT lbdiag_schedule('broken', '0 5 * * *')});
is($node->safe_psql('postgres', q{SELECT j.schedule, j.username, s.scheduled_by, s.job = j.jobid FROM cron.job AS j, _lbdiag_scheduled AS s WHERE jobname ~ 'broken' AND payload = 'broken'}),
	"0 5 * * *|$superuser|$superuser|t", 'a superuser takes it over');
is($node->safe_psql('postgres', q{SELECT bool_and(lbdiag_unschedule(d)) FROM unnest('{vision,broken}'::text[]) AS d}), 't', 'unscheduled');
is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), 0, 'no job is left');

# Names whose first 56 bytes are the same have jobs of their own, and both
# go; a name that looks like a cut one does not collide.
my $long = 'd' x 70;
my $cut = ('d' x 39) . ' ' . $node->safe_psql('postgres', "SELECT left(md5('${long}a'), 16)");
foreach my $payload ("${long}a", "${long}b", $cut)
{
	my $schema = 'long' . length($payload) . substr($payload, -1);
	$node->safe_psql('postgres', "SELECT * FROM lbdiag_create_demo('$schema', 2, 2, '$payload', true); SELECT lbdiag_schedule('$payload', '0 3 * * *')");
}
is($node->safe_psql('postgres', 'SELECT count(DISTINCT jobid), count(DISTINCT jobname), max(length(jobname)) < 64 FROM cron.job'), '3|3|t', 'long names have jobs of their own');
is($node->safe_psql('postgres', "SELECT bool_and(lbdiag_unschedule(d)), (SELECT count(*) FROM cron.job) FROM unnest(ARRAY['${long}a', '${long}b', '$cut']) AS d"), 't|3', 'and unscheduling');
is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), 0, 'removes them');

# A role writes rows of its own jobs, and no others; its name can change.
$node->safe_psql('postgres', q{SELECT lbdiag_schedule('vision', '0 3 * * *')});
my ($admins) = $node->safe_psql('postgres', q{SELECT jobid FROM cron.job});
foreach my $forged (
	"INSERT INTO _lbdiag_scheduled (payload, schedule, job, scheduled_by) VALUES ('broken', '* * * * *', $admins, '$superuser')",
	"INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('broken', '* * * * *', $admins)",
	"INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('broken', '* * * * *', 12345)",
	q{UPDATE _lbdiag_scheduled SET scheduled_by = 'planner'}, q{UPDATE _lbdiag_scheduled SET schedule = '* * * * *'}, q{DELETE FROM _lbdiag_scheduled})
{
	($status, $out, $err) = $node->psql('postgres', "SET ROLE planner; $forged");
	like($err, qr/is not scheduled by role "planner"|is not a job of role "planner"/, "refused: $forged");
}
$node->safe_psql('postgres', q{SET SESSION AUTHORIZATION planner; SELECT lbdiag_schedule('broken', '0 4 * * *')});
($status, $out, $err) = $node->psql('postgres', qq{SET ROLE planner; UPDATE _lbdiag_scheduled SET scheduled_by = '$superuser' WHERE payload = 'broken'});
like($err, qr/is not scheduled by role "planner"/, 'nor is a job given away');
$node->safe_psql('postgres', 'ALTER ROLE planner RENAME TO "The Planner"');
is($node->safe_psql('postgres', q{SELECT scheduled_by FROM lbdiag_schedule_status WHERE payload = 'broken'}), 'The Planner', 'a role that was renamed');
is($node->safe_psql('postgres', q{SET ROLE "The Planner"; UPDATE _lbdiag_scheduled SET failures = 0 WHERE payload = 'broken' RETURNING payload}), 'broken', 'keeps its row');
$node->safe_psql('postgres', 'ALTER ROLE "The Planner" RENAME TO planner');
is($node->safe_psql('postgres', q{SET ROLE planner; SELECT lbdiag_unschedule('broken')}), 't', 'and unschedules it');

# A phase is checked with each run: one that is missed fails the job, and is
# recorded.
($status, $out, $err) = $node->psql('postgres', q{SELECT lbdiag_schedule('vision', '0 3 * * *', 'never')});
like($err, qr/phase "never" does not exist/, 'a phase must exist');
$node->safe_psql('postgres', q{INSERT INTO lbdiag_target (phase, metric, target) VALUES ('tight', 'bytes', 1), ('tight', 'compressed_bytes', 1e9), ('loose', 'bytes', 1e9);
	SELECT lbdiag_schedule('vision', '0 3 * * *', 'loose')});
$node->safe_psql('postgres', command('vision'));
is($node->safe_psql('postgres', q{SELECT phase, failures, last_error FROM lbdiag_schedule_status}), 'loose|0|', 'a phase that is met');
$node->safe_psql('postgres', q{SELECT lbdiag_schedule('vision', '0 3 * * *', 'tight')});
my $runs = $node->safe_psql('postgres', 'SELECT count(*) FROM lbdiag_runs');
($status, $out, $err) = $node->psql('postgres', command('vision'), extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($err, qr/ERROR:  LB001: leaderboard "vision": targets of phase tight are missed: bytes$/m, 'a phase that is missed fails the job');
is($node->safe_psql('postgres', q{SELECT failures, last_sqlstate, last_error, last_success = last_run, last_recorded = (SELECT max(run) FROM lbdiag_runs),
	(SELECT count(*) FROM lbdiag_runs) FROM lbdiag_schedule_status}), '1|LB001|targets of phase tight are missed: bytes|t|t|' . ($runs + 1), 'and is recorded');
# A size that is not measured is no size that is met, as for lbdiag_check.
($status, $out, $err) = $node->psql('postgres', "SET lbdiag.encoding = 'none';\n" . command('vision'));
like($err, qr/targets of phase tight are missed: bytes, compressed_bytes$/m, 'a size without an encoding is missed');
$node->safe_psql('postgres', q{SELECT lbdiag_unschedule('vision')});

# A role that may record and not read what a run is compared with: recorded,
# and the job says why it failed.
$node->safe_psql('postgres', q{SET SESSION AUTHORIZATION planner; SELECT lbdiag_schedule('broken', '0 3 * * *', 'tight')});
$runs = $node->safe_psql('postgres', 'SELECT count(*) FROM lbdiag_runs');
($status, $out, $err) = $node->psql('postgres', "SET SESSION AUTHORIZATION planner;\n" . command('broken'));
like($err, qr/leaderboard "broken" is recorded, but its targets could not be checked: permission denied/, 'targets that its role may not read fail the job');
is($node->safe_psql('postgres', q{SELECT failures, last_sqlstate, last_recorded = (SELECT max(run) FROM lbdiag_runs), (SELECT count(*) FROM lbdiag_runs) FROM lbdiag_schedule_status}),
	'1|42501|t|' . ($runs + 1), 'and it is recorded');
$node->safe_psql('postgres', 'GRANT SELECT ON lbdiag_latest, lbdiag_latest_targets TO planner');
($status, $out, $err) = $node->psql('postgres', "SET SESSION AUTHORIZATION planner;\n" . command('broken'));
like($err, qr/leaderboard "broken": targets of phase tight are missed: bytes$/m, 'and with the right they are checked');
$node->safe_psql('postgres', q{SELECT lbdiag_unschedule('broken')});

$node->stop;
done_testing();
