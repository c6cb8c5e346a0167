from uuid import UUID

from fastapi import APIRouter

from api_gateway.pagination import Paging
from api_gateway.replies import service
from api_gateway.replies.schemas import ConversationList, ConversationPage
from api_gateway.sessions import MemberSession

router = APIRouter()


@router.get(
    "/conversations", operation_id="conversations_list", summary="List the threads with an answer, the liveliest first."
)
async def list_conversations(member: MemberSession, page: Paging, campaign_id: UUID | None = None) -> ConversationPage:
    return await service.list_conversations(member, page, campaign_id=campaign_id)


@router.get(
    "/prospects/{prospect_id}/conversations",
    operation_id="prospects_conversations",
    summary="Show everything that was said between us and one person.",
)
async def show_conversations(member: MemberSession, prospect_id: UUID) -> ConversationList:
    return await service.show_conversations(member, prospect_id)
