"""SQL of enrichments: leasing, facts for a whole batch at once, and what is kept of the answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.enrichments.schemas import EnrichmentAnswer, QualificationAnswer

COUNT_CAP = 1_000


class Leased(BaseModel):
    """An enrollment in somebody's hands."""

    enrollment_id: UUID
    organization_id: UUID
    lease_token: UUID


class Facts(BaseModel):
    """Everything that is known about one enrollment, as it lies in the tables."""

    enrollment_id: UUID
    organization_id: UUID
    campaign_id: UUID
    language: str
    tone: str
    prospect: dict[str, Any]
    company: dict[str, Any] | None
    icp: dict[str, Any] | None
    sender: dict[str, Any] | None
    step: dict[str, Any] | None
    enrolled_at: datetime


class State(BaseModel):
    """Where a leased enrollment stands."""

    organization_id: UUID
    campaign_id: UUID
    prospect_id: UUID
    campaign_name: str
    status: str
    is_held: bool
    attempts: int
    first_step_id: UUID | None
    message_id: UUID | None


# Each fact lies in another table; the functions join them by id, once planned and cheap for a whole batch.
_FACTS: LiteralString = "select facts from private.enrichment_facts(%(ids)s) as facts"
_HELD: LiteralString = """
    select e.id from public.enrollments e where e.id = %(id)s and e.lease_token = %(token)s for update
"""
_STATE: LiteralString = "select state from private.enrichment_state(%(id)s) as state"
WHOSE: LiteralString = "select private.enrollment_organization(%(id)s, %(token)s)"


async def claim(session: Session, most: int, campaign_id: UUID | None, lease: timedelta) -> list[Leased]:
    return await session.rows(
        Leased,
        "select * from private.claim_enrollments(%(most)s, %(campaign_id)s, %(lease)s)",
        most=most,
        campaign_id=campaign_id,
        lease=lease,
    )


async def count_claimable(session: Session, campaign_id: UUID | None) -> int:
    return int(
        await session.value(
            "select private.count_claimable_enrollments(%(campaign_id)s, %(cap)s)",
            campaign_id=campaign_id,
            cap=COUNT_CAP,
        )
    )


async def facts(session: Session, ids: Sequence[UUID]) -> list[Facts]:
    """The facts of a whole batch in one query."""
    return [Facts.model_validate(row) for row in await session.values(_FACTS, ids=list(ids))]


async def lock(session: Session, enrollment_id: UUID, lease_token: UUID) -> State | None:
    """Where it stands, held until the end of the transaction; None when the token is not its lease's."""
    if await session.value(_HELD, id=enrollment_id, token=lease_token) is None:
        return None
    return State.model_validate(await session.value(_STATE, id=enrollment_id))


async def note_stage(session: Session, campaign_ids: Sequence[UUID]) -> None:
    """The campaigns' progress says that people are being enriched."""
    await session.execute(
        """
        update public.campaign_progress set stage = 'enriching', message = ''
        where campaign_id = any (%(ids)s) and stage in ('idle', 'importing', 'sending')
        """,
        ids=list(campaign_ids),
    )


async def note_all_done(session: Session, campaign_id: UUID) -> None:
    """When nobody is left to enrich, the campaign goes on to sending."""
    # One at a time: the last two, reported together, would each see the other as still to come.
    await session.execute("select from public.campaign_progress where campaign_id = %(id)s for update", id=campaign_id)
    await session.execute(
        """
        update public.campaign_progress p set stage = 'sending', percent = 100
        where p.campaign_id = %(id)s and p.stage = 'enriching' and not exists (
            select from public.enrollments e
            where e.organization_id = p.organization_id and e.campaign_id = p.campaign_id
              and e.status in ('found', 'enriching', 'enriched', 'qualifying') and e.attempts < 3
        )
        """,
        id=campaign_id,
    )


async def move(session: Session, enrollment_id: UUID, status: str) -> None:
    await session.execute(
        "update public.enrollments set status = %(status)s where id = %(id)s", id=enrollment_id, status=status
    )


async def release(session: Session, enrollment_id: UUID) -> None:
    """The work is done. The token stays, so that the same report may come twice."""
    await session.execute(
        "update public.enrollments set lease_until = null, attempts = 0, last_error = null where id = %(id)s",
        id=enrollment_id,
    )


async def give_back(
    session: Session, enrollment_id: UUID, status: str, *, attempts: int, rest: timedelta, error: str
) -> None:
    """The work failed: it may be claimed again after `rest`."""
    await session.execute(
        """
        update public.enrollments
        set status = %(status)s, attempts = %(attempts)s, last_error = %(error)s,
            lease_until = clock_timestamp() + %(rest)s
        where id = %(id)s
        """,
        id=enrollment_id,
        status=status,
        attempts=attempts,
        error=error,
        rest=rest,
    )


async def give_up(session: Session, enrollment_id: UUID, *, reason: str, error: str) -> None:
    """The work failed for the last time: the person is set aside until somebody has them tried again."""
    await session.execute(
        """
        update public.enrollments
        set status = 'rejected', stop_reason = %(reason)s, attempts = 0, last_error = %(error)s, lease_until = null
        where id = %(id)s
        """,
        id=enrollment_id,
        reason=reason,
        error=error,
    )


async def keep_enrichment(session: Session, state: State, answer: EnrichmentAnswer) -> None:
    await session.execute(
        """
        insert into public.prospect_enrichments
            (organization_id, prospect_id, summary, talking_points, pain_points, disc, company_facts, source, model,
             prompt_version, usage)
        values (%(organization_id)s, %(prospect_id)s, %(summary)s, %(talking_points)s, %(pain_points)s, %(disc)s,
                %(company_facts)s, %(source)s, %(model_name)s, %(prompt_version)s, %(usage)s)
        """,
        organization_id=state.organization_id,
        prospect_id=state.prospect_id,
        summary=answer.summary,
        talking_points=Jsonb(answer.talking_points),
        pain_points=Jsonb(answer.pain_points),
        disc=Jsonb(answer.disc or {}),
        company_facts=Jsonb(answer.company_facts),
        source=answer.source,
        model_name=answer.model,
        prompt_version=answer.prompt_version,
        usage=Jsonb(answer.usage),
    )


async def keep_qualification(
    session: Session,
    state: State,
    enrollment_id: UUID,
    answer: QualificationAnswer,
    *,
    decision: Literal["qualified", "nurture", "rejected"],
    review_reason: str | None,
) -> None:
    await session.execute(
        """
        insert into public.qualifications
            (organization_id, enrollment_id, prospect_id, score, criteria, decision, needs_review, review_reason,
             source, model, prompt_version)
        values (%(organization_id)s, %(enrollment_id)s, %(prospect_id)s, %(score)s, %(criteria)s, %(decision)s,
                %(needs_review)s, %(review_reason)s, %(source)s, %(model_name)s, %(prompt_version)s)
        """,
        organization_id=state.organization_id,
        enrollment_id=enrollment_id,
        prospect_id=state.prospect_id,
        score=answer.score,
        criteria=Jsonb(answer.criteria.model_dump()),
        decision=decision,
        needs_review=review_reason is not None,
        review_reason=review_reason,
        source=answer.source,
        model_name=answer.model,
        prompt_version=answer.prompt_version,
    )
    await session.execute(
        "update public.enrollments set score = %(score)s, needs_review = %(needs_review)s where id = %(id)s",
        id=enrollment_id,
        score=answer.score,
        needs_review=review_reason is not None,
    )
    await session.execute(
        "update public.prospects set score = %(score)s where id = %(id)s", id=state.prospect_id, score=answer.score
    )


async def ask_for_message(session: Session, enrollment_id: UUID, step_id: UUID) -> None:
    """Have the step written by the workflow that advances scenarios."""
    await session.execute(
        "update public.enrollments set regenerate_step_id = %(step_id)s where id = %(id)s",
        id=enrollment_id,
        step_id=step_id,
    )
