"""Whom nothing is sent to: the list, and what a stop takes back."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from api_gateway.resources import Resources
from api_gateway.suppressions import service
from api_gateway.suppressions.keys import Key, UnreadableAddress, normalized, recognized
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_message,
    make_prospect,
    make_tenant,
    one,
    scenario_id,
    step_ids,
)
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/suppressions"
NOWHERE = UUID(int=0)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", ""), ("POST", "/import"), ("GET", "/export"), ("DELETE", f"/{NOWHERE}")]
)
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, method: str, path: str) -> None:
    assert (await gateway.request(method, PATH + path)).status_code == 401


async def test_the_other_organization_is_404(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant, other = make_tenant(db), make_tenant(db)
    theirs = insert(
        db, "suppressions", organization_id=other.id, kind="email", value_norm="x@y.example", reason="manual"
    )
    assert (await gateway.delete(f"{PATH}/{theirs}", headers=tenant.owner.headers)).status_code == 404
    assert (await gateway.get(PATH, headers=tenant.owner.headers)).json()["items"] == []
    assert one(db, "select 1 as found from public.suppressions where id = %s", theirs)


class TestForms:
    @pytest.mark.parametrize(
        ("written", "key"),
        [
            (" Jane.DOE@Acme.Example ", Key("email", "jane.doe@acme.example")),
            ("@acme.example", Key("domain", "acme.example")),
            ("https://www.acme.example/contact", Key("domain", "acme.example")),
            ("06 12 34 56 78", Key("phone", "+33612345678")),
            ("https://fr.linkedin.com/in/Jane-Doe/?trk=x", Key("linkedin", "linkedin.com/in/jane-doe")),
        ],
    )
    def test_one_form_each(self, written: str, key: Key) -> None:
        assert recognized(written) == key

    @pytest.mark.parametrize(
        ("kind", "value"), [("email", "nobody"), ("domain", "a b"), ("phone", "12"), ("linkedin", "x.example/in/a")]
    )
    def test_what_is_none_is_refused(self, kind: Any, value: str) -> None:
        with pytest.raises(UnreadableAddress):
            normalized(kind, value)


class TestTheList:
    async def test_a_member_adds_a_viewer_may_not_an_administrator_removes(
        self, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        wanted = {"kind": "domain", "value": "Client.Example", "note": "Client"}
        assert (await gateway.post(PATH, headers=tenant.viewer.headers, json=wanted)).status_code == 403
        created = await gateway.post(PATH, headers=tenant.member.headers, json=wanted)
        assert (created.status_code, created.json()["value"]) == (201, "client.example")
        twice = await gateway.post(PATH, headers=tenant.member.headers, json=wanted)
        assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
        path = f"{PATH}/{created.json()['id']}"
        assert (await gateway.delete(path, headers=tenant.member.headers)).status_code == 403
        removed = await gateway.delete(path, headers=tenant.admin.headers, params={"reason": "Signed a contract"})
        assert removed.status_code == 204
        entry = one(
            db,
            "select actor, reason from public.audit_log where entity = 'suppressions' and action = 'delete'"
            " and organization_id = %s",
            tenant.id,
        )
        assert (entry["actor"], entry["reason"]) == (f"user:{tenant.admin.user_id}", "Signed a contract")

    async def test_a_file_is_imported_row_by_row_and_exported_again(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        content = "Adresse e-mail;Nom\nA@x.example;Anne\n;\nnon\na@x.example;Encore\n+33 6 12 34 56 78;Tel\n"
        answer = await gateway.post(
            f"{PATH}/import",
            headers=tenant.member.headers,
            files={"file": ("stop.csv", content.encode("utf-8-sig"), "text/csv")},
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["added"], told["already_there"], told["rejected"]) == (2, 0, 1)
        assert told["problems"] == [{"line": 4, "reason": "No address in “non”."}]
        exported = (await gateway.get(f"{PATH}/export", headers=tenant.viewer.headers)).text
        assert "email,a@x.example,imported" in exported
        assert "'+33612345678" in exported

    async def test_it_is_searched_by_its_beginning(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        for value in ("anne@x.example", "bob@x.example"):
            await gateway.post(PATH, headers=tenant.member.headers, json={"kind": "email", "value": value})
        page = (await gateway.get(PATH, headers=tenant.viewer.headers, params={"q": "AN"})).json()
        assert [item["value"] for item in page["items"]] == ["anne@x.example"]


def planned(db: Db, tenant: Tenant, status: str = "in_sequence") -> tuple[UUID, UUID, UUID]:
    """A prospect, their enrollment and their planned message."""
    campaign = make_campaign(db, tenant, status="active")
    prospect = make_prospect(db, tenant, phone_e164="+33612345678", linkedin_norm=f"linkedin.com/in/{campaign}")
    enrollment = enroll(db, tenant, campaign, prospect, status=status)
    step = step_ids(db, scenario_id(db, tenant))[1]
    message = make_message(db, tenant, campaign, enrollment, prospect, status="approved", step_id=step)
    insert(
        db, "send_intents", organization_id=tenant.id, campaign_id=campaign, enrollment_id=enrollment,
        message_id=message, step_key=str(step), channel="email", idempotency_key=f"sm-{message}",
    )  # fmt: skip
    return prospect, enrollment, message


class TestWhatAStopTakesBack:
    @pytest.mark.parametrize(
        ("reason", "status"), [("unsubscribed", "unsubscribed"), ("bounced", "bounced"), ("manual", "completed")]
    )
    async def test_everything_that_was_planned(self, resources: Resources, db: Db, reason: Any, status: str) -> None:
        tenant = make_tenant(db)
        prospect, enrollment, message = planned(db, tenant)
        async with resources.database.workflow(tenant.id, actor="test") as session:
            await service.suppress_prospect(
                session, organization_id=tenant.id, prospect_id=prospect, reason=reason, source="test"
            )
        row = one(db, "select status, next_step_due_at from public.enrollments where id = %s", enrollment)
        assert (row["status"], row["next_step_due_at"]) == (status, None)
        assert one(db, "select status from public.messages where id = %s", message)["status"] == "cancelled"
        intent = one(db, "select status from public.send_intents where message_id = %s", message)
        assert intent["status"] == "cancelled"
        kinds = db.execute(
            "select kind from public.suppressions where organization_id = %s order by kind", [tenant.id]
        ).fetchall()
        # A dead address says nothing about the person's other ones.
        expected = ["email"] if reason == "bounced" else ["email", "linkedin", "phone"]
        assert [kind["kind"] for kind in kinds] == expected
        moved = one(
            db,
            "select actor, reason from public.enrollment_events where enrollment_id = %s and to_status = %s",
            enrollment,
            status,
        )
        assert (moved["actor"], moved["reason"]) == ("test", f"suppressed:{reason}")

    async def test_a_member_may_stop_somebody_too(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        prospect, enrollment, _ = planned(db, tenant, status="qualified")
        email = one(db, "select email from public.prospects where id = %s", prospect)["email"]
        answer = await gateway.post(PATH, headers=tenant.member.headers, json={"kind": "email", "value": email})
        assert answer.status_code == 201, answer.text
        assert one(db, "select status from public.enrollments where id = %s", enrollment)["status"] == "rejected"
