"""The OpenAPI document: what every client is generated from. `python -m api_gateway.openapi` prints it."""

import base64
import json
import sys
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from kit.errors import (
    AppError,
    Invalid,
    LeaseLost,
    NotFound,
    NotPermitted,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    describe_problems,
)

TITLE = "Sales Machine gateway"
DESCRIPTION = (
    "`/api/v1` is for the panel and carries a person's access token; `/internal/v1` is for the workflows and carries "
    "their service token; `/webhooks` is for vendors, each checked by its own signature or secret. "
    "Every failure is a problem document of RFC 9457 with a stable `code`."
)
# What any call of a person, or of a workflow, can be answered beside what its room adds.
MEMBER_ERRORS: tuple[type[AppError], ...] = (
    Invalid,
    Unauthenticated,
    NotPermitted,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
WORKFLOW_ERRORS: tuple[type[AppError], ...] = (
    Invalid, Unauthenticated, NotFound, LeaseLost, TooLarge, TooManyRequests, Unavailable,
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Serve the document with truthful failures."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe_problems(
                get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def document() -> dict[str, Any]:
    """The document as committed: the same on every machine, whatever its environment."""
    from api_gateway.app import create_app  # noqa: PLC0415 - the application imports this module
    from api_gateway.settings import Settings  # noqa: PLC0415

    nothing = base64.b64encode(bytes(32)).decode()
    settings = Settings.model_validate(
        {
            "environment": "test",
            "log_level": "ERROR",
            "version": "0",
            "upstash_redis_rest_url": "http://127.0.0.1",
            "upstash_redis_rest_token": "none",
            "grant_key": nothing,
            "database_url": "postgresql://127.0.0.1/none",
            "supabase_url": "http://127.0.0.1",
            "supabase_publishable_key": "none",
            "public_url": "http://127.0.0.1",
            "panel_url": "http://127.0.0.1",
            "n8n_url": "http://127.0.0.1",
            "n8n_webhook_token": "none",
            "workflow_token": "none",
            "credentials_keys": f"1:{nothing}",
            "unsubscribe_key": nothing,
        }
    )
    return create_app(settings).openapi()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n")
