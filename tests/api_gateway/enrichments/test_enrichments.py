"""Claim → enrich, qualify, write → report."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from kit.sealing import open_grant
from kit.settings import decode_key
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_company,
    make_icp,
    make_prospect,
    make_tenant,
    one,
)
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import KEY, WORKFLOW, Tenant
from tests.api_gateway.sends.scene import connect

pytestmark = [pytest.mark.anyio, pytest.mark.database]

ENRICHMENT = {
    "summary": "Dirige les ventes.", "talking_points": [{"text": "a", "fact": "b"}], "pain_points": [],
    "disc": {"profile": "D", "confidence": 0.5, "evidence": "x"}, "company_facts": [], "source": "anthropic",
    "model": "claude", "prompt_version": "1", "cached": False, "usage": {"input_tokens": 1}, "latency_ms": 3,
    "fallback_reason": None, "language": "fr",
}  # fmt: skip
MESSAGE = {
    "variants": [{"subject": "Votre équipe", "body": "Bonjour Jeanne, un mot.", "used_facts": []}], "language": "fr",
    "source": "anthropic", "model": "claude", "prompt_version": "1", "dropped": [],
}  # fmt: skip

SLOW_TO_COMMIT = """
    create function private.take_time() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.3); return new; end $$;
    create constraint trigger take_time after update on public.enrollments deferrable initially deferred
        for each row when (new.status = 'rejected') execute function private.take_time()
"""


def qualification(score: int, **more: Any) -> dict[str, Any]:
    points, rest = divmod(score, 4)
    criteria = {
        name: {"points": points + (number < rest), "known": True, "evidence": "e"}
        for number, name in enumerate(("budget", "authority", "need", "timeline"))
    }
    return {
        "score": score, "criteria": criteria, "decision": "rejected", "needs_review": False, "review_reason": None,
        "rules_score": score, "source": "anthropic", "model": "claude", "prompt_version": "1", **more,
    }  # fmt: skip


class Flow:
    """What the workflow Enrich and qualify prospects does, without n8n."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def call(self, route: str, **body: Any) -> httpx2.Response:
        return await self.client.post(f"/internal/v1/enrichments/{route}", json=body, headers=WORKFLOW)

    async def claim(self, campaign: UUID, limit: int = 100) -> list[dict[str, Any]]:
        answer = await self.call("claim", limit=limit, campaign_id=str(campaign))
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def report(self, item: dict[str, Any], **more: Any) -> httpx2.Response:
        given: dict[str, Any] = {
            "outcome": "succeeded", "enrichment": ENRICHMENT, "qualification": qualification(72), "message": MESSAGE,
            **more,
        }  # fmt: skip
        return await self.call("report", enrollment_id=item["enrollment_id"], lease_token=item["lease_token"], **given)


@pytest.fixture
def flow(gateway: httpx2.AsyncClient) -> Flow:
    return Flow(gateway)


@pytest.fixture
def tenant(db: Db) -> Tenant:
    return make_tenant(db)


def make_found(db: Db, tenant: Tenant, campaign: UUID, **columns: Any) -> UUID:
    return enroll(db, tenant, campaign, make_prospect(db, tenant, **columns))


def set_aside(db: Db, tenant: Tenant, campaign: UUID, reason: str | None = "enrichment_failed") -> UUID:
    return enroll(
        db, tenant, campaign, make_prospect(db, tenant), status="rejected", stop_reason=reason, last_error="away"
    )


def status_of(db: Db, enrollment: UUID) -> str:
    return str(one(db, "select status from public.enrollments where id = %s", enrollment)["status"])


def stage_of(db: Db, campaign: UUID) -> str:
    return str(one(db, "select stage from public.campaign_progress where campaign_id = %s", campaign)["stage"])


class TestTheLastTwo:
    async def test_reported_together_the_campaign_goes_on_to_sending(self, db: Db, flow: Flow, tenant: Tenant) -> None:
        campaign = make_campaign(db, tenant, status="active")
        insert(db, "campaign_progress", organization_id=tenant.id, campaign_id=campaign)
        make_found(db, tenant, campaign)
        make_found(db, tenant, campaign)
        items = await flow.claim(campaign)
        assert stage_of(db, campaign) == "enriching"
        db.execute(SLOW_TO_COMMIT)
        try:
            answers = await asyncio.gather(*(flow.report(item, qualification=qualification(0)) for item in items))
        finally:
            db.execute("drop function private.take_time cascade")
        assert [answer.status_code for answer in answers] == [200, 200]
        assert stage_of(db, campaign) == "sending"


class TestClaiming:
    async def test_an_item_carries_everything_that_is_known_and_nothing_else(
        self, db: Db, flow: Flow, tenant: Tenant
    ) -> None:
        campaign = make_campaign(db, tenant, status="active", icp_id=make_icp(db, tenant), tone="direct")
        company = make_company(
            db, tenant, "Ateliers Unis", size=120, funding=[{"amount_eur": 1_000_000, "date": "2026-01-02"}, {"x": 1}]
        )
        make_found(
            db, tenant, campaign, company_id=company, email="jeanne@unis.example", language="en", recent_posts=4,
            signals=[{"kind": "hiring", "text": "SDR", "date": "2026-10-01"}, "nonsense"],
        )  # fmt: skip
        [item] = await flow.claim(campaign)
        assert item["prospect"]["email"] == "jeanne@unis.example"
        assert set(item["prospect"]) == {
            "first_name", "last_name", "email", "title", "linkedin_url", "headline", "about", "country", "city",
            "language", "recent_posts", "recent_activity", "job_started_on",
        }  # fmt: skip
        assert (item["company"]["name"], item["company"]["size"]) == ("Ateliers Unis", 120)
        assert item["company"]["funding"] == [{"amount_eur": 1_000_000, "date": "2026-01-02"}]
        assert [signal["kind"] for signal in item["signals"]] == ["hiring"]
        assert item["icp"]["industries"] == ["Logiciels"]
        assert (item["language"], item["tone"], item["kind"], item["channel"]) == ("en", "direct", "email", "email")
        assert set(item["step"]) == {"objective", "prompt", "target_length", "cta"}
        assert (item["grant"], item["thread"]) == (None, [])

    async def test_the_customers_own_key_travels_sealed(self, db: Db, flow: Flow, tenant: Tenant) -> None:
        campaign = make_campaign(db, tenant, status="active")
        make_found(db, tenant, campaign)
        connect(db, tenant, "anthropic", "canary-of-a-key")
        [item] = await flow.claim(campaign)
        assert "canary" not in str(item)
        grant = open_grant(item["grant"], decode_key(KEY))
        assert (grant.key.get_secret_value(), grant.organization_id) == ("canary-of-a-key", tenant.id)

    async def test_nobody_is_claimed_twice_and_only_of_active_campaigns(
        self, db: Db, flow: Flow, tenant: Tenant
    ) -> None:
        active, paused = make_campaign(db, tenant, status="active"), make_campaign(db, tenant, status="paused")
        for _ in range(3):
            make_found(db, tenant, active)
        make_found(db, tenant, paused)
        first = await flow.call("claim", limit=2, campaign_id=str(active))
        assert (len(first.json()["items"]), first.json()["remaining"]) == (2, 1)
        assert len(await flow.claim(active)) == 1
        assert await flow.claim(active) == []
        assert await flow.claim(paused) == []

    async def test_one_claim_serves_several_organizations(self, db: Db, flow: Flow) -> None:
        tenants = [make_tenant(db), make_tenant(db)]
        for each in tenants:
            make_found(db, each, make_campaign(db, each, status="active"))
        items = (await flow.call("claim", limit=100)).json()["items"]
        assert {str(each.id) for each in tenants} <= {item["organization_id"] for item in items}

    async def test_a_lease_that_ran_out_is_claimed_again(self, db: Db, flow: Flow, tenant: Tenant) -> None:
        campaign = make_campaign(db, tenant, status="active")
        make_found(db, tenant, campaign)
        [item] = await flow.claim(campaign)
        db.execute("update public.enrollments set lease_until = now() - interval '1 second'")
        [again] = await flow.claim(campaign)
        assert again["lease_token"] != item["lease_token"]
        assert (await flow.report(item)).json()["code"] == "lease_lost"
        assert (await flow.report(again)).status_code == 200


class TestReporting:
    @pytest.mark.parametrize(
        ("score", "status"), [(60, "qualified"), (59, "nurture"), (40, "nurture"), (39, "rejected")]
    )
    async def test_the_score_decides_whatever_the_model_called_it(
        self, db: Db, flow: Flow, tenant: Tenant, score: int, status: str
    ) -> None:
        campaign = make_campaign(db, tenant, status="active")
        enrollment = make_found(db, tenant, campaign)
        [item] = await flow.claim(campaign)
        answer = (await flow.report(item, qualification=qualification(score))).json()
        assert answer["status"] == status == status_of(db, enrollment)
        assert (answer["message_id"] is not None) is (status == "qualified")
        moves = db.execute(
            "select to_status from public.enrollment_events where enrollment_id = %s order by created_at", [enrollment]
        ).fetchall()
        assert [move["to_status"] for move in moves] == ["found", "enriching", "enriched", "qualifying", status]

    async def test_findings_are_kept_and_the_first_message_is_written(self, db: Db, flow: Flow, tenant: Tenant) -> None:
        campaign = make_campaign(db, tenant, status="active", approval_policy="automatic")
        enrollment = make_found(db, tenant, campaign)
        [item] = await flow.claim(campaign)
        message_id = (await flow.report(item)).json()["message_id"]
        kept = one(
            db,
            """
            select e.score, p.score as person, x.summary, q.decision, m.status, i.status as intent
            from public.enrollments e
            join public.prospects p on p.id = e.prospect_id
            join public.prospect_enrichments x on x.prospect_id = p.id
            join public.qualifications q on q.enrollment_id = e.id
            join public.messages m on m.enrollment_id = e.id
            join public.send_intents i on i.message_id = m.id
            where e.id = %s and m.id = %s
            """,
            enrollment,
            message_id,
        )
        assert kept == {
            "score": 72, "person": 72, "summary": "Dirige les ventes.", "decision": "qualified", "status": "approved",
            "intent": "planned",
        }  # fmt: skip

    async def test_a_disputed_score_waits_for_a_person(self, db: Db, flow: Flow, tenant: Tenant) -> None:
        campaign = make_campaign(db, tenant, status="active", approval_policy="automatic")
        enrollment = make_found(db, tenant, campaign)
        [item] = await flow.claim(campaign)
        message_id = (await flow.report(item, qualification=qualification(80, rules_score=54))).json()["message_id"]
        assert one(db, "select needs_review from public.enrollments where id = %s", enrollment)["needs_review"]
        assert one(db, "select status from public.messages where id = %s", message_id)["status"] == "pending_review"

    async def test_a_message_that_is_not_well_formed_is_asked_for_again(
        self, db: Db, flow: Flow, tenant: Tenant
    ) -> None:
        campaign = make_campaign(db, tenant, status="active")
        enrollment = make_found(db, tenant, campaign)
        [item] = await flow.claim(campaign)
        answer = (await flow.report(item, message={"variants": []})).json()
        assert (answer["status"], answer["message_id"]) == ("qualified", None)
        row = one(db, "select regenerate_step_id from public.enrollments where id = %s", enrollment)
        assert row["regenerate_step_id"] is not None

    async def test_the_same_report_twice_is_answered_twice_and_done_once(
        self, db: Db, flow: Flow, tenant: Tenant
    ) -> None:
        campaign = make_campaign(db, tenant, status="active")
        enrollment = make_found(db, tenant, campaign)
        [item] = await flow.claim(campaign)
        assert (await flow.report(item)).json() == (await flow.report(item)).json()
        assert one(db, "select count(*) from public.qualifications where enrollment_id = %s", enrollment)["count"] == 1

    async def test_a_failure_is_tried_three_times_and_then_raises_an_alert(
        self, db: Db, flow: Flow, tenant: Tenant
    ) -> None:
        campaign = make_campaign(db, tenant, status="active")
        enrollment = make_found(db, tenant, campaign)
        for attempt in range(3):
            db.execute("update public.enrollments set lease_until = null where id = %s", [enrollment])
            [item] = await flow.claim(campaign)
            answer = await flow.report(item, outcome="failed", enrichment=None, error="the model is away")
            assert answer.json()["status"] == ("found" if attempt < 2 else "rejected")
            assert await flow.claim(campaign) == []
        db.execute("update public.enrollments set lease_until = null where id = %s", [enrollment])
        assert await flow.claim(campaign) == []
        alert = one(db, "select * from public.alerts where organization_id = %s", tenant.id)
        assert (alert["kind"], alert["entity_id"]) == ("enrichment_failed", campaign)
        assert "the last one with: the model is away. They are set aside" in alert["detail"]

    async def test_who_was_set_aside_is_tried_again_by_a_person(
        self, gateway: httpx2.AsyncClient, db: Db, flow: Flow, tenant: Tenant, outside: Outside
    ) -> None:
        outside.answer("POST n8n.test/webhook/sm/enrich-and-qualify-prospects")
        campaign = make_campaign(db, tenant, status="active")
        enrollment, other = set_aside(db, tenant, campaign), set_aside(db, tenant, campaign)
        low = set_aside(db, tenant, campaign, reason=None)
        headers = tenant.member.headers
        refused = await gateway.post(f"/api/v1/enrollments/{low}/retry", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "enrichment_not_failed")
        answer = await gateway.post(f"/api/v1/enrollments/{enrollment}/retry", headers=headers)
        assert (answer.status_code, answer.json()["status"], answer.json()["stop_reason"]) == (200, "found", None)
        assert [item["enrollment_id"] for item in await flow.claim(campaign)] == [str(enrollment)]
        answer = await gateway.post(f"/api/v1/campaigns/{campaign}/retry-enrichment", headers=headers)
        assert answer.json() == {"retried": 1}
        assert [item["enrollment_id"] for item in await flow.claim(campaign)] == [str(other)]

    async def test_a_retry_is_for_members_of_the_same_organization(
        self, gateway: httpx2.AsyncClient, db: Db, tenant: Tenant
    ) -> None:
        campaign = make_campaign(db, tenant, status="active")
        enrollment = set_aside(db, tenant, campaign)
        other = make_tenant(db)
        for path in (f"/api/v1/enrollments/{enrollment}/retry", f"/api/v1/campaigns/{campaign}/retry-enrichment"):
            assert (await gateway.post(path)).status_code == 401
            assert (await gateway.post(path, headers=other.owner.headers)).status_code == 404
            assert (await gateway.post(path, headers=tenant.viewer.headers)).status_code == 403

    async def test_a_token_of_nobody_is_refused(self, flow: Flow) -> None:
        answer = await flow.report({"enrollment_id": str(uuid4()), "lease_token": str(uuid4())})
        assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")
