"""Processes are stopped over their work and continued when it is long somebody else's: they change nothing any more."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import httpx2
import psutil
import pytest
from psycopg import sql

from tests.api_gateway.conftest import cluster, database_name, db
from tests.api_gateway.enrichments.test_enrichments import ENRICHMENT, MESSAGE, qualification
from tests.api_gateway.factories import Db, enroll, insert, make_campaign, make_icp, make_prospect, make_tenant
from tests.api_gateway.messages.test_advancing import WRITTEN
from tests.api_gateway.people import WORKFLOW_TOKEN
from tests.api_gateway.replies.test_handling import make_reply, reading
from tests.api_gateway.sends import crowd
from tests.api_gateway.sends.conftest import instantly, resend, running_vendors
from tests.api_gateway.sends.crowd import Crowd
from tests.api_gateway.sends.killable import Life, Lives
from tests.api_gateway.sends.test_kills import lives, work
from tests.api_gateway.sends.vendor import Vendor, until
from tests.api_gateway.webhooks.vendors import make_sequence
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


@dataclass(frozen=True)
class Work:
    """What a workflow claims and reports in a room. `claims`: a body for each worker; `keys`: what names one piece."""

    room: str
    keys: tuple[str, ...]
    claims: Sequence[dict[str, Any]]
    report: dict[str, Any]
    db: Db
    organization_id: UUID
    held: LiteralString
    tables: tuple[str, ...]

    def rows(self) -> list[list[dict[str, Any]]]:
        """What nobody may change any more once the work is done."""
        query = "select to_jsonb(t) as row from public.{} t where organization_id = %s order by id"
        return [
            self.db.execute(sql.SQL(query).format(sql.Identifier(table)), [self.organization_id]).fetchall()
            for table in self.tables
        ]

    def is_held(self) -> bool:
        """Whether a lease of somebody's still runs."""
        query = sql.SQL("select from public.{} where organization_id = %s and lease_until > now() limit 1")
        return self.db.execute(query.format(sql.Identifier(self.held)), [self.organization_id]).fetchone() is not None


def enrichments(db: Db, count: int) -> Work:
    tenant = make_tenant(db)
    campaign = make_campaign(db, tenant, status="active", icp_id=make_icp(db, tenant))
    for _ in range(count):
        enroll(db, tenant, campaign, make_prospect(db, tenant))
    done = {"outcome": "succeeded", "enrichment": ENRICHMENT, "qualification": qualification(72), "message": MESSAGE}
    claims = [{"limit": 1, "campaign_id": str(campaign)}] * count
    tables = ("enrollments", "prospect_enrichments", "qualifications", "messages", "send_intents")
    return Work("enrichments", ("enrollment_id",), claims, done, db, tenant.id, "enrollments", tables)


def messages(db: Db, count: int) -> Work:
    tenant = make_tenant(db)
    campaign = make_campaign(db, tenant, status="active", approval_policy="automatic")
    for _ in range(count):
        enroll(
            db, tenant, campaign, make_prospect(db, tenant), status="in_sequence", step_position=1,
            next_step_due_at=datetime.now(UTC) - timedelta(minutes=1),
        )  # fmt: skip
    claims = [{"limit": 1, "campaign_id": str(campaign)}] * count
    done = {"outcome": "succeeded", "message": WRITTEN}
    tables = ("enrollments", "messages", "send_intents")
    return Work("messages", ("enrollment_id", "step_id"), claims, done, db, tenant.id, "enrollments", tables)


def replies(db: Db, count: int) -> Work:
    tenant = make_tenant(db)
    received = [make_reply(make_sequence(db, tenant)) for _ in range(count)]
    claims = [{"limit": 1, "reply_id": str(reply)} for reply in received]
    done = {"outcome": "succeeded", "decision": reading()}
    tables = ("replies", "reply_decisions", "review_items", "enrollments", "messages", "send_intents")
    return Work("replies", ("reply_id",), claims, done, db, tenant.id, "replies", tables)


def scrapes(db: Db, count: int) -> Work:
    tenant = make_tenant(db)
    campaigns = [
        make_campaign(db, tenant, status="active", source="phantombuster", scraper_agent_id=f"agent-{number}")
        for number in range(count)
    ]
    for number, campaign in enumerate(campaigns):
        insert(
            db, "workflow_runs", organization_id=tenant.id, campaign_id=campaign, agent_id=f"agent-{number}",
            workflow_name="scrape-linkedin-prospects",
        )  # fmt: skip
    claims = [{"campaign_id": str(campaign)} for campaign in campaigns]
    done = {"outcome": "failed", "error": "The phantom has no LinkedIn session."}
    return Work("scrapes", ("run_id",), claims, done, db, tenant.id, "workflow_runs", ("workflow_runs", "alerts"))


class TestWorkers:
    @pytest.mark.timeout(900)
    @pytest.mark.parametrize("make", [enrichments, messages, replies, scrapes], ids=lambda make: make.__name__)
    def test_one_that_wakes_after_its_lease_is_refused(
        self,
        lives: Lives,
        db: Db,
        size: Size,
        make: Callable[[Db, int], Work],
        record_testsuite_property: Callable[[str, object], None],
    ) -> None:
        count = size.of(WHOLE, least=5)
        work = make(db, count)
        gateway = lives.begin(leases_s=LEASE_S)
        script = str(Path(__file__).with_name("zombie.py"))
        zombies = [
            subprocess.Popen(
                [
                    *(sys.executable, "-S", script, gateway.url, WORKFLOW_TOKEN, work.room, ",".join(work.keys)),
                    *(json.dumps(claim), json.dumps(work.report)),
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            for claim in work.claims
        ]
        try:
            until(lambda: all(map(_is_stopped, zombies)), PATIENCE_S)
            until(lambda: not work.is_held(), 4 * LEASE_S)
            _do_all(lives.begin(), work)
            settled = work.rows()
            for zombie in zombies:
                zombie.send_signal(signal.SIGCONT)
            told = [zombie.communicate(timeout=120)[0].split("\n") for zombie in zombies]
        finally:
            for zombie in zombies:
                zombie.kill()
                zombie.wait(30)
        answers = Counter(lines[1] for lines in told)
        record_testsuite_property(f"zombies_{work.room}", {"zombies": count, "answers": dict(answers)})
        print(f"\n{work.room}: {count} zombies, {dict(answers)}")
        assert answers == {"409 lease_lost": count}
        assert work.rows() == settled


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


def _is_stopped(process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, "a worker ended before it was stopped"
    return bool(psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)


def _do_all(gateway: Life, work: Work) -> None:
    """Claim each piece again, as another worker would, and report it."""
    done = 0
    for claim in work.claims:
        batch = gateway.post(f"{work.room}/claim", **claim)
        assert batch is not None
        for item in next(items for items in batch.json().values() if isinstance(items, list)):
            held = {key: item[key] for key in (*work.keys, "lease_token")}
            report = gateway.post(f"{work.room}/report", **{**work.report, **held})
            assert report is not None
            assert report.status_code == 200, report.text
            done += 1
    assert done == len(work.claims)
