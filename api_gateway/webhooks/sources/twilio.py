"""Twilio: forms without a time of their own; a status callback or an incoming SMS."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from api_gateway.webhooks.events import (
    RECEIVED_AT,
    Identity,
    IncomingReply,
    MailEvent,
    MailKind,
    Unknown,
    VendorEvent,
    clean,
)

_KINDS: dict[str, MailKind] = {"sent": "sent", "delivered": "delivered", "undelivered": "bounced", "failed": "bounced"}
# Blocked by the person or their carrier, nobody's, a landline, no number, STOP, no mobile: such a number takes no SMS.
# Every other code (https://www.twilio.com/docs/api/errors) is about a phone that is off, a carrier, a text, an account.
_LASTING_ERRORS = frozenset({"30004", "30005", "30006", "21211", "21610", "21614"})


def _status(payload: Mapping[str, Any]) -> str:
    """`received` too where no status is named: only what somebody wrote has a body."""
    told = clean(payload.get("MessageStatus") or payload.get("SmsStatus"), 40).lower()
    return told or ("received" if "Body" in payload else "")


def identify(payload: Mapping[str, Any], _: Mapping[str, str]) -> Identity:
    """Twilio's key is the message and its status."""
    sid = clean(payload.get("MessageSid") or payload.get("SmsSid"), 64)
    status = _status(payload)
    return Identity(f"message.{status}" if status else "", None, (sid, status) if sid else ())


def read(payload: Mapping[str, Any]) -> VendorEvent:
    """An event about an SMS."""
    sid = clean(payload.get("MessageSid") or payload.get("SmsSid"), 64)
    status = _status(payload)
    occurred_at = _time(payload)
    if not sid:
        return Unknown("the event names no message")
    if status == "received":
        text = clean(payload.get("Body"), 10_000)
        return MailEvent(
            kind="reply",
            occurred_at=occurred_at,
            address=clean(payload.get("From"), 40),
            channel="sms",
            reply=IncomingReply(provider_message_id=sid, text=text),
        )
    kind = _KINDS.get(status)
    if kind is None:
        return Unknown(f"no effect is known for the status {status!r}")
    error = clean(payload.get("ErrorCode"), 20)
    if kind == "bounced" and error and error not in _LASTING_ERRORS:
        kind = "soft_bounced"
    return MailEvent(
        kind=kind,
        occurred_at=occurred_at,
        address=clean(payload.get("To"), 40),
        channel="sms",
        provider_message_id=sid,
        details={"reason": error},
    )


def _time(payload: Mapping[str, Any]) -> datetime:
    """Twilio's own time when it gives one, else when we received the event."""
    given = payload.get("RawDlrDoneDate") or payload.get("Timestamp")
    try:
        parsed = parsedate_to_datetime(clean(given, 60))
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError):
        received = payload.get(RECEIVED_AT)
        return received if isinstance(received, datetime) else datetime.now(UTC)
