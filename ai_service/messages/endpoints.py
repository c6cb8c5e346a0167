"""POST /v1/messages."""

from fastapi import APIRouter

from ai_service.messages import service
from ai_service.messages.schemas import MessageAnswer, MessageRequest
from ai_service.wiring import RunningSources
from kit.errors import Invalid, NotPermitted, TooLarge, Unauthenticated, responses

router = APIRouter(tags=["messages"])


@router.post(
    "/v1/messages",
    operation_id="messages_create",
    summary="Write one to three variants of a message, checked against the facts.",
    responses=responses(Invalid, Unauthenticated, NotPermitted, TooLarge),
)
async def create(request: MessageRequest, sources: RunningSources) -> MessageAnswer:
    return await service.write(request, sources)
