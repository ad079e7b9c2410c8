# The exports, read by the tools that they are for, and the report as a file.
use strict;
use warnings;

use JSON::PP;
use List::Util qw(sum0 max);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres',
	'CREATE EXTENSION lbdiag; SELECT * FROM lbdiag_create_demo(models => 40, benchmarks => 30)');
my $folder = PostgreSQL::Test::Utils::tempdir();

# Names with all that separates something in one of the formats: in keys of
# the metadata, which are paths of the audit, in a layout, in a domain.
my @hostile = ('a;b', "line\nbreak 7", 'digits 12', ' 3', 'quo"te', 'back\\slash', '\\x3b', '\\n', 'dot.ted', 'star.*',
	'[*]', '', '.', "tab\t9", "return\r", 'percent %s', "\x{fc};\x{1F600} 5", '(2) fn=x');
my %meta = map { $_ => { "below;$_" => 1 } } @hostile;
my $meta = sql_literal(JSON::PP->new->canonical->encode(\%meta));
my $cell = sql_literal(JSON::PP->new->encode([ { key => "s;core\n1", source => 'score_ceiled' } ]));
my $domain = sql_literal("fn=(1);\ncalls=1 2\t7");
$node->safe_psql('postgres', qq{
	UPDATE lbdiag_demo.models SET model_meta = model_meta || $meta WHERE model_id % 2 = 0;
	INSERT INTO lbdiag_layout (name, cell) VALUES ('hostile', $cell);
	SELECT * FROM lbdiag_create_demo('hostile', 3, 3, $domain)});

# What all formats must show: the functions, and who called them how often.
my %functions = rows('SELECT function, ncalls, source FROM lbdiag_profile(top => 1000)');
my %calls = rows(q{SELECT caller || ' > ' || callee, ncalls FROM lbdiag_profile_calls()});
cmp_ok(scalar keys %functions, '>', 25, 'functions');
cmp_ok(scalar keys %calls, '>', 30, 'calls');
my $root = 'get_ag_grid_context';

subtest 'pstats' => sub {
	export("SELECT lbdiag_profile_export('vision', format => 'pstats', repetitions => 2)", 'base64');
	write_file('read.py', <<'END');
import base64, json, pstats, sys
with open(sys.argv[1]) as text, open(sys.argv[2], "wb") as binary:
    binary.write(base64.b64decode(text.read()))
stats = pstats.Stats(sys.argv[2])
name = lambda key: key[2]
print(json.dumps({
    "total": stats.total_tt, "calls": [stats.prim_calls, stats.total_calls],
    "functions": {name(key): [f"{key[0]}:{key[1]}", *value[:4],
                              {name(caller): edge for caller, edge in value[4].items()}]
                  for key, value in stats.stats.items()}}))
stats.sort_stats("cumulative").print_stats()
END
	my ($out, $err) = run_command([ 'python3', path('read.py'), path('base64'), path('prof') ]);
	is($err, '', 'python reads it');
	my ($json, $text) = split /\n/, $out, 2;
	my $stats = decode_json($json || '{"functions": {}}');
	my %f = %{ $stats->{functions} };

	is_deeply({ map { $_ => [ $f{$_}[2], $f{$_}[0] ] } keys %f }, \%functions, 'functions with their calls and places');
	my %edges;
	foreach my $callee (keys %f)
	{
		$edges{"$_ > $callee"} = [ $f{$callee}[5]{$_}[0] ] foreach keys %{ $f{$callee}[5] };
	}
	is_deeply(\%edges, \%calls, 'callers with their calls');
	cmp_ok($f{write_subtree}[1], '==', 1, 'recursion: one call is the first');
	my $nodes = $functions{write_subtree}[0];
	cmp_ok($nodes, '>', 30, 'of many');
	like($text, qr{^ +$nodes/1 .*\(write_subtree\)$}m, 'and pstats prints both');
	is($stats->{calls}[1], sum0(map { $_->[0] } values %functions), 'all calls');

	is(sprintf('%.9f', $stats->{total}), sprintf('%.9f', $f{$root}[4]), 'self times add up to the time of the root');
	my @wrong;
	foreach my $name (grep { $_ ne $root } keys %f)
	{
		my ($place, $primitive, $calls, $self, $time, $callers) = @{ $f{$name} };
		my @edges = values %$callers;
		push @wrong, "calls of $name" if sum0(map { $_->[0] } @edges) != $calls;
		push @wrong, "self time of $name" if differ($self, sum0(map { $_->[2] } @edges));
		push @wrong, "time of $name"
		  if differ($time, sum0(map { $callers->{$_}[3] } grep { $_ ne $name } keys %$callers));
		push @wrong, "primitive calls of $name" if grep { $_->[1] > $_->[0] || $_->[1] == 0 && $_->[3] > 0 } @edges;
	}
	is("@wrong", '', "a function's figures are the sums of its callers'");
	foreach my $name (keys %f)
	{
		my $callees = sum0(map { $_->[5]{$name} && $_ != $f{$name} ? $_->[5]{$name}[3] : 0 } values %f);
		push @wrong, $name if differ($f{$name}[4], $f{$name}[3] + $callees);
	}
	is("@wrong", '', 'and its time is its own and that of its callees');
	is($f{$root}[3] < $f{$root}[4], 1, 'the root has callees');
};

subtest 'callgrind' => sub {
	my $text = export("SELECT lbdiag_profile_export('vision', format => 'callgrind', repetitions => 2)", 'callgrind.out');
	my ($summary) = $text =~ /^summary: (\d+)$/m;
	my ($out, $err) = run_command([ 'callgrind_annotate', '--auto=no', '--threshold=100', path('callgrind.out') ]);
	is($err, '', 'callgrind_annotate has nothing to say against it');
	like($out, qr/^Profiled target: +get_ag_grid_context vision$/m, 'target');
	is(number($out =~ /^ *([\d,]+) .*PROGRAM TOTALS$/m), $summary, 'the total is the summary');
	my %self = map { /^ *([\d,]+) .*?[a-z_]+\.c:(\w+)/ ? ($2 => number($1)) : () } split /\n/, $out;
	is(sum0(values %self), $summary, 'so is the sum of the functions');
	my %written = $text =~ /^fn=\(\d+\) (\w+)\n\d+ (\d+)$/mg;
	is_deeply([ sort keys %written ], [ sort keys %functions ], 'all functions are in the file');
	# One that took nothing may be left out.
	is_deeply({ map { $_ => $self{$_} // 0 } keys %written }, \%written, 'each with its own time');

	($out, $err) = run_command([ 'callgrind_annotate', '--auto=no', '--threshold=100', '--inclusive=yes', '--tree=both', path('callgrind.out') ]);
	is($err, '', 'nor with callers and callees');
	my %time = map { /^ *([\d,]+) .*?\*  [a-z_]+\.c:(\w+)/ ? ($2 => number($1)) : () } split /\n/, $out;
	is($time{$root}, $summary, 'the time of the root is all');
	like($out, qr/\(100(\.0+)?%\) +\* +profile\.c:$root\b/, '100 %');
	cmp_ok(max(values %time), '==', $summary, 'and no other function has more');
	# As each function's callees; > stands below the function's own line.
	my ($current, %edges, %callees);
	foreach (split /\n/, $out)
	{
		$current = $1 if /\*  [a-z_]+\.c:(\w+)/;
		next unless $current && /^ *([\d,]+) .*>   [a-z_]+\.c:(\w+) \(([\d,]+)x\)/;
		$edges{"$current > $2"} = [ number($3) ];
		$callees{$current} += number($1) if $current ne $2;
	}
	is_deeply(\%edges, \%calls, 'calls');
	my @wrong = grep { $_ ne 'write_subtree' && abs($time{$_} - $written{$_} - $callees{$_}) > 100 } keys %callees;
	is("@wrong", '', 'a time is that of itself and of its callees');

	export("SELECT lbdiag_profile_export($domain, format => 'callgrind')", 'hostile.out');
	($out, $err) = run_command([ 'callgrind_annotate', '--auto=no', '--tree=both', path('hostile.out') ]);
	is($err, '', 'a hostile domain breaks no line');
	like($out, qr/PROGRAM TOTALS/, 'nor the file');
};

subtest 'folded' => sub {
	my %stacks = folded(export("SELECT lbdiag_profile_export('vision', format => 'folded', repetitions => 2)", 'folded'));
	my %frames = map { $_ => 1 } map { split /;/ } keys %stacks;
	is_deeply([ grep { !/^$root(;|$)/ } keys %stacks ], [], 'the root is below all');
	is_deeply([ grep { !$functions{$_} } keys %frames ], [], 'frames are functions');
	my %pairs = map { my @f = split /;/; map { ("$f[$_ - 1] > $f[$_]" => 1) } 1 .. $#f } keys %stacks;
	is_deeply([ grep { !$calls{$_} } keys %pairs ], [], 'and callees stand above their callers');
	cmp_ok(scalar keys %pairs, '>', 10, 'there are some');

	# A path is its frames, and its weight what it has of its own.
	foreach my $layout ('documented', 'hostile')
	{
		my $text = export("SELECT lbdiag_audit_export('vision', layout => '$layout', format => 'folded')", 'folded');
		my %paths;
		my %lines = folded($text);
		while (my ($stack, $weight) = each %lines)
		{
			my ($component, @steps) = map { unescape($_) } split /;/, $stack, -1;
			utf8::decode($_) foreach $component, @steps;
			$paths{ $component . ' $' . join('', @steps) } = $weight;
		}
		my $audit = decode_json($node->safe_psql('postgres', qq{
			SELECT json_object_agg(component || ' ' || path, (key_bytes + value_bytes + syntax_bytes)::text)
			FROM lbdiag_audit_detail('vision', layout => '$layout') WHERE sent AND key_bytes + value_bytes + syntax_bytes > 0}));
		# The moment in filter_options may have fewer digits in one of the two.
		delete $_->{'filter_options $.datetime_range.max'} foreach \%paths, $audit;
		is_deeply(\%paths, $audit, "all paths of $layout, whatever their names");
	}
};

# The viewer's own schema, with a validator, in a temporary folder.
subtest 'speedscope' => sub {
	my $npm = "npm install --silent --no-audit --no-fund --ignore-scripts --fetch-retries=0 --fetch-timeout=30000"
	  . " --cache $folder/cache --prefix $folder speedscope\@1 ajv\@8";
	plan skip_all => 'node and npm are not here, which the schema of speedscope and its validator come with'
	  if system("node --version >$folder/npm.log 2>&1 && npm --version >>$folder/npm.log 2>&1") != 0;
	plan skip_all => 'the npm registry, which has the schema of speedscope and its validator, is not reached'
	  if system("cd $folder && $npm >>$folder/npm.log 2>&1") != 0;
	write_file('validate.js', <<'END');
const fs = require("fs");
const Ajv = require("ajv");
const schema = JSON.parse(fs.readFileSync(require.resolve("speedscope/dist/release/file-format-schema.json")));
const validate = new Ajv({strict: false}).compile(schema);
const value = JSON.parse(fs.readFileSync(process.argv[2]));
const tell = () => console.log(validate(value) ? "valid" : JSON.stringify(validate.errors));
tell();
value.profiles[0].weights[0] = "1";
tell();
END
	my $profile = export("SELECT lbdiag_profile_export('vision', format => 'speedscope', repetitions => 2)", 'profile.json');
	my $audit = export("SELECT lbdiag_audit_export('vision', layout => 'hostile', format => 'speedscope')", 'audit.json');
	export("SELECT lbdiag_profile_export($domain, format => 'speedscope')", 'domain.json');
	foreach my $file ('profile.json', 'audit.json', 'domain.json')
	{
		my ($out, $err) = run_command([ 'node', path('validate.js'), path($file) ]);
		is($err, '', "the validator runs over $file");
		like($out, qr/^valid\n(?!valid)/, 'which is valid, and would not be with a text for a weight');
	}
	my @names = map { $_->{name} } @{ decode_json($profile)->{shared}{frames} };
	is_deeply([ sort @names ], [ sort keys %functions ], 'its frames are the functions');
	my %names = map { $_->{name} => 1 } @{ decode_json($audit)->{shared}{frames} };
	is_deeply([ grep { !$names{ '.' . JSON::PP->new->allow_nonref->encode($_) } } grep { !/[^ -~]/ } @hostile ], [], 'and names are whole');
};

# The report as a file, by the documented command.
my $report = path('report.txt');
$node->command_ok([ 'psql', '-X', '-At', '-v', 'ON_ERROR_STOP=1', '-o', $report,
		'-c', "SELECT lbdiag_profile_report('vision', top => 30, repetitions => 3)", 'postgres' ], 'a report in a file');
my $text = slurp_file($report);
is_deeply([ $text =~ /^(===.*)$/mg ], [
		'=== PROFILING get_ag_grid_context() ===', '=== TOP 30 FUNCTIONS BY CUMULATIVE TIME ===',
		'=== CONTEXT DATA ===', '=== NEXT STEPS ===', '=== ENVIRONMENT CHECK ===' ], 'with its sections');
my ($top) = $text =~ /^=== TOP 30.*?\n(.*?)^=== CONTEXT/ms;
is(scalar(() = $top =~ /^ +\d+( +\d+\.\d{3}){4}  \w+\.c:\d+\(\w+\)$/mg), 30, '30 functions');
like($text, qr/^  Payload: vision, viewer: public, repetitions: 3$/m, 'what it is of');
like($text, qr/=== NEXT STEPS ===\n  The bottleneck is (query|detoast|serialization|many small calls|compression): [\d.]+ % of the builder's time/,
	'and the bottleneck');
# The same formats of a call tree of statements, with names that separate
# something in one of them.
subtest 'statements' => sub {
	my $name = "we;ird\n(2) fn=x: 7\t\\\x{fc}\x{1F600} 5";
	my $table = sql_literal($name);
	my $length = length $name;
	$node->safe_psql('postgres', qq{
		DO \$\$ BEGIN EXECUTE format('CREATE TABLE %I AS SELECT 1 AS x', $table); END \$\$;
		CREATE FUNCTION hostile() RETURNS bigint LANGUAGE plpgsql AS \$\$
		BEGIN
			RETURN (SELECT sum(t.x) FROM unnest(ARRAY[1, 2]) AS t (x));
		END \$\$});
	my $statement = qq{format('SELECT hostile(), sum(x) FROM %I', $table)};
	my %rows = rows(qq{SELECT kind || ncalls, count(*) FROM lbdiag_profile_sql($statement) GROUP BY 1});
	is_deeply($rows{function1}, [1], 'it runs');

	export("SELECT lbdiag_profile_sql_export($statement, 'pstats')", 'base64');
	my ($out, $err) = run_command([ 'python3', path('read.py'), path('base64'), path('prof') ]);
	is($err, '', 'python reads it');
	my $stats = decode_json((split /\n/, $out)[0]);
	my ($long) = grep { /^SELECT hostile/ } keys %{ $stats->{functions} };
	my $decoded = $name;
	like($long, qr/\Q$decoded\E/, 'with the whole name');
	is($stats->{functions}{'public.hostile():3 RETURN'}[0], 'public.hostile():3', 'file and line are the function and its line');

	my $text = export("SELECT lbdiag_profile_sql_export($statement, 'callgrind')", 'callgrind.out');
	my ($summary) = $text =~ /^summary: (\d+)$/m;
	($out, $err) = run_command([ 'callgrind_annotate', '--auto=no', '--threshold=100', path('callgrind.out') ]);
	is($err, '', 'callgrind_annotate has nothing to say against it');
	is(number($out =~ /^ *([\d,]+) .*PROGRAM TOTALS$/m), $summary, 'the total is the summary');

	my %stacks = folded(export("SELECT lbdiag_profile_sql_export($statement)", 'folded'));
	my ($stack) = grep { /RETURN/ } keys %stacks;
	is(unescape((split /;/, $stack)[0]), '(profile)', 'stacks begin with the root');
	my $scope = decode_json(export("SELECT lbdiag_profile_sql_export($statement, 'speedscope')", 'speedscope'));
	is((grep { $_->{name} =~ /\Q$decoded\E/ } @{ $scope->{shared}{frames} }) > 1, 1, 'speedscope has the name');
};

$node->stop;

# A production server has none of it.
my $production = PostgreSQL::Test::Cluster->new('prod');
$production->init;
$production->append_conf('postgresql.conf', 'fsync = off');
$production->start;
$production->safe_psql('postgres', 'CREATE EXTENSION lbdiag; SELECT * FROM lbdiag_create_demo(models => 3, benchmarks => 3)');
is($production->safe_psql('postgres', 'SHOW cluster_name'), 'prod', 'a production server');
foreach my $call ('lbdiag_profile()', 'lbdiag_profile_calls()', 'lbdiag_profile_queries()',
	(map { "lbdiag_profile_export(format => '$_')" } 'folded', 'speedscope', 'callgrind', 'pstats'),
	'lbdiag_audit_export()', 'lbdiag_profile_report()')
{
	my ($status, $out, $err) = $production->psql('postgres', "SELECT * FROM $call");
	like($err, qr/ERROR:  cannot profile against production database\n/, "refuses $call");
}
$production->stop;
done_testing();

sub path { return "$folder/$_[0]" }

sub write_file
{
	my ($name, $text) = @_;
	open my $file, '>', path($name) or die $!;
	print $file $text;
	close $file or die $!;
}

# A query's only value as a file, as psql writes it.
sub export
{
	my ($query, $name) = @_;
	$node->command_ok([ 'psql', '-X', '-At', '-v', 'ON_ERROR_STOP=1', '-o', path($name), '-c', $query, 'postgres' ], "export $name");
	return slurp_file(path($name));
}

# A query's rows by their first column.
sub rows
{
	my ($query) = @_;
	return map { my ($key, @row) = split /\|/; ($key => [@row]) } split /\n/, $node->safe_psql('postgres', $query);
}

# Folded stacks, as flamegraph.pl reads them: the weight behind the last
# white space of a line, semicolons between the frames.
sub folded
{
	my ($text) = @_;
	my @lines = split /\n/, $text =~ s/\n+\z//r, -1;
	my @bad = grep { !/^(.*)\s+?(\d+(?:\.\d*)?)$/ } @lines;
	is("@bad", '', 'every line is a stack and a weight');
	my %stacks = map { /^(.*)\s+?(\d+(?:\.\d*)?)$/ ? ($1 => $2) : () } @lines;
	is(scalar keys %stacks, scalar @lines, 'no stack stands twice');
	return %stacks;
}

sub unescape
{
	my ($name) = @_;
	my %plain = ('\\' => '\\', n => "\n", r => "\r", t => "\t", x3b => ';');
	return $name =~ s/\\(\\|n|r|t|x3b)/$plain{$1}/gr;
}

sub number { return $_[0] =~ tr/,//dr }

sub differ { return abs($_[0] - $_[1]) > 1e-9 }

sub sql_literal
{
	my ($text) = @_;
	utf8::encode($text);
	return q{E'} . $text =~ s/([\\'])/$1$1/gr . q{'};
}
