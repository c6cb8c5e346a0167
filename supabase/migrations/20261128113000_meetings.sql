-- meetings: each detail of a meeting knows which event told it, so that any order of the events ends in the same meeting.

alter table public.meetings add column detail_stamps jsonb not null default '{}';
comment on column public.meetings.detail_stamps is
    'By detail: [1 when a booking or a move told it, else 0; event time; rank] of the event that it was taken from.';

update private.personal_tables
set shown = 'to_jsonb(t) - ''detail_stamps''', emptied = emptied || '{"detail_stamps": "''{}''"}'
where table_name = 'meetings';
