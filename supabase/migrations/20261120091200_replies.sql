-- replies: what people answered, what was decided about it, and what waits for a human.

create table public.conversations (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    enrollment_id uuid not null,
    campaign_id uuid not null,
    prospect_id uuid not null,
    channel text not null default 'email' check (channel in ('linkedin', 'email', 'sms')),
    provider_thread_id text,
    subject text not null default '',
    last_message_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, enrollment_id, channel),
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete cascade,
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade,
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade
);
comment on table public.conversations is 'The thread with one person in one campaign on one channel.';
create index conversations_list_idx on public.conversations (organization_id, last_message_at desc, id desc);
create index conversations_prospect_idx on public.conversations (organization_id, prospect_id);
create index conversations_campaign_idx on public.conversations (organization_id, campaign_id);
select private.protect('public.conversations', 'viewer', null, null, null, '{select,insert,update}');

create table public.replies (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    conversation_id uuid not null,
    enrollment_id uuid not null,
    campaign_id uuid not null,
    prospect_id uuid not null,
    mailbox_id uuid,
    inbound_event_id uuid,
    channel text not null default 'email' check (channel in ('linkedin', 'email', 'sms')),
    from_address text not null default '',
    subject text not null default '',
    body_text text not null default '',
    body_html text not null default '',
    body_stripped text not null default '',
    headers jsonb not null default '{}',
    provider_message_id text not null,
    is_automatic boolean not null default false,
    received_at timestamptz not null,
    status text not null default 'received' check (status in ('received', 'deciding', 'decided', 'queued_for_review', 'closed')),
    decided_at timestamptz,
    lease_token uuid,
    lease_until timestamptz,
    attempts int not null default 0,
    last_error text,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, provider_message_id),
    foreign key (organization_id, conversation_id) references public.conversations (organization_id, id) on delete cascade,
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete cascade,
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade,
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade,
    foreign key (organization_id, mailbox_id) references public.mailboxes (organization_id, id) on delete set null (mailbox_id)
);
comment on table public.replies is 'An answer as it came (body_text, body_html) and as it is judged (body_stripped: no quotes, no signature).';
create index replies_list_idx on public.replies (organization_id, received_at desc, id desc);
create index replies_conversation_idx on public.replies (organization_id, conversation_id, received_at);
create index replies_enrollment_idx on public.replies (organization_id, enrollment_id, received_at);
create index replies_campaign_idx on public.replies (organization_id, campaign_id, received_at);
create index replies_prospect_idx on public.replies (organization_id, prospect_id, received_at desc);
create index replies_mailbox_idx on public.replies (organization_id, mailbox_id);
create index replies_work_idx on public.replies (received_at, id) where status in ('received', 'deciding');
select private.protect('public.replies', 'viewer', null, null, null, '{select,insert,update}');
revoke select on public.replies from authenticated;
grant select (
    id, organization_id, conversation_id, enrollment_id, campaign_id, prospect_id, mailbox_id, channel, from_address,
    subject, body_text, body_html, body_stripped, headers, provider_message_id, is_automatic, received_at, status,
    decided_at, attempts, last_error, created_at, updated_at
) on public.replies to authenticated;

create table public.reply_decisions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    reply_id uuid not null,
    intent text not null check (intent in (
        'interested', 'meeting_request', 'question', 'objection', 'not_interested', 'wrong_person', 'referral',
        'out_of_office', 'unsubscribe', 'bounce', 'complaint', 'other'
    )),
    sentiment text not null default 'neutral' check (sentiment in ('positive', 'neutral', 'negative')),
    confidence real not null check (confidence between 0 and 1),
    language text not null default 'fr',
    action text not null,
    action_taken text not null check (action_taken in (
        'sent_booking_link', 'answered', 'queued_for_review', 'suppressed', 'stopped', 'held'
    )),
    decided_by text not null check (decided_by in ('rules', 'model', 'person')),
    reasons jsonb not null default '[]',
    draft jsonb,
    bant_facts jsonb not null default '[]',
    hold_until timestamptz,
    source text,
    model text,
    prompt_version text,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default now(),
    foreign key (organization_id, reply_id) references public.replies (organization_id, id) on delete cascade
);
comment on table public.reply_decisions is 'What was understood of a reply, what was done, by whom, and the reasons.';
create index reply_decisions_reply_idx on public.reply_decisions (organization_id, reply_id, created_at desc);
create index reply_decisions_intent_idx on public.reply_decisions (organization_id, intent, created_at desc);
select private.protect('public.reply_decisions', 'viewer', 'member', null, null, '{select,insert}');

create table public.review_items (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    reply_id uuid not null,
    enrollment_id uuid not null,
    campaign_id uuid not null,
    prospect_id uuid not null,
    status text not null default 'open' check (status in ('open', 'approved', 'rejected', 'closed')),
    intent text not null,
    confidence real not null,
    reasons jsonb not null default '[]',
    draft_subject text not null default '',
    draft_body text not null default '',
    final_subject text,
    final_body text,
    edit_diff text,
    claimed_by uuid references auth.users (id) on delete set null,
    claimed_at timestamptz,
    resolved_by uuid references auth.users (id) on delete set null,
    resolved_at timestamptz,
    resolution_note text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, reply_id),
    foreign key (organization_id, reply_id) references public.replies (organization_id, id) on delete cascade,
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete cascade,
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete cascade,
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete cascade
);
comment on table public.review_items is 'A reply that a person must answer: the draft, the reasons, who holds it, and what they changed.';
create index review_items_queue_idx on public.review_items (organization_id, status, created_at, id);
create index review_items_enrollment_idx on public.review_items (organization_id, enrollment_id);
create index review_items_campaign_idx on public.review_items (organization_id, campaign_id);
create index review_items_prospect_idx on public.review_items (organization_id, prospect_id);
create index review_items_claimed_by_idx on public.review_items (claimed_by);
create index review_items_resolved_by_idx on public.review_items (resolved_by);
select private.protect('public.review_items', 'viewer', null, 'member', null, '{select,insert,update}');
select private.audit('public.review_items');

-- The table is empty: it was made a moment ago.
alter table public.messages
    -- squawk-ignore adding-foreign-key-constraint,constraint-missing-not-valid
    add foreign key (organization_id, reply_id) references public.replies (organization_id, id) on delete set null (reply_id);
-- squawk-ignore require-concurrent-index-creation
create index messages_reply_idx on public.messages (organization_id, reply_id);

-- Members write no reply; that theirs is settled follows from the review item which they may write.
create function private.close_reviewed_reply() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    update public.replies set status = 'closed', decided_at = coalesce(decided_at, clock_timestamp())
    where organization_id = new.organization_id and id = new.reply_id and status <> 'closed';
    return null;
end
$$;
create trigger close_reviewed_reply after update of status on public.review_items
for each row when (old.status = 'open' and new.status <> 'open') execute function private.close_reviewed_reply();

create function private.claim_replies(most int, reply uuid, lease interval)
returns table (reply_id uuid, organization_id uuid, lease_token uuid)
language sql volatile security definer set search_path = '' as $$
    with due as (
        select r.id from public.replies r
        where r.status in ('received', 'deciding')
          and (r.lease_until is null or r.lease_until < clock_timestamp())
          and (reply is null or r.id = reply)
        order by r.received_at, r.id
        limit most
        for update skip locked
    )
    update public.replies r
    set status = 'deciding', lease_token = gen_random_uuid(), lease_until = clock_timestamp() + lease
    from due where r.id = due.id
    returning r.id, r.organization_id, r.lease_token
$$;
comment on function private.claim_replies(int, uuid, interval) is
    'Leases replies that the rules alone could not settle, oldest first, over all organizations.';
grant execute on function private.claim_replies(int, uuid, interval) to workflow;

create function private.reply_organization(reply uuid, token uuid) returns uuid
language sql stable security definer set search_path = '' as $$
    select r.organization_id from public.replies r where r.id = reply and r.lease_token = token
$$;
grant execute on function private.reply_organization(uuid, uuid) to workflow;

create function private.count_waiting_replies(older_than interval) returns bigint
language sql stable security definer set search_path = '' as $$
    select count(*) from public.replies r
    where r.status in ('received', 'deciding') and (r.lease_until is null or r.lease_until < clock_timestamp())
      and r.created_at < clock_timestamp() - older_than
$$;
grant execute on function private.count_waiting_replies(interval) to workflow;
