# The extension in the life of a cluster: standby and promotion, crash and
# restart, dump and restore, DROP and CREATE EXTENSION.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tmp = $PostgreSQL::Test::Utils::tmp_check;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION lbdiag;
	SELECT * FROM lbdiag_create_demo(models => 60, benchmarks => 40);
	INSERT INTO lbdiag_layout (name, cell, compact) VALUES ('mine', '[{"key": "s", "source": "score_ceiled"}]', true);
	INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, groups, layout)
		SELECT 'own', models, benchmarks, groups, 'mine' FROM lbdiag_leaderboard;
	INSERT INTO lbdiag_target (phase, metric, target) VALUES ('4', 'bytes', 7);
	INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES ('vision', '1', 'compressed_bytes:row_data', 1000);
	SELECT lbdiag_record(label => 'first')});

# Figures that do not vary from run to run; the moment in filter_options does.
my %figures = (
	audit => q{SELECT md5(string_agg(a::text, ' ' ORDER BY component, path)) FROM lbdiag_audit(encoding => 'none') AS a},
	context => q{SELECT md5(string_agg(content::text, ' ' ORDER BY component)) FROM lbdiag_context() WHERE component <> 'filter_options'},
	row_data => q{SELECT md5(string_agg(r::text, ' ')) FROM (SELECT lbdiag_row_data(viewer => 'all') AS r) AS x},
	profile => q{SELECT string_agg(format('%s %s', function, ncalls), ' ' ORDER BY function) FROM lbdiag_profile(top => 1000)},
	whatif => q{SELECT string_agg(format('%s %s %s', component, bytes_before, bytes_after), ' ' ORDER BY component)
		FROM lbdiag_whatif(changes => '{"drop_paths": ["row_data:$[*].*.error"], "columnar": true}')},
	opportunities => q{SELECT string_agg(format('%s %s', action, bytes_saved), ' ' ORDER BY action) FROM lbdiag_opportunities() WHERE bytes_saved > 0},
	targets => q{SELECT string_agg(t::text, ' ' ORDER BY phase, metric) FROM lbdiag_targets() AS t WHERE metric = 'bytes'},
	calls => q{SELECT count(*) > 10 FROM lbdiag_profile_calls()},
	plans => q{SELECT string_agg(query || (plan ~ 'actual time'), ' ' ORDER BY query) FROM lbdiag_profile_queries() WHERE plan IS NOT NULL},
	queries => q{SELECT count(*) FROM lbdiag_profile_queries()},
	export => q{SELECT count(*) > 0 FROM lbdiag_profile_export()},
	audit_report => q{SELECT count(*) FROM lbdiag_audit_report() AS l (line) WHERE line = '=== SUMMARY ==='},
	profile_report => q{SELECT count(*) FROM lbdiag_profile_report() AS l (line) WHERE line = '=== NEXT STEPS ==='},
	latest => q{SELECT run, bytes FROM lbdiag_latest},
	compare => q{SELECT count(*), count(*) FILTER (WHERE verdict <> 'same') FROM lbdiag_compare(1, 1)});

sub figures_like
{
	my ($server, $database, $expected, $name) = @_;
	my %got = map { $_ => scalar $server->safe_psql($database, $figures{$_}) } keys %figures;
	is_deeply(\%got, $expected, $name);
}

my %expected = map { $_ => scalar $node->safe_psql('postgres', $figures{$_}) } keys %figures;
isnt($expected{$_}, '', "$_ has a result") foreach sort keys %figures;

# All that is stored, and how far the numbers are.
my @tables = qw(lbdiag_layout lbdiag_leaderboard lbdiag_target _lbdiag_scheduled
  _lbdiag_run _lbdiag_run_component _lbdiag_run_path _lbdiag_run_function);
my $stored = join ' UNION ALL ',
  map { "SELECT '$_ ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, ' ' ORDER BY t::text)), '') FROM $_ AS t" } @tables;
my $last_number = 'SELECT last_value, is_called FROM _lbdiag_run_id';

# Standby.
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
figures_like($standby, 'postgres', \%expected, 'a standby has the figures of the primary');
is($standby->safe_psql('postgres', q{SELECT value, status FROM lbdiag_environment() WHERE item = 'recovery'}),
	'standby|notice', 'and says that it is one');
my $before = $standby->safe_psql('postgres', $stored);
foreach (
	[ 'SELECT lbdiag_record()', 'cannot record a run on a standby\nHINT:  Connect to the primary\. Functions that only measure work here\.' ],
	[ q{SELECT lbdiag_record_sql('x', 'SELECT 1')}, 'cannot record a profile on a standby' ],
	[ q{SELECT lbdiag_prune('0')}, 'cannot remove recorded runs on a standby' ],
	[ q{SELECT lbdiag_unschedule('vision')}, 'cannot change a schedule on a standby' ],
	[ q{SELECT lbdiag_create_demo('more', 1, 1, 'more')}, 'cannot execute CREATE SCHEMA in a read-only transaction' ])
{
	my ($command, $message) = @$_;
	my ($status, $out, $err) = $standby->psql('postgres', $command);
	like($err, qr/ERROR:  $message/, "a standby refuses $command");
}
is($standby->safe_psql('postgres', $stored), $before, 'and nothing is stored');
$standby->promote;
cmp_ok($standby->safe_psql('postgres', 'SELECT lbdiag_record()'), '>', 1, 'after promotion it records, with a new number');
$standby->stop;

# A crash while a run is recorded: while the sources are read, and between
# two of the tables that a run is stored in.
$node->safe_psql('postgres', q{
	CREATE FUNCTION wait() RETURNS boolean LANGUAGE plpgsql VOLATILE AS
		$$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN true; END $$;
	SELECT * FROM lbdiag_create_demo('waiting', 10, 10, 'waiting');
	CREATE VIEW waiting.view AS SELECT * FROM waiting.models WHERE wait();
	UPDATE lbdiag_leaderboard SET models = 'waiting.view' WHERE domain = 'waiting';
	CREATE FUNCTION wait_row() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$;
	CREATE TRIGGER wait_row BEFORE INSERT ON _lbdiag_run_function FOR EACH ROW
		WHEN (NEW.function = 'serialize_models') EXECUTE FUNCTION wait_row();
	ALTER TABLE _lbdiag_run_function DISABLE TRIGGER wait_row});
sub start_session
{
	my ($command) = @_;
	my $session = { in => "$command\n", out => '' };
	$session->{psql} = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', $node->connstr('postgres') ],
		'<', \$session->{in}, '>', \$session->{out}, '2>', \$session->{out});
	IPC::Run::pump_nb($session->{psql});
	return $session;
}

foreach (
	[ 'waiting', 'DISABLE', 'while the sources are read' ],
	[ 'vision', 'ENABLE', 'between two tables' ])
{
	my ($payload, $trigger, $name) = @$_;
	$node->safe_psql('postgres', "ALTER TABLE _lbdiag_run_function $trigger TRIGGER wait_row");
	my $stored_before = $node->safe_psql('postgres', $stored);
	my $holder = start_session("SELECT pg_advisory_lock(1), 'locked';");
	IPC::Run::pump($holder->{psql}) until $holder->{out} =~ /locked/;
	my $recorder = start_session("SELECT lbdiag_record('$payload');");
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity
		WHERE wait_event_type = 'Lock' AND query LIKE '%lbdiag_record%' AND pid <> pg_backend_pid()}), "a recording waits $name");
	$node->stop('immediate');
	IPC::Run::finish($_->{psql}) foreach $holder, $recorder;
	$node->start;
	is($node->safe_psql('postgres', $stored), $stored_before, "after a crash $name nothing of the run is there");
	$node->safe_psql('postgres', "ALTER TABLE _lbdiag_run_function DISABLE TRIGGER wait_row");
	my $run = $node->safe_psql('postgres', "SELECT lbdiag_record('$payload', label => '$name')");
	is($node->safe_psql('postgres', qq{SELECT count(DISTINCT c.component) > 5, count(DISTINCT p.path) > 20, count(DISTINCT f.function) > 10
		FROM _lbdiag_run_component AS c, _lbdiag_run_path AS p, _lbdiag_run_function AS f WHERE c.run = $run AND p.run = $run AND f.run = $run}),
		't|t|t', 'and the next one is whole');
}
$node->safe_psql('postgres', q{DROP TRIGGER wait_row ON _lbdiag_run_function; DROP FUNCTION wait_row});
$expected{latest} = $node->safe_psql('postgres', $figures{latest});
my $content = $node->safe_psql('postgres', $stored);
# Not pg_ctl's restart: it leaves out a command in front of the server.
$node->stop;
$node->start;
figures_like($node, 'postgres', \%expected, 'a restart changes no figure');
is($node->safe_psql('postgres', $stored), $content, 'and nothing that is stored');

# Dump and restore, plain and custom, each of what the one before restored.
my $from = 'postgres';
my %text;
foreach my $format ('plain', 'custom', 'plain_again')
{
	my $file = "$tmp/$format";
	$node->safe_psql('postgres', "CREATE DATABASE $format");
	if ($format eq 'custom')
	{
		$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, $node->connstr($from) ], "$format: dump");
		$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr($format), $file ], "$format: restore");
	}
	else
	{
		$node->command_ok([ 'pg_dump', '-f', $file, $node->connstr($from) ], "$format: dump");
		$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file, '-d', $node->connstr($format) ], "$format: restore");
		# Newer servers wrap the dump in a key that is drawn by chance.
		($text{$format} = slurp_file($file)) =~ s/^\\(un)?restrict .*\n//mg;
	}
	is($node->safe_psql($format, $stored), $content, "$format: configuration and history are there once");
	is($node->safe_psql($format, $last_number), $node->safe_psql('postgres', $last_number), "$format: the numbers go on");
	figures_like($node, $format, \%expected, "$format: the figures are the same");
	$from = $format;
}
is($text{plain_again}, $text{plain}, 'the dump of a restored dump is the same dump');
my $largest = $node->safe_psql($from, 'SELECT max(id) FROM _lbdiag_run');
cmp_ok($node->safe_psql($from, 'SELECT lbdiag_record()'), '>', $largest, 'the next run has a larger number');
my ($status, $out, $err) = $node->psql($from, q{UPDATE lbdiag_layout SET compact = true WHERE name = 'documented'});
like($err, qr/ERROR:  .*built-in/, 'built-in rows are still kept');

# DROP EXTENSION leaves nothing, whatever is stored; what depends on it must
# be named.
my $catalogs = join ', ', map { "(SELECT count(*) FROM $_)" }
  qw(pg_class pg_attribute pg_proc pg_type pg_constraint pg_trigger pg_rewrite pg_depend pg_shdepend
  pg_description pg_init_privs pg_extension pg_attrdef pg_index pg_sequence pg_default_acl);
$node->safe_psql('postgres', 'CREATE DATABASE clean');
my $clean = $node->safe_psql('clean', "SELECT $catalogs");
foreach my $round (1, 2)
{
	$node->safe_psql('clean', q{CREATE EXTENSION lbdiag; SELECT * FROM lbdiag_create_demo(models => 3, benchmarks => 3);
		INSERT INTO lbdiag_target (phase, metric, target) VALUES ('4', 'bytes', 7);
		INSERT INTO _lbdiag_scheduled (payload, schedule, job) VALUES ('vision', '0 3 * * *', 1); SELECT lbdiag_record();
		CREATE VIEW mine AS SELECT * FROM lbdiag_runs});
	($status, $out, $err) = $node->psql('clean', 'DROP EXTENSION lbdiag');
	like($err, qr/ERROR:  cannot drop extension lbdiag because other objects depend on it\nDETAIL:  view mine depends on view lbdiag_runs/,
		'what depends on the extension keeps it');
	$node->safe_psql('clean', 'DROP VIEW mine; DROP EXTENSION lbdiag; DROP SCHEMA lbdiag_demo CASCADE');
	is($node->safe_psql('clean', "SELECT $catalogs"), $clean, "DROP EXTENSION leaves nothing in the catalogs ($round)");
}

# In a schema of its own.
$node->safe_psql('clean', q{CREATE SCHEMA "Own Schema"; CREATE EXTENSION lbdiag SCHEMA "Own Schema"; SELECT * FROM "Own Schema".lbdiag_create_demo(models => 60, benchmarks => 40)});
my $own = q{SET search_path = pg_catalog; SELECT lbdiag.lbdiag_record();};
$own =~ s/lbdiag\./"Own Schema"./g;
is($node->safe_psql('clean', $own), 1, 'recording works in a schema that is not on the search path');
foreach my $name (sort keys %figures)
{
	(my $query = $figures{$name}) =~ s/\b(_?lbdiag_\w+)/"Own Schema".$1/g;
	isnt($node->safe_psql('clean', "SET search_path = pg_catalog; $query"), '', "$name works there, too");
}
($status, $out, $err) = $node->psql('clean', 'ALTER EXTENSION lbdiag SET SCHEMA public');
like($err, qr/ERROR:  extension "lbdiag" does not support SET SCHEMA/, 'and it stays there');
is($node->safe_psql('clean', $own), 2, 'recording goes on');
$node->stop;
done_testing();
