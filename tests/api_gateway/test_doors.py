"""Nobody is read before they are known, counted and of a bearable size."""

import base64
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest

from api_gateway.doors import MOST_BYTES
from api_gateway.settings import Settings
from tests.api_gateway.factories import Db, make_tenant, one
from tests.api_gateway.people import WORKFLOW
from tests.api_gateway.test_limits import TOLD, serving

pytestmark = pytest.mark.anyio
JSON = {"Content-Type": "application/json"}


async def endless(sent: list[int]) -> AsyncIterator[bytes]:
    while sum(sent) < 4 * MOST_BYTES:
        sent.append(1024 * 1024)
        yield b" " * sent[-1]


class TestABody:
    @pytest.mark.parametrize("path", ["/api/v1/organizations", "/api/v1/prospects/imports", "/internal/v1/sends/claim"])
    @pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
    async def test_of_an_unknown_caller_is_not_read(self, gateway: httpx2.AsyncClient, path: str, kind: str) -> None:
        sent: list[int] = []
        answer = await gateway.post(path, content=endless(sent), headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"], sent) == (401, "unauthenticated", [])

    @pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
    async def test_that_is_none_is_counted_like_any_other(self, settings: Settings, db: Db, body: bytes) -> None:
        headers = make_tenant(db).owner.headers | JSON
        async with serving(settings, rate_limit_person_per_minute=3) as (_, client):
            answers = [await client.post("/api/v1/organizations", content=body, headers=headers) for _ in range(8)]
        assert answers[0].status_code in {400, 422}
        assert 429 in {answer.status_code for answer in answers}
        assert all(name in answer.headers for answer in answers for name in TOLD)

    async def test_without_end_is_read_to_its_limit(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        headers = make_tenant(db).owner.headers | JSON
        for path, more in (("/api/v1/organizations", headers), ("/internal/v1/sends/claim", WORKFLOW | JSON)):
            sent: list[int] = []
            answer = await gateway.post(path, content=endless(sent), headers=more)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
            assert sum(sent) <= MOST_BYTES + 2 * 1024 * 1024
        announced = headers | {"Content-Length": "9" * 30}
        answer = await gateway.post("/api/v1/organizations", content=b"{}", headers=announced)
        assert (answer.status_code, all(name in answer.headers for name in TOLD)) == (413, True)


class TestWhoIsRefused:
    @pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nothing", "/internal/v1/sends/claim"])
    async def test_is_counted_by_address_and_shuts_nobody_else_out(self, settings: Settings, db: Db, path: str) -> None:
        tenant = make_tenant(db)
        async with serving(settings, rate_limit_person_per_minute=3) as (_, client):
            tokens = [{}, *({"Authorization": f"Bearer {uuid4().hex}"} for _ in range(7))]
            answers = [await client.post(path, headers=given) for given in tokens]
            assert answers[0].status_code == 401
            assert 429 in {answer.status_code for answer in answers}
            assert all(name in answer.headers for answer in answers for name in TOLD)
            assert (await client.get("/api/v1/me", headers=tenant.owner.headers)).status_code == 200


class TestStrangeValues:
    @pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999"])
    async def test_a_made_up_cursor_is_told_to_be_one(self, gateway: httpx2.AsyncClient, db: Db, number: str) -> None:
        cursor = base64.urlsafe_b64encode(f'[{number}, "{uuid4()}"]'.encode()).decode()
        answer = await gateway.get(
            "/api/v1/prospects", params={"sort": "score", "cursor": cursor}, headers=make_tenant(db).owner.headers
        )
        assert answer.status_code == 400, answer.text

    async def test_half_a_character_is_the_callers_fault(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        headers = make_tenant(db).owner.headers | JSON
        body = b'{"email": "someone@p.example", "title": "\\ud800"}'
        answer = await gateway.post("/api/v1/prospects", content=body, headers=headers)
        assert answer.status_code in {400, 422}, answer.text


async def test_what_the_gateway_does_for_a_person_is_logged_with_where_they_called_from(
    gateway: httpx2.AsyncClient, db: Db
) -> None:
    """Also where it takes another role to do it: the check of a key is written by the workflow's."""
    tenant = make_tenant(db)
    headers = tenant.admin.headers | {"User-Agent": "test-browser", "X-Request-Id": "check-0001"}
    await gateway.put("/api/v1/credentials/instantly", headers=headers, json={"key": "instantly-key-0001"})
    await gateway.post("/api/v1/credentials/instantly/test", headers=headers)
    entry = one(
        db,
        "select actor, host(ip::inet) as ip, user_agent, request_id from public.audit_log"
        " where organization_id = %s and entity = 'api_credentials' and action = 'update'",
        tenant.id,
    )
    assert entry == {
        "actor": f"user:{tenant.admin.user_id}", "ip": "127.0.0.1", "user_agent": "test-browser",
        "request_id": "check-0001",
    }  # fmt: skip
