-- key rotation: re-sealing what is sealed, in whichever table, without ever holding a row that somebody is changing.
-- A sealed column is any text column of `public` named `sealed_…`; its associated data is v1|organization|table|column|id.

create function private.sealed_columns() returns table (table_name text, column_name text, has_version boolean)
language sql stable security definer set search_path = '' as $$
    select c.table_name::text, c.column_name::text, exists (
        select from information_schema.columns v
        where v.table_schema = 'public' and v.table_name = c.table_name and v.column_name = 'key_version'
    )
    from information_schema.columns c
    where c.table_schema = 'public' and c.column_name like 'sealed\_%' and c.data_type = 'text'
    order by 1, 2
$$;
comment on function private.sealed_columns() is 'Read from the catalogue, so that a new sealed column is rotated before anyone remembers.';

create function private.sealed_counts() returns table (table_name text, column_name text, key_version int, sealed bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
    place record;
begin
    for place in select * from private.sealed_columns() loop
        return query execute format(
            'select %L::text, %L::text, coalesce(substring(%I from ''^v1\.([0-9]{1,9})\.'')::int, 0), count(*)
             from public.%I where %I is not null group by 3',
            place.table_name, place.column_name, place.column_name, place.table_name, place.column_name
        );
    end loop;
end
$$;
comment on function private.sealed_counts() is 'How many values each key version seals, over all organizations; version 0 is a value without one.';
grant execute on function private.sealed_counts() to workflow;

create function private.sealed_with_other_keys(target text, target_column text, newest int, after uuid, most int)
returns table (id uuid, organization_id uuid, sealed text)
language plpgsql stable security definer set search_path = '' as $$
begin
    if not exists (select from private.sealed_columns() c where c.table_name = target and c.column_name = target_column) then
        raise exception 'no such sealed column';
    end if;
    return query execute format(
        'select t.id, t.organization_id, t.%I from public.%I t
         where t.%I is not null and not starts_with(t.%I, ''v1.'' || $1 || ''.'') and ($2 is null or t.id > $2)
         order by t.id limit $3',
        target_column, target, target_column, target_column
    ) using newest, after, most;
end
$$;
grant execute on function private.sealed_with_other_keys(text, text, int, uuid, int) to workflow;

-- Compare and swap: a value that was changed since it was read, or is being changed now, is left for the next round.
create function private.reseal(target text, target_column text, ids uuid[], olds text[], news text[], newest int)
returns int
language plpgsql volatile security definer set search_path = '' as $$
declare
    versioned boolean;
    done int;
begin
    select c.has_version into versioned
    from private.sealed_columns() c where c.table_name = target and c.column_name = target_column;
    if not found then
        raise exception 'no such sealed column';
    end if;
    execute format(
        'with wanted as materialized (
             select t.id, w.old, w.new from public.%1$I t
             join unnest($1, $2, $3) as w (id, old, new) on w.id = t.id and w.old = t.%2$I
             order by t.id
             for no key update of t skip locked
         ), changed as (
             update public.%1$I t set %2$I = w.new %3$s
             from wanted w where t.id = w.id and t.%2$I = w.old
             returning t.id, t.organization_id, split_part(w.old, ''.'', 2) as before
         ), noted as (
             -- Tables with a version column are logged by their own trigger.
             insert into public.audit_log (organization_id, actor, action, entity, entity_id, before, after, reason)
             select c.organization_id, private.current_actor(), ''update'', %4$L, c.id,
                    jsonb_build_object(%5$L, c.before::int), jsonb_build_object(%5$L, $4), private.current_reason()
             from changed c where not $5
         )
         select count(*) from changed',
        target, target_column, case when versioned then ', key_version = $4' else '' end,
        target, target_column || '_key_version'
    ) into done using ids, olds, news, newest, versioned;
    return done;
end
$$;
comment on function private.reseal(text, text, uuid[], text[], text[], int) is
    'Puts a value sealed with a newer key in the place of exactly the value that was read. Audit rows say versions only.';
grant execute on function private.reseal(text, text, uuid[], text[], text[], int) to workflow;
