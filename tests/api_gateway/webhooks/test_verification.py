"""Who may put something into the inbox: the vendors' published vectors, and what is refused."""

import json
import string
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import time_machine

from api_gateway.webhooks.verification import Delivery, is_genuine

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("signature-vectors.json").read_text())
SIGNATURE_LETTERS = string.ascii_letters + string.digits + "+/=, "
# Stripe's vector waits for the room that receives from Stripe.
RECEIVED = [vector for vector in VECTORS if vector["provider"] != "stripe"]


def delivery_of(vector: dict[str, Any]) -> tuple[str, str, Delivery, float]:
    """(source, secret, delivery, moment) of a vector."""
    at = float(vector.get("timestamp", 1_767_603_600))
    match vector["provider"].split()[0]:
        case "svix":
            headers = {
                "svix-id": vector["id"],
                "svix-timestamp": vector["timestamp"],
                "svix-signature": vector["expected"],
            }
            return "resend", vector["secret"], Delivery(vector["body"].encode(), headers, "https://x.example/", {}), at
        case "twilio":
            body = vector["body"] if "body" in vector else urlencode(vector["params"])
            query = dict(parse_qsl(urlsplit(vector["url"]).query))
            headers = {"x-twilio-signature": vector["expected"]}
            return "twilio", vector["auth_token"], Delivery(body.encode(), headers, vector["url"], query), at
        case "cal.com":
            headers = {"x-cal-signature-256": vector["expected"]}
            return "calcom", vector["secret"], Delivery(vector["body"].encode(), headers, "https://x.example/", {}), at
        case "calendly":
            headers = {"calendly-webhook-signature": vector["expected"]}
            delivery = Delivery(vector["body"].encode(), headers, "https://x.example/", {})
            return "calendly", vector["signing_key"], delivery, at
    raise AssertionError(vector["provider"])


@pytest.mark.parametrize("vector", RECEIVED, ids=lambda vector: vector["provider"])
class TestPublishedVectors:
    def test_are_accepted(self, vector: dict[str, Any]) -> None:
        source, secret, delivery, at = delivery_of(vector)
        with time_machine.travel(at, tick=False):
            assert is_genuine(source, delivery, (secret,))

    def test_are_accepted_with_the_secret_before_a_rotation(self, vector: dict[str, Any]) -> None:
        source, secret, delivery, at = delivery_of(vector)
        with time_machine.travel(at, tick=False):
            assert is_genuine(source, delivery, ("bmV3LXNlY3JldA==", secret))

    def test_are_refused_with_another_secret(self, vector: dict[str, Any]) -> None:
        source, _, delivery, at = delivery_of(vector)
        with time_machine.travel(at, tick=False):
            assert not is_genuine(source, delivery, ("b3RoZXItc2VjcmV0",))

    def test_are_refused_when_one_byte_of_the_body_differs(self, vector: dict[str, Any]) -> None:
        source, secret, delivery, at = delivery_of(vector)
        changed = Delivery(delivery.body.replace(b"2", b"3", 1) + b" ", delivery.headers, delivery.url, delivery.query)
        with time_machine.travel(at, tick=False):
            assert not is_genuine(source, changed, (secret,))

    def test_are_refused_with_something_behind_the_signature(self, vector: dict[str, Any]) -> None:
        source, secret, delivery, at = delivery_of(vector)
        padded = {
            name: value + "A" if value == vector["expected"] else value for name, value in delivery.headers.items()
        }
        with time_machine.travel(at, tick=False):
            assert not is_genuine(source, Delivery(delivery.body, padded, delivery.url, delivery.query), (secret,))

    def test_are_refused_with_any_character_of_the_signature_changed(self, vector: dict[str, Any]) -> None:
        source, secret, delivery, at = delivery_of(vector)
        [name] = [name for name, value in delivery.headers.items() if value == vector["expected"]]
        begins = vector["expected"].rfind("=", 0, -1) + 1 if source == "calendly" else vector["expected"].rfind(",") + 1
        with time_machine.travel(at, tick=False):
            for place in range(begins, len(vector["expected"])):
                for letter in set(SIGNATURE_LETTERS) - {vector["expected"][place]}:
                    changed = vector["expected"][:place] + letter + vector["expected"][place + 1 :]
                    told = Delivery(delivery.body, {**delivery.headers, name: changed}, delivery.url, delivery.query)
                    assert not is_genuine(source, told, (secret,)), changed

    def test_are_refused_without_a_secret(self, vector: dict[str, Any]) -> None:
        source, _, delivery, at = delivery_of(vector)
        with time_machine.travel(at, tick=False):
            assert not is_genuine(source, delivery, ())
            assert not is_genuine(source, delivery, ("",))

    def test_are_refused_without_headers(self, vector: dict[str, Any]) -> None:
        source, secret, delivery, at = delivery_of(vector)
        with time_machine.travel(at, tick=False):
            assert not is_genuine(source, Delivery(delivery.body, {}, delivery.url, delivery.query), (secret,))


@pytest.mark.parametrize("vector", [v for v in RECEIVED if "timestamp" in v], ids=lambda vector: vector["provider"])
@pytest.mark.parametrize("offset_s", [-3600, 3600])
def test_an_old_or_early_timestamp_is_refused(vector: dict[str, Any], offset_s: int) -> None:
    source, secret, delivery, at = delivery_of(vector)
    with time_machine.travel(at + offset_s, tick=False):
        assert not is_genuine(source, delivery, (secret,))


@pytest.mark.parametrize("written", ["1614265330.5", " 1614265330", "+1614265330", "1.614265330e9", "1_614_265_330"])
def test_a_timestamp_is_taken_as_it_was_signed_only(written: str) -> None:
    source, secret, delivery, at = delivery_of(RECEIVED[0])
    changed = Delivery(delivery.body, {**delivery.headers, "svix-timestamp": written}, delivery.url, delivery.query)
    with time_machine.travel(at, tick=False):
        assert not is_genuine(source, changed, (secret,))


class TestInstantly:
    def test_the_header_secret_is_compared_whole(self) -> None:
        body = b"{}"
        for given, accepted in [("s3cret-one", True), ("s3cret-on", False), ("s3cret-one ", False), ("é", False)]:
            delivery = Delivery(body, {"x-webhook-secret": given}, "https://x.example/", {})
            assert is_genuine("instantly", delivery, ("s3cret-one",)) is accepted


class TestCalcom:
    def test_the_words_for_no_secret_are_refused(self) -> None:
        delivery = Delivery(b"{}", {"x-cal-signature-256": "no-secret-provided"}, "https://x.example/", {})
        assert not is_genuine("calcom", delivery, ("no-secret-provided",))


class TestPhantomBuster:
    def test_the_secret_is_in_the_query(self) -> None:
        assert is_genuine("phantombuster", Delivery(b"{}", {}, "https://x.example/", {"secret": "abc"}), ("abc",))
        assert not is_genuine("phantombuster", Delivery(b"{}", {}, "https://x.example/", {}), ("abc",))


class TestTwilio:
    def test_a_body_that_is_not_the_hashed_one_is_refused(self) -> None:
        vector = next(v for v in VECTORS if v["provider"] == "twilio (json)")
        source, secret, delivery, _ = delivery_of(vector)
        assert not is_genuine(source, Delivery(b"{}", delivery.headers, delivery.url, delivery.query), (secret,))


@pytest.mark.parametrize(
    "headers",
    [
        {"svix-id": "a", "svix-timestamp": "now", "svix-signature": "v1"},
        {"svix-id": "a", "svix-timestamp": "1767603600", "svix-signature": "v1,%%%"},
        {"svix-id": "a", "svix-timestamp": "9" * 400, "svix-signature": "v1,aaaa v1"},
        {"calendly-webhook-signature": "t=,v1="},
        {"calendly-webhook-signature": "t=²,v1=a"},
        {"calendly-webhook-signature": ",,,="},
        {"x-twilio-signature": "\udcff"},
        {"x-cal-signature-256": "é"},
    ],
)
@pytest.mark.parametrize("source", ["resend", "calendly", "twilio", "calcom", "instantly", "phantombuster"])
def test_nonsense_is_refused_without_an_error(source: str, headers: dict[str, str]) -> None:
    delivery = Delivery(b"\xff\xfe\x00", headers, "https://x.example:99999999/", {})
    assert not is_genuine(source, delivery, ("c2VjcmV0",))
