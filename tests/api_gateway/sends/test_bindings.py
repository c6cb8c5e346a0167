"""The vendor's campaign of each mailbox is made when it is first needed, and no send is left behind over it."""

import anyio
import httpx2
import pytest

from tests.api_gateway.factories import Db, insert, make_mailbox
from tests.api_gateway.sends.scene import make_scene
from tests.api_gateway.sends.test_sends import claim, deliver
from tests.api_gateway.sends.vendor import Vendor

pytestmark = pytest.mark.anyio
CAMPAIGNS = "POST /api/v2/campaigns"


async def test_many_first_sends_at_once_over_new_mailboxes_all_leave(
    gateway: httpx2.AsyncClient, db: Db, instantly: Vendor
) -> None:
    scene = make_scene(db)
    mailboxes = [
        scene.mailbox,
        *(make_mailbox(db, scene.tenant, daily_cap=2_000, min_gap_seconds=0) for _ in range(7)),
    ]
    for mailbox in mailboxes:
        insert(
            db, "campaign_mailboxes", organization_id=scene.tenant.id, campaign_id=scene.campaign, mailbox_id=mailbox
        )
    scene.plan(16)
    instantly.behave("slow", CAMPAIGNS, delay_s=0.3)
    outcomes: list[str] = []

    async def hand_over(item: dict[str, str]) -> None:
        outcomes.append((await deliver(gateway, item))["outcome"])

    async with anyio.create_task_group() as group:
        for item in (await claim(gateway, scene))["items"]:
            group.start_soon(hand_over, item)
    instantly.behave("ok", CAMPAIGNS)
    assert outcomes == ["sent"] * 16
    assert {scene.intent(planned)["status"] for planned in scene.planned} == {"sent"}
