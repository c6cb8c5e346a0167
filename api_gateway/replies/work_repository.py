"""SQL of replies as work: leasing them, their facts for a whole batch at once, and what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.database import Session

WHOSE: LiteralString = "select private.reply_organization(%(id)s, %(token)s)"


class Leased(BaseModel):
    reply_id: UUID
    organization_id: UUID
    lease_token: UUID


class ReplyFacts(BaseModel):
    """A reply with all that its reader needs. `thread`: newest last."""

    reply_id: UUID
    organization_id: UUID
    enrollment_id: UUID
    subject: str
    body_text: str
    body_stripped: str
    headers: dict[str, str]
    received_at: datetime
    prospect: dict[str, Any]
    campaign_id: UUID
    goal: str
    language: str
    tone: str
    booking_url: str | None
    confidence_threshold: float
    thread: list[dict[str, Any]]


class ReplyState(BaseModel):
    """A reply in the caller's hands."""

    organization_id: UUID
    enrollment_id: UUID
    campaign_id: UUID
    prospect_id: UUID
    status: str
    is_held: bool
    attempts: int
    body_stripped: str
    booking_url: str | None
    confidence_threshold: float
    time_zone: str
    answers_so_far: int
    action_taken: str | None
    review_item_id: UUID | None


async def claim(session: Session, most: int, reply_id: UUID | None, lease: timedelta) -> list[Leased]:
    return await session.rows(
        Leased,
        "select * from private.claim_replies(%(most)s, %(reply_id)s, %(lease)s)",
        most=most,
        reply_id=reply_id,
        lease=lease,
    )


async def facts(session: Session, ids: Sequence[UUID], *, most_exchanges: int) -> list[ReplyFacts]:
    """The facts of a whole batch in one query."""
    return await session.rows(
        ReplyFacts,
        """
        select r.id as reply_id, r.organization_id, r.enrollment_id, r.subject, r.body_text, r.body_stripped, r.headers,
               r.received_at, to_jsonb(p) as prospect, c.id as campaign_id, c.goal, c.language, c.tone, c.booking_url,
               c.confidence_threshold, coalesce(thread.exchanges, '[]') as thread
        from public.replies r
        join public.campaigns c on c.organization_id = r.organization_id and c.id = r.campaign_id
        join public.prospects p on p.organization_id = r.organization_id and p.id = r.prospect_id
        left join lateral (
            select jsonb_agg(
                       jsonb_build_object('direction', x.direction, 'subject', x.subject, 'text', x.text, 'at', x.at)
                       order by x.at) as exchanges
            from (
                (select 'out' as direction, m.subject, left(m.body, 8000) as text, m.sent_at as at
                 from public.messages m
                 where m.organization_id = r.organization_id and m.enrollment_id = r.enrollment_id
                   and m.status = 'sent' and m.sent_at <= r.received_at
                 order by m.sent_at desc limit %(most)s)
                union all
                (select 'in', o.subject, left(o.body_stripped, 8000), o.received_at
                 from public.replies o
                 where o.organization_id = r.organization_id and o.enrollment_id = r.enrollment_id
                   and o.received_at < r.received_at and not o.is_automatic
                 order by o.received_at desc limit %(most)s)
                order by at desc limit %(most)s
            ) x
        ) thread on true
        where r.id = any (%(ids)s)
        """,
        ids=list(ids),
        most=most_exchanges,
    )


async def lock(session: Session, reply_id: UUID, lease_token: UUID) -> ReplyState | None:
    return await session.row(
        ReplyState,
        """
        select r.organization_id, r.enrollment_id, r.campaign_id, r.prospect_id, r.status,
               coalesce(r.lease_until > clock_timestamp(), false) as is_held, r.attempts, r.body_stripped,
               c.booking_url, c.confidence_threshold, coalesce(p.time_zone, c.time_zone) as time_zone,
               (select count(*) from public.messages m
                where m.organization_id = r.organization_id and m.enrollment_id = r.enrollment_id
                  and m.kind = 'reply' and m.approved_by is null and m.status <> 'cancelled') as answers_so_far,
               (select d.action_taken from public.reply_decisions d
                where d.organization_id = r.organization_id and d.reply_id = r.id
                order by d.created_at desc limit 1) as action_taken,
               (select i.id from public.review_items i
                where i.organization_id = r.organization_id and i.reply_id = r.id) as review_item_id
        from public.replies r
        join public.campaigns c on c.organization_id = r.organization_id and c.id = r.campaign_id
        join public.prospects p on p.organization_id = r.organization_id and p.id = r.prospect_id
        where r.id = %(id)s and r.lease_token = %(token)s
        for update of r
        """,
        id=reply_id,
        token=lease_token,
    )


async def give_back(session: Session, reply_id: UUID, *, attempts: int, rest: timedelta, error: str) -> None:
    """The reading failed: the reply may be claimed again after `rest`."""
    await session.execute(
        """
        update public.replies
        set status = 'received', attempts = %(attempts)s, last_error = %(error)s,
            lease_until = clock_timestamp() + %(rest)s
        where id = %(id)s
        """,
        id=reply_id,
        attempts=attempts,
        error=error,
        rest=rest,
    )


async def open_review(
    session: Session,
    reply_id: UUID,
    *,
    intent: str,
    confidence: float,
    reasons: Sequence[str],
    draft_subject: str,
    draft_body: str,
) -> UUID:
    """The review item of the reply, made when there is none."""
    review_item_id: UUID = await session.value(
        """
        insert into public.review_items as i
            (organization_id, reply_id, enrollment_id, campaign_id, prospect_id, intent, confidence, reasons,
             draft_subject, draft_body)
        select r.organization_id, r.id, r.enrollment_id, r.campaign_id, r.prospect_id, %(intent)s, %(confidence)s,
               %(reasons)s, %(draft_subject)s, %(draft_body)s
        from public.replies r where r.id = %(reply_id)s
        on conflict (organization_id, reply_id) do update set reasons = i.reasons
        returning id
        """,
        reply_id=reply_id,
        intent=intent,
        confidence=confidence,
        reasons=Jsonb(list(reasons)),
        draft_subject=draft_subject,
        draft_body=draft_body,
    )
    return review_item_id


async def count_waiting(session: Session, older_than: timedelta) -> int:
    """Replies of all organizations that nobody reads."""
    return int(await session.value("select private.count_waiting_replies(%(age)s)", age=older_than))
