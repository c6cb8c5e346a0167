"""The address that browsers know as Supabase: Realtime is answered here, everything else goes to Supabase Lite.

Answers CORS for the panel's origin itself, because Lite does not name the headers that supabase-js sends.
Settings come from the environment: LITE_URL, DATABASE_URL, SUPABASE_JWT_SECRET, SUPABASE_PUBLISHABLE_KEY,
SUPABASE_SECRET_KEY, ALLOWED_ORIGINS (comma-separated).
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from sandbox.realtime import Hub

# Said by each hop for itself, or decided anew on this one.
NOT_FORWARDED = frozenset(
    {
        *(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
        ),
        *("upgrade", "host", "content-length"),
    }
)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(lite_url: str, hub: Hub, origins: list[str]) -> Starlette:
    """The proxy with Realtime beside it."""
    client = httpx2.AsyncClient(base_url=lite_url, timeout=30, limits=httpx2.Limits(max_connections=64))

    async def forward(request: Request) -> Response:
        headers = [(name, value) for name, value in request.headers.items() if name not in NOT_FORWARDED]
        outgoing = client.build_request(
            request.method,
            httpx2.URL(path=request.url.path, query=request.url.query.encode()),
            headers=headers,
            content=await request.body(),
        )
        try:
            answer = await client.send(outgoing, stream=True)
        except httpx2.HTTPError as error:
            return JSONResponse({"message": f"Supabase Lite does not answer: {error}"}, status_code=502)
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name not in NOT_FORWARDED and not name.startswith("access-control-")
        }
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, headers=kept, background=BackgroundTask(answer.aclose)
        )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with hub.running(), client:
            yield

    return Starlette(
        routes=[
            WebSocketRoute("/realtime/v1/websocket", hub.serve),
            Route("/{path:path}", forward, methods=METHODS),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=origins,
                allow_methods=METHODS,
                allow_headers=["*"],
                expose_headers=["content-range", "x-supabase-api-version"],
                max_age=600,
            )
        ],
        lifespan=lifespan,
    )


def app(env: Mapping[str, str] = os.environ) -> Starlette:
    """The factory that uvicorn calls."""
    keys = frozenset({env["SUPABASE_PUBLISHABLE_KEY"], env["SUPABASE_SECRET_KEY"]})
    hub = Hub(env["DATABASE_URL"], env["SUPABASE_JWT_SECRET"], keys)
    return create_app(env["LITE_URL"], hub, env["ALLOWED_ORIGINS"].split(","))
