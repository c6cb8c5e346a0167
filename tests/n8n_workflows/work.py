"""Work for the flows, made from the examples that stand beside them."""

import json
from pathlib import Path
from typing import Any

from n8n_workflows.manifest import ROOT

EXAMPLES: dict[str, tuple[str, str]] = {
    "/internal/v1/enrichments/claim": ("enrich_and_qualify_prospects/fixtures/claimed_prospect.json", "enrollment_id"),
    "/internal/v1/scrapes/claim": ("scrape_linkedin_prospects/fixtures/claimed_scrape.json", "run_id"),
    "/internal/v1/sends/claim": ("send_due_messages/fixtures/claimed_message.json", "intent_id"),
    "/internal/v1/messages/claim": ("advance_scenarios/fixtures/claimed_step.json", "step_id"),
    "/internal/v1/replies/claim": ("handle_replies/fixtures/claimed_reply.json", "reply_id"),
    "/internal/v1/meetings/claim": ("record_meetings/fixtures/claimed_event.json", "event_id"),
}
"""For each claim: an item that it answers, and the field that tells items apart."""


def example(claim: str) -> dict[str, Any]:
    """One claimed item."""
    item: dict[str, Any] = json.loads((ROOT / Path(EXAMPLES[claim][0])).read_text(encoding="utf-8"))
    return item


def items(claim: str, count: int) -> list[dict[str, Any]]:
    """That many claimed items: ids `item-0` …, leases `lease-of-item-0` …"""
    key = EXAMPLES[claim][1]
    return [
        example(claim) | {key: f"item-{number}", "lease_token": f"lease-of-item-{number}"} for number in range(count)
    ]


def prospects(count: int) -> list[dict[str, Any]]:
    """Claimed prospects whose first name is their id, so that the model's double can tell them apart."""
    found = items("/internal/v1/enrichments/claim", count)
    for item in found:
        item["prospect"] = item["prospect"] | {"first_name": item["enrollment_id"]}
    return found
