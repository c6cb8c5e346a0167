-- realtime: broadcast from the database. A frame says which table changed and for which rows, never what is in them.

create function private.broadcast_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    change record;
begin
    for change in
        select c.organization_id, (array_agg(c.id))[1:20] as ids, count(*) as total
        from changed c group by c.organization_id
    loop
        perform realtime.send(
            jsonb_build_object('table', tg_table_name, 'operation', lower(tg_op), 'ids', change.ids, 'total', change.total),
            tg_table_name || '_changed', 'organization:' || change.organization_id, true
        );
    end loop;
    return null;
end
$$;

create function private.broadcast(target regclass) returns void
language plpgsql set search_path = '' as $$
begin
    execute format('create trigger broadcast_insert after insert on %s referencing new table as changed
                    for each statement execute function private.broadcast_change()', target);
    execute format('create trigger broadcast_update after update on %s referencing new table as changed
                    for each statement execute function private.broadcast_change()', target);
    execute format('create trigger broadcast_delete after delete on %s referencing old table as changed
                    for each statement execute function private.broadcast_change()', target);
end
$$;

select private.broadcast('public.campaigns');
select private.broadcast('public.campaign_progress');
select private.broadcast('public.enrollments');
select private.broadcast('public.messages');
select private.broadcast('public.message_events');
select private.broadcast('public.replies');
select private.broadcast('public.review_items');
select private.broadcast('public.meetings');
select private.broadcast('public.alerts');
select private.broadcast('public.mailboxes');
select private.broadcast('public.prospect_imports');
select private.broadcast('public.workflow_runs');
select private.broadcast('public.suppressions');
select private.broadcast('public.memberships');

-- An organization is its own: somebody pressed "stop all sends", and everybody has to see it.
create function private.broadcast_organization() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    perform realtime.send(
        jsonb_build_object('table', tg_table_name, 'operation', 'update', 'ids', jsonb_build_array(new.id), 'total', 1),
        tg_table_name || '_changed', 'organization:' || new.id, true
    );
    return null;
end
$$;
create trigger broadcast_update after update on public.organizations
for each row execute function private.broadcast_organization();

create policy organization_topic_select_member on realtime.messages for select to authenticated
using (
    (select realtime.topic()) in (
        select 'organization:' || organization_id from private.member_organization_ids('viewer') as organization_id
    )
);
