# Run by the image of PostgreSQL when its data folder is empty: the roles and the database of docs/security.md.
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$(cat /run/secrets/passwords/owner)" -v worker="$(cat /run/secrets/passwords/worker)" <<'SQL'
CREATE ROLE occ_owner LOGIN PASSWORD :'owner';
CREATE ROLE occ_worker LOGIN PASSWORD :'worker';
GRANT occ_worker TO occ_owner;
CREATE DATABASE occ OWNER occ_owner ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE occ FROM PUBLIC;
GRANT CONNECT ON DATABASE occ TO occ_worker;
SQL
