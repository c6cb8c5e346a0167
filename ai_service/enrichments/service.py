"""Enriches: what is known, in words, with the fact behind every point."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ai_service import clock, prompts
from ai_service.enrichments import disc as discs
from ai_service.enrichments import rules
from ai_service.enrichments.schemas import EnrichmentAnswer, EnrichmentFindings, EnrichmentRequest
from ai_service.facts import LEAST_OVERLAP, Known, borne_out, strange
from ai_service.language import chosen
from ai_service.messages.naming import tidied
from ai_service.schemas import Disc, Fact, Language, TalkingPoint
from ai_service.sources import Rejected, Sources, Task
from ai_service.store import cache as caching
from ai_service.text import words
from kit.text import folded

MOST_SUMMARY = 900
MOST_LINE = 400


class ProposedPoint(BaseModel):
    """A talking point as the model sees it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MOST_LINE)
    fact: str = Field(max_length=MOST_LINE)


class ProposedFact(BaseModel):
    """A company fact as the model sees it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MOST_LINE)
    source: str = Field(max_length=200)
    date: str | None = Field(max_length=20)


class ProposedEnrichment(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="forbid")

    summary: str = Field(max_length=MOST_SUMMARY)
    talking_points: list[ProposedPoint] = Field(max_length=rules.MOST_POINTS)
    pain_points: list[str] = Field(max_length=rules.MOST_POINTS)
    disc: Disc
    company_facts: list[ProposedFact] = Field(max_length=rules.MOST_FACTS)


TASK: Task[EnrichmentFindings] = Task(
    name="enrichments",
    prompt=prompts.load(
        "enrichments",
        summary_characters=MOST_SUMMARY,
        talking_points=rules.MOST_POINTS,
        pain_points=rules.MOST_POINTS,
        disc_hits=discs.LEAST_HITS,
        disc_confidence=discs.MOST_CONFIDENCE,
        company_facts=rules.MOST_FACTS,
    ),
    output=ProposedEnrichment,
    kept=EnrichmentFindings,
    max_output_tokens=2_500,
)


class _FactList(BaseModel):
    items: list[Fact]


class _SteadyParts:
    """Company facts hold for a day and a DISC profile for a week, however often the text around them changes."""

    def __init__(self, request: EnrichmentRequest, language: Language) -> None:
        self._person = request.prospect.model_dump(
            mode="json", include={"headline", "about", "recent_activity", "first_name", "last_name"}
        )
        self._company = request.company.model_dump(mode="json") if request.company else None
        self._whose = [request.organization_id, language]

    def places(self, cache: caching.Cache, *made_by: str) -> list[caching.Place]:
        """The place of the DISC profile and that of the company's facts."""
        return [
            cache.place("disc", self._person, self._whose, made_by),
            cache.place("facts", self._company, self._whose, made_by),
        ]

    def steadied(
        self, value: EnrichmentFindings, parts: dict[caching.Place, str | None]
    ) -> tuple[EnrichmentFindings, dict[caching.Place, tuple[str, int]]]:
        """The findings with the profile and facts that were kept; new ones are kept from now on."""
        (disc, kept_disc), (facts, kept_facts) = parts.items()
        update: dict[str, Any] = {}
        fresh: dict[caching.Place, tuple[str, int]] = {}
        if kept_disc:
            update["disc"] = Disc.model_validate_json(kept_disc)
        else:
            fresh[disc] = (value.disc.model_dump_json(), caching.DISC_S)
        if kept_facts:
            update["company_facts"] = _FactList.model_validate_json(kept_facts).items
        else:
            fresh[facts] = (_FactList(items=value.company_facts).model_dump_json(), caching.COMPANY_FACTS_S)
        return value.model_copy(update=update), fresh


async def enrich(request: EnrichmentRequest, sources: Sources) -> EnrichmentAnswer:
    """Put into words what is known about one prospect. Never raises for a model's sake."""
    with clock.Stopwatch() as watch:
        today = clock.today()
        language = chosen(request.language, request.prospect.language, country=request.prospect.country)
        by_rules = rules.findings(request, today=today, language=language)
        outcome = await sources.ask(
            TASK,
            request,
            _data(request, today, language),
            lambda proposed: checked(proposed, request, by_rules, language),
            _SteadyParts(request, language),
        )
        found = outcome.value or by_rules
    return EnrichmentAnswer(**found.model_dump(), language=language, **outcome.about(watch.ms))


def _data(request: EnrichmentRequest, today: date, language: Language) -> dict[str, Any]:
    facts = request.model_dump(mode="json", include={"prospect", "company", "signals", "icp"}, exclude_none=True)
    return {"today": today.isoformat(), "answer_language": language, **tidied(facts, language)}


def checked(
    proposed: Any, request: EnrichmentRequest, by_rules: EnrichmentFindings, language: Language
) -> EnrichmentFindings:
    """Keep what the input bears out. Raises Rejected when the summary itself does not hold."""
    if not isinstance(proposed, ProposedEnrichment):
        raise Rejected("not an enrichment")
    data = request.model_dump(include={"prospect", "company", "signals", "icp"})
    known = Known.of([data, tidied(data, language)], names=[request.company.name if request.company else None])
    if strange(proposed.summary, known, language):
        raise Rejected("summary")
    points = [
        TalkingPoint(text=point.text, fact=point.fact)
        for point in proposed.talking_points
        if borne_out(point.fact, known)
        and not strange(point.text, known, language)
        and not strange(point.fact, known, language)
    ]
    facts = [
        Fact(
            text=fact.text,
            source=fact.source if not strange(fact.source, known, language) else None,
            date=_day(fact.date),
        )
        for fact in proposed.company_facts
        if not strange(fact.text, known, language) and borne_out(fact.text, known)
    ]
    return EnrichmentFindings(
        summary=proposed.summary,
        talking_points=points or by_rules.talking_points,
        pain_points=[
            pain for pain in proposed.pain_points if not strange(pain, known, language) and len(pain) <= MOST_LINE
        ],
        disc=_disc(proposed.disc, known, language),
        company_facts=facts or by_rules.company_facts,
    )


def _disc(proposed: Disc, known: Known, language: Language) -> Disc:
    if proposed.profile == "unknown" or strange(proposed.evidence, known, language):
        return Disc(profile="unknown", confidence=0.0, evidence="")
    quoted = [word for word in words(proposed.evidence) if len(word) > 3]
    if not quoted or sum(word in known.text for word in quoted) / len(quoted) < LEAST_OVERLAP:
        return Disc(profile="unknown", confidence=0.0, evidence="")
    return Disc(
        profile=proposed.profile,
        confidence=min(proposed.confidence, discs.MOST_CONFIDENCE),
        evidence=folded(proposed.evidence)[:MOST_LINE] if len(proposed.evidence) > MOST_LINE else proposed.evidence,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
