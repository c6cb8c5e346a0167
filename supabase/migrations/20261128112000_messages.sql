-- messages: a morning on which one organization has fifty thousand sends due must not be everybody else's morning too.

-- The table may be large where this is applied by hand; `concurrently` cannot run inside a migration's transaction.
-- squawk-ignore require-concurrent-index-creation
create index send_intents_turn_idx on public.send_intents (organization_id, next_attempt_at, id)
    where status in ('planned', 'claimed');

create or replace function private.due_sends(campaign uuid, most int) returns setof uuid
language sql volatile security definer set search_path = '' as $$
    select due.id
    from public.organizations o
    cross join lateral (
        select i.id, i.next_attempt_at, row_number() over (order by i.next_attempt_at, i.id) as turn
        from public.send_intents i
        join public.campaigns c on c.id = i.campaign_id
        where i.organization_id = o.id
          and i.status in ('planned', 'claimed') and i.next_attempt_at <= now()
          and (i.status = 'planned' or i.lease_until < now())
          and (campaign is null or i.campaign_id = campaign)
          and c.status in ('active', 'completed')
        order by i.next_attempt_at, i.id
        limit most
    ) due
    where o.sending_stopped_at is null
    -- By chance within a turn: where there are more organizations than places, nobody is always the first.
    order by due.turn, random()
    limit most
$$;
comment on function private.due_sends(uuid, int) is
    'Up to `most` sends that are due, in turns: each organization''s soonest, then each one''s next.';
