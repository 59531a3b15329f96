#!/bin/sh
# Runs once, on an empty volume: a database and a role for each service, and no way from
# one into another's.
set -eu
make() { # service, password
    psql --username postgres --set ON_ERROR_STOP=1 --set name="$1" --set password="$2" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}
make accounts "$ACCOUNTS_DATABASE_PASSWORD"
make billing "$BILLING_DATABASE_PASSWORD"
make playlists "$PLAYLISTS_DATABASE_PASSWORD"
make notifications "$NOTIFICATIONS_DATABASE_PASSWORD"
