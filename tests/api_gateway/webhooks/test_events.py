"""The inbox in the panel: looking, replaying, the dead letter; ways in made by hand, and by a stored key."""

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api_gateway.jobs import MOST_ATTEMPTS
from api_gateway.resources import Resources
from api_gateway.webhooks import mail_effects, reconciling, registering
from tests.api_gateway.factories import Db
from tests.api_gateway.outside import Outside
from tests.api_gateway.sends.scene import connect
from tests.api_gateway.webhooks.vendors import START, Sequence, booking, make_sequence, open_way_in, work_off

pytestmark = [pytest.mark.anyio, pytest.mark.database]
EVENTS = "/api/v1/webhooks/events"
ENDPOINTS = "/api/v1/webhooks/endpoints"


@pytest.fixture
def someone(db: Db) -> Sequence:
    return make_sequence(db)


async def deliver(someone: Sequence, gateway: httpx2.AsyncClient, *events: dict[str, Any]) -> list[str]:
    vendor = open_way_in(someone.db, someone.tenant, gateway, "instantly")
    for event in events:
        assert (await vendor.deliver(event)).status_code == 202
    return [str(row["id"]) for row in someone.rows("inbound_events")]


class TestWalls:
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient) -> None:
        for path in (EVENTS, f"{EVENTS}/health", ENDPOINTS):
            assert (await gateway.get(path)).status_code == 401
        for path in (f"{EVENTS}/replay", ENDPOINTS):
            assert (await gateway.post(path, json={})).status_code == 401

    async def test_the_other_organization_is_404(self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        [event] = await deliver(someone, gateway, someone.event("email_opened", 1))
        stranger = make_sequence(db).tenant.owner.headers
        assert (await gateway.get(f"{EVENTS}/{event}", headers=stranger)).status_code == 404
        assert (await gateway.post(f"{EVENTS}/{event}/replay", headers=stranger)).status_code == 404
        replayed = await gateway.post(f"{EVENTS}/replay", json={"ids": [event]}, headers=stranger)
        assert replayed.json()["replayed"] == 0
        endpoint = someone.row("inbound_endpoints")["id"]
        assert (await gateway.delete(f"{ENDPOINTS}/{endpoint}", headers=stranger)).status_code == 404
        assert (await gateway.get(EVENTS, headers=stranger)).json()["items"] == []

    async def test_a_member_is_no_administrator(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        headers = someone.tenant.member.headers
        assert (await gateway.get(EVENTS, headers=headers)).status_code == 403
        assert (await gateway.post(f"{EVENTS}/replay", json={"status": "dead"}, headers=headers)).status_code == 403


class TestDeadLetter:
    async def test_an_event_that_fails_again_and_again_is_kept_shown_and_replayed(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence, monkeypatch: Any
    ) -> None:
        async def fail(*_: Any) -> None:
            raise RuntimeError("broken for now")

        with monkeypatch.context() as broken:
            broken.setattr(mail_effects, "apply", fail)
            [event] = await deliver(someone, gateway, someone.event("email_opened", 1))
            await work_off(resources)
        headers = someone.tenant.admin.headers
        [shown] = (await gateway.get(f"{EVENTS}?status=dead", headers=headers)).json()["items"]
        assert (shown["id"], shown["attempts"]) == (event, MOST_ATTEMPTS)
        assert "broken for now" in shown["error"]
        assert someone.rows("alerts")[0]["kind"] == "event_dead"
        assert (await gateway.post(f"{EVENTS}/{event}/replay", headers=headers)).json()["replayed"] == 1
        await work_off(resources)
        assert someone.row("inbound_events")["status"] == "handled"
        assert len(someone.rows("message_events")) == 1


class TestReplaying:
    async def test_what_was_done_is_not_done_twice(
        self, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence
    ) -> None:
        await deliver(someone, gateway, someone.event("email_bounced", 1), someone.event("email_opened", 0.5))
        await work_off(resources)
        headers = someone.tenant.owner.headers
        again = await gateway.post(f"{EVENTS}/replay", json={"source": "instantly"}, headers=headers)
        assert again.json() == {"replayed": 2, "is_capped": False}
        await work_off(resources)
        assert someone.row("mailbox_days")["bounced"] == 1
        assert len(someone.rows("message_events")) == 2

    async def test_a_time_range_and_a_kind_narrow(self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        await deliver(someone, gateway, someone.event("email_opened", 1), someone.event("link_clicked", 2))
        db.execute("update public.inbound_events set received_at = %s where event_type = 'link_clicked'", [START])
        headers = someone.tenant.owner.headers
        early = {"received_until": (START + timedelta(hours=1)).isoformat()}
        for wanted, count in [
            (early, 1),
            ({**early, "event_type": "email_opened"}, 0),
            ({"event_type": "email_opened"}, 1),
        ]:
            assert (await gateway.post(f"{EVENTS}/replay", json=wanted, headers=headers)).json()["replayed"] == count

    async def test_everything_at_once_must_be_said(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        answer = await gateway.post(f"{EVENTS}/replay", json={}, headers=someone.tenant.owner.headers)
        assert answer.status_code == 422


class TestWaysInByHand:
    async def test_the_address_and_secret_are_shown_once_and_let_in(
        self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        headers = someone.tenant.admin.headers
        made = await gateway.post(ENDPOINTS, json={"source": "phantombuster"}, headers=headers)
        assert made.status_code == 201
        path = made.json()["url"].removeprefix("http://gateway.test")
        assert (await gateway.post(path, json={"containerId": "1"})).status_code == 202
        assert (await gateway.post(path.split("?")[0], json={"containerId": "1"})).status_code == 401
        [listed] = (await gateway.get(ENDPOINTS, headers=headers)).json()["items"]
        assert not {"url", "secret", "token_hash", "sealed_secret"} & listed.keys()
        assert (await gateway.delete(f"{ENDPOINTS}/{listed['id']}", headers=headers)).status_code == 204
        assert (await gateway.post(path, json={"containerId": "2"})).status_code == 404

    async def test_during_a_rotation_both_secrets_are_taken_and_afterwards_one(
        self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        headers = someone.tenant.admin.headers
        made = (await gateway.post(ENDPOINTS, json={"source": "phantombuster"}, headers=headers)).json()
        path, _, old = made["url"].removeprefix("http://gateway.test").partition("?secret=")
        rotate = f"{ENDPOINTS}/{made['id']}/rotate"
        assert (await gateway.post(rotate, json={})).status_code == 401
        stranger = make_sequence(db).tenant.owner.headers
        assert (await gateway.post(rotate, json={}, headers=stranger)).status_code == 404
        new = (await gateway.post(rotate, json={}, headers=headers)).json()["secret"]
        assert new != old
        for number, secret in enumerate((old, new)):
            answer = await gateway.post(f"{path}?secret={secret}", json={"containerId": str(number)})
            assert answer.status_code == 202
        db.execute("update public.inbound_endpoints set previous_until = now()")
        assert (await gateway.post(f"{path}?secret={old}", json={"containerId": "3"})).status_code == 401
        assert (await gateway.post(f"{path}?secret={new}", json={"containerId": "3"})).status_code == 202

    async def test_a_vendor_that_makes_the_secret_must_give_it(
        self, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        headers = someone.tenant.admin.headers
        assert (await gateway.post(ENDPOINTS, json={"source": "resend"}, headers=headers)).status_code == 400
        assert (await gateway.post(ENDPOINTS, json={"source": "instantly"}, headers=headers)).status_code == 409

    @pytest.mark.parametrize("secret", ["whsec_", "whsec_half-copied", "re_123456789_abc", "whsec_ MfKQ9r8G KYqr"])
    async def test_a_secret_that_no_signature_can_be_made_with_is_refused(
        self, gateway: httpx2.AsyncClient, someone: Sequence, secret: str
    ) -> None:
        wanted, headers = {"source": "resend", "secret": f"{secret:8}"}, someone.tenant.admin.headers
        refused = await gateway.post(ENDPOINTS, json=wanted, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "endpoint_secret_unreadable")


class TestRegistering:
    async def test_a_stored_key_makes_the_webhook_with_a_secret_that_lets_in(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "instantly")
        outside.answer("POST instantly.test/api/v2/webhooks", body={"id": "wh-9"})
        await registering.register_endpoint(resources, someone.tenant.id, "instantly")
        asked = json.loads(outside.called("POST instantly.test/api/v2/webhooks")[0].content)
        path = asked["target_hook_url"].removeprefix("http://gateway.test")
        answer = await gateway.post(path, json=someone.event("email_opened", 1), headers=asked["headers"])
        assert answer.status_code == 202
        endpoint = someone.row("inbound_endpoints")
        assert (endpoint["vendor_webhook_id"], endpoint["status"]) == ("wh-9", "active")
        stored = str(endpoint)
        assert asked["headers"]["X-Webhook-Secret"] not in stored
        assert path.rpartition("/")[2] not in stored

    async def test_a_second_time_the_older_one_is_taken_away(
        self, db: Db, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "calcom")
        for number in ("1", "2"):
            outside.answer("POST calcom.test/v2/webhooks", body={"data": {"id": number}})
            outside.answer("DELETE calcom.test/v2/webhooks/1")
            await registering.register_endpoint(resources, someone.tenant.id, "calcom")
        rows = {row["vendor_webhook_id"]: row["status"] for row in someone.rows("inbound_endpoints")}
        assert rows == {"1": "retired", "2": "active"}
        assert len(outside.called("DELETE calcom.test/v2/webhooks/1")) == 1

    async def test_a_vendor_that_refuses_leaves_no_open_way(
        self, db: Db, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "calcom")
        outside.answer("POST calcom.test/v2/webhooks", 500)
        with pytest.raises(Exception, match="500"):
            await registering.register_endpoint(resources, someone.tenant.id, "calcom")
        assert someone.row("inbound_endpoints")["status"] == "retired"


class TestReconciling:
    async def test_what_instantly_could_not_deliver_comes_in_by_the_same_door(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "instantly")
        known, missed = someone.event("email_opened", 1), someone.event("email_opened", 2)
        await deliver(someone, gateway, known)
        ours = {"webhook_url": "http://gateway.test/webhooks/instantly/x"}
        others = {"webhook_url": "https://other.example/hook", "payload": someone.event("email_opened", 3)}
        outside.answer("GET instantly.test/api/v2/webhooks/wh-1", body={"status": -1})
        outside.answer("POST instantly.test/api/v2/webhooks/wh-1/resume")
        outside.answer(
            "GET instantly.test/api/v2/webhook-events",
            body={"items": [{**ours, "payload": known}, {**ours, "payload": missed}, others]},
        )
        for _ in range(2):
            await reconciling.reconcile(resources)
        await work_off(resources)
        assert len(someone.rows("inbound_events")) == 2
        assert len(someone.rows("message_events")) == 2
        assert outside.called("POST instantly.test/api/v2/webhooks/wh-1/resume")

    async def test_bookings_since_the_watermark_become_events(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "calcom")
        open_way_in(db, someone.tenant, gateway, "calcom")
        payload = booking("BOOKING_CREATED", "uid-1", someone.email, 1)["payload"]
        rows = [
            {**payload, "status": "accepted", "createdAt": START.isoformat(), "updatedAt": START.isoformat()},
            {**payload, "uid": "old", "status": "cancelled", "rescheduledToUid": "uid-1"},
        ]
        outside.answer("GET calcom.test/v2/bookings", body={"status": "success", "data": rows})
        for _ in range(2):
            await reconciling.reconcile(resources)
        event = someone.row("inbound_events")
        assert (event["event_type"], event["source"]) == ("BOOKING_CREATED", "calcom")
        assert someone.row("inbound_endpoints")["watermark_at"] is not None

    async def test_events_that_nobody_holds_are_queued_again(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence
    ) -> None:
        await deliver(someone, gateway, someone.event("email_opened", 1))
        db.execute("delete from jobs.procrastinate_jobs")
        db.execute("update public.inbound_events set received_at = now() - interval '5 minutes'")
        await reconciling.sweep(resources)
        await work_off(resources)
        assert someone.row("inbound_events")["status"] == "handled"

    async def test_a_key_that_was_broken_for_days_leaves_no_gap(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "calcom")
        open_way_in(db, someone.tenant, gateway, "calcom")
        long_ago = START - timedelta(days=3)
        db.execute("update public.inbound_endpoints set watermark_at = %s, last_checked_at = watermark_at", [long_ago])
        outside.answer("POST calcom.test/v2/webhooks", body={"data": {"id": "wh-2"}})
        outside.answer("DELETE calcom.test/v2/webhooks/wh-1")
        await registering.register_endpoint(resources, someone.tenant.id, "calcom")
        [endpoint] = someone.rows("inbound_endpoints", status="active")
        assert (endpoint["vendor_webhook_id"], endpoint["watermark_at"]) == ("wh-2", long_ago)

    async def test_more_changes_than_one_look_takes_are_gone_on_with_in_the_next(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, someone: Sequence, outside: Outside,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(reconciling, "MOST_BOOKINGS", 1)
        connect(db, someone.tenant, "calcom")
        open_way_in(db, someone.tenant, gateway, "calcom")
        db.execute("update public.inbound_endpoints set watermark_at = %s", [START])
        changed_at = START + timedelta(hours=2)
        row = {"uid": "uid-1", "status": "cancelled", "updatedAt": changed_at.isoformat()}
        outside.answer("GET calcom.test/v2/bookings", body={"data": [row]})
        await reconciling.reconcile(resources)
        assert someone.row("inbound_endpoints")["watermark_at"] == changed_at

    @pytest.mark.parametrize("source", ["instantly", "calcom"])
    async def test_a_webhook_that_somebody_deleted_at_the_vendor_is_made_anew(
        self,
        db: Db,
        gateway: httpx2.AsyncClient,
        resources: Resources,
        someone: Sequence,
        outside: Outside,
        source: str,
    ) -> None:
        connect(db, someone.tenant, source)
        open_way_in(db, someone.tenant, gateway, source)
        hooks = f"{source}.test/{'api/v2' if source == 'instantly' else 'v2'}/webhooks"
        for route in (f"GET {hooks}/wh-1", f"DELETE {hooks}/wh-1"):
            outside.answer(route, 404)
        outside.answer(f"POST {hooks}", body={"id": "wh-2", "data": {"id": "wh-2"}})
        outside.answer("GET calcom.test/v2/bookings", body={"data": []})
        outside.answer("GET instantly.test/api/v2/webhook-events", body={"items": []})
        await reconciling.reconcile(resources)
        states = {row["vendor_webhook_id"]: row["status"] for row in someone.rows("inbound_endpoints")}
        assert states == {"wh-1": "retired", "wh-2": "active"}
