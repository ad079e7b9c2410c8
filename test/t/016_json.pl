# Statistics of any JSON over servers and workers: what is pushed down, what
# is merged, what is bounded, and that all of it can be canceled.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_parallel_workers_per_gather = 0\nmax_parallel_workers = 4");
$node->start;
my $far = PostgreSQL::Test::Cluster->new('far');
$far->init;
$far->append_conf('postgresql.conf', "fsync = off");
$far->start;

# Documents of all types, in two clusters.
my $documents = q{SELECT i, jsonb_build_object('id', i, 'k' || i % 300, i % 7, 'nested', jsonb_build_object('a', to_jsonb(i % 5), 'list', jsonb_build_array(i, 'x', NULL))) AS j FROM generate_series(%d, %d) AS i};
$_->safe_psql('postgres', 'CREATE EXTENSION lbdiag') for $node, $far;
$node->safe_psql('postgres', "CREATE TABLE whole AS " . sprintf($documents, 1, 4000));
$far->safe_psql('postgres', "CREATE TABLE part AS " . sprintf($documents, 2001, 4000) . "; ANALYZE part");
my $whole = $node->safe_psql('postgres', 'SELECT lbdiag_json_stats(j)::text FROM whole');

# postgres_fdw, which knows the extension there.
my ($host, $port) = ($far->host, $far->port);
$node->safe_psql('postgres', qq{
	CREATE EXTENSION postgres_fdw;
	CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'postgres', extensions 'lbdiag');
	CREATE USER MAPPING FOR CURRENT_USER SERVER far;
	CREATE FOREIGN TABLE far_part (i int, j jsonb) SERVER far OPTIONS (table_name 'part');
	CREATE TABLE parted (i int, j jsonb) PARTITION BY RANGE (i);
	CREATE TABLE near_part PARTITION OF parted FOR VALUES FROM (1) TO (2001);
	CREATE FOREIGN TABLE far_child PARTITION OF parted FOR VALUES FROM (2001) TO (4001) SERVER far OPTIONS (table_name 'part');
	INSERT INTO near_part SELECT * FROM whole WHERE i <= 2000;
	ANALYZE;});
my $plan = $node->safe_psql('postgres', 'EXPLAIN (VERBOSE, COSTS OFF) SELECT lbdiag_json_stats(j) FROM far_part');
like($plan, qr/Relations: Aggregate on/, 'the aggregate is pushed down whole');
like($plan, qr/Remote SQL: SELECT public\.lbdiag_json_stats\(j\)/, 'the other server is asked for it');
is($node->safe_psql('postgres', 'SELECT lbdiag_json_stats(j)::text FROM far_part'),
	$far->safe_psql('postgres', 'SELECT lbdiag_json_stats(j)::text FROM part'), 'its result is what it has there');
like($node->safe_psql('postgres', 'EXPLAIN (VERBOSE, COSTS OFF) SELECT lbdiag_json_merge(s) FROM (SELECT lbdiag_json_stats(j) AS s FROM near_part UNION ALL SELECT lbdiag_json_stats(j) FROM far_part) AS x'),
	qr/Remote SQL: SELECT public\.lbdiag_json_stats\(j\)/, 'values of two servers are merged here');
is($node->safe_psql('postgres', 'SELECT lbdiag_json_merge(s)::text FROM (SELECT lbdiag_json_stats(j) AS s FROM near_part UNION ALL SELECT lbdiag_json_stats(j) FROM far_part) AS x'),
	$whole, 'they are those of all documents');
is($node->safe_psql('postgres', 'SELECT lbdiag_json_stats(j)::text FROM parted'), $whole, 'partitions, one of them foreign, are one table');
is($node->safe_psql('postgres', q{SELECT bool_and(stored_bytes IS NULL), max(bytes) = (SELECT sum(octet_length(j::text)) FROM far_part), bool_and(jsonb_bytes > 0) FILTER (WHERE column_name = 'j')
	FROM lbdiag_audit_relation('far_part') WHERE column_name = 'j'}), 't|t|t', 'of a foreign table, what is stored is not known');
is($node->safe_psql('postgres', q{SELECT occurrences FROM lbdiag_audit_relation('parted') WHERE path = '$' AND column_name = 'i'}), 4000, 'partitions are audited with their foreign ones');
my $reported = $node->safe_psql('postgres', q{SELECT lbdiag_audit_relation_report('far_part'); SELECT lbdiag_audit_relation_report('parted')});
like($reported, qr/^The foreign table public\.far_part has 2000 rows, [0-9.]+ MB of text; most of it is\s+j\.nested \(61 %\)/, 'a report on a foreign table');
like($reported, qr/^The partitioned table public\.parted has 4000 rows, [0-9.]+ MB of text; most of it is\s+j\.nested \(6\d %\)/m, 'and on a table with such a partition');
unlike($reported, qr/=== (THE TABLE ON DISK|HOW VALUES)/, 'not of what is stored elsewhere');
like($node->safe_psql('postgres', q{SELECT lbdiag_audit_relation_html('parted')}), qr/^<!DOCTYPE html>.*partitioned table public\.parted.*<\/html>$/s, 'as HTML, too');
foreach my $relation ('far_part', 'parted')
{
	my ($status, $out, $err) = $node->psql('postgres', "SELECT * FROM lbdiag_audit_relation('$relation', 10)");
	like($err, qr/"$relation" cannot be sampled/, "$relation cannot be sampled");
}

# Parallel workers: several, with the same result.
my $parallel = 'SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; ';
like($node->safe_psql('postgres', $parallel . 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT lbdiag_json_stats(j) FROM whole'), qr/Workers Launched: 2/, 'workers take part');
is($node->safe_psql('postgres', $parallel . 'SELECT lbdiag_json_stats(j)::text FROM whole'), $whole, 'with the same result');

# Memory: 5,000 paths, each with more values than are counted exactly, however many rows there are.
my $wide = q{SELECT jsonb_object_agg('g' || g, o) AS j FROM (SELECT g, jsonb_object_agg('k' || g || 'x' || k, i * 7 + k) AS o FROM generate_series(1, 33) AS g, generate_series(1, 150) AS k GROUP BY g) AS x};
$node->safe_psql('postgres', "CREATE TABLE wide AS SELECT d.j FROM generate_series(1, 150) AS i, LATERAL ($wide) AS d");
foreach my $rows (120, 150)
{
	is($node->safe_psql('postgres', qq{SELECT count(*) FILTER (WHERE complete), count(*) FILTER (WHERE distinct_values > 50) > 4900 FROM lbdiag_json_paths((SELECT lbdiag_json_stats(j) FROM (SELECT j FROM wide LIMIT $rows) AS x))}),
		'4984|t', "$rows rows have 4,984 paths");
	cmp_ok($node->safe_psql('postgres', qq{SELECT (SELECT sum(total_bytes) FROM pg_backend_memory_contexts) - $_ FROM (SELECT lbdiag_json_stats(j) IS NOT NULL AS s FROM (SELECT j FROM wide LIMIT $rows) AS x) AS y WHERE s}), '<', 16 * 1024 * 1024, "$rows rows take less than 16 MB")
		for $node->safe_psql('postgres', 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts');
}

# Cancel: in a document with 1,500,000 keys, and in one of long numbers.  The
# same query runs for longer than it is let.
$node->safe_psql('postgres', q{
	CREATE TABLE large (name text, j jsonb, t json);
	INSERT INTO large SELECT 'keys', o, NULL FROM (SELECT jsonb_object_agg('key' || i, i) AS o FROM generate_series(1, 1500000) AS i) AS x;
	INSERT INTO large SELECT 'numbers', a, NULL FROM (SELECT jsonb_agg(n) AS a FROM (SELECT (repeat('123456789', 14000) || '.' || repeat('7', 16000))::numeric AS n FROM generate_series(1, 1500)) AS x) AS y;
	UPDATE large SET t = j::text::json;});
foreach my $name ('keys', 'numbers')
{
	foreach my $call ('lbdiag_json_stats(j)', 'lbdiag_json_stats(t)')
	{
		# How long after the timeout the statement ends, the reading of the value included.
		my ($status, $out, $err) = $node->psql('postgres', qq{
			SELECT 1 FROM large WHERE name = '$name' AND octet_length(coalesce(t::text, '')) > 0;
			SET statement_timeout = '60ms';
			SELECT clock_timestamp() AS before \\gset
			SELECT $call FROM large, generate_series(1, 20) AS again WHERE name = '$name' \\g /dev/null
			RESET statement_timeout;
			SELECT extract(epoch FROM clock_timestamp() - :'before'::timestamptz) * 1000 - 60;}, on_error_stop => 0);
		like($err, qr/canceling statement due to statement timeout/, "$call of $name can be canceled");
		my ($late) = $out =~ /([\d.-]+)\s*\z/;
		note("$call of $name: $late ms late");
		cmp_ok($late, '<', 2000, "$call of $name ends soon");
	}
}

# The sum of the audit of a query is what the server says that it has sent.
SKIP:
{
	skip 'EXPLAIN (SERIALIZE) is new in PostgreSQL 17', 2 if $node->pg_version < 17;
	foreach my $query ('SELECT * FROM whole', q{SELECT i, j, ARRAY[j, NULL] AS a, ROW(i, j) AS r, NULL::text AS n, j::text AS t FROM whole})
	{
		my $explained = $node->safe_psql('postgres', "EXPLAIN (ANALYZE, SERIALIZE TEXT, FORMAT JSON) $query");
		my ($kilobytes) = $explained =~ /"Output Volume": (\d+)/;
		# Of a message's 7 bytes, EXPLAIN counts the two of the number of columns.
		is($node->safe_psql('postgres', qq{SELECT (max(bytes) - 5 * max(occurrences) FILTER (WHERE column_name = 'TOTAL') + 1023) / 1024 FROM lbdiag_audit_query(\$q\$$query\$q\$)}),
			$kilobytes, "as EXPLAIN has it: $query");
	}
}

# Citus: partial aggregation on two workers.
SKIP:
{
	my $library = $node->config_data('--pkglibdir') . '/citus.so';
	skip 'Citus is not installed', 52 unless -e $library;
	my %citus = map { $_ => PostgreSQL::Test::Cluster->new($_) } 'coordinator', 'worker_1', 'worker_2';
	foreach my $one (values %citus)
	{
		$one->init;
		$one->append_conf('postgresql.conf', "fsync = off\nshared_preload_libraries = 'citus'\nlisten_addresses = 'localhost'\nunix_socket_directories = '" . $one->host . "'");
		$one->append_conf('pg_hba.conf', "host all all 127.0.0.1/32 trust\nhost all all ::1/128 trust");
		$one->start;
		$one->safe_psql('postgres', 'CREATE EXTENSION citus; CREATE EXTENSION lbdiag');
	}
	my $coordinator = $citus{coordinator};
	$coordinator->safe_psql('postgres', join(';', "SELECT citus_set_coordinator_host('localhost', " . $coordinator->port . ')',
		map { "SELECT citus_add_node('localhost', " . $citus{$_}->port . ')' } 'worker_1', 'worker_2'));
	$coordinator->safe_psql('postgres', q{CREATE TABLE spread (i int, j jsonb); SELECT create_distributed_table('spread', 'i')});
	$coordinator->safe_psql('postgres', "INSERT INTO spread " . sprintf($documents, 1, 4000));
	my $tasks = $coordinator->safe_psql('postgres', 'EXPLAIN (VERBOSE, COSTS OFF) SELECT lbdiag_json_stats(j) FROM spread');
	like($tasks, qr/coord_combine_agg/, 'Citus combines what the workers have');
	like($tasks, qr/Query: SELECT worker_partial_agg/, 'they aggregate in parts');
	is($coordinator->safe_psql('postgres', 'SELECT lbdiag_json_stats(j)::text FROM spread'), $whole, 'with the same result');

	# Tables: what they take is what the shards store.  Names, types and nulls of all kinds; values that are
	# compressed, and some out of line.
	my $sql = sub { $coordinator->safe_psql('postgres', shift) };
	my $fails = sub
	{
		my ($pattern, $name, $query) = @_;
		my ($status, $out, $err) = $coordinator->psql('postgres', $query);
		like($err, $pattern, $name);
	};
	my $far_name = q{"we ""ird's"."ta'b%L ""$1"};
	my $far = $far_name =~ s/'/''/gr;
	$sql->(q{CREATE TYPE pair AS (a int, j jsonb); CREATE DOMAIN doc AS jsonb; CREATE SCHEMA "we ""ird's";
		CREATE TABLE near (i int PRIMARY KEY, gone int, "a""j'%L" jsonb, t json, d doc, l jsonb[], p pair, x text, g int GENERATED ALWAYS AS (i * 2) STORED);
		ALTER TABLE near DROP COLUMN gone; ALTER TABLE near ALTER x SET STORAGE EXTERNAL;});
	$sql->(qq{CREATE TABLE $far_name (LIKE near INCLUDING ALL); SELECT create_distributed_table('$far', 'i', shard_count => 5);});
	my $values = q{SELECT i, CASE WHEN i % 5 > 0 THEN jsonb_build_object('id', i, 'k' || i % 300, i % 7, 'text', repeat('hello ' || i % 3, i % 900)) END,
		json_build_object('a', repeat('xyz', i % 2000), 'b', NULL), jsonb_build_object('d', i), ARRAY[jsonb_build_object('q', i), NULL], ROW(i, jsonb_build_object('w', i))::pair,
		CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN repeat('ab', i) END FROM generate_series(1, 2000) AS i};
	$sql->(qq{INSERT INTO $_ (i, "a""j'%L", t, d, l, p, x) $values}) for 'near', $far_name;
	my $sizes = join ' + ', map { qq{coalesce(sum(pg_column_size($_)), 0)} } 'i', q{"a""j'%L"}, 't', 'd', 'l', 'p', 'x', 'g';
	is($sql->("SELECT stored_bytes FROM lbdiag_audit_relation('$far') WHERE column_name = 'TOTAL'"), $sql->("SELECT $sizes FROM $far_name"), 'what the shards store is told');
	is($sql->(qq{SELECT stored_bytes FROM lbdiag_audit_relation('$far') WHERE column_name = 'a"j''%L' AND path = '\$'}),
		$sql->(qq{SELECT sum(pg_column_size("a""j'%L")) FROM $far_name}), 'of a column as well');
	is($sql->(qq{SELECT sum(stored_own_bytes) = max(stored_bytes), max(stored_bytes) < max(bytes) / 3 FROM lbdiag_audit_relation('$far') WHERE column_name = 'a"j''%L'}), 't|t', 'it is divided among paths');
	my $columns = 'column_name, path, types, occurrences, presence, nulls, distinct_values, most_common, bytes, share, key_bytes, value_bytes, syntax_bytes, jsonb_bytes, jsonb_own_bytes, dynamic_keys, folded, complete, documents, objects, arrays, strings, numbers, booleans, min_bytes, median_bytes, max_bytes, histogram_bounds, histogram_counts, min_elements, median_elements, max_elements';
	my $near = $sql->("SELECT $columns FROM lbdiag_audit_relation('near')");
	is($sql->("SELECT $columns FROM lbdiag_audit_relation('$far')"), $near, 'all else is as of a table that is here');
	is($sql->("SELECT $columns FROM lbdiag_audit_relation('$far', 100)"), $near, 'also in a sample of all blocks');
	is($sql->(qq{SELECT string_agg(format('%s %s %s', bytes_low = bytes, bytes_high = bytes, stored_bytes = (SELECT $sizes FROM $far_name)), ',') FROM lbdiag_audit_relation('$far', 100) WHERE column_name = 'TOTAL'}),
		't t t', 'which is exact');
	# Four times the interval is some eight standard errors.
	is($sql->(qq{SELECT abs(s.bytes - a.bytes) < 4 * (s.bytes_high - s.bytes), s.bytes_low < s.bytes, abs(s.stored_bytes - a.stored_bytes) < a.stored_bytes / 2
		FROM lbdiag_audit_relation('$far', 40) AS s, lbdiag_audit_relation('$far') AS a WHERE s.column_name = 'TOTAL' AND a.column_name = 'TOTAL'}), 't|t|t', 'a sample tells it with an interval');
	my ($status, $out, $err) = $coordinator->psql('postgres', "SELECT bytes FROM lbdiag_audit_relation('$far', 0.000001) WHERE column_name = 'TOTAL'");
	like($err, qr/no block of "ta'b%L "\$1" is in the sample/, 'a sample without a block says so');
	is($sql->("BEGIN; INSERT INTO $far_name (i, d) VALUES (-1, '1'); SELECT occurrences FROM lbdiag_audit_relation('$far') WHERE column_name = 'TOTAL'; ROLLBACK"), 2001, 'what the transaction has written is there');

	# Other tables of Citus.
	$sql->(q{CREATE TABLE reference AS SELECT i, jsonb_build_object('text', repeat('hello', i)) AS j FROM generate_series(1, 1000) AS i; SELECT create_reference_table('reference');
		CREATE TABLE alone AS TABLE reference; SELECT citus_add_local_table_to_metadata('alone');
		CREATE TABLE parts (i int, p int, j jsonb) PARTITION BY RANGE (p); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (3); CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
		SELECT create_distributed_table('parts', 'i', shard_count => 3); INSERT INTO parts SELECT i, i % 5, j FROM reference; CREATE TABLE nothing (i int, j jsonb); SELECT create_distributed_table('nothing', 'i');});
	foreach my $table ('reference', 'alone', 'parts', 'nothing')
	{
		is($sql->("SELECT occurrences, stored_bytes FROM lbdiag_audit_relation('$table', $_) WHERE column_name = 'j' AND path = '\$'"),
			$sql->("SELECT count(*), coalesce(sum(pg_column_size(j)), 0) FROM $table"), "of $table as well, sample $_") for 'NULL', 100;
	}

	# The largest rows of all shards.
	my $largest = $sql->("SELECT bytes, occurrences, total_bytes, key, stored_bytes > 0, column_stored_bytes, out_of_line, compression FROM lbdiag_largest('near', 't', '\$.a', 7) ORDER BY key");
	is($sql->("SELECT bytes, occurrences, total_bytes, key, stored_bytes > 0, column_stored_bytes, out_of_line, compression FROM lbdiag_largest('$far', 't', '\$.a', 7) ORDER BY key"), $largest, 'the largest rows of all shards');
	is($sql->("SELECT bytes, column_stored_bytes, out_of_line, key FROM lbdiag_largest('$far', 'x', n => 3)"),
		$sql->("SELECT length(x), pg_column_size(x), length(x) > 3000, jsonb_build_object('i', i) FROM $far_name WHERE x IS NOT NULL ORDER BY 1 DESC LIMIT 3"), 'are those of a query');
	is($sql->(qq{SELECT bool_and(table_name = '$far'::regclass AND shard ~ '^"we ""ird''s"\\."ta''b%L ""\\\$1_\\d+"\$' AND row_ctid IS NOT NULL), count(*) FROM lbdiag_largest('$far', 'l', '\$[*].q')}), 't|10', 'with their shards');
	is($sql->(q{SELECT string_agg(DISTINCT table_name::text, ',') FROM lbdiag_largest('parts', 'j', '$.text', 100)}), 'parts_1,parts_2', 'and partitions');
	like($sql->(q{SELECT row_ctid, shard FROM lbdiag_largest('reference', 'j', n => 1)}), qr/^\(\d+,\d+\)\|reference_\d+$/, 'a reference table has one shard');
	$fails->(qr/no row has a value at path "\$\.none"/, 'no row has a value', "SELECT * FROM lbdiag_largest('$far', 'd', '\$.none')");

	# What the shards store could be tried there only.
	$fails->(qr/relation is distributed by Citus/, 'opportunities are of a shard', "SELECT * FROM lbdiag_opportunities_relation('$far')");
	$fails->(qr/"ta'b%L "\$1" is distributed by Citus/, 'as are what-ifs', "SELECT * FROM lbdiag_whatif_relation('$far', '[]')");
	$fails->(qr/"ta'b%L "\$1" is distributed by Citus\n.*\nHINT:  Use lbdiag_audit_relation/, "no report: $_", "SELECT $_('$far')") for 'lbdiag_audit_relation_report', 'lbdiag_audit_relation_html';

	# Rights are those of the caller, on all servers.
	$sql->(q{CREATE ROLE reader LOGIN; CREATE ROLE stranger LOGIN; GRANT USAGE ON SCHEMA "we ""ird's" TO reader, stranger;} . "GRANT SELECT ON $far_name TO reader");
	my $select = "SELECT bytes FROM lbdiag_audit_relation('$far') WHERE column_name = 'TOTAL'";
	is($sql->("SET ROLE reader; $select"), $sql->($select), 'a reader gets the same');
	is($sql->("SET ROLE reader; SELECT count(*) FROM lbdiag_audit_relation('$far', 100)"), $sql->("SELECT count(*) FROM lbdiag_audit_relation('$far', 100)"), 'of a sample, too');
	is($sql->("SET ROLE reader; SELECT count(*) FROM lbdiag_largest('$far', 'd')"), 10, 'and the largest rows');
	foreach my $call ("lbdiag_audit_relation('$far')", "lbdiag_audit_relation('$far', 50)", "lbdiag_largest('$far', 'd')")
	{
		$fails->(qr/^psql:<stdin>:1: ERROR:  permission denied for table ta'b%L "\$1$/m, "a stranger gets nothing: $call", "SET ROLE stranger; SELECT count(*) FROM $call");
	}

	# A lock on a shard lets the statement wait: it can be canceled, and nothing goes on on the servers.
	my ($shard, $worker) = split /\|/, $sql->(q{SELECT shard_name(logicalrelid, shardid), CASE nodeport WHEN } . $citus{worker_1}->port . q{ THEN 'worker_1' ELSE 'worker_2' END FROM pg_dist_shard JOIN pg_dist_shard_placement USING (shardid) WHERE logicalrelid = 'spread'::regclass ORDER BY shardid LIMIT 1});
	my $lock = $citus{$worker}->background_psql('postgres');
	$lock->query_safe("SET citus.enable_manual_changes_to_shards = on; BEGIN; LOCK TABLE $shard");
	foreach my $call (q{lbdiag_audit_relation('spread')}, q{lbdiag_audit_relation('spread', 50)}, q{lbdiag_largest('spread', 'j')})
	{
		$fails->(qr/canceling statement due to statement timeout/, "$call can be canceled", "SET statement_timeout = '1s'; SELECT count(*) FROM $call");
		ok($citus{$worker}->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%lbdiag%' AND pid <> pg_backend_pid()}), 'and has ended on the worker');
	}
	$lock->quit;

	# A server without the extension, and one that is down.
	$citus{worker_2}->safe_psql('postgres', 'SET citus.enable_ddl_propagation = off; DROP EXTENSION lbdiag');
	foreach my $call (q{lbdiag_audit_relation('spread')}, q{lbdiag_audit_relation('spread', 50)}, q{lbdiag_largest('spread', 'j')})
	{
		$fails->(qr/ERROR:  .* does not exist\nHINT:  lbdiag counts where the shards are: create the extension on all nodes/, "a worker has no lbdiag: $call", "SELECT count(*) FROM $call");
	}
	$citus{worker_2}->safe_psql('postgres', 'SET citus.enable_ddl_propagation = off; CREATE EXTENSION lbdiag');
	is($sql->(q{SELECT occurrences FROM lbdiag_audit_relation('spread') WHERE column_name = 'TOTAL'}), 4000, 'then it has');
	$citus{worker_2}->stop;
	foreach my $call (q{lbdiag_audit_relation('spread')}, q{lbdiag_audit_relation('spread', 50)}, q{lbdiag_largest('spread', 'j')})
	{
		my ($ended, $rows, $message) = $coordinator->psql('postgres', "SELECT count(*) FROM $call");
		my @errors = $message =~ /ERROR:/g;
		is(scalar(@errors), 1, "a worker is down: one error, $call");
		like($message, qr/ERROR:  connection to the remote node .*failed/, 'which says so');
	}
	delete($citus{worker_2});
	$_->stop for values %citus;
}

done_testing();
