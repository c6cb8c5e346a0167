"""How many calls an organisation may make to models an hour. Counted in Redis, in this process while it is away."""

import time
from collections import deque
from collections.abc import Callable

from upstash_ratelimit.asyncio import Ratelimit, SlidingWindow

from ai_service.store.redis_door import RedisDoor

HOUR_S = 3_600
MOST_LOCAL = 10_000


class Limits:
    """A sliding window of an hour for each organisation and kind of call."""

    def __init__(self, door: RedisDoor, *, per_hour: int, clock: Callable[[], float] = time.time) -> None:
        self._door = door
        self._per_hour = per_hour
        self._clock = clock
        self._window = SlidingWindow(max_requests=per_hour, window=HOUR_S, unit="s")
        self._local: dict[str, deque[float]] = {}

    async def may_generate(self, organization: str, kind: str) -> bool:
        """Count one call of this kind; False over the organisation's hourly limit for it."""
        identifier = f"{organization}:{kind}"
        answer = await self._door.run(
            lambda redis: Ratelimit(redis=redis, limiter=self._window, prefix="ai:limit").limit(identifier)
        )
        return bool(answer.allowed) if answer is not None else self._count_here(identifier)

    def _count_here(self, identifier: str) -> bool:
        if len(self._local) >= MOST_LOCAL:
            self._local.clear()
        calls, now = self._local.setdefault(identifier, deque()), self._clock()
        while calls and calls[0] <= now - HOUR_S:
            calls.popleft()
        if len(calls) >= self._per_hour:
            return False
        calls.append(now)
        return True
