"""No key of a customer is anywhere but where it belongs: canary keys, a campaign with failures, a search of all places.

Vendors are told to fail and to repeat the key in their error. Then every answer that the person got, every log, every
error report, every frame of Realtime, n8n's database, both databases' tables and write-ahead log, Redis and all other
files of the stack are read whole. A place that was empty fails; a leak that is planted in each place must be found.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

import httpx2
import psycopg
import pytest
import sentry_sdk
from redis import Redis

from api_gateway.webhooks.sealed import open_secret
from kit.sealing import Keyring
from sandbox.stack import Stack
from sandbox.story.prospects import people
from tests.journeys import canaries
from tests.journeys.canaries import Canaries, Overheard, Search, SentryReceiver
from tests.journeys.conftest import SEED
from tests.journeys.person import Owner, eventually, ideal
from tests.journeys.vendors import Vendors
from tests.sandbox.conftest import Ground
from tests.sandbox.test_realtime import Listener

pytestmark = pytest.mark.stack

SID = "AC0123456789abcdef0123456789abcdef"
# Whose keys can be tried without a call to the internet.
TESTED = ("phantombuster", "instantly", "calcom", "calendly", "resend", "twilio", "anthropic", "openai")
UNTRIED = ("smtp", "pappers", "hubspot")
PARTS_WITH_LOGS = ("api_gateway.log", "worker.log", "ai_service.log", "n8n.log", "postgres.log")
JOBS_SEEN = "public.canary_jobs"


@dataclass
class Flown:
    """An organization whose every key is a canary, after a campaign with failures."""

    owner: Owner
    canaries: Canaries
    overheard: Overheard
    listener: Listener
    stranger: httpx2.Client


@pytest.fixture(scope="module")
def every_vendor(vendors: Vendors, stack: Stack) -> Vendors:
    """The mail server as well, whose control speaks HTTP two ports above its SMTP."""
    return Vendors(vendors.client, {**vendors.urls, "smtp": f"http://127.0.0.1:{stack.ports.standins + 9}"})


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
        opened = owner.api.post("/webhooks/endpoints", {"source": source, "secret": f"whsec_{flock.key(source)}"})
        owner.api.post(f"/webhooks/endpoints/{opened['id']}/rotate", {"secret": f"whsec_{flock.key('rotated')}"})
        wrong = {"x-twilio-signature": flock.key("signature"), "svix-signature": f"v1,{flock.key('signature')}"}
        answer = owner.api.client.post(opened["url"], content=flock.key("body").encode(), headers=wrong)
        assert answer.status_code == 401, answer.text


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


@pytest.fixture(scope="module")
def flown(
    stack: Stack, found_organization: Callable[[], Owner], every_vendor: Vendors, sentry: SentryReceiver
) -> Iterator[Flown]:
    flock = Canaries()
    owner = found_organization()
    overheard = Overheard(owner.api.client)
    keep_jobs(stack)
    token = owner.api.client.headers["authorization"].removeprefix("Bearer ")
    ground = Ground(stack.home, stack.environments, stack.database, stack._supervisor)
    listener = Listener(ground, f"organization:{owner.organization_id}", token)
    assert listener.next("status")["status"] == "SUBSCRIBED"
    with httpx2.Client(base_url=stack.urls["gateway"], timeout=30) as stranger:
        Overheard(stranger).answers = overheard.answers
        put_keys(owner, stack, flock)
        eventually(lambda: registered(owner), "our webhooks are registered", seconds=30)
        open_ways_in(owner, flock)
        ask_wrongly(owner, stranger, flock)
        try_keys(owner, every_vendor)
        refuse_webhooks(owner, every_vendor, flock)
        break_the_seal(owner, stack)
        run_campaigns(owner, stack, every_vendor)
        watch_made_secrets(stack, owner, flock)
        eventually(lambda: bool(sentry.events()), "an error report has arrived", seconds=20)
        yield Flown(owner, flock, overheard, listener, stranger)
    listener.close()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute("drop trigger canary_keep_job on jobs.procrastinate_jobs")
        connection.execute(f"drop function public.canary_keep_job; drop table {JOBS_SEEN}")


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


def heard(listener: Listener) -> list[bytes]:
    frames = []
    while not listener._heard.empty():
        frames.append(json.dumps(listener._heard.get()).encode())
    return frames


class Places:
    """Every place, by name; each is read when it is asked for."""

    def __init__(self, flown: Flown, stack: Stack, sentry: SentryReceiver) -> None:
        self._flown, self._stack, self._sentry = flown, stack, sentry
        self._needles = flown.canaries.needles()
        self._frames: list[bytes] = []

    def _search(self, place: str) -> Search:
        return Search(place, self._needles)

    def answers(self) -> Search:
        search = self._search("answers")
        for answer in self._flown.overheard.answers:
            search.read(answer.split(b"\r\n")[0].decode(), answer)
        return search

    def logs(self) -> Search:
        search = self._search("logs")
        names = canaries.in_files(search, canaries.logs(self._stack))
        assert set(PARTS_WITH_LOGS) <= set(names), names
        return search

    def reports(self) -> Search:
        search = self._search("error reports")
        for envelope in list(self._sentry.envelopes):
            search.read("envelope", envelope)
        assert self._sentry.events()
        return search

    def frames(self) -> Search:
        search = self._search("Realtime frames")
        self._frames += heard(self._flown.listener)
        for frame in self._frames:
            search.read("frame", frame)
        return search

    def executions(self) -> Search:
        search = self._search("n8n")
        rows = canaries.in_tables(search, canaries.database_url(self._stack, "n8n"))
        assert rows["public.execution_data"] > 0, rows
        return search

    def job_arguments(self) -> Search:
        search = self._search("job arguments")
        rows = canaries.in_tables(search, self._stack.database_url, only=JOBS_SEEN)
        assert rows[JOBS_SEEN] > 0
        return search

    def tables(self) -> Search:
        search = self._search("tables")
        rows = canaries.in_tables(search, self._stack.database_url)
        filled = {name for name, count in rows.items() if count}
        needed = {
            "audit_log",
            "inbound_events",
            "send_intents",
            "messages",
            "alerts",
            "workflow_runs",
            "api_credentials",
        }
        assert {f"public.{name}" for name in needed} <= filled, filled
        return search

    def redis(self) -> Search:
        search = self._search("Redis")
        assert canaries.in_redis(search, self._stack) > 0
        return search

    def write_ahead_log(self) -> Search:
        search = self._search("write-ahead log")
        canaries.in_files(search, canaries.wal(self._stack))
        return search

    def files(self) -> Search:
        search = self._search("other files")
        canaries.in_files(search, canaries.other_files(self._stack))
        return search

    ALL = ("answers", "logs", "reports", "frames", "executions", "job_arguments", "tables", "redis",
           "write_ahead_log", "files")  # fmt: skip


@pytest.fixture(scope="module")
def places(flown: Flown, stack: Stack, sentry: SentryReceiver) -> Places:
    return Places(flown, stack, sentry)


def test_no_canary_is_anywhere(places: Places) -> None:
    begun = time.monotonic()
    searches: list[Search] = [getattr(places, name)() for name in Places.ALL]
    print()
    for search in searches:
        print(f"{search.place}: {search.pieces:,} pieces, {search.size:,} bytes, {len(search.found)} canaries")
    print(f"searched in {time.monotonic() - begun:.1f} s")
    assert [found for search in searches for found in search.found] == []
    assert [search.place for search in searches if not search.pieces or not search.size] == []


def test_the_vendors_were_shown_the_keys_that_were_looked_for(flown: Flown, every_vendor: Vendors) -> None:
    """Or the search above would be for nothing."""
    shown = {
        vendor: every_vendor.ledger(vendor, "call") for vendor in ("instantly", "anthropic", "resend", "phantombuster")
    }
    for vendor, calls in shown.items():
        assert any(call.get("behaviour") == "echo" for call in calls), vendor
    assert any(call["status"] == 550 for call in every_vendor.ledger("smtp", "call"))


def plant(place: str, canary: str, flown: Flown, stack: Stack, sentry: SentryReceiver) -> None:
    """A leak in `place`, made as a fault of ours would make it."""
    in_base64 = base64.b64encode(f"user:{canary}".encode()).decode()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        match place:
            case "answers":
                flown.owner.api.post("/prospects", {"first_name": canary, "email": f"{time.time_ns()}@x.example"})
            case "logs":
                with (stack.home / "worker.log").open("a") as log:
                    log.write(f'{{"event": "called", "header": "Basic {in_base64}"}}\n')
            case "reports":
                client = sentry_sdk.Client(sentry.dsn, default_integrations=False)
                client.capture_event({"message": f"could not call https://x.example/?key={quote(canary, safe='')}"})
                client.close()
                eventually(lambda: "could not call" in str(sentry.events()), "the report has arrived", seconds=10)
            case "frames":
                connection.execute(
                    "select realtime.send(jsonb_build_object('key', %s::text), 'planted', %s, true)",
                    [canary, f"organization:{flown.owner.organization_id}"],
                )
            case "executions":
                headers = {"X-Sales-Machine-Token": stack.secrets.n8n_webhook_token}
                url = f"{stack.urls['n8n']}/webhook/sm/send-due-messages"
                httpx2.post(url, json={"key": canary}, headers=headers, timeout=30).raise_for_status()
            case "job_arguments":
                connection.execute(
                    "insert into jobs.procrastinate_jobs (queue_name, task_name, args)"
                    " values ('nobody', 'planted', jsonb_build_object('key', %s::text))",
                    [canary],
                )
            case "tables":
                connection.execute(
                    "update public.organizations set name = %s where id = %s",
                    [in_base64[:150], flown.owner.organization_id],
                )
            case "redis":
                with Redis(host="127.0.0.1", port=stack.ports.redis, password=stack.secrets.redis_password) as redis:
                    redis.hset("planted", "key", canary)
            case "write_ahead_log":
                connection.execute("create table public.canary_gone (a text)")
                connection.execute("insert into public.canary_gone values (%s)", [canary])
                connection.execute("drop table public.canary_gone")
            case "files":
                (stack.home / "n8n" / "planted.json").write_text(json.dumps({"key": canary}))


@pytest.mark.parametrize("place", Places.ALL)
def test_a_leak_that_is_planted_is_found(place: str, flown: Flown, stack: Stack, sentry: SentryReceiver) -> None:
    """By words of its own, so that no other place's leak is taken for it."""
    planted = Canaries()
    places = Places(replace(flown, canaries=planted), stack, sentry)
    assert not getattr(places, place)().found
    plant(place, planted.key("planted"), flown, stack, sentry)
    eventually(lambda: getattr(places, place)().found, f"the leak in {place} is found", seconds=20)
