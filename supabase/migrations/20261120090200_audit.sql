-- audit: every change of what matters, by whom, from what to what. Nobody can update or delete a row.

create table public.audit_log (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    actor text not null,
    action text not null check (action in ('insert', 'update', 'delete')),
    entity text not null,
    entity_id uuid,
    before jsonb,
    after jsonb,
    reason text,
    ip text,
    user_agent text,
    request_id text,
    created_at timestamptz not null default clock_timestamp()
);
comment on table public.audit_log is 'Append-only: insert is the triggers'' alone, and no role holds update or delete.';
create index audit_log_organization_id_idx on public.audit_log (organization_id, created_at desc, id desc);
create index audit_log_entity_idx on public.audit_log (organization_id, entity, entity_id, created_at desc);
select private.protect('public.audit_log', 'admin', null, null, null);

create function private.audit_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    -- Never logged: sealed secrets, token hashes, lease tokens, and columns that move with every beat.
    hidden text[] := '{sealed_key,sealed_secret,sealed_previous_secret,sealed_traces,token_hash,lease_token,lease_until,last_sent_at,updated_at,search_text}';
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - hidden end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - hidden end;
    whole jsonb := coalesce(new_row, old_row);
    organization uuid := coalesce(whole ->> 'organization_id', whole ->> 'id')::uuid;
begin
    if tg_op = 'UPDATE' then
        if old_row = new_row then
            return null;
        end if;
        select jsonb_object_agg(key, old_row -> key), jsonb_object_agg(key, value) into old_row, new_row
        from jsonb_each(new_row) where value is distinct from (old_row -> key);
    end if;
    if not exists (select from public.organizations where id = organization) then
        return null;
    end if;
    insert into public.audit_log (organization_id, actor, action, entity, entity_id, before, after, reason, ip, user_agent, request_id)
    values (
        organization, private.current_actor(), lower(tg_op), tg_table_name, (whole ->> 'id')::uuid, old_row, new_row,
        private.current_reason(), nullif(current_setting('app.ip', true), ''),
        nullif(current_setting('app.user_agent', true), ''), nullif(current_setting('app.request_id', true), '')
    );
    return null;
end
$$;

create function private.audit(target regclass) returns void
language plpgsql set search_path = '' as $$
begin
    execute format('create trigger audit_change after insert or update or delete on %s
                    for each row execute function private.audit_change()', target);
end
$$;

select private.audit('public.organizations');
select private.audit('public.memberships');
select private.audit('public.invitations');
