"""A stored Calendly key: our subscription is made with it and made anew; what was missed is fetched."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api_gateway.resources import Resources
from api_gateway.webhooks import reconciling, registering
from kit.errors import VendorFailed
from tests.api_gateway.factories import Db
from tests.api_gateway.meetings.test_recording import START_FLOW, Flow
from tests.api_gateway.outside import Outside
from tests.api_gateway.sends.scene import connect
from tests.api_gateway.webhooks.vendors import Sequence, Vendor, make_sequence

pytestmark = [pytest.mark.anyio, pytest.mark.database]
ME = {"uri": "https://api.calendly.com/users/u1", "current_organization": "https://api.calendly.com/organizations/o1"}
SUBSCRIPTIONS = "calendly.test/webhook_subscriptions"
EVENT = "https://api.calendly.com/scheduled_events/e1"


def minutes_ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


class Account:
    """Somebody's Calendly account as its API shows it."""

    def __init__(self, db: Db, client: httpx2.AsyncClient, outside: Outside) -> None:
        self.someone = make_sequence(db)
        self.client, self.outside = client, outside
        # Reconciling goes through all organizations; those of other tests have nothing to say here.
        db.execute("update public.api_credentials set is_active = false")
        db.execute("update public.inbound_endpoints set status = 'retired'")
        db.execute("update public.inbound_events set status = 'ignored'")
        connect(db, self.someone.tenant, "calendly")
        outside.answer(START_FLOW)
        outside.answer("GET calendly.test/users/me", body={"resource": ME})
        self.invited()

    def subscribed_as(self, number: str, state: str = "active") -> None:
        uri = f"https://api.calendly.com/webhook_subscriptions/{number}"
        self.outside.answer(f"POST {SUBSCRIPTIONS}", 201, {"resource": {"uri": uri, "state": state}})
        self.outside.answer(f"GET {SUBSCRIPTIONS}/{number}", body={"resource": {"uri": uri, "state": state}})
        self.outside.answer(f"DELETE {SUBSCRIPTIONS}/{number}", 204)

    def invited(self, *invitees: dict[str, Any]) -> None:
        scheduled = {
            "uri": EVENT, "name": "Intro", "status": "active", "start_time": minutes_ago(-3_000),
            "end_time": minutes_ago(-3_030), "updated_at": minutes_ago(1), "location": {"join_url": "https://v.example"},
        }  # fmt: skip
        page = {"pagination": {"count": 1, "next_page_token": None}}
        events = [scheduled] if invitees else []
        self.outside.answer("GET calendly.test/scheduled_events", body={"collection": events, **page})
        path = "GET calendly.test/scheduled_events/e1/invitees"
        self.outside.answer(path, body={"collection": list(invitees), **page})

    def invitee(self, number: str, **more: Any) -> dict[str, Any]:
        return {
            "uri": f"{EVENT}/invitees/{number}", "email": self.someone.email, "name": "Jeanne", "status": "active",
            "timezone": "Europe/Paris", "created_at": minutes_ago(9), "updated_at": minutes_ago(9), "old_invitee": None,
            "tracking": {"utm_content": str(self.someone.enrollment)}, **more,
        }  # fmt: skip

    def asked(self, number: int = -1) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.outside.called(f"POST {SUBSCRIPTIONS}")[number].content)
        return body

    def way_in(self) -> Vendor:
        """The door that Calendly was told of last, with the key that it was told to sign with."""
        asked = self.asked()
        return Vendor(self.client, "calendly", uuid4(), asked["url"].rpartition("/")[2], asked["signing_key"])


@pytest.fixture
def account(db: Db, gateway: httpx2.AsyncClient, outside: Outside) -> Account:
    account = Account(db, gateway, outside)
    account.subscribed_as("s1")
    return account


@pytest.fixture
def someone(account: Account) -> Sequence:
    return account.someone


class TestSubscribing:
    async def test_a_stored_key_subscribes_with_a_signing_key_of_ours(
        self, account: Account, resources: Resources, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        put = await gateway.put(
            "/api/v1/credentials/calendly", json={"key": f"key-{uuid4()}"}, headers=someone.tenant.admin.headers
        )
        assert put.status_code == 200, put.text
        await resources.settle()
        asked = account.asked()
        assert (asked["scope"], asked["organization"]) == ("organization", ME["current_organization"])
        told = {"event": "invitee.created", "created_at": minutes_ago(1), "payload": account.invitee("a")}
        assert (await account.way_in().deliver(told)).status_code == 202
        endpoint = someone.row("inbound_endpoints")
        assert (endpoint["vendor_webhook_id"], endpoint["status"]) == ("s1", "active")
        assert asked["signing_key"] not in str(endpoint)

    async def test_a_key_without_an_administrators_rights_subscribes_for_its_own_meetings(
        self, account: Account, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        outside.answer(f"POST {SUBSCRIPTIONS}", 403, {"title": "Permission Denied"})
        with pytest.raises(VendorFailed, match="403"):
            await registering.register_endpoint(resources, someone.tenant.id, "calendly")
        assert [account.asked(number)["scope"] for number in (0, 1)] == ["organization", "user"]

    async def test_a_vendor_that_refuses_for_weeks_leaves_one_row_and_no_gap(
        self, account: Account, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        outside.answer(f"POST {SUBSCRIPTIONS}", 503)
        for _ in range(3):
            await reconciling.reconcile(resources)
        first = someone.row("inbound_endpoints")
        assert first["status"] == "retired"
        account.subscribed_as("s1")
        for _ in range(2):
            await reconciling.reconcile(resources)
        endpoint = someone.row("inbound_endpoints")
        assert (endpoint["status"], endpoint["vendor_webhook_id"]) == ("active", "s1")
        [listed] = outside.called("GET calendly.test/scheduled_events")
        since = datetime.fromisoformat(listed.url.params["min_start_time"])
        assert since < first["created_at"] - timedelta(minutes=29)


class TestMissedEvents:
    async def reconcile(self, resources: Resources, flow: Flow) -> None:
        await reconciling.reconcile(resources)
        await flow.run()

    async def test_what_was_booked_and_cancelled_meanwhile_is_fetched_once(
        self, account: Account, resources: Resources, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        flow = Flow(gateway)
        await registering.register_endpoint(resources, someone.tenant.id, "calendly")
        account.invited(account.invitee("a"))
        for _ in range(2):
            await self.reconcile(resources, flow)
        assert (someone.row("meetings")["status"], someone.status) == ("scheduled", "meeting_scheduled")
        told = {"event": "invitee.created", "created_at": minutes_ago(8), "payload": account.invitee("a")}
        assert (await account.way_in().deliver(told)).json() == {"status": "duplicate"}
        reason = {"reason": "Malade", "created_at": minutes_ago(2)}
        account.invited(account.invitee("a", status="canceled", cancellation=reason, updated_at=minutes_ago(2)))
        await self.reconcile(resources, flow)
        assert (someone.row("meetings")["status"], someone.row("meetings")["cancellation_reason"]) == (
            "cancelled", "Malade",
        )  # fmt: skip
        assert len(someone.rows("inbound_events")) == 2

    async def test_a_move_that_nobody_told_us_of_is_one_meeting(
        self, account: Account, resources: Resources, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        await registering.register_endpoint(resources, someone.tenant.id, "calendly")
        old, new = f"{EVENT}/invitees/a", f"{EVENT}/invitees/b"
        moved = account.invitee("a", status="canceled", rescheduled=True, new_invitee=new, updated_at=minutes_ago(3))
        account.invited(moved, account.invitee("b", old_invitee=old, created_at=minutes_ago(3)))
        await self.reconcile(resources, Flow(gateway))
        meeting = someone.row("meetings")
        assert (meeting["status"], meeting["booking_uid"], meeting["previous_uids"]) == ("scheduled", new, [old])

    async def test_an_absence_is_fetched_and_taken_back_by_a_webhook(
        self, account: Account, resources: Resources, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        flow = Flow(gateway)
        await registering.register_endpoint(resources, someone.tenant.id, "calendly")
        account.invited(account.invitee("a", no_show={"created_at": minutes_ago(5)}, updated_at=minutes_ago(5)))
        await self.reconcile(resources, flow)
        assert someone.row("meetings")["status"] == "no_show"
        told = {"event": "invitee_no_show.deleted", "created_at": minutes_ago(1), "payload": account.invitee("a")}
        await account.way_in().deliver(told)
        await flow.run()
        assert someone.row("meetings")["status"] == "completed"

    @pytest.mark.parametrize("fate", ["disabled", "gone"])
    async def test_a_subscription_that_ended_is_made_anew(
        self, account: Account, resources: Resources, someone: Sequence, outside: Outside, fate: str
    ) -> None:
        await registering.register_endpoint(resources, someone.tenant.id, "calendly")
        before = account.way_in()
        state = {"resource": {"state": "disabled"}}
        outside.answer(f"GET {SUBSCRIPTIONS}/s1", *((200, state) if fate == "disabled" else (404, {})))
        account.subscribed_as("s2")
        for _ in range(2):
            await reconciling.reconcile(resources)
        states = {row["vendor_webhook_id"]: row["status"] for row in someone.rows("inbound_endpoints")}
        assert states == {"s1": "retired", "s2": "active"}
        assert len(outside.called(f"POST {SUBSCRIPTIONS}")) == 2
        told = {"event": "invitee.created", "created_at": minutes_ago(1), "payload": account.invitee("a")}
        assert (await before.deliver(told)).status_code == 404
        assert (await account.way_in().deliver(told)).status_code == 202

    async def test_a_list_that_cannot_be_read_leaves_the_watermark_where_it_was(
        self, account: Account, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        await registering.register_endpoint(resources, someone.tenant.id, "calendly")
        before = someone.row("inbound_endpoints")["watermark_at"]
        account.invited(account.invitee("a"))
        outside.answer("GET calendly.test/scheduled_events/e1/invitees", 429)
        await reconciling.reconcile(resources)
        assert someone.row("inbound_endpoints")["watermark_at"] == before
        assert someone.rows("inbound_events") == []

    async def test_a_way_in_made_by_hand_stays_open_beside_it(
        self, account: Account, resources: Resources, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        headers = someone.tenant.admin.headers
        made = await gateway.post("/api/v1/webhooks/endpoints", json={"source": "calendly"}, headers=headers)
        await registering.register_endpoint(resources, someone.tenant.id, "calendly")
        by_hand = Vendor(gateway, "calendly", uuid4(), made.json()["url"].rpartition("/")[2], made.json()["secret"])
        told = {"event": "invitee.created", "created_at": minutes_ago(1), "payload": account.invitee("a")}
        assert (await by_hand.deliver(told)).json() == {"status": "stored"}
        assert (await account.way_in().deliver(told)).json() == {"status": "duplicate"}
