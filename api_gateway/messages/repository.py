"""SQL of the messages room as members use it."""

from typing import Any, Literal, LiteralString
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.messages.schemas import Message, MessageRevision
from api_gateway.pagination import COUNT_CAP, PageRequest

_MESSAGE: LiteralString = """
    select m.id, m.campaign_id, c.name as campaign_name, m.enrollment_id, m.prospect_id,
           trim(p.first_name || ' ' || p.last_name) as prospect_name, p.title as prospect_title,
           co.name as company_name,
           case m.channel when 'email' then p.email when 'sms' then p.phone_e164 else p.linkedin_url end as recipient,
           m.step_id, s.position as step_position, m.kind, m.channel, m.status, m.subject, m.body, m.language,
           m.variant, m.source, m.model, coalesce(e.score, p.score) as score, m.used_facts, m.approved_at,
           m.scheduled_at, m.sent_at, m.failure_reason, m.rejected_reason, m.cancelled_reason, m.created_at,
           m.updated_at,
           array_remove(array[
               case when m.status = 'pending_review' and e.needs_review then 'The qualification is disputed.' end,
               case when m.status in ('pending_review', 'scheduled', 'cancelled') then d.explanation end,
               m.failure_reason, m.rejected_reason
           ], null) as reasons,
           (select count(*) from public.message_revisions r
            where r.organization_id = m.organization_id and r.message_id = m.id) as revisions_count
    from public.messages m
    join public.campaigns c on c.id = m.campaign_id
    join public.enrollments e on e.id = m.enrollment_id
    join public.prospects p on p.id = m.prospect_id
    left join public.companies co on co.id = p.company_id
    left join public.scenario_steps s on s.id = m.step_id
    left join lateral (
        select nullif(d.explanation, '') as explanation from public.send_decisions d
        where d.organization_id = m.organization_id and d.message_id = m.id and d.outcome <> 'send'
        order by d.decided_at desc limit 1
    ) d on true
"""
_COUNT: LiteralString = "select count(*) from (select from public.messages m "
_WANTED: LiteralString = """
    where m.organization_id = %(organization_id)s
      and (%(status)s::text[] is null or m.status = any (%(status)s))
      and (%(campaign_id)s::uuid is null or m.campaign_id = %(campaign_id)s)
      and (%(prospect_id)s::uuid is null or m.prospect_id = %(prospect_id)s)
"""


class MessageState(BaseModel):
    """What the acts on a message depend on."""

    id: UUID
    status: str
    channel: str
    kind: str
    subject: str
    body: str
    step_id: UUID | None
    reply_id: UUID | None
    enrollment_id: UUID
    enrollment_status: str


async def page(
    session: Session,
    organization_id: UUID,
    request: PageRequest,
    *,
    status: list[str] | None,
    campaign_id: UUID | None,
    prospect_id: UUID | None,
) -> tuple[list[Message], int]:
    """One page, newest first, with one row more than asked for, and the number of all (counted up to the cap)."""
    after_at, after_id = request.after_time()
    wanted: dict[str, Any] = {
        "organization_id": organization_id,
        "status": status,
        "campaign_id": campaign_id,
        "prospect_id": prospect_id,
    }
    rows = await session.rows(
        Message,
        _MESSAGE
        + _WANTED
        + """
          and (%(after_at)s::timestamptz is null or (m.created_at, m.id) < (%(after_at)s, %(after_id)s))
        order by m.created_at desc, m.id desc
        limit %(limit)s
        """,
        **wanted,
        after_at=after_at,
        after_id=after_id,
        limit=request.limit + 1,
    )
    total = await session.value(
        _COUNT + _WANTED + " limit %(cap)s) counted",
        **wanted,
        cap=COUNT_CAP + 1,
    )
    return rows, total


async def one(session: Session, organization_id: UUID, message_id: UUID) -> Message | None:
    """A message with the names of whom it is for."""
    return await session.row(
        Message,
        _MESSAGE + " where m.organization_id = %(organization_id)s and m.id = %(id)s",
        organization_id=organization_id,
        id=message_id,
    )


async def revisions(session: Session, organization_id: UUID, message_id: UUID) -> list[MessageRevision]:
    """Its edits, oldest first."""
    return await session.rows(
        MessageRevision,
        """
        select id, editor_id, before_subject, before_body, after_subject, after_body, created_at
        from public.message_revisions
        where organization_id = %(organization_id)s and message_id = %(id)s
        order by created_at, id
        """,
        organization_id=organization_id,
        id=message_id,
    )


async def lock(session: Session, organization_id: UUID, message_id: UUID) -> MessageState | None:
    """The state of a message, held until the end of the transaction."""
    return await session.row(
        MessageState,
        """
        select m.id, m.status, m.channel, m.kind, m.subject, m.body, m.step_id, m.reply_id, m.enrollment_id,
               (select e.status from public.enrollments e
                where e.id = m.enrollment_id) as enrollment_status
        from public.messages m
        where m.organization_id = %(organization_id)s and m.id = %(id)s
        for update
        """,
        organization_id=organization_id,
        id=message_id,
    )


async def approve(session: Session, message_id: UUID, person: UUID) -> None:
    """Mark a message as approved by a person."""
    await session.execute(
        """
        update public.messages
        set status = 'approved', approved_by = %(person)s, approved_at = clock_timestamp(), failure_reason = null
        where id = %(id)s
        """,
        id=message_id,
        person=person,
    )


async def plan_send(session: Session, message_id: UUID) -> UUID | None:
    """Write the send intent of an approved message; None when its step has a live one already."""
    planned: UUID | None = await session.value("select private.plan_send(%(id)s)", id=message_id)
    return planned


async def edit(session: Session, organization_id: UUID, before: MessageState, person: UUID, **text: str) -> None:
    """Change the text and keep what it was."""
    await session.execute(
        """
        with changed as (
            update public.messages set subject = %(subject)s, body = %(body)s where id = %(id)s returning id
        )
        insert into public.message_revisions
            (organization_id, message_id, editor_id, before_subject, before_body, after_subject, after_body)
        select %(organization_id)s, id, %(person)s, %(before_subject)s, %(before_body)s, %(subject)s, %(body)s
        from changed
        """,
        organization_id=organization_id,
        id=before.id,
        person=person,
        before_subject=before.subject,
        before_body=before.body,
        **text,
    )


async def withdraw(
    session: Session, organization_id: UUID, message_id: UUID, status: Literal["rejected", "cancelled"], reason: str
) -> None:
    """Take a message, and its place in the ledger when nothing has left yet, out of the way."""
    await session.execute(
        """
        update public.messages
        set status = %(status)s,
            rejected_reason = case when %(status)s = 'rejected' then %(reason)s end,
            cancelled_reason = case when %(status)s = 'cancelled' then %(reason)s end
        where id = %(id)s
        """,
        id=message_id,
        status=status,
        reason=reason,
    )
    await session.execute(
        """
        update public.send_intents set status = 'cancelled', reason = %(reason)s
        where organization_id = %(organization_id)s and message_id = %(id)s and status in ('planned', 'claimed')
        """,
        organization_id=organization_id,
        id=message_id,
        reason=reason,
    )


async def end_sequence(session: Session, organization_id: UUID, enrollment_id: UUID, reason: str) -> None:
    """Plan nothing more for a person whose message was rejected."""
    await session.because(reason)
    await session.execute(
        """
        update public.enrollments
        set status = case status when 'qualified' then 'rejected' when 'in_sequence' then 'completed' else status end,
            next_step_due_at = null, stop_reason = %(reason)s
        where organization_id = %(organization_id)s and id = %(id)s
        """,
        organization_id=organization_id,
        id=enrollment_id,
        reason=reason,
    )


async def ask_for_another(session: Session, organization_id: UUID, enrollment_id: UUID, step_id: UUID) -> None:
    """Have the workflow write this step again; a person rejected over this very message is taken back."""
    await session.because("message_regenerated")
    await session.execute(
        """
        update public.enrollments
        set regenerate_step_id = %(step_id)s, stop_reason = null,
            status = case status when 'rejected' then 'qualified' else status end
        where organization_id = %(organization_id)s and id = %(id)s
        """,
        organization_id=organization_id,
        id=enrollment_id,
        step_id=step_id,
    )


async def mark_done(session: Session, message_id: UUID) -> None:
    """A person has done what the message asks for."""
    await session.execute(
        "update public.messages set status = 'sent', sent_at = clock_timestamp() where id = %(id)s", id=message_id
    )
