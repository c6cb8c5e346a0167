"""Claim → n8n routes by kind → record, move, cancel or ignore.

What an event does is read from the event itself, so that a route taken by mistake changes nothing.
"""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from api_gateway.database import Session
from api_gateway.jobs import MOST_ATTEMPTS
from api_gateway.meetings import recording, repository
from api_gateway.meetings.work import EventBatch, EventClaim, EventHold, EventRecorded, EventWork
from api_gateway.webhooks import reading
from api_gateway.webhooks import repository as inbox
from api_gateway.webhooks.events import BookingEvent, BookingKind, Unknown, VendorEvent
from api_gateway.workflow_runs.holding import act_as, take_hold
from kit.errors import LeaseLost

WORKFLOW = "record-meetings"
LEASE = timedelta(minutes=2)
_ROUTE: dict[BookingKind, Literal["created", "moved", "cancelled", "no_show", "ignored"]] = {
    "created": "created",
    "moved": "moved",
    "reschedule_requested": "moved",
    "cancelled": "cancelled",
    "no_show": "no_show",
    "completed": "created",
    "ignored": "ignored",
}


async def claim(session: Session, wanted: EventClaim) -> EventBatch:
    """Events about meetings, oldest first, each held for two minutes."""
    found = []
    for lease in await repository.claim_events(session, wanted.limit, wanted.event_id, LEASE):
        await act_as(session, WORKFLOW, lease.organization_id)
        event = await inbox.get_event(session, lease.event_id)
        said = reading.read(event) if event else None
        kind = _ROUTE[said.kind] if isinstance(said, BookingEvent) else "ignored"
        found.append(
            EventWork(
                event_id=lease.event_id,
                lease_token=lease.lease_token,
                organization_id=lease.organization_id,
                kind=kind,
            )
        )
    return EventBatch(items=found)


async def record(session: Session, held: EventHold) -> EventRecorded:
    """Apply the event and stamp it. LeaseLost for a token that no longer holds; asked again, it answers the same."""
    organization_id, is_done = await _take(session, held)
    event = await inbox.get_event(session, held.event_id)
    said = reading.read(event) if event else None
    if not isinstance(said, BookingEvent) or event is None:
        if not is_done:
            await inbox.stamp(session, held.event_id, "ignored", _why_nothing(said))
        return EventRecorded(event_id=held.event_id, meeting_id=None, status="ignored")
    if is_done:
        rows = await repository.known(session, said.provider, [said.uid])
        return EventRecorded(
            event_id=held.event_id,
            meeting_id=rows[0].id if rows else None,
            status=rows[0].status if rows else "ignored",
        )
    await session.because(f"{event.source}:{event.event_type}")
    try:
        meeting_id, status = await recording.apply(session, organization_id, said)
    except recording.MeetingWithoutTime as error:
        if event.attempts < MOST_ATTEMPTS:
            raise
        await inbox.stamp(session, held.event_id, "ignored", error.detail)
        return EventRecorded(event_id=held.event_id, meeting_id=None, status="ignored")
    await inbox.stamp(session, held.event_id, "handled", None)
    return EventRecorded(event_id=held.event_id, meeting_id=meeting_id, status=status)


async def ignore(session: Session, held: EventHold) -> EventRecorded:
    """Stamp an event that is about nothing of ours."""
    _, is_done = await _take(session, held)
    if not is_done:
        event = await inbox.get_event(session, held.event_id)
        await inbox.stamp(session, held.event_id, "ignored", _why_nothing(reading.read(event) if event else None))
    return EventRecorded(event_id=held.event_id, meeting_id=None, status="ignored")


def _why_nothing(said: VendorEvent | None) -> str:
    return said.reason if isinstance(said, Unknown) else "the event is about no meeting"


async def _take(session: Session, held: EventHold) -> tuple[UUID, bool]:
    organization_id = await take_hold(
        session, WORKFLOW, repository.WHOSE_EVENT, work_id=held.event_id, lease_token=held.lease_token
    )
    state = await repository.event_state(session, held.event_id, held.lease_token)
    if state is None or (state["status"] == "received" and not state["is_held"]):
        raise LeaseLost
    return organization_id, state["status"] != "received"
