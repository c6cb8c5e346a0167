"""Where a person in a campaign stands, and where a colleague may move them."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from api_gateway.campaigns.enrollments import MOVES
from tests.api_gateway.factories import Db, enroll, make_campaign, make_prospect, make_tenant, one

pytestmark = pytest.mark.anyio
PATH = "/api/v1/enrollments"


async def test_anonymous_is_401(gateway: httpx2.AsyncClient) -> None:
    assert (await gateway.get(PATH)).status_code == 401
    assert (await gateway.post(f"{PATH}/{UUID(int=0)}/move", json={"status": "rejected"})).status_code == 401


async def test_the_other_organization_is_404(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant, other = make_tenant(db), make_tenant(db)
    theirs = enroll(db, other, make_campaign(db, other), make_prospect(db, other))
    answer = await gateway.post(f"{PATH}/{theirs}/move", headers=tenant.owner.headers, json={"status": "rejected"})
    assert answer.status_code == 404
    assert (await gateway.get(PATH, headers=tenant.owner.headers)).json()["items"] == []


def test_every_move_by_hand_is_an_edge_that_the_table_allows(db: Db) -> None:
    for start, targets in MOVES.items():
        for target in targets:
            allowed: dict[str, Any] = one(db, "select private.enrollment_may_move(%s, %s) as yes", start, target)
            assert allowed["yes"], f"{start} -> {target}"


async def test_a_move_is_logged_with_who_and_why(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    enrollment = enroll(db, tenant, make_campaign(db, tenant), make_prospect(db, tenant), "nurture", score=45)
    body = {"status": "qualified", "reason": "Rencontrée au salon"}
    answer = await gateway.post(f"{PATH}/{enrollment}/move", headers=tenant.member.headers, json=body)
    assert (answer.status_code, answer.json()["status"]) == (200, "qualified")
    event = one(
        db, "select actor, reason from public.enrollment_events where enrollment_id = %s and to_status = 'qualified'",
        enrollment,
    )  # fmt: skip
    assert event == {"actor": f"user:{tenant.member.user_id}", "reason": "Rencontrée au salon"}


async def test_a_refused_move_says_why(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    enrollment = enroll(db, tenant, make_campaign(db, tenant), make_prospect(db, tenant), "unsubscribed")
    answer = await gateway.post(
        f"{PATH}/{enrollment}/move", headers=tenant.member.headers, json={"status": "in_sequence"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "move_refused")
    assert answer.json()["detail"] == "From unsubscribed it can go to: nowhere."


async def test_lists_by_campaign_and_status(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    campaign = make_campaign(db, tenant)
    wanted = enroll(db, tenant, campaign, make_prospect(db, tenant), "qualified", score=80)
    enroll(db, tenant, campaign, make_prospect(db, tenant), "found")
    enroll(db, tenant, make_campaign(db, tenant), make_prospect(db, tenant), "qualified")
    params: dict[str, Any] = {"campaign_id": str(campaign), "status": ["qualified", "nurture"], "min_score": 60}
    items = (await gateway.get(PATH, headers=tenant.viewer.headers, params=params)).json()["items"]
    assert [(item["id"], item["prospect_name"]) for item in items] == [(str(wanted), "Jeanne Durand")]
