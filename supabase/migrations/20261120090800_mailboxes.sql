-- mailboxes: the addresses that mail leaves from, how much each may send, and how it fares.

create table public.mailboxes (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    provider text not null check (provider in ('instantly', 'resend', 'smtp', 'twilio', 'linkedin')),
    address text not null,
    address_norm text not null,
    display_name text not null default '',
    daily_cap int not null default 20 check (daily_cap between 0 and 2000),
    min_gap_seconds int not null default 60 check (min_gap_seconds between 0 and 86400),
    warmup_started_on date,
    time_zone text not null default 'Europe/Paris',
    health text not null default 'healthy' check (health in ('healthy', 'warned', 'paused')),
    health_reason text,
    health_changed_at timestamptz,
    is_active boolean not null default true,
    last_sent_at timestamptz,
    options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, provider, address_norm),
    unique (organization_id, id)
);
comment on table public.mailboxes is 'A sending account. A prospect keeps the same one for a whole sequence.';
comment on column public.mailboxes.warmup_started_on is 'Set while warming up: the daily cap then grows day by day.';
select private.protect('public.mailboxes', 'viewer', 'admin', 'admin', 'admin', '{select,insert,update}');
select private.audit('public.mailboxes');

create table public.mailbox_days (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    mailbox_id uuid not null,
    day date not null,
    sent int not null default 0 check (sent >= 0),
    bounced int not null default 0 check (bounced >= 0),
    complained int not null default 0 check (complained >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, mailbox_id, day),
    foreign key (organization_id, mailbox_id) references public.mailboxes (organization_id, id) on delete cascade
);
comment on table public.mailbox_days is 'What a mailbox did on one of its own local days.';
select private.protect('public.mailbox_days', 'viewer', null, null, null, '{select,insert,update}');

create function private.organizations_with_instantly() returns setof uuid
language sql stable security definer set search_path = '' as $$
    select organization_id from public.api_credentials where service_name = 'instantly' and is_active
$$;
comment on function private.organizations_with_instantly() is 'Whose list of mailboxes is compared with the vendor''s.';
grant execute on function private.organizations_with_instantly() to workflow;
