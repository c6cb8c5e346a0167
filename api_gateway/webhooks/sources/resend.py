"""Resend (Svix): every delivery has an id of its own, the same in every attempt."""

from collections.abc import Mapping
from dataclasses import replace
from email.utils import parseaddr
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
    table,
    told_at,
)

_KINDS: dict[str, MailKind] = {
    "email.sent": "sent",
    "email.delivered": "delivered",
    "email.opened": "opened",
    "email.clicked": "clicked",
    "email.bounced": "bounced",
    "email.complained": "complained",
    "email.received": "reply",
}
LONGEST_MAIL = 200_000


def identify(payload: Mapping[str, Any], headers: Mapping[str, str]) -> Identity:
    """The id of Svix names the event."""
    event_id = clean(headers.get("svix-id"), 200)
    return Identity(clean(payload.get("type"), 200), moment(payload.get("created_at")), (event_id,) if event_id else ())


def read(payload: Mapping[str, Any]) -> VendorEvent:
    """A mail event; a bounce is hard unless Resend calls it transient."""
    event_type = clean(payload.get("type"), 200)
    kind = _KINDS.get(event_type)
    occurred_at = told_at(payload, "created_at")
    data = table(payload.get("data"))
    if kind is None:
        return Unknown(f"no effect is known for the event {event_type!r}")
    mail_id = clean(data.get("email_id"), 200)
    if occurred_at is None or not mail_id:
        return Unknown("the event names no time or no e-mail")
    bounce = table(data.get("bounce"))
    if kind == "bounced" and clean(bounce.get("type")).lower() in {"transient", "temporary", "undetermined"}:
        kind = "soft_bounced"
    others = data.get("to")
    person = data.get("from") if kind == "reply" else (others[0] if isinstance(others, list) and others else others)
    reply = None
    if kind == "reply":
        reply = IncomingReply(
            provider_message_id=mail_id,
            subject=clean(data.get("subject")),
            text=clean(data.get("text"), LONGEST_MAIL),
            html=clean(data.get("html"), LONGEST_MAIL),
            headers=_headers(data.get("headers")),
        )
    return MailEvent(
        kind=kind,
        occurred_at=occurred_at,
        address=parseaddr(clean(person, 500))[1].lower(),
        provider_message_id=None if kind == "reply" else mail_id,
        details={
            "reason": clean(bounce.get("message"), 500),
            "link": clean(table(data.get("click")).get("link"), 2_000),
        },
        reply=reply,
    )


def completed(said: MailEvent, mail: Mapping[str, Any]) -> MailEvent:
    """A reply with what the API tells of it: text, HTML, headers, and its Message-ID among these."""
    if said.reply is None:
        return said
    headers = _headers(mail.get("headers"))
    if (message_id := clean(mail.get("message_id"), 1_000)) and not any(
        name.lower() == "message-id" for name in headers
    ):
        headers["message-id"] = message_id
    reply = replace(
        said.reply,
        subject=clean(mail.get("subject")) or said.reply.subject,
        text=clean(mail.get("text"), LONGEST_MAIL),
        html=clean(mail.get("html"), LONGEST_MAIL),
        headers=headers,
    )
    return replace(said, reply=reply)


def _headers(value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        pairs = [(name, text) for name, text in value.items()]
    else:
        pairs = (
            [(table(item).get("name"), table(item).get("value")) for item in value] if isinstance(value, list) else []
        )
    # A header that a mail has twice is a list.
    texts = [(name, " ".join(map(clean, text)) if isinstance(text, list) else text) for name, text in pairs[:200]]
    return {clean(name, 100): clean(text, 5_000) for name, text in texts}
