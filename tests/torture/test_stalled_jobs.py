"""A worker is killed in the middle of a job while another one is idle: the other takes it up within thirty seconds."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from random import Random

import psycopg
import pytest
from psycopg.rows import dict_row

from sandbox.stack import Stack
from tests.api_gateway.factories import Db, make_tenant
from tests.api_gateway.people import Tenant
from tests.torture.cast import seat
from tests.torture.story import tell
from tests.torture.telling import REPOSITORY, deliver, genuine, until
from tests.torture.vendors import open_ways_in

pytestmark = pytest.mark.stack

TAKEN_UP_WITHIN_S = 30.0


@pytest.fixture
def db(stack: Stack) -> Iterator[Db]:
    with psycopg.connect(stack.database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def workers(db: Db) -> set[int]:
    """Workers that were heard of a moment ago."""
    alive = "select id from jobs.procrastinate_workers where last_heartbeat > now() - interval '12 seconds'"
    return {row["id"] for row in db.execute(alive).fetchall()}


@pytest.fixture
def second(stack: Stack, db: Db) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Another worker beside the stack's: its number among workers, and its process."""
    before = workers(db)
    process = subprocess.Popen(
        [sys.executable, "-m", "api_gateway.worker"],
        cwd=REPOSITORY,
        env=stack.env_for("api_gateway"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield until(lambda: workers(db) - before, 60).pop(), process
    finally:
        process.kill()
        process.wait()


def test_a_killed_workers_job_is_taken_up_within_half_a_minute(
    stack: Stack,
    db: Db,
    second: tuple[int, subprocess.Popen[bytes]],
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    tenant = make_tenant(db)
    story = tell(1, 200, tenant.id)
    seat(db, tenant, story.people)
    ways = open_ways_in(db, stack, tenant.id, Random(1))
    bounce = next(event for event in story.events if event.payload.get("event_type") == "email_bounced")
    number, process = second
    # Somebody else holds the enrollments, so that the handler waits in the middle of its transaction.
    with db.transaction():
        db.execute("select from public.enrollments where organization_id = %s for update", [tenant.id])
        assert deliver(stack, [genuine(ways, bounce)]).surprises == []
        holder = until(lambda: holder_of(db, tenant), 60)
        if holder == number:
            process.kill()
        else:
            stack.kill("worker")
    killed_at = time.monotonic()
    try:
        until(lambda: state_of_event(db, tenant) == "handled", 120)
        seconds = time.monotonic() - killed_at
    finally:
        if holder != number:
            stack.restart("worker")
    print(f"\nthe job of a killed worker was done by another after {seconds:.1f} s")
    record_testsuite_property("taken up after", f"{seconds:.1f} s")
    assert seconds <= TAKEN_UP_WITHIN_S
    row = db.execute(
        "select sum(bounced) as bounced from public.mailbox_days where organization_id = %s", [tenant.id]
    ).fetchone()
    assert row == {"bounced": 1}


def holder_of(db: Db, tenant: Tenant) -> int | None:
    """The worker that does the tenant's job now."""
    row = db.execute(
        "select worker_id from jobs.procrastinate_jobs where status = 'doing' and args ->> 'organization_id' = %s",
        [str(tenant.id)],
    ).fetchone()
    return row["worker_id"] if row else None


def state_of_event(db: Db, tenant: Tenant) -> str:
    row = db.execute("select status from public.inbound_events where organization_id = %s", [tenant.id]).fetchone()
    return str(row and row["status"])
