"""Asking for exports and erasures, and reading what became of them: who may, and what is answered."""

from uuid import uuid4

import httpx2
import pytest

from tests.api_gateway.factories import Db, insert, make_prospect, make_tenant, one
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
API = "/api/v1"


@pytest.fixture
def tenant(db: Db) -> Tenant:
    return make_tenant(db)


def paths(db: Db, tenant: Tenant) -> list[tuple[str, str, dict[str, str] | None]]:
    """Every route of the room, aimed at a tenant's own things."""
    org = {"organization_id": tenant.id}
    prospect = make_prospect(db, tenant)
    export = insert(db, "data_exports", prospect_id=prospect, **org)
    erasure = insert(db, "erasures", prospect_id=make_prospect(db, tenant), **org)
    report = insert(db, "retention_reports", retention_months=36, acts_at="2026-01-01", **org)
    item = insert(
        db, "retention_items", report_id=report, prospect_id=prospect, last_contact_at="2020-01-01",
        counted_from="contact", **org,
    )  # fmt: skip
    email = one(db, "select email from public.prospects where id = %s", prospect)["email"]
    return [
        ("POST", f"/prospects/{prospect}/exports", None),
        ("GET", f"/data-exports/{export}", None),
        ("POST", f"/prospects/{prospect}/erasure", {"confirmation": email}),
        ("GET", f"/erasures/{erasure}", None),
        ("POST", f"/erasures/{erasure}/retry", None),
        ("GET", f"/retention-reports/{report}", None),
        ("GET", f"/retention-reports/{report}/people", None),
        ("POST", f"/retention-reports/{report}/approve", None),
        ("PUT", f"/retention-items/{item}/hold", {"reason": "Client"}),
        ("DELETE", f"/retention-items/{item}/hold", None),
    ]


LISTS = ["/data-exports", "/erasures", "/retention-reports"]


class TestWalls:
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient, db: Db, tenant: Tenant) -> None:
        routes = paths(db, tenant) + [("GET", path, None) for path in [*LISTS, "/settings/retention"]]
        for method, path, body in routes:
            assert (await gateway.request(method, API + path, json=body)).status_code == 401, path

    async def test_the_other_organization_is_404(self, gateway: httpx2.AsyncClient, db: Db, tenant: Tenant) -> None:
        stranger = make_tenant(db)
        for method, path, body in paths(db, tenant):
            answer = await gateway.request(method, API + path, json=body, headers=stranger.owner.headers)
            assert answer.status_code == 404, (path, answer.text)
        for path in LISTS:
            assert (await gateway.get(API + path, headers=stranger.owner.headers)).json()["items"] == []

    async def test_below_administrator_is_403(self, gateway: httpx2.AsyncClient, db: Db, tenant: Tenant) -> None:
        routes = paths(db, tenant) + [("GET", path, None) for path in LISTS]
        routes.append(("PUT", "/settings/retention", {}))
        for method, path, body in routes:
            answer = await gateway.request(method, API + path, json=body, headers=tenant.member.headers)
            assert answer.status_code == 403, (path, answer.text)


class TestErasureRequest:
    async def test_another_address_erases_nothing(self, gateway: httpx2.AsyncClient, db: Db, tenant: Tenant) -> None:
        prospect = make_prospect(db, tenant)
        answer = await gateway.post(
            f"{API}/prospects/{prospect}/erasure", json={"confirmation": "x@y.example"}, headers=tenant.admin.headers
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "erasure_not_confirmed")
        assert db.execute("select 1 from public.erasures where prospect_id = %s", [prospect]).fetchall() == []

    async def test_is_written_once_with_its_job(self, gateway: httpx2.AsyncClient, db: Db, tenant: Tenant) -> None:
        prospect = make_prospect(db, tenant, email="Vera.Once@exemple.example")
        body = {"confirmation": " vera.once@EXEMPLE.example "}
        first = await gateway.post(f"{API}/prospects/{prospect}/erasure", json=body, headers=tenant.admin.headers)
        again = await gateway.post(f"{API}/prospects/{prospect}/erasure", json=body, headers=tenant.admin.headers)
        assert (first.status_code, first.json()["status"]) == (202, "queued"), first.text
        assert (again.status_code, again.json()["code"]) == (409, "erasure_under_way")
        job = one(db, "select args from jobs.procrastinate_jobs where args ->> 'erasure_id' = %s", first.json()["id"])
        assert set(job["args"]) == {"organization_id", "erasure_id"}

    @pytest.mark.parametrize(
        ("columns", "typed"),
        [
            ({"linkedin_url": "https://www.linkedin.com/in/vera-b", "linkedin_norm": "linkedin.com/in/vera-b"},
             "https://fr.linkedin.com/in/Vera-B/"),
            ({"phone": "06 12 34 56 78", "phone_e164": "+33612345678"}, "0612345678"),
            ({"first_name": "Véra", "last_name": "Nulle"}, "véra  nulle"),
        ],
    )  # fmt: skip
    async def test_without_an_address_the_next_best_is_typed(
        self, gateway: httpx2.AsyncClient, db: Db, tenant: Tenant, columns: dict[str, str], typed: str
    ) -> None:
        prospect = make_prospect(db, tenant, email=None, **columns)
        answer = await gateway.post(
            f"{API}/prospects/{prospect}/erasure", json={"confirmation": typed}, headers=tenant.owner.headers
        )
        assert answer.status_code == 202, answer.text


class TestExportRequest:
    async def test_without_a_key_to_storage_says_what_to_set(
        self, gateway: httpx2.AsyncClient, db: Db, tenant: Tenant
    ) -> None:
        prospect = make_prospect(db, tenant)
        answer = await gateway.post(f"{API}/prospects/{prospect}/exports", headers=tenant.admin.headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_not_set")
        assert "SUPABASE_SECRET_KEY" in answer.json()["detail"]

    async def test_of_nobody_is_404(self, gateway: httpx2.AsyncClient, tenant: Tenant) -> None:
        answer = await gateway.post(f"{API}/prospects/{uuid4()}/exports", headers=tenant.admin.headers)
        assert answer.status_code == 404


class TestRetentionSettings:
    async def test_start_at_three_years_and_can_be_set(self, gateway: httpx2.AsyncClient, tenant: Tenant) -> None:
        path = f"{API}/settings/retention"
        before = (await gateway.get(path, headers=tenant.viewer.headers)).json()
        assert (before["retention_months"], before["notice_days"]) == (36, 30)
        wanted = {"retention_months": 12, "notice_days": 14}
        after = await gateway.put(path, json=wanted, headers=tenant.admin.headers)
        assert (after.status_code, after.json()["retention_months"]) == (200, 12)
        for months in (0, 61):
            answer = await gateway.put(path, json={"retention_months": months}, headers=tenant.admin.headers)
            assert answer.status_code == 422
