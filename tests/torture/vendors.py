"""Six vendors who deliver events, each signing as its contract says: with the stand-ins' signers, not the gateway's."""

import json
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

from api_gateway.webhooks.inbox import hash_of
from api_gateway.webhooks.sealed import seal
from kit.sealing import Keyring
from sandbox.stack import Stack
from sandbox.standins.calcom.world import signature as calcom_signature
from sandbox.standins.calendly import calendly_signature
from sandbox.standins.resend import svix_signature
from sandbox.standins.twilio import twilio_signature
from tests.api_gateway.factories import Db, insert

SOURCES = ("instantly", "calcom", "calendly", "resend", "twilio", "phantombuster")
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Event:
    """One thing that happened at a vendor. `id`: what the vendor calls it in a header, where it does; `raw`: its body,
    where that is no usual one."""

    source: str
    payload: Mapping[str, object]
    id: str = ""
    raw: bytes = b""

    def body(self, chance: Random | None = None) -> bytes:
        """The event on the wire; with `chance` written another way that says the same, as a second attempt may be."""
        if self.raw:
            return self.raw
        if self.source == "twilio":
            return urlencode({name: str(value) for name, value in self.payload.items()}).encode()
        names = list(self.payload)
        if chance is None:
            return json.dumps(self.payload, ensure_ascii=False).encode()
        chance.shuffle(names)
        again = {name: self.payload[name] for name in names}
        return json.dumps(again, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1])).encode()


@dataclass(frozen=True)
class Request:
    """What goes over the wire."""

    method: str
    path: str
    body: bytes
    headers: list[tuple[str, str | bytes]]
    is_chunked: bool = False

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """As they are sent."""
        return [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in self.headers]


@dataclass(frozen=True)
class WayIn:
    """One organization's endpoint for one vendor. `public_url` is what the vendor was told, which Twilio signs."""

    source: str
    organization_id: UUID
    token: str
    secret: str
    public_url: str

    @property
    def path(self) -> str:
        return f"/webhooks/{self.source}/{self.token}"

    @property
    def address(self) -> str:
        """Path and query; PhantomBuster's secret is in the latter."""
        return f"{self.path}?secret={self.secret}" if self.source == "phantombuster" else self.path

    def request(self, event: Event, chance: Random | None = None) -> Request:
        """`event` as this vendor delivers it."""
        body = event.body(chance)
        headers = self.signed(body, event.id)
        if chance is not None and self.source != "twilio" and chance.random() < 0.1:
            # Nobody signs the content type, and somebody in between may have changed it.
            headers["content-type"] = chance.choice(["text/plain", FORM_TYPE])
        return Request("POST", self.address, body, [*headers.items()])

    def signed(
        self, body: bytes, event_id: str = "", *, at: int | None = None, secret: str | None = None
    ) -> dict[str, str | bytes]:
        """Content type and signature for `body`, now or `at` a time, by this secret or another."""
        secret = self.secret if secret is None else secret
        stamp = str(int(time.time()) if at is None else at)
        headers: dict[str, str | bytes] = {"content-type": FORM_TYPE if self.source == "twilio" else JSON_TYPE}
        match self.source:
            case "instantly":
                headers["x-webhook-secret"] = secret
            case "calcom":
                headers["x-cal-signature-256"] = calcom_signature(secret, body)
            case "calendly":
                headers["calendly-webhook-signature"] = calendly_signature(secret, stamp, body)
            case "resend":
                event_id = event_id or f"msg_{sha256(body).hexdigest()[:24]}"
                headers |= {
                    "svix-id": event_id,
                    "svix-timestamp": stamp,
                    "svix-signature": svix_signature(secret, event_id, stamp, body),
                }
            case "twilio":
                headers["x-twilio-signature"] = twilio_signature(secret, self.public_url + self.path, form_of(body))
        return headers


@dataclass(frozen=True)
class WaysIn:
    """Every vendor's endpoint of one organization."""

    organization_id: UUID
    by_source: dict[str, WayIn] = field(default_factory=dict)

    def __getitem__(self, source: str) -> WayIn:
        return self.by_source[source]


def form_of(body: bytes) -> dict[str, str]:
    """The fields of a form as Twilio signs them; none when it is no form."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError:
        return {}


def new_secret(source: str, chance: Random) -> str:
    """A secret in the form that the vendor's are."""
    secret = b64encode(chance.randbytes(24)).decode()
    return f"whsec_{secret}" if source == "resend" else secret.replace("+", "x").replace("/", "y").replace("=", "")


def open_ways_in(db: Db, stack: Stack, organization_id: UUID, chance: Random) -> WaysIn:
    """An endpoint for each vendor, as registration leaves them."""
    keyring = Keyring.parse(stack.env_for("api_gateway")["CREDENTIALS_KEYS"])
    ways = WaysIn(organization_id)
    for source in SOURCES:
        endpoint_id, token, secret = uuid4(), uuid4().hex, new_secret(source, chance)
        insert(
            db, "inbound_endpoints", id=endpoint_id, organization_id=organization_id, source=source,
            token_hash=hash_of(token), sealed_secret=seal(keyring, organization_id, endpoint_id, secret),
        )  # fmt: skip
        ways.by_source[source] = WayIn(source, organization_id, token, secret, stack.urls["gateway"])
    return ways
