"""A limit holds with Redis and without it, and never answers 5xx."""

import pytest
import time_machine
from upstash_redis.asyncio import Redis

from kit.ratelimit import Limit, RateLimiter

pytestmark = pytest.mark.anyio
THREE_A_MINUTE = Limit("test", requests=3, window_s=60)


async def test_the_fourth_request_is_refused_with_its_headers() -> None:
    limiter = RateLimiter(redis=None)
    with time_machine.travel("2026-11-20T10:00:20Z", tick=False):
        verdicts = [await limiter.hit(THREE_A_MINUTE, "someone") for _ in range(4)]
    assert [verdict.allowed for verdict in verdicts] == [True, True, True, False]
    assert verdicts[0].headers == {
        "RateLimit-Limit": "3",
        "RateLimit-Remaining": "2",
        "RateLimit-Reset": "40",
        "RateLimit-Policy": "3;w=60",
    }
    assert verdicts[3].headers["Retry-After"] == "40"


async def test_a_new_window_starts_afresh_and_others_are_not_counted() -> None:
    limiter = RateLimiter(redis=None)
    with time_machine.travel("2026-11-20T10:00:20Z", tick=False) as clock:
        for _ in range(4):
            await limiter.hit(THREE_A_MINUTE, "someone")
        assert (await limiter.hit(THREE_A_MINUTE, "another")).allowed
        clock.shift(60)
        assert (await limiter.hit(THREE_A_MINUTE, "someone")).allowed


async def test_redis_away_falls_back_to_this_process() -> None:
    redis = Redis(url="http://127.0.0.1:9", token="none", rest_retries=0, allow_telemetry=False)
    limiter = RateLimiter(redis)
    verdicts = [await limiter.hit(Limit("away", 2, 3600), "someone") for _ in range(3)]
    await redis.close()
    assert [verdict.allowed for verdict in verdicts] == [True, True, False]


async def test_a_crowd_of_new_callers_resets_nobodys_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.ratelimit.MOST_LOCAL_KEYS", 20)
    limiter = RateLimiter(redis=None)
    with time_machine.travel("2026-11-20T10:00:20Z", tick=False):
        for number in range(19):
            await limiter.hit(THREE_A_MINUTE, f"crowd-{number}")
        for _ in range(4):
            await limiter.hit(THREE_A_MINUTE, "someone")
        for number in range(10):
            await limiter.hit(THREE_A_MINUTE, f"more-{number}")
        assert not (await limiter.hit(THREE_A_MINUTE, "someone")).allowed
    assert len(limiter._local) == 20
