"""What is done with an organization's canary keys: all that a customer's keys go through, and all that goes wrong."""

import base64
from urllib.parse import quote

import httpx2
import psycopg

from api_gateway.webhooks.sealed import open_secret
from kit.sealing import Keyring
from sandbox.stack import Stack
from sandbox.story.prospects import people
from tests.journeys.canaries import Canaries
from tests.journeys.conftest import SEED
from tests.journeys.person import Owner, eventually, ideal
from tests.journeys.vendors import Vendors

SID = "AC0123456789abcdef0123456789abcdef"
# Whose keys can be tried without a call to the internet.
TESTED = ("phantombuster", "instantly", "calcom", "calendly", "resend", "twilio", "anthropic", "openai")
UNTRIED = ("smtp", "pappers", "hubspot")
JOBS_SEEN = "public.canary_jobs"


def echo(vendors: Vendors, vendor: str, route: str, status: int, times: int = 3) -> None:
    """The vendor fails and repeats the key it was shown."""
    vendors.misbehave(vendor, route=route, mode="echo", status=status, times=times)


def put_keys(owner: Owner, stack: Stack, flock: Canaries) -> None:
    smtp = {"host": "127.0.0.1", "port": stack.ports.standins + 7, "username": "noe", "security": "none"}
    options = {"twilio": {"account_sid": SID}, "smtp": smtp}
    for service in (*TESTED, *UNTRIED):
        owner.api.put(f"/credentials/{service}", {"key": flock.key(service), "options": options.get(service, {})})


def open_ways_in(owner: Owner, flock: Canaries) -> None:
    """Webhook secrets that a vendor made, and one of another after a change."""
    for source in ("resend", "twilio", "calendly"):
        opened = owner.api.post("/webhooks/endpoints", {"source": source, "secret": _signing_secret(flock, source)})
        owner.api.post(f"/webhooks/endpoints/{opened['id']}/rotate", {"secret": _signing_secret(flock, "rotated")})
        wrong = {"x-twilio-signature": flock.key("signature"), "svix-signature": f"v1,{flock.key('signature')}"}
        answer = owner.api.client.post(opened["url"], content=flock.key("body").encode(), headers=wrong)
        assert answer.status_code == 401, answer.text


def _signing_secret(flock: Canaries, name: str) -> str:
    return f"whsec_{base64.b64encode(flock.key(name).encode()).decode()}"


def ask_wrongly(owner: Owner, stranger: httpx2.Client, flock: Canaries) -> None:
    """Requests that show a key in the wrong place."""
    client, key = owner.api.client, flock.key("wrong")
    wrong = [
        client.put("/api/v1/credentials/fax", json={"key": key}),
        client.put("/api/v1/credentials/openai", json={"key": [key]}),
        client.put("/api/v1/credentials/openai", json={"key": key, "more": key}),
        client.put("/api/v1/credentials/openai", json={"key": key * 400}),
        client.put("/api/v1/credentials/openai", json={"key": key, "options": key, "is_active": key}),
        client.put("/api/v1/credentials/openai", content=f'{{"key": "{key}'.encode()),
        client.post(f"/api/v1/credentials/{quote(key, safe='')}/test"),
        client.get("/api/v1/credentials", params={"api_key": key}),
        client.get(f"/api/v1/nothing/{quote(key, safe='')}"),
        stranger.get("/api/v1/me", headers={"authorization": f"Bearer {key}"}),
        stranger.post("/internal/v1/sends/claim", headers={"authorization": f"Bearer {key}"}, json={"limit": 1}),
        stranger.post(f"/webhooks/resend/{quote(key, safe='')}", json={"key": key}),
    ]
    assert [answer.status_code for answer in wrong if answer.is_success] == [200]


def try_keys(owner: Owner, vendors: Vendors) -> None:
    """Every key is tried with a vendor that accepts it and one that refuses it by name."""
    for service in TESTED:
        assert owner.api.post(f"/credentials/{service}/test")["ok"], service
    for status in (400, 401, 500):
        for service in TESTED:
            echo(vendors, service, "*", status, times=1)
            assert not owner.api.post(f"/credentials/{service}/test")["ok"], service
            vendors.misbehave(service, route="*", mode="ok")


def break_the_seal(owner: Owner, stack: Stack) -> None:
    """A 500 of ours, so that there is an error report of the gateway."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(
            "update public.api_credentials set sealed_key = 'v1.1.AAAA'"
            " where service_name = 'pappers' and organization_id = %s",
            [owner.organization_id],
        )
    owner.api.post("/credentials/pappers/test", expect=500)


def run_campaigns(owner: Owner, stack: Stack, vendors: Vendors) -> None:
    """One by Instantly and the customer's Claude, one by SMTP and Resend, one whose search is refused; with echoes."""
    booking = f"{stack.urls['calcom']}/camille/intro-30"
    others = [
        owner.api.post(
            "/mailboxes",
            {"provider": provider, "address": f"{provider}@envoi.example", "daily_cap": 2000, "min_gap_seconds": 0},
        )["id"]
        for provider in ("smtp", "resend")
    ]
    everyone = [person for person in people(SEED)[160:260] if person.email and person.company.size > 10]
    groups = [(everyone[:10], owner.mailbox_ids), (everyone[10:20], others)]
    echo(vendors, "anthropic", "POST /v1/messages", 400, times=1)
    echo(vendors, "anthropic", "POST /v1/messages", 500, times=2)
    echo(vendors, "instantly", "POST /api/v2/leads", 400, times=2)
    echo(vendors, "resend", "POST /emails", 422, times=1)
    vendors.misbehave("smtp", route="SMTP RCPT", mode="echo", status=550, times=1)
    running = []
    for group, mailbox_ids in groups:
        campaign = owner.campaign(source="csv", booking_url=booking, icp=ideal(group), mailbox_ids=mailbox_ids)
        owner.import_people(group, campaign["id"])
        owner.api.post(f"/campaigns/{campaign['id']}/launch")
        running.append(campaign["id"])
    echo(vendors, "phantombuster", "POST /api/v2/agents/launch", 400, times=9)
    search = owner.campaign(
        source="phantombuster", booking_url=booking, scraper_agent_id="agent-canary", max_prospects=10
    )
    owner.api.post(f"/campaigns/{search['id']}/launch")

    def settled() -> bool:
        first = [m for one in running for m in owner.api.items("/messages", campaign_id=one) if m["step_position"] == 1]
        states = {m["status"] for m in first}
        judged = [owner.api.get(f"/campaigns/{one}/progress")["by_status"] for one in running]
        waiting = sum(by.get(s, 0) for by in judged for s in ("found", "enriching", "enriched", "qualifying"))
        return not waiting and len(first) >= 4 and states <= {"sent", "failed"} and "sent" in states

    def searched() -> bool:
        return bool(owner.api.get(f"/campaigns/{search['id']}/progress")["stage"] == "failed")

    eventually(settled, "the first messages are sent or refused", seconds=150, nudge=owner.nudge)
    eventually(searched, "the refused search has visibly failed", seconds=60)
    for vendor in ("anthropic", "instantly", "resend", "phantombuster"):
        vendors.misbehave(vendor, route="*", mode="ok")


def registered(owner: Owner) -> bool:
    standing = [w["source"] for w in owner.api.get("/webhooks/endpoints")["items"] if w["vendor_webhook_id"]]
    return {"instantly", "calcom"} <= set(standing)


def refuse_webhooks(owner: Owner, vendors: Vendors, flock: Canaries) -> None:
    """The vendor refuses our webhook, and says with which key and secret."""
    for vendor, route in (("instantly", "POST /api/v2/webhooks"), ("calcom", "POST /v2/webhooks")):
        echo(vendors, vendor, route, 400, times=1)
        owner.api.put(f"/credentials/{vendor}", {"key": flock.key(vendor)})
    eventually(
        lambda: len([a for a in owner.api.items("/alerts") if a["kind"] == "vendor_webhook"]) >= 2,
        "the failed registrations are alerts",
        seconds=30,
    )
    for vendor in ("instantly", "calcom"):
        owner.api.put(f"/credentials/{vendor}", {"key": flock.key(vendor)})


def keep_jobs(stack: Stack) -> None:
    """Jobs that are done are deleted: keep a copy of what each was given."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(
            f"""
            create table if not exists {JOBS_SEEN} (name text, args jsonb, lock text, queueing_lock text);
            create or replace function public.canary_keep_job() returns trigger language plpgsql security definer as $$
            begin
                insert into {JOBS_SEEN} values (new.task_name, new.args, new.lock, new.queueing_lock);
                return new;
            end $$;
            create or replace trigger canary_keep_job before insert on jobs.procrastinate_jobs
                for each row execute function public.canary_keep_job();
            """
        )


def watch_made_secrets(stack: Stack, owner: Owner, flock: Canaries) -> None:
    """The secrets that the product made for Instantly and Cal.com are looked for as well."""
    keyring = Keyring.parse(f"1:{stack.secrets.credentials_key}")
    with psycopg.connect(stack.database_url) as connection:
        rows = connection.execute(
            "select organization_id, id, sealed_secret from public.inbound_endpoints"
            " where organization_id = %s and source in ('instantly', 'calcom')",
            [owner.organization_id],
        ).fetchall()
    assert len(rows) >= 4
    for row in rows:
        flock.also(open_secret(keyring, *row))
