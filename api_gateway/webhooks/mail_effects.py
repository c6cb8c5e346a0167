"""What a mail event changes. Any order of the same events ends in the same state:

events of a message are rows keyed by kind and time; `unsubscribed` and `bounced` are never left again; every other
state of an enrollment follows from its replies and meetings (`replies.standing`); "the last mail" is the one with the
latest time, not the one told last.
"""

from dataclasses import replace

from psycopg.types.json import Jsonb

from api_gateway.database import Session
from api_gateway.jobs import Wait
from api_gateway.mailboxes import deliverability
from api_gateway.replies import receiving, standing
from api_gateway.replies.filter import DeliveryFailure
from api_gateway.resources import Resources
from api_gateway.suppressions import service as suppressions
from api_gateway.suppressions.keys import UnreadableAddress, normalized
from api_gateway.suppressions.schemas import SuppressionReason
from api_gateway.webhooks import mail_repository as repository
from api_gateway.webhooks.events import MailEvent, MailKind
from api_gateway.webhooks.mail_repository import Target
from api_gateway.webhooks.repository import StoredEvent

WAITS = 3
WAIT_S = 2.0
_STORED_KINDS = {
    "sent": "sent", "delivered": "delivered", "opened": "opened", "clicked": "clicked", "bounced": "bounced",
    "complained": "complained",
}  # fmt: skip
_STOPS: dict[MailKind, SuppressionReason] = {
    "bounced": "bounced", "complained": "complained", "unsubscribed": "unsubscribed",
}  # fmt: skip
# What a person set by hand at the vendor and what must stop us, whatever we have read ourselves.
_DECLINES = frozenset({"lead_not_interested", "lead_wrong_person"})


async def apply(shared: Resources, session: Session, said: MailEvent, event: StoredEvent) -> str | None:
    """Apply `said`; the reason why there was nothing to do, or None when it was done.

    Raises Wait while the message or the enrollment may still be on its way into the database.
    """
    target = await repository.find_target(session, said)
    if target is None:
        if said.kind != "unsubscribed" and event.attempts < WAITS:
            raise Wait(WAIT_S, "nobody whom we wrote to is known by what the event names")
        if said.kind in _STOPS and said.channel == "email" and await _suppress_stranger(session, said, event):
            return None
        return "nobody whom we wrote to is known by what the event names"
    is_first = await _is_first(session, said, target)
    await _note(session, said, target)
    match said.kind:
        case "reply":
            received = await receiving.receive(shared, session, target.enrollment_id, said, event_id=event.id)
            if received is not None and isinstance(received.verdict, DeliveryFailure) and received.verdict.permanent:
                await _note_report(session, said, target)
        case "label":
            if said.label not in _DECLINES:
                return "labels of the vendor are not acted upon: replies are judged here"
            await repository.note_declined(session, target.enrollment_id)
            await standing.settle(session, target.enrollment_id)
        case "sent":
            await repository.note_thread(
                session,
                # Only mails are answered by naming one; an SMS in the thread's place would lead the next mail astray.
                enrollment_id=target.enrollment_id if said.channel == "email" else None,
                message_id=target.message_id,
                provider_message_id=said.provider_message_id,
                at=said.occurred_at,
            )
        case "bounced" | "complained" | "unsubscribed" as reason:
            await suppressions.suppress_prospect(
                session,
                organization_id=target.organization_id,
                prospect_id=target.prospect_id,
                reason=reason,
                source="webhook",
            )
            if is_first and target.message_id is not None and said.kind != "unsubscribed":
                await deliverability.note_failure(session, target.organization_id, target.message_id, said.kind)
        case "soft_bounced":
            return "a passing delivery failure: the vendor tries again"
    return None


async def _suppress_stranger(session: Session, said: MailEvent, event: StoredEvent) -> bool:
    """Nobody whom we wrote to, but whom nobody may write to: another campaign of the same account did."""
    reason = _STOPS[said.kind]
    prospect_id = await repository.prospect_of(session, said.address)
    if prospect_id is not None:
        await suppressions.suppress_prospect(
            session,
            organization_id=event.organization_id,
            prospect_id=prospect_id,
            reason=reason,
            source="webhook",
        )
        return True
    try:
        key = normalized("email", said.address)
    except UnreadableAddress:
        return False
    await suppressions.suppress(
        session, organization_id=event.organization_id, keys=[key], reason=reason, source="webhook"
    )
    return True


async def _note_report(session: Session, said: MailEvent, target: Target) -> None:
    """A delivery failure that came as a mail weighs like one that the vendor told, once for each message."""
    message_id = await repository.last_sent_before(session, target.enrollment_id, said.channel, said.occurred_at)
    if message_id is None:
        return
    about = target.model_copy(update={"message_id": message_id})
    bounce = replace(said, kind="bounced", details={"reason": "a delivery report that came as a mail"}, reply=None)
    is_first = await _is_first(session, bounce, about)
    await _note(session, bounce, about)
    if is_first:
        await deliverability.note_failure(session, target.organization_id, message_id, "bounced")


async def _is_first(session: Session, said: MailEvent, target: Target) -> bool:
    if target.message_id is None or said.kind not in {"bounced", "complained"}:
        return False
    return not await repository.has_failed(session, target.message_id, said.kind)


async def _note(session: Session, said: MailEvent, target: Target) -> None:
    kind = _STORED_KINDS.get(said.kind)
    if kind is None or target.message_id is None:
        return
    await repository.insert_message_event(
        session,
        organization_id=target.organization_id,
        message_id=target.message_id,
        campaign_id=target.campaign_id,
        kind=kind,
        occurred_at=said.occurred_at,
        details=Jsonb({name: value for name, value in said.details.items() if value}),
    )
