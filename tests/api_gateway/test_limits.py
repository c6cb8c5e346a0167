"""Every public route is limited and says so, whatever it answers; Redis may be away, slow or out of its mind."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from psycopg.conninfo import make_conninfo

from api_gateway.app import create_app
from api_gateway.settings import Settings
from api_gateway.worker import apply_schema
from kit.ratelimit import COOL_DOWN_S
from sandbox.database import Database
from tests.api_gateway.factories import Db, add_member, insert, make_someone, make_tenant
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Someone, Tenant
from tests.api_gateway.webhooks.vendors import Vendor, booking, open_way_in

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", autouse=True)
def jobs_schema(cluster: Database, database_name: str, db: Db) -> None:
    asyncio.run(apply_schema(make_conninfo(cluster.gateway_url, dbname=database_name)))


TOLD = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "ratelimit-policy")
# Asked by platforms every few seconds; they cost nothing and tell nothing.
UNLIMITED = {"/health/live", "/health/ready", "/version"}


def every_route(app: FastAPI) -> list[tuple[str, str]]:
    return [(method, path) for path, methods in app.openapi()["paths"].items() for method in methods]


def filled(path: str) -> str:
    """The path with ids that nothing has."""
    while "{" in path:
        start, _, rest = path.partition("{")
        name, _, end = rest.partition("}")
        path = start + (str(uuid4()) if name.endswith("_id") else "x") + end
    return path


@asynccontextmanager
async def serving(settings: Settings, **changed: Any) -> AsyncIterator[tuple[FastAPI, httpx2.AsyncClient]]:
    app = create_app(settings.model_copy(update=changed), transport=Outside().transport)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://gateway.test", timeout=60) as client,
    ):
        yield app, client


def owner_of(db: Db, tenant: Tenant) -> Someone:
    """One more owner, who has not called yet."""
    someone = make_someone(db)
    add_member(db, tenant.id, someone, "owner")
    return someone


class TestEveryRoute:
    async def test_is_under_one_of_the_doors_that_are_tested_here(self, app: FastAPI) -> None:
        doors = ("/api/v1/", "/internal/v1/", "/webhooks/", "/u/")
        strangers = {path for _, path in every_route(app) if not path.startswith(doors)} - UNLIMITED
        assert strangers == set()

    async def test_of_a_person_tells_its_limit_and_refuses_beyond_it(self, settings: Settings, db: Db) -> None:
        tenant = make_tenant(db)
        async with serving(settings, rate_limit_person_per_minute=1) as (app, client):
            routes = [(method, path) for method, path in every_route(app) if path.startswith("/api/v1/")]
            assert len(routes) > 90
            for method, path in routes:
                headers = {**owner_of(db, tenant).headers, "X-Organization-Id": str(uuid4())}
                answers = [await client.request(method, filled(path), headers=headers, json={}) for _ in range(2)]
                if int(time.time()) % 60 in {59, 0} and answers[1].status_code != 429:
                    answers[1] = await client.request(method, filled(path), headers=headers, json={})
                first, second = answers
                assert first.status_code in {200, 201, 204, 400, 404, 409, 422}, (method, path, first.text)
                assert second.status_code == 429, (method, path, second.status_code)
                assert second.json()["code"] == "too_many_requests"
                assert 1 <= int(second.headers["retry-after"]) <= 60
                for answer in (first, second):
                    assert all(name in answer.headers for name in TOLD), (method, path, answer.status_code)
                    assert answer.headers["ratelimit-policy"] == "1;w=60"

    async def test_of_an_organization_is_limited_for_all_its_people_together(self, settings: Settings, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        async with serving(settings, rate_limit_organization_per_minute=5) as (_, client):
            people = [tenant.owner, tenant.admin, tenant.member, tenant.viewer]
            answers = [
                await client.get("/api/v1/campaigns", headers=people[number % 4].headers) for number in range(12)
            ]
            statuses = [answer.status_code for answer in answers]
            assert statuses.count(200) >= 5
            assert 429 in statuses
            refused = answers[statuses.index(429)]
            assert (refused.headers["ratelimit-limit"], refused.headers["ratelimit-remaining"]) == ("5", "0")
            assert "retry-after" in refused.headers
            assert (await client.get("/api/v1/campaigns", headers=other.owner.headers)).status_code == 200

    async def test_of_a_vendor_is_limited_by_its_way_in(self, settings: Settings, db: Db) -> None:
        tenant = make_tenant(db)
        async with serving(settings, rate_limit_webhook_per_minute=4) as (_, client):
            way_in, other = (open_way_in(db, tenant, client, "calcom") for _ in range(2))
            answers = [await deliver(way_in) for _ in range(10)]
            assert {answer.status_code for answer in answers} == {202, 429}
            assert all(name in answer.headers for answer in answers for name in TOLD)
            assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 429)
            assert (await deliver(other)).status_code == 202

    async def test_of_nobody_in_particular_is_limited_by_address(self, settings: Settings, db: Db) -> None:
        tenant = make_tenant(db)
        async with serving(settings, rate_limit_webhook_per_minute=4) as (_, client):
            for path in (f"/webhooks/instantly/{uuid4().hex}", f"/webhooks/fax/{uuid4().hex}"):
                answers = [await client.post(path, json={}) for _ in range(10)]
                assert answers[-1].status_code == 429, path
                assert "retry-after" in answers[-1].headers
                assert all(name in answer.headers for answer in answers for name in TOLD)
            # What strangers do from an address does not shut out the vendor that shares it.
            assert (await deliver(open_way_in(db, tenant, client, "calcom"))).status_code == 202

    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_of_somebody_with_a_link_is_limited_by_address(
        self, gateway: httpx2.AsyncClient, method: str
    ) -> None:
        answers = [await gateway.request(method, "/u/not-one-of-ours") for _ in range(601)]
        statuses = {answer.status_code for answer in answers}
        assert statuses <= {404, 429}
        assert all(name in answer.headers for answer in answers for name in TOLD)
        if 429 not in statuses:  # a new minute began among them
            answers = [await gateway.request(method, "/u/not-one-of-ours") for _ in range(601)]
        assert answers[-1].status_code == 429
        assert "retry-after" in answers[-1].headers

    async def test_of_a_platform_is_not(self, gateway: httpx2.AsyncClient) -> None:
        for path in UNLIMITED:
            assert "ratelimit-limit" not in (await gateway.get(path)).headers

    async def test_that_answers_a_file_tells_too(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.get("/api/v1/suppressions/export", headers=make_tenant(db).owner.headers)
        assert answer.headers["content-type"].startswith("text/csv")
        assert all(name in answer.headers for name in TOLD)


async def deliver(way_in: Vendor) -> httpx2.Response:
    return await way_in.deliver(booking("BOOKING_CREATED", uuid4().hex, "a@b.example", 1))


async def silence(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)
    writer.close()


def saying(body: bytes, status: str = "200 OK") -> Callable[..., Awaitable[None]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    return answer


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def speak_another_language(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"-ERR this is not HTTP\r\n")
    writer.close()


MAD = {
    "slow": silence,
    "hanging up": hang_up,
    "not HTTP": speak_another_language,
    "not JSON": saying(b"<html>bad gateway</html>", "502 Bad Gateway"),
    "an error": saying(b'{"error": "WRONGPASS"}', "401 Unauthorized"),
    "over its quota": saying(b'{"error": "ERR max requests limit exceeded"}', "429 Too Many Requests"),
    "empty": saying(b""),
    "null": saying(b'{"result": null}'),
    "a word": saying(b'{"result": "x"}'),
    "a list": saying(json.dumps({"result": [[], {}]}).encode()),
    "another shape": saying(b'[1, 2, {"a": 3}]'),
    "endless": saying(json.dumps({"result": 10**400}).encode()),
    "negative": saying(b'{"result": -9223372036854775808}'),
}


UNDERSTOOD = {"endless", "negative"}


class TestRedis:
    @pytest.mark.parametrize("mood", MAD)
    async def test_in_whatever_mood_costs_a_moment_once_and_never_an_answer(
        self, mood: str, settings: Settings, db: Db
    ) -> None:
        asked = 0
        talks: set[asyncio.Task[Any]] = set()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal asked
            asked += 1
            talk = asyncio.current_task()
            assert talk is not None
            talks.add(talk)
            try:
                await MAD[mood](reader, writer)
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        someone = make_someone(db)
        insert(db, "memberships", organization_id=make_tenant(db).id, user_id=someone.user_id, role="owner")
        try:
            async with serving(settings, upstash_redis_rest_url=f"http://127.0.0.1:{port}") as (_, client):
                begun = time.monotonic()
                answers = [await client.get("/api/v1/campaigns", headers=someone.headers) for _ in range(10)]
                took = time.monotonic() - begun
        finally:
            server.close()
            for talk in talks:
                talk.cancel()
            await asyncio.gather(*talks, return_exceptions=True)
        # Who says that ten to the four-hundredth calls were made is believed: a refusal, and still no 5xx.
        assert {one.status_code for one in answers} == ({429} if mood == "endless" else {200})
        assert all(name in one.headers for one in answers for name in TOLD)
        if mood not in UNDERSTOOD:
            # A connection that is hung up on may be made once more by the client underneath.
            assert 1 <= asked <= 2 * (1 + took // COOL_DOWN_S)
