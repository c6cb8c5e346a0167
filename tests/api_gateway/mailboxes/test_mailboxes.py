"""Sending accounts, and the watch over how they fare."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
import pytest

from api_gateway.mailboxes import deliverability
from api_gateway.mailboxes.deliverability import verdict
from api_gateway.mailboxes.repository import Limits, Record
from api_gateway.resources import Resources
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_mailbox,
    make_message,
    make_prospect,
    make_tenant,
    one,
)
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/mailboxes"
NOWHERE = UUID(int=0)
WANTED = {"provider": "instantly", "address": "Lea@Try-Us.Example", "daily_cap": 20}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", ""), ("PATCH", f"/{NOWHERE}"), ("DELETE", f"/{NOWHERE}")]
)
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, method: str, path: str) -> None:
    assert (await gateway.request(method, PATH + path, json={})).status_code == 401


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_the_other_organization_is_404(gateway: httpx2.AsyncClient, db: Db, method: str) -> None:
    theirs = make_mailbox(db, make_tenant(db))
    answer = await gateway.request(
        method, f"{PATH}/{theirs}", headers=make_tenant(db).owner.headers, json={"daily_cap": 3}
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "mailbox_not_found")


class TestTheRoom:
    async def test_an_administrator_adds_changes_and_removes(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        assert (await gateway.post(PATH, headers=tenant.member.headers, json=WANTED)).status_code == 403
        created = await gateway.post(PATH, headers=tenant.admin.headers, json=WANTED)
        assert created.status_code == 201, created.text
        assert (created.json()["sent_today"], created.json()["bounce_rate"]) == (0, None)
        assert (await gateway.post(PATH, headers=tenant.admin.headers, json=WANTED)).status_code == 409
        path = f"{PATH}/{created.json()['id']}"
        started = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()
        changed = await gateway.patch(path, headers=tenant.admin.headers, json={"warmup_started_on": started})
        assert changed.json()["effective_daily_cap"] == 5
        listed = (await gateway.get(PATH, headers=tenant.viewer.headers)).json()["items"]
        assert [item["address"] for item in listed] == ["Lea@Try-Us.Example"]
        assert (await gateway.delete(path, headers=tenant.admin.headers)).status_code == 204

    async def test_what_is_no_address_is_refused(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.post(PATH, headers=make_tenant(db).admin.headers, json={**WANTED, "address": "nobody"})
        assert answer.status_code == 400

    async def test_one_that_people_stick_to_is_not_removed(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        mailbox = make_mailbox(db, tenant)
        enroll(
            db, tenant, make_campaign(db, tenant), make_prospect(db, tenant), status="in_sequence", mailbox_id=mailbox
        )
        answer = await gateway.delete(f"{PATH}/{mailbox}", headers=tenant.admin.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "mailbox_in_use")


def sent(db: Db, tenant: Tenant, campaign: UUID, mailbox: UUID, count: int, bounced: int) -> list[UUID]:
    """`count` sends of this very moment, one after the other, the first `bounced` of which came back."""
    messages = []
    for number in range(count):
        prospect = make_prospect(db, tenant)
        enrollment = enroll(db, tenant, campaign, prospect, status="in_sequence")
        message = make_message(
            db, tenant, campaign, enrollment, prospect, status="sent", mailbox_id=mailbox, sent_at=datetime.now(UTC)
        )
        at = datetime.now(UTC)
        insert(
            db, "send_intents", organization_id=tenant.id, campaign_id=campaign, enrollment_id=enrollment,
            message_id=message, step_key=f"message:{message}", channel="email", idempotency_key=str(message),
            status="sent", mailbox_id=mailbox, sending_at=at, sent_at=at,
        )  # fmt: skip
        if number < bounced:
            insert(
                db, "message_events", organization_id=tenant.id, message_id=message, campaign_id=campaign,
                kind="bounced", occurred_at=at,
            )  # fmt: skip
        messages.append(message)
    return messages


class TestTheWatch:
    @pytest.mark.parametrize(
        ("sends", "bounces", "told"),
        [(19, 19, "unknown"), (20, 0, "healthy"), (100, 1, "healthy"), (100, 2, "warned"), (100, 5, "paused"),
         (20, 1, "paused")],
    )  # fmt: skip
    def test_the_thresholds(self, sends: int, bounces: int, told: str) -> None:
        record = Record(id=NOWHERE, name="x", state="healthy", sends=sends, bounces=bounces, complaints=0)
        limits = Limits(bounce_warn_percent=2, bounce_pause_percent=5, bounce_minimum_sends=20, bounce_window_sends=100)
        assert verdict(record, limits) == told

    async def watch(self, resources: Resources, tenant: Tenant) -> None:
        async with resources.database.workflow(tenant.id, actor="system:webhooks") as session:
            await deliverability.watch(session, tenant.id)

    async def test_a_bad_mailbox_and_its_campaign_are_paused_and_somebody_is_told(
        self, resources: Resources, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant, status="active"), make_mailbox(db, tenant)
        messages = sent(db, tenant, campaign, mailbox, count=40, bounced=3)
        async with resources.database.workflow(tenant.id, actor="system:webhooks") as session:
            await deliverability.note_failure(session, tenant.id, messages[0], "bounced")
        row = one(db, "select health, health_reason from public.mailboxes where id = %s", mailbox)
        assert (row["health"], row["health_reason"]) == ("paused", "3 bounces and 0 complaints in the last 40 sends.")
        assert one(db, "select status from public.campaigns where id = %s", campaign)["status"] == "paused"
        kinds = db.execute("select kind from public.alerts where organization_id = %s order by 1", [tenant.id])
        assert [alert["kind"] for alert in kinds.fetchall()] == ["campaign_paused", "mailbox_paused"]
        audit = db.execute(
            "select entity, reason from public.audit_log where organization_id = %s and reason = 'bounce_watch'",
            [tenant.id],
        ).fetchall()
        assert {entry["entity"] for entry in audit} == {"mailboxes", "campaigns"}
        assert one(db, "select bounced from public.mailbox_days where mailbox_id = %s", mailbox)["bounced"] == 1

    async def test_only_a_person_lifts_a_pause_and_the_old_bounces_are_forgiven(
        self, resources: Resources, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant), make_mailbox(db, tenant)
        sent(db, tenant, campaign, mailbox, count=20, bounced=3)
        await self.watch(resources, tenant)
        sent(db, tenant, campaign, mailbox, count=100, bounced=0)
        await self.watch(resources, tenant)
        assert await self.health(db, mailbox) == "paused"
        lifted: dict[str, Any] = (
            await gateway.patch(f"{PATH}/{mailbox}", headers=tenant.admin.headers, json={"health": "healthy"})
        ).json()
        assert (lifted["health"], lifted["health_reason"]) == ("healthy", None)
        await self.watch(resources, tenant)
        assert await self.health(db, mailbox) == "healthy"

    async def test_the_limits_and_the_window_are_the_organizations_own(
        self, resources: Resources, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant, status="active"), make_mailbox(db, tenant)
        own = {
            "bounce_warn_percent": 20,
            "bounce_pause_percent": 50,
            "bounce_minimum_sends": 4,
            "bounce_window_sends": 8,
        }
        answer = await gateway.put("/api/v1/settings/sending", headers=tenant.admin.headers, json=own)
        assert {name: answer.json()[name] for name in own} == own
        sent(db, tenant, campaign, mailbox, count=8, bounced=0)
        sent(db, tenant, campaign, mailbox, count=3, bounced=3)
        await self.watch(resources, tenant)
        assert await self.health(db, mailbox) == "warned"
        sent(db, tenant, campaign, mailbox, count=1, bounced=1)
        await self.watch(resources, tenant)
        assert await self.health(db, mailbox) == "paused"

    async def test_a_campaign_stays_paused_whatever_comes_after(
        self, resources: Resources, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant, status="active"), make_mailbox(db, tenant)
        sent(db, tenant, campaign, mailbox, count=20, bounced=2)
        await self.watch(resources, tenant)
        sent(db, tenant, campaign, mailbox, count=100, bounced=0)
        await self.watch(resources, tenant)
        assert one(db, "select status from public.campaigns where id = %s", campaign)["status"] == "paused"

    async def test_a_warning_goes_away_by_itself(self, resources: Resources, db: Db) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant), make_mailbox(db, tenant)
        sent(db, tenant, campaign, mailbox, count=40, bounced=1)
        await self.watch(resources, tenant)
        assert await self.health(db, mailbox) == "warned"
        sent(db, tenant, campaign, mailbox, count=100, bounced=0)
        await self.watch(resources, tenant)
        assert await self.health(db, mailbox) == "healthy"

    @staticmethod
    async def health(db: Db, mailbox: UUID) -> str:
        found: str = one(db, "select health from public.mailboxes where id = %s", mailbox)["health"]
        return found
