"""Calendly, API v2: webhook subscriptions, meetings and who comes to them, and forgetting a person."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from api_gateway.providers.forgetting import Step, Traces
from api_gateway.providers.port import said
from kit.errors import VendorFailed

CALL_LIMIT_S = 10.0
PAGE = 100
MAX_PAGES = 200
EVENTS = ("invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted")
# Who was absent is noted after the meeting: this long after its start it is still looked at.
NOTED_WITHIN = timedelta(days=2)
_EVENT = re.compile(r"/scheduled_events/([^/?#]+)")


@dataclass(frozen=True)
class Booked:
    """A meeting (`event`) with one of those who were invited to it, both as Calendly shows them."""

    event: dict[str, Any]
    invitee: dict[str, Any]


class Calendly:
    """One customer's Calendly account. Every call raises VendorFailed when the vendor does not do it."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str, key: str) -> None:
        self._client = client
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}

    async def register_webhook(self, target_url: str, signing_key: str) -> str:
        """Subscribe `target_url` to everything about invitees, signed with `signing_key`. Answers the id.

        For the whole organization; for the key's own meetings where its person is no administrator there.
        """
        whose = await self._whose()
        body = {"url": target_url, "events": list(EVENTS), "signing_key": signing_key}
        answer = await self._send("POST", "/webhook_subscriptions", json={**body, **whose, "scope": "organization"})
        if answer.status_code == 403:
            answer = await self._send("POST", "/webhook_subscriptions", json={**body, **whose, "scope": "user"})
        subscription = _content(answer).get("resource")
        number = str(subscription.get("uri") or "").rpartition("/")[2] if isinstance(subscription, dict) else ""
        if not number:
            raise VendorFailed("Calendly named no subscription.")
        return number

    async def webhook_is_active(self, webhook_id: str) -> bool:
        """False when the subscription is gone, or was disabled after a day of failures: then it must be made anew."""
        answer = await self._send("GET", f"/webhook_subscriptions/{webhook_id}")
        if answer.status_code == 404:
            return False
        subscription = _content(answer).get("resource")
        return isinstance(subscription, dict) and subscription.get("state") == "active"

    async def delete_webhook(self, webhook_id: str) -> None:
        """End a subscription; one that is gone is no failure."""
        answer = await self._send("DELETE", f"/webhook_subscriptions/{webhook_id}")
        if answer.status_code != 404 and not answer.is_success:
            raise VendorFailed(f"Calendly answered {answer.status_code}.")

    async def changed_since(self, since: datetime) -> list[Booked]:
        """Everybody invited to a meeting that was made or changed after `since`, in the order of the meetings.

        Calendly lists meetings by their start only: all that are not long over are gone through.
        """
        whose = await self._whose()
        query = {"min_start_time": _text(since - NOTED_WITHIN), "sort": "start_time:asc"}
        events = await self._all("/scheduled_events", {**query, "organization": whose["organization"]}, unless={403})
        if events is None:
            events = await self._all("/scheduled_events", {**query, "user": whose["user"]})
        found: list[Booked] = []
        for event in events or []:
            number = _EVENT.search(str(event.get("uri") or ""))
            if number is None or not _may_have_changed(event, since):
                continue
            invitees = await self._all(f"/scheduled_events/{number[1]}/invitees", {}, unless={404}) or []
            found += [Booked(event, one) for one in invitees if _changed(one, since)]
        return found

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

    async def _whose(self) -> dict[str, str]:
        """Who the key belongs to: the addresses of the user and of their organization."""
        user = _content(await self._send("GET", "/users/me")).get("resource")
        known = {
            "user": str(user.get("uri") or "") if isinstance(user, dict) else "",
            "organization": str(user.get("current_organization") or "") if isinstance(user, dict) else "",
        }
        if not all(known.values()):
            raise VendorFailed("Calendly did not say whose key it is.")
        return known

    async def _all(
        self, path: str, query: dict[str, str], *, unless: set[int] | None = None
    ) -> list[dict[str, Any]] | None:
        """Every row of a collection, page after page; None when the first page is answered with one of `unless`."""
        found: list[dict[str, Any]] = []
        token = ""
        for _ in range(MAX_PAGES):
            page_of = {"page_token": token} if token else {}
            answer = await self._send("GET", path, params={**query, "count": str(PAGE), **page_of})
            if not found and answer.status_code in (unless or ()):
                return None
            content = _content(answer)
            rows = content.get("collection")
            if not isinstance(rows, list):
                raise VendorFailed("Calendly answered without a list.")
            found += [row for row in rows if isinstance(row, dict)]
            pagination = content.get("pagination")
            token = str(pagination.get("next_page_token") or "") if isinstance(pagination, dict) else ""
            if not token:
                return found
        raise VendorFailed("Calendly lists more than can be gone through at once.")

    async def _post(self, path: str, body: dict[str, Any], *, unless: set[int]) -> bool:
        answer = await self._send("POST", path, json=body)
        if not answer.is_success and answer.status_code not in unless:
            raise VendorFailed(f"Calendly answered {answer.status_code}.")
        return answer.is_success

    async def _send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        try:
            return await self._client.request(
                method, self._base + path, headers=self._headers, timeout=CALL_LIMIT_S, **more
            )
        except httpx2.HTTPError as error:
            raise VendorFailed("Calendly could not be reached.") from error


def _content(answer: httpx2.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not answer.is_success or not isinstance(content, dict):
        detail = said(content if isinstance(content, dict) else {}, "message", "title")
        raise VendorFailed(f"Calendly answered {answer.status_code}: {detail}"[:300])
    return content


def _may_have_changed(event: dict[str, Any], since: datetime) -> bool:
    """Of a meeting of several only its invitees say when one of them changed their mind; so does who was absent."""
    counter = event.get("invitees_counter")
    limit = counter.get("limit") if isinstance(counter, dict) else None
    starts_at = _moment(event.get("start_time"))
    is_over = starts_at is None or starts_at <= datetime.now(UTC)
    return is_over or (isinstance(limit, int) and limit > 1) or _changed(event, since)


def _changed(row: dict[str, Any], since: datetime) -> bool:
    changed_at = _moment(row.get("updated_at"))
    return changed_at is None or changed_at >= since


def _moment(value: Any) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(str(value))
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
