"""SQL of the dashboard room."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from pydantic import BaseModel

from api_gateway.dashboard.schemas import Activity, DayFigures
from api_gateway.database import Session


class Counts(BaseModel):
    """Figures of one period."""

    prospects: int
    qualified: int
    contacted: int
    sent: int
    bounced: int
    replied: int
    meetings: int


class Waiting(BaseModel):
    """What waits for a person, and what runs."""

    pending_messages: int
    open_review_items: int
    oldest_review_at: datetime | None
    open_alerts: int
    upcoming_meetings: int
    sending_stopped: bool
    time_zone: str


async def counts(session: Session, organization_id: UUID, since: datetime, until: datetime) -> Counts:
    row = await session.row(
        Counts,
        """
        select
            (select count(*) from public.prospects where organization_id = %(id)s
             and created_at >= %(since)s and created_at < %(until)s) as prospects,
            (select count(distinct enrollment_id) from public.qualifications where organization_id = %(id)s
             and score >= 60 and created_at >= %(since)s and created_at < %(until)s) as qualified,
            (select count(distinct enrollment_id) from public.messages where organization_id = %(id)s
             and sent_at >= %(since)s and sent_at < %(until)s) as contacted,
            (select count(*) from public.messages where organization_id = %(id)s
             and sent_at >= %(since)s and sent_at < %(until)s) as sent,
            (select count(distinct message_id) from public.message_events where organization_id = %(id)s
             and kind = 'bounced' and occurred_at >= %(since)s and occurred_at < %(until)s) as bounced,
            (select count(distinct enrollment_id) from public.replies where organization_id = %(id)s
             and not is_automatic and received_at >= %(since)s and received_at < %(until)s) as replied,
            (select count(*) from public.meetings where organization_id = %(id)s and status <> 'cancelled'
             and created_at >= %(since)s and created_at < %(until)s) as meetings
        """,
        id=organization_id,
        since=since,
        until=until,
    )
    assert row is not None  # noqa: S101 - one row of sub-selects
    return row


async def waiting(session: Session, organization_id: UUID) -> Waiting:
    row = await session.row(
        Waiting,
        """
        select
            (select count(*) from public.messages where organization_id = o.id and status = 'pending_review')
                as pending_messages,
            (select count(*) from public.review_items where organization_id = o.id and status = 'open')
                as open_review_items,
            (select min(created_at) from public.review_items where organization_id = o.id and status = 'open')
                as oldest_review_at,
            (select count(*) from public.alerts where organization_id = o.id and resolved_at is null) as open_alerts,
            (select count(*) from public.meetings where organization_id = o.id and status = 'scheduled'
             and start_at > now()) as upcoming_meetings,
            o.sending_stopped_at is not null as sending_stopped,
            o.time_zone
        from public.organizations o where o.id = %(id)s
        """,
        id=organization_id,
    )
    assert row is not None  # noqa: S101 - the member's own organization
    return row


async def campaigns_by_status(session: Session, organization_id: UUID) -> dict[str, int]:
    rows = await session.dicts(
        "select status, count(*) as total from public.campaigns where organization_id = %(id)s group by status",
        id=organization_id,
    )
    return {row["status"]: row["total"] for row in rows}


async def daily(session: Session, organization_id: UUID, *, days: int, time_zone: str) -> list[DayFigures]:
    """One row a day, today last, in the organization's time zone."""
    return await session.rows(
        DayFigures,
        """
        with days as (
            select d::date as day, (d::date)::timestamp at time zone %(zone)s as opens,
                   (d::date + 1)::timestamp at time zone %(zone)s as closes
            from generate_series((now() at time zone %(zone)s)::date - (%(days)s - 1),
                                 (now() at time zone %(zone)s)::date, interval '1 day') d
        ), bounds as (select min(opens) as since from days),
        found as (
            select (created_at at time zone %(zone)s)::date as day, count(*) as n from public.prospects, bounds
            where organization_id = %(id)s and created_at >= since group by 1
        ), judged as (
            select (created_at at time zone %(zone)s)::date as day, count(distinct enrollment_id) as n
            from public.qualifications, bounds
            where organization_id = %(id)s and score >= 60 and created_at >= since group by 1
        ), written as (
            select (sent_at at time zone %(zone)s)::date as day, count(*) as n from public.messages, bounds
            where organization_id = %(id)s and sent_at >= since group by 1
        ), answered as (
            select (received_at at time zone %(zone)s)::date as day, count(*) as n from public.replies, bounds
            where organization_id = %(id)s and not is_automatic and received_at >= since group by 1
        ), met as (
            select (created_at at time zone %(zone)s)::date as day, count(*) as n from public.meetings, bounds
            where organization_id = %(id)s and status <> 'cancelled' and created_at >= since group by 1
        )
        select days.day, coalesce(found.n, 0) as found, coalesce(judged.n, 0) as qualified,
               coalesce(written.n, 0) as sent, coalesce(answered.n, 0) as replied, coalesce(met.n, 0) as meetings
        from days
        left join found using (day) left join judged using (day) left join written using (day)
        left join answered using (day) left join met using (day)
        order by days.day
        """,
        id=organization_id,
        days=days,
        zone=time_zone,
    )


# Each source is read for as many rows as the page has, and the newest of all are shown.
_ACTIVITY: LiteralString = """
    with happened as (
        (select id, created_at as at, to_status as kind, enrollment_id, campaign_id, actor, reason as detail
         from public.enrollment_events
         where organization_id = %(organization_id)s
           and (%(campaign_id)s::uuid is null or campaign_id = %(campaign_id)s)
           and (%(at)s::timestamptz is null or (created_at, id) < (%(at)s, %(last)s))
         order by created_at desc, id desc limit %(limit)s)
        union all
        (select id, sent_at, 'sent', enrollment_id, campaign_id, 'workflow', nullif(subject, '')
         from public.messages
         where organization_id = %(organization_id)s and sent_at is not null
           and (%(campaign_id)s::uuid is null or campaign_id = %(campaign_id)s)
           and (%(at)s::timestamptz is null or (sent_at, id) < (%(at)s, %(last)s))
         order by sent_at desc, id desc limit %(limit)s)
        union all
        (select id, completed_at, 'campaign_completed', null, id, 'worker', null
         from public.campaigns
         where organization_id = %(organization_id)s and completed_at is not null
           and (%(campaign_id)s::uuid is null or id = %(campaign_id)s)
           and (%(at)s::timestamptz is null or (completed_at, id) < (%(at)s, %(last)s))
         order by completed_at desc, id desc limit %(limit)s)
        order by at desc, id desc limit %(limit)s
    )
    select h.id, h.at, h.kind, p.id as prospect_id,
           coalesce(trim(p.first_name || ' ' || p.last_name), '') as prospect_name, o.name as company_name,
           h.campaign_id, c.name as campaign_name, h.actor, h.detail
    from happened h
    left join public.enrollments e on e.organization_id = %(organization_id)s and e.id = h.enrollment_id
    left join public.prospects p on p.organization_id = %(organization_id)s and p.id = e.prospect_id
    join public.campaigns c on c.organization_id = %(organization_id)s and c.id = h.campaign_id
    left join public.companies o on o.organization_id = %(organization_id)s and o.id = p.company_id
    order by h.at desc, h.id desc
"""


async def activity(
    session: Session, organization_id: UUID, *, campaign_id: UUID | None, after: tuple[Any, Any], limit: int
) -> list[Activity]:
    return await session.rows(
        Activity,
        _ACTIVITY,
        organization_id=organization_id,
        campaign_id=campaign_id,
        at=after[0],
        last=after[1],
        limit=limit,
    )


async def funnel(session: Session, organization_id: UUID, campaign_id: UUID | None) -> dict[str, int]:
    """How many people reached each stage, whatever became of them later."""
    rows = await session.dicts(
        """
        with people as (
            select id, status, score from public.enrollments
            where organization_id = %(organization_id)s
              and (%(campaign_id)s::uuid is null or campaign_id = %(campaign_id)s)
        )
        select count(*) as found,
               count(*) filter (where status not in ('found', 'enriching')) as enriched,
               count(*) filter (where score >= 60) as qualified,
               (select count(distinct enrollment_id) from public.messages m
                where m.organization_id = %(organization_id)s and m.sent_at is not null
                  and (%(campaign_id)s::uuid is null or m.campaign_id = %(campaign_id)s)) as contacted,
               (select count(distinct enrollment_id) from public.replies r
                where r.organization_id = %(organization_id)s and not r.is_automatic
                  and (%(campaign_id)s::uuid is null or r.campaign_id = %(campaign_id)s)) as replied,
               (select count(distinct enrollment_id) from public.meetings g
                where g.organization_id = %(organization_id)s and g.status <> 'cancelled'
                  and (%(campaign_id)s::uuid is null or g.campaign_id = %(campaign_id)s)) as meeting
        from people
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
    )
    return rows[0]
