"""A worker as a real process: it does the jobs, and what a killed one held is taken up by the next."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from api_gateway import jobs
from api_gateway.settings import Settings
from api_gateway.worker import take_up_stalled
from tests.api_gateway.factories import Db
from tests.api_gateway.people import TEST_SETTINGS
from tests.api_gateway.webhooks.vendors import make_sequence, open_way_in

pytestmark = [pytest.mark.anyio, pytest.mark.database]
TAKEN_UP_WITHIN_S = 30


def until(holds: Callable[[], Any], limit_s: float) -> float:
    """Wait until `holds`, at most `limit_s` seconds; how long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < limit_s, "it did not come about in time"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.fixture
def start_worker(settings: Settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    environment = {name.upper(): str(value) for name, value in TEST_SETTINGS.items()}
    environment |= {"DATABASE_URL": settings.database_url.get_secret_value(), "N8N_URL": "http://127.0.0.1:9"}

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "api_gateway.worker"], env={**os.environ, **environment}, stdout=subprocess.DEVNULL
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


async def test_a_killed_workers_job_is_done_by_the_next(
    db: Db, gateway: httpx2.AsyncClient, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    someone = make_sequence(db)
    vendor = open_way_in(db, someone.tenant, gateway, "instantly")
    first = start_worker()
    # Somebody else holds the enrollment, so that the handler waits in the middle of its transaction.
    with db.transaction():
        db.execute("select from public.enrollments where id = %s for update", [someone.enrollment])
        assert (await vendor.deliver(someone.event("email_bounced", 1))).status_code == 202
        running = "select id from jobs.procrastinate_jobs where task_name = 'handle_event' and status = 'doing'"
        until(lambda: db.execute(running).fetchone(), 60)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert someone.row("inbound_events")["status"] == "received"
    start_worker()
    took = until(lambda: someone.row("inbound_events")["status"] == "handled", 60 + TAKEN_UP_WITHIN_S)
    assert someone.status == "bounced"
    assert someone.row("mailbox_days")["bounced"] == 1
    assert took < 60 + TAKEN_UP_WITHIN_S


async def test_a_stalled_job_whose_like_waits_already_keeps_no_other_from_being_taken_up(
    settings: Settings, db: Db
) -> None:
    db.execute("truncate jobs.procrastinate_jobs, jobs.procrastinate_workers cascade")
    url = settings.database_url.get_secret_value()
    silent = "insert into jobs.procrastinate_workers (last_heartbeat) values (now() - interval '1 hour') returning id"
    worker = db.execute(silent).fetchone()
    assert worker is not None
    for lock, status, holder in (
        ("sweep", "doing", worker["id"]),
        ("sweep", "todo", None),
        ("x", "doing", worker["id"]),
    ):
        db.execute(
            """
            insert into jobs.procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id)
            values ('default', 'sweep_inbox', %s, %s, %s)
            """,
            [lock, status, holder],
        )
    async with jobs.working(url, most_connections=2) as app:
        await take_up_stalled(app)
    rows = db.execute("select queueing_lock, status from jobs.procrastinate_jobs order by queueing_lock").fetchall()
    assert [tuple(row.values()) for row in rows] == [("sweep", "todo"), ("x", "todo")]


async def test_a_worker_ends_when_it_is_told_to(start_worker: Callable[[], subprocess.Popen[bytes]], db: Db) -> None:
    db.execute("delete from jobs.procrastinate_workers")
    worker = start_worker()
    until(lambda: db.execute("select id from jobs.procrastinate_workers").fetchone(), 60)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0
