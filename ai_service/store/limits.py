"""How many calls to models an organisation may make an hour, and how much it may spend a day.

Counted in Redis so that all replicas share the figures; in this process alone while Redis is away.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from upstash_ratelimit.asyncio import Ratelimit, SlidingWindow

from ai_service.store.redis_door import RedisDoor

HOUR_S = 3_600
DAY_KEPT_S = 2 * 24 * 3_600
MOST_LOCAL = 10_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Spend:
    """Tokens, and millionths of a dollar: whole numbers, which Redis adds exactly."""

    tokens: int
    micro_usd: int


class Limits:
    """Sliding window per organisation and hour, and a daily purse of tokens and dollars."""

    def __init__(
        self,
        door: RedisDoor,
        *,
        per_hour: int,
        daily_tokens: int,
        daily_usd: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._door = door
        self._per_hour = per_hour
        self._daily = Spend(daily_tokens, round(daily_usd * 1e6))
        self._clock = clock
        self._window = SlidingWindow(max_requests=per_hour, window=HOUR_S, unit="s")
        self._local_calls: dict[str, deque[float]] = {}
        self._local_spend: dict[str, Spend] = {}

    async def may_generate(self, organization: str) -> bool:
        """Count one call of `organization`; False over the hourly limit."""
        answer = await self._door.run(
            lambda redis: Ratelimit(redis=redis, limiter=self._window, prefix="ai:limit").limit(organization)
        )
        return bool(answer.allowed) if answer is not None else self._count_here(organization)

    async def reserve(self, organization: str, most: Spend) -> bool:
        """Set aside the most that a call can cost; False, with nothing set aside, when the day's purse is too small."""
        spent = await self._add(organization, most)
        if spent.tokens <= self._daily.tokens and spent.micro_usd <= self._daily.micro_usd:
            return True
        await self._add(organization, Spend(-most.tokens, -most.micro_usd))
        return False

    async def settle(self, organization: str, reserved: Spend, actual: Spend) -> None:
        """Give back what was set aside and not spent."""
        await self._add(organization, Spend(actual.tokens - reserved.tokens, actual.micro_usd - reserved.micro_usd))

    async def _add(self, organization: str, amount: Spend) -> Spend:
        day = datetime.fromtimestamp(self._clock(), UTC).date().isoformat()
        name = f"{organization}:{day}"

        async def add(redis: Any) -> Any:
            transaction = redis.multi()
            for what, by in (("tokens", amount.tokens), ("micro_usd", amount.micro_usd)):
                transaction.incrby(f"ai:spend:{what}:{name}", by)
                transaction.expire(f"ai:spend:{what}:{name}", DAY_KEPT_S)
            return await transaction.exec()

        totals = await self._door.run(add)
        if totals is not None:
            return Spend(int(totals[0]), int(totals[2]))
        if len(self._local_spend) >= MOST_LOCAL:
            self._local_spend.clear()
        before = self._local_spend.get(name, Spend(0, 0))
        self._local_spend[name] = Spend(before.tokens + amount.tokens, before.micro_usd + amount.micro_usd)
        return self._local_spend[name]

    def _count_here(self, organization: str) -> bool:
        if len(self._local_calls) >= MOST_LOCAL:
            self._local_calls.clear()
        calls, now = self._local_calls.setdefault(organization, deque()), self._clock()
        while calls and calls[0] <= now - HOUR_S:
            calls.popleft()
        if len(calls) >= self._per_hour:
            return False
        calls.append(now)
        return True
