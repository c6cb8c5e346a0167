from fastapi import APIRouter

from api_gateway.resources import Shared
from api_gateway.scrapes import service
from api_gateway.scrapes.schemas import (
    ScrapeBatch,
    ScrapeClaim,
    ScrapeCollected,
    ScrapeHold,
    ScrapeLaunched,
    ScrapeProgress,
    ScrapeReport,
    ScrapeReported,
)
from api_gateway.sessions import WorkflowSession
from kit.errors import Conflict, VendorFailed, responses

internal_router = APIRouter(prefix="/scrapes")


@internal_router.post("/claim", operation_id="scrapes_claim", summary="Lease scrapes that nobody drives.")
async def claim(session: WorkflowSession, wanted: ScrapeClaim) -> ScrapeBatch:
    return await service.claim(session, wanted)


@internal_router.post(
    "/launch",
    operation_id="scrapes_launch",
    summary="Launch the scraper of a run, or find the one that was launched.",
    responses=responses(Conflict, VendorFailed),
)
async def launch(shared: Shared, held: ScrapeHold) -> ScrapeLaunched:
    return await service.launch(shared, held)


@internal_router.post(
    "/poll",
    operation_id="scrapes_poll",
    summary="Ask how far a scrape is, and hold it longer.",
    responses=responses(Conflict, VendorFailed),
)
async def poll(shared: Shared, held: ScrapeHold) -> ScrapeProgress:
    return await service.poll(shared, held)


@internal_router.post(
    "/collect",
    operation_id="scrapes_collect",
    summary="Bring the rows of a finished scrape into the campaign.",
    responses=responses(Conflict, VendorFailed),
)
async def collect(shared: Shared, held: ScrapeHold) -> ScrapeCollected:
    return await service.collect(shared, held)


@internal_router.post("/report", operation_id="scrapes_report", summary="Say that a scrape has ended, well or not.")
async def report(session: WorkflowSession, shared: Shared, given: ScrapeReport) -> ScrapeReported:
    return await service.report(session, shared, given)
