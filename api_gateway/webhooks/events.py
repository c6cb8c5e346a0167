"""What vendors tell us, in one language: mail events and booking events, whoever they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

MailKind = Literal[
    "sent", "delivered", "opened", "clicked", "bounced", "soft_bounced", "complained", "unsubscribed", "reply", "label"
]
BookingKind = Literal["created", "moved", "cancelled", "reschedule_requested", "no_show", "completed", "ignored"]

# Under this name an event's reader finds when it was received; no JSON holds a datetime.
RECEIVED_AT = "_received_at"
# Outside of these nobody writes mails or meets, and calculating with days fails.
_YEARS = range(1970, 2200)

# Of two events at the same moment the later stage counts.
BOOKING_RANK: dict[BookingKind, int] = {
    "ignored": 0, "created": 1, "moved": 2, "reschedule_requested": 3, "completed": 4, "no_show": 5, "cancelled": 6,
}  # fmt: skip


@dataclass(frozen=True)
class IncomingReply:
    """A message that a person, or their mail server, sent to us."""

    provider_message_id: str
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_automatic: bool = False


@dataclass(frozen=True)
class MailEvent:
    """Something became of a message. `address` is the person's: an e-mail address or, for SMS, an E.164 number."""

    kind: MailKind
    occurred_at: datetime
    address: str
    channel: Literal["email", "sms"] = "email"
    provider_message_id: str | None = None
    provider_campaign_id: str | None = None
    step: int | None = None
    label: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    reply: IncomingReply | None = None


@dataclass(frozen=True)
class BookingEvent:
    """Something became of a meeting. `uid` is the booking's now, `previous_uid` the one that a move replaced.

    What is empty or None was not told.
    """

    kind: BookingKind
    provider: Literal["calcom", "calendly"]
    occurred_at: datetime
    uid: str
    previous_uid: str | None = None
    title: str = ""
    start_at: datetime | None = None
    end_at: datetime | None = None
    time_zone: str = ""
    video_url: str | None = None
    organizer_email: str | None = None
    attendees: tuple[Mapping[str, str], ...] = ()
    enrollment: str | None = None
    reason: str | None = None

    @property
    def rank(self) -> int:
        """Orders events of the same moment."""
        return BOOKING_RANK[self.kind]


@dataclass(frozen=True)
class RunEvent:
    """A scraper's container ended."""

    container_id: str


@dataclass(frozen=True)
class Unknown:
    """Kept for good, and nothing is done about it."""

    reason: str


VendorEvent = MailEvent | BookingEvent | RunEvent | Unknown


@dataclass(frozen=True)
class Identity:
    """What makes two deliveries the same event: the parts of `meaning`; empty when only its bytes identify it."""

    event_type: str
    occurred_at: datetime | None
    meaning: tuple[str, ...] = ()


def clean(value: Any, limit: int = 1_000) -> str:
    """Text that Postgres can hold: no null characters, no lone surrogates, cut at `limit`; "" for what is no scalar."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value).replace("\x00", "")[:limit]
    return text.encode("utf-8", "replace").decode("utf-8")


def moment(value: Any) -> datetime | None:
    """An instant in UTC from ISO 8601 text or Unix seconds; None when it is neither, or not of these centuries."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str) and len(value) <= 40:
            parsed = datetime.fromisoformat(value.strip())
            found = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.year in _YEARS else None


def told_at(payload: Mapping[str, Any], field: str) -> datetime | None:
    """When an event happened by its `field`, else when we received it: a stop without a time is a stop all the same."""
    received = payload.get(RECEIVED_AT)
    return moment(payload.get(field)) or (received if isinstance(received, datetime) else None)


def table(value: Any) -> dict[str, Any]:
    """`value` when it is an object, else an empty one: vendors leave parts out."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
