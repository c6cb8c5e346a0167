"""A scenario over three channels, from its first mail to its end, with stand-ins that really receive what is sent."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from api_gateway.campaigns import completing
from api_gateway.resources import Resources
from api_gateway.settings import Settings
from sandbox.standins.resend import Resend
from sandbox.standins.serving import Group
from sandbox.standins.standin import Options
from sandbox.standins.twilio import Twilio
from tests.api_gateway.conftest import Serve
from tests.api_gateway.factories import Db, enroll, make_campaign, make_mailbox, make_prospect, make_tenant, one
from tests.api_gateway.factories import scenario_id as find_scenario
from tests.api_gateway.messages.test_advancing import claim, report, report_of
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import WORKFLOW, Tenant
from tests.api_gateway.sends.conftest import Wire
from tests.api_gateway.sends.scene import ALWAYS, connect
from tests.api_gateway.sends.vendor import Vendor

pytestmark = pytest.mark.anyio
SID = "AC0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Vendor]]:
    folder = tmp_path_factory.mktemp("multichannel")
    # Days so long that nobody answers meanwhile.
    options = Options(seed=1, day_seconds=86_400.0)
    group = Group([kind(folder / f"{kind.vendor}.jsonl", options) for kind in (Resend, Twilio)], [0, 0])
    addresses = group.bind()
    thread = threading.Thread(target=lambda: asyncio.run(group.serve()))
    thread.start()
    assert group.started.wait(10)
    with httpx2.Client(timeout=10, trust_env=False) as client:
        client.post(f"{addresses['resend']}/_control/configure", json={"requests_per_second": 1_000})
        yield {name: Vendor(address, client, folder / f"{name}.jsonl") for name, address in addresses.items()}
    group.stop()
    thread.join(10)


@pytest.fixture
async def app(serve: Serve, settings: Settings, outside: Outside, vendors: dict[str, Vendor]) -> AsyncIterator[FastAPI]:
    for name in ("send-due-messages", "advance-scenarios"):
        outside.answer(f"POST n8n.test/webhook/sm/{name}")
    wired = settings.model_copy(
        update={
            "resend_base_url": vendors["resend"].url,
            "twilio_base_url": vendors["twilio"].url,
            "sequence_day_seconds": 0.001,
        }
    )
    async with serve(wired, Wire(outside)) as app:
        yield app


class Run:
    """What n8n and a person of the team do for one campaign."""

    def __init__(self, db: Db, client: httpx2.AsyncClient, **person: Any) -> None:
        self.db, self.client = db, client
        self.said: dict[str, Any] = {}
        self.tenant: Tenant = make_tenant(db)
        self.campaign = make_campaign(
            db, self.tenant, **{**ALWAYS, "scenario_id": find_scenario(db, self.tenant, "firm_follow_up")}
        )
        make_mailbox(db, self.tenant, provider="resend", address="lea@try-us.example", min_gap_seconds=0)
        make_mailbox(db, self.tenant, provider="twilio", address="+33700000001", min_gap_seconds=0)
        db.execute(
            "update public.sending_settings set min_gap_seconds = 0 where organization_id = %s", [self.tenant.id]
        )
        connect(db, self.tenant, "resend")
        connect(db, self.tenant, "twilio", account_sid=SID)
        self.prospect = make_prospect(db, self.tenant, **person)
        self.enrollment = enroll(
            db, self.tenant, self.campaign, self.prospect, status="qualified",
            scenario_id=find_scenario(db, self.tenant, "firm_follow_up"),
        )  # fmt: skip
        db.execute(
            "update public.enrollments set regenerate_step_id = (select id from public.scenario_steps"
            " where scenario_id = enrollments.scenario_id and position = 1) where id = %s", [self.enrollment],
        )  # fmt: skip

    @property
    def status(self) -> str:
        return str(one(self.db, "select status from public.enrollments where id = %s", self.enrollment)["status"])

    async def turn(self) -> None:
        """Write what is due, do the tasks, send what may leave."""
        for item in (await claim(self.client, self.campaign))["items"]:
            assert (await report(self.client, report_of(item))).status_code == 200
        listed = await self.client.get("/api/v1/messages?status=approved", headers=self.tenant.member.headers)
        for message in listed.json()["items"]:
            if message["channel"] == "linkedin":
                assert message["recipient"].startswith("https://")
                await self.client.post(f"/api/v1/messages/{message['id']}/complete", headers=self.tenant.member.headers)
        claimed = await self.client.post(
            "/internal/v1/sends/claim", headers=WORKFLOW, json={"campaign_id": str(self.campaign)}
        )
        self.said = claimed.json()
        for item in claimed.json()["items"]:
            held = {"intent_id": item["intent_id"], "lease_token": item["lease_token"]}
            self.said = (await self.client.post("/internal/v1/sends/deliver", headers=WORKFLOW, json=held)).json()

    async def to_the_end(self) -> None:
        for _ in range(12):
            if self.status == "completed":
                return
            await self.turn()
        raise AssertionError(f"still {self.status}: {self.said} {self.sent()}")

    def sent(self) -> list[tuple[str, str]]:
        rows = self.db.execute(
            "select channel, status from public.messages where enrollment_id = %s order by created_at",
            [self.enrollment],
        ).fetchall()
        return [(row["channel"], row["status"]) for row in rows]


async def test_mail_linkedin_task_and_sms_run_to_the_end_of_the_scenario_and_of_the_campaign(
    gateway: httpx2.AsyncClient, db: Db, vendors: dict[str, Vendor], resources: Resources
) -> None:
    run = Run(
        db, gateway, linkedin_url="https://www.linkedin.com/in/jeanne-durand", linkedin_norm="jeanne-durand",
        phone_e164="+33612345678", email="jeanne@multi.example",
    )  # fmt: skip
    await run.to_the_end()
    channels = ["email", "email", "linkedin", "email", "sms"]
    assert run.sent() == [(channel, "sent") for channel in channels]
    mails = [one for one in vendors["resend"].effects("email_sent") if one["lead_email"] == "jeanne@multi.example"]
    assert len(mails) == 3
    assert len([mail for mail in mails if "In-Reply-To" in mail["record"]["headers"]]) == 2
    texts = [one["record"] for one in vendors["twilio"].effects("sms_sent")]
    assert [text["to"] for text in texts] == ["+33612345678"]
    assert await completing.complete(resources) == 1


async def test_a_channel_that_reaches_nobody_is_passed_over_and_the_rest_still_runs(
    gateway: httpx2.AsyncClient, db: Db
) -> None:
    run = Run(db, gateway)
    await run.to_the_end()
    assert run.sent() == [("email", "sent")] * 3
    answer = await gateway.get(f"/api/v1/prospects/{run.prospect}/decisions", headers=run.tenant.viewer.headers)
    told = [one["explanation"] for one in answer.json()["items"] if one["reason"] == "no_address"]
    assert len(told) == 2
    assert any("text message" in sentence for sentence in told)
