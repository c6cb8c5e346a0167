"""Sends of which nobody knows whether the vendor took them: looked for where they went, and never sent on a guess."""

import httpx2
import pytest

from tests.api_gateway.factories import Db, insert, one
from tests.api_gateway.people import WORKFLOW
from tests.api_gateway.sends.scene import Scene
from tests.api_gateway.sends.test_sends import LEADS, PATH, REPLY, claim, send
from tests.api_gateway.sends.vendor import Vendor

pytestmark = pytest.mark.anyio


class TestInDoubt:
    @pytest.mark.parametrize("mode", ["accept_then_fail", "fail"])
    async def test_a_5xx_is_looked_up_and_never_sent_twice(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, mode: str
    ) -> None:
        [planned] = scene.plan()
        instantly.behave(mode, LEADS, status=500, times=1)
        assert (await send(gateway, scene))["outcome"] == "ambiguous"
        assert scene.message(planned)["status"] == "ambiguous"
        settled = await gateway.post(f"{PATH}/settle", headers=WORKFLOW, json={"limit": 10})
        assert settled.json() == {"settled": 1, "still_ambiguous": 0}
        if mode == "fail":
            assert scene.intent(planned)["status"] == "planned"
            assert (await send(gateway, scene))["outcome"] == "sent"
        assert scene.intent(planned)["status"] == "sent"
        assert scene.enrollment(planned)["step_position"] == 1
        assert len(instantly.wait_for_mail(planned.email)) == 1
        assert len(instantly.effects("lead_created")) == 1

    async def test_a_follow_up_in_doubt_is_found_in_its_thread(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, db: Db
    ) -> None:
        [planned] = scene.plan()
        await send(gateway, scene)
        instantly.wait_for_mail(planned.email)
        message = insert(
            db, "messages", organization_id=scene.tenant.id, campaign_id=scene.campaign,
            enrollment_id=planned.enrollment, prospect_id=planned.prospect, step_id=scene.steps[1], kind="follow_up",
            channel="email", status="approved", subject="Suite", body="Je reviens vers vous.", source="rules",
        )  # fmt: skip
        intent = scene.intend(planned.enrollment, message, str(scene.steps[1]))
        instantly.behave("accept_then_fail", REPLY, status=500, times=1)
        assert (await send(gateway, scene))["outcome"] == "ambiguous"
        settled = await gateway.post(f"{PATH}/settle", headers=WORKFLOW, json={"limit": 10})
        assert settled.json()["settled"] == 1
        assert one(db, "select status from public.send_intents where id = %s", intent)["status"] == "sent"
        assert len(instantly.mails_to(planned.email)) == 2

    async def test_a_dead_senders_lease_becomes_ambiguous_and_is_settled(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db
    ) -> None:
        [planned] = scene.plan()
        await claim(gateway, scene)
        db.execute(
            "update public.send_intents set status = 'sending', sending_at = now() - interval '2 min', mailbox_id = %s,"
            " provider = 'instantly', lease_until = now() - interval '1 s' where id = %s",
            [scene.mailbox, planned.intent],
        )
        settled = await gateway.post(f"{PATH}/settle", headers=WORKFLOW, json={"limit": 10})
        assert settled.json() == {"settled": 1, "still_ambiguous": 0}
        assert scene.intent(planned)["status"] == "planned"

    async def test_a_person_settles_what_nobody_can_tell(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor
    ) -> None:
        [planned] = scene.plan()
        instantly.behave("accept_then_fail", LEADS, status=500, times=1)
        await send(gateway, scene)
        answer = await gateway.post(
            f"/api/v1/messages/{planned.message}/settle",
            headers=scene.tenant.member.headers,
            json={"outcome": "sent"},
        )
        assert (answer.status_code, answer.json()["status"]) == (200, "sent")
        assert scene.enrollment(planned)["step_position"] == 1

    @pytest.mark.parametrize("field", ["email", "name"])
    async def test_a_send_is_looked_for_where_it_went_although_the_person_was_changed_since(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, field: str
    ) -> None:
        [planned] = scene.plan()
        instantly.behave("accept_then_fail", LEADS, status=500, times=1)
        assert (await send(gateway, scene))["outcome"] == "ambiguous"
        change = {"email": f"new.{planned.email}"} if field == "email" else {"first_name": "Jehanne"}
        changed = await gateway.patch(
            f"/api/v1/prospects/{planned.prospect}", headers=scene.tenant.member.headers, json=change
        )
        assert changed.status_code == 200, changed.text
        settled = await gateway.post(f"{PATH}/settle", headers=WORKFLOW, json={"limit": 10})
        assert settled.json() == {"settled": 1, "still_ambiguous": 0}
        assert scene.intent(planned)["status"] == "sent"
        assert len(instantly.effects("lead_created")) == 1
