"""Meetings for the panel: listed, cancelled at the vendor and here, marked as held or missed."""

from datetime import UTC, datetime
from uuid import UUID

from api_gateway.credentials.sealed import open_credential
from api_gateway.database import Session
from api_gateway.meetings import recording, repository
from api_gateway.meetings.schemas import Meeting, MeetingCancellation, MeetingOutcome, MeetingPage, MeetingStatus
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.providers.calcom import Calcom
from api_gateway.providers.calendly import Calendly
from api_gateway.sessions import Member
from api_gateway.webhooks.events import BookingKind
from kit.errors import Conflict, NotFound, NotPermitted

_STANDING = frozenset({"scheduled", "reschedule_requested"})


class MeetingNotFound(NotFound):
    code = "meeting_not_found"
    default_detail = "There is no such meeting in this organisation."


class MeetingNotStanding(Conflict):
    code = "meeting_not_standing"
    default_detail = "The meeting is over or cancelled already."


class MeetingNotBegun(Conflict):
    code = "meeting_not_begun"
    default_detail = "The meeting has not begun yet; how it went can be told afterwards."


async def list_meetings(
    member: Member, page: PageRequest, *, when: str, status: list[MeetingStatus] | None, campaign_id: UUID | None
) -> MeetingPage:
    """Upcoming meetings soonest first, past ones latest first."""
    rows = await repository.page(
        member.session,
        member.organization_id,
        when=when,
        status=list(status) if status else None,
        campaign_id=campaign_id,
        after=page.after_time(),
        limit=page.limit,
    )
    items, more = cut(rows, page.limit)
    return MeetingPage(items=items, next_cursor=encode_cursor(items[-1].start_at, items[-1].id) if more else None)


async def get_meeting(member: Member, meeting_id: UUID) -> Meeting:
    """One meeting; MeetingNotFound otherwise."""
    return await _get(member.session, member.organization_id, meeting_id)


async def cancel_meeting(member: Member, meeting_id: UUID, cancellation: MeetingCancellation) -> Meeting:
    """Cancel at the vendor, then here. Should the second fail, the vendor's own event brings it about.

    Raises MeetingNotStanding, CredentialMissing or VendorFailed.
    """
    meeting = await _own(member, meeting_id)
    if meeting.status not in _STANDING:
        raise MeetingNotStanding
    # The vendor may take its time.
    await member.session.end()
    shared, organization_id, actor = member.shared, member.organization_id, f"user:{member.user_id}"
    async with shared.database.workflow(organization_id, actor=actor) as session:
        credential = await open_credential(session, shared.keyring, meeting.provider)
    key = credential.key.get_secret_value()
    if meeting.provider == "calcom":
        calcom = Calcom(shared.http, shared.settings.calcom_base_url, key)
        await calcom.cancel_booking(meeting.booking_uid, cancellation.reason)
    else:
        calendly = Calendly(shared.http, shared.settings.calendly_base_url, key)
        await calendly.cancel_event(meeting.booking_uid, cancellation.reason)
    async with shared.database.workflow(organization_id, actor=actor, reason="meeting cancelled") as session:
        return await _note(session, organization_id, meeting, "cancelled", cancellation.reason or None)


async def set_outcome(member: Member, meeting_id: UUID, outcome: MeetingOutcome) -> Meeting:
    """Say how a meeting that has begun went. MeetingNotBegun or MeetingNotStanding otherwise."""
    meeting = await _own(member, meeting_id)
    if meeting.status == "cancelled":
        raise MeetingNotStanding
    if meeting.start_at > datetime.now(UTC):
        raise MeetingNotBegun
    session, organization_id = member.session, member.organization_id
    reason = f"meeting {outcome.status}"
    async with session.as_workflow(organization_id, actor=f"user:{member.user_id}", reason=reason):
        return await _note(session, organization_id, meeting, outcome.status, None)


async def _own(member: Member, meeting_id: UUID) -> Meeting:
    meeting = await get_meeting(member, meeting_id)
    if member.role == "viewer":
        raise NotPermitted
    return meeting


async def _note(
    session: Session, organization_id: UUID, meeting: Meeting, kind: BookingKind, reason: str | None
) -> Meeting:
    # In the order in which events lock: the calendar, then the row.
    await repository.lock(session, organization_id, meeting.provider)
    # As an event of its own, so that the enrollment follows by the same rules as for a vendor's event.
    if (known := await repository.known_by_id(session, meeting.id)) is not None:
        await recording.apply(
            session, organization_id, recording.by_hand(known, kind, at=datetime.now(UTC), reason=reason)
        )
    return await _get(session, organization_id, meeting.id)


async def _get(session: Session, organization_id: UUID, meeting_id: UUID) -> Meeting:
    meeting = await repository.one(session, organization_id, meeting_id)
    if meeting is None:
        raise MeetingNotFound
    return meeting
