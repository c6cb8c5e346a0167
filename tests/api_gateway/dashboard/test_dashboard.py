"""Is it running, does it produce, must I act?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_gateway.dashboard import figures
from tests.api_gateway.factories import Db, enroll, insert, make_campaign, make_message, make_prospect, make_tenant
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/dashboard"


@pytest.mark.parametrize("path", ["stats", "activity", "funnel"])
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, path: str) -> None:
    assert (await gateway.get(f"{PATH}/{path}")).status_code == 401


def make_history(db: Db, tenant: Tenant) -> UUID:
    """One campaign: four people, three enriched, two qualified, one written to who answered and met us."""
    campaign = make_campaign(db, tenant, status="active")
    people = [make_prospect(db, tenant) for _ in range(4)]
    enroll(db, tenant, campaign, people[0], "found")
    enroll(db, tenant, campaign, people[1], "rejected", score=20)
    qualified = enroll(db, tenant, campaign, people[2], "qualified", score=70)
    met = enroll(db, tenant, campaign, people[3], "meeting_scheduled", score=90)
    for enrollment, person, score in ((qualified, people[2], 70), (met, people[3], 90)):
        insert(
            db, "qualifications", organization_id=tenant.id, enrollment_id=enrollment, prospect_id=person, score=score,
            criteria={"budget": {}}, decision="qualified", source="rules",
        )  # fmt: skip
    make_message(db, tenant, campaign, qualified, people[2], status="pending_review")
    make_message(db, tenant, campaign, met, people[3], status="sent", sent_at=datetime.now(UTC))
    conversation = insert(
        db, "conversations", organization_id=tenant.id, enrollment_id=met, campaign_id=campaign, prospect_id=people[3]
    )
    insert(
        db, "replies", organization_id=tenant.id, conversation_id=conversation, enrollment_id=met, campaign_id=campaign,
        prospect_id=people[3], provider_message_id="m1", received_at=datetime.now(UTC),
    )  # fmt: skip
    start = datetime.now(UTC) + timedelta(days=2)
    insert(
        db, "meetings", organization_id=tenant.id, enrollment_id=met, campaign_id=campaign, prospect_id=people[3],
        booking_uid="uid-1", start_at=start, end_at=start + timedelta(minutes=30), last_event_at=datetime.now(UTC),
    )  # fmt: skip
    return campaign


class TestStats:
    async def test_counts_what_happened_and_what_waits(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        make_history(db, tenant)
        stats = (await gateway.get(f"{PATH}/stats", headers=tenant.viewer.headers)).json()
        values = {name: stats[name]["value"] for name in ("prospects", "qualified", "sent", "meetings", "replied")}
        assert values == {"prospects": 4, "qualified": 2, "sent": 1, "meetings": 1, "replied": 1}
        assert (stats["pending_messages"], stats["upcoming_meetings"], stats["active_campaigns"]) == (1, 1, 1)
        assert (stats["reply_rate"], stats["bounce_rate"]) == (1.0, 0.0)
        assert len(stats["daily"]) == 30
        assert (stats["daily"][-1]["found"], stats["daily"][-1]["sent"]) == (4, 1)
        assert stats["health"]["score"] == sum(part["points"] for part in stats["health"]["parts"])

    async def test_the_other_organization_is_not_in_it(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        make_history(db, make_tenant(db))
        stats = (await gateway.get(f"{PATH}/stats", headers=make_tenant(db).owner.headers)).json()
        assert (stats["prospects"]["value"], stats["pending_messages"], stats["campaigns_by_status"]) == (0, 0, {})

    async def test_the_trend_compares_with_the_days_before(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        make_prospect(db, tenant)
        for _ in range(2):
            make_prospect(db, tenant, created_at=datetime.now(UTC) - timedelta(days=10))
        stats = (await gateway.get(f"{PATH}/stats", headers=tenant.viewer.headers, params={"days": 7})).json()
        assert stats["prospects"] == {"value": 1, "previous": 2, "change_percent": -50.0}


class TestFunnel:
    async def test_counts_who_reached_each_stage(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_history(db, tenant)
        params = {"campaign_id": str(campaign)}
        funnel = (await gateway.get(f"{PATH}/funnel", headers=tenant.viewer.headers, params=params)).json()
        assert [(stage["stage"], stage["count"]) for stage in funnel["stages"]] == [
            ("found", 4), ("enriched", 3), ("qualified", 2), ("contacted", 1), ("replied", 1), ("meeting", 1),
        ]  # fmt: skip
        assert funnel["stages"][1]["rate"] == 0.75

    async def test_the_other_organizations_campaign_is_404(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        theirs = make_campaign(db, make_tenant(db))
        answer = await gateway.get(
            f"{PATH}/funnel", headers=make_tenant(db).owner.headers, params={"campaign_id": str(theirs)}
        )
        assert answer.status_code == 404


class TestActivity:
    async def test_pages_over_moves_and_sends_newest_first(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        make_history(db, make_tenant(db))
        make_history(db, tenant)
        seen = []
        params: dict[str, str | int] = {"limit": 2}
        while True:
            page = (await gateway.get(f"{PATH}/activity", headers=tenant.viewer.headers, params=params)).json()
            seen += page["items"]
            if page["next_cursor"] is None:
                break
            params["cursor"] = page["next_cursor"]
        assert len({item["id"] for item in seen}) == len(seen) == 5
        assert [item["at"] for item in seen] == sorted((item["at"] for item in seen), reverse=True)
        assert "sent" in {item["kind"] for item in seen}


class TestFigures:
    @given(st.integers(0, 500), st.integers(1, 500))
    def test_the_interval_holds_the_share_and_stays_within_bounds(self, part: int, more: int) -> None:
        low, high = figures.wilson(part, part + more) or (0.0, 0.0)
        assert 0 <= low <= part / (part + more) + 0.0001
        assert part / (part + more) - 0.0001 <= high <= 1

    def test_nothing_has_no_rate(self) -> None:
        assert (figures.rate(0, 0), figures.wilson(0, 0)) == (None, None)
        assert figures.figure(3, 0).change_percent is None

    @pytest.mark.parametrize(("bounced", "points"), [(0, 30), (2, 30), (5, 0), (9, 0)])
    def test_bounces_cost_health(self, bounced: int, points: int) -> None:
        health = figures.health(
            sent=100, bounced=bounced, workflows=[], vendors=[], open_reviews=0, oldest_review_at=None,
            active_campaigns=1, now=datetime.now(UTC),
        )  # fmt: skip
        assert health.parts[0].points == points
