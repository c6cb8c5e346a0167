"""Rate limits over Upstash Redis, and in this process when Redis is away: a limit never becomes a 5xx."""

import asyncio
import math
import time
from dataclasses import dataclass

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from upstash_ratelimit.asyncio import FixedWindow, Ratelimit
from upstash_redis.asyncio import Redis

from kit.errors import TooManyRequests

REDIS_LIMIT_S = 0.5
COOL_DOWN_S = 5.0
WARN_EVERY_S = 60.0
MOST_LOCAL_KEYS = 50_000
_VERDICTS = "rate_limits"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limit:
    """`requests` allowed in each window of `window_s` seconds; `name` keeps the counters of two limits apart."""

    name: str
    requests: int
    window_s: int


@dataclass(frozen=True)
class Verdict:
    """`reset_s`: seconds until the window ends."""

    allowed: bool
    limit: Limit
    remaining: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-*`, and `Retry-After` when refused."""
        headers = {
            "RateLimit-Limit": str(self.limit.requests),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
            "RateLimit-Policy": f"{self.limit.requests};w={self.limit.window_s}",
        }
        if not self.allowed:
            headers["Retry-After"] = str(max(1, self.reset_s))
        return headers

    def require(self) -> None:
        """Raise TooManyRequests, with its headers, when refused."""
        if not self.allowed:
            raise TooManyRequests(headers=self.headers)


class RateLimiter:
    """Counts requests per identifier. Without a `redis`, or while it does not answer, counts in this process only."""

    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis
        self._limits: dict[Limit, Ratelimit] = {}
        self._local: dict[tuple[str, str, int], int] = {}
        self._redis_rests_until = 0.0
        self._warned_at = -WARN_EVERY_S

    async def hit(self, limit: Limit, identifier: str) -> Verdict:
        """Count one request of `identifier` and say whether it may pass. Never raises."""
        if self._redis is not None and time.monotonic() >= self._redis_rests_until:
            try:
                async with asyncio.timeout(REDIS_LIMIT_S):
                    answer = await self._shared(limit, self._redis).limit(identifier)
                return self._verdict(limit, answer.allowed, answer.remaining, answer.reset)
            except Exception as error:
                self._rest(error)
        return self._count_here(limit, identifier)

    async def enforce(self, limit: Limit, identifier: str, scope: Scope) -> None:
        """Count, have :class:`RateLimitHeaders` tell it on whatever is answered, and raise TooManyRequests over it."""
        verdict = await self.hit(limit, identifier)
        scope.get(_VERDICTS, []).append(verdict)
        verdict.require()

    def _shared(self, limit: Limit, redis: Redis) -> Ratelimit:
        if limit not in self._limits:
            window = FixedWindow(max_requests=limit.requests, window=limit.window_s, unit="s")
            self._limits[limit] = Ratelimit(redis=redis, limiter=window, prefix=f"limit:{limit.name}")
        return self._limits[limit]

    def _rest(self, error: Exception) -> None:
        now = time.monotonic()
        self._redis_rests_until = now + COOL_DOWN_S
        if now - self._warned_at >= WARN_EVERY_S:
            self._warned_at = now
            log.warning("rate_limit_without_redis", reason=type(error).__name__)

    def _count_here(self, limit: Limit, identifier: str) -> Verdict:
        now = time.time()
        window = int(now // limit.window_s)
        key = (limit.name, identifier, window)
        if key not in self._local and len(self._local) >= MOST_LOCAL_KEYS:
            # The oldest goes, and not all of them: a crowd of new callers must not reset everybody's count.
            del self._local[next(iter(self._local))]
        self._local[key] = count = self._local.get(key, 0) + 1
        return self._verdict(limit, count <= limit.requests, limit.requests - count, (window + 1) * limit.window_s)

    @staticmethod
    def _verdict(limit: Limit, allowed: bool, remaining: int, reset_at: float) -> Verdict:
        return Verdict(allowed, limit, max(0, remaining), max(0, math.ceil(reset_at - time.time())))


class RateLimitHeaders:
    """Puts `RateLimit-*` on every answer of a limited route, failures too: of its limits the one nearest its end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        verdicts: list[Verdict] = []
        scope[_VERDICTS] = verdicts

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and verdicts:
                tightest = min(verdicts, key=lambda one: (one.allowed, one.remaining / one.limit.requests))
                MutableHeaders(scope=message).update(tightest.headers)
            await send(message)

        await self.app(scope, receive, with_headers)
