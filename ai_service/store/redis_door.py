"""The one way to Redis: bounded in time, and quiet when it is away.

After a failure Redis is left alone for some seconds, so that a dead Redis costs one short time-out now and then
instead of one per call, and a warning is written once a minute.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from upstash_redis.asyncio import Redis
from upstash_redis.errors import UpstashError

LIMIT_S = 0.5
COOL_DOWN_S = 5.0
WARN_EVERY_S = 60.0
AT_ONCE = 16
"""Below the client's 20 kept connections: more at once would open and close a connection for each command."""
log = structlog.get_logger(__name__)
T = TypeVar("T")


class RedisDoor:
    """Runs commands against Redis; answers None while it does not answer. Never raises."""

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._clock = clock
        self._rests_until = float("-inf")
        self._warned_at = float("-inf")
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self, command: Callable[[Redis], Awaitable[T]]) -> T | None:
        """The command's answer, or None when Redis is away."""
        try:
            async with self._turns:
                if self._clock() < self._rests_until:
                    return None
                async with asyncio.timeout(LIMIT_S):
                    return await command(self._redis)
        except UpstashError:
            # It answered, so it is there: only this command does not work.
            self._warn("redis_refused", "UpstashError")
        except Exception as error:
            self._rests_until = self._clock() + COOL_DOWN_S
            self._warn("redis_away", type(error).__name__)
        return None

    def _warn(self, event: str, reason: str) -> None:
        now = self._clock()
        if now - self._warned_at >= WARN_EVERY_S:
            self._warned_at = now
            log.warning(event, reason=reason)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.close()


def connect(url: str, token: str) -> RedisDoor:
    """A door to the Redis at `url`."""
    return RedisDoor(Redis(url=url, token=token, rest_retries=0, allow_telemetry=False, read_your_writes=False))
