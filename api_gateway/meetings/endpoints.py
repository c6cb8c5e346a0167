from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.meetings import service
from api_gateway.meetings.schemas import Meeting, MeetingCancellation, MeetingOutcome, MeetingPage, MeetingStatus
from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession
from kit.errors import Conflict, VendorFailed, responses

router = APIRouter(prefix="/meetings")


@router.get("", operation_id="meetings_list", summary="List meetings, upcoming or past.")
async def list_meetings(
    member: MemberSession,
    page: Paging,
    when: Literal["upcoming", "past", "all"] = "upcoming",
    status: Annotated[list[MeetingStatus] | None, Query()] = None,
    campaign_id: UUID | None = None,
) -> MeetingPage:
    return await service.list_meetings(member, page, when=when, status=status, campaign_id=campaign_id)


@router.get("/{meeting_id}", operation_id="meetings_get", summary="Show a meeting.")
async def get_meeting(member: MemberSession, meeting_id: UUID) -> Meeting:
    return await service.get_meeting(member, meeting_id)


@router.post(
    "/{meeting_id}/cancel",
    operation_id="meetings_cancel",
    summary="Cancel a meeting at the vendor and here.",
    responses=responses(Conflict, VendorFailed),
)
async def cancel_meeting(member: MemberSession, meeting_id: UUID, cancellation: MeetingCancellation) -> Meeting:
    return await service.cancel_meeting(member, meeting_id, cancellation)


@router.post(
    "/{meeting_id}/outcome",
    operation_id="meetings_set_outcome",
    summary="Mark a meeting that has begun as held or missed.",
    responses=responses(Conflict),
)
async def set_outcome(member: MemberSession, meeting_id: UUID, outcome: MeetingOutcome) -> Meeting:
    return await service.set_outcome(member, meeting_id, outcome)
