"""The next message of each sequence: claimed when its step falls due, reported when it is written.

A step that cannot reach its person (no address on its channel, no provider for it) is passed over with a stored reason,
so that every scenario runs to its end.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.enrichments import facts
from api_gateway.enrichments.grants import grant_for
from api_gateway.enrichments.schemas import WorkExchange, WorkSender, WorkStep
from api_gateway.messages import planning
from api_gateway.messages.work_schemas import (
    MessageBatch,
    MessageClaim,
    MessageReport,
    MessageReported,
    MessageWork,
    WorkEnrichment,
)
from api_gateway.notifications.repository import raise_alert
from api_gateway.notifications.wording import in_words
from api_gateway.resources import Resources
from api_gateway.scenarios.variants import as_written
from api_gateway.sends import progress
from api_gateway.sends.repository import note_decision
from api_gateway.workflow_runs.holding import act_as, take_hold
from kit.errors import Invalid, LeaseLost

WORKFLOW = "advance-scenarios"
LEASE = timedelta(minutes=5)
REST = timedelta(minutes=1)
MOST_REST = timedelta(hours=1)
ALERT_AFTER = 3
MOST_ROUNDS = 10
COUNT_CAP = 1_000

_WHOSE: LiteralString = "select private.enrollment_organization(%(id)s, %(token)s)"
_HELD: LiteralString = """
    select e.organization_id, coalesce(e.lease_until > clock_timestamp(), false) as is_held, e.attempts
    from public.enrollments e
    where e.id = %(id)s and e.lease_token = %(token)s
    for update
"""
_FACTS: LiteralString = "select facts from private.due_step_facts(%(ids)s) as facts"


class Leased(BaseModel):
    enrollment_id: UUID
    organization_id: UUID
    lease_token: UUID


class DueFacts(BaseModel):
    """Everything that the next message of an enrollment is written from."""

    enrollment_id: UUID
    organization_id: UUID
    campaign_id: UUID
    prospect_id: UUID
    language: str
    tone: str
    prospect: dict[str, Any]
    company: dict[str, Any] | None
    sender: dict[str, Any] | None
    enrichment: dict[str, Any] | None
    step: dict[str, Any] | None
    enrolled_at: datetime
    sms_connected: bool
    thread: list[dict[str, Any]]


class Held(BaseModel):
    organization_id: UUID
    is_held: bool
    attempts: int


async def claim(shared: Resources, wanted: MessageClaim) -> MessageBatch:
    """Lease what is to be written next, over all organizations."""
    batch = MessageBatch(items=[], passed_over=0, remaining=0)
    for _ in range(MOST_ROUNDS):
        missing = wanted.limit - len(batch.items)
        if missing <= 0 or not await _claim_some(shared, missing, wanted.campaign_id, batch):
            break
    async with shared.database.workflow(actor=f"workflow:{WORKFLOW}") as session:
        batch.remaining = await session.value(
            "select count(*) from private.due_steps(%(campaign_id)s, %(cap)s)",
            campaign_id=wanted.campaign_id,
            cap=COUNT_CAP,
        )
    return batch


async def report(session: Session, given: MessageReport) -> MessageReported:
    """Store what was written, or have it tried again later. The same report may come twice. Raises LeaseLost."""
    await take_hold(session, WORKFLOW, _WHOSE, work_id=given.enrollment_id, lease_token=given.lease_token)
    held = await session.row(Held, _HELD, id=given.enrollment_id, token=given.lease_token)
    if held is None:
        raise LeaseLost
    if not held.is_held:
        return await _reported_before(session, given)
    if given.outcome == "failed":
        await _rest(session, given, held)
        return MessageReported(enrollment_id=given.enrollment_id, message_id=None, status="to_be_tried_again")
    if given.message is None:
        raise Invalid("A message that succeeded comes with what was written.")
    await session.because("message_written")
    planned = await planning.create_from_step(
        session, enrollment_id=given.enrollment_id, step_id=given.step_id, written=given.message
    )
    await session.execute(
        """
        update public.enrollments
        set lease_until = null, attempts = 0, last_error = null,
            regenerate_step_id = nullif(regenerate_step_id, %(step_id)s)
        where id = %(id)s
        """,
        id=given.enrollment_id,
        step_id=given.step_id,
    )
    return MessageReported.model_validate(
        {"enrollment_id": given.enrollment_id, "message_id": planned.id, "status": planned.status}
    )


async def _claim_some(shared: Resources, most: int, campaign_id: UUID | None, batch: MessageBatch) -> int:
    async with shared.database.workflow(actor=f"workflow:{WORKFLOW}", reason="claim") as session:
        leased = await session.rows(
            Leased,
            "select * from private.claim_due_steps(%(most)s, %(campaign_id)s, %(lease)s)",
            most=most,
            campaign_id=campaign_id,
            lease=LEASE,
        )
        for organization_id in dict.fromkeys(one.organization_id for one in leased):
            await act_as(session, WORKFLOW, organization_id)
            grant = await grant_for(session, shared, organization_id)
            tokens = {one.enrollment_id: one.lease_token for one in leased if one.organization_id == organization_id}
            for due in map(DueFacts.model_validate, await session.values(_FACTS, ids=list(tokens))):
                obstacle = _obstacle(due)
                if obstacle is not None:
                    await _pass_over(session, shared, due, obstacle)
                    batch.passed_over += 1
                else:
                    batch.items.append(_work(due, tokens[due.enrollment_id], grant))
    return len(leased)


def _work(due: DueFacts, lease_token: UUID, grant: str | None) -> MessageWork:
    step = as_written(due.step or {}, due.enrollment_id, due.enrolled_at)
    enrichment = facts.items(WorkEnrichment, [due.enrichment])
    return MessageWork(
        enrollment_id=due.enrollment_id,
        step_id=step["id"],
        lease_token=lease_token,
        organization_id=due.organization_id,
        campaign_id=due.campaign_id,
        kind=step["kind"],
        channel=step["channel"],
        step=facts.items(WorkStep, [step])[0],
        prospect=facts.prospect(due.prospect),
        company=facts.company(due.company),
        enrichment=enrichment[0] if enrichment else None,
        sender=next(iter(facts.items(WorkSender, [_named(due.sender)])), WorkSender(first_name="")),
        thread=facts.items(WorkExchange, due.thread),
        tone=due.tone,
        language=facts.spoken(due.prospect, due.language),
        grant=grant,
    )


def _named(sender: dict[str, Any] | None) -> dict[str, Any] | None:
    if sender is None:
        return None
    return {name.removeprefix("sender_"): value for name, value in sender.items()}


def _obstacle(due: DueFacts) -> tuple[str, str] | None:
    """Why the next step cannot reach the person: (reason, sentence); ("", "") when there is no next step at all."""
    if due.step is None:
        return "", ""
    match due.step["channel"]:
        case "email" if not due.prospect.get("email"):
            return "no_address", "The step is an e-mail and no address is known; it was passed over."
        case "linkedin" if not due.prospect.get("linkedin_url"):
            return "no_address", "The step is on LinkedIn and no profile is known; it was passed over."
        case "sms" if not due.prospect.get("phone_e164"):
            return "no_address", "The step is a text message and no number is known; it was passed over."
        case "sms" if not due.sms_connected:
            return "channel_not_connected", "No provider for text messages is connected; the step was passed over."
    return None


async def _pass_over(session: Session, shared: Resources, due: DueFacts, obstacle: tuple[str, str]) -> None:
    reason, explanation = obstacle
    await session.execute(
        "update public.enrollments set lease_token = null, lease_until = null where id = %(id)s", id=due.enrollment_id
    )
    if due.step is None:
        await progress.end_sequence(session, enrollment_id=due.enrollment_id, status="completed", reason="no_step_left")
        return
    await note_decision(
        session,
        organization_id=due.organization_id,
        enrollment_id=due.enrollment_id,
        prospect_id=due.prospect_id,
        message_id=None,
        outcome="stop",
        reason=reason,
        explanation=explanation,
    )
    await progress.step_done(
        session,
        enrollment_id=due.enrollment_id,
        step_id=UUID(due.step["id"]),
        at=datetime.now(UTC),
        day_seconds=shared.settings.sequence_day_seconds,
        reason=f"step_passed_over:{reason}",
    )


async def _reported_before(session: Session, given: MessageReport) -> MessageReported:
    known = await session.row(
        planning.PlannedMessage,
        """
        select id, status from public.messages
        where enrollment_id = %(enrollment_id)s and step_id = %(step_id)s and status not in ('cancelled', 'rejected')
        """,
        enrollment_id=given.enrollment_id,
        step_id=given.step_id,
    )
    if known is None:
        raise LeaseLost
    return MessageReported.model_validate(
        {"enrollment_id": given.enrollment_id, "message_id": known.id, "status": known.status}
    )


async def _rest(session: Session, given: MessageReport, held: Held) -> None:
    attempts = held.attempts + 1
    await session.execute(
        """
        update public.enrollments
        set attempts = %(attempts)s, last_error = %(error)s, lease_until = clock_timestamp() + %(rest)s
        where id = %(id)s
        """,
        id=given.enrollment_id,
        attempts=attempts,
        error=(given.error or "no reason given")[:2_000],
        rest=min(REST * 2 ** (attempts - 1), MOST_REST),
    )
    # The token goes with the hold: whoever comes back with it is too late.
    await session.execute("update public.enrollments set lease_token = null where id = %(id)s", id=given.enrollment_id)
    if attempts >= ALERT_AFTER:
        await raise_alert(
            session,
            held.organization_id,
            kind="message_not_written",
            severity="warning",
            title="A message could not be written",
            detail=f"Tried {attempts} times: {in_words(given.error or 'no reason was given')}",
            dedupe_key="message_not_written",
        )
