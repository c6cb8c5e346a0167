"""Calendly: subscriptions with a signing key, and a reschedule that is a cancellation and a new invitee at once."""

import hashlib
import hmac
import json
import random
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.ledger import timestamp
from sandbox.standins.standin import Record, Standin, json_object, public

EVENTS = (
    "invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted",
    "routing_form_submission.created",
)  # fmt: skip
_TRACKED = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
RETRY_DELAYS_S = (5.0, 20.0, 60.0)
_TITLES = {401: "Unauthenticated", 403: "Permission Denied", 404: "Resource Not Found", 429: "Too Many Requests"}


def calendly_signature(key: str, stamp: str, body: bytes) -> str:
    """`Calendly-Webhook-Signature`: timestamp and hex HMAC-SHA256 over timestamp and raw body."""
    digest = hmac.new(key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


class Calendly(Standin):
    """The stand-in as a whole."""

    vendor = "calendly"
    settings: ClassVar[frozenset[str]] = frozenset({"requests_per_minute", "is_enterprise", "is_administrator"})
    requests_per_minute = 500
    is_enterprise = True
    is_administrator = True

    def routes(self) -> list[Route]:
        """Users, subscriptions, events, and the guests' own door."""
        return [
            Route("/_control/book", self.book_as_guest, methods=["POST"]),
            Route("/_control/absent", self.note_absence, methods=["POST"]),
            Route("/users/me", self.keyed(self.me)),
            Route("/event_types", self.keyed(self.event_types)),
            Route("/webhook_subscriptions", self.keyed(self.subscribe), methods=["POST"]),
            Route("/webhook_subscriptions", self.keyed(self.list_subscriptions)),
            Route("/webhook_subscriptions/{uuid}", self.keyed(self.get_subscription)),
            Route("/webhook_subscriptions/{uuid}", self.keyed(self.unsubscribe), methods=["DELETE"]),
            Route("/scheduled_events", self.keyed(self.list_events)),
            Route("/scheduled_events/{uuid}", self.keyed(self.get_event)),
            Route("/scheduled_events/{uuid}/invitees", self.keyed(self.list_invitees)),
            Route("/scheduled_events/{uuid}/cancellation", self.keyed(self.cancel_event), methods=["POST"]),
            Route("/data_compliance/deletion/invitees", self.keyed(self.delete_invitees), methods=["POST"]),
        ]

    def error(self, status: int, message: str) -> Response:
        """Calendly's error body."""
        return JSONResponse({"title": _TITLES.get(status, "Invalid Argument"), "message": message}, status_code=status)

    def refusal(self, request: Request) -> Response | None:
        """Wrong key 401, over the limit 429."""
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.accepts(key):
            return self.error(401, "The access token is invalid")
        within = self.allowed(f"minute:{key}", self.requests_per_minute, 60)
        return None if within else self.error(429, "Too many requests")

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings."""
        super().configure(values)
        self.requests_per_minute = int(values.get("requests_per_minute", self.requests_per_minute))
        self.is_enterprise = bool(values.get("is_enterprise", self.is_enterprise))
        self.is_administrator = bool(values.get("is_administrator", self.is_administrator))

    def resume(self) -> None:
        """Let invitees go through with the change of mind that they had planned."""
        for invitee in list(self.tables["invitees"].values()):
            self._schedule_change(invitee)

    # Calls.

    async def me(self, _: Request) -> Response:
        """The user behind the key."""
        user = {"uri": self._uri("users", "u1"), "name": "Léa Martin", "email": "lea@sales-machine.example"}
        rest = {"timezone": "Europe/Paris", "current_organization": self._uri("organizations", "o1")}
        return JSONResponse({"resource": user | rest | {"scheduling_url": f"{self.base_url}/lea"}})

    async def event_types(self, _: Request) -> Response:
        """The one kind of meeting there is."""
        kind = {
            "uri": self._uri("event_types", "t1"),
            "name": "Intro",
            "slug": "intro-30",
            "duration": 30,
            "active": True,
        }
        return JSONResponse({"collection": [kind], "pagination": {"count": 1, "next_page": None}})

    async def subscribe(self, request: Request) -> Response:
        """Subscribe: 201. The same address twice in one scope is refused."""
        body = await json_object(request)
        missing = [name for name in ("url", "events", "organization", "scope") if not body.get(name)]
        if missing:
            return self.error(400, f"{missing[0]} can't be blank")
        if set(body["events"]) - set(EVENTS) or body["scope"] not in {"user", "organization"}:
            return self.error(400, "The supplied parameters are invalid.")
        if body["scope"] == "organization" and not self.is_administrator:
            return self.error(403, "You do not have permission to access this resource.")
        rows = self.tables["subscriptions"].values()
        if any(row["callback_url"] == body["url"] and row["state"] == "active" for row in rows):
            return JSONResponse({"title": "Already Exists", "message": "Hook with this url already exists"}, 409)
        number = str(uuid.uuid4())
        row = {
            "_id": number,
            "uri": self._uri("webhook_subscriptions", number),
            "callback_url": body["url"],
            "events": body["events"],
            "organization": body["organization"],
            "user": body.get("user"),
            "scope": body["scope"],
            "state": "active",
            "created_at": timestamp(),
            "retry_started_at": None,
            "_key": body.get("signing_key") or "",
        }
        self.effect("subscribed", number, "subscriptions", row)
        return JSONResponse({"resource": public(row)}, status_code=201)

    async def list_subscriptions(self, request: Request) -> Response:
        """All subscriptions; `disabled` ones have to be made anew."""
        rows = [row for row in self.tables["subscriptions"].values() if row["state"] != "deleted"]
        return self._collection(request, rows)

    async def get_subscription(self, request: Request) -> Response:
        """One subscription."""
        return self._one("subscriptions", request)

    async def unsubscribe(self, request: Request) -> Response:
        """End a subscription: 204."""
        row = self.tables["subscriptions"].get(request.path_params["uuid"])
        if row is None or row["state"] == "deleted":
            return self.error(404, "The server could not find the requested resource.")
        self.effect("unsubscribed", row["_id"], "subscriptions", row | {"state": "deleted"})
        return Response(status_code=204)

    async def list_events(self, request: Request) -> Response:
        """Scheduled events in the order of their start, from a start on, by status and invitee."""
        query = request.query_params
        if query.get("organization") and not self.is_administrator:
            return self.error(403, "You do not have permission to access this resource.")
        rows = sorted(self.tables["events"].values(), key=lambda row: (row["start_time"], row["_id"]))
        if since := query.get("min_start_time"):
            rows = [row for row in rows if row["start_time"] >= since]
        if status := query.get("status"):
            rows = [row for row in rows if row["status"] == status]
        if email := query.get("invitee_email"):
            having = {one["_event"] for one in self.tables["invitees"].values() if one["email"] == email.lower()}
            rows = [row for row in rows if row["_id"] in having]
        return self._collection(request, rows)

    async def get_event(self, request: Request) -> Response:
        """One event."""
        return self._one("events", request)

    async def list_invitees(self, request: Request) -> Response:
        """Who comes to an event."""
        event = request.path_params["uuid"]
        rows = [one for one in self.tables["invitees"].values() if one["_event"] == event]
        return self._collection(request, [one | {"_scheduled": one.pop("scheduled_event")} for one in map(dict, rows)])

    async def cancel_event(self, request: Request) -> Response:
        """Cancel an event: 201."""
        reason = str((await json_object(request)).get("reason") or "")
        event = request.path_params["uuid"]
        invitees = [
            one for one in self.tables["invitees"].values() if one["_event"] == event and one["status"] == "active"
        ]
        if not invitees:
            return self.error(404, "The server could not find the requested resource.")
        cancellation = self._cancel_invitee(invitees[0], by="Léa Martin", kind="host", reason=reason)
        return JSONResponse({"resource": cancellation}, status_code=201)

    async def delete_invitees(self, request: Request) -> Response:
        """Delete what is held of invitees: 202, because it takes days over there; Enterprise plans only."""
        if not self.is_enterprise:
            return self.error(403, "This endpoint requires an Enterprise subscription")
        wanted = {str(one).lower() for one in (await json_object(request)).get("emails") or []}
        if not wanted:
            return self.error(400, "The supplied parameters are invalid.")
        for row in list(self.tables["invitees"].values()):
            if row["email"] in wanted:
                gone = {"email": "", "name": "", "first_name": None, "last_name": None, "_key": ""}
                self.effect("invitee_data_deleted", row["_id"], "invitees", row | gone)
        return JSONResponse({}, status_code=202)

    async def book_as_guest(self, request: Request) -> Response:
        """A prospect follows a booking link: `{key, email, name, link, then: keeps|moves|cancels}`."""
        wish = await json_object(request)
        if "@" not in str(wish.get("email")):
            return JSONResponse({"error": "email is required"}, status_code=400)
        for one in self.tables["invitees"].values():
            if one.get("_key") == wish.get("key"):
                return JSONResponse({"uri": one["uri"]})
        query = {name: values[0] for name, values in parse_qs(urlsplit(str(wish.get("link") or "")).query).items()}
        tracking = {name: query.get(name) for name in _TRACKED}
        invitee = self._invite(str(wish["email"]).lower(), str(wish.get("name") or wish["email"]), tracking)
        invitee |= {"_key": wish.get("key"), "_then": wish.get("then", "keeps")}
        self.effect("invitee_created", invitee["email"], "invitees", invitee)
        self._announce("invitee.created", invitee)
        self._schedule_change(invitee)
        return JSONResponse({"uri": invitee["uri"]})

    async def note_absence(self, request: Request) -> Response:
        """The host notes that an invitee did not come, or takes it back: `{email, absent}`."""
        wish = await json_object(request)
        for row in list(self.tables["invitees"].values()):
            if row["email"] == str(wish.get("email")).lower() and row["status"] == "active":
                is_absent = bool(wish.get("absent", True))
                noted = {"uri": self._uri("invitee_no_shows", row["_id"]), "created_at": timestamp()}
                changed = row | {"no_show": noted if is_absent else None, "updated_at": timestamp()}
                self.effect("absence_noted" if is_absent else "absence_taken_back", row["_id"], "invitees", changed)
                self._announce(f"invitee_no_show.{'created' if is_absent else 'deleted'}", changed)
        return JSONResponse({})

    # The world.

    def _uri(self, kind: str, number: str) -> str:
        return f"https://api.calendly.com/{kind}/{number}"

    def _invite(self, email: str, name: str, tracking: Record, old: str | None = None) -> Record:
        rng = random.Random(f"calendly:{self.seed}:{email}:{old or ''}")
        day = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(
            days=rng.randrange(2, 12)
        )
        day += timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0, minutes=30 * rng.randrange(14))
        event, number = str(uuid.uuid4()), str(uuid.uuid4())
        uri = self._uri("scheduled_events", event)
        start, end = timestamp(day), timestamp(day + timedelta(minutes=30))
        meeting = {"_id": event, "uri": uri, "name": "Intro", "status": "active", "start_time": start, "end_time": end}
        more = {
            "location": {"type": "custom", "location": "https://meet.example"},
            "event_memberships": [{"user": self._uri("users", "u1"), "user_email": "lea@sales-machine.example"}],
            "invitees_counter": {"total": 1, "active": 1, "limit": 1},
            "created_at": timestamp(),
            "updated_at": timestamp(),
        }
        self.effect("event_scheduled", f"{email}|{start}", "events", meeting | more)
        return {
            "_id": number,
            "uri": f"{uri}/invitees/{number}",
            "email": email,
            "name": name,
            "status": "active",
            "timezone": "Europe/Paris",
            "event": uri,
            "scheduled_event": public(meeting | more),
            "cancel_url": f"https://calendly.com/cancellations/{number}",
            "reschedule_url": f"https://calendly.com/reschedulings/{number}",
            "rescheduled": False,
            "old_invitee": old,
            "new_invitee": None,
            "cancellation": None,
            "no_show": None,
            "questions_and_answers": [],
            "tracking": tracking | {"salesforce_uuid": None},
            "created_at": timestamp(),
            "updated_at": timestamp(),
            "_event": event,
            "_then": "keeps",
        }

    def _cancel_invitee(self, invitee: Record, *, by: str, kind: str, reason: str, new: str | None = None) -> Record:
        cancellation = {"canceled_by": by, "reason": reason, "canceler_type": kind, "created_at": timestamp()}
        change = {
            "status": "canceled",
            "cancellation": cancellation,
            "rescheduled": new is not None,
            "new_invitee": new,
        }
        row = invitee | change | {"_then": "keeps", "updated_at": timestamp()}
        self.effect("invitee_canceled", invitee["_id"], "invitees", row)
        event = self.tables["events"][invitee["_event"]]
        self.effect("event_canceled", event["_id"], "events", event | {"status": "canceled", "updated_at": timestamp()})
        self._announce("invitee.canceled", row)
        return cancellation

    def _schedule_change(self, invitee: Record) -> None:
        if invitee["status"] != "active" or invitee["_then"] not in {"moves", "cancels"}:
            return

        async def change() -> None:
            row = self.tables["invitees"][invitee["_id"]]
            if row["status"] != "active":
                return
            if row["_then"] == "cancels":
                self._cancel_invitee(row, by=row["name"], kind="invitee", reason="Empêchement")
                return
            moved = self._invite(row["email"], row["name"], row["tracking"], old=row["uri"])
            self.effect("invitee_created", moved["email"], "invitees", moved)
            # One move, two events: neither is a lost meeting.
            self._cancel_invitee(row, by=row["name"], kind="invitee", reason="", new=moved["uri"])
            self._announce("invitee.created", moved)

        self.later(0.8 * self.day_seconds, change)

    def _announce(self, name: str, invitee: Record) -> None:
        envelope = {"event": name, "created_at": timestamp(), "created_by": self._uri("users", "u1")}
        body = json.dumps(envelope | {"payload": public(invitee)}, ensure_ascii=False).encode()
        for row in list(self.tables["subscriptions"].values()):
            if row["state"] == "active" and name in row["events"]:
                self.spawn(self._deliver(row, f"{name}|{invitee['_id']}", body))

    async def _deliver(self, row: Record, key: str, body: bytes) -> None:
        def make() -> tuple[bytes, dict[str, str]]:
            if not row["_key"]:
                return body, {}
            return body, {"Calendly-Webhook-Signature": calendly_signature(row["_key"], str(int(time.time())), body)}

        if not await self.post_until_answered(key, row["callback_url"], make, RETRY_DELAYS_S):
            current = self.tables["subscriptions"][row["_id"]]
            self.effect("subscription_disabled", row["_id"], "subscriptions", current | {"state": "disabled"})

    def _one(self, table: str, request: Request) -> Response:
        row = self.tables[table].get(request.path_params["uuid"])
        if row is None or row.get("state") == "deleted":
            return self.error(404, "The server could not find the requested resource.")
        return JSONResponse({"resource": public(row)})

    def _collection(self, request: Request, rows: list[Record]) -> Response:
        query = request.query_params
        count = int(query.get("count", "20")) if query.get("count", "20").isdecimal() else 0
        token = query.get("page_token", "0")
        if not 1 <= count <= 100 or not token.isdecimal():
            return self.error(400, "The supplied parameters are invalid.")
        first = int(token)
        more = str(first + count) if len(rows) > first + count else None
        shown = [public(row) for row in rows[first : first + count]]
        next_page = str(request.url.include_query_params(page_token=more)) if more else None
        page = {"count": len(shown), "next_page": next_page, "next_page_token": more}
        return JSONResponse({"collection": shown, "pagination": page})
