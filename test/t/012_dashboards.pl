# The dashboards' queries: scraped by the real exporter, and run as Grafana
# would run them, by a member of pg_monitor.
use strict;
use warnings;

use Cwd;
use File::Basename;
use HTTP::Tiny;
use JSON::PP;
use POSIX qw(strftime);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dashboards = dirname(__FILE__) . '/../../dashboards';
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION lbdiag;
	SELECT * FROM lbdiag_create_demo(models => 20, benchmarks => 20);
	CREATE ROLE watcher LOGIN IN ROLE pg_monitor;
	INSERT INTO lbdiag_target (payload, phase, metric, target) VALUES ('vision', '1', 'bytes', 1);
	INSERT INTO _lbdiag_scheduled (payload, schedule, job, failures) VALUES ('vision', '0 3 * * *', 1, 2)});
$node->safe_psql('postgres', 'SELECT lbdiag_record()');
$node->safe_psql('postgres', q{UPDATE _lbdiag_run SET at = at - interval '1 day'});
$node->safe_psql('postgres', 'SELECT lbdiag_record(application_ms => 1234)');

# Grafana: variables and macros are filled in as its PostgreSQL data source does.
my $grafana = decode_json(slurp_file("$dashboards/grafana.json"));
my @variables = @{ $grafana->{templating}{list} };
my %variable = (payload => 'vision', viewer => 'public', layout => 'documented', phase => '1');
sub filled
{
	my ($sql) = @_;
	my ($from, $to) = map { strftime('%Y-%m-%dT%H:%M:%SZ', gmtime($_)) } time() - 30 * 86400, time() + 1;
	$sql =~ s/\$__timeFilter\(([\w.]+)\)/$1 BETWEEN '$from' AND '$to'/g;
	$sql =~ s/\$\{(\w+):sqlstring\}/exists $variable{$1} ? "'$variable{$1}'" : $&/ge;
	die "left over: $sql" if $sql =~ /\$/;
	return $sql;
}
sub watch
{
	my ($sql, @options) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', 'watcher', @options ]);
	diag $err if $status;
	return split /\n/, $out;
}
is(join(' ', sort keys %variable), join(' ', sort map { $_->{name} } grep { $_->{type} eq 'query' } @variables), 'variables of the dashboard');
foreach my $variable (grep { $_->{type} eq 'query' } @variables)
{
	my ($first) = watch(filled($variable->{query}));
	is($first, $variable{ $variable->{name} }, "variable $variable->{name}");
}

# Every panel says what it shows and in which unit, has a place of its own, and
# asks the data source that was chosen.
my @panels = @{ $grafana->{panels} };
cmp_ok(scalar @panels, '>=', 10, 'the dashboard has panels');
my (%id, %taken, @wrong);
foreach my $panel (@panels)
{
	my ($x, $y, $w, $h) = @{ $panel->{gridPos} }{qw(x y w h)};
	push @wrong, "$panel->{title}: id" if $id{ $panel->{id} }++;
	push @wrong, "$panel->{title}: outside" if $x < 0 || $w < 1 || $h < 3 || $x + $w > 24;
	push @wrong, "$panel->{title}: overlaps" if grep { $_ } map { my $row = $_; map { $taken{"$_ $row"}++ } $x .. $x + $w - 1 } $y .. $y + $h - 1;
	push @wrong, "a panel without a title or a description" if grep { !length($panel->{$_} // '') } qw(title description);
	push @wrong, "$panel->{title}: no unit" if $panel->{type} ne 'table' && !$panel->{fieldConfig}{defaults}{unit};
	push @wrong, "$panel->{title}: no data source" if grep { $_->{datasource}{uid} ne '${datasource}' } $panel, @{ $panel->{targets} };
}
my $rows = 1 + (sort { $b <=> $a } map { (split / /)[1] } keys %taken)[0];
is("@wrong", '', 'panels have titles, descriptions, units, places and a data source');
is(scalar keys %taken, 24 * $rows, 'and leave no hole');

# Every query gives rows, with the columns that the panel's type and its
# overrides need.
my $number = qr/^(?:bigint|integer|numeric|double precision)$/;
foreach my $panel (@panels)
{
	foreach my $target (@{ $panel->{targets} })
	{
		my $sql = filled($target->{rawSql});
		my @names;
		my %type;
		foreach (watch("$sql \\gdesc"))
		{
			my ($name, $type) = split /\|/;
			push @names, $name;
			$type{$name} = $type;
		}
		my @numbers = grep { $type{$_} =~ $number } @names;
		cmp_ok(scalar(watch($sql)), '>', 0, "panel $panel->{title}");
		my @absent = grep { !exists $type{$_} } map { $_->{matcher}{options} } @{ $panel->{fieldConfig}{overrides} };
		is("@absent", '', 'and its columns');
		if ($panel->{type} eq 'timeseries')
		{
			my @others = grep { $_ ne 'time' && $type{$_} !~ $number } @names;
			ok($target->{format} eq 'time_series' && $type{time} eq 'timestamp with time zone' && @numbers
				&& ("@others" eq '' || "@others" eq 'metric' && $type{metric} eq 'text' && @names == 3), 'of a time series');
		}
		else
		{
			is($target->{format}, 'table', 'as a table');
		}
		is(scalar @numbers, 1, 'one number') if $panel->{type} eq 'stat';
	}
}

# From here on the latest run was given no time of the application.
$node->safe_psql('postgres', 'SELECT lbdiag_record()');

# Alerts in SQL.
my $alerts = slurp_file("$dashboards/alerts.sql");
sub alerts
{
	my ($change) = @_;
	return join ' ', map { (split /\|/)[0] } split /\n/, $node->safe_psql('postgres', "BEGIN; $change; SET LOCAL ROLE watcher; $alerts; ROLLBACK");
}
my $well = q{UPDATE _lbdiag_scheduled SET failures = 0; DELETE FROM lbdiag_target WHERE NOT built_in};
is(alerts(''), 'recording fails target is missed', 'alerts: a failure and a missed target');
is(alerts($well), '', 'none where all is well, before the first run');
is(alerts("$well; UPDATE _lbdiag_scheduled SET scheduled_at = now() - interval '30 days', last_success = now() - interval '25 hours'"), '',
	'nor while the next run may be at work');
is(alerts("$well; UPDATE _lbdiag_scheduled SET scheduled_at = now() - interval '30 days', last_success = now() - interval '27 hours'"), 'recording is overdue', 'a run that is overdue');
is(alerts("$well; UPDATE _lbdiag_scheduled SET scheduled_at = now() - interval '27 hours'"), 'recording is overdue', 'and a first one');
my $missed = "UPDATE _lbdiag_scheduled SET failures = 2, last_sqlstate = 'LB001', last_error = 'targets are missed'";
is(alerts("$well; $missed, phase = '2'"), 'target is missed', 'a job whose run misses a target has recorded');
is(alerts("$well; $missed, phase = '1'"), '', 'of phase 1 the targets themselves tell');
is(alerts("UPDATE _lbdiag_scheduled SET failures = 0; UPDATE _lbdiag_run SET at = now() - interval '9 days'"), '', 'what is no longer recorded has no targets');

# Those of Prometheus are of metrics that there are.
my %known;
my $group;
foreach (split /\n/, slurp_file("$dashboards/prometheus.yml"))
{
	$group = $1 if /^(\w+):/;
	$known{"$group\_$1"} = 1 if /^    - (\w+):/;
}
my @used = slurp_file("$dashboards/alerts.yml") =~ /expr: (lbdiag_\w+)/g;
is(scalar(@used), 3, 'rules for Prometheus');
is(join(' ', grep { !$known{$_} } @used), '', 'of metrics that there are');
# The alerts that Prometheus raises, with the configuration of the documentation
# and the exporter at a port; and the health of its rules.
sub watched_by_prometheus
{
	my ($exporter_port) = @_;
	my $folder = "$PostgreSQL::Test::Utils::tmp_check/prometheus";
	my $log = "$PostgreSQL::Test::Utils::tmp_check/log/prometheus.log";
	my ($config) = slurp_file(dirname(__FILE__) . '/../../doc/history.md') =~ /```yaml\n(scrape_configs:.*?)```/s;
	my $rules = Cwd::abs_path("$dashboards/alerts.yml");
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	$config =~ s/localhost:9187/127.0.0.1:$exporter_port/ or die "no address of the exporter in $config";
	$config =~ s{/usr/share/doc/\S+/alerts\.yml}{$rules} or die "no rules in $config";
	mkdir $folder or die "$folder: $!";
	append_to_file("$folder/prometheus.yml", "global: {scrape_interval: 3s, evaluation_interval: 1s}\n$config");
	my $process = IPC::Run::start([ '/usr/bin/prometheus', "--config.file=$folder/prometheus.yml", "--storage.tsdb.path=$folder/data",
		"--web.listen-address=127.0.0.1:$port" ], '>', $log, '2>&1');
	my $get = sub {
		my $answer = HTTP::Tiny->new(timeout => 10)->get("http://127.0.0.1:$port/api/v1/$_[0]");
		return $answer->{success} ? decode_json($answer->{content})->{data} : {};
	};
	my $found = '';
	foreach (1 .. 300)
	{
		$found = join ' ', sort map { $_->{labels}{alertname} } @{ $get->('alerts')->{alerts} // [] };
		last if $found =~ / /;
		select undef, undef, undef, 0.2;
	}
	my $health = join ' ', map { $_->{health} } map { @{ $_->{rules} } } @{ $get->('rules')->{groups} // [] };
	$process->kill_kill;
	diag slurp_file($log) if $found eq '';
	return ($found, $health);
}

SKIP:
{
	skip 'promtool is not installed', 2 unless -x '/usr/bin/promtool';
	command_ok([ 'promtool', 'check', 'rules', "$dashboards/alerts.yml" ], 'promtool takes them');
	command_ok([ 'promtool', 'test', 'rules', dirname(__FILE__) . '/../data/alerts_test.yml' ], 'and they fire when they should');
}

SKIP:
{
	my $exporter = '/usr/bin/prometheus-postgres-exporter';
	skip 'prometheus-postgres-exporter is not installed', 9 unless -x $exporter;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $log = "$PostgreSQL::Test::Utils::tmp_check/log/exporter.log";
	local $ENV{DATA_SOURCE_NAME} = 'user=watcher dbname=postgres sslmode=disable host=' . $node->host . ' port=' . $node->port;
	my $process = IPC::Run::start([ $exporter, "--web.listen-address=127.0.0.1:$port", '--disable-default-metrics',
		'--disable-settings-metrics', "--extend.query-path=$dashboards/prometheus.yml" ], '>', $log, '2>&1');
	my ($answer, $metrics) = ('', '');
	foreach (1 .. 100)
	{
		$answer = HTTP::Tiny->new(timeout => 10)->get("http://127.0.0.1:$port/metrics");
		last if $answer->{success};
		select undef, undef, undef, 0.1;
	}
	SKIP:
	{
		skip 'prometheus is not installed', 2 unless -x '/usr/bin/prometheus';
		# What fails in there must not leave the exporter behind.
		my ($found, $health) = eval { watched_by_prometheus($port) };
		diag $@ if $@;
		is($found, 'LbdiagRecordingFails LbdiagTargetMissed', 'Prometheus finds what is wrong');
		is($health, 'ok ok ok', 'and has no trouble with the rules');
	}
	$node->safe_psql('postgres', q{UPDATE _lbdiag_run SET at = now() - interval '9 days'});
	my $later = HTTP::Tiny->new(timeout => 10)->get("http://127.0.0.1:$port/metrics");
	$process->kill_kill;
	ok($later->{success} && $later->{content} !~ /^lbdiag_(payload|component|target)_/m, 'series that are no longer recorded end');
	ok($answer->{success}, 'the exporter is scraped') or diag slurp_file($log);
	$metrics = $answer->{content};
	my $scraped = sub {
		my ($name, %label) = @_;
		my @values;
		foreach (split /\n/, $metrics)
		{
			next unless /^$name\{(.*)\} (\S+)$/;
			my ($labels, $value) = ($1, $2);
			push @values, $value unless grep { $labels !~ /\b$_="\Q$label{$_}\E"/ } keys %label;
		}
		return @values;
	};
	my ($bytes) = $scraped->('lbdiag_payload_bytes', payload => 'vision', viewer => 'public', layout => 'documented');
	cmp_ok($bytes // 0, '==', $node->safe_psql('postgres', 'SELECT bytes FROM lbdiag_latest'), 'bytes of the payload');
	my $sum = 0;
	$sum += $_ foreach $scraped->('lbdiag_component_bytes', payload => 'vision');
	cmp_ok($sum, '==', $bytes, 'those of the components are as many');
	is(join(' ', map { $scraped->('lbdiag_target_met', phase => '1', metric => $_) } qw(bytes query_time)), '0 1', 'a target that is missed, and one that is met');
	like(join(' ', $scraped->('lbdiag_schedule_failures', payload => 'vision'), $scraped->('lbdiag_schedule_age_seconds', payload => 'vision')), qr/^2 \d+$/, 'the schedule');
	# All metrics of the file are there.
	my @metrics;
	my $prefix;
	foreach (split /\n/, slurp_file("$dashboards/prometheus.yml"))
	{
		$prefix = $1 if /^(\w+):/;
		push @metrics, [ $prefix, $1 ] if /^    - (\w+):/;
		pop @metrics if /"LABEL"/;
	}
	is(join(' ', grep { !$scraped->($_) } map { "$_->[0]_$_->[1]" } @metrics), '', 'all ' . @metrics . ' metrics of the file');
}

$node->stop;
done_testing();
