"""The address that browsers know as Supabase: Realtime is answered here, everything else goes to Supabase Lite.

Three things are mended on the way, so that the rest of the product meets what hosted Supabase says: CORS is answered
here for the panel's origin, because Lite does not name the headers that supabase-js sends; access tokens get their
issuer, which Lite leaves out; and a signed address of Storage is given under hosted Supabase's name, `signedURL`, from
Storage's root on. Settings come from the environment: LITE_URL, SUPABASE_URL, DATABASE_URL,
SUPABASE_JWT_SECRET, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY, ALLOWED_ORIGINS (comma-separated).
"""

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
import jwt
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
SIGNING = frozenset({"/auth/v1/token", "/auth/v1/signup", "/auth/v1/verify"})
STORAGE = "/storage/v1"
SIGNED_ADDRESS = f"{STORAGE}/object/sign/"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Issuer:
    """Puts `iss` into the access tokens that Lite signs."""

    def __init__(self, supabase_url: str, jwt_secret: str) -> None:
        self._issuer = f"{supabase_url}/auth/v1"
        self._secret = jwt_secret

    def complete(self, body: bytes) -> bytes:
        """The answer with its access token signed anew; anything that holds none stays as it is."""
        try:
            answer = json.loads(body)
            token = answer["access_token"]
            claims = jwt.decode(token, self._secret, algorithms=["HS256"], options={"verify_aud": False})
        except (ValueError, KeyError, TypeError, jwt.PyJWTError):
            return body
        signed = jwt.encode({"iss": self._issuer, **claims}, self._secret, algorithm="HS256")
        return json.dumps({**answer, "access_token": signed}).encode()


def signed_address(body: bytes) -> bytes:
    """Storage's answer with the signed address under the name that hosted Supabase gives it."""
    try:
        answer = json.loads(body)
        address = str(answer["signedUrl"]).removeprefix(STORAGE)
    except (ValueError, KeyError, TypeError):
        return body
    return json.dumps({"signedURL": address}).encode()


def create_app(lite_url: str, hub: Hub, issuer: Issuer, origins: list[str]) -> Starlette:
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
        is_address = request.method == "POST" and request.url.path.startswith(SIGNED_ADDRESS)
        if (is_address or request.url.path in SIGNING) and answer.status_code == 200:
            whole = await answer.aread()
            body = signed_address(whole) if is_address else issuer.complete(whole)
            kept.pop("content-encoding", None)
            await answer.aclose()
            return Response(body, answer.status_code, headers=kept)
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
    issuer = Issuer(env["SUPABASE_URL"], env["SUPABASE_JWT_SECRET"])
    return create_app(env["LITE_URL"], hub, issuer, env["ALLOWED_ORIGINS"].split(","))
