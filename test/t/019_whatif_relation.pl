# What lbdiag_whatif_relation promises, and what pg_table_size says once the
# change has been made and VACUUM FULL has been run: tables of several kinds,
# in line and out of line, read as a whole or by a sample.  It writes nothing.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off\ntimezone = 'UTC'\nmax_wal_size = '1GB'\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION lbdiag;
ALTER DATABASE postgres SET default_toast_compression = pglz;
CREATE FUNCTION words(n int, seed text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT string_agg(md5(seed || g), '') FROM generate_series(1, n) AS g $$;
CREATE FUNCTION size(relation regclass) RETURNS numeric LANGUAGE sql AS
$$ SELECT sum(pg_table_size(coalesce(t.relid, relation))) FROM (SELECT 1) AS one LEFT JOIN pg_partition_tree(relation) AS t ON true $$;
CREATE TABLE members AS SELECT i AS id, jsonb_build_object('user_id', md5(i::text)::uuid, 'at', to_char(timestamp '2024-01-01' + i * interval '7 min', 'YYYY-MM-DD"T"HH24:MI:SS'), 'day', date '2024-02-28' + i % 9,
    'n', i * 1.5, 'count', (i * 7919)::text, 'name', 'customer number ' || i % 200 || ' of the list', 'nothing', NULL, 'ok', i % 2 = 0, 'blob', encode(decode(md5(i::text) || md5((i + 1)::text), 'hex'), 'base64')) AS doc
FROM generate_series(1, 12000) AS i;
SQL

my $members = 'CREATE TABLE t (id int, doc jsonb); INSERT INTO t SELECT * FROM members';
my $varying = q{CREATE TABLE t (id int, doc jsonb); INSERT INTO t SELECT i, jsonb_build_object('branch', 'main', 'body', substr(words(60, i::text), 1, 700 + abs(hashint4(i) % 1200))) FROM generate_series(1, %d) AS i};
my $external = q{CREATE TABLE t (id int, doc jsonb); ALTER TABLE t ALTER doc SET STORAGE EXTERNAL;
	INSERT INTO t SELECT i, jsonb_build_object('note', 'the same in all rows', 'pad', repeat(words(4, i::text), 24)) FROM generate_series(1, 1500) AS i};
my $above = q{CREATE TABLE t (id int, doc jsonb); INSERT INTO t SELECT i, jsonb_build_object('note', repeat('constant ', 12), 'pad', words(62, i::text)) FROM generate_series(1, 3000) AS i};
my $two = q{CREATE TABLE t (id int, doc jsonb, other jsonb); INSERT INTO t SELECT i, jsonb_build_object('note', repeat('constant ', 12), 'pad', words(50, i::text)), jsonb_build_object('o', words(50 + i % 40, i::text)) FROM generate_series(1, 2000) AS i};
my $target = q{CREATE TABLE t (id int, doc jsonb) WITH (toast_tuple_target = 256); INSERT INTO t SELECT i, jsonb_build_object('note', repeat('constant ', 12), 'pad', words(40 + i % 60, i::text)) FROM generate_series(1, 2000) AS i};
my $chat = q{CREATE TABLE t (id int, doc jsonb); INSERT INTO t SELECT i, jsonb_build_object('messages', jsonb_build_array(jsonb_build_object('role', 'system', 'content', words(80, (i % 5)::text)), jsonb_build_object('role', 'user', 'text', words(40 + i % 100, i::text)))) FROM generate_series(1, 2000) AS i};
my $side = 'CREATE TABLE side (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value text COLLATE "C" NOT NULL, EXCLUDE USING hash (value WITH =));';

# name, the table, the change, the statements that make it, the error in percent
# of the size, and how many rows change.
my @cases = (
	[ 'rows of varying size', sprintf($varying, 16000), '{"drop_paths": ["doc:$.branch"]}', q{UPDATE t SET doc = doc - 'branch'}, 5, 16000 ],
	[ 'a fill factor', q{CREATE TABLE t (id int, doc jsonb) WITH (fillfactor = 60); INSERT INTO t SELECT i, jsonb_build_object('id', i, 'api', '2024-06-01-stable-release', 'pad', words(3, i::text)) FROM generate_series(1, 20000) AS i},
		'{"drop_paths": ["doc:$.api"]}', q{UPDATE t SET doc = doc - 'api'}, 5, 20000 ],
	[ 'few rows that change', $members, '{"drop_paths": ["doc:$.rare"]}', q{UPDATE t SET doc = doc - 'rare' WHERE doc ? 'rare'}, 5, 120, q{UPDATE t SET doc = doc || '{"rare": "a value"}' WHERE id % 100 = 0} ],
	[ 'external values', $external, '{"drop_paths": ["doc:$.note"]}', q{UPDATE t SET doc = doc - 'note'}, 10, 1500 ],
	[ 'external values, to be compressed', $external, '{"storage": {"doc": "extended"}}', 'ALTER TABLE t ALTER doc SET STORAGE EXTENDED', 10, 0 ],
	[ 'rows above 2 kB', $above, '{"drop_paths": ["doc:$.note"]}', q{UPDATE t SET doc = doc - 'note'}, 10, 3000 ],
	[ 'two large columns', $two, '{"drop_paths": ["doc:$.note"]}', q{UPDATE t SET doc = doc - 'note'}, 10, 2000 ],
	[ 'one of two large columns', $two, '{"drop_paths": ["doc:$.pad"]}', q{UPDATE t SET doc = doc - 'pad'}, 10, 2000 ],
	[ 'toast_tuple_target', $target, '{"drop_paths": ["doc:$.note"]}', q{UPDATE t SET doc = doc - 'note'}, 10, 2000 ],
	[ 'columns of fixed length', $members, '{"promote": {"doc:$.user_id": "uuid", "doc:$.at": "timestamp", "doc:$.ok": "boolean", "doc:$.day": "date", "doc:$.count": "bigint"}}',
		q{ALTER TABLE t ADD c1 uuid, ADD c2 timestamp, ADD c3 boolean, ADD c4 date, ADD c5 bigint; UPDATE t SET c1 = (doc ->> 'user_id')::uuid, c2 = (doc ->> 'at')::timestamp, c3 = (doc ->> 'ok')::boolean, c4 = (doc ->> 'day')::date, c5 = (doc ->> 'count')::bigint,
			doc = doc - '{user_id,at,ok,day,count}'::text[]}, 5, 12000 ],
	[ 'columns of variable length', $members, '{"promote": {"doc:$.n": "numeric", "doc:$.name": "text"}}', q{ALTER TABLE t ADD c1 numeric, ADD c2 text; UPDATE t SET c1 = (doc ->> 'n')::numeric, c2 = doc ->> 'name', doc = doc - '{n,name}'::text[]}, 5, 12000 ],
	[ 'base64, nulls and a key', $members, '{"bytea": ["doc:$.blob"], "omit_nulls": true, "rename": {"doc:$.name": "m"}}', q{ALTER TABLE t ADD c bytea; UPDATE t SET c = decode(doc ->> 'blob', 'base64'), doc = (jsonb_strip_nulls(doc) - '{blob,name}'::text[]) || jsonb_build_object('m', doc -> 'name')}, 5, 12000 ],
	[ 'large base64', q{CREATE TABLE t (id int, doc jsonb); INSERT INTO t SELECT i, jsonb_build_object('blob', translate(encode(decode(words(150, i::text), 'hex'), 'base64'), E'\n', '')) FROM generate_series(1, 1500) AS i},
		'{"bytea": ["doc:$.blob"]}', q{ALTER TABLE t ADD c bytea; UPDATE t SET c = decode(doc ->> 'blob', 'base64'), doc = doc - 'blob'}, 10, 1500 ],
	[ 'strings of a table', $members, '{"side_table": ["doc:$.name"]}', $side . q{INSERT INTO side (value) SELECT DISTINCT (doc ->> 'name') COLLATE "C" FROM t ORDER BY 1; UPDATE t SET doc = doc || jsonb_build_object('name', (SELECT s.id FROM side AS s WHERE s.value = (doc ->> 'name') COLLATE "C"))}, 5, 12000 ],
	[ 'large strings of a table', $chat, '{"side_table": ["doc:$.messages[*].content"]}', $side . q{INSERT INTO side (value) SELECT DISTINCT (m ->> 'content') COLLATE "C" FROM t, jsonb_array_elements(doc -> 'messages') AS m WHERE m ? 'content' ORDER BY 1;
			UPDATE t SET doc = jsonb_set(doc, '{messages,0,content}', to_jsonb((SELECT s.id FROM side AS s WHERE s.value = (doc #>> '{messages,0,content}') COLLATE "C")))}, 10, 2000 ],
	[ 'free space', $members, '{"drop_paths": ["doc:$.blob"]}', q{UPDATE t SET doc = doc - 'blob'}, 5, 8000, q{DELETE FROM t WHERE id % 3 = 0; UPDATE t SET doc = doc || '{"more": 1}' WHERE id % 5 = 0; VACUUM t} ],
	[ 'partitions', 'CREATE TABLE t (id int, doc jsonb) PARTITION BY RANGE (id); CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (4000);
		CREATE TABLE t_2 (doc jsonb, gone int, id int); ALTER TABLE t_2 DROP gone; ALTER TABLE t ATTACH PARTITION t_2 FOR VALUES FROM (4000) TO (100000); INSERT INTO t SELECT * FROM members', '{"drop_paths": ["doc:$.blob"]}', q{UPDATE t SET doc = doc - 'blob'}, 5, 12000 ],
	[ 'a sample', sprintf($varying, 60000), '{"drop_paths": ["doc:$.branch"]}', q{UPDATE t SET doc = doc - 'branch'}, 5, 60000 ],
	[ 'a sample of values out of line', q{CREATE TABLE t (id int, doc jsonb); INSERT INTO t SELECT i, jsonb_build_object('note', words(20 + i % 7, i::text), 'pad', words(80 + i % 60, i::text)) FROM generate_series(1, 18000) AS i},
		'{"drop_paths": ["doc:$.note"]}', q{UPDATE t SET doc = doc - 'note'}, 10, 18000 ]);

# pglz or lz4: only where the server has it.
push @cases, [ 'the other compression', $target, '{"compress": {"doc": "lz4"}}', q{ALTER TABLE t ALTER doc SET COMPRESSION lz4; UPDATE t SET doc = (doc::text || '')::jsonb WHERE pg_column_compression(doc) = 'pglz'}, 10, undef ]
	if $node->safe_psql('postgres', q{SELECT enumvals @> '{lz4}' FROM pg_settings WHERE name = 'default_toast_compression'}) eq 't';

sub within
{
	my ($promised, $real, $percent, $of, $name) = @_;
	cmp_ok(abs($promised - $real), '<=', $of * $percent / 100, "$name: $promised promised, $real real");
}

foreach my $case (@cases)
{
	my ($name, $setup, $changes, $statements, $percent, $rows, $before) = @$case;
	$node->safe_psql('postgres', $_) foreach grep { defined } $setup, split /; (?=VACUUM)/, $before // '';
	my $now = $node->safe_psql('postgres', q{SELECT size('t')});
	my %state = map { my @row = split /\|/; ($row[0] => \@row) } split /\n/,
		$node->safe_psql('postgres', "SET default_transaction_read_only = on; SELECT state, table_bytes, table_bytes_low, table_bytes_high, bytes_saved, bytes_saved_low, bytes_saved_high, rows_changed, values_unfit FROM lbdiag_whatif_relation('t', '$changes')");
	is($state{now}[1], $now, "$name: now");
	my @leaves = split /\n/, $node->safe_psql('postgres', q{SELECT relid FROM pg_partition_tree('t') WHERE isleaf UNION SELECT 't'::regclass});
	# The rewrite is of a copy, where rows lie as they do here.
	$node->safe_psql('postgres', $_) foreach split /; /, $statements;
	$node->safe_psql('postgres', "VACUUM FULL $_") foreach @leaves;
	my $side = $node->safe_psql('postgres', q{SELECT coalesce(pg_total_relation_size(to_regclass('side')), 0)});
	my $real = $node->safe_psql('postgres', q{SELECT size('t')}) + $side;
	within($state{change}[1], $real, $percent, $real, $name);
	cmp_ok($state{change}[2], '<=', $state{change}[1], "$name: low");
	cmp_ok($state{change}[3], '>=', $state{change}[1], "$name: high");
	within($state{change}[7], $rows, 3, $rows, "$name: rows") if defined $rows;
	is($state{change}[8], 0, "$name: all values fit");
	is($state{rewrite}[1] - $state{change}[1], $state{change}[4], "$name: beyond the rewrite");
	$node->safe_psql('postgres', 'DROP TABLE IF EXISTS side, t');

	# What the rewrite alone gives.
	$node->safe_psql('postgres', $_) foreach grep { defined } $setup, split /; (?=VACUUM)/, $before // '';
	$node->safe_psql('postgres', "VACUUM FULL $_") foreach
		split /\n/, $node->safe_psql('postgres', q{SELECT relid FROM pg_partition_tree('t') WHERE isleaf UNION SELECT 't'::regclass});
	my $rewritten = $node->safe_psql('postgres', q{SELECT size('t')});
	within($state{rewrite}[1], $rewritten, $percent, $rewritten, "$name: the rewrite alone");
	within($state{change}[4], $rewritten - $real, $percent / 2, $rewritten, "$name: saved");
	$node->safe_psql('postgres', 'DROP TABLE t');
}

# On a standby.
$node->safe_psql('postgres', $members);
$node->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'b', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my $query = q{SELECT * FROM lbdiag_whatif_relation('t', '{"drop_paths": ["doc:$.blob"], "promote": {"doc:$.n": "numeric"}}')};
is($standby->safe_psql('postgres', $query), $node->safe_psql('postgres', $query), 'a standby says the same');

done_testing();
