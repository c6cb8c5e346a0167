"""Applying a booking event: the latest by event time counts, whatever order the events arrive in.

A meeting is one row however often it is moved: every uid it ever had leads to it, and rows that turn out to be the same
meeting are made one.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from api_gateway.database import Session
from api_gateway.meetings import details, repository
from api_gateway.meetings.repository import Known, Stamp, Whose
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
        meeting_id, enrollment_ids = await _insert(session, organization_id, said)
    else:
        meeting_id, enrollment_ids = await _update(session, rows, said)
    # What was told of it too long before it was known by this name: that it was missed, or held.
    await repository.reopen_early_events(
        session, organization_id, said.provider, uids, error=MeetingWithoutTime.default_detail
    )
    for enrollment_id in sorted(enrollment_ids):
        await standing.settle(session, enrollment_id)
    return meeting_id, await repository.status_of(session, meeting_id)


async def _insert(session: Session, organization_id: UUID, said: BookingEvent) -> tuple[UUID, set[UUID]]:
    if said.start_at is None or said.end_at is None:
        raise MeetingWithoutTime
    by_mark = await _by_mark(session, said)
    whose = by_mark or await repository.whose(session, None, _addresses(said))
    meeting_id = await repository.insert(
        session,
        organization_id=organization_id,
        enrollment_id=whose.enrollment_id if whose else None,
        campaign_id=whose.campaign_id if whose else None,
        prospect_id=whose.prospect_id if whose else None,
        source_message_id=whose.source_message_id if whose else None,
        provider=said.provider,
        booking_uid=said.uid,
        previous_uids=[said.previous_uid] if said.previous_uid else [],
        **_standing(said),
        **details.columns(details.told_by(said), _mark_stamp(said) if by_mark else None),
    )
    return meeting_id, {whose.enrollment_id} if whose else set()


async def _update(session: Session, rows: list[Known], said: BookingEvent) -> tuple[UUID, set[UUID]]:
    """The meeting, and every enrollment that it stood or stands for."""
    latest = max(rows, key=lambda row: (row.last_event_at, row.last_event_rank, row.booking_uid))
    if len(rows) > 1:
        await repository.drop_duplicates(session, latest.id, [row.id for row in rows if row.id != latest.id])
    is_newer = (said.occurred_at, said.rank, said.uid) > (
        latest.last_event_at, latest.last_event_rank, latest.booking_uid,
    )  # fmt: skip
    current = said.uid if is_newer else latest.booking_uid
    uids = {said.uid, said.previous_uid}
    for row in rows:
        uids |= {row.booking_uid, *row.previous_uids}
    enrollment_id, found_by = await _enrollment(session, rows, said)
    if enrollment_id is not None and enrollment_id != latest.enrollment_id:
        await repository.attach(session, latest.id, enrollment_id)
    await repository.update(
        session,
        latest.id,
        booking_uid=current,
        previous_uids=sorted(uid for uid in uids if uid and uid != current),
        **(_standing(said) if is_newer else latest.model_dump(include=set(_standing(said)))),
        **details.columns(details.latest(*map(details.known_of, rows), details.told_by(said)), found_by),
    )
    enrollment_ids = {row.enrollment_id for row in rows} | {enrollment_id}
    return latest.id, {one for one in enrollment_ids if one is not None}


async def _enrollment(session: Session, rows: list[Known], said: BookingEvent) -> tuple[UUID | None, Stamp | None]:
    """Whose meeting it is: by the latest mark that leads to somebody, else as found before, else by who comes."""
    found = [row for row in rows if row.enrollment_id is not None]
    marked = [row for row in found if details.ENROLLMENT in row.detail_stamps]
    best = max(marked, key=lambda row: row.detail_stamps[details.ENROLLMENT], default=None)
    stamp = best.detail_stamps[details.ENROLLMENT] if best else None
    if (stamp is None or _mark_stamp(said) > stamp) and (whose := await _by_mark(session, said)):
        return whose.enrollment_id, _mark_stamp(said)
    if best or found:
        return (best or found[0]).enrollment_id, stamp
    by_address = await repository.whose(session, None, _addresses(said))
    return by_address.enrollment_id if by_address else None, None


async def _by_mark(session: Session, said: BookingEvent) -> Whose | None:
    """The enrollment that our link carried along."""
    mark = _as_uuid(said.enrollment)
    return await repository.whose(session, mark, []) if mark else None


def _mark_stamp(said: BookingEvent) -> Stamp:
    return details.stamp_of(said, is_whole=said.kind in {"created", "moved"})


def _standing(said: BookingEvent) -> dict[str, Any]:
    return {
        "status": STATUS[said.kind],
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
