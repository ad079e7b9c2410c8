# The files that describe the package are valid and agree with one another:
# the version stands in the control file, the others repeat it.
use strict;
use warnings;

use Cwd;
use File::Basename;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = Cwd::abs_path(dirname(__FILE__) . '/../..');

# What PGXN Meta Spec 1.0.0 demands of the keys that META.json may have.
my $version = qr/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[a-zA-Z][0-9a-zA-Z-]*)?$/;
my $range = qr/^(?:(?:[=!]=|[<>]=?)\s*)?(?:0|\d+\.\d+\.\d+)(?:,\s*(?:[=!]=|[<>]=?)?\s*\d+\.\d+\.\d+)*$/;
my $term = qr{^[^\s/\\[:cntrl:]]{2,}$};
my $tag = qr{^[^/\\[:cntrl:]]{2,255}$};
my $uri = qr{^[a-z]+:\S+$};
my $path = qr{^(?!/)(?!.*\.\.)[^\\]+$};
my $text = qr/\S/;
my %prereq = map { $_ => { '*' => $range } } qw(requires recommends suggests conflicts);
my %rule = (
	'name!' => $term,
	'version!' => $version,
	'abstract!' => $text,
	'maintainer!' => $text,
	'license!' => qr/^postgresql$/,
	'provides!' => { '*' => { 'file!' => $path, 'version!' => $version, abstract => $text, docfile => $path } },
	'meta-spec!' => { 'version!' => qr/^1\.0\.\d+$/, url => $uri },
	description => $text,
	generated_by => $text,
	tags => [$tag],
	prereqs => { map { $_ => \%prereq } qw(configure build test runtime develop) },
	release_status => qr/^(?:stable|testing|unstable)$/,
	resources => {
		homepage => $uri,
		bugtracker => { web => $uri, mailto => qr/@/ },
		repository => { url => $uri, web => $uri, type => qr/^[a-z]+$/ } });

# The places where a value breaks its rule: a pattern for a string, a list of
# one rule for lists, and for objects the rules of their members, where "!"
# marks what must be there and "*" stands for any name.
sub faults
{
	my ($at, $value, $rule) = @_;

	return (!defined $value || ref $value || $value !~ $rule) ? ($at) : () if ref $rule eq 'Regexp';
	return (ref $value ne ref $rule) ? ($at) : () if ref $value ne ref $rule;
	return @$value ? map { faults("$at\[]", $_, $rule->[0]) } @$value : ($at) if ref $rule eq 'ARRAY';

	my @faults = map { /^(.*)!$/ && !exists $value->{$1} ? "$at.$1" : () } sort keys %$rule;
	push @faults, $at if !%$value;
	foreach my $key (sort keys %$value)
	{
		next if $key =~ /^[xX]_./;
		my $member = $rule->{"$key!"} // $rule->{$key} // $rule->{'*'};
		push @faults, defined $member ? faults("$at.$key", $value->{$key}, $member) : "$at.$key";
	}
	return @faults;
}

my $json = slurp_file("$top/META.json");
my $meta = decode_json($json);
is_deeply([ faults('META', $meta, \%rule) ], [], 'META.json is valid');

# The rules find what they are for.
foreach my $case (
	[ 'META.license', sub { delete $_[0]{license} } ],
	[ 'META.version', sub { $_[0]{version} = '1.0' } ],
	[ 'META.name', sub { $_[0]{name} = 'two words' } ],
	[ 'META.provides.lbdiag.file', sub { delete $_[0]{provides}{lbdiag}{file} } ],
	[ 'META.provides', sub { $_[0]{provides} = {} } ],
	[ 'META.tags', sub { $_[0]{tags} = 'json' } ],
	[ 'META.prereqs.runtime.requires.PostgreSQL', sub { $_[0]{prereqs}{runtime}{requires}{PostgreSQL} = '15' } ],
	[ 'META.licence', sub { $_[0]{licence} = 'postgresql' } ])
{
	my ($fault, $break) = @$case;
	my $broken = decode_json($json);
	$break->($broken);
	is_deeply([ faults('META', $broken, \%rule) ], [$fault], "a fault in $fault is found");
}

# Versions.  Three numbers where PGXN wants them.
my ($default) = slurp_file("$top/lbdiag.control") =~ /^default_version = '(\d+\.\d+(?:\.\d+)?)'$/m;
ok(defined $default, 'the control file has a version');
my $release = $default =~ /\..*\./ ? $default : "$default.0";
is($meta->{version}, $release, 'version in META.json');
my $provided = $meta->{provides}{lbdiag};
is($provided->{version}, $release, 'version of what META.json provides');
my ($debian) = slurp_file("$top/debian/changelog") =~ /^lbdiag \((.*)-[^-]*\) /;
is($debian, $release, 'version in debian/changelog');
my ($newest) = slurp_file("$top/CHANGELOG.md") =~ /^## (\S+)/m;
is($newest, $default, 'version in CHANGELOG.md');
like(`make -n -C "$top" dist`, qr/--prefix=lbdiag-\Q$release\E\/ --output=lbdiag-\Q$release\E\.zip HEAD$/m,
	'version of the archive');

# Files, servers and licence.
ok(-s "$top/$provided->{file}", "$provided->{file} is there");
ok(-s "$top/$provided->{docfile}", "$provided->{docfile} is there");
my ($oldest) = slurp_file("$top/debian/pgversions") =~ /^(\d+)\+$/m;
is($meta->{prereqs}{runtime}{requires}{PostgreSQL}, "$oldest.0.0", 'oldest server in META.json and debian/pgversions');
my $control = slurp_file("$top/debian/control.in");
$control =~ s/PGVERSION/15/g;
is(slurp_file("$top/debian/control"), $control, 'debian/control is debian/control.in for PostgreSQL 15');
my ($licence) = slurp_file("$top/LICENSE") =~ /^(Permission.*)/ms;
my ($packaged) = slurp_file("$top/debian/copyright") =~ /^( Permission.*)/ms;
$packaged =~ s/^ \.?//mg;
is($packaged, $licence, 'debian/copyright has the text of LICENSE');

# Links between the pages lead to files.
foreach my $page ('README.md', 'CONTRIBUTING.md', 'RELEASE.md', glob("$top/doc/*.md"))
{
	my $file = $page =~ m{^/} ? $page : "$top/$page";
	my @dead = grep { !m{^[a-z]+:} && !-e dirname($file) . "/$_" } slurp_file($file) =~ /\]\(([^)#\s]+)/g;
	is("@dead", '', 'links of ' . basename($file));
}

done_testing();
