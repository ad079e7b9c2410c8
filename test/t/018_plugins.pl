# Profiles beside other plugins of PL/pgSQL, in every order of loading them
# and of beginning and ending profiles and traces: all of them see what they
# would see alone.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off");
$node->start;
my %plugins = (check => 'plpgsql_check', profiler => 'plprofiler');
my $available = $node->safe_psql('postgres', q{SELECT string_agg(name, ' ') FROM pg_available_extensions WHERE name IN ('plpgsql_check', 'plprofiler')});
foreach my $name (keys %plugins)
{
	next if $available =~ /$plugins{$name}/;
	note("$plugins{$name} is not installed");
	delete $plugins{$name};
}
plan skip_all => 'no other plugin of PL/pgSQL is installed' unless %plugins;

$node->safe_psql('postgres', 'CREATE EXTENSION lbdiag; ' . join(' ', map { "CREATE EXTENSION $_;" } values %plugins) . q{
	CREATE FUNCTION three() RETURNS int LANGUAGE plpgsql AS $$
	DECLARE
		result int := 1;
	BEGIN
		result := result + 1;
		BEGIN
			PERFORM 1 / (result - 2);
		EXCEPTION WHEN division_by_zero THEN
			result := result + 1;
		END;
		RETURN result;
	END $$});

# What a step is without lbdiag, and with it.  A step of a capital letter loads
# a plugin, within a profile for a small one.
my $lines = q{SELECT 'lines ' || string_agg(concat_ws(' ', function, ncalls), ', ' ORDER BY node) FROM lbdiag_profile_sql_tree('SELECT three()') WHERE kind = 'line'};
my %steps = (
	w => [ 'SELECT three()', $lines ],
	s => [ '', 'SELECT lbdiag_trace_start()' ],
	e => [ '', q{SELECT 'trace ' || (count(*) > 0) FROM lbdiag_trace_stop()} ],
	f => [ 'SELECT three()', q{SELECT 'result ' || three()} ]);
my %load = (
	C => q{LOAD 'plpgsql_check'; SET plpgsql_check.profiler = on},
	P => q{LOAD 'plprofiler'; SELECT pl_profiler_set_enabled_local(true)});
foreach my $plugin (keys %load)
{
	$steps{$plugin} = [ ($load{$plugin}) x 2 ];
	$steps{lc $plugin} = [ $load{$plugin}, "SELECT count(*) > 0 FROM lbdiag_profile_sql(\$\$$load{$plugin}\$\$, rollback => false)" ];
}

# What the others have counted.
my %counts = (
	C => q{SELECT 'counted ' || coalesce(sum(exec_stmts), 0) FROM plpgsql_profiler_function_statements_tb('three()')},
	P => q{SELECT 'counted ' || coalesce(sum(exec_count), 0) FROM pl_profiler_linestats_local()});

sub session
{
	my ($order, $with) = @_;
	my $script = join(";\n", map { $steps{$_}[$with] } split //, $order);
	$script .= ";\n$counts{$_}" foreach grep { $order =~ /$_/i } sort keys %counts;
	$node->psql('postgres', $script, stdout => \my $out, stderr => \my $err, on_error_stop => 0);
	return ($out, $err);
}

# With one, and with two; with a profile before, after, between.
my @loads = grep { ($plugins{check} || !/c/i) && ($plugins{profiler} || !/p/i) } qw(C c P p CP cP Cp cp PC Pc pC pc);
my @orders;
foreach my $load (@loads)
{
	my ($first, $second) = (split(//, $load), '');
	push @orders, map { $_ . 'fwfsfew' } "$first$second", "w$first$second", "${first}w$second", "w${first}w$second";
	# What is in a trace cannot be profiled.
	push @orders, map { $_ . 'fwfsfew' } "sf${first}f${second}fe", "s${first}fe${second}fsfe", "w${first}sf${second}fe" if $load eq uc $load;
}

my @wrong;
foreach my $order (@orders)
{
	my ($out, $err) = session($order, 0);
	my ($out_with, $err_with) = session($order, 1);
	my $counted = join(' ', $out =~ /^(counted .*)$/mg);
	my $counted_with = join(' ', $out_with =~ /^(counted .*)$/mg);
	my @results = $out_with =~ /^result (.*)$/mg;
	my @lines = $out_with =~ /^lines (.*)$/mg;
	push @wrong, "$order: $err_with" if $err_with ne '';
	push @wrong, "$order: the others counted $counted_with, and $counted without lbdiag" if $counted ne $counted_with || $counted eq '';
	push @wrong, "$order: results @results" if grep { $_ ne '3' } @results;
	push @wrong, "$order: lines " . join(' / ', @lines) if grep { $_ ne 'public.three():5 assignment 1, public.three():7 PERFORM 1, public.three():9 assignment 1, public.three():11 RETURN 1' } @lines or @lines < 2;
}
is(join("\n", @wrong), '', scalar(@orders) . ' orders of loading and profiling');
cmp_ok(scalar(@orders), '>=', 12, 'there were some');

# A plugin that takes the place of ours while a trace is taken: the trace has no
# lines from then on, and the next one has.
SKIP:
{
	skip 'plprofiler is not installed', 1 unless $plugins{profiler};
	my $trace = q{SELECT 'trace ' || count(*) FROM lbdiag_trace_stop() WHERE kind = 'line' AND ncalls > 0};
	my $out = $node->safe_psql('postgres', "SELECT lbdiag_trace_start(); LOAD 'plprofiler'; SELECT three(); $trace; SELECT lbdiag_trace_start(); SELECT three(); $trace");
	is(join(' ', $out =~ /^trace (\d)$/mg), '0 4', 'replaced by another');
}

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|was terminated by signal/, 'no crash');
$node->stop;
done_testing();
