-- bounce watch: what a pause forgives. Sends up to the pause stay forgiven once a person lifts it, whatever the state of
-- the mailbox or campaign is by then, and nothing but a pause forgives anything.

alter table public.mailboxes add column watched_since timestamptz;
comment on column public.mailboxes.watched_since is
    'When the bounce watch last paused the mailbox: earlier sends are not held against it a second time.';
update public.mailboxes set watched_since = health_changed_at where health = 'paused';

alter table public.campaigns add column watched_since timestamptz;
comment on column public.campaigns.watched_since is
    'When the bounce watch last paused the campaign: earlier sends are not held against it a second time.';
update public.campaigns set watched_since = paused_at where status = 'paused';
