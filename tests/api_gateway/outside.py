"""The world outside the gateway, as far as it is called over HTTP."""

from collections.abc import Callable
from typing import Any

import httpx2

Answer = httpx2.Response | Exception


class Outside:
    """Answers by `METHOD host/path`, set with :meth:`answer`; an unexpected call is refused with 599 and remembered."""

    def __init__(self) -> None:
        self.calls: list[httpx2.Request] = []
        self._answers: dict[str, Callable[[httpx2.Request], Answer]] = {}

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._handle)

    def answer(self, route: str, status: int = 200, body: Any = None, *, error: Exception | None = None) -> None:
        """Answer `route` (such as `POST n8n.test/webhook/sm/x`) so from now on."""

        def respond(_: httpx2.Request) -> Answer:
            return error or httpx2.Response(status, json=body if body is not None else {})

        self._answers[route] = respond

    def called(self, route: str) -> list[httpx2.Request]:
        """The calls of one route, oldest first."""
        return [call for call in self.calls if self._route(call) == route]

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.calls.append(request)
        respond = self._answers.get(self._route(request))
        answer = respond(request) if respond else httpx2.Response(599, text="no answer was prepared")
        if isinstance(answer, Exception):
            raise answer
        return answer

    @staticmethod
    def _route(request: httpx2.Request) -> str:
        return f"{request.method} {request.url.host}{request.url.path}"
