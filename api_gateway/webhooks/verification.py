"""Is this really the vendor? Answered over the raw bytes, in constant time, before anything is parsed.

Each vendor's scheme is its own (see the pages on webhooks); none of them is of our making. A secret that is empty
verifies nothing.
"""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from standardwebhooks import Webhook

CALENDLY_TOLERANCE_S = 180
INSTANTLY_HEADER = "x-webhook-secret"
_SECONDS = re.compile(r"[0-9]{1,12}")
# 32 bytes in base64, and in their only spelling: the last letter has two bits to spare, which the library passes over.
_SVIX_SIGNATURE = re.compile(r"v1,[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")


@dataclass(frozen=True)
class Delivery:
    """What came in. `headers` by lower-case name; `url` as the vendor was told it, query included."""

    body: bytes
    headers: Mapping[str, str]
    url: str
    query: Mapping[str, str]


def is_genuine(source: str, delivery: Delivery, secrets: tuple[str, ...]) -> bool:
    """Whether one of `secrets` (two during a rotation) proves that `source` sent this. Never raises."""
    check = _CHECKS[source]
    found = [check(delivery, secret) for secret in secrets if secret]
    return any(found)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _instantly(delivery: Delivery, secret: str) -> bool:
    return _same(delivery.headers.get(INSTANTLY_HEADER, ""), secret)


def _phantombuster(delivery: Delivery, secret: str) -> bool:
    return _same(delivery.query.get("secret", ""), secret)


def _calcom(delivery: Delivery, secret: str) -> bool:
    # Without a secret of its own Cal.com writes the words `no-secret-provided`, which no digest ever equals.
    return _same(delivery.headers.get("x-cal-signature-256", ""), _hex_sha256(secret, delivery.body))


def _calendly(delivery: Delivery, secret: str) -> bool:
    given = delivery.headers.get("calendly-webhook-signature", "")
    parts = [(name, value) for name, _, value in (part.strip().partition("=") for part in given.split(","))]
    stamp = next((value for name, value in parts if name == "t"), "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    expected = _hex_sha256(secret, f"{stamp}.".encode() + delivery.body)
    # Several while its key is changed; one that is right is enough.
    signed = [_same(value, expected) for name, value in parts if name == "v1"]
    return any(signed) and abs(time.time() - int(stamp)) <= CALENDLY_TOLERANCE_S


def _resend(delivery: Delivery, secret: str) -> bool:
    # The library reads base64 leniently: what follows a signature's padding is passed over.
    given = [one for one in delivery.headers.get("svix-signature", "").split(" ") if _SVIX_SIGNATURE.fullmatch(one)]
    # The library reads a number with a fraction, which the signature does not cover.
    if not _SECONDS.fullmatch(delivery.headers.get("svix-timestamp", "")):
        return False
    signed = {
        "webhook-id": delivery.headers.get("svix-id", ""),
        "webhook-timestamp": delivery.headers.get("svix-timestamp", ""),
        "webhook-signature": " ".join(given),
    }
    try:
        Webhook(secret).verify(delivery.body, signed, json_parse=False)
    except Exception:  # the library raises more than its own error on what a stranger may send
        return False
    return True


def is_svix_secret(secret: str) -> bool:
    """Whether signatures can be made with it at all: base64, behind `whsec_` or without."""
    try:
        return bool(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError:
        return False


def _twilio(delivery: Delivery, secret: str) -> bool:
    given = delivery.headers.get("x-twilio-signature", "")
    parameters: list[tuple[str, str]] = []
    if body_hash := delivery.query.get("bodySHA256"):
        if not _same(body_hash.lower(), hashlib.sha256(delivery.body).hexdigest()):
            return False
    else:
        try:
            parameters = parse_qsl(delivery.body.decode(), keep_blank_values=True, max_num_fields=200)
        except ValueError:
            return False
    text = "".join(name + value for name, value in sorted(set(parameters)))
    found = [_same(given, _base64_sha1(secret, url + text)) for url in _twilio_urls(delivery.url)]
    return any(found)


def _twilio_urls(url: str) -> list[str]:
    """With and without the port of the scheme: Twilio signs either."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return [url, urlunsplit(parts._replace(netloc=host)), urlunsplit(parts._replace(netloc=f"{host}:{port}"))]


def _base64_sha1(secret: str, signed: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _hex_sha256(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


_CHECKS: dict[str, Callable[[Delivery, str], bool]] = {
    "instantly": _instantly,
    "calcom": _calcom,
    "calendly": _calendly,
    "resend": _resend,
    "twilio": _twilio,
    "phantombuster": _phantombuster,
}
