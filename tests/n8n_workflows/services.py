"""The OpenAPI documents of the two services, from their code."""

import base64
from typing import Any

from ai_service.app import create_app
from ai_service.settings import AiServiceSettings
from api_gateway.openapi import document


def gateway_document() -> dict[str, Any]:
    """What api_gateway serves at `/openapi.json`."""
    return document()


def ai_document() -> dict[str, Any]:
    """What ai_service serves at `/openapi.json`."""
    settings = AiServiceSettings.model_validate(
        {
            "environment": "test",
            "upstash_redis_rest_url": "http://127.0.0.1",
            "upstash_redis_rest_token": "none",
            "grant_key": base64.b64encode(bytes(32)).decode(),
            "ai_service_token": "a" * 32,
        }
    )
    return create_app(settings).openapi()
