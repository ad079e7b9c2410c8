# What needs a cluster of its own: gzip against zlib itself, cluster_name and
# the server's log, memory, and dump and restore.
use strict;
use warnings;

use Compress::Raw::Zlib;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off");
$node->start;
$node->safe_psql('postgres',
	'CREATE EXTENSION lbdiag; SELECT * FROM lbdiag_create_demo(models => 200)');

# The compressed bytes of each component: one stream of level 6 with gzip's
# framing, flushed behind each component, the last one finished.  The moment
# in filter_options is that of the transaction.
foreach my $layout ('documented', 'brainscore_2026_07')
{
	my $result = $node->safe_psql('postgres', qq{
		BEGIN ISOLATION LEVEL REPEATABLE READ;
		\\o $PostgreSQL::Test::Utils::tmp_check/payload
		SELECT content FROM lbdiag_context('vision', layout => '$layout');
		\\o
		SELECT a.compressed_bytes FROM lbdiag_audit('vision', layout => '$layout') AS a
		JOIN lbdiag_context('vision', layout => '$layout') WITH ORDINALITY AS c (component, content, number) USING (component)
		WHERE a.path = '\$' ORDER BY c.number;
		SELECT compressed_bytes FROM lbdiag_audit('vision', layout => '$layout') WHERE component = 'TOTAL';
		COMMIT;
	});
	my @expected;
	my ($stream) = Compress::Raw::Zlib::Deflate->new(
		-Level => 6,
		-WindowBits => WANT_GZIP,
		-MemLevel => 8,
		-AppendOutput => 1);
	my @payload = split /\n/, slurp_file("$PostgreSQL::Test::Utils::tmp_check/payload");
	my $total = 0;
	foreach my $i (0 .. $#payload)
	{
		my $out = '';
		$stream->deflate($payload[$i], $out);
		$stream->flush($out, $i == $#payload ? Z_FINISH : Z_SYNC_FLUSH);
		push @expected, length $out;
		$total += length $out;
	}
	is($result, join("\n", @expected, $total), "compressed_bytes of $layout are zlib's");
}

# A production server by its cluster_name; the override leaves a line.
my $production = PostgreSQL::Test::Cluster->new('eu-PROD-7');
$production->init;
$production->append_conf('postgresql.conf', "fsync = off");
$production->start;
$production->safe_psql('postgres', "CREATE EXTENSION lbdiag; SELECT * FROM lbdiag_create_demo(models => 3, benchmarks => 3)");
my ($status, $out, $err) = $production->psql('postgres', "SELECT count(*) FROM lbdiag_audit('vision')");
is($status, 3, 'production is refused');
like($err, qr/cannot profile against production database.*The cluster_name "eu-PROD-7" matches lbdiag.production_pattern "prod"/s,
	'with the reason');
my $before = -s $production->logfile;
is($production->safe_psql('postgres', "SET lbdiag.allow_production = on; SELECT count(*) > 100 FROM lbdiag_audit('vision')"),
	't', 'the override works');
like(slurp_file($production->logfile, $before),
	qr/LOG:  lbdiag_audit runs against a production database for leaderboard "vision", allowed by lbdiag.allow_production/,
	'and is logged');
$production->append_conf('postgresql.conf', "lbdiag.environment = 'development'");
$production->reload;
ok($production->poll_query_until('postgres', "SELECT value = 'development' FROM lbdiag_environment() WHERE item = 'environment'"),
	'a setting in the configuration file is stronger than a name');

# A session knows the settings once it has loaded the library.
($status, $out, $err) = $production->psql('postgres', 'SHOW lbdiag.retention');
like($err, qr/unrecognized configuration parameter "lbdiag.retention"/, 'settings are not known before');
foreach my $load ("LOAD 'lbdiag'", 'SELECT count(*) FROM lbdiag_environment()')
{
	($status, $out, $err) = $production->psql('postgres', "$load; ALTER SYSTEM SET lbdiag.encoding = 'lzma'");
	like($err, qr/unrecognized encoding "lzma"/, "a value is checked after $load");
	$production->safe_psql('postgres', "$load; ALTER SYSTEM SET lbdiag.encoding = 'br:4'");
}
$production->safe_psql('postgres', q{CREATE ROLE plain LOGIN; ALTER SYSTEM SET session_preload_libraries = 'lbdiag'});
$production->reload;
ok($production->poll_query_until('postgres', "SELECT current_setting('lbdiag.encoding', true) = 'br:4' AND current_setting('lbdiag.retention', true) = '0'"),
	'what ALTER SYSTEM has set is in force, and session_preload_libraries makes settings known');
$production->safe_psql('postgres', "SET SESSION AUTHORIZATION plain; ALTER ROLE plain SET lbdiag.progress = '1s'");
is($production->safe_psql('postgres', 'SHOW lbdiag.progress', connstr => $production->connstr('postgres') . ' user=plain'),
	'1s', 'so an ordinary user keeps one');
$production->stop;

# Memory: an audit needs as much for four times the models.
SKIP:
{
	skip 'no /proc here', 2 unless -r '/proc/self/status';
	skip 'a checker has memory of its own', 2 if $ENV{SERVER_WRAPPER};
	$node->safe_psql('postgres', "SELECT * FROM lbdiag_create_demo('four', 800, 200, 'four')");
	my %peak;
	foreach my $domain ('vision', 'four')
	{
		my ($in, $output, $errors) = ('', '', '');
		my $psql = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', $node->connstr('postgres') ],
			'<', \$in, '>', \$output, '2>', \$errors);
		$in .= "SELECT pg_backend_pid();\n";
		IPC::Run::pump($psql) until $output =~ /\n/;
		my ($pid) = $output =~ /(\d+)/;
		my $idle = private_memory($pid);
		$output = '';
		$in .= "SELECT 'done' FROM (SELECT count(*) FROM generate_series(1, 5), LATERAL lbdiag_audit('$domain')) AS x;\n";
		my $most = 0;
		until ($output =~ /done/)
		{
			IPC::Run::pump_nb($psql);
			my $now = private_memory($pid);
			$most = $now if $now > $most;
			select undef, undef, undef, 0.002;
		}
		$in .= "\\q\n";
		IPC::Run::finish($psql);
		$peak{$domain} = $most - $idle;
	}
	cmp_ok($peak{vision}, '<', 24 * 1024, "an audit takes less than 24 MB ($peak{vision} kB)");
	cmp_ok($peak{four}, '<', $peak{vision} + 2 * 1024, "and no more for four times the models ($peak{four} kB)");
}

sub private_memory
{
	my ($pid) = @_;
	open my $status, '<', "/proc/$pid/status" or return 0;
	while (<$status>)
	{
		return $1 if /^RssAnon:\s+(\d+)/;
	}
	return 0;
}

# What the application sent of itself, where pg_stat_statements has seen it.
SKIP:
{
	skip 'no pg_stat_statements here', 2 unless -e ($node->config_data('--pkglibdir') =~ s/\n//r) . '/pg_stat_statements.so';
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_stat_statements'");
	# Not pg_ctl's restart: it leaves out a command in front of the server.
	$node->stop;
	$node->start;
	$node->safe_psql('postgres', q{CREATE EXTENSION pg_stat_statements;
		SELECT count(*) FROM lbdiag_demo.models WHERE name <> 'a secret'; SELECT count(*) FROM lbdiag_demo.models WHERE name <> 'b secret';
		SELECT 'no models here'});
	my $seen = $node->safe_psql('postgres', q{SELECT query, calls, row_count, ms > 0 FROM lbdiag_profile_queries('vision') WHERE basis ~ 'pg_stat_statements'});
	like($seen, qr/^SELECT count\(\*\) FROM lbdiag_demo\.models WHERE name <> \$1\|2\|2\|t$/m, 'statements that touched the sources, with their calls');
	unlike($seen, qr/secret|no models|lbdiag_profile_queries/, 'without constants, and no others');
}

# Dump and restore: configuration survives, built-in rows are not doubled.
$node->safe_psql('postgres', q{
	INSERT INTO lbdiag_layout (name, cell, compact) VALUES ('mine', '[{"key": "s", "source": "score_ceiled"}]', true);
	UPDATE lbdiag_leaderboard SET layout = 'mine' WHERE domain = 'vision'});
my $total = q{SELECT key_bytes + value_bytes FROM lbdiag_audit_detail('vision') WHERE component = 'row_data' AND path = '$[*].*.s'};
my $bytes = $node->safe_psql('postgres', $total);
my $dump = "$PostgreSQL::Test::Utils::tmp_check/dump";
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'restore');
is($node->safe_psql('restored', 'SELECT count(*), count(*) FILTER (WHERE built_in) FROM lbdiag_layout'),
	'4|3', 'layouts are there once');
is($node->safe_psql('restored', $total), $bytes, 'and the restored leaderboard is audited with its layout');

$node->stop;
done_testing();
