# The server's log with its default settings holds no values of the data,
# whatever is called and whatever fails.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
# The test's own statements are not to be seen: they plant the canaries.
$node->append_conf('postgresql.conf', "fsync = off\nlog_statement = none\nlog_min_messages = warning\nlog_min_error_statement = error");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION lbdiag');
$node->safe_psql('postgres', slurp_file('test/helpers/canaries.sql'));
my $canary = qr/canary(?!\.(?:models|benchmarks|groups)\b)|731942405|09:42:40/i;

my @calls = split /\n/, $node->safe_psql('postgres', q{
	SELECT format('SELECT count(*) FROM %s(''birds'', layout => ''brainscore_2026_02'')', p.proname)
	FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
	JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag'
	WHERE p.proargnames @> '{payload,layout}' AND p.prokind = 'f' AND p.pronargs = p.pronargdefaults});
cmp_ok(scalar @calls, '>', 15, 'there are functions to call');
$node->safe_psql('postgres', join(';', @calls));
my ($status, $out, $err) = $node->psql('postgres', join(';', 'SET lbdiag.environment = production', @calls), on_error_stop => 0);
like($err, qr/cannot profile against production database/, 'on production, too');
unlike($err, $canary, 'messages hold no data');
$node->safe_psql('postgres', join(';', 'SET lbdiag.environment = production; SET lbdiag.allow_production = on', @calls));

# Malformed data: each failure is an error of its own in the log.
my $changes = $node->safe_psql('postgres', 'SELECT max(number) FROM canary.malformed');
my $errors = '';
foreach my $number (1 .. $changes)
{
	my $change = $node->safe_psql('postgres', "SELECT change FROM canary.malformed WHERE number = $number");
	foreach my $call (q{SELECT count(*) FROM lbdiag_audit('birds')}, q{SELECT count(*) FROM lbdiag_context('birds', layout => 'brainscore_2026_02')},
		q{SELECT lbdiag_record('birds', layout => 'brainscore_2026_07')})
	{
		($status, $out, $err) = $node->psql('postgres', "BEGIN;\n$change;\n$call;\nROLLBACK", on_error_stop => 0);
		$errors .= $err;
	}
}
unlike($errors, $canary, 'nor do those of malformed data');

# What a schedule puts into the log.
$node->safe_psql('postgres', q{INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('birds', '0 3 * * *', 1);
	UPDATE canary.models SET scores = scores || '["CANARY"]' WHERE model_id = 3});
$node->psql('postgres', q{SELECT state, message FROM lbdiag_record_scheduled('birds')});
$node->stop;

my $log = slurp_file($node->logfile);
like($log, qr/ERROR:  a score of model 3 is not an object/, 'the log has the errors');
like($log, qr/ERROR:  the benchmarks of leaderboard "birds" have a cycle/, 'those of the tree, too');
like($log, qr/LOG:  lbdiag_context runs against a production database for leaderboard "birds"/, 'and the use of the override');
like($log, qr/LOG:  leaderboard "birds" could not be recorded: a score of model 3 is not an object/, 'and the failure of a schedule');
unlike($log, $canary, 'and no values of the data');

done_testing();
