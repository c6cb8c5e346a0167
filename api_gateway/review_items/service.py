"""The review queue: a person takes a reply, changes the draft, sends it or lets it be."""

import difflib
from uuid import UUID

from api_gateway.messages import content
from api_gateway.messages.planning import plan_reply
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.replies import standing
from api_gateway.review_items import repository
from api_gateway.review_items.repository import ItemState
from api_gateway.review_items.schemas import (
    ReviewEdit,
    ReviewItem,
    ReviewItemDetail,
    ReviewItemPage,
    ReviewRejection,
    ReviewStatus,
)
from api_gateway.sessions import Member
from api_gateway.workflows.starting import start_after_commit
from kit.errors import Conflict, FieldError, NotFound, NotPermitted


class ReviewItemNotFound(NotFound):
    code = "review_item_not_found"
    default_detail = "There is no such review item in this organisation."


class ReviewItemClosed(Conflict):
    code = "review_item_closed"
    default_detail = "The review item is settled already."


class HeldByAnother(Conflict):
    code = "review_item_held"
    default_detail = "Somebody else holds this review item; ask them to release it."


class AnswerIncomplete(Conflict):
    code = "answer_incomplete"
    default_detail = "The answer is empty or holds a place that was never filled in."


async def list_review_items(
    member: Member, page: PageRequest, *, status: ReviewStatus, campaign_id: UUID | None
) -> ReviewItemPage:
    """Items of one status, oldest first."""
    rows = await repository.page(
        member.session,
        member.organization_id,
        status=status,
        campaign_id=campaign_id,
        after=page.after_time(),
        limit=page.limit,
    )
    items, more = cut(rows, page.limit)
    return ReviewItemPage(items=items, next_cursor=encode_cursor(items[-1].created_at, items[-1].id) if more else None)


async def get_review_item(member: Member, review_item_id: UUID) -> ReviewItemDetail:
    """An item with its thread; ReviewItemNotFound otherwise."""
    item = await repository.one(member.session, member.organization_id, review_item_id)
    if item is None:
        raise ReviewItemNotFound
    return item


async def claim_review_item(member: Member, review_item_id: UUID) -> ReviewItemDetail:
    """Take an item. HeldByAnother when somebody has it."""
    await _open(member, review_item_id)
    await repository.hold(member.session, review_item_id, member.user_id)
    return await get_review_item(member, review_item_id)


async def release_review_item(member: Member, review_item_id: UUID) -> ReviewItemDetail:
    """Give an item back. An administrator may release anybody's."""
    await _open(member, review_item_id, even_if_held=member.role in {"owner", "admin"})
    await repository.hold(member.session, review_item_id, None)
    return await get_review_item(member, review_item_id)


async def edit_review_item(member: Member, review_item_id: UUID, edit: ReviewEdit) -> ReviewItemDetail:
    """Change the draft; the difference from the model's is kept."""
    state = await _open(member, review_item_id)
    await _edit(member, state, edit)
    return await get_review_item(member, review_item_id)


async def approve_review_item(member: Member, review_item_id: UUID, edit: ReviewEdit | None) -> ReviewItem:
    """Send the draft as the answer, through the ledger like every message. AnswerIncomplete when it is not ready."""
    state = await _open(member, review_item_id)
    subject, body = await _edit(member, state, edit) if edit is not None else _text(state)
    places = content.missing("email", subject, body, needs_subject=False)
    if places:
        raise AnswerIncomplete(errors=[FieldError(field=place, message="is empty") for place in places])
    await member.session.because("answered from the review queue")
    await plan_reply(
        member.session,
        reply_id=state.reply_id,
        subject=subject,
        body=body,
        source="human",
        approved_by=member.user_id,
    )
    await repository.note_decision(
        member.session,
        state,
        action_taken="answered",
        reasons=["approved by a person"],
        draft={"subject": subject, "body": body},
    )
    await repository.resolve(member.session, review_item_id, "approved", member.user_id, None)
    item = await get_review_item(member, review_item_id)
    start_after_commit(
        member.shared, member.session, member.organization_id, "send-due-messages", campaign_id=str(item.campaign_id)
    )
    return ReviewItem(**item.model_dump(include=set(ReviewItem.model_fields)))


async def reject_review_item(member: Member, review_item_id: UUID, rejection: ReviewRejection) -> ReviewItem:
    """Close an item without an answer and, if wished, write nothing more to the person in this campaign."""
    state = await _open(member, review_item_id)
    await member.session.because("rejected in the review queue")
    await repository.note_decision(
        member.session,
        state,
        action_taken="stopped" if rejection.stop_sequence else "queued_for_review",
        reasons=[rejection.note] if rejection.note else ["closed without an answer by a person"],
        draft=None,
    )
    await repository.resolve(member.session, review_item_id, "rejected", member.user_id, rejection.note or None)
    if rejection.stop_sequence:
        await standing.settle(member.session, state.enrollment_id)
    item = await get_review_item(member, review_item_id)
    return ReviewItem(**item.model_dump(include=set(ReviewItem.model_fields)))


async def _open(member: Member, review_item_id: UUID, *, even_if_held: bool = False) -> ItemState:
    """The item, locked, for somebody who may change it now."""
    if member.role == "viewer":
        await get_review_item(member, review_item_id)
        raise NotPermitted
    state = await repository.lock(member.session, member.organization_id, review_item_id)
    if state is None:
        raise ReviewItemNotFound
    if state.status != "open":
        raise ReviewItemClosed
    if state.claimed_by not in (None, member.user_id) and not even_if_held:
        raise HeldByAnother
    return state


async def _edit(member: Member, state: ItemState, edit: ReviewEdit) -> tuple[str, str]:
    before = _text(state)
    subject = before[0] if edit.subject is None else edit.subject
    body = before[1] if edit.body is None else edit.body
    await repository.edit(member.session, state.id, subject=subject, body=body, diff=difference(state, subject, body))
    return subject, body


def _text(state: ItemState) -> tuple[str, str]:
    return (
        state.draft_subject if state.final_subject is None else state.final_subject,
        state.draft_body if state.final_body is None else state.final_body,
    )


def difference(state: ItemState, subject: str, body: str) -> str | None:
    """Unified difference between the draft and what a person made of it; None when there is none."""
    lines = difflib.unified_diff(
        [state.draft_subject, *state.draft_body.splitlines()],
        [subject, *body.splitlines()],
        "draft",
        "edited",
        lineterm="",
    )
    return "\n".join(lines) or None
