"""Qualifies: the model proposes points with evidence, code adds them up, compares them with the rules and decides."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ai_service import clock, prompts
from ai_service.facts import Known, strange
from ai_service.language import chosen
from ai_service.messages.naming import tidied
from ai_service.qualifications import rules
from ai_service.qualifications.schemas import Criteria, Qualification, QualificationRequest
from ai_service.qualifications.titles import Seniority
from ai_service.schemas import Language
from ai_service.sources import Outcome, Rejected, Sources, Task

MOST_EVIDENCE = 400


class ProposedCriterion(BaseModel):
    """One criterion as the model sees it."""

    model_config = ConfigDict(extra="forbid")

    points: int = Field(ge=0, le=rules.MOST)
    known: bool
    evidence: str = Field(max_length=MOST_EVIDENCE)


class ProposedQualification(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="forbid")

    budget: ProposedCriterion
    authority: ProposedCriterion
    need: ProposedCriterion
    timeline: ProposedCriterion


TASK: Task[Criteria] = Task(
    name="qualifications",
    prompt=prompts.load(
        "qualifications",
        most=rules.MOST,
        sizes=rules.SIZE_POINTS,
        adjustment=rules.ADJUSTMENT,
        recent_days=rules.RECENT_DAYS,
        unknown=rules.UNKNOWN_POINTS,
        c_level=Seniority.C_LEVEL.value,
        director=Seniority.DIRECTOR.value,
        manager=Seniority.MANAGER.value,
        individual=Seniority.INDIVIDUAL.value,
        intern=Seniority.INTERN.value,
    ),
    output=ProposedQualification,
    kept=Criteria,
    max_output_tokens=1_500,
)


async def qualify(request: QualificationRequest, sources: Sources) -> Qualification:
    """Judge one prospect. Never raises for a model's sake."""
    with clock.Stopwatch() as watch:
        today = clock.today()
        language = chosen(request.locale, request.prospect.language, country=request.prospect.country)
        by_rules = rules.bant(request, today=today, language=language)
        outcome = await sources.ask(
            TASK,
            request,
            _data(request, today, language),
            lambda proposed: checked(proposed, request, by_rules, language),
        )
    return _answer(outcome, by_rules, watch.ms)


def _data(request: QualificationRequest, today: date, language: Language) -> dict[str, Any]:
    facts = request.model_dump(mode="json", include={"prospect", "company", "signals", "icp"}, exclude_none=True)
    return {"today": today.isoformat(), "answer_language": language, **tidied(facts, language)}


def checked(proposed: Any, request: QualificationRequest, by_rules: Criteria, language: Language) -> Criteria:
    """The model's points. Raises Rejected when a known criterion has no evidence, or evidence from elsewhere."""
    if not isinstance(proposed, ProposedQualification):
        raise Rejected("not a qualification")
    criteria = Criteria.model_validate(proposed.model_dump())
    data = request.model_dump(include={"prospect", "company", "signals", "icp"})
    known = Known.of([data, tidied(data, language)], names=[request.company.name if request.company else None])
    for name in ("budget", "authority", "need", "timeline"):
        criterion = getattr(criteria, name)
        if not criterion.known:
            # Points without knowledge would be a guess; the neutral middle is the same for everybody.
            criterion.points = (
                getattr(by_rules, name).points if not getattr(by_rules, name).known else rules.UNKNOWN_POINTS
            )
        if not criterion.evidence.strip() or strange(criterion.evidence, known, language):
            raise Rejected("evidence")
    return criteria


def _answer(outcome: Outcome[Criteria], by_rules: Criteria, latency_ms: int) -> Qualification:
    criteria = outcome.value or by_rules
    score, rules_score = rules.total(criteria), rules.total(by_rules)
    apart = abs(score - rules_score)
    reason = None
    if apart > rules.MOST_DISAGREEMENT:
        reason = (
            f"The model gives {score}, the rules give {rules_score}: more than {rules.MOST_DISAGREEMENT} points apart."
        )
    return Qualification(
        score=score,
        criteria=criteria,
        decision=rules.decision(score),
        needs_review=reason is not None,
        review_reason=reason,
        rules_score=rules_score,
        **outcome.about(latency_ms),
    )
