-- workflow_runs: what the workflows are doing for whom, and what went wrong.

create table public.workflow_runs (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    campaign_id uuid,
    workflow_name text not null,
    status text not null default 'queued' check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    agent_id text,
    container_id text,
    progress real not null default 0 check (progress between 0 and 1),
    message text not null default '',
    result jsonb not null default '{}',
    error text,
    attempts int not null default 0,
    lease_token uuid,
    lease_until timestamptz,
    request_id text,
    started_at timestamptz,
    collected_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade
);
comment on table public.workflow_runs is 'One run that belongs to one campaign (a scrape): claimed under a lease, reported by token.';
create index workflow_runs_list_idx on public.workflow_runs (organization_id, created_at desc, id desc);
create index workflow_runs_campaign_idx on public.workflow_runs (organization_id, campaign_id, created_at desc);
create index workflow_runs_work_idx on public.workflow_runs (created_at) where status in ('queued', 'running');
create unique index workflow_runs_one_open_per_campaign_idx on public.workflow_runs (organization_id, campaign_id, workflow_name)
    where status in ('queued', 'running');
select private.protect('public.workflow_runs', 'viewer', 'member', null, null, '{select,insert,update}');
revoke select on public.workflow_runs from authenticated;
grant select (
    id, organization_id, campaign_id, workflow_name, status, agent_id, container_id, progress, message, result, error,
    attempts, request_id, started_at, collected_at, finished_at, created_at, updated_at
) on public.workflow_runs to authenticated;
revoke insert on public.workflow_runs from authenticated;
grant insert (organization_id, campaign_id, workflow_name, agent_id, request_id) on public.workflow_runs to authenticated;
-- The table is empty: it was made a moment ago.
alter table public.prospect_sources
    -- squawk-ignore adding-foreign-key-constraint,constraint-missing-not-valid
    add foreign key (organization_id, workflow_run_id) references public.workflow_runs (organization_id, id)
        on delete set null (workflow_run_id);
-- squawk-ignore require-concurrent-index-creation
create index prospect_sources_run_idx on public.prospect_sources (organization_id, workflow_run_id);

-- Flows that serve every organization at once (send, enrich …) belong to none: their health is the platform's.
create table private.workflow_health (
    workflow_name text primary key,
    last_finished_at timestamptz,
    last_succeeded_at timestamptz,
    last_failed_at timestamptz,
    consecutive_failures int not null default 0,
    processed bigint not null default 0,
    failed bigint not null default 0,
    last_message text not null default ''
);
comment on table private.workflow_health is 'Last outcome of each workflow, over all organizations.';
create table private.workflow_errors (
    id uuid primary key default gen_random_uuid(),
    workflow_id text not null,
    workflow_name text not null,
    execution_id text,
    node text,
    message text not null,
    attempts int not null,
    created_at timestamptz not null default clock_timestamp()
);
comment on table private.workflow_errors is 'What n8n''s error workflow reported.';
create index workflow_errors_name_idx on private.workflow_errors (workflow_name, created_at desc);
alter table private.workflow_health enable row level security;
alter table private.workflow_errors enable row level security;

create function private.workflow_health_list() returns setof private.workflow_health
language sql stable security definer set search_path = '' as $$
    select * from private.workflow_health order by workflow_name
$$;
grant execute on function private.workflow_health_list() to authenticated, workflow;

create function private.report_workflow_run(workflow_name text, succeeded boolean, processed int, failed int, message text default '')
returns void
language sql security definer set search_path = '' as $$
    insert into private.workflow_health as h
        (workflow_name, last_finished_at, last_succeeded_at, last_failed_at, consecutive_failures, processed, failed, last_message)
    values (
        workflow_name, clock_timestamp(), case when succeeded then clock_timestamp() end,
        case when not succeeded then clock_timestamp() end, case when succeeded then 0 else 1 end, processed, failed, message
    )
    on conflict on constraint workflow_health_pkey do update set
        last_finished_at = excluded.last_finished_at,
        last_succeeded_at = coalesce(excluded.last_succeeded_at, h.last_succeeded_at),
        last_failed_at = coalesce(excluded.last_failed_at, h.last_failed_at),
        consecutive_failures = case when excluded.consecutive_failures = 0 then 0 else h.consecutive_failures + 1 end,
        processed = h.processed + excluded.processed,
        failed = h.failed + excluded.failed,
        last_message = excluded.last_message
$$;
grant execute on function private.report_workflow_run(text, boolean, int, int, text) to workflow;

-- A scraper works for one campaign at a time: of an agent's runs only the oldest open one may be driven, and the next waits.
create function private.drivable_runs(workflow text, campaign uuid, most int) returns setof uuid
language sql stable security definer set search_path = '' as $$
    with open as (
        select r.id, r.organization_id, r.campaign_id, r.created_at, r.lease_until, r.status = 'running' as has_begun,
               coalesce(r.agent_id, c.scraper_agent_id) as agent
        from public.workflow_runs r
        join public.campaigns c on c.organization_id = r.organization_id and c.id = r.campaign_id
        where r.workflow_name = workflow and r.status in ('queued', 'running') and c.status = 'active'
    )
    select o.id from open o
    where (o.lease_until is null or o.lease_until < clock_timestamp())
      and (campaign is null or o.campaign_id = campaign)
      and not exists (
          select from open before
          where before.organization_id = o.organization_id and before.agent = o.agent and before.id <> o.id
            and (before.has_begun, o.created_at, o.id) > (o.has_begun, before.created_at, before.id)
      )
    order by o.created_at, o.id
    limit most
$$;
comment on function private.drivable_runs(text, uuid, int) is 'Open runs of all organizations that nobody holds and whose agent is not taken by an earlier one.';
grant execute on function private.drivable_runs(text, uuid, int) to workflow;

create function private.claim_workflow_runs(workflow text, campaign uuid, most int, lease interval)
returns table (run_id uuid, organization_id uuid, lease_token uuid)
language sql volatile security definer set search_path = '' as $$
    with due as (
        select r.id
        from public.workflow_runs r
        where r.id in (select private.drivable_runs(workflow, campaign, most))
          and r.status in ('queued', 'running') and (r.lease_until is null or r.lease_until < clock_timestamp())
        order by r.created_at
        for update of r skip locked
    )
    update public.workflow_runs r
    set status = 'running', started_at = coalesce(r.started_at, clock_timestamp()),
        lease_token = gen_random_uuid(), lease_until = clock_timestamp() + lease
    from due where r.id = due.id
    returning r.id, r.organization_id, r.lease_token
$$;
comment on function private.claim_workflow_runs(text, uuid, int, interval) is
    'Leases runs of one workflow that nobody holds, for active campaigns of all organizations.';
grant execute on function private.claim_workflow_runs(text, uuid, int, interval) to workflow;

create function private.run_organization(run uuid, token uuid) returns uuid
language sql stable security definer set search_path = '' as $$
    select r.organization_id from public.workflow_runs r where r.id = run and r.lease_token = token
$$;
grant execute on function private.run_organization(uuid, uuid) to workflow;
