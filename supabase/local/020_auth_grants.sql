-- Rights on what Supabase Lite made on its first start, as hosted Supabase gives them. Run by `supabase_admin`.

grant usage on schema auth to anon, authenticated, service_role;
grant all on schema auth to postgres;
grant all on all tables in schema auth to postgres;
grant all on all sequences in schema auth to postgres;
grant all on all routines in schema auth to postgres;
grant execute on function auth.uid(), auth.role(), auth.jwt(), auth.email() to anon, authenticated, service_role;

-- Lite keeps the history of migrations where the Supabase CLI does; the CLI works as `postgres`.
create schema if not exists supabase_migrations;
alter schema supabase_migrations owner to postgres;
do $$
declare
  made_by_lite regclass;
begin
  for made_by_lite in
    select c.oid from pg_class c where c.relnamespace = 'supabase_migrations'::regnamespace and c.relkind = 'r'
  loop
    execute format('alter table %s owner to postgres', made_by_lite);
  end loop;
end
$$;
