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

from sandbox.stack import Stack
from tests.journeys import canaries, flight
from tests.journeys.canaries import Canaries, Overheard, Search, SentryReceiver
from tests.journeys.person import Owner, eventually
from tests.journeys.vendors import Vendors
from tests.sandbox.conftest import Ground
from tests.sandbox.test_realtime import Listener

pytestmark = pytest.mark.stack

PARTS_WITH_LOGS = ("api_gateway.log", "worker.log", "ai_service.log", "n8n.log", "postgres.log")


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


@pytest.fixture(scope="module")
def flown(
    stack: Stack, found_organization: Callable[[], Owner], every_vendor: Vendors, sentry: SentryReceiver
) -> Iterator[Flown]:
    flock = Canaries()
    owner = found_organization()
    overheard = Overheard(owner.api.client)
    flight.keep_jobs(stack)
    token = owner.api.client.headers["authorization"].removeprefix("Bearer ")
    ground = Ground(stack.home, stack.environments, stack.database, stack._supervisor)
    listener = Listener(ground, f"organization:{owner.organization_id}", token)
    try:
        assert listener.next("status")["status"] == "SUBSCRIBED"
        with httpx2.Client(base_url=stack.urls["gateway"], timeout=30) as stranger:
            Overheard(stranger).answers = overheard.answers
            flight.put_keys(owner, stack, flock)
            eventually(lambda: flight.registered(owner), "our webhooks are registered", seconds=30)
            flight.open_ways_in(owner, flock)
            flight.ask_wrongly(owner, stranger, flock)
            flight.try_keys(owner, every_vendor)
            flight.refuse_webhooks(owner, every_vendor, flock)
            flight.break_the_seal(owner, stack)
            flight.run_campaigns(owner, stack, every_vendor)
            flight.watch_made_secrets(stack, owner, flock)
            eventually(lambda: bool(sentry.events()), "an error report has arrived", seconds=20)
            yield Flown(owner, flock, overheard, listener, stranger)
    finally:
        listener.close()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute("drop trigger canary_keep_job on jobs.procrastinate_jobs")
        connection.execute(f"drop function public.canary_keep_job; drop table {flight.JOBS_SEEN}")


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
        rows = canaries.in_tables(search, self._stack.database_url, only=flight.JOBS_SEEN)
        assert rows[flight.JOBS_SEEN] > 0
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
