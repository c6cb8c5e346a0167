"""POST /v1/replies."""

from fastapi import APIRouter

from ai_service.replies import service
from ai_service.replies.schemas import ReplyDecision, ReplyRequest
from ai_service.wiring import RunningSources
from kit.errors import Invalid, NotPermitted, TooLarge, Unauthenticated, responses

router = APIRouter(tags=["replies"])


@router.post(
    "/v1/replies",
    operation_id="replies_create",
    summary="Say what a reply means and what may be done about it.",
    responses=responses(Invalid, Unauthenticated, NotPermitted, TooLarge),
)
async def create(request: ReplyRequest, sources: RunningSources) -> ReplyDecision:
    return await service.decide(request, sources)
