"""Claim → ai_service reads → report: the decision is ours, and so is everything that follows from it."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from api_gateway.database import Session
from api_gateway.enrichments import facts as known_facts
from api_gateway.enrichments.grants import grant_for
from api_gateway.enrichments.schemas import WorkExchange
from api_gateway.messages.planning import plan_reply
from api_gateway.replies import deciding, repository, standing, work_repository
from api_gateway.replies.deciding import Decision, Policy
from api_gateway.replies.receiving import start_of
from api_gateway.replies.schemas import ReplyAction
from api_gateway.replies.work import (
    Reading,
    ReplyBatch,
    ReplyClaim,
    ReplyReport,
    ReplyReported,
    ReplyWork,
    WorkCampaign,
    WorkPolicy,
    WorkReply,
)
from api_gateway.replies.work_repository import Leased, ReplyFacts, ReplyState
from api_gateway.resources import Resources
from api_gateway.suppressions import service as suppressions
from api_gateway.workflow_runs.holding import act_as, take_hold
from api_gateway.workflows import starting
from kit.errors import LeaseLost

WORKFLOW = "handle-replies"
LEASE = timedelta(minutes=5)
REST = timedelta(seconds=20)
MOST_ATTEMPTS = 3
MOST_EXCHANGES = 6
_IN_WORK = frozenset({"received", "deciding"})
_TAKEN: dict[str, ReplyAction] = {
    "send_booking_link": "sent_booking_link",
    "answer": "answered",
    "hold": "held",
    "suppress": "suppressed",
    "stop": "stopped",
    "review": "queued_for_review",
}


async def claim(session: Session, shared: Resources, wanted: ReplyClaim) -> ReplyBatch:
    """Replies that rules could not settle, oldest first, each held for five minutes."""
    leases = await work_repository.claim(session, wanted.limit, wanted.reply_id, LEASE)
    by_organization: dict[UUID, list[Leased]] = defaultdict(list)
    for lease in leases:
        by_organization[lease.organization_id].append(lease)
    found: dict[UUID, ReplyWork] = {}
    for organization_id, held in by_organization.items():
        await act_as(session, WORKFLOW, organization_id)
        grant = await grant_for(session, shared, organization_id)
        rows = await work_repository.facts(session, [one.reply_id for one in held], most_exchanges=MOST_EXCHANGES)
        known = {row.reply_id: row for row in rows}
        for lease in held:
            found[lease.reply_id] = _work(lease, known[lease.reply_id], grant)
    return ReplyBatch(items=[found[lease.reply_id] for lease in leases])


async def report(session: Session, shared: Resources, given: ReplyReport) -> ReplyReported:
    """Act upon what was read. LeaseLost for a token that no longer holds; a report that was taken before is answered
    again and changes nothing."""
    await take_hold(session, WORKFLOW, work_repository.WHOSE, work_id=given.reply_id, lease_token=given.lease_token)
    state = await work_repository.lock(session, given.reply_id, given.lease_token)
    if state is None:
        raise LeaseLost
    if state.status not in _IN_WORK:
        return ReplyReported(
            reply_id=given.reply_id, action=_as_action(state.action_taken), review_item_id=state.review_item_id
        )
    if state.status == "received":
        return ReplyReported(reply_id=given.reply_id, action="received")
    if not state.is_held:
        raise LeaseLost
    reading = _reading(given)
    if reading is None:
        return await _not_read(session, given, state)
    policy = Policy(
        threshold=state.confidence_threshold,
        booking_url=deciding.booking_link(state.booking_url, state.enrollment_id),
        answers_so_far=state.answers_so_far,
    )
    today = datetime.now(ZoneInfo(state.time_zone)).date()
    decision = deciding.decide(reading, state.body_stripped, policy, today=today)
    return await _carry_out(session, shared, given.reply_id, state, reading, decision)


async def _carry_out(
    session: Session, shared: Resources, reply_id: UUID, state: ReplyState, reading: Reading, decision: Decision
) -> ReplyReported:
    taken = _TAKEN[decision.action]
    await session.because(f"reply:{reading.intent}")
    hold_until = start_of(decision.hold_until, state.time_zone) if decision.hold_until else None
    await repository.insert_decision(
        session,
        reply_id=reply_id,
        intent=reading.intent,
        sentiment=reading.sentiment,
        confidence=reading.confidence,
        language=reading.language,
        action=reading.action,
        action_taken=taken,
        decided_by="model" if reading.source != "rules" else "rules",
        reasons=decision.reasons,
        draft=reading.draft.model_dump() if reading.draft else None,
        bant_facts=reading.bant_facts,
        hold_until=hold_until,
        source=reading.source,
        model_name=reading.model,
        prompt_version=reading.prompt_version,
    )
    review_item_id = None
    if decision.needs_person:
        review_item_id = await work_repository.open_review(
            session,
            reply_id,
            intent=reading.intent,
            confidence=reading.confidence,
            reasons=decision.reasons,
            draft_subject=reading.draft.subject if reading.draft else "",
            draft_body=reading.draft.body if reading.draft else "",
        )
    if decision.action == "suppress":
        await suppressions.suppress_prospect(
            session,
            organization_id=state.organization_id,
            prospect_id=state.prospect_id,
            reason="complained" if reading.intent == "complaint" else "replied_stop",
            source="reply",
        )
    if hold_until is not None:
        await repository.hold(session, state.enrollment_id, hold_until)
    if decision.action in {"send_booking_link", "answer"}:
        await _answer(session, shared, reply_id, state, reading, decision.action)
    await repository.close(session, reply_id, "queued_for_review" if decision.needs_person else "decided")
    await standing.settle(session, state.enrollment_id)
    return ReplyReported(reply_id=reply_id, action=taken, review_item_id=review_item_id)


async def _answer(
    session: Session, shared: Resources, reply_id: UUID, state: ReplyState, reading: Reading, action: str
) -> None:
    assert reading.draft is not None  # noqa: S101 - decide() sends nothing without a draft
    link = deciding.booking_link(state.booking_url, state.enrollment_id)
    await plan_reply(
        session,
        reply_id=reply_id,
        subject=reading.draft.subject,
        body=with_link(reading.draft.body, link if action == "send_booking_link" else None, reading.language),
        source=reading.source,
        model=reading.model,
        prompt_version=reading.prompt_version,
    )
    starting.start_after_commit(
        shared, session, state.organization_id, "send-due-messages", campaign_id=str(state.campaign_id)
    )


def with_link(body: str, link: str | None, language: str) -> str:
    """`body` with the booking link in it."""
    if link is None or link in body.replace("&amp;", "&"):
        return body
    words = "Choose the time that suits you: " if language == "en" else "Choisissez le créneau qui vous convient : "
    return f"{body.rstrip()}\n\n{words}{link}"


async def _not_read(session: Session, given: ReplyReport, state: ReplyState) -> ReplyReported:
    """Try again; after three attempts a person reads it, so that no reply is lost on a model."""
    attempts = state.attempts + 1
    error = (given.error or "no readable decision was reported")[:1_000]
    if attempts < MOST_ATTEMPTS:
        await work_repository.give_back(session, given.reply_id, attempts=attempts, rest=REST * attempts, error=error)
        return ReplyReported(reply_id=given.reply_id, action="received")
    reasons = [f"could not be read by a model: {error[:300]}"]
    await repository.insert_decision(
        session,
        reply_id=given.reply_id,
        intent="other",
        sentiment="neutral",
        confidence=0.0,
        language="fr",
        action="human_review",
        action_taken="queued_for_review",
        decided_by="rules",
        reasons=reasons,
    )
    review_item_id = await work_repository.open_review(
        session, given.reply_id, intent="other", confidence=0.0, reasons=reasons, draft_subject="", draft_body=""
    )
    await repository.close(session, given.reply_id, "queued_for_review", error=error)
    return ReplyReported(reply_id=given.reply_id, action="queued_for_review", review_item_id=review_item_id)


def _work(lease: Leased, known: ReplyFacts, grant: str | None) -> ReplyWork:
    return ReplyWork(
        reply_id=lease.reply_id,
        lease_token=lease.lease_token,
        organization_id=known.organization_id,
        reply=WorkReply(
            subject=known.subject,
            text=known.body_stripped or known.body_text,
            # The day that "until Monday" is counted from.
            headers={**known.headers, "date": format_datetime(known.received_at.astimezone(UTC))},
        ),
        thread=[WorkExchange.model_validate(exchange) for exchange in known.thread],
        prospect=known_facts.prospect(known.prospect),
        campaign=WorkCampaign(id=str(known.campaign_id), goal=known.goal, language=known.language, tone=known.tone),
        booking_url=deciding.booking_link(known.booking_url, known.enrollment_id),
        policy=WorkPolicy(confidence_threshold=known.confidence_threshold),
        grant=grant,
    )


def _reading(given: ReplyReport) -> Reading | None:
    if given.outcome == "failed" or given.decision is None:
        return None
    try:
        return Reading.model_validate(given.decision)
    except ValidationError:
        return None


def _as_action(taken: str | None) -> ReplyAction | Literal["received"]:
    return next((action for action in _TAKEN.values() if action == taken), "queued_for_review")
