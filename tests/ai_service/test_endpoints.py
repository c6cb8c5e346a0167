from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.ai_service.factories import REQUESTS, message_request, qualification_request

EVERY_ANSWER = {"source", "model", "prompt_version", "cached", "usage", "latency_ms", "fallback_reason"}
OWN_FIELDS = {
    "enrichments": {"summary", "talking_points", "pain_points", "disc", "company_facts", "language"},
    "qualifications": {"score", "criteria", "decision", "needs_review", "review_reason", "rules_score"},
    "messages": {"variants", "language", "dropped"},
    "replies": {
        *("intent", "sentiment", "confidence", "language", "action", "hold_until", "draft", "bant_facts", "reasons"),
        "escalations",
    },
}


@pytest.mark.parametrize("room", REQUESTS)
class TestEveryCall:
    def test_without_a_token_is_refused(self, rules_only: TestClient, room: str) -> None:
        answer = rules_only.post(f"/v1/{room}", json=REQUESTS[room](), headers={"Authorization": ""})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"

    def test_with_a_wrong_token_is_refused(self, rules_only: TestClient, room: str) -> None:
        answer = rules_only.post(f"/v1/{room}", json=REQUESTS[room](), headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401

    def test_with_an_unknown_field_is_refused_and_names_it(self, rules_only: TestClient, room: str) -> None:
        answer = rules_only.post(f"/v1/{room}", json=REQUESTS[room](prospct={}))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "prospct"

    def test_with_an_unknown_field_inside_is_refused(self, rules_only: TestClient, room: str) -> None:
        answer = rules_only.post(f"/v1/{room}", json=REQUESTS[room](prospect={"first_name": "A", "age": 40}))
        assert answer.status_code == 422

    def test_answers_by_rules_without_any_key_and_says_so(self, rules_only: TestClient, room: str) -> None:
        answer = rules_only.post(f"/v1/{room}", json=REQUESTS[room]())
        assert answer.status_code == 200
        body = answer.json()
        assert set(body) == EVERY_ANSWER | OWN_FIELDS[room]
        assert (body["source"], body["model"], body["cached"]) == ("rules", "rules", False)
        assert body["fallback_reason"] == "no_model_configured"
        assert body["usage"] == {"input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0}

    def test_carries_the_request_id_back(self, rules_only: TestClient, room: str) -> None:
        answer = rules_only.post(f"/v1/{room}", json=REQUESTS[room](), headers={"X-Request-Id": "from-the-workflow"})
        assert answer.headers["x-request-id"] == "from-the-workflow"

    def test_refuses_a_body_over_a_mebibyte(self, rules_only: TestClient, room: str) -> None:
        answer = rules_only.post(f"/v1/{room}", json=REQUESTS[room](locale="x" * 1_100_000))
        assert answer.status_code == 413

    def test_is_described_by_its_operation_id(self, rules_only: TestClient, room: str) -> None:
        document = rules_only.get("/openapi.json").json()
        operation = document["paths"][f"/v1/{room}"]["post"]
        assert operation["operationId"] == f"{room}_create"
        assert {"200", "400", "401", "403", "413", "422"} <= set(operation["responses"])


class TestHealth:
    @pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/version", "/docs"])
    def test_is_open_to_the_platform(self, rules_only: TestClient, path: str) -> None:
        assert rules_only.get(path, headers={"Authorization": ""}).status_code == 200


class TestInput:
    @pytest.mark.parametrize(
        "gaps",
        [
            {"first_name": None},
            {"first_name": "", "recent_activity": None},
            {"first_name": "A", "job_started_on": "2026-10-01T08:00:00Z", "recent_posts": None},
            {"first_name": "A", "job_started_on": "2025-01"},
            {"first_name": "A", "job_started_on": "2025"},
            {"first_name": "A", "job_started_on": ""},
        ],
    )
    def test_with_the_gaps_of_scraped_profiles_is_taken(self, rules_only: TestClient, gaps: dict[str, Any]) -> None:
        assert rules_only.post("/v1/qualifications", json={"prospect": gaps}).status_code == 200

    def test_a_prospect_alone_is_enough(self, rules_only: TestClient) -> None:
        minimal = {"prospect": {"first_name": "Ada"}}
        for room in ("enrichments", "qualifications"):
            assert rules_only.post(f"/v1/{room}", json=minimal).status_code == 200
        assert rules_only.post("/v1/messages", json=minimal | {"kind": "email"}).status_code == 200
        assert rules_only.post("/v1/replies", json={"reply": {"subject": None}}).status_code == 200

    def test_without_a_prospect_is_refused(self, rules_only: TestClient) -> None:
        request = qualification_request()
        del request["prospect"]
        assert rules_only.post("/v1/qualifications", json=request).status_code == 422

    def test_takes_a_whole_enrichment_answer_as_a_messages_enrichment(self, rules_only: TestClient) -> None:
        answer = rules_only.post("/v1/enrichments", json=REQUESTS["enrichments"]()).json()
        assert rules_only.post("/v1/messages", json=message_request(enrichment=answer)).status_code == 200

    @pytest.mark.parametrize("wrong", [{"kind": "fax"}, {"variants": 0}, {"variants": 4}, {"channel": "pigeon"}])
    def test_outside_the_closed_values_is_refused(self, rules_only: TestClient, wrong: dict[str, Any]) -> None:
        assert rules_only.post("/v1/messages", json=message_request(**wrong)).status_code == 422

    def test_hidden_characters_are_taken_out(self, rules_only: TestClient) -> None:
        request = qualification_request(prospect={"first_name": "A", "title": "C\u200bE\u202eO"})
        evidence = rules_only.post("/v1/qualifications", json=request).json()["criteria"]["authority"]
        assert evidence["points"] == 25
