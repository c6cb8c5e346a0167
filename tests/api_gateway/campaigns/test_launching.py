"""A campaign starts once, says what it lacks, and stops when told."""

import asyncio
from uuid import UUID

import httpx2
import pytest

from api_gateway.resources import Resources
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_icp,
    make_mailbox,
    make_prospect,
    make_tenant,
    one,
)
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/campaigns"
SCRAPE = "POST n8n.test/webhook/sm/scrape-linkedin-prospects"
ENRICH = "POST n8n.test/webhook/sm/enrich-and-qualify-prospects"


def make_ready(db: Db, tenant: Tenant, **columns: object) -> UUID:
    """A CSV campaign that lacks nothing."""
    make_mailbox(db, tenant)
    campaign = make_campaign(db, tenant, icp_id=make_icp(db, tenant), **columns)
    enroll(db, tenant, campaign, make_prospect(db, tenant))
    return campaign


def add_phantombuster(db: Db, tenant: Tenant, **columns: object) -> None:
    insert(
        db, "api_credentials", organization_id=tenant.id, service_name="phantombuster", sealed_key="x", key_version=1,
        key_last4="0000", key_fingerprint="x", **columns,
    )  # fmt: skip


class TestLaunching:
    async def test_says_what_is_missing(self, gateway: httpx2.AsyncClient, db: Db, outside: Outside) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, scenario_id=None)
        answer = await gateway.post(f"{PATH}/{campaign}/launch", headers=tenant.member.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "campaign_not_ready")
        assert {error["field"] for error in answer.json()["errors"]} == {"icp", "messages", "prospects"}
        assert outside.calls == []

    async def test_an_empty_profile_is_no_profile(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_ready(db, tenant)
        db.execute(
            "update public.icps set industries = '{}', job_titles = '{}' where organization_id = %s", [tenant.id]
        )
        answer = await gateway.post(f"{PATH}/{campaign}/launch", headers=tenant.member.headers)
        assert [error["field"] for error in answer.json()["errors"]] == ["icp"]

    async def test_scraping_needs_key_and_agent(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_ready(db, tenant, source="phantombuster")
        path = f"{PATH}/{campaign}/launch"
        answer = await gateway.post(path, headers=tenant.member.headers)
        assert [error["field"] for error in answer.json()["errors"]] == ["credentials"]
        add_phantombuster(db, tenant)
        answer = await gateway.post(path, headers=tenant.member.headers)
        assert [error["field"] for error in answer.json()["errors"]] == ["scraper_agent_id"]

    async def test_enrolled_people_are_enriched(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside, resources: Resources
    ) -> None:
        tenant = make_tenant(db)
        campaign = make_ready(db, tenant)
        outside.answer(ENRICH)
        answer = await gateway.post(
            f"{PATH}/{campaign}/launch", headers=tenant.member.headers | {"X-Request-Id": "launch-0001"}
        )
        assert answer.status_code == 200
        assert (answer.json()["status"], answer.json()["stage"]) == ("active", "enriching")
        await resources.settle()
        (call,) = outside.called(ENRICH)
        assert call.headers["x-sales-machine-token"] == "token-for-n8n-in-tests"
        assert call.headers["x-request-id"] == "launch-0001"
        assert call.read() == f'{{"campaign_id":"{campaign}","request_id":"launch-0001"}}'.encode()

    async def test_a_scrape_is_opened_and_started(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside, resources: Resources
    ) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, source="phantombuster", icp_id=make_icp(db, tenant))
        make_mailbox(db, tenant)
        add_phantombuster(db, tenant, options={"agent_id": "7423"})
        outside.answer(SCRAPE)
        answer = await gateway.post(f"{PATH}/{campaign}/launch", headers=tenant.member.headers)
        assert answer.json()["stage"] == "scraping"
        await resources.settle()
        assert len(outside.called(SCRAPE)) == 1
        run = one(db, "select status, agent_id from public.workflow_runs where campaign_id = %s", campaign)
        assert run == {"status": "queued", "agent_id": "7423"}
        progress = (await gateway.get(f"{PATH}/{campaign}/progress", headers=tenant.viewer.headers)).json()
        assert (progress["stage"], progress["scrape"]["status"]) == ("scraping", "queued")
        assert progress["scrape_started_at"] is not None

    async def test_a_second_launch_starts_nothing(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside, resources: Resources
    ) -> None:
        tenant = make_tenant(db)
        campaign = make_ready(db, tenant)
        outside.answer(ENRICH)
        path = f"{PATH}/{campaign}/launch"
        answers = await asyncio.gather(*(gateway.post(path, headers=tenant.member.headers) for _ in range(5)))
        await resources.settle()
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json()["code"] == "campaign_already_launched"
        assert len(outside.called(ENRICH)) == 1

    async def test_n8n_away_raises_an_alert_and_the_campaign_runs(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside, resources: Resources
    ) -> None:
        tenant = make_tenant(db)
        campaign = make_ready(db, tenant)
        outside.answer(ENRICH, error=httpx2.ConnectError("refused"))
        answer = await gateway.post(f"{PATH}/{campaign}/launch", headers=tenant.member.headers)
        assert answer.json()["status"] == "active"
        await resources.settle()
        alerts = (await gateway.get("/api/v1/alerts", headers=tenant.viewer.headers)).json()
        assert [alert["kind"] for alert in alerts["items"]] == ["workflow_not_started"]

    async def test_a_viewer_may_not(self, gateway: httpx2.AsyncClient, db: Db, outside: Outside) -> None:
        tenant = make_tenant(db)
        campaign = make_ready(db, tenant)
        answer = await gateway.post(f"{PATH}/{campaign}/launch", headers=tenant.viewer.headers)
        assert answer.status_code == 403
        assert outside.calls == []


class TestPausing:
    async def test_pause_and_resume(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside, resources: Resources
    ) -> None:
        tenant = make_tenant(db)
        path = f"{PATH}/{make_campaign(db, tenant, status='active')}"
        headers = tenant.member.headers
        outside.answer(ENRICH)
        paused = await gateway.post(f"{path}/pause", headers=headers, json={"reason": "Salon"})
        assert (paused.json()["status"], paused.json()["pause_reason"]) == ("paused", "Salon")
        again = await gateway.post(f"{path}/pause", headers=headers, json={})
        assert (again.status_code, again.json()["code"]) == (409, "campaign_not_running")
        resumed = await gateway.post(f"{path}/resume", headers=headers)
        assert (resumed.json()["status"], resumed.json()["pause_reason"]) == ("active", None)
        twice = await gateway.post(f"{path}/resume", headers=headers)
        assert (twice.status_code, twice.json()["code"]) == (409, "campaign_not_paused")
        await resources.settle()
