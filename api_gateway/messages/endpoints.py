from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.messages import advancing, service
from api_gateway.messages.schemas import (
    BulkResult,
    Message,
    MessageBulk,
    MessageDetail,
    MessageEdit,
    MessagePage,
    MessageRejection,
    MessageSettlement,
    MessageStatus,
)
from api_gateway.messages.work_schemas import MessageBatch, MessageClaim, MessageReport, MessageReported
from api_gateway.pagination import Paging
from api_gateway.resources import Shared
from api_gateway.sessions import MemberSession, WorkflowSession
from kit.errors import Conflict, responses

router = APIRouter(prefix="/messages")
internal_router = APIRouter(prefix="/messages")


@router.get("", operation_id="messages_list", summary="List messages, newest first, by status or campaign.")
async def list_messages(
    member: MemberSession,
    page: Paging,
    status: Annotated[list[MessageStatus] | None, Query()] = None,
    campaign_id: UUID | None = None,
    prospect_id: UUID | None = None,
) -> MessagePage:
    return await service.list_messages(member, page, status=status, campaign_id=campaign_id, prospect_id=prospect_id)


@router.post("/bulk", operation_id="messages_bulk", summary="Approve, reject or regenerate many messages at once.")
async def bulk(member: MemberSession, wanted: MessageBulk) -> BulkResult:
    return await service.bulk(member, wanted)


@router.get("/{message_id}", operation_id="messages_get", summary="Show a message with its edits.")
async def get_message(member: MemberSession, message_id: UUID) -> MessageDetail:
    return await service.get_message(member, message_id)


@router.patch(
    "/{message_id}",
    operation_id="messages_update",
    summary="Edit a message that has not gone out; the edit is kept as a revision.",
    responses=responses(Conflict),
)
async def edit_message(member: MemberSession, message_id: UUID, edit: MessageEdit) -> Message:
    return await service.edit_message(member, message_id, edit)


@router.post(
    "/{message_id}/approve",
    operation_id="messages_approve",
    summary="Approve a message, so that it is sent when the rules allow it.",
    responses=responses(Conflict),
)
async def approve_message(member: MemberSession, message_id: UUID) -> Message:
    return await service.approve_message(member, message_id)


@router.post(
    "/{message_id}/reject",
    operation_id="messages_reject",
    summary="Reject a message, so that it is never sent.",
    responses=responses(Conflict),
)
async def reject_message(member: MemberSession, message_id: UUID, rejection: MessageRejection) -> Message:
    return await service.reject_message(member, message_id, rejection)


@router.post(
    "/{message_id}/regenerate",
    operation_id="messages_regenerate",
    summary="Throw a draft away and have another one written.",
    responses=responses(Conflict),
)
async def regenerate_message(member: MemberSession, message_id: UUID) -> Message:
    return await service.regenerate_message(member, message_id)


@router.post(
    "/{message_id}/complete",
    operation_id="messages_complete",
    summary="Mark a LinkedIn task as done, so that the sequence goes on.",
    responses=responses(Conflict),
)
async def complete_message(member: MemberSession, message_id: UUID) -> Message:
    return await service.complete_message(member, message_id)


@router.post(
    "/{message_id}/retry",
    operation_id="messages_retry",
    summary="Send a message again that the vendor refused.",
    responses=responses(Conflict),
)
async def retry_message(member: MemberSession, message_id: UUID) -> Message:
    return await service.retry_message(member, message_id)


@router.post(
    "/{message_id}/settle",
    operation_id="messages_settle",
    summary="Say whether a message went out of which the vendor could not tell.",
    responses=responses(Conflict),
)
async def settle_message(member: MemberSession, message_id: UUID, settlement: MessageSettlement) -> Message:
    return await service.settle_message(member, message_id, settlement)


@internal_router.post(
    "/claim",
    operation_id="messages_claim",
    summary="Lease the next messages to be written: steps that fell due, and drafts that a person wants anew.",
)
async def claim_messages(shared: Shared, wanted: MessageClaim) -> MessageBatch:
    return await advancing.claim(shared, wanted)


@internal_router.post(
    "/report",
    operation_id="messages_report",
    summary="Report what was written for a step; the same report may repeat.",
)
async def report_message(session: WorkflowSession, given: MessageReport) -> MessageReported:
    return await advancing.report(session, given)
