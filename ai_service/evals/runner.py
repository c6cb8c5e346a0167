"""Puts the cases to the rules and to the whole service."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ai_service.language import chosen
from ai_service.models.anthropic_model import AnthropicModel
from ai_service.models.openai_model import OpenAiModel
from ai_service.qualifications import rules
from ai_service.qualifications import service as qualifications
from ai_service.qualifications.schemas import QualificationRequest
from ai_service.replies import classifier
from ai_service.replies import service as replies
from ai_service.replies.schemas import Policy, Reply, ReplyRequest
from ai_service.settings import AiServiceSettings
from ai_service.sources import Sources
from ai_service.store import redis_door
from ai_service.store.cache import Cache
from ai_service.store.limits import Limits
from ai_service.store.purse import Purse, Spend
from kit.settings import decode_key

AT_ONCE = 8
THRESHOLD = 0.8


@dataclass(frozen=True)
class Judged:
    """A case with what was answered."""

    kind: Literal["reply", "qualification"]
    shown: str
    expected: str
    answered: str
    sent_alone: bool = False


def reply_request(case: dict[str, Any]) -> ReplyRequest:
    """The request of a reply case."""
    return ReplyRequest(
        reply=Reply(subject=case.get("subject"), text=case["text"], headers=case.get("headers", {})),
        booking_url="https://booking.example/intro",
        policy=Policy(confidence_threshold=THRESHOLD),
    )


def qualification_request(case: dict[str, Any]) -> QualificationRequest:
    """The request of a qualification case."""
    return QualificationRequest.model_validate({name: case[name] for name in ("prospect", "company", "icp", "signals")})


def judged_by_rules(cases: list[dict[str, Any]], *, today: date) -> list[Judged]:
    """Every case as the rules alone answer it."""
    judged = []
    for case in cases:
        if case["kind"] == "reply":
            request = reply_request(case)
            reading = classifier.read(request.reply, today=today, default_language=chosen(case["language"]))
            alone = reading.intent in replies.ALONE and reading.confidence >= THRESHOLD and not reading.escalations
            judged.append(Judged("reply", case["text"][:80], case["intent"], reading.intent, alone))
        else:
            criteria = rules.bant(qualification_request(case), today=today, language="en")
            answered = rules.decision(rules.total(criteria))
            judged.append(Judged("qualification", str(case["prospect"]), case["decision"], answered))
    return judged


async def judged_by_service(cases: list[dict[str, Any]], settings: AiServiceSettings) -> dict[str, list[Judged]]:
    """Every case as the service answers it with the configured providers, grouped by the source that answered."""
    door = redis_door.connect(settings.upstash_redis_rest_url, settings.upstash_redis_rest_token.get_secret_value())
    sources = Sources(
        settings,
        providers=[AnthropicModel(settings), OpenAiModel(settings)],
        cache=Cache(door, decode_key(settings.grant_key.get_secret_value())),
        limits=Limits(door, per_hour=len(cases) * 10),
        purse=Purse(
            daily=Spend(settings.organization_daily_token_cap, round(settings.organization_daily_cost_cap_usd * 1e6))
        ),
    )
    turns = asyncio.Semaphore(AT_ONCE)
    judged: defaultdict[str, list[Judged]] = defaultdict(list)

    async def judge(case: dict[str, Any]) -> None:
        async with turns:
            if case["kind"] == "reply":
                decision = await replies.decide(reply_request(case), sources)
                alone = decision.action in {"send_booking_link", "answer"}
                judged[decision.source].append(
                    Judged("reply", case["text"][:80], case["intent"], decision.intent, alone)
                )
            else:
                answer = await qualifications.qualify(qualification_request(case), sources)
                judged[answer.source].append(
                    Judged("qualification", str(case["prospect"]), case["decision"], answer.decision)
                )

    try:
        await asyncio.gather(*(judge(case) for case in cases))
    finally:
        await sources.close()
        await door.close()
    return dict(judged)
