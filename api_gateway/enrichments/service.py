"""Claim → n8n asks ai_service → report. What the model judged is checked and stored here; the moves are ours."""

from collections import defaultdict
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import structlog
from pydantic import ValidationError

from api_gateway.campaigns.enrollment_repository import ENRICHMENT_FAILED
from api_gateway.database import Session
from api_gateway.enrichments import facts, repository
from api_gateway.enrichments.grants import grant_for
from api_gateway.enrichments.repository import Leased, State
from api_gateway.enrichments.schemas import (
    EnrichmentBatch,
    EnrichmentClaim,
    EnrichmentReport,
    EnrichmentReported,
    EnrichmentWork,
    QualificationAnswer,
)
from api_gateway.messages.planning import WrittenMessage, create_from_step
from api_gateway.notifications.repository import raise_alert
from api_gateway.notifications.wording import in_words
from api_gateway.resources import Resources
from api_gateway.workflow_runs.holding import act_as, take_hold
from kit.errors import LeaseLost

WORKFLOW = "enrich-and-qualify-prospects"
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
REST = timedelta(seconds=30)
QUALIFIED_FROM = 60
NURTURED_FROM = 40
DISPUTED_BEYOND = 25
_IN_WORK = frozenset({"found", "enriching", "enriched", "qualifying"})
_STEPS_TO_DECISION = {"enriching": ("enriched", "qualifying"), "enriched": ("qualifying",), "qualifying": ()}
log = structlog.get_logger(__name__)


async def claim(session: Session, shared: Resources, wanted: EnrichmentClaim) -> EnrichmentBatch:
    """Up to `limit` people of active campaigns, oldest first, each held for ten minutes."""
    leases = await repository.claim(session, wanted.limit, wanted.campaign_id, LEASE)
    by_organization: dict[UUID, list[Leased]] = defaultdict(list)
    for lease in leases:
        by_organization[lease.organization_id].append(lease)
    found: dict[UUID, EnrichmentWork] = {}
    for organization_id, held in by_organization.items():
        await act_as(session, WORKFLOW, organization_id)
        grant = await grant_for(session, shared, organization_id)
        known = {row.enrollment_id: row for row in await repository.facts(session, [one.enrollment_id for one in held])}
        await repository.note_stage(session, list({row.campaign_id for row in known.values()}))
        for lease in held:
            found[lease.enrollment_id] = facts.work_item(lease, known[lease.enrollment_id], grant)
    return EnrichmentBatch(
        items=[found[lease.enrollment_id] for lease in leases],
        remaining=await repository.count_claimable(session, wanted.campaign_id),
    )


async def report(session: Session, given: EnrichmentReport) -> EnrichmentReported:
    """Store what came of one person and move them on. LeaseLost for a token that no longer holds; a report that was
    taken before is answered again and changes nothing."""
    await take_hold(session, WORKFLOW, repository.WHOSE, work_id=given.enrollment_id, lease_token=given.lease_token)
    state = await repository.lock(session, given.enrollment_id, given.lease_token)
    if state is None:
        raise LeaseLost
    if state.status not in _IN_WORK or (state.status == "found" and state.attempts > 0):
        return EnrichmentReported(enrollment_id=given.enrollment_id, status=state.status, message_id=state.message_id)
    if not state.is_held:
        raise LeaseLost
    if given.outcome == "failed" or given.enrichment is None or given.qualification is None:
        return await _failed(session, state, given)
    return await _succeeded(session, state, given, given.qualification)


async def _succeeded(
    session: Session, state: State, given: EnrichmentReport, qualification: QualificationAnswer
) -> EnrichmentReported:
    if given.enrichment is not None:
        await repository.keep_enrichment(session, state, given.enrichment)
    decision = decision_of(qualification.score)
    await repository.keep_qualification(
        session, state, given.enrollment_id, qualification, decision=decision, review_reason=dispute(qualification)
    )
    await session.because(f"score {qualification.score}")
    for status in (*_STEPS_TO_DECISION[state.status], decision):
        await repository.move(session, given.enrollment_id, status)
    await repository.release(session, given.enrollment_id)
    message_id = None
    if decision == "qualified" and state.first_step_id is not None:
        written = _written(given.message)
        if written is None:
            await repository.ask_for_message(session, given.enrollment_id, state.first_step_id)
        else:
            planned = await create_from_step(
                session, enrollment_id=given.enrollment_id, step_id=state.first_step_id, written=written
            )
            message_id = planned.id
    await repository.note_all_done(session, state.campaign_id)
    return EnrichmentReported(enrollment_id=given.enrollment_id, status=decision, message_id=message_id)


async def _failed(session: Session, state: State, given: EnrichmentReport) -> EnrichmentReported:
    attempts = state.attempts + 1
    error = given.error or "the workflow reported no answer"
    status = "found" if state.status in {"found", "enriching"} else state.status
    await session.because(ENRICHMENT_FAILED)
    if attempts < MOST_ATTEMPTS:
        await repository.give_back(
            session, given.enrollment_id, status, attempts=attempts, rest=REST * attempts, error=error[:1_000]
        )
    else:
        status = "rejected"
        await repository.give_up(session, given.enrollment_id, reason=ENRICHMENT_FAILED, error=error[:1_000])
        await raise_alert(
            session,
            state.organization_id,
            kind="enrichment_failed",
            severity="warning",
            title=f"People of “{state.campaign_name}” could not be enriched",
            detail=f"Three attempts failed, the last one with: {in_words(error)} They are set aside; try them again "
            "from the campaign's list of prospects.",
            dedupe_key=f"enrichment:{state.campaign_id}",
            entity="campaigns",
            entity_id=state.campaign_id,
        )
        await repository.note_all_done(session, state.campaign_id)
    return EnrichmentReported(enrollment_id=given.enrollment_id, status=status)


def decision_of(score: int) -> Literal["qualified", "nurture", "rejected"]:
    """From 60 points on qualified, from 40 on nurtured."""
    if score >= QUALIFIED_FROM:
        return "qualified"
    return "nurture" if score >= NURTURED_FROM else "rejected"


def dispute(answer: QualificationAnswer) -> str | None:
    """Why a person should look at the score; None when nobody need."""
    if answer.rules_score is not None and abs(answer.score - answer.rules_score) > DISPUTED_BEYOND:
        return answer.review_reason or f"the model gives {answer.score} points, the rules {answer.rules_score}"
    return (answer.review_reason or "the model's score is disputed") if answer.needs_review else None


def _written(message: dict[str, Any] | None) -> WrittenMessage | None:
    if message is None:
        return None
    try:
        return WrittenMessage.model_validate(message)
    except ValidationError:
        log.warning("message_not_well_formed")
        return None
