"""Calendly: a reschedule is a cancellation (`rescheduled`) and a creation (`old_invitee`) at once."""

from collections.abc import Mapping
from typing import Any

from api_gateway.webhooks.events import BookingEvent, BookingKind, Identity, Unknown, VendorEvent, clean, moment, table

_ONCE = frozenset({"invitee.created", "invitee.canceled"})


def identify(payload: Mapping[str, Any], _: Mapping[str, str]) -> Identity:
    """Calendly's key is the invitee's uri and the event, whether it was delivered or fetched.

    Nobody is invited or cancels twice under one uri; only an absence may be noted and taken back again and again.
    """
    event = clean(payload.get("event"), 200)
    uri = clean(table(payload.get("payload")).get("uri"), 500)
    created = () if event in _ONCE else (clean(payload.get("created_at"), 40),)
    return Identity(event, moment(payload.get("created_at")), (event, uri, *created) if uri else ())


def read(payload: Mapping[str, Any]) -> VendorEvent:
    """A booking event. `utm_content` carries our enrollment."""
    event = clean(payload.get("event"), 200)
    invitee = table(payload.get("payload"))
    occurred_at = moment(payload.get("created_at"))
    uri = clean(invitee.get("uri"), 500)
    if not uri or occurred_at is None:
        return Unknown("the event names no invitee or no time")
    kind: BookingKind
    match event:
        case "invitee.created":
            kind = "moved" if invitee.get("old_invitee") else "created"
        case "invitee.canceled" if invitee.get("rescheduled"):
            return Unknown("the meeting was moved, which its other event tells")
        case "invitee.canceled":
            kind = "cancelled"
        case "invitee_no_show.created":
            kind = "no_show"
        case "invitee_no_show.deleted":
            # An absence is noted once a meeting is over; whoever takes it back says that it was held.
            kind = "completed"
        case _:
            return Unknown(f"no effect is known for the event {event!r}")
    scheduled = table(invitee.get("scheduled_event"))
    location = table(scheduled.get("location"))
    memberships = scheduled.get("event_memberships")
    host = table(memberships[0]) if isinstance(memberships, list) and memberships else {}
    time_zone = clean(invitee.get("timezone"), 64)
    attendee = {
        "email": clean(invitee.get("email"), 320),
        "name": clean(invitee.get("name"), 320),
        "timeZone": time_zone,
    }
    return BookingEvent(
        kind=kind,
        provider="calendly",
        occurred_at=occurred_at,
        uid=uri,
        previous_uid=clean(invitee.get("old_invitee"), 500) or None,
        title=clean(scheduled.get("name"), 500),
        start_at=moment(scheduled.get("start_time")),
        end_at=moment(scheduled.get("end_time")),
        time_zone=time_zone,
        video_url=clean(location.get("join_url"), 2_000) or None,
        organizer_email=clean(host.get("user_email"), 320) or None,
        attendees=(attendee,),
        enrollment=clean(table(invitee.get("tracking")).get("utm_content"), 64) or None,
        reason=clean(table(invitee.get("cancellation")).get("reason"), 500) or None,
    )


def deliveries(scheduled: Mapping[str, Any], invitee: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The webhooks that tell where an invitee of the meeting `scheduled`, as the API shows both, stands now."""
    told = [("invitee.created", invitee.get("created_at"))]
    if clean(invitee.get("status")) == "canceled":
        cancelled_at = table(invitee.get("cancellation")).get("created_at")
        told.append(("invitee.canceled", cancelled_at or invitee.get("updated_at")))
    if absence := table(invitee.get("no_show")):
        told.append(("invitee_no_show.created", absence.get("created_at") or invitee.get("updated_at")))
    whole = {**invitee, "scheduled_event": dict(scheduled)}
    return [{"event": event, "created_at": at, "payload": whole, "reconciled": True} for event, at in told]
