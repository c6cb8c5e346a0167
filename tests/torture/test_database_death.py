"""Postgres is stopped in the middle of everything, again and again: what was promised is kept, and all goes on.

Vendors deliver, a person writes, mails leave; `pg_ctl stop -m immediate` throws Postgres out without a word to anybody.
While it is away nobody hears more than "later"; once it is back the same processes go on. `TORTURE_SEED` chooses how
long each death lasts.
"""

import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Any, LiteralString
from uuid import UUID

import httpx2
import psycopg
import pytest
from psycopg.rows import dict_row

from sandbox.ports import Ports
from sandbox.stack import Stack
from tests.api_gateway.factories import Db, make_campaign, make_tenant
from tests.api_gateway.people import TEST_SETTINGS, WORKFLOW, WORKFLOW_TOKEN
from tests.api_gateway.sends.crowd import Crowd, follow_ups
from tests.api_gateway.sends.vendor import Vendor
from tests.torture.cast import seat, state_of
from tests.torture.conftest import Size
from tests.torture.outage import Load, Promises
from tests.torture.story import tell
from tests.torture.telling import deliver, differences, genuine, playing_flows, tell_in_order, until, until_handled
from tests.torture.vendors import open_ways_in

pytestmark = [pytest.mark.stack, pytest.mark.timeout(3_600)]

DEATHS, EVENTS, SENDS = 10, 6_000, 2_000
GREEN_WITHIN_S, GREEN_AT_ALL_S = 10.0, 60.0
# It gives its children five seconds before it kills them.
STOPS_WITHIN_S = 20
ALIVE_S = (1.0, 3.0)
AWAY_S = (0.0, 2.0, 20.0)
SEED = int(os.environ.get("TORTURE_SEED", "1"))
# Keys of the tests, so that their people and their vendors' keys are known to the stack.
KNOWN = ("supabase_url", "supabase_jwt_secret", "workflow_token", "credentials_keys", "unsubscribe_key", "grant_key")


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own: its database dies."""
    known = {name.upper(): str(TEST_SETTINGS[name]) for name in KNOWN}
    stack = Stack(
        tmp_path_factory.mktemp("mortal"),
        Ports.free(),
        with_n8n=False,
        with_panel=False,
        day_seconds=2.0,
        env={"LOG_LEVEL": "WARNING", **known},
    )
    with stack:
        yield stack
    stack.database.destroy()


@pytest.fixture
def db(mortal: Stack) -> Iterator[Db]:
    with connected(mortal) as connection:
        yield connection


def connected(stack: Stack) -> Db:
    """A new hand of the superuser: the one before died with the database."""
    return psycopg.connect(stack.database_url, autocommit=True, row_factory=dict_row)


def kill_database(stack: Stack) -> None:
    """`pg_ctl stop -m immediate`, as the account that Postgres runs as; SIGKILL where that does not end it."""
    postgres = stack.database.postgres
    account = postgres.account
    command = [str(postgres.binaries / "bin" / "pg_ctl"), "stop", "-m", "immediate", "-D", str(postgres.data)]
    stopped = subprocess.run(
        [*command, "-t", str(STOPS_WITHIN_S)],
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if stopped.returncode != 0:
        stack.kill("postgres")


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
    mortal: Stack, db: Db, size: Size, record_testsuite_property: Callable[[str, object], None]
) -> None:
    chance = Random(SEED)
    deaths = size.of(DEATHS, least=2)
    with httpx2.Client(timeout=30, trust_env=False) as client, playing_flows(mortal, WORKFLOW_TOKEN):
        instantly = Vendor(mortal.urls["instantly"], client, mortal.home / "standins" / "instantly.jsonl")
        instantly.control("configure", limits={"second": 100_000, "minute": 1_000_000, "emails": 100_000})
        crowd = follow_ups(db, instantly, size.of(SENDS))
        stormy, calm, writer = make_tenant(db), make_tenant(db), make_tenant(db)
        campaign = make_campaign(db, writer)
        story = tell(SEED, size.of(EVENTS), stormy.id)
        seat(db, stormy, story.people)
        seat(db, calm, story.people)
        ways, orderly = (open_ways_in(db, mortal, tenant.id, chance) for tenant in (stormy, calm))
        before = mortal.pids()
        events = story.events
        chance.shuffle(events)
        greens = []
        with Load(mortal.urls["gateway"], ways, events, writer.owner, campaign) as promises:
            for number in range(deaths):
                pause(chance.uniform(*ALIVE_S))
                greens.append(die_and_return(mortal, promises, away_s=AWAY_S[number % 3] * chance.uniform(0.5, 1)))
            pause(ALIVE_S[0])
        with connected(mortal) as db_again:
            crowd = replace(crowd, db=db_again)
            told = {event.body() for event in promises.events}
            until_handled(db_again, ways, 90 + len(events))
            rest = [genuine(ways, event) for event in story.events if event.body() not in told]
            assert deliver(mortal, rest).surprises == []
            until_handled(db_again, ways, 90 + len(events))
            finish_sending(mortal, crowd)
            tell_in_order(db_again, mortal, orderly, tell(SEED, size.of(EVENTS), calm.id))
            figures = (
                f"{deaths} deaths, green again after {', '.join(f'{s:.1f}' for s in greens)} s: {promises.statuses}"
            )
            print(f"\n{figures}")
            record_testsuite_property("database death", figures)
            assert promises.surprises == []
            assert {name: mortal.pids()[name] for name in ("api_gateway", "worker")} == {
                name: before[name] for name in ("api_gateway", "worker")
            }
            assert mortal.dead() == []
            assert broken(db_again, promises, ways.organization_id, writer.id, campaign) == []
            mailed = Counter(one["lead_email"] for one in instantly.written("email_sent"))
            assert {email: mailed[email] for email in crowd.emails if mailed[email] != 2} == {}
            assert differences(state_of(db_again, calm.id), state_of(db_again, stormy.id)) == []
    assert max(greens) <= (GREEN_WITHIN_S if size.scale == 1 else GREEN_AT_ALL_S)


def die_and_return(stack: Stack, promises: Promises, *, away_s: float) -> float:
    """One death of so many seconds; how long after it the gateway is ready."""
    dead_at = time.monotonic()
    kill_database(stack)
    until(lambda: promises.red_between(dead_at, time.monotonic()), 30)
    pause(away_s)
    stack.restart("postgres")
    back_at = time.monotonic()
    green: float = until(lambda: promises.green_after(back_at), GREEN_AT_ALL_S)
    return green


def pause(seconds: float) -> None:
    """Let the load work, or wait, for a while."""
    threading.Event().wait(seconds)


def finish_sending(stack: Stack, crowd: Crowd) -> None:
    """n8n's part once more, until every mail of the crowd has left; leases run out as they do in time."""
    everything = {"sent": len(crowd.emails)}

    def finished() -> bool:
        crowd.let_leases_run_out()
        post("settle", limit=100)
        for item in post("claim", limit=100)["items"]:
            post("deliver", intent_id=item["intent_id"], lease_token=item["lease_token"])
        return crowd.states() == everything

    with httpx2.Client(base_url=stack.urls["gateway"], headers=WORKFLOW, timeout=60, trust_env=False) as client:

        def post(path: str, **body: Any) -> dict[str, Any]:
            answer = client.post(f"/internal/v1/sends/{path}", json=body)
            assert answer.status_code in {200, 409}, answer.text
            return dict(answer.json())

        until(finished, 300)


def broken(db: Db, promises: Promises, told: UUID, written: UUID, campaign: UUID) -> list[str]:
    """Promises that were not kept: what was answered with 2xx and is not there."""

    def lacking(wanted: Iterable[object], query: LiteralString, whose: UUID | None = None) -> list[str]:
        rows = db.execute(query, {"whose": whose}).fetchall()
        found = {str(value) for row in rows for value in row.values()}
        return [f"{value} not in: {query}" for value in map(str, wanted) if value not in found]

    row = db.execute("select name from public.campaigns where id = %s", [campaign]).fetchone()
    # The last name that was acknowledged, or one that was tried after it.
    number, last = int(row["name"].split()[1]) if row else -1, int(promises.names[-1].split()[1])
    return [
        *lacking(
            [sha256(event.body()).hexdigest() for event in promises.events],
            "select dedupe_key from public.inbound_events where organization_id = %(whose)s and status <> 'received'",
            told,
        ),
        *lacking(
            promises.suppressed,
            "select value_norm from public.suppressions where organization_id = %(whose)s",
            written,
        ),
        *lacking(
            promises.imported, "select email_norm from public.prospects where organization_id = %(whose)s", written
        ),
        *lacking(promises.sent, "select id from public.send_intents where status = 'sent'"),
        *([f"name {number} instead of {last}"] if number < last else []),
    ]
