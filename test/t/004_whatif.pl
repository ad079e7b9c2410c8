# What if, against an encoder of its own: the real payloads of the reference
# data are read here, changed here, written and compressed here; the sizes
# must be those that lbdiag_whatif returns.
use strict;
use warnings;

use Compress::Raw::Zlib;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @components = qw(row_data column_defs benchmark_groups filter_options
  benchmark_metadata benchmark_tree benchmark_ids benchmark_bibtex_map
  benchmarkStimuliMetaMap benchmarkDataMetaMap benchmarkMetricMetaMap
  model_metadata_map comparison_data);
my %is_map = map { $_ => 1 } grep { /Map$|_map$|_ids$|_groups$/ } @components;

# Random changes of each payload, besides those of one kind; a data set has two
# payloads or more.
my $random = 15;

# ---------------------------------------------------------------------------
# Reading.  A node is [type, content, path]: the text of a scalar, the nodes of
# an array's elements, or [key's text, node] of an object's members.
# ---------------------------------------------------------------------------

my ($text, $component, $has_timestamp, $is_compact, %paths, %objects, %values, %has_null);

sub read_component
{
	($component, $text) = @_;
	pos($text) = 0;
	my $node = read_value('$', 0);
	die "text behind the end of $component" if pos($text) != length $text;
	return $node;
}

sub read_value
{
	my ($path, $depth) = @_;
	$paths{"$component:$path"} = 1;
	$values{"$component:$path"}++;
	$objects{"$component:$path"}++ if $text =~ /\G\{/;
	$has_null{"$component:$path"} = 1 if $text =~ /\Gnull/;
	if ($text =~ /\G\{/gc)
	{
		my @members;
		until ($text =~ /\G\}/gc)
		{
			$text =~ /\G, ?/gc or die "no separator in $component" if @members;
			$text =~ /\G("(?:[^"\\]|\\.)*"): ?/gc or die "no key in $component";
			my $key = $1;
			push @members, [ $key, read_value($path . step($key, $depth), $depth + 1) ];
		}
		return [ 'object', \@members, $path ];
	}
	if ($text =~ /\G\[/gc)
	{
		my @elements;
		until ($text =~ /\G\]/gc)
		{
			$text =~ /\G, ?/gc or die "no separator in $component" if @elements;
			push @elements, read_value("$path\[*]", $depth + 1);
		}
		return [ 'array', \@elements, $path ];
	}
	return [ 'string', $1, $path ] if $text =~ /\G("(?:[^"\\]|\\.)*")/gc;
	return [ 'number', $1, $path ] if $text =~ /\G(-?\d+(?:\.\d+)?(?:e[+-]\d+)?)/gc;
	return [ $1, $1, $path ] if $text =~ /\G(true|false|null)/gc;
	die "no value in $component: " . substr($text, pos($text), 40);
}

# The step of a member's path, where the text stands before its value.
sub step
{
	my ($wire, $depth) = @_;
	my $key = unescape(substr($wire, 1, -1), 0);
	return '.*' if $depth == 0 && $is_map{$component};
	return '.*' if $depth == 1 && $component eq 'comparison_data' && $key ne 'model';
	return '.*' if $depth == 1 && $component eq 'row_data' && !is_base($key);
	return ".$key" if $key =~ /^[A-Za-z_][A-Za-z0-9_]*$/;
	$key =~ s/(["\\])/\\$1/g;
	$key =~ s/([\x00-\x1f])/control($1)/ge;
	return ".\"$key\"";
}

# A member of a row is a cell where a score has its name, even one that all
# rows have: then its value tells.
sub is_base
{
	my ($key) = @_;
	return $text !~ /\G\{/ if $key =~ /^(?:id|rank|public|is_owner)$/;
	return $has_timestamp && $text !~ /\G\{/ if $key eq 'submission_timestamp';
	return $text =~ /\G\{"id": ?/ if $key eq 'model';
	return $text =~ /\G\{"architecture": ?/ if $key eq 'metadata';
	return 0;
}

sub control
{
	my ($char) = @_;
	my %short = ("\b" => '\b', "\f" => '\f', "\n" => '\n', "\r" => '\r', "\t" => '\t');
	return $short{$char} // sprintf '\u%04x', ord $char;
}

# Takes escapes back: all of them, or only those of characters that UTF-8 does
# not need to escape.
sub unescape
{
	my ($escaped, $utf8_only) = @_;
	my %short = (b => "\b", f => "\f", n => "\n", r => "\r", t => "\t");
	$escaped =~ s{\\(?:u(d[89ab]..)\\u(d[c-f]..)|u(....)|(.))}{
		my $whole = $&;
		my $code = defined $1 ? 0x10000 + ((hex($1) - 0xD800) << 10) + hex($2) - 0xDC00 : defined $3 ? hex $3 : undef;
		my $out;
		if (!defined $code) { $out = $utf8_only ? $whole : $short{$4} // $4 }
		elsif ($utf8_only && $code < 0x7f) { $out = $whole }
		else { $out = chr $code; utf8::encode($out) }
		$out }gex;
	return $escaped;
}

# ---------------------------------------------------------------------------
# Writing, with a change.
# ---------------------------------------------------------------------------

my ($change, %dropped, %dictionary, %keys, %usual, $comma, $colon);

sub write_component
{
	my ($name, $node) = @_;
	%dropped = map { /^\Q$name\E:(.*)/s ? ($1 => 1) : () } @{ $change->{drop_paths} // [] };
	($comma, $colon) = $change->{compact} || $is_compact ? (',', ':') : (', ', ': ');
	my @paths = map { /^\Q$name\E:(.*)/s ? $1 : () } @{ $change->{dictionary} // [] };
	my @keyed = map { /^\Q$name\E:(.*)/s ? $1 : () } @{ $change->{dictionary_keys} // [] };
	my @defaults = map { /^\Q$name\E:(.*)/s ? $1 : () } @{ $change->{defaults} // [] };
	%dictionary = map { $_ => { strings => [], number => {} } } @paths;
	%keys = map { $_ => { strings => [], number => {} } } @keyed;
	%usual = ();
	my %vote = map { $_ => [ undef, 0 ] } @defaults;
	vote($node, \%vote) if @defaults;
	%usual = map { $_ => { value => $vote{$_}[0] } } grep { defined $vote{$_}[0] } @defaults;
	number_strings($node) if @paths || @keyed;
	my $wire = $name eq 'row_data' && $change->{columnar} ? write_columns($node) : write_value($node);
	return $wire unless @paths || @keyed || @defaults;
	my %order = map { $_ => 1 } @paths, @keyed, @defaults;
	my $part = sub {
		my ($title, $text, @of) = @_;
		return @of ? $comma . "\"$title\"$colon\{" . join($comma, map { quoted($_) . $colon . $text->($_) } @of) . '}' : '';
	};
	my $list = sub { my ($words) = @_; '[' . join($comma, map { write_string($_) } @{ $words->{strings} }) . ']' };
	return '{"data"' . $colon . $wire
		. $part->('dictionary', sub { $list->($dictionary{ $_[0] }) }, in_order($name, @paths))
		. $part->('keys', sub { $list->($keys{ $_[0] }) }, in_order($name, @keyed))
		. $part->('defaults', sub { write_scalar($usual{ $_[0] }{met}) }, grep { $usual{$_} && $usual{$_}{met} } in_order($name, @defaults))
		. '}';
}

# Paths in the order in which the members of the change name them: jsonb has
# the members by the length of their names.
sub in_order
{
	my ($name, @of) = @_;
	my (%seen, %of);
	$of{$_} = 1 foreach @of;
	return grep { $of{$_} && !$seen{$_}++ } map { /^\Q$name\E:(.*)/s ? $1 : () } map { @{ $change->{$_} // [] } } qw(defaults dictionary drop_paths dictionary_keys);
}

# The majority vote for members that have a default: a scalar is [type, text].
sub vote
{
	my ($node, $vote) = @_;
	my ($type, $content) = @$node;
	vote_all($_, $vote) foreach $type eq 'object' ? map { $_->[1] } kept($node) : $type eq 'array' ? @$content : ();
}

sub vote_all
{
	my ($node, $vote) = @_;
	my ($type, $content, $path) = @$node;
	return vote($node, $vote) if $type eq 'object' || $type eq 'array';
	my $one = $vote->{$path} or return;
	my $text = scalar_text($node);
	if (defined $one->[0] && $one->[0] eq $text) { $one->[1]++ }
	elsif (--$one->[1] < 0) { @$one = ($text, 1) }
}

# What tells a scalar from others.
sub scalar_text
{
	my ($node) = @_;
	my ($type, $content) = @$node;
	return $type . ' ' . ($type eq 'number' && defined $change->{round_digits} ? rounded($content, $change->{round_digits}) : $type eq 'string' ? unescape($content, 0) : $content);
}

# Numbers the strings that have a dictionary, in the order of the document.
sub number_strings
{
	my ($node) = @_;
	my ($type, $content, $path) = @$node;
	if ($type eq 'object')
	{
		foreach my $member (kept($node))
		{
			my $words = $keys{ $member->[1][2] };
			$words->{number}{ $member->[0] } //= push(@{ $words->{strings} }, $member->[0]) - 1 if $words;
			number_strings($member->[1]);
		}
	}
	elsif ($type eq 'array') { number_strings($_) foreach @$content }
	elsif ($type eq 'string' && (my $words = $dictionary{$path}))
	{
		return if exists $words->{number}{$content};
		$words->{number}{$content} = push(@{ $words->{strings} }, $content) - 1;
	}
}

sub write_columns
{
	my ($node) = @_;
	my (@order, %column);
	my @rows = map { +{ map { write_key($_) => $_->[1] } kept($_) } } @{ $node->[1] };
	foreach my $row (@{ $node->[1] })
	{
		push @order, map { $column{ write_key($_) }++ ? () : $_ } kept($row);
	}
	return '{' . join($comma, map { my $key = write_key($_);
		$key . $colon . '[' .
			join($comma, map { exists $_->{$key} ? write_value($_->{$key}) : 'null' } @rows) . ']' } @order) . '}';
}

# The members of an object that are neither dropped nor left out.
sub kept
{
	my ($node) = @_;
	return grep { !$dropped{ $_->[1][2] } && !($change->{omit_nulls} && $_->[1][0] eq 'null') && !is_usual($_->[1]) } @{ $node->[1] };
}

# Whether a member has its usual value; notes that it was met.
sub is_usual
{
	my ($node) = @_;
	my $usual = $usual{ $node->[2] } or return 0;
	return 0 if $node->[0] eq 'object' || $node->[0] eq 'array' || scalar_text($node) ne $usual->{value};
	$usual->{met} = $node;
	return 1;
}

# A key, or its number.
sub write_key
{
	my ($member) = @_;
	my $words = $keys{ $member->[1][2] };
	return $words ? "\"$words->{number}{ $member->[0] }\"" : write_string($member->[0]);
}

sub write_scalar
{
	my ($node) = @_;
	my ($type, $content) = @$node;
	return write_string($content) if $type eq 'string';
	return $type eq 'number' && defined $change->{round_digits} ? rounded($content, $change->{round_digits}) : $content;
}

sub write_value
{
	my ($node) = @_;
	my ($type, $content, $path) = @$node;
	return $dictionary{$path}{number}{$content} if $type eq 'string' && $dictionary{$path};
	return '{' . join($comma, map { write_key($_) . $colon . write_value($_->[1]) } kept($node)) . '}' if $type eq 'object';
	return '[' . join($comma, map { write_value($_) } @$content) . ']' if $type eq 'array';
	return write_string($content) if $type eq 'string';
	return rounded($content, $change->{round_digits}) if $type eq 'number' && defined $change->{round_digits};
	return $content;
}

sub write_string
{
	my ($string) = @_;
	return $change->{utf8} && $string =~ /\\u/ ? unescape($string, 1) : $string;
}

# A number's text with at most so many decimals.
my %rounded;

sub rounded
{
	my ($number, $digits) = @_;
	return $rounded{$digits}{$number} //= round_text($number, $digits);
}

sub round_text
{
	my ($number, $digits) = @_;
	my ($sign, $whole, $fraction, $exponent) = $number =~ /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/ or die $number;
	my $all = $whole . ($fraction // '');
	my $point = length($whole) + ($exponent // 0);
	return $number if $point > length $all;
	if ($point < 1)
	{
		$all = '0' x (1 - $point) . $all;
		$point = 1;
	}
	$whole = substr $all, 0, $point;
	$fraction = substr $all, $point;
	$fraction =~ s/0+$//;
	return $number if length $fraction <= $digits;
	my $up = substr($fraction, $digits, 1) >= 5;
	my $kept = $whole . substr $fraction, 0, $digits;
	$kept =~ s/(^|[0-8])(9*)$/($1 eq '' ? 1 : $1 + 1) . '0' x length $2/e if $up;
	my $out = substr($kept, 0, length($kept) - $digits) . '.' . substr $kept, length($kept) - $digits;
	$out =~ s/\.?0*$//;
	$out =~ s/^0+(?=\d)//;
	return $out =~ /[1-9]/ ? "$sign$out" : $out;
}

# Bytes and compressed bytes of each component: one stream, flushed behind
# each of them, and finished behind the last.
sub sizes
{
	my ($payload) = @_;
	my %drop = map { $_ => 1 } @{ $change->{drop_components} // [] };
	my @kept = grep { !$drop{ $_->[0] } } @$payload;
	my ($stream) = Compress::Raw::Zlib::Deflate->new(-Level => 6, -WindowBits => 31, -MemLevel => 8, -AppendOutput => 1);
	my %sizes = map { $_->[0] => [ 0, 0 ] } @$payload;
	foreach my $i (0 .. $#kept)
	{
		my $wire = write_component(@{ $kept[$i] });
		my $out = '';
		$stream->deflate($wire, $out);
		$stream->flush($out, $i == $#kept ? Z_FINISH : Z_SYNC_FLUSH);
		$sizes{ $kept[$i][0] } = [ length $wire, length $out ];
	}
	return \%sizes;
}

# ---------------------------------------------------------------------------
# Changes.
# ---------------------------------------------------------------------------

sub pick
{
	my ($n, @from) = @_;
	return map { splice @from, int(rand @from), 1 } 1 .. ($n < @from ? $n : @from);
}

# Changes of one kind, then random ones.
sub changes
{
	my ($members, @names) = @_;
	# Members that each of their objects has can have a default, and objects
	# with keys that are data a dictionary of them.
	my @fixed = grep { /^(\w+:.*)\.[^.*\[\]"]+$/ && ($objects{$1} // 0) == $values{$_} } @$members;
	my @safe = grep { !$has_null{$_} } @fixed;
	my @keyed = grep { /\.\*$/ } @$members;
	# Paths that need no escapes, as keys of a dictionary.
	my @plain = grep { /^[\w:\$.\[\]*]+$/ } @$members;
	my @changes = (
		{}, (@fixed ? ({ defaults => [@fixed] }, { defaults => [ pick(3, @fixed) ], columnar => 1, round_digits => 1 }, { defaults => [@safe], omit_nulls => 1, compact => 1 }) : ()),
		(@keyed ? ({ dictionary_keys => [@keyed] }, { dictionary_keys => [ pick(1, @keyed) ], columnar => 1, utf8 => 1 }) : ()), { dictionary => [@plain] }, { dictionary => [ pick(2, @plain) ], columnar => 1 }, { compact => 1 }, { utf8 => 1 }, { omit_nulls => 1 }, { columnar => 1 }, (map { { round_digits => $_ } } 0 .. 6),
		{ drop_components => \@names }, { drop_components => [ $names[0] ] }, { drop_components => [ $names[-1] ] },
		{ drop_components => [ @names[ 1 .. $#names ] ] }, { drop_paths => [ pick(1, @$members) ] }, { drop_paths => [@$members] },
		{ compact => 1, utf8 => 1, omit_nulls => 1, columnar => 1, round_digits => 2 });
	foreach (1 .. $random)
	{
		my %one;
		$one{drop_components} = [ pick(1 + rand 3, @names) ] if rand() < 0.3;
		$one{drop_paths} = [ pick(1 + rand 8, @$members) ] if rand() < 0.6;
		$one{dictionary} = [ pick(1 + rand 5, @plain) ] if rand() < 0.4;
		$one{dictionary_keys} = [ pick(1 + rand 2, @keyed) ] if @keyed && rand() < 0.4;
		foreach my $flag (qw(compact utf8 omit_nulls columnar))
		{
			$one{$flag} = 1 if rand() < 0.4;
		}
		$one{round_digits} = int rand 7 if rand() < 0.5;
		my @default = $one{omit_nulls} ? @safe : @fixed;
		$one{defaults} = [ pick(1 + rand 4, @default) ] if @default && rand() < 0.4;
		push @changes, \%one;
	}
	return @changes;
}

sub quoted
{
	my ($string) = @_;
	$string =~ s/(["\\])/\\$1/g;
	return "\"$string\"";
}

sub change_json
{
	my ($one) = @_;
	return '{' . join(', ', map { my $value = $one->{$_};
		"\"$_\": " . (ref $value ? '[' . join(', ', map { quoted($_) } @$value) . ']' : $_ eq 'round_digits' ? $value : 'true') }
		sort keys %$one) . '}';
}

# ---------------------------------------------------------------------------
# The rounding above, by hand.
# ---------------------------------------------------------------------------

my @by_hand = (
	[ '0.5', 0, '1' ], [ '-0.5', 0, '-1' ], [ '0.49999', 0, '0' ], [ '-0.4', 0, '0' ], [ '2.5', 0, '3' ], [ '9.995', 2, '10' ],
	[ '0.385', 2, '0.39' ], [ '1.005', 2, '1.01' ], [ '0.10049', 3, '0.1' ], [ '1e-07', 6, '0' ], [ '5e-07', 6, '0.000001' ],
	[ '1.25e-05', 6, '0.000013' ], [ '5.3e-05', 4, '0.0001' ], [ '5.3e-05', 6, '5.3e-05' ], [ '1.5e+300', 0, '1.5e+300' ],
	[ '3.0', 0, '3.0' ], [ '12', 0, '12' ], [ '99.9995', 3, '100' ], [ '0.07', 1, '0.1' ], [ '0.04', 1, '0' ]);
is(join(' ', map { round_text($_->[0], $_->[1]) } @by_hand), join(' ', map { $_->[2] } @by_hand), 'rounding, by hand');

# ---------------------------------------------------------------------------
# The data.
# ---------------------------------------------------------------------------

my $node = PostgreSQL::Test::Cluster->new('whatif');
$node->init(extra => [ '-E', 'UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off");
$node->start;

# Keys and values that the files have none of, in a member that is copied.
my $odd_meta = <<'JSON';
{"a b": [null, {"x": null, "y": [null, 1.25]}, {}], "quote\"back\\slash": {"é": 0.5, "": 1.5, "*": 2.5}, "tab\there": "\u007f<&>",
 "n": null, "numbers": [-0.5, -0.05, 0.05, 0.049999, 9.995, 99.9995, 999999.9999995, 1e-7, -5e-7, 1.5E+300, 5e-324, 1.7976931348623157e308,
   123456789012345678901234567890.5, 1e16, 12345678901234567.5, 0.0, 3.0, 100, -7, 1e-400, 2.00000049999, 2.0000005],
 "only": {"null": null}, "emoji": "\ud83d\ude00 \\u00e9 \u00e9 \u0001 日本", "deep": [[[{"k": [{"k": null}]}]]], "last": null}
JSON

sub load
{
	my ($database, $file) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'CREATE EXTENSION lbdiag');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $file ], "$database is loaded");
	$node->safe_psql($database, q{
		INSERT INTO lbdiag_layout (name, components, members, cell, compact, ascii)
		SELECT 'plain', components, members, cell, true, false FROM lbdiag_layout WHERE name = 'documented';
		INSERT INTO lbdiag_layout
		SELECT (jsonb_populate_record(l, '{"name": "february", "built_in": false, "js_string": [], "unsent": [], "told_by": null}')).*
		FROM lbdiag_layout AS l WHERE l.name = 'brainscore_2026_02'});
	return unless $database =~ /odd/;
	$node->safe_psql($database, "UPDATE mv_final_model_context SET model_meta = coalesce(model_meta, '{}') || \$json\$$odd_meta\$json\$ WHERE model_id % 3 = 0;
		UPDATE mv_final_model_context SET \"timestamp\" = NULL WHERE model_id % 2 = 0");
}

# Compares a payload of a database; seed is that of its random changes.
sub compare
{
	my ($database, $domain, $viewer, $layout, $seed) = @_;
	my $arguments = "'$domain', '$viewer', '$layout'";
	my $title = "$database: $domain, $viewer, $layout";
	my @members = sort split /\n/, $node->safe_psql($database, qq{
		SELECT component || ':' || path FROM lbdiag_audit_detail($arguments) WHERE sent AND depth > 0 AND right(path, 3) <> '[*]'});
	my @names = split /\n/, $node->safe_psql($database, "SELECT component FROM lbdiag_context($arguments)");
	$has_timestamp = $layout =~ /2026_07/;
	%objects = %values = %has_null = ();
	my @before = split /\n/, $node->safe_psql($database, "SELECT content FROM lbdiag_context($arguments)");
	read_component($names[$_], $before[$_]) foreach 0 .. $#names;
	srand($seed);
	my @changes = changes(\@members, @names);
	my $json = '[' . join(', ', map { change_json($_) } @changes) . ']';
	my $file = "$PostgreSQL::Test::Utils::tmp_check/$database-";
	$node->safe_psql($database, qq{
		BEGIN ISOLATION LEVEL REPEATABLE READ;
		CREATE TEMP TABLE list ON COMMIT DROP AS SELECT \$json\$$json\$json\$::jsonb AS j;
		\\o ${file}payload
		SELECT content FROM lbdiag_context($arguments);
		\\o ${file}whatif
		SELECT c.n, w.* FROM list, jsonb_array_elements(j) WITH ORDINALITY AS c (e, n), LATERAL lbdiag_whatif('$domain', '$viewer', '$layout', c.e) AS w;
		\\o
		COMMIT;
	});
	my @text = split /\n/, slurp_file("${file}payload");
	%paths = ();
	$has_timestamp = $layout =~ /2026_07/;
	$is_compact = $layout eq 'plain';
	my @payload = map { [ $names[$_], read_component($names[$_], $text[$_]) ] } 0 .. $#names;
	is(join("\n", sort grep { /^\w+:\$.*[^\]]$/ } keys %paths), join("\n", @members), "$title: paths");

	my (@whatif, $before);
	foreach my $n (1 .. @changes)
	{
		$change = $changes[ $n - 1 ];
		my $sizes = sizes(\@payload);
		$before //= $sizes;
		my @total = (0) x 4;
		foreach my $name (@names)
		{
			my ($bytes, $gzip) = @{ $sizes->{$name} };
			my @row = ($before->{$name}[0], $bytes, $before->{$name}[1], $gzip);
			push @whatif, join '|', $n, $name, @row;
			$total[$_] += $row[$_] foreach 0 .. 3;
		}
		push @whatif, join '|', $n, 'TOTAL', @total;
	}
	same("${file}whatif", \@whatif, \@changes, "$title: sizes");
}

# Compares the lines of a file, in any order.
sub same
{
	my ($file, $expected, $changes, $title) = @_;
	my %expected = map { $_ => 1 } @$expected;
	my @got = split /\n/, slurp_file($file);
	my @wrong = grep { !delete $expected{$_} } @got;
	ok(!@wrong && !%expected, "$title of " . @$changes . ' changes') and return;
	foreach my $line ((map { "returned: $_" } @wrong), map { "expected: $_" } sort keys %expected)
	{
		my ($n) = $line =~ /: (\d+)/;
		diag("$line  " . substr change_json($changes->[ $n - 1 ]), 0, 1000);
	}
}

my $seed = 0;
foreach my $set ('small', 'edge', 'odd')
{
	foreach my $year ('2026_02', '2026_07')
	{
		my $database = "${set}_$year";
		load($database, "test/data/$set/brainscore_$year.sql");
		compare($database, 'vision', 'all', $year eq "2026_02" ? "february" : "brainscore_$year", ++$seed);
		compare($database, $set eq 'small' ? 'vision' : 'language', 'user:2', 'documented', ++$seed);
		# A viewer without models, and a layout that is compact and not ASCII.
		compare($database, 'vision', 'own:999999', 'documented', ++$seed) if $set eq 'small';
		compare($database, 'language', 'public', 'plain', ++$seed) if $set ne 'small';
	}
}

$node->stop;
done_testing();
