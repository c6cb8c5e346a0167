"""Meetings for the panel: listed, cancelled at the vendor and here, marked as held or missed."""

from datetime import UTC, datetime
from uuid import UUID

from api_gateway.credentials.sealed import open_credential
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
    meeting = await repository.one(member.session, member.organization_id, meeting_id)
    if meeting is None:
        raise MeetingNotFound
    return meeting


async def cancel_meeting(member: Member, meeting_id: UUID, cancellation: MeetingCancellation) -> Meeting:
    """Cancel at the vendor, then here. Should the second fail, the vendor's own event brings it about.

    Raises MeetingNotStanding, CredentialMissing or VendorFailed.
    """
    meeting = await _own(member, meeting_id)
    if meeting.status not in _STANDING:
        raise MeetingNotStanding
    shared = member.shared
    async with shared.database.workflow(member.organization_id, actor=f"user:{member.user_id}") as session:
        credential = await open_credential(session, shared.keyring, meeting.provider)
    key = credential.key.get_secret_value()
    if meeting.provider == "calcom":
        calcom = Calcom(shared.http, shared.settings.calcom_base_url, key)
        await calcom.cancel_booking(meeting.booking_uid, cancellation.reason)
    else:
        calendly = Calendly(shared.http, shared.settings.calendly_base_url, key)
        await calendly.cancel_event(meeting.booking_uid, cancellation.reason)
    await _note(member, meeting_id, "cancelled", cancellation.reason or None)
    return await get_meeting(member, meeting_id)


async def set_outcome(member: Member, meeting_id: UUID, outcome: MeetingOutcome) -> Meeting:
    """Say how a meeting that has begun went. MeetingNotBegun or MeetingNotStanding otherwise."""
    meeting = await _own(member, meeting_id)
    if meeting.status == "cancelled":
        raise MeetingNotStanding
    if meeting.start_at > datetime.now(UTC):
        raise MeetingNotBegun
    await _note(member, meeting_id, outcome.status, None)
    return await get_meeting(member, meeting_id)


async def _own(member: Member, meeting_id: UUID) -> Meeting:
    meeting = await get_meeting(member, meeting_id)
    if member.role == "viewer":
        raise NotPermitted
    return meeting


async def _note(member: Member, meeting_id: UUID, kind: BookingKind, reason: str | None) -> None:
    # As an event of its own, so that the enrollment follows by the same rules as for a vendor's event.
    async with member.shared.database.workflow(
        member.organization_id, actor=f"user:{member.user_id}", reason=f"meeting {kind}"
    ) as session:
        known = await repository.known_by_id(session, meeting_id)
        if known is not None:
            said = recording.by_hand(known, kind, at=datetime.now(UTC), reason=reason)
            await recording.apply(session, member.organization_id, said)
