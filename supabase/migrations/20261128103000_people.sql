-- people: whoever leaves takes no open hand along, two owners cannot unmake each other, and what a person changes is logged.

-- Two owners who demote each other at the same moment each see the other still standing: the organization's row is where
-- they meet. The rest is as it was.
create or replace function private.keep_an_owner() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if old.role = 'owner' and old.status = 'active' and (tg_op = 'DELETE' or new.role <> 'owner' or new.status <> 'active') then
        perform from public.organizations where id = old.organization_id for no key update;
        if found and not exists (
            select from public.memberships
            where organization_id = old.organization_id and role = 'owner' and status = 'active' and id <> old.id
        ) then
            raise exception 'An organization keeps at least one active owner.' using errcode = 'check_violation',
                constraint = 'memberships_keep_an_owner';
        end if;
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end
$$;

-- The address is read where the sign-in keeps it, and not believed: a token may be older than a change of address.
create or replace function private.accept_invitation(token_hash text, email_norm text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
    person uuid := (select auth.uid());
    invitation public.invitations;
begin
    select i.* into invitation from public.invitations i
    join auth.users u on u.id = person and lower(u.email) = i.email_norm
    where i.token_hash = accept_invitation.token_hash and i.email_norm = accept_invitation.email_norm
      and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
    for update of i;
    if invitation.id is null then
        return null;
    end if;
    insert into public.memberships (organization_id, user_id, role)
    values (invitation.organization_id, person, invitation.role)
    on conflict (organization_id, user_id) do nothing;
    update public.invitations set accepted_at = now(), accepted_by = person where id = invitation.id;
    return invitation.organization_id;
end
$$;

create function private.withdraw_invitations() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    is_gone boolean := tg_op = 'DELETE' or new.status <> 'active';
begin
    if is_gone or private.role_rank(new.role) < private.role_rank('admin') then
        update public.invitations i set revoked_at = now()
        where i.organization_id = old.organization_id and i.accepted_at is null and i.revoked_at is null
          and (i.invited_by = old.user_id
               or is_gone and i.email_norm = (select lower(u.email) from auth.users u where u.id = old.user_id));
    end if;
    return null;
end
$$;
comment on function private.withdraw_invitations() is
    'Who may invite no more has no invitation open, to a second address of theirs for instance; who is out has none to come back by.';
create trigger withdraw_invitations after update of role, status or delete on public.memberships
for each row execute function private.withdraw_invitations();

-- What the log never shows: sealed secrets, token hashes, lease tokens, raw bytes, and columns that move with every beat.
create function private.audit_hidden() returns text[]
language sql immutable set search_path = '' as $$
    select '{sealed_key,sealed_secret,sealed_previous_secret,sealed_traces,token_hash,lease_token,lease_until,last_sent_at,updated_at,search_text,raw_body,headers,idempotency_key}'::text[]
$$;

create or replace function private.audit_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - private.audit_hidden() end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - private.audit_hidden() end;
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

-- A file of a hundred thousand people is not a hundred thousand entries: many rows at once are told by their number.
create function private.audit_insert() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into public.audit_log (organization_id, actor, action, entity, entity_id, after, reason, ip, user_agent, request_id)
    select made.organization_id, private.current_actor(), 'insert', tg_table_name, made.id, made.shown,
           private.current_reason(), nullif(current_setting('app.ip', true), ''),
           nullif(current_setting('app.user_agent', true), ''), nullif(current_setting('app.request_id', true), '')
    from (
        select c.organization_id, case when count(*) = 1 then (array_agg(c.id))[1] end as id,
               case when count(*) = 1 then (array_agg(c.whole))[1]
                    else jsonb_build_object('count', count(*), 'first_ids', (array_agg(c.id))[1:20]) end as shown
        from (
            select r.organization_id, r.id,
                   case when count(*) over () = 1 then to_jsonb(r) - private.audit_hidden() end as whole
            from created r
        ) c
        group by c.organization_id
    ) made;
    return null;
end
$$;

-- Tables that workflows write all the time, and which keep a log of that of their own: only what a person does is logged here.
create function private.audit_people(target regclass) returns void
language plpgsql set search_path = '' as $$
begin
    execute format('create trigger audit_insert after insert on %s referencing new table as created
                    for each statement when (private.current_actor() like ''user:%%'')
                    execute function private.audit_insert()', target);
    execute format('create trigger audit_change after update or delete on %s
                    for each row when (private.current_actor() like ''user:%%'')
                    execute function private.audit_change()', target);
end
$$;

select private.audit_people('public.prospects');
select private.audit_people('public.companies');
select private.audit_people('public.tags');
select private.audit_people('public.prospect_tags');
select private.audit_people('public.prospect_imports');
select private.audit_people('public.campaign_mailboxes');
select private.audit_people('public.enrollments');
select private.audit_people('public.messages');
select private.audit_people('public.send_intents');
select private.audit_people('public.retention_items');
select private.audit_people('public.inbound_endpoints');
select private.audit_people('public.inbound_events');
select private.audit_people('public.workflow_runs');
select private.audit_people('public.alerts');
