"""Processes are stopped over their work and continued when it is long somebody else's: they change nothing any more."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.api_gateway.conftest import cluster, database_name, db
from tests.api_gateway.enrichments.test_enrichments import ENRICHMENT, MESSAGE, qualification
from tests.api_gateway.factories import Db, enroll, make_campaign, make_icp, make_prospect, make_tenant
from tests.api_gateway.people import WORKFLOW_TOKEN
from tests.api_gateway.sends import crowd
from tests.api_gateway.sends.conftest import instantly, resend, running_vendors
from tests.api_gateway.sends.crowd import Crowd
from tests.api_gateway.sends.killable import Life, Lives
from tests.api_gateway.sends.test_kills import lives, work
from tests.api_gateway.sends.vendor import Vendor, until
from tests.torture.conftest import Size

# The other folder's fixtures, by their names.
__all__ = ["cluster", "database_name", "db", "instantly", "lives", "resend", "running_vendors"]

WHOLE = 50
# Fifty processes take turns on two cores: each must come to its place before its lease runs out.
LEASE_S = 20.0 if os.environ.get("TORTURE") == "1" else 5.0
PATIENCE_S = 120
SLOW_S = 0.3
REPLY, ASK = "POST /api/v2/emails/reply", "GET /api/v2/emails"
# Where a sender is stopped: at a named place, or while the vendor works on one of its calls.
NAMED = ("after_claim", "after_intent_commits", "answer_read_not_committed")
CALLS = {"request_sent_not_answered": REPLY, "thread_asked_for": ASK}
PLACES = (*NAMED, *CALLS)


class TestSends:
    @pytest.mark.timeout(900)
    def test_a_sender_that_wakes_after_its_lease_mails_nobody_and_reports_into_the_void(
        self,
        lives: Lives,
        instantly: Vendor,
        db: Db,
        size: Size,
        record_testsuite_property: Callable[[str, object], None],
    ) -> None:
        count = size.of(WHOLE, least=len(PLACES))
        people = crowd.follow_ups(db, instantly, count)
        # The thread is asked for before each mail: one more place to be stopped at.
        db.execute(
            "update public.enrollments set provider_reply_to = null where campaign_id = any (%s)", [people.campaigns]
        )
        before = Counter(one["lead_email"] for one in instantly.written("email_sent"))
        with ThreadPoolExecutor(2 * count) as pool:
            zombies = [Zombie(lives, instantly, pool, PLACES[at % len(PLACES)]) for at in range(count)]
            until(lambda: _expired(people), 4 * LEASE_S)
            healthy = lives.begin()
            until(lambda: _all_sent(healthy, people), PATIENCE_S)
            settled = people.rows()
            for zombie in zombies:
                zombie.life.signal(signal.SIGCONT)
            answers = Counter(zombie.report() for zombie in zombies)
        instantly.settle_down()
        mailed = Counter(one["lead_email"] for one in instantly.written("email_sent")) - before
        figures = {"zombies": count, "answers": dict(answers), "doubled": sum(n > 1 for n in mailed.values())}
        record_testsuite_property("zombies_sends", figures)
        print(f"\nsends: {figures}")
        assert answers == {"refused": count}
        assert people.rows() == settled
        assert mailed == Counter(people.emails)


class TestEnrichments:
    @pytest.mark.timeout(900)
    def test_a_worker_that_wakes_after_its_lease_is_refused(
        self, lives: Lives, db: Db, size: Size, record_testsuite_property: Callable[[str, object], None]
    ) -> None:
        count = size.of(WHOLE, least=5)
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, status="active", icp_id=make_icp(db, tenant))
        for _ in range(count):
            enroll(db, tenant, campaign, make_prospect(db, tenant))
        gateway = lives.begin(leases_s=LEASE_S)
        claim = {"limit": 1, "campaign_id": str(campaign)}
        done = {
            "outcome": "succeeded",
            "enrichment": ENRICHMENT,
            "qualification": qualification(72),
            "message": MESSAGE,
        }
        command = [
            *(sys.executable, "-S", str(Path(__file__).with_name("zombie.py")), gateway.url, WORKFLOW_TOKEN),
            *("enrichments", "enrollment_id", json.dumps(claim), json.dumps(done)),
        ]
        zombies = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
        try:
            until(lambda: all(map(_is_stopped, zombies)), PATIENCE_S)
            until(lambda: not _rows(db, campaign, "lease_until > now()"), 4 * LEASE_S)
            healthy = lives.begin()
            for item in _claim_all(healthy, campaign, count):
                report = healthy.post(
                    "enrichments/report",
                    **{**done, "enrollment_id": item["enrollment_id"], "lease_token": item["lease_token"]},
                )
                assert report is not None
                assert report.status_code == 200, report.text
            settled = _rows(db, campaign, "true")
            for zombie in zombies:
                zombie.send_signal(signal.SIGCONT)
            told = [zombie.communicate(timeout=120)[0].split("\n") for zombie in zombies]
        finally:
            for zombie in zombies:
                zombie.kill()
                zombie.wait(30)
        answers = Counter(lines[1] for lines in told)
        record_testsuite_property("zombies_enrichments", {"zombies": count, "answers": dict(answers)})
        print(f"\nenrichments: {count} zombies, {dict(answers)}")
        assert answers == {"409 lease_lost": count}
        assert _rows(db, campaign, "true") == settled
        assert {row["status"] for row in settled} == {"qualified"}


class Zombie:
    """A gateway that is stopped over one send of its own."""

    def __init__(self, lives: Lives, vendor: Vendor, pool: ThreadPoolExecutor, place: str) -> None:
        named = place in NAMED
        self.life: Life = lives.begin(place if named else "", act="stop", leases_s=LEASE_S)
        if not named:
            vendor.behave("slow", CALLS[place], delay_s=SLOW_S)
        self._answer: Future[httpx2.Response | None] = pool.submit(self._claim if place == NAMED[0] else self._send)
        if not named:
            until(lambda: vendor.has_before_it(CALLS[place]), PATIENCE_S)
            self.life.signal(signal.SIGSTOP)
        until(lambda: self.life.is_stopped, PATIENCE_S)
        if not named:
            vendor.behave("ok", CALLS[place])
            vendor.settle_down()

    def report(self) -> str:
        """What it is told, once it is continued."""
        answer = self._answer.result(120)
        if answer is not None and "items" in answer.json():
            [item] = answer.json()["items"]
            answer = self._deliver(item)
        assert answer is not None
        told: dict[str, Any] = answer.json()
        refused = "lease_lost" in (told.get("code"), told.get("reason"))
        return "refused" if refused else f"{answer.status_code} {told}"

    def _claim(self) -> httpx2.Response | None:
        return self.life.post("sends/claim", limit=1)

    def _send(self) -> httpx2.Response | None:
        claimed = self._claim()
        assert claimed is not None
        [item] = claimed.json()["items"]
        return self._deliver(item)

    def _deliver(self, item: dict[str, Any]) -> httpx2.Response | None:
        return self.life.post("sends/deliver", intent_id=item["intent_id"], lease_token=item["lease_token"])


def _all_sent(healthy: Life, people: Crowd) -> bool:
    work(healthy)
    return people.states() == {"sent": len(people.emails)}


def _expired(people: Crowd) -> bool:
    row = people.db.execute(
        "select count(*) as n from public.send_intents where campaign_id = any (%s) and lease_until > now()",
        [people.campaigns],
    ).fetchone()
    return row is not None and row["n"] == 0


def _rows(db: Db, campaign: Any, condition: str) -> list[dict[str, Any]]:
    query = f"select * from public.enrollments where campaign_id = %s and {condition} order by id"
    return db.execute(query.encode(), [campaign]).fetchall()


def _is_stopped(process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, "a worker ended before it was stopped"
    return bool(psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)


def _claim_all(gateway: Life, campaign: Any, count: int) -> Iterator[dict[str, Any]]:
    claimed = gateway.post("enrichments/claim", limit=count, campaign_id=str(campaign))
    assert claimed is not None
    yield from claimed.json()["items"]
