"""What one running gateway holds, opened at start and closed at the end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

import httpx2
import structlog
from fastapi import Depends
from starlette.requests import HTTPConnection
from upstash_redis.asyncio import Redis

from api_gateway.auth import JwksCache, TokenVerifier
from api_gateway.database import Database
from api_gateway.outside_addresses import OutsideAddresses
from api_gateway.settings import Settings
from kit import http
from kit.ratelimit import RateLimiter
from kit.sealing import Keyring
from kit.settings import decode_key

DRAIN_S = 10.0
log = structlog.get_logger(__name__)


@dataclass
class Resources:
    """Settings, pool, token verifier, limiter, keys, an HTTP client, and the tasks still running behind answers."""

    settings: Settings
    database: Database
    tokens: TokenVerifier
    limiter: RateLimiter
    keyring: Keyring
    grant_key: bytes = field(repr=False)
    http: httpx2.AsyncClient
    outside: OutsideAddresses = field(default_factory=OutsideAddresses)
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, settings: Settings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AsyncIterator[Self]:
        """Open everything; what is not reachable yet shows in `/health/ready`, never as a failed start."""
        database = Database(settings.database_url.get_secret_value())
        redis = Redis(
            url=settings.upstash_redis_rest_url,
            token=settings.upstash_redis_rest_token.get_secret_value(),
            rest_retries=0,
            allow_telemetry=False,
        )
        async with http.client(transport=transport) as client:
            resources = cls(
                settings=settings,
                database=database,
                tokens=_verifier(settings, client),
                limiter=RateLimiter(redis),
                keyring=Keyring.parse(settings.credentials_keys.get_secret_value()),
                grant_key=decode_key(settings.grant_key.get_secret_value()),
                http=client,
                outside=OutsideAddresses.parse(settings.private_hosts_allowed),
            )
            await database.open()
            try:
                yield resources
            finally:
                await resources.settle()
                await database.close()
                await redis.close()

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Run `work` behind the answer; a failure is logged, and shutdown waits for it for ten seconds."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def settle(self) -> None:
        """Wait for what runs behind answers, at most ten seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_S)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background_work_failed", exc_info=error)


def _verifier(settings: Settings, client: httpx2.AsyncClient) -> TokenVerifier:
    issuer = f"{settings.supabase_url}/auth/v1"

    async def fetch_keys() -> dict[str, Any]:
        answer = await client.get(f"{issuer}/.well-known/jwks.json", timeout=3.0)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    secret = settings.supabase_jwt_secret
    laptop_secret = secret.get_secret_value() if secret and settings.environment != "production" else None
    return TokenVerifier(JwksCache(fetch_keys), issuer=issuer, laptop_secret=laptop_secret)


def _resources(connection: HTTPConnection) -> Resources:
    resources: Resources = connection.app.state.resources
    return resources


Shared = Annotated[Resources, Depends(_resources)]
