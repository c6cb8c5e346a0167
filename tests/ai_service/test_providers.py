"""Both SDKs over the wire, against stand-ins that can be told to be slow, fail, refuse, or answer nonsense."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.ai_service.conftest import RedisDoorway, Standins, served
from tests.ai_service.factories import (
    ORGANIZATION,
    REQUESTS,
    grant,
    message_request,
    qualification_request,
    settings_for,
)


def models_of(standins: Standins, **more: Any) -> dict[str, Any]:
    return {
        "anthropic_api_key": "sk-ant-of-the-tests",
        "openai_api_key": "sk-of-the-tests",
        "anthropic_base_url": standins.anthropic.url,
        "openai_base_url": f"{standins.openai.url}/v1",
    } | more


@pytest.fixture
def impatient(standins: Standins) -> Iterator[TestClient]:
    """A service that gives a model half a second."""
    with served(settings_for(**models_of(standins, model_timeout_s=0.5, model_deadline_s=4.0))) as client:
        yield client


@pytest.mark.parametrize("room", REQUESTS)
class TestOrder:
    def test_anthropic_answers_first(self, with_models: TestClient, standins: Standins, room: str) -> None:
        body = with_models.post(f"/v1/{room}", json=REQUESTS[room]()).json()
        assert (body["source"], body["model"]) == ("anthropic", "claude-sonnet-5-5")
        assert body["prompt_version"].startswith(f"{room}-1-")
        assert body["usage"]["input_tokens"] > 0
        assert body["usage"]["cost_usd"] > 0
        assert body["fallback_reason"] is None
        assert len(standins.openai.calls()) == 0

    def test_openai_answers_when_anthropic_is_down(
        self, with_models: TestClient, standins: Standins, room: str
    ) -> None:
        standins.anthropic.behave("fail", status=529)
        body = with_models.post(f"/v1/{room}", json=REQUESTS[room]()).json()
        assert (body["source"], body["model"]) == ("openai", "gpt-5.4-mini")
        assert len(standins.anthropic.calls()) == 2

    def test_the_rules_answer_when_both_are_down(self, with_models: TestClient, standins: Standins, room: str) -> None:
        for standin in standins:
            standin.behave("fail", status=503)
        answer = with_models.post(f"/v1/{room}", json=REQUESTS[room]())
        assert answer.status_code == 200
        assert (answer.json()["source"], answer.json()["fallback_reason"]) == ("rules", "models_unavailable")

    @pytest.mark.parametrize("lie", ["nonsense", "truncated", "empty", "refusal"])
    def test_what_is_no_answer_goes_to_the_next(
        self, with_models: TestClient, standins: Standins, room: str, lie: str
    ) -> None:
        standins.anthropic.behave("lie", lie=lie)
        body = with_models.post(f"/v1/{room}", json=REQUESTS[room]()).json()
        assert body["source"] == "openai"
        assert len(standins.anthropic.calls()) == 2

    def test_lies_from_both_leave_the_rules(self, with_models: TestClient, standins: Standins, room: str) -> None:
        for standin in standins:
            standin.behave("lie", lie="nonsense")
        assert with_models.post(f"/v1/{room}", json=REQUESTS[room]()).json()["source"] == "rules"

    def test_hostile_answers_break_no_rule(self, with_models: TestClient, standins: Standins, room: str) -> None:
        for standin in standins:
            standin.behave("lie", lie="hostile")
        answer = with_models.post(f"/v1/{room}", json=REQUESTS[room]())
        assert answer.status_code == 200
        assert "evil" not in answer.text
        assert "Globex" not in answer.text

    def test_the_second_call_comes_from_the_cache(self, with_models: TestClient, standins: Standins, room: str) -> None:
        first = with_models.post(f"/v1/{room}", json=REQUESTS[room]()).json()
        second = with_models.post(f"/v1/{room}", json=REQUESTS[room]()).json()
        assert (second["cached"], second["usage"]["input_tokens"]) == (True, 0)
        volatile = {"cached", "usage", "latency_ms"}
        assert {k: v for k, v in first.items() if k not in volatile} == {
            k: v for k, v in second.items() if k not in volatile
        }
        assert len(standins.anthropic.calls()) == 1


class TestFailures:
    def test_a_passing_fault_is_tried_once_more(self, with_models: TestClient, standins: Standins) -> None:
        standins.anthropic.behave("fail", status=500, times=1)
        body = with_models.post("/v1/messages", json=message_request()).json()
        assert body["source"] == "anthropic"
        assert len(standins.anthropic.calls()) == 2

    def test_a_wrong_key_is_not_tried_again(self, with_models: TestClient, standins: Standins) -> None:
        standins.anthropic.behave("fail", status=401)
        assert with_models.post("/v1/messages", json=message_request()).json()["source"] == "openai"
        assert len(standins.anthropic.calls()) == 1

    def test_a_long_retry_after_is_not_waited_for(self, with_models: TestClient, standins: Standins) -> None:
        standins.anthropic.behave("fail", status=429, headers={"retry-after": "30"})
        started = time.perf_counter()
        assert with_models.post("/v1/messages", json=message_request()).json()["source"] == "openai"
        assert time.perf_counter() - started < 5
        assert len(standins.anthropic.calls()) == 1

    def test_a_dropped_connection_goes_to_the_next(self, with_models: TestClient, standins: Standins) -> None:
        standins.anthropic.behave("fail", status=0)
        assert with_models.post("/v1/messages", json=message_request()).json()["source"] == "openai"

    def test_a_slow_model_is_cut_off(self, impatient: TestClient, standins: Standins) -> None:
        for standin in standins:
            standin.behave("slow", delay_s=30)
        started = time.perf_counter()
        body = impatient.post("/v1/messages", json=message_request()).json()
        assert body["source"] == "rules"
        assert time.perf_counter() - started < 10

    def test_a_dead_provider_stops_costing_its_time_out(self, impatient: TestClient, standins: Standins) -> None:
        standins.anthropic.behave("slow", delay_s=30)
        for number in range(3):
            request = message_request(organization_id=f"org-{number}")
            assert impatient.post("/v1/messages", json=request).json()["source"] == "openai"
        seen = len(standins.anthropic.calls())
        body = impatient.post("/v1/messages", json=message_request(organization_id="org-9")).json()
        assert body["source"] == "openai"
        assert len(standins.anthropic.calls()) == seen


class TestGrants:
    def test_a_customers_key_is_used_with_their_provider_only(self, standins: Standins) -> None:
        urls = models_of(standins, anthropic_api_key=None, openai_api_key=None)
        with served(settings_for(**urls)) as client:
            body = client.post("/v1/messages", json=message_request(grant=grant("openai"))).json()
            assert body["source"] == "openai"
            standins.openai.behave("fail", status=503)
            request = message_request(grant=grant("openai"), variants=1)
            assert client.post("/v1/messages", json=request).json()["source"] == "rules"
        assert standins.anthropic.calls() == []

    def test_an_expired_grant_leaves_the_rules(self, with_models: TestClient) -> None:
        body = with_models.post("/v1/messages", json=message_request(grant=grant(minutes=-1))).json()
        assert (body["source"], body["fallback_reason"]) == ("rules", "grant_expired")

    def test_a_grant_that_is_not_ours_is_refused(self, with_models: TestClient) -> None:
        answer = with_models.post("/v1/messages", json=message_request(grant="v1.1.bm9uc2Vuc2U"))
        assert (answer.status_code, answer.json()["code"]) == (400, "grant_refused")

    def test_another_organisations_grant_is_refused(self, with_models: TestClient) -> None:
        request = message_request(grant=grant(organization="00000000-0000-4000-8000-000000000001"))
        assert with_models.post("/v1/messages", json=request).status_code == 403

    def test_its_organisation_pays_when_the_request_names_none(self, standins: Standins, redis: RedisDoorway) -> None:
        more = {"upstash_redis_rest_url": redis.url, "upstash_redis_rest_token": redis.token}
        with served(settings_for(**models_of(standins, **more))) as client:
            client.post("/v1/messages", json=message_request(grant=grant(), organization_id=None))
        assert any(ORGANIZATION in name for name in redis.command("KEYS", "ai:spend:*"))


class TestLimits:
    def test_over_the_hourly_limit_the_rules_answer_and_say_so(self, standins: Standins, redis: RedisDoorway) -> None:
        more = {"upstash_redis_rest_url": redis.url, "upstash_redis_rest_token": redis.token}
        with served(settings_for(**models_of(standins, generation_limit_per_hour=2, **more))) as client:
            bodies = [client.post("/v1/messages", json=message_request(tone=str(n))).json() for n in range(4)]
            other = client.post("/v1/messages", json=message_request(organization_id="another")).json()
        assert [body["source"] for body in bodies] == ["anthropic", "anthropic", "rules", "rules"]
        assert bodies[2]["fallback_reason"] == "limit_reached"
        assert other["source"] == "anthropic"

    def test_over_the_daily_cost_cap_the_rules_answer_and_say_so(self, standins: Standins, redis: RedisDoorway) -> None:
        more = {"upstash_redis_rest_url": redis.url, "upstash_redis_rest_token": redis.token}
        # One attempt sets aside about 0.03 dollars and spends less than 0.01.
        with served(settings_for(**models_of(standins, organization_daily_cost_cap_usd=0.032, **more))) as client:
            bodies = [client.post("/v1/messages", json=message_request(tone=str(n))).json() for n in range(3)]
        assert bodies[0]["source"] == "anthropic"
        assert (bodies[2]["source"], bodies[2]["fallback_reason"]) == ("rules", "organization_cost_cap_reached")

    @pytest.mark.parametrize("cap", [{"call_cost_cap_usd": 0.0001}, {"call_token_cap": 1_000}])
    def test_a_call_over_its_own_cap_gets_the_rules_answer(self, standins: Standins, cap: dict[str, Any]) -> None:
        with served(settings_for(**models_of(standins, **cap))) as client:
            body = client.post("/v1/messages", json=message_request()).json()
        assert (body["source"], body["fallback_reason"]) == ("rules", "call_cost_cap_reached")
        assert standins.anthropic.calls() == []


class TestWithoutRedis:
    def test_everything_is_answered_and_one_warning_is_written(
        self, standins: Standins, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with served(settings_for(**models_of(standins))) as client:
            answers = [client.post("/v1/messages", json=message_request(tone=str(n))) for n in range(3)]
        assert {answer.status_code for answer in answers} == {200}
        assert {answer.json()["source"] for answer in answers} == {"anthropic"}
        assert capsys.readouterr().out.count('"redis_away"') == 1

    def test_the_limit_holds_in_this_process(self, standins: Standins) -> None:
        with served(settings_for(**models_of(standins, generation_limit_per_hour=1))) as client:
            sources = [
                client.post("/v1/messages", json=message_request(tone=str(n))).json()["source"] for n in range(2)
            ]
        assert sources == ["anthropic", "rules"]


class TestLogs:
    def test_hold_neither_the_prospects_text_nor_a_key(
        self, standins: Standins, capsys: pytest.CaptureFixture[str]
    ) -> None:
        standins.openai.behave("lie", lie="hostile")
        standins.anthropic.behave("fail", status=500)
        with served(settings_for(**models_of(standins, log_level="DEBUG"))) as client:
            for room, make in REQUESTS.items():
                client.post(f"/v1/{room}", json=make(grant=grant("openai", key="sk-theirs")))
        printed = capsys.readouterr().out
        lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        assert any(line["event"] == "request" for line in lines)
        for secret in (
            "Durand",
            "novalys",
            "claire",
            "repensé",
            "intéresse",
            "sk-theirs",
            "sk-of-the-tests",
            "a-token-for",
        ):
            assert secret not in printed


class TestReview:
    def test_a_score_far_from_the_rules_goes_to_a_human(self, with_models: TestClient, standins: Standins) -> None:
        generous = {"points": 25, "known": True, "evidence": "sehr gut"}
        text = json.dumps(dict.fromkeys(("budget", "authority", "need", "timeline"), generous))
        body = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        standins.anthropic.behave("lie", body=body)
        request = qualification_request(
            prospect={"first_name": "A", "title": "Intern", "recent_posts": 0}, company={"name": "X", "size": 5}
        )
        answer = with_models.post("/v1/qualifications", json=request).json()
        assert answer["score"] == 100
        assert answer["needs_review"] is True
        assert "25 points" in answer["review_reason"]
