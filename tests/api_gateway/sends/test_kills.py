"""The gateway is killed at every named place, and again at random: everybody is mailed once, says the vendor's ledger.

What is sent are follow-ups, for which the vendor has no protection of its own: the same call twice is two mails.
`TORTURE=1` runs it at full size; the seed is fixed, and `TORTURE_SEED` changes it.
"""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from psycopg.conninfo import make_conninfo

from sandbox.database import Database
from tests.api_gateway.factories import Db, insert
from tests.api_gateway.people import TEST_SETTINGS, WORKFLOW
from tests.api_gateway.sends.scene import Scene
from tests.api_gateway.sends.vendor import Vendor, until

FULL = os.environ.get("TORTURE") == "1"
ROUNDS = 50 if FULL else 1
RANDOM_KILLS = 150 if FULL else 3
SENDS = 5_000 if FULL else 60
SEED = int(os.environ.get("TORTURE_SEED", "1"))
PLACES = ("after_claim", "after_intent_commits", "answer_read_not_committed", "committed_not_reported")
REPOSITORY = Path(__file__).resolve().parents[3]
SLOW_S = 1.0


class Killable:
    """One gateway process after the other on the same port."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *cut: str) -> None:
        self.stop()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.api_gateway.sends.killable", str(self.port), *cut],
            cwd=REPOSITORY,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._is_live, 60)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None

    @property
    def is_dead(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def post(self, path: str, **body: Any) -> dict[str, Any] | None:
        """The answer, or None when the process died over it."""
        try:
            answer = httpx2.post(f"{self.url}/internal/v1/{path}", json=body, headers=WORKFLOW, timeout=60)
        except httpx2.HTTPError:
            return None
        assert answer.status_code in {200, 409, 503}, answer.text
        return dict(answer.json()) if answer.status_code == 200 else None

    def _is_live(self) -> bool:
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"{self.url}/health/live", timeout=2).status_code == 200
        return False


@pytest.fixture
def killable(cluster: Database, database_name: str, instantly: Vendor) -> Iterator[Killable]:
    settings = {**TEST_SETTINGS, "instantly_base_url": instantly.url}
    settings["database_url"] = make_conninfo(cluster.gateway_url, dbname=database_name)
    environment = {name.upper(): str(value) for name, value in settings.items()}
    gateway = Killable({**environment, "PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)})
    yield gateway
    gateway.stop()


def work(gateway: Killable, scene: Scene, *, seconds: float | None = None) -> None:
    """Claim and deliver until nothing is due, the process dies, or it is killed after so many `seconds`."""
    end = None if seconds is None else time.monotonic() + seconds
    with ThreadPoolExecutor(12) as pool:
        while not gateway.is_dead:
            claimed = gateway.post("sends/claim", limit=20, campaign_id=str(scene.campaign))
            if not claimed or not claimed["items"]:
                return
            jobs = [
                pool.submit(gateway.post, "sends/deliver", intent_id=item["intent_id"], lease_token=item["lease_token"])
                for item in claimed["items"]
            ]
            while not all(job.done() for job in jobs):
                if end is not None and time.monotonic() > end:
                    gateway.stop()
                time.sleep(0.01)


def let_leases_run_out(db: Db, scene: Scene) -> int:
    """What time would do: nobody comes back to these. Answers how many were on their way."""
    doubted = states(db, scene)["sending"]
    db.execute(
        "update public.send_intents set lease_until = now() - interval '1 s', next_attempt_at = now() "
        "where campaign_id = %s and status in ('claimed', 'sending', 'ambiguous', 'planned')",
        [scene.campaign],
    )
    return doubted


def plan_follow_ups(db: Db, scene: Scene) -> None:
    """The second message of everybody who got the first."""
    for planned in scene.planned:
        message = insert(
            db, "messages", organization_id=scene.tenant.id, campaign_id=scene.campaign,
            enrollment_id=planned.enrollment, prospect_id=planned.prospect, step_id=scene.steps[1], kind="follow_up",
            channel="email", status="approved", subject="Suite", body="Je reviens vers vous.", source="rules",
        )  # fmt: skip
        scene.intend(planned.enrollment, message, str(scene.steps[1]))


def states(db: Db, scene: Scene) -> Counter[str]:
    rows = db.execute("select status from public.send_intents where campaign_id = %s", [scene.campaign]).fetchall()
    return Counter(row["status"] for row in rows)


@pytest.mark.timeout(7_200 if FULL else 280)
def test_killed_anywhere_everybody_is_mailed_once(killable: Killable, scene: Scene, instantly: Vendor, db: Db) -> None:
    chance = random.Random(SEED)
    scene.plan(SENDS)
    killable.start()
    work(killable, scene)
    people = {planned.email for planned in scene.planned}
    until(lambda: set(mails(instantly)) == people, 120)
    plan_follow_ups(db, scene)
    doubted = 0
    for _ in range(ROUNDS):
        for place in PLACES:
            killable.start(place, str(1 if place == "after_claim" else chance.randint(1, 8)))
            work(killable, scene)
            doubted += let_leases_run_out(db, scene)
        # A request that left and is not answered: the vendor takes its time and the gateway dies over it.
        instantly.behave("slow", "POST /api/v2/emails/reply", delay_s=SLOW_S, times=12)
        killable.start()
        work(killable, scene, seconds=SLOW_S / 2)
        # Only time tells that the vendor has taken what it will take.
        threading.Event().wait(SLOW_S)
        instantly.behave("ok")
        doubted += let_leases_run_out(db, scene)
    for _ in range(RANDOM_KILLS):
        killable.start()
        work(killable, scene, seconds=chance.uniform(0.05, 1.5))
        doubted += let_leases_run_out(db, scene)
    killable.start()
    end = time.monotonic() + (3_000 if FULL else 120)
    while states(db, scene)["sent"] < 2 * SENDS and time.monotonic() < end:
        killable.post("sends/settle", limit=100)
        work(killable, scene)
        let_leases_run_out(db, scene)
    assert states(db, scene) == {"sent": 2 * SENDS}
    assert {email: count for email, count in mails(instantly).items() if count != 2} == {}
    assert set(mails(instantly)) == people
    # Without a doubt to settle, no kill hit anything.
    assert doubted > 0


def mails(instantly: Vendor) -> Counter[str]:
    """How many mails left for whom."""
    return Counter(one["lead_email"] for one in instantly.effects("email_sent"))
