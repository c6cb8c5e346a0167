-- messages: what is said, who approved it, and the ledger that keeps it from being said twice.

create table public.messages (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    campaign_id uuid not null,
    enrollment_id uuid not null,
    prospect_id uuid not null,
    step_id uuid,
    reply_id uuid,
    mailbox_id uuid,
    kind text not null check (kind in ('invitation', 'message', 'follow_up', 'email', 'sms', 'reply')),
    channel text not null check (channel in ('linkedin', 'email', 'sms')),
    status text not null default 'draft' check (status in (
        'draft', 'pending_review', 'approved', 'scheduled', 'sending', 'sent', 'failed', 'ambiguous', 'cancelled', 'rejected'
    )),
    subject text not null default '',
    body text not null,
    language text not null default 'fr',
    variant text not null default 'A',
    source text not null check (source in ('anthropic', 'openai', 'rules', 'human')),
    model text,
    prompt_version text,
    used_facts jsonb not null default '[]',
    approved_by uuid references auth.users (id) on delete set null,
    approved_at timestamptz,
    rejected_reason text,
    cancelled_reason text,
    scheduled_at timestamptz,
    sent_at timestamptz,
    failure_reason text,
    provider_message_id text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade,
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete cascade,
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade,
    foreign key (organization_id, step_id) references public.scenario_steps (organization_id, id) on delete set null (step_id),
    foreign key (organization_id, mailbox_id) references public.mailboxes (organization_id, id) on delete set null (mailbox_id)
);
comment on table public.messages is 'One message to one person, from draft to sent.';
create index messages_list_idx on public.messages (organization_id, created_at desc, id desc);
create index messages_status_idx on public.messages (organization_id, status, created_at desc, id desc);
create index messages_campaign_idx on public.messages (organization_id, campaign_id, status, created_at desc);
create index messages_enrollment_idx on public.messages (organization_id, enrollment_id, created_at);
create index messages_prospect_idx on public.messages (organization_id, prospect_id, created_at);
create index messages_step_idx on public.messages (organization_id, step_id);
create index messages_mailbox_idx on public.messages (organization_id, mailbox_id);
create index messages_approved_by_idx on public.messages (approved_by);
create index messages_provider_idx on public.messages (organization_id, provider_message_id) where provider_message_id is not null;
create index messages_sent_idx on public.messages (organization_id, campaign_id, sent_at) where sent_at is not null;
create unique index messages_one_live_per_step_idx on public.messages (organization_id, enrollment_id, step_id, channel)
    where step_id is not null and status not in ('cancelled', 'rejected');
select private.protect('public.messages', 'viewer', 'member', 'member', null, '{select,insert,update}');

create table public.message_revisions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    message_id uuid not null,
    editor_id uuid references auth.users (id) on delete set null,
    before_subject text not null,
    before_body text not null,
    after_subject text not null,
    after_body text not null,
    created_at timestamptz not null default now(),
    foreign key (organization_id, message_id) references public.messages (organization_id, id) on delete cascade
);
comment on table public.message_revisions is 'What a person changed in a message before it went out.';
create index message_revisions_message_idx on public.message_revisions (organization_id, message_id, created_at);
create index message_revisions_editor_idx on public.message_revisions (editor_id);
select private.protect('public.message_revisions', 'viewer', 'member', null, null);

create table public.send_intents (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    campaign_id uuid not null,
    enrollment_id uuid not null,
    message_id uuid not null,
    step_key text not null,
    channel text not null check (channel in ('linkedin', 'email', 'sms')),
    status text not null default 'planned' check (status in (
        'planned', 'claimed', 'sending', 'sent', 'failed', 'ambiguous', 'cancelled'
    )),
    mailbox_id uuid,
    provider text,
    idempotency_key text not null,
    attempt int not null default 0,
    next_attempt_at timestamptz not null default now(),
    lease_token uuid,
    lease_until timestamptz,
    provider_message_id text,
    provider_thread_id text,
    reason text,
    sending_at timestamptz,
    sent_at timestamptz,
    settled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, enrollment_id, step_key, channel),
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade,
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete cascade,
    foreign key (organization_id, message_id) references public.messages (organization_id, id) on delete cascade,
    foreign key (organization_id, mailbox_id) references public.mailboxes (organization_id, id) on delete set null (mailbox_id)
);
comment on table public.send_intents is
    'The send ledger. The unique key is what makes a second send of a step impossible, whoever asks for it.';
comment on column public.send_intents.step_key is 'The scenario step''s id, or reply:<reply id> for an answer to a reply.';
create index send_intents_due_idx on public.send_intents (next_attempt_at, id) where status in ('planned', 'claimed');
create index send_intents_open_idx on public.send_intents (status, lease_until) where status in ('sending', 'ambiguous');
create index send_intents_campaign_idx on public.send_intents (organization_id, campaign_id, status);
create index send_intents_message_idx on public.send_intents (organization_id, message_id);
create index send_intents_mailbox_idx on public.send_intents (organization_id, mailbox_id, sending_at);
create index send_intents_pace_idx on public.send_intents (organization_id, sending_at) where sending_at is not null;
create index send_intents_key_idx on public.send_intents (organization_id, idempotency_key);
create index send_intents_list_idx on public.send_intents (organization_id, created_at desc, id desc);
select private.protect('public.send_intents', 'viewer', 'member', null, null, '{select,insert,update}');
revoke select on public.send_intents from authenticated;
grant select (
    id, organization_id, campaign_id, enrollment_id, message_id, step_key, channel, status, mailbox_id, provider,
    attempt, next_attempt_at, provider_message_id, reason, sending_at, sent_at, settled_at, created_at, updated_at
) on public.send_intents to authenticated;
revoke insert on public.send_intents from authenticated;
grant insert (organization_id, campaign_id, enrollment_id, message_id, step_key, channel, idempotency_key)
    on public.send_intents to authenticated;
grant update (status, reason) on public.send_intents to authenticated;
create policy send_intents_update_member on public.send_intents for update to authenticated
using (organization_id in (select private.member_organization_ids('member')) and status in ('planned', 'claimed', 'cancelled'))
with check (organization_id in (select private.member_organization_ids('member')) and status = 'cancelled');

create table public.send_decisions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    enrollment_id uuid not null,
    prospect_id uuid not null,
    message_id uuid,
    outcome text not null check (outcome in ('send', 'defer', 'stop')),
    reason text not null,
    explanation text not null default '',
    until_at timestamptz,
    details jsonb not null default '{}',
    decided_at timestamptz not null default clock_timestamp(),
    created_at timestamptz not null default now(),
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete cascade,
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade,
    foreign key (organization_id, message_id) references public.messages (organization_id, id) on delete cascade
);
comment on table public.send_decisions is 'What decide() answered and why: the page "why did, why didn''t this person get a message".';
create index send_decisions_prospect_idx on public.send_decisions (organization_id, prospect_id, decided_at desc);
create index send_decisions_enrollment_idx on public.send_decisions (organization_id, enrollment_id, decided_at desc);
create index send_decisions_message_idx on public.send_decisions (organization_id, message_id);
select private.protect('public.send_decisions', 'viewer', null, null, null, '{select,insert,update}');

create table public.message_events (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    message_id uuid not null,
    campaign_id uuid not null,
    kind text not null check (kind in ('sent', 'delivered', 'opened', 'clicked', 'bounced', 'complained')),
    occurred_at timestamptz not null,
    details jsonb not null default '{}',
    created_at timestamptz not null default now(),
    unique (organization_id, message_id, kind, occurred_at),
    foreign key (organization_id, message_id) references public.messages (organization_id, id) on delete cascade,
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade
);
comment on table public.message_events is 'What the vendor told us became of a message.';
create index message_events_campaign_idx on public.message_events (organization_id, campaign_id, kind, occurred_at);
select private.protect('public.message_events', 'viewer', null, null, null, '{select,insert}');

-- A task that a person completes (LinkedIn) moves its sequence on.
grant update (step_position) on public.enrollments to authenticated;

-- The one way into the ledger. A row whose message was withdrawn, or refused by the vendor, is taken up again instead of
-- a second one being written; a row that may have reached anybody is left alone.
create function private.plan_send(message uuid) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
    wanted public.messages;
    planned uuid;
begin
    select * into wanted from public.messages m where m.id = message and m.status = 'approved' and m.channel <> 'linkedin';
    if wanted.id is null or (
        wanted.organization_id is distinct from private.workflow_organization_id()
        and wanted.organization_id not in (select private.member_organization_ids('member'))
    ) then
        return null;
    end if;
    insert into public.send_intents as i
        (organization_id, campaign_id, enrollment_id, message_id, step_key, channel, idempotency_key)
    values (wanted.organization_id, wanted.campaign_id, wanted.enrollment_id, wanted.id,
            coalesce(wanted.step_id::text, 'reply:' || wanted.reply_id, 'message:' || wanted.id), wanted.channel,
            'sm-' || gen_random_uuid())
    on conflict (organization_id, enrollment_id, step_key, channel) do update
    set message_id = excluded.message_id, idempotency_key = excluded.idempotency_key, status = 'planned', attempt = 0,
        next_attempt_at = clock_timestamp(), lease_token = null, lease_until = null, reason = null, sending_at = null,
        settled_at = null
    where i.status in ('cancelled', 'failed') or (i.status = 'planned' and i.message_id = excluded.message_id)
    returning i.id into planned;
    return planned;
end
$$;
comment on function private.plan_send(uuid) is
    'Plans an approved message of the caller''s organization; null when its step has a live row already.';
grant execute on function private.plan_send(uuid) to authenticated, workflow;

create function private.due_sends(campaign uuid, most int) returns setof uuid
language sql stable security definer set search_path = '' as $$
    select i.id
    from public.send_intents i
    join public.campaigns c on c.id = i.campaign_id
    join public.organizations o on o.id = i.organization_id
    where i.status in ('planned', 'claimed') and i.next_attempt_at <= now()
      and (i.status = 'planned' or i.lease_until < now())
      and (campaign is null or i.campaign_id = campaign)
      and c.status in ('active', 'completed') and o.sending_stopped_at is null
    order by i.next_attempt_at, i.id
    limit most
$$;
grant execute on function private.due_sends(uuid, int) to workflow;

create function private.put_off_sends_are_due() returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (
        select from public.send_intents i
        where i.reason is not null and i.status = 'planned' and i.id in (select private.due_sends(null, 1000))
    )
$$;
comment on function private.put_off_sends_are_due() is
    'Whether a send that decide() or a vendor put off may be tried again: the flow''s next hour would be too late for a gap of a minute.';
grant execute on function private.put_off_sends_are_due() to workflow;

create function private.claim_send_intents(most int, campaign uuid, lease interval)
returns table (id uuid, organization_id uuid, lease_token uuid)
language sql volatile security definer set search_path = '' as $$
    with due as (
        select i.id from public.send_intents i
        where i.id in (select private.due_sends(campaign, most))
          -- Asked again of the row itself: another call may have claimed it since the list was made.
          and (i.status = 'planned' or (i.status = 'claimed' and i.lease_until < now()))
        for update skip locked
    )
    update public.send_intents i
    set status = 'claimed', lease_token = gen_random_uuid(), lease_until = now() + lease
    from due where i.id = due.id
    returning i.id, i.organization_id, i.lease_token
$$;
comment on function private.claim_send_intents(int, uuid, interval) is
    'Leases intents that are due, over all organizations whose sending is not stopped. decide() has the last word.';
grant execute on function private.claim_send_intents(int, uuid, interval) to workflow;

create function private.claim_ambiguous_intents(most int, lease interval)
returns table (id uuid, organization_id uuid, lease_token uuid)
language plpgsql volatile security definer set search_path = '' as $$
begin
    -- Whoever held these is gone, or so late that its report will find another token.
    update public.send_intents i
    set status = 'ambiguous', reason = 'lease_expired', lease_token = null, lease_until = null, next_attempt_at = now()
    where i.status = 'sending' and i.lease_until < now();
    return query
    with open as (
        select i.id from public.send_intents i
        where i.status = 'ambiguous' and i.next_attempt_at <= now() and (i.lease_until is null or i.lease_until < now())
        order by i.next_attempt_at
        limit most
        for update skip locked
    )
    update public.send_intents i set lease_token = gen_random_uuid(), lease_until = now() + lease
    from open where i.id = open.id
    returning i.id, i.organization_id, i.lease_token;
end
$$;
comment on function private.claim_ambiguous_intents(int, interval) is
    'Leases intents of which nobody knows whether they went out, to be looked up at the vendor.';
grant execute on function private.claim_ambiguous_intents(int, interval) to workflow;

create function private.count_ambiguous_intents() returns bigint
language sql stable security definer set search_path = '' as $$
    select count(*) from public.send_intents where status = 'ambiguous' or (status = 'sending' and lease_until < now())
$$;
grant execute on function private.count_ambiguous_intents() to workflow;

create function private.intent_organization(intent uuid, token uuid) returns uuid
language sql stable security definer set search_path = '' as $$
    select i.organization_id from public.send_intents i where i.id = intent and i.lease_token = token
$$;
grant execute on function private.intent_organization(uuid, uuid) to workflow;

create function private.enrollment_organization(enrollment uuid, token uuid) returns uuid
language sql stable security definer set search_path = '' as $$
    select e.organization_id from public.enrollments e where e.id = enrollment and e.lease_token = token
$$;
grant execute on function private.enrollment_organization(uuid, uuid) to workflow;

-- Enrollments whose next step has fallen due, or of which a person asked for another draft, while nothing of theirs is
-- open: no message under way, no reply undecided, no hold.
create function private.due_steps(campaign uuid, most int) returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
    return query
    select e.id
    from public.enrollments e
    join public.campaigns c on c.id = e.campaign_id
    where ((e.status = 'in_sequence' and e.next_step_due_at <= now())
           or (e.regenerate_step_id is not null and e.status in ('qualified', 'in_sequence')))
      and (campaign is null or e.campaign_id = campaign)
      and c.status = 'active'
      and (e.lease_until is null or e.lease_until < now())
      and (e.hold_until is null or e.hold_until <= now())
      and not exists (
          select from public.messages m
          where m.organization_id = e.organization_id and m.enrollment_id = e.id
            and m.status in ('draft', 'pending_review', 'approved', 'scheduled', 'sending', 'ambiguous')
      )
      and not exists (
          select from public.replies r
          where r.organization_id = e.organization_id and r.enrollment_id = e.id
            and r.status in ('received', 'deciding', 'queued_for_review')
      )
    order by coalesce(e.next_step_due_at, e.created_at), e.id
    limit most;
end
$$;
grant execute on function private.due_steps(uuid, int) to workflow;

create function private.claim_due_steps(most int, campaign uuid, lease interval)
returns table (enrollment_id uuid, organization_id uuid, lease_token uuid)
language sql volatile security definer set search_path = '' as $$
    with due as (
        select e.id from public.enrollments e
        where e.id in (select private.due_steps(campaign, most)) and (e.lease_until is null or e.lease_until < now())
        for update skip locked
    )
    update public.enrollments e set lease_token = gen_random_uuid(), lease_until = now() + lease
    from due where e.id = due.id
    returning e.id, e.organization_id, e.lease_token
$$;
comment on function private.claim_due_steps(int, uuid, interval) is
    'Leases enrollments whose next message is to be written, over all organizations.';
grant execute on function private.claim_due_steps(int, uuid, interval) to workflow;

-- Facts of work in hand. They lie in many tables, and under row-level security each of these would be read by its
-- organization: a planner without statistics then pairs every row with every other. Here they are joined by id alone, and
-- only what belongs to the organization that the session is narrowed to is told.
create function private.company_events(organization uuid, company uuid, except_prospect uuid) returns table (event text)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    with colleagues as (
        select e.id, e.status
        from public.prospects p
        join public.enrollments e on e.organization_id = p.organization_id and e.prospect_id = p.id
        where p.organization_id = organization and p.company_id = company and p.id <> except_prospect
    )
    select 'meeting' from colleagues c
    where c.status = 'meeting_scheduled' or exists (
        select from public.meetings m
        where m.organization_id = organization and m.enrollment_id = c.id and m.status <> 'cancelled')
    union all
    select 'reply' from colleagues c
    where c.status in ('replied', 'not_interested') or exists (
        select from public.replies r
        where r.organization_id = organization and r.enrollment_id = c.id and not r.is_automatic)
    union all
    select case c.status when 'bounced' then 'bounce' else 'unsubscribe' end from colleagues c
    where c.status in ('bounced', 'unsubscribed');
end
$$;
comment on function private.company_events(uuid, uuid, uuid) is
    'What has happened with others of a company: reply, meeting, bounce, unsubscribe. For the facts of a send; granted to nobody.';

create function private.send_facts(intents uuid[]) returns setof jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
    return query
    select to_jsonb(x) from (
        select i.id as intent_id, i.organization_id, i.campaign_id, i.enrollment_id, i.message_id, i.channel,
               i.status as intent_status, i.reason as intent_reason, i.attempt, i.idempotency_key, i.lease_token,
               i.lease_until, i.next_attempt_at, i.sending_at, i.mailbox_id as intent_mailbox_id,
               m.status as message_status, m.kind, m.subject, m.body, m.language, m.step_id,
               (select case when b.provider in ('resend', 'smtp') then coalesce(r.headers ->> 'message-id', r.provider_message_id)
                            else r.provider_message_id end
                from public.replies r
                left join public.mailboxes b on b.id = e.mailbox_id
                where r.id = m.reply_id) as reply_to_of_answer,
               p.id as prospect_id, p.first_name, p.last_name, p.title, p.email, p.email_norm, p.email_status, p.phone_e164,
               p.linkedin_norm, p.country, p.city, p.time_zone as prospect_time_zone, co.name as company_name,
               e.status as enrollment_status, e.hold_until, e.mailbox_id, e.provider_lead_id, e.provider_thread_id,
               e.provider_reply_to, c.name as campaign_name, c.status as campaign_status, c.send_days, c.send_from,
               c.send_until, c.time_zone as campaign_time_zone, c.respect_holidays, c.email_rule, c.hourly_cap,
               o.sending_stopped_at is not null as organization_stopped,
               coalesce(s.hourly_cap, 20) as organization_hourly_cap,
               coalesce(s.mailbox_daily_cap, 20) as mailbox_daily_cap,
               coalesce(s.min_gap_seconds, 60) as min_gap_seconds, coalesce(s.postal_address, '') as postal_address,
               (select g.event from private.company_events(i.organization_id, p.company_id, p.id) g
                where g.event = any (c.stop_company_on) limit 1) as company_event,
               (select f.subject from public.messages f
                where f.organization_id = m.organization_id and f.enrollment_id = m.enrollment_id and f.channel = 'email'
                  and f.status = 'sent' and f.subject <> ''
                order by f.sent_at limit 1) as first_subject
        from public.send_intents i
        join public.messages m on m.id = i.message_id
        join public.prospects p on p.id = m.prospect_id
        left join public.companies co on co.id = p.company_id
        join public.enrollments e on e.id = i.enrollment_id
        join public.campaigns c on c.id = i.campaign_id
        join public.organizations o on o.id = i.organization_id
        left join public.sending_settings s on s.organization_id = i.organization_id
        where i.id = any (intents) and i.organization_id = (select private.workflow_organization_id())
    ) x;
end
$$;
grant execute on function private.send_facts(uuid[]) to workflow;

create function private.due_step_facts(enrollments uuid[]) returns setof jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
    return query
    select to_jsonb(x) from (
        select e.id as enrollment_id, e.organization_id, e.campaign_id, e.prospect_id, c.language, c.tone,
               to_jsonb(p) as prospect, to_jsonb(co) as company, to_jsonb(a) as sender,
               (select to_jsonb(x) from public.prospect_enrichments x
                where x.organization_id = e.organization_id and x.prospect_id = e.prospect_id
                order by x.created_at desc limit 1) as enrichment,
               private.step_facts(coalesce(e.regenerate_step_id, (
                   select s.id from private.steps_ahead(
                       e.organization_id, coalesce(e.scenario_id, c.scenario_id), e.scenario_version, e.step_position,
                       e.passed_step_ids) s limit 1))) as step, e.created_at as enrolled_at,
               exists (select from public.mailboxes b
                       where b.organization_id = e.organization_id and b.provider = 'twilio' and b.is_active
               ) as sms_connected,
               (select coalesce(jsonb_agg(to_jsonb(t) order by t.at), '[]') from (
                    select * from (
                        select 'out' as direction, m.subject, m.body as text, m.sent_at as at
                        from public.messages m
                        where m.organization_id = e.organization_id and m.enrollment_id = e.id and m.status = 'sent'
                        union all
                        select 'in', r.subject, r.body_stripped, r.received_at
                        from public.replies r
                        where r.organization_id = e.organization_id and r.enrollment_id = e.id and not r.is_automatic
                    ) told order by at desc limit 3
               ) t) as thread
        from public.enrollments e
        join public.campaigns c on c.id = e.campaign_id
        join public.prospects p on p.id = e.prospect_id
        left join public.companies co on co.id = p.company_id
        left join public.agent_settings a on a.organization_id = e.organization_id
        where e.id = any (enrollments) and e.organization_id = (select private.workflow_organization_id())
    ) x;
end
$$;
grant execute on function private.due_step_facts(uuid[]) to workflow;

create function private.enrichment_facts(enrollments uuid[]) returns setof jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
    return query
    select to_jsonb(x) from (
        select e.id as enrollment_id, e.organization_id, e.campaign_id, c.language, c.tone, e.created_at as enrolled_at,
               to_jsonb(p) as prospect, to_jsonb(co) as company, to_jsonb(icp) as icp, to_jsonb(a) as sender,
               private.step_facts((
                   select s.id from private.steps_ahead(
                       e.organization_id, coalesce(e.scenario_id, c.scenario_id), e.scenario_version, e.step_position,
                       e.passed_step_ids) s limit 1)) as step
        from public.enrollments e
        join public.campaigns c on c.id = e.campaign_id
        join public.prospects p on p.id = e.prospect_id
        left join public.companies co on co.id = p.company_id
        left join public.icps icp on icp.id = c.icp_id
        left join public.agent_settings a on a.organization_id = e.organization_id
        where e.id = any (enrollments) and e.organization_id = (select private.workflow_organization_id())
    ) x;
end
$$;
grant execute on function private.enrichment_facts(uuid[]) to workflow;

create function private.enrichment_state(enrollment uuid) returns setof jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
    return query
    select to_jsonb(x) from (
        select e.organization_id, e.campaign_id, e.prospect_id, c.name as campaign_name, e.status,
               coalesce(e.lease_until > clock_timestamp(), false) as is_held, e.attempts,
               (select s.id from private.steps_ahead(
                    e.organization_id, coalesce(e.scenario_id, c.scenario_id), e.scenario_version, e.step_position,
                    e.passed_step_ids) s limit 1) as first_step_id,
               (select m.id from public.messages m
                where m.organization_id = e.organization_id and m.enrollment_id = e.id
                order by m.created_at, m.id limit 1) as message_id
        from public.enrollments e
        join public.campaigns c on c.id = e.campaign_id
        where e.id = enrollment and e.organization_id = (select private.workflow_organization_id())
    ) x;
end
$$;
grant execute on function private.enrichment_state(uuid) to workflow;
