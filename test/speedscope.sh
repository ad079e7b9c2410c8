# Sourced by test/check: opens both exports for speedscope in speedscope itself,
# in a browser without a window: its list of functions must have their names
# and weights.  Needs node with npm, the npm registry, and chromium; all that
# is fetched is in a temporary folder.

for tool in npm chromium; do
    command -v $tool >/dev/null || fail "$tool is not here"
done
install_packages
build
start_cluster
sql() { as_owner "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

say "fetching speedscope"
as_owner mkdir "$work/npm"
as_owner npm install --silent --no-audit --no-fund --ignore-scripts \
    --cache "$work/npm/cache" --prefix "$work/npm" speedscope@1 >/dev/null
page=$work/npm/node_modules/speedscope/dist/release/index.html

sql -c 'CREATE EXTENSION lbdiag' -c 'SELECT count(*) FROM lbdiag_create_demo(models => 40, benchmarks => 30)' >/dev/null

# The frames that have a weight in the export are the rows of the list: name
# and weight, with and without what is above it, as speedscope has read them.
failed=0
for name in profile audit; do
    sql -o "$work/$name.json" -c "SELECT lbdiag_${name}_export('vision', 'speedscope')"
    printf "speedscope.loadFileFromBase64('%s.json', '%s')\n" $name "$(base64 -w 0 "$work/$name.json")" >"$work/$name.js"
    chmod 644 "$work/$name.js"
    # The list has rows for what a window shows: a high one, for all.  With no
    # window, the page may be taken before the list is drawn.
    for try in 1 2 3 4 5 6 7 8; do
        rm -rf "$work/chromium"
        as_owner timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --allow-file-access-from-files \
            --user-data-dir="$work/chromium" --window-size=1200,4000 --virtual-time-budget=20000 --dump-dom \
            "file://$page#view=sandwich&localProfilePath=$work/$name.js" >"$work/$name.html" 2>"$work/$name.err" ||
            { cat "$work/$name.err"; fail "chromium failed"; }
        ! grep -q '<tr.*<tr' "$work/$name.html" || break
    done
    perl -MJSON::PP -e '
        use utf8;
        my ($json, $html) = map { open my $f, "<", $_ or die "$_: $!\n"; local $/; <$f> } @ARGV;
        my $file = decode_json($json);
        utf8::decode($html);
        my ($profile, @names) = ($file->{profiles}[0], map { $_->{name} } @{$file->{shared}{frames}});
        # What a name has of its own, and with what is above it.
        my (%self, %total);
        for my $i (0 .. $#{$profile->{samples}}) {
            my @stack = @{$profile->{samples}[$i]};
            my %once = map { $names[$_] => 1 } @stack;
            $self{$names[$stack[-1]]} += $profile->{weights}[$i];
            $total{$_} += $profile->{weights}[$i] for keys %once;
        }
        my ($title) = $html =~ m{<title>(.*?) - speedscope</title>};
        die "speedscope has not opened it: title \"" . ($title // "") . "\"\n" unless ($title // "") eq $file->{name};
        my %rows;
        for my $row ($html =~ m{<tr\b.*?</tr>}gs) {
            my @cells = map { s/<[^>]*>//gr } $row =~ m{<td\b.*?</td>}gs;
            my @percent = map { / \(((?:&lt;)?[\d.]+)%\)/ } @cells;
            $rows{$cells[2]} = \@percent if @cells == 3 && @percent == 2;
        }
        my $n = keys %rows;
        my @wrong;
        for my $name (keys %total) {
            my $row = $rows{$name};
            if (!$row) { push @wrong, "$name is not in the list"; next; }
            my @told = map { 100 * $_ / $profile->{endValue} } $total{$name}, $self{$name} // 0;
            push @wrong, "$name: $row->[$_] %, not $told[$_] %"
                for grep { my $p = $row->[$_] =~ s/&lt;//r; abs($p - $told[$_]) > 0.02 + $told[$_] / 20 } 0, 1;
        }
        push @wrong, "$_ is not in the export" for grep { !exists $total{$_} } keys %rows;
        die map { "$_\n" } @wrong if @wrong;
        print "$title: $n names with their weights\n";
    ' "$work/$name.json" "$work/$name.html" || failed=1
done
[ $failed = 0 ]
