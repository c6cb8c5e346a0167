"""SQL of replies: storing, deciding, leasing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.database import Session


class Enrolled(BaseModel):
    """Whose reply it is."""

    organization_id: UUID
    campaign_id: UUID
    enrollment_id: UUID
    prospect_id: UUID
    mailbox_id: UUID | None
    provider_thread_id: str | None
    time_zone: str


async def enrolled(session: Session, enrollment_id: UUID) -> Enrolled | None:
    return await session.row(
        Enrolled,
        """
        select e.organization_id, e.campaign_id, e.id as enrollment_id, e.prospect_id, e.mailbox_id,
               e.provider_thread_id, coalesce(p.time_zone, c.time_zone) as time_zone
        from public.enrollments e
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id
        where e.id = %(id)s
        """,
        id=enrollment_id,
    )


async def insert_reply(session: Session, who: Enrolled, *, channel: str, **values: Any) -> UUID | None:
    """The id of the new reply, in its conversation; None when the vendor's id is known."""
    whose = {"organization_id": who.organization_id, "campaign_id": who.campaign_id,
             "enrollment_id": who.enrollment_id, "prospect_id": who.prospect_id, "channel": channel}  # fmt: skip
    conversation_id = await session.value(
        """
        insert into public.conversations as c
            (organization_id, campaign_id, enrollment_id, prospect_id, channel, provider_thread_id, subject,
             last_message_at)
        values (%(organization_id)s, %(campaign_id)s, %(enrollment_id)s, %(prospect_id)s, %(channel)s, %(thread)s,
                %(subject)s, %(at)s)
        on conflict (organization_id, enrollment_id, channel) do update
        set last_message_at = greatest(c.last_message_at, excluded.last_message_at),
            subject = case when excluded.last_message_at > c.last_message_at then excluded.subject else c.subject end
        returning id
        """,
        thread=who.provider_thread_id,
        subject=values["subject"],
        at=values["received_at"],
        **whose,
    )
    reply_id: UUID | None = await session.value(
        """
        insert into public.replies
            (organization_id, conversation_id, enrollment_id, campaign_id, prospect_id, mailbox_id, inbound_event_id,
             channel, from_address, subject, body_text, body_html, body_stripped, headers, provider_message_id,
             is_automatic, received_at)
        values (%(organization_id)s, %(conversation_id)s, %(enrollment_id)s, %(campaign_id)s, %(prospect_id)s,
                %(mailbox_id)s, %(inbound_event_id)s, %(channel)s, %(from_address)s, %(subject)s, %(body_text)s,
                %(body_html)s, %(body_stripped)s, %(headers)s, %(provider_message_id)s, %(is_automatic)s,
                %(received_at)s)
        on conflict (organization_id, provider_message_id) do nothing
        returning id
        """,
        conversation_id=conversation_id,
        mailbox_id=who.mailbox_id,
        **whose,
        **values,
    )
    return reply_id


async def note_answer(session: Session, who: Enrolled, provider_message_id: str, at: datetime, channel: str) -> None:
    """A person wrote: the retention clock starts anew, and the next mail answers this one, when it is one."""
    await session.execute(
        """
        update public.prospects set last_inbound_at = greatest(last_inbound_at, %(at)s) where id = %(id)s
        """,
        id=who.prospect_id,
        at=at,
    )
    if channel != "email" or not provider_message_id:
        return
    await session.execute(
        """
        update public.enrollments set provider_reply_to = %(message_id)s, provider_reply_at = %(at)s
        where id = %(id)s and (provider_reply_at is null or provider_reply_at <= %(at)s)
        """,
        id=who.enrollment_id,
        message_id=provider_message_id,
        at=at,
    )


async def hold(session: Session, enrollment_id: UUID, until: datetime) -> None:
    """Write nothing to this person before `until`; of two holds the longer counts."""
    await session.execute(
        "update public.enrollments set hold_until = greatest(hold_until, %(until)s) where id = %(id)s",
        id=enrollment_id,
        until=until,
    )


async def insert_decision(session: Session, *, reasons: Sequence[str], **values: Any) -> None:
    given: dict[str, Any] = {
        "draft": None, "bant_facts": [], "hold_until": None, "source": None, "model_name": None,
        "prompt_version": None, **values,
    }  # fmt: skip
    given["draft"] = None if given["draft"] is None else Jsonb(given["draft"])
    given["bant_facts"] = Jsonb(given["bant_facts"])
    await session.execute(
        """
        insert into public.reply_decisions
            (organization_id, reply_id, intent, sentiment, confidence, language, action, action_taken, decided_by,
             reasons, draft, bant_facts, hold_until, source, model, prompt_version)
        select r.organization_id, r.id, %(intent)s, %(sentiment)s, %(confidence)s, %(language)s, %(action)s,
               %(action_taken)s, %(decided_by)s, %(reasons)s, %(draft)s, %(bant_facts)s, %(hold_until)s, %(source)s,
               %(model_name)s, %(prompt_version)s
        from public.replies r where r.id = %(reply_id)s
        """,
        reasons=Jsonb(list(reasons)),
        **given,
    )


async def close(session: Session, reply_id: UUID, status: str, *, error: str | None = None) -> None:
    """The reply needs no claim any more. Its lease token stays, so that the same report may come twice."""
    await session.execute(
        """
        update public.replies
        set status = %(status)s, decided_at = clock_timestamp(), lease_until = null, last_error = %(error)s
        where id = %(id)s
        """,
        id=reply_id,
        status=status,
        error=error,
    )
