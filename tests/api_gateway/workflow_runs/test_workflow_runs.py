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
