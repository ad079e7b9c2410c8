# The SQL of the README runs as it stands, in its order, and prints what the
# README says.  WRITE_README=FILE writes the README with what it prints.
use strict;
use warnings;

use File::Basename;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;

# The README, and the pages that go on from it, in one database.
my $top = dirname(__FILE__) . '/../..';
my $readme = join '', map { slurp_file("$top/$_") }
	'README.md', map { "doc/$_.md" } qw(install reference audit html encodings json whatif profile profile_sql history leaderboard permissions limits reliability);
my @blocks;
push @blocks, { sql => $1, output => $2 } while $readme =~ /^```sql\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?/msg;
cmp_ok(scalar @blocks, '>', 8, 'the README has SQL');
my $written = slurp_file("$top/README.md");
foreach my $block (@blocks)
{
	my $sql = $block->{sql};
	my $input = $sql;
	my ($first) = $sql =~ /^(.{0,60})/;
	my ($out, $err);
	IPC::Run::run([ 'psql', '-X', '-q', '-P', 'pager=off', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ],
		'<', \$input, '>', \$out, '2>', \$err);
	is($?, 0, "works: $first") or diag $err;
	next if !defined $block->{output};
	$out =~ s/ +$//mg;
	$out =~ s/\n+\z/\n/;
	my ($printed, $told) = map { $sql =~ /tottime_ms/ ? by_name($_) : $_ } $out, $block->{output};
	is(comparable($printed, $printed), comparable($told, $printed), "prints what the README says: $first");
	my $before = "```sql\n$sql```\n\n```\n";
	$written =~ s/(\Q$before\E).*?(^```\n)/$1$out$2/ms;
}
if ($ENV{WRITE_README})
{
	open my $file, '>', $ENV{WRITE_README} or die "$ENV{WRITE_README}: $!";
	print $file $written;
	close $file or die;
}

# Words of an output, without the server's version.  Of numbers, those with a point are times and shares, which
# differ; others are those printed now where they are near, as the time of the
# build and the version of zlib make them differ a little.
sub comparable
{
	my ($text, $printed) = @_;
	s/PostgreSQL [^\n]*// foreach $text, $printed;
	my @printed = split /[\s|]+/, $printed;
	my $number = 0;
	return join ' ', map {
		my $now = $printed[ $number++ ] // '';
		/^-+(\+-+)*$/ ? '-'
		  : /^-?\d+\.\d+$/ ? 'N'
		  : /^-?\d+$/ && $now =~ /^-?\d+$/ && abs($_ - $now) <= 5 + abs($now) / 50 ? $now
		  : $_
	} split /[\s|]+/, $text;
}

# Rows of a profile in the order of their functions: that of their times, where
# two are close, is not always the same.
sub by_name
{
	return join '', map { $_->[1] } sort { $a->[0] cmp $b->[0] }
	  map { [ (split /\|/)[-2] // '', $_ ] } $_[0] =~ /^.*\n/mg;
}

# What it says of the version is so.
my ($version) = slurp_file(dirname(__FILE__) . '/../../lbdiag.control') =~ /default_version = '(.*?)'/;
is($node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'lbdiag'}), $version, 'version');

$node->stop;
done_testing();
