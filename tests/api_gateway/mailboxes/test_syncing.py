"""The accounts of an Instantly workspace, taken over by hand and compared by the worker."""

from typing import Any

import httpx2
import pytest

from api_gateway.mailboxes import tasks
from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, make_mailbox, make_tenant
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Tenant
from tests.api_gateway.sends.scene import connect

pytestmark = pytest.mark.anyio
PATH = "/api/v1/mailboxes/sync"
ACCOUNTS = "GET instantly.test/api/v2/accounts"


def account(email: str, **more: Any) -> dict[str, Any]:
    return {"email": email, "first_name": "Léa", "last_name": "Martin", "daily_limit": 30, "status": 1, **more}


@pytest.fixture
def tenant(db: Db, outside: Outside) -> Tenant:
    db.execute("delete from public.api_credentials")
    tenant = make_tenant(db)
    connect(db, tenant, "instantly")
    items = [account("Lea@Try-Us.example"), account("max@try-us.example", status=-1, daily_limit=None)]
    outside.answer(ACCOUNTS, body={"items": items})
    return tenant


def boxes(db: Db, tenant: Tenant) -> dict[str, dict[str, Any]]:
    rows = db.execute("select * from public.mailboxes where organization_id = %s", [tenant.id]).fetchall()
    return {row["address_norm"]: row for row in rows}


async def test_anonymous_is_401(gateway: httpx2.AsyncClient) -> None:
    assert (await gateway.post(PATH)).status_code == 401


async def test_another_organization_gets_its_own_accounts_only(
    gateway: httpx2.AsyncClient, db: Db, tenant: Tenant, outside: Outside
) -> None:
    other = make_tenant(db)
    answer = await gateway.post(PATH, headers=other.owner.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "credential_missing")
    assert outside.called(ACCOUNTS) == []


@pytest.mark.parametrize("role", ["member", "viewer"])
async def test_only_an_administrator_may(gateway: httpx2.AsyncClient, tenant: Tenant, role: str) -> None:
    assert (await gateway.post(PATH, headers=getattr(tenant, role).headers)).status_code == 403


async def test_by_hand_accounts_become_mailboxes_and_what_cannot_send_is_switched_off(
    gateway: httpx2.AsyncClient, db: Db, tenant: Tenant
) -> None:
    make_mailbox(db, tenant, address="gone@try-us.example")
    make_mailbox(db, tenant, provider="smtp", address="own@try-us.example")
    shown = (await gateway.post(PATH, headers=tenant.admin.headers)).json()
    assert {(box["address"], box["display_name"], box["daily_cap"], box["is_active"]) for box in shown["added"]} == {
        ("Lea@Try-Us.example", "Léa Martin", 30, True), ("max@try-us.example", "Léa Martin", 20, False),
    }  # fmt: skip
    assert (shown["known"], shown["gone"], shown["unusable"]) == (0, ["gone@try-us.example"], ["max@try-us.example"])
    stored = boxes(db, tenant)
    assert not stored["gone@try-us.example"]["is_active"]
    assert stored["own@try-us.example"]["is_active"]
    again = (await gateway.post(PATH, headers=tenant.admin.headers)).json()
    assert (again["added"], again["known"], again["gone"]) == ([], 2, [])


async def test_the_worker_switches_nothing_new_on_and_tells_somebody(
    db: Db, tenant: Tenant, resources: Resources
) -> None:
    make_mailbox(db, tenant, address="gone@try-us.example")
    await tasks.sync_all(resources)
    await tasks.sync_all(resources)
    assert {name: box["is_active"] for name, box in boxes(db, tenant).items()} == {
        "lea@try-us.example": False, "max@try-us.example": False, "gone@try-us.example": False,
    }  # fmt: skip
    alerts = db.execute(
        "select kind, occurrences from public.alerts where organization_id = %s order by kind", [tenant.id]
    ).fetchall()
    assert [tuple(alert.values()) for alert in alerts] == [("mailboxes_found", 1), ("mailboxes_gone", 1)]


async def test_a_vendor_that_refuses_changes_nothing(
    gateway: httpx2.AsyncClient, db: Db, tenant: Tenant, outside: Outside, resources: Resources
) -> None:
    make_mailbox(db, tenant, address="lea@try-us.example")
    outside.answer(ACCOUNTS, 401, {"message": "Invalid API key"})
    answer = await gateway.post(PATH, headers=tenant.admin.headers)
    assert (answer.status_code, answer.json()["code"]) == (502, "vendor_failed")
    await tasks.sync_all(resources)
    assert boxes(db, tenant)["lea@try-us.example"]["is_active"]
