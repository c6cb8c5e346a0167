"""Reads replies: rules settle what is clear-cut, a model reads the rest, and code decides what may be done."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ai_service import clock, prompts
from ai_service import language as languages
from ai_service.facts import Known, fault_in
from ai_service.messages.naming import given_name, salutation
from ai_service.replies import classifier, dates, drafts
from ai_service.replies.classifier import Reading
from ai_service.replies.schemas import (
    Action,
    BantFact,
    CriterionName,
    Draft,
    Intent,
    ReplyDecision,
    ReplyRequest,
    Sentiment,
)
from ai_service.schemas import Language
from ai_service.sources import Outcome, Rejected, Sources, Task
from kit.text import folded

LONGEST_DRAFT = 1_200
ALONE: frozenset[Intent] = frozenset({"interested", "meeting_request"})
"""Intents that may be answered without a human."""
CONTRADICTS: frozenset[Intent] = frozenset(
    {"not_interested", "unsubscribe", "complaint", "wrong_person", "out_of_office", "bounce"}
)
NO_DRAFT: frozenset[Intent] = frozenset({"out_of_office", "unsubscribe", "bounce", "complaint"})
SURE = 0.6
_ALONE_ACTIONS: dict[Intent, Action] = {
    "bounce": "suppress",
    "out_of_office": "wait_until",
    "not_interested": "stop_sequence",
    "wrong_person": "stop_sequence",
}


class ProposedBantFact(BaseModel):
    """A quote as the model picked it."""

    model_config = ConfigDict(extra="forbid")

    criterion: CriterionName
    quote: str = Field(max_length=400)


class ProposedReading(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="forbid")

    intent: Intent
    sentiment: Sentiment
    confidence: float = Field(ge=0, le=1)
    language: Language
    bant_facts: list[ProposedBantFact] = Field(max_length=8)
    reasons: list[str] = Field(max_length=5)
    draft_body: str | None = Field(max_length=LONGEST_DRAFT)


class Kept(BaseModel):
    """What is kept of the model's reading."""

    intent: Intent
    sentiment: Sentiment
    confidence: float
    language: Language
    bant_facts: list[BantFact]
    reasons: list[str]
    draft_body: str | None
    draft_fault: str | None


TASK: Task[Kept] = Task(
    name="replies",
    prompt=prompts.load("replies", threshold=0.8, quotes=classifier.MOST_QUOTES, longest_draft=LONGEST_DRAFT),
    output=ProposedReading,
    kept=Kept,
    max_output_tokens=1_500,
)


async def decide(request: ReplyRequest, sources: Sources) -> ReplyDecision:
    """Read one reply and say what may be done. Never raises for a model's sake."""
    with clock.Stopwatch() as watch:
        today = clock.today()
        default = languages.chosen(
            request.campaign.language if request.campaign else None,
            request.prospect.language if request.prospect else None,
            country=request.prospect.country if request.prospect else None,
        )
        reading = classifier.read(request.reply, today=today, default_language=default)
        outcome: Outcome[Kept] = Outcome(None, fallback_reason="settled_by_rules")
        if not reading.settled and reading.text:
            outcome = await sources.ask(
                TASK, request, _data(request, reading, today), lambda proposed: checked(proposed, request, reading)
            )
        decision = _decision(request, reading, outcome)
    return ReplyDecision(**decision, **outcome.about(watch.ms))


def _data(request: ReplyRequest, reading: Reading, today: date) -> dict[str, Any]:
    return {
        "today": today.isoformat(),
        "reply": {"subject": request.reply.subject, "text": reading.text},
        "thread": [exchange.model_dump(mode="json", exclude_none=True) for exchange in request.thread[-3:]],
        "prospect": request.prospect.model_dump(mode="json", include={"first_name", "title"})
        if request.prospect
        else {},
        "campaign": request.campaign.model_dump(mode="json", include={"goal", "tone"}) if request.campaign else {},
        "booking_link_will_be_added": request.booking_url is not None,
    }


def checked(proposed: Any, request: ReplyRequest, reading: Reading) -> Kept:
    """The model's reading without quotes that the prospect did not write, and without a draft that breaks a rule."""
    if not isinstance(proposed, ProposedReading):
        raise Rejected("not a reading")
    said = folded(reading.text)
    quotes = [
        BantFact(criterion=fact.criterion, quote=fact.quote)
        for fact in proposed.bant_facts
        if len(fact.quote.strip()) > 3 and folded(fact.quote) in said
    ]
    body = (proposed.draft_body or "").strip() or None
    # What the prospect wrote may be taken up; what third parties wrote in the thread may not.
    ours = [exchange.text for exchange in request.thread if exchange.direction == "out"]
    known = Known.of([request.model_dump(include={"prospect", "campaign"}), reading.text, ours])
    fault = _draft_fault(body, known, proposed.language) if body else None
    return Kept(
        intent=proposed.intent,
        sentiment=proposed.sentiment,
        confidence=proposed.confidence,
        language=proposed.language,
        bant_facts=quotes[: classifier.MOST_QUOTES],
        reasons=[reason[:300] for reason in proposed.reasons if not fault_in(reason, known)],
        draft_body=None if fault else body,
        draft_fault=fault,
    )


def _draft_fault(body: str, known: Known, language: Language) -> str | None:
    if fault := fault_in(body, known, language):
        return fault
    spoken, sure = languages.detected(body)
    return "language" if spoken not in {None, language} and sure > SURE else None


def _decision(request: ReplyRequest, reading: Reading, outcome: Outcome[Kept]) -> dict[str, Any]:
    model = outcome.value
    intent, confidence = (model.intent, model.confidence) if model else (reading.intent, reading.confidence)
    language = model.language if model else reading.language
    reasons = [*(model.reasons if model else []), *reading.reasons] if model else list(reading.reasons)
    against = model is not None and intent in ALONE and reading.intent in CONTRADICTS and reading.confidence >= SURE
    if against:
        reasons.append(f"the rules read {reading.intent}, the model {intent}: a human decides")
    if model is not None and model.intent in {"out_of_office", "bounce", "unsubscribe"} and reading.intent in ALONE:
        against = True
        reasons.append(f"the rules read {reading.intent}, the model {intent}: a human decides")
    draft = _draft(request, intent, language, model)
    if model is not None and model.draft_fault:
        reasons.append(f"the model's draft was dropped ({model.draft_fault}); a template stands in")
    action = _action(request, reading, intent, confidence, draft, reasons, against=against)
    return {
        "intent": intent,
        "sentiment": model.sentiment if model else reading.sentiment,
        "confidence": confidence,
        "language": language,
        "action": action,
        "hold_until": _hold_until(action, reading),
        "draft": draft,
        "bant_facts": (model.bant_facts or reading.bant_facts) if model else reading.bant_facts,
        "reasons": reasons,
        "escalations": reading.escalations,
    }


def _hold_until(action: Action, reading: Reading) -> date | None:
    if action != "wait_until":
        return None
    if reading.hold_until:
        return reading.hold_until
    return dates.hold_until(reading.text, received_on=clock.today())[0]


def _draft(request: ReplyRequest, intent: Intent, language: Language, model: Kept | None) -> Draft | None:
    if intent in NO_DRAFT:
        return None
    if model is None or not model.draft_body:
        return drafts.draft(request, intent, language)
    name = given_name(request.prospect.first_name) if request.prospect else ""
    parts = [salutation(language, name), model.draft_body]
    if intent in ALONE:
        parts.append(drafts.booking_line(language, request.booking_url))
    parts.append(drafts.closing(language))
    return Draft(subject=drafts.subject_of(request, language), body="\n\n".join(parts))


def _action(
    request: ReplyRequest,
    reading: Reading,
    intent: Intent,
    confidence: float,
    draft: Draft | None,
    reasons: list[str],
    *,
    against: bool,
) -> Action:
    """What may be done. Suppressing, waiting and stopping are safe alone; answering needs everything to be right."""
    careful = [topic for topic in reading.escalations if topic != "anger"]
    if intent == "unsubscribe" and not careful and not against:
        return "suppress"
    if reading.escalations or against:
        if reading.escalations:
            reasons.append(f"always for a human: {', '.join(reading.escalations)}")
        return "human_review"
    threshold = request.policy.confidence_threshold
    least = {"bounce": SURE, "out_of_office": SURE, "not_interested": SURE}.get(intent, threshold)
    action = _ALONE_ACTIONS.get(intent)
    if intent in ALONE and draft is not None:
        action = "send_booking_link" if request.booking_url else "answer"
    if action is None:
        reasons.append(f"{intent} is answered by a human")
    elif confidence < least:
        reasons.append(f"confidence {confidence:.2f} is below {least:.2f}")
    return action if action and confidence >= least else "human_review"
