"""Requests that no vendor would make: each kind of lie, wherever it can be told, with the answers it may get.

Every attack starts from an event that a vendor could really have sent, and changes one thing. Most know everything but
the secret; those that are signed rightly carry what must be refused all the same.
"""

import gzip
import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from urllib.parse import quote, urlencode

from sandbox.standins.twilio import twilio_signature
from tests.torture.vendors import FORM_TYPE, JSON_TYPE, SOURCES, Event, Request, WayIn, WaysIn, form_of

Headers = list[tuple[str, str | bytes]]
PROOF = {
    "instantly": "x-webhook-secret", "calcom": "x-cal-signature-256", "calendly": "calendly-webhook-signature",
    "resend": "svix-signature", "twilio": "x-twilio-signature",
}  # fmt: skip
SIGNING = ("calcom", "calendly", "resend", "twilio")
TIMED = ("calendly", "resend")
JSON_SOURCES = tuple(source for source in SOURCES if source != "twilio")
LARGE = 1_048_577


@dataclass(frozen=True)
class Target:
    """What an attacker may build from. `way`: the endpoint under attack; `other`: the same vendor's of a stranger."""

    ours: WaysIn
    strangers: WaysIn
    event: Event
    chance: Random

    @property
    def way(self) -> WayIn:
        return self.ours[self.event.source]

    @property
    def other(self) -> WayIn:
        return self.strangers[self.event.source]

    @property
    def body(self) -> bytes:
        return self.event.body()

    @property
    def headers(self) -> dict[str, str | bytes]:
        return self.way.signed(self.body, self.event.id)

    @property
    def proof(self) -> str:
        """The signature, or the secret where the vendor signs nothing."""
        name = PROOF.get(self.way.source)
        return str(self.headers[name]) if name else self.way.secret

    def post(self, body: bytes, headers: dict[str, str | bytes], path: str | None = None) -> Request:
        return Request("POST", path or self.way.address, body, [*headers.items()])

    def proving(self, *proofs: str | bytes, **more: str) -> Request:
        """The event with other proofs in place of the right one; without any, with none."""
        name = PROOF.get(self.way.source)
        if name is None:
            query = "&".join(f"secret={quote(proof)}" for proof in proofs)
            return self.post(self.body, {**self.headers, **more}, f"{self.way.path}?{query}")
        kept: Headers = [(key, value) for key, value in self.headers.items() if key != name]
        return Request("POST", self.way.path, self.body, [*kept, *((name, one) for one in proofs), *more.items()])

    def signed_by(self, secret: str) -> Request:
        """The event, signed by the book with another secret."""
        way = replace(self.way, secret=secret)
        return self.post(self.body, way.signed(self.body, self.event.id), way.address)

    def signed(self, body: bytes, **more: str) -> Request:
        """Another body, signed rightly."""
        return self.post(body, {**self.way.signed(body, self.event.id), **more})

    def unsigned(self, body: bytes, **more: str) -> Request:
        """Another body under the event's signature, or under a wrong secret where nothing is signed."""
        if self.way.source in SIGNING:
            return self.post(body, {**self.headers, **more})
        return replace(self.proving("wrong", **more), body=body)

    def at(self, path: str) -> Request:
        """The event, signed rightly, at another path."""
        query = self.way.address.removeprefix(self.way.path)
        return self.post(self.body, self.headers, path + query)


@dataclass(frozen=True)
class Attack:
    """One hostile request, made when it is sent: a signature has its time. `seed` makes it the same each time."""

    kind: "Kind"
    ours: WaysIn
    strangers: WaysIn
    event: Event
    seed: int

    @property
    def name(self) -> str:
        return f"hostile {self.kind.name} at {self.event.source}"

    def request(self) -> Request:
        return self.kind.make(Target(self.ours, self.strangers, self.event, Random(self.seed)))


@dataclass(frozen=True)
class Kind:
    """One way to lie. `refusals`: the answers that are right for it."""

    name: str
    sources: tuple[str, ...]
    refusals: frozenset[int]
    make: Callable[[Target], Request]


KINDS: list[Kind] = []


def _kind(name: str, make: Callable[[Target], Request], *refusals: int, at: Sequence[str] = SOURCES) -> None:
    KINDS.append(Kind(name, tuple(at), frozenset(refusals or (401,)), make))


def attacks(count: int, ours: WaysIn, strangers: WaysIn, events: Sequence[Event], chance: Random) -> Iterator[Attack]:
    """At least `count` attacks: each kind once, then each at each vendor, then any of them."""
    by_source = {source: [event for event in events if event.source == source] for source in SOURCES}
    pairs = [(kind, source) for kind in KINDS for source in kind.sources]
    first = [(kind, chance.choice(kind.sources)) for kind in KINDS]
    every = first + chance.sample(pairs, len(pairs))
    for number in range(max(count, len(KINDS))):
        kind, source = every[number] if number < len(every) else chance.choice(pairs)
        yield Attack(kind, ours, strangers, chance.choice(by_source[source]), chance.getrandbits(32))


def _other_case(text: str) -> str:
    return text.swapcase() if text.swapcase() != text else text + "A"


def _one_changed(text: str, chance: Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]


def _byte_changed(body: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


# The proof itself. A wrong one is 401 whatever else is right.
_kind("no proof", lambda t: t.proving())
_kind("empty proof", lambda t: t.proving(""))
_kind("another proof", lambda t: t.proving(b64encode(t.chance.randbytes(32)).decode()))
_kind("proof cut by one", lambda t: t.proving(t.proof[:-1]))
_kind("half a proof", lambda t: t.proving(t.proof[: len(t.proof) // 2]))
_kind("proof in other case", lambda t: t.proving(_other_case(t.proof)))
_kind("proof padded behind", lambda t: t.proving(t.proof + "A"))
_kind("proof padded in front", lambda t: t.proving("A" + t.proof))
_kind("proof in quotes", lambda t: t.proving(f'"{t.proof}"'))
_kind("proof twice in one", lambda t: t.proving(t.proof * 2), at=("instantly", "calcom", "twilio", "phantombuster"))
_kind("proof backwards", lambda t: t.proving(t.proof[::-1]))
_kind("one character of the proof changed", lambda t: t.proving(_one_changed(t.proof, t.chance)))
_kind("proof as a bearer token", lambda t: t.proving(authorization=f"Bearer {t.proof}"))
_kind("proof under a scheme", lambda t: t.proving(f"sha256={t.proof}"), at=("instantly", "calcom", "twilio"))
_kind("proof in a header of another name", lambda t: t.proving(**{"x-signature": t.proof}))
_kind("proof that is no text", lambda t: t.proving(b"\xff\xfe\x80" + t.proof.encode()), at=tuple(PROOF))
_kind("proof of ten thousand characters", lambda t: t.proving("A" * 10_000))
_kind("no-secret-provided", lambda t: t.proving("no-secret-provided"))
_kind("null as proof", lambda t: t.proving("null"))
_kind("two headers, both wrong", lambda t: t.proving(t.proof[:-1], t.proof[1:]))
_kind("proof in the query", lambda t: replace(t.proving(), path=f"{t.way.path}?signature={quote(t.proof)}"))
_kind("proof in a cookie", lambda t: t.proving(cookie=f"secret={quote(t.proof)}"))
_kind("a stranger's secret", lambda t: t.signed_by(t.other.secret))
_kind("another vendor's secret", lambda t: t.signed_by(_neighbour(t).secret))
_kind("the token as the secret", lambda t: t.signed_by(t.way.token), at=(*JSON_SOURCES[:3], "twilio", "phantombuster"))
_kind("an empty secret", lambda t: t.signed_by(""), at=("calcom", "calendly", "twilio"))
_kind("a hash of the secret", lambda t: t.signed_by(hashlib.sha256(t.way.secret.encode()).hexdigest()), at=SIGNING[:2])
_kind("the secret itself as the signature", lambda t: t.proving(t.way.secret), at=SIGNING)


def _neighbour(t: Target) -> WayIn:
    return t.ours["resend" if t.way.source != "resend" else "calcom"] if t.way.source != "resend" else t.other


# The body under a signature that was made for another.
_kind("one byte of the body changed", lambda t: t.unsigned(_byte_changed(t.body, t.chance)), at=SIGNING)
_kind("another event's signature", lambda t: t.unsigned(t.body + b" "), at=SIGNING)
_kind("body with a mark in front", lambda t: t.unsigned(b"\xef\xbb\xbf" + t.body), at=SIGNING)
_kind("body told twice", lambda t: t.unsigned(t.body * 2), at=SIGNING)
_kind("body emptied", lambda t: t.unsigned(b""))
_kind("body compressed", lambda t: t.unsigned(gzip.compress(t.body), **{"content-encoding": "gzip"}))
_kind("body written another way", lambda t: t.unsigned(json.dumps(t.event.payload, indent=3).encode()), at=SIGNING[:3])
_kind(
    "body as a form", lambda t: t.unsigned(urlencode({"json": t.body.decode()}).encode(), **{"content-type": FORM_TYPE})
)
_kind("a field added", lambda t: t.unsigned(_with_field(t)), at=SIGNING)
_kind("a key told twice", lambda t: t.unsigned(b'{"uid":"a","uid":"b",' + t.body[1:]), at=JSON_SOURCES)
_kind("half a character", lambda t: t.unsigned(b'{"lead_email":"\\ud800"}'))
_kind("null characters", lambda t: t.unsigned(b'{"event_type":"reply\\u0000received\x00"}'))
_kind("a number without end", lambda t: t.unsigned(b'{"timestamp":1e999}'))
_kind("in pieces", lambda t: replace(t.unsigned(t.body + b" "), is_chunked=True))
_kind("another content type", lambda t: t.unsigned(t.body + b" ", **{"content-type": "application/xml"}))


def _with_field(t: Target) -> bytes:
    if t.way.source == "twilio":
        return t.body + b"&MediaUrl0=x"
    return json.dumps({**t.event.payload, "more": 1}).encode()


# Other algorithms, other encodings, other things signed.
def _digest(t: Target, algorithm: str, signed: bytes) -> bytes:
    return hmac.new(t.way.secret.encode(), signed, algorithm).digest()


def _shaped(t: Target, digest: bytes) -> str:
    """A digest in the vendor's form."""
    match t.way.source:
        case "calendly":
            return str(t.headers[PROOF["calendly"]]).split(",")[0] + f",v1={digest.hex()}"
        case "resend":
            return "v1," + b64encode(digest).decode()
        case "twilio":
            return b64encode(digest).decode()
    return digest.hex()


for _algorithm in ("md5", "sha512", "sha3_256"):
    _kind(
        f"signed by {_algorithm}",
        lambda t, algorithm=_algorithm: t.proving(_shaped(t, _digest(t, algorithm, t.body))),  # type: ignore[misc]
        at=SIGNING,
    )
_kind("hash without a key", lambda t: t.proving(_shaped(t, hashlib.sha256(t.body).digest())), at=SIGNING)
_kind("only the body signed", lambda t: t.proving(_shaped(t, _digest(t, "sha256", t.body))), at=("calendly", "resend"))
_kind("digest in base64", lambda t: t.proving(b64encode(_digest(t, "sha256", t.body)).decode()), at=("calcom",))
_kind("digest in hex", lambda t: t.proving(_digest(t, "sha1", t.body).hex()), at=("twilio",))
_kind("another version of the scheme", lambda t: t.proving(t.proof.replace("v1", "v0")), at=TIMED)


# The time, and what is signed beside the body.
def _timed(at: Callable[[int], int]) -> Callable[[Target], Request]:
    def make(t: Target) -> Request:
        return t.post(t.body, t.way.signed(t.body, t.event.id, at=at(int(time.time()))))

    return make


def _with_time(value: str | bytes) -> Callable[[Target], Request]:
    """The signature stays, the time beside it is another."""

    def make(t: Target) -> Request:
        headers = dict(t.headers)
        if t.way.source == "resend":
            headers["svix-timestamp"] = value
        else:
            given = value if isinstance(value, bytes) else value.encode()
            headers[PROOF["calendly"]] = b"t=" + given + b"," + t.proof.split(",")[1].encode()
        return t.post(t.body, headers)

    return make


_kind("expired", _timed(lambda now: now - 3_600), at=TIMED)
_kind("from the future", _timed(lambda now: now + 3_600), at=TIMED)
_kind("from the beginning of time", _timed(lambda _: 0), at=TIMED)
_kind("from before time", _timed(lambda now: -now), at=TIMED)
_kind("in milliseconds", _timed(lambda now: now * 1_000), at=TIMED)
_kind("replayed at another time", _with_time("1999999999"), at=TIMED)
_kind("without a time", _with_time(""), at=TIMED)
_kind("at no time", _with_time("soon"), at=TIMED)
_kind("at a time of forty digits", _with_time("9" * 40), at=TIMED)
_kind("at a time in other digits", _with_time("１７６７６０３６００".encode()), at=TIMED)
_kind("under another id", lambda t: t.post(t.body, {**t.headers, "svix-id": "msg_other"}), at=("resend",))
_kind("without an id", lambda t: t.post(t.body, {**t.headers, "svix-id": ""}), at=("resend",))


def _twilio_url(t: Target, url: str) -> Request:
    return t.proving(twilio_signature(t.way.secret, url, form_of(t.body)))


_kind("signed for another address", lambda t: _twilio_url(t, "https://elsewhere.example" + t.way.path), at=("twilio",))
_kind("signed for the host alone", lambda t: _twilio_url(t, t.way.public_url), at=("twilio",))
_kind(
    "signed without the fields",
    lambda t: t.proving(twilio_signature(t.way.secret, t.way.public_url + t.way.path, {})),
    at=("twilio",),
)
_kind(
    "hash of another body",
    lambda t: t.at(f"{t.way.path}?bodySHA256={hashlib.sha256(b'x').hexdigest()}"),
    at=("twilio",),
)
_kind(
    "hash that was not signed",
    lambda t: t.at(f"{t.way.path}?bodySHA256={hashlib.sha256(t.body).hexdigest()}"),
    at=("twilio",),
)
_kind("a field told twice", lambda t: t.unsigned(t.body + b"&To=%2B33600000000"), at=("twilio",))

# Another door.
_kind("a stranger's door", lambda t: t.at(t.other.path))
_kind("another vendor's door", lambda t: t.at(f"/webhooks/{t.way.source}/{_neighbour_token(t)}"), 404)
_kind("half a token", lambda t: t.at(t.way.path[:-16]), 404)
_kind("a token in other case", lambda t: t.at(f"/webhooks/{t.way.source}/{_other_case(t.way.token)}"), 404)
_kind("a longer token", lambda t: t.at(t.way.path + "0"), 404)
_kind(
    "a hash of the token",
    lambda t: t.at(f"/webhooks/{t.way.source}/{hashlib.sha256(t.way.token.encode()).hexdigest()}"),
    404,
)
_kind("a token of ten thousand characters", lambda t: t.at(t.way.path + "0" * 10_000), 404)
_kind("no token", lambda t: t.at(f"/webhooks/{t.way.source}/"), 404, 405, 307)
_kind("a slash behind", lambda t: t.at(t.way.path + "/"), 404, 307)
_kind(
    "a way out of the folder", lambda t: t.at(f"/webhooks/{t.way.source}/../{t.way.source}/%2e%2e%2f{t.way.token}"), 404
)
_kind("a folder in the token", lambda t: t.at(f"/webhooks/{t.way.source}/..%2f..%2fhealth%2flive"), 404)
_kind("a null character in the token", lambda t: t.at(f"{t.way.path}%00"), 404)
_kind("half a character in the token", lambda t: t.at(f"/webhooks/{t.way.source}/%ed%a0%80{t.way.token}"), 404)
_kind("SQL as the token", lambda t: t.at(f"/webhooks/{t.way.source}/{quote(chr(39) + ' or true --')}"), 404)
_kind("an unknown vendor", lambda t: t.at(f"/webhooks/smartlead/{t.way.token}"), 404)
_kind("a vendor in capitals", lambda t: t.at(f"/webhooks/{t.way.source.upper()}/{t.way.token}"), 404)
_kind("the vendor twice", lambda t: t.at(f"/webhooks/{t.way.source}{t.way.path}"), 404)


def _neighbour_token(t: Target) -> str:
    return next(way.token for source, way in t.ours.by_source.items() if source != t.way.source)


# Another method.
for _method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
    _kind(f"by {_method}", lambda t, method=_method: replace(t.at(t.way.path), method=method), 405)  # type: ignore[misc]

# Signed rightly, and no event all the same.
_DEEP = b'{"a":' * 60_000 + b"1" + b"}" * 60_000
for _name, _body in {
    "no JSON": b"event_type is reply_received",
    "a list": b'[{"event_type":"reply_received"}]',
    "a text": b'"reply_received"',
    "a number": b"12",
    "null": b"null",
    "true": b"true",
    "an abyss": _DEEP,
    "NaN": b'{"timestamp":NaN}',
    "infinity": b'{"timestamp":-Infinity}',
    "a number of ten thousand digits": b'{"timestamp":' + b"9" * 10_000 + b"}",
    "half an object": b'{"event_type":"reply_received"',
    "two objects": b'{"a":1}{"b":2}',
    "single quotes": b"{'event_type':'reply_received'}",
    "no UTF-8": b'{"event_type":"\xff\xfe\xfa"}',
    "nothing": b"",
    "spaces": b"   \n",
}.items():
    # What is no text cannot be what Resend signed: their scheme is one of texts.
    _refused = (400, 401) if _name == "no UTF-8" else (400,)
    _kind(f"signed: {_name}", lambda t, body=_body: t.signed(body), *_refused, at=JSON_SOURCES)  # type: ignore[misc]
_kind(
    "signed: a multipart form",
    lambda t: t.signed(b"--x\r\n\r\n--x--", **{"content-type": "multipart/form-data; boundary=x"}),
    400,
    at=JSON_SOURCES,
)
_kind("signed: too large", lambda t: t.signed(b'{"a":"' + b"a" * LARGE + b'"}'), 413)
_kind(
    "signed: too large, in pieces", lambda t: replace(t.signed(b'{"a":"' + b"a" * LARGE + b'"}'), is_chunked=True), 413
)
_kind("signed: a form that is JSON", lambda t: t.signed(t.body, **{"content-type": JSON_TYPE}), 400, at=("twilio",))
_kind(
    "signed: a form of a thousand fields",
    lambda t: t.signed(b"&".join(b"a=1" for _ in range(1_000))),
    401,
    at=("twilio",),
)
