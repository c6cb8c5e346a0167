"""A scrape from its claim to its report, with a PhantomBuster that answers in both of its ways and in wrong ones."""

import json
from typing import Any
from uuid import UUID

import httpx2
import pytest

from api_gateway.resources import Resources
from api_gateway.scrapes.tasks import wake
from tests.api_gateway.factories import Db, insert, make_campaign, make_tenant, one
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import WORKFLOW, Tenant
from tests.api_gateway.sends.scene import connect

pytestmark = [pytest.mark.anyio, pytest.mark.database]

API = "phantombuster.test/api/v2"
ROWS: list[dict[str, Any]] = [
    {
        "linkedInProfileUrl": "https://fr.linkedin.com/in/Jeanne-Durand/", "firstName": "Jeanne", "lastName": "Durand",
        "email": "Jeanne@unis.example", "title": "VP Sales", "companyName": "Ateliers Unis", "postsLast30Days": 4,
        "recentActivity": [{"text": "Nous recrutons.", "date": "2026-10-27"}], "jobStartedOn": "2025-01",
    },
    {"linkedInProfileUrl": "https://www.linkedin.com/in/jeanne-durand", "firstName": "Jeanne", "lastName": "Durand"},
    {"linkedInProfileUrl": "https://www.linkedin.com/in/paul-petit", "fullName": "Paul Petit", "companyName": "Petit"},
    {"firstName": "Personne", "lastName": "Introuvable"},
]  # fmt: skip


class Scraping:
    """What the workflow Scrape LinkedIn prospects does, without n8n."""

    def __init__(self, client: httpx2.AsyncClient, db: Db, tenant: Tenant, outside: Outside) -> None:
        self.client, self.db, self.tenant, self.outside = client, db, tenant, outside
        self.campaign = make_campaign(
            db, tenant, status="active", source="phantombuster", scraper_agent_id="agent-1", max_prospects=50,
            scraper_argument={"search": "x"},
        )  # fmt: skip
        self.run_id = insert(
            db, "workflow_runs", organization_id=tenant.id, campaign_id=self.campaign,
            workflow_name="scrape-linkedin-prospects", agent_id="agent-1",
        )  # fmt: skip
        connect(db, tenant, "phantombuster")
        outside.answer(f"POST {API}/agents/launch", body={"containerId": "77"})
        outside.answer("POST n8n.test/webhook/sm/enrich-and-qualify-prospects")

    def vendor_says(self, result: Any = None, *, status: str = "finished", exit_code: int | None = 0) -> None:
        self.outside.answer(
            f"GET {API}/containers/fetch", body={"id": "77", "status": status, "exitCode": exit_code, "endType": status}
        )
        self.outside.answer(
            f"GET {API}/agents/fetch-output",
            body={"containerId": "77", "progress": 0.4, "progressLabel": "20/50", "isAgentRunning": True},
        )
        self.outside.answer(f"GET {API}/containers/fetch-result-object", body={"resultObject": result})

    async def call(self, route: str, **more: Any) -> httpx2.Response:
        return await self.client.post(f"/internal/v1/scrapes/{route}", json={**self.held, **more}, headers=WORKFLOW)

    async def claim(self) -> list[dict[str, Any]]:
        answer = await self.client.post(
            "/internal/v1/scrapes/claim", json={"campaign_id": str(self.campaign)}, headers=WORKFLOW
        )
        scrapes: list[dict[str, Any]] = answer.json()["scrapes"]
        if scrapes:
            self.held = {"run_id": scrapes[0]["run_id"], "lease_token": scrapes[0]["lease_token"]}
        return scrapes

    async def launched(self) -> None:
        await self.claim()
        assert (await self.call("launch")).status_code == 200

    def prospects(self) -> list[dict[str, Any]]:
        return self.db.execute(
            "select * from public.prospects where organization_id = %s order by linkedin_norm", [self.tenant.id]
        ).fetchall()

    @property
    def run(self) -> dict[str, Any]:
        return one(self.db, "select * from public.workflow_runs where id = %s", UUID(str(self.run_id)))


@pytest.fixture
def scraping(gateway: httpx2.AsyncClient, db: Db, outside: Outside) -> Scraping:
    return Scraping(gateway, db, make_tenant(db), outside)


class TestLaunching:
    async def test_the_agent_is_launched_once_however_often_it_is_asked(
        self, scraping: Scraping, outside: Outside
    ) -> None:
        await scraping.launched()
        assert (await scraping.call("launch")).json()["container_id"] == "77"
        [launch] = outside.called(f"POST {API}/agents/launch")
        assert json.loads(launch.content) == {
            "id": "agent-1", "bonusArgument": {"search": "x", "numberOfProfiles": 50},
        }  # fmt: skip

    async def test_a_launch_that_broke_off_is_found_again(self, scraping: Scraping, outside: Outside) -> None:
        outside.answer(f"POST {API}/agents/launch", error=httpx2.ReadTimeout("late"))
        await scraping.claim()
        assert (await scraping.call("launch")).status_code == 502
        scraping.vendor_says(status="running", exit_code=None)
        assert (await scraping.call("launch")).json()["container_id"] == "77"
        assert len(outside.called(f"POST {API}/agents/launch")) == 1

    async def test_a_run_is_claimed_by_one(self, scraping: Scraping) -> None:
        assert len(await scraping.claim()) == 1
        assert await scraping.claim() == []

    async def test_without_a_key_it_says_so(self, scraping: Scraping, db: Db) -> None:
        db.execute("delete from public.api_credentials where organization_id = %s", [scraping.tenant.id])
        await scraping.claim()
        assert (await scraping.call("launch")).json()["code"] == "credential_missing"


class TestTwoCampaignsOfOneAgent:
    @pytest.fixture
    def second(self, scraping: Scraping, gateway: httpx2.AsyncClient, db: Db, outside: Outside) -> Scraping:
        db.execute("delete from public.api_credentials where organization_id = %s", [scraping.tenant.id])
        return Scraping(gateway, db, scraping.tenant, outside)

    async def test_the_second_waits_until_the_first_has_ended_and_then_starts(
        self, scraping: Scraping, second: Scraping, outside: Outside, resources: Resources
    ) -> None:
        outside.answer("POST n8n.test/webhook/sm/scrape-linkedin-prospects")
        assert await second.claim() == []
        await scraping.launched()
        assert await second.claim() == []
        assert not await wake(resources)
        assert (await scraping.call("report", outcome="failed", error="stopped")).json()["status"] == "failed"
        await resources.settle()
        assert len(outside.called("POST n8n.test/webhook/sm/scrape-linkedin-prospects")) == 1
        assert await wake(resources)
        await second.launched()
        assert (second.run["status"], second.run["container_id"]) == ("running", "77")

    async def test_an_agent_that_the_vendor_calls_busy_is_waited_for(
        self, scraping: Scraping, outside: Outside, db: Db
    ) -> None:
        outside.answer(f"POST {API}/agents/launch", 400, {"error": "Agent is already running"})
        await scraping.claim()
        refused = await scraping.call("launch")
        assert (refused.status_code, refused.json()["code"]) == (502, "agent_already_running")
        reported = await scraping.call("report", outcome="failed", error=refused.json()["detail"])
        assert reported.json()["status"] == "queued"
        assert "starts when it is free" in scraping.run["message"]
        assert await scraping.claim() == []
        assert db.execute("select from public.alerts where organization_id = %s", [scraping.tenant.id]).rowcount == 0
        db.execute("update public.workflow_runs set lease_until = now() where id = %s", [scraping.run_id])
        outside.answer(f"POST {API}/agents/launch", body={"containerId": "78"})
        await scraping.launched()
        assert scraping.run["container_id"] == "78"

    async def test_a_broken_off_launch_does_not_take_another_campaigns_search_for_its_own(
        self, scraping: Scraping, outside: Outside, db: Db
    ) -> None:
        outside.answer(f"POST {API}/agents/launch", error=httpx2.ReadTimeout("late"))
        await scraping.claim()
        await scraping.call("launch")
        insert(
            db, "workflow_runs", organization_id=scraping.tenant.id, workflow_name="scrape-linkedin-prospects",
            campaign_id=make_campaign(db, scraping.tenant, status="paused"), agent_id="agent-1", container_id="77",
            status="running",
        )  # fmt: skip
        scraping.vendor_says(status="running", exit_code=None)
        assert (await scraping.call("launch")).json()["code"] == "agent_already_running"
        assert (scraping.run["status"], scraping.run["container_id"]) == ("queued", None)


class TestPolling:
    async def test_progress_is_shown_in_the_campaign(self, scraping: Scraping, db: Db) -> None:
        scraping.vendor_says(status="running", exit_code=None)
        await scraping.launched()
        assert (await scraping.call("poll")).json() | scraping.held == {
            **scraping.held, "status": "running", "progress": 0.4, "message": "20/50",
        }  # fmt: skip
        shown = one(db, "select * from public.campaign_progress where campaign_id = %s", scraping.campaign)
        assert (shown["stage"], shown["percent"], shown["message"]) == ("scraping", 40, "20/50")

    @pytest.mark.parametrize(
        ("status", "exit_code", "wanted"),
        [
            ("finished", 0, "finished"),
            ("finished", 1, "failed"),
            ("finished", None, "failed"),
            ("launch error", None, "failed"),
        ],
    )
    async def test_finished_is_not_success_without_exit_code_zero(
        self, scraping: Scraping, status: str, exit_code: int | None, wanted: str
    ) -> None:
        scraping.vendor_says(status=status, exit_code=exit_code)
        await scraping.launched()
        answer = (await scraping.call("poll")).json()
        assert answer["status"] == wanted
        assert bool(answer["message"]) is (wanted == "failed")


class TestCollecting:
    @pytest.mark.parametrize("shape", ["rows", "json", "csv"])
    async def test_both_ways_of_a_result_bring_the_same_people(
        self, scraping: Scraping, outside: Outside, shape: str
    ) -> None:
        if shape == "rows":
            scraping.vendor_says(json.dumps(ROWS))
        elif shape == "json":
            scraping.vendor_says(
                json.dumps({"csvURL": "http://x", "jsonUrl": "http://phantombuster.test/files/77.json"})
            )
            outside.answer("GET phantombuster.test/files/77.json", body=ROWS)
        else:
            scraping.vendor_says(json.dumps({"csvURL": "http://phantombuster.test/files/77.csv"}))
            names = ["linkedInProfileUrl", "firstName", "lastName", "email", "title", "companyName", "fullName"]
            lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in ROWS)]
            outside._answers["GET phantombuster.test/files/77.csv"] = lambda _: httpx2.Response(
                200, text="\n".join(lines)
            )
        await scraping.launched()
        answer = (await scraping.call("collect")).json()
        counts = {name: answer[name] for name in ("received", "created", "merged", "suppressed", "rejected")}
        assert counts == {"received": 4, "created": 2, "merged": 1, "suppressed": 0, "rejected": 1}
        jeanne, paul = scraping.prospects()
        assert (jeanne["email_norm"], jeanne["linkedin_norm"]) == (
            "jeanne@unis.example",
            "linkedin.com/in/jeanne-durand",
        )
        assert (paul["first_name"], paul["last_name"]) == ("Paul", "Petit")
        if shape != "csv":
            assert (jeanne["recent_posts"], jeanne["job_started_on"].isoformat()) == (4, "2025-01-01")
            assert jeanne["recent_activity"] == [{"text": "Nous recrutons.", "date": "2026-10-27"}]

    async def test_people_are_enrolled_with_where_they_come_from(self, scraping: Scraping, db: Db) -> None:
        scraping.vendor_says(json.dumps(ROWS))
        await scraping.launched()
        await scraping.call("collect")
        rows = db.execute(
            """
            select e.status, s.source, s.container_id, s.workflow_run_id from public.enrollments e
            join public.prospect_sources s on s.prospect_id = e.prospect_id where e.campaign_id = %s
            """,
            [scraping.campaign],
        ).fetchall()
        assert {tuple(row.values()) for row in rows} == {("found", "phantombuster", "77", scraping.run_id)}

    async def test_asked_again_it_brings_nothing_twice(self, scraping: Scraping) -> None:
        scraping.vendor_says(json.dumps(ROWS))
        await scraping.launched()
        first, second = await scraping.call("collect"), await scraping.call("collect")
        assert first.json() == second.json()
        assert len(scraping.prospects()) == 2

    @pytest.mark.parametrize(
        "url",
        [
            "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:5432/x", "file:///etc/passwd",
            "https://evil.example/x.json", "https://amazonaws.com.evil.example/x", "http://s3.amazonaws.com/x.json",
            "https://user@s3.amazonaws.com/x", "http://phantombuster.test:81/files/77.json", "gopher://x",
        ],
    )  # fmt: skip
    async def test_a_result_that_points_elsewhere_is_not_followed(
        self, scraping: Scraping, outside: Outside, url: str
    ) -> None:
        scraping.vendor_says(json.dumps({"jsonUrl": url}))
        await scraping.launched()
        before = len(outside.calls)
        assert (await scraping.call("collect")).json()["code"] == "vendor_failed"
        assert len(outside.calls) == before + 1

    @pytest.mark.parametrize("result", [None, "", "Error: no results saved", "12", "{}", '"x"'])
    async def test_a_result_that_is_none_is_a_failure_of_the_vendor(
        self, scraping: Scraping, result: str | None
    ) -> None:
        scraping.vendor_says(result)
        await scraping.launched()
        assert (await scraping.call("collect")).status_code == 502


class TestReporting:
    async def test_after_a_success_enrichment_starts(self, scraping: Scraping, outside: Outside) -> None:
        scraping.vendor_says(json.dumps(ROWS))
        await scraping.launched()
        await scraping.call("collect")
        assert (await scraping.call("report", outcome="succeeded")).json()["status"] == "succeeded"
        assert (await scraping.call("report", outcome="succeeded")).json()["status"] == "succeeded"
        assert scraping.run["finished_at"] is not None

    async def test_a_success_without_rows_is_a_failure(self, scraping: Scraping, db: Db) -> None:
        await scraping.launched()
        assert (await scraping.call("report", outcome="succeeded")).json()["status"] == "failed"
        alert = one(db, "select * from public.alerts where organization_id = %s", scraping.tenant.id)
        assert alert["kind"] == "scrape_failed"

    async def test_a_lost_lease_is_409(self, scraping: Scraping, db: Db) -> None:
        await scraping.launched()
        db.execute("update public.workflow_runs set lease_until = now() - interval '1 second'")
        for route in ("launch", "poll", "collect"):
            assert (await scraping.call(route)).json()["code"] == "lease_lost"
        assert (await scraping.call("report", outcome="failed")).json()["code"] == "lease_lost"
