"""Who may come in, asked before a byte of the body is read.

The framework parses a body before it asks an endpoint's dependencies: on their own these would let anybody have any
amount of it read, unknown and uncounted. So the token, the person's limit and the size of the body are checked here,
for whatever lies behind a door, also where no route is; who is refused is counted by address.
"""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_gateway import sessions
from api_gateway.database import note_caller
from api_gateway.resources import Resources
from api_gateway.sessions import A_MINUTE, CLAIMS
from kit import errors
from kit.errors import AppError, TooLarge, Unauthenticated
from kit.ratelimit import Limit

PEOPLE, WORKFLOWS = "/api/v1/", "/internal/v1/"
MEGABYTE = 1024 * 1024
MOST_BYTES = 11 * MEGABYTE
# Lists of people. The rooms have limits of their own, a little lower, and say what to do.
LARGE = {f"{PEOPLE}prospects/imports": 101 * MEGABYTE, f"{PEOPLE}prospects/imports/preview": 101 * MEGABYTE}


class Doors:
    """Add it first, so that everything else is around it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        address = request.client.host if request.client else ""
        note_caller(ip=address, user_agent=request.headers.get("user-agent", ""))
        try:
            await _admit(request, address)
            body = _Body(scope, receive, send)
        except AppError as error:
            await errors.answer(error)(scope, receive, send)
            return
        await body.pass_on(self.app)


async def _admit(request: Request, address: str) -> None:
    path: str = request.scope["path"]
    if not path.startswith((PEOPLE, WORKFLOWS)):
        return
    shared: Resources = request.app.state.resources
    per_minute = shared.settings.rate_limit_person_per_minute
    given = await sessions.bearer(request)
    try:
        if path.startswith(WORKFLOWS):
            await sessions.require_workflow(request, given)
            return
        if given is None:
            raise Unauthenticated
        claims = await shared.tokens.verify(given.credentials)
    except Unauthenticated:
        await shared.limiter.enforce(Limit("refused", per_minute, A_MINUTE), address, request.scope)
        raise
    await shared.limiter.enforce(Limit("person", per_minute, A_MINUTE), str(claims.sub), request.scope)
    request.scope[CLAIMS] = claims


class _Body:
    """A body of bounded size: past it the route reads no more, and whatever it says then is answered with 413."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._left = LARGE.get(scope["path"], MOST_BYTES)
        self._is_too_large = False
        self._has_begun = False
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > self._left:
            raise TooLarge

    async def pass_on(self, app: ASGIApp) -> None:
        try:
            await app(self._scope, self._read, self._answer)
        except TooLarge:
            if self._has_begun:
                raise
        if self._is_too_large and not self._has_begun:
            await errors.answer(TooLarge())(self._scope, self._receive, self._send)

    async def _read(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self._is_too_large = True
            raise TooLarge
        return message

    async def _answer(self, message: Message) -> None:
        if self._is_too_large and not self._has_begun:
            return
        self._has_begun = True
        await self._send(message)
