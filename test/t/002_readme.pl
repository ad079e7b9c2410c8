# The SQL of the README runs as it stands, in its order.
use strict;
use warnings;

use File::Basename;
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
my @blocks = $readme =~ /^```sql\n(.*?)^```/msg;
cmp_ok(scalar @blocks, '>', 8, 'the README has SQL');
foreach my $block (@blocks)
{
	my ($status, $out, $err) = $node->psql('postgres', $block);
	my ($first) = $block =~ /^(.{0,60})/;
	is($status, 0, "works: $first") or diag $err;
}

# What it says of versions and functions is so.
my ($version) = slurp_file(dirname(__FILE__) . '/../../lbdiag.control') =~ /default_version = '(.*?)'/;
is($node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'lbdiag'}), $version, 'version');
# Internal ones begin with an underscore.
my @undocumented = grep { $readme !~ /\b$_\b/ && !/^_/ } split /\n/, $node->safe_psql('postgres', q{
	SELECT p.proname FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
	JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lbdiag'});
is("@undocumented", '', 'all functions are documented');

$node->stop;
done_testing();
