# The engine without leaderboards: src/json and src/util build and work by
# themselves, with a user of their own.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('engine');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;

# In a copy that has nothing else.
my $top = abs_path(dirname(__FILE__) . '/../..');
my $copy = "$PostgreSQL::Test::Utils::tmp_check/engine";
system_or_bail('mkdir', '-p', "$copy/src", "$copy/test");
system_or_bail('cp', '-R', "$top/src/json", "$top/src/util", "$top/src/compat.h", "$copy/src");
system_or_bail('cp', '-R', "$top/test/engine", "$copy/test");
system_or_bail('sh', '-c', "rm -f $copy/src/*/*.o $copy/src/*/*.bc");
my ($pg_config) = run_command([ 'pg_config', '--bindir' ]);
command_ok([ 'make', '-s', '-C', "$copy/test/engine", 'with_llvm=no', "PG_CONFIG=$pg_config/pg_config" ], 'the engine builds alone');

$node->safe_psql('postgres', "CREATE FUNCTION engine_write(document jsonb, dropped text) RETURNS text LANGUAGE c
	AS '$copy/test/engine/lbdiag_engine', 'engine_write'");
is($node->safe_psql('postgres', q{SELECT engine_write('{"a": [1, 2.50, "x\u00e9"], "b": {"c": null, "d": true}}', NULL)}),
	'{"a":[1,2.5,"x\u00e9"],"b":{"c":null,"d":true}}', 'it writes, counts and compresses');
is($node->safe_psql('postgres', q{SELECT engine_write('{"a": [1, 2.50, "x\u00e9"], "b": {"c": null, "d": true}}', '$.b.c')}),
	'{"a":[1,2.5,"x\u00e9"],"b":{"d":true}}', 'and changes what it writes');
is($node->safe_psql('postgres', q{SELECT count(*) FROM generate_series(1, 200) AS i,
		LATERAL (SELECT jsonb_object_agg(md5(n::text), n / 7.0) AS j FROM generate_series(1, i) AS n) AS d
	WHERE engine_write(j, NULL)::jsonb <> engine_write(j, '$.none')::jsonb}), '0', 'documents of many keys');

# The decoder of compressed text: streams of all kinds of blocks, that come in
# pieces of all sizes, have the symbols that a plain reader finds.
$node->safe_psql('postgres', "CREATE FUNCTION engine_symbols(stream bytea, piece int) RETURNS text LANGUAGE c STRICT
	AS '$copy/test/engine/lbdiag_engine', 'engine_symbols';
	CREATE TABLE stream (data text, symbols text)");
my $streams = "$PostgreSQL::Test::Utils::tmp_check/streams";
my $errors = '';
IPC::Run::run([ 'python3', "$top/test/engine/streams.py", "$top/test/fuzz" ], '>', $streams, '2>', \$errors) or die $errors;
$node->safe_psql('postgres', "\\copy stream FROM '$streams'");
is($node->safe_psql('postgres', q{SELECT count(*), sum(length(symbols)) > 1000000, count(*) FILTER (WHERE engine_symbols(decode(data, 'hex'), piece) <> coalesce(symbols, ''))
	FROM stream, unnest('{1,2,13,1000,32768}'::int[]) AS piece}), '240|t|0', 'the symbols of streams');

# What is no such stream is an error, or has other symbols: nothing worse.
is($node->safe_psql('postgres', q{
	CREATE FUNCTION try(d bytea, piece int) RETURNS text LANGUAGE plpgsql AS
	$$BEGIN RETURN 'symbols' FROM engine_symbols(d, piece); EXCEPTION WHEN internal_error THEN RETURN SQLERRM; END$$;
	DO $$BEGIN PERFORM setseed(0.5); END$$;
	SELECT DISTINCT try(set_byte(d, 10 + (random() * (length(d) - 11))::int, (random() * 255)::int), 1 + (random() * 3000)::int)
	FROM (SELECT decode(data, 'hex') AS d FROM stream) AS s, generate_series(1, 60) WHERE length(d) BETWEEN 12 AND 30000 ORDER BY 1}),
	"compressed text cannot be read\nsymbols", 'broken streams');

# The scanner of JSON text takes what the server's parser takes, and finds the
# same tokens: in documents of all kinds, and in what changes make of them.
my $mutations = $ENV{LBDIAG_MUTATIONS} || 20000;
$node->safe_psql('postgres', "CREATE FUNCTION engine_mutations(document text, times int, seed bigint) RETURNS int LANGUAGE c STRICT
	AS '$copy/test/engine/lbdiag_engine', 'engine_mutations';" . q{
	CREATE TABLE document (n serial, t text);
	INSERT INTO document (t) SELECT unnest(ARRAY['', '7', ' "x" ', '[]', '{}', '{"a":{"b":[1,null,true,false,-0.5e-10]}}', '[[[[[[[[[[[[]]]]]]]]]]]]',
		'{"a" : 1,"a":[ ],	"\\u0061":{"" :""}}', '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\\u0000", "käse", 0, 12345678.901234567890E+5]', '[[],[[]],{},[{}],{"a":[{"b":[]}]}]']);
	INSERT INTO document (t) SELECT json_build_object('id', i, 'name', repeat('n', i), repeat('k', i), i / 7.0, 'tags', json_build_array('a', i % 3, NULL, true))::text FROM generate_series(0, 19) AS i;
	INSERT INTO document (t) SELECT jsonb_pretty(t::jsonb) FROM document WHERE t LIKE '%"id"%';});
my ($valid, $all) = split /\|/, $node->safe_psql('postgres',
	"SELECT sum(engine_mutations(t, $mutations / 50 + 1, n)), 50 * ($mutations / 50 + 1) FROM document");
cmp_ok($valid, '>', $all / 20, "of $all documents, $valid are JSON: the server's parser says the same");
cmp_ok($valid, '<', $all / 2, 'and many are not');
is($node->safe_psql('postgres', q{SELECT sum(engine_mutations(t, 1, 1)) FROM (
		SELECT repeat('[', n) || repeat(']', n) AS t FROM generate_series(1, 4000, 50) AS n
		UNION ALL SELECT json_build_array(repeat('xyz"', n), repeat('k', n), repeat(E'\n', n), repeat(' ', n))::text FROM unnest('{1000000,4194301,4194302,4194303,4194304,4194305,9000000}'::int[]) AS n
		UNION ALL SELECT '[' || repeat(' ', n) || '1' || repeat('0', n) || repeat(E'\n', n) || ']' FROM unnest('{4194301,4194302,4194303,4194304,4194305}'::int[]) AS n) AS d}), 92, 'deep and long ones');

$node->stop;
done_testing();
