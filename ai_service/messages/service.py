"""Writes messages: the model proposes variants, code drops those that break a rule, templates fill the gaps."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ai_service import clock, prompts
from ai_service import language as languages
from ai_service.facts import Known, borne_out, fault_in, strange
from ai_service.messages import templates
from ai_service.messages.naming import tidied
from ai_service.messages.schemas import LONGEST, LONGEST_SUBJECT, MessageAnswer, MessageRequest, Variant
from ai_service.schemas import Language
from ai_service.sources import Rejected, Sources, Task
from ai_service.text import shortened
from kit.text import folded

EXCHANGES_READ = 3
SAME_ABOVE = 0.85
SHORTEST = 20
SURE_OF_LANGUAGE = 0.6


class ProposedVariant(BaseModel):
    """One way to write the message, as the model sees it."""

    model_config = ConfigDict(extra="forbid")

    subject: str | None = Field(max_length=300)
    body: str = Field(max_length=4_000)
    used_facts: list[str] = Field(max_length=12)


class ProposedMessages(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="forbid")

    variants: list[ProposedVariant] = Field(max_length=3)


class Kept(BaseModel):
    """The variants that passed the checks."""

    variants: list[Variant]
    dropped: list[str]


TASK: Task[Kept] = Task(
    name="messages",
    prompt=prompts.load("messages", longest_subject=LONGEST_SUBJECT),
    output=ProposedMessages,
    kept=Kept,
    max_output_tokens=2_500,
)


async def write(request: MessageRequest, sources: Sources) -> MessageAnswer:
    """Write one to three variants. Never raises for a model's sake; there is always at least one."""
    with clock.Stopwatch() as watch:
        today = clock.today()
        language = languages.chosen(request.language, request.prospect.language, country=request.prospect.country)
        outcome = await sources.ask(
            TASK, request, _data(request, today, language), lambda proposed: checked(proposed, request, language)
        )
        if outcome.value is None:
            language = templates.template_language(language)
            variants, dropped = templates.write(request, today=today, language=language), outcome.rejections
        else:
            variants, dropped = outcome.value.variants, [*outcome.rejections, *outcome.value.dropped]
    return MessageAnswer(variants=variants, language=language, dropped=dropped, **outcome.about(watch.ms))


def _data(request: MessageRequest, today: date, language: Language) -> dict[str, Any]:
    words, characters = templates.wanted_length(request)
    facts = request.model_dump(
        mode="json", include={"kind", "channel", "step", "prospect", "company", "tone", "variants"}, exclude_none=True
    )
    if request.sender:
        facts["sender"] = request.sender.model_dump(mode="json", exclude={"signature"}, exclude_none=True)
    if request.enrichment:
        facts["enrichment"] = request.enrichment.model_dump(
            mode="json",
            include={"summary", "talking_points", "pain_points", "disc", "company_facts"},
            exclude_none=True,
        )
    facts["thread"] = [
        exchange.model_dump(mode="json", exclude_none=True) for exchange in request.thread[-EXCHANGES_READ:]
    ]
    return {
        "today": today.isoformat(),
        "answer_language": language,
        "longest_words": words,
        "longest_characters": characters,
        **tidied(facts, language),
    }


def known_to(request: MessageRequest, language: Language) -> Known:
    """The facts that a message for this request may use."""
    data = request.model_dump(include={"prospect", "company", "sender", "step", "enrichment", "thread"})
    data["prospect"].pop("email", None)
    data["thread"] = data["thread"][-EXCHANGES_READ:]
    names = [request.company.name if request.company else None, request.sender.company if request.sender else None]
    return Known.of([data, tidied(data, language)], names=names)


def checked(proposed: Any, request: MessageRequest, language: Language) -> Kept:
    """The variants that may be sent, with the sender's closing. Raises Rejected when none may."""
    if not isinstance(proposed, ProposedMessages):
        raise Rejected("not messages")
    known = known_to(request, language)
    kept: list[Variant] = []
    dropped: list[str] = []
    for variant in proposed.variants[: request.variants]:
        if fault := _fault(variant, request, known, language, kept):
            dropped.append(fault)
            continue
        kept.append(_finished(variant, request, known, language))
    if not kept:
        raise Rejected(", ".join(dict.fromkeys(dropped)) or "no variants")
    return Kept(variants=kept, dropped=dropped)


def _fault(
    variant: ProposedVariant, request: MessageRequest, known: Known, language: Language, kept: list[Variant]
) -> str | None:
    body = variant.body.strip()
    fault = None
    if len(body) < SHORTEST:
        fault = "empty"
    elif len(_with_closing(body, request, language)) > LONGEST[request.kind]:
        fault = "too long"
    elif _has_subject(request):
        fault = _subject_fault((variant.subject or "").strip(), known, language)
    fault = fault or fault_in(body, known, language)
    spoken, sure = languages.detected(body)
    if not fault and spoken not in {None, language} and sure > SURE_OF_LANGUAGE:
        fault = "language"
    if not fault and any(_alike(body, other.body) > SAME_ABOVE for other in kept):
        fault = "same as another"
    return fault


def _subject_fault(subject: str, known: Known, language: Language) -> str | None:
    if not subject or len(subject) > LONGEST_SUBJECT or "\n" in subject:
        return "subject"
    return fault_in(subject, known, language)


def _has_subject(request: MessageRequest) -> bool:
    return request.channel == "email" and request.kind not in {"sms", "invitation"}


def _alike(left: str, right: str) -> float:
    a, b = set(folded(left).split()), set(folded(right).split())
    return len(a & b) / max(1, min(len(a), len(b)))


def _with_closing(body: str, request: MessageRequest, language: Language) -> str:
    ending = templates.sign_off(request, language)
    return f"{body}\n\n{ending}" if ending else body


def _finished(variant: ProposedVariant, request: MessageRequest, known: Known, language: Language) -> Variant:
    return Variant(
        subject=(variant.subject or "").strip() if _has_subject(request) else None,
        body=_with_closing(variant.body.strip(), request, language),
        used_facts=[
            shortened(fact, 300)
            for fact in variant.used_facts
            if borne_out(fact, known) and not strange(fact, known, language)
        ],
    )
