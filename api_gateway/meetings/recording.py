"""Applying a booking event: the latest by event time counts, whatever order the events arrive in.

A meeting is one row however often it is moved: every uid it ever had leads to it, and rows that turn out to be the same
meeting are made one.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from api_gateway.database import Session
from api_gateway.meetings import repository
from api_gateway.meetings.repository import Known
from api_gateway.meetings.schemas import MeetingStatus
from api_gateway.replies import standing
from api_gateway.webhooks.events import BookingEvent, BookingKind
from kit.errors import Invalid

STATUS: dict[BookingKind, MeetingStatus] = {
    "created": "scheduled",
    "moved": "scheduled",
    "reschedule_requested": "reschedule_requested",
    "cancelled": "cancelled",
    "no_show": "no_show",
    "completed": "completed",
}


class MeetingWithoutTime(Invalid):
    code = "meeting_without_time"
    default_detail = "The event is about a meeting that is not known and names no time for it."


async def apply(session: Session, organization_id: UUID, said: BookingEvent) -> tuple[UUID, MeetingStatus]:
    """Apply `said` and bring the enrollment to where it stands then: the meeting and its status.

    The session is narrowed to the organization. Raises MeetingWithoutTime.
    """
    await repository.lock(session, organization_id, said.provider)
    uids = [uid for uid in (said.uid, said.previous_uid) if uid]
    rows = await repository.known(session, said.provider, uids)
    if not rows:
        meeting_id, enrollment_id = await _insert(session, organization_id, said)
    else:
        meeting_id, enrollment_id = await _update(session, rows, said)
    # What was told of it too long before it was known by this name: that it was missed, or held.
    await repository.reopen_early_events(
        session, organization_id, said.provider, uids, error=MeetingWithoutTime.default_detail
    )
    if enrollment_id is not None:
        await standing.settle(session, enrollment_id)
    return meeting_id, await repository.status_of(session, meeting_id)


async def _insert(session: Session, organization_id: UUID, said: BookingEvent) -> tuple[UUID, UUID | None]:
    if said.start_at is None or said.end_at is None:
        raise MeetingWithoutTime
    whose = await repository.whose(session, _as_uuid(said.enrollment), _addresses(said))
    meeting_id = await repository.insert(
        session,
        organization_id=organization_id,
        enrollment_id=whose.enrollment_id if whose else None,
        campaign_id=whose.campaign_id if whose else None,
        prospect_id=whose.prospect_id if whose else None,
        source_message_id=whose.source_message_id if whose else None,
        provider=said.provider,
        previous_uids=[said.previous_uid] if said.previous_uid else [],
        **_values(said),
    )
    return meeting_id, whose.enrollment_id if whose else None


async def _update(session: Session, rows: list[Known], said: BookingEvent) -> tuple[UUID, UUID | None]:
    latest = max(rows, key=lambda row: (row.last_event_at, row.last_event_rank))
    others = [row for row in rows if row.id != latest.id]
    if others:
        await repository.drop_duplicates(session, latest.id, [row.id for row in others])
    is_newer = (said.occurred_at, said.rank) > (latest.last_event_at, latest.last_event_rank)
    current = said.uid if is_newer else latest.booking_uid
    uids = {said.uid, said.previous_uid, latest.booking_uid, *latest.previous_uids}
    for row in others:
        uids |= {row.booking_uid, *row.previous_uids}
    await repository.note_uids(session, latest.id, current, sorted(uid for uid in uids if uid and uid != current))
    enrollment_id = latest.enrollment_id or next((row.enrollment_id for row in others if row.enrollment_id), None)
    if enrollment_id is None and (
        whose := await repository.whose(session, _as_uuid(said.enrollment), _addresses(said))
    ):
        enrollment_id = whose.enrollment_id
    if enrollment_id is not None and latest.enrollment_id is None:
        await repository.attach(session, latest.id, enrollment_id)
    if is_newer:
        values = _values(said)
        values["start_at"] = values["start_at"] or latest.start_at
        values["end_at"] = values["end_at"] or latest.end_at
        values["time_zone"] = said.time_zone or latest.time_zone
        await repository.update(session, latest.id, keeps_details=said.kind not in {"created", "moved"}, **values)
    return latest.id, enrollment_id


def _values(said: BookingEvent) -> dict[str, Any]:
    first = next(iter(said.attendees), {})
    return {
        "booking_uid": said.uid,
        "title": said.title,
        "start_at": said.start_at,
        "end_at": said.end_at,
        "time_zone": said.time_zone or "UTC",
        "status": STATUS[said.kind],
        "video_url": said.video_url,
        "organizer_email": said.organizer_email,
        "attendee_email": first.get("email", ""),
        "attendee_name": first.get("name", ""),
        "attendees": Jsonb([dict(attendee) for attendee in said.attendees]),
        "cancellation_reason": said.reason if said.kind in {"cancelled", "reschedule_requested"} else None,
        "last_event_at": said.occurred_at,
        "last_event_rank": said.rank,
    }


def _addresses(said: BookingEvent) -> list[str]:
    return [attendee["email"].strip().lower() for attendee in said.attendees if attendee.get("email")]


def _as_uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def by_hand(known: Known, kind: BookingKind, *, at: datetime, reason: str | None = None) -> BookingEvent:
    """What a person did to a meeting here, as an event of its own."""
    return BookingEvent(
        kind=kind,
        provider=known.provider,
        occurred_at=at,
        uid=known.booking_uid,
        title=known.title,
        start_at=known.start_at,
        end_at=known.end_at,
        time_zone=known.time_zone,
        organizer_email=known.organizer_email,
        attendees=tuple({str(name): str(value) for name, value in one.items()} for one in known.attendees),
        reason=reason,
    )
