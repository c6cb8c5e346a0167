"""What is done with a stored event: read it, apply it, stamp it, all in one transaction.

An event is stamped only when its effects are committed with the stamp. A failure rolls both back, is counted, and is
tried again with growing pauses; after `MOST_ATTEMPTS` the event is dead: kept, shown, and replayable.
"""

from typing import Any
from uuid import UUID

import structlog

from api_gateway.database import Session
from api_gateway.jobs import MOST_ATTEMPTS, Wait
from api_gateway.notifications.repository import raise_alert
from api_gateway.resources import Resources
from api_gateway.scrapes import service as scrapes
from api_gateway.webhooks import fetching, mail_effects, reading, repository
from api_gateway.webhooks.events import BookingEvent, MailEvent, RunEvent, Unknown
from api_gateway.webhooks.sources import resend
from api_gateway.workflows import starting
from kit.errors import AppError

log = structlog.get_logger(__name__)


class Unrecorded(Exception):  # noqa: N818 - an error is named after the fact it states
    """A workflow took an event up again and again and never finished it."""


async def handle(shared: Resources, organization_id: UUID, event_id: UUID) -> None:
    """Handle one event. Raises what went wrong, after noting it; a repeated or finished event is nothing."""
    try:
        mail_id = await _handle(shared, organization_id, event_id)
        if mail_id is not None:
            mail = await fetching.mail_of(shared, organization_id, mail_id)
            await _handle(shared, organization_id, event_id, mail=mail)
    except Exception as error:
        await _note_failure(shared, organization_id, event_id, error)


async def _handle(
    shared: Resources, organization_id: UUID, event_id: UUID, *, mail: dict[str, Any] | None = None
) -> str | None:
    """Apply the event, or answer the id of the mail that it only announces and that has to be fetched first."""
    async with shared.database.workflow(organization_id, actor="webhook") as session:
        event = await repository.lock_event(session, event_id)
        if event is None:
            return None
        await session.because(f"{event.source}:{event.event_type}")
        said = reading.read(event)
        if isinstance(said, MailEvent) and mail is not None:
            said = resend.completed(said, mail)
        elif isinstance(said, MailEvent) and event.source == "resend" and (mail_id := fetching.announced(said)):
            return mail_id
        if not isinstance(said, BookingEvent):
            await repository.stamp(session, event_id, *await _apply(shared, session, said, event))
    if isinstance(said, BookingEvent):
        await _have_recorded(shared, event)
    return None


async def _apply(
    shared: Resources, session: Session, said: MailEvent | RunEvent | Unknown, event: repository.StoredEvent
) -> tuple[str, str | None]:
    """(status, note) for the stamp."""
    match said:
        case MailEvent():
            note = await mail_effects.apply(shared, session, said, event)
            return ("handled", None) if note is None else ("ignored", note)
        case RunEvent():
            known = await scrapes.container_ended(shared, session, said.container_id)
            return ("handled", None) if known else ("ignored", "no run of ours has this container")
        case Unknown():
            return "ignored", said.reason


async def _have_recorded(shared: Resources, event: repository.StoredEvent) -> None:
    """A workflow claims a booking by the event's id and stamps it. When n8n does not answer, the job tries again."""
    if event.attempts >= MOST_ATTEMPTS:
        raise Unrecorded(event.error or "the workflow that records meetings did not finish")
    await starting.start(shared, "record-meetings", {"event_id": str(event.id)})


async def _note_failure(shared: Resources, organization_id: UUID, event_id: UUID, error: Exception) -> None:
    reason = error.detail if isinstance(error, AppError) else str(error) or type(error).__name__
    async with shared.database.workflow(organization_id, actor="webhook") as session:
        dead = await repository.note_failure(
            session, event_id, f"{type(error).__name__}: {reason}"[:1_000], most_attempts=MOST_ATTEMPTS
        )
        if dead:
            await raise_alert(
                session,
                organization_id,
                kind="event_dead",
                severity="critical",
                title="An event of a vendor could not be handled",
                detail="It is kept and can be replayed from the settings, under webhooks.",
                dedupe_key="events:dead",
            )
    if dead:
        log.error("event_dead", event_id=str(event_id), exc_info=error)
        return
    if not isinstance(error, Wait):
        log.warning("event_not_handled", event_id=str(event_id), exc_info=error)
    raise error
