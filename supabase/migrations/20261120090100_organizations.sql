-- organizations: who works here, in which role, invited by whom.

create table public.organizations (
    id uuid primary key default gen_random_uuid(),
    name text not null check (length(trim(name)) between 1 and 200),
    locale text not null default 'fr' check (locale in ('fr', 'en')),
    time_zone text not null default 'Europe/Paris',
    sending_stopped_at timestamptz,
    sending_stopped_by uuid,
    sending_stopped_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.organizations is 'A customer. Everything else belongs to one of these.';
comment on column public.organizations.sending_stopped_at is 'When set, nothing leaves in this organization''s name.';

create table public.profiles (
    id uuid primary key references auth.users (id) on delete cascade,
    full_name text not null default '',
    locale text not null default 'fr' check (locale in ('fr', 'en')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.profiles is 'What a person told us about themself; the sign-in itself is Supabase Auth''s.';

create table public.memberships (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    user_id uuid not null references auth.users (id) on delete cascade,
    role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
    status text not null default 'active' check (status in ('active', 'suspended')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, user_id)
);
comment on table public.memberships is 'Who belongs to an organization, and how far their hand reaches.';
create index memberships_user_id_idx on public.memberships (user_id);

create table public.invitations (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    email text not null,
    email_norm text not null,
    role text not null check (role in ('admin', 'member', 'viewer')),
    token_hash text not null unique,
    invited_by uuid references auth.users (id) on delete set null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by uuid references auth.users (id) on delete set null,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.invitations is 'An open hand to one e-mail address. Only the hash of its token is kept.';
create index invitations_organization_id_idx on public.invitations (organization_id, created_at desc, id desc);
create index invitations_invited_by_idx on public.invitations (invited_by);
create index invitations_accepted_by_idx on public.invitations (accepted_by);

create function private.role_rank(role text) returns int
language sql immutable set search_path = '' as $$
    select case role when 'owner' then 4 when 'admin' then 3 when 'member' then 2 when 'viewer' then 1 else 0 end
$$;

create function private.member_organization_ids(minimum_role text default 'viewer') returns setof uuid
language sql stable security definer set search_path = '' as $$
    select m.organization_id
    from public.memberships m
    where m.user_id = (select auth.uid())
      and m.status = 'active'
      and private.role_rank(m.role) >= private.role_rank(minimum_role)
$$;
comment on function private.member_organization_ids(text) is
    'The organizations in which the caller is an active member of at least this role. Planned once per statement.';
grant execute on function private.member_organization_ids(text) to authenticated;

-- One place that writes the walls of a table, so that no table gets a weaker one by a slip of the hand.
-- `read`, `write`, `remove` name the least role that may; null: nobody. `workflow`: commands the workflow role may use
-- inside the organization to which its session is narrowed.
create function private.protect(
    target regclass, read text, "insert" text, "update" text, remove text, workflow text[] default '{}'
) returns void
language plpgsql set search_path = '' as $$
declare
    name text := (select relname from pg_catalog.pg_class where oid = target);
    organization text := case when target = 'public.organizations'::regclass then 'id' else 'organization_id' end;
    member text := organization || ' in (select private.member_organization_ids(%L))';
    narrowed text := organization || ' = (select private.workflow_organization_id())';
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('revoke all on %s from public, anon, authenticated, service_role, workflow', target);
    if read is not null then
        execute format('grant select on %s to authenticated', target);
        execute format('create policy %I on %s for select to authenticated using (' || member || ')',
                       name || '_select_' || read, target, read);
    end if;
    if "insert" is not null then
        execute format('grant insert on %s to authenticated', target);
        execute format('create policy %I on %s for insert to authenticated with check (' || member || ')',
                       name || '_insert_' || "insert", target, "insert");
    end if;
    if "update" is not null then
        execute format('grant update on %s to authenticated', target);
        execute format('create policy %I on %s for update to authenticated using (' || member || ') with check ('
                       || member || ')', name || '_update_' || "update", target, "update", "update");
    end if;
    if remove is not null then
        execute format('grant delete on %s to authenticated', target);
        execute format('create policy %I on %s for delete to authenticated using (' || member || ')',
                       name || '_delete_' || remove, target, remove);
    end if;
    if 'select' = any (workflow) then
        execute format('grant select on %s to workflow', target);
        execute format('create policy %I on %s for select to workflow using (' || narrowed || ')',
                       name || '_select_workflow', target);
    end if;
    if 'insert' = any (workflow) then
        execute format('grant insert on %s to workflow', target);
        execute format('create policy %I on %s for insert to workflow with check (' || narrowed || ')',
                       name || '_insert_workflow', target);
    end if;
    if 'update' = any (workflow) then
        execute format('grant update on %s to workflow', target);
        execute format('create policy %I on %s for update to workflow using (' || narrowed || ') with check ('
                       || narrowed || ')', name || '_update_workflow', target);
    end if;
    if 'delete' = any (workflow) then
        execute format('grant delete on %s to workflow', target);
        execute format('create policy %I on %s for delete to workflow using (' || narrowed || ')',
                       name || '_delete_workflow', target);
    end if;
    if exists (select from pg_catalog.pg_attribute where attrelid = target and attname = 'updated_at') then
        execute format('create trigger touch_updated_at before update on %s
                        for each row execute function private.touch_updated_at()', target);
    end if;
end
$$;

select private.protect('public.organizations', 'viewer', null, 'admin', 'owner', '{select,update}');
select private.protect('public.invitations', 'admin', 'admin', 'admin', 'admin');
select private.protect('public.memberships', 'viewer', null, 'admin', 'admin', '{select}');

-- Admins manage people, but only an owner makes or unmakes an owner, and nobody raises themself.
drop policy memberships_update_admin on public.memberships;
create policy memberships_update_admin on public.memberships for update to authenticated
using (
    organization_id in (select private.member_organization_ids('admin'))
    and (role <> 'owner' or organization_id in (select private.member_organization_ids('owner')))
)
with check (
    organization_id in (select private.member_organization_ids('admin'))
    and (role <> 'owner' or organization_id in (select private.member_organization_ids('owner')))
);
drop policy memberships_delete_admin on public.memberships;
create policy memberships_delete_admin on public.memberships for delete to authenticated
using (
    organization_id in (select private.member_organization_ids('admin'))
    and (role <> 'owner' or organization_id in (select private.member_organization_ids('owner')))
);
revoke update on public.memberships from authenticated;
grant update (role, status) on public.memberships to authenticated;
revoke update on public.organizations from authenticated, workflow;
grant update (name, locale, time_zone, sending_stopped_at, sending_stopped_by, sending_stopped_reason)
    on public.organizations to authenticated;
grant update (sending_stopped_at, sending_stopped_reason) on public.organizations to workflow;

create function private.keep_an_owner() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if old.role = 'owner' and old.status = 'active'
       and exists (select from public.organizations where id = old.organization_id)
       and not exists (
           select from public.memberships
           where organization_id = old.organization_id and role = 'owner' and status = 'active' and id <> old.id
       )
       and (tg_op = 'DELETE' or new.role <> 'owner' or new.status <> 'active') then
        raise exception 'An organization keeps at least one active owner.' using errcode = 'check_violation',
            constraint = 'memberships_keep_an_owner';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end
$$;
create trigger keep_an_owner before update or delete on public.memberships
for each row execute function private.keep_an_owner();

alter table public.profiles enable row level security;
alter table public.profiles force row level security;
revoke all on public.profiles from public, anon, authenticated, service_role, workflow;
grant select, insert on public.profiles to authenticated;
grant update (full_name, locale) on public.profiles to authenticated;
create policy profiles_select_self on public.profiles for select to authenticated using (id = (select auth.uid()));
create policy profiles_insert_self on public.profiles for insert to authenticated with check (id = (select auth.uid()));
create policy profiles_update_self on public.profiles for update to authenticated
using (id = (select auth.uid())) with check (id = (select auth.uid()));
create trigger touch_updated_at before update on public.profiles
for each row execute function private.touch_updated_at();

create function private.create_organization(name text, locale text, time_zone text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
    person uuid := (select auth.uid());
    created uuid;
begin
    if person is null then
        raise exception 'Sign in to create an organization.' using errcode = 'insufficient_privilege';
    end if;
    insert into public.organizations (name, locale, time_zone)
    values (create_organization.name, create_organization.locale, create_organization.time_zone)
    returning id into created;
    insert into public.memberships (organization_id, user_id, role) values (created, person, 'owner');
    insert into public.profiles (id, locale) values (person, create_organization.locale) on conflict do nothing;
    return created;
end
$$;
comment on function private.create_organization(text, text, text) is
    'Founds an organization with the caller as its owner: the one way to become a member without being invited.';
grant execute on function private.create_organization(text, text, text) to authenticated;

create function private.accept_invitation(token_hash text, email_norm text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
    person uuid := (select auth.uid());
    invitation public.invitations;
begin
    select * into invitation from public.invitations i
    where i.token_hash = accept_invitation.token_hash and i.email_norm = accept_invitation.email_norm
      and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
    for update;
    if person is null or invitation.id is null then
        return null;
    end if;
    insert into public.memberships (organization_id, user_id, role)
    values (invitation.organization_id, person, invitation.role)
    on conflict (organization_id, user_id) do nothing;
    update public.invitations set accepted_at = now(), accepted_by = person where id = invitation.id;
    return invitation.organization_id;
end
$$;
comment on function private.accept_invitation(text, text) is
    'Turns an open invitation into a membership for the caller whose verified address it names; null when there is none.';
grant execute on function private.accept_invitation(text, text) to authenticated;

-- The people of an organization with the address that they sign in with, for the team page.
create function private.organization_people(organization uuid)
returns table (membership_id uuid, user_id uuid, email text, full_name text, role text, status text, created_at timestamptz)
language sql stable security definer set search_path = '' as $$
    select m.id, m.user_id, u.email::text, coalesce(p.full_name, ''), m.role, m.status, m.created_at
    from public.memberships m
    join auth.users u on u.id = m.user_id
    left join public.profiles p on p.id = m.user_id
    where m.organization_id = organization
      and organization in (select private.member_organization_ids('viewer'))
    order by m.created_at, m.id
$$;
grant execute on function private.organization_people(uuid) to authenticated;
