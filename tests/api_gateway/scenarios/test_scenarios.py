"""Sequences of steps that an organization starts with, copies and edits."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api_gateway.factories import Db, make_campaign, make_tenant, scenario_id, step_ids

pytestmark = pytest.mark.anyio
PATH = "/api/v1/scenarios"
NOWHERE = UUID(int=0)
STEP: dict[str, Any] = {"delay_days": 0, "channel": "email", "kind": "email", "objective": "Ouvrir la conversation"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("GET", f"/{NOWHERE}"), ("PATCH", f"/{NOWHERE}"), ("PUT", f"/{NOWHERE}/steps"),
     ("DELETE", f"/{NOWHERE}")],
)  # fmt: skip
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, method: str, path: str) -> None:
    assert (await gateway.request(method, PATH + path, json={})).status_code == 401


async def test_the_other_organization_is_404(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant, other = make_tenant(db), make_tenant(db)
    theirs = scenario_id(db, other)
    for method, path, body in (
        ("GET", f"/{theirs}", None),
        ("PATCH", f"/{theirs}", {"name": "À moi"}),
        ("PUT", f"/{theirs}/steps", {"steps": [STEP]}),
        ("DELETE", f"/{theirs}", None),
        ("POST", "", {"name": "Copie", "copy_of": str(theirs)}),
    ):
        answer = await gateway.request(method, PATH + path, headers=tenant.owner.headers, json=body)
        assert answer.status_code == 404, (method, path)
    assert len((await gateway.get(PATH, headers=tenant.owner.headers)).json()["items"]) == 5


class TestReading:
    async def test_five_scenarios_with_25_steps_are_there_from_the_start(
        self, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        items = (await gateway.get(PATH, headers=tenant.viewer.headers)).json()["items"]
        assert len(items) == 5
        assert sum(item["step_count"] for item in items) == 25
        assert items[0]["name"] == "Connexion Douce"

    async def test_steps_come_in_their_order(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        answer = await gateway.get(f"{PATH}/{scenario_id(db, tenant)}", headers=tenant.viewer.headers)
        assert [step["position"] for step in answer.json()["steps"]] == [1, 2, 3, 4, 5]


class TestWriting:
    async def test_a_copy_has_the_same_steps_under_new_ids(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        source = scenario_id(db, tenant)
        answer = await gateway.post(
            PATH, headers=tenant.member.headers, json={"name": "Version salon", "copy_of": str(source)}
        )
        assert answer.status_code == 201
        steps = answer.json()["steps"]
        assert len(steps) == 5
        assert not {step["id"] for step in steps} & {str(step) for step in step_ids(db, source)}
        assert answer.json()["duration_days"] == sum(step["delay_days"] for step in steps)

    async def test_steps_and_copy_together_are_refused(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.post(PATH, headers=make_tenant(db).member.headers, json={"name": "Rien"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")

    async def test_steps_can_swap_change_join_and_leave(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        scenario = scenario_id(db, tenant)
        first, second, *_ = step_ids(db, scenario)
        wanted = [{**STEP, "id": str(second)}, {**STEP, "id": str(first), "delay_days": 4}, {**STEP, "delay_days": 2}]
        answer = await gateway.put(f"{PATH}/{scenario}/steps", headers=tenant.member.headers, json={"steps": wanted})
        assert answer.status_code == 200
        steps = answer.json()["steps"]
        assert [step["id"] for step in steps[:2]] == [str(second), str(first)]
        assert [step["delay_days"] for step in steps] == [0, 4, 2]
        assert answer.json()["duration_days"] == 6

    async def test_a_step_of_another_scenario_is_refused(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        foreign = step_ids(db, scenario_id(db, tenant, "soft_connection"))[0]
        answer = await gateway.put(
            f"{PATH}/{scenario_id(db, tenant)}/steps",
            headers=tenant.member.headers,
            json={"steps": [{**STEP, "id": str(foreign)}]},
        )
        assert answer.status_code == 400

    async def test_a_viewer_may_not(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        path = f"{PATH}/{scenario_id(db, tenant)}"
        headers = tenant.viewer.headers
        assert (await gateway.patch(path, headers=headers, json={"name": "x"})).status_code == 403
        assert (await gateway.put(f"{path}/steps", headers=headers, json={"steps": [STEP]})).status_code == 403
        assert (await gateway.delete(path, headers=headers)).status_code == 403

    async def test_one_that_a_campaign_uses_stays(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        make_campaign(db, tenant)
        used, free = scenario_id(db, tenant), scenario_id(db, tenant, "premium_approach")
        refused = await gateway.delete(f"{PATH}/{used}", headers=tenant.admin.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "scenario_in_use")
        assert (await gateway.delete(f"{PATH}/{free}", headers=tenant.admin.headers)).status_code == 204
