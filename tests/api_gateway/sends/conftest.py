"""Sends meet the Instantly stand-in over the wire; all else outside is what the test prepared."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from fastapi import FastAPI

from api_gateway.app import create_app
from api_gateway.settings import Settings
from sandbox.standins.instantly import Instantly
from sandbox.standins.serving import Group
from sandbox.standins.standin import Options
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
def running_instantly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendor]:
    ledger = tmp_path_factory.mktemp("instantly") / "instantly.jsonl"
    group = Group([Instantly(ledger, Options(seed=1, day_seconds=1.0))], [0])
    address = group.bind()["instantly"]
    thread = threading.Thread(target=lambda: asyncio.run(group.serve()))
    thread.start()
    assert group.started.wait(10)
    with httpx2.Client(timeout=10, trust_env=False) as client:
        yield Vendor(address, client)
    group.stop()
    thread.join(10)


@pytest.fixture
def instantly(running_instantly: Vendor) -> Vendor:
    running_instantly.control("reset", seed=1)
    running_instantly.control("configure", limits={"second": 100_000, "minute": 1_000_000, "emails": 100_000})
    return running_instantly


@pytest.fixture
async def app(settings: Settings, outside: Outside, instantly: Vendor) -> AsyncIterator[FastAPI]:
    outside.answer("POST n8n.test/webhook/sm/send-due-messages")
    outside.answer("POST n8n.test/webhook/sm/advance-scenarios")
    wired = settings.model_copy(update={"instantly_base_url": instantly.url})
    app = create_app(wired, transport=Wire(outside))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def scene(db: Db) -> Scene:
    # One module shares its database: what an earlier test left planned is none of this test's business.
    db.execute("update public.send_intents set status = 'cancelled' where status in ('planned', 'claimed', 'sending')")
    db.execute("update public.send_intents set status = 'failed' where status = 'ambiguous'")
    db.execute("update public.enrollments set next_step_due_at = null, regenerate_step_id = null")
    return make_scene(db)
