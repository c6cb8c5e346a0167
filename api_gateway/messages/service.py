"""What a person may do with a message: read, approve, edit, reject, have it written again, finish a task."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from api_gateway.messages import content, repository
from api_gateway.messages.repository import MessageState
from api_gateway.messages.schemas import (
    BulkFailure,
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
from api_gateway.pagination import COUNT_CAP, PageRequest, cut, encode_cursor
from api_gateway.sends import ledger, progress
from api_gateway.sessions import Member
from api_gateway.workflows.schemas import WorkflowName
from api_gateway.workflows.starting import start_after_commit
from kit.errors import AppError, Conflict, FieldError, NotFound, NotPermitted

NOT_OUT = frozenset({"draft", "pending_review", "approved", "scheduled", "failed"})


class MessageNotFound(NotFound):
    code = "message_not_found"
    default_detail = "There is no such message in this organisation."


class MessageNotOpen(Conflict):
    code = "message_not_open"
    default_detail = "The message is in a state in which this is not possible any more."


class MessageIncomplete(Conflict):
    code = "message_incomplete"
    default_detail = "Something in the text was never filled in; edit the message first."


async def list_messages(
    member: Member,
    page: PageRequest,
    *,
    status: list[MessageStatus] | None,
    campaign_id: UUID | None,
    prospect_id: UUID | None,
) -> MessagePage:
    """Messages of the organization, newest first."""
    rows, total = await repository.page(
        member.session,
        member.organization_id,
        page,
        status=list(status) if status else None,
        campaign_id=campaign_id,
        prospect_id=prospect_id,
    )
    items, more = cut(rows, page.limit)
    return MessagePage(
        items=items,
        next_cursor=encode_cursor(items[-1].created_at, items[-1].id) if more else None,
        total=min(total, COUNT_CAP),
        total_is_capped=total > COUNT_CAP,
    )


async def get_message(member: Member, message_id: UUID) -> MessageDetail:
    """A message with its edits; MessageNotFound otherwise."""
    message = await _shown(member, message_id)
    edits = await repository.revisions(member.session, member.organization_id, message_id)
    return MessageDetail(**message.model_dump(), revisions=edits)


async def approve_message(member: Member, message_id: UUID) -> Message:
    """Approve a draft and plan it; a LinkedIn message becomes a task instead. Conflict when it is no draft."""
    await _approve(member, message_id)
    _start(member, "send-due-messages")
    return await _shown(member, message_id)


async def edit_message(member: Member, message_id: UUID, edit: MessageEdit) -> Message:
    """Change the text of a message that has not gone out. Conflict once it is on its way."""
    before = await _open(member, message_id, NOT_OUT)
    text = {
        "subject": before.subject if edit.subject is None else edit.subject,
        "body": before.body if edit.body is None else edit.body,
    }
    if text != {"subject": before.subject, "body": before.body}:
        await repository.edit(member.session, member.organization_id, before, member.user_id, **text)
    return await _shown(member, message_id)


async def reject_message(member: Member, message_id: UUID, rejection: MessageRejection) -> Message:
    """Never send it. The person's sequence ends with it; an answer to a reply ends nothing."""
    await _reject(member, message_id, rejection.reason)
    return await _shown(member, message_id)


async def regenerate_message(member: Member, message_id: UUID) -> Message:
    """Drop a draft and have the step written again. Conflict for answers, which no step stands behind."""
    await _regenerate(member, message_id)
    _start(member, "advance-scenarios")
    return await _shown(member, message_id)


async def complete_message(member: Member, message_id: UUID) -> Message:
    """A person has sent the LinkedIn message by hand: the sequence goes on."""
    state = await _open(member, message_id, frozenset({"approved"}))
    if state.channel != "linkedin":
        raise MessageNotOpen("Only a LinkedIn task is done by hand; this message is sent by itself.")
    await repository.mark_done(member.session, message_id)
    await progress.step_done(
        member.session,
        enrollment_id=state.enrollment_id,
        step_id=state.step_id,
        at=datetime.now(UTC),
        day_seconds=member.shared.settings.sequence_day_seconds,
    )
    return await _shown(member, message_id)


async def retry_message(member: Member, message_id: UUID) -> Message:
    """Plan a message anew that the vendor refused for good."""
    state = await _open(member, message_id, frozenset({"failed"}))
    _require_complete(state)
    await repository.approve(member.session, message_id, member.user_id)
    if await repository.plan_send(member.session, message_id) is None:
        raise MessageNotOpen
    return await _shown(member, message_id)


async def settle_message(member: Member, message_id: UUID, settlement: MessageSettlement) -> Message:
    """Take a person's word for whether an ambiguous message went out; not sent: it is planned again."""
    message = await _shown(member, message_id)
    if member.role == "viewer":
        raise NotPermitted
    if message.status != "ambiguous":
        raise MessageNotOpen(f"The message is {message.status}; there is nothing to settle.")
    # Members cannot write a row of the ledger that may have left; the workflow role can, in this organization only.
    async with member.session.as_workflow(
        member.organization_id, actor=f"user:{member.user_id}", reason="settled_by_person"
    ):
        await ledger.settle_by_person(
            member.session,
            message_id=message_id,
            was_sent=settlement.outcome == "sent",
            day_seconds=member.shared.settings.sequence_day_seconds,
        )
    return await _shown(member, message_id)


async def bulk(member: Member, wanted: MessageBulk) -> BulkResult:
    """The same act on each of many; one that is not possible does not keep the others from it."""
    acts: dict[str, Callable[[Member, UUID], Awaitable[None]]] = {
        "approve": _approve,
        "regenerate": _regenerate,
        "reject": lambda who, message: _reject(who, message, wanted.reason),
    }
    result = BulkResult(succeeded=[], failed=[])
    for message_id in dict.fromkeys(wanted.ids):
        try:
            async with member.session.connection.transaction():
                await acts[wanted.action](member, message_id)
        except AppError as error:
            result.failed.append(BulkFailure(id=message_id, code=error.code, reason=error.detail))
        else:
            result.succeeded.append(message_id)
    if result.succeeded and wanted.action != "reject":
        _start(member, "send-due-messages" if wanted.action == "approve" else "advance-scenarios")
    return result


async def _approve(member: Member, message_id: UUID) -> None:
    state = await _open(member, message_id, frozenset({"draft", "pending_review"}))
    _require_complete(state)
    await repository.approve(member.session, message_id, member.user_id)
    if state.channel != "linkedin" and await repository.plan_send(member.session, message_id) is None:
        raise MessageNotOpen("Another message of this step is already on its way.")


async def _reject(member: Member, message_id: UUID, reason: str) -> None:
    state = await _open(member, message_id, NOT_OUT)
    await repository.withdraw(member.session, member.organization_id, message_id, "rejected", reason or "rejected")
    if state.kind != "reply":
        await repository.end_sequence(member.session, member.organization_id, state.enrollment_id, "message_rejected")


async def _regenerate(member: Member, message_id: UUID) -> None:
    state = await _open(member, message_id, NOT_OUT | {"rejected"})
    if state.step_id is None:
        raise MessageNotOpen("An answer belongs to no step; edit it, or answer from the review queue.")
    if state.enrollment_status not in {"qualified", "in_sequence", "rejected"}:
        raise MessageNotOpen(f"The sequence of this person has ended ({state.enrollment_status}).")
    if state.status != "rejected":
        await repository.withdraw(member.session, member.organization_id, message_id, "cancelled", "regenerated")
    await repository.ask_for_another(member.session, member.organization_id, state.enrollment_id, state.step_id)


def _start(member: Member, name: WorkflowName) -> None:
    start_after_commit(member.shared, member.session, member.organization_id, name)


async def _open(member: Member, message_id: UUID, allowed: frozenset[str]) -> MessageState:
    if member.role == "viewer":
        await _shown(member, message_id)
        raise NotPermitted
    state = await repository.lock(member.session, member.organization_id, message_id)
    if state is None:
        raise MessageNotFound
    if state.status not in allowed:
        raise MessageNotOpen(f"The message is {state.status}; this is not possible any more.")
    return state


def _require_complete(state: MessageState) -> None:
    # A follow-up without a subject of its own answers under that of the thread.
    places = content.missing(state.channel, state.subject, state.body, needs_subject=state.kind == "email")
    if places:
        raise MessageIncomplete(errors=[FieldError(field=place, message="is empty") for place in places])


async def _shown(member: Member, message_id: UUID) -> Message:
    message = await repository.one(member.session, member.organization_id, message_id)
    if message is None:
        raise MessageNotFound
    return message
