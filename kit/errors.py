"""One error class, one envelope: problem details of RFC 9457.

    AppError                  500  internal_error
    ├── Invalid               400  invalid_request       the request contradicts itself or the data
    ├── Unauthenticated       401  unauthenticated       no, or a wrong, token
    ├── NotPermitted          403  not_permitted         a member whose role does not allow it
    ├── NotFound              404  not_found             absent and forbidden look the same
    ├── Conflict              409  conflict              the state does not allow it now
    │   └── LeaseLost         409  lease_lost            someone else holds the work now
    ├── TooLarge              413  too_large
    ├── UnsupportedFormat     415  unsupported_format
    ├── TooManyRequests       429  too_many_requests     with Retry-After
    ├── VendorFailed          502  vendor_failed         the other side answered badly
    └── Unavailable           503  unavailable           we cannot answer now; with Retry-After

422 is not in the tree: it is for the payload's shape only and comes from the framework's validation.
Rooms subclass these to say the fact (`ProspectSuppressed(Conflict)`), with a `code` of their own.
"""

# ruff: noqa: N818 - an error is named after the fact it states

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import sentry_sdk
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.logging import current_request_id
from kit.redaction import redact

PROBLEM_JSON = "application/problem+json"
log = structlog.get_logger(__name__)


class FieldError(BaseModel):
    """One field at fault; `field` is a dotted path into the body, query or path, or the name of what is missing."""

    field: str
    message: str


class Problem(BaseModel):
    """The body of every answer that is not a success (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:problem:not_found",
                "title": "Not Found",
                "status": 404,
                "detail": "There is no such campaign in this organisation.",
                "code": "not_found",
                "request_id": "0b9f4f0c6d5e4a0f9a5c0d0d6f0c7f11",
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldError] = Field(default_factory=list)


class AppError(Exception):
    """A fact that ends the request, with what to do next in its message."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    default_detail: ClassVar[str] = "Something failed on our side; it has been recorded. Try again in a moment."

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = redact(detail or self.default_detail)
        self.errors = list(errors)
        self.headers = dict(headers or {})
        super().__init__(self.detail)


class Invalid(AppError):
    status = 400
    code = "invalid_request"
    default_detail = "The request cannot be carried out as it stands."


class Unauthenticated(AppError):
    status = 401
    code = "unauthenticated"
    default_detail = "Sign in and send a valid bearer token."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class NotPermitted(AppError):
    status = 403
    code = "not_permitted"
    default_detail = "Your role in this organisation does not allow this; ask an administrator."


class NotFound(AppError):
    status = 404
    code = "not_found"
    default_detail = "There is nothing here that you can see."


class Conflict(AppError):
    status = 409
    code = "conflict"
    default_detail = "This is not possible in the present state."


class LeaseLost(Conflict):
    code = "lease_lost"
    default_detail = "The lease has run out or the work belongs to someone else now; drop the result."


class TooLarge(AppError):
    status = 413
    code = "too_large"
    default_detail = "The body is too large."


class UnsupportedFormat(AppError):
    status = 415
    code = "unsupported_format"
    default_detail = "The file or body has a format that is not read here."


class TooManyRequests(AppError):
    status = 429
    code = "too_many_requests"
    default_detail = "Too many requests; wait for the seconds given in Retry-After."


class VendorFailed(AppError):
    status = 502
    code = "vendor_failed"
    default_detail = "The connected service did not answer as it should."


class Unavailable(AppError):
    status = 503
    code = "unavailable"
    default_detail = "This cannot be answered right now; try again in a moment."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


def problem(
    status: int,
    detail: str,
    code: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Build the one answer for every failure."""
    body: dict[str, Any] = {
        "type": f"urn:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": redact(detail),
        "code": code,
        "request_id": current_request_id(),
        "errors": [{"field": redact(error.field), "message": redact(error.message)} for error in errors],
    }
    return JSONResponse(body, status_code=status, media_type=PROBLEM_JSON, headers=dict(headers or {}))


def answer(error: AppError) -> JSONResponse:
    """The answer that states `error`; a failure of ours is logged with it."""
    if error.status >= 500:
        log.error("request_failed", code=error.code, detail=error.detail, exc_info=error)
    return problem(error.status, error.detail, error.code, errors=error.errors, headers=error.headers)


async def _app_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)  # noqa: S101 - registered for AppError only
    return answer(error)


async def _validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it only
    faults = [
        FieldError(field=".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), message=fault["msg"])
        for fault in error.errors()
    ]
    return problem(422, "The request does not have the right shape; see errors.", "invalid_shape", errors=faults)


async def _http_exception(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it only
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    return problem(error.status_code, error.detail or phrase, code, headers=error.headers)


class _UnhandledErrors:
    """Turns a crash into a problem *inside* the other middlewares, so that CORS and request id headers stay on it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            log.exception("unhandled_error")
            sentry_sdk.capture_exception(error)
            if started:
                raise
            await problem(500, AppError.default_detail, AppError.code)(scope, receive, send)


def install(app: FastAPI) -> None:
    """Answer every failure of `app` as problem details. Call before other middlewares are added."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_middleware(_UnhandledErrors)


def responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an endpoint for the errors that it can answer."""
    described: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = described.setdefault(error.status, {"model": Problem, "description": ""})
        entry["description"] = " · ".join(
            filter(None, (entry["description"], f"`{error.code}`: {error.default_detail}"))
        )
    return described


def _is_problem(answer: dict[str, Any]) -> bool:
    """Whether a described failure is the envelope, and not a page of its own."""
    schemas = [content.get("schema", {}) for content in answer.get("content", {}).values()]
    return any(schema.get("$ref", "").endswith("/Problem") for schema in schemas)


def describe_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Make an OpenAPI document tell the truth: failures are problem+json, 422 included, each described once."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    shared: dict[tuple[str, str], str] = {}
    answers = components.setdefault("responses", {})
    for path in document.get("paths", {}).values():
        for operation in path.values():
            for status, answer in operation.get("responses", {}).items():
                if not status.isdigit() or int(status) < 400 or not (status == "422" or _is_problem(answer)):
                    continue
                name = shared.setdefault((status, answer["description"]), f"Problem{status}_{len(shared) + 1}")
                content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                answers[name] = {"description": answer["description"], "content": content}
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    if "Problem" not in schemas:
        own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(own.pop("$defs", {}), Problem=own)
    return document
