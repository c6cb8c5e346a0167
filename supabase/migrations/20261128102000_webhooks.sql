-- webhooks: Calendly is asked for what was missed too. A way in that a person made by hand is left alone: only what was
-- registered with the account's key can be asked about, and made anew.

create or replace function private.endpoints_to_reconcile()
returns table (id uuid, organization_id uuid, source text)
language sql stable security definer set search_path = '' as $$
    select e.id, e.organization_id, e.source
    from public.inbound_endpoints e
    where e.status <> 'retired'
      and (e.source in ('instantly', 'calcom') or (e.source = 'calendly' and e.vendor_webhook_id is not null))
    order by e.last_checked_at nulls first, e.id
$$;

create or replace function private.accounts_without_endpoint()
returns table (organization_id uuid, source text)
language sql stable security definer set search_path = '' as $$
    select c.organization_id, c.service_name
    from public.api_credentials c
    where c.service_name in ('instantly', 'calcom', 'calendly') and c.is_active
      and not exists (
          select from public.inbound_endpoints e
          where e.organization_id = c.organization_id and e.source = c.service_name and e.status <> 'retired'
            and e.vendor_webhook_id is not null
      )
$$;
