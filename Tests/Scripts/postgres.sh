#!/usr/bin/env bash
# Runs a PostgreSQL of its own in a folder until its standard input ends.
# usage: postgres.sh [--temporary] FOLDER [NAME=VALUE...]     settings of the server besides; --temporary deletes FOLDER at the end
# The socket is in FOLDER, whose path must be short (unix(7): 108 bytes); nothing listens on a port unless the settings say so. The
# superuser is postgres: without a password at the socket, with one elsewhere. Prints «ready PID» once it answers.
set -euo pipefail
temporary=
if [ "$1" = --temporary ]; then
    temporary=yes
    shift
fi
folder="$1"
shift
settings=()
for setting in "$@"; do settings+=(-c "$setting"); done
bin="$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -1)"
# It refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
cd "$folder"
if [ ! -d "$folder/data" ]; then
    "${as[@]}" "$bin/initdb" --pgdata "$folder/data" --username=postgres --auth-local=trust --auth-host=scram-sha-256 \
        --encoding=UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
fi
"${as[@]}" "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= "${settings[@]}" >>"$folder/server.log" 2>&1 &
server=$!
# Immediate: nobody is waited for.
finish() {
    kill -QUIT $server 2>/dev/null || true
    wait $server 2>/dev/null || true
    if [ -n "$temporary" ]; then cd / && rm -rf "$folder"; fi
}
trap finish EXIT
until "$bin/pg_isready" --quiet --host="$folder"; do
    kill -0 $server 2>/dev/null || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.05
done
echo "ready $server"
cat >/dev/null || true
