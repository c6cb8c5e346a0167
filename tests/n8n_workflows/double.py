"""A double of both services for the flows: it hands out the work it was given, keeps every call, fails when told to."""

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

Body = dict[str, Any]
Answer = Callable[[Body], Body]

PATIENCE = 60.0
"""Seconds until a test gives up waiting for what it expects."""


@dataclass(frozen=True)
class Asked:
    """One call that n8n made."""

    path: str
    body: Body
    authorization: str
    request_id: str
    status: int


@dataclass
class Double:
    """Answers any POST: the queued work to a claim, `answers[path]` where given, otherwise the ids that came in.

    `refuse(path, key, times)` lets calls fail whose body mentions `key`. Only calls under its own request id count, so
    that flows started by the clock or left over from another test find nothing to do and are not seen.
    """

    calls: list[Asked] = field(default_factory=list)
    queues: dict[str, list[Body]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds that each call of ai_service takes."""
    busiest: int = 0
    """The most calls of ai_service that were under way at once."""
    request_id: str = field(default_factory=lambda: f"test-{uuid.uuid4()}")
    hears_everyone: bool = False
    """Count calls under any request id: a flow that another flow starts has its own."""
    _refusals: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)
    _busy: int = 0

    def reset(self) -> None:
        """Forget everything between two tests."""
        fresh = Double()
        self.__dict__.update(fresh.__dict__)

    def queue(self, claim: str, items: list[Body]) -> None:
        """Work for a claim route."""
        self.queues[claim] = items

    def refuse(self, path: str, *keys: str, status: int = 500, times: int = 1_000) -> None:
        """Fail calls whose body mentions one of `keys`, or all calls."""
        self._refusals[path] = [(key, status, times) for key in keys or ("",)]

    def bodies(self, path: str, *, answered: bool = True) -> list[Body]:
        """The bodies of the calls to a path; only those that were answered well unless told otherwise."""
        return [call.body for call in self.calls if call.path == path and (call.status == 200 or not answered)]

    def wait_for(self, path: str, count: int = 1, **expected: Any) -> list[Body]:
        """Wait until that many calls with these values in their body came; those calls' bodies."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [body for body in self.bodies(path) if expected.items() <= body.items()]
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, f"{path} was called {len(found)} times with {expected}, not {count}"
            time.sleep(0.05)

    async def answer(self, request: Request) -> JSONResponse:
        """One call."""
        path, body = request.url.path, await request.json()
        request_id = request.headers.get("x-request-id", "")
        if request_id != self.request_id and not self.hears_everyone:
            return JSONResponse({"items": [], "scrapes": [], "remaining": 0})
        is_model = path.startswith("/v1/")
        self._busy += is_model
        self.busiest = max(self.busiest, self._busy)
        if is_model:
            await asyncio.sleep(self.delay)
        self._busy -= is_model
        status = self._refusal(path, str(body))
        self.calls.append(Asked(path, body, request.headers.get("authorization", ""), request_id, status))
        if status != 200:
            return JSONResponse({"title": "Refused", "status": status, "detail": "as told"}, status)
        return JSONResponse(self._answer(path, body))

    def _answer(self, path: str, body: Body) -> Body:
        if path.endswith("/claim"):
            waiting = self.queues.get(path, [])
            limit = body.get("limit", 100)
            taken, self.queues[path] = waiting[:limit], waiting[limit:]
            key = "scrapes" if "scrapes" in path else "items"
            return {key: taken, "remaining": len(self.queues[path])}
        if path in self.answers:
            return self.answers[path](body)
        return {key: value for key, value in body.items() if key.endswith(("_id", "_token"))} | {"status": "done"}

    def _refusal(self, path: str, text: str) -> int:
        rules = self._refusals.get(path, [])
        for index, (key, status, times) in enumerate(rules):
            if (not key or f"'{key}'" in text) and times > 0:
                rules[index] = (key, status, times - 1)
                return status
        return 200


@contextmanager
def serving(double: Double, *ports: int) -> Iterator[None]:
    """The double on these ports of the loopback address."""
    app = Starlette(routes=[Route("/{path:path}", double.answer, methods=["POST"])])
    servers = [
        uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
        for port in ports
    ]
    threads = [threading.Thread(target=server.run) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for server in servers:
            server.should_exit = True
        for thread in threads:
            thread.join()
