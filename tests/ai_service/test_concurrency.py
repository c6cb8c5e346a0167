"""Sixty-four calls at once wait for the model together, not one after the other."""

import asyncio

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


class Meeting:
    """A provider that answers nobody before everybody is there."""

    name: ProviderName = "anthropic"
    model = "meeting"
    input_usd_per_million = 0.0
    output_usd_per_million = 0.0

    def __init__(self) -> None:
        self.waiting = 0
        self.complete_round = asyncio.Event()

    async def complete(self, question: Question, *, api_key: str, timeout_s: float) -> Completion:
        self.waiting += 1
        if self.waiting == AT_ONCE:
            self.complete_round.set()
        await self.complete_round.wait()
        raise ModelFailed("rejected")

    async def close(self) -> None: ...


@pytest.mark.anyio
async def test_sixty_four_calls_wait_together(redis: RedisDoorway) -> None:
    provider, door = Meeting(), redis_door.connect(redis.url, redis.token)
    sources = Sources(
        settings_for(anthropic_api_key="k", model_timeout_s=60, model_deadline_s=90),
        providers=[provider],
        cache=Cache(door, bytes(32)),
        limits=Limits(door, per_hour=10**6),
        purse=Purse(daily=Spend(10**12, 10**12)),
    )
    requests = [EnrichmentRequest.model_validate(enrichment_request(locale=str(n))) for n in range(AT_ONCE)]
    await asyncio.gather(*(enrichments.enrich(request, sources) for request in requests))
    assert provider.complete_round.is_set()
    assert provider.waiting == AT_ONCE
    await sources.close()
    await door.close()
