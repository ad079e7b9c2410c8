# Sourced by test/demo and test/run: packages, a build in a temporary folder,
# and a throw-away PostgreSQL cluster.  Nothing else on the machine changes,
# but for what packages do when they are installed: the extension goes into a
# copy of the server.

fail() { echo "$0: $*" >&2; exit 1; }
say() { echo "== $*"; }

as_root()
{
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "packages are missing ($missing), and installing them takes root or sudo"
    fi
}

# The newest PostgreSQL that is there, or PG_MAJOR.
find_version()
{
    version=${PG_MAJOR:-$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -n 1)}
    case $version in
        *[!0-9]*) fail "PG_MAJOR is \"$version\": it must be a major version of PostgreSQL, such as 15" ;;
    esac
}

# Fails where PG_MAJOR names a version that cannot be had.
check_version()
{
    [ -z "$version" ] || apt-cache show "postgresql-$version" >/dev/null 2>&1 ||
        fail "PostgreSQL $version is not installed, and no package of this system has it; installed: $(
            ls /usr/lib/postgresql 2>/dev/null | sort -n | paste -s -d ' ' -)"
}

# Installs what is missing: arguments are further packages, as file:package,
# where the file tells that the package is there.
install_packages()
{
    find_version
    missing=
    [ -n "$version" ] && [ -x "/usr/lib/postgresql/$version/bin/postgres" ] ||
        missing="postgresql${version:+-$version}"
    for tool in make gcc; do
        command -v $tool >/dev/null || missing="$missing $tool"
    done
    [ -f /usr/include/stdlib.h ] || missing="$missing libc6-dev"
    [ -f /usr/include/zlib.h ] || missing="$missing zlib1g-dev"
    [ -f /usr/include/brotli/encode.h ] || missing="$missing libbrotli-dev"
    [ -f /usr/include/zstd.h ] || missing="$missing libzstd-dev"
    for pair in "$@"; do
        [ -e "${pair%%:*}" ] || missing="$missing ${pair#*:}"
    done
    if [ -n "$missing" ]; then
        say "installing$(printf ' %s' $missing)"
        as_root apt-get -qq update
        check_version
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq -y --no-install-recommends install $missing >/dev/null
        find_version
    fi
    if [ ! -f "/usr/include/postgresql/$version/server/postgres.h" ]; then
        missing="postgresql-server-dev-$version"
        say "installing $missing"
        as_root apt-get -qq update
        check_version
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq -y --no-install-recommends install $missing >/dev/null
    fi
}

# Installs what a test is skipped without, where it can be had: arguments as
# above.
install_optional()
{
    for pair in "$@"; do
        [ ! -e "${pair%%:*}" ] || continue
        missing=${pair#*:}
        say "installing $missing"
        (as_root apt-get -qq update &&
            as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get -qq -y --no-install-recommends install "$missing" >/dev/null) ||
            say "$missing cannot be had: its test is skipped"
    done
}

# Runs a command as the user that owns the cluster, who is never root.
as_owner()
{
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --init-groups \
            env HOME="$work" LC_ALL=C.UTF-8 "$@"
    else
        env LC_ALL=C.UTF-8 "$@"
    fi
}

clean_up()
{
    trap '' INT TERM
    cd /
    [ -n "$work" ] || return 0
    # What an interrupt has hit may still be on its way out, and write.
    for try in 1 2 3 4 5 6 7 8 9 10; do
        for pid in "$work"/data/postmaster.pid "$work"/src/tmp_check/*/*/pgdata/postmaster.pid; do
            [ ! -f "$pid" ] ||
                as_owner "$bin/pg_ctl" -D "${pid%/*}" -m immediate -s stop >/dev/null 2>&1 || true
        done
        ! rm -rf "$work" 2>/dev/null || break
        sleep 0.5
    done
}

# Makes the folder $work, in which programs can be run by who owns the cluster,
# and whose name is short enough for a socket: in TMPDIR, or else /var/tmp.
make_work()
{
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    reasons=
    for place in "${TMPDIR:-/tmp}" /var/tmp; do
        work=
        [ -d "$place" ] && [ -w "$place" ] && work=$(mktemp -d "$place/lbdiag.XXXXXX") ||
            { reasons="$reasons; $place cannot be written"; continue; }
        printf '#!/bin/sh\n' >"$work/try"
        chmod 755 "$work" "$work/try"
        if [ ${#work} -gt 80 ]; then reasons="$reasons; the name of $place is too long for a socket"
        elif ! as_owner "$work/try" 2>/dev/null; then
            reasons="$reasons; programs in $place cannot be run (noexec, or not for the user postgres)"
        else
            rm "$work/try"
            return
        fi
        rm -rf "$work"
    done
    work=
    fail "there is no folder to build in: set TMPDIR to one$reasons"
}

# Copies the source and the server into the folder $work, builds, installs.
build()
{
    make_work
    bin=$work/usr/lib/postgresql/$version/bin
    say "building for PostgreSQL $version in $work"
    mkdir -p "$work/src" "$work/usr/lib/postgresql/$version" "$work/usr/share/postgresql"
    (cd "$top" && tar -cf - --exclude=./.git --exclude='*.o' --exclude='*.so' --exclude='*.bc' .) |
        tar -xf - -C "$work/src" --no-same-owner
    cp -R "/usr/lib/postgresql/$version/bin" "$work/usr/lib/postgresql/$version/bin"
    (cd "/usr/lib/postgresql/$version" && tar -cf - --exclude=lib/bitcode lib) |
        tar -xf - -C "$work/usr/lib/postgresql/$version"
    cp -R "/usr/share/postgresql/$version" "$work/usr/share/postgresql/$version"
    ln -s /usr/include "$work/usr/include"
    if [ "$(id -u)" = 0 ]; then chown -R postgres:postgres "$work"; fi
    chmod 755 "$work"
    cd "$work/src"
    make="make -s PG_CONFIG=$bin/pg_config with_llvm=no"
    as_owner $make ${COPT:+COPT="$COPT"} -j"$(nproc)"
    as_owner $make install >/dev/null
    if [ -n "${SERVER_WRAPPER:-}" ]; then wrap_server; fi
}

# Puts the command SERVER_WRAPPER in front of the server wherever it is
# started, but for initdb's work, which loads no extension.  Checkers' frames
# are large: the stack is what the usual limit of 8 MB allows.
wrap_server()
{
    mv "$bin/postgres" "$bin/postgres.bin"
    cat >"$bin/postgres" <<EOS
#!/bin/sh
case " \$* " in
    *' -V '*|*' --version '*|*' --check '*|*' --boot '*|*' --single '*) exec "\$0.bin" "\$@" ;;
esac
exec $SERVER_WRAPPER "\$0.bin" "\$@" -c jit=off -c max_stack_depth=7MB
EOS
    chmod 755 "$bin/postgres"
}

# Starts a cluster with its socket in $work.
start_cluster()
{
    say "starting a cluster"
    # Nothing of the caller's may lead to another server.
    for name in $(env | sed -n 's/^\(PG[A-Z]*\)=.*/\1/p' | grep -v PGCTLTIMEOUT); do unset "$name"; done
    export PGHOST="$work" PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
    as_owner "$bin/initdb" -D "$work/data" -A trust -U postgres -E UTF8 \
        --locale=C.UTF-8 --no-sync >/dev/null
    as_owner "$bin/pg_ctl" -D "$work/data" -l "$work/log" -w -s \
        -o "-k $work -c listen_addresses= -c fsync=off" start ||
        { cat "$work/log"; fail "the cluster did not start"; }
}
