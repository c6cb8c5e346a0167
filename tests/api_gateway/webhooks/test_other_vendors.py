"""Resend, Twilio and Calendly from the signed delivery to its effect, whatever the order and however often."""

import base64
import itertools
import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, insert, make_message
from tests.api_gateway.meetings.test_recording import START_FLOW, Flow
from tests.api_gateway.outside import Outside
from tests.api_gateway.sends.scene import connect
from tests.api_gateway.webhooks.test_mail_events import state_of
from tests.api_gateway.webhooks.vendors import START, Sequence, Vendor, make_sequence, open_way_in, work_off

pytestmark = [pytest.mark.anyio, pytest.mark.database]
SECRET = "whsec_" + base64.b64encode(b"a-secret-of-the-tests-24").decode()


def at(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


@pytest.fixture(autouse=True)
def n8n(outside: Outside) -> None:
    outside.answer("POST n8n.test/webhook/sm/handle-replies")
    outside.answer(START_FLOW)


class Mails:
    """Somebody whom we write to by Resend, and what Resend tells about it."""

    def __init__(self, db: Db, client: httpx2.AsyncClient, outside: Outside) -> None:
        self.someone = make_sequence(db)
        self.db, self.outside = db, outside
        self.mail, self.key = f"re-{uuid4()}", f"sm-{uuid4()}"
        db.execute("update public.mailboxes set provider = 'resend' where id = %s", [self.someone.mailbox])
        db.execute(
            "update public.messages set provider_message_id = %s where id = %s", [self.mail, self.someone.message]
        )
        self.intent = insert(
            db, "send_intents", organization_id=self.someone.tenant.id, campaign_id=self.someone.campaign,
            enrollment_id=self.someone.enrollment, message_id=self.someone.message, step_key="1", channel="email",
            idempotency_key=self.key, status="sent", sending_at=START, mailbox_id=self.someone.mailbox,
        )  # fmt: skip
        connect(db, self.someone.tenant, "resend")
        self.vendor = open_way_in(db, self.someone.tenant, client, "resend", SECRET)

    def event(self, kind: str, minutes: float, **data: Any) -> dict[str, Any]:
        shown = {"email_id": self.mail, "from": "Lea <sdr@try-us.example>", "to": [self.someone.email], "subject": "x"}
        return {"type": kind, "created_at": at(minutes), "data": {**shown, **data}}

    def received(self, text: str, minutes: float = 10, sender: str = "", **mail: Any) -> dict[str, Any]:
        """A mail that came in: its event, and what the API tells of it when it is asked."""
        mail_id = f"in-{uuid4()}"
        shown = {"from": f"Jeanne <{sender or self.someone.email}>", "to": ["sdr@try-us.example"], "subject": "Re: x"}
        whole = {
            "id": mail_id,
            "text": text,
            "html": "",
            "headers": {},
            "message_id": f"<{mail_id}@x>",
            **shown,
            **mail,
        }
        self.outside.answer(f"GET resend.test/emails/receiving/{mail_id}", body=whole)
        return {"type": "email.received", "created_at": at(minutes), "data": {"email_id": mail_id, **shown}}

    async def tell(self, resources: Resources, *events: dict[str, Any]) -> None:
        for event in events:
            assert (await self.vendor.deliver(event)).status_code == 202
        await work_off(resources)


@pytest.fixture
def mails(db: Db, gateway: httpx2.AsyncClient, outside: Outside) -> Mails:
    return Mails(db, gateway, outside)


class TestResend:
    async def test_a_mail_that_came_in_is_fetched_stripped_and_stops_the_sequence(
        self, mails: Mails, resources: Resources
    ) -> None:
        text = "Dites-m'en plus.\n\nLe 2 nov. 2026, Lea a écrit :\n> Bonjour Jeanne"
        await mails.tell(resources, event := mails.received(text))
        reply = mails.someone.row("replies")
        assert (reply["body_text"], reply["body_stripped"]) == (text, "Dites-m'en plus.")
        assert mails.someone.status == "replied"
        enrollment = mails.someone.row("enrollments")
        assert enrollment["provider_reply_to"] == f"<{event['data']['email_id']}@x>"

    async def test_while_the_vendor_is_away_it_waits_and_nothing_is_lost(
        self, mails: Mails, resources: Resources, outside: Outside
    ) -> None:
        event = mails.received("Oui.")
        route = f"GET resend.test/emails/receiving/{event['data']['email_id']}"
        outside.answer(route, 503)
        await mails.vendor.deliver(event)
        await work_off(resources)
        stored = mails.someone.row("inbound_events")
        assert (stored["status"], mails.someone.rows("replies")) == ("dead", [])
        outside.answer(route, body={"id": "x", "text": "Oui.", "headers": {}})
        replayed = await mails.vendor.client.post(
            f"/api/v1/webhooks/events/{stored['id']}/replay", headers=mails.someone.tenant.admin.headers
        )
        assert replayed.status_code == 200, replayed.text
        await work_off(resources)
        assert mails.someone.row("replies")["body_text"] == "Oui."

    @pytest.mark.parametrize("header", ["in-reply-to", "references"])
    async def test_an_answer_from_another_address_finds_its_thread_by_the_message_id(
        self, mails: Mails, resources: Resources, header: str
    ) -> None:
        named = {header: f"<other@x> <{mails.key}@try-us.example>"}
        await mails.tell(resources, mails.received("Je prends.", sender="assistante@ailleurs.example", headers=named))
        assert mails.someone.row("replies")["enrollment_id"] == mails.someone.enrollment

    async def test_the_key_of_another_organization_finds_nothing(
        self, mails: Mails, db: Db, gateway: httpx2.AsyncClient, outside: Outside, resources: Resources
    ) -> None:
        other = Mails(db, gateway, outside)
        named = {"in-reply-to": f"<{other.key}@try-us.example>"}
        await mails.tell(resources, mails.received("Oui.", sender="x@ailleurs.example", headers=named))
        assert other.someone.rows("replies") == mails.someone.rows("replies") == []

    async def test_a_bounce_and_a_complaint_end_everything_and_weigh_on_the_mailbox(
        self, mails: Mails, resources: Resources
    ) -> None:
        await mails.tell(
            resources, mails.event("email.bounced", 1, bounce={"type": "Permanent", "message": "550 5.1.1"}),
            mails.event("email.complained", 2),
        )  # fmt: skip
        assert mails.someone.status in {"bounced", "unsubscribed"}
        day = mails.someone.row("mailbox_days")
        assert (day["bounced"], day["complained"]) == (1, 1)

    async def test_a_delivery_report_that_comes_as_a_mail_counts_as_one_bounce(
        self, mails: Mails, resources: Resources
    ) -> None:
        report = (
            "Your message could not be delivered.\n\nReporting-MTA: dns; mx.example\n"
            f"Final-Recipient: rfc822; {mails.someone.email}\nAction: failed\nStatus: 5.1.1\n"
        )
        headers = {"content-type": "multipart/report; report-type=delivery-status", "auto-submitted": "auto-replied"}
        came = mails.received(
            report, sender="mailer-daemon@mx.example", headers=headers, subject="Undelivered Mail Returned to Sender"
        )
        await mails.tell(resources, came)
        assert mails.someone.status == "bounced"
        assert mails.someone.row("mailbox_days")["bounced"] == 1
        [event] = mails.someone.rows("message_events", kind="bounced")
        assert event["message_id"] == mails.someone.message
        await mails.tell(resources, mails.event("email.bounced", 20, bounce={"type": "Permanent"}))
        assert mails.someone.row("mailbox_days")["bounced"] == 1

    async def test_any_order_and_any_repetition_ends_in_the_same_state(
        self, db: Db, gateway: httpx2.AsyncClient, outside: Outside, resources: Resources
    ) -> None:
        chance, wanted = random.Random(20261120), None
        for attempt in range(4):
            mails = Mails(db, gateway, outside)
            events = [
                mails.event("email.sent", 0.1), mails.event("email.delivered", 1), mails.event("email.opened", 5),
                mails.event("email.clicked", 6, click={"link": "https://x.example"}),
                mails.received("Dites-m'en plus.", 10), mails.event("email.complained", 20),
            ]  # fmt: skip
            if attempt:
                events = list(itertools.chain.from_iterable([event] * chance.randint(1, 4) for event in events))
                chance.shuffle(events)
            await mails.tell(resources, *events)
            reached = state_of(mails.someone)
            for rows in (reached["enrollments"], reached["messages"], reached["replies"]):
                rows[:] = [
                    tuple("id" if cell.startswith(("in-", "re-", "<in-")) else cell for cell in row) for row in rows
                ]
            wanted = wanted or reached
            assert reached == wanted


class Texts:
    """Somebody whom we write to by SMS."""

    def __init__(self, db: Db, client: httpx2.AsyncClient) -> None:
        self.someone = make_sequence(db)
        self.phone = f"+336{uuid4().int % 10**8:08d}"
        db.execute("update public.prospects set phone_e164 = %s where id = %s", [self.phone, self.someone.prospect])
        self.sid = f"SM{uuid4().hex}"
        self.message = make_message(
            db, self.someone.tenant, self.someone.campaign, self.someone.enrollment, self.someone.prospect,
            channel="sms", kind="sms", status="sent", sent_at=START, provider_message_id=self.sid,
            mailbox_id=self.someone.mailbox,
        )  # fmt: skip
        self.vendor = open_way_in(db, self.someone.tenant, client, "twilio", "auth-token-of-tests")

    def status(self, status: str, error: str = "") -> dict[str, str]:
        return {
            "MessageSid": self.sid,
            "MessageStatus": status,
            "To": self.phone,
            "From": "+33700000000",
            "ErrorCode": error,
        }

    def answer(self, text: str, number: int = 1) -> dict[str, str]:
        return {"MessageSid": f"SM-in-{number}-{self.sid}", "SmsStatus": "received", "From": self.phone, "Body": text}


@pytest.fixture
def texts(db: Db, gateway: httpx2.AsyncClient) -> Texts:
    return Texts(db, gateway)


async def tell(resources: Resources, vendor: Vendor, *events: dict[str, Any]) -> None:
    for event in events:
        assert (await vendor.deliver(event)).status_code == 202
    await work_off(resources)


class TestTwilio:
    @pytest.mark.parametrize("word", ["STOP", "Stop svp", "ARRET"])
    async def test_stop_by_sms_suppresses_the_number_and_ends_every_sequence(
        self, texts: Texts, resources: Resources, outside: Outside, word: str
    ) -> None:
        await tell(resources, texts.vendor, texts.answer(word), texts.answer(word))
        assert texts.someone.status == "unsubscribed"
        assert texts.phone in {row["value_norm"] for row in texts.someone.rows("suppressions", kind="phone")}
        assert texts.someone.row("replies")["channel"] == "sms"
        assert outside.called("POST n8n.test/webhook/sm/handle-replies") == []

    async def test_stop_counts_where_no_status_is_told_beside_it(self, texts: Texts, resources: Resources) -> None:
        incoming = texts.answer("STOP")
        del incoming["SmsStatus"]
        await tell(resources, texts.vendor, {**incoming, "To": "+33700000000", "NumMedia": "0"})
        assert texts.someone.status == "unsubscribed"
        assert texts.someone.row("inbound_events")["event_type"] == "message.received"

    async def test_an_answer_is_a_reply_on_its_own_channel(self, texts: Texts, resources: Resources) -> None:
        await tell(resources, texts.vendor, texts.answer("Oui, rappelez-moi"))
        assert (texts.someone.row("replies")["channel"], texts.someone.status) == ("sms", "replied")
        assert texts.someone.row("conversations")["channel"] == "sms"

    async def test_a_number_that_is_none_bounces_once(self, texts: Texts, resources: Resources) -> None:
        failed = texts.status("undelivered", "30005")
        await tell(resources, texts.vendor, texts.status("delivered"), failed, failed)
        assert texts.someone.status == "bounced"
        assert texts.someone.row("mailbox_days")["bounced"] == 1

    async def test_a_delivery_under_another_address_is_refused(self, texts: Texts) -> None:
        forged = texts.vendor.signature(b"Body=STOP")
        assert (await texts.vendor.deliver({"Body": "OUI"}, headers=forged)).status_code == 401


class Bookings:
    """Somebody who books with Calendly."""

    def __init__(self, db: Db, client: httpx2.AsyncClient) -> None:
        self.someone = make_sequence(db)
        self.vendor = open_way_in(db, self.someone.tenant, client, "calendly", "calendly-key-of-tests")
        self.base = f"https://api.calendly.com/scheduled_events/{uuid4()}/invitees"

    def event(self, kind: str, uid: str, minutes: float, day: str = "12", **more: Any) -> dict[str, Any]:
        scheduled = {
            "name": "Intro", "start_time": f"2026-11-{day}T10:00:00Z", "end_time": f"2026-11-{day}T10:30:00Z",
            "location": {"join_url": "https://video.example/1"},
        }  # fmt: skip
        invitee = {
            "uri": f"{self.base}/{uid}", "email": "prive@ailleurs.example", "name": "Jeanne",
            "timezone": "Europe/Paris",
            "tracking": {"utm_content": str(self.someone.enrollment)}, "scheduled_event": scheduled, **more,
        }  # fmt: skip
        return {"event": kind, "created_at": at(minutes), "payload": invitee}

    def story(self) -> list[dict[str, Any]]:
        return [
            self.event("invitee.created", "a", 60),
            self.event("invitee.canceled", "a", 70, rescheduled=True, new_invitee=f"{self.base}/b"),
            self.event("invitee.created", "b", 70, "13", old_invitee=f"{self.base}/a"),
            self.event("invitee.canceled", "b", 90, "13", cancellation={"reason": "Empêchement"}),
        ]


class TestCalendly:
    @pytest.fixture
    def flow(self, gateway: httpx2.AsyncClient) -> Flow:
        return Flow(gateway)

    async def book(self, bookings: Bookings, flow: Flow, *events: dict[str, Any]) -> Sequence:
        for event in events:
            assert (await bookings.vendor.deliver(event)).status_code == 202
            await flow.run()
        return bookings.someone

    async def test_a_booking_by_our_link_is_a_meeting_of_its_enrollment(
        self, db: Db, gateway: httpx2.AsyncClient, flow: Flow
    ) -> None:
        bookings = Bookings(db, gateway)
        someone = await self.book(bookings, flow, bookings.story()[0])
        meeting = someone.row("meetings")
        assert (meeting["provider"], meeting["enrollment_id"], meeting["status"], meeting["video_url"]) == (
            "calendly", someone.enrollment, "scheduled", "https://video.example/1",
        )  # fmt: skip
        assert someone.status == "meeting_scheduled"

    @pytest.mark.parametrize("length", [3, 4], ids=["moved", "moved and cancelled"])
    async def test_every_order_ends_in_the_same_meeting(
        self, db: Db, gateway: httpx2.AsyncClient, flow: Flow, length: int
    ) -> None:
        for order in itertools.permutations(range(length)):
            bookings = Bookings(db, gateway)
            events = bookings.story()[:length]
            someone = await self.book(bookings, flow, *(events[number] for number in order for _ in range(2)))
            meeting = someone.row("meetings")
            assert meeting["booking_uid"].endswith("/b"), order
            assert meeting["start_at"].isoformat() == "2026-11-13T10:00:00+00:00", order
            wanted = ("scheduled", "meeting_scheduled") if length == 3 else ("cancelled", "replied")
            assert (meeting["status"], someone.status) == wanted, order
