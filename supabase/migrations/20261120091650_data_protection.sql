-- data_protection: everything about one person, in their hands or gone; and the clock after which it goes by itself.

-- A person who was erased leaves a row without anything about them, so that what is counted stays countable.
-- The column is new and the table empty.
alter table public.prospects add column erased_at timestamptz;
comment on column public.prospects.erased_at is
    'Set by an erasure: the row holds nobody any more, and no member sees it. It only keeps counts countable.';
alter policy prospects_select_viewer on public.prospects
    using (erased_at is null and organization_id in (select private.member_organization_ids('viewer')));
-- squawk-ignore require-concurrent-index-creation
create index prospects_clock_idx on public.prospects (organization_id, created_at) where erased_at is null;

create table public.data_exports (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    prospect_id uuid,
    status text not null default 'queued' check (status in ('queued', 'ready', 'failed', 'removed')),
    requested_by uuid references auth.users (id) on delete set null,
    counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
    error text,
    ready_at timestamptz,
    kept_until timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete set null (prospect_id)
);
comment on table public.data_exports is
    'One copy of everything about one person. Its two files lie in Storage under <organization>/<id>/ until kept_until.';
create index data_exports_list_idx on public.data_exports (organization_id, created_at desc, id desc);
create index data_exports_prospect_idx on public.data_exports (organization_id, prospect_id);
create index data_exports_requested_by_idx on public.data_exports (requested_by);
create index data_exports_kept_idx on public.data_exports (kept_until) where status in ('ready', 'removed');
select private.protect('public.data_exports', 'admin', 'admin', null, null, '{select,update}');
revoke insert on public.data_exports from authenticated;
grant insert (organization_id, prospect_id, requested_by) on public.data_exports to authenticated;
select private.audit('public.data_exports');

create table public.erasures (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    prospect_id uuid not null,
    cause text not null default 'request' check (cause in ('request', 'retention')),
    status text not null default 'queued' check (status in ('queued', 'erased', 'done', 'incomplete')),
    requested_by uuid references auth.users (id) on delete set null,
    counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
    sealed_traces text,
    error text,
    erased_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, prospect_id),
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade
);
comment on table public.erasures is
    'That a person was erased: when, why, by whom, how many rows. Never who it was.';
comment on column public.erasures.sealed_traces is
    'What vendors know the person by, sealed like a vendor key, until every vendor has forgotten or will not; then null.';
create index erasures_list_idx on public.erasures (organization_id, created_at desc, id desc);
create index erasures_requested_by_idx on public.erasures (requested_by);
create index erasures_open_idx on public.erasures (created_at) where status in ('queued', 'erased', 'incomplete');
select private.protect('public.erasures', 'admin', 'admin', null, null, '{select,insert,update}');
revoke select, insert on public.erasures from authenticated;
grant select (
    id, organization_id, prospect_id, cause, status, requested_by, counts, error, erased_at, completed_at, created_at, updated_at
) on public.erasures to authenticated;
grant insert (organization_id, prospect_id, requested_by) on public.erasures to authenticated;
select private.audit('public.erasures');

create table public.erasure_vendors (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    erasure_id uuid not null,
    vendor text not null,
    status text not null default 'pending' check (status in ('pending', 'done', 'not_offered', 'failed')),
    steps jsonb not null default '[]' check (jsonb_typeof(steps) = 'array'),
    attempts int not null default 0,
    error text,
    settled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, erasure_id, vendor),
    foreign key (organization_id, erasure_id) references public.erasures (organization_id, id) on delete cascade
);
comment on table public.erasure_vendors is 'What each vendor did about an erasure. Holds no personal data.';
comment on column public.erasure_vendors.steps is 'Array of {act, outcome, count}: what was deleted, what the vendor does not offer.';
select private.protect('public.erasure_vendors', 'admin', null, null, null, '{select,insert,update}');

create table public.retention_settings (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null unique references public.organizations (id) on delete cascade,
    retention_months int not null default 36 check (retention_months between 1 and 60),
    notice_days int not null default 30 check (notice_days between 1 and 90),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.retention_settings is
    'How long people are kept after the last contact that came from them. No row: 36 months, announced 30 days before.';
select private.protect('public.retention_settings', 'viewer', 'admin', 'admin', null, '{select}');
select private.audit('public.retention_settings');

create table public.retention_reports (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    status text not null default 'announced' check (status in ('announced', 'approved', 'acted')),
    retention_months int not null,
    acts_at timestamptz not null,
    people_count int not null default 0,
    approved_by uuid references auth.users (id) on delete set null,
    approved_at timestamptz,
    acted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id)
);
comment on table public.retention_reports is
    'Who has been silent for too long, told before anything happens to them: nothing does before acts_at, or an early approval.';
create index retention_reports_list_idx on public.retention_reports (organization_id, created_at desc, id desc);
create index retention_reports_approved_by_idx on public.retention_reports (approved_by);
create index retention_reports_due_idx on public.retention_reports (acts_at) where status <> 'acted';
select private.protect('public.retention_reports', 'admin', null, 'admin', null, '{select,insert,update}');
revoke update on public.retention_reports from authenticated;
grant update (status, approved_by, approved_at) on public.retention_reports to authenticated;
select private.audit('public.retention_reports');

create table public.retention_items (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    report_id uuid not null,
    prospect_id uuid not null,
    last_contact_at timestamptz not null,
    counted_from text not null check (counted_from in ('contact', 'collection')),
    status text not null default 'due' check (status in ('due', 'held', 'erased', 'spared')),
    held_by uuid references auth.users (id) on delete set null,
    held_at timestamptz,
    hold_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, report_id, prospect_id),
    foreign key (organization_id, report_id) references public.retention_reports (organization_id, id) on delete cascade,
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade
);
comment on table public.retention_items is 'A person in a report. held: an administrator keeps them; spared: they wrote to us in the meantime.';
create index retention_items_prospect_idx on public.retention_items (organization_id, prospect_id);
create index retention_items_list_idx on public.retention_items (organization_id, report_id, last_contact_at, id);
create index retention_items_held_by_idx on public.retention_items (held_by);
select private.protect('public.retention_items', 'admin', null, 'admin', null, '{select,insert,update}');
revoke update on public.retention_items from authenticated;
grant update (status, held_by, held_at, hold_reason) on public.retention_items to authenticated;

-- What belongs to a person, said once and read by the export and by the erasure alike. In a predicate `t` is a row of the
-- table, $1 the organization, $2 the prospect, $3 the ids of the rows found so far, $4 a pattern of everything the person
-- is known by, $5 the values by which they are suppressed.
create table private.personal_tables (
    table_name text primary key,
    position int not null unique,
    belongs text not null,
    shown text not null default 'to_jsonb(t)',
    on_erasure text not null check (on_erasure in ('delete', 'empty', 'keep')),
    only_if text not null default 'true',
    emptied jsonb not null default '{}',
    kept text[] not null default '{}',
    is_shared boolean not null default false,
    remark text not null default ''
);
comment on table private.personal_tables is
    'Which rows of which table are about a person, and what an erasure does to them. A table that is missing here fails a test.';
comment on column private.personal_tables.emptied is 'Column to SQL expression, for rows that stay because they are counted.';
comment on column private.personal_tables.kept is 'Columns of such rows that say nothing about the person.';
alter table private.personal_tables enable row level security;

insert into private.personal_tables (table_name, position, belongs, shown, on_erasure, only_if, emptied, kept, remark) values
('prospects', 1, 't.id = $2', 'to_jsonb(t) - ''search_text''', 'empty', 'true',
 '{"first_name": "''''", "last_name": "''''", "email": "null", "email_norm": "null", "email_status": "''unknown''",
   "phone": "null", "phone_e164": "null", "linkedin_url": "null", "linkedin_norm": "null", "title": "null",
   "headline": "null", "about": "null", "country": "null", "city": "null", "time_zone": "null", "language": "null",
   "job_started_on": "null", "recent_posts": "null", "recent_activity": "''[]''", "signals": "''[]''",
   "custom_fields": "''{}''", "score": "null", "last_inbound_at": "null", "company_id": "null",
   "search_text": "''''", "erased_at": "clock_timestamp()"}', '{lawful_basis}', ''),
('companies', 2, 't.id = (select p.company_id from public.prospects p where p.id = $2)', 'to_jsonb(t)', 'delete',
 'not exists (select from public.prospects o where o.organization_id = $1 and o.company_id = t.id and o.id <> $2)',
 '{}', '{}', 'Deleted with the last person who works there: a firm of one bears its owner''s name.'),
('prospect_sources', 3, 't.prospect_id = $2', 'to_jsonb(t)', 'delete', 'true', '{}', '{}', ''),
('prospect_imports', 4, 't.id in (select s.import_id from public.prospect_sources s where s.prospect_id = $2)',
 'to_jsonb(t) - ''problems''', 'keep', 'true', '{}', '{}', 'About a file; what it tells of its rows is searched for the person.'),
('workflow_runs', 5, 't.id in (select s.workflow_run_id from public.prospect_sources s where s.prospect_id = $2)',
 'jsonb_build_object(''id'', t.id, ''workflow_name'', t.workflow_name, ''agent_id'', t.agent_id, ''container_id'',
  t.container_id, ''started_at'', t.started_at, ''finished_at'', t.finished_at)', 'keep', 'true', '{}', '{}',
 'About a run that found many people; its texts are searched for the person.'),
('prospect_tags', 6, 't.prospect_id = $2',
 'to_jsonb(t) || jsonb_build_object(''name'', (select g.name from public.tags g where g.id = t.tag_id))',
 'delete', 'true', '{}', '{}', ''),
('prospect_enrichments', 7, 't.prospect_id = $2', 'to_jsonb(t)', 'delete', 'true', '{}', '{}', ''),
('qualifications', 8, 't.prospect_id = $2', 'to_jsonb(t)', 'delete', 'true', '{}', '{}', ''),
('enrollments', 9, 't.prospect_id = $2',
 'to_jsonb(t) || jsonb_build_object(''campaign_name'', (select c.name from public.campaigns c where c.id = t.campaign_id))',
 'empty', 'true',
 '{"provider_lead_id": "null", "provider_thread_id": "null", "provider_reply_to": "null", "stop_reason": "''erased''",
   "last_error": "null", "next_step_due_at": "null", "hold_until": "null", "regenerate_step_id": "null",
   "lease_token": "null", "lease_until": "null", "needs_review": "false"}', '{status}', ''),
('enrollment_events', 10, 't.prospect_id = $2', 'to_jsonb(t)', 'empty', 'true', '{"reason": "null"}',
 '{from_status,to_status,actor}', ''),
('messages', 11, 't.prospect_id = $2', 'to_jsonb(t)', 'empty', 'true',
 '{"subject": "''''", "body": "''''", "used_facts": "''[]''", "rejected_reason": "null", "cancelled_reason": "null",
   "failure_reason": "null", "provider_message_id": "null",
   "status": "case when t.status in (''sent'', ''failed'', ''rejected'', ''cancelled'') then t.status else ''cancelled'' end"}',
 '{kind,channel,language,variant,source,model,prompt_version}', ''),
('message_revisions', 12, 't.message_id in (select m.id from public.messages m where m.prospect_id = $2)', 'to_jsonb(t)',
 'delete', 'true', '{}', '{}', ''),
('send_intents', 13, 't.message_id in (select m.id from public.messages m where m.prospect_id = $2)',
 'to_jsonb(t) - ''idempotency_key''', 'empty', 'true',
 '{"provider_message_id": "null", "provider_thread_id": "null", "reason": "null", "lease_token": "null", "lease_until": "null",
   "status": "case when t.status in (''sent'', ''failed'', ''cancelled'') then t.status else ''cancelled'' end"}',
 '{step_key,channel,provider,idempotency_key}', ''),
('send_decisions', 14, 't.prospect_id = $2', 'to_jsonb(t)', 'delete', 'true', '{}', '{}', ''),
('message_events', 15, 't.message_id in (select m.id from public.messages m where m.prospect_id = $2)', 'to_jsonb(t)',
 'empty', 'true', '{"details": "''{}''"}', '{kind}', ''),
('conversations', 16, 't.prospect_id = $2', 'to_jsonb(t)', 'empty', 'true',
 '{"subject": "''''", "provider_thread_id": "null"}', '{channel}', ''),
('replies', 17, 't.prospect_id = $2', 'to_jsonb(t)', 'empty', 'true',
 '{"from_address": "''''", "subject": "''''", "body_text": "''''", "body_html": "''''", "body_stripped": "''''",
   "headers": "''{}''", "provider_message_id": "''erased:'' || t.id", "last_error": "null", "status": "''closed''",
   "lease_token": "null", "lease_until": "null"}', '{channel}', ''),
('reply_decisions', 18, 't.reply_id in (select r.id from public.replies r where r.prospect_id = $2)', 'to_jsonb(t)',
 'empty', 'true', '{"reasons": "''[]''", "draft": "null", "bant_facts": "''[]''"}',
 '{intent,sentiment,language,action,action_taken,decided_by,source,model,prompt_version}', ''),
('review_items', 19, 't.prospect_id = $2', 'to_jsonb(t)', 'empty', 'true',
 '{"reasons": "''[]''", "draft_subject": "''''", "draft_body": "''''", "final_subject": "null", "final_body": "null",
   "edit_diff": "null", "resolution_note": "null", "status": "case when t.status = ''open'' then ''closed'' else t.status end"}',
 '{intent}', ''),
('meetings', 20, 't.prospect_id = $2', 'to_jsonb(t)', 'empty', 'true',
 '{"booking_uid": "''erased:'' || t.id", "previous_uids": "''{}''", "title": "''''", "time_zone": "''UTC''",
   "video_url": "null", "attendee_email": "''''", "attendee_name": "''''", "attendees": "''[]''",
   "cancellation_reason": "null",
   "status": "case when t.status in (''scheduled'', ''reschedule_requested'') and t.start_at > now() then ''cancelled'' else t.status end"}',
 '{provider,organizer_email}', ''),
('retention_items', 21, 't.prospect_id = $2', 'to_jsonb(t)', 'empty', 'true',
 '{"hold_reason": "null", "status": "''erased''"}', '{counted_from}', ''),
('data_exports', 22, 't.prospect_id = $2', 'to_jsonb(t)', 'keep', 'true', '{}', '{}',
 'That there was an export; its files are removed from Storage.'),
('erasures', 23, 't.prospect_id = $2', 'to_jsonb(t) - ''sealed_traces''', 'keep', 'true', '{}', '{}',
 'That there was an erasure; by what the vendors knew the person is sealed, and gone when they have forgotten.'),
('erasure_vendors', 24, 't.erasure_id in (select e.id from public.erasures e where e.prospect_id = $2)', 'to_jsonb(t)',
 'keep', 'true', '{}', '{}', 'What vendors did; holds nothing about the person.'),
('suppressions', 25, 't.kind <> ''domain'' and t.value_norm = any ($5)', 'to_jsonb(t)', 'delete', 'true', '{}', '{}',
 'The hashes that keep the person from coming back are written before.'),
('inbound_events', 26,
 'private.bytes_mention(t.raw_body, $4) or t.id in (select r.inbound_event_id from public.replies r where r.prospect_id = $2)',
 'to_jsonb(t) - ''{dedupe_key,meaning_key}''::text[]
  || jsonb_build_object(''raw_body'', encode(t.raw_body, ''base64''))', 'empty', 'true',
 '{"raw_body": "convert_to(''{\"erased\":true}'', ''UTF8'')", "headers": "''{}''",
   "status": "case when t.status = ''received'' then ''ignored'' else t.status end",
   "error": "''about a person who was erased''", "lease_token": "null", "lease_until": "null"}',
 '{source,event_type,dedupe_key,meaning_key}', 'That an event came stays, so that it is never taken for a new one.'),
('alerts', 27, 't.entity_id = any ($3) or private.mentions(concat_ws('' '', t.title, t.detail), $4)', 'to_jsonb(t)',
 'empty', 'true', '{"title": "private.without(t.title, $4)", "detail": "''''",
   "dedupe_key": "private.without(t.dedupe_key, $4)"}', '{severity,kind,entity}', ''),
('audit_log', 28, 't.entity_id = any ($3) or private.mentions(concat_ws('' '', t.before, t.after, t.reason), $4)',
 'to_jsonb(t) - ''{ip,user_agent}''::text[]', 'empty', 'true',
 '{"before": "case when t.before is not null then ''{\"erased\": true}''::jsonb end",
   "after": "case when t.after is not null then ''{\"erased\": true}''::jsonb end", "reason": "null"}',
 '{actor,action,entity,ip,user_agent,request_id}', 'Who did what and when stays; what it was about goes.');

-- What the log tells of these is told of others too, or of the erasure itself.
update private.personal_tables set is_shared = true
where table_name in ('companies', 'prospect_imports', 'workflow_runs', 'data_exports', 'erasures', 'erasure_vendors');

-- An organization's own words and accounts, where nobody looks for a prospect: a member of the team may be one as well.
create table private.own_tables (
    table_name text primary key,
    reason text not null
);
comment on table private.own_tables is 'Tables that an erasure does not search, each with the reason.';
alter table private.own_tables enable row level security;
insert into private.own_tables (table_name, reason) values
('organizations', 'the customer itself'),
('memberships', 'ids of the team'),
('invitations', 'addresses of the team'),
('api_credentials', 'keys and account names of the customer'),
('icps', 'a description of companies'),
('sending_settings', 'numbers and the customer''s own address'),
('agent_settings', 'the sender''s own words'),
('sending_domains', 'the customer''s domains'),
('scenarios', 'texts written for everybody'),
('scenario_steps', 'texts written for everybody'),
('mailboxes', 'addresses of the customer'),
('tags', 'words of the customer'),
('inbound_endpoints', 'ways in for vendors');

-- A pattern is two lines: a plain one that passes over most texts fast, and the one that counts.
create function private.mentions(content text, pattern text) returns boolean
language sql immutable set search_path = '' as $$
    select coalesce(
        pattern <> '' and content operator(pg_catalog.~*) split_part(pattern, e'\n', 1)
        and content operator(pg_catalog.~*) split_part(pattern, e'\n', 2), false)
$$;
create function private.bytes_mention(content bytea, pattern text) returns boolean
language sql immutable set search_path = '' as $$
    select private.mentions(encode(content, 'escape'), pattern)
$$;
create function private.without(content text, pattern text) returns text
language sql immutable set search_path = '' as $$
    select regexp_replace(content, split_part(pattern, e'\n', 2), '[erased]', 'gi')
$$;
comment on function private.bytes_mention(bytea, text) is
    'Bytes as Postgres escapes them: any encoding and any broken text can be searched; patterns spell letters beyond ASCII so.';

create function private.narrowed_prospect(prospect uuid) returns uuid
language sql stable security definer set search_path = '' as $$
    select p.organization_id from public.prospects p
    where p.id = prospect and p.organization_id = private.workflow_organization_id() and p.erased_at is null
$$;

create function private.person_traces(prospect uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select jsonb_build_object(
        'first_name', p.first_name, 'last_name', p.last_name, 'email_norm', p.email_norm, 'email', p.email,
        'phone', p.phone, 'phone_e164', p.phone_e164, 'linkedin_url', p.linkedin_url, 'linkedin_norm', p.linkedin_norm,
        'phone_is_shared', exists (
            select from public.prospects o
            where o.organization_id = p.organization_id and o.phone_e164 = p.phone_e164 and o.id <> p.id),
        'name_is_shared', exists (
            select from public.prospects o
            where o.organization_id = p.organization_id and o.id <> p.id and lower(o.last_name) = lower(p.last_name)
              and lower(o.first_name) = lower(p.first_name)),
        'also', (
            select coalesce(jsonb_agg(distinct lower(a.address)), '[]') from (
                select r.from_address as address from public.replies r where r.prospect_id = p.id and r.channel = 'email'
                union all select m.attendee_email from public.meetings m where m.prospect_id = p.id
            ) a
            where a.address <> ''
              and not exists (select from public.prospects o where o.organization_id = p.organization_id and o.id <> p.id
                                and o.email_norm = lower(a.address))
              and not exists (select from public.mailboxes b where b.organization_id = p.organization_id
                                and b.address_norm = lower(a.address))),
        'leads', (
            select coalesce(jsonb_agg(distinct e.provider_lead_id), '[]') from public.enrollments e
            where e.prospect_id = p.id and e.provider_lead_id is not null),
        'campaigns', (
            select coalesce(jsonb_agg(distinct b.provider_campaign_id), '[]')
            from public.enrollments e
            join public.campaign_mailboxes b on b.organization_id = e.organization_id and b.campaign_id = e.campaign_id
            where e.prospect_id = p.id and b.provider_campaign_id is not null),
        'mails', (
            select coalesce(jsonb_agg(distinct jsonb_build_object('provider', coalesce(i.provider, b.provider),
                                                                  'id', m.provider_message_id)), '[]')
            from public.messages m
            left join public.send_intents i on i.organization_id = m.organization_id and i.message_id = m.id
            left join public.mailboxes b on b.organization_id = m.organization_id and b.id = coalesce(i.mailbox_id, m.mailbox_id)
            where m.prospect_id = p.id and m.provider_message_id is not null),
        'replies', (
            select coalesce(jsonb_agg(distinct jsonb_build_object('channel', r.channel, 'id', r.provider_message_id)), '[]')
            from public.replies r where r.prospect_id = p.id),
        'providers', (
            select coalesce(jsonb_agg(distinct coalesce(i.provider, b.provider)), '[]')
            from public.messages m
            join public.send_intents i on i.organization_id = m.organization_id and i.message_id = m.id
            left join public.mailboxes b on b.organization_id = m.organization_id and b.id = i.mailbox_id
            where m.prospect_id = p.id and i.sending_at is not null and coalesce(i.provider, b.provider) is not null),
        'bookings', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'provider', m.provider, 'uid', m.booking_uid, 'previous', to_jsonb(m.previous_uids),
                'is_upcoming', m.start_at > now() and m.status in ('scheduled', 'reschedule_requested'))), '[]')
            from public.meetings m where m.prospect_id = p.id),
        'containers', (
            select coalesce(jsonb_agg(distinct s.container_id), '[]') from public.prospect_sources s
            where s.prospect_id = p.id and s.source = 'phantombuster'),
        'models', (
            select coalesce(jsonb_agg(distinct x.source), '[]') from (
                select source from public.prospect_enrichments where prospect_id = p.id
                union select source from public.qualifications where prospect_id = p.id
                union select source from public.messages where prospect_id = p.id
                union select d.source from public.reply_decisions d join public.replies r on r.id = d.reply_id
                where r.prospect_id = p.id
            ) x where x.source in ('anthropic', 'openai'))
    )
    from public.prospects p
    where p.id = prospect and p.organization_id = private.narrowed_prospect(prospect)
$$;
comment on function private.person_traces(uuid) is 'By what we and the vendors know a person of the session''s organization.';
grant execute on function private.person_traces(uuid) to workflow;

create function private.person_row_ids(organization uuid, prospect uuid, pattern text, keys text[]) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    entry private.personal_tables;
    found uuid[];
    every uuid[] := '{}';
    by_table jsonb := '{}';
begin
    for entry in select * from private.personal_tables order by position loop
        execute format('select coalesce(array_agg(t.id), ''{}'') from public.%I t where t.organization_id = $1 and (%s)',
                       entry.table_name, entry.belongs)
        into found using organization, prospect, every, pattern, keys;
        by_table := by_table || jsonb_build_object(entry.table_name, to_jsonb(found));
        if not entry.is_shared then
            every := every || found;
        end if;
    end loop;
    return by_table;
end
$$;

create function private.person_rows(prospect uuid, pattern text, keys text[]) returns table (table_name text, rows jsonb)
language plpgsql stable security definer set search_path = '' as $$
declare
    organization uuid := private.narrowed_prospect(prospect);
    entry private.personal_tables;
    ids jsonb;
begin
    if organization is null then
        return;
    end if;
    ids := private.person_row_ids(organization, prospect, pattern, keys);
    for entry in select * from private.personal_tables p order by p.position loop
        table_name := entry.table_name;
        execute format(
            'select coalesce(jsonb_agg((%s) - ''{organization_id,lease_token,lease_until}''::text[] order by t.id), ''[]'') from public.%I t
             where t.organization_id = $1 and t.id in (select value::uuid from jsonb_array_elements_text($2))',
            entry.shown, entry.table_name)
        into rows using organization, ids -> entry.table_name;
        return next;
    end loop;
end
$$;
comment on function private.person_rows(uuid, text, text[]) is 'Everything about a person of the session''s organization, table by table.';
grant execute on function private.person_rows(uuid, text, text[]) to workflow;

create function private.erase_person(erasure uuid, pattern text, keys text[]) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    organization uuid;
    prospect uuid;
    entry private.personal_tables;
    ids jsonb;
    target record;
    every uuid[];
    touched int;
    counts jsonb := '{}';
begin
    select e.organization_id, e.prospect_id into organization, prospect from public.erasures e
    where e.id = erasure and e.organization_id = private.workflow_organization_id() and e.status = 'queued'
    for update;
    if organization is null then
        raise exception 'There is no such erasure to be done.' using errcode = 'insufficient_privilege';
    end if;
    ids := private.person_row_ids(organization, prospect, pattern, keys);
    select array_agg(i.id::uuid) into every
    from jsonb_each(ids) t, jsonb_array_elements_text(t.value) as i (id)
    where t.key <> 'audit_log' and not (select p.is_shared from private.personal_tables p where p.table_name = t.key);

    for entry in
        select * from private.personal_tables p
        where p.on_erasure <> 'keep' and p.table_name <> 'audit_log' order by p.position desc
    loop
        if entry.on_erasure = 'delete' then
            execute format(
                'delete from public.%I t where t.organization_id = $1 and (%s)
                 and t.id in (select value::uuid from jsonb_array_elements_text($3))',
                entry.table_name, entry.only_if)
            using organization, prospect, ids -> entry.table_name;
        else
            execute format(
                'update public.%I t set %s where t.organization_id = $1
                 and t.id in (select value::uuid from jsonb_array_elements_text($3))',
                entry.table_name,
                (select string_agg(format('%I = %s', key, value), ', ') from jsonb_each_text(entry.emptied)))
            using organization, prospect, ids -> entry.table_name, pattern;
        end if;
        get diagnostics touched = row_count;
        if touched > 0 then
            counts := counts || jsonb_build_object(entry.table_name, touched);
        end if;
    end loop;

    -- Whatever else the organization has written down: an address in somebody else's message, a log, a report.
    if pattern <> '' then
        for target in
            select c.relname as name,
                   string_agg(format('%1$I = %2$s', a.attname, case when a.atttypid = 'text'::regtype
                       then format('private.without(%I, $2)', a.attname)
                       else format('private.without(%1$I::text, $2)::%2$s', a.attname, a.atttypid::regtype) end), ', ') as changes,
                   string_agg(format('%I::text', a.attname), ', ') as columns
            from pg_catalog.pg_class c
            join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                 and a.attgenerated = '' and a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'json'::regtype, 'text[]'::regtype)
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'audit_log'
              and not exists (select from private.own_tables o where o.table_name = c.relname)
              and exists (select from pg_catalog.pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
            group by c.relname
        loop
            execute format('update public.%I set %s where organization_id = $1 and private.mentions(concat_ws(e''\n'', %s), $2)',
                           target.name, target.changes, target.columns)
            using organization, pattern;
            get diagnostics touched = row_count;
            if touched > 0 then
                counts := counts || jsonb_build_object(target.name, coalesce((counts ->> target.name)::int, 0) + touched);
            end if;
        end loop;
        update private.workflow_errors set message = private.without(message, pattern)
        where private.mentions(message, pattern);
        update private.workflow_health set last_message = private.without(last_message, pattern)
        where private.mentions(last_message, pattern);
    end if;

    -- Last, because all of the above has been logged with what it was before.
    update public.audit_log t
    set before = case when t.before is not null then '{"erased": true}'::jsonb end,
        after = case when t.after is not null then '{"erased": true}'::jsonb end, reason = null
    where t.organization_id = organization
      and (t.entity_id = any (every) or private.mentions(concat_ws(' ', t.before, t.after, t.reason), pattern));
    get diagnostics touched = row_count;
    counts := counts || jsonb_build_object('audit_log', touched);
    insert into public.audit_log (organization_id, actor, action, entity, entity_id, after, reason)
    values (organization, private.current_actor(), 'update', 'audit_log', null,
            jsonb_build_object('erasure_id', erasure, 'entries_emptied', touched), 'erasure');
    return counts;
end
$$;
comment on function private.erase_person(uuid, text, text[]) is
    'The one way by which what is in the audit log can change: empties it of a person whose erasure was asked for, and logs that.';
grant execute on function private.erase_person(uuid, text, text[]) to workflow;

create function private.erasure_has_traces(erasure uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (
        select from public.erasures e where e.id = erasure and e.sealed_traces is not null
          and e.organization_id in (select private.member_organization_ids('admin')))
$$;
grant execute on function private.erasure_has_traces(uuid) to authenticated;

create function private.unfinished_erasures()
returns table (id uuid, organization_id uuid, status text, created_at timestamptz)
language sql stable security definer set search_path = '' as $$
    select e.id, e.organization_id, e.status, e.created_at from public.erasures e
    where e.status in ('queued', 'erased', 'incomplete') and (e.status = 'queued' or e.sealed_traces is not null)
    order by e.created_at
$$;
grant execute on function private.unfinished_erasures() to workflow;

create function private.data_exports_to_remove(as_of timestamptz) returns table (id uuid, organization_id uuid)
language sql stable security definer set search_path = '' as $$
    select e.id, e.organization_id from public.data_exports e
    where e.status = 'ready' and (e.kept_until <= as_of or e.prospect_id is null)
    order by e.kept_until
$$;
grant execute on function private.data_exports_to_remove(timestamptz) to workflow;

create function private.retention_months(organization uuid) returns int
language sql stable security definer set search_path = '' as $$
    select coalesce((select s.retention_months from public.retention_settings s where s.organization_id = organization), 36)
$$;

-- The clock: from the last contact that came from the person (an answer, a booking, a click), else from their collection.
create function private.silent_people(organization uuid, as_of timestamptz)
returns table (prospect_id uuid, last_contact_at timestamptz, counted_from text)
language sql stable security definer set search_path = '' as $$
    select p.id, coalesce(c.at, p.created_at), case when c.at is null then 'collection' else 'contact' end
    from public.prospects p
    cross join lateral (
        select greatest(
            p.last_inbound_at,
            (select max(r.received_at) from public.replies r
             where r.organization_id = p.organization_id and r.prospect_id = p.id and not r.is_automatic),
            (select max(m.created_at) from public.meetings m
             where m.organization_id = p.organization_id and m.prospect_id = p.id),
            (select max(v.occurred_at) from public.message_events v
             join public.messages m on m.organization_id = v.organization_id and m.id = v.message_id
             where m.organization_id = p.organization_id and m.prospect_id = p.id and v.kind = 'clicked')
        ) as at
    ) c
    where p.organization_id = organization and p.erased_at is null
      -- Nobody is due before they have been here for so long: the index serves this, the rest is looked at row by row.
      and p.created_at <= as_of - make_interval(months => private.retention_months(organization))
      and coalesce(c.at, p.created_at) <= as_of - make_interval(months => private.retention_months(organization))
$$;
comment on function private.silent_people(uuid, timestamptz) is
    'People of whom nothing was heard for as long as the organization keeps people.';

create function private.is_in_a_report(organization uuid, prospect uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (
        select from public.retention_items i
        join public.retention_reports r on r.organization_id = i.organization_id and r.id = i.report_id
        where i.organization_id = organization and i.prospect_id = prospect
          and (i.status = 'held' or (i.status = 'due' and r.status <> 'acted')))
$$;
comment on function private.is_in_a_report(uuid, uuid) is 'Whether a person is held, or announced in a report not yet acted upon.';

create function private.organizations_with_silent_people(as_of timestamptz) returns setof uuid
language sql stable security definer set search_path = '' as $$
    select o.id from public.organizations o
    where exists (
        select from private.silent_people(o.id, as_of) s
        where not private.is_in_a_report(o.id, s.prospect_id))
$$;
grant execute on function private.organizations_with_silent_people(timestamptz) to workflow;

create function private.announce_silent_people(organization uuid, as_of timestamptz)
returns table (report_id uuid, people int, acts_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_variable
begin
    if organization is distinct from private.workflow_organization_id() then
        return;
    end if;
    report_id := gen_random_uuid();
    acts_at := as_of + make_interval(days => coalesce(
        (select s.notice_days from public.retention_settings s where s.organization_id = organization), 30));
    insert into public.retention_reports (id, organization_id, retention_months, acts_at)
    values (report_id, organization, private.retention_months(organization), acts_at);
    insert into public.retention_items (organization_id, report_id, prospect_id, last_contact_at, counted_from)
    select organization, report_id, s.prospect_id, s.last_contact_at, s.counted_from
    from private.silent_people(organization, as_of) s
    where not private.is_in_a_report(organization, s.prospect_id)
    order by s.last_contact_at
    limit 10000;
    get diagnostics people = row_count;
    if people = 0 then
        delete from public.retention_reports r where r.id = report_id;
        return;
    end if;
    update public.retention_reports r set people_count = people where r.id = report_id;
    return next;
end
$$;
comment on function private.announce_silent_people(uuid, timestamptz) is
    'Writes a report of up to 10,000 people of the session''s organization who are due and stand in no open report.';
grant execute on function private.announce_silent_people(uuid, timestamptz) to workflow;

create function private.spare_people(report uuid, as_of timestamptz) returns int
language plpgsql volatile security definer set search_path = '' as $$
declare
    spared int;
begin
    update public.retention_items i set status = 'spared'
    where i.report_id = report and i.status = 'due' and i.organization_id = private.workflow_organization_id()
      and i.prospect_id not in (select s.prospect_id from private.silent_people(i.organization_id, as_of) s);
    get diagnostics spared = row_count;
    return spared;
end
$$;
grant execute on function private.spare_people(uuid, timestamptz) to workflow;

create function private.retention_reports_to_act_on(as_of timestamptz) returns table (id uuid, organization_id uuid)
language sql stable security definer set search_path = '' as $$
    select r.id, r.organization_id from public.retention_reports r
    where r.status = 'approved' or (r.status = 'announced' and r.acts_at <= as_of)
    order by r.acts_at
$$;
grant execute on function private.retention_reports_to_act_on(timestamptz) to workflow;
