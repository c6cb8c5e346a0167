"""What needs a person, and who has seen it."""

from uuid import UUID

import httpx2
import pytest

from api_gateway.notifications.repository import raise_alert
from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, make_tenant
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/alerts"


async def raise_one(resources: Resources, tenant: Tenant, key: str = "trouble") -> UUID:
    async with resources.database.workflow(tenant.id) as session:
        return await raise_alert(
            session,
            tenant.id,
            kind="event_dead",
            severity="warning",
            title="Trouble",
            detail="It is broken.",
            dedupe_key=key,
        )


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/read"), ("POST", f"/{UUID(int=0)}/resolve")])
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, method: str, path: str) -> None:
    assert (await gateway.request(method, PATH + path, json={})).status_code == 401


async def test_the_other_organization_is_404(gateway: httpx2.AsyncClient, db: Db, resources: Resources) -> None:
    tenant, other = make_tenant(db), make_tenant(db)
    theirs = await raise_one(resources, other)
    assert (await gateway.get(PATH, headers=tenant.owner.headers)).json()["items"] == []
    assert (await gateway.post(f"{PATH}/{theirs}/resolve", headers=tenant.owner.headers)).status_code == 404


async def test_the_same_trouble_counts_up_one_alert(gateway: httpx2.AsyncClient, db: Db, resources: Resources) -> None:
    tenant = make_tenant(db)
    assert await raise_one(resources, tenant) == await raise_one(resources, tenant)
    page = (await gateway.get(PATH, headers=tenant.viewer.headers)).json()
    assert [(alert["occurrences"], alert["read_at"]) for alert in page["items"]] == [(2, None)]


async def test_reading_is_each_persons_own(gateway: httpx2.AsyncClient, db: Db, resources: Resources) -> None:
    tenant = make_tenant(db)
    await raise_one(resources, tenant)
    read = await gateway.post(f"{PATH}/read", headers=tenant.viewer.headers, json={})
    assert read.status_code == 204
    assert (await gateway.get(PATH, headers=tenant.viewer.headers)).json()["unread"] == 0
    assert (await gateway.get(PATH, headers=tenant.owner.headers)).json()["unread"] == 1


async def test_a_closed_alert_leaves_the_list_and_trouble_opens_a_new_one(
    gateway: httpx2.AsyncClient, db: Db, resources: Resources
) -> None:
    tenant = make_tenant(db)
    first = await raise_one(resources, tenant)
    closed = await gateway.post(f"{PATH}/{first}/resolve", headers=tenant.member.headers)
    assert closed.json()["resolved_at"] is not None
    assert (await gateway.get(PATH, headers=tenant.viewer.headers)).json()["items"] == []
    every = await gateway.get(PATH, headers=tenant.viewer.headers, params={"include_resolved": True})
    assert len(every.json()["items"]) == 1
    assert await raise_one(resources, tenant) != first


async def test_a_viewer_may_not_close(gateway: httpx2.AsyncClient, db: Db, resources: Resources) -> None:
    tenant = make_tenant(db)
    alert = await raise_one(resources, tenant)
    assert (await gateway.post(f"{PATH}/{alert}/resolve", headers=tenant.viewer.headers)).status_code == 403
