"""What exists behind Cal.com's API: bookings, slots, webhooks, and guests who change their mind."""

import hashlib
import hmac
import json
import random
import uuid
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from sandbox.standins.ledger import timestamp
from sandbox.standins.standin import ConfigurationError, Options, Record, Standin

HOST_ZONE = ZoneInfo("Europe/Paris")
OPENS, CLOSES = time(9), time(18)
UNSIGNED = "no-secret-provided"  # what the vendor sends for a webhook without secret
METADATA_LIMITS = (50, 40, 500)


def signature(secret: str, body: bytes) -> str:
    """`X-Cal-Signature-256`: lower-case hex HMAC-SHA256 over the raw body, or a fixed text when there is no secret."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() if secret else UNSIGNED


def iso(moment: datetime) -> str:
    """A moment as Cal.com's API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class World(Standin):
    """Tables and their effects; `CalCom` adds the routes."""

    vendor = "calcom"
    settings: ClassVar[frozenset[str]] = frozenset(
        {"organizer", "slot_minutes", "webhook_url", "webhook_secret", "limit_per_minute"}
    )

    def __init__(self, ledger_path: Path, options: Options) -> None:
        super().__init__(ledger_path, options)
        self.organizer = {"name": "Léa Martin", "email": "lea@sales-machine.example"}
        self.slot_minutes = 30
        self.limit_per_minute = 120

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings. `webhook_url` (with `webhook_secret`) subscribes to everything, as a person would by hand."""
        super().configure(values)
        self.organizer |= values.get("organizer", {})
        self.slot_minutes = int(values.get("slot_minutes", self.slot_minutes))
        self.limit_per_minute = int(values.get("limit_per_minute", self.limit_per_minute))
        if self.slot_minutes < 1:
            raise ConfigurationError("slot_minutes must be positive")
        if url := values.get("webhook_url"):
            row = {"id": f"by-hand:{url}", "subscriberUrl": url, "triggers": ["*"], "active": True}
            self.effect("webhook_created", row["id"], "webhooks", row | {"secret": values.get("webhook_secret", "")})

    def resume(self) -> None:
        """Let guests go through with the change of mind that they had planned."""
        for booking in list(self.tables["bookings"].values()):
            self._schedule_change(booking)

    # Slots.

    def slots(self, first: datetime, last: datetime, *, minutes: int | None = None) -> list[datetime]:
        """Free starts on working days between 9 and 18 in the host's time zone."""
        length = timedelta(minutes=minutes or self.slot_minutes)
        taken = {row["start"] for row in self.tables["bookings"].values() if row["status"] == "accepted"}
        taken |= {
            row["slotStart"] for row in self.tables["reservations"].values() if row["reservationUntil"] > timestamp()
        }
        free: list[datetime] = []
        day: date = first.astimezone(HOST_ZONE).date()
        while day <= last.astimezone(HOST_ZONE).date() and (day - first.date()).days < 90:
            moment = datetime.combine(day, OPENS, HOST_ZONE)
            closing = datetime.combine(day, CLOSES, HOST_ZONE)
            while day.weekday() < 5 and moment + length <= closing:
                if first <= moment <= last and iso(moment) not in taken:
                    free.append(moment)
                moment += length
            day += timedelta(days=1)
        return free

    # Bookings.

    def book(
        self, *, start: datetime, attendee: Record, event_type: int, minutes: int | None = None, **more: Any
    ) -> Record:
        """Put a booking into the calendar and tell the webhooks."""
        booking = self._booking(start, attendee, event_type, minutes or self.slot_minutes) | more
        self.effect("booking_created", f"{attendee.get('email')}|{booking['start']}", "bookings", booking)
        self.announce("BOOKING_CREATED", booking)
        self._schedule_change(booking)
        return booking

    def reschedule(self, booking: Record, start: datetime, *, by: str, reason: str) -> Record:
        """Move a booking: the old one is cancelled and the new one has a new uid."""
        length = datetime.fromisoformat(booking["end"]) - datetime.fromisoformat(booking["start"])
        moved = self._booking(start, booking["attendees"][0], booking["eventTypeId"], int(length.total_seconds() // 60))
        moved |= {
            "metadata": booking["metadata"],
            "guests": booking["guests"],
            "rescheduledFromUid": booking["uid"],
            "rescheduledByEmail": by,
            "reschedulingReason": reason,
        }
        old = booking | {"status": "cancelled", "rescheduledToUid": moved["uid"], "_then": "keeps"}
        self.effect("booking_replaced", booking["uid"], "bookings", old)
        self.effect("booking_rescheduled", f"{booking['uid']}|{moved['uid']}", "bookings", moved)
        self.announce(
            "BOOKING_RESCHEDULED",
            moved,
            rescheduleId=booking["_number"],
            rescheduleUid=booking["uid"],
            rescheduleStartTime=booking["start"],
            rescheduleEndTime=booking["end"],
            rescheduledBy=by,
        )
        return moved

    def cancel(self, booking: Record, *, by: str, reason: str, **more: Any) -> Record:
        """Cancel a booking."""
        row = booking | {"status": "cancelled", "cancellationReason": reason, "cancelledByEmail": by, "_then": "keeps"}
        row["updatedAt"] = timestamp()
        self.effect("booking_cancelled", booking["uid"], "bookings", row)
        self.announce("BOOKING_CANCELLED", row, cancellationReason=reason, cancelledBy=by, **more)
        return row

    def guest_books(self, wish: Record) -> Record | None:
        """Somebody follows a booking link. The same wish twice is one booking; None when the calendar is full."""
        key = str(wish.get("key") or uuid.uuid4())
        for row in self.tables["bookings"].values():
            if row.get("_key") == key:
                return row
        email = str(wish["email"]).strip().lower()
        link = urlsplit(str(wish.get("link") or ""))
        prefilled = {name: values[0] for name, values in parse_qs(link.query).items()}
        metadata = {name[9:-1]: value for name, value in prefilled.items() if name.startswith("metadata[")}
        now = datetime.now(UTC)
        rng = random.Random(f"slot:{self.seed}:{email}")
        free = self.slots(now + timedelta(days=1), now + timedelta(days=14))
        if not free:
            return None
        attendee = {
            "name": wish.get("name") or email,
            "email": prefilled.get("email", email),
            "timeZone": "Europe/Paris",
        }
        language = {"language": wish.get("language") or "fr"}
        path = [part for part in link.path.split("/") if part]
        booking_of = {"_key": key, "_then": wish.get("then", "keeps"), "metadata": metadata}
        if path:
            booking_of["eventType"] = {"id": 7, "slug": path[-1]}
        return self.book(start=rng.choice(free), attendee=attendee | language, event_type=7, **booking_of)

    def _booking(self, start: datetime, attendee: Record, event_type: int, minutes: int) -> Record:
        uid = uuid.uuid4().hex[:22]
        now = timestamp()
        name = attendee.get("name")
        return {
            "id": uid,
            "uid": uid,
            "_number": len(self.tables["bookings"]) + 1,
            "title": f"Échange entre {self.organizer['name']} et {name}",
            "description": "",
            "hosts": [{"id": 1, "timeZone": "Europe/Paris", "username": "sales-machine"} | self.organizer],
            "status": "accepted",
            "start": iso(start),
            "end": iso(start + timedelta(minutes=minutes)),
            "duration": minutes,
            "eventTypeId": event_type,
            "eventType": {"id": event_type, "slug": f"intro-{minutes}"},
            "meetingUrl": f"https://meet.cal.example/{uid}",
            "location": f"https://meet.cal.example/{uid}",
            "absentHost": False,
            "createdAt": now,
            "updatedAt": now,
            "attendees": [{"absent": False, "language": "fr"} | attendee],
            "guests": [],
            "bookingFieldsResponses": {"name": name, "email": attendee.get("email")},
            "metadata": {},
            "icsUid": f"{uid}@cal.example",
            "rescheduledFromUid": None,
            "rescheduledToUid": None,
        }

    def _schedule_change(self, booking: Record) -> None:
        if booking["status"] != "accepted" or booking.get("_then") not in {"moves", "cancels"}:
            return

        async def change() -> None:
            row = self.tables["bookings"][booking["id"]]
            if row["status"] != "accepted":
                return
            guest = row["attendees"][0]["email"]
            if row["_then"] == "cancels":
                self.cancel(row, by=guest, reason="Empêchement de dernière minute")
                return
            start = datetime.fromisoformat(row["start"])
            later = self.slots(start + timedelta(hours=1), start + timedelta(days=7))
            if later:
                chosen = random.Random(f"move:{self.seed}:{guest}").choice(later)
                self.reschedule(row, chosen, by=guest, reason="Conflit d'agenda")

        self.later(0.8 * self.day_seconds, change)

    # Webhooks.

    def announce(self, trigger: str, booking: Record, **more: Any) -> None:
        """Tell every webhook that asked, once: what isn't answered is not sent again."""
        payload = self.payload(booking) | more
        body = json.dumps(
            {"triggerEvent": trigger, "createdAt": timestamp(), "payload": payload}, ensure_ascii=False
        ).encode()
        for webhook in list(self.tables["webhooks"].values()):
            triggers = webhook["triggers"]
            if webhook["active"] and not webhook.get("_deleted") and (trigger in triggers or "*" in triggers):
                self.spawn(self._deliver(webhook, trigger, booking["uid"], body))

    async def _deliver(self, webhook: Record, trigger: str, uid: str, body: bytes) -> None:
        headers = {
            "X-Cal-Signature-256": signature(webhook.get("secret") or "", body),
            "X-Cal-Webhook-Version": "2021-10-20",
        }
        status = await self.post(webhook["subscriberUrl"], body, headers)
        self.effect("webhook_posted", f"{trigger}|{uid}", status=status)

    def payload(self, booking: Record) -> Record:
        """A booking as webhooks show it."""
        guest, host = booking["attendees"][0], booking["hosts"][0]
        locale = guest.get("language") or "fr"
        offset = datetime.fromisoformat(booking["start"]).astimezone(HOST_ZONE).utcoffset() or timedelta()
        return {
            "type": booking["eventType"]["slug"],
            "title": booking["title"],
            "startTime": booking["start"],
            "endTime": booking["end"],
            "organizer": {
                "id": host["id"],
                "name": host["name"],
                "email": host["email"],
                "timeZone": host["timeZone"],
                "language": {"locale": "fr"},
                "utcOffset": int(offset.total_seconds() // 60),
            },
            "responses": {
                "name": {"label": "your_name", "value": guest.get("name")},
                "email": {"label": "email_address", "value": guest.get("email")},
            },
            "attendees": [
                {
                    "email": guest.get("email"),
                    "name": guest.get("name"),
                    "timeZone": guest.get("timeZone"),
                    "language": {"locale": locale},
                }
            ],
            "location": "integrations:daily",
            "uid": booking["uid"],
            "bookingId": booking["_number"],
            "eventTypeId": booking["eventTypeId"],
            "status": booking["status"].upper(),
            "metadata": booking["metadata"] | {"videoCallUrl": booking["meetingUrl"]},
        }
