# What a check tells a script, two recordings at once, a standby, and history
# in dump and restore.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION lbdiag; SELECT * FROM lbdiag_create_demo(models => 20, benchmarks => 20)');

# Runs psql as a script does, and returns its exit code, output and errors.
sub script
{
	my @arguments = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'psql', '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), @arguments ],
		'>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

my $check = q{SELECT * FROM lbdiag_check('vision', phase => '1')};
my ($status, $out, $err) = script('-c', $check);
is($status, 0, 'targets that are met: exit code 0');
like($out, qr/^1\|bytes\|\d+\|10485760\|bytes\|t\|0\|0\.0\|as sent$/m, 'with the figures');

$node->safe_psql('postgres', q{INSERT INTO lbdiag_target (payload, phase, metric, target)
	VALUES ('vision', '1', 'bytes', 1000), ('vision', '1', 'compressed_bytes:row_data', 1)});
($status, $out, $err) = script('-c', $check);
is($status, 1, 'missed targets: exit code 1 with -c');
is($out, '', 'and no rows');
like($err, qr/misses targets of phase 1: bytes, compressed_bytes:row_data$/m, 'the missed targets are named');
like($err, qr/bytes is \d+ bytes; it must be below 1000 bytes: \d+ bytes \(\d+\.\d %\) less\.$/m, 'with figures');
my $file = "$PostgreSQL::Test::Utils::tmp_check/check.sql";
append_to_file($file, "\\set VERBOSITY sqlstate\n$check;\nSELECT 'behind it';\n");
($status, $out, $err) = script('-f', $file);
is($status, 3, 'and 3 with -f');
like($err, qr/ERROR:  LB001/, 'the SQLSTATE is LB001');
is($out, '', 'nothing behind it is run');
$node->safe_psql('postgres', 'DELETE FROM lbdiag_target WHERE NOT built_in');

# Two recordings at once: the second does not wait for the first.
my $session = { in => '', out => '' };
$session->{psql} = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', $node->connstr('postgres') ],
	'<', \$session->{in}, '>', \$session->{out}, '2>', \$session->{out});
$session->{in} .= "BEGIN; SELECT 'run ' || lbdiag_record(label => 'first');\n";
IPC::Run::pump($session->{psql}) until $session->{out} =~ /run \d+\n|ERROR/;
my ($first) = $session->{out} =~ /run (\d+)/;
my $second = $node->safe_psql('postgres', q{SET lock_timeout = '10s'; SELECT lbdiag_record(label => 'second')});
$session->{in} .= "COMMIT;\n\\q\n";
IPC::Run::finish($session->{psql});
is($node->safe_psql('postgres', q{SELECT string_agg(label, ' ' ORDER BY label), bool_and(c.bytes = r.bytes)
	FROM lbdiag_runs AS r JOIN (SELECT run, sum(bytes) AS bytes FROM lbdiag_run_components GROUP BY run) AS c USING (run)}),
	'first second|t', 'two recordings at once are both there, whole');
isnt($first, $second, 'with numbers of their own');

# The same code on a busy machine is not slower code, and the time of the build
# in the payload is no change of it.
$node->safe_psql('postgres', q{SELECT * FROM lbdiag_create_demo('busy', 150, 60, 'busy')});
my ($idle, $busy, $wrong);
foreach my $try (1 .. 3) {
	$idle = $node->safe_psql('postgres', q{SELECT lbdiag_record('busy', repetitions => 3)});
	my @burners = map { my $pid = fork // die; if (!$pid) { alarm 60; 1 while 1 } $pid } 1 .. 4;
	$busy = $node->safe_psql('postgres', q{SELECT lbdiag_record('busy', repetitions => 3)});
	kill 'KILL', @burners;
	waitpid $_, 0 foreach @burners;
	$wrong = $node->safe_psql('postgres',
		qq{SELECT count(*) FROM lbdiag_compare($idle, $busy) WHERE verdict IN ('slower', 'faster') AND before >= 1});
	last if $wrong <= 3;
}
cmp_ok($wrong, '<=', 3, 'a busy machine does not make code slower, in one of three tries at least');
is($node->safe_psql('postgres', qq{SELECT string_agg(DISTINCT verdict, ' ') FROM lbdiag_compare($idle, $busy)
	WHERE kind IN ('path', 'component', 'component_compressed') OR name IN ('bytes', 'compressed_bytes', 'models')}), 'same', 'what has not changed is the same');
$node->safe_psql('postgres', q{UPDATE busy.models SET scores = (SELECT jsonb_agg(e) FROM generate_series(1, 40), jsonb_array_elements(scores) AS e)});
my ($twice, $verdict);
foreach my $try (1 .. 3)
{
	$twice = $node->safe_psql('postgres', q{SELECT lbdiag_record('busy', repetitions => 3)});
	$verdict = $node->safe_psql('postgres', qq{SELECT verdict FROM lbdiag_compare($idle, $twice) WHERE kind = 'function' AND name = 'read_scores'});
	last if $verdict eq 'slower';
}
is($verdict, 'slower', 'forty times the scores are, in one of three tries at least');
$node->safe_psql('postgres', q{SELECT lbdiag_drop_demo('busy'); DELETE FROM _lbdiag_run WHERE payload = 'busy'});

# A standby shows the history, and refuses to add to it.
my $backup = $node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
($status, $out, $err) = $standby->psql('postgres', 'SELECT lbdiag_record()');
like($err, qr/cannot record a run on a standby.*HINT:  Connect to the primary/s, 'a standby refuses to record');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM lbdiag_latest}), 1, 'and reads what the primary recorded');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM lbdiag_check()}), 3, 'and checks');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM lbdiag_compare(1, 2) WHERE name = 'bytes' AND verdict = 'same'}), 1, 'and compares');
$standby->stop;

# Dump and restore: history and targets survive, and the numbers go on.
$node->safe_psql('postgres', q{INSERT INTO lbdiag_target (phase, metric, target) VALUES ('4', 'bytes', 7);
	INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('vision', '0 3 * * *', 1)});
my $dump = "$PostgreSQL::Test::Utils::tmp_check/dump";
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'restore');
foreach my $relation (qw(lbdiag_target _lbdiag_run _lbdiag_run_component _lbdiag_run_path _lbdiag_run_function _lbdiag_scheduled))
{
	my $content = "SELECT count(*) || md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM $relation AS t";
	is($node->safe_psql('restored', $content), $node->safe_psql('postgres', $content), "$relation is restored");
}
is($node->safe_psql('restored', 'SELECT lbdiag_record()'), $twice + 1, 'and recording goes on');
is($node->safe_psql('restored', "SELECT name, verdict FROM lbdiag_compare($second, $twice + 1) WHERE kind = 'component' AND name = 'row_data'"),
	'row_data|same', 'the restored leaderboard has the same rows');

$node->stop;
done_testing();
