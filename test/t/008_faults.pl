# Cancel, timeouts, lack of memory and of disk, errors halfway: each ends
# with one error, and leaves nothing behind.
#
# LBDIAG_CANCELS is how many statements are cancelled, 150 where it is not set.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $cancels = $ENV{LBDIAG_CANCELS} || 150;
srand(42);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\njit = off\nrestart_after_crash = off\nlog_temp_files = 0");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION lbdiag; SELECT * FROM lbdiag_create_demo(models => 150, benchmarks => 80)');

# A session, and what it is asked, to whose end it waits.
sub start_session
{
	my $session = { in => '', out => '', err => '', number => 0 };
	$session->{psql} = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-v', 'VERBOSITY=verbose', $node->connstr('postgres') ],
		'<', \$session->{in}, '>', \$session->{out}, '2>', \$session->{err});
	$session->{pid} = ask($session, 'SELECT pg_backend_pid();');
	return $session;
}

sub send_statement
{
	my ($session, $statement) = @_;
	$session->{number}++;
	$session->{out} = $session->{err} = '';
	$session->{in} .= "$statement\n\\echo done $session->{number}\n\\warn done $session->{number}\n";
	IPC::Run::pump_nb($session->{psql});
}

# Whether the answer is there.
sub poll_answer
{
	my ($session) = @_;
	IPC::Run::pump_nb($session->{psql});
	my $done = qr/^done $session->{number}\n/m;
	return $session->{out} =~ $done && $session->{err} =~ $done;
}

sub wait_answer
{
	my ($session) = @_;
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	until (poll_answer($session))
	{
		die "no answer: $session->{out}$session->{err}" if time > $end;
		sleep 0.0005;
	}
	(my $answer = $session->{out} . $session->{err}) =~ s/^done \d+\n//mg;
	chomp $answer;
	return $answer;
}

sub ask
{
	my ($session, $statement) = @_;
	send_statement($session, $statement);
	return wait_answer($session);
}

# The time that a process has had on a processor, in ms: unlike the clock it
# does not depend on what else runs.
sub processor_time
{
	my ($pid) = @_;
	open my $file, '<', "/proc/$pid/schedstat" or return;
	my ($ns) = split ' ', <$file>;
	return $ns / 1e6;
}

# Runs a statement and cancels it after so many seconds, if it still runs.
# Returns what it said, and the ms that it took to stop.
sub ask_cancelled
{
	my ($session, $statement, $delay) = @_;
	my ($idle, $start) = (processor_time($session->{pid}), time);
	send_statement($session, $statement);
	while (time < $start + $delay)
	{
		return wait_answer($session) if poll_answer($session);
		sleep 0.0005;
	}
	# What comes before the server has begun cancels nothing.
	while (defined $idle && processor_time($session->{pid}) < $idle + 0.2)
	{
		return wait_answer($session) if poll_answer($session);
		sleep 0.0002;
	}
	my ($used, $clock) = (processor_time($session->{pid}), time);
	kill 'INT', $session->{pid};
	my $answer = wait_answer($session);
	return ($answer, defined $used ? processor_time($session->{pid}) - $used : undef, 1000 * (time - $clock));
}

# Statements and what they tell, the same each time.  The moment in
# filter_options varies, and so do times.
my $row_data = q{SELECT md5(string_agg(r::text, ' ')) FROM (SELECT lbdiag_row_data() AS r) AS x;};
my @statements = (
	[ audit => q{SELECT md5(string_agg(a::text, ' ' ORDER BY component, path)) FROM (SELECT component, path, bytes, distinct_values FROM lbdiag_audit()) AS a;} ],
	[ context => q{SELECT md5(string_agg(content::text, ' ' ORDER BY component)) FROM lbdiag_context(layout => 'brainscore_2026_02') WHERE component <> 'filter_options';} ],
	[ profile => q{SELECT string_agg(format('%s %s', function, ncalls), ' ' ORDER BY function) FROM lbdiag_profile(top => 1000);} ],
	[ whatif => q{SELECT string_agg(format('%s %s %s', component, bytes_before, bytes_after), ' ' ORDER BY component)
		FROM lbdiag_whatif(changes => '{"drop_paths": ["row_data:$[*].*.error"], "columnar": true}');} ],
	[ opportunities => q{SELECT string_agg(format('%s %s', action, bytes_saved), ' ' ORDER BY action) FROM lbdiag_opportunities() WHERE bytes_saved > 0;} ],
	[ record => q{SELECT lbdiag_record() IS NOT NULL;} ],
	[ plans => q{SELECT string_agg(query || (plan ~ 'actual time'), ' ' ORDER BY query) FROM lbdiag_profile_queries() WHERE plan IS NOT NULL;} ],
	[ report => q{SELECT count(*) FROM lbdiag_audit_report() AS l (line) WHERE line = '=== SUMMARY ===';} ],
	[ cursor => q{FETCH ALL FROM rows;}, q{DECLARE rows CURSOR FOR SELECT lbdiag_row_data();} ]);

my $session = start_session();
my (%expected, %duration);
foreach (@statements)
{
	my ($name, $statement, $setup) = @$_;
	ask($session, "BEGIN; " . ($setup || ''));
	$expected{$name} = ask($session, $statement);
	ask($session, 'ROLLBACK; BEGIN; ' . ($setup || ''));
	my $start = time;
	ask($session, $statement);
	$duration{$name} = time - $start;
	ask($session, 'ROLLBACK;');
	unlike($expected{$name}, qr/ERROR|^$/, "$name works");
}
my $rows = ask($session, $row_data);

# Cancel and timeout at random moments.  What a call needs once, such as the
# caches of the catalogs, is there after a first part of the rounds.
my (%cancelled, $wrong, $early_memory);
my ($slowest, $slowest_name, $slowest_clock, $wrong_after) = (0, '', 0, 0);
my $memory = 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts;';
my $contexts = q{SELECT name, sum(total_bytes) FROM pg_backend_memory_contexts GROUP BY 1 ORDER BY 2 DESC LIMIT 5;};
my $early_contexts;
my $log_start = -s $node->logfile;
foreach my $round (1 .. $cancels)
{
	my ($name, $statement, $setup) = @{ $statements[$round % @statements] };
	my $moment = rand(1.05) * $duration{$name};
	my $timeout = $round % 3 == 0;
	my $savepoint = $round % 3 == 1;
	my $transaction = $timeout || $savepoint || $setup;
	my ($answer, $used, $clock);

	ask($session, 'SET work_mem = ' . ($round % 2 ? "'64kB'" : "'4MB'") . ';');
	ask($session, 'BEGIN; ' . ($setup || '')) if $transaction;
	ask($session, 'SAVEPOINT s;') if $savepoint;
	if ($timeout)
	{
		ask($session, 'SET LOCAL statement_timeout = ' . (2 + int(1000 * $moment)) . ';');
		$answer = ask($session, $statement);
	}
	else
	{
		($answer, $used, $clock) = ask_cancelled($session, $statement, $moment);
		($slowest, $slowest_name) = ($used, $name) if defined $used && $used > $slowest;
		$slowest_clock = $clock if defined $clock && $clock > $slowest_clock;
	}
	if ($answer =~ /ERROR/)
	{
		$cancelled{$name}++ if $answer =~ /\bERROR:  57014: canceling statement due to (user request|statement timeout)/;
		$wrong = $answer unless $answer =~ /ERROR:  57014:/ && 1 == (() = $answer =~ /ERROR/g);
	}
	elsif ($answer ne $expected{$name})
	{
		$wrong = $answer;
	}
	ask($session, 'ROLLBACK TO s;') if $savepoint;
	$wrong_after++ if $savepoint && ask($session, $row_data) ne $rows;
	if ($transaction)
	{
		# A short timeout holds up to the end of the transaction, and can hit
		# what ends it.
		1 while ask($session, 'ROLLBACK;') =~ /ERROR:  57014/;
	}
	$wrong_after++ if ask($session, $row_data) ne $rows;
	$wrong_after++ if $round % 5 == 0 && !$setup && ask($session, $statement) ne $expected{$name};
	next unless $round == int($cancels / 3);
	$early_memory = ask($session, $memory);
	$early_contexts = ask($session, $contexts);
}
my $count = 0;
$count += $_ foreach values %cancelled;
cmp_ok($count, '>', $cancels / 3, "of $cancels statements $count were cancelled");
# The shortest ones can end before the cancel comes, each time.
cmp_ok(scalar(keys %cancelled), '>=', @statements - 2, 'of nearly all kinds: ' . join(' ', sort keys %cancelled));
is($wrong, undef, 'each ended with 57014 or its result');
is($wrong_after, 0, 'the next calls in the same session are right');
SKIP:
{
	skip 'the system does not tell processor times', 1 unless defined processor_time($$);
	cmp_ok($slowest, '<', 100, sprintf('a statement ends within 100 ms of work (%.0f, %s; %.0f by the clock)', $slowest, $slowest_name, $slowest_clock));
}
my $late_memory = ask($session, $memory);
cmp_ok($late_memory, '<', $early_memory + 512 * 1024, "memory does not grow ($early_memory, then $late_memory)");
note("before:\n$early_contexts\nbehind:\n" . ask($session, $contexts));
is(ask($session, q{SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'lbdiag%';}), 0, 'no context of a build is left');
is(ask($session, q{SELECT count(*) FROM pg_cursors;}), 0, 'no cursor');
is(ask($session, q{SELECT (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation::regclass::text ~ 'lbdiag') + (SELECT count(*) FROM pg_stat_activity
	WHERE backend_type = 'client backend' AND pid <> pg_backend_pid());}), 0, 'no lock, no other session');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()'), 0, 'no temporary file');
is($node->safe_psql('postgres', q{SELECT count(*) FROM _lbdiag_run AS r WHERE 3 <> (SELECT count(DISTINCT x.kind) FROM (
	SELECT 1 AS kind FROM _lbdiag_run_component WHERE run = r.id UNION ALL SELECT 2 FROM _lbdiag_run_path WHERE run = r.id
	UNION ALL SELECT 3 FROM _lbdiag_run_function WHERE run = r.id) AS x)}), 0, 'no run is recorded by half');
my $log = slurp_file($node->logfile, $log_start);
unlike($log, qr/WARNING|FATAL|PANIC|TRAP|leak/, 'and the log tells of no leak');
like($log, qr/LOG:  temporary file: path/, 'though temporary files were used');

# A cursor between whose rows other things happen.
ask($session, 'BEGIN; DECLARE kept CURSOR FOR SELECT lbdiag_row_data(); DECLARE half CURSOR FOR SELECT lbdiag_row_data();');
my $fetched = ask($session, 'FETCH 3 FROM kept;');
ask($session, 'FETCH 3 FROM half; CLOSE half;');
like(ask($session, q{SAVEPOINT s; SELECT * FROM lbdiag_audit('nowhere');}), qr/ERROR:  42704/, 'an error between two rows');
ask($session, 'ROLLBACK TO s;');
$fetched .= "\n" . ask($session, 'FETCH 3 FROM kept;');
is(ask($session, $row_data), $rows, 'another call between two rows');
$fetched .= "\n" . ask($session, 'FETCH ALL FROM kept;');
ask($session, 'COMMIT;');
is($fetched, ask($session, 'SELECT lbdiag_row_data();'), 'the rows are those of one call');

# Errors halfway, caught, many times: inside the scopes of a profile, too.
$node->safe_psql('postgres', q{
	CREATE SCHEMA broken;
	CREATE TABLE broken.models AS SELECT * FROM lbdiag_demo.models;
	UPDATE broken.models SET domain = 'broken', scores = jsonb_insert(scores, '{-1}', '7', true) WHERE model_id = 50;
	UPDATE broken.models SET domain = 'broken';
	CREATE TABLE broken.benchmarks AS SELECT * FROM lbdiag_demo.benchmarks;
	UPDATE broken.benchmarks SET domain = 'broken';
	INSERT INTO lbdiag_leaderboard (domain, models, benchmarks, rank_root) VALUES ('broken', 'broken.models', 'broken.benchmarks', 'average_vision')});
my $catch = q{DO $$ DECLARE n int := 0; BEGIN FOR i IN 1 .. 20 LOOP
	BEGIN PERFORM * FROM lbdiag_profile('broken'); EXCEPTION WHEN OTHERS THEN n := n + 1; END;
	BEGIN PERFORM * FROM lbdiag_audit('broken'); EXCEPTION WHEN OTHERS THEN n := n + 1; END;
	BEGIN PERFORM * FROM lbdiag_whatif('broken', changes => '{"columnar": true}'); EXCEPTION WHEN OTHERS THEN n := n + 1; END;
	END LOOP; RAISE NOTICE 'caught %', n; END $$;};
like(ask($session, $catch), qr/caught 60$/m, 'errors halfway are caught');
my $before = ask($session, $memory);
ask($session, $catch) foreach 1 .. 3;
cmp_ok(ask($session, $memory), '<', $before + 256 * 1024, 'and leave no memory behind');
is(ask($session, $statements[2][1]), $expected{profile}, 'a profile behind them is right');
is(ask($session, q{SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'lbdiag%';}), 0, 'no context of a build is left');

# No room for temporary files.
like(ask($session, q{SET work_mem = '64kB'; SET temp_file_limit = '16kB'; } . $statements[3][1]), qr/ERROR:  53400: temporary file size exceeds/, 'too little disk is an error');
ask($session, 'RESET ALL;');
is(ask($session, $statements[3][1]), $expected{whatif}, 'after which there is enough');

# Workers wherever the server can have them.
ask($session, 'SET ' . ($node->pg_version < 16 ? 'force_parallel_mode' : 'debug_parallel_query') . " = $_; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0; ALTER TABLE lbdiag_demo.models SET (parallel_workers = 2);
	ALTER TABLE lbdiag_demo.benchmarks SET (parallel_workers = 2);"),
  is_deeply({ map { $_->[0] => ask($session, $_->[1]) } grep { !$_->[2] } @statements }, { map { $_->[0] => $expected{ $_->[0] } } grep { !$_->[2] } @statements },
	"with parallel query forced ($_) the results are the same")
  foreach 'on', 'regress';
like(ask($session, q{SELECT plan FROM lbdiag_profile_queries() WHERE query = 'models' AND plan IS NOT NULL;}), qr/Workers Launched: [1-9]/, 'and there were workers');
ask($session, 'RESET ALL; DISCARD PLANS; SET max_parallel_workers_per_gather = 0;');

# No memory: the limit of the process is set to little more than it has.
SKIP:
{
	my ($prlimit) = grep { -x } '/usr/bin/prlimit', '/bin/prlimit';
	skip 'there is no prlimit here', 5 unless $prlimit && -r "/proc/$session->{pid}/status";
	skip 'a checker has memory of its own', 5 if $ENV{SERVER_WRAPPER};
	my ($refused, $odd, $after, %message) = (0, undef, 0);
	foreach my $round (1 .. 60)
	{
		my ($name, $statement) = @{ $statements[$round % 6] };
		my $fresh = start_session();
		ask($fresh, q{LOAD 'plpgsql'; SELECT count(*) FROM lbdiag_rules(); SET max_parallel_workers_per_gather = 0;});
		slurp_file("/proc/$fresh->{pid}/status") =~ /^VmSize:\s+(\d+) kB/m or die 'no size';
		my $limit = 1024 * ($1 + int(rand(4 * 1024)));
		system_or_bail($prlimit, '--pid', $fresh->{pid}, "--as=$limit:");
		my $answer = ask($fresh, $statement);
		system_or_bail($prlimit, '--pid', $fresh->{pid}, '--as=unlimited:');
		$refused++, $message{$1}++ if $answer =~ /ERROR:  53200: (.*)/;
		$odd = $answer unless $answer eq $expected{$name} || $answer =~ /ERROR:  53200: /;
		$after++ if ask($fresh, $row_data) ne $rows || ask($fresh, $statement) ne $expected{$name}
			|| ask($fresh, q{SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'lbdiag%';}) ne '0';
		$fresh->{in} .= "\\q\n";
		IPC::Run::finish($fresh->{psql});
	}
	cmp_ok($refused, '>', 10, "without memory statements end with 53200 ($refused of 60)");
	is_deeply([ keys %message ], ['out of memory'], 'that says so');
	is($odd, undef, 'or with their result');
	is($after, 0, 'the next calls in the same session are right, and no context of a build is left');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()'), 0, 'no temporary file');
}
unlike(slurp_file($node->logfile, $log_start), qr/WARNING|PANIC|TRAP|terminated by signal/, 'the server lives, and warns of nothing');
$session->{in} .= "\\q\n";
IPC::Run::finish($session->{psql});
$node->stop;
done_testing();
