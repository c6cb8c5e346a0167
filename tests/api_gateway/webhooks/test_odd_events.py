"""Events that are genuine and odd: without a time or an id, about people of other campaigns, with impossible values."""

import hashlib
import hmac
import time
from typing import Any

import httpx2
import pytest

from api_gateway.resources import Resources
from api_gateway.webhooks import sources
from api_gateway.webhooks.events import IncomingReply, MailEvent
from api_gateway.webhooks.mail_repository import answered_keys
from api_gateway.webhooks.payloads import payload_of
from api_gateway.webhooks.verification import Delivery, is_genuine
from tests.api_gateway.factories import Db, make_prospect
from tests.api_gateway.meetings.test_recording import START_FLOW, Flow
from tests.api_gateway.outside import Outside
from tests.api_gateway.webhooks.test_mail_events import someone, tell, vendor
from tests.api_gateway.webhooks.vendors import Sequence, Vendor, booking, open_way_in

__all__ = ["someone", "vendor"]
pytestmark = [pytest.mark.anyio, pytest.mark.database]
KEY = "sm-0f8b1c2d-1111-4222-8333-444455556666"


class TestWhatIsLeftOut:
    async def test_a_reply_without_an_id_is_a_reply_and_no_mail_to_answer(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(resources, vendor, someone.reply("Oui, mardi ?", email_id=None))
        assert (someone.row("replies")["body_stripped"], someone.status) == ("Oui, mardi ?", "replied")
        assert someone.row("enrollments")["provider_reply_to"] is None

    @pytest.mark.parametrize("stamp", [None, "yesterday", "9999-12-31T23:59:59Z", 10**30])
    async def test_a_stop_without_a_time_counts_from_when_it_came(
        self, resources: Resources, vendor: Vendor, someone: Sequence, stamp: Any
    ) -> None:
        await tell(resources, vendor, someone.reply("STOP", timestamp=stamp))
        assert someone.status == "unsubscribed"
        [reply] = someone.rows("replies")
        assert reply["received_at"] == someone.row("inbound_events")["received_at"]

    async def test_a_step_that_no_number_of_ours_holds_is_passed_over(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(resources, vendor, someone.event("email_bounced", 1, step=10**30))
        assert (someone.row("inbound_events")["status"], someone.status) == ("handled", "bounced")


class TestOtherCampaignsOfTheAccount:
    @pytest.mark.parametrize("event_type", ["lead_unsubscribed", "email_bounced"])
    async def test_whoever_was_stopped_there_is_written_to_by_nobody(
        self, db: Db, resources: Resources, vendor: Vendor, someone: Sequence, event_type: str
    ) -> None:
        make_prospect(db, someone.tenant, email="paul@acme.example")
        for address in ("Paul@ACME.example", "nobody.known@acme.example"):
            await tell(resources, vendor, someone.event(event_type, 1, lead_email=address, campaign_id="another"))
        suppressed = {row["value_norm"] for row in someone.rows("suppressions", kind="email")}
        assert suppressed == {"paul@acme.example", "nobody.known@acme.example"}
        assert {row["status"] for row in someone.rows("inbound_events")} == {"handled"}

    async def test_what_is_no_address_is_set_aside(
        self, resources: Resources, vendor: Vendor, someone: Sequence
    ) -> None:
        await tell(resources, vendor, someone.event("lead_unsubscribed", 1, lead_email="?", campaign_id="another"))
        assert (someone.row("inbound_events")["status"], someone.rows("suppressions")) == ("ignored", [])


class TestMessageIds:
    @pytest.mark.parametrize(
        "header",
        [f"<{KEY}@try.example>", f"{KEY}@try.example", f"<{KEY.upper()}@TRY.example>",
         f"<other@x>\r\n <{KEY}@try.example>\r\n\t<more@x>", f"<other@x>,<{KEY}@try.example>"],
    )  # fmt: skip
    def test_are_found_however_programs_write_them(self, header: str) -> None:
        assert answered_keys(IncomingReply("id", headers={"References": header})) == [KEY]

    def test_a_header_that_a_mail_has_twice_is_a_list(self) -> None:
        data = {"email_id": "1", "from": "a@b.example", "headers": {"references": ["<x@y>", f"<{KEY}@z>"]}}
        said = sources.read("resend", {"type": "email.received", "created_at": "2026-11-02T09:00:00Z", "data": data})
        assert isinstance(said, MailEvent)
        assert said.reply is not None
        assert answered_keys(said.reply) == [KEY]


class TestMeetings:
    async def test_an_absence_that_names_no_zone_and_half_of_them_leaves_the_rest(
        self, db: Db, gateway: httpx2.AsyncClient, outside: Outside, someone: Sequence
    ) -> None:
        outside.answer(START_FLOW)
        vendor, flow = open_way_in(db, someone.tenant, gateway, "calcom"), Flow(gateway)
        absent = {"bookingUid": "uid-1", "attendees": [{"email": someone.email, "noShow": True}]}
        told = {"triggerEvent": "BOOKING_NO_SHOW_UPDATED", "createdAt": "2026-11-12T11:00:00Z", "payload": absent}
        for event in (booking("BOOKING_CREATED", "uid-1", someone.email, 60), told):
            assert (await vendor.deliver(event)).status_code == 202
            await flow.run()
        meeting = someone.row("meetings")
        assert (meeting["status"], meeting["time_zone"], meeting["attendee_name"]) == (
            "no_show", "Europe/Paris", "Jeanne Durand",
        )  # fmt: skip
        assert meeting["attendees"][0]["name"] == "Jeanne Durand"


class TestReading:
    def test_the_content_type_may_be_written_in_any_case(self) -> None:
        assert payload_of(b"a=1", " Application/X-WWW-Form-Urlencoded; charset=utf-8") == {"a": "1"}

    @pytest.mark.parametrize("wrong_first", [True, False])
    def test_one_right_signature_of_several_is_enough(self, wrong_first: bool) -> None:
        stamp, body = str(int(time.time())), b"{}"
        right = hmac.new(b"key", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        signatures = ["0" * 64, right] if wrong_first else [right, "0" * 64]
        header = ",".join([f"t={stamp}", *(f"v1={one}" for one in signatures)])
        delivery = Delivery(body, {"calendly-webhook-signature": header}, "http://x", {})
        assert is_genuine("calendly", delivery, ("key",))
        assert not is_genuine("calendly", delivery, ("other",))
