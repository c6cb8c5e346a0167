"""Sends meet the Instantly stand-in over the wire; all else outside is what the test prepared."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from fastapi import FastAPI

from api_gateway.settings import Settings
from sandbox.standins.instantly import Instantly
from sandbox.standins.mail_server import MailServer
from sandbox.standins.resend import Resend as ResendStandin
from sandbox.standins.serving import Group
from sandbox.standins.standin import Options
from tests.api_gateway.conftest import Serve
from tests.api_gateway.factories import Db
from tests.api_gateway.outside import Outside
from tests.api_gateway.sends.scene import Scene, make_scene
from tests.api_gateway.sends.vendor import Vendor


class Wire(httpx2.AsyncBaseTransport):
    """127.0.0.1 is really called; every other host is answered by the test."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside.transport
        self._wire = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        chosen = self._wire if request.url.host == "127.0.0.1" else self._outside
        return await chosen.handle_async_request(request)

    async def aclose(self) -> None:
        await self._wire.aclose()


@pytest.fixture(scope="session")
def running_vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Vendor]]:
    folder = tmp_path_factory.mktemp("vendors")
    standins = [
        kind(folder / f"{kind.vendor}.jsonl", Options(seed=1, day_seconds=1.0))
        for kind in (Instantly, ResendStandin, MailServer)
    ]
    group = Group(standins, [0] * len(standins))
    addresses = group.bind()
    thread = threading.Thread(target=lambda: asyncio.run(group.serve()))
    thread.start()
    assert group.started.wait(10)
    with httpx2.Client(timeout=30, trust_env=False) as client:
        yield {one.vendor: Vendor(addresses[one.vendor], client, one.ledger.path) for one in standins}
    group.stop()
    thread.join(10)


@pytest.fixture
def instantly(running_vendors: dict[str, Vendor]) -> Vendor:
    vendor = running_vendors["instantly"]
    vendor.control("reset", seed=1)
    vendor.control("configure", day_seconds=1.0, limits={"second": 100_000, "minute": 1_000_000, "emails": 1_000_000})
    return vendor


@pytest.fixture
def resend(running_vendors: dict[str, Vendor]) -> Vendor:
    vendor = running_vendors["resend"]
    vendor.control("reset", seed=1)
    vendor.control("configure", requests_per_second=100_000)
    return vendor


@pytest.fixture
def smtp(running_vendors: dict[str, Vendor]) -> Vendor:
    vendor = running_vendors["smtp"]
    vendor.control("reset", seed=1)
    return vendor


@pytest.fixture
async def app(serve: Serve, settings: Settings, outside: Outside, instantly: Vendor) -> AsyncIterator[FastAPI]:
    outside.answer("POST n8n.test/webhook/sm/send-due-messages")
    outside.answer("POST n8n.test/webhook/sm/advance-scenarios")
    wired = settings.model_copy(update={"instantly_base_url": instantly.url})
    async with serve(wired, Wire(outside)) as app:
        yield app


@pytest.fixture
def scene(db: Db) -> Scene:
    # One module shares its database: what an earlier test left planned is none of this test's business.
    db.execute("update public.send_intents set status = 'cancelled' where status in ('planned', 'claimed', 'sending')")
    db.execute("update public.send_intents set status = 'failed' where status = 'ambiguous'")
    db.execute("update public.enrollments set next_step_due_at = null, regenerate_step_id = null")
    return make_scene(db)
