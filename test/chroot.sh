# Sourced by test/versions and test/package, behind test/common.sh: chroots of
# other releases of Debian.

# Runs this script again, with the arguments given, with mounts and processes
# of its own: they end with it, whatever ends it, so that deleting chroots is
# safe.  There LBDIAG_INSIDE is the folder for the chroots.  It is a fresh one,
# deleted at the end, unless CHROOTS names one.
contain()
{
    inside=
    if [ -z "${CHROOTS:-}" ]; then
        folder=$(mktemp -d "${TMPDIR:-/var/tmp}/lbdiag.XXXXXX")
        chmod 755 "$folder"
        trap delete_chroots EXIT
    else
        mkdir -p "$CHROOTS"
        folder=$(cd "$CHROOTS" && pwd)
        trap stop_inside EXIT
    fi
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    LBDIAG_INSIDE=$folder unshare --mount --mount-proc --ipc --pid --fork --kill-child \
        sh "$0" "$@" &
    inside=$!
    status=0
    wait "$inside" || status=$?
    inside=
    exit $status
}

stop_inside()
{
    [ -z "$inside" ] || kill -KILL "$inside" 2>/dev/null || true
}

delete_chroots()
{
    trap '' INT TERM HUP
    stop_inside
    for try in 1 2 3 4 5 6 7 8 9 10; do
        ! rm -rf --one-file-system "$folder" 2>/dev/null || break
        sleep 0.5
    done
}

# Sets mirror: MIRROR, or the first repository of Debian in apt's sources, whose
# label is known once its index has been fetched.
find_mirror()
{
    mirror=${MIRROR:-$(list_mirrors | head -n 1)}
    if [ -z "$mirror" ]; then
        apt-get -qq update
        mirror=$(list_mirrors | head -n 1)
    fi
    [ -n "$mirror" ] || fail "apt's sources name no mirror of Debian: set MIRROR"
}

list_mirrors()
{
    apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian|//p'
}

# The version of PostgreSQL that is tested in sid.
newest=19

# Makes the chroot of a suite in a folder, with its settings for apt.
bootstrap()
{
    # Releases that are newer than debootstrap are made as sid is.
    script=
    [ -e "/usr/share/debootstrap/scripts/$1" ] || script=/usr/share/debootstrap/scripts/sid
    debootstrap --variant=minbase "$1" "$2" "$mirror" $script
    mkdir "$2/etc/postgresql-common"
    echo 'create_main_cluster = false' >"$2/etc/postgresql-common/createcluster.conf"
    # A testing release's index may be past its date.
    echo 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/90test"
    echo force-unsafe-io >"$2/etc/dpkg/dpkg.cfg.d/test"
    # Packages shall start no servers.
    printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d"
    chmod 755 "$2/usr/sbin/policy-rc.d"
    [ "$1" != sid ] || add_experimental "$2"
}

# PostgreSQL that is not released yet is in experimental, which is no release of
# its own: nothing else is taken from there.
add_experimental()
{
    echo "deb $mirror experimental main" >"$1/etc/apt/sources.list.d/experimental.list"
    printf 'Package: src:postgresql-%s src:postgresql-common\nPin: release a=experimental\nPin-Priority: 500\n' \
        "$newest" >"$1/etc/apt/preferences.d/experimental"
}

mount_in()
{
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/dev/shm"
}
