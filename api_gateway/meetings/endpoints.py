from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.meetings import handling, service
from api_gateway.meetings.schemas import Meeting, MeetingCancellation, MeetingOutcome, MeetingPage, MeetingStatus
from api_gateway.meetings.work import EventBatch, EventClaim, EventHold, EventRecorded
from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession, WorkflowSession
from kit.errors import Conflict, VendorFailed, responses

router = APIRouter(prefix="/meetings")
internal_router = APIRouter(prefix="/meetings")


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


@internal_router.post("/claim", operation_id="meetings_claim", summary="Lease events about meetings.")
async def claim(session: WorkflowSession, wanted: EventClaim) -> EventBatch:
    return await handling.claim(session, wanted)


@internal_router.post("/record", operation_id="meetings_record", summary="Record what an event says of a meeting.")
async def record(session: WorkflowSession, held: EventHold) -> EventRecorded:
    return await handling.record(session, held)


@internal_router.post("/move", operation_id="meetings_move", summary="Move a meeting as its event says.")
async def move(session: WorkflowSession, held: EventHold) -> EventRecorded:
    return await handling.record(session, held)


@internal_router.post("/cancel", operation_id="meetings_cancel_recorded", summary="Cancel a meeting as its event says.")
async def cancel(session: WorkflowSession, held: EventHold) -> EventRecorded:
    return await handling.record(session, held)


@internal_router.post("/ignore", operation_id="meetings_ignore", summary="Leave an event about a meeting alone.")
async def ignore(session: WorkflowSession, held: EventHold) -> EventRecorded:
    return await handling.ignore(session, held)
