#!/bin/sh
# The first time: make the data, and run what lies in /docker-entrypoint-initdb.d on a
# server that listens on its socket only.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    password=$(mktemp)
    printf %s "$POSTGRES_PASSWORD" >"$password"
    initdb --username=postgres --pwfile="$password" --encoding=UTF8 --locale=C.UTF-8 \
        --auth-local=trust --auth-host=scram-sha-256 >/dev/null
    rm "$password"
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    pg_ctl --wait --options='-c listen_addresses=' start >/dev/null
    for script in /docker-entrypoint-initdb.d/*.sh; do
        [ -x "$script" ] && "$script"
    done
    pg_ctl --wait --mode=fast stop >/dev/null
fi
exec "$@" -c 'listen_addresses=*'
