"""Comparisons of variants for the panel, and the judge that declares a winner."""

from uuid import UUID

from api_gateway.dashboard.figures import rate, wilson
from api_gateway.database import Session
from api_gateway.notifications.repository import raise_alert
from api_gateway.scenarios import variant_repository
from api_gateway.scenarios.schemas import StepComparison, StepComparisons, VariantResult
from api_gateway.scenarios.service import get_scenario
from api_gateway.scenarios.variant_repository import Compared, Counted
from api_gateway.scenarios.variants import LETTERS, Tally, Verdict, judge
from api_gateway.sessions import Member


async def get_comparisons(member: Member, scenario_id: UUID) -> StepComparisons:
    """How the variants of each step fare, with the winner once there is one."""
    scenario = await get_scenario(member, scenario_id)
    ids = [step.id for step in scenario.steps if step.variants]
    return StepComparisons(items=await _comparisons(member.session, member.organization_id, ids))


async def declare_winners(session: Session, organization_id: UUID, step_ids: list[UUID]) -> int:
    """Judge these steps of the organization that the workflow session is narrowed to; how many have a winner now."""
    declared = 0
    for step in await variant_repository.compared(session, organization_id, step_ids):
        counted = await variant_repository.counted(session, organization_id, step)
        verdict = _verdict(step, counted)
        if verdict.winner is None:
            continue
        if not await variant_repository.store_decision(session, organization_id, step, verdict, counted):
            continue
        declared += 1
        await raise_alert(
            session,
            organization_id,
            kind="variant_won",
            severity="info",
            title=f"Step {step.position} of “{step.scenario_name}”: variant {verdict.winner} has won",
            detail=verdict.explanation,
            dedupe_key=f"variant_won:{step.id}:{step.since.isoformat()}",
            entity="scenarios",
            entity_id=step.scenario_id,
        )
    return declared


async def _comparisons(session: Session, organization_id: UUID, step_ids: list[UUID]) -> list[StepComparison]:
    shown = []
    for step in await variant_repository.compared(session, organization_id, step_ids):
        counted = await variant_repository.counted(session, organization_id, step)
        shown.append(
            StepComparison(
                step_id=step.id,
                position=step.position,
                measure=step.measure,
                minimum_sample=step.minimum_sample,
                since=step.since,
                variants=[_result(step, letter, objective, counted) for letter, objective in _lettered(step)],
                winner=step.winner,
                decided_at=step.decided_at,
                explanation=step.explanation or _verdict(step, counted).explanation,
            )
        )
    return shown


def _lettered(step: Compared) -> list[tuple[str, str]]:
    return [(letter, one.objective) for letter, one in zip(LETTERS, step.variants, strict=False)]


def _verdict(step: Compared, counted: dict[str, Counted]) -> Verdict:
    tallies = [
        Tally(letter, counted[letter].sent, getattr(counted[letter], step.measure)) for letter, _ in _lettered(step)
    ]
    return judge(tallies, minimum=step.minimum_sample, measure=step.measure)


def _result(step: Compared, letter: str, objective: str, counted: dict[str, Counted]) -> VariantResult:
    one = counted[letter]
    effect = one.replied if step.measure == "replied" else one.positive
    low, high = wilson(effect, one.sent) or (None, None)
    return VariantResult.model_validate(
        {
            "variant": letter,
            "objective": objective,
            "sent": one.sent,
            "replied": one.replied,
            "positive": one.positive,
            "rate": rate(effect, one.sent),
            "rate_low": low,
            "rate_high": high,
        }
    )
