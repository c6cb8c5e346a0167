"""SQL of the campaigns room: counts and progress."""

from typing import Any
from uuid import UUID

from api_gateway.campaigns.schemas import CampaignCounts, CampaignRemaining, ScrapeRun
from api_gateway.database import Session


async def counts(session: Session, organization_id: UUID, campaign_ids: list[UUID]) -> dict[UUID, CampaignCounts]:
    """Counts of each campaign, zeros included."""
    rows = await session.dicts(
        """
        with wanted as (select unnest(%(ids)s::uuid[]) as id),
        people as (
            select campaign_id, count(*) as prospects,
                   count(*) filter (where status not in ('found', 'enriching')) as enriched,
                   count(*) filter (where score >= 60) as qualified
            from public.enrollments
            where organization_id = %(organization_id)s and campaign_id = any(%(ids)s)
            group by campaign_id
        ), written as (
            select campaign_id, count(*) filter (where status = 'pending_review') as pending_review,
                   count(*) filter (where sent_at is not null) as sent
            from public.messages
            where organization_id = %(organization_id)s and campaign_id = any(%(ids)s)
            group by campaign_id
        ), answered as (
            select campaign_id, count(distinct enrollment_id) as replied
            from public.replies
            where organization_id = %(organization_id)s and campaign_id = any(%(ids)s) and not is_automatic
            group by campaign_id
        ), met as (
            select campaign_id, count(*) as meetings
            from public.meetings
            where organization_id = %(organization_id)s and campaign_id = any(%(ids)s) and status <> 'cancelled'
            group by campaign_id
        )
        select w.id, coalesce(prospects, 0) as prospects, coalesce(enriched, 0) as enriched,
               coalesce(qualified, 0) as qualified, coalesce(pending_review, 0) as pending_review,
               coalesce(sent, 0) as sent, coalesce(replied, 0) as replied, coalesce(meetings, 0) as meetings
        from wanted w
        left join people on people.campaign_id = w.id
        left join written on written.campaign_id = w.id
        left join answered on answered.campaign_id = w.id
        left join met on met.campaign_id = w.id
        """,
        organization_id=organization_id,
        ids=campaign_ids,
    )
    return {row["id"]: CampaignCounts.model_validate(row) for row in rows}


async def by_status(session: Session, organization_id: UUID, campaign_id: UUID) -> dict[str, int]:
    """How many enrollments are in each status."""
    rows = await session.dicts(
        """
        select status, count(*) as total from public.enrollments
        where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s group by status
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
    )
    return {row["status"]: row["total"] for row in rows}


async def messages_by_status(session: Session, organization_id: UUID, campaign_id: UUID) -> dict[str, int]:
    """How many messages are in each status."""
    rows = await session.dicts(
        """
        select status, count(*) as total from public.messages
        where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s group by status
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
    )
    return {row["status"]: row["total"] for row in rows}


async def progress(session: Session, organization_id: UUID, campaign_id: UUID) -> dict[str, Any]:
    """The campaign's progress row; empty before its first launch."""
    rows = await session.dicts(
        """
        select stage, percent, message, scrape_started_at, scrape_finished_at, last_drafted_at, updated_at
        from public.campaign_progress
        where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
    )
    return rows[0] if rows else {}


async def latest_scrape(session: Session, organization_id: UUID, campaign_id: UUID) -> ScrapeRun | None:
    """The newest scrape of a campaign."""
    return await session.row(
        ScrapeRun,
        """
        select id, status, progress, message, error, started_at, finished_at
        from public.workflow_runs
        where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s
          and workflow_name = 'scrape-linkedin-prospects'
        order by created_at desc limit 1
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
    )


async def remaining(session: Session, organization_id: UUID, campaign_id: UUID) -> CampaignRemaining:
    """What keeps a campaign from its end, as `private.finished_campaigns` sees it."""
    [row] = await session.dicts(
        """
        select
            (select count(*) from public.enrollments e
             where e.organization_id = %(organization_id)s and e.campaign_id = %(campaign_id)s
               and e.status in ('found', 'enriching', 'enriched', 'qualifying', 'qualified', 'in_sequence')
               and not (e.stop_reason is not distinct from 'send_failed' and e.next_step_due_at is null)) as people,
            m.messages, r.replies, m.drafts + r.reviews as for_a_person
        from (
            select count(*) filter (where status in ('draft', 'pending_review') or by_hand) as drafts,
                   count(*) filter (where status not in ('draft', 'pending_review') and not by_hand) as messages
            from (select m.status, m.status = 'approved' and m.channel = 'linkedin' as by_hand from public.messages m
                  where m.organization_id = %(organization_id)s and m.campaign_id = %(campaign_id)s
                    and m.status in ('draft', 'pending_review', 'approved', 'scheduled', 'sending', 'ambiguous')) open
        ) m
        cross join (
            select count(*) filter (where r.status = 'queued_for_review') as reviews,
                   count(*) filter (where r.status in ('received', 'deciding')) as replies
            from public.replies r
            where r.organization_id = %(organization_id)s and r.campaign_id = %(campaign_id)s
              and r.status in ('received', 'deciding', 'queued_for_review')
        ) r
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
    )
    return CampaignRemaining.model_validate(row)
