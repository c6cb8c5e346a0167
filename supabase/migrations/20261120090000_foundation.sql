-- Privileges before tables: what a role may do is granted by name, never inherited from a default.

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gin with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists pgcrypto with schema extensions;

alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from public, anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

-- `gateway` is the login of api_gateway: it holds nothing and must choose a role for every transaction.
-- Its password is set by the operator (`alter role gateway password …`), never in a migration.
do $$
begin
    if not exists (select from pg_roles where rolname = 'workflow') then
        create role workflow nologin noinherit nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'jobs') then
        create role jobs nologin noinherit nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'gateway') then
        create role gateway login noinherit nobypassrls;
    end if;
end
$$;
grant authenticated, workflow, jobs to gateway with inherit false, set true;
grant usage on schema public to authenticated, workflow;
grant usage on schema extensions to workflow;

-- Procrastinate's tables live in a schema of their own, out of reach of members and workflows.
create schema if not exists jobs;
grant usage, create on schema jobs to jobs;

-- The schema that Supabase's REST door shows is empty on purpose: api_gateway is the only writer.
create schema if not exists api;
comment on schema api is 'The only schema exposed over REST. Empty: panel and workflows go through api_gateway.';
grant usage on schema api to anon, authenticated;

create schema if not exists private;
comment on schema private is 'Functions that cross a wall on purpose, each for one thing. Never exposed over REST.';
grant usage on schema private to authenticated, workflow;

create function private.touch_updated_at() returns trigger
language plpgsql set search_path = '' as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end
$$;

create function private.workflow_organization_id() returns uuid
language sql stable set search_path = '' as $$
    select nullif(current_setting('app.organization_id', true), '')::uuid
$$;
comment on function private.workflow_organization_id() is
    'The organization to which a workflow session is narrowed; null (and so no row) when it is not.';
grant execute on function private.workflow_organization_id() to workflow;

-- Who acts and why, as set by api_gateway at the head of a transaction; read by the log triggers.
create function private.current_actor() returns text
language sql stable set search_path = '' as $$
    select coalesce(
        nullif(current_setting('app.actor', true), ''),
        'user:' || nullif(current_setting('request.jwt.claim.sub', true), ''),
        'system'
    )
$$;
grant execute on function private.current_actor() to authenticated, workflow;

create function private.current_reason() returns text
language sql stable set search_path = '' as $$
    select nullif(current_setting('app.reason', true), '')
$$;
grant execute on function private.current_reason() to authenticated, workflow;
