"""Who calls: the person named by a Supabase access token.

Tokens are checked here, without a call to Supabase: ES256 against its published keys, which are cached for ten minutes,
served stale when Supabase does not answer, fetched by one request at a time, and fetched early at most once in ten
seconds when a token names a key that we have not seen. HS256 exists for the laptop only. See decisions/0011.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import jwt
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from kit.errors import Unauthenticated, Unavailable

AUDIENCE = "authenticated"
LEEWAY_S = 10
FRESH_S = 600.0
REFETCH_GAP_S = 10.0
# For the whole answer: a server that sends a byte now and then would hold up whoever signs in.
FETCH_LIMIT_S = 5.0
log = structlog.get_logger(__name__)

FetchKeys = Callable[[], Awaitable[dict[str, Any]]]


class Claims(BaseModel):
    """What we rely on in a token; the rest is passed on to Postgres untouched."""

    model_config = ConfigDict(extra="allow", frozen=True)

    sub: UUID
    email: str = ""
    role: str = ""


class JwksCache:
    """Public keys by id. `fetch` answers a JWKS document or raises."""

    def __init__(self, fetch: FetchKeys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """The key with this id, or None when Supabase does not publish it. Unavailable when no key was ever fetched."""
        if self._is_fresh() and (key_id in self._keys or not self._may_try()):
            return self._keys.get(key_id)
        if self._lock.locked() and key_id in self._keys:
            # Somebody is asking already: a slow answer makes one caller wait, and not all.
            return self._keys[key_id]
        async with self._lock:
            wanted = not self._is_fresh() or key_id not in self._keys
            if wanted and self._may_try():
                await self._refresh()
        if self._fetched_at is None:
            raise Unavailable("Sign-in cannot be checked right now; try again in a moment.")
        return self._keys.get(key_id)

    def _is_fresh(self) -> bool:
        return self._fetched_at is not None and self._clock() - self._fetched_at < FRESH_S

    def _may_try(self) -> bool:
        return self._tried_at is None or self._clock() - self._tried_at >= REFETCH_GAP_S

    async def _refresh(self) -> None:
        self._tried_at = self._clock()
        try:
            async with asyncio.timeout(FETCH_LIMIT_S):
                document = await self._fetch()
            keys = _usable(document["keys"])
        except Exception:
            log.warning("jwks_not_refreshed", exc_info=True)
            return
        self._keys = keys
        self._fetched_at = self._clock()


def _usable(entries: Any) -> dict[str, jwt.PyJWK]:
    """The keys of a JWKS that can sign ES256; others may stand beside them. Raises for what is no list of keys."""
    if not isinstance(entries, list):
        raise TypeError("no list of keys")
    keys: dict[str, jwt.PyJWK] = {}
    for entry in entries:
        ours = (entry.get("kty"), entry.get("crv"), entry.get("alg", "ES256")) == ("EC", "P-256", "ES256")
        if ours and isinstance(entry.get("kid"), str):
            with suppress(jwt.PyJWTError):
                keys[entry["kid"]] = jwt.PyJWK(entry)
    if entries and not keys:
        raise ValueError("no key that we can use")
    return keys


class TokenVerifier:
    """Checks signature, algorithm, issuer, audience and times of an access token."""

    def __init__(self, jwks: JwksCache, *, issuer: str, laptop_secret: str | None) -> None:
        self._jwks = jwks
        self._issuer = issuer
        self._laptop_secret = laptop_secret

    async def verify(self, token: str) -> Claims:
        """The claims of a valid token; Unauthenticated otherwise, without saying which check failed."""
        try:
            header = jwt.get_unverified_header(token)
            match header.get("alg"), self._laptop_secret:
                case "ES256", _:
                    key = await self._jwks.key(str(header.get("kid", "")))
                    if key is None:
                        raise Unauthenticated
                    claims = self._decode(token, key.key, "ES256")
                case "HS256", str(secret):
                    claims = self._decode(token, secret, "HS256")
                case _:
                    raise Unauthenticated
            verified = Claims.model_validate(claims)
        except (jwt.PyJWTError, ValidationError) as error:
            raise Unauthenticated from error
        if verified.role != AUDIENCE:
            raise Unauthenticated
        return verified

    def _decode(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=AUDIENCE,
            issuer=self._issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "sub", "aud", "iss"]},
        )
