"""The one port behind which every sending vendor stands, and what may come of a send.

    Outcome
    ├── Sent        the vendor has it
    ├── RetryAt     nothing was accepted; try again later
    ├── Failed      refused for good
    └── Ambiguous   the bytes left and nobody said what became of them: look it up, never send it again blindly

A provider never raises for what a vendor or the network does; it answers with one of these.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Protocol
from uuid import UUID

import httpx2

from kit.redaction import redact

SEND_LIMIT_S = 20.0
"""How long a vendor may take; a look-up before this has passed could miss what it still accepts."""
CLOCKS_DIFFER_BY = timedelta(hours=1)
"""How far a vendor's clock may be from ours before a look-up takes a message for an older one."""
ACCOUNT_REST_S = 15 * 60.0
MOST_WAIT_S = 24 * 3600.0
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_BREAK = re.compile(r"\r\n|\r|\n")
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


@dataclass(frozen=True)
class Outgoing:
    """One message as it leaves. `marker` is in the text and in no other message: a look-up recognises it by this.

    `binding`: what the vendor knows the campaign by. `reply_to`: the vendor's id of the mail that this one answers;
    None for the first mail to a person. `begun_at`: no message of the vendor's that is older can be this one.
    """

    intent_id: UUID
    idempotency_key: str
    channel: str
    sender: str
    sender_name: str
    recipient: str
    first_name: str
    last_name: str
    title: str
    company: str
    subject: str
    text: str
    html: str
    marker: str
    unsubscribe_url: str
    lead_id: str | None = None
    thread_id: str | None = None
    reply_to: str | None = None
    binding: str | None = None
    begun_at: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """Accepted. Ids are the vendor's own, as far as it gives them at once."""

    message_id: str | None = None
    thread_id: str | None = None
    reply_to: str | None = None
    lead_id: str | None = None


@dataclass(frozen=True)
class RetryAt:
    """`after_s`: seconds from now. `account_fault`: it is about the customer's account, so somebody should be told.
    `vendor_wide`: the vendor is away or wants us to wait, which says nothing about this message: it is never given up
    for it. `is_told`: the vendor itself named the wait."""

    after_s: float
    reason: str
    account_fault: bool = False
    vendor_wide: bool = False
    is_told: bool = False


@dataclass(frozen=True)
class Failed:
    """`ends`: what the refusal says of the person, when nothing more is to be sent to them: they told the vendor to
    stop, or nobody has this address."""

    reason: str
    ends: Literal["replied_stop", "bounced"] | None = None


@dataclass(frozen=True)
class Ambiguous:
    """`settle_after_s`: before that the vendor may still be working on it."""

    reason: str
    settle_after_s: float = 0.0


Outcome = Sent | RetryAt | Failed | Ambiguous


@dataclass(frozen=True)
class NotThere:
    """The vendor has no such message: it may be sent."""


@dataclass(frozen=True)
class Unknown:
    """The vendor could not be asked, or what it answered settles nothing."""

    reason: str
    after_s: float = 30.0


Finding = Sent | NotThere | Unknown

NOT_THE_LIST = "vendor_answered_nonsense"
"""A 200 without the list that was asked for: taken for an empty list, it would send a mail again."""


class Provider(Protocol):
    """What every sending vendor can do."""

    async def deliver(self, message: Outgoing) -> Outcome:
        """Hand one message over."""

    async def look_up(self, message: Outgoing) -> Finding:
        """Whether the vendor has this message, for one whose delivery is ambiguous."""


def said(content: Mapping[str, Any], *names: str, most: int = 200) -> str:
    """What a vendor says under the first of `names` that is there, without any key of ours that it repeats."""
    # Before the cut: a key that is cut in two is not known any more.
    return redact(next((str(content[name]) for name in names if content.get(name)), ""))[:most]


def unanswered(error: httpx2.HTTPError) -> Outcome:
    """What a call that raised came to: before the connection stood nothing left; after that nobody knows."""
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.UnsupportedProtocol):
        return RetryAt(30.0, "vendor_unreachable", vendor_wide=True)
    return Ambiguous(f"no_answer:{type(error).__name__}", settle_after_s=SEND_LIMIT_S)


def refused(answer: httpx2.Response, detail: str) -> Outcome:
    """What an answer that is no success came to. A 5xx may hide an accepted message, so it is looked up."""
    status = answer.status_code
    if status in {425, 429}:
        told = _wait_told(answer)
        wait = 5.0 if told is None else told
        return RetryAt(wait, "vendor_rate_limit", vendor_wide=True, is_told=told is not None)
    if status in {401, 402, 403}:
        return RetryAt(ACCOUNT_REST_S, f"vendor_refuses_account:{status}", account_fault=True)
    if status >= 500 or status < 400 or status == 408:
        return Ambiguous(f"vendor_answered:{status}")
    return Failed(f"vendor_refused:{status}: {detail}"[:500])


def retry_after(answer: httpx2.Response, default_s: float) -> float:
    """Seconds that the vendor asks us to wait, a day at the most."""
    told = _wait_told(answer)
    return default_s if told is None else told


def _wait_told(answer: httpx2.Response) -> float | None:
    """A number of seconds, or a date on the vendor's own clock (RFC 9110, section 10.2.3)."""
    for name in ("retry-after", "ratelimit-reset"):
        value = answer.headers.get(name, "").strip()
        if _SECONDS.fullmatch(value):
            return min(float(value), MOST_WAIT_S)
        try:
            until = parsedate_to_datetime(value)
            now = parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else datetime.now(UTC)
            return min(max(0.0, (until - now).total_seconds()), MOST_WAIT_S)
        except (ValueError, TypeError):
            continue
    return None


def as_html(text: str) -> str:
    """Plain text as HTML: escaped, line breaks kept, links clickable."""
    parts = []
    at = 0
    for found in _LINK.finditer(text):
        address = html.escape(found.group(0))
        parts += [html.escape(text[at : found.start()]), f'<a href="{address}">{address}</a>']
        at = found.end()
    parts.append(html.escape(text[at:]))
    return _BREAK.sub("<br/>", "".join(parts))
