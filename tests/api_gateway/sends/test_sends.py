"""Claiming, delivering and settling sends."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import anyio
import httpx2
import pytest

from tests.api_gateway.factories import Db, insert, one
from tests.api_gateway.people import WORKFLOW
from tests.api_gateway.sends.scene import Planned, Scene, make_scene
from tests.api_gateway.sends.vendor import Vendor

pytestmark = pytest.mark.anyio
PATH = "/internal/v1/sends"
LEADS = "POST /api/v2/leads"
REPLY = "POST /api/v2/emails/reply"


async def claim(gateway: httpx2.AsyncClient, scene: Scene, limit: int = 20) -> dict[str, Any]:
    answer = await gateway.post(
        f"{PATH}/claim", headers=WORKFLOW, json={"limit": limit, "campaign_id": str(scene.campaign)}
    )
    assert answer.status_code == 200, answer.text
    claimed: dict[str, Any] = answer.json()
    return claimed


async def deliver(gateway: httpx2.AsyncClient, item: dict[str, Any]) -> dict[str, Any]:
    answer = await gateway.post(
        f"{PATH}/deliver",
        headers=WORKFLOW,
        json={"intent_id": item["intent_id"], "lease_token": item["lease_token"]},
    )
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


async def send(gateway: httpx2.AsyncClient, scene: Scene) -> dict[str, Any]:
    """Claim the one send that is due, and deliver it."""
    claimed = await claim(gateway, scene)
    assert len(claimed["items"]) == 1, claimed
    return await deliver(gateway, claimed["items"][0])


@pytest.mark.parametrize("act", ["claim", "deliver", "settle"])
async def test_without_the_workflows_token_it_is_401(gateway: httpx2.AsyncClient, act: str) -> None:
    assert (await gateway.post(f"{PATH}/{act}", json={})).status_code == 401


class TestClaiming:
    async def test_what_is_due_is_leased_once(self, gateway: httpx2.AsyncClient, scene: Scene) -> None:
        scene.plan(3)
        first, second = await claim(gateway, scene), await claim(gateway, scene)
        assert len(first["items"]) == 3
        assert (second["items"], second["remaining"]) == ([], 0)

    async def test_a_lease_that_ran_out_is_claimed_again_with_another_token(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db
    ) -> None:
        [planned] = scene.plan()
        before = (await claim(gateway, scene))["items"][0]
        db.execute(
            "update public.send_intents set lease_until = now() - interval '1 s' where id = %s", [planned.intent]
        )
        after = (await claim(gateway, scene))["items"][0]
        assert after["lease_token"] != before["lease_token"]
        stale = await gateway.post(
            f"{PATH}/deliver",
            headers=WORKFLOW,
            json={"intent_id": before["intent_id"], "lease_token": before["lease_token"]},
        )
        assert (stale.status_code, stale.json()["code"]) == (409, "lease_lost")

    async def test_the_hourly_cap_counts_inside_one_claim(self, gateway: httpx2.AsyncClient, scene: Scene) -> None:
        scene.set_campaign(hourly_cap=2)
        scene.plan(5)
        claimed = await claim(gateway, scene)
        assert (len(claimed["items"]), claimed["deferred"], claimed["remaining"]) == (2, 3, 0)

    async def test_a_cap_reached_inside_a_claim_has_room_when_the_first_send_is_an_hour_old(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db
    ) -> None:
        scene.set_campaign(hourly_cap=3)
        sent, *_ = scene.plan(5)
        db.execute(
            "update public.send_intents set status = 'sent', mailbox_id = %s, sending_at = now() - interval '50 min'"
            " where id = %s",
            [scene.mailbox, sent.intent],
        )
        claimed = await claim(gateway, scene)
        assert (len(claimed["items"]), claimed["deferred"]) == (2, 2)
        [waiting] = {one["until_at"] for person in scene.planned for one in scene.decisions(person)}
        assert timedelta(minutes=9) < waiting - datetime.now(UTC) < timedelta(minutes=11)

    async def test_a_paused_campaign_and_a_stopped_organization_give_nothing(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db
    ) -> None:
        scene.plan(2)
        scene.set_campaign(status="paused")
        assert (await claim(gateway, scene))["items"] == []
        scene.set_campaign(status="active")
        db.execute("update public.organizations set sending_stopped_at = now() where id = %s", [scene.tenant.id])
        assert (await claim(gateway, scene))["items"] == []
        db.execute("update public.organizations set sending_stopped_at = null where id = %s", [scene.tenant.id])
        assert len((await claim(gateway, scene))["items"]) == 2

    async def test_what_is_wrong_with_one_organization_holds_up_no_other(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db
    ) -> None:
        scene.plan()
        db.execute("update public.mailboxes set time_zone = 'Europe/Atlantis' where id = %s", [scene.mailbox])
        other = make_scene(db)
        other.plan()
        answer = await gateway.post(f"{PATH}/claim", headers=WORKFLOW, json={"limit": 20})
        assert answer.status_code == 200, answer.text
        assert [item["organization_id"] for item in answer.json()["items"]] == [str(other.tenant.id)]

    async def test_the_servers_own_clock_is_no_time_zone(self, gateway: httpx2.AsyncClient, scene: Scene) -> None:
        answer = await gateway.patch(
            f"/api/v1/mailboxes/{scene.mailbox}", headers=scene.tenant.admin.headers, json={"time_zone": "localtime"}
        )
        assert answer.status_code == 422

    async def test_a_time_zone_that_nobody_knows_is_as_good_as_none(
        self, gateway: httpx2.AsyncClient, scene: Scene
    ) -> None:
        scene.plan(time_zone="Europe/Atlantis", country="ZZ")
        assert len((await claim(gateway, scene))["items"]) == 1

    async def test_waiting_does_not_pile_up_decisions(self, gateway: httpx2.AsyncClient, scene: Scene, db: Db) -> None:
        scene.set_campaign(send_from="00:00", send_until="00:00:00.000001")
        [planned] = scene.plan()
        for _ in range(3):
            db.execute("update public.send_intents set next_attempt_at = now() where id = %s", [planned.intent])
            assert (await claim(gateway, scene))["deferred"] == 1
        [decision] = scene.decisions(planned)
        assert (decision["outcome"], decision["reason"]) == ("defer", "send_hours")
        assert decision["until_at"] > datetime.now(UTC)
        assert scene.message(planned)["status"] == "scheduled"


class TestDelivering:
    async def test_the_first_mail_goes_out_and_the_sequence_goes_on(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor
    ) -> None:
        [planned] = scene.plan()
        result = await send(gateway, scene)
        assert result["outcome"] == "sent"
        [mail] = instantly.wait_for_mail(planned.email)
        assert mail["record"]["subject"] == "Votre équipe"
        assert "/u/" in mail["record"]["body"]["html"]
        intent, enrollment = scene.intent(planned), scene.enrollment(planned)
        assert (intent["status"], scene.message(planned)["status"]) == ("sent", "sent")
        assert (enrollment["status"], enrollment["step_position"]) == ("in_sequence", 1)
        assert enrollment["mailbox_id"] == scene.mailbox
        assert enrollment["provider_lead_id"] is not None
        days = (enrollment["next_step_due_at"] - intent["sent_at"]) / timedelta(days=1)
        assert 3 <= days <= 6

    async def test_the_caps_are_ours_alone_to_keep(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor
    ) -> None:
        scene.set_mailbox(daily_cap=3)
        scene.plan()
        await send(gateway, scene)
        [bound] = instantly.effects("campaign_created")
        # A cap that is raised later must not meet the old one at the vendor.
        assert bound["record"]["daily_limit"] >= 2_000

    async def test_a_campaign_that_cannot_be_bound_is_bound_later(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db
    ) -> None:
        [planned] = scene.plan()
        instantly.behave("fail", "POST /api/v2/campaigns", status=503, times=1)
        result = await send(gateway, scene)
        assert result["outcome"] == "retry"
        assert result["reason"].startswith("campaign_not_bound")
        assert (scene.intent(planned)["status"], scene.intent(planned)["attempt"]) == ("planned", 0)
        db.execute("update public.send_intents set next_attempt_at = now() where id = %s", [planned.intent])
        assert (await send(gateway, scene))["outcome"] == "sent"

    async def test_the_same_lease_again_tells_what_became_of_it(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor
    ) -> None:
        [planned] = scene.plan()
        [item] = (await claim(gateway, scene))["items"]
        assert (await deliver(gateway, item))["outcome"] == "sent"
        assert (await deliver(gateway, item))["outcome"] == "sent"
        instantly.wait_for_mail(planned.email)
        assert len(instantly.effects("lead_created")) == 1

    async def test_a_follow_up_answers_in_the_thread(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db
    ) -> None:
        [planned] = scene.plan()
        await send(gateway, scene)
        [first] = instantly.wait_for_mail(planned.email)
        message = insert(
            db, "messages", organization_id=scene.tenant.id, campaign_id=scene.campaign,
            enrollment_id=planned.enrollment, prospect_id=planned.prospect, step_id=scene.steps[1], kind="follow_up",
            channel="email", status="approved", subject="", body="Je reviens vers vous.", source="rules",
        )  # fmt: skip
        scene.intend(planned.enrollment, message, str(scene.steps[1]))
        assert (await send(gateway, scene))["outcome"] == "sent"
        _, second = instantly.wait_for_mail(planned.email, 2)
        assert second["record"]["thread_id"] == first["record"]["thread_id"]
        assert second["record"]["subject"] == "Re: Votre équipe"
        assert scene.enrollment(planned)["provider_reply_to"] == second["record"]["id"]

    async def test_twenty_at_once_of_two_campaigns_all_go_out_once(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor
    ) -> None:
        planned = scene.plan(20)
        items = (await claim(gateway, scene))["items"]
        async with anyio.create_task_group() as group:
            for item in items:
                group.start_soon(deliver, gateway, item)
        assert {scene.intent(one)["status"] for one in planned} == {"sent"}
        assert len(instantly.effects("campaign_created")) == 1
        for person in planned:
            assert len(instantly.wait_for_mail(person.email)) == 1

    async def test_caps_hold_when_many_deliver_at_once(self, gateway: httpx2.AsyncClient, scene: Scene) -> None:
        planned = scene.plan(10)
        items = (await claim(gateway, scene))["items"]
        scene.set_mailbox(daily_cap=4)
        results: list[str] = []

        async def one_more(item: dict[str, Any]) -> None:
            results.append((await deliver(gateway, item))["outcome"])

        async with anyio.create_task_group() as group:
            for item in items:
                group.start_soon(one_more, item)
        assert sorted(results) == ["retry"] * 6 + ["sent"] * 4
        assert [scene.intent(person)["status"] for person in planned].count("sent") == 4

    async def test_a_last_step_ends_the_sequence(self, gateway: httpx2.AsyncClient, scene: Scene, db: Db) -> None:
        [planned] = scene.plan(step=5)
        assert (await send(gateway, scene))["outcome"] == "sent"
        enrollment = scene.enrollment(planned)
        assert (enrollment["status"], enrollment["next_step_due_at"]) == ("completed", None)

    @pytest.mark.parametrize("field", ["email", "domain", "hashed"])
    async def test_a_suppressed_person_gets_nothing(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db, field: str
    ) -> None:
        [planned] = scene.plan()
        [item] = (await claim(gateway, scene))["items"]
        suppress(db, scene, planned, field)
        result = await deliver(gateway, item)
        assert (result["outcome"], result["reason"]) == ("stopped", "suppressed")
        assert scene.message(planned)["status"] == "cancelled"
        assert scene.enrollment(planned)["status"] in {"rejected", "unsubscribed"}
        assert instantly.effects("lead_created") == []

    async def test_a_text_with_a_hole_goes_back_to_a_person(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db
    ) -> None:
        [planned] = scene.plan()
        db.execute("update public.messages set body = 'Bonjour {{first_name}},' where id = %s", [planned.message])
        assert (await claim(gateway, scene))["stopped"] == 1
        assert scene.message(planned)["status"] == "pending_review"
        assert scene.intent(planned)["status"] == "cancelled"
        [decision] = scene.decisions(planned)
        assert decision["details"]["missing"] == ["{{first_name}}"]

    async def test_without_a_key_it_waits_and_somebody_is_told(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db
    ) -> None:
        [planned] = scene.plan()
        db.execute("delete from public.api_credentials where organization_id = %s", [scene.tenant.id])
        result = await send(gateway, scene)
        assert (result["outcome"], result["reason"]) == ("retry", "mailbox_not_connected")
        assert scene.intent(planned)["status"] == "planned"
        alert = one(db, "select kind from public.alerts where organization_id = %s", scene.tenant.id)
        assert alert["kind"] == "sending_account"


def suppress(db: Db, scene: Scene, planned: Planned, field: str) -> None:
    from api_gateway.suppressions.keys import Key, hashed
    from kit.settings import decode_key
    from tests.api_gateway.people import KEY

    key = Key("domain", "exemple.example") if field == "domain" else Key("email", planned.email)
    if field == "hashed":
        key = hashed(key, decode_key(KEY), scene.tenant.id)
    insert(
        db, "suppressions", organization_id=scene.tenant.id, kind=key.kind, value_norm=key.value, reason="manual",
        is_hashed=field == "hashed",
    )  # fmt: skip


class TestTroubleAtTheVendor:
    async def test_a_rate_limit_is_waited_out(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor
    ) -> None:
        [planned] = scene.plan()
        instantly.behave("fail", LEADS, status=429, times=1)
        result = await send(gateway, scene)
        assert (result["outcome"], result["reason"]) == ("retry", "vendor_rate_limit")
        intent = scene.intent(planned)
        assert (intent["status"], intent["sending_at"]) == ("planned", None)
        assert intent["next_attempt_at"] > datetime.now(UTC)
        assert scene.message(planned)["status"] == "scheduled"

    async def test_however_long_the_vendor_is_away_nothing_is_given_up(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db
    ) -> None:
        [planned] = scene.plan()
        instantly.behave("fail", LEADS, status=429, headers={"Retry-After": "60"})
        db.execute("update public.send_intents set attempt = 5000 where id = %s", [planned.intent])
        assert (await send(gateway, scene))["outcome"] == "retry"
        wait = scene.intent(planned)["next_attempt_at"] - datetime.now(UTC)
        assert timedelta(seconds=50) < wait < timedelta(seconds=80)

    async def test_an_answer_that_nobody_foresaw_does_not_hold_up_the_doubts_behind_it(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor
    ) -> None:
        first, second = scene.plan(2)
        instantly.behave("fail", LEADS, status=500, times=2)
        for item in (await claim(gateway, scene))["items"]:
            assert (await deliver(gateway, item))["outcome"] == "ambiguous"
        instantly.behave("lie", "POST /api/v2/leads/list", body={"items": ["not a lead"]}, times=1)
        settled = await gateway.post(f"{PATH}/settle", headers=WORKFLOW, json={"limit": 10})
        assert (settled.status_code, settled.json()["settled"]) == (200, 1)
        assert sorted(scene.intent(one)["status"] for one in (first, second)) == ["ambiguous", "planned"]

    async def test_a_refusal_is_final_until_a_person_tries_again(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor
    ) -> None:
        [planned] = scene.plan()
        instantly.behave("fail", LEADS, status=400, times=1)
        assert (await send(gateway, scene))["outcome"] == "failed"
        assert scene.message(planned)["status"] == "failed"
        retried = await gateway.post(f"/api/v1/messages/{planned.message}/retry", headers=scene.tenant.member.headers)
        assert (retried.status_code, retried.json()["status"]) == (200, "approved")
        assert (await send(gateway, scene))["outcome"] == "sent"
        assert len(instantly.wait_for_mail(planned.email)) == 1


class TestExplaining:
    async def test_why_not_and_when_next(self, gateway: httpx2.AsyncClient, scene: Scene) -> None:
        scene.set_campaign(send_from="00:00", send_until="00:00:00.000001")
        [planned] = scene.plan()
        await claim(gateway, scene)
        path = f"/api/v1/prospects/{planned.prospect}/decisions"
        assert (await gateway.get(path)).status_code == 401
        answer = await gateway.get(path, headers=scene.tenant.viewer.headers)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert [item["reason"] for item in told["items"]] == ["send_hours"]
        assert told["next_at"] is not None
        assert "outside the sending hours" in told["next_reason"]

    async def test_the_other_organization_is_404(self, gateway: httpx2.AsyncClient, scene: Scene, db: Db) -> None:
        [planned] = scene.plan()
        other = make_scene(db)
        for prospect in (planned.prospect, uuid4()):
            answer = await gateway.get(f"/api/v1/prospects/{prospect}/decisions", headers=other.tenant.owner.headers)
            assert answer.status_code == 404
