"""What a running application holds, and how endpoints reach it."""

from typing import Annotated

from fastapi import Depends, Request

from ai_service.settings import AiServiceSettings
from ai_service.sources import Sources
from kit.auth import service_auth


def _sources(request: Request) -> Sources:
    sources: Sources = request.app.state.sources
    return sources


def _accepted_tokens(request: Request) -> str:
    settings: AiServiceSettings = request.app.state.settings
    return settings.ai_service_token.get_secret_value()


RunningSources = Annotated[Sources, Depends(_sources)]
require_service = service_auth(_accepted_tokens, scheme_name="AiServiceToken")
