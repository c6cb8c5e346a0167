"""POST /v1/qualifications."""

from fastapi import APIRouter

from ai_service.qualifications import service
from ai_service.qualifications.schemas import Qualification, QualificationRequest
from ai_service.wiring import RunningSources
from kit.errors import Invalid, NotPermitted, TooLarge, Unauthenticated, responses

router = APIRouter(tags=["qualifications"])


@router.post(
    "/v1/qualifications",
    operation_id="qualifications_create",
    summary="Score a prospect by BANT, with the evidence for each criterion.",
    responses=responses(Invalid, Unauthenticated, NotPermitted, TooLarge),
)
async def create(request: QualificationRequest, sources: RunningSources) -> Qualification:
    return await service.qualify(request, sources)
