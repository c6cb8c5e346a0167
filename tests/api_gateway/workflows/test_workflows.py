"""How each flow fares, and starting one now."""

import httpx2
import pytest

from tests.api_gateway.factories import Db, make_campaign, make_tenant
from tests.api_gateway.outside import Outside

pytestmark = pytest.mark.anyio
PATH = "/api/v1/workflows"
SEND = "POST n8n.test/webhook/sm/send-due-messages"


async def test_anonymous_is_401(gateway: httpx2.AsyncClient) -> None:
    assert (await gateway.get(PATH)).status_code == 401
    assert (await gateway.post(f"{PATH}/send-due-messages/start", json={})).status_code == 401


async def test_another_organizations_campaign_is_404(gateway: httpx2.AsyncClient, db: Db, outside: Outside) -> None:
    tenant, other = make_tenant(db), make_tenant(db)
    body = {"campaign_id": str(make_campaign(db, other))}
    answer = await gateway.post(f"{PATH}/send-due-messages/start", headers=tenant.owner.headers, json=body)
    assert answer.status_code == 404
    assert outside.calls == []


async def test_every_flow_is_listed_with_its_last_outcome(gateway: httpx2.AsyncClient, db: Db) -> None:
    db.execute("select private.report_workflow_run('send-due-messages', true, 20, 0)")
    db.execute("select private.report_workflow_run('handle-replies', false, 0, 1, 'boom')")
    db.execute("select private.report_workflow_run('advance-scenarios', true, 1, 0)")
    db.execute(
        "update private.workflow_health set last_finished_at = now() - interval '1 hour'"
        " where workflow_name = 'advance-scenarios'"
    )
    items = (await gateway.get(PATH, headers=make_tenant(db).viewer.headers)).json()["items"]
    states = {item["name"]: item["state"] for item in items}
    assert len(states) == 7
    assert states["send-due-messages"] == "healthy"
    assert states["handle-replies"] == "failing"
    assert states["advance-scenarios"] == "silent"
    assert states["record-meetings"] == "never_run"


class TestStarting:
    async def test_n8n_is_called_with_the_campaign(self, gateway: httpx2.AsyncClient, db: Db, outside: Outside) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant)
        outside.answer(SEND)
        answer = await gateway.post(
            f"{PATH}/send-due-messages/start", headers=tenant.member.headers, json={"campaign_id": str(campaign)}
        )
        assert answer.json() == {"name": "send-due-messages", "started": True}
        assert str(campaign).encode() in outside.called(SEND)[0].read()

    async def test_n8n_away_is_told(self, gateway: httpx2.AsyncClient, db: Db, outside: Outside) -> None:
        outside.answer(SEND, 404)
        answer = await gateway.post(f"{PATH}/send-due-messages/start", headers=make_tenant(db).member.headers, json={})
        assert (answer.status_code, answer.json()["code"]) == (502, "vendor_failed")

    async def test_the_error_flow_is_n8ns_own(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.post(f"{PATH}/handle-errors/start", headers=make_tenant(db).owner.headers, json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "workflow_cannot_be_started")

    async def test_a_viewer_may_not(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.post(f"{PATH}/send-due-messages/start", headers=make_tenant(db).viewer.headers, json={})
        assert answer.status_code == 403
