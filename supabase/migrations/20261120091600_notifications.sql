-- notifications: what somebody should look at.

create table public.alerts (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    severity text not null default 'warning' check (severity in ('info', 'warning', 'critical')),
    kind text not null,
    title text not null,
    detail text not null default '',
    entity text,
    entity_id uuid,
    dedupe_key text not null,
    occurrences int not null default 1,
    resolved_at timestamptz,
    resolved_by uuid references auth.users (id) on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id)
);
comment on table public.alerts is 'Something that needs a person. The same trouble counts up one open row instead of making many.';
create unique index alerts_one_open_idx on public.alerts (organization_id, dedupe_key) where resolved_at is null;
create index alerts_list_idx on public.alerts (organization_id, created_at desc, id desc);
create index alerts_resolved_by_idx on public.alerts (resolved_by);
select private.protect('public.alerts', 'viewer', null, 'member', null, '{select,insert,update}');
revoke update on public.alerts from authenticated;
grant update (resolved_at, resolved_by) on public.alerts to authenticated;

create table public.notifications (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    user_id uuid not null references auth.users (id) on delete cascade,
    alert_id uuid not null,
    read_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, user_id, alert_id),
    foreign key (organization_id, alert_id) references public.alerts (organization_id, id) on delete cascade
);
comment on table public.notifications is 'An alert as one person sees it: read or not.';
create index notifications_user_idx on public.notifications (user_id, organization_id, created_at desc);
create index notifications_alert_idx on public.notifications (organization_id, alert_id);
alter table public.notifications enable row level security;
alter table public.notifications force row level security;
revoke all on public.notifications from public, anon, authenticated, service_role, workflow;
grant select on public.notifications to authenticated;
grant update (read_at) on public.notifications to authenticated;
grant select, insert on public.notifications to workflow;
create policy notifications_select_self on public.notifications for select to authenticated
using (user_id = (select auth.uid()) and organization_id in (select private.member_organization_ids('viewer')));
create policy notifications_update_self on public.notifications for update to authenticated
using (user_id = (select auth.uid()) and organization_id in (select private.member_organization_ids('viewer')))
with check (user_id = (select auth.uid()) and organization_id in (select private.member_organization_ids('viewer')));
create policy notifications_select_workflow on public.notifications for select to workflow
using (organization_id = (select private.workflow_organization_id()));
create policy notifications_insert_workflow on public.notifications for insert to workflow
with check (organization_id = (select private.workflow_organization_id()));
create trigger touch_updated_at before update on public.notifications
for each row execute function private.touch_updated_at();

create function private.raise_alert(
    organization uuid, kind text, severity text, title text, detail text, dedupe_key text,
    entity text default null, entity_id uuid default null
) returns uuid
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
    raised uuid;
begin
    if organization is distinct from private.workflow_organization_id()
       and organization not in (select private.member_organization_ids('viewer')) then
        raise exception 'No such organization.' using errcode = 'insufficient_privilege';
    end if;
    insert into public.alerts as a (organization_id, kind, severity, title, detail, dedupe_key, entity, entity_id)
    values (organization, raise_alert.kind, raise_alert.severity, raise_alert.title, raise_alert.detail,
            raise_alert.dedupe_key, raise_alert.entity, raise_alert.entity_id)
    on conflict (organization_id, dedupe_key) where resolved_at is null
    do update set occurrences = a.occurrences + 1, detail = excluded.detail, severity = excluded.severity
    returning id into raised;
    insert into public.notifications (organization_id, user_id, alert_id)
    select organization, m.user_id, raised from public.memberships m
    where m.organization_id = organization and m.status = 'active'
    on conflict do nothing;
    return raised;
end
$$;
comment on function private.raise_alert(uuid, text, text, text, text, text, text, uuid) is
    'Raises or counts up an alert and tells every active member of the organization.';
grant execute on function private.raise_alert(uuid, text, text, text, text, text, text, uuid) to authenticated, workflow;

create function private.report_workflow_error(
    workflow_id text, workflow_name text, execution_id text, node text, message text, alert_after int
) returns table (error_id uuid, attempts int, alert_raised boolean)
language plpgsql security definer set search_path = '' as $$
declare
    failures int;
    organization uuid;
begin
    perform private.report_workflow_run(workflow_name, false, 0, 1, message);
    select consecutive_failures into failures from private.workflow_health h
    where h.workflow_name = report_workflow_error.workflow_name;
    insert into private.workflow_errors as e (workflow_id, workflow_name, execution_id, node, message, attempts)
    values (report_workflow_error.workflow_id, report_workflow_error.workflow_name, report_workflow_error.execution_id,
            report_workflow_error.node, report_workflow_error.message, failures)
    returning e.id into error_id;
    attempts := failures;
    alert_raised := failures > alert_after;
    if alert_raised then
        -- The flow serves everyone with a running campaign: each of them must know.
        for organization in select distinct organization_id from public.campaigns where status = 'active' loop
            perform set_config('app.organization_id', organization::text, true);
            perform private.raise_alert(
                organization, 'workflow_failed', 'critical', workflow_name, report_workflow_error.message,
                'workflow:' || report_workflow_error.workflow_id
            );
        end loop;
        perform set_config('app.organization_id', '', true);
    end if;
    return next;
end
$$;
grant execute on function private.report_workflow_error(text, text, text, text, text, int) to workflow;
