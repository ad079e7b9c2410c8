# Data that is made to hurt who audits it: small data with large text, many
# keys, deep nesting, chosen hashes.  Each case has a peak of memory, or an
# end within some work, or a clear error.
use strict;
use warnings;

use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'peaks and work are read from /proc' if !-e '/proc/self/schedstat';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\njit = off\nshared_buffers = 16MB");
$node->start;

# Under a checker, memory and work are not those of the server.
my $checked = $ENV{SERVER_WRAPPER} ? 1 : 0;

# The leaderboard NAME has the relations NAME.m and NAME.b, and one benchmark.
sub leaderboard
{
	my ($name, $models, $benchmarks) = @_;
	my $lead = qq({"benchmark_type_id": "average_$name", "versioned_benchmark_identifier": "average_${name}_v0", "score_ceiled": 0.5});
	$node->safe_psql('postgres', <<SQL);
CREATE SCHEMA $name;
CREATE TABLE $name.b (identifier text, benchmark_type_id text, domain text DEFAULT '$name', overall_order bigint, parent jsonb,
	number_of_all_children bigint, version int);
CREATE TABLE $name.m (model_id int DEFAULT 1, name text DEFAULT 'm', domain text DEFAULT '$name', public boolean DEFAULT true,
	scores jsonb DEFAULT '[$lead]', model_meta jsonb);
INSERT INTO $name.b VALUES ('average_${name}_v0', 'average_$name', '$name', 0);
CREATE TABLE $name.g (id int, "group" text);
INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, groups, layout)
VALUES ('$name', '$name.m', '$name.b', '$name.g', 'brainscore_2026_02');
@{[$models ? "INSERT INTO $name.m $models;" : '']}
@{[$benchmarks ? "INSERT INTO $name.b $benchmarks;" : '']}
UPDATE $name.m SET scores = jsonb_build_array('$lead'::jsonb) || scores WHERE scores->0->>'benchmark_type_id' IS NULL;
SQL
}

# Runs a statement in a session of its own, and returns what it said, the MB
# at its peak, and the ms of work.
sub measure
{
	my ($statement, $timeout, $files) = @_;
	my ($out, $err);
	$timeout ||= 0;
	$files ||= '20MB';
	$node->psql('postgres', <<SQL, stdout => \$out, stderr => \$err, on_error_stop => 0);
SET temp_file_limit = '$files';
LOAD 'lbdiag';
SET statement_timeout = $timeout;
SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1) AS before \\gset
$statement;
-- One that has come late is for this.
SET application_name = 'measured';
RESET statement_timeout;
SELECT 'measured', (split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint - :before) / 1000000,
	substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s+(\\d+) kB')::int / 1024;
SQL
	my ($work, $peak) = $out =~ /measured\|(\d+)\|(\d+)/;
	die "no measure: $out$err" if !defined $peak;
	$out =~ s/\n?measured.*//;
	return { out => $out, err => $err, peak => $peak, work => $work };
}

sub peak_is_below
{
	my ($run, $limit, $name) = @_;
  SKIP: {
		skip 'memory of a checker', 1 if $checked;
		cmp_ok($run->{peak}, '<', $limit, "$name: peak in MB");
	}
}

# How much work a statement does after a timeout at different moments.
sub stops
{
	my ($name, $statement, @timeouts) = @_;
	my $late = 0;
	foreach my $timeout (@timeouts)
	{
		my $run = measure($statement, $timeout);
		$late = $run->{work} - $timeout if $run->{work} - $timeout > $late;
		die "$name: $run->{err}" if $run->{err} =~ /ERROR/ && $run->{err} !~ /statement timeout/;
		last if !$run->{err};
	}
  SKIP: {
		skip 'time of a checker', 1 if $checked;
		cmp_ok($late, '<', 100, "$name: ms of work after a timeout");
	}
}

sub audit { return "SELECT max(bytes) FROM lbdiag_audit('$_[0]', layout => '" . ($_[1] || 'brainscore_2026_02') . "', encoding => 'none')"; }

$node->safe_psql('postgres', 'CREATE EXTENSION lbdiag');

# Numbers with a text of 131,072 bytes: as identifiers, equal and different, as
# values, and to be rounded.
leaderboard('same', q{(scores) SELECT jsonb_agg(jsonb_build_object('versioned_benchmark_identifier', 1e131071, 'score_ceiled', 1))
	FROM generate_series(1, 3000)});
leaderboard('differ', q{(scores) SELECT jsonb_agg(jsonb_build_object('versioned_benchmark_identifier', (i || 'e131060')::numeric, 'score_ceiled', 1))
	FROM generate_series(1, 600) AS i});
leaderboard('rounded', q{(scores) SELECT jsonb_agg(jsonb_build_object('versioned_benchmark_identifier', 'b' || i, 'score_ceiled', 1e131071))
	FROM generate_series(1, 600) AS i});
my $run = measure(audit('same'));
cmp_ok($run->{out}, '<', 140_000, 'equal long numbers are one cell');
peak_is_below($run, 80, 'equal long numbers');
$run = measure(q{SELECT max(bytes_after) FROM lbdiag_whatif('same', changes => '{"round_digits": 2}')});
like($run->{out}, qr/^\d+$/, 'equal long numbers in a what-if');
peak_is_below($run, 80, 'equal long numbers in a what-if');
$run = measure(audit('differ'));
cmp_ok($run->{out}, '>', 600 * 131061, 'different long numbers are cells');
peak_is_below($run, 80, 'different long numbers');
$run = measure(audit('rounded', 'brainscore_2026_07'));
cmp_ok($run->{out}, '>', 600 * 131072, 'long numbers to be rounded');
peak_is_below($run, 80, 'long numbers to be rounded');
$run = measure(q{SELECT max(bytes_after) FROM lbdiag_whatif('rounded', changes => '{"round_digits": 2}')});
peak_is_below($run, 80, 'long numbers in a what-if');
stops('long numbers', audit('rounded', 'brainscore_2026_07'), 50, 150, 250, 350);

# A number and a string of its digits are one identifier.
leaderboard('mixed', q{(scores) SELECT jsonb_build_array(jsonb_build_object('versioned_benchmark_identifier', 1e1000, 'score_ceiled', 1),
	jsonb_build_object('versioned_benchmark_identifier', '1' || repeat('0', 1000), 'score_ceiled', 2),
	jsonb_build_object('versioned_benchmark_identifier', 1e1000, 'score_ceiled', 3),
	jsonb_build_object('versioned_benchmark_identifier', -1e1000, 'score_ceiled', 4),
	jsonb_build_object('versioned_benchmark_identifier', repeat('y', 1000), 'score_ceiled', 5))});
is($node->safe_psql('postgres', q{SELECT string_agg(left(k, 2) || length(k) || ' ' || (v->>'value'), ', ' ORDER BY n)
	FROM lbdiag_row_data('mixed') AS r, json_each(r) WITH ORDINALITY AS e (k, v, n) WHERE length(k) > 100}),
	'101001 3, -11002 4, yy1000 5', 'long identifiers are told apart by their text');

# What cannot be one value ends when that is known.
leaderboard('large', q{(scores) SELECT jsonb_agg(jsonb_build_object('versioned_benchmark_identifier', 'b' || i, 'score_ceiled', 1e131071))
	FROM generate_series(1, 14000) AS i});
$run = measure("SELECT count(*) FROM lbdiag_context('large')");
like($run->{err}, qr/component row_data is too large for one value.*HINT:  Use lbdiag_row_data/s, 'a component of 1.8 GB is an error');
peak_is_below($run, 1200, 'a component of 1.8 GB');
$run = measure("SELECT count(*) FROM (SELECT lbdiag_row_data('large')) AS r");
like($run->{err}, qr/a row is too large for one value/, 'a row of 1.8 GB is an error');
peak_is_below($run, 1200, 'a row of 1.8 GB');
$run = measure(q{SELECT count(*) FROM lbdiag_audit_query('SELECT repeat(''x'', 600000000) AS a, repeat(''y'', 600000000) AS b', 'gzip:1')});
like($run->{err}, qr/a row of the result is too large for one message.*HINT:  Leave columns out/s, 'a message of 1.2 GB is an error');

# A tree that doubles at each level.
leaderboard('tree', undef, q{(identifier, benchmark_type_id, overall_order, parent, number_of_all_children)
	SELECT format('l%s_v%s', l, v), 'l' || l, 1, jsonb_build_object('identifier', CASE l WHEN 1 THEN 'average_tree' ELSE 'l' || l - 1 END), 1
	FROM generate_series(1, 23) AS l, generate_series(1, 2) AS v});
$run = measure("SELECT count(*) FROM lbdiag_context('tree')");
like($run->{err}, qr/the benchmark tree of leaderboard "tree" has more than 1000000 nodes/, 'a tree that doubles is an error');
peak_is_below($run, 80, 'a tree that doubles');
cmp_ok($run->{work}, '<', 500, 'a tree that doubles: ms of work') if !$checked;

# A chain of benchmarks.
leaderboard('chain', undef, q{(identifier, benchmark_type_id, overall_order, parent, number_of_all_children)
	SELECT 'c' || l, 'c' || l, 20001 - l, CASE WHEN l > 1 THEN jsonb_build_object('identifier', 'c' || l - 1) END, 0
	FROM generate_series(1, 20001) AS l});
$run = measure(audit('chain'));
like($run->{out}, qr/^\d+$/, 'a chain of 20,001 benchmarks');
peak_is_below($run, 100, 'a chain of 20,001 benchmarks');
cmp_ok($run->{work}, '<', 3000, 'a chain of 20,001 benchmarks: ms of work') if !$checked;
stops('a chain of 20,001 benchmarks', audit('chain'), 50, 150);

# Keys: many in one object; long ones, with many below them; arrays nested
# where there are as many paths as there can be.
leaderboard('keys', q{(model_meta) SELECT jsonb_object_agg('k' || i, 1) FROM generate_series(1, 500000) AS i});
stops('500,000 keys', audit('keys'), 50, 100, 150, 200);
stops('500,000 keys in a what-if', q{SELECT count(*) FROM lbdiag_whatif('keys', changes => '{"round_digits": 2}')}, 100, 300);
leaderboard('long', q{(model_meta) SELECT jsonb_build_object(repeat('x', 100000), (SELECT jsonb_object_agg('k' || o, (
	SELECT jsonb_object_agg('k' || i, CASE i % 3 WHEN 0 THEN '1' WHEN 1 THEN '"s"' ELSE '[]' END::jsonb) FROM generate_series(1, 700) AS i)) FROM generate_series(1, 7) AS o),
	repeat('x', 100001), 1)});
$run = measure(q{SELECT max(length(path)) < 250, count(*) FILTER (WHERE path ~ 'xxx') > 4900, count(*) FILTER (WHERE path ~ 'xxx' AND path !~ 'k[0-9]+$'),
	sum(bytes) FILTER (WHERE path ~ 'xxx' AND path !~ 'k[0-9]+$') FROM lbdiag_audit('long', encoding => 'none') WHERE component = 'model_metadata_map'});
like($run->{out}, qr/^t\|t\|2\|\d+$/, 'paths with long keys are short, and different');
leaderboard('longest', q{(model_meta) SELECT jsonb_object_agg(repeat('z', 20000) || i, 1) FROM generate_series(1, 4000) AS i});
peak_is_below(measure(audit('longest')), 140, '4,000 keys of 20 kB');
my $nested = q{SELECT jsonb_object_agg('k' || i, %s) FROM generate_series(1, 4000) AS i};
leaderboard('nested', sprintf("(model_id, model_meta) SELECT 1, (%s) UNION ALL SELECT 2, (%s)", sprintf($nested, 1),
	sprintf($nested, q{(repeat('[', 300) || repeat(']', 300))::jsonb})));
$run = measure(q{SELECT count(*) < 11000, max(depth) <= 100 FROM lbdiag_audit_detail('nested', encoding => 'none')});
is($run->{out}, 't|t', 'arrays below many keys have a bounded number of paths');
$run = measure(q{SELECT count(*) < 11000, max(depth) <= 100, bool_and(complete) FROM lbdiag_json_paths((SELECT lbdiag_json_stats(model_meta) FROM nested.m))});
is($run->{out}, 't|t|f', 'and in statistics of any JSON');
is($node->safe_psql('postgres', q{SELECT sum(octet_length(model_meta::text)) = (SELECT bytes FROM lbdiag_json_paths((SELECT lbdiag_json_stats(model_meta)
	FROM nested.m)) WHERE path = '$') FROM nested.m}), 't', 'no byte is lost');
is($node->safe_psql('postgres', q{SELECT sum(octet_length(content::text)) = (SELECT sum(key_bytes + value_bytes + syntax_bytes)
	FROM lbdiag_audit_detail('nested', layout => 'documented', encoding => 'none') WHERE component = 'model_metadata_map')
	FROM lbdiag_context('nested', layout => 'documented') WHERE component = 'model_metadata_map'}), 't', 'no byte is lost in an audit');

# Every name twice.
leaderboard('twice', q{(model_id, name, model_meta) SELECT i, 'm' || i % 10000, '{"a": 1}' FROM generate_series(1, 20000) AS i});
$run = measure(audit('twice'));
cmp_ok($run->{work}, '<', 3000, 'every name twice in 20,000 models: ms of work') if !$checked;
stops('every name twice', audit('twice'), 50, 150);

# Strings and keys that share one hash without a seed take as long as others.
my $strings = dirname(__FILE__) . '/../data/hash/one_hash.txt';
$node->safe_psql('postgres', 'CREATE TABLE one_hash (i serial, k text)');
$node->safe_psql('postgres', "COPY one_hash (k) FROM STDIN;\n" . slurp_file($strings) . "\\.\n");
is($node->safe_psql('postgres', 'SELECT count(DISTINCT k), count(DISTINCT hashtext(k)) FROM one_hash'), '2000|1', 'strings with one hash');
my %work;
foreach my $kind ('chosen', 'plain')
{
	my $k = $kind eq 'chosen' ? 'k' : q{md5(k)::char(24)::text};
	leaderboard("${kind}_list", qq{(model_id, name, model_meta) SELECT j, 'm' || j, (SELECT jsonb_build_object('architecture', string_agg($k, ',')) FROM one_hash)
		FROM generate_series(1, 200) AS j});
	leaderboard("${kind}_keys", qq{(model_id, name, model_meta) SELECT j, 'm' || j, (SELECT jsonb_object_agg($k, 1) FROM one_hash WHERE j = 1 OR (i * j) % 7 < 3)
		FROM generate_series(1, 300) AS j});
	$work{$kind}{$_} = measure(audit("${kind}_$_"))->{work} foreach ('list', 'keys');
}
foreach my $what ('list', 'keys')
{
	note("$what: $work{chosen}{$what} ms, $work{plain}{$what} ms");
	cmp_ok($work{chosen}{$what}, '<', 4 * $work{plain}{$what} + 50, "chosen strings as $what: ms of work") if !$checked;
}

# Long keys above many paths: a path's text is bounded, and is not repeated
# below it.  An idle session has some 25 MB, and the document is small.
my $paths = q{SELECT (repeat('{"' || repeat(%s, 128) || '":', 96)
	|| (SELECT '{' || string_agg('"a' || i || '":{' || (SELECT string_agg('"b' || i || 'x' || j || '":1', ',') FROM generate_series(1, 95) AS j) || '}', ',') || ',"c1":1,"c2":1,"c3":1,"c4":1,"c5":1,"c6":1,"c7":1,"c8":1,"c9":1}' FROM generate_series(1, 50) AS i)
	|| repeat('}', 96))::jsonb};
leaderboard('paths', "(model_id, name, model_meta) SELECT i, 'm' || i, CASE i WHEN 7 THEN (" . sprintf($paths, q{'\u0001'}) . q{) ELSE '{"a": 1}' END FROM generate_series(1, 30) AS i});
foreach my $key ('\u0001', 'k')
{
	my $name = $key eq 'k' ? 'letters' : 'controls';
	$node->safe_psql('postgres', "CREATE TABLE $name AS " . sprintf($paths, "'$key'") . ' AS j');
	my %call = (
		audit_query_detail => "SELECT count(*), max(octet_length(path)) FROM lbdiag_audit_query_detail('SELECT j FROM $name')",
		audit_query_report => "SELECT count(*) FROM lbdiag_audit_query_report('SELECT j FROM $name')",
		audit_query_html => "SELECT length(lbdiag_audit_query_html('SELECT j FROM $name')) > 10000",
		audit_relation => "SELECT count(*), max(octet_length(path)) FROM lbdiag_audit_relation('$name')",
		audit_relation_report => "SELECT count(*) FROM lbdiag_audit_relation_report('$name')",
		audit_relation_html => "SELECT length(lbdiag_audit_relation_html('$name')) > 10000",
		opportunities_relation => "SELECT count(*) > 0 FROM lbdiag_opportunities_relation('$name')",
		json_paths => "SELECT count(*), max(octet_length(path)), count(DISTINCT path) FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM $name))");
	foreach my $function (sort keys %call)
	{
		my $run = measure($call{$function}, 0, '100MB');
		like($run->{out}, qr/^(4908\|1000|4907\|1000|4906\|1000\|4906|\d\d|[tf])$/, "$function: $name");
		is($run->{err}, '', "$function: $name without an error");
		note("$function: $run->{peak} MB, $run->{work} ms");
		peak_is_below($run, 90, "$function: $name");
	}
}
foreach my $call ('count(*) FROM lbdiag_audit_detail', 'count(*) FROM lbdiag_audit_report', 'count(*) FROM lbdiag_opportunities', 'length(%s) FROM lbdiag_report_html',
	'length(%s) FROM lbdiag_audit_export', '%s FROM lbdiag_record', 'count(*) FROM lbdiag_profile_report')
{
	my ($name) = $call =~ /lbdiag_(\w+)/;
	my $run = measure($call =~ /^count/ ? "SELECT $call('paths')" : 'SELECT ' . sprintf($call, "lbdiag_$name('paths')") =~ s/ FROM.*//r, 0, '100MB');
	like($run->{out}, qr/^\d+$/, "$name of a leaderboard with such a model");
	is($run->{err}, '', "$name without an error");
	note("$name: $run->{peak} MB, $run->{work} ms");
	peak_is_below($run, 90, "$name of a leaderboard with such a model");
}
is($node->safe_psql('postgres', q{SELECT sum(key_bytes + value_bytes + syntax_bytes) = max(bytes) FROM lbdiag_audit_detail('paths', encoding => 'none') WHERE sent}), 't', 'no byte is lost');
my $total = $node->safe_psql('postgres', q{SELECT bytes FROM lbdiag_audit('paths', encoding => 'none') WHERE component = 'TOTAL'});
my $folded = 0;
my $stacks = $node->safe_psql('postgres', q{SELECT lbdiag_audit_export('paths', format => 'folded')});
$folded += $1 while $stacks =~ / (\d+)$/mg;
is($folded, $total, 'no byte is lost in an export');
stops('long keys', "SELECT count(*) FROM lbdiag_audit_query_report('SELECT j FROM controls')", 20, 50, 100, 200);

# Statistics of 80 kB, of which the paths would be 1.4 GB.
$node->safe_psql('postgres', q{CREATE TABLE crafted AS SELECT ('lbdiag_json_stats:020000' || string_agg(x, '' ORDER BY n))::lbdiag_json_stats AS s
FROM (VALUES ('010001' || repeat('00', 6) || '0200' || repeat('00', 4), '040001' || repeat('00', 6) || '0200' || repeat('00', 5))) AS p (object, leaf), LATERAL (
	SELECT n, CASE WHEN n > 0 THEN '028001' || repeat('01', 128) ELSE '' END || object || '01' AS x FROM generate_series(0, 96) AS n
	UNION ALL SELECT 97, '020161' || object || 'c801'
	UNION ALL SELECT 97 + k, '0204' || encode(('k' || k + 99)::bytea, 'hex') || CASE WHEN k % 5 = 0 THEN leaf ELSE object || '05'
		|| (SELECT string_agg('0201' || encode(m::text::bytea, 'hex') || leaf, '' ORDER BY m) FROM generate_series(1, 5) AS m) END
	FROM generate_series(1, 200) AS k) AS v});
$run = measure('SELECT count(*), max(octet_length(path)) FROM lbdiag_json_paths((SELECT s FROM crafted))');
is($run->{out}, '1098|1000', 'crafted statistics');
peak_is_below($run, 60, 'crafted statistics');
# Sizes and lengths from 0 to 2^32, in as few bytes as can be: no more memory than honest ones have.
$run = measure(q{SELECT ('lbdiag_json_stats:020000' || '010001' || repeat('00', 6) || '0200' || repeat('00', 4) || 'e807' || string_agg('0204' || encode(key::text::bytea, 'hex') || x, '' ORDER BY key))::lbdiag_json_stats IS NULL
FROM (SELECT k AS key, '010001' || repeat('00', 6) || '0200' || repeat('00', 4) || '0f' || (SELECT string_agg('0202' || encode(format('%s', lpad(m::text, 2, '0'))::bytea, 'hex') || '020002' || repeat('00', 6)
	|| repeat('00ffffffff0f0001ef0101', 2) || repeat('00', 5), '' ORDER BY m) FROM generate_series(1, 15) AS m) AS x FROM (SELECT 'k' || lpad(g::text, 3, '0') FROM generate_series(0, 999) AS g) AS v (k)) AS w});
like($run->{err}, qr/There are too many paths/, 'crafted sizes');
peak_is_below($run, 80, 'crafted sizes');

# Types nested as a tree are read once each.
$node->safe_psql('postgres', q{DO $$ BEGIN
	EXECUTE 'CREATE TYPE n1 AS (' || (SELECT string_agg('f' || g || ' json', ',') FROM generate_series(1, 50) AS g) || ')';
	FOR k IN 2..4 LOOP
		EXECUTE 'CREATE TYPE n' || k || ' AS (' || (SELECT string_agg('f' || g || ' n' || k - 1 || CASE WHEN g % 2 = 0 THEN '[]' ELSE '' END, ',') FROM generate_series(1, 50) AS g) || ')';
	END LOOP; END $$;
	CREATE TABLE typed (a n4)});
foreach my $call (q{lbdiag_audit_query('SELECT NULL::n4 AS a')}, q{lbdiag_audit_relation('typed')}, q{lbdiag_audit_relation_report('typed')}, q{lbdiag_opportunities_relation('typed')}, q{lbdiag_audit_query_report('SELECT NULL::n4 AS a')})
{
	$run = measure("SELECT count(*) >= 0 FROM $call");
	is($run->{out} . $run->{err}, 't', "types nested as a tree: $call");
	peak_is_below($run, 80, "types nested as a tree: $call");
}

# The largest values: documents that are one large value each, or many small
# ones, in rows that come in the order of their size; memory has one of them.
$node->safe_psql('postgres', q{
	CREATE TABLE wide AS SELECT (SELECT jsonb_object_agg('k' || k, jsonb_build_array(k, repeat('"', 20))) FROM generate_series(1, 200000 + i) AS k) AS j FROM generate_series(1, 5) AS i;
	CREATE TABLE wide_text AS SELECT j::text::json AS j FROM wide;
	CREATE TABLE rising AS SELECT i AS id, jsonb_build_object('a', repeat(md5(i::text), 4000 + i)) AS j FROM generate_series(1, 2000) AS i;
	ALTER TABLE rising ADD PRIMARY KEY (id);
	CREATE TABLE numbers AS SELECT ('[' || string_agg('1e131071', ',') || ']')::jsonb AS j FROM generate_series(1, 5000);
	CREATE TABLE listed AS SELECT array_agg(i) AS j FROM generate_series(1, 10000000) AS i;
	CREATE TABLE deep AS SELECT (repeat('[', 5000) || repeat(']', 5000))::json AS j;});
my %largest = (
	members => [ q{lbdiag_largest('wide', 'j', '$.*')}, '5|200005', 80 ],
	strings => [ q{lbdiag_largest('wide', 'j', '$.*[*]')}, '5|400010', 80 ],
	texts => [ q{lbdiag_largest('wide_text', 'j', '$.*[*]')}, '5|400010', 80 ],
	rising => [ q{lbdiag_largest('rising', 'j', '$.a', 1000)}, '1000|1', 40 ],
	numbers => [ q{lbdiag_largest('numbers', 'j')}, '1|1', 40 ],
	elements => [ q{lbdiag_largest('listed', 'j', '$[*]')}, '1|10000000', 110 ],
	nested => [ q{lbdiag_largest('deep', 'j', '$[*][*][*]')}, '1|1', 40 ],
	ties => [ q{lbdiag_largest_query('SELECT 1 AS a, generate_series(1, 2000000) > 0 AS b', 1000)}, '1000', 60 ],
	columns => [ q{lbdiag_largest_query((SELECT 'SELECT ' || string_agg('1 AS a', ',') || ', 2 AS "a #' || string_agg(i::text, '", 2 AS "a #') || '" FROM generate_series(1, 2000)' FROM generate_series(1, 800) AS i), 300)}, '300', 60 ],
	result => [ q{lbdiag_largest_query('SELECT j, j FROM wide_text')}, '5', 130 ]);
foreach my $name (sort keys %largest)
{
	my ($call, $expected, $limit) = @{ $largest{$name} };
	$run = measure('SELECT count(*)' . ($call =~ /query/ ? '' : ', max(occurrences)') . " FROM $call");
	is($run->{out} . $run->{err}, $expected, "largest rows: $name");
	note("largest rows: $name: $run->{peak} MB, $run->{work} ms");
	peak_is_below($run, $limit, "largest rows: $name");
	stops("largest rows: $name", "SELECT count(*) FROM $call", 30, 80, 150);
}

done_testing();
