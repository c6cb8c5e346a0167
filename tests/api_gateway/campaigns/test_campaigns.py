"""Drafting, changing, listing and deleting campaigns."""

from uuid import UUID

import httpx2
import pytest

from tests.api_gateway.factories import (
    Db,
    enroll,
    make_campaign,
    make_icp,
    make_mailbox,
    make_prospect,
    make_tenant,
    one,
)

pytestmark = pytest.mark.anyio
PATH = "/api/v1/campaigns"
NOWHERE = UUID(int=0)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("GET", f"/{NOWHERE}"), ("PATCH", f"/{NOWHERE}"), ("DELETE", f"/{NOWHERE}"),
     ("POST", f"/{NOWHERE}/duplicate"), ("POST", f"/{NOWHERE}/launch"), ("POST", f"/{NOWHERE}/pause"),
     ("POST", f"/{NOWHERE}/resume"), ("GET", f"/{NOWHERE}/progress")],
)  # fmt: skip
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, method: str, path: str) -> None:
    assert (await gateway.request(method, PATH + path, json={})).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/duplicate"), ("POST", "/launch"), ("POST", "/pause"),
     ("POST", "/resume"), ("GET", "/progress")],
)  # fmt: skip
async def test_the_other_organization_is_404(gateway: httpx2.AsyncClient, db: Db, method: str, path: str) -> None:
    tenant, other = make_tenant(db), make_tenant(db)
    theirs = make_campaign(db, other)
    answer = await gateway.request(method, f"{PATH}/{theirs}{path}", headers=tenant.owner.headers, json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert one(db, "select name from public.campaigns where id = %s", theirs)["name"] == "SaaS en France"


class TestCreating:
    async def test_a_draft_has_the_documents_defaults(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.post(PATH, headers=make_tenant(db).member.headers, json={"name": " Printemps "})
        assert answer.status_code == 201
        campaign = answer.json()
        assert (campaign["name"], campaign["status"], campaign["stage"]) == ("Printemps", "draft", "idle")
        assert (campaign["hourly_cap"], campaign["confidence_threshold"]) == (20, 0.8)
        assert (campaign["send_days"], campaign["time_zone"]) == ([1, 2, 3, 4, 5], "Europe/Paris")
        assert {missing["field"] for missing in campaign["missing"]} == {"icp", "messages", "prospects"}

    async def test_it_takes_the_default_profile_or_its_own(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        default = make_icp(db, tenant)
        plain = await gateway.post(PATH, headers=tenant.member.headers, json={"name": "A"})
        own = await gateway.post(
            PATH, headers=tenant.member.headers, json={"name": "B", "icp": {"industries": ["Conseil"]}}
        )
        assert plain.json()["icp"]["id"] == str(default)
        assert own.json()["icp"]["industries"] == ["Conseil"]

    @pytest.mark.parametrize("field", ["icp_id", "scenario_id"])
    async def test_what_it_refers_to_must_be_the_organizations(
        self, gateway: httpx2.AsyncClient, db: Db, field: str
    ) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        theirs = make_icp(db, other)
        answer = await gateway.post(PATH, headers=tenant.member.headers, json={"name": "A", field: str(theirs)})
        assert answer.status_code == 404

    async def test_another_organizations_mailbox_is_404(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        theirs = make_mailbox(db, other)
        body = {"name": "A", "mailbox_ids": [str(theirs)]}
        assert (await gateway.post(PATH, headers=tenant.member.headers, json=body)).status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"name": " "}, "name"), ({"name": "A", "hourly_cap": 0}, "hourly_cap"),
         ({"name": "A", "booking_url": "javascript:alert(1)"}, "booking_url"),
         ({"name": "A", "time_zone": "Paris"}, "time_zone"), ({"name": "A", "unknown": 1}, "unknown")],
    )  # fmt: skip
    async def test_the_field_at_fault_is_named(
        self, gateway: httpx2.AsyncClient, db: Db, wrong: dict[str, object], field: str
    ) -> None:
        answer = await gateway.post(PATH, headers=make_tenant(db).member.headers, json=wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field

    async def test_a_viewer_may_not(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.post(PATH, headers=make_tenant(db).viewer.headers, json={"name": "A"})
        assert answer.status_code == 403


class TestListing:
    async def test_pages_follow_each_other_without_gap_or_repeat(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        make_campaign(db, other)
        wanted = [str(make_campaign(db, tenant, name=f"C{number}")) for number in range(5)]
        seen: list[str] = []
        cursor: str | None = None
        while True:
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await gateway.get(PATH, headers=tenant.viewer.headers, params=params)).json()
            assert page["total"] == 5
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == wanted[::-1]

    async def test_search_and_status_narrow_it(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        make_campaign(db, tenant, name="100 % Lyon", status="paused")
        make_campaign(db, tenant, name="100 jours")
        headers = tenant.viewer.headers
        found = (await gateway.get(PATH, headers=headers, params={"q": "100 %"})).json()
        assert [item["name"] for item in found["items"]] == ["100 % Lyon"]
        found = (await gateway.get(PATH, headers=headers, params={"status": ["draft", "active"]})).json()
        assert [item["name"] for item in found["items"]] == ["100 jours"]

    @pytest.mark.parametrize("cursor", ["nonsense", "W10", "bnVsbA", "WzEsMl0", "WyJ4IiwieSJd"])
    async def test_a_foreign_cursor_is_400(self, gateway: httpx2.AsyncClient, db: Db, cursor: str) -> None:
        answer = await gateway.get(PATH, headers=make_tenant(db).viewer.headers, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")

    async def test_counts_are_of_each_campaign(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        first, second = make_campaign(db, tenant, name="1"), make_campaign(db, tenant, name="2")
        enroll(db, tenant, first, make_prospect(db, tenant), "qualified", score=71)
        enroll(db, tenant, first, make_prospect(db, tenant), "found")
        items = (await gateway.get(PATH, headers=tenant.viewer.headers)).json()["items"]
        counts = {item["id"]: item["counts"] for item in items}
        assert (counts[str(first)]["prospects"], counts[str(first)]["enriched"]) == (2, 1)
        assert (counts[str(first)]["qualified"], counts[str(second)]["prospects"]) == (1, 0)


class TestChanging:
    async def test_what_is_left_out_stays_and_null_clears(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, booking_url="https://cal.com/x", goal="Rendez-vous")
        answer = await gateway.patch(
            f"{PATH}/{campaign}",
            headers=tenant.member.headers,
            json={"booking_url": None, "hourly_cap": 7, "goal": None},
        )
        assert answer.status_code == 200
        changed = answer.json()
        assert (changed["booking_url"], changed["hourly_cap"], changed["goal"]) == (None, 7, "Rendez-vous")

    async def test_mailboxes_are_replaced(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign, first, second = make_campaign(db, tenant), make_mailbox(db, tenant), make_mailbox(db, tenant)
        for wanted in ([first, second], [second], []):
            body = {"mailbox_ids": [str(mailbox) for mailbox in wanted]}
            answer = await gateway.patch(f"{PATH}/{campaign}", headers=tenant.member.headers, json=body)
            assert set(answer.json()["mailbox_ids"]) == set(body["mailbox_ids"])

    async def test_a_window_that_closes_before_it_opens_is_refused(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        answer = await gateway.patch(
            f"{PATH}/{make_campaign(db, tenant)}", headers=tenant.member.headers, json={"send_from": "19:00"}
        )
        assert answer.status_code == 400

    async def test_the_scenario_is_fixed_after_the_launch(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, status="active")
        body = {"scenario_id": None}
        answer = await gateway.patch(f"{PATH}/{campaign}", headers=tenant.member.headers, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "campaign_not_a_draft")

    async def test_a_running_one_cannot_be_archived_or_deleted(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        path = f"{PATH}/{make_campaign(db, tenant, status='active')}"
        archived = await gateway.patch(path, headers=tenant.admin.headers, json={"status": "archived"})
        deleted = await gateway.delete(path, headers=tenant.admin.headers)
        assert {archived.status_code, deleted.status_code} == {409}
        assert deleted.json()["code"] == "campaign_running"

    async def test_out_of_the_archive_it_comes_back_paused(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, status="archived", launched_at="2026-01-05T10:00:00Z")
        answer = await gateway.patch(f"{PATH}/{campaign}", headers=tenant.member.headers, json={"status": "draft"})
        assert answer.json()["status"] == "paused"

    async def test_deleting_is_the_administrators(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        path = f"{PATH}/{make_campaign(db, tenant)}"
        assert (await gateway.delete(path, headers=tenant.member.headers)).status_code == 403
        assert (await gateway.delete(path, headers=tenant.admin.headers)).status_code == 204
        assert (await gateway.get(path, headers=tenant.admin.headers)).status_code == 404

    async def test_a_duplicate_has_the_settings_and_nobody(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, hourly_cap=9, status="completed", scraper_argument={"pages": 3})
        enroll(db, tenant, campaign, make_prospect(db, tenant))
        answer = await gateway.post(f"{PATH}/{campaign}/duplicate", headers=tenant.member.headers)
        copy = answer.json()
        assert (answer.status_code, copy["name"], copy["status"]) == (201, "SaaS en France (copie)", "draft")
        assert (copy["hourly_cap"], copy["scraper_argument"], copy["counts"]["prospects"]) == (9, {"pages": 3}, 0)
