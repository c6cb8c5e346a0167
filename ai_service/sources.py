"""The order of sources: Anthropic, then OpenAI, then the rules.

A call asks each provider at most twice and never longer than the deadline; a provider that keeps failing is skipped
for a while. Whatever a model answers passes the caller's checks before it counts as an answer.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

import anthropic
import sentry_sdk
import structlog
from pydantic import BaseModel

from ai_service import prompts
from ai_service.models.breaker import Breakers
from ai_service.models.port import Completion, ModelFailed, Provider, Question, Tokens, cost_usd
from ai_service.prompts import Prompt
from ai_service.schemas import FallbackReason, Request, Source, Usage
from ai_service.settings import AiServiceSettings
from ai_service.store import cache as caching
from ai_service.store.cache import Cache, Place
from ai_service.store.limits import Limits
from ai_service.store.purse import Purse, Spend
from kit.errors import NotPermitted
from kit.redaction import remember
from kit.sealing import Grant, open_grant
from kit.settings import decode_key

ATTEMPTS = 2
LONGEST_WAIT_S = 2.0
FIRST_WAIT_S = 0.2
CHARACTERS_PER_TOKEN = 3.0
"""A careful figure: French runs at about 3.5 characters per token."""
LEAST_LEFT_S = 0.1
SCHEMA_TOKENS = 500
PASSING = frozenset({"timeout", "connection", "rate_limited", "overloaded"})
ANSWERED_BADLY = frozenset({"refused", "invalid"})
log = structlog.get_logger(__name__)
CheckedT = TypeVar("CheckedT", bound=BaseModel)


class Rejected(Exception):  # noqa: N818 - named after the fact it states
    """A well-formed answer of a model broke a rule; the message says which and quotes nothing."""


@dataclass(frozen=True)
class Task(Generic[CheckedT]):
    """One kind of question: its prompt, the shape of the model's answer, the shape of what is kept of it."""

    name: str
    prompt: Prompt
    output: type[BaseModel]
    kept: type[CheckedT]
    max_output_tokens: int
    cache_s: int = caching.GENERATED_TEXT_S

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON schema that both providers are held to: bounds become descriptions, unknown fields are refused."""
        return anthropic.transform_schema(self.output)


@dataclass
class Outcome(Generic[CheckedT]):
    """What the models made of a question; `value` is None when the rules have to answer."""

    value: CheckedT | None
    source: Source = "rules"
    model: str = "rules"
    prompt_version: str = "rules"
    cached: bool = False
    usage: Usage = field(default_factory=Usage)
    fallback_reason: FallbackReason | None = None
    rejections: list[str] = field(default_factory=list)

    def about(self, latency_ms: int) -> dict[str, Any]:
        """The fields that every answer carries (`schemas.Answer`)."""
        return {
            "source": self.source,
            "model": self.model,
            "prompt_version": self.prompt_version,
            "cached": self.cached,
            "usage": self.usage,
            "latency_ms": latency_ms,
            "fallback_reason": self.fallback_reason,
        }


class Steady(Protocol[CheckedT]):
    """Parts of an answer that are kept longer than the answer, so that they don't change from one call to the next."""

    def places(self, cache: Cache, *made_by: str) -> list[Place]:
        """Where the parts are kept, for answers made by this prompt version and these models."""

    def steadied(
        self, value: CheckedT, parts: dict[Place, str | None]
    ) -> tuple[CheckedT, dict[Place, tuple[str, int]]]:
        """The value with the parts that were kept, and the parts to keep from now on with their seconds."""


class Sources:
    """Asks models in order. Holds no tenant data; customers' keys live as long as a call."""

    def __init__(
        self,
        settings: AiServiceSettings,
        *,
        providers: Sequence[Provider],
        cache: Cache,
        limits: Limits,
        purse: Purse,
        breakers: Breakers | None = None,
    ) -> None:
        self._settings = settings
        self._providers = list(providers)
        self._cache = cache
        self._limits = limits
        self._purse = purse
        self._breakers = breakers or Breakers()
        self._grant_key = decode_key(settings.grant_key.get_secret_value())

    async def close(self) -> None:
        """Close the connections to the providers."""
        await asyncio.gather(*(provider.close() for provider in self._providers))

    async def ask(
        self,
        task: Task[CheckedT],
        request: Request,
        data: dict[str, Any],
        check: Callable[[Any], CheckedT],
        steady: Steady[CheckedT] | None = None,
    ) -> Outcome[CheckedT]:
        """The first acceptable answer, or an outcome without value that says why there is none.

        `check` turns a model's output into what is kept of it or raises Rejected; `steady` says which parts of it
        are kept longer than the rest. Raises GrantRefused when the request's grant was not sealed by us, and
        NotPermitted when it belongs to another organisation.
        """
        grant = self._grant(request)
        if grant and grant.expires_at <= datetime.now(UTC):
            return Outcome(None, fallback_reason="grant_expired")
        keys = self._keys(grant)
        if not keys:
            return Outcome(None, fallback_reason="no_model_configured")
        models = [provider.model for provider, _ in keys]
        inputs = request.model_dump(mode="json", exclude={"grant"})
        place = self._cache.place(task.name, inputs, task.prompt.version, models)
        payer = request.organization_id or (str(grant.organization_id) if grant else None)
        organization = payer or "platform"
        parts = steady.places(self._cache, task.prompt.version, *models) if steady else []
        (entry, *kept_parts), counters = await self._cache.get([place, *parts], self._purse.counters(organization))
        if kept := _kept(task, entry):
            return kept
        if not await self._limits.may_generate(organization, task.name):
            log.info("generation_limited", task=task.name, organization_id=organization)
            return Outcome(None, fallback_reason="limit_reached")
        call = _Call(
            task=task,
            organization=organization,
            whose=organization if grant else "platform",
            data=data,
            check=check,
            deadline=time.monotonic() + self._settings.model_deadline_s,
            outcome=Outcome(None, fallback_reason="models_unavailable"),
            counters=counters,
        )
        try:
            await self._asked(call, keys)
        finally:
            await self._write(call, place, steady, dict(zip(parts, kept_parts, strict=True)))
        return call.outcome

    async def _write(
        self, call: "_Call[CheckedT]", place: Place, steady: Steady[CheckedT] | None, parts: dict[Place, str | None]
    ) -> None:
        fresh: dict[Place, tuple[str, int]] = {}
        outcome = call.outcome
        if outcome.value is not None:
            if steady:
                outcome.value, fresh = steady.steadied(outcome.value, parts)
            entry = f"{outcome.source}\n{outcome.model}\n{outcome.value.model_dump_json()}"
            fresh[place] = (entry, call.task.cache_s)
        spent = zip(self._purse.counters(call.organization), (call.spent.tokens, call.spent.micro_usd), strict=True)
        await self._cache.put(fresh, {name: amount for name, amount in spent if amount})

    def _grant(self, request: Request) -> Grant | None:
        if not request.grant:
            return None
        # Expiry is judged by the caller: a late work item still gets the rules' answer.
        grant = open_grant(request.grant, self._grant_key, now=datetime.min.replace(tzinfo=UTC))
        remember(grant.key.get_secret_value())
        if request.organization_id and request.organization_id != str(grant.organization_id):
            raise NotPermitted("The grant belongs to another organisation.")
        return grant

    def _keys(self, grant: Grant | None) -> list[tuple[Provider, str]]:
        """Providers with the key to use; with a grant only the provider that the customer chose."""
        if grant:
            return [(p, grant.key.get_secret_value()) for p in self._providers if p.name == grant.provider]
        own = {"anthropic": self._settings.anthropic_api_key, "openai": self._settings.openai_api_key}
        return [(p, key.get_secret_value()) for p in self._providers if (key := own[p.name]) is not None]

    async def _asked(self, call: "_Call[CheckedT]", keys: list[tuple[Provider, str]]) -> None:
        for provider, key in keys:
            for attempt in range(ATTEMPTS):
                wait_s = await self._attempt(call, provider, key)
                if call.outcome.value is not None or call.over:
                    return
                if wait_s is None:
                    break
                if attempt + 1 < ATTEMPTS:
                    await asyncio.sleep(wait_s)

    async def _attempt(self, call: "_Call[CheckedT]", provider: Provider, key: str) -> float | None:
        """Ask once. The seconds to wait before asking the same provider again; None when that makes no sense."""
        outcome, breaker = call.outcome, f"{provider.name}:{call.whose}"
        left = call.deadline - time.monotonic()
        if left <= LEAST_LEFT_S or not self._breakers.allows(breaker):
            return None
        question = call.question()
        most = _most(provider, question)
        if most.tokens > self._settings.call_token_cap or most.micro_usd > self._settings.call_cost_cap_usd * 1e6:
            self._breakers.left(breaker)
            outcome.fallback_reason = "call_cost_cap_reached"
            return None
        if not self._purse.hold(call.organization, most, call.counters):
            self._breakers.left(breaker)
            outcome.fallback_reason, call.over = "organization_cost_cap_reached", True
            return None
        tokens, wait_s = Tokens(), None
        try:
            completion = await self._completed(provider, question, key, min(self._settings.model_timeout_s, left))
            tokens = completion.tokens
            self._breakers.succeeded(breaker)
            outcome.value = call.check(completion.output)
            outcome.source, outcome.model = provider.name, provider.model
            outcome.prompt_version, outcome.fallback_reason = call.task.prompt.version, None
        except ModelFailed as failure:
            tokens = failure.tokens
            wait_s = self._after(failure, call, provider, breaker)
        except Rejected as rejection:
            outcome.rejections.append(str(rejection))
            outcome.fallback_reason, wait_s = "model_answer_rejected", 0.0
            log.warning("model_answer_rejected", provider=provider.name, task=call.task.name, reason=str(rejection))
        except Exception as error:
            # A fault in our own check must not cost the caller an answer; the rules have one.
            sentry_sdk.capture_exception(error)
            outcome.fallback_reason = "model_answer_rejected"
            log.error("check_failed", task=call.task.name, error=type(error).__name__)
        finally:
            self._breakers.left(breaker)
            cost = cost_usd(provider, tokens)
            outcome.usage = Usage(
                input_tokens=outcome.usage.input_tokens + tokens.input,
                output_tokens=outcome.usage.output_tokens + tokens.output,
                cost_usd=round(outcome.usage.cost_usd + cost, 6),
            )
            actual = Spend(tokens.input + tokens.output, round(cost * 1e6))
            self._purse.settle(call.organization, most, actual)
            call.spent += actual
        return wait_s

    @staticmethod
    async def _completed(provider: Provider, question: Question, key: str, timeout_s: float) -> Completion:
        # The SDKs' time-outs are per read; a provider that trickles bytes is cut off here.
        try:
            async with asyncio.timeout(timeout_s):
                return await provider.complete(question, api_key=key, timeout_s=timeout_s)
        except TimeoutError:
            raise ModelFailed("timeout") from None

    def _after(self, failure: ModelFailed, call: "_Call[CheckedT]", provider: Provider, breaker: str) -> float | None:
        log.warning("model_failed", provider=provider.name, task=call.task.name, kind=failure.kind)
        if failure.kind in ANSWERED_BADLY:
            self._breakers.succeeded(breaker)
            return 0.0
        self._breakers.failed(breaker)
        wait_s = failure.retry_after_s if failure.retry_after_s is not None else FIRST_WAIT_S
        return wait_s if failure.kind in PASSING and wait_s <= LONGEST_WAIT_S else None


@dataclass
class _Call(Generic[CheckedT]):
    """One call on its way through the providers."""

    task: Task[CheckedT]
    organization: str
    whose: str
    data: dict[str, Any]
    check: Callable[[Any], CheckedT]
    deadline: float
    outcome: Outcome[CheckedT]
    counters: list[str | None]
    spent: Spend = field(default_factory=Spend)
    over: bool = False

    def question(self) -> Question:
        """The question with a boundary of its own; each attempt gets a new one."""
        return Question(
            name=self.task.name,
            system=self.task.prompt.text,
            user=prompts.fenced(self.data),
            output=self.task.output,
            schema=self.task.schema,
            max_output_tokens=self.task.max_output_tokens,
        )


def _most(provider: Provider, question: Question) -> Spend:
    """The most that one attempt can use."""
    tokens_in = int((len(question.system) + len(question.user)) / CHARACTERS_PER_TOKEN) + SCHEMA_TOKENS
    tokens = Tokens(input=tokens_in, output=question.max_output_tokens)
    return Spend(tokens.input + tokens.output, round(cost_usd(provider, tokens) * 1e6))


def _kept(task: Task[CheckedT], entry: str | None) -> Outcome[CheckedT] | None:
    if not entry or entry.count("\n") < 2:
        return None
    source, model, text = entry.split("\n", 2)
    try:
        value = task.kept.model_validate_json(text)
    except ValueError:
        return None
    return Outcome(
        value,
        source="openai" if source == "openai" else "anthropic",
        model=model,
        prompt_version=task.prompt.version,
        cached=True,
    )
