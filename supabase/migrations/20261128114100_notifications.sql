-- notifications: older alerts are of these kinds too; looked at by itself, so that nobody waits for it.

alter table public.alerts validate constraint alerts_kind_check;
