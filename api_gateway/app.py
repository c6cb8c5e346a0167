"""The application: rooms, middlewares and what is open while it runs. Start it with `uvicorn api_gateway.app:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import httpx2
import psycopg
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout
from starlette.middleware.cors import CORSMiddleware

from api_gateway import openapi
from api_gateway.database import fact_of
from api_gateway.doors import Doors
from api_gateway.resources import Resources
from api_gateway.sessions import require_workflow
from api_gateway.settings import Settings
from kit import errors, logging, sentry
from kit.health import health_router
from kit.ratelimit import RateLimitHeaders
from kit.settings import load

# One line a room; `endpoints.py` of a room holds `router`, `internal_router` or `webhook_router`.
PUBLIC_ROOMS: tuple[str, ...] = (
    "organizations",
    "organization_settings",
    "credentials",
    "scenarios",
    "campaigns",
    "prospects",
    "messages",
    "sends",
    "replies",
    "review_items",
    "meetings",
    "mailboxes",
    "suppressions",
    "webhooks",
    "dashboard",
    "notifications",
    "workflows",
    "audit",
    "data_protection",
)
INTERNAL_ROOMS: tuple[str, ...] = (
    "messages", "sends", "scrapes", "enrichments", "replies", "meetings", "workflow_runs",
)  # fmt: skip
WEBHOOK_ROOMS: tuple[str, ...] = ("suppressions", "webhooks")


def create_app(settings: Settings | None = None, *, transport: httpx2.AsyncBaseTransport | None = None) -> FastAPI:
    """Build the gateway from `settings`, read from the environment when not given.

    `transport` carries its calls to vendors and n8n; tests put their own answers there.
    """
    settings = settings or load(Settings)
    logging.configure(settings.log_level, "api_gateway")
    sentry.init(
        settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else None,
        environment=settings.environment,
        release=settings.version,
        service="api_gateway",
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Resources.opened(settings, transport=transport) as resources:
            app.state.resources = resources
            yield

    app = FastAPI(title=openapi.TITLE, version="1", lifespan=lifespan, redoc_url=None, description=openapi.DESCRIPTION)
    _include_rooms(app)

    async def database_answers() -> None:
        resources: Resources = app.state.resources
        await resources.database.ping()

    app.include_router(health_router("api_gateway", settings.version, {"database": database_answers}))
    app.add_middleware(Doors)
    errors.install(app)
    app.add_exception_handler(psycopg.Error, _database_error)
    app.add_exception_handler(PoolTimeout, _database_error)
    app.add_exception_handler(UnicodeEncodeError, _unwritable)
    app.add_middleware(RateLimitHeaders)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[settings.panel_url],
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "X-Organization-Id", logging.REQUEST_ID_HEADER],
        expose_headers=[
            logging.REQUEST_ID_HEADER,
            "Content-Disposition",
            "Retry-After",
            "RateLimit-Limit",
            "RateLimit-Remaining",
            "RateLimit-Reset",
        ],
        max_age=600,
    )
    app.add_middleware(logging.RequestContext)
    openapi.install(app)
    return app


def __getattr__(name: str) -> FastAPI:
    # `uvicorn api_gateway.app:app` works, and importing the module still needs no environment.
    if name == "app":
        return create_app()
    raise AttributeError(name)


def _include_rooms(app: FastAPI) -> None:
    for room in PUBLIC_ROOMS:
        endpoints = import_module(f"api_gateway.{room}.endpoints")
        app.include_router(
            endpoints.router, prefix="/api/v1", tags=[room], responses=errors.responses(*openapi.MEMBER_ERRORS)
        )
    for room in INTERNAL_ROOMS:
        endpoints = import_module(f"api_gateway.{room}.endpoints")
        app.include_router(
            endpoints.internal_router,
            prefix="/internal/v1",
            tags=["internal"],
            dependencies=[Depends(require_workflow)],
            responses=errors.responses(*openapi.WORKFLOW_ERRORS),
        )
    for room in WEBHOOK_ROOMS:
        endpoints = import_module(f"api_gateway.{room}.endpoints")
        app.include_router(endpoints.webhook_router, tags=["webhooks"])


async def _database_error(_: Request, error: Exception) -> JSONResponse:
    fact = fact_of(error)
    if fact is None:
        raise error
    return errors.problem(fact.status, fact.detail, fact.code, headers=fact.headers)


async def _unwritable(_: Request, __: Exception) -> JSONResponse:
    # JSON can spell half a character; nothing can store or send one.
    return errors.answer(errors.Invalid("A value holds half a character, which cannot be stored."))
