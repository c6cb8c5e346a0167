"""What a person may do with a message."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api_gateway.factories import (
    Db,
    enroll,
    make_campaign,
    make_message,
    make_prospect,
    make_tenant,
    one,
    step_ids,
)
from tests.api_gateway.factories import scenario_id as find_scenario
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/messages"
NOWHERE = UUID(int=0)
ACTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "", {}),
    ("PATCH", "", {"body": "Autre texte"}),
    ("POST", "/approve", {}),
    ("POST", "/reject", {"reason": "non"}),
    ("POST", "/regenerate", {}),
    ("POST", "/complete", {}),
    ("POST", "/retry", {}),
    ("POST", "/settle", {"outcome": "sent"}),
]


class Draft:
    """A campaign with one person and one message."""

    def __init__(self, db: Db, tenant: Tenant, *, step: int = 1, **columns: Any) -> None:
        self.db, self.tenant = db, tenant
        self.campaign = make_campaign(db, tenant, status="active")
        self.prospect = make_prospect(db, tenant)
        status = "qualified" if step == 1 else "in_sequence"
        self.enrollment = enroll(db, tenant, self.campaign, self.prospect, status=status, step_position=step - 1)
        self.steps = step_ids(db, find_scenario(db, tenant))
        self.id = make_message(
            db, tenant, self.campaign, self.enrollment, self.prospect, **{"step_id": self.steps[step - 1], **columns}
        )

    @property
    def row(self) -> dict[str, Any]:
        return one(self.db, "select * from public.messages where id = %s", self.id)

    @property
    def intents(self) -> list[dict[str, Any]]:
        return self.db.execute("select * from public.send_intents where message_id = %s", [self.id]).fetchall()

    @property
    def enrolled(self) -> dict[str, Any]:
        return one(self.db, "select * from public.enrollments where id = %s", self.enrollment)


@pytest.fixture(autouse=True)
def n8n(outside: Outside) -> None:
    outside.answer("POST n8n.test/webhook/sm/send-due-messages")
    outside.answer("POST n8n.test/webhook/sm/advance-scenarios")


@pytest.mark.parametrize(("method", "path", "body"), [*ACTS, ("POST", "/../bulk", {"ids": [], "action": "approve"})])
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, method: str, path: str, body: dict[str, Any]) -> None:
    assert (await gateway.request(method, f"{PATH}/{NOWHERE}{path}", json=body)).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), ACTS)
async def test_the_other_organization_is_404(
    gateway: httpx2.AsyncClient, db: Db, method: str, path: str, body: dict[str, Any]
) -> None:
    theirs, tenant = Draft(db, make_tenant(db)), make_tenant(db)
    answer = await gateway.request(method, f"{PATH}/{theirs.id}{path}", headers=tenant.owner.headers, json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "message_not_found")
    assert theirs.row["status"] == "pending_review"


@pytest.mark.parametrize(("method", "path", "body"), ACTS[1:])
async def test_a_viewer_changes_nothing(
    gateway: httpx2.AsyncClient, db: Db, method: str, path: str, body: dict[str, Any]
) -> None:
    draft = Draft(db, make_tenant(db))
    answer = await gateway.request(method, f"{PATH}/{draft.id}{path}", headers=draft.tenant.viewer.headers, json=body)
    assert answer.status_code == 403
    assert draft.row["status"] == "pending_review"


class TestListing:
    async def test_by_status_page_by_page(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        waiting = [Draft(db, tenant).id for _ in range(3)]
        Draft(db, tenant, status="approved")
        seen: list[str] = []
        cursor = None
        for _ in range(2):
            query: dict[str, Any] = {"status": "pending_review", "limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await gateway.get(PATH, headers=tenant.viewer.headers, params=query)).json()
            assert page["total"] == 3
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert (cursor, seen) == (None, [str(message) for message in reversed(waiting)])

    async def test_it_says_whom_it_is_for(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        draft = Draft(db, make_tenant(db))
        answer = await gateway.get(f"{PATH}/{draft.id}", headers=draft.tenant.viewer.headers)
        shown = answer.json()
        assert (shown["prospect_name"], shown["step_position"], shown["revisions"]) == ("Jeanne Durand", 1, [])
        assert shown["recipient"].endswith("@exemple.example")


class TestApproving:
    async def test_it_is_planned_once(self, gateway: httpx2.AsyncClient, db: Db, outside: Outside) -> None:
        draft = Draft(db, make_tenant(db))
        path = f"{PATH}/{draft.id}/approve"
        answer = await gateway.post(path, headers=draft.tenant.member.headers)
        assert (answer.status_code, answer.json()["status"]) == (200, "approved")
        [intent] = draft.intents
        assert (intent["status"], intent["step_key"]) == ("planned", str(draft.steps[0]))
        assert draft.row["approved_by"] == draft.tenant.member.user_id
        again = await gateway.post(path, headers=draft.tenant.member.headers)
        assert (again.status_code, again.json()["code"]) == (409, "message_not_open")
        assert len(draft.intents) == 1

    async def test_a_hole_in_the_text_must_be_filled_first(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        draft = Draft(db, make_tenant(db), body="Bonjour {{prenom}}, un mot.")
        answer = await gateway.post(f"{PATH}/{draft.id}/approve", headers=draft.tenant.member.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "message_incomplete")
        assert answer.json()["errors"][0]["field"] == "{{prenom}}"
        assert draft.intents == []

    async def test_a_linkedin_message_becomes_a_task(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        draft = Draft(db, make_tenant(db), channel="linkedin", kind="invitation", subject="")
        headers = draft.tenant.member.headers
        assert (await gateway.post(f"{PATH}/{draft.id}/approve", headers=headers)).json()["status"] == "approved"
        assert draft.intents == []
        done = await gateway.post(f"{PATH}/{draft.id}/complete", headers=headers)
        assert (done.status_code, done.json()["status"]) == (200, "sent")
        enrolled = draft.enrolled
        assert (enrolled["status"], enrolled["step_position"]) == ("in_sequence", 1)
        assert enrolled["next_step_due_at"] is not None

    async def test_an_email_is_not_completed_by_hand(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        draft = Draft(db, make_tenant(db), status="approved")
        answer = await gateway.post(f"{PATH}/{draft.id}/complete", headers=draft.tenant.member.headers)
        assert answer.status_code == 409


class TestEditing:
    async def test_the_edit_is_kept_as_a_revision(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        draft = Draft(db, make_tenant(db))
        headers = draft.tenant.member.headers
        before = draft.row["body"]
        answer = await gateway.patch(f"{PATH}/{draft.id}", headers=headers, json={"body": "Bonjour, plus court."})
        assert (answer.status_code, answer.json()["revisions_count"]) == (200, 1)
        [revision] = (await gateway.get(f"{PATH}/{draft.id}", headers=headers)).json()["revisions"]
        assert (revision["before_body"], revision["after_body"]) == (before, "Bonjour, plus court.")
        assert revision["before_subject"] == revision["after_subject"]

    async def test_what_has_left_is_not_edited(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        draft = Draft(db, make_tenant(db), status="sent")
        answer = await gateway.patch(f"{PATH}/{draft.id}", headers=draft.tenant.member.headers, json={"body": "x"})
        assert answer.status_code == 409


class TestRejecting:
    @pytest.mark.parametrize(("step", "status"), [(1, "rejected"), (2, "completed")])
    async def test_it_ends_the_sequence(self, gateway: httpx2.AsyncClient, db: Db, step: int, status: str) -> None:
        draft = Draft(db, make_tenant(db), step=step, kind="follow_up")
        headers = draft.tenant.member.headers
        await gateway.post(f"{PATH}/{draft.id}/approve", headers=headers)
        answer = await gateway.post(f"{PATH}/{draft.id}/reject", headers=headers, json={"reason": "Trop familier"})
        assert (answer.json()["status"], answer.json()["rejected_reason"]) == ("rejected", "Trop familier")
        assert draft.intents[0]["status"] == "cancelled"
        assert draft.enrolled["status"] == status


class TestRegenerating:
    async def test_the_step_is_asked_for_again(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        draft = Draft(db, make_tenant(db))
        answer = await gateway.post(f"{PATH}/{draft.id}/regenerate", headers=draft.tenant.member.headers)
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        assert draft.enrolled["regenerate_step_id"] == draft.steps[0]

    async def test_a_rejected_first_message_brings_the_person_back(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        draft = Draft(db, make_tenant(db))
        headers = draft.tenant.member.headers
        await gateway.post(f"{PATH}/{draft.id}/reject", headers=headers, json={})
        assert (await gateway.post(f"{PATH}/{draft.id}/regenerate", headers=headers)).status_code == 200
        assert draft.enrolled["status"] == "qualified"


class TestBulk:
    async def test_one_that_fails_does_not_keep_the_others(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        good, sent, theirs = Draft(db, tenant), Draft(db, tenant, status="sent"), Draft(db, make_tenant(db))
        ids = [str(draft.id) for draft in (good, sent, theirs)]
        answer = await gateway.post(
            f"{PATH}/bulk", headers=tenant.member.headers, json={"ids": ids, "action": "approve"}
        )
        told = answer.json()
        assert told["succeeded"] == ids[:1]
        assert {failure["id"]: failure["code"] for failure in told["failed"]} == {
            ids[1]: "message_not_open",
            ids[2]: "message_not_found",
        }
        assert good.intents[0]["status"] == "planned"
