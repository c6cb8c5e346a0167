-- settings: whom we look for, how fast we may send, how the agent speaks.

create table public.icps (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    name text not null default 'ICP' check (length(trim(name)) between 1 and 200),
    industries text[] not null default '{}',
    job_titles text[] not null default '{}',
    company_sizes text[] not null default '{}',
    locations text[] not null default '{}',
    technologies text[] not null default '{}',
    pains text[] not null default '{}',
    is_default boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id)
);
comment on table public.icps is 'An ideal customer profile: qualification compares each prospect with it.';
create unique index icps_one_default_idx on public.icps (organization_id) where is_default;
select private.protect('public.icps', 'viewer', 'member', 'member', 'admin', '{select}');
select private.audit('public.icps');

create table public.sending_settings (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null unique references public.organizations (id) on delete cascade,
    hourly_cap int not null default 20 check (hourly_cap between 0 and 10000),
    mailbox_daily_cap int not null default 20 check (mailbox_daily_cap between 0 and 2000),
    min_gap_seconds int not null default 60 check (min_gap_seconds between 0 and 86400),
    send_days smallint[] not null default '{1,2,3,4,5}'
        check (send_days <@ '{1,2,3,4,5,6,7}'::smallint[] and cardinality(send_days) > 0),
    send_from time not null default '09:00',
    send_until time not null default '18:00',
    time_zone text not null default 'Europe/Paris',
    respect_holidays boolean not null default true,
    bounce_warn_percent real not null default 2 check (bounce_warn_percent between 0 and 100),
    bounce_pause_percent real not null default 5 check (bounce_pause_percent between 0 and 100),
    bounce_minimum_sends int not null default 20 check (bounce_minimum_sends > 0),
    bounce_window_sends int not null default 100 check (bounce_window_sends between 1 and 10000),
    variant_minimum_sample int not null default 100 check (variant_minimum_sample between 2 and 1000000),
    variant_measure text not null default 'replied' check (variant_measure in ('replied', 'positive')),
    postal_address text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (send_from < send_until)
);
comment on table public.sending_settings is
    'Limits that hold for every campaign of an organization. send_days are ISO weekdays, 1 = Monday.';
select private.protect('public.sending_settings', 'viewer', 'admin', 'admin', null, '{select}');
select private.audit('public.sending_settings');

create table public.agent_settings (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null unique references public.organizations (id) on delete cascade,
    sender_first_name text not null default '',
    sender_last_name text not null default '',
    sender_title text not null default '',
    sender_company text not null default '',
    value_proposition text not null default '',
    signature text not null default '',
    personality text not null default 'advisor' check (personality in ('advisor', 'expert', 'friendly', 'direct')),
    tone text not null default 'professional' check (tone in ('professional', 'friendly', 'direct', 'formal')),
    style text not null default '',
    templates jsonb not null default '{}' check (jsonb_typeof(templates) = 'object'),
    confidence_threshold real not null default 0.8 check (confidence_threshold between 0 and 1),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.agent_settings is 'How the agent speaks and from which confidence on it may answer alone.';
select private.protect('public.agent_settings', 'viewer', 'admin', 'admin', null, '{select}');
select private.audit('public.agent_settings');

create table public.sending_domains (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    domain text not null,
    domain_norm text not null,
    spf_status text not null default 'unknown' check (spf_status in ('unknown', 'valid', 'missing', 'invalid')),
    dkim_status text not null default 'unknown' check (dkim_status in ('unknown', 'valid', 'missing', 'invalid')),
    dmarc_status text not null default 'unknown' check (dmarc_status in ('unknown', 'valid', 'missing', 'invalid')),
    checked_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, domain_norm)
);
comment on table public.sending_domains is 'Domains that mail leaves from, with what their DNS says about it.';
select private.protect('public.sending_domains', 'viewer', 'admin', 'admin', 'admin', '{select,update}');
select private.audit('public.sending_domains');

create function private.seed_organization_settings() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into public.sending_settings (organization_id, time_zone) values (new.id, new.time_zone);
    insert into public.agent_settings (organization_id, sender_company) values (new.id, new.name);
    return null;
end
$$;
create trigger seed_settings after insert on public.organizations
for each row execute function private.seed_organization_settings();
