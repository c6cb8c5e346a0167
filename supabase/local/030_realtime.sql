-- Broadcast from the database, where Supabase Realtime is missing: `realtime.send`, `realtime.topic` and the table whose
-- policies decide who may join a private channel. The bridge in sandbox/ delivers what is announced here. A message is
-- announced by its id, because a NOTIFY carries 8,000 bytes at most.

create schema if not exists realtime;
grant usage on schema realtime to anon, authenticated, service_role, postgres;

create table if not exists realtime.messages (
  id uuid not null default gen_random_uuid(),
  topic text not null,
  extension text not null,
  event text,
  payload jsonb,
  private boolean default false,
  inserted_at timestamp not null default now(),
  updated_at timestamp not null default now(),
  primary key (id, inserted_at)
);
create index if not exists messages_inserted_at on realtime.messages (inserted_at);

-- On hosted Supabase `postgres` may write policies on this table without owning it; a plain Postgres knows only owners.
alter table realtime.messages owner to postgres;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

create or replace function realtime.topic() returns text
language sql stable
set search_path = ''
as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;
grant execute on function realtime.topic() to anon, authenticated, service_role, postgres;

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql
set search_path = ''
as $$
declare
  message_id uuid := gen_random_uuid();
begin
  begin
    perform set_config('realtime.topic', send.topic, true);
    insert into realtime.messages (id, topic, extension, event, payload, private)
    values (
      message_id,
      send.topic,
      'broadcast',
      send.event,
      case when send.payload ? 'id' then send.payload else send.payload || jsonb_build_object('id', message_id) end,
      send.private
    );
  exception when others then
    -- A notice to a browser never undoes the work that it tells about.
    raise warning 'realtime.send failed: %', sqlerrm;
  end;
end
$$;
revoke execute on function realtime.send(jsonb, text, text, boolean) from public;
grant execute on function realtime.send(jsonb, text, text, boolean) to anon, authenticated, service_role, postgres;

create or replace function realtime.announce_message() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform pg_notify('realtime_messages', new.id::text);
  return null;
end
$$;

create or replace trigger announce_message
after insert on realtime.messages
for each row when (new.extension = 'broadcast')
execute function realtime.announce_message();
