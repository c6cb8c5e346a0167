"""Structured logs, one JSON object a line, every line with the id of its request."""

import logging
import re
import sys
import time
import uuid
from contextvars import ContextVar
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, Processor, WrappedLogger

from kit.redaction import redact

REQUEST_ID_HEADER = "X-Request-Id"
_ACCEPTABLE_ID = re.compile(r"^[A-Za-z0-9._-]{8,128}$")
_SECRET_NAME = re.compile(r"authorization|cookie|password|secret|token|api_?key|grant|dsn", re.IGNORECASE)
_request_id: ContextVar[str] = ContextVar("request_id", default="")

log = structlog.get_logger("access")


def current_request_id() -> str:
    """The id of the request being answered; empty outside a request."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    """Carry on under the id of the request that caused this work (a job, a webhook handled later)."""
    _request_id.set(value)


def _add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if request_id := current_request_id():
        event.setdefault("request_id", request_id)
    return event


def _hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for name in event:
        if _SECRET_NAME.search(name):
            event[name] = "[hidden]"
    return event


def _without_secrets(_: WrappedLogger, __: str, line: EventDict) -> str:
    # The rendered line: what a library or a vendor put in a message or an exception is in it by now.
    return redact(str(line))


def configure(level: str, service: str) -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines named after `service`."""

    def name_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_service,
        _add_request_id,
        _hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
                _without_secrets,
            ],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(level)
    # Their INFO lines hold whole addresses, tokens in paths included.
    for noisy in ("httpx", "httpx2", "httpcore", "httpcore2", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


class RequestContext:
    """Gives each request its id (the caller's, when it is a sane one), answers with it and writes the access line.

    Add it last, so that it wraps everything. The line holds the route's template and never the address itself:
    webhook and unsubscribe paths contain secrets.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = given if _ACCEPTABLE_ID.match(given) else uuid.uuid4().hex
        token = _request_id.set(request_id)
        structlog.contextvars.clear_contextvars()
        started = time.perf_counter()
        status = 500

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        try:
            await self.app(scope, receive, with_id)
        finally:
            route: Any = scope.get("route")
            log.log(
                logging.DEBUG if scope["path"].startswith("/health/") else logging.INFO,
                "request",
                method=scope["method"],
                route=getattr(route, "path", "unmatched"),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
            _request_id.reset(token)
