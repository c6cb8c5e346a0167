"""The FastAPI application of ai_service."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_service.enrichments import endpoints as enrichments
from ai_service.messages import endpoints as messages
from ai_service.models.anthropic_model import AnthropicModel
from ai_service.models.openai_model import OpenAiModel
from ai_service.models.port import Provider
from ai_service.qualifications import endpoints as qualifications
from ai_service.replies import endpoints as replies
from ai_service.settings import AiServiceSettings
from ai_service.sources import Sources
from ai_service.store import redis_door
from ai_service.store.cache import Cache
from ai_service.store.limits import Limits
from ai_service.store.purse import Purse, Spend
from ai_service.wiring import require_service
from kit import errors, logging, sentry
from kit.errors import TooLarge
from kit.health import health_router
from kit.settings import decode_key, load

LARGEST_BODY = 1024 * 1024
SERVICE = "ai_service"
TOO_LARGE = "A request may hold at most 1 MiB; send shorter texts."


class _BodyLimit:
    """Refuses bodies over 1 MiB before they are read into memory."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > LARGEST_BODY:
            await errors.problem(TooLarge.status, TOO_LARGE, TooLarge.code)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                # FastAPI lets only its own exceptions through while it reads a body.
                raise HTTPException(TooLarge.status, TOO_LARGE)
            return message

        await self.app(scope, counted, send)


def create_app(settings: AiServiceSettings, *, providers: Sequence[Provider] | None = None) -> FastAPI:
    """The application for these settings. `providers` replaces the paid models, for tests."""
    logging.configure(settings.log_level, SERVICE)
    sentry.init(
        settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else None,
        environment=settings.environment,
        release=settings.version,
        service=SERVICE,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        door = redis_door.connect(settings.upstash_redis_rest_url, settings.upstash_redis_rest_token.get_secret_value())
        sources = Sources(
            settings,
            providers=[AnthropicModel(settings), OpenAiModel(settings)] if providers is None else providers,
            cache=Cache(door, decode_key(settings.grant_key.get_secret_value())),
            limits=Limits(door, per_hour=settings.generation_limit_per_hour),
            purse=Purse(
                daily=Spend(
                    settings.organization_daily_token_cap, round(settings.organization_daily_cost_cap_usd * 1e6)
                )
            ),
        )
        app.state.sources = sources
        yield
        await sources.close()
        await door.close()

    app = FastAPI(
        title="Sales Machine: ai_service",
        description="Facts in, typed judgement out: enrich, qualify, write and read replies.",
        version=settings.version,
        lifespan=lifespan,
        redoc_url=None,
    )
    app.state.settings = settings
    app.include_router(health_router(SERVICE, settings.version, {}))
    for room in (enrichments, qualifications, messages, replies):
        app.include_router(room.router, dependencies=[Depends(require_service)])
    app.add_middleware(_BodyLimit)
    errors.install(app)
    app.add_middleware(logging.RequestContext)
    document = app.openapi

    def openapi() -> dict[str, Any]:
        return errors.describe_problems(document())

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def __getattr__(name: str) -> Any:
    """`app` is made when a server asks for it, so that importing this module needs no environment."""
    if name == "app":
        return create_app(load(AiServiceSettings))
    raise AttributeError(name)
