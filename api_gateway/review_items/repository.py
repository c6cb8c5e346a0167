"""SQL of the review queue."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.review_items.schemas import ReviewItem, ReviewItemDetail, ThreadMessage

_ITEM: LiteralString = """
    i.id, i.reply_id, i.enrollment_id, i.campaign_id, c.name as campaign_name, i.prospect_id,
    trim(concat_ws(' ', p.first_name, p.last_name)) as prospect_name, co.name as company_name, r.from_address,
    r.channel, r.subject as reply_subject, coalesce(nullif(r.body_stripped, ''), r.body_text) as reply_text,
    r.received_at,
    i.status, i.intent, i.confidence, i.reasons, i.draft_subject, i.draft_body, i.claimed_by,
    (select coalesce(nullif(person.full_name, ''), person.email)
     from private.organization_people(i.organization_id) person where person.user_id = i.claimed_by) as claimed_by_name,
    i.claimed_at, i.resolved_at,
    greatest(0, extract(epoch from coalesce(i.resolved_at, now()) - r.received_at))::int as age_seconds, i.created_at
"""
_FROM: LiteralString = """
    from public.review_items i
    join public.replies r on r.organization_id = i.organization_id and r.id = i.reply_id
    join public.campaigns c on c.organization_id = i.organization_id and c.id = i.campaign_id
    join public.prospects p on p.organization_id = i.organization_id and p.id = i.prospect_id
    left join public.companies co on co.organization_id = p.organization_id and co.id = p.company_id
    where i.organization_id = %(organization_id)s
"""


class ItemState(BaseModel):
    """A review item that is about to change, locked."""

    id: UUID
    reply_id: UUID
    enrollment_id: UUID
    status: str
    claimed_by: UUID | None
    intent: str
    confidence: float
    draft_subject: str
    draft_body: str
    final_subject: str | None
    final_body: str | None


class _WithoutThread(ReviewItem):
    final_subject: str | None
    final_body: str | None
    edit_diff: str | None


async def page(
    session: Session,
    organization_id: UUID,
    *,
    status: str,
    campaign_id: UUID | None,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[ReviewItem]:
    """One row more than `limit`, oldest first."""
    query = SQL("select {} {}").format(SQL(_ITEM), SQL(_FROM)) + SQL(
        """
        and i.status = %(status)s and (%(campaign_id)s::uuid is null or i.campaign_id = %(campaign_id)s)
        and (%(at)s::timestamptz is null or (i.created_at, i.id) > (%(at)s, %(last)s))
        order by i.created_at, i.id limit %(limit)s
        """
    )
    return await session.rows(
        ReviewItem,
        query,
        organization_id=organization_id,
        status=status,
        campaign_id=campaign_id,
        at=after[0],
        last=after[1],
        limit=limit + 1,
    )


async def one(session: Session, organization_id: UUID, item_id: UUID) -> ReviewItemDetail | None:
    """An item with its thread."""
    query = SQL("select {}, i.final_subject, i.final_body, i.edit_diff {}").format(SQL(_ITEM), SQL(_FROM))
    found = await session.row(
        _WithoutThread, query + SQL("and i.id = %(id)s"), organization_id=organization_id, id=item_id
    )
    if found is None:
        return None
    return ReviewItemDetail(
        **found.model_dump(), thread=await thread(session, organization_id, found.enrollment_id, found.channel)
    )


async def thread(session: Session, organization_id: UUID, enrollment_id: UUID, channel: str) -> list[ThreadMessage]:
    """What was said on a channel, oldest first."""
    return await session.rows(
        ThreadMessage,
        """
        select 'out' as direction, m.subject, m.body as text, m.sent_at as at
        from public.messages m
        where m.organization_id = %(organization_id)s and m.enrollment_id = %(enrollment_id)s
          and m.channel = %(channel)s and m.status = 'sent' and m.sent_at is not null
        union all
        select 'in', r.subject, coalesce(nullif(r.body_stripped, ''), r.body_text), r.received_at
        from public.replies r
        where r.organization_id = %(organization_id)s and r.enrollment_id = %(enrollment_id)s
          and r.channel = %(channel)s
        order by at limit 200
        """,
        organization_id=organization_id,
        enrollment_id=enrollment_id,
        channel=channel,
    )


async def lock(session: Session, organization_id: UUID, item_id: UUID) -> ItemState | None:
    return await session.row(
        ItemState,
        """
        select id, reply_id, enrollment_id, status, claimed_by, intent, confidence, draft_subject, draft_body,
               final_subject, final_body
        from public.review_items
        where organization_id = %(organization_id)s and id = %(id)s
        for update
        """,
        organization_id=organization_id,
        id=item_id,
    )


async def hold(session: Session, item_id: UUID, person: UUID | None) -> None:
    """Who holds the item now; nobody with None."""
    await session.execute(
        """
        update public.review_items
        set claimed_by = %(person)s::uuid,
            claimed_at = case when %(person)s::uuid is null then null else clock_timestamp() end
        where id = %(id)s
        """,
        id=item_id,
        person=person,
    )


async def edit(session: Session, item_id: UUID, *, subject: str, body: str, diff: str | None) -> None:
    await session.execute(
        """
        update public.review_items
        set final_subject = %(subject)s, final_body = %(body)s, edit_diff = %(diff)s where id = %(id)s
        """,
        id=item_id,
        subject=subject,
        body=body,
        diff=diff,
    )


async def resolve(session: Session, item_id: UUID, status: str, person: UUID, note: str | None) -> None:
    await session.execute(
        """
        update public.review_items
        set status = %(status)s, resolved_by = %(person)s, resolved_at = clock_timestamp(), resolution_note = %(note)s
        where id = %(id)s
        """,
        id=item_id,
        status=status,
        person=person,
        note=note,
    )


async def note_decision(
    session: Session, state: ItemState, *, action_taken: str, reasons: list[str], draft: Any
) -> None:
    """What the person decided, beside what the model had proposed."""
    await session.execute(
        """
        insert into public.reply_decisions
            (organization_id, reply_id, intent, confidence, action, action_taken, decided_by, reasons, draft)
        select r.organization_id, r.id, %(intent)s, 1, %(action_taken)s, %(action_taken)s, 'person', %(reasons)s,
               %(draft)s
        from public.replies r where r.id = %(reply_id)s
        """,
        reply_id=state.reply_id,
        intent=state.intent,
        action_taken=action_taken,
        reasons=Jsonb(reasons),
        draft=None if draft is None else Jsonb(draft),
    )
