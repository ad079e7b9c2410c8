# Encodings against the libraries themselves, a cancel in the slow ones, and
# a build without brotli and zstd.
use strict;
use warnings;

use Cwd;
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $top = Cwd::abs_path(dirname(__FILE__) . '/../..');
my $temporary = $PostgreSQL::Test::Utils::tmp_check;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off");
# The C library raises this threshold after each large block that is freed, and
# then keeps blocks below it for later: that would look like memory that stays.
$ENV{MALLOC_MMAP_THRESHOLD_} = 128 * 1024;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION lbdiag; SELECT * FROM lbdiag_create_demo(models => 60)');

# Which there are; all levels of each.
my %levels = (gzip => [ 1 .. 9 ], br => [ 0 .. 11 ], zstd => [ 1 .. 19 ]);
my @built = grep { $node->psql('postgres', "SELECT * FROM lbdiag_audit('vision', encoding => '$_')") == 0 } qw(gzip br zstd);
my @encodings = map { my $name = $_; map { "$name:$_" } @{ $levels{$name} } } @built;
diag 'this build has ' . join ' ', @built;

# The compressed bytes of each component.  The moment in filter_options is that
# of the transaction.
my $query = join ' ', map {
	qq{SELECT string_agg(a.compressed_bytes::text, ' ' ORDER BY c.number) FROM lbdiag_audit('vision', encoding => '$_') AS a
	JOIN lbdiag_context('vision') WITH ORDINALITY AS c (component, content, number) USING (component) WHERE a.path = '\$';}
} @encodings;
my @sizes = split /\n/, $node->safe_psql('postgres', qq{
	BEGIN;
	\\o $temporary/payload
	SELECT content FROM lbdiag_context('vision');
	\\o
	$query
	COMMIT;
});
cmp_ok(-s "$temporary/payload", '>', 1024 * 1024, 'the payload has several blocks');
my ($expected, $errors) = ('', '');
IPC::Run::run([ 'python3', "$top/test/helpers/encoded_sizes.py", @encodings ], '<', "$temporary/payload", '>', \$expected, '2>', \$errors)
	or die $errors;
foreach my $line (split /\n/, $expected)
{
	my ($encoding, $reference) = split / /, $line, 2;
	my $size = shift @sizes;
  SKIP:
	{
		skip "the library of $encoding is not here", 1 if $reference eq 'missing';
		is($size, $reference, "sizes of $encoding are the library's");
	}
}

# lbdiag_encodings has the same bytes, and so has a query with the same text.
my @names = map { "$_:1" } @built;
my $list = "'{" . join(',', @names) . "}'";
is($node->safe_psql('postgres', "BEGIN; SELECT e.encoding FROM lbdiag_encodings(encodings => $list) AS e, LATERAL lbdiag_audit('vision', encoding => e.encoding) AS a
	WHERE a.path IS NULL AND a.compressed_bytes = e.bytes; COMMIT;"), join("\n", @names), 'lbdiag_encodings');
my $row_data = "SELECT content FROM lbdiag_context(''vision'') WHERE component = ''row_data''";
my $message = $node->safe_psql('postgres', q{SELECT content FROM lbdiag_context('vision') WHERE component = 'row_data'});
my $length = length($message);
my $one = '';
IPC::Run::run([ 'python3', "$top/test/helpers/encoded_sizes.py", '-w', @names ], '<', \('D' . pack('N n N', $length + 10, 1, $length) . $message), '>', \$one) or die;
SKIP:
{
	skip 'a library is not here', 2 if $one =~ /missing/;
	my $expected = $one =~ s/ /|/gr;
	is($node->safe_psql('postgres', "SELECT encoding, bytes FROM lbdiag_encodings_query('$row_data', $list)") . "\n",
		$expected, 'lbdiag_encodings_query');
	is($node->safe_psql('postgres', join(';', map { "SELECT '$_', compressed_bytes FROM lbdiag_audit_query('$row_data', '$_') WHERE column_name = 'TOTAL'" } @names)) . "\n",
		$expected, 'lbdiag_audit_query');
}

# The compressed bytes of a query's result by path, against a second account
# that reads the stream bit by bit: several blocks; one row; none; keys that
# are data, of which the paths become one while the text is compressed.
my %results = (
	several => {
		columns => '[["id", "text"], ["label", "text"], ["doc", "json"], ["raw", "json"], ["docs", "json[]"], ["none", "text"]]',
		query => q{SELECT i AS id, CASE WHEN i % 4 > 0 THEN 'label ' || i % 3 END AS label,
			jsonb_build_object('key', md5(i::text), 'a b', i, 'list', jsonb_build_array(i % 7, NULL, true, '{"x": []}'::jsonb), 'o', '{}'::jsonb, U&'\00e9"\\\\', U&'\2026\000a') AS doc,
			format(E'{"k" : %s,\n"k":[ "%s" ],"e":{}}', i, md5('raw' || i))::json AS raw, ARRAY[jsonb_build_object('q"', i, 's', '\'), to_jsonb(i % 5), NULL, '"x y"'] AS docs, NULL AS none
			FROM generate_series(1, 400) AS i} },
	one => { columns => '[["one", "text"], ["j", "json"]]', query => q{SELECT 1 AS one, '{"a": [1, 2]}'::jsonb AS j} },
	no => { columns => '[["one", "text"], ["j", "json"]]', query => q{SELECT 1 AS one, '{"a": [1, 2]}'::jsonb AS j WHERE false} },
	folded => {
		columns => '[["id", "text"], ["j", "json"], ["t", "json"]]', folded => '["$", "$.late"]', tolerance => 1,
		query => q{SELECT i AS id, j, j::text::json AS t FROM generate_series(1, 150) AS i, LATERAL (
			SELECT jsonb_object_agg('k' || (i * 7 + k) % 251, jsonb_build_object('a', i, 'b', k, 'c', md5((i * k)::text), 'd', NULL, 'e', '', 'f', '[]'::jsonb, 'g', '{}'::jsonb, 'h', true)) AS j
			FROM generate_series(1, 6) AS k) AS d} });
$results{late} = { columns => '[["id", "text"], ["j", "json"]]', folded => '["$.late"]', tolerance => 1,
	query => q{SELECT i AS id, jsonb_build_object('early', i, 'late', CASE WHEN i % 3 = 0 THEN (SELECT jsonb_object_agg('k' || (i * 3 + k) % 251, jsonb_build_object('a', i, 'b', k, 'c', i * k, 'd', NULL, 'e', '', 'f', i % 7))
		FROM generate_series(1, 9) AS k) END, 'new' || i / 10, i) AS j FROM generate_series(1, 300) AS i} };
foreach my $name (sort keys %results)
{
	my %result = %{ $results{$name} };
	my @levels = $name eq 'several' ? (1, 6, 9) : (6);
	my $columns = $result{columns};
	my @texts = $columns =~ /\["(\w+)",/g;
	my $rows = $node->safe_psql('postgres', qq{SELECT jsonb_build_object('columns', '$columns'::jsonb, 'folded', '} . ($result{folded} // '[]') . q{'::jsonb, 'rows', coalesce(jsonb_agg(jsonb_build_array(}
		. join(', ', map { "$_\::text" } @texts) . qq{)), '[]')) FROM ($result{query}) AS q});
	my ($account, $failure) = ('', '');
	IPC::Run::run([ 'python3', "$top/test/helpers/query_audit.py", @levels ], '<', \$rows, '>', \$account, '2>', \$failure) or BAIL_OUT($failure);
	my $got = $node->safe_psql('postgres', join ';', map {
		"SELECT $_, coalesce(column_name, '-'), coalesce(path, '-'), compressed_own_bytes FROM lbdiag_audit_query_detail(\$q\$$result{query}\$q\$, 'gzip:$_') WHERE compressed_own_bytes IS NOT NULL" } @levels);
	my %second = map { /^(.*)\|(\d+)$/ } split /\n/, $account;
	my %first = map { /^(.*)\|(\d+)$/ } split /\n/, $got;
	my $tolerance = $result{tolerance} // 0;
	is(join("\n", sort keys %first), join("\n", sort keys %second), "$name: the same paths");
	is(join("\n", map { "$_: $first{$_}, not $second{$_}" } grep { abs($first{$_} - ($second{$_} // -1)) > $tolerance } sort keys %first), '', "$name: the same compressed bytes");
	is($node->safe_psql('postgres', join ';', map {
		"SELECT sum(compressed_own_bytes) = max(compressed_bytes) FILTER (WHERE column_name = 'TOTAL'), max(compressed_bytes) FILTER (WHERE column_name = 'TOTAL') = (SELECT bytes FROM lbdiag_encodings_query(\$q\$$result{query}\$q\$, '{gzip:$_}')) FROM lbdiag_audit_query_detail(\$q\$$result{query}\$q\$, 'gzip:$_')" } @levels),
		join("\n", ('t|t') x @levels), "$name: they add up");
}

# A cancel: one error, a usable session, and no memory that stays.
SKIP:
{
	skip 'no /proc here', 3 * (@built - 1) unless -r '/proc/self/status';
	$node->safe_psql('postgres', "SELECT * FROM lbdiag_create_demo('large', 400, 200, 'large')");
	foreach my $slow (grep { my $name = $_ =~ s/:.*//r; grep { $_ eq $name } @built } qw(br:11 zstd:19))
	{
		my ($in, $out, $err) = ('', '', '');
		my $psql = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', $node->connstr('postgres') ],
			'<', \$in, '>', \$out, '2>', \$err);
		my $pid;
		my $ask = sub {
			$out = '';
			$in .= "$_[0]\n\\echo done\n";
			IPC::Run::pump($psql) until $out =~ /^done\n/m;
			return $out;
		};
		($pid) = $ask->('SELECT pg_backend_pid();') =~ /(\d+)/;
		$ask->("SET statement_timeout = '700ms';");
		my @after;
		for my $try (1 .. 8)
		{
			$ask->("SELECT count(*) FROM lbdiag_audit('large', encoding => '$slow');");
			push @after, private_memory($pid);
		}
		is(() = $err =~ /ERROR:  canceling statement due to statement timeout/g, 8, "$slow is cancelled");
		like($ask->("RESET statement_timeout; SELECT count(*) > 100 FROM lbdiag_audit('large', encoding => 'gzip:1');"), qr/^t$/m,
			'and the session is usable');
	  SKIP:
		{
			skip 'a checker has memory of its own', 1 if $ENV{SERVER_WRAPPER};
			cmp_ok($after[7] - $after[3], '<', 1024, "no memory of $slow stays (@after kB)");
		}
		$in .= "\\q\n";
		IPC::Run::finish($psql);
	}
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

# A build without brotli and zstd needs neither, and says so.
my $build = "$temporary/build";
system("rm -rf '$build' && mkdir '$build' && cp -R '$top/src' '$top/sql' '$top/Makefile' '$top/lbdiag.control' '$build' && rm -f '$build'/src/*.o '$build'/src/*/*.o") == 0
	or die 'the source cannot be copied';
my $log = '';
ok(IPC::Run::run([ 'make', '-s', '-C', $build, '-j2', 'with_llvm=no', 'with_brotli=no', 'with_zstd=no', 'lbdiag.so' ], '>', \$log, '2>', \$log),
	'a build without brotli and zstd') or diag $log;
my $symbols = '';
IPC::Run::run([ 'nm', '-D', "$build/lbdiag.so" ], '>', \$symbols);
unlike($symbols, qr/Brotli|ZSTD_/, 'needs neither');
my $result = $node->safe_psql('postgres', q{SELECT pg_get_function_result('lbdiag_audit_query_detail(text, text)'::regprocedure)});
foreach my $library (qw(brotli zstd))
{
	my $name = $library eq 'brotli' ? 'br' : 'zstd';
	foreach my $statement ("SET lbdiag.encoding = '$name:5'", "SELECT pg_temp.audit('SELECT 1 / 0 AS never', '$name')")
	{
		my ($status, $out, $err) = $node->psql('template1',
			qq{LOAD '$build/lbdiag.so';
			CREATE FUNCTION pg_temp.audit(text, text) RETURNS $result AS '$build/lbdiag.so', 'lbdiag_audit_query_detail_1_0' LANGUAGE C;
			\\set VERBOSITY verbose
			$statement});
		like($err, qr/ERROR:  0A000: this build of lbdiag has no $library\nHINT:  The encodings are: none, gzip:1 to gzip:9\. To have br, build lbdiag with brotli\. To have zstd, build lbdiag with zstd\./,
			"$statement is an error");
	}
}
my ($status, $out, $err) = $node->psql('template1', qq{ALTER DATABASE template1 SET lbdiag.encoding = 'br:4';
	\\c template1
	LOAD '$build/lbdiag.so'; SHOW lbdiag.encoding});
like($err, qr/WARNING:  this build of lbdiag has no brotli/, 'a default that is not there is a warning');
is($out, 'gzip:6', 'and the built-in default is used');

$node->stop;
done_testing();
