-- webhooks: the inbox. What a vendor delivered and we answered 2xx to is here for good.

create table public.inbound_endpoints (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    source text not null check (source in ('instantly', 'calcom', 'calendly', 'resend', 'twilio', 'phantombuster')),
    token_hash text not null unique,
    sealed_secret text not null,
    sealed_previous_secret text,
    previous_until timestamptz,
    vendor_webhook_id text,
    status text not null default 'active' check (status in ('active', 'disabled', 'retired')),
    last_event_at timestamptz,
    last_checked_at timestamptz,
    watermark_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id)
);
comment on table public.inbound_endpoints is
    'A vendor''s way in: an unguessable path (only its hash is kept) and a sealed secret; during rotation two are accepted.';
create index inbound_endpoints_source_idx on public.inbound_endpoints (organization_id, source, status);
select private.protect('public.inbound_endpoints', 'admin', null, null, null, '{select,insert,update}');
revoke select on public.inbound_endpoints from authenticated;
grant select (
    id, organization_id, source, vendor_webhook_id, status, last_event_at, last_checked_at, created_at, updated_at
) on public.inbound_endpoints to authenticated;

create table public.inbound_events (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    endpoint_id uuid,
    source text not null check (source in ('instantly', 'calcom', 'calendly', 'resend', 'twilio', 'phantombuster')),
    event_type text not null default '',
    dedupe_key text not null,
    meaning_key text not null,
    raw_body bytea not null,
    headers jsonb not null default '{}',
    deliveries int not null default 1,
    received_at timestamptz not null default clock_timestamp(),
    occurred_at timestamptz,
    status text not null default 'received' check (status in ('received', 'handled', 'ignored', 'dead')),
    handled_at timestamptz,
    attempts int not null default 0,
    error text,
    lease_token uuid,
    lease_until timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, source, dedupe_key),
    unique (organization_id, source, meaning_key),
    foreign key (organization_id, endpoint_id) references public.inbound_endpoints (organization_id, id) on delete set null (endpoint_id)
);
comment on table public.inbound_events is
    'One row per event, however often it is delivered: dedupe_key is of the bytes, meaning_key of what they say. Kept for good.';
create index inbound_events_list_idx on public.inbound_events (organization_id, received_at desc, id desc);
create index inbound_events_endpoint_idx on public.inbound_events (organization_id, endpoint_id);
create index inbound_events_status_idx on public.inbound_events (organization_id, status, received_at desc);
create index inbound_events_work_idx on public.inbound_events (received_at) where status = 'received';
select private.protect('public.inbound_events', 'admin', null, null, null, '{select,insert,update}');
revoke select on public.inbound_events from authenticated;
grant select (
    id, organization_id, endpoint_id, source, event_type, dedupe_key, raw_body, headers, deliveries, received_at,
    occurred_at, status, handled_at, attempts, error, created_at, updated_at
) on public.inbound_events to authenticated;
-- The table is empty: it was made a moment ago.
alter table public.replies
    -- squawk-ignore adding-foreign-key-constraint,constraint-missing-not-valid
    add foreign key (organization_id, inbound_event_id) references public.inbound_events (organization_id, id)
        on delete set null (inbound_event_id);
-- squawk-ignore require-concurrent-index-creation
create index replies_inbound_event_idx on public.replies (organization_id, inbound_event_id);

-- A vendor knows no organization, only a path: this is the one look-up that starts from it.
create function private.inbound_endpoint(source text, token_hash text)
returns table (id uuid, organization_id uuid, sealed_secret text, sealed_previous_secret text, previous_until timestamptz, status text)
language sql stable security definer set search_path = '' as $$
    select e.id, e.organization_id, e.sealed_secret, e.sealed_previous_secret, e.previous_until, e.status
    from public.inbound_endpoints e
    where e.source = inbound_endpoint.source and e.token_hash = inbound_endpoint.token_hash and e.status <> 'retired'
$$;
grant execute on function private.inbound_endpoint(text, text) to workflow;

create function private.endpoints_to_reconcile()
returns table (id uuid, organization_id uuid, source text)
language sql stable security definer set search_path = '' as $$
    select e.id, e.organization_id, e.source
    from public.inbound_endpoints e
    where e.status <> 'retired' and e.source in ('instantly', 'calcom')
    order by e.last_checked_at nulls first, e.id
$$;
grant execute on function private.endpoints_to_reconcile() to workflow;

-- Accounts whose key was saved while the vendor, or we, could not make the webhook.
create function private.accounts_without_endpoint()
returns table (organization_id uuid, source text)
language sql stable security definer set search_path = '' as $$
    select c.organization_id, c.service_name
    from public.api_credentials c
    where c.service_name in ('instantly', 'calcom') and c.is_active
      and not exists (
          select from public.inbound_endpoints e
          where e.organization_id = c.organization_id and e.source = c.service_name and e.status <> 'retired'
            and e.vendor_webhook_id is not null
      )
$$;
grant execute on function private.accounts_without_endpoint() to workflow;

create function private.unhandled_events(older_than interval, most int)
returns table (id uuid, organization_id uuid)
language sql stable security definer set search_path = '' as $$
    select e.id, e.organization_id
    from public.inbound_events e
    where e.status = 'received' and e.received_at < clock_timestamp() - older_than
      and (e.lease_until is null or e.lease_until < clock_timestamp())
    order by e.received_at
    limit most
$$;
comment on function private.unhandled_events(interval, int) is 'Events that nobody holds: their job was lost, or their workflow died.';
grant execute on function private.unhandled_events(interval, int) to workflow;

create function private.claim_booking_events(most int, event uuid, lease interval)
returns table (event_id uuid, organization_id uuid, lease_token uuid)
language sql volatile security definer set search_path = '' as $$
    with due as (
        select e.id from public.inbound_events e
        where e.source in ('calcom', 'calendly') and e.status = 'received'
          and (e.lease_until is null or e.lease_until < clock_timestamp())
          and (event is null or e.id = event)
        order by e.received_at
        limit most
        for update skip locked
    )
    update public.inbound_events e
    set lease_token = gen_random_uuid(), lease_until = clock_timestamp() + lease, attempts = attempts + 1
    from due where e.id = due.id
    returning e.id, e.organization_id, e.lease_token
$$;
comment on function private.claim_booking_events(int, uuid, interval) is
    'Leases events about meetings, oldest first, over all organizations.';
grant execute on function private.claim_booking_events(int, uuid, interval) to workflow;

create function private.event_organization(event uuid, token uuid) returns uuid
language sql stable security definer set search_path = '' as $$
    select e.organization_id from public.inbound_events e where e.id = event and e.lease_token = token
$$;
grant execute on function private.event_organization(uuid, uuid) to workflow;

-- Administrators write no event; they may only have some handled again.
create function private.replay_events(organization uuid, events uuid[]) returns setof uuid
language sql volatile security definer set search_path = '' as $$
    update public.inbound_events e
    set status = 'received', attempts = 0, error = null, handled_at = null, lease_token = null, lease_until = null
    where e.organization_id = organization and e.id = any (events)
      and organization in (select private.member_organization_ids('admin'))
    returning e.id
$$;
grant execute on function private.replay_events(uuid, uuid[]) to authenticated;

create function private.retire_endpoint(organization uuid, endpoint uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
    with retired as (
        update public.inbound_endpoints e set status = 'retired'
        where e.organization_id = organization and e.id = endpoint and e.status <> 'retired'
          and organization in (select private.member_organization_ids('admin'))
        returning e.id
    )
    select exists (select from retired)
$$;
grant execute on function private.retire_endpoint(uuid, uuid) to authenticated;
