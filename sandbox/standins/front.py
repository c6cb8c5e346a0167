"""The door of a stand-in: control routes, behaviours, one ledger line per call. Plain ASGI, so that it can hang up."""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.standins.behaviours import Behaviour
from sandbox.standins.standin import ConfigurationError, Standin, json_object

# What a test that only counts doesn't need to read.
_BULKY = frozenset({"record", "body"})
BODY_LIMIT = 10 * 1024 * 1024


def application(standin: Standin) -> ASGIApp:
    """The ASGI application of one stand-in."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        standin.load()
        await standin.start()
        yield
        await standin.aclose()

    async def refused(request: Request, error: Exception) -> Response:
        del request
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = str(error.detail) if isinstance(error, HTTPException) else "internal error"
        return standin.error(status, detail)

    inner = Starlette(
        routes=[*_control(standin), *standin.routes()], lifespan=lifespan, exception_handlers={HTTPException: refused}
    )
    return Front(inner, standin)


def _control(standin: Standin) -> list[Route]:
    async def health(_: Request) -> Response:
        tables = {name: len(rows) for name, rows in standin.tables.items()}
        in_flight = {call: count for call, count in standin.in_flight.items() if count}
        state = {"status": "ok", "vendor": standin.vendor, "seed": standin.seed, "in_flight": in_flight}
        return JSONResponse(state | {"tables": tables} | standin.about())

    async def reset(request: Request) -> Response:
        seed = (await json_object(request)).get("seed")
        await standin.reset(int(seed) if seed is not None else None)
        return JSONResponse({"status": "ok", "seed": standin.seed})

    async def behaviour(request: Request) -> Response:
        try:
            rule = Behaviour.model_validate(await json_object(request))
        except ValidationError as error:
            return JSONResponse({"error": error.errors(include_url=False, include_context=False)}, status_code=400)
        standin.behaviours.add(rule)
        return JSONResponse({"status": "ok"})

    async def ledger(request: Request) -> Response:
        name = request.query_params.get("name")
        found = (
            e for e in standin.ledger.entries(request.query_params.get("kind")) if name is None or e["name"] == name
        )
        if request.query_params.get("brief") == "1":
            found = ({key: value for key, value in entry.items() if key not in _BULKY} for entry in found)
        return JSONResponse(list(found))

    async def configure(request: Request) -> Response:
        values = await json_object(request)
        known = standin.settings | {"day_seconds", "peers"}
        if unknown := sorted(set(values) - known):
            return JSONResponse({"error": f"unknown settings {unknown}; known: {sorted(known)}"}, status_code=400)
        try:
            standin.configure(values)
        except (ConfigurationError, TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({"status": "ok"})

    return [
        Route("/_control/health", health),
        Route("/_control/reset", reset, methods=["POST"]),
        Route("/_control/behaviour", behaviour, methods=["POST"]),
        Route("/_control/ledger", ledger),
        Route("/_control/configure", configure, methods=["POST"]),
    ]


class Front:
    """Applies the behaviour in force to a call, and writes the call down."""

    def __init__(self, inner: ASGIApp, standin: Standin) -> None:
        self.inner = inner
        self.standin = standin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (or the lifespan)."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        if scope["path"].startswith("/_control"):
            await self.inner(scope, receive, self._once_durable(send))
            return
        body = await _read(receive)
        if body is None:
            return
        # Only a whole request is on its way: one whose sender stopped in the middle of it may never be.
        call = f"{scope['method']} {scope['path']}"
        self.standin.in_flight[call] += 1
        try:
            await self._serve(body, scope, receive, send)
        finally:
            self.standin.in_flight[call] -= 1

    async def _serve(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.monotonic()
        rule = self.standin.behaviours.take(scope["method"], scope["path"])
        if rule is not None and rule.delay_s:
            await asyncio.sleep(rule.delay_s)
        status, messages = await self._answer(rule, scope, body)
        self._write_down(scope, body, status, rule, time.monotonic() - started)
        await self.standin.ledger.synced()
        if status == 0:
            await _hang_up(receive, send)
            return
        for message in messages:
            await send(message)

    def _once_durable(self, send: Send) -> Send:
        async def wait(message: Message) -> None:
            await self.standin.ledger.synced()
            await send(message)

        return wait

    async def _answer(self, rule: Behaviour | None, scope: Scope, body: bytes) -> tuple[int, list[Message]]:
        mode = rule.mode if rule is not None else "ok"
        if rule is None or mode in {"ok", "slow"}:
            return await _collect(self.inner, scope, body)
        if mode == "refuse":
            return 0, []
        if mode == "lie":
            return await _collect(self._lie(rule, scope), scope, body)
        if mode == "accept_then_fail":
            await _collect(self.inner, scope, body)
        if rule.status == 0:
            return 0, []
        told = "told to fail by the control route"
        response = self.standin.error(rule.status, f"{told}: {_credentials(scope)}" if mode == "echo" else told)
        response.headers.update(rule.headers)
        return await _collect(response, scope, body)

    def _lie(self, rule: Behaviour, scope: Scope) -> ASGIApp:
        if rule.body is not None:
            return JSONResponse(rule.body, status_code=200, headers=rule.headers)
        known = (
            handler
            for template, handler in self.standin.lies().items()
            if Behaviour(route=template, mode="lie").matches(scope["method"], scope["path"])
        )
        liar = next(known, None)
        if liar is None:
            return JSONResponse({}, status_code=200)

        async def told(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request({**scope, "lie": rule.lie}, receive)
            await (await liar(request))(scope, receive, send)

        return told

    def _write_down(self, scope: Scope, body: bytes, status: int, rule: Behaviour | None, took_s: float) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        data: dict[str, Any] = {
            "status": status,
            "query": scope["query_string"].decode("latin-1"),
            "took_ms": round(took_s * 1000, 1),
            "body_sha256": hashlib.sha256(body).hexdigest()[:16],
            "request_id": headers.get("x-request-id"),
        }
        if rule is not None:
            data["behaviour"] = rule.mode
        if self.standin.keeps_bodies and body:
            try:
                data["body"] = json.loads(body)
            except ValueError:
                data["body"] = body[:2000].decode("utf-8", "replace")
        self.standin.ledger.record("call", f"{scope['method']} {scope['path']}", data["body_sha256"], **data)


def _credentials(scope: Scope) -> str:
    """What the caller showed to be let in, as a careless vendor would repeat it."""
    headers = Request(scope).headers
    shown = [headers[name] for name in ("authorization", "x-api-key", "x-phantombuster-key") if name in headers]
    for value in list(shown):
        kind, _, rest = value.partition(" ")
        if kind.lower() == "basic":
            shown.append(base64.b64decode(rest).decode("utf-8", "replace"))
    return " ".join([*shown, scope["query_string"].decode("latin-1")])


async def _read(receive: Receive) -> bytes | None:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body") or sum(map(len, parts)) > BODY_LIMIT:
            return b"".join(parts)


async def _collect(app: ASGIApp, scope: Scope, body: bytes) -> tuple[int, list[Message]]:
    messages: list[Message] = []
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    status: int = messages[0]["status"]
    return status, messages


async def _hang_up(receive: Receive, send: Send) -> None:
    # Only the server's own request object can close the socket; ASGI has no word for it.
    server_side = getattr(send, "__self__", None)
    transport = getattr(server_side, "transport", None)
    if transport is not None:
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
