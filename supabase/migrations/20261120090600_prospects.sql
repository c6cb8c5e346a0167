-- prospects: people we may write to, where each of them came from, and on what ground we hold them.

create table public.prospects (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    company_id uuid,
    first_name text not null default '',
    last_name text not null default '',
    email text,
    email_norm text check (email_norm = lower(email_norm)),
    email_status text not null default 'unknown' check (email_status in ('unknown', 'valid', 'risky', 'invalid')),
    phone text,
    phone_e164 text check (phone_e164 ~ '^\+[1-9][0-9]{5,14}$'),
    linkedin_url text,
    linkedin_norm text,
    title text,
    headline text,
    about text,
    country text check (country ~ '^[A-Z]{2}$'),
    city text,
    time_zone text,
    language text check (language in ('fr', 'en', 'de', 'nl', 'it', 'es')),
    job_started_on date,
    recent_posts int check (recent_posts >= 0),
    recent_activity jsonb not null default '[]' check (jsonb_typeof(recent_activity) = 'array'),
    signals jsonb not null default '[]' check (jsonb_typeof(signals) = 'array'),
    custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
    score int check (score between 0 and 100),
    lawful_basis text not null default 'legitimate_interest'
        check (lawful_basis in ('legitimate_interest', 'consent', 'contract')),
    last_inbound_at timestamptz,
    search_text text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    foreign key (organization_id, company_id) references public.companies (organization_id, id)
        on delete set null (company_id)
);
comment on table public.prospects is 'A person. One row per address and per LinkedIn profile within an organization.';
comment on column public.prospects.last_inbound_at is 'Last contact that came from the person: the retention clock starts here.';
create unique index prospects_email_idx on public.prospects (organization_id, email_norm) where email_norm is not null;
create unique index prospects_linkedin_idx on public.prospects (organization_id, linkedin_norm) where linkedin_norm is not null;
create index prospects_phone_idx on public.prospects (organization_id, phone_e164) where phone_e164 is not null;
create index prospects_company_idx on public.prospects (organization_id, company_id);
create index prospects_list_idx on public.prospects (organization_id, created_at desc, id desc);
create index prospects_score_idx on public.prospects (organization_id, score desc nulls last, id desc);
create index prospects_search_idx on public.prospects using gin (organization_id, search_text extensions.gin_trgm_ops);

-- Definer: the company is the prospect's own by its foreign key, and asking the policy again for each row of an import
-- costs more than the row.
create function private.prospect_search_text() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    new.search_text := lower(extensions.unaccent(concat_ws(
        ' ', new.first_name, new.last_name, new.email_norm, new.title,
        (select name from public.companies where id = new.company_id)
    )));
    return new;
end
$$;
create trigger search_text before insert or update of first_name, last_name, email_norm, title, company_id
on public.prospects for each row execute function private.prospect_search_text();

select private.protect('public.prospects', 'viewer', 'member', 'member', 'member', '{select,insert,update}');

-- Substring search may use its trigram index only outside a policy (ILIKE is not leakproof), so membership is checked
-- here first and only ids leave.
create function private.search_prospect_ids(organization uuid, query text, most int default 1000) returns setof uuid
language sql stable security definer set search_path = '' as $$
    select p.id
    from public.prospects p
    where p.organization_id = organization
      and organization in (select private.member_organization_ids('viewer'))
      and p.search_text operator(pg_catalog.~~)
          ('%' || replace(replace(replace(lower(extensions.unaccent(query)), '\', '\\'), '%', '\%'), '_', '\_') || '%')
    limit least(most, 10000)
$$;
grant execute on function private.search_prospect_ids(uuid, text, int) to authenticated;

create table public.prospect_enrichments (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    prospect_id uuid not null,
    summary text not null default '',
    talking_points jsonb not null default '[]',
    pain_points jsonb not null default '[]',
    disc jsonb not null default '{}',
    company_facts jsonb not null default '[]',
    source text not null check (source in ('anthropic', 'openai', 'rules')),
    model text,
    prompt_version text,
    usage jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade
);
comment on table public.prospect_enrichments is 'What was understood about a prospect, each point with the fact behind it. Newest counts.';
create index prospect_enrichments_prospect_idx on public.prospect_enrichments (organization_id, prospect_id, created_at desc);
select private.protect('public.prospect_enrichments', 'viewer', null, null, null, '{select,insert}');

create table public.prospect_imports (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    campaign_id uuid,
    file_name text not null,
    layout text,
    encoding text,
    delimiter text,
    status text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
    rows_total int not null default 0,
    created_count int not null default 0,
    merged_count int not null default 0,
    rejected_count int not null default 0,
    suppressed_count int not null default 0,
    problems jsonb not null default '[]' check (jsonb_typeof(problems) = 'array'),
    error text,
    imported_by uuid references auth.users (id) on delete set null,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id)
);
comment on table public.prospect_imports is 'One file a person brought in, and what became of its rows.';
comment on column public.prospect_imports.problems is 'Array of {line, column, reason}; the first 1,000.';
create index prospect_imports_list_idx on public.prospect_imports (organization_id, created_at desc, id desc);
create index prospect_imports_imported_by_idx on public.prospect_imports (imported_by);
select private.protect('public.prospect_imports', 'viewer', 'member', 'member', null);

create table public.prospect_sources (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    prospect_id uuid not null,
    source text not null check (source in ('phantombuster', 'csv', 'manual', 'crm')),
    campaign_id uuid,
    workflow_run_id uuid,
    import_id uuid,
    container_id text,
    line_number int,
    lawful_basis text not null default 'legitimate_interest',
    found_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade,
    foreign key (organization_id, import_id) references public.prospect_imports (organization_id, id)
        on delete set null (import_id)
);
comment on table public.prospect_sources is 'Provenance: which run or file brought a prospect, when, and on what lawful basis.';
create index prospect_sources_prospect_idx on public.prospect_sources (organization_id, prospect_id, found_at desc);
create index prospect_sources_import_idx on public.prospect_sources (organization_id, import_id);
select private.protect('public.prospect_sources', 'viewer', 'member', null, null, '{select,insert}');

create table public.tags (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    name text not null check (length(trim(name)) between 1 and 60),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, name),
    unique (organization_id, id)
);
comment on table public.tags is 'Words an organization files its prospects under.';
select private.protect('public.tags', 'viewer', 'member', 'member', 'member');

create table public.prospect_tags (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    prospect_id uuid not null,
    tag_id uuid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, prospect_id, tag_id),
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade,
    foreign key (organization_id, tag_id) references public.tags (organization_id, id) on delete cascade
);
comment on table public.prospect_tags is 'Which prospect carries which tag.';
create index prospect_tags_tag_idx on public.prospect_tags (organization_id, tag_id, prospect_id);
select private.protect('public.prospect_tags', 'viewer', 'member', null, 'member');
