"""Whatever stops sending stops it between two sends, with mails really leaving for the vendor all the while."""

import asyncio
import time
from typing import Any

import httpx2
import pytest

from tests.api_gateway.factories import Db, enroll, insert, make_campaign, make_company, make_prospect
from tests.api_gateway.people import WORKFLOW
from tests.api_gateway.sends.scene import ALWAYS, Planned, Scene, make_scene
from tests.api_gateway.sends.test_sends import PATH, claim, deliver, send
from tests.api_gateway.sends.vendor import Vendor, until

pytestmark = pytest.mark.anyio
LIMIT_S = 5.0


async def in_the_middle(
    gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, press: str, body: dict[str, Any]
) -> tuple[list[dict[str, Any]], set[str]]:
    """Deliver thirty claimed sends one after the other and press `press` after the tenth; what each gave, and whom the
    vendor had been given by five seconds later at the most, by its own ledger."""
    planned = scene.plan(30)
    items = (await claim(gateway, scene, limit=30))["items"]
    assert len(items) == 30
    results, pressed = [], None
    for number, item in enumerate(items):
        if number == 10:
            pressed = asyncio.create_task(gateway.post(press, headers=scene.tenant.admin.headers, json=body))
        results.append(await deliver(gateway, item))
    assert pressed is not None
    assert (await pressed).status_code == 200
    ours = {one.email for one in planned}
    return results, {lead for one in instantly.effects("lead_created") if (lead := one["record"]["email"]) in ours}


def stopped_after(results: list[dict[str, Any]]) -> int:
    """How many left; fails when one left after another had been held back."""
    outcomes = [result["outcome"] for result in results]
    first = outcomes.index("retry")
    assert set(outcomes[first:]) == {"retry"}, outcomes
    return first


class TestStopAllSends:
    async def test_nothing_leaves_any_more_with_claims_in_hand_until_it_is_lifted(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db
    ) -> None:
        begun = time.monotonic()
        stop = "/api/v1/organizations/current/stop-sending"
        results, reached = await in_the_middle(gateway, scene, instantly, stop, {"reason": "Une erreur dans le texte"})
        left = stopped_after(results)
        assert 10 <= left < 30
        assert time.monotonic() - begun < 30
        assert {result["reason"] for result in results[left:]} == {"sending_stopped"}
        assert len(reached) == left
        late = db.execute(
            "select count(*) as n from public.send_intents i join public.organizations o on o.id = i.organization_id"
            " where o.id = %s and i.sending_at > o.sending_stopped_at + %s * interval '1 second'",
            [scene.tenant.id, LIMIT_S],
        ).fetchone()
        assert late == {"n": 0}
        assert (await claim(gateway, scene))["items"] == []
        resume = await gateway.post("/api/v1/organizations/current/resume-sending", headers=scene.tenant.admin.headers)
        assert resume.status_code == 200
        assert len((await claim(gateway, scene, limit=30))["items"]) == 30 - left

    async def test_nothing_leaves_that_was_let_through_while_the_vendor_took_its_time(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db
    ) -> None:
        scene.plan()
        [item] = (await claim(gateway, scene))["items"]
        instantly.behave("slow", "POST /api/v2/campaigns", delay_s=1.0, times=1)
        delivering = asyncio.create_task(deliver(gateway, item))
        await asyncio.to_thread(until, lambda: instantly.has_before_it("POST /api/v2/campaigns"))
        db.execute("update public.organizations set sending_stopped_at = now() where id = %s", [scene.tenant.id])
        assert (await delivering)["reason"] == "sending_stopped"
        assert instantly.effects("lead_created") == []

    async def test_another_organization_goes_on(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db
    ) -> None:
        db.execute("update public.organizations set sending_stopped_at = now() where id = %s", [scene.tenant.id])
        other = make_scene(db)
        [planned] = other.plan()
        assert (await send(gateway, other))["outcome"] == "sent"
        assert other.intent(planned)["status"] == "sent"


class TestPausing:
    async def test_a_paused_campaign_sends_nothing_more_and_another_goes_on(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db
    ) -> None:
        pause = f"/api/v1/campaigns/{scene.campaign}/pause"
        results, reached = await in_the_middle(gateway, scene, instantly, pause, {"reason": "Salon"})
        left = stopped_after(results)
        assert {result["reason"] for result in results[left:]} == {"campaign_paused"}
        assert len(reached) == left
        other = Scene(db, scene.tenant, make_campaign(db, scene.tenant, **ALWAYS), scene.mailbox, scene.steps)
        other.plan()
        assert (await send(gateway, other))["outcome"] == "sent"


class TestThePersonsOwnStop:
    @pytest.mark.parametrize("status", ["replied", "meeting_scheduled", "bounced", "unsubscribed", "not_interested"])
    async def test_what_happened_after_the_claim_still_stops_the_send(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db, status: str
    ) -> None:
        [planned] = scene.plan(step=2)
        [item] = (await claim(gateway, scene))["items"]
        db.execute("update public.enrollments set status = %s where id = %s", [status, planned.enrollment])
        result = await deliver(gateway, item)
        assert (result["outcome"], result["reason"]) == ("stopped", f"enrollment_{status}")
        assert scene.message(planned)["status"] == "cancelled"
        assert instantly.effects("lead_created") == []


class Company:
    """Two people of one company: one is about to be written to, the other has something happen to them."""

    def __init__(self, scene: Scene, stop_company_on: list[str]) -> None:
        self.scene = scene
        scene.set_campaign(stop_company_on=stop_company_on)
        company = make_company(scene.db, scene.tenant)
        [self.planned] = scene.plan(company_id=company)
        prospect = make_prospect(scene.db, scene.tenant, company_id=company)
        other = make_campaign(scene.db, scene.tenant, **ALWAYS)
        self.colleague = enroll(scene.db, scene.tenant, other, prospect, status="in_sequence")
        self.chain = {
            "organization_id": scene.tenant.id, "campaign_id": other, "enrollment_id": self.colleague,
            "prospect_id": prospect,
        }  # fmt: skip

    def happens(self, event: str) -> None:
        match event:
            case "reply":
                conversation = insert(self.scene.db, "conversations", **self.chain)
                insert(
                    self.scene.db, "replies", conversation_id=conversation, provider_message_id=str(self.colleague),
                    received_at="2026-11-02", status="closed", **self.chain,
                )  # fmt: skip
            case "meeting":
                insert(
                    self.scene.db, "meetings", booking_uid=str(self.colleague), start_at="2026-11-02",
                    end_at="2026-11-02", last_event_at="2026-11-02", **self.chain,
                )  # fmt: skip
            case _:
                status = {"bounce": "bounced", "unsubscribe": "unsubscribed"}[event]
                self.scene.db.execute(
                    "update public.enrollments set status = %s where id = %s", [status, self.colleague]
                )


@pytest.mark.parametrize("event", ["reply", "meeting", "bounce", "unsubscribe"])
class TestTheWholeCompany:
    async def test_is_left_alone_when_the_campaign_says_so(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, event: str
    ) -> None:
        company = Company(scene, [event])
        [item] = (await claim(gateway, scene))["items"]
        company.happens(event)
        result = await deliver(gateway, item)
        assert (result["outcome"], result["reason"]) == ("stopped", "company_stopped")
        assert instantly.effects("lead_created") == []
        [decision] = [one for one in scene.decisions(company.planned) if one["outcome"] == "stop"]
        assert decision["explanation"].startswith("A colleague at the same company")
        assert scene.enrollment(company.planned)["stop_reason"] == "send_stopped:company_stopped"

    async def test_is_written_to_when_it_does_not(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, event: str
    ) -> None:
        company = Company(scene, [one for one in ("reply", "meeting", "bounce", "unsubscribe") if one != event])
        company.happens(event)
        assert (await send(gateway, scene))["outcome"] == "sent"


async def test_other_companies_are_written_to(gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor) -> None:
    company = Company(scene, ["reply"])
    company.happens("reply")
    [stranger] = scene.plan(company_id=make_company(scene.db, scene.tenant))
    [nobody] = scene.plan()
    outcomes = {}
    for item in (await claim(gateway, scene))["items"]:
        answer = await gateway.post(
            f"{PATH}/deliver", headers=WORKFLOW,
            json={"intent_id": item["intent_id"], "lease_token": item["lease_token"]},
        )  # fmt: skip
        outcomes[item["intent_id"]] = answer.json()["outcome"]
    assert [outcomes.get(str(one.intent)) for one in (stranger, nobody)] == ["sent", "sent"]
    assert _is_stopped(scene, company.planned)


def _is_stopped(scene: Scene, planned: Planned) -> bool:
    return bool(scene.intent(planned)["status"] == "cancelled")
