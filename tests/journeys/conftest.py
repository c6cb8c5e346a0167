"""The whole real stack, started once: Postgres, Supabase, Redis, n8n, both services, the panel, and the stand-ins."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx2
import pytest

from sandbox.ports import Ports
from sandbox.stack import Stack
from tests.journeys.canaries import SentryReceiver
from tests.journeys.person import Owner, found
from tests.journeys.vendors import Vendors

SEED = 7
# Long enough that a step's replies come before the next step, short enough to see a sequence end.
DAY_SECONDS = 4.0


@pytest.fixture(scope="session")
def sentry() -> Iterator[SentryReceiver]:
    """Where every part of the stack reports its errors."""
    with SentryReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, sentry: SentryReceiver) -> Iterator[Stack]:
    """One for the session, on free ports. Journeys keep out of each other's way by organization."""
    stack = Stack(
        tmp_path_factory.mktemp("stack"),
        Ports.free(),
        seed=SEED,
        day_seconds=DAY_SECONDS,
        env={"GENERATION_LIMIT_PER_HOUR": "100000", "SENTRY_DSN": sentry.dsn},
    )
    with stack:
        yield stack
    stack.database.destroy()


@pytest.fixture(scope="session")
def vendors(stack: Stack) -> Iterator[Vendors]:
    with httpx2.Client(timeout=10) as client:
        yield Vendors(client, stack.urls)


@pytest.fixture(scope="session")
def found_organization(stack: Stack) -> Iterator[Callable[[], Owner]]:
    """Signs somebody up and gives them an organization with vendor keys, a sender and mailboxes."""
    with ExitStack() as closing:
        yield lambda: found(stack, closing)
