# Upgrades: of the cluster (pg_upgrade, from the server in LBDIAG_OLDBIN or
# the same one), of the extension, and a library that meets definitions that
# are not its own.
use strict;
use warnings;

use File::Path qw(make_path);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tmp = $PostgreSQL::Test::Utils::tmp_check;

# What is stored, how far the numbers are, and what audits tell; the moment
# in filter_options varies.
my @tables = qw(lbdiag_layout lbdiag_leaderboard lbdiag_target _lbdiag_scheduled
  _lbdiag_run _lbdiag_run_component _lbdiag_run_path _lbdiag_run_function);
my $stored = join ' UNION ALL ',
  (map { "SELECT '$_ ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, ' ' ORDER BY t::text)), '') FROM $_ AS t" } @tables),
  'SELECT format(\'%s %s\', last_value, is_called) FROM _lbdiag_run_id';
my $measured = q{
	SELECT md5(string_agg(a::text, ' ' ORDER BY component, path)) FROM lbdiag_audit(encoding => 'none') AS a
	UNION ALL SELECT md5(string_agg(a::text, ' ' ORDER BY component, path)) FROM lbdiag_audit('own', encoding => 'none') AS a
	UNION ALL SELECT md5(string_agg(content::text, ' ' ORDER BY component)) FROM lbdiag_context() WHERE component <> 'filter_options'
	UNION ALL SELECT string_agg(format('%s %s', function, ncalls), ' ' ORDER BY function) FROM lbdiag_profile(top => 1000)
	UNION ALL SELECT string_agg(bytes_after::text, ' ' ORDER BY component) FROM lbdiag_whatif(changes => '{"columnar": true}')};
my $fill = q{
	CREATE EXTENSION lbdiag;
	SELECT * FROM lbdiag_create_demo(models => 60, benchmarks => 40);
	INSERT INTO lbdiag_layout (name, cell, compact) VALUES ('mine', '[{"key": "s", "source": "score_ceiled"}]', true);
	INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, groups, layout) VALUES ('own', 'lbdiag_demo.own', 'lbdiag_demo.own_benchmarks', 'lbdiag_demo.model_groups', 'mine');
	CREATE MATERIALIZED VIEW lbdiag_demo.own AS SELECT model_id, name, 'own'::text AS domain, public, scores FROM lbdiag_demo.models;
	CREATE VIEW lbdiag_demo.own_benchmarks AS SELECT identifier, benchmark_type_id, 'own'::text AS domain, overall_order FROM lbdiag_demo.benchmarks;
	UPDATE lbdiag_leaderboard SET rank_root = 'average_vision' WHERE domain = 'own';
	INSERT INTO lbdiag_target (phase, metric, target) VALUES ('4', 'bytes', 7);
	CREATE VIEW mine AS SELECT run, bytes FROM lbdiag_runs;
	SELECT lbdiag_record(label => 'one'), lbdiag_record('own', label => 'two'), lbdiag_record_sql('three', 'SELECT 1')};

# pg_upgrade.
{
	my $oldbin = $ENV{LBDIAG_OLDBIN} || '';
	my $new = PostgreSQL::Test::Cluster->new('new');
	my $old = PostgreSQL::Test::Cluster->new('old', $oldbin ? (install_path => "$oldbin/..") : ());
	# Newer versions have checksums where nothing is said.
	$_->init(extra => ['--data-checksums']) foreach $old, $new;
	$_->append_conf('postgresql.conf', 'fsync = off') foreach $old, $new;
	$old->start;
	my $version = $old->safe_psql('postgres', 'SHOW server_version_num');
	$old->safe_psql('postgres', $fill);
	# A database with the extension in a schema.
	$old->safe_psql('postgres', 'CREATE DATABASE schema');
	$old->safe_psql('schema', 'CREATE SCHEMA s; CREATE EXTENSION lbdiag SCHEMA s; SELECT * FROM s.lbdiag_create_demo(models => 3, benchmarks => 3); SELECT s.lbdiag_record()');
	my $stored_before = $old->safe_psql('postgres', $stored);
	my $measured_before = $old->safe_psql('postgres', $measured);
	$old->stop;

	my $newbin = $new->config_data('--bindir');
	$oldbin ||= $newbin;
	chdir $tmp or die "could not enter $tmp: $!";
	command_ok([ "$newbin/pg_upgrade", '--no-sync', '-b', $oldbin, '-B', $newbin,
			'-d', $old->data_dir, '-D', $new->data_dir, '-s', $new->host, '-p', $old->port, '-P', $new->port ],
		"pg_upgrade from $version");
	$new->start;
	note('to ' . $new->safe_psql('postgres', 'SHOW server_version_num'));
	is($new->safe_psql('postgres', $stored), $stored_before, 'configuration, history and numbers are there');
	is($new->safe_psql('postgres', $measured), $measured_before, 'audits, profiles and contexts are the same');
	is($new->safe_psql('postgres', 'SELECT lbdiag_record()'), 4, 'recording goes on');
	is($new->safe_psql('postgres', q{SELECT name, verdict FROM lbdiag_compare(1, 4) WHERE kind = 'component' AND name = 'row_data'}),
		'row_data|same', 'and is compared with what was recorded before');
	is($new->safe_psql('postgres', 'SELECT count(*), max(run) FROM mine'), '4|4', 'a view over the history lives on');
	my ($status, $out, $err) = $new->psql('postgres', q{DELETE FROM lbdiag_layout WHERE built_in});
	like($err, qr/ERROR:  .*built-in/, 'built-in rows are still kept');
	is($new->safe_psql('schema', 'SELECT s.lbdiag_record()'), 2, 'as does the one in a schema');
	# What is dumped now is what is dumped where the extension is new.
	$new->command_ok([ 'pg_dump', '-f', "$tmp/dump", $new->connstr('postgres') ], 'a dump');
	unlike(slurp_file("$tmp/dump"), qr/^documented\t/m, 'has no built-in layout');
	$new->safe_psql('postgres', 'DROP VIEW mine; DROP EXTENSION lbdiag; CREATE EXTENSION lbdiag');
	is($new->safe_psql('postgres', 'SELECT count(*) FROM _lbdiag_run'), 0, 'DROP and CREATE EXTENSION work');
	$new->stop;
}

# A version 1.1 of the extension, in a copy of the server.
my ($pg_config) = run_command([ 'pg_config', '--bindir' ]);
my ($lib, $major) = $pg_config =~ m{^(.*/lib/postgresql)/([^/]+)/bin$};
SKIP:
{
	skip 'the server is not laid out as Debian lays it out', 1 unless $lib;
	my $copy = "$tmp/copy";
	make_path("$copy/lib/postgresql/$major", "$copy/share/postgresql");
	system_or_bail('cp', '-R', "$lib/$major/bin", "$copy/lib/postgresql/$major/bin");
	system_or_bail('cp', '-R', "$lib/$major/lib", "$copy/lib/postgresql/$major/lib");
	system_or_bail('cp', '-R', "$lib/../../share/postgresql/$major", "$copy/share/postgresql/$major");
	my $node = PostgreSQL::Test::Cluster->new('extension', install_path => "$copy/lib/postgresql/$major");
	$node->init;
	$node->append_conf('postgresql.conf', 'fsync = off');
	$node->start;
	$node->safe_psql('postgres', $fill);
	my $stored_before = $node->safe_psql('postgres', $stored);
	my $measured_before = $node->safe_psql('postgres', $measured);

	my $directory = "$copy/share/postgresql/$major/extension";
	(my $control = slurp_file("$directory/lbdiag.control")) =~ s/(default_version = ')1\.0/${1}1.1/ or die 'no version 1.0';
	unlink "$directory/lbdiag.control";
	append_to_file("$directory/lbdiag.control", $control);
	append_to_file("$directory/lbdiag--1.0--1.1.sql", <<'EOT');
\echo Use "ALTER EXTENSION lbdiag UPDATE" to load this file. \quit
ALTER TABLE @extschema@._lbdiag_run ADD COLUMN note text;
DROP FUNCTION @extschema@.lbdiag_drop_demo(name);
CREATE FUNCTION @extschema@.lbdiag_drop_demo(schema name, dry boolean DEFAULT false) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC SELECT 0::bigint; END;
CREATE FUNCTION @extschema@.lbdiag_version() RETURNS text LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT '1.1'; END;
EOT
	is($node->safe_psql('postgres', $measured), $measured_before, 'definitions of 1.0 work where 1.1 is installed');
	my @path = split /\n/, $node->safe_psql('postgres', q{SELECT source || ' ' || target || ' ' || coalesce(path, 'none') FROM pg_extension_update_paths('lbdiag') WHERE source = '1.0'});
	is_deeply(\@path, ['1.0 1.1 1.0--1.1'], 'there is a path from 1.0 to 1.1');
	$node->safe_psql('postgres', 'ALTER EXTENSION lbdiag UPDATE');
	is($node->safe_psql('postgres', q{SELECT extversion, lbdiag_version(), lbdiag_drop_demo('0', true) FROM pg_extension WHERE extname = 'lbdiag'}),
		'1.1|1.1|0', 'ALTER EXTENSION UPDATE brings what is new');
	is($node->safe_psql('postgres', $measured), $measured_before, 'and keeps what was measured');
	$node->safe_psql('postgres', 'ALTER TABLE _lbdiag_run DROP COLUMN note');
	is($node->safe_psql('postgres', $stored), $stored_before, 'and what is stored');
	is($node->safe_psql('postgres', 'SELECT lbdiag_record()'), 4, 'recording goes on');
	is($node->safe_psql('postgres', 'SELECT extension_version FROM lbdiag_runs WHERE run = 4'), '1.1', 'and tells the new version');
	$node->safe_psql('postgres', 'CREATE DATABASE fresh');
	is($node->safe_psql('fresh', 'CREATE EXTENSION lbdiag; SELECT lbdiag_version()'), '1.1', 'CREATE EXTENSION installs 1.0 and updates it');
	$node->stop;
}

# The library under definitions that are not its own.
my $node = PostgreSQL::Test::Cluster->new('definitions');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nrestart_after_crash = off");
$node->start;
$node->safe_psql('postgres', $fill);

# Every C function has a symbol with the version that it came with.
my @symbols = split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT prosrc FROM pg_proc WHERE probin = '$libdir/lbdiag' ORDER BY 1});
cmp_ok(scalar @symbols, '>=', 11, 'the C functions');
foreach my $symbol (@symbols)
{
	like($symbol, qr/^lbdiag_\w+_\d+_\d+$/, "$symbol has a version");
	$node->safe_psql('postgres', "CREATE FUNCTION pg_temp.f() RETURNS void LANGUAGE c AS '\$libdir/lbdiag', '$symbol'");
}

# Each of them, as a function of rows, with fewer and more columns and with
# fewer and more arguments: an error, and a server that lives.
my @types = ('text') x 20;
my @definitions;
foreach my $symbol (@symbols)
{
	foreach my $nargs (0, 1, 2, 3, 4, 5, 6, 7, 8, 20)
	{
		push @definitions, map { [ $symbol, $nargs, $_ ] }
		  'text', 'SETOF text', 'SETOF record', map { 'TABLE (' . join(', ', map { "c$_ text" } 1 .. $_) . ')' } 1, 6, 19;
	}
}
my $refused = 0;
my $script = '';
foreach (@definitions)
{
	my ($symbol, $nargs, $result) = @$_;
	my $arguments = join ', ', ('text') x $nargs;
	my $values = join ', ', ('NULL') x $nargs;
	my $list = $result eq 'SETOF record' ? 'AS (a text)' : '';
	$script .= qq{CREATE FUNCTION pg_temp.lbdiag_f($arguments) RETURNS $result LANGUAGE c AS '\$libdir/lbdiag', '$symbol';
		SELECT * FROM pg_temp.lbdiag_f($values) $list;
		DROP FUNCTION pg_temp.lbdiag_f;\n};
}
my ($status, $out, $err) = $node->psql('postgres', "\\set ON_ERROR_STOP 0\n\\set VERBOSITY verbose\n$script");
unlike($err, qr/server closed the connection|connection to server was lost/, 'a definition with other arguments or columns crashes nothing');
cmp_ok(scalar(() = $err =~ /ERROR:  42P13: function lbdiag_f is not defined as this version of lbdiag needs it/g), '>', 400, 'but is refused');
is($node->safe_psql('postgres', q{SELECT count(*) > 50 FROM lbdiag_audit()}), 't', 'the server lives');

# With values where the definition fits but for its columns.
foreach (
	[ 'audit', q{text, text, text, text}, q{'vision', 'public', NULL, 'none'} ],
	[ 'context', q{text, text, text}, q{'vision', 'public', NULL} ],
	[ 'profile_queries', q{text, text, text, int}, q{'vision', 'public', NULL, 1} ],
	[ 'profile_calls', q{text, text, text, int, text}, q{'vision', 'public', NULL, 1, 'none'} ],
	[ 'whatif', q{text, text, text, jsonb}, q{'vision', 'public', NULL, '{"compact": true}'} ],
	[ 'opportunities', q{text, text, text}, q{'vision', 'public', NULL} ],
	[ 'environment', q{text}, q{'vision'} ])
{
	my ($name, $arguments, $values) = @$_;
	foreach my $columns ('c1 text', join(', ', map { "c$_ text" } 1 .. 15))
	{
		($status, $out, $err) = $node->psql('postgres', qq{
			CREATE FUNCTION pg_temp.old($arguments) RETURNS TABLE ($columns) LANGUAGE c AS '\$libdir/lbdiag', 'lbdiag_${name}_1_0';
			SELECT * FROM pg_temp.old($values)});
		like($err, qr/ERROR:  function old is not defined as this version of lbdiag needs it\nDETAIL:  It must have \d arguments and return \d+ columns\.\nHINT:  Only CREATE EXTENSION/,
			"lbdiag_$name with " . (length $columns > 9 ? 'more' : 'fewer') . ' columns');
	}
}

# NULL for each argument of each function, and for all but one.
$script = $node->safe_psql('postgres', q{
	SELECT format('SELECT count(*) FROM %s(%s);', p.oid::regproc, coalesce(string_agg(format('%s::%s',
		CASE WHEN a.number <> n.number THEN 'NULL' WHEN format_type(a.type, NULL) = 'text' THEN '''vision''' ELSE 'NULL' END,
		format_type(a.type, NULL)), ', ' ORDER BY a.number), ''))
	FROM pg_proc AS p
	JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'lbdiag')
	CROSS JOIN generate_series(0, p.pronargs) AS n (number)
	LEFT JOIN LATERAL unnest(p.proargtypes) WITH ORDINALITY AS a (type, number) ON true
	WHERE p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
	GROUP BY p.oid, n.number});
cmp_ok(scalar(() = $script =~ /;/g), '>', 100, 'calls with NULL');
($status, $out, $err) = $node->psql('postgres', "\\set ON_ERROR_STOP 0\n\\set VERBOSITY verbose\n$script");
unlike($err, qr/server closed the connection|connection to server was lost|ERROR:  XX000/, 'NULL crashes nothing');
is($node->safe_psql('postgres', q{SELECT count(*) > 50 FROM lbdiag_audit()}), 't', 'the server lives');
$node->stop;
done_testing();
