"""The REST door of Redis, as the clients that the services use see it."""

import hashlib
import json
from collections.abc import Iterator

import httpx2
import pytest
from upstash_ratelimit import FixedWindow, Ratelimit, SlidingWindow
from upstash_redis import Redis
from upstash_redis.errors import UpstashError

from tests.sandbox.conftest import Ground


@pytest.fixture
def redis(ground: Ground) -> Iterator[Redis]:
    with Redis(ground.environments.urls["upstash"], ground.secrets.upstash_token, allow_telemetry=False) as client:
        client.flushall()
        yield client


@pytest.fixture
def http(ground: Ground) -> Iterator[httpx2.Client]:
    headers = {"authorization": f"Bearer {ground.secrets.upstash_token}"}
    with httpx2.Client(base_url=ground.environments.urls["upstash"], headers=headers) as client:
        yield client


class TestTheUnchangedClient:
    def test_keeps_text_of_any_script(self, redis: Redis) -> None:
        redis.set("greeting", "Où êtes-vous ? 你好 🌍", ex=60)
        assert redis.get("greeting") == "Où êtes-vous ? 你好 🌍"
        assert 0 < redis.ttl("greeting") <= 60

    def test_gets_null_for_what_is_not_there(self, redis: Redis) -> None:
        assert redis.get("nothing") is None

    def test_raises_what_redis_says(self, redis: Redis) -> None:
        redis.set("word", "not a number")
        with pytest.raises(UpstashError, match="value is not an integer"):
            redis.incr("word")

    def test_claims_a_key_once_and_frees_it_by_script(self, redis: Redis) -> None:
        assert redis.set("lock", "mine", nx=True, px=60_000)
        assert not redis.set("lock", "yours", nx=True, px=60_000)
        release = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
        assert redis.eval(release, ["lock"], ["yours"]) == 0
        assert redis.eval(release, ["lock"], ["mine"]) == 1

    def test_says_when_a_script_is_not_known(self, redis: Redis) -> None:
        with pytest.raises(UpstashError, match="NOSCRIPT"):
            redis.evalsha("0" * 40, [], [])

    def test_runs_a_known_script_by_its_hash(self, redis: Redis) -> None:
        sha = redis.script_load("return ARGV[1]")
        assert redis.evalsha(sha, [], ["again"]) == "again"

    def test_knows_a_script_with_a_line_of_flags_by_the_hash_the_client_computes(self, redis: Redis) -> None:
        script = "#!lua flags=allow-key-locking\nreturn ARGV[1]"
        sha = hashlib.sha1(script.encode()).hexdigest()
        assert redis.script_load(script) == sha
        assert redis.evalsha(sha, [], ["known"]) == "known"

    def test_pipelines(self, redis: Redis) -> None:
        pipeline = redis.pipeline()
        pipeline.set("a", "1")
        pipeline.incr("a")
        pipeline.hset("h", "field", "value")
        pipeline.hgetall("h")
        assert pipeline.exec() == [True, 2, 1, {"field": "value"}]

    def test_runs_a_transaction(self, redis: Redis) -> None:
        transaction = redis.multi()
        transaction.incr("count")
        transaction.expire("count", 60)
        assert transaction.exec() == [1, 1]

    @pytest.mark.parametrize(
        "limiter", [FixedWindow(max_requests=3, window=60), SlidingWindow(max_requests=3, window=60)]
    )
    def test_limits_rates(self, redis: Redis, limiter: FixedWindow | SlidingWindow) -> None:
        limit = Ratelimit(redis=redis, limiter=limiter, prefix=type(limiter).__name__)
        assert [limit.limit("somebody").allowed for _ in range(5)] == [True, True, True, False, False]


class TestTheWire:
    def test_refuses_a_wrong_token(self, ground: Ground) -> None:
        answer = httpx2.post(ground.environments.urls["upstash"], headers={"authorization": "Bearer no"}, json=["PING"])
        assert answer.status_code == 401
        assert answer.json()["error"].startswith("WRONGPASS")

    def test_takes_the_token_as_a_query_too(self, ground: Ground) -> None:
        answer = httpx2.get(f"{ground.environments.urls['upstash']}/ping?_token={ground.secrets.upstash_token}")
        assert answer.json() == {"result": "PONG"}

    def test_takes_commands_as_paths(self, http: httpx2.Client) -> None:
        assert http.get("/set/colour/red?EX=60").json() == {"result": "OK"}
        assert http.post("/set/colour", content=b"blue and green").json() == {"result": "OK"}
        assert http.get("/get/colour").json() == {"result": "blue and green"}

    def test_answers_400_to_a_command_that_redis_refuses(self, http: httpx2.Client) -> None:
        answer = http.post("/", json=["NOSUCHCOMMAND"])
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("ERR unknown command")

    @pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'["SET", ["nested"]]', b"not json"])
    def test_answers_400_to_what_is_no_command(self, http: httpx2.Client, body: bytes) -> None:
        answer = http.post("/", content=body)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("ERR failed to parse")

    @pytest.mark.parametrize("command", ["SUBSCRIBE", "blpop", "WATCH", "config", "SHUTDOWN"])
    def test_refuses_what_a_stateless_door_cannot_carry(self, http: httpx2.Client, command: str) -> None:
        answer = http.post("/", json=[command, "x"])
        assert answer.status_code == 400
        assert "not available over REST" in answer.json()["error"]

    def test_reports_errors_of_a_pipeline_item_by_item(self, http: httpx2.Client) -> None:
        answer = http.post("/pipeline", json=[["SET", "n", "x"], ["INCR", "n"], ["GET", "n"], ["WATCH", "n"]])
        assert answer.status_code == 200
        results = answer.json()
        assert results[0] == {"result": "OK"}
        assert "not an integer" in results[1]["error"]
        assert results[2] == {"result": "x"}
        assert "not available" in results[3]["error"]

    def test_discards_a_transaction_with_a_command_redis_does_not_know(self, http: httpx2.Client) -> None:
        http.post("/", json=["SET", "untouched", "before"])
        answer = http.post("/multi-exec", json=[["SET", "untouched", "after"], ["NOSUCHCOMMAND"]])
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("EXECABORT")
        assert http.get("/get/untouched").json() == {"result": "before"}

    def test_encodes_strings_when_asked(self, http: httpx2.Client) -> None:
        http.post("/", json=["SET", "text", "héhé"])
        encoded = {"upstash-encoding": "base64"}
        assert http.post("/", json=["GET", "text"], headers=encoded).json() == {"result": "aMOpaMOp"}
        assert http.post("/", json=["SET", "text", "x"], headers=encoded).json() == {"result": "OK"}

    def test_refuses_a_body_that_is_too_long(self, http: httpx2.Client) -> None:
        answer = http.post("/", content=json.dumps(["SET", "k", "x" * (10 * 1024 * 1024)]).encode())
        assert answer.status_code == 413

    def test_says_so_when_redis_is_away_and_works_when_it_is_back(self, ground: Ground, http: httpx2.Client) -> None:
        ground.supervisor.kill("redis")
        answer = http.post("/", json=["PING"])
        assert answer.status_code == 503
        assert "does not answer" in answer.json()["error"]
        ground.supervisor.restart("redis")
        assert http.post("/", json=["PING"]).json() == {"result": "PONG"}
