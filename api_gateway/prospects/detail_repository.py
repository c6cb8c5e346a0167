"""SQL of the prospects room: what belongs to one person."""

from uuid import UUID

from api_gateway.database import Session
from api_gateway.prospects.schemas import (
    Company,
    Enrichment,
    ProspectEnrollment,
    Qualification,
    Source,
    ThreadEntry,
    TimelineEntry,
)


async def company(session: Session, organization_id: UUID, company_id: UUID | None) -> Company | None:
    return await session.row(
        Company,
        "select * from public.companies where organization_id = %(organization_id)s and id = %(id)s",
        organization_id=organization_id,
        id=company_id,
    )


async def enrichment(session: Session, organization_id: UUID, prospect_id: UUID) -> Enrichment | None:
    return await session.row(
        Enrichment,
        """
        select summary, talking_points, pain_points, disc, company_facts, source, model, created_at
        from public.prospect_enrichments
        where organization_id = %(organization_id)s and prospect_id = %(id)s order by created_at desc limit 1
        """,
        organization_id=organization_id,
        id=prospect_id,
    )


async def qualification(session: Session, organization_id: UUID, prospect_id: UUID) -> Qualification | None:
    return await session.row(
        Qualification,
        """
        select score, criteria, decision, needs_review, review_reason, source, model, created_at
        from public.qualifications
        where organization_id = %(organization_id)s and prospect_id = %(id)s order by created_at desc limit 1
        """,
        organization_id=organization_id,
        id=prospect_id,
    )


async def sources(session: Session, organization_id: UUID, prospect_id: UUID) -> list[Source]:
    return await session.rows(
        Source,
        """
        select source, campaign_id, import_id, container_id, line_number, lawful_basis, found_at
        from public.prospect_sources
        where organization_id = %(organization_id)s and prospect_id = %(id)s order by found_at desc limit 50
        """,
        organization_id=organization_id,
        id=prospect_id,
    )


async def enrollments(session: Session, organization_id: UUID, prospect_id: UUID) -> list[ProspectEnrollment]:
    return await session.rows(
        ProspectEnrollment,
        """
        select e.id, e.campaign_id, c.name as campaign_name, e.status, e.score, e.needs_review, e.step_position,
               e.next_step_due_at, e.hold_until, e.stop_reason, e.created_at
        from public.enrollments e
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        where e.organization_id = %(organization_id)s and e.prospect_id = %(id)s order by e.created_at desc limit 50
        """,
        organization_id=organization_id,
        id=prospect_id,
    )


async def timeline(session: Session, organization_id: UUID, prospect_id: UUID) -> list[TimelineEntry]:
    return await session.rows(
        TimelineEntry,
        """
        select created_at as at, 'status' as kind, to_status as label, reason as detail, campaign_id
        from public.enrollment_events ev
        where organization_id = %(organization_id)s and enrollment_id in (
            select id from public.enrollments where organization_id = %(organization_id)s and prospect_id = %(id)s)
        union all
        select sent_at, 'message', channel, nullif(subject, ''), campaign_id from public.messages
        where organization_id = %(organization_id)s and prospect_id = %(id)s and sent_at is not null
        union all
        select me.occurred_at, 'event', me.kind, null, me.campaign_id from public.message_events me
        join public.messages m on m.organization_id = me.organization_id and m.id = me.message_id
        where m.organization_id = %(organization_id)s and m.prospect_id = %(id)s and me.kind <> 'sent'
        union all
        select received_at, 'reply', channel, nullif(subject, ''), campaign_id from public.replies
        where organization_id = %(organization_id)s and prospect_id = %(id)s
        union all
        select created_at, 'meeting', status, title, campaign_id from public.meetings
        where organization_id = %(organization_id)s and prospect_id = %(id)s
        order by at desc limit 200
        """,
        organization_id=organization_id,
        id=prospect_id,
    )


async def conversation(session: Session, organization_id: UUID, prospect_id: UUID) -> list[ThreadEntry]:
    return await session.rows(
        ThreadEntry,
        """
        select * from (
            select id, 'out' as direction, channel, subject, body as text, status, sent_at as at from public.messages
            where organization_id = %(organization_id)s and prospect_id = %(id)s and sent_at is not null
            union all
            select id, 'in', channel, subject, coalesce(nullif(body_stripped, ''), body_text), status, received_at
            from public.replies
            where organization_id = %(organization_id)s and prospect_id = %(id)s
            order by at desc limit 100
        ) newest order by at
        """,
        organization_id=organization_id,
        id=prospect_id,
    )
