from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.campaigns import enrollments, launching, service
from api_gateway.campaigns.schemas import (
    Campaign,
    CampaignCreate,
    CampaignPage,
    CampaignPatch,
    CampaignProgress,
    CampaignStatus,
    EnrichmentRetry,
    Enrollment,
    EnrollmentMove,
    EnrollmentPage,
    Pause,
)
from api_gateway.fields import EnrollmentStatus, Score
from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession
from kit.errors import Conflict, responses

router = APIRouter()


@router.get("/campaigns", operation_id="campaigns_list", summary="List campaigns, newest first.")
async def list_campaigns(
    member: MemberSession,
    page: Paging,
    status: Annotated[list[CampaignStatus] | None, Query()] = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of the name.")] = None,
) -> CampaignPage:
    return await service.list_campaigns(member, page, status=status, q=q)


@router.post("/campaigns", operation_id="campaigns_create", summary="Draft a campaign.", status_code=201)
async def create_campaign(member: MemberSession, wanted: CampaignCreate) -> Campaign:
    return await service.create_campaign(member, wanted)


@router.get("/campaigns/{campaign_id}", operation_id="campaigns_get", summary="Show a campaign.")
async def get_campaign(member: MemberSession, campaign_id: UUID) -> Campaign:
    return await service.get_campaign(member, campaign_id)


@router.patch(
    "/campaigns/{campaign_id}",
    operation_id="campaigns_update",
    summary="Change a campaign; what is left out stays.",
    responses=responses(Conflict),
)
async def update_campaign(member: MemberSession, campaign_id: UUID, change: CampaignPatch) -> Campaign:
    return await service.update_campaign(member, campaign_id, change)


@router.delete(
    "/campaigns/{campaign_id}",
    operation_id="campaigns_delete",
    summary="Delete a campaign that is not running, with its enrolments and messages.",
    status_code=204,
    responses=responses(Conflict),
)
async def delete_campaign(member: MemberSession, campaign_id: UUID) -> None:
    await service.delete_campaign(member, campaign_id)


@router.post(
    "/campaigns/{campaign_id}/duplicate",
    operation_id="campaigns_duplicate",
    summary="Draft a campaign with the same settings and nobody enrolled.",
    status_code=201,
)
async def duplicate_campaign(member: MemberSession, campaign_id: UUID) -> Campaign:
    return await service.duplicate_campaign(member, campaign_id)


@router.post(
    "/campaigns/{campaign_id}/launch",
    operation_id="campaigns_launch",
    summary="Start a draft, or a completed campaign with new people; refused with what is missing.",
    responses=responses(Conflict, launching.NotReady),
)
async def launch_campaign(member: MemberSession, campaign_id: UUID) -> Campaign:
    return await launching.launch(member, campaign_id)


@router.post(
    "/campaigns/{campaign_id}/pause",
    operation_id="campaigns_pause",
    summary="Pause a running campaign: nothing more is written or sent.",
    responses=responses(Conflict),
)
async def pause_campaign(member: MemberSession, campaign_id: UUID, pause: Pause) -> Campaign:
    return await launching.pause(member, campaign_id, pause)


@router.post(
    "/campaigns/{campaign_id}/resume",
    operation_id="campaigns_resume",
    summary="Let a paused campaign go on.",
    responses=responses(Conflict),
)
async def resume_campaign(member: MemberSession, campaign_id: UUID) -> Campaign:
    return await launching.resume(member, campaign_id)


@router.get(
    "/campaigns/{campaign_id}/progress",
    operation_id="campaigns_progress",
    summary="Show how far a campaign has come.",
)
async def get_progress(member: MemberSession, campaign_id: UUID) -> CampaignProgress:
    return await service.get_progress(member, campaign_id)


@router.get("/enrollments", operation_id="enrollments_list", summary="List who is in which campaign, and where.")
async def list_enrollments(
    member: MemberSession,
    page: Paging,
    campaign_id: UUID | None = None,
    status: Annotated[list[EnrollmentStatus] | None, Query()] = None,
    min_score: Score | None = None,
) -> EnrollmentPage:
    return await enrollments.list_enrollments(member, page, campaign_id=campaign_id, status=status, min_score=min_score)


@router.post(
    "/enrollments/{enrollment_id}/move",
    operation_id="enrollments_move",
    summary="Move an enrolment along an allowed edge; a refused move says why.",
    responses=responses(Conflict),
)
async def move_enrollment(member: MemberSession, enrollment_id: UUID, move: EnrollmentMove) -> Enrollment:
    return await enrollments.move_enrollment(member, enrollment_id, move)


@router.post(
    "/enrollments/{enrollment_id}/retry",
    operation_id="enrollments_retry",
    summary="Try again to find out about a person whose enrichment failed three times.",
    responses=responses(Conflict),
)
async def retry_enrollment(member: MemberSession, enrollment_id: UUID) -> Enrollment:
    return await enrollments.retry_enrollment(member, enrollment_id)


@router.post(
    "/campaigns/{campaign_id}/retry-enrichment",
    operation_id="campaigns_retry_enrichment",
    summary="Try again for everybody of a campaign whose enrichment failed three times.",
)
async def retry_campaign(member: MemberSession, campaign_id: UUID) -> EnrichmentRetry:
    return await enrollments.retry_campaign(member, campaign_id)
