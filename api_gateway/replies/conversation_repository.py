"""SQL of conversations."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.fields import Channel
from api_gateway.replies.schemas import Conversation, ConversationEntry, ConversationSummary, ReplyDecision


class _Thread(BaseModel):
    """What a thread is before its entries are there. Without an answer it has no row of its own: then its id is the
    enrollment's."""

    id: UUID
    campaign_id: UUID
    campaign_name: str
    enrollment_id: UUID
    prospect_id: UUID
    prospect_name: str
    channel: Channel
    subject: str
    last_message_at: datetime


class _Entry(ConversationEntry):
    enrollment_id: UUID


async def page(
    session: Session,
    organization_id: UUID,
    *,
    campaign_id: UUID | None,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[ConversationSummary]:
    """One row more than `limit`, the liveliest first."""
    return await session.rows(
        ConversationSummary,
        """
        select v.id, v.campaign_id, c.name as campaign_name, v.enrollment_id, v.prospect_id,
               trim(concat_ws(' ', p.first_name, p.last_name)) as prospect_name, co.name as company_name, v.channel,
               v.subject, v.last_message_at, last.text as last_reply_text, last.intent as last_intent
        from public.conversations v
        join public.campaigns c on c.organization_id = v.organization_id and c.id = v.campaign_id
        join public.prospects p on p.organization_id = v.organization_id and p.id = v.prospect_id
        left join public.companies co on co.organization_id = p.organization_id and co.id = p.company_id
        left join lateral (
            select left(coalesce(nullif(r.body_stripped, ''), r.body_text), 500) as text,
                   (select d.intent from public.reply_decisions d
                    where d.organization_id = r.organization_id and d.reply_id = r.id
                    order by d.created_at desc limit 1) as intent
            from public.replies r
            where r.organization_id = v.organization_id and r.conversation_id = v.id
            order by r.received_at desc limit 1
        ) last on true
        where v.organization_id = %(organization_id)s
          and (%(campaign_id)s::uuid is null or v.campaign_id = %(campaign_id)s)
          and (%(at)s::timestamptz is null or (v.last_message_at, v.id) < (%(at)s, %(last)s))
        order by v.last_message_at desc, v.id desc
        limit %(limit)s
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
        at=after[0],
        last=after[1],
        limit=limit + 1,
    )


async def prospect_exists(session: Session, organization_id: UUID, prospect_id: UUID) -> bool:
    return bool(
        await session.value(
            """
            select exists (
                select from public.prospects where organization_id = %(organization_id)s and id = %(id)s
            )
            """,
            organization_id=organization_id,
            id=prospect_id,
        )
    )


async def of_prospect(session: Session, organization_id: UUID, prospect_id: UUID) -> list[Conversation]:
    """All threads with a person, each with its entries oldest first."""
    entries: dict[tuple[UUID, str], list[ConversationEntry]] = defaultdict(list)
    for entry in await _entries(session, organization_id, prospect_id):
        entries[entry.enrollment_id, entry.channel].append(
            ConversationEntry(**entry.model_dump(exclude={"enrollment_id"}))
        )
    return [
        Conversation(**thread.model_dump(), entries=entries[thread.enrollment_id, thread.channel])
        for thread in await _threads(session, organization_id, prospect_id)
    ]


async def _threads(session: Session, organization_id: UUID, prospect_id: UUID) -> list[_Thread]:
    return await session.rows(
        _Thread,
        """
        select coalesce(v.id, e.id) as id, e.campaign_id, c.name as campaign_name, e.id as enrollment_id, e.prospect_id,
               trim(concat_ws(' ', p.first_name, p.last_name)) as prospect_name, used.channel,
               coalesce(v.subject, used.subject, '') as subject,
               greatest(v.last_message_at, used.last_at) as last_message_at
        from public.enrollments e
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id
        join lateral (
            select said.channel, max(said.at) as last_at, (array_agg(said.subject order by said.at))[1] as subject
            from (
                select m.channel, m.sent_at as at, m.subject from public.messages m
                where m.organization_id = e.organization_id and m.enrollment_id = e.id and m.sent_at is not null
                union all
                select r.channel, r.received_at, r.subject from public.replies r
                where r.organization_id = e.organization_id and r.enrollment_id = e.id
            ) said
            group by said.channel
        ) used on true
        left join public.conversations v
            on v.organization_id = e.organization_id and v.enrollment_id = e.id and v.channel = used.channel
        where e.organization_id = %(organization_id)s and e.prospect_id = %(prospect_id)s
        order by last_message_at desc
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
    )


async def _entries(session: Session, organization_id: UUID, prospect_id: UUID) -> list[_Entry]:
    rows = await session.dicts(
        """
        select m.enrollment_id, m.id, 'out' as direction, m.channel, m.subject, m.body as text, null as original,
               m.sent_at as at, m.status, false as is_automatic, null::jsonb as decision
        from public.messages m
        where m.organization_id = %(organization_id)s and m.prospect_id = %(prospect_id)s and m.sent_at is not null
        union all
        select r.enrollment_id, r.id, 'in', r.channel, r.subject, coalesce(nullif(r.body_stripped, ''), r.body_text),
               r.body_text, r.received_at, r.status, r.is_automatic,
               (select to_jsonb(d) from public.reply_decisions d
                where d.organization_id = r.organization_id and d.reply_id = r.id
                order by d.created_at desc limit 1)
        from public.replies r
        where r.organization_id = %(organization_id)s and r.prospect_id = %(prospect_id)s
        order by at
        limit 1000
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
    )
    return [
        _Entry.model_validate(
            {**row, "decision": ReplyDecision.model_validate(row["decision"]) if row["decision"] else None}
        )
        for row in rows
    ]
