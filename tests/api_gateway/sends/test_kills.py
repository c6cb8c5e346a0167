"""The gateway is killed at every named place, and again at random: everybody is mailed once, says the vendor's ledger.

Once with a vendor that knows idempotency keys, and once with one that does not, where the same call twice is two mails.
`TORTURE=1` runs it at full size; the seed is fixed, and `TORTURE_SEED` changes it.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pytest
from psycopg.conninfo import make_conninfo

from sandbox.database import Database
from tests.api_gateway.factories import Db
from tests.api_gateway.people import TEST_SETTINGS
from tests.api_gateway.sends import crowd
from tests.api_gateway.sends.crowd import Crowd
from tests.api_gateway.sends.killable import Life, Lives
from tests.api_gateway.sends.vendor import Vendor

FULL = os.environ.get("TORTURE") == "1"
ROUNDS = 50 if FULL else 5
RANDOM_KILLS = 150 if FULL else 15
SENDS = 5_000 if FULL else 500
SEED = int(os.environ.get("TORTURE_SEED", "1"))
UNANSWERED = "request_sent_not_answered"
PLACES = ("after_claim", "after_intent_commits", UNANSWERED, "answer_read_not_committed", "committed_not_reported")
AT_RANDOM = "at_random"
AT_ONCE = 12
A_CLAIM = 20
SLOW_S = 0.1


@dataclass
class Reckoning:
    """What a run came to."""

    killed: Counter[str] = field(default_factory=Counter)
    doubted: int = 0


@pytest.fixture
def lives(cluster: Database, database_name: str, instantly: Vendor, resend: Vendor) -> Iterator[Lives]:
    settings = {**TEST_SETTINGS, "instantly_base_url": instantly.url, "resend_base_url": resend.url}
    settings["database_url"] = make_conninfo(cluster.gateway_url, dbname=database_name)
    lives = Lives({name.upper(): str(value) for name, value in settings.items()})
    yield lives
    lives.close()


@pytest.mark.timeout(3_600 if FULL else 280)
@pytest.mark.parametrize("provider", ["resend", "instantly"])
def test_killed_anywhere_everybody_is_mailed_once(
    provider: str,
    lives: Lives,
    instantly: Vendor,
    resend: Vendor,
    db: Db,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    begun = time.monotonic()
    if provider == "resend":
        vendor, route, people = resend, "POST /emails", crowd.first_mails(db, SENDS)
        resend.control("configure", day_seconds=crowd.DAY)
    else:
        vendor, route, people = instantly, "POST /api/v2/emails/reply", crowd.follow_ups(db, instantly, SENDS)
    before = Counter(one["lead_email"] for one in vendor.written("email_sent"))

    done = kill_everywhere(lives, people, vendor, route)
    finish(lives, people)

    vendor.settle_down()
    mailed = Counter(one["lead_email"] for one in vendor.written("email_sent")) - before
    figures = {
        "kills": done.killed.total(),
        "sends": mailed.total(),
        "lost": len(set(people.emails) - set(mailed)),
        "doubled": sum(count > 1 for count in mailed.values()),
        "ambiguous": people.states().get("ambiguous", 0),
        "in doubt at a kill": done.doubted,
        "seconds": round(time.monotonic() - begun),
    }
    record_testsuite_property(f"kills_{provider}", figures)
    print(f"\n{provider}: {figures}; {dict(done.killed)}")
    assert dict(done.killed) == {**dict.fromkeys(PLACES, ROUNDS), AT_RANDOM: RANDOM_KILLS}
    assert people.states() == {"sent": SENDS}
    assert mailed == Counter(people.emails)
    # Without a doubt to settle, no kill hit anything.
    assert done.doubted >= ROUNDS


def kill_everywhere(lives: Lives, people: Crowd, vendor: Vendor, route: str) -> Reckoning:
    """One life after the other, each ended at its place; after each, time passes."""
    chance = random.Random(SEED)
    plan = [*PLACES] * ROUNDS + [AT_RANDOM] * RANDOM_KILLS
    chance.shuffle(plan)
    done = Reckoning()
    for number, place in enumerate(plan):
        if number % 50 == 0:
            print(f"{number} of {len(plan)} kills, {people.states()}", flush=True)
        if place == UNANSWERED:
            vendor.behave("slow", route, delay_s=SLOW_S)
            life = lives.begin()
            work(life, ends=lambda: vendor.has_before_it(route))
            vendor.behave("ok", route)
            done.killed[place] += 1
        elif place == AT_RANDOM:
            life = lives.begin()
            end = time.monotonic() + chance.uniform(0.0, 0.5)
            work(life, ends=partial(_is_past, end))
            done.killed[place] += 1
        else:
            life = lives.begin(place, 1 if place == "after_claim" else chance.randint(1, 6))
            work(life)
            life.wait()
            done.killed[life.ended_at[0]] += 1
        vendor.settle_down()
        done.doubted += people.let_leases_run_out()
    return done


def finish(lives: Lives, people: Crowd) -> None:
    """A life that nobody ends, until everything is sent."""
    life = lives.begin()
    end = time.monotonic() + (1_200 if FULL else 120)
    while people.states().get("sent", 0) < SENDS and time.monotonic() < end:
        work(life)
        people.let_leases_run_out()
    life.kill()


def work(life: Life, ends: Callable[[], bool] | None = None) -> None:
    """Settle, claim and deliver until nothing is due or the process is dead; `ends` says when to kill it."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if ends is not None and ends():
                life.signal(signal.SIGKILL)
                return
            over.wait(0.005)

    with ThreadPoolExecutor(AT_ONCE + 2) as pool:
        if ends is not None:
            pool.submit(watch)
        pool.submit(life.post, "sends/settle", limit=100)
        while claimed := life.post("sends/claim", limit=A_CLAIM):
            items = claimed.json()["items"]
            if not items:
                break
            jobs = [
                pool.submit(life.post, "sends/deliver", intent_id=item["intent_id"], lease_token=item["lease_token"])
                for item in items
            ]
            for job in jobs:
                job.result()
        over.set()
    if ends is not None:
        life.kill()


def _is_past(end: float) -> bool:
    return time.monotonic() > end
