"""Every change, by whom, from what to what."""

import csv
import io
import json
from typing import Any

import httpx2
import pytest

from api_gateway.csv_files import csv_answer
from tests.api_gateway.factories import Db, make_campaign, make_tenant
from tests.api_gateway.people import Tenant

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


async def logged(gateway: httpx2.AsyncClient, tenant: Tenant, **wanted: str) -> list[dict[str, Any]]:
    answer = await gateway.get(PATH, headers=tenant.owner.headers, params=wanted)
    return list(reversed(answer.json()["items"]))


async def test_what_people_do_to_people_is_logged(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    headers, path = tenant.member.headers, "/api/v1/prospects"
    body = {"first_name": "Jeanne", "email": "jeanne@p.example"}
    person = (await gateway.post(path, headers=headers, json=body)).json()["id"]
    await gateway.patch(f"{path}/{person}", headers=headers, json={"title": "Directrice"})
    await gateway.post(f"{path}/bulk", headers=headers, json={"action": "tag", "tag": "VIP", "ids": [person]})
    made, changed = await logged(gateway, tenant, entity="prospects")
    assert (made["action"], made["after"]["email"], made["before"]) == ("insert", "jeanne@p.example", None)
    assert (changed["before"], changed["after"]) == ({"title": None}, {"title": "Directrice"})
    assert [entry["action"] for entry in await logged(gateway, tenant, entity="prospect_tags")] == ["insert"]
    tag = (await logged(gateway, tenant, entity="tags"))[0]["entity_id"]
    await gateway.delete(f"/api/v1/tags/{tag}", headers=headers)
    assert (await logged(gateway, tenant, entity="tags"))[1]["before"]["name"] == "VIP"

    # Nobody hides what they did by deleting the person it was done to.
    await gateway.delete(f"{path}/{person}", headers=headers)
    entries = await logged(gateway, tenant, entity="prospects")
    assert [(entry["action"], entry["actor"]) for entry in entries] == [
        (action, f"user:{tenant.member.user_id}") for action in ("insert", "update", "delete")
    ]
    assert (entries[1]["before"], entries[1]["after"]) == ({"title": None}, {"title": "Directrice"})
    assert (entries[2]["before"]["email"], entries[2]["before"]["title"]) == ("jeanne@p.example", "Directrice")


async def test_many_at_once_are_one_entry(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    rows = "".join(f"Jeanne,Durand{number},jd{number}@p.example\n" for number in range(300))
    file = ("people.csv", f"first_name,last_name,email\n{rows}".encode(), "text/csv")
    answer = await gateway.post("/api/v1/prospects/imports", headers=tenant.member.headers, files={"file": file})
    assert answer.is_success, answer.text
    entries = await logged(gateway, tenant, entity="prospects")
    assert sum(entry["after"]["count"] for entry in entries) == 300
    assert len(entries) < 10
    assert len(await logged(gateway, tenant, entity="prospect_imports", action="insert")) == 1


async def test_a_vendors_way_in_is_logged_without_its_secret(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    headers, path = tenant.admin.headers, "/api/v1/webhooks/endpoints"
    opened = (await gateway.post(path, headers=headers, json={"source": "phantombuster"})).json()
    rotated = (await gateway.post(f"{path}/{opened['id']}/rotate", headers=headers, json={})).json()
    await gateway.delete(f"{path}/{opened['id']}", headers=headers)
    entries = await logged(gateway, tenant, entity="inbound_endpoints", actor=f"user:{tenant.admin.user_id}")
    assert [entry["action"] for entry in entries] == ["insert", "update", "update"]
    assert all(entry["ip"] == "127.0.0.1" for entry in entries)
    token = opened["url"].partition("?")[0].rpartition("/")[2]
    for secret in (opened["secret"], rotated["secret"], token, "sealed", "v1."):
        assert secret not in str(entries)


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


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell: str) -> None:
    answer = csv_answer("x.csv", ["a"], [[cell]])
    rows = list(csv.reader(io.StringIO(bytes(answer.body).decode("utf-8-sig"), newline="")))
    assert rows == [["a"], [f"'{cell}"]]


async def test_the_export_is_whole_however_long_the_log(
    gateway: httpx2.AsyncClient, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over pages whose entries were written in the same instant, and for as long as the caller is an administrator."""
    monkeypatch.setattr("api_gateway.audit.service.PAGE", 7)
    tenant, other = make_tenant(db), make_tenant(db)
    db.execute(
        "insert into public.audit_log (organization_id, actor, action, entity, after, created_at)"
        " select o, 'system', 'insert', 'long', jsonb_build_object('number', n), '2026-01-01'"
        " from unnest(%s::uuid[]) o, generate_series(1, 50) n",
        [[tenant.id, other.id]],
    )
    answer = await gateway.get(f"{PATH}/export", headers=tenant.admin.headers, params={"entity": "long"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(json.loads(row["after"])["number"] for row in rows) == list(range(1, 51))


async def test_nobody_can_change_the_log(db: Db) -> None:
    for role in ("authenticated", "workflow", "gateway"):
        for act in ("update", "delete", "insert"):
            row = db.execute("select has_table_privilege(%s, 'public.audit_log', %s) as may", [role, act]).fetchone()
            assert row == {"may": False}, (role, act)
