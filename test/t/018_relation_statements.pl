# The statements that lbdiag_opportunities_relation offers lose nothing: run in
# psql without ON_ERROR_STOP, alone, all in order, all in reverse, a few of
# them, or twice, each either refuses and changes nothing, or the documents can
# be built again from what is stored.  They are built here, by other means than
# those of the statements.
use strict;
use warnings;

use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off\ntimezone = 'America/New_York'\ndatestyle = 'SQL, DMY'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION lbdiag;
CREATE SCHEMA h;
CREATE SCHEMA t;
CREATE TABLE h.advice (relation regclass, n int, column_name text, path text, action text, apply text, note text);
CREATE TABLE h.done (seq int GENERATED ALWAYS AS IDENTITY, n int, state text, message text, new_column text, new_table regclass);

CREATE FUNCTION h.advise(relation regclass) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO h.advice SELECT relation, row_number() OVER (), o.column_name, o.path, o.action, o.apply, to_jsonb(o) ->> 'apply_note'
    FROM lbdiag_opportunities_relation(relation) AS o;
    SELECT count(*) FROM h.advice AS a WHERE a.relation = advise.relation $$;

-- What a table has, with where its rows are.
CREATE FUNCTION h.save(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE h.%I AS SELECT tableoid::regclass AS leaf, * FROM %s', split_part(relation::text, '.', 2), relation);
END $$;

-- The columns, and the tables, that came last.
CREATE FUNCTION h.note(number int, state text, message text, relation regclass) RETURNS void LANGUAGE sql AS $$
    INSERT INTO h.done (n, state, message, new_column, new_table)
    SELECT number, state, message, (SELECT attname FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped ORDER BY attnum DESC LIMIT 1),
        (SELECT oid FROM pg_class WHERE relnamespace = 't'::regnamespace AND relkind = 'r' ORDER BY oid DESC LIMIT 1) $$;

CREATE FUNCTION h.restore(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    saved regclass := format('h.%I', split_part(relation::text, '.', 2));
    columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute AS a WHERE attrelid = saved AND attnum > 1
        AND (SELECT attgenerated = '' FROM pg_attribute AS b WHERE b.attrelid = relation AND b.attname = a.attname));
    r record;
BEGIN
    FOR r IN SELECT attname FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attname NOT IN (SELECT attname FROM pg_attribute WHERE attrelid = saved) LOOP
        EXECUTE format('ALTER TABLE %s DROP COLUMN %I', relation, r.attname);
    END LOOP;
    FOR r IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 't'::regnamespace AND relkind = 'r' AND oid IN (SELECT new_table FROM h.done)
            AND pg_get_serial_sequence(oid::regclass::text, 'id') IS NOT NULL LOOP
        EXECUTE format('DROP TABLE %s', r.name);
    END LOOP;
    DELETE FROM h.done;
    EXECUTE format('TRUNCATE %s', relation);
    FOR r IN EXECUTE format('SELECT DISTINCT leaf FROM %s', saved) LOOP
        EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM %s WHERE leaf = %s::regclass', r.leaf, columns, saved, r.leaf::oid);
    END LOOP;
END $$;

CREATE FUNCTION h.steps(path text) RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(CASE WHEN s[1] IN ('.*', '[*]') THEN s[1] WHEN s[1] LIKE '."%' THEN 'k' || (substr(s[1], 2)::jsonb #>> '{}') ELSE 'k' || substr(s[1], 2) END ORDER BY n), '{}')
    FROM regexp_matches(path, '\.\*|\[\*\]|\.\w+|\."(?:[^"\\]|\\.)*"', 'g') WITH ORDINALITY AS m (s, n) $$;

-- A document with what is undone at the end of these steps.
CREATE FUNCTION h.put(doc jsonb, steps text[], kind text, arg jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    key text := substr(steps[1], 2);
BEGIN
    IF steps[1] = '.*' THEN
        RETURN CASE jsonb_typeof(doc) WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(k, h.put(v, steps[2:], kind, arg)), '{}') FROM jsonb_each(doc) AS e (k, v)) ELSE doc END;
    ELSIF steps[1] = '[*]' THEN
        RETURN CASE jsonb_typeof(doc) WHEN 'array' THEN (SELECT coalesce(jsonb_agg(h.put(v, steps[2:], kind, arg) ORDER BY n), '[]') FROM jsonb_array_elements(doc) WITH ORDINALITY AS e (v, n)) ELSE doc END;
    ELSIF jsonb_typeof(doc) IS DISTINCT FROM 'object' THEN
        RETURN doc;
    ELSIF cardinality(steps) > 1 THEN
        RETURN CASE WHEN doc ? key THEN doc || jsonb_build_object(key, h.put(doc -> key, steps[2:], kind, arg)) ELSE doc END;
    END IF;
    RETURN CASE kind WHEN 'leave' THEN doc || jsonb_build_object(key, arg)
        WHEN 'promote' THEN CASE WHEN arg IS NULL THEN doc ELSE doc || jsonb_build_object(key, arg) END
        WHEN 'store' THEN CASE jsonb_typeof(doc -> key) WHEN 'number' THEN doc || jsonb_build_object(key, arg -> (doc ->> key)) ELSE doc END
        WHEN 'shorten' THEN CASE WHEN doc ? (arg #>> '{}') THEN (doc - (arg #>> '{}')) || jsonb_build_object(key, doc -> (arg #>> '{}')) ELSE doc END END;
END $$;

CREATE FUNCTION h.get(doc jsonb, steps text[]) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(steps) = 0 THEN
        RETURN NEXT doc;
    ELSIF steps[1] = '.*' AND jsonb_typeof(doc) = 'object' THEN
        RETURN QUERY SELECT g FROM jsonb_each(doc) AS e (k, v), h.get(v, steps[2:]) AS g;
    ELSIF steps[1] = '[*]' AND jsonb_typeof(doc) = 'array' THEN
        RETURN QUERY SELECT g FROM jsonb_array_elements(doc) AS v, h.get(v, steps[2:]) AS g;
    ELSIF steps[1] LIKE 'k%' AND jsonb_typeof(doc) = 'object' AND doc ? substr(steps[1], 2) THEN
        RETURN QUERY SELECT * FROM h.get(doc -> substr(steps[1], 2), steps[2:]);
    END IF;
END $$;

-- A column's value as the text of JSON that it was.
CREATE FUNCTION h.value(new_column text, type regtype) RETURNS text LANGUAGE sql AS $$
    SELECT format(CASE type WHEN 'numeric'::regtype THEN '%1$s::text::jsonb' WHEN 'boolean'::regtype THEN '%1$s::text::jsonb'
        WHEN 'date'::regtype THEN 'to_jsonb(to_char(%1$s, ''YYYY-MM-DD''))'
        WHEN 'timestamp'::regtype THEN 'to_jsonb(regexp_replace(to_char(%1$s, ''YYYY-MM-DD"T"HH24:MI:SS.US''), ''\.?0+$'', ''''))'
        WHEN 'timestamptz'::regtype THEN 'to_jsonb(regexp_replace(to_char(%1$s AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US''), ''\.?0+$'', '''') || ''Z'')'
        ELSE 'to_jsonb(%1$s::text)' END, new_column) $$;

-- Builds the documents again, the last change first, and compares.
CREATE FUNCTION h.verify(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    saved regclass := format('h.%I', split_part(relation::text, '.', 2));
    did record;
    differ bigint;
    arg text;
BEGIN
    EXECUTE format('CREATE TEMP TABLE back AS SELECT tableoid::regclass AS leaf, * FROM %s', relation);
    FOR did IN SELECT d.*, a.column_name, h.steps(a.path) AS steps, split_part(a.action, ' ', 1) AS kind, a.note FROM h.done AS d JOIN h.advice AS a ON a.n = d.n AND a.relation = verify.relation
            WHERE d.state = '00000' AND a.action NOT LIKE 'compress%' ORDER BY d.seq DESC LOOP
        IF did.kind = 'leave' THEN
            EXECUTE format('SELECT g::text FROM %s, h.get(%I, %L) AS g LIMIT 1', saved, did.column_name, did.steps) INTO arg;
            arg := quote_literal(arg) || '::jsonb';
        ELSIF did.kind = 'promote' THEN
            arg := h.value(quote_ident(did.new_column), (SELECT atttypid FROM pg_attribute WHERE attrelid = relation AND attname = did.new_column));
        ELSIF did.kind = 'store' THEN
            arg := format('(SELECT jsonb_object_agg(id, value) FROM %s)', did.new_table);
        ELSE
            arg := format('to_jsonb(%L::text)', substring(did.note, 'key is (\w)'));
        END IF;
        EXECUTE format('UPDATE back SET %I = h.put(%1$I, %L, %L, %s)', did.column_name, did.steps, did.kind, arg);
    END LOOP;
    EXECUTE format('SELECT count(*) FROM back AS b FULL JOIN %s AS s ON s.leaf = b.leaf AND s.id = b.id WHERE %s OR s.id IS NULL OR b.id IS NULL', saved,
        (SELECT string_agg(format('b.%I::text IS DISTINCT FROM s.%1$I::text', attname), ' OR ') FROM pg_attribute WHERE attrelid = saved AND attnum > 0)) INTO differ;
    DROP TABLE back;
    RETURN format('%s rows differ, %s new columns, %s new tables', differ,
        (SELECT count(*) FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped) + 1 - (SELECT count(*) FROM pg_attribute WHERE attrelid = saved AND attnum > 0)
            - (SELECT count(*) FROM h.done JOIN h.advice AS a USING (n) WHERE a.relation = verify.relation AND state = '00000' AND a.action LIKE 'promote%'),
        (SELECT count(*) FROM pg_class AS c WHERE relnamespace = 't'::regnamespace AND relkind = 'r' AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attidentity <> ''))
            - (SELECT count(*) FROM h.done JOIN h.advice AS a USING (n) WHERE a.relation = verify.relation AND state = '00000' AND a.action LIKE 'store%'));
END $$;
SQL

# PostgreSQL 19 compresses with lz4 where nothing is said.
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET default_toast_compression = pglz');

# Advice on a table, whose rows change before it is followed.
sub advise
{
	my ($name, $setup, $late, $set) = @_;
	$node->safe_psql('postgres', $setup);
	$node->safe_psql('postgres', ($set || '') . "SELECT h.advise('t.$name')");
	$node->safe_psql('postgres', ($late || '') . ";SELECT h.save('t.$name')");
	my %advice;
	foreach my $line (split /\n/, $node->safe_psql('postgres', <<SQL))
SELECT n, column_name, path, action, coalesce(note, ''), translate(encode(convert_to(coalesce(apply, ''), 'UTF8'), 'base64'), E'\\n', '')
FROM h.advice WHERE relation = 't.$name'::regclass ORDER BY n;
SQL
	{
		my ($n, $column, $path, $action, $note, $apply) = split /\|/, $line, -1;
		$advice{$n} = { what => "$path: $action", note => $note, apply => decode_base64($apply) };
	}
	return \%advice;
}

# Follows advice in this order, and returns what verify says and the states.
sub follow
{
	my ($name, $advice, $order, $set) = @_;
	my $script = "SELECT h.restore('t.$name');\n";
	foreach my $n (@$order)
	{
		$script .= "$set;\n" if $set;
		$script .= "$advice->{$n}{apply}\n\\set state :SQLSTATE\n\\set message :LAST_ERROR_MESSAGE\n"
		  . "RESET ALL; SELECT h.note($n, :'state', CASE :'state' WHEN '00000' THEN '' ELSE :'message' END, 't.$name');\n";
	}
	$script .= "SELECT 'verified', h.verify('t.$name');\nSELECT 'state', n, state, message FROM h.done ORDER BY seq;\n";
	my ($status, $out, $err) = $node->psql('postgres', $script, on_error_stop => 0);
	my ($verified) = $out =~ /^verified\|(.*)$/m;
	return ($verified || "nothing: $err", [ $out =~ /^state\|(.*)$/mg ]);
}

# All orders of all statements that are offered on a table.  Returns the states
# of each alone.
sub orders
{
	my ($name, $setup, $late, $set) = @_;
	my $advice = advise($name, $setup, $late, $set);
	my @offered = grep { $advice->{$_}{apply} ne '' } sort { $a <=> $b } keys %$advice;
	my @some = grep { ($_ * 7 + length $name) % 3 } @offered;
	my %orders = (order => [@offered], reverse => [ reverse @offered ], some => [ @some, reverse @some ], twice => [ map { ($_, $_) } @offered ]);
	$orders{"alone $_"} = [$_] foreach @offered;
	%orders = () if !@offered;
	my (%alone, @wrong);
	foreach my $order (sort keys %orders)
	{
		my ($verified, $states) = follow($name, $advice, $orders{$order}, $set);
		push @wrong, "$order: $verified\n@{[join qq(\n), @$states]}" if $verified ne '0 rows differ, 0 new columns, 0 new tables';
		push @wrong, "$order: $_" foreach grep { !/^\d+\|(00000|P0001|42P07)\|/ } @$states;
		my ($state, $message) = $states->[0] =~ /^\d+\|(\w+)\|(.*)/ or next;
		$alone{ $advice->{ $orders{$order}[0] }{what} } = $state eq '00000' ? 'done' : $message if $order =~ /^alone/;
	}
	$node->safe_psql('postgres', "SELECT h.restore('t.$name')");
	is("@wrong", '', "$name: " . @offered . ' statements lose nothing in any order');
	my @told = grep { $advice->{$_}{apply} eq '' } keys %$advice;
	return (\%alone, [ map { "$advice->{$_}{what}: $advice->{$_}{note}" } sort { $a <=> $b } @told ], $advice);
}

sub table
{
	my ($name, $object, $rows) = @_;
	return "CREATE TABLE t.$name AS SELECT i AS id, $object AS doc FROM generate_series(1, @{[$rows || 200]}) AS i;";
}

my ($alone, $none, $advice);

# A value that never differs in the sample, and does in rows that come first.
my $rare = table('rare', "jsonb_build_object('id', i, 'api_version', '2024-06-01-stable-release', 'empty_member', NULL, 'one', 1.0, 'pad', md5(i::text))");
($alone) = orders('rare', $rare, q{CREATE TEMP TABLE c AS TABLE t.rare; TRUNCATE t.rare;
	INSERT INTO t.rare SELECT 1000 + i, jsonb_build_object('id', i, 'api_version', '2019-01-01-preview', 'empty_member', 0, 'one', 1) FROM generate_series(1, 3) AS i; INSERT INTO t.rare TABLE c});
is($alone->{'$.api_version: leave out the member: it never differs'}, 'rows that do not fit: 3', 'rows with another value are counted');
is($alone->{'$.empty_member: leave out the member: it is always null'}, 'rows that do not fit: 3', '... and those that are not null');
$rare =~ s/rare/gone/;
($alone) = orders('gone', $rare, q{UPDATE t.gone SET doc = doc || '{"api_version": "2025"}'});
is($alone->{'$.api_version: leave out the member: it never differs'}, 'no row has the value that was seen', 'another constant is not the one that was seen');
$rare =~ s/gone/same/;
($alone) = orders('same', $rare);
is(join(' ', sort values %$alone), join(' ', ('done') x keys %$alone), 'all is done alone where all rows fit');
cmp_ok(scalar(keys %$alone), '>=', 6, '... and that is much');

# Names: two paths that would have one; as long as a name can be; taken ones.
($alone, $none, $advice) = orders('colliding', table('colliding', "jsonb_build_object('a_b', 'text value ' || i, 'a', jsonb_build_object('b', 'other value ' || i, 'c', 'c' || i % 9), 'A_b', 'third ' || i)"));
is(scalar(grep { /promote/ && $alone->{$_} eq 'done' } keys %$alone), 4, 'each of the colliding paths has a name');
my $long = 'n' x 63;
orders('long_names', table('long_names', "jsonb_build_object('$long', 'text ' || i, '${long}2', 'other ' || i, repeat('\x{c3}\x{a4}', 40), 'a' || i, repeat('\x{c3}\x{a4}', 40) || 'b', 'b' || i % 7)"));
orders('$long', qq{CREATE TABLE t."$long" AS SELECT i AS id, jsonb_build_object('state', 'state of it ' || i % 5, 'State', 'state of it ' || i % 4) AS doc FROM generate_series(1, 400) AS i;
	ALTER TABLE t."$long" RENAME TO "\$long"; CREATE TYPE t."\$long_doc_state" AS ENUM ('x');});

# Partitions and children: the change is in all of them, and a child's own
# column is left alone.
($alone) = orders('parted', q{CREATE TABLE t.parted (id int, k int, doc jsonb) PARTITION BY LIST (k); CREATE TABLE t.parted_1 PARTITION OF t.parted FOR VALUES IN (1);
	CREATE TABLE t.parted_2 (doc jsonb, id int, gone int, k int); ALTER TABLE t.parted_2 DROP COLUMN gone; ALTER TABLE t.parted ATTACH PARTITION t.parted_2 FOR VALUES IN (2);
	INSERT INTO t.parted SELECT i, 1 + i % 2, jsonb_build_object('kind', 'kind ' || i % 3, 'unit', 'kilogram', 'n', i) FROM generate_series(1, 500) AS i;});
is($alone->{'$.unit: leave out the member: it never differs'}, 'done', 'partitions are changed');
(undef, $none) = orders('parted_2', '');
like("@$none", qr/Rows are read through table t\.parted as well/, 'a partition is not changed alone');
orders('parent', q{CREATE TABLE t.parent AS SELECT i AS id, jsonb_build_object('kind', 'kind ' || i % 3, 'n', i) AS doc FROM generate_series(1, 300) AS i;
	CREATE TABLE t.child (doc_n numeric DEFAULT 7, doc_kind text DEFAULT 'mine') INHERITS (t.parent); INSERT INTO t.child SELECT i, jsonb_build_object('kind', 'kind ' || i % 3, 'n', i) FROM generate_series(1, 300) AS i;});
is($node->safe_psql('postgres', "SELECT DISTINCT doc_n, doc_kind FROM t.child"), '7|mine', 'what a child has under the name is left alone');

# What depends on the column: nothing is offered, and it is named.
my @dependents = (
	[ 'generated', 'column kind of table t\.generated', "ALTER TABLE t.generated ADD COLUMN kind text GENERATED ALWAYS AS (doc ->> 'kind') STORED" ],
	[ 'expression', 'index t\.by_kind', "CREATE INDEX by_kind ON t.expression ((doc ->> 'kind'))" ],
	[ 'partial', 'index t\.partial_i', "CREATE INDEX partial_i ON t.partial (id) WHERE doc ? 'kind'" ],
	[ 'gin', 'index t\.by_doc', 'CREATE INDEX by_doc ON t.gin USING gin (doc)' ],
	[ 'viewed', 'rule _RETURN on view t\.seen', "CREATE VIEW t.seen AS SELECT v.id, v FROM t.viewed AS v" ],
	[ 'checked', 'constraint kind on table t\.checked', "ALTER TABLE t.checked ADD CONSTRAINT kind CHECK (doc ? 'kind')" ],
	[ 'triggered', 'trigger trig on table t\.triggered', 'CREATE TRIGGER trig BEFORE UPDATE ON t.triggered FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()' ],
	[ 'policed', 'policy rls on table t\.policed', "ALTER TABLE t.policed ENABLE ROW LEVEL SECURITY; CREATE POLICY rls ON t.policed USING (doc ->> 'kind' = 'kind 1')" ],
	[ 'ruled', 'rule off on table t\.ruled', 'CREATE RULE off AS ON UPDATE TO t.ruled DO INSTEAD NOTHING' ],
	[ 'published', 'publication of table t\.published', 'CREATE PUBLICATION pub FOR TABLE t.published' ],
	[ 'statistics', 'statistics object t\.stats', "CREATE STATISTICS t.stats ON (doc ->> 'kind') FROM t.statistics" ],
	[ 'called', 'function t\.body', "CREATE FUNCTION t.body() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(doc -> 'kind') FROM t.called; END" ],
	[ 'keyed', 'the partition key', "DROP TABLE t.keyed; CREATE TABLE t.keyed (id int, doc jsonb) PARTITION BY LIST ((doc ->> 'kind')); CREATE TABLE t.keyed_d PARTITION OF t.keyed DEFAULT; INSERT INTO t.keyed TABLE t.expression" ]);
foreach my $case (@dependents)
{
	my ($name, $named, $ddl) = @$case;
	my $setup = table($name, "jsonb_build_object('kind', 'kind ' || i % 3, 'unit', 'kilogram', 'n', i)");
	($alone, $none) = orders($name, "$setup $ddl;");
	is(scalar(keys %$alone), 0, "$name: nothing is offered");
	cmp_ok(scalar(grep { /must be changed first: $named/ } @$none), '>=', 3, "$name: it says why") or diag "@$none";
}
# One that comes between the advice and the statement.
my $indexed = table('indexed', "jsonb_build_object('kind', 'kind ' || i % 3, 'unit', 'kilogram', 'n', i)");
($alone) = orders('indexed', $indexed, "ALTER TABLE t.indexed ADD COLUMN kind text GENERATED ALWAYS AS (doc ->> 'kind') STORED");
is(scalar(grep { $_ ne 'what depends on the table is not what it was' } values %$alone), 0, 'what has come to depend on it is seen');

# Rows that are unlike those of the sample.
($alone) = orders('unlike', table('unlike', "jsonb_build_object('state', 'state of it ' || i % 5, 'n', i, 'is', i % 2 = 0, 'note', 'note ' || i, 'unit', 'kilogram', 'deep', jsonb_build_object('text', 'text ' || i))"),
	q{INSERT INTO t.unlike VALUES (1001, '{"state": 3, "n": "7", "is": "true", "note": null, "unit": "gram"}'), (1002, '[{"state": "x", "unit": "kilogram"}]'), (1003, '"state"'), (1004, NULL), (1005, '{"deep": [{"text": "a"}]}'), (1006, '{"deep": "text", "s": 1}'), (1007, 'null')});
is($alone->{'$.state: store each string once, in a table of its own, and its number'}, 'rows that do not fit: 1', 'numbers among the strings are counted');
is($alone->{'$.n: promote to a column'}, 'rows that do not fit: 1', 'a member of another type is counted');
is($alone->{'$.deep.text: promote to a column'}, 'done', 'a member that is missing is none of them');

# Types: what does not come back as the same text is not promoted to them.
my $typed = "jsonb_build_object('day', '2024-01-01'::date + i, 'at', to_jsonb('2024-01-01'::timestamp + i * interval '0.37 s'), 'utc', to_char('2024-01-01'::timestamp + i * interval '1 s', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
	'zone', to_char('2024-01-01'::timestamp + i * interval '1 s', 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+02:00', 'blank', to_char('2024-01-01'::timestamp + i * interval '1 s', 'YYYY-MM-DD HH24:MI:SS'),
	'uuid', md5(i::text)::uuid, 'upper', upper(md5(i::text)::uuid::text), 'n', i * 1.10, 'big', 10000000000 * i * 1e5)";
($alone) = orders('typed', table('typed', $typed));
is(join(', ', map { s/ .* / /r } sort grep { / type / } keys %$alone), '$.at: timestamp, $.day: date, $.utc: timestamptz, $.uuid: uuid', 'types that give back the text');
is(join(' ', sort values %$alone), join(' ', ('done') x keys %$alone), 'all are done');
($alone) = orders('untyped', table('untyped', $typed), q{INSERT INTO t.untyped VALUES (1001, '{"day": "0000-00-00", "at": "2023-02-29T00:00:00", "utc": "2024-01-01T24:00:00Z", "uuid": "x"}'), (1002, '{"day": "2023-02-29", "at": "2024-01-01T00:00:00.10", "utc": "2024-01-01T00:00:00+01:00"}'),
	(1003, '{"day": "2024-2-9", "utc": "2024-12-31T23:59:60Z", "at": "infinity"}'), (1004, '{"day": "2024-02-29", "n": 1.00}'), (1005, '{"n": 1E+3}'), (1006, '{"day": "1900-02-29"}')});
is(join(', ', map { "$_: $alone->{$_}" =~ s/ .* / /r } sort grep { / type / } keys %$alone), '$.at: 3, $.day: 4, $.utc: 3, $.uuid: 1', 'dates that are none, and other forms, are counted');

# Through elements and dynamic keys; keys of any characters.
($alone) = orders('deep', table('deep', "jsonb_build_object('items', (SELECT jsonb_agg(jsonb_build_object('identifier_of_part', k, 'identifier_of_whole', i, 'currency', 'EUR and no other', 'label of 100 %', (ARRAY['a text that repeats', 'another text'])[1 + k % 2])) FROM generate_series(1, 1 + i % 4) AS k),
	'map', jsonb_build_object('key' || i, jsonb_build_object('identifier_of_it', i % 7, 'unit', 'kilogram')))"));
is(join(' ', sort values %$alone), join(' ', ('done') x keys %$alone), 'elements and dynamic keys are changed');
my @letters = map { $_->{note} =~ /key is (\w)/ ? $1 : () } values %{(orders('letters', table('letters', "jsonb_build_object('identifier_of_a', i, 'identifier_of_b', i, 'Index_of_c', i, 'zzz', jsonb_build_object('identifier_of_a', i))")))[2]};
my %letters = map { $_ => 1 } @letters;
cmp_ok(scalar(@letters), '>=', 4, 'four keys are shortened');
is(scalar(keys %letters), scalar(@letters), '... each to a letter of its own');
orders('odd', "CREATE TABLE t.odd AS SELECT i AS id, jsonb_object_agg(k, CASE n % 3 WHEN 0 THEN to_jsonb('value ' || i % 7) WHEN 1 THEN '\"always the same\"' ELSE to_jsonb(i) END) AS \"a \"\"doc\" FROM generate_series(1, 100) AS i, "
	. q{unnest(ARRAY['k''q', E'back\\\\slash', '$lbdiag$', '{a,b}', 'per%cent %s %1$s', E'\u043a\u043b\u044e\u0447', 'a"b', E'new\nline', ',', ';', 'a; DROP TABLE h.done; --', '', 'NULL', '*', '[*]', ':state', E'\\\\q', 'lbdiag', 'value']) WITH ORDINALITY AS u (k, n) GROUP BY i});
# PostgreSQL 19 has standard strings only.
orders('odd_scs', "CREATE TABLE t.odd_scs AS SELECT id, jsonb_object_agg(key, value) AS doc FROM h.odd, jsonb_each(\"a \"\"doc\") WHERE key ~ '[^ a-z%;*A-Z]' GROUP BY id", '', 'SET standard_conforming_strings = off; SET escape_string_warning = off; SET backslash_quote = off;')
	if $node->safe_psql('postgres', q{SELECT current_setting('server_version_num')::int < 190000}) eq 't';

# Compression: in partitions and children too, and with the rows as they are.
my $large = "jsonb_build_object('text', (SELECT string_agg('word ' || (i * j) % 17, ' ') FROM generate_series(1, 600) AS j))";
my $lz4 = $node->safe_psql('postgres', "SELECT enumvals::text ~ 'lz4' FROM pg_settings WHERE name = 'default_toast_compression'") eq 't';
SKIP:
{
	skip 'the server has no lz4', 1 if !$lz4;
	my $other = sub { return $node->safe_psql('postgres', "SELECT count(*) > 0, count(*) FILTER (WHERE pg_column_compression(doc) <> 'lz4') FROM $_[0]"); };
	foreach my $case ([ 'large', "CREATE TABLE t.large AS SELECT i AS id, $large AS doc FROM generate_series(1, 100) AS i" ],
		[ 'large_1', "CREATE TABLE t.large_parts (id int, doc jsonb) PARTITION BY HASH (id); CREATE TABLE t.large_1 PARTITION OF t.large_parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
			CREATE TABLE t.large_2 PARTITION OF t.large_parts FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO t.large_parts SELECT i, $large FROM generate_series(1, 100) AS i" ],
		[ 'large_parts', '' ], [ 'large_parent', 'CREATE TABLE t.large_parent (LIKE t.large); CREATE TABLE t.large_child () INHERITS (t.large_parent); INSERT INTO t.large_child SELECT id, doc FROM h.large' ])
	{
		my ($name, $setup) = @$case;
		($alone, undef, $advice) = orders($name, $setup);
		is($alone->{'$: compress with lz4'}, 'done', "$name: compressed");
		my ($n) = grep { $advice->{$_}{what} =~ /lz4/ } keys %$advice;
		follow($name, $advice, [$n]);
		is($other->("t.$name"), 't|0', "$name: all values are");
		is($node->safe_psql('postgres', "SELECT count(*) FROM pg_attribute WHERE attcompression = 'l' AND attrelid IN (SELECT 't.$name'::regclass UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = 't.$name'::regclass)"),
			$node->safe_psql('postgres', "SELECT 1 + count(*) FROM pg_inherits WHERE inhparent = 't.$name'::regclass"), "$name: and new ones will be");
	}
	# A materialized view is refreshed, if that changes nothing else.
	my $refresh = sub {
		my ($name, $query, $then) = @_;
		$node->safe_psql('postgres', "CREATE MATERIALIZED VIEW t.$name AS $query");
		my $apply = $node->safe_psql('postgres', "SELECT apply FROM lbdiag_opportunities_relation('t.$name') WHERE action ~ 'lz4'");
		$node->safe_psql('postgres', $then) if $then;
		my ($status, $out, $err) = $node->psql('postgres', $apply);
		return $err =~ /ERROR:  (.*)/ ? $1 : "done, @{[$other->(qq(t.$name))]}";
	};
	is($refresh->('kept', q{SELECT id, (doc::text || '')::jsonb AS doc FROM h.large}), 'done, t|0', 'a materialized view is refreshed');
	is($refresh->('stale', q{SELECT id, (doc::text || '')::jsonb AS doc FROM h.large}, 'DELETE FROM h.large WHERE id = 1'), 'values of the column would not be what they were', '... not with other rows');
	like($refresh->('copied', 'SELECT id, doc FROM h.large'), qr/^values that would still be compressed by another method: \d+$/, '... nor where its query hands compressed values on');
}

# Sessions: an old snapshot, an open transaction, a lock that is not given; and
# what is set is as before.
$advice = advise('session', table('session', "jsonb_build_object('unit', 'kilogram', 'n', i)"));
my ($n) = grep { $advice->{$_}{what} eq '$.unit: leave out the member: it never differs' } keys %$advice;
my $statement = $advice->{$n}{apply};
unlike($statement, qr/kilogram/, 'the statement has no value of the data');
my ($verified, $states) = follow('session', $advice, [$n], 'SET default_transaction_isolation = serializable');
is("@$states", "$n|P0001|transaction is not READ COMMITTED", 'an old snapshot is refused');
is($node->safe_psql('postgres', "SELECT h.restore('t.session'); BEGIN; SET LOCAL search_path = h, public; SET lock_timeout = '7s'; SET jit = on; $statement SHOW search_path; SHOW lock_timeout; SHOW row_security; SHOW jit; COMMIT; SELECT count(*) FROM t.session WHERE doc ? 'unit'"),
	"\nh, public\n7s\non\non\n0", 'settings are as before');
is($node->safe_psql('postgres', "SELECT h.restore('t.session'); CREATE FUNCTION h.jsonb_set(jsonb, text, jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'; SET search_path = h, pg_catalog; $statement SELECT count(*) FROM t.session WHERE doc IS NOT NULL AND NOT doc ? 'unit'"),
	"\n200", 'functions are those of the server, whatever the search path');
$node->safe_psql('postgres', "SELECT h.restore('t.session')");
my $blocker = $node->background_psql('postgres');
$blocker->query_safe('BEGIN; LOCK TABLE t.session IN ROW EXCLUSIVE MODE');
my (undef, undef, $err) = $node->psql('postgres', $statement);
like($err, qr/lock timeout/, 'it does not wait for ever');
$blocker->quit;
is($node->safe_psql('postgres', "SELECT count(*) FROM t.session WHERE doc ? 'unit'"), '200', 'and changes nothing then');
$node->safe_psql('postgres', "CREATE ROLE writer; GRANT USAGE ON SCHEMA t TO writer; GRANT ALL ON t.session TO writer; ALTER TABLE t.session ENABLE ROW LEVEL SECURITY");
(undef, undef, $err) = $node->psql('postgres', "SET ROLE writer; $statement");
like($err, qr/row-level security/, 'rows that are not seen are not left out');
# What a trigger does, which came unseen, is undone.
$node->safe_psql('postgres', "SELECT h.restore('t.session'); ALTER TABLE t.session DISABLE ROW LEVEL SECURITY; CREATE FUNCTION h.spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.doc := NEW.doc || ''{\"n\": 0}''; RETURN NEW; END'; CREATE TRIGGER spoil BEFORE UPDATE ON t.session FOR EACH ROW WHEN (OLD.id = 7) EXECUTE FUNCTION h.spoil()");
(undef, undef, $err) = $node->psql('postgres', $statement =~ s/IS DISTINCT FROM (-?\d+|NULL) THEN/IS NULL THEN/r);
like($err, qr/ERROR:  documents could not be read back as they were/, 'documents are compared after the change');
is($node->safe_psql('postgres', "SELECT count(*) FROM t.session WHERE doc ? 'unit' AND doc ->> 'n' = id::text"), '200', '... and nothing is changed if they differ');

# Why there is none: names, samples that differ, foreign tables.
sub note { return $node->safe_psql('postgres', "SELECT apply IS NULL, apply_note FROM lbdiag_opportunities_relation('t.$_[0]') WHERE path = '$_[1]' AND action ~ '$_[2]'"); }
$node->safe_psql('postgres', table('taken', "jsonb_build_object('kind', 'kind ' || i % 3, 'n', i)") . 'ALTER TABLE t.taken ADD doc_kind int');
my ($hashed) = note('taken', '$.kind', 'promote') =~ /^f\|.* it is column (doc_kind_[0-9a-f]{1,8})\.$/;
$node->safe_psql('postgres', "ALTER TABLE t.taken ADD $hashed int");
is(note('taken', '$.kind', 'promote'), 't|All names that it could have are taken.', 'no name is left');
is(note('taken', '$.n', 'promote'), 'f|Change what reads or writes the member: it is column doc_n.', '... for one path');
my $blocks = "SELECT i AS id, repeat('x', 1000) AS pad, jsonb_build_object('unit', CASE WHEN %s THEN 'pound avd' ELSE 'kilogramm' END) AS doc FROM generate_series(0, 1399) AS i";
$node->safe_psql('postgres', sprintf("CREATE TABLE t.first AS $blocks", 'false'));
$node->safe_psql('postgres', sprintf("CREATE TABLE t.second AS $blocks", 'i IN (SELECT min(id) FROM t.first TABLESAMPLE system (10) REPEATABLE (0))'));
my $told = '';
for (my $i = 0; $i < 50 && $told !~ /^t\|Rows/; $i++)
{
	$told = $node->safe_psql('postgres', "SELECT apply IS NULL, apply_note FROM _lbdiag_relation_tried('t.second', 10) WHERE rule = 'relation_constant'");
}
is($told, 't|Rows of the sample have other values.', 'a value that differs in the second sample');
is($node->safe_psql('postgres', "CREATE FOREIGN DATA WRAPPER dummy; CREATE SERVER dummy FOREIGN DATA WRAPPER dummy; CREATE TABLE t.near (id int, doc jsonb) PARTITION BY LIST (id); CREATE FOREIGN TABLE t.far PARTITION OF t.near DEFAULT SERVER dummy; SELECT _lbdiag_relation_obstacle('t.near', 'doc', true)"),
	'It has foreign tables below it.', 'foreign tables are left alone');
is($node->safe_psql('postgres', 'CREATE PUBLICATION all_tables FOR ALL TABLES') . note('taken', '$.n', 'promote'), 't|These use the column, or may, and must be changed first: publication all_tables.', 'a publication of all tables is named');
is($node->safe_psql('postgres', 'DROP PUBLICATION all_tables; CREATE PUBLICATION schema_t FOR TABLES IN SCHEMA t') . note('taken', '$.n', 'promote'), 't|These use the column, or may, and must be changed first: publication schema_t.', '... and of a schema');
$node->safe_psql('postgres', 'DROP PUBLICATION schema_t; ' . join(';', map { "CREATE INDEX by_$_ ON t.taken ((doc -> '$_'))" } 1 .. 7));
is(note('taken', '$.n', 'promote'), 't|These use the column, or may, and must be changed first: ' . join(', ', map { "index t.by_$_" } 1 .. 5) . ', and 2 more.', 'five are named');
$node->safe_psql('postgres', "DO \$do\$ BEGIN FOR i IN 1 .. 50 LOOP EXECUTE format('CREATE FUNCTION h.large_%s() RETURNS void LANGUAGE plpgsql AS %L', i, 'BEGIN END -- ' || (SELECT string_agg('word ' || (i * j) % 17, ' ') FROM generate_series(1, 2000) AS j)); END LOOP; END \$do\$");
is($node->safe_psql('postgres', "SELECT DISTINCT apply IS NULL, apply_note FROM lbdiag_opportunities_relation('pg_proc') WHERE path IS NOT NULL"), 't|It is a system catalog.', 'a system catalog is left alone') if $lz4;

done_testing();
