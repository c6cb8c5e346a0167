"""The page "why did, or didn't, this person get a message": it has an answer for every situation."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api_gateway.factories import Db, enroll, insert, make_campaign, make_message, make_prospect
from tests.api_gateway.sends.scene import ALWAYS, Scene
from tests.api_gateway.sends.test_sends import LEADS, send
from tests.api_gateway.sends.vendor import Vendor

pytestmark = pytest.mark.anyio
SOON = datetime.now(UTC) + timedelta(days=2)


async def explained(gateway: httpx2.AsyncClient, scene: Scene, prospect: UUID) -> tuple[str | None, str]:
    answer = await gateway.get(f"/api/v1/prospects/{prospect}/decisions", headers=scene.tenant.viewer.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told["next_at"], told["next_reason"]


def person(scene: Scene, status: str, campaign: UUID | None = None, **columns: Any) -> tuple[UUID, UUID]:
    prospect = make_prospect(scene.db, scene.tenant)
    return prospect, enroll(scene.db, scene.tenant, campaign or scene.campaign, prospect, status=status, **columns)


class TestWhyNothingComes:
    async def test_in_no_campaign(self, gateway: httpx2.AsyncClient, scene: Scene, db: Db) -> None:
        prospect = make_prospect(db, scene.tenant)
        assert await explained(gateway, scene, prospect) == (None, "The person is in no campaign.")

    @pytest.mark.parametrize(
        ("status", "said"),
        [("found", "researched"), ("nurture", "for later"), ("rejected", "set aside"), ("replied", "ended"),
         ("meeting_scheduled", "meeting scheduled"), ("completed", "to its end"), ("bounced", "bounced"),
         ("qualified", "not written yet")],
    )  # fmt: skip
    async def test_by_their_state(self, gateway: httpx2.AsyncClient, scene: Scene, status: str, said: str) -> None:
        prospect, _ = person(scene, status)
        at, reason = await explained(gateway, scene, prospect)
        assert at is None
        assert said in reason

    async def test_suppressed_comes_before_everything(self, gateway: httpx2.AsyncClient, scene: Scene, db: Db) -> None:
        [planned] = scene.plan()
        insert(
            db, "suppressions", organization_id=scene.tenant.id, kind="email", value_norm=planned.email,
            reason="unsubscribed",
        )  # fmt: skip
        assert await explained(gateway, scene, planned.prospect) == (None, "On the suppression list: unsubscribed.")

    @pytest.mark.parametrize(
        ("status", "channel", "said"),
        [("pending_review", "email", "approved"), ("approved", "linkedin", "by hand"),
         ("ambiguous", "email", "Nobody can tell"), ("sending", "email", "on its way")],
    )  # fmt: skip
    async def test_by_the_message_that_is_open(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db, status: str, channel: str, said: str
    ) -> None:
        prospect, enrollment = person(scene, "in_sequence", next_step_due_at=SOON)
        make_message(
            db, scene.tenant, scene.campaign, enrollment, prospect, status=status, channel=channel,
            step_id=scene.steps[0],
        )  # fmt: skip
        at, reason = await explained(gateway, scene, prospect)
        assert at is None
        assert said in reason

    async def test_refused_by_the_vendor(self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor) -> None:
        [planned] = scene.plan()
        instantly.behave("fail", LEADS, status=400, times=1)
        assert (await send(gateway, scene))["outcome"] == "failed"
        at, reason = await explained(gateway, scene, planned.prospect)
        assert at is None
        assert "vendor_refused:400" in reason

    async def test_paused_stopped_or_a_reply_in_hand(self, gateway: httpx2.AsyncClient, scene: Scene, db: Db) -> None:
        prospect, enrollment = person(scene, "in_sequence", next_step_due_at=SOON)
        scene.set_campaign(status="paused")
        assert "paused" in (await explained(gateway, scene, prospect))[1]
        scene.set_campaign(status="active")
        db.execute("update public.organizations set sending_stopped_at = now() where id = %s", [scene.tenant.id])
        assert "stopped" in (await explained(gateway, scene, prospect))[1]
        db.execute("update public.organizations set sending_stopped_at = null where id = %s", [scene.tenant.id])
        chain = {
            "organization_id": scene.tenant.id, "campaign_id": scene.campaign, "enrollment_id": enrollment,
            "prospect_id": prospect,
        }  # fmt: skip
        insert(
            db, "replies", conversation_id=insert(db, "conversations", **chain), provider_message_id=str(enrollment),
            received_at="2026-11-02", status="queued_for_review", **chain,
        )  # fmt: skip
        assert await explained(gateway, scene, prospect) == (None, "A reply of theirs waits to be answered.")


class TestWhenTheNextComes:
    async def test_when_its_step_falls_due(self, gateway: httpx2.AsyncClient, scene: Scene) -> None:
        prospect, _ = person(scene, "in_sequence", step_position=1, next_step_due_at=SOON)
        at, reason = await explained(gateway, scene, prospect)
        assert at is not None
        assert datetime.fromisoformat(at) == SOON
        assert reason == "Step 2 is written when it falls due."

    async def test_a_step_that_is_overdue_comes_now(self, gateway: httpx2.AsyncClient, scene: Scene) -> None:
        prospect, _ = person(scene, "in_sequence", next_step_due_at=datetime(2026, 1, 1, tzinfo=UTC))
        at, _ = await explained(gateway, scene, prospect)
        assert at is not None
        assert datetime.fromisoformat(at) > datetime.now(UTC) - timedelta(minutes=1)

    async def test_of_two_campaigns_the_one_that_is_first(
        self, gateway: httpx2.AsyncClient, scene: Scene, db: Db
    ) -> None:
        [planned] = scene.plan()
        scene.set_campaign(status="paused")
        other = make_campaign(db, scene.tenant, **ALWAYS)
        enroll(db, scene.tenant, other, planned.prospect, status="in_sequence", next_step_due_at=SOON)
        at, _ = await explained(gateway, scene, planned.prospect)
        assert at is not None
        assert datetime.fromisoformat(at) == SOON
