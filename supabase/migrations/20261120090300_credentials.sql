-- credentials: customers' own vendor keys, sealed before they arrive here.

create table public.api_credentials (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    service_name text not null check (service_name in (
        'phantombuster', 'instantly', 'calcom', 'calendly', 'resend', 'twilio', 'smtp', 'anthropic', 'openai', 'pappers', 'hubspot'
    )),
    sealed_key text not null,
    key_version int not null check (key_version > 0),
    key_last4 text not null check (length(key_last4) <= 4),
    key_fingerprint text not null,
    webhook_url text,
    options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
    is_active boolean not null default true,
    last_verified_at timestamptz,
    last_error text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, service_name)
);
comment on table public.api_credentials is
    'A vendor key sealed with AES-256-GCM; associated data v1|organization|api_credentials|sealed_key|id.';
comment on column public.api_credentials.options is 'What is not secret: agent ids, event types, host names, senders.';
create index api_credentials_key_version_idx on public.api_credentials (organization_id, key_version);
select private.protect('public.api_credentials', 'viewer', 'admin', 'admin', 'admin', '{select,update}');
-- Members see that a key is there, never the key, sealed or not.
revoke select on public.api_credentials from authenticated;
grant select (
    id, organization_id, service_name, key_version, key_last4, key_fingerprint, webhook_url, options, is_active,
    last_verified_at, last_error, created_at, updated_at
) on public.api_credentials to authenticated;
select private.audit('public.api_credentials');
