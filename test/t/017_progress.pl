# Long work tells how far it is, if it is asked to: who works, what is done, and
# nothing of the data; results are the same.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION lbdiag;
	SELECT * FROM lbdiag_create_demo(models => 100, benchmarks => 30);
	CREATE TABLE documents AS SELECT i, jsonb_build_object('secret', md5(i::text)) AS j FROM generate_series(1, 20000) AS i;
	CREATE VIEW seen AS SELECT * FROM documents;
	CREATE TABLE parted (i int, j jsonb) PARTITION BY RANGE (i);
	CREATE TABLE part_low PARTITION OF parted FOR VALUES FROM (0) TO (10000);
	CREATE TABLE part_high PARTITION OF parted FOR VALUES FROM (10000) TO (30000);
	INSERT INTO parted SELECT * FROM documents;
	CREATE TABLE bare ();
	INSERT INTO bare SELECT FROM generate_series(1, 20000);
	CREATE ROLE by_column;
	GRANT SELECT (i, j) ON documents TO by_column;});

# What a query returns, and the messages that it sends, with a setting.
sub progress
{
	my ($interval, $query) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "SET lbdiag.progress = '$interval'; $query");
	return ($out, $err);
}

# Each function, from a session that has not loaded the library before.  The
# work takes longer than the interval on any machine.
my $time = qr/\d+\.\d (s|min)/;
my $message = qr/^psql:<stdin>:\d+: NOTICE:  lbdiag_\w+: (\w+: )?\d+( of \d+)? [a-z_ ]+, $time(, about $time left)?$/;
my @calls;
my $waits = "SELECT i, pg_sleep(0.003) FROM generate_series(1, 5) AS i";
foreach my $case (
	[ "lbdiag_audit('vision')", qr/lbdiag_audit: \d+ of \d+ models, / ],
	[ "lbdiag_audit_detail('vision')", qr/lbdiag_audit: \d+ of \d+ models, / ],
	[ "lbdiag_context('vision')", qr/lbdiag_context: \d+ of \d+ models, / ],
	[ "lbdiag_whatif('vision', changes => '{\"compact\": true}')", qr/lbdiag_whatif: \d+ of \d+ models, / ],
	[ "lbdiag_opportunities('vision')", qr/lbdiag_opportunities: audit: \d+ of \d+ models, /, qr/lbdiag_opportunities: \d+ of \d+ changes tried, / ],
	[ "lbdiag_record('vision', repetitions => 2)", qr/lbdiag_record: audit: \d+ of \d+ models, /, qr/lbdiag_record: profile: 1 of 2 repetitions, /, qr/lbdiag_record: profile_queries: 1 of 2 repetitions, / ],
	[ "lbdiag_audit_report('vision')", qr/lbdiag_audit_report: audit: \d+ of \d+ models, /, qr/lbdiag_audit_report: opportunities: \d+ of \d+ changes tried, / ],
	[ "lbdiag_report_html('vision')", qr/lbdiag_report_html: audit: \d+ of \d+ models, /, qr/lbdiag_report_html: opportunities: \d+ of \d+ changes tried, / ],
	[ "lbdiag_targets('vision')", qr/lbdiag_targets: audit: \d+ of \d+ models, /, qr/lbdiag_targets: profile: 1 of 1 repetition, / ],
	[ "lbdiag_encodings('vision', encodings => '{gzip:1,gzip:6,gzip:9}')", qr/lbdiag_encodings: \d of 3 encodings, / ],
	[ "lbdiag_profile('vision', repetitions => 1)", qr/lbdiag_profile: 1 of 1 repetition, $time$/m ],
	[ "lbdiag_profile('vision', repetitions => 3)", qr/lbdiag_profile: 1 of 3 repetitions, $time, about $time left$/m ],
	[ "lbdiag_profile_queries('vision')", qr/lbdiag_profile_queries: 1 of 1 repetition, / ],
	[ "lbdiag_profile_sql('SELECT pg_sleep(0.003)', repetitions => 2)", qr/lbdiag_profile_sql: 1 of 2 repetitions, / ],
	[ "lbdiag_encodings_query('$waits', '{none}')", qr/lbdiag_encodings_query: 1 row, /, qr/lbdiag_encodings_query: 5 rows, / ],
	[ "lbdiag_audit_query('$waits')", qr/lbdiag_audit_query: 1 row, $time$/m, qr/lbdiag_audit_query: 5 rows, / ],
	[ "lbdiag_audit_query('SELECT * FROM lbdiag_audit(''vision'')')", qr/lbdiag_audit: \d+ of \d+ models, / ],
	[ "lbdiag_audit_relation('documents')", qr/lbdiag_audit_relation: \d+ of \d+ blocks, / ],
	[ "lbdiag_audit_relation('documents', 90)", qr/lbdiag_audit_relation: \d+ of \d+ blocks, / ],
	[ "lbdiag_audit_relation('parted')", qr/lbdiag_audit_relation: \d+ of \d+ blocks, / ],
	[ "lbdiag_audit_relation('bare')", qr/lbdiag_audit_relation: \d+ of \d+ blocks, / ],
	[ "lbdiag_audit_relation_report('parted')", qr/lbdiag_audit_relation_report: audit_relation: \d+ of \d+ blocks, / ],
	[ "lbdiag_audit_relation_html('documents')", qr/lbdiag_audit_relation_html: audit_relation: \d+ of \d+ blocks, / ],
	[ "lbdiag_audit_relation('seen')", qr/lbdiag_audit_relation: \d+ rows, / ],
	[ "lbdiag_largest('documents', 'j')", qr/lbdiag_largest: \d+ of \d+ blocks, / ],
	[ "lbdiag_largest('parted', 'j', '\$.secret')", qr/lbdiag_largest: \d+ of \d+ blocks, / ],
	[ "lbdiag_largest_query('$waits')", qr/lbdiag_largest_query: 1 row, $time$/m, qr/lbdiag_largest_query: 5 rows, / ],
	[ "lbdiag_opportunities_relation('documents')", qr/lbdiag_opportunities_relation: audit_relation: \d+ of \d+ blocks, /, qr/lbdiag_opportunities_relation: \d+ values tried, / ])
{
	my ($call, @expected) = @$case;
	my ($out, $err) = progress('1ms', "SELECT count(*) > 0 FROM $call");
	is($out, 't', "$call works");
	like($err, $_, "$call tells how far it is") foreach @expected;
	is(join("\n", grep { $_ !~ $message } split /\n/, $err), '', "$call tells nothing else");
	push @calls, $call;
}
is((progress(0, join ';', map { "SELECT count(*) FROM $_" } @calls))[1], '', 'they tell nothing unless they are asked to');

# Never more blocks than there are.
my ($out, $err) = progress('1ms', "SELECT count(*) FROM lbdiag_audit_relation('parted')");
is(scalar(grep { /: (\d+) of (\d+) blocks/ && $1 > $2 } split /\n/, $err), 0, 'no more blocks than there are');

# Results are the same, and so are rights: the place of a row takes one more.
foreach my $call ("lbdiag_audit_detail('vision', encoding => 'none')", "lbdiag_audit_relation('documents')", "lbdiag_audit_relation('parted')", "lbdiag_audit_relation('bare')")
{
	my $query = "SELECT * FROM $call AS a WHERE a.path IS DISTINCT FROM '\$.datetime_range.max'";
	is((progress('1ms', $query))[0], (progress(0, $query))[0], "$call returns the same");
}
($out, $err) = progress('1ms', "SET ROLE by_column; SELECT count(*) > 0 FROM lbdiag_audit_relation('documents')");
is($out, 't', 'who may read columns only can audit them');
like($err, qr/lbdiag_audit_relation: \d+ rows, /, 'and is told of rows');
($out, $err) = progress('1ms', "SET ROLE by_column; SELECT count(*) FROM lbdiag_largest('documents', 'j')");
is($out, '10', 'who may read columns only is told of the largest rows');
like($err, qr/lbdiag_largest: \d+ rows, /, 'and of rows on the way');

# At most one message in an interval.
is((progress('1h', "SELECT count(*) FROM lbdiag_opportunities('vision')"))[1], '', 'none before the interval is over');
($out, $err) = progress('50ms', "SELECT count(*) FROM lbdiag_audit_query('SELECT pg_sleep(0.001) FROM generate_series(1, 200)')");
my @messages = split /\n/, $err;
my ($last) = $messages[-1] =~ /, (\d+\.\d) s$/;
cmp_ok(scalar @messages, '<=', ($last + 0.1) / 0.05, 'no more than one in each interval');
is((progress('1ms', "SET client_min_messages = warning; SELECT count(*) FROM lbdiag_audit('vision')"))[1], '', 'client_min_messages holds');

# Settings that are none.
foreach my $value ('-1', 'on', '1 mile', '99999999999')
{
	like((progress(0, "LOAD 'lbdiag'; SET lbdiag.progress = '$value'"))[1], qr/ERROR: .*"lbdiag\.progress"/, "$value is no interval");
}

# A cancel comes through, and nothing stays after it or an error.
($out, $err) = progress('1ms', q{
	SET statement_timeout = '200ms';
	DO $$BEGIN PERFORM count(*) FROM lbdiag_audit_query('SELECT generate_series(1, 2000000000)'); EXCEPTION WHEN query_canceled THEN RAISE WARNING 'canceled'; END$$;
	RESET statement_timeout;
	DO $$BEGIN PERFORM lbdiag_record('none'); EXCEPTION WHEN undefined_object THEN RAISE WARNING 'no leaderboard'; END$$;
	SELECT current_setting('lbdiag.progress_function') = '';
	SELECT count(*) > 0 FROM lbdiag_audit('vision');});
is($out, "t\nt", 'the session is as before');
like($err, qr/lbdiag_audit_query: \d+ rows, .*WARNING:  canceled.*WARNING:  no leaderboard.*NOTICE:  lbdiag_audit: /s, 'canceled while it told of rows');

$node->stop;
done_testing();
