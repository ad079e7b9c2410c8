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

$node->stop;
done_testing();
