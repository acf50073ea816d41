#!/bin/bash
# Runs a command beside a PostgreSQL of its own: SHIAN_TEST_PG holds its address; it is gone when the command ends.
# Usage: with-postgres.sh COMMAND...
set -euo pipefail

programs=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -1) || true
[ -n "$programs" ] || programs=$(pg_config --bindir)
place=$(mktemp -d "${TMPDIR:-/tmp}/shian-pg.XXXXXX")

# PostgreSQL refuses to run as root; Debian's package brings the user `postgres`.
as_owner=()
if [ "$(id -u)" = 0 ]; then
    chown postgres "$place"
    as_owner=(runuser -u postgres --)
fi
owner() { (cd "$place" && "${as_owner[@]}" "$programs/$1" "${@:2}"); }

end() {
    owner pg_ctl stop -D "$place/data" -m immediate -s >/dev/null 2>&1 || true
    rm -rf "$place"
}
trap end EXIT
trap 'exit 130' INT TERM

owner initdb -D "$place/data" -U shian -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
# Nothing here outlives the run, so nothing needs to be safe against power loss.
cat >>"$place/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$place'
max_connections = 200
shared_buffers = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
CONF
for _ in 1 2 3 4 5 6 7 8 9 10; do # a port may be taken between choosing and binding: choose again
    port=$((20000 + RANDOM))
    if owner pg_ctl start -D "$place/data" -o "-p $port" -l "$place/log" -w -s </dev/null >/dev/null 2>&1; then
        SHIAN_TEST_PG="postgres://shian@127.0.0.1:$port/postgres" "$@"
        exit
    fi
done
cat "$place/log" >&2
exit 1
