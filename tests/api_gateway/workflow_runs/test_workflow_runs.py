"""What the workflows report about themselves."""

import httpx2
import pytest

from tests.api_gateway.factories import Db, make_campaign, make_tenant, one
from tests.api_gateway.people import WORKFLOW

pytestmark = [pytest.mark.anyio, pytest.mark.database]
RUNS = "/internal/v1/workflow-runs/report"
ERRORS = "/internal/v1/workflow-errors"


async def test_without_the_service_token_nothing_is_taken(gateway: httpx2.AsyncClient) -> None:
    for route in (RUNS, ERRORS):
        assert (await gateway.post(route, json={})).status_code == 401


async def test_executions_are_counted(db: Db, gateway: httpx2.AsyncClient) -> None:
    for status, processed, failed in [("succeeded", 5, 1), ("failed", 0, 0), ("failed", 2, 2)]:
        body = {"workflow_name": "send-due-messages", "status": status, "processed": processed, "failed": failed}
        assert (await gateway.post(RUNS, json=body, headers=WORKFLOW)).status_code == 200
    health = one(db, "select * from private.workflow_health where workflow_name = 'send-due-messages'")
    assert (health["processed"], health["failed"], health["consecutive_failures"]) == (7, 3, 2)


async def test_more_than_three_failures_in_a_row_alert_whom_they_concern(db: Db, gateway: httpx2.AsyncClient) -> None:
    concerned, idle = make_tenant(db), make_tenant(db)
    make_campaign(db, concerned, status="active")
    body = {"workflow_id": "smReply01", "workflow_name": "Handle replies", "message": "boom", "node": "Claim replies"}
    answers = [(await gateway.post(ERRORS, json=body, headers=WORKFLOW)).json() for _ in range(4)]
    assert [(answer["attempts"], answer["alert_raised"]) for answer in answers] == [
        (1, False), (2, False), (3, False), (4, True),
    ]  # fmt: skip
    alerts = db.execute("select organization_id, detail from public.alerts where kind = 'workflow_failed'").fetchall()
    assert [alert["organization_id"] for alert in alerts] == [concerned.id]
    assert idle.id != concerned.id
    assert one(db, "select * from private.workflow_health where workflow_name = 'handle-replies'")["failed"] == 4


async def test_what_a_flow_says_of_one_organization_is_told_to_no_other(db: Db, gateway: httpx2.AsyncClient) -> None:
    """One flow serves them all: its words may hold the person over whom it failed."""
    tenant = make_tenant(db)
    make_campaign(db, tenant, status="active")
    body = {
        "workflow_id": "smReply02", "workflow_name": "Record meetings", "execution_id": "4711", "node": "Record",
        "message": "400: jane.doe@of-another-customer.example has no such booking",
    }  # fmt: skip
    for _ in range(4):
        assert (await gateway.post(ERRORS, json=body, headers=WORKFLOW)).status_code == 200
    run = {"workflow_name": "send-due-messages", "status": "failed", "processed": 0, "failed": 1, "message": "jane.doe"}
    assert (await gateway.post(RUNS, json=run, headers=WORKFLOW)).status_code == 200
    flows = await gateway.get("/api/v1/workflows", headers=tenant.owner.headers)
    alerts = await gateway.get("/api/v1/alerts", headers=tenant.owner.headers)
    assert "record-meetings" in alerts.text
    assert "jane.doe" not in alerts.text + flows.text
    assert "4711" in alerts.text
