from uuid import UUID

from fastapi import APIRouter

from api_gateway.pagination import Paging
from api_gateway.review_items import service
from api_gateway.review_items.schemas import (
    ReviewEdit,
    ReviewItem,
    ReviewItemDetail,
    ReviewItemPage,
    ReviewRejection,
    ReviewStatus,
)
from api_gateway.sessions import MemberSession
from kit.errors import Conflict, responses

router = APIRouter(prefix="/review-items")


@router.get("", operation_id="review_items_list", summary="List the replies that need a person, oldest first.")
async def list_review_items(
    member: MemberSession, page: Paging, status: ReviewStatus = "open", campaign_id: UUID | None = None
) -> ReviewItemPage:
    return await service.list_review_items(member, page, status=status, campaign_id=campaign_id)


@router.get("/{review_item_id}", operation_id="review_items_get", summary="Show a review item with its thread.")
async def get_review_item(member: MemberSession, review_item_id: UUID) -> ReviewItemDetail:
    return await service.get_review_item(member, review_item_id)


@router.post(
    "/{review_item_id}/claim",
    operation_id="review_items_claim",
    summary="Take a review item, so that others see who holds it.",
    responses=responses(Conflict),
)
async def claim_review_item(member: MemberSession, review_item_id: UUID) -> ReviewItemDetail:
    return await service.claim_review_item(member, review_item_id)


@router.post(
    "/{review_item_id}/release",
    operation_id="review_items_release",
    summary="Give a review item back to the queue.",
    responses=responses(Conflict),
)
async def release_review_item(member: MemberSession, review_item_id: UUID) -> ReviewItemDetail:
    return await service.release_review_item(member, review_item_id)


@router.patch(
    "/{review_item_id}",
    operation_id="review_items_update",
    summary="Change the draft of a review item without sending it.",
    responses=responses(Conflict),
)
async def edit_review_item(member: MemberSession, review_item_id: UUID, edit: ReviewEdit) -> ReviewItemDetail:
    return await service.edit_review_item(member, review_item_id, edit)


@router.post(
    "/{review_item_id}/approve",
    operation_id="review_items_approve",
    summary="Send the draft, edited or not, as the answer to the reply.",
    responses=responses(Conflict),
)
async def approve_review_item(
    member: MemberSession, review_item_id: UUID, edit: ReviewEdit | None = None
) -> ReviewItem:
    return await service.approve_review_item(member, review_item_id, edit)


@router.post(
    "/{review_item_id}/reject",
    operation_id="review_items_reject",
    summary="Close a review item without an answer.",
    responses=responses(Conflict),
)
async def reject_review_item(member: MemberSession, review_item_id: UUID, rejection: ReviewRejection) -> ReviewItem:
    return await service.reject_review_item(member, review_item_id, rejection)
