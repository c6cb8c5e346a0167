"""Cal.com: a reschedule is the same meeting under a new uid; a host who asks for another time sends a cancellation."""

from collections.abc import Mapping
from typing import Any

from api_gateway.webhooks.events import (
    BookingEvent,
    BookingKind,
    Identity,
    Unknown,
    VendorEvent,
    clean,
    moment,
    rows,
    table,
)

_KINDS: dict[str, BookingKind] = {
    "BOOKING_CREATED": "created",
    "BOOKING_RESCHEDULED": "moved",
    "BOOKING_CANCELLED": "cancelled",
    "BOOKING_REJECTED": "cancelled",
    "BOOKING_NO_SHOW_UPDATED": "no_show",
    "MEETING_ENDED": "completed",
}
TRIGGERS = tuple(_KINDS)
ENROLLMENT_KEY = "enrollment"


def identify(payload: Mapping[str, Any], _: Mapping[str, str]) -> Identity:
    """Cal.com's key is (trigger, uid, createdAt)."""
    trigger = clean(payload.get("triggerEvent"), 200)
    # Some triggers are flatter than the others: their booking is the payload itself.
    uid = clean(table(payload.get("payload")).get("uid") or payload.get("uid") or payload.get("bookingUid"), 200)
    created = clean(payload.get("createdAt"), 40)
    meaning = (trigger, uid, created) if uid and created else ()
    return Identity(trigger, moment(payload.get("createdAt")), meaning)


def read(payload: Mapping[str, Any]) -> VendorEvent:
    """A booking event."""
    trigger = clean(payload.get("triggerEvent"), 200)
    kind = _KINDS.get(trigger)
    if kind is None:
        return Unknown(f"no effect is known for the trigger {trigger!r}")
    booking = table(payload.get("payload")) or dict(payload)
    uid = clean(booking.get("uid") or booking.get("bookingUid"), 200)
    occurred_at = moment(payload.get("createdAt"))
    if not uid or occurred_at is None:
        return Unknown("the event names no booking or no time")
    if kind == "cancelled" and booking.get("requestReschedule"):
        kind = "reschedule_requested"
    if kind == "no_show" and not _somebody_is_missing(booking):
        return Unknown("nobody is marked as absent")
    return _event(kind, booking, uid=uid, occurred_at_text=payload.get("createdAt"))


def booking_event(kind: BookingKind, booking: Mapping[str, Any], *, changed_at: Any) -> VendorEvent:
    """The same from a booking as the API shows it, for what no webhook told us."""
    uid = clean(booking.get("uid"), 200)
    return _event(kind, booking, uid=uid, occurred_at_text=changed_at)


def _event(kind: BookingKind, booking: Mapping[str, Any], *, uid: str, occurred_at_text: Any) -> VendorEvent:
    occurred_at = moment(occurred_at_text)
    if occurred_at is None:
        return Unknown("the event names no time")
    attendees = tuple(
        {name: clean(attendee.get(name), 320) for name in ("email", "name", "timeZone")}
        for attendee in rows(booking.get("attendees"))[:50]
    )
    answered = clean(table(table(booking.get("responses")).get("email")).get("value"), 320)
    if answered and not any(attendee["email"].lower() == answered.lower() for attendee in attendees):
        name = clean(table(table(booking.get("responses")).get("name")).get("value"), 320)
        attendees = ({"email": answered, "name": name, "timeZone": ""}, *attendees)
    metadata = table(booking.get("metadata"))
    video = clean(metadata.get("videoCallUrl") or booking.get("meetingUrl") or booking.get("location"), 2_000)
    organizer = table(booking.get("organizer")) or next(iter(rows(booking.get("hosts"))), {})
    return BookingEvent(
        kind=kind,
        provider="calcom",
        occurred_at=occurred_at,
        uid=uid,
        previous_uid=clean(booking.get("rescheduleUid") or booking.get("rescheduledFromUid"), 200) or None,
        title=clean(booking.get("title"), 500),
        start_at=moment(booking.get("startTime") or booking.get("start")),
        end_at=moment(booking.get("endTime") or booking.get("end")),
        time_zone=next((one["timeZone"] for one in attendees if one["timeZone"]), ""),
        video_url=video if video.startswith(("http://", "https://")) else None,
        organizer_email=clean(organizer.get("email"), 320) or None,
        attendees=attendees,
        enrollment=clean(metadata.get(ENROLLMENT_KEY), 64) or None,
        reason=clean(booking.get("cancellationReason") or booking.get("reschedulingReason"), 500) or None,
    )


def _somebody_is_missing(booking: Mapping[str, Any]) -> bool:
    """As a webhook says it, or as the API does."""
    is_host = booking.get("noShowHost") or booking.get("absentHost")
    return bool(is_host) or any(one.get("noShow") or one.get("absent") for one in rows(booking.get("attendees")))
