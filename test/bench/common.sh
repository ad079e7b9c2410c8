# Sourced by the scripts of this folder: a cluster with the leaderboard that
# is measured.

. "$top/test/common.sh"

sql() { as_owner "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -v layout="$layout" "$@"; }

# Loads DUMP, an SQL script (plain, .gz or .xz) that makes the source
# relations with their default names, or makes the demo leaderboard without
# one.  Sets models, the relation.
start_leaderboard()
{
    install_packages
    dump=${1:+$(cd "$(dirname "$1")" && pwd)/$(basename "$1")}
    build
    start_cluster
    sql -c 'CREATE EXTENSION lbdiag'
    models=mv_final_model_context
    case $dump in
        '') sql -c 'SELECT count(*) FROM lbdiag_create_demo()' >/dev/null; models=lbdiag_demo.models ;;
        *.xz) xzcat "$dump" | sql >/dev/null ;;
        *.gz) zcat "$dump" | sql >/dev/null ;;
        *) sql <"$dump" >/dev/null ;;
    esac
    sql -c 'VACUUM ANALYZE'
}
