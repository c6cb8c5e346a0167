"""Telling a story to the gateway over the wire, and looking at what became of it."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx2

from sandbox.stack import Stack
from tests.api_gateway.factories import Db
from tests.torture.story import Story
from tests.torture.vendors import Event, Request, WaysIn

AT_ONCE = 24
REPOSITORY = Path(__file__).resolve().parents[2]


@contextmanager
def playing_flows(stack: Stack, workflow_token: str) -> Iterator[None]:
    """n8n's part, where the gateway looks for n8n."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.flows", str(stack.ports.n8n), stack.urls["gateway"], workflow_token],
        cwd=REPOSITORY,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


@dataclass
class Answers:
    """What was answered: how often which status, and the first of those that surprise."""

    statuses: Counter[int] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.statuses.total() / self.seconds


@dataclass(frozen=True)
class Delivery:
    """A request, made when it is sent, and the answers that are right for it."""

    make: Callable[[], Request]
    expected: frozenset[int]
    name: str


def deliver(stack: Stack, deliveries: Sequence[Delivery]) -> Answers:
    """Send all of them, `AT_ONCE` at a time, in this order."""
    answers = Answers()
    began = time.monotonic()
    asyncio.run(_deliver(stack.urls["gateway"], deliveries, answers))
    answers.seconds = time.monotonic() - began
    return answers


async def _deliver(gateway: str, deliveries: Sequence[Delivery], answers: Answers) -> None:
    waiting = iter(deliveries)

    async def courier(client: httpx2.AsyncClient) -> None:
        for delivery in waiting:
            request = delivery.make()
            content = _chunks(request.body) if request.is_chunked else request.body
            try:
                answer = await client.request(
                    request.method, gateway + request.path, content=content, headers=request.raw_headers
                )
            except httpx2.HTTPError as error:
                answers.surprises.append(f"{delivery.name}: {error!r}")
                continue
            answers.statuses[answer.status_code] += 1
            if answer.status_code not in delivery.expected and len(answers.surprises) < 50:
                answers.surprises.append(f"{delivery.name}: {answer.status_code} {answer.text[:200]}")

    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx2.AsyncClient(limits=limits, timeout=60, follow_redirects=False) as client:
        await asyncio.gather(*(courier(client) for _ in range(AT_ONCE)))


async def _chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def genuine(ways: WaysIn, event: Event, seed: int | None = None) -> Delivery:
    """`event` as its vendor delivers it; with a seed in one of the ways in which a second attempt may look."""

    def make() -> Request:
        return ways[event.source].request(event, None if seed is None else Random(seed))

    return Delivery(make, frozenset({202}), f"{event.source} {event.payload}")


def until(holds: Callable[[], Any], limit_s: float) -> Any:
    """The first true answer, within `limit_s` seconds."""
    end = time.monotonic() + limit_s
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)
    return found


def until_handled(db: Db, ways: WaysIn, limit_s: float) -> None:
    """Wait until nothing of the organization waits. Leases of what failed run out in seconds, not in minutes."""
    end = time.monotonic() + limit_s
    while True:
        row = db.execute(
            "select count(*) as waiting from public.inbound_events where organization_id = %s and status = 'received'",
            [ways.organization_id],
        ).fetchone()
        waiting = row["waiting"] if row else 0
        if not waiting:
            return
        db.execute(
            "update public.inbound_events set lease_until = now() where organization_id = %s and status = 'received' "
            "and lease_until between now() and now() + interval '117 seconds'",
            [ways.organization_id],
        )
        assert time.monotonic() < end, f"{waiting} events still wait"
        time.sleep(0.2)


def tell_in_order(db: Db, stack: Stack, ways: WaysIn, story: Story) -> None:
    """Round by round: nothing is told before what was before it is done with."""
    for events in story.rounds():
        answers = deliver(stack, [genuine(ways, event) for event in events])
        assert answers.surprises == []
        until_handled(db, ways, 60 + len(events))


def differences(wanted: dict[str, list[str]], reached: dict[str, list[str]]) -> list[str]:
    """Rows that only one of two organizations has, some of each table."""
    found = []
    for table, rows in wanted.items():
        missing, more = Counter(rows) - Counter(reached[table]), Counter(reached[table]) - Counter(rows)
        found += [f"{table} lacks {row}" for row in sorted(missing)[:10]]
        found += [f"{table} has {row}" for row in sorted(more)[:10]]
    return found
