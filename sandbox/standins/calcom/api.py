"""The routes of Cal.com v2: bookings, slots, reservations, webhooks, the booking page, and the older shapes."""

import html
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.calcom.world import METADATA_LIMITS, World, iso
from sandbox.standins.ledger import timestamp
from sandbox.standins.standin import Handler, Record, json_object

BOOKINGS_VERSION = "2024-08-13"
SLOTS_VERSION = "2024-09-04"
TRIGGERS = (
    "BOOKING_CREATED", "BOOKING_PAYMENT_INITIATED", "BOOKING_PAID", "BOOKING_RESCHEDULED", "BOOKING_REQUESTED",
    "BOOKING_CANCELLED", "BOOKING_REJECTED", "BOOKING_NO_SHOW_UPDATED", "FORM_SUBMITTED", "MEETING_ENDED",
    "MEETING_STARTED", "RECORDING_READY", "INSTANT_MEETING", "RECORDING_TRANSCRIPTION_GENERATED", "OOO_CREATED",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW", "AFTER_GUESTS_CAL_VIDEO_NO_SHOW", "FORM_SUBMITTED_NO_EVENT",
    "DELEGATION_CREDENTIAL_ERROR", "WRONG_ASSIGNMENT_REPORT",
)  # fmt: skip


class CalCom(World):
    """The stand-in as a whole."""

    def routes(self) -> list[Route]:
        """The API, the page behind a booking link, and the guests' own door."""
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/v2/me", self.me),
            ("GET", "/v2/event-types", self.event_types),
            ("POST", "/v2/bookings", self.create_booking),
            ("GET", "/v2/bookings", self.list_bookings),
            ("GET", "/v2/bookings/{uid}", self.get_booking),
            ("POST", "/v2/bookings/{uid}/reschedule", self.reschedule_booking),
            ("POST", "/v2/bookings/{uid}/cancel", self.cancel_booking),
            ("POST", "/v2/bookings/{uid}/confirm", self.confirm_booking),
            ("POST", "/v2/bookings/{uid}/decline", self.decline_booking),
            ("POST", "/v2/bookings/{uid}/mark-absent", self.mark_absent),
            ("GET", "/v2/slots", self.get_slots),
            ("POST", "/v2/slots/reservations", self.reserve),
            ("DELETE", "/v2/slots/reservations/{uid}", self.release),
            ("POST", "/v2/webhooks", self.create_webhook),
            ("GET", "/v2/webhooks", self.list_webhooks),
            ("GET", "/v2/webhooks/{uid}", self.get_webhook),
            ("PATCH", "/v2/webhooks/{uid}", self.update_webhook),
            ("DELETE", "/v2/webhooks/{uid}", self.delete_webhook),
        ]
        return [
            Route("/_control/book", self.book_as_guest, methods=["POST"]),
            Route("/_control/request-reschedule", self.request_reschedule, methods=["POST"]),
            *(Route(path, self.keyed(handler), methods=[method]) for method, path, handler in table),
            Route("/{user}/{event}", self.booking_page),
        ]

    def error(self, status: int, message: str) -> Response:
        """Cal.com's error body."""
        code = {400: "BadRequestException", 401: "UnauthorizedException", 404: "NotFoundException"}.get(status, "Error")
        body = {"status": "error", "timestamp": timestamp(), "error": {"code": code, "message": message}}
        return JSONResponse(body, status_code=status)

    def refusal(self, request: Request) -> Response | None:
        """Wrong key: 401. Over the limit: 429 with headers that say so."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self.accepts(key):
            return self.error(401, "Invalid API key")
        if self.allowed(f"minute:{key}", self.limit_per_minute, 60):
            return None
        response = self.error(429, "Too many requests")
        limit = {"Limit": self.limit_per_minute, "Remaining": 0, "Reset": 60}
        response.headers.update({f"X-RateLimit-{name}-Default": str(value) for name, value in limit.items()})
        return response

    def lies(self) -> dict[str, Handler]:
        """Success without content."""

        async def nothing(_: Request) -> Response:
            return JSONResponse({"status": "success", "data": {}})

        return {"POST /v2/bookings": nothing, "POST /v2/bookings/{uid}/cancel": nothing}

    # Bookings.

    async def create_booking(self, request: Request) -> Response:
        """Book a slot: 201, or 400 when it is taken, past, or not bookable."""
        body = await json_object(request)
        attendee = body.get("attendee")
        if not isinstance(attendee, dict) or not attendee.get("name") or not attendee.get("timeZone"):
            return self.error(400, "attendee.name and attendee.timeZone are required")
        if not (
            body.get("eventTypeId") or (body.get("eventTypeSlug") and (body.get("username") or body.get("teamSlug")))
        ):
            return self.error(400, "eventTypeId, or eventTypeSlug with username or teamSlug, is required")
        if problem := _metadata_problem(body.get("metadata") or {}):
            return self.error(400, problem)
        start = self._start(body)
        if isinstance(start, Response):
            return start
        booking = self.book(
            start=start,
            attendee=attendee,
            event_type=int(body.get("eventTypeId") or 7),
            minutes=body.get("lengthInMinutes"),
            metadata=body.get("metadata") or {},
            guests=body.get("guests") or [],
        )
        return JSONResponse({"status": "success", "data": self._shape(booking, request)}, status_code=201)

    async def list_bookings(self, request: Request) -> Response:
        """Bookings by status, guest, and time of change: what reconciliation reads."""
        query = request.query_params
        rows = list(self.tables["bookings"].values())
        if status := query.get("status"):
            now = timestamp()
            groups: dict[str, Callable[[Record], bool]] = {
                "cancelled": lambda row: row["status"] == "cancelled",
                "upcoming": lambda row: row["status"] == "accepted" and row["start"] >= now,
                "past": lambda row: row["status"] == "accepted" and row["start"] < now,
            }
            tests = [groups[name] for name in status.split(",") if name in groups]
            rows = [row for row in rows if any(test(row) for test in tests)]
        if email := query.get("attendeeEmail"):
            rows = [row for row in rows if row["attendees"][0].get("email", "").lower() == email.lower()]
        bounds = {
            "afterStart": ("start", 1),
            "beforeEnd": ("end", -1),
            "afterUpdatedAt": ("updatedAt", 1),
            "beforeUpdatedAt": ("updatedAt", -1),
            "afterCreatedAt": ("createdAt", 1),
            "beforeCreatedAt": ("createdAt", -1),
        }
        for name, (field, sign) in bounds.items():
            if limit := query.get(name):
                edge = iso(datetime.fromisoformat(limit))
                rows = [row for row in rows if (row[field] >= edge if sign > 0 else row[field] <= edge)]
        if query.get("sortUpdatedAt") in {"asc", "desc"}:
            rows.sort(key=lambda row: str(row["updatedAt"]), reverse=query["sortUpdatedAt"] == "desc")
        take, skip = int(query.get("take", 100)), int(query.get("skip", 0))
        page = [self._shape(row, request) for row in rows[skip : skip + take]]
        if request.headers.get("cal-api-version") != BOOKINGS_VERSION:
            data = {"bookings": page, "recurringInfo": [], "nextCursor": None, "totalCount": len(rows)}
            return JSONResponse({"status": "success", "data": data})
        pagination = {"totalItems": len(rows), "returnedItems": len(page), "hasNextPage": skip + take < len(rows)}
        return JSONResponse({"status": "success", "data": page, "pagination": pagination})

    async def get_booking(self, request: Request) -> Response:
        """One booking."""
        row = self._find(request)
        if row is None:
            return self.error(404, "Booking not found")
        return JSONResponse({"status": "success", "data": self._shape(row, request)})

    async def reschedule_booking(self, request: Request) -> Response:
        """Move a booking: 201 with a new uid."""
        row = self._find(request)
        if row is None:
            return self.error(404, "Booking not found")
        if row["status"] != "accepted":
            return self.error(400, "Can't reschedule a cancelled booking")
        body = await json_object(request)
        start = self._start(body)
        if isinstance(start, Response):
            return start
        by = str(body.get("rescheduledBy") or row["hosts"][0]["email"])
        moved = self.reschedule(row, start, by=by, reason=str(body.get("reschedulingReason") or ""))
        return JSONResponse({"status": "success", "data": self._shape(moved, request)}, status_code=201)

    async def cancel_booking(self, request: Request) -> Response:
        """Cancel a booking: 200; 400 when it already is."""
        row = self._find(request)
        if row is None:
            return self.error(404, "Booking not found")
        if row["status"] == "cancelled":
            return self.error(400, "Booking is already cancelled")
        reason = str((await json_object(request)).get("cancellationReason") or "")
        row = self.cancel(row, by=row["hosts"][0]["email"], reason=reason)
        return JSONResponse({"status": "success", "data": self._shape(row, request)})

    async def confirm_booking(self, request: Request) -> Response:
        """Accept a booking that waits."""
        return self._change(request, {"status": "accepted"}, "booking_confirmed")

    async def decline_booking(self, request: Request) -> Response:
        """Refuse a booking that waits."""
        return self._change(request, {"status": "rejected"}, "booking_rejected", "BOOKING_REJECTED")

    async def mark_absent(self, request: Request) -> Response:
        """Say that the guest didn't come."""
        row = self._find(request)
        if row is None:
            return self.error(404, "Booking not found")
        guests = [guest | {"absent": True} for guest in row["attendees"]]
        return self._change(request, {"attendees": guests}, "booking_absent", "BOOKING_NO_SHOW_UPDATED")

    def _change(self, request: Request, change: Record, effect: str, trigger: str = "") -> Response:
        row = self._find(request)
        if row is None:
            return self.error(404, "Booking not found")
        row = row | change | {"updatedAt": timestamp()}
        self.effect(effect, row["uid"], "bookings", row)
        if trigger:
            self.announce(trigger, row)
        return JSONResponse({"status": "success", "data": self._shape(row, request)})

    def _find(self, request: Request) -> Record | None:
        return self.tables["bookings"].get(request.path_params["uid"])

    def _start(self, body: Record) -> datetime | Response:
        try:
            start = datetime.fromisoformat(str(body["start"]))
        except (KeyError, ValueError):
            return self.error(400, "start must be an ISO 8601 date string")
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        if start < datetime.now(UTC):
            return self.error(400, "Attempting to book a meeting in the past.")
        if not self.slots(start, start):
            return self.error(400, "User either already has booking at this time or is not available")
        return start

    def _shape(self, booking: Record, request: Request) -> Record:
        shown = {key: value for key, value in booking.items() if not key.startswith("_")}
        if request.headers.get("cal-api-version") == BOOKINGS_VERSION:
            return shown | {"id": booking["_number"]}
        # Without the right version header one gets the contract of before, which names nearly everything otherwise.
        guest = booking["attendees"][0]
        return {
            "id": booking["_number"],
            "uid": booking["uid"],
            "title": booking["title"],
            "startTime": booking["start"],
            "endTime": booking["end"],
            "status": booking["status"].upper(),
            "userPrimaryEmail": booking["hosts"][0]["email"],
            "responses": {"name": guest.get("name"), "email": guest.get("email")},
            "attendees": [{"email": guest.get("email"), "name": guest.get("name"), "timeZone": guest.get("timeZone")}],
            "metadata": booking["metadata"],
            "eventTypeId": booking["eventTypeId"],
            "fromReschedule": booking["rescheduledFromUid"],
        }

    # Slots.

    async def get_slots(self, request: Request) -> Response:
        """Free slots by day, in the time zone asked for."""
        query = request.query_params
        try:
            first = datetime.fromisoformat(query.get("start") or query["startTime"])
            last = datetime.fromisoformat(query.get("end") or query["endTime"])
            zone = ZoneInfo(query.get("timeZone", "UTC"))
        except (KeyError, ValueError, OSError):
            return self.error(400, "start, end and timeZone must be valid")
        first = first if first.tzinfo else first.replace(tzinfo=UTC)
        last = last if last.tzinfo else last.replace(tzinfo=UTC)
        if len(query.get("end", "")) == 10:
            last += timedelta(days=1)
        minutes = int(query.get("duration") or self.slot_minutes)
        older = request.headers.get("cal-api-version") != SLOTS_VERSION
        days: dict[str, list[dict[str, str]]] = defaultdict(list)
        for moment in self.slots(max(first, datetime.now(UTC)), last, minutes=minutes):
            local = moment.astimezone(zone)
            slot = {"time" if older else "start": local.isoformat(timespec="milliseconds")}
            if query.get("format") == "range":
                slot["end"] = (local + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
            days[local.date().isoformat()].append(slot)
        return JSONResponse({"status": "success", "data": {"slots": days} if older else days})

    async def reserve(self, request: Request) -> Response:
        """Hold a slot for some minutes."""
        body = await json_object(request)
        start = self._start({"start": body.get("slotStart")})
        if isinstance(start, Response):
            return start
        minutes = int(body.get("reservationDuration") or 5)
        until = datetime.now(UTC) + timedelta(minutes=minutes)
        length = int(body.get("slotDuration") or self.slot_minutes)
        uid = f"res_{iso(start)}"
        record = {
            "id": uid,
            "eventTypeId": body.get("eventTypeId"),
            "slotStart": iso(start),
            "slotEnd": iso(start + timedelta(minutes=length)),
            "slotDuration": length,
            "reservationUid": uid,
            "reservationDuration": minutes,
            "reservationUntil": iso(until),
        }
        self.effect("slot_reserved", uid, "reservations", record)
        return JSONResponse({"status": "success", "data": record}, status_code=201)

    async def release(self, request: Request) -> Response:
        """Let a held slot go."""
        row = self.tables["reservations"].get(request.path_params["uid"])
        if row is None:
            return self.error(404, "Reservation not found")
        self.effect("slot_released", row["id"], "reservations", row | {"reservationUntil": timestamp()})
        return JSONResponse({"status": "success"})

    # Webhooks.

    async def create_webhook(self, request: Request) -> Response:
        """Subscribe; triggers outside the enum are refused."""
        body = await json_object(request)
        triggers = body.get("triggers")
        if urlsplit(str(body.get("subscriberUrl"))).scheme not in {"http", "https"}:
            return self.error(400, "subscriberUrl must be a URL address")
        if not isinstance(body.get("active"), bool):
            return self.error(400, "active must be a boolean value")
        if not isinstance(triggers, list) or not triggers or set(triggers) - set(TRIGGERS):
            return self.error(400, "each value in triggers must be one of the following values: " + ", ".join(TRIGGERS))
        known = ("subscriberUrl", "triggers", "active", "secret", "payloadTemplate")
        row: Record = {name: body.get(name) for name in known} | {
            "id": f"wh_{len(self.tables['webhooks']) + 1}",
            "userId": 1,
        }
        self.effect("webhook_created", row["id"], "webhooks", row)
        return JSONResponse({"status": "success", "data": row}, status_code=201)

    async def list_webhooks(self, _: Request) -> Response:
        """All subscriptions."""
        rows = [row for row in self.tables["webhooks"].values() if not row.get("_deleted")]
        return JSONResponse({"status": "success", "data": rows})

    async def get_webhook(self, request: Request) -> Response:
        """One subscription."""
        row = self.tables["webhooks"].get(request.path_params["uid"])
        if row is None or row.get("_deleted"):
            return self.error(404, "Webhook not found")
        return JSONResponse({"status": "success", "data": row})

    async def update_webhook(self, request: Request) -> Response:
        """Change a subscription."""
        return self._set_webhook(request, await json_object(request), "webhook_updated")

    async def delete_webhook(self, request: Request) -> Response:
        """End a subscription."""
        return self._set_webhook(request, {"_deleted": True}, "webhook_deleted")

    def _set_webhook(self, request: Request, change: Record, effect: str) -> Response:
        row = self.tables["webhooks"].get(request.path_params["uid"])
        if row is None or row.get("_deleted"):
            return self.error(404, "Webhook not found")
        row = row | change
        self.effect(effect, row["id"], "webhooks", row)
        return JSONResponse({"status": "success", "data": row})

    # People.

    async def me(self, _: Request) -> Response:
        """The account behind the key."""
        account: dict[str, Any] = {"id": 1, "username": "sales-machine", "timeZone": "Europe/Paris"} | self.organizer
        return JSONResponse({"status": "success", "data": account})

    async def event_types(self, _: Request) -> Response:
        """The one kind of meeting there is."""
        kind = {"id": 7, "slug": "intro-30", "title": "Intro", "lengthInMinutes": self.slot_minutes}
        return JSONResponse({"status": "success", "data": [kind]})

    async def book_as_guest(self, request: Request) -> Response:
        """A prospect follows a booking link: `{key, email, name, link, then: keeps|moves|cancels}`."""
        wish = await json_object(request)
        if "@" not in str(wish.get("email")):
            return JSONResponse({"error": "email is required"}, status_code=400)
        booking = self.guest_books(wish)
        if booking is None:
            return JSONResponse({"error": "no slot is free"}, status_code=409)
        return JSONResponse({"uid": booking["uid"], "start": booking["start"]})

    async def request_reschedule(self, request: Request) -> Response:
        """A host asks for another time: it looks like a cancellation, and isn't. `{uid}`."""
        row = self.tables["bookings"].get(str((await json_object(request)).get("uid")))
        if row is None:
            return JSONResponse({"error": "no such booking"}, status_code=404)
        self.cancel(row, by=row["hosts"][0]["email"], reason="Autre créneau demandé", requestReschedule=True)
        return JSONResponse({"status": "ok"})

    async def booking_page(self, request: Request) -> Response:
        """What a person sees behind a booking link."""
        now = datetime.now(UTC)
        free = self.slots(now + timedelta(days=1), now + timedelta(days=5))[:12]
        items = "".join(f"<li>{moment:%A %d %B %Y, %H:%M}</li>" for moment in free)
        host = html.escape(self.organizer["name"])
        page = f"<!doctype html><meta charset=utf-8><title>{host}</title><h1>{host}</h1><ul>{items}</ul>"
        return HTMLResponse(page)


def _metadata_problem(metadata: Any) -> str | None:
    entries, key_length, value_length = METADATA_LIMITS
    if not isinstance(metadata, dict) or len(metadata) > entries:
        return f"metadata must be an object with at most {entries} entries"
    if any(len(key) > key_length or len(json.dumps(value)) > value_length + 2 for key, value in metadata.items()):
        return f"metadata keys may have {key_length} characters, values {value_length}"
    return None
