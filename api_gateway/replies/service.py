"""Conversations as the panel shows them."""

from uuid import UUID

from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.replies import conversation_repository as repository
from api_gateway.replies.schemas import ConversationList, ConversationPage
from api_gateway.sessions import Member
from kit.errors import NotFound


class ProspectNotFound(NotFound):
    code = "prospect_not_found"
    default_detail = "There is no such prospect in this organisation."


async def list_conversations(member: Member, page: PageRequest, *, campaign_id: UUID | None) -> ConversationPage:
    """Threads with an answer in them, the liveliest first."""
    rows = await repository.page(
        member.session, member.organization_id, campaign_id=campaign_id, after=page.after_time(), limit=page.limit
    )
    items, more = cut(rows, page.limit)
    return ConversationPage(
        items=items, next_cursor=encode_cursor(items[-1].last_message_at, items[-1].id) if more else None
    )


async def show_conversations(member: Member, prospect_id: UUID) -> ConversationList:
    """Everything that was said between us and one person, per campaign and channel. ProspectNotFound otherwise."""
    if not await repository.prospect_exists(member.session, member.organization_id, prospect_id):
        raise ProspectNotFound
    return ConversationList(items=await repository.of_prospect(member.session, member.organization_id, prospect_id))
