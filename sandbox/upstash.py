"""Upstash's REST door in front of a plain Redis, so that `upstash-redis` and `upstash-ratelimit` are used unchanged.

Speaks what their clients speak: `POST /` with one command, `POST /pipeline` (errors item by item under 200),
`POST /multi-exec` (all or nothing), and the path form `GET /set/key/value?EX=60`. Settings come from the environment:
REDIS_URL and UPSTASH_REDIS_REST_TOKEN.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

BODY_LIMIT = 10 * 1024 * 1024
BATCH_LIMIT = 1_000

# What a stateless door can't carry, or what would take the server away from under the others.
REFUSED = frozenset(
    {
        *("SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "MONITOR"),
        *("BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX"),
        *("MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH"),
        *("AUTH", "HELLO", "RESET", "QUIT", "SELECT", "CLIENT"),
        *("CONFIG", "DEBUG", "SHUTDOWN", "REPLICAOF", "SLAVEOF", "SYNC", "PSYNC"),
    }
)


class Scripts:
    """Upstash lets a Lua script begin with a line of flags for its own servers, which a plain Redis can't compile.

    Such a line is made a comment; the hash by which the client knows the script is kept beside the one Redis knows.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}

    def outgoing(self, words: list[bytes]) -> list[bytes]:
        """The command as Redis takes it."""
        name = words[0].upper()
        if name in {b"EVALSHA", b"EVALSHA_RO"} and len(words) > 1:
            return [words[0], self._known.get(words[1].lower(), words[1]), *words[2:]]
        position = {b"EVAL": 1, b"EVAL_RO": 1, b"SCRIPT": 2}.get(name)
        if position is None or len(words) <= position or not words[position].startswith(b"#!"):
            return words
        changed = b"--" + words[position]
        self._known[_sha1(words[position])] = _sha1(changed)
        return [*words[:position], changed, *words[position + 1 :]]

    def incoming(self, words: list[bytes], reply: Any) -> Any:
        """The reply as the client expects it: the hash of the script it sent."""
        if words[0].upper() == b"SCRIPT" and isinstance(reply, bytes) and len(words) == 3:
            return _sha1(words[2])
        return reply


def _sha1(script: bytes) -> bytes:
    return hashlib.sha1(script, usedforsecurity=False).hexdigest().encode()


class Refused(Exception):  # noqa: N818
    """A request answered with an error before Redis sees it; carries the HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def arguments_of(command: object) -> list[bytes]:
    """One command from JSON as Redis takes it. Raises `Refused` for anything but a flat list of plain values."""
    if not isinstance(command, list) or not command:
        raise Refused("ERR failed to parse command: expected a non-empty array")
    words: list[bytes] = []
    for word in command:
        if isinstance(word, bool):
            words.append(b"true" if word else b"false")
        elif isinstance(word, str):
            words.append(word.encode())
        elif isinstance(word, int | float):
            words.append(json.dumps(word).encode())
        else:
            raise Refused("ERR failed to parse command: arguments must be strings or numbers")
    name = words[0].decode(errors="replace").upper()
    if name in REFUSED:
        raise Refused(f"ERR command '{name}' is not available over REST")
    return words


def error_text(error: ResponseError) -> str:
    """Redis' own words: the client library cuts the code off and keeps it beside the message."""
    code = getattr(error, "status_code", None)
    return f"{code} {error}" if code else str(error)


def encoded(value: Any, *, as_base64: bool) -> Any:
    """A reply of Redis as JSON: strings in UTF-8, or in base64 when the client asked for it (all but `OK`)."""
    if isinstance(value, bytes):
        if as_base64 and value != b"OK":
            return base64.b64encode(value).decode()
        return value.decode(errors="replace")
    if isinstance(value, list):
        return [encoded(item, as_base64=as_base64) for item in value]
    if isinstance(value, ResponseError):
        return error_text(value)
    return value


class Door:
    """The endpoints over one pool of connections."""

    def __init__(self, pool: BlockingConnectionPool, token: str) -> None:
        self._pool = pool
        self._token = token
        self._scripts = Scripts()

    async def one(self, request: Request) -> JSONResponse:
        """`POST /`: one command in the body."""
        return await self._answer(request, arguments_of(await self._body(request)))

    async def path(self, request: Request) -> JSONResponse:
        """`/command/arg/…?NAME=value`; the body of a POST is the last argument."""
        self._check(request)
        words = [part.encode() for part in request.path_params["command"].split("/") if part]
        if request.method == "POST":
            body = await self._raw(request)
            words.extend([body] if body else [])
        for name, value in request.query_params.multi_items():
            if name != "_token":
                words.extend(word.encode() for word in (name, value) if word)
        arguments_of([word.decode(errors="replace") for word in words])
        return await self._answer(request, words)

    async def pipeline(self, request: Request) -> JSONResponse:
        """`POST /pipeline`: many commands, each with its own result or error."""
        results: list[dict[str, Any]] = []
        as_base64 = _wants_base64(request)
        commands = self._batch(await self._body(request))
        async with self._connection() as connection:
            for command in commands:
                try:
                    reply = await self._call(connection, arguments_of(command))
                except Refused as error:
                    results.append({"error": str(error)})
                else:
                    results.append(_item(reply, as_base64=as_base64))
        return JSONResponse(results)

    async def multi_exec(self, request: Request) -> JSONResponse:
        """`POST /multi-exec`: one transaction; a command that Redis will not queue discards all of it."""
        commands = [arguments_of(command) for command in self._batch(await self._body(request))]
        async with self._connection() as connection:
            await self._call(connection, [b"MULTI"])
            for command in commands:
                await self._call(connection, command)
            replies = await self._call(connection, [b"EXEC"])
        if isinstance(replies, ResponseError):
            raise Refused(error_text(replies))
        as_base64 = _wants_base64(request)
        return JSONResponse([_item(reply, as_base64=as_base64) for reply in replies])

    async def _answer(self, request: Request, words: list[bytes]) -> JSONResponse:
        async with self._connection() as connection:
            reply = await self._call(connection, words)
        item = _item(reply, as_base64=_wants_base64(request))
        return JSONResponse(item, status_code=400 if "error" in item else 200)

    def _check(self, request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = request.query_params.get("_token", "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            raise Refused("WRONGPASS invalid or missing auth token", 401)

    async def _raw(self, request: Request) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > BODY_LIMIT:
                raise Refused(f"ERR max request size exceeded. Limit: {BODY_LIMIT} bytes", 413)
            parts.append(chunk)
        return b"".join(parts)

    async def _body(self, request: Request) -> object:
        self._check(request)
        try:
            return json.loads(await self._raw(request))
        except ValueError as error:
            raise Refused("ERR failed to parse command: the body is not JSON") from error

    @staticmethod
    def _batch(body: object) -> list[object]:
        if not isinstance(body, list) or not body:
            raise Refused("ERR failed to parse pipeline: expected a non-empty array of commands")
        if len(body) > BATCH_LIMIT:
            raise Refused(f"ERR max pipeline length exceeded. Limit: {BATCH_LIMIT}")
        return body

    async def _call(self, connection: Any, words: list[bytes]) -> Any:
        """Send one command and return its reply; an error of Redis is returned, not raised."""
        await connection.send_command(*self._scripts.outgoing(words))
        try:
            reply = await connection.read_response()
        except ResponseError as error:
            return error
        return self._scripts.incoming(words, reply)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        connection: Any = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            yield connection
        except BaseException:
            # A reply may still be on the way, or a transaction open: nobody else may get this connection.
            await connection.disconnect()
            raise
        finally:
            await self._pool.release(connection)


def _item(reply: Any, *, as_base64: bool) -> dict[str, Any]:
    if isinstance(reply, ResponseError):
        return {"error": error_text(reply)}
    return {"result": encoded(reply, as_base64=as_base64)}


def _wants_base64(request: Request) -> bool:
    return request.headers.get("upstash-encoding", "").lower() == "base64"


async def _refused(_: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, Refused) else 500
    return JSONResponse({"error": str(error)}, status_code=status)


async def _unreachable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": f"ERR Redis does not answer: {error}"}, status_code=503)


def create_app(redis_url: str, token: str) -> Starlette:
    """The REST door over the Redis at `redis_url`, opened by `token`."""
    pool = BlockingConnectionPool.from_url(
        redis_url, max_connections=64, timeout=10, protocol=2, socket_connect_timeout=2, socket_timeout=10
    )
    door = Door(pool, token)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await pool.aclose()

    return Starlette(
        routes=[
            Route("/", door.one, methods=["POST"]),
            Route("/pipeline", door.pipeline, methods=["POST"]),
            Route("/multi-exec", door.multi_exec, methods=["POST"]),
            Route("/{command:path}", door.path, methods=["GET", "HEAD", "POST", "PUT"]),
        ],
        exception_handlers={
            Refused: _refused,
            RedisConnectionError: _unreachable,
            RedisTimeoutError: _unreachable,
            RedisError: _refused,
        },
        lifespan=lifespan,
    )


def app() -> Starlette:
    """The factory that uvicorn calls."""
    return create_app(os.environ["REDIS_URL"], os.environ["UPSTASH_REDIS_REST_TOKEN"])
