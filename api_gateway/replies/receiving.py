"""A reply comes in: it is stored as it came, stripped for judging, and settled by rules where rules suffice."""

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from psycopg.types.json import Jsonb

from api_gateway.database import Session
from api_gateway.replies import filter as rules
from api_gateway.replies import parse, repository, standing
from api_gateway.replies.filter import Acknowledgement, DeliveryFailure, OutOfOffice, Unsubscribe, Verdict
from api_gateway.replies.repository import Enrolled
from api_gateway.resources import Resources
from api_gateway.suppressions import service as suppressions
from api_gateway.suppressions.schemas import SuppressionReason
from api_gateway.webhooks.events import MailEvent
from api_gateway.workflows import starting

log = structlog.get_logger(__name__)


class Received(NamedTuple):
    """A new reply, and what the rules say of it; no verdict: somebody has to read it."""

    reply_id: UUID
    verdict: Verdict | None


async def receive(
    shared: Resources, session: Session, enrollment_id: UUID, said: MailEvent, *, event_id: UUID | None
) -> Received | None:
    """Store the reply that `said` carries and apply what the rules say; None when it was stored before.

    The session is narrowed to the organization and holds the enrollment's row. A reply that somebody has to read stops
    the sequence, and once it is committed the workflow that reads it is started.
    """
    incoming = said.reply
    enrolled = await repository.enrolled(session, enrollment_id)
    if incoming is None or enrolled is None:
        return None
    headers, text = parse.split_headers(incoming.text)
    headers = {**headers, **{name.lower(): value for name, value in incoming.headers.items()}}
    words = parse.own_words(text, incoming.html)
    verdict = rules.judge(
        subject=incoming.subject,
        words=words,
        text=text or parse.text_of(incoming.html),
        headers=headers,
        is_automatic=incoming.is_automatic,
        received_on=said.occurred_at.date(),
    )
    is_automatic = isinstance(verdict, OutOfOffice | DeliveryFailure | Acknowledgement)
    reply_id = await repository.insert_reply(
        session,
        enrolled,
        channel=said.channel,
        inbound_event_id=event_id,
        from_address=said.address,
        subject=incoming.subject,
        body_text=incoming.text,
        body_html=incoming.html,
        body_stripped=words,
        headers=Jsonb(headers),
        # A reply that the vendor gave no id is one by the event that told it.
        provider_message_id=incoming.provider_message_id or f"event:{event_id}",
        is_automatic=is_automatic,
        received_at=said.occurred_at,
    )
    if reply_id is None:
        return None
    if verdict is not None:
        await _settle_by_rules(session, enrolled, reply_id, verdict)
    if not is_automatic:
        answered = headers.get("message-id") if incoming.headers else None
        await repository.note_answer(
            session, enrolled, answered or incoming.provider_message_id, said.occurred_at, said.channel
        )
    await standing.settle(session, enrollment_id)
    if verdict is None:
        starting.start_after_commit(shared, session, enrolled.organization_id, "handle-replies", reply_id=str(reply_id))
    return Received(reply_id, verdict)


async def _settle_by_rules(session: Session, enrolled: Enrolled, reply_id: UUID, verdict: Verdict) -> None:
    match verdict:
        case OutOfOffice(until=until, names_date=names_date):
            hold = start_of(until, enrolled.time_zone)
            await repository.hold(session, enrolled.enrollment_id, hold)
            reason = f"out of office until {until.isoformat()}" if names_date else "out of office without a date"
            await _decide(session, reply_id, "out_of_office", "wait_until", "held", reason, hold_until=hold)
        case DeliveryFailure(code=code, permanent=permanent):
            reason = f"delivery failure {code}".strip()
            if permanent:
                await _suppress(session, enrolled, "bounced")
                await _decide(session, reply_id, "bounce", "suppress", "suppressed", reason)
            else:
                await _decide(session, reply_id, "bounce", "wait_until", "held", reason)
        case Acknowledgement():
            await _decide(session, reply_id, "other", "wait_until", "held", "an automatic acknowledgement")
        case Unsubscribe(phrase=phrase):
            await _suppress(session, enrolled, "unsubscribed")
            await _decide(session, reply_id, "unsubscribe", "suppress", "suppressed", f"says “{phrase[:100]}”")


async def _suppress(session: Session, enrolled: Enrolled, reason: SuppressionReason) -> None:
    await suppressions.suppress_prospect(
        session,
        organization_id=enrolled.organization_id,
        prospect_id=enrolled.prospect_id,
        reason=reason,
        source="reply",
    )


async def _decide(
    session: Session,
    reply_id: UUID,
    intent: str,
    action: str,
    action_taken: str,
    reason: str,
    *,
    hold_until: datetime | None = None,
) -> None:
    await repository.insert_decision(
        session,
        reply_id=reply_id,
        intent=intent,
        sentiment="neutral",
        confidence=1.0,
        language="fr",
        action=action,
        action_taken=action_taken,
        decided_by="rules",
        reasons=[reason],
        hold_until=hold_until,
        source="rules",
    )
    await repository.close(session, reply_id, "decided")


def start_of(day: date, time_zone: str) -> datetime:
    """Midnight at which `day` begins there, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(time_zone)).astimezone(UTC)
