-- meetings: one row per meeting, however often it is moved.

create table public.meetings (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    enrollment_id uuid,
    campaign_id uuid,
    prospect_id uuid,
    source_message_id uuid,
    provider text not null default 'calcom' check (provider in ('calcom', 'calendly')),
    booking_uid text not null,
    previous_uids text[] not null default '{}',
    title text not null default '',
    start_at timestamptz not null,
    end_at timestamptz not null,
    time_zone text not null default 'Europe/Paris',
    status text not null default 'scheduled' check (status in ('scheduled', 'reschedule_requested', 'cancelled', 'no_show', 'completed')),
    video_url text,
    organizer_email text,
    attendee_email text not null default '',
    attendee_name text not null default '',
    attendees jsonb not null default '[]',
    cancellation_reason text,
    last_event_at timestamptz not null,
    last_event_rank int not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, provider, booking_uid),
    foreign key (organization_id, enrollment_id) references public.enrollments (organization_id, id) on delete set null (enrollment_id),
    foreign key (organization_id, campaign_id) references public.campaigns (organization_id, id) on delete set null (campaign_id),
    foreign key (organization_id, prospect_id) references public.prospects (organization_id, id) on delete set null (prospect_id),
    foreign key (organization_id, source_message_id) references public.messages (organization_id, id) on delete set null (source_message_id)
);
comment on table public.meetings is 'A meeting. A reschedule at the vendor makes a new uid; here it stays the same row.';
comment on column public.meetings.last_event_at is 'Event time and rank of what was applied last: an older event that arrives later changes nothing.';
create index meetings_list_idx on public.meetings (organization_id, start_at, id);
create index meetings_enrollment_idx on public.meetings (organization_id, enrollment_id);
create index meetings_campaign_idx on public.meetings (organization_id, campaign_id);
create index meetings_prospect_idx on public.meetings (organization_id, prospect_id);
create index meetings_source_message_idx on public.meetings (organization_id, source_message_id);
create index meetings_previous_uids_idx on public.meetings using gin (organization_id, previous_uids);
select private.protect('public.meetings', 'viewer', null, 'member', null, '{select,insert,update}');
select private.audit('public.meetings');

-- A reschedule may be told before, between or after what it connects; then two rows turn out to be one meeting.
create function private.drop_duplicate_meetings(kept uuid, duplicates uuid[]) returns void
language sql volatile security definer set search_path = '' as $$
    delete from public.meetings m
    using public.meetings k
    where k.id = kept and m.id = any (duplicates) and m.id <> k.id
      and m.organization_id = k.organization_id and m.provider = k.provider
      and k.organization_id = private.workflow_organization_id()
$$;
comment on function private.drop_duplicate_meetings(uuid, uuid[]) is
    'Removes rows that turned out to be the meeting that is kept, inside the organization of the workflow session.';
grant execute on function private.drop_duplicate_meetings(uuid, uuid[]) to workflow;
