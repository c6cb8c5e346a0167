"""Which sends the bounce watch holds against a mailbox or a campaign, and from which share on."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest

from api_gateway.mailboxes import deliverability
from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, insert, make_campaign, make_mailbox, make_tenant, one
from tests.api_gateway.mailboxes.test_mailboxes import PATH, sent
from tests.api_gateway.people import Tenant
from tests.api_gateway.sends.vendor import until

pytestmark = pytest.mark.anyio
CAMPAIGNS = "/api/v1/campaigns"


async def watch(resources: Resources, tenant: Tenant) -> None:
    async with resources.database.workflow(tenant.id, actor="system:webhooks") as session:
        await deliverability.watch(session, tenant.id)


def health(db: Db, mailbox: UUID) -> str:
    found: str = one(db, "select health from public.mailboxes where id = %s", mailbox)["health"]
    return found


def status(db: Db, campaign: UUID) -> str:
    found: str = one(db, "select status from public.campaigns where id = %s", campaign)["status"]
    return found


class TestWhatIsForgiven:
    async def test_a_warning_after_a_lifted_pause_does_not_bring_the_old_bounces_back(
        self, resources: Resources, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant), make_mailbox(db, tenant)
        sent(db, tenant, campaign, mailbox, count=60, bounced=6)
        await watch(resources, tenant)
        assert health(db, mailbox) == "paused"
        await gateway.patch(f"{PATH}/{mailbox}", headers=tenant.admin.headers, json={"health": "healthy"})
        sent(db, tenant, campaign, mailbox, count=30, bounced=1)
        await watch(resources, tenant)
        assert health(db, mailbox) == "warned"
        await watch(resources, tenant)
        assert health(db, mailbox) == "warned"

    async def test_a_warning_that_went_away_forgives_nothing(self, resources: Resources, db: Db) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant), make_mailbox(db, tenant)
        for count, bounced, told in ((40, 1, "warned"), (20, 0, "healthy"), (20, 1, "warned")):
            sent(db, tenant, campaign, mailbox, count=count, bounced=bounced)
            await watch(resources, tenant)
            assert health(db, mailbox) == told

    async def test_saying_healthy_to_a_healthy_mailbox_forgives_nothing(
        self, resources: Resources, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant), make_mailbox(db, tenant)
        messages = sent(db, tenant, campaign, mailbox, count=40, bounced=0)
        await gateway.patch(f"{PATH}/{mailbox}", headers=tenant.admin.headers, json={"health": "healthy"})
        for message in messages[:2]:
            bounce(db, tenant, campaign, message)
        await watch(resources, tenant)
        assert health(db, mailbox) == "paused"

    async def test_a_resumed_campaign_is_not_paused_again_for_the_same_bounces(
        self, resources: Resources, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant, status="active"), make_mailbox(db, tenant)
        sent(db, tenant, campaign, mailbox, count=40, bounced=4)
        await watch(resources, tenant)
        assert status(db, campaign) == "paused"
        resumed = await gateway.post(f"{CAMPAIGNS}/{campaign}/resume", headers=tenant.member.headers)
        assert resumed.status_code == 200, resumed.text
        await watch(resources, tenant)
        assert status(db, campaign) == "active"
        sent(db, tenant, campaign, mailbox, count=20, bounced=2)
        await watch(resources, tenant)
        assert status(db, campaign) == "paused"

    async def test_a_pause_by_hand_forgives_nothing(
        self, resources: Resources, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant, status="active"), make_mailbox(db, tenant)
        messages = sent(db, tenant, campaign, mailbox, count=40, bounced=0)
        await gateway.post(f"{CAMPAIGNS}/{campaign}/pause", headers=tenant.member.headers, json={})
        await gateway.post(f"{CAMPAIGNS}/{campaign}/resume", headers=tenant.member.headers)
        for message in messages[:3]:
            bounce(db, tenant, campaign, message)
        await watch(resources, tenant)
        assert status(db, campaign) == "paused"


class TestTheShares:
    @pytest.mark.parametrize(
        ("sends", "bounces", "mailbox_is", "campaign_is"),
        [(19, 5, "healthy", "active"), (20, 0, "healthy", "active"), (100, 1, "healthy", "active"),
         (100, 2, "warned", "active"), (50, 1, "warned", "active"), (100, 5, "paused", "active"),
         (20, 1, "paused", "active"), (100, 6, "paused", "paused"), (20, 2, "paused", "paused")],
    )  # fmt: skip
    async def test_a_mailbox_stops_at_five_percent_and_a_campaign_over_it(
        self, resources: Resources, db: Db, sends: int, bounces: int, mailbox_is: str, campaign_is: str
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant, status="active"), make_mailbox(db, tenant)
        sent(db, tenant, campaign, mailbox, count=sends, bounced=bounces)
        await watch(resources, tenant)
        assert (health(db, mailbox), status(db, campaign)) == (mailbox_is, campaign_is)

    async def test_a_message_that_bounced_and_was_complained_about_counts_once(
        self, resources: Resources, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign, mailbox = make_campaign(db, tenant), make_mailbox(db, tenant)
        messages = sent(db, tenant, campaign, mailbox, count=40, bounced=1)
        bounce(db, tenant, campaign, messages[0], kind="complained")
        await watch(resources, tenant)
        assert health(db, mailbox) == "warned"

    async def test_two_bounces_at_the_same_moment_are_both_counted(self, resources: Resources, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, status="active")
        first, *_ = sent(db, tenant, campaign, make_mailbox(db, tenant), count=20, bounced=0)
        _, second, *_ = sent(db, tenant, campaign, make_mailbox(db, tenant), count=20, bounced=1)

        async def fail(message: UUID, told: asyncio.Event, may_commit: asyncio.Event) -> None:
            async with resources.database.workflow(tenant.id, actor="system:webhooks") as session:
                await session.execute(
                    """
                    insert into public.message_events (organization_id, message_id, campaign_id, kind, occurred_at)
                    values (%(organization_id)s, %(message)s, %(campaign)s, 'bounced', now())
                    """,
                    organization_id=tenant.id,
                    message=message,
                    campaign=campaign,
                )
                await deliverability.note_failure(session, tenant.id, message, "bounced")
                told.set()
                await may_commit.wait()

        told, other, may_commit = asyncio.Event(), asyncio.Event(), asyncio.Event()
        one_of_them = asyncio.create_task(fail(first, told, may_commit))
        await asyncio.wait_for(told.wait(), 10)
        the_other = asyncio.create_task(fail(second, other, may_commit))
        waiting = "select count(*) as n from pg_stat_activity where wait_event = 'advisory'"
        await asyncio.to_thread(until, lambda: other.is_set() or one(db, waiting)["n"])
        may_commit.set()
        await asyncio.gather(one_of_them, the_other)
        assert status(db, campaign) == "paused"


def bounce(db: Db, tenant: Tenant, campaign: UUID, message: UUID, kind: str = "bounced") -> None:
    insert(
        db, "message_events", organization_id=tenant.id, message_id=message, campaign_id=campaign, kind=kind,
        occurred_at=datetime.now(UTC),
    )  # fmt: skip
