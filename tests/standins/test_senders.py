"""Resend, Twilio, the mail server and Calendly: contracts, signatures, limits and stories."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import aiosmtplib
import anyio
import httpx2
import pytest
from standardwebhooks import Webhook

from api_gateway.providers.calendly import Booked
from api_gateway.providers.calendly import Calendly as GatewaysClient
from api_gateway.webhooks.sources.calendly import deliveries
from sandbox.standins.calendly import EVENTS, calendly_signature
from sandbox.standins.resend import svix_signature
from sandbox.standins.twilio import STOPS, UNDELIVERED, twilio_signature
from sandbox.story import outcomes
from sandbox.story.prospects import people
from tests.standins.conftest import Hook, Vendor, until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MAIL = {"from": "Léa <lea@try.example>", "to": ["a@b.example"], "subject": "Idée", "html": "<p>Bonjour à vous</p>"}
ACCOUNT = "AC" + "0" * 32


def someone(fate: str) -> str:
    return next(one.email for one in people(1) if one.email and outcomes.card(1, one.email) == outcomes.Card(fate))


class TestResend:
    @pytest.fixture
    def resend(self, vendors: dict[str, Vendor]) -> Vendor:
        vendors["resend"].control("configure", requests_per_second=1000)
        return vendors["resend"]

    def send(self, resend: Vendor, key: str = "", **change: Any) -> httpx2.Response:
        headers = {"Authorization": "Bearer re_x"} | ({"Idempotency-Key": key} if key else {})
        return resend.call("POST", "/emails", json=MAIL | change, headers=headers)

    def test_signs_as_the_published_vector(self) -> None:
        signature = svix_signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
        assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_an_idempotency_key_sends_once(self, resend: Vendor) -> None:
        first, again = (self.send(resend, key="k1").json() for _ in range(2))
        assert first == again
        assert len(resend.effects("email_sent")) == 1
        other = self.send(resend, key="k1", subject="Autre")
        assert (other.status_code, other.json()["name"]) == (409, "invalid_idempotent_request")
        self.send(resend)
        assert len(resend.effects("email_sent")) == 2

    def test_a_key_survives_a_failure_after_the_effect(self, resend: Vendor) -> None:
        resend.behave("accept_then_fail", "POST /emails", status=500, times=1)
        assert self.send(resend, key="k2").status_code == 500
        assert self.send(resend, key="k2").status_code == 200
        assert len(resend.effects("email_sent")) == 1

    def test_two_calls_a_second(self, resend: Vendor) -> None:
        resend.control("configure", requests_per_second=2)
        answers = [self.send(resend) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["retry-after"] == "1"
        assert answers[2].headers["ratelimit-limit"] == "2"

    @pytest.mark.parametrize("change", [{"subject": ""}, {"html": ""}, {"from": "nobody"}])
    def test_wrong_mails_are_refused(self, resend: Vendor, change: dict[str, Any]) -> None:
        assert self.send(resend, **change).status_code == 422

    def test_keys(self, resend: Vendor) -> None:
        assert resend.call("GET", "/domains").status_code == 401
        assert resend.call("GET", "/domains", headers={"Authorization": "Bearer invalid"}).status_code == 403

    def test_the_story_comes_signed(self, resend: Vendor, hook: Hook) -> None:
        resend.control("configure", webhook_url=hook.url, webhook_secret=SECRET)
        email = someone("interested")
        mail = self.send(resend, to=email).json()["id"]
        (received,) = until(lambda: hook.bodies(type="email.received"))
        kinds = [body["type"] for body in hook.bodies()]
        assert {"email.sent", "email.delivered", "email.opened"} <= set(kinds)
        for headers, body in hook.received:
            named = {f"webhook-{name}": headers[f"svix-{name}"] for name in ("id", "timestamp", "signature")}
            Webhook(SECRET).verify(body, named)
        key = {"Authorization": "Bearer re_x"}
        answer = resend.call("GET", f"/emails/receiving/{received['data']['email_id']}", headers=key).json()
        assert email in answer["from"]
        assert answer["text"]
        assert resend.call("GET", f"/emails/{mail}", headers=key).json()["last_event"] in {"opened", "delivered"}

    def test_an_unknown_address_bounces(self, resend: Vendor, hook: Hook) -> None:
        resend.control("configure", webhook_url=hook.url, webhook_secret=SECRET)
        self.send(resend, to=someone("bounce"))
        (bounce,) = until(lambda: hook.bodies(type="email.bounced"))
        assert bounce["data"]["bounce"]["type"] == "Permanent"


class TestTwilio:
    PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

    @pytest.fixture
    def twilio(self, vendors: dict[str, Vendor]) -> Vendor:
        vendors["twilio"].control("configure", inbound_url="", messages_per_second=1000)
        return vendors["twilio"]

    def send(self, twilio: Vendor, to: str = "+33199001122", **change: str) -> httpx2.Response:
        form = {"To": to, "From": "+33199000000", "Body": "Bonjour"} | change
        return twilio.call("POST", self.PATH, data=form, auth=(ACCOUNT, "secret-of-a-customer"))

    def number(self, low: float, high: float) -> str:
        import random

        numbers = (f"+331990{n:05d}" for n in range(100_000))
        return next(one for one in numbers if low <= random.Random(f"sms:1:{one}").random() < high)

    def test_signs_as_the_published_vector(self) -> None:
        form = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        }
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        assert twilio_signature("12345", url, form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="

    def test_statuses_are_called_back_signed(self, twilio: Vendor, hook: Hook) -> None:
        url = f"{hook.url}?organization=1"
        answer = self.send(twilio, self.number(0.5, 1), StatusCallback=url)
        assert (answer.status_code, answer.json()["status"]) == (201, "queued")
        until(lambda: len(hook.received) == 2)
        forms = [dict(parse_qsl(body.decode())) for _, body in hook.received]
        assert [form["MessageStatus"] for form in forms] == ["sent", "delivered"]
        for (headers, _), form in zip(hook.received, forms, strict=True):
            assert headers["x-twilio-signature"] == twilio_signature("secret-of-a-customer", url, form)
        rows = twilio.call(
            "GET", self.PATH, params={"To": forms[0]["To"]}, auth=(ACCOUNT, "secret-of-a-customer")
        ).json()["messages"]
        assert [row["status"] for row in rows] == ["delivered"]
        assert "secret-of-a-customer" not in json.dumps(twilio.ledger("effect"))

    def test_who_said_stop_gets_nothing_more(self, twilio: Vendor, hook: Hook) -> None:
        twilio.control("configure", inbound_url=hook.url)
        to = self.number(UNDELIVERED, UNDELIVERED + STOPS)
        self.send(twilio, to)
        ((_, body),) = until(lambda: hook.received)
        assert dict(parse_qsl(body.decode()))["Body"] == "STOP"
        refused = self.send(twilio, to)
        assert (refused.status_code, refused.json()["code"]) == (400, 21610)

    def test_a_number_out_of_reach_is_undelivered(self, twilio: Vendor) -> None:
        to = self.number(0, UNDELIVERED)
        sid = self.send(twilio, to).json()["sid"]
        path = self.PATH.replace(".json", f"/{sid}.json")

        def row() -> Any:
            return twilio.call("GET", path, auth=(ACCOUNT, "secret-of-a-customer")).json()

        until(lambda: row()["status"] == "undelivered")
        assert row()["error_code"] == 30003

    @pytest.mark.parametrize(
        ("change", "code"), [({"To": "0199001122"}, 21211), ({"From": ""}, 21603), ({"Body": ""}, 21602)]
    )
    def test_wrong_messages_are_refused(self, twilio: Vendor, change: dict[str, str], code: int) -> None:
        to = change.pop("To", "+33199001122")
        assert self.send(twilio, to, **change).json()["code"] == code

    def test_a_wrong_login_is_refused(self, twilio: Vendor) -> None:
        other = f"/2010-04-01/Accounts/AC{'1' * 32}.json"
        assert twilio.call("GET", other, auth=(ACCOUNT, "secret-of-a-customer")).json()["code"] == 20003


class TestMailServer:
    @pytest.fixture
    def mail_server(self, vendors: dict[str, Vendor]) -> Iterator[Vendor]:
        yield vendors["smtp"]
        vendors["smtp"].control("configure", require_login=True)

    def send(self, server: Vendor, to: str = "a@b.example", password: str = "secret") -> str:
        port = server.call("GET", "/_control/health").json()["smtp_port"]
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "lea@try.example", to, "Idée"
        message["List-Unsubscribe"] = "<https://x.example/u>"
        message.set_content("Bonjour à vous")

        async def deliver() -> str:
            _, answer = await aiosmtplib.send(
                message,
                hostname="127.0.0.1",
                port=port,
                username="lea",
                password=password,
                start_tls=False,
                timeout=5,
            )
            return answer

        return anyio.run(deliver)

    def test_takes_mail_with_a_login(self, mail_server: Vendor) -> None:
        assert "queued" in self.send(mail_server)
        (mail,) = mail_server.call("GET", "/messages", params={"to": "a@b.example"}).json()
        assert (mail["subject"], mail["text"].strip()) == ("Idée", "Bonjour à vous")
        assert mail["headers"]["List-Unsubscribe"] == "<https://x.example/u>"
        assert len(mail_server.effects("email_sent")) == 1

    def test_refuses_a_wrong_password(self, mail_server: Vendor) -> None:
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            self.send(mail_server, password="invalid")

    def test_refuses_an_unknown_recipient(self, mail_server: Vendor) -> None:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as caught:
            self.send(mail_server, someone("bounce"))
        assert caught.value.recipients[0].code == 550

    def test_defers_and_drops_as_told(self, mail_server: Vendor) -> None:
        mail_server.behave("fail", "SMTP DATA", status=451, times=1)
        with pytest.raises(aiosmtplib.SMTPDataError) as caught:
            self.send(mail_server)
        assert caught.value.code == 451
        assert mail_server.effects("email_sent") == []
        mail_server.behave("accept_then_fail", "SMTP DATA", status=0, times=1)
        with pytest.raises(aiosmtplib.SMTPException):
            self.send(mail_server)
        assert len(mail_server.effects("email_sent")) == 1


class TestCalendly:
    KEY: ClassVar[dict[str, str]] = {"Authorization": "Bearer cal"}

    @pytest.fixture
    def calendly(self, vendors: dict[str, Vendor]) -> Vendor:
        return vendors["calendly"]

    def subscribe(self, calendly: Vendor, url: str) -> httpx2.Response:
        body = {"url": url, "events": list(EVENTS), "organization": "o", "scope": "user", "signing_key": "k"}
        return calendly.call("POST", "/webhook_subscriptions", json=body, headers=self.KEY)

    def test_signs_as_the_published_vector(self) -> None:
        body = b'{"event":"invitee.created","created_at":"2026-01-05T09:00:00.000000Z"}'
        expected = "t=1767603600,v1=292470db58755d78979bf3be85ac99305853de45f667e7bddbcc4550c8c7e2fc"
        assert calendly_signature("calendly-test-key", "1767603600", body) == expected

    def test_a_move_is_a_cancellation_and_a_new_invitee(self, calendly: Vendor, hook: Hook) -> None:
        assert self.subscribe(calendly, hook.url).status_code == 201
        link = "https://calendly.com/lea/intro?utm_content=e1"
        calendly.control("book", key="k", email="anna@acme.example", name="Anna", link=link, then="moves")
        until(lambda: len(hook.received) == 3)
        ((canceled,), created) = hook.bodies(event="invitee.canceled"), hook.bodies(event="invitee.created")
        first, second = sorted(created, key=lambda body: body["payload"]["old_invitee"] or "")
        assert canceled["payload"]["rescheduled"] is True
        assert canceled["payload"]["new_invitee"] == second["payload"]["uri"]
        assert second["payload"]["old_invitee"] == first["payload"]["uri"]
        assert second["payload"]["tracking"]["utm_content"] == "e1"
        for headers, body in hook.received:
            signature = headers["calendly-webhook-signature"]
            assert signature == calendly_signature("k", signature[2:].split(",")[0], body)

    def test_a_subscription_that_keeps_failing_is_disabled_for_good(self, calendly: Vendor, hook: Hook) -> None:
        hook.status = 500
        path = urlsplit(self.subscribe(calendly, hook.url).json()["resource"]["uri"]).path
        assert self.subscribe(calendly, hook.url).status_code == 409
        calendly.control("book", key="k", email="anna@acme.example")
        until(lambda: calendly.call("GET", path, headers=self.KEY).json()["resource"]["state"] == "disabled")
        hook.status = 200
        assert self.subscribe(calendly, hook.url).status_code == 201

    def test_events_can_be_read_and_cancelled(self, calendly: Vendor) -> None:
        calendly.control("book", key="k", email="anna@acme.example")
        query = {"invitee_email": "anna@acme.example"}
        (event,) = calendly.call("GET", "/scheduled_events", params=query, headers=self.KEY).json()["collection"]
        path = urlsplit(event["uri"]).path
        assert calendly.call("POST", f"{path}/cancellation", json={}, headers=self.KEY).status_code == 201
        invitees = calendly.call("GET", f"{path}/invitees", headers=self.KEY).json()["collection"]
        assert [one["status"] for one in invitees] == ["canceled"]
        assert calendly.call("POST", f"{path}/cancellation", json={}, headers=self.KEY).status_code == 404

    def test_collections_come_in_pages_and_an_organization_needs_an_administrator(self, calendly: Vendor) -> None:
        for number in range(3):
            calendly.control("book", key=str(number), email=f"guest{number}@acme.example")
        query = {"count": "2", "organization": "https://api.calendly.com/organizations/o1"}
        first = calendly.call("GET", "/scheduled_events", params=query, headers=self.KEY).json()
        token = first["pagination"]["next_page_token"]
        rest = calendly.call("GET", "/scheduled_events", params={**query, "page_token": token}, headers=self.KEY).json()
        starts = [event["start_time"] for event in first["collection"] + rest["collection"]]
        assert (starts, rest["pagination"]["next_page_token"]) == (sorted(starts), None)
        assert len(starts) == 3
        calendly.control("configure", is_administrator=False)
        assert calendly.call("GET", "/scheduled_events", params=query, headers=self.KEY).status_code == 403
        calendly.control("configure", is_administrator=True)

    def test_the_gateways_client_reads_who_booked_cancelled_and_did_not_come(self, calendly: Vendor) -> None:
        for name in ("anna", "boris"):
            calendly.control("book", key=name, email=f"{name}@acme.example")
        calendly.control("absent", email="boris@acme.example")
        began = datetime.now(UTC) - timedelta(minutes=1)

        async def ask() -> list[Booked]:
            async with httpx2.AsyncClient(trust_env=False, timeout=40) as client:
                account = GatewaysClient(client, calendly.url, "cal")
                number = await account.register_webhook("http://127.0.0.1:9/hook", "k")
                assert await account.webhook_is_active(number)
                await account.delete_webhook(number)
                assert not await account.webhook_is_active(number)
                [anna] = [one for one in await account.changed_since(began) if one.invitee["email"].startswith("anna")]
                await account.cancel_event(anna.invitee["uri"], "Malade")
                assert await account.changed_since(datetime.now(UTC) + timedelta(minutes=1)) == []
                return await account.changed_since(began)

        told = {
            one.invitee["email"].partition("@")[0]: [event["event"] for event in deliveries(one.event, one.invitee)]
            for one in asyncio.run(ask())
        }
        assert told == {
            "anna": ["invitee.created", "invitee.canceled"],
            "boris": ["invitee.created", "invitee_no_show.created"],
        }
