-- What a hosted Supabase database has before the first migration runs. Only for the laptop and the tests, and safe to run
-- again. Run by the superuser `supabase_admin`. `postgres` is, as on hosted Supabase, not a superuser: a migration that
-- needs one fails here too.

do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (
      values
        ('anon', 'nologin noinherit'),
        ('authenticated', 'nologin noinherit'),
        ('service_role', 'nologin noinherit bypassrls'),
        ('authenticator', 'nologin noinherit'),
        ('postgres', 'login createdb createrole replication bypassrls')
    ) as roles (name, attributes)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.attributes);
    end if;
  end loop;
end
$$;

grant anon, authenticated, service_role, authenticator to postgres with admin option, inherit true;
grant anon, authenticated, service_role to authenticator with inherit false;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;

alter database postgres owner to postgres;
alter schema public owner to postgres;
grant usage on schema public to anon, authenticated, service_role;

-- The generous defaults of a hosted project, so that a migration which forgets to revoke them is caught here as well.
alter default privileges for role postgres in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on functions to anon, authenticated, service_role;

create schema if not exists extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;
create extension if not exists pgcrypto schema extensions;
create extension if not exists "uuid-ossp" schema extensions;
create extension if not exists pg_stat_statements schema extensions;

alter database postgres set search_path to "$user", public, extensions;
alter database postgres set timezone to 'UTC';
