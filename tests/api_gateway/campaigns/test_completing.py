"""The end of a campaign, and what comes after it."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from api_gateway.campaigns import completing
from api_gateway.resources import Resources
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_icp,
    make_mailbox,
    make_message,
    make_prospect,
    make_tenant,
    one,
)
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio


class Closing:
    """A running campaign whose only person has come to the end of the sequence."""

    def __init__(self, db: Db, **person: Any) -> None:
        self.db = db
        self.tenant: Tenant = make_tenant(db)
        make_mailbox(db, self.tenant)
        self.campaign = make_campaign(db, self.tenant, status="active", icp_id=make_icp(db, self.tenant))
        self.prospect = make_prospect(db, self.tenant)
        self.person = enroll(db, self.tenant, self.campaign, self.prospect, **{"status": "completed", **person})

    @property
    def chain(self) -> dict[str, Any]:
        return {
            "organization_id": self.tenant.id, "campaign_id": self.campaign, "enrollment_id": self.person,
            "prospect_id": self.prospect,
        }  # fmt: skip

    @property
    def status(self) -> str:
        found: str = one(self.db, "select status from public.campaigns where id = %s", self.campaign)["status"]
        return found


@pytest.fixture(autouse=True)
def nothing_else_runs(db: Db, outside: Outside) -> None:
    outside.answer("POST n8n.test/webhook/sm/enrich-and-qualify-prospects")
    db.execute("update public.campaigns set status = 'paused' where status = 'active'")


async def test_it_completes_and_everybody_can_see_that(
    gateway: httpx2.AsyncClient, db: Db, resources: Resources
) -> None:
    closing = Closing(db)
    assert await completing.complete(resources) == 1
    assert await completing.complete(resources) == 0
    headers = closing.tenant.viewer.headers
    shown = (await gateway.get(f"/api/v1/campaigns/{closing.campaign}", headers=headers)).json()
    assert (shown["status"], shown["stage"], shown["percent"]) == ("completed", "completed", 100)
    assert shown["completed_at"] is not None
    told = one(
        db, "select actor, reason, after from public.audit_log where entity_id = %s and action = 'update'",
        closing.campaign,
    )  # fmt: skip
    assert (told["actor"], told["reason"], told["after"]["status"]) == ("worker", "everybody_is_done", "completed")
    activity = (await gateway.get("/api/v1/dashboard/activity", headers=headers)).json()["items"]
    assert [(one["kind"], one["prospect_id"]) for one in activity if one["kind"] == "campaign_completed"] == [
        ("campaign_completed", None)
    ]
    assert (
        one(db, "select kind from public.alerts where entity_id = %s", closing.campaign)["kind"] == "campaign_completed"
    )


async def test_progress_tells_what_it_still_waits_for(gateway: httpx2.AsyncClient, db: Db) -> None:
    closing = Closing(db, status="in_sequence")
    for state in ({"status": "pending_review"}, {"status": "ambiguous"}, {"status": "approved", "channel": "linkedin"}):
        make_message(db, closing.tenant, closing.campaign, closing.person, closing.prospect, **state)
    answer = await gateway.get(f"/api/v1/campaigns/{closing.campaign}/progress", headers=closing.tenant.viewer.headers)
    assert answer.json()["remaining"] == {"people": 1, "messages": 1, "replies": 0, "for_a_person": 2}


@pytest.mark.parametrize("status", ["rejected", "nurture", "replied", "meeting_scheduled", "unsubscribed", "bounced"])
async def test_every_state_at_rest_is_an_end(db: Db, resources: Resources, status: str) -> None:
    Closing(db, status=status)
    assert await completing.complete(resources) == 1


@pytest.mark.parametrize("status", ["found", "enriching", "enriched", "qualifying", "qualified", "in_sequence"])
async def test_somebody_under_way_keeps_it_open(db: Db, resources: Resources, status: str) -> None:
    Closing(db, status=status)
    assert await completing.complete(resources) == 0


@pytest.mark.parametrize("status", ["draft", "pending_review", "approved", "scheduled", "sending", "ambiguous"])
async def test_a_message_that_is_open_keeps_it_open(db: Db, resources: Resources, status: str) -> None:
    closing = Closing(db)
    make_message(db, closing.tenant, closing.campaign, closing.person, closing.prospect, status=status)
    assert await completing.complete(resources) == 0


@pytest.mark.parametrize("status", ["received", "deciding", "queued_for_review"])
async def test_a_reply_that_waits_keeps_it_open(db: Db, resources: Resources, status: str) -> None:
    closing = Closing(db, status="replied")
    conversation = insert(db, "conversations", **closing.chain)
    insert(
        db, "replies", conversation_id=conversation, provider_message_id=str(uuid4()), received_at="2026-11-02",
        status=status, **closing.chain,
    )  # fmt: skip
    assert await completing.complete(resources) == 0


async def test_a_scrape_that_runs_keeps_it_open_and_an_empty_campaign_is_no_completed_one(
    db: Db, resources: Resources
) -> None:
    closing = Closing(db)
    insert(
        db, "workflow_runs", organization_id=closing.tenant.id, campaign_id=closing.campaign, status="running",
        workflow_name="scrape-linkedin-prospects",
    )  # fmt: skip
    make_campaign(db, closing.tenant, status="active")
    assert await completing.complete(resources) == 0


async def test_a_send_that_failed_for_good_holds_nobody_up(db: Db, resources: Resources) -> None:
    closing = Closing(db, status="in_sequence", stop_reason="send_failed")
    make_message(db, closing.tenant, closing.campaign, closing.person, closing.prospect, status="failed")
    assert await completing.complete(resources) == 1


class TestAfterwards:
    async def act(self, gateway: httpx2.AsyncClient, closing: Closing, act: str) -> httpx2.Response:
        return await gateway.post(
            f"/api/v1/campaigns/{closing.campaign}/{act}", headers=closing.tenant.member.headers, json={}
        )

    async def test_it_can_be_neither_paused_nor_resumed(
        self, gateway: httpx2.AsyncClient, db: Db, resources: Resources
    ) -> None:
        closing = Closing(db)
        await completing.complete(resources)
        for act, code in (("pause", "campaign_not_running"), ("resume", "campaign_not_paused")):
            answer = await self.act(gateway, closing, act)
            assert (answer.status_code, answer.json()["code"]) == (409, code)

    async def test_it_is_launched_again_once_it_has_new_people_and_not_before(
        self, gateway: httpx2.AsyncClient, db: Db, resources: Resources
    ) -> None:
        closing = Closing(db)
        await completing.complete(resources)
        refused = await self.act(gateway, closing, "launch")
        assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (409, ["prospects"])
        self.join(db, closing)
        assert closing.status == "completed"
        launched = await self.act(gateway, closing, "launch")
        assert (launched.status_code, launched.json()["status"], launched.json()["completed_at"]) == (
            200,
            "active",
            None,
        )
        assert await completing.complete(resources) == 0

    def join(self, db: Db, closing: Closing) -> UUID:
        return enroll(db, closing.tenant, closing.campaign, make_prospect(db, closing.tenant))
