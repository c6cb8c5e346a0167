"""Flows against the services' OpenAPI documents: the real ones, and small ones that differ in one thing."""

from dataclasses import replace
from typing import Any

import pytest

from n8n_workflows.checks.contracts import check_contracts
from n8n_workflows.checks.finding import Book, load_book
from n8n_workflows.http_call import Service
from tests.n8n_workflows.services import ai_document, gateway_document


@pytest.fixture(scope="module")
def book() -> Book:
    return load_book()


@pytest.fixture(scope="module")
def documents() -> dict[Service, Any]:
    return {"api_gateway": gateway_document(), "ai_service": ai_document()}


def test_no_flow_asks_for_what_a_service_does_not_offer(book: Book, documents: dict[Service, Any]) -> None:
    assert [str(finding) for finding in check_contracts(book, documents)] == []


def schema(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def claim(
    path: str = "/internal/v1/sends/claim",
    *,
    method: str = "post",
    body: dict[str, Any] | None = None,
    items: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A document with the send claim alone."""
    item = items or schema([], **{name: {} for name in ("intent_id", "lease_token", "organization_id")})
    answer = schema([], items={"type": "array", "items": {"anyOf": [item, {"type": "null"}]}}, remaining={})
    taken = body or schema([], limit={}, campaign_id={})
    return {
        "paths": {
            path: {
                method: {
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/In"}}}},
                    "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
                }
            }
        },
        "components": {"schemas": {"In": taken}},
    }


class TestCheckContracts:
    """`Claim due messages` sends `limit` and `campaign_id` and hands five fields of each item on."""

    def findings(self, book: Book, document: dict[str, Any]) -> list[str]:
        entry = book.workflows["smSend01"]
        alone = replace(book, workflows={"smSend01": entry})
        found = check_contracts(alone, {"api_gateway": document})
        return [finding.message for finding in found if finding.node == "Claim due messages"]

    def test_accepts_a_service_that_answers_all(self, book: Book) -> None:
        names = ("intent_id", "lease_token", "organization_id", "campaign_id", "channel")
        assert self.findings(book, claim(items=schema([], **{name: {} for name in names}))) == []

    @pytest.mark.parametrize("document", [claim("/internal/v1/sends/take"), claim(method="get")])
    def test_finds_a_route_that_is_gone(self, book: Book, document: dict[str, Any]) -> None:
        assert "is not in the service's OpenAPI document" in self.findings(book, document)[0]

    def test_finds_a_key_that_the_service_does_not_take(self, book: Book) -> None:
        messages = self.findings(book, claim(body=schema([], limit={})))
        assert "/internal/v1/sends/claim takes no 'campaign_id' in the body" in messages

    def test_finds_a_required_key_that_is_not_sent(self, book: Book) -> None:
        messages = self.findings(book, claim(body=schema(["mailbox"], limit={}, campaign_id={}, mailbox={})))
        assert "/internal/v1/sends/claim requires 'mailbox' in the body" in messages

    def test_finds_a_field_of_an_item_that_is_not_answered(self, book: Book) -> None:
        messages = self.findings(book, claim())
        assert "/internal/v1/sends/claim answers no 'channel' in its items" in messages

    def test_looks_into_an_object_written_out_inside_the_body(self, book: Book) -> None:
        alone = replace(book, workflows={"smEnrich02": book.workflows["smEnrich02"]})
        enrichment = schema(["model"], summary={}, model={})
        body = schema([], **{key: {} for key in ("kind", "channel", "step")}, enrichment=enrichment)
        document = claim("/v1/messages", body=body)
        messages = [finding.message for finding in check_contracts(alone, {"ai_service": document})]
        assert "/v1/messages requires 'model' in its enrichment" in messages
        assert "/v1/messages takes no 'disc' in its enrichment" in messages
