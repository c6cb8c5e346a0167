from fastapi import APIRouter

from api_gateway.enrichments import service
from api_gateway.enrichments.schemas import EnrichmentBatch, EnrichmentClaim, EnrichmentReport, EnrichmentReported
from api_gateway.resources import Shared
from api_gateway.sessions import WorkflowSession

internal_router = APIRouter(prefix="/enrichments")


@internal_router.post(
    "/claim", operation_id="enrichments_claim", summary="Lease people who are to be enriched and qualified."
)
async def claim(session: WorkflowSession, shared: Shared, wanted: EnrichmentClaim) -> EnrichmentBatch:
    return await service.claim(session, shared, wanted)


@internal_router.post(
    "/report", operation_id="enrichments_report", summary="Report what came of one person; the same report may repeat."
)
async def report(session: WorkflowSession, given: EnrichmentReport) -> EnrichmentReported:
    return await service.report(session, given)
