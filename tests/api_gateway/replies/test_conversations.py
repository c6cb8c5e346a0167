"""The threads with people who answered, and the walls around what the workflows do with their replies."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.api_gateway.factories import Db, make_campaign, make_tenant
from tests.api_gateway.people import WORKFLOW
from tests.api_gateway.replies.test_handling import make_reply
from tests.api_gateway.webhooks.vendors import Sequence, make_sequence

pytestmark = [pytest.mark.anyio, pytest.mark.database]
NOWHERE = UUID(int=0)
HELD = {"lease_token": str(NOWHERE)}
INTERNAL: list[tuple[str, dict[str, Any]]] = [
    ("replies/claim", {"limit": 1}),
    ("replies/report", {**HELD, "reply_id": str(NOWHERE), "outcome": "failed"}),
    ("enrichments/claim", {"limit": 1}),
    ("enrichments/report", {**HELD, "enrollment_id": str(NOWHERE), "outcome": "failed"}),
    ("scrapes/claim", {}),
    *((f"scrapes/{act}", {**HELD, "run_id": str(NOWHERE)}) for act in ("launch", "poll", "collect")),
    ("scrapes/report", {**HELD, "run_id": str(NOWHERE), "outcome": "failed"}),
]


@pytest.fixture
def someone(db: Db) -> Sequence:
    return make_sequence(db)


@pytest.mark.parametrize("path", ["/conversations", f"/prospects/{NOWHERE}/conversations"])
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, path: str) -> None:
    assert (await gateway.get(f"/api/v1{path}")).status_code == 401


async def test_the_other_organization_is_404(gateway: httpx2.AsyncClient, db: Db, someone: Sequence) -> None:
    make_reply(someone)
    stranger = make_tenant(db).owner.headers
    path = f"/api/v1/prospects/{someone.prospect}/conversations"
    assert (await gateway.get(path, headers=stranger)).status_code == 404
    assert (await gateway.get("/api/v1/conversations", headers=stranger)).json()["items"] == []
    answer = await gateway.get(f"/api/v1/conversations?campaign_id={someone.campaign}", headers=stranger)
    assert answer.json()["items"] == []


async def test_the_threads_are_listed_by_campaign_and_told_in_order(
    gateway: httpx2.AsyncClient, db: Db, someone: Sequence
) -> None:
    make_reply(someone, "Oui, avec plaisir.")
    headers = someone.tenant.viewer.headers
    [thread] = (await gateway.get("/api/v1/conversations", headers=headers)).json()["items"]
    assert thread["prospect_id"] == str(someone.prospect)
    other = make_campaign(db, someone.tenant)
    assert (await gateway.get(f"/api/v1/conversations?campaign_id={other}", headers=headers)).json()["items"] == []
    told = await gateway.get(f"/api/v1/prospects/{someone.prospect}/conversations", headers=headers)
    assert "Oui, avec plaisir." in told.text


REPORTS = [(route, body) for route, body in INTERNAL if "lease_token" in body]


@pytest.mark.parametrize(("route", "body"), INTERNAL, ids=[route for route, _ in INTERNAL])
class TestWorkOfTheWorkflows:
    async def test_without_their_token_it_is_401(
        self, gateway: httpx2.AsyncClient, route: str, body: dict[str, Any]
    ) -> None:
        assert (await gateway.post(f"/internal/v1/{route}", json=body)).status_code == 401

    async def test_a_persons_token_is_none_of_theirs(
        self, gateway: httpx2.AsyncClient, db: Db, route: str, body: dict[str, Any]
    ) -> None:
        owner = make_tenant(db).owner.headers
        assert (await gateway.post(f"/internal/v1/{route}", json=body, headers=owner)).status_code == 401


@pytest.mark.parametrize(("route", "body"), REPORTS, ids=[route for route, _ in REPORTS])
async def test_a_lease_that_nobody_holds_reaches_nothing(
    gateway: httpx2.AsyncClient, route: str, body: dict[str, Any]
) -> None:
    answer = await gateway.post(f"/internal/v1/{route}", json={**body, "lease_token": str(uuid4())}, headers=WORKFLOW)
    assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")
