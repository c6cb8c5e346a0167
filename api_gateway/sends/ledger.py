"""The send ledger's moves. Each is one guarded update: whoever does not hold the lease changes nothing.

planned ─▶ claimed ─▶ sending ─▶ sent
   ▲          │          ├─▶ failed      refused for good; a person may plan it again
   └──────────┴──────────┴─▶ ambiguous ─▶ sent | planned, by asking the vendor
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from api_gateway.database import Session
from api_gateway.providers.port import Sent
from api_gateway.sends import progress
from api_gateway.sends.repository import IntentFacts


async def put_off(session: Session, intent: IntentFacts, until: datetime, reason: str) -> None:
    """Claimed, and not to be sent now: back to planned."""
    await session.execute(
        """
        update public.send_intents
        set status = 'planned', next_attempt_at = %(until)s, reason = %(reason)s, lease_token = null, lease_until = null
        where id = %(id)s and status in ('planned', 'claimed') and lease_token = %(token)s
        """,
        id=intent.intent_id,
        token=intent.lease_token,
        until=until,
        reason=reason,
    )
    await _mark(session, intent.message_id, "scheduled", scheduled_at=until)


async def call_off(
    session: Session, intent: IntentFacts, reason: str, message_status: Literal["cancelled", "pending_review"]
) -> None:
    """Claimed, and never to be sent: the message is cancelled, or goes back to a person who can mend it."""
    await session.execute(
        """
        update public.send_intents
        set status = 'cancelled', reason = %(reason)s, lease_token = null, lease_until = null
        where id = %(id)s and status in ('planned', 'claimed') and lease_token = %(token)s
        """,
        id=intent.intent_id,
        token=intent.lease_token,
        reason=reason,
    )
    await session.execute(
        """
        update public.messages
        set status = %(status)s, cancelled_reason = case when %(status)s = 'cancelled' then %(reason)s::text end
        where id = %(id)s and status in ('approved', 'scheduled')
        """,
        id=intent.message_id,
        status=message_status,
        reason=reason,
    )


async def begin(
    session: Session,
    intent: IntentFacts,
    *,
    mailbox_id: UUID,
    provider: str,
    recipient: str | None,
    now: datetime,
    lease_until: datetime,
) -> bool:
    """Claimed → sending. Committed before the first byte leaves; False when the lease is somebody else's by now."""
    begun = await session.values(
        """
        with begun as (
            update public.send_intents
            set status = 'sending', attempt = attempt + 1, sending_at = %(now)s, lease_until = %(lease_until)s,
                mailbox_id = %(mailbox_id)s, provider = %(provider)s, recipient = %(recipient)s, reason = null
            where id = %(id)s and status = 'claimed' and lease_token = %(token)s
            returning id
        ), shown as (
            update public.messages set status = 'sending', mailbox_id = %(mailbox_id)s
            where id = %(message_id)s and exists (select from begun)
        ), stuck as (
            -- The mailbox of a person is that of their mails; a number at Twilio is found in the ledger.
            update public.enrollments set mailbox_id = %(mailbox_id)s
            where id = %(enrollment_id)s and mailbox_id is null and %(channel)s = 'email' and exists (select from begun)
        ), used as (
            update public.mailboxes set last_sent_at = %(now)s
            where id = %(mailbox_id)s and exists (select from begun)
        )
        select id from begun
        """,
        id=intent.intent_id,
        token=intent.lease_token,
        message_id=intent.message_id,
        enrollment_id=intent.enrollment_id,
        now=now,
        lease_until=lease_until,
        recipient=recipient,
        mailbox_id=mailbox_id,
        provider=provider,
        channel=intent.channel,
    )
    return bool(begun)


async def finish(
    session: Session, intent: IntentFacts, sent: Sent, *, at: datetime, day_seconds: float, found: bool = False
) -> bool:
    """Sending (or, when `found` by a look-up, ambiguous) → sent, and the sequence goes on. False: not ours any more."""
    done = await session.execute(
        """
        update public.send_intents
        set status = 'sent', sent_at = %(at)s, provider_message_id = %(message_id)s, provider_thread_id = %(thread_id)s,
            lease_until = null, reason = null, settled_at = case when %(found)s then clock_timestamp() end
        where id = %(id)s and lease_token = %(token)s and status = %(status)s
        """,
        id=intent.intent_id,
        token=intent.lease_token,
        status="ambiguous" if found else "sending",
        at=at,
        message_id=sent.message_id,
        thread_id=sent.thread_id,
        found=found,
    )
    if not done:
        return False
    await _sent(session, intent, sent, at=at, day_seconds=day_seconds)
    return True


async def release(
    session: Session,
    intent: IntentFacts,
    status: Literal["planned", "failed", "ambiguous"],
    *,
    reason: str,
    next_attempt_at: datetime,
    was: Literal["sending", "ambiguous"] = "sending",
) -> bool:
    """Sending or ambiguous → planned (nothing went out), failed, or ambiguous. False: not ours any more."""
    done = await session.execute(
        """
        update public.send_intents
        set status = %(status)s, reason = %(reason)s, next_attempt_at = %(next_attempt_at)s, lease_token = null,
            lease_until = null, sending_at = case when %(status)s = 'planned' then null else sending_at end,
            settled_at = case when %(was)s = 'ambiguous' and %(status)s <> 'ambiguous' then clock_timestamp() end
        where id = %(id)s and lease_token = %(token)s and status = %(was)s
        """,
        id=intent.intent_id,
        token=intent.lease_token,
        status=status,
        was=was,
        reason=reason,
        next_attempt_at=next_attempt_at,
    )
    if not done:
        return False
    if status == "planned":
        await _mark(session, intent.message_id, "scheduled", scheduled_at=next_attempt_at)
    elif status == "failed":
        await _mark(session, intent.message_id, "failed", failure_reason=reason)
        await session.execute(
            """
            update public.enrollments set next_step_due_at = null, stop_reason = 'send_failed'
            where id = %(id)s and status in ('qualified', 'in_sequence')
            """,
            id=intent.enrollment_id,
        )
    else:
        await _mark(session, intent.message_id, "ambiguous", failure_reason=reason)
    return True


async def note_bounce(session: Session, intent: IntentFacts, *, at: datetime, reason: str) -> None:
    """The address was refused while the message was handed over: the same as if it had come back."""
    await session.execute(
        """
        insert into public.message_events (organization_id, message_id, campaign_id, kind, occurred_at, details)
        values (%(organization_id)s, %(message_id)s, %(campaign_id)s, 'bounced', %(at)s, %(details)s)
        on conflict do nothing
        """,
        organization_id=intent.organization_id,
        message_id=intent.message_id,
        campaign_id=intent.campaign_id,
        at=at,
        details=Jsonb({"reason": reason}),
    )


async def mark_in_doubt(session: Session, intent: IntentFacts) -> None:
    """Show that a message's sender died over it; the sweep only touches the ledger."""
    await _mark(session, intent.message_id, "ambiguous", failure_reason=intent.intent_reason)


async def settle_by_person(session: Session, *, message_id: UUID, was_sent: bool, day_seconds: float) -> None:
    """A person has looked: the ambiguous intent of a message is sent, or planned anew. In a workflow session."""
    rows = await session.dicts(
        """
        update public.send_intents
        set status = case when %(was_sent)s then 'sent' else 'planned' end, settled_at = clock_timestamp(),
            sent_at = case when %(was_sent)s then coalesce(sending_at, clock_timestamp()) end,
            sending_at = case when %(was_sent)s then sending_at end,
            next_attempt_at = clock_timestamp(), lease_token = null, lease_until = null, reason = 'settled_by_person'
        where message_id = %(id)s and status = 'ambiguous'
        returning enrollment_id, sent_at
        """,
        id=message_id,
        was_sent=was_sent,
    )
    if not rows:
        return
    await session.execute(
        """
        update public.messages
        set status = case when %(was_sent)s then 'sent' else 'approved' end, sent_at = %(at)s, failure_reason = null
        where id = %(id)s
        """,
        id=message_id,
        was_sent=was_sent,
        at=rows[0]["sent_at"],
    )
    if was_sent:
        [sent] = await session.dicts("select kind, step_id from public.messages where id = %(id)s", id=message_id)
        if sent["kind"] != "reply":
            await progress.step_done(
                session,
                enrollment_id=rows[0]["enrollment_id"],
                step_id=sent["step_id"],
                at=rows[0]["sent_at"],
                day_seconds=day_seconds,
            )


async def _sent(session: Session, intent: IntentFacts, sent: Sent, *, at: datetime, day_seconds: float) -> None:
    # A webhook may have told the thread's last mail before this answer was written down: the later one counts.
    await session.execute(
        """
        with shown as (
            update public.messages
            set status = 'sent', sent_at = %(at)s, provider_message_id = %(message_id)s, failure_reason = null
            where id = %(id)s
        ), told as (
            insert into public.message_events (organization_id, message_id, campaign_id, kind, occurred_at)
            values (%(organization_id)s, %(id)s, %(campaign_id)s, 'sent', %(at)s)
            on conflict do nothing
        )
        update public.enrollments
        set provider_lead_id = coalesce(provider_lead_id, %(lead_id)s),
            provider_thread_id = coalesce(provider_thread_id, %(thread_id)s),
            provider_reply_to = case when provider_reply_at is null or provider_reply_at < %(at)s
                then coalesce(%(reply_to)s, provider_reply_to) else provider_reply_to end,
            provider_reply_at = case when %(reply_to)s::text is not null
                then greatest(provider_reply_at, %(at)s) else provider_reply_at end
        where id = %(enrollment_id)s
        """,
        id=intent.message_id,
        organization_id=intent.organization_id,
        campaign_id=intent.campaign_id,
        enrollment_id=intent.enrollment_id,
        at=at,
        message_id=sent.message_id,
        lead_id=sent.lead_id,
        thread_id=sent.thread_id,
        reply_to=sent.reply_to,
    )
    # A step that was removed from its scenario while its message was on the way counts all the same.
    if intent.kind != "reply":
        await progress.step_done(
            session,
            enrollment_id=intent.enrollment_id,
            step_id=intent.step_id,
            at=at,
            day_seconds=day_seconds,
            reason="message_sent",
        )
    # Last, because every send of the mailbox waits for this row.
    await session.execute(
        """
        insert into public.mailbox_days as d (organization_id, mailbox_id, day, sent)
        select b.organization_id, b.id, (%(at)s at time zone b.time_zone)::date, 1
        from public.mailboxes b where b.id = %(mailbox_id)s
        on conflict (organization_id, mailbox_id, day) do update set sent = d.sent + 1
        """,
        mailbox_id=intent.intent_mailbox_id,
        at=at,
    )


async def _mark(
    session: Session,
    message_id: UUID,
    status: str,
    *,
    scheduled_at: datetime | None = None,
    failure_reason: str | None = None,
) -> None:
    await session.execute(
        """
        update public.messages
        set status = %(status)s, scheduled_at = coalesce(%(scheduled_at)s, scheduled_at),
            failure_reason = %(failure_reason)s
        where id = %(id)s and status in ('approved', 'scheduled', 'sending', 'ambiguous')
        """,
        id=message_id,
        status=status,
        scheduled_at=scheduled_at,
        failure_reason=failure_reason,
    )
