# The dashboards' queries: scraped by the real exporter, and run as Grafana
# would run them, by a member of pg_monitor.
use strict;
use warnings;

use File::Basename;
use HTTP::Tiny;
use JSON::PP;
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
	INSERT INTO lbdiag_target (domain, phase, metric, target) VALUES ('vision', '1', 'bytes', 1);
	INSERT INTO lbdiag_scheduled (domain, schedule, job, failures) VALUES ('vision', '0 3 * * *', 1, 2)});
$node->safe_psql('postgres', 'SELECT lbdiag_record()');
$node->safe_psql('postgres', 'SELECT lbdiag_record()');

# Grafana: every query gives rows, whose columns are those that panels name.
my $grafana = decode_json(slurp_file("$dashboards/grafana.json"));
my %variable = (domain => 'vision', viewer => 'public', layout => 'documented');
sub grafana_rows
{
	my ($sql) = @_;
	$sql =~ s/\$__timeFilter\(([\w.]+)\)/$1 BETWEEN now() - interval '30 days' AND now()/g;
	$sql =~ s/\$\{(\w+):sqlstring\}/'$variable{$1}'/g;
	die "left over: $sql" if $sql =~ /\$/;
	my ($status, $out, $err) = $node->psql('postgres', $sql,
		extra_params => [ '-U', 'watcher', '-P', 'tuples_only=off', '-P', 'footer=off' ]);
	diag $err if $status;
	return split /\n/, $out;
}
my @panels = @{ $grafana->{panels} };
cmp_ok(scalar @panels, '>=', 8, 'the dashboard has panels');
foreach my $panel (@panels)
{
	foreach my $target (@{ $panel->{targets} })
	{
		my ($header, @rows) = grafana_rows($target->{rawSql});
		cmp_ok(scalar @rows, '>', 0, "panel $panel->{title}");
		my %column = map { $_ => 1 } split /\|/, $header;
		my @absent = grep { !$column{$_} } map { $_->{matcher}{options} } @{ $panel->{fieldConfig}{overrides} };
		is("@absent", '', "and its columns");
	}
}
foreach my $variable (grep { $_->{type} eq 'query' } @{ $grafana->{templating}{list} })
{
	my ($header, @rows) = grafana_rows($variable->{query});
	is("@rows", $variable{ $variable->{name} }, "variable $variable->{name}");
}

# Alerts in SQL.
my $alerts = slurp_file("$dashboards/alerts.sql");
sub alerts
{
	my ($change) = @_;
	return join ' ', map { (split /\|/)[0] } split /\n/, $node->safe_psql('postgres', "BEGIN; $change; SET LOCAL ROLE watcher; $alerts; ROLLBACK");
}
my $well = q{UPDATE lbdiag_scheduled SET failures = 0; DELETE FROM lbdiag_target WHERE NOT built_in};
is(alerts(''), 'recording fails target is missed', 'alerts: a failure and a missed target');
is(alerts($well), '', 'none where all is well, before the first run');
is(alerts("$well; UPDATE lbdiag_scheduled SET scheduled_at = now() - interval '30 days', last_success = now() - interval '25 hours'"), '',
	'nor while the next run may be at work');
is(alerts("$well; UPDATE lbdiag_scheduled SET scheduled_at = now() - interval '30 days', last_success = now() - interval '27 hours'"), 'recording is overdue', 'a run that is overdue');
is(alerts("$well; UPDATE lbdiag_scheduled SET scheduled_at = now() - interval '27 hours'"), 'recording is overdue', 'and a first one');
is(alerts("UPDATE lbdiag_scheduled SET failures = 0; UPDATE lbdiag_run SET at = now() - interval '9 days'"), '', 'what is no longer recorded has no targets');

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
SKIP:
{
	skip 'promtool is not installed', 1 unless -x '/usr/bin/promtool';
	command_ok([ 'promtool', 'check', 'rules', "$dashboards/alerts.yml" ], 'promtool takes them');
}

SKIP:
{
	my $exporter = '/usr/bin/prometheus-postgres-exporter';
	skip 'prometheus-postgres-exporter is not installed', 7 unless -x $exporter;
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
	$node->safe_psql('postgres', q{UPDATE lbdiag_run SET at = now() - interval '9 days'});
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
	my ($bytes) = $scraped->('lbdiag_payload_bytes', domain => 'vision', viewer => 'public', layout => 'documented');
	cmp_ok($bytes // 0, '==', $node->safe_psql('postgres', 'SELECT bytes FROM lbdiag_latest'), 'bytes of the payload');
	my $sum = 0;
	$sum += $_ foreach $scraped->('lbdiag_component_bytes', domain => 'vision');
	cmp_ok($sum, '==', $bytes, 'those of the components are as many');
	is(join(' ', map { $scraped->('lbdiag_target_met', phase => '1', metric => $_) } qw(bytes query_time)), '0 1', 'a target that is missed, and one that is met');
	like(join(' ', $scraped->('lbdiag_schedule_failures', domain => 'vision'), $scraped->('lbdiag_schedule_age_seconds', domain => 'vision')), qr/^2 \d+$/, 'the schedule');
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
