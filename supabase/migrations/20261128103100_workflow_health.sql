-- workflow_health: one flow serves every organization, and what it says when it fails may be about any of them.

create or replace function private.workflow_health_list() returns setof private.workflow_health
language plpgsql stable security definer set search_path = '' as $$
declare
    flow private.workflow_health;
begin
    for flow in select * from private.workflow_health h order by h.workflow_name loop
        flow.last_message := '';
        return next flow;
    end loop;
end
$$;
comment on function private.workflow_health_list() is
    'How the flows do, for every member; what a run said stays with who runs n8n, because it may name other customers'' people.';

create or replace function private.report_workflow_error(
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
        -- The flow serves everyone with a running campaign: each of them must know that it fails, and none of them over whom.
        for organization in select distinct organization_id from public.campaigns where status = 'active' loop
            perform set_config('app.organization_id', organization::text, true);
            perform private.raise_alert(
                organization, 'workflow_failed', 'critical', workflow_name,
                format('It failed %s times in a row; what it said is in n8n, under execution %s.',
                       failures, report_workflow_error.execution_id),
                'workflow:' || report_workflow_error.workflow_id
            );
        end loop;
        perform set_config('app.organization_id', '', true);
    end if;
    return next;
end
$$;
