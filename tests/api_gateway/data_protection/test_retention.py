"""The clock: announced first, acted upon on the date, and only for those who are still due. Time is a parameter."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from api_gateway.data_protection import retention
from api_gateway.resources import Resources
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_message,
    make_prospect,
    make_tenant,
    one,
)
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
API = "/api/v1"
NOW = datetime(2030, 6, 15, 3, 20, tzinfo=UTC)
YEARS = timedelta(days=365)
NOTICE = timedelta(days=30)


@pytest.fixture
def tenant(db: Db) -> Tenant:
    db.execute("delete from public.organizations")
    return make_tenant(db)


def collected(db: Db, tenant: Tenant, ago: timedelta, **columns: Any) -> UUID:
    return make_prospect(db, tenant, created_at=NOW - ago, **columns)


class Contact:
    """Signs of life, each as it is stored."""

    def __init__(self, db: Db, tenant: Tenant, prospect: UUID) -> None:
        self.db, self.tenant, self.prospect = db, tenant, prospect
        self.org = {"organization_id": tenant.id}
        self.campaign = make_campaign(db, tenant)
        self.enrollment = enroll(db, tenant, self.campaign, prospect)
        self.chain = {"enrollment_id": self.enrollment, "campaign_id": self.campaign, "prospect_id": prospect}

    def reply(self, at: datetime, *, is_automatic: bool = False) -> None:
        conversation = insert(self.db, "conversations", **self.org, **self.chain)
        insert(
            self.db, "replies", **self.org, **self.chain, conversation_id=conversation, received_at=at,
            provider_message_id=str(self.prospect), is_automatic=is_automatic,
        )  # fmt: skip

    def event(self, kind: str, at: datetime) -> None:
        message = make_message(self.db, self.tenant, self.campaign, self.enrollment, self.prospect)
        insert(
            self.db,
            "message_events",
            **self.org,
            message_id=message,
            campaign_id=self.campaign,
            kind=kind,
            occurred_at=at,
        )

    def booking(self, at: datetime) -> None:
        insert(
            self.db, "meetings", **self.org, **self.chain, booking_uid=str(self.prospect), start_at=at, end_at=at,
            last_event_at=at, created_at=at,
        )  # fmt: skip


async def beat(resources: Resources, now: datetime = NOW) -> None:
    await retention.run(resources, now)


async def reports(gateway: httpx2.AsyncClient, tenant: Tenant) -> list[dict[str, Any]]:
    answer = await gateway.get(f"{API}/retention-reports", headers=tenant.admin.headers)
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def people(gateway: httpx2.AsyncClient, tenant: Tenant, report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    path = f"{API}/retention-reports/{report['id']}/people"
    items = (await gateway.get(path, headers=tenant.admin.headers)).json()["items"]
    return {item["prospect_id"]: item for item in items}


def erased(db: Db, tenant: Tenant) -> set[UUID]:
    rows = db.execute("select prospect_id from public.erasures where organization_id = %s", [tenant.id]).fetchall()
    return {row["prospect_id"] for row in rows}


class TestTheClock:
    async def test_counts_from_the_last_contact_else_from_the_collection(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        silent = collected(db, tenant, 3 * YEARS + timedelta(days=5))
        collected(db, tenant, 3 * YEARS - timedelta(days=5))
        heard_long_ago = collected(db, tenant, 6 * YEARS, last_inbound_at=NOW - 4 * YEARS)
        replied, booked, clicked, opened, away = (collected(db, tenant, 5 * YEARS) for _ in range(5))
        Contact(db, tenant, replied).reply(NOW - YEARS)
        Contact(db, tenant, booked).booking(NOW - YEARS)
        Contact(db, tenant, clicked).event("clicked", NOW - YEARS)
        Contact(db, tenant, opened).event("opened", NOW - YEARS)
        Contact(db, tenant, away).reply(NOW - YEARS, is_automatic=True)
        await beat(resources)
        [report] = await reports(gateway, tenant)
        told = await people(gateway, tenant, report)
        assert set(told) == {str(one) for one in (silent, heard_long_ago, opened, away)}
        assert report["people_count"] == 4
        assert told[str(silent)]["counted_from"] == "collection"
        assert told[str(heard_long_ago)]["counted_from"] == "contact"
        assert datetime.fromisoformat(told[str(heard_long_ago)]["last_contact_at"]) == NOW - 4 * YEARS

    async def test_goes_by_the_organizations_months(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        collected(db, tenant, YEARS + timedelta(days=5))
        await beat(resources)
        assert await reports(gateway, tenant) == []
        wanted = {"retention_months": 12, "notice_days": 7}
        await gateway.put(f"{API}/settings/retention", json=wanted, headers=tenant.owner.headers)
        await beat(resources)
        [report] = await reports(gateway, tenant)
        assert (report["people_count"], report["retention_months"]) == (1, 12)
        assert datetime.fromisoformat(report["acts_at"]) == NOW + timedelta(days=7)


class TestAReport:
    async def test_comes_first_and_tells_everybody_while_nothing_happens(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        collected(db, tenant, 4 * YEARS)
        await beat(resources)
        await beat(resources, NOW + NOTICE - timedelta(minutes=1))
        [report] = await reports(gateway, tenant)
        assert (report["status"], report["due_count"]) == ("announced", 1)
        assert erased(db, tenant) == set()
        alert = one(db, "select title, detail from public.alerts where kind = 'retention_report'")
        assert alert["title"] == "1 people have been silent for too long"
        assert "2030-07-15" in alert["detail"]

    async def test_is_acted_upon_on_its_date(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        silent = collected(db, tenant, 4 * YEARS)
        await beat(resources)
        await beat(resources, NOW + NOTICE)
        [report] = await reports(gateway, tenant)
        assert (report["status"], report["erased_count"]) == ("acted", 1)
        assert erased(db, tenant) == {silent}
        erasure = one(db, "select id, cause, requested_by from public.erasures where prospect_id = %s", silent)
        assert (erasure["cause"], erasure["requested_by"]) == ("retention", None)
        assert one(
            db, "select 1 as n from jobs.procrastinate_jobs where args ->> 'erasure_id' = %s", str(erasure["id"])
        )

    async def test_spares_who_gave_a_sign_of_life_in_the_meantime(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        silent, wrote = collected(db, tenant, 4 * YEARS), collected(db, tenant, 4 * YEARS)
        await beat(resources)
        Contact(db, tenant, wrote).reply(NOW + timedelta(days=3))
        await beat(resources, NOW + NOTICE)
        [report] = await reports(gateway, tenant)
        assert erased(db, tenant) == {silent}
        assert (report["erased_count"], report["spared_count"]) == (1, 1)

    async def test_spares_whom_a_longer_rule_no_longer_reaches(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        collected(db, tenant, 4 * YEARS)
        await beat(resources)
        await gateway.put(f"{API}/settings/retention", json={"retention_months": 60}, headers=tenant.owner.headers)
        await beat(resources, NOW + NOTICE)
        assert erased(db, tenant) == set()

    async def test_can_be_approved_early_and_once(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        silent = collected(db, tenant, 4 * YEARS)
        await beat(resources)
        [report] = await reports(gateway, tenant)
        path = f"{API}/retention-reports/{report['id']}/approve"
        answer = await gateway.post(path, headers=tenant.admin.headers)
        assert (answer.status_code, answer.json()["status"]) == (200, "approved")
        assert answer.json()["approved_by"] == str(tenant.admin.user_id)
        again = await gateway.post(path, headers=tenant.admin.headers)
        assert (again.status_code, again.json()["code"]) == (409, "retention_report_closed")
        await retention.act(resources, tenant.id, UUID(report["id"]), NOW)
        assert erased(db, tenant) == {silent}

    async def test_names_nobody_twice(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        collected(db, tenant, 4 * YEARS)
        await beat(resources)
        later = collected(db, tenant, 4 * YEARS)
        await beat(resources, NOW + timedelta(days=1))
        found = await reports(gateway, tenant)
        assert [report["people_count"] for report in found] == [1, 1]
        assert set(await people(gateway, tenant, found[0])) == {str(later)}


class TestAHold:
    async def test_keeps_a_person_until_it_is_lifted(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        held = collected(db, tenant, 4 * YEARS)
        await beat(resources)
        [report] = await reports(gateway, tenant)
        item = (await people(gateway, tenant, report))[str(held)]
        path, headers = f"{API}/retention-items/{item['id']}/hold", tenant.admin.headers
        answer = await gateway.put(path, json={"reason": "Client sous contrat"}, headers=headers)
        assert (answer.json()["status"], answer.json()["hold_reason"]) == ("held", "Client sous contrat")
        await beat(resources, NOW + NOTICE)
        await beat(resources, NOW + 2 * NOTICE)
        assert erased(db, tenant) == set()
        assert len(await reports(gateway, tenant)) == 1
        assert (await gateway.delete(path, headers=headers)).json()["status"] == "due"
        assert (await gateway.delete(path, headers=headers)).status_code == 409
        # The report is over: the next one announces them again.
        await beat(resources, NOW + 2 * NOTICE)
        assert len(await reports(gateway, tenant)) == 2
        await beat(resources, NOW + 3 * NOTICE)
        assert erased(db, tenant) == {held}

    async def test_comes_too_late_for_who_is_erased(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, tenant: Tenant
    ) -> None:
        silent = collected(db, tenant, 4 * YEARS)
        await beat(resources)
        await beat(resources, NOW + NOTICE)
        [report] = await reports(gateway, tenant)
        item = (await people(gateway, tenant, report))[str(silent)]
        path = f"{API}/retention-items/{item['id']}/hold"
        answer = await gateway.put(path, json={"reason": "x"}, headers=tenant.admin.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "retention_item_settled")
