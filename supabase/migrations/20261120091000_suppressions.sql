-- suppressions: whom we must not write to, by any address we might reach them at.

create table public.suppressions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    kind text not null check (kind in ('email', 'domain', 'phone', 'linkedin')),
    value_norm text not null,
    is_hashed boolean not null default false,
    reason text not null check (reason in ('unsubscribed', 'bounced', 'complained', 'replied_stop', 'manual', 'imported', 'erased')),
    source text not null default 'person',
    note text,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default now(),
    unique (organization_id, kind, value_norm)
);
comment on table public.suppressions is 'Checked inside the transaction that writes a send intent.';
comment on column public.suppressions.is_hashed is 'After erasure value_norm holds hmac:<hex> of the normalized address, never the address.';
create index suppressions_list_idx on public.suppressions (organization_id, created_at desc, id desc);
select private.protect('public.suppressions', 'viewer', 'member', null, 'admin', '{select,insert}');
select private.audit('public.suppressions');
