#!/bin/sh
# Runs once, on an empty data folder: a database and a user for each service, which sees no other database.
set -eu
for service in registration sessions badges streaming_gateway; do
    name=$(echo "$service" | tr '[:lower:]' '[:upper:]')
    PASSWORD=$(printenv "PLENARY_${name}_DATABASE_PASSWORD") || {
        echo "PLENARY_${name}_DATABASE_PASSWORD is missing" >&2
        exit 1
    }
    export PASSWORD
    psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set service="$service" <<'SQL'
\getenv password PASSWORD
CREATE ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
REVOKE CONNECT ON DATABASE template1 FROM PUBLIC;
SQL
