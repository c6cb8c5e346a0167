"""Three routes by which a platform knows a service: alive, ready, which version."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel

Check = Callable[[], Awaitable[object]]
CHECK_LIMIT_S = 2.0
log = structlog.get_logger(__name__)


class Live(BaseModel):
    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """`checks` says `ok` or `failed` for each thing the service cannot work without."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, Literal["ok", "failed"]]


class Version(BaseModel):
    service: str
    version: str


async def _holds(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_LIMIT_S):
            await check()
    except Exception:
        log.warning("readiness_check_failed", check=name, exc_info=True)
        return False
    return True


def health_router(service: str, version: str, checks: Mapping[str, Check]) -> APIRouter:
    """`/health/live`, `/health/ready` (503 while a check fails or takes over two seconds) and `/version`."""
    router = APIRouter(tags=["health"])

    @router.get("/health/live", operation_id="health_live", summary="Say that the process is alive.")
    async def live() -> Live:
        return Live()

    @router.get(
        "/health/ready",
        operation_id="health_ready",
        summary="Say whether the service can do its work now.",
        responses={503: {"description": "Something that the service needs does not answer."}},
    )
    async def ready(response: Response) -> Ready:
        held = await asyncio.gather(*(_holds(name, check) for name, check in checks.items()))
        if not all(held):
            response.status_code = 503
        return Ready(
            status="ready" if all(held) else "not_ready",
            checks={name: "ok" if good else "failed" for name, good in zip(checks, held, strict=True)},
        )

    @router.get("/version", operation_id="health_version", summary="Say which version is running.")
    async def show_version() -> Version:
        return Version(service=service, version=version)

    return router
