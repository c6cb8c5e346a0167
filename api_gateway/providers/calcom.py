"""Cal.com, API v2: bookings and webhooks. Every call names its contract's version: without it an older one answers."""

from datetime import UTC, datetime
from typing import Any

import httpx2

from api_gateway.providers.forgetting import Step, Traces
from api_gateway.providers.port import said
from kit.errors import VendorFailed
from kit.redaction import redact

BOOKINGS_VERSION = "2024-08-13"
WEBHOOK_VERSION = "2021-10-20"
CALL_LIMIT_S = 10.0
PAGE = 100
MAX_PAGES = 50
MOST_BOOKINGS = PAGE * MAX_PAGES
TRIGGERS = (
    "BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED", "BOOKING_REJECTED", "BOOKING_REQUESTED",
    "BOOKING_NO_SHOW_UPDATED", "MEETING_ENDED",
)  # fmt: skip


class Calcom:
    """One customer's Cal.com account. Every call raises VendorFailed when the vendor does not do it."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str, key: str) -> None:
        self._client = client
        self._base = base_url.rstrip("/") + "/v2"
        self._headers = {"Authorization": f"Bearer {key}", "cal-api-version": BOOKINGS_VERSION}

    async def register_webhook(self, target_url: str, secret: str) -> str:
        """Subscribe `target_url` to everything about bookings, signed with `secret`. Answers its id."""
        body = {
            "subscriberUrl": target_url,
            "triggers": list(TRIGGERS),
            "active": True,
            "secret": secret,
            "version": WEBHOOK_VERSION,
        }
        created = await self._call("POST", "/webhooks", json=body)
        return str((created.get("data") or {}).get("id") or "")

    async def delete_webhook(self, webhook_id: str) -> None:
        """End a subscription; one that is gone is no failure."""
        await self._call("DELETE", f"/webhooks/{webhook_id}", may_be_gone=True)

    async def webhook_is_active(self, webhook_id: str) -> bool:
        """False when the subscription is gone or was switched off."""
        webhook = (await self._call("GET", f"/webhooks/{webhook_id}", may_be_gone=True)).get("data")
        return isinstance(webhook, dict) and webhook.get("active") is not False

    async def bookings_changed_since(self, since: datetime) -> list[dict[str, Any]]:
        """The bookings that were made or changed after `since`, oldest change first, at most `MOST_BOOKINGS`."""
        found: list[dict[str, Any]] = []
        for page in range(MAX_PAGES):
            answer = await self._call(
                "GET",
                "/bookings",
                params={
                    "afterUpdatedAt": since.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                    "sortUpdatedAt": "asc",
                    "take": str(PAGE),
                    "skip": str(page * PAGE),
                },
            )
            rows = answer.get("data")
            if not isinstance(rows, list):
                raise VendorFailed("Cal.com answered without a list.")
            found += [row for row in rows if isinstance(row, dict)]
            if len(rows) < PAGE:
                break
        return found

    async def cancel_booking(self, uid: str, reason: str) -> None:
        """Cancel a meeting; one that is cancelled already is no failure."""
        try:
            await self._call("POST", f"/bookings/{uid}/cancel", json={"cancellationReason": reason}, may_be_gone=True)
        except VendorFailed as error:
            if "already cancelled" not in error.detail:
                raise

    async def forget(self, traces: Traces) -> list[Step]:
        """Cancel what is to come; Cal.com lets no booking be deleted, so its past stays there. Raises VendorFailed."""
        for uid in traces.upcoming_bookings:
            await self.cancel_booking(uid, "")
        kept = Step("booking_history_deleted", "not_offered", len(traces.bookings))
        return [Step("upcoming_bookings_cancelled", "done", len(traces.upcoming_bookings)), kept]

    async def _call(self, method: str, path: str, *, may_be_gone: bool = False, **options: Any) -> dict[str, Any]:
        try:
            answer = await self._client.request(
                method, self._base + path, headers=self._headers, timeout=CALL_LIMIT_S, **options
            )
        except httpx2.HTTPError as error:
            raise VendorFailed("Cal.com could not be reached.") from error
        if may_be_gone and answer.status_code == 404:
            return {}
        try:
            content = answer.json() if answer.content else {}
        except ValueError:
            content = None
        if not answer.is_success or not isinstance(content, dict):
            raise VendorFailed(f"Cal.com answered {answer.status_code}: {_said(content)}"[:300])
        return content


def _said(content: Any) -> str:
    error = content.get("error") if isinstance(content, dict) else None
    if isinstance(error, dict):
        return said(error, "message")
    return redact(str(error or "nothing readable"))[:200]
