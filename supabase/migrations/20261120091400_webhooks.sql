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
