"""Instantly: flat JSON, names that differ from the subscription's, several events for one thing, no order."""

from collections.abc import Mapping
from typing import Any

from api_gateway.webhooks.events import (
    Identity,
    IncomingReply,
    MailEvent,
    MailKind,
    Unknown,
    VendorEvent,
    clean,
    moment,
    told_at,
)

_KINDS: dict[str, MailKind] = {
    "email_sent": "sent",
    "email_opened": "opened",
    "email_link_clicked": "clicked",
    "link_clicked": "clicked",
    "email_bounced": "bounced",
    "lead_unsubscribed": "unsubscribed",
    "reply_received": "reply",
    "auto_reply_received": "reply",
    "lead_neutral": "label",
    "lead_interested": "label",
    "lead_not_interested": "label",
    "lead_meeting_booked": "label",
    "lead_meeting_completed": "label",
    "lead_closed": "label",
    "lead_out_of_office": "label",
    "lead_wrong_person": "label",
    "lead_no_show": "label",
}
_MEANING = ("workspace", "event_type", "campaign_id", "lead_email", "email_id", "step", "variant", "timestamp")
LONGEST_MAIL = 200_000
MOST_STEPS = 1_000


def identify(payload: Mapping[str, Any], _: Mapping[str, str]) -> Identity:
    """Instantly has no event ids: who, what, which mail and when together are one."""
    event_type = clean(payload.get("event_type"), 200)
    told = {name: clean(payload.get(name), 500) for name in _MEANING}
    # What is no text says nothing: two events that say nothing are not the same for that.
    is_somebodys = bool(told["timestamp"] and (told["lead_email"] or told["email_id"]))
    return Identity(event_type, moment(payload.get("timestamp")), tuple(told.values()) if is_somebodys else ())


def read(payload: Mapping[str, Any]) -> VendorEvent:
    """A mail event; a custom label arrives as its own text and is Unknown."""
    event_type = clean(payload.get("event_type"), 200)
    kind = _KINDS.get(event_type)
    occurred_at = told_at(payload, "timestamp")
    address = clean(payload.get("lead_email"), 320).strip().lower()
    if kind is None:
        return Unknown(f"no effect is known for the event {event_type!r}")
    if occurred_at is None or not address:
        return Unknown("the event names no time or no lead")
    mail_id = clean(payload.get("email_id"), 200) or None
    step = payload.get("step")
    return MailEvent(
        kind=kind,
        occurred_at=occurred_at,
        address=address,
        provider_message_id=mail_id,
        provider_campaign_id=clean(payload.get("campaign_id"), 200) or None,
        step=step if isinstance(step, int) and not isinstance(step, bool) and 0 < step <= MOST_STEPS else None,
        label=event_type if kind == "label" else "",
        details={"mailbox": clean(payload.get("email_account"), 320), "link": clean(payload.get("link"), 2_000)},
        reply=_reply(payload, mail_id or "", automatic=event_type == "auto_reply_received")
        if kind == "reply"
        else None,
    )


def _reply(payload: Mapping[str, Any], mail_id: str, *, automatic: bool) -> IncomingReply:
    text = clean(payload.get("reply_text"), LONGEST_MAIL) or clean(payload.get("reply_text_snippet"), LONGEST_MAIL)
    return IncomingReply(
        provider_message_id=mail_id,
        subject=clean(payload.get("reply_subject"), 1_000),
        text=text,
        html=clean(payload.get("reply_html"), LONGEST_MAIL),
        is_automatic=automatic,
    )
