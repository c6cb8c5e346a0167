"""SQL of comparisons: steps with variants, what came of each variant, and the decision."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.scenarios.schemas import StepVariant, VariantLetter, VariantMeasure
from api_gateway.scenarios.variants import Verdict


class Compared(BaseModel):
    """A step whose variants are compared since `since`, with the decision once there is one."""

    id: UUID
    scenario_id: UUID
    scenario_name: str
    position: int
    variants: list[StepVariant]
    since: datetime
    measure: VariantMeasure
    minimum_sample: int
    winner: VariantLetter | None
    decided_at: datetime | None
    explanation: str | None


class Counted(BaseModel):
    """What came of a variant: messages sent, and how many of these were answered, and answered with interest."""

    sent: int = 0
    replied: int = 0
    positive: int = 0


async def under_comparison(session: Session) -> list[tuple[UUID, UUID]]:
    """(organization, step) of every step without a winner yet, over all organizations."""
    rows = await session.dicts("select organization_id, step_id from private.steps_under_comparison()")
    return [(row["organization_id"], row["step_id"]) for row in rows]


async def compared(session: Session, organization_id: UUID, step_ids: list[UUID]) -> list[Compared]:
    """Those of these steps that compare variants, in their order."""
    return await session.rows(
        Compared,
        """
        select t.id, t.scenario_id, s.name as scenario_name, t.position, t.variants, t.variants_since as since,
               coalesce(d.measure, g.variant_measure, 'replied') as measure,
               coalesce(d.minimum_sample, g.variant_minimum_sample, 100) as minimum_sample,
               d.winner, d.decided_at, d.explanation
        from public.scenario_steps t
        join public.scenarios s on s.organization_id = t.organization_id and s.id = t.scenario_id
        left join public.sending_settings g on g.organization_id = t.organization_id
        left join public.variant_decisions d
            on d.organization_id = t.organization_id and d.step_id = t.id and d.since = t.variants_since
        where t.organization_id = %(organization_id)s and t.id = any (%(ids)s) and t.variants_since is not null
        order by t.position
        """,
        organization_id=organization_id,
        ids=step_ids,
    )


async def counted(session: Session, organization_id: UUID, step: Compared) -> dict[str, Counted]:
    """What came of each variant by its letter. A reply counts for the last message that was sent before it."""
    rows = await session.dicts(
        """
        with sent as (
            select m.variant, m.enrollment_id, m.sent_at,
                   (select min(n.sent_at) from public.messages n
                    where n.organization_id = m.organization_id and n.enrollment_id = m.enrollment_id
                      and n.sent_at > m.sent_at) as until
            from public.messages m
            where m.organization_id = %(organization_id)s and m.step_id = %(step_id)s and m.status = 'sent'
              and m.created_at >= %(since)s
        ), judged as (
            select s.variant, r.answered, r.with_interest
            from sent s
            cross join lateral (
                select count(*) > 0 as answered,
                       coalesce(bool_or(exists (
                           select from public.reply_decisions d
                           where d.organization_id = r.organization_id and d.reply_id = r.id
                             and d.intent in ('interested', 'meeting_request'))), false) as with_interest
                from public.replies r
                where r.organization_id = %(organization_id)s and r.enrollment_id = s.enrollment_id
                  and not r.is_automatic and r.received_at >= s.sent_at
                  and (s.until is null or r.received_at < s.until)
            ) r
        )
        select variant, count(*) as sent, count(*) filter (where answered) as replied,
               count(*) filter (where with_interest) as positive
        from judged group by variant
        """,
        organization_id=organization_id,
        step_id=step.id,
        since=step.since,
    )
    found: dict[str, Counted] = defaultdict(Counted)
    found.update({row["variant"]: Counted.model_validate(row) for row in rows})
    return found


async def store_decision(
    session: Session, organization_id: UUID, step: Compared, verdict: Verdict, figures: dict[str, Counted]
) -> bool:
    """Keep who won, by which figures and why; False when that was decided before."""
    return bool(
        await session.execute(
            """
            insert into public.variant_decisions
                (organization_id, step_id, since, winner, measure, minimum_sample, figures, explanation)
            values (%(organization_id)s, %(step_id)s, %(since)s, %(winner)s, %(measure)s, %(minimum_sample)s,
                    %(figures)s, %(explanation)s)
            on conflict (organization_id, step_id, since) do nothing
            """,
            organization_id=organization_id,
            step_id=step.id,
            since=step.since,
            winner=verdict.winner,
            measure=step.measure,
            minimum_sample=step.minimum_sample,
            figures=Jsonb({letter: one.model_dump() for letter, one in figures.items()}),
            explanation=verdict.explanation,
        )
    )
