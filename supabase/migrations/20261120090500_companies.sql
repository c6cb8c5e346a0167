-- companies: where prospects work, facts with their source.

create table public.companies (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    name text not null check (length(trim(name)) between 1 and 300),
    name_norm text not null,
    domain text,
    domain_norm text,
    siren text check (siren ~ '^[0-9]{9}$'),
    siret text check (siret ~ '^[0-9]{14}$'),
    naf text,
    industry text,
    size int check (size >= 0),
    size_range text,
    revenue_eur bigint,
    country text check (country ~ '^[A-Z]{2}$'),
    city text,
    founded_on date,
    linkedin_url text,
    technologies text[] not null default '{}',
    hiring text[] not null default '{}',
    funding jsonb not null default '[]' check (jsonb_typeof(funding) = 'array'),
    facts jsonb not null default '[]' check (jsonb_typeof(facts) = 'array'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id)
);
comment on table public.companies is 'A company, one per domain (or per name when no domain is known) and organization.';
comment on column public.companies.facts is 'Array of {text, source, date}.';
create unique index companies_domain_idx on public.companies (organization_id, domain_norm) where domain_norm is not null;
create unique index companies_name_idx on public.companies (organization_id, name_norm) where domain_norm is null;
create index companies_list_idx on public.companies (organization_id, created_at desc, id desc);
select private.protect('public.companies', 'viewer', 'member', 'member', 'admin', '{select,insert,update}');
