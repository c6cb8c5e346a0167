"""Every change, by whom, from what to what."""

import csv
import io

import httpx2
import pytest

from tests.api_gateway.factories import Db, make_campaign, make_tenant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/audit-log"


@pytest.mark.parametrize("path", ["", "/export"])
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, path: str) -> None:
    assert (await gateway.get(PATH + path)).status_code == 401


@pytest.mark.parametrize("path", ["", "/export"])
async def test_a_member_may_not(gateway: httpx2.AsyncClient, db: Db, path: str) -> None:
    assert (await gateway.get(PATH + path, headers=make_tenant(db).member.headers)).status_code == 403


async def test_a_change_is_logged_with_who_what_and_from_where(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant, other = make_tenant(db), make_tenant(db)
    campaign = make_campaign(db, tenant)
    headers = tenant.member.headers | {"X-Request-Id": "change-0001", "User-Agent": "test-browser"}
    await gateway.patch(f"/api/v1/campaigns/{campaign}", headers=headers, json={"hourly_cap": 7})
    params = {"entity": "campaigns", "entity_id": str(campaign), "action": "update"}
    (entry,) = (await gateway.get(PATH, headers=tenant.admin.headers, params=params)).json()["items"]
    assert (entry["actor"], entry["request_id"], entry["user_agent"]) == (
        f"user:{tenant.member.user_id}", "change-0001", "test-browser",
    )  # fmt: skip
    assert (entry["before"], entry["after"]) == ({"hourly_cap": 20}, {"hourly_cap": 7})
    assert (await gateway.get(PATH, headers=other.owner.headers, params=params)).json()["items"] == []


async def test_the_export_holds_no_live_formula(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    campaign = make_campaign(db, tenant, status="active")
    body = {"reason": "=HYPERLINK(1)"}
    await gateway.post(f"/api/v1/campaigns/{campaign}/pause", headers=tenant.member.headers, json=body)
    answer = await gateway.get(f"{PATH}/export", headers=tenant.owner.headers, params={"entity": "campaigns"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["entity"] for row in rows} == {"campaigns"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]


async def test_nobody_can_change_the_log(db: Db) -> None:
    for role in ("authenticated", "workflow", "gateway"):
        for act in ("update", "delete", "insert"):
            row = db.execute("select has_table_privilege(%s, 'public.audit_log', %s) as may", [role, act]).fetchone()
            assert row == {"may": False}, (role, act)
