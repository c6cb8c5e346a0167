-- campaigns: whom we write to, how, when; and one enrollment per person written to.

create table public.campaigns (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    name text not null check (length(trim(name)) between 1 and 200),
    goal text not null default '',
    sector text not null default '',
    status text not null default 'draft' check (status in ('draft', 'active', 'paused', 'completed', 'archived')),
    source text not null default 'csv' check (source in ('phantombuster', 'csv')),
    icp_id uuid,
    scenario_id uuid,
    language text not null default 'fr' check (language in ('fr', 'en')),
    tone text not null default 'professional' check (tone in ('professional', 'friendly', 'direct', 'formal')),
    approval_policy text not null default 'review_all' check (approval_policy in ('automatic', 'review_first', 'review_all')),
    email_rule text not null default 'any' check (email_rule in ('any', 'not_risky', 'valid')),
    confidence_threshold real not null default 0.8 check (confidence_threshold between 0 and 1),
    booking_url text,
    send_days smallint[] not null default '{1,2,3,4,5}'
        check (send_days <@ '{1,2,3,4,5,6,7}'::smallint[] and cardinality(send_days) > 0),
    send_from time not null default '09:00',
    send_until time not null default '18:00',
    time_zone text not null default 'Europe/Paris',
    respect_holidays boolean not null default true,
    hourly_cap int not null default 20 check (hourly_cap between 1 and 10000),
    stop_company_on text[] not null default '{}' check (stop_company_on <@ '{reply,meeting,bounce,unsubscribe}'::text[]),
    max_prospects int check (max_prospects between 1 and 100000),
    scraper_agent_id text,
    scraper_argument jsonb not null default '{}' check (jsonb_typeof(scraper_argument) = 'object'),
    launched_at timestamptz,
    paused_at timestamptz,
    pause_reason text,
    completed_at timestamptz,
    created_by uuid references auth.users (id) on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    check (send_from < send_until),
    foreign key (organization_id, icp_id) references public.icps (organization_id, id) on delete set null (icp_id),
    foreign key (organization_id, scenario_id) references public.scenarios (organization_id, id) on delete set null (scenario_id)
);
comment on table public.campaigns is 'A campaign: a target, a scenario, a window to send in, and the rule by which messages are approved.';
comment on column public.campaigns.approval_policy is
    'automatic: messages go out unread by a person; review_first: the first step is read; review_all: all are.';
comment on column public.campaigns.stop_company_on is
    'What of one person ends the sequences of everybody else at their company.';
create index campaigns_list_idx on public.campaigns (organization_id, created_at desc, id desc);
create index campaigns_status_idx on public.campaigns (organization_id, status, created_at desc);
create index campaigns_active_idx on public.campaigns (status) where status = 'active';
create index campaigns_icp_idx on public.campaigns (organization_id, icp_id);
create index campaigns_scenario_idx on public.campaigns (organization_id, scenario_id);
create index campaigns_created_by_idx on public.campaigns (created_by);
select private.protect('public.campaigns', 'viewer', 'member', 'member', 'admin', '{select,update}');
select private.audit('public.campaigns');

create table public.campaign_mailboxes (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    campaign_id uuid not null,
    mailbox_id uuid not null,
    provider_campaign_id text,
    is_chosen boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, campaign_id, mailbox_id),
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade,
    foreign key (organization_id, mailbox_id) references public.mailboxes (organization_id, id) on delete cascade
);
comment on table public.campaign_mailboxes is
    'Which mailboxes a campaign sends from; none: all active ones. provider_campaign_id is the Instantly campaign bound to the pair.';
comment on column public.campaign_mailboxes.is_chosen is
    'False on a row that only keeps what a vendor knows the pair by: it restricts nothing.';
create index campaign_mailboxes_mailbox_idx on public.campaign_mailboxes (organization_id, mailbox_id);
create index campaign_mailboxes_provider_idx on public.campaign_mailboxes (organization_id, provider_campaign_id);
select private.protect('public.campaign_mailboxes', 'viewer', 'member', 'member', 'member', '{select,insert,update}');

create table public.campaign_progress (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    campaign_id uuid not null,
    stage text not null default 'idle' check (stage in ('idle', 'scraping', 'importing', 'enriching', 'sending', 'completed', 'failed')),
    percent int not null default 0 check (percent between 0 and 100),
    message text not null default '',
    scrape_started_at timestamptz,
    scrape_finished_at timestamptz,
    last_drafted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, campaign_id),
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade
);
comment on table public.campaign_progress is 'Where a campaign stands right now, for the progress bar. Counts are read from the enrollments.';
select private.protect('public.campaign_progress', 'viewer', 'member', 'member', null, '{select,insert,update}');

create table public.enrollments (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    campaign_id uuid not null,
    prospect_id uuid not null,
    scenario_id uuid,
    status text not null default 'found' check (status in (
        'found', 'enriching', 'enriched', 'qualifying', 'qualified', 'nurture', 'rejected', 'in_sequence', 'replied',
        'meeting_scheduled', 'completed', 'not_interested', 'unsubscribed', 'bounced'
    )),
    score int check (score between 0 and 100),
    needs_review boolean not null default false,
    mailbox_id uuid,
    scenario_version int check (scenario_version >= 1),
    step_position int not null default 0 check (step_position >= 0),
    passed_step_ids uuid[] not null default '{}',
    last_step_at timestamptz,
    next_step_due_at timestamptz,
    hold_until timestamptz,
    stop_reason text,
    regenerate_step_id uuid,
    provider_lead_id text,
    provider_thread_id text,
    provider_reply_to text,
    provider_reply_at timestamptz,
    lease_token uuid,
    lease_until timestamptz,
    attempts int not null default 0,
    last_error text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, campaign_id, prospect_id),
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade,
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade,
    foreign key (organization_id, scenario_id) references public.scenarios (organization_id, id) on delete set null (scenario_id),
    foreign key (organization_id, mailbox_id) references public.mailboxes (organization_id, id) on delete set null (mailbox_id),
    foreign key (organization_id, regenerate_step_id) references public.scenario_steps (organization_id, id)
        on delete set null (regenerate_step_id)
);
comment on table public.enrollments is 'One person in one campaign: their state, where they are in the sequence, and who holds the work.';
comment on column public.enrollments.scenario_version is
    'The version of the scenario that this person keeps; null: the scenario as it is now, edits included.';
comment on column public.enrollments.step_position is 'Every step up to this position is sent, done or passed over; 0 before the first.';
comment on column public.enrollments.passed_step_ids is 'Steps further on that are behind the person all the same, since the steps were put in another order.';
comment on column public.enrollments.last_step_at is 'When the last step was sent, done or passed over: delays count from here.';
comment on column public.enrollments.next_step_due_at is 'When the step after step_position falls due; null: nothing is planned.';
comment on column public.enrollments.provider_reply_to is 'Id at the vendor of the last e-mail in the thread, to which a follow-up answers.';
comment on column public.enrollments.provider_reply_at is 'When that e-mail was sent or received: an older one that is told later does not replace it.';
create index enrollments_list_idx on public.enrollments (organization_id, campaign_id, created_at desc, id desc);
create index enrollments_status_idx on public.enrollments (organization_id, campaign_id, status);
create index enrollments_prospect_idx on public.enrollments (organization_id, prospect_id);
create index enrollments_scenario_idx on public.enrollments (organization_id, scenario_id);
create index enrollments_mailbox_idx on public.enrollments (organization_id, mailbox_id);
create index enrollments_regenerate_idx on public.enrollments (organization_id, regenerate_step_id) where regenerate_step_id is not null;
create index enrollments_work_idx on public.enrollments (created_at, id) where status in ('found', 'enriching', 'enriched', 'qualifying');
create index enrollments_due_idx on public.enrollments (next_step_due_at) where status = 'in_sequence';
select private.protect('public.enrollments', 'viewer', 'member', 'member', 'admin', '{select,insert,update}');
-- Leases are the workflows' own; a member neither reads nor forges one.
revoke select on public.enrollments from authenticated;
grant select (
    id, organization_id, campaign_id, prospect_id, scenario_id, scenario_version, status, score, needs_review, mailbox_id, step_position,
    passed_step_ids, last_step_at, next_step_due_at, hold_until, stop_reason, regenerate_step_id, provider_lead_id, provider_thread_id,
    provider_reply_to, attempts, last_error, created_at, updated_at
) on public.enrollments to authenticated;
revoke insert, update on public.enrollments from authenticated;
grant insert (organization_id, campaign_id, prospect_id, scenario_id, status) on public.enrollments to authenticated;
grant update (
    status, needs_review, next_step_due_at, hold_until, stop_reason, regenerate_step_id, scenario_version, passed_step_ids,
    last_step_at
) on public.enrollments to authenticated;

-- A campaign chooses its scenario while it is a draft; who is enrolled already follows.
create function private.follow_scenario() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    update public.enrollments set scenario_id = new.scenario_id, scenario_version = null
    where organization_id = new.organization_id and campaign_id = new.id and scenario_id is distinct from new.scenario_id;
    return null;
end
$$;
create trigger follow_scenario after update of scenario_id on public.campaigns
for each row when (new.scenario_id is distinct from old.scenario_id) execute function private.follow_scenario();

create table public.enrollment_events (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    campaign_id uuid not null,
    enrollment_id uuid not null,
    prospect_id uuid not null,
    from_status text,
    to_status text not null,
    actor text not null,
    reason text,
    created_at timestamptz not null default clock_timestamp(),
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete cascade
);
comment on table public.enrollment_events is 'Every move of an enrollment: who, from what to what, why. Written by a trigger alone.';
create index enrollment_events_enrollment_idx on public.enrollment_events (organization_id, enrollment_id, created_at);
create index enrollment_events_campaign_idx on public.enrollment_events (organization_id, campaign_id, to_status, created_at);
create index enrollment_events_activity_idx on public.enrollment_events (organization_id, created_at desc, id desc);
select private.protect('public.enrollment_events', 'viewer', null, null, null, '{select}');

create function private.enrollment_may_move(from_status text, to_status text) returns boolean
language sql immutable set search_path = '' as $$
    select to_status = any (case from_status
        when 'found' then '{enriching,rejected,unsubscribed}'
        when 'enriching' then '{found,enriched,rejected,unsubscribed}'
        when 'enriched' then '{qualifying,rejected,unsubscribed}'
        when 'qualifying' then '{enriched,qualified,nurture,rejected,unsubscribed}'
        when 'qualified' then '{in_sequence,rejected,nurture,unsubscribed,bounced}'
        when 'nurture' then '{qualified,rejected,unsubscribed}'
        when 'rejected' then '{found,qualified,unsubscribed}'
        when 'in_sequence' then '{replied,meeting_scheduled,completed,not_interested,unsubscribed,bounced}'
        when 'replied' then '{in_sequence,meeting_scheduled,completed,not_interested,unsubscribed,bounced}'
        when 'meeting_scheduled' then '{replied,completed,not_interested,unsubscribed,bounced}'
        when 'completed' then '{replied,meeting_scheduled,not_interested,unsubscribed,bounced}'
        when 'not_interested' then '{replied,meeting_scheduled,unsubscribed,bounced}'
        when 'bounced' then '{unsubscribed}'
        else '{}'
    end::text[])
$$;
comment on function private.enrollment_may_move(text, text) is
    'The allowed edges in the life of an enrollment. unsubscribed is final; rejected to found: a failed enrichment is tried again.';

create function private.move_enrollment() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if tg_op = 'UPDATE' and new.status is not distinct from old.status then
        return null;
    end if;
    if tg_op = 'UPDATE' and not private.enrollment_may_move(old.status, new.status) then
        raise exception 'An enrollment cannot move from % to %.', old.status, new.status
            using errcode = 'check_violation', constraint = 'enrollments_allowed_move';
    end if;
    insert into public.enrollment_events (organization_id, campaign_id, enrollment_id, prospect_id, from_status, to_status, actor, reason)
    values (new.organization_id, new.campaign_id, new.id, new.prospect_id,
            case when tg_op = 'UPDATE' then old.status end, new.status, private.current_actor(), private.current_reason());
    return null;
end
$$;
create trigger log_move after insert or update of status on public.enrollments
for each row execute function private.move_enrollment();

create table public.qualifications (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    enrollment_id uuid not null,
    prospect_id uuid not null,
    score int not null check (score between 0 and 100),
    criteria jsonb not null,
    decision text not null check (decision in ('qualified', 'nurture', 'rejected')),
    needs_review boolean not null default false,
    review_reason text,
    source text not null check (source in ('anthropic', 'openai', 'rules')),
    model text,
    prompt_version text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete cascade,
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade
);
comment on table public.qualifications is 'A BANT judgement: points and evidence for budget, authority, need, timeline. Newest counts.';
create index qualifications_enrollment_idx on public.qualifications (organization_id, enrollment_id, created_at desc);
create index qualifications_prospect_idx on public.qualifications (organization_id, prospect_id, created_at desc);
select private.protect('public.qualifications', 'viewer', null, null, null, '{select,insert}');

-- The table is empty: it was made a moment ago.
alter table public.prospect_sources
    -- squawk-ignore adding-foreign-key-constraint,constraint-missing-not-valid
    add foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete set null (campaign_id);
-- squawk-ignore require-concurrent-index-creation
create index prospect_sources_campaign_idx on public.prospect_sources (organization_id, campaign_id);
-- The table is empty: it was made a moment ago.
alter table public.prospect_imports
    -- squawk-ignore adding-foreign-key-constraint,constraint-missing-not-valid
    add foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete set null (campaign_id);
-- squawk-ignore require-concurrent-index-creation
create index prospect_imports_campaign_idx on public.prospect_imports (organization_id, campaign_id);

create function private.claim_enrollments(most int, campaign uuid, lease interval)
returns table (enrollment_id uuid, organization_id uuid, lease_token uuid)
language sql volatile security definer set search_path = '' as $$
    with due as (
        select e.id
        from public.enrollments e
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        where e.status in ('found', 'enriching', 'enriched', 'qualifying') and e.attempts < 3
          and (e.lease_until is null or e.lease_until < clock_timestamp())
          and (campaign is null or e.campaign_id = campaign)
          and c.status = 'active'
        order by e.created_at, e.id
        limit most
        for update of e skip locked
    )
    update public.enrollments e
    set status = case e.status when 'found' then 'enriching' else e.status end,
        lease_token = gen_random_uuid(), lease_until = clock_timestamp() + lease
    from due where e.id = due.id
    returning e.id, e.organization_id, e.lease_token
$$;
comment on function private.claim_enrollments(int, uuid, interval) is
    'Leases enrollments that are to be enriched and qualified, oldest first, over all organizations with an active campaign.';
grant execute on function private.claim_enrollments(int, uuid, interval) to workflow;

create function private.count_claimable_enrollments(campaign uuid, cap int) returns bigint
language sql stable security definer set search_path = '' as $$
    select count(*) from (
        select from public.enrollments e
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        where e.status in ('found', 'enriching', 'enriched', 'qualifying') and e.attempts < 3
          and (e.lease_until is null or e.lease_until < clock_timestamp())
          and (campaign is null or e.campaign_id = campaign)
          and c.status = 'active'
        limit cap
    ) waiting
$$;
grant execute on function private.count_claimable_enrollments(uuid, int) to workflow;

-- A campaign is at its end when nobody in it is under way: nothing to find, enrich, write, send, settle or answer. A send
-- that failed for good waits for no one; a person may still try it again, and the answer to a late reply still goes out.
create function private.finished_campaigns(most int) returns table (campaign_id uuid, organization_id uuid)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select c.id, c.organization_id
    from public.campaigns c
    where c.status = 'active'
      and (exists (select from public.enrollments e
                   where e.organization_id = c.organization_id and e.campaign_id = c.id)
           or exists (select from public.workflow_runs r
                      where r.organization_id = c.organization_id and r.campaign_id = c.id and r.status = 'succeeded'))
      and not exists (
          select from public.enrollments e
          where e.organization_id = c.organization_id and e.campaign_id = c.id
            and e.status in ('found', 'enriching', 'enriched', 'qualifying', 'qualified', 'in_sequence')
            and not (e.stop_reason is not distinct from 'send_failed' and e.next_step_due_at is null))
      and not exists (
          select from public.messages m
          where m.organization_id = c.organization_id and m.campaign_id = c.id
            and m.status in ('draft', 'pending_review', 'approved', 'scheduled', 'sending', 'ambiguous'))
      and not exists (
          select from public.replies r
          where r.organization_id = c.organization_id and r.campaign_id = c.id
            and r.status in ('received', 'deciding', 'queued_for_review'))
      and not exists (
          select from public.workflow_runs r
          where r.organization_id = c.organization_id and r.campaign_id = c.id and r.status in ('queued', 'running'))
      and not exists (
          select from public.prospect_imports i
          where i.organization_id = c.organization_id and i.campaign_id = c.id and i.status = 'running')
    order by c.launched_at
    limit most;
end
$$;
comment on function private.finished_campaigns(int) is 'Active campaigns of all organizations in which nothing is left to do.';
grant execute on function private.finished_campaigns(int) to workflow;
