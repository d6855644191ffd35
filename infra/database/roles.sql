-- The roles of Học bạ số, for any PostgreSQL 16 or later. Run as a superuser, as often as you like:
--
--     psql -v ON_ERROR_STOP=1 -f infra/database/roles.sql
--     psql -v ON_ERROR_STOP=1 -v database=hocba -v template=template0 -f infra/database/database.sql
--
-- then give each login role its password with \password. A role without one cannot log in.
--
-- hocba_owner   owns the database and its tables and runs migrations. Tables force row security on their
--               owner too, so that data migrations need BYPASSRLS.
-- hocba_app     what requests log in as. It owns nothing and inherits nothing: it sees rows only after a
--               transaction has taken one of the scope roles.
-- hocba_worker  what the signing worker logs in as, with exactly the grants that migrations give it. To lock what
--               is due it takes the department's role for a transaction, as a request of the department would; to
--               settle a book that changes schools it takes that of the receiving school.

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['hocba_owner', 'hocba_app', 'hocba_worker',
                    'hocba_public', 'hocba_guardian', 'hocba_integrator',
                    'hocba_school', 'hocba_district', 'hocba_department']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE hocba_owner LOGIN BYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE hocba_app LOGIN NOINHERIT NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE hocba_worker LOGIN NOINHERIT NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;

ALTER ROLE hocba_public NOLOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE hocba_guardian NOLOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE hocba_integrator NOLOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE hocba_school NOLOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE hocba_district NOLOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE hocba_department NOLOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;

GRANT hocba_public, hocba_guardian, hocba_integrator, hocba_school, hocba_district, hocba_department TO hocba_app
  WITH INHERIT FALSE, SET TRUE;
GRANT hocba_department, hocba_school TO hocba_worker WITH INHERIT FALSE, SET TRUE;

-- A request that waits for its client must not keep a transaction, and with it row versions and locks, open.
ALTER ROLE hocba_app SET idle_in_transaction_session_timeout = '60s';
