"""Instantly's webhooks: subscription with a closed schema, test, resume, and the log of what was delivered."""

import json
import time
import uuid
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.standins.instantly.rooms import Rooms
from sandbox.standins.ledger import timestamp
from sandbox.standins.standin import Record, json_object, public

EVENT_TYPES = (
    "all_events", "email_sent", "email_opened", "email_link_clicked", "reply_received", "email_bounced",
    "lead_unsubscribed", "campaign_completed", "account_error", "lead_neutral", "lead_interested",
    "lead_not_interested", "lead_meeting_booked", "lead_meeting_completed", "lead_closed", "lead_out_of_office",
    "lead_wrong_person",
    "lead_no_show", "supersearch_enrichment_completed",
)  # fmt: skip
_KNOWN = {"target_hook_url", "event_type", "campaign", "custom_interest_value", "headers", "name"}


class WebhookRoutes(Rooms):
    """Nothing is signed; the subscriber's own headers are all the proof there is."""

    async def create_webhook(self, request: Request) -> Response:
        """Subscribe. Unknown keys are refused."""
        body = await json_object(request)
        if problem := _problem(body, complete=True):
            return self.error(400, problem)
        record = {
            "id": self.new_id(),
            "organization": self.workspace,
            "campaign": body.get("campaign"),
            "name": body.get("name"),
            "target_hook_url": body["target_hook_url"],
            "event_type": body.get("event_type", "all_events"),
            "custom_interest_value": body.get("custom_interest_value"),
            "headers": dict(body.get("headers") or {}),
            "timestamp_created": timestamp(),
            "status": 1,
            "timestamp_error": None,
            "_since": time.time(),
        }
        self.effect("webhook_created", record["id"], "webhooks", record)
        return JSONResponse(public(record))

    async def list_webhooks(self, request: Request) -> Response:
        """All subscriptions; status -1 is one that was switched off after failures."""
        return self.page(request.query_params, self.live("webhooks"))

    async def get_webhook(self, request: Request) -> Response:
        """One subscription."""
        return self.one("webhooks", request)

    async def update_webhook(self, request: Request) -> Response:
        """Change a subscription."""
        row = self.find("webhooks", request)
        if row is None:
            return self.error(404, "Webhook not found")
        body = await json_object(request)
        if problem := _problem(body, complete=False):
            return self.error(400, problem)
        row = row | body
        self.effect("webhook_updated", row["id"], "webhooks", row)
        return JSONResponse(public(row))

    async def delete_webhook(self, request: Request) -> Response:
        """End a subscription."""
        return self.delete("webhooks", request, "webhook_deleted")

    async def test_webhook(self, request: Request) -> Response:
        """Send a test payload now."""
        row = self.find("webhooks", request)
        if row is None:
            return self.error(404, "Webhook not found")
        payload = {
            "timestamp": timestamp(),
            "event_type": "test",
            "workspace": self.workspace,
            "campaign_id": str(uuid.UUID(int=0)),
        }
        status = await self.post(row["target_hook_url"], json.dumps(payload).encode(), row["headers"])
        success = status is not None and 200 <= status < 300
        return JSONResponse({"success": success, "status_code": status, "response_time_ms": 1})

    async def resume_webhook(self, request: Request) -> Response:
        """Switch a subscription on again; what failed meanwhile is not sent again."""
        row = self.find("webhooks", request)
        if row is None:
            return self.error(404, "Webhook not found")
        row = row | {"status": 1}
        self.effect("webhook_resumed", row["id"], "webhooks", row)
        return JSONResponse(public(row))

    async def event_types(self, _: Request) -> Response:
        """What can be subscribed to; payloads use two names more."""
        return JSONResponse(
            {"event_types": [{"id": name, "label": name.replace("_", " ").title()} for name in EVENT_TYPES]}
        )

    async def list_webhook_events(self, request: Request) -> Response:
        """Every delivery with its outcome, newest first."""
        query = request.query_params
        rows = self.live("events")
        if query.get("success") in {"true", "false"}:
            rows = [row for row in rows if row["success"] is (query["success"] == "true")]
        if since := query.get("from"):
            rows = [row for row in rows if row["timestamp_created"] >= since]
        if until := query.get("to"):
            rows = [row for row in rows if row["timestamp_created"] <= until]
        if search := query.get("search", "").lower():
            rows = [row for row in rows if search in f"{row['lead_email']} {row['webhook_url']}".lower()]
        rows.reverse()
        return self.page(query, rows)

    async def get_webhook_event(self, request: Request) -> Response:
        """One delivery."""
        return self.one("events", request)

    async def summarise_events(self, _: Request) -> Response:
        """How many deliveries went well."""
        return JSONResponse(_summary(self.live("events")))

    async def summarise_events_by_date(self, _: Request) -> Response:
        """How many deliveries went well, day by day."""
        rows = self.live("events")
        days = sorted({row["timestamp_created_date"] for row in rows})
        answer = [
            {"date": day} | _summary([row for row in rows if row["timestamp_created_date"] == day]) for day in days
        ]
        return JSONResponse({"summaries": answer})


def _summary(rows: list[Record]) -> dict[str, Any]:
    count = Counter(row["success"] for row in rows)
    success_rate = count[True] / len(rows) if rows else 0
    return {
        "total_events": len(rows),
        "success_count": count[True],
        "error_count": count[False],
        "success_rate": success_rate,
    }


def _problem(body: Record, *, complete: bool) -> str | None:
    """What Instantly would refuse in a subscription, or None."""
    if set(body) - _KNOWN:
        return "body must NOT have additional properties"
    if complete and not body.get("target_hook_url"):
        return "body must have required property 'target_hook_url'"
    if "target_hook_url" in body and urlsplit(str(body["target_hook_url"])).scheme not in {"http", "https"}:
        return "body/target_hook_url must match format 'uri'"
    if body.get("event_type", "all_events") not in EVENT_TYPES:
        return "body/event_type must be equal to one of the allowed values"
    if not isinstance(body.get("headers", {}), dict):
        return "body/headers must be object"
    return None
