import asyncio
import time
from typing import Any

import pytest
from upstash_redis.asyncio import Redis

from ai_service.models.breaker import FAILURES_TO_OPEN, REST_S, Breakers
from ai_service.store import redis_door
from ai_service.store.cache import Cache
from ai_service.store.limits import HOUR_S, Limits
from ai_service.store.purse import Purse, Spend
from ai_service.store.redis_door import COOL_DOWN_S, WARN_EVERY_S, RedisDoor
from kit.logging import configure
from tests.ai_service.conftest import RedisDoorway
from tests.ai_service.factories import NOWHERE

pytestmark = pytest.mark.anyio
SECRET = b"s" * 32


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class TestRedisDoor:
    async def test_leaves_a_dead_redis_alone_for_a_while_and_warns_once_a_minute(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        configure("WARNING", "ai_service")
        clock, calls = Clock(), 0

        async def fails(_: Redis) -> str:
            nonlocal calls
            calls += 1
            raise ConnectionError

        door = RedisDoor(Redis(url=NOWHERE, token="t"), clock=clock)
        for _ in range(3):
            assert await door.run(fails) is None
        assert calls == 1
        clock.now += COOL_DOWN_S + 0.1
        await door.run(fails)
        assert calls == 2
        assert capsys.readouterr().out.count("redis_away") == 1
        clock.now += WARN_EVERY_S
        await door.run(fails)
        assert capsys.readouterr().out.count("redis_away") == 1
        await door.close()

    async def test_gives_up_on_a_redis_that_hangs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_door, "LIMIT_S", 0.2)
        door = RedisDoor(Redis(url=NOWHERE, token="t"))
        started = time.perf_counter()
        assert await door.run(lambda _: asyncio.sleep(30, "late")) is None
        assert time.perf_counter() - started < 5
        await door.close()

    async def test_a_command_that_redis_refuses_does_not_close_the_door(self, redis: RedisDoorway) -> None:
        door = redis_door.connect(redis.url, redis.token)
        assert await door.run(lambda one: one.execute(["NOSUCHCOMMAND"])) is None
        assert await door.run(lambda one: one.ping()) == "PONG"
        await door.close()


class TestCache:
    async def test_keeps_texts_and_counts(self, redis: RedisDoorway) -> None:
        door = redis_door.connect(redis.url, redis.token)
        cache = Cache(door, SECRET)
        place, missing = cache.place("kind", "a"), cache.place("kind", "b")
        await cache.put({place: ('{"text": "é\\n»"}', 60)}, {"n": 3})
        await cache.put({}, {"n": 4})
        assert await cache.get([place, missing], ["n"]) == (['{"text": "é\\n»"}', None], ["7"])
        assert 0 < redis.command("TTL", place.name) <= 60
        assert redis.command("TTL", "n") > 0
        await door.close()

    async def test_opens_a_text_only_to_who_holds_the_facts_it_was_made_of(self, redis: RedisDoorway) -> None:
        door = redis_door.connect(redis.url, redis.token)
        facts = {"first_name": "Zéphyrine", "headline": "Directrice"}
        place = Cache(door, SECRET).place("disc", facts)
        await Cache(door, SECRET).put({place: ("Zéphyrine est directe", 60)}, {})
        kept = redis.command("GET", place.name)
        assert kept.startswith("v1.")
        assert "phyrine" not in kept
        assert place.open(kept) == "Zéphyrine est directe"
        strangers = [
            Cache(door, SECRET).place("disc", {**facts, "headline": ""}),
            Cache(door, bytes(32)).place("disc", facts),
        ]
        assert [stranger.open(kept) for stranger in strangers] == [None, None]
        assert await Cache(door, SECRET).get([place, *strangers]) == (["Zéphyrine est directe", None, None], [])
        await door.close()

    async def test_is_all_misses_without_redis(self) -> None:
        door = redis_door.connect(NOWHERE, "t")
        cache = Cache(door, SECRET)
        places = [cache.place("kind", one) for one in "ab"]
        await cache.put({places[0]: ("x", 60)}, {})
        assert await cache.get(places, ["n"]) == ([None, None], [None])
        await door.close()

    def test_has_another_place_for_every_input(self) -> None:
        place = Cache(redis_door.connect(NOWHERE, "t"), SECRET).place
        inputs: list[Any] = [{"a": 1}, {"a": 2}, {"b": 1}, ["a", 1], "a1", None]
        assert len({place("kind", one).name for one in inputs}) == len(inputs)
        assert len({place("kind", one).key for one in inputs}) == len(inputs)
        assert place("one", 1) != place("two", 1)
        assert place("kind", {"a": 1, "b": 2}) == place("kind", {"b": 2, "a": 1})


class TestLimits:
    async def test_are_shared_between_replicas(self, redis: RedisDoorway) -> None:
        doors = [redis_door.connect(redis.url, redis.token) for _ in range(2)]
        first, second = (Limits(door, per_hour=3) for door in doors)
        passed = [await limits.may_generate("org", "messages") for limits in (first, second, first, second)]
        assert passed == [True, True, True, False]
        assert await second.may_generate("another", "messages")
        assert await second.may_generate("org", "replies")
        for door in doors:
            await door.close()

    async def test_slide_in_this_process_without_redis(self) -> None:
        clock = Clock()
        door = redis_door.connect(NOWHERE, "t")
        limits = Limits(door, per_hour=2, clock=clock)
        assert [await limits.may_generate("org", "messages") for _ in range(3)] == [True, True, False]
        clock.now += HOUR_S + 1
        assert await limits.may_generate("org", "messages")
        await door.close()


class TestPurse:
    DAILY = Spend(tokens=1_000, micro_usd=500)

    def purse(self) -> Purse:
        return Purse(daily=self.DAILY, clock=Clock())

    def test_counts_what_is_under_way_at_its_worst(self) -> None:
        purse = self.purse()
        assert purse.hold("org", Spend(600, 100), [None, None])
        assert not purse.hold("org", Spend(600, 100), [None, None])
        assert purse.hold("another", Spend(600, 100), [None, None])

    def test_gives_back_what_was_not_spent(self) -> None:
        purse = self.purse()
        held = Spend(600, 100)
        assert purse.hold("org", held, [None, None])
        purse.settle("org", held, Spend(50, 10))
        assert purse.hold("org", Spend(900, 400), [None, None])

    def test_believes_the_shared_counters(self) -> None:
        assert not self.purse().hold("org", Spend(200, 10), ["900", "0"])
        assert not self.purse().hold("org", Spend(10, 200), ["0", "400"])

    def test_starts_anew_each_day(self) -> None:
        clock = Clock()
        purse = Purse(daily=self.DAILY, clock=clock)
        purse.hold("org", self.DAILY, [None, None])
        purse.settle("org", self.DAILY, self.DAILY)
        assert not purse.hold("org", Spend(1, 1), [None, None])
        clock.now += 24 * 3_600
        assert purse.hold("org", Spend(1, 1), [None, None])


class TestBreakers:
    def test_open_after_failures_in_a_row_and_let_one_try_later(self) -> None:
        clock = Clock()
        breakers = Breakers(clock)
        for _ in range(FAILURES_TO_OPEN):
            assert breakers.allows("p")
            breakers.failed("p")
        assert not breakers.allows("p")
        assert breakers.allows("another")
        clock.now += REST_S + 1
        assert breakers.allows("p")
        assert not breakers.allows("p")
        breakers.succeeded("p")
        assert breakers.allows("p")

    def test_a_success_between_failures_starts_the_count_again(self) -> None:
        breakers = Breakers(Clock())
        for _ in range(3 * FAILURES_TO_OPEN):
            breakers.failed("p")
            breakers.succeeded("p")
        assert breakers.allows("p")

    def test_a_failed_trial_opens_it_again(self) -> None:
        clock = Clock()
        breakers = Breakers(clock)
        for _ in range(FAILURES_TO_OPEN):
            breakers.failed("p")
        clock.now += REST_S + 1
        assert breakers.allows("p")
        breakers.failed("p")
        clock.now += REST_S / 2
        assert not breakers.allows("p")
