"""POST /v1/enrichments."""

from fastapi import APIRouter

from ai_service.enrichments import service
from ai_service.enrichments.schemas import EnrichmentAnswer, EnrichmentRequest
from ai_service.wiring import RunningSources
from kit.errors import Invalid, NotPermitted, TooLarge, Unauthenticated, responses

router = APIRouter(tags=["enrichments"])


@router.post(
    "/v1/enrichments",
    operation_id="enrichments_create",
    summary="Put into words what is known about a prospect, each point with its fact.",
    responses=responses(Invalid, Unauthenticated, NotPermitted, TooLarge),
)
async def create(request: EnrichmentRequest, sources: RunningSources) -> EnrichmentAnswer:
    return await service.enrich(request, sources)
