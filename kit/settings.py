"""Typed settings, read once from the environment at start.

A service subclasses :class:`ServiceSettings` and calls :func:`load`. Nothing secret has a default, an empty variable
counts as missing, and a value that is obviously a placeholder stops the start outside development.
"""

import base64
import binascii
import re
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PLACEHOLDER = re.compile(r"^<.*>$|^(change|replace)[-_ ]?me\b|^your[-_ ]|placeholder|^x{3,}$|^todo$", re.IGNORECASE)


class SettingsError(Exception):
    """The environment does not hold what the service needs; the message names every variable and its fault."""


def _thirty_two_bytes(value: SecretStr) -> SecretStr:
    decode_key(value.get_secret_value())
    return value


def decode_key(value: str) -> bytes:
    """Decode a base64 key of exactly 32 bytes; ValueError otherwise."""
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64; make one with: openssl rand -base64 32") from error
    if len(key) != 32:
        raise ValueError(f"must hold 32 bytes, not {len(key)}; make one with: openssl rand -base64 32")
    return key


Key32 = Annotated[SecretStr, AfterValidator(_thirty_two_bytes)]


class ServiceSettings(BaseSettings):
    """What every service is told: where it runs, how loud it logs, where its cache is."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    environment: Literal["development", "test", "production"]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    sentry_dsn: SecretStr | None = None
    version: str = "unknown"
    upstash_redis_rest_url: str
    upstash_redis_rest_token: SecretStr
    grant_key: Key32

    @model_validator(mode="after")
    def _no_placeholder_outside_development(self) -> Self:
        if self.environment == "development":
            return self
        for name in type(self).model_fields:
            value = getattr(self, name)
            text = value.get_secret_value() if isinstance(value, SecretStr) else value
            if isinstance(text, str) and PLACEHOLDER.search(text):
                raise ValueError(f"{name.upper()} still holds a placeholder; set its real value")
        return self


S = TypeVar("S", bound=ServiceSettings)


def load(settings: type[S]) -> S:
    """Read `settings` from the environment, or raise :class:`SettingsError` with one line per variable at fault."""
    try:
        return settings()
    except ValidationError as error:
        lines = [
            f"  {'_'.join(str(part) for part in fault['loc']).upper() or 'settings'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise SettingsError("The environment is incomplete (see .env.example):\n" + "\n".join(lines)) from None
