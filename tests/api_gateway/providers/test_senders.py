"""Each sender against its vendor's stand-in: sent, retried, refused, in doubt, found again."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_string
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api_gateway.outside_addresses import OutsideAddresses
from api_gateway.providers import resend as resend_module
from api_gateway.providers.instantly import Instantly
from api_gateway.providers.mail_headers import on_the_wire
from api_gateway.providers.port import (
    CLOCKS_DIFFER_BY,
    Ambiguous,
    Failed,
    NotThere,
    Outcome,
    Outgoing,
    Provider,
    RetryAt,
    Sent,
    Unknown,
    as_html,
)
from api_gateway.providers.resend import Resend
from api_gateway.providers.smtp import Smtp, SmtpAccount
from api_gateway.providers.twilio import Twilio
from sandbox.standins.mail_server import MailServer
from sandbox.standins.resend import Resend as ResendStandin
from sandbox.standins.serving import Group
from sandbox.standins.standin import Options
from sandbox.standins.twilio import Twilio as TwilioStandin
from sandbox.story import outcomes
from sandbox.story.prospects import people
from tests.api_gateway.sends.vendor import Vendor

pytestmark = pytest.mark.anyio
LAPTOP = OutsideAddresses.parse("127.0.0.1")
SID = "AC0123456789abcdef0123456789abcdef"
MESSAGES = f"POST /2010-04-01/Accounts/{SID}/Messages.json"


def outgoing(**changed: Any) -> Outgoing:
    marker = uuid4().hex
    # As long as a real one: it does not fit into the 78 characters that a header's line should have.
    link = f"https://gateway.test/u/{'A' * 22}.{marker}.{'s' * 22}"
    text = f"Bonjour Jeanne, un mot.\n\n-- \nStop : {link}"
    message = Outgoing(
        intent_id=uuid4(),
        idempotency_key=f"sm-{uuid4()}",
        channel="email",
        sender="lea@try-us.example",
        sender_name="Léa Martin",
        recipient=f"{uuid4().hex[:8]}@exemple.example",
        first_name="Jeanne",
        last_name="Durand",
        title="",
        company="",
        subject="Votre équipe",
        text=text,
        html=as_html(text),
        marker=marker,
        unsubscribe_url=link,
    )
    return replace(message, **changed)


def text_message(**changed: Any) -> Outgoing:
    number = f"+336{uuid4().int % 10**8:08d}"
    return outgoing(
        channel="sms", sender="+33700000001", recipient=number, text=f"Dernier rappel {uuid4().hex[:4]}", **changed
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Vendor]]:
    folder = tmp_path_factory.mktemp("senders")
    options = Options(seed=1, day_seconds=86_400.0)
    kinds = (ResendStandin, TwilioStandin, MailServer)
    group = Group([kind(folder / f"{kind.vendor}.jsonl", options) for kind in kinds], [0, 0, 0])
    addresses = group.bind()
    thread = threading.Thread(target=lambda: asyncio.run(group.serve()))
    thread.start()
    assert group.started.wait(10)
    with httpx2.Client(timeout=10, trust_env=False) as client:
        yield {name: Vendor(address, client, folder / f"{name}.jsonl") for name, address in addresses.items()}
    group.stop()
    thread.join(10)


@pytest.fixture
def vendors(running: dict[str, Vendor]) -> dict[str, Vendor]:
    for vendor in running.values():
        vendor.control("reset", seed=1)
    running["resend"].control("configure", requests_per_second=1_000)
    return running


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield client


def test_html_is_escaped_and_links_are_clickable() -> None:
    assert as_html('<b> & "x"\nhttps://a.example/u/x?y=1&z=2.') == (
        '&lt;b&gt; &amp; &quot;x&quot;<br/><a href="https://a.example/u/x?y=1&amp;z=2">https://a.example/u/x?y=1&amp;z=2</a>.'
    )


@pytest.mark.parametrize("vendor", ["instantly", "resend", "twilio"])
@pytest.mark.parametrize("nonsense", [b"", b"null", b"[]", b"{}", b"<html>Be right back</html>", b'{"data": null}'])
async def test_an_answer_that_is_no_list_settles_no_doubt(vendor: str, nonsense: bytes) -> None:
    answers = httpx2.MockTransport(lambda _: httpx2.Response(200, content=nonsense))
    async with httpx2.AsyncClient(transport=answers) as client:
        provider = providers(client)[vendor]
        assert isinstance(await provider.look_up(outgoing()), Unknown)
        assert isinstance(await provider.look_up(outgoing(lead_id="lead", thread_id="thread")), Unknown)


def providers(client: httpx2.AsyncClient) -> dict[str, Provider]:
    return {
        "instantly": Instantly(client, "http://vendor.example", "key"),
        "resend": Resend(client, "http://vendor.example", "key"),
        "twilio": Twilio(client, "http://vendor.example", "AC1", "token"),
    }


@pytest.mark.parametrize("vendor", ["instantly", "resend", "twilio"])
@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (429, {"Retry-After": "7200"}, RetryAt(7200.0, "vendor_rate_limit", vendor_wide=True, is_told=True)),
        (
            429,
            {"Retry-After": "Sun, 06 Nov 1994 08:51:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"},
            RetryAt(120.0, "vendor_rate_limit", vendor_wide=True, is_told=True),
        ),
        (429, {"Retry-After": "²"}, RetryAt(5.0, "vendor_rate_limit", vendor_wide=True)),
        (429, {"Retry-After": "9" * 400}, RetryAt(86_400.0, "vendor_rate_limit", vendor_wide=True, is_told=True)),
        (408, {}, Ambiguous("vendor_answered:408")),
        (302, {}, Ambiguous("vendor_answered:302")),
        (503, {"Retry-After": "30"}, Ambiguous("vendor_answered:503")),
        (402, {}, RetryAt(900.0, "vendor_refuses_account:402", account_fault=True)),
    ],
)
async def test_what_each_status_comes_to(vendor: str, status: int, headers: dict[str, str], expected: Outcome) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    answers = httpx2.MockTransport(lambda _: httpx2.Response(status, headers=raw, json={"message": "no"}))
    async with httpx2.AsyncClient(transport=answers) as client:
        assert await providers(client)[vendor].deliver(outgoing(binding="campaign")) == expected


async def test_a_mail_that_may_be_further_down_is_not_called_missing() -> None:
    page = {"items": [{"id": "m1", "ue_type": 3, "body": {"text": "another"}}], "next_starting_after": "m1"}
    answers = httpx2.MockTransport(lambda _: httpx2.Response(200, json=page))
    async with httpx2.AsyncClient(transport=answers) as client:
        told = await providers(client)["instantly"].look_up(outgoing(lead_id="lead", thread_id="thread"))
    assert isinstance(told, Unknown)


class TestResend:
    @pytest.fixture
    def resend(self, vendors: dict[str, Vendor], client: httpx2.AsyncClient) -> Provider:
        return Resend(client, vendors["resend"].url, "re_key")

    async def test_it_is_sent_once_with_a_way_out(self, resend: Provider, vendors: dict[str, Vendor]) -> None:
        message = outgoing()
        first, second = await resend.deliver(message), await resend.deliver(message)
        assert isinstance(first, Sent)
        assert first == second
        [mail] = vendors["resend"].effects("email_sent")
        headers = mail["record"]["headers"]
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["List-Unsubscribe"] == f"<{message.unsubscribe_url}>"
        assert mail["record"]["from"] == "=?utf-8?q?L=C3=A9a_Martin?= <lea@try-us.example>"

    @pytest.mark.parametrize(("mode", "found"), [("accept_then_fail", Sent), ("fail", NotThere)])
    async def test_a_doubt_is_looked_up(
        self, resend: Provider, vendors: dict[str, Vendor], mode: str, found: type
    ) -> None:
        message = outgoing()
        vendors["resend"].behave(mode, "POST /emails", status=500, times=1)
        assert isinstance(await resend.deliver(message), Ambiguous)
        assert isinstance(await resend.look_up(message), found)
        assert isinstance(await resend.look_up(outgoing()), NotThere)

    async def test_what_is_too_far_down_to_be_found_stays_a_doubt(
        self, resend: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resend_module, "PAGE", 1)
        monkeypatch.setattr(resend_module, "MAX_PAGES", 2)
        first, second, third = outgoing(), outgoing(), outgoing()
        for message in (first, second, third):
            assert isinstance(await resend.deliver(message), Sent)
        assert isinstance(await resend.look_up(second), Sent)
        assert isinstance(await resend.look_up(first), Unknown)

    async def test_it_looks_down_to_where_the_message_was_begun_and_no_further(
        self, resend: Provider, vendors: dict[str, Vendor], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resend_module, "PAGE", 1)
        earlier = [outgoing() for _ in range(8)]
        for message in earlier:
            assert isinstance(await resend.deliver(message), Sent)
        assert isinstance(await resend.look_up(earlier[0]), Sent)
        monkeypatch.setattr(resend_module, "MAX_PAGES", 2)
        begun = datetime.now(UTC) + CLOCKS_DIFFER_BY + timedelta(seconds=1)
        assert isinstance(await resend.look_up(outgoing(begun_at=begun)), NotThere)

    async def test_look_ups_of_one_client_read_each_page_once(self) -> None:
        asked: list[str] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            asked.append(request.url.params.get("after", "the top"))
            mail = {"id": f"m{len(asked)}", "to": ["somebody@exemple.example"], "subject": "another"}
            return httpx2.Response(200, json={"data": [mail], "has_more": len(asked) < 3})

        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
            one_client = Resend(client, "https://resend.test", "re_key")
            found = [await one_client.look_up(outgoing()) for _ in range(5)]
        assert [type(finding) for finding in found] == [NotThere] * 5
        assert asked == ["the top", "m1", "m2"]

    async def test_a_look_up_goes_as_slowly_as_the_vendor_wants(
        self, resend: Provider, vendors: dict[str, Vendor], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resend_module, "PAGE", 1)
        messages = [outgoing() for _ in range(5)]
        for message in messages:
            assert isinstance(await resend.deliver(message), Sent)
        vendors["resend"].control("configure", requests_per_second=2)
        assert isinstance(await resend.look_up(messages[0]), Sent)

    async def test_faults(self, resend: Provider, vendors: dict[str, Vendor], client: httpx2.AsyncClient) -> None:
        vendors["resend"].behave("fail", "POST /emails", status=429, times=1)
        assert isinstance(await resend.deliver(outgoing()), RetryAt)
        assert isinstance(await resend.deliver(outgoing(sender="nobody")), Failed)
        told = await Resend(client, vendors["resend"].url, "invalid").deliver(outgoing())
        assert isinstance(told, RetryAt)
        assert told.account_fault
        away = await Resend(client, "http://127.0.0.1:9", "re_key").deliver(outgoing())
        assert away == RetryAt(30.0, "vendor_unreachable", vendor_wide=True)


class TestTwilio:
    @pytest.fixture
    def twilio(self, vendors: dict[str, Vendor], client: httpx2.AsyncClient) -> Provider:
        return Twilio(client, vendors["twilio"].url, SID, "token")

    async def test_it_is_sent(self, twilio: Provider, vendors: dict[str, Vendor]) -> None:
        assert isinstance(await twilio.deliver(text_message()), Sent)
        assert len(vendors["twilio"].effects("sms_sent")) == 1

    @pytest.mark.parametrize(("mode", "found"), [("accept_then_fail", Sent), ("fail", NotThere)])
    async def test_a_doubt_is_looked_up(
        self, twilio: Provider, vendors: dict[str, Vendor], mode: str, found: type
    ) -> None:
        message = text_message()
        vendors["twilio"].behave(mode, MESSAGES, status=500, times=1)
        assert isinstance(await twilio.deliver(message), Ambiguous)
        assert isinstance(await twilio.look_up(message), found)

    async def test_faults(self, twilio: Provider, vendors: dict[str, Vendor], client: httpx2.AsyncClient) -> None:
        refused = await twilio.deliver(replace(text_message(), recipient="no number"))
        assert isinstance(refused, Failed)
        assert "21211" in refused.reason
        told = await Twilio(client, vendors["twilio"].url, SID, "invalid").deliver(text_message())
        assert isinstance(told, RetryAt)
        assert told.account_fault

    async def test_the_same_words_of_last_week_are_not_this_message(
        self, twilio: Provider, vendors: dict[str, Vendor]
    ) -> None:
        message = text_message(begun_at=datetime.now(UTC))
        assert isinstance(await twilio.deliver(message), Sent)
        assert isinstance(await twilio.look_up(message), Sent)
        next_week = replace(message, begun_at=datetime.now(UTC) + timedelta(days=7))
        assert isinstance(await twilio.look_up(next_week), NotThere)


class TestSmtp:
    @pytest.fixture
    def account(self, vendors: dict[str, Vendor]) -> SmtpAccount:
        about = vendors["smtp"].client.get(f"{vendors['smtp'].url}/_control/health").json()
        vendors["smtp"].control("configure", bounces=False)
        return SmtpAccount("127.0.0.1", int(about["smtp_port"]), "lea", "secret", security="none")

    async def test_it_is_sent_with_a_way_out(self, account: SmtpAccount, vendors: dict[str, Vendor]) -> None:
        first = outgoing()
        sent = await Smtp(account, LAPTOP).deliver(first)
        assert isinstance(sent, Sent)
        again = replace(outgoing(), recipient=first.recipient, thread_id=sent.thread_id, reply_to=sent.reply_to)
        assert isinstance(await Smtp(account, LAPTOP).deliver(again), Sent)
        effects = vendors["smtp"].client.get(f"{vendors['smtp'].url}/messages", params={"to": first.recipient}).json()
        assert len(effects) == 2
        raw = [message_from_string(str(mail.get("content") or mail.get("raw") or "")) for mail in effects]
        heads = [mail.get("headers") or dict(parsed.items()) for mail, parsed in zip(effects, raw, strict=True)]
        assert heads[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert heads[0]["List-Unsubscribe"] == f"<{first.unsubscribe_url}>"
        assert heads[1]["In-Reply-To"] == heads[1]["References"] == heads[0]["Message-ID"] == sent.message_id

    async def test_nothing_that_somebody_wrote_begins_a_header(
        self, account: SmtpAccount, vendors: dict[str, Vendor]
    ) -> None:
        message = outgoing(
            subject="Bonjour\r\nBcc: all@exemple.example\u2028X: 1",
            sender_name="Léa\nBcc: all@exemple.example",
            reply_to="\r\n <their.own-id@mx.example>\r\nBcc: all@exemple.example",
            thread_id="<first@try-us.example>",
        )
        assert isinstance(await Smtp(account, LAPTOP).deliver(message), Sent)
        [mail] = vendors["smtp"].client.get(f"{vendors['smtp'].url}/messages", params={"to": message.recipient}).json()
        assert {"Bcc", "X"}.isdisjoint(mail["headers"])
        assert mail["to"] == [message.recipient]
        assert mail["subject"] == "Bonjour Bcc: all@exemple.example X: 1"
        assert mail["headers"]["References"] == "<first@try-us.example> <their.own-id@mx.example>"

    async def test_an_address_with_letters_beyond_ascii_is_reached(
        self, account: SmtpAccount, vendors: dict[str, Vendor]
    ) -> None:
        message = outgoing(recipient=f"zoé.{uuid4().hex[:8]}@exemple.example")
        assert isinstance(await Smtp(account, LAPTOP).deliver(message), Sent)
        [mail] = vendors["smtp"].effects("email_sent")
        assert mail["record"]["to"] == [message.recipient]
        assert on_the_wire("Zoé@Bücher.example") == "Zoé@xn--bcher-kva.example"

    async def test_who_refuses_the_mailbox_does_not_lose_the_message(
        self, account: SmtpAccount, vendors: dict[str, Vendor]
    ) -> None:
        vendors["smtp"].behave("fail", "SMTP MAIL", status=553, times=1)
        told = await Smtp(account, LAPTOP).deliver(outgoing())
        assert isinstance(told, RetryAt)
        assert told.account_fault

    async def test_a_password_leaves_in_the_clear_for_a_host_of_our_own_alone(self, account: SmtpAccount) -> None:
        told = await Smtp(replace(account, security="ssl"), LAPTOP).deliver(outgoing())
        assert told == RetryAt(900.0, "no safe login: SMTPException", account_fault=True)

    async def test_an_unknown_recipient_is_refused_for_good(
        self, account: SmtpAccount, vendors: dict[str, Vendor]
    ) -> None:
        vendors["smtp"].behave("fail", "SMTP RCPT", status=550, times=1)
        assert isinstance(await Smtp(account, LAPTOP).deliver(outgoing()), Failed)
        vendors["smtp"].behave("fail", "SMTP RCPT", status=451, times=1)
        assert isinstance(await Smtp(account, LAPTOP).deliver(outgoing()), RetryAt)

    async def test_an_address_that_nobody_has_is_never_written_to_again(
        self, account: SmtpAccount, vendors: dict[str, Vendor]
    ) -> None:
        vendors["smtp"].control("configure", bounces=True)
        nobody = next(
            one.email for one in people(1) if one.email and outcomes.card(1, one.email) == outcomes.Card("bounce")
        )
        told = await Smtp(account, LAPTOP).deliver(outgoing(recipient=nobody))
        assert isinstance(told, Failed)
        assert told.ends == "bounced"
        vendors["smtp"].behave("fail", "SMTP RCPT", status=554, times=1)
        spam = await Smtp(account, LAPTOP).deliver(outgoing())
        assert isinstance(spam, Failed)
        assert spam.ends is None

    async def test_silence_after_the_content_is_a_doubt_that_nobody_settles(
        self, account: SmtpAccount, vendors: dict[str, Vendor]
    ) -> None:
        vendors["smtp"].behave("accept_then_fail", "SMTP DATA", status=0, times=1)
        message = outgoing()
        assert isinstance(await Smtp(account, LAPTOP).deliver(message), Ambiguous)
        assert isinstance(await Smtp(account, LAPTOP).look_up(message), Unknown)

    async def test_a_wrong_login_and_a_server_away(self, account: SmtpAccount) -> None:
        wrong = await Smtp(replace(account, password="invalid"), LAPTOP).deliver(outgoing())
        assert isinstance(wrong, RetryAt)
        assert wrong.account_fault
        away = await Smtp(replace(account, port=9), LAPTOP).deliver(outgoing())
        assert isinstance(away, RetryAt)
        private = await Smtp(replace(account, port=587), OutsideAddresses()).deliver(outgoing())
        assert isinstance(private, RetryAt)
        assert private.account_fault
        assert "public host" in private.reason
