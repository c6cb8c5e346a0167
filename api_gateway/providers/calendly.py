"""Calendly, API v2, as far as a person is forgotten there: meetings to come cancelled, an invitee's data deleted."""

import re
from typing import Any

import httpx2

from api_gateway.providers.forgetting import Step, Traces
from kit.errors import VendorFailed

CALL_LIMIT_S = 10.0
_EVENT = re.compile(r"/scheduled_events/([^/?#]+)")


class Calendly:
    """One customer's Calendly account."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str, key: str) -> None:
        self._client = client
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}

    async def forget(self, traces: Traces) -> list[Step]:
        """Cancel what is to come, and have the invitee's data deleted where the plan (Enterprise) lets it.

        Calendly takes up to seven days for the latter. Raises VendorFailed.
        """
        cancelled = 0
        for uri in traces.upcoming_bookings:
            if event := _EVENT.search(uri):
                # 403: it is cancelled or over already. 404: it is gone.
                path = f"/scheduled_events/{event[1]}/cancellation"
                cancelled += await self._post(path, {"reason": ""}, unless={403, 404})
        is_taken = await self._post(
            "/data_compliance/deletion/invitees", {"emails": list(traces.emails)}, unless={403, 404}
        )
        return [
            Step("upcoming_bookings_cancelled", "done", cancelled),
            Step("invitee_data_deleted", "done" if is_taken else "not_offered", len(traces.emails)),
        ]

    async def cancel_event(self, uri: str, reason: str) -> None:
        """Cancel the meeting of an invitee's uri; one that is cancelled or gone is no failure. Raises VendorFailed."""
        event = _EVENT.search(uri)
        if event is None:
            raise VendorFailed("Calendly's meeting is not known by its address; cancel it there.")
        await self._post(f"/scheduled_events/{event[1]}/cancellation", {"reason": reason}, unless={403, 404})

    async def _post(self, path: str, body: dict[str, Any], *, unless: set[int]) -> bool:
        try:
            answer = await self._client.post(self._base + path, json=body, headers=self._headers, timeout=CALL_LIMIT_S)
        except httpx2.HTTPError as error:
            raise VendorFailed("Calendly could not be reached.") from error
        if not answer.is_success and answer.status_code not in unless:
            raise VendorFailed(f"Calendly answered {answer.status_code}.")
        return answer.is_success
