from uuid import UUID

from fastapi import APIRouter

from api_gateway.pagination import Paging
from api_gateway.replies import handling, service
from api_gateway.replies.schemas import ConversationList, ConversationPage
from api_gateway.replies.work import ReplyBatch, ReplyClaim, ReplyReport, ReplyReported
from api_gateway.resources import Shared
from api_gateway.sessions import MemberSession, WorkflowSession

router = APIRouter()
internal_router = APIRouter(prefix="/replies")


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


@internal_router.post("/claim", operation_id="replies_claim", summary="Lease replies that somebody has to read.")
async def claim(session: WorkflowSession, shared: Shared, wanted: ReplyClaim) -> ReplyBatch:
    return await handling.claim(session, shared, wanted)


@internal_router.post(
    "/report", operation_id="replies_report", summary="Report how a reply was read, and have it acted upon."
)
async def report(session: WorkflowSession, shared: Shared, given: ReplyReport) -> ReplyReported:
    return await handling.report(session, shared, given)
