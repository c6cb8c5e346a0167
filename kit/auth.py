"""Service-to-service authentication: one long random bearer token, compared in constant time."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kit.errors import Unauthenticated


def token_matches(given: str, accepted: str) -> bool:
    """Whether `given` is one of the comma-separated `accepted` tokens (two during a rotation), in constant time."""
    matches = [
        hmac.compare_digest(given.encode(), token.strip().encode()) for token in accepted.split(",") if token.strip()
    ]
    return any(matches)


def service_auth(accepted: Callable[[Request], str], *, scheme_name: str) -> Callable[..., Awaitable[None]]:
    """A dependency that lets a request through only with a service token.

    `accepted` reads the token(s) from the running application, `scheme_name` names the scheme in OpenAPI.
    Raises Unauthenticated; an unset token refuses everybody.
    """
    scheme = HTTPBearer(auto_error=False, scheme_name=scheme_name, description="Token of the calling service.")

    async def require_service(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]
    ) -> None:
        if given is None or not token_matches(given.credentials, accepted(request)):
            raise Unauthenticated("This route needs the service's own bearer token.")

    return require_service
