# What is around the extension: its schema renamed, overloads and default
# privileges of others, publications, settings and encodings of the database,
# configuration tables that were changed.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nwal_level = logical\nlbdiag.retention = '30d'");
$node->start;

sub fresh_database
{
	my ($name, @options) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name @options");
	return $name;
}

# Functions of the extension, with their arguments, and calls of those that do
# something; %s is the schema.
my $members = q{
	CREATE VIEW public.member AS
	SELECT p.oid, p.proname, p.prokind, n.nspname, pg_get_function_identity_arguments(p.oid) AS arguments
	FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	JOIN pg_proc AS p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass JOIN pg_namespace AS n ON n.oid = p.pronamespace
	WHERE e.extname = 'lbdiag'};
my @calls = (
	q{lbdiag_audit('vision')}, q{lbdiag_audit_detail('vision')}, q{lbdiag_audit_report('vision')}, q{lbdiag_profile('vision')},
	q{lbdiag_profile_calls('vision')}, q{lbdiag_profile_queries('vision')}, q{lbdiag_profile_report('vision')},
	q{lbdiag_profile_export('vision')}, q{lbdiag_audit_export('vision')}, q{lbdiag_context('vision')}, q{lbdiag_row_data('vision')},
	q{lbdiag_opportunities('vision')}, q{lbdiag_whatif('vision')}, q{lbdiag_environment('vision')}, q{lbdiag_targets('vision')},
	q{lbdiag_check('vision', phase => 'loose')}, q{lbdiag_check('vision', phase => 'tight')}, q{lbdiag_check('vision', phase => 'none')}, q{lbdiag_record('vision')},
	q{lbdiag_record('vision')}, q{lbdiag_compare(1, 2)}, q{lbdiag_compare(1, -2)}, q{lbdiag_record_scheduled('vision')}, q{lbdiag_unschedule('nowhere')},
	q{lbdiag_unschedule('vision')}, q{lbdiag_schedule('vision', '0 3 * * *')}, q{lbdiag_prune('0 s')}, q{lbdiag_create_demo('made', 2, 2, 'made')}, q{lbdiag_drop_demo('made')}, q{lbdiag_create_demo('made', 2, 2, 'made')},
	q{lbdiag_audit_query('SELECT 1 AS one')}, q{lbdiag_audit_query_report('SELECT 1 AS one')},
	q{(SELECT 'a view' FROM %1$s.lbdiag_latest_targets) AS v}, q{(SELECT 'a view' FROM %1$s.lbdiag_schedule_status) AS v});

# What a call says, with its first row; every call of a list in one session.
sub outcomes
{
	my ($database, $schema) = @_;
	my $script = '';
	foreach my $call (@calls)
	{
		(my $qualified = $call) =~ s/%1\$s/$schema/g;
		$qualified = "$schema.$call" if $qualified eq $call;
		$script .= "\\echo == $call\nSELECT left(x::text, 40) FROM (SELECT * FROM $qualified) AS x LIMIT 1;\n";
	}
	my ($out, $err);
	$node->psql($database, $script, stdout => \$out, stderr => \$err, on_error_stop => 0);
	return ($out, $err);
}

my $setup = q{
	SELECT * FROM %s.lbdiag_create_demo(models => 5, benchmarks => 5, domain => 'vision');
	INSERT INTO %s.lbdiag_target (phase, metric, target) VALUES ('loose', 'bytes', 1e9), ('tight', 'bytes', 1);
	INSERT INTO %s._lbdiag_scheduled (payload, schedule, job) VALUES ('vision', '0 3 * * *', 1)};

# The schema is renamed, and somebody else creates one of the old name, with
# all that the extension has.
fresh_database('renamed');
$node->safe_psql('renamed', "CREATE SCHEMA home; CREATE EXTENSION lbdiag SCHEMA home; $members;" . ($setup =~ s/%s/home/gr));
my ($out, $err) = outcomes('renamed', 'home');
my %before = (out => $out, err => $err);
$node->safe_psql('renamed', q{
	SELECT home.lbdiag_prune('0 s');
	SELECT setval('home._lbdiag_run_id', 1, false);
	DROP SCHEMA made CASCADE; DELETE FROM home.lbdiag_leaderboard WHERE domain = 'made';
	INSERT INTO home._lbdiag_scheduled (payload, schedule, job) VALUES ('vision', '0 3 * * *', 1) ON CONFLICT DO NOTHING;
	ALTER SCHEMA home RENAME TO elsewhere;
	CREATE SCHEMA home;
	CREATE FUNCTION home.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
	DO $do$
	DECLARE
		object record;
	BEGIN
		FOR object IN SELECT DISTINCT proname FROM member WHERE prokind = 'f' LOOP
			EXECUTE format('CREATE FUNCTION home.%I(VARIADIC "any") RETURNS text LANGUAGE internal AS %L', object.proname, 'pg_num_nulls');
			EXECUTE format('CREATE FUNCTION home.%I(text) RETURNS text LANGUAGE plpgsql AS %L', object.proname, 'BEGIN RAISE ''the trap was sprung''; END');
			EXECUTE format('CREATE FUNCTION home.%I(text, text) RETURNS text LANGUAGE plpgsql AS %L', object.proname, 'BEGIN RAISE ''the trap was sprung''; END');
			EXECUTE format('CREATE FUNCTION home.%I() RETURNS text LANGUAGE plpgsql AS %L', object.proname, 'BEGIN RAISE ''the trap was sprung''; END');
		END LOOP;
		FOR object IN SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'elsewhere'::regnamespace AND c.relkind IN ('r', 'v') LOOP
			EXECUTE format('CREATE TABLE home.%1$I (LIKE elsewhere.%1$I)', object.relname);
			EXECUTE format('CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON home.%I FOR EACH STATEMENT EXECUTE FUNCTION home.trap()', object.relname);
		END LOOP;
	END
	$do$});
($out, $err) = outcomes('renamed', 'elsewhere');
# The messages of errors, without numbers and names of databases.
sub errors
{
	my ($text) = @_;
	return map { s/.*ERROR/ERROR/r =~ s/\d+|database ".*"/N/gr } grep { /ERROR/ } split /\n/, $text;
}

sub comparable
{
	my ($text) = @_;
	# Times, numbers of runs, and where an error comes from.
	$text =~ s/^(psql:|CONTEXT:|PL\/pgSQL|SQL |LINE |\s+\^|QUERY:).*\n?//mg;
	$text =~ s/\d[\d.]*( MB| kB| s| ms|%)?/N/g;
	return $text;
}
unlike($err, qr/the trap was sprung|home/, 'nothing of the schema with the old name is used');
is_deeply([ errors($err) ], [ errors($before{err}) ], 'the same errors as before');
is(scalar(grep { /^==/ } split /\n/, $out), scalar(@calls), 'all calls were made');
is(comparable($out) =~ tr/\n//, comparable($before{out}) =~ tr/\n//, 'and as many of them return something');
is($node->safe_psql('renamed', 'SELECT count(*) FROM home._lbdiag_run'), 0, 'nothing is recorded elsewhere');

# Overloads with a further argument that has a default, of all functions but
# the one that is called.
fresh_database('overloaded');
$node->safe_psql('overloaded', "CREATE SCHEMA home; CREATE EXTENSION lbdiag SCHEMA home; $members;" . ($setup =~ s/%s/home/gr) . q{;
	CREATE ROLE guest; GRANT CREATE, USAGE ON SCHEMA home TO guest;
	CREATE FUNCTION public.overload(name text) RETURNS bigint LANGUAGE plpgsql AS $$
	DECLARE
		object record;
		made bigint := 0;
	BEGIN
		SET LOCAL search_path = home, public;
		FOR object IN
			SELECT m.proname, p.proargtypes, (SELECT string_agg(format('%I.%I', t.typnamespace::regnamespace, t.typname), ', ' ORDER BY a.number)
				FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, number) JOIN pg_type AS t ON t.oid = a.type) AS types
			FROM member AS m JOIN pg_proc AS p USING (oid) WHERE m.prokind = 'f' AND m.proname <> name
		LOOP
			BEGIN
				EXECUTE format('CREATE FUNCTION home.%I(%s further int DEFAULT 1) RETURNS text LANGUAGE sql AS %L', object.proname,
					object.types || ', ', 'SELECT NULL::text');
				made := made + 1;
			EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR invalid_function_definition OR duplicate_function THEN NULL;
			END;
		END LOOP;
		RETURN made;
	END $$;
	GRANT SELECT ON public.member TO guest});
my $script = '';
foreach my $call (grep { !/%1/ } @calls)
{
	my ($name) = $call =~ /^(\w+)/;
	$script .= "BEGIN; SET LOCAL ROLE guest; SELECT 'overloads', public.overload('$name') > 20; RESET ROLE; SELECT left(x::text, 40) FROM (SELECT * FROM home.$call) AS x LIMIT 1; ROLLBACK;\n";
}
$node->psql('overloaded', $script, stdout => \$out, stderr => \$err, on_error_stop => 0);
unlike($err, qr/is not unique|ambiguous/, 'overloads do not make calls ambiguous');
unlike($out, qr/overloads\|f/, 'there were overloads');

# A cursor over the rows has their relations in use, until it is closed.
foreach my $command ('TRUNCATE lbdiag_demo.models', 'DROP TABLE lbdiag_demo.models', 'DROP SCHEMA lbdiag_demo CASCADE', 'ALTER TABLE lbdiag_demo.models DROP COLUMN scores')
{
	my $cursor = "BEGIN; DECLARE c CURSOR FOR SELECT home.lbdiag_row_data('vision'); FETCH 1 FROM c";
	$node->psql('overloaded', "$cursor; $command; ROLLBACK", stdout => \$out, stderr => \$err, on_error_stop => 0);
	like($err, qr/because it is being used by active queries in this session/, "beside a cursor: $command");
	$node->psql('overloaded', "$cursor; CLOSE c; SET LOCAL client_min_messages = error; $command; ROLLBACK", stdout => \$out, stderr => \$err, on_error_stop => 0);
	is($err, '', 'and behind it');
	$node->psql('overloaded', "$cursor; FETCH ALL FROM c; SET LOCAL client_min_messages = error; $command; ROLLBACK", stdout => \$out, stderr => \$err, on_error_stop => 0);
	is($err, '', 'and when all rows are read');
}

# A publication of all tables has deletes, too.
fresh_database('published');
$node->safe_psql('published', 'CREATE EXTENSION lbdiag;' . ($setup =~ s/%s/public/gr) . q{; CREATE PUBLICATION everything FOR ALL TABLES});
is($node->safe_psql('published', q{
	SELECT lbdiag_record('vision') > 0;
	UPDATE _lbdiag_run SET at = now() - interval '31 days';
	SELECT lbdiag_record('vision') > 0;
	SELECT count(*) FROM lbdiag_runs;
	SELECT lbdiag_prune('0 s')}), "t\nt\n1\n1", 'runs are removed where deletes are published');
is($node->safe_psql('published', q{
	WITH removed AS (DELETE FROM lbdiag_target WHERE NOT built_in RETURNING 1) SELECT count(*) FROM removed;
	UPDATE lbdiag_leaderboard SET rank_root = rank_root;
	WITH removed AS (DELETE FROM _lbdiag_scheduled RETURNING 1) SELECT count(*) FROM removed}), "2\n1", 'and so is configuration');

# Default privileges for a role.
fresh_database('privileged');
$node->safe_psql('privileged', q{
	CREATE ROLE by_default;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO by_default, pg_monitor;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO by_default;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO by_default;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON TYPES TO by_default;
	CREATE EXTENSION lbdiag});
$node->safe_psql('published', 'DROP EXTENSION lbdiag CASCADE; DROP PUBLICATION everything; CREATE EXTENSION lbdiag');
my $privileges = q{
	SELECT o.name, CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END, string_agg(a.privilege_type, ' ' ORDER BY 1)
	FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'lbdiag'
	CROSS JOIN LATERAL (
		SELECT c.relname AS name, c.relacl AS acl, c.relowner AS owner FROM pg_class AS c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid
		UNION ALL SELECT p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner FROM pg_proc AS p WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid
		UNION ALL SELECT t.typname, coalesce(t.typacl, acldefault('T', t.typowner)), t.typowner FROM pg_type AS t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid) AS o
	CROSS JOIN LATERAL aclexplode(o.acl) AS a WHERE a.grantee <> o.owner GROUP BY 1, 2 ORDER BY 1, 2};
my $usual = $node->safe_psql('published', $privileges);
isnt($usual, '', 'there are privileges');
is($node->safe_psql('privileged', $privileges), $usual, 'default privileges add none');

# Backslashes in plain strings do not change what is installed.
SKIP:
{
	skip 'standard_conforming_strings is always on from PostgreSQL 19 on', 2 if $node->safe_psql('postgres', 'SHOW server_version_num') >= 190000;
	fresh_database('backslashes');
	$node->safe_psql('backslashes', 'SET standard_conforming_strings = off; SET backslash_quote = off; SET escape_string_warning = on; CREATE EXTENSION lbdiag');
	my $definitions = q{
		SELECT string_agg(md5(pg_get_functiondef(p.oid) || coalesce(obj_description(p.oid, 'pg_proc'), '')) || p.oid::regprocedure, E'\n' ORDER BY p.oid::regprocedure::text)
		FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'lbdiag'
		JOIN pg_proc AS p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass AND p.prokind <> 'a'};
	is($node->safe_psql('backslashes', $definitions), $node->safe_psql('published', $definitions), 'standard_conforming_strings is off');
	$node->safe_psql('backslashes', 'ALTER DATABASE backslashes SET standard_conforming_strings = off');
	$node->safe_psql('backslashes', $setup =~ s/%s/public/gr);
	($out, $err) = outcomes('backslashes', 'public');
	is_deeply([ errors($err) ], [ errors($before{err}) ], 'and everything works with it');
}

# SQL_ASCII: bytes that are no UTF-8 are an error without them.
fresh_database('bytes', "ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
$node->safe_psql('bytes', q{
	SET client_encoding = 'SQL_ASCII';
	CREATE EXTENSION lbdiag;
	SELECT * FROM lbdiag_create_demo(models => 2, benchmarks => 2);
	CREATE FUNCTION bad(text) RETURNS text LANGUAGE sql AS $$ SELECT $1 || convert_from('\xe9fe'::bytea, 'SQL_ASCII') || $1 $$});
my ($shown, $refused) = ('', 0);
foreach my $change (
	q{UPDATE lbdiag_demo.models SET name = bad('secret')}, q{UPDATE lbdiag_demo.models SET scores = replace(scores::text, '"score_ceiled"', '"' || bad('secret') || '": 1, "score_ceiled"')::jsonb},
	q{UPDATE lbdiag_demo.models SET model_meta = jsonb_build_object('architecture', bad('secret'))}, q{UPDATE lbdiag_demo.models SET model_meta = jsonb_build_object(bad('secret'), 1)},
	q{UPDATE lbdiag_demo.benchmarks SET short_name = bad('secret')}, q{UPDATE lbdiag_demo.benchmarks SET benchmark_data_meta = jsonb_build_object('region', bad('secret'))},
	q{UPDATE lbdiag_demo.models SET scores = replace(scores::text, 'versioned_benchmark_identifier": "', 'versioned_benchmark_identifier": "' || bad('secret'))::jsonb})
{
	foreach my $call (q{lbdiag_audit('vision')}, q{lbdiag_context('vision')}, q{lbdiag_whatif('vision')})
	{
		$node->psql('bytes', "BEGIN; $change; SELECT count(*) FROM $call; ROLLBACK", stdout => \$out, stderr => \$err, on_error_stop => 0,
			extra_params => [ '-v', 'VERBOSITY=verbose' ]);
		$shown .= $err if $err =~ /secret|0xe9|ERROR:  XX/;
		$refused++ if $err =~ /a string of the sources has no equivalent in UTF-8/;
	}
}
is($shown, '', 'SQL_ASCII: no bytes of the data in errors');
cmp_ok($refused, '>', 10, 'but errors');

# Configuration tables whose owner changed the type of a column.
fresh_database('changed');
$node->safe_psql('changed', 'CREATE EXTENSION lbdiag;' . ($setup =~ s/%s/public/gr));
my $columns = $node->safe_psql('changed', q{SELECT attrelid::regclass || ' ' || quote_ident(attname) FROM pg_attribute
	WHERE attrelid IN ('lbdiag_layout'::regclass, 'lbdiag_leaderboard'::regclass, 'lbdiag_target'::regclass, '_lbdiag_scheduled'::regclass) AND attnum > 0});
my ($tried, $said, $internal) = (0, 0, 0);
foreach my $column (split /\n/, $columns)
{
	my ($table, $name) = split / /, $column;
	foreach my $type ('int8', 'text', 'bytea', 'float8[]', 'boolean')
	{
		my $script = "BEGIN; SET LOCAL client_min_messages = error; ALTER TABLE $table DISABLE TRIGGER USER;\n";
		$script .= "ALTER TABLE $table DROP COLUMN $name CASCADE;\nALTER TABLE $table ADD COLUMN $name $type;\n";
		$script .= "SAVEPOINT s; SELECT count(*) FROM $_; ROLLBACK TO s;\n"
			foreach (q{lbdiag_audit('vision')}, q{lbdiag_audit('vision', layout => 'brainscore_2026_02')}, q{lbdiag_targets('vision')}, q{lbdiag_record_scheduled('vision')});
		$node->psql('changed', "$script ROLLBACK;", stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
		$tried++;
		$said++ if $err =~ /has the wrong type|is null|does not exist|must not be null/;
		$internal++ if $err =~ /ERROR:  XX|server closed the connection/;
	}
}
is($internal, 0, 'changed types of columns: no crash, no internal error');
cmp_ok($said, '>', $tried / 3, 'but errors');
is($node->safe_psql('changed', 'SELECT 1'), 1, 'the server runs');
unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP/, 'and no process has ended');

done_testing();
