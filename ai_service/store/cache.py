"""Answers kept for a while, keyed by everything that they depend on, and counters beside them.

What is kept is about people, and has to be gone when they are erased. So it is sealed with a key derived from the very
facts it was made of: who does not hold those facts, and the service's own secret, can neither open it nor find it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ai_service.store.redis_door import RedisDoor
from kit.sealing import Keyring, SealBroken

GENERATED_TEXT_S = 3_600
COMPANY_FACTS_S = 24 * 3_600
DISC_S = 7 * 24 * 3_600
COUNTERS_KEPT_S = 2 * 24 * 3_600
KEY_BYTES = 32


@dataclass(frozen=True)
class Place:
    """Where an answer is kept: under `name` in Redis, sealed with `key`, 32 bytes."""

    name: str
    key: bytes = field(repr=False)

    def seal(self, value: str) -> str:
        """What stands in Redis."""
        return Keyring({1: self.key}).seal(value, associated=self.name)

    def open(self, kept: str | None) -> str | None:
        """The value; None when there is none, or one that was not sealed for this place."""
        try:
            return None if kept is None else Keyring({1: self.key}).open(kept, associated=self.name)
        except SealBroken:
            return None


class Cache:
    """A cache over Redis; without it every look-up is a miss. One request to Redis per call, whatever it carries."""

    def __init__(self, door: RedisDoor, secret: bytes) -> None:
        self._door = door
        self._secret = secret

    def place(self, kind: str, *parts: Any) -> Place:
        """A place that is another one whenever one of `parts` (anything JSON can hold) is; by HKDF (RFC 5869)."""
        text = json.dumps([kind, *parts], sort_keys=True, ensure_ascii=False, default=str)
        derived = HKDF(SHA256(), 2 * KEY_BYTES, salt=self._secret, info=b"ai_service cache").derive(text.encode())
        return Place(f"ai:{kind}:{derived[:KEY_BYTES].hex()}", derived[KEY_BYTES:])

    async def get(
        self, places: Sequence[Place], counters: Sequence[str] = ()
    ) -> tuple[list[str | None], list[str | None]]:
        """What is kept at `places`, and `counters` by their names; None for each that is not there."""
        names = [*(place.name for place in places), *counters]
        found = await self._door.run(lambda redis: redis.mget(*names)) or [None] * len(names)
        read = [None if value is None else str(value) for value in found]
        kept = [place.open(value) for place, value in zip(places, read, strict=False)]
        return kept, read[len(places) :]

    async def put(self, values: Mapping[Place, tuple[str, int]], add: Mapping[str, int]) -> None:
        """Keep each value at its place for so many seconds, and add to counters."""

        async def store(redis: Any) -> Any:
            pipeline = redis.pipeline()
            for place, (value, seconds) in values.items():
                pipeline.set(place.name, place.seal(value), ex=seconds)
            for name, amount in add.items():
                pipeline.incrby(name, amount)
                pipeline.expire(name, COUNTERS_KEPT_S)
            return await pipeline.exec()

        if values or add:
            await self._door.run(store)
