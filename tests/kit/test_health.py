"""Ready means that what the service needs answers."""

import httpx2
import pytest
from fastapi import FastAPI

from kit.health import health_router

pytestmark = pytest.mark.anyio


async def fine() -> None:
    return


async def broken() -> None:
    raise ConnectionError("no database")


@pytest.mark.parametrize(("check", "status", "said"), [(fine, 200, "ready"), (broken, 503, "not_ready")])
async def test_ready_follows_its_checks(check: object, status: int, said: str) -> None:
    app = FastAPI()
    app.include_router(health_router("api_gateway", "abc123", {"database": check}))  # type: ignore[dict-item]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://x.test") as client:
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (status, said)
        assert "no database" not in answer.text
        assert (await client.get("/health/live")).json() == {"status": "ok"}
        assert (await client.get("/version")).json() == {"service": "api_gateway", "version": "abc123"}
