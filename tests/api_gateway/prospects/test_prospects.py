"""Finding people, entering and correcting them, and why they did or did not get a message."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_company,
    make_message,
    make_prospect,
    make_tenant,
    one,
)
from tests.api_gateway.suppressions.test_suppressions import planned

pytestmark = pytest.mark.anyio
PATH = "/api/v1/prospects"
NOWHERE = UUID(int=0)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("POST", "/bulk"), ("GET", "/export"), ("GET", f"/{NOWHERE}"),
     ("PATCH", f"/{NOWHERE}"), ("DELETE", f"/{NOWHERE}")],
)  # fmt: skip
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, method: str, path: str) -> None:
    assert (await gateway.request(method, PATH + path, json={})).status_code == 401


async def test_anonymous_sees_no_tags(gateway: httpx2.AsyncClient) -> None:
    assert (await gateway.get("/api/v1/tags")).status_code == 401
    assert (await gateway.delete(f"/api/v1/tags/{NOWHERE}")).status_code == 401


async def test_the_other_organization_is_404(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant, other = make_tenant(db), make_tenant(db)
    theirs = make_prospect(db, other, first_name="Secret")
    tag = insert(db, "tags", organization_id=other.id, name="vip")
    headers = tenant.owner.headers
    for method, path, body in (
        ("GET", f"{PATH}/{theirs}", None),
        ("PATCH", f"{PATH}/{theirs}", {"title": "x"}),
        ("DELETE", f"{PATH}/{theirs}", None),
        ("DELETE", f"/api/v1/tags/{tag}", None),
        ("POST", PATH, {"email": "x@x.example", "campaign_id": str(make_campaign(db, other))}),
    ):
        answer = await gateway.request(method, path, headers=headers, json=body)
        assert answer.status_code == 404, (method, path)
    bulk = await gateway.post(f"{PATH}/bulk", headers=headers, json={"ids": [str(theirs)], "action": "delete"})
    assert bulk.json()["succeeded"] == []
    listed = await gateway.get(PATH, headers=headers, params={"q": "secret"})
    assert listed.json()["items"] == []
    assert "Secret" not in (await gateway.get(f"{PATH}/export", headers=headers)).text
    assert one(db, "select count(*) from public.prospects where id = %s", theirs)["count"] == 1


class TestListing:
    async def test_pages_by_time_and_by_score_without_gap(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        for score in (90, None, 40, 90, None, 70):
            make_prospect(db, tenant, score=score)
        for sort in ("created_at", "score"):
            seen: list[dict[str, Any]] = []
            params: dict[str, str | int] = {"limit": 2, "sort": sort}
            while True:
                page = (await gateway.get(PATH, headers=tenant.viewer.headers, params=params)).json()
                seen += page["items"]
                if page["next_cursor"] is None:
                    break
                params["cursor"] = page["next_cursor"]
            assert len({item["id"] for item in seen}) == len(seen) == 6
            if sort == "score":
                assert [item["score"] for item in seen] == [90, 90, 70, 40, None, None]

    async def test_every_filter_narrows_it(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant)
        company = make_company(db, tenant, "Société Éléphant")
        wanted = make_prospect(db, tenant, first_name="Zoé", company_id=company, score=80)
        other = make_prospect(db, tenant, first_name="Paul", score=10)
        enroll(db, tenant, campaign, wanted, "qualified")
        enroll(db, tenant, make_campaign(db, tenant), other, "found")
        insert(db, "prospect_sources", organization_id=tenant.id, prospect_id=wanted, source="csv")
        tag = insert(db, "tags", organization_id=tenant.id, name="vip")
        insert(db, "prospect_tags", organization_id=tenant.id, prospect_id=wanted, tag_id=tag)
        filters: list[dict[str, Any]] = [
            {"q": "zoe"}, {"q": "éléph"}, {"campaign_id": str(campaign)}, {"status": ["qualified", "replied"]},
            {"min_score": 60}, {"tag": "vip"}, {"source": "csv"},
            {"q": "zoé", "campaign_id": str(campaign), "status": "qualified", "min_score": 60, "tag": "vip",
             "source": "csv"},
        ]  # fmt: skip
        for params in filters:
            page = (await gateway.get(PATH, headers=tenant.viewer.headers, params=params)).json()
            assert [item["id"] for item in page["items"]] == [str(wanted)], params
            assert page["total"] == 1
        (item,) = page["items"]
        assert (item["company"]["name"], item["status"], item["tags"], item["source"]) == (
            "Société Éléphant", "qualified", ["vip"], "csv",
        )  # fmt: skip

    @pytest.mark.parametrize("q", ["100%", "a_b", "\\", "'; drop table prospects; --"])
    async def test_search_takes_every_character_as_itself(self, gateway: httpx2.AsyncClient, db: Db, q: str) -> None:
        tenant = make_tenant(db)
        make_prospect(db, tenant, first_name="1000 aab")
        answer = await gateway.get(PATH, headers=tenant.viewer.headers, params={"q": q + "x"[: 2 - len(q)]})
        assert (answer.status_code, answer.json()["items"]) == (200, [])


class TestReading:
    async def test_shows_everything_that_is_held(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant)
        prospect = make_prospect(db, tenant, company_id=make_company(db, tenant, size=120), email="j@x.example")
        enrollment = enroll(db, tenant, campaign, prospect, "in_sequence", score=77)
        insert(
            db, "prospect_enrichments", organization_id=tenant.id, prospect_id=prospect, summary="Dirige la vente.",
            source="rules",
        )  # fmt: skip
        make_message(
            db, tenant, campaign, enrollment, prospect, status="sent", sent_at="2026-11-02T10:00:00Z", body="Bonjour"
        )
        insert(db, "suppressions", organization_id=tenant.id, kind="domain", value_norm="x.example", reason="manual")
        shown = (await gateway.get(f"{PATH}/{prospect}", headers=tenant.viewer.headers)).json()
        assert shown["company_details"]["size"] == 120
        assert shown["enrichment"]["summary"] == "Dirige la vente."
        assert [entry["text"] for entry in shown["conversation"]] == ["Bonjour"]
        assert [entry["status"] for entry in shown["enrollments"]] == ["in_sequence"]
        assert {entry["kind"] for entry in shown["timeline"]} == {"status", "message"}
        assert (shown["is_suppressed"], shown["qualification"]) == (True, None)


class TestWriting:
    async def test_a_person_is_entered_enrolled_and_tagged(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant)
        body = {
            "first_name": "Jeanne", "email": "Jeanne@Exemple.example", "phone": "06 12 34 56 78",
            "linkedin_url": "fr.linkedin.com/in/Jeanne/", "company_name": "Exemple SA", "campaign_id": str(campaign),
            "tags": ["salon"],
        }  # fmt: skip
        answer = await gateway.post(PATH, headers=tenant.member.headers, json=body)
        assert answer.status_code == 201
        shown = answer.json()
        assert (shown["tags"], shown["source"], shown["campaign_id"]) == (["salon"], "manual", str(campaign))
        stored = one(
            db, "select email_norm, phone_e164, linkedin_norm from public.prospects where id = %s", shown["id"]
        )
        assert stored == {
            "email_norm": "jeanne@exemple.example", "phone_e164": "+33612345678",
            "linkedin_norm": "linkedin.com/in/jeanne",
        }  # fmt: skip

    async def test_someone_known_is_completed_and_not_doubled(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        known = make_prospect(db, tenant, email="j@x.example", title=None, first_name="Jeanne")
        body = {"email": "J@x.example", "first_name": "Autre", "title": "VP"}
        shown = (await gateway.post(PATH, headers=tenant.member.headers, json=body)).json()
        assert (shown["id"], shown["first_name"], shown["title"]) == (str(known), "Jeanne", "VP")

    @pytest.mark.parametrize(
        "body",
        [{"first_name": "Jeanne"}, {"email": "j@x.example", "phone": "zero"}, {"linkedin_url": "https://x.example"}],
    )
    async def test_who_cannot_be_reached_is_refused(
        self, gateway: httpx2.AsyncClient, db: Db, body: dict[str, str]
    ) -> None:
        answer = await gateway.post(PATH, headers=make_tenant(db).member.headers, json=body)
        assert answer.status_code == 400

    async def test_an_address_of_somebody_else_is_refused(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        make_prospect(db, tenant, email="taken@x.example")
        mine = make_prospect(db, tenant)
        answer = await gateway.patch(f"{PATH}/{mine}", headers=tenant.member.headers, json={"email": "Taken@x.example"})
        assert (answer.status_code, answer.json()["code"]) == (409, "address_taken")

    async def test_null_clears_and_tags_replace(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        mine = make_prospect(db, tenant, title="VP")
        path = f"{PATH}/{mine}"
        await gateway.patch(path, headers=tenant.member.headers, json={"tags": ["a", "b"]})
        answer = await gateway.patch(path, headers=tenant.member.headers, json={"title": None, "tags": ["b", "c"]})
        assert (answer.json()["title"], answer.json()["tags"]) == (None, ["b", "c"])

    async def test_a_viewer_may_not(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        mine = make_prospect(db, tenant)
        headers = tenant.viewer.headers
        assert (await gateway.post(PATH, headers=headers, json={"email": "n@x.example"})).status_code == 403
        assert (await gateway.patch(f"{PATH}/{mine}", headers=headers, json={"title": "x"})).status_code == 403
        assert (await gateway.delete(f"{PATH}/{mine}", headers=headers)).status_code == 403
        body = {"ids": [str(mine)], "action": "suppress"}
        assert (await gateway.post(f"{PATH}/bulk", headers=headers, json=body)).status_code == 403


class TestBulk:
    async def bulk(self, gateway: httpx2.AsyncClient, headers: dict[str, str], **body: Any) -> dict[str, Any]:
        answer = await gateway.post(f"{PATH}/bulk", headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def test_each_act_and_who_was_not_there(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant)
        ids = [str(make_prospect(db, tenant, email=f"b{number}@bulk.example")) for number in range(3)]
        asked = [*ids, str(NOWHERE)]
        headers = tenant.member.headers
        for body in (
            {"action": "tag", "tag": "salon"},
            {"action": "enroll", "campaign_id": str(campaign)},
            {"action": "suppress"},
        ):
            result = await self.bulk(gateway, headers, ids=asked, **body)
            assert set(result["succeeded"]) == set(ids), body
            assert [one["id"] for one in result["failed"]] == [str(NOWHERE)]
        tags = (await gateway.get("/api/v1/tags", headers=headers)).json()["items"]
        assert [(tag["name"], tag["prospect_count"]) for tag in tags] == [("salon", 3)]
        stopped = one(
            db, "select count(*) from public.suppressions where organization_id = %s and kind = 'email'", tenant.id
        )
        assert stopped["count"] == 3
        await self.bulk(gateway, headers, ids=ids[:1], action="untag", tag="salon")
        await self.bulk(gateway, headers, ids=ids[1:], action="delete")
        left = (await gateway.get(PATH, headers=headers)).json()["items"]
        assert [(item["id"], item["tags"]) for item in left] == [(ids[0], [])]

    @pytest.mark.parametrize("action", ["tag", "enroll"])
    async def test_what_the_act_needs_must_be_there(self, gateway: httpx2.AsyncClient, db: Db, action: str) -> None:
        answer = await gateway.post(
            f"{PATH}/bulk", headers=make_tenant(db).member.headers, json={"ids": [str(NOWHERE)], "action": action}
        )
        assert answer.status_code == 400


class TestSuppressingMany:
    async def test_takes_back_what_was_planned_for_them(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        prospect, enrollment, message = planned(db, tenant)
        answer = await gateway.post(
            f"{PATH}/bulk",
            headers=tenant.member.headers,
            json={"action": "suppress", "ids": [str(prospect), str(NOWHERE)]},
        )
        assert answer.json()["succeeded"] == [str(prospect)]
        assert one(db, "select status from public.enrollments where id = %s", enrollment)["status"] == "completed"
        intent = one(db, "select status, reason from public.send_intents where message_id = %s", message)
        assert (intent["status"], intent["reason"]) == ("cancelled", "suppressed:manual")

    async def test_a_domain_stops_its_subdomains_however_they_are_written(
        self, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        created = await gateway.post(PATH, headers=tenant.member.headers, json={"email": "Lea@post.münchen-nord.de"})
        assert created.status_code == 201, created.text
        path = f"{PATH}/{created.json()['id']}"
        campaign = make_campaign(db, tenant)
        enrollment = enroll(db, tenant, campaign, UUID(created.json()["id"]), status="in_sequence")
        await gateway.post(
            "/api/v1/suppressions",
            headers=tenant.member.headers,
            json={"kind": "domain", "value": "xn--mnchen-nord-thb.de"},
        )
        assert (await gateway.get(path, headers=tenant.viewer.headers)).json()["is_suppressed"] is True
        assert one(db, "select status from public.enrollments where id = %s", enrollment)["status"] == "completed"
