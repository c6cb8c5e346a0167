"""SQL of the campaigns room: enrollments."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from api_gateway.database import Session

ENRICHMENT_FAILED = "enrichment_failed"

_ENROLLMENT: LiteralString = """
    select e.id, e.campaign_id, c.name as campaign_name, e.prospect_id,
           trim(p.first_name || ' ' || p.last_name) as prospect_name, p.title as prospect_title,
           o.name as company_name, e.status, e.score, e.needs_review, e.step_position, e.next_step_due_at,
           e.hold_until, e.stop_reason, e.last_error, e.updated_at, e.created_at
    from public.enrollments e
    join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
    join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id
    left join public.companies o on o.organization_id = p.organization_id and o.id = p.company_id
    where e.organization_id = %(organization_id)s
"""


async def find(
    session: Session,
    organization_id: UUID,
    *,
    campaign_id: UUID | None,
    status: list[str] | None,
    min_score: int | None,
    after: tuple[Any, Any],
    limit: int,
) -> list[dict[str, Any]]:
    query = SQL(_ENROLLMENT) + SQL(
        """
        and (%(campaign_id)s::uuid is null or e.campaign_id = %(campaign_id)s)
        and (%(status)s::text[] is null or e.status = any(%(status)s))
        and (%(min_score)s::int is null or e.score >= %(min_score)s)
        and (%(at)s::timestamptz is null or (e.created_at, e.id) < (%(at)s, %(last)s))
        order by e.created_at desc, e.id desc limit %(limit)s
        """
    )
    return await session.dicts(
        query,
        organization_id=organization_id,
        campaign_id=campaign_id,
        status=status,
        min_score=min_score,
        at=after[0],
        last=after[1],
        limit=limit,
    )


async def get(session: Session, organization_id: UUID, enrollment_id: UUID) -> dict[str, Any] | None:
    rows = await session.dicts(
        SQL(_ENROLLMENT) + SQL(" and e.id = %(id)s"), organization_id=organization_id, id=enrollment_id
    )
    return rows[0] if rows else None


async def move(
    session: Session, organization_id: UUID, enrollment_id: UUID, *, from_status: str, to_status: str
) -> int:
    """Zero when it is no longer where the caller saw it, or the caller may not."""
    return await session.execute(
        """
        update public.enrollments set status = %(to_status)s
        where id = %(id)s and organization_id = %(organization_id)s and status = %(from_status)s
        """,
        id=enrollment_id,
        organization_id=organization_id,
        from_status=from_status,
        to_status=to_status,
    )


async def retry_enrichment(
    session: Session, organization_id: UUID, *, campaign_id: UUID | None = None, enrollment_id: UUID | None = None
) -> int:
    """Have those tried again of whom nothing could be found out: one, or all of a campaign; how many that are."""
    return await session.execute(
        """
        update public.enrollments set status = 'found', stop_reason = null
        where organization_id = %(organization_id)s and status = 'rejected' and stop_reason = %(failed)s
          and (id = %(enrollment_id)s or campaign_id = %(campaign_id)s)
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
        enrollment_id=enrollment_id,
        failed=ENRICHMENT_FAILED,
    )
