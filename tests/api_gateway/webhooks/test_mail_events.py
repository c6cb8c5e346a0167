"""What mail events change, and that their order does not matter."""

import itertools
import random
from urllib.parse import urlencode

import httpx2
import pytest

from api_gateway.resources import Resources
from sandbox.standins.twilio import twilio_signature
from tests.api_gateway.factories import Db, enroll, make_campaign, make_message
from tests.api_gateway.outside import Outside
from tests.api_gateway.webhooks.vendors import Sequence, Vendor, make_sequence, open_way_in, work_off

pytestmark = [pytest.mark.anyio, pytest.mark.database]


@pytest.fixture
def someone(db: Db) -> Sequence:
    return make_sequence(db)


@pytest.fixture
def vendor(db: Db, gateway: httpx2.AsyncClient, someone: Sequence, outside: Outside) -> Vendor:
    outside.answer("POST n8n.test/webhook/sm/handle-replies")
    return open_way_in(db, someone.tenant, gateway, "instantly")


async def tell(resources: Resources, vendor: Vendor, *events: dict[str, object]) -> None:
    for event in events:
        assert (await vendor.deliver(event)).status_code == 202
    await work_off(resources)


class TestSent:
    async def test_the_vendors_id_is_what_follow_ups_answer(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(resources, vendor, someone.event("email_sent", 0.1))
        assert someone.row("messages", id=someone.message)["provider_message_id"] == f"mail-1-{someone.email}"
        assert someone.row("enrollments", id=someone.enrollment)["provider_reply_to"] == f"mail-1-{someone.email}"
        assert [event["kind"] for event in someone.rows("message_events")] == ["sent"]
        assert someone.row("inbound_events")["status"] == "handled"

    async def test_an_older_mail_told_later_does_not_replace_the_newest(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(resources, vendor, someone.event("email_sent", 60, email_id="later"))
        await tell(resources, vendor, someone.event("email_sent", 0.1))
        assert someone.row("enrollments", id=someone.enrollment)["provider_reply_to"] == "later"


class TestTexts:
    async def test_neither_an_sms_nor_its_answer_is_what_the_next_mail_answers(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, outside: Outside, someone: Sequence
    ) -> None:
        outside.answer("POST n8n.test/webhook/sm/handle-replies")
        db.execute("update public.prospects set phone_e164 = '+33612345678' where id = %s", [someone.prospect])
        db.execute(
            "update public.messages set channel = 'sms', provider_message_id = 'SM1' where id = %s", [someone.message]
        )
        carrier = open_way_in(db, someone.tenant, gateway, "twilio")
        sent = {"MessageSid": "SM1", "MessageStatus": "sent", "To": "+33612345678"}
        answered = {"MessageSid": "SM2", "SmsStatus": "received", "From": "+33612345678", "Body": "Oui"}
        for form in (sent, answered):
            url = f"http://gateway.test/webhooks/twilio/{carrier.token}"
            signature = twilio_signature(carrier.secret, url, form)
            headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
            assert (await carrier.deliver(None, raw=urlencode(form).encode(), headers=headers)).status_code == 202
        await work_off(resources)
        assert someone.row("replies")["channel"] == "sms"
        assert someone.row("enrollments", id=someone.enrollment)["provider_reply_to"] is None


class TestOpensAndClicks:
    async def test_each_is_an_event_of_the_message(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(
            resources, vendor, someone.event("email_opened", 3), someone.event("email_opened", 4),
            someone.event("link_clicked", 5, link="https://x.example"), someone.event("email_opened", 3),
        )  # fmt: skip
        kinds = sorted((event["kind"], event["message_id"]) for event in someone.rows("message_events"))
        assert kinds == [("clicked", someone.message), ("opened", someone.message), ("opened", someone.message)]
        assert someone.status == "in_sequence"


class TestStops:
    async def test_a_bounce_suppresses_and_ends_the_sequence(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(resources, vendor, someone.event("email_bounced", 1), someone.event("email_bounced", 1, variant=2))
        assert someone.status == "bounced"
        assert someone.row("suppressions")["reason"] == "bounced"
        assert someone.row("mailbox_days")["bounced"] == 1

    async def test_an_unsubscribe_ends_every_sequence_of_the_person(
        self, db: Db, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        other = make_campaign(db, someone.tenant, status="active")
        elsewhere = enroll(db, someone.tenant, other, someone.prospect, status="qualified")
        waiting = make_message(db, someone.tenant, other, elsewhere, someone.prospect, status="approved")
        await tell(resources, vendor, someone.event("lead_unsubscribed", 1))
        assert {row["status"] for row in someone.rows("enrollments")} == {"unsubscribed"}
        assert someone.row("messages", id=waiting)["status"] == "cancelled"
        assert someone.rows("suppressions")[0]["reason"] == "unsubscribed"

    async def test_a_no_noted_at_the_vendor_stops_the_sequence(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(resources, vendor, someone.event("lead_not_interested", 1))
        assert someone.status == "not_interested"


class TestReplies:
    async def test_a_reply_stops_the_sequence_and_starts_the_workflow(
        self, resources: Resources, vendor: Vendor, someone: Sequence, outside: Outside
    ) -> None:
        text = "Oui, pourquoi pas.\n\nLe lun. 2 nov. 2026 à 10:00, Léa <sdr@try-us.example> a écrit :\n> Bonjour"
        await tell(resources, vendor, someone.reply(text))
        reply = someone.row("replies")
        assert (reply["status"], reply["body_stripped"], reply["body_text"]) == ("received", "Oui, pourquoi pas.", text)
        assert someone.status == "replied"
        assert someone.row("enrollments", id=someone.enrollment)["provider_reply_to"] == f"reply-1-{someone.email}"
        assert someone.row("prospects", id=someone.prospect)["last_inbound_at"] is not None
        [started] = outside.called("POST n8n.test/webhook/sm/handle-replies")
        assert str(reply["id"]) in started.content.decode()

    async def test_n8n_being_away_loses_nothing(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        outside.answer("POST n8n.test/webhook/sm/handle-replies", error=httpx2.ConnectError("away"))
        await tell(resources, open_way_in(db, someone.tenant, gateway, "instantly"), someone.reply("Bonjour"))
        assert someone.row("replies")["status"] == "received"
        assert someone.row("inbound_events")["status"] == "handled"

    async def test_an_unsubscribe_phrase_suppresses_before_any_model_is_asked(
        self, resources: Resources, vendor: Vendor, someone: Sequence, outside: Outside
    ) -> None:
        await tell(resources, vendor, someone.reply("Merci de me retirer de votre liste."))
        assert someone.status == "unsubscribed"
        decision = someone.row("reply_decisions")
        assert (decision["intent"], decision["action_taken"], decision["decided_by"]) == (
            "unsubscribe", "suppressed", "rules",
        )  # fmt: skip
        assert not outside.called("POST n8n.test/webhook/sm/handle-replies")

    async def test_the_word_in_what_is_quoted_unsubscribes_nobody(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(
            resources, vendor, someone.reply("Volontiers !\n\nOn Mon, Nov 2, Léa wrote:\n> Please unsubscribe me")
        )
        assert someone.status == "replied"
        assert not someone.rows("suppressions")

    async def test_an_absence_holds_the_sequence_until_the_day_after(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        text = "Je suis absente jusqu'au vendredi 13 novembre 2026."
        await tell(resources, vendor, someone.reply(text, reply_subject="Réponse automatique : Votre équipe"))
        assert someone.status == "in_sequence"
        held = someone.row("enrollments", id=someone.enrollment)["hold_until"]
        assert held.isoformat() == "2026-11-15T23:00:00+00:00"  # midnight in Paris before Monday the 16th
        assert someone.row("replies")["is_automatic"] is True

    async def test_a_delivery_failure_that_arrives_as_a_reply_is_a_bounce(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        text = "The following message could not be delivered: 550 5.1.1 User unknown"
        await tell(resources, vendor, someone.reply(text, reply_subject="Undeliverable: Votre équipe"))
        assert someone.status == "bounced"
        assert someone.row("reply_decisions")["reasons"] == ["delivery failure 5.1.1"]

    async def test_a_passing_delivery_failure_changes_nothing(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        text = "Delivery delayed: 451 4.7.1 Greylisted, try again later"
        await tell(resources, vendor, someone.reply(text, reply_subject="Delivery Status Notification (Delay)"))
        assert (someone.status, someone.rows("suppressions")) == ("in_sequence", [])


class TestUnknown:
    async def test_kinds_without_effect_are_kept_and_ignored(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(
            resources, vendor, someone.event("Hot lead 🔥", 1), someone.event("campaign_completed", 2),
            someone.event("lead_interested", 3),
        )  # fmt: skip
        assert {event["status"] for event in someone.rows("inbound_events")} == {"ignored"}
        assert all(event["error"] for event in someone.rows("inbound_events"))

    async def test_an_event_about_a_stranger_is_ignored_after_some_patience(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        stranger = {**someone.event("email_opened", 1), "lead_email": "nobody@nowhere.example", "campaign_id": "none"}
        await tell(resources, vendor, stranger)
        event = someone.row("inbound_events")
        assert (event["status"], event["attempts"]) == ("ignored", 4)


STATE = {
    "enrollments": ("status", "provider_reply_to", "hold_until"),
    "messages": ("status", "provider_message_id"),
    "message_events": ("kind", "occurred_at"),
    "replies": ("provider_message_id", "is_automatic"),
    "suppressions": ("kind", "value_norm"),
    "mailbox_days": ("bounced", "complained"),
}


def state_of(someone: Sequence) -> dict[str, list[tuple[str, ...]]]:
    """Everything that the events of one person change, without ids, names and times of ours."""
    return {
        table: sorted(
            tuple(str(row[column]).replace(someone.email, "@") for column in columns) for row in someone.rows(table)
        )
        for table, columns in STATE.items()
    }


def story(someone: Sequence, ending: str) -> list[dict[str, object]]:
    events = [
        someone.event("email_sent", 0.1),
        someone.event("email_opened", 5),
        someone.event("email_sent", 4320, email_id=f"mail-2-{someone.email}", step=2),
        someone.reply("Je suis absente jusqu'au 13 novembre 2026.", 10, 1, reply_subject="Absence du bureau : Re"),
        someone.reply("Dites-m'en plus.", 4400, 2),
    ]
    match ending:
        case "bounced":
            events.append(someone.event("email_bounced", 4330))
        case "unsubscribed":
            events.append(someone.event("lead_unsubscribed", 4500))
            events.append(someone.event("email_bounced", 4330))
    return events


@pytest.mark.parametrize("ending", ["replied", "bounced", "unsubscribed"])
async def test_any_order_and_any_repetition_ends_in_the_same_state(
    db: Db, gateway: httpx2.AsyncClient, resources: Resources, outside: Outside, ending: str
) -> None:
    outside.answer("POST n8n.test/webhook/sm/handle-replies")
    chance = random.Random(20261120)
    wanted = None
    for attempt in range(6):
        someone = make_sequence(db)
        vendor = open_way_in(db, someone.tenant, gateway, "instantly")
        events = story(someone, ending)
        if attempt:
            events = list(itertools.chain.from_iterable([event] * chance.randint(1, 5) for event in events))
            chance.shuffle(events)
        await tell(resources, vendor, *events)
        assert someone.status == ending
        reached = state_of(someone)
        wanted = wanted or reached
        assert reached == wanted
