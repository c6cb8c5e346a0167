"""Writing the next message of each sequence: claimed when due, reported once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_prospect,
    make_tenant,
    one,
    scenario_id,
    step_ids,
)
from tests.api_gateway.people import WORKFLOW, Tenant

pytestmark = pytest.mark.anyio
PATH = "/internal/v1/messages"
WRITTEN = {
    "variants": [{"subject": "Suite", "body": "Bonjour Jeanne, une idée pour votre équipe.", "used_facts": ["x"]}],
    "source": "rules",
    "model": "rules",
    "prompt_version": "1",
    "cached": False,
    "usage": {"input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0},
    "latency_ms": 3,
}


@pytest.fixture(autouse=True)
def nothing_else_is_due(db: Db) -> None:
    db.execute("update public.enrollments set next_step_due_at = null, regenerate_step_id = null")


class Due:
    """A person whose next step fell due a moment ago."""

    def __init__(
        self, db: Db, tenant: Tenant, *, scenario: str = "soft_follow_up", after: int = 1, **campaign: Any
    ) -> None:
        self.db = db
        self.scenario = scenario_id(db, tenant, scenario)
        self.steps = step_ids(db, self.scenario)
        self.campaign = make_campaign(
            db, tenant, **{"status": "active", "approval_policy": "automatic", "scenario_id": self.scenario, **campaign}
        )
        self.prospect = make_prospect(db, tenant)
        self.enrollment = enroll(
            db, tenant, self.campaign, self.prospect, status="in_sequence", step_position=after,
            next_step_due_at=datetime.now(UTC) - timedelta(minutes=1),
        )  # fmt: skip

    @property
    def row(self) -> dict[str, Any]:
        return one(self.db, "select * from public.enrollments where id = %s", self.enrollment)


async def claim(gateway: httpx2.AsyncClient, campaign: UUID) -> dict[str, Any]:
    answer = await gateway.post(f"{PATH}/claim", headers=WORKFLOW, json={"limit": 50, "campaign_id": str(campaign)})
    assert answer.status_code == 200, answer.text
    batch: dict[str, Any] = answer.json()
    return batch


def report_of(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    held = {name: item[name] for name in ("enrollment_id", "step_id", "lease_token")}
    return {**held, "outcome": "succeeded", "message": WRITTEN, **more}


async def report(gateway: httpx2.AsyncClient, body: dict[str, Any]) -> httpx2.Response:
    return await gateway.post(f"{PATH}/report", headers=WORKFLOW, json=body)


@pytest.mark.parametrize("act", ["claim", "report"])
async def test_without_the_workflows_token_it_is_401(gateway: httpx2.AsyncClient, act: str) -> None:
    assert (await gateway.post(f"{PATH}/{act}", json={})).status_code == 401


async def test_a_due_step_is_claimed_written_and_planned(gateway: httpx2.AsyncClient, db: Db) -> None:
    due = Due(db, make_tenant(db))
    [item] = (await claim(gateway, due.campaign))["items"]
    assert (item["step_id"], item["kind"], item["prospect"]["first_name"]) == (
        str(due.steps[1]), "follow_up", "Jeanne",
    )  # fmt: skip
    assert (await claim(gateway, due.campaign))["items"] == []
    answer = await report(gateway, report_of(item))
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    again = await report(gateway, report_of(item))
    assert again.json() == answer.json()
    [intent] = db.execute("select * from public.send_intents where enrollment_id = %s", [due.enrollment]).fetchall()
    assert (intent["status"], intent["step_key"]) == ("planned", item["step_id"])
    assert (await claim(gateway, due.campaign))["items"] == []


@pytest.mark.parametrize(
    ("policy", "after", "status"),
    [("review_first", 0, "pending_review"), ("review_first", 1, "approved"), ("review_all", 3, "pending_review")],
)
async def test_the_approval_policy_decides(
    gateway: httpx2.AsyncClient, db: Db, policy: str, after: int, status: str
) -> None:
    due = Due(db, make_tenant(db), after=after, approval_policy=policy)
    [item] = (await claim(gateway, due.campaign))["items"]
    assert (await report(gateway, report_of(item))).json()["status"] == status


async def test_a_stale_token_is_refused(gateway: httpx2.AsyncClient, db: Db) -> None:
    due = Due(db, make_tenant(db))
    [item] = (await claim(gateway, due.campaign))["items"]
    db.execute("update public.enrollments set lease_until = now() - interval '1 s' where id = %s", [due.enrollment])
    [other] = (await claim(gateway, due.campaign))["items"]
    late = await report(gateway, report_of(item))
    assert (late.status_code, late.json()["code"]) == (409, "lease_lost")
    assert (await report(gateway, report_of(other))).status_code == 200


async def test_a_failure_rests_and_is_claimed_again(gateway: httpx2.AsyncClient, db: Db) -> None:
    due = Due(db, make_tenant(db))
    [item] = (await claim(gateway, due.campaign))["items"]
    answer = await report(gateway, report_of(item, outcome="failed", message=None, error="model away"))
    assert answer.json()["status"] == "to_be_tried_again"
    assert (due.row["attempts"], due.row["last_error"]) == (1, "model away")
    assert (await claim(gateway, due.campaign))["items"] == []
    db.execute("update public.enrollments set lease_until = now() where id = %s", [due.enrollment])
    assert len((await claim(gateway, due.campaign))["items"]) == 1


async def test_nothing_is_written_while_something_of_theirs_is_open(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    held = Due(db, tenant)
    db.execute("update public.enrollments set hold_until = now() + interval '1 day' where id = %s", [held.enrollment])
    replied = Due(db, tenant)
    conversation = insert(
        db, "conversations", organization_id=tenant.id, enrollment_id=replied.enrollment,
        campaign_id=replied.campaign, prospect_id=replied.prospect,
    )  # fmt: skip
    insert(
        db, "replies", organization_id=tenant.id, conversation_id=conversation, enrollment_id=replied.enrollment,
        campaign_id=replied.campaign, prospect_id=replied.prospect, provider_message_id=str(uuid4()),
        received_at=datetime.now(UTC),
    )  # fmt: skip
    paused = Due(db, tenant)
    db.execute("update public.campaigns set status = 'paused' where id = %s", [paused.campaign])
    for due in (held, replied, paused):
        assert (await claim(gateway, due.campaign))["items"] == []


async def test_a_draft_that_a_person_wants_anew_is_claimed(gateway: httpx2.AsyncClient, db: Db) -> None:
    due = Due(db, make_tenant(db))
    db.execute(
        "update public.enrollments set next_step_due_at = null, regenerate_step_id = %s where id = %s",
        [due.steps[1], due.enrollment],
    )
    [item] = (await claim(gateway, due.campaign))["items"]
    assert item["step_id"] == str(due.steps[1])
    await report(gateway, report_of(item))
    assert due.row["regenerate_step_id"] is None


class TestPassingOver:
    async def test_a_text_message_without_provider_or_number(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        scenario = scenario_id(db, tenant, "firm_follow_up")
        row = db.execute(
            "select position from public.scenario_steps where scenario_id = %s and channel = 'sms'", [scenario]
        ).fetchone()
        assert row is not None
        due = Due(db, tenant, scenario="firm_follow_up", after=row["position"] - 1)
        batch = await claim(gateway, due.campaign)
        assert (batch["items"], batch["passed_over"]) == ([], 1)
        decision = one(db, "select reason from public.send_decisions where enrollment_id = %s", due.enrollment)
        assert decision["reason"] == "no_address"
        db.execute("update public.prospects set phone_e164 = '+33612345678' where id = %s", [due.prospect])
        if due.row["status"] == "in_sequence":
            assert due.row["step_position"] == row["position"]
        else:
            assert due.row["status"] == "completed"

    async def test_a_linkedin_step_without_a_profile(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        due = Due(db, make_tenant(db), scenario="soft_connection", after=1)
        batch = await claim(gateway, due.campaign)
        assert (batch["items"], batch["passed_over"]) == ([], 1)
        assert (due.row["status"], due.row["step_position"]) == ("in_sequence", 2)
        assert due.row["next_step_due_at"] > datetime.now(UTC)

    async def test_after_the_last_step_the_sequence_is_over(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        due = Due(db, make_tenant(db), after=5)
        assert (await claim(gateway, due.campaign))["passed_over"] == 1
        assert due.row["status"] == "completed"
