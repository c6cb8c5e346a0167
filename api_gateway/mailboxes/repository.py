"""SQL of the mailboxes room."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.database import Session, set_clause
from api_gateway.mailboxes.schemas import Mailbox

_MAILBOX: LiteralString = """
    select b.id, b.provider, b.address, b.display_name, b.daily_cap, b.daily_cap as effective_daily_cap,
           b.min_gap_seconds, b.warmup_started_on, b.time_zone, b.health, b.health_reason, b.is_active, b.last_sent_at,
           b.options, b.created_at,
           (select count(*) from public.send_intents i
            where i.organization_id = b.organization_id and i.mailbox_id = b.id
              and i.status in ('sending', 'sent', 'ambiguous')
              and i.sending_at >= date_trunc('day', now() at time zone b.time_zone) at time zone b.time_zone
           ) as sent_today,
           case when recent.sends >= coalesce(s.bounce_minimum_sends, 20)
                then recent.bounces::float / recent.sends end as bounce_rate
    from public.mailboxes b
    left join public.sending_settings s on s.organization_id = b.organization_id
    left join lateral (
        select count(*) as sends, count(*) filter (where r.bounced) as bounces from (
            select told.bounced
            from public.send_intents i
            cross join lateral (
                select exists (
                    select from public.message_events v
                    where v.organization_id = i.organization_id and v.message_id = i.message_id and v.kind = 'bounced'
                ) as bounced
            ) told
            where i.organization_id = b.organization_id and i.mailbox_id = b.id
              and (i.status = 'sent' or i.status = 'failed' and told.bounced)
            order by i.sending_at desc limit coalesce(s.bounce_window_sends, 100)
        ) r
    ) recent on true
    where b.organization_id = %(organization_id)s
"""


class Record(BaseModel):
    """How the last sends of something fared. What bounced is no complaint as well: a message counts once."""

    id: UUID
    name: str
    state: str
    sends: int
    bounces: int
    complaints: int


class Limits(BaseModel):
    """From which shares (percent) of the last `bounce_window_sends` on somebody is warned, and sending paused."""

    bounce_warn_percent: float
    bounce_pause_percent: float
    bounce_minimum_sends: int
    bounce_window_sends: int


async def list_all(session: Session, organization_id: UUID) -> list[Mailbox]:
    return await session.rows(Mailbox, _MAILBOX + " order by b.created_at, b.id", organization_id=organization_id)


async def one(session: Session, organization_id: UUID, mailbox_id: UUID) -> Mailbox | None:
    return await session.row(Mailbox, _MAILBOX + " and b.id = %(id)s", organization_id=organization_id, id=mailbox_id)


async def insert(session: Session, organization_id: UUID, **values: Any) -> UUID:
    created: UUID = await session.value(
        """
        insert into public.mailboxes (organization_id, provider, address, address_norm, display_name, daily_cap,
                                      min_gap_seconds, warmup_started_on, time_zone, options)
        values (%(organization_id)s, %(provider)s, %(address)s, %(address_norm)s, %(display_name)s, %(daily_cap)s,
                %(min_gap_seconds)s, %(warmup_started_on)s, %(time_zone)s, %(options)s)
        returning id
        """,
        organization_id=organization_id,
        **{**values, "options": Jsonb(values["options"])},
    )
    return created


async def update(session: Session, organization_id: UUID, mailbox_id: UUID, values: dict[str, Any]) -> int:
    stored = {name: Jsonb(value) if name == "options" else value for name, value in values.items()}
    query = SQL(
        "update public.mailboxes set {} where organization_id = %(organization_id)s and id = %(row_id)s"
    ).format(set_clause(stored))
    return await session.execute(query, organization_id=organization_id, row_id=mailbox_id, **stored)


async def delete(session: Session, organization_id: UUID, mailbox_id: UUID) -> int:
    return await session.execute(
        "delete from public.mailboxes where organization_id = %(organization_id)s and id = %(id)s",
        organization_id=organization_id,
        id=mailbox_id,
    )


async def has_begun(session: Session, organization_id: UUID, mailbox_id: UUID) -> bool:
    """Whether somebody's sequence sticks to this mailbox."""
    begun: bool = await session.value(
        """
        select exists (
            select from public.enrollments
            where organization_id = %(organization_id)s and mailbox_id = %(id)s
              and status in ('qualified', 'in_sequence', 'replied')
        ) or exists (
            select from public.send_intents i
            join public.enrollments e on e.organization_id = i.organization_id and e.id = i.enrollment_id
            where i.organization_id = %(organization_id)s and i.mailbox_id = %(id)s
              and e.status in ('qualified', 'in_sequence', 'replied')
        )
        """,
        organization_id=organization_id,
        id=mailbox_id,
    )
    return begun


async def limits(session: Session, organization_id: UUID) -> Limits:
    stored = await session.row(
        Limits,
        """
        select bounce_warn_percent, bounce_pause_percent, bounce_minimum_sends, bounce_window_sends
        from public.sending_settings where organization_id = %(organization_id)s
        """,
        organization_id=organization_id,
    )
    return stored or Limits(
        bounce_warn_percent=2, bounce_pause_percent=5, bounce_minimum_sends=20, bounce_window_sends=100
    )


async def lock_watch(session: Session, organization_id: UUID) -> None:
    """Judge one failure at a time, so that of two at the same moment the second one counts both."""
    await session.execute(
        "select pg_advisory_xact_lock(hashtextextended(%(name)s, 0))", name=f"bounce_watch:{organization_id}"
    )


async def mailbox_records(session: Session, organization_id: UUID, window: int) -> list[Record]:
    """The last `window` sends of each mailbox, of those since the watch last paused it."""
    return await session.rows(
        Record,
        """
        select b.id, b.address as name, b.health as state, count(r.message_id) as sends,
               count(*) filter (where r.bounced) as bounces,
               count(*) filter (where r.complained and not r.bounced) as complaints
        from public.mailboxes b
        left join lateral (
            select i.message_id, told.bounced, told.complained
            from public.send_intents i
            cross join lateral (
                select exists (select from public.message_events v where v.organization_id = i.organization_id
                               and v.message_id = i.message_id and v.kind = 'bounced') as bounced,
                       exists (select from public.message_events v where v.organization_id = i.organization_id
                               and v.message_id = i.message_id and v.kind = 'complained') as complained
            ) told
            where i.organization_id = b.organization_id and i.mailbox_id = b.id
              and (i.status = 'sent' or i.status = 'failed' and told.bounced)
              and (b.watched_since is null or i.sending_at > b.watched_since)
            order by i.sending_at desc limit %(window)s
        ) r on true
        where b.organization_id = %(organization_id)s
        group by b.id
        """,
        organization_id=organization_id,
        window=window,
    )


async def campaign_records(session: Session, organization_id: UUID, window: int) -> list[Record]:
    """The last `window` sends of each running campaign, of those since the watch last paused it."""
    return await session.rows(
        Record,
        """
        select c.id, c.name, c.status as state, count(r.message_id) as sends,
               count(*) filter (where r.bounced) as bounces,
               count(*) filter (where r.complained and not r.bounced) as complaints
        from public.campaigns c
        left join lateral (
            select i.message_id, told.bounced, told.complained
            from public.send_intents i
            cross join lateral (
                select exists (select from public.message_events v where v.organization_id = i.organization_id
                               and v.message_id = i.message_id and v.kind = 'bounced') as bounced,
                       exists (select from public.message_events v where v.organization_id = i.organization_id
                               and v.message_id = i.message_id and v.kind = 'complained') as complained
            ) told
            where i.organization_id = c.organization_id and i.campaign_id = c.id
              and (i.status = 'sent' or i.status = 'failed' and told.bounced)
              and (c.watched_since is null or i.sending_at > c.watched_since)
            order by i.sending_at desc limit %(window)s
        ) r on true
        where c.organization_id = %(organization_id)s and c.status = 'active'
        group by c.id
        """,
        organization_id=organization_id,
        window=window,
    )


async def set_health(session: Session, mailbox_id: UUID, health: str, reason: str | None) -> None:
    await session.execute(
        """
        update public.mailboxes
        set health = %(health)s, health_reason = %(reason)s, health_changed_at = clock_timestamp(),
            watched_since = case when %(health)s = 'paused' then clock_timestamp() else watched_since end
        where id = %(id)s and health <> %(health)s
        """,
        id=mailbox_id,
        health=health,
        reason=reason,
    )


async def pause_campaign(session: Session, campaign_id: UUID, reason: str) -> None:
    await session.execute(
        """
        update public.campaigns
        set status = 'paused', paused_at = clock_timestamp(), watched_since = clock_timestamp(),
            pause_reason = %(reason)s
        where id = %(id)s and status = 'active'
        """,
        id=campaign_id,
        reason=reason,
    )


async def count_bounce(session: Session, message_id: UUID, kind: str) -> None:
    """Add a bounce or complaint to the mailbox's day."""
    await session.execute(
        """
        insert into public.mailbox_days as d (organization_id, mailbox_id, day, bounced, complained)
        select m.organization_id, m.mailbox_id, (clock_timestamp() at time zone b.time_zone)::date,
               (%(kind)s = 'bounced')::int, (%(kind)s = 'complained')::int
        from public.messages m
        join public.mailboxes b on b.id = m.mailbox_id
        where m.id = %(id)s
        on conflict (organization_id, mailbox_id, day) do update
        set bounced = d.bounced + excluded.bounced, complained = d.complained + excluded.complained
        """,
        id=message_id,
        kind=kind,
    )


async def instantly_addresses(session: Session, organization_id: UUID) -> dict[str, bool]:
    """Whether each mailbox at Instantly is switched on, by its normalised address."""
    rows = await session.dicts(
        """
        select address_norm, is_active from public.mailboxes
        where organization_id = %(organization_id)s and provider = 'instantly'
        """,
        organization_id=organization_id,
    )
    return {row["address_norm"]: row["is_active"] for row in rows}


async def switch_off(session: Session, organization_id: UUID, addresses: list[str], reason: str) -> None:
    """Switch mailboxes at Instantly off, with the reason in the audit log and on the mailbox."""
    await session.because(reason)
    await session.execute(
        """
        update public.mailboxes set is_active = false, health_reason = %(reason)s
        where organization_id = %(organization_id)s and provider = 'instantly' and address_norm = any (%(addresses)s)
        """,
        organization_id=organization_id,
        addresses=addresses,
        reason=reason,
    )


async def insert_synced(session: Session, organization_id: UUID, **values: Any) -> UUID | None:
    """Add an account of Instantly's; None when somebody else was faster."""
    created: UUID | None = await session.value(
        """
        insert into public.mailboxes
            (organization_id, provider, address, address_norm, display_name, daily_cap, is_active)
        values (%(organization_id)s, 'instantly', %(address)s, %(address_norm)s, %(display_name)s, %(daily_cap)s,
                %(is_active)s)
        on conflict (organization_id, provider, address_norm) do nothing
        returning id
        """,
        organization_id=organization_id,
        **values,
    )
    return created
