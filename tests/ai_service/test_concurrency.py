"""Sixty-four calls at once wait for the model together, not one after the other."""

import asyncio
import time

import pytest

from ai_service.enrichments import service as enrichments
from ai_service.enrichments.schemas import EnrichmentRequest
from ai_service.models.port import Completion, ModelFailed, ProviderName, Question
from ai_service.sources import Sources
from ai_service.store import redis_door
from ai_service.store.cache import Cache
from ai_service.store.limits import Limits
from ai_service.store.purse import Purse, Spend
from tests.ai_service.conftest import RedisDoorway
from tests.ai_service.factories import enrichment_request, settings_for

AT_ONCE = 64
THINKING_S = 0.5


class Thinking:
    """A provider that takes its time, and counts how many wait at once."""

    name: ProviderName = "anthropic"
    model = "thinking"
    input_usd_per_million = 0.0
    output_usd_per_million = 0.0

    def __init__(self) -> None:
        self.waiting = 0
        self.most = 0

    async def complete(self, question: Question, *, api_key: str, timeout_s: float) -> Completion:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await asyncio.sleep(THINKING_S)
        self.waiting -= 1
        raise ModelFailed("rejected")

    async def close(self) -> None: ...


@pytest.mark.anyio
async def test_sixty_four_calls_wait_together(redis: RedisDoorway) -> None:
    provider, door = Thinking(), redis_door.connect(redis.url, redis.token)
    sources = Sources(
        settings_for(anthropic_api_key="k"),
        providers=[provider],
        cache=Cache(door),
        limits=Limits(door, per_hour=10**6),
        purse=Purse(daily=Spend(10**12, 10**12)),
    )
    requests = [EnrichmentRequest.model_validate(enrichment_request(locale=str(n))) for n in range(AT_ONCE)]
    started = time.perf_counter()
    await asyncio.gather(*(enrichments.enrich(request, sources) for request in requests))
    # One after the other they would take half a minute; the bound leaves room for a busy machine.
    assert time.perf_counter() - started < AT_ONCE * THINKING_S / 3
    assert provider.most > AT_ONCE / 2
    await sources.close()
    await door.close()
