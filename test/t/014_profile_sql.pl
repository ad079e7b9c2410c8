# Profiles of statements beside other extensions with the same hooks, under
# cancel and termination, and their memory.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nmax_parallel_workers_per_gather = 0\n"
	  . "shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.track = all");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION lbdiag;
	CREATE EXTENSION pg_stat_statements;
	CREATE TABLE item AS SELECT g AS id, g::text AS name FROM generate_series(1, 1000) AS g;
	ALTER TABLE item ADD PRIMARY KEY (id);
	ANALYZE item;
	CREATE FUNCTION name_of(wanted int) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		result text;
	BEGIN
		BEGIN
			SELECT name INTO STRICT result FROM item WHERE id = wanted;
		EXCEPTION WHEN no_data_found THEN
			result := 'none';
		END;
		RETURN result;
	END $$;});

# The tree of a statement without times; its self times add up.
my $statement = 'SELECT count(name_of(g * 3)) FROM generate_series(1, 400) AS g';
my $tree = qq{
	SELECT string_agg(format('%s %s %s %s', depth, kind, function, ncalls), E'\\n' ORDER BY node)
			FILTER (WHERE kind <> 'planning' AND ncalls > 0),
		abs(sum(tottime_ms) - max(cumtime_ms)) < 0.001
	FROM lbdiag_profile_sql_tree('$statement')};
my $expected = $node->safe_psql('postgres', $tree);
like($expected, qr/function public\.name_of\(integer\) 400/, 'the function is called 400 times');
like($expected, qr/statement SELECT name FROM item WHERE id = wanted 400/, 'its statement too, also where it fails');
like($expected, qr/:8 assignment 67/, 'and what handles the error');
like($expected, qr/\|t$/, 'self times add up');

# Other hooks, set before and after ours, see what they would see.
foreach my $order ('LOAD $$auto_explain$$; SELECT count(*) FROM lbdiag_profile_sql($$SELECT 1$$)', 'SELECT count(*) FROM lbdiag_profile_sql($$SELECT 1$$); LOAD $$auto_explain$$')
{
	my $offset = -s $node->logfile;
	my $settings = "$order; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_analyze = on;";
	$settings =~ s/\$\$/'/g;
	my $out = $node->safe_psql('postgres', "$settings $tree");
	is($out =~ s/^5\n//r, $expected, "the same tree beside auto_explain");
	my $log = slurp_file($node->logfile, $offset);
	my $plans = () = $log =~ /Index Scan using item_pkey on item .*actual time=.* rows=[01](?:\.00)? loops=1/g;
	is($plans, 400, 'and auto_explain has its plans, with times');
}
my $counted = q{SELECT calls, rows FROM pg_stat_statements WHERE query LIKE 'SELECT name FROM item WHERE id = wanted%'};
$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
$node->safe_psql('postgres', $statement);
my $calls = $node->safe_psql('postgres', $counted);
$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
$node->safe_psql('postgres', $tree);
is($node->safe_psql('postgres', $counted), $calls, 'pg_stat_statements counts the same');

# A role sees the statements that pg_stat_statements shows to it, and no others:
# not those within functions that run as somebody else.
$node->safe_psql('postgres', q{
	CREATE ROLE alice;
	CREATE ROLE bob LOGIN;
	GRANT CREATE ON SCHEMA public TO alice;
	SET ROLE alice;
	CREATE TABLE token (id int, token text);
	INSERT INTO token SELECT g, md5(g::text) FROM generate_series(1, 9) AS g;
	CREATE FUNCTION known(t text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
	BEGIN
		PERFORM FROM public.token AS s WHERE s.token LIKE t || '%';
		RETURN FOUND;
	END $$;
	CREATE FUNCTION asks(t text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM 1 WHERE public.known(t);
		RETURN FOUND;
	END $$;
	CREATE TABLE open (t text CHECK (known(t) OR NOT known(t)));
	GRANT SELECT, INSERT ON open TO bob;});
foreach my $asked ('SELECT known($$03$$), asks($$04$$)', 'DO $$BEGIN PERFORM known(t) FROM (VALUES (1::text)) AS v (t); END$$', 'INSERT INTO open VALUES ($$y$$)')
{
	my @seen = map {
		my ($run, $shown) = @$_;
		$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
		my $out = $node->safe_psql('postgres', "$run; RESET ROLE; SET ROLE bob; $shown");
		$out =~ s/^(?!statement ).*\n//mg;
		$out;
	} (["SET ROLE bob; $asked", q{SELECT DISTINCT 'statement ' || regexp_replace(query, '\$\d+', '?', 'g') FROM pg_stat_statements
			WHERE query ~ '^(SELECT|INSERT)' AND query !~ 'pg_stat_statements' ORDER BY 1}],
		["SET ROLE bob", qq{SELECT DISTINCT 'statement ' || function FROM lbdiag_profile_sql_tree(\$x\$$asked\$x\$) WHERE kind = 'statement' ORDER BY 1}]);
	is($seen[1], $seen[0], "what pg_stat_statements shows of $asked");
	like($seen[1], qr/^statement /, 'which is something');
}

# A plugin of PL/pgSQL that was there before sees its functions all the same,
# during a profile and after it.
SKIP:
{
	my $installed = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'plprofiler'});
	skip 'plprofiler is not installed', 4 unless $installed;
	$node->safe_psql('postgres', 'CREATE EXTENSION plprofiler');
	# It does not count what ends by an error.
	my $seen = q{SELECT coalesce(sum(exec_count), 0) FROM pl_profiler_linestats_local() AS l
		JOIN pg_proc AS p ON p.oid = l.func_oid WHERE p.proname = 'name_of' AND l.line_number = 6};
	foreach my $order (qq{LOAD 'plprofiler'; SELECT pl_profiler_set_enabled_local(true); $tree; $seen; $statement; $seen},
		qq{$tree; LOAD 'plprofiler'; SELECT pl_profiler_set_enabled_local(true); $tree; $seen; $statement; $seen})
	{
		my $out = $node->safe_psql('postgres', $order);
		like($out, qr/\Q$expected\E\n333\n400\n666$/, 'plprofiler counts with us and without');
		is(() = $out =~ /\Q$expected\E/g, $order =~ /^LOAD/ ? 1 : 2, 'and we with it');
	}
}

# Cancelled at any moment, and then again as if nothing had happened.
foreach my $i (1 .. 25)
{
	my $timeout = 1 + 3 * $i;
	my ($status, $out, $err) = $node->psql('postgres', qq{
		SET statement_timeout = $timeout;
		SELECT count(*) FROM lbdiag_profile_sql('SELECT count(name_of(g % 1500)) FROM generate_series(1, 300000) AS g');
		RESET statement_timeout;
		$tree}, on_error_stop => 0);
	like($err, qr/canceling statement due to statement timeout/, "cancelled after $timeout ms") if $i % 8 == 1;
	# An expression that PL/pgSQL was planning just then it runs as a statement,
	# in this session.
	$out =~ s/^5 statement result := \? 67\n6 node Result 67\n//m;
	is($out, $expected, 'and works again') if $i % 8 == 1 || $out ne $expected;
}

# A trace: its memory is that of the places, not of the statements.
my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query('SELECT lbdiag_trace_start()');
$session->query(q{DO $$ BEGIN FOR i IN 1 .. 20000 LOOP EXECUTE format('SELECT %s AS a%s, %L', i, i, repeat('x', i % 3000)); END LOOP; END $$});
my $memory = $session->query(q{SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'lbdiag%'});
cmp_ok($memory, '<', 40_000_000, "memory of 20,000 different statements ($memory)");
cmp_ok($memory, '>', 1_000_000, 'is there');
my $places = $session->query(q{SELECT count(*), max(merged_calls) > 0, abs(sum(tottime_ms) - max(cumtime_ms)) < 1 FROM lbdiag_trace_stop()});
like($places, qr/^(\d+)\|t\|t$/, 'merged calls are told, and times add up');
cmp_ok(($places =~ /^(\d+)/)[0], '<=', 10000, 'places');
is($session->query(q{SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'lbdiag%'}), 0, 'and nothing is left of it');
# A session that ends while it is traced.
$session->query('SELECT lbdiag_trace_start()');
$session->query('SELECT name_of(3)');
$session->quit;
is($node->safe_psql('postgres', $tree), $expected, 'after a session that ended while it was traced');

# A text is read once, however long it is and however many statements are in
# it.  Times are the shortest of several.
$node->safe_psql('postgres', q{
	CREATE FUNCTION ms(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
	DECLARE
		start timestamptz;
		result float8 := 'infinity';
	BEGIN
		FOR i IN 1 .. 4 LOOP
			start := clock_timestamp();
			EXECUTE statement;
			result := least(result, 1000 * extract(epoch FROM clock_timestamp() - start));
		END LOOP;
		RETURN result;
	END $$;
	CREATE FUNCTION many(n int) RETURNS text LANGUAGE sql AS $$ SELECT repeat('SELECT ''' || repeat('x', 1200) || ''';', n) $$;
	CREATE FUNCTION run_many(n int) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE many(n); END';
	DO $$
	BEGIN
		FOR n IN 1 .. 2 LOOP
			EXECUTE format('CREATE FUNCTION run_%s(n int) RETURNS void LANGUAGE plpgsql AS %L', n,
				format('DECLARE a int; BEGIN FOR i IN 1 .. n LOOP SELECT 1 /* %s */ INTO a FROM (VALUES (1)) AS v; END LOOP; END', repeat('x*', (n - 1) * 26000 + 100)));
		END LOOP;
	END $$});
my ($plain, $profiled) = split /\|/, $node->safe_psql('postgres', q{SELECT ms('SELECT run_many(10000)'), ms('SELECT count(*) FROM lbdiag_profile_sql(many(10000))')});
cmp_ok($profiled, '<', 6 * $plain, "10,000 statements in a text: $profiled ms, without a profile $plain");
my ($short, $long) = split /\|/,
	$node->safe_psql('postgres', q{SELECT ms('SELECT count(*) FROM lbdiag_profile_sql(''SELECT run_1(1000)'')'), ms('SELECT count(*) FROM lbdiag_profile_sql(''SELECT run_2(1000)'')')});
cmp_ok($long, '<', 10 * $short, "a statement of 52,000 bytes, 1,000 times: $long ms, of 240 bytes $short");
my $texts = $node->safe_psql('postgres', q{
	SELECT lbdiag_trace_start();
	DO $$ BEGIN FOR i IN 1 .. 300 LOOP EXECUTE format('SELECT %s AS a%s, %L', i, i, repeat('x', 100000)); END LOOP; END $$;
	SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'lbdiag%';
	SELECT count(*) FROM lbdiag_trace_stop() WHERE kind = 'statement' AND function LIKE 'SELECT ? AS a%, ?'});
like($texts, qr/\n300$/, 'long texts have their places');
cmp_ok(($texts =~ /^(\d+)\n/m)[0], '<', 16_000_000, 'and their memory is bounded');

# A cursor that lives longer than the profile that opened it.
is($node->safe_psql('postgres', q{
	BEGIN;
	SELECT count(*) > 0 FROM lbdiag_profile_sql('DECLARE c CURSOR FOR SELECT name_of(id) FROM item ORDER BY id; FETCH 2 FROM c', rollback => false);
	FETCH 1 FROM c;
	SELECT count(*) > 0 FROM lbdiag_profile_sql('FETCH 1 FROM c');
	CLOSE c;
	COMMIT}), "t\n3\nt", 'a cursor that outlives its profile');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|was terminated by signal/, 'no crash');
$node->stop;
done_testing();
