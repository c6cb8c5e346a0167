"""Vendors forget, as their stand-ins tell, and say what they do not; the whole of an erasure in seconds."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from api_gateway.data_protection import erasing, exporting, forgetting
from api_gateway.providers.instantly import Instantly
from api_gateway.resources import Resources
from api_gateway.settings import Settings
from kit.errors import VendorFailed
from tests.api_gateway.data_protection.somebody import (
    ACCOUNT,
    EMAIL,
    NEEDLES,
    PHONE,
    Somebody,
    make_somebody,
    where_found,
)
from tests.api_gateway.factories import Db, insert, one
from tests.standins.conftest import Vendor, until

pytestmark = [pytest.mark.anyio, pytest.mark.database]
API = "/api/v1"
WITHIN_S = 60.0
KEY = {"Authorization": "Bearer key-of-the-tests"}
SLOW_TO_SETTLE = """
    create function private.take_time() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.5); return new; end $$;
    create trigger take_time before update on public.erasures for each row execute function private.take_time()
"""
CALCOM = {**KEY, "cal-api-version": "2024-08-13"}


@pytest.fixture
async def known(shared: Resources, vendors: dict[str, Vendor], db: Db) -> Somebody:
    """Somebody whom every vendor knows."""
    db.execute("delete from private.workflow_errors")
    db.execute("delete from public.organizations")
    instantly, twilio = vendors["instantly"], vendors["twilio"]
    vendors["calcom"].control("configure", limit_per_minute=10_000)
    client = Instantly(shared.http, instantly.url, "key-of-the-tests")
    sender = instantly.call("GET", "/api/v2/accounts", headers=KEY).json()["items"][0]["email"]
    campaign = await client.create_campaign("C", sender, "Europe/Paris", 50)
    lead = {
        "campaign": campaign,
        "email": EMAIL,
        "first_name": "Zéphyrine",
        "custom_variables": {"subject": "s", "body": "b"},
    }
    lead_id = instantly.call("POST", "/api/v2/leads", json=lead, headers=KEY).json()["id"]
    mails = until(lambda: instantly.call("GET", f"/api/v2/emails?lead={EMAIL}", headers=KEY).json()["items"])
    form = {"To": PHONE, "From": "+33700000001", "Body": "Bonjour Zéphyrine"}
    at = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
    sms = twilio.call("POST", f"{at}.json", data=form, auth=(ACCOUNT, "t")).json()["sid"]
    until(
        lambda: twilio.call("GET", f"{at}/{sms}.json", auth=(ACCOUNT, "t")).json()["status"] not in ("queued", "sent")
    )
    wish = {"key": "zq", "email": EMAIL, "name": "Zéphyrine Quatrebarbes", "then": "keeps"}
    booking = vendors["calcom"].call("POST", "/_control/book", json=wish).json()["uid"]
    invitee = vendors["calendly"].call("POST", "/_control/book", json=wish).json()["uri"]
    somebody = make_somebody(db, lead=lead_id, mail=mails[0]["id"], sms=sms, booking=booking)
    insert(
        db, "meetings", organization_id=somebody.tenant.id, prospect_id=somebody.prospect, provider="calendly",
        booking_uid=invitee, start_at="2036-02-01", end_at="2036-02-01", attendee_email=EMAIL,
        last_event_at="2026-01-01",
    )  # fmt: skip
    return somebody


def state_of(vendors: dict[str, Vendor]) -> str:
    """What the vendors' own APIs tell now. Past bookings stay at Cal.com, which lets none be deleted."""
    told = [
        vendors["instantly"].call("POST", "/api/v2/leads/list", json={"limit": 100}, headers=KEY),
        vendors["instantly"].call("GET", "/api/v2/emails?limit=100", headers=KEY),
        vendors["twilio"].call("GET", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", auth=(ACCOUNT, "t")),
        vendors["calcom"].call("GET", "/v2/bookings?status=upcoming", headers=CALCOM),
        *(
            vendors["calendly"].call(
                "GET", f"/scheduled_events/{event['uri'].rpartition('/')[2]}/invitees", headers=KEY
            )
            for event in vendors["calendly"].call("GET", "/scheduled_events", headers=KEY).json()["collection"]
        ),
    ]
    assert all(answer.status_code == 200 for answer in told), [answer.text for answer in told]
    return "\n".join(answer.text for answer in told).lower()


def hits(text: str) -> list[str]:
    return [f"{needle} in {line[:300]}" for line in text.splitlines() for needle in NEEDLES if needle in line]


@pytest.fixture
def start_worker(outside_settings: Settings) -> Iterator[Callable[[], None]]:
    started: list[subprocess.Popen[bytes]] = []
    values = outside_settings.model_dump(exclude_none=True)
    environment = {
        name.upper(): str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
        for name, value in values.items()
        if not isinstance(value, list | dict)
    }

    def start() -> None:
        started.append(
            subprocess.Popen([sys.executable, "-m", "api_gateway.worker"], env={**os.environ, **environment})
        )

    yield start
    for process in started:
        process.kill()
        process.wait()


async def ask(client: httpx2.AsyncClient, somebody: Somebody) -> UUID:
    answer = await client.post(
        f"{API}/prospects/{somebody.prospect}/erasure",
        json={"confirmation": EMAIL},
        headers=somebody.tenant.owner.headers,
    )
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["id"])


async def show(client: httpx2.AsyncClient, somebody: Somebody, erasure: UUID) -> dict[str, Any]:
    answer = await client.get(f"{API}/erasures/{erasure}", headers=somebody.tenant.admin.headers)
    shown: dict[str, Any] = answer.json()
    return shown


class TestAnErasure:
    async def test_is_done_everywhere_within_a_minute(
        self,
        client: httpx2.AsyncClient,
        shared: Resources,
        known: Somebody,
        vendors: dict[str, Vendor],
        db: Db,
        start_worker: Callable[[], None],
    ) -> None:
        headers = known.tenant.admin.headers
        asked = (await client.post(f"{API}/prospects/{known.prospect}/exports", headers=headers)).json()["id"]
        await exporting.export(shared, known.tenant.id, asked)
        files = (await client.get(f"{API}/data-exports/{asked}", headers=headers)).json()["files"]
        assert hits(state_of(vendors))
        start_worker()
        until(lambda: db.execute("select id from jobs.procrastinate_workers").fetchone(), 60)

        began = time.monotonic()
        erasure = await ask(client, known)
        done = "select 1 from public.erasures where id = %s and status = 'done'"
        until(lambda: db.execute(done, [erasure]).fetchone(), WITHIN_S)
        took = time.monotonic() - began

        print(f"erased everywhere after {took:.1f} s")
        assert where_found(db) == []
        assert hits(state_of(vendors)) == []
        with httpx2.Client(trust_env=False) as anybody:
            assert all(anybody.get(file["url"]).status_code >= 400 for file in files)
        told = {one["vendor"]: one for one in (await show(client, known, erasure))["vendors"]}
        assert {name: one["status"] for name, one in told.items()} == {
            "anthropic": "not_offered", "calcom": "done", "calendly": "done", "instantly": "done",
            "openai": "not_offered", "phantombuster": "not_offered", "storage": "done", "twilio": "done",
        }  # fmt: skip
        assert told["instantly"]["steps"] == [
            {"act": "leads_deleted", "outcome": "done", "count": 1},
            {"act": "mails_deleted", "outcome": "done", "count": 1},
        ]
        assert {"act": "booking_history_deleted", "outcome": "not_offered", "count": 1} in told["calcom"]["steps"]
        assert vendors["instantly"].effects("lead_deleted")
        assert vendors["twilio"].effects("sms_deleted")
        assert vendors["calendly"].effects("invitee_data_deleted")


class TestAVendor:
    async def test_that_fails_is_asked_again_and_told_of(
        self, client: httpx2.AsyncClient, shared: Resources, known: Somebody, vendors: dict[str, Vendor], db: Db
    ) -> None:
        erasure = await ask(client, known)
        await erasing.erase(shared, known.tenant.id, erasure)
        vendors["instantly"].behave("fail", "DELETE /api/v2/leads/{id}", status=500)
        with pytest.raises(VendorFailed):
            await forgetting.forget(shared, known.tenant.id, erasure, "instantly")
        db.execute("update public.erasure_vendors set status = 'done' where vendor <> 'instantly'")
        await forgetting.forget(shared, known.tenant.id, erasure, "instantly", is_last=True)
        shown = await show(client, known, erasure)
        vendor = next(one for one in shown["vendors"] if one["vendor"] == "instantly")
        assert (shown["status"], vendor["status"], vendor["attempts"]) == ("incomplete", "failed", 2)
        assert vendor["error"] == "Instantly answered 500."
        assert one(db, "select kind from public.alerts where kind = 'erasure_incomplete'")

        # The next day, or at an administrator's word, it is asked again: what it is known by is still there, sealed.
        vendors["instantly"].behave("ok", "*")
        again = await client.post(f"{API}/erasures/{erasure}/retry", headers=known.tenant.owner.headers)
        assert again.status_code == 202
        await forgetting.forget(shared, known.tenant.id, erasure, "instantly")
        shown = await show(client, known, erasure)
        assert shown["status"] == "done"
        row = one(db, "select sealed_traces from public.erasures where id = %s", erasure)
        assert row["sealed_traces"] is None
        nothing = await client.post(f"{API}/erasures/{erasure}/retry", headers=known.tenant.owner.headers)
        assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_retry")

    async def test_that_answers_together_with_the_last_other_ends_it(
        self, client: httpx2.AsyncClient, shared: Resources, known: Somebody, db: Db
    ) -> None:
        erasure = await ask(client, known)
        await erasing.erase(shared, known.tenant.id, erasure)
        together = ("anthropic", "openai")
        db.execute("update public.erasure_vendors set status = 'done' where vendor <> all(%s)", [list(together)])
        db.execute(SLOW_TO_SETTLE)
        try:
            await asyncio.gather(*(forgetting.forget(shared, known.tenant.id, erasure, vendor) for vendor in together))
        finally:
            db.execute("drop function private.take_time cascade")
        assert (await show(client, known, erasure))["status"] == "done"

        # One whose end was missed is ended by the night.
        db.execute("update public.erasures set status = 'erased', sealed_traces = 'kept' where id = %s", [erasure])
        await forgetting.take_up(shared, datetime.now(UTC))
        assert (await show(client, known, erasure))["status"] == "done"

    async def test_whose_key_is_gone_is_told_of_at_once(
        self, client: httpx2.AsyncClient, shared: Resources, known: Somebody, db: Db
    ) -> None:
        db.execute("delete from public.api_credentials where service_name = 'twilio'")
        erasure = await ask(client, known)
        await erasing.erase(shared, known.tenant.id, erasure)
        await forgetting.forget(shared, known.tenant.id, erasure, "twilio")
        row = one(db, "select status, error from public.erasure_vendors where vendor = 'twilio'")
        assert (row["status"], row["error"]) == ("failed", "credential_missing")

    async def test_whose_plan_does_not_offer_it_says_so(
        self, client: httpx2.AsyncClient, shared: Resources, known: Somebody, vendors: dict[str, Vendor], db: Db
    ) -> None:
        vendors["calendly"].control("configure", is_enterprise=False)
        erasure = await ask(client, known)
        await erasing.erase(shared, known.tenant.id, erasure)
        await forgetting.forget(shared, known.tenant.id, erasure, "calendly")
        row = one(db, "select steps from public.erasure_vendors where vendor = 'calendly'")
        assert {"act": "invitee_data_deleted", "outcome": "not_offered", "count": 2} in row["steps"]
        assert {"act": "upcoming_bookings_cancelled", "outcome": "done", "count": 1} in row["steps"]

    async def test_is_forgotten_about_after_thirty_days(
        self, client: httpx2.AsyncClient, shared: Resources, known: Somebody, db: Db
    ) -> None:
        erasure = await ask(client, known)
        await erasing.erase(shared, known.tenant.id, erasure)
        now = datetime.now(UTC)
        sealed = "select sealed_traces is not null as kept from public.erasures where id = %s"
        await forgetting.take_up(shared, now + timedelta(days=29))
        assert one(db, sealed, erasure)["kept"]
        await forgetting.take_up(shared, now + timedelta(days=31))
        assert not one(db, sealed, erasure)["kept"]
