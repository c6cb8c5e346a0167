"""Answers kept for a while, keyed by a hash of everything that they depend on, and counters beside them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ai_service.store.redis_door import RedisDoor

GENERATED_TEXT_S = 3_600
COMPANY_FACTS_S = 24 * 3_600
DISC_S = 7 * 24 * 3_600
COUNTERS_KEPT_S = 2 * 24 * 3_600


def key(kind: str, *parts: Any) -> str:
    """A key that differs whenever one of `parts` (anything JSON can hold) does."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return f"ai:{kind}:{hashlib.sha256(text.encode()).hexdigest()}"


class Cache:
    """A cache over Redis; without it every look-up is a miss. One request to Redis per call, whatever it carries."""

    def __init__(self, door: RedisDoor) -> None:
        self._door = door

    async def get(self, keys: Sequence[str]) -> list[str | None]:
        """The values kept under `keys`; None for each that is not there."""
        found = await self._door.run(lambda redis: redis.mget(*keys))
        return [None if value is None else str(value) for value in found] if found else [None] * len(keys)

    async def put(self, values: Mapping[str, tuple[str, int]], add: Mapping[str, int]) -> None:
        """Keep each value under its key for so many seconds, and add to counters."""

        async def store(redis: Any) -> Any:
            pipeline = redis.pipeline()
            for name, (value, seconds) in values.items():
                pipeline.set(name, value, ex=seconds)
            for name, amount in add.items():
                pipeline.incrby(name, amount)
                pipeline.expire(name, COUNTERS_KEPT_S)
            return await pipeline.exec()

        if values or add:
            await self._door.run(store)
